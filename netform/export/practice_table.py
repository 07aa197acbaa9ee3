"""The joined list as a table: netform's own names of columns, places, and where each value came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netform.practices.columns import ALIASES
from netform.publications.fields import AREA_FIELDS, column_key
from netform.publications.joining import sources_of

if TYPE_CHECKING:
    from netform.inputs.list_on_map import ListOnMap
    from netform.practices.model import Practice
    from netform.publications.reading import Reading

__all__ = ["LEFT_OUT_COLUMNS", "left_out_rows", "practice_rows"]

LEFT_OUT_COLUMNS = ("code", "reason", "detail")

# What the list of netform's own says of a practice, in this order.
_OWN = (
    ("practice_name", "name"),
    ("postcode", "postcode"),
    ("list_size", "list_size"),
    ("weighted_list_size", "weighted_list_size"),
    ("gp_fte", "gp_fte"),
    ("nurse_fte", "nurse_fte"),
    ("dpc_fte", "dpc_fte"),
    ("pcn_code", "pcn_code"),
    ("pcn_name", "pcn_name"),
)
_LAST = ("easting", "northing", "placed_by", "sources")
# What is written of the place is where the practice was placed.
_PLACES = ("easting", "northing", "latitude", "longitude")


def practice_rows(listed: ListOnMap, authorities: list[str]) -> list[dict[str, Any]]:
    """Give a row for each practice of a joined list, which ``netform solve`` reads as it is.

    Columns in which nothing is said of anybody are left out.

    Parameters
    ----------
    listed : ListOnMap
        With how it was joined.
    authorities : list of str
        The local authority of each practice, where the files have no such column.

    Returns
    -------
    list of dict
        In order of code.
    """
    reading = listed.reading
    assert reading is not None  # noqa: S101 (its caller has joined)
    others = _others(reading)
    rows = []
    for at, practice in enumerate(listed.practices):
        row: dict[str, Any] = {"practice_code": practice.code}
        row |= {column: getattr(practice, attribute) for column, attribute in _OWN}
        row |= {column: reading.joined.value(practice.code, key) for column, key in others.items()}
        row.setdefault("local_authority", authorities[at])
        row |= {
            "easting": int(listed.places.easting[at]),
            "northing": int(listed.places.northing[at]),
            "placed_by": listed.places.quality[at],
            "sources": _sources(reading, practice),
        }
        rows.append(row)
    said = {column for row in rows for column, value in row.items() if value not in ("", None)}
    return [{column: value for column, value in row.items() if column in said} for row in rows]


def left_out_rows(reading: Reading) -> list[dict[str, Any]]:
    """Give a row for each code of the files that is not in the list, with the reason.

    Parameters
    ----------
    reading : Reading
    """
    return [{"code": each.code, "reason": each.reason, "detail": each.detail} for each in reading.left_out]


def _others(reading: Reading) -> dict[str, str]:
    """Give the columns besides those above, by their names: known fields first, then a planner's own."""
    joined = reading.joined
    taken = {"practice_code", *dict(_OWN), *_PLACES}
    known = {name: name for name in (*ALIASES, *AREA_FIELDS) if name in joined.keys and name not in taken}
    # A column may be called as a field that another column was read as.
    taken |= {*known, *_LAST}
    own = {
        header: key
        for key, header in zip(joined.keys, joined.headers, strict=True)
        if header and header not in taken and key not in taken and column_key(header) == key
    }
    return known | own


def _sources(reading: Reading, practice: Practice) -> str:
    found = sources_of(reading.joined, practice.code)
    return "; ".join(f"{', '.join(columns)}: {source}" for source, columns in found.items())
