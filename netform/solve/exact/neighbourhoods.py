"""Neighbourhoods of a plan over listed columns: a few neighbouring networks, where the plan may be bettered.

What is left between a plan and the bound is what its networks cost beyond the duals of their practices, and the cut
slack. So of the networks that take the place of some others none costs more beyond its duals than those do together:
of the columns of a neighbourhood few are left, and it may be large (large neighbourhood search after Shaw, 1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.exact.state import SearchState

__all__ = ["neighbourhoods"]


@dataclass(frozen=True, slots=True)
class NeighbourhoodParams:
    """How neighbourhoods are chosen.

    Attributes
    ----------
    practices : int
        Of a neighbourhood at most: a dozen networks of five are solved over in a tenth of a second.
    near : int
        So many columns nearest to the relaxation say which networks are neighbours: those that share most of them.
    least_gain : float
        Where no more is to be gained than this share of the gap, it is of no interest.
    """

    practices: int = 60
    near: int = 20_000
    least_gain: float = 0.01


NEIGHBOURHOODS = NeighbourhoodParams()


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
    owner = np.empty(store.practices, np.int64)
    sizes = np.diff(store.take(plan).offsets)
    owner[store.take(plan).members] = np.repeat(np.arange(len(plan)), sizes)
    near = store.take(state.nearest(NEIGHBOURHOODS.near))
    shared = np.zeros((len(near), len(plan)), np.float32)
    shared[np.repeat(np.arange(len(near)), np.diff(near.offsets)), owner[near.members]] = 1.0
    together = shared.T @ shared
    beyond = state.relaxation.column_bounds[plan] - bound
    slack = max(0.0, state.cost - bound - float(beyond.sum()))
    gains = dict[tuple[int, ...], float]()
    for start in range(len(plan)):
        some, weight = [start], together[start].copy()
        while True:
            fits = sizes + sizes[some].sum() <= NEIGHBOURHOODS.practices
            fits[some] = False
            nearest = int(np.argmax(np.where(fits, weight, 0.0)))
            if not fits[nearest] or not weight[nearest]:
                break
            some.append(nearest)
            weight += together[nearest]
        gains[tuple(sorted(some))] = float(beyond[some].sum())
    least = NEIGHBOURHOODS.least_gain * (state.cost - bound)
    promising = sorted((each for each in gains if gains[each] > least), key=lambda each: -gains[each])
    return [(plan[list(each)], min(state.cost, bound + gains[each] + slack)) for each in promising]
