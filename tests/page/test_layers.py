"""Layers: lines are drawn once, what is not on the map is left off, and words stand on their ground."""

from __future__ import annotations

import shapely

from netform.page.layers import marks, outlines
from netform.report.shapes import Frame

# 48.4 units to the kilometre: the ground of 20 km by 10 km lies from 16 to 984 across, and from 16 to 500 down.
FRAME = Frame.around((0, 0, 20_000, 10_000))


def test_a_border_of_two_is_drawn_once() -> None:
    """Two squares of 10 km: two outlines of four sides are 80 km, of which 10 are both's: 70 km, 3,388 units."""
    west, east = shapely.box(0, 0, 10_000, 10_000), shapely.box(10_000, 0, 20_000, 10_000)

    layer = outlines("Neighbourhoods", {"West": west, "East": east}, FRAME)

    assert layer is not None
    (path,) = layer.paths
    lines = [
        [tuple(map(float, point.split())) for point in piece.split("L")] for piece in path.split("M")[1:]
    ]
    assert round(sum(shapely.LineString(line).length for line in lines)) == 3_388
    names = {text: shapely.Point(x, y) for text, x, y in layer.labels}
    assert list(names) == ["West", "East"]
    assert names["West"].x < 500 < names["East"].x


def test_grounds_that_overlap_are_drawn_all_the_same() -> None:
    """Neighbourhoods of a user's file need not fit together."""
    one, other = shapely.box(0, 0, 12_000, 10_000), shapely.box(8_000, 0, 20_000, 10_000)
    layer = outlines("Neighbourhoods", {"One": one, "Other": other}, FRAME)
    assert layer is not None
    assert [text for text, _, _ in layer.labels] == ["One", "Other"]


def test_what_is_not_on_the_map_is_left_off() -> None:
    """Of a ground that reaches beyond the map only what is on it, and nothing of one that is elsewhere."""
    far, across = shapely.box(90_000, 0, 99_000, 9_000), shapely.box(10_000, 2_000, 60_000, 8_000)
    assert outlines("Other areas", {"Far": far}, FRAME) is None
    layer = outlines("Other areas", {"Far": far, "Across": across}, FRAME)
    assert layer is not None
    ((text, x, _),) = layer.labels
    assert text == "Across"
    assert 500 < x < 1_000
    # From the frame's edge west to 10 km, down, and back to the edge.
    assert layer.paths[0].count("M") == 1
    assert layer.paths[0].count("L") == 3


def test_a_layer_is_the_same_however_its_grounds_are_given() -> None:
    """The lines stand in order."""
    west, east = shapely.box(0, 0, 9_000, 10_000), shapely.box(11_000, 0, 20_000, 10_000)
    one, other = (
        outlines("N", {"a": west, "b": east}, FRAME),
        outlines("N", {"b": east, "a": west}, FRAME),
    )
    assert one is not None
    assert other is not None
    assert one.paths == other.paths


def test_marks_are_crosses() -> None:
    """Of three units each way; none where there are no places."""
    layer = marks("Branch surgeries", [(10.5, 20.0)])
    assert layer is not None
    assert layer.paths == ("M7.5 20h6M10.5 17v6",)
    assert marks("Branch surgeries", []) is None
