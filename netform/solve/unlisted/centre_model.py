"""Plan few large networks by the assignment model with centres: plans and a bound.

Every practice is assigned to the hub of its network at least cost, each network within the band (Hess et al., 1965).
The Lagrangian bound fixes what no cheaper plan has (`netform.solve.unlisted.centre_bound`); an integer program decides
the rest. Where a network of its answer is in parts, rows that every connected network keeps are added, and it is solved
again: the solver takes no rows on the way.

Those rows are minimal separators: what a network has to hold so that a part of it reaches its hub. Where a hub and a
part of its network are not connected within it, some practices around the part, or around the hub's own component, keep
the two apart: any network of the hub that has a practice of the part has one of those. Both are found by walks of
linear time (M. Fischetti et al., Thinning out Steiner trees, Mathematical Programming Computation 9 (2017); Validi,
Buchanan and Lykhovyd, Operations Research 70 (2022)).

Every answer of the program bounds all plans, connected or not; one whose networks keep all demands is a plan. Where its
true cost is what the model says, it is proven best.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np
from ortools.math_opt import model_pb2

from netform.candidates.allowed import allowed
from netform.solve.model.problem import exceptional, group_costs, store_of
from netform.solve.unlisted.centre_bound import centre_bounds
from netform.solve.unlisted.centre_costs import CentreCosts
from netform.solve.unlisted.integer_program import solve_integer_program

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from netform.solve.model.budget import Deadline
    from netform.solve.model.problem import Group, Problem
    from netform.solve.unlisted.centre_bound import CentreBound

__all__ = ["AssignmentProgram", "CentreSearch", "Separator", "separators", "solve_by_centres"]


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
        rounds = centre_bounds(bounded.costs, cutoff, deadline, CENTRES.fixing_rounds, bounded.prices)
        tried = deque(rounds, maxlen=1).pop()
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
            networks, bound, optimal = program.solve(cutoff, self.deadline.seconds_left)
            self.raise_bound(bound)
            found = bool(networks) and self.take(tuple(sorted(networks.values())))
            if bound >= cutoff:
                return True
            if found or not optimal or self.over or not _separate(program, networks):
                break
        return False

    def take(self, plan: tuple[Group, ...]) -> bool:
        """Whether networks are connected, keep the demands and the band; a cheaper plan than the best is kept."""
        problem, store = self.problem, store_of(plan, len(self.problem.codes))
        kept = allowed(store, problem.limits) & ~exceptional(problem, store)[0]
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


class Separator(NamedTuple):
    """Practices that keep others apart.

    Attributes
    ----------
    between : set of int
        Without these, no practice of ``part`` reaches one of ``hubs``.
    part : set of int
    hubs : set of int
    """

    between: set[int]
    part: set[int]
    hubs: set[int]


def separators(graph: nx.Graph, network: Collection[int], hub: int) -> Iterator[Separator]:
    """The separators of every part of a network that does not reach its hub within it; some of them twice.

    Parameters
    ----------
    graph : networkx.Graph
    network : collection of int
        Members, the hub among them.
    hub : int
    """
    centre = nx.node_connected_component(graph.subgraph(network), hub)
    for part in sorted(nx.connected_components(graph.subgraph(set(network) - centre)), key=min):
        for wall in (nx.node_boundary(graph, part), nx.node_boundary(graph, centre)):
            rest = graph.subgraph(set(graph) - wall)
            hubs, far = (nx.node_connected_component(rest, v) for v in (hub, min(part)))
            between = {v for v in wall if not hubs.isdisjoint(graph[v]) and not far.isdisjoint(graph[v])}
            yield Separator(between, part, hubs)


class AssignmentProgram:
    """Assign every item to a hub at least cost, each network within the band.

    The model is built as one message: a call for every coefficient would cost more than many a solve.

    Parameters
    ----------
    problem : Problem
    costs : CentreCosts
        Assignments that cost infinitely much have no variable.
    """

    def __init__(self, problem: Problem, costs: CentreCosts) -> None:
        self.problem, self.costs = problem, costs
        self._pairs = np.argwhere(np.isfinite(costs.hours))
        self._number = np.full(costs.hours.shape, -1, np.int64)
        self._number[tuple(self._pairs.T)] = np.arange(len(self._pairs))
        self._objective = costs.hours[tuple(self._pairs.T)].tolist()
        self._known, self._message = set[tuple[int, ...]](), model_pb2.ModelProto()
        # Practices of each item, merged ones counted once.
        merged, each = problem.limits.merged, -1 - np.arange(len(costs.item))
        _, once = np.unique(np.where(merged >= 0, merged, each), return_index=True)
        self._counted = np.bincount(costs.item[once], minlength=len(costs.patients))
        for items in self._number:
            self._add([(int(v), 1.0) for v in items[items >= 0]], 1.0, 1.0)
        hubs = costs.hubs.tolist()
        self._add([(self.variable(hub, hub), 1.0) for hub in hubs], costs.fewest, costs.many)
        for hub in costs.hubs[costs.must[costs.hubs]].tolist():
            self._add([(self.variable(hub, hub), 1.0)], 1.0, 1.0)
        for hub in hubs:
            self._network(hub)
            # A practice that does not border the hub has company among its neighbours.
            for practice in range(len(costs.item)):
                if practice != hub and hub not in problem.graph[practice]:
                    self.separate(practice, hub, problem.graph[practice])
        whole, more = len(self._pairs), len(self._objective) - len(self._pairs)
        variables, objective = self._message.variables, self._message.objective.linear_coefficients
        variables.ids.extend(range(whole + more))
        variables.lower_bounds.extend([0.0] * (whole + more))
        variables.upper_bounds.extend([1.0] * whole + [math.inf] * more)
        variables.integers.extend([True] * whole + [False] * more)
        objective.ids.extend(range(whole + more))
        objective.values.extend(self._objective)

    def variable(self, practice: int, hub: int) -> int:
        """The number of the variable that says whether a practice is in the network of a hub; -1 for none."""
        return int(self._number[self.costs.item[practice], hub])

    def separate(self, practice: int, hub: int, between: Iterable[int]) -> bool:
        """Demand that a practice in the network of a hub has company among others; whether that says anything."""
        own = self.variable(practice, hub)
        others = {self.variable(v, hub) for v in between} - {-1}
        row = (own, *sorted(others))
        if own < 0 or own in others or self.variable(hub, hub) in others or row in self._known:
            return False
        self._known.add(row)
        self._add([(own, 1.0), *((v, -1.0) for v in others)], -math.inf, 0.0)
        return True

    def conflict(self, first: int, second: int) -> None:
        """Demand that two practices are in no network together."""
        for hub in self.costs.hubs.tolist():
            a, b = self.variable(first, hub), self.variable(second, hub)
            if a >= 0 and b >= 0 and a != b:
                self._add([(a, 1.0), (b, 1.0), (self.variable(hub, hub), -1.0)], -math.inf, 0.0)

    def _add(self, terms: Iterable[tuple[int, float]], least: float, most: float) -> None:
        """Append the row ``least <= sum of coefficient * variable <= most``; a variable may come several times."""
        row = dict[int, float]()
        for variable, coefficient in terms:
            row[variable] = row.get(variable, 0.0) + coefficient
        rows, matrix = self._message.linear_constraints, self._message.linear_constraint_matrix
        # In order: rows one by one, each by the number of the variable.
        matrix.row_ids.extend([len(rows.ids)] * len(row))
        matrix.column_ids.extend(sorted(row))
        matrix.coefficients.extend([row[variable] for variable in sorted(row)])
        rows.ids.append(len(rows.ids))
        rows.lower_bounds.append(least)
        rows.upper_bounds.append(most)

    def _network(self, hub: int) -> None:
        """The band, the number of practices, that only an open hub has practices, and what depends on patients."""
        costs, limits, opened = self.costs, self.problem.limits, self.variable(hub, hub)
        items = np.flatnonzero(self._number[:, hub] >= 0)
        columns = self._number[items, hub].tolist()
        for column in columns:
            if column != opened:
                self._add([(column, 1.0), (opened, -1.0)], -math.inf, 0.0)
        patients = list(zip(columns, costs.patients[items].tolist(), strict=True))
        self._between(patients, opened, self.problem.data.rules.least, self.problem.data.rules.most)
        most_practices = min(limits.most_practices, len(costs.item))
        if limits.least_practices > 1 or most_practices < len(costs.item):
            counted = list(zip(columns, self._counted[items].tolist(), strict=True))
            self._between(counted, opened, limits.least_practices, most_practices)
        self._cost_by_size(patients, opened)

    def _between(self, amounts: list[tuple[int, float]], opened: int, least: int, most: int) -> None:
        """What a network adds up to, by variable, is within a band where it is open, and zero else."""
        self._add([*amounts, (opened, -least)], 0.0, math.inf)
        self._add([*amounts, (opened, -most)], -math.inf, 0.0)

    def _cost_by_size(self, patients: list[tuple[int, float]], opened: int) -> None:
        """Hours that depend on patients alone: the pieces of their envelope."""
        sizes, fixed = self.costs.sizes.tolist(), self.costs.fixed.tolist()
        slopes = (np.diff(fixed) / np.diff(sizes)).tolist()
        if len(slopes) <= 1:
            # One line: no variable of its own.
            slope = slopes[0] if slopes else 0.0
            self._objective[opened] += fixed[0] - slope * sizes[0]
            for column, size in patients:
                self._objective[column] += slope * size
            return
        # The variable, which need not be whole, is what the network costs above the least of the envelope.
        above, lowest = len(self._objective), min(fixed)
        self._objective.append(1.0)
        self._objective[opened] += lowest
        for k, slope in enumerate(slopes):
            sizeless = -(fixed[k] - lowest - slope * sizes[k])
            row = [(above, 1.0), (opened, sizeless), *((column, -slope * size) for column, size in patients)]
            self._add(row, 0.0, math.inf)

    def solve(self, cutoff: float, seconds: float | None) -> tuple[dict[int, tuple[int, ...]], float, bool]:
        """The best assignment that keeps the rows so far.

        Parameters
        ----------
        cutoff : float
            Assignments that cost more are of no interest.
        seconds : float, optional
            Wall-clock limit.

        Returns
        -------
        networks : dict of int to tuple of int
            The practices of each hub; empty where no assignment was met.
        bound : float
            Hours per week that no assignment costs less than; the cutoff where none costs less than that.
        optimal : bool
            Whether no assignment costs less than this one.
        """
        found = solve_integer_program(self._message, cutoff, seconds)
        if found.values is None:
            return {}, cutoff if found.optimal else found.bound, found.optimal
        chosen = np.flatnonzero(found.values[: len(self._pairs)] > 0.5)
        hub_of = dict(self._pairs[chosen].tolist())
        hubs = np.array([hub_of[k] for k in self.costs.item.tolist()])
        networks = {hub: tuple(np.flatnonzero(hubs == hub).tolist()) for hub in hub_of.values()}
        return networks, found.bound, found.optimal
