"""Lists in another shape, written as the plain one: points as text, X and Y, ages as columns, features of a map.

Each is recognised by its contents, and a note says what was made of it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from netform.errors import Fault, InputError
from netform.practices.columns import plain_name
from netform.practices.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["EPRACCUR_COLUMNS", "is_epraccur", "plain_shape", "read_geojson"]

_POINT = re.compile(
    r"\s*(?:SRID=[0-9]+;)?POINT(?: Z)?\s*\(\s*(\S+?)[ ,]\s*(\S+?)(?:[ ,]\s*\S+?)?\s*\)\s*", re.IGNORECASE
)
_GEOMETRIES = frozenset({"wktgeom", "wkt", "geom", "geometry", "thegeom", "shape"})
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")

# Great Britain with room to spare, degrees.
_DEGREES = (-9.5, 3.0), (49.0, 61.5)
# No degree is as large, and no easting or northing of a practice as small, but for the Isles of Scilly's northing.
_METRES = 1_000.0

# "Male 0-4", "F_85+", "15 to 19": a sex if any, then an age or a range of ages.
_AGES = re.compile(
    r"(?:(?:fe)?males?|persons|[mf])?[ _]*(?:aged?[ _]*)?[0-9]{1,3}"
    r"(?:[ _]*(?:-|to|_)[ _]*[0-9]{1,3}|[ _]*(?:\+|plus|over))?(?:[ _]*years)?",
    re.IGNORECASE,
)
# As few columns of ages are no list by age.
_FEWEST_AGES = 3

# How many columns ODS's file of practices has, and what some of them say of every row.
EPRACCUR_COLUMNS = 27
_STATUS_AT, _STATUS = (
    12,
    frozenset({"ACTIVE", "INACTIVE", "DORMANT", "PROPOSED", "CLOSED", "A", "C", "D", "P"}),
)


def plain_shape(table: Table, position: int) -> Table:
    """Give a table with columns of coordinates and of list sizes where it says them in another shape.

    Parameters
    ----------
    table : Table
    position : int
        Of the header among its rows.
    """
    for change in (_with_points, _with_degrees_or_metres, _with_sums_of_ages):
        table = change(table, position)
    return table


def is_epraccur(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows are those of ODS's file of practices, which has no header and no list sizes.

    Parameters
    ----------
    rows : sequence of sequence of str
        From the top.
    """
    filled = [cells for cells in rows[:20] if any(map(str.strip, cells))]
    return bool(filled) and all(
        len(cells) == EPRACCUR_COLUMNS and cells[_STATUS_AT].strip().upper() in _STATUS for cells in filled
    )


def read_geojson(data: bytes, file: str) -> list[Table]:
    """Read the points of a GeoJSON file as a table: a row a feature, its properties and its place.

    Parameters
    ----------
    data : bytes
        A whole file.
    file : str
        Its name, for messages.

    Raises
    ------
    InputError
        It is not JSON, or has no features.
    """
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _refusal(
            file, "it begins as JSON and cannot be read as such", "Give the list as CSV"
        ) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features or not all(isinstance(each, dict) for each in features):
        raise _refusal(
            file,
            "it is JSON and has no features",
            "Give the list as CSV, .xlsx, or GeoJSON with a point a practice",
        )
    records = [_record(each) for each in features]
    headers = list(dict.fromkeys(name for record in records for name in record))
    # Own columns of coordinates say the place to the metre; the point says it again.
    if {"easting", "northing"} <= set(headers):
        headers = [name for name in headers if name not in ("longitude", "latitude")]
    rows = [headers, *([record.get(name, "") for name in headers] for record in records)]
    return [Table(file, rows, notes=(f"{file} was read as GeoJSON: a practice for each feature.",))]


def _record(feature: dict[str, Any]) -> dict[str, str]:
    """The properties of a feature as text, and its longitude and latitude where it is a point."""
    properties, geometry = feature.get("properties"), feature.get("geometry")
    record = {
        str(name): "" if value is None else str(value)
        for name, value in (properties if isinstance(properties, dict) else {}).items()
        if not isinstance(value, dict | list)
    }
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        place = geometry.get("coordinates")
        if isinstance(place, list) and len(place) >= 2:
            record |= {"longitude": str(place[0]), "latitude": str(place[1])}
    return record


def _with_points(table: Table, position: int) -> Table:
    """Take the two numbers out of points that stand as text, such as QGIS writes."""
    headers = table.rows[position] if table.rows else []
    at = next((i for i, header in enumerate(headers) if plain_name(header) in _GEOMETRIES), None)
    if at is None:
        return table
    points = [
        _POINT.fullmatch(cells[at]) if len(cells) > at else None for cells in table.rows[position + 1 :]
    ]
    if not any(points):
        return table
    added = [[point[1], point[2]] if point else ["", ""] for point in points]
    return _with_columns(
        table, position, ["x", "y"], added, f"Places were taken from the column {headers[at]!r}."
    )


def _with_degrees_or_metres(table: Table, position: int) -> Table:
    """Read columns X and Y as degrees or as metres, by what stands in them."""
    headers = table.rows[position] if table.rows else []
    plain = [plain_name(header) for header in headers]
    if plain.count("x") != 1 or plain.count("y") != 1:
        return table
    at = plain.index("x"), plain.index("y")
    pairs = [
        tuple(float(cells[i]) for i in at)
        for cells in table.rows[position + 1 :]
        if len(cells) > max(at) and all(_NUMBER.fullmatch(cells[i].strip()) for i in at)
    ]
    if not pairs:
        return table
    if all(low <= value <= high for pair in pairs for value, (low, high) in zip(pair, _DEGREES, strict=True)):
        names = ("longitude", "latitude")
    elif all(value > _METRES for pair in pairs for value in pair):
        names = ("easting", "northing")
    else:
        return table
    if any(plain_name(name) in plain for name in names):
        return table
    renamed = list(headers)
    for place, name in zip(at, names, strict=True):
        renamed[place] = name
    note = f"Columns {headers[at[0]]!r} and {headers[at[1]]!r} were read as {names[0]} and {names[1]}."
    rows = [*table.rows[:position], renamed, *table.rows[position + 1 :]]
    return Table(table.file, rows, table.faults, (*table.notes, note))


def _with_sums_of_ages(table: Table, position: int) -> Table:
    """Add up the columns of a list by age, where nothing else says how many patients there are."""
    from netform.practices.columns import ALIASES  # noqa: PLC0415 (for this alone)

    headers = table.rows[position] if table.rows else []
    known = {plain_name(alias) for alias in ALIASES["list_size"]}
    ages = [i for i, header in enumerate(headers) if _AGES.fullmatch(header.strip())]
    if len(ages) < _FEWEST_AGES or any(plain_name(header) in known for header in headers):
        return table
    sums = []
    for cells in table.rows[position + 1 :]:
        texts = [cells[i].strip().replace(",", "") for i in ages if len(cells) > i]
        whole = len(texts) == len(ages) and all(
            text.isascii() and text.isdigit() and len(text) < 9 for text in texts
        )
        # What is suppressed or no number leaves the list size blank, which is a fault of the row.
        sums.append([str(sum(map(int, texts)))] if whole else [""])
    note = f"List sizes were added up from {len(ages)} columns of ages, {headers[ages[0]]!r} to {headers[ages[-1]]!r}."
    return _with_columns(table, position, ["list_size"], sums, note)


def _with_columns(
    table: Table, position: int, names: Sequence[str], added: Sequence[Sequence[str]], note: str
) -> Table:
    """Give a table with more columns; rows of another width than the header are left for their own fault."""
    width = len(table.rows[position])
    rows = [*table.rows[:position], [*table.rows[position], *names]]
    for cells, more in zip(table.rows[position + 1 :], added, strict=True):
        rows.append([*cells, *more] if len(cells) == width else cells)
    return Table(table.file, rows, table.faults, (*table.notes, note))


def _refusal(file: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault(file, None, None, None, problem, remedy)])
