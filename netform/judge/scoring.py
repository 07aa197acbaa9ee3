"""Scoring any division of practices by the definitions that plans are scored by, with every rule it breaks.

A score depends on the groups alone: neither on who made them nor on how. A division may break every rule; a
network that does is scored as it stands.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx

from netform import __version__
from netform.inputs.standing import Standing
from netform.map.barriers import barrier_between
from netform.map.boundaries import network_boundaries, tile_areas, with_ground
from netform.map.graph import published_edges
from netform.map.outer_edge import smooth_edge
from netform.map.territory import shared_borders
from netform.plan.model import Network, Plan
from netform.rules.breaches import Breach, breaches, plan_breaches
from netform.rules.demanded_graph import demanded_graph
from netform.rules.model import TERM_NAMES, Rules
from netform.rules.toml import rules_toml
from netform.scores import network_cost, network_terms
from netform.scores.containment import containments
from netform.scores.patient_travel import best_hub
from netform.scores.posts import minutes_per_move, shared_posts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from netform.inputs.places import Places
    from netform.map.territory import Territories
    from netform.plan.grouping import Grouping
    from netform.plan.model import Containment, Edge
    from netform.practices.model import PracticeList
    from netform.prepared import Prepared

__all__ = [
    "Score",
    "ScoredNetwork",
    "ScoredResult",
    "draw_grouping",
    "ground_graph",
    "score_grouping",
    "score_of_plan",
    "score_prepared",
    "scored_network",
]


@dataclass(frozen=True, slots=True)
class ScoredNetwork:
    """A network as it stands.

    Attributes
    ----------
    network : Network
        As in a plan; ``network_id`` is its label, ``name`` the same where it has no other, ``area`` blank when it
        lies in several, and it has no ``exception``: what it breaks is in ``breaches``.
    areas : tuple of str
        Where its practices are, in order.
    cost : float
        Weighted hours per week.
    in_band, contiguous : bool
    breaches : tuple of Breach
        Every rule it breaks.
    """

    network: Network
    areas: tuple[str, ...]
    cost: float
    in_band: bool
    contiguous: bool
    breaches: tuple[Breach, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What a division of practices costs, and what it breaks.

    Attributes
    ----------
    grouping : Grouping
    rules : Rules
    networks : tuple of ScoredNetwork
        In order of label.
    breaches : tuple of Breach
        Of the division as a whole.
    """

    grouping: Grouping
    rules: Rules
    networks: tuple[ScoredNetwork, ...]
    breaches: tuple[Breach, ...]

    @property
    def terms(self) -> dict[str, float]:
        """Unweighted hours per week of all networks, by term."""
        names = [name for name in TERM_NAMES if any(name in each.network.terms for each in self.networks)]
        return {
            name: math.fsum(each.network.terms.get(name, 0.0) for each in self.networks) for name in names
        }

    @property
    def cost(self) -> float:
        """Weighted hours per week."""
        return math.fsum(each.cost for each in self.networks)

    @property
    def patients(self) -> int:
        """Registered patients of the placed practices."""
        return sum(each.network.list_size for each in self.networks)

    @property
    def in_band(self) -> int:
        """Networks inside the band."""
        return sum(each.in_band for each in self.networks)

    @property
    def contiguous(self) -> int:
        """Networks in one piece."""
        return sum(each.contiguous for each in self.networks)

    @property
    def both(self) -> int:
        """Networks inside the band and in one piece."""
        return sum(each.in_band and each.contiguous for each in self.networks)

    @property
    def breach_counts(self) -> dict[str, int]:
        """How often each kind of rule is broken, the most often first."""
        of_networks = (breach for each in self.networks for breach in each.breaches)
        kinds = Counter(breach.kind for breach in (*of_networks, *self.breaches))
        return dict(sorted(kinds.items(), key=lambda each: (-each[1], each[0])))


@dataclass(frozen=True, slots=True)
class ScoredResult:
    """A score with all that is needed to publish it.

    Attributes
    ----------
    practices : PracticeList
    places : Places
        In the order of ``practices``.
    score : Score
    boundaries : mapping of str to geometry
        Each network's polygon or multipolygon by label, EPSG:27700 metres.
    provenance : mapping
        The list, the rules and the journeys it was scored by.
    living : mapping of str to mapping of str to float
        By practice, patients by neighbourhood; empty where nothing is known.
    neighbourhoods : mapping of str to geometry
        The ground of each neighbourhood, EPSG:27700 metres, where it is known.
    standing : Standing
        Where practices stand on the ground, where that is told beside the list.
    edges : tuple of Edge
        Who are neighbours, across the lines between areas too.
    """

    practices: PracticeList
    places: Places
    score: Score
    boundaries: Mapping[str, BaseGeometry]
    provenance: Mapping[str, Any]
    living: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    neighbourhoods: Mapping[str, BaseGeometry] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)
    edges: tuple[Edge, ...] = ()


def score_grouping(graph: nx.Graph, grouping: Grouping, rules: Rules) -> Score:
    """Score every network of a division, and list what each and all of them break.

    Parameters
    ----------
    graph : networkx.Graph
        Of all practices (`ground_graph`, or `netform.map.graph` where there is one area).
    grouping : Grouping
        Of practices of the graph.
    rules : Rules
        A network of one area is held to the rules of that area.
    """
    graph = demanded_graph(graph, rules.demands)
    held = containments(graph, grouping.networks.values())
    return Score(
        grouping=grouping,
        rules=rules,
        networks=tuple(
            scored_network(graph, label, grouping.names.get(label, label), codes, rules, containment)
            for (label, codes), containment in zip(grouping.networks.items(), held, strict=True)
        ),
        breaches=tuple(plan_breaches(graph, grouping.networks, rules)),
    )


def score_of_plan(plan: Plan, grouping: Grouping, rules: Rules) -> Score:
    """Take the score that a plan was published with, without computing it again.

    Parameters
    ----------
    plan : Plan
        Terms are as it says; contiguity is that of the graph it was published with.
    grouping : Grouping
        Its networks.
    rules : Rules
        Those beside it. Of the rules only the band and contiguity are looked at: what else a plan may break is
        for the audit, and a plan that was published has passed it.
    """
    neighbours = nx.Graph([(edge.code_a, edge.code_b) for edge in plan.edges])
    neighbours.add_nodes_from(code for each in plan.networks for code in each.practice_codes)
    scored = []
    for network in plan.networks:
        own = rules.for_area(network.area)
        terms = {name: hours for name, hours in network.terms.items() if name in TERM_NAMES}
        scored.append(
            ScoredNetwork(
                network=network,
                areas=(network.area,),
                cost=network_cost(terms, rules),
                in_band=own.least <= network.list_size <= own.most,
                contiguous=nx.is_connected(neighbours.subgraph(network.practice_codes)),
                breaches=(),
            )
        )
    return Score(grouping, rules, tuple(scored), ())


def score_prepared(prepared: Prepared, groupings: Sequence[Grouping], rules: Rules) -> list[ScoredResult]:
    """Score divisions of a prepared list, with their boundaries.

    Parameters
    ----------
    prepared : Prepared
    groupings : sequence of Grouping
        Of its practices.
    rules : Rules

    Returns
    -------
    list of ScoredResult
        In the order given.
    """
    ground = tile_areas(prepared.parts)
    graph = ground_graph(prepared, ground)
    edges = published_edges(graph)
    drawn = smooth_edge(ground) if prepared.outlined else ground
    scores = [score_grouping(graph, grouping, rules) for grouping in groupings]
    source = prepared.practices.source
    provenance = {
        "netform": __version__,
        "input": source if source == "-" else Path(source).name,
        "input_sha256": prepared.practices.sha256,
        "rules": rules.profile,
        "rules_sha256": hashlib.sha256(rules_toml(rules).encode()).hexdigest(),
        "gazetteer": prepared.places.gazetteer,
        "travel": prepared.travel.source,
        "notes": list(prepared.notes),
        **prepared.origin,
    }
    return [
        ScoredResult(
            prepared.practices,
            prepared.places,
            score,
            draw_grouping(prepared, drawn, score),
            provenance,
            prepared.neighbourhoods.living if prepared.neighbourhoods else {},
            prepared.neighbourhoods.shapes if prepared.neighbourhoods else {},
            prepared.standing,
            edges,
        )
        for score in scores
    ]


def ground_graph(prepared: Prepared, ground: Territories) -> nx.Graph:
    """Give the graph of the whole list with the neighbours across the lines between areas.

    No plan may join those, so the graph that plans are made on lacks them; but a network that does cross a line
    is in one piece when its ground is. Who borders whom there is read off the territories of all areas together; a
    border that is a barrier by the rules joins nobody there either.

    Parameters
    ----------
    prepared : Prepared
    ground : Territories
        Of the whole list (`netform.map.boundaries.tile_areas`).

    Returns
    -------
    networkx.Graph
        A copy with ``border`` and ``site`` edges; the graph itself when the list is one area.
    """
    if len(prepared.parts) < 2:
        return prepared.graph
    graph = prepared.graph.copy()
    at_site: list[list[str]] = [[] for _ in range(len(ground.sites))]
    for code, site in zip(prepared.standing.codes, ground.sites.site_of.tolist(), strict=True):
        at_site[site].append(code)
    pairs, metres = shared_borders(ground)
    for (s, t), border_m in zip(pairs.tolist(), metres.tolist(), strict=True):
        if barrier_between(prepared.graph, ground.sites, (s, at_site[s]), (t, at_site[t])):
            continue
        for a, b in product(at_site[s], at_site[t]):
            _join_across(graph, prepared, a, b, "border", border_m)
    for together in at_site:
        for a, b in combinations(together, 2):
            _join_across(graph, prepared, a, b, "site", 0.0)
    return graph


def draw_grouping(prepared: Prepared, ground: Territories, score: Score) -> dict[str, BaseGeometry]:
    """Draw the ground of every network of a division: a polygon, or several where it is in pieces.

    Parameters
    ----------
    prepared : Prepared
    ground : Territories
        Of the whole list.
    score : Score

    Returns
    -------
    dict of str to geometry
        By label, EPSG:27700 metres.
    """
    networks = [each.network for each in score.networks]
    standing, ground = with_ground(networks, prepared.standing, ground)
    return network_boundaries(networks, standing.codes, ground)


def scored_network(
    graph: nx.Graph,
    label: str,
    name: str,
    codes: tuple[str, ...],
    rules: Rules,
    containment: Containment | None,
) -> ScoredNetwork:
    """Judge one network as it stands.

    Parameters
    ----------
    graph : networkx.Graph
        As the demands make it.
    label, name : str
    codes : tuple of str
        At least one.
    rules : Rules
        Of the whole list; a network of one area is held to those of that area.
    containment : Containment or None
        Where its patients live, where that is known.
    """
    nodes, travel = graph.nodes, graph.graph["travel"]
    areas = tuple(sorted({nodes[code]["area"] for code in codes}))
    own = rules.for_area(areas[0]) if len(areas) == 1 else rules
    hub, _ = best_hub(graph, codes, own)
    terms = network_terms(graph, codes, own)
    broken = _broken(graph, codes, own)
    kinds = {breach.kind for breach in broken}
    network = Network(
        network_id=label,
        name=name,
        area=areas[0] if len(areas) == 1 else "",
        practice_codes=codes,
        list_size=sum(nodes[code]["list_size"] for code in codes),
        hub_code=hub,
        minutes_to_hub=tuple(
            travel.minutes(nodes[code]["position"], nodes[hub]["position"]) for code in codes
        ),
        terms=terms,
        posts=shared_posts(graph, codes, own),
        minutes_per_move=minutes_per_move(graph, codes),
        containment=containment,
    )
    return ScoredNetwork(
        network=network,
        areas=areas,
        cost=network_cost(terms, own),
        in_band="band" not in kinds,
        contiguous="contiguity" not in kinds,
        breaches=broken,
    )


def _broken(graph: nx.Graph, codes: tuple[str, ...], rules: Rules) -> tuple[Breach, ...]:
    """List what a network breaks; who is attached to a practice of another network has no ground, and parts none.

    A plan has such practices with their hosts. Networks of today need not: they are in one piece if the others are.
    """
    found = breaches(graph, codes, rules)
    host = dict(graph.nodes(data="attached_to"))
    others = [code for code in codes if host[code] is None or host[code] in codes]
    if len(others) == len(codes):
        return tuple(found)
    parted = [each for each in breaches(graph, others, rules) if each.kind == "contiguity"] if others else []
    return tuple(each for breach in found for each in (parted if breach.kind == "contiguity" else [breach]))


def _join_across(graph: nx.Graph, prepared: Prepared, a: str, b: str, kind: str, border_m: float) -> None:
    """Join two practices of different areas."""
    if graph.nodes[a]["area"] == graph.nodes[b]["area"]:
        return
    travel = prepared.travel
    i, j = graph.nodes[a]["position"], graph.nodes[b]["position"]
    graph.add_edge(
        a, b, kind=kind, border_m=border_m, distance_km=travel.distance_km(i, j), minutes=travel.minutes(i, j)
    )
