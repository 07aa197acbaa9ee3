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

from netform.solve.diagram.search import MOST_NODES, TRIED, best_below
from netform.solve.diagram.variable_order import STRAIGHT, TURNED, narrowest_order, spectral_orders, sweep
from netform.solve.exact.branch_and_bound import branch as branch_and_bound
from netform.solve.exact.state import ANY_NUMBER, LEAST_DIFFERENCE, SearchState, silent
from netform.solve.master.integer_program import solve_integer
from netform.solve.master.relaxation import relax
from netform.solve.model.problem import SideRow
from netform.solve.model.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from netform.solve.master.relaxation import Relaxation
    from netform.solve.model.problem import SetPartitioning
    from netform.solve.model.solution import WarmStart
    from netform.solve.model.stopping import Deadline

__all__ = ["CUTS_A_TURN", "FOLLOWED_LEFT", "PROBED", "WIDEST", "WIDTH", "GapClosing"]

# A power of e that is large and no overflow.
MOST_RISE = 500.0

# Candidates in successive guesses. Wider lists are not drawn: there are too many plans of them.
GUESSES = (300, 2500, 10_000, 40_000, 160_000)
WIDEST = 200_000

# How many times as many the next guess is of before all are guessed, where no plan is known.
NEARER = 1.5

# Where a plan is looked for, partial plans are gone on with up to so much above the dearest that a width keeps, as a
# share of what a network costs, and plans up to so much above the bound, as a share of it; so many partial plans at a
# time, of so many candidates, nearly always come to the best plan.
SPARE, FOLLOWED_SHARE = 0.015, 0.02
FOLLOWED, FOLLOWED_LEFT = 200, 5000

# Of more candidates than this a guess goes so much further than the bound at a time, as a share of it: as far as a
# drawing of twice the width sees.
STEPPED, STEP = 10_000, 2.5e-4

# But at least so large a part of the way.
LEAST_STEP = 0.1

# A guess of more candidates is worth finding out from which end it is better drawn, and one of so many more, to such a
# width, by which way across the map.
WAYS = ((1000, 0, STRAIGHT), (20_000, 8000, TURNED))

# Of the drawing of a guess, in the first turn; twice as wide in the next, and so on to the last.
FIRST_WIDTH, WIDTH, LAST_WIDTH = 8000, 16_000, 250_000

# Cuts in the round of a turn; rounds are over once one raises the relaxation by less than this share of it.
CUTS_A_TURN, LEAST_RISE = 250, 5e-5

# Twice the candidates have four times the partial plans, more or less, once there are so many; or they grow by the hour
# as between two drawings before, and by less further on. The larger of both is expected: measured by many rules it is
# rarely below half of what there is. A drawing of so few as far as the best plan, up to a width, takes less time than
# coming near step by step; and less than cuts take, of fewer, and of not too many candidates. It is given up with
# so many times as many, and then fewer are allowed.
TELLING, SLOWER, AT_ONCE, WIDE_ENOUGH = 8000, 0.5, 1_000_000, 64_000
QUICKER, QUICKER_LEFT = 250_000, 100_000
SURPRISING, LESS = 2, 4

# While cuts raise the relaxation, so many turns draw only so many candidates, or as far as the cost.
CUT_FIRST, PROBED = 3, 10_000

# Above so many candidates the number of networks is settled, after so many turns, where the relaxation is at least so
# far from a whole one: how many there are moves whole terms at once.
MANY, FRACTION, HALVED = 500, 0.15, 2

# Further from it, that is done at once. Where it raises the bound by so large a part of what is between bound and plan,
# prices are others, and a plan is looked for by them.
HALVED_AT_ONCE, OTHER_PRICES = 0.25, 0.2

# Up to so many candidates the integer program alone closes the gap; above, branching with cuts and pricing.
SMALL = 400


# Bytes for each candidate of two halves: a copy of the list, the number of networks as a rule, and of each half what
# `netform.solve.exact.state` knows of it, what is left of its list, and what is made anew in pricing. Nearly as much
# for branching, and a mark for every practice.
BRANCHED = 280


class _Drawing(NamedTuple):
    """A drawing: its candidates, how far it went, and its partial plans."""

    candidates: int
    cutoff: float
    partial_plans: int


class GapClosing(SearchState):
    """The steps that bring the best plan and the best bound together.

    Parameters
    ----------
    choosing, deadline, cutoff, warm, start, on_plan, between
        As `netform.solve.exact.state.SearchState` has them.
    threads : int
        Plans of fewer and of more networks are looked at side by side when there are two.
    """

    def __init__(
        self,
        partitioning: SetPartitioning,
        deadline: Deadline,
        cutoff: float = math.inf,
        warm: WarmStart | None = None,
        start: Relaxation | None = None,
        *,
        on_plan: Callable[[Solution], None] = silent,
        threads: int = 1,
        between: tuple[float, float] = ANY_NUMBER,
    ) -> None:
        super().__init__(partitioning, deadline, cutoff, warm, start, on_plan=on_plan, between=between)
        self.threads = threads
        # In which practices are swept over; found once, as it costs more than many a drawing.
        self.order: NDArray[np.int64] | None = None
        # Of which of the ways to draw this turn has tried, and its drawings.
        self.tried, self.drawings = 0, list[_Drawing]()
        self.turns, self.width, self.rising = 0, FIRST_WIDTH, True
        # Drawings as far as the cost that did not get there.
        self.surprises = 0
        # To twice this a drawing was given up for want of room: nothing is learnt from it.
        self.widest = LAST_WIDTH

    def prove(self, most_width: int = LAST_WIDTH) -> Solution:
        """Bring plan and bound together, as far as a width allows, and give what was learnt."""
        self.take_turns(most_width)
        if not self.over and most_width == LAST_WIDTH:
            self.close()
        columns = self.origin[self.relaxation.columns]
        learnt = replace(self.learnt(), column_bounds=self.column_bounds, columns=columns)
        return replace(self.solution(), trace=learnt)

    def take_turns(self, most_width: int) -> None:
        """Guess and cut in turns while either gets on; below a cutoff, plans of fewer and of more networks apart."""
        while not self.over:
            if self.time_to_branch:
                self.branch_on_count(most_width)
                return
            if not self.take_turn(most_width):
                return

    def take_turn(self, most_width: int) -> bool:
        """Guess as far as that is quick, then add a round of cuts; whether another turn promises something."""
        if self.cutting:
            going = self.try_cutoffs(PROBED)
        else:
            going = self.try_cutoffs() and self.width < min(most_width, self.widest)
            self.width = min(2 * self.width, LAST_WIDTH)
        if self.rising and not self.over and not self.time_to_branch:
            before = self.relaxation.bound
            self.tighten(1, CUTS_A_TURN)
            self.rising = self.relaxation.bound >= before + LEAST_RISE * abs(before)
        return not self.over and going

    def try_cutoffs(self, most: float = math.inf) -> bool:
        """Guess as far as that is quick, in guesses of up to so many candidates; whether there is more to prove."""
        self.turns += 1
        self.tried, self.drawings = 0, []
        self.fix_by_reduced_cost()
        for count in self.cutoff_counts(most):
            column_bounds = self.relaxation.column_bounds
            everything = count >= len(column_bounds)
            try_cutoffs = (
                self.cost if everything else min(self.cost, float(np.partition(column_bounds, count)[count]))
            )
            quick = self.raise_bound(
                try_cutoffs, step=STEP if min(count, len(column_bounds)) > STEPPED else math.inf
            )
            if everything and quick and math.isinf(try_cutoffs) and self.chosen is None:
                self.bound = math.inf
            if self.over:
                return False
            if not quick or try_cutoffs >= self.cost:
                return True
        if self.expected <= self.at_once:
            self.raise_bound(self.cost, math.inf)
        return not self.over

    def cutoff_counts(self, most: float) -> Iterator[int]:
        """How many candidates successive guesses are of; without a plan they come nearer to all of them."""
        last = 0
        for count in (each for each in GUESSES if each <= most):
            between = NEARER * last
            while last and math.isinf(self.cost) and count >= len(self.origin) > max(between, TRIED):
                yield int(between)
                between *= NEARER
            yield count
            last = count

    def raise_bound(self, try_cutoffs: float, step: float) -> bool:
        """Try every plan below a guess, those near the bound first; whether none was missed.

        Where the guess is further off than the width sees, most of the time would go into what nothing is learnt from.

        Parameters
        ----------
        try_cutoffs : float
        step : float
            How much further to look at a time, as a share of the bound.
        """
        further = math.inf
        if math.isfinite(try_cutoffs) and math.isfinite(step):
            # However near zero the bound is, it comes to an end.
            further = max(step * abs(self.bound), LEAST_STEP * (try_cutoffs - self.bound), LEAST_DIFFERENCE)
        while self.bound < min(try_cutoffs, self.cost):
            nearer = float(min(try_cutoffs, self.cost, self.bound + further))
            width, most = self.width, MOST_NODES
            far = self.expected <= self.at_once
            if far:
                nearer, width, most = self.cost, max(width, WIDE_ENOUGH), SURPRISING * self.at_once
            if self.deadline.passed or not self.search_below(self.cheap_enough(nearer), nearer, width, most):
                self.surprises += far
                return False
        return True

    @property
    def cutting(self) -> bool:
        """Whether cuts come first, and only what is soon drawn is drawn."""
        return math.isfinite(self.cost) and self.rising and self.turns <= CUT_FIRST

    @property
    def at_once(self) -> int:
        """Partial plans of a drawing that goes as far as the cost at once."""
        allowed: int = (QUICKER if self.cutting else AT_ONCE) // LESS**self.surprises
        return allowed

    @property
    def expected(self) -> float:
        """Partial plans of a drawing as far as the cost; infinite where no drawing tells."""
        if not self.drawings or self.drawings[-1].candidates < TELLING or math.isinf(self.cost):
            return math.inf
        last, left = self.drawings[-1], len(self.cheap_enough(self.cost))
        if left > (QUICKER_LEFT if self.cutting else WIDEST):
            return math.inf
        expected = last.partial_plans * (left / last.candidates) ** 2
        if len(self.drawings) > 1:
            hours, times = (
                last.cutoff - self.drawings[-2].cutoff,
                last.partial_plans / self.drawings[-2].partial_plans,
            )
            rise = math.log(times) * (self.cost - last.cutoff) / max(hours, LEAST_DIFFERENCE)
            expected = max(expected, SLOWER * last.partial_plans * math.exp(min(rise, MOST_RISE)))
        return expected

    def search_below(
        self, kept: NDArray[np.int64], cutoff: float, width: int, most: int = MOST_NODES
    ) -> bool:
        """Try every plan below a cutoff, the kept being all that such a plan may use; whether none was missed.

        It is given up after so many partial plans.
        """
        if len(kept) > WIDEST:
            return False
        some, reduced, dual_objective, cuts = self.priced(kept)
        memory = self.memory.left_beside(some.nbytes + 2 * reduced.nbytes)
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
            self.accept(kept[found])
        elif math.isinf(below) and width > FIRST_WIDTH and most == MOST_NODES:
            self.widest = width // 2
        if 0 < drawn_width < width:
            # There is no room for more: a wider one would be tried, and be this drawing again.
            self.widest = min(self.widest, drawn_width)
            self.width = min(self.width, drawn_width)
        self.bound = max(self.bound, min(below, self.cost))
        self.tell()
        return below >= cutoff

    def beam_search(self, kept: NDArray[np.int64], width: int) -> None:
        """Look for a plan among some candidates by going on with few partial plans at a time, from either end."""
        some, reduced, dual_objective, cuts = self.priced(kept)
        if not (np.bincount(some.store.members, minlength=some.store.practices) > 0).all():
            return
        order = sweep(some.store, reduced)
        spare = SPARE * abs(dual_objective) / max(1.0, float(self.relaxation.values.sum()))
        for end in (order, np.ascontiguousarray(order[::-1])):
            cutoff = min(self.cost, dual_objective + FOLLOWED_SHARE * abs(dual_objective))
            if not self.over:
                found = best_below(
                    some, reduced, dual_objective, cutoff, width, end, cuts, spare=spare, memory=self.memory
                ).chosen
                self.accept(None if found is None else kept[found])

    @property
    def fraction_of_network(self) -> float:
        """How far the relaxation is from a whole number of networks; 0 where that does not matter."""
        number = float(self.relaxation.values.sum())
        least, most = self.between
        return abs(number - round(number)) if least <= math.floor(number) < most else 0.0

    @property
    def time_to_branch(self) -> bool:
        """Whether it is time to look at plans of fewer networks and of more apart."""
        late = self.turns >= HALVED or self.fraction_of_network > HALVED_AT_ONCE
        return late and math.isfinite(self.cost) and self.fractional

    @property
    def fractional(self) -> bool:
        """Whether the relaxation has a fraction of a network, and many candidates are left."""
        if self.fraction_of_network <= FRACTION:
            return False
        kept = len(self.cheap_enough(self.cost))
        return kept > MANY and self.memory.fits(kept * BRANCHED)

    def count_branches(self) -> tuple[list[GapClosing], NDArray[np.int64]]:
        """Proofs over plans of fewer networks and over those of more, and where their candidates stand.

        How many networks there are moves whole terms at once, so each half has a better bound; and prices for its own
        numbers of networks show the way to a plan better.
        """
        kept = self.cheap_enough(self.cost)
        some, learnt = self.partitioning.take(kept), self.learnt().among(kept)
        # As much for each whether they are looked at side by side or in turn: then the plan is the same.
        held = some.nbytes + learnt.column_bounds.nbytes + 2 * kept.nbytes
        memory = self.memory.left_beside(held).share(2)
        fewer, count = float(math.floor(self.relaxation.values.sum())), np.ones(len(kept))
        count_branches = []
        for between in ((self.between[0], fewer), (fewer + 1.0, self.between[1])):
            side = SideRow(count, *between)
            stated = replace(some, sides=(*some.sides[: len(self.rules)], side), memory=memory)
            start = relax(
                stated,
                self.deadline,
                learnt.columns,
                learnt.cuts,
                learnt.duals,
                self.cost,
                learnt.column_bounds,
            )
            branch = GapClosing(stated, self.deadline, self.cost, learnt, start, between=between)
            if branch.bound - self.bound > OTHER_PRICES * (self.cost - self.bound):
                branch.beam_search(branch.nearest(FOLLOWED_LEFT), FOLLOWED)
                self.take_branch(branch, kept)
            count_branches.append(branch)
        return count_branches, kept

    def branch_on_count(self, most_width: int = LAST_WIDTH) -> None:
        """Look at the halves in turn, that of which less is proven, or side by side.

        As soon as one has a plan, the other is done once its bound is there.
        """
        count_branches, kept = self.count_branches()
        going = list(count_branches)
        with ThreadPoolExecutor(len(count_branches)) as pool:
            each_of = pool.map if self.threads > 1 else map
            while going:
                turned = going if self.threads > 1 else [min(going, key=lambda each: each.bound)]
                for branch in turned:
                    branch.cost = min(branch.cost, self.cost)
                # Each turn is the same whatever the other comes to meanwhile: so is the plan.
                went = list(each_of(lambda branch: not branch.over and branch.take_turn(most_width), turned))
                for branch in turned:
                    self.take_branch(branch, kept)
                going = [branch for branch in going if branch not in turned or went[turned.index(branch)]]
                self.bound = max(self.bound, min(self.cost, *(each.bound for each in count_branches)))
                self.tell()
        for branch in sorted(count_branches, key=lambda each: each.bound):
            branch.cost = min(branch.cost, self.cost)
            if not branch.over and most_width == LAST_WIDTH:
                branch.close()
            self.take_branch(branch, kept)
        self.bound = max(self.bound, min(self.cost, *(branch.bound for branch in count_branches)))

    def take_branch(self, branch: GapClosing, kept: NDArray[np.int64]) -> None:
        """Take what a half has found; its candidates stand at ``kept`` among those held."""
        if branch.chosen is not None and branch.cost < self.cost:
            self.accept(kept[branch.chosen])
        self.useful_cuts = np.unique(np.concatenate((self.useful_cuts, branch.learnt().cuts)), axis=0)

    def close(self) -> None:
        """Close the gap between plan and bound over the candidates that could better the plan."""
        if math.isfinite(self.cost) and self.fractional:
            self.branch_on_count()
            return
        kept = self.cheap_enough(self.cost)
        if not self.memory.fits(len(kept) * (BRANCHED + self.partitioning.store.practices)):
            return
        some = replace(self.partitioning.take(kept), memory=self.memory.left_beside(len(kept) * BRANCHED))
        if len(kept) <= SMALL:
            answer = solve_integer(
                some.store,
                some.costs,
                self.relaxation.cuts,
                some.sides,
                nodes=5000,
                cutoff=self.cost,
                seconds=self.deadline.seconds_left,
            )
            if answer.chosen is not None:
                self.accept(kept[answer.chosen])
            self.bound = max(self.bound, min(answer.bound, self.cost))
        if not self.done:
            found = branch_and_bound(
                some,
                self.relaxation.cuts,
                self.relaxation.column_bounds[kept],
                self.bound,
                self.cost,
                self.deadline,
            )
            if found.chosen is not None:
                self.accept(kept[found.chosen])
            self.bound = max(self.bound, min(found.bound, self.cost))
