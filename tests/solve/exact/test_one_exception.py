"""Plans with one exception, held to every division there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netform.candidates.adjacency import Adjacency
from netform.candidates.enumerate import list_candidates
from netform.solve.exact.one_exception import EXCEPTION, FOUND, GIVEN_UP, NONE, one_exception
from tests.brute_force import partitions
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Sequence


@st.composite
def grounds(draw: st.DrawFn) -> nx.Graph:
    """Draw a connected map of a few practices, most on a ring or a path, of lists of one to nine."""
    count = draw(st.integers(1, 7))
    random = draw(st.randoms(use_true_random=False))
    graph = nx.path_graph(count)
    for _ in range(draw(st.integers(0, 6))):
        graph.add_edge(random.randrange(count), random.randrange(count))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    for v in graph:
        graph.nodes[v]["list_size"] = random.randint(1, 9)
    return graph


def exceptions_of(graph: nx.Graph, plan: Sequence[Sequence[int]], least: int, most: int) -> list[int]:
    """Give the patients of those outside the band."""
    patients = [sum(graph.nodes[v]["list_size"] for v in group) for group in plan]
    return [each for each in patients if not least <= each <= most]


@given(grounds(), st.integers(1, 20), st.integers(0, 6), st.integers(1, 40), st.integers(0, 4))
@examples(100)
def test_it_is_found_if_and_only_if_there_is_one(
    graph: nx.Graph, least: int, wide: int, largest: int, networks: int
) -> None:
    """Of all divisions into connected networks; one found is such a division."""
    most = least + wide
    adjacency = Adjacency.of(graph)
    store = list_candidates(adjacency, least, most, enclaves=False)
    status, owner = one_exception(store, adjacency, (least, most), largest, networks=networks)
    plans = [
        plan
        for plan in partitions(sorted(graph))
        if networks in (0, len(plan)) and all(nx.is_connected(graph.subgraph(group)) for group in plan)
    ]
    # What is left as the exception may have a size within the band, too: a plan without exceptions has one to leave.
    outside = [exceptions_of(graph, plan, least, most) for plan in plans]
    within = [not each for each in outside]
    single = [len(each) == 1 and each[0] <= largest for each in outside]
    if status == NONE:
        assert not any(single)
        return
    assert status == FOUND
    assert any(single) or any(within)
    groups = [tuple(np.flatnonzero(owner == each).tolist()) for each in np.unique(owner)]
    assert (owner == EXCEPTION).any()
    assert sorted(v for group in groups for v in group) == sorted(graph)
    assert all(nx.is_connected(graph.subgraph(group)) for group in groups)
    assert len(exceptions_of(graph, groups, least, most)) <= 1
    assert networks in (0, len(groups))


def test_it_is_given_up_after_so_many_branches() -> None:
    """Nothing is proven then."""
    graph = nx.path_graph(9)
    nx.set_node_attributes(graph, 5, "list_size")
    adjacency = Adjacency.of(graph)
    store = list_candidates(adjacency, 10, 10, enclaves=False)
    assert one_exception(store, adjacency, (10, 10), 5, most_looks=2)[0] == GIVEN_UP
    assert one_exception(store, adjacency, (10, 10), 5)[0] == FOUND
