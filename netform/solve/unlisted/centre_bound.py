"""The Lagrangian bound of the assignment model with centres, and what it fixes.

With a price for every item, the least that the network of a hub costs beyond the prices of its items is a knapsack;
with fractions allowed it is solved by one sort, and its dual gives the reduced cost of every assignment. The prices of
the items together with the least of so many hubs bound every plan. Where some networks may be exceptions, so many hubs
may have a network of any size, which costs less. An assignment that takes the bound to the cost of a plan is in none
that is cheaper: it is fixed to zero, and bounds from then on hold for cheaper plans. Prices rise where items are in no
network and fall where they are in several: a subgradient method with steps by the cost of a plan (Polyak, 1969), after
Validi, Buchanan and Lykhovyd (2022).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.master.linear_program import Duals
from netform.solve.unlisted.hub_bound import price_hubs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from netform.solve.model.budget import Deadline
    from netform.solve.unlisted.centre_costs import CentreCosts

__all__ = [
    "ROUNDING",
    "AscentParams",
    "CentreBound",
    "PriceAscent",
    "centre_bound",
    "centre_bounds",
    "cheapest_of_two_kinds",
    "fix_by_reduced_cost",
]


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


class PriceAscent:
    """Prices that rise where items are in no network, and fall where they are in several.

    Parameters
    ----------
    prices : ndarray of float64, shape (m,)
        To begin with.
    params : AscentParams

    Attributes
    ----------
    prices : ndarray of float64, shape (m,)
        To be looked at next.
    best : ndarray of float64, shape (m,)
        Those of the best bound so far.
    step : float
    worse : int
        Rounds since that.
    direction : ndarray of float64, shape (m,)
        Of the last move; zero after a restart.
    """

    def __init__(self, prices: NDArray[np.float64], params: AscentParams = ASCENT) -> None:
        self.prices = self.best = prices
        self.params, self.step, self.worse = params, params.step, 0
        self.direction = np.zeros(len(prices))

    def move(self, covered: NDArray[np.float64], missing: float, *, better: bool) -> bool:
        """Go on to other prices; whether there are any.

        Parameters
        ----------
        covered : ndarray of float64, shape (m,)
            How much of each item is in the networks that cost least at these prices.
        missing : float
            Hours per week between their bound and a plan.
        better : bool
            Whether they bound better than any before.
        """
        params = self.params
        self.worse = 0 if better else self.worse + 1
        if better:
            self.best = self.prices
        if self.step < params.least_step:
            return False
        if self.worse > params.patience:
            self.prices, self.step, self.worse = self.best, self.step * params.shorter, 0
            self.direction = np.zeros(len(self.prices))
            return True
        ahead, before = 1.0 - covered, self.direction
        self.direction = (1 - params.kept) * ahead + params.kept * before if before.any() else ahead
        length = float(self.direction @ self.direction)
        if length < ROUNDING:
            return False
        self.prices = self.prices + self.step * missing / length * self.direction
        return True


def centre_bound(
    costs: CentreCosts,
    cutoff: float,
    deadline: Deadline,
    rounds: int = ASCENT.rounds,
    first: NDArray[np.float64] | None = None,
) -> CentreBound:
    """Raise the bound by prices as far as that goes, and fix what no plan below the cutoff has.

    Parameters
    ----------
    costs, cutoff, deadline, rounds, first
        As `centre_bounds` has them.
    """
    return deque(centre_bounds(costs, cutoff, deadline, rounds, first), maxlen=1).pop()


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
    ascent = PriceAscent(_first_prices(costs) if first is None else first)
    best = CentreBound(-math.inf, ascent.prices, np.zeros(len(costs.item)), costs)
    for _ in range(rounds):
        prices = ascent.prices
        values, duals, taken = price_hubs(
            costs.hours, prices, costs.item, costs.patients, costs.sizes, costs.fixed
        )
        if any_size is None:
            chosen, least, _ = _cheapest_hubs(costs, values)
            covered = taken[chosen].sum(axis=0)
        else:
            # A hub may have a network of either kind, or both: that only lowers the bound.
            outside, _, takes = price_hubs(
                any_size.hours, prices, any_size.item, any_size.patients, any_size.sizes, any_size.fixed
            )
            fewest, many = any_size.fewest, any_size.many
            least, number, out = cheapest_of_two_kinds(values, outside, fewest, many, exceptions)
            covered = taken[np.argsort(values, kind="stable")[:number]].sum(axis=0)
            covered += takes[np.argsort(outside, kind="stable")[:out]].sum(axis=0)
        bound = math.fsum(prices) + least - ROUNDING
        better = bound > best.bound
        if better:
            if bound < cutoff < math.inf and any_size is None:
                costs = _fixed(costs, prices, duals, values, values, cutoff - bound)
            best = CentreBound(min(bound, cutoff), prices, values, costs)
        yield best
        target = cutoff if math.isfinite(cutoff) else best.bound + ASCENT.margin * max(abs(best.bound), 1.0)
        done = deadline.passed or best.bound >= cutoff
        if done or not ascent.move(covered, target - bound, better=better):
            return


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
    values, patient_duals, _ = price_hubs(
        costs.hours, prices, costs.item, costs.patients, costs.sizes, costs.fixed
    )
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
