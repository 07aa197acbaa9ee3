"""Where patients live, on the page of a plan, of a score, at a terminal, and beside another division."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from netform.plan.model import Containment
from netform.report.compare_text import figure_rows
from netform.report.page import render_report
from netform.report.score_page import render_score
from netform.report.score_text import score_text
from netform.report.text import summary_text
from tests.judged import compared, judged

if TYPE_CHECKING:
    from netform.judge.scoring import ScoredResult
    from netform.result import Result

# Three quarters of its patients, and four fifths of its residents.
HELD = Containment(20_000.0, 15_000.0, 18_750.0)


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def _known(result: Result) -> Result:
    first, *rest = result.plan.networks
    return replace(result, plan=replace(result.plan, networks=(replace(first, containment=HELD), *rest)))


def _with_homes(result: ScoredResult, held: Containment) -> ScoredResult:
    networks = tuple(
        replace(each, network=replace(each.network, containment=held)) for each in result.score.networks
    )
    return replace(result, score=replace(result.score, networks=networks))


def test_a_report_says_where_patients_live_where_that_is_known(result: Result) -> None:
    """In a sentence, in a table with a row for each network of which it is known, and on its sheet."""
    words = _words(render_report(_known(result)))
    assert "75% live in the territory of their own network. In 1 of 1 network at least 75% do" in words
    assert "20,000 75% 18,750 80%" in words
    assert (
        "75% of its patients live in its territory; 80% of the patients of the list who live there are its own."
        in words
    )
    assert "75% live in the territory of their own network." in " ".join(summary_text(_known(result)).split())


def test_a_report_is_silent_where_it_is_not(result: Result) -> None:
    """No sentence, no table."""
    page = render_report(result)
    assert "Where its patients live" not in page
    assert "live in the territory" not in page + summary_text(result)


def test_a_score_says_it_too() -> None:
    """The page and the text."""
    scored = _with_homes(judged()[0], HELD)
    assert "75% live in the territory of their own network" in _words(render_score(scored))
    assert "80% of the patients of the list who live there are its own" in _words(render_score(scored))
    assert "75% live in the territory of their own network" in score_text(scored.score)
    assert "live in the territory" not in score_text(judged()[0].score)


def test_a_comparison_sets_it_side_by_side() -> None:
    """75% in A and 50% in B: 25 points fewer; nothing where it is not known of one of them."""
    both = compared()
    half = replace(HELD, inside=10_000.0)
    known = replace(both, a=_with_homes(both.a, HELD), b=_with_homes(both.b, half))
    assert figure_rows(known)[-1] == ("Patients who live in its territory", "75.0%", "50.0%", "-25.0 points")
    assert figure_rows(replace(both, a=_with_homes(both.a, HELD))) == figure_rows(both)
