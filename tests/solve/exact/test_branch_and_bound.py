"""Branching finds the best plan below the cutoff or proves that there is none, and stops when told."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.exact.branch_and_bound import Branched, branch_on_pairs
from netform.solve.master.relaxation import relax, tighten
from netform.solve.master.subset_row_cuts import NO_CUTS, triple_cuts
from netform.solve.model.problem import SetPartitioning, SideRow
from netform.solve.model.stopping import NEVER, Deadline
from tests.brute_force import all_groups, plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices

QUICK = examples(150)


def search(partitioning: SetPartitioning, cutoff: float, deadline: Deadline = NEVER) -> Branched:
    """Branch from nothing: no cuts, no bound, columns in the order of their cost."""
    return branch_on_pairs(partitioning, NO_CUTS, partitioning.costs, 0.0, cutoff, deadline)


def assert_holds(partitioning: SetPartitioning, found: Branched, cutoff: float, best: float) -> None:
    """Hold a bound and a plan to all plans there are."""
    slack = 1e-6 * max(1.0, abs(best)) if math.isfinite(best) else 0.0
    assert found.bound <= best + slack or best >= cutoff - slack
    if found.chosen is not None:
        plans = plan_costs(partitioning.store, partitioning.costs, partitioning.sides)
        assert plans[tuple(found.chosen.tolist())] == pytest.approx(found.cost)
        assert found.cost < cutoff


@given(choices(), st.sampled_from([0.9, 1.0, 1.001, 1.5, math.inf]))
@QUICK
def test_the_best_below_the_cutoff_is_found(partitioning: SetPartitioning, share: float) -> None:
    """As good as the best of all plans, or none and the cutoff proven; any costs and rules over the plan."""
    plans = plan_costs(partitioning.store, partitioning.costs, partitioning.sides)
    best = min(plans.values(), default=math.inf)
    cutoff = best * share if math.isfinite(best) and math.isfinite(share) else math.inf
    found = search(partitioning, cutoff)
    assert_holds(partitioning, found, cutoff, best)
    slack = 1e-6 * max(1.0, abs(best)) if math.isfinite(best) else 0.0
    if best < cutoff - slack:
        assert found.cost <= best + slack
        assert found.bound >= best - slack
    else:
        assert found.bound >= min(cutoff, best) - slack


@given(choices(practices=(6, 8), candidates=80), st.integers(0, 12))
@QUICK
def test_the_bound_holds_when_time_runs_out(partitioning: SetPartitioning, looks: int) -> None:
    """However early it stops, no plan below the cutoff costs less than the bound."""
    best = min(
        plan_costs(partitioning.store, partitioning.costs, partitioning.sides).values(), default=math.inf
    )
    cutoff = best * 1.5 if math.isfinite(best) else math.inf
    ticks = count()
    found = search(partitioning, cutoff, Deadline(float(looks), lambda: float(next(ticks))))
    assert_holds(partitioning, found, cutoff, best)


@given(choices(practices=(6, 8), candidates=80))
@QUICK
def test_from_the_tightened_relaxation(partitioning: SetPartitioning) -> None:
    """With the bound, the cuts and the columns that the relaxation leaves, as they are handed over."""
    plans = plan_costs(partitioning.store, partitioning.costs, partitioning.sides)
    best = min(plans.values(), default=math.inf)
    relaxation = tighten(partitioning, relax(partitioning, NEVER), NEVER)
    if math.isinf(best) or math.isinf(relaxation.bound):
        return
    cutoff = best * 1.2 + 0.1
    kept = np.flatnonzero(relaxation.column_bounds <= cutoff)
    found = branch_on_pairs(
        partitioning.take(kept),
        relaxation.cuts,
        relaxation.column_bounds[kept],
        relaxation.bound,
        cutoff,
        NEVER,
    )
    assert found.chosen is not None
    assert found.cost == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert tuple(kept[found.chosen].tolist()) in plans


def test_pairs_of_six_practices() -> None:
    """Every pair at 10 and every single at 8: three pairs."""
    groups = sorted(all_groups(6, 2))
    store = store_of(groups, 6)
    costs = np.array([8.0 if len(group) == 1 else 10.0 for group in groups])
    found = branch_on_pairs(
        SetPartitioning(store, costs, (), 6), triple_cuts(np.array([[0, 1, 2]])), costs, 0.0, math.inf, NEVER
    )
    assert found.cost == 30.0
    assert found.bound == pytest.approx(30)


def test_leaving_a_practice_out_is_never_cheaper_than_a_plan() -> None:
    """Eight free pairs around a ring leave two practices apart: with them in, all nine networks cost 1.

    The nine networks together cost nine times the dearest, far more than one practice left out may save.
    """
    free = [(2 * k, 2 * k + 1) for k in range(8)]
    dear = [(2 * k + 1, 2 * k + 2) for k in range(8)]
    store = store_of(sorted([*free, *dear, (0,)]), 17)
    groups = [tuple(store[j].tolist()) for j in range(len(store))]
    costs = np.array([0.0 if group in free else 1.0 for group in groups])
    for sides in ((), (SideRow(np.ones(len(store)), 9.0, 9.0),)):
        found = search(SetPartitioning(store, costs, sides, 17), math.inf)
        # Practice 16 stands only with 15, so 15 not with 14, and so on down: all dear pairs and the single.
        assert found.cost == 9.0
        assert found.bound == pytest.approx(9)


def test_no_columns_prove_the_cutoff() -> None:
    """No columns: no plan below any cutoff."""
    empty = SetPartitioning(store_of([], 2), np.empty(0), (), 2)
    assert search(empty, 5.0) == Branched(5.0, math.inf, None, 0)


@given(choices(practices=(9, 12), candidates=90))
@examples(80)
def test_without_a_cutoff_the_best_is_found(partitioning: SetPartitioning) -> None:
    """With no plan known beforehand the best is found all the same; infinite only where there is none."""
    best = min(
        plan_costs(partitioning.store, partitioning.costs, partitioning.sides).values(), default=math.inf
    )
    found = search(partitioning, math.inf)
    assert found.cost == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert found.bound == pytest.approx(best, rel=1e-6, abs=1e-6)
