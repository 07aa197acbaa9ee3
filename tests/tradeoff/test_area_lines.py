"""Where areas meet: practices that would be neighbours were it not for the line."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from netform.pipeline import prepare
from netform.prepared import Inputs
from netform.rules.toml import load_profile
from netform.tradeoff.area_lines import area_lines

if TYPE_CHECKING:
    from pathlib import Path

# West to east 2 km apart: A | B, C; D of the other area stands at the site of A.
ROWS = """\
code,name,postcode,list_size,area,easting,northing
A,,LS11 8LH,20000,west,420000,430000
D,,LS11 8LH,15000,east,420000,430000
B,,LS12 3HD,33000,east,422000,430000
C,,LS12 3HD,12000,east,424000,430000
"""


def test_neighbours_over_the_line() -> None:
    """D shares A's site and B borders it; C lies behind B."""
    prepared = prepare(Inputs("-", "area"), load_profile(), stdin=io.BytesIO(ROWS.encode()))
    lines = area_lines(prepared)
    assert list(lines) == [("east", "west")]
    found = [(edge.code_a, edge.code_b, edge.kind) for edge in lines["east", "west"]]
    assert found == [("A", "B", "border"), ("A", "D", "site")]
    border, site = lines["east", "west"]
    assert (border.distance_km, site.distance_km) == (2.0, 0.0)
    assert border.border_m > 0
    assert site.minutes == 0.0
    assert not any(prepared.graph.has_edge(edge.code_a, edge.code_b) for edge in (border, site))


def test_a_barrier_is_no_line(tmp_path: Path) -> None:
    """Over a border that the rules leave out, nobody would be a neighbour; at a site everybody is."""
    matrix = tmp_path / "cars.csv"
    matrix.write_text("from,to,minutes\nA,B,40\nA,D,40\n")
    rules = replace(load_profile(), longest_border_minutes=30.0)
    prepared = prepare(Inputs("-", "area", travel=matrix), rules, stdin=io.BytesIO(ROWS.encode()))
    found = [(edge.code_a, edge.code_b) for edge in area_lines(prepared)["east", "west"]]
    assert found == [("A", "D")]


def test_one_area_has_no_lines() -> None:
    """Nothing to keep apart."""
    assert area_lines(prepare(Inputs("-"), load_profile(), stdin=io.BytesIO(ROWS.encode()))) == {}
