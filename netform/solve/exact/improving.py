"""Look for better plans over listed columns, and prove nothing: dives, beams, and neighbourhoods of the incumbent.

Where networks are small, most columns that the relaxation chooses are chosen whole. Those are kept, and what is left is
a set partitioning over fewer practices, of which the relaxation is solved anew, and so on: diving. Beams go on with few
states at a time from either end of the map, by the duals of the relaxation.

A neighbourhood is a few neighbouring networks of the incumbent, where it may be bettered. What is left between a plan
and the bound is what its networks cost beyond the duals of their practices, and the cut slack. So of the networks that
take the place of some others none costs more beyond its duals than those do together: of the columns of a neighbourhood
few are left, and it may be large (large neighbourhood search after Shaw, 1998).

Each looks into a search state and leaves in it what it finds. Where the gap over what is left of a plan is to be
closed as far as that is quick, whoever asks says how: ``close``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.diagram.build import best_below
from netform.solve.diagram.variable_order import spectral_order
from netform.solve.exact.state import SearchState
from netform.solve.master.relaxation import MASTER, TINY, WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.model.budget import Deadline

    Close = Callable[[SearchState], None]

__all__ = [
    "IMPROVING",
    "beam_search",
    "better_neighbourhoods",
    "dive",
    "keep_whole",
    "nearly_integral",
    "neighbourhoods",
    "neighbourhoods_of",
]


@dataclass(frozen=True, slots=True)
class ImprovingParams:
    """How far beams and dives go, and how neighbourhoods are chosen.

    Beams
        beams : states of successive beams of a first solution: twenty to a hundred times as many see no further than a
            bound.
        beam_width, beam_columns : so many states at a time, of so many columns, nearly always come to the best plan.
        beam_spare, beam_reach : states are gone on with up to so much above the dearest that the width keeps, as a
            share of what a network costs, and plans up to so much above the bound, as a share of it.

    Dives
        least_whole : share of the practices that are in whole columns, at least: else the relaxation says too little.
        most_left : share of the practices that are left at most, from one relaxation to the next.
        dive_share : of the time left, for all of them.

    Neighbourhoods
        neighbourhood_columns : they are of no use where no more columns are left.
        neighbourhood_share : of the time left, for all of them; and of that, for each.
        practices : of a neighbourhood at most: a dozen networks of five are solved over in a tenth of a second.
        near : so many columns nearest to the relaxation say which networks are neighbours: those that share most of
            them.
        least_gain : where no more is to be gained than this share of the gap, it is of no interest.
    """

    beams: tuple[int, ...] = (100, 300)
    beam_width: int = 200
    beam_columns: int = 5_000
    beam_spare: float = 0.015
    beam_reach: float = 0.02
    least_whole: float = 0.5
    most_left: float = 0.7
    dive_share: float = 0.2
    neighbourhood_columns: int = 40_000
    neighbourhood_share: float = 0.2
    practices: int = 60
    near: int = 20_000
    least_gain: float = 0.01


IMPROVING = ImprovingParams()


def beam_search(state: SearchState, kept: NDArray[np.int64], width: int) -> None:
    """Look for a plan among some columns by going on with few states at a time, from either end."""
    some, reduced, dual_objective, cuts = state.priced(kept)
    order = spectral_order(some.store, reduced)
    networks = max(1.0, float(state.relaxation.values.sum()))
    spare = IMPROVING.beam_spare * abs(dual_objective) / networks
    for end in (order, order[::-1]):
        cutoff = min(state.cost, dual_objective + IMPROVING.beam_reach * abs(dual_objective))
        if not state.over:
            memory = state.memory
            found = best_below(
                some, reduced, dual_objective, cutoff, width, end, cuts, spare=spare, memory=memory
            ).chosen
            state.take(kept, found)


def dive(state: SearchState, close: Close) -> None:
    """Look for a plan by what the relaxation chooses whole, where that is most of it."""
    if not state.over and nearly_integral(state):
        keep_whole(state, state.deadline.share(IMPROVING.dive_share), close)


def nearly_integral(state: SearchState) -> bool:
    """Whether the relaxation chooses whole columns for so many practices that diving promises something."""
    relaxation, store = state.relaxation, state.partitioning.store
    whole = store.take(relaxation.columns[relaxation.values > 1 - WHOLE])
    return relaxation.missing < TINY and len(whole.members) >= IMPROVING.least_whole * store.practices


def keep_whole(state: SearchState, deadline: Deadline, close: Close) -> None:
    """Keep the columns that the relaxation chooses most, and solve over the practices that are left, the same way.

    Kept are those chosen whole, and others until few enough practices are left. Beams over a thousand practices would
    go wrong somewhere, and diagrams see no further than the bound. On the way back what is left is solved as far as
    that is quick. (T. Berthold, *Primal heuristics for mixed integer programs*, 2006, on diving and on neighbourhoods
    that a relaxation gives.)
    """
    store, relaxation = state.partitioning.store, state.relaxation
    left, taken = np.ones(store.practices, np.bool_), list[int]()
    for k in np.argsort(-relaxation.values, kind="stable").tolist():
        whole = relaxation.values[k] > 1 - WHOLE
        if not whole and left.sum() <= IMPROVING.most_left * store.practices:
            break
        column = int(relaxation.columns[k])
        if left[store[column]].all():
            left[store[column]] = False
            taken.append(column)
    if left.any() and relaxation.missing <= TINY and not deadline.passed:
        _solve_rest(state, np.array(taken, np.int64), state.cost, deadline, close, dives=True)


def better_neighbourhoods(state: SearchState, close: Close) -> None:
    """Solve anew what a few neighbouring networks of the incumbent hold, until none of them is bettered.

    Only where many columns are left: else a diagram of them all is the quicker way to the best plan.
    """
    solved, going = set[frozenset[int]](), True
    deadline = state.deadline.share(IMPROVING.neighbourhood_share)
    while going and not (state.over or deadline.passed or state.chosen is None):
        going = False
        if len(state.cheap_enough(state.cost)) <= IMPROVING.neighbourhood_columns:
            return
        plan = np.flatnonzero(np.isin(state.origin, state.chosen))
        for some, dear in neighbourhoods(state, plan):
            key = frozenset(state.origin[some].tolist())
            if key in solved:
                continue
            solved.add(key)
            each = deadline.share(IMPROVING.neighbourhood_share)
            going = _solve_rest(state, np.setdiff1d(plan, some), dear, each, close)
            if going or deadline.passed:
                break


def _solve_rest(
    state: SearchState,
    taken: NDArray[np.int64],
    dear: float,
    deadline: Deadline,
    close: Close,
    *,
    dives: bool = False,
) -> bool:
    """Keep some columns, and solve over the practices that are left as far as that is quick; whether it paid.

    Parameters
    ----------
    state : SearchState
    taken : ndarray of int64
        The columns that are kept.
    dear : float
        Columns in no plan as cheap are left out.
    deadline : Deadline
    close : callable
    dives : bool
        Whether to keep what the relaxation chooses whole of what is left, first.
    """
    partitioning = state.partitioning
    rest, kept = partitioning.rest(taken, state.cheap_enough(dear))
    most, memory = rest.most_networks - len(taken), state.memory.left_beside(rest.nbytes)
    rest = replace(rest, most_networks=most, memory=memory)
    below = SearchState(rest, deadline, state.cost - math.fsum(partitioning.costs[taken]))
    if not below.over:
        below.tighten(MASTER.most_rounds)
        if dives:
            keep_whole(below, deadline, close)
    close(below)
    if below.chosen is None:
        return False
    state.accept(np.concatenate((taken, kept[below.chosen])))
    return True


def neighbourhoods(state: SearchState, plan: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], float]]:
    """The neighbourhood of each network of a plan, those first that promise most.

    Parameters
    ----------
    state : SearchState
    plan : ndarray of int64
        Its columns.

    Returns
    -------
    list of (ndarray of int64, float)
        Columns of the plan, and what a plan of columns that may take their place costs at most by its column bound.
    """
    store, bound = state.partitioning.store, state.relaxation.bound
    beyond = state.relaxation.column_bounds[plan] - bound
    slack = max(0.0, state.cost - bound - float(beyond.sum()))
    near = store.take(state.nearest(IMPROVING.near))
    found = neighbourhoods_of(store.take(plan), near, IMPROVING.practices)
    gains = sorted(((float(beyond[some].sum()), sorted(some)) for some in found), key=lambda each: -each[0])
    least = IMPROVING.least_gain * (state.cost - bound)
    return [(plan[some], min(state.cost, bound + gain + slack)) for gain, some in gains if gain > least]


def neighbourhoods_of(plan: CandidateStore, columns: CandidateStore, most: int) -> list[list[int]]:
    """For each network of a plan, it and those that share the most columns with it, as far as there is room.

    Parameters
    ----------
    plan : CandidateStore
        Its networks.
    columns : CandidateStore
        Those that say which networks are neighbours: columns with practices of both.
    most : int
        Practices of a neighbourhood.

    Returns
    -------
    list of list of int
        Networks by where they stand in the plan, in the order in which they were joined; each set once.
    """
    sizes = np.diff(plan.offsets)
    owner = np.empty(plan.practices, np.int64)
    owner[plan.members] = np.repeat(np.arange(len(plan)), sizes)
    meets = np.zeros((len(columns), len(plan)), np.float32)
    meets[np.repeat(np.arange(len(columns)), np.diff(columns.offsets)), owner[columns.members]] = 1.0
    shared = meets.T @ meets
    found = dict[tuple[int, ...], list[int]]()
    for start in range(len(plan)):
        some = [start]
        while True:
            weight = shared[some].sum(axis=0)
            weight[some] = 0.0
            weight[sizes + sizes[some].sum() > most] = 0.0
            nearest = int(weight.argmax())
            if not weight[nearest]:
                break
            some.append(nearest)
        found[tuple(sorted(some))] = some
    return list(found.values())
