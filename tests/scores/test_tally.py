"""What terms come to: hours and penalties apart, and the cost."""

from __future__ import annotations

import pytest

from netform.scores import TERMS
from netform.scores.tally import add_up, is_penalty, penalty_cost

NETWORKS = (
    {"patient_travel": 10.0, "overhead": 31.0, "balance": 5.0, "continuity": 7.0, "cover": 3.0},
    {"patient_travel": 20.0, "overhead": 31.0, "balance": 0.0, "continuity": 1.0, "cover": 0.0},
)
WEIGHTS = {"patient_travel": 1.0, "overhead": 1.0, "balance": 1.0, "continuity": 0.0, "cover": 0.0}


def test_every_term_is_hours_or_a_penalty() -> None:
    """Hours are somebody's; what the rules only charge is a penalty."""
    penalties = {"balance", "community", "continuity", "crossing", "alignment"}
    assert {name for name in TERMS if is_penalty(name)} == penalties
    assert {term.kind for term in TERMS.values()} == {"hours", "penalty"}
    assert not is_penalty("a_term_of_another_year")


def test_kinds_are_added_up_apart() -> None:
    """30 + 62 hours, 5 of penalties, 97 together; terms of weight 0 stand beside."""
    tally = add_up(NETWORKS, WEIGHTS)
    assert tally.hours == {"patient_travel": 30.0, "overhead": 62.0}
    assert tally.penalties == {"balance": 5.0}
    assert tally.beside == {"continuity": 8.0, "cover": 3.0}
    assert (tally.all_hours, tally.all_penalties, tally.cost, tally.weighted) == (92.0, 5.0, 97.0, False)


def test_weights_change_the_cost_and_no_hours() -> None:
    """2 * 30 + 62 + 10 * 5 = 172."""
    tally = add_up(NETWORKS, {**WEIGHTS, "patient_travel": 2.0, "balance": 10.0})
    assert (tally.all_hours, tally.all_penalties, tally.cost, tally.weighted) == (92.0, 5.0, 172.0, True)


def test_a_weight_that_changes_nothing_is_not_told() -> None:
    """Balance twice where there is none is the plain cost."""
    assert not add_up(NETWORKS[1:], {**WEIGHTS, "balance": 2.0}).weighted
    assert add_up([], WEIGHTS).cost == 0.0


@pytest.mark.parametrize(("weight", "cost"), [(1.0, 5.0), (3.0, 15.0), (0.0, 0.0)])
def test_what_penalties_add_to_the_cost(weight: float, cost: float) -> None:
    """5 of balance by its weight; continuity has none."""
    assert penalty_cost(NETWORKS, {**WEIGHTS, "balance": weight}) == cost
