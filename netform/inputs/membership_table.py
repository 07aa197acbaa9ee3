"""Tables of practices and their networks, of whatever make: which columns they have, and what a row says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.inputs.pair_table import WORKBOOK, PairColumns, RowReader, raise_if_any
from netform.practices.cells import plain_cell
from netform.practices.columns import ALIASES as PRACTICE_ALIASES
from netform.practices.columns import plain_name
from netform.practices.dates import has_ended
from netform.practices.names import written_name
from netform.practices.rows import MAX_FAULTS
from netform.practices.tables import HEADER_WITHIN, read_csv
from netform.practices.text import read_bytes
from netform.practices.values import NO_NETWORK, CellError, clean_code, clean_text, some_of
from netform.practices.workbook import read_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netform.practices.tables import Table

__all__ = ["MOST_LABEL", "NETWORK_ALIASES", "Memberships", "read_memberships", "without_unassigned"]

# What the column of a network is called. A name further up wins over those below it; two of one line in a
# file are a fault. Practices of a list also carry pcn_code, so netform's own names stand first.
NETWORK_ALIASES: tuple[tuple[str, ...], ...] = (
    ("network",),
    ("network_id",),
    (
        *PRACTICE_ALIASES["pcn_code"], "group", "group_id", "cluster", "cluster_id", "new_network",
        "proposed_network",
    ),
    ("network_name", *PRACTICE_ALIASES["pcn_name"], "group_name", "cluster_name"),
)  # fmt: skip
_CODE_ALIASES = (
    PRACTICE_ALIASES["practice_code"][:1],
    (
        *PRACTICE_ALIASES["practice_code"][1:], "practice", "gp_practice", "partner_organisation_code",
        "partner_organization_code",
    ),
)  # fmt: skip
# What the names of networks are called where a column of codes stands beside them.
_NAME_ALIASES = ("network_name", "group_name", "cluster_name")
# What a column is called that says until when a practice was in a network, as ODS and people write it.
_END_DATE = re.compile(
    r".*end(?:date|ed|edon)?|.*left(?:date|on)?|date(?:left|ended|to|until)|leav(?:e|ing)date|(?:valid|effective)?(?:to|until)(?:date)?"
)
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.0*)?")
# How a fault about a code that the list lacks ends.
_NOT_LISTED = "is not in the list"
# NHS publications write U for a practice without a network.
_NO_NETWORK = "U"
# So many practices that are not in the list, and as large a share of the file, are those of other areas.
_FEWEST_ELSEWHERE, _SHARE_ELSEWHERE = 20, 0.3
# A column of which so large a share is practices of the list holds their codes, whatever it is called.
_SHARE_OF_CODES = 0.8
# Labels are shown on maps and in tables; the longest name of a real network has 70 characters.
MOST_LABEL = 200


@dataclass(frozen=True, slots=True)
class Memberships:
    """What a table says of the practices of a list.

    Attributes
    ----------
    network_of : mapping of str to str
        The label of the network of each practice that is in one.
    names : mapping of str to str
        By label, for people, where a column of names stands beside that of the labels.
    notes : tuple of str
    """

    network_of: Mapping[str, str]
    names: Mapping[str, str]
    notes: tuple[str, ...]


def read_memberships(file: str, codes: Sequence[str]) -> Memberships:
    """Read a CSV file or a workbook with a column of practice codes and one of networks, up to 64 MiB.

    Parameters
    ----------
    file : str
    codes : sequence of str
        Of the practices of the list.

    Raises
    ------
    InputError
        With every fault: codes that are not in the list, or are blank; a practice in two networks; two names
        that differ only in case; no practice in a network at all.
    """
    data = read_bytes(file)
    tables = read_xlsx(data, file) if data.startswith(WORKBOOK) else read_csv(data, file)
    found = [(table, *_find_header(table, codes)) for table in tables]
    # The first sheet that has both columns; else the one that has most of them.
    table, row, columns = next(
        (each for each in found if not each[2].missing and not each[2].rivals),
        max(found, key=lambda each: len(each[2].index)),
    )
    reader = _MembershipReader(table.file, columns, codes)
    reader.faults += [*table.faults, *_column_faults(table.file, row, columns)]
    broken = {fault.row for fault in table.faults}
    if len(columns.index) == 2:
        for number, cells in enumerate(table.rows[row:], start=row + 1):
            if number not in broken and any(map(str.strip, cells)) and len(reader.faults) <= MAX_FAULTS:
                reader.read(number, cells)
        reader.settle()
    if not reader.faults and not any(reader.network_of.values()):
        problem = "it puts no practice of the list in a network"
        remedy = "Give one row a practice, with its code and the network it is in"
        if reader.ended:
            problem = (
                f"all its memberships of practices of the list have an end date, such as {reader.ended[0]}"
            )
            remedy = "Blank the end dates of memberships that go on"
        reader.faults.append(Fault(table.file, None, None, None, problem, remedy))
    raise_if_any(table.file, reader.faults)
    placed = {code: label for code, label in reader.network_of.items() if label}
    return Memberships(placed, reader.names, (*table.notes, *reader.notes))


def _find_header(table: Table, codes: Sequence[str]) -> tuple[int, PairColumns]:
    """Find the row that names most of the two columns, and where they stand.

    Where no row names them, and the table has two columns of which one holds codes of the list, they are that one and
    the other.
    """
    found = _named_header(table)
    return found if len(found[1].index) == 2 else _unnamed_columns(table, codes) or found


def _unnamed_columns(table: Table, codes: Sequence[str]) -> tuple[int, PairColumns] | None:
    """Take two columns for practices and networks by what stands in them; None where neither holds codes."""
    filled = [(row, cells) for row, cells in enumerate(table.rows, start=1) if any(map(str.strip, cells))]
    if not filled or any(len(cells) != 2 for _, cells in filled):
        return None
    known = frozenset(codes)
    held = [sum(cells[at].strip().upper() in known for _, cells in filled) for at in (0, 1)]
    code_at = held.index(max(held))
    if max(held) < _SHARE_OF_CODES * len(filled):
        return None
    row, first = filled[0]
    index = {"practice_code": code_at, "network": 1 - code_at}
    if first[code_at].strip().upper() in known:
        # There is no header: the first row is a practice like the others.
        names = ["practice_code", "network"] if code_at == 0 else ["network", "practice_code"]
        return row - 1, PairColumns(tuple(names), index, (), ())
    return row, PairColumns(tuple(cell.strip() for cell in first), index, (), ())


def _named_header(table: Table) -> tuple[int, PairColumns]:
    """Find the row that names most of the two columns by their usual names."""
    numbered = [
        (row, _match(cells))
        for row, cells in enumerate(table.rows[:HEADER_WITHIN], start=1)
        if any(map(str.strip, cells))
    ]
    return max(numbered, key=lambda each: len(each[1].index), default=(1, _match([])))


def _match(headers: Sequence[str]) -> PairColumns:
    plain = [plain_name(header) if len(header) <= 80 else "" for header in headers]
    index: dict[str, int] = {}
    rivals = []
    for name, ranks in (("practice_code", _CODE_ALIASES), ("network", NETWORK_ALIASES)):
        for aliases in ranks:
            known = {plain_name(alias) for alias in aliases}
            claims = [at for at, header in enumerate(plain) if header in known]
            if claims:
                index[name] = claims[0]
                if len(claims) > 1:
                    rivals.append((name, headers[claims[0]], headers[claims[1]]))
                break
    missing = tuple(name for name in ("practice_code", "network") if name not in index)
    return PairColumns(tuple(header.strip() for header in headers), index, missing, tuple(rivals))


def _column_faults(file: str, row: int, columns: PairColumns) -> list[Fault]:
    usual = {
        "practice_code": ", ".join(_CODE_ALIASES[1][:4]),
        "network": "network_id, pcn_code, pcn_name, group",
    }
    found = some_of([repr(header[:40]) for header in columns.headers if header]) or "none"
    return [
        Fault(
            file,
            row,
            None,
            None,
            f"no column is the {name}; the columns are {found}",
            f"Name it {name!r}, or one of the usual names ({usual[name]})",
        )
        for name in columns.missing
    ] + [
        Fault(
            file,
            row,
            second,
            None,
            f"columns {first!r} and {second!r} could each be the {name}",
            f"Name the right one {name!r}, or remove the other",
        )
        for name, first, second in columns.rivals
    ]


def without_unassigned(network_of: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Blank the networks that are none, such as ``Unassigned``, ``TBC``, and 0 among other numbers.

    Parameters
    ----------
    network_of : mapping of str to str
        The label of each practice.

    Returns
    -------
    network_of : dict of str to str
    notes : list of str
    """
    labels = set(filter(None, network_of.values()))
    none = {label for label in labels if label.upper() in NO_NETWORK}
    numbers = {label for label in labels - none if _NUMBER.fullmatch(label)}
    # What drawing tools write for what has not been put into a district yet.
    zeros = {label for label in numbers if float(label) in (0, -1)}
    if numbers == labels - none and zeros != numbers:
        none |= zeros
    notes = [
        f"Practices of network {label} were taken as not yet placed: "
        f"{some_of([code for code, said in network_of.items() if said == label])}."
        for label in sorted(none)
    ]
    return {code: "" if label in none else label for code, label in network_of.items()}, notes


class _MembershipReader(RowReader):
    """Reads row after row of a table of practices and their networks."""

    def __init__(self, file: str, columns: PairColumns, codes: Iterable[str]) -> None:
        super().__init__(file, columns, tuple(codes))
        self.network_of: dict[str, str] = {}
        self._row_of: dict[str, int] = {}
        self._first_row_of_label: dict[str, int] = {}
        self._known = frozenset(self.codes)
        self.notes: list[str] = []
        self._strangers: list[Fault] = []
        self._rows = 0
        self.ended: list[str] = []
        self._not_dates: list[str] = []
        self._end_at = next(
            (i for i, h in enumerate(columns.headers) if _END_DATE.fullmatch(plain_name(h))), None
        )
        at = columns.index.get("network")
        header = plain_name(columns.headers[at]) if at is not None else ""
        self._published = header in {plain_name(alias) for alias in PRACTICE_ALIASES["pcn_code"]}
        # The names beside the labels: of present networks where those are what is read.
        beside = PRACTICE_ALIASES["pcn_name"] if self._published else _NAME_ALIASES
        known = {plain_name(alias) for alias in beside}
        self._name_at = next(
            (i for i, h in enumerate(columns.headers) if i != at and plain_name(h) in known), None
        )
        self.names: dict[str, str] = {}

    def read(self, row: int, cells: Sequence[str]) -> None:
        """Keep the practice of one row, or its faults."""
        if not self.has_right_width(row, cells):
            return
        before = len(self.faults)
        self._rows += 1
        code = self.value(row, cells, "practice_code", self._listed_code, "")
        label = self.value(row, cells, "network", self._label, "")
        if len(self.faults) > before:
            # Whether strangers are slips or practices of other areas shows once all rows are read.
            if self.faults[-1].problem.endswith(_NOT_LISTED):
                self._strangers.append(self.faults.pop())
            return
        until = "" if self._end_at is None or len(cells) <= self._end_at else cells[self._end_at].strip()
        ended = has_ended(until)
        if ended:
            self.ended.append(f"{code} ({until[:20]})")
            return
        if ended is None:
            self._not_dates.append(f"{code} ({until[:20]})")
        first = self.network_of.setdefault(code, label)
        first_row = self._row_of.setdefault(code, row)
        if label:
            self._first_row_of_label.setdefault(label, row)
            if self._name_at is not None and self._name_at < len(cells):
                said, _ = clean_text(plain_cell(cells[self._name_at].strip()))
                self.names.setdefault(label, written_name(said[:MOST_LABEL]))
        if first != label:
            where = [f"in network {each!r}" if each else "in no network" for each in (first, label)]
            problem = f"practice {code} is {where[0]} in row {first_row} and {where[1]} in row {row}"
            self.fault(row, "practice_code", code, CellError(problem, "Keep one of the two rows"))

    def has_right_width(self, row: int, cells: Sequence[str]) -> bool:
        """Say whether a row has a cell for each header, and keep a fault when not."""
        surplus = any(map(str.strip, cells[self.width :]))
        if not surplus and len(cells) > max(self.columns.index.values()):
            return True
        problem = f"the row has {len(cells)} cells and the header has {self.width}"
        remedy = "Put names with commas in quotation marks; leave unknown cells blank; remove footnotes"
        self.fault(row, None, cells[0], CellError(problem, remedy))
        return False

    def settle(self) -> None:
        """Judge what only all rows together show: practices of other areas, districts that are none, and twins."""
        elsewhere = len(self._strangers) >= max(_FEWEST_ELSEWHERE, _SHARE_ELSEWHERE * self._rows)
        if elsewhere and any(self.network_of.values()):
            self.notes.append(
                f"{len(self._strangers):,} practices of {self.file} are not in the list, and were left out."
            )
        else:
            self.faults += self._strangers
        if self.ended:
            self.notes.append(f"Memberships with an end date were left out: {some_of(self.ended)}.")
            if self._not_dates:
                self.notes.append(f"Memberships whose end is no date were kept: {some_of(self._not_dates)}.")
        self.network_of, notes = without_unassigned(self.network_of)
        self.notes += notes
        self.refuse_twins()

    def refuse_twins(self) -> None:
        """Keep a fault for names that differ only in case: they are one network, or one is a slip."""
        first: dict[str, str] = {}
        for label, row in self._first_row_of_label.items():
            if label.upper() in NO_NETWORK:
                continue
            twin = first.setdefault(label.casefold(), label)
            if twin != label:
                earlier = f"network {twin!r} in row {self._first_row_of_label[twin]}"
                problem = f"network {label!r} and {earlier} differ only in case"
                self.fault(row, "network", label, CellError(problem, "Write the name in one way"))

    def _listed_code(self, text: str) -> str:
        code = clean_code(plain_cell(text))
        if code not in self._known:
            raise CellError(f"practice {code} {_NOT_LISTED}", self.suggestion(code))
        return code

    def _label(self, text: str) -> str:
        label, _ = clean_text(plain_cell(text))
        if len(label) > MOST_LABEL:
            problem = (
                f"the name of the network has {len(label):,} characters, and at most {MOST_LABEL} are allowed"
            )
            raise CellError(problem, "Check that the column holds networks")
        return "" if self._published and label.upper() == _NO_NETWORK else label
