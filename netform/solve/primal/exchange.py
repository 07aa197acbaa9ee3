"""Better a plan of large networks, whose neighbourhoods are too many groups to list: exchange practices at the borders.

A practice goes over to a network next to it, or two change places, as long as that is cheaper; all such exchanges of
some networks are scored at once. Where none is left, a few neighbouring networks are divided anew by random trees, and
their exchanges are sought again: what is no cheaper is taken back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.model.problem import Group, group_costs, plan_key
from netform.solve.primal.neighbourhood_search import divided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from netform.solve.model.problem import Problem
    from netform.solve.model.stopping import Deadline

__all__ = ["exchange"]

# Networks divided anew together, and divisions after which nothing more is expected.
TOGETHER, MOST_DIVISIONS = (2, 3, 4, 5, 6), 20_000

# An exchange is worth making from so many hours per week.
LEAST_GAIN = 1e-6

# Groups and pairs that are remembered at most.
MOST_KNOWN = 500_000

Pair = tuple[Group, Group]


def exchange(
    problem: Problem,
    plan: Sequence[Group],
    seed: int,
    deadline: Deadline,
    on_plan: Callable[[Sequence[Group]], None] = lambda _plan: None,
) -> list[Group]:
    """Exchange practices until time is up, or nothing more is expected.

    Parameters
    ----------
    problem : Problem
    plan : sequence of groups
        Covers every practice once, within the band.
    seed : int
        Of the networks that are divided anew, and how.
    deadline : Deadline
    on_plan : callable
        Told of every better plan.
    """
    random = np.random.default_rng(seed)
    exchanger = _Exchanger(problem, deadline)
    networks = exchanger.bettered(list(plan), plan)
    on_plan(sorted(networks))
    in_vain = 0
    while not deadline.passed and in_vain < MOST_DIVISIONS and len(networks) > 1:
        in_vain += 1
        hood = _hood(problem, networks, random)
        anew = divided(problem, sorted(v for group in hood for v in group), random)
        if plan_key(problem, anew, [])[0] > plan_key(problem, hood, [])[0]:
            continue
        rest = [group for group in networks if group not in hood]
        # What lies around may take part, but only what was divided begins.
        tried = exchanger.bettered([*rest, *anew], anew)
        if exchanger.cost(tried) < exchanger.cost(networks) - LEAST_GAIN:
            networks, in_vain = tried, 0
            on_plan(sorted(networks))
    return sorted(networks)


def _hood(problem: Problem, networks: Sequence[Group], random: np.random.Generator) -> list[Group]:
    """A network and some next to it."""
    owner = {v: group for group in networks for v in group}
    hood = [networks[int(random.integers(len(networks)))]]
    for _ in range(int(random.choice(TOGETHER)) - 1):
        around = {owner[u] for group in hood for v in group for u in problem.graph[v]} - set(hood)
        if not around:
            break
        hood.append(sorted(around)[int(random.integers(len(around)))])
    return hood


@dataclass(slots=True)
class _Exchanger:
    """Finds exchanges; groups are sets of bits where many are looked at."""

    problem: Problem
    deadline: Deadline
    adjacent: list[int] = field(init=False)
    size: list[int] = field(init=False)
    costs: dict[Group, float] = field(default_factory=dict)
    known: dict[Pair, list[Pair]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        graph = self.problem.graph
        self.adjacent = [sum(1 << u for u in graph[v]) for v in range(len(graph))]
        self.size = self.problem.data.list_size.astype(np.int64).tolist()

    def cost(self, networks: Iterable[Group]) -> float:
        """Hours per week of some networks."""
        self.price(set(networks))
        return math.fsum(self.costs[group] for group in networks)

    def price(self, groups: set[Group]) -> None:
        """Score what is not known, all at once."""
        fresh = sorted(group for group in groups if group not in self.costs)
        if fresh:
            if len(self.costs) > MOST_KNOWN:
                self.costs.clear()
                self.known.clear()
                fresh = sorted(groups)
            self.costs.update(zip(fresh, group_costs(self.problem, fresh), strict=True))

    def bettered(self, networks: list[Group], changed: Sequence[Group]) -> list[Group]:
        """Make the best exchanges again and again, as long as one of the networks in it has changed."""
        fresh = set(changed)
        graph = self.problem.graph
        while fresh and not self.deadline.passed:
            owner = {v: group for group in networks for v in group}
            pairs = sorted(
                {(min(a, b), max(a, b)) for a in fresh for b in {owner[u] for v in a for u in graph[v]} - {a}}
            )
            exchanges = [(pair, new) for pair in pairs for new in self.exchanges(pair)]
            self.price(
                {group for pair in pairs for group in pair} | {group for _, new in exchanges for group in new}
            )
            gains = sorted(
                (self.costs[new[0]] + self.costs[new[1]] - self.costs[old[0]] - self.costs[old[1]], old, new)
                for old, new in exchanges
            )
            touched, fresh = set[Group](), set[Group]()
            for gain, old, new in gains:
                if gain > -LEAST_GAIN:
                    break
                if touched.isdisjoint(old):
                    touched |= set(old)
                    fresh |= set(new)
            networks = [group for group in networks if group not in touched] + sorted(fresh)
        return networks

    def exchanges(self, pair: Pair) -> list[Pair]:
        """What comes of passing a practice over between two networks, or of two that change places; both stay sound.

        A practice whose leaving parts its network stays, even if the one that joins would bridge the gap.
        """
        if pair not in self.known:
            self.known[pair] = self.found(pair)
        return self.known[pair]

    def found(self, pair: Pair) -> list[Pair]:
        """The exchanges of a pair that was not looked at."""
        rules, size, adjacent = self.problem.data.rules, self.size, self.adjacent
        bits = [sum(1 << v for v in group) for group in pair]
        total = [sum(size[v] for v in group) for group in pair]
        border = [
            [v for v in group if adjacent[v] & bits[1 - k] and self.whole(bits[k] & ~(1 << v))]
            for k, group in enumerate(pair)
        ]
        nobody = -1
        moves = [(v, nobody) for v in border[0]] + [(nobody, u) for u in border[1]]
        moves += [(v, u) for v in border[0] for u in border[1]]
        found = []
        for v, u in moves:
            leaves, joins = (size[v] if v >= 0 else 0), (size[u] if u >= 0 else 0)
            if not rules.least <= total[0] - leaves + joins <= rules.most:
                continue
            if not rules.least <= total[1] + leaves - joins <= rules.most:
                continue
            first = bits[0] & ~(1 << v) if v >= 0 else bits[0]
            second = bits[1] & ~(1 << u) if u >= 0 else bits[1]
            # Who joins has to have a neighbour among those who stay.
            if (u >= 0 and not adjacent[u] & first) or (v >= 0 and not adjacent[v] & second):
                continue
            one = (w for w in (*pair[0], u) if w not in (v, nobody))
            other = (w for w in (*pair[1], v) if w not in (u, nobody))
            found.append((tuple(sorted(one)), tuple(sorted(other))))
        return found

    def whole(self, group: int) -> bool:
        """Whether a group hangs together; nobody does not."""
        met = waiting = group & -group
        while waiting:
            v = waiting.bit_length() - 1
            waiting &= ~(1 << v)
            fresh = self.adjacent[v] & group & ~met
            met |= fresh
            waiting |= fresh
        return met == group and group != 0
