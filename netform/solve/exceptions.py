"""Plan one part of an area with exceptions: the fewest networks outside the band, then the fewest patients, then cost.

Lexicographic, in stages, so that no number of patients outweighs an exception. There is a plan already, by search, so
that each stage proves rather than finds: how few networks have to be outside the band takes a list of networks of any
size, unless arithmetic has said as much; how few patients takes only a list as far outside the band as the plan is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netform.errors import ImpossibleError
from netform.explain.method import method
from netform.solve.exact.minimum_count import Fewest, FewestPlans, among_fewest
from netform.solve.master.relaxation import TINY, relax
from netform.solve.master.subset_row_cuts import NO_CUTS
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.outcome import PartPlan, Solution
from netform.solve.model.problem import SideRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from netform.explain.obstacles import Obstacle
    from netform.solve.model.plan_model import PlanModel
    from netform.solve.part_candidates import Part

__all__ = ["FewestExceptions", "bound_exceptions", "nearest_exceptions", "plan_with_exceptions"]

# Of the time left, for how few exceptions there can be so near the band.
STEP_SHARE = 0.3

# Of the time left, for a bound of any better plan, where all networks are listed.
BOUND_SHARE = 0.5

# Of the time left, for the proof of how few exceptions there can be, and then of how few patients: what is left after
# those is for the cost.
COUNT_SHARE, PATIENTS_SHARE = 0.5, 0.5


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


def plan_with_exceptions(part: Part, reasons: Sequence[Obstacle]) -> PartPlan | None:
    """The fewest networks outside the band, then the fewest patients, then the least cost.

    Parameters
    ----------
    part : Part
        Of which it is proven that no plan is within the band.
    reasons : sequence of Obstacle
        Why.

    Returns
    -------
    PartPlan or None
        None where too many networks are as near the band as the best plan to be listed, or there was no time to plan
        among them: then what the part holds is the best.

    Raises
    ------
    ImpossibleError
        No plan keeps every demand, even with exceptions.
    """
    with part.stage("exceptions"):
        _count(part, reasons)
    best = part.incumbent
    if best is None or best.value.broken:
        return None
    proven = best.value.exceptions == part.exceptions_bound
    model = part.widened(best.value.patients_outside)
    if model is None:
        return None
    listed, every = len(model.store), part.tied(model)
    part.counted(listed)
    exceptional, outside = part.exceptional(every)
    with part.stage("exceptions"):
        few = among_fewest(
            every,
            exceptional,
            part.deadline.share(COUNT_SHARE),
            least=best.value.exceptions if proven else part.exceptions_bound,
            plan=part.columns_of(every),
        )
        if few.chosen is None:
            return None
        near = nearest_exceptions(few, outside[few.kept], part.deadline.share(PATIENTS_SHARE))
        assert near.chosen is not None  # noqa: S101 (the plan before stands in)
        part.offer_columns(near.model, near.chosen, "exceptions")
    return cheapest(part, near, every if proven else None, reasons, listed=listed, settled=proven)


def _count(part: Part, reasons: Sequence[Obstacle]) -> None:
    """Prove how few exceptions there have to be, where networks of any size can be listed; plans met are told."""
    best = part.incumbent
    if best is not None and not best.value.broken and best.value.exceptions <= part.exceptions_bound:
        return
    bound_exceptions(part)
    if (wide := part.tied_widest()) is None:
        return
    model, exceptional = wide
    few = among_fewest(
        model,
        exceptional,
        part.deadline.share(COUNT_SHARE),
        least=part.exceptions_bound,
        plan=part.columns_of(model),
    )
    if few.count.impossible:
        raise ImpossibleError(impossible(part, reasons))
    if few.chosen is not None:
        part.offer_columns(few.model, few.chosen, "exceptions")
    part.exceptions_bound = max(part.exceptions_bound, few.count.bound or 0)


def bound_exceptions(part: Part) -> bool:
    """Bound the plans with no more exceptions than the best so far, by the relaxation over networks of any size.

    Returns
    -------
    bool
        False where those cannot be listed: the bound is what was known before.
    """
    best = part.incumbent
    if best is None or best.value.broken or not best.value.exceptions:
        return True
    if (wide := part.tied_widest()) is None:
        return False
    model, exceptional = wide
    exceptions, known = best.value.exceptions, part.relaxed
    if known is not None and known[0] == exceptions and known[3]:
        return True
    row = SideRow(exceptional, -math.inf, float(exceptions))
    some = replace(model, sides=(*model.sides, row))
    # Where time was up, or a better plan has come since, it goes on.
    warm, around = (None, None) if known is None else known[1:3]
    relaxed = relax(some.partitioning(some.costs), part.deadline.share(BOUND_SHARE), warm, NO_CUTS, around)
    if math.isfinite(relaxed.bound):
        part.raise_bound(relaxed.bound, "bound")
        done = relaxed.program is not None and relaxed.program.complete and relaxed.missing < TINY
        part.relaxed = exceptions, relaxed.columns, relaxed.duals, done
    return True


def cheapest(
    part: Part,
    few: FewestExceptions,
    every: PlanModel | None,
    reasons: Sequence[Obstacle],
    *,
    listed: int,
    settled: bool,
) -> PartPlan:
    """The least cost among the plans with the fewest exceptions; ``every`` plan with as few bounds the unproven."""
    assert few.chosen is not None  # noqa: S101 (the caller has looked)
    model = few.model
    exceptions = few.exceptions.found or 0
    solution = part.solve_model(model, exceptions)
    if solution.chosen is None:
        cost = math.fsum(model.costs[few.chosen])
        solution = Solution("feasible", few.chosen, cost, max(0.0, min(solution.bound, cost)))
    said = method(solution, listed)
    if not (settled and few.patients.proven):
        missing = "as near the band as possible" if settled else "the fewest possible"
        said += f" That the exceptions are {missing} is not proven."
        bound = part.bounds.get(None, 0.0)
        if every is not None and not part.deadline.passed:
            bound = max(bound, relax(every.partitioning(every.costs), part.deadline).bound)
        solution = replace(solution, status="feasible", bound=min(bound, solution.cost))
    assert solution.chosen is not None  # noqa: S101 (the first choice stands in)
    return PartPlan(
        model.groups(solution.chosen),
        solution,
        listed,
        said,
        tuple(reasons),
        model,
        settled and few.patients.proven,
        exceptions,
    )


def impossible(part: Part, reasons: Sequence[Obstacle]) -> str:
    """Why not even exceptions make a plan."""
    sentences = "\n".join(obstacle.text for obstacle in part.explained(reasons))
    return (
        f"no plan keeps every demand{part.named}, even with networks outside the band.\n{sentences}".strip()
    )
