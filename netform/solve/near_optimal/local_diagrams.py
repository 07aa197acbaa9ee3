"""Decision diagrams of the plans near the optimum that differ from it in one neighbourhood only.

Where all plans near the optimum are too many for a diagram, those that change a few neighbouring networks are not: all
else stays as it is, so they may spend the whole allowance there. They are plans like any other, and show most
neighbours together in one and apart in another.
"""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.store import CandidateStore
from netform.solve.exact.solver import bound_columns
from netform.solve.model.problem import SetPartitioning, SideRow
from netform.solve.near_optimal.space import network_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from netform.solve.diagram.build import Diagram
    from netform.solve.near_optimal.space import NearOptimalSpace

__all__ = ["local_diagrams"]

# Practices in a neighbourhood, small ones first, and columns looked at for its diagram.
PRACTICES = (40, 60)
MOST_STEPS = 500_000_000


def local_diagrams(near: NearOptimalSpace, limit: float) -> Iterator[tuple[Diagram, float]]:
    """For every network of the best plan, the ways to form it and those nearest to it anew, below a limit.

    Parameters
    ----------
    near : NearOptimalSpace
    limit : float
        Of a whole plan.

    Yields
    ------
    diagram : Diagram
        Over the columns of the plan model; what its plans do not cover stays as it is in the best plan.
    cutoff : float
        What those plans cost less than.
    """
    plan, store = near.known[0], near.model.store
    kept = near.within(limit)
    network, some = network_of(store, plan), store.take(kept)
    meets = np.zeros((len(plan), len(kept)), np.float32)
    meets[network[some.members], np.repeat(np.arange(len(kept)), np.diff(some.offsets))] = 1.0
    touch = meets @ meets.T
    size = np.diff(store.offsets)[plan]
    done = set()
    for most, start in product(PRACTICES, range(len(plan))):
        nearby = _neighbourhood(touch, size, start, most)
        if near.deadline.passed or nearby in done:
            continue
        done.add(nearby)
        outside = np.ones(len(plan), np.bool_)
        outside[list(nearby)] = False
        inside = kept[meets[outside].sum(axis=0) == 0]
        cutoff = limit - math.fsum(near.costs[plan[outside]])
        diagram = _built(near, inside, plan[outside], cutoff)
        if diagram is not None:
            yield diagram, cutoff


def _neighbourhood(
    touch: NDArray[np.float32], size: NDArray[np.int64], start: int, most: int
) -> tuple[int, ...]:
    """A network and those that share the most columns with it, as far as there is room."""
    nearby, practices = {start}, int(size[start])
    while True:
        shared = touch[list(nearby)].sum(axis=0)
        shared[list(nearby)] = 0
        shared[practices + size > most] = 0
        best = int(shared.argmax())
        if shared[best] == 0:
            return tuple(sorted(nearby))
        nearby.add(best)
        practices += int(size[best])


def _built(
    near: NearOptimalSpace, inside: NDArray[np.int64], stay: NDArray[np.int64], cutoff: float
) -> Diagram | None:
    """All ways below a cutoff to cover what some networks do not that stay as they are."""
    store = near.model.store
    left = np.ones(store.practices, np.bool_)
    left[store.take(stay).members] = False
    number = np.cumsum(left) - 1
    some = store.take(inside)
    own = CandidateStore(some.offsets, number[some.members].astype(np.uint16), int(left.sum()))
    sides = []
    for side in near.model.sides:
        fixed = math.fsum(side.coefficients[stay])
        sides.append(SideRow(side.coefficients[inside], side.least - fixed, side.most - fixed))
    partitioning = SetPartitioning(
        own, near.costs[inside], tuple(sides), near.model.most_networks, near.model.memory
    )
    return near.built(partitioning, bound_columns(partitioning, near.deadline), inside, cutoff, MOST_STEPS)
