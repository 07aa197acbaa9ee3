"""Tests of the map as shapes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import shapely

from netform.plan.model import Edge
from netform.report.map import draw_map, draw_overview
from netform.report.map_notes import map_notes

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


def test_towns_and_names_are_on_the_map(one_area: Result) -> None:
    """The two networks stand north of Leeds: towns of their ground are named, and networks where there is room."""
    drawing = draw_map(one_area, one_area.plan.networks)
    assert drawing is not None
    assert [word.text for word in drawing.names] == ["Amber", "Cedar"]
    assert 1 <= len(drawing.towns) <= 16


def test_pieces_are_numbered_and_told(one_area: Result) -> None:
    """Network 1 lies on both sides of network 2, and its practices are neighbours through nothing on the map."""
    boundaries = {
        "01": shapely.union(
            shapely.box(400_000, 300_000, 404_000, 310_000), shapely.box(410_000, 300_000, 420_000, 310_000)
        ),
        "02": shapely.box(404_000, 300_000, 410_000, 310_000),
    }
    places = replace(one_area.places, easting=one_area.places.easting.copy())
    places.easting[1] = 415_000.0
    edge = Edge("A2", "B1", "border", 5.0)
    cut = replace(one_area, boundaries=boundaries, places=places, plan=replace(one_area.plan, edges=(edge,)))
    drawing = draw_map(cut, cut.plan.networks)
    assert drawing is not None
    assert [badge.text for badge in drawing.badges] == ["1", "1", "2"]
    assert drawing.notes == (
        "Network 1 is drawn in 2 pieces: not all of its practices are neighbours on the map.",
    )
    joined = replace(cut, plan=replace(cut.plan, edges=(Edge("A1", "A2", "site", 0.0), edge)))
    (note,) = map_notes(joined, joined.plan.networks)
    assert note.startswith("Network 1 is drawn in 2 pieces: its practices are neighbours through a site")


def test_a_neck_too_narrow_to_see_is_told(one_area: Result) -> None:
    """The halves of network 1 are joined by 10 m, which is half a unit: both have its number, and a note says why."""
    halves = (
        shapely.box(400_000, 300_000, 404_000, 310_000),
        shapely.box(410_000, 300_000, 420_000, 310_000),
    )
    neck = shapely.box(404_000, 300_000, 410_000, 300_010)
    boundaries = {
        "01": shapely.union_all([*halves, neck]),
        "02": shapely.box(404_000, 300_010, 410_000, 310_000),
    }
    places = replace(one_area.places, easting=one_area.places.easting.copy())
    places.easting[1] = 415_000.0
    drawing = draw_map(replace(one_area, boundaries=boundaries, places=places), one_area.plan.networks)
    assert drawing is not None
    assert [badge.text for badge in drawing.badges] == ["1", "1", "2"]
    assert drawing.notes == (
        "Network 1 has its number in 2 places: they are joined, by ground that is too narrow to see here.",
    )


def test_islands_are_not_told(one_area: Result) -> None:
    """Ground that is in pieces makes networks that are, and everybody sees why."""
    islands = {
        "01": shapely.union(
            shapely.box(400_000, 300_000, 404_000, 310_000), shapely.box(430_000, 300_000, 440_000, 310_000)
        ),
        "02": shapely.box(404_000, 300_000, 410_000, 310_000),
    }
    apart = replace(
        one_area, boundaries=islands, plan=replace(one_area.plan, edges=(Edge("A1", "A2", "site", 0.0),))
    )
    assert map_notes(apart, apart.plan.networks) == ()


def test_lines_between_authorities_are_drawn_on_the_ground_of_the_map(one_area: Result) -> None:
    """A line from south to north through the middle is drawn; one far away is not."""
    inside = shapely.LineString([(405_000, 300_000), (405_000, 310_000)])
    away = shapely.LineString([(500_000, 300_000), (500_000, 310_000)])
    drawing = draw_map(replace(one_area, authority_lines=shapely.union(inside, away)), one_area.plan.networks)
    assert drawing is not None
    # 5 km east of the corner are 242 units and the margin of 16; 10 km from south to north are 484.
    assert [line.wkt for line in drawing.authority_lines] == ["LINESTRING (258 500, 258 16)"]
    assert drawing.authority_path == "M258 500L258 16"
    assert draw_map(one_area, one_area.plan.networks).authority_lines == ()
