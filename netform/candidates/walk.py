"""The compiled walk over the connected groups of practices, which counts them or stores them.

A group is rooted at its smallest member; from the root, every vertex of the frontier is either taken or
passed over for good (Wernicke's scheme of extending a connected subgraph only by later frontier vertices),
so no group is met twice and no memory of groups met is needed. A branch ends when its patients pass the
maximum.

A candidate is dropped when what it leaves behind of its own connected component has a part that no whole number of
networks can cover (the *enclave test*): no complete plan can use it. Components apart from it are as they are,
whatever is chosen here. The test stands in this file because numba, when it looks whether a kernel kept on the disk
is out of date, looks at its own file only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Room", "walk_groups"]


class Room(NamedTuple):
    """Where a walk stores groups: for each root, as much room as a walk without has counted.

    Attributes
    ----------
    safe : int
        What `netform.candidates.coverable.safe_list_size` says, for the enclave test; -1 to do without.
    first, first_member : ndarray of int64
        Where the groups of each root begin, and their members.
    counts : ndarray of uint16
        How many members each group has.
    members : ndarray of uint16
        The members of each group, ascending, group after group.
    """

    safe: int
    first: NDArray[np.int64]
    first_member: NDArray[np.int64]
    counts: NDArray[np.uint16]
    members: NDArray[np.uint16]


@nb.njit(cache=True, nogil=True)
def walk_groups(  # noqa: C901, PLR0912, PLR0915
    indptr: NDArray[np.int32],
    neighbours: NDArray[np.int32],
    list_size: NDArray[np.int64],
    least: int,
    most: int,
    limit: int,
    roots: NDArray[np.int64],
    spent: NDArray[np.int64],
    visited: NDArray[np.int64],
    groups: NDArray[np.int64],
    members: NDArray[np.int64],
    room: Room | None,
) -> None:
    """Meet the connected groups of at most ``most`` patients of each root, and take those inside the band.

    Without room, all of those are taken and counted. With room, those that pass the enclave test are, and are
    stored: numba compiles the walk once for each, and leaves out of the one what is the other's. Both meet the
    same groups in the same order, which is what the room is measured by.

    One function, although long: a call for each group met would cost more than the group itself, even one that
    numba inlines, which counts references to the arrays.

    Parameters
    ----------
    indptr, neighbours, list_size
        Of an `Adjacency`.
    least, most : int
        The band in registered patients, inclusive.
    limit : int
        Groups met, over all roots, after which the walk is given up.
    roots : ndarray of int64
        The practices whose groups are met.
    spent : ndarray of int64, shape (1,)
        Groups met so far; shared by the threads, which may lose some of one another's.
    visited, groups, members : ndarray of int64, shape (n,)
        Written for each root: groups met (more than the limit when given up), those taken, and their members.
    room : Room or None
    """
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
    if room is not None:
        safe, first, first_member, counts, stored = room
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
        taken = 0
        taken_members = 0
        if room is not None:
            row = first[root]
            start = first_member[root]
        # The first turn looks at the root alone.
        count = 1
        inside = patients >= least
        if room is None and inside:
            taken = 1
            taken_members = 1
        while depth >= 0:
            if room is not None and inside:
                inside = False
                keep = True
                if safe >= 0:
                    epoch, keep = _leaves_coverable(
                        indptr, neighbours, list_size, least, most, safe, chosen, count, mark, stack, epoch
                    )
                if keep:
                    for k in range(count):
                        # Insertion keeps the members ascending.
                        v = chosen[k]
                        place = start + k
                        while place > start and stored[place - 1] > v:
                            stored[place] = stored[place - 1]
                            place -= 1
                        stored[place] = v
                    counts[row] = count
                    row += 1
                    start += count
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
            if room is None:
                if total >= least:
                    taken += 1
                    taken_members += depth + 2
            else:
                # The place of the next member is free until the walk goes deeper.
                chosen[depth + 1] = v
                count = depth + 2
                inside = total >= least
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
        if room is not None:
            taken = row - first[root]
            taken_members = start - first_member[root]
        visited[root] = met
        groups[root] = taken
        members[root] = taken_members
        spent[0] += met


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
    """Say whether a group leaves only parts that networks can cover, and give the next free number for marks.

    Flood what is left from each neighbour of the group; a flood past ``safe`` patients may stop.
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
