"""All plans below a cutoff at once, as a decision diagram.

The practices are taken in one fixed order, and a plan is built by giving the first practice not yet covered a
network. Partial plans that cover the same practices can be finished in the same ways, so they are one *node*; an
*arc* takes a network. A city has millions of plans within a few thousandths of the best, but only some hundreds of
nodes and arcs, and what is asked of all plans is answered by one pass over the arcs.

A partial plan costs at least what the duals are worth plus its reduced costs. It is dropped once that, plus what the
practices not yet covered still need, reaches the cutoff: each needs a network that is disjoint from those taken, and
practices that no one network can hold together need one each (`_needs`). The nodes left lead to plans, and those that
lead only to plans at the cutoff or above are dropped by a pass from the end.

A drawing may be given a width: of the nodes that wait for the same practice the dearest beyond it are dropped, and
the cutoff is lowered to the least that one of them costs. So however many plans there are it ends, and says how far
it saw: every plan below the lowered cutoff is in it, and good ones above.

Decision diagrams for such problems are treated in Bergman, Cire, van Hoeve and Hooker (2016), *Decision Diagrams for
Optimization*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx as nx
import numba as nb
import numpy as np

from netform.solve.cuts import together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.linear import SideRow

__all__ = ["Diagram", "draw_diagram", "easier", "sweep"]

# Hours per week of reduced cost that make a tie between two practices e times weaker: a candidate dearer than that is
# in few plans. Of no such weight, one hour and a third of an hour the last made the smallest diagrams.
LOOSER = 1 / 3

# A tie weaker than this is none.
NO_TIE = 1e-9

# A practice that needs less than this share of what may be spent is left out of the sum of needs.
LITTLE = 0.01

# Of sums of costs, as a share.
ROUNDING = 1e-9

# From which end to draw is tried to this width, keeping so many partial plans.
TRIED, TRIED_NODES = 100, 200_000

# No limit.
ANY = 2**62

# Of the table of nodes at first, a power of two.
FIRST_SLOTS = 1 << 12


@dataclass(frozen=True, slots=True)
class Diagram:
    """The plans below a cutoff: the walks from node 0 to the last node that add up to less.

    Every arc is on such a plan. Walks that add up to the cutoff or more may be there too; they are plans as well.

    Attributes
    ----------
    below : float
        Every plan that costs less is in it: the cutoff, or less where it was drawn to a width.
    nodes : int
        Arcs lead to nodes of a higher number.
    tails, heads : ndarray of int64, shape (arcs,)
        Where each arc leads from and to, by ascending tail.
    takes : ndarray of int64, shape (arcs,)
        The candidate that it takes.
    """

    below: float
    nodes: int
    tails: NDArray[np.int64]
    heads: NDArray[np.int64]
    takes: NDArray[np.int64]

    def to_end(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The least that any walk from each node to the end adds up to, arcs having weights."""
        return _to_end(self.nodes, self.tails, self.heads, weights)  # type: ignore[no-any-return]

    def from_start(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The least that any walk to each node adds up to."""
        # Backwards, the walks from the end are those of a diagram too.
        last = self.nodes - 1
        back = [np.ascontiguousarray(each[::-1]) for each in (last - self.heads, last - self.tails, weights)]
        return np.asarray(_to_end(self.nodes, *back)[::-1])

    def through(self, costs: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the cheapest plan through each candidate costs, exactly; infinite when none is below the cutoff.

        Parameters
        ----------
        costs : ndarray of float64, shape (m,)
            Those that the diagram was drawn by.
        """
        weights = costs[self.takes]
        least = self.from_start(weights)[self.tails] + weights + self.to_end(weights)[self.heads]
        through = np.full(len(costs), np.inf)
        np.minimum.at(through, self.takes, least)
        return through


def draw_diagram(
    store: CandidateStore,
    costs: NDArray[np.float64],
    reduced: NDArray[np.float64],
    worth: float,
    cutoff: float,
    sides: Sequence[SideRow] = (),
    order: NDArray[np.int64] | None = None,
    *,
    most_nodes: int,
    most_steps: int = ANY,
    width: int = ANY,
) -> Diagram | None:
    """All choices of candidates that cover every practice once, below a cutoff.

    Parameters
    ----------
    store : CandidateStore
    costs : ndarray of float64, shape (m,)
    reduced : ndarray of float64, shape (m,)
        Reduced costs, at least 0.
    worth : float
        What the duals are worth: a choice costs at least this plus its reduced costs.
    cutoff : float
        Choices that cost as much are of no interest.
    sides : sequence of SideRow
        Rules over the choice, over the same candidates, that count networks or patients.
    order : ndarray of int64, shape (n,), optional
        The practices as `sweep` has them, of these candidates or of others like them.
    most_nodes, most_steps : int
        Partial plans kept, and candidates looked at, before the drawing is given up.
    width : int
        Partial plans gone on with, of those whose first practice not covered is the same.

    Returns
    -------
    Diagram or None
        None when it was given up, or when a rule counts anything but whole numbers.
    """
    counts = np.array([np.round(side.coefficients) for side in sides], np.int64).reshape(
        len(sides), len(store)
    )
    if any(np.any(count != side.coefficients) for count, side in zip(counts, sides, strict=True)):
        return None
    if order is None:
        order = easier(store, reduced, cutoff - worth, sweep(store, reduced))
    laid = _Laid.out(store, reduced, order)
    # Limits a millionth wide of what adds up to whole numbers.
    least = np.array([max(side.least, -1e15) - 1e-6 for side in sides], np.float64)
    most = np.array([min(side.most, 1e15) + 1e-6 for side in sides], np.float64)
    counts = np.ascontiguousarray(counts[:, laid.listed])
    tails, heads, takes, ends, seen, complete = laid.grow(
        cutoff - worth, counts, least, most, most_nodes, most_steps, width
    )
    if not complete:
        return None
    # A plan at the cutoff but for rounding stays whole: its arcs add up in one order before, in another after.
    near = cutoff + ROUNDING * (1 + abs(cutoff))
    kept = _below(tails, heads, costs[laid.listed][takes], ends, near)
    tails, heads, takes = tails[kept], heads[kept], laid.listed[takes[kept]]
    number = np.full(len(ends), -1, np.int64)
    starts = tails[np.concatenate((np.ones(1, np.bool_), tails[1:] != tails[:-1]))] if len(tails) else tails
    number[starts] = np.arange(len(starts))
    # What has no arc of its own is an end, and one end is like another.
    number[number < 0] = max(1, len(starts))
    below = min(cutoff, worth + seen)
    return Diagram(below, max(2, len(starts) + 1), number[tails], number[heads], takes)


def easier(
    store: CandidateStore, reduced: NDArray[np.float64], budget: float, order: NDArray[np.int64]
) -> NDArray[np.int64]:
    """An order of the practices, or the same from its other end: by which a narrow drawing sees further.

    A plan costs more than the duals are worth because somewhere on the map no choice is as cheap as its reduced
    costs. Drawn from there, partial plans have soon spent what there is; drawn towards it, all that is elsewhere is
    drawn first: ten times, at worst some hundred times as much.

    Parameters
    ----------
    store : CandidateStore
    reduced : ndarray of float64, shape (m,)
        Reduced costs, at least 0.
    budget : float
        What a plan may cost beyond what the duals are worth.
    order : ndarray of int64, shape (n,)
    """
    furthest, best = -np.inf, order
    none, counts = np.empty(0), np.empty((0, len(store)), np.int64)
    for tried in (order, np.ascontiguousarray(order[::-1])):
        laid = _Laid.out(store, reduced, tried)
        *_, seen, complete = laid.grow(budget, counts, none, none, TRIED_NODES, ANY, TRIED)
        if complete and seen > furthest:
            furthest, best = seen, tried
    return best


@dataclass(frozen=True, slots=True)
class _Laid:
    """Candidates by the first of their practices in an order, the cheapest first; practices by where they stand."""

    listed: NDArray[np.int64]
    offsets: NDArray[np.int64]
    members: NDArray[np.int64]
    masks: NDArray[np.uint64]
    begin: NDArray[np.int64]
    reduced: NDArray[np.float64]

    @classmethod
    def out(cls, store: CandidateStore, reduced: NDArray[np.float64], order: NDArray[np.int64]) -> _Laid:
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
        counts: NDArray[np.int64],
        least: NDArray[np.float64],
        most: NDArray[np.float64],
        most_nodes: int,
        most_steps: int,
        width: int,
    ) -> Any:
        """All arcs between partial plans (`_grow`)."""
        return _grow(
            self.offsets, self.members, self.masks, self.begin, self.reduced, budget, counts, least, most,
            len(self.begin) - 1, most_nodes, most_steps, width,
        )  # fmt: skip


def sweep(store: CandidateStore, reduced: NDArray[np.float64]) -> NDArray[np.int64]:
    """The practices in an order in which few are half done at any time: neighbours near each other.

    The order along the second eigenvector of the normalised Laplacian (Shi and Malik, 2000) of a graph in which two
    practices are tied by the candidates that hold both, cheap ones the more; part after part, where it falls apart.
    """
    n = store.practices
    ties = together(store.offsets, store.members, np.exp(-reduced / LOOSER), n)
    ties[ties < NO_TIE] = 0.0
    tied = nx.empty_graph(n)
    tied.add_edges_from(np.argwhere(np.triu(ties)).tolist())
    order = []
    for part in nx.connected_components(tied):
        inside = np.array(sorted(part), np.int64)
        if len(inside) > 2:
            own = ties[np.ix_(inside, inside)]
            scale = 1 / np.sqrt(own.sum(axis=1))
            laplacian = np.eye(len(inside)) - scale[:, None] * own * scale
            along = scale * np.linalg.eigh(laplacian)[1][:, 1]
            # An eigenvector may point either way.
            along *= np.sign(along[np.abs(along).argmax()])
            inside = inside[np.argsort(np.round(along, 9), kind="stable")]
        order.append(inside)
    return np.concatenate(order) if order else np.empty(0, np.int64)


@nb.njit(cache=True, nogil=True)
def _to_end(nodes, tails, heads, weights):  # type: ignore[no-untyped-def]
    least = np.full(nodes, np.inf)
    least[nodes - 1] = 0.0
    for arc in range(len(tails) - 1, -1, -1):
        least[tails[arc]] = min(least[tails[arc]], weights[arc] + least[heads[arc]])
    return least


@nb.njit(cache=True, nogil=True)
def _below(tails, heads, weights, ends, cutoff):  # type: ignore[no-untyped-def]
    """The arcs on a walk from node 0 to an end that adds up to less than the cutoff."""
    nodes = len(ends)
    ahead = np.full(nodes, np.inf)
    behind = np.full(nodes, np.inf)
    behind[0] = 0.0
    for node in range(nodes):
        if ends[node]:
            ahead[node] = 0.0
    for arc in range(len(tails) - 1, -1, -1):
        ahead[tails[arc]] = min(ahead[tails[arc]], weights[arc] + ahead[heads[arc]])
    for arc in range(len(tails)):
        behind[heads[arc]] = min(behind[heads[arc]], behind[tails[arc]] + weights[arc])
    return np.flatnonzero(behind[tails] + weights + ahead[heads] < cutoff)


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
def _grow(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 (one loop over a table of its own)
    offsets, members, masks, begin, reduced, budget, counts, least, most, n, most_nodes, most_steps, width
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
    fill = np.zeros(n, np.int64)
    need = np.zeros(n)
    who = np.zeros(n, np.int64)
    fresh = np.zeros(whole, np.uint64)
    rows[0] = fresh
    spent[0] = ahead[0] = 0.0
    following[0] = -1
    nodes, arcs, steps = 1, 0, 0
    chain[0] = 0
    for p in range(n):
        if chain[p] < 0:
            continue
        limit = _limit(chain[p], following, spent, ahead, width)
        budget = min(budget, limit)
        # The candidates of every practice that cover none before p, cheapest first.
        fill[:] = 0
        for j in range(begin[p], m):
            for k in range(offsets[j], offsets[j + 1]):
                fill[members[k]] += 1
        for q in range(n):
            near_begin[q + 1] = near_begin[q] + fill[q]
            fill[q] = near_begin[q]
        for e in range(m):
            j = by_price[e]
            if j >= begin[p]:
                for k in range(offsets[j], offsets[j + 1]):
                    near[fill[members[k]]] = j
                    fill[members[k]] += 1
        node = chain[p]
        while node >= 0:
            if spent[node] + ahead[node] >= limit:
                node = following[node]
                continue
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
    return tails[:arcs], heads[:arcs], takes[:arcs], ends, budget, True
