"""Tables as CSV, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from netform.practices.cells import spreadsheet_text
from netform.report.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["csv_bytes"]


def csv_bytes(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> bytes:
    """Write rows as CSV: UTF-8 with its mark, commas, a header, one line a row, no cell that a spreadsheet would run.

    Parameters
    ----------
    rows : sequence of mapping
        Each with the same keys, in order.
    columns : sequence of str, optional
        The header where there may be no row; that of the first row otherwise.
    """
    text = io.StringIO(newline="")
    fields = list(rows[0]) if rows else list(columns)
    writer = csv.DictWriter(text, fieldnames=fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    # With its mark of UTF-8, by which Excel keeps signs and accents whole.
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple):
        value = " ".join(map(str, value))
    return spreadsheet_text(clean(value)) if isinstance(value, str) else value
