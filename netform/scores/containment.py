"""Containment: how far a network's territory holds where its patients live, both ways.

Of the network's patients, those who live in the territory of one of its practices; of the people who live in that
territory, those who are registered with the network. Planners use it to say whether a network is a neighbourhood:
75 per cent both ways is the figure they work with.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from netform.plan.model import Containment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import networkx as nx

__all__ = ["containments", "people_living"]


def people_living(graph: nx.Graph) -> dict[str, float]:
    """Count the people who live in the territory of each practice, wherever in the list they are registered.

    Parameters
    ----------
    graph : networkx.Graph
        Of the whole list.
    """
    living_in: dict[str, float] = defaultdict(float)
    for code in sorted(graph):
        for owner, patients in graph.nodes[code].get("residents", {}).items():
            living_in[owner] += patients
    return dict(living_in)


def containments(
    graph: nx.Graph, groups: Iterable[Collection[str]], living_in: Mapping[str, float] | None = None
) -> list[Containment | None]:
    """Count both ways for each of some networks.

    Parameters
    ----------
    graph : networkx.Graph
        Of the whole list (`netform.map.graph`): people of any of its practices may live in a territory.
    groups : iterable of collection of str
        The practice codes of each network.
    living_in : mapping of str to float, optional
        As `people_living` counts, where that is kept.

    Returns
    -------
    list of Containment or None
        None for a network of none of whose practices it is known where their patients live.
    """
    nodes = graph.nodes
    if living_in is None:
        living_in = people_living(graph)
    found: list[Containment | None] = []
    for codes in groups:
        members = sorted(codes)
        homes = [nodes[code].get("residents", {}) for code in members]
        living = sum(sum(each.values()) for each in homes)
        if not living:
            found.append(None)
            continue
        people = [nodes[code].get("population") for code in members]
        known = [each for each in people if each is not None]
        found.append(
            Containment(
                patients=living,
                inside=sum(each.get(owner, 0.0) for each in homes for owner in members),
                registered=sum(living_in.get(owner, 0.0) for owner in members),
                population=sum(known) if len(known) == len(people) else None,
            )
        )
    return found
