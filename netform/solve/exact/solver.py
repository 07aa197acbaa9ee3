"""Solve a set partitioning over listed columns: a bound, a plan near it, and the gap between the two closed."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.exact.beam_search import BEAM, beam_search
from netform.solve.exact.gap_closing import GapClosing
from netform.solve.exact.state import SearchState
from netform.solve.master.linear_program import Duals
from netform.solve.master.relaxation import MASTER, relax, tighten
from netform.solve.master.subset_row_cuts import NO_CUTS
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.outcome import Solution, WarmStart

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

    from netform.solve.model.problem import SetPartitioning

__all__ = ["any_plan", "bound_columns", "solve_set_partitioning"]


def bound_columns(
    partitioning: SetPartitioning, deadline: Deadline, warm: WarmStart | None = None
) -> WarmStart:
    """The relaxation over every column, tightened: what plans through each column cost at least.

    Parameters
    ----------
    partitioning : SetPartitioning
    deadline : Deadline
    warm : WarmStart, optional
        Of an earlier solution over the same columns.
    """
    relaxation = relax(partitioning, deadline, None if warm is None else warm.columns)
    return tighten(partitioning, relaxation, deadline, NO_CUTS if warm is None else warm.cuts).learnt


def solve_set_partitioning(
    partitioning: SetPartitioning,
    deadline: Deadline = NEVER,
    *,
    on_plan: Callable[[Solution], None] = lambda _solution: None,
    incumbent: Callable[[float], NDArray[np.int64] | None] = lambda _cost: None,
    stage: Callable[[str], AbstractContextManager[None]] = lambda _name: nullcontext(),
    cutoff: float = math.inf,
    warm: WarmStart | None = None,
    trace: bool = False,
    threads: int = 1,
) -> Solution:
    """Find the cheapest plan, columns that cover every practice once, with proof.

    Parameters
    ----------
    partitioning : SetPartitioning
    deadline : Deadline
        Once it has passed the best plan so far is returned with its bound.
    on_plan : callable
        Told of every better plan and bound; of bounds before there is a plan as well.
    incumbent : callable
        Gives the columns of the best plan that is known elsewhere, if it costs less than so much and all of it is among
        them; else None. Asked now and then.
    stage : callable
        Gives the context in which the stages ``bound`` and ``choose`` run.
    cutoff : float
        Plans that cost as much are of no interest: ``infeasible`` then means that none costs less.
    warm : WarmStart, optional
        Of an earlier solution over the same columns, whatever they cost and whatever the side rows.
    trace : bool
        Whether to give what was learnt.
    threads : int
        As `netform.solve.exact.gap_closing.GapClosing` has it.

    Returns
    -------
    Solution
        ``infeasible`` only when it is proven that there is no plan.
    """
    if not partitioning.store.practices:
        nobody = np.empty(0, np.int64)
        duals = Duals(np.empty(0), np.empty(0), np.zeros(len(partitioning.sides)))
        learnt = WarmStart(np.zeros(len(partitioning.store)), nobody, NO_CUTS, duals) if trace else None
        return Solution("optimal", nobody, 0.0, 0.0, learnt)
    with stage("bound"):
        state = SearchState(partitioning, deadline, cutoff, warm, on_plan=on_plan, incumbent=incumbent)
        closing = GapClosing(state, threads=threads)
        if warm is None and not state.over:
            state.tighten(MASTER.most_rounds)
            # More cuts would raise the bound but slowly, and each has to be priced over the whole list.
            closing.width, closing.rising = closing.params.width, False
    with stage("choose"):
        if (warm is None or math.isinf(cutoff)) and not state.over:
            _find_plan(closing)
        found = closing.prove()
    return found if trace else replace(found, trace=None)


class _MetError(Exception):
    """Ends a search at the first plan that is met."""


def any_plan(
    partitioning: SetPartitioning,
    deadline: Deadline,
    *,
    cutoff: float = math.inf,
    warm: WarmStart | None = None,
) -> Solution:
    """Look for any plan: `solve_set_partitioning` is ended at the first that is met. Which is the best is not asked.

    It is by costs all the same: where all plans are alike, the search for one wanders.
    """

    def stop(solution: Solution) -> None:
        if solution.chosen is not None:
            raise _MetError(solution)

    try:
        return solve_set_partitioning(partitioning, deadline, on_plan=stop, cutoff=cutoff, warm=warm)
    except _MetError as met:
        found: Solution = met.args[0]
        return found


def _find_plan(closing: GapClosing) -> None:
    """Try cutoffs while that is quick, then look for a plan near the bound by beams."""
    state = closing.state
    closing.take_turns(closing.params.width)
    for width in BEAM.first:
        if not state.over:
            beam_search(state, state.nearest(BEAM.columns), width)
    if not state.over:
        state.take_incumbent()
    # The columns that are left are few enough to price them for more cuts.
    closing.rising = True
