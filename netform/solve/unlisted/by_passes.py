"""Plan a part whose networks are too many to keep, but not to meet: bound by passes, plan among the nearest."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netform.candidates.passes import GATHERED, ROUNDING, Passes
from netform.scores import candidate_costs
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.problem import SetPartitioning, group_costs
from netform.solve.primal.among_near import chosen_anew
from netform.solve.primal.neighbourhood_search import TOGETHER, better_plan
from netform.solve.unlisted.full_pricing import nearest, relax_in_passes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from netform.solve.model.problem import Group, Problem
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

# What a network takes while passes are made; they fill half of the room, and what is found among them the other.
BYTES_EACH = 4

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
    limit = problem.memory.share(2).most(BYTES_EACH)
    if deadline.seconds_left is not None:
        limit = min(limit, int(deadline.seconds_left * MET_A_SECOND))
    with part.stage("enumerate"):
        workers = part.candidate_cache.workers
        passes = Passes.of(problem.graph, problem.data, part.limits, limit, workers, lambda: deadline.passed)
    if passes is None:
        return None
    problem = replace(problem, memory=problem.memory.left_beside(passes.costs.nbytes))
    passes = replace(passes, room=problem.memory.share(2).room)
    with part.stage("bound"):
        priced = relax_in_passes(
            problem, passes, plan, deadline.share(BOUND), lambda low: part.tell(plan, low)
        )
    with part.stage("search"):
        near = nearest(passes, priced.prices, deadline)
        if near is not None:
            # The share of each does not follow from how many threads there are, so that the plan does not either.
            beside = problem.memory.left_beside(2 * near.nbytes).share(TOGETHER)
            resolve = chosen_anew(replace(problem, memory=beside), near, _choose_part, SECONDS)
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
        return _proven(problem, deadline, passes, priced, list(plan))


def _proven(
    problem: Problem, deadline: Deadline, passes: Passes, priced: Priced, plan: list[Group]
) -> Passed:
    """Choose exactly among the networks that a cheaper plan could use, where they are few enough."""
    cost = math.fsum(group_costs(problem, plan))
    most = min(MOST_CHOSEN_FROM, problem.memory.most(GATHERED))
    # Every network of a plan costs at least its prices, so none may be dearer by more than a cheaper plan is in all.
    useful = passes.within(priced.prices, cost - priced.bound + ROUNDING, most, lambda: deadline.passed)
    if useful is None:
        return Passed(plan, priced.bound, len(passes))
    costs = candidate_costs(useful, problem.data)
    left = problem.memory.left_beside(useful.nbytes + costs.nbytes)
    partitioning = SetPartitioning(useful, costs, (), len(problem.codes), left)
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
