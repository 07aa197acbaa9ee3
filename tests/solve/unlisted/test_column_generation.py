"""Column generation: its bound holds, and comes near that of the relaxation over all columns."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.area import Options, Progress, solve_area
from netform.solve.master.relaxation import relax
from netform.solve.model.budget import NEVER, Deadline, MemoryBudget, take_turns
from netform.solve.model.candidate_cache import LISTING
from netform.solve.model.problem import SetPartitioning, SideRow, group_costs, store_of
from netform.solve.unlisted import by_hubs
from netform.solve.unlisted import column_generation as module
from netform.solve.unlisted.by_hubs import (
    MOST_STEPS,
    GapListingParams,
    beam_search,
    beam_turns,
    bound_turns,
    branched_on_count,
    rounded,
)
from tests.brute_force import best_plan, plan_costs
from tests.examples import examples
from tests.made_up_problem import assert_whole, county, first_plan, key, part_of, problem_of, tree_plan
from tests.solve.unlisted.test_separable_cost import networks_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    from netform.rules.model import Rules
    from netform.solve.model.problem import Group, Problem
    from tests.made_up_problem import Report

QUICK = examples(60)


def generated(problem: Problem, plan: list[Group], *branch: Any) -> module.ColumnGenerator:
    """The relaxation over generated columns, from a plan."""
    generator = module.ColumnGenerator(
        problem, store_of(plan, len(problem.codes)), NEVER, None, None, *branch
    )
    generator.generate()
    return generator


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 3), st.sampled_from([1, 2]))
@QUICK
def test_the_bound_is_that_of_all_networks(drawn: tuple[nx.Graph, Rules], seed: int, workers: int) -> None:
    """Never above the best plan; and no further below the relaxation over every network than said."""
    problem = problem_of(*drawn)
    rules, n = drawn[1], len(problem.codes)
    best = best_plan(drawn[0].subgraph(problem.codes), rules)
    plan = first_plan(problem, seed)
    if best is None or best.exceptions or key(problem, plan, rules)[0]:
        return
    groups = networks_of(problem)
    store = store_of(groups, n)
    costs = np.array(group_costs(problem, groups))
    relaxation = relax(SetPartitioning(store, costs, (), problem.patients // rules.least), NEVER)
    branches = [generated(problem, plan)]
    assert not branches[0].covers_all or branches[0].value >= relaxation.bound - 1e-5
    bounds = [branches[0].bound]
    for _ in range(MOST_STEPS):
        branch = min(branches, key=lambda each: each.bound)
        if branch.bound >= best.cost - 1e-6 or not branch.advance(workers, best.cost):
            break
        if len(branches) == 1:
            branches = branched_on_count(branch)
        for each in branches:
            assert not each.covers_all or each.value >= relaxation.bound - 1e-5
        bounds.append(min(each.bound for each in branches))
    assert bounds == sorted(bounds)
    bound = bounds[-1]
    assert bound <= best.cost + 1e-6
    quick_terms_only = not any(
        rules.weight(name) for name in ("cover", "continuity", "community", "crossing")
    )
    if quick_terms_only:
        assert bound >= min(best.cost, relaxation.bound) * (1 - 2 * module.GENERATION.tight) - 1e-3


@given(
    small_areas(most=8, least=2, oversize=False),
    st.integers(1, 3),
    st.sampled_from([None, -1, 0, 1]),
    st.sampled_from([None, 0.3, 1.0]),
)
@QUICK
def test_the_bound_with_exceptions_is_that_of_all_networks_of_any_size(
    drawn: tuple[nx.Graph, Rules], exceptions: int, more: int | None, share: float | None
) -> None:
    """With any number of networks or so many, and patients outside, never above the relaxation over all."""
    problem, rules = problem_of(*drawn), drawn[1]
    n = len(problem.codes)
    plan = first_plan(problem, 0)
    number = None if more is None else min(max(len(plan) + more, 1), n)
    groups = networks_of(problem, exceptions=True)
    store = store_of(groups, n)
    costs = np.array(group_costs(problem, groups))
    patients = np.array([problem.data.list_size[list(group)].sum() for group in groups])
    away = np.maximum(0.0, np.maximum(rules.least - patients, patients - rules.most))
    out = (away > 0).astype(float)
    outside = None if share is None else int(share * rules.least)
    sides = [SideRow(out, -math.inf, float(exceptions))]
    if outside is not None:
        sides.append(SideRow(away, -math.inf, float(outside)))
    if number is not None:
        sides.append(SideRow(np.ones(len(groups)), float(number), float(number)))
    relaxation = relax(SetPartitioning(store, costs, tuple(sides), n), NEVER)
    numbers = module.ANY_NUMBER if number is None else (number, number)
    branch = generated(problem, plan, numbers, exceptions, outside)
    plans = plan_costs(store, costs.tolist(), tuple(sides))
    cheapest = min(plans.values(), default=math.inf)
    for _ in range(MOST_STEPS):
        if not branch.advance(1, cheapest):
            break
        assert branch.bound <= cheapest + 1e-5
    separable = not any(rules.weight(name) for name in ("cover", "continuity", "community", "crossing"))
    if separable and branch.covers_all and not len(branch.cuts) and math.isfinite(relaxation.bound):
        assert branch.bound >= relaxation.bound * (1 - 2 * module.GENERATION.tight) - 1e-3


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 3))
@QUICK
def test_hubs_better_the_plan_of_a_part_and_bound_it(drawn: tuple[nx.Graph, Rules], seed: int) -> None:
    """Plans stay whole and in the band, never cheaper than the best there is, and no bound is above that."""
    graph, rules = drawn
    reports: list[Report] = []
    part = part_of(graph, rules, report=reports.append)
    problem = part.problem
    best = best_plan(graph.subgraph(problem.codes), rules)
    part.offer(part.value_of(first_plan(problem, seed)), "first plan")
    if best is None or best.exceptions or not part.sound:
        return
    take_turns(part, [bound_turns(part), beam_turns(part, NEVER)])
    assert part.incumbent is not None
    assert_whole(problem, part.incumbent.groups)
    assert part.incumbent.value[:2] == (0, 0)
    costs = [each.cost for each in reports]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == part.incumbent.value.cost >= best.cost - 1e-6
    assert max(each.bound for each in reports) <= best.cost + 1e-6
    assert not part.done or costs[-1] == pytest.approx(best.cost, rel=1e-6, abs=1e-6)


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 3))
@QUICK
def test_all_columns_near_the_bound_have_the_best_plan(drawn: tuple[nx.Graph, Rules], seed: int) -> None:
    """Whatever the gap, solving over them proves the best plan there is by trying all."""
    graph, rules = drawn
    part = part_of(graph, rules)
    best = best_plan(graph.subgraph(part.problem.codes), rules)
    part.offer(part.value_of(first_plan(part.problem, seed)), "first plan")
    if best is None or best.exceptions or not part.sound:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(by_hubs, "GAP_LISTING", GapListingParams(gap=math.inf))
        take_turns(part, [bound_turns(part)])
    assert part.incumbent is not None
    assert part.incumbent.value.cost == pytest.approx(best.cost, abs=1e-6)
    assert part.bound == pytest.approx(best.cost, abs=1e-3)


def test_an_area_is_proven_where_its_list_is_too_long() -> None:
    """With less memory than a list takes, search and generated columns come to the best, whole."""
    graph, rules = county(60, 2)
    best = solve_area(graph, "", list(graph), rules, Options(), Progress()).result
    few = Options(memory=MemoryBudget(LISTING.column * best.candidates))
    outcome = solve_area(graph, "", list(graph), rules, few, Progress())
    assert outcome.result.method.startswith("The feasible networks are more than may be kept")
    assert "the bound proves that none as near the band costs less" in outcome.result.method
    assert outcome.result.status == "optimal"
    assert outcome.result.cost == pytest.approx(best.cost)
    assert sorted(code for network in outcome.networks for code in network.practice_codes) == sorted(graph)


def test_cuts_raise_the_relaxation_and_lead_to_a_better_plan() -> None:
    """By every round of cuts, at the latest once what they made dear has been replaced."""
    problem = problem_of(*county(40, 2))
    plan = tree_plan(problem, 0)
    cost = math.fsum(group_costs(problem, plan))
    branch = generated(problem, plan)
    before = branch.value
    while branch.tighten(50) and len(branch.cuts) < 500:
        pass
    assert branch.value > before + 1.0
    better = beam_search(branch, cost, 20_000, 300)
    assert better is not None
    assert branch.value <= math.fsum(group_costs(problem, better)) + 1e-6 < cost


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_a_relaxation_is_rounded_to_columns_that_leave_what_can_be_divided(seed: int) -> None:
    """No practice twice, and networks within the band can have every piece of what is left."""
    problem = problem_of(*county(60, seed))
    branch = generated(problem, tree_plan(problem, 0))
    branch.cover()
    plan, left = rounded(branch)
    assert plan
    assert sorted([v for column in plan for v in column] + left) == list(range(60))
    rules, list_size = problem.data.rules, problem.data.list_size
    for piece in nx.connected_components(problem.graph.subgraph(left)):
        patients = int(list_size[list(piece)].sum())
        assert any(k * rules.least <= patients <= k * rules.most for k in range(1, 60))


def test_plans_are_found_by_rounding_where_beams_find_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole, in the band, better than the plan before, and no better than the relaxation."""
    monkeypatch.setattr(by_hubs, "beam_search", lambda *_: None)
    reports: list[Report] = []
    part = part_of(*county(60, 3), report=reports.append)
    part.offer(part.value_of(tree_plan(part.problem, 5)), "first plan")
    assert part.sound
    take_turns(part, [beam_turns(part, NEVER)])
    assert part.incumbent is not None
    assert part.incumbent.sound
    assert_whole(part.problem, part.incumbent.groups)
    relaxation = generated(part.problem, list(part.incumbent.groups))
    relaxation.cover()
    assert relaxation.value - 1e-6 <= part.incumbent.value.cost < reports[0].cost


def test_a_wider_box_raises_the_relaxation_until_all_are_covered() -> None:
    """From prices that are nearly right: never beyond what it comes to without them, and that in the end."""
    problem = problem_of(*county(60, 3))
    plan = store_of(tree_plan(problem, 5), 60)
    whole = module.ColumnGenerator(problem, plan, NEVER)
    whole.generate()
    whole.cover()
    assert whole.covers_all
    prices = replace(
        whole.duals, practices=whole.duals.practices * np.random.default_rng(1).uniform(0.7, 1.0, 60)
    )
    boxed = module.ColumnGenerator(problem, plan, NEVER, prices)
    boxed.generate()
    assert not boxed.covers_all
    assert boxed.value < whole.value
    boxed.cover()
    assert boxed.covers_all
    assert boxed.value == pytest.approx(whole.value, rel=1e-3)


def test_time_that_is_up_proves_nothing() -> None:
    """Neither columns nor a bound that were not there before."""
    problem = problem_of(*county(24, 5))
    plan, over = first_plan(problem, 0), Deadline(0.0, lambda: 1.0)
    branch = module.ColumnGenerator(problem, store_of(plan, 24), over)
    branch.generate()
    assert len(branch.store) == len(plan)
    part = part_of(*county(24, 5), deadline=over)
    part.offer(part.value_of(plan), "first plan")
    for _ in (*bound_turns(part), *beam_turns(part, over)):
        assert part.bound == 0.0
    assert part.incumbent is not None
    assert part.incumbent.groups == tuple(plan)
