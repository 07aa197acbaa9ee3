"""Doing many tasks on a Dask cluster. Workers need netform and nothing else: no shared disk, no list.

A task takes its ground along (40 kilobytes for 80 practices), so that the scheduler can give it to another worker when
one is lost; data scattered beforehand would be lost with the worker. The cluster is handed one task for each thread and
the next when one is done: the largest go first, and a lost worker takes nothing down but what it was at.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import pickle
import queue
import socket
from collections import deque
from typing import TYPE_CHECKING, Any

from netform import __version__
from netform.errors import NoPlanError, RulesError
from netform.sweep.finished import TICK, Finished, finished, lost
from netform.sweep.planning import order_of, tried

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from netform.prepared import Prepared
    from netform.sweep.tasks import Task

__all__ = ["plan_on_cluster"]

# How long to wait for the scheduler, and for its first worker, seconds.
CONNECT_SECONDS, WORKER_SECONDS = 10, 30

# What the scheduler knows already is had within this, seconds.
ANSWER_SECONDS = 30

# The length of what Dask sends, in bytes, stands in so many before it; a greeting is never as long.
_LENGTH, _LONGEST = 8, 2**24

# Nobody waits longer for the connection to be closed, seconds.
CLOSE_SECONDS = 2

# What has a say in the bytes of a result besides netform.
_LIBRARIES = ("networkx", "numba", "numpy", "ortools")


def plan_on_cluster(
    tasks: Sequence[Task],
    grounds: Mapping[str, Prepared],
    time_limit: float,
    address: str,
    on_note: Callable[[str], None] = lambda _: None,
) -> Generator[Finished | None]:
    """Plan tasks on the workers of a Dask scheduler, in their order; results come as they are found.

    Parameters
    ----------
    tasks : sequence of Task
    grounds : mapping of str to Prepared
    time_limit : float
        Seconds for each.
    address : str
        Of the scheduler, such as ``tcp://127.0.0.1:8786``.
    on_note : callable
        Told what a user should know of the cluster.

    Yields
    ------
    Finished or None
        None, every half a second, when nothing has happened. To close the generator gives up what has not begun;
        workers finish what they are at, or run out of its time.

    Raises
    ------
    RulesError
        Dask is not installed, no scheduler answers, it has no workers, or they have another netform.
    NoPlanError
        The scheduler was lost.
    """
    client = _client(address)
    waiting = deque(tasks)
    at_work: dict[str, tuple[Task, Any]] = {}
    ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
    try:
        _check_workers(client, address, on_note)
        while waiting or at_work:
            # Workers come and go.
            threads = sum(client.nthreads().values())
            while waiting and len(at_work) < max(1, threads):
                task = waiting.popleft()
                future = _submit(client, task, grounds[task.ground], time_limit)
                at_work[future.key] = task, future
                future.add_done_callback(ended.put)
            try:
                key = ended.get(timeout=TICK).key
            except queue.Empty:
                yield None
                continue
            # To let go of a future frees the memory that it takes in the cluster.
            task, future = at_work.pop(key)
            yield _finished(task, future, address)
    except OSError as error:
        raise NoPlanError(_lost_scheduler(address)) from error
    finally:
        with contextlib.suppress(Exception):
            client.cancel([future for _, future in at_work.values()])
        with contextlib.suppress(Exception):
            client.close(timeout=CLOSE_SECONDS)


def _submit(client: Any, task: Task, ground: Prepared, time_limit: float) -> Any:
    """Hand a task to the cluster."""
    name = f"netform-{task.key}-{time_limit:g}"
    return client.submit(tried, pickle.dumps(ground), order_of(task, time_limit), key=name)


def _client(address: str) -> Any:
    """Connect to a scheduler."""
    try:
        from distributed import Client  # noqa: PLC0415 (an extra, which only --scheduler needs)
    except ImportError as error:
        raise RulesError(
            '--scheduler needs Dask, which is not installed: pip install "netform[cluster]", here and on the workers.'
        ) from error
    connect: Any = Client
    try:
        _hear(address)
        return connect(address, timeout=CONNECT_SECONDS, set_as_default=False, name="netform-sweep")
    except (OSError, ValueError) as error:
        raise RulesError(
            f"no Dask scheduler answers at {address} ({one(error)}). Start one with: dask scheduler"
        ) from error


def _hear(address: str) -> None:
    """Wait for the first bytes of a scheduler, which speaks first: Dask would wait minutes for others to answer.

    Raises
    ------
    OSError
        Nothing listens there, says anything in time, or speaks as Dask does.
    """
    kind, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if kind not in ("", "tcp") or not host or not port.isdigit():
        return
    with socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS) as line:
        try:
            first = line.makefile("rb").read(_LENGTH)
        except TimeoutError:
            raise OSError(f"it says nothing in {CONNECT_SECONDS} seconds") from None
    # What Dask sends begins with its length.
    if len(first) < _LENGTH or int.from_bytes(first, "little") > _LONGEST:
        raise OSError("what answers is no Dask scheduler")


def _check_workers(client: Any, address: str, on_note: Callable[[str], None]) -> None:
    """Refuse a cluster without workers, or whose workers have no netform or another one."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError as error:
        raise RulesError(
            f"the scheduler at {address} has no workers. Start some with: dask worker {address}"
        ) from error

    def versions(library: str) -> dict[str, str]:
        # A function of the standard library: it can be sent to workers that do not have netform.
        said = client.run(importlib.metadata.version, library, on_error="return")
        return {
            where: "none" if isinstance(version, BaseException) else str(version)
            for where, version in sorted(said.items())
        }

    wrong = [f"{where} has {found}" for where, found in versions("netform").items() if found != __version__]
    if wrong:
        raise RulesError(
            f"workers need netform {__version__}, as here: {'; '.join(wrong[:10])}. Install it there "
            "(in the environment that starts dask worker), and start them anew."
        )
    for library in _LIBRARIES:
        here, there = importlib.metadata.version(library), versions(library)
        other = sorted(set(there.values()) - {here})
        if other:
            on_note(
                f"Workers have {library} {', '.join(other)} and this machine {here}: plans of equal cost may differ "
                "from those made here."
            )


def _finished(task: Task, future: Any, address: str) -> Finished:
    """Take what came of a task."""
    from distributed.scheduler import KilledWorker  # noqa: PLC0415 (an extra)

    if future.status == "cancelled":
        raise NoPlanError(_lost_scheduler(address))
    if future.status == "error":
        error = future.exception(timeout=ANSWER_SECONDS)
        if isinstance(error, KilledWorker):
            return lost(task, error.allowed_failures + 1)
        # Whatever netform does is said by what it gives back: this is Dask's, or the network's.
        return finished(task, NoPlanError(f"the cluster failed ({type(error).__name__}: {one(error)})."))
    return finished(task, future.result())


def _lost_scheduler(address: str) -> str:
    return f"the scheduler at {address} was lost. What was found is kept: run the sweep again to go on from there."


def one(error: BaseException) -> str:
    """Put what an error says on one line."""
    return " ".join(str(error).split())[:120] or type(error).__name__
