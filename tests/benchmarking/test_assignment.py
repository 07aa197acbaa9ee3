"""The assignment model keeps the band, mends what is not connected, and proves its own objective."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from netform.rules.toml import load_profile
from netform.scores import network_terms
from scripts.benchmarking.assignment import _Model, solve_assignment
from scripts.benchmarking.task import Task
from scripts.benchmarking.validity import find_faults
from tests.brute_force import partitions
from tests.strategies import made_up_area

if TYPE_CHECKING:
    import networkx as nx

RULES = load_profile()
# Far longer than eight practices need: a limit, not a measurement.
SECONDS = 60.0


@pytest.fixture
def graph() -> nx.Graph:
    """Two rows of four practices of 10,000, neighbours as on a grid.

    Their places tempt: the first and last two columns stand together, 30 km from the middle ones, so that the
    cheapest four by travel are the corners, which the grid does not connect.
    """
    east = (0, 30_000, 31_000, 1_000)
    points = [(float(east[k % 4]), 2_000.0 * (k // 4)) for k in range(8)]
    pairs = [(k, k + 1) for k in (0, 1, 2, 4, 5, 6)] + [(k, k + 4) for k in range(4)]
    return made_up_area([10_000] * 8, points, pairs, RULES)


def own_objective(graph: nx.Graph, groups: list[tuple[str, ...]]) -> float:
    """What the model makes least: travel to hubs and the hours of keeping them open."""
    terms = [network_terms(graph, group, RULES) for group in groups]
    return math.fsum(each["patient_travel"] + each["overhead"] for each in terms)


def test_model_is_tempted_and_mended(graph: nx.Graph) -> None:
    """The plan is valid and has the least travel of all valid plans, though one that is not connected has less."""
    divisions = [
        division
        for division in partitions(sorted(graph))
        if all(30_000 <= 10_000 * len(group) <= 50_000 for group in division)
    ]
    valid = [each for each in divisions if not find_faults(graph, each, RULES.least, RULES.most)]
    least = min(own_objective(graph, each) for each in valid)
    assert min(own_objective(graph, each) for each in divisions) < least - 1
    task = Task(graph, RULES, 2, SECONDS)
    solve_assignment(task)
    assert task.best is not None
    assert find_faults(graph, task.best, RULES.least, RULES.most) == []
    assert task.note == "own objective proven"
    # The model counts in thousandths of an hour.
    assert own_objective(graph, [tuple(group) for group in task.best]) == pytest.approx(least, abs=0.01)


def test_pieces_apart_from_the_hub(graph: nx.Graph) -> None:
    """The corners are two pieces; only the one without the hub is apart, and it is forbidden once."""
    model = _Model(graph, RULES)
    corners = ["P0", "P4", "P3", "P7"]
    assert model.pieces("P0", corners) == [{"P3", "P7"}]
    assert model.pieces("P1", ["P0", "P1", "P5"]) == []
    assert model.mend({"P0": corners}) == 1


def test_impossible_band_is_said() -> None:
    """Two practices of 20,000 that are no neighbours make no network of 30,000."""
    apart = made_up_area([20_000, 20_000], [(0.0, 0.0), (1_000.0, 0.0)], [], RULES)
    task = Task(apart, RULES, 1, SECONDS)
    solve_assignment(task)
    assert task.best is None
    assert task.note == "infeasible by its model"
