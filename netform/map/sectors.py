"""Sectors: the circle around a shared site, divided among the networks that have practices there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netform.map.shared_gates import passages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Sector", "owners_at", "sectors_of"]

# No network at a shared site gets less than this share of an even part of the circle, where its gates allow.
LEAST_SECTOR_SHARE = 0.4

# An end of a sector stays clear of the gates to either side by this share of the angle between them.
CLEAR_SHARE = 0.1

TURN = 2 * np.pi


@dataclass(frozen=True, slots=True)
class Sector:
    """The directions from a site, anticlockwise from where the sector before ends, that are one network's.

    Attributes
    ----------
    network : int
    end : float
        Radians.
    within : tuple of int
        Networks that pass between the site and the sector, from the site outwards.
    """

    network: int
    end: float
    within: tuple[int, ...] = ()


def owners_at(sectors: Sequence[Sector], bearings: NDArray[np.float64]) -> NDArray[np.int64]:
    """Say whose the directions from a divided site are.

    Parameters
    ----------
    sectors : sequence of Sector
        Of the site.
    bearings : ndarray of float64, shape (n,)
        Radians.

    Returns
    -------
    ndarray of int64, shape (n,)
        Networks.
    """
    start = sectors[-1].end
    turns = [(sector.end - start) % TURN for sector in sectors[:-1]]
    owners = np.array([sector.network for sector in sectors], dtype=np.int64)
    return np.asarray(owners[np.searchsorted(turns, (bearings - start) % TURN, side="right")])


def sectors_of(gates: Sequence[tuple[float, float, int]], aims: Mapping[int, float | None]) -> list[Sector]:
    """Divide the circle: to each network the directions of its gates, and no less than a fair part.

    Parameters
    ----------
    gates : sequence of (first bearing, last bearing, network)
        Those chosen, anticlockwise.
    aims : mapping of int to float or None
        Every network, and where its ground elsewhere is as the crow flies: where one without a gate would be.
    """
    placed = list(gates)
    have = {network for _, _, network in gates}
    for network, aim in aims.items():
        if network not in have:
            placed = _with_another(placed, network, aim)
    runs: list[tuple[float, float, int]] = []
    for low, high, network in placed:
        if runs and runs[-1][2] == network:
            runs[-1] = (runs[-1][0], high, network)
        else:
            runs.append((low, high, network))
    if len(runs) > 1 and runs[0][2] == runs[-1][2]:
        low, _, network = runs.pop()
        runs[0] = (low - TURN, runs[0][1], network)
    ends = _ends(np.array([run[0] for run in runs]), np.array([run[1] for run in runs]))
    owners = [network for _, _, network in runs]
    return [
        Sector(owner, end, within)
        for owner, end, within in zip(owners, ends.tolist(), passages(owners), strict=True)
    ]


def _with_another(
    placed: Sequence[tuple[float, float, int]], network: int, aim: float | None
) -> list[tuple[float, float, int]]:
    """Find room for a network without a gate: where it parts nobody, towards its aim or in the widest gap."""
    if not placed:
        bearing = aim or 0.0
        return [(bearing, bearing, network)]
    best: tuple[int, float, list[tuple[float, float, int]]] | None = None
    for at, (_, high, _) in enumerate(placed):
        following = placed[at + 1][0] if at + 1 < len(placed) else placed[0][0] + TURN
        gap = following - high
        turn = (aim - high) % TURN if aim is not None else np.inf
        inside = 0.1 * gap < turn < 0.9 * gap
        bearing = high + (turn if inside else gap / 2)
        trial = [*placed[: at + 1], (bearing, bearing, network), *placed[at + 1 :]]
        parted = sum(map(bool, passages([owner for _, _, owner in trial])))
        rank = (parted, -np.inf if inside else -gap, trial)
        if best is None or rank[:2] < best[:2]:
            best = rank
    return best[2] if best else []


def _ends(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Choose where sectors end: between the gates, and so that none is narrower than need be.

    Parameters
    ----------
    low, high : ndarray of float64, shape (k,)
        The first and the last bearing that each sector must have, radians, increasing.

    Returns
    -------
    ndarray of float64, shape (k,)
        Radians, increasing; the first sector begins where the last ends.
    """
    count = len(low)
    gap = np.append(low[1:], low[0] + TURN) - high
    least, most = high + CLEAR_SHARE * gap, high + (1 - CLEAR_SHARE) * gap
    aims = (low + high) / 2
    following = np.append(aims[1:], aims[0] + TURN)
    # Begin after the widest gap, so that the even spacing departs least from the aims.
    widest = int(np.argmax(following - aims))
    turned = np.concatenate([aims[widest + 1 :] - TURN, aims[: widest + 1]])
    even = turned.mean() + (np.arange(count) - (count - 1) / 2) * TURN / count
    even = np.concatenate([even[count - widest - 1 :], even[: count - widest - 1] + TURN])
    ends = aims
    for share in np.linspace(0, 1, 21):
        placed = (1 - share) * aims + share * even
        ends = np.clip((placed + np.append(placed[1:], placed[0] + TURN)) / 2, least, most)
        widths = np.diff(ends, prepend=ends[-1] - TURN)
        if widths.min() >= LEAST_SECTOR_SHARE * TURN / count:
            break
    return ends
