"""Each rule on one network, and each on the whole, with what a planner reads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest

from netform.inputs.edges import EdgeChange
from netform.inputs.places import Places
from netform.inputs.travel import build_travel
from netform.map.graph import graph_of_edges
from netform.practices.model import Practice, PracticeList
from netform.rules.breaches import breaches, counted_practices, plan_breaches
from netform.rules.demanded_graph import demanded_graph
from netform.rules.demands import AreaDemand, Demands
from netform.rules.hubs import eligible_hubs
from netform.rules.toml import load_profile
from netform.scores.patient_travel import best_hub

if TYPE_CHECKING:
    from netform.rules.model import Rules

PLAIN = load_profile().with_band(20_000, 50_000)
# Minutes one way: A and B 10, A and C 20, B and C 12; D and E are far from all, and of another area.
MINUTES = {(0, 1): 10.0, (0, 2): 20.0, (1, 2): 12.0}


@pytest.fixture
def graph() -> nx.Graph:
    """A row A-B-C of 10,000, 20,000 and 5,000 patients in the west; D beside E of 15,000 each in the east.

    A and D are at the edge of their areas. Of the patients of whom it is known, A's live on the hill, B's by halves in
    the vale, C's by three quarters; of the east nothing is known.
    """
    sizes = {"A": 10_000, "B": 20_000, "C": 5_000, "D": 15_000, "E": 15_000}
    listed = PracticeList(
        tuple(
            Practice(code, "", "", size, area="west" if code < "D" else "east")
            for code, size in sizes.items()
        )
    )
    east = np.array([0.0, 5000.0, 9000.0, 50_000.0, 55_000.0])
    places = Places(east, np.zeros(5), ("list",) * 5, np.empty((0, 2)), "made up")
    travel = build_travel(places, PLAIN, MINUTES, "made up")
    graph = graph_of_edges(listed, places, travel, [EdgeChange(*pair) for pair in ("AB", "BC", "DE")], [])
    nx.set_node_attributes(graph, {code: code in "AD" for code in sizes}, "at_edge")
    hoods = {
        "A": {"hill": 6000.0},
        "B": {"hill": 3000.0, "vale": 3000.0},
        "C": {"vale": 1500.0, "hill": 500.0},
    }
    nx.set_node_attributes(graph, {code: hoods.get(code, {}) for code in sizes}, "neighbourhoods")
    return graph


def demanding(**demands: object) -> Rules:
    """Rules of the plain band with some demands."""
    return replace(PLAIN, demands=Demands(**demands))  # type: ignore[arg-type]


CASES = [
    ("BA", {}, {}),
    ("C", {}, {"band": "5,000 registered patients, 15,000 below the least of 20,000"}),
    ("ABCDE", {}, {
        "band": "65,000 registered patients, 15,000 above the most of 50,000",
        "area": "east (2 practices), west (3 practices)",
        "contiguity": "in 2 pieces: D and E have no way",
    }),
    ("ABC", {"least_practices": 3, "most_practices": 3}, {}),
    ("AB", {"least_practices": 3}, {"least_practices": "2 practices, fewer than the least of 3"}),
    ("ABC", {"most_practices": 2}, {"most_practices": "3 practices, more than the most of 2"}),
    ("ABC", {"most_practices": 2, "merge": (("B", "C"),)}, {}),
    ("DE", {"least_practices": 2, "merge": (("D", "E"),)}, {"least_practices": "1 practice, fewer"}),
    ("ABC", {"apart": (("A", "C", "D"),)}, {"apart": "A and C are to be apart"}),
    ("AB", {"apart": (("A", "C", "D"),)}, {}),
    ("AB", {"together": (("A", "C"),)}, {"together": "C is not in it with A"}),
    ("ABC", {"together": (("A", "C"),)}, {}),
    ("DE", {"together": (("A", "C"),)}, {}),
    ("AB", {"merge": (("B", "C"),)}, {"merge": "B and C are about to become one practice"}),
    ("AB", {"exclude": ("B",)}, {"exclude": "B is to be in no network"}),
    ("AB", {"pins": (("A", "B"),)}, {}),
    ("ABC", {"pins": (("A", "B"),)}, {"pin": "A and B are pinned as a network; it has C besides"}),
    ("BC", {"pins": (("A", "B"),)}, {"pin": "it lacks A and has C besides"}),
    ("DE", {"pins": (("A", "B"),)}, {}),
    ("ABC", {"longest_between": 20.0}, {}),
    ("ABC", {"longest_between": 19.5}, {"longest_between": "A and C are 20.0 minutes apart"}),
    ("ABC", {"longest_to_hub": 12.0}, {}),
    ("ABC", {"longest_to_hub": 11.0}, {"longest_to_hub": "B comes nearest, and C is 12.0 minutes away"}),
    ("ABC", {"longest_to_hub": 12.0, "hub_may": ("A",)}, {"longest_to_hub": "A comes nearest, and C is 20.0"}),
    ("ABC", {"longest_to_hub": 12.0, "hub_must": ("C",)}, {"longest_to_hub": "C comes nearest, and A is 20.0"}),
    ("AB", {"no_doughnuts": True}, {"doughnut": "It lies all around C: every way from there"}),
    ("B", {"no_doughnuts": True}, {}),
    ("ABC", {"no_doughnuts": True}, {}),
    ("DE", {"no_doughnuts": True}, {}),
    ("AB", {"no_doughnuts": True, "pins": (("A", "B"),)}, {}),
    ("AB", {"no_doughnuts": True, "merge": (("A", "B"),)}, {}),
    ("AB", {"no_doughnuts": True, "exclude": ("C",)}, {}),
    ("AB", {"aligned": 0.75}, {}),
    ("AB", {"aligned": 0.76}, {"aligned": "75.0% live in its main neighbourhood, hill, fewer than the 76%"}),
    ("BC", {"aligned": 0.6}, {"aligned": "56.2% live in its main neighbourhood, vale, fewer than the 60%"}),
    ("B", {"aligned": 0.6}, {}),
    ("BC", {"aligned": 0.6, "pins": (("B", "C"),)}, {}),
    ("BC", {"aligned": 0.6, "merge": (("B", "C"),)}, {}),
    ("DE", {"aligned": 1.0}, {}),
    ("ABC", {"hub_must": ("A", "C")}, {"hub": "A and C are each to be the hub"}),
    ("ABC", {"hub_may": ("D",)}, {"hub": "none of its practices may be the hub"}),
    ("ABC", {"hub_may": ("B",), "hub_must": ("A",)}, {"hub": "A is to be the hub and is not among those that may"}),
    ("ABC", {"hub_may": ("A", "B"), "hub_must": ("A",)}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("codes", "demands", "expected"), CASES)
def test_each_rule(graph: nx.Graph, codes: str, demands: dict[str, object], expected: dict[str, str]) -> None:
    """A network breaks the rules named and no other, and the sentence says by what."""
    found = {breach.kind: breach.sentence for breach in breaches(graph, codes, demanding(**demands))}
    assert found.keys() == expected.keys()
    for kind, words in expected.items():
        assert words in found[kind]


def test_two_pins_broken_are_two_breaches(graph: nx.Graph) -> None:
    """Each is a sentence of its own."""
    rules = demanding(pins=(("A",), ("C",)))
    assert [breach.kind for breach in breaches(graph, "ABC", rules)] == ["pin", "pin"]


def test_the_hub_is_the_best_that_the_planner_allows(graph: nx.Graph) -> None:
    """Of those eligible; where nobody is, the best of all, so that any network can be scored."""
    # To A: 20,000 * 10 + 5,000 * 20 = 300,000; to B: 100,000 + 60,000; to C: 200,000 + 240,000.
    assert best_hub(graph, "ABC", PLAIN) == ("B", 160_000.0)
    assert best_hub(graph, "ABC", demanding(hub_may=("A", "C"))) == ("A", 300_000.0)
    assert best_hub(graph, "ABC", demanding(hub_must=("C",))) == ("C", 440_000.0)
    assert best_hub(graph, "ABC", demanding(hub_must=("C",), longest_to_hub=15.0)) == ("B", 160_000.0)
    assert eligible_hubs(graph, "ABC", demanding(longest_to_hub=12.0)) == ["B"]
    assert eligible_hubs(graph, "ABC", demanding(longest_to_hub=20.0)) == ["A", "B", "C"]


def test_merged_practices_count_once() -> None:
    """Whether all of them are there or some."""
    demands = Demands(merge=(("A", "B"), ("D", "E", "F")))
    assert counted_practices("ABC", demands) == 2
    assert counted_practices("BDE", demands) == 2
    assert counted_practices("ABC", Demands()) == 3


def test_a_division_that_keeps_every_rule(graph: nx.Graph) -> None:
    """A practice that is to be left out is not missed, and an area may have its own number."""
    demands = {"exclude": ("C",), "networks": 1, "areas": (AreaDemand("east", networks=2),)}
    assert plan_breaches(graph, {"one": "AB", "two": "D", "three": "E"}, demanding(**demands)) == []


def test_a_division_that_breaks_what_is_demanded_of_the_whole(graph: nx.Graph) -> None:
    """Missing, placed twice, and too many or too few networks; one that crosses areas counts in both."""
    found = plan_breaches(graph, {"one": "AB", "two": "BD"}, demanding(networks=1))
    assert [(breach.kind, breach.sentence) for breach in found] == [
        ("missing", "C is in no network."),
        ("missing", "E is in no network."),
        ("twice", "B is in several networks: one and two."),
        ("networks", "area west has 2 networks and 1 are demanded."),
    ]


def test_merging_practices_become_neighbours(graph: nx.Graph) -> None:
    """In order of code, with the numbers any edge has; neighbours and other areas stay as they are."""
    joined = demanded_graph(graph, Demands(merge=(("A", "C", "D"), ("D", "E"))))
    assert set(joined.edges) - set(graph.edges) == {("A", "C")}
    assert joined.edges["A", "C"] == {
        "kind": "bridge", "border_m": 0.0, "distance_km": 9.0, "minutes": 20.0,
    }  # fmt: skip
    assert not graph.has_edge("A", "C")
    assert joined.graph["travel"] is graph.graph["travel"]
    assert [breach.kind for breach in breaches(joined, "AC", PLAIN)] == ["band"]


def test_a_graph_without_mergers_is_itself(graph: nx.Graph) -> None:
    """Nothing is copied when there is nothing to add, also for practices of another part."""
    assert demanded_graph(graph, Demands()) is graph
    part = graph.subgraph("DE")
    assert demanded_graph(part, Demands(merge=(("A", "C"), ("D", "E")))) is part
