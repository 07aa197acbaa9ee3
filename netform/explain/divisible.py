"""Whether practices can be divided into networks that keep every rule: yes, no, or not settled; and if not, why not.

The question behind every reason. It is asked again and again of a changed rule, so it gives up early, and looks at
fewer neighbours rather than at more columns: a division found on a part of the graph is one of the whole.

Where there is none, each part has its own reason, or the few practices that the map does not let be covered. Networks
that cover all practices would cover any few of them. So where neither arithmetic nor a single way out explains it, the
fewest that already cannot all be covered, whatever becomes of the rest, are where to look: a deletion filter over the
practices.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.candidates.adjacency import Adjacency
from netform.candidates.allowed import Limits, allowed, counts_allowed
from netform.candidates.enumerate import list_candidates, take_census
from netform.candidates.store import CandidateStore
from netform.explain.obstacles import connected_parts, obstacles
from netform.rules.demanded_graph import demanded_graph
from netform.scores.balance import group_sums
from netform.scores.patient_travel import PATIENT_TRAVEL
from netform.scores.term import ScoringData
from netform.solve.exact.solver import any_plan
from netform.solve.model.budget import NEVER, Deadline, MemoryBudget
from netform.solve.model.outcome import Obstacle
from netform.solve.model.problem import SetPartitioning, SideRow, renumbered

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from netform.rules.model import Rules
    from netform.solve.model.plan_model import PlanModel
    from netform.solve.part_candidates import Part

__all__ = ["conflicting", "divisible", "free_practices", "geography", "undivided", "undivided_by_model"]

# Connected sets that are met for one question.
MOST_LISTED = 400_000

# What solving over them may take: it comes on the side of a list that is there already.
ROOM = MemoryBudget.of(0.1)

# One question is given up after so many looks at the clock (rounds of a linear program, nodes of branching), which
# are the same on every machine.
MOST_LOOKS = 60.0

# Where there are more, these shares of the neighbours are kept, nearest first, besides a tree that joins all.
SHARES = (0.6, 0.35, 0.15)

# Beyond these the filter would take longer than planning does.
FILTERED_PRACTICES, FILTERED_NETWORKS = 80, 50_000

# More practices than these are no explanation.
FEW = 8


def divisible(
    graph: nx.Graph,
    codes: Collection[str],
    rules: Rules,
    deadline: Deadline = NEVER,
    *,
    networks: int | None = None,
) -> bool | None:
    """Whether some practices can be divided into networks that keep the band and every demand.

    Pins among them are networks as they stand; practices that are left out are not missed.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices by code (`netform.map.graph`).
    codes : collection of str
    rules : Rules
        Those of the area. Its number of networks is not looked at.
    deadline : Deadline
    networks : int, optional
        Exactly how many networks, pins not counted.

    Returns
    -------
    bool or None
        None when it is not settled.
    """
    graph = demanded_graph(graph, rules.demands)
    free = sorted(free_practices(graph, rules).intersection(codes))
    if any(graph.nodes[code]["list_size"] > rules.most for code in free):
        return False
    if networks is not None:
        answers = [_settle(graph, free, rules, deadline, networks) if free else networks == 0]
    else:
        answers = [
            _settle(graph, sorted(part), rules, deadline, None)
            for part in nx.connected_components(graph.subgraph(free))
        ]
    if False in answers:
        return False
    # Whom a network lies around, and where its patients live, is not looked at: a division may break those demands.
    unseen = rules.demands.no_doughnuts or rules.demands.aligned > 0
    return None if None in answers or unseen else True


def free_practices(graph: nx.Graph, rules: Rules) -> frozenset[str]:
    """Give the practices of an area that are neither pinned nor left out."""
    pinned = {code for pin in rules.demands.pins for code in pin}
    return frozenset(graph) - pinned - set(rules.demands.exclude)


def within_rules(
    graph: nx.Graph, codes: Sequence[str], rules: Rules, *, most: int, enclaves: bool = True
) -> CandidateStore | None:
    """List the networks within the band that keep every demand; None when there are too many sets.

    Parameters
    ----------
    graph : networkx.Graph
        As the demands make it.
    codes : sequence of str
        In the numbering of the store.
    rules : Rules
    most : int
        Connected sets that may be met.
    enclaves : bool
        Whether to leave out the networks that leave something uncoverable behind.
    """
    adjacency = Adjacency.of(renumbered(graph, codes))
    census = take_census(adjacency, rules.least, rules.most, limit=most)
    if not census.complete:
        return None
    store = list_candidates(adjacency, rules.least, rules.most, census=census, enclaves=enclaves)
    limits = Limits.of(graph, codes, rules)
    return store.take(np.flatnonzero(allowed(store, limits) & counts_allowed(store, limits)))


def cover_of(
    store: CandidateStore,
    costs: NDArray[np.float64],
    most_networks: int,
    deadline: Deadline,
    networks: int | None = None,
) -> bool | None:
    """Whether some columns cover every practice once; None when it is not settled.

    Parameters
    ----------
    store : CandidateStore
    costs : ndarray of float64, shape (m,)
        Of no matter for the answer, but much for the time: where all plans are equal, the search for one wanders.
    most_networks : int
        No plan has more.
    deadline : Deadline
    networks : int, optional
        Exactly how many columns the plan has.
    """
    if not len(store):
        return not store.practices and not networks
    sides = () if networks is None else (SideRow(np.ones(len(store)), float(networks), float(networks)),)
    looks = count(1)

    def clock() -> float:
        return MOST_LOOKS if deadline.passed else next(looks)

    solution = any_plan(
        SetPartitioning(store, costs, sides, most_networks, ROOM), Deadline(MOST_LOOKS, clock)
    )
    if solution.chosen is not None:
        return True
    return False if solution.status == "infeasible" else None


def _settle(
    graph: nx.Graph, codes: Sequence[str], rules: Rules, deadline: Deadline, networks: int | None
) -> bool | None:
    """Settle the question for connected practices, or, with a number of networks, for any."""
    if networks is None and obstacles(graph, codes, rules, whole=True):
        return False
    data = ScoringData.of(graph, codes, rules)
    patients = sum(graph.nodes[code]["list_size"] for code in codes)
    for share in (1.0, *SHARES):
        if deadline.passed:
            break
        some = graph if share == 1.0 else _thinned(graph, codes, share)
        store = within_rules(some, codes, rules, most=MOST_LISTED)
        answer = None
        if store is not None:
            # Networks of short journeys fit together best.
            costs = 1.0 + PATIENT_TRAVEL.kernel(store, data)
            answer = cover_of(store, costs, max(1, patients // rules.least), deadline, networks)
        # Fewer neighbours than there are can only ever say yes.
        if answer or (share == 1.0 and store is not None):
            return answer
    return None


def _thinned(graph: nx.Graph, codes: Sequence[str], share: float) -> nx.Graph:
    """Keep a share of the edges, the shortest, and a tree of shortest edges."""
    part = graph.subgraph(codes)
    edges = sorted((data["minutes"], *sorted((a, b))) for a, b, data in part.edges(data=True))
    kept = nx.Graph(travel=graph.graph.get("travel"))
    kept.add_nodes_from(part.nodes(data=True))
    joined = nx.utils.UnionFind(codes)
    fewest = int(share * len(edges))
    for place, (_, a, b) in enumerate(edges):
        if place < fewest or joined[a] != joined[b]:
            kept.add_edge(a, b)
            joined.union(a, b)
    return kept


def undivided(part: Part, within: PlanModel, listed: int) -> list[Obstacle]:
    """Find why no plan is within the band, where solving over all listed columns has proven that there is none.

    Parameters
    ----------
    part : Part
    within : PlanModel
        The plans within the band, without what ties all parts of the area.
    listed : int
        The possible networks that were tried.
    """
    graph, rules, deadline = part.graph, part.rules, part.deadline
    forbids = bool(part.problem.limits.forbids)
    found: list[Obstacle] = []
    # What may move has tied the parts, and it is not to blame: each has its own reason. Their number would be.
    if part.linking and part.linking.networks is None:
        for codes in connected_parts(graph, rules):
            seen = obstacles(graph, codes, rules, whole=part.whole and len(codes) == len(within.codes))
            if not seen and divisible(graph, codes, rules, deadline) is False:
                first = within.store.members[within.store.offsets[:-1]]
                count = int(np.isin(within.codes, codes)[first].sum())
                seen = [geography(graph, codes, rules, deadline, listed=count, demanded=forbids)]
            found += seen
    demanded = forbids or rules.demands.networks is not None
    return found or [geography(graph, within.codes, rules, deadline, listed=listed, demanded=demanded)]


def undivided_by_model(part: Part) -> Obstacle:
    """Say that no plan is within the band, where a model of all plans has proven it without listing networks."""
    codes, demanded = part.problem.codes, bool(part.problem.limits.forbids or part.linking)
    said = f"{_no_division(codes, part.rules, demanded)}: that is proven by a model of all divisions."
    return Obstacle("geography", codes, said)


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
    sentence = (
        f"{_no_division(codes, rules, demanded)}: all {listed:,} possible networks were tried together."
    )
    few: tuple[int, ...] = ()
    if len(codes) <= FILTERED_PRACTICES:
        store = within_rules(graph, codes, rules, most=FILTERED_NETWORKS, enclaves=False)
        few = () if store is None else conflicting(store, deadline)
    if not 0 < len(few) <= min(FEW, len(codes) - 1):
        return Obstacle("geography", tuple(codes), sentence)
    names = tuple(codes[k] for k in few)
    # One practice alone is covered by any network that it is in.
    why = f"{names[0]} is in none of them"
    if len(names) > 1:
        why = f"Already {', '.join(names[:-1])} and {names[-1]} cannot all be in networks at once"
    return Obstacle("geography", names, f"{sentence} {why}.")


def _no_division(codes: Sequence[str], rules: Rules, demanded: bool) -> str:
    keeping = " that keep every demand" if demanded else ""
    return (
        f"No division of these {len(codes):,} practices into contiguous networks of {rules.least:,}-{rules.most:,} "
        f"patients{keeping} exists"
    )


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
