"""A process of this machine that does the tasks it is sent, and is started anew when it is lost."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

__all__ = ["WorkerProcess", "messages", "sendable"]

Task = TypeVar("Task")


class WorkerProcess(Generic[Task]):
    """A process with a connection to it, and the task that it is at; started at once.

    Parameters
    ----------
    serve : callable
        Runs in the process, with its end of the connection and what else is given: goes through the `messages`.
    given : object
    """

    def __init__(self, serve: Callable[..., None], *given: object) -> None:
        self.serve, self.given = serve, given
        self.start()

    def start(self) -> None:
        """Start the process, which an interruption from the keyboard does not reach, not even while it loads."""
        context = multiprocessing.get_context("spawn")
        self.task: Task | None = None
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=self.serve, args=(theirs, *self.given), daemon=True)
        main = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None
        try:
            self.process.start()
        finally:
            if main:
                signal.signal(signal.SIGINT, before)
        theirs.close()

    def send(self, task: Task, message: object) -> bool:
        """Send a task; False, and it is started anew, when it was lost while it had nothing to do."""
        try:
            self.connection.send(message)
        except OSError:
            self.restart()
            return False
        self.task = task
        return True

    def said(self) -> Any:
        """Take what it says; None, and it is started anew, when it is lost."""
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            self.restart()
            return None

    def restart(self) -> None:
        """End the process and start another in its place, which has no task."""
        self.end()
        self.start()

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.connection.close()


def sendable(error: Exception) -> Exception:
    """Give an error that the other end can take in: itself, or what it says where it cannot be sent."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made in this line
    except Exception:  # noqa: BLE001 - whatever it is, it cannot be sent
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def messages(connection: Connection) -> Iterator[Any]:
    """What a process is sent until the connection closes; interruption is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError):
        while True:
            yield connection.recv()
