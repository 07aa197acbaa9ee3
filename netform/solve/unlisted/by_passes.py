"""Stream columns: networks that are too many to keep, but not to be met again and again, give bound and plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netform.candidates.passes import GATHERED, ROUNDING, Passes
from netform.scores import candidate_costs
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.problem import SetPartitioning
from netform.solve.primal.among_near import chosen_anew
from netform.solve.primal.neighbourhood_search import TOGETHER, improvements
from netform.solve.unlisted.full_pricing import nearest, relaxations

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from netform.solve.model.problem import Problem
    from netform.solve.model.stopping import Deadline
    from netform.solve.part_candidates import Part
    from netform.solve.unlisted.full_pricing import Priced

__all__ = ["stream", "streamed_turns"]

# Networks that may be met for every second left: they are met again in every pass.
MET_A_SECOND = 2_000_000

# Networks that a cheaper plan could use, which are then solved over exactly.
MOST_SOLVED = 5_000_000

# What a network takes while passes are made; they fill half of the room, and what is found among them the other.
BYTES_EACH = 4

# Practices in a neighbourhood, one level after the other, and seconds for one.
LEVELS, SECONDS = (40, 70, 110, 160), 10.0


def stream(part: Part) -> Passes | None:
    """Count and score all networks of a part; None where they are too many for the time or the memory."""
    problem, deadline = part.problem, part.deadline
    limit = problem.memory.share(2).most(BYTES_EACH)
    if deadline.seconds_left is not None:
        limit = min(limit, int(deadline.seconds_left * MET_A_SECOND))
    with part.stage("enumerate"):
        workers = part.candidate_cache.workers
        return Passes.of(problem.graph, problem.data, part.limits, limit, workers, lambda: deadline.passed)


def streamed_turns(part: Part, passes: Passes) -> Iterator[None]:
    """Bound by passes over all networks, plan among the nearest, and solve over what a cheaper plan could use.

    Parameters
    ----------
    part : Part
        With a plan within the band.
    passes : Passes
        All its networks.
    """
    part.counted(len(passes))
    problem = replace(part.problem, memory=part.problem.memory.left_beside(passes.costs.nbytes))
    passes = replace(passes, room=problem.memory.share(2).room)
    priced: Priced | None = None
    assert part.incumbent is not None  # noqa: S101 (the caller has looked)
    for priced in relaxations(problem, passes, part.incumbent.groups, part.deadline):
        part.raise_bound(priced.bound, "streamed columns", 0)
        yield
    if priced is None:
        return
    near = nearest(passes, priced.prices, part.deadline)
    yield
    if near is not None:
        # The share of each does not follow from how many threads there are, so that the plan does not either.
        beside = problem.memory.left_beside(2 * near.nbytes).share(TOGETHER)
        resolve = chosen_anew(replace(problem, memory=beside), near, _choose_part, SECONDS)
        plan, workers = part.incumbent.groups, passes.workers
        for better in improvements(problem, plan, resolve, part.deadline, levels=LEVELS, workers=workers):
            part.offer(part.value_of(better), "near columns")
            yield
    _solve_useful(part, problem, passes, priced)


def _solve_useful(part: Part, problem: Problem, passes: Passes, priced: Priced) -> None:
    """Solve exactly over the networks that a cheaper plan could use, where they are few enough."""
    assert part.incumbent is not None  # noqa: S101 (there was one to begin with)
    deadline, cost = part.deadline, part.incumbent.value.cost
    most = min(MOST_SOLVED, problem.memory.most(GATHERED))
    # Every network of a plan costs at least its prices, so none may be dearer by more than a cheaper plan is in all.
    useful = passes.within(priced.prices, cost - priced.bound + ROUNDING, most, lambda: deadline.passed)
    if useful is None:
        return
    part.columns = len(useful)
    costs = candidate_costs(useful, problem.data)
    left = problem.memory.left_beside(useful.nbytes + costs.nbytes)
    partitioning = SetPartitioning(useful, costs, part.side_rows(useful), len(problem.codes), left)
    solution = solve_set_partitioning(partitioning, deadline, cutoff=cost)
    if solution.chosen is not None:
        plan = [tuple(int(v) for v in useful[int(j)]) for j in solution.chosen]
        part.offer(part.value_of(plan), "columns")
    part.raise_bound(min(solution.bound, cost), "columns", 0)


def _choose_part(
    partitioning: SetPartitioning, cutoff: float, deadline: Deadline
) -> NDArray[np.int64] | None:
    """The exact choice of a neighbourhood below a cost; a failure is no plan."""
    return solve_set_partitioning(partitioning, deadline, cutoff=cutoff).chosen
