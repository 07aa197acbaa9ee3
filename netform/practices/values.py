"""Cells: from the text of one cell to a number, a code or a name, or the reason why not."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING

from netform.errors import ended
from netform.practices.text import composed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.ranges import Range

__all__ = [
    "MAX_CODE_LENGTH",
    "MAX_LIST_SIZE",
    "NO_NETWORK",
    "UNKNOWN",
    "CellError",
    "clean_code",
    "clean_text",
    "decimal_number",
    "is_total",
    "list_size",
    "rounded_list_size",
    "some_of",
]

# The whole of England is 64 million; the largest practice has about 150,000. Beyond this it is a slip.
MAX_LIST_SIZE = 10_000_000
# An ODS code has 6 characters and a branch 9; codes are written into file names and map labels.
MAX_CODE_LENGTH = 20

# What publications and spreadsheets write for what is not known.
UNKNOWN = frozenset(
    {
        "",
        "NA",
        "N/A",
        "#N/A",
        "ND",
        "NULL",
        "NONE",
        "NAN",
        "-",
        "--",
        ".",
        "..",
        ":",
        "*",
        "U",
        "(NULL)",
        "NIL",
    }
)
# What people write for a practice that is in no network.
NO_NETWORK = frozenset(
    {"NA", "N/A", "#N/A", "NULL", "(NULL)", "NONE", "NAN", "NIL", "-", "--", "TBC", "TBD", "?", "UNKNOWN"}
    | {"NO PCN", "NO NETWORK", "NOT IN A PCN", "NOT IN A NETWORK", "NOT IN PCN", "NON-PCN", "NON PCN"}
    | {"UNASSIGNED", "NOT ASSIGNED", "UNALLOCATED", "NOT ALLOCATED", "UNPLACED", "NOT PLACED", "UNALIGNED"}
)

_NAMED_IN_NOTE = 8

# Thousands may be grouped in threes by a comma or a space of any width that spreadsheets write
# (ordinary, no-break, narrow no-break). ASCII digits only: "[0-9]", because "\d" takes every script.
_WHOLE = re.compile(r"[0-9]+|[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})+")
# Three decimals after three digits or fewer may be thousands.
_AVERAGE = re.compile(
    r"(?:[0-9]{1,8}|[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})+)\.(?:[0-9]{1,2}|[0-9]{4,})"
    r"|(?:[0-9]{4,8}|[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})+)\.[0-9]{3}"
)
_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})+)?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?"
)
_GROUPING = re.compile("[, \u00a0\u202f]")
_EXPONENT = re.compile(r"[+-]?[0-9][0-9.,]*[eE][+-]?[0-9]+")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")
_TOTALS = frozenset({"TOTALS", "GRAND TOTAL", "SUBTOTAL", "SUB TOTAL", "SUB-TOTAL", "SUM", "OVERALL", "ALL"})
# Right-to-left overrides and isolates, which reorder what a reader sees, and a stray byte order mark.
_INVISIBLE = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class CellError(ValueError):
    """A cell that cannot be used: what is wrong with it and what to do.

    Parameters
    ----------
    problem : str
        What was expected and what was found instead, one sentence without a full stop.
    remedy : str
        What to do about it, one sentence without a full stop.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}. {ended(remedy)}")


def list_size(text: str) -> int:
    """Read a number of registered patients.

    ASCII digits, with thousands grouped by a comma or a space if at all, and no decimals but zeros
    (``12345``, ``12,345``, ``12345.0``). An exponent is refused: ``1.2e4`` is what a spreadsheet leaves of a
    number it has already rounded.

    Parameters
    ----------
    text : str
        The cell, with no spaces around it.

    Returns
    -------
    int
        Patients, 1 to 10,000,000.

    Raises
    ------
    CellError
        When it is blank, not a whole number, less than 1 or beyond 10,000,000.
    """
    whole, point, decimals = text.partition(".")
    if not _WHOLE.fullmatch(whole) or (point and decimals.strip("0")):
        raise _list_size_error(text)
    digits = _GROUPING.sub("", whole).lstrip("0")
    if not digits:
        raise CellError(
            "the list size is 0, and a practice has at least one patient",
            "Give its registered patients, or remove the row if the practice has closed",
        )
    # Counted before it is converted: Python refuses to convert thousands of digits.
    if len(digits) > len(str(MAX_LIST_SIZE)) or int(digits) > MAX_LIST_SIZE:
        raise CellError(
            f"the list size is beyond {MAX_LIST_SIZE:,} patients",
            "Check that the column holds registered patients",
        )
    return int(digits)


def rounded_list_size(text: str) -> int | None:
    """Round a number of registered patients that is an average, such as payments publish; None where it is none.

    With three decimals after at most three digits it is none: the point may group thousands.

    Parameters
    ----------
    text : str
        The cell, with no spaces around it.
    """
    if not _AVERAGE.fullmatch(text) or not text.partition(".")[2].strip("0"):
        return None
    average = float(_GROUPING.sub("", text))
    return round(average) if 1 <= average <= MAX_LIST_SIZE else None


def _list_size_error(text: str) -> CellError:
    if not text:
        return CellError(
            "the list size is blank",
            "Give its registered patients, or remove the row if the practice has closed",
        )
    if text[0] in "-\u2212\u2013(" and any(character.isdigit() for character in text):
        return CellError("the list size is negative", "Give the number of registered patients")
    if _EXPONENT.fullmatch(text):
        return CellError(
            "the list size is in scientific notation, which has lost digits",
            "Format the column as whole numbers where the list was made and save it again",
        )
    if _DECIMAL.fullmatch(text) and "." in text:
        return CellError(
            "the list size is not a whole number",
            "Give whole patients; if the point groups thousands, take it out",
        )
    return CellError("the list size is not a whole number", "Write it in digits, such as 12345 or 12,345")


def decimal_number(text: str, limits: Range | None = None) -> float:
    """Read a measure or a coordinate; an exponent is accepted, because here it loses nothing.

    Parameters
    ----------
    text : str
        The cell, with no spaces around it.
    limits : Range, optional
        What may be given.

    Returns
    -------
    float
        Finite.

    Raises
    ------
    CellError
        When it is not a finite number, or not within its range.
    """
    if not _DECIMAL.fullmatch(text) or not any(character in "0123456789" for character in text):
        raise CellError("this is not a number", "Write it in digits, or leave the cell blank if unknown")
    try:
        number = float(_GROUPING.sub("", text))
    except ValueError:  # ".e5": the shape of a number without its digits
        raise CellError("this is not a number", "Write it in digits") from None
    if not math.isfinite(number):
        raise CellError("this number is too large", "Check the unit and the column")
    if limits is not None and number not in limits:
        raise CellError(f"this must be {limits}", "Check the cell and the column")
    return number


def clean_code(text: str) -> str:
    """Read a practice code as text: ``NA``, ``1E5`` and ``00123`` stay what they are.

    Parameters
    ----------
    text : str
        The cell, with no spaces around it.

    Returns
    -------
    str
        In upper case, at most 20 printable characters. Any such text is a code: users invent theirs.

    Raises
    ------
    CellError
        When it is blank, too long, a date, or holds characters that do not print.
    """
    code = composed(text.upper())
    if not code:
        raise CellError(
            "the practice code is blank", "Give its code, or remove the row if it is a total or a note"
        )
    if not code.isprintable():
        raise CellError("the practice code holds characters that do not print", "Type the code again")
    if len(code) > MAX_CODE_LENGTH:
        raise CellError(
            f"the practice code has {len(code)} characters, and at most {MAX_CODE_LENGTH} are allowed",
            "Check that the column holds practice codes",
        )
    if _ISO_DATE.fullmatch(code):
        raise CellError(
            "the practice code is a date: a spreadsheet has changed it",
            "Format the column as text and type the code again",
        )
    return code


def is_total(text: str) -> bool:
    """Say whether a code is the word that stands before a sum: ``TOTAL for 15F``, ``Grand total:``.

    Parameters
    ----------
    text : str
        The cell, with no spaces around it.
    """
    words = text.upper().rstrip(":").strip()
    return words in _TOTALS or words.partition(" ")[0] == "TOTAL"


def clean_text(text: str) -> tuple[str, bool]:
    """Take out of a name what could act on a terminal or a page, and make all white space one space.

    Parameters
    ----------
    text : str
        As found.

    Returns
    -------
    cleaned : str
    removed : bool
        Whether a control character was taken out (a line break or a tab only becomes a space).
    """
    text = composed(text)
    if text.isprintable() and "  " not in text:  # a no-break space does not print: it takes the long way
        return text.strip(), False
    spaced = " ".join(text.split())
    kept = "".join(character for character in spaced if not _acts(character))
    # White space may have stood on both sides of what was taken out.
    return " ".join(composed(kept).split()), len(kept) < len(spaced)


def _acts(character: str) -> bool:
    return character in _INVISIBLE or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}


def some_of(names: Sequence[str]) -> str:
    """Join the first few names for a note, and count the rest.

    Parameters
    ----------
    names : sequence of str
        Codes, in the order to show them.
    """
    more = len(names) - _NAMED_IN_NOTE
    return ", ".join(names[:_NAMED_IN_NOTE]) + (f" and {more:,} more" if more > 0 else "")
