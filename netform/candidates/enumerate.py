"""List every connected group of practices whose list size lies in a band, each exactly once.

A group is rooted at its smallest member; from the root, every vertex of the frontier is either taken or
passed over for good (Wernicke's scheme of extending a connected subgraph only by later frontier vertices),
so no group is met twice and no memory of groups met is needed. A branch ends when its patients pass the
maximum. A candidate is dropped when what it leaves behind of its own connected component has a part that no
whole number of networks can cover (the *enclave test*): no complete plan can use it. Components apart from it
are as they are, whatever is chosen here.

`connected_groups` is the plain definition; `list_candidates` runs the compiled kernels beside it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import networkx as nx
import numba as nb
import numpy as np

from netform.candidates.store import CandidateStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

__all__ = [
    "Adjacency",
    "Census",
    "connected_groups",
    "coverable",
    "list_candidates",
    "safe_list_size",
    "take_census",
]

# Patients are counted in int64; nothing in England comes near this.
ENDLESS = np.int64(2**62)
# Members are stored in 16 bits.
MOST_PRACTICES = 2**16


@dataclass(frozen=True, slots=True)
class Adjacency:
    """A graph of practices in compressed rows, with the list size of each.

    Attributes
    ----------
    indptr : ndarray of int32, shape (n + 1,)
    neighbours : ndarray of int32
        The neighbours of practice i are ``neighbours[indptr[i]:indptr[i + 1]]``, ascending.
    list_size : ndarray of int64, shape (n,)
        Registered patients.
    """

    indptr: NDArray[np.int32]
    neighbours: NDArray[np.int32]
    list_size: NDArray[np.int64]

    @classmethod
    def of(cls, graph: nx.Graph) -> Adjacency:
        """Compress a graph whose nodes are 0..n-1 with a ``list_size`` each."""
        order = range(len(graph))
        rows = [sorted(graph[i]) for i in order]
        indptr = np.zeros(len(rows) + 1, np.int32)
        np.cumsum([len(row) for row in rows], out=indptr[1:])
        neighbours = np.fromiter((j for row in rows for j in row), np.int32, indptr[-1])
        return cls(indptr, neighbours, np.array([graph.nodes[i]["list_size"] for i in order], np.int64))

    def __len__(self) -> int:
        return len(self.list_size)


@dataclass(frozen=True, slots=True)
class Census:
    """What a counting pass found.

    Attributes
    ----------
    visited : int
        Connected groups of at most the maximum.
    candidates : ndarray of int64, shape (n,)
        Groups inside the band by their root (smallest member), before the enclave test.
    members : ndarray of int64, shape (n,)
        The same, counting members.
    complete : bool
        False when the count was given up at the limit.
    """

    visited: int
    candidates: NDArray[np.int64]
    members: NDArray[np.int64]
    complete: bool


def coverable(list_size: int, least: int, most: int) -> bool:
    """Say whether some whole number of networks of ``least`` to ``most`` patients adds up to a list size."""
    if list_size == 0:
        return True
    return -(-list_size // most) <= list_size // least


def safe_list_size(least: int, most: int) -> int:
    """Find the list size from which every larger one is `coverable` (60,000 for a band of 30,000-50,000)."""
    if most == least:
        return int(ENDLESS)
    networks = max(1, -(-(least - 1) // (most - least)))
    return networks * least


def connected_groups(graph: nx.Graph, least: int, most: int) -> Iterator[frozenset[int]]:
    """Yield every connected group of nodes with ``least`` to ``most`` patients, by trying all subsets.

    The definition that `list_candidates` is held to (without its enclave test); for small graphs only.
    """
    for count in range(1, len(graph) + 1):
        for group in combinations(graph, count):
            patients = sum(graph.nodes[i]["list_size"] for i in group)
            if least <= patients <= most and nx.is_connected(graph.subgraph(group)):
                yield frozenset(group)


def take_census(
    adjacency: Adjacency, least: int, most: int, *, limit: int = int(ENDLESS), workers: int = 1
) -> Census:
    """Count the connected groups inside a band, giving up soon after ``limit`` have been visited.

    Parameters
    ----------
    adjacency : Adjacency
    least, most : int
        The band in registered patients, inclusive.
    limit : int
        Groups of at most the maximum, over all roots. Looked at before each root and every million groups.
    workers : int
        Threads.
    """
    n = len(adjacency)
    candidates, members, visited = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    spent = np.zeros(1, np.int64)

    def count(share: NDArray[np.int64]) -> None:
        _count_groups(
            adjacency.indptr, adjacency.neighbours, adjacency.list_size, least, most, limit,
            share, spent, candidates, members, visited,
        )  # fmt: skip

    _share_out(count, n, workers)
    return Census(int(visited.sum()), candidates, members, bool(visited.sum() <= limit))


def list_candidates(
    adjacency: Adjacency,
    least: int,
    most: int,
    *,
    census: Census | None = None,
    enclaves: bool = True,
    workers: int = 1,
) -> CandidateStore:
    """List every connected group inside the band that leaves nothing uncoverable behind.

    Parameters
    ----------
    adjacency : Adjacency
    least, most : int
        The band in registered patients, inclusive.
    census : Census, optional
        A complete count of the same graph and band, when it was already taken.
    enclaves : bool
        Whether to drop groups by the enclave test.
    workers : int
        Threads; the result does not depend on it.

    Returns
    -------
    CandidateStore
        In order of root, then of discovery; members ascending.

    Raises
    ------
    ValueError
        When the census was given up, or there are more practices than the store can number.
    """
    n = len(adjacency)
    if n > MOST_PRACTICES:
        raise ValueError(f"{n:,} practices cannot be numbered in 16 bits; plan them area by area")
    if census is None:
        census = take_census(adjacency, least, most, workers=workers)
    # The kernel trusts the counts: it would write past the end of arrays that are too short.
    if not census.complete:
        raise ValueError("the census was given up, so the candidates are not counted")
    first = np.concatenate(([0], np.cumsum(census.candidates)))
    first_member = np.concatenate(([0], np.cumsum(census.members)))
    counts = np.zeros(int(first[-1]), np.uint16)
    members = np.zeros(int(first_member[-1]), np.uint16)
    kept, kept_members = np.zeros(n, np.int64), np.zeros(n, np.int64)
    safe = safe_list_size(least, most) if enclaves else -1

    def fill(share: NDArray[np.int64]) -> None:
        _fill_groups(
            adjacency.indptr, adjacency.neighbours, adjacency.list_size, least, most, safe,
            share, first, first_member, counts, members, kept, kept_members,
        )  # fmt: skip

    _share_out(fill, n, workers)
    return _close_gaps(counts, members, first, first_member, kept, kept_members)


def _close_gaps(
    counts: NDArray[np.uint16],
    members: NDArray[np.uint16],
    first: NDArray[np.int64],
    first_member: NDArray[np.int64],
    kept: NDArray[np.int64],
    kept_members: NDArray[np.int64],
) -> CandidateStore:
    """Move the candidates of each root up to those of the root before, over the room of dropped ones."""
    at, at_member = 0, 0
    for root in range(len(kept)):
        size, size_member = int(kept[root]), int(kept_members[root])
        begin, begin_member = int(first[root]), int(first_member[root])
        if begin != at:
            counts[at : at + size] = counts[begin : begin + size]
            members[at_member : at_member + size_member] = members[begin_member : begin_member + size_member]
        at, at_member = at + size, at_member + size_member
    offsets = np.zeros(at + 1, np.int64)
    np.cumsum(counts[:at], out=offsets[1:])
    members = members[:at_member].copy() if at_member < len(members) else members
    return CandidateStore(offsets, members, len(kept))


def _share_out(work: Callable[[NDArray[np.int64]], None], n: int, workers: int) -> None:
    """Deal the roots out to threads; each writes only what belongs to its own roots."""
    if workers <= 1:
        work(np.arange(n, dtype=np.int64))
        return
    shares = [np.arange(k, n, workers, dtype=np.int64) for k in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(work, share) for share in shares]:
            done.result()


@nb.njit(cache=True, nogil=True)
def _count_groups(  # noqa: C901, PLR0912, PLR0915
    indptr: NDArray[np.int32],
    neighbours: NDArray[np.int32],
    list_size: NDArray[np.int64],
    least: int,
    most: int,
    limit: int,
    roots: NDArray[np.int64],
    spent: NDArray[np.int64],
    candidates: NDArray[np.int64],
    members: NDArray[np.int64],
    visited: NDArray[np.int64],
) -> None:
    # One function, although long: a call per group met would cost more than the group itself.
    n = len(list_size)
    smallest = list_size.min()
    seen = np.zeros(n, np.uint8)
    queue = np.empty(n, np.int32)
    chosen = np.empty(n + 1, np.int32)
    position = np.empty(n + 1, np.int32)
    length = np.empty(n + 1, np.int32)
    for root in roots:
        if list_size[root] > most:
            continue
        if spent[0] > limit:
            visited[root] = limit + 1
            return
        seen[:] = 0
        seen[: root + 1] = 1
        depth = 0
        chosen[0] = root
        patients = list_size[root]
        end = 0
        for k in range(indptr[root], indptr[root + 1]):
            v = neighbours[k]
            if seen[v] == 0:
                seen[v] = 1
                queue[end] = v
                end += 1
        length[0] = end
        position[0] = 0
        met = 1
        found = 0
        found_members = 0
        if patients >= least:
            found += 1
            found_members += 1
        while depth >= 0:
            at = position[depth]
            if at == length[depth]:
                if depth == 0:
                    break
                for k in range(length[depth - 1], length[depth]):
                    seen[queue[k]] = 0
                patients -= list_size[chosen[depth]]
                depth -= 1
                continue
            position[depth] = at + 1
            v = queue[at]
            total = patients + list_size[v]
            if total > most:
                continue
            met += 1
            if total >= least:
                found += 1
                found_members += depth + 2
            if total + smallest > most:
                continue
            depth += 1
            chosen[depth] = v
            patients = total
            end = length[depth - 1]
            for k in range(indptr[v], indptr[v + 1]):
                u = neighbours[k]
                if seen[u] == 0:
                    seen[u] = 1
                    queue[end] = u
                    end += 1
            length[depth] = end
            position[depth] = at + 1
            if met & 0xFFFFF == 0 and spent[0] + met > limit:
                visited[root] = limit + 1
                return
        visited[root] = met
        candidates[root] = found
        members[root] = found_members
        spent[0] += met


@nb.njit(cache=True, nogil=True)
def _fill_groups(  # noqa: C901, PLR0912, PLR0915
    indptr: NDArray[np.int32],
    neighbours: NDArray[np.int32],
    list_size: NDArray[np.int64],
    least: int,
    most: int,
    safe: int,
    roots: NDArray[np.int64],
    first: NDArray[np.int64],
    first_member: NDArray[np.int64],
    counts: NDArray[np.uint16],
    members: NDArray[np.uint16],
    kept: NDArray[np.int64],
    kept_members: NDArray[np.int64],
) -> None:
    # The walk of _count_groups, which must meet the same groups in the same order.
    n = len(list_size)
    smallest = list_size.min()
    seen = np.zeros(n, np.uint8)
    queue = np.empty(n, np.int32)
    chosen = np.empty(n + 1, np.int32)
    position = np.empty(n + 1, np.int32)
    length = np.empty(n + 1, np.int32)
    mark = np.zeros(n, np.int64)
    stack = np.empty(n, np.int32)
    epoch = 1
    for root in roots:
        if list_size[root] > most:
            continue
        seen[:] = 0
        seen[: root + 1] = 1
        depth = 0
        chosen[0] = root
        patients = list_size[root]
        end = 0
        for k in range(indptr[root], indptr[root + 1]):
            v = neighbours[k]
            if seen[v] == 0:
                seen[v] = 1
                queue[end] = v
                end += 1
        length[0] = end
        position[0] = 0
        at_candidate = first[root]
        at_member = first_member[root]
        emit = patients >= least
        while True:
            if emit:
                emit = False
                keep = True
                if safe >= 0:
                    epoch, keep = _leaves_coverable(
                        indptr,
                        neighbours,
                        list_size,
                        least,
                        most,
                        safe,
                        chosen,
                        depth + 1,
                        mark,
                        stack,
                        epoch,
                    )
                if keep:
                    for k in range(depth + 1):
                        # Insertion keeps the members ascending.
                        v = chosen[k]
                        place = at_member + k
                        while place > at_member and members[place - 1] > v:
                            members[place] = members[place - 1]
                            place -= 1
                        members[place] = v
                    counts[at_candidate] = depth + 1
                    at_candidate += 1
                    at_member += depth + 1
            at = position[depth]
            if at == length[depth]:
                if depth == 0:
                    break
                for k in range(length[depth - 1], length[depth]):
                    seen[queue[k]] = 0
                patients -= list_size[chosen[depth]]
                depth -= 1
                continue
            position[depth] = at + 1
            v = queue[at]
            total = patients + list_size[v]
            if total > most:
                continue
            depth += 1
            chosen[depth] = v
            patients = total
            end = length[depth - 1]
            if total + smallest <= most:
                for k in range(indptr[v], indptr[v + 1]):
                    u = neighbours[k]
                    if seen[u] == 0:
                        seen[u] = 1
                        queue[end] = u
                        end += 1
                position[depth] = at + 1
            else:
                position[depth] = end
            length[depth] = end
            emit = total >= least
        kept[root] = at_candidate - first[root]
        kept_members[root] = at_member - first_member[root]


@nb.njit(cache=True, nogil=True)
def _leaves_coverable(
    indptr: NDArray[np.int32],
    neighbours: NDArray[np.int32],
    list_size: NDArray[np.int64],
    least: int,
    most: int,
    safe: int,
    chosen: NDArray[np.int32],
    count: int,
    mark: NDArray[np.int64],
    stack: NDArray[np.int32],
    epoch: int,
) -> tuple[int, bool]:
    """Flood what is left from each neighbour of the group; a flood past ``safe`` patients may stop.

    ``mark`` holds, for this group, ``epoch`` for its members and a later number for each flood: meeting the
    mark of an earlier flood means meeting one that stopped early, so the part is safe too.
    """
    own = epoch
    for k in range(count):
        mark[chosen[k]] = own
    flood = own
    for k in range(count):
        v = chosen[k]
        for e in range(indptr[v], indptr[v + 1]):
            start = neighbours[e]
            if mark[start] >= own:
                continue
            flood += 1
            mark[start] = flood
            stack[0] = start
            height = 1
            patients = list_size[start]
            fine = patients >= safe
            while height > 0 and not fine:
                height -= 1
                w = stack[height]
                for f in range(indptr[w], indptr[w + 1]):
                    u = neighbours[f]
                    if mark[u] < own:
                        mark[u] = flood
                        patients += list_size[u]
                        stack[height] = u
                        height += 1
                    elif mark[u] != own and mark[u] != flood:
                        fine = True
                if patients >= safe:
                    fine = True
            if not fine and (patients + most - 1) // most > patients // least:
                return flood + 1, False
    return flood + 1, True
