"""What a run starts from: the files a user hands over, and the list on the map with its graph."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import networkx as nx

from netform.inputs.standing import Standing
from netform.map.graph import area_positions
from netform.rules.mode_shares import CAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from netform.inputs.places import Places
    from netform.inputs.travel import Travel
    from netform.map.neighbourhoods import Neighbourhoods
    from netform.map.territory import Territories
    from netform.practices.model import PracticeList
    from netform.rules.model import Rules

__all__ = ["Inputs", "Prepared", "numbered", "of_practices"]

F = TypeVar("F")


def numbered(what: str, files: Sequence[F], first: int = 2) -> dict[str, F]:
    """Name files of one kind for the provenance: ``what``, then ``what_2``, ``what_3``.

    Parameters
    ----------
    what : str
    files : sequence
    first : int
        The first of the files that has its number in its name.
    """
    return {what if at < first else f"{what}_{at}": file for at, file in enumerate(files, start=1)}


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
    registrations : Path or None
        File of practices by neighbourhood, see `netform.inputs.registrations`.
    lsoas, lsoa_lookup : Path or None
        Where the LSOAs of the registrations are, see `netform.map.lsoa_ground`, and which of 2011 became which of 2021.
    modes : tuple of (str, Path)
        Minutes by modes of travel other than the car, by mode (`netform.rules.mode_shares`).
    branches : Path or None
        File of branch surgeries, see `netform.inputs.branches`.
    neighbourhoods : tuple of Path
        The file that names neighbourhoods, and those that lead to its areas, see `netform.map.neighbourhoods`.
    soft_columns : tuple of str
        The columns with the sides of soft boundaries.
    division_columns : tuple of str
        The columns with a network for each practice, to be scored or compared.
    nowhere : tuple of str
        What is wanted of practices that are not on the ground, see `netform.inputs.nowhere`.
    publications : tuple of Path
        Files that say more of the practices, joined to the list by their codes.
    where : tuple of str
        Each ``COLUMN=VALUE``: which practices are wanted.
    lookup : Path or None
        Of old and new codes of areas.
    split : bool
        Whether rows of one practice are the parts of a split list.
    """

    practices: str
    area_column: str | None = None
    postcodes: Path | None = None
    travel: Path | None = None
    graph: Path | None = None
    edges: Path | None = None
    boundary: Path | None = None
    registrations: Path | None = None
    lsoas: Path | None = None
    lsoa_lookup: Path | None = None
    modes: tuple[tuple[str, Path], ...] = ()
    branches: Path | None = None
    neighbourhoods: tuple[Path, ...] = ()
    soft_columns: tuple[str, ...] = ()
    division_columns: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()
    publications: tuple[Path, ...] = ()
    where: tuple[str, ...] = ()
    lookup: Path | None = None
    split: bool = False

    @property
    def journeys(self) -> dict[str, Path]:
        """The files of minutes by mode."""
        return {**({CAR: self.travel} if self.travel else {}), **dict(self.modes)}

    @property
    def beside(self) -> dict[str, Path]:
        """The files beside the list that were given, by what they are."""
        files = {
            "postcodes": self.postcodes,
            "travel": self.travel,
            **{f"travel_{mode}": path for mode, path in self.modes},
            "graph": self.graph,
            "edges": self.edges,
            "boundary": self.boundary,
            "registrations": self.registrations,
            "lsoas": self.lsoas,
            "lsoa_lookup": self.lsoa_lookup,
            "lookup": self.lookup,
            **numbered("with", self.publications, first=1),
            "branches": self.branches,
            **numbered("neighbourhoods", self.neighbourhoods),
        }
        return {what: path for what, path in files.items() if path is not None}


@dataclass(frozen=True, slots=True)
class Prepared:
    """The list on the map, and its graph: all that choosing needs.

    Attributes
    ----------
    practices : PracticeList
    places : Places
    travel : Travel
    parts : sequence of (positions, Territories)
        For each area, in order of area; positions are those of `standing`.
    graph : networkx.Graph
    notes : tuple of str
        What a planner should know about how the inputs were taken.
    outlined : bool
        Whether the outer edge of the ground is an outline of where people live, not a boundary that was given.
    origin : mapping
        For the provenance: ``files``, the name and digest of each input file by what it is; from the command line
        also ``command`` and ``options``.
    standing : Standing
        Where practices stand on the ground.
    neighbourhoods : Neighbourhoods or None
        Where patients live by them; None where no files of neighbourhoods were given.
    unknown_at : int
        Where among the notes those stand that depend on the weights (`netform.inputs.missing_data`).
    """

    practices: PracticeList
    places: Places
    travel: Travel
    parts: Sequence[tuple[NDArray[np.int64], Territories]]
    graph: nx.Graph
    notes: tuple[str, ...]
    outlined: bool = False
    origin: Mapping[str, Any] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)
    neighbourhoods: Neighbourhoods | None = None
    unknown_at: int = 0

    def rules_for_all(self, rules: Rules) -> Rules:
        """Give rules by which those are left out, too, that are nowhere and were asked to be left out."""
        left_out = self.standing.nowhere.left_out
        if left_out.issubset(rules.demands.exclude):
            return rules
        exclude = tuple(sorted({*rules.demands.exclude, *left_out}))
        return replace(rules, demands=replace(rules.demands, exclude=exclude))

    @property
    def areas(self) -> dict[str, list[str]]:
        """The codes of each area, in order."""
        codes = self.practices.codes
        return {
            area: [codes[position] for position in positions]
            for area, positions in area_positions(self.practices).items()
        }


def of_practices(prepared: Prepared, codes: Sequence[str]) -> Prepared:
    """Cut some practices out of a prepared list, with all that is known of them and nothing of any other.

    Parameters
    ----------
    prepared : Prepared
    codes : sequence of str
        In the order of the list; whole areas, so that no neighbour is cut off.

    Returns
    -------
    Prepared
        Positions count among them; without territories, and with the notes of the whole list.
    """
    nodes = prepared.graph.nodes
    positions = [nodes[code]["position"] for code in codes]
    everyone, places, kept = prepared.practices.practices, prepared.places, frozenset(codes)
    travel = _travel_among(prepared.travel, positions)
    return replace(
        prepared,
        practices=replace(prepared.practices, practices=tuple(everyone[at] for at in positions)),
        places=places.at(positions),
        travel=travel,
        parts=(),
        graph=_graph_among(prepared.graph, codes, travel),
        standing=prepared.standing.of_practices(kept),
        neighbourhoods=prepared.neighbourhoods and prepared.neighbourhoods.of_practices(kept),
    )


def _travel_among(travel: Travel, positions: Sequence[int]) -> Travel:
    number = {position: k for k, position in enumerate(positions)}
    kept = travel.among(positions)

    def renumbered(minutes: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], float]:
        return {(number[a], number[b]): driven for (a, b), driven in minutes.items()}

    return replace(
        kept,
        easting=travel.easting[positions],
        northing=travel.northing[positions],
        given=renumbered(kept.given),
        by_car=None if not kept.given or kept.by_car is None else renumbered(kept.by_car),
        branches={number[at]: sites for at, sites in travel.branches.items() if at in number},
    )


def _graph_among(graph: nx.Graph, codes: Sequence[str], travel: Travel) -> nx.Graph:
    kept = frozenset(codes)
    barriers = (edge for edge in graph.graph.get("barriers", ()) if {edge.code_a, edge.code_b} <= kept)
    own = nx.Graph(**{**graph.graph, "travel": travel, "barriers": tuple(barriers)})
    for k, code in enumerate(codes):
        own.add_node(code, **{**graph.nodes[code], "position": k})
    inside = graph.subgraph(codes).edges(data=True)
    for a, b, data in sorted(((*sorted((a, b)), data) for a, b, data in inside), key=lambda edge: edge[:2]):
        own.add_edge(a, b, **data)
    return own
