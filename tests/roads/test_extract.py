"""Extracts of OpenStreetMap: what is read of them, and what is refused."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from netform.errors import InputError, RulesError
from netform.roads.extract import read_roads
from netform.roads.journeys import journeys_csv, road_journeys
from tests.made_up_extract import write_extract

if TYPE_CHECKING:
    from pathlib import Path

    from netform.roads.network import RoadNetwork

# A road of 3 km from west to east, and a lane of 2 km to the north from a third of it.
POINTS = {
    1: (420_000, 430_000),
    2: (421_000, 430_000),
    3: (423_000, 430_000),
    4: (421_000, 431_000),
    5: (421_000, 432_000),
}
ROAD = ([1, 2, 3], {"highway": "primary"})  # 65 km/h
LANE = ([2, 4, 5], {"highway": "residential"})  # 25 km/h
# A and B at the ends of the road, C at that of the lane, D with B, E far to the east.
PLACES = np.array([POINTS[1], POINTS[3], POINTS[5], POINTS[3], (429_000, 430_000)], float)


def _legs(network: RoadNetwork) -> list[tuple[int, int, float]]:
    begins = np.repeat(np.arange(len(network.places)), np.diff(network.offsets))
    legs = zip(begins.tolist(), network.ends.tolist(), network.minutes.tolist(), strict=True)
    return [(a + 1, b + 1, round(minutes, 2)) for a, b, minutes in legs]


def test_roads_are_legs_in_both_directions(tmp_path: Path) -> None:
    """1 km at 65 km/h is 0.92 minutes, and 2 km 1.85; points keep their places to a metre."""
    network = read_roads(write_extract(tmp_path / "x.osm.pbf", POINTS, [ROAD]), "car")
    assert sorted(_legs(network)) == [(1, 2, 0.92), (2, 1, 0.92), (2, 3, 1.85), (3, 2, 1.85)]
    assert np.abs(network.places - np.array([POINTS[k] for k in (1, 2, 3)])).max() < 1


def test_directions_modes_and_bollards(tmp_path: Path) -> None:
    """A one-way street, a footway for those on foot alone, a bollard that ends a lane for cars."""
    ways = [([1, 2], {"highway": "primary", "oneway": "yes"}), ([2, 3], {"highway": "footway"}), LANE]
    path = write_extract(tmp_path / "x.osm.pbf", POINTS, ways, {4: {"barrier": "bollard"}})
    assert _legs(read_roads(path, "car")) == [(1, 2, 0.92)]
    # 5 km/h: 12 minutes a kilometre.
    assert {leg for leg in _legs(read_roads(path, "foot")) if max(leg[:2]) < 4} == {
        (1, 2, 12.0), (2, 1, 12.0), (2, 3, 24.0), (3, 2, 24.0),
    }  # fmt: skip


def test_points_that_an_extract_has_cut_off_end_a_road(tmp_path: Path) -> None:
    """Their places are not known."""
    path = write_extract(tmp_path / "x.osm.pbf", {k: POINTS[k] for k in (1, 2)}, [ROAD])
    assert _legs(read_roads(path, "car")) == [(1, 2, 0.92), (2, 1, 0.92)]


def test_journeys_by_hand(tmp_path: Path) -> None:
    """Pairs once, in order, each with its parking but for D at the place of B; E is named."""
    network = read_roads(write_extract(tmp_path / "x.osm.pbf", POINTS, [ROAD, LANE]), "car")
    found = road_journeys(network, "ABCDE", PLACES, [""] * 5, "car", parking=5)
    assert ["".join(row[:2]) for row in found.rows] == ["AB", "AC", "AD", "BC", "BD", "CD"]
    # A-B: 3 km at 65 km/h, 2.77; A-C: 0.92 and 2 km at 25 km/h, 4.8; B-C: 1.85 + 4.8. Places are off by up to a metre.
    assert [m for _, _, m in found.rows] == pytest.approx([7.77, 10.72, 7.77, 11.65, 0.0, 11.65], abs=0.03)
    assert found.notes == ("Practices outside the extract, without journeys: 1 (E).",)
    apart = road_journeys(network, "ABCDE", PLACES, ["x", "y", "x", "y", "y"], "car")
    assert ["".join(row[:2]) for row in apart.rows] == ["AC", "BD"]
    assert journeys_csv(apart).startswith(b"from,to,minutes\nA,C,5.7")


def test_journeys_are_between_the_nearest_sites(tmp_path: Path) -> None:
    """A has a branch where C is, and B one far from any road, which changes nothing."""
    network = read_roads(write_extract(tmp_path / "x.osm.pbf", POINTS, [ROAD, LANE]), "car")
    branches = {0: (POINTS[5],), 1: ((429_000.0, 430_000.0),)}
    found = road_journeys(network, "ABC", PLACES[:3], [""] * 3, "car", branches=branches)
    # A-B from the end of the road as before, 2.77, which is less than from the lane; A-C share a site; B-C 1.85 + 4.8.
    assert [m for _, _, m in found.rows] == pytest.approx([2.77, 0.0, 6.65], abs=0.03)
    assert found.notes == ()


def test_a_road_there_and_another_back_are_their_mean(tmp_path: Path) -> None:
    """3 km at 65 km/h there; back 2 km at 25 km/h and 1 km at 65."""
    ways = [
        ([1, 2, 3], {"highway": "primary", "oneway": "yes"}),
        ([3, 2], {"highway": "residential", "oneway": "yes"}),
        ([2, 1], {"highway": "primary", "oneway": "yes"}),
    ]
    network = read_roads(write_extract(tmp_path / "x.osm.pbf", POINTS, ways), "car")
    # Half of 2.77 there and of 4.8 + 0.92 back.
    assert road_journeys(network, "AB", PLACES[:2], ["", ""], "car").rows[0][2] == pytest.approx(
        4.25, abs=0.03
    )


def test_practices_away_from_roads_are_named_or_refused(tmp_path: Path) -> None:
    """Within the extract and far from its roads; where fewer than two are left it is the wrong extract."""
    network = read_roads(write_extract(tmp_path / "x.osm.pbf", POINTS, [ROAD, LANE]), "car")
    places = np.array([POINTS[1], POINTS[3], (422_500, 431_500)], float)
    notes = road_journeys(network, "ABC", places, [""] * 3, "car").notes
    assert notes[0].startswith("Practices farther than 500 m from the main network")
    assert notes[0].endswith("1 (C).")
    with pytest.raises(InputError, match="fewer than two practices stand within 500 m"):
        road_journeys(network, "ABC", places + 50_000, [""] * 3, "car")


def test_a_list_with_too_many_pairs_is_asked_for_areas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is searched."""
    monkeypatch.setattr("netform.roads.journeys._MOST_PAIRS", 2)
    network = read_roads(write_extract(tmp_path / "x.osm.pbf", POINTS, [ROAD]), "car")
    with pytest.raises(InputError, match=r"it has 3 pairs of practices.*--area"):
        road_journeys(network, "ABC", PLACES[:3], [""] * 3, "car")


def test_files_that_are_no_extract_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Damaged, cut short, of another kind, without roads, too large, an address: each in one message."""
    whole = write_extract(tmp_path / "x.osm.pbf", POINTS, [ROAD]).read_bytes()
    damaged = {
        "cut": whole[: len(whole) // 2],
        "csv": b"a,b\n1,2\n",
        "zeros": bytes(99),
        "text": whole.replace(b"primary", b"prim\xffry"),
    }
    for name, content in damaged.items():
        (tmp_path / f"{name}.osm.pbf").write_bytes(content)
        with pytest.raises(InputError, match=r"cannot be read as OpenStreetMap data|has no roads"):
            read_roads(tmp_path / f"{name}.osm.pbf", "car")
    path = write_extract(tmp_path / "y.osm.pbf", POINTS, [([1, 2], {"highway": "footway"})])
    with pytest.raises(InputError, match="has no roads to go by car"):
        read_roads(path, "car")
    abroad = {1: (1_420_000, 430_000), 2: (1_421_000, 430_000)}
    network = read_roads(write_extract(tmp_path / "z.osm.pbf", abroad, [([1, 2], ROAD[1])]), "car")
    with pytest.raises(InputError, match="fewer than two practices"):
        road_journeys(network, "AB", PLACES[:2], ["", ""], "car")
    for no_file in ("http://127.0.0.1:9/x.osm.pbf", str(tmp_path)):
        with pytest.raises(InputError):
            read_roads(no_file, "car")
    monkeypatch.setattr("netform.roads.extract._MOST_POINTS", 2)
    with pytest.raises(InputError, match="more than 2 points"):
        read_roads(tmp_path / "x.osm.pbf", "car")
    monkeypatch.setattr("netform.roads.extract._MOST_BYTES", 10)
    with pytest.raises(InputError, match="larger than"):
        read_roads(tmp_path / "x.osm.pbf", "car")


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with every extra."""
    monkeypatch.setitem(sys.modules, "osmium.io", None)
    with pytest.raises(RulesError, match=r'pip install "netform\[roads\]"'):
        read_roads(tmp_path / "x.osm.pbf", "car")
