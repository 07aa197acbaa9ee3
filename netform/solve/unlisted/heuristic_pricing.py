"""Heuristic pricing: search near columns of low reduced cost for others.

Columns of low reduced cost are few and near to each other: a practice more or less, or one in place of another. From
some of them all others that can be reached so, by columns of as low a reduced cost, are found at some 100,000 columns a
second; whether there are any elsewhere it does not say (`netform.solve.unlisted.exact_pricing` does).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from netform.candidates.store import CandidateStore
from netform.solve.unlisted.separable_cost import SeparableCosts, separable_cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.master.subset_row_cuts import PricedCuts
    from netform.solve.model.budget import Deadline

__all__ = ["columns_of", "most_practices", "price_heuristically"]

# Columns searched near between two looks at the clock.
STEPS = 5_000

# Of a reduced cost, hours per week: what rounding leaves.
TINY = 1e-9


def most_practices(costs: SeparableCosts) -> int:
    """Practices that a network may have at most, by the smallest lists."""
    fitting = int(np.searchsorted(np.cumsum(np.sort(costs.list_size)), costs.most, side="right"))
    return max(1, fitting)


def price_heuristically(
    costs: SeparableCosts,
    start: CandidateStore,
    duals: NDArray[np.float64],
    within: float,
    limit: int,
    deadline: Deadline,
    cuts: PricedCuts,
) -> CandidateStore:
    """All columns that can be reached from some by a practice more, one less, or one in place of another.

    Parameters
    ----------
    costs : SeparableCosts
    start : CandidateStore
        Columns, each once; those of higher reduced cost are kept, and searched near.
    duals : ndarray of float64, shape (n,)
    within : float
        The highest reduced cost, hours per week.
    limit : int
        Columns after which no more are sought.
    deadline : Deadline
    cuts : PricedCuts
        What they add counts as costs.

    Returns
    -------
    CandidateStore
        Those it began with first.
    """
    n, count = len(costs.list_size), len(start)
    room = max(limit, count)
    size = np.zeros(room, np.int64)
    size[:count] = np.diff(start.offsets)
    width = max(most_practices(costs), int(size.max(initial=1)))
    rows = np.zeros((room, width), np.uint16)
    rows[:count][np.arange(width) < size[:count, None]] = start.members
    # A column is known by the sum of its members' random numbers; among millions no two are likely to have the same.
    random = np.random.default_rng(0)
    numbers = random.integers(0, 2**63, n, np.uint64)
    keys = np.zeros(room, np.uint64)
    keys[:count] = np.add.reduceat(numbers[start.members], start.offsets[:-1]) if count else 0
    table = np.full(1 << (3 * room).bit_length(), -1, np.int64)
    for j in range(count):
        table[_place(keys, table, keys[j])] = j
    at = 0
    while at < count < limit and not deadline.passed:
        count, at = _search_near(
            costs, duals, cuts.begin, cuts.which, cuts.weights, cuts.paid, within + TINY, limit, STEPS, numbers,
            rows, size, keys, table, count, at,
        )  # fmt: skip
    found = rows[:count]
    found[np.arange(width) >= size[:count, None]] = n
    found.sort(axis=1)
    return columns_of(found, n)


def columns_of(rows: NDArray[Any], practices: int) -> CandidateStore:
    """Rows of practices, ascending and filled up with how many there are, as columns."""
    held = rows < practices
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(held.sum(axis=1), out=offsets[1:])
    return CandidateStore(offsets, rows[held].astype(np.uint16, copy=False), practices)


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
def _connected(first, count, indptr, neighbours, inside, mark, stack):  # type: ignore[no-untyped-def]
    """Whether so many practices that are inside are connected, by the first of them."""
    mark[:] = False
    mark[first] = True
    stack[0] = first
    height, met = 1, 1
    while height > 0:
        height -= 1
        v = stack[height]
        for e in range(indptr[v], indptr[v + 1]):
            u = neighbours[e]
            if inside[u] and not mark[u]:
                mark[u] = True
                stack[height] = u
                height += 1
                met += 1
    return met == count


@nb.njit(cache=True, nogil=True)
def _search_near(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 (a call for each change would cost more)
    costs, duals, begin, which, weights, added, within, limit, steps, numbers, rows, size, keys, table, count,
    at,
):  # fmt: skip
    """Search near so many columns more; how many columns there are then, and near which to go on."""
    # Taken out of the tuple here: inside the loops every look at it would count references.
    indptr, neighbours, least, most = costs.indptr, costs.neighbours, costs.least, costs.most
    list_size, weighted_size, between = costs.list_size, costs.weighted, costs.minutes
    rates, ratios = costs.rates, costs.ratios
    n = len(list_size)
    inside, beside = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    mark, stack = np.zeros(n, np.bool_), np.empty(n, np.int64)
    # Of every cut, the weight that a column covers.
    covered = np.zeros(len(added), np.int64)
    # The members of a column, and behind them the practices at its border.
    members = np.empty(n, np.int64)
    # To each member and practice at the border: minutes of all patients of the column.
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
            paid += duals[v] - _cover(v, 1, begin, which, weights, added, covered)
        around = 0
        for k in range(m):
            for e in range(indptr[members[k]], indptr[members[k] + 1]):
                u = neighbours[e]
                if not inside[u] and not beside[u]:
                    beside[u] = True
                    members[m + around] = u
                    around += 1
        for k in range(m + around):
            v = members[k]
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
                inside[gone] = False
                stay_patients -= list_size[gone]
                stay_weighted -= weighted_size[gone]
                stay_paid -= duals[gone] + _cover(gone, -1, begin, which, weights, added, covered)
                stay_pairs -= 2 * list_size[gone] * minutes[gone]
                stay_key -= numbers[gone]
            for joins in range(-1, around):
                new_patients, new_weighted, new_paid = stay_patients, stay_weighted, stay_paid
                new_pairs, new_key, best = stay_pairs, stay_key, np.inf
                come, more = np.int64(-1), np.int64(0)
                if joins >= 0:
                    come = members[m + joins]
                    more = list_size[come]
                    new_patients += more
                if new_patients < least or new_patients > most:
                    continue
                if joins >= 0:
                    new_weighted += weighted_size[come]
                    new_paid += duals[come]
                    new_key += numbers[come]
                    best = minutes[come]
                    if left >= 0:
                        best -= list_size[gone] * between[come, gone]
                    new_pairs += 2 * more * best
                    # The way to the hub takes time: often enough is known without.
                    if (
                        separable_cost(rates, ratios, new_patients, new_weighted, new_pairs, 0.0) - new_paid
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
                value = separable_cost(rates, ratios, new_patients, new_weighted, new_pairs, best) - new_paid
                if value > within:
                    continue
                if not known:
                    first = members[1 if left == 0 else 0]
                    whole = m > 1 and _connected(first, m - 1, indptr, neighbours, inside, mark, stack)
                    known = True
                if not whole:
                    break
                if joins >= 0 and not inside[neighbours[indptr[come] : indptr[come + 1]]].any():
                    continue
                slot = _place(keys, table, new_key)
                if slot < 0:
                    continue
                if count >= limit:
                    break
                table[slot] = count
                keys[count] = new_key
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
                inside[gone] = True
                _cover(gone, 1, begin, which, weights, added, covered)
        for k in range(m):
            inside[members[k]] = False
            _cover(members[k], -1, begin, which, weights, added, covered)
        for k in range(around):
            beside[members[m + k]] = False
        at += 1
    return count, at
