"""Bettering a plan by neighbourhoods among columns: it stays a plan, keeps the rules, and never costs more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.problem import SetPartitioning
from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.primal.polish import polish
from tests.brute_force import all_groups, plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUICK = examples(150)


def exactly(partitioning: SetPartitioning, cutoff: float) -> NDArray[np.int64] | None:
    """The best plan of a neighbourhood."""
    return solve_set_partitioning(partitioning, cutoff=cutoff).chosen


@given(choices(practices=(3, 8), candidates=80), st.integers(0, 2**32), st.integers(2, 7))
@QUICK
def test_a_plan_stays_a_plan(partitioning: SetPartitioning, seed: int, most: int) -> None:
    """From any plan, with rules over it or without: another plan or the same, no dearer."""
    plans = sorted(plan_costs(partitioning.store, partitioning.costs, partitioning.sides).items())
    if not plans:
        return
    plan, cost = plans[seed % len(plans)]
    better = polish(partitioning, np.array(plan, np.int64), exactly, most, NEVER)
    found = dict(plans)[tuple(better.tolist())]
    assert found <= cost + 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_no_two_networks_can_be_bettered(seed: int) -> None:
    """Neighbourhoods of up to six practices of eight: no two or three networks have a cheaper division then."""
    random = np.random.default_rng(seed)
    groups = all_groups(8, 3)
    store = store_of(groups, 8)
    costs = 1 + random.random(len(store))
    partitioning = SetPartitioning(store, costs, (), 8)
    singles = np.array([groups.index((v,)) for v in range(8)], np.int64)
    better = polish(partitioning, singles, exactly, 6, NEVER)
    assert math.fsum(costs[better]) < math.fsum(costs[singles])
    again = polish(partitioning, better, exactly, 6, NEVER)
    assert again.tolist() == better.tolist()


def test_time_ends_it() -> None:
    """Once the time has passed the plan is as it was."""
    store = store_of(all_groups(4, 4), 4)
    partitioning = SetPartitioning(store, np.arange(len(store), dtype=np.float64)[::-1].copy(), (), 4)
    singles = np.flatnonzero(np.diff(store.offsets) == 1)
    late = Deadline(0.0, lambda: 1.0)
    assert polish(partitioning, singles, exactly, 3, late).tolist() == singles.tolist()
