"""Territories: sites, living extents, cells and borders."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from netform.map.territory import build_territories, living_extent, merge_sites, shared_borders
from netform.map.territory.cells import with_sites
from netform.map.territory.coverage import border_lengths, dissolve, faces_of, polygon_parts

SQUARE = shapely.box(0, 0, 10_000, 10_000)


def _villages(*centres: tuple[float, float], spread: float = 400.0) -> np.ndarray:
    """Postcodes in a ring of 16 round each centre."""
    turns = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = spread * np.column_stack([np.cos(turns), np.sin(turns)])
    return np.concatenate([np.asarray(centre) + ring for centre in centres])


def _row_of_homes(start: float, end: float, step: float = 400.0) -> np.ndarray:
    east = np.arange(start, end, step)
    return np.column_stack([400_000 + east, np.full(len(east), 300_000.0)])


def test_practices_at_one_place_to_the_metre_share_a_site() -> None:
    """Places that differ by rounding are one site; sites come in order of easting."""
    sites = merge_sites([300.2, 100.0, 299.9, 100.0], [5.0, 7.0, 5.4, 8.0])
    assert sites.points.tolist() == [[100.0, 7.0], [100.0, 8.0], [300.0, 5.0]]
    assert sites.site_of.tolist() == [2, 0, 2, 1]


def test_sites_do_not_depend_on_the_order_of_practices() -> None:
    """Turning the list round turns the map from practices to sites round, and nothing else."""
    one, other = merge_sites([3, 1, 2, 1], [0, 0, 0, 0]), merge_sites([1, 2, 1, 3], [0, 0, 0, 0])
    assert one.points.tolist() == other.points.tolist()
    assert one.site_of[::-1].tolist() == other.site_of.tolist()


def test_a_coordinate_that_is_no_number_is_refused() -> None:
    """NaN would be a site nowhere."""
    with pytest.raises(ValueError, match="finite"):
        merge_sites([np.nan], [0])


def test_one_site_owns_the_whole_extent() -> None:
    """With one site there is nothing to divide."""
    territories = build_territories(merge_sites([5000], [5000]), SQUARE)
    assert territories.polygons[0].equals(SQUARE)
    assert shared_borders(territories)[0].shape == (0, 2)


def test_two_sites_share_the_bisector() -> None:
    """Two sites at the same height part a square of 10 km by an upright line of 10 km."""
    territories = build_territories(merge_sites([2000, 8000], [5000, 5000]), SQUARE)
    pairs, metres = shared_borders(territories)
    assert pairs.tolist() == [[0, 1]]
    assert metres.tolist() == pytest.approx([10_000])
    assert shapely.area(territories.polygons).tolist() == pytest.approx([50e6, 50e6])


def test_collinear_sites_border_their_neighbours_only() -> None:
    """On a line the Voronoi diagram has no vertex at all."""
    territories = build_territories(merge_sites([1000, 4000, 6000, 9000], [3000] * 4), SQUARE)
    assert shared_borders(territories)[0].tolist() == [[0, 1], [1, 2], [2, 3]]


def test_sites_a_metre_apart_both_have_ground() -> None:
    """The finest distance that sites can have still divides the ground."""
    territories = build_territories(merge_sites([5000, 5001, 9000], [5000, 5000, 5000]), SQUARE)
    assert shapely.area(territories.polygons).sum() == pytest.approx(100e6)
    assert shapely.distance(territories.polygons, shapely.points(territories.sites.points)).max() == 0
    assert shared_borders(territories)[0].tolist() == [[0, 1], [1, 2]]


def test_four_sites_that_meet_in_a_point_border_only_side_by_side() -> None:
    """Territories that touch in a corner are no neighbours."""
    territories = build_territories(merge_sites([2500, 7500, 2500, 7500], [2500, 2500, 7500, 7500]), SQUARE)
    assert len(shared_borders(territories)[0]) == 4


def test_the_far_bank_of_an_estuary_goes_to_the_neighbour_joined_to_it_by_land() -> None:
    """A strip nearest the northern site, but cut off from it by water, goes to the site of its own bank."""
    # Water from y = 4000 to 5000. The bisector of the sites is at y = 3500, so the strip from 3500 to 4000 on
    # the south bank is nearest the northern site.
    banks = shapely.union(shapely.box(0, 0, 10_000, 4000), shapely.box(0, 5000, 10_000, 10_000))
    territories = build_territories(merge_sites([5000, 5001], [1500, 5500]), banks)
    assert territories.polygons[0].bounds == (0, 0, 10_000, 4000)
    assert len(shared_borders(territories)[0]) == 0


def test_an_islet_without_a_site_makes_no_neighbours() -> None:
    """Sites on two sides of a strait that are each nearest to half of an islet in it stay apart."""
    lands = [
        shapely.box(0, 0, 1000, 5000),
        shapely.box(3000, 0, 4000, 5000),
        shapely.box(1900, 2000, 2200, 2300),
    ]
    territories = build_territories(merge_sites([500, 3500], [2000, 2000]), shapely.union_all(lands))
    assert len(shared_borders(territories)[0]) == 0
    # The middle is at 2000: a third of the islet is nearest the west, two thirds the east.
    assert shapely.area(territories.polygons).tolist() == pytest.approx([5e6, 5e6 + 300 * 300])


def test_a_site_outside_its_area_is_joined_by_a_strip() -> None:
    """A practice 3 km over the line is a neighbour of the area it belongs to."""
    territories = build_territories(merge_sites([5000, 13_000], [5000, 5000]), SQUARE)
    assert shared_borders(territories)[0].tolist() == [[0, 1]]
    assert territories.polygons[1].contains(shapely.Point(13_000, 5000))


def test_a_site_far_outside_its_area_is_an_island() -> None:
    """A practice 20 km away gets a disc of its own and no neighbour."""
    territories = build_territories(merge_sites([5000, 30_000], [5000, 5000]), SQUARE)
    assert len(shared_borders(territories)[0]) == 0
    assert territories.polygons[1].area == pytest.approx(np.pi * 250**2, rel=0.01)


def test_an_empty_extent_gives_every_site_a_disc() -> None:
    """Without any ground the sites still have some."""
    sites = merge_sites([0, 50_000], [0, 0])
    assert with_sites(shapely.Polygon(), sites).covers(shapely.multipoints(sites.points))


def test_no_site_is_refused() -> None:
    """Territories of nobody are a mistake of the caller."""
    nobody = merge_sites([], [])
    with pytest.raises(ValueError, match="at least one"):
        build_territories(nobody, SQUARE)
    with pytest.raises(ValueError, match="at least one"):
        living_extent(np.zeros((0, 2)), nobody)


def test_an_extent_without_homes_holds_every_site() -> None:
    """A list that brings its own coordinates may have no postcode near."""
    sites = merge_sites([400_000, 401_000, 430_000], [300_000, 300_500, 300_000])
    extent = living_extent(np.zeros((0, 2)), sites)
    assert extent.is_valid
    assert extent.covers(shapely.multipoints(sites.points))


def test_a_street_of_homes_joins_two_towns() -> None:
    """Sites 9 km apart with homes between are of one piece."""
    sites = merge_sites([400_000, 409_000], [300_000, 300_000])
    assert living_extent(_row_of_homes(0, 9000), sites).geom_type == "Polygon"


def test_a_strait_parts_two_towns() -> None:
    """Homes on both sides of 4 km without any, three sites a side, are two places."""
    east = [0, 1000, 2000, 8000, 9000, 10_000]
    sites = merge_sites([400_000 + each for each in east], [300_000] * 6)
    homes = np.concatenate([_row_of_homes(-1000, 3000), _row_of_homes(7000, 11_000)])
    assert len(polygon_parts(living_extent(homes, sites))) == 2


def test_a_village_behind_a_moor_is_joined() -> None:
    """One site across the same emptiness is a village: it must not be left an island."""
    sites = merge_sites([400_000, 401_000, 402_000, 408_000], [300_000] * 4)
    homes = np.concatenate([_row_of_homes(-1000, 3000), _row_of_homes(7000, 9000)])
    assert living_extent(homes, sites).geom_type == "Polygon"


def test_a_village_far_over_the_sea_is_an_island() -> None:
    """One site 40 km away is not joined by anything."""
    sites = merge_sites([400_000, 401_000, 402_000, 445_000], [300_000] * 4)
    assert len(polygon_parts(living_extent(_row_of_homes(-1000, 3000), sites))) == 2


def test_a_city_does_not_own_the_next() -> None:
    """Homes without end do not stretch the reach of close sites beyond 3 km and the raster's rounding."""
    homes = np.concatenate([_row_of_homes(-30_000, 30_000, 200.0)])
    sites = merge_sites([400_000, 400_500, 401_000, 401_500], [300_000] * 4)
    left, _, right, _ = living_extent(homes, sites).bounds
    assert left >= 400_000 - 3250
    assert right <= 401_500 + 3250


def test_small_holes_are_filled_and_large_ones_kept() -> None:
    """A park in a city is part of it; a great forest is not lived in."""

    def ring_of_homes(radius: float) -> np.ndarray:
        turns = np.linspace(0, 2 * np.pi, 400, endpoint=False)
        return 400_000 + radius * np.column_stack([np.cos(turns), np.sin(turns)])

    sites = merge_sites([400_000 + 4500, 400_000 - 4500, 400_000], [400_000, 400_000, 400_000 + 4500])
    small = living_extent(ring_of_homes(2500), sites)
    large = living_extent(ring_of_homes(4500), sites)
    assert sum(len(part.interiors) for part in polygon_parts(small)) == 0
    assert sum(len(part.interiors) for part in polygon_parts(large)) == 1


def test_a_national_list_is_divided() -> None:
    """2,000 sites, extent and borders included."""
    rng = np.random.default_rng(7)
    sites = merge_sites(*rng.uniform(200_000, 500_000, (2, 2000)))
    territories = build_territories(sites, living_extent(_villages(*sites.points), sites))
    shared_borders(territories)
    assert shapely.coverage_is_valid(territories.polygons)


def test_borders_of_several_pieces_add_up() -> None:
    """Two squares beside one square share twice the side of one."""
    tall, low, high = shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)
    faces = faces_of([tall, low, high])
    owner = np.array([0 if face.centroid.x < 1 else 1 for face in faces], dtype=np.int64)
    pairs, metres = border_lengths(dissolve(faces, owner, 2))
    assert pairs.tolist() == [[0, 1]]
    assert metres.tolist() == [2.0]
