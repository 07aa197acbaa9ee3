"""Territories of LSOAs: to each site those in which it has the most patients, in one piece with the site.

Two things stand between that rule and a map on which every site lies in its own ground. A site stands in an LSOA
where another has more patients: then the LSOA is the ground of the sites that stand in it. And some of a site's LSOAs
are cut off from it by those of others: they go to the site with the most patients there among those that reach them.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.map.territory.cells import (
    SHORTEST_BORDER_M,
    Territories,
    home_faces,
    voronoi_edges,
    with_sites,
)
from netform.map.territory.coverage import Geometries, border_lengths, dissolve, faces_of
from netform.map.territory.links import joined, with_links
from netform.map.territory.sites import Sites

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["Grown", "grow_territories", "most_patients"]

# Holes in the ground smaller than this, in square metres, are gaps between outlines that were simplified one by one:
# no LSOA of England has less than 1,000 (a block of flats in London has 1,253).
GAP_M2 = 1_000.0


@dataclass(frozen=True, slots=True)
class Grown:
    """Territories made of LSOAs, and whose each LSOA is.

    Attributes
    ----------
    territories : Territories
    owner : ndarray of int64, shape (q,)
        The site in whose ground each LSOA lies; of one that is divided, the site with the most patients there of
        those that share it.
    standing : ndarray of int64, shape (m,)
        The LSOA that each site stands in; -1 outside all.
    enclosed : ndarray of bool, shape (q,)
        Whether it was given away, and one territory is all around it and those given away with it.
    """

    territories: Territories
    owner: NDArray[np.int64]
    standing: NDArray[np.int64]
    enclosed: NDArray[np.bool_]

    @property
    def stood_in(self) -> NDArray[np.bool_]:
        """Whether a site stands in each LSOA."""
        found = np.zeros(len(self.owner), dtype=bool)
        found[self.standing[self.standing >= 0]] = True
        return found


def most_patients(patients: Mapping[int, float]) -> int:
    """Give the site with the most patients in an LSOA, the first of equals; -1 where nobody has any.

    Parameters
    ----------
    patients : mapping of int to float
        By site.
    """
    return min(patients, key=lambda site: (-patients[site], site), default=-1)


def grow_territories(sites: Sites, lsoas: Geometries, patients: Sequence[Mapping[int, float]]) -> Grown:
    """Divide the ground of LSOAs among sites by where their patients live.

    An LSOA in which sites stand is theirs, each having what is nearest to it. Every other goes to the site with the
    most patients there, if it hangs together with the site's ground; if not, to the site with the most patients there
    among those whose ground reaches it (seeded region growing, Adams and Bischof 1994). So every territory is in one
    piece, but for islands without a site: those go whole to the site with the most patients on them.

    Parameters
    ----------
    sites : Sites
        At least one.
    lsoas : ndarray of Polygon or MultiPolygon, shape (q,)
        EPSG:27700 metres, on whose union the sites stand: one outside it gets a disc, with a strip where the ground
        is near (`netform.map.territory.cells.with_sites`).
    patients : sequence of mapping of int to float, length q
        Patients by site in each LSOA; sites without patients there may be left out.

    Returns
    -------
    Grown

    Raises
    ------
    ValueError
        When there is no site.
    """
    if not len(sites):
        raise ValueError("territories need at least one site")
    standing = _first_holding(lsoas, shapely.points(sites.points))
    within = _groups(standing)
    given = _filled(shapely.union_all(lsoas))
    ground = with_sites(given, sites)
    cuts = [_cut(lsoas[at], sites, here) for at, here in within.items() if len(here) > 1]
    if (standing < 0).any():
        # Strips of several sites may lie over one another: they are divided as any ground that has no LSOAs.
        cuts.append(shapely.intersection(voronoi_edges(sites, ground), shapely.difference(ground, given)))
    faces = faces_of([*lsoas, ground, *cuts])
    middles = shapely.point_on_surface(faces)
    shapely.prepare(ground)
    inside = shapely.contains(ground, middles)
    faces, middles = faces[inside], middles[inside]
    lsoa = _first_holding(lsoas, middles)
    nearest = shapely.STRtree(shapely.points(sites.points)).nearest(middles)
    areas = shapely.area(faces)
    wishes = _by_face(patients, lsoa, areas, nearest)
    home = home_faces(faces, _nearest_standing(lsoa, middles, within, sites), sites)
    pairs, metres = border_lengths(faces)
    kept = metres >= SHORTEST_BORDER_M
    owner = _reached(len(faces), home, pairs[kept], metres[kept], wishes)
    most = np.array([most_patients(wish) for wish in wishes], dtype=np.int64)
    fixed = np.flatnonzero(np.isin(lsoa, list(within)) | (lsoa < 0)).tolist()
    owner = with_links(owner, home, pairs[kept], wishes, most, fixed)
    owner = _with_islands(owner, pairs[kept], lsoa, wishes, areas, nearest)
    territories = Territories(dissolve(faces, owner, len(sites)), sites, shapely.coverage_union_all(faces))
    enclosed = _enclosed(owner, pairs[kept], lsoa, patients, within)
    return Grown(territories, _owners(lsoa, owner, patients, within), standing, enclosed)


def _groups(standing: NDArray[np.int64]) -> dict[int, list[int]]:
    """Give the sites that stand in each LSOA."""
    within = defaultdict(list)
    for site, at in enumerate(standing.tolist()):
        if at >= 0:
            within[at].append(site)
    return dict(within)


def _filled(ground: BaseGeometry) -> BaseGeometry:
    """Fill the gaps between outlines."""
    rings = shapely.get_rings(shapely.get_parts(ground))
    gaps = shapely.polygons(rings)
    # An outer ring is no hole; to add it changes nothing.
    return shapely.union_all([ground, *gaps[shapely.area(gaps) < GAP_M2]])


def _cut(lsoa: BaseGeometry, sites: Sites, here: Sequence[int]) -> BaseGeometry:
    """Return the lines that divide an LSOA among the sites that stand in it."""
    some = Sites(sites.easting[list(here)], sites.northing[list(here)], np.arange(len(here)))
    return shapely.intersection(voronoi_edges(some, lsoa), lsoa)


def _first_holding(polygons: Geometries, points: Geometries) -> NDArray[np.int64]:
    """Return the first polygon that holds each point; -1 for none."""
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    first = np.full(len(points), len(polygons), dtype=np.int64)
    np.minimum.at(first, point, polygon)
    return np.where(first < len(polygons), first, -1)


def _by_face(
    patients: Sequence[Mapping[int, float]],
    lsoa: NDArray[np.int64],
    areas: NDArray[np.float64],
    nearest: NDArray[np.int64],
) -> list[dict[int, float]]:
    """Give the patients by site on each face: of an LSOA in several pieces each has its share by area.

    A face of no LSOA is a strip to a site outside the ground, or a gap between outlines: it is for the nearest site.
    """
    whole = np.bincount(lsoa[lsoa >= 0], areas[lsoa >= 0], len(patients))
    return [
        {site: number * float(area / whole[at]) for site, number in patients[at].items()}
        if at >= 0
        else {int(near): 1.0}
        for at, area, near in zip(lsoa.tolist(), areas.tolist(), nearest.tolist(), strict=True)
    ]


def _nearest_standing(
    lsoa: NDArray[np.int64], middles: Geometries, within: Mapping[int, Sequence[int]], sites: Sites
) -> NDArray[np.int64]:
    """Return, for each face, the nearest of the sites that stand in its LSOA; -1 where none does."""
    points = shapely.points(sites.points)
    nearest = np.full(len(lsoa), -1, dtype=np.int64)
    for at, here in within.items():
        for face in np.flatnonzero(lsoa == at).tolist():
            nearest[face] = here[int(np.argmin(shapely.distance(points[here], middles[face])))]
    return nearest


def _reached(
    faces: int,
    home: NDArray[np.int64],
    pairs: NDArray[np.int64],
    metres: NDArray[np.float64],
    wishes: Sequence[Mapping[int, float]],
) -> NDArray[np.int64]:
    """Grow the ground of sites from where they stand, the face that is most surely a site's first; -1 if unreached.

    How surely is the site's patients there over the most of any site; of equals, the longest border decides.
    """
    owner = np.full(faces, -1, dtype=np.int64)
    beside: list[list[tuple[int, float]]] = [[] for _ in range(faces)]
    for (one, other), border_m in zip(pairs.tolist(), metres.tolist(), strict=True):
        beside[one].append((other, border_m))
        beside[other].append((one, border_m))
    most = [max(wish.values(), default=0.0) or 1.0 for wish in wishes]
    reach: list[tuple[float, float, int, int]] = []

    def take(face: int, site: int) -> None:
        owner[face] = site
        for other, border_m in beside[face]:
            if owner[other] < 0:
                surely = wishes[other].get(site, 0.0) / most[other]
                heapq.heappush(reach, (-surely, -border_m, other, site))

    standing = [(int(face), site) for site, face in enumerate(home.tolist()) if face >= 0]
    for face, site in standing:
        owner[face] = site
    for face, site in standing:
        take(face, site)
    while reach:
        *_, face, site = heapq.heappop(reach)
        if owner[face] < 0:
            take(face, site)
    return owner


def _with_islands(
    owner: NDArray[np.int64],
    pairs: NDArray[np.int64],
    lsoa: NDArray[np.int64],
    wishes: Sequence[Mapping[int, float]],
    areas: NDArray[np.float64],
    nearest: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Give ground that no site reaches, island by island, to the site with the most patients on it.

    A rock goes with the largest piece of its LSOA; ground that nobody has a patient on goes to the nearest site.
    """
    settled = owner.copy()
    loose = np.flatnonzero(owner < 0)
    largest = _largest(lsoa, areas)
    for island in joined(loose.tolist(), pairs):
        ashore = {int(owner[largest[at]]) for at in lsoa[island].tolist() if at >= 0} - {-1}
        total: dict[int, float] = defaultdict(float)
        for face in island:
            for site, number in wishes[face].items():
                total[site] += number
        if len(ashore) == 1:
            settled[island] = ashore.pop()
        else:
            best = most_patients(total)
            settled[island] = best if best >= 0 else nearest[island[0]]
    return settled


def _largest(lsoa: NDArray[np.int64], areas: NDArray[np.float64]) -> dict[int, int]:
    """Give the largest face of each LSOA."""
    largest: dict[int, int] = {}
    for face in np.argsort(-areas, kind="stable").tolist():
        largest.setdefault(int(lsoa[face]), face)
    return largest


def _owners(
    lsoa: NDArray[np.int64],
    owner: NDArray[np.int64],
    patients: Sequence[Mapping[int, float]],
    within: Mapping[int, Sequence[int]],
) -> NDArray[np.int64]:
    """Give the site that each LSOA counts for; -1 for one that has no ground."""
    holders: list[set[int]] = [set() for _ in patients]
    for at, site in zip(lsoa.tolist(), owner.tolist(), strict=True):
        if at >= 0:
            holders[at].add(site)
    for at, here in within.items():
        holders[at] &= set(here)
    return np.array(
        [
            min(held, key=lambda site: (-wish.get(site, 0.0), site), default=-1)
            for held, wish in zip(holders, patients, strict=True)
        ],
        dtype=np.int64,
    )


def _enclosed(
    owner: NDArray[np.int64],
    pairs: NDArray[np.int64],
    lsoa: NDArray[np.int64],
    patients: Sequence[Mapping[int, float]],
    within: Mapping[int, Sequence[int]],
) -> NDArray[np.bool_]:
    """Find the LSOAs given away that have, together with others of the same site, one owner all around."""
    most = np.array([most_patients(each) for each in patients], dtype=np.int64)
    wished = np.where(lsoa >= 0, most[lsoa], -1)
    given = (wished >= 0) & (wished != owner) & ~np.isin(lsoa, list(within))
    together = pairs[given[pairs].all(axis=1) & (wished[pairs[:, 0]] == wished[pairs[:, 1]])]
    enclosed = np.zeros(len(patients), dtype=bool)
    both = np.vstack([pairs, pairs[:, ::-1]])
    for block in joined(np.flatnonzero(given).tolist(), together):
        beside = both[np.isin(both[:, 0], block) & ~np.isin(both[:, 1], block), 1]
        enclosed[lsoa[block]] = len(np.unique(owner[beside])) == 1
    return enclosed
