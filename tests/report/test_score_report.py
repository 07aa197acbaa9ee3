"""A score for people: at a terminal and on a page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from netform.plan.grouping import Grouping
from netform.report import score_page
from netform.report.score_page import render_score
from netform.report.score_text import BREACH_WORDS, BREACHES_LISTED, breach_words, score_text
from netform.report.text import NETWORKS_LISTED
from netform.rules.breaches import Breach
from tests.judged import SCRIPT, judged
from tests.report.test_page import Page

if TYPE_CHECKING:
    from netform.judge.scoring import ScoredResult

SCORED = judged()[0]


def test_the_text_opens_with_what_counts() -> None:
    """Networks, the band, pieces, and who is left out."""
    text = score_text(SCORED.score)
    assert text.startswith(
        "a <b>: 3 networks of 6 practices with 119,000 patients. 1 has between 30,000 and 50,000 patients, "
        "2 are in one piece, 0 are both. 1 practice is in no network.\n"
    )
    assert "List size outside the band        2" in text
    assert "It is in 2 pieces: C1 has no way" in text or "It is in 2 pieces: A1 has no way" in text
    assert "  G1 is in no network." in text


def test_a_division_without_fault_says_so() -> None:
    """And has no list of what is broken."""
    kept = replace(
        SCORED.score,
        networks=tuple(replace(each, breaches=()) for each in SCORED.score.networks),
        breaches=(),
    )
    text = score_text(kept)
    assert "No rule is broken." in text
    assert "What is broken" not in text


def test_text_of_the_input_cannot_command_a_terminal() -> None:
    """Escapes are taken out of names and labels, and long labels are cut."""
    grouping = replace(SCORED.score.grouping, name="\x1b[31mred\n")
    first = SCORED.score.networks[0]
    hostile = replace(first, network=replace(first.network, network_id="\x1b]0;x\x07" + "long " * 20))
    text = score_text(replace(SCORED.score, grouping=grouping, networks=(hostile,)))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "]0;xlong long long long long long lon...  " in text


def test_long_lists_are_left_to_the_files() -> None:
    """A terminal gets neither a thousand networks nor a thousand sentences."""
    first = SCORED.score.networks[0]
    breaches = tuple(Breach("missing", f"P{k} is in no network.") for k in range(BREACHES_LISTED + 5))
    many = replace(SCORED.score, networks=(first,) * (NETWORKS_LISTED + 1), breaches=breaches)
    text = score_text(many)
    assert "Minutes a move" not in text
    assert "more: -o writes them all." in text


def test_every_kind_of_breach_has_words() -> None:
    """A kind without has its own name."""
    assert breach_words("band") == "List size outside the band"
    assert breach_words("of_late") == "Of late"
    assert len(set(BREACH_WORDS.values())) == len(BREACH_WORDS)


def test_the_page_says_what_the_text_says() -> None:
    """Every network, every broken rule, the totals."""
    page = Page(render_score(SCORED))
    words = " ".join(page.words.split())
    assert "3 networks of 6 practices with 119,000 patients." in words
    for each in SCORED.score.networks:
        assert each.network.network_id in words
        for breach in each.breaches:
            assert breach.sentence in words
    assert "G1 is in no network." in words


@pytest.mark.parametrize("scored", judged(), ids=["a", "b"])
def test_nothing_on_the_page_runs_or_is_fetched(scored: ScoredResult) -> None:
    """Text of the input is text, a policy forbids the rest, and each id and target is there once."""
    html = render_score(scored)
    page = Page(html)
    assert {tag for tag, _ in page.tags} & {"script", "img", "iframe", "object", "form"} == set()
    assert not [attrs for _, attrs in page.tags if any(name.startswith("on") for name in attrs)]
    assert "default-src 'none'" in html
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    targets = {str(attrs["href"])[1:] for attrs in page.of("a") if str(attrs["href"]).startswith("#")}
    assert targets <= set(ids)
    assert not [attrs for attrs in page.of("a") if not str(attrs["href"]).startswith("#")]


def test_every_table_is_labelled() -> None:
    """With a caption, and headers that say what they head."""
    page = Page(render_score(SCORED))
    assert len(page.of("caption")) == len(page.of("table")) == 4 + 3  # a sheet for each network
    assert all(attrs.get("scope") in {"col", "row", "colgroup"} for attrs in page.of("th"))
    assert page.of("html")[0]["lang"] == "en-GB"


def test_many_networks_have_a_map_for_each_area(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that crosses the line is with the first of its areas."""
    one = Page(render_score(SCORED))
    monkeypatch.setattr(score_page, "NETWORKS_ON_A_MAP", 2)
    apart = Page(render_score(SCORED))
    assert (len(one.of("svg")) + 1, len(one.of("figure")), len(apart.of("figure"))) == (
        len(apart.of("svg")),
        1,
        2,
    )
    assert "Networks of west" in apart.words


def test_nothing_placed_is_a_page_too() -> None:
    """A division without networks has no map and no rows."""
    none = Grouping("none", {}, SCORED.practices.codes)
    empty = replace(
        SCORED, score=replace(SCORED.score, grouping=none, networks=(), breaches=()), boundaries={}
    )
    assert "0 networks of 0 practices" in Page(render_score(empty)).words
    assert "0 networks of 0 practices" in score_text(empty.score)


def test_the_same_score_is_the_same_page() -> None:
    """Byte for byte, with the label in it escaped."""
    html = render_score(SCORED)
    assert html == render_score(SCORED)
    assert SCRIPT not in html
