"""Exceptions are counted before patients, and patients before hours, whatever their sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.rules.toml import load_profile
from netform.scores import ScoringData
from netform.solve import exceptions
from netform.solve.exact.minimum_count import Fewest, among_fewest
from netform.solve.exceptions import bound_exceptions, need_exceptions, plan_with_exceptions
from netform.solve.model.budget import Deadline
from netform.solve.model.plan_model import LinkingRules, PlanModel
from netform.solve.part import arithmetic, exceptions_by_arithmetic
from netform.solve.part_candidates import Part
from tests.brute_force import plan_costs, plan_hours, plans_by_exceptions, store_of
from tests.examples import examples
from tests.made_up_problem import first_plan, part_of
from tests.made_up_session import solved
from tests.strategies import choices, made_up_area, small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules
    from netform.solve.model.problem import SetPartitioning

RULES = load_profile()


@pytest.mark.parametrize("times", [1, 100, 300])
def test_one_exception_is_fewer_than_two_however_large(times: int) -> None:
    """Two of 29,500 are one network of 59,000, 28,000 over the most, rather than two that are 500 short each."""
    rules = RULES.with_band(30_000 * times, 31_000 * times)
    graph = made_up_area([29_500 * times] * 2, [(0, 0), (1000, 0)], [(0, 1)], rules)
    outcome = solved(graph, rules)
    assert [each.practice_codes for each in outcome.networks] == [("P0", "P1")]
    assert outcome.result.status == "optimal"


def test_one_patient_of_millions_counts() -> None:
    """Of two plans with one exception the one that is a patient nearer to the band, though it costs more."""
    rules = RULES.with_band(20_000_000, 20_000_001)
    # The first joins either neighbour: 20,000,000 and 10,000,001, or 20,000,001 and 10,000,000 at the same site.
    sizes = [10_000_000, 10_000_000, 10_000_001]
    graph = made_up_area(sizes, [(0, 0), (40_000, 0), (0, 0)], [(0, 1), (0, 2)], rules)
    outcome = solved(graph, rules)
    assert [each.practice_codes for each in outcome.networks] == [("P0", "P1"), ("P2",)]
    assert outcome.result.status == "optimal"


@pytest.mark.parametrize("few", [0, 12])
def test_exceptions_where_networks_of_any_size_cannot_be_listed(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Two that are 500 short on either side of 45,000: that they leave no single exception is gone through, or not."""
    monkeypatch.setattr(Part, "widest", lambda _part: None)
    monkeypatch.setattr(exceptions, "FEW_NETWORKS", few)
    graph = made_up_area([29_500, 45_000, 29_500], [(0, 0), (1000, 0), (2000, 0)], [(0, 1), (1, 2)], RULES)
    outcome = solved(graph, RULES)
    assert [each.practice_codes for each in outcome.networks] == [("P0",), ("P1",), ("P2",)]
    assert outcome.result.status == ("optimal" if few else "feasible")
    assert outcome.result.exceptions_bound == (2 if few else 1)
    said = "That the exceptions are the fewest possible is not proven."
    assert (said in outcome.result.method) == (not few)


def test_one_exception_is_found_where_networks_of_any_size_cannot_be_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A plan that search had not come upon: it began with two exceptions."""
    graph = made_up_area(
        [20_000] * 5, [(1000 * k, 0) for k in range(5)], [(k, k + 1) for k in range(4)], RULES
    )
    part = part_of(graph, RULES)
    part.offer(part.value_of([(0,), (1, 2), (3,), (4,)]), "first plan")
    part.exceptions_bound = 1
    monkeypatch.setattr(Part, "tied_widest", lambda _part: None)
    assert plan_with_exceptions(part, []) is not None
    assert part.incumbent is not None
    assert part.incumbent.value.exceptions == 1


@given(choices(), st.integers(0, 2**32), st.sampled_from([1, 3, 5000, 10**8]))
@examples(60)
def test_it_is_the_first_by_both_counts(partitioning: SetPartitioning, seed: int, largest: int) -> None:
    """Of every choice there is, and the model left holds all that are as good and no other."""
    random = np.random.default_rng(seed)
    count = len(partitioning.store)
    outside = np.where(random.random(count) < 0.5, 0, random.integers(0, largest + 1, count)).astype(float)
    exceptional = ((outside > 0) | (random.random(count) < 0.2)).astype(np.float64)
    graph = made_up_area(
        [10_000] * partitioning.store.practices, [(0, 0)] * partitioning.store.practices, [], RULES
    )
    data = ScoringData.of(graph, sorted(graph), RULES)
    model = PlanModel(
        tuple(sorted(graph)), partitioning.store, data, partitioning.sides, partitioning.most_networks
    )
    few = among_fewest(model, exceptional)
    near = among_fewest(few.model, outside[few.kept], plan=few.chosen)
    plans = {
        plan: (round(exceptional[list(plan)].sum()), round(outside[list(plan)].sum()))
        for plan in plan_costs(partitioning.store, [0.0] * count, partitioning.sides)
    }
    if not plans:
        assert few.count.impossible
        assert near.chosen is None
        return
    best = min(plans.values())
    assert (few.count, near.count) == tuple(Fewest(each, each) for each in best)
    assert few.count.proven
    assert near.count.proven
    left = plan_costs(near.model.store, [0.0] * len(near.model.store), near.model.sides)
    assert near.chosen is not None
    assert tuple(near.chosen) in left
    members = [{tuple(partitioning.store[j]) for j in plan} for plan, worth in plans.items() if worth == best]
    assert all({tuple(near.model.store[j]) for j in plan} in members for plan in left)
    assert len(left) == len(members)


def test_without_time_nothing_is_proven() -> None:
    """Bounds that hold, and no more."""
    graph = made_up_area([10_000] * 2, [(0, 0), (1000, 0)], [(0, 1)], RULES)
    store = store_of([(0,), (1,), (0, 1)], 2)
    model = PlanModel(tuple(sorted(graph)), store, ScoringData.of(graph, sorted(graph), RULES), (), 2)
    late = Deadline(0.0, lambda: 1.0)
    few = among_fewest(model, np.ones(3), late)
    assert few.count.bound is not None
    assert few.count.bound <= 1
    assert few.count.found in (None, 1, 2)
    near = among_fewest(few.model, np.array([20_000.0, 20_000.0, 10_000.0])[few.kept], late, plan=few.chosen)
    assert near.count.bound is not None
    assert near.count.bound <= 10_000


@given(small_areas(most=8, least=2, oversize=False), st.integers(0, 3))
@examples(40)
def test_no_better_plan_costs_less_than_its_bound(drawn: tuple[nx.Graph, Rules], seed: int) -> None:
    """Of any plan with as many exceptions as one that is known, or fewer, whatever patients are outside the band."""
    graph, rules = drawn
    part = part_of(graph, rules)
    known = part.value_of(first_plan(part.problem, seed))
    part.offer(known, "first plan")
    bound_exceptions(part)
    if not known.value.exceptions:
        assert not part.bounds
        return
    found = plans_by_exceptions(graph.subgraph(part.problem.codes), rules)
    costs = [
        cost
        for (exceptions, _), plans in found.items()
        if exceptions <= known.value.exceptions
        for cost in plan_hours(graph, plans, rules)
    ]
    assert 0.0 < part.bounds[None] <= min(costs) + 1e-6
    fewest = min(exceptions for exceptions, _ in found)
    needed = need_exceptions(part)
    assert part.exceptions_bound <= fewest
    assert needed == (part.exceptions_bound > 0)
    # Where time was up before, it goes on to the same.
    before, first = part.bounds.pop(None), part.relaxed
    assert first is not None
    part.relaxed = (*first[:3], False)
    bound_exceptions(part)
    assert before - 1e-6 <= part.bounds[None] <= min(costs) + 1e-6


@given(small_areas(most=7, least=2, oversize=False), st.integers(1, 7))
@examples(100)
def test_no_plan_has_fewer_exceptions_than_arithmetic_says(
    drawn: tuple[nx.Graph, Rules], number: int
) -> None:
    """Of so many networks, some at an end of what the band allows and some beyond."""
    graph, rules = drawn
    rules = replace(rules, demands=replace(rules.demands, networks=number))
    part = part_of(graph, rules, linking=LinkingRules(graph, (), number, None))
    found = plans_by_exceptions(graph, rules)
    if found and arithmetic(part):
        assert 1 <= exceptions_by_arithmetic(part) <= min(exceptions for exceptions, _ in found)
