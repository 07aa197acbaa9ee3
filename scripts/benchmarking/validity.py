"""Whether a plan is one: every practice once, networks connected, lists within the band. Nothing of netform is used."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import networkx as nx

__all__ = ["find_faults"]


def find_faults(graph: nx.Graph, groups: Sequence[Collection[str]], least: int, most: int) -> list[str]:
    """Say everything that is wrong with a plan, one fault a line; nothing when it is valid.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices by code, with ``list_size``.
    groups : sequence of collection of str
        The practice codes of every network.
    least, most : int
        The band of a network's list size, registered patients, inclusive.
    """
    times = Counter(code for group in groups for code in group)
    faults = [f"{code} is in no network" for code in sorted(set(graph) - set(times))]
    faults += [f"{code} is no practice of the area" for code in sorted(set(times) - set(graph))]
    faults += [f"{code} is in {count} networks" for code, count in sorted(times.items()) if count > 1]
    for group in groups:
        known = sorted({code for code in group if code in graph})
        if not known:
            faults.append("a network has no practice")
            continue
        patients = sum(graph.nodes[code]["list_size"] for code in known)
        if not least <= patients <= most:
            faults.append(f"the network of {known[0]} has {patients:,} patients, outside {least:,}-{most:,}")
        if len(_reached(graph, known[0], known)) < len(known):
            faults.append(f"the network of {known[0]} is not connected")
    return faults


def _reached(graph: nx.Graph, start: str, inside: Collection[str]) -> set[str]:
    """What can be reached from a practice without leaving its network."""
    reached, waiting = {start}, [start]
    while waiting:
        for near in graph.adj[waiting.pop()]:
            if near in inside and near not in reached:
                reached.add(near)
                waiting.append(near)
    return reached
