"""The compiled filter says of every candidate what the definitions say."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.candidates.allowed import Limits, allowed, counts_allowed
from netform.rules.breaches import breaches
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.scores import TERMS, ScoringData
from tests.brute_force import store_of
from tests.examples import examples
from tests.strategies import made_up_area, practice_graphs

if TYPE_CHECKING:
    from netform.rules.model import Rules

FORBIDDEN = {
    "apart",
    "together",
    "merge",
    "exclude",
    "pin",
    "longest_to_hub",
    "longest_between",
    "doughnut",
    "aligned",
    "hub",
}
COUNTS = {"least_practices", "most_practices"}


@st.composite
def demands_on(draw: st.DrawFn, graph: nx.Graph) -> Demands:
    """Draw demands that planners might have of some practices: few or many, some at odds with each other."""
    codes = sorted(graph)
    travel = graph.graph["travel"]
    # Journeys that are just as long as what is demanded are where the two could differ.
    journeys = sorted({travel.minutes(a, b) for a in range(len(codes)) for b in range(a)} or {0.0})
    longest = st.one_of(
        st.just(np.inf), st.just(np.inf), st.sampled_from(journeys), st.floats(0, 120)
    )  # fmt: skip
    group = st.lists(st.sampled_from(codes), min_size=1, max_size=4, unique=True).map(
        lambda g: tuple(sorted(g))
    )
    groups = st.one_of(st.just(()), st.lists(group, max_size=2, unique=True).map(lambda g: tuple(sorted(g))))
    some = st.one_of(st.just(()), group)
    # Mergers do not overlap, and some of the practices are of another area.
    order = draw(st.permutations([*codes, "Q1", "Q2"]))
    cuts = sorted(draw(st.sets(st.integers(0, len(order)), max_size=3)))
    least = draw(st.integers(1, 4))
    return Demands(
        pins=draw(groups),
        together=draw(groups),
        apart=draw(groups),
        exclude=draw(some),
        merge=tuple(sorted(tuple(sorted(order[a:b])) for a, b in pairwise(cuts))),
        hub_must=draw(some),
        hub_may=draw(some),
        longest_to_hub=draw(longest),
        longest_between=draw(longest),
        least_practices=least,
        most_practices=least + draw(st.integers(0, 4)),
        no_doughnuts=draw(st.booleans()),
        aligned=draw(st.sampled_from([0.0, 0.5, 0.75, 1.0])),
    )


@st.composite
def demanded(draw: st.DrawFn) -> tuple[nx.Graph, list[list[int]], Rules]:
    """Draw a graph, any groups of its practices, and rules with demands; pins are among the groups."""
    graph = draw(practice_graphs())
    edge = draw(st.sets(st.sampled_from(sorted(graph)), max_size=3))
    nx.set_node_attributes(graph, {code: code in edge for code in graph}, "at_edge")
    demands = draw(demands_on(graph))
    group = st.lists(st.integers(0, len(graph) - 1), min_size=1, unique=True)
    number = {code: k for k, code in enumerate(graph)}
    named = [
        sorted(number[code] for code in each if code in number)
        for each in (*demands.pins, *demands.together, *demands.merge)
    ]
    groups = [*draw(st.lists(group, min_size=1, max_size=8)), *filter(None, named)]
    return graph, groups, replace(load_profile(), demands=demands)


@given(demanded())
@examples(150)
def test_the_filter_is_the_definitions(drawn: tuple[nx.Graph, list[list[int]], Rules]) -> None:
    """A candidate is allowed just when no rule forbids it, and counts are held to theirs."""
    graph, groups, rules = drawn
    codes = list(graph)
    store, limits = store_of(groups, len(codes)), Limits.of(graph, codes, rules, graph)
    kinds = [
        {breach.kind for breach in breaches(graph, [codes[i] for i in group], rules)} for group in groups
    ]

    assert allowed(store, limits).tolist() == [not found & FORBIDDEN for found in kinds]
    assert counts_allowed(store, limits).tolist() == [not found & COUNTS for found in kinds]
    assert limits.forbids or not any(found & FORBIDDEN for found in kinds)


@given(demanded())
@examples(60)
def test_patients_travel_to_a_hub_that_is_allowed(drawn: tuple[nx.Graph, list[list[int]], Rules]) -> None:
    """The kernel takes the hub that the definition takes, and the best of all where nobody may be the hub."""
    graph, groups, rules = drawn
    codes, term = list(graph), TERMS["patient_travel"]
    hours = term.kernel(store_of(groups, len(codes)), ScoringData.of(graph, codes, rules))

    assert hours.tolist() == pytest.approx(
        [term.definition(graph, [codes[i] for i in group], rules) for group in groups], rel=1e-9, abs=1e-9
    )


@given(demanded(), st.data())
@examples(60)
def test_limits_of_some_practices(
    drawn: tuple[nx.Graph, list[list[int]], Rules], data: st.DataObject
) -> None:
    """Taken out of those of all they allow what they would have allowed."""
    graph, _, rules = drawn
    codes = list(graph)
    kept = data.draw(st.lists(st.integers(0, len(codes) - 1), min_size=1, unique=True))
    group = st.lists(st.integers(0, len(kept) - 1), min_size=1, unique=True)
    store = store_of(data.draw(st.lists(group, min_size=1, max_size=8)), len(kept))
    some = Limits.of(graph, codes, rules, graph).among(np.array(kept))
    direct = Limits.of(graph, [codes[i] for i in kept], rules, graph)

    assert allowed(store, some).tolist() == allowed(store, direct).tolist()
    assert counts_allowed(store, some).tolist() == counts_allowed(store, direct).tolist()


def test_without_demands_everything_is_allowed() -> None:
    """Nothing is forbidden, and nothing is looked at."""
    graph = made_up_area([5, 5, 5], [(0, 0), (1, 0), (2, 0)], [(0, 1)], load_profile())
    limits = Limits.of(graph, list(graph), load_profile())
    store = store_of([[0, 1], [0, 2], [1]], 3)
    assert not limits.forbids
    assert allowed(store, limits).tolist() == counts_allowed(store, limits).tolist() == [True] * 3


def test_a_store_of_no_candidates() -> None:
    """An empty store is no special case."""
    graph = made_up_area([5, 5], [(0, 0), (1, 0)], [(0, 1)], load_profile())
    rules = replace(load_profile(), demands=Demands(apart=(("P0", "P1"),), merge=(("P0", "P1"),)))
    limits = Limits.of(graph, list(graph), rules)
    assert limits.forbids
    assert allowed(store_of([], 2), limits).shape == counts_allowed(store_of([], 2), limits).shape == (0,)
