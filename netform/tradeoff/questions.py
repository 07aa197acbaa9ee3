"""Questions about one area: its front over two axes, the plans near its best, and where those agree."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.rules.model import TERM_NAMES
from netform.solve.area import solve_area
from netform.solve.model.outcome import Progress
from netform.solve.model.problem import extent
from netform.solve.near_optimal.pareto_front import TracedPoint, boxes_above, trace_front
from netform.solve.near_optimal.plans import Ranked
from netform.tradeoff.area_case import SOLVE_SHARE
from netform.tradeoff.fronts import best_points
from netform.tradeoff.model import Alternative, Border, Front, FrontPoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.solve.model.budget import Deadline
    from netform.solve.model.outcome import AreaCase
    from netform.solve.near_optimal.plans import NearOptimalPlans
    from netform.tradeoff.area_case import KeptCase
    from netform.tradeoff.model import Axis

__all__ = ["alternatives_of", "borders_of", "front_of"]

# How much the two axes count in the plans that a front over some of the networks is made of: the ends, then between.
FRONT_WEIGHTS = ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (3.0, 1.0), (1.0, 3.0))

# A line below every plan: a x + b y >= bound, without the networks that every plan has.
Plane = tuple[float, float, float]


def front_of(
    kept: KeptCase, axes: tuple[Axis, Axis], deadline: Deadline, *, resolution: float, complete: bool
) -> Front | None:
    """The exact front of an area, or the best points found and what may lie between them.

    Parameters
    ----------
    kept : KeptCase
    axes : (Axis, Axis)
    deadline : Deadline
    resolution : float
        Share of each axis's range.
    complete : bool
        Find every point of the front.

    Returns
    -------
    Front or None
        None where time ran out before there was a point.
    """
    case = kept.case(deadline)
    front = None
    if case.listed:
        front = _front(kept, case, axes, deadline, resolution=resolution, complete=complete)
    # Over the longest lists not even the ends are found: then by search, as where nothing is listed.
    if front is None or not (front.proven or len(front.points) > 1):
        pool, planes = _pooled_for_front(kept, axes, deadline)
        found = _front(kept, pool, axes, deadline, front, planes, resolution=resolution, complete=complete)
        front = found or front
    return front


def alternatives_of(
    kept: KeptCase, count: int, deadline: Deadline, *, within: float, different: int
) -> list[Alternative]:
    """The best plan of an area, the next best, and the most different ones within a share of its cost.

    Parameters
    ----------
    kept : KeptCase
    count : int
        Of next best plans.
    deadline : Deadline
    within : float
        Share of the best cost that the different ones may cost more.
    different : int
    """
    case, near = kept.near(deadline)
    kept.on_stage(f"alternatives {kept.area}".strip())
    best = Ranked(near.known[0], case.solution.cost, proven=True)
    rows = [("best", best), *(("next", each) for each in near.next_best(count))]
    rows += [("different", each) for each in near.different(different, _allowance(case, within))]
    number = {"best": 0, "next": 0, "different": 0}
    found = []
    for kind, ranked in rows:
        number[kind] += kind != "best"
        found.append(_alternative(kept, case, near, kind, number[kind], ranked))
    return found


def borders_of(kept: KeptCase, deadline: Deadline, *, within: float) -> list[Border]:
    """Whether every two neighbours of an area are together in all, some or none of the plans near its best.

    Parameters
    ----------
    kept : KeptCase
    deadline : Deadline
    within : float
        Share of the best cost.
    """
    case, near = kept.near(deadline)
    kept.on_stage(f"borders {kept.area}".strip())
    number = {code: k for k, code in enumerate(case.model.codes)}
    fixed = {code: k for k, each in enumerate(case.fixed) for code in each.practice_codes}
    graph = kept.demanded.subgraph(set(kept.codes) - set(kept.rules.demands.exclude))
    edges = sorted(tuple(sorted(edge)) for edge in graph.edges)
    free = [(a, b) for a, b in edges if a in number and b in number]
    pairs = np.array([(number[a], number[b]) for a, b in free], np.int64).reshape(-1, 2)
    said = near.together(pairs, _allowance(case, within))
    if not case.listed:
        # Networks that were not met may do otherwise.
        said = [each if each == "some" else "unsettled" for each in said]
    told = dict(zip(free, said, strict=True))
    return [
        Border(a, b, told.get((a, b)) or ("all" if a in fixed and fixed[a] == fixed.get(b) else "none"))
        for a, b in edges
    ]


def _allowance(case: AreaCase, within: float) -> float:
    """A share of the whole cost as a share of the free networks' cost: what fixed ones cost counts in it."""
    return within * (case.solution.cost + case.fixed_cost) / max(case.solution.cost, 1e-9)


def _front(
    kept: KeptCase,
    case: AreaCase,
    axes: tuple[Axis, Axis],
    deadline: Deadline,
    before: Front | None = None,
    planes: Sequence[Plane] = (),
    *,
    resolution: float,
    complete: bool,
) -> Front | None:
    """The front over the networks of a case; over a pool with the points found before, and what planes have proven."""
    kept.on_stage(f"front {kept.area}".strip())
    hours = [case.model.hours(axis.terms) for axis in axes]
    traced = trace_front(
        case.model,
        hours[0],
        hours[1],
        deadline,
        resolution=resolution,
        complete=complete,
        on_point=lambda count: kept.on_stage(f"front {kept.area}: {count} points"),
    )
    fixed = [kept.fixed_hours(case, axis) for axis in axes]
    points = tuple(_point(kept, case, point, fixed) for point in traced.points)
    best = _point(kept, case, _traced(case, *axes), fixed)
    if case.listed:
        boxes = tuple(
            (x0 + fixed[0], x1 + fixed[0], y0 + fixed[1], y1 + fixed[1])
            for x0, x1, y0, y1 in traced.unexplored
        )
        steps = traced.resolution_x, traced.resolution_y
    else:
        known = list(before.points) if before else []
        if not points:
            # The plans that the pool is made around are there whatever the time.
            known += _known_points(kept, case, axes, fixed)
        points = best_points([*points, *known])
        best = min(best, before.best if before else best, key=lambda point: point.cost)
        corner = [extent(case.model.store, each)[1] + add for each, add in zip(hours, fixed, strict=True)]
        above = [(a, b, bound + a * fixed[0] + b * fixed[1]) for a, b, bound in planes]
        boxes = boxes_above([(each.x, each.y) for each in points], above, (corner[0], corner[1]))
        steps = math.inf, math.inf
    if not points:
        return None
    proven = traced.proven and case.settled
    return Front(kept.area, *axes, points, *steps, proven, boxes, best, case.listed)


def _pooled_for_front(
    kept: KeptCase, axes: tuple[Axis, Axis], deadline: Deadline
) -> tuple[AreaCase, list[Plane]]:
    """The area by the networks near plans of several weights, and the planes that those have proven."""
    case = kept.case(deadline)
    graph = kept.demanded
    fixed = [kept.fixed_hours(case, axis) for axis in axes]
    assert kept.best is not None  # noqa: S101 (its case was asked for)
    outcomes, planes = [kept.best], []
    for done, (a, b) in enumerate(FRONT_WEIGHTS):
        weights = (a, b)
        if done > 1:
            # In between, the two axes count by what lies between the ends.
            ends = [
                [
                    kept.hours([placed.practice_codes for placed in found.networks], axis)
                    for found in outcomes[1:3]
                ]
                for axis in axes
            ]
            width, height = (max(abs(first - last), 1e-6) for first, last in ends)
            weights = a * height / (a * height + b * width), b * width / (a * height + b * width)
        kept.on_stage(f"front {kept.area}: plan {done + 1} of {len(FRONT_WEIGHTS)}")
        counted = dict.fromkeys(TERM_NAMES, 0.0)
        for axis, weight in zip(axes, weights, strict=True):
            counted |= dict.fromkeys(axis.terms, weight)
        share = deadline.share(SOLVE_SHARE / (len(FRONT_WEIGHTS) - done))
        rules = replace(kept.rules, weights=tuple(counted.items()))
        found = solve_area(graph, kept.area, kept.codes, rules, kept.options, Progress(deadline=share))
        bound = (found.result.bound or 0.0) - weights[0] * fixed[0] - weights[1] * fixed[1]
        planes.append((*weights, bound))
        outcomes.append(found)
    return kept.pooled(outcomes, deadline), planes


def _known_points(
    kept: KeptCase, case: AreaCase, axes: tuple[Axis, Axis], fixed: Sequence[float]
) -> list[FrontPoint]:
    """Where the plans lie that the pool of the area is made around."""
    free, found = set(case.model.codes), []
    for groups in kept.plans:
        chosen = case.model.positions([codes for codes in groups if codes[0] in free])
        if chosen is not None:
            x, y = (math.fsum(case.model.hours(axis.terms)[chosen]) for axis in axes)
            found.append(_point(kept, case, TracedPoint(x, y, chosen, supported=False), fixed))
    return found


def _traced(case: AreaCase, x: Axis, y: Axis) -> TracedPoint:
    """Where the best plan by the rules lies."""
    chosen = case.solution.chosen
    assert chosen is not None  # noqa: S101 (a case has a plan)
    hours = [math.fsum(case.model.hours(axis.terms)[chosen]) for axis in (x, y)]
    return TracedPoint(hours[0], hours[1], chosen, supported=False)


def _point(kept: KeptCase, case: AreaCase, point: TracedPoint, fixed: Sequence[float]) -> FrontPoint:
    cost = math.fsum(case.model.costs[point.chosen]) + case.fixed_cost
    return FrontPoint(
        point.x + fixed[0], point.y + fixed[1], cost, kept.groups(case, point.chosen), point.supported
    )


def _alternative(
    kept: KeptCase, case: AreaCase, near: NearOptimalPlans, kind: str, rank: int, ranked: Ranked
) -> Alternative:
    size = case.model.data.list_size
    practices, patients = (
        near.moved(near.known[0], each)[ranked.chosen] for each in (np.ones(len(size)), size)
    )
    return Alternative(
        rank=rank,
        kind=kind,
        cost=ranked.cost + case.fixed_cost,
        networks=kept.groups(case, ranked.chosen),
        practices_moved=round(math.fsum(practices)),
        patients_moved=round(math.fsum(patients)),
        proven=ranked.proven and case.listed,
        patients_apart=round(ranked.apart),
        # Over some of the networks no more is known than that nobody moves twice from one plan.
        most_patients_apart=math.floor((ranked.most if case.listed else rank * size.sum()) + 0.5),
    )
