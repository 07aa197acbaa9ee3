"""The benchmark's own check of a plan finds each fault, and nothing in a sound plan."""

from __future__ import annotations

import networkx as nx
import pytest

from scripts.benchmarking.validity import find_faults


@pytest.fixture
def graph() -> nx.Graph:
    """A row of six practices of 15,000 patients: A-B-C-D-E-F."""
    graph = nx.path_graph(list("ABCDEF"))
    nx.set_node_attributes(graph, 15_000, "list_size")
    return graph


def faults(graph: nx.Graph, *groups: str) -> list[str]:
    """The faults of networks given as words, in a band of 30,000 to 50,000."""
    return find_faults(graph, groups, 30_000, 50_000)


def test_sound_plan_has_no_fault(graph: nx.Graph) -> None:
    """Three pairs of 30,000, and two of 45,000: both ends of the band are inside it."""
    assert faults(graph, "AB", "CD", "EF") == []
    assert faults(graph, "ABC", "DEF") == []
    assert find_faults(graph, ["ABC", "DEF"], 45_000, 45_000) == []


def test_missing_practice(graph: nx.Graph) -> None:
    """A practice that no network has is named."""
    assert faults(graph, "ABC", "DE") == ["F is in no network"]


def test_practice_in_two_networks(graph: nx.Graph) -> None:
    """A practice that two networks have is named, and so is one listed twice in its own."""
    assert faults(graph, "ABC", "CD", "EF") == ["C is in 2 networks"]
    assert faults(graph, "ABA", "CD", "EF") == ["A is in 2 networks"]


def test_unknown_practice(graph: nx.Graph) -> None:
    """A code that is not of the area is named, and its network is looked at without it."""
    assert faults(graph, "ABX", "CD", "EF") == ["X is no practice of the area"]


def test_disconnected_network(graph: nx.Graph) -> None:
    """A network in two pieces is found whichever piece its first practice is in."""
    assert faults(graph, "AB", "CDF", "E") == [
        "the network of C is not connected",
        "the network of E has 15,000 patients, outside 30,000-50,000",
    ]


def test_outside_the_band(graph: nx.Graph) -> None:
    """Too many and too few are both said."""
    assert faults(graph, "ABCD", "E", "F") == [
        "the network of A has 60,000 patients, outside 30,000-50,000",
        "the network of E has 15,000 patients, outside 30,000-50,000",
        "the network of F has 15,000 patients, outside 30,000-50,000",
    ]


def test_empty_network(graph: nx.Graph) -> None:
    """A network of nobody is a fault."""
    assert faults(graph, "ABC", "DEF", "") == ["a network has no practice"]
