"""Results: whole, checked when they are read, and done again only when more can come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netform.sweep.results import Results, read_result, result_bytes

if TYPE_CHECKING:
    from pathlib import Path

KEY = "ab" * 32
NETWORK = {"practice_codes": ["P1"], "exception": "island", "terms": {"overhead": 31.0}}
# 31 hours at a weight of 0.5 are 15.5.
FOUND = {
    "key": KEY,
    "status": "optimal",
    "cost": 15.5,
    "bound": 15.5,
    "networks": [NETWORK],
    "terms": {"overhead": 31.0},
    "practices": 1,
    "rules": "[weights]\noverhead = 0.5\n",
}


def test_a_result_is_read_back() -> None:
    """What is counted is counted when it is written."""
    summary = read_result(result_bytes(FOUND, time_limit=60), KEY)
    assert (summary.status, summary.cost, summary.networks, summary.exceptions) == ("optimal", 15.5, 1, 1)
    assert summary.proven
    assert summary.time_limit is None


def test_the_time_limit_is_in_unproven_results_alone() -> None:
    """A proof is the same bytes however long was allowed."""
    assert result_bytes(FOUND, time_limit=60) == result_bytes(FOUND, time_limit=90)
    feasible = {**FOUND, "status": "feasible"}
    assert result_bytes(feasible, time_limit=60) != result_bytes(feasible, time_limit=90)


@pytest.mark.parametrize(
    ("status", "limit", "done"),
    [
        ("optimal", 90, True),
        ("infeasible", 90, True),
        ("feasible", 60, True),
        ("feasible", 61, False),
        ("unknown", 90, False),
    ],
)
def test_what_is_done_again(tmp_path: Path, status: str, limit: float, done: bool) -> None:
    """What is not proven, when it gets more time than it had (60 seconds)."""
    Results(tmp_path).put(KEY, result_bytes({**FOUND, "status": status}, time_limit=60))
    assert Results(tmp_path).done(KEY, limit) == done


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-20],
        lambda content: content.replace(b"15.5", b"2.5", 1),
        lambda content: content.replace(KEY.encode(), b"cd" * 32),
        lambda _content: b"",
        lambda _content: b"[]",
        lambda _content: b"[" * 100_000,
        lambda _content: b"\xff\xfe",
    ],
    ids=["cut off", "a digit", "another key", "empty", "no object", "deep", "no text"],
)
def test_a_damaged_result_counts_as_absent(tmp_path: Path, damage: object) -> None:
    """It is neither believed nor an error."""
    assert callable(damage)
    results = Results(tmp_path)
    results.put(KEY, result_bytes(FOUND, time_limit=60))
    path = tmp_path / "results" / f"{KEY}.json"
    path.write_bytes(damage(path.read_bytes()))
    assert Results(tmp_path).get(KEY) is None
    assert not Results(tmp_path).done(KEY, 1)


def test_what_is_not_a_result_is_not_kept(tmp_path: Path) -> None:
    """A worker that answers something else has not answered."""
    with pytest.raises(ValueError, match="not the result of this task"):
        Results(tmp_path).put("cd" * 32, result_bytes(FOUND, time_limit=60))
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    "forged",
    [
        {"cost": 10.0, "bound": 10.0},
        {"bound": 10.0},
        {"status": "feasible", "bound": 20.0},
        {"terms": {"overhead": 30.0}},
        {"networks": [NETWORK, NETWORK], "terms": {"overhead": 62.0}, "cost": 31.0, "bound": 31.0},
        {"networks": [], "terms": {}, "cost": 0.0, "bound": 0.0},
        {"rules": "[weights]\noverhead = 1\n"},
    ],
)
def test_a_result_is_believed_for_what_it_holds(forged: dict[str, object]) -> None:
    """A whole file with a right digest, of which the figures contradict each other."""
    with pytest.raises(ValueError, match="contradict each other"):
        read_result(result_bytes({**FOUND, **forged}, time_limit=60), KEY)
