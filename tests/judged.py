"""Two scored divisions of one small list, with names and labels that try to run wherever they are shown."""

from __future__ import annotations

import io
from functools import cache

from netform.judge.comparison import Compared, compare_results
from netform.judge.scoring import ScoredResult, score_prepared
from netform.pipeline import prepare
from netform.plan.grouping import Grouping
from netform.prepared import Inputs
from netform.rules.toml import load_profile

# Sites 5 km apart from west to east in two areas; F1 shares the site of E1.
ROWS = """\
code,name,postcode,list_size,area,easting,northing
A1,=cmd|'/c calc'!A1,LS11 8LH,20000,west,420000,430000
B1,<script>alert(1)</script>,LS11 8LH,15000,west,425000,430000
C1,Cedar,LS12 3HD,16000,west,430000,430000
D1,Dune,LS12 3HD,34000,west,435000,430000
E1,Elm,LS12 3HD,14000,east,440000,430000
F1,Fir,LS12 3HD,20000,east,440000,430000
G1,Gorse,LS12 3HD,9000,east,445000,430000
"""
SCRIPT = "<img src=x onerror=alert(1)>"
FORMULA = "=HYPERLINK(1)"


def groupings() -> tuple[Grouping, Grouping]:
    """Give A, with a network in pieces and a practice in none, and B, with one across the line."""
    a = Grouping("a <b>", {SCRIPT: ("B1",), FORMULA: ("A1", "C1"), "east": ("D1", "E1", "F1")}, ("G1",))
    b = Grouping("b", {"one": ("A1", "B1"), "three": ("E1", "F1", "G1"), "two": ("C1", "D1")})
    return a, b


@cache
def judged() -> tuple[ScoredResult, ScoredResult]:
    """Score both."""
    rules = load_profile()
    prepared = prepare(Inputs("-", "area"), rules, stdin=io.BytesIO(ROWS.encode()))
    a, b = score_prepared(prepared, groupings(), rules)
    return a, b


@cache
def compared() -> Compared:
    """Compare both."""
    a, b = judged()
    return compare_results(a, b, ("A note <i>to read</i>.",))
