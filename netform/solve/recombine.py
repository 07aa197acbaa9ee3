"""Better a plan of large networks: choose those of a neighbourhood anew among the cheap groups that can be met there.

The neighbourhood's own prices (`netform.solve.generate`) say which groups a cheaper plan of it may use, as far as they
can be met; of those the best plan is chosen exactly, with however many networks. Nothing is proven by it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.allowed import counts_allowed
from netform.scores import candidate_costs
from netform.solve.choose import choose
from netform.solve.generate import Generator
from netform.solve.relaxation import Choosing
from netform.solve.roam import roam
from netform.solve.search import group_costs, neighbourhood, store_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from netform.solve.deadline import Deadline
    from netform.solve.search import Group, Problem

__all__ = ["chosen_among", "recombine"]

# Networks of a neighbourhood together, one level after the other; groups that are chosen among at most; and seconds for
# one neighbourhood.
LEVELS, POOL, SECONDS = (8, 12), 60_000, 30.0

# A plan is better by at least so many hours per week.
LEAST_GAIN = 1e-6


def recombine(
    problem: Problem,
    plan: Sequence[Group],
    deadline: Deadline,
    on_plan: Callable[[Sequence[Group]], None] = lambda _plan: None,
) -> list[Group]:
    """Better neighbourhoods of a plan until none of any level can be, or time is up.

    Parameters
    ----------
    problem : Problem
    plan : sequence of groups
        Covers every practice once, within the band.
    deadline : Deadline
    on_plan : callable
        Told of every better plan.
    """
    networks = sorted(plan)
    settled: set[frozenset[Group]] = set()
    for level in LEVELS:
        waiting = list(networks)
        while waiting and not deadline.passed:
            start = waiting.pop(0)
            if start not in networks:
                continue
            practices = level * len(problem.codes) // len(networks)
            owner = {v: group for group in networks for v in group}
            hood = neighbourhood(problem, owner, start, practices)
            if len(hood) < 2 or frozenset(hood) in settled:
                continue
            settled.add(frozenset(hood))
            found = _chosen_anew(problem, hood, deadline)
            if found is not None:
                networks = sorted([group for group in networks if group not in hood] + found)
                waiting += [group for group in found if group not in hood]
                on_plan(networks)
    return networks


def _chosen_anew(problem: Problem, hood: Sequence[Group], deadline: Deadline) -> list[Group] | None:
    """The best plan of a neighbourhood among the groups met there; None when none is cheaper than it is."""
    members = sorted(v for group in hood for v in group)
    number = {v: k for k, v in enumerate(members)}
    own = problem.among(members)
    present = sorted(tuple(sorted(number[v] for v in group)) for group in hood)
    cost = math.fsum(group_costs(own, present))
    soon = deadline.share(1.0, SECONDS)
    generator = Generator(own, store_of(present, len(members)), soon)
    generator.settle()
    found = chosen_among(generator, cost, soon)
    return found and [tuple(members[v] for v in group) for group in found]


def chosen_among(generator: Generator, cost: float, deadline: Deadline) -> list[Group] | None:
    """The best plan below a cost among the groups that can be met; None when there is none.

    Parameters
    ----------
    generator : Generator
        Settled.
    cost : float
        Hours per week.
    deadline : Deadline
    """
    own, gap = generator.problem, cost - generator.value
    if gap < LEAST_GAIN or deadline.passed:
        return None
    cheap = np.flatnonzero(generator.beyond(generator.store, generator.costs) <= gap)
    store = roam(
        generator.quick, generator.store.take(cheap), generator.prices, gap, max(POOL, len(cheap)), deadline
    ).store
    store = store.take(np.flatnonzero(counts_allowed(store, own.limits)))
    choosing = Choosing(store, candidate_costs(store, own.data), (), own.patients // own.data.rules.least)
    chosen = choose(choosing, deadline, cutoff=cost - LEAST_GAIN).chosen
    if chosen is None:
        return None
    return [tuple(store[int(j)].tolist()) for j in chosen]
