"""Staying near today from the command line: how many have to move, and as few as can."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_main import EXAMPLE, plan_in, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The area of the made-up county that has no practice over the band."""
    with EXAMPLE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    path = tmp_path_factory.mktemp("coast") / "coast.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows if row["area"] == "Coast")
    return path


def test_one_fewer_than_the_least_is_refused_and_the_least_is_a_plan(coast: Path, tmp_path: Path) -> None:
    """With the number that would do, which does."""
    near = ("solve", coast, "--start", "today", "--strict", "--workers", 1)
    result = run(*near, "--moves", 0, "-o", tmp_path / "none")
    assert result.exit_code == 4
    assert result.stderr.strip() == (
        "netform: No plan without exceptions moves at most 0 practices out of today's networks. "
        "At least 1 practice has to move (--moves 1)."
    )
    result = run(*near, "--moves", 1, "-o", tmp_path / "one")
    assert result.exit_code == 0, result.output
    assert plan_in(tmp_path / "one")["provenance"]["moves"]["practices"] == 1


def test_the_least_patients_are_named_as_well(coast: Path, tmp_path: Path) -> None:
    """One patient fewer is refused."""
    near = ("solve", coast, "--start", "today", "--strict", "--workers", 1)
    said = run(*near, "--moves-patients", 0, "-o", tmp_path / "none").stderr
    least = int(said.partition("--moves-patients ")[2].partition(")")[0])
    assert run(*near, "--moves-patients", least - 1, "-o", tmp_path / "less").exit_code == 4
    assert run(*near, "--moves-patients", least, "-o", tmp_path / "least").exit_code == 0
    assert plan_in(tmp_path / "least")["provenance"]["moves"]["patients"] == least


def test_every_area_says_how_many_have_to_move(tmp_path: Path) -> None:
    """All that have no plan, for any plan and for one as good as can be."""
    result = run(
        "solve",
        EXAMPLE,
        "--area",
        "area",
        "--start",
        "today",
        "--moves",
        0,
        "-o",
        tmp_path / "x",
        "--workers",
        1,
    )
    assert result.exit_code == 4
    nobody = "moves at most 0 practices out of today's networks, even with networks outside the band."
    assert result.stderr.strip() == (
        f"netform: no plan for area Coast {nobody}\n"
        "For any plan, and for one without exceptions, at least 1 practice has to move (--moves 1).\n"
        f"no plan for area Vale {nobody}\n"
        "For any plan at least 2 practices have to move (--moves 2); for one with no exceptions beyond the 1 needed "
        "anyway at least 4 practices have to move (--moves 4)."
    )


def test_as_few_as_can_move_by_area(tmp_path: Path) -> None:
    """One and four of the made-up county: what is said of each, and what the plan holds."""
    out = tmp_path / "out"
    arguments = ("--area", "area", "--start", "today", "--moves", "least", "-o", out, "--workers", 1)
    result = run("solve", EXAMPLE, *arguments)
    assert result.exit_code == 0, result.output
    plan = plan_in(out)
    assert plan["status"] == "optimal"
    assert plan["provenance"]["moves"] == {
        "start": "today", "most_practices": "least", "most_patients": None, "practices": 5, "patients": 69_719,
    }  # fmt: skip
    for said in (
        "Coast: For a plan without exceptions at least 1 practice has to move out of today's networks.",
        "Vale: For a plan with no exceptions beyond the 1 needed anyway at least 4 practices have to move out of",
    ):
        assert said in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--start", "today"), "add --moves N (practices), --moves least or --moves-patients P"),
        (("--moves", "least"), "--moves is counted from a start"),
        (
            ("--start", "today", "--moves", "few"),
            "'few' is neither a number of practices, 0 or more, nor least",
        ),
        (("--start", "today", "--moves", "-1"), "neither a number of practices"),
        (("--start", "today", "--moves-patients", "-5"), "neither a number of patients, 0 or more"),
        (("--start", "today", "--moves", "least", "--prices"), "give that number, --moves N, with --prices"),
    ],
)
def test_moves_that_cannot_be_are_refused(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """Before anything is read, with what to give in their place."""
    result = run("solve", EXAMPLE, *arguments, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
