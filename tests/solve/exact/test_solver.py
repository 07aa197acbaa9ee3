"""Choosing: statuses that hold whenever it stops, and plans told of as they come."""

from __future__ import annotations

import math
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netform.solve.exact import exact_solver as chooser_module
from netform.solve.exact import gap_closing as proof_module
from netform.solve.exact.solver import choose
from netform.solve.exact.state import TIED
from netform.solve.model.problem import Choosing
from netform.solve.model.solution import Choice
from netform.solve.model.stopping import NEVER, Deadline
from tests.brute_force import all_groups, plan_costs, store_of
from tests.strategies import choices

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = settings(deadline=None, max_examples=150, derandomize=True)


def assert_holds(choosing: Choosing, choice: Choice) -> None:
    """Hold what a choice says to all plans there are."""
    plans = plan_costs(choosing.store, choosing.costs, choosing.sides)
    best = min(plans.values(), default=math.inf)
    slack = 1e-6 * max(1.0, abs(best)) if math.isfinite(best) else 0.0
    assert choice.bound <= best + slack
    if choice.chosen is not None:
        assert plans[tuple(choice.chosen.tolist())] == pytest.approx(choice.cost)
    if choice.status == "optimal":
        assert choice.chosen is not None
        assert choice.cost <= best + slack
    assert (choice.status == "infeasible") == math.isinf(choice.bound)
    assert (choice.chosen is None) == (choice.status in ("infeasible", "unknown"))


@given(choices())
@QUICK
def test_every_choice_is_proven(choosing: Choosing) -> None:
    """Without a limit it ends optimal or infeasible, and rightly so."""
    choice = choose(choosing)
    assert choice.status in ("optimal", "infeasible")
    assert_holds(choosing, choice)


@given(choices(practices=(5, 8), candidates=80), st.integers(0, 40))
@QUICK
def test_what_it_says_holds_whenever_time_runs_out(choosing: Choosing, looks: int) -> None:
    """At any look at the clock: a plan is a whole one, the bound is one, and optimal is optimal."""
    ticks = count()
    told: list[Choice] = []
    deadline = Deadline(float(looks), lambda: float(next(ticks)))
    assert_holds(choosing, choose(choosing, deadline, on_plan=told.append))
    for choice in told:
        assert_holds(choosing, choice)
    # The next is a better plan, or the same with a better bound.
    said = [(-choice.cost, choice.bound) for choice in told]
    assert said == sorted(set(said))


@pytest.mark.parametrize("drawn", [False, True])
@pytest.mark.parametrize("guesses", [(), (3, 6, 12)])
@pytest.mark.parametrize("wide", [(), (2, 5), (100,)])
@pytest.mark.parametrize("fraction", [0.0, 1.0])
@pytest.mark.parametrize(
    ("stepped", "threads", "telling", "surprising"),
    [(0, 1, 1, 2), (0, 1, 1, 0), (10_000, 1, 8000, 2), (0, 2, 8000, 2)],
)
@given(choosing=choices(practices=(5, 8), candidates=80))
@settings(deadline=None, max_examples=15, derandomize=True)
def test_every_way_comes_to_the_same(
    drawn: bool,
    guesses: tuple[int, ...],
    wide: tuple[int, ...],
    fraction: float,
    stepped: int,
    threads: int,
    telling: int,
    surprising: int,
    choosing: Choosing,
) -> None:
    """Drawn or branched over, in halves, side by side, or whole, in guesses, in steps, or as far as the cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proof_module, "GUESSES", guesses)
        patch.setattr(proof_module, "FRACTION", fraction)
        patch.setattr(proof_module, "STEPPED", stepped)
        patch.setattr(proof_module, "TELLING", telling)
        patch.setattr(proof_module, "SURPRISING", surprising)
        patch.setattr(proof_module, "MANY", 0)
        patch.setattr(proof_module, "HALVED", 0)
        patch.setattr(proof_module, "SMALL", 0)
        patch.setattr(chooser_module, "WIDE", wide)
        patch.setattr(chooser_module, "MANY", 0)
        if not drawn:
            patch.setattr(proof_module.Proof, "cover", lambda *_: False)
        choice = choose(choosing, threads=threads)
    assert choice.status in ("optimal", "infeasible")
    assert_holds(choosing, choice)


def test_nothing_to_cover_costs_nothing() -> None:
    """No practices: the empty plan."""
    choice = choose(Choosing(store_of([], 0), np.empty(0), (), 0))
    assert (choice.status, choice.cost, choice.bound) == ("optimal", 0.0, 0.0)


def test_no_candidates_are_infeasible() -> None:
    """Practices without any candidate cannot be covered."""
    choice = choose(Choosing(store_of([], 3), np.empty(0), (), 3))
    assert (choice.status, choice.chosen) == ("infeasible", None)


def test_a_cheap_part_is_no_plan() -> None:
    """Free pairs of four practices, the fifth at 1,000 only with the first: no plan leaves it out."""
    store = store_of([(0, 1), (0, 4), (1, 2, 3), (2, 3)], 5)
    choice = choose(Choosing(store, np.array([0.0, 1000.0, 1000.0, 0.0]), (), 5))
    assert choice.status == "optimal"
    assert choice.cost == 2000.0


def test_stages_are_told_in_order() -> None:
    """First the bound, then the choice where the bound alone is no plan."""
    stages: list[str] = []

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        stages.append(name)
        yield

    # Halves of three pairs are the relaxation's optimum.
    store = store_of([(0, 1), (0, 2), (0,), (1, 2), (1,), (2,)], 3)
    choice = choose(Choosing(store, np.array([10.0, 10.0, 8.0, 10.0, 8.0, 8.0]), (), 3), stage=stage)
    assert choice.cost == 18.0
    assert list(dict.fromkeys(stages)) == ["bound", "choose"]


def test_of_many_candidates_that_are_as_near_some_all_over_the_list_are_looked_at() -> None:
    """Where all cost nothing, as when exceptions are counted: not all, from both ends of the list."""
    groups = all_groups(16, 3)
    choosing = Choosing(store_of(groups, 16), np.zeros(len(groups)), (), 16)
    proof = chooser_module.Chooser(choosing, NEVER)
    near = proof.nearest(40)
    assert 40 <= len(near) <= 40 + 40 + 16 < len(groups) // TIED
    assert near[0] == 0
    assert near[-1] > len(groups) - 40
    assert set(proof.relaxation.columns[proof.relaxation.values > 0]) <= set(near)
    assert choose(choosing).cost == 0
