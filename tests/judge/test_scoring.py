"""Scoring a division: the terms of a plan, the rules it breaks, and nothing of how it was made."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from netform.export.rounding import rounded
from netform.inputs.grouping_file import plan_grouping, todays_grouping
from netform.judge.scoring import ground_graph, score_grouping, score_of_plan, score_prepared
from netform.map.boundaries import tile_areas
from netform.pipeline import make_plan, prepare
from netform.plan.grouping import Grouping
from netform.prepared import Inputs, Prepared
from netform.rules.toml import load_profile
from netform.scores import network_cost, network_terms
from netform.scores.patient_travel import best_hub
from netform.solve.area import Options
from netform.solve.workers import plan_areas
from tests.strategies import practice_graphs

if TYPE_CHECKING:
    from pathlib import Path

    from netform.plan.model import Plan

RULES = load_profile()
# A row of sites 5 km apart from west to east in two areas, C2 at the site of C1; so the areas meet between C and D.
ROWS = """\
code,name,postcode,list_size,area,pcn_code,easting,northing
A1,Amber,LS11 8LH,20000,west,U1,420000,430000
B1,Birch,LS11 8LH,15000,west,U2,425000,430000
C1,Cedar,LS12 3HD,16000,west,U1,430000,430000
C2,Cedar Two,LS12 3HD,17000,west,U3,430000,430000
D1,Dune,LS12 3HD,18000,east,U3,435000,430000
E1,Elm,LS12 3HD,14000,east,,440000,430000
"""


def _prepared(rows: str = ROWS, area_column: str | None = "area") -> Prepared:
    return prepare(Inputs("-", area_column), RULES, stdin=io.BytesIO(rows.encode()))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Six practices in two areas."""
    return _prepared()


@pytest.fixture(scope="module")
def plan(prepared: Prepared) -> Plan:
    """The best plan of them."""
    return make_plan(prepared, RULES, Options(), plan_areas)


def test_the_score_of_a_plan_does_not_depend_on_how_it_was_made(prepared: Prepared, plan: Plan) -> None:
    """Its groups alone, scored afresh, come to what the plan says of itself."""
    grouping = plan_grouping(plan, prepared.practices, "plan.json", "plan")
    [result] = score_prepared(prepared, [grouping], RULES)
    by_id = {network.network_id: network for network in plan.networks}
    assert len(result.score.networks) == len(by_id) > 1
    for scored in result.score.networks:
        network = by_id[scored.network.network_id]
        assert scored.network.terms == network.terms
        assert scored.network.hub_code == network.hub_code
        assert scored.network.minutes_to_hub == network.minutes_to_hub
        assert scored.network.posts == network.posts
        assert scored.areas == (network.area,)
    assert result.score.cost == pytest.approx(plan.cost)
    published = score_of_plan(plan, grouping, RULES)
    assert (published.terms, published.cost) == (result.score.terms, result.score.cost)
    assert (published.in_band, published.contiguous) == (result.score.in_band, result.score.contiguous)


def test_todays_networks_are_scored_as_they_stand(prepared: Prepared) -> None:
    """Worked by hand: U1 is A and C without B between them, U2 is too small, U3 crosses the line."""
    [result] = score_prepared(prepared, [todays_grouping(prepared.practices)], RULES)
    score = result.score
    kinds = {each.network.network_id: [b.kind for b in each.breaches] for each in score.networks}
    assert kinds == {"U1": ["contiguity"], "U2": ["band"], "U3": ["area"]}
    assert [b.kind for b in score.breaches] == ["missing"]
    assert score.breach_counts == {"area": 1, "band": 1, "contiguity": 1, "missing": 1}
    assert (score.in_band, score.contiguous, score.both) == (2, 2, 1)
    assert [each.areas for each in score.networks] == [("west",), ("west",), ("east", "west")]
    assert [each.network.area for each in score.networks] == ["west", "west", ""]
    assert (score.patients, score.grouping.unplaced) == (86_000, ("E1",))
    # U1 in pieces is several polygons; the ground of E1, which is in no network, is in none of them.
    assert {label: shapely.get_num_geometries(ground) for label, ground in result.boundaries.items()} == {
        "U1": 2,
        "U2": 1,
        "U3": 1,
    }
    assert not any(shapely.contains_xy(ground, 440_000, 430_000) for ground in result.boundaries.values())


def test_a_network_across_a_line_is_in_one_piece_where_its_ground_is(prepared: Prepared) -> None:
    """Neighbours are found across the line between areas, and no others are."""
    graph = ground_graph(prepared, tile_areas(prepared.parts))
    across = {
        tuple(sorted((a, b))) for a, b in graph.edges if graph.nodes[a]["area"] != graph.nodes[b]["area"]
    }
    assert {("C1", "D1"), ("C2", "D1")} <= across
    assert {a for a, _ in across} == {"C1", "C2"}
    assert set(prepared.graph.edges) == {edge for edge in graph.edges if tuple(sorted(edge)) not in across}
    assert not any(
        prepared.graph.nodes[a]["area"] != prepared.graph.nodes[b]["area"] for a, b in prepared.graph.edges
    )


def test_sites_shared_across_a_line_are_neighbours() -> None:
    """Two practices at one place are neighbours, whatever their areas."""
    rows = ROWS.replace("17000,west", "17000,east")
    prepared = _prepared(rows)
    graph = ground_graph(prepared, tile_areas(prepared.parts))
    assert graph.edges["C1", "C2"]["kind"] == "site"
    assert not prepared.graph.has_edge("C1", "C2")


def test_a_barrier_across_a_line_joins_nobody(tmp_path: Path) -> None:
    """5 km estimated at 15 minutes, and an hour's drive: today's U3, C2 and D1, is then in two pieces."""
    matrix = tmp_path / "cars.csv"
    matrix.write_text("from,to,minutes\nC1,D1,60\n", encoding="utf-8")
    inputs = Inputs("-", "area", travel=matrix)
    for ratio, pieces in ((5.0, []), (2.0, ["contiguity"])):
        rules = replace(RULES, longest_border_ratio=ratio)
        prepared = prepare(inputs, rules, stdin=io.BytesIO(ROWS.encode()))
        [result] = score_prepared(prepared, [todays_grouping(prepared.practices)], rules)
        [across] = [each for each in result.score.networks if each.network.network_id == "U3"]
        assert [each.kind for each in across.breaches if each.kind == "contiguity"] == pieces


def test_a_given_graph_is_taken_as_it_is_across_lines_too(tmp_path: Path) -> None:
    """An hour between B and C in the west, and to D across the line: with a graph neither is a barrier."""
    matrix, given_graph = tmp_path / "cars.csv", tmp_path / "graph.csv"
    matrix.write_text("from,to,minutes\nB1,C1,60\nC1,D1,60\n", encoding="utf-8")
    given_graph.write_text("from,to\nA1,B1\nB1,C1\nC1,C2\nD1,E1\n", encoding="utf-8")
    rules = replace(RULES, longest_border_ratio=2.0)
    inputs = Inputs("-", "area", travel=matrix, graph=given_graph)
    prepared = prepare(inputs, rules, stdin=io.BytesIO(ROWS.encode()))
    graph = ground_graph(prepared, tile_areas(prepared.parts))
    assert graph.has_edge("B1", "C1")
    assert graph.has_edge("C2", "D1")


def test_one_area_has_the_graph_of_plans(prepared: Prepared) -> None:
    """There is nothing to add."""
    whole = _prepared(area_column=None)
    assert ground_graph(whole, tile_areas(whole.parts)) is whole.graph


def test_each_area_has_its_own_band(prepared: Prepared) -> None:
    """What is demanded of an area is what its networks are held to, and a network of two areas is held to all's."""
    demands = replace(RULES.demands, areas=(replace(RULES.demands.of_area("west"), least=10_000),))
    rules = replace(RULES, demands=demands)
    [result] = score_prepared(prepared, [todays_grouping(prepared.practices)], rules)
    assert [each.in_band for each in result.score.networks] == [True, True, True]


@given(practice_graphs(), st.data())
def test_a_score_is_the_sum_of_definitions(graph, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    """Of whatever groups, connected or not; the rounded figures are what is published."""
    codes = sorted(graph)
    label = {code: data.draw(st.sampled_from(["", "a", "b", "c"])) for code in codes}
    grouping = Grouping(
        "drawn",
        {
            name: tuple(code for code in codes if label[code] == name)
            for name in sorted(set(label.values()) - {""})
        },
        tuple(code for code in codes if not label[code]),
    )
    score = score_grouping(graph, grouping, RULES)
    assert score.grouping is grouping
    for each in score.networks:
        members = grouping.networks[each.network.network_id]
        terms = network_terms(graph, members, RULES)
        assert each.network.terms == terms
        assert each.cost == network_cost(terms, RULES)
        assert each.network.hub_code == best_hub(graph, members, RULES)[0]
        assert each.in_band == (RULES.least <= each.network.list_size <= RULES.most)
    assert rounded(score.cost) == rounded(math.fsum(each.cost for each in score.networks))
    assert sum(each.network.list_size for each in score.networks) == score.patients
    assert len(score.breaches) == len(grouping.unplaced)
