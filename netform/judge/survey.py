"""What can be said of a list before any solver runs: places, neighbours, and the arithmetic of its areas."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import networkx as nx

from netform.candidates.adjacency import Adjacency
from netform.candidates.enumerate import take_census
from netform.explain.obstacles import PINNED, fault, obstacles, oversize
from netform.rules.demands import NO_DEMANDS
from netform.rules.settled import Settled, settle
from netform.solve.model.outcome import Obstacle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from netform.prepared import Prepared
    from netform.rules.demands import Codes
    from netform.rules.model import Rules

__all__ = ["AreaSurvey", "PartSurvey", "Survey", "take_survey"]

# Connected groups to be counted in a part before giving up: a second's work, and as many as are listed.
MOST_COUNTED = 25_000_000


@dataclass(frozen=True, slots=True)
class PartSurvey:
    """A connected part of an area, without its pins, what is left out, and the practices over the band.

    Attributes
    ----------
    practice_codes : tuple of str
        Sorted.
    patients : int
    fewest, most : int
        Networks that could hold the patients, by arithmetic; fewest > most when no whole number could.
    candidates : int or None
        Contiguous groups inside the band, whatever else is demanded of them; None when there are too many to count.
    """

    practice_codes: tuple[str, ...]
    patients: int
    fewest: int
    most: int
    candidates: int | None


@dataclass(frozen=True, slots=True)
class AreaSurvey:
    """What is known of an area.

    Attributes
    ----------
    area : str
        Blank when the list is one area.
    practices, patients : int
    oversize : tuple of str
        Practices over the band, each a network by itself; of a merger that is, the first.
    parts : tuple of PartSurvey
        In order of their first code.
    obstacles : tuple of Obstacle
        What rules a plan without exceptions out.
    pins : tuple of codes
        Networks that are settled.
    left_out : codes
        Practices that will be in no network.
    band : (int, int) or None
        Where the area has a band of its own.
    demanded : bool
        Whether more is demanded of a network than the band, so that not every candidate is allowed.
    """

    area: str
    practices: int
    patients: int
    oversize: tuple[str, ...]
    parts: tuple[PartSurvey, ...]
    obstacles: tuple[Obstacle, ...]
    pins: tuple[Codes, ...] = ()
    left_out: Codes = ()
    band: tuple[int, int] | None = None
    demanded: bool = False

    @property
    def fewest(self) -> int:
        """Networks there must be, pins and those of practices over the band among them."""
        return len(self.pins) + len(self.oversize) + sum(part.fewest for part in self.parts)

    @property
    def most(self) -> int:
        """Networks there can be."""
        return len(self.pins) + len(self.oversize) + sum(part.most for part in self.parts)

    @property
    def candidates(self) -> int | None:
        """Contiguous groups inside the band; None when there are too many to count."""
        counts = [part.candidates for part in self.parts]
        return None if None in counts else sum(count for count in counts if count is not None)


@dataclass(frozen=True, slots=True)
class Survey:
    """What can be said of a list before it is planned.

    Attributes
    ----------
    source : str
        The list's file as the user gave it.
    least, most : int
        The band.
    quality : mapping of str to int
        Practices by how they were placed (`netform.inputs.places.Places`).
    approximate : tuple of str
        Practices placed at the middle of the postcodes around.
    shared_sites : tuple of tuple of str
        Practices at one site, for every site of several.
    edges : mapping of str to int
        Pairs of neighbours by kind.
    alone : tuple of str
        Practices without any neighbour.
    travel : str
        Where minutes come from.
    areas : tuple of AreaSurvey
        In order of area.
    notes : tuple of str
        Findings of reading and placing.
    """

    source: str
    least: int
    most: int
    quality: Mapping[str, int]
    approximate: tuple[str, ...]
    shared_sites: tuple[tuple[str, ...], ...]
    edges: Mapping[str, int]
    alone: tuple[str, ...]
    travel: str
    areas: tuple[AreaSurvey, ...]
    notes: tuple[str, ...]


def take_survey(prepared: Prepared, rules: Rules, *, most_counted: int = MOST_COUNTED) -> Survey:
    """Find out what can be said of a list without solving.

    Parameters
    ----------
    prepared : Prepared
    rules : Rules
        Of the whole list.
    most_counted : int
        Connected groups to be counted in a part before giving up.
    """
    graph, places, codes = prepared.graph, prepared.places, prepared.practices.codes
    sites: dict[tuple[float, float], list[str]] = {}
    for code, *site in zip(codes, places.easting.tolist(), places.northing.tolist(), strict=True):
        sites.setdefault((site[0], site[1]), []).append(code)
    return Survey(
        source=prepared.practices.source,
        least=rules.least,
        most=rules.most,
        quality=dict(sorted(Counter(places.quality).items())),
        approximate=tuple(c for c, how in zip(codes, places.quality, strict=True) if how == "approximate"),
        shared_sites=tuple(sorted(tuple(sorted(shared)) for shared in sites.values() if len(shared) > 1)),
        edges=dict(sorted(Counter(kind for _, _, kind in graph.edges(data="kind")).items())),
        # Who is nowhere and left out has nobody to be joined to.
        alone=tuple(sorted(set(nx.isolates(graph)) - prepared.standing.nowhere.left_out)),
        travel=prepared.travel.source,
        areas=tuple(
            _survey_area(area, graph.subgraph(members), rules, most_counted)
            for area, members in prepared.areas.items()
        ),
        notes=prepared.notes,
    )


def _survey_area(area: str, graph: nx.Graph, rules: Rules, most_counted: int) -> AreaSurvey:
    own = rules.for_area(area)
    settled = settle(graph, own)
    band = (own.least, own.most)
    free = replace(own.demands, pins=(), exclude=(), networks=None, areas=())
    return AreaSurvey(
        area=area,
        practices=len(graph),
        patients=sum(patients for _, patients in graph.nodes(data="list_size")),
        oversize=tuple(codes[0] for codes in settled.alone),
        parts=tuple(_survey_part(settled, part, own, most_counted) for part in settled.parts),
        obstacles=tuple(_obstacles(settled, own)),
        pins=settled.pins,
        left_out=settled.left_out,
        band=None if band == (rules.least, rules.most) else band,
        demanded=free != NO_DEMANDS,
    )


def _survey_part(area: Settled, part: Codes, rules: Rules, most_counted: int) -> PartSurvey:
    patients = area.patients(part)
    numbered = nx.relabel_nodes(area.graph.subgraph(part), {code: number for number, code in enumerate(part)})
    census = take_census(Adjacency.of(numbered), rules.least, rules.most, limit=most_counted)
    return PartSurvey(
        practice_codes=part,
        patients=patients,
        fewest=-(-patients // rules.most),
        most=patients // rules.least,
        candidates=int(census.candidates.sum()) if census.complete else None,
    )


def _obstacles(area: Settled, rules: Rules) -> Iterator[Obstacle]:
    for pin in area.pins:
        if why := fault(area.graph, pin, rules):
            yield Obstacle(PINNED, pin, f"The pin {', '.join(pin)} has {why}.")
    yield from oversize(area, rules)
    whole = len(area.parts) == 1 and not area.alone and not area.pins
    for part in area.parts:
        yield from obstacles(area.graph, part, rules, whole=whole)
