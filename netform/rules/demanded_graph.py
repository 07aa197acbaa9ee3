"""The graph as the planner's demands make it: practices about to merge are neighbours."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.demands import Demands

__all__ = ["demanded_graph"]


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
