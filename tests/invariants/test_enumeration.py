"""The compiled enumeration lists what trying every subset gives, no more, no less, and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netform.candidates.adjacency import Adjacency
from netform.candidates.coverable import coverable, safe_list_size
from netform.candidates.enumerate import connected_groups, list_candidates, take_census
from tests.examples import examples
from tests.strategies import numbered_graphs

if TYPE_CHECKING:
    from netform.candidates.store import CandidateStore


class Drawn(NamedTuple):
    """A graph and a band."""

    graph: nx.Graph
    least: int
    most: int


@st.composite
def problems(draw: st.DrawFn) -> Drawn:
    """Draw a graph of up to 12 practices and a band: one size, narrow or wide."""
    graph = draw(numbered_graphs())
    least = draw(st.integers(1, 80))
    return Drawn(graph, least, least + draw(st.sampled_from([0, 1, 5, 20, 60, 400])))


def _groups(store: CandidateStore) -> list[frozenset[int]]:
    for row in range(len(store)):
        assert (np.diff(store[row].astype(int)) > 0).all()  # ascending, so no member twice
    return [frozenset(store[row].tolist()) for row in range(len(store))]


def _patients(graph: nx.Graph, nodes: set[int] | frozenset[int]) -> int:
    return sum(graph.nodes[node]["list_size"] for node in nodes)


def _strands_nothing(drawn: Drawn, group: frozenset[int]) -> bool:
    """Say whether every part that a group leaves of its component can be covered: the enclave test."""
    whole = nx.node_connected_component(drawn.graph, min(group))
    rest = drawn.graph.subgraph(whole - group)
    return all(
        coverable(_patients(drawn.graph, part), drawn.least, drawn.most)
        for part in nx.connected_components(rest)
    )


@given(problems())
@examples(150)
def test_all_candidates_and_counts_are_those_of_trying_every_subset(drawn: Drawn) -> None:
    """With and without the enclave test; and the census counts them by their smallest member."""
    graph, least, most = drawn
    below = set(connected_groups(graph, 1, most))
    expected = {group for group in below if _patients(graph, group) >= least}
    adjacency = Adjacency.of(graph)

    listed = _groups(list_candidates(adjacency, least, most, enclaves=False))
    assert len(listed) == len(set(listed))
    assert set(listed) == expected

    kept = _groups(list_candidates(adjacency, least, most))
    assert len(kept) == len(set(kept))
    assert set(kept) == {group for group in expected if _strands_nothing(drawn, group)}
    assert kept == [group for group in listed if group in set(kept)]

    census = take_census(adjacency, least, most)
    assert census.complete
    assert census.visited == len(below)
    for root in graph:
        of_root = [group for group in expected if min(group) == root]
        assert census.candidates[root] == len(of_root)
        assert census.members[root] == sum(map(len, of_root))


@given(problems(), st.integers(2, 5))
@examples(60)
def test_the_number_of_workers_changes_nothing(drawn: Drawn, workers: int) -> None:
    """The same store, byte for byte, and the same census."""
    graph, least, most = drawn
    adjacency = Adjacency.of(graph)
    one, several = (list_candidates(adjacency, least, most, workers=count) for count in (1, workers))

    assert one.offsets.tobytes() == several.offsets.tobytes()
    assert one.members.tobytes() == several.members.tobytes()
    counted, counted_again = (take_census(adjacency, least, most, workers=count) for count in (1, workers))
    assert counted.visited == counted_again.visited
    assert counted.candidates.tolist() == counted_again.candidates.tolist()
    again = list_candidates(adjacency, least, most, census=counted_again, workers=workers)
    assert again.members.tobytes() == one.members.tobytes()


@given(problems(), st.integers(0, 3000))
@examples(60)
def test_a_census_is_complete_up_to_its_limit(drawn: Drawn, limit: int) -> None:
    """It says so exactly when no more than the limit were there to visit."""
    graph, least, most = drawn
    adjacency = Adjacency.of(graph)
    visited = take_census(adjacency, least, most).visited
    assert take_census(adjacency, least, most, limit=limit).complete == (visited <= limit)


@given(problems(), st.randoms(use_true_random=False))
@examples(60)
def test_renumbering_practices_changes_nothing(drawn: Drawn, random: object) -> None:
    """The groups are the same ones under other numbers."""
    graph, least, most = drawn
    numbers = list(graph)
    random.shuffle(numbers)  # type: ignore[attr-defined]
    renamed = nx.relabel_nodes(graph, dict(enumerate(numbers)))
    before = _groups(list_candidates(Adjacency.of(graph), least, most))
    after = _groups(list_candidates(Adjacency.of(renamed), least, most))
    assert {frozenset(numbers[node] for node in group) for group in before} == set(after)


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 300))
@examples(200)
def test_coverable_is_whether_networks_add_up(least: int, width: int, list_size: int) -> None:
    """A list size is coverable when some number of networks, each inside the band, adds up to it."""
    most = least + width
    # Networks of integer sizes in the band reach every total between count * least and count * most.
    reached = {0}
    for total in range(1, list_size + 1):
        if any(total - network in reached for network in range(least, most + 1)):
            reached.add(total)
    assert coverable(list_size, least, most) == (list_size in reached)


@given(st.integers(1, 60), st.integers(1, 30))
@examples(150)
def test_the_safe_list_size_is_the_first_after_which_all_are_coverable(least: int, width: int) -> None:
    """Every size from there on is coverable, and the one before is not (unless nothing is uncoverable)."""
    most = least + width
    safe = safe_list_size(least, most)
    assert all(coverable(size, least, most) for size in range(safe, safe + 3 * most))
    assert safe == 1 or not coverable(safe - 1, least, most)
