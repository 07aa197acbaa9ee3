"""A statement of several parts is that of the whole: the same groups, hours and rules over each part."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.rules.toml import load_profile
from netform.scores import TERMS, ScoringData, candidate_costs
from netform.solve.model.plan_model import PlanModel, join
from netform.solve.model.problem import SideRow
from tests.brute_force import all_groups, store_of
from tests.examples import examples
from tests.strategies import made_up_area

if TYPE_CHECKING:
    from netform.rules.model import Rules

RULES: Rules = load_profile()
GRAPH = made_up_area(
    [10_000, 12_000, 9_000, 11_000, 8_000], [(2_000 * k, 500 * k) for k in range(5)], [], RULES
)


def state(codes: tuple[str, ...], sides: tuple[SideRow, ...] = ()) -> PlanModel:
    """State every group of some practices."""
    store = store_of(all_groups(len(codes), len(codes)), len(codes))
    return PlanModel(codes, store, ScoringData.of(GRAPH, codes, RULES), sides, len(codes))


def test_hours_add_up_to_costs() -> None:
    """Each term's hours are its kernel's, computed once; costs are the weighted sum; candidates can be taken."""
    model = state(("P0", "P1", "P2"))
    for name, term in TERMS.items():
        expected = term.kernel(model.store, model.data)
        assert model.hours((name,)) == pytest.approx(expected)
    assert model.costs == pytest.approx(candidate_costs(model.store, model.data))
    kept = np.array([1, 4, 6])
    taken = model.take(kept)
    assert taken.costs == pytest.approx(model.costs[kept])
    assert set(taken.known_hours) == set(TERMS)


def test_parts_joined() -> None:
    """Groups keep their codes and costs, a rule over one part does not bind the other, and places are found."""
    one = state(("P0", "P1"), (SideRow(np.ones(3), 1.0, 1.0),))
    other = state(("P2", "P3", "P4"))
    codes = (*one.codes, *other.codes)
    whole = join([one, other], ScoringData.of(GRAPH, codes, RULES))
    assert (whole.codes, len(whole.store), whole.most_networks) == (codes, 3 + 7, 5)
    expected = [
        *(one.groups(np.array([j])) for j in range(3)),
        *(other.groups(np.array([j])) for j in range(7)),
    ]
    assert [whole.groups(np.array([j])) for j in range(10)] == expected
    assert whole.costs == pytest.approx(np.concatenate((one.costs, other.costs)))
    [side] = whole.sides
    assert side.coefficients.tolist() == [1.0] * 3 + [0.0] * 7
    positions = whole.positions([("P4", "P2"), ("P0", "P1")])
    assert positions is not None
    assert whole.groups(positions) == (("P0", "P1"), ("P2", "P4"))
    assert whole.positions([("P1", "P2")]) is None
    assert whole.positions([("P9",)]) is None
    assert join([one], one.data) is one


def test_nothing_joined() -> None:
    """Where every practice is settled there is nothing to choose."""
    nothing = join([], ScoringData.of(GRAPH, [], RULES))
    assert (nothing.codes, len(nothing.store), nothing.sides, nothing.most_networks) == ((), 0, (), 0)
    assert nothing.costs.tolist() == []
    assert nothing.groups(np.empty(0, np.int64)) == ()


def test_more_groups() -> None:
    """They cost what they cost, but the free ones nothing, and no rule counts them."""
    model = state(("P0", "P1", "P2"), (SideRow(np.arange(7.0), 0.0, 9.0),))
    more = model.with_groups(store_of([(0, 2), (1,)], 3), free=1)
    assert more.groups(np.array([7, 8])) == (("P0", "P2"), ("P1",))
    where = model.positions([("P0", "P2")])
    assert where is not None
    assert more.costs[7] == pytest.approx(float(model.costs[where[0]]))
    assert more.costs[8] == 0.0
    assert more.costs[:7] == pytest.approx(model.costs)
    assert more.sides[0].coefficients.tolist() == [*range(7), 0.0, 0.0]
    assert more.most_networks == 5
    assert math.isclose(more.hours(("overhead",))[7], RULES.overhead_hours_week)


@pytest.mark.parametrize("shift", range(3))
def test_groups_are_found_in_any_order(shift: int) -> None:
    """Each stands where it stands, and what is not there is not found."""
    groups = all_groups(5, 3)
    groups = groups[shift * 7 :] + groups[: shift * 7]
    codes = tuple(f"P{k}" for k in range(5))
    data = ScoringData.of(GRAPH, codes, RULES)
    model = PlanModel(codes, store_of(groups, 5), data, (), 5)
    found = [model.positions([[codes[v] for v in group]]) for group in groups]
    assert [None if place is None else place.tolist() for place in found] == [[j] for j in range(len(groups))]
    assert model.positions([codes[:4]]) is None


@given(st.integers(0, 2**32), st.integers(1, 9))
@examples(100)
def test_the_networks_of_a_plan_are_found_where_each_is(seed: int, practices: int) -> None:
    """In a store of any order, as looking for each of them does; none at all where one is missing."""
    random = np.random.default_rng(seed)
    owner = random.integers(0, 4, practices)
    plan = [tuple(np.flatnonzero(owner == k).tolist()) for k in sorted(set(owner.tolist()))]
    more = {
        tuple(sorted(random.choice(practices, size, replace=False).tolist())) for size in range(1, practices)
    }
    groups = sorted(more | {group for group in plan if random.random() < 0.8})
    random.shuffle(groups)
    codes = tuple(f"P{k}" for k in range(practices))
    graph = made_up_area([10_000] * practices, [(0, 0)] * practices, [], RULES)
    store = store_of([tuple(group) for group in groups], practices)
    model = PlanModel(codes, store, ScoringData.of(graph, codes, RULES), (), practices)
    found = model.positions([tuple(codes[v] for v in group) for group in plan])
    if not set(plan) <= set(groups):
        assert found is None
    else:
        assert found is not None
        assert found.tolist() == sorted(groups.index(group) for group in plan)
