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
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.candidates.allowed import allowed, counts_allowed
from netform.scores.balance import group_sums
from netform.solve.model.problem import group_costs, store_of
from netform.solve.unlisted.assignment_program import AssignmentProgram, separators
from netform.solve.unlisted.centre_bound import centre_bound, centre_bounds
from netform.solve.unlisted.centre_costs import CentreCosts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from netform.solve.model.budget import Deadline
    from netform.solve.model.problem import Group, Problem
    from netform.solve.unlisted.centre_bound import CentreBound

__all__ = ["CentreSearch", "solve_by_centres"]


@dataclass(frozen=True, slots=True)
class CentreParams:
    """When the integer program is solved, and how often.

    Attributes
    ----------
    most_assigned : int
        Pairs of an item and a hub that it may have: beyond, its relaxation alone takes minutes and its memory grows to
        gigabytes.
    rounds : int
        Times that it is solved at most.
    cutoffs : tuple of float
        Trial cutoffs above the bound, as shares of it: the nearer, the more is fixed; each that has no plan below it
        raises the bound, and a few that are far apart waste the least on those.
    fixing_rounds : int
        Of prices, that fix for one.
    """

    most_assigned: int = 12_000
    rounds: int = 1_000
    cutoffs: tuple[float, ...] = (0.005, 0.02, 0.1)
    fixing_rounds: int = 60


CENTRES = CentreParams()

# Hours per week, as a share of the cost, within which two costs are the same.
NEAR = 1e-7


def solve_by_centres(
    problem: Problem,
    deadline: Deadline,
    *,
    networks: int | None = None,
    incumbent: tuple[Group, ...] | None = None,
    on_bound: Callable[[float], object] = lambda _bound: None,
    on_plan: Callable[[tuple[Group, ...]], object] = lambda _plan: None,
) -> CentreSearch:
    """The best plan within the band, and what no plan costs less than.

    Parameters
    ----------
    problem : Problem
        Of one connected part; its rules give the band.
    deadline : Deadline
    networks : int, optional
        Exactly how many networks; else what the arithmetic allows.
    incumbent : tuple of groups, optional
        A plan within the band that keeps the demands: the better it is, the more is fixed.
    on_bound : callable
        Told of every better bound.
    on_plan : callable
        Told of every plan that is found, also where that is dearer than the incumbent: a search goes on from there.
    """
    cost = math.inf if incumbent is None else math.fsum(group_costs(problem, incumbent))
    search = CentreSearch(problem, deadline, on_bound, on_plan, incumbent, cost)
    sizes = problem.network_sizes(networks or 0, networks or math.inf)
    possible = prices = None
    # Staff's travel costs more where fewer practices are in reach: what is fixed at first raises the costs.
    for _ in range(2):
        costs = CentreCosts.of(problem, *sizes, networks, possible)
        for bounded in centre_bounds(costs, search.cost, deadline, first=prices):
            search.raise_bound(bounded.bound)
        if search.over or not math.isfinite(search.cost):
            break
        possible, prices = np.isfinite(bounded.costs.hours), bounded.prices
    for share in (*CENTRES.cutoffs, math.inf):
        if search.over:
            break
        # What costs more than a trial cutoff is fixed, and either a plan is found below, or there is none.
        cutoff = min(search.cost, search.bound + share * abs(search.bound))
        tried = centre_bound(bounded.costs, cutoff, deadline, CENTRES.fixing_rounds, bounded.prices)
        search.raise_bound(tried.bound)
        if tried.bound < cutoff and (
            tried.costs.assigned > CENTRES.most_assigned or not search.try_cutoff(tried, cutoff)
        ):
            break
    return search


@dataclass(slots=True)
class CentreSearch:
    """The best plan so far, and its bound.

    Attributes
    ----------
    problem, deadline, on_bound, on_plan
        As `solve_by_centres` has them.
    plan : tuple of groups or None
        The best plan known, the incumbent that was given among them.
    cost : float
        Its hours per week; infinite for none.
    bound : float
        Hours per week that no plan within the band costs less than.
    """

    problem: Problem
    deadline: Deadline
    on_bound: Callable[[float], object]
    on_plan: Callable[[tuple[Group, ...]], object]
    plan: tuple[Group, ...] | None
    cost: float
    bound: float = -math.inf

    @property
    def status(self) -> str:
        """``optimal``, ``infeasible`` (no plan within the band keeps the demands), ``feasible`` or ``unknown``."""
        if self.plan is None:
            return "infeasible" if self.bound == math.inf else "unknown"
        return "optimal" if self.bound >= self.cost - NEAR * max(1.0, abs(self.cost)) else "feasible"

    @property
    def over(self) -> bool:
        """Whether nothing is left to be proven, or time is up."""
        return self.bound >= self.cost or self.deadline.passed

    def raise_bound(self, bound: float) -> None:
        """Keep a better bound; no plan below the incumbent is left where it is that of the incumbent."""
        if min(bound, self.cost) > self.bound:
            self.bound = min(bound, self.cost)
            if math.isfinite(self.bound):
                self.on_bound(self.bound)

    def try_cutoff(self, tried: CentreBound, cutoff: float) -> bool:
        """Whether it is proven that no plan costs less than a cutoff; else a plan is found, or time is up."""
        program = AssignmentProgram(self.problem, tried.costs)
        for _ in range(CENTRES.rounds):
            answer = program.solve(cutoff, self.deadline.seconds_left)
            self.raise_bound(answer.bound)
            networks = answer.networks or {}
            found = bool(networks) and self.take(tuple(sorted(networks.values())))
            if answer.status == "infeasible":
                return True
            if found or answer.status != "optimal" or self.over or not _separate(program, networks):
                break
        return False

    def take(self, plan: tuple[Group, ...]) -> bool:
        """Whether networks are connected, keep the demands and the band; a cheaper plan than the best is kept."""
        problem, store = self.problem, store_of(plan, len(self.problem.codes))
        rules, patients = problem.data.rules, group_sums(store, problem.data.list_size)
        kept = allowed(store, problem.limits) & counts_allowed(store, problem.limits)
        kept &= (rules.least <= patients) & (patients <= rules.most)
        if not (kept.all() and all(nx.is_connected(problem.graph.subgraph(group)) for group in plan)):
            return False
        self.on_plan(plan)
        cost = math.fsum(group_costs(problem, plan))
        if cost < self.cost:
            self.plan, self.cost, self.bound = plan, cost, min(self.bound, cost)
        return True


def _separate(program: AssignmentProgram, networks: Mapping[int, Group]) -> bool:
    """Add the rows that networks, by hub, break though every plan keeps them; whether there are any.

    Those are separators of a network in parts, for its hub and for every other hub that they hold for, and conflicts.
    """
    limits, added = program.problem.limits, False
    for hub, group in sorted(networks.items()):
        for a, b in combinations(group, 2):
            if limits.conflict[a, b]:
                program.conflict(a, b)
                added = True
        for separator in separators(program.problem.graph, group, hub):
            for other, practice in product(sorted(separator.hubs), sorted(separator.part)):
                added |= program.separate(practice, other, separator.between)
    return added
