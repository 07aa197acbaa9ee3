"""The command from end to end, and what it says when netform is beaten."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scripts.benchmarking.__main__ import _beaten, main

if TYPE_CHECKING:
    from pathlib import Path


def area(cost: float, faults: list[str]) -> dict[str, Any]:
    """An area with a bound of 100 hours, and a peer whose plan costs so much."""
    peer = {"method": "bursts", "networks": 9, "cost": cost, "faults": faults}
    return {"area": "10Q", "netform": {"bound": 100.0}, "peers": [peer, {"method": "maxp", "networks": None}]}


def test_only_a_valid_plan_below_the_bound_beats_netform() -> None:
    """A plan that costs as much but for rounding does not, nor does a cheaper one that is not valid."""
    assert _beaten([area(100.0, [])]) == []
    assert _beaten([area(99.99999, [])]) == []
    assert _beaten([area(90.0, ["F is in no network"])]) == []
    assert _beaten([area(99.0, [])]) == [
        "10Q: GerryChain short bursts found a valid plan of 99.0000 hours a week, below netform's bound of 100.0000"
    ]


@pytest.mark.slow
def test_command_writes_what_it_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A made-up area without the peers that are extra: both files are there, and the tables were printed."""
    given = ["--areas", "--made-up", "25", "--methods", "assignment", "--seconds", "2", "--no-growth"]
    assert main([*given, "-o", str(tmp_path / "out")]) == 0
    written = json.loads((tmp_path / "out" / "benchmark.json").read_text(encoding="utf-8"))
    (measured,) = written["areas"]
    assert measured["netform"]["status"] == "optimal"
    assert [peer["method"] for peer in measured["peers"]] == ["assignment"]
    assert (tmp_path / "out" / "benchmark.png").read_bytes().startswith(b"\x89PNG")
    assert "made-up 25" in capsys.readouterr().out
