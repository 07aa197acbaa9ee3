"""Diving: what comes out is a plan, and something comes out where everything is allowed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.master.relaxation import dearest, relax
from netform.solve.master.subset_row_cuts import NO_CUTS
from netform.solve.model.problem import SetPartitioning
from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.primal.diving import dive
from tests.brute_force import all_groups, plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices

QUICK = examples(150)


@given(choices(practices=(2, 8), candidates=80), st.sampled_from([0.3, 0.8, 1.0]))
@QUICK
def test_a_dive_ends_in_a_plan_or_in_nothing(partitioning: SetPartitioning, sure: float) -> None:
    """Every practice once, the rules over the plan kept; nothing where there is no plan."""
    relaxation = relax(partitioning, NEVER)
    plan = dive(partitioning, NO_CUTS, relaxation.column_bounds, dearest(partitioning), sure, NEVER)
    plans = plan_costs(partitioning.store, partitioning.costs, partitioning.sides)
    if plan is not None:
        assert tuple(plan.tolist()) in plans
    if not plans:
        assert plan is None


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("sure", [0.5, 0.8, 1.0])
def test_where_every_group_is_a_candidate_a_plan_is_found(seed: int, sure: float) -> None:
    """With all groups of eight practices to choose from no decision is without a way on."""
    random = np.random.default_rng(seed)
    store = store_of(all_groups(8, 8), 8)
    partitioning = SetPartitioning(store, 1 + random.random(len(store)), (), 8)
    relaxation = relax(partitioning, NEVER)
    plan = dive(partitioning, NO_CUTS, relaxation.column_bounds, dearest(partitioning), sure, NEVER)
    assert plan is not None
    assert math.fsum(partitioning.costs[plan]) >= relaxation.bound - 1e-9


def test_wrong_decisions_are_taken_back() -> None:
    """Thirds of the triples of five practices: no two of them make a plan, and a pair with its rest does."""
    groups = [(0, 1, 2), (2, 3, 4), (0, 3, 4), (0, 1, 4), (1, 2, 3), (0, 2), (1, 3, 4)]
    store = store_of(groups, 5)
    costs = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 9.0, 9.0])
    partitioning = SetPartitioning(store, costs, (), 5)
    relaxation = relax(partitioning, NEVER)
    plan = dive(partitioning, NO_CUTS, relaxation.column_bounds, dearest(partitioning), 0.3, NEVER)
    assert plan is not None
    assert plan.tolist() == [5, 6]


def test_time_ends_a_dive() -> None:
    """Once the time has passed nothing more is decided."""
    random = np.random.default_rng(5)
    store = store_of(all_groups(7, 7), 7)
    partitioning = SetPartitioning(store, 1 + random.random(len(store)), (), 7)
    column_bounds = relax(partitioning, NEVER).column_bounds
    assert (
        dive(partitioning, NO_CUTS, column_bounds, dearest(partitioning), 0.8, Deadline(0.0, lambda: 1.0))
        is None
    )


def test_nothing_to_dive_among() -> None:
    """Without candidates there is no plan."""
    assert (
        dive(SetPartitioning(store_of([], 3), np.empty(0), (), 3), NO_CUTS, np.empty(0), 1.0, 0.8, NEVER)
        is None
    )
