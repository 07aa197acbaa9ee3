"""Groups of practices as networks of a plan: which are exceptions, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.breaches import counted_practices
from netform.explain.infeasible import NETWORKS
from netform.explain.move_limits import MOVES
from netform.explain.obstacles import Obstacle, connected_parts
from netform.settled import settle
from netform.solve.model.outcome import Placed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import networkx as nx

    from netform.rules import Rules
    from netform.tradeoff import Groups

__all__ = ["PINNED", "oversize_networks", "pin_networks", "place"]

OVERSIZE = "over_max_single_practice"
PINNED = "pinned"


def pin_networks(graph: nx.Graph, rules: Rules) -> list[Placed]:
    """The pins of an area as networks; one outside the band, or the number of practices, is ``pinned``."""
    placed = []
    for codes in settle(graph, rules).pins:
        fault = _fault(graph, codes, rules)
        placed.append(Placed(codes, PINNED, f"{fault}: pinned as it stands.") if fault else Placed(codes))
    return placed


def oversize_networks(graph: nx.Graph, rules: Rules) -> list[Placed]:
    """Practices, or practices about to become one, whose own list is over the band: each is a network alone."""
    area, placed = settle(graph, rules), []
    for codes in area.alone:
        named = f"{codes[0]} alone has" if len(codes) == 1 else f"{', '.join(codes)}, merged, have"
        why = f"{named} {area.patients(codes):,} patients, over the most of {rules.most:,}."
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
    return [_placed(graph, codes, rules, reasons) for codes in groups]


def _placed(graph: nx.Graph, codes: tuple[str, ...], rules: Rules, reasons: Sequence[Obstacle]) -> Placed:
    """Name one network, with its reason where it is an exception."""
    if not _fault(graph, codes, rules):
        return Placed(codes)
    if not reasons:
        said = "No plan within the band was found here; that none exists is not proven."
        return Placed(codes, "search", said)
    # What stands in the way of others explains this one only where it is connected to them.
    part = next((part for part in connected_parts(graph, rules) if codes[0] in part), ())
    near = [each for each in reasons if set(part) & set(each.practice_codes)] or list(reasons)
    touching = [obstacle for obstacle in near if set(obstacle.practice_codes) & set(codes)]
    obstacle = (touching or near)[0]
    # One obstacle of a part has the remedies of all; those of a rule over the area are its own.
    shared = [one for one in near if one.reason not in (MOVES, NETWORKS)]
    remedies = [] if obstacle.remedies else [each for one in shared for each in one.remedies]
    patients = sum(graph.nodes[code]["list_size"] for code in codes)
    said = " ".join((f"{patients:,} patients.", obstacle.text, *remedies))
    return Placed(codes, obstacle.reason, said)


def _fault(graph: nx.Graph, codes: Collection[str], rules: Rules) -> str:
    """How a network is outside the band, or the number of practices; blank where it is in both."""
    demands, counted = rules.demands, counted_practices(codes, rules.demands)
    patients = sum(graph.nodes[code]["list_size"] for code in codes)
    if not rules.least <= patients <= rules.most:
        return f"{patients:,} patients, outside {rules.least:,}-{rules.most:,}"
    if not demands.least_practices <= counted <= demands.most_practices:
        return f"{counted} practice{'s' * (counted != 1)}, other than demanded"
    return ""
