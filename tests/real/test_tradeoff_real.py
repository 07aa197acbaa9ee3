"""A front and alternatives of Cornwall, with everything that is written of them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from PIL import Image

from netform.cli.main import cli
from netform.pipeline import prepare
from netform.prepared import Inputs
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.session import Session
from netform.tradeoff.model import parse_axis

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


def rows_in(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_front_of_cornwall(shared_data: Path, tmp_path: Path) -> None:
    """Proven, with today's 15 networks bettered on both axes, and its ends and knee as plans."""
    practices = str(shared_data / "areas" / "cornwall_11N.csv")
    result = CliRunner().invoke(cli, ["front", practices, "-o", str(tmp_path / "out")])
    assert result.exit_code == 0, result.stderr
    rows = rows_in(tmp_path / "out" / "front.csv")
    points = [row for row in rows if row["point"]]
    assert len(points) >= 10
    xs, ys = ([float(row[f"{axis}_hours"]) for row in points] for axis in "xy")
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)
    [today] = [row for row in rows if row["mark"] == "today"]
    assert today["networks"] == "15"
    assert any(
        x < float(today["x_hours"]) and y < float(today["y_hours"]) for x, y in zip(xs, ys, strict=True)
    )
    for row in rows:
        if row["folder"]:
            plan = json.loads((tmp_path / "out" / row["folder"] / "plan.json").read_text(encoding="utf-8"))
            assert plan["cost"] == pytest.approx(float(row["cost"]))
    image = Image.open(io.BytesIO((tmp_path / "out" / "front.png").read_bytes()))
    image.load()
    assert "proven" in result.stdout


def test_the_alternatives_of_cornwall(shared_data: Path, tmp_path: Path) -> None:
    """In order of cost, with most pairs of neighbours settled one way within a five-hundredth."""
    practices = str(shared_data / "areas" / "cornwall_11N.csv")
    options = ["-o", str(tmp_path / "out"), "--within", "0.2%", "-k", "3"]
    result = CliRunner().invoke(cli, ["alternatives", practices, *options])
    assert result.exit_code == 0, result.stderr
    costs = [float(row["cost"]) for row in rows_in(tmp_path / "out" / "alternatives.csv")][:4]
    assert costs == sorted(costs)
    together = [row["together"] for row in rows_in(tmp_path / "out" / "borders.csv")]
    assert set(together) <= {"all", "some", "none"}
    assert together.count("some") < 0.2 * len(together)
    document = json.loads((tmp_path / "out" / "borders.geojson").read_text(encoding="utf-8"))
    assert 0.8 * len(together) < len(document["features"]) <= len(together)


@pytest.mark.slow
def test_a_session_on_leeds(shared_data: Path) -> None:
    """A front of 5%, three alternatives and the borders proven; a pin answered from what is kept as anew."""
    rules = load_profile()
    prepared = prepare(Inputs(str(shared_data / "areas" / "leeds_15F.csv")), rules)
    session = Session(prepared, rules)
    best = session.solve()
    [front] = session.front(parse_axis("patient_travel"), parse_axis("workforce"), resolution=0.05)
    assert front.proven
    assert front.best.cost == pytest.approx(best.areas[0].cost)
    [ranked] = session.alternatives(3, different=0).values()
    assert [each.kind for each in ranked] == ["best", "next", "next", "next"]
    assert all(each.proven for each in ranked)
    assert [each.cost for each in ranked] == sorted(each.cost for each in ranked)
    [borders] = session.borders(within=0.002).values()
    assert {each.together for each in borders} == {"all", "some", "none"}
    # A network of the third alternative that the best plan does not have.
    today = {network.practice_codes for network in best.networks}
    pin = next(group for group in ranked[3].networks if group not in today)
    pinned = replace(rules, demands=Demands(pins=(pin,)))
    stages: list[str] = []
    session.on_stage = stages.append
    kept = session.solve(pinned)
    assert not any(stage.startswith("solving") for stage in stages)
    assert kept.areas[0].cost == pytest.approx(Session(prepared, rules).solve(pinned).areas[0].cost, rel=3e-7)
    # The pin is of the third next best plan, so that no pinned plan need cost more than that.
    assert best.areas[0].cost <= kept.areas[0].cost <= ranked[3].cost * (1 + 3e-7)
