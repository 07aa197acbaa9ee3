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
from netform.solve.master.relaxation import NARROW, PricedProgram, first_columns, least_of
from netform.solve.model.outcome import Solution
from netform.solve.model.problem import SetPartitioning, SideRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from numpy.typing import NDArray

    from netform.solve.master.linear_program import Duals
    from netform.solve.master.subset_row_cuts import CutPool
    from netform.solve.model.budget import Deadline

__all__ = ["PricedOut", "RestrictedMaster", "in_list", "in_sublist"]

# Columns with a reduced cost below this share of the bound join the pool with those below zero.
JOINING = 0.0005

# Of those, so many.
MOST_JOINING = 20_000

# A reduced cost, hours per week, that is zero but for rounding.
TINY = 1e-9

# Hours per week that no plan costs.
BARRED = 1e9

# Rounds of pricing of the whole list.
MOST_PRICINGS = 12


class PricedOut(NamedTuple):
    """A relaxation for which the list has no column of negative reduced cost.

    Attributes
    ----------
    pool : ndarray of int64
        Columns of the list that it is over.
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
        """The same over some of the list, ascending, the pool among them."""
        return PricedOut(np.searchsorted(kept, self.pool), self.reduced[kept], self.bound)


@dataclass(frozen=True, slots=True)
class RestrictedMaster:
    """A set partitioning over a long list of columns.

    Attributes
    ----------
    long : SetPartitioning
        The list. A column may cost more than it says here, and may not be allowed.
    needed : ndarray of int64
        Columns of the list that every plan has.
    allowed : callable
        Which of some columns of the list may be used.
    among : callable
        The set partitioning over some columns of the list; more may follow them, which are always in it.
    between : tuple of float
        The least and the most networks of the plans looked at, if not of all: the last side row then says so.
    """

    long: SetPartitioning
    needed: NDArray[np.int64]
    allowed: Callable[[NDArray[np.int64]], NDArray[np.bool_]]
    among: Callable[[NDArray[np.int64]], SetPartitioning]
    between: tuple[float, float] = ANY_NUMBER

    def program(
        self, pool: NDArray[np.int64], known: NDArray[np.int64], cuts: CutPool, duals: Duals
    ) -> PricedProgram:
        """The program over a pool, of its cheapest columns and of known ones, from earlier duals."""
        partitioning = self.among(pool)
        columns = np.union1d(first_columns(partitioning.store, partitioning.costs), known)
        return PricedProgram(partitioning, columns, cuts, duals, NARROW)

    def priced_out(
        self, program: PricedProgram, pool: NDArray[np.int64], share: float, cost: float, deadline: Deadline
    ) -> PricedOut | None:
        """Solve a program over a pool until the list has no column for it; None when that takes too long.

        Columns that hold a practice of one that every plan has are far too dear.

        Parameters
        ----------
        program : PricedProgram
        pool : ndarray of int64
            The columns of the list that it is over, which may be used.
        share : float
            Reduced costs below this share of the bound are wanted exactly; the others may be less than they are.
        cost : float
            Nor are those wanted that take the bound beyond this.
        deadline : Deadline
        """
        long, always = self.long, self.among(self.needed)
        barred = np.zeros(always.store.practices)
        barred[always.store.members] = BARRED
        for _ in range(MOST_PRICINGS):
            program.price_out(None, deadline, cost + TINY * abs(cost))
            if deadline.passed:
                return None
            duals, cuts = program.answer.duals, program.program.cuts
            listed = replace(duals, practices=duals.practices - barred)
            value = abs(program.answer.value)
            # Those that may join are priced first, the others once there are none.
            joined_below = JOINING * value
            reduced = listed.price(long.store, long.costs, cuts, long.sides, joined_below)
            joining = np.flatnonzero(reduced < joined_below)
            pooled = np.zeros(len(long.store), np.bool_)
            pooled[pool] = True
            joining = self.usable(joining[~pooled[joining]])
            if not (reduced[joining] < -TINY).any():
                break
            joining = np.sort(joining[least_of(reduced[joining], MOST_JOINING)])
            wider = self.union(pool, joining)
            self.move(program, pool, wider)
            pool = wider
        if (reduced[joining] < -TINY).any():
            return None
        own = duals.price(
            program.partitioning.store, program.partitioning.costs, cuts, program.partitioning.sides
        )
        least = min(-TINY, float(own.min(initial=0.0)))
        bound = (
            duals.dual_objective(cuts, program.partitioning.sides)
            + program.partitioning.most_networks * least
        )
        if bound < cost and (program.answer.missing > 1e-6 or not program.complete):
            return None
        enough = max(min(share * value if value else share, cost - program.answer.value), TINY)
        near = np.flatnonzero(reduced < enough)
        some = long.take(near)
        reduced[near] = listed.price(some.store, some.costs, cuts, some.sides, enough)
        reduced[self.needed] = np.maximum(own[np.searchsorted(pool, self.needed)], 0.0)
        return PricedOut(pool, reduced, bound)

    def move(self, program: PricedProgram, pool: NDArray[np.int64], other: NDArray[np.int64]) -> None:
        """Go on with a program over another pool, its columns in both."""
        columns = in_list(program.columns, pool, len(self.long.store))
        program.move(self.among(other), in_sublist(columns, other, len(self.long.store)))

    def usable(self, some: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some columns that may be used."""
        return some[self.allowed(some)]

    def union(self, *some: NDArray[np.int64]) -> NDArray[np.int64]:
        """Columns of the list, ascending, each once: far quicker than by sorting them."""
        any_of = np.zeros(len(self.long.store), np.bool_)
        for each in some:
            any_of[each] = True
        return np.flatnonzero(any_of)

    def plan_before(self, before: NDArray[np.int64] | None) -> Solution:
        """The plan before the change, if it is one still."""
        none = Solution("unknown", None, math.inf, -math.inf)
        if before is None or not np.isin(self.needed, before).all() or not self.allowed(before).all():
            return none
        partitioning = self.among(before)
        # Columns beyond those of the list are what no plan before had.
        if len(partitioning.store) > len(before) or not all(
            SearchState.obeys(side, np.arange(len(before))) for side in partitioning.sides
        ):
            return none
        return Solution("feasible", before, math.fsum(partitioning.costs), -math.inf)

    def take(self, kept: NDArray[np.int64]) -> Self:
        """The same over some of the list, ascending, what is needed among it."""
        return replace(
            self,
            long=self.long.take(kept),
            needed=np.searchsorted(kept, self.needed),
            allowed=lambda some: self.allowed(kept[some]),
            among=lambda some: self.among(kept[some]),
        )

    def of_count(self, least: float, most: float) -> Self:
        """The same over plans of so many networks."""
        return replace(
            self,
            long=self._of_count(self.long, least, most),
            among=lambda pool: self._of_count(self.among(pool), least, most),
            between=(least, most),
        )

    def _of_count(self, partitioning: SetPartitioning, least: float, most: float) -> SetPartitioning:
        """A number of networks that is demanded already is replaced."""
        rules = partitioning.sides if self.between == ANY_NUMBER else partitioning.sides[:-1]
        return replace(partitioning, sides=(*rules, SideRow(np.ones(len(partitioning.store)), least, most)))


def in_sublist(where: NDArray[np.int64], kept: NDArray[np.int64], listed: int) -> NDArray[np.int64]:
    """Positions in a list of so many columns, or beyond its end, as positions in some of it and beyond theirs."""
    return np.where(where < listed, np.searchsorted(kept, where), where - listed + len(kept))


def in_list(where: NDArray[np.int64], kept: NDArray[np.int64], listed: int) -> NDArray[np.int64]:
    """The inverse of `in_sublist`."""
    found = where - len(kept) + listed
    found[where < len(kept)] = kept[where[where < len(kept)]]
    return found
