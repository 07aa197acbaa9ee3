"""The practice and the list of practices: what every later stage is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Practice", "PracticeList"]


@dataclass(frozen=True, slots=True)
class Practice:
    """A GP practice as its list gives it.

    Attributes
    ----------
    code : str
        ODS code, upper case, never blank.
    name : str
        As published; blank when the list has none.
    postcode : str
        Upper case with one space (``LS11 8LH``); blank only when coordinates are given.
    list_size : int
        Registered patients, at least 1.
    area : str
        The footprint that no network may cross; blank when no area column was asked for.
    pcn_code : str
        The present network; blank when unknown. Its name where the list has names of networks and no codes.
    pcn_name : str
        The name of the present network, as published; blank when the list has none.
    weighted_list_size : float or None
        Patients weighted for need (Carr-Hill), the basis of shared posts.
    gp_fte, nurse_fte, dpc_fte : float or None
        Full-time equivalents of general practitioners, nurses and direct patient care staff.
    easting, northing : float or None
        Metres on the British National Grid (EPSG:27700), when the list gives them.
    latitude, longitude : float or None
        WGS 84 degrees, when the list gives them instead.
    sides : tuple of str
        On which side of each soft boundary it lies, in the order the columns were asked for; blank where unknown.
    divisions : tuple of str
        Its network in each column that was asked for as a division, in their order; blank where it is in none.
    not_geographic : bool
        Whether the list says that it is not on the ground: a special allocation scheme, an online practice.
    row : int
        The row of the file it came from, for messages; 0 when it was not read from a file.
    """

    code: str
    name: str
    postcode: str
    list_size: int
    area: str = ""
    pcn_code: str = ""
    pcn_name: str = ""
    weighted_list_size: float | None = None
    gp_fte: float | None = None
    nurse_fte: float | None = None
    dpc_fte: float | None = None
    easting: float | None = None
    northing: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    sides: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    not_geographic: bool = False
    row: int = 0

    @property
    def clinical_fte(self) -> float | None:
        """Staff who see patients: general practitioners, nurses and direct patient care; None unless all are known."""
        if self.gp_fte is None or self.nurse_fte is None or self.dpc_fte is None:
            return None
        return self.gp_fte + self.nurse_fte + self.dpc_fte


@dataclass(frozen=True, slots=True)
class PracticeList:
    """The practices of one file, in order of code: row order never matters afterwards.

    Attributes
    ----------
    practices : tuple of Practice
        Sorted by ``code``; codes are distinct; never empty.
    source : str
        The file as the user named it (``-`` for standard input).
    sha256 : str
        Of the bytes read, as hexadecimal digits.
    notes : tuple of str
        What a user should know about how the file was read (an encoding guessed, rows left out).
    division_columns : tuple of str
        The columns that were asked for as divisions, as the user named them.
    soft_columns : tuple of str
        The columns that were asked for as soft boundaries, as the user named them, in the order of ``sides``.
    """

    practices: tuple[Practice, ...]
    source: str = ""
    sha256: str = ""
    notes: tuple[str, ...] = ()
    division_columns: tuple[str, ...] = ()
    soft_columns: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.practices)

    def __iter__(self) -> Iterator[Practice]:
        return iter(self.practices)

    @property
    def codes(self) -> tuple[str, ...]:
        """ODS codes in list order."""
        return tuple(practice.code for practice in self.practices)

    @property
    def list_size(self) -> int:
        """Registered patients of all practices."""
        return sum(practice.list_size for practice in self.practices)

    @property
    def network_names(self) -> dict[str, str]:
        """The name of every present network that has one, by its code; of several names that of the most patients."""
        patients: dict[str, Counter[str]] = {}
        for practice in self.practices:
            if practice.pcn_code and practice.pcn_name:
                patients.setdefault(practice.pcn_code, Counter())[practice.pcn_name] += practice.list_size
        return {
            code: min(names, key=lambda name: (-names[name], name))
            for code, names in sorted(patients.items())
        }
