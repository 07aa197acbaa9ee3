"""The gate of the planner's page: whose request is answered at all, and what every answer says to a browser.

Any page that a browser has open can send requests to this computer, any program on it can, and any name can be made to
lead to 127.0.0.1. So a request is answered only if it is sent to an address of ours (no name that was made to lead
here), by our own page or by somebody who typed the address, and holds the token, which only the address that netform
has said holds. Whoever is refused is not told whether there is a plan.
"""

from __future__ import annotations

import hmac
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping

    # What ASGI calls them.
    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

__all__ = ["HEADERS", "IMPORT_PATH", "POLICY", "Guard", "answer"]

# Scripts, styles and pictures of ours, spoken to by nobody else and shown in no other page's frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

# What every answer says. Nothing of a plan is kept by a browser, and the token goes to no other site.
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

IMPORT_PATH = "/api/import"

# Sent by our own page, or by nobody's: the address was typed, or opened from outside of a browser.
_OWN_SITES = frozenset({"same-origin", "none"})

# A path of ours has no need of signs that could be read in two ways: no escapes, no backslash, no second slash.
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?")


async def answer(
    send: Send, status: int, said: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> None:
    """Send a whole answer as JSON.

    Parameters
    ----------
    send : callable
        Of ASGI.
    status : int
    said : mapping
    headers : mapping, optional
        Besides its type and length.
    """
    body = json.dumps(said).encode("utf-8")
    named = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


class Guard:
    """What stands before the page: refuses whoever is not its planner, and takes the token off the path.

    Parameters
    ----------
    app : callable
        Of ASGI; gets paths without the token.
    token : str
        The first part of every path.
    hosts : collection of str
        The addresses that may be asked, each ``name:port``.
    opening : str
        The first part of a path that leads to the page once, for the command line of a browser, which other users of a
        computer can read; blank for none.
    on_defect : callable
        Told what the page itself could not answer.
    """

    def __init__(
        self,
        app: App,
        *,
        token: str,
        hosts: Collection[str],
        opening: str = "",
        on_defect: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        if not token:
            raise ValueError("a page without a token would be everybody's")
        self._app = app
        self._token = token.encode("ascii")
        self._hosts = frozenset(host.encode("ascii").lower() for host in hosts)
        self._opening = opening.encode("ascii")
        self._on_defect = on_defect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no other kind of connection is ours
            await send({"type": "websocket.close"})
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *own]}
            await send(message)

        try:
            await self._answer(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 (the last stop before a planner)
            self._on_defect(error)
            if not begun:
                await answer(sending, 500, {"error": _defect(error)})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        refused = self._foreign(headers) or _wrong_method(scope)
        if refused:
            await answer(send, refused[0], {"error": refused[1]})
            return
        path = _path(scope)
        first, slash, rest = path[1:].partition(b"/")
        if not rest and self._opens(first):
            await answer(send, 303, {}, {"location": f"/{self._token.decode('ascii')}/"})
        elif not hmac.compare_digest(first, self._token):
            await answer(
                send, 404, {"error": "There is nothing here. Use the whole address that netform has said."}
            )
        elif not slash:
            await answer(send, 308, {}, {"location": f"/{self._token.decode('ascii')}/"})
        elif refused := _not_written_by_us(scope["method"], b"/" + rest, headers):
            await answer(send, refused[0], {"error": refused[1]})
        else:
            inside = {**scope, "path": f"/{rest.decode('ascii')}", "raw_path": b"/" + rest, "root_path": ""}
            await self._app(inside, receive, send)

    def _opens(self, first: bytes) -> bool:
        """Whether a path is the one that leads to the page once; it does so no more."""
        if not self._opening or not hmac.compare_digest(first, self._opening):
            return False
        self._opening = b""
        return True

    def _foreign(self, headers: Mapping[bytes, list[bytes]]) -> tuple[int, str] | None:
        """Say why a request is not one of our page's, by its address and by what a browser says of its sender."""
        hosts = [host.lower() for host in headers.get(b"host", [])]
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return 403, "This is no address of the page. Use the address that netform has said."
        sites = set(headers.get(b"sec-fetch-site", []))
        if not sites <= {site.encode() for site in _OWN_SITES}:
            return 403, "Another page has asked. Open the address that netform has said yourself."
        origins = headers.get(b"origin", [])
        if origins and origins != [b"http://" + hosts[0]]:
            return 403, "Another page has asked. Open the address that netform has said yourself."
        return None


def _headers(scope: Scope) -> dict[bytes, list[bytes]]:
    """Give all values of each header."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def _path(scope: Scope) -> bytes:
    """Give the path as it was sent; nothing where it can be read in two ways."""
    raw: bytes = scope.get("raw_path") or b""
    try:
        plain = _PLAIN_PATH.fullmatch(raw.decode("ascii"))
    except UnicodeDecodeError:
        return b""
    return raw if plain else b""


def _wrong_method(scope: Scope) -> tuple[int, str] | None:
    if scope["method"] in {"GET", "HEAD", "POST"}:
        return None
    return 405, "The page knows GET and POST alone."


def _not_written_by_us(
    method: str, path: bytes, headers: Mapping[bytes, list[bytes]]
) -> tuple[int, str] | None:
    """Say why a write is not one of our page's: forms of other sites cannot send what it sends."""
    if method != "POST":
        return None
    if headers.get(b"x-netform") != [b"1"]:
        return 403, "A change has to say that the page sends it: X-Netform: 1."
    if (
        b"transfer-encoding" in headers
    ):  # browsers say how long it is; who does not can have two ends read in it
        return 411, "Say how long it is: Content-Length."
    wanted = b"application/octet-stream" if path == IMPORT_PATH.encode() else b"application/json"
    kinds = headers.get(b"content-type", [])
    if len(kinds) != 1 or kinds[0].lower().replace(b" ", b"") not in {wanted, wanted + b";charset=utf-8"}:
        return 415, f"Send it as {wanted.decode()}."
    return None


def _defect(error: Exception) -> str:
    """Say that netform is at fault, without what its code looks like."""
    return (
        f"A defect of netform, not of your plan ({type(error).__name__}). What was changed before is in the journal. "
        "Please report it; with NETFORM_DEBUG=1 set, netform serve shows where it happened."
    )
