"""Edges and travel minutes a user gives: ``--graph``, ``--edges`` and ``--travel``.

All three are tables with a header in any order, one row a pair of practices, named by their codes in
``from`` and ``to`` (see `netform.inputs.pair_table.ALIASES` for other names that are understood).
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.errors import Fault, InputError
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
from netform.practices.text import first_signs, is_json, read_bytes
from netform.practices.values import CellError, clean_code
from netform.practices.workbook import read_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from netform.practices.model import PracticeList

__all__ = ["KINDS", "EdgeChange", "Matrix", "edge_minutes", "read_edges", "read_matrix"]

KINDS = ("border", "site", "bridge", "attached")

# What to do where a route leads by way of a place that is no practice.
LANDING = "For a ferry by way of a landing write one row, from a practice on one side to one on the other"


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
        ``border``, ``site`` or ``bridge``, for an edge put in.
    minutes : float or None
        One way by car, when the row gives it.
    """

    code_a: str
    code_b: str
    drop: bool = False
    kind: str = "bridge"
    minutes: float | None = None


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
        CSV or Excel, up to 64 MiB, with columns ``from`` and ``to``; ``kind`` (``border``, ``site`` or
        ``bridge``, which is the default), ``minutes`` and ``action`` (``add``, the default, or ``drop``) if
        wanted. ``drop`` may stand as the kind instead.
    practices : PracticeList
        Every code of the file must be in it.

    Returns
    -------
    tuple of EdgeChange
        In file order. An edge given twice alike, in either direction, is there once.

    Raises
    ------
    InputError
        With every fault: a column missing, a code not in the list, a practice joined to itself, an unknown
        kind or action, minutes that are not a number of at least 0, two rows that contradict each other.
    """
    file = str(path)
    data = read_bytes(path)
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
    raise_if_any(file, reader.faults)
    return tuple(reader.changes.values())


class _EdgeReader(RowReader):
    """Reads row after row of a file of edges."""

    def __init__(self, file: str, columns: PairColumns, codes: Sequence[str]) -> None:
        super().__init__(file, columns, codes)
        self.changes: dict[tuple[str, str], EdgeChange] = {}
        self._row_of: dict[tuple[str, str], int] = {}
        self._known = frozenset(codes)

    def read(self, row: int, cells: Sequence[str]) -> None:
        """Keep the edge of one row, or its faults."""
        if not self.has_right_width(row, cells):
            return
        before = len(self.faults)
        a = self.value(row, cells, "from", self._listed_code, "")
        b = self.value(row, cells, "to", self._listed_code, "")
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
        self._keep(row, EdgeChange(a, b, drop, "bridge" if drop else kind or "bridge", minutes))

    def _keep(self, row: int, change: EdgeChange) -> None:
        pair = (min(change.code_a, change.code_b), max(change.code_a, change.code_b))
        first = self.changes.setdefault(pair, change)
        first_row = self._row_of.setdefault(pair, row)
        if (first.drop, first.kind, first.minutes) != (change.drop, change.kind, change.minutes):
            problem = f"{pair[0]} and {pair[1]} stand in row {first_row} and again, otherwise, in row {row}"
            self.fault(row, "from", change.code_a, CellError(problem, "Keep one of the two rows"))

    def _listed_code(self, text: str) -> str:
        code = clean_code(text)
        if code not in self._known:
            raise CellError(f"practice {code} is not in the list", f"{self.suggestion(code)}. {LANDING}")
        return code


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
