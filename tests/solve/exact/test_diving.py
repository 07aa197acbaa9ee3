"""Diving: plans from what a relaxation chooses whole, held to the rules and to what is known of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given

from netform.solve.exact.gap_closing import close_quickly
from netform.solve.exact.improving import keep_whole, nearly_integral
from netform.solve.exact.state import SearchState
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.problem import SetPartitioning, SideRow
from tests.brute_force import plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices

if TYPE_CHECKING:
    from collections.abc import Callable


def rings(pairs: int, rings: int, sides: Callable[[int], tuple[SideRow, ...]]) -> SetPartitioning:
    """Give pairs that one column covers, and rings of five, of which the relaxation halves every two in a row."""
    groups = [(2 * k, 2 * k + 1) for k in range(pairs)]
    costs = [1.0] * pairs
    for r in range(rings):
        first = 2 * pairs + 5 * r
        groups += [tuple(sorted((first + k, first + (k + 1) % 5))) for k in range(5)]
        groups += [(first + k,) for k in range(5)]
        costs += [1.0] * 5 + [2.0 + 0.1 * k for k in range(5)]
    store = store_of(groups, 2 * pairs + 5 * rings)
    return SetPartitioning(store, np.array(costs), sides(len(groups)), store.practices)


@pytest.mark.parametrize("limited", [False, True])
def test_whole_columns_are_kept_and_the_rest_is_solved(limited: bool) -> None:
    """Of every ring two pairs and the cheapest one alone: 4.0, where the relaxation has 2.5."""

    def sides(columns: int) -> tuple[SideRow, ...]:
        return (SideRow(np.ones(columns), 200 + 3 * 4, 200 + 3 * 4),) if limited else ()

    partitioning = rings(200, 4, sides)
    state = SearchState(partitioning, NEVER)
    assert state.bound == pytest.approx(200 + 4 * (4.0 if limited else 2.5))
    assert nearly_integral(state)
    keep_whole(state, NEVER, close_quickly)
    assert state.cost == pytest.approx(200 + 4 * 4.0)


def test_a_relaxation_without_whole_columns_promises_nothing() -> None:
    """Rings alone: every column is chosen by half."""
    partitioning = rings(0, 4, lambda _columns: ())
    assert not nearly_integral(SearchState(partitioning, NEVER))


def test_without_time_nothing_is_dived_into() -> None:
    """The deadline of the dive counts, whatever that of the state."""
    state = SearchState(rings(20, 2, lambda _columns: ()), NEVER)
    keep_whole(state, Deadline(0.0, lambda: 1.0), close_quickly)
    assert state.chosen is None


@given(choices(practices=(2, 8)))
@examples(150)
def test_what_it_finds_is_a_plan(partitioning: SetPartitioning) -> None:
    """One of all that there are, at its cost and not below the bound; none where there is none."""
    state = SearchState(partitioning, NEVER)
    if state.over:
        return
    bound = state.bound
    keep_whole(state, NEVER, close_quickly)
    if state.chosen is not None:
        plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
        assert plans[tuple(state.chosen.tolist())] == pytest.approx(state.cost)
        assert state.cost >= bound - 1e-6 * (1 + abs(bound))
        assert math.isfinite(state.cost)
