"""The gate: every way in that is not the planner's own page is refused, by a server that really listens."""

from __future__ import annotations

import http.client
import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.page.made_up_server import TOKEN

if TYPE_CHECKING:
    from tests.page.made_up_server import Served

MOVE = {"n": 0, "area": "", "kind": "move", "codes": ["A"], "to": None}


def test_whoever_has_the_address_is_answered(page: Served) -> None:
    """By both names of this computer, with and without what browsers say of the sender."""
    assert page.ask("GET", "/").status == 200
    assert page.ask("GET", "/", headers={"Sec-Fetch-Site": "none"}).status == 200
    localhost = f"localhost:{page.port}"
    own = {"Host": localhost, "Origin": f"http://{localhost}", "Sec-Fetch-Site": "same-origin"}
    assert page.ask("GET", "/api/areas", headers=own).status == 200
    assert page.ask("GET", "/api/areas", headers={"Host": localhost.upper()}).status == 200


@pytest.mark.parametrize(
    "token",
    ["", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "%61" + TOKEN[1:], f"x/{TOKEN}", f"/{TOKEN}", "é"],
)
def test_without_the_token_there_is_nothing(page: Served, token: str) -> None:
    """Whatever is asked for, and whether or not it is there."""
    for path in ("/", "/api/areas", "/api/nothing"):
        sent = f"GET /{token}{path} HTTP/1.1\r\nHost: {page.host}\r\nConnection: close\r\n\r\n".encode()
        answer = page.raw(sent)
        assert answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 ")), answer
        assert TOKEN.encode() not in answer


def test_the_token_is_nowhere_but_in_the_address(page: Served) -> None:
    """Neither in what is answered, nor sent on to another site by a link."""
    for path in ("/", "/api/areas", "/api/nothing", "/static/page.js"):
        answer = page.ask("GET", path)
        assert TOKEN not in str(answer.getheaders()) + answer.content.decode()  # type: ignore[attr-defined]
        assert answer.getheader("Referrer-Policy") == "no-referrer"
    # Sent in a Referer or a cookie it opens nothing.
    for name in ("Referer", "Cookie", "X-Token", "Authorization"):
        assert (
            page.ask("GET", "/api/areas", headers={name: f"http://{page.host}/{TOKEN}/"}, first="x").status
            == 404
        )


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:{port}", "127.0.0.1", "localhost", "127.0.0.1:1", "127.0.0.1:{port}.evil.example",
        "127.0.0.1.evil.example:{port}", "0.0.0.0:{port}", "[::1]:{port}", "user@127.0.0.1:{port}", "",
        "127.0.0.1:{port}, evil.example", "127.1:{port}", "2130706433:{port}",
    ],
)  # fmt: skip
def test_a_name_that_was_made_to_lead_here_is_refused(page: Served, host: str) -> None:
    """DNS rebinding: the browser takes the page for the other site's own and sends its name."""
    assert page.ask("GET", "/api/areas", headers={"Host": host.format(port=page.port)}).status == 403


def test_one_host_is_named(page: Served) -> None:
    """Neither two, nor none, nor one that another header claims."""
    line = f"GET /{TOKEN}/api/areas HTTP/1.1\r\n"
    for hosts in (f"Host: {page.host}\r\nHost: evil.example\r\n", ""):
        assert page.raw(f"{line}{hosts}Connection: close\r\n\r\n".encode()).startswith(b"HTTP/1.1 400 ")
    assert page.raw(f"GET /{TOKEN}/api/areas HTTP/1.0\r\n\r\n".encode()).startswith(b"HTTP/1.1 403 ")
    forwarded = {"Host": "evil.example", "X-Forwarded-Host": page.host, "Forwarded": f"host={page.host}"}
    assert page.ask("GET", "/api/areas", headers=forwarded).status == 403
    absolute = f"GET http://evil.example/{TOKEN}/api/areas HTTP/1.1\r\nHost: {page.host}\r\nConnection: close\r\n\r\n"
    assert b"200 OK" not in page.raw(absolute.encode()).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://{host}", "http://{host}.evil.example", "http://127.0.0.1:1", "file://", "",
     "http://localhost:{port}"],
)  # fmt: skip
def test_another_pages_request_is_refused(page: Served, origin: str) -> None:
    """Reading and writing, even by one who knows the token; localhost is another page than 127.0.0.1."""
    said = {"Origin": origin.format(host=page.host, port=page.port)}
    assert page.ask("GET", "/api/areas", headers=said).status == 403
    before = page.planning.n
    assert page.ask("POST", "/api/change", MOVE | {"n": before}, headers=said).status == 403
    assert page.planning.n == before


@pytest.mark.parametrize("site", ["cross-site", "same-site", "other", "same-origin, cross-site"])
def test_what_a_browser_says_of_the_sender_counts(page: Served, site: str) -> None:
    """A picture, a link, a frame or a script of another site, or of another port of this computer."""
    assert page.ask("GET", "/", headers={"Sec-Fetch-Site": site}).status == 403
    assert page.ask("GET", "/api/events", headers={"Sec-Fetch-Site": site}).status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Netform": None}, 403),
        ({"X-Netform": "0"}, 403),
        ({"Content-Type": None}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Type": "application/octet-stream"}, 415),
        ({"Content-Type": "application/json; charset=utf-16"}, 415),
    ],
)
def test_a_write_says_that_our_page_sends_it(
    page: Served, headers: dict[str, str | None], status: int
) -> None:
    """A form of another site can send none of it."""
    before = page.planning.n
    assert page.ask("POST", "/api/change", MOVE | {"n": before}, headers=headers).status == status
    assert page.planning.n == before


def test_nothing_is_granted_to_other_origins(page: Served) -> None:
    """A browser asks before it sends such a write for another page, and is told nothing."""
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answers = [page.ask("OPTIONS", "/api/change", headers=asked), page.ask("OPTIONS", "/api/change")]
    assert [answer.status for answer in answers] == [403, 405]
    assert not [
        name for answer in answers for name, _ in answer.getheaders() if name.lower().startswith("access-")
    ]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "X"])
def test_other_methods_are_refused(page: Served, method: str) -> None:
    """And do nothing."""
    assert page.ask(method, "/api/areas").status == 405
    assert page.ask(method, "/api/change").status == 405


def test_each_path_has_its_method(page: Served) -> None:
    """A link cannot change a plan, and what reads is not written to."""
    assert page.ask("GET", "/api/change").status == 405
    assert page.ask("POST", "/api/areas", {}).status == 405


@pytest.mark.parametrize(
    "path", ["/", "/static/page.js", "/api/areas", "/api/nothing", "/api/ground", "/api/download/x?area="]
)
def test_every_answer_keeps_browsers_strict(page: Served, path: str) -> None:
    """Those that refuse, too: no scripts but ours, no frames, no guessing, nothing kept."""
    for token in (TOKEN, "x"):
        answer = page.ask("GET", path, first=token)
        policy = dict(re.findall(r"([a-z-]+) ([^;]+)", answer.getheader("Content-Security-Policy") or ""))
        assert policy == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' data:",
            "connect-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Cross-Origin-Opener-Policy") == "same-origin"
        assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
        assert answer.getheader("Cache-Control") == "no-store"
        assert answer.getheader("Server") is None


@pytest.mark.parametrize(
    "path",
    ["/static/../secret.js", "/static/..%2fsecret.js", "/static/%2e%2e/secret.js", "/static/..\\secret.js",
     "/static/..%5csecret.js", "/static/%00", "/static/page.js%00.txt", "/static//etc/passwd", "/static/./page.js",
     "//static/page.js", "/static/page.js/", "/static/notes.txt", "/static/folder.js", "/static/", "/static",
     "/api/../static/page.js", "/static/.", "/static/page.js;x", "/static/~root", "/secret.js", "/static/PAGE.JS",
     "/%73tatic/page.js", "/static/page%2ejs", "/api/areas/"],
)  # fmt: skip
def test_a_path_leads_to_what_it_says_or_nowhere(page: Served, path: str) -> None:
    """Nothing outside of the page's folder, no second way to what is in it."""
    answer = page.ask("GET", path)
    assert answer.status == 404
    assert b"secret" not in answer.content.replace(path.rpartition("/")[2].encode(), b"")  # type: ignore[attr-defined]


def test_odd_request_lines_end_in_a_refusal(page: Served) -> None:
    """Never in a traceback, never in an answer to what was not asked."""
    for line in (
        f"GET /{TOKEN}/static/\x00 HTTP/1.1", f"GET /{TOKEN}/api/areas?x=\x00 HTTP/1.1", "GET HTTP/1.1", "GET / HTTP/9",
        f"GET {TOKEN} HTTP/1.1", "GET * HTTP/1.1", "\x16\x03\x01\x02", f"GET /{TOKEN}/api/areas", "PRI * HTTP/2.0",
        f"CONNECT {page.host} HTTP/1.1",
    ):  # fmt: skip
        answer = page.raw(f"{line}\r\nHost: {page.host}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        assert re.match(rb"HTTP/1.1 4\d\d |$", answer), (line, answer)
        assert b"Traceback" not in answer
    assert page.ask("GET", "/").status == 200


def test_lengths_that_contradict_each_other_smuggle_nothing(page: Served) -> None:
    """One change was sent, in whichever way its end is said: no second one is hidden in it."""
    hidden = json.dumps(MOVE | {"n": page.planning.n}).encode()
    inner = (
        f"POST /{TOKEN}/api/change HTTP/1.1\r\nHost: {page.host}\r\nX-Netform: 1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(hidden)}\r\n\r\n"
    ).encode() + hidden
    head = f"POST /x/api/change HTTP/1.1\r\nHost: {page.host}\r\nX-Netform: 1\r\nContent-Type: application/json\r\n"
    before = page.planning.n
    for lengths in (
        f"Content-Length: 0\r\nContent-Length: {len(inner)}\r\n",
        f"Content-Length: {len(inner)}, 0\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +0\r\n",
        "Content-Length: 0x10\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: chunked\r\n",
        f"Transfer-Encoding: chunked\r\nContent-Length: {len(inner)}\r\n",
    ):
        answer = page.raw(f"{head}{lengths}\r\n".encode() + inner, wait=0.3)
        assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 ", b"HTTP/1.1 404 ")), (lengths, answer)
        answer = page.raw(f"{head}{lengths}\r\n".replace("/x/", f"/{TOKEN}/").encode() + inner, wait=0.3)
        assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 ", b"HTTP/1.1 411 ")), (lengths, answer)
        assert page.planning.n == before, lengths


def test_connections_are_not_upgraded(page: Served) -> None:
    """A WebSocket would pass by what guards the origin: there is none."""
    asked = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "x" * 24,
    }
    assert page.ask("GET", "/api/events", headers={**asked, "Origin": "http://evil.example"}).status == 403
    assert page.ask("GET", "/api/areas", headers=asked).status == 200  # an answer, and no WebSocket
    upgraded = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
    assert page.ask("GET", "/api/areas", headers=upgraded).status == 200


def test_huge_headers_are_cut_off(page: Served) -> None:
    """A hundred kilobytes of header, a thousand headers, and lines without end."""
    start = f"GET /{TOKEN}/ HTTP/1.1\r\nHost: {page.host}\r\n"
    many = "".join(f"X-{k}: {'y' * 100}\r\n" for k in range(2_000))
    for sent in (f"{start}X: {'y' * 200_000}\r\n\r\n", f"{start}{many}\r\n", "G" * 200_000):
        answer = page.raw(sent.encode())
        assert answer.startswith(b"HTTP/1.1 4") or answer == b""
    assert page.ask("GET", "/" + "a" * 100_000).status in (400, 404)
    assert page.ask("GET", "/").status == 200


def test_the_way_in_for_a_browser_works_once(page: Served) -> None:
    """There is none here by default; with one, the second who uses it finds nothing."""
    assert page.ask("GET", "", first="").status == 404
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=20)
    connection.request("GET", f"/{TOKEN}")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Location")) == (308, f"/{TOKEN}/")
    connection.close()
