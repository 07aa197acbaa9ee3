"""What a page shows of an area: practices where they stand, cells with their borders, and layers that say something."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from netform.page.ground import ground_object
from netform.rules.model import TERM_NAMES
from tests.made_up_areas import ROWS, two_areas

if TYPE_CHECKING:
    from pathlib import Path

    from netform.prepared import Prepared


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The list of two areas."""
    return two_areas(tmp_path_factory.mktemp("beside"))


@pytest.fixture(scope="module")
def north(whole: Prepared) -> dict[str, Any]:
    """The ground of the North."""
    return ground_object(whole, "North")


@pytest.fixture(scope="module")
def south(whole: Prepared) -> dict[str, Any]:
    """The ground of the South."""
    return ground_object(whole, "South")


def of_code(ground: dict[str, Any], code: str) -> dict[str, Any]:
    """Give a practice of a ground."""
    return next(each for each in ground["practices"] if each["code"] == code)


def layer(ground: dict[str, Any], name: str) -> dict[str, Any]:
    """Give a layer of a ground."""
    return next(each for each in ground["layers"] if each["id"] == name)


def test_practices_stand_where_they_are(south: dict[str, Any]) -> None:
    """S2 is 3.0 km east and 0.3 km north of S1: so many units of a kilometre to the right, and up."""
    first, second = of_code(south, "S1"), of_code(south, "S2")

    assert second["x"] - first["x"] == pytest.approx(3.0 * south["km"], abs=0.11)
    assert first["y"] - second["y"] == pytest.approx(0.3 * south["km"], abs=0.11)
    assert second["neighbours"] == ["S1", "S3", "S4"]
    assert (second["today"], second["today_name"]) == ("U3", "The Mill")
    assert second["authority"] == "E08000035"
    assert [each["code"] for each in south["practices"]] == ["S1", "S2", "S3", "S4"]


def test_a_present_network_without_a_name_is_called_by_its_code(north: dict[str, Any]) -> None:
    """U2 has none."""
    assert of_code(north, "N4")["today_name"] == "U2"


def test_who_is_attached_is_at_its_host_and_has_no_cell(north: dict[str, Any]) -> None:
    """N5 is where N1 is."""
    host, guest = of_code(north, "N1"), of_code(north, "N5")
    assert (guest["x"], guest["y"]) == (host["x"], host["y"])
    assert guest["cell"] is None
    assert guest["neighbours"] == ["N1"]
    assert "N5" not in {code for cell in north["cells"] for code in cell["practices"]}


def test_a_branch_has_a_cell_of_its_practice(south: dict[str, Any]) -> None:
    """S2 stands in two cells, and its own place is in the one at its dot."""
    practice = of_code(south, "S2")
    cells = [number for number, cell in enumerate(south["cells"]) if cell["practices"] == ["S2"]]
    assert len(cells) == 2
    own = south["cells"][practice["cell"]]
    assert (own["x"], own["y"]) == (practice["x"], practice["y"])
    (branch,) = south["branches"]
    other = south["cells"][next(number for number in cells if number != practice["cell"])]
    assert branch == {
        "code": "S2B",
        "name": "At the Mill",
        "practice": "S2",
        "x": other["x"],
        "y": other["y"],
    }


def test_cells_that_share_a_line_are_neighbours(south: dict[str, Any]) -> None:
    """S2's branch and S4 are neighbours too: on ground that went to the North, whose sites are nearer."""
    owner = [cell["practices"] for cell in south["cells"]]
    inner = [line for line in south["lines"] if line["b"] >= 0]
    bordering = {frozenset((*owner[line["a"]], *owner[line["b"]])) for line in inner}
    joined = {frozenset((each["code"], other)) for each in south["practices"] for other in each["neighbours"]}
    assert joined - bordering == {frozenset(("S2", "S4"))}
    assert bordering - joined == {frozenset(("S2",))}


def test_layers_part_what_is_on_two_sides(south: dict[str, Any]) -> None:
    """S1, S2 and its branch are west, S3 east, and of S4 it is not known: two borders part, and S4 has no line."""
    line = {(each["a"], each["b"]): each["d"] for each in south["lines"]}
    at = {code: of_code(south, code)["cell"] for code in ("S2", "S3")}
    (branch,) = (
        number
        for number, cell in enumerate(south["cells"])
        if cell["practices"] == ["S2"] and number != at["S2"]
    )
    sides = layer(south, "soft-1")
    assert sides["name"] == "side"
    assert set(sides["paths"]) == {line[at["S2"], at["S3"]], line[branch, at["S3"]]}
    assert [each["text"] for each in sides["labels"]] == ["east", "west"]
    # S1, S2 and S3 live in Lower, S4 in Upper.
    lived = layer(south, "neighbourhoods")
    assert lived["paths"] == [line[at["S3"], of_code(south, "S4")["cell"]]]
    assert [each["text"] for each in lived["labels"]] == ["Lower", "Upper"]


def test_a_layer_that_says_nothing_is_left_out(north: dict[str, Any], south: dict[str, Any]) -> None:
    """All are in Leeds; those of the North are all of Upper, and have no branch."""
    assert [each["id"] for each in north["layers"]] == ["soft-1", "areas"]
    assert [each["id"] for each in south["layers"]] == ["neighbourhoods", "soft-1", "areas", "branches"]
    assert [each["text"] for each in layer(north, "areas")["labels"]] == ["South"]


def test_terms_are_those_of_the_rules(north: dict[str, Any]) -> None:
    """In their order, with a heading."""
    assert [each["name"] for each in north["terms"]] == list(TERM_NAMES)
    assert {each["kind"] for each in north["terms"]} == {"hours", "penalty"}


def test_the_same_list_gives_the_same_bytes(north: dict[str, Any], tmp_path: Path) -> None:
    """In whatever order its rows are."""
    head, *rows = ROWS.splitlines()
    again = two_areas(tmp_path, "\n".join([head, *reversed(rows)]) + "\n")
    assert json.dumps(ground_object(again, "North")) == json.dumps(north)


def test_names_that_would_act_are_inert(tmp_path: Path) -> None:
    """Markup stays text, and what turns the direction of writing is taken out."""
    rows = ROWS.replace("S1,F,", "S1,<script>alert(1)</script>\u202eF,")
    ground = ground_object(two_areas(tmp_path, rows), "South")
    assert of_code(ground, "S1")["name"] == "<script>alert(1)</script>F"


def test_an_area_that_is_not_there_is_an_error(whole: Prepared) -> None:
    """No ground is made up."""
    with pytest.raises(KeyError):
        ground_object(whole, "East")
