"""The relaxation: never above the best plan, whole or through any one column."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from netform.solve.master import relaxation
from netform.solve.master.relaxation import MASTER, Relaxation, least_of, relax, tighten
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.problem import SetPartitioning
from tests.brute_force import plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices

if TYPE_CHECKING:
    import random

QUICK = examples(150)


def looks(number: int) -> Deadline:
    """Pass after the clock has been looked at so many times."""
    ticks = count()
    return Deadline(float(number), lambda: float(next(ticks)))


def assert_valid(partitioning: SetPartitioning, relaxation: Relaxation) -> None:
    """Hold the bound, and the bound through each column, to every plan there is."""
    plans = plan_costs(partitioning.store, partitioning.costs, partitioning.sides)
    for plan, cost in plans.items():
        above = cost + 1e-6 * max(1.0, abs(cost))
        assert relaxation.bound <= above
        assert (relaxation.column_bounds[list(plan)] <= above).all()
    if relaxation.integral and math.isfinite(relaxation.bound):
        covered = [v for j in relaxation.chosen for v in partitioning.store[int(j)].tolist()]
        assert sorted(covered) == list(range(partitioning.store.practices))


@given(choices())
@QUICK
def test_bounds_hold_for_every_plan(partitioning: SetPartitioning) -> None:
    """No plan costs less than the bound, nor than the bound through any of its columns; tightened too."""
    relaxation = relax(partitioning, NEVER)
    assert_valid(partitioning, relaxation)
    before = relaxation.column_bounds.copy()
    tightened = tighten(partitioning, relaxation, NEVER)
    assert_valid(partitioning, tightened)
    # What was learnt since may stand in the first one, too.
    assert_valid(partitioning, relaxation)
    assert tightened.bound >= relaxation.bound
    assert (tightened.column_bounds >= before).all()


@given(st.integers(0, 2**32), st.integers(1, 5000), st.integers(0, 60), st.sampled_from([3, 1000, 10**6]))
@QUICK
def test_the_least_of_many_values(seed: int, length: int, wanted: int, different: int) -> None:
    """As many as were asked for, each no more than any other, ascending; equal ones whichever."""
    values = np.random.default_rng(seed).integers(0, different, length).astype(np.float64)
    found = least_of(values, wanted)
    assert len(found) == min(wanted, length)
    assert (np.diff(found) > 0).all()
    assert np.sort(values[found]).tolist() == np.sort(values)[:wanted].tolist()


@given(choices(), st.randoms(use_true_random=False))
@QUICK
def test_what_is_priced_first_changes_no_bound(partitioning: SetPartitioning, rng: random.Random) -> None:
    """A few columns, near by whatever they are said to be, come before the whole list."""
    near = np.array([rng.random() for _ in range(len(partitioning.store))])
    plain = relax(partitioning, NEVER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relaxation, "MASTER", replace(MASTER, pool=2))
        first = relax(partitioning, NEVER, near=near)
    assert_valid(partitioning, first)
    assert first.bound == pytest.approx(plain.bound, rel=1e-6, abs=1e-6)


@given(choices(), st.integers(0, 8))
@QUICK
def test_bounds_hold_when_time_runs_out(partitioning: SetPartitioning, number: int) -> None:
    """However early: what is not finished proves less, and is no plan unless it covers every practice."""
    deadline = looks(number)
    relaxation = relax(partitioning, deadline)
    assert_valid(partitioning, relaxation)
    assert_valid(partitioning, tighten(partitioning, relaxation, deadline))


def fractional_optimum(partitioning: SetPartitioning) -> float | None:
    """Solve the plain relaxation by scipy over the whole list; None when it is infeasible."""
    store, m = partitioning.store, len(partitioning.store)
    if not m:
        return None
    covers = np.zeros((store.practices, m))
    covers[store.members, np.repeat(np.arange(m), np.diff(store.offsets))] = 1
    below = [
        (sign * side.coefficients, sign * end)
        for side in partitioning.sides
        for sign, end in ((1, side.most), (-1, side.least))
        if np.isfinite(end)
    ]
    answer = optimize.linprog(
        partitioning.costs,
        A_eq=covers,
        b_eq=np.ones(store.practices),
        A_ub=np.array([row for row, _ in below]) if below else None,
        b_ub=np.array([end for _, end in below]) if below else None,
        bounds=(0, None),
    )
    assert answer.status in (0, 2)
    return float(answer.fun) if answer.status == 0 else None


@given(choices())
@QUICK
def test_infeasible_is_said_exactly_when_no_fractions_fit(partitioning: SetPartitioning) -> None:
    """An infinite bound if and only if another solver finds the relaxation infeasible; else its optimum."""
    expected = fractional_optimum(partitioning)
    relaxation = relax(partitioning, NEVER)
    assert math.isinf(relaxation.bound) == (expected is None)
    if expected is not None:
        assert relaxation.bound == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_three_practices_by_hand() -> None:
    """Halves of three pairs at 10 cost 15; a plan is a pair and a single, 18, as the triple's cut says."""
    store = store_of([(0, 1), (0, 2), (0,), (1, 2), (1,), (2,)], 3)
    partitioning = SetPartitioning(store, np.array([10.0, 10.0, 8.0, 10.0, 8.0, 8.0]), (), 3)
    relaxation = relax(partitioning, NEVER)
    assert relaxation.bound == pytest.approx(15)
    assert not relaxation.integral
    # Each practice is worth 5, so a single has a reduced cost of 3.
    assert relaxation.column_bounds.tolist() == pytest.approx([15, 15, 18, 15, 18, 18])
    tightened = tighten(partitioning, relaxation, NEVER)
    assert tightened.bound == pytest.approx(18)


def test_a_practice_in_no_column_is_no_plan() -> None:
    """Nothing covers the third practice: infeasible at once, whatever the first two cost."""
    partitioning = SetPartitioning(store_of([(0, 1), (0,), (1,)], 3), np.zeros(3), (), 3)
    assert math.isinf(relax(partitioning, NEVER).bound)
    assert not relax(partitioning, looks(0)).integral
