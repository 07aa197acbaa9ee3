"""A headless Chromium for tests of pages, spoken to over a pipe: nothing beside the browser has to be installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
)  # fmt: skip


def chromium() -> str | None:
    """Find a Chromium, or what ``NETFORM_CHROMIUM`` names; None where there is none, and on Windows."""
    if os.name != "posix":
        return None
    named = os.environ.get("NETFORM_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page of a browser (DevTools protocol, messages ended by NUL)."""

    def __init__(self, reading: int, writing: int) -> None:
        self._from = os.fdopen(reading, "rb", buffering=0)
        self._to = os.fdopen(writing, "wb", buffering=0)
        self._number = 0
        self._left = b""
        self._session: str | None = None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Page.enable")
        # The pages allow no script at all: what looks at them has to go past their policy.
        self.send("Page.setBypassCSP", enabled=True)

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and give its result.

        Raises
        ------
        RuntimeError
            The browser refuses it.
        """
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]  # type: ignore[no-any-return]

    def open(self, path: Path, *, width: int, scheme: str = "light", media: str = "screen") -> Self:
        """Open a file and wait until it is there."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=768, deviceScaleFactor=1, mobile=False
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.send("Emulation.setEmulatedMedia", media=media, features=features)
        self.send("Page.navigate", url=path.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass
        return self

    def value(self, script: str) -> Any:
        """Give what an expression comes to on the page; promises are waited for."""
        result = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def close(self) -> None:
        """Ask the browser to end."""
        self._session = None
        self.send("Browser.close")
        self._to.close()
        self._from.close()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = self._from.read(1 << 16)
            if not more:
                raise RuntimeError("the browser has gone")
            self._left += more
        message, _, self._left = self._left.partition(b"\0")
        return json.loads(message)  # type: ignore[no-any-return]


@contextmanager
def headless(program: str, profile: Path) -> Iterator[Browser]:
    """Run a browser with a profile of its own.

    Parameters
    ----------
    program : str
        As `chromium` finds it.
    profile : Path
        A folder that may be written to.
    """
    # The browser reads commands from descriptor 3 and answers on 4.
    commands, answers = os.pipe(), os.pipe()
    line = [program, *ARGUMENTS, f"--user-data-dir={profile}"]
    # By way of 8 and 9, for either of ours may be 3 or 4.
    shell = f'exec 8<&{commands[0]} 9>&{answers[1]}; exec 3<&8 4>&9 8<&- 9>&-; exec "$@"'
    process = subprocess.Popen(
        ["bash", "-c", shell, "bash", *line],
        pass_fds=(commands[0], answers[1]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(commands[0])
    os.close(answers[1])
    browser = Browser(answers[0], commands[1])
    try:
        yield browser
    finally:
        browser.close()
        process.wait(30)
