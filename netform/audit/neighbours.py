"""Who borders whom: the graph is the list's, it is published as it is, and every network hangs together in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netform.audit.case import close

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from netform.audit.case import Case, Check
    from netform.plan.model import Edge

__all__ = ["CHECKS"]

EDGE_KINDS = ("border", "site", "bridge", "ferry", "attached")


def _graph(case: Case) -> Iterator[str]:
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


def _edges(case: Case) -> Iterator[str]:
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


def _edges_of_graph(case: Case) -> Iterator[str]:
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
        if not close(getattr(edge, name), data[name]):
            yield f"{name} says {getattr(edge, name)}, the graph has {data[name]}"


def _contiguity(case: Case) -> Iterator[str]:
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


CHECKS: tuple[Check, ...] = (_graph, _edges, _edges_of_graph, _contiguity)
