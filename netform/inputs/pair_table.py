"""Pairs: what the files of edges and of journeys share, from the names of their columns to their faults."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from netform.errors import Fault, InputError
from netform.practices.columns import plain_name
from netform.practices.rows import MAX_FAULTS
from netform.practices.values import CellError, decimal_number, some_of
from netform.ranges import MINUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = [
    "ALIASES",
    "WORKBOOK",
    "PairColumns",
    "RowReader",
    "column_faults",
    "find_columns",
    "minutes_one_way",
    "raise_if_any",
]

# Case, spaces and underscores are ignored. The first name of each is netform's own and wins over the others.
# Names that leave the unit open (time, duration: often seconds) are not among them.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "from": (
        "from", "a", "code_a", "practice_a", "source", "origin", "code_1", "practice_1", "practice_code_a",
        "from_code", "from_practice", "source_code", "origin_code",
    ),
    "to": (
        "to", "b", "code_b", "practice_b", "target", "destination", "code_2", "practice_2",
        "practice_code_b", "to_code", "to_practice", "target_code", "destination_code",
    ),
    "minutes": (
        "minutes", "mins", "drive_min", "drive_minutes", "car_minutes", "travel_minutes", "minutes_by_car",
        "minutes_one_way", "travel_time_minutes", "travel_time_min", "drive_time_minutes",
    ),
    "kind": ("kind", "edge_kind", "type"),
    "action": ("action", "change", "add_or_drop"),
}  # fmt: skip

# Comparing a code with every code of a long list takes a while; a thousand of them would take a minute.
_MAX_SUGGESTIONS = 50
# What an Excel workbook begins with.
WORKBOOK = b"PK\x03\x04"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PairColumns:
    """Where the fields of a pair stand in the rows of a file.

    Attributes
    ----------
    headers : tuple of str
        As the file spells them.
    index : dict of str to int
        From the name of a field to its position in a row; absent when the file has none.
    missing : tuple of str
        Fields that are needed and that no header names.
    rivals : tuple of (str, str, str)
        Fields that two headers name, with the two.
    """

    headers: tuple[str, ...]
    index: dict[str, int]
    missing: tuple[str, ...]
    rivals: tuple[tuple[str, str, str], ...]


def find_columns(headers: Sequence[str], wanted: Iterable[str], needed: Sequence[str]) -> PairColumns:
    """Find the column of each field by its usual names.

    Parameters
    ----------
    headers : sequence of str
        The cells of the header row.
    wanted, needed : iterable of str
        Fields to look for, and those of them that a file must have: keys of `ALIASES`.
    """
    plain = [plain_name(header) for header in headers]
    index: dict[str, int] = {}
    rivals: list[tuple[str, str, str]] = []
    for name in wanted:
        own, *others = (plain_name(alias) for alias in ALIASES[name])
        claims = [at for at, header in enumerate(plain) if header == own]
        claims = claims or [at for at, header in enumerate(plain) if header in others]
        if claims:
            index[name] = claims[0]
        if len(claims) > 1:
            rivals.append((name, headers[claims[0]], headers[claims[1]]))
    missing = tuple(name for name in needed if name not in index)
    return PairColumns(tuple(header.strip() for header in headers), index, missing, tuple(rivals))


def column_faults(file: str, row: int, columns: PairColumns) -> list[Fault]:
    """Say which columns are missing, and which fields two headers claim.

    Parameters
    ----------
    file, row : str, int
        Where the header stands.
    columns : PairColumns
    """
    found = some_of([repr(header[:40]) for header in columns.headers if header]) or "none"
    return [
        Fault(
            file, row, None, None, f"no column is the {name!r}; the columns are {found}",
            f"Name it {name!r}, or one of the usual names ({', '.join(ALIASES[name][1:5])})",
        )
        for name in columns.missing
    ] + [
        Fault(
            file, row, second, None, f"columns {first!r} and {second!r} could each be the {name!r}",
            f"Name the right one {name!r}, or remove the other",
        )
        for name, first, second in columns.rivals
    ]  # fmt: skip


class RowReader:
    """Reads the cells of rows, and keeps their faults.

    Parameters
    ----------
    file : str
        Its name, for messages.
    columns : PairColumns
        With every needed field.
    codes : sequence of str
        Of the practices of the list.
    """

    def __init__(self, file: str, columns: PairColumns, codes: Sequence[str]) -> None:
        self.faults: list[Fault] = []
        self.file = file
        self.columns = columns
        self.width = len(columns.headers)
        self.codes = codes
        self._nearest: dict[str, str] = {}

    def fault(self, row: int, column: str | None, value: str | None, error: CellError) -> None:
        """Keep a fault of a row, in the column of a field or of the whole row."""
        header = None if column is None else self.columns.headers[self.columns.index[column]]
        self.faults.append(Fault(self.file, row, header, value, error.problem, error.remedy))

    def has_right_width(self, row: int, cells: Sequence[str]) -> bool:
        """Say whether a row has a cell for each header, and keep a fault when not."""
        if len(cells) == self.width or (
            len(cells) > self.width and not any(map(str.strip, cells[self.width :]))
        ):
            return True
        problem = f"the row has {len(cells)} cells and the header has {self.width}"
        remedy = "Write minutes with a point, not a comma; leave unknown cells blank; remove footnotes"
        self.fault(row, None, cells[0], CellError(problem, remedy))
        return False

    def value(
        self, row: int, cells: Sequence[str], column: str, parse: Callable[[str], _T], default: _T
    ) -> _T:
        """Parse the cell of a field; the default stands for a missing column and for a cell with a fault."""
        if column not in self.columns.index:
            return default
        text = cells[self.columns.index[column]].strip()
        try:
            return parse(text)
        except CellError as error:
            self.fault(row, column, text, error)
            return default

    def suggestion(self, code: str) -> str:
        """Say what to do about a code that is not in the list: the nearest that is, if one is near."""
        if code not in self._nearest and len(self._nearest) < _MAX_SUGGESTIONS:
            near = difflib.get_close_matches(code, self.codes, n=1)
            self._nearest[code] = f"Did you mean {near[0]!r}?" if near else ""
        return self._nearest.get(code, "") or "Correct the code, or remove the row"


def minutes_one_way(text: str) -> float:
    """Read a journey's minutes.

    Parameters
    ----------
    text : str
        The cell, with no spaces around it.

    Returns
    -------
    float
        Within `netform.ranges.MINUTES`.

    Raises
    ------
    CellError
        When it is blank, not a number, out of range, or written with a comma, which could mean two things.
    """
    if not text:
        raise CellError(
            "the minutes are blank", "Give minutes one way by car, or remove the row to have them estimated"
        )
    remedy = "Give minutes one way by car, such as 12.5"
    if "," in text:
        raise CellError("the minutes hold a comma, which could group thousands or begin decimals", remedy)
    try:
        return decimal_number(text, MINUTES)
    except CellError as error:
        raise CellError(error.problem, remedy) from None


def raise_if_any(file: str, faults: Sequence[Fault]) -> None:
    """Raise the first thousand faults, in file order.

    Parameters
    ----------
    file : str
        Its name, for messages.
    faults : sequence of Fault
        None is no error.

    Raises
    ------
    InputError
        When there is any.
    """
    if not faults:
        return
    shown = sorted(faults, key=lambda fault: fault.row or 0)[:MAX_FAULTS]
    if len(faults) > MAX_FAULTS:
        problem = f"more than {MAX_FAULTS:,} faults were found, and the rest are not listed"
        shown.append(
            Fault(file, None, None, None, problem, "Check that this is a file of pairs of practices")
        )
    raise InputError(shown)
