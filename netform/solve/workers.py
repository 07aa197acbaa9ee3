"""Plan all areas: side by side in processes, or one in a thread; stop within seconds when asked.

The solvers cannot be trusted to stop on time, so nobody waits for them: every better plan is reported as it is
found, and when time is up or the user interrupts, the last report is what counts and the worker is left behind
(a process is ended; a thread ends with the program).
"""

from __future__ import annotations

import math
import os
import threading
import time
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from netform.errors import ImpossibleError, NetformError, NoPlanError, RulesError
from netform.solve.area import AreaOutcome, Options, Progress, solve_area
from netform.solve.model.budget import NEVER, Deadline, MemoryBudget, MoreRoomError
from netform.worker_process import WorkerProcess, messages, sendable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import networkx as nx

    from netform.rules.model import Rules

__all__ = ["Event", "best_of", "plan_areas", "usual_workers"]

# The main thread looks up this often, seconds.
POLL = 0.05

# A worker that has not ended so long after its time is left behind, seconds.
GRACE = 1.5

# No area gets less than this of the time, seconds; and one that was begun is waited for so much longer until it has
# told of its first plan, which no clock ends.
LEAST_SHARE, PATIENCE = 3.0, 60.0

# While more areas than this wait for each worker, an area may take so many equal shares: most need little of theirs.
MANY_WAITING, SHARES = 6, 3.0


# Areas with fewer practices than this, all together, are planned one after the other: another process takes as long to
# load its libraries as most areas of so many take to plan.
FEW_PRACTICES = 100


def usual_workers(areas: Mapping[str, Sequence[str]]) -> int:
    """How many areas are planned side by side where nobody says: one for each core, one for few practices.

    Parameters
    ----------
    areas : mapping of str to sequence of str
        The codes of each area.
    """
    here = len(areas) > 1 and sum(map(len, areas.values())) < FEW_PRACTICES
    return 1 if here else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened in an area.

    Attributes
    ----------
    area : str
    kind : str
        ``stage``, ``plan`` or ``done``.
    stage : str
        The stage that begins, for ``stage``.
    outcome : AreaOutcome or None
        The plan, for ``plan`` and ``done``.
    at : float
        When it happened, seconds of the machine's monotonic clock.
    """

    area: str
    kind: str
    stage: str = ""
    outcome: AreaOutcome | None = None
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class _Task:
    area: str
    codes: tuple[str, ...]
    memory: MemoryBudget


def plan_areas(
    graph: nx.Graph,
    areas: Mapping[str, Sequence[str]],
    rules: Rules,
    options: Options,
    *,
    time_limit: float | None = None,
    interrupted: Callable[[], bool] = lambda: False,
    on_event: Callable[[Event], None] = lambda _event: None,
) -> list[AreaOutcome]:
    """The best plan of every area, in order of area.

    Small areas go first: each then gets a fair share of the time that is left, and what the easy ones do not
    need goes to the hard ones.

    Memory is shared out alike. An area whose list does not fit its share waits until so many others are done that the
    next larger share is free; so which share it has follows from its list alone, and its plan with it.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices by code.
    areas : mapping of str to sequence of str
        The codes of each area.
    rules : Rules
    options : Options
        ``workers`` is how many areas are planned side by side; a single area gets all of them as threads. ``memory``
        is that of the whole run.
    time_limit : float, optional
        Seconds for all areas together.
    interrupted : callable
        Asked often; once it says yes the best plans so far are returned.
    on_event : callable
        Told of stages and plans.

    Raises
    ------
    ImpossibleError
        As `netform.solve.area.solve_area`: of every area that has no plan, once the others are planned.
    NoPlanError
        Time ran out before an area had any plan.
    NetformError
        As `netform.solve.area.solve_area`.
    """
    # A single area has every core to itself.
    options = replace(options, threads=options.workers, beside=options.workers > 1 and len(areas) == 1)
    count = max(1, min(options.workers, len(areas)))
    share = options.memory.share(count)
    tasks = [_Task(area, tuple(codes), share) for area, codes in areas.items()]
    tasks.sort(key=lambda task: (len(task.codes), task.area))
    seconds = math.inf if time_limit is None else time_limit
    crew = _Crew(graph, rules, options, seconds, interrupted, on_event)
    if count > 1:
        crew.in_processes(tasks, count)
    else:
        crew.in_thread(tasks)
    crew.refuse()
    missing = [task.area for task in tasks if task.area not in crew.best]
    if missing:
        named = "" if missing == [""] else f" of {', '.join(missing[:10])}"
        raise NoPlanError(f"no plan{named} was found in the time given. Allow more with --time-limit.")
    return [best_of(crew.best[area], interrupted=interrupted()) for area in sorted(areas)]


def best_of(event: Event, *, interrupted: bool) -> AreaOutcome:
    """Give the plan that an event tells of; of one told on the way also when the run ended, and by what.

    Parameters
    ----------
    event : Event
        With a plan.
    interrupted : bool
        Whether the user ended the run; the time limit otherwise.
    """
    outcome = event.outcome
    assert outcome is not None  # noqa: S101 (the caller has looked)
    if event.kind == "done" or outcome.doubt is None or not outcome.result.log:
        return outcome
    last = outcome.result.log[-1]
    end = replace(last, step="end", seconds=last.seconds + time.monotonic() - event.at)
    return replace(
        outcome,
        result=replace(outcome.result, log=(*outcome.result.log, end)),
        doubt=replace(outcome.doubt, ended="interrupted" if interrupted else outcome.doubt.ended),
    )


@dataclass(slots=True)
class _Crew:
    """Those who plan the areas, and what is known of every area so far."""

    graph: nx.Graph
    rules: Rules
    options: Options
    time_limit: float
    interrupted: Callable[[], bool]
    on_event: Callable[[Event], None]
    begin: float = field(default_factory=time.monotonic)
    best: dict[str, Event] = field(default_factory=dict)
    refused: dict[str, ImpossibleError | RulesError] = field(default_factory=dict)
    waiting: list[_Task] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)

    def take(self, event: Event) -> None:
        """Keep the latest plan of an area, and pass on what happened."""
        if event.outcome is not None:
            self.best[event.area] = event
        self.on_event(event)

    def fail(self, area: str, error: BaseException) -> None:
        """Raise what has ended the planning of an area; what is impossible waits for the other areas."""
        if not isinstance(error, (ImpossibleError, RulesError)):
            raise error
        self.refused[area] = error

    def refuse(self) -> None:
        """Raise what is impossible, of all areas at once; rules that no area can keep come first."""
        for kind in (RulesError, ImpossibleError):
            said = [str(fault) for _, fault in sorted(self.refused.items()) if isinstance(fault, kind)]
            if said:
                raise kind("\n".join(said))

    @property
    def left(self) -> float:
        """Seconds that remain; once there are none no other area is begun."""
        return self.time_limit - (time.monotonic() - self.begin)

    def share(self, waiting: int, workers: int) -> float:
        """Seconds for the next area, when ``waiting`` (itself among them) have not begun."""
        equal = self.left * min(workers, waiting) / waiting
        share = SHARES * equal if waiting > MANY_WAITING * workers else equal
        return max(LEAST_SHARE if waiting > 1 else 0.0, share)

    def late(self, area: str, ends: float) -> bool:
        """Whether an area that was to end by then is to be left behind."""
        told = self.best.get(area)
        first = told is not None and told.outcome is not None and told.outcome.whole
        return time.monotonic() > ends + (0.0 if first else PATIENCE)

    def in_thread(self, tasks: Sequence[_Task]) -> None:
        """One area after the other in a thread of this process, which stays free to be interrupted."""
        for number, task in enumerate(tasks):
            if number and (self.left <= 0 or self.interrupted()):
                return
            self.plan_in_thread(task, self.share(len(tasks) - number, 1))

    def plan_in_thread(self, task: _Task, seconds: float) -> None:
        """Plan an area in a thread, which is left behind when it is late or the run is interrupted."""
        failure: list[BaseException] = []
        stopped = threading.Event()

        def report(event: Event) -> None:
            if not stopped.is_set():
                self.take(event)

        def work() -> None:
            try:
                _plan(self.graph, task, self.rules, self.options, seconds, report)
            except BaseException as error:  # noqa: BLE001 (raised again in the main thread)
                failure.append(error)

        thread = threading.Thread(target=work, name=f"area {task.area}", daemon=True)
        thread.start()
        ends = time.monotonic() + seconds + GRACE
        while thread.is_alive():
            thread.join(POLL)
            if self.interrupted() or self.late(task.area, ends):
                stopped.set()
                break
        if failure:
            self.fail(task.area, failure[0])

    def in_processes(self, tasks: Sequence[_Task], count: int) -> None:
        """Areas side by side in worker processes."""
        self.waiting = list(tasks)
        workers = [_Worker(self) for _ in range(count)]
        try:
            while not self.interrupted():
                # Once time is up, only the first that workers were started for are begun.
                if self.left <= 0 and len(self.waiting) <= len(tasks) - count:
                    self.waiting.clear()
                if not self.waiting and not any(worker.task for worker in workers):
                    return
                for worker in workers:
                    if worker.late():
                        worker.restart()
                    elif (
                        worker.task is None
                        and (task := self.next_that_fits(workers)) is not None
                        and worker.begin(task, self.share(len(self.waiting), count))
                    ):
                        self.waiting.remove(task)
                ready = wait([worker.connection for worker in workers], POLL)
                for worker in workers:
                    if worker.connection in ready:
                        worker.receive()
        finally:
            for worker in workers:
                worker.end()

    def next_that_fits(self, workers: Sequence[_Worker]) -> _Task | None:
        """The first area whose share of the memory is free beside those that are being planned."""
        taken = sum(worker.task.memory.room for worker in workers if worker.task is not None)
        left = self.options.memory.left_beside(taken)
        return next((task for task in self.waiting if left.fits(task.memory.room)), None)

    def enlarge(self, task: _Task, needed: int) -> None:
        """Have an area wait for the least share of the memory that is more than it had and holds what it needs."""
        shares = (self.options.memory.share(among) for among in range(self.options.workers, 0, -1))
        larger = (each for each in shares if each.fits(needed) and each.room > task.memory.room)
        self.waiting.append(replace(task, memory=next(larger, self.options.memory)))


class _Worker(WorkerProcess[_Task]):
    """A process that plans the areas it is sent."""

    def __init__(self, crew: _Crew) -> None:
        self.crew = crew
        super().__init__(_serve, crew.rules, crew.options)

    def begin(self, task: _Task, seconds: float) -> bool:
        """Send an area to plan; False when the process was lost while it had nothing to do, and is another now."""
        part = self.crew.graph.subgraph(task.codes).copy()
        part.graph["travel"] = part.graph["travel"].among(
            [part.nodes[code]["position"] for code in task.codes]
        )
        sent = self.send(task, (part, task, seconds))
        self.heard, self.seconds, self.ends = False, seconds, time.monotonic() + seconds + GRACE
        return sent

    def late(self) -> bool:
        """Whether its time is over and more."""
        return self.task is not None and self.crew.late(self.task.area, self.ends)

    def receive(self) -> None:
        """Take in what it says; what it was at when it is lost for the first time waits again."""
        task, message = self.task, self.said()
        if message is None:
            if task is not None and task.area in self.crew.lost:
                raise NetformError(
                    f"planning area {task.area} ended its process twice, most likely out of memory. "
                    "Try --workers 1, or a narrower band."
                )
            if task is not None:
                self.crew.lost.add(task.area)
                self.crew.waiting.insert(0, task)
            return
        assert task is not None  # noqa: S101 (it says nothing of itself)
        if not isinstance(message, Event) or message.kind == "done":
            self.task = None
        if isinstance(message, Event):
            if not self.heard:
                # A new process loads its libraries first, which is no part of its time.
                self.heard, self.ends = True, time.monotonic() + self.seconds + GRACE
            self.crew.take(message)
        elif isinstance(message, MoreRoomError):
            self.crew.enlarge(task, message.needed)
        elif isinstance(message, NetformError):
            self.crew.fail(task.area, message)
        else:
            raise RuntimeError(f"area {task.area}: {message}") from message  # noqa: TRY004


def _serve(connection: Connection, rules: Rules, options: Options) -> None:
    """Plan the areas that come."""
    for graph, task, seconds in messages(connection):
        try:
            _plan(graph, task, rules, replace(options, workers=1), seconds, connection.send)
        except Exception as error:  # noqa: BLE001 (the parent raises it)
            connection.send(sendable(error))


def _plan(
    graph: nx.Graph,
    task: _Task,
    rules: Rules,
    options: Options,
    seconds: float,
    report: Callable[[Any], None],
) -> None:
    deadline = Deadline(time.monotonic() + seconds, time.monotonic) if seconds < math.inf else NEVER
    options = replace(options, memory=task.memory, alone=options.memory)
    progress = Progress(
        deadline=deadline,
        on_stage=lambda stage: report(Event(task.area, "stage", stage)),
        on_plan=lambda outcome: report(Event(task.area, "plan", outcome=outcome)),
    )
    outcome = solve_area(graph, task.area, task.codes, rules, options, progress)
    report(Event(task.area, "done", outcome=outcome))
