"""Events: every tab hears of changes, and none that does not listen keeps another waiting."""

from __future__ import annotations

import json
import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from netform.page import events
from netform.page.events import MOST_STREAMS
from tests.page.made_up_server import TOKEN, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from tests.page.made_up_server import Served

MOVE = {"area": "", "tab": "t1", "kind": "move", "codes": ["A"], "to": None}


class Tab:
    """A stream of events, read as they come."""

    def __init__(self, page: Served) -> None:
        self.connection = socket.create_connection(("127.0.0.1", page.port), timeout=10)
        asked = (
            f"GET /{TOKEN}/api/events HTTP/1.1\r\nHost: {page.host}\r\nSec-Fetch-Site: same-origin\r\n\r\n"
        )
        self.connection.sendall(asked.encode())
        self.read = b""
        self.until(b": here\n\n")

    def until(self, text: bytes) -> bytes:
        """Read until a text has come."""
        while text not in self.read:
            more = self.connection.recv(65536)
            assert more, self.read
            self.read += more
        return self.read

    def ended(self) -> bool:
        """Read to the end."""
        while more := self.connection.recv(65536):
            self.read += more
        return True


@contextmanager
def tabs(page: Served, count: int) -> Iterator[list[Tab]]:
    """Open some tabs, once those of before are gone, and close what is left of them."""
    _until(lambda: len(page.events) == 0)
    opened: list[Tab] = []
    try:
        opened += [Tab(page) for _ in range(count)]
        yield opened
    finally:
        for tab in opened:
            tab.connection.close()


def test_two_tabs_hear_of_a_change(page: Served) -> None:
    """With its number, its area, and which tab made it; and of how a question goes."""
    with tabs(page, 2) as both:
        n = page.planning.n
        assert page.json("POST", "/api/change", MOVE | {"n": n})[0] == 200
        page.events.send("question", {"id": "q1", "state": "running", "stage": "better\nplans"})
        for tab in both:
            head = tab.read.partition(b"\r\n\r\n")[0]
            assert head.startswith(b"HTTP/1.1 200 ")
            assert b"content-type: text/event-stream; charset=utf-8\r\n" in head
            told = tab.until(b'"stage": "better\\nplans"}\n\n')
            assert (
                f"event: plan\ndata: {json.dumps({'n': n + 1, 'area': '', 'tab': 't1'})}\n\n".encode() in told
            )


def test_more_tabs_than_a_browser_can_hold_are_told_so(page: Served) -> None:
    """And when one is closed there is room for another."""
    with tabs(page, MOST_STREAMS) as all_of_them:
        status, said = page.json("GET", "/api/events")
        assert (status, "Close one" in said["error"]) == (503, True)
        all_of_them.pop().connection.close()
        _until(lambda: len(page.events) < MOST_STREAMS)
        all_of_them.append(Tab(page))


def test_a_tab_that_does_not_read_is_given_up(page: Served) -> None:
    """What is told is not kept for it without end, and whoever tells does not wait."""
    with tabs(page, 1) as [deaf]:
        begun = time.monotonic()
        for k in range(300):
            page.events.send("question", {"id": str(k), "stage": "x" * 100_000})
        page.events.send("plan", {"n": "last"})
        assert time.monotonic() - begun < 5
        time.sleep(0.2)
        assert deaf.ended()  # reads what had been sent before, and comes to the end
        assert b'"last"' not in deaf.read
        assert len(deaf.read) < 200 * 100_000


def test_silence_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every 15 seconds; here every tenth of one."""
    monkeypatch.setattr(events, "LONGEST_SILENCE", 0.1)
    with served(tmp_path, monkeypatch) as page, tabs(page, 1) as [tab]:
        tab.until(b": still here\n\n")


def test_a_server_that_ends_ends_its_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a second, and begins no other."""
    with served(tmp_path, monkeypatch) as page, tabs(page, 1) as [tab]:
        begun = time.monotonic()
        page.events.close()
        page.listener.stop(5)
        assert not page.listener.running
        assert time.monotonic() - begun < 1
        assert tab.ended()
        assert page.events.open() is None


def _until(true: Any) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
