"""Plan one part of an area with exceptions: the fewest networks outside the band, then the fewest patients, then cost.

The band is opened step by step, and each step listed anew: most exceptions lie near the band, and a wide list is
long. What a step has found is settled when nothing beyond it can be better.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.errors import ImpossibleError
from netform.explain.method import method
from netform.explain.move_limits import SECONDS, SHARE
from netform.solve.exact.minimum_count import fewest
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.part_plan import PartPlan
from netform.solve.model.problem import SideRow
from netform.solve.model.solution import Solution
from netform.solve.part_candidates import WIDENINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.explain.obstacles import Obstacle
    from netform.solve.model.plan_model import PlanModel
    from netform.solve.part_candidates import Part

__all__ = ["fewest_exceptions", "spare_plan"]


def fewest_exceptions(part: Part, reasons: Sequence[Obstacle]) -> PartPlan | None:
    """The fewest networks outside the band, then the fewest patients, then the least cost.

    Parameters
    ----------
    part : Part
    reasons : sequence of Obstacle
        Why no plan is within the band.

    Returns
    -------
    PartPlan or None
        None when the networks are too many to list, or time ran out before there was a plan.

    Raises
    ------
    ImpossibleError
        No plan keeps every demand, even with exceptions.
    """
    for widening in WIDENINGS:
        model = part.widened(widening)
        if model is None:
            break
        listing, listed = model, len(model.store)
        model = part.tied(listing)
        part.counted(listed)
        outside, weight = part.weigh(model)
        few = part.solve_model(model, weight)
        last = widening == WIDENINGS[-1]
        if few.chosen is None:
            if last and few.status == "infeasible":
                raise ImpossibleError(impossible(part, reasons))
            part.release(listing)
            continue
        count = int((weight[few.chosen] > 0).sum())
        # One exception is the fewest there can be once none is proven impossible, and nothing that lies
        # further outside the band betters its patients; more than one is settled by the widest list alone.
        settled = few.status == "optimal" and (count <= 1 or last)
        if settled or last:
            return cheapest(part, model, outside, weight, few, reasons, listed=listed, settled=settled)
        part.release(listing)
    return None


def cheapest(
    part: Part,
    model: PlanModel,
    outside: NDArray[np.float64],
    weight: NDArray[np.float64],
    few: Solution,
    reasons: Sequence[Obstacle],
    *,
    listed: int,
    settled: bool,
) -> PartPlan:
    """The least cost among the plans with the fewest exceptions."""
    assert few.chosen is not None  # noqa: S101 (the caller has looked)
    # A patient is worth 1/1000: half of that separates this total from the next.
    total = math.fsum(weight[few.chosen])
    count = SideRow((weight > 0).astype(np.float64), -math.inf, float((weight[few.chosen] > 0).sum()))
    patients = SideRow(outside, -math.inf, float(outside[few.chosen].sum()) + 0.5)
    first = model.groups(few.chosen)
    first_cost = math.fsum(model.take(few.chosen).costs)
    model = replace(model, sides=(*model.sides, count, patients)).take(
        np.flatnonzero(weight <= total + 0.0005)
    )
    exceptions = int((weight[few.chosen] > 0).sum())
    if settled:
        part.exceptions_bound = max(part.exceptions_bound, exceptions)
    solution = part.solve_model(model, exceptions=exceptions)
    if solution.chosen is None:
        position = model.positions(first)
        solution = Solution("feasible", position, first_cost, max(0.0, min(solution.bound, first_cost)))
    said = method(solution, listed)
    if not settled:
        said += " That the exceptions are the fewest possible is not proven."
        # What was chosen among has no other plans than those with as many exceptions.
        bound = min(part.bounds.get(None, 0.0), solution.cost)
        solution = replace(solution, status="feasible", bound=bound)
    assert solution.chosen is not None  # noqa: S101 (the first choice stands in)
    groups = model.groups(solution.chosen)
    return PartPlan(groups, solution, listed, said, tuple(reasons), model, settled, exceptions)


def impossible(part: Part, reasons: Sequence[Obstacle]) -> str:
    """Why not even exceptions make a plan."""
    sentences = "\n".join(obstacle.text for obstacle in part.explained(reasons))
    return (
        f"no plan keeps every demand{part.named}, even with networks outside the band.\n{sentences}".strip()
    )


def spare_plan(part: Part, reasons: Sequence[Obstacle]) -> PartPlan | None:
    """A plan near its start with few exceptions, for when time runs out before the fewest patients are found.

    A limit on moves makes it hard to prove how few patients can be outside the band; how few networks is easy.

    Parameters
    ----------
    part : Part
    reasons : sequence of Obstacle
        Why no plan is within the band.
    """
    if (wide := part.widest()) is None:
        return None
    model, share = part.tied(wide[0]), part.deadline.share(SHARE, SECONDS)
    outside = (part.weigh(model)[1] > 0).astype(np.float64)
    count = fewest(model, outside, share, least=1)
    if count.found is None:
        return None
    model = replace(model, sides=(*model.sides, SideRow(outside, -math.inf, count.found + 0.5)))
    found = solve_set_partitioning(model.partitioning(model.costs), share)
    if found.chosen is None:
        return None
    groups, listed = model.groups(found.chosen), len(wide[0].store)
    part.offer(
        part.value_of([tuple(int(v) for v in model.store[int(j)]) for j in found.chosen]), "near the start"
    )
    solution = Solution("feasible", found.chosen, found.cost, 0.0)
    said = f"{method(solution, listed)} That the exceptions are as near the band as possible is not proven."
    number = int(outside[found.chosen].sum())
    return PartPlan(groups, solution, listed, said, tuple(reasons), model, settled=False, exceptions=number)
