"""Stream columns: networks that are too many to keep, but not to be met once more under prices that promise no less."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from netform.candidates.passes import GATHERED, ROUNDING, Passes
from netform.scores import candidate_costs
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.problem import SetPartitioning

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from netform.solve.part_candidates import Part

__all__ = ["solve_streamed"]

# Networks that may be met for every second left: counted, scored and met again they take a quarter of the time.
MET_A_SECOND = 1_000_000

# Networks that a cheaper plan could use, which are then solved over exactly.
MOST_SOLVED = 5_000_000

# What a network takes while passes are made; they fill half of the room, and what is found among them the other.
BYTES_EACH = 4


def solve_streamed(part: Part, prices: NDArray[np.float64]) -> None:
    """Solve exactly over the networks that a cheaper plan could use, where time and room do for all to be met.

    Parameters
    ----------
    part : Part
        With a plan within the band.
    prices : ndarray of float64, shape (n,)
        Hours per week for each practice: no network costs less than those of its practices.
    """
    assert part.incumbent is not None  # noqa: S101 (the caller has looked)
    problem, deadline, cost = part.problem, part.deadline, part.incumbent.value.cost
    limit = problem.memory.share(2).most(BYTES_EACH)
    if deadline.seconds_left is not None:
        limit = min(limit, int(deadline.seconds_left * MET_A_SECOND))
    with part.stage("enumerate"):
        workers = part.candidate_cache.workers
        passes = Passes.of(problem.graph, problem.data, part.limits, limit, workers, lambda: deadline.passed)
    if passes is None:
        return
    part.counted(len(passes))
    memory = problem.memory.left_beside(passes.costs.nbytes)
    # Every network of a plan costs at least its prices, so none may be dearer by more than a cheaper plan is in all.
    beyond = cost - math.fsum(prices) + ROUNDING
    most = min(MOST_SOLVED, memory.most(GATHERED))
    useful = passes.within(prices, beyond, most, lambda: deadline.passed)
    del passes
    if useful is None:
        return
    part.columns = len(useful)
    costs = candidate_costs(useful, problem.data)
    left = problem.memory.left_beside(useful.nbytes + costs.nbytes)
    partitioning = SetPartitioning(useful, costs, part.side_rows(useful), len(problem.codes), left)
    solution = solve_set_partitioning(partitioning, deadline, cutoff=cost)
    if solution.chosen is not None:
        part.offer(part.value_of([tuple(int(v) for v in useful[int(j)]) for j in solution.chosen]), "columns")
    part.raise_bound(min(solution.bound, cost), "columns", 0)
