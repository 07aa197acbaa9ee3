"""Extracts of OpenStreetMap (``.osm.pbf``), read in two passes: the ways of a mode, then the places of their points.

Reading takes libosmium, of the extra ``roads``. It is handed the whole path of a regular file and told the format,
since by a name alone it would also open addresses.
"""

from __future__ import annotations

import importlib
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from netform.errors import Fault, InputError, RulesError
from netform.inputs.projection import to_grid
from netform.practices.text import open_regular
from netform.roads.network import RoadNetwork, network_of
from netform.roads.ways import Use, blocks, use_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["read_roads"]

# All of Great Britain is 2 GB and has some 40 million points on ways for cars.
_MOST_BYTES = 4 * 2**30
_MOST_POINTS = 60_000_000
# How often progress is told, in points or ways read.
_TELL_EVERY = 200_000

_REMEDY = "Download the extract again, or take another: a file that ends in .osm.pbf"


@dataclass(slots=True)
class _Ways:
    """The ways of a mode: their points one after the other, and how each may be used."""

    points: array[int]
    lengths: array[int]
    uses: list[Use]


def read_roads(path: str | Path, mode: str, on_stage: Callable[[str], None] = lambda _: None) -> RoadNetwork:
    """Read the roads of an extract for one mode.

    Parameters
    ----------
    path : str or Path
        Up to 4 GB; memory is taken for the points of ways alone, some 100 bytes each.
    mode : str
        One of `netform.roads.ways.MODES`.
    on_stage : callable
        Told of each stage, and how far it is.

    Raises
    ------
    InputError
        The file is missing, damaged or too large, or has no road for the mode.
    RulesError
        The extra ``roads`` is not installed.
    """
    osmium = _library()
    file = str(path)
    with open_regular(path) as stream:
        size = stream.seek(0, 2)
    if size > _MOST_BYTES:
        remedy = "Cut out the counties around the practices"
        raise _refusal(file, f"it is larger than {_MOST_BYTES // 2**30} GiB", remedy)
    source = osmium.io.File(str(Path(path).resolve()), "pbf")
    try:
        ways = _ways(osmium, source, mode, file, on_stage)
        wanted = np.unique(np.frombuffer(ways.points, np.int64)) if ways.points else np.empty(0, np.int64)
        degrees, shut = _places(osmium, source, mode, wanted, on_stage)
    except (RuntimeError, UnicodeDecodeError) as error:
        raise _refusal(file, f"it cannot be read as OpenStreetMap data ({error})", _REMEDY) from error
    known = np.isfinite(degrees[:, 0])
    if not known.any():
        raise _refusal(file, f"it has no roads to go by {mode}", _REMEDY)
    places = np.full(degrees.shape, np.nan)
    places[known] = to_grid(degrees[known])
    # Beyond where the grid of Great Britain gives an answer there is nothing of use.
    known = np.isfinite(places).all(axis=1)
    places[~known] = np.nan
    return _network(ways, wanted, places, known & ~shut)


def _library() -> Any:
    try:
        for part in ("osmium.io", "osmium.filter"):
            importlib.import_module(part)
        return importlib.import_module("osmium")
    except ImportError as error:
        raise RulesError(
            'netform roads needs the library osmium, which is not installed: pip install "netform[roads]".'
        ) from error


def _ways(osmium: Any, source: Any, mode: str, file: str, on_stage: Callable[[str], None]) -> _Ways:
    ways = _Ways(array("q"), array("q"), [])
    drawn = osmium.FileProcessor(source, osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    for count, way in enumerate(drawn, 1):
        if count % _TELL_EVERY == 0:
            on_stage(f"reading roads: {count:,}")
        use = use_of(way.tags.get, mode)
        if use is None:
            continue
        ways.points.extend([node.ref for node in way.nodes])
        ways.lengths.append(len(way.nodes))
        ways.uses.append(use)
        if len(ways.points) > _MOST_POINTS:
            remedy = "Cut out the counties around the practices"
            raise _refusal(file, f"its roads have more than {_MOST_POINTS:,} points", remedy)
    return ways


def _places(
    osmium: Any, source: Any, mode: str, wanted: NDArray[np.int64], on_stage: Callable[[str], None]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give the longitudes and latitudes of points, NaN where the file has none, and which of them stop the mode."""
    numbers, east, north, shut = array("q"), array("d"), array("d"), array("q")
    drawn = osmium.FileProcessor(source, osmium.osm.NODE).with_filter(
        # Numbers below 1 are of points that were never published: no extract has them.
        osmium.filter.IdFilter(wanted[wanted > 0].tolist())
    )
    for count, node in enumerate(drawn, 1):
        if count % _TELL_EVERY == 0:
            on_stage(f"reading places: {count:,} of {len(wanted):,}")
        if not node.location.valid():
            continue
        numbers.append(node.id)
        east.append(node.location.lon)
        north.append(node.location.lat)
        if len(node.tags) and blocks(node.tags.get, mode):
            shut.append(node.id)
    degrees, stops = np.full((len(wanted), 2), np.nan), np.zeros(len(wanted), np.bool_)
    if numbers:
        at = np.searchsorted(wanted, np.frombuffer(numbers, np.int64))
        degrees[at] = np.column_stack([np.frombuffer(east), np.frombuffer(north)])
    if shut:
        stops[np.searchsorted(wanted, np.frombuffer(shut, np.int64))] = True
    return degrees, stops


def _network(
    ways: _Ways, wanted: NDArray[np.int64], places: NDArray[np.float64], usable: NDArray[np.bool_]
) -> RoadNetwork:
    """Make legs of ways: one between each two points that follow each other, in the directions that are allowed."""
    points = np.searchsorted(wanted, np.frombuffer(ways.points, np.int64))
    way_of = np.repeat(np.arange(len(ways.lengths)), np.frombuffer(ways.lengths, np.int64))
    a, b = points[:-1], points[1:]
    legs = (way_of[:-1] == way_of[1:]) & usable[a] & usable[b] & (a != b)
    a, b, way = a[legs], b[legs], way_of[:-1][legs]
    kmh, forward, backward = (
        np.array([getattr(use, name) for use in ways.uses], kind)
        for name, kind in (("kmh", np.float64), ("forward", np.bool_), ("backward", np.bool_))
    )
    minutes = np.hypot(*(places[a] - places[b]).T) / 1000 / kmh[way] * 60
    there, back = forward[way], backward[way]
    return network_of(
        places,
        np.concatenate([a[there], b[back]]),
        np.concatenate([b[there], a[back]]),
        np.concatenate([minutes[there], minutes[back]]),
    )


def _refusal(file: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault(file, None, None, None, problem, remedy)])
