"""Everything a planner can ask of an area, held to an evaluator that tries every division of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from netform.errors import ImpossibleError, RulesError
from netform.solve.area import AreaOutcome, Options
from netform.solve.near_optimal import plans as near_plans
from netform.solve.near_optimal.plans import SpaceParams
from netform.tradeoff.model import parse_axis
from tests.brute_force import (
    Legal,
    keeps_moves,
    legal_plans,
    moved_by,
    moved_from,
    outside_band,
    plan_hours,
    plans_by_exceptions,
)
from tests.examples import examples
from tests.made_up_session import demanded, session_of, solved
from tests.strategies import odd_areas, starts

if TYPE_CHECKING:
    import networkx as nx

    from netform.plan.grouping import Groups, Moves
    from netform.plan.model import Plan
    from netform.rules.model import Rules
    from netform.tradeoff.model import Alternative

# What is proven is this share of the cost at most from the best, or so many hours.
PROVEN, HOURS = 3e-7, 3e-4

FIXED = ("pinned", "over_max_single_practice")
AXES = (
    "patient_travel", "workforce", "overhead", "balance", "continuity", "overhead+staff_travel", "community",
)  # fmt: skip


def about(cost: float) -> object:
    """Compare costs as far as a proof reaches."""
    return pytest.approx(cost, rel=PROVEN, abs=HOURS)


def evaluated(
    graph: nx.Graph, rules: Rules, moves: Moves | None = None
) -> tuple[Legal | None, dict[Groups, float]]:
    """Give the plans with the fewest exceptions and patients outside, each with its cost; None where none is legal."""
    if moves is not None and moves.least:
        moves = within_fewest_moves(graph, rules, moves)
    legal = legal_plans(graph, rules, keeps_moves(graph, moves)) if moves else legal_plans(graph, rules)
    plans = () if legal is None else legal.plans
    return legal, dict(zip(plans, plan_hours(graph, plans, rules), strict=True))


def within_fewest_moves(graph: nx.Graph, rules: Rules, moves: Moves) -> Moves:
    """Limit moves to the fewest practices that a plan moves of those with the fewest exceptions."""
    limits = replace(moves, practices=None, least="")
    found = plans_by_exceptions(graph, rules, keeps_moves(graph, limits))
    if not found:
        return limits
    fewest = min(count for count, _ in found)
    plans = [plan for (count, _), some in found.items() if count == fewest for plan in some]
    return replace(limits, practices=min(len(moved_by(graph, plan, moves)) for plan in plans))


def could_be_counted(graph: nx.Graph, rules: Rules) -> bool:
    """Say whether as many networks as are demanded could all be of the band by their patients, pins and such apart."""
    number = rules.demands.networks
    if number is None:
        return True
    pinned = {code for pin in rules.demands.pins for code in pin}
    merged = {code: group for group in rules.demands.merge for code in group}
    sizes = dict(graph.nodes(data="list_size"))
    left = set(graph) - pinned - set(rules.demands.exclude)
    units = {merged.get(code, (code,)) for code in left}
    alone = {unit for unit in units if sum(sizes[code] for code in unit) > rules.most}
    left -= {code for unit in alone for code in unit}
    patients, free = sum(sizes[code] for code in left), number - len(rules.demands.pins) - len(alone)
    return free >= 0 and free * rules.least <= patients <= free * rules.most


def assert_best(graph: nx.Graph, rules: Rules, plan: AreaOutcome | Plan, moves: Moves | None = None) -> None:
    """Hold a plan to the evaluator: legal, as few exceptions, as few patients outside, as cheap, and proven."""
    legal, costs = evaluated(graph, rules, moves)
    assert legal is not None
    result = plan.result if isinstance(plan, AreaOutcome) else plan.areas[0]
    groups = tuple(sorted(each.practice_codes for each in plan.networks))
    assert result.status == "optimal"
    assert groups in costs
    free = [each for each in plan.networks if each.exception not in FIXED]
    assert sum(each.exception is not None for each in free) == legal.exceptions
    assert sum(outside_band(graph, each.practice_codes, rules) for each in free) == legal.patients_outside
    assert result.cost == about(min(costs.values()))
    assert result.cost == pytest.approx(costs[groups], rel=1e-9, abs=1e-6)
    assert result.bound is not None
    assert result.bound <= min(costs.values()) * (1 + PROVEN) + HOURS


@given(odd_areas(), st.data())
@examples(30 * 60, HealthCheck.data_too_large)
def test_solve(drawn: tuple[nx.Graph, Rules], data: st.DataObject) -> None:
    """Any demands, any limits on moves, kept lists or not: the best plan, or refused where there is none."""
    graph, rules = drawn
    if data.draw(st.booleans()):
        rules = data.draw(demanded(graph, rules))
    moves = data.draw(starts(graph)) if data.draw(st.sampled_from([False, False, True])) else None
    if moves is not None and data.draw(st.sampled_from([False, False, True])):
        moves = replace(moves, practices=None, least="practices")
    try:
        outcome = solved(graph, rules, Options(moves=moves), keep=data.draw(st.booleans()))
    except (ImpossibleError, RulesError):
        assert evaluated(graph, rules, moves)[0] is None or not could_be_counted(graph, rules)
        return
    assert_best(graph, rules, outcome, moves)


@given(odd_areas(), st.data())
@examples(10 * 60, HealthCheck.data_too_large)
def test_session(drawn: tuple[nx.Graph, Rules], data: st.DataObject) -> None:
    """One question after the other, with other bands, weights, demands and moves: each has the plan of a first one."""
    graph, rules = drawn
    session = session_of(graph, rules)
    asked = [rules]
    for _ in range(data.draw(st.integers(1, 3))):
        other = rules
        if data.draw(st.booleans()):
            low, high = (data.draw(st.sampled_from([0.5, 0.8, 0.95, 1.0, 1.1, 1.5])) for _ in range(2))
            least = max(1, round(rules.least * low))
            other = other.with_band(least, max(least, round(rules.most * high)))
        if data.draw(st.booleans()):
            other = other.with_weights({"patient_travel": 3.0, "overhead": 0.5, "balance": 0.0})
        asked.append(data.draw(demanded(graph, other)) if data.draw(st.booleans()) else other)
    for question in asked:
        moves = data.draw(starts(graph)) if data.draw(st.integers(0, 5)) == 5 else None
        try:
            plan = session.solve(question, moves=moves)
        except (ImpossibleError, RulesError):
            assert evaluated(graph, question, moves)[0] is None or not could_be_counted(graph, question)
        else:
            assert_best(graph, question, plan, moves)


@given(odd_areas(), st.sampled_from(AXES), st.sampled_from(AXES), st.data())
@examples(10 * 60, HealthCheck.data_too_large)
def test_front(drawn: tuple[nx.Graph, Rules], one: str, two: str, data: st.DataObject) -> None:
    """Every point of the complete front, and no other."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules)) if data.draw(st.booleans()) else rules
    x, y = parse_axis(one), parse_axis(two)
    legal, costs = evaluated(graph, rules)
    if legal is None or not could_be_counted(graph, rules):
        return
    [front] = session_of(graph, rules).front(x, y, complete=True)
    assert front.proven
    plans = list(costs)
    hours = [plan_hours(graph, plans, rules, axis.terms) for axis in (x, y)]
    worth = dict(zip(plans, zip(*hours, strict=True), strict=True))
    near = 1.5e-3 * (1 + 1e-9 * max(max(each, default=0.0) for each in hours))
    shown = [worth[point.networks] for point in front.points]
    for point, (a, b) in zip(front.points, shown, strict=True):
        assert (point.x, point.y) == pytest.approx((a, b), rel=1e-9, abs=1e-6)
        assert not any((c < a - near and d <= b) or (c <= a and d < b - near) for c, d in worth.values())
    for c, d in worth.values():
        assert any(a <= c + near and b <= d + near for a, b in shown)


def patients_moved(graph: nx.Graph, plan: Groups, start: Groups) -> int:
    """Count the patients of the practices that have moved."""
    return sum(graph.nodes[code]["list_size"] for code in moved_from(graph, plan, start))


def without_diagrams(patch: pytest.MonkeyPatch, how: str) -> None:
    """Have questions answered from diagrams, or one after the other."""
    if how != "diagrams":
        patch.setattr(near_plans, "SPACE", SpaceParams(most_nodes=0))


@pytest.mark.parametrize("how", ["diagrams", "singly"])
@given(drawn=odd_areas(), data=st.data())
@examples(10 * 60, HealthCheck.data_too_large)
def test_alternatives(how: str, drawn: tuple[nx.Graph, Rules], data: st.DataObject) -> None:
    """The k next best are the k cheapest others, all different; each most different one moves the most there are."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules)) if data.draw(st.booleans()) else rules
    count, within = data.draw(st.integers(1, 6)), data.draw(st.sampled_from([0.0, 0.01, 0.1, 0.5, 5.0]))
    legal, costs = evaluated(graph, rules)
    if legal is None or not could_be_counted(graph, rules):
        return
    with pytest.MonkeyPatch.context() as patch:
        without_diagrams(patch, how)
        found = session_of(graph, rules).alternatives(count, within=within, different=3)[""]
    near = [each for each in found if each.kind != "different"]
    assert len({each.networks for each in near}) == len(near)
    assert [each.cost for each in near] == [about(cost) for cost in sorted(costs.values())[: count + 1]]
    assert [each.cost for each in near] == [about(costs[each.networks]) for each in near]
    assert all(each.proven for each in near)
    assert_most_different(
        graph, costs, found[0], [each for each in found if each.kind == "different"], within
    )


def assert_most_different(
    graph: nx.Graph, costs: dict[Groups, float], best: Alternative, found: list[Alternative], within: float
) -> None:
    """Each moves the most patients from the best and those before it of all within the share; all are given."""
    limit = min(costs.values()) * (1 + within)
    sure = {plan for plan, cost in costs.items() if cost <= limit * (1 - PROVEN) - HOURS}
    before = [best.networks]
    for each in found:
        assert costs[each.networks] <= limit * (1 + PROVEN) + HOURS
        assert each.networks not in before
        apart = {
            plan: sum(patients_moved(graph, plan, start) for start in before)
            for plan in {*sure, each.networks}.difference(before)
        }
        assert each.patients_apart == apart[each.networks] == max(apart.values())
        assert each.proven
        assert each.most_patients_apart >= each.patients_apart
        before.append(each.networks)
    assert len(found) == 3 or sure <= set(before)


@pytest.mark.parametrize("how", ["diagrams", "singly"])
@given(drawn=odd_areas(), data=st.data())
@examples(10 * 60, HealthCheck.data_too_large)
def test_borders(how: str, drawn: tuple[nx.Graph, Rules], data: st.DataObject) -> None:
    """Two neighbours are together in all, some or none of the plans within a share of the best."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules)) if data.draw(st.booleans()) else rules
    within = data.draw(st.sampled_from([0.0, 0.01, 0.1, 0.5]))
    legal, costs = evaluated(graph, rules)
    if legal is None or not could_be_counted(graph, rules):
        return
    with pytest.MonkeyPatch.context() as patch:
        without_diagrams(patch, how)
        borders = session_of(graph, rules).borders(within=within)[""]
    least = min(costs.values())
    limit = least * (1 + within)
    # Plans at the limit may count or not.
    sure = [plan for plan, cost in costs.items() if cost <= max(least, limit * (1 - PROVEN) - HOURS)]
    maybe = [plan for plan, cost in costs.items() if cost <= limit * (1 + PROVEN) + HOURS]
    for each in borders:
        pair = {each.code_a, each.code_b}
        seen = [{any(pair <= set(group) for group in plan) for plan in some} for some in (sure, maybe)]
        words = ["some" if len(both) == 2 else "all" if True in both else "none" for both in seen]
        assert each.together in words
