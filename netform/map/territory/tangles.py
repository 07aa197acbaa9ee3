"""Tangles: outlines whose edges lie across each other so often that no library would ever be done with them.

A polygon of a few kilobytes can cross itself in a hundred thousand places, and to clean, join or buffer it then takes
minutes in code that no signal ends. How often edges meet is counted first, with an index and up to a limit: the coast
of all England stays far below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["tangled"]

# Edges whose boxes overlap, for each edge of a polygon and besides: along a coast there are fewer than ten.
NEAR_EACH, NEAR_BESIDES = 100, 2_000_000

# Crossings of a file, which a slip of the digitiser makes by the dozen; to clean thousands takes seconds.
MOST_CROSSINGS = 2_000

# Polygons whose boxes overlap, for each polygon and besides: areas have some six neighbours.
BESIDE_EACH, BESIDE_BESIDES = 20, 20_000

# So many pairs are looked at at once.
LOOKED_AT = 2_000_000


def tangled(polygons: NDArray[Any]) -> str:
    """Say why polygons cannot be worked with in a reasonable time; blank where they can.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon
        As they stand in a file, valid or not.
    """
    if _pairs(polygons, BESIDE_EACH * len(polygons) + BESIDE_BESIDES) is None:
        return "its polygons overlap each other nearly all"
    # Those of few corners cannot have so many pairs.
    for index in np.flatnonzero(shapely.get_num_coordinates(polygons).astype(np.int64) ** 2 > NEAR_BESIDES):
        edges = _edges(polygons[index])
        if _pairs(edges, NEAR_EACH * len(edges) + NEAR_BESIDES) is None:
            return f"the outline of polygon {index + 1} runs back and forth over itself"
    crossings = 0
    for index in np.flatnonzero(~shapely.is_valid(polygons)):
        found = _pairs(_edges(polygons[index]), 2 * (MOST_CROSSINGS - crossings), "crosses")
        if found is None:
            return (
                f"its outlines cross themselves in more than {MOST_CROSSINGS:,} places (polygon {index + 1})"
            )
        crossings += found // 2
    return ""


def _edges(polygon: Any) -> NDArray[Any]:
    """Take the rings of a polygon apart."""
    places, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(polygon)), return_index=True)
    joined = ring[1:] == ring[:-1]
    return np.asarray(shapely.linestrings(np.stack([places[:-1], places[1:]], axis=1)[joined]))


def _pairs(shapes: NDArray[Any], most: int, predicate: str | None = None) -> int | None:
    """Count the ordered pairs of different shapes that meet; None as soon as there are more than so many."""
    tree, count = shapely.STRtree(shapes), 0
    # However many each one meets, no more than all.
    step = max(1, LOOKED_AT // max(1, len(shapes)))
    at = 0
    while at < len(shapes):
        first, second = tree.query(shapes[at : at + step], predicate=predicate)
        count += int(np.count_nonzero(first + at != second))
        if count > most:
            return None
        at += step
        # Most shapes meet few others.
        step = min(2 * step, 100_000) if len(first) < LOOKED_AT // 8 else max(1, step // 2)
    return count
