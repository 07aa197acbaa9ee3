"""Plan all areas: side by side in processes, or one in a thread; stop within seconds when asked.

The solvers cannot be trusted to stop on time, so nobody waits for them: every better plan is reported as it is
found, and when time is up or the user interrupts, the last report is what counts and the worker is left behind
(a process is ended; a thread ends with the program).
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from netform.errors import ImpossibleError, NetformError, NoPlanError, RulesError
from netform.solve.area import AreaOutcome, Options, Progress, solve_area
from netform.solve.model.budget import Deadline, MemoryBudget, MoreRoomError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import networkx as nx

    from netform.rules import Rules

__all__ = ["Event", "best_of", "plan_areas"]

# The main thread looks up this often, seconds.
POLL = 0.05

# A worker that has not ended so long after its time is left behind, seconds.
GRACE = 1.5

# No area gets less than this of the time, seconds; and one that was begun is waited for so much longer until it has
# told of its first plan, which no clock ends.
LEAST_SHARE, PATIENCE = 3.0, 60.0

# While more areas than this wait for each worker, an area may take so many equal shares: most need little of theirs.
MANY_WAITING, SHARES = 6, 3.0


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


@dataclass(slots=True)
class _Board:
    """What is known of every area so far."""

    on_event: Callable[[Event], None]
    best: dict[str, Event] = field(default_factory=dict)
    refused: dict[str, ImpossibleError | RulesError] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        if event.outcome is not None:
            self.best[event.area] = event
        self.on_event(event)

    def refuse(self) -> None:
        """Raise what is impossible, of all areas at once; rules that no area can keep come first."""
        for kind in (RulesError, ImpossibleError):
            said = [str(fault) for _, fault in sorted(self.refused.items()) if isinstance(fault, kind)]
            if said:
                raise kind("\n".join(said))


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
    board = _Board(on_event)
    crew = _Crew(graph, rules, options, time_limit, interrupted, board)
    if options.workers > 1 and len(tasks) > 1:
        crew.in_processes(tasks)
    else:
        crew.in_thread(tasks)
    board.refuse()
    missing = [task.area for task in tasks if task.area not in board.best]
    if missing:
        named = "" if missing == [""] else f" of {', '.join(missing[:10])}"
        raise NoPlanError(f"no plan{named} was found in the time given. Allow more with --time-limit.")
    return [best_of(board.best[area], interrupted=interrupted()) for area in sorted(areas)]


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
    graph: nx.Graph
    rules: Rules
    options: Options
    time_limit: float | None
    interrupted: Callable[[], bool]
    board: _Board
    begin: float = field(default_factory=time.monotonic)
    lost: set[str] = field(default_factory=set)
    larger: list[_Task] = field(default_factory=list)

    def share(self, waiting: int, workers: int) -> float | None:
        """Seconds for the next area, when ``waiting`` (itself among them) have not begun."""
        if self.time_limit is None:
            return None
        left = self.time_limit - (time.monotonic() - self.begin)
        equal = left * min(workers, waiting) / waiting
        share = SHARES * equal if waiting > MANY_WAITING * workers else equal
        return max(LEAST_SHARE if waiting > 1 else 0.0, share)

    @property
    def over(self) -> bool:
        """Whether time is up, so that no other area is begun."""
        return self.time_limit is not None and time.monotonic() - self.begin >= self.time_limit

    def to_begin(self, waiting: list[_Task], late: int) -> bool:
        """Whether areas are to be begun: once time is up, only the first that workers were started for."""
        if self.over and len(waiting) <= late:
            waiting.clear()
        return bool(waiting)

    def late(self, area: str, ends: float) -> bool:
        """Whether an area that was to end by then is to be left behind."""
        told = self.board.best.get(area)
        first = told is not None and told.outcome is not None and told.outcome.whole
        return time.monotonic() > ends + (0.0 if first else PATIENCE)

    def in_thread(self, tasks: list[_Task]) -> None:
        """One area after the other in a thread of this process, which stays free to be interrupted."""
        for number, task in enumerate(tasks):
            if number and self.over:
                return
            seconds = self.share(len(tasks) - number, 1)
            failure: list[BaseException] = []
            stopped = threading.Event()

            def work(
                task: _Task = task, seconds: float | None = seconds, stopped: threading.Event = stopped
            ) -> None:
                def report(event: Event) -> None:
                    if not stopped.is_set():
                        self.board.take(event)

                try:
                    _plan(self.graph, task, self.rules, self.options, seconds, report)
                except BaseException as error:  # noqa: BLE001 (raised again in the main thread)
                    failure.append(error)  # noqa: B023 (the thread ends within this turn of the loop)

            thread = threading.Thread(target=work, name=f"area {task.area}", daemon=True)
            thread.start()
            ends = float("inf") if seconds is None else time.monotonic() + seconds + GRACE
            while thread.is_alive():
                thread.join(POLL)
                if self.interrupted() or self.late(task.area, ends):
                    stopped.set()
                    break
            if failure and isinstance(failure[0], (ImpossibleError, RulesError)):
                self.board.refused[task.area] = failure[0]
            elif failure:
                raise failure[0]
            if self.interrupted():
                return

    def in_processes(self, tasks: list[_Task]) -> None:
        """Areas side by side in worker processes."""
        waiting = list(tasks)
        count = min(self.options.workers, len(tasks))
        workers: list[_Worker] = []
        try:
            workers = [_Worker(self) for _ in range(count)]
            late = len(tasks) - count
            while (
                self.to_begin(waiting, late) or any(worker.task for worker in workers)
            ) and not self.interrupted():
                for position, worker in enumerate(workers):
                    if worker.task is None and waiting:
                        task = self.next_that_fits(waiting, workers)
                        if task is None:
                            continue
                        if worker.begin(task, self.share(len(waiting), count)):
                            waiting.remove(task)
                        else:
                            workers[position] = worker.replaced()
                    elif worker.late():
                        workers[position] = worker.replaced()
                for connection in wait([worker.connection for worker in workers], POLL):
                    position = next(k for k, worker in enumerate(workers) if worker.connection is connection)
                    lost = workers[position].receive()
                    waiting += self.larger
                    self.larger.clear()
                    if lost is not None:
                        waiting.insert(0, lost)
                    if lost is not None or not workers[position].process.is_alive():
                        workers[position] = workers[position].replaced()
        finally:
            for worker in workers:
                worker.end()

    def next_that_fits(self, waiting: Sequence[_Task], workers: Sequence[_Worker]) -> _Task | None:
        """The first area whose share of the memory is free beside those that are being planned."""
        left = self.options.memory
        for worker in workers:
            if worker.task is not None:
                left = left.left_beside(worker.task.memory.room)
        return next((task for task in waiting if left.fits(task.memory.room)), None)

    def enlarge(self, task: _Task, needed: int) -> None:
        """Have an area wait for the least share of the memory that is more than it had and holds what it needs."""
        shares = (self.options.memory.share(among) for among in range(self.options.workers, 0, -1))
        larger = (each for each in shares if each.fits(needed) and each.room > task.memory.room)
        self.larger.append(replace(task, memory=next(larger, self.options.memory)))


class _Worker:
    """A process that plans the areas it is sent."""

    def __init__(self, crew: _Crew) -> None:
        context = multiprocessing.get_context("spawn")
        self.crew = crew
        self.task: _Task | None = None
        self.seconds = self.ends = float("inf")
        self.heard = False
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, crew.rules, crew.options), daemon=True)
        with _ignoring_interrupts():
            self.process.start()
        theirs.close()

    def begin(self, task: _Task, seconds: float | None) -> bool:
        """Send an area to plan; False when the process was lost while it had nothing to do."""
        part = self.crew.graph.subgraph(task.codes).copy()
        part.graph["travel"] = part.graph["travel"].among(
            [part.nodes[code]["position"] for code in task.codes]
        )
        try:
            self.connection.send((part, task, seconds))
        except OSError:
            return False
        self.task, self.heard = task, False
        self.seconds = float("inf") if seconds is None else seconds
        self.ends = time.monotonic() + self.seconds + GRACE
        return True

    def late(self) -> bool:
        """Whether its time is over and more."""
        return self.task is not None and self.crew.late(self.task.area, self.ends)

    def receive(self) -> _Task | None:
        """Take in what it says; the task it was at when it is lost for the first time."""
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            task, self.task = self.task, None
            if task is not None and task.area in self.crew.lost:
                raise NetformError(
                    f"planning area {task.area} ended its process twice, most likely out of memory. "
                    "Try --workers 1, or a narrower band."
                ) from None
            if task is not None:
                self.crew.lost.add(task.area)
            return task
        if isinstance(message, (ImpossibleError, RulesError)) and self.task is not None:
            self.crew.board.refused[self.task.area] = message
            self.task = None
            return None
        if isinstance(message, MoreRoomError) and self.task is not None:
            self.crew.enlarge(self.task, message.needed)
            self.task = None
            return None
        if isinstance(message, NetformError):
            raise message
        if isinstance(message, Exception):
            raise RuntimeError(  # noqa: TRY004
                f"area {self.task.area if self.task else ''}: {message}"
            ) from message
        if not self.heard:
            # A new process loads its libraries first, which is no part of its time.
            self.heard, self.ends = True, time.monotonic() + self.seconds + GRACE
        self.crew.board.take(message)
        if message.kind == "done":
            self.task = None
        return None

    def replaced(self) -> _Worker:
        """End the process and start another in its place."""
        self.end()
        return _Worker(self.crew)

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.connection.close()


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Start processes that an interruption from the keyboard does not reach, not even while they load."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(connection: Connection, rules: Rules, options: Options) -> None:
    """Plan the areas that come until the connection closes; interruption is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            graph, task, seconds = connection.recv()
        except EOFError:
            return
        try:
            _plan(graph, task, rules, replace(options, workers=1), seconds, connection.send)
        except Exception as error:  # noqa: BLE001 (the parent raises it)
            connection.send(error)


def _plan(
    graph: nx.Graph,
    task: _Task,
    rules: Rules,
    options: Options,
    seconds: float | None,
    report: Callable[[Any], None],
) -> None:
    deadline = Deadline() if seconds is None else Deadline(time.monotonic() + seconds, time.monotonic)
    alone = None if task.memory == options.memory else options.memory
    options = replace(options, memory=task.memory, alone=alone)
    progress = Progress(
        deadline=deadline,
        on_stage=lambda stage: report(Event(task.area, "stage", stage)),
        on_plan=lambda outcome: report(Event(task.area, "plan", outcome=outcome)),
    )
    outcome = solve_area(graph, task.area, task.codes, rules, options, progress)
    report(Event(task.area, "done", outcome=outcome))
