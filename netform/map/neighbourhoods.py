"""Neighbourhoods: which there are, where patients live by them, and what they look like on a map.

They come as polygons, or as tables of codes (`netform.inputs.neighbourhood_table`). Patients live where registrations
by LSOA say; without those, all patients of a practice are taken to live where it stands. Where a table of practices or
postcodes decides, they live where that puts the practice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.errors import Fault, InputError
from netform.inputs.neighbourhood_table import joined_lookup, naming_column, read_lookup_table
from netform.map.territory.layer_file import SQLITE_MAGIC, on_grid, read_layer
from netform.practices.text import is_json, open_regular
from netform.practices.values import clean_text, some_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.inputs.places import Places
    from netform.inputs.registrations_file import RegistrationCounts
    from netform.map.lsoa_shapes import LsoaShapes
    from netform.practices.model import PracticeList

__all__ = ["NeighbourhoodFile", "Neighbourhoods", "read_neighbourhoods"]

# Of a network of a list two neighbourhoods have a border at most: one for every practice is a table of something else.
MOST_NEIGHBOURHOODS = 20_000

# How patients are counted where registrations do not say where they live; LSOAs are of no use without them.
_HOW = {
    "polygons": "all patients of a practice are counted where it stands",
    "practice": "all patients of a practice are counted in the one that the table gives it",
    "postcode": "all patients of a practice are counted in the one that the table gives its postcode",
}


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """Where the patients of a list live, by neighbourhood.

    Attributes
    ----------
    living : mapping of str to mapping of str to float
        By practice code, patients by neighbourhood; under a blank name those who live outside every neighbourhood.
        Practices of which it is not known are left out.
    shapes : mapping of str to geometry
        The ground of each neighbourhood, EPSG:27700 metres, where it is known.
    notes : tuple of str
    """

    living: Mapping[str, Mapping[str, float]]
    shapes: Mapping[str, BaseGeometry]
    notes: tuple[str, ...] = ()

    def of_practices(self, codes: Collection[str]) -> Neighbourhoods:
        """Keep where the patients of some practices live, and the neighbourhoods they live in.

        Parameters
        ----------
        codes : collection of str
        """
        living = {code: each for code, each in self.living.items() if code in codes}
        names = {name for each in living.values() for name in each}
        return replace(
            self, living=living, shapes={name: shape for name, shape in self.shapes.items() if name in names}
        )


@dataclass(frozen=True, slots=True)
class NeighbourhoodFile:
    """What the files of neighbourhoods say.

    Attributes
    ----------
    source : str
        The file that names them, as the user named it.
    kind : str
        ``polygons``, or what its codes are: ``LSOA``, ``practice`` or ``postcode``.
    names : mapping of str to str
        The neighbourhood of each code; empty for polygons.
    polygons : mapping of str to geometry
        The ground of each neighbourhood, EPSG:27700 metres; empty for codes.
    """

    source: str
    kind: str
    names: Mapping[str, str] = field(default_factory=dict)
    polygons: Mapping[str, BaseGeometry] = field(default_factory=dict)

    def of_practices(
        self, practices: PracticeList, places: Places, counts: RegistrationCounts | None
    ) -> list[str]:
        """Give the neighbourhood of each practice: where it stands, or by LSOAs where most of its patients live.

        Parameters
        ----------
        practices : PracticeList
        places : Places
        counts : RegistrationCounts or None

        Returns
        -------
        list of str
            In list order; blank where it is not known.
        """
        if self.kind == "polygons":
            return _holding(self.polygons, shapely.points(places.easting, places.northing))
        if self.kind == "LSOA":
            living = {} if counts is None else _by_lsoa(counts, self.names, practices.codes)
            return [_main(living.get(code, {})) for code in practices.codes]
        keys = practices.codes if self.kind == "practice" else [each.postcode for each in practices]
        return [self.names.get(key, "") for key in keys]

    def patients(
        self,
        practices: PracticeList,
        places: Places,
        counts: RegistrationCounts | None,
        lsoas: LsoaShapes | None,
    ) -> Neighbourhoods:
        """Count the patients of each practice by the neighbourhood they live in.

        Parameters
        ----------
        practices : PracticeList
        places : Places
        counts : RegistrationCounts or None
            Patients by LSOA, scaled to the list.
        lsoas : LsoaShapes or None
            Where those are: needed for polygons. An LSOA is in the neighbourhood that holds its middle.

        Raises
        ------
        InputError
            The files know nothing of the list's patients or practices.
        """
        names = self.names if self.kind == "LSOA" else {}
        if self.kind == "polygons" and counts is not None and lsoas is not None:
            middles = shapely.point_on_surface(lsoas.polygons)
            names = dict(zip(lsoas.names, _holding(self.polygons, middles), strict=True))
        by_registrations = bool(names) and counts is not None
        stands = self.of_practices(practices, places, counts)
        living: dict[str, dict[str, float]] = {}
        if counts is not None and names:
            living = _by_lsoa(counts, names, practices.codes)
        for practice, name in zip(practices, stands, strict=True):
            if name and practice.code not in living:
                living[practice.code] = {name: float(practice.list_size)}
        if not any(filter(None, each) for each in living.values()):
            raise _nothing(self, counts)
        shapes = dict(self.polygons)
        if lsoas is not None and self.kind == "LSOA":
            shapes = _ground(lsoas, self.names)
        notes = _notes(self, practices, living, by_registrations=by_registrations, lsoas=lsoas, counts=counts)
        return Neighbourhoods(living, shapes, notes)


def read_neighbourhoods(paths: Sequence[Path], practices: PracticeList) -> NeighbourhoodFile:
    """Read files of neighbourhoods: polygons (GeoJSON, GeoPackage), or tables of codes (CSV, Excel), by content.

    Parameters
    ----------
    paths : sequence of Path
        One, or a table that names neighbourhoods with those that lead to its areas.
    practices : PracticeList

    Raises
    ------
    InputError
        A file cannot be read, or does not say which neighbourhoods there are.
    """
    layers = [path for path in paths if _is_layer(path)]
    if layers and len(paths) > 1:
        problem = "polygons need no file beside them, and there are several"
        raise InputError([Fault(str(layers[0]), None, None, None, problem, "Give one --neighbourhoods")])
    if layers:
        return _polygons(layers[0])
    tables = [read_lookup_table(path, frozenset(practices.codes)) for path in paths]
    kind, names = joined_lookup(tables)
    source = next(table.source for table in tables if table.names)
    return _bounded(NeighbourhoodFile(source, kind, names=names))


def _main(living: Mapping[str, float]) -> str:
    """Name the neighbourhood with the most patients, of equals the first by name; blank where there is none."""
    return min(filter(None, living), key=lambda name: (-living[name], name), default="")


def _is_layer(path: Path) -> bool:
    with open_regular(path) as stream:
        beginning = stream.read(4096)
    return beginning.startswith(SQLITE_MAGIC) or is_json(beginning)


def _polygons(path: Path) -> NeighbourhoodFile:
    """Read polygons by the attribute that names them; those of one name are one neighbourhood."""
    layer = read_layer(path)
    column = naming_column(layer.columns, str(path))
    polygons = on_grid(layer.geometries, layer.crs, str(path))
    names = [clean_text(text)[0] for text in layer.columns[column]]
    pieces: dict[str, list[BaseGeometry]] = {}
    for name, polygon in zip(names, polygons, strict=True):
        if name:
            pieces.setdefault(name, []).append(polygon)
    joined = {name: shapely.union_all(each) for name, each in sorted(pieces.items())}
    return _bounded(NeighbourhoodFile(str(path), "polygons", polygons=joined))


def _bounded(said: NeighbourhoodFile) -> NeighbourhoodFile:
    number = len(said.polygons) or len(set(said.names.values()))
    if number > MOST_NEIGHBOURHOODS:
        problem = f"it names {number:,} neighbourhoods, and {MOST_NEIGHBOURHOODS:,} are the most"
        raise InputError(
            [Fault(said.source, None, None, None, problem, "Name the column of neighbourhoods neighbourhood")]
        )
    return said


def _holding(polygons: Mapping[str, BaseGeometry], points: NDArray[np.object_]) -> list[str]:
    """Name the neighbourhood that holds each point; the first by name where they overlap, blank where none does."""
    names = list(polygons)
    tree = shapely.STRtree(points)
    polygon, point = tree.query(
        np.array([polygons[name] for name in names], dtype=object), predicate="intersects"
    )
    first = np.full(len(points), len(names), dtype=np.int64)
    np.minimum.at(first, point, polygon)
    return [names[k] if k < len(names) else "" for k in first.tolist()]


def _by_lsoa(
    counts: RegistrationCounts, names: Mapping[str, str], codes: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Add up the patients of each practice by the neighbourhood of their LSOA, blank where it is in none."""
    labels = sorted(set(names.values()) | {""})
    number = {name: k for k, name in enumerate(labels)}
    of_lsoa = np.array([number[names.get(lsoa, "")] for lsoa in counts.names], dtype=np.int64)
    pair = counts.practice.astype(np.int64) * len(labels) + of_lsoa[counts.lsoa]
    pairs, where = np.unique(pair, return_inverse=True)
    patients = np.bincount(where.reshape(-1), counts.patients, len(pairs))
    living: dict[str, dict[str, float]] = {}
    for key, number_living in zip(pairs.tolist(), patients.tolist(), strict=True):
        at, label = divmod(key, len(labels))
        if number_living > 0:
            living.setdefault(codes[at], {})[labels[label]] = number_living
    return living


def _ground(lsoas: LsoaShapes, names: Mapping[str, str]) -> dict[str, BaseGeometry]:
    """Join the LSOAs of each neighbourhood."""
    pieces: dict[str, list[BaseGeometry]] = {}
    for name, polygon in zip(lsoas.names, lsoas.polygons, strict=True):
        if names.get(name):
            pieces.setdefault(names[name], []).append(polygon)
    return {name: shapely.union_all(each) for name, each in sorted(pieces.items())}


def _nothing(said: NeighbourhoodFile, counts: RegistrationCounts | None) -> InputError:
    if said.kind == "LSOA" and counts is None:
        problem = "it says it of LSOAs, and which of those patients live in is not known"
        remedy = "Add --registrations FILE, or give polygons, or a table of practices or postcodes"
    else:
        what = "polygon holds" if said.kind == "polygons" else f"{said.kind} of it is of"
        problem = f"no {what} a practice of the list or its patients"
        remedy = "Give the neighbourhoods of the list's own area, with codes of the year of the registrations"
    return InputError([Fault(said.source, None, None, None, problem, remedy)])


def _notes(
    said: NeighbourhoodFile,
    practices: PracticeList,
    living: Mapping[str, Mapping[str, float]],
    *,
    by_registrations: bool,
    lsoas: LsoaShapes | None,
    counts: RegistrationCounts | None,
) -> tuple[str, ...]:
    """Say how the neighbourhoods were taken, and of whom they say nothing."""
    file = Path(said.source).name
    number = len({name for each in living.values() for name in each if name})
    how = (
        "patients are counted where registrations say that they live" if by_registrations else _HOW[said.kind]
    )
    notes = [f"Neighbourhoods are from {file}, {number:,} of them with patients of the list: {how}."]
    if said.kind == "polygons" and counts is not None and lsoas is None:
        notes[0] += (
            " With --lsoas, which says where the LSOAs of the registrations are, they are counted at home."
        )
    outside = sum(each.get("", 0.0) for each in living.values())
    if round(outside):
        notes.append(
            f"{outside:,.0f} patients live outside every neighbourhood of {file}: they count as outside that of their "
            "network."
        )
    unknown = [code for code in practices.codes if code not in living]
    if unknown:
        notes.append(
            f"Practices of which {file} does not say in which neighbourhood they or their patients are: "
            f"{len(unknown):,} ({some_of(unknown)})."
        )
    return tuple(notes)
