"""Dives and neighbourhoods: plans from what a relaxation chooses whole, and from what a plan may be bettered by."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given

from netform.solve.exact import improving
from netform.solve.exact.gap_closing import close_quickly
from netform.solve.exact.improving import (
    IMPROVING,
    better_neighbourhoods,
    keep_whole,
    nearly_integral,
    neighbourhoods,
)
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


def begun_at(partitioning: SetPartitioning, plan: tuple[int, ...]) -> SearchState:
    """Give a search state with a plan as the incumbent."""
    state = SearchState(partitioning, NEVER)
    state.accept(np.array(plan, np.int64))
    return state


def better(state: SearchState) -> None:
    """Solve neighbourhoods anew, however few columns are left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(improving, "IMPROVING", replace(IMPROVING, neighbourhood_columns=0))
        better_neighbourhoods(state, close_quickly)


def singles(pairs: int, of_rings: int) -> tuple[int, ...]:
    """Give the plan of the pairs, and of each ring's practices alone: the last five of its ten columns."""
    alone = (pairs + 10 * r + 5 + k for r in range(of_rings) for k in range(5))
    return (*range(pairs), *alone)


def test_the_dearest_networks_come_first() -> None:
    """Rings have all that is to be gained: a neighbourhood of pairs alone is of no interest."""
    state = begun_at(rings(5, 3, lambda _columns: ()), singles(5, 3))
    plan = np.flatnonzero(np.isin(state.origin, state.chosen))
    found = neighbourhoods(state, plan)
    assert found
    for some, dear in found:
        assert np.isin(some, plan).all()
        assert state.bound < dear <= state.cost
        assert (some >= 5).any()
        held = len(state.partitioning.store.take(some).members)
        assert held <= IMPROVING.practices
    assert [dear for _, dear in found] == sorted((dear for _, dear in found), reverse=True)


def test_neighbourhoods_are_solved_anew() -> None:
    """A ring costs 4.0, two pairs and the cheapest alone, where its practices alone cost 2.0 to 2.4 each."""
    state = begun_at(rings(5, 3, lambda _columns: ()), singles(5, 3))
    assert state.cost == pytest.approx(5 + 3 * (2.0 + 2.1 + 2.2 + 2.3 + 2.4))
    better(state)
    assert state.cost == pytest.approx(5 + 3 * 4.0)


def test_where_few_columns_are_left_nothing_is_done() -> None:
    """A diagram of them all is the quicker way."""
    state = begun_at(rings(5, 3, lambda _columns: ()), singles(5, 3))
    before = state.cost
    better_neighbourhoods(state, close_quickly)
    assert state.cost == before


def test_without_time_or_a_plan_nothing_is_done() -> None:
    """Time that is up, and a state that has no plan."""
    state = begun_at(rings(5, 3, lambda _columns: ()), singles(5, 3))
    state.deadline = Deadline(0.0, lambda: 1.0)
    before = state.cost
    better(state)
    assert state.cost == before
    state = SearchState(rings(0, 2, lambda _columns: ()), NEVER)
    better(state)
    assert state.chosen is None


@given(choices(practices=(2, 8)))
@examples(150)
def test_what_it_comes_to_is_a_plan(partitioning: SetPartitioning) -> None:
    """From the dearest plan that there is to one that costs no more, at its cost."""
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    if not plans:
        return
    dearest = max(plans, key=lambda plan: plans[plan])
    state = begun_at(partitioning, dearest)
    if math.isinf(state.bound) or state.chosen is None:
        return
    better(state)
    assert state.chosen is not None
    assert plans[tuple(state.chosen.tolist())] == pytest.approx(state.cost)
    assert min(plans.values()) <= state.cost + 1e-9 <= plans[dearest] + 2e-9
