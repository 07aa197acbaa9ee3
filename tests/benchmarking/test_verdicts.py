"""Rows and summaries of made-up answers say what the answers hold."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.benchmarking.verdicts import (
    CASE_HEAD,
    CLASSES,
    SUMMARY_HEAD,
    UNSEEN_HEAD,
    case_rows,
    first_plan_after,
    gap_after,
    peer_head,
    summary_rows,
    unseen_rows,
)


def log_row(seconds: float, bound: float | None, incumbent: float | None) -> dict[str, Any]:
    """A row of the solve log."""
    return {
        "area": "",
        "seconds": seconds,
        "step": "loop",
        "columns": 9,
        "bound": bound,
        "incumbent": incumbent,
    }


def record(run: dict[str, Any], question: dict[str, Any] | None = None, known: int = 0) -> dict[str, Any]:
    """A record of 100 practices in a band of 30,000 to 50,000, proven at 100 hours unless said otherwise."""
    asked = {
        "name": "1-1", "practices": 100, "per_network": 5.0, "least": 30_000, "most": 50_000, "networks": None,
        "demands": ["pin A B", "apart C D", "apart D E"], "published": None, "needs_exceptions": False,
    }  # fmt: skip
    answered = {
        "exit_code": 0, "ended": "done", "seconds": 70.0, "peak_gb": 2.0, "processes": 2, "over_rule_gb": 1.4,
        "memory_gb": 2.5, "status": "optimal", "cost": 100.0, "bound": 100.0, "networks": 25, "exceptions": 0,
        "candidates": 1000, "log": None,
    }  # fmt: skip
    peers = {"tree_splits": {"method": "tree_splits", "exceptions": 0, "cost": 125.0, "note": "9 starts"}}
    return {
        "question": asked | (question or {}),
        "netform": answered | run,
        "peers": peers,
        "known": {"exceptions": known, "cost": 100.0},
    }


LOG = [
    log_row(0.5, 20.0, None),
    log_row(1.5, 40.0, 200.0),
    log_row(12.0, 60.0, None),
    log_row(40.0, 90.0, 100.0),
]
REFUSED = {
    "exit_code": 2, "status": None, "cost": None, "bound": None, "exceptions": None, "candidates": None,
}  # fmt: skip


def test_gap_over_time_comes_from_the_log() -> None:
    """The last bound and incumbent by then count; after the end of the log the published gap does."""
    run = record({"log": LOG, "bound": 90.0})["netform"]
    assert first_plan_after(run) == 1.5
    assert gap_after(run, 1.0) is None
    assert gap_after(run, 10.0) == pytest.approx(0.8)
    assert gap_after(run, 30.0) == pytest.approx(0.7)
    assert gap_after(run, 60.0) == pytest.approx(0.1)


def test_without_a_log_nothing_is_told_over_time() -> None:
    """Today's plans have no log: a dash for the first plan and every gap on the way."""
    (row,) = unseen_rows([record({})])
    cells = dict(zip(UNSEEN_HEAD, row, strict=True))
    assert [cells[name] for name in ("first plan, s", "gap 10 s", "gap 60 s")] == ["-"] * 3
    assert cells["gap"] == "0.00%"


def test_row_says_the_question_and_the_answer() -> None:
    """Band, demands, exceptions against the fewest known, memory and the peer's cost stand in one row."""
    (row,) = unseen_rows(
        [record({"exceptions": 0, "over_rule_gb": 2.6}, known=0)], ["tree_splits", "centres"]
    )
    cells = dict(zip((*UNSEEN_HEAD, *peer_head(["tree_splits", "centres"])), row, strict=True))
    assert cells["band, thousands"] == "30-50"
    assert cells["demands"] == "1 pin, 2 apart"
    assert cells["exceptions"] == "0 / 0"
    assert cells["GB"] == "2.00 over"
    assert cells["random tree splits"] == "0; 125.0"
    assert cells["Hess with separators"] == "-"


def test_case_row_has_the_published_value() -> None:
    """A published optimum stands beside netform's cost; a case known to need exceptions says so."""
    rows = case_rows(
        [record({}, {"published": 2363.7}), record(REFUSED, {"needs_exceptions": True})],
    )
    one, other = (dict(zip(CASE_HEAD, row, strict=True)) for row in rows)
    assert (one["published"], one["status"]) == ("2,363.7", "optimal")
    assert (other["published"], other["status"], other["exit"]) == ("needs exceptions", "refused", "2")


def test_summary_counts_by_class() -> None:
    """Each kind of failure is counted where its question belongs; one without a plan has a gap of 100%."""
    rows = summary_rows(
        [
            record({}),
            record({"status": "feasible", "bound": 99.0, "exceptions": 2}, known=1),
            record(REFUSED),
            record(
                {"status": "feasible", "bound": 0.0, "log": [log_row(3.0, 0.0, 100.0)]}, {"per_network": 40.0}
            ),
            record({"status": "feasible", "bound": 98.0, "candidates": 9_000_000, "over_rule_gb": 3.0}),
        ]
    )
    cells = {row[0]: dict(zip(SUMMARY_HEAD, row, strict=True)) for row in rows}
    assert list(cells) == [*CLASSES, "all"]
    assert cells[CLASSES[0]]["proven"] == "50%"
    assert cells[CLASSES[0]]["gap, worst"] == "1.00%"
    assert cells[CLASSES[0]]["more exceptions than known"] == "1"
    assert (cells[CLASSES[1]]["no plan"], cells[CLASSES[1]]["refused"]) == ("1", "1")
    assert cells[CLASSES[1]]["memory over"] == "1"
    assert cells[CLASSES[1]]["gap, worst"] == "100.00%"
    late = cells[CLASSES[2]]
    assert [late[name] for name in ("bound 0 or none", "bound low at 10 s", "first plan late")] == [
        "1",
        "1",
        "1",
    ]
    assert cells["all"]["questions"] == "5"
