"""Plan one part of an area: list, filter by the demands, choose; exceptions last.

Exceptions are minimised before any cost: first how many networks lie outside the band (or have too few or too
many practices), then by how many patients. A part without exceptions is what the first attempt looks for; only
its proven failure, or a plan that must be had within the time, opens the band.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.allowed import Limits, allowed, counts_allowed
from netform.errors import ImpossibleError, NoPlanError
from netform.scores.balance import group_sums
from netform.solve.choice import Choice
from netform.solve.choose import choose
from netform.solve.deadline import Deadline
from netform.solve.feasibility import Obstacle, connected_parts, obstacles
from netform.solve.fewest import fewest
from netform.solve.linear import SideRow
from netform.solve.listing import Listings
from netform.solve.needed import SECONDS, SHARE, Near
from netform.solve.number import other_number
from netform.solve.relaxation import Choosing
from netform.solve.search import Group, Problem, better_plan, first_plan, group_costs
from netform.solve.statement import Statement
from netform.solve.ties import Ties
from netform.solve.why import explained_by_part, undivided
from netform.tradeoff import Groups

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from netform.rules import Rules
    from netform.solve.outcome import Options

__all__ = ["PartPlan", "PartSolver"]

# How far outside the band exceptions are looked for, registered patients, one step after the other.
WIDENINGS = (1_000, 2_500, 5_000, 10_000, 20_000, 10**9)

# Share of the time left in which exceptions near a start are looked for.
IN_TIME = 0.9

# In the first choice among exceptions each weighs this much, and each patient outside the band 1/1000.
EXCEPTION = 1_000.0

Stage = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class PartPlan:
    """What choosing came to for one part.

    Attributes
    ----------
    groups : tuple of tuple of str
        The practice codes of every network.
    choice : Choice
        ``cost`` and ``bound`` in weighted hours per week.
    candidates : int
        How many were listed.
    method : str
        How the plan was chosen, for people.
    reasons : tuple of Obstacle
        Why there are exceptions.
    statement : Statement or None
        All plans that could be chosen; None when they could not be listed.
    settled : bool
        Whether it is proven that no plan has fewer exceptions.
    exceptions : int
        Networks outside the band, or of too few or too many practices.
    notes : tuple of str
        What else was found on the way, for people.
    """

    groups: Groups
    choice: Choice
    candidates: int
    method: str
    reasons: tuple[Obstacle, ...] = ()
    statement: Statement | None = None
    settled: bool = True
    exceptions: int = 0
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class PartSolver:
    """The best plan of one part of an area.

    Attributes
    ----------
    graph : networkx.Graph
        Of the part's practices by code.
    rules : Rules
        Those of the area.
    options : Options
    deadline : Deadline
    listings : Listings
    stage : callable
        The context in which a stage of the work runs.
    report : callable
        Told of every better plan and its bound.
    reasoned : callable
        Looks for what would remove the obstacles of some practices.
    ties : Ties or None
        Rules over the whole area, which is planned as one part then.
    alone : int
        Exceptions of the area that are none of its parts': pins, and practices over the band.
    whole : bool
        Whether the part is all there is of the area, so that it is no island.
    named : str
        The area as part of a sentence.
    """

    graph: nx.Graph
    rules: Rules
    options: Options
    deadline: Deadline
    listings: Listings
    stage: Stage
    report: Callable[[Groups, float, float], None]
    reasoned: Callable[[Sequence[str], Sequence[Obstacle]], tuple[Obstacle, ...]]
    ties: Ties | None
    alone: int
    whole: bool
    named: str
    problem: Problem = field(init=False)
    limits: Limits = field(init=False)
    near: Near | None = field(init=False, default=None)
    wide: tuple[Statement, NDArray[np.float64]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """State the problem of the part."""
        self.problem = Problem.of(self.graph, self.graph, self.rules)
        self.limits = self.problem.limits
        if self.ties is not None and self.ties.moves is not None:
            self.near = Near(self.ties, self.named, self.deadline, self.alone, self.widest)

    def solve(self) -> PartPlan:
        """Within the band if a plan exists, else with the fewest exceptions, each with what would remove it."""
        plan = self.planned()
        if self.near is None and not plan.reasons:
            return plan
        with self.stage("reasons"):
            plan = self.judged(plan)
            return replace(plan, reasons=self.explained(plan.reasons))

    def planned(self) -> PartPlan:
        """Within the band if a plan exists, else with the fewest exceptions."""
        seen = [] if self.ties else obstacles(self.graph, self.problem.codes, self.rules, whole=self.whole)
        self.refuse(seen)
        if seen:
            return self.with_exceptions(seen)
        # Later questions may pin what a plan of this one could not hold.
        statement = self.state(self.rules.least, self.rules.most, enclaves=not self.listings.keep)
        if statement is None:
            return self.by_search()
        listed = len(statement.store)
        inside = np.flatnonzero(counts_allowed(statement.store, self.limits))
        if len(inside) < listed:
            statement = statement.take(inside)
        free = statement
        if self.near is not None:
            with self.stage("reasons"):
                self.near.settle(free, strict=self.options.strict)
            self.ties = self.near.ties
        statement = self.tied(free)
        choice = self.choose(statement)
        if choice.status == "infeasible":
            with self.stage("reasons"):
                found = self.why(free, listed)
            self.refuse(found)
            return self.with_exceptions(found)
        if choice.chosen is None:
            return self.by_search(bound=choice.bound, listed=listed)
        return PartPlan(
            statement.groups(choice.chosen), choice, listed, method(choice, listed), (), statement
        )

    def why(self, free: Statement, listed: int) -> list[Obstacle]:
        """Why no plan is within the band, where choosing among all that are listed has found that there is none.

        Parameters
        ----------
        free : Statement
            Those within the band, without what ties all parts of the area.
        listed : int
        """
        if self.near is not None and (obstacle := self.near.without_exceptions(free)) is not None:
            return [obstacle]
        return undivided(
            self.graph,
            self.rules,
            free,
            self.deadline,
            listed=listed,
            forbids=bool(self.limits.forbids),
            # What may move has tied the parts, and it is not to blame; their number would be.
            by_part=self.ties is not None and self.ties.networks is None,
            whole=self.whole,
        )

    def judged(self, plan: PartPlan) -> PartPlan:
        """A plan with what is to be said of the rules over the whole area: exceptions they cost, and moves."""
        near, more = self.near, []
        if self.ties is not None and plan.exceptions and (wide := self.widest()) is not None:
            share = self.deadline.share(SHARE, SECONDS)
            more.append(other_number(*wide, self.ties, plan.exceptions, self.alone, share))
        if near is not None:
            more.append(near.fewer_exceptions(plan.exceptions))
        plan = replace(plan, reasons=(*plan.reasons, *filter(None, more)))
        if near is None or near.count is None or near.note is None:
            return plan
        plan = replace(plan, notes=(near.note,))
        if near.count.proven:
            return plan
        said = f"{plan.method} That no plan moves fewer practices is not proven."
        return replace(plan, method=said, choice=replace(plan.choice, status="feasible"))

    def explained(self, found: Sequence[Obstacle]) -> tuple[Obstacle, ...]:
        """The obstacles with the smallest changes that would remove them, of each part by itself."""
        tied = self.ties is not None and self.ties.networks is None
        parts = connected_parts(self.graph, self.rules) if tied else [self.problem.codes]
        return explained_by_part(parts, found, self.reasoned)

    def refuse(self, found: Sequence[Obstacle]) -> None:
        """Raise the reasons found when exceptions are forbidden."""
        if self.options.strict and found:
            where = f"{self.named.removeprefix(' for ')}: " if self.named else ""
            found = self.explained(found)
            raise ImpossibleError("\n".join(f"{where}{obstacle.text}" for obstacle in found))

    def with_exceptions(self, reasons: Sequence[Obstacle]) -> PartPlan:
        """The fewest networks outside the band, then the fewest patients, then the least cost."""
        spare = None
        if self.near is not None:
            with self.stage("reasons"):
                self.near.refuse()
            spare = self.spare_plan(reasons)
            # What is known has to be said in time, and the engine may be late.
            self.deadline = self.deadline.share(IN_TIME)
        for widening in WIDENINGS:
            statement = self.widened(widening)
            if statement is None:
                break
            listed, statement = len(statement.store), self.tied(statement)
            outside, weight = self.weigh(statement)
            few = self.choose(statement, weight)
            last = widening == WIDENINGS[-1]
            if few.chosen is None:
                if last and few.status == "infeasible":
                    raise ImpossibleError(self.impossible(reasons))
                continue
            count = int((weight[few.chosen] > 0).sum())
            # One exception is the fewest there can be once none is proven impossible, and nothing that lies
            # further outside the band betters its patients; more than one is settled by the widest list alone.
            settled = few.status == "optimal" and (count <= 1 or last)
            if settled or last:
                return self.cheapest(statement, outside, weight, few, reasons, listed=listed, settled=settled)
        return spare or self.by_search(reasons=reasons)

    def spare_plan(self, reasons: Sequence[Obstacle]) -> PartPlan | None:
        """A plan near its start with few exceptions, for when time runs out before the fewest patients are found.

        A limit on moves makes it hard to prove how few patients can be outside the band; how few networks is easy.
        """
        if (wide := self.widest()) is None:
            return None
        statement, share = self.tied(wide[0]), self.deadline.share(SHARE, SECONDS)
        outside = (self.weigh(statement)[1] > 0).astype(np.float64)
        count = fewest(statement, outside, share, least=1)
        if count.found is None:
            return None
        statement = replace(
            statement, sides=(*statement.sides, SideRow(outside, -math.inf, count.found + 0.5))
        )
        found = choose(statement.choosing(statement.costs), share)
        if found.chosen is None:
            return None
        groups, listed = statement.groups(found.chosen), len(wide[0].store)
        self.report(groups, found.cost, 0.0)
        choice = Choice("feasible", found.chosen, found.cost, 0.0)
        said = f"{method(choice, listed)} That the exceptions are as near the band as possible is not proven."
        number = int(outside[found.chosen].sum())
        return PartPlan(
            groups, choice, listed, said, tuple(reasons), statement, settled=False, exceptions=number
        )

    def widened(self, widening: int) -> Statement | None:
        """The plans with networks so far outside the band, as far as exceptions go; None when they are too many."""
        low = max(1, self.rules.least - widening)
        high = min(self.rules.most + widening, self.rules.exception_most)
        if self.wide is not None and widening == WIDENINGS[-1]:
            return self.wide[0]
        return self.state(low, high, enclaves=False)

    def widest(self) -> tuple[Statement, NDArray[np.float64]] | None:
        """All plans with exceptions, listed once, and 1 for every candidate that is one."""
        if self.wide is None:
            statement = self.widened(WIDENINGS[-1])
            if statement is not None:
                self.wide = statement, (self.weigh(statement)[1] > 0).astype(np.float64)
        return self.wide

    def tied(self, statement: Statement) -> Statement:
        """The plans that keep what ties all parts of the area; candidates that break it by themselves are left out."""
        if self.ties is None:
            return statement
        sides = self.ties.rows(statement)
        kept = np.ones(len(statement.store), np.bool_)
        for side in sides:
            # All that is counted is at least 0, so what one candidate has too much of no other makes good.
            kept &= side.coefficients <= side.most
        return replace(statement, sides=(*statement.sides, *sides)).take(np.flatnonzero(kept))

    def weigh(self, statement: Statement) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Patients outside the band, and the weight as an exception, of every candidate."""
        patients = group_sums(statement.store, self.problem.data.list_size)
        outside = np.maximum(0.0, np.maximum(self.rules.least - patients, patients - self.rules.most))
        counted = counts_allowed(statement.store, self.limits)
        return outside, np.where((outside > 0) | ~counted, EXCEPTION + outside / 1000, 0.0)

    def cheapest(
        self,
        statement: Statement,
        outside: NDArray[np.float64],
        weight: NDArray[np.float64],
        few: Choice,
        reasons: Sequence[Obstacle],
        *,
        listed: int,
        settled: bool,
    ) -> PartPlan:
        """The least cost among the plans with the fewest exceptions."""
        assert few.chosen is not None  # noqa: S101 (the caller has looked)
        # A patient is worth 1/1000: half of that separates this total from the next.
        total = math.fsum(weight[few.chosen])
        count = SideRow((weight > 0).astype(np.float64), -math.inf, float((weight[few.chosen] > 0).sum()))
        patients = SideRow(outside, -math.inf, float(outside[few.chosen].sum()) + 0.5)
        first = statement.groups(few.chosen)
        first_cost = math.fsum(statement.costs[few.chosen])
        statement = replace(statement, sides=(*statement.sides, count, patients)).take(
            np.flatnonzero(weight <= total + 0.0005)
        )
        choice = self.choose(statement)
        if choice.chosen is None:
            position = statement.positions(first)
            choice = Choice("feasible", position, first_cost, max(0.0, min(choice.bound, first_cost)))
        said = method(choice, listed)
        if not settled:
            said += " That the exceptions are the fewest possible is not proven."
            bound = 0.0 if choice.status == "optimal" else choice.bound
            choice = replace(choice, status="feasible", bound=bound)
        assert choice.chosen is not None  # noqa: S101 (the first choice stands in)
        groups = statement.groups(choice.chosen)
        exceptions = int((weight[few.chosen] > 0).sum())
        return PartPlan(groups, choice, listed, said, tuple(reasons), statement, settled, exceptions)

    def impossible(self, reasons: Sequence[Obstacle]) -> str:
        """Why not even exceptions make a plan."""
        sentences = "\n".join(obstacle.text for obstacle in self.explained(reasons))
        return f"no plan keeps every demand{self.named}, even with networks outside the band.\n{sentences}".strip()

    def by_search(self, *, bound: float = 0.0, listed: int = 0, reasons: Sequence[Obstacle] = ()) -> PartPlan:
        """A plan by neighbourhood search, where the candidates are too many to list or time is short."""
        if self.ties or self.limits.forbids:
            known = "".join(f"\n{obstacle.text}" for obstacle in reasons)
            raise NoPlanError(
                "the number of networks can be fixed, moves counted and demands kept only where all feasible networks "
                f"can be listed and chosen from in the time{self.named}: drop what is demanded, narrow the band, or "
                f"allow more with --time-limit.{known}"
            )
        problem = self.problem
        with self.stage("search"):
            plan = first_plan(problem, self.options.seed, self.deadline)
            self.tell(plan)
            plan = better_plan(problem, plan, choose_groups, self.deadline, on_plan=self.tell)
        patients = [int(problem.data.list_size[list(group)].sum()) for group in plan]
        if self.options.strict and any(not self.rules.least <= n <= self.rules.most for n in patients):
            raise NoPlanError(
                f"no plan without exceptions was found in the time given{self.named}, and --strict forbids them; "
                "that none exists is not proven. Allow more with --time-limit."
            )
        cost = math.fsum(group_costs(problem, plan))
        overhead = self.rules.weight("overhead") * self.rules.overhead_hours_week
        # Exceptions may be as large as exception_most, so that is what bounds the number of networks.
        largest = max(self.rules.exception_most, self.rules.most)
        floor = overhead * -(-problem.patients // largest)
        if bound > floor:
            said = (
                f"Time ran out while choosing among all {listed:,} feasible networks: the plan comes from search, "
                "the bound from the relaxation over all of them."
            )
        else:
            said = (
                "The feasible networks are too many to list, so the plan comes from search: the best found, not "
                "proven best. Its bound counts only the overhead of the fewest networks possible and is weak."
            )
        choice = Choice("feasible", None, cost, min(cost, max(bound, floor)))
        groups = tuple(tuple(problem.codes[v] for v in group) for group in plan)
        return PartPlan(groups, choice, listed, said, tuple(reasons), settled=False)

    def state(self, least: int, most: int, *, enclaves: bool) -> Statement | None:
        """Every candidate of a band that the demands allow; None when there are too many."""
        with self.stage("enumerate"):
            store = self.listings.list(self.problem, least, most, enclaves=enclaves)
            if store is None:
                return None
            if self.limits.forbids:
                store = store.take(np.flatnonzero(allowed(store, self.limits)))
        number = self.problem.patients // least if least > 1 else self.problem.patients
        return Statement(
            self.problem.codes, store, self.problem.data, (), min(number, len(self.problem.codes))
        )

    def choose(self, statement: Statement, weight: NDArray[np.float64] | None = None) -> Choice:
        """Choose by cost, telling of better plans; or by weight, which is not in hours, quietly."""
        if weight is None:
            with self.stage("score"):
                costs = statement.costs
        else:
            costs = weight
        choosing = statement.choosing(costs)

        def on_plan(choice: Choice) -> None:
            if weight is None and choice.chosen is not None:
                self.report(statement.groups(choice.chosen), choice.cost, choice.bound)

        def improve(chosen: NDArray[np.int64] | None) -> list[Group]:
            if chosen is None:
                plan = first_plan(self.problem, self.options.seed, self.deadline)
            else:
                plan = [tuple(int(v) for v in statement.store[int(j)]) for j in chosen]
            return better_plan(self.problem, plan, choose_groups, self.deadline)

        return choose(
            choosing,
            self.deadline,
            stage=self.stage,
            on_plan=on_plan,
            improve=improve if weight is None and not choosing.sides else None,
            trace=weight is None and self.listings.keep,
        )

    def tell(self, plan: Sequence[Group]) -> None:
        """Tell of a plan that search found."""
        groups = tuple(tuple(self.problem.codes[v] for v in group) for group in plan)
        self.report(groups, math.fsum(group_costs(self.problem, plan)), 0.0)


def choose_groups(choosing: Choosing, deadline: Deadline) -> NDArray[np.int64] | None:
    """The exact choice of a neighbourhood; a failure is no plan."""
    return choose(choosing, deadline).chosen


def method(choice: Choice, candidates: int) -> str:
    """How a plan was chosen and what is proven of it, for people."""
    if choice.status == "optimal":
        return f"All {candidates:,} feasible networks were listed and scored, and no other choice of them costs less."
    return (
        f"All {candidates:,} feasible networks were listed and scored; the plan is the best found in the time, and "
        "no choice of them costs less than the bound."
    )
