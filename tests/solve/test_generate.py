"""The relaxation over groups met as they are needed: its bound holds, and comes near that over all networks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netform.solve import generate as module
from netform.solve.deadline import NEVER, Deadline
from netform.solve.generate import Generator
from netform.solve.recombine import recombine
from netform.solve.relaxation import Choosing, relax
from netform.solve.search import first_plan, group_costs, store_of
from tests.brute_force import best_plan
from tests.solve.test_quick_costs import networks_of
from tests.solve.test_search import assert_whole, county, key, problem_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules import Rules

QUICK = settings(deadline=None, max_examples=60, derandomize=True)


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
    generator = Generator(problem, store_of(plan, n), NEVER)
    generator.settle()
    told: list[float] = []
    generator.prove(workers, told.append)
    assert told == sorted(told)
    assert generator.bound <= best.cost + 1e-6
    groups = networks_of(problem)
    store = store_of(groups, n)
    costs = np.array(group_costs(problem, groups))
    relaxation = relax(Choosing(store, costs, (), problem.patients // rules.least), NEVER)
    assert generator.value >= relaxation.bound - 1e-5
    assert generator.bound <= relaxation.bound + 1e-5
    quick_terms_only = not any(
        rules.weight(name) for name in ("cover", "continuity", "community", "crossing")
    )
    if quick_terms_only:
        assert generator.bound >= relaxation.bound * (1 - 2 * module.ENOUGH) - 1e-3


def test_time_that_is_up_proves_nothing() -> None:
    """Neither groups nor a bound that were not there before."""
    problem = problem_of(*county(24, 5))
    plan = store_of(first_plan(problem, 0, NEVER), len(problem.codes))
    generator = Generator(problem, plan, Deadline(0.0, lambda: 1.0))
    generator.settle()
    generator.prove(1)
    assert len(generator.store) == len(plan)
    assert generator.bound == -math.inf


@pytest.mark.parametrize("seed", range(3))
def test_neighbourhoods_are_chosen_anew(seed: int) -> None:
    """A plan within the band stays whole and within it, and gets cheaper step by step."""
    graph, rules = county(30, seed)
    problem = problem_of(graph, rules)
    plan = first_plan(problem, seed, NEVER)
    if key(problem, plan, rules)[0]:
        pytest.skip("the trees give no plan within the band")
    told = [math.fsum(group_costs(problem, plan))]
    better = recombine(
        problem, plan, NEVER, on_plan=lambda groups: told.append(math.fsum(group_costs(problem, groups)))
    )
    assert_whole(problem, better)
    assert key(problem, better, rules)[0] == 0
    assert told == sorted(told, reverse=True)
    assert math.fsum(group_costs(problem, better)) == pytest.approx(told[-1])
    assert recombine(problem, plan, Deadline(0.0, lambda: 1.0)) == sorted(plan)
