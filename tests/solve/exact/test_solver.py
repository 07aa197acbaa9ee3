"""SetPartitioning: statuses that hold whenever it stops, and plans told of as they come."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.exact import gap_closing
from netform.solve.exact.gap_closing import CLOSING
from netform.solve.exact.solver import any_plan, solve_set_partitioning
from netform.solve.exact.state import TIED, SearchState
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.problem import SetPartitioning
from tests.brute_force import all_groups, plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netform.solve.model.outcome import Solution

QUICK = examples(150)


def assert_holds(partitioning: SetPartitioning, solution: Solution) -> None:
    """Hold what a solution says to all plans there are."""
    plans = plan_costs(partitioning.store, partitioning.costs, partitioning.sides)
    best = min(plans.values(), default=math.inf)
    slack = 1e-6 * max(1.0, abs(best)) if math.isfinite(best) else 0.0
    assert solution.bound <= best + slack
    if solution.chosen is not None:
        assert plans[tuple(solution.chosen.tolist())] == pytest.approx(solution.cost)
    if solution.status == "optimal":
        assert solution.chosen is not None
        assert solution.cost <= best + slack
    assert (solution.status == "infeasible") == math.isinf(solution.bound)
    assert (solution.chosen is None) == (solution.status in ("infeasible", "unknown"))


@given(choices())
@QUICK
def test_every_solution_is_proven(partitioning: SetPartitioning) -> None:
    """Without a limit it ends optimal or infeasible, and rightly so."""
    solution = solve_set_partitioning(partitioning)
    assert solution.status in ("optimal", "infeasible")
    assert_holds(partitioning, solution)


@given(choices(practices=(5, 8), candidates=80), st.integers(0, 40))
@QUICK
def test_what_it_says_holds_whenever_time_runs_out(partitioning: SetPartitioning, looks: int) -> None:
    """At any look at the clock: a plan is a whole one, the bound is one, and optimal is optimal."""
    ticks = count()
    told: list[Solution] = []
    deadline = Deadline(float(looks), lambda: float(next(ticks)))
    assert_holds(partitioning, solve_set_partitioning(partitioning, deadline, on_plan=told.append))
    for solution in told:
        assert_holds(partitioning, solution)
    # The next is a better plan, or the same with a better bound.
    said = [(-solution.cost, solution.bound) for solution in told]
    assert said == sorted(set(said))


@pytest.mark.parametrize("cutoffs", [(300,), (3, 6, 12, 300)])
@pytest.mark.parametrize("fraction", [0.0, 1.0])
@pytest.mark.parametrize(
    ("stepped", "threads", "telling", "surprising"),
    [(0, 1, 1, 2), (0, 1, 1, 0), (10_000, 1, 8000, 2), (0, 2, 8000, 2)],
)
@given(partitioning=choices(practices=(5, 8), candidates=80))
@examples(15)
def test_every_way_comes_to_the_same(
    cutoffs: tuple[int, ...],
    fraction: float,
    stepped: int,
    threads: int,
    telling: int,
    surprising: int,
    partitioning: SetPartitioning,
) -> None:
    """Branched on the count or whole, side by side, in steps, or at once."""
    with pytest.MonkeyPatch.context() as patch:
        closing = replace(
            CLOSING,
            cutoff_columns=cutoffs,
            fraction=fraction,
            stepped=stepped,
            telling=telling,
            surprising=surprising,
            many=0,
            branched_after=0,
        )
        patch.setattr(gap_closing, "CLOSING", closing)
        solution = solve_set_partitioning(partitioning, threads=threads)
    assert solution.status in ("optimal", "infeasible")
    assert_holds(partitioning, solution)


@given(choices())
@examples(60)
def test_any_plan_is_a_plan(partitioning: SetPartitioning) -> None:
    """One of all that there are, or the proof that there is none."""
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    found = any_plan(partitioning, NEVER)
    if found.chosen is None:
        assert found.status == "infeasible"
        assert not plans
    else:
        assert tuple(found.chosen.tolist()) in plans


def test_nothing_to_cover_costs_nothing() -> None:
    """No practices: the empty plan."""
    solution = solve_set_partitioning(SetPartitioning(store_of([], 0), np.empty(0), (), 0))
    assert (solution.status, solution.cost, solution.bound) == ("optimal", 0.0, 0.0)


def test_no_columns_are_infeasible() -> None:
    """Practices without any column cannot be covered."""
    solution = solve_set_partitioning(SetPartitioning(store_of([], 3), np.empty(0), (), 3))
    assert (solution.status, solution.chosen) == ("infeasible", None)


def test_a_cheap_part_is_no_plan() -> None:
    """Free pairs of four practices, the fifth at 1,000 only with the first: no plan leaves it out."""
    store = store_of([(0, 1), (0, 4), (1, 2, 3), (2, 3)], 5)
    solution = solve_set_partitioning(SetPartitioning(store, np.array([0.0, 1000.0, 1000.0, 0.0]), (), 5))
    assert solution.status == "optimal"
    assert solution.cost == 2000.0


def test_stages_are_told_in_order() -> None:
    """First the bound, then the search for a plan where the bound alone is no plan."""
    stages: list[str] = []

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        stages.append(name)
        yield

    # Halves of three pairs are the relaxation's optimum.
    store = store_of([(0, 1), (0, 2), (0,), (1, 2), (1,), (2,)], 3)
    solution = solve_set_partitioning(
        SetPartitioning(store, np.array([10.0, 10.0, 8.0, 10.0, 8.0, 8.0]), (), 3), stage=stage
    )
    assert solution.cost == 18.0
    assert list(dict.fromkeys(stages)) == ["bound", "choose"]


def test_of_many_columns_that_are_as_near_some_all_over_the_list_are_looked_at() -> None:
    """Where all cost nothing, as when exceptions are counted: not all, from both ends of the list."""
    groups = all_groups(16, 3)
    partitioning = SetPartitioning(store_of(groups, 16), np.zeros(len(groups)), (), 16)
    state = SearchState(partitioning, NEVER)
    near = state.nearest(40)
    assert 40 <= len(near) <= 40 + 40 + 16 < len(groups) // TIED
    assert near[0] == 0
    assert near[-1] > len(groups) - 40
    assert set(state.relaxation.columns[state.relaxation.values > 0]) <= set(near)
    assert solve_set_partitioning(partitioning).cost == 0
