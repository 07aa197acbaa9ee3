"""Whether practices can be divided into networks that keep every rule: yes, no, or not settled.

The question behind every reason, and what an answer may be. It is asked again and again of a changed rule, so it gives
up early, and looks at fewer neighbours rather than at more columns: a division found on a part of the graph is one of
the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.candidates.adjacency import Adjacency
from netform.candidates.allowed import Limits, allowed, counts_allowed
from netform.candidates.enumerate import list_candidates, take_census
from netform.explain.obstacles import obstacles
from netform.graph_demands import demanded_graph
from netform.scores.patient_travel import PATIENT_TRAVEL
from netform.scores.term import ScoringData
from netform.solve.exact.solver import any_plan
from netform.solve.model.budget import NEVER, Deadline, MemoryBudget
from netform.solve.model.problem import SetPartitioning, SideRow, renumbered

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules import Rules

__all__ = ["Question", "Remedy", "cover_of", "divisible", "free_practices", "within_rules"]

# Connected sets that are met for one question.
MOST_LISTED = 400_000

# What solving over them may take: it comes on the side of a list that is there already.
ROOM = MemoryBudget.of(0.1)

# One question is given up after so many looks at the clock (rounds of a linear program, nodes of branching), which
# are the same on every machine, and an integer program after so many seconds, which hardly any takes.
MOST_LOOKS, MOST_SECONDS = 60, 5.0

# Where there are more, these shares of the neighbours are kept, nearest first, besides a tree that joins all.
SHARES = (0.6, 0.35, 0.15)


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change after which the practices can be divided within the rules.

    Attributes
    ----------
    kind : str
        ``least``, ``most``, ``bridge``, ``networks``, or the kind of the demand to drop.
    sentence : str
        For people.
    rules : Rules
        The rules after the change.
    edge : (str, str) or None
        The bridge to add.
    practice_codes : tuple of str
        The practices that are divisible then: those asked about and any that the change brings in.
    """

    kind: str
    sentence: str
    rules: Rules
    edge: tuple[str, str] | None = None
    practice_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Some practices that cannot be divided within the rules, and the time there is to find out why.

    Attributes
    ----------
    graph : networkx.Graph
        Of the practices of the whole area, without what demands add to it.
    codes : tuple of str
        The practices, sorted.
    rules : Rules
        Those of the area.
    deadline : Deadline
    """

    graph: nx.Graph
    codes: tuple[str, ...]
    rules: Rules
    deadline: Deadline

    def divisible(self, codes: Collection[str], rules: Rules, graph: nx.Graph | None = None) -> bool | None:
        """Ask, with as many networks as there have to be."""
        if self.deadline.passed:
            return None
        networks = rules.demands.networks
        if networks is not None:
            over = [code for code in free_practices(self.graph, rules) if self.list_size(code) > rules.most]
            networks -= len(rules.demands.pins) + len(over)
        whole = self.graph if graph is None else graph
        return divisible(whole, codes, rules, self.deadline, networks=networks)

    def list_size(self, code: str) -> int:
        """The list size of a practice."""
        return int(self.graph.nodes[code]["list_size"])


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
        Of practices by code (`netform.graph`).
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
        return _settle(graph, free, rules, deadline, networks) if free else networks == 0
    answers = [
        _settle(graph, sorted(part), rules, deadline, None)
        for part in nx.connected_components(graph.subgraph(free))
    ]
    if False in answers:
        return False
    return None if None in answers else True


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
        return MOST_SECONDS if deadline.passed else next(looks) * MOST_SECONDS / MOST_LOOKS

    solution = any_plan(
        SetPartitioning(store, costs, sides, most_networks, ROOM), Deadline(MOST_SECONDS, clock)
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
