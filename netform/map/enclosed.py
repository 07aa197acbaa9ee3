"""Networks that lie inside another: each way from them to the outer edge of their area leads through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.map.territory.cells import SHORTEST_BORDER_M
from netform.map.territory.coverage import border_lengths
from netform.rules.demanded_graph import cut_off

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from netform.map.territory import Territories

__all__ = ["at_the_edge", "enclosed_networks"]


def at_the_edge(
    parts: Sequence[tuple[NDArray[np.int64], Territories]], codes: Sequence[str]
) -> frozenset[str]:
    """List the practices whose ground reaches the edge of their area's ground, or a hole in it.

    Parameters
    ----------
    parts : sequence of (positions, Territories)
        The practices of each area and the territories of its sites.
    codes : sequence of str
        Of the whole list.
    """
    found = set()
    for positions, territories in parts:
        pairs, metres = border_lengths(territories.polygons)
        shared = np.bincount(pairs.reshape(-1), np.repeat(metres, 2), minlength=len(territories.sites))
        open_metres = shapely.length(territories.polygons) - shared
        sites = territories.sites.site_of
        found |= {codes[at] for at in positions[open_metres[sites] >= SHORTEST_BORDER_M].tolist()}
    return frozenset(found)


def enclosed_networks(graph: nx.Graph, networks: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """Say which networks lie inside which.

    A network lies inside another when it has no practice at the edge and every way through neighbours from it to one
    that has leads through the other: taken out of the graph, that one would cut it off from the edge. Where several
    enclose it, the innermost is told.

    Parameters
    ----------
    graph : networkx.Graph
        Of the practices of networks (`netform.rules.demanded_graph.kept_graph`).
    networks : mapping of str to collection of str
        Practice codes by the network's id.

    Returns
    -------
    list of (inside, around)
        In order of ids.
    """
    around: dict[str, str] = {}
    within: dict[str, set[str]] = {}
    for name, codes in networks.items():
        reach = cut_off(graph, codes)
        within[name] = {other for other in networks if other != name and set(networks[other]) <= reach}
    for name in sorted(networks, key=lambda name: (len(within[name]), name)):
        for inside in sorted(within[name]):
            around.setdefault(inside, name)
    return sorted(around.items())
