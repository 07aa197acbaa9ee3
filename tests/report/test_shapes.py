"""Tests of projection, simplification and room for labels."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from netform.report.shapes import (
    Frame,
    label_spot,
    path_data,
    polygons_only,
    simplify_coverage,
    touching,
)


def test_frame_puts_north_up() -> None:
    """The north-west corner of the ground is at the margin, upper left, and a wide place fills the width."""
    frame = Frame.around((400_000, 300_000, 420_000, 310_000))
    corners = frame.project(np.array([[400_000.0, 310_000.0], [420_000.0, 300_000.0]]))
    # 968 units for 20 km are 48.4 a km: 10 km are 484 units, and 16 of margin all round.
    assert corners == pytest.approx(np.array([[16.0, 16.0], [984.0, 500.0]]))
    assert (frame.width, frame.height) == (1000.0, 516.0)


def test_frame_of_a_single_site_is_a_kilometre() -> None:
    """A place without extent is still drawn at a finite scale."""
    frame = Frame.around((400_000, 300_000, 400_000, 300_000))
    assert frame.units_per_metre == pytest.approx(0.828)


def test_path_of_a_square_with_a_hole() -> None:
    """Both rings are written, each closed once, in tenths of a unit without trailing zeros."""
    square = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(4, 4), (6, 4), (6, 6.04), (4, 6)]])
    assert path_data(square) == "M0 0L10 0L10 10L0 10ZM4 4L6 4L6 6L4 6Z"


def test_path_leaves_out_rings_too_small_to_see() -> None:
    """A ring whose points fall together at a tenth of a unit draws nothing."""
    assert path_data(shapely.box(0, 0, 0.01, 0.01)) == ""


def test_lines_and_points_of_a_clip_are_dropped() -> None:
    """Only the polygons of a mixed geometry are land, and a missing one is empty."""
    mixed = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])]
    )
    assert polygons_only(mixed).equals(shapely.box(0, 0, 1, 1))
    assert polygons_only(None).is_empty


def test_simplified_borders_stay_shared() -> None:
    """A wobble of the border, too small to see, goes from both neighbours alike: no gap and no overlap."""
    wobble = [(10_000.0 + (0.2 if step % 2 else 0), 1_000.0 * step) for step in range(1, 10)]
    west = shapely.Polygon([(0, 0), (10_000, 0), *wobble, (10_000, 10_000), (0, 10_000)])
    east = shapely.Polygon([(20_000, 0), (20_000, 10_000), (10_000, 10_000), *reversed(wobble), (10_000, 0)])
    simple = simplify_coverage([west, east], Frame.around((0, 0, 20_000, 10_000)))
    assert sum(len(shapely.get_coordinates(shape)) for shape in simple) < 20
    assert shapely.area(shapely.intersection(*simple)) == 0
    # 968 by 484 units of ground.
    assert shapely.area(shapely.union(*simple)) == pytest.approx(968 * 484)


def test_touching_is_mutual() -> None:
    """Of three squares in a row the middle one touches both others."""
    row = [shapely.box(x, 0, x + 1, 1) for x in range(3)]
    assert touching(row) == [{1}, {0, 2}, {1}]


def test_label_keeps_away_from_dots() -> None:
    """With a dot in the middle of a square the label moves off it but stays inside."""
    square = shapely.box(0, 0, 100, 100)
    x, y, room = label_spot(square, np.array([[50.0, 50.0]]), np.array([5.0]))
    assert square.contains(shapely.Point(x, y))
    assert np.hypot(x - 50, y - 50) >= room + 5 - 1e-9
    assert room > 20


def test_label_of_a_sliver_is_inside_it() -> None:
    """A region that no grid point hits still has a place for its label."""
    sliver = shapely.Polygon([(0, 0), (100, 100), (100, 100.001)])
    x, y, room = label_spot(sliver, np.empty((0, 2)), np.empty(0))
    assert shapely.distance(sliver, shapely.Point(x, y)) < 1e-9
    assert room < 1


def test_squares_that_meet_in_a_corner_share_no_border() -> None:
    """Of four squares around a point each touches three and borders two."""
    squares = [shapely.box(x, y, x + 1, y + 1) for y in (0, 1) for x in (0, 1)]
    assert touching(squares) == [{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}]
    assert touching(squares, along=True) == [{1, 2}, {0, 3}, {0, 3}, {1, 2}]
