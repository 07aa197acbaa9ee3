"""From a practice list to an audited result: the stages of a run, in order.

`prepare` reads, places and joins; `make_plan` chooses and audits; `draw` adds the boundaries. Nothing here
prints or writes, and what preparing does not need is imported when it is needed::

    rules = load_profile()
    prepared = prepare(Inputs("practices.csv"), rules)
    plan = make_plan(prepared, rules, Options(), plan_areas)
    result = draw(prepared, rules, plan)
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import networkx as nx
import numpy as np
import shapely

from netform.audit import audit_boundaries, audit_plan
from netform.errors import RulesError
from netform.inputs.branches import read_branches
from netform.inputs.computed_columns import NEIGHBOURHOOD, with_computed
from netform.inputs.edges import edge_minutes, landing_notes, read_edges
from netform.inputs.file_record import file_record
from netform.inputs.list_on_map import list_on_map
from netform.inputs.missing_data import unknown_notes
from netform.inputs.nowhere import find_nowhere, minutes_of_hosts, places_of_hosts
from netform.inputs.registrations import Registrations, read_registrations
from netform.inputs.standing import Standing, stand
from netform.inputs.travel import build_travel
from netform.inputs.travel_modes import read_travel
from netform.map.authority_lines import authority_lines
from netform.map.barriers import barrier_notes
from netform.map.boundaries import network_boundaries, tile_areas, with_ground
from netform.map.enclosed import at_the_edge
from netform.map.far_patients import far_patients_notes
from netform.map.graph import build_graph, graph_of_edges
from netform.map.ground import ground_of_areas
from netform.map.lsoa_ground import LsoaGround, ground_of_lsoas
from netform.map.neighbourhoods import read_neighbourhoods
from netform.map.outer_edge import smooth_edge
from netform.map.territory import Territories
from netform.plan.model import AreaResult, Plan
from netform.practices.reading import AskedColumns
from netform.prepared import Inputs, Prepared
from netform.publications.reading import ListFiles
from netform.result import Result
from netform.rules.demanded_graph import demanded_graph
from netform.rules.toml import rules_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from netform.practices.model import PracticeList
    from netform.rules.model import Rules
    from netform.solve.area import AreaOutcome, Options

__all__ = ["draw", "make_plan", "prepare", "unplanned"]


def prepare(
    inputs: Inputs,
    rules: Rules,
    *,
    stdin: BinaryIO | None = None,
    on_stage: Callable[[str], None] = lambda _: None,
) -> Prepared:
    """Read the inputs, place the practices, and join neighbours.

    Raises
    ------
    InputError
        Anything wrong in a file, all faults of the file at once.
    RulesError
        Travel is to be by a mode whose minutes no file gives.
    """
    placed = list_on_map(
        ListFiles(inputs.practices, inputs.publications, inputs.where, inputs.lookup),
        AskedColumns(
            inputs.area_column,
            inputs.soft_columns,
            inputs.division_columns,
            computed=(NEIGHBOURHOOD,) if inputs.neighbourhoods else (),
            split=inputs.split,
        ),
        inputs.postcodes,
        stdin,
        on_stage,
    )
    practices, places = placed.practices, placed.places
    inputs = replace(
        inputs,
        registrations=inputs.registrations or placed.registrations,
        branches=inputs.branches or placed.branches,
    )
    registered = (
        read_registrations(inputs.registrations, practices) if inputs.registrations else Registrations({})
    )
    said = read_neighbourhoods(inputs.neighbourhoods, practices) if inputs.neighbourhoods else None
    columns = {} if said is None else {NEIGHBOURHOOD: said.of_practices(practices, places, registered.counts)}
    practices = with_computed(practices, places, inputs.area_column, columns)
    journeys = read_travel(inputs.journeys, practices, places, rules)
    changes = read_edges(inputs.edges, practices) if inputs.edges else ()
    given_graph = read_edges(inputs.graph, practices) if inputs.graph else None
    # Minutes that stand beside an edge are the user's last word on that pair.
    minutes = {
        **journeys.minutes,
        **edge_minutes((*(given_graph or ()), *changes), practices),
    }
    named = [*journeys.sources, *(path.name for path in (inputs.graph, inputs.edges) if path)]
    nowhere = find_nowhere(practices, places, inputs.nowhere, rules)
    sites = (
        read_branches(inputs.branches, practices, nowhere.away, postcodes_file=inputs.postcodes)
        if inputs.branches
        else None
    )
    standing = stand(practices, places, nowhere, sites)
    travel = build_travel(
        places_of_hosts(practices, places, nowhere),
        rules,
        minutes_of_hosts(minutes, practices, nowhere),
        ", ".join(named),
        None if journeys.by_car is None else minutes_of_hosts(journeys.by_car, practices, nowhere),
        standing.sites_beside(practices),
    )
    on_stage("drawing territories")
    old_codes: list[str] = []
    ground = _ground(inputs, standing, practices, registered, partial(placed.lookup.today, old=old_codes))
    parts, residents = ground.parts, ground.residents
    if given_graph is not None:
        graph = graph_of_edges(practices, places, travel, given_graph, changes, residents, nowhere)
    else:
        graph = build_graph(practices, places, travel, parts, changes, residents, standing)
    neighbourhoods = None
    if said is not None:
        counts = ground.counts or registered.counts
        neighbourhoods = said.patients(practices, places, counts, ground.shapes)
        nx.set_node_attributes(graph, neighbourhoods.living, "neighbourhoods")
    edge = at_the_edge(parts, standing.codes)
    nx.set_node_attributes(graph, {code: code in edge for code in practices.codes}, "at_edge")
    nx.set_node_attributes(graph, ground.population, "population")
    notes = (
        *practices.notes,
        *places.notes,
        *nowhere.notes,
        *(sites.notes if sites else ()),
        *journeys.notes,
        *landing_notes(changes, str(inputs.edges)),
        *travel.notes,
        *barrier_notes(
            graph, rules, {each.code: each.name for each in practices}, given=given_graph is not None
        ),
        *registered.notes,
        *(neighbourhoods.notes if neighbourhoods else ()),
        *unknown_notes(graph, rules),
        *far_patients_notes(graph, nowhere),
        *ground.notes,
        *placed.lookup.note("the boundary file", old_codes),
    )
    listed = {"file": practices.source, "sha256": practices.sha256}
    files = {"practices": listed, **{what: file_record(path) for what, path in inputs.beside.items()}}
    return Prepared(
        practices,
        places,
        travel,
        parts,
        graph,
        notes,
        ground.outlined,
        {"files": files},
        standing,
        neighbourhoods,
    )


def _ground(
    inputs: Inputs,
    standing: Standing,
    practices: PracticeList,
    registered: Registrations,
    renamed: Callable[[str], str],
) -> LsoaGround:
    """Divide the ground by where patients live where that is known on the map, by what is nearest where not."""
    if inputs.lsoas is None:
        parts, notes = ground_of_areas(
            standing.positions, standing.labels, standing.places, inputs.boundary, renamed
        )
        return LsoaGround(parts, registered.residents, {}, notes, outlined=inputs.boundary is None)
    if registered.counts is None:
        raise RulesError("--lsoas says where the LSOAs of the registrations are: add --registrations FILE.")
    return ground_of_lsoas(
        standing,
        practices.codes,
        registered.counts,
        inputs.lsoas,
        lookup=inputs.lsoa_lookup,
        boundary_file=inputs.boundary,
        renamed=renamed,
    )


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
        `netform.solve.workers.plan_areas`, or what stands in for it.

    Raises
    ------
    AuditError
        The plan does not hold what it says: a defect of netform.
    NetformError
        As ``choose``.
    """
    from netform.assemble import assemble  # noqa: PLC0415 (brings numba with it)

    rules = prepared.rules_for_all(rules)
    # Practices about to merge are neighbours, whatever lies between them.
    prepared = replace(prepared, graph=demanded_graph(prepared.graph, rules.demands))
    outcomes = choose(prepared.graph, prepared.areas, rules, options)
    plan = assemble(prepared, rules, options, outcomes)
    audit_plan(plan, prepared.practices, rules, prepared.graph, strict=options.strict)
    return plan


def draw(prepared: Prepared, rules: Rules, plan: Plan) -> Result:
    """Draw the boundaries of a plan and audit them.

    Raises
    ------
    AuditError
        The boundaries do not tile the ground: a defect of netform.
    """
    rules = prepared.rules_for_all(rules)
    whole = tile_areas(prepared.parts)
    if prepared.outlined:
        whole = smooth_edge(whole)
    standing, whole = with_ground(plan.networks, prepared.standing, whole)
    left_out = [code for code in rules.demands.exclude if code not in standing.nowhere]
    boundaries = network_boundaries(plan.networks, standing.codes, whole, outside=left_out)
    audit_boundaries(
        boundaries,
        plan,
        standing,
        standing.places,
        ground=whole.extent,
        territories=_territories(standing, whole),
        outside=left_out,
    )
    outside = _outside(standing, left_out, whole, list(boundaries.values()))
    authorities = standing.places.authorities
    return Result(
        prepared.practices,
        prepared.places,
        plan,
        boundaries,
        rules_toml(rules),
        outside=outside,
        authority_lines=authority_lines(whole, authorities) if authorities else None,
        neighbourhoods=prepared.neighbourhoods.shapes if prepared.neighbourhoods else {},
        standing=prepared.standing,
    )


def _territories(standing: Standing, whole: Territories) -> dict[str, BaseGeometry]:
    """Give the ground of each practice that stands anywhere, of all of its sites."""
    sites: dict[str, set[int]] = {}
    for code, site in zip(standing.codes, whole.sites.site_of.tolist(), strict=True):
        sites.setdefault(code, set()).add(site)
    return {
        code: shapely.union_all(whole.polygons[sorted(several)])
        if len(several) > 1
        else whole.polygons[min(several)]
        for code, several in sites.items()
    }


def _outside(
    standing: Standing, left_out: Collection[str], whole: Territories, networks: Sequence[BaseGeometry]
) -> dict[str, BaseGeometry]:
    """Give the ground of the practices left out, by area; of a site that others share, what networks leave of it."""
    sites: dict[str, list[int]] = {}
    for code, area, site in zip(standing.codes, standing.areas, whole.sites.site_of.tolist(), strict=True):
        if code in left_out:
            sites.setdefault(area, []).append(site)
    taken = shapely.union_all(np.array(networks, dtype=object)) if sites else None
    return {
        area: shapely.difference(shapely.union_all(whole.polygons[sorted(set(chosen))]), taken)
        for area, chosen in sorted(sites.items())
    }


def unplanned(area: str, codes: Sequence[str], reason: str) -> AreaOutcome:
    """Stand in for an area that has no plan: its practices will be listed as unplaced.

    Parameters
    ----------
    area : str
    codes : sequence of str
        Its practices.
    reason : str
        Why there is no plan, for people.
    """
    from netform.solve.area import AreaOutcome  # noqa: PLC0415 (brings the solver with it)

    return AreaOutcome(AreaResult(area, "unknown", None, None, len(codes), 0, 0, method=reason), ())
