"""The outer edge: smooth, with every site inside and wide water open."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from netform.map.outer_edge import _smoothed, smooth_edge
from netform.map.territory import Territories, build_territories, merge_sites, shared_borders


def _territories(extent: shapely.Geometry, *places: tuple[float, float]) -> Territories:
    return build_territories(merge_sites(*np.array(places, dtype=float).T), extent)


def test_the_notch_between_two_discs_is_filled_and_divided_between_them() -> None:
    """Two discs of 3 km whose middles are 5 km apart: the line between them goes on through the filled notch."""
    discs = shapely.union_all(shapely.buffer(shapely.points([(0, 0), (5_000, 0)]), 3_000, quad_segs=32))
    smooth = smooth_edge(_territories(discs, (0, 0), (5_000, 0)))
    # The circles meet where x is 2,500 and y is the root of 3,000 squared less 2,500 squared: 1,658.
    assert smooth.extent.covers(shapely.Point(2_500, 1_800))
    assert smooth.extent.covers(discs.buffer(-30))
    west, east = smooth.polygons
    assert west.bounds[2] == pytest.approx(2_500, abs=0.2)
    assert east.bounds[0] == pytest.approx(2_500, abs=0.2)


def test_corners_of_the_raster_are_rounded_off() -> None:
    """Of a square of 10 km each corner loses what a circle of 750 m leaves of a square of 750 m."""
    smooth = smooth_edge(_territories(shapely.box(0, 0, 10_000, 10_000), (5_000, 5_000)))
    # 4 corners of 750 squared times (1 - pi / 4): 0.483 km2. Lines up to 15 m inside the arcs, 4 of 1.18 km, take 0.071
    # km2 more at most, and where the outline begins 15 m at one end of a side of 8.5 km a triangle of 0.064 km2.
    assert 0.48e6 < 100e6 - smooth.extent.area < 0.62e6


def test_wide_water_stays_open() -> None:
    """Two places 1.2 km apart do not meet, though each is smoothed where they face each other."""
    notched = shapely.box(0, 0, 10_000, 10_000).difference(shapely.box(9_000, 4_000, 10_000, 6_000))
    places = shapely.union_all([notched, shapely.box(11_200, 0, 20_000, 10_000)])
    territories = _territories(places, (5_000, 5_000), (15_000, 5_000))
    smooth = smooth_edge(territories)
    assert shapely.get_num_geometries(smooth.extent) == 2
    assert smooth.polygons[0].distance(smooth.polygons[1]) >= 1_000


def test_a_site_at_a_corner_keeps_the_ground_around_it() -> None:
    """The corner is not rounded off where a site stands in it."""
    smooth = smooth_edge(_territories(shapely.box(0, 0, 10_000, 10_000), (10, 10), (9_000, 9_000)))
    assert smooth.extent.covers(shapely.box(0, 0, 100, 100))
    assert not smooth.extent.covers(shapely.Point(9_950, 9_950))


def test_what_would_make_neighbours_is_not_filled() -> None:
    """Across a bay 1 km wide two sites would border, with nothing but their mainland neighbour between them."""
    bay = shapely.box(0, 0, 9_000, 10_000).difference(shapely.box(4_000, 4_500, 5_000, 10_000))
    territories = _territories(bay, (2_000, 9_000), (7_000, 9_000), (4_500, 1_000))
    pairs = shared_borders(territories)[0].tolist()
    assert [0, 2] not in pairs
    smooth = smooth_edge(territories)
    assert shared_borders(smooth)[0].tolist() == pairs
    assert not smooth.extent.covers(shapely.Point(4_500, 8_000))


def test_a_place_that_is_all_corners_stays() -> None:
    """An islet of 500 m is smaller than any circle that rounds corners."""
    islet = shapely.box(0, 0, 500, 500)
    assert smooth_edge(_territories(islet, (250, 250))).extent.equals(islet)


def test_the_mainland_is_not_widened_for_each_island(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty islands 500 m off a coast of 20,000 corners: what counts of it is near them."""
    corners, buffered, buffer = 20_000, [], shapely.buffer

    def counted(geometry: shapely.Geometry, *given: float, **named: float) -> shapely.Geometry:
        buffered.append(int(np.sum(shapely.get_num_coordinates(geometry))))
        return buffer(geometry, *given, **named)

    monkeypatch.setattr(shapely, "buffer", counted)
    mainland = buffer(shapely.Point(0, 0), 50_000, quad_segs=corners // 4)
    turns = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    islands = buffer(shapely.points(51_500 * np.cos(turns), 51_500 * np.sin(turns)), 1_000)
    places = np.array([mainland, *islands])
    for island in islands:
        _smoothed(island, places)
    # Besides itself, 4 times, an island needs what lies within some kilometres: no tenth of the coast.
    assert sum(buffered) < 20 * corners / 10
