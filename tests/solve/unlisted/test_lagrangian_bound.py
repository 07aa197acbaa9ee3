"""The bound by hubs: no plan costs less, and its knapsacks are those of trying every set."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netform.rules import Rules
from netform.solve.model.problem import Problem, group_costs
from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.unlisted import lagrangian_bound as module
from netform.solve.unlisted.lagrangian_bound import HubCosts, hub_bound
from tests.brute_force import best_plan
from tests.made_up_problem import county, first_plan, problem_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx

QUICK = settings(deadline=None, max_examples=60, derandomize=True)


def sets(n: int) -> list[tuple[int, ...]]:
    """Every set of some of n practices."""
    return [group for count in range(1, n + 1) for group in combinations(range(n), count)]


def band_of(problem: Problem, rules: Rules, *, exceptions: bool) -> tuple[int, int]:
    """The band, or one wide enough for any exception."""
    return (1, max(rules.most, problem.patients)) if exceptions else (rules.least, rules.most)


@given(small_areas(most=8, least=2, oversize=False), st.booleans(), st.sampled_from([60_000, 500]))
@QUICK
def test_no_network_costs_less_than_by_its_best_hub(
    drawn: tuple[nx.Graph, Rules], exceptions: bool, steps: int
) -> None:
    """Any set within the band, connected or not: some practice of it is a hub by which it costs no more."""
    problem = problem_of(*drawn)
    least, most = band_of(problem, drawn[1], exceptions=exceptions)
    if problem.patients < least:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_STEPS", steps)
        costs = HubCosts.of(problem.data, least, most)
    groups = [
        group
        for group in sets(len(problem.codes))
        if least <= problem.data.list_size[list(group)].sum() <= most
    ]
    for group, cost in zip(groups, group_costs(problem, groups), strict=True):
        members = list(group)
        size = int(costs.sizes[members].sum())
        assert costs.least <= size <= costs.most
        by_hub = costs.travel[np.ix_(members, members)].sum(axis=1) + costs.fixed[size]
        assert by_hub.min() <= cost + 1e-6


@given(small_areas(most=8, least=2, oversize=False), st.integers(0, 2**32), st.sampled_from([1, 2]))
@QUICK
def test_the_knapsacks_are_those_of_trying_every_set(
    drawn: tuple[nx.Graph, Rules], seed: int, workers: int
) -> None:
    """By any prices: exact where something is below zero, and nothing is where they say so."""
    problem = problem_of(*drawn)
    rules = drawn[1]
    if problem.patients < rules.least:
        return
    costs = HubCosts.of(problem.data, rules.least, rules.most)
    n = len(problem.codes)
    prices = np.random.default_rng(seed).uniform(-5, 60, n)
    values, chosen = module._priced(costs, prices, workers)
    for hub in range(n):
        least = math.inf
        for group in sets(n):
            size = int(costs.sizes[list(group)].sum())
            if hub in group and costs.least <= size <= costs.most:
                members = list(group)
                value = costs.travel[hub, members].sum() - prices[members].sum() + costs.fixed[size]
                least = min(least, float(value))
        assert min(values[hub], 0.0) == pytest.approx(min(least, 0.0), abs=1e-9)
        assert values[hub] <= least + 1e-9
        if values[hub] < 0:
            members = chosen[hub][chosen[hub] >= 0].tolist()
            assert hub in members
            assert len(set(members)) == len(members)
            size = int(costs.sizes[members].sum())
            value = costs.travel[hub, members].sum() - prices[members].sum() + costs.fixed[size]
            assert value == pytest.approx(values[hub])


@given(small_areas(most=8, least=2, oversize=False), st.integers(0, 3))
@QUICK
def test_no_plan_costs_less(drawn: tuple[nx.Graph, Rules], seed: int) -> None:
    """The best plan within the band, and with exceptions: each bound holds, and rises as it is told."""
    problem = problem_of(*drawn)
    graph, rules = drawn[0].subgraph(problem.codes), drawn[1]
    best = best_plan(graph, rules)
    if best is None:
        return
    told: list[float] = []
    plan = first_plan(problem, seed)
    least, most = band_of(problem, rules, exceptions=best.exceptions > 0)
    bound = hub_bound(problem, plan, least, most, NEVER, 1, told.append)
    assert bound <= best.cost + 1e-6
    assert told == sorted(told)
    assert told[-1] == bound


def test_time_that_is_up_leaves_a_bound() -> None:
    """The first prices give one already."""
    graph, rules = county(40, 3)
    problem = problem_of(graph, rules)
    plan = first_plan(problem, 0)
    told: list[float] = []
    over = Deadline(0.0, lambda: 1.0)
    bound = hub_bound(problem, plan, 1, max(rules.exception_most, problem.patients), over, 2, told.append)
    assert told == [bound]
    assert math.isfinite(bound)
