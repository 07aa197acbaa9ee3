"""Stream columns: networks that are too many to keep, but not to be met again and again, give bound and plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.candidates.passes import ROUNDING
from netform.scores import candidate_costs
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.problem import SetPartitioning
from netform.solve.primal.among_near import chosen_anew
from netform.solve.primal.neighbourhood_search import improvements
from netform.solve.unlisted.full_pricing import nearest, relaxations

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from netform.candidates.passes import Passes
    from netform.solve.model.stopping import Deadline
    from netform.solve.part_candidates import Part
    from netform.solve.unlisted.full_pricing import Priced

__all__ = ["streamed_turns"]

# Networks that a cheaper plan could use, which are then solved over exactly.
MOST_SOLVED = 5_000_000

# Practices in a neighbourhood, one level after the other, and seconds for one.
LEVELS, SECONDS = (40, 70, 110, 160), 10.0


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
    priced: Priced | None = None
    assert part.incumbent is not None  # noqa: S101 (the caller has looked)
    for priced in relaxations(part.problem, passes, part.incumbent.groups, part.deadline):
        part.raise_bound(priced.bound, "streamed columns", 0)
        yield
    if priced is None:
        return
    near = nearest(passes, priced.prices, part.deadline)
    yield
    if near is not None:
        resolve = chosen_anew(part.problem, near, _choose_part, SECONDS)
        plan = part.incumbent.groups
        for better in improvements(
            part.problem, plan, resolve, part.deadline, levels=LEVELS, workers=passes.workers
        ):
            part.offer(part.value_of(better), "near columns")
            yield
    _solve_useful(part, passes, priced)


def _solve_useful(part: Part, passes: Passes, priced: Priced) -> None:
    """Solve exactly over the networks that a cheaper plan could use, where they are few enough."""
    assert part.incumbent is not None  # noqa: S101 (there was one to begin with)
    problem, deadline, cost = part.problem, part.deadline, part.incumbent.value.cost
    most = min(MOST_SOLVED, part.candidate_cache.limit)
    # Every network of a plan costs at least its prices, so none may be dearer by more than a cheaper plan is in all.
    useful = passes.within(priced.prices, cost - priced.bound + ROUNDING, most, lambda: deadline.passed)
    if useful is None:
        return
    part.columns = len(useful)
    partitioning = SetPartitioning(
        useful, candidate_costs(useful, problem.data), part.side_rows(useful), len(problem.codes)
    )
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
