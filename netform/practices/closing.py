"""Practices that their list says are closed, by a date, a status, or a yes or no."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netform.practices.columns import plain_name
from netform.practices.dates import has_ended

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CLOSED_STATUSES", "NO", "YES", "Closing", "status_column"]

CLOSED_STATUSES = frozenset({"CLOSED", "INACTIVE", "DORMANT", "C", "D"})
_STATUS = re.compile(
    r"(?:gp|practice|organi[sz]ation|org|ods|current|open|operational)*status(?:es|code)?|open(?:or)?closed"
)
# "Closed", "Close Date", "Date of closure", "Legal End Date". A closed list is one that takes no new patients.
_CLOSED = re.compile(
    r".*clos(?:ed?|ing|ure).*|(?:practice|legal|operational|organi[sz]ation|org|ods)+enddate"
)
_NOT_OF_A_PRACTICE = re.compile(
    r".*(?:list|patient|regist|disclos|enclos|closest|branch|pcn|network|relationship|openclosed|openorclosed).*"
)
_OPEN = re.compile(r"(?:is|practice|currently|still)*(?:open|active)")
_UNCLEAR = frozenset({"enddate", "dateended", "ended", "validto", "effectiveto"})
YES = frozenset({"YES", "Y", "TRUE", "T", "1", "X"})
NO = frozenset({"NO", "N", "FALSE", "F", "0"})
_IS_CLOSED = YES | {"CLOSED", "CLOSED.", "INACTIVE"}
_IS_OPEN = NO | {"OPEN", "ACTIVE"}


def status_column(headers: Sequence[str]) -> int | None:
    """Position of the column that says whether a practice is open."""
    return next((at for at, header in enumerate(headers) if _STATUS.fullmatch(plain_name(header))), None)


def closing_columns(headers: Sequence[str]) -> list[int]:
    """Positions of the columns that say when or whether a practice closed."""
    plain = [plain_name(header) if len(header) <= 80 else "" for header in headers]
    return [
        at
        for at, name in enumerate(plain)
        if _CLOSED.fullmatch(name) and not _NOT_OF_A_PRACTICE.fullmatch(name)
    ]


class Closing:
    """What a list says of the closing of its practices, row by row.

    Parameters
    ----------
    headers : sequence of str
    """

    def __init__(self, headers: Sequence[str]) -> None:
        plain = [plain_name(header) if len(header) <= 80 else "" for header in headers]
        self._headers = headers
        self._closed_at = closing_columns(headers)
        self._open_at = [at for at, name in enumerate(plain) if _OPEN.fullmatch(name)]
        self._unclear_at = [at for at, name in enumerate(plain) if name in _UNCLEAR]
        # What was not understood, and what was not asked: the column, and a practice with what stands there.
        self._strange: dict[int, list[str]] = {}

    def said(self, code: str, cells: Sequence[str]) -> str:
        """What the row of a practice says of its closing; nothing where it is open.

        Parameters
        ----------
        code : str
        cells : sequence of str
            As many as there are headers.
        """
        for at in self._closed_at:
            text = cells[at].strip()
            ended = has_ended(text)
            if ended or text.upper() in _IS_CLOSED:
                return text[:20]
            if ended is None and text.upper() not in _IS_OPEN:
                self._strange.setdefault(at, []).append(f"{code} ({text[:20]})")
        for at in self._open_at:
            if cells[at].strip().upper() in NO | CLOSED_STATUSES:
                return f"{self._headers[at]}: {cells[at].strip()[:20]}"
        for at in self._unclear_at:
            if has_ended(cells[at]):
                self._strange.setdefault(at, []).append(f"{code} ({cells[at].strip()[:20]})")
        return ""

    def strange(self) -> list[tuple[str, list[str]]]:
        """The columns of which something was not taken for a closing, each with practices and what it says of them."""
        return [(self._headers[at], codes) for at, codes in sorted(self._strange.items())]
