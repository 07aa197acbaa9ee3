"""Territories: the part of an extent that is nearest each site, and the borders between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.map.territory.coverage import Geometries, border_lengths, dissolve, faces_of, polygon_parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.map.territory.sites import Sites

__all__ = [
    "Territories",
    "build_territories",
    "home_faces",
    "settle_orphans",
    "shared_borders",
    "voronoi_edges",
    "with_sites",
]

# A site outside its extent gets this much ground of its own, in metres: a street or two.
OUTSIDE_RADIUS_M = 250.0

# A site this near its extent is joined to it by a strip as wide as its disc, so that a practice just over the
# line from its own area is not taken for an island.
OUTSIDE_STRIP_M = 10_000.0

# Territories that share less than this, in metres, meet in a point for all purposes.
SHORTEST_BORDER_M = 1.0


@dataclass(frozen=True, slots=True)
class Territories:
    """The territories of sites: a coverage that tiles its extent.

    Attributes
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (m,)
        In the order of the sites, EPSG:27700 metres: valid, disjoint, with shared vertices matched.
    sites : Sites
    extent : geometry
        What the territories tile.
    """

    polygons: Geometries
    sites: Sites
    extent: BaseGeometry


def build_territories(sites: Sites, extent: BaseGeometry) -> Territories:
    """Divide an extent among sites: to each the ground that is nearer to it than to any other.

    These are the Voronoi cells of the sites clipped to the extent, with one change: a piece of a cell that is
    cut off from its site, such as the far bank of an estuary, goes to the neighbour whose connected territory
    shares the longest border with it. A piece that touches no such neighbour stays with the nearest site.

    Parameters
    ----------
    sites : Sites
        At least one.
    extent : geometry
        Polygons in EPSG:27700 metres; may be empty. A site outside it gets a disc of 250 m, with a strip to
        the extent when that is within 10 km.

    Returns
    -------
    Territories

    Raises
    ------
    ValueError
        When there is no site.
    """
    if not len(sites):
        raise ValueError("territories need at least one site")
    ground = with_sites(extent, sites)
    faces = faces_of([ground, voronoi_edges(sites, ground)])
    middles = shapely.point_on_surface(faces)
    inside = shapely.contains(_prepared(ground), middles)
    faces, middles = faces[inside], middles[inside]
    nearest = _nearest_site(middles, sites)
    home = home_faces(faces, nearest, sites)
    owner = settle_orphans(faces, nearest, home)
    polygons = dissolve(faces, owner, len(sites))
    return Territories(polygons, sites, shapely.coverage_union_all(faces))


def shared_borders(territories: Territories) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of sites whose territories share a border, and how long it is.

    Parameters
    ----------
    territories : Territories

    Returns
    -------
    pairs : ndarray of int64, shape (k, 2)
        Site indices, the smaller first, in lexicographic order.
    metres : ndarray of float64, shape (k,)
        At least 1: territories that meet in a point do not border.
    """
    pairs, metres = border_lengths(territories.polygons)
    kept = metres >= SHORTEST_BORDER_M
    return pairs[kept], metres[kept]


def with_sites(extent: BaseGeometry, sites: Sites) -> BaseGeometry:
    """Return the extent, with ground added for the sites that it leaves out.

    Parameters
    ----------
    extent : geometry
        EPSG:27700 metres.
    sites : Sites
    """
    points = shapely.points(sites.points)
    inside = shapely.covers(_prepared(extent), points)
    if inside.all():
        return extent
    ways = outside = points[~inside]
    if not extent.is_empty:
        # A strip to an islet without a site would lead nowhere.
        parts = polygon_parts(extent)
        homes = shapely.STRtree(points[inside]).query(parts, predicate="intersects")[0]
        mainland = shapely.multipolygons(parts[np.unique(homes)] if len(homes) else parts)
        near = shapely.distance(outside, mainland) <= OUTSIDE_STRIP_M
        ways = np.where(near, shapely.shortest_line(outside, mainland), outside)
    return shapely.union_all([extent, *shapely.buffer(ways, OUTSIDE_RADIUS_M, quad_segs=8)])


def voronoi_edges(sites: Sites, ground: BaseGeometry) -> BaseGeometry:
    """Return the lines between the Voronoi cells of the sites, beyond the ground on every side.

    Three guard sites far away keep the diagram in general position: one, two or collinear sites need no path
    of their own. They stand so far off that no place on the ground is nearest to them.

    Parameters
    ----------
    sites : Sites
    ground : geometry
        EPSG:27700 metres; holds every site.
    """
    left, bottom, right, top = ground.bounds
    centre = np.rint([(left + right) / 2, (bottom + top) / 2])
    span = max(float(np.hypot(right - left, top - bottom)), 1000.0)
    guards = 8 * span * np.array([[-0.11, 1.0], [-0.83, -0.57], [0.89, -0.47]])
    # Near the origin the coordinates keep more digits below the point.
    points = np.vstack([sites.points - centre, guards])
    edges = shapely.voronoi_polygons(shapely.multipoints(points), only_edges=True)
    return shapely.transform(
        shapely.clip_by_rect(edges, -span, -span, span, span), lambda coords: coords + centre
    )


def _prepared(geometry: BaseGeometry) -> BaseGeometry:
    shapely.prepare(geometry)
    return geometry


def _nearest_site(points: Geometries, sites: Sites) -> NDArray[np.int64]:
    """Return the site nearest each point, the first of equals."""
    tree = shapely.STRtree(shapely.points(sites.points))
    which, site = tree.query_nearest(points, all_matches=True)
    nearest = np.full(len(points), len(sites), dtype=np.int64)
    np.minimum.at(nearest, which, site)
    return nearest


def home_faces(faces: Geometries, nearest: NDArray[np.int64], sites: Sites) -> NDArray[np.int64]:
    """Return the face that holds each site: its own, at it or next to it.

    Parameters
    ----------
    faces : ndarray of Polygon, shape (k,)
    nearest : ndarray of int64, shape (k,)
        The site each face is nearest to.
    sites : Sites

    Returns
    -------
    ndarray of int64, shape (m,)
        Indices of faces; -1 for a site that has none.
    """
    tree = shapely.STRtree(faces)
    points = shapely.points(sites.points)
    site, face = tree.query(points, predicate="dwithin", distance=2.0)
    home = np.full(len(sites), -1, dtype=np.int64)
    distance = shapely.distance(points[site], faces[face])
    own = nearest[face] == site
    # Written from the least wanted to the most: the last assignment stands.
    order = np.lexsort((-face, -distance, own))
    home[site[order]] = face[order]
    return home


def settle_orphans(
    faces: Geometries,
    nearest: NDArray[np.int64],
    home: NDArray[np.int64],
    allowed: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]] | None = None,
) -> NDArray[np.int64]:
    """Give each face to a site: home faces to their own, the others to whom they are joined.

    Parameters
    ----------
    faces : ndarray of Polygon, shape (k,)
        A coverage, each face a connected piece.
    nearest : ndarray of int64, shape (k,)
        The site each face is nearest to.
    home : ndarray of int64, shape (m,)
        The face that holds each site; -1 for none.
    allowed : callable, optional
        Whether each of an array of faces may go to the site beside it in a second array; any may by default.

    Returns
    -------
    ndarray of int64, shape (k,)
        The site of each face.
    """
    owner = np.full(len(faces), -1, dtype=np.int64)
    held = home >= 0
    owner[home[held]] = np.flatnonzero(held)
    if (owner >= 0).all():
        return owner
    pairs, metres = border_lengths(faces)
    both = np.vstack([pairs, pairs[:, ::-1]])
    lengths = np.concatenate([metres, metres])
    while True:
        joins = (owner[both[:, 0]] < 0) & (owner[both[:, 1]] >= 0) & (lengths >= SHORTEST_BORDER_M)
        if allowed is not None:
            joins[joins] = allowed(both[joins, 0], owner[both[joins, 1]])
        if not joins.any():
            break
        orphan, site, metres = both[joins, 0], owner[both[joins, 1]], lengths[joins]
        # Several faces of one site may border the orphan: their borders add up.
        keys, inverse = np.unique(np.column_stack([orphan, site]), axis=0, return_inverse=True)
        total = np.bincount(inverse.reshape(-1), weights=metres)
        order = np.lexsort((-keys[:, 1], total))
        owner[keys[order, 0]] = keys[order, 1]
    return _settle_islets(faces, nearest, owner, pairs)


def _settle_islets(
    faces: Geometries, nearest: NDArray[np.int64], owner: NDArray[np.int64], pairs: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give each place without a site, whole, to the site that is nearest to most of it.

    Divided, it would make neighbours of sites that have nothing but an islet in common.
    """
    loose = np.flatnonzero(owner < 0)
    islet = np.arange(len(faces))
    inner = pairs[(owner[pairs] < 0).all(axis=1)]
    while (islet[inner[:, 0]] != islet[inner[:, 1]]).any():
        least = np.minimum(islet[inner[:, 0]], islet[inner[:, 1]])
        np.minimum.at(islet, inner[:, 0], least)
        np.minimum.at(islet, inner[:, 1], least)
    shares, inverse = np.unique(np.column_stack([islet[loose], nearest[loose]]), axis=0, return_inverse=True)
    ground = np.bincount(inverse.reshape(-1), weights=shapely.area(faces[loose]), minlength=len(shares))
    order = np.lexsort((-shares[:, 1], ground))
    taker = np.full(len(faces), -1, dtype=np.int64)
    taker[shares[order, 0]] = shares[order, 1]
    settled = owner.copy()
    settled[loose] = taker[islet[loose]]
    return settled
