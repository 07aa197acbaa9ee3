"""A lower bound on the cost of shared staff's travel, as a sum over the practices of a network.

A move takes ``T(S) = sum_ij p_i p_j minutes(i, j)``, a mean over the patients of every practice i of the mean way
from i to all patients of the network. The latter is at least ``near[i, h]``, the mean way to the nearest patients that
make a network with i and its hub h: so ``W T >= sum_i list_i near[i, h]``, the bound of Gilmore (1962) and Lawler
(1963) for quadratic assignment. It asks nothing of the hub.

Posts follow weighted patients, w of them. Where a stranded post costs more than its moves would, staff's travel and
stranded posts together cost at least the moves of all posts that are due, a rate times ``w T``. With ``r = w / W`` and
least values r' and T' of both, ``w T = W r T >= W (r' T + T' r - r' T')`` (McCormick, 1976), which is a sum over the
practices again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.problem import Problem

__all__ = ["staff_hours", "stranded_rate"]


def stranded_rate(problem: Problem) -> float:
    """Hours per week of a stranded post beyond what its moves are counted with in `staff_hours`."""
    rules = problem.data.rules
    beyond = rules.weight("stranded_posts") * rules.hours_per_post_week - _most_of_a_post(problem)
    return float(max(0.0, beyond))


def staff_hours(problem: Problem, possible: NDArray[np.bool_], least: int) -> NDArray[np.float64]:
    """Hours per week that staff's travel costs at least, with stranded posts that `stranded_rate` leaves out.

    Parameters
    ----------
    problem : Problem
    possible : ndarray of bool, shape (n, n)
        Whether practice i may be in a network of hub h.
    least : int
        Registered patients of a network.

    Returns
    -------
    ndarray of float64, shape (n, n)
        By practice and hub.
    """
    data, rules = problem.data, problem.data.rules
    n = len(data.list_size)
    rate = rules.weight("staff_travel") * rules.moves_per_post_week / 60
    if not rate:
        return np.zeros((n, n))
    order = np.argsort(data.minutes, axis=1, kind="stable")
    near = _nearest(data.minutes, order, data.list_size, possible, float(least))
    ratio = data.weighted_list_size / np.maximum(data.list_size, 1)
    posts = sum(1 / role.patients_per_post for role in rules.roles)
    worth_it = rules.weight("stranded_posts") * rules.hours_per_post_week >= _most_of_a_post(problem)
    hours = np.zeros((n, n))
    for hub in range(n):
        members = possible[:, hub]
        if not members[hub]:
            continue
        sizes = data.list_size[members]
        first = int(members[:hub].sum())
        lowest = least_mean(ratio[members], sizes, first, least)
        move = least_mean(near[members, hub], sizes, first, least)
        # What is hired is short of what is due by less than a step for each role.
        due = lowest * least
        hired = (
            posts if worth_it else max(0.0, posts - len(rules.roles) * rules.post_step / due) if due else 0.0
        )
        weighted = lowest * near[members, hub] + move * (ratio[members] - lowest)
        hours[members, hub] = rate * hired * sizes * weighted
    return hours


def _most_of_a_post(problem: Problem) -> float:
    """Hours per week that the moves of one post cost at most."""
    rules = problem.data.rules
    longest = float(problem.data.minutes.max(initial=0.0))
    return float(rules.weight("staff_travel") * rules.moves_per_post_week / 60 * longest)


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
