"""Tables say what was measured, and where a plan is none."""

from __future__ import annotations

from typing import Any

from scripts.benchmarking.rows import AREA_HEAD, area_rows, format_table, summary_rows

OWN = {"practices": 40, "networks": 8, "status": "optimal", "cost": 100.0, "bound": 100.0, "seconds": 0.5}


def peer(method: str, **changes: Any) -> dict[str, Any]:
    """A peer with a valid plan that costs a tenth more."""
    sound = {
        "method": method,
        "networks": 9,
        "cost_ratio": 1.1,
        "found_ratio": 4.26,
        "spent_ratio": 20.4,
        "faults": [],
        "note": "3 runs",
    }
    return sound | changes


AREA = {
    "area": "10Q",
    "netform": OWN,
    "peers": [
        peer("maxp", faults=["F is in no network"]),
        peer("recom"),
        peer("bursts", faults=["one", "two"]),
        peer("assignment", networks=None, cost_ratio=None, found_ratio=None, note="5 rounds"),
    ],
}


def test_format_table_sets_numbers_to_the_right() -> None:
    """Columns are as wide as their widest cell; words stand to the left, ratios and counts to the right."""
    assert format_table(("area", "cost"), [("10Q", "1.05"), ("made-up", "12")]) == [
        "area     cost",
        "-------  ----",
        "10Q      1.05",
        "made-up    12",
    ]


def test_format_table_for_a_page() -> None:
    """Markdown says by its rule which columns stand to the right."""
    assert format_table(("area", "cost"), [("10Q", "1.05")], markdown=True) == [
        "| area | cost |",
        "| ---- | ---: |",
        "| 10Q  | 1.05 |",
    ]


def test_area_rows() -> None:
    """Each method has a row: netform proven, a plan with its faults, and no plan."""
    rows = area_rows([AREA])
    assert {len(row) for row in rows} == {len(AREA_HEAD)}
    assert rows[0] == ["10Q", "40", "netform", "8", "1.000", "1", "1", "yes", "yes", ""]
    assert rows[1][3:] == ["9", "1.100", "4.3", "20", "no, 1 fault", "no", "3 runs"]
    assert rows[2][7] == "yes"
    assert rows[3][7] == "no, 2 faults"
    assert rows[4][3:] == ["-", "-", "-", "20", "no plan", "no", "5 rounds"]


def test_area_rows_say_how_far_netform_proved() -> None:
    """Of 100 hours with a bound of 99.5, half a percent is open."""
    own = OWN | {"status": "feasible", "bound": 99.5}
    assert area_rows([{**AREA, "netform": own}])[0][8] == "to 0.50%"


def test_summary_rows() -> None:
    """One row an area: what is not valid is said with its cost, and so is what is not there."""
    assert summary_rows([AREA]) == [
        ["10Q", "40", "0.50", "proven", "not valid (1.100)", "1.100", "not valid (1.100)", "no plan"]
    ]
