"""A user's postcode file: the ONS Postcode Directory or Code-Point Open, whole or in part."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from netform.errors import Fault, InputError
from netform.inputs.gazetteer import Gazetteer, empty_gazetteer, postcode_key
from netform.practices.columns import plain_name
from netform.practices.coordinates import check_grid
from netform.practices.postcode import postcode_form
from netform.practices.text import open_regular
from netform.practices.values import CellError, decimal_number, some_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from netform.practices.model import PracticeList

__all__ = ["UserPostcodes", "read_postcodes_file"]

# The whole ONS Postcode Directory is 1.3 GB.
_MAX_BYTES = 4 * 2**30
_MAX_FAULTS = 1000
_POSTCODE = ("pcds", "pcd8", "pcd7", "pcd", "pcd2", "postcode")
_EASTING = ("oseast1m", "east1m", "eastings", "easting")
_NORTHING = ("osnrth1m", "north1m", "northings", "northing")
_TERMINATED = ("doterm",)
# Code-Point Open comes without a header: postcode, quality, easting, northing, six codes of areas.
_CODE_POINT = (0, 2, 3)


@dataclass(frozen=True, slots=True)
class UserPostcodes:
    """The postcodes of a user's file that the practices of a list may need.

    Attributes
    ----------
    name : str
        The file and the first digits of its SHA-256, for the provenance.
    gazetteers : dict of str to Gazetteer
        By first letter.
    terminated : dict of str to str
        From the key of a postcode that is no longer in use to the date the file gives.
    """

    name: str
    gazetteers: dict[str, Gazetteer]
    terminated: dict[str, str]

    def letter(self, letter: str) -> Gazetteer:
        """Give the postcodes that begin with a letter.

        Parameters
        ----------
        letter : str
            ``A`` to ``Z``.
        """
        return self.gazetteers.get(letter) or empty_gazetteer()

    def terminated_note(self, practices: PracticeList, keys: Sequence[str]) -> list[str]:
        """Name the practices whose postcode is no longer in use.

        Parameters
        ----------
        practices : PracticeList
        keys : sequence of str
            Of their postcodes, in list order; blank where there is none.
        """
        names = [
            f"{practice.code} ({practice.postcode}, {self.terminated[key]})"
            for practice, key in zip(practices, keys, strict=True)
            if key in self.terminated
        ]
        return [f"The postcodes of these practices are no longer in use: {some_of(names)}."] if names else []


@dataclass(slots=True)
class _Rows:
    """What has been read so far."""

    file: str
    columns: tuple[int, int, int]
    doterm: int | None
    header: Sequence[str]
    places: dict[str, tuple[float, float]] = field(default_factory=dict)
    terminated: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, row: int, cells: Sequence[str]) -> None:
        """Keep the place of one postcode, or its fault; a postcode without coordinates is no fault."""
        if len(cells) <= max(self.columns):
            if any(map(str.strip, cells)):
                self._fault(
                    row, 0, cells, "the row has too few cells", "Check the row, or download the file again"
                )
            return
        postcode, *texts = (cells[column].strip() for column in self.columns)
        compact = postcode_form(postcode)
        if compact is None:
            self._fault(row, 0, cells, "this is not the form of a postcode", "Remove the row")
            return
        if compact.startswith("BT") or not any(text.strip("0. ") for text in texts):
            return  # on the Irish grid; or the directory's way of saying that the place is not known
        try:
            easting, northing = map(decimal_number, texts)
            check_grid(easting, northing)
        except CellError as error:
            self._fault(row, 1, cells, error.problem, error.remedy)
            return
        key = postcode_key(compact)
        if self.places.setdefault(key, (easting, northing)) != (easting, northing):
            self._fault(
                row, 0, cells, "this postcode stands in the file twice, at two places", "Keep one of them"
            )
        if self.doterm is not None and len(cells) > self.doterm and cells[self.doterm].strip():
            self.terminated[key] = cells[self.doterm].strip()

    def _fault(self, row: int, which: int, cells: Sequence[str], problem: str, remedy: str) -> None:
        at = self.columns[which]
        value = cells[at] if at < len(cells) else None
        column = self.header[at] if at < len(self.header) else None
        self.faults.append(Fault(self.file, row, column, value, problem, remedy))


def read_postcodes_file(path: Path, letters: frozenset[str]) -> UserPostcodes:
    """Read the postcodes that begin with the given letters from a user's file.

    Parameters
    ----------
    path : Path
        A CSV with a header that names the columns as the ONS Postcode Directory (``pcds``, ``pcd7``,
        ``pcd8``, ``pcd``; ``oseast1m``, ``east1m``; ``osnrth1m``, ``north1m``) or Code-Point Open does
        (``Postcode``, ``Eastings``, ``Northings``), or Code-Point Open without a header. Up to 4 GiB.
    letters : frozenset of str
        First letters to keep; empty for all.

    Returns
    -------
    UserPostcodes

    Raises
    ------
    InputError
        When the file cannot be read, lacks a column, or a needed row is malformed: all such rows at once.
    """
    file = str(path)
    with open_regular(path) as stream:
        digest = hashlib.sha256()
        try:
            rows = _read(_lines(stream, digest, file), file, letters)
        except OSError as error:
            raise _refusal(file, f"it cannot be read: {error.strerror or error}", "Check the file") from error
        except UnicodeDecodeError as error:
            raise _refusal(
                file, "it is not text in UTF-8", "Download it again, or save it as CSV UTF-8"
            ) from error
        except csv.Error as error:
            raise _refusal(file, f"it is not a table: {error}", "Download it again") from error
    if rows.faults:
        raise InputError(rows.faults)
    gazetteers = {}
    for letter in sorted({key[0] for key in rows.places}):
        keys = sorted(key for key in rows.places if key[0] == letter)
        gazetteers[letter] = Gazetteer(
            np.array(keys, dtype="S7"), np.array([rows.places[key] for key in keys], dtype=np.float64)
        )
    return UserPostcodes(f"{path.name} (sha256 {digest.hexdigest()[:12]})", gazetteers, rows.terminated)


def _read(lines: Iterator[str], file: str, letters: frozenset[str]) -> _Rows:
    first = next(lines, "")
    header = _cells(first)
    rows = _with_columns(file, header)
    if rows.columns == _CODE_POINT and rows.header == ():
        rows.add(1, header)
    column = rows.columns[0]
    for row, line in enumerate(lines, start=2):
        # The directory has 2.7 million rows of 60 cells: most are not worth taking apart.
        if column == 0 and letters and line.lstrip(' "')[:1].upper() not in letters:
            continue
        cells = _cells(line)
        if letters and len(cells) > column and cells[column].strip()[:1].upper() not in letters:
            continue
        rows.add(row, cells)
        if len(rows.faults) >= _MAX_FAULTS:
            break
    return rows


def _lines(stream: BinaryIO, digest: hashlib._Hash, file: str) -> Iterator[str]:
    """Yield the lines of a file in bounded memory, which no row of either gazetteer comes near."""
    left = _MAX_BYTES
    encoding = "utf-8-sig"
    while line := stream.readline(csv.field_size_limit()):
        left -= len(line)
        if left < 0 or (not line.endswith(b"\n") and len(line) >= csv.field_size_limit()):
            raise _refusal(file, "it is too large, or has no lines", "Give a CSV file of postcodes")
        digest.update(line)
        yield line.decode(encoding)
        encoding = "utf-8"


def _cells(line: str) -> list[str]:
    return next(csv.reader([line]), [])


def _with_columns(file: str, header: Sequence[str]) -> _Rows:
    """Find the columns by name; a first row that is itself a postcode and two numbers is Code-Point Open."""
    plain = [plain_name(cell) for cell in header]
    at = [
        next((plain.index(name) for name in names if name in plain), None)
        for names in (_POSTCODE, _EASTING, _NORTHING, _TERMINATED)
    ]
    postcode, easting, northing, doterm = at
    if postcode is not None and easting is not None and northing is not None:
        return _Rows(file, (postcode, easting, northing), doterm, header)
    if _is_code_point(header):
        return _Rows(file, _CODE_POINT, None, ())
    lacking = [
        Fault(file, 1, None, None, f"no column is the {name}", f"Name it one of {', '.join(names)}")
        for name, names, place in (
            ("postcode", _POSTCODE, postcode),
            ("easting", _EASTING, easting),
            ("northing", _NORTHING, northing),
        )
        if place is None
    ]
    raise InputError(lacking)


def _is_code_point(cells: Sequence[str]) -> bool:
    if len(cells) <= max(_CODE_POINT) or postcode_form(cells[0]) is None:
        return False
    return all(cells[column].strip().isdecimal() for column in _CODE_POINT[1:])


def _refusal(file: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault(file, None, None, None, problem, remedy)])
