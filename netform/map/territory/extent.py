"""The living extent: where people live, as far as the sites of a list can be said to serve it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.map.territory.coverage import Geometries, polygon_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.map.territory.sites import Sites

__all__ = ["living_extent"]

# The step of the raster on which postcodes are gathered, in metres.
CELL_M = 250.0

# Land this near a postcode's cell counts as lived in, so gaps of up to twice this much are closed. Measured
# on 96 areas of England: at 1,000 m all mainland sites hang together save two in Cumbria, which are joined as
# villages, and at 750 m four more do not; the Solent and the sea before Scilly stay open even at 1,500 m.
NEAR_HOME_M = 1000.0

# How far a site reaches: to its third nearest site, which is about as far as patients have a choice of it,
# but within these, in metres. The least keeps a town's last practice from owning the next town.
NEIGHBOURS_IN_REACH = 3
LEAST_REACH_M = 3_000.0
MOST_REACH_M = 10_000.0

# Land amid three sites of the list that stand no further from one another than this, in metres, belongs to it
# even where it is beyond the reach of each.
AMID_M = 2 * MOST_REACH_M

# Sites are also linked along their minimum spanning tree, by a corridor this share of a link's length to
# either side, so that the lived-in land between two towns of one list belongs to it. Longer links, in metres,
# are no neighbourhood.
CORRIDOR_SHARE = 1 / 3
LONGEST_LINK_M = 40_000.0

# A place of one or two sites that is cut off by this much empty land or less, in metres, is taken for a
# village behind a moor and joined; a larger one can stand alone, and is left as the island it may be.
VILLAGE_SITES = 2
MOOR_M = 6_000.0

# Unpeopled land inside the extent is filled up to this size, in square metres: a park, a reservoir, a small
# moor.
LARGEST_HOLE_M2 = 25e6

# From a corner of the raster to the middles of the sides that meet there, in cells.
_SOUTH, _NORTH, _WEST, _EAST = (0.0, -0.5), (0.0, 0.5), (-0.5, 0.0), (0.5, 0.0)


@dataclass(frozen=True, slots=True)
class _Raster:
    """A raster aligned to the National Grid, whatever the list, so that neighbouring extents align too."""

    left: float
    bottom: float
    columns: int
    rows: int

    @classmethod
    def around(cls, points: NDArray[np.float64], margin: float) -> _Raster:
        low = np.floor((points.min(axis=0) - margin) / CELL_M)
        high = np.ceil((points.max(axis=0) + margin) / CELL_M)
        columns, rows = (high - low).astype(int)
        return cls(float(low[0] * CELL_M), float(low[1] * CELL_M), int(columns), int(rows))

    def mark(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Cells that hold a point; points off the raster are left out."""
        columns = np.floor((points[:, 0] - self.left) / CELL_M)
        rows = np.floor((points[:, 1] - self.bottom) / CELL_M)
        on = (columns >= 0) & (columns < self.columns) & (rows >= 0) & (rows < self.rows)
        marked = np.zeros(self.rows * self.columns, dtype=bool)
        marked[(rows[on] * self.columns + columns[on]).astype(np.int64)] = True
        return marked.reshape(self.rows, self.columns)

    def discs(self, centres: NDArray[np.float64], radii: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Cells whose middle lies in a disc."""
        covered = np.zeros((self.rows, self.columns), dtype=bool)
        x = self.left + (np.arange(self.columns) + 0.5) * CELL_M
        y = self.bottom + (np.arange(self.rows) + 0.5) * CELL_M
        for (east, north), radius in zip(centres, radii, strict=True):
            across = slice(*np.searchsorted(x, [east - radius, east + radius]))
            up = slice(*np.searchsorted(y, [north - radius, north + radius]))
            covered[up, across] |= (x[across] - east) ** 2 + (y[up, None] - north) ** 2 <= radius**2
        return covered

    def middles(self, mask: NDArray[np.bool_]) -> Geometries:
        """Return the middles of the marked cells, as points."""
        row, column = np.nonzero(mask)
        east = self.left + (column + 0.5) * CELL_M
        points: Geometries = shapely.points(east, self.bottom + (row + 0.5) * CELL_M)
        return points

    def within(self, polygons: Geometries, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the cells of a mask whose middle lies in one of the polygons."""
        inside = np.zeros((self.rows, self.columns), dtype=bool)
        found = np.zeros(int(mask.sum()), dtype=bool)
        found[_holding(polygons, self.middles(mask))[1]] = True
        inside[mask] = found
        return inside


def living_extent(homes: NDArray[np.float64], sites: Sites) -> BaseGeometry:
    """Outline where the people live whom the sites of a list may serve, from postcodes alone.

    Postcodes are gathered on a raster of 250 m; land within 1 km of one counts as lived in. Of that land a
    site reaches as far as its third nearest site, at least 3 km and at most 10 km, amid any three sites less
    than 20 km apart, and along the corridors that link the sites of the list to one another. A place of one
    or two sites behind a moor of at most 6 km is joined by a strip; a larger place across as much emptiness
    is an island. Holes under 25 square kilometres are filled, and corners of the raster are rounded off.

    So the sites of one mainland area hang together, wide water parts them, and the list of one city does not
    own the next. It is an outline for maps and neighbourhoods, not a catchment.

    Parameters
    ----------
    homes : ndarray of float64, shape (k, 2)
        Eastings and northings of postcodes, metres; may be empty, and may reach far beyond the sites.
    sites : Sites
        At least one; a site counts as a home.

    Returns
    -------
    geometry
        A valid Polygon or MultiPolygon in EPSG:27700 metres that holds every site.

    Raises
    ------
    ValueError
        When there is no site.
    """
    if not len(sites):
        raise ValueError("an extent needs at least one site")
    points = sites.points
    reach, links = _reach_and_links(points)
    raster = _Raster.around(points, MOST_REACH_M + 2 * NEAR_HOME_M)
    lived_in = _near(raster.mark(points) | raster.mark(np.asarray(homes, float).reshape(-1, 2)))
    reached = raster.discs(points, reach)
    reached |= raster.within(_triangles(points), lived_in & ~reached)
    linked = reached | raster.discs(*_corridors(points, links))
    places = _outline(raster, lived_in & linked)
    # Land that only a corridor crosses is of use where it leads from site to site.
    held = _holding(places, shapely.points(points))[0]
    served = _holds_any(places, raster, lived_in & reached)
    served[held] = True
    places = places[served]
    strips = _village_strips(places, points)
    return shapely.union_all([*places, *strips])


def _reach_and_links(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return each site's reach in metres, and the links of the minimum spanning tree, shape (m - 1, 2).

    Prim's method, one row of distances at a time: the whole matrix of a national list would not fit in
    memory.
    """
    count = len(points)
    reach = np.full(count, LEAST_REACH_M)
    links = np.zeros((count - 1, 2), dtype=np.int64)
    nearest = np.full(count, np.inf)
    through = np.zeros(count, dtype=np.int64)
    outside = np.ones(count, dtype=bool)
    site = 0
    order = min(NEIGHBOURS_IN_REACH, count - 1)
    for step in range(count):
        outside[site] = False
        metres = np.hypot(points[:, 0] - points[site, 0], points[:, 1] - points[site, 1])
        reach[site] = np.clip(np.partition(metres, order)[order], LEAST_REACH_M, MOST_REACH_M)
        closer = outside & (metres < nearest)
        nearest[closer], through[closer] = metres[closer], site
        if step < count - 1:
            site = int(np.argmin(np.where(outside, nearest, np.inf)))
            links[step] = through[site], site
    return reach, links


def _triangles(points: NDArray[np.float64]) -> Geometries:
    """Return the triangles between neighbouring sites, save those with a side longer than `AMID_M`."""
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(points)))
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)
    sides = np.hypot(*np.moveaxis(np.diff(corners, axis=1), 2, 0))
    kept: Geometries = triangles[(sides <= AMID_M).all(axis=1)]
    return kept


def _corridors(
    points: NDArray[np.float64], links: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the discs, centres and radii in metres, whose row along each link makes its corridor."""
    start, end = points[links[:, 0]], points[links[:, 1]]
    metres = np.hypot(*(end - start).T)
    needed = (metres > LEAST_REACH_M) & (metres <= LONGEST_LINK_M)
    start, end, metres = start[needed], end[needed], metres[needed]
    along = np.linspace(0, 1, 9)[:, None, None]
    centres = (start + along * (end - start)).reshape(-1, 2)
    return centres, np.tile(np.maximum(metres * CORRIDOR_SHARE, LEAST_REACH_M), len(along))


def _near(occupied: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells within `NEAR_HOME_M` of an occupied one, middle to middle."""
    steps = int(NEAR_HOME_M // CELL_M)
    padded = np.pad(occupied, steps)
    near = np.zeros_like(occupied)
    rows, columns = occupied.shape
    for up in range(-steps, steps + 1):
        for across in range(-steps, steps + 1):
            if np.hypot(up, across) * CELL_M <= NEAR_HOME_M:
                near |= padded[steps + up : steps + up + rows, steps + across : steps + across + columns]
    return near


def _outline(raster: _Raster, mask: NDArray[np.bool_]) -> Geometries:
    """Return the polygons of the marked cells: small holes filled, corners rounded.

    The outline joins the middles of the sides between marked and unmarked cells (marching squares). Where two
    marked cells meet in a corner only, they are kept apart.
    """
    padded = np.pad(mask, 1)
    sw, se, nw, ne = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    # The four sides that meet in each corner of the raster; a corner has two or four that part marked from
    # not.
    south, north, west, east = sw != se, nw != ne, sw != nw, se != ne
    saddle = south & north & west & east
    joins = [
        (south & north & ~saddle, _SOUTH, _NORTH),
        (west & east & ~saddle, _WEST, _EAST),
        (south & west & (~saddle | sw), _SOUTH, _WEST),
        (north & east & (~saddle | sw), _NORTH, _EAST),
        (south & east & (~saddle | se), _SOUTH, _EAST),
        (north & west & (~saddle | se), _NORTH, _WEST),
    ]
    ends = []
    for joined, one, other in joins:
        corners = np.argwhere(joined)[:, None, ::-1]
        ends.append(corners + np.array([one, other]))
    coords = np.concatenate(ends) * CELL_M + (raster.left, raster.bottom)
    faces = polygon_parts(shapely.polygonize(shapely.linestrings(coords)))
    starts = mask & ~padded[1:-1, :-2]
    marked = faces[_holds_any(faces, raster, starts)]
    return np.array([_filled(face) for face in shapely.simplify(marked, 1.0)], dtype=object)


def _filled(polygon: BaseGeometry) -> BaseGeometry:
    """Fill the small holes of a polygon."""
    rings = shapely.get_rings(polygon)
    holes = rings[1:]
    return shapely.Polygon(rings[0], holes[shapely.area(shapely.polygons(holes)) >= LARGEST_HOLE_M2])


def _holds_any(places: Geometries, raster: _Raster, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each polygon holds the middle of a marked cell."""
    holds = np.zeros(len(places), dtype=bool)
    holds[_holding(places, raster.middles(mask))[0]] = True
    return holds


def _holding(places: Geometries, points: Geometries) -> NDArray[np.int64]:
    """Return which polygon holds which point, as rows of indices; the polygons are prepared once each."""
    pairs: NDArray[np.int64] = shapely.STRtree(points).query(places, predicate="intersects")
    return pairs


def _village_strips(places: Geometries, points: NDArray[np.float64]) -> list[BaseGeometry]:
    """Return the strips of land that join villages behind a moor to the nearest larger place."""
    place = _holding(places, shapely.points(points))[0]
    count = np.bincount(place, minlength=len(places))
    peopled = np.flatnonzero(count)
    pairs = shapely.STRtree(places[peopled]).query(places[peopled], predicate="dwithin", distance=MOOR_M)
    one, other = peopled[pairs]
    village = (count[one] <= VILLAGE_SITES) & (one != other)
    one, other = one[village], other[village]
    order = np.lexsort((other, shapely.distance(places[one], places[other]), one))
    nearest = order[np.unique(one[order], return_index=True)[1]]
    ways = shapely.shortest_line(places[one[nearest]], places[other[nearest]])
    return list(shapely.buffer(ways, NEAR_HOME_M, quad_segs=8))
