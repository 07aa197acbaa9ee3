"""Random tree splits and the Hess model divide small graphs as they should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.rules.toml import load_profile
from scripts.benchmarking.centres import separator, solve_centres
from scripts.benchmarking.land import Band, Land, exceptions_of
from scripts.benchmarking.task import Task
from scripts.benchmarking.tree_splits import divide, search_borders, solve_tree_splits
from scripts.benchmarking.validity import find_faults
from tests.strategies import made_up_area

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = load_profile()


def grid_land(width: int, height: int, patients: int = 10_000) -> Land:
    """A grid of practices with so many patients each."""
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(width, height))
    near = tuple(tuple(sorted(graph[unit])) for unit in range(width * height))
    return Land(tuple(f"P{unit:02d}" for unit in graph), near, (patients,) * (width * height))


@given(st.integers(0, 2**32), st.integers(1, 8))
def test_division_is_connected_and_has_its_number(seed: int, networks: int) -> None:
    """Every practice is in one network, each is connected, and there are as many as were asked for."""
    land, band, rng = grid_land(5, 4), Band(30_000, 50_000), np.random.default_rng(seed)
    groups = divide(land, band, rng, networks)
    better = search_borders(land, band, groups, rng, lambda: True)
    for plan in (groups, better):
        assert len(plan) == networks
        assert sorted(unit for group in plan for unit in group) == list(range(20))
        assert all(land.is_connected(set(group)) for group in plan)
    assert exceptions_of(land, better, band) <= exceptions_of(land, groups, band)


def test_practice_over_the_band_stands_alone() -> None:
    """The middle of a chain of five has 60,000 patients: it is a network, and each side is at least one."""
    near = ((1,), (0, 2), (1, 3), (2, 4), (3,))
    land = Land(tuple("ABCDE"), near, (20_000, 20_000, 60_000, 20_000, 20_000))
    groups = divide(land, Band(30_000, 50_000), np.random.default_rng(0))
    assert sorted(groups) == [[0, 1], [2], [3, 4]]
    assert exceptions_of(land, groups, Band(30_000, 50_000)) == (1, 10_000)


def test_practice_crosses_the_border_or_is_exchanged() -> None:
    """A chain of 30, 10, 20 and 20 thousand is evened out by one move; cost alone then decides on an exchange."""
    land = Land(tuple("ABCD"), ((1,), (0, 2), (1, 3), (2,)), (30_000, 10_000, 20_000, 20_000))
    band, rng = Band(35_000, 45_000), np.random.default_rng(0)
    assert search_borders(land, band, [[0], [1, 2, 3]], rng, lambda: True) == [[0, 1], [2, 3]]
    ring = Land(tuple("ABCD"), ((1, 3), (0, 2), (1, 3), (0, 2)), (20_000,) * 4)

    def cost(groups: Any) -> float:
        return sum(group not in ({0, 3}, {1, 2}) for group in groups)

    exchanged = search_borders(ring, band, [[0, 1], [2, 3]], rng, lambda: True, cost)
    assert sorted(exchanged) == [[0, 3], [1, 2]]


def test_separator_is_what_a_way_must_cross() -> None:
    """On a grid two corners are separated by the two neighbours of the first, in a chain by the next practice."""
    graph = nx.grid_2d_graph(3, 3)
    assert separator(graph, {(0, 0)}, {(2, 2)}) == {(0, 1), (1, 0)}
    # What lies behind the first is no part of it.
    assert separator(nx.path_graph(5), {1}, {4}) == {2}
    assert separator(nx.Graph([(0, 1), (2, 3)]), {0}, {2}) == set()


@pytest.mark.parametrize("solve", [solve_centres, solve_tree_splits])
@pytest.mark.parametrize("networks", [0, 4])
def test_peer_divides_the_grid(solve: Callable[[Task], None], networks: int) -> None:
    """Sixteen practices of 10,000 patients become valid networks, four where four are asked for."""
    points = [(2_000.0 * (k % 4), 2_000.0 * (k // 4)) for k in range(16)]
    pairs = [(k, k + 1) for k in range(16) if k % 4 < 3] + [(k, k + 4) for k in range(12)]
    graph = made_up_area([10_000] * 16, points, pairs, RULES)
    told: list[dict[str, Any]] = []
    solve(Task(graph, RULES, networks, 0.5, report=told.append))
    groups = told[-1]["groups"]
    assert find_faults(graph, groups, RULES.least, RULES.most) == []
    assert networks in {0, len(groups)}


def test_hess_model_separates_what_is_apart() -> None:
    """A horseshoe whose ends are near each other: the nearest networks are not connected, and are made so."""
    # Eight practices round a horseshoe of two rows; the ends of the rows are neighbours on the map, not in the graph.
    points = [(0.0, 0.0), (3_000.0, 0.0), (6_000.0, 0.0), (9_000.0, 0.0)]
    points += [(9_000.0, 500.0), (6_000.0, 500.0), (3_000.0, 500.0), (0.0, 500.0)]
    graph = made_up_area([10_000] * 8, points, [(k, k + 1) for k in range(7)], RULES)
    told: list[dict[str, Any]] = []
    task = Task(graph, RULES, 2, 10.0, report=told.append)
    solve_centres(task)
    assert task.steps > 1
    assert task.note.startswith("own objective proven")
    assert find_faults(graph, told[-1]["groups"], RULES.least, RULES.most) == []


def test_many_practices_are_not_held() -> None:
    """An area of more than 150 practices is left to others, and the peer says so."""
    points = [(2_000.0 * (k % 16), 2_000.0 * (k // 16)) for k in range(160)]
    graph = made_up_area([10_000] * 160, points, [(k, k + 1) for k in range(159)], RULES)
    task = Task(graph, RULES, 0, 1.0)
    solve_centres(task)
    assert (task.note, task.best) == ("more than 150 practices", None)
