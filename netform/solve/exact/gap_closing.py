"""Prove which plan below a cutoff is the best, or that there is none: guess, cut and halve, in turns.

The relaxation says, for every candidate, what a plan that uses it costs at least. So a guess at the cost of the best
plan leaves only the candidates that could stand in a plan as cheap: few, when the guess is near the bound. All plans
of them are drawn, to a width (`netform.solve.diagram.build`): the drawing says below what cost it has missed none,
which is a bound; a plan as cheap is the best over *all* candidates. A drawing of few candidates tells how large one
as far as the best plan at hand would be: where that is small it is drawn at once, and all is proven. Otherwise a
round of cuts raises the relaxation, which leaves fewer candidates; after some rounds one guess after the other is
made, as far as the width reaches, which is doubled from turn to turn. Where the relaxation keeps a fraction of a
network, plans of fewer networks and plans of more are looked at apart: each has a much better bound. What is left in
the end is closed by branching.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netform.solve.diagram.kernel import ColumnLayout
from netform.solve.diagram.search import MOST_NODES, TRIED, best_below
from netform.solve.diagram.variable_order import STRAIGHT, TURNED, narrowest_order, spectral_orders, sweep
from netform.solve.exact.branch_and_bound import branch as branch_and_bound
from netform.solve.exact.params import CLOSING, ClosingParams
from netform.solve.exact.state import LEAST_DIFFERENCE, SearchState
from netform.solve.master.integer_program import solve_integer
from netform.solve.master.relaxation import relax
from netform.solve.model.problem import SideRow
from netform.solve.model.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


__all__ = ["GapClosing"]

# A cutoff of more columns is worth finding out from which end its diagram is narrower, and one of so many more, to such
# a width, by which way across the map.
WAYS = ((1000, 0, STRAIGHT), (20_000, 8000, TURNED))

# Bytes for each candidate of two halves: a copy of the list, the number of networks as a rule, and of each half what
# `netform.solve.exact.state` knows of it, what is left of its list, and what is made anew in pricing. Nearly as much
# for branching, and a mark for every practice.
BRANCHED = 280


class _Drawing(NamedTuple):
    """A drawing: its candidates, how far it went, and its partial plans."""

    candidates: int
    cutoff: float
    partial_plans: int


class GapClosing:
    """The steps that bring incumbent and bound together.

    Parameters
    ----------
    state : SearchState
        What is known to begin with.
    params : ClosingParams, optional
    threads : int
        Plans of fewer and of more networks are looked at side by side when there are two.
    """

    def __init__(self, state: SearchState, params: ClosingParams | None = None, *, threads: int = 1) -> None:
        params = CLOSING if params is None else params
        self.state, self.params, self.threads = state, params, threads
        # In which practices are covered; found once, as it costs more than many a diagram.
        self.order: NDArray[np.int64] | None = None
        # Of which of the ways to order them this turn has tried, and its diagrams.
        self.tried, self.drawings = 0, list[_Drawing]()
        self.turns, self.width, self.rising = 0, params.first_width, True
        # Diagrams as far as the incumbent that did not get there.
        self.surprises = 0
        # To twice this a diagram was given up for want of room: nothing is learnt from it.
        self.widest = params.last_width

    def prove(self, most_width: int | None = None) -> Solution:
        """Bring incumbent and bound together, as far as a width allows, and give what was learnt."""
        most_width = self.params.last_width if most_width is None else most_width
        self.take_turns(most_width)
        if not self.state.over and most_width == self.params.last_width:
            self.close()
        columns = self.state.origin[self.state.relaxation.columns]
        learnt = replace(self.state.learnt(), column_bounds=self.state.column_bounds, columns=columns)
        return replace(self.state.solution(), trace=learnt)

    def take_turns(self, most_width: int) -> None:
        """Guess and cut in turns while either gets on; below a cutoff, plans of fewer and of more networks apart."""
        while not self.state.over:
            # Whoever searches beside may have come further meanwhile.
            if math.isfinite(self.state.cost):
                self.state.take_incumbent()
            if self.time_to_branch:
                self.branch_on_count(most_width)
                return
            if not self.take_turn(most_width):
                return

    def take_turn(self, most_width: int) -> bool:
        """Guess as far as that is quick, then add a round of cuts; whether another turn promises something."""
        if self.cutting:
            going = self.try_cutoffs(self.params.probed)
        else:
            going = self.try_cutoffs() and self.width < min(most_width, self.widest)
            self.width = min(2 * self.width, self.params.last_width)
        if self.rising and not self.state.over and not self.time_to_branch:
            before = self.state.relaxation.bound
            self.state.tighten(1, self.params.cuts_a_turn)
            self.rising = self.state.relaxation.bound >= before + self.params.least_rise * abs(before)
        return not self.state.over and going

    def try_cutoffs(self, most: float = math.inf) -> bool:
        """Guess as far as that is quick, in guesses of up to so many candidates; whether there is more to prove."""
        self.turns += 1
        self.tried, self.drawings = 0, []
        self.state.fix_by_reduced_cost()
        for count in self.cutoff_counts(most):
            column_bounds = self.state.relaxation.column_bounds
            everything = count >= len(column_bounds)
            cutoff = (
                self.state.cost
                if everything
                else min(self.state.cost, float(np.partition(column_bounds, count)[count]))
            )
            quick = self.raise_bound(
                cutoff,
                step=self.params.step if min(count, len(column_bounds)) > self.params.stepped else math.inf,
            )
            if everything and quick and math.isinf(cutoff) and self.state.chosen is None:
                self.state.bound = math.inf
            if self.state.over:
                return False
            if not quick or cutoff >= self.state.cost:
                return True
        if self.expected <= self.at_once:
            self.raise_bound(self.state.cost, math.inf)
        return not self.state.over

    def cutoff_counts(self, most: float) -> Iterator[int]:
        """How many candidates successive guesses are of; without a plan they come nearer to all of them."""
        last = 0
        for count in (each for each in self.params.cutoff_columns if each <= most):
            between = self.params.nearer * last
            while (
                last and math.isinf(self.state.cost) and count >= len(self.state.origin) > max(between, TRIED)
            ):
                yield int(between)
                between *= self.params.nearer
            yield count
            last = count

    def raise_bound(self, cutoff: float, step: float) -> bool:
        """Try every plan below a guess, those near the bound first; whether none was missed.

        Where the guess is further off than the width sees, most of the time would go into what nothing is learnt from.

        Parameters
        ----------
        cutoff : float
        step : float
            How much further to look at a time, as a share of the bound.
        """
        further = math.inf
        if math.isfinite(cutoff) and math.isfinite(step):
            # However near zero the bound is, it comes to an end.
            further = max(
                step * abs(self.state.bound),
                self.params.least_step * (cutoff - self.state.bound),
                LEAST_DIFFERENCE,
            )
        while self.state.bound < min(cutoff, self.state.cost):
            nearer = float(min(cutoff, self.state.cost, self.state.bound + further))
            width, most = self.width, MOST_NODES
            far = self.expected <= self.at_once
            if far:
                nearer, width, most = (
                    self.state.cost,
                    max(width, self.params.wide_enough),
                    self.params.surprising * self.at_once,
                )
            if self.state.deadline.passed or not self.search_below(
                self.state.cheap_enough(nearer), nearer, width, most
            ):
                self.surprises += far
                return False
        return True

    @property
    def cutting(self) -> bool:
        """Whether cuts come first, and only what is soon drawn is drawn."""
        return math.isfinite(self.state.cost) and self.rising and self.turns <= self.params.cut_first

    @property
    def at_once(self) -> int:
        """Partial plans of a drawing that goes as far as the cost at once."""
        allowed: int = (
            self.params.quicker if self.cutting else self.params.at_once
        ) // self.params.less**self.surprises
        return allowed

    @property
    def expected(self) -> float:
        """Partial plans of a drawing as far as the cost; infinite where no drawing tells."""
        if (
            not self.drawings
            or self.drawings[-1].candidates < self.params.telling
            or math.isinf(self.state.cost)
        ):
            return math.inf
        last, left = self.drawings[-1], len(self.state.cheap_enough(self.state.cost))
        if left > (self.params.quicker_left if self.cutting else self.params.most_columns):
            return math.inf
        expected = last.partial_plans * (left / last.candidates) ** 2
        if len(self.drawings) > 1:
            hours, times = (
                last.cutoff - self.drawings[-2].cutoff,
                last.partial_plans / self.drawings[-2].partial_plans,
            )
            rise = math.log(times) * (self.state.cost - last.cutoff) / max(hours, LEAST_DIFFERENCE)
            expected = max(
                expected, self.params.slower * last.partial_plans * math.exp(min(rise, self.params.most_rise))
            )
        return expected

    def search_below(
        self, kept: NDArray[np.int64], cutoff: float, width: int, most: int = MOST_NODES
    ) -> bool:
        """Try every plan below a cutoff, the kept being all that such a plan may use; whether none was missed.

        It is given up after so many partial plans.
        """
        if len(kept) > self.params.most_columns:
            return False
        some, reduced, dual_objective, cuts = self.state.priced(kept)
        memory = self.state.memory.left_beside(some.nbytes + 2 * reduced.nbytes)
        if self.order is None:
            self.order = sweep(some.store, reduced)
        for least, least_width, angles in WAYS:
            # Without a cutoff each of them would be tried among all that there is.
            if len(kept) > least > self.tried and width >= least_width and math.isfinite(cutoff):
                self.order = narrowest_order(
                    some.store,
                    reduced,
                    cutoff - dual_objective,
                    spectral_orders(some.store, reduced, angles),
                    cuts,
                    memory,
                )
                self.tried = least
        found, below, drawn, drawn_width = best_below(
            some,
            reduced,
            dual_objective,
            cutoff,
            width,
            self.order,
            cuts,
            most_nodes=most,
            memory=memory,
        )
        if drawn:
            self.drawings.append(_Drawing(len(kept), cutoff, drawn))
        if found is not None:
            self.state.accept(kept[found])
        elif math.isinf(below) and width > self.params.first_width and most == MOST_NODES:
            self.widest = width // 2
        if 0 < drawn_width < width:
            # There is no room for more: a wider one would be tried, and be this diagram again.
            self.widest = min(self.widest, drawn_width)
            self.width = min(self.width, drawn_width)
        self.state.bound = max(self.state.bound, min(below, self.state.cost))
        self.state.tell()
        return below >= cutoff

    def beam_search(self, kept: NDArray[np.int64], width: int) -> None:
        """Look for a plan among some candidates by going on with few partial plans at a time, from either end."""
        some, reduced, dual_objective, cuts = self.state.priced(kept)
        if not (np.bincount(some.store.members, minlength=some.store.practices) > 0).all():
            return
        order = sweep(some.store, reduced)
        spare = (
            self.params.beam_spare * abs(dual_objective) / max(1.0, float(self.state.relaxation.values.sum()))
        )
        for end in (order, np.ascontiguousarray(order[::-1])):
            cutoff = min(self.state.cost, dual_objective + self.params.beam_reach * abs(dual_objective))
            if not self.state.over:
                found = best_below(
                    some,
                    reduced,
                    dual_objective,
                    cutoff,
                    width,
                    end,
                    cuts,
                    spare=spare,
                    memory=self.state.memory,
                ).chosen
                self.state.accept(None if found is None else kept[found])

    @property
    def fraction_of_network(self) -> float:
        """How far the relaxation is from a whole number of networks; 0 where that does not matter."""
        number = float(self.state.relaxation.values.sum())
        least, most = self.state.between
        return abs(number - round(number)) if least <= math.floor(number) < most else 0.0

    @property
    def time_to_branch(self) -> bool:
        """Whether it is time to look at plans of fewer networks and of more apart."""
        late = (
            self.turns >= self.params.branched_after
            or self.fraction_of_network > self.params.branched_at_once
        )
        return late and math.isfinite(self.state.cost) and self.fractional

    @property
    def fractional(self) -> bool:
        """Whether the relaxation has a fraction of a network, and many candidates are left."""
        if self.fraction_of_network <= self.params.fraction:
            return False
        kept = len(self.state.cheap_enough(self.state.cost))
        return kept > self.params.many and self.state.memory.fits(kept * BRANCHED)

    def count_branches(self) -> tuple[list[GapClosing], NDArray[np.int64]]:
        """Proofs over plans of fewer networks and over those of more, and where their candidates stand.

        How many networks there are moves whole terms at once, so each half has a better bound; and prices for its own
        numbers of networks show the way to a plan better.
        """
        kept = self.state.cheap_enough(self.state.cost)
        some, learnt = self.state.partitioning.take(kept), self.state.learnt().among(kept)
        memory = self.state.memory.left_beside(len(kept) * BRANCHED)
        # Side by side where either half of the room does for the largest diagram, else in turn: that follows from the
        # question alone, so that the plan does not depend on the threads.
        largest = ColumnLayout.drawn_bytes(MOST_NODES, some.store.practices)
        if memory.share(2).fits(largest):
            memory = memory.share(2)
        else:
            self.threads = 1
        fewer, count = float(math.floor(self.state.relaxation.values.sum())), np.ones(len(kept))
        count_branches = []
        for between in ((self.state.between[0], fewer), (fewer + 1.0, self.state.between[1])):
            side = SideRow(count, *between)
            stated = replace(some, sides=(*some.sides[: len(self.state.rules)], side), memory=memory)
            start = relax(
                stated,
                self.state.deadline,
                learnt.columns,
                learnt.cuts,
                learnt.duals,
                self.state.cost,
                learnt.column_bounds,
            )
            known = SearchState(stated, self.state.deadline, self.state.cost, learnt, start, between=between)
            branch = GapClosing(known, self.params)
            if branch.state.bound - self.state.bound > self.params.other_prices * (
                self.state.cost - self.state.bound
            ):
                branch.beam_search(branch.state.nearest(self.params.beam_columns), self.params.beam_width)
                self.take_branch(branch, kept)
            count_branches.append(branch)
        return count_branches, kept

    def branch_on_count(self, most_width: int) -> None:
        """Look at the halves in turn, that of which less is proven, or side by side.

        As soon as one has a plan, the other is done once its bound is there.
        """
        count_branches, kept = self.count_branches()
        going = list(count_branches)
        with ThreadPoolExecutor(len(count_branches)) as pool:
            each_of = pool.map if self.threads > 1 else map
            while going:
                self.state.take_incumbent()
                turned = going if self.threads > 1 else [min(going, key=lambda each: each.state.bound)]
                for branch in turned:
                    branch.state.cost = min(branch.state.cost, self.state.cost)
                # Each turn is the same whatever the other comes to meanwhile: so is the plan.
                went = list(
                    each_of(lambda branch: not branch.state.over and branch.take_turn(most_width), turned)
                )
                for branch in turned:
                    self.take_branch(branch, kept)
                going = [branch for branch in going if branch not in turned or went[turned.index(branch)]]
                self.state.bound = max(
                    self.state.bound, min(self.state.cost, *(each.state.bound for each in count_branches))
                )
                self.state.tell()
        for branch in sorted(count_branches, key=lambda each: each.state.bound):
            branch.state.cost = min(branch.state.cost, self.state.cost)
            if not branch.state.over and most_width == self.params.last_width:
                branch.close()
            self.take_branch(branch, kept)
        self.state.bound = max(
            self.state.bound, min(self.state.cost, *(branch.state.bound for branch in count_branches))
        )

    def take_branch(self, branch: GapClosing, kept: NDArray[np.int64]) -> None:
        """Take what a half has found; its candidates stand at ``kept`` among those held."""
        if branch.state.chosen is not None and branch.state.cost < self.state.cost:
            self.state.accept(kept[branch.state.chosen])
        self.state.useful_cuts = np.unique(
            np.concatenate((self.state.useful_cuts, branch.state.learnt().cuts)), axis=0
        )

    def close(self) -> None:
        """Close the gap between plan and bound over the candidates that could better the plan."""
        if math.isfinite(self.state.cost) and self.fractional:
            self.branch_on_count(self.params.last_width)
            return
        kept = self.state.cheap_enough(self.state.cost)
        if not self.state.memory.fits(len(kept) * (BRANCHED + self.state.partitioning.store.practices)):
            return
        some = replace(
            self.state.partitioning.take(kept), memory=self.state.memory.left_beside(len(kept) * BRANCHED)
        )
        if len(kept) <= self.params.small:
            answer = solve_integer(
                some.store,
                some.costs,
                self.state.relaxation.cuts,
                some.sides,
                nodes=5000,
                cutoff=self.state.cost,
                seconds=self.state.deadline.seconds_left,
            )
            if answer.chosen is not None:
                self.state.accept(kept[answer.chosen])
            self.state.bound = max(self.state.bound, min(answer.bound, self.state.cost))
        if not self.state.done:
            found = branch_and_bound(
                some,
                self.state.relaxation.cuts,
                self.state.relaxation.column_bounds[kept],
                self.state.bound,
                self.state.cost,
                self.state.deadline,
            )
            if found.chosen is not None:
                self.state.accept(kept[found.chosen])
            self.state.bound = max(self.state.bound, min(found.bound, self.state.cost))
