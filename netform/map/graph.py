"""The graph of neighbouring practices: who may share a network, and how far apart they are.

Nodes are ODS codes with ``position`` (in the list), ``list_size``, ``weighted_list_size``, ``area``,
``easting`` and ``northing``; ``pcn_code`` (the present network, blank where there is none) and
``pcn_list_size`` (its patients over the whole list); ``clinical_fte`` and ``shortfall_fte`` (None where its staff
is not known, see `netform.scores.cover`); ``sides`` (where it lies of each soft boundary, blank where unknown);
``neighbourhoods`` (its patients by the neighbourhood they live in; empty where unknown);
``residents`` (its patients by the practice in whose territory they live; empty where unknown); and ``at_edge`` (whether
its ground reaches the edge of its area's) and, where it is known, ``population`` (all who live in its territory), which
`netform.preparing` adds. One that is not on the ground has whom it is attached to as ``attached_to``.

Edges carry ``kind`` (``border``, ``site``, ``bridge``, ``ferry`` or ``attached``), ``border_m``, ``distance_km`` and
``minutes``. ``graph.graph["travel"]`` gives the minutes between any two positions. ``graph.graph["barriers"]`` has the
borders that are none by the rules (`netform.map.barriers`), ``graph.graph["borders"]`` says how many pairs of sites
share one, and ``graph.graph["unjudged_borders"]`` for how many of them no drive is given.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import networkx as nx
import numpy as np

from netform.inputs.nowhere import EVERYWHERE_ELSE
from netform.map.barriers import drive_over, has_rule, is_barrier, kilometres
from netform.map.territory import Territories, shared_borders
from netform.plan.model import Edge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from netform.inputs.edges import EdgeChange
    from netform.inputs.nowhere import Nowhere
    from netform.inputs.places import Places
    from netform.inputs.standing import Standing
    from netform.inputs.travel import Travel
    from netform.practices.model import PracticeList

__all__ = ["area_positions", "build_graph", "graph_of_edges", "published_edges"]

Residents: TypeAlias = "Mapping[str, Mapping[str, float]]"

# Where patients live is known only from registrations.
NOWHERE: Residents = MappingProxyType({})


def area_positions(practices: PracticeList) -> dict[str, NDArray[np.int64]]:
    """Give the positions of the practices of each area, areas in order."""
    areas: dict[str, list[int]] = {}
    for position, practice in enumerate(practices):
        areas.setdefault(practice.area, []).append(position)
    return {area: np.array(areas[area], np.int64) for area in sorted(areas)}


def build_graph(
    practices: PracticeList,
    places: Places,
    travel: Travel,
    parts: Sequence[tuple[NDArray[np.int64], Territories]],
    changes: Iterable[EdgeChange] = (),
    residents: Residents = NOWHERE,
    standing: Standing | None = None,
) -> nx.Graph:
    """Join practices whose territories share a border or that share a site, area by area.

    Parameters
    ----------
    practices : PracticeList
    places : Places
    travel : Travel
    parts : sequence of (positions, Territories)
        The places of each area, by their positions in ``standing``, and the territories of its sites.
    changes : iterable of EdgeChange
        Edges the user adds or drops, in order.
    residents : mapping of str to mapping of str to float
        Patients of each practice by the practice in whose territory they live, see `netform.inputs.registrations`.
    standing : Standing, optional
        Who stands where; each practice at its own place where it is not given.

    Returns
    -------
    networkx.Graph
        No edge joins two areas.
    """
    graph = _nodes(practices, places, travel, residents)
    codes, nowhere = (standing.codes, standing.nowhere) if standing else (practices.codes, EVERYWHERE_ELSE)
    barriers: list[Edge] = []
    borders = unjudged = 0
    for positions, territories in parts:
        at_site: list[list[str]] = [[] for _ in range(len(territories.sites))]
        for position, site in zip(positions, territories.sites.site_of, strict=True):
            at_site[site].append(codes[position])
        for together in at_site:
            for a, b in combinations(together, 2):
                _join(graph, a, b, "site")
        # Practices with branches may border each other at several sites, or share one besides.
        metres_between: dict[tuple[str, str], float] = defaultdict(float)
        pairs, metres = shared_borders(territories)
        for (s, t), border_m in zip(pairs.tolist(), metres.tolist(), strict=True):
            touching = [(a, b) for a in at_site[s] for b in at_site[t] if a != b]
            if has_rule(travel.rules):
                km = kilometres(territories.sites, s, t)
                minutes = drive_over(graph, territories.sites, (s, at_site[s]), (t, at_site[t]))
                borders, unjudged = borders + 1, unjudged + (minutes is None)
                if minutes is not None and is_barrier(minutes, km, travel.rules):
                    barriers += [
                        Edge(min(pair), max(pair), "border", minutes, border_m, km) for pair in touching
                    ]
                    continue
            for a, b in touching:
                if not graph.has_edge(a, b):
                    metres_between[min(a, b), max(a, b)] += border_m
        for (a, b), border_m in metres_between.items():
            _join(graph, a, b, "border", border_m=border_m)
    _attach(graph, nowhere)
    _apply(graph, changes)
    # An edge that the user adds wins over the rule.
    left = {
        (edge.code_a, edge.code_b): edge for edge in barriers if not graph.has_edge(edge.code_a, edge.code_b)
    }
    graph.graph["barriers"] = tuple(left[pair] for pair in sorted(left))
    graph.graph |= {"borders": borders, "unjudged_borders": unjudged}
    return graph


def graph_of_edges(
    practices: PracticeList,
    places: Places,
    travel: Travel,
    edges: Iterable[EdgeChange],
    changes: Iterable[EdgeChange],
    residents: Residents = NOWHERE,
    nowhere: Nowhere = EVERYWHERE_ELSE,
) -> nx.Graph:
    """Take the graph a user gives in place of the built one; edges between areas are left out.

    So are those of practices that are not on the ground, which have the edge to whom they are attached alone.
    """
    graph = _nodes(practices, places, travel, residents)
    _apply(graph, edges)
    _attach(graph, nowhere)
    _apply(graph, changes)
    return graph


def published_edges(graph: nx.Graph) -> tuple[Edge, ...]:
    """List the edges for the plan, in order of codes."""
    return tuple(sorted(_edges(graph), key=lambda edge: (edge.code_a, edge.code_b)))


def _edges(graph: nx.Graph) -> Iterator[Edge]:
    for a, b, data in graph.edges(data=True):
        code_a, code_b = sorted((a, b))
        yield Edge(code_a, code_b, data["kind"], data["minutes"], data["border_m"], data["distance_km"])


def _nodes(practices: PracticeList, places: Places, travel: Travel, residents: Residents) -> nx.Graph:
    graph = nx.Graph(travel=travel)
    present: Counter[str] = Counter()
    for practice in practices:
        present[practice.pcn_code] += practice.list_size
    averages = _averages(practices)
    for position, practice in enumerate(practices):
        weighted, fte = practice.weighted_list_size, practice.clinical_fte
        graph.add_node(
            practice.code,
            position=position,
            list_size=practice.list_size,
            weighted_list_size=float(practice.list_size if weighted is None else weighted),
            area=practice.area,
            easting=float(places.easting[position]),
            northing=float(places.northing[position]),
            pcn_code=practice.pcn_code,
            pcn_list_size=present[practice.pcn_code] if practice.pcn_code else 0,
            clinical_fte=fte,
            shortfall_fte=None if fte is None else averages[practice.area] * practice.list_size - fte,
            sides=practice.sides,
            residents=dict(residents.get(practice.code, {})),
            neighbourhoods={},
        )
    return graph


def _averages(practices: PracticeList) -> dict[str, float]:
    """Give the clinical staff per patient of each area, full-time equivalents, over practices of known staff."""
    staff: dict[str, float] = defaultdict(float)
    patients: dict[str, int] = defaultdict(int)
    for practice in practices:
        if practice.clinical_fte is not None:
            staff[practice.area] += practice.clinical_fte
            patients[practice.area] += practice.list_size
    return {area: staff[area] / patients[area] for area in patients}


def _attach(graph: nx.Graph, nowhere: Nowhere) -> None:
    """Leave each practice that is nowhere the one neighbour it is attached to: nothing hangs together through it."""
    for code in (*sorted(nowhere.left_out), *sorted(nowhere.hosts)):
        graph.remove_edges_from(list(graph.edges(code)))
    for code, host in sorted(nowhere.hosts.items()):
        _join(graph, code, host, "attached")
        graph.nodes[code]["attached_to"] = host


def _apply(graph: nx.Graph, changes: Iterable[EdgeChange]) -> None:
    for change in changes:
        a, b = change.code_a, change.code_b
        if change.drop:
            if graph.has_edge(a, b):
                graph.remove_edge(a, b)
        elif graph.nodes[a]["area"] == graph.nodes[b]["area"] and not graph.has_edge(a, b):
            _join(graph, a, b, change.kind)


def _join(graph: nx.Graph, a: str, b: str, kind: str, *, border_m: float = 0.0) -> None:
    travel: Travel = graph.graph["travel"]
    i, j = graph.nodes[a]["position"], graph.nodes[b]["position"]
    graph.add_edge(
        a, b, kind=kind, border_m=border_m, distance_km=travel.distance_km(i, j), minutes=travel.minutes(i, j)
    )
