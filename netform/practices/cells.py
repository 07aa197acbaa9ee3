"""Cells that no spreadsheet runs: an apostrophe is put before what might be a formula, and taken back on reading."""

from __future__ import annotations

__all__ = ["plain_cell", "spreadsheet_text"]

# A cell that begins with one of these is run as a formula by some spreadsheet; the last four are the wide
# forms that East Asian versions take for the first four.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - meant


def spreadsheet_text(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe goes before one that might be.

    Parameters
    ----------
    text : str
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def plain_cell(text: str) -> str:
    """Take back the apostrophe that `spreadsheet_text` puts before a cell."""
    return text[1:] if text.startswith("'") and spreadsheet_text(text[1:]) == text else text
