"""A network all around others: named where it may be, refused and told where it may not."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_main import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine practices on a square, a kilometre apart: one of 30,000 patients amid eight of 4,000."""
    rows = ["practice_code,postcode,list_size,easting,northing,plan"]
    for x, y in product(range(3), repeat=2):
        middle = x == y == 1
        patients, plan = (30_000, "MIDDLE") if middle else (4_000, "RING")
        rows.append(f"P{x}{y},,{patients},{430_000 + 1_000 * x},{433_000 + 1_000 * y},{plan}")
    path = tmp_path_factory.mktemp("square") / "list.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def solved(square: Path, out: Path, *options: object) -> tuple[list[set[str]], str]:
    """Solve the square; its networks, and all that was noted."""
    result = run("solve", square, "-o", out, "--workers", 1, *options)
    assert result.exit_code == 0, result.output
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    return [set(network["practice_codes"]) for network in plan["networks"]], json.dumps(plan)


def test_a_network_around_another_is_named(square: Path, tmp_path: Path) -> None:
    """Eight lists of 4,000 around one of 30,000 are the only plan within 30,000 to 33,000."""
    networks, noted = solved(square, tmp_path, "--min", 30_000, "--max", 33_000)
    assert {"P11"} in networks
    assert "lies wholly inside network" in noted


@pytest.mark.parametrize(("least", "most", "exceptions"), [(28_000, 34_000, 0), (30_000, 33_000, 2)])
def test_no_network_lies_around_others_where_none_may(
    square: Path, tmp_path: Path, least: int, most: int, exceptions: int
) -> None:
    """The middle takes in one or more of the eight, within the band where that can be; the rules are kept beside it."""
    networks, noted = solved(square, tmp_path, "--min", least, "--max", most, "--no-doughnuts")
    assert len(next(codes for codes in networks if "P11" in codes)) > 1
    assert "lies wholly inside" not in noted
    assert sum(network["exception"] is not None for network in json.loads(noted)["networks"]) == exceptions
    assert "no_doughnuts = true" in (tmp_path / "rules.toml").read_text(encoding="utf-8")


def test_a_plan_with_a_doughnut_is_judged(square: Path) -> None:
    """Only where the rule is asked for."""
    band = ("--min", 28_000, "--max", 34_000)
    broken = run("score", square, "--plan", "plan", *band, "--no-doughnuts")
    assert "RING: It lies all around P11" in broken.output
    assert "lies all around" not in run("score", square, "--plan", "plan", *band).output


def test_whether_is_true_or_false(square: Path, tmp_path: Path) -> None:
    """Another word in a rules file is an error that says so."""
    rules = tmp_path / "rules.toml"
    rules.write_text('[planner]\nno_doughnuts = "yes"\n', encoding="utf-8")
    result = run("solve", square, "-o", tmp_path / "out", "--rules", rules)
    assert result.exit_code == 2
    assert "[planner] no_doughnuts must be true or false, not 'yes'" in result.output
