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
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netform.solve.branch import branch
from netform.solve.integer import solve_integer
from netform.solve.relaxation import Choosing, Relaxation, relax, tighten

__all__ = ["Choice", "Improve", "choose"]

# Candidates in successive guesses, and the nodes each integer program may take (a limit that is the same on
# every machine). The last guess takes what there is.
GUESSES = ((400, 200), (1200, 200), (3000, 100), (8000, 100), (20_000, 100), (60_000, 100))

# Up to so many candidates the integer program alone closes the gap; above, branching with cuts and pricing.
SMALL = 1500

# A plan is proven when its bound is within this share of its cost.
PROVEN = 1e-7

Improve = Callable[[NDArray[np.int64]], NDArray[np.int64] | None]


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

    def __init__(self, choosing: Choosing, out_of_time: Callable[[], bool], on_plan: Callable[[Choice], None]) -> None:
        self.choosing = choosing
        self.out_of_time = out_of_time
        self.on_plan = on_plan
        self.relaxation: Relaxation = relax(choosing, out_of_time)
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
        some = self.choosing.take(kept)
        answer = solve_integer(some.store, some.costs, self.relaxation.cuts, some.sides, nodes=nodes, cutoff=self.cost)
        if answer.chosen is not None:
            self.accept(kept[answer.chosen])
        # Whatever is cheaper than the guess stands among the kept: their bound holds up to the guess.
        self.bound = max(self.bound, min(guess, answer.bound, self.cost))
        if everything and answer.status == "infeasible" and self.chosen is None:
            self.bound = math.inf
        return everything

    def close(self) -> None:
        """Close the gap between plan and bound over the candidates that could better the plan."""
        kept = self.cheap_enough(self.cost)
        some = self.choosing.take(kept)
        if len(kept) <= SMALL:
            answer = solve_integer(some.store, some.costs, self.relaxation.cuts, some.sides, nodes=5000, cutoff=self.cost)
            if answer.chosen is not None:
                self.accept(kept[answer.chosen])
            self.bound = max(self.bound, min(answer.bound, self.cost))
        if not self.done:
            found = branch(
                some, self.relaxation.cuts, self.relaxation.through[kept], self.bound, self.cost, self.out_of_time
            )
            if found.chosen is not None:
                self.accept(kept[found.chosen])
            self.bound = max(self.bound, min(found.bound, self.cost))


def choose(
    choosing: Choosing,
    out_of_time: Callable[[], bool] = lambda: False,
    *,
    on_plan: Callable[[Choice], None] = lambda choice: None,
    improve: Improve | None = None,
) -> Choice:
    """The best plan over all candidates, with proof.

    Parameters
    ----------
    choosing : Choosing
    out_of_time : callable
        Asked between steps; once it says yes the best plan so far is returned with its bound.
    on_plan : callable
        Told of every better plan.
    improve : callable, optional
        Betters a plan by search (`netform.solve.search`); used where guesses leave a wide gap.

    Returns
    -------
    Choice
        ``infeasible`` only when it is proven that no choice covers every practice once.
    """
    if not choosing.store.practices:
        return Choice("optimal", np.empty(0, np.int64), 0.0, 0.0)
    state = _Chooser(choosing, out_of_time, on_plan)
    state.relaxation = tighten(choosing, state.relaxation, out_of_time)
    state.bound = max(state.bound, state.relaxation.bound)
    if math.isinf(state.bound):
        return state.choice()
    if state.relaxation.integral:
        state.accept(state.relaxation.chosen)
    for count, nodes in GUESSES:
        if state.done or out_of_time() or math.isinf(state.bound) or state.guess(count, nodes):
            break
        # A plan at hand and few candidates that could better it: no more guessing.
        if state.chosen is not None and len(state.cheap_enough(state.cost)) <= 4 * count:
            break
    if improve is not None and not state.done and state.chosen is not None:
        if len(state.cheap_enough(state.cost)) > SMALL:
            state.accept(improve(state.chosen))
    if not state.done and math.isfinite(state.bound) and not out_of_time():
        state.close()
    return state.choice()
