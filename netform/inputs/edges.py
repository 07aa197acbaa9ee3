"""Edges and travel minutes a user gives: ``--graph``, ``--edges`` and ``--travel``.

All three are tables with a header in any order, one row a pair of practices, named by their codes in
``from`` and ``to`` (see `netform.inputs.pair_table.ALIASES` for other names that are understood).
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.errors import Fault, InputError
from netform.inputs.landings import (
    MOST_LANDINGS,
    Leg,
    code_shape,
    no_thoroughfares,
    ways_by_landings,
)
from netform.inputs.pair_table import (
    WORKBOOK,
    PairColumns,
    RowReader,
    column_faults,
    find_columns,
    minutes_one_way,
    raise_if_any,
)
from netform.inputs.travel_matrix import Matrix, read_matrix
from netform.practices.rows import MAX_FAULTS
from netform.practices.tables import read_csv
from netform.practices.text import composed, first_signs, is_json, read_bytes
from netform.practices.values import MAX_CODE_LENGTH, CellError, clean_code, some_of
from netform.practices.workbook import read_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from netform.practices.model import PracticeList

__all__ = ["KINDS", "EdgeChange", "Matrix", "edge_minutes", "landing_notes", "read_edges", "read_matrix"]

KINDS = ("border", "site", "bridge", "ferry", "attached")
BY_LANDING = ("ferry", "bridge")

# What to do where a route leads by way of a place that is no practice.
LANDING = "A landing of a ferry, which is no practice, needs a row to it and a row from it"

# A landing has a name, and names are longer than codes.
_MOST_LETTERS = 80


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """One row of a user's file of edges.

    Attributes
    ----------
    code_a, code_b : str
        ODS codes, both in the list.
    drop : bool
        Whether the edge is taken out rather than put in.
    kind : str
        ``border``, ``site``, ``bridge`` or ``ferry``, for an edge put in.
    minutes : float or None
        One way, when the row gives it, or all the rows by way of landings.
    landings : tuple of str
        Places that are no practices, by way of which it leads.
    """

    code_a: str
    code_b: str
    drop: bool = False
    kind: str = "bridge"
    minutes: float | None = None
    landings: tuple[str, ...] = ()


def edge_minutes(changes: Iterable[EdgeChange], practices: PracticeList) -> dict[tuple[int, int], float]:
    """Gather the minutes that edges come with, to be given to `netform.inputs.travel.build_travel`.

    Parameters
    ----------
    changes : iterable of EdgeChange
    practices : PracticeList

    Returns
    -------
    dict of (int, int) to float
        By positions in the list, the smaller first; of edges put in, where the row gives minutes.
    """
    position = {code: index for index, code in enumerate(practices.codes)}
    minutes: dict[tuple[int, int], float] = {}
    for change in changes:
        if change.minutes is not None and not change.drop:
            a, b = sorted((position[change.code_a], position[change.code_b]))
            minutes[a, b] = change.minutes
    return minutes


def read_edges(path: str | Path, practices: PracticeList) -> tuple[EdgeChange, ...]:
    """Read a file of edges, for ``--graph`` or ``--edges``.

    Parameters
    ----------
    path : str or Path
        CSV or Excel, up to 64 MiB, with columns ``from`` and ``to``; ``kind`` (``border``, ``site``, ``ferry``
        or ``bridge``, which is the default), ``minutes`` and ``action`` (``add``, the default, or ``drop``) if
        wanted. ``drop`` may stand as the kind instead.
    practices : PracticeList
        Every code of the file must be in it, but for landings: see `netform.inputs.landings`.

    Returns
    -------
    tuple of EdgeChange
        In file order, and those by way of landings behind them in order of codes. An edge given twice alike, in
        either direction, is there once; a row between two practices comes before a way by landings.

    Raises
    ------
    InputError
        With every fault: a column missing, a code not in the list, a practice joined to itself, an unknown
        kind or action, minutes that are not a number of at least 0, two rows that contradict each other.
    """
    file = str(path)
    data = read_bytes(path, wanted="a table with one row a pair of practices")
    if is_json(data) or first_signs(data).startswith("<"):
        kind = "JSON" if is_json(data) else "XML"
        problem = f"it is {kind}, such as a graph of networkx is written in"
        remedy = "Give the edges as CSV or Excel, a row each: from,to"
        raise InputError([Fault(file, None, None, None, problem, remedy)])
    table = (read_xlsx(data, file) if data.startswith(WORKBOOK) else read_csv(data, file))[0]
    numbered = [(row, cells) for row, cells in enumerate(table.rows, start=1) if any(map(str.strip, cells))]
    header_row, headers = numbered[0] if numbered else (1, [])
    columns = find_columns(headers, ("from", "to", "minutes", "kind", "action"), ("from", "to"))
    reader = _EdgeReader(file, columns, practices.codes)
    reader.faults += [*table.faults, *column_faults(file, header_row, columns)]
    broken = {fault.row for fault in table.faults}
    if not reader.faults and len(numbered) < 2:
        problem = "it has a header and no edges"
        reader.faults.append(Fault(file, None, None, None, problem, "Give one row a pair of practices"))
    if "from" in columns.index and "to" in columns.index:
        for row, cells in numbered[1:]:
            if row not in broken and len(reader.faults) <= MAX_FAULTS:
                reader.read(row, cells)
        reader.land()
    raise_if_any(file, reader.faults)
    return tuple(reader.changes.values())


def landing_notes(changes: Iterable[EdgeChange], file: str) -> tuple[str, ...]:
    """Name the landings of a file of edges, for a slip in a code could be taken for one.

    Parameters
    ----------
    changes : iterable of EdgeChange
    file : str
        Its name.
    """
    pairs: dict[str, list[str]] = {}
    for change in changes:
        for landing in change.landings:
            pairs.setdefault(landing, []).append(f"{change.code_a}-{change.code_b}")
    if not pairs:
        return ()
    named = [f"{landing} between {some_of(joined)}" for landing, joined in sorted(pairs.items())]
    return (f"Landings of {file}, which are no practices: {len(pairs):,} ({some_of(named)}).",)


class _EdgeReader(RowReader):
    """Reads row after row of a file of edges."""

    def __init__(self, file: str, columns: PairColumns, codes: Sequence[str]) -> None:
        super().__init__(file, columns, codes)
        self.changes: dict[tuple[str, str], EdgeChange] = {}
        self._row_of: dict[tuple[str, str], int] = {}
        self._known = frozenset(codes)
        self._legs: dict[tuple[str, str], Leg] = {}
        # Where each name that is no practice stands, the rows with other faults among them.
        self._strangers: dict[str, list[tuple[int, str]]] = {}

    def read(self, row: int, cells: Sequence[str]) -> None:
        """Keep the edge of one row, or its faults."""
        if not self.has_right_width(row, cells):
            return
        before = len(self.faults)
        a = self.value(row, cells, "from", _place, "")
        b = self.value(row, cells, "to", _place, "")
        strangers = [(column, name) for column, name in (("from", a), ("to", b)) if name not in self._known]
        for column, name in strangers:
            # A cell with a fault has no name.
            if name:
                self._strangers.setdefault(name, []).append((row, column))
        kind = self.value(row, cells, "kind", _kind, "")
        action = self.value(row, cells, "action", _action, "")
        minutes = self.value(row, cells, "minutes", _minutes_if_any, None)
        if a and a == b:
            error = CellError("the edge joins a practice to itself", "Remove the row, or correct a code")
            self.fault(row, "to", b, error)
        if kind == "drop" and action == "add":
            error = CellError("the row says both add and drop", "Say one of the two")
            self.fault(row, "action", action, error)
        if len(self.faults) > before:
            return
        drop = "drop" in (kind, action)
        change = EdgeChange(a, b, drop, "bridge" if drop else kind or "bridge", minutes)
        if strangers:
            self._keep_leg(row, change)
        else:
            self._keep(row, change)

    def _keep(self, row: int, change: EdgeChange) -> None:
        pair = (min(change.code_a, change.code_b), max(change.code_a, change.code_b))
        first = self.changes.setdefault(pair, change)
        first_row = self._row_of.setdefault(pair, row)
        if (first.drop, first.kind, first.minutes) != (change.drop, change.kind, change.minutes):
            self._contradiction(pair, first_row, row, change.code_a)

    def _keep_leg(self, row: int, change: EdgeChange) -> None:
        leg = Leg(change.code_a, change.code_b, "drop" if change.drop else change.kind, change.minutes, row)
        first = self._legs.setdefault((leg.start, leg.end), leg)
        if (first.kind, first.minutes) != (leg.kind, leg.minutes):
            self._contradiction((leg.start, leg.end), first.row, row, leg.start)

    def _contradiction(self, pair: tuple[str, str], first_row: int, row: int, code: str) -> None:
        problem = f"{pair[0]} and {pair[1]} stand in row {first_row} and again, otherwise, in row {row}"
        self.fault(row, "from", code, CellError(problem, "Keep one of the two rows"))

    def land(self) -> None:
        """Turn the rows to and from landings into edges between practices; any other name is a fault."""
        landings = self._landings()
        if len(landings) > MOST_LANDINGS:
            problem = (
                f"it has {len(landings):,} places that are no practices, and {MOST_LANDINGS:,} are the most"
            )
            remedy = "Check that its codes are those of the list"
            self.faults.append(Fault(self.file, None, None, None, problem, remedy))
        legs = [leg for leg in self._legs.values() if {leg.start, leg.end} <= landings | self._known]
        for leg in legs:
            if leg.kind not in BY_LANDING:
                problem = f"by way of a landing there is a {' or a '.join(BY_LANDING)}, and no {leg.kind}"
                self.fault(
                    leg.row, "kind", leg.kind, CellError(problem, "Correct the kind, or remove the row")
                )
        if self.faults:
            return
        for name, leg in no_thoroughfares(legs, self._known).items():
            column = "from" if leg.start == name else "to"
            problem = f"by way of {name}, which is no practice, nobody gets from one practice to another"
            remedy = "Write a row to it on one side (CODE,PLACE) and from it on the other (PLACE,CODE)"
            self.fault(leg.row, column, name, CellError(problem, remedy))
        for way in ways_by_landings(legs, self._known):
            change = EdgeChange(way.code_a, way.code_b, False, way.kind, way.minutes, way.landings)
            self.changes.setdefault((way.code_a, way.code_b), change)

    def _landings(self) -> frozenset[str]:
        """Give the names that are landings; a fault for each row of any other.

        A name in one row only is no landing, nor is one that has the shape of the list's codes: it is a slip, or a
        practice of another list.
        """
        shapes = {code_shape(code) for code in self.codes}
        landings = set()
        for name, where in self._strangers.items():
            if len(where) > 1 and code_shape(name) not in shapes:
                landings.add(name)
                continue
            for row, column in where:
                remedy = f"{self.suggestion(name)}. {LANDING}"
                self.fault(row, column, name, CellError(f"practice {name} is not in the list", remedy))
            if len(self.faults) > MAX_FAULTS:
                break
        return frozenset(landings)


def _place(text: str) -> str:
    """Read a code, or the name of a landing, which may be longer."""
    if MAX_CODE_LENGTH < len(text) <= _MOST_LETTERS and text.isprintable():
        return composed(text.upper())
    return clean_code(text)


# What people write for adding and dropping.
_ACTIONS = {"": "", **dict.fromkeys(("add", "added", "join"), "add")} | dict.fromkeys(
    ("drop", "dropped", "remove", "removed", "delete", "cut"), "drop"
)


def _kind(text: str) -> str:
    kind = text.casefold()
    if _ACTIONS.get(kind) == "drop":
        return "drop"
    if kind in {"", *KINDS}:
        return kind
    near = difflib.get_close_matches(kind, [*KINDS, "drop"], n=1)
    remedy = f"Did you mean {near[0]!r}?" if near else "Leave it blank for a bridge that you declare"
    raise CellError(f"an edge is one of {', '.join(KINDS)}", remedy)


def _action(text: str) -> str:
    action = text.casefold()
    if action in _ACTIONS:
        return _ACTIONS[action]
    raise CellError("an edge is added or dropped", "Write add or drop")


def _minutes_if_any(text: str) -> float | None:
    return minutes_one_way(text) if text else None
