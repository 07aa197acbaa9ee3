"""A front and alternatives of Cornwall, with everything that is written of them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from PIL import Image

from netform.cli import cli

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
