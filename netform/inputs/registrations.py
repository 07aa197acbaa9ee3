"""Registrations: where the patients of each practice live, from a file of practices by neighbourhood (LSOA).

NHS England publishes every quarter how many patients of each practice live in each Lower layer Super Output Area
(Patients Registered at a GP Practice). An LSOA belongs to the territory of the practice of the list that has the
most patients there; so the file says how many patients of one practice live in the territory of another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.inputs.registrations_file import RegistrationCounts, read_counts
from netform.practices.values import some_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from netform.practices.model import PracticeList

__all__ = ["Registrations", "read_registrations", "residents_by_owner"]


@dataclass(frozen=True, slots=True)
class Registrations:
    """In whose territory the patients of each practice live.

    Attributes
    ----------
    residents : mapping of str to mapping of str to float
        From the code of a practice to patients by the code of the practice in whose territory they live, itself
        among them, blank for those who live in nobody's; adding up to no more than its list size. Practices with no
        registrations are left out.
    counts : RegistrationCounts or None
        Patients by practice (its position in the list) and LSOA, scaled to the list; None where there is no file.
    notes : tuple of str
        What a planner should read: rows left out, practices without registrations.
    """

    residents: Mapping[str, Mapping[str, float]]
    counts: RegistrationCounts | None = field(default=None, compare=False)
    notes: tuple[str, ...] = ()


def read_registrations(path: Path, practices: PracticeList) -> Registrations:
    """Read a file of registrations, for ``--registrations``.

    Each LSOA goes to the practice of the list with the most patients there by the file, of equals to the first by
    code. What the file counts is scaled to the list, practice by practice, because the two are of different dates:
    ``share of its registrations * list size``. Codes that are no LSOAs of England (``CLOSED``, ``NO2011``, Wales)
    count in the whole and in no territory. Rows of practices that are not in the list are left out, so that a
    national file serves every list; a million rows take a few seconds.

    Parameters
    ----------
    path : Path
        CSV, or CSV packed with gzip, up to 2 GiB unpacked, with columns for the practice, the LSOA and the patients
        under the names of the publications. Where it has a column ``SEX``, rows of one sex are left out.
    practices : PracticeList

    Returns
    -------
    Registrations

    Raises
    ------
    InputError
        With every fault: a column missing, a row of another width, patients that are not a number of at least 0,
        a practice and an LSOA that stand there twice; or no practice of the list with an LSOA at all.
    """
    codes = practices.codes
    sizes = np.array([practice.list_size for practice in practices], np.float64)
    by_file = read_counts(path, codes)
    counts = _scaled(by_file, sizes)
    residents = residents_by_owner(counts, _owners(by_file), codes)
    missing = [code for code in codes if code not in residents]
    if not missing:
        return Registrations(residents, counts, counts.notes)
    note = (
        f"Practices with no registrations in {path.name}, so that it is not known where their patients live:"
        f" {len(missing):,} ({some_of(missing)})."
    )
    return Registrations(residents, counts, (*counts.notes, note))


def _scaled(counts: RegistrationCounts, list_size: NDArray[np.float64]) -> RegistrationCounts:
    """Scale what the file counts of each practice to its list size, those it has elsewhere among them."""
    registered = np.bincount(counts.practice, counts.patients, len(list_size)) + counts.elsewhere
    scale = np.divide(list_size, registered, out=np.zeros_like(list_size), where=registered > 0)
    return replace(
        counts, patients=counts.patients * scale[counts.practice], elsewhere=counts.elsewhere * scale
    )


def _owners(counts: RegistrationCounts) -> NDArray[np.int64]:
    """Give the practice that has the most patients in each LSOA; of equals the first by code."""
    starts = np.flatnonzero(np.diff(counts.lsoa, prepend=-1))
    most = np.repeat(np.maximum.reduceat(counts.patients, starts), np.diff(starts, append=len(counts.lsoa)))
    largest = np.flatnonzero(counts.patients == most)
    lsoas, first = np.unique(counts.lsoa[largest], return_index=True)
    owner_of = np.empty(int(lsoas[-1]) + 1, np.int64)
    owner_of[lsoas] = counts.practice[largest[first]]
    return owner_of


def residents_by_owner(
    counts: RegistrationCounts, owner_of: NDArray[np.int64], codes: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Add up the patients of each practice by the owner of the LSOA they live in.

    Parameters
    ----------
    counts : RegistrationCounts
    owner_of : ndarray of int64, shape (LSOAs,)
        The practice, by its position in the list, in whose territory each LSOA is; -1 for none.
    codes : sequence of str

    Returns
    -------
    dict of str to dict of str to float
        From the code of a practice to patients by the code of the owner, blank for those who live in nobody's.
    """
    n = len(codes) + 1
    # Nobody is -1, so that what is taken apart again counts from one.
    pair = owner_of[counts.lsoa] + 1 + counts.practice.astype(np.int64) * n
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    pair, patients = pair[starts], np.add.reduceat(counts.patients[order], starts)
    residents: dict[str, dict[str, float]] = {}
    names = ("", *codes)
    for key, number in zip(pair.tolist(), patients.tolist(), strict=True):
        i, owner = divmod(key, n)
        if number > 0:
            residents.setdefault(codes[i], {})[names[owner]] = number
    return residents
