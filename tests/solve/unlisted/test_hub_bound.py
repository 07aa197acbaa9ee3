"""The bound of a hub by the ways between all its practices, and what is fixed by it: against trying all networks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.master.subset_row_cuts import NO_CUTS, PricedCuts
from netform.solve.model.problem import group_costs
from netform.solve.unlisted import hub_bound as module
from netform.solve.unlisted.centre_bound import fix_by_reduced_cost
from netform.solve.unlisted.centre_costs import CentreCosts
from netform.solve.unlisted.hub_bound import HubValue, hub_value, known_of_hubs
from tests.brute_force import partitions
from tests.examples import examples
from tests.made_up_problem import county, problem_of
from tests.solve.unlisted.test_separable_cost import centre_bound, networks_of, prices_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx
    import pytest

    from netform.rules.model import Rules
    from netform.solve.model.problem import Group, Problem

QUICK = examples(60)


def costs_of(problem: Problem) -> CentreCosts:
    """The model of centres within the band."""
    return CentreCosts.of(problem, problem.data.rules.least, problem.data.rules.most)


def no_cuts(problem: Problem) -> PricedCuts:
    """None of them."""
    return PricedCuts.of(NO_CUTS, np.empty(0), len(problem.codes))


def hub_of(problem: Problem, group: Group) -> int:
    """The practice that all patients of a network have the shortest way to; of several at a place the first."""
    members = list(group)
    ways = problem.data.minutes[np.ix_(members, members)] @ problem.data.list_size[members]
    return members[int(ways.argmin())]


@given(
    small_areas(most=8, least=2, oversize=False),
    st.integers(0, 2**32),
    st.sampled_from([-20.0, 5.0, 500.0, math.inf]),
    st.sampled_from([0, 100, 10_000]),
)
@QUICK
def test_no_network_of_a_hub_costs_less_than_its_value(
    drawn: tuple[nx.Graph, Rules], seed: int, floor: float, effort: int
) -> None:
    """At any duals; below the floor it has none but its members; and it is never below what the model of centres says.

    Multipliers only raise it.
    """
    problem = problem_of(*drawn)
    groups, duals = networks_of(problem), prices_of(problem, seed)
    if problem.patients < problem.data.rules.least:
        return
    floors = np.full(len(problem.codes), floor)
    values, members, *_ = known_of_hubs(costs_of(problem), duals, floors, no_cuts(problem), effort)
    for group, cost in zip(groups, group_costs(problem, groups), strict=True):
        hub, reduced = hub_of(problem, group), cost - math.fsum(duals[list(group)])
        assert values[hub] <= reduced + 1e-6
        assert reduced >= floor - 1e-6 or members[hub, list(group)].all()
    plain = known_of_hubs(costs_of(problem), duals, floors, no_cuts(problem)).least
    assert (values >= plain - 1e-9).all()
    if math.isinf(floor):
        lower = known_of_hubs(costs_of(problem), duals, -floors, no_cuts(problem)).least
        assert (values >= lower - 1e-9).all()


@given(
    small_areas(most=8, least=2, oversize=False), st.integers(0, 2**32), st.sampled_from([-20.0, 5.0, 100.0])
)
@QUICK
def test_a_branch_of_a_hub_is_bounded(drawn: tuple[nx.Graph, Rules], seed: int, floor: float) -> None:
    """With some practices taken and some left out; and who is in no network below the floor is named."""
    problem = problem_of(*drawn)
    groups, duals, n = networks_of(problem), prices_of(problem, seed), len(problem.codes)
    if problem.patients < problem.data.rules.least:
        return
    drawn_at_random = np.random.default_rng(seed)
    members = drawn_at_random.random(n) < 0.8
    taken = members & (drawn_at_random.random(n) < 0.2)
    bonus = 1000.0 * taken
    costs = group_costs(problem, groups)
    for hub in np.flatnonzero(members):
        found, _ = hub_value(costs_of(problem), int(hub), duals + bonus, members, taken, floor - bonus.sum())
        assert not (found.members & ~members).any()
        assert found.split < 0 or (found.members[found.split] and not taken[found.split])
        for group, cost in zip(groups, costs, strict=True):
            inside = np.isin(np.arange(n), group)
            if (
                hub_of(problem, group) == hub
                and not (inside & ~members).any()
                and not (taken & ~inside).any()
            ):
                beyond = cost - math.fsum(duals[list(group)])
                assert found.least + bonus.sum() <= beyond + 1e-6
                assert beyond >= floor - 1e-6 or not (inside & ~found.members).any()


def test_the_ways_between_practices_raise_the_bound_of_most_hubs(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the prices that bound best without them."""
    problem = problem_of(*county(60, 3))
    costs = costs_of(problem)
    duals = centre_bound(costs, math.inf).duals.practices
    floors, none = np.full(len(duals), math.inf), np.zeros(len(duals), np.bool_)
    with_pairs = known_of_hubs(costs, duals, floors, no_cuts(problem)).least
    nothing = HubValue(-math.inf, none, -1, np.zeros(len(duals)))
    monkeypatch.setattr(module, "hub_value", lambda *_: (nothing, None))
    some = np.isfinite(with_pairs)
    without = known_of_hubs(costs, duals, floors, no_cuts(problem)).least
    assert (with_pairs[some] > without[some] + 1e-3).mean() > 0.5


@given(
    small_areas(most=7, least=2, oversize=False), st.integers(0, 2**32), st.sampled_from([1e-3, 5.0, 50.0])
)
@QUICK
def test_what_is_fixed_is_in_no_cheaper_plan(drawn: tuple[nx.Graph, Rules], seed: int, more: float) -> None:
    """Whatever the duals: a plan below the cutoff has every practice in a network of a hub that may have it."""
    problem = problem_of(*drawn)
    groups, duals = networks_of(problem), prices_of(problem, seed)
    cost_of = dict(zip(groups, group_costs(problem, groups), strict=True))
    plans = [
        [tuple(int(v) for v in group) for group in plan]
        for plan in partitions([str(v) for v in range(len(problem.codes))])
    ]
    plans = [plan for plan in plans if all(group in cost_of for group in plan)]
    if not plans:
        return
    cutoff = min(math.fsum(cost_of[group] for group in plan) for plan in plans) + more
    costs = costs_of(problem)
    least = known_of_hubs(costs, duals, np.full(len(duals), math.inf), no_cuts(problem)).least
    hubs = np.sort(least)[: costs.many]
    sums = np.cumsum(hubs[np.isfinite(hubs)])
    bound = math.fsum(duals) + sums[costs.fewest - 1 :].min()
    fixed = fix_by_reduced_cost(costs, duals, least, cutoff - bound)
    for plan in plans:
        if math.fsum(cost_of[group] for group in plan) < cutoff - 1e-6:
            for group in plan:
                hub = hub_of(problem, group)
                assert np.isfinite(fixed.hours[fixed.item[list(group)], hub]).all()
