"""The assignment model with centres against trying every division: its bound, its plan, its status."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.candidates.allowed import allowed
from netform.rules.breaches import breaches
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.scores import network_cost, network_terms
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.problem import Problem, group_costs, store_of
from netform.solve.unlisted.centre_bound import centre_bounds
from netform.solve.unlisted.centre_costs import CentreCosts
from netform.solve.unlisted.centre_model import AssignmentProgram, separators, solve_by_centres
from tests.brute_force import partitions
from tests.examples import examples
from tests.solve.unlisted.test_separable_cost import centre_bound, networks_of
from tests.strategies import made_up_area, numbered_graphs

if TYPE_CHECKING:
    from netform.rules.model import Rules

QUICK = examples(60)


@st.composite
def questions(draw: st.DrawFn, most: int = 8) -> tuple[nx.Graph, Rules]:
    """A connected graph of practices, a band that two or three networks may keep, weights, and some demands."""
    count = draw(st.integers(2, most))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    sizes = random.integers(1, 12, count) * draw(st.sampled_from([1, 1000]))
    points = [(int(a), int(b)) for a, b in random.integers(0, 20_000, (count, 2))]
    if draw(st.booleans()):
        points[1] = points[0]
    pairs = {(int(random.integers(v)), v) for v in range(1, count)}
    pairs |= {(a, b) for a in range(count) for b in range(a + 1, count) if random.random() < 0.15}
    middle = sizes.sum() / draw(st.integers(1, 3))
    slack = draw(st.sampled_from([0.02, 0.1, 0.3, 0.6]))
    least, top = max(1, math.ceil(middle * (1 - slack))), max(1, math.floor(middle * (1 + slack)))
    rules = replace(load_profile(), least=min(least, top), most=top, exception_most=top + top // 3)
    if draw(st.booleans()):
        names = {"patient_travel": 1.0, "overhead": 1.0}
        rules = replace(rules, weights=tuple((name, names.get(name, 0.0)) for name, _ in rules.weights))
    codes = [f"P{k}" for k in range(count)]
    some = st.lists(st.sampled_from(codes), min_size=2, max_size=3, unique=True).map(
        lambda c: tuple(sorted(c))
    )
    demands = draw(
        st.sampled_from(["", "together", "apart", "hub_may", "hub_must", "longest", "between", "practices"])
    )
    if demands in {"together", "apart"} and count > 2:
        rules = replace(rules, demands=replace(Demands(), **{demands: (draw(some),)}))
    elif demands in {"hub_may", "hub_must"}:
        rules = replace(rules, demands=replace(Demands(), **{demands: draw(some)}))
    elif demands == "longest":
        rules = replace(rules, demands=Demands(longest_to_hub=draw(st.sampled_from([15.0, 25.0]))))
    elif demands == "between":
        rules = replace(rules, demands=Demands(longest_between=draw(st.sampled_from([20.0, 30.0]))))
    elif demands == "practices":
        rules = replace(rules, demands=Demands(least_practices=2, most_practices=4))
    return made_up_area(sizes.tolist(), points, sorted(pairs), rules), rules


def tried(graph: nx.Graph, rules: Rules, networks: int | None) -> dict[int, float]:
    """The least cost of a plan that keeps the demands, by its networks outside the band."""
    best: dict[int, float] = {}
    judged: dict[tuple[str, ...], tuple[int, float] | None] = {}

    def judge(group: tuple[str, ...]) -> tuple[int, float] | None:
        kinds = {breach.kind for breach in breaches(graph, group, rules)}
        patients = sum(graph.nodes[code]["list_size"] for code in group)
        excused = {"band", "least_practices", "most_practices"}
        if kinds - excused or (len(group) > 1 and patients > rules.exception_most):
            return None
        if not nx.is_connected(graph.subgraph(group)):
            return None
        return int(bool(kinds)), network_cost(network_terms(graph, group, rules), rules)

    for plan in partitions(sorted(graph)):
        if networks is not None and len(plan) != networks:
            continue
        each = []
        for group in plan:
            if group not in judged:
                judged[group] = judge(group)
            if (worth := judged[group]) is None:
                break
            each.append(worth)
        else:
            outside = sum(exception for exception, _ in each)
            best[outside] = min(best.get(outside, math.inf), math.fsum(cost for _, cost in each))
    return best


@given(questions(), st.booleans(), st.sampled_from([None, 2, 3]))
@QUICK
def test_no_plan_costs_less_than_the_bound(
    drawn: tuple[nx.Graph, Rules], begun: bool, networks: int | None
) -> None:
    """The bound holds, the plan keeps every demand, and the status says what trying every division says."""
    graph, rules = drawn
    problem = Problem.of(graph, graph, rules)
    best = tried(graph, rules, networks).get(0)
    told: list[float] = []
    answer = solve_by_centres(problem, NEVER, networks=networks, on_bound=told.append)
    if begun and answer.plan is not None:
        answer = solve_by_centres(problem, NEVER, networks=networks, incumbent=answer.plan)
    assert told == sorted(told)
    if best is None:
        assert answer.status == "infeasible"
        assert answer.plan is None
        return
    assert answer.plan is not None
    assert answer.bound <= best + 1e-6
    assert answer.cost >= best - 1e-6
    groups = [tuple(problem.codes[v] for v in group) for group in answer.plan]
    assert sorted(code for group in groups for code in group) == sorted(graph)
    assert not any(breaches(graph, group, rules) for group in groups)
    assert networks in {None, len(groups)}
    exact = sum(weight for name, weight in rules.weights if name not in {"patient_travel", "overhead"}) == 0
    if exact:
        assert answer.status == "optimal"
    if answer.status == "optimal":
        assert answer.cost == pytest.approx(best)


@given(questions(most=7), st.sampled_from([None, 2, 3]))
@QUICK
def test_no_plan_with_so_many_exceptions_costs_less(
    drawn: tuple[nx.Graph, Rules], networks: int | None
) -> None:
    """Hubs of two kinds: whatever number of exceptions is allowed, and however dear the plan that is known."""
    graph, rules = drawn
    problem = Problem.of(graph, graph, rules)
    costs = CentreCosts.of(problem, rules.least, rules.most, networks)
    any_size = CentreCosts.of(
        problem, 1, max(rules.exception_most, int(problem.data.list_size.max())), networks
    )
    best = tried(graph, rules, networks)
    for number in best:
        least = min(cost for exceptions, cost in best.items() if exceptions <= number)
        for cutoff in (math.inf, best[number], 2 * best[number]):
            *_, found = centre_bounds(costs, cutoff, NEVER, any_size=any_size, exceptions=number)
            assert found.bound <= least + 1e-6


@given(questions(), st.sampled_from([None, 0, 1]))
@QUICK
def test_no_network_costs_less_than_the_duals_that_prices_give(
    drawn: tuple[nx.Graph, Rules], more: int | None
) -> None:
    """Nor less than so many networks have to: as duals of a relaxation over all of them they come to the bound."""
    graph, rules = drawn
    problem = Problem.of(graph, graph, rules)
    networks = None if more is None else -(-problem.patients // rules.most) + more
    costs = CentreCosts.of(problem, rules.least, rules.most, networks)
    found = centre_bound(costs, math.inf)
    groups = networks_of(problem)
    # Where no plan has so many networks prices rise without end.
    if not groups or found.bound > 1e7:
        return
    duals = found.duals.practices
    assert duals.shape == (len(problem.codes),)
    kept = allowed(store_of(groups, len(problem.codes)), problem.limits)
    reduced = [
        cost - math.fsum(duals[list(group)])
        for cost, group, fits in zip(group_costs(problem, groups), groups, kept, strict=True)
        if fits
    ]
    # Hubs that every plan has are not the cheapest.
    if reduced and not found.costs.must.any():
        # As many networks as may be where that lowers the bound, else as few.
        least = min(reduced)
        many = found.costs.many if least < 0 else found.costs.fewest
        assert math.fsum(duals) + many * least >= found.bound - 1e-3


@given(questions())
@QUICK
def test_what_is_fixed_is_in_no_cheaper_plan(drawn: tuple[nx.Graph, Rules]) -> None:
    """With a cutoff just above the best plan that the model can have, its assignments are all left."""
    graph, rules = drawn
    problem = Problem.of(graph, graph, rules)
    costs = CentreCosts.of(problem, rules.least, rules.most)
    free = solve_by_centres(problem, NEVER)
    if free.plan is None:
        return
    bounded = centre_bound(costs, free.bound + 1e-3)
    assert bounded.bound <= free.bound + 1e-3
    for group in free.plan:
        by_hub = [
            math.fsum(costs.hours[item, hub] for item in {int(costs.item[v]) for v in group}) for hub in group
        ]
        if free.status == "optimal":
            hub = group[int(np.argmin(by_hub))]
            assert np.isfinite(bounded.costs.hours[costs.item[list(group)], hub]).all()


def test_time_that_is_up_leaves_a_bound() -> None:
    """The first prices give one already."""
    rules = replace(load_profile(), least=25_000, most=45_000)
    points = [(k * 1500, (k % 3) * 1000) for k in range(12)]
    graph = made_up_area([6000] * 12, points, [(k, k + 1) for k in range(11)], rules)
    problem = Problem.of(graph, graph, rules)
    answer = solve_by_centres(problem, Deadline(0.0))
    assert answer.plan is None
    assert answer.status == "unknown"
    assert math.isfinite(answer.bound)
    assert solve_by_centres(problem, NEVER).cost >= answer.bound > 0


def test_practices_may_be_apart_of_which_one_is_together_with_a_hub() -> None:
    """Two are one item then, the hub's: the row that parts the third from them names that item once."""
    demands = replace(Demands(), together=(("P0", "P1"),), apart=(("P1", "P2"),))
    rules = replace(load_profile(), least=10_000, most=20_000, demands=demands)
    points = [(k * 1500, 0) for k in range(4)]
    graph = made_up_area([6000] * 4, points, [(k, k + 1) for k in range(3)], rules)
    problem = Problem.of(graph, graph, rules)
    program = AssignmentProgram(problem, CentreCosts.of(problem, rules.least, rules.most))
    program.conflict(1, 2)
    networks, _, optimal = program.solve(math.inf, None)
    assert optimal
    assert sorted(networks.values()) == [(0, 1), (2, 3)]


@given(numbered_graphs(), st.randoms(use_true_random=False))
@QUICK
def test_separators_separate(graph: nx.Graph, random: object) -> None:
    """Without a separator no part reaches its hubs, and without one of its practices less it does."""
    members = [v for v in graph if random.random() < 0.6] or [0]  # type: ignore[attr-defined]
    hub = members[0]
    parts = [set(part) for part in nx.connected_components(graph.subgraph(members)) if hub not in part]
    found = list(separators(graph, members, hub))
    assert set(map(frozenset, parts)) == {frozenset(separator.part) for separator in found}
    for separator in found:
        assert not separator.between.intersection(members)
        cut = graph.subgraph(set(graph) - separator.between)
        reached = set().union(*(nx.node_connected_component(cut, v) for v in separator.part))
        assert reached.isdisjoint(separator.hubs)
        assert hub in separator.hubs
        for v in separator.between:
            again = graph.subgraph((set(graph) - separator.between) | {v})
            assert nx.has_path(again, hub, min(separator.part))


@given(questions(), st.integers(0, 10**6), st.booleans())
@QUICK
def test_no_network_costs_less_than_in_the_model(
    drawn: tuple[nx.Graph, Rules], seed: int, weighted: bool
) -> None:
    """Any set within the band, by some hub of its own: travel, staff's travel and stranded posts together."""
    graph, rules = drawn
    problem = Problem.of(graph, graph, rules)
    if weighted:
        lists = problem.data.list_size * np.random.default_rng(seed).uniform(0.5, 1.8, len(problem.codes))
        problem = replace(problem, data=replace(problem.data, weighted_list_size=lists))
    if problem.patients < rules.least:
        return
    costs = CentreCosts.of(problem, rules.least, rules.most)
    sizes = problem.data.list_size
    groups = [
        group
        for count in range(1, len(problem.codes) + 1)
        for group in combinations(range(len(problem.codes)), count)
        if rules.least <= sizes[list(group)].sum() <= rules.most
        and nx.is_connected(problem.graph.subgraph(group))
        and not breaches(graph, [problem.codes[v] for v in group], rules)
    ]
    for group, cost in zip(groups, group_costs(problem, groups) if groups else [], strict=True):
        items = sorted({int(costs.item[v]) for v in group})
        fixed = float(np.interp(sizes[list(group)].sum(), costs.sizes, costs.fixed))
        assert min(costs.hours[items, hub].sum() for hub in group) + fixed <= cost + 1e-6
    # Without travel of patients it is so for every hub.
    data = replace(problem.data, rules=rules.with_weights({"patient_travel": 0.0}))
    problem = replace(problem, data=data)
    costs = CentreCosts.of(problem, rules.least, rules.most)
    for group, cost in zip(groups, group_costs(problem, groups) if groups else [], strict=True):
        items = sorted({int(costs.item[v]) for v in group})
        fixed = float(np.interp(sizes[list(group)].sum(), costs.sizes, costs.fixed))
        hours = [costs.hours[items, hub].sum() for hub in group]
        assert max(each for each in hours if np.isfinite(each)) + fixed <= cost + 1e-6
