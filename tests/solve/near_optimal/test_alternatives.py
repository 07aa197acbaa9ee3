"""Alternatives are those of trying everything: the next best, the most different, and where all plans agree."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import netform.solve.exact.gap_closing as gap_closing_module
import netform.solve.near_optimal.plans as near_module
from netform.rules.toml import load_profile
from netform.solve.exact.gap_closing import CLOSING
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.problem import SetPartitioning
from netform.solve.near_optimal.plans import SpaceParams
from tests.brute_force import legal_plans, moved_from, plan_costs, plan_hours, store_of
from tests.examples import examples
from tests.made_up_session import demanded, session_of
from tests.strategies import made_up_area, small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.plan.grouping import Groups
    from netform.rules.model import Rules

QUICK = examples(60, HealthCheck.function_scoped_fixture)
KINDS = ("pins", "exclude", "apart", "together")


def costed(graph: nx.Graph, rules: Rules) -> dict[Groups, float] | None:
    """Cost every legal plan by the definitions; None when there is none."""
    legal = legal_plans(graph, rules)
    if legal is None:
        return None
    return dict(zip(legal.plans, plan_hours(graph, legal.plans, rules), strict=True))


def about(cost: float) -> object:
    """Compare costs as far as a proof reaches."""
    return pytest.approx(cost, rel=3e-7, abs=3e-4)


def ask(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Have questions answered from a diagram, from local ones, or one by one."""
    if how == "local":
        monkeypatch.setattr(near_module.NearOptimalPlans, "diagram", lambda _near, _limit: None)
        monkeypatch.setattr(near_module, "SPACE", SpaceParams(practices=(3, 5)))
    elif how != "diagram":
        monkeypatch.setattr(near_module, "SPACE", SpaceParams(most_nodes=0))
    if how == "lower":
        # No diagram reaches further than two thousandths above the best.
        diagram = near_module.NearOptimalPlans.diagram
        monkeypatch.setattr(near_module, "SPACE", SpaceParams(most_nodes=10**6))
        monkeypatch.setattr(
            near_module.NearOptimalPlans,
            "diagram",
            lambda near, limit: diagram(near, limit) if limit < near.best.cost * 1.002 else None,
        )


@pytest.mark.parametrize("how", ["diagram", "singly"])
@given(small_areas(least=3), st.integers(1, 6), st.data())
@QUICK
def test_the_next_best_are_the_cheapest_of_all(
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    drawn: tuple[nx.Graph, Rules],
    count: int,
    data: st.DataObject,
) -> None:
    """The k cheapest legal plans after the best, all different, from all plans and one after the other."""
    ask(monkeypatch, how)
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=KINDS))
    plans = costed(graph, rules)
    if plans is None:
        return
    session = session_of(graph, rules)
    if data.draw(st.booleans()):
        session.solve(drawn[1])
    found = [each for each in session.alternatives(count, different=0)[""] if each.kind != "different"]
    cheapest = sorted(plans.values())[: count + 1]
    assert [each.cost for each in found] == [about(cost) for cost in cheapest]
    assert len({each.networks for each in found}) == len(found)
    assert [(each.kind, each.rank) for each in found] == [
        ("best", 0), *(("next", k) for k in range(1, len(found)))
    ]  # fmt: skip
    for each in found:
        assert each.proven
        assert each.cost == pytest.approx(plans[each.networks], rel=1e-9, abs=1e-6)
        gone = moved_from(graph, each.networks, found[0].networks)
        assert each.practices_moved == len(gone)
        assert each.patients_moved == sum(graph.nodes[code]["list_size"] for code in gone)


def patients_moved(graph: nx.Graph, plan: Groups, start: Groups) -> int:
    """Count the patients of the practices that have moved."""
    return sum(graph.nodes[code]["list_size"] for code in moved_from(graph, plan, start))


@pytest.mark.parametrize("how", ["diagram", "lower", "singly"])
@given(small_areas(least=3), st.sampled_from([0.0, 0.01, 0.1, 0.5]), st.data())
@QUICK
def test_the_different_ones_move_the_most_patients(
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    drawn: tuple[nx.Graph, Rules],
    within: float,
    data: st.DataObject,
) -> None:
    """Each moves the most from the best and the ones before it, of all plans within the allowance."""
    ask(monkeypatch, how)
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=KINDS))
    plans = costed(graph, rules)
    if plans is None:
        return
    session = session_of(graph, rules)
    if how == "lower":
        session.alternatives(2, different=0)
    best, *others = session.alternatives(0, within=within, different=3)[""]
    least = min(plans.values())
    if least == 0:
        return
    near = {plan for plan, cost in plans.items() if cost <= least * (1 + within) - 3e-4}
    before = [best.networks]
    for each in others:
        assert plans[each.networks] <= least * (1 + within) * (1 + 3e-7) + 3e-4
        assert each.networks not in before
        apart = sum(patients_moved(graph, each.networks, start) for start in before)
        most = max(
            (
                sum(patients_moved(graph, plan, start) for start in before)
                for plan in near
                if plan not in before
            ),
            default=0,
        )
        assert each.patients_apart == apart
        assert each.proven
        assert each.patients_apart >= most
        assert each.most_patients_apart >= each.patients_apart
        before.append(each.networks)
    if len(others) < 3:
        assert near <= set(before)


@pytest.mark.parametrize("how", ["diagram", "singly"])
@given(small_areas(least=3), st.data())
@QUICK
def test_of_plans_as_different_the_cheapest_is_taken(
    monkeypatch: pytest.MonkeyPatch, how: str, drawn: tuple[nx.Graph, Rules], data: st.DataObject
) -> None:
    """The first different plan costs no more than another that moves as many patients, hours aside."""
    ask(monkeypatch, how)
    graph, rules = drawn
    plans = costed(graph, rules)
    assert plans is not None
    best, *others = session_of(graph, rules).alternatives(0, within=0.5, different=1)[""]
    for each in others:
        alike = [
            cost
            for plan, cost in plans.items()
            if plan != best.networks
            and cost <= min(plans.values()) * 1.5 - 3e-4
            and patients_moved(graph, plan, best.networks) == each.patients_apart
        ]
        # Two ten-thousandths of a patient, at a thousandth an hour.
        assert each.cost <= min(alike, default=each.cost) + 0.3


@pytest.mark.parametrize("how", ["diagram", "local", "singly"])
@given(small_areas(least=3), st.sampled_from([0.0, 0.01, 0.1, 0.5]), st.data())
@QUICK
def test_borders_are_those_of_all_plans_near_the_best(
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    drawn: tuple[nx.Graph, Rules],
    within: float,
    data: st.DataObject,
) -> None:
    """Two neighbours are together in all, some or none of them."""
    ask(monkeypatch, how)
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=KINDS))
    plans = costed(graph, rules)
    if plans is None:
        return
    least = min(plans.values())
    if least == 0:
        return
    session = session_of(graph, rules)
    if data.draw(st.booleans()):
        session.solve(drawn[1])
    limit = least * (1 + within)
    # Plans at the limit may count or not.
    sure = [plan for plan, cost in plans.items() if cost <= limit * (1 - 3e-7) - 3e-4 or cost == least]
    maybe = [plan for plan, cost in plans.items() if cost <= limit * (1 + 3e-7) + 3e-4]
    borders = session.borders(within=within)[""]
    left = set(graph) - set(rules.demands.exclude)
    assert {(each.code_a, each.code_b) for each in borders} == {
        tuple(sorted(edge)) for edge in graph.subgraph(left).edges
    }
    for each in borders:
        pair = {each.code_a, each.code_b}
        answers = []
        for some in (sure, maybe):
            together = [any(pair <= set(group) for group in plan) for plan in some]
            answers.append("all" if all(together) else "some" if any(together) else "none")
        assert each.together in answers


@pytest.mark.parametrize("how", ["diagram", "singly"])
@pytest.mark.parametrize("apart_km", [1, 40])
def test_one_network_can_split_into_two_and_two_merge_into_one(
    monkeypatch: pytest.MonkeyPatch, how: str, apart_km: int
) -> None:
    """Of two practices there are two plans, whichever is the best: the other is the next and the most different."""
    ask(monkeypatch, how)
    rules = load_profile().with_band(20_000, 60_000)
    graph = made_up_area([30_000, 25_000], [(0, 0), (1000 * apart_km, 0)], [(0, 1)], rules)
    plans = costed(graph, rules)
    assert plans is not None
    first, second = sorted(plans, key=plans.__getitem__)
    assert len(first) == (1 if apart_km == 1 else 2)
    found = session_of(graph, rules).alternatives(3, within=9.0, different=3)[""]
    assert [(each.kind, each.networks) for each in found] == [
        ("best", first), ("next", second), ("different", second)
    ]  # fmt: skip
    assert all(each.proven for each in found)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_learnt_of_a_long_list_holds_of_every_plan(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Where cutoffs fail, a plan is made and what it rules out is fixed: no plan costs less than is said."""
    monkeypatch.setattr(gap_closing_module, "CLOSING", replace(CLOSING, cutoff_columns=(), many=0))
    monkeypatch.setattr(gap_closing_module.GapClosing, "search_below", lambda *_: False)
    random = np.random.default_rng(seed + 60)
    groups = [group for size in (1, 2, 3) for group in combinations(range(9), size) if random.random() < 0.6]
    groups.sort()
    store, costs = store_of(groups, 9), 2 + 3 * random.random(len(groups))
    plans = plan_costs(store, costs.tolist())
    solution = solve_set_partitioning(SetPartitioning(store, costs, (), 9), trace=True)
    assert solution.cost == pytest.approx(min(plans.values()))
    assert solution.trace is not None
    for plan, cost in plans.items():
        assert solution.trace.column_bounds[list(plan)].max() <= cost + 1e-6


def test_a_choice_among_nothing() -> None:
    """Where every practice is settled the best plan is the only one."""
    store = store_of([], 0)
    solution = solve_set_partitioning(SetPartitioning(store, np.empty(0), (), 0), trace=True)
    assert (solution.status, solution.cost) == ("optimal", 0.0)
    assert solution.trace is not None
    assert len(solution.trace.column_bounds) == 0
    assert not solution.trace.among(np.empty(0, np.int64)).columns.size
