"""Where neither arithmetic nor a single way out explains it: the few practices that the map does not let be covered.

Networks that cover all practices would cover any few of them. So the fewest that already cannot all be covered,
whatever becomes of the rest, are where to look: a deletion filter over the practices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.store import CandidateStore
from netform.explain.divisible import cover_of, within_rules
from netform.explain.obstacles import Obstacle
from netform.solve.model.stopping import NEVER, Deadline

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import networkx as nx

    from netform.rules import Rules

__all__ = ["conflicting", "geography"]

# Beyond these the filter would take longer than planning does.
MOST_PRACTICES, MOST_LISTED = 80, 50_000

# More practices than these are no explanation.
FEW = 8


def geography(
    graph: nx.Graph,
    codes: Sequence[str],
    rules: Rules,
    deadline: Deadline = NEVER,
    *,
    listed: int,
    demanded: bool = False,
) -> Obstacle:
    """Say that no division exists, and which few practices already cannot all be covered.

    Parameters
    ----------
    graph : networkx.Graph
        As the demands make it.
    codes : sequence of str
        Practices that are proven not to be divisible, sorted.
    rules : Rules
    deadline : Deadline
    listed : int
        The possible networks that were tried.
    demanded : bool
        Whether demands of the planner have part in it.
    """
    keeping = " that keep every demand" if demanded else ""
    sentence = (
        f"No division of these {len(codes)} practices into contiguous networks of {rules.least:,}-{rules.most:,} "
        f"patients{keeping} exists: all {listed:,} possible networks were tried together."
    )
    few: tuple[int, ...] = ()
    if len(codes) <= MOST_PRACTICES:
        store = within_rules(graph, codes, rules, most=MOST_LISTED, enclaves=False)
        few = () if store is None else conflicting(store, deadline)
    if not 0 < len(few) <= min(FEW, len(codes) - 1):
        return Obstacle("geography", tuple(codes), sentence)
    names = tuple(codes[k] for k in few)
    # One practice alone is covered by any network that it is in.
    why = f"{names[0]} is in none of them"
    if len(names) > 1:
        why = f"Already {', '.join(names[:-1])} and {names[-1]} cannot all be in networks at once"
    return Obstacle("geography", names, f"{sentence} {why}.")


def conflicting(store: CandidateStore, deadline: Deadline = NEVER) -> tuple[int, ...]:
    """Find practices that no choice of disjoint candidates covers, of which none could be left out.

    Parameters
    ----------
    store : CandidateStore
        Of which no choice covers every practice once.
    deadline : Deadline

    Returns
    -------
    tuple of int
        Ascending; none where it is not proven that all cannot be covered, as when time ran out.
    """
    kept = list(range(store.practices))
    if not _uncoverable(store, kept, deadline):
        return ()
    for practice in range(store.practices):
        fewer = [each for each in kept if each != practice]
        if _uncoverable(store, fewer, deadline):
            kept = fewer
    return tuple(kept)


def _uncoverable(store: CandidateStore, kept: Collection[int], deadline: Deadline) -> bool:
    """Whether it is proven that no disjoint candidates cover some practices; the others may be covered or not."""
    if not kept:
        return False
    inside = np.zeros(store.practices, np.bool_)
    inside[list(kept)] = True
    useful = np.zeros(len(store), np.bool_)
    if len(store):
        useful = np.logical_or.reduceat(inside[store.members], store.offsets[:-1])
    others = np.flatnonzero(~inside)
    alone = CandidateStore(np.arange(len(others) + 1), others.astype(np.uint16), store.practices)
    some = store.take(np.flatnonzero(useful)).joined(alone)
    return cover_of(some, np.ones(len(some)), store.practices, deadline) is False
