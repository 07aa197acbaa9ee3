"""From what choosing came to, to a plan: ids, names, hubs and terms by their definitions, and provenance."""

from __future__ import annotations

import hashlib
import importlib.metadata
import math
import platform
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netform import __version__
from netform.explain.method import unproven
from netform.explain.rationale import rationales
from netform.explain.weighty_terms import weighty_notes
from netform.map.enclosed import enclosed_networks
from netform.map.graph import published_edges
from netform.plan.model import AreaResult, Network, Plan, PresentNetwork, Unplaced
from netform.practices.names import written_name
from netform.rules.demanded_graph import kept_graph
from netform.rules.toml import rules_toml
from netform.scores import network_cost, network_terms
from netform.scores.containment import containments
from netform.scores.patient_travel import best_hub
from netform.scores.posts import minutes_per_move, shared_posts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import networkx as nx

    from netform.practices.model import PracticeList
    from netform.prepared import Prepared
    from netform.rules.model import Rules
    from netform.solve.area import AreaOutcome, Options, Placed

__all__ = ["assemble"]

# The beginning of network ids in a list without areas.
LABEL = "PCN"

# How far a bound may be from the cost of the definitions and still meet it, a share of the cost.
AGREEMENT = 1e-7

_LIBRARIES = (
    "geopandas", "jinja2", "matplotlib", "networkx", "numba", "numpy", "ortools", "pandas", "pyogrio", "pyproj",
    "python-calamine", "shapely", "xlsxwriter",
)  # fmt: skip


def assemble(prepared: Prepared, rules: Rules, options: Options, outcomes: Sequence[AreaOutcome]) -> Plan:
    """Put a plan together; the practices of an area without networks are unplaced, with its method as reason.

    Parameters
    ----------
    prepared : Prepared
    rules : Rules
    options : Options
    outcomes : sequence of AreaOutcome
        One for each area, in order of area.
    """
    networks: list[Network] = []
    areas: list[AreaResult] = []
    unplaced: list[Unplaced] = []
    names = {practice.code: practice.name for practice in prepared.practices}
    codes = prepared.areas
    for outcome, label in zip(outcomes, _area_labels([each.result.area for each in outcomes]), strict=True):
        area = outcome.result.area
        width = max(2, len(str(len(outcome.networks))))
        mine = [
            _network(prepared, rules, placed, f"{label}-{number:0{width}d}", area, names)
            for number, placed in enumerate(outcome.networks, 1)
        ]
        held = containments(prepared.graph, [network.practice_codes for network in mine])
        mine = [replace(network, containment=each) for network, each in zip(mine, held, strict=True)]
        networks += _explained(prepared, rules.for_area(area), mine, options)
        result = _doubted(outcome, _costed(outcome.result, mine, rules), mine)
        inside = _enclosed_notes(kept_graph(prepared.graph.subgraph(codes[area]), rules.demands), mine)
        notes = (*weighty_notes(mine, rules.for_area(area)), *inside)
        areas.append(replace(result, notes=(*result.notes, *notes)))
        left_out = [code for code in codes[area] if code in rules.demands.exclude]
        unplaced += [Unplaced(code, _why_left_out(code, prepared)) for code in left_out]
        if not mine:
            rest = sorted(set(codes[area]) - set(left_out))
            unplaced += [Unplaced(code, outcome.result.method) for code in rest]
    return Plan(
        areas=tuple(areas),
        networks=tuple(
            sorted(
                _named_apart(_with_today(networks, prepared.practices)),
                key=lambda network: network.network_id,
            )
        ),
        unplaced=tuple(unplaced),
        edges=published_edges(prepared.graph),
        provenance=_provenance(prepared, rules, options),
        barriers=prepared.graph.graph.get("barriers", ()),
        living=prepared.neighbourhoods.living if prepared.neighbourhoods else {},
    )


def _why_left_out(code: str, prepared: Prepared) -> str:
    if code in prepared.standing.nowhere:
        return "Not on the ground, and left out of every network, as asked (--nowhere)."
    return "Left out of every network, as demanded (exclude)."


def _costed(result: AreaResult, networks: Sequence[Network], rules: Rules) -> AreaResult:
    """Publish the cost of the definitions; the solver's is the kernels'.

    A bound that meets the cost but for rounding is the cost. Any other stays, so that the audit refuses
    a bound above the cost, and one that is too low for a plan that says it is optimal.
    """
    if not networks:
        return result
    cost = math.fsum(network_cost(network.terms, rules) for network in networks)
    meets = result.bound is not None and abs(result.bound - cost) <= AGREEMENT * max(1.0, cost)
    return replace(result, cost=cost, bound=cost if meets else result.bound)


def _doubted(outcome: AreaOutcome, result: AreaResult, networks: Sequence[Network]) -> AreaResult:
    """Say of a plan that is not proven best why not."""
    if outcome.doubt is None or result.status != "feasible":
        return result
    exceptions = sum(network.exception is not None for network in networks)
    return replace(result, unproven=unproven(result, exceptions, outcome.doubt))


def _enclosed_notes(graph: nx.Graph, networks: Sequence[Network]) -> Iterator[str]:
    """Name the networks of an area that lie inside another."""
    mine = {network.network_id: network.practice_codes for network in networks}
    for inside, around in enclosed_networks(graph, mine):
        yield (
            f"Network {inside} lies wholly inside network {around}: every way from it to the edge of the area leads "
            f"through {around}."
        )


def _network(
    prepared: Prepared, rules: Rules, placed: Placed, network_id: str, area: str, names: Mapping[str, str]
) -> Network:
    graph, codes = prepared.graph, tuple(sorted(placed.practice_codes))
    hub, _ = best_hub(graph, codes, rules)
    position = {code: graph.nodes[code]["position"] for code in codes}
    return Network(
        network_id=network_id,
        name=written_name(names[hub]) or network_id,
        area=area,
        practice_codes=codes,
        list_size=sum(graph.nodes[code]["list_size"] for code in codes),
        hub_code=hub,
        minutes_to_hub=tuple(prepared.travel.minutes(position[code], position[hub]) for code in codes),
        terms=network_terms(graph, codes, rules),
        exception=placed.exception,
        explanation=placed.explanation,
        posts=shared_posts(graph, codes, rules),
        minutes_per_move=minutes_per_move(graph, codes),
    )


def _explained(
    prepared: Prepared, rules: Rules, networks: Sequence[Network], options: Options
) -> list[Network]:
    """Give the networks of an area their rationales."""
    reasons = rationales(prepared.graph, networks, rules, options.moves)
    return [replace(network, rationale=why) for network, why in zip(networks, reasons, strict=True)]


def _area_labels(areas: Sequence[str]) -> list[str]:
    """Make areas the beginnings of network ids: letters, digits and hyphens, all different."""
    labels: list[str] = []
    taken: set[str] = set()
    for area in areas:
        label = re.sub(r"[^A-Za-z0-9]+", "-", area).strip("-")[:40] or LABEL
        again, number = label, 2
        while again.casefold() in taken:
            again, number = f"{label}-{number}", number + 1
        taken.add(again.casefold())
        labels.append(again)
    return labels


def _with_today(networks: Sequence[Network], practices: PracticeList) -> list[Network]:
    """Say of each network which present network more than half of its patients are in, where there is one."""
    names = practices.network_names
    home = {practice.code: (practice.pcn_code, practice.list_size) for practice in practices}
    named = []
    for network in networks:
        patients: Counter[str] = Counter()
        for present, list_size in map(home.__getitem__, network.practice_codes):
            patients[present] += list_size
        most, held = patients.most_common(1)[0]
        today = PresentNetwork(most, written_name(names[most]) if most in names else most)
        named.append(replace(network, today=today if most and 2 * held > network.list_size else None))
    return named


def _named_apart(networks: Collection[Network]) -> list[Network]:
    """Networks of one name get their hub's code beside it."""
    count: dict[str, int] = {}
    for network in networks:
        count[network.name.casefold()] = count.get(network.name.casefold(), 0) + 1
    return [
        replace(network, name=f"{network.name} ({network.hub_code})")
        if count[network.name.casefold()] > 1
        else network
        for network in networks
    ]


def _provenance(prepared: Prepared, rules: Rules, options: Options) -> dict[str, Any]:
    source = prepared.practices.source
    return {
        "netform": __version__,
        "input": source if source == "-" else Path(source).name,
        "input_sha256": prepared.practices.sha256,
        "rules_sha256": hashlib.sha256(rules_toml(rules).encode()).hexdigest(),
        "gazetteer": prepared.places.gazetteer,
        "travel": prepared.travel.source,
        "seed": options.seed,
        "workers": options.workers,
        "networks": rules.demands.networks,
        "strict": options.strict,
        "notes": list(prepared.notes),
        **prepared.origin,
        "versions": {
            "python": platform.python_version(),
            **{library: importlib.metadata.version(library) for library in _LIBRARIES},
        },
    }
