"""Extracts of OpenStreetMap (``.osm.pbf``): the ways that a mode may use, with the places of their points.

Reading takes libosmium, of the extra ``roads``. It is handed the whole path of a regular file and told the format,
since by a name alone it would also open addresses.
"""

from __future__ import annotations

import importlib
from array import array
from dataclasses import dataclass, field
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

__all__ = ["read_roads"]

# All of Great Britain is 2 GB and has some 40 million points on ways for cars.
_MOST_BYTES = 3 * 2**30
_MOST_POINTS = 60_000_000
# How often progress is told, in ways read.
_TELL_EVERY = 200_000
# What libosmium says of a point whose place the file does not have; degrees are whole numbers of 1e-7.
_NOWHERE, _PER_DEGREE = 2**31 - 1, 1e7
# Places are kept as 16 bytes a point of the file: the other kinds of libosmium grow with the numbers of points.
_PLACES_KEPT = "sparse_mem_array"

_REMEDY = "Download the extract again, or take another: a file that ends in .osm.pbf"


@dataclass(slots=True)
class _Ways:
    """The ways of a mode: their points one after the other, how each may be used, and the points that stop the mode."""

    points: array[int] = field(default_factory=lambda: array("q"))
    east: array[int] = field(default_factory=lambda: array("l"))
    north: array[int] = field(default_factory=lambda: array("l"))
    lengths: array[int] = field(default_factory=lambda: array("q"))
    uses: list[Use] = field(default_factory=list)
    stops: list[int] = field(default_factory=list)


def read_roads(path: str | Path, mode: str, on_stage: Callable[[str], None] = lambda _: None) -> RoadNetwork:
    """Read the roads of an extract for one mode.

    Parameters
    ----------
    path : str or Path
        Up to 3 GiB, points before ways, as all extracts are. Memory is 16 bytes for each point of it, and some 100
        for each on a road.
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
    try:
        ways = _ways(osmium, osmium.io.File(str(Path(path).resolve()), "pbf"), mode, file, on_stage)
    except (RuntimeError, UnicodeDecodeError) as error:
        raise _refusal(file, f"it cannot be read as OpenStreetMap data ({error})", _REMEDY) from error
    network = _network(ways)
    if not np.isfinite(network.places).any():
        raise _refusal(file, f"it has no roads to go by {mode}", _REMEDY)
    return network


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
    ways = _Ways()
    drawn = osmium.FileProcessor(source, osmium.osm.NODE | osmium.osm.WAY)
    drawn = drawn.with_locations(_PLACES_KEPT).with_filter(osmium.filter.KeyFilter("highway", "barrier"))
    on_stage("reading places")
    for count, each in enumerate(drawn, 1):
        if count % _TELL_EVERY == 0:
            on_stage(f"reading roads: {count:,}")
        if each.is_node():
            if blocks(each.tags.get, mode):
                ways.stops.append(each.id)
            continue
        use = use_of(each.tags.get, mode)
        if use is None:
            continue
        ways.points.extend([node.ref for node in each.nodes])
        ways.east.extend([node.x for node in each.nodes])
        ways.north.extend([node.y for node in each.nodes])
        ways.lengths.append(len(each.nodes))
        ways.uses.append(use)
        if len(ways.points) > _MOST_POINTS:
            remedy = "Cut out the counties around the practices"
            raise _refusal(file, f"its roads have more than {_MOST_POINTS:,} points", remedy)
    return ways


def _network(ways: _Ways) -> RoadNetwork:
    """Make legs of ways: one between each two points that follow each other, in the directions that are allowed."""
    numbers, first, points = np.unique(
        np.array(ways.points, np.int64), return_index=True, return_inverse=True
    )
    degrees = np.column_stack([np.array(axis, np.int64)[first] for axis in (ways.east, ways.north)])
    known = (degrees != _NOWHERE).all(axis=1)
    places = np.full(degrees.shape, np.nan)
    if known.any():
        places[known] = to_grid(degrees[known] / _PER_DEGREE)
    # Beyond where the grid of Great Britain gives an answer there is nothing of use.
    places[~np.isfinite(places).all(axis=1)] = np.nan
    usable = np.isfinite(places[:, 0]) & ~np.isin(numbers, ways.stops)
    points = points.reshape(-1)
    way_of = np.repeat(np.arange(len(ways.lengths)), np.array(ways.lengths, np.int64))
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
