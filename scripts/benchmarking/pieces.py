"""Random connected pieces of a practice list, whatever the areas."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from scipy.spatial import Delaunay

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["draw_piece", "site_graph"]

# How far a piece may be longer than wide, and how ragged its edge is: standard deviation of the logarithm of distance.
MOST_STRETCH, RAGGED = 3.0, 0.4


def site_graph(table: pd.DataFrame) -> nx.Graph:
    """Join the rows of a list that are neighbours by a Delaunay triangulation of sites, or share a site.

    Parameters
    ----------
    table : DataFrame
        With ``easting`` and ``northing`` in metres.

    Returns
    -------
    networkx.Graph
        Of positions in the table.
    """
    metres = table[["easting", "northing"]].to_numpy(float)
    sites, site_of = np.unique(metres, axis=0, return_inverse=True)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(table)))
    first: dict[int, int] = {}
    for position, site in enumerate(site_of.tolist()):
        nx.add_path(graph, (first.setdefault(site, position), position))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    for corners in Delaunay(sites).simplices.tolist():
        nx.add_cycle(graph, [first[site] for site in corners])
    return graph


def draw_piece(graph: nx.Graph, table: pd.DataFrame, practices: int, rng: np.random.Generator) -> list[int]:
    """Grow a connected piece from a random practice: round or stretched, with a ragged edge.

    Parameters
    ----------
    graph : networkx.Graph
        As `site_graph` gives it.
    table : DataFrame
    practices : int
        At most so many are drawn.
    rng : numpy.random.Generator

    Returns
    -------
    list of int
        Positions in the table, in order.
    """
    metres = table[["easting", "northing"]].to_numpy(float)
    start = int(rng.integers(len(table)))
    angle, stretch = rng.uniform(0, np.pi), rng.uniform(1, MOST_STRETCH)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    away = (metres - metres[start]) @ turn.T * (1 / stretch, 1)
    order = np.hypot(*away.T) * np.exp(RAGGED * rng.standard_normal(len(table)))
    piece: set[int] = set()
    seen, waiting = {start}, [(0.0, start)]
    while waiting and len(piece) < practices:
        _, position = heappop(waiting)
        piece.add(position)
        for near in sorted(set(graph[position]) - seen):
            seen.add(near)
            heappush(waiting, (float(order[near]), near))
    return sorted(piece)
