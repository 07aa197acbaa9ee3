"""The variable order of a diagram: practices across the map, from the end where plans cost more than the bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netform.solve.diagram.kernel import ANY, COMPLETE, ColumnLayout
from netform.solve.master.subset_row_cuts import PricedCuts, together
from netform.solve.model.budget import DEFAULT, MemoryBudget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore

__all__ = ["STRAIGHT", "TURNED", "narrowest_order", "spectral_order"]

# Hours per week of reduced cost that make a tie between two practices e times weaker: a column dearer than that is in
# few plans. Of no such weight, one hour and a third of an hour the last made the smallest diagrams.
LOOSER = 1 / 3

# A tie weaker than this is none.
NO_TIE = 1e-9

# Orders are compared by diagrams of this width, of so many states, and for so large a part of what plans may cost:
# hardly any order sees further, and there are a quarter of the columns.
TRIED, TRIED_NODES, TRIED_PART = 100, 200_000, 0.6

# Angles by which the way across the map is turned, in radians. Turned by 15 degrees, the best of these had half to two
# thirds of the states of the first.
STRAIGHT, TURNED = (0.0,), tuple(np.pi / 12 * turn for turn in (0, -2, -1, 1, 2))


def spectral_order(store: CandidateStore, reduced: NDArray[np.float64]) -> NDArray[np.int64]:
    """The practices in an order in which few are half done at any time: neighbours near each other.

    The order along the second eigenvector of the normalised Laplacian (Shi and Malik, 2000) of a graph in which two
    practices are tied by the columns that hold both, cheap ones the more; part after part, where it falls apart.
    """
    return spectral_orders(store, reduced, STRAIGHT)[0]


def spectral_orders(
    store: CandidateStore, reduced: NDArray[np.float64], angles: Sequence[float]
) -> list[NDArray[np.int64]]:
    """As `spectral_order`, turned by angles towards the third eigenvector: across the same map by other ways.

    Parameters
    ----------
    store : CandidateStore
    reduced : ndarray of float64, shape (m,)
        Reduced costs, at least 0.
    angles : sequence of float
        In radians.
    """
    n = store.practices
    linking = together(store.offsets, store.members, np.exp(-reduced / LOOSER), n)
    linking[linking < NO_TIE] = 0.0
    orders: list[list[NDArray[np.int64]]] = [[] for _ in angles]
    for inside in _parts(linking > 0):
        if len(inside) <= 2:
            for order in orders:
                order.append(inside)
            continue
        own = linking[np.ix_(inside, inside)]
        scale = 1 / np.sqrt(own.sum(axis=1))
        laplacian = np.eye(len(inside)) - scale[:, None] * own * scale
        across = scale[:, None] * np.linalg.eigh(laplacian)[1][:, 1:3]
        # An eigenvector may point either way, and be of any length.
        across *= np.sign(across[np.abs(across).argmax(axis=0), [0, 1]]) / np.sqrt((across**2).mean(axis=0))
        for order, angle in zip(orders, angles, strict=True):
            along = across @ (np.cos(angle), np.sin(angle))
            order.append(inside[np.argsort(np.round(along, 9), kind="stable")])
    return [np.concatenate(order) if order else np.empty(0, np.int64) for order in orders]


def _parts(tied: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """The parts that practices fall into, none of one tied to any of another."""
    left = np.ones(len(tied), np.bool_)
    while left.any():
        inside = np.zeros(len(tied), np.bool_)
        more = np.flatnonzero(left)[:1]
        while len(more):
            inside[more] = True
            more = np.flatnonzero(tied[more].any(axis=0) & ~inside)
        yield np.flatnonzero(inside)
        left &= ~inside


def narrowest_order(
    store: CandidateStore,
    reduced: NDArray[np.float64],
    budget: float,
    angles: Sequence[float],
    cuts: PricedCuts,
    memory: MemoryBudget = DEFAULT,
) -> NDArray[np.int64]:
    """Of the orders turned by some angles and their reverses, the one by which a narrow diagram sees furthest.

    A plan costs more than the dual objective because somewhere on the map no networks are as cheap as their reduced
    costs. Built from there, states have soon spent the budget; built towards it, all that is elsewhere is built first:
    ten times, at worst some hundred times as many states.

    Parameters
    ----------
    store : CandidateStore
    reduced : ndarray of float64, shape (m,)
        Reduced costs, at least 0.
    budget : float
        What a plan may cost beyond the dual objective.
    angles : sequence of float
        As `spectral_orders` has them.
    cuts : PricedCuts
        Those whose prices are in the reduced costs.
    memory : MemoryBudget
    """
    orders = spectral_orders(store, reduced, angles)
    furthest, best = (-np.inf, 0), orders[0]
    part = TRIED_PART * budget
    cheap = np.flatnonzero(reduced < part)
    store, reduced = store.take(cheap), reduced[cheap]
    for tried in (end for order in orders for end in (order, order[::-1])):
        layout = ColumnLayout.of(store, reduced, tried, cuts)
        *_, nodes, seen, ended = layout.grow(part, TRIED_NODES, ANY, TRIED, 0.0, memory.room)
        if ended == COMPLETE and (seen, -len(nodes)) > furthest:
            furthest, best = (seen, -len(nodes)), tried
    return best
