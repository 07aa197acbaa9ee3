"""Plan few large networks by the assignment model with centres: plans and a bound.

Every practice is assigned to the hub of its network at least cost, each network within the band (Hess et al., 1965).
The Lagrangian bound fixes what no cheaper plan has (`netform.solve.unlisted.centre_bound`); an integer program decides
the rest. Where a network of its answer is in parts, rows that every connected network keeps are added (minimal
separators, after Validi, Buchanan and Lykhovyd, 2022), and it is solved again: the solver takes no rows on the way.

Every answer of the program bounds all plans, connected or not; one whose networks keep all demands is a plan. Where its
true cost is what the model says, it is proven best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.allowed import allowed, counts_allowed
from netform.solve.model.problem import group_costs, store_of
from netform.solve.unlisted.assignment_program import AssignmentProgram, component_of, separators
from netform.solve.unlisted.centre_bound import BoundParams, centre_bound
from netform.solve.unlisted.centre_costs import CentreCosts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import networkx as nx

    from netform.solve.model.budget import Deadline
    from netform.solve.model.problem import Group, Problem
    from netform.solve.unlisted.assignment_program import Assignment
    from netform.solve.unlisted.centre_bound import CentreBound

__all__ = ["CentreParams", "CentreSolution", "solve_by_centres"]


@dataclass(frozen=True, slots=True)
class CentreParams:
    """How far the model goes.

    Attributes
    ----------
    most_assigned : int
        Pairs of an item and a hub that the integer program may have: beyond, its relaxation alone takes minutes and
        its memory grows to gigabytes.
    rounds : int
        Times that the program is solved at most.
    near : float
        Hours per week, as a share of the cost, within which two costs are the same.
    bound, again : BoundParams
        The first bound, and the one that fixes for a cutoff.
    cutoffs : tuple of float
        Trial cutoffs above the bound, as shares of it: the nearer, the more is fixed; each that has no plan below it
        raises the bound, and a few that are far apart waste the least on those.
    """

    most_assigned: int = 12_000
    rounds: int = 1_000
    near: float = 1e-7
    bound: BoundParams = field(default_factory=BoundParams)
    again: BoundParams = field(default_factory=lambda: BoundParams(rounds=60))
    cutoffs: tuple[float, ...] = (0.005, 0.02, 0.1)


@dataclass(frozen=True, slots=True)
class CentreSolution:
    """The best plan, and its bound.

    Attributes
    ----------
    plan : tuple of groups or None
        The best plan known, the incumbent that was given among them.
    cost : float
        Its hours per week; infinite for none.
    bound : float
        Hours per week that no plan within the band costs less than.
    status : str
        ``optimal``: the cost is the bound; ``infeasible``: no plan within the band keeps the demands; ``feasible``;
        ``unknown``.
    """

    plan: tuple[Group, ...] | None
    cost: float
    bound: float
    status: str


def solve_by_centres(
    problem: Problem,
    deadline: Deadline,
    *,
    networks: int | None = None,
    incumbent: Sequence[Group] | None = None,
    params: CentreParams = CentreParams(),
    on_bound: Callable[[float], None] = lambda _bound: None,
    on_plan: Callable[[Sequence[Group], float], None] = lambda _plan, _cost: None,
) -> CentreSolution:
    """The best plan within the band, and what no plan costs less than.

    Parameters
    ----------
    problem : Problem
        Of one connected part; its rules give the band.
    deadline : Deadline
    networks : int, optional
        Exactly how many networks; else what the arithmetic allows.
    incumbent : sequence of groups, optional
        A plan within the band that keeps the demands: the better it is, the more is fixed.
    params : CentreParams
    on_bound : callable
        Told of every better bound.
    on_plan : callable
        Told of every plan that is found and its true cost, also where that is dearer than the incumbent: a search
        goes on from there.
    """
    sizes = problem.network_sizes(networks or 0, networks or math.inf)
    search = _Search(problem, deadline, params, on_bound, on_plan)
    if incumbent is not None:
        search.plan = tuple(sorted(tuple(sorted(group)) for group in incumbent))
        search.cost = math.fsum(group_costs(problem, search.plan))
    costs = CentreCosts.of(problem, *sizes, networks)
    bounded = centre_bound(costs, search.cost, deadline, params.bound, search.raise_bound)
    search.raise_bound(bounded.bound)
    if math.isfinite(search.cost) and not search.over:
        # Staff's travel costs more where fewer practices are in reach.
        possible = np.isfinite(bounded.costs.hours)
        costs = CentreCosts.of(problem, *sizes, networks, possible)
        bounded = centre_bound(costs, search.cost, deadline, params.bound, search.raise_bound, bounded.prices)
        search.raise_bound(bounded.bound)
    for share in (*params.cutoffs, math.inf):
        if search.over:
            break
        # What costs more than a trial cutoff is fixed, and either a plan is found below, or there is none.
        cutoff = min(search.cost, search.bound + share * abs(search.bound))
        tried = centre_bound(bounded.costs, cutoff, deadline, params.again, first=bounded.prices)
        search.raise_bound(tried.bound)
        if tried.bound < cutoff and (
            tried.costs.assigned > params.most_assigned or not search.try_cutoff(tried, cutoff)
        ):
            break
    return search.solution()


@dataclass(slots=True)
class _Search:
    """Search state: the incumbent, the bound, and whom to tell."""

    problem: Problem
    deadline: Deadline
    params: CentreParams
    on_bound: Callable[[float], None]
    on_plan: Callable[[Sequence[Group], float], None]
    plan: tuple[Group, ...] | None = None
    cost: float = math.inf
    bound: float = -math.inf

    def raise_bound(self, bound: float) -> None:
        """Keep a better bound; no plan below the incumbent is left where it is that of the incumbent."""
        if min(bound, self.cost) > self.bound:
            self.bound = min(bound, self.cost)
            if math.isfinite(self.bound):
                self.on_bound(self.bound)

    @property
    def over(self) -> bool:
        """Whether nothing is left to be proven, or time is up."""
        return self.bound >= self.cost or self.deadline.passed

    def try_cutoff(self, tried: CentreBound, cutoff: float) -> bool:
        """Whether it is proven that no plan costs less than a cutoff; else a plan is found, or time is up."""
        program = AssignmentProgram(self.problem, tried.costs)
        for _ in range(self.params.rounds):
            answer = program.solve(cutoff, self.deadline.seconds_left)
            self.raise_bound(answer.bound)
            found = self.take(answer)
            if answer.status == "infeasible":
                return True
            if found or answer.status != "optimal" or self.over or not _separate(program, answer):
                break
        return False

    def take(self, answer: Assignment) -> bool:
        """Whether an answer is a plan; a cheaper one than the incumbent is kept."""
        plan = self.plan_of(answer)
        if plan is None:
            return False
        cost = math.fsum(group_costs(self.problem, plan))
        self.on_plan(plan, cost)
        if cost < self.cost:
            self.plan, self.cost = plan, cost
        return True

    def plan_of(self, answer: Assignment) -> tuple[Group, ...] | None:
        """The networks of an answer if they are connected, keep the demands, and are within the band."""
        if answer.networks is None:
            return None
        plan = tuple(sorted(answer.networks.values()))
        if not all(component_of(self.problem.graph, group[:1], group) == set(group) for group in plan):
            return None
        store, limits = store_of(plan, len(self.problem.codes)), self.problem.limits
        rules, sizes = self.problem.data.rules, self.problem.data.list_size
        inside = all(rules.least <= sizes[list(group)].sum() <= rules.most for group in plan)
        return plan if inside and (allowed(store, limits) & counts_allowed(store, limits)).all() else None

    def solution(self) -> CentreSolution:
        """What is known by now."""
        if self.plan is None:
            status = "infeasible" if self.bound == math.inf else "unknown"
            return CentreSolution(None, math.inf, self.bound, status)
        bound = min(self.bound, self.cost)
        proven = bound >= self.cost - self.params.near * max(1.0, abs(self.cost))
        return CentreSolution(
            self.plan, self.cost, self.cost if proven else bound, "optimal" if proven else "feasible"
        )


def _separate(program: AssignmentProgram, answer: Assignment) -> bool:
    """Add the rows that an answer breaks though every plan keeps them; whether there are any."""
    assert answer.networks is not None  # noqa: S101 (the caller has looked)
    problem, added = program.problem, False
    conflict = problem.limits.conflict
    for hub, group in sorted(answer.networks.items()):
        members = np.array(group, np.int64)
        for a, b in np.argwhere(np.triu(conflict[np.ix_(members, members)], 1)).tolist():
            program.conflict(group[a], group[b])
            added = True
        added |= _separated(program, problem.graph, group, hub)
    return added


def _separated(program: AssignmentProgram, graph: nx.Graph, group: Group, hub: int) -> bool:
    """Add the separators of a network in parts: for its hub, and for every other hub that they hold for."""
    added = False
    for separator in separators(graph, group, hub):
        for other in sorted(separator.hubs):
            for practice in sorted(separator.part):
                added |= program.separate(practice, other, separator.between)
    return added
