"""Workbooks: the sheets of an Excel file (.xlsx) as text."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from netform.errors import Fault, InputError
from netform.practices.tables import Table
from netform.practices.text import composed
from netform.practices.unfolding import MAX_CELLS, refuse_bomb

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_xlsx"]

# Said of a sheet with cells merged over several rows.
MERGED = "Cells merged over several rows were filled down: {:,}."

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
    refuse_bomb(data, file)
    import python_calamine  # noqa: PLC0415 - only a workbook needs it

    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        sheets = [
            (name, _filled(sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []))
            for name in workbook.sheet_names
            for sheet in [workbook.get_sheet_by_name(name)]
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
            notes=(MERGED.format(filled),) if filled else (),
        )
        for name, (rows, filled) in sheets
        if rows
    ]
    if not tables:
        raise _refusal(file, "its sheets are empty", "Give a sheet with a header row and one row a practice")
    return tables


def _filled(
    rows: list[list[Any]], merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
) -> tuple[list[list[Any]], int]:
    """Write what merged cells show into each row below the first; how many cells were filled.

    A header merged over columns is left: what it says of the others is not known.
    """
    if sum(min(bottom, len(rows)) - top for (top, _), (bottom, _) in merged if top < len(rows)) > MAX_CELLS:
        raise ValueError("its merged cells lie over each other")
    count = 0
    for (top, left), (bottom, _) in merged:
        for row in range(top + 1, min(bottom + 1, len(rows))):
            if left < len(rows[row]) and rows[row][left] in ("", None):
                rows[row][left] = rows[top][left]
                count += 1
    return rows, count


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return composed(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _refusal(file: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault(file, None, None, None, problem, remedy)])
