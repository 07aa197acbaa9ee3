"""Plan neighbourhoods anew among networks that are at hand: far larger ones than could be listed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.candidates.store import CandidateStore
from netform.scores import candidate_costs
from netform.solve.model.problem import SetPartitioning, store_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.solve.model.problem import Group, Problem
    from netform.solve.model.stopping import Deadline
    from netform.solve.primal.neighbourhood_search import Resolve

__all__ = ["ChoosePart", "chosen_anew"]

ChoosePart = Callable[[SetPartitioning, float, "Deadline"], "NDArray[np.int64] | None"]

# A neighbourhood is better by at least so many hours per week.
LEAST_GAIN = 1e-6


def chosen_anew(problem: Problem, near: CandidateStore, choose_part: ChoosePart, seconds: float) -> Resolve:
    """Plan neighbourhoods by choosing among those of the networks at hand that lie within them.

    Parameters
    ----------
    problem : Problem
    near : CandidateStore
        The networks at hand, over the practices of the problem.
    choose_part : callable
        The exact choice below a cost within a time: positions of the chosen candidates, or None.
    seconds : float
        For one neighbourhood.
    """
    costs = candidate_costs(near, problem.data)

    def resolve(hood: Sequence[Group], deadline: Deadline) -> list[Group] | None:
        members = np.array(sorted(v for group in hood for v in group), np.int64)
        inside = np.zeros(len(problem.codes), np.bool_)
        inside[members] = True
        kept = np.flatnonzero(_within(near.offsets, near.members, inside))
        # The plan as it is has to be among what is chosen from.
        known = {bytes(near[int(j)]) for j in kept}
        present = store_of(hood, len(problem.codes))
        fresh = np.array([k for k in range(len(hood)) if bytes(present[k]) not in known], np.int64)
        present = present.take(fresh)
        some = near.take(kept).joined(present)
        some_costs = np.concatenate((costs[kept], candidate_costs(present, problem.data)))
        number = np.cumsum(inside) - 1
        numbered = CandidateStore(some.offsets, number[some.members].astype(np.uint16), len(members))
        partitioning = SetPartitioning(numbered, some_costs, (), len(members), problem.memory)
        cost = math.fsum(candidate_costs(store_of(hood, len(problem.codes)), problem.data))
        chosen = choose_part(partitioning, cost - LEAST_GAIN, deadline.share(1.0, seconds))
        return None if chosen is None else [tuple(int(v) for v in some[int(j)]) for j in chosen]

    return resolve


@nb.njit(cache=True, nogil=True)
def _within(offsets, members, inside):  # type: ignore[no-untyped-def]
    """Which groups have all their practices among some."""
    result = np.ones(len(offsets) - 1, np.bool_)
    for j in range(len(result)):
        for k in range(offsets[j], offsets[j + 1]):
            if not inside[members[k]]:
                result[j] = False
                break
    return result
