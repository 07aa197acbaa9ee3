"""The planner's page as a web application: what is asked over HTTP, and who answers it.

Whoever gets here has passed the gate (`netform.page.security`). Every answer is made in a thread, so that events go on
and no question waits for another. What is wrong with what was asked is said in a sentence that the page shows as it is.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from netform.errors import NetformError
from netform.page.asked import (
    ASKS,
    CHANGES,
    MOST_CHANGE,
    MOST_IMPORT,
    RefusedError,
    known_area,
    read_asked,
)
from netform.page.events import MOST_STREAMS, Events
from netform.page.journal import StaleError
from netform.page.security import IMPORT_PATH, Guard

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from importlib.resources.abc import Traversable

    from netform.page.planning import Planning
    from netform.page.questions import Questions

__all__ = ["create_app"]

R = TypeVar("R")

# A page on this computer sends what it has to send at once.
LONGEST_BODY = 60.0

# Files to take away are large while they are made: a plan folder of all England some hundred megabytes.
MOST_DOWNLOADS = 2

# Areas whose ground is kept, ready to be sent: some hundred kilobytes each.
MOST_GROUNDS = 32

LONGEST_NAME = 200

DOWNLOADS = frozenset(
    {
        "plan.zip", "networks.xlsx", "networks.geojson", "networks.csv", "report.html", "report.pdf", "rules.toml",
        "journal.jsonl",
    }
)  # fmt: skip

# What may lie in ``static``, by its ending; nothing else is served.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


def create_app(
    planning: Planning,
    questions: Questions,
    *,
    token: str,
    hosts: Collection[str],
    events: Events | None = None,
    opening: str = "",
    time_limit: float = 300.0,
    on_defect: Callable[[Exception], None] = lambda _: None,
    static: Traversable | None = None,
) -> Starlette:
    """Make the application.

    Parameters
    ----------
    planning : Planning
    questions : Questions
    token : str
        The first part of every path.
    hosts : collection of str
        The addresses that may be asked, each ``name:port``.
    events : Events, optional
        What `questions` tells of itself.
    opening : str
        The first part of a path that leads to the page once; blank for none.
    time_limit : float
        The most seconds that a question may take, and what it takes when it does not say.
    on_defect : callable
        Told of every error that is netform's.
    static : Traversable, optional
        The folder of the page itself.

    Returns
    -------
    Starlette
    """
    told = Events() if events is None else events
    planning.on_change.append(lambda n, area, tab: told.send("plan", {"n": n, "area": area, "tab": tab}))
    page = _Page(planning, questions, told, time_limit, static or resources.files("netform.page") / "static")
    gate = Middleware(Guard, token=token, hosts=hosts, opening=opening, on_defect=on_defect)
    app = Starlette(
        routes=page.routes(), middleware=[gate], exception_handlers={HTTPException: _refused_by_routing}
    )
    # It would lead to an address without the token.
    app.router.redirect_slashes = False
    return app


@dataclass(slots=True)
class _Page:
    """What answers, by path."""

    planning: Planning
    questions: Questions
    events: Events
    time_limit: float
    static: Traversable
    _downloads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(MOST_DOWNLOADS))
    _grounds: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _drawing: threading.Lock = field(default_factory=threading.Lock)

    def routes(self) -> list[Route]:
        """Give every path there is."""
        reads: dict[str, Callable[[Request], Awaitable[Any]]] = {
            "/": self._index,
            "/static/{name}": self._file,
            "/api/areas": self._areas,
            "/api/ground": self._ground,
            "/api/plan": self._plan,
            "/api/questions/{id}": self._question,
            "/api/events": self._events,
            "/api/compare": self._compare,
            "/api/download/{kind}": self._download,
        }
        writes: dict[str, Callable[[Request], Awaitable[Any]]] = {
            "/api/change": self._change,
            "/api/ask": self._ask,
            "/api/questions/{id}/cancel": self._cancel,
            IMPORT_PATH: self._import,
        }
        return [
            *(Route(path, _answering(method), methods=["GET"]) for path, method in reads.items()),
            *(Route(path, _answering(method), methods=["POST"]) for path, method in writes.items()),
        ]

    async def _index(self, _request: Request) -> Response:
        return await _in_thread(partial(self._static, "index.html"))

    async def _file(self, request: Request) -> Response:
        return await _in_thread(partial(self._static, request.path_params["name"]))

    def _static(self, name: str) -> Response:
        # The name is one of those that are there, and never becomes part of a path before that is known.
        there = {each.name: each for each in self.static.iterdir()} if self.static.is_dir() else {}
        kind = TYPES.get(f".{name.rpartition('.')[2]}")
        if kind is None or name not in there or not there[name].is_file():
            raise RefusedError(404, f"The page has no part {name!r}.")
        return Response(there[name].read_bytes(), headers={"content-type": kind})

    async def _areas(self, _request: Request) -> Response:
        return await _in_thread(lambda: _json(self.planning.areas()))

    async def _plan(self, request: Request) -> Response:
        area = self._area(request)
        return await _in_thread(lambda: _json(self.planning.plan(area)))

    async def _ground(self, request: Request) -> Response:
        area = self._area(request)
        return await _in_thread(lambda: _json_bytes(self._ground_of(area)))

    def _ground_of(self, area: str) -> bytes:
        """The ground of an area, drawn once for all tabs."""
        from netform.page.ground import ground_object  # noqa: PLC0415 (it loads geometry)

        with self._drawing:
            if area not in self._grounds:
                self._grounds[area] = _encoded(ground_object(self.planning.prepared, area))
                if len(self._grounds) > MOST_GROUNDS:
                    self._grounds.popitem(last=False)
            self._grounds.move_to_end(area)
            return self._grounds[area]

    async def _change(self, request: Request) -> Response:
        asked = read_asked(await _body(request, MOST_CHANGE), CHANGES, self.planning.prepared.areas)

        def change() -> Response:
            if asked["kind"] == "take":
                number, choice = str(asked.pop("question", "")), asked.pop("choice", 0)
                asked["network_of"] = dict(self._known(self.questions.choice, number, choice))
                asked["said"] = self._known(self.questions.said, number, choice)
            try:
                return _json(self.planning.change(asked))
            except StaleError as stale:
                return _json({"error": str(stale), "plan": self.planning.plan(asked["area"])}, 409)

        return await _in_thread(change)

    async def _ask(self, request: Request) -> Response:
        asked = read_asked(await _body(request, MOST_CHANGE), ASKS, self.planning.prepared.areas)
        seconds = asked.get("seconds")
        asked["seconds"] = self.time_limit if seconds is None else min(seconds, self.time_limit)
        return await _in_thread(lambda: _json(self.questions.ask(asked)))

    async def _question(self, request: Request) -> Response:
        number = request.path_params["id"]
        return await _in_thread(lambda: _json(self._known(self.questions.get, number)))

    async def _cancel(self, request: Request) -> Response:
        await _body(request, MOST_CHANGE)
        number = request.path_params["id"]

        def cancel() -> Response:
            self._known(self.questions.cancel, number)
            return _json({"id": number})

        return await _in_thread(cancel)

    def _known(self, of: Callable[..., R], number: str, *choice: int) -> R:
        """Ask about a question that there may not be any more.

        Raises
        ------
        RefusedError
            With 404.
        """
        try:
            return of(number, *choice)
        except LookupError:
            raise RefusedError(
                404, "That question is not known any more: netform was started anew. Ask again."
            ) from None

    async def _events(self, _request: Request) -> Any:
        stream = self.events.open()
        if stream is None:
            raise RefusedError(
                503,
                f"{MOST_STREAMS} tabs are told of changes already. Close one, or reload this one to see changes.",
            )
        return stream

    async def _import(self, request: Request) -> Response:
        from netform.page.comparing import import_object  # noqa: PLC0415 (it reads files)

        name = _plain_name(_one(request, "name"))
        data = await _body(request, MOST_IMPORT)
        return await _in_thread(lambda: _json(import_object(self.planning, name, data)))

    async def _compare(self, request: Request) -> Response:
        from netform.page.comparing import compare_object  # noqa: PLC0415 (the same)

        area = self._area(request)
        plans = _one(request, "with").split(",")
        if not 2 <= len(plans) <= 3 or len(set(plans)) < len(plans) or not all(plans):
            raise RefusedError(400, "Compare two or three different plans: with=today,now.")
        return await _in_thread(lambda: _json(compare_object(self.planning, area, plans)))

    async def _download(self, request: Request) -> Response:
        from netform.page.leaving import download  # noqa: PLC0415 (it loads all that is written)

        # Without an area the whole list is taken, once every area of it is finished.
        area = self._area(request) if request.query_params.get("area") else ""
        kind = request.path_params["kind"]
        if kind not in DOWNLOADS:
            raise RefusedError(
                404, f"There is no {kind!r} to take away. Take one of {', '.join(sorted(DOWNLOADS))}."
            )
        body, media_type, name = await _in_thread(
            partial(download, self.planning, area, kind), limiter=self._downloads
        )
        # Never shown in place of the page, whatever it holds.
        return Response(body, headers={"content-type": media_type, "content-disposition": _attached(name)})

    def _area(self, request: Request) -> str:
        return known_area(_one(request, "area"), self.planning.prepared.areas)


async def _in_thread(make: Callable[[], R], *, limiter: anyio.CapacityLimiter | None = None) -> R:
    """Make an answer in a thread; a server that ends waits for none."""
    return await anyio.to_thread.run_sync(make, abandon_on_cancel=True, limiter=limiter)


def _answering(method: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Any]]:
    """Give an endpoint that says what is wrong with what was asked; what is wrong with netform goes on."""

    async def endpoint(request: Request) -> Any:
        try:
            return await method(request)
        except RefusedError as refused:
            return _json({"error": str(refused)}, refused.status)
        except NetformError as error:
            return _json({"error": str(error)}, 422)
        except MemoryError:
            said = "Out of memory: what was asked was not done. Ask for less, or start netform with a smaller --memory."
            return _json({"error": said}, 503)
        except ClientDisconnect:
            return Response(status_code=400)

    return endpoint


async def _refused_by_routing(_request: Request, error: Exception) -> Response:
    """Say that a path, or a way to ask for it, is not there."""
    status = getattr(error, "status_code", 404)
    said = {405: "This is not asked for in that way."}.get(status, "The page has nothing of that name.")
    return _json({"error": said}, status)


async def _body(request: Request, most: int) -> bytes:
    """Read what was sent with a request, no further than it may be long.

    Raises
    ------
    RefusedError
        With 413 or 408.
    """
    too_long = RefusedError(413, f"That is too much: {most / 1e6:,.0f} MB at most can be sent at once.")
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > 15 or int(declared) > most):
        raise too_long
    parts: list[bytes] = []
    size = 0
    try:
        with anyio.fail_after(LONGEST_BODY):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise too_long
                parts.append(part)
    except TimeoutError:
        raise RefusedError(408, "What was asked did not arrive in time. Ask again.") from None
    return b"".join(parts)


def _one(request: Request, name: str) -> str:
    """Give what is asked for by a name, once.

    Raises
    ------
    RefusedError
        With 400.
    """
    given = request.query_params.getlist(name)
    if len(given) != 1:
        raise RefusedError(400, f"Say {name} once: ?{name}=...")
    return str(given[0])


def _plain_name(given: str) -> str:
    """Take the name of a file for people: without folders, on one line, not too long."""
    last = re.split(r"[/\\]", given)[-1]
    name = "".join(letter for letter in last if letter.isprintable()).strip()[:LONGEST_NAME]
    return name or "plan"


def _attached(name: str) -> str:
    """Say that an answer is a file of some name, whatever is in the name (RFC 6266)."""
    name = _plain_name(name)
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _encoded(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")


def _json_bytes(body: bytes, status: int = 200) -> Response:
    return Response(body, status_code=status, headers={"content-type": "application/json"})


def _json(said: Any, status: int = 200) -> Response:
    return _json_bytes(_encoded(said), status)
