"""Cells and lines: the ground of every site as a path, and each border between two of them as one line, once.

A page draws the outline of a network as the lines whose two cells are in different networks. That covers the edges of
the cells exactly, because both are written from the same points: cells are simplified together, and put on the tenths
of a unit in which they are written, before lines are read off them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from netform.report.shapes import rings_in_tenths, simplify_coverage, steps_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.report.shapes import Frame

__all__ = ["OUTSIDE", "CellLines", "cell_lines"]

# What a line on the outer edge has on its other side.
OUTSIDE = -1

# Finer than on a printed map, in units: a page enlarges its map.
DETAIL = 0.5

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CellLines:
    """The cells of a drawing and the lines between them.

    Attributes
    ----------
    shapes : tuple of geometry
        The ground of each cell on the drawing.
    paths : tuple of str
        Their ``d`` in SVG, filled by the even-odd rule; blank for one without ground.
    lines : mapping of (int, int) to str
        For two cells that share a border, the smaller first, its ``d``: in as many pieces as the border has. The
        outer edge of a cell stands under the cell and `OUTSIDE`. In order.
    """

    shapes: tuple[BaseGeometry, ...]
    paths: tuple[str, ...]
    lines: dict[tuple[int, int], str]


def cell_lines(polygons: NDArray[np.object_], frame: Frame) -> CellLines:
    """Draw the cells of a coverage, and the lines between them.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (m,)
        A coverage, EPSG:27700 metres.
    frame : Frame
    """
    shapes = simplify_coverage(polygons.tolist(), frame, detail=DETAIL, islets=True) if len(polygons) else []
    rings = [rings_in_tenths(shape) for shape in shapes]
    between: dict[tuple[int, int], list[tuple[Point, Point]]] = defaultdict(list)
    for edge, cells in _cells_of_edges(rings):
        for pair in combinations(cells, 2) if len(cells) > 1 else [(cells[0], OUTSIDE)]:
            between[pair].append(edge)
    return CellLines(
        tuple(shapes),
        tuple("".join(steps_data(ring) + "Z" for ring in each) for each in rings),
        {
            pair: "".join(steps_data(np.array(line)) for line in _joined(edges))
            for pair, edges in sorted(between.items())
        },
    )


def _cells_of_edges(
    rings: Sequence[Sequence[NDArray[np.int64]]],
) -> Iterable[tuple[tuple[Point, Point], list[int]]]:
    """Give every edge of the cells with the one or two that it bounds, in order of edge.

    What rounding has laid on itself, there and back, bounds nothing.
    """
    bounding: dict[tuple[Point, Point], set[int]] = defaultdict(set)
    for cell, several in enumerate(rings):
        for ring in several:
            points = [(x, y) for x, y in ring.tolist()]
            for one, other in zip(points, [*points[1:], points[0]], strict=True):
                bounding[min(one, other), max(one, other)] ^= {cell}
    return ((edge, sorted(cells)) for edge, cells in sorted(bounding.items()) if cells)


def _joined(edges: Sequence[tuple[Point, Point]]) -> list[list[Point]]:
    """Join edges end to end into lines, which stop where more than two meet; a ring ends where it began."""
    beside: dict[Point, list[Point]] = defaultdict(list)
    for one, other in edges:
        beside[one].append(other)
        beside[other].append(one)
    ends = {point for point, others in beside.items() if len(others) != 2}
    lines = []
    # From ends first: what is left then is rings.
    for start in (*sorted(ends), *sorted(beside)):
        while beside[start]:
            line = [start]
            while len(line) == 1 or (line[-1] not in ends and line[-1] != start):
                following = beside[line[-1]].pop(0)
                beside[following].remove(line[-1])
                line.append(following)
            lines.append(line)
    return lines
