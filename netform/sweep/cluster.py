"""Doing many tasks on a Dask cluster. Workers need netform and nothing else: no shared disk, no list.

The ground of an area is a task of its own in the cluster, so that it is sent once and is had again when the worker
that holds it is lost. Dask runs what a lost worker was at on another.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import pickle
import queue
from typing import TYPE_CHECKING, Any

from netform import __version__
from netform.errors import NoPlanError, RulesError
from netform.sweep.finished import TICK, Finished, failure, lost
from netform.sweep.planning import order_of, plan_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from netform.pipeline import Prepared
    from netform.sweep.tasks import Task

__all__ = ["plan_on_cluster"]

# How long to wait for the scheduler, and for its first worker, seconds.
CONNECT_SECONDS, WORKER_SECONDS = 10, 30

# What has a say in the bytes of a result besides netform.
_LIBRARIES = ("networkx", "numba", "numpy", "ortools")


def plan_on_cluster(
    tasks: Sequence[Task],
    grounds: Mapping[str, Prepared],
    time_limit: float,
    address: str,
    on_note: Callable[[str], None] = lambda _: None,
) -> Iterator[Finished | None]:
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
        None, every half a second, when nothing has happened. To close the iterator gives up what has not begun.

    Raises
    ------
    RulesError
        Dask is not installed, no scheduler answers, it has no workers, or they have another netform.
    NoPlanError
        The scheduler was lost.
    """
    client = _client(address)
    futures: dict[str, Any] = {}
    by_name: dict[str, Task] = {}
    ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
    try:
        _check_workers(client, address, on_note)
        held: dict[str, Any] = {}
        for rank, task in enumerate(tasks):
            if task.ground not in held:
                ground = pickle.dumps(grounds[task.ground])
                # bytes, called on bytes, is the bytes: a task whose result is its argument.
                held[task.ground] = client.submit(
                    bytes, ground, key=f"netform-ground-{task.ground}", priority=len(tasks)
                )
            name = f"netform-{task.key}-{time_limit:g}"
            by_name[name] = task
            futures[name] = client.submit(
                plan_task, held[task.ground], order_of(task, time_limit), key=name, priority=-rank
            )
            futures[name].add_done_callback(ended.put)
        while futures:
            try:
                future = ended.get(timeout=TICK)
            except queue.Empty:
                if client.status not in ("running", "connecting"):
                    raise NoPlanError(_lost_scheduler(address)) from None
                yield None
                continue
            if future.key in futures:
                yield _finished(by_name[future.key], future, address)
                # To let go of it frees the memory it takes in the cluster.
                del futures[future.key]
    finally:
        with contextlib.suppress(Exception):
            client.cancel(list(futures.values()))
        with contextlib.suppress(Exception):
            client.close(timeout=2)


def _client(address: str) -> Any:
    """Connect to a scheduler."""
    try:
        from distributed import Client  # noqa: PLC0415 (an extra, which only --scheduler needs)
    except ImportError as error:
        raise RulesError(
            '--scheduler needs Dask, which is not installed: pip install "netform[cluster]", here and on the workers.'
        ) from error
    try:
        return Client(  # type: ignore[no-untyped-call]
            address, timeout=CONNECT_SECONDS, set_as_default=False, name="netform-sweep"
        )
    except (OSError, ValueError) as error:
        raise RulesError(
            f"no Dask scheduler answers at {address} ({one(error)}). Start one with: dask scheduler"
        ) from error


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
        error = future.exception()
        return lost(task) if isinstance(error, KilledWorker) else failure(task, error)
    return Finished(task, future.result())


def _lost_scheduler(address: str) -> str:
    return f"the scheduler at {address} was lost. What was found is kept: run the sweep again to go on from there."


def one(error: BaseException) -> str:
    """Put what an error says on one line."""
    return " ".join(str(error).split())[:120] or type(error).__name__
