"""Better a plan by exact re-solving of neighbourhoods (a large neighbourhood search after Shaw, 1998).

A neighbourhood is a few neighbouring networks; their practices are planned anew, exactly: over all networks that they
can form, listed, or over columns that are at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

import numpy as np

from netform.candidates.adjacency import Adjacency
from netform.candidates.allowed import allowed, counts_allowed
from netform.candidates.enumerate import list_candidates, take_census
from netform.scores import candidate_costs
from netform.solve.model.candidate_cache import LISTING
from netform.solve.model.problem import ChooseGroups, Group, Problem, SetPartitioning, group_costs, plan_key
from netform.solve.model.stopping import Deadline

__all__ = [
    "Resolve",
    "improvements",
    "listed_anew",
    "neighbourhood",
    "plan_exactly",
]


# Other networks for the practices of some: a plan of them, or None.
Resolve = Callable[[Sequence[Group], Deadline], "list[Group] | None"]

# Practices in a neighbourhood, one level after the other; its list may hold so many groups at most.
LEVELS = (16, 24, 32, 42)
MOST_LISTED = 60_000


def improvements(
    problem: Problem,
    plan: Sequence[Group],
    resolve: Resolve,
    deadline: Deadline,
    *,
    levels: Sequence[int] = LEVELS,
) -> Iterator[list[Group]]:
    """Re-solve neighbourhoods until every network has been amid one that cannot be bettered, or time is up.

    A network is amid a neighbourhood when all networks next to it are in it, too; and where each network starts one,
    most would be looked at many times over. The plan as it is then is given after every neighbourhood.

    Parameters
    ----------
    problem : Problem
    plan : sequence of groups
        Covers every practice once.
    resolve : callable
        The best plan of a neighbourhood, as `listed_anew` gives it.
    deadline : Deadline
    levels : sequence of int
        Practices in a neighbourhood, one level after the other.
    """
    networks = _Networks(problem, dict(zip(plan, group_costs(problem, plan), strict=True)))
    for level in levels:
        improved = True
        networks.amid.clear()
        while improved and not deadline.passed:
            improved = False
            for start in takewhile(lambda _: not deadline.passed, sorted(networks.cost)):
                hood = networks.around(start, level)
                if hood is not None:
                    improved |= networks.exchanged(hood, resolve(hood, deadline))
                    yield sorted(networks.cost)


@dataclass(slots=True)
class _Networks:
    """The networks of a plan with what they cost, and where looking again is of no use.

    Attributes
    ----------
    problem : Problem
    cost : dict of group to float
    settled : set of frozenset of groups
        Neighbourhoods that were looked at.
    amid : set of groups
        Networks all of whose neighbours were in one that was looked at on this level.
    """

    problem: Problem
    cost: dict[Group, float]
    settled: set[frozenset[Group]] = field(default_factory=set)
    amid: set[Group] = field(default_factory=set)

    def around(self, start: Group, level: int) -> list[Group] | None:
        """The neighbourhood of a network, which is then looked at; None where that is of no use."""
        if start not in self.cost or start in self.amid:
            return None
        owner = {v: group for group in self.cost for v in group}
        hood = neighbourhood(self.problem, owner, start, level)
        if frozenset(hood) in self.settled or len(hood) < 2:
            return None
        self.settled.add(frozenset(hood))
        return hood

    def exchanged(self, hood: Sequence[Group], found: Sequence[Group] | None) -> bool:
        """Take other networks for those of a neighbourhood if they are better; whether they were."""
        better = False
        if found is not None:
            new_cost = group_costs(self.problem, found)
            old_cost = [self.cost[group] for group in hood]
            better = plan_key(self.problem, found, new_cost) < plan_key(self.problem, hood, old_cost)
            if better:
                for group in hood:
                    del self.cost[group]
                self.cost.update(zip(found, new_cost, strict=True))
        inside = {v for group in hood for v in group}
        for group in found if better and found is not None else hood:
            if all(u in inside for v in group for u in self.problem.graph[v]):
                self.amid.add(group)
        return better


def listed_anew(problem: Problem, choose_groups: ChooseGroups) -> Resolve:
    """Plan neighbourhoods exactly by listing all groups of them.

    Parameters
    ----------
    problem : Problem
    choose_groups : callable
        The exact solver: positions of the chosen candidates, or None.
    """

    def resolve(hood: Sequence[Group], deadline: Deadline) -> list[Group] | None:
        members = sorted(v for group in hood for v in group)
        found = plan_exactly(problem.among(members), choose_groups, deadline, MOST_LISTED)
        return found and [tuple(members[v] for v in group) for group in found]

    return resolve


def plan_exactly(
    problem: Problem, choose_groups: ChooseGroups, deadline: Deadline, most_listed: int
) -> list[Group] | None:
    """The best plan within the band, by listing; None when there is none, or the groups are too many to list.

    Parameters
    ----------
    problem : Problem
    choose_groups : callable
    deadline : Deadline
    most_listed : int
        Connected groups up to the most patients; fewer where they do not fit.
    """
    rules = problem.data.rules
    adjacency = Adjacency.of(problem.graph)
    census = take_census(adjacency, rules.least, rules.most, limit=most_listed)
    peak = LISTING.peak(int(census.candidates.sum()), int(census.members.sum()))
    if not census.complete or not problem.memory.fits(peak / LISTING.part):
        return None
    store = list_candidates(adjacency, rules.least, rules.most, census=census)
    store = store.take(np.flatnonzero(allowed(store, problem.limits) & counts_allowed(store, problem.limits)))
    partitioning = SetPartitioning(
        store, candidate_costs(store, problem.data), (), problem.patients // rules.least, problem.memory
    )
    chosen = choose_groups(partitioning, deadline)
    return None if chosen is None else [tuple(int(v) for v in store[int(j)]) for j in chosen]


def neighbourhood(problem: Problem, owner: Mapping[int, Group], start: Group, most: int) -> list[Group]:
    """A network and those nearest to it along the graph, up to ``most`` practices.

    Parameters
    ----------
    problem : Problem
    owner : mapping of int to group
        The network of each practice.
    start : group
    most : int
    """
    hood, members = [start], set(start)
    while True:
        touching: dict[Group, int] = {}
        for v in members:
            for u in problem.graph[v]:
                if u not in members:
                    touching[owner[u]] = touching.get(owner[u], 0) + 1
        # Those that share most of the border first.
        for group in sorted(touching, key=lambda each: (-touching[each], each)):
            if len(members) + len(group) <= most:
                hood.append(group)
                members.update(group)
                break
        else:
            return hood
