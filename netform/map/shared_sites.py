"""Shared sites: dividing the ground of a site among the networks that have practices there.

A site's ground is cut by rays from the site into sectors. Which sector is whose is chosen so that each network
reaches its ground elsewhere: a *gate* is a stretch of the site's border beyond which a network goes on, and each
network wants one gate to every part of its ground that hangs together without the site. Gates of different networks
must not cross, as chords of a circle do not. A network between whose gates others lie on both sides passes between
them and the site, in a neck narrower than the metre to which sites are known.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from netform.map.sectors import TURN, Sector, owners_at, sectors_of
from netform.map.shared_gates import Gate, chosen_gates
from netform.map.territory.cells import Territories, shared_borders
from netform.map.territory.coverage import polygon_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["divide_sites", "home_ground", "neck_metres"]

# A border is looked at in this many places for who goes on beyond it: finer than a network's share of it can be,
# at a site of seven practices.
PLACES = 24

# Divisions of sites that border one another depend on each other: they are gone over again up to this often.
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class _Border:
    """Places along the border of a shared site with another, in the order of the border.

    ``bearing`` and ``seen`` hold, for each of the two sites, the directions of the places and whether a straight line
    from the site reaches them.
    """

    metres: float
    bearing: Mapping[int, NDArray[np.float64]]
    seen: Mapping[int, NDArray[np.bool_]]


class _Place(NamedTuple):
    """A place on the border of a shared site: who goes on beyond, and of which part of a border for several it is."""

    bearing: float
    metres: float
    beyond: frozenset[tuple[int, int]]
    part: tuple[int, int] | None

    def differs(self, other: _Place) -> bool:
        return (self.beyond, self.part) != (other.beyond, other.part)


def divide_sites(
    members: Sequence[Sequence[int]], territories: Territories, *, nobody: int
) -> dict[int, list[Sector]]:
    """Divide the ground of each site that several networks share.

    Parameters
    ----------
    members : sequence of sequence of int
        The networks at each site.
    territories : Territories
    nobody : int
        The network that stands for who is outside every network: its ground need not hang together.

    Returns
    -------
    dict of int to list of Sector
        By site, anticlockwise; the first sector begins where the last ends.
    """
    shared = [site for site, networks in enumerate(members) if len(networks) > 1]
    if not shared:
        return {}
    ground = _Ground(members, territories, nobody)
    divided, pieces = ground.divided(shared)
    if pieces:
        # Which of two neighbours is divided first can matter.
        other, fewer = ground.divided(shared[::-1])
        if fewer < pieces:
            divided = other
    return {site: divided[site] for site in shared}


class _Ground:
    """Who is where: what divisions of single sites are judged by."""

    def __init__(self, members: Sequence[Sequence[int]], territories: Territories, nobody: int) -> None:
        self.members = [frozenset(networks) for networks in members]
        self.territories = territories
        self.nobody = nobody
        self.sites_of: dict[int, list[int]] = defaultdict(list)
        for site, networks in enumerate(members):
            for network in networks:
                self.sites_of[network].append(site)
        self.around: dict[int, list[int]] = defaultdict(list)
        self.borders: dict[tuple[int, int], _Border] = {}
        pairs, metres = shared_borders(territories)
        homes: dict[int, shapely.Geometry] = {}
        for (one, other), length in zip(pairs.tolist(), metres.tolist(), strict=True):
            self.around[one].append(other)
            self.around[other].append(one)
            if len(self.members[one]) > 1 or len(self.members[other]) > 1:
                for site in (one, other):
                    if site not in homes:
                        homes[site] = home_ground(territories, site)
                self.borders[one, other] = self.borders[other, one] = _border(
                    territories, homes, one, other, length
                )
        # A neck around the site needs ground on every side.
        self.roomy = {
            site: neck_metres(territories, site) > 0
            for site, networks in enumerate(members)
            if len(networks) > 1
        }

    def divided(self, order: Sequence[int]) -> tuple[dict[int, list[Sector]], int]:
        """Divide the sites one after another, and again while that makes networks hang together better."""
        divided: dict[int, list[Sector]] = {}
        for site in order:
            divided[site] = self.division(site, divided)
        pieces = self.pieces(divided)
        for _ in range(ROUNDS):
            before = pieces
            for site in order if pieces else ():
                trial = divided | {site: self.division(site, divided)}
                fewer = self.pieces(trial)
                if fewer < pieces:
                    divided, pieces = trial, fewer
            if pieces == before:
                break
        return divided, pieces

    def pieces(self, divided: Mapping[int, list[Sector]]) -> int:
        """Count the pieces of networks beyond the first of each."""
        networks = {network for site in divided for network in self.members[site]} - {self.nobody}
        return sum(len(set(self.parts(network, divided, None).values())) - 1 for network in sorted(networks))

    def parts(self, network: int, divided: Mapping[int, list[Sector]], without: int | None) -> dict[int, int]:
        """Say for each site of a network, but one, in which part of the network's ground it is.

        A shared site that is not divided yet is all of each network's that is there.
        """
        left = dict.fromkeys(site for site in self.sites_of[network] if site != without)
        part: dict[int, int] = {}
        while left:
            first = next(iter(left))
            reached = [first]
            del left[first]
            while reached:
                site = reached.pop()
                part[site] = first
                for other in self.around[site]:
                    if other in left and self.joined(network, site, other, divided):
                        del left[other]
                        reached.append(other)
        return part

    def joined(self, network: int, one: int, other: int, divided: Mapping[int, list[Sector]]) -> bool:
        """Whether a network's ground at one site meets its ground at another."""
        halves = [site for site in (one, other) if site in divided]
        if not halves:
            return True
        border = self.borders[one, other]
        there = np.ones(PLACES, dtype=bool)
        for site in halves:
            there &= border.seen[site]
            there &= owners_at(divided[site], border.bearing[site]) == network
        return bool(there.any())

    def division(self, site: int, divided: Mapping[int, list[Sector]]) -> list[Sector]:
        """Divide one site, given how others are divided."""
        rest = {other: sectors for other, sectors in divided.items() if other != site}
        parts = {}
        for network in sorted(self.members[site]):
            found = self.parts(network, rest, site)
            parts[network] = dict.fromkeys(found, -1) if network == self.nobody else found
        gates = self.gates(site, parts, rest)
        chosen = chosen_gates(gates, roomy=self.roomy[site])
        aims: dict[int, float | None] = {}
        points = self.territories.sites.points
        for network in sorted(self.members[site]):
            others = [other for other in self.sites_of[network] if other != site]
            away = points[others].mean(axis=0) - points[site] if others else np.zeros(2)
            aims[network] = float(np.arctan2(away[1], away[0]) % TURN) if away.any() else None
        return sectors_of(chosen, aims)

    def gates(
        self, site: int, parts: Mapping[int, Mapping[int, int]], divided: Mapping[int, list[Sector]]
    ) -> list[Gate]:
        """List the stretches of a site's border beyond which networks of the site go on, anticlockwise."""
        places = []
        for other in self.around[site]:
            border = self.borders[site, other]
            common = sorted(self.members[site] & self.members[other])
            owners = [-1] * PLACES
            if other in divided:
                owners = owners_at(divided[other], border.bearing[other]).tolist()
            for at in np.flatnonzero(border.seen[site]).tolist():
                here, part = common, None
                if other in divided:
                    here = [network for network in common if network == owners[at] and border.seen[other][at]]
                elif len(common) > 1:
                    # Each of several networks that go on there can have a part of the border.
                    part = other, at * len(common) // PLACES
                beyond = frozenset((network, parts[network][other]) for network in here)
                places.append(_Place(float(border.bearing[site][at]), border.metres / PLACES, beyond, part))
        return _stretches(places)


def home_ground(territories: Territories, site: int) -> shapely.Geometry:
    """Give the piece of a territory that its site stands in, or the nearest.

    Parameters
    ----------
    territories : Territories
    site : int
    """
    parts = polygon_parts(territories.polygons[site])
    if len(parts) == 1:
        return parts[0]
    return parts[int(np.argmin(shapely.distance(parts, shapely.Point(territories.sites.points[site]))))]


# Practices are at one site when they round to the same metre: a neck of this many metres to either side of a site
# is nothing on a map, and joins what it joins.
WIDEST_NECK_M = 0.9
# The least that is left of it after rounding on export.
LEAST_NECK_M = 0.3


def neck_metres(territories: Territories, site: int) -> float:
    """Say how far from a site a network may pass between it and others; 0 where there is no room.

    Parameters
    ----------
    territories : Territories
    site : int
    """
    home = home_ground(territories, site)
    point = shapely.Point(territories.sites.points[site])
    room = min(WIDEST_NECK_M, 0.9 * shapely.distance(shapely.boundary(home), point))
    return float(room) if room >= LEAST_NECK_M and shapely.contains(home, point) else 0.0


def _border(
    territories: Territories, homes: Mapping[int, shapely.Geometry], one: int, other: int, metres: float
) -> _Border:
    """Look at a border in so many places, evenly."""
    line = shapely.intersection(territories.polygons[one], territories.polygons[other])
    parts = shapely.get_parts(line)
    parts = parts[shapely.get_dimensions(parts) == 1]
    line = shapely.line_merge(shapely.multilinestrings(parts))
    pieces = shapely.get_parts(line)
    ends = np.cumsum(shapely.length(pieces))
    along = (np.arange(PLACES) + 0.5) / PLACES * ends[-1]
    piece = np.searchsorted(ends, along, side="right").clip(max=len(pieces) - 1)
    places = shapely.get_coordinates(
        shapely.line_interpolate_point(pieces[piece], along - (ends - shapely.length(pieces))[piece])
    )
    bearing, seen = {}, {}
    for site in (one, other):
        start = territories.sites.points[site]
        away = places - start
        bearing[site] = np.arctan2(away[:, 1], away[:, 0]) % TURN
        # Short of the border, on which rounding may put its end on either side.
        ways = np.stack([np.broadcast_to(start, places.shape), start + 0.999 * away], axis=1)
        shapely.prepare(homes[site])
        seen[site] = shapely.covers(homes[site], shapely.linestrings(ways))
    return _Border(metres, bearing, seen)


def _stretches(places: Sequence[_Place]) -> list[Gate]:
    """Join neighbouring places with the same ground beyond into gates, anticlockwise."""
    around = sorted(places, key=lambda place: place.bearing)
    # Begin where something begins, so that no gate is cut in two.
    first = next((at for at in range(len(around)) if around[at].differs(around[at - 1])), 0)
    around = around[first:] + around[:first]
    starts = [0, *(at for at in range(1, len(around)) if around[at].differs(around[at - 1])), len(around)]
    # From the first place on, bearings only grow.
    turned = [place.bearing + TURN * (place.bearing < around[0].bearing) for place in around]
    gates = []
    for start, end in pairwise(starts if around else ()):
        if around[start].beyond:
            # The middle half of a gate is enough; what is beside it makes room for others.
            quarter = (end - start) // 4
            low, high = turned[start + quarter], turned[end - 1 - quarter]
            metres = sum(place.metres for place in around[start:end])
            gates.append(Gate(low, high, metres, around[start].beyond))
    return gates
