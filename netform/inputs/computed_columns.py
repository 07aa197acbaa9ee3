"""Columns that no list needs to have, because they follow from where its practices are.

A column of the same name in the list wins. To add one: a function, and a line in `COMPUTED`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.errors import Fault, InputError
from netform.inputs.gazetteer import OUTCODE, SECTOR, BundledPostcodes, postcode_key
from netform.practices.postcode import postcode_form, postcode_text
from netform.practices.values import some_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from netform.inputs.places import Places
    from netform.practices.model import PracticeList

__all__ = ["COMPUTED", "NEIGHBOURHOOD", "KnownPostcodes", "local_authorities", "with_computed"]


def local_authorities(practices: PracticeList, places: Places) -> tuple[list[str], list[str]]:
    """Give the local authority of each practice by its ONS code (``E08000035``), from the bundled postcodes.

    That of its postcode; where that is not known, that of the nearest postcode of the same first letter.

    Parameters
    ----------
    practices : PracticeList
    places : Places
        Of the same practices.

    Returns
    -------
    authorities : list of str
        In list order; blank where no postcode is near.
    notes : list of str
        Whose is that of the nearest postcode.
    """
    found = list(places.authorities or [""] * len(practices))
    bundled, nearest = BundledPostcodes(), []
    for at, practice in enumerate(practices):
        if found[at]:
            continue
        letters = practice.postcode[:1] or "".join(bundled.letters())
        place = np.array([places.easting[at], places.northing[at]])
        found[at] = min(bundled.authority_near(letter, place) for letter in letters)[1]
        nearest.append(practice.code)
    why = "is that of the nearest postcode, because their own is not known"
    return found, [f"The local authority of these practices {why}: {some_of(nearest)}."] if nearest else []


# The column that files of neighbourhoods give.
NEIGHBOURHOOD = "neighbourhood"

# From the list and its places to a value for each practice, and notes.
COMPUTED: Mapping[str, Callable[[PracticeList, Places], tuple[list[str], list[str]]]] = {
    "local_authority": local_authorities,
}


class KnownPostcodes:
    """What the bundled postcodes know of any postcode, for lists that are not placed yet.

    Parameters
    ----------
    others : bool
        Whether the user has a file of postcodes as well: then every postcode may be known.
    """

    def __init__(self, *, others: bool = False) -> None:
        self._bundled = BundledPostcodes()
        self._others = others

    def has_place(self, postcode: str) -> bool:
        """Whether a postcode can be placed, be it by those around it.

        Parameters
        ----------
        postcode : str
            As `netform.practices.postcode.normal_postcode` writes it.
        """
        return self._others or self._place(postcode) is not None

    def local_authority(self, postcode: str) -> str:
        """Give the local authority of a postcode, or of the nearest to where it is placed; blank where there is none.

        Parameters
        ----------
        postcode : str
            As found.
        """
        if postcode_form(postcode) is None:
            return ""
        key = postcode_key(postcode_text(postcode))
        found = self._bundled.authority(key)
        place = None if found else self._place(postcode)
        return found if place is None else self._bundled.authority_near(key[0], np.round(place))[1]

    def _place(self, postcode: str) -> NDArray[np.float64] | None:
        """Find the middle of a postcode, its sector or its outcode, as `netform.inputs.places.locate` does."""
        key = postcode_key(postcode_text(postcode))
        for length in (len(key), SECTOR, OUTCODE):
            places = self._bundled.letter(key[0]).within(key[:length])
            if len(places):
                return np.median(places, axis=0)
        return None


def with_computed(
    practices: PracticeList,
    places: Places,
    area_column: str | None,
    given: Mapping[str, Sequence[str]] | None = None,
) -> PracticeList:
    """Fill in the areas and the sides of soft boundaries that the list lacks and that follow from places.

    Parameters
    ----------
    practices : PracticeList
        Read with `COMPUTED`, and those given, as columns that may be absent.
    places : Places
    area_column : str or None
        As the user named it.
    given : mapping of str to sequence of str, optional
        Columns that other files give: a value for each practice, blank where it is not known.

    Raises
    ------
    InputError
        With every practice whose area is not known.
    """
    asked = {
        name
        for name in (area_column, *practices.soft_columns)
        if name is not None
        and name in {*COMPUTED, *(given or {})}
        and _is_absent(practices, name, area_column)
    }
    columns: dict[str, Sequence[str]] = {}
    notes: list[str] = []
    for name in sorted(asked):
        if given and name in given:
            columns[name] = given[name]
            continue
        columns[name], said = COMPUTED[name](practices, places)
        notes += said
    if not columns:
        return practices
    area = columns.get(area_column or "")
    if area is not None:
        _refuse_unknown(practices, area_column or "", area)
    return replace(
        practices,
        practices=tuple(
            replace(
                practice,
                area=practice.area if area is None else area[at],
                sides=tuple(
                    columns[name][at] if name in columns else side
                    for name, side in zip(practices.soft_columns, practice.sides, strict=True)
                ),
            )
            for at, practice in enumerate(practices)
        ),
        notes=(*practices.notes, *notes),
    )


def _is_absent(practices: PracticeList, name: str, area_column: str | None) -> bool:
    """Whether the list says nothing of a column: an area of the list is never blank."""
    if name == area_column:
        return not any(practice.area for practice in practices)
    at = practices.soft_columns.index(name)
    return not any(practice.sides[at] for practice in practices)


def _refuse_unknown(practices: PracticeList, name: str, values: Sequence[str]) -> None:
    remedy = f"Give a column {name!r} in the list, or leave the practice out"
    if name == NEIGHBOURHOOD:
        remedy = "Say it in the file of --neighbourhoods, or leave the practice out"
    faults = [
        Fault(
            practices.source,
            practice.row or None,
            None,
            practice.postcode,
            f"the {name.replace('_', ' ')} of practice {practice.code} is not known",
            remedy,
        )
        for practice, value in zip(practices, values, strict=True)
        if not value
    ]
    if faults:
        raise InputError(faults)
