"""The cheapest plans of a diagram, and the least by another measure: those of trying everything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.diagram.build import build_diagram
from netform.solve.diagram.queries import Diagram, cheapest_plans, least_plan
from tests.brute_force import all_groups, plan_costs, store_of
from tests.examples import examples
from tests.strategies import priced_choices

if TYPE_CHECKING:
    from netform.solve.model.problem import SetPartitioning

QUICK = examples(200)
MANY = 10**6

Priced = tuple["SetPartitioning", np.ndarray, float]


def diagram_below(drawn: Priced, share: float) -> tuple[Diagram, dict[tuple[int, ...], float], float]:
    """Draw the plans within a share of the cheapest; all plans, and the limit."""
    partitioning, reduced, dual_objective = drawn
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    limit = min(plans.values(), default=1.0) * share + 1e-3
    diagram = build_diagram(
        partitioning.store,
        partitioning.costs,
        np.maximum(reduced, 0.0),
        dual_objective - 1e-9,
        limit,
        partitioning.sides,
        most_nodes=MANY,
        most_steps=MANY,
    )
    assert diagram is not None
    return diagram, plans, limit


@given(priced_choices(), st.integers(1, 8), st.sampled_from([1.0, 1.1, 1.5, 9.0]))
@QUICK
def test_the_cheapest_are_in_order(drawn: Priced, count: int, share: float) -> None:
    """As many of the cheapest below the limit as there are, all different."""
    diagram, plans, limit = diagram_below(drawn, share)
    found = cheapest_plans(diagram, drawn[0].costs, count, limit)
    assert len({tuple(plan.tolist()) for plan in found}) == len(found)
    cheapest = sorted(cost for cost in plans.values() if cost < limit)[:count]
    assert [plans[tuple(plan.tolist())] for plan in found] == pytest.approx(cheapest, rel=1e-9)


@given(priced_choices(), st.integers(0, 2**32), st.integers(0, 3), st.sampled_from([1.0, 1.1, 1.5, 9.0]))
@QUICK
def test_the_least_by_a_measure_is_found(drawn: Priced, seed: int, others: int, share: float) -> None:
    """Of the plans within the limit but some: the least, and of those that measure as little the cheapest."""
    partitioning = drawn[0]
    diagram, plans, limit = diagram_below(drawn, share)
    random = np.random.default_rng(seed)
    measure = random.integers(0, 4, len(partitioning.store)) * 1000.0
    near = sorted(plan for plan, cost in plans.items() if cost < limit)
    without = [near[int(k)] for k in random.permutation(len(near))[:others]]
    found = least_plan(
        diagram,
        measure,
        partitioning.costs,
        limit,
        [np.array(plan, np.int64) for plan in without],
        most_steps=MANY,
    )
    assert found.complete
    dual_objective = {plan: (measure[list(plan)].sum(), plans[plan]) for plan in near if plan not in without}
    if not dual_objective:
        assert found.chosen is None
        assert math.isinf(found.bound)
        return
    assert found.chosen is not None
    chosen = tuple(found.chosen.tolist())
    least, cost = min(dual_objective.values())
    assert dual_objective[chosen] == (least, pytest.approx(cost, rel=1e-9))
    assert found.bound == least


@given(priced_choices(), st.integers(0, 2**32), st.integers(1, 30))
@QUICK
def test_what_is_said_of_a_search_given_up_holds(drawn: Priced, seed: int, steps: int) -> None:
    """No plan measures less than the bound, and the plan, if there is one, is within the limit."""
    partitioning = drawn[0]
    diagram, plans, limit = diagram_below(drawn, 1.5)
    measure = np.random.default_rng(seed).integers(0, 4, len(partitioning.store)) * 1000.0
    found = least_plan(diagram, measure, partitioning.costs, limit, [], most_steps=steps)
    near = [plan for plan, cost in plans.items() if cost < limit]
    assert found.bound <= min((measure[list(plan)].sum() for plan in near), default=math.inf) + 1e-3
    if found.chosen is not None:
        assert tuple(found.chosen.tolist()) in near


def test_a_limit_below_every_plan_leaves_none() -> None:
    """Said at once, and complete."""
    groups = all_groups(4, 2)
    store, costs = store_of(groups, 4), np.ones(len(groups))
    diagram = build_diagram(store, costs, costs, 0.0, math.inf, most_nodes=MANY, most_steps=MANY)
    assert diagram is not None
    found = least_plan(diagram, costs, costs, 1.5, [], most_steps=MANY)
    assert found.chosen is None
    assert math.isinf(found.bound)
    assert found.complete
