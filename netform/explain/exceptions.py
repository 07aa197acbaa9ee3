"""Groups of practices as networks of a plan: which are exceptions, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.breaches import counted_practices
from netform.explain.infeasible import NETWORKS
from netform.explain.move_limits import MOVES
from netform.explain.obstacles import Obstacle, connected_parts
from netform.solve.model.outcome import Placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from netform.rules import Rules
    from netform.tradeoff import Groups

__all__ = ["PINNED", "oversize_networks", "pin_networks", "place"]

OVERSIZE = "over_max_single_practice"
PINNED = "pinned"


def pin_networks(graph: nx.Graph, rules: Rules) -> list[Placed]:
    """The pins of an area as networks; one outside the band, or the number of practices, is ``pinned``."""
    demands, placed = rules.demands, []
    for pin in demands.pins:
        codes = tuple(code for code in pin if code in graph)
        if not codes:
            continue
        patients = sum(graph.nodes[code]["list_size"] for code in codes)
        counted = counted_practices(codes, demands)
        why = None
        if not rules.least <= patients <= rules.most:
            why = f"{patients:,} patients, outside {rules.least:,}-{rules.most:,}: pinned as it stands."
        elif not demands.least_practices <= counted <= demands.most_practices:
            why = f"{counted} practice{'s' * (counted != 1)}, other than demanded: pinned as it stands."
        placed.append(Placed(codes, None if why is None else PINNED, why))
    return placed


def oversize_networks(graph: nx.Graph, rules: Rules) -> list[Placed]:
    """Practices, or practices about to become one, whose own list is over the band: each is a network alone."""
    pinned = {code for pin in rules.demands.pins for code in pin}
    merged = [tuple(code for code in group if code in graph) for group in rules.demands.merge]
    single = set(graph) - {code for group in merged for code in group}
    placed = []
    for codes in sorted([*((code,) for code in single), *(group for group in merged if group)]):
        patients = sum(graph.nodes[code]["list_size"] for code in codes)
        if patients > rules.most and not pinned & set(codes):
            named = f"{codes[0]} alone has" if len(codes) == 1 else f"{', '.join(codes)}, merged, have"
            why = f"{named} {patients:,} patients, over the most of {rules.most:,}."
            placed.append(Placed(codes, OVERSIZE, why))
    return placed


def place(graph: nx.Graph, groups: Groups, rules: Rules, reasons: Sequence[Obstacle]) -> list[Placed]:
    """Name the exceptions among networks, each with the reason that touches it.

    Parameters
    ----------
    graph : networkx.Graph
    groups : tuple of tuple of str
        Practice codes.
    rules : Rules
        Those of the area.
    reasons : sequence of Obstacle
        Why exceptions were needed; search alone gives none, and no proof.
    """
    demands = rules.demands
    placed = []
    for codes in groups:
        patients = sum(graph.nodes[code]["list_size"] for code in codes)
        fits = demands.least_practices <= counted_practices(codes, demands) <= demands.most_practices
        if rules.least <= patients <= rules.most and fits:
            placed.append(Placed(codes))
            continue
        if not reasons:
            said = "No plan within the band was found here; that none exists is not proven."
            placed.append(Placed(codes, "search", said))
            continue
        # What stands in the way of others explains this one only where it is connected to them.
        near = _of_the_part(graph, codes[0], rules, reasons) or list(reasons)
        touching = [obstacle for obstacle in near if set(obstacle.practice_codes) & set(codes)]
        obstacle = (touching or near)[0]
        # One obstacle of a part has the remedies of all; those of a rule over the area are its own.
        shared = [one for one in near if one.reason not in (MOVES, NETWORKS)]
        remedies = [] if obstacle.remedies else [each for one in shared for each in one.remedies]
        said = " ".join((f"{patients:,} patients.", obstacle.text, *remedies))
        placed.append(Placed(codes, obstacle.reason, said))
    return placed


def _of_the_part(graph: nx.Graph, code: str, rules: Rules, reasons: Sequence[Obstacle]) -> list[Obstacle]:
    """The obstacles of the connected part that a practice is in."""
    part = next((set(part) for part in connected_parts(graph, rules) if code in part), set[str]())
    return [obstacle for obstacle in reasons if part.intersection(obstacle.practice_codes)]
