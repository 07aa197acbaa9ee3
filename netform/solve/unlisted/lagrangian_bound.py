"""A bound where networks cannot be listed: every network has a hub, and all its patients have to get there.

By its hub h, a network S of W patients costs at least ``sum over i in S of a[h, i] + fixed(W)``. Patients' travel to
the hub is a sum over practices; a move of shared staff takes at least as long as the way to the hub, for the mean over
all pairs of patients is at least the mean to the best of their practices; overhead, balance and, where patients are not
weighted, stranded posts depend on W alone; what else is scored is at least zero. Whether S is connected is not asked.

With a price for every practice, the least that a network of hub h costs beyond the prices of its practices is a
knapsack over W, solved exactly (or, where there are many patients, in steps that only make it cheaper). No two networks
have the same hub, and all patients together say how many networks there are at least and at most: so no plan costs less
than the sum of all prices and of so many hubs' least. The prices are raised where practices are in no such network and
lowered where they are in several: a subgradient method, with steps by the cost of a plan (Polyak, 1969).
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.rules import Rules
from netform.solve.model.problem import group_costs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from netform.scores import ScoringData
    from netform.solve.model.problem import Group, Problem
    from netform.solve.model.stopping import Deadline

__all__ = ["HubCosts", "hub_bound"]

# The knapsack is exact up to so many patients; beyond, patients are counted in steps that make so many.
MOST_STEPS = 60_000

# Rounds of prices; the share of the step that is left after so many rounds without a better bound; and the least step.
ROUNDS, LESS, PATIENCE, LEAST_STEP = 500, 0.7, 8, 1e-3

# Of the last direction this share is kept: where practices are in two networks by turns, the two cancel out.
KEPT = 0.7

# The bound is near enough within this share of the plan.
NEAR = 1e-4

# Of sums of costs, hours per week: what rounding may add up to.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class HubCosts:
    """What networks cost at least, by their hubs.

    Attributes
    ----------
    travel : ndarray of float64, shape (n, n)
        Hours per week for practice i in a network of hub h.
    sizes : ndarray of int64, shape (n,)
        Patients, in steps, rounded down.
    least, most : int
        Steps that the practices of a network add up to.
    fixed : ndarray of float64, shape (most + 1,)
        Hours per week of a network of so many steps.
    """

    travel: NDArray[np.float64]
    sizes: NDArray[np.int64]
    least: int
    most: int
    fixed: NDArray[np.float64]

    @classmethod
    def of(cls, data: ScoringData, least: int, most: int) -> HubCosts:
        """The costs of networks of ``least`` to ``most`` patients.

        Parameters
        ----------
        data : ScoringData
        least, most : int
            Registered patients.
        """
        rules, patients = data.rules, data.list_size
        most = min(most, int(patients.sum()))
        unweighted = bool(np.array_equal(patients, data.weighted_list_size))
        ratio = 1.0 if unweighted else float((data.weighted_list_size / np.maximum(patients, 1)).min())
        fixed, posts = _by_size(rules, np.arange(most + 1.0), ratio, stranded=unweighted)
        posts_per_patient = float((posts[least:] / np.maximum(np.arange(least, most + 1), 1)).min())
        hours = rules.weight("patient_travel") * rules.visits_per_patient_week * 2 / 60
        hours += rules.weight("staff_travel") * posts_per_patient * rules.moves_per_post_week / 60
        travel = hours * patients[None, :] * data.minutes.T
        step = -(-most // MOST_STEPS)
        sizes = patients.astype(np.int64) // step
        if step == 1:
            return cls(travel, sizes, least, most, fixed)
        # A network of g steps has at least g * step patients, and for every practice less than a step more.
        members = int(np.searchsorted(np.cumsum(np.sort(patients)), most, side="right"))
        low = max(0, -(-least // step) - members)
        cheapest = np.array(
            [
                fixed[max(least, g * step) : min(most, (g + members) * step) + 1].min(initial=math.inf)
                for g in range(most // step + 1)
            ]
        )
        return cls(travel, sizes, low, most // step, cheapest)


def _by_size(
    rules: Rules, patients: NDArray[np.float64], ratio: float, *, stranded: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Hours per week that depend on a network's patients alone, and the whole posts they give at least."""
    posts, left = np.zeros(len(patients)), np.zeros(len(patients))
    for role in rules.roles:
        due = ratio * patients / role.patients_per_post
        whole = np.floor(due / rules.post_step + 1e-9) * rules.post_step
        posts += whole
        left += np.maximum(0.0, due - whole)
    outside: NDArray[np.float64] = np.maximum(
        np.abs(patients - rules.balance_target) - rules.balance_dead_band, 0.0
    )
    hours: NDArray[np.float64] = (
        rules.weight("overhead") * rules.overhead_hours_week
        + rules.weight("balance") * outside / 1000 * rules.balance_hours_per_1000
    )
    if stranded:
        hours = hours + rules.weight("stranded_posts") * left * rules.hours_per_post_week
    return hours, posts


def hub_bound(
    problem: Problem,
    plan: Sequence[Group],
    least: int,
    most: int,
    deadline: Deadline,
    workers: int = 1,
    on_bound: Callable[[float], None] = lambda _bound: None,
    first: NDArray[np.float64] | None = None,
) -> float:
    """Hours per week that no plan of networks of ``least`` to ``most`` patients costs less than.

    Parameters
    ----------
    problem : Problem
    plan : sequence of groups
        A good plan: its costs are the first prices.
    least, most : int
        Registered patients of a network.
    deadline : Deadline
        The bound is that of the best prices by then.
    workers : int
        Threads.
    on_bound : callable
        Told of every better bound.
    first : ndarray of float64, shape (n,), optional
        Prices to begin with instead of the plan's.
    """
    costs = HubCosts.of(problem.data, least, most)
    target = math.fsum(group_costs(problem, plan))
    prices = _first_prices(costs, plan) if first is None else first
    total = int(problem.patients)
    fewest, many = -(-total // most), min(len(prices), total // least)
    best, best_prices, step, worse = -math.inf, prices, 1.0, 0
    direction: NDArray[np.float64] = np.zeros(len(prices))
    for _ in range(ROUNDS):
        values, chosen = _priced(costs, prices, workers)
        cheapest = np.argsort(values, kind="stable")
        sums = np.concatenate((np.zeros(1), np.cumsum(values[cheapest])))
        number = fewest + int(sums[fewest : many + 1].argmin())
        bound = math.fsum(prices) + float(sums[number]) - ROUNDING
        if bound > best:
            best, best_prices, worse = bound, prices, 0
            on_bound(best)
        else:
            worse += 1
        if deadline.passed or best >= target * (1 - NEAR) or step < LEAST_STEP:
            break
        if worse > PATIENCE:
            # From the best prices again, by smaller steps.
            prices, step, worse, direction = best_prices, step * LESS, 0, np.zeros(len(prices))
            continue
        used = chosen[cheapest[:number]]
        times = np.bincount(used[used >= 0], minlength=len(prices))
        ahead = np.asarray(1.0 - times, np.float64)
        direction = (1 - KEPT) * ahead + KEPT * direction if direction.any() else ahead
        length = float(direction @ direction)
        if not length:
            break
        prices = prices + step * (target - bound) / length * direction
    return best


def _first_prices(costs: HubCosts, plan: Sequence[Group]) -> NDArray[np.float64]:
    """What each practice costs in a plan: its patients' travel, and its share of what its network costs besides."""
    prices = np.zeros(len(costs.sizes))
    for group in plan:
        members = np.array(group, np.int64)
        travel = costs.travel[np.ix_(members, members)]
        own = travel[int(travel.sum(axis=1).argmin())]
        size = int(costs.sizes[members].sum())
        fixed = float(costs.fixed[min(size, costs.most)])
        share = costs.sizes[members] / size if size else 1 / len(members)
        prices[members] = own + (fixed if math.isfinite(fixed) else 0.0) * share
    return prices


def _priced(
    costs: HubCosts, prices: NDArray[np.float64], workers: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """What a network of each hub costs beyond its prices at least, and which that is (-1 fills a row)."""
    n = len(prices)
    values, chosen = np.zeros(n), np.full((n, _longest(costs)), -1, np.int64)

    def price(share: NDArray[np.int64]) -> None:
        _price_hubs(
            share, costs.travel, prices, costs.sizes, costs.fixed, costs.least, costs.most, values, chosen
        )

    shares = [np.arange(k, n, workers, dtype=np.int64) for k in range(max(1, workers))]
    if workers <= 1:
        price(shares[0])
    else:
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(price, share) for share in shares]:
                done.result()
    return values, chosen


def _longest(costs: HubCosts) -> int:
    """Practices that a network may have at most, by the smallest."""
    return 1 + int(np.searchsorted(np.cumsum(np.sort(costs.sizes)), costs.most, side="right"))


@nb.njit(cache=True, nogil=True)
def _price_hubs(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 (one knapsack after the other)
    hubs, travel, prices, sizes, fixed, least, most, values, chosen
):
    n = len(prices)
    reach = np.empty(most + 1)
    items = np.empty(n, np.int64)
    rows = 16
    taken = np.zeros((rows, most + 1), np.bool_)
    cheapest = np.inf
    for w in range(max(least, 0), most + 1):
        cheapest = min(cheapest, fixed[w])
    for h in hubs:
        room = most - sizes[h]
        if room < 0:
            values[h] = np.inf
            continue
        beyond = travel[h] - prices
        # Knapsacks with fractions say where nothing below zero is to be had.
        floor = beyond[h] + cheapest
        ratio = beyond / np.maximum(sizes, 1)
        by_ratio = np.argsort(ratio)
        left = float(room)
        for e in range(n):
            i = by_ratio[e]
            if beyond[i] >= 0 or left <= 0:
                break
            if i != h and sizes[i] <= room:
                if sizes[i] <= left:
                    floor += beyond[i]
                    left -= sizes[i]
                else:
                    floor += beyond[i] * left / sizes[i]
                    left = 0.0
        if floor >= 0:
            values[h] = floor
            continue
        # No network with a practice that costs as much as the floor saves is below zero.
        order = np.argsort(beyond)
        count, dearest = 0, np.inf
        for e in range(n):
            i = order[e]
            if i == h or sizes[i] > room:
                continue
            if floor + beyond[i] >= 0:
                dearest = beyond[i]
                break
            items[count] = i
            count += 1
        if count > rows:
            rows = 2 * count
            taken = np.zeros((rows, most + 1), np.bool_)
        reach[:] = np.inf
        reach[0] = 0.0
        top = 0
        for k in range(count):
            taken[k, : room + 1] = False
            size, more = sizes[items[k]], beyond[items[k]]
            top = min(room, top + size)
            for w in range(top, size - 1, -1):
                with_it = reach[w - size] + more
                if with_it < reach[w]:
                    reach[w] = with_it
                    taken[k, w] = True
        best, at = np.inf, -1
        for w in range(max(0, least - sizes[h]), room + 1):
            value = reach[w] + fixed[w + sizes[h]]
            if value < best:
                best, at = value, w
        best += beyond[h]
        values[h] = min(best, floor + dearest)
        if at >= 0:
            chosen[h, :] = -1
            chosen[h, 0] = h
            found = 1
            for k in range(count - 1, -1, -1):
                if taken[k, at]:
                    chosen[h, found] = items[k]
                    found += 1
                    at -= sizes[items[k]]
