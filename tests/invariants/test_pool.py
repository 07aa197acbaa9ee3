"""Where networks cannot be listed a front and alternatives are answered as well, and no more is said than holds."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from netform.errors import ImpossibleError, NoPlanError, RulesError
from netform.rules.conflicts.clashes import find_clashes
from netform.scores import network_terms
from netform.session import Session
from netform.solve.area import Options
from netform.solve.model.budget import MemoryBudget
from netform.solve.model.problem import Problem
from netform.solve.near_optimal.pool import exchanged
from netform.tradeoff.model import parse_axis
from tests.brute_force import plan_hours, plans_by_exceptions
from tests.examples import examples
from tests.made_up_session import demanded, prepared_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx
    from hypothesis.strategies import DataObject

    from netform.plan.grouping import Groups
    from netform.rules.model import Rules
    from netform.tradeoff.model import Axis

KINDS = ("pins", "together", "apart", "exclude", "networks", "most_practices")
X, Y = parse_axis("patient_travel"), parse_axis("workforce")
SLACK = 1e-3

# Seconds for a whole question: what ends first is not asked here.
SECONDS = 1.0


def _hours(graph: nx.Graph, plan: Groups, rules: Rules, axis: Axis) -> float:
    return math.fsum(network_terms(graph, codes, rules)[name] for codes in plan for name in axis.terms)


def _session(graph: nx.Graph, rules: Rules) -> Session:
    """Open a session with no room for any list."""
    return Session(prepared_of(graph), rules, Options(memory=MemoryBudget(0)))


def _class_of(graph: nx.Graph, rules: Rules, plan: Groups) -> list[Groups]:
    """All plans with as few exceptions, as near the band, as one plan; fewer and nearer ones among them."""
    plans = plans_by_exceptions(graph, rules)
    (key,) = [key for key, some in plans.items() if plan in some] or [None]
    assert key is not None, f"a demand is broken by {plan}"
    return [each for other, some in plans.items() if other <= key for each in some]


@given(small_areas(most=7, least=2), st.data())
@examples(40)
def test_a_front_says_where_better_plans_may_lie(drawn: tuple[nx.Graph, Rules], data: DataObject) -> None:
    """Its points are plans, none betters another, and every plan that none of them betters lies in a box."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=KINDS))
    if find_clashes(rules, graph):
        return
    try:
        (front,) = _session(graph, rules).front(X, Y, seconds=SECONDS)
    except (ImpossibleError, NoPlanError, RulesError):
        return
    others = _class_of(graph, rules, front.best.networks)
    for point in (*front.points, front.best):
        assert point.networks in others
        assert abs(point.x - _hours(graph, point.networks, rules, X)) < SLACK
        assert abs(point.y - _hours(graph, point.networks, rules, Y)) < SLACK
        assert abs(point.cost - plan_hours(graph, [point.networks], rules)[0]) < SLACK
    for left, right in pairwise(front.points):
        assert left.x < right.x
        assert left.y > right.y
    assert not (front.proven and not front.listed)
    tolerance = max(
        SLACK, *(0.0 if math.isinf(step) else step for step in (front.resolution_x, front.resolution_y))
    )
    for plan in others:
        x, y = (_hours(graph, plan, rules, axis) for axis in (X, Y))
        bettered = any(p.x <= x + tolerance and p.y <= y + tolerance for p in front.points)
        boxed = any(
            x0 - SLACK <= x and y0 - SLACK <= y and (x <= x1 + SLACK or y <= y1 + SLACK)
            for x0, x1, y0, y1 in front.unexplored
        )
        assert bettered or boxed


@given(small_areas(most=7, least=2), st.data())
@examples(40)
def test_alternatives_are_plans_and_nothing_is_proven(
    drawn: tuple[nx.Graph, Rules], data: DataObject
) -> None:
    """Each keeps the demands and costs what it says; a border is soft only where two plans differ."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=KINDS))
    if find_clashes(rules, graph):
        return
    session = _session(graph, rules)
    try:
        found = session.alternatives(3, within=0.05, different=1, seconds=SECONDS)[""]
        borders = session.borders(within=0.05, seconds=SECONDS)[""]
    except (ImpossibleError, NoPlanError, RulesError):
        return
    others = _class_of(graph, rules, found[0].networks)
    hours = dict(zip(others, plan_hours(graph, others, rules), strict=True))
    assert [each.kind for each in found].count("best") == 1
    assert len({each.networks for each in found if each.kind != "different"}) == sum(
        each.kind != "different" for each in found
    )
    listed = session._cases[""].pool is None
    for each in found:
        assert abs(each.cost - hours[each.networks]) < SLACK
        assert listed or not each.proven
    near = [plan for plan, cost in hours.items() if cost <= found[0].cost * 1.05 + SLACK]
    for border in borders:
        together = {any(border.code_a in codes and border.code_b in codes for codes in plan) for plan in near}
        assert border.together != "some" or together == {True, False}
        if not listed and border.together in ("all", "none"):
            # Only networks that every plan has are certain.
            assert together == {border.together == "all"}


@given(small_areas(most=7, least=3), st.data())
@examples(60)
def test_exchanges_lead_to_connected_networks_of_the_band(
    drawn: tuple[nx.Graph, Rules], data: DataObject
) -> None:
    """From any division: one practice more, one less, or one for another, in one piece and within the band."""
    graph, rules = drawn
    problem = Problem.of(graph, list(graph), rules)
    count = len(problem.codes)
    owner = data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    plan = [tuple(v for v in range(count) if owner[v] == k) for k in sorted(set(owner))]
    size = problem.data.list_size
    for group in exchanged(problem, plan):
        patients = sum(int(size[v]) for v in group)
        assert rules.least <= patients <= rules.most
        near = [len(set(group) ^ set(before)) for before in plan]
        assert min(near) <= 2
        reached, ahead = {group[0]}, [group[0]]
        while ahead:
            fresh = set(problem.graph[ahead.pop()]) & set(group) - reached
            reached |= fresh
            ahead += fresh
        assert reached == set(group)
