"""How the proof went: shown with --timings alone, thinned, drawn for those who see it and told to those who do not."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

import netform
from netform.plan.model import SolveStep
from netform.report.page import render_report
from netform.report.solve_log import STEPS, LogParams, log_sections, telling_steps
from netform.report.solve_log_picture import solve_log_picture

if TYPE_CHECKING:
    from netform.plan.model import AreaResult
    from netform.result import Result

# A first plan with two exceptions, one with none that costs more, then plan and bound come together.
LOG = (
    SolveStep(0.4, "first plan", None, 0.0, 70.0, 2),
    SolveStep(0.9, "first plan", None, 0.0, 80.0, 0),
    SolveStep(2.0, "bound", 500, 50.0, 80.0, 0),
    SolveStep(3.0, "bound", 480, 50.5, 80.0, 0),
    SolveStep(9.0, "columns", 90, 58.0, 62.0, 0),
    SolveStep(30.0, "end", 40, 60.0, 62.0, 0),
)
SVG = "{http://www.w3.org/2000/svg}"


def logged(result: Result, *logs: tuple[SolveStep, ...], timings: bool = True) -> Result:
    """Give the areas of a result these logs."""
    areas = tuple(replace(area, log=log) for area, log in zip(result.plan.areas, logs, strict=True))
    return replace(result, plan=replace(result.plan, areas=areas), timings=timings)


@pytest.fixture
def area(result: Result) -> AreaResult:
    """The area that is not proven, with its log."""
    return replace(result.plan.areas[1], log=LOG)


def test_the_page_shows_it_only_where_times_are_asked_for(result: Result) -> None:
    """Without them the page is the same whatever the log."""
    assert "How the proof went" in render_report(logged(result, LOG, LOG))
    assert render_report(logged(result, LOG, LOG, timings=False)) == render_report(result)


def test_the_page_has_a_row_for_what_tells(result: Result) -> None:
    """The gap from 25 of 80 to 2 of 62; the plan of less exceptions that costs more has its row."""
    page = render_report(logged(result, (), LOG))
    told = (
        "A plan with fewer exceptions: first plans by search", "A plan that costs less: over the feasible networks",
        "not counted", "3.2%", "80.0", "Networks a better plan may use",
    )  # fmt: skip
    for words in told:
        assert words in page


def test_a_page_with_drawings_keeps_its_policy(result: Result) -> None:
    """No style attribute, no script, and ids that differ from area to area."""
    areas = tuple(replace(area, status="feasible", log=LOG) for area in result.plan.areas)
    page = render_report(replace(result, plan=replace(result.plan, areas=areas), timings=True))
    assert ' style="' not in page
    assert "<script" not in page
    assert 'id="log0-title"' in page
    assert 'id="log1-title"' in page


def test_of_several_areas_those_not_proven_are_shown(result: Result) -> None:
    """N is proven best, so S alone is; a list that is one area is shown all the same."""
    both = logged(result, LOG, LOG).plan
    assert [section.area.area for section in log_sections(both)] == ["S"]
    alone = replace(both, areas=both.areas[:1])
    assert [section.area.area for section in log_sections(alone)] == ["N"]


def test_the_widest_gaps_come_first_and_the_rest_fold(result: Result) -> None:
    """Of four areas with gaps of 10%, 20%, 30% and 40% two are open, one folded, one left out."""
    areas = tuple(
        replace(result.plan.areas[1], area=str(k), cost=10.0, bound=10.0 - k, log=LOG) for k in range(1, 5)
    )
    sections = log_sections(replace(result.plan, areas=areas), LogParams(open=2, drawn=3))
    assert [(section.area.area, section.folded) for section in sections] == [
        ("4", False),
        ("3", False),
        ("2", True),
    ]


def test_what_took_a_moment_has_no_course(result: Result) -> None:
    """Half a second, or one row, is not worth a drawing."""
    assert log_sections(logged(result, (), LOG[:2]).plan) == ()
    assert log_sections(logged(result, (), LOG[-1:]).plan) == ()


def test_thinning_keeps_ends_falls_and_what_narrows_the_gap() -> None:
    """Gaps of 100%, 100%, 37.5%, 36.9%, 6.5% and 3.2%: the fourth is like the third."""
    kept = telling_steps(LOG, 0.6)
    assert [step.seconds for step in kept] == [0.4, 0.9, 2.0, 9.0, 30.0]
    assert telling_steps(LOG[:1], 0.6) == [LOG[0]]
    assert telling_steps((), 0.6) == []


def test_the_same_log_is_the_same_picture(area: AreaResult) -> None:
    """Byte for byte, in both formats."""
    for kind in ("png", "svg"):
        assert solve_log_picture(area, kind) == solve_log_picture(area, kind)


def test_a_picture_tells_its_story_in_words(area: AreaResult) -> None:
    """Title and description name the ends; the marks name what exceptions fell to."""
    root = ET.fromstring(solve_log_picture(area, "svg"))  # noqa: S314 - our own
    description = root.findtext(f"{SVG}desc") or ""
    assert "The first plan, after 0.4 seconds, costs 70.0; the last" in description
    assert "none as near the band costs less than 60.0" in description
    assert "went from 2 to 0" in description
    texts = ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]
    assert {"Plan 62.0", "Bound 60.0", "0 exceptions", "10 s"} <= set(texts)


@pytest.mark.parametrize(
    "log",
    [
        LOG[-2:],
        (replace(LOG[0], incumbent=0.0), replace(LOG[-1], incumbent=0.0, bound=0.0)),
        (replace(LOG[0], seconds=0.0), replace(LOG[-1], seconds=0.0)),
        (LOG[0], replace(LOG[-1], bound=62.0)),
        (LOG[0], replace(LOG[-1], seconds=250_000.0)),
    ],
    ids=["no falls", "costs nothing", "no time", "proven", "three days"],
)
def test_odd_logs_are_drawn(area: AreaResult, log: tuple[SolveStep, ...]) -> None:
    """Whatever the range, there is a picture with something on it."""
    image = Image.open(io.BytesIO(solve_log_picture(replace(area, log=log), "png")))
    assert len(image.convert("RGB").getcolors(1_000_000) or []) > 10


def test_every_step_of_the_solver_has_words() -> None:
    """And no words are left of a step that is gone."""
    calls = re.compile(
        r"(?:offer|offer_columns|raise_bound|raise_exceptions_bound|tell|columns_of)\((?:[^\n]*?[ =(])?\"([a-z ]+)\""
    )
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (Path(netform.__file__).parent / "solve").rglob("*.py")
    )
    assert set(calls.findall(source)) == set(STEPS)
