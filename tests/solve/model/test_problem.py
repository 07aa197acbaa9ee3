"""How plans are compared: exceptions of either kind first, then patients, then hours."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netform.rules.demands import Demands
from netform.rules.toml import load_profile
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


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(5, 20), st.integers(0, 15))
def test_every_network_is_of_a_size_that_the_others_leave(sizes: list[int], least: int, wide: int) -> None:
    """Whatever the networks of a plan hold, each is within the sizes for their number and their patients outside."""
    rules = replace(load_profile(), least=least, most=least + wide)
    # Each network a practice of its own: what a network may hold does not depend on how it is divided.
    graph = made_up_area(sizes, [(k, 0) for k in range(len(sizes))], [], rules)
    problem = Problem.of(graph, graph, rules)
    outside = sum(max(0, least - size, size - least - wide) for size in sizes)
    low, high = problem.network_sizes(len(sizes), len(sizes), outside)
    assert low <= min(sizes)
    assert max(sizes) <= high
    for more in (0, 3):
        wider = problem.network_sizes(len(sizes) - more, len(sizes) + more, outside + more)
        assert wider[0] <= low
        assert high <= wider[1]


def test_networks_that_hardly_hold_all_are_nearly_full() -> None:
    """Three networks of 30,000 to 50,000 with room for 2,000 more: none is smaller than 48,000."""
    rules = load_profile()
    graph = made_up_area([37_000] * 4, [(k, 0) for k in range(4)], [], rules)
    problem = Problem.of(graph, graph, rules)
    assert problem.network_sizes(3, 3) == (48_000, 50_000)
    assert problem.network_sizes(3, 3, 1_000) == (47_000, 51_000)
    assert problem.network_sizes(2, 2) == (30_000, 50_000)
    assert problem.network_sizes() == (30_000, 50_000)
