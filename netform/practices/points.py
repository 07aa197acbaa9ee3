"""Places of practices in columns of another shape: X and Y, and points as text, such as QGIS and portals write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.practices.columns import field_of, plain_name
from netform.practices.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    Pair = tuple[float, float]

__all__ = ["with_places"]

_N = r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?"
# "Point (x y)", "SRID=4326;POINT Z (x y z)", "MultiPoint ((x y))" of one point alone.
_POINT = re.compile(
    rf"(?:SRID=[0-9]+;)?\s*(?P<multi>MULTI)?POINT\s*(?:ZM|Z|M)?\s*\(+\s*(?P<x>{_N})[ ,]+(?P<y>{_N})"
    rf"(?(multi)|(?:[ ,]+{_N}){{0,2}})\s*\)+",
    re.IGNORECASE,
)
_GEOJSON = re.compile(rf'\{{.*"Point".*"coordinates"\s*:\s*\[\s*(?P<x>{_N})\s*,\s*(?P<y>{_N}).*\}}')
_TWO = re.compile(rf"\(?\s*(?P<x>{_N})\s*[,;]\s*(?P<y>{_N})\s*\)?")
# What columns of places as text are called; two numbers are a place only in these.
_GEOMETRIES = frozenset(
    {"wktgeom", "wkt", "wktgeometry", "geomwkt", "geometrywkt", "geom", "geometry", "thegeom", "shape", "geo"}
    | {"point", "location", "latlong", "latlon", "latlng", "longlat", "lonlat", "coordinates", "coords"}
)
# Columns X and Y are also called X_coord, POINT_X, lon_x, easting_x; and E and N.
_X_WITH = (
    "",
    "coord",
    "coords",
    "coordinate",
    "point",
    "pos",
    "bng",
    "osgb",
    "wgs84",
    "lon",
    "long",
    "longitude",
    "easting",
)
_Y_WITH = (*_X_WITH[:9], "lat", "lat", "latitude", "northing")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")

# Great Britain with room to spare, degrees.
_DEGREES = (-9.5, 3.0), (49.0, 61.5)
# No degree is as large, and no easting or northing of a practice as small, but for the Isles of Scilly's northing.
_METRES = (1_000.0, 700_000.0), (1_000.0, 1_300_000.0)
_KINDS = (
    (("longitude", "latitude"), _DEGREES),
    (("latitude", "longitude"), _DEGREES[::-1]),
    (("easting", "northing"), _METRES),
)


def with_places(table: Table, position: int) -> Table:
    """Give a table with columns of coordinates, where it says places in another shape.

    What stands in the columns decides whether they are degrees or metres of the National Grid. Columns that are neither
    are named: in a note where there are postcodes as well, else as a fault.

    Parameters
    ----------
    table : Table
    position : int
        Of the header among its rows.
    """
    headers = table.rows[position] if table.rows else []
    fields = {field_of(header) for header in headers}
    if {"easting", "northing"} <= fields or {"latitude", "longitude"} <= fields:
        return table
    places = _columns_of_pairs(table, position) or _column_of_points(table, position)
    if places is None:
        return table
    said, pairs = places
    found = [pair for pair in pairs if pair]
    for names, ranges in _KINDS if found else ():
        if all(low <= v <= high for pair in found for v, (low, high) in zip(pair, ranges, strict=True)):
            return _with_coordinates(table, position, said, names, pairs)
    return _unread(table, position, said, known="postcode" in fields)


def _with_coordinates(
    table: Table, position: int, said: str, names: Sequence[str], pairs: Sequence[Pair | None]
) -> Table:
    rows = [*table.rows[:position], [*table.rows[position], *names]]
    for cells, pair in zip(table.rows[position + 1 :], pairs, strict=True):
        added = [repr(value) for value in pair] if pair else ["", ""]
        # A row of another width than the header is left for its own fault.
        rows.append([*cells, *added] if len(cells) == len(table.rows[position]) else cells)
    note = f"{said} read as {names[0]} and {names[1]}."
    return Table(table.file, rows, table.faults, (*table.notes, note))


def _unread(table: Table, position: int, said: str, *, known: bool) -> Table:
    """Say which columns of places were not understood."""
    why = "not read, because not all its values are degrees of Great Britain or metres of its National Grid"
    if known:
        note = f"{said} {why}: places are those of the postcodes."
        return Table(table.file, table.rows, table.faults, (*table.notes, note))
    remedy = "Export points again in EPSG:4326 or EPSG:27700, or add a column postcode"
    fault = Fault(table.file, position + 1, None, None, f"{said[0].lower()}{said[1:]} {why}", remedy)
    return Table(table.file, table.rows, [*table.faults, fault], table.notes)


def _columns_of_pairs(table: Table, position: int) -> tuple[str, list[Pair | None]] | None:
    """The two numbers of each row in columns X and Y, and how these are spoken of."""
    headers = table.rows[position] if table.rows else []
    plain = [plain_name(header) for header in headers]
    for x_with, y_with in zip(_X_WITH, _Y_WITH, strict=True):
        for x, y in ((f"x{x_with}", f"y{y_with}"), (f"{x_with}x", f"{y_with}y")):
            if plain.count(x) == plain.count(y) == 1:
                return _pairs(table, position, plain.index(x), plain.index(y))
    if plain.count("e") == plain.count("n") == 1:
        return _pairs(table, position, plain.index("e"), plain.index("n"))
    return None


def _pairs(table: Table, position: int, x: int, y: int) -> tuple[str, list[Pair | None]] | None:
    """The two numbers of each row in two columns; None where these are blank."""
    headers = table.rows[position]
    texts = [
        (cells[x], cells[y]) if len(cells) > max(x, y) else ("", "") for cells in table.rows[position + 1 :]
    ]
    if not any(text.strip() for pair in texts for text in pair):
        return None
    pairs = [_pair(*each) for each in texts]
    return f"Columns {headers[x]!r} and {headers[y]!r} were", pairs


def _column_of_points(table: Table, position: int) -> tuple[str, list[Pair | None]] | None:
    """The two numbers of each row in a column of points as text, and how it is spoken of."""
    headers = table.rows[position] if table.rows else []
    for at, header in enumerate(headers):
        named = plain_name(header) in _GEOMETRIES
        shapes = (_POINT, _GEOJSON, _TWO) if named else (_POINT,)
        texts = [cells[at].strip() if len(cells) > at else "" for cells in table.rows[position + 1 :]]
        found = [next((f for shape in shapes if (f := shape.fullmatch(text))), None) for text in texts]
        if any(found) or (named and any(map(_is_geometry, texts))):
            pairs = [_pair(each["x"], each["y"]) if each else None for each in found]
            return f"Column {header!r} was", pairs
    return None


def _is_geometry(text: str) -> bool:
    """Whether a text is a shape of some kind: well-known text, or its binary twin as hexadecimal digits."""
    shapes = r"SRID=|(MULTI)?(POINT|POLYGON|LINESTRING)\b|GEOMETRYCOLLECTION|0[01][0-9A-F]{16}|\{"
    return re.match(shapes, text, re.IGNORECASE) is not None


def _pair(x: str, y: str) -> Pair | None:
    texts = [
        text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text for text in (x.strip(), y.strip())
    ]
    if not all(re.fullmatch(_N, text) for text in texts):
        return None
    return float(texts[0]), float(texts[1])
