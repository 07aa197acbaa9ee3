"""A part: the best plan and the bounds it knows, what it tells of them, and when nothing is left to prove."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.plan.grouping import Grouping, Moves
from netform.rules.toml import load_profile
from netform.scores import network_cost, network_terms
from netform.solve.area import Options
from netform.solve.model.plan_model import LinkingRules
from netform.solve.primal.first_plan import Incumbent
from netform.solve.primal.value import PlanValue
from tests.brute_force import best_plan, judge, partitions
from tests.examples import examples
from tests.made_up_problem import part_of
from tests.strategies import made_up_area, small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules
    from netform.solve.part_candidates import Part
    from tests.made_up_problem import Report

RULES = load_profile()  # 30,000 to 50,000


def row(list_sizes: list[int]) -> nx.Graph:
    """Make practices P0, P1, ... in a row."""
    count = len(list_sizes)
    pairs = [(k, k + 1) for k in range(count - 1)]
    return made_up_area(list_sizes, [(1000 * k, 0) for k in range(count)], pairs, RULES)


def worth(part: Part, broken: int, exceptions: int, outside: int, cost: float) -> Incumbent:
    """Give a plan of one network a value that it need not have."""
    return Incumbent((tuple(range(len(part.problem.codes))),), PlanValue(broken, exceptions, outside, cost))


def test_only_a_better_plan_is_taken() -> None:
    """Demands kept before exceptions, those before patients outside, those before cost; as good is not better."""
    reports: list[Report] = []
    part = part_of(row([20_000, 20_000]), RULES, report=reports.append)
    for value, better in (
        ((1, 0, 0, 1.0), True),
        ((0, 2, 9_000, 90.0), True),
        ((1, 0, 0, 0.5), False),
        ((0, 1, 9_999, 95.0), True),
        ((0, 1, 9_998, 96.0), True),
        ((0, 1, 9_998, 96.0), False),
        ((0, 0, 0, 99.0), True),
        ((0, 0, 0, 98.0), True),
        ((0, 0, 0, 98.5), False),
    ):
        before = part.incumbent
        found = worth(part, *value)
        assert part.offer(found, "search") is better
        assert part.incumbent is (found if better else before)
    # The first broke a demand: it was nothing to tell of.
    assert [report.cost for report in reports] == [90.0, 95.0, 96.0, 99.0, 98.0]
    assert {report.step for report in reports} == {"search"}
    assert reports[0].groups == (("P0", "P1"),)


def test_a_plan_with_exceptions_is_not_told_of_where_they_are_forbidden() -> None:
    """It is kept to go on from."""
    reports: list[Report] = []
    part = part_of(row([20_000, 20_000]), RULES, options=Options(strict=True), report=reports.append)
    assert part.offer(worth(part, 0, 1, 5, 9.0), "search")
    assert (part.incumbent is None, part.sound, reports) == (False, False, [])
    part.offer(worth(part, 0, 0, 0, 10.0), "search")
    assert part.sound
    assert [report.cost for report in reports] == [10.0]


def test_a_bound_holds_for_its_number_of_exceptions() -> None:
    """That of any plan always; that of plans without exceptions once the plan has none, and has the fewest."""
    part = part_of(row([20_000, 20_000]), RULES)
    part.raise_bound(5.0, "any")
    part.raise_bound(7.0, "band", 0)
    part.raise_bound(4.0, "lower")
    assert part.bounds == {None: 5.0, 0: 7.0}
    assert part.bound == 5.0
    part.offer(worth(part, 0, 1, 9, 9.0), "search")
    # Whether one exception is the fewest is not proven, so a plan without any might be the better one, at any cost.
    assert part.bound == 5.0
    part.offer(worth(part, 0, 0, 0, 10.0), "search")
    assert part.bound == 7.0
    part.raise_bound(8.0, "any")
    assert part.bound == 8.0
    assert not part.done
    part.raise_bound(10.0, "band", 0)
    assert part.done


def test_the_bound_of_exceptions_counts_once_they_are_proven_the_fewest() -> None:
    """With one exception at least, plans with one are bounded by themselves; their patients come before cost."""
    part = part_of(row([20_000, 20_000]), RULES)
    part.offer(worth(part, 0, 1, 9, 9.0), "search")
    part.raise_bound(6.0, "one", 1)
    assert part.bound == 0.0
    part.exceptions_bound = 1
    assert part.bound == 6.0
    part.raise_bound(9.0, "one", 1)
    assert not part.done


def test_what_is_raised_is_told_of_and_never_above_the_plan() -> None:
    """Nothing where the bound that counts stays as it is, or there is no plan yet."""
    reports: list[Report] = []
    part = part_of(row([20_000, 20_000]), RULES, report=reports.append)
    part.raise_bound(1.0, "too early")
    part.offer(worth(part, 0, 0, 0, 10.0), "search")
    part.raise_bound(2.0, "columns", 0)
    part.raise_bound(1.5, "no higher")
    part.raise_bound(3.0, "of no plan here", 2)
    part.raise_bound(11.0, "of what is cheaper")
    assert [(report.step, report.bound, report.cost) for report in reports] == [
        ("search", 1.0, 10.0),
        ("columns", 2.0, 10.0),
        ("of what is cheaper", 10.0, 10.0),
    ]


@given(small_areas(most=6, least=2, oversize=False), st.data())
@examples(60)
def test_a_plan_is_worth_what_its_networks_are(drawn: tuple[nx.Graph, Rules], data: st.DataObject) -> None:
    """By the definitions: exceptions, patients outside and hours, and what is too large for an exception broken."""
    graph, rules = drawn
    part = part_of(graph, rules)
    number = {code: k for k, code in enumerate(part.problem.codes)}
    plan = data.draw(st.sampled_from(list(partitions(part.problem.codes))))
    judged = [judge(graph, group, rules) for group in plan]
    found = part.value_of([tuple(number[code] for code in group) for group in plan])
    assert sorted(v for group in found.groups for v in group) == sorted(number.values())
    assert found.value.cost == pytest.approx(
        math.fsum(network_cost(network_terms(graph, group, rules), rules) for group in plan)
    )
    if None not in judged:
        kept = [each for each in judged if each is not None]
        assert found.value.broken == 0
        assert found.value.exceptions == sum(each.exceptions for each in kept)
        assert found.value.patients_outside == sum(each.patients_outside for each in kept)
        best = best_plan(graph.subgraph(part.problem.codes), rules)
        assert best is not None
        assert found.value[1:3] >= best[:2]


def test_other_rules_value_the_plan_anew() -> None:
    """Two networks are two too few of four; and where nobody may move, who has left counts."""
    graph = row([20_000] * 4)
    start = Grouping("today", {"A": ("P0", "P1", "P2"), "B": ("P3",)})
    moves = Moves(start, {"A": 60_000, "B": 20_000}, practices=0)
    part = part_of(graph, RULES, linking=LinkingRules(graph, (), 4, None))
    part.offer(part.value_of([(0, 1), (2, 3)]), "search")
    assert part.incumbent is not None
    assert part.incumbent.value[:2] == (2, 0)
    part.relink(LinkingRules(graph, (), 2, None))
    assert part.sound
    # P0 and P1 keep 40,000 of their network's 60,000; P2 is left behind, and P3 takes all of its own along.
    part.relink(LinkingRules(graph, (), 2, moves))
    assert part.incumbent.value[:2] == (1, 0)
