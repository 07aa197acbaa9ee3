"""What works beside the planner: a failure of it ends the run, instead of being waited for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from netform.solve.area import Options, Progress, solve_area
from netform.solve.model.budget import MemoryBudget
from netform.solve.unlisted import planner
from tests.made_up_problem import county

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_failure_of_the_search_beside_ends_what_goes_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows how long a bound takes without a time limit: it stops, and the failure is raised."""
    turns = []

    def failing(*_arguments: object) -> Iterator[None]:
        raise TypeError("a defect")
        yield

    def bounding(_part: object) -> Iterator[None]:
        for turn in range(3_000):  # half a minute
            turns.append(turn)
            time.sleep(0.01)
            yield

    monkeypatch.setattr(planner, "_primal_turns", failing)
    monkeypatch.setattr(planner, "_bound_turns", bounding)
    graph, rules = county(60, 5)
    options = Options(memory=MemoryBudget(0), beside=True)
    with pytest.raises(TypeError, match="a defect"):
        solve_area(graph, "", list(graph), rules, options, Progress())
    assert len(turns) < 1_000
