"""From a practice list to an audited result: the stages of a run, in order.

`prepare` reads, places and joins; `make_plan` chooses and audits; `draw` adds the boundaries. Nothing here
prints or writes.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from netform import __version__
from netform.audit import audit_boundaries, audit_plan
from netform.boundaries import network_boundaries, tile_areas
from netform.edges import edge_minutes, read_edges, read_matrix
from netform.graph import area_positions, build_graph, graph_of_edges, published_edges
from netform.places import Places, locate
from netform.plan import AreaResult, Network, Plan
from netform.practices.model import PracticeList
from netform.practices.reading import read_practices
from netform.result import Result
from netform.rules import Rules, rules_toml
from netform.scores import network_cost, network_terms
from netform.scores.patient_travel import best_hub
from netform.solve.area import AreaOutcome, Options, Placed
from netform.territory import Territories, build_territories, living_extent, merge_sites, read_boundary
from netform.travel import Travel, build_travel

__all__ = ["Inputs", "Prepared", "draw", "make_plan", "prepare"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a user hands over.

    Attributes
    ----------
    practices : str
        File of the practice list, ``-`` for standard input.
    area_column : str or None
        The column no network may cross.
    postcodes, travel, graph, edges, boundary : Path or None
        Files in place of, or beside, what netform knows.
    """

    practices: str
    area_column: str | None = None
    postcodes: Path | None = None
    travel: Path | None = None
    graph: Path | None = None
    edges: Path | None = None
    boundary: Path | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """The list on the map, and its graph: all that choosing needs.

    Attributes
    ----------
    practices : PracticeList
    places : Places
    travel : Travel
    parts : tuple of (positions, Territories)
        For each area, in order of area.
    graph : networkx.Graph
    notes : tuple of str
        What a planner should know about how the inputs were taken.
    """

    practices: PracticeList
    places: Places
    travel: Travel
    parts: tuple[tuple[NDArray[np.int64], Territories], ...]
    graph: nx.Graph
    notes: tuple[str, ...]

    @property
    def areas(self) -> dict[str, list[str]]:
        """The codes of each area, in order."""
        codes = self.practices.codes
        return {
            area: [codes[position] for position in positions]
            for area, positions in area_positions(self.practices).items()
        }


def prepare(
    inputs: Inputs,
    rules: Rules,
    *,
    stdin: BinaryIO | None = None,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> Prepared:
    """Read the inputs, place the practices, and join neighbours.

    Raises
    ------
    InputError
        Anything wrong in a file, all faults of the file at once.
    """
    on_stage("reading")
    practices = read_practices(inputs.practices, area_column=inputs.area_column, stdin=stdin)
    on_stage("placing")
    places = locate(practices, postcodes_file=inputs.postcodes)
    # Sites are places to the metre, for territories, travel and maps alike.
    places = replace(places, easting=np.round(places.easting), northing=np.round(places.northing))
    matrix = read_matrix(inputs.travel, practices) if inputs.travel else None
    changes = read_edges(inputs.edges, practices) if inputs.edges else ()
    given_graph = read_edges(inputs.graph, practices) if inputs.graph else None
    # Minutes that stand beside an edge are the user's last word on that pair.
    minutes = {
        **(matrix.minutes if matrix else {}),
        **edge_minutes((*(given_graph or ()), *changes), practices),
    }
    named = [path.name for path in (inputs.travel, inputs.graph, inputs.edges) if path]
    travel = build_travel(places, rules, minutes, ", ".join(named))
    on_stage("drawing territories")
    positions = area_positions(practices)
    parts, notes = _territories(positions, places, inputs.boundary)
    if given_graph is not None:
        graph = graph_of_edges(practices, places, travel, given_graph, changes)
    else:
        graph = build_graph(practices, places, travel, parts, changes)
    notes = (*practices.notes, *places.notes, *(matrix.notes if matrix else ()), *travel.notes, *notes)
    return Prepared(practices, places, travel, parts, graph, notes)


def make_plan(
    prepared: Prepared,
    rules: Rules,
    options: Options,
    choose: Callable[[nx.Graph, Mapping[str, Sequence[str]], Rules, Options], list[AreaOutcome]],
) -> Plan:
    """Choose the networks of every area and audit the plan.

    Parameters
    ----------
    prepared : Prepared
    rules : Rules
    options : Options
    choose : callable
        `netform.solve.run.plan_areas`, or what stands in for it.

    Raises
    ------
    AuditError
        The plan does not hold what it says: a defect of netform.
    NetformError
        As ``choose``.
    """
    outcomes = choose(prepared.graph, prepared.areas, rules, options)
    plan = _assemble(prepared, rules, options, outcomes)
    audit_plan(
        plan, prepared.practices, rules, prepared.graph, networks=options.networks, strict=options.strict
    )
    return plan


def draw(prepared: Prepared, rules: Rules, plan: Plan) -> Result:
    """The plan with its boundaries, audited.

    Raises
    ------
    AuditError
        The boundaries do not tile the ground: a defect of netform.
    """
    whole = tile_areas(prepared.parts)
    boundaries = network_boundaries(plan.networks, prepared.practices.codes, whole)
    audit_boundaries(boundaries, plan, prepared.practices, prepared.places, ground=whole.extent)
    return Result(prepared.practices, prepared.places, plan, boundaries, rules_toml(rules))


def _territories(
    positions: Mapping[str, NDArray[np.int64]], places: Places, boundary_file: Path | None
) -> tuple[tuple[tuple[NDArray[np.int64], Territories], ...], tuple[str, ...]]:
    """The territories of each area's sites, within its polygon where the user gives one."""
    boundary = read_boundary(boundary_file, [area for area in positions if area]) if boundary_file else None
    parts, without = [], []
    for area, chosen in positions.items():
        sites = merge_sites(places.easting[chosen], places.northing[chosen])
        extent = boundary.extent_for(area) if boundary else None
        if boundary and extent is None:
            without.append(area)
        parts.append(
            (
                chosen,
                build_territories(sites, living_extent(places.homes, sites) if extent is None else extent),
            )
        )
    notes = ()
    if without:
        notes = (
            f"The boundary file has no polygon for {', '.join(without)}: where people live was used instead.",
        )
    return tuple(parts), notes


def _assemble(prepared: Prepared, rules: Rules, options: Options, outcomes: Sequence[AreaOutcome]) -> Plan:
    """Networks with ids, hubs and terms from their definitions; areas with the cost these add up to."""
    networks: list[Network] = []
    areas: list[AreaResult] = []
    labels = _area_labels([outcome.result.area for outcome in outcomes])
    names = {practice.code: practice.name for practice in prepared.practices}
    for outcome, label in zip(outcomes, labels, strict=True):
        width = max(2, len(str(len(outcome.networks))))
        mine = [
            _network(prepared, rules, placed, f"{label}-{number:0{width}d}", outcome.result.area, names)
            for number, placed in enumerate(outcome.networks, 1)
        ]
        networks += mine
        # The solver's cost is the kernels'; the published one is the definitions', which the audit recomputes.
        cost = sum(network_cost(network.terms, rules) for network in mine)
        result = outcome.result
        bound = (
            cost
            if result.status == "optimal"
            else min(cost, result.bound if result.bound is not None else cost)
        )
        areas.append(replace(result, cost=cost, bound=bound))
    return Plan(
        areas=tuple(areas),
        networks=tuple(_named_apart(networks)),
        unplaced=(),
        edges=published_edges(prepared.graph),
        provenance=_provenance(prepared, rules, options),
    )


def _network(
    prepared: Prepared, rules: Rules, placed: Placed, network_id: str, area: str, names: Mapping[str, str]
) -> Network:
    graph, codes = prepared.graph, tuple(sorted(placed.practice_codes))
    hub, _ = best_hub(graph, codes)
    position = {code: graph.nodes[code]["position"] for code in codes}
    return Network(
        network_id=network_id,
        name=_title(names[hub]) or network_id,
        area=area,
        practice_codes=codes,
        list_size=sum(graph.nodes[code]["list_size"] for code in codes),
        hub_code=hub,
        minutes_to_hub=tuple(prepared.travel.minutes(position[code], position[hub]) for code in codes),
        terms=network_terms(graph, codes, rules),
        exception=placed.exception,
        explanation=placed.explanation,
    )


def _area_labels(areas: Sequence[str]) -> list[str]:
    """Areas as the beginnings of network ids: letters, digits and hyphens, all different, in the order given."""
    labels: list[str] = []
    for area in areas:
        label = re.sub(r"[^A-Za-z0-9]+", "-", area).strip("-")[:40] or "PCN"
        again, number = label, 2
        while again.casefold() in {other.casefold() for other in labels}:
            again, number = f"{label}-{number}", number + 1
        labels.append(again)
    return labels


def _title(name: str) -> str:
    """A published name, often all capitals, as people write it."""
    if not name.isupper():
        return name
    small = {"and", "of", "the", "in", "at", "on"}
    words = [re.sub(r"[A-Z][A-Z']*", lambda match: match[0].capitalize(), word) for word in name.split()]
    return " ".join(
        word.lower() if number and word.lower() in small else word for number, word in enumerate(words)
    )


def _named_apart(networks: Sequence[Network]) -> list[Network]:
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
    from hashlib import sha256  # noqa: PLC0415 (needed here alone)

    libraries = ("geopandas", "networkx", "numba", "numpy", "ortools", "pyproj", "shapely")
    return {
        "netform": __version__,
        "input": prepared.practices.source
        if prepared.practices.source == "-"
        else Path(prepared.practices.source).name,
        "input_sha256": prepared.practices.sha256,
        "rules_sha256": sha256(rules_toml(rules).encode()).hexdigest(),
        "gazetteer": prepared.places.gazetteer,
        "travel": prepared.travel.source,
        "seed": options.seed,
        "workers": options.workers,
        "networks": options.networks,
        "strict": options.strict,
        "notes": list(prepared.notes),
        "versions": {
            "python": platform.python_version(),
            **{library: importlib.metadata.version(library) for library in libraries},
        },
    }
