"""Streamed candidates: the same as by trying all subsets, at any size of block."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.candidates import stream as module
from netform.candidates.enumerate import connected_groups
from netform.candidates.stream import CandidateStream
from netform.solve.model.problem import Problem, group_costs
from tests.examples import examples
from tests.made_up_problem import county, problem_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.candidates.store import CandidateStore
    from netform.rules import Rules

QUICK = examples(80)
EVERYTHING = 10**9


def stream_of(problem: Problem, limit: int = EVERYTHING, workers: int = 1) -> CandidateStream | None:
    """Score all networks of a problem."""
    return CandidateStream.of(problem.graph, problem.data, problem.limits, limit, workers)


def costs_of(problem: Problem) -> dict[tuple[int, ...], float]:
    """Every network and what it costs, by trying all subsets."""
    rules = problem.data.rules
    groups = sorted(tuple(sorted(each)) for each in connected_groups(problem.graph, rules.least, rules.most))
    return dict(zip(groups, group_costs(problem, groups), strict=True))


def duals_of(problem: Problem, seed: int) -> np.ndarray:
    """Duals around what practices cost."""
    return np.random.default_rng(seed).uniform(0, 40, len(problem.codes))


def groups_of(store: CandidateStore | None) -> list[tuple[int, ...]]:
    """Candidates as tuples."""
    assert store is not None
    return sorted(tuple(store[j].tolist()) for j in range(len(store)))


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 99), st.sampled_from([1, 3, 1 << 17]))
@QUICK
def test_a_stream_has_every_network(drawn: tuple[nx.Graph, Rules], seed: int, block: int) -> None:
    """Each once, and known by what it costs, whatever the blocks and the threads."""
    problem = problem_of(*drawn)
    costs, duals = costs_of(problem), duals_of(problem, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        patch.setattr(module, "BLOCK_MEMBERS", block)
        for workers in (1, 2):
            stream = stream_of(problem, workers=workers)
            assert stream is not None
            # Costs are kept in four bytes, rounded down.
            assert np.sort(stream.costs) == pytest.approx(sorted(costs.values()), abs=1e-4)
            assert (np.sort(stream.costs) <= np.array(sorted(costs.values())) + 1e-9).all()
            if costs:
                assert groups_of(stream.within(duals, math.inf, EVERYTHING)) == sorted(costs)


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 99), st.sampled_from([-10.0, 0.0, 25.0]))
@QUICK
def test_all_below_a_reduced_cost_are_listed(
    drawn: tuple[nx.Graph, Rules], seed: int, reduced: float
) -> None:
    """Those and no others, unless they are more than may be."""
    problem = problem_of(*drawn)
    costs, duals = costs_of(problem), duals_of(problem, seed)
    stream = stream_of(problem)
    if not costs:
        return
    assert stream is not None
    expected = [group for group, cost in costs.items() if cost - duals[list(group)].sum() < reduced]
    for workers in (1, 2):
        store = replace(stream, workers=workers).within(duals, reduced, len(expected))
        assert groups_of(store) == sorted(expected)
    assert not expected or stream.within(duals, reduced, len(expected) - 1) is None


@given(small_areas(most=8, least=2, oversize=False))
@examples(30)
def test_what_is_forbidden_is_not_given(drawn: tuple[nx.Graph, Rules]) -> None:
    """With two practices at least, nobody stands alone."""
    graph, rules = drawn
    problem = problem_of(graph, replace(rules, demands=replace(rules.demands, least_practices=2)))
    stream = stream_of(problem)
    costs = {group: cost for group, cost in costs_of(problem).items() if len(group) > 1}
    assert stream is not None
    if not len(stream):
        return
    assert groups_of(stream.within(duals_of(problem, 1), 1e9, EVERYTHING)) == sorted(costs)


def test_too_many_are_none(example: tuple[nx.Graph, Rules]) -> None:
    """A limit that is passed, or a stop: none, and nothing half done."""
    problem = problem_of(*example)
    assert stream_of(problem, limit=3) is None
    stopped = CandidateStream.of(problem.graph, problem.data, problem.limits, EVERYTHING, 1, lambda: True)
    assert stopped is None
    stream = stream_of(problem)
    assert stream is not None
    assert stream.within(duals_of(problem, 0), math.inf, EVERYTHING, lambda: True) is None


@pytest.fixture
def example() -> tuple[nx.Graph, Rules]:
    """Sixty practices that border their nearest."""
    return county(60, 1)
