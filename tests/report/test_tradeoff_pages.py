"""The pages and tables of fronts and alternatives: what they say, and that nothing on them runs."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from netform.report.alternatives_page import render_alternatives
from netform.report.alternatives_text import alternatives_text
from netform.report.front_page import render_front
from netform.report.front_picture import front_picture
from netform.report.front_text import front_text
from netform.report.front_words import (
    axis_title,
    mark_words,
    number_words,
    point_sentences,
    price_sentences,
    proof_words,
    today_sentences,
)
from netform.tradeoff.model import parse_axis
from netform.tradeoff.results import AreaFront
from tests.made_up_tradeoff import (
    HARMFUL,
    LEAST_Y,
    MIDDLE,
    TODAY,
    alternatives_result,
    front,
    front_result,
)


class Tags(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Gather."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [str(value) for name, value in attrs if name in {"href", "src", "xlink:href"}]
        self.ids += [str(value) for name, value in attrs if name == "id"]


def words_of(page: str) -> str:
    """Give the text of a page, spaces made one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


PAGES = {
    "front": lambda text: render_front(
        replace(front_result(front(area=text), source=text), provenance={"input": text})
    ),
    "alternatives": lambda text: render_alternatives(
        replace(alternatives_result((text,) * 4), provenance={"input": text})
    ),
}


@pytest.mark.parametrize("text", [*HARMFUL, "'\" onload='x", "</svg></style><img src=x>", "\ud800 \u202e"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_of_the_input_acts_on_a_page(name: str, text: str) -> None:
    """No script, no handler, no style attribute, nothing fetched, and every id once."""
    page = PAGES[name](text)
    found = Tags(page)
    assert found.tags & {"script", "img", "iframe", "object", "form", "base"} == set()
    assert not any(name.startswith("on") or name == "style" for name in found.attributes)
    assert all(link.startswith(("#", "point-", "best/", "data:,")) for link in found.links)
    assert sorted(found.ids) == sorted(set(found.ids))
    targets = {link[1:] for link in found.links if link.startswith("#")}
    assert targets <= set(found.ids)
    assert page.count("<style") == 1
    page.encode("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_allows_the_one_style_sheet(name: str) -> None:
    """Its digest is in the policy, and nothing else is allowed."""
    page = PAGES[name]("x")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert found
    policy = unescape(found.group(1))
    assert f"sha256-{digest}" in policy
    assert "default-src 'none'" in policy


def test_the_page_of_a_front_explains_its_points() -> None:
    """The ends, the knee, the best, today and the price, in sentences; every point in the table."""
    words = words_of(render_front(front_result()))
    assert "No plan needs less patient travel than 30.0 hours a week, which point 1 takes;" in words
    assert "shared workforce is then at least 40.0 hours" in words
    assert words.index("An hour a week is an hour of somebody's time: time of patients") < words.index("30.0")
    assert "Patient travel is patient travel" not in words
    # Its last box is not looked into: there may be more.
    assert "All best trades" not in words
    assert "Shared workforce is staff travel + stranded posts + cover." in words
    assert "The knee, point 2, is recommended" in words
    assert "the best plan, at a cost of 101.0, is point 3" in words
    assert "Today's 2 networks take 70.0 hours of patient travel" in words
    assert "1 of 2 outside the band" in words
    # From point 2 to 1 an hour costs (40 - 24) / 5 = 3.2; from 3 to 2 (24 - 10) / 25 = 0.56.
    assert (
        "costs 0.56 hours of shared workforce where there is most of it (points 2 to 3), and 3.2 hours"
        in words
    )
    assert "from 0.56 hours on the way to it, to 3.2 hours beyond it" in words
    assert words.count("point-2") == 1


def test_time_that_ran_out_is_said_everywhere() -> None:
    """On the page, in its picture, and on the terminal."""
    result = front_result(front(proven=False))
    page = words_of(render_front(result))
    assert page.count("between these points better plans may exist") >= 2
    assert "not proven" in page
    assert "the line is the edge of what was found" in page
    assert "between these points better plans may exist" in front_text(result)
    # The box between the points leaves the ends as they are.
    assert "No plan needs less patient travel than 30.0 hours" in page
    assert "found is" not in page


@pytest.mark.parametrize(
    ("box", "x", "y", "where"),
    [
        ((25.0, 30.0, 40.0, 50.0), " found", "", "beyond the first"),
        ((60.0, 70.0, 8.0, 10.0), "", " found", "beyond the last"),
        ((25.0, 70.0, 8.0, 50.0), " found", " found", "beyond both ends"),
    ],
)
def test_an_end_that_is_not_proven_is_only_the_least_found(
    box: tuple[float, float, float, float], x: str, y: str, where: str
) -> None:
    """In the picture, on the page and on the terminal, where unexplored plans may lie beyond it."""
    shown = replace(front(proven=False), unexplored=(box,))
    result = front_result(shown)
    picture = front_picture(AreaFront(shown, None, 4, 1), "svg").decode()
    for told in (words_of(picture), front_text(result), words_of(render_front(result))):
        labels = set(re.findall(r"Least (?:patient travel|shared workforce)(?: found)?", told))
        assert labels == {f"Least patient travel{x}", f"Least shared workforce{y}"}
        assert f"between these points and {where} better plans may exist" in told
    sentences = " ".join(point_sentences(AreaFront(shown, None, 4, 1)))
    assert (
        "The least patient travel found is 30.0 hours a week, at point 1, with 40.0" in sentences
    ) is bool(x)
    assert ("The least shared workforce found is 10.0 hours a week, at point 3" in sentences) is bool(y)
    assert f"more patient travel than the least{x}, and" in sentences
    assert ("No plan needs less patient travel" in sentences) is not bool(x)
    assert ("No plan needs less shared workforce" in sentences) is not bool(y)


def test_one_point_that_is_not_proven_is_not_the_least_of_both() -> None:
    """Nor the least on the one axis on which it is not."""
    alone = front(MIDDLE, best=MIDDLE, proven=False)
    for boxes, words in (
        (((30.0, 40.0, 20.0, 30.0),), "Least of both found"),
        (((30.0, 35.0, 24.0, 30.0),), "Least patient travel found, least shared workforce"),
        (((35.0, 40.0, 20.0, 24.0),), "Least patient travel, least shared workforce found"),
    ):
        assert mark_words(replace(alone, unexplored=boxes)) == {0: words}
    assert "beside this point better plans may exist" in proof_words(AreaFront(alone, None, 4, 1))


def test_several_areas_have_a_section_each() -> None:
    """The sum first, then every area, folded away, with its own picture."""
    parts = tuple(AreaFront(front(area=name), None, 4, 100_000) for name in ("N", "S"))
    result = replace(front_result(), areas=parts)
    page = render_front(result)
    assert page.count('<details class="area">') == 2
    assert page.count("<svg class=") == 3
    assert "The front of all areas together" in words_of(page)
    assert "Area" in front_text(result)


def test_todays_networks_that_are_not_known_are_said_to_be() -> None:
    """The page says why there is no mark."""
    words = words_of(render_front(front_result(today=None)))
    assert "The list does not say which networks there are today" in words
    assert today_sentences(AreaFront(front(), None, 4, 1)) == []


def test_a_front_of_one_point_has_nothing_to_trade() -> None:
    """No ends, no knee, no price."""
    alone = AreaFront(front(MIDDLE, best=MIDDLE), TODAY, 4, 100_000)
    [sentence] = point_sentences(alone)
    assert sentence == (
        "One plan is the best on both axes: 35.0 hours of patient travel and 24.0 hours of shared workforce a "
        "week, with 2 networks. There is nothing to trade."
    )
    assert price_sentences(alone.front) == []
    assert "Least of both" in front_text(front_result(alone.front))


def test_two_points_have_one_price_and_no_knee() -> None:
    """A line between two ends bends nowhere."""
    shown = AreaFront(front(MIDDLE, LEAST_Y), None, 4, 1)
    assert price_sentences(shown.front) == [
        "One hour a week less of patient travel costs 0.56 hours of shared workforce, all along the front."
    ]
    assert any("none is recommended" in sentence for sentence in point_sentences(shown))


def test_the_better_point_than_today_is_named() -> None:
    """Point 2 saves 35 and 6 of today's (70, 30); point 3 10 and 20: the one that saves most is named."""
    assert today_sentences(AreaFront(front(), TODAY, 4, 1))[-1] == (
        "Point 2 betters them on both: 35.0 hours less patient travel and 6.0 hours less shared workforce a week."
    )
    ahead = replace(TODAY, x=1.0, y=1.0)
    assert "No point" in today_sentences(AreaFront(front(), ahead, 4, 1))[-1]


def test_a_front_says_how_far_it_is_proven() -> None:
    """Complete, to within its resolution on either axis, or, added up, on both at once."""
    part = AreaFront(front(), None, 4, 1)
    assert "complete" in proof_words(replace(part, front=replace(front(), unexplored=())))
    assert "up to 3.0 hours of patient travel or 2.0 hours of shared workforce" in proof_words(part)
    assert "3.0 hours of patient travel and 2.0 hours" in proof_words(replace(part, summed=True))


@pytest.mark.parametrize(
    ("axis", "title"),
    [
        ("patient_travel", "Patient travel"),
        ("workforce", "Shared workforce"),
        ("overhead + staff_travel", "Overhead + staff travel"),
    ],
)
def test_axes_have_titles(axis: str, title: str) -> None:
    """Terms by their names, sums by their own."""
    assert axis_title(parse_axis(axis)) == title


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1234.5, "1,234"),
        (13.2, "13"),
        (3.2, "3.2"),
        (1.0, "1.0"),
        (0.5612, "0.56"),
        (0.6, "0.60"),
        (0.098, "0.1"),
    ],
)
def test_prices_are_written_as_they_are_said(number: float, words: str) -> None:
    """Neither more digits than are meant nor zero for a little."""
    assert number_words(number) == words


def test_the_table_on_a_terminal_is_aligned_and_harmless() -> None:
    """A line a point, today's networks last, and no command in it."""
    text = front_text(front_result(front(area="\x1b[31mN")))
    lines = text.splitlines()
    assert [line.split()[0] for line in lines[2:7]] == ["Point", "1", "2", "3", "-"]
    assert {
        line.index(figure) + len(figure)
        for line, figure in zip(lines[3:6], ("30.0", "35.0", "60.0"), strict=True)
    } == {lines[2].index("Patient travel") + len("Patient travel")}
    assert "\x1b" not in text


def test_the_page_of_alternatives_says_what_each_changes() -> None:
    """Costs, what moves where, what is proven, and where the plan is certain."""
    words = words_of(render_alternatives(alternatives_result()))
    assert "Next best 1" in words
    assert "Most different 1" in words
    assert "it is 40,000 patients apart from those before it, and another may be up to 45,000" in words
    assert "B Birch 15,000 PCN-01 PCN-02 C, D" in words
    assert "A Ash 20,000 PCN-01 a new network B, C, D" in words
    assert "There are 4 pairs of neighbours. Together in every plan that costs at most 1% more" in words
    assert "Not settled: 1" in words
    assert "More time (--time-limit) settles more" in words
    assert "not all proven" in words
    assert "Show the other 1 pair of neighbours" in words


def test_the_alternatives_on_a_terminal() -> None:
    """A line a plan, and the sentence about borders."""
    text = alternatives_text(alternatives_result())
    assert [line.split("  ")[0] for line in text.splitlines()[:4]] == [
        "Plan", "Best plan", "Next best 1", "Most different 1",
    ]  # fmt: skip
    assert "0.5%" in text
    assert "a soft border" in text
