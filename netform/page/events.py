"""What the page is told without asking: server-sent events, to as many tabs as a browser can hold open.

Whoever tells does not wait: each stream has a queue of its own, and one that is not read is given up. Its page opens
another, and asks for the plan anew.
"""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.page.security import Receive, Scope, Send

__all__ = ["MOST_STREAMS", "EventStream", "Events"]

# A browser opens six connections to a server at most, over all its tabs: two are left for what the page asks.
MOST_STREAMS = 4

# So many events that a page has not taken are more than it will ever take: each makes it ask for the plan as it is.
MOST_WAITING = 100

# Silence that a connection would not survive everywhere, seconds.
LONGEST_SILENCE = 15.0


@dataclass(slots=True, eq=False)
class EventStream:
    """The events of one tab, as an answer of ASGI."""

    events: Events
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _waiting: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell of events until either side has enough."""
        del scope
        leaving = asyncio.ensure_future(self._until_left(receive))
        try:
            # A stream that ends is at an end: nothing else is asked on its connection.
            kind = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 200, "headers": kind})
            text: str | None = ": here\n\n"
            while text is not None:
                await send({"type": "http.response.body", "body": text.encode("utf-8"), "more_body": True})
                text = await self._next()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            self.events.forget(self)

    def offer(self, text: str | None) -> None:
        """Put an event into the queue, from any thread; None ends the stream."""
        with suppress(RuntimeError):  # the loop has ended
            self.loop.call_soon_threadsafe(self._take, text)

    def _take(self, text: str | None) -> None:
        if self._waiting.qsize() < MOST_WAITING:
            self._waiting.put_nowait(text)
            return
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def _next(self) -> str | None:
        try:
            async with asyncio.timeout(LONGEST_SILENCE):
                return await self._waiting.get()
        except TimeoutError:
            return ": still here\n\n"

    async def _until_left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._take(None)


class Events:
    """All streams of a page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: set[EventStream] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._streams)

    def send(self, event: str, data: Mapping[str, Any]) -> None:
        """Tell every tab, from any thread, without waiting for any.

        Parameters
        ----------
        event : str
            ``plan`` or ``question``.
        data : mapping
        """
        text = f"event: {event}\ndata: {json.dumps(data)}\n\n"
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            stream.offer(text)

    def open(self) -> EventStream | None:
        """Begin a stream, in the loop it runs in; None where there are as many as may be."""
        with self._lock:
            if self._closed or len(self._streams) >= MOST_STREAMS:
                return None
            stream = EventStream(self)
            self._streams.add(stream)
            return stream

    def forget(self, stream: EventStream) -> None:
        """Let a stream go that has ended."""
        with self._lock:
            self._streams.discard(stream)

    def close(self) -> None:
        """End every stream, and begin no other."""
        with self._lock:
            self._closed = True
            streams = list(self._streams)
        for stream in streams:
            stream.offer(None)
