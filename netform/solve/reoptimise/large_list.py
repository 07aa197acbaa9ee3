"""Solve a set partitioning over a long list of columns after a change, by looking at few of them.

The duals of an earlier solution are nearly right, so a relaxation over the columns nearest to the old bound is soon
priced out over the list (`netform.solve.reoptimise.restricted_master`). Beam search over the few nearest columns gives
a plan, nearly always the best. What is proven of the columns below that plan, or below a trial cutoff, holds for the
list: a plan with any other costs more.

Where those are too many, the number of networks is branched on, if that raises the bound: it moves whole terms at once,
and hardly any column may be as cheap any more. If not, cuts over the nearest columns raise the bound first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from netform.solve.exact import improving
from netform.solve.exact.gap_closing import CLOSING, GapClosing
from netform.solve.exact.state import SearchState
from netform.solve.master.relaxation import least_of
from netform.solve.model.outcome import Solution
from netform.solve.reoptimise.restricted_master import PricedOut, RestrictedMaster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.solve.master.relaxation import PricedProgram
    from netform.solve.model.outcome import WarmStart

__all__ = ["LARGE_LIST", "Cutoff", "Reoptimiser"]


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
    """How many columns are looked at, and when they are made fewer first.

    Attributes
    ----------
    pool : int
        Columns of the first relaxation.
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


class Reoptimiser(RestrictedMaster):
    """The steps that close the gap of a set partitioning over a long list."""

    __slots__ = ()

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
        near = listed[least_of(priced.reduced[listed], improving.IMPROVING.beam_columns)]
        search = self.pool_search(program, priced.pool, priced, near, best.cost, best)
        improving.beam_search(search.closing.state, np.arange(len(search.pool)), LARGE_LIST.beam_width)
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
        search, start = PoolSearch(wider, best), program.relaxation()
        state = SearchState(
            program.partitioning,
            self.deadline,
            below,
            start=start,
            on_plan=search.accept,
            between=self.between,
        )
        search.closing = GapClosing(state)
        return search

    def so_far(self, best: Solution, bound: float) -> Solution | None:
        """The incumbent, once there is no time left to solve anew."""
        return replace(best, bound=bound) if self.deadline.passed and best.chosen is not None else None


# Gap closing over plans of fewer or of more networks, and where the columns of its program stand in the pool.
CountBranch = tuple[GapClosing, NDArray[np.int64]]


@dataclass(slots=True)
class PoolSearch:
    """Gap closing over a pool of the nearest columns, a part of what was priced, and the best plan."""

    pool: NDArray[np.int64]
    best: Solution
    closing: GapClosing = field(init=False)

    def accept(self, solution: Solution) -> None:
        """Take a plan of the pool as the incumbent if it is the best so far."""
        if solution.chosen is not None and solution.cost < self.best.cost:
            chosen = np.sort(self.pool[solution.chosen])
            self.best = Solution("feasible", chosen, solution.cost, solution.bound)

    def take(self, kept: NDArray[np.int64]) -> None:
        """Number columns as they stand among some, ascending."""
        self.pool = np.searchsorted(kept, self.pool)
        if self.best.chosen is not None:
            self.best = replace(self.best, chosen=np.searchsorted(kept, self.best.chosen))

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
        improving.beam_search(
            state, state.nearest(improving.IMPROVING.beam_columns), 2 * LARGE_LIST.beam_width
        )
