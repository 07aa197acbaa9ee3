"""Tables with a header and a row for each practice: most publications, and lists that planners keep themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.practices.other_shapes import plain_shape
from netform.practices.tables import Table
from netform.practices.values import is_total, some_of
from netform.publications.fields import fields_of
from netform.publications.model import Publication, Question, Record, says
from netform.publications.rows import Header, Reader, header_of, own_text

if TYPE_CHECKING:
    from netform.publications.sheets import Sheet

__all__ = ["is_list", "is_mapping", "is_payments", "is_wide_workforce", "read_headed", "read_own_list"]


def is_mapping(header: Header) -> bool:
    """Whether a header is that of the mapping of practices to networks and areas.

    Parameters
    ----------
    header : Header
    """
    return {"practice_code", "pcn_code"} <= header.places.keys() and header.has("publication", "extractdate")


def is_wide_workforce(header: Header) -> bool:
    """Whether a header is that of workforce with a row for each practice.

    Parameters
    ----------
    header : Header
    """
    return {"practice_code", "gp_fte"} <= header.places.keys() and header.has("totalgpfte")


def is_payments(header: Header) -> bool:
    """Whether a header is that of NHS payments to general practice.

    Parameters
    ----------
    header : Header
    """
    return "practice_code" in header.places and any(
        name.startswith(("averagenumberofregisteredpatients", "averagepaymentsperregisteredpatient"))
        for name in header.plain
    )


def is_list(header: Header) -> bool:
    """Whether a header names practice codes.

    Parameters
    ----------
    header : Header
    """
    return "practice_code" in header.places


def read_headed(sheet: Sheet, question: Question, title: str) -> Publication:
    """Read what a publication says of each practice in the columns that are known by their names, or asked for.

    Parameters
    ----------
    sheet : Sheet
    question : Question
    title : str
        What it is, for people.

    Raises
    ------
    InputError
        With every fault.
    """
    header = header_of(sheet)
    reader = Reader(sheet, header)
    places = header.asked(question.columns)
    for row, cells in reader.rows():
        code = reader.code(row, cells, header.places["practice_code"])
        reader.keep(code, row, reader.said(cells, places))
    reader.settle()
    headers = {name: header.cells[at] for name, at in places.items()}
    return Publication(
        sheet.file,
        sheet.name,
        title,
        reader.date,
        reader.records,
        headers,
        header.row,
        notes=(*sheet.notes, *reader.notes()),
    )


def read_own_list(sheet: Sheet) -> Publication:
    """Read a planner's own list, of which every column may be asked for.

    It is kept as it stands, beside what it says of each practice: its faults are said where it is joined, as of any
    list (`netform.publications.joining.join`).

    Parameters
    ----------
    sheet : Sheet
    """
    rows, faults = list[list[str]](), list[Fault]()
    for cells in sheet.rows():
        faults += [cells] if isinstance(cells, Fault) else []
        rows.append([] if isinstance(cells, Fault) else cells)
    position = header_of(sheet).row - 1
    table = plain_shape(Table(sheet.file, rows, faults, sheet.notes), position)
    cells = [" ".join(cell.split()) for cell in table.rows[position]]
    places = {name: at for at, name in enumerate(cells) if name} | fields_of(cells)
    records: dict[str, Record] = {}
    again: list[str] = []
    without_code = 0
    for row, found in enumerate(table.rows[position + 1 :], start=position + 2):
        if len(found) < len(cells):
            continue
        code = own_text(found[places["practice_code"]].strip()).upper()
        if not code or is_total(code):
            without_code += any(map(str.strip, found))
            continue
        values = {name: own_text(found[at].strip()) for name, at in places.items()}
        said = {name: text for name, text in values.items() if says(name, text)}
        if records.setdefault(code, Record(row, said)).row != row:
            again.append(code)
    headers = {name: cells[at] for name, at in places.items()}
    notes = []
    if without_code:
        notes.append(f"{sheet.name}: rows without a practice code were left out: {without_code:,}.")
    if again:
        first = some_of(sorted(set(again)))
        notes.append(f"{sheet.name}: of several rows of a practice the first was taken: {first}.")
    return Publication(
        sheet.file,
        sheet.name,
        "a list",
        "",
        records,
        headers,
        position + 1,
        own_table=table,
        notes=(*table.notes, *notes),
    )
