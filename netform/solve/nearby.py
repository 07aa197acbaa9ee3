"""The best choice from a long list after a change, by looking at few of its candidates.

What an earlier choice knew prices the list nearly right. So the relaxation is solved over the candidates nearest to
the old bound, and the whole list is priced by what comes of it; the few that would still lower the bound are added,
until none would. The bound then holds for the list. A plan is made of the few nearest candidates by going on with few
partial plans, and nearly always it is the best. What is proven of the candidates that could stand in a plan as cheap,
or as cheap as a guess, holds for the list: any other costs more than that, whatever it is joined with. Where they are
too many, cuts among the nearest raise the bound first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netform.solve.choice import Choice, Trace
from netform.solve.proof import CUTS_A_TURN, FOLLOWED_LEFT, PROBED, Proof
from netform.solve.relaxation import NARROW, Choosing, PricedProgram, first_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.solve.deadline import Deadline

__all__ = ["POOL", "Nearby"]

# Candidates of the first relaxation.
POOL = 60_000

# Candidates with a reduced cost below this share of the bound join the pool with those below zero.
JOINING = 0.0005

# Guesses, as shares of the bound above it, and how many candidates they may leave; the last leaves all.
GUESSES = ((0.005, 500_000), (0.015, 3_000_000), (math.inf, 10**9))

# A plan within this share of the bound is likely to be the best: all that may be as cheap is looked at at once, up to
# so many candidates.
LIKELY, MOST_LIKELY = 0.015, 3_000_000

# All of a list of up to so many are looked at at once.
SHORT = 60_000

# Of those, so many.
MOST_JOINING = 20_000

# A plan is made by going on with so many partial plans at a time. What is not soon drawn as far as its cost gets some
# rounds of cuts.
FOLLOWED, ROUNDS = 100, 3

# More candidates than this that may be as cheap as a plan are made fewer first.
CROWDED = 500_000

# A reduced cost, hours per week, that is zero but for rounding.
TINY = 1e-9

# Pricings of the whole list until nothing is found in it.
MOST_PRICINGS = 12

# Candidates of a list that a program is over, reduced costs of the list, and the bound.
Settled = tuple[NDArray[np.int64], NDArray[np.float64], float]


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

    def choose(
        self, trace: Trace, deadline: Deadline, before: NDArray[np.int64] | None = None
    ) -> Choice | None:
        """The best choice, its candidates numbered as in the list and on from its end; None when it is not near.

        Parameters
        ----------
        trace : Trace
            Of a choice from the list; by its ``through`` the first candidates are picked.
        deadline : Deadline
            Once it has passed the best plan met is given with its bound.
        before : ndarray of int64, optional
            A plan of the list before the change: it may do still.
        """
        pool = self.usable(np.union1d(_least(trace.through, POOL), self.needed))
        choosing = self.among(pool)
        known = np.flatnonzero(np.isin(pool, trace.columns))
        columns = np.union1d(first_columns(choosing.store, choosing.costs), known)
        program = PricedProgram(choosing, columns, trace.cuts, trace.duals, NARROW)
        # No network costs less than nothing.
        cuts, bound = trace.cuts, 0.0
        best = self.kept(before)
        for share, most in GUESSES[-1:] if len(self.long.store) <= SHORT else GUESSES:
            settled = self.settled(program, pool, share, best.cost, deadline)
            if settled is None:
                return _so_far(best, bound, deadline)
            pool, reduced, least = settled
            bound, first = max(bound, least), cuts is trace.cuts
            if first:
                near = pool[_least(reduced[pool], FOLLOWED_LEFT)]
                few, met, pool = self.proof(program, settled, near, best.cost, best, deadline)
                few.follow(np.arange(len(few.origin)), FOLLOWED)
                best = met.best
            below = least + share * abs(least) if least else share
            likely = below < best.cost <= least + LIKELY * abs(least)
            below, room = (best.cost, MOST_LIKELY) if likely else (min(below, best.cost), most)
            near = self.usable(np.flatnonzero(least + reduced < below))
            if first and len(near) > CROWDED and not deadline.passed:
                program = self.cut(few, pool, settled[0])
                pool, cuts, best = settled[0], program.program.cuts, met.best
                continue
            if len(near) > room:
                below = least + float(np.partition(reduced[near], room)[room])
                near = near[least + reduced[near] < below]
            proof, met, wider = self.proof(program, (pool, reduced, least), near, below, best, deadline)
            if first and not proof.over and proof.guess(PROBED):
                proof.tighten(ROUNDS, CUTS_A_TURN)
                # Prices that cuts make show the way better.
                proof.follow(proof.nearest(FOLLOWED_LEFT), 2 * FOLLOWED)
            found = proof.prove()
            best, bound = met.best, max(bound, min(found.bound, below))
            if found.status == "optimal" or (found.status == "infeasible" and below >= best.cost):
                return replace(best, status="optimal", bound=best.cost)
            if found.status != "infeasible" or found.trace is None:
                return _so_far(best, bound, deadline)
            pool, cuts = wider, found.trace.cuts
            choosing = self.among(pool)
            columns = np.union1d(first_columns(choosing.store, choosing.costs), found.trace.columns)
            program = PricedProgram(choosing, columns, cuts, found.trace.duals, NARROW)
        return None

    def proof(
        self,
        program: PricedProgram,
        settled: Settled,
        near: NDArray[np.int64],
        below: float,
        best: Choice,
        deadline: Deadline,
    ) -> tuple[Proof, _Met, NDArray[np.int64]]:
        """A proof over some candidates that goes on with a settled program, what it meets, and the program's pool."""
        pool, reduced, least = settled
        cuts = program.program.cuts
        # The columns of the program go along.
        wider = np.union1d(near, pool[program.columns[program.columns < len(pool)]])
        self.move(program, pool, wider)
        program.bound = least
        more = len(program.through) - len(wider)
        program.through = least + np.concatenate((np.maximum(reduced[wider], 0.0), np.zeros(more)))
        start = program.relaxation()
        warm = Trace(start.through, start.columns, cuts, start.duals)
        met = _Met(np.concatenate((wider, len(reduced) + np.arange(more))), best)
        return Proof(program.choosing, deadline, below, warm, start, on_plan=met.take), met, wider

    def cut(self, few: Proof, pool: NDArray[np.int64], wider: NDArray[np.int64]) -> PricedProgram:
        """Cut among few candidates and look for plans by their prices; the program, over a wider pool than theirs."""
        few.tighten(ROUNDS, CUTS_A_TURN)
        few.follow(few.nearest(FOLLOWED_LEFT), 2 * FOLLOWED)
        if few.parting:
            few.halves()
        program = few.relaxation.program
        assert program is not None  # noqa: S101 (it was settled)
        self.move(program, pool, wider)
        return program

    def kept(self, before: NDArray[np.int64] | None) -> Choice:
        """The plan before the change, if it is one still."""
        none = Choice("unknown", None, math.inf, -math.inf)
        if before is None or not np.isin(self.needed, before).all() or not self.allowed(before).all():
            return none
        choosing = self.among(before)
        # More candidates than those of the list are what no plan before had.
        if len(choosing.store) > len(before) or not all(
            Proof.obeys(side, np.arange(len(before))) for side in choosing.sides
        ):
            return none
        return Choice("feasible", before, math.fsum(choosing.costs), -math.inf)

    def settled(
        self, program: PricedProgram, pool: NDArray[np.int64], share: float, cost: float, deadline: Deadline
    ) -> Settled | None:
        """Solve a program over a pool until the list has nothing for it: pool, reduced costs of the list, and bound.

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
        long = self.long
        for _ in range(MOST_PRICINGS):
            program.price_out(None, deadline)
            if deadline.passed:
                return None
            duals, cuts = program.answer.duals, program.program.cuts
            value = abs(program.answer.value)
            # Those that may join are priced first, the others once there are none.
            joined_below = JOINING * value
            reduced = duals.price(long.store, long.costs, cuts, long.sides, joined_below)
            joining = np.flatnonzero(reduced < joined_below)
            joining = self.usable(joining[~np.isin(joining, pool)])
            if not (reduced[joining] < -TINY).any():
                break
            joining = np.sort(joining[_least(reduced[joining], MOST_JOINING)])
            wider = np.union1d(pool, joining)
            self.move(program, pool, wider)
            pool = wider
        if (reduced[joining] < -TINY).any() or program.answer.missing > 1e-6 or not program.complete:
            return None
        enough = min(share * value if value else share, max(cost - program.answer.value, TINY))
        near = np.flatnonzero(reduced < enough)
        some = long.take(near)
        reduced[near] = duals.price(some.store, some.costs, cuts, some.sides, enough)
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


@dataclass(slots=True)
class _Met:
    """The best plan met, its candidates numbered as in the list; ``origin`` says where those of a choice stand."""

    origin: NDArray[np.int64]
    best: Choice

    def take(self, choice: Choice) -> None:
        """Take a plan if it is the best."""
        if choice.chosen is not None and choice.cost < self.best.cost:
            self.best = Choice("feasible", np.sort(self.origin[choice.chosen]), choice.cost, choice.bound)


def _so_far(best: Choice, bound: float, deadline: Deadline) -> Choice | None:
    """The best plan met, once there is no time left to look for it anew."""
    return replace(best, bound=bound) if deadline.passed and best.chosen is not None else None


def _least(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Where about so many of the least values stand, ascending."""
    if count >= len(values):
        return np.arange(len(values))
    return np.sort(np.argpartition(values, count)[:count])
