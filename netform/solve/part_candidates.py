"""One part of an area: the networks that can be listed of it, and the best choice among them.

Listing and choosing are the same for a plan within the band and for one with exceptions; which of the two is asked
for, and in what order, `netform.solve.part` and `netform.solve.exceptions` say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.allowed import Limits, allowed, counts_allowed
from netform.explain.infeasible import explained_by_part
from netform.explain.move_limits import MoveLimits
from netform.explain.obstacles import Obstacle, connected_parts
from netform.scores.balance import group_sums
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.candidate_cache import CandidateCache
from netform.solve.model.linking_rules import LinkingRules
from netform.solve.model.plan_model import PlanModel
from netform.solve.model.problem import Group, Problem, SetPartitioning, group_costs
from netform.solve.model.solution import Solution
from netform.solve.model.stopping import Deadline
from netform.solve.primal.neighbourhood_search import better_plan, first_plan, listed_anew
from netform.tradeoff import Groups

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from netform.rules import Rules
    from netform.solve.model.outcome import Options

__all__ = ["WIDENINGS", "ListedPart", "choose_groups"]

# How far outside the band exceptions are looked for, registered patients, one step after the other.
WIDENINGS = (1_000, 2_500, 5_000, 10_000, 20_000, 10**9)

# In the first choice among exceptions each weighs this much, and each patient outside the band 1/1000.
EXCEPTION = 1_000.0

# Rules over the whole plan that go with a list that exceptions, moves or a number of networks are chosen from, at most.
SIDES = 4

Stage = Callable[[str], AbstractContextManager[None]]


@dataclass(slots=True)
class ListedPart:
    """The practices of one part of an area, with the rules they are planned by.

    Attributes
    ----------
    graph : networkx.Graph
        Of the part's practices by code.
    rules : Rules
        Those of the area.
    options : Options
    deadline : Deadline
    candidate_cache : CandidateCache
    stage : callable
        The context in which a stage of the work runs.
    report : callable
        Told of every better plan and its bound.
    reasoned : callable
        Looks for what would remove the obstacles of some practices.
    linking : LinkingRules or None
        Rules over the whole area, which is planned as one part then.
    alone : int
        Exceptions of the area that are none of its parts': pins, and practices over the band.
    whole : bool
        Whether the part is all there is of the area, so that it is no island.
    named : str
        The area as part of a sentence.
    problem : Problem
        Its practices, numbered.
    limits : Limits
        What the planner demands of every network.
    near : MoveLimits or None
        The limits on moves, where there are any.
    wide : tuple or None
        What `widest` gave.
    held : int
        Bytes of the lists in use.
    """

    graph: nx.Graph
    rules: Rules
    options: Options
    deadline: Deadline
    candidate_cache: CandidateCache
    stage: Stage
    report: Callable[[Groups, float, float], None]
    reasoned: Callable[[Sequence[str], Sequence[Obstacle]], tuple[Obstacle, ...]]
    linking: LinkingRules | None
    alone: int
    whole: bool
    named: str
    problem: Problem = field(init=False)
    limits: Limits = field(init=False)
    near: MoveLimits | None = field(init=False, default=None)
    wide: tuple[PlanModel, NDArray[np.float64]] | None = field(init=False, default=None)
    held: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """State the problem of the part."""
        memory = self.candidate_cache.memory
        self.problem = replace(Problem.of(self.graph, self.graph, self.rules), memory=memory)
        self.limits = self.problem.limits
        if self.linking is not None and self.linking.moves is not None:
            self.near = MoveLimits(self.linking, self.named, self.deadline, self.alone, self.widest)

    def state(self, least: int, most: int, *, enclaves: bool) -> PlanModel | None:
        """Every candidate of a band that the demands allow; None when there are too many."""
        with self.stage("enumerate"):
            cache = self.candidate_cache
            sides = SIDES if self.linking is not None or not enclaves else 0
            store = cache.list(self.problem, least, most, enclaves=enclaves, sides=sides, beside=self.held)
            if store is None:
                return None
            if self.limits.forbids:
                store = store.take(np.flatnonzero(allowed(store, self.limits)))
        number = self.problem.patients // least if least > 1 else self.problem.patients
        model = PlanModel(
            self.problem.codes,
            store,
            self.problem.data,
            (),
            min(number, len(self.problem.codes)),
            keep=cache.keep,
        )
        self.hold(model.nbytes)
        return replace(model, memory=self.problem.memory)

    def release(self, model: PlanModel) -> None:
        """Let go of the room of a list that is not used any more."""
        self.hold(-model.nbytes)

    def hold(self, taken: int) -> None:
        """Leave the problem what there is beside the lists in use."""
        self.held += taken
        # What is kept for the next question has this list in it.
        held = max(self.held, self.candidate_cache.held)
        self.problem = replace(self.problem, memory=self.candidate_cache.memory.left_beside(held))

    def tied(self, model: PlanModel) -> PlanModel:
        """The plans that keep what ties all parts of the area; candidates that break it by themselves are left out."""
        if self.linking is None:
            return model
        sides = self.linking.rows(model)
        kept = np.ones(len(model.store), np.bool_)
        for side in sides:
            # All that is counted is at least 0, so what one candidate has too much of no other makes good.
            kept &= side.coefficients <= side.most
        return replace(model, sides=(*model.sides, *sides)).take(np.flatnonzero(kept))

    def widened(self, widening: int) -> PlanModel | None:
        """The plans with networks so far outside the band, as far as exceptions go; None when they are too many."""
        low = max(1, self.rules.least - widening)
        high = min(self.rules.most + widening, self.rules.exception_most)
        if self.wide is not None and widening == WIDENINGS[-1]:
            return self.wide[0]
        return self.state(low, high, enclaves=False)

    def widest(self) -> tuple[PlanModel, NDArray[np.float64]] | None:
        """All plans with exceptions, listed once, and 1 for every candidate that is one."""
        if self.wide is None:
            model = self.widened(WIDENINGS[-1])
            if model is not None:
                self.wide = model, (self.weigh(model)[1] > 0).astype(np.float64)
        return self.wide

    def weigh(self, model: PlanModel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Patients outside the band, and the weight as an exception, of every candidate."""
        patients = group_sums(model.store, self.problem.data.list_size)
        outside = np.maximum(0.0, np.maximum(self.rules.least - patients, patients - self.rules.most))
        counted = counts_allowed(model.store, self.limits)
        return outside, np.where((outside > 0) | ~counted, EXCEPTION + outside / 1000, 0.0)

    def solve_model(self, model: PlanModel, weight: NDArray[np.float64] | None = None) -> Solution:
        """Choose by cost, telling of better plans; or by weight, which is not in hours, quietly."""
        if weight is None:
            with self.stage("score"):
                costs = model.costs
        else:
            costs = weight
        partitioning = model.partitioning(costs)

        def on_plan(solution: Solution) -> None:
            if weight is None and solution.chosen is not None:
                self.report(model.groups(solution.chosen), solution.cost, solution.bound)

        def improve(chosen: NDArray[np.int64] | None) -> list[Group]:
            if chosen is None:
                plan = first_plan(self.problem, self.options.seed, self.deadline)
            else:
                plan = [tuple(int(v) for v in model.store[int(j)]) for j in chosen]
            return better_plan(self.problem, plan, listed_anew(self.problem, choose_groups), self.deadline)

        return solve_set_partitioning(
            partitioning,
            self.deadline,
            stage=self.stage,
            on_plan=on_plan,
            improve=improve if weight is None and not partitioning.sides else None,
            trace=weight is None and self.candidate_cache.keep,
            threads=self.options.threads,
        )

    def tell(self, plan: Sequence[Group], bound: float = 0.0) -> None:
        """Tell of a plan that search found, and of what none can cost less than."""
        groups = tuple(tuple(self.problem.codes[v] for v in group) for group in plan)
        self.report(groups, math.fsum(group_costs(self.problem, plan)), bound)

    def explained(self, found: Sequence[Obstacle]) -> tuple[Obstacle, ...]:
        """The obstacles with the smallest changes that would remove them, of each part by itself."""
        tied = self.linking is not None and self.linking.networks is None
        parts = connected_parts(self.graph, self.rules) if tied else [self.problem.codes]
        return explained_by_part(parts, found, self.reasoned)


def choose_groups(partitioning: SetPartitioning, deadline: Deadline) -> NDArray[np.int64] | None:
    """The exact choice of a neighbourhood; a failure is no plan."""
    return solve_set_partitioning(partitioning, deadline).chosen
