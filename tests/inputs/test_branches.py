"""Branch surgeries: read as they come, and further sites of practices for ground, neighbours and travel."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from netform.audit import audit_boundaries
from netform.errors import AuditError, InputError
from netform.export.formats import folder_files, stale_files
from netform.export.plan import PLAN
from netform.inputs.branches import read_branches
from netform.inputs.places import Places
from netform.inputs.travel import build_travel
from netform.judge.scoring import score_prepared
from netform.pipeline import draw, make_plan, prepare
from netform.plan.grouping import Grouping
from netform.practices.reading import read_practices
from netform.prepared import Inputs
from netform.report.score_page import render_score
from netform.rules.toml import load_profile
from netform.solve.area import Options
from netform.solve.workers import plan_areas

if TYPE_CHECKING:
    from pathlib import Path

    from netform.prepared import Prepared
    from netform.result import Result

RULES = load_profile()

# Four sites 5 km apart in a row; A has a branch a kilometre beyond D, and another at its own place.
LIST = """\
code,name,postcode,list_size,easting,northing
A,WEST SURGERY,LS11 8LH,20000,420000,430000
B,SECOND SURGERY,LS11 8LH,20000,425000,430000
C,THIRD SURGERY,LS11 8LH,20000,430000,430000
D,EAST SURGERY,LS11 8LH,20000,435000,430000
"""
BRANCHES = """\
branch_code,branch_name,practice_code,easting,northing
A001,FAR BRANCH,A,436000,430000
A002,BACK DOOR,A,420000,430000
Z001,ELSEWHERE,Z,1,1
"""


def _prepared(folder: Path, branches: str = BRANCHES, nowhere: tuple[str, ...] = ()) -> Prepared:
    path = folder / "branches.csv"
    path.write_text(branches)
    inputs = Inputs("-", branches=path, nowhere=nowhere)
    return prepare(inputs, RULES, stdin=io.BytesIO(LIST.encode()))


@pytest.fixture
def result(tmp_path: Path) -> Result:
    """A plan whose networks are of two practices each."""
    prepared = _prepared(tmp_path)
    return draw(prepared, RULES, make_plan(prepared, RULES, Options(), plan_areas))


def test_a_practice_is_the_neighbour_of_whoever_borders_any_of_its_sites(tmp_path: Path) -> None:
    """In a row: A, B, C, D, and A again; so A borders D, and nobody twice."""
    prepared = _prepared(tmp_path)
    edges = {"".join(sorted(pair)): data["kind"] for *pair, data in prepared.graph.edges(data=True)}

    assert edges == {"AB": "border", "BC": "border", "CD": "border", "AD": "border"}
    # 1 km, between D and the branch: 5.4 + 2.92 = 8.32 minutes.
    assert prepared.graph.edges["A", "D"]["minutes"] == pytest.approx(8.32)
    # B is 5 km from A and 11 km from A's branch: 5 ** 0.737 = 3.2746, and 5.4 + 2.92 * 3.2746 = 14.962.
    assert prepared.graph.edges["A", "B"]["minutes"] == pytest.approx(14.962, abs=1e-3)
    assert any(
        "2 branches of 1 practice;" in note and "1 of practices that are not" in note
        for note in prepared.notes
    )
    assert "nearest of their sites" in prepared.travel.source


def test_who_shares_a_branch_shares_a_site(tmp_path: Path) -> None:
    """A's branch stands where D does: no minutes, whatever borders they have besides."""
    prepared = _prepared(
        tmp_path, "branch_code,practice_code,easting,northing\nA1,A,435000,430000\nB1,B,436000,430000\n"
    )
    edge = prepared.graph.edges["A", "D"]

    assert (edge["kind"], edge["minutes"], edge["border_m"]) == ("site", 0.0, 0.0)
    # B's branch is beside the site that A and D share; A and B border twice, and their borders add up.
    assert prepared.graph.edges["B", "D"]["kind"] == "border"
    assert prepared.graph.edges["A", "B"]["border_m"] > prepared.graph.edges["B", "C"]["border_m"]


def test_a_plan_may_have_networks_in_pieces_each_around_a_site_of_a_member(result: Result) -> None:
    """A and D are a network through the branch, at the two ends of the row, with B and C between them."""
    networks = {network.practice_codes: network for network in result.plan.networks}
    assert set(networks) == {("A", "D"), ("B", "C")}
    ground = result.boundaries[networks["A", "D"].network_id]

    assert ground.geom_type == "MultiPolygon"
    assert len(ground.geoms) == 2
    places = [shapely.Point(east, 430_000) for east in (420_000, 435_000, 436_000)]
    assert [sum(piece.covers(place) for piece in ground.geoms) for place in places] == [1, 1, 1]
    assert all(any(piece.covers(place) for place in places) for piece in ground.geoms)


def test_the_audit_refuses_a_branch_in_the_ground_of_another_network(result: Result) -> None:
    """All sites of a practice lie in its network."""
    one, other = (network.network_id for network in result.plan.networks)
    swapped = {one: result.boundaries[other], other: result.boundaries[one]}

    audit_boundaries(result.boundaries, result.plan, result.standing, result.standing.places, ground=None)
    with pytest.raises(AuditError, match="practice A lies"):
        audit_boundaries(swapped, result.plan, result.standing, result.standing.places, ground=None)


def test_a_folder_lists_branches_with_their_networks(result: Result) -> None:
    """A table and points, with all branches; a folder without branches has neither."""
    files = folder_files(PLAN, result)
    rows = list(csv.DictReader(io.StringIO(files["branches.csv"]().decode("utf-8-sig"))))

    assert [(row["branch_code"], row["practice_code"], row["easting"]) for row in rows] == [
        ("A001", "A", "436000.0"),
        ("A002", "A", "420000.0"),
    ]
    home = next(network.network_id for network in result.plan.networks if "A" in network.practice_codes)
    assert {row["network_id"] for row in rows} == {home}
    assert b"FAR BRANCH" in files["branches.geojson"]()
    page = files["report.html"]().decode()
    assert "FAR BRANCH, a branch of A" in page
    assert "ground of other networks lies between it and branches of its practices (A)" in page
    bare = replace(result, standing=replace(result.standing, branches=()))
    assert {"branches.csv", "branches.geojson"} <= set(stale_files(PLAN, bare))


def test_a_score_draws_branches_and_says_why_a_network_is_in_pieces(tmp_path: Path) -> None:
    """A and D are one network through A's branch, with B and C between; B and D in pieces are so in the table alone."""
    prepared = _prepared(tmp_path)
    by_branch = Grouping("today", {"ends": ("A", "D"), "middle": ("B", "C")})
    apart = Grouping("other", {"one": ("A", "C"), "two": ("B", "D")})
    page, other = map(render_score, score_prepared(prepared, [by_branch, apart], RULES))

    assert "FAR BRANCH, a branch of A" in page
    assert "A branch: a further site" in page
    why = "is drawn in 2 pieces: ground of other networks lies between it and branches of its practices (A)"
    assert f"Network 1 {why}" in page
    assert "is drawn in" not in other


def test_one_that_is_attached_travels_from_the_branches_of_its_host(tmp_path: Path) -> None:
    """C is attached to A, which has a branch beside D."""
    prepared = _prepared(tmp_path, nowhere=("C=A",))

    # Positions: A 0, B 1, C 2, D 3.
    assert prepared.travel.minutes(2, 3) == prepared.travel.minutes(0, 3) == pytest.approx(8.32)
    assert prepared.travel.minutes(2, 0) == 0.0


def test_the_file_of_the_organisation_data_service_has_no_header(tmp_path: Path) -> None:
    """27 columns: code, name, ..., postcode in the tenth, closing in the twelfth, the practice in the fifteenth."""
    rows = []
    for code, closed, parent in (("A001", "", "A"), ("A002", "20190331", "A"), ("Q001", "", "Q")):
        cells = [""] * 27
        cells[0], cells[1], cells[9], cells[11], cells[14] = code, "HIGH STREET", "LS12 3HD", closed, parent
        rows.append(",".join(cells))
    path = tmp_path / "ebranchs.csv"
    path.write_text("\n".join(rows) + "\n")
    found = read_branches(path, read_practices("-", stdin=io.BytesIO(LIST.encode())))

    assert [(each.code, each.practice_code, each.postcode) for each in found.branches] == [
        ("A001", "A", "LS12 3HD")
    ]
    assert "left out: 1 of practices that are not planned here, 1 closed" in found.notes[0]


def test_an_empty_file_is_asked_for_branches(tmp_path: Path) -> None:
    """Not for practices."""
    path = tmp_path / "branches.csv"
    path.write_text("")
    with pytest.raises(InputError, match="Give a table with one row a branch"):
        read_branches(path, read_practices("-", stdin=io.BytesIO(LIST.encode())))


def test_a_branch_may_be_placed_by_degrees_and_stand_twice_alike(tmp_path: Path) -> None:
    """Leeds town hall is at 53.80 north, 1.55 west: about 430 km east and 434 km north of the grid's origin."""
    path = tmp_path / "branches.csv"
    path.write_text("branch_code,practice_code,lat,long\nA1,A,53.80,-1.55\nA1,A,53.80,-1.55\n")
    [branch] = read_branches(path, read_practices("-", stdin=io.BytesIO(LIST.encode()))).branches
    assert (round(branch.easting / 1000), round(branch.northing / 1000)) == (430, 434)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("branch,parent\nA1,A\n", "no row is a header"),
        ("branch_code,practice_code,postcode\nA1,A,\n", "postcode"),
        ("branch_code,practice_code,postcode\n,A,LS11 8LH\n", "code is blank"),
        (
            "branch_code,practice_code,postcode\nA1,A,LS11 8LH\nA1,A,LS12 3HD\n",
            "A1 of A stands in row 2 and again, elsewhere, in row 3",
        ),
        ("branch_code,practice_code,easting,northing\nA1,A,51.5,-1.2\n", "A1"),
        ("branch_code,practice_code,postcode\nA1,A,ZZ99 3VZ\nA2,A,LS1\n", "A1"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, rows: str, problem: str) -> None:
    """With the row; rows of practices that are not in the list are not looked at."""
    with pytest.raises(InputError, match=problem):
        _prepared(tmp_path, rows)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 9)), max_size=6))
def test_the_matrix_is_the_minutes_of_every_pair(branches: list[tuple[int, int, int]]) -> None:
    """The definition looks at every two sites; the matrix takes the least of many at once."""
    places = Places(
        np.array([0.0, 3000.0, 0.0, 9000.0]),
        np.array([0.0, 0.0, 4000.0, 9000.0]),
        ("list",) * 4,
        np.empty((0, 2)),
        "",
    )
    further: dict[int, tuple[tuple[float, float], ...]] = {}
    for at, east, north in branches:
        further[at] = (*further.get(at, ()), (1000.0 * east, 1000.0 * north))
    travel = build_travel(places, RULES, branches=further)
    for positions in ([0, 1, 2, 3], [3, 1], [2], []):
        matrix = travel.matrix(positions)
        pairs = [[travel.minutes(a, b) for b in positions] for a in positions]
        assert matrix == pytest.approx(np.array(pairs).reshape(matrix.shape))
