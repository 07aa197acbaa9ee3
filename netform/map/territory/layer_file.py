"""Layers: the polygons of a GeoJSON or GeoPackage file, read so that nothing in it can run, or open another file."""

from __future__ import annotations

import json
import stat
import warnings
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import shapely

from netform.errors import Fault, InputError
from netform.inputs.projection import to_grid
from netform.map.territory.coverage import Geometries, polygon_parts
from netform.map.territory.tangles import tangled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

__all__ = ["SQLITE_MAGIC", "Layer", "on_grid", "read_layer", "refuse"]

# England by ward is about 100 MB as GeoJSON; a larger file is not an outline of areas.
MOST_BYTES = 400_000_000

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
        refuse(source, "expected polygons and found none", "Give a file of area outlines")
    columns = {
        name: [value for value, kept in zip(values, areal, strict=True) if kept]
        for name, values in layer.columns.items()
    }
    return Layer(layer.geometries[areal], columns, layer.crs)


def refuse(
    source: str, problem: str, remedy: str, column: str | None = None, value: str | None = None
) -> NoReturn:
    """Raise for the one fault of a file.

    Parameters
    ----------
    source, problem, remedy : str
    column, value : str, optional
    """
    raise InputError([Fault(source, None, column, value, problem, remedy)])


def _read_bytes(path: Path, source: str) -> bytes:
    try:
        # Before it is opened: a pipe nobody writes to would never answer.
        if not stat.S_ISREG(path.stat().st_mode):
            refuse(source, "expected a file and found something else", "Give a GeoJSON or GeoPackage file")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        refuse(source, f"cannot be read: {error.strerror or error}", "Check the name and the permissions")
    if len(data) > MOST_BYTES:
        refuse(
            source, f"is larger than {MOST_BYTES // 1_000_000} MB", "Simplify the outlines or leave areas out"
        )
    return data


def _read_geojson(data: bytes, source: str) -> Layer:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        refuse(source, "is neither GeoJSON nor a GeoPackage", "Export the outlines as GeoJSON or GeoPackage")
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "FeatureCollection":
        features = document.get("features")
    elif kind == "Feature":
        features = [document]
    else:
        features = [{"type": "Feature", "geometry": document, "properties": {}}]
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        refuse(source, "expected a list of features", "Export the outlines as GeoJSON again")
    geometries = np.full(len(features), None, dtype=object)
    for number, feature in enumerate(features):
        geometries[number] = _geojson_geometry(feature.get("geometry"), number + 1, source)
    properties = [feature.get("properties") or {} for feature in features]
    if not all(isinstance(each, dict) for each in properties):
        refuse(
            source, "expected the properties of a feature as names and values", "Export the outlines again"
        )
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
        refuse(
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
        refuse(source, _NOT_READABLE, _EXPORT_GEOPACKAGE)
    if len(layers) != 1:
        found = f"{len(layers)} ({', '.join(layers[:8])})" if layers else "none"
        refuse(
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
        refuse(source, _NOT_READABLE, _EXPORT_GEOPACKAGE)
    if views:
        refuse(
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
        refuse(source, "has a coordinate that is not a number", "Export the outlines again")
    if _is_degrees(crs, coords, source):
        flat = shapely.transform(flat, to_grid)
        coords = shapely.get_coordinates(flat)
    left, bottom, right, top = GRID_BOUNDS
    east, north = coords.T
    if not ((east > left) & (east < right) & (north > bottom) & (north < top)).all():
        refuse(
            source,
            "expected outlines in Great Britain and found some outside",
            "Check the coordinate system, and that longitude comes before latitude",
        )
    if problem := tangled(flat):
        refuse(source, problem, "Mend the outlines (in QGIS: Fix geometries, Dissolve), or export them again")
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
    return refuse(
        source,
        "has a coordinate system netform does not know",
        "Save the outlines in EPSG:27700 or EPSG:4326",
        value=crs,
    )
