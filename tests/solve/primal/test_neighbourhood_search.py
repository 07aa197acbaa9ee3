"""Neighbourhoods: from a plan that is whole to better ones that stay so."""

from __future__ import annotations

from itertools import count, pairwise
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.scores import network_cost, network_terms
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.problem import Group, Problem, group_costs, store_of
from netform.solve.primal.neighbourhood_search import improvements, neighbourhood
from tests.brute_force import best_plan
from tests.examples import examples
from tests.made_up_problem import assert_whole, county, first_plan, key, problem_of, tree_plan
from tests.strategies import small_areas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.rules.model import Rules

QUICK = examples(100)


def bettered(
    problem: Problem, plan: Sequence[Group], deadline: Deadline = NEVER, *, same_number: bool = False
) -> list[list[Group]]:
    """Give a plan and those that neighbourhoods better it to, one after the other."""
    return [list(plan), *improvements(problem, plan, deadline, same_number=same_number)]


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 3))
@examples(50)
def test_a_first_plan_is_whole(drawn: tuple[nx.Graph, Rules], seed: int) -> None:
    """Every practice once by connected groups; the same for the same seed; whole when time is up too."""
    problem = problem_of(*drawn)
    plan = first_plan(problem, seed)
    assert_whole(problem, plan)
    assert plan == first_plan(problem, seed)
    assert_whole(problem, first_plan(problem, seed, Deadline(0.0)))


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 5))
@QUICK
def test_a_better_plan_is_whole_and_no_worse(drawn: tuple[nx.Graph, Rules], looks: int) -> None:
    """Fewer exceptions, patients outside or hours, or the same; each plan given betters the one before."""
    graph, rules = drawn
    problem = problem_of(graph, rules)
    plan = tree_plan(problem, 0)
    ticks = count()
    for deadline in (NEVER, Deadline(float(looks), lambda: float(next(ticks)))):
        given_plans = bettered(problem, plan, deadline)
        for each in given_plans:
            assert_whole(problem, each)
        keys = [key(problem, each, rules) for each in given_plans]
        for before, after in pairwise(keys):
            assert after[:2] <= before[:2]
            assert after[:2] < before[:2] or after[2] <= before[2] + 1e-5


@given(small_areas(most=8, least=2, oversize=False))
@QUICK
def test_within_one_neighbourhood_the_better_plan_is_the_best(drawn: tuple[nx.Graph, Rules]) -> None:
    """Eight practices are one neighbourhood: where two networks and a plan in the band exist, it is found."""
    graph, rules = drawn
    problem = problem_of(graph, rules)
    part = graph.subgraph(problem.codes)
    best = best_plan(part, rules)
    plan = bettered(problem, tree_plan(problem, 0))[-1]
    found = key(problem, plan, rules)
    assert best is not None
    assert found >= (best.exceptions, best.patients_outside, best.cost - 1e-5 * max(1, best.cost))
    if best.exceptions == 0 and len(plan) > 1:
        assert found == (0, 0, pytest.approx(best.cost, rel=1e-6, abs=1e-6))
    if len(tree_plan(problem, 0)) > 1:
        assert found[0] == best.exceptions


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 3))
@QUICK
def test_the_number_of_networks_is_kept_where_it_is_demanded(
    drawn: tuple[nx.Graph, Rules], seed: int
) -> None:
    """And exceptions still get fewer, or patients outside, or hours."""
    problem = problem_of(*drawn)
    plan = tree_plan(problem, seed)
    for better in bettered(problem, plan, same_number=True):
        assert_whole(problem, better)
        assert len(better) == len(plan)
        assert key(problem, better, drawn[1])[:2] <= key(problem, plan, drawn[1])[:2]


@pytest.mark.parametrize("seed", [0, 1])
def test_a_county_of_sixty(seed: int) -> None:
    """A whole plan from trees, and a better one in the band by neighbourhoods."""
    graph, rules = county(60, seed)
    problem = problem_of(graph, rules)
    plan = tree_plan(problem, seed)
    assert_whole(problem, plan)
    better = bettered(problem, plan)[-1]
    assert_whole(problem, better)
    first, last = key(problem, plan, rules), key(problem, better, rules)
    assert last[:2] == (0, 0)
    assert last < first


def test_a_neighbourhood_is_connected_and_no_larger_than_asked() -> None:
    """A network with those around it, itself first; alone where not even one more has room."""
    problem = problem_of(*county(60, 3))
    plan = first_plan(problem, 3)
    owner = {v: group for group in plan for v in group}
    for group in plan:
        hood = neighbourhood(problem, owner, group, 24)
        assert hood[0] == group
        assert len(hood) > 1
        assert sum(map(len, hood)) <= 24
        assert nx.is_connected(problem.graph.subgraph(v for each in hood for v in each))
        assert neighbourhood(problem, owner, group, len(group)) == [group]


@given(small_areas(most=9, least=2, oversize=False))
@QUICK
def test_a_problem_of_some_practices_scores_alike(drawn: tuple[nx.Graph, Rules]) -> None:
    """Numbered anew, a group costs what it did, and what its definition says."""
    graph, rules = drawn
    problem = problem_of(graph, rules)
    members = list(range(0, len(problem.codes), 2))
    part = problem.among(members)
    assert part.codes == tuple(problem.codes[v] for v in members)
    assert part.patients == sum(graph.nodes[code]["list_size"] for code in part.codes)
    codes = [problem.codes[v] for v in members]
    expected = network_cost(network_terms(graph, codes, rules), rules)
    whole = tuple(range(len(members)))
    assert group_costs(part, [whole]) == pytest.approx([expected], rel=1e-9, abs=1e-9)
    assert group_costs(problem, [tuple(members)]) == pytest.approx([expected], rel=1e-9, abs=1e-9)


def test_groups_as_a_store() -> None:
    """Members ascending, whatever order they come in; no groups, no rows."""
    store = store_of([(2, 0), (1,)], 3)
    assert [store[j].tolist() for j in range(len(store))] == [[0, 2], [1]]
    assert len(store_of([], 3)) == 0
