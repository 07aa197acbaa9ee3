"""List every connected group of practices whose list size lies in a band, each exactly once.

`connected_groups` is the plain definition; `take_census` and `list_candidates` run the compiled walk
(`netform.candidates.walk`) beside it, the second with the enclave test.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.candidates.coverable import ENDLESS, safe_list_size
from netform.candidates.store import CandidateStore
from netform.candidates.walk import Room, walk_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from netform.candidates.adjacency import Adjacency

__all__ = ["Census", "connected_groups", "list_candidates", "take_census"]

# Members are stored in 16 bits.
MOST_PRACTICES = 2**16


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
        walk_groups(
            adjacency.indptr, adjacency.neighbours, adjacency.list_size, least, most, limit,
            share, spent, visited, candidates, members, None,
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
    kept, kept_members, visited = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    spent = np.zeros(1, np.int64)
    room = Room(safe_list_size(least, most) if enclaves else -1, first, first_member, counts, members)

    def fill(share: NDArray[np.int64]) -> None:
        walk_groups(
            adjacency.indptr, adjacency.neighbours, adjacency.list_size, least, most, int(ENDLESS),
            share, spent, visited, kept, kept_members, room,
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
