"""Choose the best plan from listed candidates: bound, guess, refute, prove.

The tightened relaxation says, for every candidate, what a plan that uses it costs at least. So a guess at the
cost of the best plan leaves only the candidates that could stand in a plan as cheap: few, when the guess is
near the bound. The small integer program over them either finds a plan as cheap as the guess, which is then the
best over *all* candidates, or refutes the guess, and the guess is a bound. Guesses widen until a plan is found;
then the gap between plan and bound is closed by branching.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netform.solve.branch import branch
from netform.solve.cover import cheapest_cover
from netform.solve.deadline import NEVER, Deadline
from netform.solve.integer import solve_integer
from netform.solve.relaxation import Choosing, Relaxation, relax, tighten

__all__ = ["Choice", "Improve", "choose"]

# Candidates in successive guesses, and the nodes each integer program may take (a limit that is the same on
# every machine). Wider ones cost the solver more in presolve than the search for a first plan does.
GUESSES = ((400, 200), (1200, 200), (3000, 100))

# Up to so many candidates the integer program alone closes the gap; above, branching with cuts and pricing.
SMALL = 1500

# Every plan within a guess is tried first, for so many steps at most: long where networks are few, so that the
# budget soon dies and the relaxation is weak; a fraction of a second elsewhere.
FEW = 12
STEPS_IF_FEW, STEPS = 400_000_000, 20_000_000

# Below so many practices a search of neighbourhoods would be the same choice again.
SEARCHED = 60

# A plan is proven when its bound is within this share of its cost.
PROVEN = 1e-7

Improve = Callable[["NDArray[np.int64] | None"], "list[tuple[int, ...]]"]
Stage = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What choosing came to.

    Attributes
    ----------
    status : str
        ``optimal``, ``feasible``, ``infeasible`` (proven) or ``unknown``.
    chosen : ndarray of int64 or None
        The candidates of the plan, ascending.
    cost : float
        Infinite without a plan.
    bound : float
        No plan costs less; infinite when there is none.
    """

    status: str
    chosen: NDArray[np.int64] | None
    cost: float
    bound: float


class _Chooser:
    """The best plan and the best bound so far, and the steps that bring them together."""

    def __init__(self, choosing: Choosing, deadline: Deadline, on_plan: Callable[[Choice], None]) -> None:
        self.choosing = choosing
        self.deadline = deadline
        self.on_plan = on_plan
        self.relaxation: Relaxation = relax(choosing, deadline)
        self.bound = self.relaxation.bound
        self.cost = math.inf
        self.chosen: NDArray[np.int64] | None = None

    def accept(self, chosen: NDArray[np.int64] | None) -> None:
        """Take a plan if it is the best so far."""
        if chosen is None:
            return
        cost = math.fsum(self.choosing.costs[chosen])
        if cost < self.cost:
            self.cost, self.chosen = cost, np.sort(chosen)
            self.on_plan(self.choice())

    @property
    def done(self) -> bool:
        return self.bound >= self.cost - PROVEN * abs(self.cost)

    def choice(self) -> Choice:
        if math.isinf(self.bound):
            return Choice("infeasible", None, math.inf, math.inf)
        if self.chosen is None:
            return Choice("unknown", None, math.inf, self.bound)
        if self.done:
            return Choice("optimal", self.chosen, self.cost, self.cost)
        return Choice("feasible", self.chosen, self.cost, self.bound)

    def cheap_enough(self, cost: float) -> NDArray[np.int64]:
        """The candidates that a plan of at most this cost may use."""
        return np.flatnonzero(self.relaxation.through <= cost + PROVEN * abs(cost))

    def guess(self, count: int, nodes: int) -> bool:
        """Guess a cost that leaves about ``count`` candidates; whether every candidate was among them."""
        through = self.relaxation.through
        everything = count >= len(through)
        guess = math.inf if everything else float(np.partition(through, count)[count])
        if guess >= self.cost:
            return True
        kept = np.arange(len(through)) if everything else self.cheap_enough(guess)
        if self.cover(kept, min(guess, self.cost)):
            if everything and self.chosen is None:
                self.bound = math.inf
            return everything
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
        # Whatever is cheaper than the guess stands among the kept: their bound holds up to the guess.
        self.bound = max(self.bound, min(guess, answer.bound, self.cost))
        if everything and answer.status == "infeasible" and self.chosen is None:
            self.bound = math.inf
        return everything

    def search(self, improve: Improve | None) -> None:
        """Guess until a plan is found, better it, and close the gap."""
        if self.relaxation.integral:
            self.accept(self.relaxation.chosen)
        for count, nodes in GUESSES:
            if self.done or self.deadline.passed or math.isinf(self.bound) or self.guess(count, nodes):
                break
            # A plan at hand and few candidates that could better it: no more guessing.
            if self.chosen is not None and len(self.cheap_enough(self.cost)) <= 4 * count:
                break
        if self.done or self.deadline.passed or math.isinf(self.bound):
            return
        wide = len(self.cheap_enough(self.cost)) > SMALL
        if wide and improve is not None and self.choosing.store.practices > SEARCHED:
            self.accept(self.positions(improve(self.chosen)))
        if not self.done and not self.deadline.passed:
            self.close()

    def positions(self, groups: list[tuple[int, ...]]) -> NDArray[np.int64] | None:
        """Where groups stand in the list; None when one is not in it."""
        store = self.choosing.store
        found = []
        for group in groups:
            same = np.flatnonzero(np.diff(store.offsets) == len(group))
            rows = store.members[store.offsets[same][:, None] + np.arange(len(group))]
            match = same[(rows == np.array(group, np.uint16)).all(axis=1)]
            if not len(match):
                return None
            found.append(int(match[0]))
        return np.array(found, np.int64)

    def close(self) -> None:
        """Close the gap between plan and bound over the candidates that could better the plan."""
        kept = self.cheap_enough(self.cost)
        if self.cover(kept, self.cost):
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

    def cover(self, kept: NDArray[np.int64], cutoff: float) -> bool:
        """Try every plan below a cutoff, the kept being all that such a plan may use; whether none was missed."""
        some, duals = self.choosing.take(kept), self.relaxation.duals
        reduced = duals.price(some.store, some.costs, self.relaxation.cuts, some.sides)
        # Rounding may leave a reduced cost just below zero: the others of a plan may each have one.
        slack = self.choosing.most_networks * min(0.0, float(reduced.min(initial=0.0)))
        worth = duals.worth(some.sides) + slack
        steps = STEPS_IF_FEW if self.choosing.most_networks <= FEW else STEPS
        found, complete = cheapest_cover(
            some.store, some.costs, reduced, worth, cutoff, some.sides, most_steps=steps
        )
        if found is not None:
            self.accept(kept[found])
        if complete:
            self.bound = max(self.bound, min(cutoff, self.cost))
        return complete


def choose(
    choosing: Choosing,
    deadline: Deadline = NEVER,
    *,
    on_plan: Callable[[Choice], None] = lambda choice: None,
    improve: Improve | None = None,
    stage: Stage = nullcontext,
) -> Choice:
    """The best plan over all candidates, with proof.

    Parameters
    ----------
    choosing : Choosing
    deadline : Deadline
        Once it has passed the best plan so far is returned with its bound.
    on_plan : callable
        Told of every better plan.
    improve : callable, optional
        Betters a plan by search (`netform.solve.search`), or finds one when given None: from the chosen
        candidates to groups of practices; used where guesses leave a wide gap.
    stage : callable
        Gives the context in which the stages ``bound`` and ``choose`` run.

    Returns
    -------
    Choice
        ``infeasible`` only when it is proven that no choice covers every practice once.
    """
    if not choosing.store.practices:
        return Choice("optimal", np.empty(0, np.int64), 0.0, 0.0)
    with stage("bound"):
        state = _Chooser(choosing, deadline, on_plan)
        state.relaxation = tighten(choosing, state.relaxation, deadline)
        state.bound = max(state.bound, state.relaxation.bound)
    if math.isfinite(state.bound):
        with stage("choose"):
            state.search(improve)
    return state.choice()
