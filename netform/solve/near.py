"""The plans near the best of a statement: what they may use, all of them at once, or the best of them by some rule."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.scores.continuity import moved
from netform.solve.choose import Choice, Trace, choose, learn
from netform.solve.diagram import Diagram, draw_diagram
from netform.solve.linear import SideRow
from netform.solve.relaxation import relax
from netform.solve.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.solve.deadline import Deadline

__all__ = ["SAME", "Vicinity"]

# Hours per week within which two costs count as equal.
SAME = 1e-4

# Partial plans in a diagram, and candidates looked at for it, some two hundred million a second.
MOST_NODES, MOST_STEPS = 4_000_000, 3_000_000_000
STEPS_PER_SECOND = 100_000_000


@dataclass(slots=True)
class Vicinity:
    """What is known of the plans of a statement near its best.

    Attributes
    ----------
    statement : Statement
    best : Choice
        Optimal.
    deadline : Deadline
    costs : ndarray of float64, shape (m,)
        Weighted hours per week of every candidate.
    trace : Trace
        What a plan through each candidate costs at least, and the prices that say so.
    known : list of ndarray of int64
        Plans met so far, the best first.
    """

    statement: Statement
    best: Choice
    deadline: Deadline
    costs: NDArray[np.float64] = field(init=False)
    trace: Trace = field(init=False)
    known: list[NDArray[np.int64]] = field(default_factory=list)
    _diagrams: dict[float, Diagram | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.best.chosen is not None  # noqa: S101 (it is optimal)
        self.costs = self.statement.costs
        # Not what the best was found by: plans dearer than it are what is asked for here.
        self.trace = learn(self.statement.choosing(self.costs), self.deadline, self.best.trace)
        self.known = [self.best.chosen]

    def within(self, cost: float) -> NDArray[np.int64]:
        """The candidates that a plan of at most this cost may use."""
        return np.flatnonzero(self.trace.through <= cost + SAME)

    def diagram(self, limit: float) -> Diagram | None:
        """All plans below a limit, or None when they are too many."""
        if limit not in self._diagrams:
            # What was too large below a lower limit is so again.
            if any(known is None and lower <= limit for lower, known in self._diagrams.items()):
                return None
            self._diagrams[limit] = self.draw(limit)
        return self._diagrams[limit]

    def draw(self, limit: float) -> Diagram | None:
        """Draw the plans below a limit."""
        kept = self.within(limit)
        some, costs, reduced, worth = self.priced(kept)
        left = self.deadline.seconds_left
        steps = MOST_STEPS if left is None else min(MOST_STEPS, int(left * STEPS_PER_SECOND))
        drawn = draw_diagram(
            some.store,
            costs,
            np.maximum(reduced, 0.0),
            worth,
            limit,
            some.sides,
            most_nodes=MOST_NODES,
            most_steps=steps,
        )
        return None if drawn is None else replace(drawn, takes=kept[drawn.takes])

    def priced(
        self, kept: NDArray[np.int64]
    ) -> tuple[Statement, NDArray[np.float64], NDArray[np.float64], float]:
        """Some candidates, their costs and reduced costs, and what a plan of them costs at least without the latter."""
        some, duals, cuts = self.statement.take(kept), self.trace.duals, self.trace.cuts
        reduced = duals.price(some.store, self.costs[kept], cuts, some.sides)
        slack = self.statement.most_networks * min(0.0, float(reduced.min(initial=0.0)))
        return some, self.costs[kept], reduced, duals.worth(cuts, some.sides) + slack

    def choose(
        self,
        kept: NDArray[np.int64],
        costs: NDArray[np.float64],
        rows: Sequence[SideRow],
        cutoff: float = math.inf,
    ) -> Choice:
        """The best plan among some candidates; costs and rows are over the whole statement."""
        choosing = self.statement.choosing(costs, rows).take(kept)
        if not len(kept):
            return Choice("infeasible", None, math.inf, math.inf)
        found = choose(choosing, self.deadline, cutoff=cutoff, warm=self.trace.among(kept))
        chosen = None if found.chosen is None else kept[found.chosen]
        if chosen is not None:
            self.known.append(chosen)
        return Choice(found.status, chosen, found.cost, found.bound)

    def at_most(self, limit: float) -> SideRow:
        """The rule that a plan costs at most so much."""
        prices = relax(self.statement.choosing(self.costs), self.deadline).duals.practices
        return SideRow(self.costs, -math.inf, limit).priced(self.statement.store, prices)

    def other_than(self, plans: Sequence[NDArray[np.int64]]) -> list[SideRow]:
        """Rows that every plan but these keeps: no two plans differ in one network alone."""
        rows = []
        for plan in plans:
            inside = np.zeros(len(self.costs))
            inside[plan] = 1.0
            rows.append(SideRow(inside, -math.inf, len(plan) - 1.5))
        return rows

    def holds(self, kept: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which practice (row) is in which of some candidates."""
        store = self.statement.store.take(kept)
        holds = np.zeros((store.practices, len(store)), np.bool_)
        holds[store.members, np.repeat(np.arange(len(store)), np.diff(store.offsets))] = True
        return holds

    def patients_moved(self, plan: NDArray[np.int64]) -> NDArray[np.float64]:
        """Patients of each candidate whose network of a plan has no more than half of its patients in it."""
        store, size = self.statement.store, self.statement.data.list_size
        network = np.full(store.practices, -1, np.int64)
        for number, candidate in enumerate(plan):
            network[store[int(candidate)]] = number
        patients = np.bincount(network, weights=size, minlength=len(plan)).astype(np.float64)
        return moved(store, network, patients, size, size)

    def practices_moved(self, plan: NDArray[np.int64], other: NDArray[np.int64]) -> int:
        """How many practices a plan moves from another's networks, ``plan`` being where they start."""
        store, size = self.statement.store, self.statement.data.list_size
        network = np.full(store.practices, -1, np.int64)
        for number, candidate in enumerate(plan):
            network[store[int(candidate)]] = number
        patients = np.bincount(network, weights=size, minlength=len(plan)).astype(np.float64)
        chosen = store.take(other)
        return round(math.fsum(moved(chosen, network, patients, size, np.ones(len(size)))))
