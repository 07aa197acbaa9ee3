"""The fewest of something that is counted: practices moved, patients moved, networks outside the band.

What is counted is whole, so a bound of 11.7 is a bound of 12: a plan that meets the bound so rounded is proven to
have the fewest, however far the bound of the linear program stays below it. The engine that chooses plans knows
nothing of whole numbers, so the bound is tried first as a rule over the plan, and only then left to be closed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.exact.solver import bound_columns, solve_set_partitioning
from netform.solve.model.problem import SideRow
from netform.solve.model.solution import Solution
from netform.solve.model.stopping import NEVER, Deadline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.plan_model import PlanModel

__all__ = ["Fewest", "fewest"]

# Numbers from the bound upwards that are tried as a rule over the plan before the gap is closed by branching.
TRIES = 2

# Of sums of whole numbers in a linear program.
ROUNDING = 1e-4

# A moment that never comes, on the clock of a run without a deadline.
LATE = 1e12


@dataclass(frozen=True, slots=True)
class Fewest:
    """The fewest there can be, as far as it is proven.

    Attributes
    ----------
    bound : int or None
        No plan has fewer; None where no plan exists at all.
    found : int or None
        A plan has so many; None where none was found.
    """

    bound: int | None
    found: int | None

    @property
    def impossible(self) -> bool:
        """Whether it is proven that there is no plan, whatever it has."""
        return self.bound is None

    @property
    def proven(self) -> bool:
        """Whether what was found is the fewest there can be."""
        return self.found is not None and self.found == self.bound

    def plus(self, number: int) -> Fewest:
        """The same with so many more that every plan has."""
        more = [None if each is None else each + number for each in (self.bound, self.found)]
        return Fewest(*more)


def fewest(
    model: PlanModel, worth: NDArray[np.float64], deadline: Deadline = NEVER, *, least: int = 0
) -> Fewest:
    """Find the least total of whole numbers over the plans of a statement.

    Parameters
    ----------
    model : PlanModel
    worth : ndarray of float64, shape (m,)
        A whole number, not below zero, for every candidate.
    deadline : Deadline
    least : int
        It is known that no plan has fewer.
    """
    if not model.codes:
        return Fewest(0, 0)
    if not len(model.store):
        return Fewest(None, None)
    learnt = bound_columns(model.partitioning(worth), deadline)
    lower = max(least, _whole(float(learnt.column_bounds.min())))
    for number in range(lower, lower + TRIES):
        solution = _any_plan(model, worth, learnt.column_bounds, number, deadline)
        if solution.chosen is not None:
            return Fewest(number, round(math.fsum(worth[solution.chosen])))
        if solution.status != "infeasible":
            return Fewest(number, None)
        lower = number + 1
    solution = solve_set_partitioning(model.partitioning(worth), deadline, warm=learnt)
    if solution.status == "infeasible":
        return Fewest(None, None)
    found = None if solution.chosen is None else round(math.fsum(worth[solution.chosen]))
    bound = max(lower, _whole(solution.bound))
    return Fewest(bound if found is None else min(bound, found), found)


def _any_plan(
    model: PlanModel,
    worth: NDArray[np.float64],
    column_bounds: NDArray[np.float64],
    most: int,
    deadline: Deadline,
) -> Solution:
    """Any plan whose total is within a limit; only candidates that such a plan may use are looked at."""
    kept = np.flatnonzero((worth <= most) & (column_bounds <= most + 0.5))
    if not len(kept):
        return Solution("infeasible", None, math.inf, math.inf)
    some = replace(model, sides=(*model.sides, SideRow(worth, -math.inf, most + 0.5))).take(kept)
    stop = _Stop(deadline)
    # By their cost, for where all plans are alike the search for one wanders.
    solution = solve_set_partitioning(
        some.partitioning(some.costs), Deadline(min(deadline.at, LATE), stop.clock), on_plan=stop.found
    )
    return solution if solution.chosen is None else replace(solution, chosen=kept[solution.chosen])


@dataclass(slots=True)
class _Stop:
    """A clock that stands at the end once a plan was found."""

    deadline: Deadline
    done: bool = False

    def clock(self) -> float:
        return math.inf if self.done else self.deadline.clock()

    def found(self, choice: Solution) -> None:
        self.done = self.done or choice.chosen is not None


def _whole(bound: float) -> int:
    return max(0, math.ceil(bound - ROUNDING))
