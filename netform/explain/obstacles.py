"""What arithmetic and the shape of the graph say before any solver runs, in words a planner can use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx

from netform.candidates.coverable import coverable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from netform.rules import Rules

__all__ = ["Obstacle", "connected_parts", "obstacles"]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why some practices cannot all be in networks of the band.

    Attributes
    ----------
    reason : str
        ``over_max_single_practice``, ``island``, ``arithmetic`` or ``stranded``.
    practice_codes : tuple of str
        The practices it is about, sorted.
    sentence : str
        For people.
    remedies : tuple of str
        What would remove it, a sentence each, where that was looked for.
    """

    reason: str
    practice_codes: tuple[str, ...]
    sentence: str
    remedies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentence and what would remove the obstacle."""
        return " ".join((self.sentence, *self.remedies))


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


def _some(codes: Collection[str]) -> str:
    names = sorted(codes)
    if len(names) <= 4:
        return ", ".join(names)
    return f"{', '.join(names[:3])} and {len(names) - 3} more practices"
