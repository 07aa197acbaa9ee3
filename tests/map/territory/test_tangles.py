"""Tangles: what would keep the libraries busy without end is found within a second, and what is usual passes."""

from __future__ import annotations

import math
import re
import time
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity

from netform.map.territory.tangles import tangled


def star(points: int, *, skip: int) -> shapely.Polygon:
    """Draw a star: each point is joined to the one so many further on, so that the outline crosses itself."""
    turns = [2 * math.pi * skip * k / points for k in range(points)]
    return shapely.Polygon([(400_000 + 9_000 * math.cos(t), 400_000 + 9_000 * math.sin(t)) for t in turns])


def comb(teeth: int) -> shapely.Polygon:
    """Draw slanted teeth side by side: none touches another, and the box of each holds its neighbours'."""
    at = np.arange(teeth)
    low, high = np.stack([at, 0 * at], 1), np.stack([at + teeth + 0.5, 0 * at + teeth], 1)
    up = (at % 2 == 0)[:, None]
    zigzag = np.empty((2 * teeth, 2))
    zigzag[0::2], zigzag[1::2] = np.where(up, low, high), np.where(up, high, low)
    return shapely.Polygon([*zigzag, (3 * teeth, teeth), (3 * teeth, -5), (-5, -5)])


def strips(count: int) -> list[shapely.Polygon]:
    """Lay strips across each other, each turned a little further."""
    return [
        shapely.affinity.rotate(shapely.box(0, 0, 10_000, 1), 180 * k / count, (5_000, 0))
        for k in range(count)
    ]


@pytest.mark.parametrize(
    ("polygons", "said"),
    [
        # Each of 501 edges crosses 498 of the others, all but its two neighbours: 501 * 498 / 2 = 124,749 places.
        ([star(501, skip=250)], r"more than 2,000 places \(polygon 1\)"),
        # Each by itself crosses itself in 51 * 48 / 2 = 1,224 places: two of them in 2,448.
        ([star(51, skip=25), star(51, skip=25)], r"more than 2,000 places \(polygon 2\)"),
        ([comb(4_000)], "polygon 1 runs back and forth"),
        (strips(300), "overlap each other nearly all"),
    ],
)
def test_a_tangle_is_found_at_once(polygons: list[Any], said: str) -> None:
    """Kilobytes that would take minutes to clean, join or buffer."""
    begin = time.monotonic()
    problem = tangled(np.array(polygons, dtype=object))
    assert time.monotonic() - begin < 5
    assert re.search(said, problem)


@pytest.mark.parametrize(
    "polygons",
    [
        [shapely.box(0, 0, 1, 1)],
        [star(5, skip=2)],
        [shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])],
        # A coast of 20,000 corners, and areas of which each touches eight others.
        [shapely.Polygon([((9 + math.sin(k)) * math.cos(k / 3183), (9 + math.sin(k)) * math.sin(k / 3183))
                          for k in range(20_000)])],
        [shapely.box(x, y, x + 1, y + 1) for x in range(100) for y in range(100)],
        [shapely.MultiPolygon([shapely.box(3 * k, 0, 3 * k + 1, 1) for k in range(3_000)])],
        [shapely.Polygon()],
        [],
    ],
)  # fmt: skip
def test_what_is_usual_passes(polygons: list[Any]) -> None:
    """Slips of the digitiser, coasts, tiles, islands and nothing at all."""
    assert tangled(np.array(polygons, dtype=object)) == ""
