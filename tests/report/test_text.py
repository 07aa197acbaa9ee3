"""Tests of the summary for a terminal."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from netform.plan.model import AreaResult
from netform.plan.rule_cost import RuleCost
from netform.report.text import summary_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.result import Result

EXPECTED = """\
4 practices with 135,000 patients form 3 networks in 2 areas.
2 of 3 have between 30,000 and 50,000 patients; 1 is an exception, with its reason below.
The plan takes 94.5 hours a week: patient travel 1.5, overhead 93.0.
The cost, hours by their weights, is 187.5.
The plan is proven best in 1 of 2 areas. It costs 187.5, and another as near the band could cost at most \
2.0 (1.1%) less.

Network  Name   Patients  Practices  Hub  Hours a week  Cost
N-01     Amber    35,000          2  A1           31.0  62.0
N-02     Cedar    40,000          1  B1           32.5  63.5
S-01     Dune     60,000          1  C1           31.0  62.0  above the band

Exceptions
  S-01, 60,000 patients: Dune alone has 60,000 patients.

Area  The plan is       Cost  Bound   Gap  Practices  Networks
S     not proven best   62.0   60.0  3.2%          1         1
N     proven best      125.5  125.5    0%          3         2
  S: The plan costs 62.0 and is not proven best: no plan as near the band can cost less than \
60.0, so another could cost at most 2.0 (3.2%) less.

Findings
  S: 1 practice stands alone.
  Read as cp1252.
"""


def test_summary_word_for_word(result: Result) -> None:
    """The whole summary of the small plan, worked out by hand."""
    assert summary_text(result) == EXPECTED


def test_penalties_are_told_apart_from_hours(one_area: Result) -> None:
    """12 of balance, a penalty, beside 32.5 hours of Cedar: it has a column, and is no hour."""
    first, second = one_area.plan.networks
    second = replace(second, terms={**second.terms, "balance": 12.0})
    charged = replace(one_area, plan=replace(one_area.plan, networks=(first, second)))
    text = summary_text(charged)
    assert "The plan takes 63.5 hours a week: patient travel 1.5, overhead 62.0.\n" in text
    assert "Penalties, which are nobody's time, add 12.0: balance 12.0.\n" in text
    assert "The cost, hours and penalties, each times its weight, is 137.5.\n" in text
    assert "02       Cedar    40,000          1  B1           32.5       12.0  75.5\n" in text
    assert "Penalties" not in summary_text(one_area)


def test_summary_of_one_area_names_no_area(one_area: Result) -> None:
    """A list solved as one area is summed up without a table of areas."""
    text = summary_text(one_area)
    assert "All 2 have between 30,000 and 50,000 patients; there are no exceptions." in text
    assert "Area" not in text


def test_areas_that_are_not_settled_come_first(result: Result) -> None:
    """Without a plan, then with the largest gap, then what is proven."""
    areas = (*result.plan.areas, AreaResult("Z", "unknown", None, None, 1, 0, 0))
    lines = summary_text(replace(result, plan=replace(result.plan, areas=areas))).splitlines()
    at = next(k for k, line in enumerate(lines) if line.startswith("Area"))
    assert [line.split()[0] for line in lines[at + 1 : at + 4]] == ["Z", "S", "N"]


def test_summary_without_a_plan(no_plan: Result) -> None:
    """An impossible list says so, and lists the practices in no network with the reason."""
    text = summary_text(no_plan)
    assert "It is proven that no plan can keep these rules." in text
    assert "  A1 is in no network: no plan" in text


def test_names_cannot_command_a_terminal(renamed: Callable[[str], Result]) -> None:
    """No control character but the line feed is left, and a name cannot start a line of its own."""
    text = summary_text(renamed("\x1b]0;evil\x07\x9b31mname\r\nforged line\u202e\u2028x"))
    assert all(character == "\n" or character.isprintable() for character in text)
    assert not any(line.startswith("forged") for line in text.splitlines())


def test_summary_needs_neither_jinja_nor_shapely() -> None:
    """The command line can sum up a plan without the libraries of the page."""
    code = "import sys, netform.report.text; sys.exit('jinja2' in sys.modules or 'shapely' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_prices_are_in_the_summary(result: Result) -> None:
    """One line a rule, on one line whatever its names hold."""
    prices = (RuleCost("exclude", "A1\x1b[2J left out", -3.21, 1, proven=False),)
    text = summary_text(replace(result, prices=prices))
    assert text.endswith(
        "What each rule costs\n  A1[2J left out: 1 exception more, and 3.2 hours a week less (not proven)\n"
    )
