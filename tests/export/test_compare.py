"""What a comparison is written as."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from netform.export.compare import COMPARE, SCHEMA, compare_json
from netform.export.formats import folder_files
from netform.judge.comparison import compare_results
from tests.judged import FORMULA, SCRIPT, compared, judged

SIZES = {"A1": 20_000, "B1": 15_000, "C1": 16_000, "D1": 34_000, "E1": 14_000, "F1": 20_000, "G1": 9_000}


def _rows(name: str) -> list[dict[str, str]]:
    content = folder_files(COMPARE, compared())[name]()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_folder_holds_what_the_contract_says() -> None:
    """The object last: it seals the folder."""
    assert list(folder_files(COMPARE, compared())) == [
        "changes.csv",
        "networks.csv",
        "compare.html",
        "compare.json",
    ]


def test_json_says_who_moves() -> None:
    """Worked by hand: B stays alone in its network's place, C leaves A, D leaves E and F."""
    found = json.loads(compare_json(compared()))
    assert found["schema"] == SCHEMA
    # "=": A 20,000 and C 16,000, so A stays; B is all of its network; of D, E and F, 68,000, D is half: no heir.
    assert found["a_to_b"]["moved"] == ["C1", "D1", "E1", "F1"]
    assert found["a_to_b"]["patients_moved"] == 16_000 + 34_000 + 14_000 + 20_000
    assert found["a_to_b"]["dispersed"] == ["east"]
    # one: A is 20,000 of 35,000; three: E and F are 34,000 of 43,000, and G loses it; two: D is 34,000 of 50,000.
    assert found["b_to_a"]["moved"] == ["B1", "C1", "G1"]
    assert found["merged"] == [{"b": "one", "a": [SCRIPT, FORMULA]}]
    assert found["split"] == [{"a": "east", "b": ["three", "two"]}]
    assert (found["counterparts"], found["patients_in_counterparts"]) == (3, 15_000 + 16_000 + 34_000)
    assert (found["practices"], found["patients"]) == (7, 128_000)
    assert found["notes"] == ["A note <i>to read</i>."]


def test_json_says_how_many_are_in_their_main_neighbourhood() -> None:
    """C alone is on the hill: its 16,000 live outside the vale, the main one of its network in A as in B."""
    living = {code: {"Hill" if code == "C1" else "Vale": size} for code, size in SIZES.items()}
    a, b = (replace(each, living=living) for each in judged())
    found = json.loads(compare_json(compare_results(a, b)))
    # A: A and C are a network, 20,000 in the vale and 16,000 on the hill; G is in none, so that 119,000 are placed.
    assert found["a"]["main_neighbourhood_share"] == pytest.approx(1 - 16_000 / 119_000, abs=1e-6)
    # B: C and D, 16,000 on the hill and 34,000 in the vale, of all 128,000.
    assert found["b"]["main_neighbourhood_share"] == pytest.approx(1 - 16_000 / 128_000, abs=1e-6)
    assert "main_neighbourhood_share" not in json.loads(compare_json(compared()))["a"]


def test_terms_stand_side_by_side() -> None:
    """With their difference, which changes its sign with the order."""
    forth = json.loads(compare_json(compared()))
    a, b = judged()
    back = json.loads(compare_json(compare_results(b, a)))
    assert forth["terms"]["overhead"] == {"a": 93.0, "b": 93.0, "b_less_a": 0.0}
    for name, each in forth["terms"].items():
        assert back["terms"][name] == {"a": each["b"], "b": each["a"], "b_less_a": -each["b_less_a"] + 0.0}
    assert (forth["a_to_b"], forth["b_to_a"]) == (back["b_to_a"], back["a_to_b"])
    assert forth["patients_outside"] == back["patients_outside"]


def test_changes_have_a_row_a_practice() -> None:
    """Placed or not, and no cell can run."""
    rows = _rows("changes.csv")
    assert [row["practice_code"] for row in rows] == ["A1", "B1", "C1", "D1", "E1", "F1", "G1"]
    assert [row["moved"] for row in rows] == ["no", "no", "yes", "yes", "yes", "yes", "no"]
    assert [row["moved_back"] for row in rows] == ["no", "yes", "yes", "no", "no", "no", "yes"]
    assert (rows[0]["network_a"], rows[0]["practice_name"][:2]) == (f"'{FORMULA}", "'=")
    assert (rows[6]["network_a"], rows[6]["network_b"]) == ("", "three")


def test_networks_have_a_row_for_every_two_that_share() -> None:
    """Counterparts first."""
    rows = _rows("networks.csv")
    assert [row["matched"] for row in rows] == ["yes", "yes", "yes", "no", "no"]
    assert sum(int(row["patients"]) for row in rows) == 128_000 - 9_000
