"""Cells and lines: each border is one line of both its cells, and the cells leave nothing of the ground out."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given

from netform.map.territory import build_territories, living_extent, merge_sites
from netform.page.cell_lines import OUTSIDE, CellLines, cell_lines
from netform.report.shapes import MARGIN, Frame
from tests.examples import examples
from tests.invariants.test_tiling import Drawn, drawn_places

Edge = frozenset[tuple[float, float]]


def pieces_of(path: str) -> list[list[tuple[float, float]]]:
    """Read the points of a path, piece by piece; one that is closed ends at its start."""
    pieces = []
    for piece in path.split("M")[1:]:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", piece)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        pieces.append([*points, points[0]] if piece.endswith("Z") else points)
    return pieces


def edges_of(path: str) -> Counter[Edge]:
    """Count the edges of a path, whichever way they run."""
    return Counter(frozenset(edge) for points in pieces_of(path) for edge in pairwise(points))


def ground_of(path: str) -> shapely.Geometry:
    """Give the ground that a path fills by the even-odd rule."""
    rings = [shapely.make_valid(shapely.Polygon(points)) for points in pieces_of(path)]
    ground = shapely.Polygon()
    for ring in rings:
        ground = shapely.symmetric_difference(ground, ring)
    return ground


def assert_lines_are_edges(drawn: CellLines) -> None:
    """Assert that the lines of a cell are its edges, each once; what runs there and back is none."""
    lines = {pair: edges_of(path) for pair, path in drawn.lines.items()}
    for cell, path in enumerate(drawn.paths):
        mine = Counter[Edge]()
        for pair, edges in lines.items():
            if cell in pair:
                mine |= edges
        assert set(mine.values()) <= {1}
        assert set(mine) == {edge for edge, times in edges_of(path).items() if times % 2}


@given(drawn_places())
@examples(150)
def test_cells_share_their_lines_and_fill_the_ground(drawn: Drawn) -> None:
    """Whatever the sites: a line for every border, and cells that fill the extent, but for rounding and detail."""
    sites = merge_sites(*drawn.places.T)
    territories = build_territories(sites, living_extent(drawn.homes, sites))
    frame = Frame.around(shapely.bounds(territories.extent).tolist())

    lines = cell_lines(territories.polygons, frame)

    assert_lines_are_edges(lines)
    assert list(lines.lines) == sorted(lines.lines)
    assert all(one < other or other == OUTSIDE for one, other in lines.lines)
    grounds = [ground_of(path) for path in lines.paths]
    whole = shapely.union_all(grounds)
    # A point moves by half a tenth of a unit at most, each way, and no triangle larger than a quarter unit is left off.
    rounding = 0.1 * sum(shapely.length(each) for each in grounds)
    assert sum(shapely.area(each) for each in grounds) == pytest.approx(whole.area, abs=rounding)
    extent = shapely.transform(territories.extent, frame.project)
    left_off = 0.25 * shapely.get_num_coordinates(territories.extent)
    assert shapely.symmetric_difference(whole, extent).area <= rounding + left_off


def test_a_border_is_one_line() -> None:
    """Two squares of 10 km beside each other: 48.4 units a kilometre, so that the border is at 16 + 484 = 500."""
    west, east = shapely.box(0, 0, 10_000, 10_000), shapely.box(10_000, 0, 20_000, 10_000)

    drawn = cell_lines(np.array([west, east]), Frame.around((0, 0, 20_000, 10_000)))

    assert set(drawn.lines) == {(0, 1), (0, OUTSIDE), (1, OUTSIDE)}
    assert drawn.lines[0, 1] == f"M500 {MARGIN:g}L500 500"
    assert [len(piece) for piece in pieces_of(drawn.lines[0, OUTSIDE])] == [4]


def test_a_border_around_is_a_line_that_ends_where_it_began() -> None:
    """A square in a square: four edges between them, closed."""
    inner = shapely.box(4_000, 4_000, 6_000, 6_000)
    outer = shapely.difference(shapely.box(0, 0, 10_000, 10_000), inner)

    drawn = cell_lines(np.array([outer, inner]), Frame.around((0, 0, 10_000, 10_000)))

    (ring,) = pieces_of(drawn.lines[0, 1])
    assert len(ring) == 5
    assert ring[0] == ring[-1]
    assert (1, OUTSIDE) not in drawn.lines


def test_a_border_in_two_pieces_is_one_line_of_two() -> None:
    """A square cell lies across the border of the two others, which meet north and south of it."""
    middle = shapely.box(9_000, 4_000, 11_000, 6_000)
    west = shapely.difference(shapely.box(0, 0, 10_000, 10_000), middle)
    east = shapely.difference(shapely.box(10_000, 0, 20_000, 10_000), middle)
    # The corners of a coverage are matched.
    middle = shapely.segmentize(middle, 1_000)
    west, east = shapely.segmentize(west, 1_000), shapely.segmentize(east, 1_000)

    drawn = cell_lines(np.array([west, east, middle]), Frame.around((0, 0, 20_000, 10_000)))

    assert len(pieces_of(drawn.lines[0, 1])) == 2
    assert_lines_are_edges(drawn)


def test_no_ground_has_no_lines() -> None:
    """A list may be prepared without any."""
    assert cell_lines(np.array([], dtype=object), Frame.around((0, 0, 1, 1))) == CellLines((), (), {})
