"""What is taken away: the command line makes the same folder from the rules that leave, to the byte."""

from __future__ import annotations

import io
import json
import shlex
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from netform.cli import serve
from netform.cli.main import cli
from netform.errors import RulesError
from netform.inputs.example import example_csv
from netform.page.leaving import TYPES, UNFINISHED, download

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from netform.page.planning import Planning

# Of the made-up county, enough for three networks or four.
PRACTICES = 16


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Planning]:
    """The plan that ``netform serve`` opens on a list in a folder of its own, with rules of its own and a weight."""
    rows = example_csv().splitlines(keepends=True)
    (tmp_path / "list.csv").write_text("".join(rows[: PRACTICES + 1]), encoding="utf-8", newline="")
    monkeypatch.chdir(tmp_path)
    begun: list[Planning] = []

    def open_it(request: Any, _stop: Any) -> None:
        rules = serve.given_rules(request)
        progress = serve.Progress(shown=False)
        begun.append(serve._planning(request, rules, serve._journal(request), progress))

    monkeypatch.setattr(serve, "_serve", open_it)
    asked = [
        "serve",
        "./list.csv",
        "--max",
        "60000",
        "--weight",
        "continuity=0",
        "--no-browser",
        "--seed",
        "3",
    ]
    done = CliRunner().invoke(cli, asked, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    yield begun[0]
    begun[0].journal.close()


def begun_with(planning: Planning, groups: list[list[str]]) -> None:
    """Put the practices into networks, one after the other."""
    planning.change({"n": planning.journal.n, "area": "", "kind": "start", "from": "none"})
    for codes in groups:
        planning.change({"n": planning.journal.n, "area": "", "kind": "move", "codes": codes, "to": "new"})


def best(planning: Planning) -> list[list[str]]:
    """The best networks by the rules, as a question has them."""
    from netform.page.questions import Questions  # noqa: PLC0415 (it loads the solver)
    from tests.page.test_questions import ask  # noqa: PLC0415 (the same)

    networks: list[list[str]] = ask(Questions(planning), planning)["choices"][0]["networks"]
    return networks


def same_by_command_line(planning: Planning, folder: Path) -> dict[str, Any]:
    """Solve by the rules that leave, as their first lines say, and compare every file; give the plan."""
    archive, media_type, name = download(planning, "", "plan.zip")
    assert (media_type, name) == ("application/zip", "plan.zip")
    rules, _, _ = download(planning, "", "rules.toml")
    assert download(planning, "", "plan.zip")[0] == archive
    (folder / "rules.toml").write_bytes(rules)
    command = shlex.split(rules.decode().splitlines()[1].lstrip("# "))
    assert command == ["netform", "solve", "./list.csv", "--seed", "3", "--rules", "rules.toml", "-o", "plan"]
    done = CliRunner().invoke(cli, command[1:], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        held = {name: packed.read(name) for name in packed.namelist()}
    assert held.pop("rules.toml") == rules
    assert sorted(held) == sorted(f"plan/{each.name}" for each in (folder / "plan").iterdir())
    for name, content in held.items():
        assert (folder / name).read_bytes() == content, name
    plan: dict[str, Any] = json.loads(held["plan/plan.json"])
    return plan


def test_the_best_plan_leaves_by_rules_and_locks_alone(opened: Planning, tmp_path: Path) -> None:
    """One network locked and the rest solved: no other is pinned, and the plan is proven best."""
    groups = best(opened)
    begun_with(opened, groups)
    first = next(iter(opened.state.groups(opened.codes(""))))
    opened.change({"n": opened.journal.n, "area": "", "kind": "lock", "networks": [first], "locked": True})
    plan = same_by_command_line(opened, tmp_path)
    assert plan["status"] == "optimal"
    assert sorted(each["practice_codes"] for each in plan["networks"]) == sorted(groups)
    rules = download(opened, "", "rules.toml")[0].decode()
    assert "proven best" in rules
    assert rules.count("pin = [") == 1
    assert sum(line.startswith("    [") for line in rules.splitlines()) == 1
    # What the other files are is in the archive, too.
    with zipfile.ZipFile(io.BytesIO(download(opened, "", "plan.zip")[0])) as packed:
        for kind in ("networks.geojson", "networks.xlsx", "report.html"):
            assert download(opened, "", kind)[0] == packed.read(f"plan/{kind}")
    assert download(opened, "", "report.pdf")[0].startswith(b"%PDF-")
    assert download(opened, "", "journal.jsonl")[0].count(b"\n") == opened.journal.n + 1


def test_a_plan_made_by_hand_leaves_with_every_network_pinned(opened: Planning, tmp_path: Path) -> None:
    """Two networks of the best plan as one; and a weight that has nothing to go by is noted."""
    groups = best(opened)
    assert len(groups) > 1
    # Two networks that touch, as one: above the band, which a pin may be.
    graph = opened.prepared.graph
    a, b = next(
        (a, b)
        for k, a in enumerate(groups)
        for b in groups[k + 1 :]
        if any(graph.has_edge(one, other) for one in a for other in b)
    )
    begun_with(opened, [*(each for each in groups if each not in (a, b)), sorted([*a, *b])])
    opened.change({"n": opened.journal.n, "area": "", "kind": "rules", "weights": {"crossing": 2.0}})
    plan = same_by_command_line(opened, tmp_path)
    assert sorted([*a, *b]) in [each["practice_codes"] for each in plan["networks"]]
    assert "Every network is pinned" in download(opened, "", "rules.toml")[0].decode()
    assert any("crossing has a weight" in note for note in plan["provenance"]["notes"])


def test_an_unfinished_plan_leaves_as_far_as_it_is_one(opened: Planning) -> None:
    """Rules, a table that can be taken in again, the journal; all else says who is missing."""
    codes = opened.codes("")
    begun_with(opened, [codes[:3]])
    for kind in sorted(set(TYPES) - set(UNFINISHED)):
        with pytest.raises(RulesError, match=f"{PRACTICES - 3} practices are in no network yet"):
            download(opened, "", kind)
    table = download(opened, "", "networks.csv")[0].decode()
    assert table.count("network 1") == 3
    assert "plan is not finished" in download(opened, "", "rules.toml")[0].decode()
    with pytest.raises(RulesError, match="cannot be taken away"):
        download(opened, "", "secrets.txt")


def test_a_network_in_pieces_is_no_plan(opened: Planning) -> None:
    """Two practices that do not touch as a network: named, and the rules leave as they are."""
    codes, graph = opened.codes(""), opened.prepared.graph
    far = next([a, b] for a in codes for b in codes if a < b and not graph.has_edge(a, b))
    begun_with(opened, [far, [code for code in codes if code not in far]])
    with pytest.raises(RulesError, match="breaks rules that no plan can break"):
        download(opened, "", "plan.zip")
    assert "plan is not finished" in download(opened, "", "rules.toml")[0].decode()
