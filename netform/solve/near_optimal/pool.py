"""A plan model of the networks near known plans, for an area whose feasible networks cannot all be listed.

Its columns are the networks of the plans that search has found, and those that one exchange leads to: a practice that
moves to a neighbouring network, or two that change places. Plans of such columns may differ in any number of exchanges,
so fronts and alternatives are answered over them as over any list (a restricted master heuristic); but what is proven
over them is proven of no other plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.allowed import allowed
from netform.explain.obstacles import oversize_networks, pin_networks
from netform.rules.demanded_graph import kept_graph
from netform.scores import network_cost, network_terms
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.outcome import AreaCase, Solution
from netform.solve.model.plan_model import PlanModel
from netform.solve.model.problem import Problem, SideRow, exceptional, group_costs, plan_key, store_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import networkx as nx

    from netform.plan.grouping import Groups
    from netform.rules.model import Rules
    from netform.solve.model.budget import Deadline
    from netform.solve.model.outcome import Obstacle
    from netform.solve.model.problem import Group

__all__ = ["exchanged", "pooled_case"]

# Hours per week that a better plan saves at least.
SAME = 1e-4


@dataclass(frozen=True, slots=True)
class PoolParams:
    """How large a pool may be.

    Attributes
    ----------
    most_columns : int
        Each question over so many takes seconds.
    rounds : int
        Exchanges from the best plan over those of the round before.
    """

    most_columns: int = 60_000
    rounds: int = 4


POOL = PoolParams()


def pooled_case(
    graph: nx.Graph, rules: Rules, plans: Sequence[Groups], reasons: Sequence[Obstacle], deadline: Deadline
) -> AreaCase:
    """State an area by the networks near known plans, with the best plan over those.

    Parameters
    ----------
    graph : networkx.Graph
        Of the area's practices, those that are left out among them.
    rules : Rules
        Those of the area.
    plans : sequence of tuple of tuple of str
        The practice codes of every network of each plan, at least one plan.
    reasons : sequence of Obstacle
        Why there are exceptions.
    deadline : Deadline
    """
    joined = kept_graph(graph, rules.demands)
    fixed = (*pin_networks(joined, rules), *oversize_networks(joined, rules))
    taken = {code for placed in fixed for code in placed.practice_codes}
    problem = Problem.of(joined, set(joined) - taken, rules, joined)
    number = {code: k for k, code in enumerate(problem.codes)}
    known = [
        [tuple(number[code] for code in codes) for codes in groups if codes[0] in number] for groups in plans
    ]
    columns: dict[Group, None] = dict.fromkeys(group for plan in known for group in plan)
    best = min(known, key=lambda plan: plan_key(problem, plan, group_costs(problem, plan)))
    fixed_cost = math.fsum(
        network_cost(network_terms(joined, placed.practice_codes, rules), rules) for placed in fixed
    )
    sources = [best, *(plan for plan in known if plan is not best)]
    for _ in range(POOL.rounds):
        for plan in sources:
            for group in exchanged(problem, plan):
                if len(columns) >= POOL.most_columns:
                    break
                columns.setdefault(group)
        model = _model(problem, list(columns), best, len(fixed))
        codes = [tuple(problem.codes[v] for v in group) for group in best]
        costs = model.costs
        solution = solve_set_partitioning(
            model.partitioning(costs),
            deadline,
            incumbent=lambda _cost, model=model, codes=codes: model.positions(codes),  # type: ignore[misc]
            trace=True,
        )
        before = math.fsum(group_costs(problem, best))
        if solution.chosen is None:
            solution = Solution("feasible", model.positions(codes), before, solution.bound)
        if solution.chosen is None or solution.cost >= before - SAME or deadline.passed:
            break
        best = [tuple(int(v) for v in model.store[int(j)]) for j in solution.chosen]
        sources = [best]
    return AreaCase(fixed, fixed_cost, model, solution, tuple(reasons), settled=False, listed=False)


def _model(problem: Problem, columns: Sequence[Group], best: Sequence[Group], fixed: int) -> PlanModel:
    """The plans over some columns that have no more exceptions than the best, and are no further outside the band."""
    store = store_of(columns, len(problem.codes))
    outside, patients = exceptional(problem, store)
    most, farthest, _ = plan_key(problem, best, [])
    own = set(best)
    useful = np.array([group in own for group in columns]) | allowed(store, problem.limits)
    kept = np.flatnonzero(useful & (~outside | (most > 0)))
    store, sides = store.take(kept), list[SideRow]()
    if most:
        sides.append(SideRow(outside[kept].astype(np.float64), -math.inf, most + 0.5))
        sides.append(SideRow(patients[kept], -math.inf, farthest + 0.5))
    if (networks := problem.data.rules.demands.networks) is not None:
        sides.append(SideRow(np.ones(len(kept)), float(networks - fixed), float(networks - fixed)))
    codes = problem.codes
    return PlanModel(codes, store, problem.data, tuple(sides), len(codes), problem.memory)


def exchanged(problem: Problem, plan: Sequence[Group]) -> Iterator[Group]:
    """Give the networks that one exchange leads to: a practice moves, or two of neighbouring networks change places.

    Parameters
    ----------
    problem : Problem
    plan : sequence of tuple of int
        The networks, each sorted; together all practices.
    """
    near = [frozenset(problem.graph[v]) for v in range(len(problem.codes))]
    size, rules = problem.data.list_size.tolist(), problem.data.rules
    owner = {v: k for k, group in enumerate(plan) for v in group}
    inside = [frozenset(group) for group in plan]
    patients = [sum(size[v] for v in group) for group in plan]

    def fits(members: frozenset[int], number: float) -> bool:
        return rules.least <= number <= rules.most and _connected(members, near)

    for home in range(len(plan)):
        around = sorted({owner[w] for v in inside[home] for w in near[v]} - {home})
        leaving = {v: patients[home] - size[v] for v in plan[home]}
        yield from (
            tuple(sorted(inside[home] - {v})) for v, left in leaving.items() if fits(inside[home] - {v}, left)
        )
        for other in around:
            coming = sorted({w for v in inside[home] for w in near[v] if owner[w] == other})
            for w in coming:
                if fits(inside[home] | {w}, patients[home] + size[w]):
                    yield tuple(sorted(inside[home] | {w}))
                going = (v for v in plan[home] if near[v] & inside[other])
                for v in going:
                    after = (inside[home] - {v}) | {w}
                    if fits(after, leaving[v] + size[w]):
                        yield tuple(sorted(after))


def _connected(members: frozenset[int], near: Sequence[frozenset[int]]) -> bool:
    """Whether some practices are in one piece; none are not."""
    if not members:
        return False
    ahead, reached = [min(members)], {min(members)}
    while ahead:
        fresh = (near[ahead.pop()] & members) - reached
        reached |= fresh
        ahead += fresh
    return len(reached) == len(members)
