"""A restricted master over a pool of a long list of columns, priced out over the list.

The list is priced by the duals of the pool's relaxation, and the few columns of negative reduced cost join the pool,
until there are none: the bound then holds for the list.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netform.solve.exact.state import ANY_NUMBER, SearchState
from netform.solve.master.relaxation import MASTER, PricedProgram, first_columns, least_of
from netform.solve.model.outcome import Solution
from netform.solve.model.problem import SetPartitioning, SideRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from numpy.typing import NDArray

    from netform.solve.master.linear_program import Duals
    from netform.solve.master.subset_row_cuts import CutPool
    from netform.solve.model.budget import Deadline

__all__ = ["PricedOut", "RestrictedMaster"]


@dataclass(frozen=True, slots=True)
class RestrictedParams:
    """How a list is priced out.

    Attributes
    ----------
    joining : float
        Columns with a reduced cost below this share of the bound join the pool with those below zero.
    most_joining : int
        Of those, so many.
    most_pricings : int
        Rounds of pricing of the whole list.
    """

    joining: float = 0.0005
    most_joining: int = 20_000
    most_pricings: int = 12


RESTRICTED = RestrictedParams()

# A reduced cost, hours per week, that is zero but for rounding.
TINY = 1e-9

# Hours per week that no plan costs.
BARRED = 1e9


class PricedOut(NamedTuple):
    """A relaxation for which the list has no column of negative reduced cost.

    Attributes
    ----------
    pool : ndarray of int64
        The columns that it is over.
    reduced : ndarray of float64, shape (m,)
        Reduced costs of the whole list, at least 0 but for rounding.
    bound : float
    """

    pool: NDArray[np.int64]
    reduced: NDArray[np.float64]
    bound: float

    def cheaper(self, cost: float) -> NDArray[np.int64]:
        """The columns of the list that a cheaper plan may use."""
        return np.flatnonzero(self.bound + self.reduced < cost)

    def take(self, kept: NDArray[np.int64]) -> PricedOut:
        """The same over some columns, ascending, the pool among them."""
        listed = kept[kept < len(self.reduced)]
        return PricedOut(np.searchsorted(kept, self.pool), self.reduced[listed], self.bound)


@dataclass(frozen=True, slots=True)
class RestrictedMaster:
    """A set partitioning over a long list of columns, and a few that are numbered on from its end.

    Attributes
    ----------
    long : SetPartitioning
        The list. A column may cost more than it says here, and may not be allowed.
    needed : ndarray of int64
        Columns that every plan has, ascending: some of the list, and all that follow it.
    allowed : callable
        Which of some columns of the list may be used.
    among : callable
        The set partitioning over some columns, all that follow the list among them.
    deadline : Deadline
    between : tuple of float
        The least and the most networks of the plans looked at, if not of all: the last side row then says so.
    """

    long: SetPartitioning
    needed: NDArray[np.int64]
    allowed: Callable[[NDArray[np.int64]], NDArray[np.bool_]]
    among: Callable[[NDArray[np.int64]], SetPartitioning]
    deadline: Deadline
    between: tuple[float, float] = ANY_NUMBER

    def program(
        self, pool: NDArray[np.int64], known: NDArray[np.int64], cuts: CutPool, duals: Duals
    ) -> PricedProgram:
        """The program over a pool, of its cheapest columns and of known ones, from earlier duals."""
        partitioning = self.counted(self.among(pool))
        columns = np.union1d(first_columns(partitioning.store, partitioning.costs), known)
        return PricedProgram(partitioning, columns, cuts, duals, MASTER.narrow)

    def priced_out(
        self, program: PricedProgram, pool: NDArray[np.int64], share: float, cost: float
    ) -> PricedOut | None:
        """Solve a program over a pool until the list has no column for it; None when that takes too long.

        Columns that hold a practice of one that every plan has are far too dear.

        Parameters
        ----------
        program : PricedProgram
        pool : ndarray of int64
            The columns that it is over, which may be used.
        share : float
            Reduced costs below this share of the bound are wanted exactly; the others may be less than they are.
        cost : float
            Nor are those wanted that take the bound beyond this.
        """
        long, always = self.counted(self.long), self.among(self.needed)
        barred = np.zeros(always.store.practices)
        barred[always.store.members] = BARRED
        for _ in range(RESTRICTED.most_pricings):
            program.price_out(None, self.deadline, cost + TINY * abs(cost))
            if self.deadline.passed:
                return None
            duals, cuts = program.answer.duals, program.program.cuts
            listed = replace(duals, practices=duals.practices - barred)
            value = abs(program.answer.value)
            # Those that may join are priced first, the others once there are none.
            joined_below = RESTRICTED.joining * value
            reduced = listed.price(long.store, long.costs, cuts, long.sides, joined_below)
            joining = np.flatnonzero(reduced < joined_below)
            joining = self.usable(joining[~np.isin(joining, pool)])
            if not (reduced[joining] < -TINY).any():
                break
            wider = self.union(pool, joining[least_of(reduced[joining], RESTRICTED.most_joining)])
            self.move(program, pool, wider)
            pool = wider
        else:
            return None
        pooled = program.partitioning
        own = duals.price(pooled.store, pooled.costs, cuts, pooled.sides)
        least = min(-TINY, float(own.min(initial=0.0)))
        bound = duals.dual_objective(cuts, pooled.sides) + pooled.most_networks * least
        if bound < cost and (program.answer.missing > 1e-6 or not program.complete):
            return None
        enough = max(min(share * value if value else share, cost - program.answer.value), TINY)
        near = np.flatnonzero(reduced < enough)
        some = long.take(near)
        reduced[near] = listed.price(some.store, some.costs, cuts, some.sides, enough)
        needed = self.needed[self.needed < len(reduced)]
        reduced[needed] = np.maximum(own[np.searchsorted(pool, needed)], 0.0)
        return PricedOut(pool, reduced, bound)

    def move(self, program: PricedProgram, pool: NDArray[np.int64], other: NDArray[np.int64]) -> None:
        """Go on with a program over another pool, its columns in both."""
        program.move(self.counted(self.among(other)), np.searchsorted(other, pool[program.columns]))

    def usable(self, some: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some columns of the list that may be used."""
        return some[self.allowed(some)]

    def union(self, *some: NDArray[np.int64]) -> NDArray[np.int64]:
        """Columns, all that are needed among them, ascending, each once: far quicker than by sorting them."""
        any_of = np.zeros(len(self.long.store) + len(self.needed), np.bool_)
        for each in (self.needed, *some):
            any_of[each] = True
        return np.flatnonzero(any_of)

    def plan_before(self, before: NDArray[np.int64] | None) -> Solution:
        """The plan before the change, if it is one still."""
        none = Solution("unknown", None, math.inf, -math.inf)
        if before is None or not np.isin(self.needed, before).all() or not self.allowed(before).all():
            return none
        partitioning = self.among(before)
        if not all(SearchState.obeys(side, np.arange(len(before))) for side in partitioning.sides):
            return none
        return Solution("feasible", before, math.fsum(partitioning.costs), -math.inf)

    def take(self, kept: NDArray[np.int64]) -> Self:
        """The same over some columns, ascending, those that are needed among them."""
        return replace(
            self,
            long=self.long.take(kept[kept < len(self.long.store)]),
            needed=np.searchsorted(kept, self.needed),
            allowed=lambda some: self.allowed(kept[some]),
            among=lambda some: self.among(kept[some]),
        )

    def counted(self, partitioning: SetPartitioning) -> SetPartitioning:
        """The set partitioning of the plans of so many networks."""
        if self.between == ANY_NUMBER:
            return partitioning
        count = SideRow(np.ones(len(partitioning.store)), *self.between)
        return replace(partitioning, sides=(*partitioning.sides, count))
