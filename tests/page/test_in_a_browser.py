"""The planner's page in a real browser: moved by mouse and keyboard, locked, re-solved, left, and nothing lost."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.page.served import Look, Served, can_look, served, started_browser

with contextlib.suppress(ImportError):
    from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.skipif(bool(can_look()), reason=can_look() or "-"),
    # One browser and one server serve all of these.
    pytest.mark.xdist_group("browser"),
]

EXAMPLE = Path(__file__).parents[2] / "data" / "example_practices.csv"
VIEWS = ("networks", "practices", "rules", "questions", "compare", "leave")
HOSTILE = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>=cmd()"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser."""
    with started_browser() as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The made-up list as one area, from today's networks; one practice has a hostile name."""
    folder = tmp_path_factory.mktemp("served")
    rows = list(csv.DictReader(io.StringIO(EXAMPLE.read_text(encoding="utf-8"))))
    name = next(key for key in rows[0] if "name" in key)
    rows[5][name] = HOSTILE
    with (folder / "list.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with served(folder, "list.csv") as running:
        yield running


@pytest.fixture
def look(browser: Browser, server: Served) -> Iterator[Look]:
    """A tab on the plan as it began, in which nothing went wrong, and from which nothing left for another host."""
    server.change("start", **{"from": "plan"})
    tab = Look(browser, server)
    yield tab
    hosts = {urlsplit(url).netloc for url in tab.requests if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(server.address).netloc}
    assert tab.page.title() != "owned"
    expected = ("409", "422", "Failed to load resource: net::ERR_CONNECTION_REFUSED")
    assert [each for each in tab.errors if not any(part in each for part in expected)] == []
    tab.close()


def plan(server: Served) -> dict[str, Any]:
    """The plan as the server has it."""
    return server.ask("api/plan?area=")  # type: ignore[no-any-return]


def network_of(server: Served, code: str) -> str | None:
    """The id of a practice's network."""
    return next((each["id"] for each in plan(server)["networks"] if code in each["members"]), None)


def a_move(server: Served) -> tuple[str, str]:
    """A practice and a network beside it that it could move to."""
    practices = {each["code"]: each for each in server.ask("api/ground?area=")["practices"]}
    held = {code: each["id"] for each in plan(server)["networks"] for code in each["members"]}
    return next(
        (code, held[near])
        for code, practice in sorted(practices.items())
        for near in practice["neighbours"]
        if held[near] != held[code]
    )


def middle(look: Look, code: str) -> tuple[float, float]:
    """Where a practice stands in the window."""
    box = look.page.locator(f'.mark[data-code="{code}"] .dot').bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_move_by_mouse(look: Look, server: Served) -> None:
    """Dragged onto a row of the table: in words, in the figures of the library, and undone."""
    code, to = a_move(server)
    before = plan(server)
    x, y = middle(look, code)
    row = look.page.locator(f'tbody[data-network="{to}"] th')
    row.scroll_into_view_if_needed()
    target = row.bounding_box()
    assert target is not None
    look.page.mouse.move(x, y)
    look.page.mouse.down()
    look.page.mouse.move(x + 20, y + 20, steps=3)
    look.page.mouse.move(target["x"] + 40, target["y"] + 8, steps=5)
    look.page.mouse.up()
    expect(look.page.locator("#said")).to_contain_text("moved")
    assert network_of(server, code) == to
    after = plan(server)
    assert f"{after['totals']['cost']:,.1f}" in look.page.inner_text("#figures")
    assert f"{after['totals']['in_band']} of {after['totals']['networks']}" in look.page.inner_text(
        "#figures"
    )
    look.page.keyboard.press("Control+z")
    expect(look.page.locator("#said")).to_contain_text("Taken back")
    assert plan(server)["networks"] == before["networks"]


def test_a_move_by_keyboard(look: Look, server: Served) -> None:
    """The map in focus: Enter takes the practice, arrows go to a neighbour, Enter drops it on that one's network."""
    before = {code: each["id"] for each in plan(server)["networks"] for code in each["members"]}
    look.page.focus("#map")
    look.page.keyboard.press("ArrowRight")
    for _ in range(40):
        first = look.page.get_attribute(".mark.is-cursor", "data-code")
        look.page.keyboard.press("Enter")
        for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
            look.page.keyboard.press(key)
            there = look.page.get_attribute(".mark.is-cursor", "data-code")
            if before[str(there)] != before[str(first)]:
                break
        else:
            look.page.keyboard.press("Escape")
            look.page.keyboard.press("ArrowDown")
            continue
        break
    look.page.keyboard.press("Enter")
    expect(look.page.locator("#said")).to_contain_text("moved")
    assert network_of(server, str(first)) == before[str(there)]
    assert look.page.evaluate("document.activeElement.id") == "map"


def test_a_broken_rule_is_said_and_undone(look: Look, server: Served) -> None:
    """A least of 45,000: nearly all are below it, in the status and in the rows; undone, it is as before."""
    before = plan(server)
    server.change("rules", least=45_000)
    expect(look.page.locator("#network-rows")).to_contain_text("below the least of 45,000")
    expect(look.page.locator("#refused-words")).to_contain_text("Another window changed the plan")
    look.page.click("#undo")
    expect(look.page.locator("#said")).to_contain_text("Taken back")
    assert plan(server)["rules"] == before["rules"]


def test_two_tabs(look: Look, browser: Browser, server: Served) -> None:
    """What one does the other shows; who asks of a plan that is no more is told, and nothing is done."""
    other = Look(browser, server)
    network = plan(server)["networks"][0]
    look.page.click(f'tbody[data-network="{network["id"]}"] input[type=checkbox]')
    other.page.wait_for_selector(f'tbody.is-locked[data-network="{network["id"]}"]', state="attached")
    other.close()
    server.change("lock", networks=[network["id"]], locked=False)


def solved(look: Look, server: Served) -> dict[str, Any]:
    """The best plan, asked for and taken; on the page too."""
    answer = server.ask("api/ask", {"n": plan(server)["n"], "area": "", "kind": "solve", "seconds": 120})
    while (question := server.ask(f"api/questions/{answer['question']}"))["state"] == "running":
        look.page.wait_for_timeout(200)
    assert question["state"] == "done", question
    server.change("take", question=answer["question"], choice=0)
    best = plan(server)
    expect(look.page.locator("#figures")).to_contain_text(f"{best['totals']['cost']:,.1f}")
    return best


def test_locks_and_a_resolve(look: Look, server: Served) -> None:
    """A locked network stays, the rest is solved with proof, the difference is shown, and taken by one step."""
    best = solved(look, server)
    assert best["status"] == "proven best"
    code, to = a_move(server)
    locked = next(each for each in best["networks"] if code not in each["members"] and each["id"] != to)
    server.change("lock", networks=[locked["id"]], locked=True)
    server.change("move", codes=[code], to=to)
    expect(look.page.locator("#undo")).to_contain_text("moved")
    look.open("questions")
    look.page.click("#ask")
    look.page.wait_for_selector("#answer:not([hidden])", timeout=120_000)
    expect(look.page.locator("#answer-rows")).to_contain_text(code)
    look.page.click("#take")
    expect(look.page.locator("#status")).to_contain_text("Proven")
    after = plan(server)
    # The lock is of a network that the best plan has: so the best plan it is again.
    assert after["totals"]["cost"] == pytest.approx(best["totals"]["cost"])
    assert (
        next(each for each in after["networks"] if each["id"] == locked["id"])["members"] == locked["members"]
    )


def test_what_is_taken_away_comes_back(look: Look, server: Served, tmp_path: Path) -> None:
    """networks.csv, brought back in, is the plan; the zip is a plan folder."""
    groups = sorted(each["members"] for each in solved(look, server)["networks"])
    look.page.reload()
    look.open("leave")
    files = {}
    for name in ("networks.csv", "plan.zip", "rules.toml"):
        with look.page.expect_download(timeout=120_000) as got:
            look.page.click(f'#files button[aria-describedby="use-{name}"]')
        files[name] = tmp_path / name
        shutil.copy(got.value.path(), files[name])
    with zipfile.ZipFile(files["plan.zip"]) as folder:
        inside = next(name for name in folder.namelist() if name.endswith("plan.json"))
        assert (
            sorted(sorted(each["practice_codes"]) for each in json.loads(folder.read(inside))["networks"])
            == groups
        )
    server.change("start", **{"from": "today"})
    look.page.reload()
    look.open("compare")
    look.page.set_input_files("#import-file", files["networks.csv"])
    expect(look.page.locator("#start-plan")).to_contain_text("networks")
    brought = next(iter(server.ask("api/areas")["imports"][-1:]))
    server.change("start", **{"from": brought["id"]})
    assert sorted(each["members"] for each in plan(server)["networks"]) == groups


def test_a_killed_server_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    """The page says that it is gone; started again, the plan is as it was left, undo and all."""
    shutil.copy(EXAMPLE, tmp_path / "list.csv")
    with served(tmp_path, "list.csv") as first:
        look = Look(browser, first)
        code, to = a_move(first)
        first.change("move", codes=[code], to=to)
        left = plan(first)
        first.kill()
        look.page.wait_for_selector("#gone:not([hidden])", timeout=20_000)
        look.close()
    with served(tmp_path, "list.csv") as second:
        assert plan(second) == left
        look = Look(browser, second)
        expect(look.page.locator("#undo")).to_contain_text("moved")
        look.close()


def test_a_hostile_name_is_text(look: Look) -> None:
    """It is read as it stands, in the list of practices."""
    look.open("practices")
    look.page.fill("#search", "onerror")
    expect(look.page.locator("#practice-rows tr:not([hidden])")).to_have_count(1)
    assert "<script>" in look.page.inner_text("#practice-rows tr:not([hidden])")
    assert look.page.locator("#practice-rows img").count() == 0


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_every_view_is_accessible(browser: Browser, server: Served, scheme: str) -> None:
    """axe-core finds nothing, WCAG 2.2 AA and best practice."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    server.change("start", **{"from": "plan"})
    look = Look(browser, server, color_scheme=scheme)
    for view in VIEWS:
        look.open(view)
        found = axe.run(look.page).response["violations"]
        assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == [], view
    look.close()


def test_a_narrow_window_reads_downwards(look: Look) -> None:
    """At 320 pixels nothing lies beside the window, in any view."""
    look.page.set_viewport_size({"width": 320, "height": 700})
    for view in VIEWS:
        look.open(view)
        assert look.page.evaluate("document.documentElement.scrollWidth") <= 320, view


def test_the_map_prints(look: Look) -> None:
    """On A4: a PDF of a page or some."""
    data = look.page.pdf(format="A4", print_background=True)
    assert data.startswith(b"%PDF")
    assert 1 <= data.count(b"/Type /Page\n") <= 6
