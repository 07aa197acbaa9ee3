"""front.csv and front.json say what the front says."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from typing import Any

import pytest

from netform.export.formats import folder_files
from netform.export.front import FRONT, front_json
from netform.tradeoff.results import AreaFront, FrontResult
from tests.made_up_tradeoff import LEAST_Y, MIDDLE, front, front_result, point


def rows_of(result: FrontResult) -> list[dict[str, str]]:
    """Read the table of a front back."""
    content = folder_files(FRONT, result)["front.csv"]()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_row_for_each_point_then_today() -> None:
    """Points by ascending x, their terms added up, what the next costs, and today without a number."""
    rows = rows_of(front_result())
    assert [row["point"] for row in rows] == ["1", "2", "3", ""]
    assert [row["mark"] for row in rows] == ["least_x", "knee", "least_y best", "today"]
    assert [(row["x_hours"], row["y_hours"]) for row in rows] == [
        ("30.0", "40.0"), ("35.0", "24.0"), ("60.0", "10.0"), ("70.0", "30.0"),
    ]  # fmt: skip
    # (40 - 24) / 5 and (24 - 10) / 25 hours of y for one of x.
    assert [row["price_to_next"] for row in rows] == ["3.2", "0.56", "", ""]
    assert [row["stranded_posts_hours"] for row in rows] == ["35.0", "21.0", "2.0", "20.0"]
    assert [row["networks"] for row in rows] == ["2", "2", "1", "2"]
    assert [row["folder"] for row in rows] == ["", "point-2", "", ""]
    assert [row["cost"] for row in rows] == ["132.0", "121.0", "101.0", "162.0"]


def test_an_end_that_is_not_proven_has_a_mark_of_its_own() -> None:
    """A program that looks for the least does not find the least found."""
    shown = replace(front(proven=False), unexplored=((25.0, 30.0, 40.0, 50.0),))
    rows = rows_of(front_result(shown))
    assert [row["mark"] for row in rows] == ["least_x_found", "knee", "least_y best", "today"]
    [area] = json.loads(front_json(front_result(shown)))["areas"]
    assert area["points"][0]["marks"] == ["least_x_found"]


def test_the_best_has_a_row_of_its_own_off_the_front() -> None:
    """Where other terms count too the best plan may lie anywhere."""
    rows = rows_of(front_result(front(MIDDLE, best=LEAST_Y), today=None))
    assert [(row["point"], row["mark"]) for row in rows] == [("1", "least_x knee least_y"), ("", "best")]
    assert rows[1]["supported"] == ""


def test_json_holds_the_points_with_their_networks() -> None:
    """The object is complete, and its lists stand an item a line."""
    content = front_json(front_result())
    document = json.loads(content)
    assert document["schema"] == "netform/front/1"
    [area] = document["areas"]
    assert document["total"] is None
    assert [each["networks"] for each in area["points"]][1] == [["A", "B"], ["C", "D"]]
    assert [each["marks"] for each in area["points"]] == [["least_x"], ["knee"], ["least_y", "best"]]
    assert area["points"][1]["terms"]["stranded_posts"] == 21
    assert area["unexplored"] == [[35, 60, 10, 24]]
    assert area["today"]["broken"] == ["1 of 2 outside the band"]
    assert (document["x"]["terms"], area["resolution_x"]) == (["patient_travel"], 3)
    assert sum(line.strip().startswith('{"point":') for line in content.decode().splitlines()) == 3


def test_several_areas_come_after_their_sum() -> None:
    """The rows of the whole list have a blank area; its points in JSON leave the networks to the areas."""
    north, south = front(area="N"), front(area="S")
    parts = tuple(AreaFront(each, None, 4, 100_000) for each in (north, south))
    doubled = replace(point(("A", "B"), ("C", "D"), ("A", "B"), ("C", "D")))
    total = AreaFront(front(doubled, best=doubled), None, 8, 200_000)
    result = replace(front_result(), areas=parts, total=total)
    assert [row["area"] for row in rows_of(result)] == ["", *["N"] * 3, *["S"] * 3]
    document = json.loads(front_json(result))
    assert document["total"]["points"][0]["x"] == 70
    assert "networks" not in document["total"]["points"][0]
    assert [area["area"] for area in document["areas"]] == ["N", "S"]


def test_what_is_not_known_is_null() -> None:
    """Time that ran out leaves no number that JSON cannot hold."""
    shown = replace(front(proven=False), resolution_x=math.inf)
    document = json.loads(front_json(front_result(shown)))
    assert document["areas"][0]["resolution_x"] is None
    assert not document["proven"]


def strings_in(value: Any) -> list[str]:
    """Gather every text of a JSON value."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings_in(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings_in(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("area", ["=1+1", "@x", "-2"])
def test_no_area_runs_in_a_spreadsheet(area: str) -> None:
    """An apostrophe goes before what a spreadsheet would take for a formula; JSON has the area as it is."""
    result = front_result(front(area=area))
    assert {row["area"] for row in rows_of(result)} == {f"'{area}"}
    assert area in strings_in(json.loads(front_json(result)))


def test_every_file_is_made_and_always_the_same() -> None:
    """Each name has its bytes, twice the same, and beginning as its ending says."""
    first, again = folder_files(FRONT, front_result()), folder_files(FRONT, front_result())
    assert list(first) == ["front.csv", "front.png", "front.svg", "front.html", "rules.toml", "front.json"]
    contents = {name: make() for name, make in first.items()}
    assert contents == {name: make() for name, make in again.items()}
    beginnings = {
        ".png": b"\x89PNG", ".svg": b"<?xml", ".html": b"<!doctype", ".json": b"{", ".csv": b"\xef\xbb\xbfarea",
        ".toml": b"# ",
    }  # fmt: skip
    for name, content in contents.items():
        assert content.startswith(beginnings[f".{name.rsplit('.', 1)[-1]}"]), name
