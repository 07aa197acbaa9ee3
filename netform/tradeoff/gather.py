"""From fronts and alternatives to results: terms, today's networks, what moves, and where neighbours meet.

::

    fronts = session.front(x, y)
    result = front_result(prepared, rules, fronts)
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.inputs.grouping_file import todays_grouping
from netform.judge.scoring import ground_graph, score_grouping
from netform.map.boundaries import tile_areas
from netform.map.outer_edge import smooth_edge
from netform.map.territory.coverage import polygon_parts
from netform.plan.grouping import Grouping
from netform.scores import network_terms
from netform.tradeoff.fronts import sum_fronts
from netform.tradeoff.results import (
    AlternativesResult,
    AreaFront,
    Change,
    FrontResult,
    Neighbours,
    NetworkLabel,
    Today,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import networkx as nx
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.map.territory import Territories
    from netform.plan.grouping import Groups
    from netform.prepared import Prepared
    from netform.result import Result
    from netform.rules.model import Rules
    from netform.tradeoff.model import Alternative, Axis, Border, Front

__all__ = [
    "alternatives_result",
    "changes_between",
    "front_result",
    "neighbours_of",
    "todays_mark",
    "with_smooth_edges",
]

# What the rules ask of today's networks, in a few words, by the kind of breach.
BROKEN = {
    "band": "outside the band",
    "contiguity": "not in one piece",
    "area": "across the line between areas",
}


def front_result(prepared: Prepared, rules: Rules, fronts: Sequence[Front]) -> FrontResult:
    """Gather what is published of the fronts of a list.

    Parameters
    ----------
    prepared : Prepared
    rules : Rules
    fronts : sequence of Front
        One for each area, in order.
    """
    graph = ground_graph(prepared, tile_areas(prepared.parts))
    areas = tuple(_area_front(prepared, graph, rules, front, prepared.areas[front.area]) for front in fronts)
    total = (
        areas[0]
        if len(areas) == 1
        else replace(
            _area_front(prepared, graph, rules, sum_fronts(fronts), prepared.practices.codes), summed=True
        )
    )
    networks = {
        codes: rules.for_area(front.area)
        for front in fronts
        for point in (*front.points, front.best)
        for codes in point.networks
    }
    terms = {codes: network_terms(prepared.graph, codes, own) for codes, own in networks.items()}
    return FrontResult(prepared.practices.source, areas, total, terms)


def todays_mark(
    graph: nx.Graph, today: Grouping, rules: Rules, x: Axis, y: Axis, codes: Collection[str]
) -> Today | None:
    """Score today's networks of some practices as one point; None when none of them is in a network.

    Parameters
    ----------
    graph : networkx.Graph
        Of all practices (`netform.judge.scoring.ground_graph`).
    today : Grouping
    rules : Rules
    x, y : Axis
    codes : collection of str
        The practices; of a network that has others too only these are scored.
    """
    wanted = set(codes)
    parts = {label: tuple(code for code in each if code in wanted) for label, each in today.networks.items()}
    here = Grouping(today.name, {label: each for label, each in parts.items() if each})
    if not here.networks:
        return None
    score = score_grouping(graph, here, rules)
    terms = score.terms
    counts = {
        kind: sum(any(breach.kind == kind for breach in each.breaches) for each in score.networks)
        for kind in dict.fromkeys(breach.kind for each in score.networks for breach in each.breaches)
    }
    return Today(
        x=sum(terms.get(term, 0.0) for term in x.terms),
        y=sum(terms.get(term, 0.0) for term in y.terms),
        cost=score.cost,
        terms=terms,
        networks=len(score.networks),
        without=len(wanted) - sum(map(len, here.networks.values())),
        broken=tuple(
            f"{count} of {len(score.networks)} {BROKEN.get(kind, 'against ' + kind.replace('_', ' '))}"
            for kind, count in counts.items()
        ),
    )


def alternatives_result(
    prepared: Prepared,
    best: Result,
    alternatives: Mapping[str, Sequence[Alternative]],
    borders: Mapping[str, Sequence[Border]],
    within: float,
    rules: Rules,
) -> AlternativesResult:
    """Gather what is published of the plans near the best one.

    Parameters
    ----------
    prepared : Prepared
    best : Result
        The plan of the best alternative of every area, with its boundaries.
    alternatives, borders : mapping of str to sequence
        By area.
    within : float
        The allowance above the best cost, a share.
    rules : Rules
        Of the whole list.
    """
    prepared = with_smooth_edges(prepared)
    networks = {
        codes: rules.for_area(area)
        for area, several in alternatives.items()
        for each in several
        for codes in each.networks
    }
    labels = tuple(NetworkLabel(n.network_id, n.name, n.area, n.practice_codes) for n in best.plan.networks)
    patients = {practice.code: practice.list_size for practice in prepared.practices}
    return AlternativesResult(
        practices=prepared.practices,
        places=prepared.places,
        within=within,
        networks=labels,
        alternatives={area: tuple(each) for area, each in alternatives.items()},
        changes={
            (area, each.kind, each.rank): changes_between(
                [label for label in labels if label.area == area], each.networks, patients
            )
            for area, several in alternatives.items()
            for each in several
        },
        neighbours=tuple(neighbours_of(prepared, borders)),
        grounds=best.boundaries,
        territories=_grounds(prepared),
        provenance=best.plan.provenance,
        rules_toml=best.rules_toml,
        network_terms={codes: network_terms(prepared.graph, codes, own) for codes, own in networks.items()},
    )


def with_smooth_edges(prepared: Prepared) -> Prepared:
    """Smooth the outer edge of each area, for its map, where it is no line that was given.

    Parameters
    ----------
    prepared : Prepared
    """
    if not prepared.outlined:
        return prepared
    parts = tuple((positions, smooth_edge(territories)) for positions, territories in prepared.parts)
    return replace(prepared, parts=parts)


def changes_between(
    labels: Sequence[NetworkLabel], networks: Groups, patients: Mapping[str, int]
) -> tuple[Change, ...]:
    """List the practices that an alternative places differently.

    A practice has moved when the network of the best plan that it is in has no more than half of its patients
    in the practice's new one.

    Parameters
    ----------
    labels : sequence of NetworkLabel
        The best plan's networks of the area.
    networks : tuple of tuple of str
        The alternative's.
    patients : mapping of str to int
        Registered patients of every practice.

    Returns
    -------
    tuple of Change
        In order of code.
    """
    home = {code: label for label in labels for code in label.practice_codes}
    changes = []
    for codes in networks:
        inside = set(codes)
        succeeded = [
            label
            for label in {home[code].network_id: home[code] for code in codes if code in home}.values()
            if 2 * sum(patients[code] for code in label.practice_codes if code in inside)
            > sum(patients[code] for code in label.practice_codes)
        ]
        stays = {code for label in succeeded for code in label.practice_codes}
        joined = " and ".join(sorted(label.network_id for label in succeeded))
        changes += [
            Change(code, home[code].network_id, joined, tuple(sorted(codes)))
            for code in codes
            if code in home and code not in stays
        ]
    return tuple(sorted(changes, key=lambda change: change.practice_code))


def neighbours_of(prepared: Prepared, borders: Mapping[str, Sequence[Border]]) -> Iterator[Neighbours]:
    """Give every pair of neighbours with the line at which their territories meet.

    Parameters
    ----------
    prepared : Prepared
    borders : mapping of str to sequence of Border
        By area.

    Yields
    ------
    Neighbours
        By area, then by code.
    """
    parts = dict(zip(prepared.areas, prepared.parts, strict=True))
    for area, several in sorted(borders.items()):
        positions, territories = parts[area]
        sites = _sites_of_practices(prepared, positions, territories)
        lines: dict[tuple[int, int], BaseGeometry | None] = {}
        for border in sorted(several, key=lambda each: (each.code_a, each.code_b)):
            # Who shares a site has no line there; with branches there may be several lines elsewhere.
            pairs = {(min(pair), max(pair)) for pair in product(sites[border.code_a], sites[border.code_b])}
            if any(one == other for one, other in pairs):
                yield Neighbours(area, border, None)
                continue
            for one, other in pairs - lines.keys():
                lines[one, other] = _line(territories.polygons[one], territories.polygons[other])
            drawn = [line for pair in sorted(pairs) if (line := lines[pair]) is not None]
            line = shapely.union_all(drawn) if len(drawn) > 1 else next(iter(drawn), None)
            yield Neighbours(area, border, line)


def _sites_of_practices(
    prepared: Prepared, positions: NDArray[np.int64], territories: Territories
) -> dict[str, list[int]]:
    """Give the sites of each practice of an area; of one that is nowhere, those of whom it is attached to."""
    sites: dict[str, list[int]] = {}
    for position, site in zip(positions.tolist(), territories.sites.site_of.tolist(), strict=True):
        sites.setdefault(prepared.standing.codes[position], []).append(site)
    hosts = prepared.standing.nowhere.hosts
    return sites | {code: sites[host] for code, host in hosts.items() if host in sites}


def _area_front(
    prepared: Prepared, graph: nx.Graph, rules: Rules, front: Front, codes: Sequence[str]
) -> AreaFront:
    # Those that no plan places are not counted of today's either.
    wanted = set(codes) - set(rules.demands.exclude)
    known = any(practice.pcn_code for practice in prepared.practices)
    grouping = todays_grouping(prepared.practices) if known else None
    return AreaFront(
        front=front,
        today=todays_mark(graph, grouping, rules, front.x, front.y, wanted) if grouping else None,
        practices=len(wanted),
        patients=sum(practice.list_size for practice in prepared.practices if practice.code in wanted),
    )


def _line(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry | None:
    """Return the line that two polygons of a coverage share; None when they meet in points at most."""
    shared = shapely.get_parts(shapely.get_parts(shapely.intersection(one, other)))
    lines = shared[shapely.get_dimensions(shared) == 1]
    return shapely.line_merge(shapely.multilinestrings(lines)) if len(lines) else None


def _grounds(prepared: Prepared) -> dict[str, BaseGeometry]:
    """Return the territory of each practice's site."""
    grounds = {}
    for positions, territories in prepared.parts:
        for code, sites in _sites_of_practices(prepared, positions, territories).items():
            parts = np.concatenate(
                [polygon_parts(territories.polygons[site]) for site in dict.fromkeys(sites)]
            )
            grounds[code] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return {code: grounds[code] for code in prepared.practices.codes if code in grounds}
