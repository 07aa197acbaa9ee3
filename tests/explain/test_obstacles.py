"""What arithmetic and the shape of the graph say: sentences by hand, and never an obstacle that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given

from netform.explain.obstacles import connected_parts, obstacles, oversize_networks
from netform.rules.toml import load_profile
from netform.solve.model.outcome import Obstacle, Placed
from tests.brute_force import best_plan
from tests.examples import examples
from tests.strategies import small_areas

if TYPE_CHECKING:
    from netform.rules.model import Rules

RULES = load_profile()  # 30,000 to 50,000


def area(list_sizes: dict[str, int], borders: str) -> nx.Graph:
    """Make a graph from list sizes and borders such as ``"AB BC"``."""
    graph = nx.Graph()
    for code, list_size in list_sizes.items():
        graph.add_node(code, list_size=list_size)
    graph.add_edges_from(tuple(pair) for pair in borders.split())
    return graph


def test_a_practice_over_the_band_is_named() -> None:
    """One patient too many: it stands alone, and the parts are those without it."""
    graph = area({"A": 20_000, "B": 50_001, "C": 50_000}, "AB BC")
    sentence = "B alone has 50,001 patients, over the most of 50,000."
    assert oversize_networks(graph, RULES) == [Placed(("B",), "over_max_single_practice", sentence)]
    assert connected_parts(graph, RULES) == [("A",), ("C",)]


def test_parts_come_in_order_of_their_first_code() -> None:
    """Whatever the order of the rows."""
    graph = area({"D": 1, "B": 1, "C": 1, "A": 1}, "DA CB")
    assert connected_parts(graph, RULES) == [("A", "D"), ("B", "C")]


def test_an_island() -> None:
    """12,000 + 17,999 patients with no other neighbour: one short of a network."""
    graph = area({"A": 12_000, "B": 17_999}, "AB")
    sentence = (
        "A, B together have 29,999 patients and border no other practice they could join: "
        "fewer than the 30,000 of a network."
    )
    assert obstacles(graph, "AB", RULES, whole=False) == [Obstacle("island", ("A", "B"), sentence)]


def test_too_few_patients_in_all() -> None:
    """The same when the part is all there is: no island, only arithmetic."""
    graph = area({"A": 29_999}, "")
    sentence = "A has 29,999 patients: fewer than the 30,000 of a network."
    assert obstacles(graph, "A", RULES, whole=True) == [Obstacle("arithmetic", ("A",), sentence)]


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        (
            20_001,
            "A, B, C have 50,001 patients: 1 network can hold at most 50,000 and 2 need at least 60,000.",
        ),
        (
            29_999,
            "A, B, C have 59,999 patients: 1 network can hold at most 50,000 and 2 need at least 60,000.",
        ),
    ],
)
def test_between_one_network_and_two(last: int, sentence: str) -> None:
    """From 50,001 to 59,999 patients no number of networks fits, whatever the map."""
    graph = area({"A": 15_000, "B": 15_000, "C": last}, "AB BC")
    assert obstacles(graph, "ABC", RULES, whole=True) == [Obstacle("arithmetic", ("A", "B", "C"), sentence)]


@pytest.mark.parametrize("last", [20_000, 30_000])
def test_the_ends_of_the_gap_are_no_obstacle(last: int) -> None:
    """50,000 are one network and 60,000 two."""
    graph = area({"A": 15_000, "B": 15_000, "C": last}, "AB BC")
    assert obstacles(graph, "ABC", RULES, whole=True) == []


def test_many_practices_are_not_all_named() -> None:
    """Three names and how many more."""
    graph = nx.path_graph(list("ABCDEF"))
    nx.set_node_attributes(graph, 2_000, "list_size")
    (found,) = obstacles(graph, "ABCDEF", RULES, whole=True)
    assert found.sentence == (
        "A, B, C and 3 more practices together have 12,000 patients: fewer than the 30,000 of a network."
    )


def test_branches_that_only_one_practice_joins() -> None:
    """B of 26,000 has leaves A of 14,000 and C of 14,000, neither a network: 54,000, over 50,000.

    D of 46,000 behind B stands alone, so it need not join.
    """
    graph = area({"A": 14_000, "B": 26_000, "C": 14_000, "D": 46_000}, "AB BC BD")
    sentence = (
        "B (26,000 patients) is the only way out for 2 branches (A; C) that cannot stand alone: "
        "together they would be at least 54,000, over 50,000."
    )
    assert obstacles(graph, "ABCD", RULES, whole=True) == [Obstacle("stranded", ("A", "B", "C"), sentence)]


def test_a_branch_sends_only_what_its_networks_cannot_hold() -> None:
    """Behind B of 46,000 lie 55,000: one network holds 50,000, and 5,000 are too many for B."""
    graph = area({"A": 5_000, "C": 50_000, "B": 46_000, "D": 45_000}, "AB AC BD")
    (found,) = obstacles(graph, "ABCD", RULES, whole=True)
    assert found.practice_codes == ("A", "B", "C")
    assert found.sentence == (
        "B (46,000 patients) is the only way out for 1 branch (A, C) that cannot stand alone: "
        "together they would be at least 51,000, over 50,000."
    )
    # With 45,000 at B the 5,000 of A fit, and so they do.
    graph.nodes["B"]["list_size"] = 45_000
    assert obstacles(graph, "ABCD", RULES, whole=True) == []


@given(small_areas(oversize=False))
@examples(300)
def test_every_obstacle_is_one(drawn: tuple[nx.Graph, Rules]) -> None:
    """Where an obstacle is seen in a part, trying everything finds no plan of the part in the band."""
    graph, rules = drawn
    for part in connected_parts(graph, rules):
        found = obstacles(graph, part, rules, whole=False)
        for obstacle in found:
            assert set(obstacle.practice_codes) <= set(part)
        if found:
            best = best_plan(graph.subgraph(part), rules)
            assert best is not None
            assert best.exceptions > 0
