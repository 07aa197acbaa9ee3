"""Exceptions of one reason stand together, and their reason is said once."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

from netform.plan.model import AreaResult, Network, Plan, Unplaced
from netform.report.exceptions import exception_lines, shared_reasons, shared_unplaced
from netform.report.page import render_report
from netform.report.text import summary_text

if TYPE_CHECKING:
    from netform.result import Result

REASON = "A1, A2 and B1: this rule stops any division: “no journey to a hub longer than 12 minutes”."


def exception(number: int, patients: int, code: str, reason: str | None) -> Network:
    """Make a network of one practice."""
    return Network(
        f"PCN-{number:02}", "", "", (f"A{number}",), patients, f"A{number}", (0.0,), {}, code, reason
    )


def of_the_result(result: Result, reasons: dict[str, str]) -> Result:
    """Make exceptions, for the planner's rules, of some networks of a result."""
    networks = tuple(
        replace(
            each,
            exception="demands",
            explanation=f"{each.list_size:,} patients. {reasons[each.network_id]}",
        )
        if each.network_id in reasons
        else each
        for each in result.plan.networks
    )
    return replace(result, plan=replace(result.plan, networks=networks))


def test_what_networks_share_is_the_reason_without_their_patients() -> None:
    """Another kind of reason, and another text, stand apart; the first of each gives the order."""
    one, other, third, bare = (
        exception(1, 8_000, "demands", f"8,000 patients. {REASON}"),
        exception(2, 9_000, "island", "9,000 patients. Alone."),
        exception(3, 7_000, "demands", f"7,000 patients. {REASON}"),
        exception(4, 7_000, "demands", None),
    )
    shared = shared_reasons([one, other, third, bare])
    assert [(each.words, each.explanation, each.networks) for each in shared] == [
        ("The planner's rules leave no other way", REASON, (one, third)),
        ("Too few patients, and no neighbours", "Alone.", (other,)),
        ("The planner's rules leave no other way", "", (bare,)),
    ]


def test_a_shared_reason_is_one_line_with_its_networks_below() -> None:
    """Each network with its own patients, none broken, on lines that a terminal holds."""
    networks = [exception(k, 1_000 * k, "demands", f"{1_000 * k:,} patients. {REASON}") for k in range(1, 9)]
    lines = exception_lines([*networks, exception(9, 60_000, "over_max_single_practice", "A9 alone.")])
    assert lines == [
        f"  8 networks for one reason: {REASON}",
        "    PCN-01, 1,000 patients; PCN-02, 2,000 patients; PCN-03, 3,000 patients; PCN-04, 4,000 patients",
        "    PCN-05, 5,000 patients; PCN-06, 6,000 patients; PCN-07, 7,000 patients; PCN-08, 8,000 patients",
        "  PCN-09, 60,000 patients: A9 alone.",
    ]


def test_a_reason_without_words_of_its_own_says_its_kind() -> None:
    """Whatever is outside the band is listed."""
    assert exception_lines([exception(1, 9_000, "island", None)]) == [
        "  PCN-01, 9,000 patients: Too few patients, and no neighbours"
    ]


def test_the_terminal_says_a_shared_reason_once(result: Result) -> None:
    """Both networks of the north, and the third with a reason of its own."""
    text = summary_text(of_the_result(result, {"N-01": REASON, "N-02": REASON}))
    assert text.count(REASON) == 1
    assert (
        f"  2 networks for one reason: {REASON}\n    N-01, 35,000 patients; N-02, 40,000 patients\n" in text
    )
    assert "  S-01, 60,000 patients: Dune alone has 60,000 patients.\n" in text


def test_the_page_says_a_shared_reason_once(result: Result) -> None:
    """In a cell beside all of its networks; every network keeps a row, and a reason alone spans none."""
    page = render_report(of_the_result(result, {"N-01": REASON, "N-02": REASON}))
    table = re.search(r"<caption>Exceptions and their reasons.*?</table>", page, re.DOTALL)
    assert table
    words = unescape(table.group())
    named = REASON.replace("A1, A2 and B1", "Amber (A1), Birch (A2) and Cedar (B1)")
    assert words.count(named) == 1
    assert words.count('rowspan="2"') == 2
    rows = words.split("<tr>")[2:]
    assert [re.findall(r'class="n">([\d,]+)<', row) for row in rows] == [["35,000"], ["40,000"], ["60,000"]]
    assert "rowspan" not in rows[2]


def test_many_practices_in_no_network_are_told_by_their_areas() -> None:
    """Thousands of practices of areas that were not begun are one line; a few are named one by one."""
    area_of = {f"A{k}": f"area {k % 2}" for k in range(40)} | {"B1": "area 2"}
    unplaced = (*(Unplaced(f"A{k}", "not begun.") for k in range(40)), Unplaced("B1", "left out."))
    areas = tuple(AreaResult(f"area {k}", "unknown", None, None, 20, 0, 0) for k in range(3))
    plan = Plan(areas=areas, networks=(), unplaced=unplaced, edges=(), provenance={})
    assert shared_unplaced(plan, area_of) == [
        ("40 practices of 2 areas (area 0, area 1) are in no network", "not begun."),
        ("B1 is in no network", "left out."),
    ]
    one = replace(plan, unplaced=unplaced[:40:2])
    ((who, _),) = shared_unplaced(one, area_of)
    assert who.startswith("20 practices of area 0 (A0, A2, ")
