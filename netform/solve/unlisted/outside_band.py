"""Networks below the band and above it, as exact and heuristic pricing see them: each kind with duals of its own.

What a patient outside the band costs by the dual of that side row is linear in a network's patients, beyond an end of
the band; so it goes into the duals of the practices, and a constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.solve.unlisted.separable_cost import SeparableCosts, separable_costs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from netform.solve.model.problem import Problem

__all__ = ["OutsideBand", "outside_band"]


@dataclass(frozen=True, slots=True)
class OutsideBand:
    """Networks below the band, or above it.

    Attributes
    ----------
    costs : SeparableCosts
    limit : int
        The end of the band that they are beyond, registered patients.
    sign : int
        They are ``sign * (patients - limit)`` outside it.
    """

    costs: SeparableCosts
    limit: int
    sign: int

    def duals(self, practices: NDArray[np.float64], patient: float) -> tuple[NDArray[np.float64], float]:
        """The duals of practices with that of patients outside the band in them, and what the floor is raised by."""
        return practices + patient * self.sign * self.costs.list_size, -patient * self.sign * self.limit


def outside_band(problem: Problem, fewest: int, many: int, exceptions: int) -> list[OutsideBand]:
    """The networks outside the band that a plan of so many networks and exceptions may have."""
    rules, total = problem.data.rules, problem.patients
    if not exceptions:
        return []
    kinds, largest = [], max(rules.exception_most, int(problem.data.list_size.max()))
    # What all others hold at least, or at most, has to leave room for one that is smaller, or larger.
    if total <= (many - exceptions) * rules.most + (exceptions - 1) * largest + rules.least - 1:
        kinds.append(
            OutsideBand(separable_costs(problem, 1, rules.least - 1, any_number=True), rules.least, -1)
        )
    if total >= (fewest - exceptions) * rules.least + exceptions - 1 + rules.most + 1:
        kinds.append(
            OutsideBand(separable_costs(problem, rules.most + 1, largest, any_number=True), rules.most, 1)
        )
    return kinds
