"""The compiled steps of search, each held to its plain definition."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, islice
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netform.candidates.allowed import Limits, allowed
from netform.rules.demands import Demands
from netform.solve.model.budget import NEVER
from netform.solve.primal.exchanges import _exchanges, network_store, whole_batch
from netform.solve.primal.first_plan import ground_of, tree_starts
from netform.solve.primal.local_search import LabelledPlan, better_borders
from netform.solve.primal.trees import divide
from netform.solve.primal.value import NO_DEMANDS_OVER_PLAN, broken_demands
from tests.brute_force import all_groups, store_of
from tests.examples import examples
from tests.made_up_problem import county, problem_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    from netform.rules.model import Rules
    from netform.solve.model.problem import Problem

QUICK = examples(80)


@given(small_areas(most=7, oversize=False), st.data())
@QUICK
def test_no_demand_is_broken_just_where_a_network_is_allowed(
    drawn: tuple[nx.Graph, Rules], data: st.DataObject
) -> None:
    """The count of broken demands is zero exactly for what is allowed."""
    graph, rules = drawn
    codes = sorted(graph)
    pairs = [*combinations(codes, 2)]
    some = st.lists(st.sampled_from(pairs), max_size=2, unique=True) if pairs else st.just([])
    demands = Demands(
        together=tuple(sorted(data.draw(some))),
        apart=tuple(sorted(data.draw(some))),
        hub_must=tuple(sorted(data.draw(st.sets(st.sampled_from(codes), max_size=2)))),
        hub_may=tuple(sorted(data.draw(st.sets(st.sampled_from(codes), max_size=3)))),
        longest_to_hub=data.draw(st.sampled_from([math.inf, 5.0, 15.0])),
        longest_between=data.draw(st.sampled_from([math.inf, 5.0, 15.0])),
        no_doughnuts=data.draw(st.booleans()),
        aligned=data.draw(st.sampled_from([0.0, 0.6, 1.0])),
    )
    limits = Limits.of(graph, codes, replace(rules, demands=demands), graph)
    store = store_of(all_groups(len(codes), len(codes)), len(codes))
    assert ((broken_demands(store, limits) == 0) == allowed(store, limits)).all()


@given(small_areas(most=8, oversize=False, least=2), st.integers(0, 100), st.integers(2, 3))
@QUICK
def test_exchanges_are_all_that_leave_networks_whole(
    drawn: tuple[nx.Graph, Rules], seed: int, number: int
) -> None:
    """Every move of one practice, swap and merger that trying all finds is among them, and all leave networks whole."""
    problem = problem_of(*drawn)
    ground = ground_of(problem, NO_DEMANDS_OVER_PLAN)
    atoms, random = ground.atoms, np.random.default_rng(seed)
    part, kept = np.arange(atoms.size), np.full(atoms.size, -1)
    found = divide(atoms, ground.bounds, part, min(number, atoms.size), kept, random)
    label = np.empty(atoms.size, np.int64)
    label[part] = found
    networks = int(label.max()) + 1
    batch = whole_batch(atoms, label)
    fresh, met = np.ones((2, networks), np.bool_), set()
    for _ in range(2):
        # Not sound: so that nothing is left out for its list size.
        active, exchanges = _exchanges(batch, ground.bounds, fresh, np.zeros(1, np.bool_), False, random)
        assert active == 1
        for k in range(len(exchanges.networks)):
            after = label.copy()
            one, other = exchanges.networks[k]
            for p in exchanges.places[exchanges.moved[k] : exchanges.moved[k + 1]]:
                after[p] = other if after[p] == one else one
            rows = [row for row in exchanges.rows[k] if row >= 0]
            said = [
                tuple(exchanges.members[exchanges.offsets[row] : exchanges.offsets[row + 1]].tolist())
                for row in rows
            ]
            told = [tuple(np.flatnonzero(after == g).tolist()) for g in (one, other) if (after == g).any()]
            assert said == told
            assert all(nx.is_connected(problem.graph.subgraph(group)) for group in told)
            met.add(tuple(after.tolist()))
    for v in range(atoms.size):
        for g in set(range(networks)) - {int(label[v])}:
            after = label.copy()
            after[v] = g
            if (after == label[v]).any() and whole(problem, after):
                assert tuple(after.tolist()) in met


def whole(problem: Problem, label: np.ndarray) -> bool:
    """Whether every network hangs together."""
    return all(
        nx.is_connected(problem.graph.subgraph(np.flatnonzero(label == g).tolist())) for g in np.unique(label)
    )


@given(st.integers(0, 20))
@examples(8)
def test_borders_are_bettered_and_values_are_those_of_the_networks(seed: int) -> None:
    """Networks stay whole, the plan gets no worse, and the values held are those of its networks."""
    problem = problem_of(*county(45, seed))
    ground = ground_of(problem, NO_DEMANDS_OVER_PLAN)
    for labels in islice(tree_starts(ground, seed), 3, None, 4):
        start = LabelledPlan.of(ground, labels)
        plan = better_borders(ground, start, seed, NEVER)
        assert plan.value(ground) <= start.value(ground)
        assert whole(problem, plan.labels)
        assert np.allclose(plan.values, LabelledPlan.of(ground, plan.labels).values)


def test_a_store_of_a_batch_has_its_networks_in_order() -> None:
    """Members ascend, and networks follow their labels."""
    problem = problem_of(*county(20, 1))
    atoms = ground_of(problem, NO_DEMANDS_OVER_PLAN).atoms
    label = np.array([v % 3 for v in range(atoms.size)], np.int64)
    store = network_store(whole_batch(atoms, label), len(problem.codes))
    assert [store[g].tolist() for g in range(3)] == [np.flatnonzero(label == g).tolist() for g in range(3)]
