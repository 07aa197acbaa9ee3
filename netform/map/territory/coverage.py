"""Coverages: sets of polygons that fit together exactly, vertex on vertex.

Overlaying polygons one pair at a time leaves slivers and hairline gaps, because each overlay rounds for
itself. Here all lines are noded together once, on a grid, and every face of the drawing that results is given
to an owner: what is built so cannot overlap or gape.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

__all__ = ["GRID_M", "border_lengths", "dissolve", "faces_of", "polygon_parts"]

# Every vertex of a territory lies on this grid, in metres. A tenth of a metre is far below what a postcode can
# place, and ten times what seven decimals of a degree can: rounding on export can then move no vertex across an
# edge of them.
GRID_M = 0.1

Geometries = NDArray[np.object_]


def faces_of(lines: Sequence[BaseGeometry] | Geometries, grid: float = GRID_M) -> Geometries:
    """Node lines together on the grid and return the polygons between them.

    Parameters
    ----------
    lines : sequence of geometry
        Lines, or polygons whose rings are taken.
    grid : float
        The step of the grid, in the unit of the lines.

    Returns
    -------
    ndarray of Polygon
        Valid, disjoint, with matching vertices; empty when the lines enclose nothing.
    """
    pieces = np.asarray(lines, dtype=object)
    areal = shapely.get_dimensions(pieces) == 2
    pieces = np.where(areal, shapely.boundary(pieces), pieces)
    noded = shapely.union_all(pieces, grid_size=grid)
    return polygon_parts(shapely.polygonize(shapely.get_parts(noded)))


def polygon_parts(geometry: BaseGeometry | None) -> Geometries:
    """Return the polygons a geometry is made of, leaving points and lines out.

    Parameters
    ----------
    geometry : geometry or None
    """
    parts = np.atleast_1d(shapely.get_parts(geometry))
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)
    kept = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    polygons: Geometries = parts[kept]
    return polygons


def border_lengths(polygons: Geometries) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Length of the border that each pair of polygons of a coverage shares.

    Two polygons of a coverage share a border where a segment of the one is a segment of the other, so
    segments are matched by their ends: no geometry is intersected.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (k,)
        A coverage on the grid.

    Returns
    -------
    pairs : ndarray of int64, shape (p, 2)
        Indices of neighbours, the smaller first, in lexicographic order.
    metres : ndarray of float64, shape (p,)
    """
    rings, ring_polygon = _rings(polygons)
    coords, ring_index = shapely.get_coordinates(rings, return_index=True)
    inside = ring_index[1:] == ring_index[:-1]
    owner = ring_polygon[ring_index[:-1][inside]]
    start, end = coords[:-1][inside], coords[1:][inside]
    ends = np.sort(np.column_stack([_vertex_keys(start), _vertex_keys(end)]), axis=1)
    order = np.lexsort((owner, ends[:, 1], ends[:, 0]))
    ends, owner = ends[order], owner[order]
    metres = np.hypot(*(end - start).T)[order]
    matched = (ends[1:] == ends[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    left, right, metres = owner[:-1][matched], owner[1:][matched], metres[:-1][matched]
    codes, inverse = np.unique(left * len(polygons) + right, return_inverse=True)
    total = np.bincount(inverse, weights=metres, minlength=len(codes))
    pairs = np.column_stack(np.divmod(codes, max(len(polygons), 1)))
    return pairs.astype(np.int64), total.astype(np.float64)


def dissolve(faces: Geometries, owner: NDArray[np.int64], owners: int) -> Geometries:
    """Join the faces of a coverage that have one owner.

    Parameters
    ----------
    faces : ndarray of Polygon, shape (k,)
    owner : ndarray of int64, shape (k,)
        The owner of each face; -1 for none.
    owners : int
        How many owners there are.

    Returns
    -------
    ndarray of geometry, shape (owners,)
        An empty Polygon for an owner of nothing.
    """
    joined = np.full(owners, shapely.Polygon(), dtype=object)
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(owners + 1))
    for index, (first, last) in enumerate(itertools.pairwise(bounds)):
        members = faces[order[first:last]]
        if len(members) == 1:
            joined[index] = members[0]
        elif len(members) > 1:
            parts = polygon_parts(shapely.coverage_union_all(members))
            joined[index] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return joined


def _rings(polygons: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """Return every ring of every polygon, and the index of the polygon it is of."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    return rings, part_owner[ring_part].astype(np.int64)


def _vertex_keys(coords: NDArray[np.float64]) -> NDArray[np.int64]:
    """One integer for each place on the grid."""
    steps = np.rint(coords / GRID_M).astype(np.int64)
    keys: NDArray[np.int64] = (steps[:, 0] << 32) + steps[:, 1]
    return keys
