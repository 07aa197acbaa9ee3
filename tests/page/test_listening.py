"""Listening: on this computer alone, with connections that come to nothing ended."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from netform.errors import RulesError
from netform.page import listening
from tests.page.made_up_server import TOKEN, served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.page.made_up_server import Served


def test_only_this_computer_is_listened_to(page: Served) -> None:
    """On its loopback address, of IPv4; its other addresses, of which a computer with a network has some, are shut."""
    for address in ("127.0.0.2", socket.gethostbyname(socket.gethostname())):
        if address != "127.0.0.1":
            with pytest.raises(OSError, match="efused"), socket.create_connection((address, page.port), 5):
                pass
    taken = listening.listen(0)
    assert taken.getsockname()[0] == "127.0.0.1"
    assert listening.hosts_of(taken) == (
        f"127.0.0.1:{taken.getsockname()[1]}",
        f"localhost:{taken.getsockname()[1]}",
    )
    taken.close()


def test_a_port_that_is_taken_is_refused(page: Served) -> None:
    """With what to do."""
    with pytest.raises(RulesError, match=rf"^--port {page.port} cannot be listened to \(.+\)\. Name another"):
        listening.listen(page.port)


def test_connections_that_come_to_nothing_are_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that says nothing, one that says its headers bit by bit, one that does not read; not one that is answered."""
    monkeypatch.setattr(listening, "LONGEST_WAIT", 0.5)
    with served(tmp_path, monkeypatch) as page:
        silent, slow = (socket.create_connection(("127.0.0.1", page.port), timeout=10) for _ in range(2))
        asking = socket.create_connection(("127.0.0.1", page.port), timeout=10)
        head = f" /{TOKEN}/api/change HTTP/1.1\r\nHost: {page.host}\r\n"
        asking.sendall(
            f"POST{head}X-Netform: 1\r\nContent-Type: application/json\r\nContent-Length: 66\r\n\r\n".encode()
        )
        with pytest.raises(OSError, match=r"eset|roken|abort"):
            _send_slowly(slow)
        with suppress(ConnectionResetError):
            assert silent.recv(1) == b""
        asking.sendall(b'{"n": 0, "area": "", "kind": "move", "codes": ["A"], "to": null  }')
        assert asking.recv(1000).startswith(b"HTTP/1.1 200 ")
        for each in (silent, slow, asking):
            each.close()


def test_no_more_connections_are_answered_than_there_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next is told so at once, and when some are closed there is room again."""
    monkeypatch.setattr(listening, "MOST_CONNECTIONS", 8)
    with served(tmp_path, monkeypatch) as page:
        held = [socket.create_connection(("127.0.0.1", page.port), timeout=10) for _ in range(10)]
        for each in held:
            each.sendall(b"GET")
        deadline = time.monotonic() + 10
        while page.ask("GET", "/api/areas").status != 503:
            assert time.monotonic() < deadline
        for each in held:
            each.close()
        while page.ask("GET", "/api/areas").status != 200:
            assert time.monotonic() < deadline


def _send_slowly(connection: socket.socket) -> None:
    """Send a letter each tenth of a second, for ten seconds."""
    for _ in range(100):
        connection.sendall(b"G")
        time.sleep(0.1)
