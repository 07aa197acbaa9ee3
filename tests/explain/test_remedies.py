"""Reasons are true: make the change that a remedy names, and the practices can be divided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import networkx as nx
from hypothesis import given

from netform.explain.obstacles import connected_parts, obstacles
from netform.explain.remedies import Reason, Remedy, reason_for
from netform.rules.demanded_graph import demanded_graph
from netform.rules.demands import Demands
from netform.rules.single_demands import single_demands
from netform.rules.toml import load_profile
from netform.solve.model.budget import Deadline
from netform.solve.model.outcome import Obstacle
from tests.examples import examples
from tests.explain.test_divisible import can_be_divided, demanding_areas
from tests.strategies import made_up_area, small_areas

if TYPE_CHECKING:
    from netform.rules.model import Rules

RULES = load_profile()  # 30,000 to 50,000


def parts_of(graph: nx.Graph, rules: Rules) -> list[tuple[str, ...]]:
    """Give the connected parts of what is neither pinned nor left out nor over the band."""
    pinned = {code for pin in rules.demands.pins for code in pin}
    free = set(graph) - pinned - set(rules.demands.exclude)
    return connected_parts(demanded_graph(graph, rules.demands).subgraph(free), rules)


def changed(graph: nx.Graph, remedy: Remedy) -> nx.Graph:
    """Add the bridge of a remedy."""
    if remedy.edge is None:
        return graph
    bridged = nx.Graph(graph)
    bridged.add_edge(*remedy.edge, minutes=0.0)
    return bridged


def assert_true(graph: nx.Graph, rules: Rules, reason: Reason) -> None:
    """Hold every remedy and the clash to trying everything."""
    for remedy in reason.remedies:
        assert set(reason.practice_codes) <= set(remedy.practice_codes) | set(remedy.rules.demands.exclude)
        codes = list(remedy.practice_codes)
        assert can_be_divided(changed(graph, remedy), codes, remedy.rules), remedy
        if remedy.kind in ("least", "most") and "not known" not in remedy.sentence:
            nearer = replace(remedy.rules, least=min(rules.least, remedy.rules.least + 1))
            if remedy.kind == "most":
                nearer = replace(remedy.rules, most=remedy.rules.most - 1)
            over = {code for code in codes if graph.nodes[code]["list_size"] > nearer.most}
            left = [code for code in codes if code in reason.practice_codes or code not in over]
            assert not can_be_divided(graph, left, nearer), remedy


@given(small_areas(oversize=True))
@examples(60)
def test_remedies_are_true(drawn: tuple[nx.Graph, Rules]) -> None:
    """Bounds are the nearest, bridges are enough, and some bound always is."""
    graph, rules = drawn
    for part in parts_of(graph, rules):
        if not can_be_divided(graph, list(part), rules):
            seen = obstacles(graph, part, rules, whole=False)
            reason = reason_for(graph, part, rules, seen)
            assert_true(graph, rules, reason)
            assert reason.obstacles == tuple(seen)
            assert reason.clash == ()
            assert {"least", "most"} & {remedy.kind for remedy in reason.remedies}


@given(demanding_areas(most=6))
@examples(120)
def test_demands_to_drop_are_true(drawn: tuple[nx.Graph, Rules]) -> None:
    """With the demand gone they can be divided; of a clash each demand is needed, and nothing else is."""
    graph, rules = drawn
    for part in parts_of(graph, rules):
        if can_be_divided(graph, list(part), rules):
            continue
        reason = reason_for(graph, part, rules, ())
        assert_true(graph, rules, reason)
        alone = rules
        for rule in [single.rule for single in single_demands(rules) if single.rule not in reason.clash]:
            alone = next(single for single in single_demands(alone) if single.rule == rule).without
        if reason.clash:
            assert not can_be_divided(graph, list(part), alone)
        # Any one demand that is enough to drop is in the clash, and is a remedy; a pin or one left out brings
        # in practices that have to be placed as well.
        for single in single_demands(rules):
            if single.kind not in ("pin", "exclude") and can_be_divided(graph, list(part), single.without):
                assert single.kind in {remedy.kind for remedy in reason.remedies}
                assert single.rule in reason.clash


def test_an_island() -> None:
    """12,000 patients 5 km off a mainland of 35,000: a lower bound, or a bridge that makes 47,000."""
    graph = made_up_area([12_000, 35_000], [(0, 0), (5_000, 0)], [], RULES)
    island = Obstacle("island", ("P0",), "An island.")
    least, bridge = reason_for(graph, ["P0"], RULES, [island]).remedies
    # 5.4 + 2.92 * 5 ** 0.737 = 15 minutes.
    assert least.sentence == (
        "With a least of 12,000 patients in a network instead of 30,000 no exception would be needed here."
    )
    assert least.rules.least == 12_000
    assert bridge.sentence == (
        "With a bridge between P0 and P1 (15 minutes by car) no exception would be needed here."
    )
    assert (bridge.edge, bridge.practice_codes) == (("P0", "P1"), ("P0", "P1"))


def test_arithmetic() -> None:
    """55,000 in three practices: one network of 55,000, or a division as even as the lists allow.

    5,000 + 20,000 | 30,000 along the row, so 25,000 is the nearest least; 27,500 is in no division.
    """
    graph = made_up_area([5_000, 20_000, 30_000], [(0, 0), (1_000, 0), (2_000, 0)], [(0, 1), (1, 2)], RULES)
    remedies = reason_for(graph, list(graph), RULES, []).remedies
    assert [(each.kind, each.rules.least, each.rules.most) for each in remedies] == [
        ("least", 25_000, 50_000),
        ("most", 30_000, 55_000),
    ]


def test_one_practice_over_the_band() -> None:
    """The nearest most is its own list."""
    graph = made_up_area([54_321], [(0, 0)], [], RULES)
    (most,) = reason_for(graph, ["P0"], RULES, []).remedies
    assert (most.kind, most.rules.most) == ("most", 54_321)


def test_an_island_beside_a_practice_over_the_band() -> None:
    """10,000 next to 50,500: with a most of 60,500 they are one network."""
    graph = made_up_area([10_000, 50_500], [(0, 0), (1_000, 0)], [(0, 1)], RULES)
    most = reason_for(graph, ["P0"], RULES, []).remedies[-1]
    assert (most.kind, most.rules.most, most.practice_codes) == ("most", 60_500, ("P0", "P1"))


def test_stranded_behind_a_pin() -> None:
    """10,000 | 25,000 + 10,000 pinned: without the pin the three are one network."""
    graph = made_up_area([10_000, 25_000, 10_000], [(0, 0), (1_000, 0), (2_000, 0)], [(0, 1), (1, 2)], RULES)
    rules = replace(RULES, demands=Demands(pins=(("P1", "P2"),)))
    island = Obstacle("island", ("P0",), "An island.")
    reason = reason_for(graph, ["P0"], rules, [island])
    assert [obstacle.reason for obstacle in reason.obstacles] == ["stranded_behind_pin", "island"]
    assert reason.obstacles[0].sentence == (
        "P0 cannot be divided within the rules because P1 and P2 next to them are pinned."
    )
    assert reason.clash == ("P1 and P2 pinned as a network",)
    assert reason.remedies[0].sentence == (
        "Without the rule “P1 and P2 pinned as a network” no exception would be needed here."
    )
    assert reason.remedies[0].rules.demands == Demands()


def test_a_pin_that_cuts_two_parts_off() -> None:
    """20,000 | 30,000 pinned | 40,000: P0 joins only if P1 is let go, and P2 stays as it is."""
    graph = made_up_area([20_000, 30_000, 40_000], [(0, 0), (1_000, 0), (2_000, 0)], [(0, 1), (1, 2)], RULES)
    rules = replace(RULES, demands=Demands(pins=(("P1",),)))
    remedy = reason_for(graph, ["P0"], rules, []).remedies[0]
    assert (remedy.kind, remedy.practice_codes) == ("pin", ("P0", "P1"))


def test_two_demands_that_clash_with_the_map() -> None:
    """Four of 12,000 in a row, the ends to be together, and three at most in a network."""
    points = [(1_000 * number, 0) for number in range(4)]
    graph = made_up_area([12_000] * 4, points, [(0, 1), (1, 2), (2, 3)], RULES)
    rules = replace(RULES, demands=Demands(together=(("P0", "P3"),), most_practices=3))
    reason = reason_for(graph, list(graph), rules, [])
    # 48,000 is one network of four: three at most is in the way whether or not the ends are to be together.
    assert reason.clash == ("at most 3 practices in a network",)
    assert [obstacle.reason for obstacle in reason.obstacles] == ["demands"]
    assert reason.remedies[0].kind == "most_practices"


def test_a_fixed_number_of_networks() -> None:
    """Two practices of 30,000 are two networks, never one within the band."""
    graph = made_up_area([30_000, 30_000], [(0, 0), (1_000, 0)], [(0, 1)], RULES)
    rules = replace(RULES, demands=Demands(networks=1))
    remedies = reason_for(graph, list(graph), rules, []).remedies
    assert [remedy.kind for remedy in remedies] == ["networks", "most"]
    assert remedies[0].sentence == "With another number of networks than 1 no exception would be needed here."
    assert remedies[1].rules.most == 60_000


def test_nothing_is_said_once_time_is_up() -> None:
    """Nothing tried, nothing claimed."""
    graph = made_up_area([12_000, 35_000], [(0, 0), (5_000, 0)], [], RULES)
    assert reason_for(graph, ["P0"], RULES, [], Deadline(1.0, lambda: 2.0)).remedies == ()
