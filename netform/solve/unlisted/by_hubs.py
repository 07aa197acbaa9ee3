"""Plan few practices whose networks are too many to meet: from cheap groups near each other, with a bound by hubs.

Where the relaxation (`netform.solve.unlisted.column_generation`) has a fraction of a network, plans of fewer networks
and plans of more are looked at apart, which raises the bound of both. Cuts bring the prices so near to what whole
networks cost that the groups of good plans are among those that cost least beyond them: partial plans are gone on
with, a few hundred at a time, from either end of the map. Then every half is searched hub by hub, and cut, always the
one of which less is proven.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.allowed import counts_allowed
from netform.scores import candidate_costs
from netform.solve.diagram.search import best_below
from netform.solve.diagram.variable_order import sweep
from netform.solve.model.problem import SetPartitioning, group_costs, store_of
from netform.solve.unlisted.column_generation import ColumnGenerator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from netform.solve.model.problem import Group, Problem
    from netform.solve.model.stopping import Deadline

__all__ = ["beam_search", "branched_on_count", "plan_by_hubs", "prove_by_hubs"]

# A number of networks this near to a whole one is taken for it.
FRACTION = 0.05

# Share of the time left for looking for a plan, and of that for cuts before; rounds of those, and how many in a round.
FOLLOWING, CUTTING, ROUNDS, CUTS = 0.4, 0.4, 8, 100

# Groups that are chosen among, one try after the other, of so many times as many that are met; how much they may cost
# beyond their prices, as a share of a network; and a try takes about so many times as long as the one before.
POOLS, MET, NEAR, LONGER = (60_000, 120_000, 240_000), 4, 0.03, 4.0

# Partial plans that are gone on with, and those up to so much above the dearest of them, as a share of a network.
WIDTH, SPARE = 300, 0.015

# Steps of a proof, at most.
MOST_STEPS = 1000

# A plan is better by at least so many hours per week.
LEAST_GAIN = 1e-6


def plan_by_hubs(
    problem: Problem,
    plan: Sequence[Group],
    deadline: Deadline,
    on_plan: Callable[[Sequence[Group]], None] = lambda _plan: None,
) -> tuple[list[Group], list[ColumnGenerator]]:
    """The best plan that can be followed, and the relaxations that a bound needs.

    Parameters
    ----------
    problem : Problem
    plan : sequence of groups
        Covers every practice once, within the band.
    deadline : Deadline
    on_plan : callable
        Told of every better plan.
    """
    best, cost = sorted(plan), math.fsum(group_costs(problem, plan))
    count_branches, soon = branched_on_count(problem, best, deadline), deadline.share(FOLLOWING)
    for half in count_branches:
        if half.value >= cost:
            break
        # What is proven is proven without these cuts to begin with: searches take longer by them.
        cut = half.between(half.numbers, soon.share(CUTTING))
        for _ in range(ROUNDS):
            if cut.deadline.passed or not cut.tighten(CUTS):
                break
        cut.deadline = soon
        took = 0.0
        for pool in POOLS:
            began = soon.seconds_left
            if began is not None and LONGER * took > began:
                break
            found = beam_search(cut, cost, pool)
            if found is not None:
                best, cost = found, math.fsum(group_costs(problem, found))
                on_plan(best)
            took = 0.0 if began is None or soon.seconds_left is None else began - soon.seconds_left
    return best, count_branches


def branched_on_count(problem: Problem, plan: Sequence[Group], deadline: Deadline) -> list[ColumnGenerator]:
    """The relaxation; where it has a fraction of a network, those of fewer and of more networks, the lower first."""
    whole = ColumnGenerator(problem, store_of(plan, len(problem.codes)), deadline)
    whole.settle()
    number, rules = float(whole.values.sum()), problem.data.rules
    fewer = math.floor(number)
    if abs(number - round(number)) < FRACTION or not whole.met_all:
        return [whole]
    count_branches = []
    if fewer * min(rules.most, problem.patients) >= problem.patients:
        count_branches.append(whole.between((-math.inf, float(fewer)), deadline))
    if (fewer + 1) * rules.least <= problem.patients:
        count_branches.append(whole.between((fewer + 1.0, math.inf), deadline))
    for half in count_branches:
        half.settle()
    return sorted(count_branches, key=lambda half: half.value)


def beam_search(generator: ColumnGenerator, cost: float, pool: int) -> list[Group] | None:
    """A plan below a cost that few partial plans lead to, among the groups that cost least beyond their prices.

    Parameters
    ----------
    generator : ColumnGenerator
        Settled.
    cost : float
        Hours per week.
    pool : int
        Groups to choose among.
    """
    problem = generator.problem
    if generator.value >= cost - LEAST_GAIN:
        return None
    store = generator.met(generator.duals, NEAR * generator.network, MET * pool)
    store = store.take(np.flatnonzero(counts_allowed(store, problem.limits)))
    costs = candidate_costs(store, problem.data)
    beyond = np.maximum(generator.beyond(store, costs), 0.0)
    least = np.sort(np.argsort(beyond, kind="stable")[:pool])
    some = SetPartitioning(store.take(least), costs[least], (), len(problem.codes), problem.memory)
    beyond = beyond[least]
    if not (np.bincount(some.store.members, minlength=some.store.practices) > 0).all():
        return None
    order = sweep(some.store, beyond)
    found = None
    for end in (order, np.ascontiguousarray(order[::-1])):
        if generator.deadline.passed:
            break
        chosen = best_below(
            some,
            beyond,
            generator.value,
            cost - LEAST_GAIN,
            WIDTH,
            end,
            generator.priced(generator.duals),
            spare=SPARE * generator.network,
        ).chosen
        if chosen is not None:
            found = sorted(tuple(some.store[int(j)].tolist()) for j in chosen)
            cost = math.fsum(some.costs[chosen])
    return found


def prove_by_hubs(
    count_branches: Sequence[ColumnGenerator],
    cost: float,
    workers: int,
    on_bound: Callable[[float], None] = lambda _bound: None,
) -> float:
    """What no plan costs less than: search and cut the half of which less is proven, until time is up.

    Parameters
    ----------
    count_branches : sequence of ColumnGenerator
        Every plan is one of theirs.
    cost : float
        Hours per week of a plan.
    workers : int
        Threads.
    on_bound : callable
        Told of every better bound.
    """
    bound = -math.inf
    for _ in range(MOST_STEPS):
        half = min(count_branches, key=lambda each: each.bound)
        if half.bound >= cost or half.deadline.passed or not half.advance(workers):
            break
        proven = min(cost, *(each.bound for each in count_branches))
        if proven > bound:
            bound = proven
            on_bound(bound)
    return bound
