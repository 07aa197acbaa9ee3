"""Where areas meet: the neighbours that a line between two areas keeps apart."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from netform.map.barriers import barrier_between
from netform.map.boundaries import tile_areas
from netform.map.territory import shared_borders
from netform.plan.model import Edge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netform.prepared import Prepared

__all__ = ["area_lines"]


def area_lines(prepared: Prepared) -> dict[tuple[str, str], list[Edge]]:
    """Find the practices that would be neighbours were it not for the line between their areas.

    Their territories share a border, or they share a site, once the territories of all areas tile the ground.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    dict of (area, area) to list of Edge
        Pairs of areas in order, the first before the second; edges in order of codes.
    """
    lines: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    if len(prepared.parts) < 2:
        return {}
    nodes, travel = prepared.graph.nodes, prepared.travel
    for code_a, code_b, kind, border_m in sorted(_crossings(prepared)):
        i, j = nodes[code_a]["position"], nodes[code_b]["position"]
        area_a, area_b = sorted((nodes[code_a]["area"], nodes[code_b]["area"]))
        lines[area_a, area_b].append(
            Edge(code_a, code_b, kind, travel.minutes(i, j), border_m, travel.distance_km(i, j))
        )
    return dict(sorted(lines.items()))


def _crossings(prepared: Prepared) -> Iterator[tuple[str, str, str, float]]:
    """Pairs of practices of two areas at one site or on two sides of a border, each once."""
    whole = tile_areas(prepared.parts)
    codes, areas = prepared.standing.codes, prepared.standing.areas
    at_site = [np.flatnonzero(whole.sites.site_of == site).tolist() for site in range(len(whole.sites))]
    pairs, metres = shared_borders(whole)
    touching = [(s, s, "site", 0.0) for s in range(len(at_site))]
    touching += [
        (s, t, "border", float(m)) for (s, t), m in zip(pairs.tolist(), metres.tolist(), strict=True)
    ]
    # Practices with branches may meet at several places; sharing a site comes first.
    met: set[tuple[str, str]] = set()
    for s, t, kind, border_m in touching:
        here, there = ((site, [codes[k] for k in at_site[site]]) for site in (s, t))
        if kind == "border" and barrier_between(prepared.graph, whole.sites, here, there):
            continue
        for i in at_site[s]:
            for j in at_site[t]:
                if areas[i] != areas[j] and (s != t or i < j):
                    code_a, code_b = sorted((codes[i], codes[j]))
                    if (code_a, code_b) not in met:
                        met.add((code_a, code_b))
                        yield code_a, code_b, kind, border_m
