"""Plans near the optimum: the next best, the most different, and where they all agree.

Plans within an allowance of the best use only the few columns whose column bound lies within it. All plans of those are
held in one decision diagram (`netform.solve.diagram.build`), of which every question here is a query. Where it would
grow too large each question is a set partitioning over those columns instead, exact too, but slow in large areas.

Where all plans near the optimum are too many for a diagram, those that change a few neighbouring networks are not
(local diagrams): all else stays as it is, so they may spend the whole allowance there. They are plans like any other,
and show most neighbours together in one and apart in another.

The file is long because its one class is: every question is asked of the same diagrams and columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.scores.balance import group_sums
from netform.scores.continuity import moved
from netform.solve.diagram.build import build_diagram
from netform.solve.diagram.queries import Diagram, Least, cheapest_plans, least_plan
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

__all__ = ["NearOptimalPlans", "Ranked", "local_diagrams"]

# Hours per week within which two costs count as equal.
SAME = 1e-4

# Arcs looked at for a different plan.
MOST_ARCS = 500_000_000

# Shares of the best cost within which the next best plans are looked for, one after the other.
SHARES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


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


@dataclass(frozen=True, slots=True)
class Ranked:
    """A plan near the optimum.

    Attributes
    ----------
    chosen : ndarray of int64
        Its columns, positions in the plan model.
    cost : float
        Weighted hours per week, without the fixed networks.
    proven : bool
    apart, most : float
        For a different plan: patients moved from the best and from the different ones before it, added up, and what
        no plan within the allowance exceeds.
    """

    chosen: NDArray[np.int64]
    cost: float
    proven: bool
    apart: float = 0.0
    most: float = 0.0


@dataclass(slots=True)
class NearOptimalPlans:
    """What is asked about the plans of a plan model near its optimum, and what is known of them.

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

    def next_best(self, count: int) -> list[Ranked]:
        """The ``count`` cheapest plans after the best, cheapest first; fewer when there are no more.

        They are read off the diagram of all plans within a share of the best cost, the share widened until there are
        enough; where that diagram is too large, each is the best of all plans but those before it.
        """
        if not self.model.codes:
            return []
        for share in SHARES:
            limit = self.best.cost * (1 + share) + SAME
            if (diagram := self.diagram(limit)) is None:
                break
            plans = cheapest_plans(diagram, self.costs, count + 1, limit)
            if len(plans) > count:
                self.known += plans
                # The best plan itself is left out; among equals it is the one that is known as the best.
                rest = [plan for plan in plans if not np.array_equal(plan, self.known[0])]
                after = rest[len(rest) - count :]
                return [Ranked(plan, math.fsum(self.costs[plan]), proven=True) for plan in after]
        return self.one_by_one(count)

    def one_by_one(self, count: int) -> list[Ranked]:
        """The next best plans, each the best of all but those before it."""
        ranked: list[Ranked] = []
        before = [self.known[0]]
        place = 0
        while len(ranked) < count and not self.deadline.passed:
            limit = self.best.cost * (1 + SHARES[place]) + SAME
            last = place == len(SHARES) - 1
            kept = np.arange(len(self.costs)) if last else self.within(limit)
            cutoff = math.inf if last else limit
            found = self.solve_model(kept, self.costs, self.other_than(before), cutoff)
            if found.chosen is not None:
                ranked.append(Ranked(found.chosen, found.cost, proven=found.status == "optimal"))
                before.append(found.chosen)
            elif found.status == "infeasible" and not last:
                place += 1
            else:
                break
        # One that is not proven may cost more than those found after it.
        return sorted(ranked, key=lambda rank: rank.cost)

    def different(self, count: int, share: float) -> list[Ranked]:
        """Plans within a share of the best cost that place the most patients differently.

        Each moves the most patients from the best plan and from the ones before it, added up; of those that move
        as many the cheapest.
        """
        if not self.model.codes:
            return []
        limit = self.best.cost * (1 + share) + SAME
        size = self.model.data.list_size
        # Patients who stay, rather than those who move: no cost is below zero.
        staying = group_sums(self.model.store, size) - self.moved(self.known[0], size)
        ranked: list[Ranked] = []
        plans = [self.known[0]]
        whole = self.deadline
        for number in range(count):
            if whole.passed:
                break
            diagram = self.diagram(limit)
            if diagram is None:
                self.deadline = whole.share(1 / (count - number))
                found = self.most_different(limit, staying, plans)
                self.deadline = whole
            else:
                found = least_plan(diagram, staying, self.costs, limit, plans, most_steps=MOST_ARCS)
            if found.chosen is None:
                break
            everyone = len(plans) * float(size.sum())
            apart = everyone - math.fsum(staying[found.chosen])
            most = max(apart, everyone - found.bound)
            cost = math.fsum(self.costs[found.chosen])
            ranked.append(Ranked(found.chosen, cost, found.complete, apart, most))
            plans.append(found.chosen)
            staying += group_sums(self.model.store, size) - self.moved(found.chosen, size)
        return ranked

    def most_different(
        self, limit: float, staying: NDArray[np.float64], plans: Sequence[NDArray[np.int64]]
    ) -> Least:
        """The plan within a limit in which the fewest patients stay, then the cheapest of those, without a diagram."""
        kept = self.within(limit)
        rows = [self.at_most(limit), *self.other_than(plans)]
        known = None
        # Of the largest diagram that could be built below the limit.
        lower = max((low for low, built in self.diagrams.items() if built and low <= limit), default=None)
        if lower is not None and (diagram := self.diagrams[lower]) is not None:
            known = least_plan(diagram, staying, self.costs, lower, plans, most_steps=MOST_ARCS).chosen
        # Thousands of patients, the size of hours: solvers like that.
        cutoff = math.inf if known is None else math.fsum(staying[known]) / 1000
        found = self.solve_model(kept, staying / 1000, rows, cutoff)
        chosen = known if found.chosen is None else found.chosen
        settled = found.status in ("optimal", "infeasible")
        if chosen is None:
            return Least(None, 1000 * found.bound, settled)
        stay = math.fsum(staying[chosen])
        bound = stay if settled else min(stay, 1000 * found.bound)
        same = SideRow(staying, -math.inf, stay + 0.5)
        cheaper = self.solve_model(kept, self.costs, (*rows[1:], same), math.fsum(self.costs[chosen]) - SAME)
        if cheaper.chosen is not None:
            chosen = cheaper.chosen
        return Least(chosen, bound, settled and cheaper.status != "unknown")

    def together(self, pairs: NDArray[np.int64], share: float) -> list[str]:
        """Whether pairs of practices are in one network in all, some or none of the plans within a share.

        Parameters
        ----------
        pairs : ndarray of int64, shape (p, 2)
            Numbers of practices.
        share : float
            Of the best cost.

        Returns
        -------
        list of str
            ``all``, ``some``, ``none``, or ``unsettled`` when time ran out.
        """
        limit = self.best.cost * (1 + share) + SAME
        diagram = self.diagram(limit)
        if diagram is None:
            seen, settled = self.asked_one_by_one(pairs, limit)
        else:
            seen = self.seen_in(self.columns_of(diagram, limit), pairs)
            settled = np.ones_like(seen)
        both, apart = seen
        said = [both & apart, both & settled[1], apart & settled[0]]
        return [str(each) for each in np.select(said, ["some", "all", "none"], "unsettled")]

    def columns_of(self, diagram: Diagram, limit: float) -> NDArray[np.int64]:
        """The columns that the plans of a diagram below a limit use."""
        return np.flatnonzero(diagram.column_bounds(self.costs) < limit)

    def seen_in(self, columns: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which pairs some columns have together (first row) and apart (second row)."""
        holds = self.holds(columns)
        a, b = holds[pairs[:, 0]], holds[pairs[:, 1]]
        return np.array([(a & b).any(axis=1), (a & ~b).any(axis=1)])

    def asked_one_by_one(
        self, pairs: NDArray[np.int64], limit: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which pairs plans below a limit have together and apart, and for which that is settled.

        Each is a question of its own unless plans known answer it.
        """
        # All plans within a smaller share settle most pairs that are together in some plans only.
        for share in SHARES:
            near = min(limit, self.best.cost * (1 + share) + SAME)
            if self.diagram(near) is None or near - self.best.cost > (limit - self.best.cost) / 4:
                break
        seen = np.zeros((2, len(pairs)), np.bool_)
        for lower, known in self.diagrams.items():
            if known is not None and lower <= limit:
                seen |= self.seen_in(self.columns_of(known, lower), pairs)
        for plan in self.known:
            if math.fsum(self.costs[plan]) <= limit:
                seen |= self.seen_in(plan, pairs)
        for diagram, below in local_diagrams(self, limit):
            seen |= self.seen_in(self.columns_of(diagram, below), pairs)
        kept = self.within(limit)
        holds = self.holds(kept)
        settled = seen.copy()
        for position, (a, b) in enumerate(pairs.tolist()):
            for apart, shut in enumerate((holds[a] ^ holds[b], holds[a] & holds[b])):
                if seen[apart, position] or self.deadline.passed:
                    continue
                met, settled[apart, position] = self.any_plan(kept[~shut], limit)
                if met is not None:
                    seen |= self.seen_in(met, pairs)
        return seen, settled

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

    def moved(self, plan: NDArray[np.int64], worth: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the practices of each column are worth whose network of a plan has at most half its patients in it.

        Parameters
        ----------
        plan : ndarray of int64
            Where the practices start.
        worth : ndarray of float64, shape (n,)
            Of every practice: its patients, or 1.
        """
        network, size = network_of(self.model.store, plan), self.model.data.list_size
        patients = np.bincount(network, weights=size, minlength=len(plan)).astype(np.float64)
        return moved(self.model.store, network, patients, size, worth)


def network_of(store: CandidateStore, plan: NDArray[np.int64]) -> NDArray[np.int64]:
    """The network of every practice, numbered as in the plan."""
    network = np.zeros(store.practices, np.int64)
    for number, column in enumerate(plan):
        network[store[int(column)]] = number
    return network


def local_diagrams(near: NearOptimalPlans, limit: float) -> Iterator[tuple[Diagram, float]]:
    """For every network of the best plan, the ways to form it and those nearest to it anew, below a limit.

    Parameters
    ----------
    near : NearOptimalPlans
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
    found = (each for most in SPACE.practices for each in _neighbourhoods(networks, whole.store, most))
    for nearby in dict.fromkeys(map(frozenset, found)):
        if near.deadline.passed:
            return
        stay = np.delete(plan, list(nearby))
        cutoff = limit - math.fsum(whole.costs[stay])
        rest, inside = whole.rest(stay, np.arange(len(kept)))
        diagram = near.built(rest, bound_columns(rest, near.deadline), kept[inside], cutoff)
        if diagram is not None:
            yield diagram, cutoff


def _neighbourhoods(plan: CandidateStore, columns: CandidateStore, most: int) -> list[list[int]]:
    """For each network of a plan, it and those that share the most columns with it, as far as there is room.

    Parameters
    ----------
    plan : CandidateStore
        Its networks.
    columns : CandidateStore
        Those that say which networks are neighbours: columns with practices of both.
    most : int
        Practices of a neighbourhood.

    Returns
    -------
    list of list of int
        Networks by where they stand in the plan, in the order in which they were joined; each set once.
    """
    sizes = np.diff(plan.offsets)
    owner = np.empty(plan.practices, np.int64)
    owner[plan.members] = np.repeat(np.arange(len(plan)), sizes)
    meets = np.zeros((len(columns), len(plan)), np.float32)
    meets[np.repeat(np.arange(len(columns)), np.diff(columns.offsets)), owner[columns.members]] = 1.0
    shared = meets.T @ meets
    found = dict[tuple[int, ...], list[int]]()
    for start in range(len(plan)):
        some = [start]
        while True:
            weight = shared[some].sum(axis=0)
            weight[some] = 0.0
            weight[sizes + sizes[some].sum() > most] = 0.0
            nearest = int(weight.argmax())
            if not weight[nearest]:
                break
            some.append(nearest)
        found[tuple(sorted(some))] = some
    return list(found.values())
