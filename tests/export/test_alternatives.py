"""The tables of alternatives say what the alternatives are."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from netform.export.alternatives import ALTERNATIVES, alternatives_json
from netform.export.formats import folder_files
from tests.made_up_tradeoff import BEST, HARMFUL, alternatives_result


def table(name: str, names: tuple[str, ...] = ("Ash", "Birch", "Cedar", "Dune")) -> list[dict[str, str]]:
    """Read one of the tables back."""
    content = folder_files(ALTERNATIVES, alternatives_result(names))[name]()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_row_for_each_plan() -> None:
    """Costs above the best in hours and per cent, what moves, and what is proven."""
    rows = table("alternatives.csv")
    assert [(row["kind"], row["rank"]) for row in rows] == [("best", "0"), ("next", "1"), ("different", "1")]
    assert [row["above_best_hours"] for row in rows] == ["0.0", "0.5", "1.0"]
    assert [row["above_best_percent"] for row in rows] == ["0.0", "0.5", "1.0"]
    assert [row["patients_moved"] for row in rows] == ["0", "15000", "40000"]
    assert [row["patients_apart"] for row in rows] == ["", "", "40000"]
    assert [row["most_patients_apart"] for row in rows] == ["", "", "45000"]
    assert [row["proven"] for row in rows] == ["yes", "yes", "no"]
    assert [row["folder"] for row in rows] == ["best", "", ""]


def test_a_row_for_each_practice_that_moves() -> None:
    """From and to networks of the best plan, and with whom."""
    rows = table("changes.csv")
    assert [(row["kind"], row["practice_code"], row["from_network"], row["to_network"]) for row in rows] == [
        ("next", "B", "PCN-01", "PCN-02"),
        ("different", "A", "PCN-01", ""),
        ("different", "B", "PCN-01", ""),
    ]
    assert rows[0]["with_practices"] == "B C D"
    assert rows[0]["list_size"] == "15000"


def test_no_name_runs_in_a_spreadsheet() -> None:
    """The first name begins as a formula does."""
    assert [row["practice_name"] for row in table("changes.csv", HARMFUL)][1] == f"'{HARMFUL[0]}"


def test_a_row_for_each_pair_of_neighbours() -> None:
    """Those of one site too."""
    assert [(row["code_a"], row["code_b"], row["together"]) for row in table("borders.csv")] == [
        ("A", "B", "some"), ("B", "C", "some"), ("B", "D", "unsettled"), ("C", "D", "all"),
    ]  # fmt: skip


def test_borders_are_lines_on_the_map() -> None:
    """WGS 84 lines with who and whether, for all pairs that have a border."""
    document = json.loads(folder_files(ALTERNATIVES, alternatives_result())["borders.geojson"]())
    assert [each["properties"]["together"] for each in document["features"]] == ["some", "some", "unsettled"]
    assert {each["geometry"]["type"] for each in document["features"]} == {"LineString"}
    # 410 km east and 300 km north is a little west of 2 degrees west, near 52.6 north.
    lon, lat = document["features"][0]["geometry"]["coordinates"][0]
    assert -2 < lon < -1.8
    assert 52.5 < lat < 52.7
    assert "Crown copyright" in document["attribution"]


def test_json_holds_it_all() -> None:
    """Plans with their networks and changes, and the pairs."""
    document = json.loads(alternatives_json(alternatives_result()))
    assert document["schema"] == "netform/alternatives/1"
    [area] = document["areas"]
    assert [each["kind"] for each in area["alternatives"]] == ["best", "next", "different"]
    assert area["alternatives"][1]["changes"] == [
        {"practice_code": "B", "from": "PCN-01", "to": "PCN-02", "with": ["B", "C", "D"]}
    ]
    assert area["alternatives"][2]["most_patients_apart"] == 45_000
    assert area["borders"][2] == ["B", "D", "unsettled"]


def test_no_alternative_and_no_neighbour_still_make_files() -> None:
    """A single practice has one plan; tables keep their headers."""
    alone = replace(
        alternatives_result(), alternatives={"": (BEST,)}, changes={("", "best", 0): ()}, neighbours=()
    )
    contents = {name: make() for name, make in folder_files(ALTERNATIVES, alone).items()}
    assert list(contents) == [
        "alternatives.csv", "changes.csv", "borders.csv", "borders.geojson", "alternatives.png", "alternatives.svg",
        "alternatives.html", "rules.toml", "alternatives.json",
    ]  # fmt: skip
    assert contents["changes.csv"].startswith(b"\xef\xbb\xbfarea,kind,rank,practice_code")
    assert contents["borders.csv"] == b"\xef\xbb\xbfarea,code_a,code_b,together\n"
    assert json.loads(contents["borders.geojson"])["features"] == []


def test_every_file_is_always_the_same() -> None:
    """Twice the same bytes."""
    first, again = (
        {name: make() for name, make in folder_files(ALTERNATIVES, alternatives_result(HARMFUL)).items()}
        for _ in range(2)
    )
    assert first == again
