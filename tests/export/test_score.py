"""What a score is written as: the same figures everywhere, and nothing that runs."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
import shapely

from netform.export.formats import folder_files
from netform.export.plan_json import dump_json
from netform.export.score import SCHEMA, SCORE, score_json, score_object
from netform.inputs.grouping_file import read_grouping
from tests.judged import FORMULA, SCRIPT, judged

if TYPE_CHECKING:
    from pathlib import Path

SCORED = judged()[0]


def _made(name: str) -> bytes:
    return folder_files(SCORE, SCORED)[name]()


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_made(name).decode("utf-8-sig"))))


def test_a_folder_holds_what_the_contract_says() -> None:
    """The object last: it seals the folder."""
    assert list(folder_files(SCORE, SCORED)) == [
        "networks.csv", "breaches.csv", "practices.csv", "networks.geojson", "score.html", "score.json",
    ]  # fmt: skip


def test_json_is_the_object_one_line_a_network() -> None:
    """And holds what was counted."""
    content = score_json(SCORED.score, SCORED.provenance)
    found = json.loads(content)
    assert found == json.loads(dump_json(score_object(SCORED.score, SCORED.provenance)))
    assert found["schema"] == SCHEMA
    assert (found["networks_in_all"], found["in_band"], found["contiguous"]) == (3, 1, 2)
    assert found["breaches_by_kind"] == {"band": 2, "area": 1, "contiguity": 1, "missing": 1}
    assert found["unplaced"] == ["G1"]
    assert found["cost"] == pytest.approx(sum(each["cost"] for each in found["networks"]))
    for name, hours in found["terms"].items():
        assert hours == pytest.approx(sum(each["terms"][name] for each in found["networks"]))
    assert content.count(b"\n") == len(content.splitlines()) > 3 + len(found["networks"])


def test_no_cell_of_a_table_can_run() -> None:
    """An apostrophe stands before whatever a spreadsheet would take for a formula."""
    for name in ("networks.csv", "practices.csv", "breaches.csv"):
        for row in csv.reader(io.StringIO(_made(name).decode("utf-8-sig"))):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "-c"))]
    assert [row["network"] for row in _rows("networks.csv")] == [SCRIPT, f"'{FORMULA}", "east"]


def test_tables_agree_with_each_other() -> None:
    """Breaches of the division as a whole have no network."""
    networks = _rows("networks.csv")
    breaches = _rows("breaches.csv")
    assert [row["kind"] for row in breaches] == ["band", "contiguity", "band", "area", "missing"]
    assert breaches[-1]["network"] == ""
    for row in networks:
        said = [each["sentence"] for each in breaches if each["network"] == row["network"]]
        assert row["breaches"] == " ".join(said)
    assert [row["areas"] for row in networks] == ["west", "west", "east; west"]
    assert float(networks[1]["clinical_pharmacist_posts"]) == 1.2


def test_practices_are_read_back_as_the_same_division(tmp_path: Path) -> None:
    """The file is one that can be scored again."""
    path = tmp_path / "practices.csv"
    path.write_bytes(_made("practices.csv"))
    again = read_grouping(str(path), SCORED.practices)
    assert again.networks == SCORED.score.grouping.networks
    assert again.unplaced == SCORED.score.grouping.unplaced


def test_a_network_in_pieces_is_a_multipolygon() -> None:
    """On the map of the world, with what it breaks among its properties."""
    found = json.loads(_made("networks.geojson"))
    kinds = {each["properties"]["network"]: each["geometry"]["type"] for each in found["features"]}
    assert kinds == {FORMULA: "MultiPolygon", SCRIPT: "Polygon", "east": "Polygon"}
    for each in found["features"]:
        assert shapely.from_geojson(json.dumps(each["geometry"])).is_valid
        assert each["properties"]["breaches"]
    west, south, east, north = found["bbox"]
    assert (-3 < west < east < -1, 53 < south < north < 55) == (True, True)
