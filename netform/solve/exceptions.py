"""Plan one part of an area with exceptions: the fewest networks outside the band, then the fewest patients, then cost.

Lexicographic, in stages (`fewest_exceptions`), so that no number of patients outweighs an exception. The band is opened
step by step, and each step listed anew: most exceptions lie near the band, and a wide list is long. What a step has
found is settled when nothing beyond it can be better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netform.errors import ImpossibleError
from netform.solve.exact.minimum_count import Fewest, FewestPlans, among_fewest
from netform.solve.master.relaxation import relax
from netform.solve.model.part_plan import PartPlan, method
from netform.solve.model.solution import Solution
from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.part_candidates import WIDENINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from netform.explain.obstacles import Obstacle
    from netform.solve.model.plan_model import PlanModel
    from netform.solve.part_candidates import ListedPart
    from netform.tradeoff import Groups

__all__ = ["FewestExceptions", "fewest_exceptions", "plan_with_exceptions"]

# Of the time left, for how few exceptions there can be so near the band.
STEP_SHARE = 0.3

# Of the time left, for how few patients can be outside the band once it is known how few exceptions there can be: what
# is left after that is for their cost.
PATIENTS_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class FewestExceptions:
    """The plans with the fewest exceptions and, of those, the fewest patients outside the band, as far as proven.

    Attributes
    ----------
    exceptions : Fewest
        How many networks are exceptions.
    patients : Fewest
        Registered patients by which those are outside the band, among the plans with no more exceptions than were
        found.
    model : PlanModel
        The plans with no more of either than was found.
    chosen : ndarray of int64 or None
        One of them, positions in ``model``; None where none was found.
    """

    exceptions: Fewest
    patients: Fewest
    model: PlanModel
    chosen: NDArray[np.int64] | None

    @property
    def proven(self) -> bool:
        """Whether no plan that was listed has fewer exceptions, or as few and fewer patients outside."""
        return self.exceptions.proven and self.patients.proven


def fewest_exceptions(
    model: PlanModel,
    exceptional: NDArray[np.float64],
    outside: NDArray[np.float64],
    deadline: Deadline = NEVER,
    *,
    least: int = 0,
) -> FewestExceptions:
    """Find the fewest exceptions over the plans of a statement, then the fewest patients outside the band.

    Parameters
    ----------
    model : PlanModel
    exceptional : ndarray of float64, shape (m,)
        1 for every candidate that is an exception, else 0.
    outside : ndarray of float64, shape (m,)
        Registered patients, whole, by which each is outside the band.
    deadline : Deadline
        Once it has passed the best plan met is given.
    least : int
        It is known that no plan has fewer exceptions.
    """
    few = among_fewest(model, exceptional, deadline, least=least)
    return nearest_exceptions(few, outside[few.kept], deadline)


def nearest_exceptions(
    few: FewestPlans, outside: NDArray[np.float64], deadline: Deadline = NEVER
) -> FewestExceptions:
    """Find the fewest patients outside the band over the plans with the fewest exceptions.

    Parameters
    ----------
    few : FewestPlans
    outside : ndarray of float64
        Registered patients, whole, by which each candidate of ``few.model`` is outside the band.
    deadline : Deadline
    """
    if few.chosen is None:
        nothing = Fewest(None, None) if few.count.impossible else Fewest(0, None)
        return FewestExceptions(few.count, nothing, few.model, None)
    near = among_fewest(few.model, outside, deadline, plan=few.chosen)
    return FewestExceptions(few.count, near.count, near.model, near.chosen)


def plan_with_exceptions(part: ListedPart, reasons: Sequence[Obstacle]) -> PartPlan | None:
    """The fewest networks outside the band, then the fewest patients, then the least cost.

    Parameters
    ----------
    part : ListedPart
    reasons : sequence of Obstacle
        Why no plan is within the band.

    Returns
    -------
    PartPlan or None
        None when not even the networks near the band can be listed, or time ran out before there was a plan.

    Raises
    ------
    ImpossibleError
        No plan keeps every demand, even with exceptions.
    """
    step: tuple[FewestPlans, NDArray[np.float64], int] | None = None
    every: PlanModel | None = None
    known: Groups | None = None
    settled = False
    # What is listed already need not be listed step by step.
    for widening in WIDENINGS if part.wide is None else WIDENINGS[-1:]:
        model = part.widened(widening)
        if model is None:
            break
        listed, model, last = len(model.store), part.tied(model), widening == WIDENINGS[-1]
        exceptional, outside = part.exceptional(model)
        soon = part.deadline if last else part.deadline.share(STEP_SHARE)
        plan = None if known is None else model.positions(known)
        few = among_fewest(model, exceptional, soon, least=1, plan=plan)
        if last and few.count.impossible:
            raise ImpossibleError(impossible(part, reasons))
        if few.chosen is None:
            continue
        step, known = (few, outside[few.kept], listed), few.model.groups(few.chosen)
        every = model if last else None
        part.tell([tuple(int(v) for v in few.model.store[int(j)]) for j in few.chosen])
        # One exception is the fewest there can be once none is proven impossible, and nothing that lies
        # further outside the band betters its patients; more than one is settled by the widest list alone.
        settled = few.count.proven and (few.count.found == 1 or last)
        if settled:
            break
    if step is None:
        return None
    few, outside, listed = step
    near = nearest_exceptions(few, outside, part.deadline.share(PATIENTS_SHARE))
    return cheapest(part, near, every, reasons, listed=listed, settled=settled)


def cheapest(
    part: ListedPart,
    few: FewestExceptions,
    every: PlanModel | None,
    reasons: Sequence[Obstacle],
    *,
    listed: int,
    settled: bool,
) -> PartPlan:
    """The least cost among the plans with the fewest exceptions; where not all is proven, ``every`` plan bounds it."""
    assert few.chosen is not None  # noqa: S101 (the caller has looked)
    model = few.model
    solution = part.solve_model(model)
    if solution.chosen is None:
        cost = math.fsum(model.costs[few.chosen])
        solution = Solution("feasible", few.chosen, cost, max(0.0, min(solution.bound, cost)))
    said = method(solution, listed)
    if not (settled and few.patients.proven):
        missing = "as near the band as possible" if settled else "the fewest possible"
        said += f" That the exceptions are {missing} is not proven."
        bound = 0.0
        if every is not None and not part.deadline.passed:
            bound = relax(every.partitioning(every.costs), part.deadline).bound
        solution = replace(solution, status="feasible", bound=max(0.0, min(bound, solution.cost)))
    assert solution.chosen is not None  # noqa: S101 (the first choice stands in)
    return PartPlan(
        model.groups(solution.chosen),
        solution,
        listed,
        said,
        tuple(reasons),
        model,
        settled and few.patients.proven,
        few.exceptions.found or 0,
    )


def impossible(part: ListedPart, reasons: Sequence[Obstacle]) -> str:
    """Why not even exceptions make a plan."""
    sentences = "\n".join(obstacle.text for obstacle in part.explained(reasons))
    return (
        f"no plan keeps every demand{part.named}, even with networks outside the band.\n{sentences}".strip()
    )
