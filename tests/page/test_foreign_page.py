"""A page of another origin in a real browser, which knows the token: it reads nothing and changes nothing."""

from __future__ import annotations

import http.server
import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import chromium, headless
from tests.page.made_up_server import TOKEN, Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium here")

# Each way in that a page has, tried; what came of it by its name.
FOREIGN = """<!doctype html><title>foreign</title><body><script>
const to = %s, change = %s, came = {};
const loaded = (tag, name) => new Promise((well, badly) => {
  const element = document.createElement(tag);
  if (tag === "link") element.rel = "stylesheet";
  element[name] = to + (tag === "link" ? "static/page.css" : "static/page.js");
  element.onload = () => well("loaded");
  element.onerror = badly;
  document.body.append(element);
});
const opened = (what, address) => new Promise((well, badly) => {
  const stream = new what(address);
  stream.onopen = () => well("open");
  stream.onerror = badly;
});
const framed = () => new Promise((well, badly) => {
  const frame = document.createElement("iframe");
  frame.onload = () => { try { well(frame.contentDocument.title); } catch (refused) { badly(refused); } };
  frame.src = to;
  document.body.append(frame);
});
const written = { "X-Netform": "1", "Content-Type": "application/json" }, plain = { "Content-Type": "text/plain" };
const ways = {
  read: () => fetch(to + "api/areas").then((answer) => answer.text()),
  blind: () => fetch(to + "api/areas", { mode: "no-cors" }).then((answer) => answer.type),
  write: () => fetch(to + "api/change", { method: "POST", headers: written, body: change }),
  "blind write": () => fetch(to + "api/change", { method: "POST", mode: "no-cors", headers: plain, body: change }),
  script: () => loaded("script", "src"),
  picture: () => loaded("img", "src"),
  style: () => loaded("link", "href"),
  frame: framed,
  socket: () => opened(WebSocket, to.replace("http", "ws") + "api/events"),
  events: () => opened(EventSource, to + "api/events"),
};
window.all = (async () => {
  for (const [name, way] of Object.entries(ways)) came[name] = await way().then(String, () => "refused");
  navigator.sendBeacon(to + "api/change", new Blob([change], { type: "text/plain" }));
  const form = document.createElement("form");
  Object.assign(form, { method: "POST", enctype: "text/plain", action: to + "api/change", target: "_blank" });
  form.append(Object.assign(document.createElement("input"), { name: change }));
  document.body.append(form);
  form.submit();
  return came;
})();
</script>"""


@contextmanager
def foreign(page: str) -> Iterator[int]:
    """Serve one page at another port."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer with the page, whatever is asked for."""
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A page that can be changed once, by whoever gets there."""
    (tmp_path / "index.html").write_text("<!doctype html><title>the plan</title>")
    (tmp_path / "page.js").write_text("")
    (tmp_path / "page.css").write_text("")
    with served(tmp_path, monkeypatch) as running:
        yield running


def test_another_page_gets_nowhere(plan: Served, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither one of another port of this computer, nor one of another name; our own page does all of it."""
    move = {"n": 0, "area": "", "tab": "t", "kind": "move", "codes": ["A"], "to": None}
    address = f"http://{plan.host}/{TOKEN}/"
    page = FOREIGN % (json.dumps(address), json.dumps(json.dumps(move)))
    write = "fetch('api/change', {method: 'POST', headers: {'X-Netform': '1', 'Content-Type': 'application/json'}, "
    program = chromium()
    assert program is not None
    with foreign(page) as port, headless(program, tmp_path_factory.mktemp("profile")) as browser:
        browser.send("Page.setBypassCSP", enabled=False)
        for name in ("127.0.0.1", "localhost"):
            browser.send("Page.navigate", url=f"http://{name}:{port}/")
            _until(lambda: browser.value("document.title === 'foreign' && typeof all === 'object'"))
            came = browser.value("all")
            assert set(came) >= {
                "read",
                "blind",
                "write",
                "blind write",
                "script",
                "frame",
                "socket",
                "events",
            }
            assert {way: what for way, what in came.items() if what != "refused"} == {}
        assert plan.planning.n == 0
        browser.send("Page.navigate", url=address)
        _until(lambda: browser.value("document.title") == "the plan")
        # What would be put into our page runs no script, and sends nothing elsewhere.
        inline = "(() => { const s = document.createElement('script'); s.textContent = 'var owned = 1'; "
        assert browser.value(f"{inline} document.body.append(s); return typeof owned; }})()") == "undefined"
        away = f"fetch('http://127.0.0.1:{port}/', {{mode: 'no-cors'}}).then(() => 'sent', () => 'refused')"
        assert browser.value(away) == "refused"
        assert browser.value(f"{write} body: {json.dumps(json.dumps(move))}}}).then((a) => a.status)") == 200
    assert plan.planning.n == 1


def _until(true: Any) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
