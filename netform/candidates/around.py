"""Whom a network lies around: practices whose every way to the edge of their area leads through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numba as nb
import numpy as np

from netform.rules.demanded_graph import kept_graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.demands import Demands

__all__ = ["NOBODY", "Surroundings", "numbers_cut_off", "surroundings_of"]


class Surroundings(NamedTuple):
    """An area of N practices, so that it is seen whom a network of n of them lies around.

    Attributes
    ----------
    indptr : ndarray of int64, shape (N + 1,)
    neighbours : ndarray of int64
        Those of practice v are at ``indptr[v]`` to ``indptr[v + 1]``.
    edge, open : ndarray of bool, shape (N,)
        Who is at the edge of the area, and who has a way there through neighbours.
    number : ndarray of int64, shape (n,)
        In the area, of each practice that a candidate store numbers; -1 for those pinned, which are in no other
        network, and those left out.
    """

    indptr: NDArray[np.int64]
    neighbours: NDArray[np.int64]
    edge: NDArray[np.bool_]
    open: NDArray[np.bool_]
    number: NDArray[np.int64]


_NO_NUMBERS, _NO_MARKS = np.empty(0, np.int64), np.empty(0, np.bool_)
NOBODY = Surroundings(np.zeros(1, np.int64), _NO_NUMBERS, _NO_MARKS, _NO_MARKS, _NO_NUMBERS)


def surroundings_of(area: nx.Graph, codes: Sequence[str], demands: Demands) -> Surroundings:
    """Number the practices of an area, for some of them in the order given.

    Parameters
    ----------
    area : networkx.Graph
        Of all its practices; ``at_edge`` says who is at the edge.
    codes : sequence of str
        In the numbering of a candidate store.
    demands : Demands
    """
    kept = kept_graph(area, demands)
    place = {code: k for k, code in enumerate(sorted(kept))}
    pinned = {code for pin in demands.pins for code in pin}
    rows = [sorted(place[other] for other in kept[code]) for code in place]
    edge = np.array([bool(kept.nodes[code].get("at_edge")) for code in place], np.bool_)
    has_way = [piece for piece in nx.connected_components(kept) if any(edge[place[code]] for code in piece)]
    open_ = np.zeros(len(place), np.bool_)
    open_[[place[code] for piece in has_way for code in piece]] = True
    return Surroundings(
        indptr=np.cumsum([0, *map(len, rows)]).astype(np.int64),
        neighbours=np.array([w for row in rows for w in row], np.int64),
        edge=edge,
        open=open_,
        number=np.array([-1 if code in pinned else place.get(code, -1) for code in codes], np.int64),
    )


def numbers_cut_off(
    store: CandidateStore, merged: NDArray[np.int64], around: Surroundings
) -> NDArray[np.int64]:
    """Count whom each candidate lies around: `netform.rules.demanded_graph.cut_off`, compiled.

    Parameters
    ----------
    store : CandidateStore
    merged : ndarray of int64, shape (n,)
        Number of the merger that a practice is part of, -1 where it is of none.
    around : Surroundings
        Of nobody, nobody is counted.

    Returns
    -------
    ndarray of int64, shape (m,)
        0 for a pin, a single practice, and a merger, which is to be one.
    """
    if not len(around.open):
        return np.zeros(len(store), np.int64)
    return _numbers(store.offsets, store.members, merged, around)


@nb.njit(cache=True, nogil=True)
def _number(
    group: NDArray[np.uint16],
    merged: NDArray[np.int64],
    around: Surroundings,
    mark: int,
    seen: NDArray[np.int64],
    reached: NDArray[np.int64],
) -> int:
    """Count those with a way to the edge whom a flood from there, around the group, does not reach; a mark each."""
    several = False
    for i in group:
        if around.number[i] < 0:
            return 0
        several |= i != group[0] and (merged[i] < 0 or merged[i] != merged[group[0]])
    if not several:
        return 0
    for i in group:
        seen[around.number[i]] = mark
    missing, ahead = -len(group), 0
    for v in range(len(around.open)):
        missing += around.open[v]
        if around.edge[v] and seen[v] != mark:
            seen[v] = mark
            reached[ahead] = v
            ahead += 1
    for i in group:
        missing += not around.open[around.number[i]]
    done = 0
    while done < ahead:
        v = reached[done]
        done += 1
        for w in around.neighbours[around.indptr[v] : around.indptr[v + 1]]:
            if seen[w] != mark:
                seen[w] = mark
                reached[ahead] = w
                ahead += 1
    return missing - ahead


@nb.njit(cache=True, nogil=True)
def _numbers(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    merged: NDArray[np.int64],
    around: Surroundings,
) -> NDArray[np.int64]:
    result = np.empty(len(offsets) - 1, np.int64)
    seen, reached = np.full(len(around.open), -1, np.int64), np.empty(len(around.open), np.int64)
    for j in range(len(result)):
        result[j] = _number(members[offsets[j] : offsets[j + 1]], merged, around, j, seen, reached)
    return result
