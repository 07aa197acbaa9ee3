"""From polygons in metres to paths on a drawing: projection, simplification, and room for a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "Frame",
    "interior_points",
    "label_spot",
    "path_data",
    "polygons_only",
    "rings_in_tenths",
    "simplify_coverage",
    "steps_data",
    "touching",
]

# A drawing is this wide at most, in the units of its viewBox (CSS pixels at full size).
WIDTH, HEIGHT = 1000.0, 860.0
MARGIN = 16.0

# Detail smaller than this many units is invisible at full size and only makes the page larger.
DETAIL = 1.5
# Islets smaller than this many square units are left off, unless a network has nothing else.
SMALLEST_PART = 1.5

# A label tries the points of a grid of this many by this many over its region.
GRID = 14


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the ground lies on the drawing: north is up.

    Attributes
    ----------
    west, north : float
        Eastings and northings (metres) of the upper left corner of the ground.
    units_per_metre : float
    width, height : float
        Of the drawing, units.
    """

    west: float
    north: float
    units_per_metre: float
    width: float
    height: float

    @classmethod
    def around(cls, bounds: tuple[float, float, float, float]) -> Frame:
        """Fit the ground (west, south, east, north; metres) into a drawing with a margin."""
        west, south, east, north = bounds
        # A place without extent (one site) is drawn as if it were a kilometre across.
        across, up = max(east - west, 1_000.0), max(north - south, 1_000.0)
        scale = min((WIDTH - 2 * MARGIN) / across, (HEIGHT - 2 * MARGIN) / up)
        return cls(
            west, north, scale, round(across * scale + 2 * MARGIN, 1), round(up * scale + 2 * MARGIN, 1)
        )

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """What the drawing shows: west, south, east and north, metres."""
        margin = MARGIN / self.units_per_metre
        west, north = self.west - margin, self.north + margin
        return (
            west,
            north - self.height / self.units_per_metre,
            west + self.width / self.units_per_metre,
            north,
        )

    def project(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Eastings and northings to x to the right and y down, array of shape (n, 2)."""
        x = (metres[:, 0] - self.west) * self.units_per_metre + MARGIN
        y = (self.north - metres[:, 1]) * self.units_per_metre + MARGIN
        return np.column_stack((x, y))


def polygons_only(geometry: BaseGeometry | None) -> BaseGeometry:
    """Keep the polygons of a geometry: a clip can leave stray lines and points behind."""
    if geometry is None:
        return shapely.MultiPolygon()
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON.value])


def simplify_coverage(
    regions: Sequence[BaseGeometry], frame: Frame, *, detail: float = DETAIL, islets: bool = False
) -> list[BaseGeometry]:
    """Simplify polygons together, so that shared borders stay shared, and project them onto the drawing.

    Parameters
    ----------
    regions : sequence of polygon or multipolygon
        A coverage, EPSG:27700 metres.
    frame : Frame
    detail : float
        What is smaller than this many units is left off.
    islets : bool
        Whether parts too small to be seen are kept, which may lie between other regions.
    """
    simple = shapely.coverage_simplify(np.asarray(regions, dtype=object), detail / frame.units_per_metre)
    drawn = [shapely.transform(region, frame.project) for region in simple]
    return drawn if islets else [_without_islets(region) for region in drawn]


def _without_islets(region: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(region)
    areas = shapely.area(parts)
    if len(parts) < 2:
        return region
    return shapely.multipolygons(parts[areas >= min(SMALLEST_PART, areas.max())])


def path_data(region: BaseGeometry) -> str:
    """Write the ``d`` of an SVG path, in tenths of a unit; the path is filled by the even-odd rule."""
    return "".join(steps_data(ring) + "Z" for ring in rings_in_tenths(region))


def rings_in_tenths(region: BaseGeometry) -> list[NDArray[np.int64]]:
    """Give the rings of a region on the drawing as they are written: in whole tenths of a unit, no point twice running.

    Parameters
    ----------
    region : polygon or multipolygon

    Returns
    -------
    list of ndarray of int64, shape (n, 2)
        Each at least three points, the first not repeated at the end.
    """
    rings = []
    for ring in shapely.get_rings(shapely.get_parts(region)):
        points = np.rint(shapely.get_coordinates(ring)[:-1] * 10).astype(np.int64)
        moved = np.any(points != np.roll(points, 1, axis=0), axis=1)
        if moved.sum() >= 3:
            rings.append(points[moved])
    return rings


def steps_data(tenths: NDArray[np.int64]) -> str:
    """Write the ``d`` of an SVG path along points in tenths of a unit."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in (tenths / 10).tolist())


def line_data(lines: Sequence[BaseGeometry]) -> str:
    """Write the ``d`` of an SVG path along lines, in tenths of a unit."""
    return "".join(steps_data(np.rint(shapely.get_coordinates(line) * 10).astype(np.int64)) for line in lines)


def touching(regions: Sequence[BaseGeometry], *, along: bool = False) -> list[frozenset[int]]:
    """For each region the indices of those that share a point with it.

    Parameters
    ----------
    regions : sequence of polygon or multipolygon
        A coverage.
    along : bool
        Whether a point is too little: they share a border.
    """
    around: list[set[int]] = [set() for _ in regions]
    shapes = np.asarray(regions, dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    if along:
        borders = shapely.length(
            shapely.intersection(shapely.boundary(shapes)[one], shapely.boundary(shapes)[other])
        )
        one, other = one[borders > 0], other[borders > 0]
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        if a != b:
            around[a].add(b)
    return [frozenset(others) for others in around]


def interior_points(region: BaseGeometry) -> NDArray[np.float64]:
    """Give points of a grid over a region that lie in it, and one that does in any case.

    Parameters
    ----------
    region : polygon or multipolygon
        On the drawing; not empty.

    Returns
    -------
    ndarray of float64, shape (n, 2)
    """
    west, north, east, south = shapely.bounds(region)
    across, down = (np.linspace(low, high, GRID + 2)[1:-1] for low, high in ((west, east), (north, south)))
    points = np.array([(x, y) for y in down for x in across])
    points = points[shapely.contains_xy(region, points)]
    return np.vstack((points, shapely.get_coordinates(shapely.point_on_surface(region))))


def label_spot(
    region: BaseGeometry, obstacles: NDArray[np.float64], clearances: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Find the roomiest point of a region for a label.

    Parameters
    ----------
    region : polygon or multipolygon
        On the drawing; not empty.
    obstacles : ndarray of float64, shape (n, 2)
        Points to keep away from (dots, labels already placed).
    clearances : ndarray of float64, shape (n,)
        How far each reaches, units.

    Returns
    -------
    tuple of float
        x, y, and the room around it: the distance to the border or the nearest obstacle.
    """
    points = interior_points(region)
    room = shapely.distance(shapely.boundary(region), shapely.points(points))
    if len(obstacles):
        gaps = np.hypot(*(points[:, None, :] - obstacles[None, :, :]).transpose(2, 0, 1)) - clearances
        room = np.minimum(room, gaps.min(axis=1))
    best = int(np.argmax(room))
    return float(points[best, 0]), float(points[best, 1]), float(room[best])
