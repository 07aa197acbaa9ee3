"""Reading practice lists of every shape, with all the faults of a file at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from netform.errors import Fault, InputError
from netform.practices.columns import Columns, match_columns
from netform.practices.model import PracticeList
from netform.practices.other_shapes import is_epraccur, plain_shape, read_geojson
from netform.practices.rows import MAX_FAULTS, read_rows
from netform.practices.tables import Table, header_position, read_csv
from netform.practices.text import first_signs, is_json, read_bytes
from netform.practices.workbook import read_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

__all__ = ["READERS", "AskedColumns", "practice_list", "read_practices", "read_tables"]

# A reader turns the bytes of one kind of file, and its name, into tables. To add one: a file, a line here,
# and the bytes that such a file begins with.
READERS: Mapping[str, Callable[[bytes, str], list[Table]]] = {
    "csv": read_csv,
    "geojson": read_geojson,
    "xlsx": read_xlsx,
}

# By content, because endings lie; JSON and web pages are known by their first signs. The kinds without a reader are
# refused with what to do.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "xlsx"),
    (b"PK\x05\x06", "xlsx"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"\x1f\x8b", "gz"),
    (b"%PDF", "pdf"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3", "sqlite"),
)
_REFUSED = {
    "xls": ("it is a workbook of the old kind (.xls) or is protected", "Save it as .xlsx without a password"),
    "gz": ("it is compressed", "Unpack it and give the list inside"),
    "pdf": ("it is a PDF", "Give the list as CSV or .xlsx"),
    "parquet": ("it is a Parquet file", "Save it as CSV"),
    "sqlite": (
        "it is a GeoPackage or another database",
        "Export its layer as CSV (in QGIS: Export, Save Features As)",
    ),
    "html": (
        "it is a web page or XML, whatever its ending says",
        "Open it in Excel and save it as .xlsx, or download the list anew",
    ),
}


@dataclass(frozen=True, slots=True)
class AskedColumns:
    """The columns that a user names, besides those that are known by their usual names.

    Attributes
    ----------
    area : str or None
        Of the footprint that no network may cross.
    soft, divisions : tuple of str
        Of the sides of soft boundaries, and of networks.
    computed : tuple of str
        Those that the list may lack, because they are found from the places of its practices.
    split : bool
        Whether rows of one practice are the parts of a split list: no column, but asked as they are.
    """

    area: str | None = None
    soft: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    split: bool = False

    def among(self, headers: Sequence[str], file: str, row: int) -> Columns:
        """Find them, and those known by their names, among the headers of a table.

        Parameters
        ----------
        headers : sequence of str
        file, row : str, int
            Where the header stands, for messages.
        """
        return match_columns(headers, self.area, file, row, self.soft, self.divisions, self.computed)


def read_practices(
    source: str | Path,
    *,
    area_column: str | None = None,
    soft_columns: Sequence[str] = (),
    division_columns: Sequence[str] = (),
    computed: Collection[str] = (),
    split: bool = False,
    stdin: BinaryIO | None = None,
) -> PracticeList:
    """Read a list of practices from a CSV file, an Excel workbook or standard input.

    Columns are found by their usual names in any order (see `netform.practices.columns.ALIASES`); a practice
    needs a code, a list size, and a postcode or its own coordinates. Rows before the header are left out
    with a note; blank rows are left out. Nothing is guessed: what is not clear is a fault.

    Parameters
    ----------
    source : str or Path
        A path, or ``-`` for standard input.
    area_column : str, optional
        The header of the column with the footprint that no network may cross.
    soft_columns : sequence of str
        The headers of the columns with the sides of soft boundaries, such as the local authority.
    division_columns : sequence of str
        The headers of the columns with a network for each practice, to be scored or compared.
    computed : collection of str
        Columns that the list may lack, because they are found from the places of its practices.
    split : bool
        Whether rows of one practice are the parts of a split list.
    stdin : BinaryIO, optional
        What to read for ``-``; standard input of the process by default.

    Returns
    -------
    PracticeList
        Sorted by code.

    Raises
    ------
    InputError
        With every fault of the file, in file order, each with row, column, value and remedy. After a
        thousand faults reading stops and the last one says so.
    """
    file = str(source)
    data = read_bytes(source, stdin)
    asked = AskedColumns(area_column, tuple(soft_columns), tuple(division_columns), tuple(computed), split)
    table, position, columns = _choose(read_tables(data, file), asked)
    return practice_list(table, position, columns, asked, file, hashlib.sha256(data).hexdigest())


def read_tables(data: bytes, file: str) -> list[Table]:
    """Take the bytes of a file of any kind for tables.

    Parameters
    ----------
    data : bytes
    file : str
        Its name, for messages.

    Raises
    ------
    InputError
        It is of a kind that cannot be read, or is damaged.
    """
    kind = _kind(data)
    if kind in _REFUSED:
        raise InputError([Fault(file, None, None, None, *_REFUSED[kind])])
    return READERS[kind](data, file)


def practice_list(
    table: Table,
    position: int,
    columns: Columns,
    asked: AskedColumns,
    source: str,
    sha256: str,
    traced: Callable[[Fault], Fault] = lambda fault: fault,
) -> PracticeList:
    """Read the practices of a table whose columns are known.

    Parameters
    ----------
    table : Table
    position : int
        Of the header among its rows.
    columns : Columns
    asked : AskedColumns
    source, sha256 : str
        The file as the user named it, and the digest of its bytes.
    traced : callable
        Says where what a fault is about was read, for a table that was put together from several files.

    Raises
    ------
    InputError
        With every fault.
    """
    practices, faults, notes = read_rows(table, position, columns, split=asked.split)
    faults = [*table.faults, *columns.faults, *faults]
    if not faults and not practices:
        problem = "it has a header and no practices"
        faults = [Fault(source, None, None, None, problem, "Give one row a practice below the header")]
    if faults:
        # Stable, so that within a row faults stay in the order of the columns' meaning.
        in_order = sorted(faults, key=lambda fault: fault.row or 0)
        raise InputError(_first([traced(fault) for fault in in_order]))
    return PracticeList(
        practices=tuple(sorted(practices, key=lambda practice: practice.code)),
        source=source,
        sha256=sha256,
        notes=(*table.notes, *_preamble_note(table, position), *columns.notes, *notes),
        division_columns=asked.divisions,
        soft_columns=columns.soft_names,
    )


def _kind(data: bytes) -> str:
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if is_json(data):
        return "geojson"
    return "html" if first_signs(data).startswith("<") else "csv"


def _choose(tables: list[Table], asked: AskedColumns) -> tuple[Table, int, Columns]:
    """Take the first sheet that has the needed columns; else the one that has the most of them."""
    found = []
    for table in tables:
        if is_epraccur(table.rows):
            problem = "this is ODS's file of practices (epraccur), which has no header and no list sizes"
            remedy = "Give a list with list sizes, such as gp-reg-pat-prac-all"
            raise InputError([Fault(table.file, None, None, None, problem, remedy)])
        position = header_position(table.rows)
        table = plain_shape(table, position)  # noqa: PLW2901 (the same table in the plain shape)
        headers = [" ".join(cell.split()) for cell in table.rows[position]] if table.rows else []
        columns = asked.among(headers, table.file, position + 1)
        if not columns.faults:
            return table, position, columns
        found.append((table, position, columns))
    return max(found, key=lambda choice: len(choice[2].index))


def _preamble_note(table: Table, position: int) -> list[str]:
    before = [row for row, cells in enumerate(table.rows[:position], start=1) if any(map(str.strip, cells))]
    if not before:
        return []
    rows = f"row {before[0]}" if len(before) == 1 else f"rows {before[0]} to {before[-1]}"
    return [f"The header was found in row {position + 1}; {rows} above it left out."]


def _first(faults: list[Fault]) -> list[Fault]:
    if len(faults) <= MAX_FAULTS:
        return faults
    problem = f"more than {MAX_FAULTS:,} faults were found, and the rest are not listed"
    last = Fault(
        faults[0].file, None, None, None, problem, "Check that this is a list with one row a practice"
    )
    return [*faults[:MAX_FAULTS], last]
