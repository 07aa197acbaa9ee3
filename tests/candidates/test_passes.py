"""Networks met in passes: the same as by trying all subsets, at any size of block, and prices that promise no more."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.candidates import passes as module
from netform.candidates.enumerate import connected_groups
from netform.candidates.passes import Met, Passes
from netform.solve.model.problem import Problem, group_costs
from tests.examples import examples
from tests.solve.primal.test_neighbourhood_search import county, problem_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules import Rules

QUICK = examples(80)
EVERYTHING = 10**9


def passes_of(problem: Problem, limit: int = EVERYTHING, workers: int = 1) -> Passes | None:
    """Score all networks of a problem."""
    return Passes.of(problem.graph, problem.data, problem.limits, limit, workers)


def costs_of(problem: Problem) -> dict[tuple[int, ...], float]:
    """Every network and what it costs, by trying all subsets."""
    rules = problem.data.rules
    groups = sorted(tuple(sorted(each)) for each in connected_groups(problem.graph, rules.least, rules.most))
    return dict(zip(groups, group_costs(problem, groups), strict=True))


def prices_of(problem: Problem, seed: int) -> np.ndarray:
    """Some prices around what practices cost."""
    return np.random.default_rng(seed).uniform(0, 40, len(problem.codes))


def groups_of(met: Met) -> list[tuple[int, ...]]:
    """The groups of a pass."""
    return [tuple(met.store[j].tolist()) for j in range(len(met.store))]


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 99), st.sampled_from([1, 3, 1 << 17]))
@QUICK
def test_a_pass_meets_every_network(drawn: tuple[nx.Graph, Rules], seed: int, block: int) -> None:
    """With room for all: each once, by what it costs beyond its prices, whatever the blocks and the threads."""
    problem = problem_of(*drawn)
    costs, prices = costs_of(problem), prices_of(problem, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        patch.setattr(module, "BLOCK_MEMBERS", block)
        for workers in (1, 2):
            passes = passes_of(problem, workers=workers)
            assert passes is not None
            assert len(passes) == len(costs)
            if not costs:
                continue
            met = passes.meet(prices, EVERYTHING)
            assert met is not None
            assert sorted(groups_of(met)) == sorted(costs)
            assert (np.diff(met.reduced) >= 0).all()
            expected = [costs[group] - prices[list(group)].sum() for group in groups_of(met)]
            # Costs are kept in four bytes, rounded down.
            assert met.reduced == pytest.approx(expected, abs=1e-4)
            assert (met.reduced <= np.array(expected) + 1e-9).all()


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 99))
@QUICK
def test_no_network_costs_less_than_its_lowered_prices(drawn: tuple[nx.Graph, Rules], seed: int) -> None:
    """So their sum is a bound; and they are lowered only where some network costs less than its prices."""
    problem = problem_of(*drawn)
    costs, prices = costs_of(problem), prices_of(problem, seed)
    passes = passes_of(problem)
    if not costs:
        return
    assert passes is not None
    met = passes.meet(prices, 1.0)
    assert met is not None
    for group, cost in costs.items():
        assert met.prices[list(group)].sum() <= cost + 1e-9
    cheap = {v for group, cost in costs.items() if cost < prices[list(group)].sum() for v in group}
    for v in range(len(prices)):
        assert met.prices[v] <= prices[v]
        if v not in cheap:
            assert met.prices[v] == pytest.approx(prices[v], abs=1e-5)
    assert met.bound == pytest.approx(math.fsum(met.prices), abs=1e-5)


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 99), st.sampled_from([1, 2]))
@QUICK
def test_the_nearest_of_every_root_are_given(drawn: tuple[nx.Graph, Rules], seed: int, room: int) -> None:
    """With room for a few of each root: none that is left out is nearer than one of the same root that is given."""
    problem = problem_of(*drawn)
    costs, prices = costs_of(problem), prices_of(problem, seed)
    passes = passes_of(problem)
    if not costs:
        return
    assert passes is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEWEST", room)
        patch.setattr(module, "BLOCK", 2)
        met = passes.meet(prices, 0.0)
    assert met is not None
    number = {int(v): k for k, v in enumerate(passes.order)}
    roots: dict[int, list[float]] = {}
    for group, cost in costs.items():
        beyond = cost - prices[list(group)].sum()
        roots.setdefault(min(number[v] for v in group), []).append(beyond)
    expected = sorted(beyond for each in roots.values() for beyond in sorted(each)[:room])
    assert met.reduced == pytest.approx(expected, abs=1e-4)


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 99), st.sampled_from([-10.0, 0.0, 25.0]))
@QUICK
def test_all_below_a_reduced_cost_are_listed(
    drawn: tuple[nx.Graph, Rules], seed: int, reduced: float
) -> None:
    """Those and no others, unless they are more than may be."""
    problem = problem_of(*drawn)
    costs, prices = costs_of(problem), prices_of(problem, seed)
    passes = passes_of(problem)
    if not costs:
        return
    assert passes is not None
    expected = [group for group, cost in costs.items() if cost - prices[list(group)].sum() < reduced]
    for workers in (1, 2):
        store = replace(passes, workers=workers).within(prices, reduced, len(expected))
        assert store is not None
        assert sorted(tuple(store[j].tolist()) for j in range(len(store))) == sorted(expected)
    assert not expected or passes.within(prices, reduced, len(expected) - 1) is None


@given(small_areas(most=8, least=2, oversize=False))
@examples(30)
def test_what_is_forbidden_is_not_given(drawn: tuple[nx.Graph, Rules]) -> None:
    """Nor does it lower a price: with two practices at least, nobody stands alone."""
    graph, rules = drawn
    problem = problem_of(graph, replace(rules, demands=replace(rules.demands, least_practices=2)))
    passes = passes_of(problem)
    costs = {group: cost for group, cost in costs_of(problem).items() if len(group) > 1}
    assert passes is not None
    if not len(passes):
        return
    met = passes.meet(prices_of(problem, 1), EVERYTHING)
    assert met is not None
    assert sorted(groups_of(met)) == sorted(costs)


def test_too_many_are_none(example: tuple[nx.Graph, Rules]) -> None:
    """A limit that is passed, or a stop: none, and nothing half done."""
    problem = problem_of(*example)
    assert passes_of(problem, limit=3) is None
    stopped = Passes.of(problem.graph, problem.data, problem.limits, EVERYTHING, 1, lambda: True)
    assert stopped is None
    passes = passes_of(problem)
    assert passes is not None
    assert passes.meet(prices_of(problem, 0), 1.0, lambda: True) is None


@pytest.fixture
def example() -> tuple[nx.Graph, Rules]:
    """Sixty practices that border their nearest."""
    return county(60, 1)
