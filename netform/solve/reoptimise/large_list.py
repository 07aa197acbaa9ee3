"""Solve a set partitioning over a long list of columns after a change, by looking at few of them.

The duals of an earlier solution are nearly right, so a relaxation over the columns nearest to the old bound is soon
priced out over the list: the list is priced by the duals of the pool's relaxation, and the few columns of negative
reduced cost join the pool, until there are none. The bound then holds for the list. Beam search over the few nearest
columns gives a plan, nearly always the best. What is proven of the columns below that plan, or below a trial cutoff,
holds for the list: a plan with any other costs more.

Where those are too many, the number of networks is branched on, if that raises the bound: it moves whole terms at once,
and hardly any column may be as cheap any more. If not, cuts over the nearest columns raise the bound first.

The file is long because its one class is: every step goes on with the same pool, plan and bounds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from netform.solve.exact.beam_search import BEAM, beam_search
from netform.solve.exact.gap_closing import CLOSING, GapClosing
from netform.solve.exact.state import ANY_NUMBER, SearchState
from netform.solve.master.relaxation import MASTER, PricedProgram, first_columns, least_of
from netform.solve.model.outcome import Solution
from netform.solve.model.problem import SetPartitioning, SideRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    from netform.solve.master.linear_program import Duals
    from netform.solve.master.subset_row_cuts import CutPool
    from netform.solve.model.budget import Deadline
    from netform.solve.model.outcome import WarmStart

__all__ = ["LARGE_LIST", "Cutoff", "PricedOut", "Reoptimiser"]

# A reduced cost, hours per week, that is zero but for rounding.
TINY = 1e-9

# Hours per week that no plan costs.
BARRED = 1e9


class Cutoff(NamedTuple):
    """How near to the bound columns are looked at, and how many at most.

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
        return cost if cost <= bound + LARGE_LIST.likely * abs(bound) else min(below, cost)


@dataclass(frozen=True, slots=True)
class LargeListParams:
    """How a list is priced out, how many of its columns are looked at, and when they are made fewer first.

    Attributes
    ----------
    pool : int
        Columns of the first relaxation.
    joining : float
        Columns with a reduced cost below this share of the bound join the pool with those below zero.
    most_joining : int
        Of those, so many.
    most_pricings : int
        Rounds of pricing of the whole list.
    likely, most_likely : float, int
        A plan within this share of the bound is likely to be the best: all columns that may be as cheap are looked at
        at once, up to so many.
    short : int
        All of a list of up to so many are looked at at once.
    beam_width, rounds : int
        States of the beam search for a plan, and rounds of cuts where diagrams do not soon reach its cost.
    crowded : int
        More columns than this that may be as cheap as a plan are made fewer first.
    fewer : float
        Where plans cheaper than the incumbent may use less than this share of a list, only that is priced again.
    risen : float
        The number of networks is branched on where that raises the bounds of both branches by such a share of the gap.
    cutoffs : tuple of Cutoff
        Trial cutoffs; the last leaves all.
    """

    pool: int = 60_000
    joining: float = 0.0005
    most_joining: int = 20_000
    most_pricings: int = 12
    likely: float = 0.015
    most_likely: int = 3_000_000
    short: int = 60_000
    beam_width: int = 100
    rounds: int = 3
    crowded: int = 500_000
    fewer: float = 0.5
    risen: float = 0.2
    cutoffs: tuple[Cutoff, ...] = (Cutoff(0.005, 500_000), Cutoff(0.015, 3_000_000), Cutoff(math.inf, 10**9))


LARGE_LIST = LargeListParams()


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
class Reoptimiser:
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

    def solve_model(self, trace: WarmStart, before: NDArray[np.int64] | None) -> Solution | None:
        """The best plan, or once time is up the best that was met; None when it is not near.

        Parameters
        ----------
        trace : WarmStart
            Of an earlier solution; by its ``column_bounds`` the first columns are picked.
        before : ndarray of int64 or None
            A plan of the list before the change: it may do still.
        """
        pool = self.union(self.usable(least_of(trace.column_bounds, LARGE_LIST.pool)))
        known = np.flatnonzero(np.isin(pool, trace.columns))
        program = self.program(pool, known, trace.cuts, trace.duals)
        return self.close_gap(program, pool, self.plan_before(before))

    def close_gap(self, program: PricedProgram, pool: NDArray[np.int64], best: Solution) -> Solution | None:
        """Bring bound and incumbent together, from a program over a pool; None when the best plan is not near."""
        cutoffs = LARGE_LIST.cutoffs[-1:] if len(self.long.store) <= LARGE_LIST.short else LARGE_LIST.cutoffs
        priced = self.priced_out(program, pool, cutoffs[0].share, best.cost)
        if priced is None:
            # No network costs less than nothing.
            return self.so_far(best, 0.0)
        if priced.bound >= best.cost:
            return replace(best, status="optimal", bound=best.cost)
        listed = priced.pool[priced.pool < len(priced.reduced)]
        near = listed[least_of(priced.reduced[listed], BEAM.columns)]
        search = self.pool_search(program, priced.pool, priced, near, best.cost, best)
        beam_search(search.closing.state, np.arange(len(search.pool)), LARGE_LIST.beam_width)
        best = search.best
        below = cutoffs[0].below(priced.bound, best.cost)
        cheaper = self.usable(priced.cheaper(below if best.chosen is None else best.cost))
        branches = search.count_branches() if len(cheaper) > LARGE_LIST.crowded else None
        if branches is None:
            if np.count_nonzero(priced.bound + priced.reduced[cheaper] < below) <= LARGE_LIST.crowded:
                return self.try_cutoffs(program, search.pool, priced, cutoffs, search.best)
            fractional = search.closing.fractional
            search.cut()
            # They may be worth it since.
            branches = None if fractional else search.count_branches()
        if best.chosen is None or len(cheaper) > LARGE_LIST.fewer * len(self.long.store):
            return self.branch_or_widen(search, priced, branches, cutoffs)
        # All that a cheaper plan may use, and the incumbent.
        assert search.best.chosen is not None  # noqa: S101 (it is as good as the one before)
        kept = self.union(cheaper, priced.pool, search.best.chosen)
        search.take(kept)
        solution = self.take(kept).branch_or_widen(search, priced.take(kept), branches, cutoffs)
        if solution is None or solution.chosen is None:
            return solution
        return replace(solution, chosen=kept[solution.chosen])

    def branch_or_widen(
        self,
        search: PoolSearch,
        priced: PricedOut,
        branches: Sequence[CountBranch] | None,
        cutoffs: Sequence[Cutoff],
    ) -> Solution | None:
        """Branch on the number of networks, or else look at all by the duals of cuts over few columns."""
        if branches is not None:
            solution = self.branched_on_count(branches, search, priced)
            if solution is not None:
                return solution
        program, further = search.closing.state.relaxation.program, cutoffs[1:] or cutoffs
        assert program is not None  # noqa: S101 (it was priced out)
        self.move(program, search.pool, priced.pool)
        return self.try_cutoffs(program, priced.pool, None, further, search.best, priced.bound)

    def try_cutoffs(
        self,
        program: PricedProgram,
        pool: NDArray[np.int64],
        priced: PricedOut | None,
        cutoffs: Sequence[Cutoff],
        best: Solution,
        bound: float = 0.0,
    ) -> Solution | None:
        """Close the gap over the columns below each trial cutoff, from a program over a pool, priced out or not yet.

        None when none of the cutoffs is far enough. A bound may be known; no network costs less than nothing.
        """
        for cutoff in cutoffs:
            first = priced is not None
            if priced is None:
                priced = self.priced_out(program, pool, cutoff.share, best.cost)
                if priced is None:
                    return self.so_far(best, bound)
                pool = priced.pool
            bound = max(bound, priced.bound)
            below, room = cutoff.below(priced.bound, best.cost), cutoff.most
            if below == best.cost:
                room = max(room, LARGE_LIST.most_likely)
            near = self.usable(priced.cheaper(below))
            if len(near) > room:
                costs = priced.bound + priced.reduced[near]
                below = float(np.partition(costs, room)[room])
                near = near[costs < below]
            search = self.pool_search(program, pool, priced, near, below, best)
            if first and not search.closing.state.over and search.closing.try_cutoffs(CLOSING.probed):
                search.cut()
            found = search.closing.prove()
            best, bound = search.best, max(bound, min(found.bound, below))
            if found.status == "optimal" or (found.status == "infeasible" and below >= best.cost):
                return replace(best, status="optimal", bound=best.cost)
            if found.status != "infeasible" or found.trace is None:
                return self.so_far(best, bound)
            pool, priced = search.pool, None
            program = self.program(pool, found.trace.columns, found.trace.cuts, found.trace.duals)
        return None

    def branched_on_count(
        self, branches: Sequence[CountBranch], search: PoolSearch, priced: PricedOut
    ) -> Solution | None:
        """Plans of fewer networks and of more apart: each branch has a better bound, and less of the list as near."""
        best, bounds = search.best, []
        for branch, columns in branches:
            found = branch.state.relaxation
            known = np.searchsorted(priced.pool, search.pool[columns])
            counted = replace(self, between=branch.state.between)
            program = counted.program(priced.pool, known, found.cuts, found.duals)
            solution = counted.close_gap(program, priced.pool, best)
            if solution is None:
                return None
            best = solution
            bounds.append(solution.bound)
        bound = max(priced.bound, min(bounds))
        return replace(best, status="optimal" if bound >= best.cost else "feasible", bound=bound)

    def pool_search(
        self,
        program: PricedProgram,
        pool: NDArray[np.int64],
        priced: PricedOut,
        near: NDArray[np.int64],
        below: float,
        best: Solution,
    ) -> PoolSearch:
        """Gap closing over some columns that goes on with a program, which is over a pool when it comes."""
        # The columns of the program go along.
        wider = self.union(near, pool[program.columns])
        self.move(program, pool, wider)
        reduced = priced.reduced[wider[wider < len(priced.reduced)]]
        program.bound = priced.bound
        program.column_bounds[:] = priced.bound
        program.column_bounds[: len(reduced)] += np.maximum(reduced, 0.0)
        start, between = program.relaxation(), self.between
        state = SearchState(program.partitioning, self.deadline, below, start=start, between=between)
        return PoolSearch(wider, best, GapClosing(state))

    def so_far(self, best: Solution, bound: float) -> Solution | None:
        """The incumbent, once there is no time left to solve anew."""
        return replace(best, bound=bound) if self.deadline.passed and best.chosen is not None else None

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
        for _ in range(LARGE_LIST.most_pricings):
            program.price_out(None, self.deadline, cost + TINY * abs(cost))
            if self.deadline.passed:
                return None
            duals, cuts = program.answer.duals, program.program.cuts
            listed = replace(duals, practices=duals.practices - barred)
            value = abs(program.answer.value)
            # Those that may join are priced first, the others once there are none.
            joined_below = LARGE_LIST.joining * value
            reduced = listed.price(long.store, long.costs, cuts, long.sides, joined_below)
            joining = np.flatnonzero(reduced < joined_below)
            joining = self.usable(joining[~np.isin(joining, pool)])
            if not (reduced[joining] < -TINY).any():
                break
            wider = self.union(pool, joining[least_of(reduced[joining], LARGE_LIST.most_joining)])
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


# Gap closing over plans of fewer or of more networks, and where the columns of its program stand in the pool.
CountBranch = tuple[GapClosing, NDArray[np.int64]]


@dataclass(slots=True)
class PoolSearch:
    """Gap closing over a pool of the nearest columns, a part of what was priced, and the best plan before it."""

    pool: NDArray[np.int64]
    before: Solution
    closing: GapClosing

    @property
    def best(self) -> Solution:
        """The best plan so far: what the pool has is looked for below the one before."""
        state = self.closing.state
        if state.chosen is None:
            return self.before
        return Solution("feasible", self.pool[state.chosen], state.cost, state.bound)

    def take(self, kept: NDArray[np.int64]) -> None:
        """Number columns as they stand among some, ascending."""
        self.pool = np.searchsorted(kept, self.pool)
        # Once the pool has a better plan, where the one before stands is not asked for any more.
        if self.closing.state.chosen is None and self.before.chosen is not None:
            self.before = replace(self.before, chosen=np.searchsorted(kept, self.before.chosen))

    def count_branches(self) -> list[CountBranch] | None:
        """Branches on the number of networks, the least bound first; None where they raise the bound by little."""
        state = self.closing.state
        if not self.closing.fractional:
            return None
        branches, kept = self.closing.count_branches()
        branches.sort(key=lambda each: each.state.bound)
        if branches[0].state.bound - state.bound < LARGE_LIST.risen * (state.cost - state.bound):
            return None
        return [(each, kept[each.state.origin[each.state.relaxation.columns]]) for each in branches]

    def cut(self) -> None:
        """Raise the bound by cuts, and look for plans by their duals, which show the way better."""
        state = self.closing.state
        state.tighten(LARGE_LIST.rounds, CLOSING.cuts_a_turn)
        beam_search(state, state.nearest(BEAM.columns), 2 * LARGE_LIST.beam_width)
