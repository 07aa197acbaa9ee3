"""The relaxation over groups met as they are needed: its bound holds, and comes near that over all networks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.master.relaxation import relax
from netform.solve.model.problem import SetPartitioning, group_costs, store_of
from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.primal.neighbourhood_search import first_plan
from netform.solve.unlisted import column_generation as module
from netform.solve.unlisted.by_hubs import beam_search, branched_on_count, plan_by_hubs, prove_by_hubs
from tests.brute_force import best_plan
from tests.examples import examples
from tests.solve.primal.test_neighbourhood_search import assert_whole, county, key, problem_of
from tests.solve.unlisted.test_separable_cost import networks_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules import Rules

QUICK = examples(60)


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 3), st.sampled_from([1, 2]))
@QUICK
def test_the_bound_is_that_of_all_networks(drawn: tuple[nx.Graph, Rules], seed: int, workers: int) -> None:
    """Never above the best plan; and no further below the relaxation over every network than said."""
    problem = problem_of(*drawn)
    rules, n = drawn[1], len(problem.codes)
    best = best_plan(drawn[0].subgraph(problem.codes), rules)
    plan = first_plan(problem, seed, NEVER)
    if best is None or best.exceptions or key(problem, plan, rules)[0]:
        return
    groups = networks_of(problem)
    store = store_of(groups, n)
    costs = np.array(group_costs(problem, groups))
    relaxation = relax(SetPartitioning(store, costs, (), problem.patients // rules.least), NEVER)
    count_branches = branched_on_count(problem, plan, NEVER)
    for half in count_branches:
        assert half.value >= relaxation.bound - 1e-5
    told: list[float] = []
    bound = prove_by_hubs(count_branches, best.cost, workers, told.append)
    assert told == sorted(told)
    assert bound == (told[-1] if told else -math.inf)
    assert bound <= best.cost + 1e-6
    quick_terms_only = not any(
        rules.weight(name) for name in ("cover", "continuity", "community", "crossing")
    )
    if quick_terms_only:
        assert bound >= min(best.cost, relaxation.bound) * (1 - 2 * module.SETTLED) - 1e-3


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 3))
@QUICK
def test_a_plan_that_is_followed_is_whole_and_cheaper(drawn: tuple[nx.Graph, Rules], seed: int) -> None:
    """Of connected networks within the band; never cheaper than the best there is."""
    problem, rules = problem_of(*drawn), drawn[1]
    best = best_plan(drawn[0].subgraph(problem.codes), rules)
    plan = first_plan(problem, seed, NEVER)
    if best is None or best.exceptions or key(problem, plan, rules)[0]:
        return
    cost = math.fsum(group_costs(problem, plan))
    told: list[float] = []
    better, _ = plan_by_hubs(
        problem, plan, NEVER, lambda groups: told.append(math.fsum(group_costs(problem, groups)))
    )
    assert_whole(problem, better)
    assert key(problem, better, rules)[0] == 0
    assert told == sorted(told, reverse=True)
    assert math.fsum(group_costs(problem, better)) == pytest.approx(min([cost, *told]))
    assert min([cost, *told]) >= best.cost - 1e-6


def test_cuts_raise_the_relaxation_and_lead_to_a_better_plan() -> None:
    """By every round of cuts, at the latest once what they made dear has been replaced."""
    problem = problem_of(*county(40, 2))
    plan = first_plan(problem, 0, NEVER)
    cost = math.fsum(group_costs(problem, plan))
    half = branched_on_count(problem, plan, NEVER)[0]
    before = half.value
    while half.tighten(50) and len(half.cuts) < 500:
        pass
    assert half.value > before + 1.0
    better = beam_search(half, cost, 20_000)
    assert better is not None
    assert half.value <= math.fsum(group_costs(problem, better)) + 1e-6 < cost


def test_time_that_is_up_proves_nothing() -> None:
    """Neither groups nor a bound that were not there before."""
    problem = problem_of(*county(24, 5))
    plan, over = first_plan(problem, 0, NEVER), Deadline(0.0, lambda: 1.0)
    better, count_branches = plan_by_hubs(problem, plan, over)
    assert better == sorted(plan)
    assert [len(half.store) for half in count_branches] == [len(plan)]
    assert prove_by_hubs(count_branches, math.inf, 1) == -math.inf
