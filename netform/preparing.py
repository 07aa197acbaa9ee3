"""From files to the list on the map, with its graph: what a run starts from.

In the order of the data: what the files say (`_read`), who stands where (`_standing`), how far it is (`_travel`), the
ground (`_ground`), and who are neighbours on it (`_graph`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import networkx as nx

from netform.errors import RulesError
from netform.inputs.branches import read_branches
from netform.inputs.computed_columns import NEIGHBOURHOOD, with_computed
from netform.inputs.edges import edge_minutes, landing_notes, read_edges
from netform.inputs.file_record import file_record
from netform.inputs.list_on_map import list_on_map
from netform.inputs.lsoa_table import read_new_codes
from netform.inputs.missing_data import unknown_notes
from netform.inputs.nowhere import find_nowhere, minutes_of_hosts, places_of_hosts
from netform.inputs.registrations import Registrations, read_registrations
from netform.inputs.standing import Standing, stand
from netform.inputs.travel import build_travel
from netform.inputs.travel_modes import read_travel
from netform.map.barriers import barrier_notes
from netform.map.enclosed import at_the_edge
from netform.map.far_patients import far_patients_notes
from netform.map.graph import build_graph, graph_of_edges
from netform.map.ground import ground_of_areas
from netform.map.lsoa_ground import LsoaGround, ground_of_lsoas, with_new_codes
from netform.map.neighbourhoods import read_neighbourhoods
from netform.practices.reading import AskedColumns
from netform.prepared import Inputs, Prepared
from netform.publications.reading import ListFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from netform.inputs.edges import EdgeChange
    from netform.inputs.places import Places
    from netform.inputs.travel import Travel
    from netform.map.neighbourhoods import NeighbourhoodFile, Neighbourhoods
    from netform.practices.model import PracticeList
    from netform.publications.lookup import Lookup
    from netform.rules.model import Rules

__all__ = ["prepare", "with_weights_noted"]


@dataclass(frozen=True, slots=True)
class _Read:
    """What the files say of the practices, before anything is made of it.

    Attributes
    ----------
    practices : PracticeList
    places : Places
    lookup : Lookup
        What became of old codes of areas.
    registered : Registrations
    neighbourhoods : NeighbourhoodFile or None
    branches : Path or None
        File of branch surgeries.
    graph : tuple of EdgeChange or None
        Given in place of the one that is built.
    changes : tuple of EdgeChange
        Edges to add or drop.
    """

    practices: PracticeList
    places: Places
    lookup: Lookup
    registered: Registrations
    neighbourhoods: NeighbourhoodFile | None
    branches: Path | None
    graph: tuple[EdgeChange, ...] | None
    changes: tuple[EdgeChange, ...]


def prepare(
    inputs: Inputs,
    rules: Rules,
    *,
    stdin: BinaryIO | None = None,
    on_stage: Callable[[str], None] = lambda _: None,
) -> Prepared:
    """Read the inputs, place the practices, and join neighbours.

    Parameters
    ----------
    inputs : Inputs
    rules : Rules
    stdin : BinaryIO, optional
        What a list named ``-`` is read from.
    on_stage : callable
        Told of each stage.

    Raises
    ------
    InputError
        Anything wrong in a file, all faults of the file at once.
    RulesError
        Travel is to be by a mode whose minutes no file gives; or LSOAs, or a lookup of them, are given without
        registrations.
    """
    read = _read(inputs, stdin, on_stage)
    practices, places = read.practices, read.places
    standing, branch_notes = _standing(inputs, read, rules)
    travel, travel_notes = _travel(inputs, read, standing, rules)
    on_stage("drawing territories")
    old_codes: list[str] = []
    ground = _ground(inputs, read, standing, partial(read.lookup.today, old=old_codes))
    graph, neighbourhoods = _graph(read, standing, travel, ground)
    names = {practice.code: practice.name for practice in practices}
    read_notes = (
        *practices.notes,
        *places.notes,
        *standing.nowhere.notes,
        *branch_notes,
        *travel_notes,
        *barrier_notes(graph, rules, names, given=read.graph is not None),
        *read.registered.notes,
        *(neighbourhoods.notes if neighbourhoods else ()),
    )
    notes = (
        *read_notes,
        *unknown_notes(graph, rules),
        *far_patients_notes(graph, standing.nowhere),
        *ground.notes,
        *read.lookup.note("the boundary file", old_codes),
    )
    listed = {"file": practices.source, "sha256": practices.sha256}
    files = {"practices": listed, **{what: file_record(path) for what, path in inputs.beside.items()}}
    return Prepared(
        practices,
        places,
        travel,
        ground.parts,
        graph,
        notes,
        ground.outlined,
        {"files": files},
        standing,
        neighbourhoods,
        len(read_notes),
    )


def with_weights_noted(prepared: Prepared, before: Rules, rules: Rules) -> Prepared:
    """Say of a prepared list what a term that now has a weight has nothing to go by, as if it were prepared anew.

    Parameters
    ----------
    prepared : Prepared
    before : Rules
        By which it was prepared.
    rules : Rules
        Of the same map (`netform.rules.model.OF_THE_MAP`).
    """
    old, new = (unknown_notes(prepared.graph, each) for each in (before, rules))
    at = prepared.unknown_at
    return replace(prepared, notes=(*prepared.notes[:at], *new, *prepared.notes[at + len(old) :]))


def _read(inputs: Inputs, stdin: BinaryIO | None, on_stage: Callable[[str], None]) -> _Read:
    """Read the list, place it, and read what else is told of its practices."""
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
    registrations = inputs.registrations or placed.registrations
    registered = read_registrations(registrations, practices) if registrations else Registrations({})
    if inputs.lsoa_lookup is not None:
        registered = _by_new_codes(registered, inputs.lsoa_lookup)
    hoods = read_neighbourhoods(inputs.neighbourhoods, practices) if inputs.neighbourhoods else None
    columns = {NEIGHBOURHOOD: hoods.of_practices(practices, places, registered.counts)} if hoods else {}
    practices = with_computed(practices, places, inputs.area_column, columns)
    changes = read_edges(inputs.edges, practices) if inputs.edges else ()
    graph = read_edges(inputs.graph, practices) if inputs.graph else None
    branches = inputs.branches or placed.branches
    return _Read(practices, places, placed.lookup, registered, hoods, branches, graph, changes)


def _by_new_codes(registered: Registrations, lookup: Path) -> Registrations:
    """Count patients by LSOAs of 2021, which files of LSOAs and of neighbourhoods then name."""
    if registered.counts is None:
        raise RulesError(
            "--lsoa-lookup says what became of the LSOAs of the registrations: add --registrations FILE."
        )
    counts, note = with_new_codes(registered.counts, read_new_codes(lookup))
    return replace(registered, counts=counts, notes=(*registered.notes, note))


def _standing(inputs: Inputs, read: _Read, rules: Rules) -> tuple[Standing, tuple[str, ...]]:
    """Find at which places each practice stands, its branches among them; with notes on those."""
    practices, places = read.practices, read.places
    nowhere = find_nowhere(practices, places, inputs.nowhere, rules)
    if read.branches is None:
        return stand(practices, places, nowhere, None), ()
    sites = read_branches(read.branches, practices, nowhere.away, postcodes_file=inputs.postcodes)
    return stand(practices, places, nowhere, sites), sites.notes


def _travel(inputs: Inputs, read: _Read, standing: Standing, rules: Rules) -> tuple[Travel, tuple[str, ...]]:
    """Read how far it is, and estimate the rest; with notes."""
    practices, places, nowhere = read.practices, read.places, standing.nowhere
    journeys = read_travel(inputs.journeys, practices, places, rules)
    # Minutes that stand beside an edge are the user's last word on that pair.
    minutes = {**journeys.minutes, **edge_minutes((*(read.graph or ()), *read.changes), practices)}
    others = [path.name for path in (inputs.graph, inputs.edges) if path]
    travel = build_travel(
        places_of_hosts(practices, places, nowhere),
        rules,
        minutes_of_hosts(minutes, practices, nowhere),
        ", ".join([*journeys.sources, *others]),
        None if journeys.by_car is None else minutes_of_hosts(journeys.by_car, practices, nowhere),
        standing.sites_beside(practices),
        files=[*journeys.files, *others],
    )
    return travel, (*journeys.notes, *landing_notes(read.changes, str(inputs.edges)), *travel.notes)


def _ground(inputs: Inputs, read: _Read, standing: Standing, renamed: Callable[[str], str]) -> LsoaGround:
    """Divide the ground by where patients live where that is known on the map, by what is nearest where not."""
    counts = read.registered.counts
    if inputs.lsoas is None:
        if inputs.lsoa_lookup is not None and not inputs.neighbourhoods:
            raise RulesError(
                "--lsoa-lookup is for the LSOAs of --lsoas or --neighbourhoods: add --lsoas FILE, or leave it out."
            )
        parts, notes = ground_of_areas(
            standing.positions, standing.labels, standing.places, inputs.boundary, renamed
        )
        return LsoaGround(parts, read.registered.residents, {}, notes, outlined=inputs.boundary is None)
    if counts is None:
        raise RulesError("--lsoas says where the LSOAs of the registrations are: add --registrations FILE.")
    return ground_of_lsoas(
        standing,
        read.practices.codes,
        counts,
        inputs.lsoas,
        boundary_file=inputs.boundary,
        renamed=renamed,
    )


def _graph(
    read: _Read, standing: Standing, travel: Travel, ground: LsoaGround
) -> tuple[nx.Graph, Neighbourhoods | None]:
    """Join neighbours, by the graph that is given or by the ground; with where patients live by neighbourhoods."""
    practices, places = read.practices, read.places
    if read.graph is not None:
        graph = graph_of_edges(
            practices, places, travel, read.graph, read.changes, ground.residents, standing.nowhere
        )
    else:
        graph = build_graph(practices, places, travel, ground.parts, read.changes, ground.residents, standing)
    edge = at_the_edge(ground.parts, standing.codes)
    nx.set_node_attributes(graph, {code: code in edge for code in practices.codes}, "at_edge")
    nx.set_node_attributes(graph, ground.population, "population")
    if read.neighbourhoods is None:
        return graph, None
    counts = ground.counts or read.registered.counts
    # Of one that is attached, its own place counts for nothing.
    at = places_of_hosts(practices, places, standing.nowhere)
    neighbourhoods = read.neighbourhoods.patients(practices, at, counts, ground.shapes)
    nx.set_node_attributes(graph, neighbourhoods.living, "neighbourhoods")
    return graph, neighbourhoods
