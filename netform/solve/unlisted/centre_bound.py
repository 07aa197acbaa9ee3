"""The Lagrangian bound of the assignment model with centres, and what it fixes.

With a price for every item, the least that the network of a hub costs beyond the prices of its items is a knapsack;
with fractions allowed it is solved by one sort, and its dual gives the reduced cost of every assignment. The prices of
the items together with the least of so many hubs bound every plan. Where some networks may be exceptions, so many hubs
may have a network of any size, which costs less. An assignment that takes the bound to the cost of a plan is in none
that is cheaper: it is fixed to zero, and bounds from then on hold for cheaper plans. Prices rise where items are in no
network and fall where they are in several: a subgradient method with steps by the cost of a plan (Polyak, 1969), after
Validi, Buchanan and Lykhovyd (2022).

Where networks hold many practices each, the prices go on from there by what `netform.solve.unlisted.hub_bound` says of
a hub, by what whole networks cost: connected, with the ways of staff between all their practices. That is more and
takes much longer. So hubs are looked at in order of what is known of them, no further than the cheapest that a plan
needs; and what their practices pay each other is kept from one round to the next.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.master.linear_program import Duals
from netform.solve.unlisted.hub_bound import Multipliers, hub_value, price_hubs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from netform.solve.model.budget import Deadline
    from netform.solve.unlisted.centre_costs import CentreCosts

    # What some prices say of the hubs: what each costs at least beyond them, what all hubs of a plan do together, how
    # those cover the items; and, by the room below the cutoff, the model without what no plan below it has.
    Priced = tuple[NDArray[np.float64], float, NDArray[np.float64], Callable[[float], CentreCosts]]

__all__ = ["CentreBound", "centre_bounds", "cheapest_of_two_kinds", "fix_by_reduced_cost", "network_bounds"]


@dataclass(frozen=True, slots=True)
class AscentParams:
    """How prices move.

    Attributes
    ----------
    step, least_step : float
        The first step as a share of Polyak's, and one so short that the bound no longer moves.
    patience : int
        Rounds without a better bound before the step is made shorter.
    shorter : float
        The share of the step that is left then.
    kept : float
        Of the last direction: where an item is in two networks by turns, the two cancel out.
    rounds : int
        Of prices at most; the steps are too short to matter long before, but with few items, where a round takes no
        time.
    margin : float
        Where no plan is known, the target of the steps lies so much above the bound, as a share of it.
    """

    step: float = 1.0
    least_step: float = 1e-3
    patience: int = 10
    shorter: float = 0.7
    kept: float = 0.6
    rounds: int = 3000
    margin: float = 0.05


ASCENT = AscentParams()

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

# Hours per week that sums of costs may be wrong by.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class CentreBound:
    """What the prices have proven.

    Attributes
    ----------
    bound : float
        Hours per week that no plan costs less than; the cutoff where no plan is cheaper than that.
    prices : ndarray of float64, shape (m,)
        Those that gave it.
    hubs : ndarray of float64, shape (n,)
        What a network of each hub costs at least beyond those prices.
    costs : CentreCosts
        Without the assignments that no plan below the cutoff has.
    """

    bound: float
    prices: NDArray[np.float64]
    hubs: NDArray[np.float64]
    costs: CentreCosts

    @property
    def duals(self) -> Duals:
        """The same as duals of practices and of a network, where a hub may have any number of networks.

        A network of a hub has that hub among its practices; so what it costs less than others goes off the dual of
        the hub, and none costs less than the duals of its practices. The price of an item is shared by patients.
        """
        # Where there are as few networks as may be, or as many, what their hubs cost alike is the dual of a network.
        counts = np.clip([self.costs.fewest, self.costs.many], 1, len(self.hubs))
        fewest, many = np.sort(self.hubs)[counts - 1]
        alike = max(float(fewest), min(float(many), 0.0))
        less = np.minimum(0.0, self.hubs - alike) if math.isfinite(alike) else 0.0
        network = np.array([alike if math.isfinite(alike) else 0.0])
        return Duals(self.costs.shared(self.prices) + less, np.empty(0), network)


def centre_bounds(
    costs: CentreCosts,
    cutoff: float,
    deadline: Deadline,
    rounds: int = ASCENT.rounds,
    first: NDArray[np.float64] | None = None,
    any_size: CentreCosts | None = None,
    exceptions: int = 0,
) -> Iterator[CentreBound]:
    """Raise the bound by prices, and fix what no plan below the cutoff has; the best so far after each round.

    Parameters
    ----------
    costs : CentreCosts
    cutoff : float
        Hours per week of the best plan known; infinite for none.
    deadline : Deadline
        The last bound is that of the best prices by then.
    rounds : int
        At most.
    first : ndarray of float64, shape (m,), optional
        Prices to begin with.
    any_size : CentreCosts, optional
        Of networks of any size, for plans with exceptions; its numbers of networks are those of the plans looked at.
        Nothing is fixed then.
    exceptions : int
        How many of a plan's networks may be such.
    """

    def look(best: CentreBound, prices: NDArray[np.float64]) -> Priced:
        values, duals, taken = price_hubs(best.costs, prices)
        if any_size is None:
            chosen, least, _ = _cheapest_hubs(best.costs, values)
            fixed = partial(_fixed, best.costs, prices, duals, values, values)
            return values, least, taken[chosen].sum(axis=0), fixed
        # A hub may have a network of either kind, or both: that only lowers the bound.
        outside, _, takes = price_hubs(any_size, prices)
        fewest, many = any_size.fewest, any_size.many
        least, number, out = cheapest_of_two_kinds(values, outside, fewest, many, exceptions)
        covered = taken[np.argsort(values, kind="stable")[:number]].sum(axis=0)
        covered += takes[np.argsort(outside, kind="stable")[:out]].sum(axis=0)
        return values, least, covered, lambda _room: costs

    prices = _first_prices(costs) if first is None else first
    begin = CentreBound(-math.inf, prices, np.zeros(len(costs.item)), costs)
    return _raised(begin, cutoff, deadline, replace(ASCENT, rounds=rounds), look)


def network_bounds(
    begin: CentreBound, cutoff: float, deadline: Deadline, effort: int = NETWORK_BOUND.effort
) -> Iterator[CentreBound]:
    """Raise the bound by prices for whole networks; the best so far after each round, as `centre_bounds` has it.

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
    multipliers = dict[int, Multipliers]()
    fixed_at = before = cutoff - begin.bound

    def look(best: CentreBound, prices: NDArray[np.float64]) -> Priced:
        costs, need = best.costs, (cutoff - best.bound) / max(1, best.costs.fewest)
        values, least, cover = _price_networks(costs, prices, need, deadline, effort, multipliers)

        def fixed(room: float) -> CentreCosts:
            nonlocal fixed_at
            if room >= NETWORK_BOUND.fixed * fixed_at:
                return costs
            fixed_at = room
            return fix_by_reduced_cost(costs, costs.shared(prices), values, room)

        return values, least, cover, fixed

    for k, found in enumerate(_raised(begin, cutoff, deadline, LATER, look), 2):
        yield found
        if k % NETWORK_BOUND.turn == 0:
            room = cutoff - found.bound
            if room > (1 - NETWORK_BOUND.rise) * before:
                return
            before = room


def _raised(
    best: CentreBound,
    cutoff: float,
    deadline: Deadline,
    params: AscentParams,
    look: Callable[[CentreBound, NDArray[np.float64]], Priced],
) -> Iterator[CentreBound]:
    """Move prices up where items are in no network and down where they are in several; the best so far by rounds.

    Parameters
    ----------
    best : CentreBound
        With the prices to begin with.
    cutoff, deadline
        As `centre_bounds` has them.
    params : AscentParams
    look : callable
        What prices say of the hubs, given the best bound so far.
    """
    prices, step, worse, direction = best.prices, params.step, 0, np.zeros(len(best.prices))
    for _ in range(params.rounds):
        values, least, covered, fixed = look(best, prices)
        bound = math.fsum(prices) + least - ROUNDING
        worse += 1
        if bound > best.bound:
            costs = fixed(cutoff - bound) if bound < cutoff < math.inf else best.costs
            best, worse = CentreBound(min(bound, cutoff), prices, values, costs), 0
        yield best
        if deadline.passed or best.bound >= cutoff or step < params.least_step:
            return
        if worse > params.patience:
            prices, step, worse, direction = best.prices, step * params.shorter, 0, np.zeros(len(prices))
            continue
        ahead = 1.0 - covered
        direction = (1 - params.kept) * ahead + params.kept * direction if direction.any() else ahead
        length = float(direction @ direction)
        if length < ROUNDING:
            return
        target = cutoff if math.isfinite(cutoff) else best.bound + params.margin * max(abs(best.bound), 1.0)
        prices = prices + step * (target - bound) / length * direction


def _price_networks(
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
    values, _, _ = price_hubs(costs, prices)
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


def fix_by_reduced_cost(
    costs: CentreCosts, duals: NDArray[np.float64], least: NDArray[np.float64], room: float
) -> CentreCosts:
    """The model without what no plan has that costs less than ``room`` beyond the bound of some duals.

    Parameters
    ----------
    costs : CentreCosts
    duals : ndarray of float64, shape (n,)
    least : ndarray of float64, shape (n,)
        What the network of each hub costs at least beyond them.
    room : float
        Hours per week.
    """
    prices = np.asarray(np.bincount(costs.item, duals, len(costs.patients)), np.float64)
    values, patient_duals, _ = price_hubs(costs, prices)
    return _fixed(costs, prices, patient_duals, values, np.maximum(least, values), room)


def _fixed(
    costs: CentreCosts,
    prices: NDArray[np.float64],
    duals: NDArray[np.float64],
    values: NDArray[np.float64],
    least: NDArray[np.float64],
    room: float,
) -> CentreCosts:
    """The model without what would cost ``room`` or more beyond the bound.

    ``duals`` and ``values`` are those of the knapsacks of hubs; ``least`` is what is known of hubs, and no less.
    """
    chosen, total, others = _cheapest_hubs(costs, least)
    if not math.isfinite(total):
        return costs
    dearer = least + others - total
    dearer[chosen] = 0.0
    reduced = costs.hours - prices[:, None] - duals[None, :] * costs.patients[:, None]
    reduced[costs.item, np.arange(len(costs.item))] = 0.0
    # What is known of a hub beyond its knapsack may be what its items cost.
    reduced -= np.subtract(least, values, out=np.zeros(len(values)), where=np.isfinite(values))
    return costs.without(np.maximum(dearer, 0.0)[None, :] + np.maximum(reduced, 0.0) >= room)


def _first_prices(costs: CentreCosts) -> NDArray[np.float64]:
    """What an item costs beside its nearest hubs, and its share of what a network costs besides."""
    near = np.sort(costs.hours, axis=1)
    rank = min(near.shape[1] - 1, max(1, near.shape[1] // max(1, 2 * costs.many)))
    travel = np.where(np.isfinite(near[:, rank]), near[:, rank], 0.0)
    each = float((costs.fixed / np.maximum(costs.sizes, 1)).min())
    return np.asarray(travel + each * costs.patients, np.float64)


def _cheapest_hubs(costs: CentreCosts, values: NDArray[np.float64]) -> tuple[NDArray[np.int64], float, float]:
    """The hubs that cost least together, what they cost beyond the prices, and what they cost but for one more hub."""
    order = np.lexsort((values, ~costs.must))
    sums = np.concatenate((np.zeros(1), np.cumsum(values[order])))
    musts = int(costs.must.sum())
    fewest, many = max(costs.fewest, musts), min(costs.many, len(order))
    if fewest > many:
        return order[:0], math.inf, math.inf
    number = fewest + int(sums[fewest : many + 1].argmin())
    others = sums[max(fewest, musts + 1) - 1 : many].min(initial=math.inf)
    return order[:number], float(sums[number]), float(others)


def cheapest_of_two_kinds(
    inside: NDArray[np.float64], outside: NDArray[np.float64], fewest: int, many: int, exceptions: int
) -> tuple[float, int, int]:
    """The least that so many hubs cost together, some of them with an exception.

    Parameters
    ----------
    inside, outside : ndarray of float64, shape (n,)
        What each hub costs with a network within the band, and with an exception. A hub may have either, or both.
    fewest, many : int
        Hubs.
    exceptions : int
        At most.

    Returns
    -------
    least : float
        Infinite where there are not so many hubs.
    number, out : int
        Networks within the band, and exceptions.
    """
    sums = np.concatenate((np.zeros(1), np.cumsum(np.sort(inside))))
    more = np.concatenate((np.zeros(1), np.cumsum(np.sort(outside))))
    least, best = math.inf, (0, 0)
    for out in range(min(exceptions, len(outside)) + 1):
        low, high = max(0, fewest - out), min(many - out, len(inside))
        if low > high:
            continue
        number = low + int(sums[low : high + 1].argmin())
        if sums[number] + more[out] < least:
            least, best = float(sums[number] + more[out]), (number, out)
    return least, *best
