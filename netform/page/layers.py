"""Layers: what lies over the cells of a map to find one's way, each with its lines and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from netform.page.cell_lines import OUTSIDE
from netform.report.shapes import label_spot, line_data, polygons_only
from netform.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from netform.page.cell_lines import CellLines
    from netform.report.shapes import Frame

__all__ = ["Layer", "marks", "outlines", "parting_lines"]

# Detail of an outline that was given finer than this, in units, does not show.
DETAIL = 0.4
# A mark reaches so far from its middle, in units.
REACH = 3


@dataclass(frozen=True, slots=True)
class Layer:
    """Something to switch on over a map.

    Attributes
    ----------
    name : str
        For people.
    paths : tuple of str
        The ``d`` of its lines in SVG.
    labels : tuple of (str, float, float)
        Words and the middle of where they stand.
    """

    name: str
    paths: tuple[str, ...]
    labels: tuple[tuple[str, float, float], ...] = ()

    def object(self, layer_id: str) -> dict[str, Any]:
        """Give the layer for JSON.

        Parameters
        ----------
        layer_id : str
        """
        labels = [{"text": text, "x": x, "y": y} for text, x, y in self.labels]
        return {"id": layer_id, "name": self.name, "paths": list(self.paths), "labels": labels}


def parting_lines(name: str, drawn: CellLines, side_of: Sequence[str], *, named: bool = True) -> Layer | None:
    """Part cells by the side they are on: by the borders between those of two sides.

    Parameters
    ----------
    name : str
        Of the layer.
    drawn : CellLines
    side_of : sequence of str
        Of each cell; blank where its side is not known or it is on several: it has no line around it.
    named : bool
        Whether the names of sides are for people.

    Returns
    -------
    Layer or None
        None where there is nothing to part.
    """
    paths = tuple(
        path
        for (one, other), path in drawn.lines.items()
        if other != OUTSIDE and side_of[one] and side_of[other] and side_of[one] != side_of[other]
    )
    if not paths:
        return None
    grounds = {
        side: shapely.union_all(
            [shape for shape, of in zip(drawn.shapes, side_of, strict=True) if of == side]
        )
        for side in sorted(set(side_of) - {""} if named else ())
    }
    return Layer(name, paths, _labels(grounds))


def outlines(name: str, grounds: Mapping[str, BaseGeometry], frame: Frame) -> Layer | None:
    """Draw the outlines of named ground, each line once.

    Parameters
    ----------
    name : str
        Of the layer.
    grounds : mapping of str to geometry
        EPSG:27700 metres; what lies beyond the frame is left off.
    frame : Frame

    Returns
    -------
    Layer or None
        None where none of it is in the frame.
    """
    names = [each for each in grounds if shapely.intersects(grounds[each], shapely.box(*frame.bounds))]
    shapes = np.array([polygons_only(grounds[each]) for each in names], dtype=object)
    tolerance = DETAIL / frame.units_per_metre
    if shapely.coverage_is_valid(shapes):
        shapes = shapely.coverage_simplify(shapes, tolerance)
    else:
        shapes = shapely.make_valid(shapely.simplify(shapes, tolerance))
    lines = shapely.clip_by_rect(shapely.union_all(shapely.boundary(shapes)), *frame.bounds)
    pieces = shapely.get_parts(shapely.line_merge(lines))
    drawn = shapely.transform(pieces[shapely.length(pieces) > 0], frame.project)
    if not len(drawn):
        return None
    inside = {
        each: polygons_only(shapely.transform(shapely.clip_by_rect(shape, *frame.bounds), frame.project))
        for each, shape in zip(names, shapes, strict=True)
    }
    return Layer(name, (line_data(sorted(drawn, key=lambda line: line.coords[0])),), _labels(inside))


def marks(name: str, places: Sequence[tuple[float, float]]) -> Layer | None:
    """Mark places on a map by a small cross.

    Parameters
    ----------
    name : str
        Of the layer.
    places : sequence of (float, float)
        On the drawing.
    """
    if not places:
        return None
    reach, across = REACH, 2 * REACH
    return Layer(
        name, tuple(f"M{x - reach:g} {y:g}h{across}M{x:g} {y - reach:g}v{across}" for x, y in places)
    )


def _labels(grounds: Mapping[str, BaseGeometry]) -> tuple[tuple[str, float, float], ...]:
    """Name ground where it is roomiest."""
    labels = []
    for name, ground in grounds.items():
        if not shapely.is_empty(ground):
            x, y, _ = label_spot(ground, np.empty((0, 2)), np.empty(0))
            labels.append((one_line(name), round(x, 1), round(y, 1)))
    return tuple(labels)
