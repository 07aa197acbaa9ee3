"""A first plan of thousands of practices: divide the map, plan each chunk exactly, and leave the borders for later.

A chunk is halved between two practices that lie far apart, by which of the two is nearer, so that as many patients are
on either side; what is cut off from the rest of its side goes to the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.solve.model.problem import Group
from netform.solve.model.stopping import Deadline
from netform.solve.primal.neighbourhood_search import first_plan, plan_exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from netform.solve.model.problem import ChooseGroups, Problem

__all__ = ["chunked_plan", "halves"]

# Practices in a chunk at most, and groups that may be listed of it.
CHUNK, MOST_LISTED = 60, 500_000


def chunked_plan(
    problem: Problem,
    choose_groups: ChooseGroups,
    seed: int,
    deadline: Deadline,
    on_plan: Callable[[Sequence[Group]], None] = lambda _plan: None,
) -> list[Group]:
    """Some contiguous plan, each of whose chunks is planned exactly where that is quick, else by `first_plan`.

    Parameters
    ----------
    problem : Problem
    choose_groups : callable
        The exact solver of a chunk.
    seed : int
        Of the random trees of chunks that have no plan within the band, or none soon.
    deadline : Deadline
    on_plan : callable
        Told of a whole plan with exceptions as soon as there is one, and of the plan in the end.
    """
    chunks, waiting = [], [sorted(problem.graph)]
    while waiting:
        members = waiting.pop()
        if len(members) <= CHUNK:
            chunks.append(members)
        else:
            waiting += halves(problem, members)
    chunks.sort()
    parts = [problem.among(members) for members in chunks]
    # The time may end before a chunk is planned, but not before there is a plan.
    plans = [first_plan(part, seed, deadline) for part in parts]
    on_plan(_joined(chunks, plans))
    for k, part in enumerate(parts):
        left = deadline.seconds_left
        seconds = np.inf if left is None else left / (len(parts) - k)
        soon = deadline.share(1.0, seconds)
        found = None if deadline.passed else plan_exactly(part, choose_groups, soon, MOST_LISTED)
        plans[k] = found or plans[k]
    plan = _joined(chunks, plans)
    on_plan(plan)
    return plan


def _joined(chunks: Sequence[Sequence[int]], plans: Sequence[Sequence[Group]]) -> list[Group]:
    """The plans of all chunks as one."""
    return sorted(
        tuple(members[v] for v in group)
        for members, plan in zip(chunks, plans, strict=True)
        for group in plan
    )


def halves(problem: Problem, members: Sequence[int]) -> list[list[int]]:
    """Two connected halves of some connected practices, of as many patients as the map allows.

    Parameters
    ----------
    problem : Problem
    members : sequence of int
        Two practices at least.
    """
    where = np.array(members, np.int64)
    minutes = problem.data.minutes
    one = int(where[minutes[where[0], where].argmax()])
    other = int(where[minutes[one, where].argmax()])
    nearer = minutes[one, where] - minutes[other, where]
    order = np.argsort(nearer, kind="stable")
    patients = np.cumsum(problem.data.list_size[where[order]])
    cut = int(np.clip(np.searchsorted(patients, patients[-1] / 2), 1, len(members) - 1))
    first = max(_parts(problem, where[order[:cut]]), key=lambda part: (len(part), part))
    # What is left is connected to the first half, if not to one another: the largest part stays, the rest goes over.
    rest = max(_parts(problem, np.setdiff1d(where, first)), key=lambda part: (len(part), part))
    first = sorted(set(members) - set(rest))
    return [first, rest]


def _parts(problem: Problem, members: NDArray[np.int64]) -> list[list[int]]:
    """The connected parts of some practices."""
    inside = problem.graph.subgraph(members.tolist())
    return [sorted(part) for part in nx.connected_components(inside)]
