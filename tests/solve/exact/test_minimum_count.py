"""The fewest of what is counted, held to every plan there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.rules.toml import load_profile
from netform.scores import ScoringData
from netform.solve.exact.minimum_count import Fewest, among_fewest, fewest
from netform.solve.model.budget import Deadline
from netform.solve.model.plan_model import PlanModel, join
from tests.brute_force import plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices, made_up_area

if TYPE_CHECKING:
    from netform.solve.model.problem import SetPartitioning

RULES = load_profile()


def stated(partitioning: SetPartitioning) -> PlanModel:
    """Make a plan model of a set partitioning, its practices of 10,000 in a row."""
    count = partitioning.store.practices
    graph = made_up_area([10_000] * count, [(1000 * k, 0) for k in range(count)], [], RULES)
    data = ScoringData.of(graph, sorted(graph), RULES)
    return PlanModel(
        tuple(sorted(graph)), partitioning.store, data, partitioning.sides, partitioning.most_networks
    )


@given(choices(), st.integers(0, 2**32), st.sampled_from([1, 3, 5000]))
@examples(150)
def test_it_is_the_least_of_every_plan(partitioning: SetPartitioning, seed: int, largest: int) -> None:
    """Found and proven where there is a plan at all, and impossible where there is none."""
    dual_objective = (
        np.random.default_rng(seed).integers(0, largest + 1, len(partitioning.store)).astype(np.float64)
    )
    all_plans = plan_costs(partitioning.store, dual_objective.tolist(), partitioning.sides)
    answer = fewest(stated(partitioning), dual_objective)
    if not all_plans:
        assert answer == Fewest(None, None)
        assert answer.impossible
        return
    least = round(min(all_plans.values()))
    assert answer == Fewest(least, least)
    assert answer.proven


@given(choices(), st.integers(0, 2**32))
@examples(60)
def test_a_plan_that_is_known_elsewhere_is_taken(partitioning: SetPartitioning, seed: int) -> None:
    """Any plan there is, told whenever fewer are asked for: no more are found than it has, and all is proven."""
    random = np.random.default_rng(seed)
    counts = random.integers(0, 4, len(partitioning.store)).astype(np.float64)
    plans = plan_costs(partitioning.store, counts.tolist(), partitioning.sides)
    if not plans:
        return
    known = sorted(plans)[int(random.integers(len(plans)))]

    def elsewhere(below: float) -> np.ndarray | None:
        return np.array(known, np.int64) if plans[known] < below else None

    told = list[int]()
    few = among_fewest(stated(partitioning), counts, elsewhere=elsewhere, on_bound=told.append)
    least = round(min(plans.values()))
    assert few.count == Fewest(least, least)
    assert all(bound <= least for bound in told)


def test_nothing_to_choose_moves_nothing() -> None:
    """Where every network is fixed already there is one plan, without any more."""
    graph = made_up_area([10_000], [(0, 0)], [], RULES)
    nothing = join([], ScoringData.of(graph, [], RULES))
    assert fewest(nothing, np.empty(0)) == Fewest(0, 0)


def test_without_time_nothing_is_claimed() -> None:
    """A bound that holds, and no number that would do."""
    graph = made_up_area([10_000] * 2, [(0, 0), (1000, 0)], [(0, 1)], RULES)
    store = store_of([(0,), (1,), (0, 1)], 2)
    model = PlanModel(tuple(sorted(graph)), store, ScoringData.of(graph, sorted(graph), RULES), (), 2)
    answer = fewest(model, np.array([4.0, 5.0, 8.0]), Deadline(0.0, lambda: 1.0))
    assert answer.bound is not None
    assert answer.bound <= 8
    assert answer.found in (None, 8)


@pytest.mark.parametrize(("before", "after"), [(Fewest(3, 5), Fewest(5, 7)), (Fewest(None, None),) * 2])
def test_what_every_plan_has_is_added(before: Fewest, after: Fewest) -> None:
    """To the bound and to what was found, where there are any."""
    assert before.plus(2) == after
