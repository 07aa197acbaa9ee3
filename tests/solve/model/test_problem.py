"""How plans are compared: exceptions of either kind first, then patients, then hours."""

from __future__ import annotations

from dataclasses import replace

from netform.demands import Demands
from netform.rules_file import load_profile
from netform.solve.model.problem import Problem, plan_key
from tests.strategies import made_up_area


def test_a_network_of_too_few_practices_is_an_exception() -> None:
    """Within the band, one of three practices demanded at least two: an exception without patients outside."""
    rules = replace(load_profile(), demands=Demands(least_practices=2))
    graph = made_up_area([30_000, 15_000, 16_000], [(0, 0), (1, 0), (2, 0)], [(0, 1), (1, 2)], rules)
    problem = Problem.of(graph, graph, rules)
    assert plan_key(problem, [(0,), (1, 2)], [1.0, 2.0]) == (1, 0, 3.0)
    assert plan_key(problem, [(0, 1), (2,)], [1.0]) == (1, 14_000, 1.0)
    assert plan_key(problem, [], []) == (0, 0, 0.0)
