"""The assignment model with centres as an integer program for HiGHS, with rows that are added from round to round.

Those rows are minimal separators: what a network has to hold so that a part of it reaches its hub. Where a hub and a
part of its network are not connected within it, some practices around the part, or around the hub's own component, keep
the two apart: any network of the hub that has a practice of the part has one of those. Both are found by walks of
linear time (M. Fischetti et al., Thinning out Steiner trees, Mathematical Programming Computation 9 (2017); Validi,
Buchanan and Lykhovyd, Operations Research 70 (2022)).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np
from ortools.math_opt import model_pb2

from netform.solve.master.integer_program import solve_integer_program

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from netform.solve.model.problem import Problem
    from netform.solve.unlisted.centre_costs import CentreCosts

__all__ = ["Assignment", "AssignmentProgram", "Separator", "separators"]


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


class Assignment(NamedTuple):
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
            counted = list(zip(columns, costs.counted[items].tolist(), strict=True))
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

    def solve(self, cutoff: float, seconds: float | None) -> Assignment:
        """The best assignment that keeps the rows so far.

        Parameters
        ----------
        cutoff : float
            Assignments that cost more are of no interest: ``infeasible`` then means that none costs less.
        seconds : float, optional
            Wall-clock limit.
        """
        found, networks = solve_integer_program(self._message, cutoff, seconds), None
        if found.values is not None:
            chosen = np.flatnonzero(found.values[: len(self._pairs)] > 0.5)
            hub_of = dict(self._pairs[chosen].tolist())
            hubs = np.array([hub_of[k] for k in self.costs.item.tolist()])
            networks = {hub: tuple(np.flatnonzero(hubs == hub).tolist()) for hub in hub_of.values()}
        if found.bound >= cutoff < math.inf or (found.optimal and networks is None):
            return Assignment("infeasible", networks, cutoff)
        if networks is None:
            return Assignment("unknown", None, found.bound)
        return Assignment("optimal" if found.optimal else "feasible", networks, found.bound)
