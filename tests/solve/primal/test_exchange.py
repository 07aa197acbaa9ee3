"""Exchanges at the borders: all that leave two networks sound are found, and a plan only gets cheaper by them."""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING

import networkx as nx
from hypothesis import assume, given
from hypothesis import strategies as st

from netform.solve.model.problem import group_costs
from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.primal.exchange import _Exchanger, exchange
from netform.solve.primal.neighbourhood_search import first_plan
from tests.examples import examples
from tests.solve.primal.test_neighbourhood_search import assert_whole, county, key, problem_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    from netform.rules import Rules
    from netform.solve.model.problem import Group, Problem


def sound(problem: Problem, rules: Rules, group: set[int]) -> bool:
    """Connected and within the band."""
    patients = sum(problem.data.list_size[v] for v in group)
    return (
        bool(group)
        and nx.is_connected(problem.graph.subgraph(group))
        and rules.least <= patients <= rules.most
    )


@given(small_areas(most=9, least=3, oversize=False), st.integers(0, 2**9 - 1))
@examples(150)
def test_the_exchanges_of_a_pair_are_those_of_trying_all(drawn: tuple[nx.Graph, Rules], which: int) -> None:
    """One practice over, or two that change places, whoever leaves not parting those who stay."""
    problem = problem_of(*drawn)
    rules = drawn[1]
    one = tuple(v for v in problem.graph if which >> v & 1)
    other = tuple(v for v in problem.graph if not which >> v & 1)
    assume(one and other)
    assume(all(nx.is_connected(problem.graph.subgraph(group)) for group in (one, other)))
    expected = set()
    for v in (None, *one):
        for u in (None, *other):
            leaves, joins = {v} - {None}, {u} - {None}
            first, second = set(one) - leaves, set(other) - joins
            if not (leaves or joins) or not first or not second:
                continue
            if not all(nx.is_connected(problem.graph.subgraph(group)) for group in (first, second)):
                continue
            pair = (first | joins, second | leaves)
            if all(sound(problem, rules, group) for group in pair):
                expected.add(tuple(tuple(sorted(group)) for group in pair))
    found = _Exchanger(problem, NEVER).found((one, other))
    assert len(set(found)) == len(found)
    # Two that are next to nobody on the other side do not change places.
    assert set(found) <= expected
    missing = expected - set(found)
    for first, second in missing:
        over, back = set(one) - set(first), set(other) - set(second)
        alone = [v for v in over | back if not set(problem.graph[v]) & set(other if v in one else one)]
        assert alone


@given(st.integers(0, 30))
@examples(10)
def test_a_plan_gets_cheaper_and_stays_whole(seed: int) -> None:
    """Within the band as before, by the same seed the same, and told of every step down."""
    graph, rules = county(45, seed)
    problem = problem_of(graph, rules)
    plan = first_plan(problem, seed, NEVER)
    assume(key(problem, plan, rules)[0] == 0)
    told: list[list[Group]] = []

    def bettered() -> list[Group]:
        ticks = count()
        return exchange(
            problem,
            plan,
            seed,
            Deadline(400.0, lambda: float(next(ticks))),
            lambda better: told.append([*better]),
        )

    better = bettered()
    assert_whole(problem, better)
    costs = [math.fsum(group_costs(problem, each)) for each in (plan, *told)]
    assert costs == sorted(costs, reverse=True)
    assert key(problem, better, rules)[0] == 0
    assert better == told[-1] == bettered()
