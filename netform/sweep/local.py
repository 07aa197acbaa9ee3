"""Doing many tasks in processes of this machine. A process that is lost costs nothing but the time it had."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
from collections import Counter, deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from netform.errors import AuditError, NetformError, NoPlanError
from netform.sweep.planning import order_of, plan_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from netform.pipeline import Prepared
    from netform.sweep.planning import Order
    from netform.sweep.tasks import Task

__all__ = ["RERUNS", "Finished", "failure", "lost", "plan_locally"]

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


def plan_locally(
    tasks: Sequence[Task], grounds: Mapping[str, Prepared], time_limit: float, workers: int
) -> Iterator[Finished | None]:
    """Plan tasks in worker processes, in their order; results come as they are found.

    Parameters
    ----------
    tasks : sequence of Task
    grounds : mapping of str to Prepared
    time_limit : float
        Seconds for each.
    workers : int

    Yields
    ------
    Finished or None
        None, every half a second, when nothing has happened. To close the iterator ends the processes.
    """
    waiting, losses = deque(tasks), Counter[str]()
    packed: dict[str, bytes] = {}

    def ground(task: Task) -> bytes:
        if task.ground not in packed:
            packed[task.ground] = pickle.dumps(grounds[task.ground])
        return packed[task.ground]

    crew: list[_Worker] = []
    try:
        crew += [_Worker() for _ in range(min(workers, len(tasks)))]
        while waiting or any(worker.task for worker in crew):
            for position, worker in enumerate(crew):
                if worker.task is None and waiting:
                    task = waiting.popleft()
                    if not worker.begin(task, lambda task=task: ground(task), time_limit):
                        waiting.appendleft(task)
                        crew[position] = worker.replaced()
            ready = wait([worker.connection for worker in crew if worker.task], TICK)
            for position, worker in enumerate(crew):
                if worker.connection not in ready:
                    continue
                done, ended = worker.receive(), worker.task
                if done is not None:
                    yield done
                elif ended is not None:
                    losses[ended.key] += 1
                    if losses[ended.key] > RERUNS:
                        yield lost(ended)
                    else:
                        waiting.appendleft(ended)
                    crew[position] = worker.replaced()
            if not ready:
                yield None
    finally:
        for worker in crew:
            worker.end()


class _Worker:
    """A process that plans the tasks it is sent."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.task: Task | None = None
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def begin(self, task: Task, ground: Callable[[], bytes], time_limit: float) -> bool:
        """Send a task; False when the process was lost while it had nothing to do."""
        try:
            self.connection.send((ground(), order_of(task, time_limit)))
        except OSError:
            return False
        self.task = task
        return True

    def receive(self) -> Finished | None:
        """Take what it says of its task, which it then has no more; None when the process is lost."""
        assert self.task is not None
        try:
            said: bytes | Exception = self.connection.recv()
        except (EOFError, OSError):
            return None
        task, self.task = self.task, None
        return failure(task, said) if isinstance(said, Exception) else Finished(task, said)

    def replaced(self) -> _Worker:
        """End the process and start another in its place."""
        self.end()
        return _Worker()

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.connection.close()


def _serve(connection: Connection) -> None:
    """Plan the tasks that come until the connection closes; interruption is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            message: tuple[bytes, Order] = connection.recv()
        except EOFError:
            return
        try:
            said: bytes | Exception = plan_task(*message)
        except Exception as error:  # noqa: BLE001 (the parent says what it is)
            said = error
        connection.send(said)
        # A solver that did not stop on time is left behind in its thread: it goes with the process.
        if any(thread.name.startswith("area ") for thread in threading.enumerate()):
            return
