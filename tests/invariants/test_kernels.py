"""Every kernel gives what its term's definition gives: a new term is tested by being listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.candidates.store import CandidateStore
from netform.rules.model import TERM_NAMES, Rules
from netform.rules.toml import load_profile
from netform.scores import TERMS, ScoringData, candidate_costs, network_cost, network_terms
from tests.examples import examples
from tests.strategies import made_up_area, ordinary_rules, practice_graphs

if TYPE_CHECKING:
    import networkx as nx


def store_of(groups: list[list[int]], practices: int) -> CandidateStore:
    """Store groups as they are, members ascending."""
    offsets = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    members = np.array([member for group in groups for member in sorted(group)], np.uint16)
    return CandidateStore(offsets, members, practices)


@st.composite
def scored(draw: st.DrawFn) -> tuple[nx.Graph, list[list[int]], Rules]:
    """Draw a graph, any groups of its practices (connected or not) and rules."""
    graph = draw(practice_graphs())
    group = st.lists(st.integers(0, len(graph) - 1), min_size=1, unique=True)
    return graph, draw(st.lists(group, min_size=1, max_size=8)), draw(ordinary_rules())


@pytest.mark.parametrize("name", TERMS)
@given(scored())
@examples(60)
def test_a_kernel_equals_its_definition(name: str, drawn: tuple[nx.Graph, list[list[int]], Rules]) -> None:
    """Over any groups, each candidate's hours are those of the plain definition."""
    graph, groups, rules = drawn
    codes = list(graph)
    hours = TERMS[name].kernel(store_of(groups, len(codes)), ScoringData.of(graph, codes, rules))

    assert hours.dtype == np.float64
    assert hours.tolist() == pytest.approx(
        [TERMS[name].definition(graph, [codes[member] for member in group], rules) for group in groups],
        rel=1e-9,
        abs=1e-9,
    )


@pytest.mark.parametrize("name", TERMS)
@given(scored())
@examples(25)
def test_a_term_is_a_function_of_the_set(name: str, drawn: tuple[nx.Graph, list[list[int]], Rules]) -> None:
    """The order in which practices are named changes nothing, and no hours are negative."""
    graph, groups, rules = drawn
    for group in groups:
        codes = [list(graph)[member] for member in group]
        hours = TERMS[name].definition(graph, codes, rules)
        assert hours >= 0
        assert TERMS[name].definition(graph, codes[::-1], rules) == pytest.approx(hours, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", TERMS)
def test_a_kernel_of_no_candidates_gives_no_hours(name: str) -> None:
    """An empty store is no special case."""
    graph = made_up_area([5000], [(0, 0)], [], load_profile())
    data = ScoringData.of(graph, list(graph), load_profile())
    assert TERMS[name].kernel(store_of([], 1), data).shape == (0,)


@given(scored(), st.data())
@examples(40)
def test_costs_are_the_weighted_sum_of_definitions(
    drawn: tuple[nx.Graph, list[list[int]], Rules], data: st.DataObject
) -> None:
    """The costs the solver works on are those that the audit recomputes; weights of 0 leave a term out."""
    graph, groups, rules = drawn
    weights = {name: data.draw(st.sampled_from([0.0, 0.5, 1.0, 3.0])) for name in TERM_NAMES}
    rules = rules.with_weights(weights)
    codes = list(graph)
    costs = candidate_costs(store_of(groups, len(codes)), ScoringData.of(graph, codes, rules))

    for cost, group in zip(costs.tolist(), groups, strict=True):
        terms = network_terms(graph, [codes[member] for member in group], rules)
        assert cost == pytest.approx(network_cost(terms, rules), rel=1e-9, abs=1e-9)


@given(
    st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=5, unique=True), max_size=8),
    st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=5, unique=True), max_size=4),
    st.data(),
)
@examples(60)
def test_a_store_is_a_list_of_groups(
    groups: list[list[int]], others: list[list[int]], data: st.DataObject
) -> None:
    """Taking and joining rows does to the store what it does to a list."""
    store, other = store_of(groups, 31), store_of(others, 31)
    rows = [sorted(group) for group in groups]

    assert [store[row].tolist() for row in range(len(store))] == rows
    assert store.nbytes == 8 * (len(groups) + 1) + 2 * sum(map(len, groups))
    both = store.joined(other)
    assert [both[row].tolist() for row in range(len(both))] == rows + [sorted(group) for group in others]
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1))) if rows else []
    taken = store.take(np.array(chosen, np.int64))
    assert [taken[row].tolist() for row in range(len(taken))] == [rows[row] for row in chosen]
