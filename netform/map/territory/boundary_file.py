"""Boundary files: the polygons a user gives for the areas of a list (GeoJSON or GeoPackage)."""

from __future__ import annotations

import json
import stat
import warnings
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import shapely

from netform.errors import Fault, InputError
from netform.inputs.projection import to_grid
from netform.map.territory.coverage import Geometries, polygon_parts
from netform.map.territory.tangles import tangled
from netform.practices.text import composed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["Boundary", "Layer", "close_channels", "on_grid", "read_boundary", "read_layer"]

# England by ward is about 100 MB as GeoJSON; a larger file is not an outline of areas.
MOST_BYTES = 400_000_000

# Water narrower than this between two parts of an area, in metres, is taken to be crossed.
CHANNEL_M = 1_000.0

# Parts smaller than this, in square metres, are rocks and sandbanks.
LEAST_PART_M2 = 1e6

# How closely banks are followed where water is filled, in metres.
COARSE_M = 20.0

# A polygon beside the ground of a list that holds no more than this share of its practices holds strays.
STRAY = 0.02

SQLITE_MAGIC = b"SQLite format 3\x00"

_NOT_READABLE = "is not a GeoPackage that can be read"
_EXPORT_GEOPACKAGE = "Export the outlines as GeoPackage again"

# What stands in the database as it was understood, whatever its own table of contents says.
_TABLES = "SELECT name, type FROM pragma_table_list WHERE schema = 'main'"

# Great Britain on the National Grid with a margin, in metres: left, bottom, right, top.
GRID_BOUNDS = (-100_000.0, -100_000.0, 800_000.0, 1_350_000.0)

_GRID_NAMES = ("27700", "OSGB", "BRITISH NATIONAL GRID")
_DEGREE_NAMES = ("4326", "CRS84", "WGS 84")


@dataclass(frozen=True, slots=True)
class Boundary:
    """The polygons of a boundary file, and how they are found by area.

    Attributes
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (k,)
        Valid, EPSG:27700 metres, in file order.
    column : str or None
        The attribute that names areas; None when the list has none, and the polygons are taken together.
    keys : tuple of str, length k
        The value of that attribute, folded for comparison; blank without a column.
    source : str
        The file as the user named it.
    """

    polygons: Geometries
    column: str | None = None
    keys: tuple[str, ...] = field(default=())
    source: str = ""

    def extent_for(self, area: str) -> BaseGeometry | None:
        """Return the ground of an area.

        Parameters
        ----------
        area : str
            As the practice list spells it; case and outer spaces do not matter.

        Returns
        -------
        geometry or None
            The union of the area's polygons, or of all polygons where no column was matched; None when the
            file has no polygon for the area.
        """
        chosen = self.polygons
        if self.column is not None:
            chosen = chosen[np.array([key == _folded(area) for key in self.keys], dtype=bool)]
        return close_channels(shapely.union_all(chosen)) if len(chosen) else None

    def around(
        self, easting: NDArray[np.float64], northing: NDArray[np.float64], lived: BaseGeometry | None = None
    ) -> Boundary:
        """Keep the polygons where the practices are, where the list names no areas: the others are of other places.

        Those are the polygons in the midst of the ground that people live on, and any other that holds more than a
        stray practice: so an outline of the whole area is taken, and small polygons (wards, neighbourhoods) are all
        those of its ground, with practices or without.

        Parameters
        ----------
        easting, northing : ndarray of float64, shape (n,)
            Metres on the National Grid.
        lived : geometry, optional
            Where the people of the list live, EPSG:27700 metres.

        Raises
        ------
        InputError
            No polygon holds a practice.
        """
        if self.column is not None:
            return self
        places = shapely.points(easting, northing)
        polygon, _ = shapely.STRtree(places).query(self.polygons, predicate="intersects")
        count = np.bincount(polygon, minlength=len(self.polygons))
        if not count.any():
            problem = "none of its polygons holds a practice of the list"
            remedy = "Give the polygons of the list's area; with several areas name their column with --area"
            raise InputError([Fault(self.source, None, None, None, problem, remedy)])
        held = count > (0 if lived is None else STRAY * len(easting))
        if lived is not None:
            shapely.prepare(lived)
            held |= shapely.intersects(lived, shapely.point_on_surface(self.polygons))
        kept = np.flatnonzero(held if held.any() else count > 0)
        return replace(
            self, polygons=self.polygons[kept], keys=tuple(self.keys[k] for k in kept.tolist() if self.keys)
        )


def close_channels(ground: BaseGeometry) -> BaseGeometry:
    """Return the ground with the water filled where it is narrow between two of its parts.

    Outlines clipped to the coast cut an area along its tidal rivers (the Tyne) and from islands that a bridge
    joins (Canvey, Hayling, Sheppey, Walney): without this each would be an island to the program. Water a
    kilometre wide (the Solent, the Humber) is left.

    Parameters
    ----------
    ground : geometry
        Polygons, EPSG:27700 metres.
    """
    parts = polygon_parts(ground)
    parts = shapely.simplify(parts[shapely.area(parts) >= LEAST_PART_M2], COARSE_M)
    fills = []
    for one, other in shapely.STRtree(parts).query(parts, predicate="dwithin", distance=CHANNEL_M).T:
        if one >= other:
            continue
        between = shapely.intersection(*shapely.buffer(parts[[one, other]], CHANNEL_M, quad_segs=4))
        banks = shapely.intersection(
            shapely.union(parts[one], parts[other]), shapely.buffer(between, CHANNEL_M, quad_segs=4)
        )
        grown = shapely.buffer(banks, CHANNEL_M / 2, quad_segs=4)
        fills.append(shapely.intersection(shapely.buffer(grown, -CHANNEL_M / 2, quad_segs=4), between))
    return shapely.union_all([ground, *fills])


@dataclass(frozen=True, slots=True)
class Layer:
    """What a file of polygons holds before it is placed on the grid.

    Attributes
    ----------
    geometries : ndarray of geometry or None, shape (k,)
    columns : mapping of str to list of str, length k
        The attributes, as text.
    crs : str or None
        None where the file says none.
    """

    geometries: Geometries
    columns: Mapping[str, list[str]]
    crs: str | None


def read_boundary(
    path: str | Path, areas: Collection[str] = (), renamed: Callable[[str], str] = str
) -> Boundary:
    """Read area polygons from a GeoJSON or GeoPackage file.

    The file is read as bytes of bounded length and never opened by its name in GDAL, which would also follow
    web addresses and archives. GeoJSON is WGS 84 unless a ``crs`` member says British National Grid or the
    coordinates plainly are; a GeoPackage says its own.

    Parameters
    ----------
    path : str or Path
    areas : collection of str
        The areas of the practice list. The attribute that names most of them is chosen. Without areas all
        polygons are taken together.
    renamed : callable
        From what the file calls an area to what the list does, where they are of different years.

    Returns
    -------
    Boundary

    Raises
    ------
    InputError
        When the file cannot be read, holds no polygon, is not in Great Britain, or names none of the areas.
    """
    source = str(path)
    layer = read_layer(path)
    polygons = on_grid(layer.geometries, layer.crs, source)
    columns = {name: [renamed(value) for value in values] for name, values in layer.columns.items()}
    wanted = {_folded(area) for area in areas if area.strip()}
    if not wanted:
        return Boundary(polygons, None, ("",) * len(polygons), source)
    column = _naming_column(columns, wanted, source)
    return Boundary(polygons, column, tuple(_folded(value) for value in columns[column]), source)


def read_layer(path: str | Path) -> Layer:
    """Read the polygons of a GeoJSON or GeoPackage file as they stand, and their attributes.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    InputError
        When the file cannot be read or holds no polygon.
    """
    source = str(path)
    data = _read_bytes(Path(path), source)
    layer = _read_geopackage(data, source) if data.startswith(SQLITE_MAGIC) else _read_geojson(data, source)
    kinds = shapely.get_type_id(layer.geometries)
    areal = (kinds == shapely.GeometryType.POLYGON) | (kinds == shapely.GeometryType.MULTIPOLYGON)
    areal &= ~shapely.is_empty(layer.geometries)
    for index in np.flatnonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION).tolist():
        areal[index] = len(polygon_parts(layer.geometries[index])) > 0
    if not areal.any():
        _fail(source, "expected polygons and found none", "Give a file of area outlines")
    columns = {
        name: [value for value, kept in zip(values, areal, strict=True) if kept]
        for name, values in layer.columns.items()
    }
    return Layer(layer.geometries[areal], columns, layer.crs)


def _fail(
    source: str, problem: str, remedy: str, column: str | None = None, value: str | None = None
) -> NoReturn:
    raise InputError([Fault(source, None, column, value, problem, remedy)])


def _folded(text: str) -> str:
    return composed(" ".join(text.split()).casefold())


def _read_bytes(path: Path, source: str) -> bytes:
    try:
        # Before it is opened: a pipe nobody writes to would never answer.
        if not stat.S_ISREG(path.stat().st_mode):
            _fail(source, "expected a file and found something else", "Give a GeoJSON or GeoPackage file")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        _fail(source, f"cannot be read: {error.strerror or error}", "Check the name and the permissions")
    if len(data) > MOST_BYTES:
        _fail(
            source, f"is larger than {MOST_BYTES // 1_000_000} MB", "Simplify the outlines or leave areas out"
        )
    return data


def _read_geojson(data: bytes, source: str) -> Layer:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        _fail(source, "is neither GeoJSON nor a GeoPackage", "Export the outlines as GeoJSON or GeoPackage")
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "FeatureCollection":
        features = document.get("features")
    elif kind == "Feature":
        features = [document]
    else:
        features = [{"type": "Feature", "geometry": document, "properties": {}}]
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        _fail(source, "expected a list of features", "Export the outlines as GeoJSON again")
    geometries = np.full(len(features), None, dtype=object)
    for number, feature in enumerate(features):
        geometries[number] = _geojson_geometry(feature.get("geometry"), number + 1, source)
    properties = [feature.get("properties") or {} for feature in features]
    if not all(isinstance(each, dict) for each in properties):
        _fail(source, "expected the properties of a feature as names and values", "Export the outlines again")
    names = dict.fromkeys(name for each in properties for name in each)
    columns = {name: [_text(each.get(name)) for each in properties] for name in names}
    crs = document.get("crs")
    return Layer(geometries, columns, json.dumps(crs) if crs else None)


def _geojson_geometry(geometry: Any, number: int, source: str) -> BaseGeometry | None:
    if geometry is None:
        return None
    try:
        return shapely.from_geojson(json.dumps(geometry))
    except (shapely.errors.ShapelyError, ValueError, RecursionError):
        _fail(
            source,
            f"feature {number} has a geometry that cannot be read",
            "Export the outlines as GeoJSON again",
        )


def _read_geopackage(data: bytes, source: str) -> Layer:
    import pyogrio  # noqa: PLC0415 - heavy, and only this kind of file needs it

    _refuse_views(data, source)
    try:
        # GDAL grumbles that bytes in memory have no name that ends in .gpkg.
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            layers = sorted(name for name, kind in pyogrio.list_layers(data) if kind and "Polygon" in kind)
            meta, _, geometry, values = (
                pyogrio.raw.read(data, layer=layers[0]) if layers else ({}, None, [], [])
            )
        geometries = shapely.from_wkb(geometry)
    except (RuntimeError, ValueError, shapely.errors.ShapelyError):
        _fail(source, _NOT_READABLE, _EXPORT_GEOPACKAGE)
    if len(layers) != 1:
        found = f"{len(layers)} ({', '.join(layers[:8])})" if layers else "none"
        _fail(
            source,
            f"expected one layer of polygons and found {found}",
            "Save the layer meant in its own file",
        )
    names = [str(name) for name in meta["fields"]]
    columns = {name: [_text(value) for value in column] for name, column in zip(names, values, strict=True)}
    return Layer(geometries, columns, meta["crs"] or "none")


def _refuse_views(data: bytes, source: str) -> None:
    """Refuse a GeoPackage with a view: it is a program, which the reader would run, and which need not end."""
    import sqlite3  # noqa: PLC0415 - only this kind of file needs it

    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(data)
            views = [name for name, kind in database.execute(_TABLES) if kind == "view"]
    except sqlite3.Error:
        _fail(source, _NOT_READABLE, _EXPORT_GEOPACKAGE)
    if views:
        _fail(
            source,
            f"expected a layer with outlines and found a view, {min(views)[:80]!r}",
            "Save the outlines as a layer of their own: in QGIS, Export, Save Features As",
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def on_grid(geometries: Geometries, crs: str | None, source: str) -> Geometries:
    """Bring the geometries of a layer to the National Grid, valid and flat.

    Parameters
    ----------
    geometries : ndarray of geometry, shape (k,)
    crs : str or None
        As `Layer` has it.
    source : str
        The file, for messages.

    Returns
    -------
    ndarray of Polygon or MultiPolygon, shape (k,)
        EPSG:27700 metres.

    Raises
    ------
    InputError
        They lie elsewhere, or are in such a tangle that no library would be done with them.
    """
    flat = shapely.force_2d(geometries)
    coords = shapely.get_coordinates(flat)
    if not np.isfinite(coords).all():
        _fail(source, "has a coordinate that is not a number", "Export the outlines again")
    if _is_degrees(crs, coords, source):
        flat = shapely.transform(flat, to_grid)
        coords = shapely.get_coordinates(flat)
    left, bottom, right, top = GRID_BOUNDS
    east, north = coords.T
    if not ((east > left) & (east < right) & (north > bottom) & (north < top)).all():
        _fail(
            source,
            "expected outlines in Great Britain and found some outside",
            "Check the coordinate system, and that longitude comes before latitude",
        )
    if problem := tangled(flat):
        _fail(source, problem, "Mend the outlines (in QGIS: Fix geometries, Dissolve), or export them again")
    polygons = np.full(len(flat), None, dtype=object)
    for index, geometry in enumerate(shapely.make_valid(flat)):
        parts = polygon_parts(geometry)
        polygons[index] = parts[0] if len(parts) == 1 else shapely.union_all(parts)
    return polygons


def _is_degrees(crs: str | None, coords: Geometries, source: str) -> bool:
    """Whether coordinates are WGS 84 degrees rather than grid metres."""
    if crs is None:
        return bool((np.abs(coords) <= (180.0, 90.0)).all())
    said = crs.upper()
    if any(name in said for name in _GRID_NAMES):
        return False
    if any(name in said for name in _DEGREE_NAMES):
        return True
    return _fail(
        source,
        "has a coordinate system netform does not know",
        "Save the outlines in EPSG:27700 or EPSG:4326",
        value=crs,
    )


def _naming_column(columns: Mapping[str, list[str]], wanted: set[str], source: str) -> str:
    """Choose the attribute that names most of the areas wanted, the first of equals."""
    found = {name: len(wanted.intersection(map(_folded, values))) for name, values in columns.items()}
    best = max(found, key=found.__getitem__, default=None)
    if best is None or not found[best]:
        _fail(
            source,
            f"has no attribute that names an area of the list (attributes: {', '.join(columns) or 'none'})",
            "Give outlines with the codes or names of the areas, as the list spells them",
            value=min(wanted),
        )
    return best
