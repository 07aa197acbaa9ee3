"""The Lagrangian bound by what whole networks cost: against trying all plans, and beside that of knapsacks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.problem import group_costs
from netform.solve.unlisted.centre_bound import network_bounds
from netform.solve.unlisted.centre_costs import CentreCosts
from netform.solve.unlisted.hub_bound import Multipliers
from tests.brute_force import partitions
from tests.examples import examples
from tests.made_up_problem import county, problem_of
from tests.solve.unlisted.test_separable_cost import centre_bound, networks_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules

QUICK = examples(60)


@given(
    small_areas(most=7, least=2, oversize=False),
    st.sampled_from([None, 2, 3]),
    st.sampled_from([1e-3, 5.0, 50.0]),
    st.sampled_from([0, 10_000]),
)
@QUICK
def test_no_plan_costs_less_and_none_cheaper_is_fixed(
    drawn: tuple[nx.Graph, Rules], networks: int | None, more: float, effort: int
) -> None:
    """Up to the cutoff; and every network of a plan below it may have a hub that has all its practices."""
    problem = problem_of(*drawn)
    groups = networks_of(problem)
    cost_of = dict(zip(groups, group_costs(problem, groups), strict=True))
    plans = [
        [tuple(int(v) for v in group) for group in plan]
        for plan in partitions([str(v) for v in range(len(problem.codes))])
    ]
    costs_of_plans = [
        (math.fsum(cost_of[group] for group in plan), plan)
        for plan in plans
        if all(group in cost_of for group in plan) and networks in (None, len(plan))
    ]
    if not costs_of_plans:
        return
    cutoff = min(cost for cost, _ in costs_of_plans) + more
    costs = CentreCosts.of(problem, problem.data.rules.least, problem.data.rules.most, networks)
    begin = centre_bound(costs, cutoff)
    bound = begin.bound
    for found in network_bounds(begin, cutoff, NEVER, effort):
        assert bound <= found.bound <= cutoff
        bound = found.bound
        for cost, plan in costs_of_plans:
            assert bound <= cost + 1e-6
            for group in plan if cost < cutoff - 1e-6 else ():
                hours = found.costs.hours[np.ix_(found.costs.item[list(group)], list(group))]
                assert np.isfinite(hours).all(axis=0).any()


def test_it_takes_much_off_what_knapsacks_leave() -> None:
    """Where networks hold many practices each, at once and with multipliers yet more."""
    problem = problem_of(*county(80, 3))
    rules = problem.data.rules
    costs = CentreCosts.of(problem, 4 * rules.least, 4 * rules.most)
    free = centre_bound(costs, math.inf)
    cutoff = 1.05 * free.bound
    begin = centre_bound(costs, cutoff)
    plain, whole = (
        [found.bound for found in network_bounds(begin, cutoff, NEVER, effort)] for effort in (0, 400_000)
    )
    assert begin.bound < plain[0] <= plain[-1] < whole[-1]


def test_time_that_is_up_leaves_the_bound_of_knapsacks() -> None:
    """What was known before, or better."""
    problem = problem_of(*county(40, 3))
    costs = CentreCosts.of(problem, problem.data.rules.least, problem.data.rules.most)
    begin = centre_bound(costs, math.inf)
    (found,) = network_bounds(begin, 2 * begin.bound, Deadline(0.0, lambda: 1.0))
    assert found.bound == pytest.approx(begin.bound, rel=1e-6)


def test_multipliers_of_other_members_are_those_that_both_have() -> None:
    """The others have none."""
    paid = np.array([[0.0, 1.0, 2.0], [-1.0, 0.0, 3.0], [-2.0, -3.0, 0.0]])
    among = Multipliers(np.array([2, 5, 7]), paid).among(np.array([1, 2, 7]))
    assert among.tolist() == [[0.0, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, -2.0, 0.0]]
