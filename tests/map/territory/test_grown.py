"""Territories of LSOAs: who has which, what is cut off or divided, and that each is in one piece with its site."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from netform.map.boundaries import network_boundaries
from netform.map.territory import merge_sites, shared_borders
from netform.map.territory.coverage import GRID_M, polygon_parts
from netform.map.territory.grown import Grown, grow_territories, most_patients
from tests.examples import examples
from tests.invariants.test_tiling import assert_tiles, networks_of

# Where the squares begin, metres on the grid.
WEST, SOUTH = 400_000, 300_000


def _squares(count: int, *, rows: int = 1) -> list[shapely.Polygon]:
    """Squares of a kilometre, west to east, and row upon row."""
    return [
        shapely.box(WEST + 1000 * x, SOUTH + 1000 * y, WEST + 1000 * (x + 1), SOUTH + 1000 * (y + 1))
        for y in range(rows)
        for x in range(count)
    ]


def _grown(
    lsoas: list[shapely.Geometry], places: list[tuple[float, float]], patients: list[dict[int, float]]
) -> Grown:
    """Grow territories around places in kilometres from the corner."""
    sites = merge_sites([WEST + 1000 * x for x, _ in places], [SOUTH + 1000 * y for _, y in places])
    return grow_territories(sites, np.array(lsoas, dtype=object), patients)


def test_an_lsoa_is_of_the_site_with_most_patients_there() -> None:
    """Of four squares in a row, with sites in the first and the last, the third is the first's by 7 to 6."""
    grown = _grown(_squares(4), [(0.5, 0.5), (3.5, 0.5)], [{0: 9}, {0: 5, 1: 4}, {0: 7, 1: 6}, {1: 9}])
    assert grown.owner.tolist() == [0, 0, 0, 1]
    assert shapely.area(grown.territories.polygons).tolist() == [3e6, 1e6]
    pairs, metres = shared_borders(grown.territories)
    assert pairs.tolist() == [[0, 1]]
    assert metres.tolist() == [1000.0]


def test_an_lsoa_that_is_cut_off_goes_to_who_reaches_it() -> None:
    """Of five in a row the fourth is the first site's by 8 to 2, but the third, between, is the second's."""
    patients = [{0: 9}, {0: 10, 1: 5}, {0: 1, 1: 9}, {0: 8, 1: 2}, {1: 9}]
    grown = _grown(_squares(5), [(0.5, 0.5), (4.5, 0.5)], patients)
    # The fourth goes to the second site, which then reaches the third.
    assert grown.owner.tolist() == [0, 0, 1, 1, 1]
    # All around the fourth is the second site's; it is no enclave of an LSOA that was its own.
    assert grown.enclosed.tolist() == [False, False, False, True, False]


def test_an_lsoa_that_two_reach_goes_to_the_one_with_more_patients() -> None:
    """Site 2 has most in the middle of three rows but stands elsewhere; of the two beside it site 1 has more."""
    lsoas = _squares(3)
    grown = _grown(lsoas, [(0.5, 0.5), (2.5, 0.5)], [{0: 9}, {0: 3, 1: 4}, {1: 9}])
    assert grown.owner.tolist() == [0, 1, 1]
    grown = _grown(
        [*lsoas, shapely.box(WEST, SOUTH + 5000, WEST + 1000, SOUTH + 6000)],
        [(0.4, 0.5), (0.5, 5.5), (2.5, 0.5)],
        [{0: 9}, {0: 3, 1: 99, 2: 4}, {2: 9}, {1: 9}],
    )
    assert grown.owner.tolist() == [0, 2, 2, 1]
    assert grown.enclosed.tolist() == [False, False, False, False]


def test_the_lsoa_of_a_site_is_its_own_whoever_has_more_patients_there() -> None:
    """Both sites stand in LSOAs in which the other has more patients: each keeps its own."""
    grown = _grown(_squares(2), [(0.5, 0.5), (1.5, 0.5)], [{0: 1, 1: 9}, {0: 9, 1: 1}])
    assert grown.owner.tolist() == [0, 1]
    assert grown.stood_in.tolist() == [True, True]


def test_sites_in_one_lsoa_divide_it_by_what_is_nearest() -> None:
    """Three quarters and a quarter of a square kilometre; it counts for the one of them with more patients."""
    grown = _grown(_squares(2), [(0.5, 0.5), (1.0, 0.5), (1.5, 0.5)], [{0: 3, 1: 4, 2: 9}, {2: 9}])
    # The second stands on the border and counts as in the first square: nearer to it is what is east of 0.75 km.
    assert shapely.area(grown.territories.polygons).tolist() == [750_000.0, 250_000.0, 1_000_000.0]
    assert grown.owner.tolist() == [1, 2]
    assert shared_borders(grown.territories)[0].tolist() == [[0, 1], [1, 2]]


def test_water_between_is_no_border() -> None:
    """Two banks 100 m apart do not touch; an island without a site goes whole to who has most patients on it."""
    bank = shapely.box(WEST + 1100, SOUTH, WEST + 2100, SOUTH + 1000)
    island = shapely.box(WEST, SOUTH + 3000, WEST + 500, SOUTH + 3500)
    places = [(0.5, 0.5), (1.6, 0.5)]
    grown = _grown([_squares(1)[0], bank, island], places, [{0: 9}, {1: 9}, {0: 2, 1: 3}])
    assert len(shared_borders(grown.territories)[0]) == 0
    assert grown.owner.tolist() == [0, 1, 1]
    assert shapely.get_num_geometries(grown.territories.polygons).tolist() == [1, 2]


def test_a_rock_goes_with_its_lsoa() -> None:
    """An LSOA of two parts, of which a site has the larger by where it stands: the rock is its, too."""
    rock = shapely.box(WEST, SOUTH + 3000, WEST + 100, SOUTH + 3100)
    both = shapely.multipolygons([_squares(1)[0], rock])
    grown = _grown([both, _squares(2)[1]], [(0.5, 0.5), (1.5, 0.5)], [{1: 9}, {1: 9}])
    assert shapely.area(grown.territories.polygons).tolist() == [1_010_000.0, 1_000_000.0]


def test_patients_of_an_lsoa_are_counted_once_however_many_pieces_it_is_of() -> None:
    """Above where they stand site 0 has 900 patients west, and a strip of that LSOA far east behind two of site 1's."""
    first, second, third, west, middle, east = _squares(3, rows=2)
    strip = shapely.box(WEST + 3000, SOUTH + 1000, WEST + 3010, SOUTH + 2000)
    lsoas = [first, second, third, shapely.multipolygons([west, strip]), middle, east]
    patients = [{0: 9}, {1: 9}, {1: 9}, {0: 900, 1: 0}, {0: 100, 1: 400}, {0: 100, 1: 400}]
    grown = _grown(lsoas, [(0.5, 0.5), (2.5, 0.5)], patients)
    # The strip has 900 / 101 = 9 of them: not worth 300 fewer in each of the two between, which 900 would be.
    assert grown.owner.tolist() == [0, 1, 1, 0, 1, 1]
    assert np.rint(shapely.area(grown.territories.polygons) / 1000).tolist() == [2000, 4010]


def test_a_site_outside_has_a_strip_of_ground() -> None:
    """A site 500 m north of the only LSOA is joined to it, and borders who has it."""
    grown = _grown(_squares(1), [(0.5, 0.5), (0.5, 1.5)], [{0: 5, 1: 9}])
    assert grown.standing.tolist() == [0, -1]
    assert grown.owner.tolist() == [0]
    assert shared_borders(grown.territories)[0].tolist() == [[0, 1]]


def test_gaps_between_outlines_are_filled_and_holes_are_not() -> None:
    """A notch 10 m square between two outlines is a slip of the simplifying; a lake of 100 m is water."""
    gap = shapely.box(WEST + 995, SOUTH + 500, WEST + 1005, SOUTH + 510)
    lake = shapely.box(WEST + 950, SOUTH + 200, WEST + 1050, SOUTH + 300)
    lsoas = [shapely.difference(square, shapely.union(gap, lake)) for square in _squares(2)]
    grown = _grown(lsoas, [(0.2, 0.5), (1.8, 0.5)], [{0: 9}, {1: 9}])
    assert grown.territories.extent.area == 2e6 - 10_000
    # 1,000 m of border, less 100 m of the lake; around the gap it is 10 m the longer where both sides are followed.
    assert shared_borders(grown.territories)[1].tolist() == pytest.approx([910.0], abs=11)


def test_nobody_has_no_territories() -> None:
    """Territories need a site."""
    with pytest.raises(ValueError, match="at least one site"):
        grow_territories(merge_sites([], []), np.array(_squares(1), dtype=object), [{}])


def test_of_equal_sites_the_first_has_most_patients() -> None:
    """And nobody has where there are none."""
    assert most_patients({3: 5.0, 1: 5.0, 2: 4.0}) == 1
    assert most_patients({}) == -1


class Lived(NamedTuple):
    """LSOAs, sites in and around them, and who lives where."""

    lsoas: np.ndarray
    places: np.ndarray
    patients: list[dict[int, float]]
    seed: int


@st.composite
def drawn_lsoas(draw: st.DrawFn) -> Lived:
    """Draw LSOAs as the nearest ground of scattered centres, some of them gone, and patients at random."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    centres = np.rint(rng.uniform(0, 10_000, (draw(st.integers(3, 60)), 2)))
    cells = shapely.voronoi_polygons(
        shapely.multipoints(np.unique(centres, axis=0)), extend_to=shapely.box(0, 0, 10_000, 10_000)
    )
    lsoas = shapely.intersection(shapely.get_parts(cells), shapely.box(0, 0, 10_000, 10_000))
    lsoas = lsoas[shapely.area(lsoas) > 1]
    if draw(st.booleans()):
        lsoas = lsoas[: max(1, len(lsoas) * 3 // 4)]
    lsoas = shapely.transform(lsoas, lambda coords: coords + np.array([WEST, SOUTH]))
    spread = draw(st.sampled_from([1_000.0, 10_000.0, 14_000.0]))
    places = rng.uniform(0, spread, (draw(st.integers(1, 25)), 2))
    if draw(st.booleans()):
        places = places[rng.integers(0, len(places), len(places))]
    places = np.rint(places) + np.array([WEST, SOUTH])
    sites = len(merge_sites(*places.T))
    patients = [
        {int(site): float(rng.integers(1, 50)) for site in rng.integers(0, sites, rng.integers(0, 5))}
        for _ in lsoas
    ]
    return Lived(lsoas, places, patients, seed)


@given(drawn_lsoas())
@examples(60)
def test_territories_of_lsoas_tile_and_hold_their_sites(lived: Lived) -> None:
    """They are a coverage of the LSOAs and the strips to sites outside; on one piece of land each is in one piece."""
    sites = merge_sites(*lived.places.T)
    grown = grow_territories(sites, lived.lsoas, lived.patients)
    territories = grown.territories
    assert_tiles(territories.polygons, territories.extent)
    assert shapely.coverage_is_valid(territories.polygons)
    assert shapely.distance(territories.polygons, shapely.points(sites.points)).max() <= 1
    ground = shapely.union_all(lived.lsoas)
    assert shapely.difference(ground, territories.extent).area <= ground.length * GRID_M
    assert (grown.owner >= 0).all()
    if len(polygon_parts(shapely.buffer(territories.extent, -1))) == 1:
        assert (shapely.get_num_geometries(territories.polygons) == 1).all()
    # An LSOA counts for a site that has ground in it.
    for at, owner in enumerate(grown.owner.tolist()):
        assert shapely.intersection(lived.lsoas[at], territories.polygons[owner]).area > 0


@given(drawn_lsoas())
@examples(40)
def test_networks_on_lsoas_tile_and_hold_their_practices(lived: Lived) -> None:
    """Sites that several networks share are divided on such territories as on any."""
    territories = grow_territories(merge_sites(*lived.places.T), lived.lsoas, lived.patients).territories
    networks = networks_of(territories, lived.seed)
    codes = [f"P{index:03d}" for index in range(len(lived.places))]
    grounds = network_boundaries(networks, codes, territories)
    if not networks:
        return
    placed = {code for network in networks for code in network.practice_codes}
    taken = sorted(
        {int(territories.sites.site_of[index]) for index, code in enumerate(codes) if code in placed}
    )
    polygons = np.array(list(grounds.values()), dtype=object)
    assert_tiles(polygons, shapely.union_all(territories.polygons[taken]))
    for network in networks:
        points = shapely.points(lived.places[[codes.index(code) for code in network.practice_codes]])
        assert shapely.distance(grounds[network.network_id], points).max() <= 1
