"""Diving: a plan from what a relaxation chooses whole.

Where networks are small, most columns that the relaxation chooses are chosen whole. Those are kept, and what is left is
a set partitioning over fewer practices, of which the relaxation is solved anew, and so on; on the way back each is
solved as far as that is quick. Over a thousand practices beams would go wrong somewhere, and diagrams see no further
than the bound. (T. Berthold, *Primal heuristics for mixed integer programs*, 2006, on diving and on neighbourhoods that
a relaxation gives.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.solve.exact.state import SearchState
from netform.solve.master.relaxation import MOST_ROUNDS, TINY

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.master.relaxation import Relaxation
    from netform.solve.model.budget import Deadline

__all__ = ["DIVE", "dive", "is_nearly_integral"]

# Of what a column is chosen in a relaxation: what rounding leaves.
WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class DiveParams:
    """How a relaxation is dived into.

    Attributes
    ----------
    least_whole : float
        Share of the practices that are in whole columns, at least: else it says too little.
    most_left : float
        Share of the practices that are left at most, from one relaxation to the next.
    share : float
        Of the time left, for all of them.
    """

    least_whole: float = 0.5
    most_left: float = 0.7
    share: float = 0.2


DIVE = DiveParams()


def is_nearly_integral(relaxation: Relaxation, store: CandidateStore) -> bool:
    """Whether a relaxation chooses whole columns for so many practices that diving promises something."""
    whole = store.take(relaxation.columns[relaxation.values > 1 - WHOLE])
    return relaxation.missing < TINY and len(whole.members) >= DIVE.least_whole * store.practices


def dive(state: SearchState, deadline: Deadline, finish: Callable[[SearchState], None]) -> None:
    """Keep the columns that the relaxation chooses most, and solve over the practices that are left, in the same way.

    Parameters
    ----------
    state : SearchState
        Takes the plan, if it is better.
    deadline : Deadline
    finish : callable
        Betters the plan over the practices that are left.
    """
    partitioning, relaxation = state.partitioning, state.relaxation
    taken, left = _taken(state)
    if not left.any() or relaxation.missing > TINY or deadline.passed:
        return
    kept = state.cheap_enough(state.cost)
    kept = kept[_inside(partitioning.store.offsets, partitioning.store.members, kept, left)]
    some = partitioning.take(kept)
    members = (np.cumsum(left) - 1)[some.store.members].astype(np.uint16)
    used = [math.fsum(side.coefficients[taken]) for side in partitioning.sides]
    rest = replace(
        some,
        store=replace(some.store, members=members, practices=int(left.sum())),
        sides=tuple(
            replace(side, least=side.least - by, most=side.most - by)
            for side, by in zip(some.sides, used, strict=True)
        ),
        most_networks=partitioning.most_networks - len(taken),
        memory=state.memory.left_beside(some.nbytes),
    )
    below = SearchState(rest, deadline, state.cost - math.fsum(partitioning.costs[taken]))
    if not below.over:
        below.tighten(MOST_ROUNDS)
        dive(below, deadline, finish)
    if not below.over:
        finish(below)
    if below.chosen is not None:
        state.accept(np.concatenate((taken, kept[below.chosen])))


def _taken(state: SearchState) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The columns that a relaxation chooses whole, others until few enough practices are left, and which those are."""
    store, relaxation = state.partitioning.store, state.relaxation
    left, taken = np.ones(store.practices, np.bool_), list[int]()
    for k in np.argsort(-relaxation.values, kind="stable").tolist():
        whole = relaxation.values[k] > 1 - WHOLE
        if not whole and left.sum() <= DIVE.most_left * store.practices:
            break
        column = int(relaxation.columns[k])
        if left[store[column]].all():
            left[store[column]] = False
            taken.append(column)
    return np.array(taken, np.int64), left


@nb.njit(cache=True, nogil=True)
def _inside(offsets, members, kept, left):  # type: ignore[no-untyped-def]
    """Which of some columns hold no practice but of those left."""
    inside = np.ones(len(kept), np.bool_)
    for k in range(len(kept)):
        for e in range(offsets[kept[k]], offsets[kept[k] + 1]):
            inside[k] &= left[members[e]]
    return inside
