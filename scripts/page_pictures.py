"""Pictures of the planner's page for the guide: the made-up list, as a meeting would use it, in a headless browser."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from netform.export.files import write_file
from tests.browser import chromium, headless

if TYPE_CHECKING:
    from tests.browser import Browser

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "netform" / "guide" / "pictures"

# What a laptop's browser leaves of 1,366 by 768 pixels; few colours, so that a picture takes some tens of kilobytes.
WIDTH, HEIGHT, COLOURS = 1366, 680, 96


def _settled(browser: Browser, ready: str) -> None:
    """Wait until an expression holds, and a moment for what is drawn after it."""
    for _ in range(600):
        if browser.value(f"Boolean({ready})"):
            break
        time.sleep(0.1)
    else:
        raise RuntimeError(f"the page never came to: {ready}")
    time.sleep(0.5)


def _picture(browser: Browser, name: str) -> None:
    shot = base64.b64decode(browser.send("Page.captureScreenshot")["data"])
    out = io.BytesIO()
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    write_file(PICTURES / name, out.getvalue(), overwrite=True)
    print(f"{name}: {len(out.getvalue()) / 1000:.0f} kB")


def _click(browser: Browser, selector: str) -> None:
    browser.value(f"document.querySelector({selector!r}).click()")


def _mouse(browser: Browser, kind: str, x: float, y: float) -> None:
    browser.send(
        "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=int(kind != "mouseReleased"),
        clickCount=1,
    )  # fmt: skip


def _drag(browser: Browser) -> None:
    """Hold a practice over another network, from the right of the map to its left."""
    spots = sorted(browser.value("[...document.querySelectorAll('.mark .ring')].map(each => {"
                                 " const { e, f } = each.getScreenCTM(); return [e, f]; })"))  # fmt: skip
    (x, y), (to_x, to_y) = spots[-3], spots[2]
    _mouse(browser, "mousePressed", x, y)
    _mouse(browser, "mouseMoved", x - 10, y)
    _mouse(browser, "mouseMoved", to_x + 12, to_y + 12)


def main() -> None:
    """Take them all."""
    program = chromium()
    if program is None:
        sys.exit("no Chromium is here: install one, or name it in NETFORM_CHROMIUM (tests/README.md)")
    with tempfile.TemporaryDirectory() as made:
        listed = Path(made) / "practices.csv"
        listed.write_bytes((ROOT / "data" / "example_practices.csv").read_bytes())
        command = [
            sys.executable, "-m", "netform", "serve", str(listed), "--area", "area", "--no-browser",
        ]  # fmt: skip
        server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        try:
            said = iter(server.stderr or ())
            address = next(found[0] for line in said if (found := re.search(r"http://\S+", line)))
            with headless(program, Path(made) / "profile") as browser:
                _take(browser, address)
        finally:
            server.terminate()
            server.wait()


def _take(browser: Browser, address: str) -> None:
    browser.send(
        "Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False
    )
    browser.send("Page.navigate", url=f"{address}#area=Coast")
    _settled(browser, "document.querySelector('.networks tbody .look')")
    _picture(browser, "page-today.png")
    _drag(browser)
    _settled(browser, "!document.getElementById('ghost').hidden")
    _picture(browser, "page-move.png")
    browser.send("Input.dispatchKeyEvent", type="keyDown", key="Escape")
    _mouse(browser, "mouseReleased", 0, 0)
    for number in (1, 2):
        _click(browser, f"#network-rows tbody:nth-of-type({number}) input")
        _settled(browser, f"document.querySelectorAll('tbody.is-locked').length === {number}")
    _click(browser, "#tab-questions")
    _click(browser, "#ask")
    _settled(browser, "!document.getElementById('answer').hidden")
    _click(browser, "#preview")
    browser.value("document.getElementById('answer').scrollIntoView()")
    _settled(browser, "document.querySelector('.is-preview')")
    _picture(browser, "page-answer.png")
    _click(browser, "#take")
    _settled(browser, "document.getElementById('undo').getAttribute('aria-disabled') === 'false'")
    _click(browser, "#tab-compare")
    _settled(browser, "!document.getElementById('comparison').hidden")
    _picture(browser, "page-compare.png")


if __name__ == "__main__":
    main()
