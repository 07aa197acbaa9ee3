"""The linear program after any changes is the program built at once, and its prices bound every plan."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from netform.solve.master.linear_program import Duals, LinearProgram
from netform.solve.master.subset_row_cuts import NO_CUTS, CutPool, cut_coefficients, cut_limits, triple_cuts
from netform.solve.model.problem import SetPartitioning, SideRow
from tests.brute_force import plan_costs, store_of
from tests.examples import examples
from tests.strategies import choices

QUICK = examples(150)


def second_opinion(partitioning: SetPartitioning, cuts: CutPool, artificial: float) -> float:
    """Solve the same program by scipy, artificial columns and all."""
    store, sides = partitioning.store, partitioning.sides
    n, m, s, k = store.practices, len(store), len(sides), len(cuts)
    covers = np.zeros((n, m))
    covers[store.members, np.repeat(np.arange(m), np.diff(store.offsets))] = 1
    cut_rows = np.zeros((k, m))
    cut, column, value = cut_coefficients(store, cuts)
    cut_rows[cut, column] = value
    side_rows = np.array([side.coefficients for side in sides]).reshape(s, m)
    # Columns: the networks, one up and one down for each practice, the same for each side row.
    equal = np.hstack([covers, np.eye(n), -np.eye(n), np.zeros((n, 2 * s))])
    sums = np.hstack([side_rows, np.zeros((s, 2 * n)), np.eye(s), -np.eye(s)])
    below = [np.hstack([cut_rows, np.zeros((k, 2 * (n + s)))])]
    limits = [cut_limits(cuts)]
    for row, side in zip(sums, sides, strict=True):
        for sign, end in ((1, side.most), (-1, -side.least)):
            if np.isfinite(end):
                below.append(sign * row[None, :])
                limits.append(np.array([end]))
    answer = optimize.linprog(
        np.concatenate((partitioning.costs, np.full(2 * (n + s), artificial))),
        A_eq=equal,
        b_eq=np.ones(n),
        A_ub=np.vstack(below),
        b_ub=np.concatenate(limits),
        bounds=(0, None),
    )
    assert answer.status == 0
    return float(answer.fun)


@given(choices(practices=(1, 9)), st.integers(0, 2**32))
@QUICK
def test_changes_come_to_the_program_built_at_once(partitioning: SetPartitioning, seed: int) -> None:
    """Columns and cuts added, artificial columns dearer or cheaper, in any order: another solver's optimum."""
    random = np.random.default_rng(seed)
    n, m = partitioning.store.practices, len(partitioning.store)
    artificial = 4.0 * float(partitioning.costs.max(initial=0.0)) + 1.0
    program = LinearProgram(n, partitioning.sides, artificial)
    added = 0
    for _ in range(6):
        change = random.integers(3)
        if change == 0 and added < m:
            more = int(random.integers(1, m - added + 1))
            fresh = partitioning.take(np.arange(added, added + more))
            program.add_columns(fresh.store, fresh.costs, fresh.sides)
            added += more
        elif change == 1 and n >= 3:
            program.add_cuts(triple_cuts(np.sort(random.choice(n, 3, replace=False))[None, :]))
        else:
            artificial = float(random.choice([0.3, 1.0, 4.0]) * partitioning.costs.max(initial=0.0)) + 1.0
            program.set_artificial_cost(artificial)
        answer = program.solve(dual_simplex=bool(random.integers(2)))
        now = partitioning.take(np.arange(added))
        expected = second_opinion(now, program.cuts, artificial)
        assert answer.value == pytest.approx(expected, rel=1e-6, abs=1e-6)
        covered = np.zeros(n)
        np.add.at(covered, now.store.members, np.repeat(answer.chosen, np.diff(now.store.offsets)))
        assert np.abs(1 - covered).sum() <= answer.missing + 1e-6


@given(choices(practices=(1, 8)), st.integers(0, 2**32), st.sampled_from([0.0, 0.1, 30.0]))
@QUICK
def test_any_prices_give_a_bound(partitioning: SetPartitioning, seed: int, noise: float) -> None:
    """Prices however wrong: what they are worth and the least reduced cost of every network stay below."""
    plans = plan_costs(partitioning.store, partitioning.costs, partitioning.sides)
    random = np.random.default_rng(seed)
    n = partitioning.store.practices
    program = LinearProgram(n, partitioning.sides, 1e4)
    program.add_columns(partitioning.store, partitioning.costs, partitioning.sides)
    if n >= 3:
        program.add_cuts(triple_cuts(np.sort(random.choice(n, 3, replace=False))[None, :]))
    found = program.solve().duals
    sides = found.sides + random.normal(0, noise, len(found.sides))
    for position, side in enumerate(partitioning.sides):
        if np.isinf(side.least):
            sides[position] = min(0.0, sides[position])
        if np.isinf(side.most):
            sides[position] = max(0.0, sides[position])
    duals = Duals(
        found.practices + random.normal(0, noise, n),
        np.minimum(0.0, found.cuts + random.normal(0, noise, len(found.cuts))),
        sides,
    )
    reduced = duals.price(partitioning.store, partitioning.costs, program.cuts, partitioning.sides)
    least = min(0.0, float(reduced.min(initial=0.0)))
    # Left early, a reduced cost is too low, and never one that is of interest.
    enough = float(np.median(reduced)) if len(reduced) else 0.0
    early = duals.price(partitioning.store, partitioning.costs, program.cuts, partitioning.sides, enough)
    assert (early <= reduced + 1e-9).all()
    assert early[reduced <= enough] == pytest.approx(reduced[reduced <= enough])
    assert (early[reduced > enough] > enough).all()
    dual_objective = duals.dual_objective(program.cuts, partitioning.sides)
    for plan, cost in plans.items():
        assert dual_objective + partitioning.most_networks * least <= cost + 1e-6 * max(1, abs(cost))
        assert dual_objective + reduced[list(plan)].sum() <= cost + 1e-6 * max(
            1, abs(cost), abs(dual_objective)
        )


def test_two_halves_and_a_third() -> None:
    """AB, BC and AC at 10 each are taken by halves: 15; a cut over the three leaves no such mixture."""
    store = store_of([(0, 1), (0, 2), (1, 2), (0,), (1,), (2,)], 3)
    program = LinearProgram(3, (), 1000.0)
    program.add_columns(store, np.array([10.0, 10.0, 10.0, 8.0, 8.0, 8.0]))
    answer = program.solve()
    assert answer.value == pytest.approx(15)
    assert answer.chosen.tolist() == pytest.approx([0.5, 0.5, 0.5, 0, 0, 0])
    assert answer.missing == pytest.approx(0)
    assert answer.duals.dual_objective(program.cuts, ()) == pytest.approx(15)
    # One pair and a single: 18.
    program.add_cuts(triple_cuts(np.array([[0, 1, 2]])))
    assert program.solve(dual_simplex=True).value == pytest.approx(18)


def test_what_nothing_covers_is_missing() -> None:
    """A practice without columns is left to its artificial column, at that column's cost."""
    program = LinearProgram(2, (), 50.0)
    program.add_columns(store_of([(0,)], 2), np.array([7.0]))
    answer = program.solve()
    assert answer.value == pytest.approx(57)
    assert answer.missing == pytest.approx(1)


def test_the_worth_of_an_upper_and_a_lower_side() -> None:
    """A positive price pays the least of a row, a negative one its most."""
    rows = (SideRow(np.ones(1), 2.0, 5.0), SideRow(np.ones(1), 2.0, 5.0))
    duals = Duals(np.array([1.0, 2.0]), np.empty(0), np.array([10.0, -10.0]))
    # 1 + 2 + 10 * 2 - 10 * 5
    assert duals.dual_objective(NO_CUTS, rows) == -27.0
