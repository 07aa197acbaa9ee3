"""Links: LSOAs that a site gives up are brought back by a way of other LSOAs, where more patients then live at home.

Growing ground from where sites stand gives the LSOAs that lie behind those of another site to that one, however many of
their patients are of the first. Often a single LSOA between, in which the two have about as many, would join them.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Wishes = Sequence[Mapping[int, float]]

__all__ = ["joined", "with_links"]


def with_links(
    owner: NDArray[np.int64],
    home: NDArray[np.int64],
    pairs: NDArray[np.int64],
    wishes: Wishes,
    wished: NDArray[np.int64],
    fixed: Collection[int],
) -> NDArray[np.int64]:
    """Give blocks back to the site that has most patients in them, with what joins them to it, where that is better.

    Better is when more patients live in the territory of their own site, over the block and the way to it, and every
    territory stays in one piece. The best such exchange is made first, until there is none.

    Parameters
    ----------
    owner : ndarray of int64, shape (k,)
        The site of each face; -1 for faces that no site reaches, which stay so.
    home : ndarray of int64, shape (m,)
        The face each site stands on; -1 for none.
    pairs : ndarray of int64, shape (p, 2)
        Faces that border each other.
    wishes : sequence of mapping of int to float, length k
        Patients by site.
    wished : ndarray of int64, shape (k,)
        The site with most patients in each face; -1 for none.
    fixed : collection of int
        Faces that stay with their site: those in whose LSOA sites stand.

    Returns
    -------
    ndarray of int64, shape (k,)
    """
    owner = owner.copy()
    beside: dict[int, list[int]] = defaultdict(list)
    for one, other in pairs.tolist():
        beside[one].append(other)
        beside[other].append(one)
    free = np.ones(len(owner), dtype=bool)
    free[list(fixed)] = False
    free &= owner >= 0
    refused: set[tuple[int, ...]] = set()
    while True:
        best: tuple[float, tuple[int, ...], int] | None = None
        for block in _given_away(owner, pairs, wished, free):
            site = int(wished[block[0]])
            taken = _with_way(block, site, owner, beside, wishes, free)
            if taken is None or taken in refused:
                continue
            gain = sum(
                wishes[face].get(site, 0.0) - wishes[face].get(int(owner[face]), 0.0) for face in taken
            )
            if gain > 0 and (best is None or (-gain, taken) < (-best[0], best[1])):
                best = gain, taken, site
        if best is None:
            return owner
        _, taken, site = best
        changed = owner.copy()
        changed[list(taken)] = site
        losers = set(owner[list(taken)].tolist()) - {site}
        if all(_in_one_piece(changed, each, int(home[each]), beside) for each in losers):
            owner = changed
            refused.clear()
        else:
            refused.add(taken)


def joined(faces: Sequence[int], pairs: NDArray[np.int64]) -> list[list[int]]:
    """Give the connected groups of some faces, each in order, by their first.

    Parameters
    ----------
    faces : sequence of int
        In order.
    pairs : ndarray of int64, shape (p, 2)
        Faces that are joined.
    """
    group = {face: face for face in faces}

    def find(face: int) -> int:
        while group[face] != face:
            group[face] = group[group[face]]
            face = group[face]
        return face

    for one, other in pairs.tolist():
        if one in group and other in group:
            low, high = sorted((find(one), find(other)))
            group[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for face in faces:
        groups[find(face)].append(face)
    return list(groups.values())


def _given_away(
    owner: NDArray[np.int64], pairs: NDArray[np.int64], wished: NDArray[np.int64], free: NDArray[np.bool_]
) -> Iterator[list[int]]:
    """Give the connected blocks of faces that another site has than the one with most patients there."""
    away = free & (wished >= 0) & (wished != owner)
    same = pairs[away[pairs].all(axis=1) & (wished[pairs[:, 0]] == wished[pairs[:, 1]])]
    yield from joined(np.flatnonzero(away).tolist(), same)


def _with_way(
    block: Sequence[int],
    site: int,
    owner: NDArray[np.int64],
    beside: Mapping[int, Sequence[int]],
    wishes: Wishes,
    free: NDArray[np.bool_],
) -> tuple[int, ...] | None:
    """Give a block with the cheapest way from it to the ground of its site: by how many fewer patients are at home."""
    cost = dict.fromkeys(block, 0.0)
    came: dict[int, int] = {}
    reach = [(0.0, face) for face in block]
    most = sum(wishes[face].get(site, 0.0) - wishes[face].get(int(owner[face]), 0.0) for face in block)
    while reach:
        so_far, face = heapq.heappop(reach)
        if so_far > cost[face]:
            continue
        for other in beside[face]:
            if owner[other] == site:
                way = [face]
                while way[-1] in came:
                    way.append(came[way[-1]])
                return tuple(sorted({*block, *way}))
            if not free[other]:
                continue
            # A way through faces where the site is short of patients costs them; it never pays to walk it for more.
            lost = max(0.0, wishes[other].get(int(owner[other]), 0.0) - wishes[other].get(site, 0.0))
            if so_far + lost < min(cost.get(other, np.inf), most):
                cost[other], came[other] = so_far + lost, face
                heapq.heappush(reach, (so_far + lost, other))
    return None


def _in_one_piece(
    owner: NDArray[np.int64], site: int, home: int, beside: Mapping[int, Sequence[int]]
) -> bool:
    """Whether all faces of a site are joined to the one it stands on."""
    seen, reach = {home}, [home]
    while reach:
        for other in beside[reach.pop()]:
            if owner[other] == site and other not in seen:
                seen.add(other)
                reach.append(other)
    return len(seen) == int(np.count_nonzero(owner == site))
