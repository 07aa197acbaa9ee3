"""The integer program over a few candidates: each of its answers, and what it claims with a cutoff."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.master.integer_program import solve_integer
from netform.solve.master.subset_row_cuts import NO_CUTS, triple_cuts
from netform.solve.model.problem import SetPartitioning, SideRow
from tests.brute_force import keeps, plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices

QUICK = examples(100)

# Three practices: every pair at 10, every single at 8.
STORE = store_of([(0, 1), (0, 2), (0,), (1, 2), (1,), (2,)], 3)
COSTS = np.array([10.0, 11.0, 8.0, 12.0, 8.0, 8.0])


def test_the_best_of_three_pairs_and_singles() -> None:
    """A pair with the third practice alone: 10 + 8; with a cut that only sharpens it, the same."""
    for cuts in (NO_CUTS, triple_cuts(np.array([[0, 1, 2]]))):
        answer = solve_integer(STORE, COSTS, cuts)
        assert answer.status == "optimal"
        assert answer.chosen is not None
        assert answer.chosen.tolist() == [0, 5]
        assert answer.bound == pytest.approx(18)


def test_side_rows_are_kept() -> None:
    """Three networks cost 24; two without the pair AB, 19."""
    three = SideRow(np.ones(6), 3.0, 3.0)
    answer = solve_integer(STORE, COSTS, NO_CUTS, [three])
    assert answer.chosen is not None
    assert answer.chosen.tolist() == [2, 4, 5]
    no_ab = SideRow(np.array([1.0, 0, 0, 0, 0, 0]), -math.inf, 0.0)
    answer = solve_integer(STORE, COSTS, NO_CUTS, [no_ab])
    assert answer.chosen is not None
    assert answer.chosen.tolist() == [1, 4]


def test_an_uncovered_practice_is_infeasible() -> None:
    """Nothing holds the fourth practice: no solver is asked."""
    answer = solve_integer(store_of([(0, 1), (2,)], 4), np.ones(2), NO_CUTS)
    assert (answer.status, answer.chosen, answer.bound) == ("infeasible", None, math.inf)


def test_pairs_that_overlap_are_infeasible() -> None:
    """Of three practices, pairs alone cover none or two or all with an overlap."""
    answer = solve_integer(store_of([(0, 1), (0, 2), (1, 2)], 3), np.ones(3), NO_CUTS)
    assert (answer.status, answer.chosen, answer.bound) == ("infeasible", None, math.inf)


def test_below_the_cutoff_there_is_no_plan() -> None:
    """The best costs 18: with a cutoff of 17 no plan below it is claimed, nor said to be possible."""
    answer = solve_integer(STORE, COSTS, NO_CUTS, cutoff=17.0)
    # The solver may find the best by presolve alone, before it looks at the cutoff.
    assert answer.chosen is None or COSTS[answer.chosen].sum() == 18
    assert answer.bound >= 17


@given(choices(), st.sampled_from([0.5, 0.99, 1.0, 1.01, math.inf]), st.sampled_from([None, 1]))
@QUICK
def test_every_claim_holds(partitioning: SetPartitioning, share: float, nodes: int | None) -> None:
    """A plan is one; optimal is the best; infeasible has none below the cutoff; the bound holds."""
    plans = plan_costs(partitioning.store, partitioning.costs, partitioning.sides)
    best = min(plans.values(), default=math.inf)
    cutoff = math.inf if math.isinf(best) else best * share
    answer = solve_integer(
        partitioning.store, partitioning.costs, NO_CUTS, partitioning.sides, cutoff=cutoff, nodes=nodes
    )
    slack = 1e-6 * max(1.0, abs(best)) if math.isfinite(best) else 0.0
    if answer.chosen is not None:
        assert tuple(answer.chosen.tolist()) in plans
        assert keeps(answer.chosen, partitioning.sides)
    if answer.status == "optimal":
        assert answer.chosen is not None
        assert plans[tuple(answer.chosen.tolist())] <= best + slack
    if answer.status == "infeasible":
        assert best >= cutoff - slack
    assert min(answer.bound, cutoff) <= best + slack
