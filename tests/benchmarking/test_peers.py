"""The peers give plans of the practices they were given; run only where they are installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from netform.rules.toml import load_profile
from netform.scores import network_cost, network_terms
from scripts.benchmarking.peers import PEERS, TITLES, run_peer
from scripts.benchmarking.task import Scorer, Task
from scripts.benchmarking.validity import find_faults
from tests.strategies import made_up_area

if TYPE_CHECKING:
    import networkx as nx

RULES = load_profile()


@pytest.fixture
def graph() -> nx.Graph:
    """A grid of four by four practices of 10,000 patients, 2 km apart."""
    points = [(2_000.0 * (k % 4), 2_000.0 * (k // 4)) for k in range(16)]
    pairs = [(k, k + 1) for k in range(16) if k % 4 < 3] + [(k, k + 4) for k in range(12)]
    return made_up_area([10_000] * 16, points, pairs, RULES)


def test_every_peer_has_a_title() -> None:
    """Tables and pictures name all that is run."""
    assert set(TITLES) == {"netform", *PEERS}


def test_scorer_is_the_sum_of_definitions(graph: nx.Graph) -> None:
    """A cost comes from kernels and agrees with the definitions, the first time and again."""
    groups = [["P0", "P1", "P4"], ["P2", "P3", "P6", "P7"]]
    expected = sum(network_cost(network_terms(graph, group, RULES), RULES) for group in groups)
    scorer = Scorer(graph, RULES)
    assert scorer.cost(groups) == pytest.approx(expected)
    assert scorer.cost(groups[::-1]) == pytest.approx(expected)


def test_fewer_faults_come_before_a_lower_cost(graph: nx.Graph) -> None:
    """A plan with a fault gives way to a valid one whatever that costs, and a valid one to none with a fault."""
    told: list[dict[str, Any]] = []
    task = Task(graph, RULES, 4, 1.0, report=told.append)
    rows = [[f"P{4 * row + column}" for column in range(4)] for row in range(4)]
    task.offer(rows[1:])
    task.offer(rows)
    task.offer(rows[:3])
    task.offer(rows)
    assert task.best == sorted(sorted(row) for row in rows)
    assert [len(message["groups"]) for message in told] == [3, 4]


@pytest.mark.parametrize("name", ["maxp", "recom", "bursts"])
@pytest.mark.filterwarnings("ignore")
def test_peer_divides_the_grid(graph: nx.Graph, name: str) -> None:
    """Every practice is in one connected network; those that know the whole band keep it, with as many networks."""
    pytest.importorskip({"maxp": "spopt"}.get(name, "gerrychain"))
    told: list[dict[str, Any]] = []
    run_peer(told.append, name, graph, RULES, 4, 1.0, 0)
    groups = told[-2]["groups"]
    assert sorted(code for group in groups for code in group) == sorted(graph)
    faults = find_faults(graph, groups, RULES.least, RULES.most)
    assert not [fault for fault in faults if "patients" not in fault]
    if name != "maxp":
        assert faults == []
        assert len(groups) == 4
