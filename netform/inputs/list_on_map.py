"""The list on the map: practices read, from one file or several, and placed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from netform.inputs.computed_columns import COMPUTED, KnownPostcodes, with_computed
from netform.inputs.places import Places, locate
from netform.practices.columns import plain_name
from netform.publications.lookup import Lookup
from netform.publications.reading import Known, ListFiles, Reading, read_list

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from netform.practices.model import PracticeList
    from netform.practices.reading import AskedColumns

__all__ = ["ListOnMap", "list_on_map"]


@dataclass(frozen=True, slots=True)
class ListOnMap:
    """A list and where its practices are.

    Attributes
    ----------
    practices : PracticeList
    places : Places
        To the metre.
    reading : Reading or None
        How it was joined from several files; None where it is one list.
    """

    practices: PracticeList
    places: Places
    reading: Reading | None

    @property
    def lookup(self) -> Lookup:
        """What became of old codes of areas."""
        return self.reading.lookup if self.reading else Lookup()

    @property
    def registrations(self) -> Path | None:
        """The file of registrations by LSOA that stood among the publications."""
        return self._beside(self.reading.registrations if self.reading else ())

    @property
    def branches(self) -> Path | None:
        """The file of branch surgeries that stood among the publications."""
        return self._beside(self.reading.branches if self.reading else ())

    def _beside(self, found: Sequence[str]) -> Path | None:
        return Path(found[0]) if found else None


def list_on_map(
    files: ListFiles,
    asked: AskedColumns,
    postcodes_file: Path | None = None,
    stdin: BinaryIO | None = None,
    on_stage: Callable[[str], None] = lambda _: None,
    *,
    always_joined: bool = False,
) -> ListOnMap:
    """Read a list of practices with the publications beside it, and place it.

    Parameters
    ----------
    files : ListFiles
    asked : AskedColumns
        The columns that the user names; those that others than places give stay blank.
    postcodes_file : Path, optional
        Asked before the bundled postcodes.
    stdin : BinaryIO, optional
    on_stage : callable
        Told of each stage.
    always_joined : bool
        Whether how it was read is wanted of a list with nothing beside it, too.

    Raises
    ------
    InputError
        With every fault of a file.
    RulesError
        A condition is none.
    """
    on_stage("reading")
    asked = replace(
        asked,
        area=asked.area and _as_computed(asked.area),
        soft=tuple(map(_as_computed, asked.soft)),
        computed=(*COMPUTED, *asked.computed),
    )
    practices, reading = read_list(files, asked, _known(postcodes_file), stdin, always=always_joined)
    on_stage("placing")
    places = locate(practices, postcodes_file=postcodes_file)
    # Sites are places to the metre, for territories, travel and maps alike.
    places = replace(places, easting=np.round(places.easting), northing=np.round(places.northing))
    return ListOnMap(with_computed(practices, places, asked.area), places, reading)


def _as_computed(name: str) -> str:
    """Write a name as that of a computed column, where it differs by case, spaces and punctuation alone."""
    return next((each for each in COMPUTED if plain_name(each) == plain_name(name)), name)


def _known(postcodes_file: Path | None) -> Known:
    postcodes = KnownPostcodes(others=postcodes_file is not None)
    return Known(postcodes.has_place, {"local_authority": postcodes.local_authority})
