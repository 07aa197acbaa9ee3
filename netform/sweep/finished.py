"""What comes of a task, whoever worked on it: a result, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.errors import NetformError, NoPlanError

if TYPE_CHECKING:
    from netform.sweep.tasks import Task

__all__ = ["RERUNS", "TICK", "Finished", "finished", "lost"]

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


def finished(task: Task, said: bytes | NetformError) -> Finished:
    """Take what a worker said of a task (`netform.sweep.planning.tried`); an error gets to name the task."""
    if isinstance(said, NetformError):
        named = type(said)(f"scenario {task.scenario!r}, area {task.area!r}: {said}")
        return Finished(task, error=named)
    return Finished(task, said)


def lost(task: Task, times: int = RERUNS + 1) -> Finished:
    """Say that a task has lost every worker that it was given to."""
    why = (
        f"its worker was lost {times} time{'s' * (times != 1)}, most likely out of memory. Give workers more memory, "
        "run fewer of them, or narrow the band."
    )
    return finished(task, NoPlanError(why))
