"""The assignment model with centres as an integer program for HiGHS, with rows that are added from round to round.

Those rows are minimal separators: what a network has to hold so that a part of it reaches its hub. Where a hub and a
part of its network are not connected within it, some practices around the part, or around the hub's own component, keep
the two apart: any network of the hub that has a practice of the part has one of those. Both are found by walks of
linear time (M. Fischetti et al., Thinning out Steiner trees, Mathematical Programming Computation 9 (2017); Validi,
Buchanan and Lykhovyd, Operations Research 70 (2022)).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from netform.solve.model.problem import Problem
    from netform.solve.unlisted.centre_costs import CentreCosts

__all__ = ["Assignment", "AssignmentProgram", "Separator", "component_of", "separators"]


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
