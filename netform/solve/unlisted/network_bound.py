"""The Lagrangian bound by what whole networks cost: connected, with the ways of staff between all their practices.

`netform.solve.unlisted.centre_bound` prices items, and takes for every hub the least of a knapsack. Here the prices go
on from there by what `netform.solve.unlisted.hub_bound` says of a hub, which is more and takes much longer. So hubs are
looked at in order of what is known of them, no further than the cheapest that a plan needs; and what their practices
pay each other is kept from one round to the next.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.unlisted.centre_bound import (
    ROUNDING,
    AscentParams,
    CentreBound,
    PriceAscent,
    fix_by_reduced_cost,
)
from netform.solve.unlisted.hub_bound import Multipliers, hub_value, price_hubs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from netform.solve.model.budget import Deadline
    from netform.solve.unlisted.centre_costs import CentreCosts

__all__ = ["network_bounds"]

# How prices move that are good to begin with, where a round takes long.
LATER = AscentParams(step=0.1, least_step=2e-3, patience=4, shorter=0.6, rounds=200)


@dataclass(frozen=True, slots=True)
class NetworkBoundParams:
    """How hubs are looked at, and when it is no longer worth it.

    Attributes
    ----------
    effort : int
        For the multipliers of a hub in each round, which go on from those before, pairs of its practices counted.
    fixed : float
        Items are fixed anew once so much is left of what was missing.
    turn, rise : int, float
        It ends once so many rounds take less than this share off what is missing.
    looks : int
        At every hub: with the multipliers that there are, then with better ones.
    """

    effort: int = 400_000
    fixed: float = 0.9
    turn: int = 10
    rise: float = 0.05
    looks: int = 2


NETWORK_BOUND = NetworkBoundParams()


def network_bounds(
    begin: CentreBound, cutoff: float, deadline: Deadline, effort: int = NETWORK_BOUND.effort
) -> Iterator[CentreBound]:
    """Raise the bound by prices, and fix what no plan below the cutoff has; the best so far after each round.

    Parameters
    ----------
    begin : CentreBound
        With prices that bound well by knapsacks.
    cutoff : float
        Hours per week of the best plan known.
    deadline : Deadline
    effort : int
        For multipliers, in one look at a hub.
    """
    best, costs, ascent = begin, begin.costs, PriceAscent(begin.prices, LATER)
    multipliers = dict[int, Multipliers]()
    fixed_at = before = cutoff - begin.bound
    for k in range(LATER.rounds):
        prices, room = ascent.prices, cutoff - best.bound
        if k % NETWORK_BOUND.turn == NETWORK_BOUND.turn - 1:
            if room > (1 - NETWORK_BOUND.rise) * before:
                return
            before = room
        need = room / max(1, costs.fewest)
        values, least, cover = _priced(costs, prices, need, deadline, effort, multipliers)
        bound = math.fsum(prices) + least - ROUNDING
        better = bound > best.bound
        if better:
            room = cutoff - bound
            if 0 < room < NETWORK_BOUND.fixed * fixed_at:
                costs, fixed_at = fix_by_reduced_cost(costs, costs.shared(prices), values, room), room
            best = CentreBound(min(bound, cutoff), prices, values, costs)
        yield best
        if deadline.passed or best.bound >= cutoff or not ascent.move(cover, cutoff - bound, better=better):
            return


def _priced(
    costs: CentreCosts,
    prices: NDArray[np.float64],
    need: float,
    deadline: Deadline,
    effort: int,
    multipliers: dict[int, Multipliers],
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """What each hub costs at least beyond the prices; the least of all hubs of a plan, and how they cover items.

    Parameters
    ----------
    costs : CentreCosts
    prices : ndarray of float64, shape (m,)
    need : float
        One look at a hub raises what is known of it by no more, hours per week.
    deadline : Deadline
    effort : int
        For multipliers, in one look at a hub.
    multipliers : dict of int to Multipliers
        The latest, by hub: of those looked at for the second time they are replaced.
    """
    duals, none = costs.shared(prices), np.zeros(len(costs.item), np.bool_)
    values, _, _ = price_hubs(costs.hours, prices, costs.item, costs.patients, costs.sizes, costs.fixed)
    covers = np.zeros((len(values), len(prices)))
    # Those of every plan come first, then the cheapest by what is known of them.
    hubs = [
        (not must, value, hub, 0) for hub, (must, value) in enumerate(zip(costs.must, values, strict=True))
    ]
    heapq.heapify(hubs)
    fewest, chosen, total = max(costs.fewest, int(costs.must.sum())), list[int](), 0.0
    while hubs:
        free, value, hub, looks = heapq.heappop(hubs)
        if free and (len(chosen) == costs.many or (len(chosen) >= fewest and value >= 0)):
            return values, total, covers[chosen].sum(axis=0)
        if looks == NETWORK_BOUND.looks or not math.isfinite(value) or deadline.passed:
            chosen.append(hub)
            total += value
            continue
        may, floor = np.isfinite(costs.hours[costs.item, hub]), value + need
        found, raised = hub_value(
            costs, hub, duals, may, none, floor, effort if looks else 0, multipliers.get(hub)
        )
        if looks and raised is not None:
            multipliers[hub] = raised
        values[hub], covers[hub] = max(value, found.least), 0.0
        np.add.at(covers[hub], costs.item, costs.shared(np.ones(len(prices))) * found.cover)
        heapq.heappush(hubs, (free, float(values[hub]), hub, looks + 1))
    return values, total if len(chosen) >= fewest else math.inf, covers[chosen].sum(axis=0)
