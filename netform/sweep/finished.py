"""What comes of a task, whoever worked on it: a result, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from netform.errors import AuditError, NetformError, NoPlanError
from netform.sweep.tasks import Task

__all__ = ["RERUNS", "TICK", "Finished", "failure", "lost"]

# The caller is told at least so often that nothing has happened, seconds.
TICK = 0.5

# A task whose worker is lost is done again so many times; Dask's own limit is the same.
RERUNS = 3


@dataclass(frozen=True, slots=True)
class Finished:
    """A task that will not be worked on any more.

    Attributes
    ----------
    task : Task
    content : bytes
        Its result; empty when it failed.
    error : NetformError or None
        Why it has none.
    """

    task: Task
    content: bytes = b""
    error: NetformError | None = None


def failure(task: Task, error: BaseException) -> Finished:
    """Say that planning a task failed: a defect of netform, unless netform explains it."""
    where = f"scenario {task.scenario!r}, area {task.area!r}"
    if isinstance(error, NetformError):
        kind = AuditError if isinstance(error, AuditError) else NoPlanError
        return Finished(task, error=kind(f"{where}: {error}"))
    return Finished(
        task, error=AuditError(f"{where}: a defect of netform ({type(error).__name__}: {error}).")
    )


def lost(task: Task) -> Finished:
    """Say that a task has lost every worker that it was given to."""
    return Finished(
        task,
        error=NoPlanError(
            f"scenario {task.scenario!r}, area {task.area!r}: its worker was lost {RERUNS + 1} times, most likely out "
            "of memory. Give workers more memory or run fewer of them, or narrow the band."
        ),
    )
