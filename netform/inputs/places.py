"""Places: from postcodes and coordinates to eastings and northings, offline."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.errors import Fault, InputError
from netform.inputs.gazetteer import OUTCODE, SECTOR, BundledPostcodes, Gazetteer, postcode_key
from netform.inputs.postcodes_file import read_postcodes_file
from netform.practices.coordinates import check_degrees, check_grid
from netform.practices.postcode import lookalikes, normal_postcode
from netform.practices.values import CellError, some_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from netform.practices.model import Practice, PracticeList

    Place = tuple[float, float]
    # The quality of a place found in it, and the gazetteer for postcodes of a first letter.
    Source = tuple[str, Callable[[str], Gazetteer]]

__all__ = ["Places", "joined_homes", "locate"]

# Homes are kept in squares of 5 km, three squares to each side of a practice's own: at least 15 km away.
_SQUARE_M = 5_000
_SQUARES_AROUND = 3
# The grid of Great Britain is 700 km by 1,300 km.
_SQUARES_EAST, _SQUARES_NORTH = 140, 260
# A practice whose own coordinates are this far from its postcode deserves a look: few postcodes span as much.
_FAR_M = 5_000.0

# WGS 84 to OSGB36 by the Helmert transformation EPSG:1314 (about 2 m), then the National Grid. Spelt out
# because between two CRS codes PROJ takes the OSTN15 grid where a machine has it, or fetches it where it may,
# and the same list would give other places there.
_DEGREES_TO_GRID = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 "
    "+step +proj=cart +ellps=WGS84 +step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 "
    "+rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 +convention=position_vector "
    "+step +inv +proj=cart +ellps=airy +step +proj=pop +v_3 "
    "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the practices of a list are, in list order.

    Attributes
    ----------
    easting, northing : ndarray of float64, shape (n,)
        Metres on the British National Grid (EPSG:27700).
    quality : tuple of str, length n
        ``list`` (own coordinates), ``postcodes_file`` (the user's file), ``postcode`` (the bundled one) or
        ``approximate`` (centre of the postcode's sector or outcode).
    homes : ndarray of float64, shape (m, 2)
        Eastings and northings of postcodes around the practices: where people live.
    gazetteer : str
        Which gazetteers were used and their vintage, for the provenance.
    notes : tuple of str
        What a planner should read: places that are approximate, postcodes that were terminated.
    authorities : tuple of str, length n
        The local authority of each practice's postcode by its ONS code, blank where it is not known; empty where
        nobody asked.
    """

    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    quality: tuple[str, ...]
    homes: NDArray[np.float64]
    gazetteer: str
    notes: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()

    def at(self, rows: Sequence[int]) -> Places:
        """Keep some of the places, in the order given; the homes around all of them stay.

        Parameters
        ----------
        rows : sequence of int
        """
        return replace(
            self,
            easting=self.easting[rows],
            northing=self.northing[rows],
            quality=tuple(self.quality[k] for k in rows),
            authorities=tuple(self.authorities[k] for k in rows) if self.authorities else (),
        )


def locate(practices: PracticeList, *, postcodes_file: Path | None = None) -> Places:
    """Find where each practice is, without a network.

    A practice's own coordinates win; then its postcode in the user's file; then in the bundled ONS Postcode
    Directory, which holds terminated postcodes too; then the median place of the postcodes of its sector
    (``LS11 8``), or of its outcode (``LS11``), with a note.

    Latitudes and longitudes become eastings and northings by the Helmert transformation EPSG:1314: about
    2 m off, and the same on every machine.

    Parameters
    ----------
    practices : PracticeList
    postcodes_file : Path, optional
        A CSV of postcodes with the columns of the ONS Postcode Directory (``pcds``, ``oseast1m``,
        ``osnrth1m``, ...) or of Code-Point Open (``Postcode``, ``Eastings``, ``Northings``, or no header).

    Returns
    -------
    Places
        In list order. `homes` are the postcodes of the same first letters as the practices' postcodes within
        15 to 20 km of a practice (of every letter, when no practice has a postcode).

    Raises
    ------
    InputError
        With every practice that cannot be placed: a postcode malformed, unknown or outside Great Britain,
        coordinates exchanged, 0/0, in the wrong unit or outside Great Britain; and faults of the file.
    """
    faults: list[Fault] = []
    own = _own_places(practices, faults)
    keys = [_key(practices, practice, own, faults) for practice in practices]
    letters = sorted({key[0] for key in keys if key})
    bundled = BundledPostcodes()
    sources: list[Source] = [("postcode", bundled.letter)]
    names, notes = [bundled.name], list[str]()
    if postcodes_file is not None:
        users = read_postcodes_file(postcodes_file, frozenset(letters))
        sources.insert(0, ("postcodes_file", users.letter))
        names.insert(0, users.name)
        notes += users.terminated_note(practices, keys)
    located = [
        (own[practice.code], "list")
        if practice.code in own
        else _look_up(practices, practice, key, sources, faults)
        for practice, key in zip(practices, keys, strict=True)
    ]
    if faults:
        raise InputError(sorted(faults, key=lambda fault: fault.row or 0))
    if any(practice.latitude is not None and practice.easting is None for practice in practices):
        names.append("latitudes and longitudes by EPSG:1314")
    places = np.array([place for place, _ in located], dtype=np.float64)
    quality = tuple(how for _, how in located)
    known = [gazetteer(letter).places for _, gazetteer in sources for letter in letters or bundled.letters()]
    notes += [
        *_approximate_note(practices, quality),
        *_far_note(practices, own, keys, sources),
        *_contrary_note(practices),
    ]
    return Places(
        easting=places[:, 0].copy(),
        northing=places[:, 1].copy(),
        quality=quality,
        homes=_homes(places, known),
        gazetteer="; ".join(names),
        notes=tuple(notes),
        authorities=tuple(bundled.authority(key) if key else "" for key in keys),
    )


def _fault(practices: PracticeList, practice: Practice, column: str, value: str, error: CellError) -> Fault:
    return Fault(practices.source, practice.row or None, column, value, error.problem, error.remedy)


def _own_places(practices: PracticeList, faults: list[Fault]) -> dict[str, Place]:
    """Give the places of the practices that come with coordinates, by code."""
    own: dict[str, Place] = {}
    in_degrees: list[Practice] = []
    for practice in practices:
        try:
            if practice.easting is not None and practice.northing is not None:
                check_grid(practice.easting, practice.northing)
                own[practice.code] = (practice.easting, practice.northing)
            elif practice.latitude is not None and practice.longitude is not None:
                check_degrees(practice.latitude, practice.longitude)
                in_degrees.append(practice)
        except CellError as error:
            on_grid = practice.easting is not None
            pair = (
                (practice.easting, practice.northing) if on_grid else (practice.latitude, practice.longitude)
            )
            value = f"{pair[0]:g}, {pair[1]:g}"
            faults.append(_fault(practices, practice, "easting" if on_grid else "latitude", value, error))
    for practice, place in zip(in_degrees, _on_grid(in_degrees), strict=True):
        try:
            check_grid(*place)
            own[practice.code] = place
        except CellError as error:
            value = f"{practice.latitude:g}, {practice.longitude:g}"
            faults.append(_fault(practices, practice, "latitude", value, error))
    return own


def _on_grid(in_degrees: Sequence[Practice]) -> list[Place]:
    if not in_degrees:
        return []
    import pyproj  # noqa: PLC0415 - only latitudes and longitudes need it

    transformer = pyproj.Transformer.from_pipeline(_DEGREES_TO_GRID)
    eastings, northings = transformer.transform(
        [practice.longitude for practice in in_degrees], [practice.latitude for practice in in_degrees]
    )
    return [(float(easting), float(northing)) for easting, northing in zip(eastings, northings, strict=True)]


def _key(practices: PracticeList, practice: Practice, own: Collection[str], faults: list[Fault]) -> str:
    """Give the gazetteer key of a practice; blank when it has no postcode that can be looked up."""
    try:
        return postcode_key(normal_postcode(practice.postcode))
    except CellError as error:
        # A practice whose own coordinates were refused has its fault already.
        if practice.code not in own and practice.easting is None and practice.latitude is None:
            faults.append(_fault(practices, practice, "postcode", practice.postcode, error))
        return ""


def _look_up(
    practices: PracticeList, practice: Practice, key: str, sources: Sequence[Source], faults: list[Fault]
) -> tuple[Place, str]:
    """Find a postcode, or else the middle of its sector, or else of its outcode, or else a fault."""
    for length in (len(key), SECTOR, OUTCODE) if key else ():
        for quality, gazetteer in sources:
            places = gazetteer(key[0]).within(key[:length])
            if len(places):
                easting, northing = np.median(places, axis=0)
                return (float(easting), float(northing)), quality if length == len(key) else "approximate"
    if key and practice.easting is None and practice.latitude is None:
        meant = next(
            (
                near
                for near in lookalikes(practice.postcode)
                for _, gazetteer in sources
                if len(gazetteer(near[0]).within(postcode_key(near)))
            ),
            None,
        )
        unknown = CellError(
            "this postcode is in no gazetteer, and neither is its district",
            f"Did you mean {meant!r}?"
            if meant
            else "Check it, or give the easting and northing in columns of those names",
        )
        faults.append(_fault(practices, practice, "postcode", practice.postcode, unknown))
    return (math.nan, math.nan), ""


def _homes(places: NDArray[np.float64], known: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Keep the places of postcodes in the squares around the practices, each place once, to the metre."""
    near = np.zeros((_SQUARES_EAST, _SQUARES_NORTH), dtype=bool)
    for east, north in np.unique((places // _SQUARE_M).astype(np.int64), axis=0):
        around = [slice(max(0, at - _SQUARES_AROUND), at + _SQUARES_AROUND + 1) for at in (east, north)]
        near[tuple(around)] = True
    kept = []
    for some in known:
        on_grid = some[~np.isnan(some[:, 0])].astype(np.int64)
        squares = on_grid // _SQUARE_M
        kept.append(on_grid[near[squares[:, 0], squares[:, 1]]])
    homes = np.concatenate([np.empty((0, 2), dtype=np.int64), *kept])
    return _each_once(homes)


def joined_homes(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put the homes around some practices and around others together, each place once.

    Parameters
    ----------
    one, other : ndarray of float64, shape (m, 2)
        As `Places.homes`.
    """
    return _each_once(np.concatenate([one, other]).astype(np.int64))


def _each_once(homes: NDArray[np.int64]) -> NDArray[np.float64]:
    # One number a place: numbers sort many times faster than rows, or than numpy.unique finds them.
    packed = np.sort(homes[:, 0] << 32 | homes[:, 1])
    packed = packed[np.diff(packed, prepend=-1) != 0]
    return np.column_stack([packed >> 32, packed & 0xFFFFFFFF]).astype(np.float64)


def _approximate_note(practices: PracticeList, quality: Sequence[str]) -> list[str]:
    names = [
        f"{practice.code} ({practice.postcode})"
        for practice, how in zip(practices, quality, strict=True)
        if how == "approximate"
    ]
    if not names:
        return []
    why = "Placed at the middle of the postcodes around, because their own is in no gazetteer"
    return [f"{why}: {some_of(names)}. Give their easting and northing if it matters."]


def _contrary_note(practices: PracticeList) -> list[str]:
    """Name practices whose two pairs of coordinates are of different places: the degrees were not used."""
    both = [each for each in practices if each.easting is not None and each.latitude is not None]
    contrary = [
        practice.code
        for practice, place in zip(both, _on_grid(both), strict=True)
        if math.dist(place, (practice.easting or 0.0, practice.northing or 0.0)) > _FAR_M
    ]
    if not contrary:
        return []
    return [
        (
            f"Their easting and northing, which were used, are more than {_FAR_M / 1000:g} km from their latitude and "
            f"longitude: {some_of(contrary)}."
        )
    ]


def _far_note(
    practices: PracticeList, own: Mapping[str, Place], keys: Sequence[str], sources: Sequence[Source]
) -> list[str]:
    far = []
    for practice, key in zip(practices, keys, strict=True):
        if not key or practice.code not in own:
            continue
        known = next((found for _, gazetteer in sources if len(found := gazetteer(key[0]).within(key))), None)
        if known is not None and math.dist(known[0], own[practice.code]) > _FAR_M:
            far.append(f"{practice.code} ({practice.postcode})")
    if not far:
        return []
    return [f"Their own coordinates are more than {_FAR_M / 1000:g} km from their postcode: {some_of(far)}."]
