"""What a sweep ends with: a row for each task for programs, and a line for each scenario for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from netform.export.rounding import rounded
from netform.export.tables import csv_bytes
from netform.plan.model import relative_gap
from netform.report.text import table_lines
from netform.report.words import area_name, hours, one_line, percent
from netform.rules.model import TERM_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.sweep.results import Results, Summary
    from netform.sweep.tasks import Task

__all__ = ["sweep_csv", "sweep_text", "tasks_text"]

COLUMNS = (
    "scenario", "area", "practices", "status", "networks", "exceptions", "cost", "bound", "gap",
    *(f"{term}_hours" for term in TERM_NAMES), "reason", "result",
)  # fmt: skip

# The status of a task that has no result.
MISSING = "not planned"


def sweep_csv(tasks: Sequence[Task], results: Results) -> bytes:
    """Write a row for each task, in order of scenario and area; hours are per week, terms unweighted.

    Parameters
    ----------
    tasks : sequence of Task
    results : Results
    """
    return csv_bytes([_row(task, results.get(task.key)) for task in tasks], COLUMNS)


def _row(task: Task, found: Summary | None) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    row |= {"scenario": task.scenario, "area": task.area, "practices": task.practices, "status": MISSING}
    if found is not None:
        row |= {"status": found.status, "reason": one_line(found.reason), "result": task.key}
    if found is not None and found.cost is not None:
        row |= {"networks": found.networks, "exceptions": found.exceptions}
        row |= {"cost": found.cost, "bound": found.bound, "gap": _gap([found])}
        row |= {f"{term}_hours": value for term, value in found.terms.items()}
    return row


def sweep_text(tasks: Sequence[Task], results: Results) -> str:
    """Show a line for each scenario.

    Parameters
    ----------
    tasks : sequence of Task
        In order of scenario.
    results : Results

    Returns
    -------
    str
        Lines ended by line feeds. No text of the input can command the terminal.
    """
    rows = []
    for scenario in dict.fromkeys(task.scenario for task in tasks):
        found = [results.get(task.key) for task in tasks if task.scenario == scenario]
        planned = [each for each in found if each is not None and each.cost is not None]
        whole = len(planned) == len(found)
        gap = _gap(planned)
        rows.append(
            (
                one_line(scenario),
                f"{len(found):,}",
                f"{sum(each is not None and each.proven for each in found):,}",
                f"{sum(each.networks for each in planned):,}" if whole else "-",
                f"{sum(each.exceptions for each in planned):,}" if whole else "-",
                hours(math.fsum(each.cost or 0.0 for each in planned)) if whole else "-",
                percent(gap) if whole and gap is not None else "-",
            )
        )
    header = ("Scenario", "Areas", "Proven", "Networks", "Exceptions", "Hours a week", "Gap")
    return "\n".join(table_lines(header, rows, right=(1, 2, 3, 4, 5, 6))) + "\n"


def _gap(found: Sequence[Summary]) -> float | None:
    costs, bounds = [each.cost for each in found], [each.bound for each in found]
    if not found or None in costs or None in bounds:
        return None
    return rounded(relative_gap(math.fsum(filter(None, costs)), math.fsum(filter(None, bounds))))


def tasks_text(tasks: Sequence[Task], results: Results, time_limit: float) -> str:
    """Show a line for each task, and whether it is to be done.

    Parameters
    ----------
    tasks : sequence of Task
        In the order in which they are done.
    results : Results
    time_limit : float
        Seconds for each.
    """
    rows = [
        (
            one_line(task.scenario),
            one_line(area_name(task.area)),
            f"{task.practices:,}",
            _state(task, results, time_limit),
            task.key[:12],
        )
        for task in tasks
    ]
    header = ("Scenario", "Area", "Practices", "", "Result")
    return "\n".join(table_lines(header, rows, right=(2,))) + "\n"


def _state(task: Task, results: Results, time_limit: float) -> str:
    if results.done(task.key, time_limit):
        return "done"
    return "to do" if results.get(task.key) is None else "to do again, with more time"
