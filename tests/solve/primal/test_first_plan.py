"""Plans by search: always one, whole, valued as defined, and on small maps the best there is."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.plan.grouping import Grouping, Moves
from netform.rules.demands import Demands
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.plan_model import LinkingRules
from netform.solve.model.problem import Problem
from netform.solve.primal.first_plan import Incumbent, incumbents
from netform.solve.primal.value import PlanDemands
from tests.brute_force import keeps_moves, outside_band, plan_hours, plans_by_exceptions
from tests.examples import examples
from tests.made_up_problem import assert_whole, county, problem_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules

QUICK = examples(60)
EFFORT = 1_500


def whole_problem(graph: nx.Graph, rules: Rules) -> Problem:
    """All practices of an area, connected or not, as one problem."""
    return Problem.of(graph, graph, rules)


def judged(problem: Problem, graph: nx.Graph, rules: Rules, found: Incumbent) -> tuple[int, int, float]:
    """The value of a plan but for demands, by the plain definitions."""
    groups = [tuple(problem.codes[v] for v in group) for group in found.groups]
    outside = [outside_band(graph, group, rules) for group in groups]
    return sum(map(bool, outside)), sum(outside), plan_hours(graph, [tuple(groups)], rules)[0]


def within(graph: nx.Graph, rules: Rules) -> nx.Graph:
    """The area without practices over the band, which stand alone and are none of search's."""
    return graph.subgraph([code for code, size in graph.nodes(data="list_size") if size <= rules.most]).copy()


@given(small_areas(most=7, oversize=False), st.integers(0, 5))
@QUICK
def test_the_best_of_all_divisions_is_found(drawn: tuple[nx.Graph, Rules], seed: int) -> None:
    """The value of a small plan is the best one of trying everything, and is as defined."""
    graph, rules = within(drawn[0], drawn[1]), drawn[1]
    problem = whole_problem(graph, rules)
    found = incumbents(problem, seed=seed, effort=EFFORT)
    assert_whole(problem, found.groups)
    assert found.value[1:3] == judged(problem, graph, rules, found)[:2]
    assert math.isclose(found.value.cost, judged(problem, graph, rules, found)[2], rel_tol=1e-9, abs_tol=1e-9)
    plans = plans_by_exceptions(graph, rules)
    best = min(plans)
    assert found.value[:3] == (0, *best)
    assert found.value.cost <= min(plan_hours(graph, plans[best], rules)) * (1 + 1e-9) + 1e-6


@st.composite
def demanded(draw: st.DrawFn, codes: list[str]) -> Demands:
    """Draw some demands on networks, and how many there are to be."""
    pairs = [*combinations(codes, 2)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True)) if pairs else []
    parted = draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True)) if pairs else []
    return Demands(
        together=tuple(sorted(chosen)),
        apart=tuple(sorted(parted)),
        hub_may=tuple(sorted(draw(st.sets(st.sampled_from(codes)))) if draw(st.booleans()) else ()),
        longest_between=draw(st.sampled_from([math.inf, 12.0, 25.0])),
        longest_to_hub=draw(st.sampled_from([math.inf, 8.0, 20.0])),
        most_practices=draw(st.sampled_from([2**16, 3])),
        networks=draw(st.none() | st.integers(1, len(codes))),
    )


@given(small_areas(most=6, oversize=False), st.data())
@QUICK
def test_demands_are_kept_where_any_plan_keeps_them(
    drawn: tuple[nx.Graph, Rules], data: st.DataObject
) -> None:
    """Under any demands the value is the best of trying everything; where no plan keeps them, it says so."""
    graph = within(*drawn)
    if not len(graph):
        return
    demands = data.draw(demanded(sorted(graph)))
    rules = replace(drawn[1], demands=demands)
    problem = whole_problem(graph, rules)
    found = incumbents(problem, PlanDemands(demands.networks), effort=EFFORT)
    assert_whole(problem, found.groups)
    plans = plans_by_exceptions(graph, rules)
    if not plans:
        assert found.value.broken > 0
        return
    assert found.value[:3] == (0, *min(plans))
    assert found.value.cost <= min(plan_hours(graph, plans[min(plans)], rules)) * (1 + 1e-9) + 1e-6


@given(small_areas(most=6, oversize=False, least=2), st.data())
@QUICK
def test_no_more_move_than_may(drawn: tuple[nx.Graph, Rules], data: st.DataObject) -> None:
    """Near a start, the value is the best of the plans that are near enough."""
    graph, rules = within(*drawn), drawn[1]
    if not len(graph):
        return
    label = [data.draw(st.sampled_from("ab")) for _ in graph]
    networks = {
        name: tuple(sorted(code for code, k in zip(graph, label, strict=True) if k == name))
        for name in sorted(set(label))
    }
    patients = {
        name: sum(graph.nodes[code]["list_size"] for code in codes) for name, codes in networks.items()
    }
    moves = Moves(Grouping("start", networks), patients, data.draw(st.integers(0, 3)))
    problem = whole_problem(graph, rules)
    linking = LinkingRules(graph, (), None, moves)
    found = incumbents(problem, PlanDemands.of(problem.codes, linking), effort=EFFORT)
    plans = plans_by_exceptions(graph, rules, keeps_moves(graph, moves))
    if not plans:
        assert found.value.broken > 0
        return
    assert found.value[:3] == (0, *min(plans))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("narrow", [0.02, 0.1, 0.3])
def test_a_planted_plan_without_exceptions_is_found(seed: int, narrow: float) -> None:
    """A map cut into networks of like size is divided without exceptions, the band as narrow as they allow."""
    graph, rules = county(60, seed)
    random = np.random.default_rng(seed)
    problem = problem_of(graph, rules)
    planted = incumbents(problem, PlanDemands(networks=9), seed=seed, effort=200)
    middle = problem.patients // 9
    # Lists are changed so that each planted network holds as many patients as the others.
    changed = graph.copy()
    for group in planted.groups:
        codes = [problem.codes[v] for v in group]
        shares = random.dirichlet(np.full(len(codes), 4.0))
        for code, share in zip(codes, shares, strict=True):
            changed.nodes[code]["list_size"] = max(1, int(middle * share))
            changed.nodes[code]["weighted_list_size"] = float(changed.nodes[code]["list_size"])
    banded = rules.with_band(int(middle * (1 - narrow / 2)), int(middle * (1 + narrow / 2)))
    hard = Problem.of(changed, problem.codes, banded)
    found = incumbents(hard, seed=seed, effort=20_000, until_sound=True)
    assert found.sound


def test_plans_are_told_of_from_the_first_on_and_only_get_better() -> None:
    """The first comes though time is up; each is better than the one before; the last is the answer."""
    graph, rules = county(50, 3)
    problem = problem_of(graph, rules)
    told: list[Incumbent] = []
    found = incumbents(problem, seed=3, effort=300, on_plan=told.append)
    assert all(one.value > other.value for one, other in pairwise(told))
    assert told[-1] == found == incumbents(problem, seed=3, effort=300)
    late = incumbents(problem, seed=3, deadline=Deadline(0.0, lambda: 1.0))
    assert_whole(problem, late.groups)


def test_a_plan_is_gone_on_from() -> None:
    """What is handed over is bettered, and never given back worse."""
    graph, rules = county(50, 4)
    problem = problem_of(graph, rules)
    first = incumbents(problem, seed=1, effort=0)
    found = incumbents(problem, plan=first.groups, seed=2, effort=500)
    assert found.value < first.value
    assert_whole(problem, found.groups)
    assert incumbents(problem, plan=found.groups, effort=0, deadline=NEVER).value <= found.value


def test_the_first_sound_plan_is_enough() -> None:
    """Asked to stop there, no further plan is told of."""
    graph, rules = county(60, 5)
    told: list[Incumbent] = []
    incumbents(problem_of(graph, rules), until_sound=True, on_plan=told.append)
    assert [each.sound for each in told] == [*[False] * (len(told) - 1), True]
