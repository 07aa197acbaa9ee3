"""Boundaries: from networks and territories to polygons that tile the area.

A network's ground is that of its practices. Two things stand in the way of simply joining territories, and
are dealt with here: areas that were solved apart may claim the same ground (`tile_areas`), and practices of
one site may be in different networks (`network_boundaries`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.map.sectors import Sector, owners_at
from netform.map.shared_sites import divide_sites, home_ground, neck_metres
from netform.map.territory.cells import Territories, home_faces, settle_orphans, voronoi_edges
from netform.map.territory.coverage import GRID_M, Geometries, dissolve, faces_of
from netform.map.territory.sites import Sites, merge_sites

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.inputs.standing import Standing
    from netform.plan.model import Network

__all__ = ["network_boundaries", "tile_areas", "with_ground"]

# The corners of a neck around a site are this far apart, radians.
NECK_STEP = np.pi / 12

# Where a ray meets a border it puts a vertex between two others. On the grid of the territories that vertex would
# be up to 7 cm beside the border and bend all of it, by 350 m2 where it is 10 km long: ground of a neighbour, of
# who is left out, or of nobody. On this grid, in metres, it bends by less than 0.01 m2.
CUT_GRID_M = 1e-6


def tile_areas(parts: Sequence[tuple[NDArray[np.int64], Territories]]) -> Territories:
    """Bring the territories of areas that were solved apart together, so that they tile the whole.

    Where territories of several areas claim the same ground it goes to the nearest of their sites; ground
    that one area alone claims stays with it. A piece that is cut off from its site by this goes to a
    neighbour of an area that claims it too, where there is one. Practices of several areas at one place share
    one territory.

    Parameters
    ----------
    parts : sequence of (practices, territories)
        One for each area: the positions of its practices in the whole list, and their territories, whose
        ``sites.site_of`` is in the same order. Together they hold every practice of the list once.

    Returns
    -------
    Territories
        Of the sites of the whole list.

    Raises
    ------
    ValueError
        When the parts do not hold every practice once.
    """
    sites, site_of_claim = _all_sites(parts)
    if len(parts) == 1:
        return Territories(parts[0][1].polygons, sites, parts[0][1].extent)
    claims = np.concatenate([territories.polygons for _, territories in parts])
    extents = np.array([territories.extent for _, territories in parts], dtype=object)
    faces = faces_of([*claims, *_contest_lines(extents, sites)])
    faces, owner = _nearest_claims(faces, claims, site_of_claim, sites)
    # Joined and taken apart again, each face is one connected piece of one site's ground.
    faces, owner = shapely.get_parts(dissolve(faces, owner, len(sites)), return_index=True)
    area_has_site = np.zeros((len(parts), len(sites)), dtype=bool)
    area_has_site[np.repeat(np.arange(len(parts)), [len(part.sites) for _, part in parts]), site_of_claim] = (
        True
    )
    area_has_face = np.zeros((len(parts), len(faces)), dtype=bool)
    middles = shapely.STRtree(shapely.point_on_surface(faces))
    area_has_face[tuple(middles.query(extents, predicate="contains"))] = True

    def claimed(face: NDArray[np.int64], site: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray((area_has_face[:, face] & area_has_site[:, site]).any(axis=0))

    owner = settle_orphans(faces, owner, home_faces(faces, owner, sites), claimed)
    return Territories(dissolve(faces, owner, len(sites)), sites, shapely.coverage_union_all(faces))


def network_boundaries(
    plan_networks: Sequence[Network],
    codes: Sequence[str],
    territories: Territories,
    *,
    outside: Collection[str] = (),
) -> dict[str, BaseGeometry]:
    """Draw the ground of each network: the territories of its practices, joined.

    Where practices of one site are in several networks, the site's territory is cut into sectors that meet at
    the site, so that each network reaches its ground elsewhere (`netform.map.shared_sites`). The cuts move no border:
    they end where they meet it, and no vertex that was there is shifted. Territories of sites of which no
    practice is in a network stay outside every network. So does a sector of a site that practices in a network
    share with one that is to be outside.

    Parameters
    ----------
    plan_networks : sequence of Network
    codes : sequence of str, length n
        The practice codes in the order of ``territories.sites.site_of``.
    territories : Territories
        Of the whole list (see `tile_areas` for areas that were solved apart).
    outside : collection of str
        Practices in no network whose ground is to be outside even where they share a site: those that the
        planner leaves out. Any other practice without a network leaves the ground of a shared site to the others.

    Returns
    -------
    dict of str to Polygon or MultiPolygon
        By ``network_id``, EPSG:27700 metres, in the order of the networks: valid, disjoint, with shared
        vertices matched; together they tile the territories of the sites that are in a network, but for the
        sectors outside.
    """
    # What is outside is drawn like one network more, and then left away.
    network_of = dict.fromkeys(outside, len(plan_networks))
    network_of |= {code: index for index, each in enumerate(plan_networks) for code in each.practice_codes}
    members: list[list[int]] = [[] for _ in range(len(territories.sites))]
    for site, code in zip(territories.sites.site_of.tolist(), codes, strict=True):
        if code in network_of and network_of[code] not in members[site]:
            members[site].append(network_of[code])
    faces, site_of_face = shapely.get_parts(territories.polygons, return_index=True)
    owner = np.array([networks[0] if networks else -1 for networks in members], dtype=np.int64)[site_of_face]
    divided = divide_sites(members, territories, nobody=len(plan_networks))
    if divided:
        cuts = [cut for site, sectors in divided.items() for cut in _cuts(site, sectors, territories)]
        faces = faces_of([*territories.polygons, *cuts], grid=CUT_GRID_M)
        faces, site_of_face = _located(faces, territories.polygons)
        owner = _sector_owner(faces, site_of_face, members, divided, territories)
    grounds = dissolve(faces, owner, len(plan_networks) + 1)[: len(plan_networks)]
    return {network.network_id: ground for network, ground in zip(plan_networks, grounds, strict=True)}


def with_ground(
    networks: Sequence[Network], standing: Standing, territories: Territories
) -> tuple[Standing, Territories]:
    """Let practices that are nowhere share the site of whom they are attached to, where they are a network alone.

    Parameters
    ----------
    networks : sequence of Network
    standing : Standing
    territories : Territories
        Of the whole list.

    Returns
    -------
    standing : Standing
    territories : Territories
        As they were where every network has a practice that stands somewhere.
    """
    hosts = standing.nowhere.hosts
    alone = [
        code
        for network in networks
        if all(code in hosts for code in network.practice_codes)
        for code in network.practice_codes
    ]
    if not alone:
        return standing, territories
    at = [standing.codes.index(hosts[code]) for code in alone]
    sites = territories.sites
    return standing.also(alone, at), replace(
        territories, sites=replace(sites, site_of=np.append(sites.site_of, sites.site_of[at]))
    )


def _all_sites(parts: Sequence[tuple[NDArray[np.int64], Territories]]) -> tuple[Sites, NDArray[np.int64]]:
    """Return the sites of the whole list, and which of them each part's sites are, part after part."""
    practices = np.concatenate([np.zeros(0, np.int64), *(chosen for chosen, _ in parts)]).astype(np.int64)
    if not len(practices) or not np.array_equal(np.sort(practices), np.arange(len(practices))):
        raise ValueError("the areas together must hold every practice of the list once")
    places = np.zeros((len(practices), 2))
    for chosen, territories in parts:
        places[chosen] = territories.sites.points[territories.sites.site_of]
    sites = merge_sites(places[:, 0], places[:, 1])
    site_of_claim = []
    for chosen, territories in parts:
        renumbered = np.zeros(len(territories.sites), dtype=np.int64)
        renumbered[territories.sites.site_of] = sites.site_of[chosen]
        site_of_claim.append(renumbered)
    return sites, np.concatenate(site_of_claim)


def _contest_lines(extents: Geometries, sites: Sites) -> list[BaseGeometry]:
    """Return the lines that divide the ground that more than one area claims among the sites of all areas."""
    one, other = shapely.STRtree(extents).query(extents, predicate="intersects")
    apart = one < other
    contested = shapely.union_all(shapely.intersection(extents[one[apart]], extents[other[apart]]))
    if shapely.area(contested) == 0:
        return []
    edges = voronoi_edges(sites, shapely.box(*shapely.total_bounds(extents)))
    return [shapely.intersection(edges, contested)]


def _nearest_claims(
    faces: Geometries, claims: Geometries, site_of_claim: NDArray[np.int64], sites: Sites
) -> tuple[Geometries, NDArray[np.int64]]:
    """Return the faces that are claimed, and the nearest site with a claim to each."""
    middles = shapely.point_on_surface(faces)
    claim, face = shapely.STRtree(middles).query(claims, predicate="contains")
    site = site_of_claim[claim]
    metres = shapely.distance(middles[face], shapely.points(sites.points[site]))
    order = np.lexsort((site, metres, face))
    claimed, first = np.unique(face[order], return_index=True)
    return faces[claimed], site[order][first]


def _located(faces: Geometries, polygons: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """Return the faces that lie in a polygon, and in which."""
    polygon, face = shapely.STRtree(shapely.point_on_surface(faces)).query(polygons, predicate="contains")
    return faces[face], polygon.astype(np.int64)


def _cuts(site: int, sectors: Sequence[Sector], territories: Territories) -> list[BaseGeometry]:
    """Return the lines through a site's territory that part its sectors, and the necks around the site."""
    ground = territories.polygons[site]
    start = territories.sites.points[site]
    left, bottom, right, top = ground.bounds
    far = 2 * (right - left + top - bottom)
    ends = np.array([sector.end for sector in sectors])
    tips = start + far * _directions(ends)
    lines = shapely.linestrings(np.stack([np.broadcast_to(start, tips.shape), tips], axis=1))
    # A ray ends where it first leaves the ground: beyond, it would cut off what lies behind a bend.
    home = shapely.polygons(shapely.get_exterior_ring(home_ground(territories, site)))
    pieces, of = shapely.get_parts(shapely.intersection(lines, home), return_index=True)
    order = np.lexsort((shapely.distance(pieces, shapely.Point(start)), of))
    first = order[np.unique(of[order], return_index=True)[1]]
    rays = shapely.intersection(pieces[first], ground)
    corners = shapely.get_coordinates(ground)
    tree = shapely.STRtree(shapely.points(corners))

    # An end hardly beside a corner would be a second vertex there, which rounding on export could move past it.
    def to_corners(coords: NDArray[np.float64]) -> NDArray[np.float64]:
        end, corner = tree.query_nearest(shapely.points(coords), max_distance=GRID_M, all_matches=False)
        moved = coords.copy()
        moved[end] = corners[corner]
        return moved

    cuts = list(shapely.transform(rays, to_corners))
    starts = [sectors[-1].end - 2 * np.pi, *ends[:-1]]
    for begin, sector in zip(starts, sectors, strict=True):
        for radius in _necks(site, sectors, territories)[1 : len(sector.within) + 1]:
            turns = np.linspace(begin, sector.end, 2 + int((sector.end - begin) % (2 * np.pi) / NECK_STEP))
            cuts.append(shapely.linestrings(start + radius * _directions(turns)))
    return cuts


def _necks(site: int, sectors: Sequence[Sector], territories: Territories) -> NDArray[np.float64]:
    """Return how far from a site the necks of networks reach that pass one around another, from 0 outwards."""
    deep = max(len(sector.within) for sector in sectors)
    return np.linspace(0, neck_metres(territories, site), deep + 1) if deep else np.zeros(1)


def _directions(bearings: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([np.cos(bearings), np.sin(bearings)])


def _sector_owner(
    faces: Geometries,
    site_of_face: NDArray[np.int64],
    members: Sequence[Sequence[int]],
    divided: Mapping[int, Sequence[Sector]],
    territories: Territories,
) -> NDArray[np.int64]:
    """Return the network of each face; -1 for none."""
    alone = [networks[0] if networks else -1 for networks in members]
    owner = np.array(alone, dtype=np.int64)[site_of_face]
    # What no sector begins with, such as an islet, goes by its direction from the site.
    middles = shapely.get_coordinates(shapely.point_on_surface(faces))
    for site, sectors in divided.items():
        here = site_of_face == site
        east, north = (middles[here] - territories.sites.points[site]).T
        owner[here] = owners_at(sectors, np.arctan2(north, east))
    probes, owners = [], []
    for site, sectors in divided.items():
        point = territories.sites.points[site]
        room = shapely.distance(shapely.boundary(territories.polygons[site]), shapely.Point(point))
        necks = _necks(site, sectors, territories)
        starts = [sectors[-1].end - 2 * np.pi, *(sector.end for sector in sectors[:-1])]
        for begin, sector in zip(starts, sectors, strict=True):
            middle = (begin + sector.end) / 2
            rims = [*necks[: len(sector.within) + 1], room]
            for network, near, out in zip((*sector.within, sector.network), rims, rims[1:], strict=False):
                probes.append(point + (near + min(out - near, 1.0) / 2) * _directions(np.array([middle]))[0])
                owners.append(network)
    face, probe = shapely.STRtree(shapely.points(np.array(probes))).query(faces, predicate="contains")
    owner[face] = np.array(owners, dtype=np.int64)[probe]
    return owner
