"""Prove which plan below a cutoff is the best, or that there is none: guess, cut and halve, in turns.

The relaxation says, for every candidate, what a plan that uses it costs at least. So a guess at the cost of the best
plan leaves only the candidates that could stand in a plan as cheap: few, when the guess is near the bound. All plans
of them are drawn, to a width (`netform.solve.diagram`): the drawing says below what cost it has missed none, which is
a bound; a plan as cheap is the best over *all* candidates. One guess after the other is made, as far as the width
reaches; then a round of cuts raises the relaxation, which leaves fewer candidates to the next guesses, and the width is
doubled. Where the relaxation keeps a fraction of a network, plans of fewer networks and plans of more are looked at
apart: each has a much better bound. What is left in the end is closed by branching.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.below import cheapest_below
from netform.solve.branch import branch
from netform.solve.choice import Choice, Trace
from netform.solve.cuts import NO_CUTS, PricedCuts
from netform.solve.integer import solve_integer
from netform.solve.linear import SideRow
from netform.solve.relaxation import CUTS_PER_ROUND, Choosing, Relaxation, relax, tighten
from netform.solve.sweep import STRAIGHT, TURNED, easier, sweep, sweeps

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from netform.solve.deadline import Deadline

__all__ = ["CUTS_A_TURN", "FIRST_WIDTH", "LAST_WIDTH", "WIDEST", "WIDTH", "Proof"]

# Candidates in successive guesses. Wider lists are not drawn: there are too many plans of them.
GUESSES = (300, 2500, 10_000, 40_000, 160_000)
WIDEST = 200_000

# Where a plan is looked for, partial plans are gone on with up to so much above the dearest that a width keeps, as a
# share of what a network costs, and plans up to so much above the bound, as a share of it.
SPARE, FOLLOWED_SHARE = 0.015, 0.02

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

# Candidates are let go of when that leaves fewer than this share of them.
LEFT = 0.8

# Above so many candidates the number of networks is settled, after so many turns, where the relaxation is at least so
# far from a whole one: how many there are moves whole terms at once.
MANY, FRACTION, HALVED = 500, 0.15, 3

# Further from it, that is done at once.
HALVED_AT_ONCE = 0.25

# Up to so many candidates the integer program alone closes the gap; above, branching with cuts and pricing.
SMALL = 400

# Networks of the plans that are looked at when all are.
ANY_NUMBER = (-math.inf, math.inf)

# Of sums of side rows, which count networks or patients.
ROUNDING = 1e-4

# A plan is proven when its bound is within this share of its cost, and nearer than any two plans may differ when
# exceptions are counted (1/1000 a patient).
PROVEN = 1e-7
LEAST_DIFFERENCE = 2e-4


def _silent(_choice: Choice) -> None:
    """Tell nobody: whoever asks for a part takes its plan himself."""


class Proof:
    """The best plan and the best bound so far, and the steps that bring them together.

    Candidates that no plan cheaper than the best one can use are let go of, so positions here are among those
    still held; ``origin`` says where they stood in the list.

    Parameters
    ----------
    choosing : Choosing
    deadline : Deadline
    cutoff : float
        Plans that cost as much are of no interest.
    warm : Trace, optional
        Of an earlier choice among the same candidates.
    start : Relaxation, optional
        Over the same candidates, with the cuts of ``warm`` in it.
    on_plan : callable
        Told of every better plan, and again as more is proven of it.
    threads : int
        Plans of fewer and of more networks are looked at side by side when there are two.
    between : tuple of float
        The least and the most networks of the plans looked at here, if not of all: the last side row then says so, and
        others are plans as well.
    """

    def __init__(
        self,
        choosing: Choosing,
        deadline: Deadline,
        cutoff: float = math.inf,
        warm: Trace | None = None,
        start: Relaxation | None = None,
        *,
        on_plan: Callable[[Choice], None] = _silent,
        threads: int = 1,
        between: tuple[float, float] = ANY_NUMBER,
    ) -> None:
        self.choosing = choosing
        self.between = between
        self.threads = threads
        self.origin = np.arange(len(choosing.store))
        self.deadline = deadline
        self.on_plan = on_plan
        columns, cuts = (None, NO_CUTS) if warm is None else (warm.columns, warm.cuts)
        self.relaxation: Relaxation = relax(choosing, deadline, columns, cuts) if start is None else start
        self.through = self.relaxation.through
        self.ceiling = math.inf
        self.bound = self.relaxation.bound
        self.cost = self.cutoff = cutoff
        self.chosen: NDArray[np.int64] | None = None
        # Cuts that closed a part of the gap: they hold for all plans, so they are worth knowing next time.
        self.useful_cuts = NO_CUTS
        # In which practices are swept over; found once, as it costs more than many a drawing.
        self.order: NDArray[np.int64] | None = None
        # Of which of the ways to draw this turn has tried.
        self.tried = 0
        self.told = -math.inf
        self.turns, self.width, self.rising = 0, FIRST_WIDTH, True
        # To twice this a drawing was given up for want of room: nothing is learnt from it.
        self.widest = LAST_WIDTH
        self.take_relaxation()

    def prove(self, most_width: int = LAST_WIDTH) -> Choice:
        """Bring plan and bound together, as far as a width allows, and give what was learnt."""
        self.take_turns(most_width)
        if not self.over and most_width == LAST_WIDTH:
            self.close()
        columns = self.origin[self.relaxation.columns]
        learnt = replace(self.learnt(), through=self.through, columns=columns)
        return replace(self.choice(), trace=learnt)

    def tighten(self, rounds: int, most_cuts: int = CUTS_PER_ROUND) -> None:
        """Raise the bound by rounds of cuts."""
        self.relaxation = tighten(
            self.choosing, self.relaxation, self.deadline, rounds=rounds, most_cuts=most_cuts
        )
        self.take_relaxation()

    def take_relaxation(self) -> None:
        """Take what the relaxation says: a bound for all plans and for those through each candidate, or a plan."""
        # What is learnt among the candidates still held is true of plans that use no other.
        learnt = np.minimum(self.relaxation.through, self.ceiling)
        self.through[self.origin] = np.maximum(self.through[self.origin], learnt)
        self.bound = max(self.bound, self.relaxation.bound)
        if self.relaxation.integral and math.isfinite(self.bound):
            self.accept(self.relaxation.chosen)

    def let_go(self) -> None:
        """Keep only the candidates that a plan cheaper than the best may use, and those the relaxation chose."""
        relaxation = self.relaxation
        held = relaxation.through <= self.cost + PROVEN * abs(self.cost)
        if held.sum() > LEFT * len(held):
            return
        chosen = held[relaxation.columns] | (relaxation.values > 0)
        held[relaxation.columns[chosen]] = True
        kept = np.flatnonzero(held)
        self.ceiling = self.cost
        self.choosing = self.choosing.take(kept)
        self.origin = self.origin[kept]
        self.relaxation = replace(
            relaxation,
            through=relaxation.through[kept],
            columns=np.searchsorted(kept, relaxation.columns[chosen]),
            values=relaxation.values[chosen],
        )

    def accept(self, chosen: NDArray[np.int64] | None) -> None:
        """Take a plan if it is the best so far."""
        if chosen is None:
            return
        store = self.choosing.store.take(np.asarray(chosen, np.int64))
        covered = np.bincount(store.members, minlength=store.practices)
        cost = math.fsum(self.choosing.costs[chosen])
        if cost < self.cost and (covered == 1).all() and all(self.obeys(side, chosen) for side in self.rules):
            self.cost, self.chosen = cost, np.sort(self.origin[chosen])
            self.told = self.bound
            self.on_plan(self.choice())

    def tell(self) -> None:
        """Tell the plan again once more is proven of it: what was told last is what counts when time is up."""
        if self.chosen is not None and self.bound > self.told + LEAST_DIFFERENCE:
            self.told = self.bound
            self.on_plan(self.choice())

    @property
    def rules(self) -> tuple[SideRow, ...]:
        """The side rows that every plan keeps."""
        return self.choosing.sides if self.between == ANY_NUMBER else self.choosing.sides[:-1]

    @staticmethod
    def obeys(side: SideRow, chosen: NDArray[np.int64]) -> bool:
        """Whether a choice is within a side row, rounding aside."""
        value = math.fsum(side.coefficients[chosen])
        return side.least - ROUNDING <= value <= side.most + ROUNDING

    @property
    def done(self) -> bool:
        """Whether the bound meets the cost."""
        return self.bound >= self.cost - min(PROVEN * abs(self.cost), LEAST_DIFFERENCE)

    @property
    def over(self) -> bool:
        """Whether there is nothing left to prove, or no time."""
        return self.done or self.deadline.passed or math.isinf(self.bound)

    def choice(self) -> Choice:
        """What it has come to so far."""
        if math.isinf(self.bound):
            return Choice("infeasible", None, math.inf, math.inf)
        if self.chosen is None:
            return Choice("infeasible" if self.done else "unknown", None, math.inf, self.bound)
        if self.done:
            return Choice("optimal", self.chosen, self.cost, self.bound)
        return Choice("feasible", self.chosen, self.cost, self.bound)

    def learnt(self) -> Trace:
        """What is known of the candidates held."""
        relaxation = self.relaxation
        learnt = Trace(relaxation.through, relaxation.columns, relaxation.cuts, relaxation.duals)
        return learnt.with_cuts(self.useful_cuts)

    def cheap_enough(self, cost: float) -> NDArray[np.int64]:
        """The candidates that a plan of at most this cost may use."""
        return np.flatnonzero(self.relaxation.through <= cost + PROVEN * abs(cost))

    def take_turns(self, most_width: int) -> None:
        """Guess and cut in turns while either gets on; below a cutoff, plans of fewer and of more networks apart."""
        while not self.over:
            if (
                math.isfinite(self.cost)
                and self.fractional
                and (self.turns >= HALVED or self.part > HALVED_AT_ONCE)
            ):
                self.halve(most_width)
                return
            if not self.take_turn(most_width):
                return

    def take_turn(self, most_width: int) -> bool:
        """Guess as far as that is quick, then add a round of cuts; whether another turn promises something."""
        going = self.guess() and self.width < min(most_width, self.widest)
        self.width = min(2 * self.width, LAST_WIDTH)
        if self.rising and not self.over:
            before = self.relaxation.bound
            self.tighten(1, CUTS_A_TURN)
            self.rising = self.relaxation.bound >= before + LEAST_RISE * abs(before)
        return not self.over and going

    def guess(self, most: float = math.inf) -> bool:
        """Guess as far as that is quick, in guesses of up to so many candidates; whether there is more to prove."""
        self.turns += 1
        self.tried = 0
        self.let_go()
        for count in (each for each in GUESSES if each <= most):
            through = self.relaxation.through
            everything = count >= len(through)
            guess = self.cost if everything else min(self.cost, float(np.partition(through, count)[count]))
            quick = self.reach(guess, step=STEP if min(count, len(through)) > STEPPED else math.inf)
            if everything and quick and math.isinf(guess) and self.chosen is None:
                self.bound = math.inf
            if self.over:
                return False
            if not quick or guess >= self.cost:
                break
        return True

    def reach(self, guess: float, step: float) -> bool:
        """Try every plan below a guess, those near the bound first; whether none was missed.

        Where the guess is further off than the width sees, most of the time would go into what nothing is learnt from.

        Parameters
        ----------
        guess : float
        step : float
            How much further to look at a time, as a share of the bound.
        """
        further = math.inf
        if math.isfinite(guess) and math.isfinite(step):
            # However near zero the bound is, it comes to an end.
            further = max(step * abs(self.bound), LEAST_STEP * (guess - self.bound), LEAST_DIFFERENCE)
        while self.bound < min(guess, self.cost):
            nearer = float(min(guess, self.cost, self.bound + further))
            if self.deadline.passed or not self.cover(self.cheap_enough(nearer), nearer, self.width):
                return False
        return True

    def cover(self, kept: NDArray[np.int64], cutoff: float, width: int) -> bool:
        """Try every plan below a cutoff, the kept being all that such a plan may use; whether none was missed."""
        if len(kept) > WIDEST:
            return False
        some, reduced, worth, cuts = self.priced(kept)
        if self.order is None:
            self.order = sweep(some.store, reduced)
        for least, least_width, angles in WAYS:
            if len(kept) > least > self.tried and width >= least_width:
                self.order = easier(
                    some.store, reduced, cutoff - worth, sweeps(some.store, reduced, angles), cuts
                )
                self.tried = least
        found, below = cheapest_below(some, reduced, worth, cutoff, width, self.order, cuts)
        if found is not None:
            self.accept(kept[found])
        elif math.isinf(below) and width > FIRST_WIDTH:
            self.widest = width // 2
        self.bound = max(self.bound, min(below, self.cost))
        self.tell()
        return below >= cutoff

    def follow(self, kept: NDArray[np.int64], width: int) -> None:
        """Look for a plan among some candidates by going on with few partial plans at a time, from either end."""
        some, reduced, worth, cuts = self.priced(kept)
        if not (np.bincount(some.store.members, minlength=some.store.practices) > 0).all():
            return
        order = sweep(some.store, reduced)
        spare = SPARE * abs(worth) / max(1.0, float(self.relaxation.values.sum()))
        for end in (order, np.ascontiguousarray(order[::-1])):
            cutoff = min(self.cost, worth + FOLLOWED_SHARE * abs(worth))
            if not self.over:
                found, _ = cheapest_below(some, reduced, worth, cutoff, width, end, cuts, spare=spare)
                self.accept(None if found is None else kept[found])

    def priced(self, kept: NDArray[np.int64]) -> tuple[Choosing, NDArray[np.float64], float, PricedCuts]:
        """Some candidates under the rules that every plan keeps, their reduced costs, and what the duals are worth."""
        some, duals = self.choosing.take(kept), self.relaxation.duals
        reduced = duals.price(some.store, some.costs, self.relaxation.cuts, some.sides)
        # Rounding may leave a reduced cost just below zero: the others of a plan may each have one.
        slack = self.choosing.most_networks * min(0.0, float(reduced.min(initial=0.0)))
        worth = duals.worth(self.relaxation.cuts, some.sides) + slack
        cuts = PricedCuts.of(self.relaxation.cuts, duals.cuts, some.store.practices)
        return replace(some, sides=some.sides[: len(self.rules)]), np.maximum(reduced, 0.0), worth, cuts

    @property
    def part(self) -> float:
        """How far the relaxation is from a whole number of networks; 0 where that does not matter."""
        number = float(self.relaxation.values.sum())
        least, most = self.between
        return abs(number - round(number)) if least <= math.floor(number) < most else 0.0

    @property
    def fractional(self) -> bool:
        """Whether the relaxation has a fraction of a network, and many candidates are left."""
        return self.part > FRACTION and len(self.cheap_enough(self.cost)) > MANY

    def halve(self, most_width: int = LAST_WIDTH) -> None:
        """Look at plans of fewer networks and at those of more, where less is proven, or side by side.

        How many networks there are moves whole terms at once, so each half has a better bound; and as soon as one
        has a plan, the other is done once its bound is there.
        """
        kept = self.cheap_enough(self.cost)
        some, learnt = self.choosing.take(kept), self.learnt().among(kept)
        fewer, count = float(math.floor(self.relaxation.values.sum())), np.ones(len(kept))
        halves = []
        for between in ((self.between[0], fewer), (fewer + 1.0, self.between[1])):
            stated = replace(some, sides=(*some.sides[: len(self.rules)], SideRow(count, *between)))
            start = relax(
                stated, self.deadline, learnt.columns, learnt.cuts, learnt.duals, self.cost, learnt.through
            )
            halves.append(Proof(stated, self.deadline, self.cost, learnt, start, between=between))
        going = list(halves)
        with ThreadPoolExecutor(len(halves)) as pool:
            each_of = pool.map if self.threads > 1 else map
            while going:
                turned = going if self.threads > 1 else [min(going, key=lambda each: each.bound)]
                for half in turned:
                    half.cost = min(half.cost, self.cost)
                # Each turn is the same whatever the other comes to meanwhile: so is the plan.
                went = list(each_of(lambda half: not half.over and half.take_turn(most_width), turned))
                for half in turned:
                    self.take_half(half, kept)
                going = [half for half in going if half not in turned or went[turned.index(half)]]
                self.bound = max(self.bound, min(self.cost, *(each.bound for each in halves)))
                self.tell()
        for half in sorted(halves, key=lambda each: each.bound):
            half.cost = min(half.cost, self.cost)
            if not half.over and most_width == LAST_WIDTH:
                half.close()
            self.take_half(half, kept)
        self.bound = max(self.bound, min(self.cost, *(half.bound for half in halves)))

    def take_half(self, half: Proof, kept: NDArray[np.int64]) -> None:
        """Take what a half has found; its candidates stand at ``kept`` among those held."""
        if half.chosen is not None and half.cost < self.cost:
            self.accept(kept[half.chosen])
        self.useful_cuts = np.unique(np.concatenate((self.useful_cuts, half.learnt().cuts)), axis=0)

    def close(self) -> None:
        """Close the gap between plan and bound over the candidates that could better the plan."""
        if math.isfinite(self.cost) and self.fractional:
            self.halve()
            return
        kept = self.cheap_enough(self.cost)
        some = self.choosing.take(kept)
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
            found = branch(
                some,
                self.relaxation.cuts,
                self.relaxation.through[kept],
                self.bound,
                self.cost,
                self.deadline,
            )
            if found.chosen is not None:
                self.accept(kept[found.chosen])
            self.bound = max(self.bound, min(found.bound, self.cost))
