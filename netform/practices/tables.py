"""Tables: the rows of a comma, semicolon or tab separated text."""

from __future__ import annotations

import csv
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from netform.errors import Fault
from netform.practices.columns import MAX_COLUMNS, columns_recognised
from netform.practices.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HEADER_WITHIN", "Table", "csv_rows", "header_position", "read_csv"]

# A title, a date, a source and a blank line stand before the header; never a page of text.
HEADER_WITHIN = 50

_DELIMITERS = (",", ";", "\t", "|")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
# Every practice of England by sex and single year of age is 1.3 million rows.
_MAX_ROWS = 2_000_000


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
    # One list for all rows with nothing in them: a file of line breaks would fill memory with empty lists.
    blank: list[str] = []
    for cells in csv_rows(text, file):
        if isinstance(cells, Fault):
            table.faults.append(cells)
        table.rows.append(blank if isinstance(cells, Fault) or not cells else cells)
    return [table]


def csv_rows(text: str, file: str) -> Iterator[list[str] | Fault]:
    """Yield the rows of a delimited text one by one, and a fault in place of each that is broken.

    Parameters
    ----------
    text : str
        Of a whole file.
    file : str
        Its name, for messages.

    Yields
    ------
    list of str or Fault
        The last is a fault where there are more rows than in any publication.
    """
    for row, record in enumerate(_records(text, _delimiter(text)), start=1):
        fault = _broken(file, row, record)
        yield fault if fault is not None else cast("list[str]", record)
        if row > _MAX_ROWS:
            return


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
    # Lines end at CR, LF and CRLF alone: splitlines would cut names at U+2028 and form feeds, and StringIO would hold
    # the whole text once more with four bytes for each sign.
    lines = (line[0] for line in _LINE.finditer(text))
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield error


def _broken(file: str, row: int, record: list[str] | csv.Error) -> Fault | None:
    remedy = "Close the quotation mark; one inside a cell is written twice"
    reason = str(record) if isinstance(record, csv.Error) else ""
    if "unexpected end of data" in reason:
        problem = "a quotation mark is opened here and never closed"
    elif "field larger" in reason:
        limit = csv.field_size_limit()
        problem = f"a cell is longer than {limit:,} characters; a quotation mark may not be closed"
    elif reason:
        problem = "text follows a closing quotation mark"
    elif row > _MAX_ROWS:
        problem, remedy = f"it has more than {_MAX_ROWS:,} rows", "Give a list with one row a practice"
    elif isinstance(record, list) and len(record) > MAX_COLUMNS:
        problem, remedy = f"the row has {len(record):,} cells", "Give a list with one row a practice"
    else:
        return None
    return Fault(file, row, None, None, problem, remedy)
