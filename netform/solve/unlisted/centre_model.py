"""Plan few large networks by the assignment model with centres: plans and a bound.

Every practice is assigned to the hub of its network at least cost, each network within the band (Hess et al., 1965).
The Lagrangian bound fixes what no cheaper plan has (`netform.solve.unlisted.centre_bound`); an integer program decides
the rest. Where a network of its answer is in parts, rows that every connected network keeps are added (minimal
separators, after Validi, Buchanan and Lykhovyd, 2022), and it is solved again: the solver takes no rows on the way.

Every answer of the program bounds all plans, connected or not; one whose networks keep all demands is a plan. Where its
true cost is what the model says, it is proven best.

A minimal separator is what a network has to hold so that a part of it reaches its hub: some practices around the part,
or around the hub's own component, keep the two apart, and any network of the hub that has a practice of the part has
one of those. Both are found by walks of linear time (M. Fischetti et al., Thinning out Steiner trees, *Mathematical
Programming Computation* 9, 2017).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from netform.candidates.allowed import allowed, counts_allowed
from netform.solve.model.problem import group_costs, store_of
from netform.solve.unlisted.centre_bound import BoundParams, centre_bound
from netform.solve.unlisted.centre_costs import CentreCosts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from netform.solve.model.budget import Deadline
    from netform.solve.model.problem import Group, Problem
    from netform.solve.unlisted.centre_bound import CentreBound

__all__ = [
    "Assignment",
    "AssignmentProgram",
    "CentreParams",
    "CentreSolution",
    "Separator",
    "component_of",
    "separators",
    "solve_by_centres",
]


@dataclass(frozen=True, slots=True)
class Separator:
    """Practices that keep others apart.

    Attributes
    ----------
    between : frozenset of int
        Without these, no practice of ``part`` reaches one of ``hubs``.
    part : frozenset of int
    hubs : frozenset of int
    """

    between: frozenset[int]
    part: frozenset[int]
    hubs: frozenset[int]


def separators(graph: nx.Graph, network: Collection[int], hub: int) -> list[Separator]:
    """The separators of every part of a network that does not reach its hub within it.

    Parameters
    ----------
    graph : networkx.Graph
    network : collection of int
        Members, the hub among them.
    hub : int
    """
    members = set(network)
    centre = component_of(graph, [hub], members)
    around_centre = {u for v in centre for u in graph[v]} - centre
    found, left = [], members - centre
    while left:
        part = component_of(graph, [min(left)], members)
        left -= part
        around_part = {u for v in part for u in graph[v]} - part
        for wall in (around_part, around_centre):
            hubs = component_of(graph, [hub], wall, inside=False)
            far = component_of(graph, part, wall, inside=False)
            between = {v for v in wall if not hubs.isdisjoint(graph[v]) and not far.isdisjoint(graph[v])}
            separator = Separator(frozenset(between), frozenset(part), frozenset(hubs))
            if separator not in found:
                found.append(separator)
    return found


def component_of(
    graph: nx.Graph, start: Iterable[int], these: Collection[int], *, inside: bool = True
) -> set[int]:
    """What is reached from some practices within others, or, where not ``inside``, without stepping on them."""
    met = set(start)
    waiting = list(met)
    while waiting:
        for u in graph[waiting.pop()]:
            if u not in met and (u in these) == inside:
                met.add(u)
                waiting.append(u)
    return met


@dataclass(frozen=True, slots=True)
class Assignment:
    """The solution of the program, and its bound.

    Attributes
    ----------
    status : str
        ``optimal``, ``infeasible`` (none costs less than the cutoff), ``feasible`` or ``unknown``.
    networks : dict of int to tuple of int, or None
        The practices of each hub.
    bound : float
        Hours per week that no assignment costs less than.
    """

    status: str
    networks: dict[int, tuple[int, ...]] | None
    bound: float


@dataclass(slots=True)
class AssignmentProgram:
    """Assign every item to a hub at least cost, each network within the band.

    Attributes
    ----------
    problem : Problem
    costs : CentreCosts
        Assignments that cost infinitely much have no variable.
    """

    problem: Problem
    costs: CentreCosts
    number: NDArray[np.int64] = field(init=False)
    pairs: NDArray[np.int64] = field(init=False)
    _known: set[tuple[int, ...]] = field(init=False, default_factory=set)
    _objective: list[float] = field(init=False, default_factory=list)
    _rows: int = field(init=False, default=0)
    _lower: list[float] = field(init=False, default_factory=list)
    _upper: list[float] = field(init=False, default_factory=list)
    _row: list[int] = field(init=False, default_factory=list)
    _column: list[int] = field(init=False, default_factory=list)
    _value: list[float] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Number the assignments that are left, and add the rows that every network keeps."""
        costs = self.costs
        self.pairs = np.argwhere(np.isfinite(costs.hours))
        self.number = np.full(costs.hours.shape, -1, np.int64)
        self.number[tuple(self.pairs.T)] = np.arange(len(self.pairs))
        self._objective = costs.hours[tuple(self.pairs.T)].tolist()
        hubs = costs.hubs.tolist()
        for items in self.number:
            self.add([(int(v), 1.0) for v in items[items >= 0]], 1.0, 1.0)
        self.add([(self.variable(hub, hub), 1.0) for hub in hubs], costs.fewest, costs.many)
        for hub in np.flatnonzero(costs.must).tolist():
            if hub in hubs:
                self.add([(self.variable(hub, hub), 1.0)], 1.0, 1.0)
        for hub in hubs:
            self._network(hub)
            self._costed_by_size(hub)
            self._beside(hub)

    def variable(self, practice: int, hub: int) -> int:
        """The number of the variable that says whether a practice is in the network of a hub; -1 for none."""
        return int(self.number[self.costs.item[practice], hub])

    def add(self, terms: Iterable[tuple[int, float]], least: float, most: float) -> None:
        """Append the row ``least <= sum of coefficient * variable <= most``."""
        for column, value in terms:
            self._row.append(self._rows)
            self._column.append(column)
            self._value.append(value)
        self._lower.append(least)
        self._upper.append(most)
        self._rows += 1

    def separate(self, practice: int, hub: int, between: Iterable[int]) -> bool:
        """Demand that a practice in the network of a hub has company among others; whether that says anything."""
        own = self.variable(practice, hub)
        others = {self.variable(v, hub) for v in between} - {-1}
        row = (own, *sorted(others))
        if own < 0 or own in others or self.variable(hub, hub) in others or row in self._known:
            return False
        self._known.add(row)
        self.add([(own, 1.0), *((v, -1.0) for v in sorted(others))], -math.inf, 0.0)
        return True

    def conflict(self, first: int, second: int) -> None:
        """Demand that two practices are in no network together."""
        for hub in self.costs.hubs.tolist():
            a, b = self.variable(first, hub), self.variable(second, hub)
            if a >= 0 and b >= 0 and a != b:
                self.add([(a, 1.0), (b, 1.0), (self.variable(hub, hub), -1.0)], -math.inf, 0.0)

    def _network(self, hub: int) -> None:
        """The band, the number of practices, and that only an open hub has practices."""
        costs, opened = self.costs, self.variable(hub, hub)
        items = np.flatnonzero(self.number[:, hub] >= 0)
        columns = self.number[items, hub].tolist()
        for column in columns:
            if column != opened:
                self.add([(column, 1.0), (opened, -1.0)], -math.inf, 0.0)
        rules, limits = self.problem.data.rules, self.problem.limits
        self._between(columns, costs.patients[items].tolist(), opened, (rules.least, rules.most))
        if limits.least_practices > 1 or limits.most_practices < len(costs.item):
            band = (limits.least_practices, min(limits.most_practices, len(costs.item)))
            self._between(columns, costs.counted[items].tolist(), opened, band)

    def _between(
        self, columns: Sequence[int], amounts: Sequence[int], opened: int, band: tuple[int, int]
    ) -> None:
        """What a network adds up to is within a band where it is open, and zero else."""
        amount = dict.fromkeys([*columns, opened], 0.0)
        for column, value in zip(columns, amounts, strict=True):
            amount[column] += value
        for limit, lower, upper in ((band[0], 0.0, math.inf), (band[1], -math.inf, 0.0)):
            row = dict(amount)
            row[opened] -= limit
            self.add(row.items(), lower, upper)

    def _costed_by_size(self, hub: int) -> None:
        """Hours that depend on patients alone: the pieces of their envelope."""
        costs, opened = self.costs, self.variable(hub, hub)
        sizes, fixed = costs.sizes, costs.fixed
        items = np.flatnonzero(self.number[:, hub] >= 0)
        slopes = np.diff(fixed) / np.diff(sizes)
        if len(slopes) <= 1:
            # One line: no variable of its own.
            slope = float(slopes[0]) if len(slopes) else 0.0
            self._objective[opened] += float(fixed[0]) - slope * float(sizes[0])
            for k in items.tolist():
                self._objective[int(self.number[k, hub])] += slope * float(costs.patients[k])
            return
        # The variable, which need not be whole, is what the network costs above the least of the envelope.
        above, lowest = len(self._objective), float(fixed.min())
        self._objective.append(1.0)
        self._objective[opened] += lowest
        for k, slope in enumerate(slopes.tolist()):
            row = {above: 1.0, opened: -(float(fixed[k]) - lowest - slope * float(sizes[k]))}
            for i in items.tolist():
                column = int(self.number[i, hub])
                row[column] = row.get(column, 0.0) - slope * float(costs.patients[i])
            self.add(row.items(), 0.0, math.inf)

    def _beside(self, hub: int) -> None:
        """A practice that does not border the hub has company among its neighbours."""
        graph = self.problem.graph
        for practice in range(len(self.costs.item)):
            if practice != hub and hub not in graph[practice]:
                self.separate(practice, hub, graph[practice])

    def solve(self, cutoff: float, seconds: float | None) -> Assignment:
        """The best assignment that keeps the rows so far.

        Parameters
        ----------
        cutoff : float
            Assignments that cost more are of no interest: ``infeasible`` then means that none costs less.
        seconds : float, optional
            Wall-clock limit.
        """
        parameters = mathopt.SolveParameters(relative_gap_tolerance=0.0, absolute_gap_tolerance=1e-6)
        # One thread: the same answer on every machine.
        parameters.highs.string_options["parallel"] = "off"
        parameters.highs.int_options["threads"] = 1
        if math.isfinite(cutoff):
            parameters.highs.double_options["objective_bound"] = cutoff
        if seconds is not None:
            parameters.time_limit = dt.timedelta(seconds=max(0.01, seconds))
        result = mathopt.solve(self._model(), mathopt.SolverType.HIGHS, params=parameters)
        reason, why = result.termination.reason, mathopt.TerminationReason
        if reason in (why.INFEASIBLE, why.INFEASIBLE_OR_UNBOUNDED):
            return Assignment("infeasible", None, cutoff)
        bound = min(cutoff, result.termination.objective_bounds.dual_bound)
        if not result.has_primal_feasible_solution():
            return Assignment("infeasible" if bound >= cutoff < math.inf else "unknown", None, bound)
        networks: dict[int, list[int]] = {}
        members = [np.flatnonzero(self.costs.item == k).tolist() for k in range(len(self.costs.patients))]
        for variable, value in result.variable_values().items():
            if value > 0.5 and variable.id < len(self.pairs):
                item, hub = self.pairs[variable.id].tolist()
                networks.setdefault(hub, []).extend(members[item])
        optimal = reason == why.OPTIMAL
        found = {hub: tuple(sorted(group)) for hub, group in networks.items()}
        if bound >= cutoff < math.inf:
            # The solver may stop at what it met on the way though that costs more than it was asked for.
            return Assignment("infeasible", found, cutoff)
        return Assignment("optimal" if optimal else "feasible", found, bound)

    def _model(self) -> mathopt.Model:
        """Built as one message: a call for every coefficient would cost more than many a solve."""
        count, whole = len(self._objective), len(self.pairs)
        row, column = np.array(self._row, np.int64), np.array(self._column, np.int64)
        order = np.lexsort((column, row))
        message = model_pb2.ModelProto()
        ids = range(count)
        message.variables.ids.extend(ids)
        message.variables.lower_bounds.extend([0.0] * count)
        message.variables.upper_bounds.extend([1.0] * whole + [math.inf] * (count - whole))
        message.variables.integers.extend([True] * whole + [False] * (count - whole))
        message.objective.linear_coefficients.ids.extend(ids)
        message.objective.linear_coefficients.values.extend(self._objective)
        rows = message.linear_constraints
        rows.ids.extend(range(self._rows))
        rows.lower_bounds.extend(self._lower)
        rows.upper_bounds.extend(self._upper)
        message.linear_constraint_matrix.row_ids.extend(row[order].tolist())
        message.linear_constraint_matrix.column_ids.extend(column[order].tolist())
        message.linear_constraint_matrix.coefficients.extend(np.array(self._value)[order].tolist())
        return mathopt.Model.from_model_proto(message)


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
