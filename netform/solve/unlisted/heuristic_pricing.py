"""Roam from cheap groups of practices to others like them: networks too many to list are cheap near one another.

Under a price for every practice, the groups that cost little beyond their prices are few and near to each other: a
practice more or less, or two in each other's place. From some of them all others that can be reached so, by groups that
are as cheap, are found at some 100,000 groups a second; whether there are any elsewhere it does not say
(`netform.solve.unlisted.exact_pricing` does).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.candidates.store import CandidateStore
from netform.solve.master.subset_row_cuts import NO_CUTS, PricedCuts
from netform.solve.model.stopping import NEVER
from netform.solve.unlisted.separable_cost import QuickCosts, connected_without, quick_cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.stopping import Deadline

__all__ = ["Roamed", "longest", "price_heuristically"]

# Groups looked around from between two looks at the clock.
STEPS = 5_000

# Of hours per week: what rounding may do to a cost beyond prices.
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Roamed:
    """The groups that were met.

    Attributes
    ----------
    store : CandidateStore
        Those they were met from first.
    beyond : ndarray of float64, shape (m,)
        What each costs beyond its prices, by the quick costs.
    complete : bool
        Whether no more can be met.
    """

    store: CandidateStore
    beyond: NDArray[np.float64]
    complete: bool


def longest(costs: QuickCosts) -> int:
    """Practices that a network may have at most, by the smallest lists."""
    fitting = int(np.searchsorted(np.cumsum(np.sort(costs.list_size)), costs.most, side="right"))
    return max(1, fitting)


def price_heuristically(
    costs: QuickCosts,
    start: CandidateStore,
    prices: NDArray[np.float64],
    within: float,
    limit: int,
    deadline: Deadline = NEVER,
    cuts: PricedCuts | None = None,
) -> Roamed:
    """All groups that can be met from some by a practice more, one less, or one in place of another.

    Parameters
    ----------
    costs : QuickCosts
    start : CandidateStore
        Connected, within the band, each once; those that cost more are kept, and looked around from.
    prices : ndarray of float64, shape (n,)
    within : float
        Hours per week that a group may cost beyond its prices.
    limit : int
        Groups after which no more are sought.
    deadline : Deadline
    cuts : PricedCuts, optional
        What they add counts as costs.
    """
    if cuts is None:
        cuts = PricedCuts.of(NO_CUTS, np.empty(0), len(prices))
    added = (cuts.begin, cuts.which, cuts.weights, cuts.paid)
    n, count = len(costs.list_size), len(start)
    room = max(limit, count)
    size = np.zeros(room, np.int64)
    size[:count] = np.diff(start.offsets)
    width = max(longest(costs), int(size.max(initial=1)))
    rows = np.zeros((room, width), np.uint16)
    rows[np.repeat(np.arange(count), size[:count]), _within_rows(size[:count])] = start.members
    # A group is known by the sum of its members' random numbers; among millions no two are likely to have the same.
    random = np.random.default_rng(0)
    numbers = random.integers(0, 2**63, n, np.uint64)
    keys = np.zeros(room, np.uint64)
    keys[:count] = np.add.reduceat(numbers[start.members], start.offsets[:-1]) if count else 0
    table = np.full(1 << (3 * room).bit_length(), -1, np.int64)
    beyond = np.full(room, np.inf)
    _enter(keys, count, table)
    at = 0
    while at < count < limit and not deadline.passed:
        count, at = _roam(
            costs,
            prices,
            *added,
            within + TINY,
            limit,
            STEPS,
            numbers,
            rows,
            size,
            keys,
            table,
            beyond,
            count,
            at,
        )
    _value(costs, prices, *added, rows, size, beyond, len(start))
    offsets = np.zeros(count + 1, np.int64)
    np.cumsum(size[:count], out=offsets[1:])
    met = rows[:count]
    met[np.arange(width) >= size[:count, None]] = np.iinfo(np.uint16).max
    met.sort(axis=1)
    members = met[np.arange(width) < size[:count, None]]
    return Roamed(CandidateStore(offsets, members, n), beyond[:count].copy(), at >= count)


def _within_rows(size: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places 0, 1, ... in each of some rows, one row after the other."""
    ends = np.cumsum(size)
    places: NDArray[np.int64] = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - size, size)
    return places


@nb.njit(cache=True, nogil=True)
def _place(keys, table, key):  # type: ignore[no-untyped-def]
    """Where a key is to be entered in the table; -1 when it is there."""
    mask = np.int64(len(table) - 1)
    slot = np.int64(key & np.uint64(mask))
    while table[slot] >= 0:
        if keys[table[slot]] == key:
            return np.int64(-1)
        slot = np.int64((slot + 1) & mask)
    return slot


@nb.njit(cache=True, nogil=True)
def _enter(keys, count, table):  # type: ignore[no-untyped-def]
    for j in range(count):
        slot = _place(keys, table, keys[j])
        if slot >= 0:
            table[slot] = j


@nb.njit(cache=True, nogil=True)
def _cover(v, times, begin, which, weights, added, covered):  # type: ignore[no-untyped-def]
    """Have a practice covered once more, or once less; what its cuts add then, beyond before."""
    more = 0.0
    for e in range(begin[v], begin[v + 1]):
        c = which[e]
        more -= added[c, covered[c]]
        covered[c] += times * weights[e]
        more += added[c, covered[c]]
    return more


@nb.njit(cache=True, nogil=True)
def _value(costs, prices, begin, which, weights, added, rows, size, beyond, count):  # type: ignore[no-untyped-def]
    """What the groups it began with cost beyond their prices."""
    covered = np.zeros(len(added), np.int64)
    list_size, weighted_size, between = costs.list_size, costs.weighted, costs.minutes
    rates, ratios = costs.rates, costs.ratios
    for j in range(count):
        patients, weighted, paid, pairs, best = 0, 0.0, 0.0, 0.0, np.inf
        for k in range(size[j]):
            v = rows[j, k]
            patients += list_size[v]
            weighted += weighted_size[v]
            paid += prices[v]
            minutes = 0.0
            for e in range(size[j]):
                minutes += list_size[rows[j, e]] * between[v, rows[j, e]]
            pairs += list_size[v] * minutes
            best = min(best, minutes)
            paid -= _cover(v, 1, begin, which, weights, added, covered)
        for k in range(size[j]):
            _cover(rows[j, k], -1, begin, which, weights, added, covered)
        beyond[j] = quick_cost(rates, ratios, patients, weighted, pairs, best) - paid


@nb.njit(cache=True, nogil=True)
def _roam(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 (a call for each change would cost more)
    costs, prices, begin, which, weights, added, within, limit, steps, numbers, rows, size, keys, table, beyond,
    count, at,
):  # fmt: skip
    """Look around from so many groups more; how many groups there are then, and from which to go on."""
    # Taken out of the tuple here: inside the loops every look at it would count references.
    indptr, neighbours, least, most = costs.indptr, costs.neighbours, costs.least, costs.most
    list_size, weighted_size, between = costs.list_size, costs.weighted, costs.minutes
    rates, ratios = costs.rates, costs.ratios
    n = len(list_size)
    inside, beside = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    mark, stack = np.zeros(n, np.bool_), np.empty(n, np.int64)
    # Of every cut, the weight that a group covers.
    covered = np.zeros(len(added), np.int64)
    members, border = np.empty(n, np.int64), np.empty(n, np.int64)
    # To each member and practice at the border: minutes of all patients of the group.
    minutes = np.empty(n)
    for _ in range(steps):
        if at >= count or count >= limit:
            break
        m = size[at]
        patients, weighted, paid, pairs = 0, 0.0, 0.0, 0.0
        for k in range(m):
            v = np.int64(rows[at, k])
            members[k] = v
            inside[v] = True
            patients += list_size[v]
            weighted += weighted_size[v]
            paid += prices[v] - _cover(v, 1, begin, which, weights, added, covered)
        around = 0
        for k in range(m):
            for e in range(indptr[members[k]], indptr[members[k] + 1]):
                u = neighbours[e]
                if not inside[u] and not beside[u]:
                    beside[u] = True
                    border[around] = u
                    around += 1
        for k in range(m + around):
            v = members[k] if k < m else border[k - m]
            minutes[v] = 0.0
            for e in range(m):
                minutes[v] += list_size[members[e]] * between[v, members[e]]
            if k < m:
                pairs += list_size[v] * minutes[v]
        for left in range(-1, m):
            gone = np.int64(-1)
            stay_patients, stay_weighted, stay_paid, stay_pairs = patients, weighted, paid, pairs
            stay_key = keys[at]
            known = whole = left < 0
            if left >= 0:
                gone = members[left]
                stay_patients -= list_size[gone]
                stay_weighted -= weighted_size[gone]
                stay_paid -= prices[gone] + _cover(gone, -1, begin, which, weights, added, covered)
                stay_pairs -= 2 * list_size[gone] * minutes[gone]
                stay_key -= numbers[gone]
            for joins in range(-1, around):
                if left < 0 and joins < 0:
                    continue
                new_patients, new_weighted, new_paid = stay_patients, stay_weighted, stay_paid
                new_pairs, new_key, best = stay_pairs, stay_key, np.inf
                come, more = np.int64(-1), np.int64(0)
                if joins >= 0:
                    come = border[joins]
                    more = list_size[come]
                    new_patients += more
                if new_patients < least or new_patients > most:
                    continue
                if joins >= 0:
                    new_weighted += weighted_size[come]
                    new_paid += prices[come]
                    new_key += numbers[come]
                    best = minutes[come]
                    if left >= 0:
                        best -= list_size[gone] * between[come, gone]
                    new_pairs += 2 * more * best
                    # The way to the hub takes time: often enough is known without.
                    if (
                        quick_cost(rates, ratios, new_patients, new_weighted, new_pairs, 0.0) - new_paid
                        > within
                    ):
                        continue
                    for e in range(begin[come], begin[come + 1]):
                        c = which[e]
                        new_paid -= added[c, covered[c] + weights[e]] - added[c, covered[c]]
                for k in range(m):
                    v = members[k]
                    if k != left:
                        way = minutes[v]
                        if left >= 0:
                            way -= list_size[gone] * between[v, gone]
                        if joins >= 0:
                            way += more * between[v, come]
                        best = min(best, way)
                value = quick_cost(rates, ratios, new_patients, new_weighted, new_pairs, best) - new_paid
                if value > within:
                    continue
                if not known:
                    whole = connected_without(indptr, neighbours, members, m, left, inside, mark, stack)
                    known = True
                if not whole:
                    break
                if left >= 0 and joins >= 0:
                    touches = False
                    for e in range(indptr[come], indptr[come + 1]):
                        u = neighbours[e]
                        if inside[u] and u != gone:
                            touches = True
                            break
                    if not touches:
                        continue
                slot = _place(keys, table, new_key)
                if slot < 0:
                    continue
                if count >= limit:
                    break
                table[slot] = count
                keys[count] = new_key
                beyond[count] = value
                filled = 0
                for k in range(m):
                    if k != left:
                        rows[count, filled] = members[k]
                        filled += 1
                if joins >= 0:
                    rows[count, filled] = come
                    filled += 1
                size[count] = filled
                count += 1
            if left >= 0:
                _cover(gone, 1, begin, which, weights, added, covered)
        for k in range(m):
            inside[members[k]] = False
            _cover(members[k], -1, begin, which, weights, added, covered)
        for k in range(around):
            beside[border[k]] = False
        at += 1
    return count, at
