"""The graph as the planner's demands make it: practices about to merge are neighbours, and some are left out."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx

    from netform.rules.demands import Demands

__all__ = ["cut_off", "demanded_graph", "kept_graph"]


def demanded_graph(graph: nx.Graph, demands: Demands) -> nx.Graph:
    """Join the practices of each merger, in order of code, where they are of one area and not neighbours yet.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices (`netform.map.graph`); it is not changed. Codes that it does not have are passed over.
    demands : Demands

    Returns
    -------
    networkx.Graph
        A copy with ``bridge`` edges; the graph itself when there is nothing to add.
    """
    area = graph.nodes(data="area")
    missing = [
        (a, b)
        for group in demands.merge
        for a, b in pairwise(code for code in sorted(group) if code in graph)
        if area[a] == area[b] and not graph.has_edge(a, b)
    ]
    if not missing:
        return graph
    joined = graph.copy()
    travel, position = graph.graph["travel"], graph.nodes(data="position")
    for a, b in missing:
        i, j = position[a], position[b]
        joined.add_edge(
            a,
            b,
            kind="bridge",
            border_m=0.0,
            distance_km=travel.distance_km(i, j),
            minutes=travel.minutes(i, j),
        )
    return joined


def kept_graph(graph: nx.Graph, demands: Demands) -> nx.Graph:
    """Leave out who is to be in no network, and join the mergers of the others.

    Who is beside ground of no network lies at the edge, as who is at that of the area does.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices (`netform.map.graph`); it is not changed.
    demands : Demands
    """
    left_out = set(demands.exclude).intersection(graph)
    kept = graph.subgraph(set(graph) - left_out)
    if demands.no_doughnuts and left_out:
        kept = kept.copy()
        for beside in {near for code in left_out for near in graph[code]} - left_out:
            kept.nodes[beside]["at_edge"] = True
    return demanded_graph(kept, demands)


def cut_off(graph: nx.Graph, codes: Collection[str]) -> set[str]:
    """Say which practices a network cuts off from the edge of their area: each way there leads through it.

    Parameters
    ----------
    graph : networkx.Graph
        Of the practices of networks, as `kept_graph` gives it; ``at_edge`` says who is at the edge.
    codes : collection of str
        The network.

    Returns
    -------
    set of str
        None of those that had no way there to begin with.
    """
    return _with_a_way_out(graph, set(graph)) - _with_a_way_out(graph, set(graph) - set(codes)) - set(codes)


def _with_a_way_out(graph: nx.Graph, codes: set[str]) -> set[str]:
    """Say which practices have a way to the edge through some practices, themselves among them."""
    ahead = [code for code in codes if graph.nodes[code].get("at_edge")]
    out = set(ahead)
    while ahead:
        found = (codes & set(graph[ahead.pop()])) - out
        out |= found
        ahead += found
    return out
