"""Plain answers to small problems, by trying everything: what the solver is held to."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np

from netform.candidates.store import CandidateStore
from netform.scores import network_cost, network_terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from netform.rules import Rules
    from netform.solve.linear import SideRow

# Side rows in tests have coefficients of at least 0.01 or so.
TOLERANCE = 1e-6


class Best(NamedTuple):
    """The best plan: networks outside the band, patients outside it, then weighted hours per week."""

    exceptions: int
    patients_outside: int
    cost: float


def partitions(items: Sequence[str]) -> Iterator[list[tuple[str, ...]]]:
    """Yield every division of some items into groups."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for division in partitions(rest):
        yield [(first,), *division]
        for place, group in enumerate(division):
            yield [*division[:place], (first, *group), *division[place + 1 :]]


def outside_band(graph: nx.Graph, group: Collection[str], rules: Rules) -> int:
    """Count the patients by which a group lies outside the band."""
    patients = sum(graph.nodes[code]["list_size"] for code in group)
    return max(0, rules.least - patients, patients - rules.most)


def judge(graph: nx.Graph, group: tuple[str, ...], rules: Rules) -> Best | None:
    """Say what one network is worth, or None when no plan may have it."""
    sizes = [graph.nodes[code]["list_size"] for code in group]
    several = len(group) > 1
    if several and (max(sizes) > rules.most or sum(sizes) > rules.exception_most):
        return None
    if not nx.is_connected(graph.subgraph(group)):
        return None
    outside = outside_band(graph, group, rules)
    return Best(int(outside > 0), outside, network_cost(network_terms(graph, group, rules), rules))


def best_plan(graph: nx.Graph, rules: Rules, networks: int | None = None) -> Best | None:
    """Find the best of all divisions of the practices into networks; None when there is none."""
    judged: dict[tuple[str, ...], Best | None] = {}
    best = None
    for plan in partitions(sorted(graph)):
        if networks is not None and len(plan) != networks:
            continue
        each = []
        for group in plan:
            if group not in judged:
                judged[group] = judge(graph, group, rules)
            if (worth := judged[group]) is None:
                break
            each.append(worth)
        else:
            found = Best(
                sum(worth.exceptions for worth in each),
                sum(worth.patients_outside for worth in each),
                math.fsum(worth.cost for worth in each),
            )
            best = found if best is None else min(best, found)
    return best


def covers(store: CandidateStore) -> Iterator[tuple[int, ...]]:
    """Yield every choice of candidates that covers every practice once."""
    groups = [frozenset(store[j].tolist()) for j in range(len(store))]

    def extend(chosen: tuple[int, ...], left: frozenset[int]) -> Iterator[tuple[int, ...]]:
        if not left:
            yield chosen
            return
        first = min(left)
        for j, group in enumerate(groups):
            if first in group and group <= left:
                yield from extend((*chosen, j), left - group)

    yield from extend((), frozenset(range(store.practices)))


def keeps(chosen: Sequence[int], sides: Sequence[SideRow]) -> bool:
    """Say whether a choice keeps every side row."""
    where = np.array(chosen, np.int64)
    return all(
        side.least - TOLERANCE <= side.coefficients[where].sum() <= side.most + TOLERANCE for side in sides
    )


def plan_costs(
    store: CandidateStore, costs: Sequence[float], sides: Sequence[SideRow] = ()
) -> dict[tuple[int, ...], float]:
    """Cost every choice that covers every practice once and keeps the side rows."""
    return {
        tuple(sorted(chosen)): math.fsum(costs[j] for j in chosen)
        for chosen in covers(store)
        if keeps(chosen, sides)
    }


def store_of(groups: Sequence[Sequence[int]], practices: int) -> CandidateStore:
    """Store groups as they are, members ascending."""
    offsets = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    members = np.array([member for group in groups for member in sorted(group)], np.uint16)
    return CandidateStore(offsets, members, practices)


def all_groups(practices: int, most: int) -> list[tuple[int, ...]]:
    """List every group of at most so many practices."""
    return [
        group for size in range(1, most + 1) for group in combinations(range(practices), size)
    ]  # fmt: skip
