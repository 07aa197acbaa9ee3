"""Registrations as published: a row a practice and neighbourhood, from a file of millions of rows."""

from __future__ import annotations

import csv
import re
from array import array
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.errors import Fault
from netform.inputs.long_table import header_of, lines_of, opened, records_of
from netform.inputs.pair_table import PairColumns, RowReader, raise_if_any
from netform.practices.columns import ALIASES, plain_name
from netform.practices.rows import MAX_FAULTS
from netform.practices.values import (
    CellError,
    clean_code,
    clean_text,
    decimal_number,
    some_of,
)
from netform.ranges import WEIGHTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["RegistrationCounts", "read_counts"]

# The file of all England has 1.1 million rows and 60 MB unpacked.
_MAX_BYTES = 2 * 2**30
_MAX_ROWS = 12_000_000
# What the file has, for messages.
_WHAT = "practices by LSOA"
# Codes of England: E01 and six digits (ONS coding and naming). W01 is Wales, where lists are not counted by LSOA.
_LSOA = re.compile(r"E01[0-9]{6}")
# Names of other things that are remembered, for the note.
_MOST_NAMED = 1000
_MOST_REMEMBERED = 100_000

# Case, spaces and underscores are ignored; the first of each is what messages call it.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "practice_code": ALIASES["practice_code"],
    "lsoa_code": (
        "lsoa_code", "lsoa", "lsoa21_code", "lsoa11_code", "lsoa21", "lsoa11", "lsoa21cd", "lsoa11cd",
        "lsoa_2021", "lsoa_2011", "lsoa_code_2021", "lsoa_code_2011", "lsoa_2021_code", "lsoa_2011_code",
    ),
    "patients": ("patients", "all_patients", "registrations", *ALIASES["list_size"]),
}  # fmt: skip
_SEX = frozenset({"sex", "gender"})
_ALL = frozenset({"ALL", "TOTAL", "PERSONS"})
# What stands where a number is too small to be published.
_SUPPRESSED = re.compile(
    r"[*~#.:-]{1,3}|c|\[[cx]\]|suppressed\*?|low|(?:<|<=|\u2264|under|below|less than|fewer than) *[0-9]{1,2}"
    r"|[01] *(?:-|to|\u2013) *[0-9]{1,2}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RegistrationCounts:
    """Patients of a practice in an LSOA, one entry each, in order of LSOA and practice.

    Attributes
    ----------
    practice, lsoa : ndarray of int32, shape (entries,)
        Numbers of the practice in the list, and of the LSOA among those of the file.
    patients : ndarray of float64, shape (entries,)
    elsewhere : ndarray of float64, shape (practices,)
        Patients of each practice who stand under what is no LSOA of England.
    names : tuple of str, length LSOAs
        The code of each LSOA.
    others : ndarray of float64, shape (LSOAs,)
        Patients of practices that are not in the list, as far as the file has them.
    notes : tuple of str
        What a planner should read of how the file was taken.
    """

    practice: NDArray[np.int32]
    lsoa: NDArray[np.int32]
    patients: NDArray[np.float64]
    elsewhere: NDArray[np.float64]
    names: tuple[str, ...] = ()
    others: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    notes: tuple[str, ...] = ()


def read_counts(path: Path, codes: Sequence[str]) -> RegistrationCounts:
    """Count the patients of each practice in each LSOA.

    Parameters
    ----------
    path : Path
        See `netform.inputs.registrations.read_registrations`.
    codes : sequence of str
        Of the practices of the list; rows of others are left out.

    Returns
    -------
    RegistrationCounts
        Of at least one practice in one LSOA.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    file = str(path)
    with opened(path) as stream:
        records = records_of(lines_of(stream, file, _WHAT, _MAX_BYTES, _counts_everybody), file, _WHAT)
        header_row, headers = header_of(records)
        columns, sex = _find_columns(headers)
        raise_if_any(file, _column_faults(file, header_row, columns))
        reader = _RegistrationReader(file, columns, codes, sex)
        reader.read(records, header_row + 1)
    counts = reader.counts()
    if not reader.faults and not len(counts.practice):
        reader.faults.append(reader.nothing_read())
    raise_if_any(file, reader.faults)
    return replace(counts, notes=reader.notes(path.name, counts))


class _RegistrationReader(RowReader):
    """Reads row after row; flat arrays, because a national file has a million rows and more."""

    def __init__(self, file: str, columns: PairColumns, codes: Sequence[str], sex: int | None) -> None:
        super().__init__(file, columns, codes)
        self.others = np.zeros(len(codes))
        self._sex = sex
        self._positions = {code: index for index, code in enumerate(codes)}
        self._lsoas: dict[str, int] = {}
        # Practice and LSOA as one number: a national file has a million such pairs.
        self._row, self._pair = array("i"), array("q")
        self._patients = array("d")
        self._elsewhere: dict[str, float] = {}
        self._strangers_in: dict[str, float] = {}
        self._rows_of_strangers = 0
        self._rows_of_one_sex = 0
        self._rows_suppressed = 0
        self._a_stranger: str | None = None

    def read(self, records: Iterable[list[str] | csv.Error], first_row: int) -> None:
        """Keep the counts of all rows, or their faults."""
        practice_at, lsoa_at, patients_at = (self.columns.index[name] for name in _NAMES)
        sex_at = self._sex
        for row, cells in enumerate(records, start=first_row):
            # The quick way for a row without fault; any doubt goes the slow way, which says what is wrong.
            if not isinstance(cells, csv.Error) and len(cells) == self.width:
                practice = self._positions.get(cells[practice_at])
                lsoa = self._lsoas.get(cells[lsoa_at])
                text = cells[patients_at]
                whole = sex_at is None or cells[sex_at] == "ALL"
                if practice is not None and practice < 0:
                    self._pass_over(cells[lsoa_at], text if whole else "")
                    continue
                if (
                    practice is not None
                    and lsoa is not None
                    and whole
                    and len(text) < 8
                    and text.isascii()
                    and text.isdecimal()
                ):
                    self._keep(row, practice, lsoa, float(text))
                    continue
            self._read_slowly(row, cells)
            if len(self.faults) > MAX_FAULTS:
                return
            if row - first_row >= _MAX_ROWS:
                error = CellError(
                    f"it has more than {_MAX_ROWS:,} rows", "Keep the rows of the list's practices"
                )
                self.fault(row, None, None, error)
                return

    def _keep(self, row: int, practice: int, lsoa: int, patients: float) -> None:
        self._row.append(row)
        self._pair.append(lsoa * len(self.codes) + practice)
        self._patients.append(patients)

    def _pass_over(self, lsoa: str, patients: str) -> None:
        """Count the patients of a practice that is not in the list, where its row says how many."""
        self._rows_of_strangers += 1
        if patients.isascii() and patients.isdecimal() and len(patients) < 8:
            known = lsoa in self._strangers_in or len(self._strangers_in) < _MOST_REMEMBERED
            if known:
                self._strangers_in[lsoa] = self._strangers_in.get(lsoa, 0.0) + float(patients)

    def _read_slowly(self, row: int, cells: list[str] | csv.Error) -> None:  # noqa: PLR0911 (a row left out each)
        if isinstance(cells, csv.Error):
            self.fault(
                row, None, None, CellError(f"the row is not CSV: {cells}", "Check its quotation marks")
            )
            return
        if not any(map(str.strip, cells)) or not self.has_right_width(row, cells):
            return
        if self._sex is not None and cells[self._sex].strip().upper() not in _ALL:
            self._rows_of_one_sex += 1
            return
        practice = self.value(row, cells, "practice_code", self._position, -1)
        if practice < 0:
            self._pass_over(cells[self.columns.index["lsoa_code"]], cells[self.columns.index["patients"]])
            return
        before = len(self.faults)
        lsoa = cells[self.columns.index["lsoa_code"]].strip().upper()
        if _SUPPRESSED.fullmatch(cells[self.columns.index["patients"]].strip()):
            self._rows_suppressed += 1
            return
        patients = self.value(row, cells, "patients", _patients, 0.0)
        if len(self.faults) > before:
            return
        if _LSOA.fullmatch(lsoa):
            self._keep(row, practice, self._lsoas.setdefault(lsoa, len(self._lsoas)), patients)
            return
        self.others[practice] += patients
        if lsoa in self._elsewhere or len(self._elsewhere) < _MOST_NAMED:
            self._elsewhere[lsoa] = self._elsewhere.get(lsoa, 0.0) + patients

    def _position(self, text: str) -> int:
        found = self._positions.get(clean_code(text), -1)
        if found < 0:
            self._a_stranger = self._a_stranger or text
        if len(self._positions) < len(self.codes) + _MOST_REMEMBERED:
            self._positions[text] = found
        return found

    def counts(self) -> RegistrationCounts:
        """Give the counts in order, and note a fault for each practice and LSOA that stand in two rows."""
        if not self._pair:
            return RegistrationCounts(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0), self.others)
        pair = np.frombuffer(self._pair, np.int64)
        order = np.argsort(pair, kind="stable")
        pair = pair[order]
        lsoa, practice = (part.astype(np.int32) for part in np.divmod(pair, len(self.codes)))
        twice = np.flatnonzero(np.diff(pair) == 0)[: MAX_FAULTS + 1]
        names = list(self._lsoas)
        for at in twice.tolist():
            earlier, row = sorted((self._row[order[at]], self._row[order[at + 1]]))
            problem = (
                f"practice {self.codes[practice[at]]} in {names[lsoa[at]]} stands in row {earlier}"
                f" and again in row {row}"
            )
            self.fault(row, "lsoa_code", names[lsoa[at]], CellError(problem, "Keep one of the two rows"))
        strangers = np.array([self._strangers_in.get(name, 0.0) for name in names])
        patients = np.frombuffer(self._patients, np.float64)[order]
        return RegistrationCounts(practice, lsoa, patients, self.others, tuple(names), strangers)

    def nothing_read(self) -> Fault:
        """Say that the file does not fit the list."""
        if self._elsewhere:
            problem = "no row has the code of an LSOA"
            remedy = "Give codes of 2011 or 2021, such as 'E01008064'"
            value = next(iter(self._elsewhere))
        elif self._rows_of_one_sex and not self._rows_of_strangers:
            problem, value = "every row is about one sex, and none about all patients", None
            remedy = "Use the publication that has rows with sex ALL"
        else:
            problem, value = "no row is of a practice of the list", self._a_stranger
            remedy = f"Give practice codes as the list has them, such as {self.codes[0]!r}"
        return Fault(self.file, None, None, value, problem, remedy)

    def notes(self, name: str, counts: RegistrationCounts) -> tuple[str, ...]:
        """Say what was taken, and what was not."""
        patients = round(float(counts.patients.sum() + self.others.sum()))
        taken = f"{patients:,} registrations in {len(self._lsoas):,} LSOAs, scaled to the list"
        notes = [f"Where patients live is from {name}: {taken}."]
        if self._elsewhere:
            codes = some_of([clean_text(code)[0][:20] or "blank" for code in sorted(self._elsewhere)])
            notes.append(
                f"Of {round(float(self.others.sum())):,} patients of {name} it is not known where they live:"
                f" they stand under what is no LSOA of England ({codes})."
            )
        if self._rows_of_one_sex:
            notes.append(f"Rows of {name} about one sex, left out: {self._rows_of_one_sex:,}.")
        if self._rows_suppressed:
            notes.append(
                f"Rows of {name} whose small number of patients is suppressed, left out: {self._rows_suppressed:,}."
            )
        if self._rows_of_strangers:
            notes.append(
                f"Rows of {name} about practices that are not in the list, left out: {self._rows_of_strangers:,}."
            )
        return tuple(notes)


def _patients(text: str) -> float:
    if not text:
        raise CellError("the number of patients is blank", "Give it, or remove the row")
    return decimal_number(text, WEIGHTED)


def _find_columns(headers: Sequence[str]) -> tuple[PairColumns, int | None]:
    """Find the three columns, and the one with the sex."""
    plain = [plain_name(header) for header in headers]
    index: dict[str, int] = {}
    rivals: list[tuple[str, str, str]] = []
    for name, aliases in _NAMES.items():
        own, *others = (plain_name(alias) for alias in aliases)
        claims = [at for at, header in enumerate(plain) if header == own]
        claims = claims or [at for at, header in enumerate(plain) if header in others]
        if claims:
            index[name] = claims[0]
        if len(claims) > 1:
            rivals.append((name, headers[claims[0]], headers[claims[1]]))
    missing = tuple(name for name in _NAMES if name not in index)
    sex = next((at for at, header in enumerate(plain) if header in _SEX), None)
    return PairColumns(tuple(header.strip() for header in headers), index, missing, tuple(rivals)), sex


def _column_faults(file: str, row: int, columns: PairColumns) -> list[Fault]:
    found = some_of([repr(header[:40]) for header in columns.headers if header]) or "none"
    faults = [
        Fault(
            file,
            row,
            None,
            None,
            f"no column is the {name!r}; the columns are {found}",
            f"Name it {name!r}, or one of the usual names ({', '.join(_NAMES[name][1:5])})",
        )
        for name in columns.missing
    ]
    return faults + [
        Fault(
            file,
            row,
            second,
            None,
            f"columns {first!r} and {second!r} could each be the {name!r}",
            f"Name the right one {name!r}, or remove the other",
        )
        for name, first, second in columns.rivals
    ]


def _counts_everybody(head: bytes) -> bool:
    """Whether a file that begins so is of registrations by LSOA, and not of one sex as others of its archive are."""
    rows = list(csv.reader(head.decode("utf-8-sig", "replace").splitlines()[:2]))
    columns, sex = _find_columns(rows[0]) if rows else (None, None)
    if columns is None or columns.missing:
        return False
    return sex is None or (len(rows) > 1 and rows[1][sex : sex + 1] == ["ALL"])
