"""Territories of the real areas: what hangs together, what is an island, and how long it takes."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import shapely

from netform.inputs.places import locate
from netform.map.boundaries import network_boundaries, tile_areas
from netform.map.territory import (
    Boundary,
    Territories,
    build_territories,
    living_extent,
    merge_sites,
    read_boundary,
    shared_borders,
)
from netform.plan.model import Network
from netform.practices.model import Practice, PracticeList

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.real

# Pieces of an area that hang together, by number of sites, where there are more than one.
ISLANDS = {"11N": [1, 51], "D9Y0V": [12, 118]}  # Scilly; the Isle of Wight
# With the polygons of 2024: one area is two pieces of land 10 km apart, and two practices stand more than 10
# km from their own area.
POLYGON_ISLANDS = ISLANDS | {"05Q": [8, 12], "06Q": [1, 37], "M1J4Y": [1, 80]}


@pytest.fixture(scope="module")
def areas(shared_data: Path) -> dict[str, PracticeList]:
    """The practices of each sub-ICB area."""
    of_area: dict[str, list[Practice]] = defaultdict(list)
    with (shared_data / "practices.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["easting"]:
                of_area[row["sub_icb_code"]].append(_practice(row))
    return {
        area: PracticeList(tuple(sorted(each, key=lambda practice: practice.code)))
        for area, each in sorted(of_area.items())
    }


@pytest.fixture(scope="module")
def boundary(shared_data: Path, areas: dict[str, PracticeList]) -> Boundary:
    """The polygons of the areas in 2024."""
    return read_boundary(shared_data / "boundaries" / "sub_icb24_england_bng.gpkg", areas)


def _practice(row: dict[str, str]) -> Practice:
    return Practice(
        row["practice_code"],
        row["practice_name"],
        row["postcode"],
        int(row["list_size"]),
        row["sub_icb_code"],
        easting=float(row["easting"]),
        northing=float(row["northing"]),
    )


def _pieces(territories: Territories) -> list[int]:
    graph = nx.Graph(shared_borders(territories)[0].tolist())
    graph.add_nodes_from(range(len(territories.sites)))
    return sorted(len(piece) for piece in nx.connected_components(graph))


def _places(practices: PracticeList) -> NDArray[np.float64]:
    return np.array([(practice.easting, practice.northing) for practice in practices], dtype=np.float64)


def _assert_tiles(territories: Territories) -> None:
    assert shapely.is_valid(territories.polygons).all()
    assert shapely.coverage_is_valid(territories.polygons)
    ground = shapely.area(territories.polygons).sum()
    assert ground == pytest.approx(territories.extent.area, rel=1e-9)
    assert shapely.distance(territories.polygons, shapely.points(territories.sites.points)).max() == 0


def test_leeds_is_no_larger_than_it_is(areas: dict[str, PracticeList]) -> None:
    """The ground of Leeds has the size of Leeds."""
    places = locate(areas["15F"])
    sites = merge_sites(places.easting, places.northing)
    territories = build_territories(sites, living_extent(places.homes, sites))
    assert len(sites) == 78
    # Leeds is 552 square kilometres; the reach of its practices must not be the double.
    assert 400e6 < territories.extent.area < 1000e6


@pytest.mark.slow
def test_only_islands_are_islands(areas: dict[str, PracticeList]) -> None:
    """From postcodes alone every area hangs together, save Scilly and the Isle of Wight."""
    pieces = {}
    for area, practices in areas.items():
        places = locate(practices)
        sites = merge_sites(places.easting, places.northing)
        territories = build_territories(sites, living_extent(places.homes, sites))
        _assert_tiles(territories)
        pieces[area] = _pieces(territories)
    assert {area: each for area, each in pieces.items() if len(each) > 1} == ISLANDS


def test_only_islands_are_islands_with_polygons(areas: dict[str, PracticeList], boundary: Boundary) -> None:
    """Tidal rivers and bridged islands do not part an area; practices just outside theirs are of it."""
    assert boundary.column == "sicbl24_code_nhs"
    pieces = {}
    for area, practices in areas.items():
        extent = boundary.extent_for(area)
        if extent is None:
            continue
        territories = build_territories(merge_sites(*_places(practices).T), extent)
        _assert_tiles(territories)
        pieces[area] = _pieces(territories)
    assert set(areas) - set(pieces) == {"U2G6B"}, "an area of 2026 that the polygons of 2024 do not know"
    assert {area: each for area, each in pieces.items() if len(each) > 1} == POLYGON_ISLANDS


@pytest.mark.slow
@pytest.mark.parametrize("with_polygons", [False, True])
def test_all_areas_tile_together(
    areas: dict[str, PracticeList], boundary: Boundary, with_polygons: bool
) -> None:
    """The ground of 96 areas, and of networks of five drawn by distance in each, overlaps nowhere."""
    parts: list[Any] = []
    networks, codes, every = [], [], []
    for area, practices in areas.items():
        places = _places(practices)
        sites = merge_sites(*places.T)
        extent = boundary.extent_for(area) if with_polygons else None
        territories = build_territories(sites, extent or living_extent(np.zeros((0, 2)), sites))
        parts.append((np.arange(len(codes), len(codes) + len(practices)), territories))
        codes += practices.codes
        every.append(places)
        order = np.lexsort(places.T)
        for number, first in enumerate(range(0, len(order), 5)):
            members = tuple(sorted(practices.codes[index] for index in order[first : first + 5]))
            networks.append(
                Network(f"{area}-{number}", "", area, members, 1, members[0], (0.0,) * len(members), {})
            )
    whole = tile_areas(parts)
    grounds = network_boundaries(networks, codes, whole)
    _assert_tiles(whole)
    shapes = np.array(list(grounds.values()), dtype=object)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(whole.extent.area, rel=1e-6)
    network_of = {code: index for index, each in enumerate(networks) for code in each.practice_codes}
    own = shapes[[network_of[code] for code in codes]]
    assert shapely.distance(own, shapely.points(np.concatenate(every))).max() <= 1
