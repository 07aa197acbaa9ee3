"""The plans near the best of a statement: what they may use, all of them at once, or the best of them by some rule."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.scores.continuity import moved
from netform.solve.diagram.build import Diagram, build_diagram
from netform.solve.exact.solver import bound_columns, solve_set_partitioning
from netform.solve.master.relaxation import relax
from netform.solve.model.plan_model import PlanModel
from netform.solve.model.problem import SetPartitioning, SideRow
from netform.solve.model.solution import Solution, WarmStart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.solve.model.stopping import Deadline

__all__ = ["SAME", "NearOptimalSpace", "priced"]

# Hours per week within which two costs count as equal.
SAME = 1e-4

# Partial plans in a diagram, and candidates looked at for it, some two hundred million a second.
MOST_NODES, MOST_STEPS = 4_000_000, 3_000_000_000
STEPS_PER_SECOND = 100_000_000

# Questions to a diagram lay out its arcs anew, with what each adds and what is ahead of it: three times its bytes.
ASKED = 3

# Wider lists are not tried: of the 50,000 candidates of Birmingham within 0.1% of the best a diagram takes nine
# seconds, of the 125,000 within 0.2% it would take minutes.
WIDEST_DRAWN = 100_000


class _MetError(Exception):
    """Ends a choice at the first plan that is met: which is the best of them is not asked."""

    def __init__(self, chosen: NDArray[np.int64]) -> None:
        super().__init__()
        self.chosen = chosen


@dataclass(slots=True)
class NearOptimalSpace:
    """What is known of the plans of a statement near its best.

    Attributes
    ----------
    model : PlanModel
    best : Solution
        Optimal.
    deadline : Deadline
    costs : ndarray of float64, shape (m,)
        Weighted hours per week of every candidate.
    trace : WarmStart
        What a plan through each candidate costs at least, and the prices that say so.
    known : list of ndarray of int64
        Plans met so far, the best first.
    diagrams : dict
        All plans below each limit that was asked for; None where they are too many.
    """

    model: PlanModel
    best: Solution
    deadline: Deadline
    costs: NDArray[np.float64] = field(init=False)
    trace: WarmStart = field(init=False)
    known: list[NDArray[np.int64]] = field(default_factory=list)
    diagrams: dict[float, Diagram | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.best.chosen is not None  # noqa: S101 (it is optimal)
        self.costs = self.model.costs
        # Not what the best was found by: plans dearer than it are what is asked for here.
        self.trace = bound_columns(self.model.partitioning(self.costs), self.deadline, self.best.trace)
        self.known = [self.best.chosen]

    def within(self, cost: float) -> NDArray[np.int64]:
        """The candidates that a plan of at most this cost may use."""
        return np.flatnonzero(self.trace.column_bounds <= cost + SAME)

    def diagram(self, limit: float) -> Diagram | None:
        """All plans below a limit, or None when they are too many."""
        if limit not in self.diagrams:
            # What was too large below a lower limit is so again.
            if any(known is None and lower <= limit for lower, known in self.diagrams.items()):
                return None
            self.diagrams[limit] = self.draw(limit)
        return self.diagrams[limit]

    def draw(self, limit: float) -> Diagram | None:
        """Draw the plans below a limit."""
        return self.drawn(
            self.model.partitioning(self.costs), self.trace, np.arange(len(self.costs)), limit, MOST_STEPS
        )

    def drawn(
        self,
        partitioning: SetPartitioning,
        trace: WarmStart,
        origin: NDArray[np.int64],
        limit: float,
        most_steps: int,
    ) -> Diagram | None:
        """Draw the plans of a choice below a limit; its candidates stand at ``origin`` in the statement."""
        kept = np.flatnonzero(trace.column_bounds <= limit + SAME)
        if len(kept) > WIDEST_DRAWN:
            return None
        some = partitioning.take(kept)
        reduced, dual_objective = priced(some, trace)
        left = self.deadline.seconds_left
        diagram = build_diagram(
            some.store,
            some.costs,
            np.maximum(reduced, 0.0),
            dual_objective,
            limit,
            some.sides,
            most_nodes=MOST_NODES,
            most_steps=most_steps if left is None else min(most_steps, int(left * STEPS_PER_SECOND)),
            memory=partitioning.memory.left_beside(self.held).share(ASKED),
        )
        return None if diagram is None else replace(diagram, takes=origin[kept[diagram.takes]])

    @property
    def held(self) -> int:
        """Bytes of the diagrams drawn so far."""
        drawn = [each for each in self.diagrams.values() if each is not None]
        return sum(each.tails.nbytes + each.heads.nbytes + each.takes.nbytes for each in drawn)

    def solve_model(
        self,
        kept: NDArray[np.int64],
        costs: NDArray[np.float64],
        rows: Sequence[SideRow],
        cutoff: float = math.inf,
    ) -> Solution:
        """The best plan among some candidates; costs and rows are over the whole statement."""
        partitioning = self.model.partitioning(costs, rows).take(kept)
        if not len(kept):
            return Solution("infeasible", None, math.inf, math.inf)
        found = solve_set_partitioning(
            partitioning, self.deadline, cutoff=cutoff, warm=self.trace.among(kept)
        )
        chosen = None if found.chosen is None else kept[found.chosen]
        if chosen is not None:
            self.known.append(chosen)
        return Solution(found.status, chosen, found.cost, found.bound)

    def any_plan(self, kept: NDArray[np.int64], limit: float) -> tuple[NDArray[np.int64] | None, bool]:
        """Any plan among some candidates below a limit, and whether it is settled that there is one or none."""

        def stop(solution: Solution) -> None:
            if solution.chosen is not None:
                raise _MetError(solution.chosen)

        if not len(kept):
            return None, True
        partitioning = self.model.partitioning(self.costs).take(kept)
        try:
            found = solve_set_partitioning(
                partitioning, self.deadline, cutoff=limit, warm=self.trace.among(kept), on_plan=stop
            )
        except _MetError as met:
            self.known.append(kept[met.chosen])
            return kept[met.chosen], True
        return None, found.status == "infeasible"

    def at_most(self, limit: float) -> SideRow:
        """The rule that a plan costs at most so much."""
        prices = relax(self.model.partitioning(self.costs), self.deadline).duals.practices
        return SideRow(self.costs, -math.inf, limit).priced(self.model.store, prices)

    def other_than(self, plans: Sequence[NDArray[np.int64]]) -> list[SideRow]:
        """Rows that every plan but these keeps.

        Another plan lacks at least one network of each, and may lack no more: one network can split into several.
        """
        rows = []
        for plan in plans:
            inside = np.zeros(len(self.costs))
            inside[plan] = 1.0
            rows.append(SideRow(inside, -math.inf, len(plan) - 1.0))
        return rows

    def holds(self, kept: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which practice (row) is in which of some candidates."""
        store = self.model.store.take(kept)
        holds = np.zeros((store.practices, len(store)), np.bool_)
        holds[store.members, np.repeat(np.arange(len(store)), np.diff(store.offsets))] = True
        return holds

    def patients_moved(self, plan: NDArray[np.int64]) -> NDArray[np.float64]:
        """Patients of each candidate whose network of a plan has no more than half of its patients in it."""
        store, size = self.model.store, self.model.data.list_size
        network = np.full(store.practices, -1, np.int64)
        for number, candidate in enumerate(plan):
            network[store[int(candidate)]] = number
        patients = np.bincount(network, weights=size, minlength=len(plan)).astype(np.float64)
        return moved(store, network, patients, size, size)

    def practices_moved(self, plan: NDArray[np.int64], other: NDArray[np.int64]) -> int:
        """How many practices a plan moves from another's networks, ``plan`` being where they start."""
        store, size = self.model.store, self.model.data.list_size
        network = np.full(store.practices, -1, np.int64)
        for number, candidate in enumerate(plan):
            network[store[int(candidate)]] = number
        patients = np.bincount(network, weights=size, minlength=len(plan)).astype(np.float64)
        chosen = store.take(other)
        return round(math.fsum(moved(chosen, network, patients, size, np.ones(len(size)))))


def priced(some: SetPartitioning, trace: WarmStart) -> tuple[NDArray[np.float64], float]:
    """Reduced costs of some candidates, and what a plan of them costs at least besides those above zero."""
    reduced = trace.duals.price(some.store, some.costs, trace.cuts, some.sides)
    slack = some.most_networks * min(0.0, float(reduced.min(initial=0.0)))
    return reduced, trace.duals.dual_objective(trace.cuts, some.sides) + slack
