"""Matrix: minutes between practices from a user's file, which may have millions of rows."""

from __future__ import annotations

import csv
import math
import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

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
from netform.practices.rows import MAX_FAULTS
from netform.practices.text import decode, open_regular
from netform.practices.values import CellError, clean_code, some_of
from netform.practices.workbook import read_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from netform.practices.model import PracticeList

__all__ = ["Matrix", "read_matrix"]

# A pair for every two of 5,000 practices, in both directions, is 25 million rows of some 20 bytes.
_MAX_MATRIX_BYTES = 512 * 2**20
_DELIMITERS = (",", ";", "\t", "|")
# A line up to and with its end: CR, LF or CRLF alone, where splitlines would also cut at U+2028.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FIELDS = ("from", "to", "minutes")


@dataclass(frozen=True, slots=True)
class Matrix:
    """The journeys between practices of a list that a user's file gives.

    Attributes
    ----------
    minutes : dict of (int, int) to float
        One way by car, by positions in the list, the smaller first.
    notes : tuple of str
        What a planner should read: rows left out, directions that differ.
    """

    minutes: dict[tuple[int, int], float]
    notes: tuple[str, ...] = ()


def read_matrix(path: str | Path, practices: PracticeList) -> Matrix:
    """Read a file of journeys, for ``--travel``.

    Travel is taken to be the same both ways: where a file gives both directions of a pair and they differ,
    the pair gets their mean, and a note counts such pairs. Rows with a code that is not in the list are left
    out and counted, so that a national file serves every list. A million rows take about two
    seconds.

    Parameters
    ----------
    path : str or Path
        CSV or Excel, up to 512 MiB, with columns ``from``, ``to`` and ``minutes``; others are left alone.
    practices : PracticeList

    Returns
    -------
    Matrix

    Raises
    ------
    InputError
        With every fault: a column missing, a row of another width, minutes that are not a number of at least
        0, a journey from a practice to itself that takes time, a journey given twice with different minutes;
        or no row at all between two practices of the list.
    """
    file = str(path)
    data = _matrix_bytes(path)
    notes: tuple[str, ...] = ()
    records: Iterator[list[str] | csv.Error]
    if data.startswith(WORKBOOK):
        tables = read_xlsx(data, file)
        raise_if_any(file, tables[0].faults)
        records = iter(tables[0].rows)
    else:
        text, notes = decode(data, file)
        records = _records(text)
    del data
    header_row, headers = _header(records)
    columns = find_columns(headers, _FIELDS, _FIELDS)
    raise_if_any(file, column_faults(file, header_row, columns))
    reader = _JourneyReader(file, columns, practices.codes)
    reader.read(records, header_row + 1)
    minutes, both = reader.pairs()
    if not reader.faults and not minutes and len(practices) > 1:
        reader.faults.append(reader.nothing_read())
    raise_if_any(file, reader.faults)
    return Matrix(minutes, (*notes, *reader.notes(), *both))


class _Positions(dict[str, int]):
    """From a code as the file spells it to its position in the list; -1 when it is not there."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__((code, index) for index, code in enumerate(codes))

    def __missing__(self, text: str) -> int:
        self[text] = self.get(clean_code(text.strip()), -1)
        return self[text]

    def strangers(self) -> list[str]:
        """List the codes that were met and are not in the list."""
        return sorted({text.strip().upper() for text, position in self.items() if position < 0})


@dataclass(slots=True)
class _Journeys:
    """One way each, in file order: flat arrays, because a matrix has millions."""

    row: array[int] = field(default_factory=lambda: array("q"))
    pair: array[int] = field(default_factory=lambda: array("q"))
    minutes: array[float] = field(default_factory=lambda: array("d"))


class _JourneyReader(RowReader):
    """Reads row after row of a matrix."""

    def __init__(self, file: str, columns: PairColumns, codes: Sequence[str]) -> None:
        super().__init__(file, columns, codes)
        self._positions = _Positions(codes)
        self._journeys = _Journeys()
        self._rows_left_out = 0

    def read(self, records: Iterable[list[str] | csv.Error], first_row: int) -> None:
        """Keep the journeys of all rows, or their faults."""
        a_at, b_at, minutes_at = (self.columns.index[name] for name in _FIELDS)
        width, positions, count = self.width, self._positions, len(self.codes)
        add_row, add_pair = self._journeys.row.append, self._journeys.pair.append
        add_minutes = self._journeys.minutes.append
        for row, cells in enumerate(records, start=first_row):
            # The quick way for a row without fault; any doubt goes the slow way, which says what is wrong.
            if not isinstance(cells, csv.Error) and len(cells) == width:
                try:
                    a, b = positions[cells[a_at]], positions[cells[b_at]]
                    if a < 0 or b < 0:
                        self._rows_left_out += 1
                        continue
                    minutes = float(cells[minutes_at])
                except ValueError:
                    minutes, a, b = math.nan, 0, 0
                if 0.0 <= minutes < math.inf and a != b:
                    add_row(row)
                    add_pair(a * count + b)
                    add_minutes(minutes)
                    continue
            self._read_slowly(row, cells)
            if len(self.faults) > MAX_FAULTS:
                return

    def _read_slowly(self, row: int, cells: list[str] | csv.Error) -> None:
        if isinstance(cells, csv.Error):
            error = CellError(f"the row is not CSV: {cells}", "Check its quotation marks")
            self.fault(row, None, None, error)
            return
        if not any(map(str.strip, cells)) or not self.has_right_width(row, cells):
            return
        before = len(self.faults)
        a, b = (self.value(row, cells, name, self._position, -1) for name in ("from", "to"))
        if len(self.faults) > before:
            return
        if min(a, b) < 0:
            self._rows_left_out += 1
            return
        minutes = self.value(row, cells, "minutes", minutes_one_way, math.nan)
        if a == b and minutes > 0:
            problem = "the journey is from a practice to itself and takes time"
            text = cells[self.columns.index["minutes"]].strip()
            self.fault(row, "minutes", text, CellError(problem, "Write 0, or remove the row"))
        elif a != b and not math.isnan(minutes):
            self._journeys.row.append(row)
            self._journeys.pair.append(a * len(self.codes) + b)
            self._journeys.minutes.append(minutes)

    def _position(self, text: str) -> int:
        return self._positions[text]

    def pairs(self) -> tuple[dict[tuple[int, int], float], tuple[str, ...]]:
        """Give the minutes of each pair, and a note on pairs whose directions differ."""
        if not self._journeys.row:
            return {}, ()
        count = len(self.codes)
        pair, minutes = self._one_of_each()
        a, b = np.divmod(pair, count)
        # The two directions of a pair become neighbours.
        undirected = np.minimum(a, b) * count + np.maximum(a, b)
        order = np.argsort(undirected, kind="stable")
        undirected, minutes = undirected[order], minutes[order]
        starts = np.flatnonzero(np.diff(undirected, prepend=-1))
        first, last = minutes[starts], minutes[np.append(starts[1:], len(minutes)) - 1]
        low, high = np.divmod(undirected[starts], count)
        # Halves are added, because the sum of two finite numbers may not be one.
        mean = np.where(first == last, first, first / 2 + last / 2)
        pairs = dict(zip(zip(low.tolist(), high.tolist(), strict=True), mean.tolist(), strict=True))
        differ = int(np.count_nonzero(first != last))
        note = f"Pairs of {self.file} that take longer one way than the other, given their mean: {differ:,}."
        return pairs, (note,) if differ else ()

    def _one_of_each(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Drop journeys given twice alike, and note a fault for each that differs from the first."""
        pair = np.frombuffer(self._journeys.pair, np.int64)
        minutes = np.frombuffer(self._journeys.minutes, np.float64)
        order = np.argsort(pair, kind="stable")
        pair, minutes = pair[order], minutes[order]
        new = np.diff(pair, prepend=-1) != 0
        starts = np.flatnonzero(new)
        first = starts[np.cumsum(new) - 1]
        clashes = np.flatnonzero(minutes != minutes[first])[: MAX_FAULTS + 1]
        for at in clashes.tolist():
            a, b = divmod(int(pair[at]), len(self.codes))
            row, earlier = self._journeys.row[order[at]], self._journeys.row[order[first[at]]]
            problem = (
                f"from {self.codes[a]} to {self.codes[b]} it is {minutes[first[at]]:g} minutes in row"
                f" {earlier} and another number in row {row}"
            )
            error = CellError(problem, "Keep one of the two rows")
            self.fault(row, "minutes", f"{minutes[at]:g}", error)
        return pair[starts], minutes[starts]

    def nothing_read(self) -> Fault:
        """Say that the file does not fit the list."""
        rows = f"none of its rows ({self._rows_left_out:,}) is" if self._rows_left_out else "no row is"
        strangers = self._positions.strangers()
        value = strangers[0] if strangers else None
        problem = f"{rows} between two practices of the list"
        remedy = f"Give practice codes as the list has them, such as {self.codes[0]!r}"
        return Fault(self.file, None, None, value, problem, remedy)

    def notes(self) -> tuple[str, ...]:
        """Say how many rows were left out, and which codes they named."""
        if not self._rows_left_out:
            return ()
        named = some_of(self._positions.strangers())
        rows = f"Rows of {self.file} left out because they name practices that are not in the list"
        return (f"{rows}: {self._rows_left_out:,} ({named}).",)


def _matrix_bytes(path: str | Path) -> bytes:
    file = str(path)
    try:
        with open_regular(path) as stream:
            data = stream.read(_MAX_MATRIX_BYTES + 1)
    except OSError as error:
        problem = f"it cannot be read: {error.strerror or error}"
        raise InputError([Fault(file, None, None, None, problem, "Check the file")]) from error
    if len(data) > _MAX_MATRIX_BYTES:
        problem = f"it is larger than {_MAX_MATRIX_BYTES // 2**20} MiB"
        remedy = "Keep the rows between practices of the list, or the journeys under an hour"
        raise InputError([Fault(file, None, None, None, problem, remedy)])
    if not data.strip():
        remedy = "Give a header row with from, to and minutes, and one row a journey"
        raise InputError([Fault(file, None, None, None, "it is empty", remedy)])
    return data


def _header(records: Iterator[list[str] | csv.Error]) -> tuple[int, list[str]]:
    """Take records up to the first that is not blank, and give it with its row."""
    for row, cells in enumerate(records, start=1):
        if not isinstance(cells, csv.Error) and any(map(str.strip, cells)):
            return row, cells
    return 1, []


def _records(text: str) -> Iterator[list[str] | csv.Error]:
    """Yield every record of a text, and a csv.Error in place of a broken one.

    The tables of practices hold all their rows at once; a matrix has too many.
    """
    first = next((line for line in _lines(text) if line.strip()), "")
    # The delimiter under which the header names the most columns, else has the most.
    delimiter = max(_DELIMITERS, key=lambda each: _header_score(first, each))
    reader = csv.reader(_lines(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        try:
            yield from reader
        except csv.Error as error:
            yield error
        else:
            return


def _header_score(line: str, delimiter: str) -> tuple[int, int]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return (0, 0)
    return len(find_columns(cells, _FIELDS, ()).index), len(cells)


def _lines(text: str) -> Iterator[str]:
    return (match.group() for match in _LINE.finditer(text))
