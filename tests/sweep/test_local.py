"""Worker processes: the same bytes by any number, and a lost one's task is done again."""

from __future__ import annotations

import multiprocessing
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from netform.errors import AuditError, NoPlanError, OutputError
from netform.sweep import local
from netform.sweep.file import read_sweep
from netform.sweep.finished import RERUNS, finished
from netform.sweep.planning import order_of, tried
from netform.sweep.tasks import largest_first, make_tasks

if TYPE_CHECKING:
    from pathlib import Path

    from netform.sweep.finished import Finished
    from netform.sweep.tasks import Task, Tasks


def planned(finished: list[Finished | None]) -> dict[str, bytes]:
    """Give the results by key, when nothing failed."""
    done = [each for each in finished if each is not None]
    assert [each.error for each in done if each.error] == []
    return {each.task.key: each.content for each in done}


def work(tasks: Tasks, workers: int) -> dict[str, bytes]:
    """Plan everything in processes."""
    return planned(list(local.plan_locally(largest_first(tasks.tasks), tasks.grounds, 60, workers)))


def test_one_and_two_workers_and_a_lost_one(file: Path) -> None:
    """The same bytes; a process that is killed while it has a task costs nothing but time."""
    tasks = make_tasks(read_sweep(file))
    once = work(tasks, 1)
    assert len(once) == 8
    finishing = local.plan_locally(largest_first(tasks.tasks), tasks.grounds, 60, 2)
    first = next(finishing)
    killed = multiprocessing.active_children()[0]
    killed.kill()
    assert planned([first, *finishing]) == once
    assert multiprocessing.active_children() == []


def test_a_task_that_loses_every_worker_fails_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried four times in all; the others have their results."""
    sent: list[str] = []
    real = local._Worker.begin

    def begin(self: local._Worker, task: Task, ground: bytes, time_limit: float) -> bool:
        sent.append(task.area)
        begun = real(self, task, ground, time_limit)
        if task.area == "South":
            self.process.kill()
        return begun

    monkeypatch.setattr(local._Worker, "begin", begin)
    tasks = make_tasks(read_sweep(file))
    some = [task for task in tasks.tasks if task.scenario == tasks.tasks[0].scenario]
    done = [each for each in local.plan_locally(some, tasks.grounds, 60, 1) if each is not None]
    assert {each.task.area: bool(each.error) for each in done} == {"North": False, "South": True}
    assert sent.count("South") == RERUNS + 1
    error = next(each.error for each in done if each.error)
    assert isinstance(error, NoPlanError)
    assert "its worker was lost 4 times" in str(error)


def test_stopping_ends_the_processes(file: Path) -> None:
    """Whoever closes the generator leaves nothing behind."""
    tasks = make_tasks(read_sweep(file))
    finishing = local.plan_locally(largest_first(tasks.tasks), tasks.grounds, 60, 2)
    next(finishing)
    assert multiprocessing.active_children()
    finishing.close()
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("raised", "given"),
    [
        (KeyError("x"), AuditError),
        (AuditError("refused"), AuditError),
        (MemoryError(), NoPlanError),
        (OutputError("full"), NoPlanError),
    ],
)
def test_failures_travel_as_what_they_are(
    file: Path, monkeypatch: pytest.MonkeyPatch, raised: Exception, given: type
) -> None:
    """What netform does not explain is a defect of it; the task is named."""

    def fail(*_: object) -> None:
        raise raised

    monkeypatch.setattr("netform.sweep.planning.make_plan", fail)
    tasks = make_tasks(read_sweep(file))
    task = tasks.tasks[0]
    said = tried(pickle.dumps(tasks.grounds[task.ground]), order_of(task, 60))
    assert type(said) is given
    assert str(finished(task, said).error).startswith(
        "scenario '30000-50000, weights of the rules', area 'North': "
    )


def test_a_worker_of_another_version_plans_nothing(file: Path) -> None:
    """Its results would stand under the wrong key."""
    tasks = make_tasks(read_sweep(file))
    task = tasks.tasks[0]
    order = replace(order_of(task, 60), netform="0.0.0")
    said = tried(pickle.dumps(tasks.grounds[task.ground]), order)
    assert "the sweep is run by netform 0.0.0: install the same on both" in str(said)
