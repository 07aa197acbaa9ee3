"""The shapes of LSOAs: their polygons as a file has them, or the ground that is nearest to the centre of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.errors import Fault, InputError
from netform.inputs.lsoa_table import is_population, read_centres
from netform.map.territory.cells import voronoi_edges
from netform.map.territory.coverage import dissolve, faces_of
from netform.map.territory.layer_file import SQLITE_MAGIC, Layer, on_grid, read_layer
from netform.map.territory.sites import merge_sites
from netform.practices.text import is_json, open_regular

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.map.territory.coverage import Geometries

__all__ = ["LsoaShapes", "read_lsoas", "refuse_elsewhere"]

# A file of LSOAs that lacks more than this share of the patients is of other LSOAs.
MOST_LACKING = 0.5

# And one in whose LSOAs fewer than this share of the practices stand lies elsewhere.
HELD = 0.5


@dataclass(frozen=True, slots=True)
class LsoaShapes:
    """LSOAs of the ground of a list and around it.

    Attributes
    ----------
    names : tuple of str, length k
        Codes.
    polygons : ndarray of Polygon or MultiPolygon, shape (k,)
        EPSG:27700 metres.
    population : ndarray of float64, shape (k,)
        Residents, where the file says; not a number where not.
    outlined : bool
        Whether the file had polygons; if not, each LSOA is what is nearest to its centre.
    """

    names: tuple[str, ...]
    polygons: Geometries
    population: NDArray[np.float64]
    outlined: bool


def refuse_elsewhere(
    file: str, shapes: LsoaShapes, easting: NDArray[np.float64], northing: NDArray[np.float64]
) -> None:
    """Refuse LSOAs in which fewer than half of the practices stand.

    Parameters
    ----------
    file : str
    shapes : LsoaShapes
    easting, northing : ndarray of float64, shape (n,)
        Of the practices, metres.

    Raises
    ------
    InputError
    """
    standing = shapely.STRtree(shapes.polygons).query(
        shapely.points(easting, northing), predicate="intersects"
    )[0]
    inside = len(np.unique(standing))
    if inside < HELD * len(easting):
        problem = f"its LSOAs hold {inside:,} of {len(easting):,} practices: they lie in another place"
        remedy = "Check the coordinate system of the file; practices are where their postcodes are"
        raise InputError([Fault(file, None, None, None, problem, remedy)])


def read_lsoas(path: Path, core: Collection[str], named: Collection[str], lived: BaseGeometry) -> LsoaShapes:
    """Read the LSOAs of a list from a file of polygons, of centres, or of postcodes, by its content.

    Parameters
    ----------
    path : Path
        GeoPackage or GeoJSON with polygons, or CSV (`netform.inputs.lsoa_table.read_centres`).
    core : collection of str
        LSOAs that are ground of the list; of a file of polygons these, and those around them, are looked at.
    named : collection of str
        All LSOAs that the registrations name.
    lived : geometry
        Where people live, EPSG:27700 metres: the ground that is divided among centres.

    Raises
    ------
    InputError
        The file cannot be read, or is of other LSOAs than the registrations.
    """
    with open_regular(path) as stream:
        beginning = stream.read(4096)
    if beginning.startswith(SQLITE_MAGIC) or is_json(beginning):
        return _of_layer(read_layer(path), core, str(path))
    centres = read_centres(path, named)
    polygons = _nearest(centres.places, lived)
    kept = np.flatnonzero(~shapely.is_empty(polygons))
    names = tuple(centres.names[k] for k in kept.tolist())
    # A centre beyond all ground where the list's people live has none of it.
    _refuse_others(str(path), len(set(core) & set(names)), core)
    return LsoaShapes(names, polygons[kept], centres.population[kept], outlined=False)


def _of_layer(layer: Layer, core: Collection[str], file: str) -> LsoaShapes:
    """Take the polygons of the ground, and those in a box three times as wide around them."""
    codes = max(layer.columns.values(), key=lambda values: len(set(core).intersection(values)), default=[])
    mine = np.array([code in core for code in codes], dtype=bool)
    _refuse_others(file, len(set(core).intersection(codes)), core)
    left, bottom, right, top = shapely.total_bounds(layer.geometries[mine])
    wide, high = right - left, top - bottom
    box = np.array([left - wide, bottom - high, right + wide, top + high])
    bounds = shapely.bounds(layer.geometries)
    near = (bounds[:, 0] <= box[2]) & (bounds[:, 2] >= box[0])
    near &= (bounds[:, 1] <= box[3]) & (bounds[:, 3] >= box[1])
    kept = np.flatnonzero(near)
    polygons = on_grid(layer.geometries[kept], layer.crs, file)
    # The parts of an LSOA may stand in rows of their own.
    rows: dict[str, list[int]] = {}
    for row, k in enumerate(kept.tolist()):
        rows.setdefault(codes[k], []).append(row)
    whole = [polygons[at[0]] if len(at) == 1 else shapely.union_all(polygons[at]) for at in rows.values()]
    counts = next((values for name, values in layer.columns.items() if is_population(name)), None)
    population = np.full(len(rows), np.nan)
    if counts is not None:
        population = np.array([_number(counts[kept[at[0]]]) for at in rows.values()])
    return LsoaShapes(tuple(rows), np.array(whole, dtype=object), population, outlined=True)


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return np.nan
    return number if np.isfinite(number) and number >= 0 else np.nan


def _refuse_others(file: str, found: int, core: Collection[str]) -> None:
    """Refuse a file that lacks most of the LSOAs where the patients of a list live."""
    if found >= (1 - MOST_LACKING) * len(core):
        return
    problem = (
        f"it has {found:,} of the {len(core):,} LSOAs where most of their patients are of the list, such as"
        f" {min(core)}: it is of another year, or of another place"
    )
    remedy = "Give LSOAs of the year of the registrations (2011 or 2021), or say by --lsoa-lookup which became which"
    raise InputError([Fault(file, None, None, None, problem, remedy)])


def _nearest(places: NDArray[np.float64], lived: BaseGeometry) -> Geometries:
    """Divide the ground among centres: to each what is nearer to it than to any other."""
    # Two LSOAs with one centre, to the metre, cannot be told apart: the first has the ground.
    centres = merge_sites(places[:, 0], places[:, 1])
    faces = faces_of([lived, voronoi_edges(centres, shapely.box(*_bounds(lived, places)))])
    middles = shapely.point_on_surface(faces)
    shapely.prepare(lived)
    faces, middles = faces[shapely.contains(lived, middles)], middles[shapely.contains(lived, middles)]
    owner = shapely.STRtree(shapely.points(centres.points)).nearest(middles)
    cells = dissolve(faces, owner, len(centres))
    polygons = np.full(len(places), shapely.Polygon(), dtype=object)
    first = np.unique(centres.site_of, return_index=True)[1]
    polygons[first] = cells
    return polygons


def _bounds(lived: BaseGeometry, places: NDArray[np.float64]) -> tuple[float, ...]:
    left, bottom, right, top = lived.bounds
    (west, south), (east, north) = places.min(axis=0), places.max(axis=0)
    return min(left, west), min(bottom, south), max(right, east), max(top, north)
