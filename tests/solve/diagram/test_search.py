"""The cheapest plan below a cutoff, by a diagram or by exact cover: what trying everything says."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.diagram.build import best_below
from netform.solve.model.problem import SetPartitioning, SideRow
from tests.brute_force import all_groups, plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices

QUICK = examples(200)


def limited(partitioning: SetPartitioning, what: str) -> SetPartitioning:
    """Limit hours, or patients by the thousand, to some of what all columns have together."""
    if what == "nothing":
        return partitioning
    amounts = partitioning.costs / 3
    if what == "patients":
        amounts = np.round(1000 * (1 + amounts))
    rule = SideRow(amounts, -math.inf, float(amounts.sum()) / 4)
    return replace(partitioning, sides=(*partitioning.sides, rule))


LIMITS = st.sampled_from(["nothing", "hours", "patients"])


@given(choices(practices=(1, 8), candidates=80), st.sampled_from([0.9, 1.01, 1.3, math.inf]), LIMITS)
@QUICK
def test_it_is_the_cheapest_of_all(partitioning: SetPartitioning, share: float, what: str) -> None:
    """Whatever the cutoff, with rules over the plan that count networks, hours or patients."""
    partitioning = limited(partitioning, what)
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    best = min(plans.values(), default=1.0)
    cutoff = best * share if math.isfinite(share) else math.inf
    found, below, *_ = best_below(partitioning, partitioning.costs, -1e-9, cutoff, 10**6)
    assert below >= cutoff
    if plans and cutoff > best:
        assert found is not None
        assert plans[tuple(found.tolist())] == pytest.approx(best)
    else:
        assert found is None


@given(choices(practices=(1, 8), candidates=80), st.integers(1, 12), LIMITS)
@QUICK
def test_none_cheaper_than_it_says_is_missed(partitioning: SetPartitioning, width: int, what: str) -> None:
    """However narrow the diagram is; and what it found is a plan below the cutoff."""
    partitioning = limited(partitioning, what)
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    best = min(plans.values(), default=math.inf)
    cutoff = best * 1.3 if plans else 1.0
    found, below, *_ = best_below(partitioning, partitioning.costs, -1e-9, cutoff, width)
    assert below <= cutoff
    if found is not None:
        assert best - 1e-9 <= plans[tuple(found.tolist())] < cutoff
    if best < below - 1e-9:
        assert found is not None
        assert plans[tuple(found.tolist())] == pytest.approx(best)


def test_it_gives_up() -> None:
    """Without room for more than a node nothing is said to be complete."""
    groups = all_groups(6, 2)
    store = store_of(groups, 6)
    partitioning = SetPartitioning(store, np.ones(len(groups)), (), 6)
    assert best_below(partitioning, np.zeros(len(groups)), 0.0, math.inf, 0)[:2] == (None, 0.0)
    assert best_below(partitioning, np.zeros(len(groups)), 0.0, 10.0, 1).below == 0.0


@given(choices(practices=(1, 7), candidates=60))
@QUICK
def test_without_a_cutoff_the_best_plan_is_found_or_there_is_none(partitioning: SetPartitioning) -> None:
    """Where every column may be used, what is below no limit is proven below none."""
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    found, below, *_ = best_below(partitioning, partitioning.costs, -1e-9, math.inf, 10_000)
    assert below == math.inf
    assert (found is None) == (not plans)
    if found is not None:
        assert plans[tuple(found.tolist())] == pytest.approx(min(plans.values()))
