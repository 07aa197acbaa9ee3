"""Lists in another shape, written as the plain one: points as text, X and Y, ages as columns, features of a map.

Each is recognised by its contents, and a note says what was made of it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netform.errors import Fault, InputError
from netform.practices.ages import with_sums_of_ages
from netform.practices.points import with_places
from netform.practices.tables import Table
from netform.practices.text import composed, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["is_epraccur", "plain_shape", "read_geojson"]

# ODS's file of practices has 27 columns, of which the last may be blank: when a practice opened, and its status.
_FEWEST_OF_ODS, _OPENED_AT, _STATUS_AT = 24, 10, 12
_STATUS = frozenset({"ACTIVE", "INACTIVE", "DORMANT", "PROPOSED", "CLOSED", "A", "C", "D", "P"})


def plain_shape(table: Table, position: int) -> Table:
    """Give a table with columns of coordinates and of list sizes where it says them in another shape.

    Parameters
    ----------
    table : Table
    position : int
        Of the header among its rows.
    """
    for change in (with_places, with_sums_of_ages):
        table = change(table, position)
    return table


def is_epraccur(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows are those of ODS's file of practices, which has no header and no list sizes.

    Parameters
    ----------
    rows : sequence of sequence of str
        From the top.
    """
    filled = [cells for cells in rows[:20] if sum(map(bool, map(str.strip, cells))) > 3]
    return bool(filled) and all(
        len(cells) >= _FEWEST_OF_ODS
        and cells[_STATUS_AT].strip().upper() in _STATUS
        and re.fullmatch(r"[0-9]{8}|[0-9-]{10}", cells[_OPENED_AT].strip())
        for cells in filled
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
        document = json.loads(decode(data, file)[0])
    except (ValueError, RecursionError) as error:
        raise _refusal(
            file, "it begins as JSON and cannot be read as such", "Give the list as CSV"
        ) from error
    # A portal's rows may stand alone, without the map around them.
    features = document.get("features") if isinstance(document, dict) else document
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
    kind = (
        "GeoJSON: a practice for each feature"
        if isinstance(document, dict)
        else "JSON: a practice for each entry"
    )
    return [Table(file, rows, notes=(f"{Path(file).name} was read as {kind}.",))]


def _record(feature: dict[str, Any]) -> dict[str, str]:
    """The properties of a feature as text, and its longitude and latitude where it is a point.

    Esri calls the properties attributes, and has x and y where GeoJSON has coordinates.
    """
    properties, geometry = (
        feature.get("properties", feature.get("attributes", feature)),
        feature.get("geometry"),
    )
    record = {
        composed(str(name)): "" if value is None else str(value)
        for name, value in (properties if isinstance(properties, dict) else {}).items()
        if not isinstance(value, dict | list)
    }
    if isinstance(geometry, dict) and {"x", "y"} <= geometry.keys():
        record |= {"x": str(geometry["x"]), "y": str(geometry["y"])}
    elif isinstance(geometry, dict) and geometry.get("type") == "Point":
        place = geometry.get("coordinates")
        if isinstance(place, list) and len(place) >= 2:
            record |= {"longitude": str(place[0]), "latitude": str(place[1])}
    return record


def _refusal(file: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault(file, None, None, None, problem, remedy)])
