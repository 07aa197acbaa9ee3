"""The fewest of something that is counted: practices moved, patients moved, networks outside the band.

What is counted is whole, so a bound of 11.7 is a bound of 12: a plan that meets the bound so rounded is proven to
have the fewest, however far the bound of the relaxation stays below it. The solver of set partitionings knows nothing
of whole numbers, so the bound is tried first as a side row, and only then is the gap closed.

What comes first, second and third is counted in turn, each among the plans with the fewest of those before
(lexicographic optimisation in stages): no weight has to be large enough for one never to outweigh another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.exact.gap_closing import GapClosing
from netform.solve.exact.solver import any_plan
from netform.solve.exact.state import SearchState
from netform.solve.master.relaxation import MASTER
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.problem import SideRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from netform.solve.model.outcome import WarmStart
    from netform.solve.model.plan_model import PlanModel

__all__ = ["Fewest", "FewestPlans", "among_fewest", "at_least", "fewest"]

# Numbers from the bound upwards that are tried as a side row before the gap is closed.
TRIES = 2

# Of the time left, for each of these: closing the gap comes upon plans on its way, which these do not.
TRY_SHARE = 0.1

# Of sums of whole numbers in a linear program.
ROUNDING = 1e-4

# What is counted is brought to this size, that of hours, at most: solvers like that.
LARGEST = 1000.0

# Closing a gap leaves a ten-millionth at most: of so many far less than one.
SEEN = 1_000_000


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
        return Fewest(*(None if each is None else each + number for each in (self.bound, self.found)))


@dataclass(frozen=True, slots=True)
class FewestPlans:
    """The plans that have no more of something than was found.

    Attributes
    ----------
    count : Fewest
    model : PlanModel
        Those plans: with a side row that says so, and without the columns that none of them uses. As it was where no
        plan was found.
    kept : ndarray of int64
        Where its columns stood before.
    chosen : ndarray of int64 or None
        One of those plans, positions in ``model``.
    """

    count: Fewest
    model: PlanModel
    kept: NDArray[np.int64]
    chosen: NDArray[np.int64] | None


def fewest(model: PlanModel, counts: NDArray[np.float64], deadline: Deadline = NEVER) -> Fewest:
    """Find the least total of whole numbers over the plans of a model, as `among_fewest` does."""
    return among_fewest(model, counts, deadline).count


def among_fewest(
    model: PlanModel,
    counts: NDArray[np.float64],
    deadline: Deadline = NEVER,
    *,
    least: int = 0,
    plan: NDArray[np.int64] | None = None,
    elsewhere: Callable[[float], NDArray[np.int64] | None] = lambda _below: None,
    warm: WarmStart | None = None,
    on_bound: Callable[[int], None] = lambda _bound: None,
) -> FewestPlans:
    """Find the least total of whole numbers over the plans of a model, and the plans that have no more.

    Parameters
    ----------
    model : PlanModel
    counts : ndarray of float64, shape (m,)
        A whole number, not below zero, for every column.
    deadline : Deadline
    least : int
        It is known that no plan has fewer.
    plan : ndarray of int64, optional
        A plan that is known, positions in the model.
    elsewhere : callable
        Gives the columns of the best plan that is known elsewhere, positions in the model, if it has fewer than so
        many; else None. Asked now and then.
    warm : WarmStart, optional
        Of the relaxation of the same count over the model.
    on_bound : callable
        Told of every number that no plan is below.
    """
    origin = np.arange(len(model.store))
    some = model
    if plan is not None:
        origin = np.flatnonzero(counts <= math.fsum(counts[plan]))
        some, plan = model.take(origin), np.searchsorted(origin, plan)
        warm = None if warm is None else warm.among(origin)
    counting = _Count(some, counts[origin], deadline, plan, origin, elsewhere, on_bound)
    count = counting.run(least, warm)
    if count.found is None or counting.chosen is None:
        return FewestPlans(count, model, np.arange(len(model.store)), None)
    kept = counting.kept(count.found)
    row = SideRow(counts[origin], -math.inf, float(count.found))
    few = some.with_sides([row]).take(kept)
    return FewestPlans(count, few, origin[kept], np.searchsorted(kept, counting.chosen))


@dataclass(slots=True)
class _Count:
    """A count over the plans of a model, with the best plan so far and what is learnt of the columns."""

    model: PlanModel
    counts: NDArray[np.float64]
    deadline: Deadline
    chosen: NDArray[np.int64] | None
    # Where its columns stand in the model of whoever asks.
    origin: NDArray[np.int64]
    elsewhere: Callable[[float], NDArray[np.int64] | None]
    on_bound: Callable[[int], None]
    # What is counted divided by this is of the size of hours.
    unit: float = field(init=False)
    # No plan through a column has fewer, whole or not.
    column_bounds: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.unit = max(1.0, float(self.counts.max(initial=0.0)) / LARGEST)
        self.column_bounds = np.zeros(len(self.counts))

    def run(self, least: int, warm: WarmStart | None) -> Fewest:
        """Count; it is known that no plan has fewer than ``least``."""
        if not self.model.codes:
            self.chosen = np.empty(0, np.int64)
            return Fewest(0, 0)
        if not len(self.model.store):
            return Fewest(None, None)
        # Also where it is known how few there are: most columns are in no plan with so few.
        partitioning = self.model.partitioning(self.counts / self.unit)
        state = SearchState(partitioning, self.deadline, self.cutoff, warm, incumbent=self.incumbent)
        closing = GapClosing(state)
        state.tighten(MASTER.most_rounds)
        self.column_bounds = state.column_bounds * self.unit
        lower = max(least, at_least(float(self.column_bounds.min())))
        self.take(state.chosen)
        for number in range(lower, lower + TRIES):
            self.on_bound(number)
            if self.found is not None and self.found <= number:
                return Fewest(self.found, self.found)
            status = self.look_within(number, self.deadline.share(TRY_SHARE))
            if status == "optimal":
                return Fewest(number, self.found)
            if status != "infeasible":
                break
            lower = number + 1
        return self.closed(closing, lower)

    @property
    def cutoff(self) -> float:
        """Whole numbers below what a plan has are one less at least."""
        return math.inf if self.found is None else (self.found - 0.5) / self.unit

    def closed(self, closing: GapClosing, lower: int) -> Fewest:
        """Close the gap; it is known that no plan has fewer than ``lower``."""
        cutoff = closing.state.cost = min(closing.state.cost, self.cutoff)
        solution = closing.prove()
        if solution.status == "infeasible" and self.found is None:
            return Fewest(None, None)
        bound = max(lower, at_least(min(solution.bound, cutoff) * self.unit))
        self.take(solution.chosen)
        if self.found is None:
            return Fewest(bound, None)
        if solution.status in ("optimal", "infeasible"):
            bound = self.checked(lower, bound)
        return Fewest(min(bound, self.found), self.found)

    def checked(self, lower: int, bound: int) -> int:
        """The bound once the gap is closed; of very many it is a question of its own whether there may be one fewer."""
        while self.found is not None and self.found > lower and (bound < self.found or self.found > SEEN):
            status = self.look_within(self.found - 1, self.deadline)
            if status != "optimal":
                return self.found if status == "infeasible" else lower
            bound = lower
        return bound

    def incumbent(self, cost: float) -> NDArray[np.int64] | None:
        """The columns of a plan known elsewhere that has fewer, as a search state asks for it."""
        plan = self.elsewhere(cost * self.unit)
        if plan is None or not np.isin(plan, self.origin).all():
            return None
        return np.searchsorted(self.origin, plan)

    @property
    def found(self) -> int | None:
        """How many the best plan so far has."""
        return None if self.chosen is None else round(math.fsum(self.counts[self.chosen]))

    def take(self, chosen: NDArray[np.int64] | None) -> None:
        """Keep a plan if it has fewer than the one before."""
        if chosen is not None and (self.found is None or math.fsum(self.counts[chosen]) < self.found):
            self.chosen = chosen

    def kept(self, most: int) -> NDArray[np.int64]:
        """The columns that a plan of so many at most may use."""
        return np.flatnonzero((self.counts <= most) & (self.column_bounds <= most + 0.5))

    def look_within(self, most: int, deadline: Deadline) -> str:
        """Look for any plan of so many at most and take it: ``optimal``, ``infeasible`` or ``unknown``."""
        kept = self.kept(most)
        if not len(kept):
            return "infeasible"
        row = SideRow(self.counts, -math.inf, most + 0.5)
        some = self.model.with_sides([row]).take(kept)
        solution = any_plan(some.partitioning(some.costs), deadline)
        if solution.chosen is None:
            return solution.status
        self.take(kept[solution.chosen])
        return "optimal"


def at_least(bound: float) -> int:
    """The whole number that a bound of whole numbers says."""
    return max(0, math.ceil(bound - ROUNDING))
