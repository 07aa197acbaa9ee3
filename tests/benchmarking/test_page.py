"""Moves on the planner's page: what is drawn can be asked, and the table says what was measured."""

from __future__ import annotations

import random

from scripts.benchmarking.page import HEAD, _drawn, is_flat, page_row

PLAN = {
    "networks": [
        {"id": "a", "members": ["A", "B"]},
        {"id": "b", "members": ["C"]},
        {"id": "c", "members": []},
    ]
}


def test_a_practice_moves_to_another_network_that_is_there() -> None:
    """Every fifth time the last move is taken back."""
    rng = random.Random(0)  # noqa: S311 (nothing secret)
    drawn = [_drawn(PLAN, number, rng) for number in range(1, 21)]
    assert [each["kind"] for each in drawn] == ["move", "move", "move", "move", "undo"] * 4
    homes = {"A": "a", "B": "a", "C": "b"}
    for each in drawn:
        if each["kind"] == "move":
            [code] = each["codes"]
            assert {homes[code], each["to"]} == {"a", "b"}


def test_memory_that_grows_by_a_twentieth_is_not_flat() -> None:
    """From the first look to the last; no look says nothing."""
    assert [is_flat(each) for each in ([], [200.0], [200.0, 230.0, 210.0], [200.0, 211.0])] == [
        True, True, True, False,
    ]  # fmt: skip


def test_a_row_says_what_was_measured() -> None:
    """Milliseconds of moves of 1 to 20 ms: half take 11 at most, 95 of 100 take 20."""
    measured = {
        "area": "15E", "practices": 3, "ready": 3.21, "plan": 0.02, "ground": 0.4, "cpu": 0.0101, "end": 0.3,
        "moves": [k / 1000 for k in range(1, 21)], "megabytes": [],
    }  # fmt: skip
    row = page_row(measured)
    assert row == ["15E", "3", "3.2", "20", "400", "20", "11", "20", "20", "10.1", "-", "-", "0.30"]
    assert page_row(measured | {"megabytes": [200.0, 201.04]})[10:12] == ["200.0", "201.0"]
    assert len(row) == len(HEAD)
