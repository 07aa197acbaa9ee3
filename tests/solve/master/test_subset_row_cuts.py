"""Cuts: their coefficients and prices are those of the definition, and no plan breaks one."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.master.subset_row_cuts import (
    NO_CUTS,
    CutPool,
    _columns_of,
    _spread,
    _violated_triples,
    cut_coefficients,
    cut_limits,
    reduced_costs,
    triple_cuts,
    violated_cuts,
)
from tests.brute_force import covers, store_of
from tests.examples import examples
from tests.strategies import choices, pools

if TYPE_CHECKING:
    from netform.candidates.store import CandidateStore
    from netform.solve.model.problem import SetPartitioning

QUICK = examples(150)

# No practice stands in more than so many rows of one round.
MOST_ROWS_OF_ONE = 12


def coefficient(group: list[int], cut: list[int]) -> int:
    """Divide the weight that a group covers by the divisor, and round down."""
    weights = dict(zip(cut[:5], cut[5:10], strict=True))
    return sum(weights[practice] for practice in cut[:5] if practice >= 0 and practice in group) // cut[10]


def limit(cut: list[int]) -> int:
    """Divide the weight of all practices of a cut by the divisor, and round down."""
    return sum(cut[5:10]) // cut[10]


@st.composite
def cut_choices(draw: st.DrawFn) -> tuple[SetPartitioning, CutPool]:
    """Draw columns and cuts over the same practices."""
    partitioning = draw(choices(practices=(1, 9), sides=False))
    return partitioning, draw(pools(partitioning.store.practices))


def violated_triples(
    store: CandidateStore, values: np.ndarray, *, most: int = 9, tolerance: float = 0.02
) -> CutPool:
    """Separate cuts over three practices only."""
    triples, violation = _violated_triples(
        store.offsets, store.members, values, *_columns_of(store), tolerance
    )
    return _spread(triple_cuts(triples), violation, store.practices, most)


def groups_of(store: CandidateStore) -> list[list[int]]:
    """List the members of every column."""
    return [store[j].tolist() for j in range(len(store))]


@given(cut_choices())
@QUICK
def test_coefficients_are_those_of_the_definition(drawn: tuple[SetPartitioning, CutPool]) -> None:
    """Every coefficient that is not zero is listed once with its value."""
    partitioning, cuts = drawn
    cut, column, value = cut_coefficients(partitioning.store, cuts)
    found = list(zip(cut.tolist(), column.tolist(), value.tolist(), strict=True))
    expected = {
        (k, j, float(coefficient(group, row)))
        for k, row in enumerate(cuts.tolist())
        for j, group in enumerate(groups_of(partitioning.store))
        if coefficient(group, row)
    }
    assert len(found) == len(expected)
    assert set(found) == expected
    assert cut_limits(cuts).tolist() == [limit(row) for row in cuts.tolist()]


@given(cut_choices(), st.integers(0, 2**32))
@QUICK
def test_reduced_costs_are_those_of_the_definition(drawn: tuple[SetPartitioning, CutPool], seed: int) -> None:
    """A column's cost less the duals of its practices and, times its coefficient, of each cut."""
    partitioning, cuts = drawn
    random = np.random.default_rng(seed)
    practice_duals = random.normal(0, 50, partitioning.store.practices)
    cut_duals = np.where(random.random(len(cuts)) < 0.3, 0.0, -50 * random.random(len(cuts)))

    found = reduced_costs(partitioning.store, partitioning.costs, practice_duals, cuts, cut_duals)
    expected = [
        cost
        - sum(practice_duals[practice] for practice in group)
        - sum(dual * coefficient(group, row) for dual, row in zip(cut_duals, cuts.tolist(), strict=True))
        for cost, group in zip(partitioning.costs, groups_of(partitioning.store), strict=True)
    ]
    assert found.tolist() == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(cut_choices())
@QUICK
def test_no_plan_breaks_a_cut(drawn: tuple[SetPartitioning, CutPool]) -> None:
    """Over every plan, for any weights and divisor."""
    partitioning, cuts = drawn
    groups = groups_of(partitioning.store)
    for plan in list(covers(partitioning.store))[:50]:
        for row in cuts.tolist():
            assert sum(coefficient(groups[j], row) for j in plan) <= limit(row)


@st.composite
def fractional(draw: st.DrawFn) -> tuple[CandidateStore, np.ndarray]:
    """Draw columns chosen in part: some quarters, so that rows tie and are just met; none is covered more than once."""
    store = draw(choices(practices=(3, 9), candidates=25, sides=False)).store
    quarters = st.sampled_from([0.25, 0.5, 0.5, 0.75, 1.0])
    values = np.array(draw(st.lists(quarters, min_size=len(store), max_size=len(store))))
    covered = np.bincount(store.members, np.repeat(values, np.diff(store.offsets)))
    while covered.max(initial=0.0) > 1:
        values, covered = values / 2, covered / 2
    return store, values


@given(fractional(), st.integers(1, 200), st.sampled_from([0.02, 0.05, 0.3]))
@QUICK
def test_violated_triples_are_all_there_are_up_to_the_limits(
    drawn: tuple[CandidateStore, np.ndarray], most: int, tolerance: float
) -> None:
    """The most broken first, then by number; none once a practice stands in a dozen of them."""
    store, values = drawn
    groups = groups_of(store)
    broken = []
    for triple in combinations(range(store.practices), 3):
        covered = sum(
            value for group, value in zip(groups, values, strict=True) if len({*group} & {*triple}) >= 2
        )
        if covered - 1 > tolerance + 1e-9:
            broken.append((-round(covered - 1, 6), triple))
    used = [0] * store.practices
    expected: list[tuple[int, ...]] = []
    for _, triple in sorted(broken):
        if len(expected) < most and max(used[v] for v in triple) < MOST_ROWS_OF_ONE:
            expected.append(triple)
            for v in triple:
                used[v] += 1

    found = violated_triples(store, values, most=most, tolerance=tolerance)
    assert found.tolist() == triple_cuts(np.array(expected, np.int64).reshape(-1, 3)).tolist()


@given(fractional(), st.integers(1, 60))
@QUICK
def test_violated_cuts_are_broken(drawn: tuple[CandidateStore, np.ndarray], most: int) -> None:
    """Each by more than the tolerance by its definition, the most broken first, as many as asked for."""
    store, values = drawn
    found = violated_cuts(store, values, most=most, tolerance=0.05).tolist()
    by = [
        sum(value * coefficient(group, row) for group, value in zip(groups_of(store), values, strict=True))
        - limit(row)
        for row in found
    ]
    assert len(found) <= most
    assert all(amount > 0.05 - 1e-9 for amount in by)
    assert by == pytest.approx(sorted(by, reverse=True), abs=2e-6)
    for row in found:
        used = [practice for practice in row[:5] if practice >= 0]
        assert len(used) == len(set(used)) == sum(weight > 0 for weight in row[5:10])
        assert len(used) >= 3


def test_a_triangle_of_halves_breaks_its_triple() -> None:
    """Half of AB, BC and AC: 1.5 columns cover two of the three, where a plan has one at most."""
    store = store_of([(0, 1), (0, 2), (1, 2)], 3)
    found = violated_triples(store, np.full(3, 0.5))
    assert found.tolist() == [[0, 1, 2, -1, -1, 1, 1, 1, 0, 0, 2]]
    assert cut_limits(found).tolist() == [1.0]


def test_quarters_of_all_pairs_of_five_break_a_row_of_five() -> None:
    """A quarter of each of ten pairs: no triple is broken, but 2.5 pairs stand where a plan has two."""
    store = store_of(list(combinations(range(5), 2)), 5)
    assert not len(violated_triples(store, np.full(10, 0.25)))
    found = violated_cuts(store, np.full(10, 0.25), most=9)
    assert ((0, 1, 2, 3, 4), (1, 1, 1, 1, 1, 2)) in {
        (tuple(sorted(row[:5])), tuple(row[5:])) for row in found.tolist()
    }


def test_no_cuts_have_no_coefficients_and_no_price() -> None:
    """The empty pool and the empty list of columns are no special cases."""
    store = store_of([(0, 1)], 2)
    empty = store_of([], 2)
    cuts = triple_cuts(np.array([[0, 1, 2]]))
    assert [len(part) for part in cut_coefficients(store, NO_CUTS)] == [0, 0, 0]
    assert [len(part) for part in cut_coefficients(empty, cuts)] == [0, 0, 0]
    assert reduced_costs(store, np.array([7.0]), np.array([2.0, 3.0]), NO_CUTS, np.empty(0)).tolist() == [2.0]
    assert reduced_costs(empty, np.empty(0), np.zeros(2), NO_CUTS, np.empty(0)).shape == (0,)
