"""What a board reads first: how the report is headed, what changes against today, and a sheet for each network."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from netform.export.plan_json import plan_json
from netform.inputs.plan_json import read_plan_json
from netform.plan.title_page import TitlePage, title_page_of, with_title_page
from netform.practices.model import PracticeList
from netform.report.against_today import changes_from_today, changes_sentences
from netform.report.facts import gather_facts
from netform.report.page import render_report
from netform.report.sheets import named
from tests.report.test_page import Page

if TYPE_CHECKING:
    from netform.result import Result

HEADING = TitlePage("Networks <for> the north", "The board", "1 December 2026", draft=True)


def words(result: Result) -> str:
    """The text of the page of a result on one line."""
    return " ".join(Page(render_report(result)).words.split())


def at(result: Result, **networks: str) -> Result:
    """Put practices into other networks of today, by code."""
    practices = tuple(
        replace(each, pcn_code=networks.get(each.code, each.pcn_code), pcn_name="")
        for each in result.practices
    )
    return replace(result, practices=PracticeList(practices, result.practices.source))


def test_a_report_is_headed_as_it_is_told(result: Result) -> None:
    """Title, author, date and the mark of a draft, on the page and on each printed one; without them no trace."""
    headed = replace(result, plan=with_title_page(result.plan, HEADING))
    page = render_report(headed)
    assert "<h1>Networks &lt;for&gt; the north</h1>" in page
    assert "<title>Draft: Networks &lt;for&gt; the north</title>" in page
    assert "The board. 1 December 2026. Formed from the list small.csv" in page
    assert '<p class="draft">Draft</p>' in page
    assert "@top-right" in page
    assert "Title page" not in words(headed)
    plain = render_report(result)
    assert "<h1>A plan of primary care networks</h1>" in plain
    assert '<p class="draft">' not in plain
    assert "@top-right" not in plain


def test_the_heading_is_read_back_with_the_plan(result: Result) -> None:
    """plan.json carries it; what is told again goes over it, the rest stays."""
    headed = with_title_page(result.plan, HEADING)
    again = read_plan_json(plan_json(headed))
    assert title_page_of(again) == HEADING
    dated = with_title_page(again, TitlePage(date="2 December 2026"))
    assert title_page_of(dated) == replace(HEADING, date="2 December 2026")
    assert with_title_page(result.plan, TitlePage()) is result.plan


@pytest.mark.parametrize("entry", [None, "x", {"title": 3, "draft": "yes"}, {"title": ["a"]}])
def test_a_heading_edited_by_hand_is_not_believed(result: Result, entry: object) -> None:
    """What is no text is left out."""
    plan = replace(result.plan, provenance={**result.plan.provenance, "title_page": entry})
    assert title_page_of(plan) == TitlePage()


def test_nothing_changes_where_networks_stay(result: Result) -> None:
    """A1 and A2 are U1, B1 is U2 and C1 is in none: 35,000 and 40,000 in the band, the same in the plan."""
    changes = changes_from_today(result, gather_facts(result))
    assert changes is not None
    assert (changes.networks, changes.in_band, changes.practices, changes.same, changes.without) == (
        2, 2, 0, 2, 1,
    )  # fmt: skip
    assert changes_sentences(changes) == [
        "Today 2 of 2 networks have a list within the band.",
        "No practice moves; 2 networks stay as they are.",
        "1 practice is in no network today.",
    ]
    assert changes.by_network["N-01"].same
    assert "The same as U1 today." in words(result)


def test_who_joins_and_who_leaves_is_on_the_sheets(result: Result) -> None:
    """Today B1 (40,000) and A2 (15,000) are U2, of which more than half, B1, is N-02: A2 moves to A1."""
    shown = at(result, A2="U2")
    changes = changes_from_today(shown, gather_facts(shown))
    assert changes is not None
    # U1 is 20,000 and outside the band, U2 is 55,000: neither is inside. 15,000 of 135,000 are 11%.
    assert (changes.in_band, changes.practices, changes.patients) == (0, 1, 15_000)
    assert changes_sentences(changes)[:2] == [
        "Today 0 of 2 networks have a list within the band.",
        "1 practice with 15,000 patients (11%) moves out of its network of today; no network stays as it is.",
    ]
    west, east = changes.by_network["N-01"], changes.by_network["N-02"]
    assert [(practice.code, home) for practice, home in west.joins] == [("A2", "U2")]
    assert [(practice.code, home) for practice, home in east.leaves] == [("A2", "N-01")]
    assert (west.continues, east.continues) == ((("U1", 1, 1),), (("U2", 1, 2),))
    told = words(shown)
    assert "Birch (A2), from U2." in told
    assert "Birch (A2), for N-01 Amber." in told
    assert "1 of the 2 practices of U2." in told
    assert "The one practice of U1." in told


def test_a_network_that_none_of_today_goes_on_in_is_new(result: Result) -> None:
    """A1, A2 and B1 are U1, 75,000 patients: more than half, B1, is N-02, and N-01 goes on with none."""
    shown = at(result, B1="U1")
    told = words(shown)
    assert "has more than half of its patients here, so every practice counts as moved." in told
    assert "Amber (A1), from U1; Birch (A2), from U1." in told


def test_an_exception_is_explained_without_its_patients_twice(result: Result) -> None:
    """The list size has a line of its own on the sheet."""
    odd = replace(result.plan.networks[2], explanation="60,000 patients. C1 alone is too large.")
    told = words(replace(result, plan=replace(result.plan, networks=(*result.plan.networks[:2], odd))))
    assert "60,000 patients. Dune (C1) alone" not in told
    assert told.count("Dune (C1) alone is too large.") == 2


def test_a_list_without_networks_of_today_says_nothing_of_them(result: Result) -> None:
    """Neither at the top nor on a sheet."""
    shown = at(result, A1="", A2="", B1="")
    assert changes_from_today(shown, gather_facts(shown)) is None
    told = words(shown)
    assert "Against today" not in told
    assert "Networks of today" not in told
    assert "Practices of N-01 Amber" in told


def test_every_network_has_a_sheet_and_every_practice_is_on_one(result: Result) -> None:
    """Members by list size, and the hub named as such."""
    page = render_report(result)
    assert page.count('<details class="sheet" open>') == 3
    sheet = page[page.index('id="s1"') : page.index('id="s2"')]
    assert re.findall(r'<td class="code">(\w+)</td>', sheet) == ["A1", "A2"]
    assert "the hub" in sheet
    assert 'href="#s1"' in page


def test_codes_are_told_with_names(result: Result) -> None:
    """What follows in brackets stays by itself; numbers and words are no codes."""
    put = named(result)
    assert put("A1 borders B1.") == "Amber (A1) borders Cedar (B1)."
    assert (
        put("Next is A2 (15,000 patients, of N-01)") == "Next is Birch, A2 (15,000 patients, of N-01 Amber)"
    )
    assert put("A practice, 31 hours, XA1 and A1-2") == "A practice, 31 hours, XA1 and A1-2"
