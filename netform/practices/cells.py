"""Cells that no spreadsheet runs: an apostrophe is put before what might be a formula, and taken back on reading.

A spreadsheet may split a table of commas at other signs, as those of other countries do at semicolons: what follows
such a sign may begin a cell as well.
"""

from __future__ import annotations

import re

__all__ = ["plain_cell", "spreadsheet_text"]

# A cell that begins with one of these is run as a formula by some spreadsheet; the wide forms are what East Asian
# versions take for the first four. Apostrophes before them are counted as well: so each is taken back that was put.
_FORMULA = re.compile("^( *)('*[=+\\-@＝＋－＠])")  # noqa: RUF001 - meant
_MARKED = re.compile("^( *)'('*[=+\\-@＝＋－＠])")  # noqa: RUF001 - meant

# Signs at which a line or a cell may be split.
_SPLIT = re.compile("([;|\t\r\n])")


def spreadsheet_text(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe goes before what might be one.

    Parameters
    ----------
    text : str
    """
    lead = "'" if _begins_blank(text) else ""
    return lead + "".join(_FORMULA.sub(r"\1'\2", piece) for piece in _SPLIT.split(text))


def plain_cell(text: str) -> str:
    """Take back the apostrophes that `spreadsheet_text` puts."""
    own = text[1:] if text.startswith("'") and _begins_blank(text) else text
    return "".join(_MARKED.sub(r"\1\2", piece) for piece in _SPLIT.split(own))


def _begins_blank(text: str) -> bool:
    return text.lstrip("'").startswith(("\t", "\r", "\n"))
