"""Streamed columns: the relaxation is that over a list, and so are neighbourhoods planned and the best plan proven."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given

from netform.candidates.adjacency import Adjacency
from netform.candidates.enumerate import list_candidates
from netform.candidates.passes import Passes
from netform.scores import candidate_costs
from netform.solve.area import Options, Progress, solve_area
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.master.relaxation import relax
from netform.solve.model.budget import MemoryBudget
from netform.solve.model.candidate_cache import LISTING
from netform.solve.model.problem import Problem, SetPartitioning, group_costs
from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.model.turns import take_turns
from netform.solve.primal.among_near import chosen_anew
from netform.solve.primal.neighbourhood_search import improvements
from netform.solve.unlisted import by_passes as by_passes_module
from netform.solve.unlisted.by_passes import streamed_turns
from netform.solve.unlisted.full_pricing import NEAR_ENOUGH, nearest, relaxations, shared_costs
from tests.brute_force import best_plan
from tests.examples import examples
from tests.made_up_problem import assert_whole, county, first_plan, key, part_of, problem_of, tree_plan
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from netform.plan import AreaResult
    from netform.rules import Rules
    from netform.solve.part_candidates import Part

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
    """Within what it ends at; no bound on the way is higher, or lower than the one before, and each is its prices."""
    problem = problem_of(*county(practices, seed))
    steps = list(relaxations(problem, passes_of(problem), first_plan(problem, seed), NEVER))
    bound = relax(listed(problem), NEVER).bound
    bounds = [priced.bound for priced in steps]
    assert bound * (1 - 2 * NEAR_ENOUGH) <= bounds[-1] <= bound + 1e-4
    assert bounds == sorted(bounds)
    for priced in steps:
        assert priced.bound == pytest.approx(math.fsum(priced.prices), abs=1e-4)


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
    for priced in relaxations(problem, passes, first_plan(problem, 0), NEVER):
        assert priced.bound <= best.cost + 1e-6


def test_shared_costs_are_those_of_the_plan() -> None:
    """By list size, and all of them."""
    problem = problem_of(*county(30, 4))
    plan = first_plan(problem, 4)
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
    plan = tree_plan(problem, seed)
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
    plan = tree_plan(problem, 7)
    *_, priced = relaxations(problem, passes_of(problem), plan, NEVER)
    near = nearest(passes_of(problem), priced.prices, NEVER)
    assert near is not None
    resolve = chosen_anew(problem, near, exactly, 60.0)
    *_, better = improvements(problem, plan, resolve, NEVER, levels=(12, 20, 30), workers=workers)
    assert_whole(problem, better)
    rules = problem.data.rules
    assert key(problem, better, rules) < key(problem, plan, rules)
    *_, alone = improvements(problem, plan, resolve, NEVER, levels=(12, 20, 30))
    assert better == alone


def streamed(graph: nx.Graph, rules: Rules) -> Part:
    """Plan a part by streams alone, from its first plan."""
    part = part_of(graph, rules)
    part.offer(part.value_of(tree_plan(part.problem, 0)), "first plan")
    take_turns(part, [streamed_turns(part, passes_of(part.problem))])
    return part


def best_of(graph: nx.Graph, rules: Rules) -> AreaResult:
    """Solve over all networks, listed."""
    return solve_area(graph, "", list(graph), rules, Options(), Progress()).result


@pytest.mark.parametrize("seed", [2, 5])
def test_streams_alone_prove_the_best_plan(seed: int) -> None:
    """All networks are met, and those that a cheaper plan could use are solved over: the plan of the whole list."""
    graph, rules = county(60, seed)
    best = best_of(graph, rules)
    part = streamed(graph, rules)
    assert part.incumbent is not None
    assert part.done
    assert part.incumbent.value[:2] == (0, 0)
    assert part.incumbent.value.cost == pytest.approx(best.cost)
    assert part.bound == pytest.approx(best.cost)
    # What is left to choose from is less than was met.
    assert part.columns is not None
    assert part.columns < len(passes_of(part.problem))


def test_what_is_not_proven_is_not_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no room to solve over what a cheaper plan could use: a plan near the best, between it and the bound."""
    graph, rules = county(60, 2)
    best = best_of(graph, rules)
    assert best.cost is not None
    monkeypatch.setattr(by_passes_module, "MOST_SOLVED", 0)
    part = streamed(graph, rules)
    assert part.incumbent is not None
    assert not part.done
    assert 0.9 * best.cost < part.bound <= best.cost <= part.incumbent.value.cost * (1 + 1e-9)
    assert part.incumbent.value.cost < 1.02 * best.cost


def test_an_area_is_proven_by_streams_where_its_list_is_too_long() -> None:
    """With less memory than a list takes, search and streams take turns until they meet: the best, whole."""
    graph, rules = county(60, 2)
    best = best_of(graph, rules)
    few = Options(memory=MemoryBudget(LISTING.column * best.candidates))
    outcome = solve_area(graph, "", list(graph), rules, few, Progress())
    result = outcome.result
    assert "priced as they were met" in result.method
    assert "the bound proves that no plan costs less" in result.method
    assert result.status == "optimal"
    assert result.cost == pytest.approx(best.cost)
    assert sorted(code for network in outcome.networks for code in network.practice_codes) == sorted(graph)
