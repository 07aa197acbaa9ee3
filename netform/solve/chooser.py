"""Choose the best plan from listed candidates: bound, guess, make a plan, prove.

The tightened relaxation says, for every candidate, what a plan that uses it costs at least. So a guess at the
cost of the best plan leaves only the candidates that could stand in a plan as cheap: few, when the guess is
near the bound. Trying every plan of them either finds one as cheap as the guess, which is then the best over
*all* candidates, or refutes the guess, and the guess is a bound. Where that takes too long a good plan is made
(`netform.solve.dive`, `netform.solve.polish`); only candidates that could better it are kept, over which cuts
raise the bound further, in turns; what is then left between plan and bound is closed by branching.

Long, because the steps share one state: the best plan, the best bound and the candidates still held.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.below import cheapest_below
from netform.solve.branch import branch
from netform.solve.choice import Choice, Trace
from netform.solve.cuts import NO_CUTS
from netform.solve.deadline import Deadline
from netform.solve.diagram import sweep
from netform.solve.dive import dive
from netform.solve.integer import solve_integer
from netform.solve.linear import SideRow
from netform.solve.polish import polish
from netform.solve.relaxation import MOST_ROUNDS, Choosing, Relaxation, artificial_cost, relax, tighten
from netform.solve.statement import find

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Chooser", "Improve", "Stage"]

# Candidates in successive guesses, all plans of which are drawn, in so many steps (some two hundred million a
# second) at most.
GUESSES = (400, 1200, 2500, 5000, 10_000, 20_000, 40_000)
STEPS = 400_000_000

# The same, where an earlier choice has left its cuts, in turns with rounds of new ones, each of which has to raise the
# bound by this share of it.
QUICK_GUESSES, QUICK_STEPS = (300, 900, 2500, 5000, 10_000, 20_000), 100_000_000
QUICK_TURNS, QUICK_RISE, WHOLE_TURNS = 8, 5e-5, 2

# When the last gap is to be closed more is spent. Wider lists are not drawn: there are too many plans of them.
LAST_STEPS = 2_000_000_000
WIDEST = 40_000

# A plan is made of so many candidates nearest to the bound, by deciding pairs as sure as this at once.
DIVED = 60_000
SURE = (0.8, 0.95, 1.0)

# Candidates nearest to the bound, of which parts of a new plan of so many practices are chosen anew; and practices
# in a part once guesses have been refuted.
POLISHED, PART, LARGE_PART = 3000, 40, 60

# Up to so many candidates that could better the plan, closing the gap is quicker than bettering it.
MANY = 4000

# Seconds for one part, and share of the time left for all of them.
POLISH_SECONDS, POLISH_SHARE = 2.0, 0.15

# Where no dive ends in a plan, an integer program over so many candidates, of so many nodes, may.
SOUGHT = (1200, 100)

# Below so many practices a search of neighbourhoods would be the same choice again.
SEARCHED = 30

# Candidates in the guesses after that, each settled whatever it takes; a guess as wide as the last says that the plan
# is far from the best, and is worth bettering before the next.
WIDENED, STUCK = (4000, 12_000, 36_000, 100_000), 36_000

# Turns of raising the bound over the candidates still useful, of so many rounds of cuts each, end when one leaves
# more than these shares of the candidates and of the gap.
TURNS, ROUNDS, LEFT, RISEN = 30, 4, 0.8, 0.95

# Above so many candidates the number of networks is settled first where the relaxation has a fraction of one: how
# many there are moves whole terms at once, and each half has a much better bound.
SPLIT, WHOLE = 500, 0.05

# Up to so many candidates the integer program alone closes the gap; above, branching with cuts and pricing.
SMALL = 400

# Of sums of side rows, which count networks or patients.
ROUNDING = 1e-4

# A plan is proven when its bound is within this share of its cost, and nearer than any two plans may differ when
# exceptions are counted (1/1000 a patient).
PROVEN = 1e-7
LEAST_DIFFERENCE = 2e-4

Improve = Callable[["NDArray[np.int64] | None"], "list[tuple[int, ...]]"]
Stage = Callable[[str], AbstractContextManager[None]]


def _silent(_choice: Choice) -> None:
    """Tell nobody: whoever asks for a part takes its plan himself."""


class Chooser:
    """The best plan and the best bound so far, and the steps that bring them together.

    Candidates that no plan cheaper than the best one can use are let go of, so positions here are among those
    still held; ``origin`` says where they stood in the list.

    Parameters
    ----------
    choosing : Choosing
    deadline : Deadline
    on_plan : callable
        Told of every better plan.
    cutoff : float
        Plans that cost as much are of no interest.
    warm : Trace or None
        Of an earlier choice among the same candidates.
    start : Relaxation or None
        Over the same candidates, with the cuts of ``warm`` in it.
    tight : bool
        Whether the cutoff is itself a guess, so that there is nothing to gain by smaller ones.
    halved : int
        How many of the last side rows only say which plans are looked at here: others are plans as well.
    """

    def __init__(
        self,
        choosing: Choosing,
        deadline: Deadline,
        on_plan: Callable[[Choice], None],
        cutoff: float,
        warm: Trace | None,
        start: Relaxation | None = None,
        *,
        tight: bool = False,
        halved: int = 0,
    ) -> None:
        self.choosing = choosing
        self.halved = halved
        self.origin = np.arange(len(choosing.store))
        self.deadline = deadline
        self.on_plan = on_plan
        self.warm = warm
        self.tight = tight
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

    def run(self, improve: Improve | None = None, stage: Stage = lambda _name: nullcontext()) -> Choice:
        """Choose, and give what was learnt.

        Parameters
        ----------
        improve : callable, optional
            Finds a plan where nothing else does.
        stage : callable
            Gives the context in which the stages ``bound`` and ``choose`` run.
        """
        if self.warm is not None and math.isfinite(self.bound):
            with stage("choose"):
                self.take_relaxation()
                self.take_turns()
        elif not self.done:
            with stage("bound"):
                self.tighten(MOST_ROUNDS)
        if math.isfinite(self.bound):
            with stage("choose"):
                self.search(improve)
        columns = self.origin[self.relaxation.columns]
        learnt = replace(self.learnt(), through=self.through, columns=columns)
        return replace(self.choice(), trace=learnt)

    def tighten(self, rounds: int) -> None:
        """Raise the bound by rounds of cuts."""
        self.relaxation = tighten(self.choosing, self.relaxation, self.deadline, rounds=rounds)
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
            self.on_plan(self.choice())

    @property
    def rules(self) -> tuple[SideRow, ...]:
        """The side rows that every plan keeps."""
        return self.choosing.sides[: len(self.choosing.sides) - self.halved]

    @staticmethod
    def obeys(side: SideRow, chosen: NDArray[np.int64]) -> bool:
        """Whether a choice is within a side row, rounding aside."""
        value = math.fsum(side.coefficients[chosen])
        return side.least - ROUNDING <= value <= side.most + ROUNDING

    @property
    def done(self) -> bool:
        """Whether the bound meets the cost."""
        return self.bound >= self.cost - min(PROVEN * abs(self.cost), LEAST_DIFFERENCE)

    def choice(self) -> Choice:
        """What it has come to so far."""
        if math.isinf(self.bound):
            return Choice("infeasible", None, math.inf, math.inf)
        if self.chosen is None:
            return Choice("infeasible" if self.done else "unknown", None, math.inf, self.bound)
        if self.done:
            return Choice("optimal", self.chosen, self.cost, self.bound)
        return Choice("feasible", self.chosen, self.cost, self.bound)

    def cheap_enough(self, cost: float) -> NDArray[np.int64]:
        """The candidates that a plan of at most this cost may use."""
        return np.flatnonzero(self.relaxation.through <= cost + PROVEN * abs(cost))

    def nearest(self, count: int) -> NDArray[np.int64]:
        """About so many candidates: those that the cheapest plans may use, none dearer than the best plan."""
        through = self.relaxation.through
        limit = self.cost if count >= len(through) else float(np.partition(through, count)[count])
        return self.cheap_enough(min(limit, self.cost))

    def guess(self, count: int) -> bool:
        """Guess a cost that leaves about ``count`` candidates; whether every plan as cheap was tried."""
        through = self.relaxation.through
        everything = count >= len(through)
        guess = math.inf if everything else float(np.partition(through, count)[count])
        kept = np.arange(len(through)) if everything else self.cheap_enough(min(guess, self.cost))
        if not self.cover(kept, min(guess, self.cost), STEPS):
            return False
        if everything and self.chosen is None and math.isinf(self.cutoff):
            self.bound = math.inf
        return True

    def attempt(self, count: int) -> None:
        """Guess a cost that leaves about ``count`` candidates, and find the best plan among them or refute it.

        However far the plan at hand is from the best, no work is done on candidates that only dearer plans use.
        """
        guess = float(np.partition(self.relaxation.through, count)[count])
        kept = self.cheap_enough(guess)
        found = self.choose_among(kept, self.choosing.take(kept), guess)
        self.bound = max(self.bound, min(found.bound, guess, self.cost))

    def choose_among(self, kept: NDArray[np.int64], choosing: Choosing, cutoff: float) -> Choice:
        """The best choice below a cutoff among some of the candidates held, which is taken if it is the best."""
        state = Chooser(choosing, self.deadline, _silent, cutoff, self.learnt().among(kept), tight=True)
        found = state.run()
        if found.chosen is not None:
            self.accept(kept[found.chosen])
        if found.trace is not None:
            self.useful_cuts = np.unique(np.concatenate((self.useful_cuts, found.trace.cuts)), axis=0)
        return found

    def learnt(self) -> Trace:
        """What is known of the candidates held."""
        relaxation = self.relaxation
        learnt = Trace(relaxation.through, relaxation.columns, relaxation.cuts, relaxation.duals)
        return learnt.with_cuts(self.useful_cuts)

    def take_turns(self) -> None:
        """Guess and cut in turns while that is quick; after some, plans of fewer and of more networks apart.

        What an earlier choice knew often leaves so little to prove that the first guesses do.
        """
        for turn in range(QUICK_TURNS):
            if turn >= WHOLE_TURNS and self.fractional:
                self.halve()
                return
            if not self.take_turn():
                return

    def take_turn(self) -> bool:
        """Guess as far as that is quick, then add a round of cuts; whether another turn promises something."""
        for count in QUICK_GUESSES:
            through = self.relaxation.through
            everything = count >= len(through)
            guess = self.cost if everything else min(self.cost, float(np.partition(through, count)[count]))
            quick = guess <= self.bound or self.cover(self.cheap_enough(guess), guess, QUICK_STEPS)
            if self.over:
                return False
            if not quick or guess >= self.cost:
                break
        before = self.relaxation.bound
        self.tighten(1)
        return not self.over and self.relaxation.bound >= before + QUICK_RISE * abs(before)

    @property
    def fractional(self) -> bool:
        """Whether the relaxation has a fraction of a network, and many candidates are left."""
        number = float(self.relaxation.values.sum())
        return abs(number - round(number)) > WHOLE and len(self.cheap_enough(self.cost)) > SPLIT

    def halve(self) -> None:
        """Look at plans of fewer networks and at those of more, always where less is proven.

        How many networks there are moves whole terms at once, so each half has a better bound; and as soon as one
        has a plan, the other is done once its bound is there.
        """
        kept = self.cheap_enough(self.cost)
        some, learnt = self.choosing.take(kept), self.learnt().among(kept)
        fewer, count = math.floor(float(self.relaxation.values.sum())), np.ones(len(kept))
        halves = []
        for side in (SideRow(count, -math.inf, fewer), SideRow(count, fewer + 1.0, math.inf)):
            stated = replace(some, sides=(*some.sides, side))
            start = relax(stated, self.deadline, learnt.columns, learnt.cuts, learnt.duals)
            number = self.halved + 1
            half = Chooser(
                stated, self.deadline, _silent, self.cost, learnt, start, tight=True, halved=number
            )
            half.take_relaxation()
            halves.append(half)
        going = list(halves)
        while going:
            half = min(going, key=lambda each: each.bound)
            half.cost = min(half.cost, self.cost)
            if half.over or not half.take_turn():
                going.remove(half)
            self.take_half(half, kept)
        for half in sorted(halves, key=lambda each: each.bound):
            half.cost = min(half.cost, self.cost)
            if not half.over:
                half.search(None)
            self.take_half(half, kept)
        self.bound = max(self.bound, min(self.cost, *(half.bound for half in halves)))

    def take_half(self, half: Chooser, kept: NDArray[np.int64]) -> None:
        """Take what a half has found; its candidates stand at ``kept`` among those held."""
        if half.chosen is not None and half.cost < self.cost:
            self.accept(kept[half.chosen])
        self.useful_cuts = np.unique(np.concatenate((self.useful_cuts, half.learnt().cuts)), axis=0)

    def search(self, improve: Improve | None) -> None:
        """Guess while that is quick, make a good plan, and close the gap."""
        if not self.tight:
            self.widen(improve)
        self.raise_bound()
        if not self.over:
            self.close()

    def widen(self, improve: Improve | None) -> None:
        """Guess while that is quick, make a good plan, and guess on, each guess settled whatever it takes."""
        for count in GUESSES:
            # With a plan at hand that few candidates could better, there is no more guessing.
            few = self.chosen is not None and len(self.cheap_enough(self.cost)) <= count
            if self.over or few or not self.guess(count):
                break
        if not self.over and math.isinf(self.cutoff):
            # Under a cutoff a good plan is known to whoever asks.
            self.make(improve)
        for count in WIDENED:
            if self.over or len(self.cheap_enough(self.cost)) <= count:
                return
            self.attempt(count)
            if count >= STUCK:
                self.better(count, LARGE_PART)

    def raise_bound(self) -> None:
        """Let go of candidates and cut, in turns, while that helps: each makes the other stronger."""
        for _ in range(TURNS):
            self.let_go()
            kept, gap = self.cheap_enough(self.cost), self.cost - self.bound
            if self.over or self.cover(kept, self.cost, QUICK_STEPS):
                return
            self.tighten(ROUNDS)
            left, rest = len(self.cheap_enough(self.cost)), self.cost - self.bound
            if not (left < LEFT * len(kept) or rest < RISEN * gap):
                return

    @property
    def over(self) -> bool:
        """Whether there is nothing left to prove, or no time."""
        return self.done or self.deadline.passed or math.isinf(self.bound)

    def make(self, improve: Improve | None) -> None:
        """Make a good plan: dive, and better what comes of it."""
        near = self.nearest(DIVED)
        some = self.choosing.take(near)
        cost = artificial_cost(some, np.arange(len(near)))
        cuts, through = self.relaxation.cuts, self.relaxation.through[near]
        for sure in SURE:
            if self.chosen is None and not self.over:
                plan = dive(some, cuts, through, cost, sure, self.deadline)
                self.accept(None if plan is None else near[plan])
        if self.chosen is None and not self.over:
            self.seek(*SOUGHT)
        if self.chosen is None and not self.over:
            self.improve(improve)
        if len(self.cheap_enough(self.cost)) > MANY:
            self.better(POLISHED, PART)

    def better(self, count: int, practices: int) -> None:
        """Better the plan by choosing parts of so many practices anew among so many candidates."""
        if self.chosen is None or self.over:
            return
        left = self.deadline.seconds_left
        share = math.inf if left is None else left * POLISH_SHARE
        until = Deadline(self.deadline.clock() + share, self.deadline.clock)
        plan = np.searchsorted(self.origin, self.chosen)
        kept = np.union1d(self.nearest(count), plan)
        some = self.choosing.take(kept)
        self.accept(kept[polish(some, np.searchsorted(kept, plan), self.choose_part, practices, until)])

    def choose_part(self, part: Choosing, cutoff: float) -> NDArray[np.int64] | None:
        """The best choice of a part of the plan below a cost, if it is found soon."""
        limit = Deadline(self.deadline.clock() + POLISH_SECONDS, self.deadline.clock)
        soonest = limit if limit.at < self.deadline.at else self.deadline
        return Chooser(part, soonest, _silent, cutoff, None, tight=True).run().chosen

    def seek(self, count: int, nodes: int) -> None:
        """Look for a plan among the candidates nearest to the bound by an integer program."""
        kept = self.nearest(count)
        some = self.choosing.take(kept)
        answer = solve_integer(
            some.store,
            some.costs,
            self.relaxation.cuts,
            some.sides,
            nodes=nodes,
            cutoff=self.cost,
            seconds=self.deadline.seconds_left,
        )
        if answer.chosen is not None:
            self.accept(kept[answer.chosen])

    def improve(self, improve: Improve | None) -> None:
        """Find a first plan by search of neighbourhoods."""
        if improve is not None and self.choosing.store.practices > SEARCHED:
            self.accept(self.positions(improve(self.chosen)))

    def positions(self, groups: list[tuple[int, ...]]) -> NDArray[np.int64] | None:
        """Where groups stand among the candidates held; None when one does not."""
        found = [find(self.choosing.store, group) for group in groups]
        return None if None in found else np.array(found, np.int64)

    def close(self) -> None:
        """Close the gap between plan and bound over the candidates that could better the plan."""
        kept = self.cheap_enough(self.cost)
        if self.cover(kept, self.cost, STEPS if self.fractional else LAST_STEPS):
            return
        if self.fractional:
            self.halve()
            return
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

    def cover(self, kept: NDArray[np.int64], cutoff: float, steps: int) -> bool:
        """Try every plan below a cutoff, the kept being all that such a plan may use; whether none was missed."""
        if len(kept) > WIDEST:
            return False
        some, duals = self.choosing.take(kept), self.relaxation.duals
        reduced = duals.price(some.store, some.costs, self.relaxation.cuts, some.sides)
        # Rounding may leave a reduced cost just below zero: the others of a plan may each have one.
        slack = self.choosing.most_networks * min(0.0, float(reduced.min(initial=0.0)))
        worth = duals.worth(self.relaxation.cuts, some.sides) + slack
        reduced = np.maximum(reduced, 0.0)
        if self.order is None:
            self.order = sweep(some.store, reduced)
        some = replace(some, sides=some.sides[: len(self.rules)])
        found, complete = cheapest_below(some, reduced, worth, cutoff, steps, self.order)
        if found is not None:
            self.accept(kept[found])
        if complete:
            self.bound = max(self.bound, min(cutoff, self.cost))
        return complete
