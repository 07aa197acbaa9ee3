"""Real areas from end to end: proven best, and held right by a reader that shares no code with netform."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from netform.cli.main import cli

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


def _solved(listed: Path, out: Path, *options: str) -> dict[str, Any]:
    """Solve a list in this process (so that its audit has passed) and read the plan."""
    if not listed.is_file():
        pytest.skip(f"{listed.name} is not there")
    result = CliRunner().invoke(cli, ["solve", str(listed), "-o", str(out), "--quiet", *options])
    assert result.exit_code == 0, result.stderr
    plan: dict[str, Any] = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    return plan


def _held_right(listed: Path, out: Path, *options: str) -> None:
    """Let the independent reader find no fault, where it is there."""
    verifier = listed.parents[2] / "tools" / "verify_plan.py"
    if not verifier.is_file():
        pytest.skip(f"solved and audited, but not read independently: {verifier.name} is not there")
    run = subprocess.run(
        [sys.executable, verifier, listed, out, *options], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.splitlines()[-1].startswith("0 faults;")


@pytest.mark.parametrize(
    ("name", "options", "exceptions"),
    [
        ("leeds_15F", (), []),
        # The Isles of Scilly: one practice of some 2,000 patients, across 40 km of sea.
        ("cornwall_11N", (), ["island"]),
        ("staffordshire_QNC", ("--area", "sub_icb_code"), []),
        pytest.param("birmingham_solihull_15E", (), ["over_max_single_practice"] * 3, marks=pytest.mark.slow),
    ],
)
def test_an_area_is_proven_best(
    shared_data: Path, tmp_path: Path, name: str, options: tuple[str, ...], exceptions: list[str]
) -> None:
    """Every area is optimal, with no exceptions but those that the ground or one large practice makes."""
    listed = shared_data / "areas" / f"{name}.csv"
    plan = _solved(listed, tmp_path / "out", *options)
    assert plan["status"] == "optimal"
    assert plan["gap"] == 0
    assert plan["unplaced"] == []
    assert [area["status"] for area in plan["areas"]] == ["optimal"] * len(plan["areas"])
    assert [network["exception"] for network in plan["networks"] if network["exception"]] == exceptions
    _held_right(listed, tmp_path / "out", *options)


@pytest.mark.slow
def test_areas_on_their_published_outlines(shared_data: Path, tmp_path: Path) -> None:
    """Staffordshire drawn on the outlines of its areas is proven best as well, and its map is held right."""
    listed = shared_data / "areas" / "staffordshire_QNC.csv"
    boundary = shared_data / "boundaries" / "sub_icb24_england_bng.gpkg"
    if not boundary.is_file():
        pytest.skip(f"{boundary.name} is not there")
    plan = _solved(listed, tmp_path / "out", "--area", "sub_icb_code", "--boundary", str(boundary))
    assert plan["status"] == "optimal"
    _held_right(listed, tmp_path / "out", "--area", "sub_icb_code")


@pytest.mark.slow
def test_every_area_of_england_is_checked_in_seconds(shared_data: Path) -> None:
    """The check counts the groups of 96 areas, and finds something in the way in some of them."""
    result = CliRunner().invoke(cli, ["check", str(shared_data / "practices.csv"), "--area", "sub_icb_code"])
    assert result.exit_code == 0, result.stderr
    assert "in 96 areas." in result.stdout
    assert "of 96 areas" in result.stdout.splitlines()[-1]
