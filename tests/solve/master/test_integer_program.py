"""The set partitioning as an integer program, against all plans that there are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given

from netform.solve.master.integer_program import solve_partitioning_program
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.problem import SetPartitioning, SideRow
from tests.brute_force import plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices

if TYPE_CHECKING:
    from numpy.typing import NDArray


@given(choices(practices=(2, 8)))
@examples(100)
def test_it_finds_the_cheapest_plan(partitioning: SetPartitioning) -> None:
    """Of all that keep the side rows; below what the cheapest costs there is none."""
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    chosen, bound = solve_partitioning_program(partitioning, math.inf, NEVER)
    if not plans:
        assert chosen is None
        assert bound == math.inf
        return
    least = min(plans.values())
    assert chosen is not None
    assert plans[tuple(chosen.tolist())] == pytest.approx(least)
    assert bound == pytest.approx(least)
    cutoff = least - 1e-3 * (1 + abs(least))
    _, below = solve_partitioning_program(partitioning, cutoff, NEVER)
    assert below == cutoff


def pairs(coefficients: NDArray[np.float64], most: float) -> SetPartitioning:
    """Give two practices that one column covers, or one each, under a side row."""
    store = store_of([(0, 1), (0,), (1,)], 2)
    side = SideRow(coefficients, -math.inf, most)
    return SetPartitioning(store, np.array([1.0, 1.0, 1.0]), (side,), 2)


@pytest.mark.parametrize("patients", [1.0, 999.0, 250_000.0])
def test_a_patient_too_many_is_one_too_many(patients: float) -> None:
    """However large the numbers of a row are, it is kept to the patient."""
    coefficients = np.array([patients, 0.0, 0.0])
    chosen, bound = solve_partitioning_program(pairs(coefficients, patients), math.inf, NEVER)
    assert chosen is not None
    assert chosen.tolist() == [0]
    assert bound == pytest.approx(1.0)
    chosen, bound = solve_partitioning_program(pairs(coefficients, patients - 1), math.inf, NEVER)
    assert chosen is not None
    assert chosen.tolist() == [1, 2]
    assert bound == pytest.approx(2.0)


def test_without_time_nothing_is_claimed() -> None:
    """The bound is then what the solver had by that time, and no more than the optimum."""
    coefficients = np.array([1.0, 0.0, 0.0])
    _, bound = solve_partitioning_program(pairs(coefficients, 1.0), math.inf, Deadline(0.0, lambda: 1.0))
    assert bound <= 1.0 + 1e-6
