"""A lower bound on the cost of shared staff's travel, as a sum over the practices of a network.

A move takes ``T(S) = sum_ij p_i p_j minutes(i, j)``, a mean over the patients of every practice i of the mean way
from i to all patients of the network. The latter is at least ``near[i, h]``, the mean way to the nearest patients that
make a network with i and its hub h: so ``W T >= sum_i list_i near[i, h]``, the bound of Gilmore (1962) and Lawler
(1963) for quadratic assignment. It asks nothing of the hub.

Posts follow weighted patients, w of them: D posts are due, and s of them stranded, at most a step for each role. Moves
at a rate m and stranded posts at a rate c cost ``m (D - s) T + c s``. For any t no longer than T that is at least
``m D ((1 - f) T + f t) + (c - m t) s``, where f is the share of D that may be stranded: the first is linear in T, the
second follows from w. With ``r = w / W`` and least values r' and T' of both, ``w T = W r T >= W (r' T + T' r - r' T')``
(McCormick, 1976), which is a sum over the practices again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.problem import Problem

__all__ = ["StaffBound", "staff_bound"]


@dataclass(frozen=True, slots=True)
class StaffBound:
    """What shared staff's travel and stranded posts cost at least.

    Attributes
    ----------
    hours : ndarray of float64, shape (n, n)
        Hours per week of a practice (row) in the network of a hub.
    stranded_rate : float
        Hours per week of a stranded post, besides.
    """

    hours: NDArray[np.float64]
    stranded_rate: float


def staff_bound(problem: Problem, possible: NDArray[np.bool_], least: int) -> StaffBound:
    """Bound staff's travel and stranded posts.

    Parameters
    ----------
    problem : Problem
    possible : ndarray of bool, shape (n, n)
        Whether practice i may be in a network of hub h.
    least : int
        Registered patients of a network.
    """
    data, rules = problem.data, problem.data.rules
    n = len(data.list_size)
    move = rules.weight("staff_travel") * rules.moves_per_post_week / 60
    stranded = rules.weight("stranded_posts") * rules.hours_per_post_week
    hubs = np.flatnonzero(np.diagonal(possible))
    if not move or not len(hubs):
        return StaffBound(np.zeros((n, n)), stranded)
    order = np.argsort(data.minutes, axis=1, kind="stable")
    near = _nearest(data.minutes, order, data.list_size, possible, float(least))
    ratio = data.weighted_list_size / np.maximum(data.list_size, 1)
    posts = sum(1 / role.patients_per_post for role in rules.roles)
    lowest_ratio, lowest_way = np.zeros(n), np.zeros(n)
    for hub in hubs:
        members = possible[:, hub]
        sizes, first = data.list_size[members], int(members[:hub].sum())
        lowest_ratio[hub] = least_mean(ratio[members], sizes, first, least)
        lowest_way[hub] = least_mean(near[members, hub], sizes, first, least)
    # One rate for all hubs: that of a middling one, and a stranded post never costs less than nothing.
    typical = min(float(np.median(lowest_way[hubs])), stranded / move)
    hours = np.zeros((n, n))
    for hub in hubs:
        members = possible[:, hub]
        due = posts * lowest_ratio[hub] * least
        share = min(1.0, len(rules.roles) * rules.post_step / due) if due else 1.0
        way = min(lowest_way[hub], typical)
        ways = (1 - share) * near[members, hub] + share * way
        lowest = (1 - share) * lowest_way[hub] + share * way
        weighted = lowest_ratio[hub] * ways + lowest * (ratio[members] - lowest_ratio[hub])
        hours[members, hub] = move * posts * data.list_size[members] * weighted
    return StaffBound(hours, stranded - move * typical)


def least_mean(values: NDArray[np.float64], sizes: NDArray[np.float64], first: int, least: float) -> float:
    """The least mean of a value over sets that have the first and add up to ``least`` at least, fractions allowed."""
    order = np.argsort(values, kind="stable")
    order = np.concatenate(([first], order[order != first]))
    size = np.cumsum(sizes[order])
    total = np.cumsum(sizes[order] * values[order])
    enough = int(np.searchsorted(size, least))
    if enough >= len(order):
        # No such set: whatever is said of it holds.
        return 0.0
    # Between two practices the mean rises or falls all the way: it is least at an end.
    means = total[enough:] / np.maximum(size[enough:], 1e-9)
    exactly = math.inf
    if enough and least > 0:
        exactly = (total[enough - 1] + (least - size[enough - 1]) * values[order[enough]]) / least
    return float(min(means.min(), exactly))


@nb.njit(cache=True, nogil=True)
def _nearest(  # type: ignore[no-untyped-def]
    minutes, order, list_size, possible, least
):
    """The mean way from each practice to the nearest patients of a network with it and a hub."""
    n = len(list_size)
    near = np.zeros((n, n))
    for h in range(n):
        for i in range(n):
            if not possible[i, h]:
                continue
            total, size = 0.0, list_size[i]
            if i != h:
                total, size = list_size[h] * minutes[i, h], size + list_size[h]
            for k in range(n):
                j = order[i, k]
                if j in (i, h) or not possible[j, h]:
                    continue
                way = minutes[i, j]
                # More than the least, as long as that brings the mean down.
                more = list_size[j]
                if way * size >= total:
                    if size >= least:
                        break
                    more = min(more, least - size)
                total, size = total + more * way, size + more
            near[i, h] = total / max(size, 1.0)
    return near
