"""Today's networks of real areas, scored and compared, against what was counted of them independently."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from netform.cli.main import cli

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

AREAS = {
    "leeds_15F": (),
    "cornwall_11N": (),
    "birmingham_solihull_15E": (),
    "staffordshire_QNC": ("--area", "sub_icb_code"),
}


def _json(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(cli, [*map(str, arguments), "--json"])
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("name", AREAS)
def test_todays_networks_are_what_is_known_of_them(shared_data: Path, name: str) -> None:
    """Sizes and practices as counted from the publications; pieces as a triangulation of the sites has them."""
    listed = shared_data / "areas" / f"{name}.csv"
    known = {row["pcn_code"]: row for row in _rows(shared_data / "pcns.csv")}
    patients: Counter[str] = Counter()
    for row in _rows(listed):
        patients[row["pcn_code"]] += int(row["list_size"])
    found = _json("score", listed, "--plan", "pcn_code", *AREAS[name])
    networks = {each["network"]: each for each in found["networks"]}

    assert set(networks) <= set(patients)
    assert {label: each["list_size"] for label, each in networks.items()} == {
        label: patients[label] for label in networks
    }
    whole = [label for label in networks if label in known]
    assert len(whole) >= len(networks) - 1
    assert all(int(known[label]["list_size"]) == networks[label]["list_size"] for label in whole)
    assert all(int(known[label]["practices"]) == len(networks[label]["practice_codes"]) for label in whole)
    in_band = [label for label in networks if 30_000 <= patients[label] <= 50_000]
    assert found["in_band"] == len(in_band)
    # A triangulation joins sites that territories clipped to where people live may not: a few differ.
    agree = sum(
        (known[label]["delaunay_components"] == "1") == networks[label]["contiguous"] for label in whole
    )
    assert agree >= 0.85 * len(whole)


def test_a_solved_plan_is_scored_and_compared_with_today(shared_data: Path, tmp_path: Path) -> None:
    """Leeds: the plan's score is its own, it breaks no rule, and who moves is what a plain recount says."""
    listed = shared_data / "areas" / "leeds_15F.csv"
    size = {row["practice_code"]: int(row["list_size"]) for row in _rows(listed)}
    plan = _json("solve", listed, "-o", tmp_path / "out", "--quiet")
    scored = _json("score", listed, "--plan", tmp_path / "out")
    assert scored["cost"] == pytest.approx(plan["cost"], abs=1e-5)
    assert [each["terms"] for each in scored["networks"]] == [each["terms"] for each in plan["networks"]]
    assert (scored["breaches"], scored["breaches_by_kind"]) == ([], {})

    out = tmp_path / "compare"
    both = _json("compare", "today", tmp_path / "out", "--practices", listed, "-o", out)
    rows = _rows(out / "changes.csv")
    total: Counter[str] = Counter()
    here: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        total[row["network_a"]] += size[row["practice_code"]]
        here[row["network_a"]][row["network_b"]] += size[row["practice_code"]]
    moved = [
        row["practice_code"]
        for row in rows
        if row["network_a"] and 2 * here[row["network_a"]][row["network_b"]] <= total[row["network_a"]]
    ]
    assert moved == both["a_to_b"]["moved"] == [row["practice_code"] for row in rows if row["moved"] == "yes"]
    assert both["a_to_b"]["patients_moved"] == sum(size[code] for code in moved) > 0
    continuity = both["terms"]["continuity"]
    # An hour a week for every thousand patients moved.
    assert continuity["b"] - continuity["a"] == pytest.approx(both["a_to_b"]["patients_moved"] / 1000)
    alone = _json("compare", "today", "pcn_code", "--practices", listed)
    assert (alone["a_to_b"]["practices_moved"], alone["patients_outside"]) == (0, size["B86104"])
