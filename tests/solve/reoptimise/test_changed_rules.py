"""Solved again from what is kept, an area has the plan that it has when solved anew."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import ImpossibleError, RulesError
from netform.rules.demands import AreaDemand, Demands
from netform.rules.toml import load_profile
from netform.solve.exact import gap_closing
from netform.solve.exact.gap_closing import CLOSING
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.candidate_cache import CandidateCache
from netform.solve.model.outcome import AreaOutcome, Options
from netform.solve.reoptimise import changed_rules, large_list
from netform.solve.reoptimise.changed_rules import COSTS, ChangedRules
from netform.solve.reoptimise.large_list import LARGE_LIST, Cutoff
from tests.brute_force import legal_plans, plan_hours
from tests.examples import examples
from tests.made_up_session import demanded, session_of, solved
from tests.strategies import made_up_area, small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.plan.model import Plan
    from netform.rules.model import Rules

RULES = load_profile()


def base_of(graph: nx.Graph, rules: Rules) -> ChangedRules | None:
    """Solve an area and keep it."""
    return ChangedRules.of(graph, "", rules, solved(graph, rules))


def exceptions(outcome: AreaOutcome) -> list[str]:
    """Name the exceptions, in order."""
    return sorted(placed.exception for placed in outcome.networks if placed.exception)


def assert_as_anew(graph: nx.Graph, rules: Rules, found: AreaOutcome) -> None:
    """Hold what was found to the plan that is solved anew, and to trying everything."""
    anew = solved(graph, rules, keep=False)
    assert found.result.status == anew.result.status == "optimal"
    assert found.result.cost == pytest.approx(anew.result.cost, rel=3e-7, abs=1e-6)
    assert (found.result.bound or 0.0) <= (anew.result.cost or 0.0) * (1 + 3e-7) + 1e-6
    assert len(exceptions(found)) == len(exceptions(anew))
    assert (found.result.practices, found.result.area) == (anew.result.practices, anew.result.area)
    assert found.result.networks == len(found.networks)
    legal = legal_plans(graph, rules)
    assert legal is not None
    groups = tuple(sorted(placed.practice_codes for placed in found.networks))
    assert groups in legal.plans
    [cost] = plan_hours(graph, [groups], rules)
    assert found.result.cost == pytest.approx(cost, rel=1e-9, abs=1e-6)


def few_at_first(patch: pytest.MonkeyPatch, pool: int, crowded: int) -> None:
    """Take any list for a long one, begin with few of its columns, and let more be many that may be as cheap."""
    cutoffs = (Cutoff(0.001, 3 * pool), Cutoff(0.01, 10**9), Cutoff(math.inf, 10**9))
    few = replace(LARGE_LIST, pool=pool, short=0, crowded=crowded, cutoffs=cutoffs, risen=0.0, joining=0.0)
    patch.setattr(large_list, "LARGE_LIST", few)
    patch.setattr(changed_rules, "LARGE_LIST", few)
    # Plans of fewer and of more networks are looked for apart wherever a relaxation has a fraction of a network.
    patch.setattr(gap_closing, "CLOSING", replace(CLOSING, many=0, fraction=0.01))


@pytest.mark.parametrize("crowded", [None, 0, 10**9])
@given(drawn=small_areas(least=3), data=st.data())
@examples(90)
def test_changed_demands_have_the_plan_solved_anew(
    crowded: int | None, drawn: tuple[nx.Graph, Rules], data: st.DataObject
) -> None:
    """As few exceptions, as cheap, legal, whatever was demanded, and weights besides; or no answer.

    Where more than so many are ``crowded`` the list counts as long: it is looked at through a pool of three candidates
    and narrow cutoffs.
    """
    graph, rules = drawn
    again = base_of(graph, rules)
    if again is None:
        return
    changed = data.draw(demanded(graph, rules))
    if data.draw(st.booleans()):
        changed = changed.with_weights({"patient_travel": 3.0, "overhead": 0.5})
    with pytest.MonkeyPatch.context() as patch:
        if crowded is not None:
            few_at_first(patch, 3, crowded)
        found = again.solve(changed, Options(), NEVER)
    if found is not None:
        assert_as_anew(graph, changed, found)


@st.composite
def renumbered(draw: st.DrawFn, rules: Rules) -> Rules:
    """Draw a band near that of some rules, numbers of the costs, or both."""
    if draw(st.booleans()):
        least = max(1, round(rules.least * draw(st.sampled_from([0.7, 0.95, 1.0, 1.1]))))
        most = round(rules.most * draw(st.sampled_from([0.85, 0.95, 1.0, 1.3])))
        rules = rules.with_band(least, max(least, most))
    for name in draw(st.lists(st.sampled_from(COSTS), max_size=2, unique=True)):
        if name == "weights":
            rules = rules.with_weights({"staff_travel": 4.0, "continuity": 0.0})
        elif name == "roles":
            rules = replace(rules, roles=rules.roles[1:])
        else:
            rules = replace(rules, **{name: 1.5 * getattr(rules, name) + 0.1})
    return rules


@given(drawn=small_areas(least=3), data=st.data())
@examples(150)
def test_other_bands_and_numbers_have_the_plan_solved_anew(
    drawn: tuple[nx.Graph, Rules], data: st.DataObject
) -> None:
    """As few exceptions, as cheap, legal, with demands or without; or no answer."""
    graph, rules = drawn
    again = base_of(graph, rules)
    if again is None:
        return
    changed = data.draw(renumbered(rules))
    if data.draw(st.booleans()):
        changed = data.draw(demanded(graph, changed))
    found = again.solve(changed, Options(), NEVER, CandidateCache(keep=True))
    if found is not None:
        assert_as_anew(graph, changed, found)


@given(small_areas(least=3), st.data())
@examples(30)
def test_through_a_session_what_was_asked_before_does_not_show(
    drawn: tuple[nx.Graph, Rules], data: st.DataObject
) -> None:
    """Two questions after a first one have the answers of two fresh sessions, refusals among them."""
    graph, rules = drawn
    session = session_of(graph, rules)
    session.solve()
    for _ in range(2):
        changed = data.draw(demanded(graph, rules))
        answers: list[Plan | str] = []
        for each in (session, session_of(graph, rules)):
            try:
                answers.append(each.solve(changed))
            except (ImpossibleError, RulesError) as error:
                answers.append(type(error).__name__)
        kept, fresh = answers
        if isinstance(kept, str) or isinstance(fresh, str):
            assert kept == fresh
            continue
        assert kept.areas[0].cost == pytest.approx(fresh.areas[0].cost, rel=3e-7, abs=1e-6)
        assert kept.areas[0].status == fresh.areas[0].status == "optimal"
        assert kept.unplaced == fresh.unplaced
        # Of several best plans either may be given; each has as many exceptions.
        counted = [sum(bool(network.exception) for network in plan.networks) for plan in (kept, fresh)]
        assert counted[0] == counted[1]


def ring(practices: int = 12) -> nx.Graph:
    """Make practices of 9,000 to 12,000 patients in a ring, each bordering the next two."""
    sizes = [9_000 + 1_000 * (k % 4) for k in range(practices)]
    points = [(3_000 * k, 1_000 * (k % 5)) for k in range(practices)]
    pairs = [(k, (k + step) % practices) for k in range(practices) for step in (1, 2)]
    return made_up_area(sizes, points, pairs, RULES)


DEMANDS = {
    "pin in the band": Demands(pins=(("P0", "P1", "P2"),)),
    "pin outside the band": Demands(pins=(("P0", "P1"),)),
    "together": Demands(together=(("P0", "P2"),)),
    "neighbours merge": Demands(merge=(("P0", "P1"),), most_practices=4),
    "apart": Demands(apart=(("P3", "P4", "P5"),)),
    "left out": Demands(exclude=("P6",)),
    "hub": Demands(hub_must=("P2",), hub_may=("P2", "P4", "P6", "P8", "P10", "P0")),
    "journeys": Demands(longest_between=30.0),
    "practices": Demands(most_practices=4),
    "networks": Demands(networks=3),
    "several": Demands(pins=(("P0", "P1", "P2"),), exclude=("P7",), apart=(("P4", "P9"),), networks=3),
}


@pytest.mark.parametrize("name", DEMANDS)
def test_the_quick_way_is_taken(name: str) -> None:
    """Where a plan without more exceptions exists it is found from what is kept, and is the one solved anew."""
    graph = ring()
    again = base_of(graph, RULES)
    assert again is not None
    changed = replace(RULES, demands=DEMANDS[name])
    found = again.solve(changed, Options(), NEVER)
    assert found is not None
    anew = solved(graph, changed, keep=False)
    assert found.result.cost == pytest.approx(anew.result.cost, rel=3e-7)
    assert exceptions(found) == exceptions(anew)
    assert {placed.practice_codes for placed in found.networks} >= set(changed.demands.pins)


@pytest.mark.parametrize("crowded", [0, 10**9])
@pytest.mark.parametrize("pool", [1, 10])
def test_small_first_cutoffs_widen(monkeypatch: pytest.MonkeyPatch, pool: int, crowded: int) -> None:
    """However few columns are looked at first, the best plan is found."""
    few_at_first(monkeypatch, pool, crowded)
    graph = ring()
    again = base_of(graph, RULES)
    assert again is not None
    for demands in DEMANDS.values():
        changed = replace(RULES, demands=demands)
        found = again.solve(changed, Options(), NEVER)
        assert found is not None
        assert found.result.cost == pytest.approx(solved(graph, changed, keep=False).result.cost, rel=3e-7)


@pytest.mark.parametrize(
    "changed",
    [
        RULES.with_band(31_000, 50_000),
        RULES.with_band(30_000, 47_000),
        RULES.with_band(29_000, 50_000),
        RULES.with_band(31_000, 53_000),
        replace(RULES, overhead_hours_week=20.0),
        replace(RULES, post_step=0.5, visits_per_patient_week=0.1),
        replace(RULES.with_band(31_000, 52_000), balance_target=35_000.0, demands=DEMANDS["together"]),
    ],
)
def test_other_bands_and_numbers_are_answered_from_what_is_kept(changed: Rules) -> None:
    """A part of the list, a longer one, or the same at other costs; the plan is the one solved anew."""
    graph = ring()
    again = base_of(graph, RULES)
    assert again is not None
    found = again.solve(changed, Options(), NEVER, CandidateCache(keep=True))
    assert found is not None
    anew = solved(graph, changed)
    assert found.result.cost == pytest.approx(anew.result.cost, rel=3e-7)
    if changed.demands == RULES.demands:
        assert found.result.candidates == anew.result.candidates
    assert exceptions(found) == exceptions(anew) == []


@pytest.mark.parametrize(
    "changed",
    [
        RULES.with_band(29_000, 50_000),
        replace(RULES, minutes_base=5.0),
        replace(RULES, demands=Demands(merge=(("P0", "P5"),))),
        replace(RULES, demands=Demands(areas=(AreaDemand("", least=31_000),))),
    ],
)
def test_other_changes_are_solved_anew(changed: Rules) -> None:
    """A wider band without a list, another travel estimate or area line, a merger of practices that are no neighbours.

    Nor is a strict run a question.
    """
    again = base_of(ring(), RULES)
    assert again is not None
    assert again.solve(changed, Options(), NEVER) is None
    assert again.solve(RULES, Options(strict=True), NEVER) is None


def test_a_band_that_leaves_no_network_is_solved_anew() -> None:
    """Nothing of the list is left to be priced by other weights."""
    again = base_of(ring(), RULES)
    assert again is not None
    changed = RULES.with_band(49_900, 49_950).with_weights({"patient_travel": 3.0})
    assert again.solve(changed, Options(), NEVER, CandidateCache(keep=True)) is None


@pytest.mark.parametrize("crowded", [0, 10**9])
def test_when_time_is_up_the_plan_before_stands_where_it_may(
    monkeypatch: pytest.MonkeyPatch, crowded: int
) -> None:
    """However early that is: no plan is looked for anew that would be worse; its bound holds, and better with time."""
    few_at_first(monkeypatch, 10, crowded)
    graph = ring()
    again = base_of(graph, RULES)
    assert again is not None
    changed = RULES.with_weights({"patient_travel": 3.0, "staff_travel": 0.25})
    anew = solved(graph, changed, keep=False)
    groups = [placed.practice_codes for placed in again.outcome.networks]
    [before] = plan_hours(graph, [tuple(groups)], changed)
    known = 0.0
    for looks in range(20):
        times = iter([*[0.0] * looks, *[2.0] * 10_000])
        found = again.solve(changed, Options(), Deadline(1.0, lambda times=times: next(times)))  # type: ignore[misc]
        assert found is not None
        cost, bound = found.result.cost or 0.0, found.result.bound
        assert bound is not None
        assert bound >= known
        known = bound
        assert (anew.result.cost or 0.0) <= cost * (1 + 1e-7) <= before * (1 + 2e-7)
        assert bound <= (anew.result.cost or 0.0) * (1 + 1e-7)
        assert found.result.status in ("feasible", "optimal")
        assert looks or found.result.status == "feasible"


def test_when_time_is_up_a_plan_that_may_not_stand_does_not() -> None:
    """A practice of the plan before is demanded elsewhere: it is solved anew in what time there is."""
    graph = ring()
    again = base_of(graph, RULES)
    assert again is not None
    one, *_ = again.outcome.networks
    changed = replace(RULES, demands=Demands(apart=(one.practice_codes[:2],)))
    found = again.solve(changed, Options(), Deadline(1.0, lambda: 2.0))
    assert found is None or one.practice_codes not in {placed.practice_codes for placed in found.networks}


def test_what_forbids_is_not_kept() -> None:
    """A base with a pin would have left out plans that the next question may choose."""
    assert base_of(ring(), replace(RULES, demands=DEMANDS["pin in the band"])) is None


def test_fewer_exceptions_than_before_are_found_anew() -> None:
    """54,000 in a row are one exception; without the last of them 30,000 are none."""
    graph = made_up_area([10_000, 20_000, 24_000], [(0, 0), (1000, 0), (2000, 0)], [(0, 1), (1, 2)], RULES)
    # One network over the band, or 30,000 and 24,000. Without P2, P0 and P1 alone would be two exceptions.
    again = base_of(graph, RULES)
    assert again is not None
    changed = replace(RULES, demands=Demands(exclude=("P2",)))
    found = again.solve(changed, Options(), NEVER)
    assert found is None or exceptions(found) == []
    plan = session_of(graph, RULES)
    plan.solve()
    assert [network.exception for network in plan.solve(changed).networks] == [None]
