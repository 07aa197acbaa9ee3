"""The partial plans of a diagram: the compiled drawing itself (see `netform.solve.diagram`).

What a kernel calls stands beside it: numba, when it looks whether a kernel kept on the disk is out of date, looks at
its own file only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from netform.solve.cuts import ROWS

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.cuts import CutPool, PricedCuts

__all__ = ["ANY", "Laid", "forgone"]

# A practice that needs less than this share of what may be spent is left out of the sum of needs.
LITTLE = 0.01

# No limit.
ANY = 2**62

# Candidates are listed anew by their practices once so large a share of them is left.
FEWER = 0.9

# Of the table of nodes at first, a power of two.
FIRST_SLOTS = 1 << 12


@dataclass(frozen=True, slots=True)
class Laid:
    """Candidates by the first of their practices in an order, the cheapest first; practices by where they stand."""

    listed: NDArray[np.int64]
    offsets: NDArray[np.int64]
    members: NDArray[np.int64]
    masks: NDArray[np.uint64]
    begin: NDArray[np.int64]
    reduced: NDArray[np.float64]

    @classmethod
    def out(cls, store: CandidateStore, reduced: NDArray[np.float64], order: NDArray[np.int64]) -> Laid:
        """Lay candidates out."""
        n = store.practices
        rank = np.empty(n, np.int64)
        rank[order] = np.arange(n)
        place = rank[store.members]
        first = np.minimum.reduceat(place, store.offsets[:-1]) if len(store) else np.empty(0, np.int64)
        # What a partial plan may take is a run that ends where money does.
        listed = np.lexsort((reduced, first))
        some = store.take(listed)
        place = rank[some.members]
        masks = np.zeros((len(some), -(-n // 64)), np.uint64)
        bit = np.left_shift(np.uint64(1), (place % 64).astype(np.uint64))
        np.bitwise_or.at(masks, (np.repeat(np.arange(len(some)), np.diff(some.offsets)), place // 64), bit)
        begin = np.searchsorted(first[listed], np.arange(n + 1))
        return cls(listed, some.offsets, place, masks, begin, reduced[listed])

    def grow(
        self,
        budget: float,
        cuts: PricedCuts,
        counts: NDArray[np.int64],
        least: NDArray[np.float64],
        most: NDArray[np.float64],
        most_nodes: int,
        most_steps: int,
        width: int,
        spare: float = 0.0,
    ) -> Any:
        """All arcs between partial plans (`_grow`)."""
        return _grow(
            self.offsets, self.members, self.masks, self.begin, self.reduced, budget, counts, least, most,
            len(self.begin) - 1, most_nodes, most_steps, width, spare, cuts.begin, cuts.which, cuts.weights, cuts.paid,
        )  # fmt: skip


@nb.njit(cache=True, nogil=True)
def _needs(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912
    row, words, p, n, budget, masks, reduced, near_begin, near, share_one, need, who
):
    """What the practices that a node has not covered need at least, and candidates looked at.

    The cheapest candidate that a practice can still have is what it needs; needs of practices that no candidate
    holds together add up. Infinite once it is more than a budget.
    """
    count = 0
    steps = 0
    for q in range(p, n):
        if (row[q // 64] >> np.uint64(q % 64)) & np.uint64(1):
            continue
        least = np.inf
        for k in range(near_begin[q], near_begin[q + 1]):
            j = near[k]
            steps += 1
            if reduced[j] >= budget:
                break
            clash = False
            for w in range(words):
                if row[w] & masks[j, w]:
                    clash = True
                    break
            if not clash:
                least = reduced[j]
                break
        if least >= budget:
            return np.inf, steps
        if least > LITTLE * budget:
            need[count] = least
            who[count] = q
            count += 1
    total = 0.0
    while True:
        dearest = -1
        for k in range(count):
            if need[k] > 0 and (dearest < 0 or need[k] > need[dearest]):
                dearest = k
        if dearest < 0:
            return total, steps
        total += need[dearest]
        if total >= budget:
            return np.inf, steps
        q = who[dearest]
        for k in range(count):
            if share_one[q, who[k]]:
                need[k] = 0.0


@nb.njit(cache=True, nogil=True)
def _slot(table, rows, row):  # type: ignore[no-untyped-def]
    """Where a row stands in a table of hashed rows, or the empty place for it; there is always one."""
    wrap = np.uint64(len(table) - 1)
    key = np.uint64(0)
    for w in range(len(row)):
        # Any odd number of many bits does.
        key = (key ^ row[w]) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    slot = key & wrap
    while table[slot]:
        same = True
        for w in range(len(row)):
            if rows[table[slot] - 1, w] != row[w]:
                same = False
                break
        if same:
            break
        slot = (slot + np.uint64(1)) & wrap
    return slot


@nb.njit(cache=True, nogil=True)
def _by_practice(first, offsets, members, by_price, reduced, budget, near_begin, near):  # type: ignore[no-untyped-def]
    """List the candidates of every practice from some candidate on, cheapest first; how many candidates they are."""
    near_begin[:] = 0
    for j in range(first, len(reduced)):
        if reduced[j] < budget:
            for k in range(offsets[j], offsets[j + 1]):
                near_begin[members[k] + 1] += 1
    for q in range(1, len(near_begin)):
        near_begin[q] += near_begin[q - 1]
    fill = near_begin[:-1].copy()
    for j in by_price:
        if reduced[j] >= budget:
            break
        if j >= first:
            for k in range(offsets[j], offsets[j + 1]):
                near[fill[members[k]]] = j
                fill[members[k]] += 1
    return len(reduced) - first


@nb.njit(cache=True, nogil=True)
def _limit(node, following, spent, ahead, width):  # type: ignore[no-untyped-def]
    """What the nodes of a chain beyond a width need at least, all in all; infinite where there are no more."""
    first, count = node, 0
    while node >= 0:
        count += 1
        node = following[node]
    if count <= width:
        return np.inf
    needed = np.empty(count)
    node, count = first, 0
    while node >= 0:
        needed[count] = spent[node] + ahead[node]
        node, count = following[node], count + 1
    return np.partition(needed, width)[width]


def forgone(
    cuts: CutPool, duals: NDArray[np.float64], uncovered: Collection[int], taken: Collection[int]
) -> float:
    """What a network makes cuts fall short of their limits, at their prices: hours per week, the definition.

    Of the practices not covered, with weight w in a cut, a plan can still use at most ``floor(w / d)`` of its limit. A
    network that covers weight u of it uses ``floor(u / d)`` and leaves ``floor((w - u) / d)`` to the others: never
    more together, and what they are less is lost whatever follows. The price of the limit is in what the duals are
    worth, so a plan pays what is lost on top of its reduced costs, and with that its whole cost.

    Parameters
    ----------
    cuts : ndarray of int64, shape (k, 11)
    duals : ndarray of float64, shape (k,)
        Never positive.
    uncovered : collection of int
        Practices that the partial plan has not covered.
    taken : collection of int
        Some of them, the practices of the network.
    """
    total = 0.0
    for cut, dual in zip(cuts.tolist(), duals.tolist(), strict=True):
        weight = dict(zip(cut[:ROWS], cut[ROWS:-1], strict=True))
        before, used = (sum(weight.get(v, 0) for v in some) for some in (uncovered, taken))
        total -= dual * (before // cut[-1] - used // cut[-1] - (before - used) // cut[-1])
    return total


@nb.njit(cache=True, nogil=True)
def _uncovered(row, p, n, cut_begin, which, weights, rest):  # type: ignore[no-untyped-def]
    """The weight in every cut of the practices that a node has not covered."""
    rest[:] = 0
    for q in range(p, n):
        if not (row[q // 64] >> np.uint64(q % 64)) & np.uint64(1):
            for e in range(cut_begin[q], cut_begin[q + 1]):
                rest[which[e]] += weights[e]


@nb.njit(cache=True, nogil=True)
def _forgone(taken, cut_begin, which, weights, paid, rest, covered):  # type: ignore[no-untyped-def]
    """What a network makes cuts fall short of their limits, at their prices (`forgone`)."""
    total = 0.0
    for q in taken:
        for e in range(cut_begin[q], cut_begin[q + 1]):
            covered[which[e]] += weights[e]
    for q in taken:
        for e in range(cut_begin[q], cut_begin[q + 1]):
            cut = which[e]
            if covered[cut]:
                left = rest[cut] - covered[cut]
                total += paid[cut, rest[cut]] - paid[cut, covered[cut]] - paid[cut, left]
                covered[cut] = 0
    return total


@nb.njit(cache=True, nogil=True)
def _grow(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 (one loop over a table of its own)
    offsets,
    members,
    masks,
    begin,
    reduced,
    budget,
    counts,
    least,
    most,
    n,
    most_nodes,
    most_steps,
    width,
    spare,
    cut_begin,
    which,
    weights,
    paid,
):
    """All arcs between partial plans that may still be below the budget, practices numbered in their order."""
    m, words = masks.shape
    sides = len(least)
    whole = words + sides
    # Memory is touched only as far as there are nodes.
    rows = np.empty((most_nodes + 1, whole), np.uint64)
    spent = np.empty(most_nodes + 1)
    # Of what is spent, and what is still needed at least, when a node was met.
    ahead = np.empty(most_nodes + 1)
    following = np.empty(most_nodes + 1, np.int32)
    tails = np.empty(2 * most_nodes + 2, np.int32)
    heads = np.empty(2 * most_nodes + 2, np.int32)
    takes = np.empty(2 * most_nodes + 2, np.int32)
    table = np.zeros(FIRST_SLOTS, np.int32)
    # Nodes whose first practice not covered is p, as a chain: they are all known when p is reached.
    chain = np.full(n + 1, -1, np.int64)
    budget_row = np.zeros(sides, np.bool_)
    for r in range(sides):
        budget_row[r] = m == 0 or counts[r].min() >= 0
    share_one = np.zeros((n, n), np.bool_)
    for j in range(m):
        for k in range(offsets[j], offsets[j + 1]):
            for e in range(offsets[j], offsets[j + 1]):
                share_one[members[k], members[e]] = True
    by_price = np.argsort(reduced, kind="mergesort")
    near = np.empty(len(members), np.int32)
    near_begin = np.zeros(n + 1, np.int64)
    listed = 2 * m + 1
    need = np.zeros(n)
    who = np.zeros(n, np.int64)
    fresh = np.zeros(whole, np.uint64)
    rows[0] = fresh
    spent[0] = ahead[0] = 0.0
    following[0] = -1
    rest = np.zeros(len(paid), np.int64)
    covered = np.zeros(len(paid), np.int64)
    nodes, arcs, steps = 1, 0, 0
    most_money = seen = budget
    chain[0] = 0
    for p in range(n):
        if chain[p] < 0:
            continue
        limit = _limit(chain[p], following, spent, ahead, width)
        seen = min(seen, limit)
        budget = min(most_money, limit + spare) if spare else seen
        # Those that hold a practice before p are no candidates any more, but they clash with every node: they may stay
        # where they are as long as they are few.
        if m - begin[p] < FEWER * listed:
            below = most_money if spare else seen
            listed = _by_practice(begin[p], offsets, members, by_price, reduced, below, near_begin, near)
        node = chain[p]
        while node >= 0:
            if spent[node] + ahead[node] >= limit:
                node = following[node]
                continue
            _uncovered(rows[node], p, n, cut_begin, which, weights, rest)
            for j in range(begin[p], begin[p + 1]):
                money = spent[node] + reduced[j]
                steps += 1
                if money >= budget:
                    break
                clash = False
                for w in range(words):
                    if rows[node, w] & masks[j, w]:
                        clash = True
                        break
                if clash:
                    continue
                money += _forgone(
                    members[offsets[j] : offsets[j + 1]], cut_begin, which, weights, paid, rest, covered
                )
                if money >= budget:
                    continue
                for w in range(words):
                    fresh[w] = rows[node, w] | masks[j, w]
                over = False
                for r in range(sides):
                    value = np.int64(rows[node, words + r]) + counts[r, j]
                    fresh[words + r] = np.uint64(value)
                    over = over or (budget_row[r] and value > most[r])
                if over:
                    continue
                slot = _slot(table, rows, fresh)
                head = table[slot] - 1
                if head < 0:
                    q = p + 1
                    while q < n and (fresh[q // 64] >> np.uint64(q % 64)) & np.uint64(1):
                        q += 1
                    more, looked = _needs(
                        fresh,
                        words,
                        q,
                        n,
                        budget - money,
                        masks,
                        reduced,
                        near_begin,
                        near,
                        share_one,
                        need,
                        who,
                    )
                    steps += looked
                    if np.isinf(more):
                        continue
                    if nodes > most_nodes or steps > most_steps:
                        return tails[:0], heads[:0], takes[:0], np.zeros(0, np.bool_), 0.0, False
                    head = nodes
                    nodes += 1
                    rows[head] = fresh
                    table[slot] = head + 1
                    if 2 * nodes > len(table):
                        table = np.zeros(2 * len(table), np.int32)
                        for other in range(1, nodes):
                            table[_slot(table, rows, rows[other])] = other + 1
                    spent[head], ahead[head] = money, more
                    following[head] = chain[q]
                    chain[q] = head
                if arcs == len(tails):
                    return tails[:0], heads[:0], takes[:0], np.zeros(0, np.bool_), 0.0, False
                spent[head] = min(spent[head], money)
                tails[arcs] = node
                heads[arcs] = head
                takes[arcs] = j
                arcs += 1
            node = following[node]
    ends = np.zeros(nodes, np.bool_)
    node = chain[n]
    while node >= 0:
        fits = True
        for r in range(sides):
            value = np.int64(rows[node, words + r])
            fits = fits and least[r] <= value <= most[r]
        ends[node] = fits
        node = following[node]
    return tails[:arcs], heads[:arcs], takes[:arcs], ends, seen, True
