"""What the page asks is answered by those who know; what is wrong with it is said in a sentence."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette

from netform.page.asked import MOST_CHANGE, MOST_IMPORT
from netform.page.security import Guard
from tests.page.made_up_server import HOSTILE, TOKEN, served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.page.made_up_server import Served


def change(page: Served, **given: Any) -> dict[str, Any]:
    """A move of the plan as it is, with some of it changed."""
    return {"n": page.planning.n, "area": "", "tab": "t", "kind": "move", "codes": ["A"], "to": None} | given


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/static/index.html", "text/html; charset=utf-8"),
        ("/static/page.css", "text/css; charset=utf-8"),
        ("/static/page.js", "text/javascript; charset=utf-8"),
    ],
)
def test_the_page_itself_has_the_right_types(page: Served, path: str, kind: str) -> None:
    """Browsers load no module of another type; what is not to be changed can be looked at, too."""
    answer = page.ask("GET", path)
    assert (answer.status, answer.getheader("Content-Type")) == (200, kind)
    looked = page.ask("HEAD", path)
    assert (looked.status, looked.content) == (200, b"")  # type: ignore[attr-defined]


def test_answers_are_json_whatever_names_are_in_them(page: Served) -> None:
    """A hostile title is a string, of a type that no browser shows."""
    answer = page.ask("GET", "/api/areas")
    assert answer.getheader("Content-Type") == "application/json"
    assert json.loads(answer.content)["title"] == HOSTILE  # type: ignore[attr-defined]


def test_an_area_is_one_of_the_list(page: Served) -> None:
    """Written as addresses write it; once."""
    assert page.json("GET", "/api/plan?area=") == (200, {"n": page.planning.n, "area": ""})
    assert page.json("GET", "/api/ground?area=N%261")[1] == {"area": "N&1"}
    assert page.json("GET", "/api/plan?area=N2")[0] == 404
    assert [page.json("GET", f"/api/plan{asked}")[0] for asked in ("", "?area=&area=N%261")] == [400, 400]


def test_a_change_is_made_once(page: Served) -> None:
    """A tab that does not know of the last one is told, with the plan as it is, and does nothing."""
    asked = change(page)
    status, said = page.json("POST", "/api/change", asked)
    assert (status, said["said"], said["plan"]["n"]) == (200, "Done.", asked["n"] + 1)
    status, said = page.json("POST", "/api/change", asked)
    assert (status, said["plan"]) == (409, {"n": asked["n"] + 1, "area": ""})
    assert "Another tab" in said["error"]
    assert page.planning.n == asked["n"] + 1


def test_what_a_rule_forbids_is_said(page: Served) -> None:
    """As netform says it."""
    asked = change(page, kind="hub", code="A", hub=True)
    assert page.json("POST", "/api/change", asked) == (
        422,
        {"error": "Network 3 is locked: unlock it first."},
    )


def test_a_defect_says_nothing_of_the_code(page: Served) -> None:
    """No traceback, no path; whoever runs netform is told, and the page goes on."""
    status, said = page.json("POST", "/api/change", change(page, kind="rules"))
    assert status == 500
    assert "a defect of netform, not of your plan (KeyError)".capitalize()[:20] in said["error"]
    assert "secret" not in said["error"]
    assert [repr(error) for error in page.defects] == ["KeyError('/home/somebody/secret.py')"]
    page.defects.clear()
    assert page.json("GET", "/api/plan?area=")[0] == 200


def test_an_answer_is_taken_by_its_number(page: Served) -> None:
    """The networks are those netform has found: a browser cannot send others as if they were."""
    status, _ = page.json("POST", "/api/change", change(page, kind="take", question="q1", choice=0))
    assert status == 200
    assert page.planning.asked[-1]["network_of"] == {"A": "n1"}
    for wrong in ({"question": "q2", "choice": 0}, {"question": "q1", "choice": 9}, {}):
        assert page.json("POST", "/api/change", change(page, kind="take") | wrong)[0] == 404
    assert page.json("POST", "/api/change", change(page, kind="take", network_of={"A": "n"}))[0] == 400


def test_a_question_takes_no_longer_than_it_may(page: Served) -> None:
    """What it does not say is what it may take."""
    ask = {"n": 0, "area": "", "kind": "solve"}
    for given, taken in (({}, 300), ({"seconds": None}, 300), ({"seconds": 5}, 5), ({"seconds": 1e9}, 300)):
        assert page.json("POST", "/api/ask", ask | given) == (200, {"question": "q1"})
        assert page.questions.asked[-1]["seconds"] == taken


def test_questions_are_looked_at_and_ended(page: Served) -> None:
    """One that is not known any more says what to do."""
    assert page.json("GET", "/api/questions/q1")[1]["state"] == "running"
    assert page.json("POST", "/api/questions/q1/cancel", {})[0] == 200
    assert page.questions.cancelled == ["q1"]
    for method, path in (("GET", "/api/questions/q7"), ("POST", "/api/questions/q7/cancel")):
        status, said = page.json(method, path, {} if method == "POST" else None)
        assert (status, "Ask again" in said["error"]) == (404, True)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"1" * 10_000,
        b'{"n": 0, "n": 0, "area": "", "kind": "move"}', b'{"n": NaN, "area": "", "kind": "move"}',
        b'{"n": 1e999, "area": "", "kind": "move"}', b'{"n": 0, "area": "", "kind": "import"}',
        b'{"n": 0, "area": "", "kind": "move", "codes": [[[[["A"]]]]]}', b'{"n": 0, "kind": "move"}',
        b'{"n": 0, "area": "", "kind": "move", "__proto__": {}}', b'{"n": 0, "area": "", "kind": ["move"]}',
    ],
)  # fmt: skip
def test_what_is_no_change_is_refused(page: Served, body: bytes) -> None:
    """With 400 and a sentence, whatever it is."""
    before = page.planning.n
    for path in ("/api/change", "/api/ask"):
        status, said = page.json("POST", path, body)
        assert (status, said["error"][-1]) == (400, "."), said
    assert (page.planning.n, page.defects) == (before, [])


def test_a_body_is_cut_off_where_it_is_too_long(page: Served) -> None:
    """Whether it says how long it is or not; an import may be longer than a change."""
    exact = json.dumps(change(page)).encode()
    assert page.ask("POST", "/api/change", exact.ljust(MOST_CHANGE)).status == 200
    assert page.ask("POST", "/api/change", b" " * (MOST_CHANGE + 1)).status == 413
    assert page.ask("POST", "/api/change", b"", {"Content-Length": "9" * 30}).status in (400, 413)
    data = {"Content-Type": "application/octet-stream"}
    status, said = page.json("POST", "/api/import?name=a.csv", b"x" * (MOST_CHANGE + 1), headers=data)
    assert (status, said["size"]) == (200, MOST_CHANGE + 1)
    assert page.ask("POST", "/api/import?name=a.csv", b"x" * (MOST_IMPORT + 1), data).status == 413
    # Eight gigabytes are refused before the first of them has come.
    head = (
        f"POST /{TOKEN}/api/import?name=a HTTP/1.1\r\nHost: {page.host}\r\nX-Netform: 1\r\n"
        "Content-Type: application/octet-stream\r\nContent-Length: 8000000000\r\nConnection: close\r\n\r\n"
    )
    assert page.raw(head.encode()).startswith(b"HTTP/1.1 413 ")


def test_an_import_has_the_name_of_a_file(page: Served) -> None:
    """Without folders, and on one line."""
    data = {"Content-Type": "application/octet-stream"}
    for given, name in (
        ("a.csv", "a.csv"),
        ("..%2F..%5Cetc%2Fplan%0a1.csv", "plan1.csv"),
        ("", "plan"),
        ("x" * 900, "x" * 200),
    ):
        status, said = page.json("POST", f"/api/import?name={given}", b"x", headers=data)
        assert (status, said["name"]) == (200, name)


def test_two_or_three_plans_are_compared(page: Served) -> None:
    """Not one, not four, not one with itself."""
    assert page.json("GET", "/api/compare?area=&with=today,now")[1]["plans"] == ["today", "now"]
    for wrong in ("today", "a,b,c,d", "now,now", "today,", ""):
        assert page.json("GET", f"/api/compare?area=&with={wrong}")[0] == 400


def test_a_file_to_take_away_is_one(page: Served) -> None:
    """Never shown in place of the page, under a name that is a name; there are no others."""
    answer = page.ask("GET", "/api/download/report.html?area=")
    assert (answer.status, answer.getheader("X-Evil")) == (200, None)
    said = answer.getheader("Content-Disposition") or ""
    assert said == (
        'attachment; filename="a_X-Evil_ 1 _ report.html"; '
        "filename*=UTF-8''a%22X-Evil%3A%201%20%C3%A9%20report.html"
    )
    assert page.json("GET", "/api/download/secret?area=")[0] == 404


def test_a_long_answer_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one change is being made others are answered, also more than there are processors."""
    with served(tmp_path, monkeypatch) as page:
        asked = change(page, kind="lock", networks=["n"], locked=True)
        waiting = threading.Thread(target=lambda: page.ask("POST", "/api/change", asked))
        waiting.start()
        assert page.planning.begun.wait(10)
        for _ in range(5):
            assert page.json("GET", "/api/plan?area=")[0] == 200
        page.planning.holding.set()
        waiting.join(10)
        assert page.planning.n == 1


def test_whoever_sends_and_reads_slowly_keeps_nobody_waiting(page: Served) -> None:
    """Thirty connections that begin and do not end are there; the planner's are answered at once."""
    idle = [http.client.HTTPConnection("127.0.0.1", page.port, timeout=20) for _ in range(30)]
    for number, connection in enumerate(idle):
        connection.connect()
        head = f"POST /{TOKEN}/api/change HTTP/1.1\r\nHost: {page.host}\r\n"
        whole = f"{head}X-Netform: 1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
        connection.sock.sendall((head if number % 2 else whole).encode())
    begun = time.monotonic()
    assert page.json("GET", "/api/areas")[0] == 200
    assert time.monotonic() - begun < 2
    for connection in idle:
        connection.close()


def test_a_path_that_works_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It leads to the page, without the token having stood on a command line; the second finds nothing."""
    (tmp_path / "index.html").write_text("<!doctype html><title>netform</title>")
    with served(tmp_path, monkeypatch, opening="once-only") as page:
        assert page.ask("GET", "/api/areas", first="once-only").status == 404
        foreign = page.ask("GET", "", first="once-only", headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status == 403
        first = page.ask("GET", "", first="once-only")
        assert (first.status, first.getheader("Location")) == (303, f"/{TOKEN}/")
        assert page.ask("GET", "", first="once-only").status == 404
        assert page.ask("GET", "/").status == 200


def test_a_page_without_a_token_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be everybody's."""
    with pytest.raises(ValueError, match="everybody"):
        Guard(Starlette(), token="", hosts=["127.0.0.1:1"])
