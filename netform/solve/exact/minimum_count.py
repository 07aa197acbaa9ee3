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

from netform.solve.exact.solver import choose, learn
from netform.solve.model.problem import SideRow
from netform.solve.model.solution import Choice
from netform.solve.model.stopping import NEVER, Deadline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.plan_model import Statement

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
    statement: Statement, worth: NDArray[np.float64], deadline: Deadline = NEVER, *, least: int = 0
) -> Fewest:
    """Find the least total of whole numbers over the plans of a statement.

    Parameters
    ----------
    statement : Statement
    worth : ndarray of float64, shape (m,)
        A whole number, not below zero, for every candidate.
    deadline : Deadline
    least : int
        It is known that no plan has fewer.
    """
    if not statement.codes:
        return Fewest(0, 0)
    if not len(statement.store):
        return Fewest(None, None)
    learnt = learn(statement.choosing(worth), deadline)
    lower = max(least, _whole(float(learnt.through.min())))
    for number in range(lower, lower + TRIES):
        choice = _any_plan(statement, worth, learnt.through, number, deadline)
        if choice.chosen is not None:
            return Fewest(number, round(math.fsum(worth[choice.chosen])))
        if choice.status != "infeasible":
            return Fewest(number, None)
        lower = number + 1
    choice = choose(statement.choosing(worth), deadline, warm=learnt)
    if choice.status == "infeasible":
        return Fewest(None, None)
    found = None if choice.chosen is None else round(math.fsum(worth[choice.chosen]))
    bound = max(lower, _whole(choice.bound))
    return Fewest(bound if found is None else min(bound, found), found)


def _any_plan(
    statement: Statement,
    worth: NDArray[np.float64],
    through: NDArray[np.float64],
    most: int,
    deadline: Deadline,
) -> Choice:
    """Any plan whose total is within a limit; only candidates that such a plan may use are looked at."""
    kept = np.flatnonzero((worth <= most) & (through <= most + 0.5))
    if not len(kept):
        return Choice("infeasible", None, math.inf, math.inf)
    some = replace(statement, sides=(*statement.sides, SideRow(worth, -math.inf, most + 0.5))).take(kept)
    stop = _Stop(deadline)
    # By their cost, for where all plans are alike the search for one wanders.
    choice = choose(
        some.choosing(some.costs), Deadline(min(deadline.at, LATE), stop.clock), on_plan=stop.found
    )
    return choice if choice.chosen is None else replace(choice, chosen=kept[choice.chosen])


@dataclass(slots=True)
class _Stop:
    """A clock that stands at the end once a plan was found."""

    deadline: Deadline
    done: bool = False

    def clock(self) -> float:
        return math.inf if self.done else self.deadline.clock()

    def found(self, _choice: Choice) -> None:
        self.done = True


def _whole(bound: float) -> int:
    return max(0, math.ceil(bound - ROUNDING))
