"""The outer edge: drawn smooth where it is netform's own outline of where people live, not a line that was given.

The outline of `netform.map.territory.extent` is made of squares and discs. It settles who borders whom, and that stays
as it is: the edge is smoothed on the map alone, and only where that makes no neighbours and parts none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.map.territory.cells import Territories, shared_borders, voronoi_edges
from netform.map.territory.coverage import dissolve, faces_of, polygon_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.map.territory.coverage import Geometries

__all__ = ["smooth_edge"]

# Notches that a disc of the first radius does not fit into are filled, and corners that one of the second does not
# are rounded off, in metres: the outline is known to a kilometre or so (`netform.map.territory.extent`).
NOTCH_M = 1_500.0
CORNER_M = 750.0
# Ground that is gained stays this far from other places, in metres: there is wide water between.
APART_M = 1_000.0
# A site keeps the ground within this of it, in metres.
HOME_M = 250.0
# Quarters of the discs that smooth are drawn by so many lines, and detail finer than this, in metres, is left off.
QUARTER, DETAIL_M = 8, 15.0
# What is gained or lost in pieces smaller than this, in square metres, does not show.
SMALLEST_M2 = 1_000.0
# What would change neighbours is left as it was, and the rest is looked at again, so often.
ROUNDS = 4


def smooth_edge(territories: Territories) -> Territories:
    """Smooth the outer edge of territories: each site keeps its neighbours, and stays inside.

    Parameters
    ----------
    territories : Territories
        Of the whole list.

    Returns
    -------
    Territories
        Of the same sites, tiling the smoothed extent; the same ones where nothing could be smoothed.
    """
    extent = territories.extent
    places = polygon_parts(extent)
    smooth = shapely.union_all([_smoothed(place, places) for place in places])
    gained = _pieces(shapely.difference(smooth, extent))
    lost = _pieces(shapely.difference(extent, smooth))
    lost = lost[~_near(lost, shapely.points(territories.sites.points), HOME_M)]
    borders, parts = _shape_of(territories)
    for _ in range(ROUNDS):
        if not len(gained) and not len(lost):
            break
        drawn = _with_edge(territories, gained, lost)
        new_borders, new_parts = _shape_of(drawn)
        changed = [
            *sorted(borders ^ new_borders),
            *((site,) for site in np.flatnonzero(new_parts > parts).tolist()),
        ]
        if not changed:
            return drawn
        gained = gained[~_at_fault(gained, drawn, changed)]
        lost = lost[~_at_fault(lost, territories, changed)]
    return territories


def _at_fault(
    pieces: Geometries, territories: Territories, changed: Sequence[tuple[int, ...]]
) -> NDArray[np.bool_]:
    """Whether each piece comes near all the territories of any change."""
    near = np.zeros((len(changed), len(pieces)), dtype=bool)
    for row, sites in enumerate(changed):
        near[row] = np.all(
            [shapely.dwithin(pieces, territories.polygons[site], 1.0) for site in sites], axis=0
        )
    return np.asarray(near.any(axis=0))


def _smoothed(place: BaseGeometry, places: Geometries) -> BaseGeometry:
    """Smooth the outline of one place, clear of the others; its holes are rounded, and none is filled."""
    whole = shapely.polygons(shapely.get_exterior_ring(place))
    filled = shapely.buffer(shapely.buffer(whole, NOTCH_M, quad_segs=QUARTER), -NOTCH_M, quad_segs=8)
    others = places[shapely.dwithin(places, filled, APART_M) & (places != place)]
    if len(others):
        # Of a large place only what is near counts: the mainland need not be widened anew for each island.
        west, south, east, north = shapely.bounds(shapely.buffer(shapely.envelope(filled), 2 * APART_M))
        near = shapely.clip_by_rect(others, west, south, east, north)
        filled = shapely.union(
            whole, shapely.difference(filled, shapely.union_all(shapely.buffer(near, APART_M)))
        )
    holes = shapely.polygons(shapely.get_rings(place)[1:])
    ground = shapely.difference(_rounded(filled), shapely.union_all([_rounded(hole) for hole in holes]))
    return shapely.simplify(ground, DETAIL_M)


def _rounded(place: BaseGeometry) -> BaseGeometry:
    """Round the corners of a place off; one that is all corners stays as it is."""
    inner = shapely.buffer(place, -CORNER_M, quad_segs=QUARTER)
    return shapely.buffer(inner, CORNER_M, quad_segs=QUARTER) if not inner.is_empty else place


def _pieces(geometry: BaseGeometry) -> Geometries:
    parts = polygon_parts(geometry)
    kept: Geometries = parts[shapely.area(parts) >= SMALLEST_M2]
    return kept


def _near(pieces: Geometries, others: Geometries, metres: float) -> NDArray[np.bool_]:
    """Whether each piece comes near any of others."""
    near = np.zeros(len(pieces), dtype=bool)
    near[shapely.STRtree(others).query(pieces, predicate="dwithin", distance=metres)[0]] = True
    return near


def _shape_of(territories: Territories) -> tuple[set[tuple[int, ...]], NDArray[np.int64]]:
    """Return who borders whom, and of how many pieces each territory is."""
    pairs, _ = shared_borders(territories)
    return set(map(tuple, pairs.tolist())), shapely.get_num_geometries(territories.polygons)


def _with_edge(territories: Territories, gained: Geometries, lost: Geometries) -> Territories:
    """Add ground to territories, to each what is nearest to it, and take ground away."""
    sites, polygons = territories.sites, territories.polygons
    more, less = shapely.union_all(gained), shapely.union_all(lost)
    lines = [*polygons, more, less]
    if len(gained):
        edges = voronoi_edges(sites, shapely.box(*shapely.total_bounds([territories.extent, more])))
        lines.append(shapely.intersection(edges, more))
    faces = faces_of(lines)
    middles = shapely.point_on_surface(faces)
    tree = shapely.STRtree(middles)
    owner = np.full(len(faces), -1, dtype=np.int64)
    new = tree.query(more, predicate="contains")
    owner[new] = shapely.STRtree(shapely.points(sites.points)).nearest(middles[new])
    of, face = tree.query(polygons, predicate="contains")
    owner[face] = of
    owner[tree.query(less, predicate="contains")] = -1
    drawn = dissolve(faces, owner, len(sites))
    return Territories(drawn, sites, shapely.coverage_union_all(faces[owner >= 0]))
