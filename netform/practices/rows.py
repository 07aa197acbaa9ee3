"""Rows: from the cells below the header to practices, one by one, with every fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from netform.errors import Fault
from netform.practices.breakdown import whole_practice_rows
from netform.practices.closing import CLOSED_STATUSES, NO, YES, Closing, status_column
from netform.practices.coordinates import check_degrees, check_grid
from netform.practices.model import Practice
from netform.practices.network_names import network_name_notes
from netform.practices.parts import split_lists
from netform.practices.postcode import normal_postcode, postcode_text
from netform.practices.unused_area import unused_area_notes
from netform.practices.values import (
    NO_NETWORK,
    UNKNOWN,
    CellError,
    clean_code,
    clean_text,
    decimal_number,
    is_total,
    list_size,
    rounded_list_size,
    some_of,
)
from netform.ranges import FULL_TIME, WEIGHTED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from netform.practices.columns import Columns
    from netform.practices.tables import Table

__all__ = ["MAX_FAULTS", "read_rows", "wrong_width"]

# More than anyone mends by hand: such a file is of another kind.
MAX_FAULTS = 1000

_MEASURES = ("weighted_list_size", "gp_fte", "nurse_fte", "dpc_fte")

# The largest practice of England has about 115,000 patients (July 2026); and so many times the middle one is a slip.
LARGEST_LIST, OUTLIER = 120_000, 100
# No list of practices has a middle one this small: its sizes may be in thousands.
SMALLEST_MIDDLE = 100

_ONE_OF_TWO = "Keep one of the two rows; a branch has no list of its own. A list that is split: --split"

_T = TypeVar("_T")


def read_rows(
    table: Table, position: int, columns: Columns, *, split: bool = False
) -> tuple[list[Practice], list[Fault], list[str]]:
    """Read the practices of a table.

    Parameters
    ----------
    table : Table
    position : int
        Of the header among its rows.
    columns : Columns
        Where the fields stand.
    split : bool
        Whether rows of one practice are the parts of a split list.

    Returns
    -------
    practices : list of Practice
        In file order; those of a row with a fault are left out.
    faults : list of Fault
        In file order; once there are more than a thousand, reading stops.
    notes : list of str
    """
    broken = {fault.row for fault in table.faults}
    rows, notes, faults = whole_practice_rows(table, position)
    reader = _RowReader(table.file, columns, split=split)
    for row, cells in rows:
        if row not in broken:
            reader.read(row, cells)
        if len(reader.faults) > MAX_FAULTS:
            break
    if split:
        reader.split()
    return reader.practices, faults + reader.faults, notes + reader.notes() + unused_area_notes(rows, columns)


def wrong_width(file: str, row: int, cells: Sequence[str], width: int) -> Fault | None:
    """Give the fault of a row that has not a cell for each header; None where it has.

    Parameters
    ----------
    file, row : str, int
        Where it stands.
    cells : sequence of str
    width : int
        Of the header.
    """
    found = len(cells)
    if found == width or (found > width and not any(map(str.strip, cells[width:]))):
        return None
    problem = f"the row has {found} cells and the header has {width}"
    remedy = "Put a name that holds a comma in quotation marks; leave unknown cells blank; remove footnotes"
    return Fault(file, row, None, cells[0] if cells else None, problem, remedy)


class _RowReader:
    """Reads row after row, and remembers what has to hold across rows."""

    def __init__(self, file: str, columns: Columns, *, split: bool = False) -> None:
        self.practices: list[Practice] = []
        self.faults: list[Fault] = []
        self._file = file
        self._columns = columns
        self._index = columns.index
        self._width = len(columns.headers)
        self._status = status_column(columns.headers)
        self._closing = Closing(columns.headers)
        self._row = 0
        self._cells: list[str] = []
        self._row_of_code: dict[str, int] = {}
        self._stripped: list[str] = []
        self._averages: list[str] = []
        self._closed: list[str] = []
        self._second_networks: list[str] = []
        self._split = split
        self._split_notes: list[str] = []
        # The network of a practice that was read, and its list size.
        self._network_of: dict[str, tuple[str, int]] = {}

    def read(self, row: int, cells: list[str]) -> None:
        """Add the practice of one row, or its faults."""
        self._row, self._cells = row, cells
        if not self._has_right_width() or self._is_totals_row():
            return
        before = len(self.faults)
        code = self._value("practice_code", clean_code, "")
        size = self._value("list_size", self._list_size, 1)
        if not self._split:
            if self._is_second_network(code, size):
                return
            self._refuse_twin(code)
        self._refuse_closed()
        closed = self._closing.said(code, self._cells)
        grid = self._pair("easting", "northing", check_grid)
        degrees = self._pair("latitude", "longitude", check_degrees)
        postcode = self._postcode(has_place=grid is not None or degrees is not None)
        name = self._text("practice_name", code)
        area = self._text("area", code)
        if "area" in self._index and not area:
            self._fault("area", "the area is blank", "Say which area the practice belongs to")
        pcn_code, pcn_name = self._present_network(code)
        weighted, gp, nurse, dpc = map(self._measure, _MEASURES)
        not_geographic = self._flag("not_geographic")
        if len(self.faults) > before:
            return
        if closed:
            self._closed.append(f"{code} ({closed})")
            return
        easting, northing = grid or (None, None)
        latitude, longitude = degrees or (None, None)
        self._network_of[code] = pcn_code, size
        self.practices.append(
            Practice(
                code=code,
                name=name,
                postcode=postcode,
                list_size=size,
                area=area,
                pcn_code=pcn_code,
                pcn_name=pcn_name,
                weighted_list_size=weighted,
                gp_fte=gp,
                nurse_fte=nurse,
                dpc_fte=dpc,
                easting=easting,
                northing=northing,
                latitude=latitude,
                longitude=longitude,
                sides=tuple(self._side(place, code) for place in self._columns.soft),
                divisions=tuple(self._side(place, code) for place in self._columns.divisions),
                not_geographic=not_geographic,
                row=row,
            )
        )

    def split(self) -> None:
        """Make the rows of one practice its parts, or faults where they are the same patients twice."""
        found = split_lists(self.practices)
        self.practices = found.practices
        self._split_notes = found.notes
        header = self._columns.header("practice_code")
        for first, again in found.twins:
            rows = f"row {first.row} and again in row {again.row}"
            problem = f"{again.code} stands in {rows}, of one network and one place"
            remedy = "Keep one of the two rows; parts of a split list differ in their network or postcode"
            self.faults.append(Fault(self._file, again.row, header, again.code, problem, remedy))
        for part in found.taken:
            problem = f"a part of a split list would be called {part.code}, and so is another practice"
            self.faults.append(Fault(self._file, part.row, header, part.code, problem, "Rename one of them"))

    def notes(self) -> list[str]:
        """Say what a user should know about the rows."""
        notes = []
        if self._stripped:
            notes.append(f"Control characters were taken out of the text of {some_of(self._stripped)}.")
        spelt: dict[str, set[str]] = {}
        for practice in self.practices:
            spelt.setdefault(practice.area.casefold(), set()).add(practice.area)
        notes += [
            f"Areas that differ only in case are taken as different: {some_of(sorted(twins))}."
            for twins in spelt.values()
            if len(twins) > 1
        ]
        if self._averages:
            notes.append(
                f"List sizes of {len(self._averages):,} practices are averages with fractions and were rounded: "
                f"{some_of(self._averages)}."
            )
        if self._closed:
            notes.append(
                f"Practices with a closing date were left out: {some_of(self._closed)}. Blank the date to plan them."
            )
        notes += [
            f"What column {header!r} says was not taken for the closing of a practice: {some_of(said)}. If it is, "
            "name the column close_date, and give a date or nothing."
            for header, said in self._closing.strange()
        ]
        if self._second_networks:
            notes.append(
                "Practices that stand in two networks were taken as of the one with the larger list, whose patients "
                f"alone were counted: {some_of(self._second_networks)}. --split plans each row as a part."
            )
        notes += self._split_notes
        notes += network_name_notes(self.practices, self._index)
        notes += _implausible(self.practices, in_thousands=bool(self._averages))
        closing = [practice.code for practice in self.practices if practice.list_size == 1]
        if closing:
            # NHS England: a practice that closes keeps a list of 1 until it is dissolved.
            notes.append(f"A list of 1 patient is how closing practices are published: {some_of(closing)}.")
        return notes

    def _has_right_width(self) -> bool:
        fault = wrong_width(self._file, self._row, self._cells, self._width)
        self.faults += [fault] if fault else []
        return fault is None

    def _is_totals_row(self) -> bool:
        code = self._cell("practice_code")
        # A sum has no address; a practice that lost its code still has one.
        nameless = (
            not code and {"practice_code", "postcode"} <= self._index.keys() and not self._cell("postcode")
        )
        if not is_total(code) and not (nameless and self._cell("list_size")):
            return False
        self._fault("practice_code", "this looks like a totals row, not a practice", "Remove the row")
        return True

    def _cell(self, column: str) -> str:
        place = self._index.get(column)
        return "" if place is None else self._cells[place].strip()

    def _fault(self, column: str, problem: str, remedy: str, value: str | None = None) -> None:
        found = self._cell(column) if value is None else value
        header = self._columns.header(column)
        self.faults.append(Fault(self._file, self._row, header, found, problem, remedy))

    def _value(self, column: str, parse: Callable[[str], _T], default: _T) -> _T:
        """Parse a cell; the default stands for a column that is missing, which is a fault already."""
        if column not in self._index:
            return default
        try:
            return parse(self._cell(column))
        except CellError as error:
            self._fault(column, error.problem, error.remedy)
            return default

    def _list_size(self, text: str) -> int:
        """Read a list size; an average is rounded, and remembered for the note."""
        average = rounded_list_size(text)
        if average is None:
            return list_size(text)
        self._averages.append(self._cell("practice_code"))
        return average

    def _is_second_network(self, code: str, size: int) -> bool:
        """Whether the practice stands already, in another network: then the row of the larger list is kept."""
        before = self._network_of.get(code)
        if not code or before is None:
            return False
        now = self._present_network(code)[0]
        first, listed = before
        if not now or not first or now == first:
            return False
        (kept, large), (other, small) = sorted(((first, listed), (now, size)), key=lambda each: -each[1])
        self._second_networks.append(f"{code} as of {kept} ({large:,} patients), not of {other} ({small:,})")
        if kept == first:
            return True
        self.practices = [practice for practice in self.practices if practice.code != code]
        del self._row_of_code[code], self._network_of[code]
        return False

    def _refuse_twin(self, code: str) -> None:
        if not code:
            return
        first = self._row_of_code.setdefault(code, self._row)
        if first != self._row:
            problem = f"practice code {code} stands in row {first} and again in row {self._row}"
            self._fault("practice_code", problem, _ONE_OF_TWO)

    def _refuse_closed(self) -> None:
        if self._status is None:
            return
        status = self._cells[self._status].strip()
        if status.upper() in CLOSED_STATUSES:
            header = self._columns.headers[self._status]
            problem = "the list says that this practice is not open"
            self.faults.append(
                Fault(self._file, self._row, header, status, problem, "Remove the row, or correct its status")
            )

    def _pair(
        self, first: str, second: str, check: Callable[[float, float], None]
    ) -> tuple[float, float] | None:
        """Own coordinates of the row, when it has them."""
        texts = [self._cell(column) for column in (first, second)]
        known = [text.upper() not in UNKNOWN for text in texts]
        if not any(known) or first not in self._index or second not in self._index:
            return None
        if not all(known):
            blank, given = (first, second) if known[1] else (second, first)
            self._fault(blank, f"the {blank} is blank and the {given} is not", "Give both or neither")
            return None
        before = len(self.faults)
        x, y = (self._value(column, decimal_number, 0.0) for column in (first, second))
        if len(self.faults) > before:
            return None
        try:
            check(x, y)
        except CellError as error:
            self._fault(first, error.problem, error.remedy, value=", ".join(texts))
            return None
        return x, y

    def _postcode(self, *, has_place: bool) -> str:
        if has_place:  # own coordinates win, so a strange postcode does no harm
            return postcode_text(clean_text(self._cell("postcode"))[0])
        return self._value("postcode", normal_postcode, "")

    def _text(self, column: str, code: str) -> str:
        return self._clean(self._cell(column), code)

    def _present_network(self, code: str) -> tuple[str, str]:
        """Code and name of the present network; the name stands for the code in a list that has no codes."""
        said = (self._text(column, code) for column in ("pcn_code", "pcn_name"))
        pcn_code, pcn_name = ("" if text.upper() in UNKNOWN | NO_NETWORK else text for text in said)
        return (pcn_code if "pcn_code" in self._index else pcn_name), pcn_name

    def _side(self, place: int, code: str) -> str:
        if place < 0:
            return ""
        text = self._clean(self._cells[place], code)
        return "" if text.upper() in UNKNOWN else text

    def _clean(self, cell: str, code: str) -> str:
        text, removed = clean_text(cell)
        if removed and code not in self._stripped[-1:]:
            self._stripped.append(code)
        return text

    def _flag(self, column: str) -> bool:
        """Read a yes or no; blank is no."""
        text = self._cell(column).upper()
        if text in YES:
            return True
        if text not in NO | UNKNOWN:
            self._fault(column, "this is neither yes nor no", "Write yes or no, or leave the cell blank")
        return False

    def _measure(self, column: str) -> float | None:
        text = self._cell(column)
        if text.upper() in UNKNOWN:
            return None
        limits = WEIGHTED if column == "weighted_list_size" else FULL_TIME
        return self._value(column, lambda cell: decimal_number(cell, limits), None)


def _implausible(practices: list[Practice], *, in_thousands: bool) -> list[str]:
    """Name list sizes that are likely slips: beyond any practice of England, or a hundred times off the middle one.

    Of numbers with fractions all are, where they may be thousands.
    """
    if not practices:
        return []
    middle = sorted(practice.list_size for practice in practices)[len(practices) // 2]
    sizes = [(practice.list_size, f"{practice.code} ({practice.list_size:,})") for practice in practices]
    all_are = in_thousands and middle < SMALLEST_MIDDLE
    # A list of 1 has a note of its own.
    off = {
        "larger": [said for size, said in sizes if size > LARGEST_LIST or size > OUTLIER * middle],
        "smaller": [said for size, said in sizes if size > 1 and (size * OUTLIER < middle or all_are)],
    }
    return [
        f"List sizes that are {how} than any to be expected, to be checked: {some_of(said)}."
        for how, said in off.items()
        if said
    ]
