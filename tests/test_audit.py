"""The audit: a sound plan passes, and every kind of broken plan is refused with a message that names it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import shapely

from netform.audit import audit_boundaries, audit_plan
from netform.edges import EdgeChange
from netform.errors import AuditError
from netform.graph import graph_of_edges, published_edges
from netform.places import Places
from netform.plan import AreaResult, Edge, Network, Plan, Unplaced
from netform.practices.model import Practice, PracticeList
from netform.rules import Rules, load_profile
from netform.scores import network_cost, network_terms
from netform.travel import build_travel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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

    def audit(self, plan: Plan | None = None, **options: Any) -> None:
        """Audit a plan, by default the sound one."""
        audit_plan(plan or self.plan, self.practices, self.rules, self.graph, **options)

    def audit_boundaries(self, boundaries: Mapping[str, shapely.Geometry], plan: Plan | None = None) -> None:
        """Audit boundaries against the ground of the sound ones."""
        audit_boundaries(boundaries, plan or self.plan, self.practices, self.places, ground=self.ground)


def _list() -> PracticeList:
    return PracticeList(
        tuple(
            Practice(code, code, "LS1 4AP", size, area=area) for code, (area, _, size) in PRACTICES.items()
        ),
        sha256="ab12",
    )


def _network(graph: nx.Graph, rules: Rules, name: str) -> Network:
    codes, hub, exception = NETWORKS[name]
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
    )


@pytest.fixture(scope="module")
def sound() -> Sound:
    """Two areas, five networks, two exceptions."""
    rules, practices = load_profile(), _list()
    easting = np.array([430_000.0 + 1000 * km for _, km, _ in PRACTICES.values()])
    northing = np.array([{"N": 435_000.0, "S": 425_000.0}[area] for area, _, _ in PRACTICES.values()])
    places = Places(easting, northing, ("list",) * len(practices), np.zeros((0, 2)), "test")
    changes = [EdgeChange(a, b, kind=kind) for a, b, kind in EDGES]
    graph = graph_of_edges(practices, places, build_travel(places, rules), changes, ())
    networks = tuple(_network(graph, rules, name) for name in NETWORKS)
    areas = []
    for area in "NS":
        inside = [network for network in networks if network.area == area]
        cost = math.fsum(network_cost(network.terms, rules) for network in inside)
        count = sum(practice.area == area for practice in practices)
        areas.append(AreaResult(area, "optimal", cost, cost, count, len(inside), 9, seconds={"choose": 0.1}))
    plan = Plan(tuple(areas), networks, (), published_edges(graph), PROVENANCE)
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


def test_a_sound_plan_passes(sound: Sound) -> None:
    """Nothing is raised."""
    sound.audit()


def test_an_unplaced_practice_with_a_reason_passes(sound: Sound) -> None:
    """A7 leaves its network for the list of unplaced; the cost of its network goes with it."""
    alone = network(sound.plan, "N-04")
    cost = math.fsum(
        network_cost(each.terms, sound.rules)
        for each in sound.plan.networks
        if each.area == "N" and each != alone
    )
    plan = change(sound.plan, "N", cost=cost, bound=cost, networks=3)
    networks = tuple(each for each in plan.networks if each != alone)
    plan = dataclasses.replace(plan, networks=networks, unplaced=(Unplaced("A7", "opted out"),))
    sound.audit(plan)


def test_an_area_without_a_plan_passes(sound: Sound) -> None:
    """Its practices are unplaced with the reason; it has no cost, though there may be a bound."""
    plan = change(sound.plan, "S", status="unknown", cost=None, bound=5.0, networks=0)
    networks = tuple(each for each in plan.networks if each.area != "S")
    unplaced = tuple(Unplaced(code, "no plan was found in the time") for code in ("B1", "B2", "B3"))
    sound.audit(dataclasses.replace(plan, networks=networks, unplaced=unplaced), networks=4)


def test_an_honest_gap_passes(sound: Sound) -> None:
    """A plan that is not proven best may cost more than its bound, or have no bound."""
    sound.audit(change(sound.plan, "N", status="feasible", bound=0.0))
    sound.audit(change(sound.plan, "S", status="feasible", bound=None))


@pytest.mark.parametrize("size", [70_000, 40_000])
def test_what_was_not_planned_yet_may_stand_together(size: int) -> None:
    """An interrupted run's leftover passes whatever its patients, as long as its area is not optimal."""
    leftover = _two_practices(size, "not_planned")
    leftover.audit()
    with pytest.raises(AuditError, match="area '' is optimal but network '1' is not_planned"):
        leftover.audit(change(leftover.plan, "", status="optimal", bound=area(leftover.plan, "").cost))


def test_what_was_not_planned_yet_leaves_other_areas_optimal(sound: Sound) -> None:
    """N was cut short, S was not."""
    plan = change(sound.plan, "N", status="feasible", bound=0.0)
    sound.audit(change(plan, "N-04", exception="not_planned"))


def test_an_exception_of_several_practices_may_pass_the_band() -> None:
    """55,000 patients are one too many for the band, and too few for two networks."""
    _two_practices(55_000, "arithmetic").audit()


def _two_practices(size: int, exception: str) -> Sound:
    """Two practices in one network, with as many patients together as asked for and no area."""
    rules = load_profile()
    practices = PracticeList(tuple(Practice(code, code, "", s) for code, s in (("C1", size - 9), ("C2", 9))))
    places = Places(np.array([0.0, 1000.0]), np.zeros(2), ("list",) * 2, np.zeros((0, 2)), "test")
    graph = graph_of_edges(practices, places, build_travel(places, rules), [EdgeChange("C1", "C2")], ())
    terms = network_terms(graph, ("C1", "C2"), rules)
    minutes = (0.0, graph.graph["travel"].minutes(0, 1))
    group = Network("1", "C1", "", ("C1", "C2"), size, "C1", minutes, terms, exception, "The run ended.")
    cost = network_cost(terms, rules)
    result = AreaResult("", "feasible", cost, 0.0, 2, 1, 0)
    plan = Plan((result,), (group,), (), published_edges(graph), PROVENANCE)
    return Sound(plan, practices, places, rules, graph, {})


def _terms(name: str) -> list[Broken]:
    """A case for each term of a network, each more than a millionth off."""

    def shifted(term: str) -> Callable[[Plan], Plan]:
        def mutate(plan: Plan) -> Plan:
            terms = dict(network(plan, name).terms)
            terms[term] += 3e-6 * max(1.0, terms[term])
            return change(plan, name, terms=terms)

        return mutate

    return [
        (f"{term} is off", shifted(term), f"network '{name}': {term} says .* its definition gives")
        for term in ("patient_travel", "staff_travel", "stranded_posts", "overhead", "balance")
    ]


def _not_finite() -> list[Broken]:
    """A case for each place where a number can be NaN or infinite."""
    nan, inf = math.nan, math.inf
    return [
        ("NaN in a term", lambda p: change(p, "N-01", terms={"overhead": nan}), "terms: overhead is nan"),
        ("NaN minutes", lambda p: change(p, "N-02", minutes_to_hub=(0.0, nan)), "minutes_to_hub is nan"),
        ("NaN cost", lambda p: change(p, "S", cost=nan), "cost is nan"),
        ("infinite bound", lambda p: change(p, "S", bound=-inf, status="feasible"), "bound is -inf"),
        ("NaN seconds", lambda p: change(p, "S", seconds={"choose": nan}), "seconds: choose is nan"),
        ("NaN on an edge", lambda p: change_edge(p, 0, border_m=nan), "edge A1-A2: border_m is nan"),
        (
            "NaN in provenance",
            lambda p: dataclasses.replace(p, provenance={**PROVENANCE, "versions": [{"x": nan}]}),
            "provenance: versions: x is nan",
        ),
    ]  # fmt: skip


def _without(plan: Plan, name: str) -> Plan:
    return dataclasses.replace(plan, networks=tuple(n for n in plan.networks if n.network_id != name))


def _reverse_networks(plan: Plan) -> Plan:
    return dataclasses.replace(plan, networks=plan.networks[::-1])


def _unplaced(plan: Plan, *pairs: tuple[str, str]) -> Plan:
    return dataclasses.replace(plan, unplaced=tuple(Unplaced(code, reason) for code, reason in pairs))


def _edges(plan: Plan, *more: Edge) -> Plan:
    return dataclasses.replace(plan, edges=(*plan.edges, *more))


def _provenance(plan: Plan, **changes: Any) -> Plan:
    return dataclasses.replace(plan, provenance={**PROVENANCE, **changes})


COVERAGE: list[Broken] = [
    (
        "practice missing",
        lambda p: change(p, "N-01", practice_codes=("A1", "A2")),
        "practice A3 is in no network and not listed as unplaced",
    ),
    (
        "practice in two networks",
        lambda p: change(p, "N-02", practice_codes=("A3", "A4", "A5")),
        "practice A3 is placed 2 times: in N-01, N-02",
    ),
    (
        "practice twice in one network",
        lambda p: change(p, "N-02", practice_codes=("A4", "A4", "A5")),
        "practice A4 is placed 2 times: in N-02",
    ),
    (
        "practice invented",
        lambda p: change(p, "N-02", practice_codes=("A4", "A5", "Z9")),
        "network 'N-02' has practice Z9, which is not in the list",
    ),
    (
        "placed and unplaced",
        lambda p: _unplaced(p, ("A7", "opted out")),
        "practice A7 is both placed and unplaced",
    ),
    (
        "unplaced without a reason",
        lambda p: _unplaced(_without(p, "N-04"), ("A7", " ")),
        "practice A7 is unplaced without a reason",
    ),
    (
        "unplaced twice",
        lambda p: _unplaced(_without(p, "N-04"), ("A7", "one"), ("A7", "other")),
        "practice A7 is listed as unplaced 2 times",
    ),
    (
        "unplaced and invented",
        lambda p: _unplaced(p, ("Z9", "opted out")),
        "practice Z9 is unplaced but not in the list",
    ),
]

MEMBERS: list[Broken] = [
    (
        "network empty",
        lambda p: change(p, "N-04", practice_codes=()),
        "network 'N-04' has no practices",
    ),
    (
        "members out of order",
        lambda p: change(p, "N-02", practice_codes=("A5", "A4")),
        "network 'N-02': its practice codes are not in order",
    ),
    (
        "list size wrong",
        lambda p: change(p, "N-01", list_size=40_001),
        "network 'N-01' says 40,001 patients, its practices have 40,000",
    ),
    (
        "network crosses areas",
        lambda p: change(p, "N-04", practice_codes=("A7", "B1")),
        "network 'N-04' crosses areas: 'N', 'S'",
    ),
    (
        "wrong area",
        lambda p: change(p, "N-04", area="S"),
        "network 'N-04' says area 'S', its practices are of 'N'",
    ),
    (
        "network cut in two",
        lambda p: change(p, "N-01", practice_codes=("A1", "A3")),
        "network 'N-01' is not contiguous: A3 cannot be reached",
    ),
    (
        "network joined in the graph but not as published",
        lambda p: dataclasses.replace(p, edges=p.edges[1:]),
        "network 'N-01' is not contiguous: A2, A3 cannot be reached",
    ),
    (
        "network joined through a practice of another",
        lambda p: change(p, "N-02", practice_codes=("A3", "A5")),
        "network 'N-02' is not contiguous: A5 cannot be reached",
    ),
]

BAND: list[Broken] = [
    (
        "below the band, unnamed",
        lambda p: change(p, "N-04", exception=None),
        "network 'N-04' has 5,000 patients, outside 30,000-50,000, and names no exception",
    ),
    (
        "above the band, unnamed",
        lambda p: change(p, "N-03", exception=None),
        "network 'N-03' has 60,000 patients, outside 30,000-50,000, and names no exception",
    ),
    (
        "exception unexplained",
        lambda p: change(p, "N-04", explanation=None),
        "network 'N-04': exception 'island' has no explanation",
    ),
    (
        "exception blank",
        lambda p: change(p, "N-04", exception=" "),
        "network 'N-04': exception ' ' has no explanation",
    ),
    (
        "exception in the band",
        lambda p: change(p, "N-02", exception="island", explanation="An island."),
        "network 'N-02' names exception 'island', but 45,000 patients are in the band",
    ),
    (
        "over_max for a pair",
        lambda p: change(p, "N-03", practice_codes=("A6", "A7")),
        "network 'N-03' names over_max_single_practice but is not one practice of more than 50,000 patients",
    ),
    (
        "over_max for a small practice",
        lambda p: change(p, "N-04", exception="over_max_single_practice"),
        "network 'N-04' names over_max_single_practice but is not one practice of more than 50,000 patients",
    ),
    (
        "exception too large",
        lambda p: change(p, "N-03", practice_codes=("A6", "A7"), exception="arithmetic"),
        "network 'N-03' has 65,000 patients, over the 59,999 of any exception",
    ),
]

HUBS: list[Broken] = [
    (
        "hub not a member",
        lambda p: change(p, "N-02", hub_code="A3"),
        "network 'N-02': hub A3 is not a member",
    ),
    (
        "hub not the best",
        lambda p: change(p, "N-02", hub_code="A5", minutes_to_hub=network(p, "N-02").minutes_to_hub[::-1]),
        "network 'N-02': hub A5 is not the best, patients reach A4 sooner",
    ),
    (
        "minutes missing",
        lambda p: change(p, "N-02", minutes_to_hub=(0.0,)),
        "network 'N-02' gives 1 minutes to the hub for 2 practices",
    ),
    (
        # 5.4 + 2.92 * 2 ** 0.737 = 10.267
        "minutes wrong",
        lambda p: change(p, "N-02", minutes_to_hub=(0.0, 10.3)),
        r"network 'N-02': A5 is 10\.26\d* minutes from the hub, not 10\.3",
    ),
    *_terms("N-01"),
    (
        "term missing",
        lambda p: change(p, "N-01", terms={k: v for k, v in p.networks[0].terms.items() if k != "overhead"}),
        "network 'N-01' lacks terms or has unknown ones: overhead",
    ),
    (
        "term unknown",
        lambda p: change(p, "N-01", terms={**p.networks[0].terms, "charm": 0.0}),
        "network 'N-01' lacks terms or has unknown ones: charm",
    ),
]

AREAS: list[Broken] = [
    (
        "area cost wrong",
        lambda p: change(p, "N", cost=area(p, "N").cost * (1 + 2e-6), bound=area(p, "N").cost),
        "area 'N' says cost .*, its networks' terms sum to",
    ),
    (
        "area with networks and no cost",
        lambda p: change(p, "S", cost=None, bound=None, status="unknown"),
        "area 'S' has networks and no cost",
    ),
    (
        "area's practices wrong",
        lambda p: change(p, "N", practices=6),
        "area 'N' says 6 practices, the list has 7",
    ),
    (
        "area's networks wrong",
        lambda p: change(p, "N", networks=5),
        "area 'N' says 5 networks, the plan has 4",
    ),
    (
        "area missing",
        lambda p: dataclasses.replace(p, areas=p.areas[:1]),
        r"the areas are not those of the list, once each, in order: \['S'\]",
    ),
    (
        "area doubled",
        lambda p: dataclasses.replace(p, areas=(*p.areas, p.areas[1])),
        r"the areas are not those of the list, once each, in order: \['S'\]",
    ),
    (
        "areas out of order",
        lambda p: dataclasses.replace(p, areas=p.areas[::-1]),
        r"the areas are not those of the list, once each, in order: \['S', 'N'\]",
    ),
    (
        "bound above cost",
        lambda p: change(p, "N", bound=area(p, "N").cost * (1 + 2e-6), status="feasible"),
        "area 'N': bound .* is above cost",
    ),
    (
        "optimal with a gap",
        lambda p: change(p, "N", bound=area(p, "N").cost * (1 - 2e-6)),
        "area 'N' is optimal but its bound .* does not meet its cost",
    ),
    (
        "optimal without a bound",
        lambda p: change(p, "N", bound=None),
        "area 'N' is optimal but its bound None does not meet its cost",
    ),
    (
        "infeasible with a plan",
        lambda p: change(p, "N", status="infeasible"),
        "area 'N' is 'infeasible' with cost",
    ),
    (
        "optimal without a plan",
        lambda p: change(_without(p, "S-01"), "S", cost=None, bound=None, networks=0),
        "area 'S' is 'optimal' with cost None",
    ),
    (
        "optimal with a bound and no plan",
        lambda p: change(_without(p, "S-01"), "S", cost=None, networks=0),
        "area 'S' is 'optimal' with cost None",
    ),
    (
        "status unknown to the contract",
        lambda p: change(p, "N", status="best"),
        "area 'N' has unknown status 'best'",
    ),
]

IDENTIFIERS: list[Broken] = [
    (
        "duplicate ids",
        lambda p: change(p, "N-02", network_id="N-01"),
        "network_id 'N-01' is given 2 times, or differs in case alone",
    ),
    (
        "ids that differ in case alone",
        lambda p: change(p, "N-02", network_id="n-01"),
        "network_id 'N-01' is given 2 times, or differs in case alone",
    ),
    (
        "networks out of order",
        _reverse_networks,
        "the networks are not in order of network_id",
    ),
    *(
        (
            f"id {name!r}",
            lambda p, name=name: change(p, "N-01", network_id=name),
            "network_id .* cannot name a file",
        )
        for name in (
            "",
            "../x",
            "a/b",
            "a\\b",
            "con",
            "NUL.01",
            ".N",
            "N.",
            "N ",
            "N\x1b[31m",
            "N?",
            "é" * 101,
        )
    ),
]

GRAPH: list[Broken] = [
    (
        "edge invented",
        lambda p: _edges(p, Edge("A1", "A3", "border", 12.0)),
        "edge A1-A3 is published but not in the graph",
    ),
    (
        "edge left out",
        lambda p: dataclasses.replace(p, edges=p.edges[1:]),
        "edge A1-A2 is in the graph but not published",
    ),
    (
        "edge to a practice invented",
        lambda p: _edges(p, Edge("A1", "Z9", "border", 1.0)),
        "edge A1-Z9 joins a practice that is not in the list",
    ),
    (
        "edge from a practice invented",
        lambda p: _edges(p, Edge("A0", "A1", "border", 1.0)),
        "edge A0-A1 joins a practice that is not in the list",
    ),
    (
        "edge from a practice to itself",
        lambda p: _edges(p, Edge("A1", "A1", "site", 0.0)),
        "edge A1-A1 joins a practice to itself",
    ),
    (
        "edge doubled",
        lambda p: _edges(p, p.edges[0]),
        "edge A1-A2 is published more than once",
    ),
    (
        "edge doubled the other way round",
        lambda p: _edges(p, dataclasses.replace(p.edges[0], code_a="A2", code_b="A1")),
        "edge A2-A1 is published more than once",
    ),
    (
        "edge's codes out of order",
        lambda p: change_edge(p, 0, code_a="A2", code_b="A1"),
        "edge A2-A1: its codes are not in order",
    ),
    (
        "edge between areas",
        lambda p: _edges(p, Edge("A7", "B1", "bridge", 1.0)),
        "edge A7-B1 joins areas 'N' and 'S'",
    ),
    (
        "edge of unknown kind",
        lambda p: change_edge(p, 0, kind="ferry"),
        "edge A1-A2 is of unknown kind 'ferry'",
    ),
    (
        "edge of another kind",
        lambda p: change_edge(p, 0, kind="bridge"),
        "edge A1-A2: kind says 'bridge', the graph has 'border'",
    ),
    (
        "edge's minutes wrong",
        lambda p: change_edge(p, 0, minutes=1.0),
        r"edge A1-A2: minutes says 1\.0, the graph has",
    ),
    (
        "edge's border wrong",
        lambda p: change_edge(p, 0, border_m=7.0),
        r"edge A1-A2: border_m says 7\.0, the graph has",
    ),
    (
        "edge's distance wrong",
        lambda p: change_edge(p, 0, distance_km=7.0),
        r"edge A1-A2: distance_km says 7\.0, the graph has",
    ),
    *(
        (
            f"provenance without {key}",
            lambda p, key=key: dataclasses.replace(
                p, provenance={name: value for name, value in PROVENANCE.items() if name != key}
            ),
            f"the provenance lacks '{key}'",
        )
        for key in PROVENANCE
    ),
    (
        "provenance of another list",
        lambda p: _provenance(p, input_sha256="ffff"),
        "the provenance says input_sha256 'ffff', the list has 'ab12'",
    ),
]

BROKEN = [*COVERAGE, *MEMBERS, *BAND, *HUBS, *AREAS, *IDENTIFIERS, *GRAPH, *_not_finite()]


@pytest.mark.parametrize(
    ("mutate", "message"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_a_broken_plan_is_refused(sound: Sound, mutate: Callable[[Plan], Plan], message: str) -> None:
    """One thing is wrong, and the message says which, in which network, practice, edge or area."""
    with pytest.raises(AuditError, match=message):
        sound.audit(mutate(sound.plan))


def test_a_wrong_number_of_networks_is_refused(sound: Sound) -> None:
    """Every area has the number asked for, or the area is named."""
    with pytest.raises(AuditError, match="area 'S' has 1 networks and 4 were asked for"):
        sound.audit(networks=4)


def test_strict_refuses_exceptions(sound: Sound) -> None:
    """Both exceptions are named."""
    with pytest.raises(AuditError) as caught:
        sound.audit(strict=True)
    assert "network 'N-03' is an exception (over_max_single_practice) under strict rules" in str(caught.value)
    assert "network 'N-04' is an exception (island) under strict rules" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("list_size", 1), ("weighted_list_size", 1.0), ("position", 5), ("area", "S")],
)
def test_a_graph_of_another_list_is_refused(sound: Sound, name: str, value: object) -> None:
    """The terms are computed on the graph, so what it says of a practice must be the list's."""
    graph = sound.graph.copy()
    graph.nodes["A2"][name] = value
    with pytest.raises(AuditError, match=f"practice A2: {name} is {value!r} in the graph and .* in the list"):
        dataclasses.replace(sound, graph=graph).audit()


def test_a_graph_of_other_practices_is_refused(sound: Sound) -> None:
    """A practice is missing from the graph and another is not in the list; the audit itself does not fail."""
    graph = nx.relabel_nodes(sound.graph, {"A2": "Z9"})
    for plan in (sound.plan, change(sound.plan, "N-01", practice_codes=("A1", "A3", "Z9"))):
        with pytest.raises(AuditError) as caught:
            dataclasses.replace(sound, graph=graph).audit(plan)
        assert "practice A2 is not in the graph" in str(caught.value)
        assert "the graph has practice Z9, which is not in the list" in str(caught.value)


def test_weights_enter_the_cost(sound: Sound) -> None:
    """The same plan under other weights costs something else."""
    heavier = dataclasses.replace(sound, rules=sound.rules.with_weights({"overhead": 2.0}))
    with pytest.raises(AuditError, match=r"area 'S' says cost .*, its networks' terms sum to"):
        heavier.audit()


def test_every_fault_is_told_up_to_the_first_fifty(sound: Sound) -> None:
    """Seven practices of N and three of S, each left out: ten faults of that kind among the rest."""
    with pytest.raises(AuditError) as caught:
        sound.audit(dataclasses.replace(sound.plan, networks=()))
    assert str(caught.value).count("is in no network and not listed as unplaced") == 10
    unplaced = tuple(Unplaced(f"Z{number:02}", "invented") for number in range(60))
    with pytest.raises(AuditError) as caught:
        sound.audit(dataclasses.replace(sound.plan, unplaced=unplaced))
    lines = str(caught.value).splitlines()
    assert "(60 faults)" in lines[0]
    assert len(lines) == 52
    assert lines[-1] == "- and 10 more"


def test_boundaries_that_tile_pass(sound: Sound) -> None:
    """Boxes side by side, each round its practices; also where the ground is not known."""
    sound.audit_boundaries(sound.boundaries)
    audit_boundaries(sound.boundaries, sound.plan, sound.practices, sound.places, ground=None)


def test_unplaced_practices_leave_a_gap(sound: Sound) -> None:
    """The ground of A7 is nobody's when it is unplaced; what lies beyond the whole ground is refused."""
    plan = _unplaced(_without(sound.plan, "N-04"), ("A7", "opted out"))
    boundaries = {name: box for name, box in sound.boundaries.items() if name != "N-04"}
    sound.audit_boundaries(boundaries, plan)
    boundaries["N-03"] = boundaries["N-03"].union(shapely.box(439_000, 440_000, 441_000, 441_000))
    with pytest.raises(AuditError, match="the boundaries reach beyond the ground by 2,000,000 m2"):
        sound.audit_boundaries(boundaries, plan)


def _box(left: float, right: float) -> shapely.Geometry:
    return shapely.box(left, 430_000, right, 440_000)


BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
BROKEN_BOUNDARIES: list[tuple[str, dict[str, shapely.Geometry | None], str]] = [
    ("missing", {"N-02": None}, "network 'N-02' has no boundary"),
    ("invented", {"X-01": _box(500_000, 500_001)}, "there is a boundary for 'X-01', which is no network"),
    ("empty", {"N-02": shapely.Polygon()}, "the boundary of network 'N-02' is empty"),
    ("invalid", {"N-02": BOW_TIE}, "the boundary of network 'N-02' is not valid: Self-intersection"),
    ("a line", {"N-02": shapely.LineString([(0, 0), (1, 1)])}, "'N-02' is a LineString, not a polygon"),
    (
        # A strip of 0.1 m by 10 km beyond the border at 434,500.
        "overlap",
        {"N-01": _box(429_000, 434_500.1)},
        "the boundaries of 'N-01' and 'N-02' overlap by 1e\\+03 m2",
    ),
    (
        # The ground is 140 + 140 km2, so 280 m2 may be missing; this is 1,000.
        "gap",
        {"N-01": _box(429_000, 434_499.9)},
        "the boundaries leave 1,000 m2 of the ground to no network",
    ),
    (
        "beyond the ground",
        {"N-01": _box(428_999.9, 434_500)},
        "the boundaries reach beyond the ground by 1,000 m2",
    ),
    (
        # A4 is at 436,000, 1.5 km beyond the border; 1.6 m beyond would do.
        "swapped",
        {"N-01": _box(434_500, 439_000), "N-02": _box(429_000, 434_500)},
        "practice A4 lies 1,500 m outside the boundary of its network 'N-02'",
    ),
    (
        # A7 stands at 442,000.
        "practice just outside",
        {"N-03": _box(439_000, 442_001.6), "N-04": _box(442_001.6, 443_000)},
        "practice A7 lies 2 m outside the boundary of its network 'N-04'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [each[1:] for each in BROKEN_BOUNDARIES],
    ids=[each[0] for each in BROKEN_BOUNDARIES],
)
def test_broken_boundaries_are_refused(
    sound: Sound, changes: Mapping[str, shapely.Geometry | None], message: str
) -> None:
    """One polygon is wrong, and the message says which."""
    changed = {**sound.boundaries, **changes}
    boundaries = {name: each for name, each in changed.items() if each is not None}
    with pytest.raises(AuditError, match=message):
        sound.audit_boundaries(boundaries)


def test_a_practice_at_the_corner_of_its_ground_passes(sound: Sound) -> None:
    """Practices of one site round to the same metre, so 1.4 m outside is no fault."""
    sound.audit_boundaries(
        {**sound.boundaries, "N-03": _box(439_000, 442_001.4), "N-04": _box(442_001.4, 443_000)}
    )


def test_no_networks_have_no_boundaries(sound: Sound) -> None:
    """An empty plan has nothing to draw and nothing to refuse."""
    plan = dataclasses.replace(sound.plan, networks=(), unplaced=(Unplaced("A1", "no plan"),))
    sound.audit_boundaries({}, plan)
