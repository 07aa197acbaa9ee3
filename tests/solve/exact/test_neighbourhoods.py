"""Neighbourhoods of a plan over listed columns: what they are made of, and what solving them anew comes to."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given

from netform.solve.exact import gap_closing, improving
from netform.solve.exact.gap_closing import CLOSING, GapClosing, close_quickly
from netform.solve.exact.improving import IMPROVING, better_neighbourhoods, neighbourhoods
from netform.solve.exact.state import SearchState
from netform.solve.master.relaxation import MASTER
from netform.solve.model.budget import NEVER, Deadline
from tests.brute_force import plan_costs
from tests.examples import examples
from tests.solve.exact.test_diving import rings
from tests.strategies import choices

if TYPE_CHECKING:
    from netform.solve.model.problem import SetPartitioning


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


def test_cuts_go_on_where_diagrams_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where diagrams of the last width see nothing cuts are added until a turn of them raises the bound no more."""
    narrow = replace(
        CLOSING, first_width=1, last_width=1, at_once=0, quicker=0, cut_first=0, program_columns=(0, 0)
    )
    monkeypatch.setattr(gap_closing, "CLOSING", narrow)
    rounds: list[int] = []

    def tighten(state: SearchState, most_rounds: int, _most_cuts: int) -> None:
        rounds.append(most_rounds)
        if len(rounds) < 5:
            state.relaxation = replace(state.relaxation, bound=state.relaxation.bound + 0.1)

    monkeypatch.setattr(SearchState, "tighten", tighten)
    closing = GapClosing(SearchState(rings(5, 3, lambda _columns: ()), NEVER))
    closing.state.accept(np.array(singles(5, 3), np.int64))
    closing.rising = False
    closing.prove()
    assert rounds == [MASTER.most_rounds] * 5


def test_few_columns_are_solved_as_a_program_where_diagrams_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """With diagrams of the width of one state and no cuts the optimum is proven all the same."""
    narrow = replace(CLOSING, first_width=1, last_width=1, at_once=0, quicker=0)
    monkeypatch.setattr(gap_closing, "CLOSING", narrow)
    monkeypatch.setattr(SearchState, "tighten", lambda *_given: None)
    closing = GapClosing(SearchState(rings(5, 3, lambda _columns: ()), NEVER))
    closing.state.accept(np.array(singles(5, 3), np.int64))
    solution = closing.prove()
    assert solution.status == "optimal"
    assert solution.cost == pytest.approx(5 + 3 * 4.0)
