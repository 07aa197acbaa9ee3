"""Demands one by one: each stands for itself, and together they are all that is demanded."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from netform.plan.rule_cost import RuleCost, rule_cost_words
from netform.rules.demands import NO_DEMANDS, AreaDemand, Demands
from netform.rules.single_demands import single_demands
from netform.rules.toml import load_profile

RULES = load_profile()

EVERYTHING = Demands(
    pins=(("A", "B"), ("C",)),
    together=(("D", "E"),),
    apart=(("D", "F", "G"),),
    exclude=("H", "I"),
    merge=(("J", "K"),),
    hub_must=("D",),
    hub_may=("D", "E", "F", "G", "J", "K", "L", "M"),
    longest_to_hub=20.0,
    longest_between=math.nextafter(30.0, 31.0),
    least_practices=2,
    most_practices=6,
    networks=9,
    areas=(AreaDemand("15F", 20_000, 60_000, 4), AreaDemand("QNC", networks=3)),
)


def test_every_demand_is_named_in_words() -> None:
    """In a fixed order, long lists cut short."""
    singles = single_demands(replace(RULES, demands=EVERYTHING))
    assert [(single.kind, single.rule) for single in singles] == [
        ("pin", "A and B pinned as a network"),
        ("pin", "C pinned as a network"),
        ("together", "D and E together in one network"),
        ("apart", "D, F and G apart, no two in one network"),
        ("merge", "J and K merged into one practice"),
        ("exclude", "H left out"),
        ("exclude", "I left out"),
        ("hub_must", "D the hub of its network"),
        ("hub_may", "no hubs but D, E, F, G, J and 3 more"),
        ("longest_to_hub", "no journey to a hub longer than 20 minutes"),
        ("longest_between", "no two practices of a network more than 30 minutes apart"),
        ("least_practices", "at least 2 practices in a network"),
        ("most_practices", "at most 6 practices in a network"),
        ("networks", "exactly 9 networks in each area"),
        ("area_band", "20,000 to 60,000 patients in a network of area 15F"),
        ("area_networks", "exactly 4 networks in area 15F"),
        ("area_networks", "exactly 3 networks in area QNC"),
    ]


def test_one_is_not_many() -> None:
    """At most one practice, exactly one network."""
    demands = Demands(most_practices=1, networks=1, areas=(AreaDemand("15F", networks=1),))
    assert [single.rule for single in single_demands(replace(RULES, demands=demands))] == [
        "at most 1 practice in a network",
        "exactly 1 network in each area",
        "exactly 1 network in area 15F",
    ]


def test_dropping_each_in_turn_leaves_nothing() -> None:
    """Each takes away just itself: one fewer every time, the others as they were."""
    rules = replace(RULES, demands=EVERYTHING)
    left = single_demands(rules)
    while left:
        without = single_demands(left[0].without)
        assert [single.rule for single in without] == [single.rule for single in left[1:]]
        rules, left = left[0].without, without
    assert rules.demands == NO_DEMANDS


def test_an_area_keeps_what_else_is_demanded_of_it() -> None:
    """Its band goes, its number of networks stays."""
    demands = Demands(areas=(AreaDemand("15F", 20_000, 60_000, 4),))
    band, number = single_demands(replace(RULES, demands=demands))
    assert band.without.demands.areas == (AreaDemand("15F", networks=4),)
    assert number.without.demands.areas == (AreaDemand("15F", 20_000, 60_000),)


def test_no_demands_have_no_prices() -> None:
    """The profile demands nothing."""
    assert single_demands(RULES) == []


@pytest.mark.parametrize(
    ("cost", "exceptions", "proven", "words"),
    [
        (12.34, 0, True, "12.3 hours a week more"),
        (-1234.56, 0, True, "1,234.6 hours a week less"),
        (0.01, 0, False, "no hours (not proven)"),
        (-5.0, 1, True, "1 exception more, and 5.0 hours a week less"),
        (5.0, -2, False, "2 exceptions fewer, and 5.0 hours a week more (not proven)"),
        (None, 0, False, "not known: no plan was found without it"),
    ],
)
def test_a_price_in_words(cost: float | None, exceptions: int, proven: bool, words: str) -> None:
    """Exceptions come before hours."""
    assert rule_cost_words(RuleCost("pin", "A pinned", cost, exceptions, proven)) == words


@pytest.mark.parametrize(
    ("cost", "penalties", "words"),
    [
        (12.3, 12.3, "12.3 more in penalties"),
        (12.3, 10.0, "2.3 hours a week more, and 10.0 more in penalties"),
        (-7.7, -10.0, "2.3 hours a week more, and 10.0 less in penalties"),
        (0.0, -2.0, "2.0 hours a week more, and 2.0 less in penalties"),
        (0.01, 0.02, "no hours"),
    ],
)
def test_penalties_of_a_price_are_told_apart(cost: float, penalties: float, words: str) -> None:
    """What a rule costs in penalties is nobody's time: hours are the rest."""
    assert rule_cost_words(RuleCost("pin", "A pinned", cost, 0, proven=True, penalties=penalties)) == words
