"""The changes that are asked are single, sound, and the same each time; a table says how long they took."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from netform.pipeline import prepare
from netform.prepared import Inputs, Prepared
from netform.rules.demands import NO_DEMANDS
from netform.rules.toml import load_profile
from netform.session import Session
from netform.solve.area import Options
from scripts.benchmarking.__main__ import main
from scripts.benchmarking.cases import Area, shared_data, write_area
from scripts.benchmarking.changes import HEAD, Change, changes, quantile_rows

if TYPE_CHECKING:
    from pathlib import Path

    from netform.plan.model import Plan

RULES = load_profile()


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Prepared, Plan]:
    """A made-up county and its best plan."""
    path, _ = write_area(Area("county", 40), tmp_path_factory.mktemp("county"), RULES.most)
    session = Session(prepare(Inputs(str(path)), RULES), RULES, Options())
    return session.prepared, session.solve()


def changed_fields(change: Change) -> set[str]:
    """What a change says that the rules did not, demands one by one."""
    names = {field.name for field in fields(RULES)} - {"demands"}
    own = {name for name in names if getattr(change.rules, name) != getattr(RULES, name)}
    demands = {field.name for field in fields(NO_DEMANDS)}
    return own | {
        name for name in demands if getattr(change.rules.demands, name) != getattr(NO_DEMANDS, name)
    }


def test_each_changes_one_thing(planned: tuple[Prepared, Plan]) -> None:
    """A weight, a rate, an end of the band or one demand; never the same twice, and the same again each time."""
    listed = changes(planned[0].graph, planned[1], RULES)
    again = changes(planned[0].graph, planned[1], RULES)
    assert [(each.kind, each.words, each.rules) for each in listed] == [
        (each.kind, each.words, each.rules) for each in again
    ]
    assert len({each.rules for each in listed}) == len(listed)
    # What the rules do not name follows the band: the largest exception, and the sizes that balance asks for.
    changed = [changed_fields(each) for each in listed]
    assert all(len(each - RULES.follows_band or each) == 1 for each in changed)
    for before, change in ((dict(RULES.weights), each) for each in listed if each.kind == "weight"):
        assert sum(before[name] != weight for name, weight in change.rules.weights) == 1


def test_every_kind_is_asked(planned: tuple[Prepared, Plan]) -> None:
    """At forty practices too."""
    kinds = Counter(each.kind for each in changes(planned[0].graph, planned[1], RULES))
    assert set(kinds) == {
        "weight", "rate", "band", "joins another network", "moved, both pinned", "apart", "pinned", "hub",
        "left out", "merged", "limit",
    }  # fmt: skip


def test_pins_are_networks(planned: tuple[Prepared, Plan]) -> None:
    """Connected, within the band, no practice twice; a practice that moves is pinned with both its networks."""
    graph, plan = planned[0].graph, planned[1]
    networks = {each.practice_codes for each in plan.networks}
    for change in changes(graph, plan, RULES):
        for pin in change.rules.demands.pins:
            assert pin == tuple(sorted(set(pin)))
            assert nx.is_connected(graph.subgraph(pin))
            assert RULES.least <= sum(graph.nodes[code]["list_size"] for code in pin) <= RULES.most
        if change.kind == "moved, both pinned":
            code, other = change.words.split(" to ")
            [joined] = [pin for pin in change.rules.demands.pins if code in pin]
            [left] = [pin for pin in change.rules.demands.pins if code not in pin]
            assert other in joined
            assert tuple(sorted((*left, code))) in networks
            assert tuple(each for each in joined if each != code) in networks


def test_a_row_for_each_kind_and_one_for_all() -> None:
    """Half of the answers took at most the middle one's time; what is not proven is counted."""
    first = {"kind": "first", "words": "", "seconds": 9.0, "status": "optimal"}
    answers = [
        {"kind": "weight", "words": "", "seconds": seconds, "status": status, "anew": anew}
        for seconds, status, anew in (
            (1.0, "optimal", False),
            (3.0, "feasible", True),
            (2.0, "optimal", False),
        )
    ]
    hub = {"kind": "hub", "words": "", "seconds": 0.5, "status": "ImpossibleError", "anew": True}
    rows = quantile_rows("10Q", [first, *answers, hub])
    assert all(len(row) == len(HEAD) for row in rows)
    assert rows[0] == ["10Q", "weight", "3", "2.00", "3.00", "3.00", "3.00", "1", "1"]
    assert rows[1] == ["10Q", "hub", "1", "0.50", "0.50", "0.50", "0.50", "1", "0"]
    assert rows[2][:4] == ["10Q", "all", "4", "2.00"]


@pytest.mark.slow
def test_command_asks_an_area_every_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a real area, in a process of its own."""
    if shared_data() is None:
        pytest.skip("the real lists are not there (NETFORM_SHARED_DATA)")
    assert main(["--changes", "--areas", "10Q", "-o", str(tmp_path)]) == 0
    written = json.loads((tmp_path / "changes.json").read_text(encoding="utf-8"))
    [area] = written["areas"]
    assert area["ended"] == "done"
    assert {each["status"] for each in area["answers"]} <= {"optimal", "ImpossibleError"}
    assert "| 10Q  | all" in capsys.readouterr().out
