"""What the network of one hub costs at least: by connected ways to its hub, and by the ways of staff between all of it.

**Ways to the hub.** A practice is in a network only with at least one of any practices that cut it off from the hub. So
no connected network costs more when the practice pays an amount, and each of those gets it back: ``added[v] + amount``
and ``added[u] - amount`` for every u of the cut. A knapsack, which knows no ways, leaves out what does not pay off and
takes what does, each by itself: it is raised by the amount, as long as the practice paid off and those of the cut do
not begin to. This is the dual ascent of Wong (1984) for Steiner trees.

**Ways between practices.** A network S of W patients with hub h costs at least ``sum over i in S of (alone[i, h] +
rate[h] list_i way_i(S)) + fixed(W)``, where ``way_i(S)`` is the mean way from i to the patients of S
(`netform.solve.unlisted.centre_costs`). As the practices have W patients together, this is the mean over the patients
of every practice i of ``sum over j in S of (alone[j, h] + rate[h] list_j minutes[i, j]) + fixed(W)``. For each i that
is least over all networks with i and h by a knapsack; and the mean of these is least for the patients that have the
cheapest. What the practices cost by the hub stays in every knapsack, so that all are over nearly the same network. That
is where it gains on the bound of Gilmore and Lawler, a sum over the practices with ways to whoever is near: it is the
first level of the reformulation of Adams and Johnson (1994), without its multipliers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray  # noqa: TC002 (of a named tuple)

if TYPE_CHECKING:
    from netform.solve.unlisted.centre_costs import CentreCosts

__all__ = ["HubValue", "hub_value"]

# Hours per week that are nothing.
NOTHING = 1e-6


@nb.njit(cache=True, nogil=True)
def _pay_for_ways(hub, indptr, neighbours, added, shift):  # type: ignore[no-untyped-def]
    """Raise what practices that pay off cost by what the cheapest ways to them cost, and lower that of the ways.

    Parameters
    ----------
    hub : int
    indptr, neighbours
        Of an `Adjacency`.
    added : ndarray of float64, shape (n,)
        What each adds to a network, hours per week; infinite for those that may not be in it. Changed in place.
    shift : ndarray of float64, shape (n,)
        By how much it was changed so far; added to, in place.
    """
    n = len(added)
    beside = np.zeros(n, np.bool_)
    for e in range(indptr[hub], indptr[hub + 1]):
        beside[neighbours[e]] = True
    seen, stack, border = np.zeros(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    epoch = 0
    # Those that pay off most first: what is left of the cuts for the others matters less.
    for v in np.argsort(added):
        while v != hub and added[v] < -NOTHING:
            # From here to all that costs nothing, and what stands around that.
            epoch += 1
            stack[0], height, seen[v] = v, 1, epoch
            around, amount, linked = 0, -added[v], False
            while height > 0 and not linked:
                height -= 1
                i = stack[height]
                linked = beside[i]
                for e in range(indptr[i], indptr[i + 1]):
                    u = neighbours[e]
                    if seen[u] == epoch or u == hub or added[u] == np.inf:
                        continue
                    seen[u] = epoch
                    if added[u] > NOTHING:
                        border[around] = u
                        around += 1
                        amount = min(amount, added[u])
                    else:
                        stack[height] = u
                        height += 1
            if linked or around == 0:
                break
            added[v] += amount
            shift[v] += amount
            for e in range(around):
                added[border[e]] -= amount
                shift[border[e]] -= amount


# Turns of paying for ways. The last is one that raises the bound by less than this share of what is missing.
ASCENTS, LEAST_ASCENT = 20, 0.02


class HubValue(NamedTuple):
    """What is known of the networks of a hub.

    Attributes
    ----------
    least : float
        None costs less beyond the duals of its practices, hours per week; a floor where it is no less.
    members : ndarray of bool, shape (n,)
        None that costs less than the floor has another practice.
    split : int
        The practice of those that are not taken of which it is least clear whether it pays off; -1 for none.
    """

    least: float
    members: NDArray[np.bool_]
    split: int


def hub_value(
    costs: CentreCosts,
    hub: int,
    duals: NDArray[np.float64],
    members: NDArray[np.bool_],
    taken: NDArray[np.bool_],
    floor: float,
) -> HubValue:
    """What a connected network of a hub costs at least beyond the duals of its practices.

    Parameters
    ----------
    costs : CentreCosts
    hub : int
    duals : ndarray of float64, shape (n,)
    members, taken : ndarray of bool, shape (n,)
        Practices that it may have, and those of them that it has: their duals are so high that it is no use to go
        without.
    floor : float
        Hours per week: more is of no interest.
    """
    item, list_size = costs.item, costs.list_size
    by_hub = costs.hours[item, hub] * (list_size / np.maximum(costs.patients[item], 1)) - duals
    by_hub[~members | ~np.isfinite(costs.hours[item, hub])] = math.inf
    left = np.zeros(len(duals), np.bool_)
    if not math.isfinite(by_hub[hub]) or not len(costs.sizes):
        return HubValue(math.inf, left, -1)
    linear, rate = costs.alone[:, hub] - duals, float(costs.staff_rate[hub])
    least, split = _hub_value(
        hub, floor, by_hub, linear, rate, list_size, costs.minutes, costs.indptr, costs.neighbours, costs.sizes,
        costs.fixed, taken, left,
    )  # fmt: skip
    return HubValue(float(least), left, int(split))


@nb.njit(cache=True, nogil=True)
def _hub_value(  # type: ignore[no-untyped-def]
    hub, floor, by_hub, linear, rate, list_size, minutes, indptr, neighbours, sizes, fixed, taken, left
):
    """The bound, by what practices cost with ways to whoever is near (``by_hub``) or without (``linear``)."""
    n = len(by_hub)
    shift = np.zeros(n)
    _, dual = _knapsack(hub, hub, by_hub, list_size, sizes, fixed)
    value = _at_dual(hub, by_hub, list_size, dual, sizes, fixed)
    for _ in range(ASCENTS):
        if value >= floor:
            return floor, -1
        added, more = by_hub + shift - dual * list_size, shift.copy()
        _pay_for_ways(hub, indptr, neighbours, added, more)
        _, new_dual = _knapsack(hub, hub, by_hub + more, list_size, sizes, fixed)
        new = _at_dual(hub, by_hub + more, list_size, new_dual, sizes, fixed)
        if new <= value:
            break
        gain, value, dual = new - value, new, new_dual
        shift[:] = more
        if gain < LEAST_ASCENT * (floor - value):
            break
    if value >= floor:
        return floor, -1
    # A network below the floor has no practice that takes the bound of its hub there.
    reduced = by_hub + shift - dual * list_size
    reduced[hub] = 0.0
    members = np.flatnonzero(value + np.maximum(0.0, reduced) < floor)
    m, at = len(members), np.searchsorted(members, hub)
    size, alone = list_size[members], linear[members] + shift[members]
    each, split, nearest = np.empty(m), -1, np.inf
    for a in range(m):
        v = members[a]
        left[v] = True
        cost = alone + rate * size * minutes[v][members]
        each[a] = _knapsack(a, at, cost, size, sizes, fixed)[0]
        clear = abs(reduced[v]) / max(1.0, list_size[v])
        if v != hub and not taken[v] and clear < nearest:
            split, nearest = v, clear
    return min(floor, max(value, _least_mean(each, size, at, sizes[0]))), split


@nb.njit(cache=True, nogil=True)
def _at_dual(hub, cost, size, dual, sizes, fixed):  # type: ignore[no-untyped-def]
    """What a network costs at least by a dual of its patients, whatever that is."""
    least = np.inf
    for v in range(len(sizes)):
        least = min(least, fixed[v] + dual * sizes[v])
    value = cost[hub] - dual * size[hub] + least
    for i in range(len(cost)):
        if i != hub:
            value += min(0.0, cost[i] - dual * size[i])
    return value


@nb.njit(cache=True, nogil=True)
def _knapsack(first, second, cost, size, sizes, fixed):  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912 (one filling)
    """The least that items with two among them cost, with what depends on their size; and the dual of that size.

    Items may be taken in part, and those of infinite cost not at all.
    """
    ratio = cost / np.maximum(size, 1e-9)
    order = np.argsort(ratio)
    total, value = size[first], cost[first]
    if second != first:
        total, value = total + size[second], value + cost[second]
    last = len(sizes) - 1
    if total > sizes[last]:
        return np.inf, 0.0
    piece, dual, slope = 0, -np.inf, -np.inf
    while piece < last and sizes[piece + 1] <= total:
        piece += 1
    k, left = 0, 1.0
    while k < len(order):
        i = order[k]
        if i in (first, second):
            k += 1
            continue
        if cost[i] == np.inf:
            break
        if total < sizes[0]:
            end = sizes[0]
        elif piece == last:
            break
        else:
            slope = (fixed[piece + 1] - fixed[piece]) / (sizes[piece + 1] - sizes[piece])
            if ratio[i] + slope >= 0:
                dual = ratio[i] if left < 1 else max(dual, -slope)
                break
            end = sizes[piece + 1]
        dual = ratio[i]
        if left * size[i] < end - total:
            total, value = total + left * size[i], value + left * cost[i]
            k, left = k + 1, 1.0
        else:
            part = (end - total) / size[i]
            total, value, left = end, value + part * cost[i], left - part
            while piece < last and sizes[piece + 1] <= total:
                piece += 1
    if total < sizes[0]:
        return np.inf, 0.0
    if dual == -np.inf:
        dual = 0.0
    if piece == last:
        return value + fixed[last], dual
    share = (total - sizes[piece]) / (sizes[piece + 1] - sizes[piece])
    return value + fixed[piece] + share * (fixed[piece + 1] - fixed[piece]), dual


@nb.njit(cache=True, nogil=True)
def _least_mean(each, size, first, least):  # type: ignore[no-untyped-def]
    """The least mean of a value over sets of items that have the first and ``least`` together, fractions allowed."""
    if not np.isfinite(each[first]):
        return np.inf
    total, value = size[first], size[first] * each[first]
    for i in np.argsort(each):
        if i == first or not np.isfinite(each[i]):
            continue
        part = size[i]
        if each[i] * total >= value:
            if total >= least:
                break
            part = min(part, least - total)
        total, value = total + part, value + part * each[i]
    return value / max(total, 1e-9) if total >= least else np.inf
