"""Barriers: borders that are no neighbourhood, because the drive from one side to the other is too long.

Territories know nothing of rivers. Where a matrix or roads give the drive between two sites, the rules may say how
long it may be: in minutes, or as a multiple of the estimate for their straight line.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from netform.inputs.travel import estimate_minutes
from netform.practices.values import some_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import networkx as nx

    from netform.map.territory.sites import Sites
    from netform.plan.model import Edge
    from netform.rules.model import Rules

__all__ = ["barrier_between", "barrier_notes", "drive_over", "has_rule", "is_barrier", "kilometres"]

# Barriers that a note spells out; plan.json has them all.
_SPELT_OUT = 5


def has_rule(rules: Rules) -> bool:
    """Say whether some borders may be barriers."""
    return not (math.isinf(rules.longest_border_minutes) and math.isinf(rules.longest_border_ratio))


def kilometres(sites: Sites, s: int, t: int) -> float:
    """Give the straight line between two sites."""
    return math.hypot(sites.easting[s] - sites.easting[t], sites.northing[s] - sites.northing[t]) / 1000


def drive_over(
    graph: nx.Graph, sites: Sites, here: tuple[int, Collection[str]], there: tuple[int, Collection[str]]
) -> float | None:
    """Give the drive over the border of two sites: the shortest that is given between their practices, or None.

    Practices of one site are at one place, so that what a matrix says of one holds for all. Of a practice that stands
    there by a branch it says nothing: its minutes are those of its own place.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices (`netform.map.graph`).
    sites : Sites
    here, there : (int, collection of str)
        A site, and the practices at it.
    """
    drives = graph.graph["travel"].drives
    pairs = [(a, b) for a in _at_home(graph, sites, *here) for b in _at_home(graph, sites, *there)]
    return min((drives[pair] for a, b in pairs if (pair := (min(a, b), max(a, b))) in drives), default=None)


def _at_home(graph: nx.Graph, sites: Sites, site: int, codes: Collection[str]) -> list[int]:
    """Give the positions in the list of those of a site's practices whose own place it is."""
    place = (sites.easting[site], sites.northing[site])
    nodes = [graph.nodes[code] for code in codes]
    return [
        node["position"] for node in nodes if (np.rint(node["easting"]), np.rint(node["northing"])) == place
    ]


def is_barrier(minutes: float, distance_km: float, rules: Rules) -> bool:
    """Say whether a border with this drive is a barrier.

    Parameters
    ----------
    minutes : float
        The drive, one way.
    distance_km : float
        The straight line.
    rules : Rules
    """
    estimate = _estimate(distance_km, rules)
    return minutes > rules.longest_border_minutes or minutes > rules.longest_border_ratio * estimate


def barrier_between(
    graph: nx.Graph, sites: Sites, here: tuple[int, Collection[str]], there: tuple[int, Collection[str]]
) -> bool:
    """Say whether the border of two sites is a barrier, by the rules that made the graph; with a given graph none is.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices (`netform.map.graph`).
    sites : Sites
    here, there : (int, collection of str)
        A site, and the practices at it.
    """
    rules = graph.graph["travel"].rules
    # A graph that the user gives is taken as it is: borders are judged only where they make the graph.
    if not has_rule(rules) or "barriers" not in graph.graph:
        return False
    minutes = drive_over(graph, sites, here, there)
    return minutes is not None and is_barrier(minutes, kilometres(sites, here[0], there[0]), rules)


def barrier_notes(graph: nx.Graph, rules: Rules, names: Mapping[str, str], *, given: bool) -> tuple[str, ...]:
    """Name the barriers, the practices they leave alone, and what the rule could not judge.

    Parameters
    ----------
    graph : networkx.Graph
        As `netform.map.graph` builds it, with ``barriers``.
    rules : Rules
    names : mapping of str to str
        Names of practices by code.
    given : bool
        Whether the graph is the user's own, in which every border is wanted.
    """
    if not has_rule(rules):
        return ()
    if given:
        return ("The rule on borders judges none of --graph: its neighbours are as you give them.",)
    barriers: tuple[Edge, ...] = graph.graph["barriers"]
    notes = []
    if barriers:
        shown = "; ".join(_spelt_out(edge, rules, names) for edge in barriers[:_SPELT_OUT])
        more = f"; and {len(barriers) - _SPELT_OUT:,} more" if len(barriers) > _SPELT_OUT else ""
        notes.append(
            f"Borders that are barriers, no neighbourhood, because the drive is longer than {_limits(rules)}: "
            f"{len(barriers):,} ({shown}{more})."
        )
    alone = sorted({code for edge in barriers for code in (edge.code_a, edge.code_b) if not graph[code]})
    if alone:
        notes.append(
            f"Practices that barriers leave without a neighbour: {len(alone):,} ({some_of(alone)}). Join them "
            "with --edges if people do travel, such as by a ferry."
        )
    unjudged, borders = graph.graph["unjudged_borders"], graph.graph["borders"]
    if unjudged:
        notes.append(
            f"Borders that the rule on borders does not judge, for --travel does not give their drive: {unjudged:,} "
            f"of {borders:,}."
        )
    return tuple(notes)


def _limits(rules: Rules) -> str:
    limits = []
    if not math.isinf(rules.longest_border_minutes):
        limits.append(f"{rules.longest_border_minutes:g} minutes")
    if not math.isinf(rules.longest_border_ratio):
        limits.append(f"{rules.longest_border_ratio:g} times what the straight line gives")
    return " or ".join(limits)


def _spelt_out(edge: Edge, rules: Rules, names: Mapping[str, str]) -> str:
    ends = " and ".join(
        f"{names[code]} ({code})" if names.get(code) else code for code in (edge.code_a, edge.code_b)
    )
    estimate = _estimate(edge.distance_km, rules)
    return f"{ends}, {edge.minutes:.0f} minutes where {estimate:.0f} would be estimated"


def _estimate(distance_km: float, rules: Rules) -> float:
    return float(estimate_minutes(np.array([distance_km]), rules)[0])
