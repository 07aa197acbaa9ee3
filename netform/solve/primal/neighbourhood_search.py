"""Better a plan by exact re-solving of neighbourhoods (a large neighbourhood search after Shaw, 1998).

A neighbourhood is a few neighbouring networks; all columns of their practices are listed, and solved over exactly:
those within the band, or of any size where one of the networks is an exception.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.adjacency import Adjacency
from netform.candidates.allowed import allowed, counts_allowed
from netform.candidates.enumerate import list_candidates, take_census
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.candidate_cache import LISTING
from netform.solve.model.problem import SetPartitioning, SideRow, group_costs, plan_key
from netform.solve.primal.value import COST, EXCEPTIONS, NO_DEMANDS_OVER_PLAN, OUTSIDE, network_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from netform.solve.model.budget import Deadline
    from netform.solve.model.problem import Group, Problem

__all__ = ["improvements", "neighbourhood"]


@dataclass(frozen=True, slots=True)
class ImprovementParams:
    """How large neighbourhoods are.

    Attributes
    ----------
    levels : tuple of int
        Practices in a neighbourhood, one level after the other: larger ones take longer, and are begun once none of
        the level before can be bettered.
    most_listed : int
        Columns of its list at most: a neighbourhood of more is passed over.
    """

    levels: tuple[int, ...] = (16, 24, 32, 42)
    most_listed: int = 60_000


IMPROVEMENTS = ImprovementParams()

# What an exception and a patient outside the band count for beside hours: about what puts them first, and little enough
# for a proof that leaves a ten-millionth. Whether the plan found is better is decided without them.
EXCEPTION_HOURS, PATIENT_HOURS = 1e6, 1.0


def improvements(
    problem: Problem, plan: Sequence[Group], deadline: Deadline, *, same_number: bool = False
) -> Iterator[list[Group]]:
    """Re-solve neighbourhoods until every network has been amid one that cannot be bettered, or time is up.

    A network is amid a neighbourhood when all networks next to it are in it, too; and where each network starts one,
    most would be looked at many times over. The plan as it is then is given after every neighbourhood.

    Parameters
    ----------
    problem : Problem
    plan : sequence of groups
        Covers every practice once.
    deadline : Deadline
    same_number : bool
        Whether there have to be as many networks as before.
    """
    cost = dict(zip(plan, group_costs(problem, plan), strict=True))
    solved: set[frozenset[Group]] = set()
    for level in IMPROVEMENTS.levels:
        # Networks all of whose neighbours were in a neighbourhood that was solved on this level.
        amid: set[Group] = set()
        improved = True
        while improved and not deadline.passed:
            improved = False
            for start in takewhile(lambda _: not deadline.passed, sorted(cost)):
                if start not in cost or start in amid:
                    continue
                owner = {v: network for network in cost for v in network}
                hood = neighbourhood(problem, owner, start, level)
                if frozenset(hood) in solved or len(hood) < 2:
                    continue
                solved.add(frozenset(hood))
                found = _best_plan(problem, hood, deadline, same_number)
                if found is not None:
                    new_cost = group_costs(problem, found)
                    old_cost = [cost[network] for network in hood]
                    if plan_key(problem, found, new_cost) < plan_key(problem, hood, old_cost):
                        for network in hood:
                            del cost[network]
                        cost.update(zip(found, new_cost, strict=True))
                        improved, hood = True, found
                inside = {v for network in hood for v in network}
                amid.update(each for each in hood if all(inside.issuperset(problem.graph[v]) for v in each))
                yield sorted(cost)


def _best_plan(
    problem: Problem, hood: Sequence[Group], deadline: Deadline, same_number: bool
) -> list[Group] | None:
    """The best plan of a neighbourhood; None when there is none, or too many columns to list."""
    members = sorted(v for network in hood for v in network)
    inside = problem.among(members)
    exceptions, *_ = plan_key(problem, hood, [])
    least, most = 1, inside.data.rules.exception_most
    if not exceptions:
        least, most = inside.network_sizes(*((len(hood), len(hood)) if same_number else ()))
    adjacency = Adjacency.of(inside.graph)
    census = take_census(adjacency, least, most, limit=IMPROVEMENTS.most_listed)
    peak = LISTING.peak(int(census.candidates.sum()), int(census.members.sum()))
    if not census.complete or not inside.memory.fits(peak / LISTING.part):
        return None
    store = list_candidates(adjacency, least, most, census=census)
    kept = allowed(store, inside.limits)
    if not exceptions:
        kept &= counts_allowed(store, inside.limits)
    store = store.take(np.flatnonzero(kept))
    values = network_values(inside, NO_DEMANDS_OVER_PLAN, store)
    costs = values[:, COST] + EXCEPTION_HOURS * values[:, EXCEPTIONS] + PATIENT_HOURS * values[:, OUTSIDE]
    sides = (SideRow(np.ones(len(store)), len(hood), len(hood)),) if same_number else ()
    partitioning = SetPartitioning(
        store, costs, sides, min(len(members), inside.patients // least), inside.memory
    )
    chosen = solve_set_partitioning(partitioning, deadline).chosen
    return None if chosen is None else [tuple(members[v] for v in store[int(j)]) for j in chosen]


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
        touching = Counter(owner[u] for v in members for u in problem.graph[v] if u not in members)
        # Those that share most of the border first.
        for network in sorted(touching, key=lambda each: (-touching[each], each)):
            if len(members) + len(network) <= most:
                hood.append(network)
                members.update(network)
                break
        else:
            return hood
