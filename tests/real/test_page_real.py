"""A planning meeting over Birmingham, in a real browser, from the first look to the files taken away."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.page.served import Look, can_look, served, started_browser

with contextlib.suppress(ImportError):
    from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(can_look()), reason=can_look() or "-")]


def test_a_meeting_over_birmingham(shared_data: Path, tmp_path: Path) -> None:
    """Today, two together, a broken rule, undone; three locks, a re-solve, a comparison, and the same plan."""
    source = shared_data / "areas" / "birmingham_solihull_15E.csv"
    (tmp_path / "practices.csv").write_bytes(source.read_bytes())
    with served(tmp_path, "practices.csv") as server, started_browser() as browser:
        look = Look(browser, server)
        page = look.page

        def plan() -> dict[str, Any]:
            return server.ask("api/plan?area=")  # type: ignore[no-any-return]

        # Today's networks, as the list has them.
        today = plan()
        totals = today["totals"]
        expect(page.locator("#figures")).to_contain_text(f"{totals['in_band']} of {totals['networks']}")
        # Two practices of a good network are to stay together.
        good = next(each for each in today["networks"] if not each["breaches"] and len(each["members"]) > 3)
        look.open("practices")
        for code in good["members"][:2]:
            page.fill("#search", code)
            page.check("#practice-rows tr:not([hidden]) input[type=checkbox]")
        page.click("#together")
        expect(page.locator("#said")).to_contain_text("in one network")
        # One of them moved far away: the network is in pieces, and the two are apart.
        far = next(
            each for each in today["networks"] if each["id"] != good["id"] and each["members"][0][0] != "X"
        )
        page.click("#choose-none")
        page.fill("#search", good["members"][0])
        page.check("#practice-rows tr:not([hidden]) input[type=checkbox]")
        page.select_option("#move-to", far["id"])
        page.click("#move")
        expect(page.locator("#said")).to_contain_text("moved from")
        assert plan()["status"] == "breaks rules"
        page.click("#undo")
        expect(page.locator("#said")).to_contain_text("Taken back")
        # Three good networks are locked, and the rest is solved.
        kept = [each for each in plan()["networks"] if not each["breaches"]][:3]
        look.open("networks")
        for each in kept:
            page.check(f'tbody[data-network="{each["id"]}"] input[type=checkbox]')
            expect(page.locator(f'tbody.is-locked[data-network="{each["id"]}"]')).to_have_count(1)
        look.open("questions")
        page.fill("#seconds", "120")
        page.click("#ask")
        page.wait_for_selector("#answer:not([hidden])", timeout=180_000)
        assert page.locator("#answer-rows tr").count() > 20
        page.click("#take")
        expect(page.locator("#status")).to_contain_text(
            re.compile("Proven|Exceptions|outside", re.IGNORECASE)
        )
        after = {each["id"]: each["members"] for each in plan()["networks"]}
        assert all(after[each["id"]] == each["members"] for each in kept)
        # Compared with today.
        look.open("compare")
        page.wait_for_selector("#comparison:not([hidden])", timeout=60_000)
        expect(page.locator("#moves-rows tr").nth(10)).to_be_attached(timeout=60_000)
        # Taken away: the rules give the same plan.
        look.open("leave")
        for name in ("rules.toml", "plan.zip"):
            with page.expect_download(timeout=240_000) as got:
                page.click(f'#files button[aria-describedby="use-{name}"]')
            got.value.save_as(tmp_path / name)
        look.close()
    command = [
        sys.executable,
        "-m",
        "netform",
        "solve",
        "practices.csv",
        "--rules",
        "rules.toml",
        "-o",
        "plan",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    with zipfile.ZipFile(tmp_path / "plan.zip") as taken:
        inside = {
            name.removeprefix("plan/"): taken.read(name) for name in taken.namelist() if "plan/" in name
        }
    assert inside.keys() == {path.name for path in (tmp_path / "plan").iterdir()}
    solved = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert sorted(sorted(each["practice_codes"]) for each in solved["networks"]) == sorted(after.values())
    assert [name for name, data in inside.items() if data != (tmp_path / "plan" / name).read_bytes()] == []
