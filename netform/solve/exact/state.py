"""The search state: the columns not yet fixed, the incumbent, the lower bound."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.master.relaxation import MASTER, Relaxation, priced, relax, tighten
from netform.solve.master.subset_row_cuts import NO_CUTS, CutPool, PricedCuts
from netform.solve.model.outcome import Solution, WarmStart

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from netform.solve.model.budget import Deadline, MemoryBudget
    from netform.solve.model.problem import SetPartitioning, SideRow

__all__ = ["ANY_NUMBER", "LEAST_DIFFERENCE", "PROVEN", "SearchState"]

# Columns are fixed when that leaves fewer than this share of them.
LEFT = 0.8

# Bytes for each column left besides its part of the list: where it stood, and its bound.
COPIED = 24

# More than so many times as many columns as asked for are no longer the nearest.
TIED = 4

# The least and the most networks of a plan where any number will do.
ANY_NUMBER = (-math.inf, math.inf)

# Of sums of side rows, which count networks or patients.
ROUNDING = 1e-4

# A plan is proven when its bound is within this share of its cost, and within so many hours per week.
PROVEN = 1e-7
LEAST_DIFFERENCE = 2e-4


class SearchState:
    """The incumbent, the bound, and the columns that a better plan may use.

    Columns that no plan cheaper than the incumbent can use are fixed: positions here are among those left, and
    ``origin`` says where they stood in the list.

    Parameters
    ----------
    partitioning : SetPartitioning
    deadline : Deadline
    cutoff : float
        Plans that cost as much are of no interest.
    warm : WarmStart, optional
        Of an earlier solution over the same columns.
    start : Relaxation, optional
        Over the same columns, where it is known already.
    on_plan : callable
        Told of every better plan, and again as more is proven of it.
    incumbent : callable
        Gives the columns of the best plan that is known elsewhere, by where they stand in the list, if it costs less
        than so much and all of it is there; else None.
    between : tuple of float
        The least and the most networks of a branch: its last side row says so. Plans outside it are plans as well.
    """

    def __init__(
        self,
        partitioning: SetPartitioning,
        deadline: Deadline,
        cutoff: float = math.inf,
        warm: WarmStart | None = None,
        *,
        start: Relaxation | None = None,
        on_plan: Callable[[Solution], None] = lambda _solution: None,
        incumbent: Callable[[float], NDArray[np.int64] | None] = lambda _cost: None,
        between: tuple[float, float] = ANY_NUMBER,
    ) -> None:
        self.partitioning = partitioning
        self.between = between
        self.origin = np.arange(len(partitioning.store))
        self.deadline = deadline
        self.on_plan, self.incumbent = on_plan, incumbent
        columns, cuts = (None, NO_CUTS) if warm is None else (warm.columns, warm.cuts)
        self.relaxation: Relaxation = relax(partitioning, deadline, columns, cuts) if start is None else start
        self.column_bounds = self.relaxation.column_bounds
        self.ceiling = math.inf
        self.bound = self.relaxation.bound
        self.cost = cutoff
        self.chosen: NDArray[np.int64] | None = None
        # Cuts of branches and of wide cutoffs: they hold for all plans, so they are worth knowing next time.
        self.useful_cuts = NO_CUTS
        self.told = -math.inf
        self.take_relaxation()

    def tighten(self, rounds: int, most_cuts: int = MASTER.cuts_per_round) -> None:
        """Raise the bound by rounds of cuts."""
        self.relaxation = tighten(
            self.partitioning, self.relaxation, self.deadline, rounds=rounds, most_cuts=most_cuts
        )
        self.take_relaxation()

    def take_relaxation(self) -> None:
        """Take what the relaxation says: a bound for all plans and for those through each column, or a plan."""
        # What is learnt over the columns left is true of plans that use no other.
        if self.column_bounds is not self.relaxation.column_bounds:
            learnt = np.minimum(self.relaxation.column_bounds, self.ceiling)
            np.maximum.at(self.column_bounds, self.origin, learnt)
        self.bound = max(self.bound, self.relaxation.bound)
        if self.relaxation.integral and math.isfinite(self.bound):
            self.accept(self.relaxation.chosen)
        self.tell()

    def fix_by_reduced_cost(self) -> None:
        """Keep only the columns that a plan cheaper than the incumbent may use, and those the relaxation chose."""
        relaxation = self.relaxation
        unfixed = relaxation.column_bounds <= self.cost + PROVEN * abs(self.cost)
        left = int(unfixed.sum())
        # A copy of what is left has to fit beside the list; else the list serves on.
        copied = left * (self.partitioning.nbytes / max(1, len(unfixed)) + COPIED)
        if left > LEFT * len(unfixed) or not self.memory.fits(copied):
            return
        chosen = unfixed[relaxation.columns] | (relaxation.values > 0)
        unfixed[relaxation.columns[chosen]] = True
        kept = np.flatnonzero(unfixed)
        self.ceiling = self.cost
        self.partitioning = self.partitioning.take(kept)
        self.origin = self.origin[kept]
        self.relaxation = replace(
            relaxation,
            column_bounds=relaxation.column_bounds[kept],
            columns=np.searchsorted(kept, relaxation.columns[chosen]),
            values=relaxation.values[chosen],
        )

    @property
    def memory(self) -> MemoryBudget:
        """What is left beside the list and what is known of every column."""
        known = self.column_bounds.nbytes + self.origin.nbytes + self.relaxation.column_bounds.nbytes
        # Besides the list of whoever asked there may be what is left of it.
        copied = self.column_bounds is not self.relaxation.column_bounds
        return self.partitioning.memory.left_beside(known + copied * self.partitioning.nbytes)

    def accept(self, chosen: NDArray[np.int64] | None) -> None:
        """Take a plan as the incumbent if it is the best so far."""
        if chosen is None:
            return
        store = self.partitioning.store.take(np.asarray(chosen, np.int64))
        covered = np.bincount(store.members, minlength=store.practices)
        cost = math.fsum(self.partitioning.costs[chosen])
        if cost < self.cost and (covered == 1).all() and all(self.obeys(side, chosen) for side in self.rules):
            self.cost, self.chosen = cost, np.sort(self.origin[chosen])
            self.told = self.bound
            self.on_plan(self.solution())

    def raise_bound(self, bound: float) -> None:
        """Take a bound on plans cheaper than the incumbent."""
        self.bound = max(self.bound, min(bound, self.cost))

    def take(
        self, kept: NDArray[np.int64], chosen: NDArray[np.int64] | None, bound: float = -math.inf
    ) -> None:
        """Take the plan and the bound that a search over the columns at ``kept`` came to."""
        self.accept(None if chosen is None else kept[chosen])
        self.raise_bound(bound)

    def take_incumbent(self) -> None:
        """Take the best plan that is known elsewhere; one that uses what is fixed is no better."""
        chosen = self.incumbent(self.cost)
        if chosen is not None:
            place = np.minimum(np.searchsorted(self.origin, chosen), len(self.origin) - 1)
            if np.array_equal(self.origin[place], chosen):
                self.accept(place)

    def tell(self) -> None:
        """Tell the plan again once more is proven of it: what was told last is what counts when time is up.

        A bound is told before there is a plan as well: whoever asks may have one.
        """
        if math.isfinite(self.bound) and self.bound > self.told + LEAST_DIFFERENCE:
            self.told = self.bound
            self.on_plan(self.solution())

    @property
    def rules(self) -> tuple[SideRow, ...]:
        """The side rows that every plan keeps, that of a branch left out."""
        return self.partitioning.sides if self.between == ANY_NUMBER else self.partitioning.sides[:-1]

    @staticmethod
    def obeys(side: SideRow, chosen: NDArray[np.int64]) -> bool:
        """Whether a plan is within a side row, rounding aside."""
        value = math.fsum(side.coefficients[chosen])
        return side.least - ROUNDING <= value <= side.most + ROUNDING

    @property
    def done(self) -> bool:
        """Whether the bound meets the cost."""
        return self.bound >= self.cost - min(PROVEN * abs(self.cost), LEAST_DIFFERENCE)

    @property
    def over(self) -> bool:
        """Whether there is nothing left to prove, or no time."""
        return self.done or self.deadline.passed or math.isinf(self.bound)

    def solution(self) -> Solution:
        """What it has come to so far."""
        if math.isinf(self.bound):
            return Solution("infeasible", None, math.inf, math.inf)
        left = int(np.count_nonzero(self.relaxation.column_bounds <= self.cost))
        if self.chosen is None:
            status = "infeasible" if self.done else "unknown"
            return Solution(status, None, math.inf, self.bound, columns=left)
        status, left = ("optimal", 0) if self.done else ("feasible", left)
        return Solution(status, self.chosen, self.cost, self.bound, columns=left)

    def learnt(self) -> WarmStart:
        """What is known of the columns left."""
        return self.relaxation.learnt.with_cuts(self.useful_cuts)

    def keep_cuts(self, cuts: CutPool) -> None:
        """Keep cuts for whoever solves over these columns next."""
        self.useful_cuts = np.unique(np.concatenate((self.useful_cuts, cuts)), axis=0)

    def cheap_enough(self, cost: float) -> NDArray[np.int64]:
        """The columns that a plan of at most this cost may use."""
        return np.flatnonzero(self.relaxation.column_bounds <= cost + PROVEN * abs(cost))

    def cutoff_leaving(self, count: int) -> float:
        """What a plan may cost that uses the so many columns of the cheapest plans; the incumbent's cost at most."""
        column_bounds = self.relaxation.column_bounds
        if count >= len(column_bounds):
            return self.cost
        return min(self.cost, float(np.partition(column_bounds, count)[count]))

    def nearest(self, count: int) -> NDArray[np.int64]:
        """About so many columns: those that the cheapest plans may use, none dearer than the incumbent."""
        relaxation, near = self.relaxation, self.cheap_enough(self.cutoff_leaving(count))
        if len(near) <= TIED * count:
            return near
        # Where exceptions are counted most columns are as near as each other: some all over the list stand for them.
        return np.union1d(near[:: len(near) // count], relaxation.columns[relaxation.values > 0])

    def priced(
        self, kept: NDArray[np.int64]
    ) -> tuple[SetPartitioning, NDArray[np.float64], float, PricedCuts]:
        """Some columns under the rules that every plan keeps, their reduced costs, the dual objective, and the cuts."""
        some, learnt = self.partitioning.take(kept), self.relaxation.learnt
        reduced, dual_objective = priced(some, learnt)
        cuts = PricedCuts.of(learnt.cuts, learnt.duals.cuts, some.store.practices)
        ruled = replace(some, sides=some.sides[: len(self.rules)])
        return ruled, np.maximum(reduced, 0.0), dual_objective, cuts
