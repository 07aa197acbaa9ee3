"""General Practice Workforce with a row for each role: the full-time equivalents of a practice added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.practices.values import CellError, decimal_number
from netform.publications.model import Publication, Record, says
from netform.publications.rows import Header, Reader, header_of
from netform.ranges import FULL_TIME

if TYPE_CHECKING:
    from netform.publications.sheets import Sheet

__all__ = ["is_long_workforce", "read_long_workforce"]

_STAFF = ("practice_code", "practice_name", "postcode", "pcn_code", "pcn_name")
# Groups of staff as published; administrative staff see no patients.
_GROUPS = {
    "gp": "gp_fte",
    "gps": "gp_fte",
    "nurse": "nurse_fte",
    "nurses": "nurse_fte",
    "directpatientcare": "dpc_fte",
    "dpc": "dpc_fte",
}
_FTE = frozenset({"FTE", "FULL TIME EQUIVALENT", "FULL-TIME EQUIVALENT"})
_ROLES = ("detailedstaffrole", "staffrole", "detailedrole", "role")
_SUMS = frozenset({"ALL", "TOTAL", "ALL STAFF", "ALL ROLES"})


def is_long_workforce(header: Header) -> bool:
    """Whether a header is that of workforce with a row for each role and measure.

    Parameters
    ----------
    header : Header
    """
    return "practice_code" in header.places and header.has("staffgroup", "measure", "value")


def read_long_workforce(sheet: Sheet) -> Publication:
    """Add up the full-time equivalents of general practitioners, nurses and direct patient care staff.

    Where a group has a row for all its roles, that is taken, and its roles are not added to it. A group of which a
    number is not known is not known.

    Parameters
    ----------
    sheet : Sheet

    Raises
    ------
    InputError
        With every fault.
    """
    header = header_of(sheet)
    reader = Reader(sheet, header)
    group_at, measure_at, value_at = (header.place(name) for name in ("staffgroup", "measure", "value"))
    assert group_at is not None  # noqa: S101 (is_long_workforce has seen them)
    assert measure_at is not None  # noqa: S101
    assert value_at is not None  # noqa: S101
    role_at = header.place(*_ROLES)
    first: dict[str, Record] = {}
    parts: dict[tuple[str, str, bool], list[float | None]] = {}
    places = {name: header.places[name] for name in _STAFF if name in header.places}
    for row, cells in reader.rows():
        code = reader.code(row, cells, header.places["practice_code"])
        if not code:
            continue
        first.setdefault(code, Record(row, reader.said(cells, places)))
        name = _GROUPS.get("".join(filter(str.isalpha, cells[group_at].casefold())))
        if name is None or cells[measure_at].strip().upper() not in _FTE:
            continue
        is_sum = role_at is not None and _is_sum(cells[role_at])
        parts.setdefault((code, name, is_sum), []).append(_number(reader, row, cells[value_at], value_at))
    reader.settle()
    said: dict[str, dict[str, str]] = {code: dict(record.values) for code, record in first.items()}
    for (code, name, is_sum), numbers in parts.items():
        known = [number for number in numbers if number is not None]
        if len(known) == len(numbers) and (is_sum or (code, name, True) not in parts):
            said[code][name] = f"{sum(known):.10g}"
    records = {code: Record(record.row, said[code]) for code, record in first.items()}
    headers = {name: header.cells[at] for name, at in places.items()}
    headers |= dict.fromkeys(("gp_fte", "nurse_fte", "dpc_fte"), header.cells[value_at])
    title = "the General Practice Workforce, a row for each role"
    return Publication(
        sheet.file,
        sheet.name,
        title,
        reader.date,
        records,
        headers,
        header.row,
        notes=(*sheet.notes, *reader.notes()),
    )


def _is_sum(role: str) -> bool:
    plain = " ".join(role.upper().split())
    return plain in _SUMS or plain.startswith(("ALL ", "TOTAL "))


def _number(reader: Reader, row: int, text: str, at: int) -> float | None:
    if not says("", text):
        return None
    try:
        return decimal_number(text.strip(), FULL_TIME)
    except CellError as error:
        header = reader.header.cells[at]
        reader.faults.append(Fault(reader.sheet.file, row, header, text, error.problem, error.remedy))
        return None
