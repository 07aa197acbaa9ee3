"""ePCN.xlsx: the networks, and which practices are in them from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.practices.dates import day_of, has_ended
from netform.practices.values import some_of
from netform.publications.model import Publication, Question, Record, says
from netform.publications.rows import Header, Reader, header_of, own_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netform.publications.sheets import Sheet

__all__ = ["is_details", "is_membership", "read_memberships_on"]

_CODE = ("partnerorganisationcode", "partnerorganizationcode", "practicecode", "odscode")
_START = ("practicetopcnrelationshipstartdate", "relationshipstartdate", "startdate", "membershipstartdate")
_END = ("practicetopcnrelationshipenddate", "relationshipenddate", "enddate", "membershipenddate")


def is_membership(header: Header) -> bool:
    """Whether a header is that of memberships with the days they began and ended.

    Parameters
    ----------
    header : Header
    """
    return (
        "pcn_code" in header.places
        and "list_size" not in header.places
        and None
        not in (
            header.place(*_CODE),
            header.place(*_START),
            header.place(*_END),
        )
    )


def is_details(header: Header) -> bool:
    """Whether a header is that of the sheet of networks themselves.

    Parameters
    ----------
    header : Header
    """
    return header.has("pcncode", "pcnname", "opendate", "closedate") and header.place(*_CODE) is None


def read_memberships_on(sheet: Sheet, others: Sequence[Sheet], question: Question) -> Publication:
    """Read the network of each practice on a day.

    Parameters
    ----------
    sheet : Sheet
        That of the memberships.
    others : sequence of Sheet
        The other sheets of the file; that of the networks gives their latest names and when they closed.
    question : Question
        Its day may be blank, for the memberships that have no end.

    Raises
    ------
    InputError
        With every fault.
    """
    header, day = header_of(sheet), question.day
    reader = Reader(sheet, header)
    code_at, start, end = (header.place(*names) for names in (_CODE, _START, _END))
    assert code_at is not None  # noqa: S101 (is_membership has seen them)
    assert start is not None  # noqa: S101
    assert end is not None  # noqa: S101
    names, closed = _networks(others)
    places = {name: at for name, at in header.places.items() if name != "practice_code"} | {
        "practice_code": code_at
    }
    began: dict[str, str] = {}
    over, twice = 0, list[str]()
    for row, cells in reader.rows():
        code = reader.code(row, cells, code_at)
        if not code:
            continue
        since, until = (_day(reader, row, cells[at], at) for at in (start, end))
        values = reader.said(cells, places)
        network = values.get("pcn_code", "")
        until = min(filter(None, (until, closed.get(network, ""))), default="")
        if (until and (not day or until <= day)) or (day and since > day):
            over += 1
            continue
        if names.get(network):
            values["pcn_name"] = names[network]
        if code in began:
            twice.append(code)
            if since <= began[code]:
                continue
        began[code] = since
        reader.records[code] = Record(row, values)
    reader.settle()
    headers = {name: header.cells[at] for name, at in places.items()}
    when = f"on {day}" if day else "without an end"
    notes = [f"{sheet.name}: the memberships {when} were taken; {over:,} others had ended or not begun."]
    if twice:
        notes.append(f"{sheet.name}: of two memberships the later was taken, for {some_of(sorted(twice))}.")
    title = "the Organisation Data Service's file of networks"
    return Publication(
        sheet.file,
        sheet.name,
        title,
        day,
        reader.records,
        headers,
        header.row,
        notes=(*sheet.notes, *notes, *reader.notes()),
    )


def _networks(sheets: Sequence[Sheet]) -> tuple[dict[str, str], Mapping[str, str]]:
    """Give the name of each network, and the day each closed that has."""
    names, closed = dict[str, str](), dict[str, str]()
    for sheet in sheets:
        header = header_of(sheet)
        if not is_details(header):
            continue
        reader = Reader(sheet, header)
        code_at, name_at, close_at = (header.place(name) for name in ("pcncode", "pcnname", "closedate"))
        for row, cells in reader.rows():
            code = cells[code_at or 0].strip().upper()
            names[code] = own_text(cells[name_at or 0].strip())
            if day := _day(reader, row, cells[close_at or 0], close_at or 0):
                closed[code] = day
        reader.settle()
    return names, closed


def _day(reader: Reader, row: int, cell: str, at: int) -> str:
    """Read a day; blank where there is none, and a fault where what stands there cannot be read as one."""
    day = day_of(cell) if says("", cell) else ""
    # A day beyond 2098 stands for none.
    if not day and has_ended(cell) is not False:
        problem, remedy = "this is no day", "Write it as 2026-07-01, or leave the cell blank"
        reader.faults.append(Fault(reader.sheet.file, row, reader.header.cells[at], cell, problem, remedy))
    return day
