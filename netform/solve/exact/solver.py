"""The best plan over all candidates, with proof; and what a plan through each candidate costs at least."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.exact.exact_solver import ExactSolver, Stage
from netform.solve.master.linear_program import Duals
from netform.solve.master.relaxation import MOST_ROUNDS, Relaxation, relax, tighten
from netform.solve.master.subset_row_cuts import NO_CUTS
from netform.solve.model.problem import SetPartitioning
from netform.solve.model.solution import Solution, WarmStart
from netform.solve.model.stopping import NEVER, Deadline

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["bound_columns", "solve_set_partitioning"]


def bound_columns(
    partitioning: SetPartitioning,
    deadline: Deadline,
    warm: WarmStart | None = None,
    rounds: int = MOST_ROUNDS,
) -> WarmStart:
    """The relaxation of a choice over every candidate, tightened: what plans dearer than the best cost at least.

    Parameters
    ----------
    partitioning : SetPartitioning
    deadline : Deadline
    warm : WarmStart, optional
        Of an earlier choice among the same candidates.
    rounds : int
        Of new cuts, at most.
    """
    relaxation = relax(partitioning, deadline, None if warm is None else warm.columns)
    relaxation = tighten(partitioning, relaxation, deadline, NO_CUTS if warm is None else warm.cuts, rounds)
    return WarmStart(relaxation.column_bounds, relaxation.columns, relaxation.cuts, relaxation.duals)


def solve_set_partitioning(
    partitioning: SetPartitioning,
    deadline: Deadline = NEVER,
    *,
    on_plan: Callable[[Solution], None] = lambda _choice: None,
    incumbent: NDArray[np.int64] | None = None,
    stage: Stage = lambda _name: nullcontext(),
    cutoff: float = math.inf,
    warm: WarmStart | None = None,
    start: Relaxation | None = None,
    trace: bool = False,
    threads: int = 1,
) -> Solution:
    """The best plan over all candidates, with proof.

    Parameters
    ----------
    partitioning : SetPartitioning
    deadline : Deadline
        Once it has passed the best plan so far is returned with its bound.
    on_plan : callable
        Told of every better plan and bound; of bounds before there is a plan as well.
    incumbent : ndarray of int64, optional
        The candidates of a plan that is known.
    stage : callable
        Gives the context in which the stages ``bound`` and ``solve_set_partitioning`` run.
    cutoff : float
        Plans that cost as much are of no interest: ``infeasible`` then means that none costs less.
    warm : WarmStart, optional
        Of an earlier choice among the same candidates, whatever they cost and whatever the side rows.
    start : Relaxation, optional
        Over the same candidates, with the cuts of ``warm`` in it.
    trace : bool
        Whether to give what was learnt.
    threads : int
        As `netform.solve.exact.gap_closing.GapClosing` has it.

    Returns
    -------
    Solution
        ``infeasible`` only when it is proven that no choice covers every practice once.
    """
    if not partitioning.store.practices:
        nobody = np.empty(0, np.int64)
        duals = Duals(np.empty(0), np.empty(0), np.zeros(len(partitioning.sides)))
        learnt = WarmStart(np.zeros(len(partitioning.store)), nobody, NO_CUTS, duals) if trace else None
        return Solution("optimal", nobody, 0.0, 0.0, learnt)
    with stage("bound"):
        solver = ExactSolver(partitioning, deadline, cutoff, warm, start, on_plan=on_plan, threads=threads)
    found = solver.run(incumbent, stage, warm=warm is not None)
    return found if trace else replace(found, trace=None)
