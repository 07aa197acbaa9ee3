"""Barriers: borders whose drive is longer than the rules allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from netform.inputs.edges import EdgeChange
from netform.inputs.places import Places
from netform.inputs.travel import build_travel
from netform.map.barriers import barrier_notes, drive_over, is_barrier
from netform.map.graph import area_positions, build_graph
from netform.map.territory import build_territories, merge_sites
from netform.practices.model import Practice, PracticeList
from netform.rules.toml import load_profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx as nx

    from netform.rules.model import Rules

RULES = load_profile()
# 2 km are 5.4 + 2.92 * 2 ** 0.737 = 10.27 minutes by the estimate, so that twice as much is 20.5.
MINUTES = replace(RULES, longest_border_minutes=20.0)
RATIO = replace(RULES, longest_border_ratio=2.0)
NAMES = {"A": "Abbey", "B": "", "C": "Castle", "D": ""}


def _graph(
    given: Mapping[tuple[int, int], float],
    rules: Rules,
    *changes: EdgeChange,
    sites: tuple[float, ...] = (0, 2000, 4000, 6000),
    by_car: Mapping[tuple[int, int], float] | None = None,
) -> nx.Graph:
    """Practices A, B, C, D in a row, 2 km apart, each a neighbour of the next."""
    listed = PracticeList(tuple(Practice(code, "", "", 1000) for code in "ABCD"[: len(sites)]))
    east, north = np.array(sites, float), np.zeros(len(sites))
    places = Places(east, north, ("list",) * len(sites), np.empty((0, 2)), "made up")
    travel = build_travel(places, rules, given, "roads.csv", by_car)
    merged = merge_sites(east, north)
    ground = shapely.box(-1000, -500, max(sites) + 1000, 500)
    parts = [(positions, build_territories(merged, ground)) for positions in area_positions(listed).values()]
    return build_graph(listed, places, travel, parts, changes)


def _edges(graph: nx.Graph) -> list[str]:
    return sorted("".join(sorted(edge)) for edge in graph.edges)


def _barriers(graph: nx.Graph) -> list[tuple[str, float]]:
    return [(edge.code_a + edge.code_b, edge.minutes) for edge in graph.graph["barriers"]]


@pytest.mark.parametrize(
    ("rules", "minutes", "barrier"),
    [
        (MINUTES, 20.0, False),  # no longer than allowed
        (MINUTES, 20.1, True),
        (RATIO, 20.5, False),  # 20.53 is twice the estimate
        (RATIO, 20.6, True),
        (replace(MINUTES, longest_border_ratio=2.0), 20.3, True),  # either is enough
        (RULES, 10_000.0, False),  # there is no rule
    ],
)
def test_what_is_a_barrier(rules: Rules, minutes: float, barrier: bool) -> None:
    """2 km of straight line with this drive."""
    assert is_barrier(minutes, 2.0, rules) is barrier
    graph = _graph({(1, 2): minutes}, rules)
    assert _edges(graph) == (["AB", "CD"] if barrier else ["AB", "BC", "CD"])
    assert _barriers(graph) == ([("BC", minutes)] if barrier else [])


def test_without_a_drive_nothing_is_judged() -> None:
    """The estimate knows nothing of water; borders that are not judged are counted."""
    graph = _graph({(0, 2): 90.0, (0, 1): 5.0}, replace(RULES, longest_border_minutes=1.0))
    assert _edges(graph) == ["BC", "CD"]
    assert barrier_notes(graph, graph.graph["travel"].rules, NAMES, given=False)[-1] == (
        "Borders that the rule on borders does not judge, for --travel does not give their drive: 2 of 3."
    )


def test_a_border_between_sites_is_one() -> None:
    """What a matrix says of one practice holds for all of its site, and a site is never cut."""
    graph = _graph({(0, 2): 30.0, (1, 3): 29.0, (0, 1): 99.0}, MINUTES, sites=(0, 0, 2000, 2000))
    assert _edges(graph) == ["AB", "CD"]
    # The shortest drive that is given between the two sites.
    assert _barriers(graph) == [("AC", 29.0), ("AD", 29.0), ("BC", 29.0), ("BD", 29.0)]
    sites = merge_sites([0, 0, 2000, 2000], [0, 0, 0, 0])
    assert drive_over(graph, sites, (0, "AB"), (1, "CD")) == 29.0
    assert drive_over(graph, sites, (0, "B"), (1, "C")) is None
    # C stands at the first site by a branch: the drive between its own place and D is another.
    assert drive_over(graph, sites, (0, "C"), (1, "D")) is None


def test_an_edge_of_the_user_wins() -> None:
    """A ferry that is added over a barrier is an edge, and the barrier is none."""
    graph = _graph({(1, 2): 30.0}, MINUTES, EdgeChange("C", "B", kind="ferry"))
    assert graph.edges["B", "C"]["kind"] == "ferry"
    assert _barriers(graph) == []


def test_the_drive_is_judged_where_travel_is_by_several_modes() -> None:
    """A quick train does not make a road, nor a slow bus a barrier."""
    assert _edges(_graph({(1, 2): 15.0}, MINUTES, by_car={(1, 2): 30.0})) == ["AB", "CD"]
    assert _edges(_graph({(1, 2): 30.0}, MINUTES, by_car={})) == ["AB", "BC", "CD"]


def test_barriers_are_named_with_whom_they_leave_alone() -> None:
    """Names and codes, the drive and the estimate for 2 km."""
    graph = _graph({(0, 1): 31.4, (1, 2): 25.0, (2, 3): 5.0}, replace(MINUTES, longest_border_ratio=9.0))
    assert barrier_notes(graph, graph.graph["travel"].rules, NAMES, given=False) == (
        (
            "Borders that are barriers, no neighbourhood, because the drive is longer than 20 minutes or 9 times what"
            " the straight line gives: 2 (Abbey (A) and B, 31 minutes where 10 would be estimated; B and Castle (C),"
            " 25 minutes where 10 would be estimated)."
        ),
        (
            "Practices that barriers leave without a neighbour: 2 (A, B). Join them with --edges if people do travel,"
            " such as by a ferry."
        ),
    )


def test_a_graph_of_the_users_own_is_not_judged() -> None:
    """That is said where there is a rule, and nothing where there is none."""
    graph = _graph({}, RULES)
    assert barrier_notes(graph, RULES, NAMES, given=True) == ()
    assert barrier_notes(graph, MINUTES, NAMES, given=True) == (
        "The rule on borders judges none of --graph: its neighbours are as you give them.",
    )
