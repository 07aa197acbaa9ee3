"""Plain answers to small problems, by trying everything: what the solver is held to."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np

from netform.candidates.store import CandidateStore
from netform.rules.breaches import breaches, counted_practices
from netform.rules.demanded_graph import demanded_graph
from netform.scores import network_cost, network_terms
from netform.scores.continuity import define_moved

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from netform.plan.grouping import Groups, Moves
    from netform.rules.model import Rules
    from netform.solve.model.problem import SideRow

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


class Legal(NamedTuple):
    """All plans that keep every demand with the fewest exceptions, and how far those lie outside the band."""

    exceptions: int
    patients_outside: int
    plans: list[Groups]


# What a network may break if it has to: it is then an exception.
EXCUSED = {"band", "least_practices", "most_practices"}


def legal_plans(
    graph: nx.Graph, rules: Rules, keeps_more: Callable[[Groups], bool] = lambda _plan: True
) -> Legal | None:
    """List the plans with the fewest exceptions, then the fewest patients outside; None when no plan is legal.

    Pins, and practices or mergers over the band, are networks as they stand and no exceptions.

    Parameters
    ----------
    graph : networkx.Graph
        Of one area.
    rules : Rules
        Those of the area.
    keeps_more : callable
        A further rule over the plan.
    """
    found = plans_by_exceptions(graph, rules, keeps_more)
    if not found:
        return None
    fewest = min(found)
    return Legal(*fewest, found[fewest])


def plans_by_exceptions(
    graph: nx.Graph, rules: Rules, keeps_more: Callable[[Groups], bool] = lambda _plan: True
) -> dict[tuple[int, int], list[Groups]]:
    """List all plans that keep every demand, by their exceptions and the patients by which those are outside."""
    demands = rules.demands
    joined = demanded_graph(graph.subgraph(sorted(set(graph) - set(demands.exclude))), demands)
    sizes = dict(joined.nodes(data="list_size"))
    merged = {code: tuple(group) for group in demands.merge for code in group}
    units = {merged.get(code, (code,)) for code in joined}
    pinned = {code for pin in demands.pins for code in pin}
    alone = {
        unit for unit in units if sum(sizes[c] for c in unit) > rules.most and not pinned.intersection(unit)
    }
    fixed = alone | set(demands.pins)
    taken = {code for group in fixed for code in group}

    def worth(group: tuple[str, ...]) -> tuple[int, int] | None:
        if group in fixed:
            return 0, 0
        if taken.intersection(group):
            return None
        kinds = {breach.kind for breach in breaches(joined, group, rules)}
        patients = sum(sizes[code] for code in group)
        several = counted_practices(group, demands) > 1
        if kinds - EXCUSED or (several and patients > rules.exception_most):
            return None
        return int(bool(kinds)), max(0, rules.least - patients, patients - rules.most)

    codes = sorted(joined)
    groups = [g for size in range(1, len(codes) + 1) for g in combinations(codes, size)]
    judged = {group: each for group in groups if (each := worth(group)) is not None}
    found: dict[tuple[int, int], list[Groups]] = {}

    def extend(left: frozenset[str], plan: Groups, exceptions: int, outside: int) -> None:
        if not left:
            if (demands.networks in (None, len(plan))) and keeps_more(tuple(sorted(plan))):
                found.setdefault((exceptions, outside), []).append(tuple(sorted(plan)))
            return
        first = min(left)
        for group, (exception, patients) in judged.items():
            if first in group and left.issuperset(group):
                extend(left.difference(group), (*plan, group), exceptions + exception, outside + patients)

    extend(frozenset(codes), (), 0, 0)
    return found


def plan_hours(
    graph: nx.Graph, plans: Sequence[Groups], rules: Rules, terms: Collection[str] | None = None
) -> list[float]:
    """Add up terms of every plan by their definitions, unweighted; its weighted cost when no terms are given."""
    hours: dict[tuple[str, ...], float] = {}
    for group in {group for plan in plans for group in plan}:
        each = network_terms(graph, group, rules)
        hours[group] = network_cost(each, rules) if terms is None else math.fsum(each[name] for name in terms)
    return [math.fsum(hours[group] for group in plan) for plan in plans]


def moved_from(graph: nx.Graph, plan: Groups, start: Groups) -> list[str]:
    """List the practices of a plan that have moved from the networks of another, by the plain definition."""
    number = {code: str(k) for k, group in enumerate(start) for code in group}
    patients = {
        str(k): float(sum(graph.nodes[code]["list_size"] for code in group)) for k, group in enumerate(start)
    }
    return [code for group in plan for code in define_moved(graph, group, number, patients)]


def moved_by(graph: nx.Graph, plan: Groups, moves: Moves) -> list[str]:
    """List the practices of a plan that have moved from where it starts."""
    present, patients = moves.start.network_of, moves.start_patients
    return [code for group in plan for code in define_moved(graph, group, present, patients)]


def keeps_moves(graph: nx.Graph, moves: Moves) -> Callable[[Groups], bool]:
    """Make the rule that a plan is near enough to where it starts."""

    def keeps(plan: Groups) -> bool:
        gone = moved_by(graph, plan, moves)
        size = sum(graph.nodes[code]["list_size"] for code in gone)
        return (moves.practices is None or len(gone) <= moves.practices) and (
            moves.patients is None or size <= moves.patients
        )

    return keeps


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
