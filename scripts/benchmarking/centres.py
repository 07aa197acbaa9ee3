"""The Hess model: every practice is assigned to a centre, and separators make networks connected, round by round.

``assigned[i, j]`` says that practice i belongs to the network whose centre is practice j (Hess and others 1965). What
is made least is what is linear of netform's cost: the patients' travel to the centre, exactly, and the hours of each
network's overhead; the other terms are functions of the whole network, and no such model has them. Where they weigh
nothing, as in the county cases, a proof of this model is one of the cost.

Connection is added where it lacks: if b belongs to centre a and no path of their network joins them, then one of any
a,b-separator, practices without which b cannot get to a, has to belong to a as well (Validi, Buchanan and Lykhovyd
2022). HiGHS takes no constraints while it solves (none that MathOpt passes on), so the model is solved again after
each round of them.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import networkx as nx
from ortools.math_opt.python import mathopt

from scripts.benchmarking.assignment import reach

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netform.rules.model import Rules
    from scripts.benchmarking.task import Task

__all__ = ["MOST_UNITS", "separator", "solve_centres"]

# A variable for each pair of practices: beyond this HiGHS does not get through its first relaxation in a minute.
MOST_UNITS = 150
# CPU seconds that can be measured, and how many times its CPU time a run may take on a busy machine (`asking`).
SMALLEST_CPU, MOST_STRETCH = 0.01, 4.0
# A practice is assigned where its variable is above this: HiGHS gives whole numbers up to 1e-6.
ASSIGNED = 0.5


def solve_centres(task: Task) -> None:
    """Solve, separate what is not connected, and solve again until nothing is or the time is over.

    ``task.networks`` of 0 leaves the number of networks free.
    """
    if len(task.graph) > MOST_UNITS:
        task.note = f"more than {MOST_UNITS} practices"
        return
    # Practices over the band stand alone, as they do in every plan of netform; the model knows no exceptions.
    alone = [[code] for code in sorted(task.graph) if task.graph.nodes[code]["list_size"] > task.rules.most]
    rest = task.graph.subgraph(set(task.graph) - {code for (code,) in alone})
    begin, spent = time.monotonic(), task.spent
    model = _Model(rest, task.rules, max(0, task.networks - len(alone)))
    # HiGHS counts wall time: on a busy machine it is given as much more of it as the model took to build.
    stretch = (time.monotonic() - begin) / max(task.spent - spent, SMALLEST_CPU)
    stretch = min(max(stretch, 1.0), MOST_STRETCH)
    # Building takes a part of the time, and none may be left.
    while task.left > 0:
        groups, reason = model.solve(stretch * task.left)
        task.steps += 1
        if groups is None:
            infeasible = reason is mathopt.TerminationReason.INFEASIBLE
            task.note = "infeasible by its model" if infeasible else "no answer in the time"
            return
        task.offer([*groups.values(), *alone])
        if not model.separate(groups) and reason is mathopt.TerminationReason.OPTIMAL:
            task.note = f"own objective proven, {model.hours:,.1f} hours a week; {task.steps} rounds"
            return
    task.note = f"{task.steps:,} rounds"


class _Model:
    """The model with the separators found so far."""

    def __init__(self, graph: nx.Graph, rules: Rules, networks: int) -> None:
        self.graph, self.model, self.hours = graph, mathopt.Model(), 0.0
        codes = sorted(graph)
        within = {centre: reach(graph, centre, rules.most) for centre in codes}
        self.assigned = {
            (code, centre): self.model.add_binary_variable()
            for centre in codes
            for code in codes
            if code in within[centre]
        }
        for code in codes:
            centres = (self.assigned[code, centre] for centre in codes if code in within[centre])
            self.model.add_linear_constraint(mathopt.LinearSum(centres) == 1)
        if networks:
            opened = mathopt.LinearSum(self.assigned[code, code] for code in codes)
            self.model.add_linear_constraint(opened == networks)
        for centre in codes:
            self._keep_band(centre, sorted(within[centre]), rules)
        self._cost(rules)

    def _keep_band(self, centre: str, members: list[str], rules: Rules) -> None:
        """Patients of a centre's network are in the band, and nobody belongs to a centre that is none."""
        is_centre = self.assigned[centre, centre]
        patients = mathopt.LinearSum(
            int(self.graph.nodes[code]["list_size"]) * self.assigned[code, centre] for code in members
        )
        self.model.add_linear_constraint(patients - rules.least * is_centre >= 0)
        self.model.add_linear_constraint(patients - rules.most * is_centre <= 0)
        for code in members:
            if code != centre:
                self.model.add_linear_constraint(self.assigned[code, centre] <= is_centre)

    def _cost(self, rules: Rules) -> None:
        """The linear part of netform's cost, weighted hours per week."""
        nodes, travel = self.graph.nodes, self.graph.graph["travel"]
        overhead = rules.weight("overhead") * rules.overhead_hours_week
        hours_minute = rules.weight("patient_travel") * rules.visits_per_patient_week * 2 / 60
        self.model.minimize(
            mathopt.LinearSum(
                (
                    overhead * (code == centre)
                    + hours_minute
                    * int(nodes[code]["list_size"])
                    * float(travel.minutes(nodes[code]["position"], nodes[centre]["position"]))
                )
                * variable
                for (code, centre), variable in self.assigned.items()
            )
        )

    def solve(self, seconds: float) -> tuple[dict[str, list[str]] | None, mathopt.TerminationReason]:
        """The members of every centre, None where no answer was found, and why HiGHS ended."""
        parameters = mathopt.SolveParameters(time_limit=dt.timedelta(seconds=seconds))
        result = mathopt.solve(self.model, mathopt.SolverType.HIGHS, params=parameters)
        reason = result.termination.reason
        if not result.has_primal_feasible_solution():
            return None, reason
        self.hours = result.objective_value()
        values = result.variable_values()
        groups: dict[str, list[str]] = {}
        for (code, centre), variable in self.assigned.items():
            if values[variable] > ASSIGNED:
                groups.setdefault(centre, []).append(code)
        return groups, reason

    def separate(self, groups: dict[str, list[str]]) -> int:
        """Add separators for every piece of a network that is apart from its centre; the number of such pieces."""
        found = 0
        for centre, group in groups.items():
            inside = self.graph.subgraph(group)
            held = nx.node_connected_component(inside, centre)
            for piece in nx.connected_components(inside.subgraph(set(group) - held)):
                found += 1
                # One beside the centre's piece and one beside the piece apart: they differ, and both hold.
                for between in (separator(self.graph, held, piece), separator(self.graph, piece, held)):
                    self._require(piece, centre, between)
        return found

    def _require(self, piece: Iterable[str], centre: str, between: set[str]) -> None:
        """Whoever of a piece belongs to a centre has one of a separator with it."""
        with_it = [self.assigned[code, centre] for code in sorted(between) if (code, centre) in self.assigned]
        for code in sorted(piece):
            self.model.add_linear_constraint(self.assigned[code, centre] <= mathopt.LinearSum(with_it))


def separator(graph: nx.Graph, one: set[str], other: set[str]) -> set[str]:
    """The practices around one connected piece that another connected piece meets first on its way there.

    Parameters
    ----------
    graph : networkx.Graph
    one, other : set of str
        Connected, without a common edge or practice.

    Returns
    -------
    set of str
        Least by inclusion: without any of them there would be a way. Empty where there is no way anyhow.
    """
    around = nx.node_boundary(graph, one)
    outside = graph.subgraph(set(graph) - around - one)
    beyond = nx.node_connected_component(outside, next(iter(other)))
    between: set[str] = around & nx.node_boundary(graph, beyond)
    return between
