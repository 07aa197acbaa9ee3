"""One part of an area: its question, the best plan and bound so far, and the networks that can be listed of it.

Listing and solving over a list are the same for a plan within the band and for one with exceptions; which of the two
is asked for, and in what order, `netform.solve.part` and `netform.solve.exceptions` say.

The file is long because its one class is: all that finding and proving share of a part stands here, under one lock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from threading import Lock, RLock
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.allowed import allowed
from netform.explain.method import CUT_SHORT
from netform.explain.move_limits import MoveLimits
from netform.explain.obstacles import MOVES, NETWORKS, connected_parts
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.exact.state import PROVEN
from netform.solve.model.outcome import Doubt, Obstacle, PartPlan, Solution
from netform.solve.model.plan_model import LinkingRules, PlanModel
from netform.solve.model.problem import Group, Problem, exceptional, store_of
from netform.solve.primal.first_plan import Incumbent
from netform.solve.primal.value import PlanDemands, network_values, plan_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Rules
    from netform.solve.master.linear_program import Duals
    from netform.solve.model.budget import Deadline
    from netform.solve.model.candidate_cache import CandidateCache
    from netform.solve.model.outcome import Options, WarmStart
    from netform.solve.unlisted.centre_bound import CentreBound

__all__ = ["Part"]

# Rules over the whole plan that go with a list that exceptions, moves or a number of networks are chosen from, at most.
SIDES = 4


@dataclass(slots=True)
class Part:
    """The practices of one part of an area, with the rules they are planned by.

    Attributes
    ----------
    graph : networkx.Graph
        Of the part's practices by code.
    area : networkx.Graph
        Of those of the whole area.
    rules : Rules
        Those of the area.
    options : Options
    deadline : Deadline
    candidate_cache : CandidateCache
    stage : callable
        The context in which a stage of the work runs.
    report : callable
        Told what has found a better plan or bound.
    reasoned : callable
        Looks for what would remove the obstacles of some practices.
    linking : LinkingRules
        Rules over the whole area, which is planned as one part where there are any.
    alone : int
        Exceptions of the area that are none of its parts': pins, and practices over the band.
    whole : bool
        Whether the part is all there is of the area, so that it is no island.
    named : str
        The area as part of a sentence.
    problem : Problem
        Its practices, numbered.
    near : MoveLimits or None
        The limits on moves, where there are any.
    wide : tuple or None
        What `widest` gave.
    incumbent : Incumbent or None
        The best plan so far.
    bounds : dict of int or None to float
        Weighted hours per week that no plan costs less than which has so many exceptions, or for None no more than the
        best so far, and which has, of as many, no more patients outside the band: what a better one has.
    exceptions_bound : int
        No plan has fewer networks outside the band.
    candidates : int
        Feasible networks that were listed, or counted as they were met.
    columns : int or None
        Those that a better plan may still use, where they were counted.
    unlisted : bool
        Whether not all feasible networks could be kept.
    searching : bool
        Whether search goes on in a thread of its own.
    bounding : bool
        Whether a thread bounds by generated columns while another searches.
    lock : RLock
        Of the best plan and the bounds, where search goes on beside.
    generating : Lock
        Held while columns are generated: whoever comes second goes on from those of the first.
    centres : CentreBound or None
        The latest bound by centres, whose prices are nearly right for columns.
    generated : tuple or None
        Columns of the latest relaxation, and its duals.
    relaxed : tuple or None
        Of the latest relaxation over networks of any size: how many exceptions it allowed, its columns, its duals, and
        whether all were priced.
    counting : WarmStart or None
        What the relaxation over networks of any size that counts exceptions has learnt.
    too_many : list of tuple of int
        Bands whose feasible networks did not fit, and so do those of wider ones not.
    held : int
        Bytes of the lists in use.
    """

    graph: nx.Graph
    area: nx.Graph
    rules: Rules
    options: Options
    deadline: Deadline
    candidate_cache: CandidateCache
    stage: Callable[[str], AbstractContextManager[None]]
    report: Callable[[str], None]
    reasoned: Callable[[Sequence[str], Sequence[Obstacle]], tuple[Obstacle, ...]]
    linking: LinkingRules
    alone: int
    whole: bool
    named: str
    problem: Problem = field(init=False)
    near: MoveLimits | None = field(init=False, default=None)
    wide: tuple[PlanModel, NDArray[np.float64]] | None = field(init=False, default=None)
    incumbent: Incumbent | None = field(init=False, default=None)
    bounds: dict[int | None, float] = field(init=False, default_factory=dict)
    exceptions_bound: int = field(init=False, default=0)
    candidates: int = field(init=False, default=0)
    columns: int | None = field(init=False, default=None)
    unlisted: bool = field(init=False, default=False)
    searching: bool = field(init=False, default=False)
    bounding: bool = field(init=False, default=False)
    lock: RLock = field(init=False, default_factory=RLock, repr=False)
    generating: Lock = field(init=False, default_factory=Lock, repr=False)
    centres: CentreBound | None = field(init=False, default=None, repr=False)
    generated: tuple[CandidateStore, Duals] | None = field(init=False, default=None)
    relaxed: tuple[int, NDArray[np.int64], Duals, bool] | None = field(init=False, default=None)
    counting: WarmStart | None = field(init=False, default=None, repr=False)
    too_many: list[tuple[int, int]] = field(init=False, default_factory=list)
    held: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """State the problem of the part."""
        memory = self.candidate_cache.memory
        self.problem = replace(Problem.of(self.graph, self.graph, self.rules, self.area), memory=memory)
        if self.linking.moves is not None:
            self.near = MoveLimits(self, self.linking, self.deadline)

    @property
    def demands(self) -> PlanDemands:
        """The rules over the whole plan, as search knows them."""
        return PlanDemands.of(self.problem.codes, self.linking)

    @property
    def best(self) -> Incumbent | None:
        """The best plan so far, where it keeps every demand."""
        best = self.incumbent
        return None if best is None or best.value.broken else best

    def offer(self, found: Incumbent, step: str) -> bool:
        """Take a plan that is better than the best so far, and tell of it; whether it was.

        A plan that breaks a demand, or has exceptions that are forbidden, is no answer: it is kept only to go on from.

        Parameters
        ----------
        found : Incumbent
        step : str
            What has found it, for the solve log.
        """
        with self.lock:
            if self.linking:
                # The rules over the whole plan may have changed since it was valued.
                found = self.value_of(found.groups)
            if self.incumbent is not None and found.value >= self.incumbent.value:
                return False
            self.incumbent = found
            self.tell(step)
            return True

    def value_of(self, plan: Sequence[Group]) -> Incumbent:
        """A plan with what it is worth."""
        groups, demands = tuple(sorted(tuple(sorted(group)) for group in plan)), self.demands
        values = network_values(self.problem, demands, store_of(groups, len(self.problem.codes)))
        return Incumbent(groups, plan_value(values, demands))

    def raise_bound(self, bound: float, step: str, exceptions: int | None = None) -> None:
        """Take a bound that is higher than the one so far, and tell of it.

        Parameters
        ----------
        bound : float
            Weighted hours per week.
        step : str
            What has found it, for the solve log.
        exceptions : int or None
            The plans that it holds for are those as near the band as the best so far: with so many networks outside it,
            or for None no more than the best so far.
        """
        with self.lock:
            if bound > self.bounds.get(exceptions, 0.0):
                before = self.bound
                self.bounds[exceptions] = bound
                if self.bound > before:
                    self.tell(step)

    def raise_exceptions_bound(self, exceptions: int, step: str) -> None:
        """Take how many networks have to be outside the band, if that is more than so far, and tell of it.

        Parameters
        ----------
        exceptions : int
            No plan that keeps every demand has fewer.
        step : str
            What has found it, for the solve log.
        """
        with self.lock:
            if exceptions > self.exceptions_bound:
                self.exceptions_bound = exceptions
                self.tell(step)

    @property
    def bound(self) -> float:
        """Weighted hours per week: no plan as near the band as the best so far costs less.

        That is one with fewer exceptions, or with as many and no more patients outside the band: once no plan has
        fewer, what bounds cost looks at no other (`most_exceptions`).
        """
        best, whatever = self.incumbent, self.bounds.get(None, 0.0)
        if best is None or best.value.exceptions > self.exceptions_bound:
            return whatever
        return max(whatever, self.bounds.get(best.value.exceptions, 0.0))

    def tell(self, step: str) -> None:
        """Tell of the best plan and bound so far, where the plan is an answer."""
        if self.plan_so_far is not None:
            self.report(step)

    @property
    def plan_so_far(self) -> PartPlan | None:
        """The best plan so far with its bound, where it is an answer."""
        if (best := self.best) is None or (self.options.strict and best.value.exceptions):
            return None
        cost, exceptions = best.value.cost, best.value.exceptions
        groups = tuple(tuple(self.problem.codes[v] for v in group) for group in best.groups)
        solution = Solution("feasible", None, cost, min(self.bound, cost))
        settled = exceptions == self.exceptions_bound
        return PartPlan(groups, solution, self.candidates, CUT_SHORT, (), None, settled, exceptions)

    @property
    def doubt(self) -> Doubt:
        """What stands between the best plan so far and its proof; that time has run out, while it has not."""
        return Doubt("time", not self.unlisted, self.columns)

    @property
    def practices_each(self) -> float:
        """Practices that a network of the most patients has on average."""
        return float(self.rules.most / max(1.0, self.problem.data.list_size.mean()))

    def network_sizes(self, outside: int = 0) -> tuple[int, int]:
        """The least and the most registered patients of a network, in a plan so many patients outside the band."""
        networks = self.demands.networks
        return self.problem.network_sizes(networks or 0, networks or math.inf, outside)

    @property
    def most_exceptions(self) -> tuple[int, int | None]:
        """Exceptions of a better plan at most, and patients outside the band where no plan has fewer exceptions."""
        if (best := self.best) is None:
            return 0, 0
        few = best.value.exceptions <= self.exceptions_bound
        return best.value.exceptions, best.value.patients_outside if few else None

    @property
    def sound(self) -> bool:
        """Whether there is a plan that keeps every demand and has no exceptions."""
        return self.incumbent is not None and self.incumbent.sound

    def relink(self, linking: LinkingRules) -> None:
        """Change the rules over the whole plan, before any relaxation; the best plan so far is valued anew."""
        with self.lock:
            self.linking = linking
            # What held for plans with no more exceptions than the best was said of another best.
            self.bounds.pop(None, None)
            if self.incumbent is not None:
                self.incumbent = self.value_of(self.incumbent.groups)

    @property
    def done(self) -> bool:
        """Whether it is proven that no plan is better than the best so far."""
        best = self.incumbent
        return best is not None and best.sound and self.bound >= best.value.cost * (1 - PROVEN)

    def listed(self, least: int, most: int, *, enclaves: bool) -> PlanModel | None:
        """Every candidate of a band that the demands allow; None when there are too many."""
        if any(least <= low and most >= high for low, high in self.too_many):
            return None
        with self.stage("enumerate"):
            cache = self.candidate_cache
            sides = SIDES if self.linking or not enclaves else 0
            store = cache.list(self.problem, least, most, enclaves=enclaves, sides=sides, beside=self.held)
            if store is None:
                self.too_many.append((least, most))
                return None
            if self.problem.limits.forbids:
                store = store.take(np.flatnonzero(allowed(store, self.problem.limits)))
        number = min(self.problem.patients // least, len(self.problem.codes))
        model = PlanModel(self.problem.codes, store, self.problem.data, (), number, keep=cache.keep)
        self.hold(model.nbytes)
        return replace(model, memory=self.problem.memory)

    def hold(self, taken: int) -> None:
        """Leave the problem what there is beside the lists in use; where room is given back, others may fit."""
        if taken < 0:
            self.too_many.clear()
        self.held += taken
        # What is kept for the next question has this list in it.
        held = max(self.held, self.candidate_cache.held)
        self.problem = replace(self.problem, memory=self.candidate_cache.memory.left_beside(held))

    def tied(self, model: PlanModel) -> PlanModel:
        """The plans that keep what ties all parts of the area; candidates that break it by themselves are left out."""
        if not (sides := self.linking.rows(model.store, model.codes)):
            return model
        # All that is counted is at least 0, so what one candidate has too much of no other makes good.
        kept = np.all([side.coefficients <= side.most for side in sides], axis=0)
        tied = model.with_sides(sides)
        # A copy of a long list takes as much room again.
        return tied if kept.all() else tied.take(np.flatnonzero(kept))

    def widened(self, widening: int, *, enclaves: bool = False) -> PlanModel | None:
        """The plans with networks so far outside the band, as far as exceptions go; None when they are too many."""
        # Later questions may pin what a plan of this one could not hold, or ask for another number of networks.
        least, most = max(1, self.rules.least - widening), self.rules.most + widening
        if not self.candidate_cache.keep:
            least, most = self.network_sizes(widening)
        return self.listed(least, min(most, self.rules.exception_most), enclaves=enclaves)

    def widest(self) -> tuple[PlanModel, NDArray[np.float64]] | None:
        """All plans with exceptions, listed once, and 1 for every candidate that is one."""
        if self.wide is None:
            model = self.listed(1, self.rules.exception_most, enclaves=False)
            self.wide = None if model is None else (model, self.exceptional(model)[0])
        return self.wide

    def tied_widest(self) -> tuple[PlanModel, NDArray[np.float64]] | None:
        """The plans with exceptions that keep what ties all parts of the area, and 1 for every exception."""
        if (wide := self.widest()) is None:
            return None
        model = self.tied(wide[0])
        return model, wide[1] if len(model.store) == len(wide[1]) else self.exceptional(model)[0]

    def exceptional(self, model: PlanModel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Which candidates are exceptions (1, else 0), and by how many patients each is outside the band."""
        exceptions, outside = exceptional(self.problem, model.store)
        return exceptions.astype(np.float64), outside

    def columns_of(
        self, model: PlanModel, below: float = math.inf, what: str = "cost"
    ) -> NDArray[np.int64] | None:
        """Where the networks of the best plan stand in a model; None where one of them does not.

        None also where what is said of the plan (a field of `PlanValue`) is not below so much.
        """
        if (best := self.best) is None or getattr(best.value, what) >= below:
            return None
        return model.positions([tuple(self.problem.codes[v] for v in group) for group in best.groups])

    def offer_columns(self, model: PlanModel, chosen: NDArray[np.int64], step: str) -> bool:
        """Take a plan of columns of a model if it is better than the best so far; whether it was."""
        plan = [tuple(int(v) for v in model.store[int(j)]) for j in chosen]
        return self.offer(self.value_of(plan), step)

    def solve_model(self, model: PlanModel, exceptions: int = 0) -> Solution:
        """Solve over the columns of a model, telling of better plans and bounds.

        Parameters
        ----------
        model : PlanModel
        exceptions : int
            Networks outside the band of every plan of the model.
        """
        with self.stage("score"):
            costs = model.costs

        def on_plan(solution: Solution) -> None:
            self.columns = solution.columns
            if solution.chosen is None:
                self.raise_bound(solution.bound, "bound", exceptions)
                return
            with self.lock:
                self.bounds[exceptions] = max(self.bounds.get(exceptions, 0.0), solution.bound)
                if not self.offer_columns(model, solution.chosen, "columns"):
                    self.tell("bound")

        found = solve_set_partitioning(
            model.partitioning(costs),
            self.deadline,
            stage=self.stage,
            on_plan=on_plan,
            incumbent=lambda cost: self.columns_of(model, cost),
            trace=self.candidate_cache.keep,
            threads=self.options.threads,
        )
        self.columns = found.columns
        return found

    def explained(self, found: Sequence[Obstacle]) -> tuple[Obstacle, ...]:
        """Give the obstacles of each part the changes that would remove them; those of the area have their own."""
        demanded = self.linking.networks is not None
        parts = [self.problem.codes] if demanded else connected_parts(self.graph, self.rules)
        of_map = [obstacle for obstacle in found if obstacle.reason not in (MOVES, NETWORKS)]
        explained: list[Obstacle] = []
        for part in parts:
            inside = set(part)
            explained += self.reasoned(
                part, [each for each in of_map if inside.issuperset(each.practice_codes)]
            )
        known = {(each.reason, each.practice_codes) for each in explained}
        return (*explained, *(each for each in found if (each.reason, each.practice_codes) not in known))
