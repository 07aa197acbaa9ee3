"""The paper for a board: all of the plan on pages that fill and break, the same bytes each time."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from netform.plan.model import PresentNetwork, Unplaced
from netform.report import paper_flow
from netform.report.paper import render_paper
from netform.report.paper_flow import INSIDE, Column, Flow, drawable, wrapped
from netform.report.pictures import own_style, shown

if TYPE_CHECKING:
    from netform.result import Result


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every line that is written onto a page, in order."""
    lines: list[str] = []
    write = Flow._write

    def kept(flow: Flow, text: str, *rest: float, **named: object) -> None:
        lines.append(text)
        write(flow, text, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Flow, "_write", kept)
    return lines


def test_the_paper_says_what_the_plan_is(result: Result, said: list[str]) -> None:
    """Every network with its members and reasons, every exception, everyone in none, and the sources."""
    first, *rest = result.plan.networks
    networks = (
        replace(first, today=PresentNetwork("U1", "Bay PCN"), rationale="The best next partner is B1."),
        *rest,
    )
    unplaced = (*result.plan.unplaced, Unplaced("Z9", "Too far."))
    result = replace(result, plan=replace(result.plan, networks=networks, unplaced=unplaced))
    content = render_paper(result)
    assert content.startswith(b"%PDF-")
    text = " ".join(said)
    for network in result.plan.networks:
        assert network.network_id in text
        assert f"{network.list_size:,}" in text
        assert all(code in text for code in network.practice_codes)
        assert shown(network.explanation or "").rpartition(". ")[2] in text
    assert "Bay PCN" in text
    assert "The best next partner is Cedar (B1)." in text
    assert "Too far. Z9." in text
    assert text.index("An hour a week is an hour of somebody's time.") < text.index("hours a week:")
    assert "Crown copyright" in text
    assert all(part in text for part in ("SHA-256", "Page 1"))


def test_the_paper_says_what_its_map_shows(one_area: Result, said: list[str]) -> None:
    """Lines between authorities are explained where there are some, and exceptions where there are some."""
    render_paper(one_area)
    text = " ".join(said)
    assert "a diamond is the hub of a network" in text
    assert "Dashed" not in text
    assert "An exception is marked with !." not in text
    said.clear()
    line = shapely.LineString([(405_000, 300_000), (405_000, 310_000)])
    odd = replace(one_area.plan.networks[0], exception="search", explanation="None was found.")
    plan = replace(one_area.plan, networks=(odd, *one_area.plan.networks[1:]))
    render_paper(replace(one_area, plan=plan, authority_lines=line))
    text = " ".join(said)
    assert "Dashed: between practices" in text
    assert "An exception is marked with !." in text


def test_the_same_plan_gives_the_same_paper(result: Result) -> None:
    """No date, no program, and no letters that differ from run to run before the names of fonts."""
    content = render_paper(result)
    assert content == render_paper(result)
    assert b"CreationDate" not in content
    assert b"Matplotlib" not in content
    assert set(re.findall(rb"/([A-Z]{6})\+", content)) == {b"NETFRM"}


def test_a_plan_without_networks_has_a_paper(result: Result, said: list[str]) -> None:
    """That says who is in none."""
    plan = replace(
        result.plan, networks=(), unplaced=tuple(Unplaced(c, "No plan.") for c in result.practices.codes)
    )
    assert render_paper(replace(result, plan=plan, boundaries={})).startswith(b"%PDF-")
    assert any("No plan." in line for line in said)


def test_a_table_goes_on_over_pages_with_its_head(said: list[str]) -> None:
    """200 rows of one line are more than a page: the head stands on each, every row once."""
    with own_style():
        flow = Flow("t", "foot")
        flow.table([Column("Left", 1), Column("Right", 1, "right")], [(f"a{k}", f"b{k}") for k in range(200)])
        flow.finished()
    pages = sum(line.startswith("Page ") for line in said)
    assert pages > 2
    assert said.count("Left") == pages
    assert [line for line in said if re.fullmatch("a[0-9]+", line)] == [f"a{k}" for k in range(200)]


@given(st.text(max_size=120), st.booleans())
def test_lines_are_no_wider_than_there_is_room(text: str, bold: bool) -> None:
    """And lose nothing but the white space between them."""
    lines = wrapped(text, 10, 60, bold=bold)
    assert "".join("".join(lines).split()) == "".join(drawable(text).split())
    for line in lines:
        assert len(line) < 2 or paper_flow._breadth(line, bold=bold) <= 6 + 1e-9


def test_letters_that_the_font_lacks_are_marked() -> None:
    """DejaVu Sans has Polish letters and no Chinese ones."""
    assert drawable("Łódź \u6f22\u5b57") == "Łódź \ufffd\ufffd"


def test_breadths_are_those_of_the_font() -> None:
    """DejaVu Sans: a digit is 0.636 of the size of its letters, a space 0.318; a column of 481 points holds 79."""
    assert paper_flow._breadth("1", bold=False) == pytest.approx(0.636, abs=0.001)
    assert paper_flow._breadth(" ", bold=False) == pytest.approx(0.318, abs=0.001)
    assert [len(line) for line in wrapped("1" * 100, 9.5, INSIDE)] == [79, 21]
