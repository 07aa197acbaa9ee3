"""The planner's page served, and looked at in Debian's Chromium by Playwright; both are parts of no run of netform."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

# Nothing but what a test asks for may be fetched: the browser itself looks for news of its own otherwise.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-3d-apis",
)  # fmt: skip
SCREEN = {"width": 1366, "height": 768}


class Served:
    """``netform serve`` in a process of its own.

    Attributes
    ----------
    address : str
        Of the page, with its token.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        code = "from netform.cli.main import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", *arguments, "--no-browser"],
            cwd=folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        said: list[str] = []
        assert self.process.stderr is not None
        while not (found := re.search(r"http://\S+/", "".join(said[-1:]))):
            said.append(self.process.stderr.readline())
            assert said[-1], said
        self.address = found.group()

    def ask(self, path: str, body: Any = None) -> Any:
        """Ask the server as the page does."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-Netform": "1", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address}{path}", data, headers)  # noqa: S310 (loopback)
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.loads(answer.read())

    def change(self, kind: str, **given: Any) -> Any:
        """Change the plan as another tab would."""
        n = self.ask("api/areas")["n"]
        return self.ask("api/change", {"n": n, "area": "", "tab": "another", "kind": kind, **given})

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait()
        assert self.process.stderr is not None
        self.process.stderr.close()


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[Served]:
    """Serve a list until the test has ended."""
    server = Served(folder, *arguments)
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def started_browser() -> Iterator[Browser]:
    """Start Chromium without WebGL."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (those who have it not skip before)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Look:
    """A tab of the browser on a served page, which notes every request that leaves it and every error."""

    def __init__(self, browser: Browser, server: Served, **screen: Any) -> None:
        self.context = browser.new_context(viewport=SCREEN, accept_downloads=True, **screen)
        self.page: Page = self.context.new_page()
        self.server = server
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )
        self.page.goto(server.address)
        self.page.wait_for_selector("#map .mark, #area-rows tr", state="attached")

    def open(self, tab: str) -> None:
        """Show a view of the panel."""
        self.page.click(f"#tab-{tab}")

    def said(self) -> str:
        """What the page says was done."""
        return self.page.inner_text("#said")

    def close(self) -> None:
        """Close the tab."""
        self.context.close()


def can_look() -> str:
    """Why a page cannot be looked at here; blank where it can."""
    for package, extra in (("starlette", "page"), ("uvicorn", "page"), ("playwright", "test")):
        try:
            __import__(package)
        except ImportError:
            return f"{package} is not installed (netform[{extra}])"
    if chromium() is None:
        return "no Chromium is installed: apt-get install chromium, or name one by NETFORM_CHROMIUM"
    return "" if os.name == "posix" else "Windows has another browser"
