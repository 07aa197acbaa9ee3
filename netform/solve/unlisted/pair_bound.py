"""What the ways of shared staff between all practices of a network add to what it costs by its hub.

A network S of W patients with hub h costs at least ``sum over i in S of (alone[i, h] + rate[h] list_i way_i(S)) +
fixed(W)``, where ``way_i(S)`` is the mean way from i to the patients of S (`netform.solve.unlisted.centre_costs`). As
the practices have W patients together, this is the mean over the patients of every practice i of ``sum over j in S of
(alone[j, h] + rate[h] list_j minutes[i, j]) + fixed(W)``. For each i that is least over all networks with i and h by a
knapsack; and the mean of these is least for the patients that have the cheapest.

What the practices cost by the hub stays in every knapsack, so that all are over nearly the same network. That is where
it gains on the bound of Gilmore and Lawler, a sum over the practices with ways to whoever is near: it is the first
level of the reformulation of Adams and Johnson (1994), without its multipliers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.unlisted.centre_costs import CentreCosts

__all__ = ["raise_by_pairs"]


def raise_by_pairs(
    costs: CentreCosts,
    duals: NDArray[np.float64],
    values: NDArray[np.float64],
    patient_duals: NDArray[np.float64],
    floor: float,
) -> NDArray[np.float64]:
    """Raise what the network of each hub costs at least beyond some duals, up to a floor at most: shape (n,).

    Parameters
    ----------
    costs : CentreCosts
    duals : ndarray of float64, shape (n,)
        Of the practices.
    values, patient_duals : ndarray of float64, shape (n,)
        What it costs by the model of centres, and the dual of its patients there.
    floor : float
        More is of no interest.
    """
    prices = np.bincount(costs.item, duals, len(costs.patients))
    raised = _raised(
        values, floor, costs.hours, prices, costs.item, costs.patients, patient_duals, costs.alone, duals,
        costs.staff_rate, costs.list_size, costs.minutes, costs.sizes, costs.fixed,
    )  # fmt: skip
    return np.asarray(raised)


@nb.njit(cache=True, nogil=True)
def _raised(  # type: ignore[no-untyped-def]
    values,
    floor,
    hours,
    prices,
    item,
    patients,
    patient_duals,
    alone,
    duals,
    rate,
    list_size,
    minutes,
    sizes,
    fixed,
):
    """Give the better bound of every hub."""
    n = len(values)
    raised = values.copy()
    possible = np.empty(n, np.bool_)
    for h in range(n):
        if values[h] >= floor or not np.isfinite(values[h]):
            continue
        # A network below the floor has no practice that takes the bound of its hub there.
        for v in range(n):
            i = item[v]
            reduced = hours[i, h] - prices[i] - patient_duals[h] * patients[i]
            possible[v] = i == item[h] or values[h] + max(0.0, reduced) < floor
        members = np.flatnonzero(possible)
        m = len(members)
        hub = np.searchsorted(members, h)
        size, linear = np.empty(m), np.empty(m)
        for a in range(m):
            v = members[a]
            size[a], linear[a] = list_size[v], alone[v, h] - duals[v]
        cost, ratio, each = np.empty(m), np.empty(m), np.empty(m)
        for a in range(m):
            for b in range(m):
                cost[b] = linear[b] + rate[h] * size[b] * minutes[members[a], members[b]]
                ratio[b] = cost[b] / max(size[b], 1e-9)
            each[a] = _knapsack(a, hub, cost, size, np.argsort(ratio), sizes, fixed)
        raised[h] = min(floor, max(values[h], _least_mean(each, size, hub, sizes[0])))
    return raised


@nb.njit(cache=True, nogil=True)
def _knapsack(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912 (one filling)
    first, second, cost, size, order, sizes, fixed
):
    """The least that items with two among them cost, and what depends on their size; with fractions."""
    total, value = size[first], cost[first]
    if second != first:
        total, value = total + size[second], value + cost[second]
    last = len(sizes) - 1
    if total > sizes[last]:
        return np.inf
    piece = 0
    while piece < last and sizes[piece + 1] <= total:
        piece += 1
    k, left = 0, 1.0
    while k < len(order):
        i = order[k]
        if i in (first, second):
            k += 1
            continue
        if total < sizes[0]:
            end = sizes[0]
        elif piece == last:
            break
        else:
            slope = (fixed[piece + 1] - fixed[piece]) / (sizes[piece + 1] - sizes[piece])
            if cost[i] + slope * size[i] >= 0:
                break
            end = sizes[piece + 1]
        if left * size[i] < end - total:
            total, value = total + left * size[i], value + left * cost[i]
            k, left = k + 1, 1.0
        else:
            part = (end - total) / size[i]
            total, value, left = end, value + part * cost[i], left - part
            while piece < last and sizes[piece + 1] <= total:
                piece += 1
    if total < sizes[0]:
        return np.inf
    if piece == last:
        return value + fixed[last]
    share = (total - sizes[piece]) / (sizes[piece + 1] - sizes[piece])
    return value + fixed[piece] + share * (fixed[piece + 1] - fixed[piece])


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
