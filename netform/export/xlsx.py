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

# The number that Excel has for the size of paper, and columns whose numbers are metres of the grid.
A4, GRID = 9, frozenset({"easting", "northing"})


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
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "whole": book.add_format({"num_format": "#,##0", "valign": "top"}),
            "hours": book.add_format({"num_format": "#,##0.0", "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for name, (rows, columns) in sheets.items():
            sheet = book.add_worksheet(name[:1].upper() + name[1:])
            _fill(sheet, rows, columns, formats)
            _set_up_print(sheet, name)
        rights = book.add_worksheet("Attribution")
        rights.set_column(0, 0, WIDEST)
        rights.write_string(0, 0, ATTRIBUTION, formats["text"])
    return content.getvalue()


def _fill(sheet: Any, rows: Rows, columns: Sequence[str], formats: Mapping[str, Any]) -> None:
    """Fill a sheet with a header that stays in view, and a filter on it."""
    names = list(rows[0]) if rows else list(columns)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name.replace("_", " "), formats["head"])
        values = [_cell(row[name]) for row in rows]
        longest = max((len(_shown(value)) for value in values), default=0)
        sheet.set_column(column, column, min(max(longest + 1, NARROWEST), WIDEST))
        for line, value in enumerate(values, start=1):
            if isinstance(value, str):
                sheet.write_string(line, column, value[:LONGEST_CELL], formats["text"])
            elif value is not None:
                whole = isinstance(value, int) or name in GRID
                sheet.write_number(line, column, value, formats["whole" if whole else "hours"])
    sheet.freeze_panes(1, 1)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)


def _set_up_print(sheet: Any, name: str) -> None:
    """A4 across, as wide as a page, the header on every page."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{name}&RPage &P of &N")


def _shown(value: Any) -> str:
    """What a cell shows of a value, as far as its width goes."""
    if isinstance(value, float):
        return f"{value:,.1f}"
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _cell(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value
