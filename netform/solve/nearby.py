"""The best choice from a long list after a change, by looking at few of its candidates.

What an earlier choice knew prices the list nearly right. So the relaxation is solved over the candidates nearest to
the old bound, and the whole list is priced by what comes of it; the few that would still lower the bound are added,
until none would. The bound then holds for the list, and so does a plan that is within a guess of it and the best of
the candidates within the guess: any other costs more than the guess, whatever it is joined with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.choice import Choice, Trace
from netform.solve.choose import choose
from netform.solve.relaxation import NARROW, Choosing, PricedProgram, first_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from netform.solve.deadline import Deadline

__all__ = ["Nearby"]

# Candidates of the first relaxation.
POOL = 60_000

# Candidates with a reduced cost below this share of the bound join the pool with those below zero.
JOINING = 0.0005

# Guesses, as shares of the bound above it, and how many candidates they may leave; the last leaves all.
GUESSES = ((0.005, 200_000), (0.015, 1_000_000), (math.inf, 10**9))

# All of a list of up to so many are looked at at once.
SHORT = 60_000

# Of those, so many.
MOST_JOINING = 20_000

# A reduced cost, hours per week, that is zero but for rounding.
TINY = 1e-9

# Pricings of the whole list until nothing is found in it.
MOST_PRICINGS = 12


@dataclass(frozen=True, slots=True)
class Nearby:
    """A choice from a long list.

    Attributes
    ----------
    long : Choosing
        The list. A candidate may cost more than it says here, and may not be allowed.
    needed : ndarray of int64
        Candidates of the list that every plan has.
    allowed : callable
        Which of some candidates of the list may be used.
    among : callable
        The choice among some candidates of the list; more may follow them, which are always looked at.
    """

    long: Choosing
    needed: NDArray[np.int64]
    allowed: Callable[[NDArray[np.int64]], NDArray[np.bool_]]
    among: Callable[[NDArray[np.int64]], Choosing]

    def choose(self, trace: Trace, deadline: Deadline) -> Choice | None:
        """The best choice, its candidates numbered as in the list and on from its end; None when it is not near.

        Parameters
        ----------
        trace : Trace
            Of a choice from the list; by its ``through`` the first candidates are picked.
        deadline : Deadline
        """
        pool = self.usable(np.union1d(_least(trace.through, POOL), self.needed))
        choosing = self.among(pool)
        known = np.flatnonzero(np.isin(pool, trace.columns))
        columns = np.union1d(first_columns(choosing.store, choosing.costs), known)
        program = PricedProgram(choosing, columns, trace.cuts, trace.duals, NARROW)
        cuts = trace.cuts
        for share, most in GUESSES[-1:] if len(self.long.store) <= SHORT else GUESSES:
            settled = self.settled(program, pool, share, deadline)
            if settled is None:
                return None
            pool, reduced, bound = settled
            below = bound + share * abs(bound) if bound else share
            near = self.usable(np.flatnonzero(bound + reduced < below))
            if len(near) > most:
                below = bound + float(np.partition(reduced[near], most)[most])
                near = near[bound + reduced[near] < below]
            # The columns of the program go along: it is gone on with.
            wider = np.union1d(near, pool[program.columns[program.columns < len(pool)]])
            self.move(program, pool, wider)
            program.bound = bound
            more = len(program.through) - len(wider)
            program.through = bound + np.concatenate((np.maximum(reduced[wider], 0.0), np.zeros(more)))
            start = program.relaxation()
            warm = Trace(start.through, start.columns, cuts, start.duals)
            found = choose(program.choosing, deadline, cutoff=below, warm=warm, start=start, trace=True)
            if found.status == "optimal" and found.chosen is not None:
                origin = np.concatenate((wider, len(reduced) + np.arange(more)))
                return replace(found, chosen=origin[found.chosen], trace=None)
            if found.status != "infeasible" or found.trace is None:
                return None
            pool, cuts = wider, found.trace.cuts
            choosing = self.among(pool)
            columns = np.union1d(first_columns(choosing.store, choosing.costs), found.trace.columns)
            program = PricedProgram(choosing, columns, cuts, found.trace.duals, NARROW)
        return None

    def settled(
        self, program: PricedProgram, pool: NDArray[np.int64], share: float, deadline: Deadline
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], float] | None:
        """Solve a program over a pool until the list has nothing for it: pool, reduced costs of the list, and bound.

        Parameters
        ----------
        program : PricedProgram
        pool : ndarray of int64
            The candidates of the list that it is over, which may be used.
        share : float
            Reduced costs below this share of the bound are wanted exactly; the others may be less than they are.
        deadline : Deadline
        """
        long = self.long
        for _ in range(MOST_PRICINGS):
            program.price_out(None, deadline)
            if deadline.passed:
                return None
            duals, cuts = program.answer.duals, program.program.cuts
            value = abs(program.answer.value)
            enough = share * value if value else share
            reduced = duals.price(long.store, long.costs, cuts, long.sides, enough)
            joining = np.flatnonzero(reduced < JOINING * value)
            joining = self.usable(joining[~np.isin(joining, pool)])
            if not (reduced[joining] < -TINY).any():
                break
            joining = np.sort(joining[_least(reduced[joining], MOST_JOINING)])
            wider = np.union1d(pool, joining)
            self.move(program, pool, wider)
            pool = wider
        if (reduced[joining] < -TINY).any() or program.answer.missing > 1e-6 or not program.complete:
            return None
        own = duals.price(program.choosing.store, program.choosing.costs, cuts, program.choosing.sides)
        least = min(-TINY, float(own.min()))
        bound = duals.worth(cuts, program.choosing.sides) + program.choosing.most_networks * least
        return pool, reduced, bound

    def move(self, program: PricedProgram, pool: NDArray[np.int64], other: NDArray[np.int64]) -> None:
        """Go on with a program over another pool, its columns in both."""
        listed = program.columns < len(pool)
        columns = program.columns - len(pool) + len(other)
        columns[listed] = np.searchsorted(other, pool[program.columns[listed]])
        program.move(self.among(other), columns)

    def usable(self, some: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some candidates that may be used."""
        return some[self.allowed(some)]


def _least(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Where about so many of the least values stand, ascending."""
    if count >= len(values):
        return np.arange(len(values))
    return np.sort(np.argpartition(values, count)[:count])
