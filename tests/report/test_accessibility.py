"""Every page before axe-core in a headless browser, in light and dark, and at the width of a telephone.

They run where there is a Chromium (`tests.browser`) and where axe-core is: the file that ``NETFORM_AXE`` names, or one
of the packages that carry it. Elsewhere they are skipped, saying so. axe-core is no part of this repository.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import netform
from netform.plan.title_page import TitlePage
from netform.report.alternatives_page import render_alternatives
from netform.report.compare_page import render_comparison
from netform.report.front_page import render_front
from netform.report.options import option_of
from netform.report.options_page import render_options
from netform.report.page import render_report
from netform.report.score_page import render_score
from netform.rules.model import TERM_NAMES
from tests.browser import chromium, headless
from tests.judged import compared, judged
from tests.made_up_tradeoff import alternatives_result, front_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from netform.result import Result
    from tests.browser import Browser

LIST = Path(__file__).parents[2] / "data" / "example_practices.csv"
CARRIERS = ("axe_core_python", "axe_selenium_python", "axe_playwright_python")
# WCAG 2.2 AA, and what axe-core's authors hold to be good besides.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = f"""axe.run(document, {{runOnly: {{type: "tag", values: {json.dumps(TAGS)}}}}}).then(found =>
  found.violations.map(rule => [rule.id, rule.help, rule.nodes.length, rule.nodes[0].html.slice(0, 200)]))"""
OPEN = "document.querySelectorAll('details').forEach(each => each.open = true)"
# What stands out to the right, but for what scrolls by itself: tables and drawings may, text may not (WCAG 1.4.10).
OUTSIDE = """[...document.querySelectorAll('body *')].filter(each => !each.closest('.scroll, pre, svg, .skip, .unseen')
  && each.getBoundingClientRect().right > innerWidth + 1).map(each => each.outerHTML.slice(0, 120))"""
WIDER = """[...document.querySelectorAll('.scroll')].filter(each => each.scrollWidth > each.clientWidth + 1)
  .map(each => each.getAttribute('aria-label'))"""

HIDDEN = """[...document.querySelectorAll('details > *')].filter(each =>
  !each.checkVisibility({contentVisibilityAuto: true})).length"""

# The width of a board member's laptop, and of what is left of it at 400%.
LAPTOP, TELEPHONE = 1366, 320

MADE_UP: dict[str, Callable[[], str]] = {
    "score": lambda: render_score(judged()[0]),
    "comparison": lambda: render_comparison(compared()),
    "front": lambda: render_front(front_result()),
    "alternatives": lambda: render_alternatives(alternatives_result()),
}


def axe_file() -> Path | None:
    """Find axe-core."""
    if named := os.environ.get("NETFORM_AXE"):
        return Path(named)
    found = (find_spec(name) for name in CARRIERS)
    folders = [Path(place) for spec in found if spec for place in spec.submodule_search_locations or ()]
    return next((file for folder in folders for file in sorted(folder.rglob("axe.min.js"))), None)


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core."""
    file = axe_file()
    if file is None or not file.is_file():
        pytest.skip("axe-core is not here: name its axe.min.js in NETFORM_AXE (tests/README.md)")
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all pages."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium is here: install one, or name it in NETFORM_CHROMIUM (tests/README.md)")
    with headless(program, tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="module")
def example() -> Result:
    """The made-up county: two areas, an exception, networks of today."""
    return netform.solve(netform.read(LIST, area="area"))


@pytest.fixture
def crowded(result: Result) -> Result:
    """Every term counts and comes to something: the widest tables there can be."""
    terms = dict.fromkeys(TERM_NAMES, 1_234.5)
    networks = tuple(replace(network, terms=terms) for network in result.plan.networks)
    weights = "".join(f"{name} = 2\n" for name in TERM_NAMES)
    rules = f"[band]\nmin = 30000\nmax = 50000\n\n[weights]\n{weights}"
    return replace(result, plan=replace(result.plan, networks=networks), rules_toml=rules)


@pytest.fixture
def beside(result: Result, crowded: Result) -> str:
    """Two plans side by side."""
    both = [option_of("the one", result), option_of("the other", crowded)]
    return render_options(both, TitlePage("Options", draft=True))


@pytest.fixture(params=["result", "one_area", "no_plan", "crowded", "example", "beside", *MADE_UP])
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Each kind of page as a file."""
    name = request.param
    made = MADE_UP[name]() if name in MADE_UP else request.getfixturevalue(name)
    html = made if isinstance(made, str) else render_report(made)
    file = tmp_path / f"{name}.html"
    file.write_text(html, encoding="utf-8")
    return file


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_axe_finds_nothing(browser: Browser, axe: str, page: Path, scheme: str) -> None:
    """With all that folds away open: names, contrast, order, targets."""
    browser.open(page, width=LAPTOP, scheme=scheme)
    browser.value(OPEN)
    browser.value(f"{axe};0")
    assert browser.value(RUN) == []


def test_axe_is_heard(browser: Browser, axe: str, tmp_path: Path) -> None:
    """A page with faults has findings: the test above can fail."""
    file = tmp_path / "bad.html"
    file.write_text(
        "<!doctype html><title>x</title><p style='color:#ccc'>pale</p><img src='data:,'>", encoding="utf-8"
    )
    browser.open(file, width=LAPTOP)
    browser.value(f"{axe};0")
    assert {"image-alt", "color-contrast", "html-has-lang"} <= {finding[0] for finding in browser.value(RUN)}


def test_text_reflows_on_a_telephone(browser: Browser, page: Path) -> None:
    """At 320 pixels only tables and drawings scroll sideways, each by itself."""
    browser.open(page, width=TELEPHONE)
    browser.value(OPEN)
    assert browser.value(OUTSIDE) == []
    assert browser.value("document.documentElement.scrollWidth") == TELEPHONE


def test_tables_fit_a_laptop(browser: Browser, page: Path) -> None:
    """At 1,366 pixels nothing scrolls sideways, and headers can stay in view."""
    browser.open(page, width=LAPTOP)
    browser.value(OPEN)
    assert browser.value(WIDER) == []
    assert browser.value("document.documentElement.scrollWidth") == LAPTOP


def test_everything_is_open_on_paper(browser: Browser, page: Path) -> None:
    """What folds away on screen is printed."""
    browser.open(page, width=LAPTOP, media="print")
    assert browser.value(HIDDEN) == 0


def test_what_a_drawing_tells_the_mouse_stands_in_a_table(page: Path) -> None:
    """Practices named in tooltips (which no keyboard reaches) are in the tables of the page, with their lists."""
    html = page.read_text(encoding="utf-8")
    told = " ".join(
        unescape(title) for title in re.findall(r"<title>(.*?)</title>", html.split("</title>", 1)[1])
    )
    tables = unescape(re.sub(r"<[^>]+>", " ", " ".join(re.findall(r"<table.*?</table>", html, re.DOTALL))))
    codes = set(re.findall(r"\b[A-Z][A-Z0-9]*[0-9]\b", told))
    assert {code for code in codes if not re.search(rf"\b{code}\b", tables)} == set()
