"""Who borders whom: published as it is, and every network hangs together in it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from netform.errors import AuditError
from netform.plan.model import Edge
from tests.audit.sound import change, change_edge

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.plan.model import Plan
    from tests.audit.sound import Broken, Sound


def _edges(plan: Plan, *more: Edge) -> Plan:
    return dataclasses.replace(plan, edges=(*plan.edges, *more))


CONTIGUITY: list[Broken] = [
    (
        "network cut in two",
        lambda p: change(p, "N-01", practice_codes=("A1", "A3")),
        "network 'N-01' is not contiguous: A3 cannot be reached",
    ),
    (
        "network joined in the graph but not as published",
        lambda p: dataclasses.replace(p, edges=p.edges[1:]),
        "network 'N-01' is not contiguous: A2, A3 cannot be reached",
    ),
    (
        "network joined through a practice of another",
        lambda p: change(p, "N-02", practice_codes=("A3", "A5")),
        "network 'N-02' is not contiguous: A5 cannot be reached",
    ),
]

GRAPH: list[Broken] = [
    (
        "edge invented",
        lambda p: _edges(p, Edge("A1", "A3", "border", 12.0)),
        "edge A1-A3 is published but not in the graph",
    ),
    (
        "edge left out",
        lambda p: dataclasses.replace(p, edges=p.edges[1:]),
        "edge A1-A2 is in the graph but not published",
    ),
    (
        "edge to a practice invented",
        lambda p: _edges(p, Edge("A1", "Z9", "border", 1.0)),
        "edge A1-Z9 joins a practice that is not in the list",
    ),
    (
        "edge from a practice invented",
        lambda p: _edges(p, Edge("A0", "A1", "border", 1.0)),
        "edge A0-A1 joins a practice that is not in the list",
    ),
    (
        "edge from a practice to itself",
        lambda p: _edges(p, Edge("A1", "A1", "site", 0.0)),
        "edge A1-A1 joins a practice to itself",
    ),
    (
        "edge doubled",
        lambda p: _edges(p, p.edges[0]),
        "edge A1-A2 is published more than once",
    ),
    (
        "edge doubled the other way round",
        lambda p: _edges(p, dataclasses.replace(p.edges[0], code_a="A2", code_b="A1")),
        "edge A2-A1 is published more than once",
    ),
    (
        "edge's codes out of order",
        lambda p: change_edge(p, 0, code_a="A2", code_b="A1"),
        "edge A2-A1: its codes are not in order",
    ),
    (
        "edge between areas",
        lambda p: _edges(p, Edge("A7", "B1", "bridge", 1.0)),
        "edge A7-B1 joins areas 'N' and 'S'",
    ),
    (
        "edge of unknown kind",
        lambda p: change_edge(p, 0, kind="ropeway"),
        "edge A1-A2 is of unknown kind 'ropeway'",
    ),
    (
        "edge of another kind",
        lambda p: change_edge(p, 0, kind="bridge"),
        "edge A1-A2: kind says 'bridge', the graph has 'border'",
    ),
    (
        "edge's minutes wrong",
        lambda p: change_edge(p, 0, minutes=1.0),
        r"edge A1-A2: minutes says 1\.0, the graph has",
    ),
    (
        "edge's border wrong",
        lambda p: change_edge(p, 0, border_m=7.0),
        r"edge A1-A2: border_m says 7\.0, the graph has",
    ),
    (
        "edge's distance wrong",
        lambda p: change_edge(p, 0, distance_km=7.0),
        r"edge A1-A2: distance_km says 7\.0, the graph has",
    ),
]

BROKEN = [*CONTIGUITY, *GRAPH]


@pytest.mark.parametrize(
    ("mutate", "message"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_a_broken_plan_is_refused(sound: Sound, mutate: Callable[[Plan], Plan], message: str) -> None:
    """One thing is wrong, and the message says which, in which network or edge."""
    with pytest.raises(AuditError, match=message):
        sound.audit(mutate(sound.plan))


@pytest.mark.parametrize(
    ("name", "value"),
    [("list_size", 1), ("weighted_list_size", 1.0), ("position", 5), ("area", "S")],
)
def test_a_graph_of_another_list_is_refused(sound: Sound, name: str, value: object) -> None:
    """The terms are computed on the graph, so what it says of a practice must be the list's."""
    graph = sound.graph.copy()
    graph.nodes["A2"][name] = value
    with pytest.raises(AuditError, match=f"practice A2: {name} is {value!r} in the graph and .* in the list"):
        dataclasses.replace(sound, graph=graph).audit()


def test_a_graph_of_other_practices_is_refused(sound: Sound) -> None:
    """A practice is missing from the graph and another is not in the list; the audit itself does not fail."""
    graph = nx.relabel_nodes(sound.graph, {"A2": "Z9"})
    for plan in (sound.plan, change(sound.plan, "N-01", practice_codes=("A1", "A3", "Z9"))):
        with pytest.raises(AuditError) as caught:
            dataclasses.replace(sound, graph=graph).audit(plan)
        assert "practice A2 is not in the graph" in str(caught.value)
        assert "the graph has practice Z9, which is not in the list" in str(caught.value)
