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

from netform.candidates.allowed import allowed, counts_allowed
from netform.scores import candidate_costs
from netform.solve.diagram.search import best_below
from netform.solve.diagram.variable_order import sweep
from netform.solve.model.problem import SetPartitioning, store_of
from netform.solve.unlisted.column_generation import ColumnGenerator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netform.solve.model.problem import Group, Problem
    from netform.solve.model.stopping import Deadline
    from netform.solve.part_candidates import Part

__all__ = ["beam_search", "branched_on_count", "hub_turns"]

# A number of networks this near to a whole one is taken for it.
FRACTION = 0.05

# Rounds of cuts before a plan is looked for, and cuts in a round.
ROUNDS, CUTS = 8, 100

# Groups that are chosen among, one try after the other, of so many times as many that are met; and how much they may
# cost beyond their prices, as a share of a network.
POOLS, MET, NEAR = (60_000, 120_000, 240_000), 4, 0.03

# Partial plans that are gone on with, and those up to so much above the dearest of them, as a share of a network.
WIDTH, SPARE = 300, 0.015

# Steps of a proof, at most.
MOST_STEPS = 1000

# A plan is better by at least so many hours per week.
LEAST_GAIN = 1e-6


def hub_turns(part: Part) -> Iterator[None]:
    """Settle the relaxations of fewer and of more networks, follow partial plans, and search and cut by turns.

    Parameters
    ----------
    part : Part
        With a plan within the band.
    """
    problem, deadline = part.problem, part.deadline
    assert part.incumbent is not None  # noqa: S101 (the caller has looked)
    branches = branched_on_count(problem, part.incumbent.groups, deadline, part.demands.networks)
    yield
    for branch in branches:
        if branch.value < part.incumbent.value.cost:
            yield from _beam_turns(part, branch)
    for _ in range(MOST_STEPS):
        branch = min(branches, key=lambda each: each.bound)
        if deadline.passed or not branch.advance(part.candidate_cache.workers):
            break
        part.raise_bound(min(each.bound for each in branches), "generated columns", 0)
        yield


def _beam_turns(part: Part, branch: ColumnGenerator) -> Iterator[None]:
    """Follow partial plans among the columns that cuts bring near, more of them from turn to turn."""
    assert part.incumbent is not None  # noqa: S101 (the caller has looked)
    # What is proven is proven without these cuts to begin with: searches take longer by them.
    cut = branch.between(branch.numbers, part.deadline)
    for _ in range(ROUNDS):
        if part.deadline.passed or not cut.tighten(CUTS):
            break
        yield
    for pool in POOLS:
        found = beam_search(cut, part.incumbent.value.cost, pool)
        if found is not None:
            part.offer(part.value_of(found), "generated columns")
        yield


def branched_on_count(
    problem: Problem, plan: Sequence[Group], deadline: Deadline, networks: int | None = None
) -> list[ColumnGenerator]:
    """The relaxation; where it has a fraction of a network, those of fewer and of more networks, the lower first."""
    numbers = None if networks is None else (float(networks), float(networks))
    whole = ColumnGenerator(problem, store_of(plan, len(problem.codes)), deadline, numbers=numbers)
    whole.settle()
    number, rules = float(whole.values.sum()), problem.data.rules
    fewer = math.floor(number)
    if numbers is not None or abs(number - round(number)) < FRACTION or not whole.met_all:
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
    kept = counts_allowed(store, problem.limits) & allowed(store, problem.limits)
    store = store.take(np.flatnonzero(kept))
    costs = candidate_costs(store, problem.data)
    beyond = np.maximum(generator.beyond(store, costs), 0.0)
    least = np.sort(np.argsort(beyond, kind="stable")[:pool])
    store = store.take(least)
    some = SetPartitioning(store, costs[least], generator.sides(store), len(problem.codes), problem.memory)
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
