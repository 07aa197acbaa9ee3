"""Tests of the map as shapes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import shapely

from netform.report.map import draw_map, draw_overview

if TYPE_CHECKING:
    from netform.result import Result


def test_map_of_one_area(one_area: Result) -> None:
    """Two networks of different colour, one dot a site, one badge a network, and a round scale bar."""
    drawing = draw_map(one_area, one_area.plan.networks)
    assert drawing is not None
    assert [region.network.network_id for region in drawing.regions] == ["01", "02"]
    assert drawing.regions[0].colour != drawing.regions[1].colour
    assert [badge.text for badge in drawing.badges] == ["1", "2"]
    # 1,000 units show 20 km and the margins: a fifth is 4.1 km, so the bar is 2 km of 48.4 units each.
    assert drawing.scale_km == 2
    assert drawing.scale_width == pytest.approx(96.8)
    # Cedar has 40,000 patients and is drawn first; Amber and Birch share a site and are one dot of 35,000.
    assert [[practice.code for practice in dot.practices] for dot in drawing.dots] == [["B1"], ["A1", "A2"]]
    assert [dot.list_size for dot in drawing.dots] == [40_000, 35_000]
    assert all(dot.hub for dot in drawing.dots)
    # 2 km east and 5 km south of the corner: 16 + 2 * 48.4 and 16 + 5 * 48.4.
    assert (drawing.dots[1].x, drawing.dots[1].y) == (112.8, 258.0)


def test_exception_has_its_mark(result: Result) -> None:
    """The badge of an exception carries an exclamation mark: colour and hatching are not the only signs."""
    drawing = draw_map(result, result.plan.networks)
    assert drawing is not None
    assert [badge.text for badge in drawing.badges] == ["1", "2", "1!"]


def test_overview_has_an_outline_for_each_area(result: Result) -> None:
    """The two networks of the north make one outline; there are no dots."""
    drawing = draw_overview(result)
    assert drawing is not None
    assert [(shape.area, len(shape.regions)) for shape in drawing.areas] == [("N", 2), ("S", 1)]
    assert drawing.areas[0].outline.count("M") == 1
    assert drawing.dots == ()


def test_no_land_no_map(result: Result) -> None:
    """Without polygons there is nothing to draw, and a network without land leaves the others drawn."""
    assert draw_map(replace(result, boundaries={}), result.plan.networks) is None
    partly = replace(result, boundaries={**result.boundaries, "N-01": shapely.Polygon()})
    drawing = draw_map(partly, result.plan.networks)
    assert drawing is not None
    assert [region.network.network_id for region in drawing.regions] == ["N-02", "S-01"]


def test_crowded_badges_do_not_cover_each_other(one_area: Result) -> None:
    """Nine networks in a small corner of a large map still have nine readable numbers."""
    network = one_area.plan.networks[0]
    networks = [replace(network, network_id=f"{number:02d}") for number in range(1, 11)]
    cells = {
        f"{row * 3 + column + 1:02d}": shapely.box(
            *(400_000 + 200 * column, 300_000 + 200 * row) * 1, *(400_200 + 200 * column, 300_200 + 200 * row)
        )
        for row in range(3)
        for column in range(3)
    }
    cells["10"] = shapely.box(400_600, 300_000, 430_000, 330_000)
    drawing = draw_map(replace(one_area, boundaries=cells), networks)
    assert drawing is not None
    places = sorted((badge.x, badge.y) for badge in drawing.badges)
    assert len(set(places)) == 10
    assert all(abs(a[0] - b[0]) + abs(a[1] - b[1]) > 5 for a, b in pairwise(places))
    assert any(badge.leader for badge in drawing.badges)
