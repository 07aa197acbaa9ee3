"""Diagrams of neighbourhoods hold plans of the whole, below the limit, and all of those that differ there alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import netform.solve.near_optimal.plans as local_module
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.budget import NEVER
from netform.solve.model.plan_model import PlanModel
from netform.solve.near_optimal.plans import NearOptimalPlans, SpaceParams, local_diagrams
from tests.brute_force import plan_costs
from tests.examples import examples
from tests.strategies import choices

if TYPE_CHECKING:
    from netform.solve.diagram.queries import Diagram
    from netform.solve.model.problem import SetPartitioning


def walks(diagram: Diagram) -> list[tuple[int, ...]]:
    """Follow every walk from the first node to the last; the columns it takes, ascending."""
    found = []

    def follow(node: int, taken: tuple[int, ...]) -> None:
        if node == diagram.nodes - 1:
            found.append(tuple(sorted(taken)))
        for arc in np.flatnonzero(diagram.tails == node):
            follow(int(diagram.heads[arc]), (*taken, int(diagram.takes[arc])))

    follow(0, ())
    return found


@given(choices(), st.sampled_from([1.01, 1.1, 1.5]))
@examples(100, HealthCheck.function_scoped_fixture)
def test_a_neighbourhood_formed_anew_is_a_plan(
    monkeypatch: pytest.MonkeyPatch, partitioning: SetPartitioning, share: float
) -> None:
    """With what stays of the best: just the plans below the limit that keep those networks."""
    monkeypatch.setattr(local_module, "SPACE", SpaceParams(practices=(3, 5)))
    monkeypatch.setattr(PlanModel, "costs", partitioning.costs)
    solution = solve_set_partitioning(partitioning, trace=True)
    if solution.chosen is None:
        return
    codes = tuple(map(str, range(partitioning.store.practices)))
    model = PlanModel(codes, partitioning.store, None, partitioning.sides, partitioning.most_networks)  # type: ignore[arg-type]
    near = NearOptimalPlans(model, solution, NEVER)
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    limit = solution.cost * share + 1e-3
    best = set(solution.chosen.tolist())
    met = 0
    for diagram, cutoff in local_diagrams(near, limit):
        met += 1
        covered = {int(v) for walk in walks(diagram) for j in walk for v in partitioning.store[j]}
        stay = {j for j in best if not covered.intersection(partitioning.store[j].tolist())}
        found = {tuple(sorted({*walk, *stay})) for walk in walks(diagram)}
        assert found <= set(plans)
        below = {plan for plan, cost in plans.items() if cost < limit - 1e-6 and stay <= set(plan)}
        assert below <= found
        assert cutoff == pytest.approx(limit - sum(partitioning.costs[j] for j in stay))
    assert met or not best
