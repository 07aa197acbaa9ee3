"""Lines between practices of different local authorities."""

from __future__ import annotations

import numpy as np
import shapely

from netform.map.authority_lines import authority_lines
from netform.map.territory import Territories, build_territories, merge_sites

SQUARE = shapely.box(0, 0, 10_000, 10_000)


def _territories(*places: tuple[float, float]) -> Territories:
    return build_territories(merge_sites(*np.array(places, dtype=float).T), SQUARE)


def test_a_line_runs_between_two_authorities() -> None:
    """Two sites in the west are of one authority and two in the east of another: one line from south to north."""
    territories = _territories((2500, 2500), (2500, 7500), (7500, 2500), (7500, 7500))
    line = authority_lines(territories, ["A", "A", "B", "B"])
    assert line.equals(shapely.LineString([(5000, 0), (5000, 10_000)]))
    assert authority_lines(territories, ["A"] * 4).is_empty


def test_what_is_not_known_has_no_line() -> None:
    """The eastern sites are of unknown authority, but for one that two practices of two authorities share."""
    territories = _territories((2500, 2500), (2500, 7500), (7500, 2500), (7500, 7500), (7500, 7500))
    assert authority_lines(territories, ["A", "A", "", "A", "B"]).is_empty
