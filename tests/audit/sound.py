"""A sound plan small enough to check by hand, and ways to spoil it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from netform.audit import audit_boundaries, audit_plan
from netform.inputs.edges import EdgeChange
from netform.inputs.places import Places
from netform.inputs.travel import build_travel
from netform.map.graph import graph_of_edges, published_edges
from netform.plan.model import AreaResult, Network, Plan, Unplaced
from netform.practices.model import Practice, PracticeList
from netform.rules.demanded_graph import demanded_graph
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.scores import network_cost, network_terms
from netform.scores.posts import minutes_per_move, shared_posts

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules

# What it is, what is done to the sound plan, and what the message says.
Broken = tuple[str, Callable[[Plan], Plan], str]

# Two areas on a map: N along the upper road, S along the lower. Kilometres east, patients:
#   N   A1 0, 20,000   A2 2, 12,000   A3 3, 8,000 | A4 6, 30,000   A5 8, 15,000 | A6 10, 60,000 | A7 12, 5,000
#   S   B1 0, 25,000   B2 2, 10,000   B3 2, 5,000 (B2 and B3 are one site)
# A6 is over the band of 30,000-50,000 by itself, and cuts A7 off from the rest.
PRACTICES = {
    "A1": ("N", 0, 20_000),
    "A2": ("N", 2, 12_000),
    "A3": ("N", 3, 8_000),
    "A4": ("N", 6, 30_000),
    "A5": ("N", 8, 15_000),
    "A6": ("N", 10, 60_000),
    "A7": ("N", 12, 5_000),
    "B1": ("S", 0, 25_000),
    "B2": ("S", 2, 10_000),
    "B3": ("S", 2, 5_000),
}
EDGES = [
    ("A1", "A2", "border"),
    ("A2", "A3", "border"),
    ("A3", "A4", "border"),
    ("A4", "A5", "bridge"),
    ("A5", "A6", "border"),
    ("A6", "A7", "border"),
    ("B1", "B2", "border"),
    ("B1", "B3", "border"),
    ("B2", "B3", "site"),
]
# The hub of the first: A1 leaves 12,000 patients 2 km and 8,000 3 km off, A2 20,000 2 km and 8,000 1 km.
NETWORKS = {
    "N-01": (("A1", "A2", "A3"), "A1", None),
    "N-02": (("A4", "A5"), "A4", None),
    "N-03": (("A6",), "A6", "over_max_single_practice"),
    "N-04": (("A7",), "A7", "island"),
    "S-01": (("B1", "B2", "B3"), "B1", None),
}
PROVENANCE = {
    "netform": "0.1.0",
    "input_sha256": "ab12",
    "rules_sha256": "cd34",
    "gazetteer": "test",
    "travel": "estimate",
    "seed": 0,
    "workers": 1,
    "versions": {"numpy": "2"},
}


@dataclass(frozen=True)
class Sound:
    """A sound plan with all that it is audited against."""

    plan: Plan
    practices: PracticeList
    places: Places
    rules: Rules
    graph: nx.Graph
    boundaries: Mapping[str, shapely.Geometry]

    @property
    def ground(self) -> shapely.Geometry:
        """The boxes of both areas."""
        return shapely.union_all(list(self.boundaries.values()))

    def demanding(self, **demands: Any) -> Sound:
        """The same plan, held to some demands."""
        return dataclasses.replace(self, rules=dataclasses.replace(self.rules, demands=Demands(**demands)))

    def audit(self, plan: Plan | None = None, **options: Any) -> None:
        """Audit a plan, by default the sound one."""
        audit_plan(plan or self.plan, self.practices, self.rules, self.graph, **options)

    def audit_boundaries(
        self, boundaries: Mapping[str, shapely.Geometry], plan: Plan | None = None, **options: Any
    ) -> None:
        """Audit boundaries against the ground of the sound ones."""
        audit_boundaries(
            boundaries, plan or self.plan, self.practices, self.places, ground=self.ground, **options
        )


def _list() -> PracticeList:
    return PracticeList(
        tuple(
            Practice(code, code, "LS1 4AP", size, area=area) for code, (area, _, size) in PRACTICES.items()
        ),
        sha256="ab12",
    )


def _network(
    graph: nx.Graph, rules: Rules, name: str, codes: tuple[str, ...], hub: str, exception: str | None
) -> Network:
    position = {code: graph.nodes[code]["position"] for code in codes}
    minutes = tuple(graph.graph["travel"].minutes(position[code], position[hub]) for code in codes)
    return Network(
        network_id=name,
        name=hub,
        area=name[0],
        practice_codes=codes,
        list_size=sum(PRACTICES[code][2] for code in codes),
        hub_code=hub,
        minutes_to_hub=minutes,
        terms=network_terms(graph, codes, rules),
        exception=exception,
        explanation=exception and "No other way.",
        posts=shared_posts(graph, codes, rules),
        minutes_per_move=minutes_per_move(graph, codes),
    )


def sound_plan(
    networks_of: Mapping[str, tuple[tuple[str, ...], str, str | None]], demands: Demands, *left_out: str
) -> Sound:
    """Make the plan of some networks, each with its members, hub and exception, that keeps some demands."""
    rules, practices = dataclasses.replace(load_profile(), demands=demands), _list()
    easting = np.array([430_000.0 + 1000 * km for _, km, _ in PRACTICES.values()])
    northing = np.array([{"N": 435_000.0, "S": 425_000.0}[area] for area, _, _ in PRACTICES.values()])
    places = Places(easting, northing, ("list",) * len(practices), np.zeros((0, 2)), "test")
    changes = [EdgeChange(a, b, kind=kind) for a, b, kind in EDGES]
    graph = graph_of_edges(practices, places, build_travel(places, rules), changes, ())
    graph = demanded_graph(graph, demands)
    networks = tuple(_network(graph, rules, name, *each) for name, each in networks_of.items())
    areas = []
    for area in "NS":
        inside = [network for network in networks if network.area == area]
        cost = math.fsum(network_cost(network.terms, rules) for network in inside)
        count = sum(practice.area == area for practice in practices)
        areas.append(AreaResult(area, "optimal", cost, cost, count, len(inside), 9, seconds={"choose": 0.1}))
    unplaced = tuple(Unplaced(code, "It opted out.") for code in left_out)
    plan = Plan(tuple(areas), networks, unplaced, published_edges(graph), PROVENANCE)
    # Boxes that end half way between the practices of neighbouring networks.
    boundaries = {
        name: shapely.box(430_000 + 1000 * left, bottom, 430_000 + 1000 * right, bottom + 10_000)
        for name, left, right, bottom in [
            ("N-01", -1, 4.5, 430_000),
            ("N-02", 4.5, 9, 430_000),
            ("N-03", 9, 11, 430_000),
            ("N-04", 11, 13, 430_000),
            ("S-01", -1, 13, 420_000),
        ]
    }
    return Sound(plan, practices, places, rules, graph, boundaries)


def two_practices(size: int, exception: str) -> Sound:
    """Two practices in one network, with as many patients together as asked for and no area."""
    rules = load_profile()
    practices = PracticeList(
        tuple(Practice(code, code, "", s) for code, s in (("C1", size - size // 2), ("C2", size // 2)))
    )
    places = Places(np.array([0.0, 1000.0]), np.zeros(2), ("list",) * 2, np.zeros((0, 2)), "test")
    graph = graph_of_edges(practices, places, build_travel(places, rules), [EdgeChange("C1", "C2")], ())
    terms = network_terms(graph, ("C1", "C2"), rules)
    minutes = (0.0, graph.graph["travel"].minutes(0, 1))
    group = Network(
        "1", "C1", "", ("C1", "C2"), size, "C1", minutes, terms, exception, "The run ended.",
        shared_posts(graph, ("C1", "C2"), rules), minutes_per_move(graph, ("C1", "C2")),
    )  # fmt: skip
    cost = network_cost(terms, rules)
    result = AreaResult("", "feasible", cost, 0.0, 2, 1, 0)
    plan = Plan((result,), (group,), (), published_edges(graph), PROVENANCE)
    return Sound(plan, practices, places, rules, graph, {})


def change(plan: Plan, name: str, **changes: Any) -> Plan:
    """The plan with fields of one network, or of one area, changed."""
    if name in NETWORKS:
        networks = [
            dataclasses.replace(each, **changes) if each.network_id == name else each
            for each in plan.networks
        ]
        return dataclasses.replace(plan, networks=tuple(networks))
    areas = [dataclasses.replace(each, **changes) if each.area == name else each for each in plan.areas]
    return dataclasses.replace(plan, areas=tuple(areas))


def network(plan: Plan, name: str) -> Network:
    """One network of the plan."""
    return next(each for each in plan.networks if each.network_id == name)


def area(plan: Plan, name: str) -> AreaResult:
    """One area of the plan."""
    return next(each for each in plan.areas if each.area == name)


def change_edge(plan: Plan, position: int, **changes: Any) -> Plan:
    """The plan with fields of one published edge changed."""
    edges = list(plan.edges)
    edges[position] = dataclasses.replace(edges[position], **changes)
    return dataclasses.replace(plan, edges=tuple(edges))


def without(plan: Plan, name: str) -> Plan:
    """The plan without one network."""
    return dataclasses.replace(plan, networks=tuple(n for n in plan.networks if n.network_id != name))


def unplaced(plan: Plan, *pairs: tuple[str, str]) -> Plan:
    """The plan with practices listed as unplaced, each with a reason."""
    return dataclasses.replace(plan, unplaced=tuple(Unplaced(code, reason) for code, reason in pairs))
