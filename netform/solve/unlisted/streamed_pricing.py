"""Streamed pricing: walk over all columns once more, keep those that a cheaper plan could use, and solve over them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from netform.candidates.stream import GATHERED, ROUNDING, CandidateStream
from netform.scores import candidate_costs
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.problem import SetPartitioning

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from netform.solve.part_candidates import Part

__all__ = ["solve_streamed"]

# Columns that may be streamed for every second left: counted, scored and streamed they take a quarter of the time.
MET_A_SECOND = 1_000_000

# Columns that a cheaper plan could use, which are then solved over exactly.
MOST_SOLVED = 5_000_000

# Bytes of a column in the stream, which fills half of the room; what is kept of it fills the other half.
BYTES_EACH = 4


def solve_streamed(part: Part, duals: NDArray[np.float64]) -> None:
    """Solve exactly over the columns that a cheaper plan could use, where time and room do for all to be streamed.

    Parameters
    ----------
    part : Part
        With a plan within the band.
    duals : ndarray of float64, shape (n,)
        Hours per week for each practice: no column has a negative reduced cost.
    """
    assert part.incumbent is not None  # noqa: S101 (the caller has looked)
    problem, deadline, cost = part.problem, part.deadline, part.incumbent.value.cost
    limit = problem.memory.share(2).most(BYTES_EACH)
    if deadline.seconds_left is not None:
        limit = min(limit, int(deadline.seconds_left * MET_A_SECOND))
    with part.stage("enumerate"):
        stream = CandidateStream.of(
            problem.graph,
            problem.data,
            part.limits,
            limit,
            part.candidate_cache.workers,
            lambda: deadline.passed,
        )
    if stream is None:
        return
    part.counted(len(stream))
    memory = problem.memory.left_beside(stream.costs.nbytes)
    # No reduced cost is below zero, so that none of a cheaper plan is above the gap.
    gap = cost - math.fsum(duals) + ROUNDING
    useful = stream.within(duals, gap, min(MOST_SOLVED, memory.most(GATHERED)), lambda: deadline.passed)
    del stream
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
