"""Tests of the page: what it says, and that everyone can read it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from netform.plan.model import SharedPost
from netform.plan.rule_cost import RuleCost
from netform.report.page import render_report

if TYPE_CHECKING:
    from netform.result import Result


class Page(HTMLParser):
    """The tags of a page in order, each with its attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.words += data

    def of(self, *names: str) -> list[dict[str, str | None]]:
        """The attributes of every tag of these names."""
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(params=["result", "one_area", "no_plan"])
def any_result(request: pytest.FixtureRequest) -> Result:
    """Each of the small results in turn."""
    found: Result = request.getfixturevalue(request.param)
    return found


def test_page_says_what_the_plan_is(result: Result) -> None:
    """The opening counts practices, patients, networks, band and exceptions, and owns up to the gap."""
    words = " ".join(Page(render_report(result)).words.split())
    assert "4 practices with 135,000 registered patients form 3 networks in 2 areas." in words
    assert (
        "2 of 3 have between 30,000 and 50,000 patients; 1 is an exception, with its reason below." in words
    )
    assert (
        "The plan is proven best in 1 of 2 areas. It costs 187.5, and another as near the band could" in words
    )
    assert "Dune alone has 60,000 patients." in words
    assert "so another could cost at most 2.0 (3.2%) less." in words


def test_what_an_hour_is_stands_before_hours_and_costs(result: Result) -> None:
    """In the order in which a telephone, a screen reader and a printer give the page."""
    words = " ".join(Page(render_report(result)).words.split())
    assert words.index("An hour a week is an hour of somebody’s time.") < words.index("The proof.")  # noqa: RUF001
    assert words.index("The proof.") < words.index("Against today.")


def test_the_key_tells_of_exceptions_where_there_are_some(result: Result, one_area: Result) -> None:
    """A sign that is not on the map is not in its key."""
    assert "An exception, marked with" in Page(render_report(result)).words
    assert "An exception, marked with" not in Page(render_report(one_area)).words


def test_rows_carry_the_scores(one_area: Result) -> None:
    """Cedar's row: 40,000 patients, 32.5 hours, being 1.5 and 31, and a cost of 1.5 + 2 * 31 = 63.5."""
    page = render_report(one_area)
    row = next(line for line in page.splitlines() if line.startswith('<tr id="n2"'))
    cells = re.sub(r"<[^>]+>", " ", row).split()
    assert [cell for cell in cells if re.fullmatch(r"[\d,.]+", cell)] == [
        "02",
        "40,000",
        "1",
        "32.5",
        "1.5",
        "31.0",
        "63.5",
    ]


def test_every_practice_is_in_the_table(result: Result) -> None:
    """The table of practices is the twin of the dots of the map."""
    page = render_report(result)
    for practice in result.practices:
        assert f'<tr><th scope="row">{practice.code}</th>' in page
    assert "approximate" in page


def test_rules_provenance_and_attribution_are_shown(result: Result) -> None:
    """The rules as used, where the plan came from, and the lines that the licences ask for."""
    page = render_report(result)
    for words in ("[band]", "Input SHA-256", "x 1", "OS data", "Royal Mail", "National Statistics"):
        assert words in page
    assert "Workers" not in page


def test_same_result_same_page(any_result: Result) -> None:
    """The page holds no clock, no random number, and nothing of the seconds or the workers of a run."""
    plan = any_result.plan
    slower = replace(
        plan,
        areas=tuple(replace(area, seconds={"choose": 99.0}) for area in plan.areas),
        provenance={**plan.provenance, "workers": 8},
    )
    assert render_report(any_result) == render_report(replace(any_result, plan=slower))


def test_headings_do_not_skip_a_level(any_result: Result) -> None:
    """One h1, and each heading at most one level below the one before it."""
    levels = [int(tag[1]) for tag, _ in Page(render_report(any_result)).tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_captions_and_scopes(any_result: Result) -> None:
    """Every table says what it is, and every header cell what it heads."""
    page = Page(render_report(any_result))
    assert len(page.of("caption")) == len(page.of("table"))
    assert all(header.get("scope") in {"col", "row", "colgroup"} for header in page.of("th"))


def test_links_lead_somewhere_on_the_page(any_result: Result) -> None:
    """Ids are unique, and every link goes to one of them."""
    page = Page(render_report(any_result))
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    assert set(ids.values()) == {1}
    for link in page.of("a"):
        target = link["href"] or ""
        assert target.startswith("#")
        assert target[1:] in ids
    for _, attributes in page.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert attributes.get(name) is None or attributes[name] in ids


def test_language_title_and_skip_link(result: Result) -> None:
    """The page names its language, has a title, and lets a keyboard user pass over the header first."""
    page = Page(render_report(result))
    assert page.of("html")[0]["lang"] == "en-GB"
    assert page.of("title")
    assert page.of("a")[0]["href"] == "#main"


def test_regions_are_named_links(one_area: Result) -> None:
    """Every network on the map is a link to its row with a title that says what it is."""
    page = render_report(one_area)
    assert '<a href="#n1" id="m1"><path class="c' in page
    assert "<title>01 Amber: 35,000 patients, in the band, 2 practices</title>" in page


def test_policy_allows_only_our_own_style(result: Result) -> None:
    """The content security policy forbids everything but the one style sheet, by its hash."""
    page = render_report(result)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode("utf-8")).digest()).decode("ascii")
    policy = Page(page).of("meta")[1]["content"]
    assert policy is not None
    allowed = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert allowed == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert page.count("<style") == 1
    assert " style=" not in page


def test_many_areas_fold_away(result: Result) -> None:
    """With more than four areas each one is a closed disclosure, named with its figures."""
    plan = result.plan
    areas = tuple(replace(plan.areas[0], area=f"N{number}") for number in range(5))
    networks = tuple(
        replace(plan.networks[0], area=area.area, network_id=f"{area.area}-01") for area in areas
    )
    page = render_report(replace(result, plan=replace(plan, areas=areas, networks=networks)))
    assert page.count('<details class="area"') == 5
    assert "<h3>N0</h3> <span>1 network, 35,000 patients, proven best</span>" in page


# Text and what it stands on: 4.5 to 1 (WCAG 2.2, 1.4.3). Marks: 3 to 1 (1.4.11).
TEXT_PAIRS = [
    ("ink", "page"), ("ink", "panel"), ("ink", "badge"), ("quiet", "page"), ("quiet", "panel"),
    ("accent", "page"),
    ("good", "panel"), ("warn", "panel"), ("warn", "badge"), ("ink", "warn-panel"), ("quiet", "warn-panel"),
    ("accent", "warn-panel"), ("ink", "band"), ("accent", "band"),
]  # fmt: skip
MARK_PAIRS = [
    ("focus", "page"),
    ("land-line", "page"),
    ("length", "band"),
    ("length", "page"),
    ("warn", "page"),
] + [(mark, f"f{number}") for mark in ("land-line", "site", "accent", "focus", "warn") for number in range(6)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_contrast(scheme: str) -> None:
    """Every pair of colours that meets keeps the contrast WCAG 2.2 AA asks for, in both schemes."""
    colours = _colours(scheme)
    weak = [
        (fore, back, round(_contrast(colours[fore], colours[back]), 2))
        for pairs, least in ((TEXT_PAIRS, 4.5), (MARK_PAIRS, 3.0))
        for fore, back in pairs
        if _contrast(colours[fore], colours[back]) < least
    ]
    assert weak == []


def _colours(scheme: str) -> dict[str, str]:
    style = (resources.files("netform.report") / "report.css.j2").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", light))
    return found | (dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", dark)) if scheme == "dark" else {})


def _contrast(one: str, other: str) -> float:
    """The ratio of relative luminances as WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def explained(result: Result) -> Result:
    """Give the first network a rationale, posts and a price list, with text that tries to run."""
    posts = (
        SharedPost("clinical pharmacist", 1.16, 1.0, 0.16, 66_972.0),
        SharedPost("therapist", 0.5, 0.4, 0.1),
    )
    first, *rest = result.plan.networks
    first = replace(first, posts=posts, minutes_per_move=6.5, rationale="Two practices <b>with</b> 35,000.")
    prices = (RuleCost("pin", "A1 and A2 pinned <as> a network", 12.3, 0, proven=True),)
    return replace(result, plan=replace(result.plan, networks=(first, *rest)), prices=prices)


@pytest.mark.parametrize("name", ["result", "one_area"])
def test_page_says_why_and_what_posts_and_rules_cost(name: str, request: pytest.FixtureRequest) -> None:
    """The rationale, the posts with pounds, and the prices; every text escaped."""
    text = render_report(explained(request.getfixturevalue(name)))
    words = " ".join(Page(text).words.split())
    assert "Two practices <b>with</b> 35,000." in words
    assert "<b>" not in text
    for header in (
        "Clinical pharmacist",
        "Therapist",
        "Pounds a year <small>of whole posts whose price is known</small>",
    ):
        assert f'<th scope="col" class="n">{header}</th>' in text
    assert "Clinical pharmacist 1.0 (0.16 left over); Therapist 0.4 (0.10 left over)." in words
    cells = re.findall(r'<td class="n">(.*?)</td>', text[text.index("Shared posts: those") :])
    assert cells[:4] == [
        "1.0<small>0.16 left over</small>",
        "0.4<small>0.10 left over</small>",
        "66,972",
        "6.5",
    ]
    assert "Amber (A1) and Birch (A2) pinned <as> a network" in words
    assert "12.3 hours a week more" in words
    assert 'href="#prices"' in text


def test_page_without_reasons_posts_or_prices_says_nothing_of_them(any_result: Result) -> None:
    """A plan of before they were worked out."""
    words = Page(render_report(any_result)).words
    assert "Why these practices" not in words
    assert "Shared posts" not in words
    assert "What the rules cost" not in words
