"""Practices whose patients live elsewhere, by the registrations."""

from __future__ import annotations

import networkx as nx

from netform.inputs.nowhere import Nowhere
from netform.map.far_patients import far_patients_notes


def _graph(residents: dict[str, float]) -> nx.Graph:
    """A and B are neighbours, C is none of A's; the patients of A by whose ground they live in."""
    graph = nx.Graph([("A", "B")])
    graph.add_node("C")
    nx.set_node_attributes(graph, {}, "residents")
    graph.nodes["A"]["residents"] = residents
    for code in "BC":
        graph.nodes[code]["residents"] = {}
    return graph


def test_one_is_named_when_few_of_its_patients_live_around_it() -> None:
    """10 in its own ground and 9 in B's, of 100, are 19%; with 10 in B's it is a fifth, and not few."""
    (note,) = far_patients_notes(_graph({"A": 10, "B": 9, "C": 81}), Nowhere())

    assert "A (19%)" in note
    assert "--nowhere CODE=leave-out" in note
    assert far_patients_notes(_graph({"A": 10, "B": 10, "C": 80}), Nowhere()) == ()


def test_nothing_is_said_of_whom_the_planner_has_decided_or_nothing_is_known() -> None:
    """B and C have no registrations; A is to be kept, left out or attached."""
    graph = _graph({"A": 1, "C": 99})

    assert "B (" not in far_patients_notes(graph, Nowhere())[0]
    for decided in (
        Nowhere(kept=frozenset("A")),
        Nowhere(left_out=frozenset("A")),
        Nowhere(hosts={"A": "B"}),
    ):
        assert far_patients_notes(graph, decided) == ()
