"""Build the states and arcs of a decision diagram, compiled (see `netform.solve.diagram.build`).

What a kernel calls stands beside it, although the file is long: numba, when it looks whether a kernel kept on the disk
is out of date, looks at its own file only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.master.subset_row_cuts import PricedCuts
    from netform.solve.model.problem import SideRow

__all__ = ["ANY", "ColumnLayout"]

# A practice that needs less than this share of what may be spent is left out of the sum of needs.
LITTLE = 0.01

# No limit.
ANY = 2**62

# Columns are listed anew by their practices once so large a share of them is left.
FEWER = 0.9

# Of the table of nodes at first, a power of two.
FIRST_SLOTS = 1 << 12

# Bytes of a node besides what it covers: what is spent and ahead, the next of its chain, its places in a table that is
# twice to four times as long and in the half as long one before, its end, its number and its best paths either way. Of
# an arc, where all are kept: its tail, head and column in 4 bytes, then in 8, and its place. Arcs per node, at most.
NODE_BYTES, ARC_BYTES, ARCS = 64, 44, 2

# How building ends: none was missed but by its width; after too much effort; or where there is no room for more.
COMPLETE, GIVEN_UP, NO_ROOM = 1, 0, -1


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """Columns by the first of their practices in an order, the cheapest first; practices by where they stand.

    With the cuts and the side rows that states are held to: rows count whole numbers.
    """

    listed: NDArray[np.int64]
    offsets: NDArray[np.int64]
    members: NDArray[np.int64]
    masks: NDArray[np.uint64]
    begin: NDArray[np.int64]
    reduced: NDArray[np.float64]
    cuts: PricedCuts
    counts: NDArray[np.int64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]

    @staticmethod
    def nbytes(columns: int, members: int, practices: int) -> int:
        """Bytes for so many columns and members, copies and what building keeps of each column among them."""
        words = -(-practices // 64)
        return columns * (16 * words + 80) + members * 48

    @staticmethod
    def diagram_bytes(nodes: int, practices: int) -> int:
        """Bytes for a diagram of so many nodes, and the arcs that they have at most."""
        return nodes * (8 * -(-practices // 64) + NODE_BYTES + ARCS * ARC_BYTES)

    @classmethod
    def of(
        cls,
        store: CandidateStore,
        reduced: NDArray[np.float64],
        order: NDArray[np.int64],
        cuts: PricedCuts,
        sides: Sequence[SideRow] = (),
    ) -> ColumnLayout:
        """Lay columns out in an order of the practices."""
        n, rank = store.practices, np.argsort(order)
        first = np.minimum.reduceat(rank[store.members], store.offsets[:-1])
        # What a state may take is a run that ends where the budget does.
        listed = np.lexsort((reduced, first))
        some = store.take(listed)
        place = rank[some.members]
        masks = np.zeros((len(some), -(-n // 64)), np.uint64)
        bit = np.left_shift(np.uint64(1), (place % 64).astype(np.uint64))
        np.bitwise_or.at(masks, (np.repeat(np.arange(len(some)), np.diff(some.offsets)), place // 64), bit)
        begin = np.searchsorted(first[listed], np.arange(n + 1))
        counts = np.array([side.coefficients[listed] for side in sides], np.int64)
        # Limits a millionth wide of what adds up to whole numbers.
        least = np.array([max(side.least, -1e15) - 1e-6 for side in sides], np.float64)
        most = np.array([min(side.most, 1e15) + 1e-6 for side in sides], np.float64)
        return cls(
            listed, some.offsets, place, masks, begin, reduced[listed],
            cuts.numbered(order), counts.reshape(len(sides), len(store)), least, most,
        )  # fmt: skip

    def grow(
        self, budget: float, most_nodes: int, most_steps: int, width: int, spare: float, room: int
    ) -> Any:
        """All arcs between states (`_grow`), in so many bytes."""
        cuts = self.cuts
        return _grow(
            self.offsets, self.members, self.masks, self.begin, self.reduced, budget, self.counts, self.least,
            self.most, most_nodes, most_steps, width, spare, room,
            cuts.begin, cuts.which, cuts.weights, cuts.paid,
        )  # fmt: skip


@nb.njit(cache=True, nogil=True)
def _has(rows, k, q):  # type: ignore[no-untyped-def]
    """Whether row k has the bit of a practice."""
    return (rows[k, q // 64] >> np.uint64(q % 64)) & np.uint64(1) != 0


@nb.njit(cache=True, nogil=True)
def _clash(masks, j, rows, k):  # type: ignore[no-untyped-def]
    """Whether a column has a practice that row k has."""
    for w in range(masks.shape[1]):  # noqa: SIM110 (compiled, a generator would be slow)
        if masks[j, w] & rows[k, w]:
            return True
    return False


@nb.njit(cache=True, nogil=True)
def _first(at, end, near, masks, reduced, budget, rows, k):  # type: ignore[no-untyped-def]
    """Where the first column stands that does not clash with row k; the end when none below a budget is there."""
    while at < end and reduced[near[at]] < budget:
        if not _clash(masks, near[at], rows, k):
            return at
        at += 1
    return end


@nb.njit(cache=True, nogil=True)
def _rank(need, who, at, ranked_need, ranked_who, ranked_at, some):  # type: ignore[no-untyped-def]
    """Put a need among those ranked, the dearest first; how many they are then."""
    e = some
    while e > 0 and ranked_need[e - 1] < need:
        ranked_need[e], ranked_who[e], ranked_at[e] = ranked_need[e - 1], ranked_who[e - 1], ranked_at[e - 1]
        e -= 1
    ranked_need[e], ranked_who[e], ranked_at[e] = need, who, at
    return some + 1


@nb.njit(cache=True, nogil=True)
def _sum_apart(ranked_need, ranked_who, some, sharing, met, enough):  # type: ignore[no-untyped-def]
    """What needs add up to, of practices not met and no two in a column together; or enough of it."""
    total = 0.0
    for e in range(some):
        q = ranked_who[e]
        if not _has(met, 0, q):
            total += ranked_need[e]
            if total >= enough:
                break
            for w in range(met.shape[1]):
                met[0, w] |= sharing[q, w]
    return total


@nb.njit(cache=True, nogil=True)
def _needs(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912
    row, j, budget, masks, reduced, near_begin, near, sharing, met, count, who, place, held, changed,
    ranked_need, ranked_who, ranked_at, some, new_need, new_who, new_at,
):  # fmt: skip
    """What the practices that a state has not covered need at least.

    The cheapest column that a practice can still have is what it needs; needs of practices that no column holds
    together add up. Infinite once it is as much as a budget.

    What was needed before column j was taken is known: only practices whose column clashes with it are looked at anew.
    """
    # Counts that other kernels are given begin typed: for a plain 0 those would be compiled once more.
    news, little = np.int64(0), LITTLE * budget
    for k in range(count):
        changed[k] = _clash(masks, j, held, k)
        q = who[k]
        if not changed[k] or _has(masks, j, q):
            continue
        end = near_begin[q + 1]
        at = _first(place[k] + 1, end, near, masks, reduced, budget, row, 0)
        if at >= end:
            return np.inf
        if reduced[near[at]] > little:
            news = _rank(reduced[near[at]], q, k, new_need, new_who, new_at, news)
    met[:] = 0
    total, old, new = 0.0, 0, 0
    while True:
        while old < some and ranked_at[old] >= 0 and changed[ranked_at[old]]:
            old += 1
        if old < some and (new == news or ranked_need[old] >= new_need[new]):
            need, q = ranked_need[old], ranked_who[old]
            old += 1
        elif new < news:
            need, q = new_need[new], new_who[new]
            new += 1
        else:
            return total
        if need <= little:
            return total
        if not _has(met, 0, q):
            total += need
            if total >= budget:
                return np.inf
            for w in range(met.shape[1]):
                met[0, w] |= sharing[q, w]


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
    """List the columns of every practice from some column on, cheapest first; how many columns they are."""
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


@nb.njit(cache=True, nogil=True)
def _in_cuts(taken, cut_begin, which, weights, paid, covered, own_cut, own_weight, end):  # type: ignore[no-untyped-def]
    """List the cuts of a column with the weight it covers, from an end on: the end then, and what they add to it."""
    begin = end
    for q in taken:
        for e in range(cut_begin[q], cut_begin[q + 1]):
            if not covered[which[e]]:
                own_cut[end] = which[e]
                end += 1
            covered[which[e]] += weights[e]
    total = 0.0
    for e in range(begin, end):
        own_weight[e] = covered[own_cut[e]]
        covered[own_cut[e]] = 0
        total += paid[own_cut[e], own_weight[e]]
    return end, total


@nb.njit(cache=True, nogil=True)
def _cut_slack(begin, end, own_cut, own_weight, own_paid, paid, rest):  # type: ignore[no-untyped-def]
    """The cut slack that a column leaves, at the cuts' duals: hours per week.

    Of the practices not covered, with weight w in a cut, a plan can still use at most ``floor(w / d)`` of its limit. A
    network that covers weight u of it uses ``floor(u / d)`` and leaves ``floor((w - u) / d)`` to the others: never
    more together, and what they are less is lost whatever follows. The price of the limit is in the dual objective, so
    a plan pays what is lost on top of its reduced costs, and with that its whole cost.

    The column's cuts are ``own_cut[begin:end]``, and ``rest`` is the weight in each of the practices not covered.
    """
    total = -own_paid
    for e in range(begin, end):
        left = rest[own_cut[e]]
        total += paid[own_cut[e], left] - paid[own_cut[e], left - own_weight[e]]
    return total


@nb.njit(cache=True, nogil=True)
def _grow(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 (one loop over a table of its own)
    offsets, members, masks, begin, reduced, budget, counts, least, most, most_nodes, most_steps, width, spare, room,
    cut_begin, which, weights, paid,
):  # fmt: skip
    """All arcs between states that may still be below the budget, practices numbered in their order.

    With the nodes that are ends, below what none was missed, and how building ended.
    """
    m, words = masks.shape
    n, sides = len(begin) - 1, len(least)
    whole = words + sides
    node_bytes = 8 * whole + NODE_BYTES
    most_arcs = min(ARCS * (most_nodes + 1), room // ARC_BYTES + 1)
    # Memory is touched only as far as there are nodes and arcs.
    nodes_fit = min(most_nodes, room // node_bytes)
    rows = np.empty((nodes_fit + 1, whole), np.uint64)
    spent = np.empty(nodes_fit + 1)
    # Of what is spent, and what is still needed at least, when a node was met.
    ahead = np.empty(nodes_fit + 1)
    following = np.empty(nodes_fit + 1, np.int32)
    tails = np.empty(most_arcs, np.int32)
    heads = np.empty(most_arcs, np.int32)
    takes = np.empty(most_arcs, np.int32)
    if room < node_bytes:
        return tails[:0], heads[:0], takes[:0], np.zeros(0, np.bool_), 0.0, NO_ROOM
    table = np.zeros(FIRST_SLOTS, np.int32)
    # Nodes whose first practice not covered is p, as a chain: they are all known when p is reached.
    chain = np.full(n + 1, -1, np.int64)
    budget_row = np.zeros(sides, np.bool_)
    for r in range(sides):
        budget_row[r] = m == 0 or counts[r].min() >= 0
    # Of every practice, those that some column holds together with it.
    sharing = np.zeros((n, words), np.uint64)
    # The cuts of every column, once they are asked for; and those of all practices not before p.
    in_cuts = 0
    for j in range(m):
        for e in range(offsets[j], offsets[j + 1]):
            in_cuts += cut_begin[members[e] + 1] - cut_begin[members[e]]
            for w in range(words):
                sharing[members[e], w] |= masks[j, w]
    own_cut, own_weight = np.empty(in_cuts, np.int32), np.empty(in_cuts, np.int32)
    own_begin, own_end = np.full(m, -1, np.int64), np.empty(m, np.int64)
    own_paid, own = np.empty(m), np.int64(0)
    rest, covered = np.zeros(len(paid), np.int64), np.zeros(len(paid), np.int64)
    for e in range(len(which)):
        rest[which[e]] += weights[e]
    by_price = np.argsort(reduced, kind="mergesort")
    near, near_begin = np.empty(len(members), np.int32), np.zeros(n + 1, np.int64)
    # Where of the near those of a practice begin that hold none before p.
    start = np.empty(n, np.int64)
    listed = 2 * m + 1
    # Of the practices before p and p: their bits; and what nodes of the chain may cover when p is given a column.
    before, reach = np.zeros((1, words), np.uint64), np.zeros((1, words), np.uint64)
    met = np.zeros((1, words), np.uint64)
    # Practices that a node may change something for; and of a node those not covered.
    front, who, place = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    held, changed = np.empty_like(sharing), np.empty(n, np.bool_)
    far_need, far_who, far_at = np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64)
    ranked_need, ranked_who, ranked_at = np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64)
    new_need, new_who, new_at = np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64)
    fresh = np.zeros((1, whole), np.uint64)
    rows[0] = 0
    spent[0] = ahead[0] = 0.0
    following[0] = -1
    nodes, arcs, steps = 1, 0, 0
    most_money = seen = budget
    chain[0] = 0
    for p in range(n):
        before[0, p // 64] |= np.uint64(1) << np.uint64(p % 64)
        if p:
            for e in range(cut_begin[p - 1], cut_begin[p]):
                rest[which[e]] -= weights[e]
        if chain[p] < 0:
            continue
        limit = _limit(chain[p], following, spent, ahead, width)
        seen = min(seen, limit)
        budget = min(most_money, limit + spare) if spare else seen
        # Columns that hold a practice before p are out, but they clash with every node: they may stay where they are as
        # long as they are few.
        if m - begin[p] < FEWER * listed:
            below = most_money if spare else seen
            listed = _by_practice(begin[p], offsets, members, by_price, reduced, below, near_begin, near)
            start[:] = near_begin[:-1]
        # Where no node of the chain covers anything of it, nor any column that p may be given, what a practice needs is
        # the same for all.
        reach[:] = before
        node = chain[p]
        while node >= 0:
            for w in range(words):
                reach[0, w] |= rows[node, w]
            node = following[node]
        for j in range(begin[p], begin[p + 1]):
            if reduced[j] >= budget:
                break
            for w in range(words):
                reach[0, w] |= masks[j, w]
        fronts, fars = 0, np.int64(0)
        for q in range(p + 1, n):
            end = near_begin[q + 1]
            start[q] = _first(start[q], end, near, masks, reduced, np.inf, before, 0)
            if _has(reach, 0, q) or (start[q] < end and _clash(masks, near[start[q]], reach, 0)):
                front[fronts] = q
                fronts += 1
            elif start[q] == end or reduced[near[start[q]]] > 0:
                need = reduced[near[start[q]]] if start[q] < end else np.inf
                fars = _rank(need, q, np.int64(-1), far_need, far_who, far_at, fars)
        node = chain[p]
        while node >= 0:
            if spent[node] + ahead[node] >= limit:
                node = following[node]
                continue
            # What practices need whatever column p is given.
            left = budget - spent[node]
            for w in range(words):
                fresh[0, w] = rows[node, w]
            fresh[0, p // 64] |= np.uint64(1) << np.uint64(p % 64)
            count, some = np.int64(0), fars
            for e in range(fars):
                ranked_need[e], ranked_who[e], ranked_at[e] = far_need[e], far_who[e], far_at[e]
            steps += fronts
            for f in range(fronts):
                q = front[f]
                if _has(rows, node, q):
                    for e in range(cut_begin[q], cut_begin[q + 1]):
                        rest[which[e]] -= weights[e]
                    continue
                end = near_begin[q + 1]
                at = _first(start[q], end, near, masks, reduced, left, fresh, 0)
                who[count], place[count] = q, at
                need = np.inf
                for w in range(words):
                    held[count, w] = 0
                if at < end:
                    need = reduced[near[at]]
                    for w in range(words):
                        held[count, w] = masks[near[at], w]
                else:
                    held[count, q // 64] = np.uint64(1) << np.uint64(q % 64)
                if need > 0:
                    some = _rank(need, q, count, ranked_need, ranked_who, ranked_at, some)
                count += 1
            met[0] = sharing[p]
            beyond = _sum_apart(ranked_need, ranked_who, some, sharing, met, left)
            for j in range(begin[p], begin[p + 1]):
                money = spent[node] + reduced[j]
                steps += 1
                if money + beyond >= budget:
                    break
                if _clash(masks, j, rows, node):
                    continue
                for w in range(words):
                    met[0, w] = masks[j, w]
                others = _sum_apart(ranked_need, ranked_who, some, sharing, met, budget - money)
                if money + others >= budget:
                    continue
                if own_begin[j] < 0:
                    own_begin[j] = own
                    own, own_paid[j] = _in_cuts(
                        members[offsets[j] : offsets[j + 1]], cut_begin, which, weights, paid, covered,
                        own_cut, own_weight, own,
                    )  # fmt: skip
                    own_end[j] = own
                money += _cut_slack(own_begin[j], own_end[j], own_cut, own_weight, own_paid[j], paid, rest)
                if money + others >= budget:
                    continue
                for w in range(words):
                    fresh[0, w] = rows[node, w] | masks[j, w]
                over = False
                for r in range(sides):
                    value = np.int64(rows[node, words + r]) + counts[r, j]
                    fresh[0, words + r] = np.uint64(value)
                    over = over or (budget_row[r] and value > most[r])
                if over:
                    continue
                slot = _slot(table, rows, fresh[0])
                head = table[slot] - 1
                if head < 0:
                    steps += count  # type: ignore[assignment]
                    more = _needs(
                        fresh, j, budget - money, masks, reduced, near_begin, near, sharing, met, count, who, place,
                        held, changed, ranked_need, ranked_who, ranked_at, some, new_need, new_who, new_at,
                    )  # fmt: skip
                    if np.isinf(more):
                        continue
                    if nodes > most_nodes or steps > most_steps:
                        return tails[:0], heads[:0], takes[:0], np.zeros(0, np.bool_), 0.0, GIVEN_UP
                    if nodes > nodes_fit:
                        return tails[:0], heads[:0], takes[:0], np.zeros(0, np.bool_), 0.0, NO_ROOM
                    q = p + 1
                    while q < n and _has(fresh, 0, q):
                        q += 1
                    head = nodes
                    nodes += 1
                    rows[head] = fresh[0]
                    table[slot] = head + 1
                    if 2 * nodes > len(table):
                        table = np.zeros(2 * len(table), np.int32)
                        for other in range(1, nodes):
                            table[_slot(table, rows, rows[other])] = other + 1
                    spent[head], ahead[head] = money, more
                    following[head] = chain[q]
                    chain[q] = head
                if nodes * node_bytes + (arcs + 1) * ARC_BYTES > room:
                    return tails[:0], heads[:0], takes[:0], np.zeros(0, np.bool_), 0.0, NO_ROOM
                if arcs == len(tails):
                    return tails[:0], heads[:0], takes[:0], np.zeros(0, np.bool_), 0.0, GIVEN_UP
                spent[head] = min(spent[head], money)
                tails[arcs] = node
                heads[arcs] = head
                takes[arcs] = j
                arcs += 1
            for f in range(fronts):
                if _has(rows, node, front[f]):
                    for e in range(cut_begin[front[f]], cut_begin[front[f] + 1]):
                        rest[which[e]] += weights[e]
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
    return tails[:arcs], heads[:arcs], takes[:arcs], ends, seen, COMPLETE
