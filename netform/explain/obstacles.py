"""What arithmetic and the shape of the graph say before any solver runs, in words a planner can use.

Where practices cannot be divided within the rules, the smallest changes that would allow it are looked for, each kind
on its own: one demand of the planner dropped (`netform.explain.dropped_demands`), the nearest bound and one bridge
(`netform.explain.wider_band`). Whatever is said has been tried, and the practices were divisible then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx

from netform.candidates.coverable import coverable
from netform.explain.divisible import Question, Remedy
from netform.explain.dropped_demands import clash, dropped
from netform.explain.wider_band import bridge, nearest_least, nearest_most
from netform.solve.model.stopping import NEVER, Deadline

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from netform.rules import Rules

__all__ = ["Obstacle", "Reason", "connected_parts", "obstacles", "reason_for"]


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
        words = "together have" if len(codes) > 1 else "has"
        joins = "they" if len(codes) > 1 else "it"
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
        own = part.nodes[code]["list_size"]
        rest = part.subgraph(set(part) - {code})
        branches = []
        for branch in nx.connected_components(rest):
            patients = sum(part.nodes[member]["list_size"] for member in branch)
            branches.append((_must_join(patients, rules), tuple(sorted(branch))))
        joining = sorted((branch for branch in branches if branch[0]), key=lambda branch: branch[1])
        needed = own + sum(least for least, _ in joining)
        if needed > rules.most:
            codes = tuple(sorted([code, *(member for _, branch in joining for member in branch)]))
            yield Obstacle(
                "stranded",
                codes,
                f"{code} ({own:,} patients) is the only way out for {len(joining)} "
                f"branch{'es' * (len(joining) != 1)} ({'; '.join(_some(branch) for _, branch in joining)}) that "
                f"cannot stand alone: together they would be at least {needed:,}, over {rules.most:,}.",
            )


def _must_join(patients: int, rules: Rules) -> int:
    """The fewest patients of a branch that must join the network of the practice before it."""
    if coverable(patients, rules.least, rules.most):
        return 0
    return patients - (patients // rules.least) * rules.most


def _some(codes: Collection[str]) -> str:
    names = sorted(codes)
    if len(names) <= 4:
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{', '.join(names[:3])} and {len(names) - 3} more practices"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some practices cannot all be in networks that keep the rules, and what would change that.

    Attributes
    ----------
    practice_codes : tuple of str
        The practices, sorted.
    obstacles : tuple of Obstacle
        As given, after ``stranded_behind_pin`` or ``demands`` where the planner's own demands stop a division.
    clash : tuple of str
        Demands, in words, that together stop it; each of them is needed for that. Empty when none is to blame.
    remedies : tuple of Remedy
        Demands to drop first, then bounds, then bridges.
    """

    practice_codes: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]
    clash: tuple[str, ...]
    remedies: tuple[Remedy, ...]


def reason_for(
    graph: nx.Graph,
    codes: Collection[str],
    rules: Rules,
    reasons: Sequence[Obstacle],
    deadline: Deadline = NEVER,
) -> Reason:
    """Find out what stands in the way of some practices, and the smallest changes that would remove it.

    Parameters
    ----------
    graph : networkx.Graph
        Of the practices of the whole area (`netform.graph`), without what demands add to it.
    codes : collection of str
        Connected practices that cannot be divided within the rules, or one practice over the band; all that are
        not pinned, left out or over the band where the number of networks is fixed.
    rules : Rules
        Those of the area (`netform.rules.Rules.for_area`).
    reasons : sequence of Obstacle
        What has been seen to stop them.
    deadline : Deadline
        Once it has passed nothing more is tried.
    """
    asked = Question(graph, tuple(sorted(codes)), rules, deadline)
    # Five kinds of change share the time, each with those after it.
    to_drop = list(dropped(asked.sharing(5)))
    together = clash(asked.sharing(4))
    least = nearest_least(asked.sharing(3))
    most = nearest_most(asked.sharing(2))
    remedies = (*to_drop, least, most, bridge(asked.sharing(1)))
    return Reason(
        asked.codes,
        (*_planners(asked.codes, to_drop, together), *reasons),
        together,
        tuple(remedy for remedy in remedies if remedy),
    )


def _planners(
    codes: tuple[str, ...], to_drop: Sequence[Remedy], together: Sequence[str]
) -> Iterator[Obstacle]:
    """The obstacle that the planner's own demands are, where they are one."""
    pins = [remedy for remedy in to_drop if remedy.kind == "pin"]
    if pins:
        behind = sorted({code for remedy in pins for code in remedy.practice_codes} - set(codes))
        sentence = (
            f"{_some(codes)} cannot be divided within the rules because {_some(behind)} next to them "
            f"{'are' if len(behind) > 1 else 'is'} pinned."
        )
        yield Obstacle("stranded_behind_pin", codes, sentence)
    elif together:
        words = "; ".join(f"“{rule}”" for rule in together)
        these = "this rule stops" if len(together) == 1 else "these rules together stop"
        yield Obstacle("demands", codes, f"{_some(codes)}: {these} any division: {words}.")
