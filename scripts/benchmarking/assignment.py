"""A direct model for CP-SAT: every practice is assigned to a hub, and networks are made connected as they come.

``assigned[i, h]`` says that the patients of practice i travel to practice h, and a practice that is assigned to itself
is the hub of a network. Hubs tell networks apart, so that no two solutions are the same plan under other numbers.
Lists are within the band. What is made least is what is linear of netform's cost: the patients' travel, exactly, and
the hours of each network's overhead. Staff travel and stranded posts are functions of the whole network and no such
model has them; so the best of this model is not the best of the cost, and it proves at most its own objective.

Connection is lazy: where an answer has a piece apart from its hub, whoever of the piece goes to that hub has to have
one of the practices around the piece with it, and the model is asked again.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules
    from scripts.benchmarking.task import Task

__all__ = ["reach", "solve_assignment"]

# CP-SAT counts in whole numbers: hours are given in thousandths.
PER_HOUR = 1000
# The model is asked anew after this share of the time, so that pieces apart are found before all of it is gone.
SLICE_SHARE, LEAST_SLICE = 0.2, 1.0


def solve_assignment(task: Task) -> None:
    """Solve, mend what is not connected, and solve again until the time is over or nothing is left to mend."""
    model = _Model(task.graph, task.rules)
    solver = cp_model.CpSolver()
    # One thread: what is compared is CPU time.
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = task.seed
    known: dict[tuple[str, str], int] | None = None
    seen = _Answers(task, model)
    while task.left > 0:
        solver.parameters.max_time_in_seconds = min(task.left, max(LEAST_SLICE, SLICE_SHARE * task.seconds))
        model.hint(known)
        status = solver.solve(model.model, seen)
        task.steps += 1
        if status == cp_model.INFEASIBLE:
            task.note = "infeasible by its model"
            return
        if status == cp_model.UNKNOWN:
            continue
        known = {pair: int(solver.value(variable)) for pair, variable in model.assigned.items()}
        groups = model.groups(known)
        task.offer(groups.values())
        if not model.mend(groups) and status == cp_model.OPTIMAL:
            task.note = "own objective proven"
            return
    task.note = f"{task.steps:,} rounds"


class _Answers(cp_model.CpSolverSolutionCallback):
    """Offers every answer on the way: one that is not connected counts only while none is."""

    def __init__(self, task: Task, model: _Model) -> None:
        super().__init__()
        self.task, self.model = task, model

    def on_solution_callback(self) -> None:
        values = {pair: int(self.value(variable)) for pair, variable in self.model.assigned.items()}
        self.task.offer(self.model.groups(values).values())


class _Model:
    """The model and what has been learnt of connection."""

    def __init__(self, graph: nx.Graph, rules: Rules) -> None:
        self.graph = graph
        self.model = cp_model.CpModel()
        self.codes = sorted(graph)
        list_size = {code: int(graph.nodes[code]["list_size"]) for code in self.codes}
        within = {hub: reach(graph, hub, rules.most) for hub in self.codes}
        # A practice that fills the band before it gets to a hub can never be with it.
        self.assigned = {
            (code, hub): self.model.new_bool_var("")
            for hub in self.codes
            for code in self.codes
            if code in within[hub]
        }
        for code in self.codes:
            self.model.add_exactly_one(self.assigned[code, hub] for hub in self.codes if code in within[hub])
        for hub in self.codes:
            is_hub, members = self.assigned[hub, hub], sorted(within[hub])
            patients = sum(list_size[code] * self.assigned[code, hub] for code in members)
            self.model.add(patients >= rules.least * is_hub)
            self.model.add(patients <= rules.most * is_hub)
            for code in members:
                self.model.add_implication(self.assigned[code, hub], is_hub)
                self.surround({code}, hub)
        travel, position = graph.graph["travel"], {code: graph.nodes[code]["position"] for code in self.codes}
        overhead = rules.weight("overhead") * rules.overhead_hours_week
        hours_minute = rules.weight("patient_travel") * rules.visits_per_patient_week * 2 / 60
        self.model.minimize(
            sum(
                round(
                    PER_HOUR
                    * (
                        overhead * (code == hub)
                        + hours_minute * list_size[code] * travel.minutes(position[code], position[hub])
                    )
                )
                * variable
                for (code, hub), variable in self.assigned.items()
            )
        )

    def hint(self, known: dict[tuple[str, str], int] | None) -> None:
        """Begin from an earlier answer."""
        self.model.clear_hints()
        for pair, value in (known or {}).items():
            self.model.add_hint(self.assigned[pair], value)

    def groups(self, values: dict[tuple[str, str], int]) -> dict[str, list[str]]:
        """The members of every hub of an answer."""
        groups: dict[str, list[str]] = {}
        for (code, hub), value in values.items():
            if value:
                groups.setdefault(hub, []).append(code)
        return groups

    def pieces(self, hub: str, group: list[str]) -> list[set[str]]:
        """The pieces of a network that are apart from its hub."""
        left, apart = set(group), []
        while left:
            start = left.pop()
            piece, waiting = {start}, [start]
            while waiting:
                near = left.intersection(self.graph[waiting.pop()])
                left -= near
                piece |= near
                waiting += near
            if hub not in piece:
                apart.append(piece)
        return apart

    def mend(self, groups: dict[str, list[str]]) -> int:
        """Forbid every piece apart from its hub, for all hubs it might be apart from so; the number found."""
        found = 0
        for hub, group in groups.items():
            for piece in self.pieces(hub, group):
                found += 1
                for other in self.codes:
                    self.surround(piece, other)
        return found

    def surround(self, piece: set[str], hub: str) -> None:
        """Whoever of a piece goes to a hub outside it has a practice from around the piece with it."""
        around = {near for code in piece for near in self.graph[code]} - piece
        if hub in piece or hub in around:
            return
        with_it = [self.assigned[code, hub] for code in sorted(around) if (code, hub) in self.assigned]
        for code in sorted(piece):
            if (code, hub) in self.assigned:
                self.model.add_bool_or([*with_it, ~self.assigned[code, hub]])


def reach(graph: nx.Graph, hub: str, most: int) -> set[str]:
    """The practices that some connected network of no more patients than the band allows has with a hub."""
    patients = {hub: graph.nodes[hub]["list_size"]}
    waiting = [(patients[hub], hub)]
    while waiting:
        total, code = heapq.heappop(waiting)
        if total > patients[code]:
            continue
        for near in graph[code]:
            longer = total + graph.nodes[near]["list_size"]
            if longer <= most and longer < patients.get(near, most + 1):
                patients[near] = longer
                heapq.heappush(waiting, (longer, near))
    return set(patients)
