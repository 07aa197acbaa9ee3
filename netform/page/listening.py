"""Listening on this computer alone: the application in a thread of its own, and connections that come to nothing ended.

The main thread stays free for signals. There is no way to listen to another computer.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import uvicorn

from netform.errors import RulesError

if TYPE_CHECKING:
    from starlette.applications import Starlette

__all__ = ["HOST", "Listener", "hosts_of", "listen"]

HOST = "127.0.0.1"

# Of all browsers and tabs of one planner; a browser opens six.
MOST_CONNECTIONS = 64

# A connection on which neither side has got on for so long is closed, seconds.
LONGEST_WAIT = 20.0


def listen(port: int) -> socket.socket:
    """Take a port of this computer.

    Parameters
    ----------
    port : int
        0 for any that is free.

    Raises
    ------
    RulesError
        It is another program's, or not for everybody to take.
    """
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A port that was ours a moment ago can be ours again; on Windows the same option would share it with others.
    if sys.platform == "win32":
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
    except OSError as error:
        taken.close()
        raise RulesError(
            f"--port {port} cannot be listened to ({error.strerror}). Name another, or leave it out for any that is"
            " free."
        ) from error
    return taken


def hosts_of(taken: socket.socket) -> tuple[str, str]:
    """Give the two addresses of a port that lead to this computer, each ``name:port``."""
    port = taken.getsockname()[1]
    return f"{HOST}:{port}", f"localhost:{port}"


class Listener:
    """An application that answers on a port, in a thread of its own.

    Parameters
    ----------
    app : Starlette
    taken : socket.socket
        As `listen` gives it.
    """

    def __init__(self, app: Starlette, taken: socket.socket) -> None:
        self._taken = taken
        config = uvicorn.Config(
            app,
            # What is named is what is tested: no other parser, loop or protocol that happens to be installed.
            http="h11",
            loop="asyncio",
            ws="none",
            lifespan="off",
            # Nobody stands between: what a request says of another sender is not believed.
            proxy_headers=False,
            server_header=False,
            date_header=False,
            access_log=False,
            log_config=None,
            log_level="critical",
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        # A thread that is waited for while a signal comes counts as ended from then on (Python 3.11): this does not.
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin to answer."""
        threading.Thread(target=self._run, name="page", daemon=True).start()
        while self.running and not self._server.started:
            time.sleep(0.005)

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return not self._ended.is_set()

    def wait(self, seconds: float) -> None:
        """Wait until it ends, or for some time."""
        self._ended.wait(seconds)

    def stop(self, seconds: float) -> None:
        """Take no more connections, and let what is being answered end in the time."""
        self._server.should_exit = True
        self._ended.wait(seconds)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._ended.set()

    async def _serve(self) -> None:
        ending = asyncio.ensure_future(self._end_idle())
        try:
            await self._server.serve(sockets=[self._taken])
        finally:
            ending.cancel()

    async def _end_idle(self) -> None:
        """Close connections on which a request has not come, or an answer not gone, for too long."""
        since: dict[Any, float] = {}
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            idle = {each for each in self._server.server_state.connections if _is_idle(each)}
            since = {each: since.get(each, now) for each in idle}
            for each, began in since.items():
                if now - began > LONGEST_WAIT:
                    each.transport.abort()


def _is_idle(connection: Any) -> bool:
    """Whether a connection waits for its client: for a request, or to be read from."""
    cycle = connection.cycle
    return cycle is None or cycle.response_complete or connection.flow.write_paused
