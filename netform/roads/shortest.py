"""Shortest ways from one point of a network of roads to all others, and which points hang together."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["define_minutes", "minutes_from"]


def define_minutes(
    offsets: NDArray[np.int64], ends: NDArray[np.int64], minutes: NDArray[np.float64], start: int
) -> NDArray[np.float64]:
    """Give the minutes from a point to every other, plainly: shorten along every leg until nothing changes.

    Parameters
    ----------
    offsets : ndarray of int64, shape (n + 1,)
        The legs that leave point i are those from ``offsets[i]`` to ``offsets[i + 1]``.
    ends : ndarray of int64, shape (m,)
        Where each leg leads.
    minutes : ndarray of float64, shape (m,)
        How long it takes.
    start : int

    Returns
    -------
    ndarray of float64, shape (n,)
        Infinite where no way leads.
    """
    begins = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    found = np.full(len(offsets) - 1, np.inf)
    found[start] = 0.0
    while True:
        shorter = found.copy()
        np.minimum.at(shorter, ends, found[begins] + minutes)
        if (shorter == found).all():
            return found
        found = shorter


@nb.njit(cache=True, nogil=True)
def minutes_from(
    offsets: NDArray[np.int64],
    ends: NDArray[np.int64],
    minutes: NDArray[np.float64],
    start: int,
    wanted: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Do what `define_minutes` does, by Dijkstra's method, until all wanted points are reached.

    Points beyond the last that is wanted may have more than their minutes, or none.
    """
    found = np.full(len(offsets) - 1, np.inf)
    done = np.zeros(len(offsets) - 1, np.bool_)
    left = wanted.sum()
    found[start] = 0.0
    ahead = [(0.0, start)]
    while len(ahead) > 0:
        at, point = heapq.heappop(ahead)
        if done[point]:
            continue
        done[point] = True
        if wanted[point]:
            left -= 1
            if left == 0:
                break
        for leg in range(offsets[point], offsets[point + 1]):
            there = at + minutes[leg]
            if there < found[ends[leg]]:
                found[ends[leg]] = there
                heapq.heappush(ahead, (there, ends[leg]))
    return found
