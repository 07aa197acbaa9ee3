"""A workbook for people: a sheet for each table, and whose the data are."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from netform.inputs.gazetteer import ATTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netform.export.publication import Rows

__all__ = ["workbook"]

# A workbook dates itself. A date of its own would make every run's bytes different.
FIXED_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

# The longest text a cell may hold.
LONGEST_CELL = 32_767

# Columns are as wide as their contents within these, in characters.
NARROWEST, WIDEST = 8, 60


def workbook(sheets: Mapping[str, tuple[Rows, Sequence[str]]]) -> bytes:
    """Write a workbook. No cell of it is a formula.

    Parameters
    ----------
    sheets : mapping of str to (rows, sequence of str)
        By name, in order: the rows of each sheet, and its header where there may be no row.
    """
    import xlsxwriter  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415 - only this format needs it

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": "Primary care networks", "created": FIXED_DATE.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name, (rows, columns) in sheets.items():
            _fill(book.add_worksheet(name.capitalize()), rows, columns, bold)
        rights = book.add_worksheet("Attribution")
        rights.set_column(0, 0, WIDEST)
        rights.write_string(0, 0, ATTRIBUTION, book.add_format({"text_wrap": True}))
    return content.getvalue()


def _fill(sheet: Any, rows: Rows, columns: Sequence[str], bold: Any) -> None:
    """Fill a sheet with a header that stays in view, and a filter on it."""
    names = list(rows[0]) if rows else list(columns)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name.replace("_", " "), bold)
        values = [_cell(row[name]) for row in rows]
        longest = max((len(str(value)) for value in values if value is not None), default=0)
        sheet.set_column(column, column, min(max(longest + 1, NARROWEST), WIDEST))
        for line, value in enumerate(values, start=1):
            if isinstance(value, str):
                sheet.write_string(line, column, value[:LONGEST_CELL])
            elif value is not None:
                sheet.write_number(line, column, value)
    sheet.freeze_panes(1, 1)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)


def _cell(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value
