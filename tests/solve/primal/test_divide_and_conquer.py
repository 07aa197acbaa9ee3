"""A first plan by chunks is whole, and a chunk's halves are connected."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.model.problem import group_costs
from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.primal import divide_and_conquer as module
from netform.solve.primal.divide_and_conquer import chunked_plan, halves
from netform.solve.primal.neighbourhood_search import first_plan
from tests.examples import examples
from tests.solve.primal.test_neighbourhood_search import assert_whole, county, exactly, key, problem_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.rules import Rules
    from netform.solve.model.problem import Group


@given(small_areas(most=9, least=2, oversize=False))
@examples(60)
def test_halves_are_connected(drawn: tuple[nx.Graph, Rules]) -> None:
    """Two parts, neither empty, that share no practice and leave none out."""
    problem = problem_of(*drawn)
    if len(problem.codes) < 2:
        return
    one, other = halves(problem, sorted(problem.graph))
    assert sorted([*one, *other]) == sorted(problem.graph)
    for half in (one, other):
        assert half
        assert nx.is_connected(problem.graph.subgraph(half))


@given(st.integers(0, 20))
@examples(8)
def test_a_plan_by_chunks_is_whole(seed: int) -> None:
    """Every practice once, by connected networks; told of twice, the second time no worse."""
    graph, rules = county(70, seed)
    problem = problem_of(graph, rules)
    told: list[Sequence[Group]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK", 20)
        plan = chunked_plan(problem, exactly, seed, NEVER, told.append)
    assert_whole(problem, plan)
    assert [len(each) > 0 for each in told] == [True, True]
    assert list(told[1]) == plan
    assert key(problem, told[1], rules) <= key(problem, told[0], rules)
    assert math.fsum(group_costs(problem, plan)) > 0


def test_without_time_it_is_the_plan_of_trees() -> None:
    """No chunk is planned exactly once time is up."""
    graph, rules = county(50, 4)
    problem = problem_of(graph, rules)

    def never(*_: object) -> None:
        pytest.fail("there was no time for this")

    plan = chunked_plan(problem, never, 1, Deadline(0.0, lambda: 1.0))
    assert_whole(problem, plan)
    assert plan == sorted(first_plan(problem, 1, Deadline(0.0, lambda: 1.0)))
