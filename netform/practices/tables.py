"""Tables: the rows of a comma, semicolon or tab separated text."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.practices.columns import columns_recognised
from netform.practices.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HEADER_WITHIN", "Table", "header_position", "read_csv"]

# A title, a date, a source and a blank line stand before the header; never a page of text.
HEADER_WITHIN = 50

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(slots=True)
class Table:
    """The cells of one table as text.

    Attributes
    ----------
    file : str
        Name for messages: the file, and the sheet where there are several.
    rows : list of list of str
        Row 1 of the spreadsheet first; a row that could not be read is empty.
    faults : list of Fault
        Rows that could not be read.
    notes : tuple of str
        What a user should know about how the table was read.
    """

    file: str
    rows: list[list[str]]
    faults: list[Fault] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def read_csv(data: bytes, file: str) -> list[Table]:
    """Read a delimited text: the delimiter is the one under which its header row names the most fields.

    Parameters
    ----------
    data : bytes
        A whole file.
    file : str
        Its name, for messages.

    Returns
    -------
    list of Table
        One.

    Raises
    ------
    InputError
        When the bytes are not text.
    """
    text, notes = decode(data, file)
    table = Table(file, [], notes=notes)
    for row, cells in enumerate(_records(text, _delimiter(text)), start=1):
        if isinstance(cells, csv.Error):
            table.rows.append([])
            table.faults.append(_broken(file, row, str(cells)))
        else:
            table.rows.append(cells)
    return [table]


def header_position(rows: list[list[str]]) -> int:
    """Position of the row that names the most fields of a practice, among the first fifty.

    Parameters
    ----------
    rows : list of list of str
        Cells of a table, from its top.

    Returns
    -------
    int
        The first row with anything in it when no row names a field; 0 in an empty table.
    """
    best, position = 0, next((i for i, cells in enumerate(rows) if any(cells)), 0)
    for i, cells in enumerate(rows[:HEADER_WITHIN]):
        recognised = columns_recognised(cells)
        if recognised > best:
            best, position = recognised, i
    return position


def _delimiter(text: str) -> str:
    scores = []
    for delimiter in _DELIMITERS:
        head = itertools.islice(_records(text, delimiter), HEADER_WITHIN)
        rows = [cells for cells in head if not isinstance(cells, csv.Error)]
        header = rows[header_position(rows)] if rows else []
        # Where no field is recognised, more cells in the first row are the better guess for the message.
        scores.append((columns_recognised(header), len(header)))
    return _DELIMITERS[scores.index(max(scores))]


def _records(text: str, delimiter: str) -> Iterator[list[str] | csv.Error]:
    """Yield every record, and a csv.Error in place of a broken one; reading goes on at the next line."""
    # newline="" ends lines at CR, LF and CRLF alone: splitlines would cut names at U+2028 and form feeds.
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield error


def _broken(file: str, row: int, reason: str) -> Fault:
    if "unexpected end of data" in reason:
        problem = "a quotation mark is opened here and never closed"
    elif "field larger" in reason:
        problem = (
            f"a cell is longer than {csv.field_size_limit():,} characters; a quotation mark may not be closed"
        )
    else:
        problem = "text follows a closing quotation mark"
    return Fault(
        file, row, None, None, problem, "Close the quotation mark; one inside a cell is written twice"
    )
