"""A term that makes up most of a plan's cost is said, with the reason where the rules give it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netform.explain.weighty_terms import weighty_notes
from netform.plan.model import Network
from netform.rules.toml import load_profile

if TYPE_CHECKING:
    from netform.rules.model import Rules

RULES = load_profile()


def networks(**terms: float) -> list[Network]:
    """Two networks of 40,000 with these terms each."""
    return [Network(str(k), "", "", ("P",), 40_000, "P", (0.0,), terms) for k in range(2)]


def named(target: float, dead_band: float, rules: Rules = RULES) -> Rules:
    """Rules that name the target and the dead band of balance."""
    return replace(rules, balance_target=target, balance_dead_band=dead_band)


def test_nothing_is_said_of_a_plan_that_no_term_decides() -> None:
    """Overhead of 60% is what networks cost by existing; half by balance is not more than half."""
    assert weighty_notes(networks(patient_travel=40.0, overhead=60.0), RULES) == ()
    assert weighty_notes(networks(balance=50.0, overhead=50.0), RULES) == ()
    assert weighty_notes([], RULES) == ()


def test_a_term_of_three_quarters_and_more_is_said() -> None:
    """80 of 100 in each of two networks: 160 hours; its weight is what to change."""
    (note,) = weighty_notes(networks(patient_travel=80.0, overhead=20.0), RULES)
    assert "patient_travel makes up 80% of the plan's cost (160.0 hours a week)" in note
    assert "below 1 (--weight patient_travel=NUMBER)" in note


def test_the_weights_count() -> None:
    """At twice its weight travel is 160 of 180 in each, 89%; at a weight of 0 it is nothing."""
    shown = networks(patient_travel=80.0, overhead=20.0)
    (note,) = weighty_notes(shown, RULES.with_weights({"patient_travel": 2}))
    assert "89%" in note
    assert "below 2" in note
    (note,) = weighty_notes(shown, RULES.with_weights({"patient_travel": 0}))
    assert "overhead makes up 100%" in note


def test_whoever_weighs_one_term_alone_is_told_nothing() -> None:
    """That it decides is what was asked for."""
    alone = RULES.with_weights({name: float(name == "overhead") for name, _ in RULES.weights})
    assert weighty_notes(networks(overhead=9.0), alone) == ()


def test_a_target_far_from_the_band_is_the_reason() -> None:
    """A target of 40,000 with a band of 200,000 to 300,000 charges every network whatever is chosen."""
    rules = named(40_000, 10_000, RULES.with_band(200_000, 300_000))
    (note,) = weighty_notes(networks(balance=60.0, overhead=40.0), rules)
    assert "balance makes up 60% of the plan's cost (120.0, a penalty and nobody's time)" in note
    assert "balance makes up 60%" in note
    assert (
        "a target of 40,000 patients, 10,000 either way, which no network of 200,000 to 300,000 comes near"
        in note
    )
    assert "Leave target and dead_band out of [balance]" in note


def test_a_target_narrower_than_the_band_is_another() -> None:
    """Within 30,000 to 50,000 those beyond 38,000 to 42,000 are charged."""
    (note,) = weighty_notes(networks(balance=60.0, overhead=40.0), named(40_000, 2_000))
    assert "narrower than the band of 30,000 to 50,000" in note


def test_a_target_that_follows_the_band_speaks_of_exceptions() -> None:
    """Then only what lies outside is charged: here one network of two."""
    shown = networks(balance=60.0, overhead=40.0)
    (note,) = weighty_notes([shown[0], replace(shown[1], list_size=90_000)], RULES)
    assert "it charges what lies outside the band, as 1 of 2 networks do" in note
