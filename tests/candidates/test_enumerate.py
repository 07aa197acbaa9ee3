"""Listing connected groups: graphs whose groups can be counted by hand, bands, and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest

from netform.candidates.adjacency import Adjacency
from netform.candidates.coverable import coverable, safe_list_size
from netform.candidates.enumerate import connected_groups, list_candidates, take_census

if TYPE_CHECKING:
    from netform.candidates.store import CandidateStore


def _sized(graph: nx.Graph, *list_sizes: int) -> nx.Graph:
    """Give the nodes of a graph list sizes in order; one number goes for all."""
    for node in graph:
        graph.nodes[node]["list_size"] = list_sizes[node if len(list_sizes) > 1 else 0]
    return graph


def _groups(store: CandidateStore) -> list[tuple[int, ...]]:
    return [tuple(store[row].tolist()) for row in range(len(store))]


@pytest.mark.parametrize(
    ("graph", "groups"),
    [
        (nx.path_graph(9), 9 * 10 // 2),  # a stretch for each two ends
        (nx.cycle_graph(9), 9 * 8 + 1),  # 9 starts by 8 lengths, and the whole
        (nx.star_graph(8), 2**8 + 8),  # the middle with any leaves, and each leaf
        (nx.complete_graph(9), 2**9 - 1),  # any but none
        (nx.empty_graph(9), 9),
    ],
    ids=["path", "cycle", "star", "complete", "empty"],
)
def test_graphs_whose_groups_can_be_counted(graph: nx.Graph, groups: int) -> None:
    """With no band to speak of, every connected group is listed, once."""
    adjacency = Adjacency.of(_sized(graph, 1))
    census = take_census(adjacency, 1, 9)
    store = list_candidates(adjacency, 1, 9, enclaves=False)

    assert census.visited == census.candidates.sum() == groups
    assert len(store) == len(set(_groups(store))) == groups
    assert census.members.sum() == len(store.members)


def test_a_band_is_inclusive_at_both_ends() -> None:
    """Of practices in a row, the stretches of exactly 3 to 5 thousand patients."""
    # 0-1 has 3, 1-2 has 5, 2-3 has 4, 2 alone has 3, 0-1-2 has 6, 1-2-3 has 6.
    adjacency = Adjacency.of(_sized(nx.path_graph(4), 1, 2, 3, 1))
    assert _groups(list_candidates(adjacency, 3, 5, enclaves=False)) == [(0, 1), (1, 2), (2,), (2, 3)]


def test_a_practice_over_the_maximum_is_in_no_group() -> None:
    """It also parts what is on both sides of it."""
    adjacency = Adjacency.of(_sized(nx.path_graph(3), 3, 9, 4))
    assert _groups(list_candidates(adjacency, 3, 8, enclaves=False)) == [(0,), (2,)]


def test_groups_that_strand_their_neighbours_are_dropped() -> None:
    """Four in a row of 3 each, networks of 3 to 6: nothing may be left that no networks add up to."""
    # Any rest is 3, 6 or 9 in a part, and each is one or two networks: all 7 stretches of one or two stay.
    row = Adjacency.of(_sized(nx.path_graph(4), 3))
    assert len(list_candidates(row, 3, 6)) == 7
    # With 2 at an end, that practice alone is no network: 1 may not be taken without 0.
    short = Adjacency.of(_sized(nx.path_graph(4), 2, 3, 3, 3))
    assert _groups(list_candidates(short, 3, 6, enclaves=False)) == [(0, 1), (1,), (1, 2), (2,), (2, 3), (3,)]
    # (1,) and (1, 2) strand 0; the others leave 6, 5 + 3, 5 and 8 patients in parts.
    assert _groups(list_candidates(short, 3, 6)) == [(0, 1), (2,), (2, 3), (3,)]


def test_an_enclave_inside_a_ring_is_seen() -> None:
    """A group that surrounds a small practice strands it, however large the rest."""
    # A ring of 8 around node 8 (2 patients), in a band of 3 to 8: the ring without a gap is no candidate.
    wheel = nx.cycle_graph(8)
    wheel.add_edges_from((8, rim) for rim in range(8))
    adjacency = Adjacency.of(_sized(wheel, *[1] * 8, 2))
    assert tuple(range(8)) in _groups(list_candidates(adjacency, 3, 8, enclaves=False))
    assert tuple(range(8)) not in _groups(list_candidates(adjacency, 3, 8))


def test_nothing_in_the_band_is_an_empty_store() -> None:
    """No candidate is an answer, not an error."""
    store = list_candidates(Adjacency.of(_sized(nx.path_graph(3), 1)), 10, 20)
    assert (len(store), store.practices, store.members.tolist()) == (0, 3, [])


@pytest.mark.parametrize(
    ("list_size", "expected"),
    [
        (0, True), (1, False), (29_999, False), (30_000, True), (50_000, True), (50_001, False),
        (59_999, False), (60_000, True), (100_001, True), (10_000_000, True),
    ],
)  # fmt: skip
def test_what_networks_of_the_usual_band_can_cover(list_size: int, *, expected: bool) -> None:
    """Nothing below 30,000 nor from 50,001 to 59,999; everything from 60,000."""
    assert coverable(list_size, 30_000, 50_000) is expected


def test_safe_list_sizes() -> None:
    """From there on every list size is coverable; in a band of one size there is no such point."""
    assert safe_list_size(30_000, 50_000) == 60_000
    # 40,000-45,000: 8 networks span 320,000-360,000, 9 from 360,000 on; 7 end at 315,000.
    assert safe_list_size(40_000, 45_000) == 320_000
    assert safe_list_size(5, 5) > 10**18


def test_a_census_gives_up_inside_a_root() -> None:
    """Twenty-four practices that are all neighbours have 16 million groups: the count stops after one."""
    adjacency = Adjacency.of(_sized(nx.complete_graph(24), 1))
    census = take_census(adjacency, 1, 24, limit=1000)

    assert not census.complete
    # Groups that were met are counted up to where the walk was given up.
    assert census.visited < 2_000_000
    with pytest.raises(ValueError, match="given up"):
        list_candidates(adjacency, 1, 24, census=census)


def test_a_census_at_its_limit_is_complete() -> None:
    """The limit is what may be visited."""
    adjacency = Adjacency.of(_sized(nx.path_graph(4), 1))  # 10 groups
    assert take_census(adjacency, 1, 4, limit=10).complete
    assert not take_census(adjacency, 1, 4, limit=9).complete


def test_more_practices_than_the_store_can_number_are_refused() -> None:
    """Sixteen bits number 65,536 practices: one more would come round to 0."""
    many = Adjacency(np.zeros(2**16 + 2, np.int32), np.zeros(0, np.int32), np.ones(2**16 + 1, np.int64))
    with pytest.raises(ValueError, match="area by area"):
        list_candidates(many, 1, 2)


def test_adjacency_is_the_graph_in_rows() -> None:
    """Neighbours ascend, each edge in both rows."""
    adjacency = Adjacency.of(_sized(nx.Graph({0: [2], 1: [2], 2: []}), 5, 6, 7))
    assert adjacency.indptr.tolist() == [0, 1, 2, 4]
    assert adjacency.neighbours.tolist() == [2, 2, 0, 1]
    assert adjacency.list_size.tolist() == [5, 6, 7]
    assert len(adjacency) == 3


def test_connected_groups_by_hand() -> None:
    """The plain definition itself, on a triangle with a tail."""
    graph = _sized(nx.Graph([(0, 1), (1, 2), (0, 2), (2, 3)]), 1)
    assert set(connected_groups(graph, 3, 3)) == {
        frozenset({0, 1, 2}),
        frozenset({0, 2, 3}),
        frozenset({1, 2, 3}),
    }
