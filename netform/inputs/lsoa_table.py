"""Tables of LSOAs: their centres, or the postcodes inside them (the ONS Postcode Directory, the NSPL, a lookup)."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from netform.errors import Fault, InputError
from netform.inputs.gazetteer import BundledPostcodes, postcode_key
from netform.inputs.long_table import header_of, lines_of, opened, records_of, refusal
from netform.practices.columns import plain_name
from netform.practices.coordinates import check_grid
from netform.practices.postcode import postcode_form
from netform.practices.rows import MAX_FAULTS
from netform.practices.values import CellError, decimal_number, some_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["LsoaCentres", "is_population", "read_centres", "read_new_codes"]

# The whole ONS Postcode Directory is 1.3 GB.
_MAX_BYTES = 4 * 2**30
_WHAT = "LSOAs with their centres or postcodes"

_OLD = frozenset(map(plain_name, ("lsoa11", "lsoa11cd", "lsoa11_code", "lsoa_2011", "lsoa_2011_code")))
_NEW = frozenset(map(plain_name, ("lsoa21", "lsoa21cd", "lsoa21_code", "lsoa_2021", "lsoa_2021_code")))
_LSOA = _OLD | _NEW | frozenset(map(plain_name, ("lsoa", "lsoa_code", "lsoacd", "lsoa_cd")))
_POSTCODE = ("pcds", "pcd8", "pcd7", "pcd", "pcd2", "postcode")
_EASTING = ("x", "easting", "eastings", "oseast1m", "east1m", "lsoae", "centroidx")
_NORTHING = ("y", "northing", "northings", "osnrth1m", "north1m", "lsoan", "centroidy")
_POPULATION = frozenset(
    map(
        plain_name,
        ("population", "residents", "usual_residents", "resident_population", "total_population", "pop"),
    )
)


@dataclass(frozen=True, slots=True)
class LsoaCentres:
    """The centres of LSOAs.

    Attributes
    ----------
    names : tuple of str, length k
        Codes, in order.
    places : ndarray of float64, shape (k, 2)
        Eastings and northings, metres: the centre, or the mean of the postcodes inside.
    population : ndarray of float64, shape (k,)
        Residents, where a column says; not a number where not.
    """

    names: tuple[str, ...]
    places: NDArray[np.float64]
    population: NDArray[np.float64]


def is_population(header: str) -> bool:
    """Say whether a column holds the number of residents.

    Parameters
    ----------
    header : str
    """
    return plain_name(header) in _POPULATION


@dataclass(slots=True)
class _Sums:
    """What the rows of one column of codes add up to."""

    places: dict[str, list[float]] = field(default_factory=dict)
    population: dict[str, float] = field(default_factory=dict)

    def add(self, code: str, place: tuple[float, float], residents: float | None) -> None:
        sums = self.places.setdefault(code, [0.0, 0.0, 0.0])
        for at, value in enumerate((*place, 1.0)):
            sums[at] += value
        if residents is not None:
            self.population[code] = residents


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a table has what: columns of codes, the place (by coordinates or postcode), the residents."""

    lsoas: tuple[int, ...]
    easting: int | None
    northing: int | None
    postcode: int | None
    population: int | None

    @classmethod
    def of(cls, headers: Sequence[str], file: str, row: int) -> _Columns:
        plain = [plain_name(header) for header in headers]

        def first(names: Iterable[str]) -> int | None:
            return next((plain.index(name) for name in names if name in plain), None)

        columns = cls(
            tuple(at for at, name in enumerate(plain) if name in _LSOA),
            first(_EASTING),
            first(_NORTHING),
            first(_POSTCODE),
            first(sorted(_POPULATION)),
        )
        found = some_of([repr(header[:40]) for header in headers if header.strip()]) or "none"
        if not columns.lsoas:
            problem = f"no column is the code of an LSOA; the columns are {found}"
            raise InputError([Fault(file, row, None, None, problem, "Name it lsoa21cd or lsoa11cd")])
        if columns.postcode is None and (columns.easting is None or columns.northing is None):
            problem = f"no column says where an LSOA is; the columns are {found}"
            remedy = "Give its centre (x, y in metres), or the postcodes inside (pcds), or give polygons"
            raise InputError([Fault(file, row, None, None, problem, remedy)])
        return columns


def read_centres(path: Path, wanted: Collection[str]) -> LsoaCentres:
    """Read where LSOAs are from a table of centres, or of postcodes by LSOA, by what its columns are.

    Parameters
    ----------
    path : Path
        CSV, may be packed with gzip, up to 4 GiB unpacked. With one row an LSOA: its code (``lsoa21cd``, ...), ``x``
        and ``y`` in metres on the National Grid, as ONS publishes population weighted centroids. With one row a
        postcode: ``pcds``, the code, and ``oseast1m`` and ``osnrth1m``; without these the postcodes that come with
        netform say where each is.
    wanted : collection of str
        Codes of LSOAs; rows of others are passed over. Where a table has codes of 2011 and of 2021, the column that
        names more of them is taken.

    Raises
    ------
    InputError
        The table cannot be read, lacks a column, has a place that is none, or names none of the LSOAs wanted.
    """
    file = str(path)
    faults: list[Fault] = []
    with opened(path) as stream:
        records = records_of(lines_of(stream, file, _WHAT, _MAX_BYTES), file, _WHAT)
        row, headers = header_of(records)
        columns = _Columns.of(headers, file, row)
        sums = {at: _Sums() for at in columns.lsoas}
        bundled = BundledPostcodes()
        for number, cells in enumerate(records, start=row + 1):
            if isinstance(cells, csv.Error):
                faults.append(
                    Fault(
                        file, number, None, None, f"the row is not CSV: {cells}", "Check its quotation marks"
                    )
                )
            elif any(len(cells) > at and cells[at].strip() in wanted for at in columns.lsoas):
                _add(cells, number, columns, sums, bundled, wanted, faults, file)
            if len(faults) >= MAX_FAULTS:
                break
    if faults:
        raise InputError(faults)
    best = max(sums.values(), key=lambda each: len(each.places))
    if not best.places:
        problem = "none of its LSOAs is one of the registrations"
        remedy = "Give LSOAs of the same year as the registrations, 2011 or 2021"
        raise refusal(file, problem, remedy)
    names = tuple(sorted(best.places))
    places = np.array([best.places[name] for name in names])
    population = np.array([best.population.get(name, np.nan) for name in names])
    return LsoaCentres(names, places[:, :2] / places[:, 2:], population)


def _add(
    cells: Sequence[str],
    row: int,
    columns: _Columns,
    sums: Mapping[int, _Sums],
    bundled: BundledPostcodes,
    wanted: Collection[str],
    faults: list[Fault],
    file: str,
) -> None:
    """Add a row to its LSOAs, or its fault."""
    try:
        place = _place(cells, columns, bundled)
        residents = None
        if columns.population is not None and cells[columns.population].strip():
            residents = decimal_number(cells[columns.population].strip())
    except CellError as error:
        faults.append(Fault(file, row, None, None, error.problem, error.remedy))
        return
    except IndexError:
        faults.append(Fault(file, row, None, None, "the row has too few cells", "Check the row"))
        return
    if place is not None:
        for at, each in sums.items():
            if cells[at].strip() in wanted:
                each.add(cells[at].strip(), place, residents)


def _place(cells: Sequence[str], columns: _Columns, bundled: BundledPostcodes) -> tuple[float, float] | None:
    """Say where a row lies; None where it is not known."""
    if columns.easting is not None and columns.northing is not None:
        texts = cells[columns.easting].strip(), cells[columns.northing].strip()
        # The directory's way of saying that the place of a postcode is not known.
        if not any(text.strip("0. ") for text in texts):
            return None
        easting, northing = map(decimal_number, texts)
        check_grid(easting, northing)
        return easting, northing
    postcode = postcode_form(cells[columns.postcode or 0])
    if postcode is None:
        raise CellError(
            f"{cells[columns.postcode or 0][:20]!r} is not the form of a postcode",
            "Correct it, or remove the row",
        )
    known = bundled.letter(postcode[0]).within(postcode_key(postcode))
    return (float(known[0, 0]), float(known[0, 1])) if len(known) else None


def read_new_codes(path: Path) -> dict[str, tuple[str, ...]]:
    """Read which LSOAs of 2021 have taken the place of each of 2011, as ONS publishes it.

    Parameters
    ----------
    path : Path
        CSV, may be packed with gzip, with a column of codes of 2011 (``LSOA11CD``) and one of 2021 (``LSOA21CD``).

    Returns
    -------
    dict of str to tuple of str
        Several where an LSOA was divided; the same where it is as it was.

    Raises
    ------
    InputError
        The table cannot be read, or lacks a column.
    """
    file = str(path)
    found: dict[str, dict[str, None]] = {}
    with opened(path) as stream:
        what = "LSOAs of 2011 and 2021"
        records = records_of(lines_of(stream, file, what, _MAX_BYTES), file, what)
        row, headers = header_of(records)
        plain = [plain_name(header) for header in headers]
        old, new = (
            next((at for at, name in enumerate(plain) if name in names), None) for names in (_OLD, _NEW)
        )
        if old is None or new is None:
            shown = some_of([repr(header[:40]) for header in headers if header.strip()]) or "none"
            problem = f"it needs a column of LSOAs of 2011 and one of 2021; the columns are {shown}"
            raise InputError([Fault(file, row, None, None, problem, "Name them lsoa11cd and lsoa21cd")])
        for cells in records:
            if not isinstance(cells, csv.Error) and len(cells) > max(old, new) and cells[old].strip():
                found.setdefault(cells[old].strip(), {})[cells[new].strip()] = None
    return {code: tuple(new for new in news if new) for code, news in found.items()}
