"""What arithmetic and the shape of the graph say before any solver runs, in words a planner can use.

With these words a plan's exceptions are named, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from netform.candidates.coverable import coverable
from netform.rules.breaches import counted_practices
from netform.rules.settled import settle
from netform.solve.model.outcome import Obstacle, Placed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from netform.plan.grouping import Groups
    from netform.rules.model import Rules
    from netform.rules.settled import Settled

__all__ = [
    "MOVES",
    "NETWORKS",
    "PINNED",
    "connected_parts",
    "fault",
    "obstacles",
    "oversize",
    "oversize_networks",
    "pin_networks",
    "place",
]

# The reason of an exception that stands as it is, and of those that would not be needed if more could move, or with
# another number of networks: rules over the whole area.
PINNED, MOVES, NETWORKS = "pinned", "moves", "networks"


def fault(graph: nx.Graph, codes: Collection[str], rules: Rules) -> str:
    """How a network is outside the band, or the number of practices; blank where it is in both."""
    demands, counted = rules.demands, counted_practices(codes, rules.demands)
    patients = sum(graph.nodes[code]["list_size"] for code in codes)
    if not rules.least <= patients <= rules.most:
        return f"{patients:,} patients, outside {rules.least:,}-{rules.most:,}"
    if not demands.least_practices <= counted <= demands.most_practices:
        return f"{counted} practice{'s' * (counted != 1)}, other than demanded"
    return ""


def oversize(area: Settled, rules: Rules) -> list[Obstacle]:
    """What is over the band by itself: practices, or practices about to become one."""
    found = []
    for codes in area.alone:
        named = f"{codes[0]} alone has" if len(codes) == 1 else f"{', '.join(codes)}, merged, have"
        sentence = f"{named} {area.patients(codes):,} patients, over the most of {rules.most:,}."
        found.append(Obstacle("over_max_single_practice", codes, sentence))
    return found


def connected_parts(graph: nx.Graph, rules: Rules) -> list[tuple[str, ...]]:
    """The connected parts of the graph without its oversize practices, in order of their first code."""
    rest = graph.subgraph(code for code in graph if graph.nodes[code]["list_size"] <= rules.most)
    return sorted(tuple(sorted(part)) for part in nx.connected_components(rest))


def obstacles(graph: nx.Graph, part: Collection[str], rules: Rules, *, whole: bool) -> list[Obstacle]:
    """What keeps a connected part from being covered by networks of the band; empty when nothing is seen.

    Nothing seen does not mean that a plan exists: only solving decides that.

    Parameters
    ----------
    graph : networkx.Graph
    part : collection of str
        Codes of a connected part without oversize practices.
    rules : Rules
    whole : bool
        Whether the part is all there is, so that it is no island.
    """
    codes = tuple(sorted(part))
    patients = sum(graph.nodes[code]["list_size"] for code in codes)
    if coverable(patients, rules.least, rules.most):
        return list(_stranded(graph.subgraph(codes), rules))
    if patients < rules.least:
        words, joins = ("together have", "they") if len(codes) > 1 else ("has", "it")
        where = "" if whole else f" and border{'s' * (len(codes) == 1)} no other practice {joins} could join"
        subject = f"{_some(codes)} {words} {patients:,} patients{where}: fewer than the {rules.least:,} of a network."
        return [Obstacle("arithmetic" if whole else "island", codes, subject)]
    few = patients // rules.least
    sentence = (
        f"{_some(codes)} have {patients:,} patients: {few} network{'s' * (few != 1)} can hold at most "
        f"{few * rules.most:,} and {few + 1} need at least {(few + 1) * rules.least:,}."
    )
    return [Obstacle("arithmetic", codes, sentence)]


def _stranded(part: nx.Graph, rules: Rules) -> Iterator[Obstacle]:
    """Practices whose removal leaves branches that must join their network, and overfill it."""
    for code in sorted(nx.articulation_points(part)):
        own = needed = part.nodes[code]["list_size"]
        joining = []
        for branch in sorted(map(sorted, nx.connected_components(part.subgraph(set(part) - {code})))):
            patients = sum(part.nodes[member]["list_size"] for member in branch)
            if not coverable(patients, rules.least, rules.most):
                joining.append(branch)
                # What its own networks cannot hold.
                needed += patients - patients // rules.least * rules.most
        if needed > rules.most:
            yield Obstacle(
                "stranded",
                tuple(sorted([code, *(member for branch in joining for member in branch)])),
                f"{code} ({own:,} patients) is the only way out for {len(joining)} "
                f"branch{'es' * (len(joining) != 1)} ({'; '.join(map(_some, joining))}) that "
                f"cannot stand alone: together they would be at least {needed:,}, over {rules.most:,}.",
            )


def pin_networks(graph: nx.Graph, rules: Rules) -> list[Placed]:
    """The pins of an area as networks; one outside the band, or the number of practices, is ``pinned``."""
    placed = []
    for codes in settle(graph, rules).pins:
        why = fault(graph, codes, rules)
        placed.append(Placed(codes, PINNED, f"{why}: pinned as it stands.") if why else Placed(codes))
    return placed


def oversize_networks(graph: nx.Graph, rules: Rules) -> list[Placed]:
    """Practices, or practices about to become one, whose own list is over the band: each is a network alone."""
    return [
        Placed(each.practice_codes, each.reason, each.sentence)
        for each in oversize(settle(graph, rules), rules)
    ]


def place(
    graph: nx.Graph, groups: Groups, rules: Rules, reasons: Sequence[Obstacle], known: Iterable[Placed] = ()
) -> list[Placed]:
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
    known : iterable of Placed
        Networks that are named already; the last of several counts.
    """
    named = {each.practice_codes: each for each in known}
    return [named.get(codes) or _placed(graph, codes, rules, reasons) for codes in groups]


def _placed(graph: nx.Graph, codes: tuple[str, ...], rules: Rules, reasons: Sequence[Obstacle]) -> Placed:
    """Name one network, with its reason where it is an exception."""
    if not fault(graph, codes, rules):
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


def _some(codes: Collection[str]) -> str:
    names = sorted(codes)
    if len(names) <= 4:
        return ", ".join(names)
    return f"{', '.join(names[:3])} and {len(names) - 3} more practices"
