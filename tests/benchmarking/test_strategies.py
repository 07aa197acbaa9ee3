"""The ablation: every strategy can be left out, what is begun is counted, and a row says what it is worth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.benchmarking.ablation import ABLATION_HEAD, SOLVER_README, make_row
from scripts.benchmarking.strategies import STRATEGIES, TRACE

ROOT = Path(__file__).parents[2]


def run(folder: Path, *words: str) -> dict[str, Any]:
    """Plan the example list of the repository."""
    command = [sys.executable, "-m", "scripts.benchmarking.strategies", *words]
    solve = [
        "solve",
        str(ROOT / "data" / "example_practices.csv"),
        "-o",
        "plan",
        "--overwrite",
        "--time-limit",
        "20",
    ]
    subprocess.run(
        [*command, *solve],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    plan: dict[str, Any] = json.loads((folder / "plan" / "plan.json").read_text(encoding="utf-8"))
    return plan


def test_every_strategy_is_where_it_is_said_to_be() -> None:
    """And what stands in its place can be called as it is."""
    for strategy in STRATEGIES:
        found: list[object] = []
        strategy.wrap(lambda there, found=found: found.append(there) or there)  # type: ignore[misc]
        assert len(found) == 1
        assert callable(found[0])
    assert len({strategy.name for strategy in STRATEGIES}) == len(STRATEGIES)


def test_what_is_begun_is_counted_and_what_is_left_out_is_not(tmp_path: Path) -> None:
    """With all strategies there is a trace; without one the plan is as good or worse, and the trace stays."""
    whole = run(tmp_path)
    begun = json.loads((tmp_path / TRACE).read_text(encoding="utf-8"))
    assert begun["subset-row cuts"] > 0
    assert set(begun) <= {strategy.name for strategy in STRATEGIES}
    without = run(tmp_path, "--without", "subset-row cuts")
    assert without["cost"] >= whole["cost"] - 1e-6
    assert json.loads((tmp_path / TRACE).read_text(encoding="utf-8")) == begun


def record(**changed: Any) -> dict[str, Any]:
    """One answer of a ledger."""
    answer = {"exceptions": 0, "cost": 100.0, "bound": 100.0, "status": "optimal", "seconds": 10.0}
    return {"netform": answer | changed}


@pytest.mark.parametrize(
    ("changed", "worse", "better"),
    [
        ({}, "0", "0"),
        ({"seconds": 10.5}, "0", "0"),
        ({"seconds": 12.0}, "1", "0"),
        ({"seconds": 8.0}, "0", "1"),
        ({"exceptions": 1, "seconds": 1.0}, "1", "0"),
        ({"cost": 101.0, "status": "feasible"}, "1", "0"),
        ({"bound": 99.99, "status": "feasible"}, "1", "0"),
    ],
)
def test_a_row_counts_what_got_worse(changed: dict[str, Any], worse: str, better: str) -> None:
    """Exceptions first, then the gap, the proof, and time."""
    row = make_row("cuts", [record()], [record(**changed)])
    assert len(row) == len(ABLATION_HEAD)
    assert row[:2] == ["cuts", "1"]
    assert row[-2:] == [worse, better]


def test_a_strategy_that_nothing_begins_has_no_figures() -> None:
    """Nothing was asked."""
    assert make_row("cuts", [], []) == ["cuts", "0", *["-"] * (len(ABLATION_HEAD) - 2)]


def test_the_table_has_a_place() -> None:
    """In the solver's own pages."""
    text = SOLVER_README.read_text(encoding="utf-8")
    assert "<!-- ablation: begin -->" in text
    assert "<!-- ablation: end -->" in text
