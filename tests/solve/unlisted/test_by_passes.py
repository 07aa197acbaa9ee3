"""Parts whose networks are met in passes: the relaxation is that over a list, and so are neighbourhoods planned."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given

from netform.candidates.adjacency import Adjacency
from netform.candidates.enumerate import list_candidates
from netform.candidates.passes import BYTES_EACH, Passes
from netform.scores import candidate_costs
from netform.solve.area import Options, Progress, solve_area
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.master.relaxation import relax
from netform.solve.model import candidate_cache as listing_module
from netform.solve.model.candidate_cache import BYTES_EACH as BYTES_LISTED
from netform.solve.model.problem import Problem, SetPartitioning, group_costs
from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.primal import divide_and_conquer as chunks_module
from netform.solve.primal.among_near import chosen_anew
from netform.solve.primal.neighbourhood_search import better_plan, first_plan
from netform.solve.unlisted import by_passes as by_passes_module
from netform.solve.unlisted import planner as by_search_module
from netform.solve.unlisted.full_pricing import NEAR_ENOUGH, nearest, relax_in_passes, shared_costs
from tests.brute_force import best_plan
from tests.examples import examples
from tests.solve.primal.test_neighbourhood_search import assert_whole, county, key, problem_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from netform.rules import Rules

QUICK = examples(60)


def passes_of(problem: Problem) -> Passes:
    """Score all networks of a problem."""
    passes = Passes.of(problem.graph, problem.data, problem.limits, 10**9)
    assert passes is not None
    return passes


def listed(problem: Problem) -> SetPartitioning:
    """Choose among all networks of a problem."""
    rules = problem.data.rules
    store = list_candidates(Adjacency.of(problem.graph), rules.least, rules.most, enclaves=False)
    return SetPartitioning(store, candidate_costs(store, problem.data), (), problem.patients // rules.least)


def exactly(partitioning: SetPartitioning, cutoff: float, deadline: Deadline) -> NDArray[np.int64] | None:
    """Choose among networks below a cost."""
    return solve_set_partitioning(partitioning, deadline, cutoff=cutoff).chosen


@pytest.mark.parametrize(("practices", "seed"), [(30, 1), (60, 2), (90, 3)])
def test_the_relaxation_is_that_over_a_list(practices: int, seed: int) -> None:
    """Within what it ends at; every bound told of is no higher, and none is lower than the one before."""
    problem = problem_of(*county(practices, seed))
    plan = better_plan(problem, first_plan(problem, seed, NEVER), lambda _hood, _deadline: None, NEVER)
    told: list[float] = []
    priced = relax_in_passes(problem, passes_of(problem), plan, NEVER, told.append)
    bound = relax(listed(problem), NEVER).bound
    assert bound * (1 - 2 * NEAR_ENOUGH) <= priced.bound <= bound + 1e-4
    assert told == sorted(told)
    assert told[-1] == priced.bound


@given(small_areas(most=9, least=2, oversize=False))
@QUICK
def test_no_plan_costs_less_than_the_bound(drawn: tuple[nx.Graph, Rules]) -> None:
    """Not even where the first plan has networks outside the band."""
    problem = problem_of(*drawn)
    graph, rules = drawn
    best = best_plan(graph.subgraph(problem.codes), rules)
    passes = passes_of(problem)
    if best is None or best.exceptions or not len(passes):
        return
    priced = relax_in_passes(problem, passes, first_plan(problem, 0, NEVER), NEVER)
    assert priced.bound <= best.cost + 1e-6


def test_shared_costs_are_those_of_the_plan() -> None:
    """By list size, and all of them."""
    problem = problem_of(*county(30, 4))
    plan = first_plan(problem, 4, NEVER)
    prices = shared_costs(problem, plan)
    assert math.fsum(prices) == pytest.approx(math.fsum(group_costs(problem, plan)))
    for group, cost in zip(plan, group_costs(problem, plan), strict=True):
        each = prices[list(group)] / problem.data.list_size[list(group)]
        assert each == pytest.approx([cost / problem.data.list_size[list(group)].sum()] * len(group))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_neighbourhood_of_all_is_planned_best(seed: int) -> None:
    """Among all networks: the plan that choosing from the list gives; no plan where the best is there already."""
    problem = problem_of(*county(30, seed))
    passes, partitioning = passes_of(problem), listed(problem)
    met = passes.meet(np.zeros(len(problem.codes)), 1e9)
    assert met is not None
    assert len(met.store) == len(partitioning.store)
    best = solve_set_partitioning(partitioning)
    resolve = chosen_anew(problem, met.store, exactly, 60.0)
    plan = first_plan(problem, seed, NEVER)
    found = resolve(plan, NEVER)
    assert best.chosen is not None
    if math.fsum(group_costs(problem, plan)) > best.cost + 1e-6:
        assert found is not None
        assert math.fsum(group_costs(problem, found)) == pytest.approx(best.cost)
        plan = found
    assert resolve(plan, NEVER) is None


@pytest.mark.parametrize("workers", [1, 3])
def test_a_plan_bettered_among_the_nearest_is_whole_and_no_worse(workers: int) -> None:
    """And the same by any number of threads."""
    problem = problem_of(*county(60, 7))
    plan = first_plan(problem, 7, NEVER)
    priced = relax_in_passes(problem, passes_of(problem), plan, NEVER)
    near = nearest(passes_of(problem), priced.prices, NEVER)
    assert near is not None
    resolve = chosen_anew(problem, near, exactly, 60.0)
    better = better_plan(problem, plan, resolve, NEVER, levels=(12, 20, 30), workers=workers)
    assert_whole(problem, better)
    rules = problem.data.rules
    assert key(problem, better, rules) < key(problem, plan, rules)
    alone = better_plan(problem, plan, resolve, NEVER, levels=(12, 20, 30))
    assert better == alone


@pytest.mark.parametrize("seed", [2, 5])
def test_an_area_is_proven_by_passes_where_its_list_is_too_long(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With memory for a list of a few, all are met, and those that a cheaper plan could use are listed: the best."""
    graph, rules = county(60, seed)
    best = solve_area(graph, "", list(graph), rules, Options(), Progress()).result
    monkeypatch.setattr(listing_module, "MOST_LISTED", best.candidates * BYTES_EACH * 2 // BYTES_LISTED)
    outcome = solve_area(graph, "", list(graph), rules, Options(), Progress())
    result = outcome.result
    assert "met in passes" in result.method
    assert result.status == "optimal"
    assert result.cost == pytest.approx(best.cost)
    assert result.candidates >= best.candidates
    assert sorted(code for network in outcome.networks for code in network.practice_codes) == sorted(graph)


def test_a_map_that_is_divided_is_planned_by_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """More practices than one first plan is made of: chunks, mended where they have exceptions, and then passes."""
    graph, rules = county(90, 4)
    best = solve_area(graph, "", list(graph), rules, Options(), Progress()).result
    monkeypatch.setattr(listing_module, "MOST_LISTED", best.candidates * BYTES_EACH * 2 // BYTES_LISTED)
    monkeypatch.setattr(by_search_module, "MANY", 60)
    monkeypatch.setattr(chunks_module, "CHUNK", 30)
    result = solve_area(graph, "", list(graph), rules, Options(), Progress()).result
    assert "met in passes" in result.method
    assert result.bound <= best.cost <= result.cost * (1 + 1e-9)
    assert result.cost < 1.02 * best.cost


def test_what_is_not_proven_is_not_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no room to choose from what a cheaper plan could use: a plan near the best, between it and the bound."""
    graph, rules = county(60, 2)
    best = solve_area(graph, "", list(graph), rules, Options(), Progress()).result
    monkeypatch.setattr(listing_module, "MOST_LISTED", best.candidates * BYTES_EACH * 2 // BYTES_LISTED)
    monkeypatch.setattr(by_passes_module, "MOST_CHOSEN_FROM", 0)
    result = solve_area(graph, "", list(graph), rules, Options(), Progress()).result
    assert result.status == "feasible"
    assert "not proven best" in result.method
    assert 0.9 * best.cost < result.bound <= best.cost <= result.cost * (1 + 1e-9)
    assert result.cost < 1.02 * best.cost
