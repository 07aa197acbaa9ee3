"""The roads as a graph: points with their places, and legs between them with their minutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netform.roads.shortest import minutes_from

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RoadNetwork", "main_network", "nearest_points", "network_of"]

# Seeds from which the main network is looked for: the first few all but always lie in it.
_SEEDS = 32


@dataclass(frozen=True, slots=True)
class RoadNetwork:
    """Points and legs for one mode of travel.

    Attributes
    ----------
    places : ndarray of float64, shape (n, 2)
        Eastings and northings, metres.
    offsets : ndarray of int64, shape (n + 1,)
        The legs that leave point i are those from ``offsets[i]`` to ``offsets[i + 1]``.
    ends : ndarray of int64, shape (m,)
        Where each leg leads.
    minutes : ndarray of float64, shape (m,)
    """

    places: NDArray[np.float64]
    offsets: NDArray[np.int64]
    ends: NDArray[np.int64]
    minutes: NDArray[np.float64]

    def reversed(self) -> RoadNetwork:
        """Give the same with every leg turned round."""
        begins = np.repeat(np.arange(len(self.places)), np.diff(self.offsets))
        return network_of(self.places, self.ends, begins, self.minutes)


def network_of(
    places: NDArray[np.float64],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    minutes: NDArray[np.float64],
) -> RoadNetwork:
    """Put legs in order of where they begin.

    Parameters
    ----------
    places : ndarray of float64, shape (n, 2)
    begins, ends : ndarray of int64, shape (m,)
        Points.
    minutes : ndarray of float64, shape (m,)
    """
    order = np.argsort(begins, kind="stable")
    offsets = np.zeros(len(places) + 1, np.int64)
    np.cumsum(np.bincount(begins, minlength=len(places)), out=offsets[1:])
    return RoadNetwork(places, offsets, ends[order].astype(np.int64), minutes[order])


def main_network(network: RoadNetwork) -> NDArray[np.bool_]:
    """Say which points hang together with the most others: each can be reached from each.

    A piece of road that cannot be left, or not be reached, is of no use to a journey there and back. The largest such
    part is looked for from seeds spread over all points, and has been found once it holds half of them.

    Parameters
    ----------
    network : RoadNetwork

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    count = len(network.places)
    best = np.zeros(count, np.bool_)
    back = network.reversed()
    everything = np.ones(count, np.bool_)
    for seed in (
        np.unique(np.linspace(0, count - 1, min(_SEEDS, count)).astype(int)).tolist() if count else ()
    ):
        if best[seed]:
            continue
        there = minutes_from(network.offsets, network.ends, network.minutes, seed, everything)
        home = minutes_from(back.offsets, back.ends, back.minutes, seed, everything)
        both = np.isfinite(there) & np.isfinite(home)
        if both.sum() > best.sum():
            best = both
        if 2 * best.sum() > count:
            break
    return best


def nearest_points(
    network: RoadNetwork, among: NDArray[np.bool_], sites: NDArray[np.float64], within_m: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the point nearest to each site.

    Parameters
    ----------
    network : RoadNetwork
    among : ndarray of bool, shape (n,)
        The points to choose from.
    sites : ndarray of float64, shape (k, 2)
    within_m : float
        No point is farther off.

    Returns
    -------
    points : ndarray of int64, shape (k,)
        -1 where none is near enough; of points equally near the first.
    metres : ndarray of float64, shape (k,)
    """
    numbers = np.flatnonzero(among)
    numbers = numbers[np.argsort(network.places[numbers, 0], kind="stable")]
    places = network.places[numbers]
    points, metres = np.full(len(sites), -1, np.int64), np.full(len(sites), np.inf)
    for k, site in enumerate(sites):
        first, last = np.searchsorted(places[:, 0], [site[0] - within_m, site[0] + within_m + 1])
        away = np.hypot(*(places[first:last] - site).T)
        if len(away) and away.min() <= within_m:
            points[k], metres[k] = numbers[first + away.argmin()], away.min()
    return points, metres
