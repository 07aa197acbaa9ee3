"""The audit: an independent check that every plan passes before anything is written.

Nothing here is shared with the solver. Plain sums and a plain search, from the practice list itself, check
what they can; only the terms are taken from `netform.scores`, by their definitions and not by the kernels
that the solver used. A fault is a defect of netform, never of the user; it names the network or practice.

The module is long because it is a list of checks, each short and on its own.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from netform.errors import AuditError
from netform.plan import PROVEN_GAP, AreaResult, Edge, Network, Plan

if TYPE_CHECKING:
    import networkx as nx
    from shapely.geometry.base import BaseGeometry

    from netform.places import Places
    from netform.practices.model import Practice, PracticeList
    from netform.rules import Rules

__all__ = ["audit_boundaries", "audit_plan"]

# How far a published number may be from the one computed again: a share of it, or hours, minutes, metres.
TOLERANCE = 1e-6

MOST_REPORTED = 50

STATUSES = ("optimal", "feasible", "infeasible", "unknown")
EDGE_KINDS = ("border", "site", "bridge")
PROVENANCE = ("netform", "input_sha256", "rules_sha256", "gazetteer", "travel", "seed", "workers", "versions")

# A practice whose own list is over the band.
OVERSIZE = "over_max_single_practice"
# Practices that an interrupted run had not come to: they stand together, whatever their patients.
INTERIM = "not_planned"

# Polygons may overlap by this share of their area: 130 m2 in England, what rounded corners add up to.
OVERLAP_SHARE = 1e-9
# They may miss the ground, or reach beyond it, by this share of its area.
GROUND_SHARE = 1e-6
# Practices are at one site when they round to the same metre, so a practice may be this far from its ground.
PRACTICE_M = 1.5

# What some file system refuses in a name, and the names Windows keeps for devices.
_UNSAFE = re.compile(
    r'[\x00-\x1f\x7f<>:"/\\|?*]|^[ .]|[ .]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)', re.IGNORECASE
)
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class _Case:
    """A plan with what it is held against; practices by code."""

    plan: Plan
    practices: Mapping[str, Practice]
    sha256: str
    rules: Rules
    graph: nx.Graph
    networks: int | None
    strict: bool

    def patients(self, network: Network) -> int:
        """Sum the patients of a network by the list; an invented practice has none."""
        return sum(
            self.practices[code].list_size for code in network.practice_codes if code in self.practices
        )

    def measurable(self) -> Iterator[Network]:
        """Pass over networks with unknown practices: their travel and terms cannot be computed."""
        for network in self.plan.networks:
            codes = network.practice_codes
            if codes and all(code in self.practices and code in self.graph for code in codes):
                yield network

    def minutes(self, code: str, hub: str) -> float:
        """Look up the minutes one way by car between two practices."""
        nodes = self.graph.nodes
        return float(self.graph.graph["travel"].minutes(nodes[code]["position"], nodes[hub]["position"]))


_Check = Callable[[_Case], Iterator[str]]


def audit_plan(
    plan: Plan,
    practices: PracticeList,
    rules: Rules,
    graph: nx.Graph,
    *,
    networks: int | None = None,
    strict: bool = False,
) -> None:
    """Refuse a plan that is not what it says.

    Parameters
    ----------
    plan : Plan
    practices : PracticeList
        The list that was planned.
    rules : Rules
        The rules that it was planned by.
    graph : networkx.Graph
        Of the whole list (`netform.graph`).
    networks : int, optional
        The number of networks asked for in each area.
    strict : bool
        Whether exceptions were forbidden.

    Raises
    ------
    AuditError
        With every fault found, one a line, up to the first 50.
    """
    by_code = {practice.code: practice for practice in practices}
    case = _Case(plan, by_code, practices.sha256, rules, graph, networks, strict)
    _refuse("plan", [fault for check in _CHECKS for fault in check(case)])


def audit_boundaries(
    boundaries: Mapping[str, BaseGeometry],
    plan: Plan,
    practices: PracticeList,
    places: Places,
    *,
    ground: BaseGeometry | None,
) -> None:
    """Refuse boundaries that do not tile the ground, or leave a practice outside its network.

    Parameters
    ----------
    boundaries : mapping of str to geometry
        By ``network_id``, metres (EPSG:27700).
    plan : Plan
    practices : PracticeList
    places : Places
        In the order of ``practices``.
    ground : geometry or None
        What the networks cover together when every practice is in one; None when it is not known.

    Raises
    ------
    AuditError
        With every fault found, one a line, up to the first 50.
    """
    faults = list(_names_of_boundaries(boundaries, plan))
    sound = {}
    for name, boundary in boundaries.items():
        unsound = _unsound(boundary)
        if unsound:
            faults.append(f"the boundary of network {name!r} {unsound}")
        else:
            sound[name] = boundary
    faults += _tiling(sound, None if faults else ground, placed=not plan.unplaced)
    faults += _outside(sound, plan, practices, places)
    _refuse("boundaries", faults)


def _refuse(what: str, faults: Sequence[str]) -> None:
    if not faults:
        return
    lines = [f"- {fault}" for fault in faults[:MOST_REPORTED]]
    if len(faults) > MOST_REPORTED:
        lines.append(f"- and {len(faults) - MOST_REPORTED:,} more")
    count = f"{len(faults):,} fault{'s' * (len(faults) != 1)}"
    raise AuditError(f"the audit refused the {what}, so nothing is written ({count}):\n" + "\n".join(lines))


def _close(said: float, found: float) -> bool:
    """Compare two numbers; nothing agrees with NaN."""
    return abs(said - found) <= TOLERANCE * max(1.0, abs(found))


def _finite(case: _Case) -> Iterator[str]:
    """Check that no number is NaN or infinite."""
    for network in case.plan.networks:
        yield from _not_finite(network, f"network {network.network_id!r}")
    for area in case.plan.areas:
        yield from _not_finite(area, f"area {area.area!r}")
    for edge in case.plan.edges:
        yield from _not_finite(edge, f"edge {edge.code_a}-{edge.code_b}")
    yield from _not_finite(case.plan.provenance, "provenance")


def _not_finite(value: Any, where: str) -> Iterator[str]:
    if isinstance(value, float):
        if not math.isfinite(value):
            yield f"{where} is {value}"
    elif is_dataclass(value):
        for field in fields(value):
            yield from _not_finite(getattr(value, field.name), f"{where}: {field.name}")
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _not_finite(each, f"{where}: {key}")
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _not_finite(each, where)


def _identifiers(case: _Case) -> Iterator[str]:
    """Check that identifiers are distinct, in order and fit to name a file."""
    names = [network.network_id for network in case.plan.networks]
    if names != sorted(names):
        yield "the networks are not in order of network_id"
    twins: dict[str, list[str]] = {}
    for name in names:
        twins.setdefault(unicodedata.normalize("NFC", name).casefold(), []).append(name)
        if not name or len(name.encode()) > _LONGEST_ID or _UNSAFE.search(name):
            yield f"network_id {name!r} cannot name a file"
    for alike in twins.values():
        if len(alike) > 1:
            yield f"network_id {alike[0]!r} is given {len(alike)} times, or differs in case alone"


def _coverage(case: _Case) -> Iterator[str]:
    """Check that every practice is in one network, or unplaced with a reason, and none is invented."""
    placed = Counter(code for network in case.plan.networks for code in network.practice_codes)
    unplaced = Counter(each.practice_code for each in case.plan.unplaced)
    for code in case.practices:
        if placed[code] > 1:
            where = [each.network_id for each in case.plan.networks if code in each.practice_codes]
            yield f"practice {code} is placed {placed[code]} times: in {', '.join(where)}"
        if placed[code] and unplaced[code]:
            yield f"practice {code} is both placed and unplaced"
        if not placed[code] and not unplaced[code]:
            yield f"practice {code} is in no network and not listed as unplaced"
        if unplaced[code] > 1:
            yield f"practice {code} is listed as unplaced {unplaced[code]} times"
    for network in case.plan.networks:
        for code in network.practice_codes:
            if code not in case.practices:
                yield f"network {network.network_id!r} has practice {code}, which is not in the list"
    for each in case.plan.unplaced:
        if each.practice_code not in case.practices:
            yield f"practice {each.practice_code} is unplaced but not in the list"
        if not each.reason.strip():
            yield f"practice {each.practice_code} is unplaced without a reason"


def _members(case: _Case) -> Iterator[str]:
    """Check that members are in order, that their lists sum, and that they are of the network's area."""
    for network in case.plan.networks:
        name, codes = f"network {network.network_id!r}", network.practice_codes
        if not codes:
            yield f"{name} has no practices"
        if list(codes) != sorted(codes):
            yield f"{name}: its practice codes are not in order"
        if network.list_size != case.patients(network):
            yield f"{name} says {network.list_size:,} patients, its practices have {case.patients(network):,}"
        areas = {case.practices[code].area for code in codes if code in case.practices}
        if len(areas) > 1:
            yield f"{name} crosses areas: {', '.join(sorted(map(repr, areas)))}"
        elif areas and areas != {network.area}:
            yield f"{name} says area {network.area!r}, its practices are of {areas.pop()!r}"


def _edges(case: _Case) -> Iterator[str]:
    """Check that published edges join two practices of one area, once, and are of a known kind."""
    seen = set()
    for edge in case.plan.edges:
        name = f"edge {edge.code_a}-{edge.code_b}"
        one, other = case.practices.get(edge.code_a), case.practices.get(edge.code_b)
        if one is None or other is None:
            yield f"{name} joins a practice that is not in the list"
        elif one.area != other.area:
            yield f"{name} joins areas {one.area!r} and {other.area!r}"
        if edge.code_a == edge.code_b:
            yield f"{name} joins a practice to itself"
        elif edge.code_a > edge.code_b:
            yield f"{name}: its codes are not in order"
        if edge.kind not in EDGE_KINDS:
            yield f"{name} is of unknown kind {edge.kind!r}"
        pair = frozenset((edge.code_a, edge.code_b))
        if pair in seen:
            yield f"{name} is published more than once"
        seen.add(pair)


def _edges_of_graph(case: _Case) -> Iterator[str]:
    """Check that the published edges are the graph's, with the same numbers."""
    published = {frozenset((edge.code_a, edge.code_b)): edge for edge in case.plan.edges}
    real = {frozenset((a, b)): data for a, b, data in case.graph.edges(data=True)}
    for pair, edge in published.items():
        name = f"edge {edge.code_a}-{edge.code_b}"
        if pair not in real:
            yield f"{name} is published but not in the graph"
        else:
            yield from (f"{name}: {each}" for each in _differences(edge, real[pair]))
    for pair in real:
        if pair not in published:
            yield f"edge {'-'.join(sorted(pair))} is in the graph but not published"


def _differences(edge: Edge, data: Mapping[str, Any]) -> Iterator[str]:
    if edge.kind != data["kind"]:
        yield f"kind says {edge.kind!r}, the graph has {data['kind']!r}"
    for name in ("minutes", "border_m", "distance_km"):
        if not _close(getattr(edge, name), data[name]):
            yield f"{name} says {getattr(edge, name)}, the graph has {data[name]}"


def _graph(case: _Case) -> Iterator[str]:
    """Check that the graph is of the practices of the list, for the terms are computed on it."""
    for code in case.graph:
        if code not in case.practices:
            yield f"the graph has practice {code}, which is not in the list"
    for position, (code, practice) in enumerate(case.practices.items()):
        if code not in case.graph:
            yield f"practice {code} is not in the graph"
            continue
        weighted = practice.weighted_list_size
        expected = {
            "position": position,
            "list_size": practice.list_size,
            "weighted_list_size": practice.list_size if weighted is None else weighted,
            "area": practice.area,
        }
        for name, value in expected.items():
            found = case.graph.nodes[code][name]
            if found != value:
                yield f"practice {code}: {name} is {found!r} in the graph and {value!r} in the list"


def _contiguity(case: _Case) -> Iterator[str]:
    """Check that every network is connected in the published edges, by a search of its own."""
    beside: dict[str, set[str]] = {}
    for edge in case.plan.edges:
        beside.setdefault(edge.code_a, set()).add(edge.code_b)
        beside.setdefault(edge.code_b, set()).add(edge.code_a)
    for network in case.plan.networks:
        members = set(network.practice_codes)
        reached: set[str] = set()
        ahead = list(network.practice_codes[:1])
        while ahead:
            code = ahead.pop()
            if code not in reached:
                reached.add(code)
                ahead += beside.get(code, set()) & members
        if reached != members:
            apart = ", ".join(sorted(members - reached)[:3])
            yield f"network {network.network_id!r} is not contiguous: {apart} cannot be reached"


def _band(case: _Case) -> Iterator[str]:
    """Check that every network is in the band or a named exception with an explanation."""
    least, most = case.rules.least, case.rules.most
    for network in case.plan.networks:
        name, patients = f"network {network.network_id!r}", case.patients(network)
        inside = least <= patients <= most
        if network.exception is None:
            if not inside:
                yield f"{name} has {patients:,} patients, outside {least:,}-{most:,}, and names no exception"
            continue
        if case.strict:
            yield f"{name} is an exception ({network.exception}) under strict rules"
        if not network.exception.strip() or not (network.explanation or "").strip():
            yield f"{name}: exception {network.exception!r} has no explanation"
        if network.exception == INTERIM:
            continue
        alone = len(network.practice_codes) == 1
        if inside:
            yield f"{name} names exception {network.exception!r}, but {patients:,} patients are in the band"
        if network.exception == OVERSIZE and not (alone and patients > most):
            yield f"{name} names {OVERSIZE} but is not one practice of more than {most:,} patients"
        if not alone and patients > case.rules.exception_most:
            yield f"{name} has {patients:,} patients, over the {case.rules.exception_most:,} of any exception"


def _number(case: _Case) -> Iterator[str]:
    """Check that every planned area has the number of networks asked for."""
    if case.networks is None:
        return
    for area in case.plan.areas:
        found = sum(network.area == area.area for network in case.plan.networks)
        if area.cost is not None and found != case.networks:
            yield f"area {area.area!r} has {found} networks and {case.networks} were asked for"


def _hubs(case: _Case) -> Iterator[str]:
    """Check that patients reach no other member sooner than the hub, and the minutes to it."""
    for network in case.measurable():
        name, codes, hub = f"network {network.network_id!r}", network.practice_codes, network.hub_code
        if hub not in codes:
            yield f"{name}: hub {hub} is not a member"
            continue
        patient_minutes = {
            each: math.fsum(case.practices[code].list_size * case.minutes(code, each) for code in codes)
            for each in codes
        }
        best = min(codes, key=patient_minutes.__getitem__)
        if not patient_minutes[hub] <= patient_minutes[best] + TOLERANCE * max(1.0, patient_minutes[best]):
            yield f"{name}: hub {hub} is not the best, patients reach {best} sooner"
        if len(network.minutes_to_hub) != len(codes):
            yield f"{name} gives {len(network.minutes_to_hub)} minutes to the hub for {len(codes)} practices"
            continue
        for code, said in zip(codes, network.minutes_to_hub, strict=True):
            if not _close(said, case.minutes(code, hub)):
                yield f"{name}: {code} is {case.minutes(code, hub):.6g} minutes from the hub, not {said:.6g}"


def _terms(case: _Case) -> Iterator[str]:
    """Check that every term is what its definition gives."""
    from netform.scores import network_terms  # noqa: PLC0415 - brings numba with it

    for network in case.measurable():
        found = network_terms(case.graph, network.practice_codes, case.rules)
        name = f"network {network.network_id!r}"
        if set(network.terms) != set(found):
            odd = ", ".join(sorted(set(network.terms) ^ set(found)))
            yield f"{name} lacks terms or has unknown ones: {odd}"
        for term, hours in found.items():
            said = network.terms.get(term, hours)
            if not _close(said, hours):
                yield f"{name}: {term} says {said} hours, its definition gives {hours}"


def _areas(case: _Case) -> Iterator[str]:
    """Check that areas are the list's, in order, with what their networks come to."""
    names = [area.area for area in case.plan.areas]
    practices = Counter(practice.area for practice in case.practices.values())
    if names != sorted(practices):
        odd = sorted(
            (Counter(names) - Counter(list(practices))) + (Counter(list(practices)) - Counter(names))
        )
        yield f"the areas are not those of the list, once each, in order: {odd or names}"
    weights = dict(case.rules.weights)
    for area in case.plan.areas:
        name = f"area {area.area!r}"
        inside = [network for network in case.plan.networks if network.area == area.area]
        if area.practices != practices[area.area]:
            yield f"{name} says {area.practices} practices, the list has {practices[area.area]}"
        if area.networks != len(inside):
            yield f"{name} says {area.networks} networks, the plan has {len(inside)}"
        cost = math.fsum(
            weights.get(term, math.nan) * hours for network in inside for term, hours in network.terms.items()
        )
        if area.cost is None:
            if inside:
                yield f"{name} has networks and no cost"
        elif not _close(area.cost, cost):
            yield f"{name} says cost {area.cost}, its networks' terms sum to {cost}"


def _proof(case: _Case) -> Iterator[str]:
    """Check that bounds are below costs, and that a status says no more than they show."""
    for area in case.plan.areas:
        name, cost, bound = f"area {area.area!r}", area.cost, area.bound
        if area.status not in STATUSES:
            yield f"{name} has unknown status {area.status!r}"
        if (area.status in ("optimal", "feasible")) != (cost is not None):
            yield f"{name} is {area.status!r} with cost {cost}"
        if cost is not None and bound is not None and not bound <= cost + TOLERANCE * max(1.0, cost):
            yield f"{name}: bound {bound} is above cost {cost}"
        if area.status == "optimal":
            yield from (f"{name} is optimal but {each}" for each in _doubts(area, case.plan.networks))


def _doubts(area: AreaResult, networks: Sequence[Network]) -> Iterator[str]:
    """List what speaks against a proof."""
    if area.cost is not None and (area.bound is None or not area.cost - area.bound <= PROVEN_GAP * area.cost):
        yield f"its bound {area.bound} does not meet its cost {area.cost}"
    for network in networks:
        if network.area == area.area and network.exception == INTERIM:
            yield f"network {network.network_id!r} is {INTERIM}"


def _provenance(case: _Case) -> Iterator[str]:
    """Check that the provenance has what the contract promises, and is of this list."""
    provenance = case.plan.provenance
    for key in PROVENANCE:
        if key not in provenance:
            yield f"the provenance lacks {key!r}"
    said = provenance.get("input_sha256", case.sha256)
    if case.sha256 and said != case.sha256:
        yield f"the provenance says input_sha256 {said!r}, the list has {case.sha256!r}"


_CHECKS: tuple[_Check, ...] = (
    _finite,
    _identifiers,
    _coverage,
    _members,
    _graph,
    _edges,
    _edges_of_graph,
    _contiguity,
    _band,
    _number,
    _hubs,
    _terms,
    _areas,
    _proof,
    _provenance,
)


def _names_of_boundaries(boundaries: Mapping[str, BaseGeometry], plan: Plan) -> Iterator[str]:
    names = {network.network_id for network in plan.networks}
    yield from (f"network {name!r} has no boundary" for name in sorted(names - boundaries.keys()))
    yield from (
        f"there is a boundary for {name!r}, which is no network" for name in sorted(boundaries.keys() - names)
    )


def _unsound(boundary: BaseGeometry) -> str:
    """Say what is wrong with a boundary by itself; blank when nothing is."""
    import shapely  # noqa: PLC0415 - heavy, and only boundaries need it

    if boundary.geom_type not in ("Polygon", "MultiPolygon"):
        return f"is a {boundary.geom_type}, not a polygon"
    if boundary.is_empty:
        return "is empty"
    if not boundary.is_valid:
        return f"is not valid: {shapely.is_valid_reason(boundary)}"
    return ""


def _tiling(
    boundaries: Mapping[str, BaseGeometry], ground: BaseGeometry | None, *, placed: bool
) -> Iterator[str]:
    """Check that boundaries do not overlap, and cover the ground when every practice is placed."""
    import shapely  # noqa: PLC0415 - heavy, and only boundaries need it

    together = shapely.union_all(list(boundaries.values()))
    # What lies in two polygons is counted twice in the sum and once in the union.
    overlap = math.fsum(each.area for each in boundaries.values()) - together.area
    if overlap > OVERLAP_SHARE * together.area:
        yield from _overlaps(boundaries)
    if ground is None:
        return
    common = shapely.intersection(together, ground).area
    beyond, gap = together.area - common, ground.area - common
    if beyond > GROUND_SHARE * ground.area:
        yield f"the boundaries reach beyond the ground by {beyond:,.0f} m2"
    if placed and gap > GROUND_SHARE * ground.area:
        yield f"the boundaries leave {gap:,.0f} m2 of the ground to no network"


def _overlaps(boundaries: Mapping[str, BaseGeometry]) -> Iterator[str]:
    """Name the networks whose boundaries overlap, and by how much."""
    import shapely  # noqa: PLC0415 - heavy, and only boundaries need it

    names, shapes = list(boundaries), list(boundaries.values())
    for one, other in sorted(shapely.STRtree(shapes).query(shapes, predicate="intersects").T.tolist()):
        if one < other:
            area = shapely.intersection(shapes[one], shapes[other]).area
            if area > 0:
                yield f"the boundaries of {names[one]!r} and {names[other]!r} overlap by {area:.3g} m2"


def _outside(
    boundaries: Mapping[str, BaseGeometry], plan: Plan, practices: PracticeList, places: Places
) -> Iterator[str]:
    """Name the practices that do not lie in their own network's boundary."""
    import shapely  # noqa: PLC0415 - heavy, and only boundaries need it

    network_of = {code: each.network_id for each in plan.networks for code in each.practice_codes}
    everywhere = zip(practices.codes, places.easting, places.northing, strict=True)
    for code, easting, northing in everywhere:
        name = network_of.get(code)
        if name is not None and name in boundaries:
            metres = shapely.distance(boundaries[name], shapely.Point(easting, northing))
            if not metres <= PRACTICE_M:
                yield f"practice {code} lies {metres:,.0f} m outside the boundary of its network {name!r}"
