"""Branch surgeries: further sites of practices, with no list of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.errors import Fault, InputError
from netform.inputs.places import locate
from netform.practices.columns import plain_name
from netform.practices.coordinates import check_degrees, check_grid
from netform.practices.dates import has_ended
from netform.practices.model import Practice, PracticeList
from netform.practices.postcode import normal_postcode, postcode_text
from netform.practices.reading import read_tables
from netform.practices.text import read_bytes
from netform.practices.values import UNKNOWN, CellError, clean_code, clean_text, decimal_number, some_of
from netform.publications.archive import members_of
from netform.publications.ods import is_branch_file
from netform.publications.sheets import sheets_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from netform.practices.tables import Table

__all__ = ["Branch", "BranchSites", "read_branches"]

# Case, spaces and underscores are ignored.
_ALIASES = {
    "practice": (
        "practice_code", "parent_code", "parent_practice_code", "parent_organisation_code", "parent",
        "gp_practice_code", "main_practice_code", "parent_ods_code", "practice_ods_code", "parent_practice",
    ),
    "code": (
        "branch_code", "branch_surgery_code", "branch_ods_code", "site_code", "code", "organisation_code",
        "ods_code", "org_code",
    ),
    "name": ("branch_name", "branch_surgery_name", "site_name", "name", "organisation_name", "org_name"),
    "postcode": ("postcode", "branch_postcode", "site_postcode", "post_code", "pcds"),
    "easting": ("easting", "eastings", "oseast1m"),
    "northing": ("northing", "northings", "osnrth1m"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "long", "lon", "lng"),
    "closed": ("close_date", "closed_date", "date_closed", "end_date"),
    "left": ("left_parent_date",),
}  # fmt: skip
# NHS Organisation Data Service, ebranchs.csv: 27 columns without a header.
_ODS = {"code": 0, "name": 1, "postcode": 9, "closed": 11, "practice": 14, "left": 16}
_ODS_WIDTH = 27
# Columns any of which say where a branch is.
_PLACES = (("postcode",), ("easting", "northing"), ("latitude", "longitude"))
# There were 1,901 branches of 5,050 practices in 2017; a list of one area's practices has some dozen.
_HEADER_WITHIN = 20
_MOST_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class Branch:
    """A site of a practice beside its main one.

    Attributes
    ----------
    code, name, postcode : str
        As published; the name may be blank, and the postcode where coordinates are given.
    practice_code : str
        Whose branch it is.
    easting, northing : float
        Whole metres on the British National Grid (EPSG:27700).
    quality : str
        How it was placed, see `netform.inputs.places.Places`.
    authority : str
        The local authority of its postcode, blank where that is not known.
    """

    code: str
    name: str
    postcode: str
    practice_code: str
    easting: float
    northing: float
    quality: str
    authority: str = ""


@dataclass(frozen=True, slots=True)
class BranchSites:
    """The branches of the practices of a list.

    Attributes
    ----------
    branches : tuple of Branch
        In order of practice and code.
    homes : ndarray of float64, shape (m, 2)
        Eastings and northings of postcodes around them: where people live.
    notes : tuple of str
    """

    branches: tuple[Branch, ...]
    homes: NDArray[np.float64]
    notes: tuple[str, ...] = ()


def read_branches(
    path: Path, practices: PracticeList, away: Collection[str] = (), *, postcodes_file: Path | None = None
) -> BranchSites:
    """Read the branches of the practices of a list.

    Parameters
    ----------
    path : Path
        CSV or Excel, up to 64 MiB, with columns ``branch_code``, ``practice_code`` and ``postcode`` (or ``easting`` and
        ``northing``, or ``latitude`` and ``longitude``), or the Organisation Data Service's file without a header.
    practices : PracticeList
    away : collection of str
        Practices that are nowhere, whose branches are not asked for.
    postcodes_file : Path, optional
        As `netform.inputs.places.locate`.

    Returns
    -------
    BranchSites

    Raises
    ------
    InputError
        With every fault of the rows of practices that are in the list.
    """
    file = str(path)
    table, position, index = _table(_tables(path, file), file)
    reader = _Reader(table, index, practices, away)
    for row, cells in enumerate(table.rows[position:], position + 1):
        if any(map(str.strip, cells)):
            reader.read(row, cells)
    faults = [*table.faults, *reader.faults]
    if faults:
        raise InputError(faults[:_MOST_FAULTS])
    listed = PracticeList(tuple(reader.found[key] for key in sorted(reader.found)), source=file)
    owners = [practice for practice, _ in sorted(reader.found)]
    if not owners:
        return BranchSites((), np.empty((0, 2)), tuple(reader.notes(file, ())))
    places = locate(listed, postcodes_file=postcodes_file)
    branches = tuple(
        Branch(
            each.code,
            each.name,
            each.postcode,
            owner,
            float(np.round(places.easting[k])),
            float(np.round(places.northing[k])),
            places.quality[k],
            places.authorities[k] if places.authorities else "",
        )
        for k, (owner, each) in enumerate(zip(owners, listed, strict=True))
    )
    return BranchSites(branches, places.homes, (*reader.notes(file, owners), *places.notes))


def _tables(path: Path, file: str) -> list[Table]:
    """Take a file for tables, of an archive the first member that has branches."""
    wanted = "a table with one row a branch: branch_code, practice_code, postcode"
    members = list(members_of(read_bytes(path, wanted=wanted), file))
    for name, data in members if len(members) > 1 else ():
        if any(is_branch_file(sheet) for sheet in sheets_of(data, name)):
            return read_tables(data, name)
    return read_tables(members[0][1], members[0][0])


def _table(tables: Sequence[Table], file: str) -> tuple[Table, int, dict[str, int]]:
    """Find the sheet, where its first branch stands, and the columns; a header names the practice and a place."""
    for table in tables:
        for at, cells in enumerate(table.rows[:_HEADER_WITHIN]):
            index = _columns(cells)
            if {"practice", "code"} <= index.keys() and _has_place(index):
                return table, at + 1, index
    for table in tables:
        rows = [cells for cells in table.rows[:_HEADER_WITHIN] if any(cells)]
        if (
            rows
            and all(len(cells) == _ODS_WIDTH for cells in rows)
            and _is_postcode(rows[0][_ODS["postcode"]])
        ):
            return table, 0, dict(_ODS)
    problem = "no row is a header with the branch_code, the practice_code and the postcode"
    remedy = (
        "Name the columns so, or give easting and northing, or latitude and longitude, or the file of the"
        " Organisation Data Service as it is"
    )
    raise InputError([Fault(file, None, None, None, problem, remedy)])


def _columns(cells: Sequence[str]) -> dict[str, int]:
    plain = [plain_name(cell) if len(cell) <= 80 else "" for cell in cells]
    index: dict[str, int] = {}
    for name, aliases in _ALIASES.items():
        at = next((plain.index(known) for known in map(plain_name, aliases) if known in plain), None)
        if at is not None and at not in index.values():
            index[name] = at
    return index


def _has_place(index: dict[str, int]) -> bool:
    return any(set(needed) <= index.keys() for needed in _PLACES)


def _is_postcode(text: str) -> bool:
    try:
        return bool(normal_postcode(text.strip()))
    except CellError:
        return False


class _Reader:
    """Reads row after row, and counts those that are not wanted."""

    def __init__(
        self, table: Table, index: dict[str, int], practices: PracticeList, away: Collection[str]
    ) -> None:
        # By practice and branch: a branch may be of two practices.
        self.found: dict[tuple[str, str], Practice] = {}
        self.faults: list[Fault] = []
        self._file = table.file
        self._index = index
        self._wanted = frozenset(practices.codes).difference(away)
        self._others = self._closed = 0

    def read(self, row: int, cells: Sequence[str]) -> None:
        """Keep the branch of one row, or its faults; one of a practice that is not wanted is counted."""
        practice = self._cell(cells, "practice").upper()
        if practice not in self._wanted:
            self._others += 1
            return
        if has_ended(self._cell(cells, "closed")) or has_ended(self._cell(cells, "left")):
            self._closed += 1
            return
        try:
            code = clean_code(self._cell(cells, "code"))
            easting, northing = self._pair(cells, "easting", "northing")
            latitude, longitude = self._pair(cells, "latitude", "longitude")
            has_place = easting is not None or latitude is not None
            postcode = self._cell(cells, "postcode")
            postcode = postcode_text(postcode) if has_place else normal_postcode(postcode)
        except CellError as error:
            said = ", ".join(filter(None, map(str.strip, cells)))[:80]
            self.faults.append(Fault(self._file, row, None, said, error.problem, error.remedy))
            return
        name = clean_text(self._cell(cells, "name"))[0]
        branch = Practice(
            code, name, postcode, 1,
            easting=easting, northing=northing, latitude=latitude, longitude=longitude, row=row,
        )  # fmt: skip
        first = self.found.setdefault((practice, code), branch)
        if first != replace(branch, name=first.name, row=first.row):
            problem = (
                f"branch {code} of {practice} stands in row {first.row} and again, elsewhere, in row {row}"
            )
            remedy = "Keep one of the two rows, or give each branch a code of its own"
            self.faults.append(Fault(self._file, row, None, code, problem, remedy))

    def _cell(self, cells: Sequence[str], name: str) -> str:
        at = self._index.get(name)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    def _pair(self, cells: Sequence[str], first: str, second: str) -> tuple[float, float] | tuple[None, None]:
        texts = [self._cell(cells, name) for name in (first, second)]
        if any(text.upper() in UNKNOWN for text in texts):
            return None, None
        x, y = map(decimal_number, texts)
        (check_grid if first == "easting" else check_degrees)(x, y)
        return x, y

    def notes(self, file: str, owners: Sequence[str]) -> Iterator[str]:
        """Say how many branches of whom there are, and how many rows were left out and why."""
        whose = len(set(owners))
        sites = f"{len(owners):,} branch{'es' * (len(owners) != 1)} of {whose:,} practice{'s' * (whose != 1)}"
        left = [
            f"{number:,} {why}"
            for number, why in (
                (self._others, "of practices that are not planned here"),
                (self._closed, "closed"),
            )
            if number
        ]
        rest = f"; left out: {some_of(left)}" if left else ""
        yield f"Further sites of practices from {file.replace(chr(92), '/').rpartition('/')[2]}: {sites}{rest}."
