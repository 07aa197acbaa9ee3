"""The plans near the optimum of a plan model: their columns, the diagram of all of them, the best by some rule.

Where all plans near the optimum are too many for a diagram, those that change a few neighbouring networks are not
(local diagrams): all else stays as it is, so they may spend the whole allowance there. They are plans like any other,
and show most neighbours together in one and apart in another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.scores.continuity import moved
from netform.solve.diagram.build import Diagram, build_diagram
from netform.solve.exact.improving import neighbourhoods_of
from netform.solve.exact.solver import any_plan, bound_columns, solve_set_partitioning
from netform.solve.master.relaxation import priced, relax
from netform.solve.model.outcome import Solution, WarmStart
from netform.solve.model.problem import SetPartitioning, SideRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.model.budget import Deadline
    from netform.solve.model.plan_model import PlanModel

__all__ = ["SAME", "NearOptimalSpace", "local_diagrams"]

# Hours per week within which two costs count as equal.
SAME = 1e-4


@dataclass(frozen=True, slots=True)
class SpaceParams:
    """How large diagrams of all plans may be, and neighbourhoods.

    Attributes
    ----------
    most_nodes, most_steps : int
        States of a diagram, and columns looked at for it, some two hundred million a second.
    steps_a_second : int
        Of those, allowed in the time that is left.
    queried : int
        Queries lay out the arcs of a diagram anew, with what each adds and what is ahead of it: three times its bytes.
    most_columns : int
        More are not tried: over the 50,000 of Birmingham within 0.1% of the best a diagram takes nine seconds, over the
        125,000 within 0.2% it would take minutes.
    practices : tuple of int
        In a neighbourhood, small ones first.
    """

    most_nodes: int = 4_000_000
    most_steps: int = 500_000_000
    steps_a_second: int = 100_000_000
    queried: int = 3
    most_columns: int = 100_000
    practices: tuple[int, ...] = (40, 60)


SPACE = SpaceParams()


@dataclass(slots=True)
class NearOptimalSpace:
    """What is known of the plans of a plan model near its optimum.

    Attributes
    ----------
    model : PlanModel
    best : Solution
        Optimal.
    deadline : Deadline
    costs : ndarray of float64, shape (m,)
        Weighted hours per week of every column.
    warm : WarmStart
        The column bounds, and the duals behind them.
    known : list of ndarray of int64
        Plans met so far, the best first.
    diagrams : dict
        All plans below each limit that was asked for; None where they are too many.
    """

    model: PlanModel
    best: Solution
    deadline: Deadline
    costs: NDArray[np.float64] = field(init=False)
    warm: WarmStart = field(init=False)
    known: list[NDArray[np.int64]] = field(init=False)
    diagrams: dict[float, Diagram | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.best.chosen is not None  # noqa: S101 (it is optimal)
        self.costs = self.model.costs
        # Not what the best was found by: plans dearer than it are what is asked for here.
        self.warm = bound_columns(self.model.partitioning(self.costs), self.deadline, self.best.trace)
        self.known = [self.best.chosen]

    def within(self, cost: float) -> NDArray[np.int64]:
        """The columns that a plan of at most this cost may use."""
        return np.flatnonzero(self.warm.column_bounds <= cost + SAME)

    def diagram(self, limit: float) -> Diagram | None:
        """The diagram of all plans below a limit; None when they are too many."""
        if limit not in self.diagrams:
            # What was too large below a lower limit is so again.
            if any(known is None and lower <= limit for lower, known in self.diagrams.items()):
                return None
            everything = np.arange(len(self.costs))
            partitioning = self.model.partitioning(self.costs)
            self.diagrams[limit] = self.built(partitioning, self.warm, everything, limit)
        return self.diagrams[limit]

    def built(
        self, partitioning: SetPartitioning, warm: WarmStart, origin: NDArray[np.int64], limit: float
    ) -> Diagram | None:
        """The diagram of a set partitioning below a limit; its columns stand at ``origin`` in the plan model."""
        kept = np.flatnonzero(warm.column_bounds <= limit + SAME)
        if len(kept) > SPACE.most_columns:
            return None
        some = partitioning.take(kept)
        reduced, dual_objective = priced(some, warm)
        left, most = self.deadline.seconds_left, SPACE.most_steps
        diagram = build_diagram(
            some.store,
            some.costs,
            np.maximum(reduced, 0.0),
            dual_objective,
            limit,
            some.sides,
            most_nodes=SPACE.most_nodes,
            most_steps=most if left is None else min(most, int(left * SPACE.steps_a_second)),
            memory=partitioning.memory.left_beside(self.held).share(SPACE.queried),
        )
        return None if diagram is None else replace(diagram, takes=origin[kept[diagram.takes]])

    @property
    def held(self) -> int:
        """Bytes of the diagrams built so far."""
        built = [each for each in self.diagrams.values() if each is not None]
        return sum(each.tails.nbytes + each.heads.nbytes + each.takes.nbytes for each in built)

    def solve_model(
        self,
        kept: NDArray[np.int64],
        costs: NDArray[np.float64],
        rows: Sequence[SideRow],
        cutoff: float = math.inf,
        solve: Callable[..., Solution] = solve_set_partitioning,
    ) -> Solution:
        """The best plan of some columns, or any by `any_plan`; costs and rows are over all of them."""
        partitioning = self.model.partitioning(costs, rows).take(kept)
        if not len(kept):
            return Solution("infeasible", None, math.inf, math.inf)
        found = solve(partitioning, self.deadline, cutoff=cutoff, warm=self.warm.among(kept))
        chosen = None if found.chosen is None else kept[found.chosen]
        if chosen is not None:
            self.known.append(chosen)
        return Solution(found.status, chosen, found.cost, found.bound)

    def any_plan(self, kept: NDArray[np.int64], limit: float) -> tuple[NDArray[np.int64] | None, bool]:
        """Any plan of some columns below a limit, and whether it is settled that there is one or none."""
        found = self.solve_model(kept, self.costs, (), limit, any_plan)
        return found.chosen, found.chosen is not None or found.status == "infeasible"

    def at_most(self, limit: float) -> SideRow:
        """The rule that a plan costs at most so much."""
        duals = relax(self.model.partitioning(self.costs), self.deadline).duals
        return SideRow(self.costs, -math.inf, limit).priced(self.model.store, duals.practices)

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
        """Which practice (row) is in which of some columns."""
        store = self.model.store.take(kept)
        holds = np.zeros((store.practices, len(store)), np.bool_)
        holds[store.members, np.repeat(np.arange(len(store)), np.diff(store.offsets))] = True
        return holds

    def patients_moved(self, plan: NDArray[np.int64]) -> NDArray[np.float64]:
        """Patients of each column whose network of a plan has no more than half of its patients in it."""
        return self._moved(plan, self.model.store, self.model.data.list_size)

    def practices_moved(self, plan: NDArray[np.int64], other: NDArray[np.int64]) -> int:
        """How many practices a plan moves from another's networks, ``plan`` being where they start."""
        store = self.model.store
        return round(math.fsum(self._moved(plan, store.take(other), np.ones(store.practices))))

    def _moved(
        self, plan: NDArray[np.int64], store: CandidateStore, worth: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        network, size = network_of(self.model.store, plan), self.model.data.list_size
        patients = np.bincount(network, weights=size, minlength=len(plan)).astype(np.float64)
        return moved(store, network, patients, size, worth)


def network_of(store: CandidateStore, plan: NDArray[np.int64]) -> NDArray[np.int64]:
    """The network of every practice, numbered as in the plan."""
    network = np.zeros(store.practices, np.int64)
    for number, column in enumerate(plan):
        network[store[int(column)]] = number
    return network


def local_diagrams(near: NearOptimalSpace, limit: float) -> Iterator[tuple[Diagram, float]]:
    """For every network of the best plan, the ways to form it and those nearest to it anew, below a limit.

    Parameters
    ----------
    near : NearOptimalSpace
    limit : float
        Of a whole plan.

    Yields
    ------
    diagram : Diagram
        Over the columns of the plan model; what its plans do not cover stays as it is in the best plan.
    cutoff : float
        What those plans cost less than.
    """
    kept = near.within(limit)
    whole, plan = near.model.partitioning(near.costs).take(kept), np.searchsorted(kept, near.known[0])
    networks = whole.store.take(plan)
    found = (each for most in SPACE.practices for each in neighbourhoods_of(networks, whole.store, most))
    for nearby in dict.fromkeys(map(frozenset, found)):
        if near.deadline.passed:
            return
        stay = np.delete(plan, list(nearby))
        cutoff = limit - math.fsum(whole.costs[stay])
        rest, inside = whole.rest(stay, np.arange(len(kept)))
        diagram = near.built(rest, bound_columns(rest, near.deadline), kept[inside], cutoff)
        if diagram is not None:
            yield diagram, cutoff
