"""The smallest changes that would remove an exception, each tried out.

Where practices cannot be divided within the rules, each kind of change is looked for on its own: one demand of the
planner dropped (`netform.explain.dropped_demands`), the nearest bound and one bridge (`netform.explain.wider_band`).
Whatever is said has been tried, and the practices were divisible then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.explain.divisible import Question, Remedy
from netform.explain.dropped_demands import clash, dropped
from netform.explain.obstacles import Obstacle
from netform.explain.wider_band import bridge, nearest_least, nearest_most
from netform.solve.model.budget import NEVER, Deadline

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import networkx as nx

    from netform.rules import Rules

__all__ = ["Reason", "reason_for"]


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


def _some(codes: Sequence[str]) -> str:
    if len(codes) <= 4:
        return " and ".join(filter(None, (", ".join(codes[:-1]), codes[-1])))
    return f"{', '.join(codes[:3])} and {len(codes) - 3} more practices"
