"""The facts a report opens with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netform.report.facts import gather_facts
from netform.report.page import render_report

if TYPE_CHECKING:
    from netform.result import Result

RULES = """\
[band]
min = 30000
max = 50000

[weights]
patient_travel = 1
overhead = 2
cover = 0
crossing = 0
"""


def _with_terms(result: Result, *, cover: float) -> Result:
    networks = tuple(
        replace(network, terms={**network.terms, "cover": cover if place == 1 else 0.0, "crossing": 0.0})
        for place, network in enumerate(result.plan.networks)
    )
    return replace(result, plan=replace(result.plan, networks=networks), rules_toml=RULES)


def test_terms_that_are_zero_everywhere_are_left_out(result: Result) -> None:
    """One network is enough to show a term; a term nothing is known for takes no room."""
    assert gather_facts(_with_terms(result, cover=7.5)).term_names == ("patient_travel", "overhead", "cover")
    assert gather_facts(_with_terms(result, cover=0.0)).term_names == ("patient_travel", "overhead")


def test_a_term_without_weight_is_shown_and_said_to_be_no_part_of_the_cost(result: Result) -> None:
    """Its hours stand in the table and change no cost: 1.5 + 2 * 31 = 63.5 as before."""
    shown = _with_terms(result, cover=7.5)
    page = render_report(shown)

    assert "not part of the cost: its weight is 0" in page
    assert "Crossing" not in page
    assert "7.5" in page
    assert gather_facts(shown).cost(shown.plan.networks[1]) == 63.5
    assert "its weight is 0" not in render_report(_with_terms(result, cover=0.0))
