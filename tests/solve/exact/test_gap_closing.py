"""Gap closing where diagrams see no end: cuts that go on, and few columns as an integer program."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from netform.solve.exact import gap_closing
from netform.solve.exact.gap_closing import CLOSING, GapClosing
from netform.solve.exact.state import SearchState
from netform.solve.master.relaxation import MASTER
from netform.solve.model.budget import NEVER
from tests.solve.exact.test_improving import rings, singles


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
