"""A long list of candidates, of which a linear program over few is settled for all.

The program is over a pool of the list. The whole list is priced by what comes of it, and the few that would still lower
the bound join the pool, until none would: the bound then holds for the list.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netform.solve.exact.state import ANY_NUMBER, SearchState
from netform.solve.master.relaxation import NARROW, PricedProgram, first_columns
from netform.solve.model.problem import SetPartitioning, SideRow
from netform.solve.model.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from numpy.typing import NDArray

    from netform.solve.master.linear_program import Duals
    from netform.solve.master.subset_row_cuts import CutPool
    from netform.solve.model.stopping import Deadline

__all__ = ["PricedOut", "RestrictedMaster", "inside", "least_of", "outside"]

# Candidates with a reduced cost below this share of the bound join the pool with those below zero.
JOINING = 0.0005

# Of those, so many.
MOST_JOINING = 20_000

# A reduced cost, hours per week, that is zero but for rounding.
TINY = 1e-9

# Hours per week that no plan costs.
BARRED = 1e9

# Pricings of the whole list until nothing is found in it.
MOST_PRICINGS = 12


class PricedOut(NamedTuple):
    """A program for which the list has nothing.

    Attributes
    ----------
    pool : ndarray of int64
        Candidates of the list that it is over.
    reduced : ndarray of float64, shape (m,)
        Of the whole list, at least 0 but for rounding.
    bound : float
    """

    pool: NDArray[np.int64]
    reduced: NDArray[np.float64]
    bound: float

    def cheaper(self, cost: float) -> NDArray[np.int64]:
        """The candidates of the list that a cheaper plan may use."""
        return np.flatnonzero(self.bound + self.reduced < cost)

    def only(self, kept: NDArray[np.int64]) -> PricedOut:
        """The same of some candidates of the list, ascending, those of the pool among them."""
        return PricedOut(np.searchsorted(kept, self.pool), self.reduced[kept], self.bound)


@dataclass(frozen=True, slots=True)
class RestrictedMaster:
    """A choice from a long list.

    Attributes
    ----------
    long : SetPartitioning
        The list. A candidate may cost more than it says here, and may not be allowed.
    needed : ndarray of int64
        Candidates of the list that every plan has.
    allowed : callable
        Which of some candidates of the list may be used.
    among : callable
        The choice among some candidates of the list; more may follow them, which are always looked at.
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
        """A program over a pool, of its cheapest candidates and of known ones, by earlier prices."""
        partitioning = self.among(pool)
        columns = np.union1d(first_columns(partitioning.store, partitioning.costs), known)
        return PricedProgram(partitioning, columns, cuts, duals, NARROW)

    def settled(
        self, program: PricedProgram, pool: NDArray[np.int64], share: float, cost: float, deadline: Deadline
    ) -> PricedOut | None:
        """Solve a program over a pool until the list has nothing for it; None when that takes too long.

        Of a list with candidates that every plan has, others that hold a practice of theirs are far too dear.

        Parameters
        ----------
        program : PricedProgram
        pool : ndarray of int64
            The candidates of the list that it is over, which may be used.
        share : float
            Reduced costs below this share of the bound are wanted exactly; the others may be less than they are.
        cost : float
            Nor are those wanted that take the bound beyond this.
        deadline : Deadline
        """
        long, barred = self.long, self.barred
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
            wider = self.together(pool, joining)
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

    @property
    def barred(self) -> NDArray[np.float64]:
        """What makes a candidate of the list too dear that holds a practice of one that every plan has."""
        always = self.among(self.needed)
        barred = np.zeros(always.store.practices)
        barred[always.store.members] = BARRED
        return barred

    def move(self, program: PricedProgram, pool: NDArray[np.int64], other: NDArray[np.int64]) -> None:
        """Go on with a program over another pool, its columns in both."""
        columns = outside(program.columns, pool, len(self.long.store))
        program.move(self.among(other), inside(columns, other, len(self.long.store)))

    def usable(self, some: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some candidates that may be used."""
        return some[self.allowed(some)]

    def together(self, *some: NDArray[np.int64]) -> NDArray[np.int64]:
        """Candidates of the list, ascending, each once: far quicker than by sorting them."""
        any_of = np.zeros(len(self.long.store), np.bool_)
        for each in some:
            any_of[each] = True
        return np.flatnonzero(any_of)

    def kept(self, before: NDArray[np.int64] | None) -> Solution:
        """The plan before the change, if it is one still."""
        none = Solution("unknown", None, math.inf, -math.inf)
        if before is None or not np.isin(self.needed, before).all() or not self.allowed(before).all():
            return none
        partitioning = self.among(before)
        # More candidates than those of the list are what no plan before had.
        if len(partitioning.store) > len(before) or not all(
            SearchState.obeys(side, np.arange(len(before))) for side in partitioning.sides
        ):
            return none
        return Solution("feasible", before, math.fsum(partitioning.costs), -math.inf)

    def only(self, kept: NDArray[np.int64]) -> Self:
        """The choice among some candidates of the list, ascending, those that are needed among them."""
        return replace(
            self,
            long=self.long.take(kept),
            needed=np.searchsorted(kept, self.needed),
            allowed=lambda some: self.allowed(kept[some]),
            among=lambda some: self.among(kept[some]),
        )

    def counted(self, least: float, most: float) -> Self:
        """The choice among plans of so many networks."""
        return replace(
            self,
            long=self.of_number(self.long, least, most),
            among=lambda pool: self.of_number(self.among(pool), least, most),
            between=(least, most),
        )

    def of_number(self, partitioning: SetPartitioning, least: float, most: float) -> SetPartitioning:
        """A choice of so many networks; a number that it has is replaced."""
        rules = partitioning.sides if self.between == ANY_NUMBER else partitioning.sides[:-1]
        return replace(partitioning, sides=(*rules, SideRow(np.ones(len(partitioning.store)), least, most)))


def inside(where: NDArray[np.int64], kept: NDArray[np.int64], listed: int) -> NDArray[np.int64]:
    """Where candidates of a list of so many, and more from its end on, stand among some of it and the same more."""
    return np.where(where < listed, np.searchsorted(kept, where), where - listed + len(kept))


def outside(where: NDArray[np.int64], kept: NDArray[np.int64], listed: int) -> NDArray[np.int64]:
    """Where candidates that stand so among some of a list stand in it."""
    found = where - len(kept) + listed
    found[where < len(kept)] = kept[where[where < len(kept)]]
    return found


def least_of(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Where about so many of the least values stand, ascending."""
    if count >= len(values):
        return np.arange(len(values))
    return np.sort(np.argpartition(values, count)[:count])
