"""Minimal separators of a graph of practices: what a network has to hold so that a part of it reaches its hub.

Where a hub and a part of its network are not connected within it, some practices around the part, or around the hub's
own component, keep the two apart: any network of the hub that has a practice of the part has one of those. Both are
found by walks of linear time (M. Fischetti et al., Thinning out Steiner trees, Mathematical Programming Computation 9
(2017); Validi, Buchanan and Lykhovyd, Operations Research 70 (2022)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import networkx as nx

__all__ = ["Separator", "component_of", "separators"]


@dataclass(frozen=True, slots=True)
class Separator:
    """Practices that keep others apart.

    Attributes
    ----------
    between : frozenset of int
        Without these, no practice of ``part`` reaches one of ``hubs``.
    part : frozenset of int
    hubs : frozenset of int
    """

    between: frozenset[int]
    part: frozenset[int]
    hubs: frozenset[int]


def separators(graph: nx.Graph, network: Collection[int], hub: int) -> list[Separator]:
    """The separators of every part of a network that does not reach its hub within it.

    Parameters
    ----------
    graph : networkx.Graph
    network : collection of int
        Members, the hub among them.
    hub : int
    """
    members = set(network)
    centre = component_of(graph, [hub], members)
    around_centre = {u for v in centre for u in graph[v]} - centre
    found, left = [], members - centre
    while left:
        part = component_of(graph, [min(left)], members)
        left -= part
        around_part = {u for v in part for u in graph[v]} - part
        for wall in (around_part, around_centre):
            hubs = component_of(graph, [hub], wall, inside=False)
            far = component_of(graph, part, wall, inside=False)
            between = {v for v in wall if not hubs.isdisjoint(graph[v]) and not far.isdisjoint(graph[v])}
            separator = Separator(frozenset(between), frozenset(part), frozenset(hubs))
            if separator not in found:
                found.append(separator)
    return found


def component_of(
    graph: nx.Graph, start: Iterable[int], these: Collection[int], *, inside: bool = True
) -> set[int]:
    """What is reached from some practices within others, or, where not ``inside``, without stepping on them."""
    met = set(start)
    waiting = list(met)
    while waiting:
        for u in graph[waiting.pop()]:
            if u not in met and (u in these) == inside:
                met.add(u)
                waiting.append(u)
    return met
