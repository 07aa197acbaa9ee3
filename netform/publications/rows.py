"""Rows of a publication: its header found, its faults kept, each practice once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.errors import Fault, InputError
from netform.practices.cells import plain_cell
from netform.practices.closing import closing_columns
from netform.practices.columns import plain_name
from netform.practices.dates import day_of
from netform.practices.rows import MAX_FAULTS, wrong_width
from netform.practices.tables import header_position
from netform.practices.values import MAX_CODE_LENGTH, CellError, clean_code, is_total, some_of
from netform.publications.fields import column_key, fields_of
from netform.publications.model import Record, says

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from netform.publications.sheets import Sheet

__all__ = ["Header", "Reader", "header_of", "own_text"]


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet.

    Attributes
    ----------
    row : int
        The first row of a sheet is 1.
    cells : tuple of str
        As spelt, white space made one space.
    places : mapping of str to int
        Where each known field stands.
    """

    row: int
    cells: tuple[str, ...]
    places: Mapping[str, int]

    @property
    def plain(self) -> tuple[str, ...]:
        """The names without case, spaces and punctuation."""
        return tuple(plain_name(cell) if len(cell) <= 80 else "" for cell in self.cells)

    def place(self, *names: str) -> int | None:
        """Where the first of some names stands, written as `plain` has them."""
        plain = self.plain
        return next((plain.index(name) for name in names if name in plain), None)

    def asked(self, columns: frozenset[str]) -> dict[str, int]:
        """Where known fields stand, and by their headers those that are asked for or say when a practice closed."""
        closing = closing_columns(self.cells)
        others = {
            cell: at
            for at, cell in enumerate(self.cells)
            if at not in self.places.values() and (at in closing or (columns and column_key(cell) in columns))
        }
        return {**self.places, **others}

    def has(self, *names: str) -> bool:
        """Whether it has every one of some names."""
        return set(names) <= set(self.plain)


def header_of(sheet: Sheet) -> Header:
    """Find the header of a sheet: the row that names the most fields.

    Parameters
    ----------
    sheet : Sheet
    """
    head = list(sheet.head)
    position = header_position(head)
    cells = tuple(" ".join(cell.split()) for cell in head[position]) if head else ()
    return Header(position + 1, cells, fields_of(cells))


def own_text(text: str) -> str:
    """Take back the apostrophes that netform puts before what a spreadsheet might run; few cells have any.

    Parameters
    ----------
    text : str
    """
    return plain_cell(text) if "'" in text else text


@dataclass(slots=True)
class Reader:
    """Takes row after row of a sheet, and keeps what is wrong.

    Attributes
    ----------
    sheet : Sheet
    header : Header
    """

    sheet: Sheet
    header: Header
    records: dict[str, Record] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    date: str = ""
    without_code: int = 0
    again: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows below the header that have anything in them and a cell for each column."""
        width = len(self.header.cells)
        dated = self.header.place("extractdate")
        for row, cells in enumerate(self.sheet.rows(), start=1):
            if row <= self.header.row:
                continue
            fault = cells if isinstance(cells, Fault) else None
            if not isinstance(cells, Fault):
                if not any(cells) or (not cells[0] and not any(map(str.strip, cells))):
                    continue
                if len(cells) != width:
                    fault = wrong_width(self.sheet.file, row, cells, width)
            if fault is not None:
                self.faults.append(fault)
                if len(self.faults) > MAX_FAULTS:
                    return
            elif not isinstance(cells, Fault):
                if dated is not None and not self.date:
                    self.date = day_of(cells[dated])
                yield row, cells

    def code(self, row: int, cells: Sequence[str], at: int) -> str:
        """Read a practice code; blank for a row of a total or a note, which is counted, and for what is no code."""
        text = own_text(cells[at].strip())
        if not text or is_total(text) or len(text) > MAX_CODE_LENGTH:
            self.without_code += 1
            return ""
        try:
            return clean_code(text)
        except CellError as error:
            header = self.header.cells[at] if self.header.cells else f"{at + 1}"
            self.faults.append(Fault(self.sheet.file, row, header, text, error.problem, error.remedy))
            return ""

    def keep(self, code: str, row: int, values: Mapping[str, str], *, once: bool = False) -> None:
        """Keep what is said of a practice; of several rows the first, unless there may be one alone."""
        if not code:
            return
        first = self.records.setdefault(code, Record(row, values)).row
        if first == row:
            return
        if not once:
            self.again.append(code)
            return
        header = self.header.cells[self.header.places["practice_code"]]
        problem = f"practice code {code} stands in row {first} and again in row {row}"
        self.faults.append(Fault(self.sheet.file, row, header, code, problem, "Keep one of the two rows"))

    def notes(self) -> list[str]:
        """Say which rows were not taken."""
        said = []
        if self.without_code:
            said.append(f"rows without a practice code were left out: {self.without_code:,}")
        if self.again:
            said.append(f"of several rows of a practice the first was taken: {some_of(sorted(self.again))}")
        return [f"{self.sheet.name}: {each}." for each in said]

    def said(self, cells: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
        """Give the fields of a row of which something is said."""
        found = ((name, cells[at].strip()) for name, at in places.items())
        return {name: own_text(text) for name, text in found if says(name, text)}

    def settle(self) -> None:
        """Raise what was wrong.

        Raises
        ------
        InputError
            With every fault, the first thousand of more.
        """
        if self.faults:
            raise InputError(self.faults[:MAX_FAULTS])
