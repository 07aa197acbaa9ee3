"""Workbooks: the sheets of an Excel file (.xlsx), after making sure that they fit in memory."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zlib
from typing import TYPE_CHECKING

from netform.errors import Fault, InputError
from netform.practices.tables import Table

if TYPE_CHECKING:
    import zipfile

__all__ = ["read_xlsx"]

# The workbook of every practice and network in England inflates to 5 MB and has 60,000 cells.
_MAX_INFLATED_BYTES = 200 * 2**20
_MAX_CELLS = 5_000_000
_CHUNK = 2**20
# The two ways of packing that the Office Open XML standard (ISO/IEC 29500-2) allows.
_STORED, _DEFLATED = 0, 8
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*[^<>/])>")
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")

_RESAVE = "Open it in Excel and save it again as .xlsx, or as CSV UTF-8"


def read_xlsx(data: bytes, file: str) -> list[Table]:
    """Read the sheets of a workbook in their order, cells as the text a user sees.

    Parameters
    ----------
    data : bytes
        A whole file.
    file : str
        Its name, for messages.

    Returns
    -------
    list of Table
        One for each sheet that has cells. Whole numbers have no decimals and dates are ISO 8601.

    Raises
    ------
    InputError
        When it is no workbook, is damaged or protected, or unfolds to more than 200 MiB or 5 million cells.
    """
    _refuse_bomb(data, file)
    import python_calamine  # noqa: PLC0415 - only a workbook needs it

    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        sheets = [
            (name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in workbook.sheet_names
        ]
    except python_calamine.PasswordError as error:
        raise _refusal(file, "it is protected by a password", "Save it without one") from error
    except Exception as error:
        raise _refusal(file, f"it cannot be read as a workbook: {_brief(error)}", _RESAVE) from error
    except BaseException as error:
        # A panic of the Rust reader derives from BaseException, as an interrupt does, and has no public type.
        if type(error).__name__ != "PanicException":
            raise
        raise _refusal(file, "it cannot be read as a workbook", _RESAVE) from error
    tables = [
        Table(
            file if len(sheets) == 1 else f"{file}, sheet {name!r}",
            [[_text(c) for c in cells] for cells in rows],
        )
        for name, rows in sheets
        if rows
    ]
    if not tables:
        raise _refusal(file, "its sheets are empty", "Give a sheet with a header row and one row a practice")
    return tables


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def _refuse_bomb(data: bytes, file: str) -> None:
    """Unfold every member in pieces and count, because what a member says of its own size may be a lie."""
    import zipfile  # noqa: PLC0415 - only a workbook needs it

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
        if "xl/workbook.xml" not in {member.filename for member in members}:
            raise _refusal(
                file, "it is a zip archive and no Excel workbook", "Unpack it and give the list inside"
            )
        left = _MAX_INFLATED_BYTES
        for member in members:
            left = _inflate(data, member, left, file)
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _refusal(file, f"it is a damaged workbook: {_brief(error)}", _RESAVE) from error


def _inflate(data: bytes, member: zipfile.ZipInfo, left: int, file: str) -> int:
    name_length, extra_length = struct.unpack_from("<HH", data, member.header_offset + 26)
    begin = member.header_offset + 30 + name_length + extra_length
    packed = data[begin : begin + member.compress_size]
    parts: list[bytes] = []
    if member.compress_type == _STORED:
        parts.append(packed)
    elif member.compress_type == _DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        while packed and not inflater.eof and left >= sum(map(len, parts)):
            parts.append(inflater.decompress(packed, _CHUNK))
            packed = inflater.unconsumed_tail
    else:
        raise _refusal(file, "it is packed in a way that Excel does not use", _RESAVE)
    content = b"".join(parts)
    if len(content) > left:
        limit = _MAX_INFLATED_BYTES // 2**20
        raise _refusal(
            file, f"it unfolds to more than {limit} MiB", "Give a workbook with one row a practice"
        )
    if member.filename.startswith("xl/worksheets/"):
        _refuse_vast(content, file)
    return left - len(content)


def _refuse_vast(sheet: bytes, file: str) -> None:
    """Refuse a vast sheet: the reader fills a rectangle, and one cell at XFD1048576 makes it huge."""
    height = width = 1
    for cell in _CELL.finditer(sheet):
        reference = _REFERENCE.search(cell[1])
        if reference is not None:
            letters, digits = reference.groups()
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            height, width = max(height, int(digits)), max(width, column)
    if height * width > _MAX_CELLS:
        problem = f"a sheet spans {height:,} rows by {width:,} columns"
        raise _refusal(file, problem, "Delete the stray cells far below or to the right of the list")


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _refusal(file: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault(file, None, None, None, problem, remedy)])
