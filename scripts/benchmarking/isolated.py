"""A process for each measurement: its CPU time and memory are its own, and what hangs is ended."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

__all__ = ["Told", "forget_peak", "peak_mb", "run_isolated"]


class Told(NamedTuple):
    """What a process said before it ended, and how it ended: ``done``, ``late`` or what went wrong."""

    messages: list[dict[str, Any]]
    ended: str


def run_isolated(work: Callable[..., None], *arguments: Any, wall_seconds: float) -> Told:
    """Do a piece of work in a process of its own, which ends when it is late.

    Parameters
    ----------
    work : callable
        Given a callable that sends a message here, and the arguments; of a module, so that it can be sent.
    *arguments
    wall_seconds : float
        Until the process is ended; what it has said by then counts.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, work, arguments), daemon=True)
    process.start()
    theirs.close()
    messages: list[dict[str, Any]] = []
    ended = "late"
    late = time.monotonic() + wall_seconds
    while ours.poll(None if math.isinf(late) else max(0.0, late - time.monotonic())):
        try:
            message = ours.recv()
        except EOFError:
            ended = "the process died"
            break
        if "ended" in message:
            ended = message["ended"]
            break
        messages.append(message)
    if ended == "done":
        process.join(10)
    process.kill()
    process.join()
    ours.close()
    return Told(messages, ended)


def _work(connection: Connection, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    try:
        work(connection.send, *arguments)
    except Exception as error:  # noqa: BLE001 (the parent says it)
        connection.send({"ended": f"{type(error).__name__}: {error}"})
    else:
        connection.send({"ended": "done"})


def peak_mb() -> float:
    """Give the most memory this process has had at once, in megabytes.

    What ``getrusage`` says begins with the memory of the process that started this one, so Linux's own count, which
    begins anew with the program, comes first.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 / (1024 if sys.platform == "darwin" else 1)


def forget_peak() -> None:
    """Let the count of `peak_mb` begin anew at what is held now, where the system can do that."""
    # What it writes is a number that Linux knows: 5 is the peak.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
