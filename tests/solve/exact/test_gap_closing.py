"""Gap closing where diagrams see no end: cuts go on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.exact import gap_closing
from netform.solve.exact.gap_closing import CLOSING, GapClosing
from netform.solve.exact.state import SearchState
from netform.solve.master.relaxation import MASTER
from netform.solve.model.budget import NEVER
from netform.solve.model.problem import SetPartitioning
from tests.brute_force import store_of

if TYPE_CHECKING:
    import pytest


def rings(pairs: int, rings: int) -> SetPartitioning:
    """Give pairs that one column covers, and rings of five, of which the relaxation halves every two in a row."""
    groups = [(2 * k, 2 * k + 1) for k in range(pairs)]
    costs = [1.0] * pairs
    for r in range(rings):
        first = 2 * pairs + 5 * r
        groups += [tuple(sorted((first + k, first + (k + 1) % 5))) for k in range(5)]
        groups += [(first + k,) for k in range(5)]
        costs += [1.0] * 5 + [2.0 + 0.1 * k for k in range(5)]
    store = store_of(groups, 2 * pairs + 5 * rings)
    return SetPartitioning(store, np.array(costs), (), store.practices)


def singles(pairs: int, of_rings: int) -> tuple[int, ...]:
    """Give the plan of the pairs, and of each ring's practices alone: the last five of its ten columns."""
    alone = (pairs + 10 * r + 5 + k for r in range(of_rings) for k in range(5))
    return (*range(pairs), *alone)


def test_cuts_go_on_where_diagrams_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where diagrams of the last width see nothing cuts are added until a turn of them raises the bound no more."""
    narrow = replace(CLOSING, first_width=1, last_width=1, at_once=0, quicker=0, cut_first=0)
    monkeypatch.setattr(gap_closing, "CLOSING", narrow)
    rounds: list[int] = []

    def tighten(state: SearchState, most_rounds: int, _most_cuts: int) -> None:
        rounds.append(most_rounds)
        if len(rounds) < 5:
            state.relaxation = replace(state.relaxation, bound=state.relaxation.bound + 0.1)

    monkeypatch.setattr(SearchState, "tighten", tighten)
    closing = GapClosing(SearchState(rings(5, 3), NEVER))
    closing.state.accept(np.array(singles(5, 3), np.int64))
    closing.rising = False
    closing.prove()
    assert rounds == [MASTER.most_rounds] * 5
