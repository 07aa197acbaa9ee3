"""The best choice from a long list after a change, by looking at few of its candidates.

What an earlier choice knew prices the list nearly right, and a relaxation over the candidates nearest to the old
bound is soon settled for the list (`netform.solve.reoptimise.restricted_master`). A plan is made of the few nearest
candidates by going on with few partial plans, and nearly always it is the best. What is proven of the candidates that
could stand in a plan as cheap, or as cheap as a guess, holds for the list: any other costs more than that, whatever
it is joined with.

Where those are too many, plans of fewer and of more networks are looked for apart, if that raises the bound: how many
there are moves whole terms at once, and hardly any candidate may be as cheap any more. If not, cuts among the nearest
raise the bound first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from netform.solve.exact.gap_closing import GapClosing
from netform.solve.exact.params import CLOSING
from netform.solve.exact.state import SearchState
from netform.solve.master.relaxation import PricedProgram
from netform.solve.model.solution import Solution, WarmStart
from netform.solve.reoptimise.restricted_master import PricedOut, RestrictedMaster, inside, least_of, outside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.solve.model.stopping import Deadline

__all__ = ["POOL", "Cutoff", "Reoptimiser"]

# Candidates of the first relaxation.
POOL = 60_000

# A plan within this share of the bound is likely to be the best: all that may be as cheap is looked at at once, up to
# so many candidates.
LIKELY, MOST_LIKELY = 0.015, 3_000_000

# All of a list of up to so many are looked at at once.
SHORT = 60_000

# A plan is made by going on with so many partial plans at a time. What is not soon drawn as far as its cost gets some
# rounds of cuts.
FOLLOWED, ROUNDS = 100, 3

# More candidates than this that may be as cheap as a plan are made fewer first.
CROWDED = 500_000

# Where cheaper plans than one that was met may use less than so large a part of a list, it is all that is priced again.
FEWER = 0.5

# Plans of fewer and of more networks are looked for apart where that raises both bounds by such a share of what is
# between bound and plan.
RISEN = 0.2


class Cutoff(NamedTuple):
    """How near to the bound candidates are looked at, and how many at most.

    Attributes
    ----------
    share : float
        Of the bound, above it.
    most : int
    """

    share: float
    most: int

    def below(self, bound: float, cost: float) -> float:
        """Up to where: as far as a plan, if it is likely to be the best."""
        below = bound + self.share * (abs(bound) or 1.0)
        return cost if cost <= bound + LIKELY * abs(bound) else min(below, cost)


# The last leaves all.
GUESSES = (Cutoff(0.005, 500_000), Cutoff(0.015, 3_000_000), Cutoff(math.inf, 10**9))


class Reoptimiser(RestrictedMaster):
    """The steps that bring the best choice from a long list and its bound together."""

    __slots__ = ()

    def solve_model(
        self, trace: WarmStart, deadline: Deadline, before: NDArray[np.int64] | None = None
    ) -> Solution | None:
        """The best choice, its candidates numbered as in the list and on from its end; None when it is not near.

        Parameters
        ----------
        trace : WarmStart
            Of a choice from the list; by its ``column_bounds`` the first candidates are picked.
        deadline : Deadline
            Once it has passed the best plan met is given with its bound.
        before : ndarray of int64, optional
            A plan of the list before the change: it may do still.
        """
        pool = self.usable(self.together(least_of(trace.column_bounds, POOL), self.needed))
        known = np.flatnonzero(np.isin(pool, trace.columns))
        program = self.program(pool, known, trace.cuts, trace.duals)
        return self.nearer(program, pool, self.kept(before), deadline)

    def nearer(
        self, program: PricedProgram, pool: NDArray[np.int64], best: Solution, deadline: Deadline
    ) -> Solution | None:
        """Bring the bound and the best choice together, from a program over a pool; None when it is not near."""
        guesses = GUESSES[-1:] if len(self.long.store) <= SHORT else GUESSES
        settled = self.settled(program, pool, guesses[0].share, best.cost, deadline)
        if settled is None:
            # No network costs less than nothing.
            return _so_far(best, 0.0, deadline)
        if settled.bound >= best.cost:
            return replace(best, status="optimal", bound=best.cost)
        near = settled.pool[least_of(settled.reduced[settled.pool], CLOSING.beam_columns)]
        few = PoolSearch(*self.proof(program, settled.pool, settled, near, best.cost, best, deadline))
        few.proof.beam_search(np.arange(len(few.proof.state.origin)), FOLLOWED)
        best = few.met.best
        below = guesses[0].below(settled.bound, best.cost)
        cheaper = self.usable(settled.cheaper(below if best.chosen is None else best.cost))
        count_branches = few.count_branches() if len(cheaper) > CROWDED else None
        if count_branches is None:
            if np.count_nonzero(settled.bound + settled.reduced[cheaper] < below) <= CROWDED:
                return self.guessed(program, few.pool, settled, guesses, few.met.best, deadline)
            count_branches = few.cut()
        if best.chosen is None or len(cheaper) > FEWER * len(self.long.store):
            return self.fewer(few, settled, count_branches, guesses, deadline)
        # All that a cheaper plan may use, and the plan that was met.
        listed = len(self.long.store)
        kept = self.together(cheaper, settled.pool, self.listed(best), self.listed(few.met.best))
        solution = self.only(kept).fewer(
            few.only(kept, listed), settled.only(kept), count_branches, guesses, deadline
        )
        if solution is None or solution.chosen is None:
            return solution
        return replace(solution, chosen=outside(solution.chosen, kept, listed))

    def fewer(
        self,
        few: PoolSearch,
        settled: PricedOut,
        count_branches: Sequence[Half] | None,
        guesses: Sequence[Cutoff],
        deadline: Deadline,
    ) -> Solution | None:
        """Look in each half for itself, or else at all by the prices of cuts among few."""
        solution = (
            None if count_branches is None else self.branched_on_count(count_branches, few, settled, deadline)
        )
        if solution is not None:
            return solution
        self.move(few.program, few.pool, settled.pool)
        further, best = guesses[1:] or guesses, few.met.best
        return self.guessed(few.program, settled.pool, None, further, best, deadline, settled.bound)

    def guessed(
        self,
        program: PricedProgram,
        pool: NDArray[np.int64],
        settled: PricedOut | None,
        guesses: Sequence[Cutoff],
        best: Solution,
        deadline: Deadline,
        bound: float = 0.0,
    ) -> Solution | None:
        """Look through the candidates as near as each guess, from a program over a pool and as it was settled before.

        None when none of the guesses is far enough. A bound may be known; no network costs less than nothing.
        """
        for guess in guesses:
            first = settled is not None
            if settled is None:
                settled = self.settled(program, pool, guess.share, best.cost, deadline)
                if settled is None:
                    return _so_far(best, bound, deadline)
                pool = settled.pool
            bound = max(bound, settled.bound)
            below, room = guess.below(settled.bound, best.cost), guess.most
            if below == best.cost:
                room = max(room, MOST_LIKELY)
            costs = settled.bound + settled.reduced
            near = self.usable(np.flatnonzero(costs < below))
            if len(near) > room:
                below = float(np.partition(costs[near], room)[room])
                near = near[costs[near] < below]
            proof, met, wider = self.proof(program, pool, settled, near, below, best, deadline)
            if first and not proof.state.over and proof.try_cutoffs(CLOSING.probed):
                proof.state.tighten(ROUNDS, CLOSING.cuts_a_turn)
                # Prices that cuts make show the way better.
                proof.beam_search(proof.state.nearest(CLOSING.beam_columns), 2 * FOLLOWED)
            found = proof.prove()
            best, bound = met.best, max(bound, min(found.bound, below))
            if found.status == "optimal" or (found.status == "infeasible" and below >= best.cost):
                return replace(best, status="optimal", bound=best.cost)
            if found.status != "infeasible" or found.trace is None:
                return _so_far(best, bound, deadline)
            pool, settled = wider, None
            program = self.program(pool, found.trace.columns, found.trace.cuts, found.trace.duals)
        return None

    def listed(self, solution: Solution) -> NDArray[np.int64]:
        """The candidates of the list that a choice is made of."""
        chosen = np.empty(0, np.int64) if solution.chosen is None else solution.chosen
        return chosen[chosen < len(self.long.store)]

    def branched_on_count(
        self, count_branches: Sequence[Half], few: PoolSearch, settled: PricedOut, deadline: Deadline
    ) -> Solution | None:
        """Plans of fewer networks and of more apart: the bound of each half is better, and less of the list as near."""
        best, bounds = few.met.best, []
        for half, columns in count_branches:
            found = half.state.relaxation
            # Where its columns stand in the pool, but for those that are none of the list.
            known = np.searchsorted(settled.pool, few.pool[columns[columns < len(few.pool)]])
            counted = self.counted(*half.state.between)
            program = counted.program(settled.pool, known, found.cuts, found.duals)
            solution = counted.nearer(program, settled.pool, best, deadline)
            if solution is None:
                return None
            best = solution
            bounds.append(solution.bound)
        bound = max(settled.bound, min(bounds))
        return replace(best, status="optimal" if bound >= best.cost else "feasible", bound=bound)

    def proof(
        self,
        program: PricedProgram,
        pool: NDArray[np.int64],
        settled: PricedOut,
        near: NDArray[np.int64],
        below: float,
        best: Solution,
        deadline: Deadline,
    ) -> tuple[GapClosing, _Met, NDArray[np.int64]]:
        """A proof over some candidates that goes on with a settled program, what it meets, and the program's pool.

        The program is over a pool when it comes.
        """
        reduced, least = settled.reduced, settled.bound
        cuts = program.program.cuts
        # The columns of the program go along.
        wider = self.together(near, pool[program.columns[program.columns < len(pool)]])
        self.move(program, pool, wider)
        program.bound = least
        more = len(program.column_bounds) - len(wider)
        program.column_bounds = least + np.concatenate((np.maximum(reduced[wider], 0.0), np.zeros(more)))
        start = program.relaxation()
        warm = WarmStart(start.column_bounds, start.columns, cuts, start.duals)
        met = _Met(np.concatenate((wider, len(reduced) + np.arange(more))), best)
        known = SearchState(
            program.partitioning, deadline, below, warm, start, on_plan=met.take, between=self.between
        )
        return GapClosing(known), met, wider


@dataclass(slots=True)
class _Met:
    """The best plan met, its candidates numbered as in the list; ``origin`` says where those of a choice stand."""

    origin: NDArray[np.int64]
    best: Solution

    def take(self, solution: Solution) -> None:
        """Take a plan if it is the best."""
        if solution.chosen is not None and solution.cost < self.best.cost:
            self.best = Solution(
                "feasible", np.sort(self.origin[solution.chosen]), solution.cost, solution.bound
            )


# A proof of plans of fewer or of more networks, and where the columns of its program stand.
Half = tuple[GapClosing, NDArray[np.int64]]


class PoolSearch(NamedTuple):
    """A proof among the nearest candidates, what it has met, and its pool: a part of that which was settled."""

    proof: GapClosing
    met: _Met
    pool: NDArray[np.int64]

    @property
    def program(self) -> PricedProgram:
        """Its program, over its pool."""
        program = self.proof.state.relaxation.program
        assert program is not None  # noqa: S101 (it was settled)
        return program

    def only(self, kept: NDArray[np.int64], listed: int) -> PoolSearch:
        """The same where some candidates of so many listed are the list."""
        met = self.met
        met.origin = inside(met.origin, kept, listed)
        if met.best.chosen is not None:
            met.best = replace(met.best, chosen=inside(met.best.chosen, kept, listed))
        return self._replace(pool=np.searchsorted(kept, self.pool))

    def count_branches(self) -> list[Half] | None:
        """Plans of fewer and of more networks, those of which less is proven first.

        None where that raises the bound by little.
        """
        if math.isinf(self.proof.state.cost) or not self.proof.fractional:
            return None
        count_branches, kept = self.proof.count_branches()
        bound = min(each.state.bound for each in count_branches)
        if bound - self.proof.state.bound < RISEN * (self.proof.state.cost - self.proof.state.bound):
            return None
        count_branches.sort(key=lambda each: each.state.bound)
        return [(half, kept[half.state.origin[half.state.relaxation.columns]]) for half in count_branches]

    def cut(self) -> list[Half] | None:
        """Raise the bound by cuts and look for plans by their prices; halves, if they are worth looking at since."""
        fractional = self.proof.fractional
        self.proof.state.tighten(ROUNDS, CLOSING.cuts_a_turn)
        self.proof.beam_search(self.proof.state.nearest(CLOSING.beam_columns), 2 * FOLLOWED)
        return None if fractional else self.count_branches()


def _so_far(best: Solution, bound: float, deadline: Deadline) -> Solution | None:
    """The best plan met, once there is no time left to look for it anew."""
    return replace(best, bound=bound) if deadline.passed and best.chosen is not None else None
