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
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.store import CandidateStore
from netform.solve.branch import branch
from netform.solve.cover import cheapest_cover
from netform.solve.cuts import NO_CUTS, CutPool
from netform.solve.deadline import NEVER, Deadline
from netform.solve.integer import solve_integer
from netform.solve.linear import Duals, SideRow
from netform.solve.relaxation import MOST_ROUNDS, Choosing, Relaxation, relax, tighten

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Choice", "Improve", "Trace", "choose", "learn"]

# Candidates in successive guesses, and the nodes each integer program may take (a limit that is the same on
# every machine). Wider ones cost the solver more in presolve than the search for a first plan does.
GUESSES = ((400, 200), (1200, 200), (2000, 200), (3000, 200))

# Above so many candidates the number of networks is settled first where the relaxation has a fraction of one: how
# many there are moves whole terms at once, and each half has a much better bound.
SPLIT, WHOLE = 500, 0.02

# Up to so many candidates the integer program alone closes the gap; above, branching with cuts and pricing.
SMALL = 400

# Above so many candidates that could better the plan, making it better first is worth the search.
MANY = 4000

# Candidates among which a better plan is sought where many could better the one at hand, and the nodes for it.
SOUGHT = ((1200, 200), (2500, 200))

# Every plan within a guess is tried first, for so many steps at most (some two hundred million a second), and for
# longer when the last gap is to be closed. Wider lists are not tried: their budget lasts too long.
STEPS, LAST_STEPS = 300_000_000, 2_000_000_000
WIDEST = 6_000

# The same before any new cut is sought, where an earlier choice has left its own.
QUICK_GUESSES, QUICK_STEPS = (300, 900, 2500), 30_000_000

# Below so many practices a search of neighbourhoods would be the same choice again.
SEARCHED = 30

# Above so many candidates a plan is searched for first: what it rules out makes all that follows smaller.
LARGE = 500_000

# Practices in a part of the plan that is chosen anew, and seconds for it at most.
POLISHED = 60
POLISH_SECONDS = 2.0

# Share of the time left that polishing may take.
POLISH_SHARE = 0.15

# Of sums of side rows, which count networks or patients.
ROUNDING = 1e-4

# A plan is proven when its bound is within this share of its cost, and nearer than any two plans may differ when
# exceptions are counted (1/1000 a patient).
PROVEN = 1e-7
LEAST_DIFFERENCE = 2e-4

Improve = Callable[["NDArray[np.int64] | None"], "list[tuple[int, ...]]"]
Stage = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Trace:
    """What choosing learnt, of use to the next choice among the same candidates.

    Attributes
    ----------
    through : ndarray of float64, shape (m,)
        No plan that uses candidate j costs less, or less than the best plan or the cutoff.
    columns : ndarray of int64
        Candidates of the last linear program.
    cuts : ndarray of int64, shape (k, 11)
        Cuts that shaped the bound.
    duals : Duals
        Prices of the rows and of those cuts.
    """

    through: NDArray[np.float64]
    columns: NDArray[np.int64]
    cuts: CutPool
    duals: Duals

    def among(self, kept: NDArray[np.int64]) -> Trace:
        """The same of some of the candidates, ascending."""
        place = np.minimum(np.searchsorted(kept, self.columns), max(0, len(kept) - 1))
        inside = kept[place] == self.columns if len(kept) else np.zeros(len(place), np.bool_)
        return replace(self, through=self.through[kept], columns=place[inside])


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
    trace : Trace or None
        What was learnt on the way, when it was asked for.
    """

    status: str
    chosen: NDArray[np.int64] | None
    cost: float
    bound: float
    trace: Trace | None = None


class _Chooser:
    """The best plan and the best bound so far, and the steps that bring them together.

    Candidates that no plan cheaper than the best one can use are let go of, so positions here are among those
    still held; ``origin`` says where they stood in the list.
    """

    def __init__(
        self,
        choosing: Choosing,
        deadline: Deadline,
        on_plan: Callable[[Choice], None],
        cutoff: float,
        warm: Trace | None,
    ) -> None:
        self.choosing = choosing
        self.origin = np.arange(len(choosing.store))
        self.deadline = deadline
        self.on_plan = on_plan
        self.warm = warm
        self.relaxation: Relaxation = relax(choosing, deadline, None if warm is None else warm.columns)
        self.through = self.relaxation.through
        self.ceiling = math.inf
        self.bound = self.relaxation.bound
        self.cost = self.cutoff = cutoff
        self.chosen: NDArray[np.int64] | None = None

    def tighten(self, *, known: bool = False) -> None:
        """Raise the bound by cuts: those that an earlier choice knew, or as many as pay."""
        warm = NO_CUTS if self.warm is None or not known else self.warm.cuts
        rounds = 0 if known else MOST_ROUNDS
        self.relaxation = tighten(self.choosing, self.relaxation, self.deadline, warm, rounds)
        # What is learnt among the candidates still held is true of plans that use no other.
        learnt = np.minimum(self.relaxation.through, self.ceiling)
        self.through[self.origin] = np.maximum(self.through[self.origin], learnt)
        self.bound = max(self.bound, self.relaxation.bound)
        if self.relaxation.integral and math.isfinite(self.bound):
            self.accept(self.relaxation.chosen)

    def let_go(self) -> None:
        """Keep only the candidates that a plan cheaper than the best may use, and those of the relaxation."""
        relaxation = self.relaxation
        held = relaxation.through <= self.cost + PROVEN * abs(self.cost)
        if 2 * held.sum() > len(held):
            return
        held[relaxation.columns] = True
        kept = np.flatnonzero(held)
        self.ceiling = self.cost
        self.choosing = self.choosing.take(kept)
        self.origin = self.origin[kept]
        columns = np.searchsorted(kept, relaxation.columns)
        self.relaxation = replace(relaxation, through=relaxation.through[kept], columns=columns)

    def accept(self, chosen: NDArray[np.int64] | None) -> None:
        """Take a plan if it is the best so far."""
        if chosen is None:
            return
        store = self.choosing.store.take(np.asarray(chosen, np.int64))
        covered = np.bincount(store.members, minlength=store.practices)
        cost = math.fsum(self.choosing.costs[chosen])
        if (
            cost < self.cost
            and (covered == 1).all()
            and all(self.obeys(side, chosen) for side in self.choosing.sides)
        ):
            self.cost, self.chosen = cost, np.sort(self.origin[chosen])
            self.on_plan(self.choice())

    @staticmethod
    def obeys(side: SideRow, chosen: NDArray[np.int64]) -> bool:
        """Whether a choice is within a side row, rounding aside."""
        value = math.fsum(side.coefficients[chosen])
        return side.least - ROUNDING <= value <= side.most + ROUNDING

    @property
    def done(self) -> bool:
        return self.bound >= self.cost - min(PROVEN * abs(self.cost), LEAST_DIFFERENCE)

    def choice(self) -> Choice:
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

    def guess(self, count: int, nodes: int) -> bool:
        """Guess a cost that leaves about ``count`` candidates; whether every candidate was among them."""
        through = self.relaxation.through
        everything = count >= len(through)
        guess = math.inf if everything else float(np.partition(through, count)[count])
        if guess >= self.cost:
            return True
        kept = np.arange(len(through)) if everything else self.cheap_enough(guess)
        if self.cover(kept, min(guess, self.cost), STEPS):
            if everything and self.chosen is None:
                self.bound = math.inf
            return everything
        if self.cost <= guess:
            return True
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

    def answer_at_once(self) -> None:
        """Try the plans within small guesses by what an earlier choice knew: often that is all it takes."""
        self.tighten(known=True)
        for count in QUICK_GUESSES:
            if self.done or self.deadline.passed or math.isinf(self.bound):
                return
            through = self.relaxation.through
            everything = count >= len(through)
            guess = self.cost if everything else min(self.cost, float(np.partition(through, count)[count]))
            if not self.cover(self.cheap_enough(guess), guess, QUICK_STEPS):
                return

    def search(self, improve: Improve | None) -> None:
        """Guess until a plan is found, better it, and close the gap."""
        for count, nodes in GUESSES:
            if self.done or self.deadline.passed or math.isinf(self.bound):
                break
            # A plan at hand and few candidates that could better it: no more guessing.
            if math.isfinite(self.cost) and len(self.cheap_enough(self.cost)) <= 4 * count:
                break
            if self.guess(count, nodes):
                break
        self.let_go()
        for count, nodes in SOUGHT:
            if self.done or self.deadline.passed or math.isinf(self.bound):
                return
            # Under a cutoff a good plan is known to whoever asks.
            if math.isinf(self.cutoff) and len(self.cheap_enough(self.cost)) > MANY:
                self.seek(count, nodes)
                self.let_go()
        if self.done or self.deadline.passed:
            return
        if len(self.cheap_enough(self.cost)) > MANY:
            if self.chosen is None:
                self.improve(improve)
            self.let_go()
            self.polish()
        if not self.done and not self.deadline.passed:
            self.close()

    def seek(self, count: int, nodes: int) -> None:
        """Look for a better plan among the candidates nearest to the bound, whatever it costs.

        That no plan is as cheap as the dearest of them may be proven already; good plans are made of them all the
        same.
        """
        through = self.relaxation.through
        limit = self.cost if count >= len(through) else float(np.partition(through, count)[count])
        kept = self.cheap_enough(min(limit, self.cost))
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
        """Better the plan, or find a first one, by search of neighbourhoods."""
        if improve is not None and self.choosing.store.practices > SEARCHED:
            self.accept(self.positions(improve(self.chosen)))

    def polish(self) -> None:
        """Choose anew, exactly, among the candidates within parts of the plan, until no part gets better.

        Only candidates that a cheaper plan may use are left, so parts can be large: half a city at a time.
        """
        if self.choosing.sides:
            return
        settled = set[tuple[int, ...]]()
        start, left = 0, self.deadline.seconds_left
        until = Deadline(self.deadline.clock() + (left or math.inf) * POLISH_SHARE, self.deadline.clock)
        while self.chosen is not None and not self.done and not until.passed:
            plan = np.searchsorted(self.origin, self.chosen)
            near = self._nearness(plan)
            hoods = [_hood(near, self.choosing.store, plan, k, POLISHED) for k in range(len(plan))]
            fresh = [
                hood
                for hood in hoods[start:] + hoods[:start]
                if tuple(plan[hood]) not in settled and len(hood) < len(plan)
            ]
            if not fresh:
                return
            settled.add(tuple(plan[fresh[0]]))
            if not self._rechoose(plan, fresh[0]):
                continue
            start = int(np.searchsorted(plan, plan[fresh[0][0]]))
            self.let_go()

    def _nearness(self, plan: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many useful candidates touch each two networks of the plan, shape (networks, networks)."""
        store = self.choosing.store
        owner = np.zeros(store.practices, np.int64)
        for k, candidate in enumerate(plan):
            owner[store[int(candidate)]] = k
        useful = store.take(self.cheap_enough(self.cost))
        touches = np.zeros((len(useful), len(plan)), np.bool_)
        touches[np.repeat(np.arange(len(useful)), np.diff(useful.offsets)), owner[useful.members]] = True
        shared = touches.astype(np.float32)
        return (shared.T @ shared).astype(np.int64)

    def _rechoose(self, plan: NDArray[np.int64], hood: NDArray[np.int64]) -> bool:
        """Choose some networks of the plan anew; whether that made it cheaper."""
        store, costs = self.choosing.store, self.choosing.costs
        inside = np.zeros(store.practices, np.bool_)
        for candidate in plan[hood]:
            inside[store[int(candidate)]] = True
        useful = self.cheap_enough(self.cost)
        some = store.take(useful)
        whole = np.logical_and.reduceat(inside[some.members], some.offsets[:-1])
        kept = useful[whole]
        part = store.take(kept)
        number = np.cumsum(inside) - 1
        part = CandidateStore(part.offsets, number[part.members].astype(np.uint16), int(inside.sum()))
        limit = Deadline(self.deadline.clock() + POLISH_SECONDS, self.deadline.clock)
        deadline = limit if limit.at < self.deadline.at else self.deadline
        choosing = Choosing(part, costs[kept], (), part.practices)
        found = choose(choosing, deadline)
        if found.chosen is None or found.cost >= math.fsum(costs[plan[hood]]) - PROVEN * self.cost:
            return False
        before = self.cost
        self.accept(np.concatenate((np.delete(plan, hood), kept[found.chosen])))
        return self.cost < before

    def positions(self, groups: list[tuple[int, ...]]) -> NDArray[np.int64] | None:
        """Where groups stand in the list; None when one is not in it."""
        store = self.choosing.store
        found = []
        # The list is in order of the smallest member.
        smallest = store.members[store.offsets[:-1]]
        for group in groups:
            begin, end = (
                np.searchsorted(smallest, group[0], "left"),
                np.searchsorted(smallest, group[0], "right"),
            )
            same = begin + np.flatnonzero(np.diff(store.offsets[begin : end + 1]) == len(group))
            rows = store.members[store.offsets[same][:, None] + np.arange(len(group))]
            match = same[(rows == np.array(group, np.uint16)).all(axis=1)]
            if not len(match):
                return None
            found.append(int(match[0]))
        return np.array(found, np.int64)

    def close(self) -> None:
        """Close the gap between plan and bound over the candidates that could better the plan."""
        kept = self.cheap_enough(self.cost)
        if self.cover(kept, self.cost, LAST_STEPS):
            return
        number = float(self.relaxation.values.sum())
        if len(kept) > SPLIT and abs(number - round(number)) > WHOLE:
            self.split(kept, number)
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

    def split(self, kept: NDArray[np.int64], number: float) -> None:
        """Close the gap among plans of fewer networks and among those of more, the nearer first."""
        fewer = math.floor(number)
        some = self.choosing.take(kept)
        count = np.ones(len(kept))
        relaxation = self.relaxation
        warm = Trace(relaxation.through, relaxation.columns, relaxation.cuts, relaxation.duals).among(kept)
        bounds = []
        halves = (SideRow(count, -math.inf, fewer), SideRow(count, fewer + 1.0, math.inf))
        for side in halves if number - fewer < 0.5 else reversed(halves):
            half = replace(some, sides=(*some.sides, side))
            found = choose(half, self.deadline, cutoff=self.cost, warm=warm)
            if found.chosen is not None:
                self.accept(kept[found.chosen])
            bounds.append(found.bound)
        self.bound = max(self.bound, min(*bounds, self.cost))

    def cover(self, kept: NDArray[np.int64], cutoff: float, steps: int) -> bool:
        """Try every plan below a cutoff, the kept being all that such a plan may use; whether none was missed."""
        if len(kept) > WIDEST:
            return False
        some, duals = self.choosing.take(kept), self.relaxation.duals
        reduced = duals.price(some.store, some.costs, self.relaxation.cuts, some.sides)
        # Rounding may leave a reduced cost just below zero: the others of a plan may each have one.
        slack = self.choosing.most_networks * min(0.0, float(reduced.min(initial=0.0)))
        worth = duals.worth(self.relaxation.cuts, some.sides) + slack
        found, complete = cheapest_cover(
            some.store, some.costs, reduced, worth, cutoff, some.sides, most_steps=steps
        )
        if found is not None:
            self.accept(kept[found])
        if complete:
            self.bound = max(self.bound, min(cutoff, self.cost))
        return complete


def _hood(
    near: NDArray[np.int64], store: CandidateStore, plan: NDArray[np.int64], start: int, most: int
) -> NDArray[np.int64]:
    """Positions in the plan of a network and those nearest to it, up to ``most`` practices, ascending."""
    size = np.diff(store.offsets)[plan]
    hood, practices = [start], int(size[start])
    touch = near[start].copy()
    while True:
        touch[hood] = 0
        touch[practices + size > most] = 0
        best = int(touch.argmax())
        if touch[best] == 0:
            return np.array(sorted(hood), np.int64)
        hood.append(best)
        practices += int(size[best])
        touch = near[hood].sum(axis=0)


def learn(choosing: Choosing, deadline: Deadline, warm: Trace | None = None) -> Trace:
    """The relaxation of a choice over every candidate, tightened: what plans dearer than the best cost at least.

    Parameters
    ----------
    choosing : Choosing
    deadline : Deadline
    warm : Trace, optional
        Of an earlier choice among the same candidates.
    """
    relaxation = relax(choosing, deadline, None if warm is None else warm.columns)
    relaxation = tighten(choosing, relaxation, deadline, NO_CUTS if warm is None else warm.cuts)
    return Trace(relaxation.through, relaxation.columns, relaxation.cuts, relaxation.duals)


def choose(
    choosing: Choosing,
    deadline: Deadline = NEVER,
    *,
    on_plan: Callable[[Choice], None] = lambda _choice: None,
    improve: Improve | None = None,
    stage: Stage = lambda _name: nullcontext(),
    cutoff: float = math.inf,
    warm: Trace | None = None,
    trace: bool = False,
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
    cutoff : float
        Plans that cost as much are of no interest: ``infeasible`` then means that none costs less.
    warm : Trace, optional
        Of an earlier choice among the same candidates, whatever they cost and whatever the side rows.
    trace : bool
        Whether to give what was learnt.

    Returns
    -------
    Choice
        ``infeasible`` only when it is proven that no choice covers every practice once.
    """
    if not choosing.store.practices:
        nobody = np.empty(0, np.int64)
        duals = Duals(np.empty(0), np.empty(0), np.zeros(len(choosing.sides)))
        learnt = Trace(np.zeros(len(choosing.store)), nobody, NO_CUTS, duals) if trace else None
        return Choice("optimal", nobody, 0.0, 0.0, learnt)
    with stage("bound"):
        state = _Chooser(choosing, deadline, on_plan, cutoff, warm)
    if len(choosing.store) > LARGE and math.isfinite(state.bound):
        with stage("search"):
            state.improve(improve)
        state.let_go()
    if warm is not None and math.isfinite(state.bound):
        with stage("choose"):
            state.answer_at_once()
    if not state.done:
        with stage("bound"):
            state.tighten()
    if math.isfinite(state.bound):
        with stage("choose"):
            state.search(improve)
    if not trace:
        return state.choice()
    relaxation = state.relaxation
    columns = state.origin[relaxation.columns]
    return replace(state.choice(), trace=Trace(state.through, columns, relaxation.cuts, relaxation.duals))
