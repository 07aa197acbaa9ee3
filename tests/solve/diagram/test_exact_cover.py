"""Trying every plan within a budget misses none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.diagram.exact_cover import cheapest_cover, cheapest_covers
from netform.solve.master.relaxation import relax
from netform.solve.model.problem import SetPartitioning, SideRow
from netform.solve.model.stopping import NEVER
from tests.brute_force import all_groups, plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices, priced_choices

QUICK = examples(150)


@given(priced_choices(), st.sampled_from([0.5, 1.0, 1.2, math.inf]))
@QUICK
def test_the_cheapest_below_the_cutoff_is_found(
    drawn: tuple[SetPartitioning, np.ndarray, float], share: float
) -> None:
    """With any prices and side rows: the cost of the best of all plans, or no plan when none is below."""
    partitioning, reduced, dual_objective = drawn
    plans = plan_costs(partitioning.store, partitioning.costs, partitioning.sides)
    best = min(plans.values(), default=math.inf)
    cutoff = best * share if math.isfinite(best) and math.isfinite(share) else math.inf
    # Prices add up to a plan's cost to the last bit only by luck.
    reduced = np.maximum(reduced, 0.0) - 1e-12
    chosen, complete = cheapest_cover(
        partitioning.store,
        partitioning.costs,
        reduced,
        dual_objective - 1e-9,
        cutoff,
        partitioning.sides,
        most_steps=10**7,
    )
    assert complete
    if best < cutoff:
        assert chosen is not None
        assert plans[tuple(chosen.tolist())] == pytest.approx(best, rel=1e-9, abs=1e-7)
    elif share < 1:
        assert chosen is None or best == 0
    if chosen is not None:
        assert plans[tuple(chosen.tolist())] < cutoff


def test_it_says_when_its_steps_run_out() -> None:
    """Nine practices in groups of any three: not complete in 20 steps, the best once there are enough."""
    groups = all_groups(9, 3)
    store, costs = store_of(groups, 9), np.array([10.0 - len(group) for group in groups])
    chosen, complete = cheapest_cover(store, costs, costs, 0.0, math.inf, most_steps=20)
    assert not complete
    if chosen is not None:
        assert sorted(v for j in chosen for v in groups[j]) == list(range(9))
    chosen, complete = cheapest_cover(store, costs, costs, 0.0, math.inf, most_steps=10**8)
    assert complete
    assert chosen is not None
    # Three groups of three at 7 each.
    assert costs[chosen].tolist() == [7.0, 7.0, 7.0]


def test_more_practices_than_bits_in_a_word() -> None:
    """Seventy practices in a row, singles at 3 and neighbouring pairs at 5: 35 pairs."""
    groups = [(k,) for k in range(70)] + [(k, k + 1) for k in range(69)]
    store, costs = store_of(groups, 70), np.array([3.0] * 70 + [5.0] * 69)
    reduced = np.array([0.5] * 70 + [0.0] * 69)
    # A practice is worth 2.5, so that pairs are paid for exactly.
    chosen, complete = cheapest_cover(store, costs, reduced, 175.0, 175.25, most_steps=10**6)
    assert complete
    assert chosen is not None
    assert [groups[j] for j in chosen] == [(k, k + 1) for k in range(0, 70, 2)]


def test_a_practice_in_no_candidate_has_no_cover() -> None:
    """Said at once, and complete."""
    store = store_of([(0,)], 2)
    assert cheapest_cover(store, np.ones(1), np.ones(1), 0.0, math.inf, most_steps=1) == (None, True)


def test_side_rows_are_kept() -> None:
    """Two pairs cost least, but four networks are asked for."""
    groups = [(0, 1), (2, 3), (0,), (1,), (2,), (3,)]
    store, costs = store_of(groups, 4), np.array([1.0, 1.0, 5.0, 5.0, 5.0, 5.0])
    four = SideRow(np.ones(6), 4.0, 4.0)
    chosen, complete = cheapest_cover(store, costs, costs, 0.0, math.inf, [four], most_steps=1000)
    assert complete
    assert chosen is not None
    assert chosen.tolist() == [2, 3, 4, 5]


@given(priced_choices(), st.integers(1, 8), st.sampled_from([1.0, 1.1, 1.5, math.inf]))
@QUICK
def test_the_cheapest_several_are_found(
    drawn: tuple[SetPartitioning, np.ndarray, float], count: int, share: float
) -> None:
    """With any prices and side rows: as many of the cheapest plans below the cutoff as there are, cheapest first."""
    partitioning, reduced, dual_objective = drawn
    plans = plan_costs(partitioning.store, partitioning.costs, partitioning.sides)
    best = min(plans.values(), default=1.0)
    cutoff = best * share if math.isfinite(share) else math.inf
    reduced = np.maximum(reduced, 0.0) - 1e-12
    found, complete = cheapest_covers(
        partitioning.store,
        partitioning.costs,
        reduced,
        dual_objective - 1e-9,
        cutoff,
        partitioning.sides,
        count=count,
        most_steps=10**7,
    )
    assert complete
    below = sorted(cost for cost in plans.values() if cost < cutoff - 1e-7)[:count]
    costs = [plans[tuple(chosen.tolist())] for chosen in found]
    assert len({tuple(chosen.tolist()) for chosen in found}) == len(found)
    assert all(cost < cutoff for cost in costs)
    # Plans at the cutoff but for rounding may be among them.
    assert costs[: len(below)] == pytest.approx(below, rel=1e-9, abs=1e-7)
    assert len(found) <= count


@given(choices(), st.integers(0, 2**32), st.booleans())
@QUICK
def test_a_priced_row_is_the_same_rule(partitioning: SetPartitioning, seed: int, relaxed: bool) -> None:
    """Whatever the prices: a plan keeps the row with them just when it keeps it without."""
    random = np.random.default_rng(seed)
    store, hours = partitioning.store, random.random(len(partitioning.store)) * 30
    plans = plan_costs(store, hours.tolist())
    if not plans:
        return
    prices = random.normal(0, 20, store.practices)
    if relaxed:
        prices = relax(SetPartitioning(store, hours, (), store.practices), NEVER).duals.practices
    values = sorted(plans.values())
    # Between two plans, so that no rounding decides.
    middle = values[len(values) // 2] + 1e-3
    row = SideRow(hours, -math.inf, middle).priced(store, prices)
    for plan, value in plans.items():
        if abs(value - middle) > 1e-4:
            assert (row.coefficients[list(plan)].sum() <= row.most) == (value <= middle)
    if relaxed:
        # With the best prices there is little below zero: the row is a budget.
        assert row.coefficients.min() >= -1e-4


@given(choices(), st.integers(0, 2**32), st.integers(1, 4))
@QUICK
def test_budgets_lose_no_plan(partitioning: SetPartitioning, seed: int, count: int) -> None:
    """With limits on two sums, priced as they are in a front: the cheapest of the plans that keep both."""
    random = np.random.default_rng(seed)
    store = partitioning.store
    rows, limits = [], []
    for _ in range(2):
        hours = random.random(len(store)) * 30
        totals = sorted(plan_costs(store, hours.tolist()).values())
        if not totals:
            return
        limit = totals[int(random.integers(0, len(totals)))] + 1e-3
        prices = relax(SetPartitioning(store, hours, (), store.practices), NEVER).duals.practices
        rows.append(SideRow(hours, -math.inf, limit).priced(store, prices))
        limits.append(SideRow(hours, -math.inf, limit))
    plans = plan_costs(store, partitioning.costs, [*partitioning.sides, *limits])
    found, complete = cheapest_covers(
        store,
        partitioning.costs,
        partitioning.costs,
        0.0,
        math.inf,
        [*partitioning.sides, *rows],
        count=count,
        most_steps=10**7,
    )
    assert complete
    costs = [math.fsum(partitioning.costs[chosen]) for chosen in found]
    assert costs == pytest.approx(sorted(plans.values())[:count], rel=1e-9, abs=1e-7)
