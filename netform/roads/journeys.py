"""Journeys over roads between the practices of a list: a table that ``--travel`` reads."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from netform.errors import Fault, InputError
from netform.practices.values import some_of
from netform.roads.network import RoadNetwork, main_network, nearest_points
from netform.roads.shortest import minutes_from
from netform.roads.ways import CAR_KMH, FOOT_KMH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["WITHIN_M", "Journeys", "journeys_csv", "road_journeys"]

# A practice stands at its postcode, which is rarely farther from the road it is on.
WITHIN_M = 500.0
# As many pairs as a file of 512 MiB can hold, which --travel reads.
_MOST_PAIRS = 15_000_000
NO_BRANCHES: Mapping[int, Sequence[tuple[float, float]]] = MappingProxyType({})
# From the door to the road: as over the drive of a house, or on foot.
_TO_THE_ROAD_KMH = {"car": CAR_KMH["service"], "foot": FOOT_KMH}


@dataclass(frozen=True, slots=True)
class Journeys:
    """Minutes between practices.

    Attributes
    ----------
    rows : list of (code, code, minutes)
        In order of the list, each pair once: the mean of both directions.
    notes : tuple of str
        Who is not on a road, and which pairs no road joins.
    """

    rows: list[tuple[str, str, float]]
    notes: tuple[str, ...] = ()


def road_journeys(
    network: RoadNetwork,
    codes: Sequence[str],
    places: NDArray[np.float64],
    areas: Sequence[str],
    mode: str,
    on_stage: Callable[[str], None] = lambda _: None,
    *,
    parking: float = 0.0,
    branches: Mapping[int, Sequence[tuple[float, float]]] = NO_BRANCHES,
) -> Journeys:
    """Find the journeys between every two practices of one area, from the nearest of one's sites to one of the other's.

    A site stands at the nearest point of the main network, at most 500 m off, and the straight line there is gone at
    15 km/h by car and at 5 km/h on foot. Practices that share a site are no minutes apart.

    Parameters
    ----------
    network : RoadNetwork
    codes : sequence of str
    places : ndarray of float64, shape (n, 2)
        Eastings and northings of the practices, metres.
    areas : sequence of str
    mode : str
    on_stage : callable
        Told how far it is.
    parking : float
        Minutes to be added to each journey between two places, for getting away and parking.
    branches : mapping of int to sequence of (float, float)
        Eastings and northings of further sites, by the position of their practice.

    Raises
    ------
    InputError
        No two practices stand on the roads; or there are more pairs than a file can hold.
    """
    members: dict[str, list[int]] = {}
    for position, area in enumerate(areas):
        members.setdefault(area, []).append(position)
    pairs = sum(len(each) * (len(each) - 1) // 2 for each in members.values())
    if pairs > _MOST_PAIRS:
        problem = f"it has {pairs:,} pairs of practices, and {_MOST_PAIRS:,} are the most"
        remedy = "Name the column of areas with --area: no network crosses them, and no journey is needed between them"
        raise InputError([Fault("the list", None, None, None, problem, remedy)])
    on_stage("finding the main network of roads")
    owner = np.array([*range(len(codes)), *(k for k, sites in branches.items() for _ in sites)], np.int64)
    sites = np.vstack([places, *(site for each in branches.values() for site in each)])
    points, metres = nearest_points(network, main_network(network), sites, WITHIN_M)
    on_road = np.isin(np.arange(len(codes)), owner[points >= 0])
    if on_road.sum() < 2 <= len(codes):
        problem = f"fewer than two practices stand within {WITHIN_M:g} m of its roads"
        remedy = "Take the extract of the practices' own county"
        raise InputError([Fault("the extract", None, None, None, problem, remedy)])
    rows: list[tuple[int, int, float]] = []
    apart = done = 0
    for positions in members.values():
        here = np.flatnonzero(np.isin(owner, positions) & (points >= 0))
        here = here[np.argsort(owner[here], kind="stable")]
        between = _between(network, points[here], on_stage, done, len(owner))
        done += len(here)
        access = metres[here] / 1000 / _TO_THE_ROAD_KMH[mode] * 60
        minutes = (between + between.T) / 2 + access[:, None] + access + parking
        minutes[(sites[here][:, None] == sites[here]).all(axis=2)] = 0.0
        practices, firsts = np.unique(owner[here], return_index=True)
        nearest = np.minimum.reduceat(np.minimum.reduceat(minutes, firsts, axis=0), firsts, axis=1)
        for i, a in enumerate(practices.tolist()):
            found = [
                (a, b, round(each, 2))
                for b, each in zip(practices[i + 1 :], nearest[i, i + 1 :].tolist(), strict=True)
            ]
            rows += [row for row in found if np.isfinite(row[2])]
            apart += sum(not np.isfinite(row[2]) for row in found)
    rows.sort()
    off = np.flatnonzero(~on_road)
    return Journeys(
        [(codes[a], codes[b], minutes) for a, b, minutes in rows],
        tuple(_notes(network, [codes[k] for k in off.tolist()], places[off], apart)),
    )


def _between(
    network: RoadNetwork,
    points: NDArray[np.int64],
    on_stage: Callable[[str], None],
    done: int,
    everybody: int,
) -> NDArray[np.float64]:
    """Give the minutes from each of some points to each other, shape (k, k)."""
    wanted = np.zeros(len(network.places), np.bool_)
    wanted[points] = True
    between = np.empty((len(points), len(points)))
    for k, point in enumerate(points.tolist()):
        on_stage(f"finding journeys: from {done + k + 1:,} of {everybody:,} sites")
        between[k] = minutes_from(network.offsets, network.ends, network.minutes, point, wanted)[points]
    return between


def _notes(network: RoadNetwork, codes: Sequence[str], places: NDArray[np.float64], apart: int) -> list[str]:
    low, high = np.nanmin(network.places, axis=0), np.nanmax(network.places, axis=0)
    outside = ((places < low - WITHIN_M) | (places > high + WITHIN_M)).any(axis=1)
    beyond = [code for code, out in zip(codes, outside.tolist(), strict=True) if out]
    far = [code for code, out in zip(codes, outside.tolist(), strict=True) if not out]
    notes = []
    if beyond:
        notes.append(f"Practices outside the extract, without journeys: {len(beyond):,} ({some_of(beyond)}).")
    if far:
        notes.append(
            f"Practices farther than {WITHIN_M:g} m from the main network of the extract's roads, without journeys "
            f"(perhaps it was cut along a border on this side of them): {len(far):,} ({some_of(far)})."
        )
    if apart:
        notes.append(f"Pairs of practices that no road of the extract joins: {apart:,}.")
    return notes


def journeys_csv(journeys: Journeys) -> bytes:
    """Write journeys as a table for ``--travel``.

    Parameters
    ----------
    journeys : Journeys
    """
    lines = ["from,to,minutes"]
    for a, b, minutes in journeys.rows:
        lines.append(f"{_cell(a)},{_cell(b)},{minutes:g}")
    return ("\n".join(lines) + "\n").encode("utf-8")


def _cell(code: str) -> str:
    return '"' + code.replace('"', '""') + '"' if set(code) & set(',"\n') else code
