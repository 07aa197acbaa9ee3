"""Practices that are nowhere: recognised, and kept, left out or attached as the planner asks."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import shapely
from shapely.geometry import mapping

from netform.errors import InputError, RulesError
from netform.export.rows import practice_rows
from netform.inputs.grouping_file import todays_grouping
from netform.judge.scoring import score_prepared
from netform.judge.survey import take_survey
from netform.pipeline import draw, make_plan, prepare
from netform.prepared import Inputs
from netform.report.map import draw_map
from netform.report.score_page import render_score
from netform.rules.toml import load_profile
from netform.solve.area import Options
from netform.solve.workers import plan_areas

if TYPE_CHECKING:
    from pathlib import Path

    from netform.prepared import Prepared
    from netform.result import Result

RULES = load_profile()

# Three sites 5 km apart in a row; the scheme stands a kilometre east of B and the online one west of A.
ROWS = """\
code,name,postcode,list_size,area,easting,northing,not_geographic
A,WEST SURGERY,LS11 8LH,21000,N,420000,430000,
B,MIDDLE SURGERY,LS11 8LH,20000,N,425000,430000,no
C,EAST SURGERY,LS11 8LH,40000,N,430000,430000,
S,COUNTY SPECIAL ALLOCATION SCHEME,LS11 8LH,60,N,426000,430000,
W,ANYWHERE,LS11 8LH,5000,N,419000,430000,yes
"""


def _prepared(*nowhere: str, rows: str = ROWS) -> Prepared:
    return prepare(Inputs("-", "area", nowhere=nowhere), RULES, stdin=io.BytesIO(rows.encode()))


def _result(prepared: Prepared) -> Result:
    return draw(prepared, RULES, make_plan(prepared, RULES, Options(), plan_areas))


def _edges(prepared: Prepared) -> dict[str, str]:
    return {"".join(sorted((a, b))): kind for a, b, kind in prepared.graph.edges(data="kind")}


def test_they_are_named_and_kept_unless_something_is_asked() -> None:
    """By their names, and by a column that says so; their sites have ground as any other."""
    prepared = _prepared()
    note = next(note for note in prepared.notes if "not be on the ground" in note)

    assert "S (called COUNTY SPECIAL ALLOCATION SCHEME), W (the list says so)" in note
    assert "--nowhere leave-out or --nowhere attach" in note
    # In a row: W, A, B, S, C.
    assert _edges(prepared) == {"AW": "border", "AB": "border", "BS": "border", "CS": "border"}


def test_who_says_keep_is_not_told_again() -> None:
    """A choice has been made."""
    assert not [note for note in _prepared("keep").notes if "on the ground" in note]
    assert [note for note in _prepared("S=keep").notes if "W (the list" in note and "S (" not in note]


def test_attached_ones_have_one_neighbour_and_join_nobody() -> None:
    """S and W stand beside B and A; B and C, which S stood between, border each other."""
    prepared = _prepared("attach")

    assert _edges(prepared) == {"AW": "attached", "AB": "border", "BS": "attached", "BC": "border"}
    travel = prepared.travel
    # S (position 3) drives as from B (1): nothing to B, and to A (0) and C (2) what B does.
    assert travel.minutes(3, 1) == 0.0
    assert travel.minutes(3, 0) == travel.minutes(1, 0) > 0
    assert travel.matrix([0, 1, 2, 3])[3].tolist() == travel.matrix([0, 1, 2, 3])[1].tolist()


def test_a_plan_with_attached_ones_holds() -> None:
    """They are in the network of whom they are attached to, and the ground is divided among the others."""
    result = _result(_prepared("attach"))
    networks = {network.practice_codes for network in result.plan.networks}

    # 21,000 + 20,000 + 5,000 + 60 and 40,000 are in the band.
    assert networks == {("A", "B", "S", "W"), ("C",)}
    rows = {row["practice_code"]: row for row in practice_rows(result)}
    assert (rows["S"]["attached_to"], rows["W"]["attached_to"], rows["A"]["attached_to"]) == ("B", "A", None)
    # Their own place is published.
    assert rows["S"]["easting"] == 426000.0


def test_no_hub_is_one_that_is_attached() -> None:
    """A, attached to B, would be as good a hub as B is, and comes before it by code."""
    result = _result(_prepared("W=leave-out", "S=leave-out", "A=B"))
    network = next(each for each in result.plan.networks if "A" in each.practice_codes)

    assert network.practice_codes == ("A", "B")
    assert (network.hub_code, network.minutes_to_hub) == ("B", (0.0, 0.0))


def test_who_is_attached_is_in_the_neighbourhood_of_its_host(tmp_path: Path) -> None:
    """S stands in the east's polygon and is attached to B in the west's; without that its postcode counts."""
    boxes = {"West": (415_000, 425_500), "East": (425_500, 435_000)}
    features = [
        {
            "type": "Feature",
            "properties": {"neighbourhood": name},
            "geometry": mapping(shapely.box(left, 425_000, right, 435_000)),
        }
        for name, (left, right) in boxes.items()
    ]
    path = tmp_path / "hoods.geojson"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    for wanted, name in (("keep", "East"), ("attach", "West")):
        inputs = Inputs("-", "area", nowhere=(wanted,), neighbourhoods=(path,))
        prepared = prepare(inputs, RULES, stdin=io.BytesIO(ROWS.encode()))
        assert prepared.graph.nodes["S"]["neighbourhoods"] == {name: 60.0}


def test_a_map_names_who_has_no_ground_on_it() -> None:
    """W stands a kilometre beyond A, in A's ground; far beyond, it would be off the map."""
    result = _result(_prepared("attach"))
    far = replace(result, places=replace(result.places, easting=result.places.easting - [0, 0, 0, 0, 90_000]))

    for each, dots in ((result, 5), (far, 4)):
        drawing = draw_map(each, each.plan.networks)
        assert drawing is not None
        assert len(drawing.dots) == dots
        assert any("S (with B), W (with A)" in note for note in drawing.notes)


def test_left_out_ones_are_unplaced_with_a_reason_and_leave_no_hole() -> None:
    """The ground of S goes to B and C."""
    result = _result(_prepared("leave-out"))

    assert {(each.practice_code, "Not on the ground" in each.reason) for each in result.plan.unplaced} == {
        ("S", True),
        ("W", True),
    }
    assert {network.practice_codes for network in result.plan.networks} == {("A", "B"), ("C",)}
    assert not result.outside
    # Nor does a check tell to join them to somebody.
    assert take_survey(_prepared("leave-out"), _prepared("leave-out").rules_for_all(RULES)).alone == ()
    assert "attached_to" not in practice_rows(result)[0]


def test_each_can_be_asked_for_by_its_code() -> None:
    """Also one that is not recognised, and to whom it shall be attached."""
    prepared = _prepared("leave-out", "S=C", "B=leave-out")

    assert prepared.standing.nowhere.left_out == {"B", "W"}
    assert prepared.standing.nowhere.hosts == {"S": "C"}
    assert _edges(prepared) == {"AC": "border", "CS": "attached"}


def test_one_that_is_alone_in_a_network_shares_the_ground_of_its_site() -> None:
    """C may hold nobody else where it is pinned: S, attached to it, is then an exception with ground to show."""
    rules = RULES.with_band(30_000, 50_000)
    prepared = _prepared("W=keep", "S=C")
    pinned = replace(rules, demands=replace(rules.demands, pins=(("C",),)))
    plan = make_plan(prepared, pinned, Options(), plan_areas)
    result = draw(prepared, pinned, plan)

    alone = next(network for network in plan.networks if network.practice_codes == ("S",))
    assert alone.exception
    assert result.boundaries[alone.network_id].area > 0


def test_a_score_counts_who_is_attached_in_its_own_network() -> None:
    """S, attached to B, is with C today, which is in one piece all the same; A and Q have B and C between them."""
    lines = [*ROWS.splitlines(), "Q,FAR SURGERY,LS11 8LH,9000,N,435000,430000,"]
    today = ("pcn_code", "U1", "U2", "U3", "U3", "U1", "U1")
    rows = "".join(f"{line},{each}\n" for line, each in zip(lines, today, strict=True))
    prepared = _prepared("attach", rows=rows)
    [result] = score_prepared(prepared, [todays_grouping(prepared.practices)], RULES)
    broken = {
        each.network.network_id: [one.sentence for one in each.breaches] for each in result.score.networks
    }

    # U3: 40,000 and 60; U2: 20,000, too small; U1 in the band, 35,000.
    assert broken["U3"] == []
    assert [sentence for sentence in broken["U1"] if "pieces" in sentence] == [
        "It is in 2 pieces: Q has no way to the others through neighbours in it."
    ]
    assert (
        next(each for each in result.score.networks if each.network.network_id == "U3").network.list_size
        == 40_060
    )
    page = render_score(result)
    assert (
        "in another network than the practice they are attached to, and travel as that does: S (with B)."
        in page
    )
    assert "and in the network of the practice they are attached to: W (with A)." in page
    assert any("a division that is scored counts them in their own" in note for note in prepared.notes)


def test_minutes_of_a_matrix_are_those_of_whom_it_is_attached_to(tmp_path: Path) -> None:
    """What the matrix says of S itself is not asked."""
    path = tmp_path / "minutes.csv"
    path.write_text("from,to,minutes\nA,B,7\nB,C,9\nA,S,1\nS,C,1\n")
    prepared = prepare(
        Inputs("-", "area", nowhere=("S=B", "W=keep"), travel=path), RULES, stdin=io.BytesIO(ROWS.encode())
    )

    # Positions: A 0, B 1, C 2, S 3.
    assert [prepared.travel.minutes(3, other) for other in (0, 1, 2)] == [7.0, 0.0, 9.0]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (("sometimes",), "write keep, leave-out or attach"),
        (("keep", "attach"), "two things of all"),
        (("S=keep", "S=attach"), "two things of S"),
        (("Q=keep",), "Q is not in the list"),
        (("S=Q",), "Q is not in the list"),
        (("S=W", "W=leave-out"), "W is not on the ground itself"),
        (("A=leave-out", "B=leave-out", "C=leave-out", "S=attach", "W=attach"), "no practice of area 'N'"),
    ],
)
def test_what_cannot_be_is_refused(asked: tuple[str, ...], problem: str) -> None:
    """With what to write instead."""
    with pytest.raises(RulesError, match=problem):
        _prepared(*asked)


def test_a_cell_that_is_neither_yes_nor_no_is_a_fault() -> None:
    """It may mean either."""
    with pytest.raises(InputError, match="neither yes nor no"):
        _prepared(rows=ROWS.replace(",yes", ",sort of"))
