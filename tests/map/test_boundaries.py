"""Boundaries: the ground of networks, across areas and at shared sites."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from netform.map.boundaries import network_boundaries, tile_areas
from netform.map.territory import Territories, build_territories, merge_sites
from netform.plan.model import Network

SQUARE = shapely.box(0, 0, 10_000, 10_000)


def _network(name: str, *codes: str) -> Network:
    return Network(name, name, "", codes, 1, codes[0], (0.0,) * len(codes), {})


def _territories(*places: tuple[float, float], extent: shapely.Geometry = SQUARE) -> Territories:
    return build_territories(merge_sites(*np.array(places, dtype=float).T), extent)


def test_a_network_is_the_ground_of_its_practices() -> None:
    """Two upper practices against two lower ones part the square in halves."""
    territories = _territories((2500, 2500), (7500, 2500), (2500, 7500), (7500, 7500))
    grounds = network_boundaries([_network("low", "A", "B"), _network("high", "C", "D")], "ABCD", territories)
    assert grounds["low"].equals(shapely.box(0, 0, 10_000, 5000))
    assert grounds["high"].equals(shapely.box(0, 5000, 10_000, 10_000))


def test_an_unplaced_practice_stays_outside_every_network() -> None:
    """Its ground is nobody's."""
    territories = _territories((2500, 5000), (7500, 5000))
    grounds = network_boundaries([_network("west", "A")], "AB", territories)
    assert list(grounds) == ["west"]
    assert grounds["west"].equals(shapely.box(0, 0, 5000, 10_000))


def test_practices_of_one_site_in_one_network_share_its_ground() -> None:
    """No sector is cut where there is nothing to part."""
    territories = _territories((2500, 5000), (2500, 5000), (7500, 5000))
    grounds = network_boundaries([_network("west", "A", "B"), _network("east", "C")], "ABC", territories)
    assert grounds["west"].equals(shapely.box(0, 0, 5000, 10_000))


def test_a_shared_site_is_cut_into_sectors_that_face_their_networks() -> None:
    """A site in the middle, with a practice in the western and one in the eastern network."""
    territories = _territories((1000, 5000), (5000, 5000), (5000, 5000), (9000, 5000))
    grounds = network_boundaries(
        [_network("west", "A", "B"), _network("east", "C", "D")], "ABCD", territories
    )
    # The middle cell is 3000 to 7000; it is parted upright through the site.
    assert grounds["west"].area == pytest.approx(50e6)
    assert grounds["west"].symmetric_difference(shapely.box(0, 0, 5000, 10_000)).area < 10_000
    assert grounds["west"].distance(shapely.Point(5000, 5000)) == 0
    assert grounds["east"].distance(shapely.Point(5000, 5000)) == 0


def test_an_unplaced_practice_at_a_shared_site_takes_no_sector() -> None:
    """The site's ground goes to those who are in a network."""
    territories = _territories((5000, 5000), (5000, 5000))
    assert network_boundaries([_network("all", "A")], "AB", territories)["all"].equals(SQUARE)


def test_a_practice_left_out_at_a_shared_site_takes_a_sector_that_is_nobodys() -> None:
    """B is left out and faces C, which is left out too; A's network has the west of their site."""
    territories = _territories((1000, 5000), (5000, 5000), (5000, 5000), (9000, 5000))
    grounds = network_boundaries([_network("west", "D", "A")], "DABC", territories, outside=["B", "C"])
    # The middle cell is 3000 to 7000; it is parted upright through the site.
    assert list(grounds) == ["west"]
    assert grounds["west"].symmetric_difference(shapely.box(0, 0, 5000, 10_000)).area < 10_000
    assert grounds["west"].boundary.distance(shapely.Point(5000, 5000)) < 1


def test_a_practice_left_out_at_its_own_site_is_outside() -> None:
    """As any practice without a network is."""
    territories = _territories((2500, 5000), (7500, 5000))
    grounds = network_boundaries([_network("west", "A")], "AB", territories, outside=["B"])
    assert {name: ground.wkt for name, ground in grounds.items()} == {
        "west": network_boundaries([_network("west", "A")], "AB", territories)["west"].wkt
    }


@pytest.mark.parametrize("count", [2, 3, 5, 7])
def test_networks_that_are_one_site_get_fair_sectors(count: int) -> None:
    """Seven practices at one postcode, each a network with no other member: the circle is shared out."""
    territories = _territories(*[(5000.0, 5000.0)] * count)
    codes = "ABCDEFG"[:count]
    grounds = network_boundaries([_network(code, code) for code in codes], codes, territories)
    shapes = np.array(list(grounds.values()))
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(100e6)
    assert shapely.distance(shapes, shapely.Point(5000, 5000)).max() < 1
    assert shapely.area(shapes).min() > 100e6 / count / 4


@pytest.mark.parametrize("count", [2, 3, 5, 7])
def test_cutting_a_site_moves_no_border(count: int) -> None:
    """A ray ends between two corners, mostly off the grid: the straight border it ends at stays straight."""
    # The lower rim goes through (2500, 833.925). A vertex put on the grid of the territories there, at 833.9, is
    # 0.024 m beside it, and bends a rim of 5.3 km by half of 0.024 times 5,300: 64 m2. The border with C, which
    # is in no network, slants too.
    extent = shapely.Polygon([(0, 0), (10_000, 3335.7), (10_000, 10_000), (0, 10_000)])
    territories = _territories(*[(2500.0, 5000.0)] * count, (7500.0, 5101.0), extent=extent)
    networks = [_network(code, code) for code in "ABDEFGH"[:count]]
    codes = [network.network_id for network in networks]
    grounds = network_boundaries(networks, [*codes, "C"], territories, outside=["C"])
    together = shapely.union_all(list(grounds.values()))
    assert together.symmetric_difference(territories.polygons[0]).area < 0.05


def test_three_networks_in_one_direction_all_get_a_sector() -> None:
    """Three networks at one site, each with a practice further east: none is squeezed out."""
    east = [(8000.0, 5000.0), (8000.0, 5200.0), (8000.0, 4800.0)]
    territories = _territories(*[(2000.0, 5000.0)] * 3, *east)
    plan = [_network(name, *codes) for name, codes in (("1", "AD"), ("2", "BE"), ("3", "CF"))]
    shapes = np.array(list(network_boundaries(plan, "ABCDEF", territories).values()))
    assert shapely.coverage_is_valid(shapes)
    assert shapely.distance(shapes, shapely.Point(2000, 5000)).max() < 1


def test_one_area_is_taken_as_it_is() -> None:
    """There is nothing to tile."""
    territories = _territories((2500, 5000), (7500, 5000))
    assert tile_areas([(np.arange(2), territories)]).polygons is territories.polygons


def test_ground_that_two_areas_claim_goes_to_the_nearest_site() -> None:
    """Two areas with a site each, claiming 0-6 km and 4-10 km of a square, part at their bisector."""
    west = _territories((1000, 5000), extent=shapely.box(0, 0, 6000, 10_000))
    east = _territories((8000, 5000), extent=shapely.box(4000, 0, 10_000, 10_000))
    whole = tile_areas([(np.array([1]), west), (np.array([0]), east)])
    # Practice 0 is the eastern one. The bisector of 1000 and 8000 is at 4500.
    ground = whole.polygons[whole.sites.site_of]
    assert ground[0].equals(shapely.box(4500, 0, 10_000, 10_000))
    assert ground[1].equals(shapely.box(0, 0, 4500, 10_000))


def test_ground_that_one_area_claims_stays_with_it() -> None:
    """Areas that meet at a line which is not their bisector keep their line."""
    west = _territories((1000, 5000), extent=shapely.box(0, 0, 8000, 10_000))
    east = _territories((9000, 5000), extent=shapely.box(8000, 0, 10_000, 10_000))
    whole = tile_areas([(np.array([0]), west), (np.array([1]), east)])
    assert whole.polygons[0].equals(shapely.box(0, 0, 8000, 10_000))


def test_practices_of_two_areas_at_one_place_share_its_ground() -> None:
    """A health centre with practices of two areas: one site, and a sector for each network."""
    whole = tile_areas(
        [
            (np.array([0, 1]), _territories((5000, 5000), (2000, 5000))),
            (np.array([2]), _territories((5000, 5000))),
        ]
    )
    assert len(whole.sites) == 2
    grounds = network_boundaries([_network("one", "A", "B"), _network("two", "C")], "ABC", whole)
    shapes = np.array(list(grounds.values()))
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(100e6)
    assert shapely.distance(shapes, shapely.Point(5000, 5000)).max() < 1


def test_a_practice_left_out_of_the_areas_is_refused() -> None:
    """Every practice of the list must be in one area."""
    territories = _territories((2500, 5000))
    for practices in ([1], [0, 0], []):
        with pytest.raises(ValueError, match="every practice"):
            tile_areas([(np.array(practices, dtype=np.int64), territories)] if practices else [])


def test_a_network_reaches_its_ground_on_both_sides_of_a_shared_site() -> None:
    """Five cells in a row and one above: the middle site's western and eastern neighbours are of one network."""
    # C and X stand in the middle; X's network goes on to the north, C's to the west and to the east.
    territories = _territories((1000, 5000), (5000, 5000), (5000, 5000), (9000, 5000), (5000, 9000))
    plan = [_network("across", "A", "C", "D"), _network("north", "X", "N")]
    grounds = network_boundaries(plan, "ACXDN", territories)
    assert [ground.geom_type for ground in grounds.values()] == ["Polygon", "Polygon"]


def test_a_network_with_others_on_both_sides_passes_between_them_at_the_site() -> None:
    """Neighbours in the north and the south are of two other networks: the neck is narrower than a metre."""
    places = [(1000, 5000), (9000, 5000), (5000, 9000), (5000, 1000)]
    territories = _territories(*[(5000, 5000)] * 3, *places)
    plan = [_network("across", "A", "W", "E"), _network("north", "B", "N"), _network("south", "C", "S")]
    grounds = network_boundaries(plan, "ABCWENS", territories)
    assert {name: ground.geom_type for name, ground in grounds.items()} == dict.fromkeys(grounds, "Polygon")
    here = shapely.Point(5000, 5000)
    assert grounds["across"].contains(here)
    assert {name for name, ground in grounds.items() if ground.distance(here) < 1} == set(grounds)


def test_two_networks_that_cross_at_a_site_cannot_both_be_one_piece() -> None:
    """West and east are of one network, north and south of another: one of them is drawn in two pieces."""
    places = [(1000, 5000), (9000, 5000), (5000, 9000), (5000, 1000)]
    territories = _territories(*[(5000, 5000)] * 2, *places)
    plan = [_network("across", "A", "W", "E"), _network("upright", "B", "N", "S")]
    grounds = network_boundaries(plan, "ABWENS", territories)
    assert sorted(shapely.get_num_geometries(np.array(list(grounds.values()))).tolist()) == [1, 2]


def test_networks_that_share_two_neighbouring_sites_meet_themselves_at_their_border() -> None:
    """Two practices at each of two sites: each network has a part of the border between the sites."""
    territories = _territories((2500, 5000), (2500, 5000), (7500, 5000), (7500, 5000))
    plan = [_network("one", "A", "C"), _network("two", "B", "D")]
    grounds = network_boundaries(plan, "ABCD", territories)
    assert [ground.geom_type for ground in grounds.values()] == ["Polygon", "Polygon"]
