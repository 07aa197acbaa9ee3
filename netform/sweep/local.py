"""Doing many tasks in processes of this machine. A process that is lost costs nothing but the time it had."""

from __future__ import annotations

import pickle
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from netform.sweep.finished import RERUNS, TICK, Finished, finished, lost
from netform.sweep.planning import order_of, tried
from netform.worker_process import WorkerProcess, messages

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from netform.prepared import Prepared
    from netform.sweep.tasks import Task

__all__ = ["plan_locally"]


def plan_locally(
    tasks: Sequence[Task], grounds: Mapping[str, Prepared], time_limit: float, workers: int
) -> Generator[Finished | None]:
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
        None, every half a second, when nothing has happened. To close the generator ends the processes.
    """
    crew = _Crew(grounds, time_limit, deque(tasks))
    try:
        crew.workers.extend(_Worker() for _ in range(min(workers, len(tasks))))
        while crew.waiting or any(worker.task for worker in crew.workers):
            crew.hand_out()
            yield from crew.take_in()
    finally:
        for worker in crew.workers:
            worker.end()


@dataclass(slots=True)
class _Crew:
    """The processes, and what is left for them to do."""

    grounds: Mapping[str, Prepared]
    time_limit: float
    waiting: deque[Task]
    workers: list[_Worker] = field(default_factory=list)
    losses: Counter[str] = field(default_factory=Counter)
    packed: dict[str, bytes] = field(default_factory=dict)

    def hand_out(self) -> None:
        """Give every process without a task the next one."""
        for worker in self.workers:
            if worker.task is None and self.waiting:
                task = self.waiting.popleft()
                if not worker.begin(task, self.ground(task), self.time_limit):
                    self.waiting.appendleft(task)

    def ground(self, task: Task) -> bytes:
        """Pack the ground of a task, each once."""
        if task.ground not in self.packed:
            self.packed[task.ground] = pickle.dumps(self.grounds[task.ground])
        return self.packed[task.ground]

    def take_in(self) -> Iterator[Finished | None]:
        """Take what the processes say; None when they have said nothing for a while."""
        ready = wait([worker.connection for worker in self.workers if worker.task], TICK)
        if not ready:
            yield None
        for worker in self.workers:
            if worker.task is None or worker.connection not in ready:
                continue
            task, said = worker.task, worker.said()
            worker.task = None
            if said is not None:
                yield finished(task, said)
                continue
            self.losses[task.key] += 1
            if self.losses[task.key] > RERUNS:
                yield lost(task)
            else:
                self.waiting.appendleft(task)


class _Worker(WorkerProcess["Task"]):
    """A process that plans the tasks it is sent."""

    def __init__(self) -> None:
        super().__init__(_serve)

    def begin(self, task: Task, ground: bytes, time_limit: float) -> bool:
        """Send a task; False when the process was lost while it had nothing to do, and is another now."""
        return self.send(task, (ground, order_of(task, time_limit)))


def _serve(connection: Connection) -> None:
    """Plan the tasks that come."""
    for message in messages(connection):
        connection.send(tried(*message))
        # A solver that did not stop on time is left behind in its thread: it goes with the process.
        if any(thread.name.startswith("area ") for thread in threading.enumerate()):
            return
