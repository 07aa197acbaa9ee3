"""A real server on loopback before a made-up plan, and a client that says what no browser would."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import types
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from netform.errors import RulesError

pytest.importorskip("starlette", reason="netform[page] is not installed")
pytest.importorskip("uvicorn", reason="netform[page] is not installed")

from netform.page.events import Events
from netform.page.journal import StaleError
from netform.page.listening import Listener, hosts_of, listen
from netform.page.server import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

TOKEN = "a-token_of-this-test"  # noqa: S105 (of a server that lives as long as its test)
HOSTILE = "</script><script>alert(1)</script>\u2028"


@dataclass
class MadeUpPlanning:
    """A plan of the areas "" and "N&1" that counts its changes."""

    n: int = 0
    on_change: list[Callable[[int, str, str], None]] = field(default_factory=list)
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    prepared: Any = field(default_factory=lambda: types.SimpleNamespace(areas={"": ["A"], "N&1": ["B"]}))
    holding: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def areas(self) -> dict[str, Any]:
        """Give the areas; their title is hostile."""
        return {"title": HOSTILE, "areas": [{"area": area} for area in self.prepared.areas]}

    def plan(self, area: str) -> dict[str, Any]:
        """Give the plan."""
        return {"n": self.n, "area": area}

    def change(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Count a change; that of a hub is refused, that of rules a defect, a lock takes until it is let go."""
        if asked["n"] != self.n:
            raise StaleError("Another tab was first. Look at the plan, and try again.")
        if asked["kind"] == "hub":
            raise RulesError("Network 3 is locked: unlock it first.")
        if asked["kind"] == "rules":
            raise KeyError("/home/somebody/secret.py")
        if asked["kind"] == "lock":
            self.begun.set()
            self.holding.wait(20)
        self.asked.append(dict(asked))
        self.n += 1
        for told in self.on_change:
            told(self.n, str(asked["area"]), str(asked.get("tab", "")))
        return {"plan": self.plan(str(asked["area"])), "said": "Done.", "changed": []}


@dataclass
class MadeUpQuestions:
    """One question, q1, with one choice."""

    asked: list[Mapping[str, Any]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Take a question."""
        self.asked.append(dict(asked))
        return {"question": "q1"}

    def get(self, number: str) -> dict[str, Any]:
        """Give a question."""
        return {"q1": {"id": "q1", "state": "running"}}[number]

    def cancel(self, number: str) -> None:
        """End a question."""
        self.cancelled.append(self.get(number)["id"])

    def choice(self, number: str, k: int) -> dict[str, str]:
        """Give the plan of a choice."""
        self.get(number)
        return [{"A": "n1"}][k]

    def said(self, number: str, k: int) -> str:
        """Say what is taken."""
        return f"Choice {k} of {number} was taken."


@dataclass
class Served:
    """A server that runs."""

    planning: MadeUpPlanning
    questions: MadeUpQuestions
    events: Events
    listener: Listener
    host: str
    defects: list[Exception]

    @property
    def port(self) -> int:
        """Its port."""
        return int(self.host.partition(":")[2])

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
        *,
        first: str = TOKEN,
    ) -> http.client.HTTPResponse:
        """Ask as the page does, with headers changed or, where None, left out; the answer has been read.

        The body is in the answer's ``read`` no more, but in its ``content``.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        given: dict[str, str | None] = {"Host": self.host}
        if method == "POST":
            given |= {"X-Netform": "1", "Content-Type": "application/json", "Origin": f"http://{self.host}"}
        given |= headers or {}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.putrequest(method, f"/{first}{path}", skip_host=True, skip_accept_encoding=True)
        if data is not None and "Content-Length" not in given:
            given["Content-Length"] = str(len(data))
        for name, value in given.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(data)
        answer = connection.getresponse()
        answer.content = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def json(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Ask, and give the status and what was said."""
        answer = self.ask(method, path, body, **more)
        return answer.status, json.loads(answer.content)  # type: ignore[attr-defined]

    def raw(self, sent: bytes, *, wait: float = 20) -> bytes:
        """Send bytes as they are, and give all that comes back until the server has enough."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(sent)
            found = b""
            try:
                while more := connection.recv(65536):
                    found += more
            except (TimeoutError, ConnectionResetError):
                pass
            return found


@contextmanager
def served(
    static: Path, monkeypatch: pytest.MonkeyPatch, planning: Any = None, **more: Any
) -> Iterator[Served]:
    """Run a server before a made-up plan."""
    _stand_in(monkeypatch)
    planning, questions, events, defects = planning or MadeUpPlanning(), MadeUpQuestions(), Events(), []
    taken = listen(0)
    hosts = hosts_of(taken)
    app = create_app(
        planning,
        questions,  # type: ignore[arg-type]
        token=TOKEN,
        hosts=hosts,
        events=events,
        static=static,
        on_defect=defects.append,
        **more,
    )
    listener = Listener(app, taken)
    listener.start()
    try:
        yield Served(planning, questions, events, listener, hosts[0], defects)
    finally:
        planning.holding.set()
        events.close()
        listener.stop(5)


def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put made-up answers in the place of those that take a real plan."""
    answers = {
        "ground": {"ground_object": lambda _prepared, area: {"area": area}},
        "comparing": {
            "import_object": lambda _planning, name, data: {
                "id": "import-1",
                "name": name,
                "size": len(data),
            },
            "compare_object": lambda _planning, area, plans: {"area": area, "plans": list(plans)},
        },
        "leaving": {
            "download": lambda _planning, _area, kind: (b"x", "text/html", f'../a"\r\nX-Evil: 1 é {kind}')
        },
    }
    for name, functions in answers.items():
        module = types.ModuleType(f"netform.page.{name}")
        vars(module).update(functions)
        monkeypatch.setitem(sys.modules, module.__name__, module)
