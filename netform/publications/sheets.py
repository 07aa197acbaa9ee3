"""Sheets: the tables of a file, row by row, so that a million rows never stand in memory at once."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.practices.reading import read_tables
from netform.practices.tables import HEADER_WITHIN, csv_rows
from netform.practices.text import decode, first_signs, is_json
from netform.publications.archive import ZIP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Sheet", "sheets_of"]

_TEXT_NEVER = (ZIP, b"\xd0\xcf\x11\xe0", b"%PDF", b"PAR1", b"SQLite format 3")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in a file.

    Attributes
    ----------
    file : str
        Name for messages: the file, the member of an archive, the sheet where there are several.
    head : tuple of list of str
        The first fifty rows; a row that cannot be read is empty.
    rows : callable
        Gives all rows from the top, a fault in place of each that cannot be read.
    name : str
        The file or the member of an archive without folders, for notes.
    notes : tuple of str
        How the file was taken for text.
    """

    file: str
    head: tuple[list[str], ...]
    rows: Callable[[], Iterator[list[str] | Fault]]
    name: str
    notes: tuple[str, ...] = ()


def sheets_of(data: bytes, file: str) -> list[Sheet]:
    """Take the bytes of a file for the tables that are in it.

    Parameters
    ----------
    data : bytes
        Of a whole file, unpacked.
    file : str
        Its name, for messages.

    Raises
    ------
    InputError
        It is of a kind that cannot be read, or is damaged.
    """
    path, _, member = file.partition(", ")
    name = Path(member or path).name
    if data.startswith(_TEXT_NEVER) or is_json(data) or first_signs(data).startswith("<"):
        tables = read_tables(data, file)
        return [_headed(Sheet(table.file, (), _again(table.rows), name, table.notes)) for table in tables]
    text, notes = decode(data, file)
    return [_headed(Sheet(file, (), lambda: csv_rows(text, file), name, notes))]


def _again(rows: list[list[str]]) -> Callable[[], Iterator[list[str] | Fault]]:
    return lambda: iter(rows)


def _headed(sheet: Sheet) -> Sheet:
    head = [
        [] if isinstance(cells, Fault) else cells for cells in itertools.islice(sheet.rows(), HEADER_WITHIN)
    ]
    return replace(sheet, head=tuple(head))
