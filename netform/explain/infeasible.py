"""Why no plan is within the band: each part its own reason, or the few practices that the map does not let be covered.

Networks that cover all practices would cover any few of them. So where neither arithmetic nor a single way out explains
it, the fewest that already cannot all be covered, whatever becomes of the rest, are where to look: a deletion filter
over the practices.

Where it is the number of networks demanded that leaves exceptions, the number that would not is said.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.store import CandidateStore
from netform.explain.divisible import cover_of, divisible, within_rules
from netform.explain.obstacles import MOVES, NETWORKS, Obstacle, connected_parts, obstacles
from netform.scores.balance import group_sums
from netform.solve.exact.minimum_count import fewest
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.problem import SideRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from netform.rules import Rules
    from netform.solve.model.plan_model import LinkingRules, PlanModel

__all__ = [
    "conflicting",
    "explained_by_part",
    "geography",
    "other_number",
    "undivided",
    "undivided_by_model",
]

# Beyond these the filter would take longer than planning does.
MOST_PRACTICES, MOST_LISTED = 80, 50_000

# More practices than these are no explanation.
FEW = 8


def undivided(
    graph: nx.Graph,
    rules: Rules,
    within: PlanModel,
    deadline: Deadline = NEVER,
    *,
    listed: int,
    forbids: bool,
    by_part: bool,
    whole: bool,
) -> list[Obstacle]:
    """Find why no plan is within the band, where solving over all listed columns has proven that there is none.

    Parameters
    ----------
    graph : networkx.Graph
        Of the practices, as the demands make it.
    rules : Rules
        Those of the area.
    within : PlanModel
        The plans within the band, without what ties all parts of the area.
    deadline : Deadline
    listed : int
        The possible networks that were tried.
    forbids : bool
        Whether demands have taken some of them away.
    by_part : bool
        Whether nothing that is to blame ties the parts, so that each has its own reason.
    whole : bool
        Whether the practices are all there are of the area.
    """
    found: list[Obstacle] = []
    if by_part:
        for part in connected_parts(graph, rules):
            all_there_is = whole and len(part) == len(within.codes)
            seen = obstacles(graph, part, rules, whole=all_there_is)
            if not seen and divisible(graph, part, rules, deadline) is False:
                first = within.store.members[within.store.offsets[:-1]]
                count = int(np.isin(within.codes, part)[first].sum())
                seen = [geography(graph, part, rules, deadline, listed=count, demanded=forbids)]
            found += seen
    demanded = forbids or rules.demands.networks is not None
    return found or [geography(graph, within.codes, rules, deadline, listed=listed, demanded=demanded)]


def undivided_by_model(codes: Sequence[str], rules: Rules, *, demanded: bool) -> Obstacle:
    """Say that no plan is within the band, where a model of all plans has proven it without listing networks.

    Parameters
    ----------
    codes : sequence of str
    rules : Rules
        Those of the area.
    demanded : bool
        Whether demands of the planner have part in it.
    """
    keeping = " that keep every demand" if demanded else ""
    sentence = (
        f"No division of these {len(codes):,} practices into contiguous networks of {rules.least:,}-{rules.most:,} "
        f"patients{keeping} exists: that is proven by a model of all divisions."
    )
    return Obstacle("geography", tuple(codes), sentence)


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
    """Find practices that no disjoint columns cover, of which none could be left out.

    Parameters
    ----------
    store : CandidateStore
        Of which no columns cover every practice once.
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


def _uncoverable(store: CandidateStore, kept: Sequence[int], deadline: Deadline) -> bool:
    """Whether it is proven that no disjoint columns cover some practices; the others may be covered or not."""
    inside = np.isin(np.arange(store.practices), kept)
    others = np.flatnonzero(~inside)
    alone = CandidateStore(np.arange(len(others) + 1), others.astype(np.uint16), store.practices)
    some = store.take(np.flatnonzero(group_sums(store, inside.astype(np.float64)))).joined(alone)
    return cover_of(some, np.ones(len(some)), store.practices, deadline) is False


def explained_by_part(
    parts: Sequence[Sequence[str]],
    found: Sequence[Obstacle],
    reasoned: Callable[[Sequence[str], Sequence[Obstacle]], tuple[Obstacle, ...]],
) -> tuple[Obstacle, ...]:
    """Give the obstacles of each part the smallest changes that would remove them; those of the area have their own.

    Parameters
    ----------
    parts : sequence of sequence of str
    found : sequence of Obstacle
    reasoned : callable
        From the practices of a part and their obstacles to those with remedies.
    """
    of_map = [obstacle for obstacle in found if obstacle.reason not in (MOVES, NETWORKS)]
    explained: list[Obstacle] = []
    for part in parts:
        inside = set(part)
        explained += reasoned(part, [each for each in of_map if inside.issuperset(each.practice_codes)])
    known = {(each.reason, each.practice_codes) for each in explained}
    return (*explained, *(each for each in found if (each.reason, each.practice_codes) not in known))


def other_number(
    model: PlanModel,
    outside: NDArray[np.float64],
    linking: LinkingRules,
    exceptions: int,
    alone: int,
    deadline: Deadline = NEVER,
) -> Obstacle | None:
    """Say which number of networks would save a plan some of its exceptions; None where none would.

    Parameters
    ----------
    model : PlanModel
        The plans with networks of any size, without the rows of ``linking``.
    outside : ndarray of float64, shape (m,)
        1 for every column that is an exception.
    linking : LinkingRules
        With the number that is demanded.
    exceptions : int
        How many the plan has.
    alone : int
        Exceptions that every plan has.
    deadline : Deadline
        Once it has passed nothing is said.
    """
    if linking.networks is None:
        return None
    free = replace(model, sides=(*model.sides, *replace(linking, networks=None).rows(model)))
    needed = fewest(free, outside, deadline).found
    if needed is None or needed >= exceptions:
        return None
    some = replace(free, sides=(*free.sides, SideRow(outside, -math.inf, needed + 0.5)))
    fixed, practices = len(linking.fixed), len(model.codes)
    least = fewest(some, np.ones(len(model.store)), deadline).plus(fixed)
    # A plan of as many networks as can be spares the fewest practices the lead of one.
    spared = fewest(some, np.diff(model.store.offsets) - 1.0, deadline)
    sentence = (
        f"Exactly {linking.networks:,} networks leave {exceptions + alone:,} exception"
        f"{'s' * (exceptions + alone != 1)}; with another number {needed + alone or 'none':} would be enough."
    )
    remedies: tuple[str, ...] = ()
    if least.proven and least.found is not None and linking.networks < least.found:
        remedies = (f"For that at least {least.found:,} networks are needed.",)
    elif spared.proven and spared.found is not None and linking.networks > practices - spared.found + fixed:
        remedies = (f"For that at most {practices - spared.found + fixed:,} networks can be had.",)
    return Obstacle(NETWORKS, model.codes, sentence, remedies)
