"""Networks and neighbourhoods on the real lists: Staffordshire and its districts, counted again from the files."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_main import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def districts(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The districts of Staffordshire as neighbourhoods, by LSOA."""
    with (shared_data / "lsoa21_attributes.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["icb24_code_nhs"] == "QNC"]
    path = tmp_path_factory.mktemp("districts") / "districts.csv"
    lines = [f"{row['lsoa21_code']},{row['ltla24_name']}" for row in rows]
    path.write_text("\n".join(["lsoa21cd,neighbourhood", *lines]), encoding="utf-8")
    return path


def test_staffordshire_today_by_districts(shared_data: Path, districts: Path, tmp_path: Path) -> None:
    """The main district of each network of today, and its share, are those of the files added up by hand."""
    listed = shared_data / "areas" / "staffordshire_QNC.csv"
    registered = shared_data / "practice_lsoa21_staffordshire_oct2025.csv"
    result = run(
        "score", listed, "--area", "sub_icb_code", "--plan", "today", "--registrations", registered,
        "--neighbourhoods", districts, "-o", tmp_path / "score",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    with districts.open(encoding="utf-8", newline="") as file:
        district = {row["lsoa21cd"]: row["neighbourhood"] for row in csv.DictReader(file)}
    with listed.open(encoding="utf-8", newline="") as file:
        practices = {row["practice_code"]: row for row in csv.DictReader(file)}
    counted: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    with registered.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known = row["lsoa21_code"].startswith("E01")
            counted[row["practice_code"]][district.get(row["lsoa21_code"], "") if known else "?"] += float(
                row["patients"]
            )
    living: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for code, practice in practices.items():
        scale = int(practice["list_size"]) / sum(counted[code].values())
        for name, patients in counted[code].items():
            living[practice["pcn_code"]][name] += patients * scale
    scored = json.loads((tmp_path / "score" / "score.json").read_text(encoding="utf-8"))["networks"]
    for network in scored:
        inside = {name: patients for name, patients in living[network["network"]].items() if name != "?"}
        main = max((name for name in inside if name), key=inside.__getitem__)
        assert network["neighbourhood"] == main
        assert network["neighbourhood_share"] == pytest.approx(inside[main] / sum(inside.values()), abs=1e-6)
    assert len(scored) == 25
