"""What a practice costs at least in the network of a hub: the numbers of the assignment model with centres.

By its hub h, a network S of W patients costs at least ``sum over i in S of hours[i, h] + fixed(W)``. Patients' travel
to the hub is exact; shared staff's has a bound of its own (below); overhead, balance and, where patients are not
weighted, stranded posts depend on W alone; what else is scored is at least zero. So a plan costs at least what it costs
in the model, and exactly that where patients' travel and hours for each network are all that is weighed.

Practices that have to share a network are one item of the model. What the demands forbid, and what is too many patients
away along the graph, costs infinitely much.

Sources: S. W. Hess et al., Nonpartisan political redistricting by computer, Operations Research 13 (1965); H. Validi,
A. Buchanan and E. Lykhovyd, Imposing contiguity constraints in political districting models, Operations Research 70
(2022).

The bound on shared staff's travel is a sum over the practices of a network, too. A move takes ``T(S) = sum_ij p_i p_j
minutes(i, j)``, a mean over the patients of every practice i of the mean way from i to all patients of the network. The
latter is at least ``near[i, h]``, the mean way to the nearest patients that make a network with i and its hub h: so ``W
T >= sum_i list_i near[i, h]``, the bound of Gilmore (1962) and Lawler (1963) for quadratic assignment. It asks nothing
of the hub.

Posts follow weighted patients, w of them: D posts are due, and s of them stranded, at most a step for each role. Moves
at a rate m and stranded posts at a rate c cost ``m (D - s) T + c s``. For any t no longer than T that is at least ``m D
((1 - f) T + f t) + (c - m t) s``, where f is the share of D that may be stranded: the first is linear in T, the second
follows from w. With ``r = w / W`` and least values r' and T' of both, ``w T = W r T >= W (r' T + T' r - r' T')``
(McCormick, 1976), which is a sum over the practices again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import networkx as nx
import numba as nb
import numpy as np

from netform.candidates.adjacency import Adjacency
from netform.rules.hubs import MINUTES_SLACK
from netform.scores.stranded_posts import STEP_TOLERANCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.problem import Problem

__all__ = ["CentreCosts"]

# Points of the envelope that are worth looking at.
MOST_TURNS = 20_000


@dataclass(frozen=True, slots=True)
class CentreCosts:
    """The assignment model in numbers: m items, each assigned to one of n practices as its hub.

    Attributes
    ----------
    item : ndarray of int64, shape (n,)
        The item that each practice belongs to; practices that have to share a network are one item.
    hours : ndarray of float64, shape (m, n)
        Hours per week of an item in the network of a hub; infinite where it may not be in it.
    patients : ndarray of int64, shape (m,)
        Registered patients of each item.
    sizes, fixed : ndarray of float64, shape (v,)
        Vertices of the lower convex envelope of the hours per week that depend on a network's patients alone, from the
        least to the most patients.
    must : ndarray of bool, shape (n,)
        Hubs that every plan has.
    fewest, many : int
        Networks of a plan.
    alone : ndarray of float64, shape (n, n)
        Hours per week of a practice (row) in the network of a hub, but for the ways of staff to it.
    staff_rate : ndarray of float64, shape (n,)
        Hours per week, by hub, for a patient-minute of the mean way to each patient's practice.
    list_size : ndarray of float64, shape (n,)
        Registered patients.
    minutes : ndarray of float64, shape (n, n)
    adjacency : Adjacency
    """

    item: NDArray[np.int64]
    hours: NDArray[np.float64]
    patients: NDArray[np.int64]
    sizes: NDArray[np.float64]
    fixed: NDArray[np.float64]
    must: NDArray[np.bool_]
    fewest: int
    many: int
    alone: NDArray[np.float64]
    staff_rate: NDArray[np.float64]
    list_size: NDArray[np.float64]
    minutes: NDArray[np.float64]
    adjacency: Adjacency

    @classmethod
    def of(
        cls,
        problem: Problem,
        least: int,
        most: int,
        networks: int | None = None,
        possible: NDArray[np.bool_] | None = None,
    ) -> CentreCosts:
        """The costs of networks of ``least`` to ``most`` patients.

        Parameters
        ----------
        problem : Problem
        least, most : int
            Registered patients of a network, inclusive.
        networks : int, optional
            Exactly how many there are; else what the arithmetic allows.
        possible : ndarray of bool, shape (m, n), optional
            Items that networks of each hub may have by what was fixed: the fewer, the higher are the costs.
        """
        limits, data, total = problem.limits, problem.data, problem.patients
        item = _items(problem)
        count = int(item.max()) + 1
        most = min(most, total)
        out = _forbidden(problem, most) if possible is None else ~possible[item]
        near, staff_alone, staff_rate, stranded_rate = _staff_bound(problem, ~out, least)
        sizes, fixed = _by_patients(problem, least, most, stranded_rate)
        rules = data.rules
        rate = rules.weight("patient_travel") * rules.visits_per_patient_week * 2 / 60
        travel = rate * data.list_size[:, None] * data.minutes
        staff = staff_alone + staff_rate * data.list_size[:, None] * near
        hours = np.zeros((count, len(item)))
        np.add.at(hours, item, np.where(out, math.inf, travel + staff))
        # Two hubs of one network are one too many, and of hubs alike the first will do.
        for hub in np.flatnonzero(limits.must_hub):
            hours[item[hub], np.arange(len(item)) != hub] = math.inf
        for first, second in _alike(problem):
            hours[item[first], second] = math.inf
        patients = np.bincount(item, weights=data.list_size, minlength=count).astype(np.int64)
        fewest, many = -(-total // most), min(len(item), total // max(least, 1))
        if networks is not None:
            fewest, many = max(fewest, networks), min(many, networks)
        return cls(
            item,
            hours,
            patients,
            sizes,
            fixed,
            limits.must_hub,
            fewest,
            many,
            travel + staff_alone,
            staff_rate,
            data.list_size.astype(np.float64),
            np.ascontiguousarray(data.minutes, np.float64),
            Adjacency.of(problem.graph),
        )

    @property
    def assigned(self) -> int:
        """How many pairs of an item and a hub are left."""
        return int(np.isfinite(self.hours).sum())

    @property
    def hubs(self) -> NDArray[np.int64]:
        """The practices that may still be hubs."""
        return np.flatnonzero(np.isfinite(self.hours[self.item, np.arange(len(self.item))]))

    def shared(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        """Prices of items, or how much there is of each, as those of their practices, shared by patients."""
        return prices[self.item] * self.list_size / np.maximum(1, self.patients)[self.item]

    def without(self, fixed_out: NDArray[np.bool_]) -> CentreCosts:
        """The same model without some pairs of an item and a hub; a hub that is not its own has no network."""
        hours = np.where(fixed_out, math.inf, self.hours)
        hours[:, ~np.isfinite(hours[self.item, np.arange(len(self.item))])] = math.inf
        return replace(self, hours=hours)


def _items(problem: Problem) -> NDArray[np.int64]:
    """Number what is assigned as one: the units of the demands, and every other practice."""
    unit = problem.limits.unit
    first = np.where(unit >= 0, (unit[:, None] == unit).argmax(axis=1), np.arange(len(unit)))
    return np.unique(first, return_inverse=True)[1].astype(np.int64)


def _forbidden(problem: Problem, most: int) -> NDArray[np.bool_]:
    """Which practices (rows) no network of a hub (columns) may have, whatever else is in it."""
    limits, list_size = problem.limits, problem.data.list_size.tolist()
    out = limits.conflict.copy()
    if math.isfinite(limits.longest_to_hub):
        out |= limits.minutes > limits.longest_to_hub + MINUTES_SLACK
    out[:, ~limits.may_hub] = True
    # Excluded practices are in no network; a unit that is not all here is in none either.
    whole = np.array([(limits.unit == u).sum() for u in limits.unit]) == limits.unit_size
    out[np.diagonal(limits.conflict) | ((limits.unit >= 0) & ~whole)] = True
    # The way to the hub leads over practices of the same network: a path of too many patients is none.
    for hub, own in enumerate(list_size):
        near = nx.single_source_dijkstra_path_length(
            problem.graph, hub, cutoff=most - own, weight=lambda _from, to, _edge: list_size[to]
        )
        out[[v for v in problem.graph if v not in near], hub] = True
    return out


def _alike(problem: Problem) -> list[tuple[int, int]]:
    """Pairs of practices at one place that are alike as hubs: where the first is in a network, it is the hub."""
    minutes, limits = problem.data.minutes, problem.limits
    free = limits.may_hub & ~limits.must_hub
    together = (minutes == 0) & free[:, None] & free & ~limits.conflict
    pairs = np.argwhere(np.triu(together, 1)).tolist()
    return [(first, second) for first, second in pairs if np.array_equal(minutes[first], minutes[second])]


def _by_patients(
    problem: Problem, least: int, most: int, stranded_rate: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The envelope of the hours per week that depend on a network's patients alone.

    Between the points where balance begins to be charged and where a post is full they are linear, so that the
    envelope has no vertex elsewhere.
    """
    data, rules = problem.data, problem.data.rules
    target, dead_band = rules.balance_target, rules.balance_dead_band
    turns = [float(least), float(most), target - dead_band, target, target + dead_band]
    steps = [role.patients_per_post * rules.post_step for role in rules.roles]
    stranded = np.array_equal(data.list_size, data.weighted_list_size)
    # Posts so small that they are full everywhere strand nothing that is worth counting.
    stranded = stranded and sum((most - least) / step for step in steps) <= MOST_TURNS
    if stranded:
        turns += [k * step for step in steps for k in range(int(least // step), int(most // step) + 2)]
    around = np.floor(np.array(turns))[:, None] + np.arange(-1.0, 3.0)
    patients = np.unique(np.clip(around, least, most))
    outside = np.maximum(np.abs(patients - target) - dead_band, 0.0)
    fixed = rules.weight("balance") * outside / 1000 * rules.balance_hours_per_1000
    fixed += rules.weight("overhead") * rules.overhead_hours_week
    if stranded:
        due = patients / np.array([role.patients_per_post for role in rules.roles])[:, None]
        whole = np.floor(due / rules.post_step + STEP_TOLERANCE) * rules.post_step
        fixed += stranded_rate * np.maximum(0.0, due - whole).sum(axis=0)
    return _envelope(patients, fixed)


def _envelope(
    sizes: NDArray[np.float64], hours: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Vertices of the lower convex envelope of a function of ascending sizes."""
    kept = list[tuple[float, float]]()
    for size, cost in zip(sizes.tolist(), hours.tolist(), strict=True):
        while len(kept) > 1:
            (first, at_first), (last, at_last) = kept[-2:]
            if (at_last - at_first) * (size - first) < (cost - at_first) * (last - first):
                break
            kept.pop()
        kept.append((size, cost))
    sizes, hours = np.array(kept).T.copy()
    return sizes, hours


def _staff_bound(
    problem: Problem, possible: NDArray[np.bool_], least: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """What shared staff's travel and stranded posts cost at least.

    Parameters
    ----------
    problem : Problem
    possible : ndarray of bool, shape (n, n)
        Whether practice i may be in a network of hub h.
    least : int
        Registered patients of a network.

    Returns
    -------
    near : ndarray of float64, shape (n, n)
        Minutes of the mean way at least from a practice (row) to all patients of its network, by hub.
    alone : ndarray of float64, shape (n, n)
        Hours per week of a practice (row) in the network of a hub, but for that way.
    rate : ndarray of float64, shape (n,)
        Hours per week, by hub, for a minute of that way and a patient of the practice.
    stranded_rate : float
        Hours per week of a stranded post, besides.
    """
    data, rules = problem.data, problem.data.rules
    n = len(data.list_size)
    move = rules.weight("staff_travel") * rules.moves_per_post_week / 60
    stranded = rules.weight("stranded_posts") * rules.hours_per_post_week
    hubs = np.flatnonzero(np.diagonal(possible))
    if not move or not len(hubs):
        return np.zeros((n, n)), np.zeros((n, n)), np.zeros(n), stranded
    # Who is not possible in its own network is no hub.
    possible = possible & np.diagonal(possible)
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
    # So few posts are due at least, of which this share may be stranded.
    due = np.maximum(posts * lowest_ratio * least, 1e-9)
    share = np.minimum(1.0, len(rules.roles) * rules.post_step / due)
    way = np.minimum(lowest_way, typical)
    lowest = (1 - share) * lowest_way + share * way
    weighted = lowest_ratio * share * way + lowest * (ratio[:, None] - lowest_ratio)
    alone = np.where(possible, move * posts * data.list_size[:, None] * weighted, 0.0)
    return near, alone, move * posts * lowest_ratio * (1 - share), stranded - move * typical


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
