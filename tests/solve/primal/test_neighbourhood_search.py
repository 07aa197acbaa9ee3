"""Search: a first plan that is whole, and better ones that stay so."""

from __future__ import annotations

import math
from itertools import count, pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.explain.obstacles import connected_parts
from netform.rules import Rules
from netform.rules_file import load_profile
from netform.scores import network_cost, network_terms
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.problem import Group, Problem, SetPartitioning, group_costs, store_of
from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.primal.neighbourhood_search import better_plan, first_plan, listed_anew
from tests.brute_force import best_plan
from tests.examples import examples
from tests.strategies import made_up_area, small_areas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

QUICK = examples(100)


def problem_of(graph: nx.Graph, rules: Rules) -> Problem:
    """Take the largest connected part without oversize practices."""
    part = max(connected_parts(graph, rules), key=len)
    return Problem.of(graph, part, rules)


def exactly(partitioning: SetPartitioning, deadline: Deadline) -> NDArray[np.int64] | None:
    """Choose among the candidates of a neighbourhood."""
    return solve_set_partitioning(partitioning, deadline).chosen


def assert_whole(problem: Problem, plan: Sequence[Group]) -> None:
    """Every practice once, every group connected."""
    assert sorted(v for group in plan for v in group) == list(range(len(problem.codes)))
    assert all(nx.is_connected(problem.graph.subgraph(group)) for group in plan)


def key(problem: Problem, plan: Sequence[Group], rules: Rules) -> tuple[int, int, float]:
    """Count networks and patients outside the band; then the cost."""
    sizes = [sum(problem.graph.nodes[v]["list_size"] for v in group) for group in plan]
    outside = [max(0, rules.least - size, size - rules.most) for size in sizes]
    return sum(amount > 0 for amount in outside), sum(outside), math.fsum(group_costs(problem, plan))


def county(practices: int, seed: int) -> tuple[nx.Graph, Rules]:
    """Make a county of practices of 4,000 to 14,000 patients that border their nearest."""
    random = np.random.default_rng(seed)
    points = [tuple(point) for point in random.integers(0, 40_000, (practices, 2)).tolist()]
    sizes = random.integers(4_000, 14_000, practices).tolist()
    distance = [[math.dist(a, b) for b in points] for a in points]
    pairs = {
        (min(a, b), max(a, b))
        for a in range(practices)
        for b in sorted(range(practices), key=distance[a].__getitem__)[1:4]
    }
    # A chain keeps the county in one part.
    order = sorted(range(practices), key=lambda k: points[k])
    pairs |= {(min(a, b), max(a, b)) for a, b in pairwise(order)}
    rules = load_profile()
    return made_up_area(sizes, points, sorted(pairs), rules), rules


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 3))
@examples(50)
def test_a_first_plan_is_whole(drawn: tuple[nx.Graph, Rules], seed: int) -> None:
    """Every practice once by connected groups; the same for the same seed; whole when time is up too."""
    problem = problem_of(*drawn)
    plan = first_plan(problem, seed, NEVER)
    assert_whole(problem, plan)
    assert plan == first_plan(problem, seed, NEVER)
    assert_whole(problem, first_plan(problem, seed, Deadline(0.0)))


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 5))
@QUICK
def test_a_better_plan_is_whole_and_no_worse(drawn: tuple[nx.Graph, Rules], looks: int) -> None:
    """Fewer exceptions, patients outside or hours, or the same; each plan told of betters the one before."""
    graph, rules = drawn
    problem = problem_of(graph, rules)
    plan = first_plan(problem, 0, NEVER)
    ticks = count()
    for deadline in (NEVER, Deadline(float(looks), lambda: float(next(ticks)))):
        told: list[Sequence[Group]] = []
        better = better_plan(problem, plan, listed_anew(problem, exactly), deadline, on_plan=told.append)
        assert_whole(problem, better)
        for each in told:
            assert_whole(problem, each)
        keys = [key(problem, each, rules) for each in (plan, *told, better)]
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
    plan = better_plan(problem, first_plan(problem, 0, NEVER), listed_anew(problem, exactly), NEVER)
    found = key(problem, plan, rules)
    assert best is not None
    assert found >= (best.exceptions, best.patients_outside, best.cost - 1e-5 * max(1, best.cost))
    if best.exceptions == 0 and len(plan) > 1:
        assert found == (0, 0, pytest.approx(best.cost, rel=1e-6, abs=1e-6))


@pytest.mark.parametrize("seed", [0, 1])
def test_a_county_of_sixty(seed: int) -> None:
    """A whole plan in the band from trees, and a better one by neighbourhoods, not far above the bound."""
    graph, rules = county(60, seed)
    problem = problem_of(graph, rules)
    plan = first_plan(problem, seed, NEVER)
    assert_whole(problem, plan)
    better = better_plan(problem, plan, listed_anew(problem, exactly), NEVER)
    assert_whole(problem, better)
    first, last = key(problem, plan, rules), key(problem, better, rules)
    assert last[:2] == (0, 0)
    assert last < first


def test_only_neighbourhoods_of_some_networks_are_looked_at() -> None:
    """None where nothing starts one; of networks outside the band those around them, until all are within."""
    graph, rules = county(60, 3)
    problem = problem_of(graph, rules)
    good = better_plan(problem, first_plan(problem, 3, NEVER), listed_anew(problem, exactly), NEVER)
    # One network is cut in two that are too small.
    whole = max(good, key=len)
    end = next(v for v in whole if nx.is_connected(problem.graph.subgraph(set(whole) - {v})))
    spoilt = sorted([group for group in good if group != whole] + [(end,), tuple(sorted(set(whole) - {end}))])

    def outside(group: Group) -> bool:
        return not rules.least <= problem.data.list_size[list(group)].sum() <= rules.most

    assert any(map(outside, spoilt))
    resolve = listed_anew(problem, exactly)
    assert better_plan(problem, spoilt, resolve, NEVER, starts=lambda _group: False) == spoilt
    mended = better_plan(problem, spoilt, resolve, NEVER, starts=outside)
    assert_whole(problem, mended)
    assert not any(map(outside, mended))


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
