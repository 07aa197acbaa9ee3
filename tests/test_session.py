"""A session: what it answers is audited, does not depend on what was asked before, and holds for settled areas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import ImpossibleError, RulesError
from netform.plan.grouping import Grouping, Moves
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.session import Session
from netform.solve.reoptimise.changed_rules import ChangedRules
from netform.tradeoff.model import parse_axis
from tests.brute_force import keeps_moves, legal_plans, plan_hours
from tests.examples import examples
from tests.made_up_session import demanded, session_of
from tests.strategies import made_up_area, small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules

RULES = load_profile()
X, Y = parse_axis("patient_travel"), parse_axis("workforce")


def row(list_sizes: list[int]) -> nx.Graph:
    """Make practices 3 km apart in a row."""
    count = len(list_sizes)
    points = [(3_000 * k, 0) for k in range(count)]
    return made_up_area(list_sizes, points, [(k, k + 1) for k in range(count - 1)], RULES)


@given(small_areas(least=2, oversize=False), st.data())
@examples(80)
def test_scores_do_not_depend_on_how_a_plan_was_made(
    drawn: tuple[nx.Graph, Rules], data: st.DataObject
) -> None:
    """The networks of the best plan, handed in, have the same terms, hubs, exceptions and cost."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules))
    session = session_of(graph, rules)
    try:
        plan = session.solve()
    except (ImpossibleError, RulesError):
        return
    groups = tuple(network.practice_codes for network in plan.networks)
    given_back = session.plan_of([groups], "By hand.")
    assert given_back.networks == plan.networks
    assert given_back.unplaced == plan.unplaced
    assert given_back.areas[0].cost == plan.areas[0].cost
    assert given_back.areas[0].bound == pytest.approx(plan.areas[0].bound, rel=1e-6, abs=1e-6)
    assert given_back.areas[0].status == "feasible"


@given(small_areas(least=3, oversize=False), st.integers(0, 4), st.data())
@examples(60)
def test_the_best_that_moves_few_practices(
    drawn: tuple[nx.Graph, Rules], most: int, data: st.DataObject
) -> None:
    """From any division: the best of the plans that move so many at most, through a session as well."""
    graph, rules = drawn
    label = {code: data.draw(st.sampled_from(["U", "V", "W"])) for code in sorted(graph)}
    networks = {
        name: tuple(code for code in label if label[code] == name) for name in sorted(set(label.values()))
    }
    patients = {
        name: sum(graph.nodes[code]["list_size"] for code in codes) for name, codes in networks.items()
    }
    moves = Moves(Grouping("today", networks), patients, practices=most)
    legal = legal_plans(graph, rules, keeps_moves(graph, moves))
    session = session_of(graph, rules)
    if legal is None:
        with pytest.raises(ImpossibleError):
            session.solve(moves=moves)
        return
    plan = session.solve(moves=moves)
    assert tuple(sorted(network.practice_codes for network in plan.networks)) in legal.plans
    best = min(plan_hours(graph, legal.plans, rules))
    assert plan.areas[0].cost == pytest.approx(best, rel=3e-7, abs=1e-6)
    # Moves are of one question: the next is free again.
    free = legal_plans(graph, rules)
    assert free is not None
    assert session.solve().areas[0].cost == pytest.approx(
        min(plan_hours(graph, free.plans, rules)), rel=3e-7, abs=1e-6
    )


@pytest.mark.parametrize(
    ("list_sizes", "demands"),
    [
        ([51_000], Demands()),
        ([21_000, 12_000], Demands(pins=(("P0", "P1"),))),
        ([20_000], Demands(exclude=("P0",))),
    ],
)
def test_an_area_that_is_settled_has_one_plan(list_sizes: list[int], demands: Demands) -> None:
    """A practice over the band, a pin of all, nobody: planned, with a front of one point and no alternative."""
    session = session_of(row(list_sizes), replace(RULES, demands=demands))
    plan = session.solve()
    [front] = session.front(X, Y)
    assert [point.networks for point in front.points] == [
        tuple(network.practice_codes for network in plan.networks)
    ]
    assert front.proven
    assert front.points[0].cost == pytest.approx(plan.areas[0].cost)
    assert [each.kind for each in session.alternatives(3)[""]] == ["best"]
    assert {each.together for each in session.borders()[""]} <= {"all"}


def test_moves_that_pins_break_are_refused() -> None:
    """Two practices of two networks pinned as one: the smaller moves."""
    graph = row([21_000, 12_000])
    session = session_of(graph, replace(RULES, demands=Demands(pins=(("P0", "P1"),))))
    start = Grouping("today", {"U": ("P0",), "V": ("P1",)})
    # V's 12,000 are all in the new network, so nobody has moved; of 30,000 elsewhere they would be less than half.
    assert session.solve(moves=Moves(start, {"U": 21_000, "V": 12_000}, practices=0)).networks
    with pytest.raises(ImpossibleError, match="every network is pinned"):
        session.solve(moves=Moves(start, {"U": 21_000, "V": 30_000}, practices=0))


def test_what_is_left_out_is_no_network_whatever_was_asked_before() -> None:
    """After a question without the demand: not of the front, the alternatives or the borders."""
    session = session_of(row([15_000] * 6), replace(RULES, demands=Demands(exclude=("P0",))))
    session.solve(RULES)
    points = session.front(X, Y)[0].points
    others = session.alternatives(2)[""]
    for networks in (*(point.networks for point in points), *(each.networks for each in others)):
        assert sorted(code for group in networks for code in group) == ["P1", "P2", "P3", "P4", "P5"]
    assert all("P0" not in (each.code_a, each.code_b) for each in session.borders()[""])


def test_practices_left_out_may_be_over_a_narrower_band() -> None:
    """Asked after a wider band: they stand alone no more, and what is left is planned."""
    graph = row([60_000, 61_000, 31_000])
    session = session_of(graph, RULES.with_band(30_000, 65_000))
    assert len(session.solve().networks) == 3
    narrow = RULES.with_band(30_000, 50_000)
    plan = session.solve(replace(narrow, demands=Demands(exclude=("P0", "P1"))))
    assert [network.practice_codes for network in plan.networks] == [("P2",)]
    assert plan.status == "optimal"
    plan = session.solve(replace(narrow, demands=Demands(exclude=("P0",))))
    assert [(network.practice_codes, network.exception) for network in plan.networks] == [
        (("P1",), "over_max_single_practice"),
        (("P2",), None),
    ]


def test_a_question_asked_twice_is_answered_from_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The area is solved once; a pin afterwards goes the quick way."""
    stages: list[str] = []
    session = session_of(row([15_000] * 8), RULES)
    session.on_stage = stages.append
    first = session.solve()
    solved = [stage for stage in stages if stage.startswith("solving")]
    assert session.solve().networks == first.networks
    session.solve(replace(RULES, demands=Demands(pins=(("P0", "P1"),))))
    assert [stage for stage in stages if stage.startswith("solving")] == solved == ["solving"]
    monkeypatch.setattr(ChangedRules, "solve", lambda *_: None)
    session.solve(replace(RULES, demands=Demands(pins=(("P0", "P1", "P2"),))))
    assert len([stage for stage in stages if stage.startswith("solving")]) == 2


def test_a_share_without_neighbourhoods_is_refused() -> None:
    """At the door as at each question: nothing could be judged by it."""
    graph = row([20_000] * 4)
    demanding = replace(RULES, demands=Demands(aligned=0.75))
    with pytest.raises(RulesError, match="no neighbourhoods were given"):
        session_of(graph, demanding)
    with pytest.raises(RulesError, match="no neighbourhoods were given"):
        session_of(graph, RULES).solve(demanding)


def test_rules_of_another_map_are_refused() -> None:
    """Journeys and borders are prepared once: other rules of them would have no effect, so they are named."""
    session = session_of(row([20_000, 20_000]), RULES)
    slower = replace(RULES, minutes_per_km=4.0, longest_border_minutes=30.0)
    for ask in (session.solve, lambda rules: session.plan_of([(("P00", "P01"),)], "By hand.", rules)):
        with pytest.raises(RulesError, match=r"\(minutes_per_km, longest_border_minutes\).*prepare it anew"):
            ask(slower)
    with pytest.raises(RulesError, match="prepare it anew"):
        Session(session.prepared, slower)
    # What is demanded, weighed or counted may change.
    assert session.solve(RULES.with_weights({"overhead": 2.0}).with_band(10_000, 50_000)).networks


def test_better_plans_are_told_and_a_stopped_question_keeps_the_best() -> None:
    """Stopped before it begins, a question of ten practices still ends in a plan, which is not said to be proven."""
    told: list[float] = []
    session = session_of(row([15_000] * 10), RULES)
    session.on_plan = lambda outcome: told.append(outcome.result.cost or 0.0)
    session.stopped = lambda: True
    stopped = session.solve()
    assert sorted(code for each in stopped.networks for code in each.practice_codes) == sorted(
        session.prepared.practices.codes
    )
    assert told[-1] == pytest.approx(stopped.cost)
    session.stopped = lambda: False
    plan = session.solve()
    assert plan.status == "optimal"
    assert plan.cost <= stopped.cost + 1e-6


def test_a_session_ahead_answers_locks_from_the_plan_without_them() -> None:
    """The first question, with a pin, solves the area without it, once; others are changes of that."""
    stages: list[str] = []
    session = session_of(row([15_000] * 8), RULES)
    session.on_stage, session.ahead = stages.append, True
    pinned = [replace(RULES, demands=Demands(pins=(pin,))) for pin in (("P0", "P1"), ("P2", "P3", "P4"))]
    plans = [session.solve(rules) for rules in pinned]
    assert [stage for stage in stages if stage.startswith("solving")] == [
        "solving without what is locked or demanded, once"
    ]
    for rules, plan in zip(pinned, plans, strict=True):
        alone = session_of(row([15_000] * 8), rules).solve()
        assert plan.status == "optimal"
        assert plan.cost == pytest.approx(alone.cost)
        assert rules.demands.pins[0] in {network.practice_codes for network in plan.networks}


def test_fronts_and_others_are_by_the_rules_they_are_asked_by() -> None:
    """A pin that only one question has is in each of its plans, and in none that is not asked for it."""
    session = session_of(row([15_000] * 8), RULES)
    pin = ("P1", "P2")
    pinned = replace(RULES, demands=Demands(pins=(pin,)))
    for rules in (pinned, RULES):
        found = [
            *(point.networks for point in session.front(X, Y, rules=rules)[0].points),
            *(each.networks for each in session.alternatives(3, rules=rules)[""]),
        ]
        assert all(pin in networks for networks in found) == (rules is pinned)
        together = {(each.code_a, each.code_b): each.together for each in session.borders(rules=rules)[""]}
        # Alone by the pin; without it eight in a row make two and two, and the first two are a pair.
        assert together["P0", "P1"] == ("none" if rules is pinned else "all")


def test_the_fewest_exceptions_are_proven_whichever_way_a_plan_was_found() -> None:
    """A practice of 60,000 stands alone: with a pin elsewhere, quickly or anew, one exception is needed."""
    graph = row([60_000, *[15_000] * 6])
    pinned = replace(RULES, demands=Demands(pins=(("P1", "P2"),)))
    session = session_of(graph, RULES)
    session.solve()
    quick, anew = session.solve(pinned), session_of(graph, pinned).solve()
    assert quick.areas[0].exceptions_bound == anew.areas[0].exceptions_bound == 1
    assert quick.cost == pytest.approx(anew.cost)
