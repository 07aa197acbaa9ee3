"""Problems of one part, plans of them to begin with, and the part itself: for tests of what solving is made of."""

from __future__ import annotations

import math
from contextlib import nullcontext
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np

from netform.explain.obstacles import connected_parts
from netform.rules.toml import load_profile
from netform.solve.area import Options
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.candidate_cache import CandidateCache
from netform.solve.model.plan_model import LinkingRules
from netform.solve.model.problem import Problem, group_costs
from netform.solve.part_candidates import Part
from netform.solve.primal.atoms import networks_of
from netform.solve.primal.first_plan import ground_of, incumbents, tree_starts
from netform.solve.primal.value import NO_DEMANDS_OVER_PLAN
from tests.strategies import made_up_area

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from netform.plan.grouping import Groups
    from netform.rules.model import Rules
    from netform.solve.model.problem import Group


def problem_of(graph: nx.Graph, rules: Rules) -> Problem:
    """Take the largest connected part without oversize practices."""
    part = max(connected_parts(graph, rules), key=len)
    return Problem.of(graph, part, rules)


def county(practices: int, seed: int) -> tuple[nx.Graph, Rules]:
    """Make a county of practices of 4,000 to 14,000 patients that border their nearest."""
    random = np.random.default_rng(seed)
    points = [tuple(point) for point in random.integers(0, 40_000, (practices, 2)).tolist()]
    sizes = random.integers(4_000, 14_000, practices).tolist()
    distance = [[math.dist(a, b) for b in points] for a in points]
    pairs = {
        (min(a, b), max(a, b))
        for a in range(practices)
        for b in sorted(range(practices), key=distance[a].__getitem__)[1:4]
    }
    # A chain keeps the county in one part.
    order = sorted(range(practices), key=lambda k: points[k])
    pairs |= {(min(a, b), max(a, b)) for a, b in pairwise(order)}
    rules = load_profile()
    return made_up_area(sizes, points, sorted(pairs), rules), rules


def tree_plan(problem: Problem, seed: int) -> list[Group]:
    """Give the first plan by trees that is within the band, as they cut it: much can be bettered; any if none is."""
    ground = ground_of(problem, NO_DEMANDS_OVER_PLAN)
    plans = [networks_of(ground.atoms, labels) for labels in tree_starts(ground, seed)]
    return min(plans, key=lambda plan: key(problem, plan, problem.data.rules)[:2])


def first_plan(problem: Problem, seed: int, deadline: Deadline = NEVER) -> list[Group]:
    """Give the plan that a part begins with, borders settled."""
    return list(incumbents(problem, seed=seed, effort=0, deadline=deadline, until_sound=True).groups)


def assert_whole(problem: Problem, plan: Sequence[Group]) -> None:
    """Every practice once, every group connected."""
    assert sorted(v for group in plan for v in group) == list(range(len(problem.codes)))
    assert all(nx.is_connected(problem.graph.subgraph(group)) for group in plan)


def key(problem: Problem, plan: Sequence[Group], rules: Rules) -> tuple[int, int, float]:
    """Count networks and patients outside the band; then the cost."""
    sizes = [sum(problem.graph.nodes[v]["list_size"] for v in group) for group in plan]
    outside = [max(0, rules.least - size, size - rules.most) for size in sizes]
    return sum(amount > 0 for amount in outside), sum(outside), math.fsum(group_costs(problem, plan))


class Report(NamedTuple):
    """What a part has told of: its best plan and bound after a step."""

    step: str
    groups: Groups
    cost: float
    bound: float


def part_of(
    graph: nx.Graph,
    rules: Rules,
    *,
    options: Options | None = None,
    deadline: Deadline = NEVER,
    linking: LinkingRules | None = None,
    report: Callable[[str], None] = lambda _step: None,
    workers: int = 1,
) -> Part:
    """State the largest connected part of an area without oversize practices, or all of it where a rule ties it."""
    codes = list(graph) if linking is not None else max(connected_parts(graph, rules), key=len)

    def told(step: str) -> None:
        plan = part.plan_so_far
        assert plan is not None
        report(Report(step, plan.groups, plan.solution.cost, plan.solution.bound))

    part = Part(
        graph=graph.subgraph(codes),
        area=graph,
        rules=rules,
        options=options or Options(),
        deadline=deadline,
        candidate_cache=CandidateCache(workers),
        stage=lambda _name: nullcontext(),
        report=told,
        reasoned=lambda _codes, found: tuple(found),
        linking=linking or LinkingRules(graph, (), None, None),
        alone=0,
        whole=True,
        named="",
    )
    return part
