"""What a planner demands is kept exactly: the optimum is the best of all divisions that keep it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import ImpossibleError, RulesError
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.solve.area import AreaOutcome, Options
from tests.brute_force import keeps_moves, legal_plans, plan_hours
from tests.examples import examples
from tests.made_up_session import KINDS, demanded, solved
from tests.strategies import made_up_area, small_areas, starts

if TYPE_CHECKING:
    import networkx as nx

    from netform.plan.grouping import Groups, Moves
    from netform.rules.model import Rules

PROVEN = 3e-7
FIXED = ("pinned", "over_max_single_practice")

QUICK = examples(50)


def groups_of(outcome: AreaOutcome) -> Groups:
    """Give the networks as sorted groups."""
    return tuple(sorted(placed.practice_codes for placed in outcome.networks))


def about(cost: float) -> object:
    """Compare costs as far as a proof reaches."""
    return pytest.approx(cost, rel=PROVEN, abs=1e-6)


def assert_best(graph: nx.Graph, rules: Rules, outcome: AreaOutcome, options: Options | None = None) -> None:
    """Hold an outcome to the best of the legal plans: legal with as few exceptions, and as cheap."""
    moves = None if options is None else options.moves
    legal = legal_plans(graph, rules, keeps_moves(graph, moves)) if moves else legal_plans(graph, rules)
    assert legal is not None
    assert groups_of(outcome) in legal.plans
    assert outcome.result.status == "optimal"
    assert outcome.result.cost == about(min(plan_hours(graph, legal.plans, rules)))
    exceptions = [each for each in outcome.networks if each.exception and each.exception not in FIXED]
    assert len(exceptions) == legal.exceptions


def assert_refused_rightly(graph: nx.Graph, rules: Rules, moves: Moves | None = None) -> None:
    """Hold a refusal to there being no plan, or none whose free networks could all be of the band by number."""
    legal = legal_plans(graph, rules, keeps_moves(graph, moves)) if moves else legal_plans(graph, rules)
    number = rules.demands.networks
    if legal is None or number is None:
        assert legal is None
        return
    pinned = {code for pin in rules.demands.pins for code in pin}
    merged = {code: group for group in rules.demands.merge for code in group}
    sizes = dict(graph.nodes(data="list_size"))
    left = set(graph) - pinned - set(rules.demands.exclude)
    alone = {
        unit
        for unit in {merged.get(code, (code,)) for code in left}
        if sum(sizes[code] for code in unit) > rules.most
    }
    left -= {code for unit in alone for code in unit}
    patients, free = sum(sizes[code] for code in left), number - len(rules.demands.pins) - len(alone)
    assert free < 0 or not free * rules.least <= patients <= free * rules.most


@given(small_areas(least=2), st.data())
@examples(150)
def test_the_optimum_keeps_every_demand(drawn: tuple[nx.Graph, Rules], data: st.DataObject) -> None:
    """Fewest exceptions, fewest patients outside, least cost, over all divisions that keep the demands."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules))
    try:
        outcome = solved(graph, rules, keep=data.draw(st.booleans()))
    except (ImpossibleError, RulesError):
        assert_refused_rightly(graph, rules)
    else:
        assert_best(graph, rules, outcome)


@given(small_areas(least=3), st.data())
@QUICK
def test_dropping_a_demand_is_never_worse(drawn: tuple[nx.Graph, Rules], data: st.DataObject) -> None:
    """Fewer exceptions or as many, fewer patients outside or as many, then no more cost; pins count as they are."""
    graph, rules = drawn
    kinds = tuple(kind for kind in KINDS if kind not in ("exclude", "merge", "networks", "pins"))
    rules = data.draw(demanded(graph, rules, kinds=kinds))
    if rules.demands == Demands():
        return
    dropped = data.draw(
        st.sampled_from([name for name in kinds if getattr(rules.demands, name) != getattr(Demands(), name)])
    )
    fewer = replace(rules, demands=replace(rules.demands, **{dropped: getattr(Demands(), dropped)}))
    try:
        before = worth(graph, rules, solved(graph, rules))
    except ImpossibleError:
        return
    after = worth(graph, fewer, solved(graph, fewer))
    assert after[:2] <= before[:2]
    if after[:2] == before[:2]:
        assert after[2] <= before[2] * (1 + PROVEN) + 1e-6


def worth(graph: nx.Graph, rules: Rules, outcome: AreaOutcome) -> tuple[int, int, float]:
    """Count exceptions that are not fixed, the patients by which networks are outside the band, and the cost."""
    patients = [
        sum(graph.nodes[code]["list_size"] for code in placed.practice_codes) for placed in outcome.networks
    ]
    outside = sum(max(0, rules.least - size, size - rules.most) for size in patients)
    exceptions = sum(bool(each.exception) and each.exception not in FIXED for each in outcome.networks)
    assert outcome.result.cost is not None
    return exceptions, outside, outcome.result.cost


@given(small_areas(least=3, oversize=False), st.data())
@QUICK
def test_practices_together_cost_what_a_merger_costs(
    drawn: tuple[nx.Graph, Rules], data: st.DataObject
) -> None:
    """Neighbours that are together within the band have the optimum of the same practices merged."""
    graph, rules = drawn
    edges = sorted(tuple(sorted(edge)) for edge in graph.edges)
    if not edges:
        return
    pair = data.draw(st.sampled_from(edges))
    if sum(graph.nodes[code]["list_size"] for code in pair) > rules.most:
        return
    together, merged = (
        solved(graph, replace(rules, demands=demands))
        for demands in (Demands(together=(pair,)), Demands(merge=(pair,)))
    )
    assert worth(graph, rules, together)[:2] == worth(graph, rules, merged)[:2]
    assert together.result.cost == about(merged.result.cost or 0.0)


@given(small_areas(least=2), st.data())
@examples(120)
def test_moves_are_counted_and_kept(drawn: tuple[nx.Graph, Rules], data: st.DataObject) -> None:
    """The best of the legal plans that move so many practices and patients at most; refused where there is none."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=("pins", "apart", "exclude", "networks")))
    moves = data.draw(starts(graph))
    options = Options(moves=moves)
    try:
        outcome = solved(graph, rules, options)
    except (ImpossibleError, RulesError):
        assert_refused_rightly(graph, rules, moves)
    else:
        assert_best(graph, rules, outcome, options)


def test_apart_by_hand() -> None:
    """Of four in a row, 15,000 each, the middle two are neighbours in no plan of pairs; P0 and P1 apart forbid all.

    Pairs of neighbours that divide a row of four are P0 P1 and P2 P3 alone. With P0 and P1 apart either stands
    outside the band: P0 alone (15,000 short) with P1 P2 P3 of 45,000 in it is one exception.
    """
    rules = load_profile()
    graph = made_up_area([15_000] * 4, [(1000 * k, 0) for k in range(4)], [(0, 1), (1, 2), (2, 3)], rules)
    outcome = solved(graph, replace(rules, demands=Demands(apart=(("P0", "P1"),))))
    assert groups_of(outcome) == (("P0",), ("P1", "P2", "P3"))
    assert [placed.exception for placed in outcome.networks] == ["demands", None]
    assert math.isfinite(outcome.result.bound or math.nan)
