"""Choose the best plan from listed candidates: bound, guess, make a plan, prove.

Where small guesses do not settle it (`netform.solve.exact.gap_closing`), a plan is looked for among few partial
plans, or else made otherwise (`netform.solve.primal.diving`, `netform.solve.primal.polish`); where it is far from the
bound wider guesses are made, and what is left between plan and bound is closed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.exact.gap_closing import FOLLOWED_LEFT, WIDTH, GapClosing
from netform.solve.master.integer_program import solve_integer
from netform.solve.master.relaxation import MOST_ROUNDS, artificial_cost
from netform.solve.model.problem import SetPartitioning
from netform.solve.model.solution import Solution
from netform.solve.model.stopping import Deadline
from netform.solve.primal.diving import dive
from netform.solve.primal.polish import polish

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ExactSolver", "Stage"]

# A plan is made of so many candidates nearest to the bound, by deciding pairs as sure as this at once.
DIVED = 60_000
SURE = (0.8, 0.95, 1.0)

# Partial plans followed at a time for a plan: twenty to a hundred times as many see no further than a bound.
FOLLOWED = (100, 300)

# Candidates nearest to the bound, of which parts of a new plan of so many practices are chosen anew; and practices
# in a part once a wide guess was made in vain.
POLISHED, PART, LARGE_PART = 3000, 40, 100

# Up to so many candidates that could better the plan, closing the gap is quicker than bettering it.
MANY = 4000

# Seconds for one part, and share of the time left for all of them.
POLISH_SECONDS, POLISH_SHARE = 2.0, 0.15

# Where no dive ends in a plan, an integer program over so many candidates, of so many nodes, may.
SOUGHT = (1200, 100)

# Candidates in wide guesses, and how wide they are drawn. Where that does not settle one, the plan, if there is any, is
# far from the best and worth bettering.
ATTEMPTED = 64_000
WIDE = (300_000, 1_000_000)

# Bytes for each of them: a copy of the list and what is learnt of it.
WIDE_BYTES = 120

Stage = Callable[[str], AbstractContextManager[None]]


class ExactSolver(GapClosing):
    """A proof that makes plans of its own."""

    def run(
        self,
        incumbent: NDArray[np.int64] | None = None,
        stage: Stage = lambda _name: nullcontext(),
        *,
        warm: bool = False,
    ) -> Solution:
        """Choose, and give what was learnt.

        Parameters
        ----------
        incumbent : ndarray of int64, optional
            The candidates of a plan that is known: it serves where trial cutoffs and beams come upon no better one.
        stage : callable
            Gives the context in which the stages ``bound`` and ``solve_set_partitioning`` run.
        warm : bool
            Whether an earlier choice has left its cuts.
        """
        if not warm and not self.over:
            with stage("bound"):
                self.tighten(MOST_ROUNDS)
            # More cuts would raise the bound but slowly, and each has to be priced over the whole list.
            self.width, self.rising = WIDTH, False
        with stage("choose"):
            if math.isinf(self.cutoff) and not self.over:
                self.find_plan(incumbent)
            return self.prove()

    def find_plan(self, incumbent: NDArray[np.int64] | None) -> None:
        """Guess while that is quick, make a good plan, and settle wide guesses where it is not near the bound."""
        self.take_turns(WIDTH)
        for width in FOLLOWED:
            if not self.over:
                self.beam_search(self.nearest(FOLLOWED_LEFT), width)
        if self.chosen is None and not self.over:
            self.accept_listed(incumbent)
            self.make()
        for count in WIDE:
            if (
                self.over
                or len(self.cheap_enough(self.cost)) <= count
                or not self.memory.fits(count * WIDE_BYTES)
            ):
                break
            if not self.try_cutoff(count):
                self.better(count, LARGE_PART)
        # The candidates that are left are few enough to price them for more cuts.
        self.rising = True

    def try_cutoff(self, count: int) -> bool:
        """Guess a cost that leaves about ``count`` candidates; whether it was refuted, or the best plan found.

        However far the plan at hand is from the best, no work is done on candidates that only dearer plans use.
        """
        guess = float(np.partition(self.relaxation.column_bounds, count)[count])
        kept = self.cheap_enough(guess)
        proof = GapClosing(
            replace(self.partitioning.take(kept), memory=self.memory.left_beside(len(kept) * WIDE_BYTES)),
            self.deadline,
            guess,
            self.learnt().among(kept),
            threads=self.threads,
        )
        found = proof.prove(ATTEMPTED)
        if found.chosen is not None:
            self.accept(kept[found.chosen])
        if found.trace is not None:
            self.useful_cuts = np.unique(np.concatenate((self.useful_cuts, found.trace.cuts)), axis=0)
        self.bound = max(self.bound, min(found.bound, guess, self.cost))
        return self.bound >= min(guess, self.cost)

    def make(self) -> None:
        """Make a good plan: dive, and better what comes of it."""
        near = self.nearest(DIVED)
        some = self.partitioning.take(near)
        cost = artificial_cost(some, np.arange(len(near)))
        cuts, column_bounds = self.relaxation.cuts, self.relaxation.column_bounds[near]
        for sure in SURE:
            if self.chosen is None and not self.over:
                plan = dive(some, cuts, column_bounds, cost, sure, self.deadline)
                self.accept(None if plan is None else near[plan])
        if self.chosen is None and not self.over:
            self.seek(*SOUGHT)
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
        some = self.partitioning.take(kept)
        self.accept(kept[polish(some, np.searchsorted(kept, plan), self.choose_part, practices, until)])

    def choose_part(self, part: SetPartitioning, cutoff: float) -> NDArray[np.int64] | None:
        """The best choice of a part of the plan below a cost, if it is found soon."""
        limit = Deadline(self.deadline.clock() + POLISH_SECONDS, self.deadline.clock)
        soonest = limit if limit.at < self.deadline.at else self.deadline
        proof = GapClosing(part, soonest, cutoff)
        if not proof.over:
            proof.tighten(MOST_ROUNDS)
        return proof.prove().chosen

    def seek(self, count: int, nodes: int) -> None:
        """Look for a plan among the candidates nearest to the bound by an integer program."""
        kept = self.nearest(count)
        some = self.partitioning.take(kept)
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
