"""General Practice Workforce with a row for each role: the full-time equivalents of a practice added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.practices.values import CellError, decimal_number, some_of
from netform.publications.model import Publication, Record, says
from netform.publications.rows import Header, Reader, header_of
from netform.ranges import FULL_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_BEFORE_SUMS = ("ALL ", "TOTAL ")
# Where a table of several months says of which a row is.
_PERIODS = ("extractdate", "censusdate", "date", "period", "reportingperiod", "year", "month")

# Numbers by the role of their rows.
_ByRole = dict[str, list[float | None]]


def is_long_workforce(header: Header) -> bool:
    """Whether a header is that of workforce with a row for each role and measure.

    Parameters
    ----------
    header : Header
    """
    return "practice_code" in header.places and header.has("staffgroup", "measure", "value")


def read_long_workforce(sheet: Sheet) -> Publication:
    """Add up the full-time equivalents of general practitioners, nurses and direct patient care staff.

    Where a group has a row for all its roles, that is taken alone: neither its roles nor rows for all of some are
    added to it. A group of which a number is not known is not known.

    Parameters
    ----------
    sheet : Sheet

    Raises
    ------
    InputError
        With every fault; rows are of several months; or which row is that of all roles of a group is not known.
    """
    header = header_of(sheet)
    reader = Reader(sheet, header)
    group_at, measure_at, value_at = (header.place(name) for name in ("staffgroup", "measure", "value"))
    assert group_at is not None  # noqa: S101 (is_long_workforce has seen them)
    assert measure_at is not None  # noqa: S101
    assert value_at is not None  # noqa: S101
    role_at = header.place(*_ROLES)
    first: dict[str, Record] = {}
    parts: dict[tuple[str, str], _ByRole] = {}
    period_at = [at for at, name in enumerate(header.plain) if name in _PERIODS]
    periods: dict[str, int] = {}
    places = {name: header.places[name] for name in _STAFF if name in header.places}
    for row, cells in reader.rows():
        code = reader.code(row, cells, header.places["practice_code"])
        if not code:
            continue
        first.setdefault(code, Record(row, reader.said(cells, places)))
        periods.setdefault(" ".join(cells[at].strip() for at in period_at).strip(), row)
        name = _GROUPS.get("".join(filter(str.isalpha, cells[group_at].casefold())))
        if name is None or cells[measure_at].strip().upper() not in _FTE:
            continue
        role = "" if role_at is None else " ".join(cells[role_at].upper().split())
        by_role = parts.setdefault((code, name), {})
        by_role.setdefault(role, []).append(_number(reader, row, cells[value_at], value_at))
    _refuse_months(reader, periods)
    reader.settle()
    said: dict[str, dict[str, str]] = {code: dict(record.values) for code, record in first.items()}
    for (code, name), by_role in parts.items():
        numbers = _numbers_of(reader, first[code], name, by_role)
        known = [number for number in numbers if number is not None]
        if len(known) == len(numbers):
            said[code][name] = f"{sum(known):.10g}"
    reader.settle()
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


def _refuse_months(reader: Reader, periods: Mapping[str, int]) -> None:
    """Refuse rows of several months, which would be added up."""
    told = [period for period in periods if period]
    if len(told) > 1:
        problem = f"its rows are of several months, and staff is added up: {some_of(told)}"
        row = periods[told[1]]
        reader.faults.append(
            Fault(reader.sheet.file, row, None, told[1], problem, "Keep the rows of one month")
        )


def _numbers_of(reader: Reader, first: Record, name: str, by_role: _ByRole) -> list[float | None]:
    """Give the numbers that make up a group: that of all its roles, or else those of its roles."""
    for role, numbers in by_role.items():
        if _is_sum_of(role, name):
            return numbers
    single = [number for role, numbers in by_role.items() if not _is_sum(role) for number in numbers]
    sums = [role for role in by_role if _is_sum(role)]
    if not single and len(sums) > 1:
        problem = f"which of these rows has all staff of the group is not known: {some_of(sums)}"
        code = first.values.get("practice_code")
        remedy = "Call the role of that row All, or take the others out"
        reader.faults.append(Fault(reader.sheet.file, first.row, None, code, problem, remedy))
    return single or by_role[sums[0]]


def _is_sum(role: str) -> bool:
    return role in _SUMS or role.startswith(_BEFORE_SUMS)


def _is_sum_of(role: str, name: str) -> bool:
    """Whether a role is all of those of a group: ``ALL``, ``ALL GPS``, ``TOTAL NURSES``."""
    if role in _SUMS:
        return True
    group = "".join(filter(str.isalpha, role.partition(" ")[2].casefold())).removesuffix("staff")
    return role.startswith(_BEFORE_SUMS) and _GROUPS.get(group) == name


def _number(reader: Reader, row: int, text: str, at: int) -> float | None:
    if not says("", text):
        return None
    try:
        return decimal_number(text.strip(), FULL_TIME)
    except CellError as error:
        header = reader.header.cells[at]
        reader.faults.append(Fault(reader.sheet.file, row, header, text, error.problem, error.remedy))
        return None
