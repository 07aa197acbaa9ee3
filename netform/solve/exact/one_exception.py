"""Whether networks within the band can leave just one exception: every division of that kind, looked at in turn.

Networks outside the band are far more than those within it, and where networks are large they cannot be listed. But a
plan with one exception is known by its other networks: what they leave has to be connected. So the practices are gone
through in an order across the map: each is in a network within the band of which it is the first, or in the exception.
A branch ends where what is left of the patients fits no number of networks, the exception would fall apart, or some
piece of the map that is cut off from it is not a number of networks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.solve.diagram.variable_order import spectral_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.candidates.adjacency import Adjacency
    from netform.candidates.store import CandidateStore

__all__ = ["FOUND", "GIVEN_UP", "NONE", "one_exception"]

FOUND, NONE, GIVEN_UP = 1, 0, -1

# Columns and practices looked at: ten seconds or so.
MOST_LOOKS = 1_000_000_000

# Of a practice: not decided yet, or in the exception; else the column that it is in.
OPEN, EXCEPTION = -1, -2


def one_exception(
    store: CandidateStore,
    adjacency: Adjacency,
    band: tuple[int, int],
    largest: int,
    *,
    networks: int = 0,
    most_looks: int = MOST_LOOKS,
) -> tuple[int, NDArray[np.int64]]:
    """Look for networks that leave one connected rest.

    Parameters
    ----------
    store : CandidateStore
        All networks within the band.
    adjacency : Adjacency
    band : tuple of int
        Registered patients, the least and the most.
    largest : int
        Registered patients of the exception at most.
    networks : int
        Of the whole plan, where so many are demanded; else 0.
    most_looks : int
        Columns and practices looked at, after which it is given up.

    Returns
    -------
    status : int
        `FOUND`, `NONE` (that is proven), or `GIVEN_UP`.
    owner : ndarray of int64, shape (n,)
        The column that each practice is in, where one was found; `EXCEPTION` for those of the exception.
    """
    n = store.practices
    order = spectral_order(store, np.zeros(len(store)))
    first = np.minimum.reduceat(np.argsort(order)[store.members], store.offsets[:-1])
    by_first = np.argsort(first, kind="stable")
    begin, some = np.searchsorted(first[by_first], np.arange(n + 1)), store.take(by_first)
    status, owner = _search(
        some.offsets, some.members.astype(np.int64), begin, order,
        adjacency.indptr, adjacency.neighbours, adjacency.list_size.astype(np.int64),
        band[0], band[1], largest, networks, most_looks,
    )  # fmt: skip
    inside = owner >= 0
    owner[inside] = by_first[owner[inside]]
    return int(status), owner


@nb.njit(cache=True, nogil=True)
def _may_go_on(owner, indptr, neighbours, list_size, least, most, largest, others):  # type: ignore[no-untyped-def]
    """Whether a branch may lead to a plan: ``others`` more networks within the band, any number where below zero."""
    n = len(owner)
    seen, stack = np.zeros(n, np.bool_), np.empty(n, np.int64)
    pieces, taken, rest, spare = 0, 0, 0, 0
    for start in range(n):
        if seen[start] or owner[start] >= 0:
            continue
        stack[0], height, seen[start] = start, 1, True
        open_patients, inside = 0, 0
        while height > 0:
            height -= 1
            v = stack[height]
            if owner[v] == EXCEPTION:
                inside += list_size[v]
            else:
                open_patients += list_size[v]
            for e in range(indptr[v], indptr[v + 1]):
                u = neighbours[e]
                if not seen[u] and owner[u] < 0:
                    seen[u] = True
                    stack[height] = u
                    height += 1
        rest += open_patients
        if inside > 0:
            pieces, taken = pieces + 1, inside
        elif -(-open_patients // most) * least > open_patients:
            # No number of networks within the band holds just so many: the exception, which is nowhere yet, is here.
            spare += 1
    if pieces > 1 or taken > largest or spare > (1 if pieces == 0 else 0):
        return False
    low, high = (0, rest // least) if others < 0 else (others, others)
    for number in range(low, high + 1):
        if max(taken, taken + rest - number * most) <= min(largest, taken + rest - number * least):
            return True
    return False


@nb.njit(cache=True, nogil=True)
def _is_open(owner, offsets, members, j):  # type: ignore[no-untyped-def]
    """Whether no practice of a column is decided."""
    for k in range(offsets[j], offsets[j + 1]):  # noqa: SIM110 (compiled, a generator would be slow)
        if owner[members[k]] != OPEN:
            return False
    return True


@nb.njit(cache=True, nogil=True)
def _search(  # type: ignore[no-untyped-def]
    offsets, members, begin, order, indptr, neighbours, list_size, least, most, largest, networks, most_looks
):
    """Go through the columns, by their first practice in an order, and the practices of the exception."""
    n = len(order)
    owner = np.full(n, OPEN)
    # Of each branch: which practice it decides, and the next column to try; beyond those the exception, then back.
    place, at = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    depth, used, looks = 0, 0, 0
    at[0] = begin[0]
    while depth >= 0 and looks <= most_looks:
        p, v = place[depth], order[place[depth]]
        if owner[v] >= 0:
            owner[members[offsets[owner[v]] : offsets[owner[v] + 1]]] = OPEN
            used -= 1
        owner[v] = OPEN
        if at[depth] > begin[p + 1]:
            depth -= 1
            continue
        e = at[depth]
        at[depth] += 1
        looks += 1
        if e == begin[p + 1]:
            owner[v] = EXCEPTION
        elif _is_open(owner, offsets, members, e):
            owner[members[offsets[e] : offsets[e + 1]]] = e
            used += 1
        else:
            continue
        looks += n
        others = networks - 1 - used if networks > 0 else -1
        if (networks > 0 and others < 0) or not _may_go_on(
            owner, indptr, neighbours, list_size, least, most, largest, others
        ):
            continue
        while p < n and owner[order[p]] != OPEN:
            p += 1
        if p < n:
            depth += 1
            place[depth], at[depth] = p, begin[p]
        elif (owner == EXCEPTION).any():
            return FOUND, owner
    return NONE if depth < 0 else GIVEN_UP, owner
