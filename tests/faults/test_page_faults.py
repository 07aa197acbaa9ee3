"""Hostile texts on the page: nothing of the input runs, is fetched, or changes the shape of the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest
import shapely

from netform.inputs.places import Places
from netform.plan.model import AreaResult, Network, Plan, Unplaced
from netform.practices.model import Practice, PracticeList
from netform.report.page import render_report
from netform.result import Result

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style></title></svg><img src=x onerror=alert(1)>",
    "\"><a href='javascript:alert(1)'>",
    "' onmouseover='alert(1)",
    "${7*7}{{7*7}}{% raw %}#{7*7}",
    "]]><!--",
    "&lt;script&gt;",
    "line\u2028separator\u2029end\x85",
    "\x1b[2J\x00\x07",
    "\u202eright to left\u2066",
    "\ud800 half \ufffe none",
    "x" * 300,
    "Caf\u00e9 \U0001f9d1\u200d\u2695\ufe0f",
]

# All that the page can hold: anything else came out of a name.
# fmt: off
TAGS = {
    "html", "head", "meta", "link", "title", "style", "body", "a", "svg", "defs", "pattern", "rect",
    "path", "circle", "g", "text", "header", "h1", "h2", "h3", "h4", "p", "dl", "div", "dt", "dd", "small",
    "nav", "ul", "li", "main", "section", "figure", "figcaption", "details", "summary", "span", "table",
    "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "strong", "em", "pre", "footer",
}
# fmt: on


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))
        self.links += [
            value or "" for name, value in attrs if name in {"href", "src", "xlink:href", "action", "data"}
        ]


def _result(text: str) -> Result:
    """A plan of two networks with the text wherever a file of the user's can put one."""
    practices = (
        Practice("A1", text, text, 60_000, text, text),
        Practice("B1", text, text, 40_000, text, text),
    )
    networks = (
        Network(f"{text}-01", text, text, ("A1",), 60_000, "A1", (0.0,), {"overhead": 31.0}, text, text),
        Network(f"{text}-02", text, text, ("B1",), 40_000, "B1", (0.0,), {"overhead": 31.0}),
    )
    area = AreaResult(text, "optimal", 62.0, 62.0, 2, 2, 2, text, {}, (text,))
    other = AreaResult("other", "unknown", None, None, 0, 0, 0, text, {}, (text,))
    return Result(
        practices=PracticeList(practices, text, "", (text,)),
        places=Places(
            np.array([0.0, 15_000.0]),
            np.array([0.0, 0.0]),
            ("postcode",) * 2,
            np.empty((0, 2)),
            text,
            (text,),
        ),
        plan=Plan(
            (area, other), networks, (Unplaced(text, text),), (), {text: text, "versions": {text: text}}
        ),
        boundaries={
            f"{text}-01": shapely.box(-5_000, -5_000, 5_000, 5_000),
            f"{text}-02": shapely.box(5_000, -5_000, 25_000, 5_000),
        },
        rules_toml="# </pre><script>alert(1)</script>\n[band]\nmin = 30000\nmax = 50000\n",
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_texts_do_not_change_the_page(text: str) -> None:
    """With any text the page has the very tags and attributes it has with a plain one of as many and as long words."""
    page = _Tags(render_report(_result(text)))
    assert page.seen == _Tags(render_report(_result(re.sub(r"\S", "p", text)))).seen
    assert {tag for tag, _ in page.seen} <= TAGS


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_is_fetched_or_run(text: str) -> None:
    """Links stay on the page, the icon is empty, and there is no script and no handler."""
    page = render_report(_result(text))
    tags = _Tags(page)
    assert all(link.startswith("#") or link == "data:," for link in tags.links)
    assert not any(name.startswith("on") or name == "style" for _, names in tags.seen for name in names)
    assert not re.search(r"<\s*(script|iframe|object|embed|img|base|form|input)\b", page, re.IGNORECASE)
    assert "http:" not in page
    assert "https:" not in page
    assert "@import" not in page


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_page_is_clean_text(text: str) -> None:
    """The page can be written as UTF-8 and holds no control, direction or separator character."""
    page = render_report(_result(text))
    page.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]", page)


def test_templates_in_names_are_not_evaluated() -> None:
    """A name that looks like a template is shown as it stands."""
    page = render_report(_result("${7*7}{{7*7}}"))
    assert "${7*7}{{7*7}}" in page
    header = page[page.index("<header") : page.index("</header")]
    assert "49" not in header
