"""Stream the candidate networks that are too many to keep: their costs are kept, and a walk gives them again.

The walk over the connected groups (`netform.candidates.walk` has the scheme) visits them in the same order every time.
So the cost of the j-th candidate is found at place j, in four bytes, and its members need no room at all: a walk over
all under given duals takes about as long as counting them, and gives every candidate of a low reduced cost.

The walk and what reads it stand in one file, although it is long: both have to number the candidates alike.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import networkx as nx
import numba as nb
import numpy as np

from netform.candidates.adjacency import Adjacency
from netform.candidates.allowed import allowed, counts_allowed
from netform.candidates.enumerate import MOST_PRACTICES, take_census
from netform.candidates.store import CandidateStore
from netform.scores import candidate_costs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from netform.candidates.allowed import Limits
    from netform.scores import ScoringData

__all__ = ["GATHERED", "ROUNDING", "CandidateStream"]

# Bytes of a candidate that is listed, of a dozen members: as its root has kept it, all together, and in the order
# outside; and what solving over them takes then.
GATHERED = 180

# Candidates, and their members, in a block that is handed over at once.
BLOCK, BLOCK_MEMBERS = 1 << 17, 1 << 21

# Where a walk stands when it is at no depth.
BEGIN, DONE = -1, -2

# Hours per week: what adding and taking off duals along the walk may add up to.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class CandidateStream:
    """Every candidate of a band with its cost, to be walked over again and again.

    Inside, practices are numbered by how far they are from one at the edge of the map, so that no root has too
    large a share of the candidates, and neighbours lie near one another in memory.

    Attributes
    ----------
    adjacency : Adjacency
        In the numbering inside.
    order : ndarray of int64, shape (n,)
        The practice that has each number inside.
    least, most : int
        The band in registered patients, inclusive.
    first : ndarray of int64, shape (n + 1,)
        Where the candidates of each root begin.
    costs : ndarray of float32
        Weighted hours per week of every candidate, rounded down; infinite where the demands forbid it.
    workers : int
        Threads; no result depends on it.
    """

    adjacency: Adjacency
    order: NDArray[np.int64]
    least: int
    most: int
    first: NDArray[np.int64]
    costs: NDArray[np.float32]
    workers: int

    @classmethod
    def of(
        cls,
        graph: nx.Graph,
        data: ScoringData,
        limits: Limits,
        limit: int,
        workers: int = 1,
        stop: Callable[[], bool] = lambda: False,
    ) -> CandidateStream | None:
        """Count and score every candidate; None when there are too many, or on ``stop``.

        Parameters
        ----------
        graph : networkx.Graph
            On 0..n-1, with a ``list_size`` each.
        data : ScoringData
        limits : Limits
        limit : int
            Connected groups up to the most patients, over all roots.
        workers : int
            Threads.
        stop : callable
            Asked often.
        """
        rules = data.rules
        order = _from_the_edge(data.minutes)
        adjacency = Adjacency.of(nx.relabel_nodes(graph, {int(v): k for k, v in enumerate(order)}))
        if len(order) > MOST_PRACTICES:
            return None
        census = take_census(adjacency, rules.least, rules.most, limit=limit, workers=workers)
        if not census.complete:
            return None
        first = np.concatenate((np.zeros(1, np.int64), np.cumsum(census.candidates)))
        costs = np.empty(int(first[-1]), np.float32)
        found = cls(adjacency, order, rules.least, rules.most, first, costs, workers)
        return found if found.score(data.among(order), limits.among(order), stop) else None

    def __len__(self) -> int:
        return len(self.costs)

    def score(self, data: ScoringData, limits: Limits, stop: Callable[[], bool]) -> bool:
        """Fill in the costs of all candidates; whether that was done before it was stopped."""

        def score(root: int) -> None:
            walk = _Walk(self, root)
            at = int(self.first[root])
            while walk.going and not stop():
                store = walk.block(None)
                kept = allowed(store, limits) & counts_allowed(store, limits)
                costs = np.where(kept, candidate_costs(store, data), np.inf)
                self.costs[at : at + len(store)] = _rounded_down(costs)
                at += len(store)

        self.share_out(score)
        return not stop()

    def within(
        self,
        duals: NDArray[np.float64],
        reduced: float,
        most: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> CandidateStore | None:
        """Every candidate of a lower reduced cost; None on ``stop``, or when there are too many.

        Parameters
        ----------
        duals : ndarray of float64, shape (n,)
            Hours per week for each practice.
        reduced : float
            Hours per week.
        most : int
            Candidates that may be given.
        stop : callable
            Asked often.
        """
        inside = duals[self.order]
        found: dict[int, CandidateStore] = {}
        count, lock = 0, Lock()

        def list_root(root: int) -> None:
            nonlocal count
            walk, kept = _Walk(self, root), _nothing(len(inside))
            while walk.going and count <= most and not stop():
                store = walk.block(inside, reduced)
                kept = kept.joined(store)
                with lock:
                    count += len(store)
            found[root] = kept

        self.share_out(list_root)
        return None if count > most or stop() else self.gathered(found)

    def gathered(self, found: dict[int, CandidateStore]) -> CandidateStore:
        """What the roots have given, in the numbering outside."""
        stores = [found[root] for root in sorted(found)] or [_nothing(len(self.order))]
        sizes = np.concatenate([np.diff(store.offsets) for store in stores])
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        members = self.order.astype(np.uint16)[np.concatenate([store.members for store in stores])]
        _sort_rows(offsets, members)
        return CandidateStore(offsets, members, len(self.order))

    def share_out(self, work: Callable[[int], None]) -> None:
        """Deal the roots out to threads, those with the most candidates first."""
        sizes = np.diff(self.first)
        roots = np.argsort(-sizes, kind="stable")[: int((sizes > 0).sum())].tolist()
        if self.workers <= 1:
            for root in roots:
                work(root)
            return
        with ThreadPoolExecutor(self.workers) as pool:
            for done in [pool.submit(work, root) for root in roots]:
                done.result()


class _Walk:
    """The candidates of one root, block by block."""

    def __init__(self, stream: CandidateStream, root: int) -> None:
        n = len(stream.adjacency)
        self.stream = stream
        self.going = True
        self.seen = np.zeros(n, np.uint8)
        # Frontier; members, and for each the next place in the frontier and its end; counters.
        self.queue, self.steps = np.empty(n, np.int32), np.empty((3, n + 1), np.int32)
        self.state = np.array([root, BEGIN, 0, stream.first[root]], np.int64)

    def block(self, duals: NDArray[np.float64] | None, below: float = np.inf) -> CandidateStore:
        """The next candidates of a reduced cost below ``below``; all without duals."""
        stream, adjacency = self.stream, self.stream.adjacency
        n = len(adjacency)
        size = min(BLOCK, int(stream.first[self.state[0] + 1] - self.state[3]))
        counts, members = np.empty(size, np.uint16), np.empty(min(BLOCK_MEMBERS, size * n) + n, np.uint16)
        count, used = _next_block(
            adjacency.indptr, adjacency.neighbours, adjacency.list_size, stream.least, stream.most,
            self.seen, self.queue, self.steps, self.state,
            None if duals is None else stream.costs, duals, below, counts, members,
        )  # fmt: skip
        self.going = self.state[1] != DONE
        offsets = np.zeros(count + 1, np.int64)
        np.cumsum(counts[:count], out=offsets[1:])
        members = members[:used].copy()
        _sort_rows(offsets, members)
        return CandidateStore(offsets, members, n)


@nb.njit(cache=True, nogil=True)
def _next_block(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 (as `walk_groups`)
    indptr, neighbours, list_size, least, most, seen, queue, steps, state, costs, duals, below, counts, members,
):  # fmt: skip
    """Walk over the candidates of a root from where the walk stands, until a block is full or none is left.

    ``state`` holds the root, the depth, how many members the candidate has that is still to be looked at (0: none), and
    the place of its cost. Numba compiles it once with duals and once without.
    """
    chosen, position, length = steps[0], steps[1], steps[2]
    root, depth, row = state[0], state[1], state[3]
    smallest = list_size.min()
    count, used = 0, 0
    if depth == BEGIN:
        seen[: root + 1] = 1
        depth = 0
        chosen[0] = root
        end = 0
        for k in range(indptr[root], indptr[root + 1]):
            v = neighbours[k]
            if seen[v] == 0:
                seen[v] = 1
                queue[end] = v
                end += 1
        length[0] = end
        position[0] = 0
        met = 1 if list_size[root] >= least else 0
    else:
        met = state[2]
    patients = 0
    dual_sum = 0.0
    for k in range(depth + 1):
        patients += list_size[chosen[k]]
        if costs is not None:
            dual_sum += duals[chosen[k]]
    if patients > most:
        state[1] = DONE
        return 0, 0
    while True:
        if met > 0:
            # The members are chosen[:met].
            if count == len(counts) or used + met > len(members):
                break
            take = True
            if costs is not None:
                # A candidate met at the depth of its last member has the duals of all; else the last is missing.
                beyond = costs[row] - (dual_sum if met == depth + 1 else dual_sum + duals[chosen[met - 1]])
                take = beyond < below
            if take:
                for k in range(met):
                    members[used + k] = chosen[k]
                counts[count] = met
                count += 1
                used += met
            row += 1
            met = 0
        at = position[depth]
        if at == length[depth]:
            if depth == 0:
                depth = DONE
                break
            for k in range(length[depth - 1], length[depth]):
                seen[queue[k]] = 0
            patients -= list_size[chosen[depth]]
            if costs is not None:
                dual_sum -= duals[chosen[depth]]
            depth -= 1
            continue
        position[depth] = at + 1
        v = queue[at]
        total = patients + list_size[v]
        if total > most:
            continue
        chosen[depth + 1] = v
        if total >= least:
            met = depth + 2
        if total + smallest > most:
            continue
        depth += 1
        patients = total
        if costs is not None:
            dual_sum += duals[v]
        end = length[depth - 1]
        for k in range(indptr[v], indptr[v + 1]):
            u = neighbours[k]
            if seen[u] == 0:
                seen[u] = 1
                queue[end] = u
                end += 1
        length[depth] = end
        position[depth] = at + 1
    state[1], state[2], state[3] = depth, met, row
    return count, used


@nb.njit(cache=True, nogil=True)
def _sort_rows(offsets, members):  # type: ignore[no-untyped-def]
    """Put the members of every candidate in order."""
    for j in range(len(offsets) - 1):
        for k in range(offsets[j] + 1, offsets[j + 1]):
            v = members[k]
            place = k
            while place > offsets[j] and members[place - 1] > v:
                members[place] = members[place - 1]
                place -= 1
            members[place] = v


def _nothing(practices: int) -> CandidateStore:
    return CandidateStore(np.zeros(1, np.int64), np.empty(0, np.uint16), practices)


def _from_the_edge(minutes: NDArray[np.float64]) -> NDArray[np.int64]:
    """The practices by how far they are from the one that is farthest from the first."""
    return np.argsort(minutes[int(minutes[0].argmax())], kind="stable")


def _rounded_down(costs: NDArray[np.float64]) -> NDArray[np.float32]:
    """The costs in four bytes, none of them dearer than it is."""
    near = costs.astype(np.float32)
    return np.where(near > costs, np.nextafter(near, np.float32(-np.inf)), near)
