"""The Lagrangian bound by what whole networks cost: connected, with the ways of staff between all their practices.

`netform.solve.unlisted.centre_bound` prices items, and takes for every hub the least of a knapsack. Here the prices go
on from there by what `netform.solve.unlisted.hub_bound` says of a hub, which is more and takes much longer. So hubs are
looked at in order of what is known of them, no further than the cheapest that a plan needs; and what their practices
pay each other is kept from one round to the next.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
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

__all__ = ["NetworkBoundParams", "network_bounds"]


# How prices move that are good to begin with, where a round takes long.
LATER = AscentParams(step=0.1, least_step=2e-3, patience=4, shorter=0.6)


@dataclass(frozen=True, slots=True)
class NetworkBoundParams:
    """How prices are sought.

    Attributes
    ----------
    rounds : int
        Of prices at most.
    effort : int
        For the multipliers of a hub in each, which go on from those before, pairs of its practices in a round counted.
    ascent : AscentParams
    fixed : float
        Items are fixed anew once so much is left of what was missing.
    turn, rise : int, float
        It ends once so many rounds take less than this share off what is missing.
    """

    rounds: int = 200
    effort: int = 400_000
    ascent: AscentParams = LATER
    fixed: float = 0.9
    turn: int = 10
    rise: float = 0.05


# At every hub: with the multipliers that there are, then with better ones.
LOOKS = 2


def network_bounds(
    begin: CentreBound, cutoff: float, deadline: Deadline, params: NetworkBoundParams = NetworkBoundParams()
) -> Iterator[CentreBound]:
    """Raise the bound by prices, and fix what no plan below the cutoff has; the best so far after each round.

    Parameters
    ----------
    begin : CentreBound
        With prices that bound well by knapsacks.
    cutoff : float
        Hours per week of the best plan known.
    deadline : Deadline
    params : NetworkBoundParams
    """
    best, ascent = begin, PriceAscent(begin.prices, params.ascent)
    networks = _Networks(begin.costs, params.effort)
    fixed_at = before = cutoff - begin.bound
    for k in range(params.rounds):
        prices, room = ascent.prices, cutoff - best.bound
        if k % params.turn == params.turn - 1:
            if room > (1 - params.rise) * before:
                return
            before = room
        values, least, cover = networks.price(prices, room / max(1, begin.costs.fewest), deadline)
        bound = math.fsum(prices) + least - ROUNDING
        ascent.told(better=bound > best.bound)
        if bound > best.bound:
            room = cutoff - bound
            if 0 < room < params.fixed * fixed_at:
                duals = shared(networks.costs, prices)
                networks.costs, fixed_at = fix_by_reduced_cost(networks.costs, duals, values, room), room
            best = CentreBound(min(bound, cutoff), prices, values, networks.costs)
        yield best
        if deadline.passed or best.bound >= cutoff or not ascent.move(cover, cutoff - bound):
            return


def shared(costs: CentreCosts, prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """The prices of items as duals of their practices, shared by registered patients."""
    return prices[costs.item] * costs.list_size / np.maximum(1, costs.patients)[costs.item]


@dataclass(slots=True)
class _Networks:
    """The networks of all hubs.

    Attributes
    ----------
    costs : CentreCosts
    effort : int
        For multipliers, in one look at a hub.
    multipliers : dict of int to Multipliers
        The latest, by hub.
    """

    costs: CentreCosts
    effort: int
    multipliers: dict[int, Multipliers] = field(default_factory=dict)

    def price(
        self, prices: NDArray[np.float64], need: float, deadline: Deadline
    ) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
        """What each hub costs at least beyond the prices; the least of all hubs of a plan, and how they cover items.

        Parameters
        ----------
        prices : ndarray of float64, shape (m,)
        need : float
            One look at a hub raises what is known of it by no more, hours per week.
        deadline : Deadline
        """
        costs, duals = self.costs, shared(self.costs, prices)
        values, _, _ = price_hubs(costs.hours, prices, costs.item, costs.patients, costs.sizes, costs.fixed)
        covers = np.zeros((len(values), len(prices)))
        # Those of every plan come first, then the cheapest by what is known of them.
        hubs = [
            (not must, value, hub, 0)
            for hub, (must, value) in enumerate(zip(costs.must, values, strict=True))
        ]
        heapq.heapify(hubs)
        fewest, chosen, total = max(costs.fewest, int(costs.must.sum())), list[int](), 0.0
        while hubs:
            free, value, hub, looks = heapq.heappop(hubs)
            if free and (len(chosen) == costs.many or (len(chosen) >= fewest and value >= 0)):
                return values, total, covers[chosen].sum(axis=0)
            if looks < LOOKS and math.isfinite(value) and not deadline.passed:
                values[hub], covers[hub] = self.look(hub, duals, value, value + need, looks)
                heapq.heappush(hubs, (free, float(values[hub]), hub, looks + 1))
            else:
                chosen.append(hub)
                total += value
        return values, total if len(chosen) >= fewest else math.inf, covers[chosen].sum(axis=0)

    def look(
        self, hub: int, duals: NDArray[np.float64], value: float, floor: float, looks: int
    ) -> tuple[float, NDArray[np.float64]]:
        """What a hub costs at least, up to a floor, and how that covers items; with multipliers at the second look."""
        costs, item = self.costs, self.costs.item
        may, none = np.isfinite(costs.hours[item, hub]), np.zeros(len(item), np.bool_)
        effort = self.effort if looks else 0
        found, multipliers = hub_value(costs, hub, duals, may, none, floor, effort, self.multipliers.get(hub))
        if looks and multipliers is not None:
            self.multipliers[hub] = multipliers
        cover = np.zeros(len(costs.patients))
        np.add.at(cover, item, shared(costs, np.ones(len(cover))) * found.cover)
        return max(value, found.least), cover
