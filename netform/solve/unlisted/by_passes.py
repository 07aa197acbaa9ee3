"""Plan a part whose networks are too many to keep, but not to meet: bound by passes, plan among the nearest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.candidates.passes import BYTES_EACH, ROUNDING, Passes
from netform.scores import candidate_costs
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.candidate_cache import BYTES_EACH as BYTES_LISTED
from netform.solve.model.problem import SetPartitioning, group_costs
from netform.solve.primal.among_near import chosen_anew
from netform.solve.primal.neighbourhood_search import better_plan
from netform.solve.unlisted.full_pricing import nearest, relax_in_passes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from netform.solve.model.problem import Group
    from netform.solve.model.stopping import Deadline
    from netform.solve.part_candidates import ListedPart
    from netform.solve.unlisted.full_pricing import Priced

__all__ = ["Passed", "by_passes"]

# Groups that may be met for every second left: they are met again in every pass.
MET_A_SECOND = 1_000_000

# Share of the time left for the bound, and for the plan then.
BOUND, PLAN = 0.6, 0.97

# Networks that a cheaper plan could use, which are then chosen from exactly.
MOST_CHOSEN_FROM = 5_000_000

# Practices in a neighbourhood, one level after the other, and seconds for one.
LEVELS, SECONDS = (40, 70, 110, 160), 10.0


@dataclass(frozen=True, slots=True)
class Passed:
    """What passes have come to.

    Attributes
    ----------
    plan : list of groups
    bound : float
        Hours per week that no plan costs less than.
    met : int
        Feasible networks.
    listed : int or None
        Those of them that a cheaper plan could have used, where no choice of them is cheaper: the plan is best.
    """

    plan: list[Group]
    bound: float
    met: int
    listed: int | None = None


def by_passes(part: ListedPart, plan: Sequence[Group]) -> Passed | None:
    """A better plan and its bound; None when the networks are too many to be met in the time, or in the memory.

    Parameters
    ----------
    part : ListedPart
    plan : sequence of groups
        A plan within the band.
    """
    problem, deadline = part.problem, part.deadline
    limit = part.candidate_cache.limit * BYTES_LISTED // BYTES_EACH
    if deadline.seconds_left is not None:
        limit = min(limit, int(deadline.seconds_left * MET_A_SECOND))
    with part.stage("enumerate"):
        workers = part.candidate_cache.workers
        passes = Passes.of(problem.graph, problem.data, part.limits, limit, workers, lambda: deadline.passed)
    if passes is None:
        return None
    with part.stage("bound"):
        priced = relax_in_passes(
            problem, passes, plan, deadline.share(BOUND), lambda low: part.tell(plan, low)
        )
    with part.stage("search"):
        near = nearest(passes, priced.prices, deadline)
        if near is not None:
            resolve = chosen_anew(problem, near, _choose_part, SECONDS)
            plan = better_plan(
                problem,
                plan,
                resolve,
                deadline.share(PLAN),
                levels=LEVELS,
                workers=workers,
                on_plan=lambda better: part.tell(better, priced.bound),
            )
    with part.stage("choose"):
        return _proven(part, passes, priced, list(plan))


def _proven(part: ListedPart, passes: Passes, priced: Priced, plan: list[Group]) -> Passed:
    """Choose exactly among the networks that a cheaper plan could use, where they are few enough."""
    problem, deadline = part.problem, part.deadline
    cost = math.fsum(group_costs(problem, plan))
    most = min(MOST_CHOSEN_FROM, part.candidate_cache.limit)
    # Every network of a plan costs at least its prices, so none may be dearer by more than a cheaper plan is in all.
    useful = passes.within(priced.prices, cost - priced.bound + ROUNDING, most, lambda: deadline.passed)
    if useful is None:
        return Passed(plan, priced.bound, len(passes))
    partitioning = SetPartitioning(useful, candidate_costs(useful, problem.data), (), len(problem.codes))
    solution = solve_set_partitioning(partitioning, deadline, cutoff=cost)
    if solution.chosen is not None:
        plan = [tuple(int(v) for v in useful[int(j)]) for j in solution.chosen]
    proven = solution.status in ("optimal", "infeasible")
    bound = max(priced.bound, min(solution.bound, cost))
    return Passed(plan, bound, len(passes), len(useful) if proven else None)


def _choose_part(
    partitioning: SetPartitioning, cutoff: float, deadline: Deadline
) -> NDArray[np.int64] | None:
    """The exact choice of a neighbourhood below a cost; a failure is no plan."""
    return solve_set_partitioning(partitioning, deadline, cutoff=cutoff).chosen
