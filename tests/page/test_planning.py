"""A plan in the making: what a change does, what it is refused for, what it comes to, and that nothing is lost."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import InputError, RulesError
from netform.judge.scoring import score_grouping
from netform.page.journal import StaleError
from netform.plan.grouping import Grouping
from tests.examples import examples
from tests.page.made_up import CODES, planning_of, row

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.page.planning import Planning

    Begin = Callable[..., Planning]


def ask(planning: Planning, kind: str, **given: Any) -> dict[str, Any]:
    """Change the plan as one who has seen its latest state."""
    return planning.change({"n": planning.journal.n, "area": "", "kind": kind, **given})


def members(planning: Planning) -> dict[str, list[str]]:
    """Who is in which network, by id."""
    return {each["id"]: each["members"] for each in planning.plan("")["networks"]}


def test_a_move_says_what_it_breaks(tmp_path: Path, begin: Begin) -> None:
    """P3 goes from B (36,000) to A: 48,000 and 24,000, 6,000 below the band; undone, all is as before."""
    planning = begin(tmp_path / "j")
    before = planning.plan("")
    answer = ask(planning, "move", codes=["P3"], to="A")
    assert members(planning) == {"A": ["P0", "P1", "P2", "P3"], "B": ["P4", "P5"]}
    assert answer["changed"] == ["A", "B"]
    assert "P3 moved from network 2 to network 1." in answer["said"]
    assert "Network 2: It has 24,000 registered patients, 6,000 below the least of 30,000." in answer["said"]
    assert answer["plan"]["status"] == "exceptions"
    undone = ask(planning, "undo")["plan"]
    assert {key: undone[key] for key in undone if key not in {"n", "redo"}} == {
        key: before[key] for key in before if key not in {"n", "redo"}
    }
    assert undone["redo"] == "P3 moved from network 2 to network 1."


def test_a_network_in_pieces_says_which(tmp_path: Path, begin: Begin) -> None:
    """Without P1, P0 has no way to P2: two pieces; B gets P1, which touches none of it."""
    planning = begin(tmp_path / "j")
    plan = ask(planning, "move", codes=["P1"], to="B")["plan"]
    assert [each["pieces"] for each in plan["networks"]] == [[["P0"], ["P2"]], [["P3", "P4", "P5"], ["P1"]]]
    assert plan["status"] == "breaks rules"
    assert plan["sentence"] == "2 networks break a rule."


def test_an_unfinished_plan_is_unfinished(tmp_path: Path, begin: Begin) -> None:
    """Who is in none is counted, and nothing is called failed."""
    planning = begin(tmp_path / "j")
    plan = ask(planning, "move", codes=["P5"], to=None)["plan"]
    assert plan["unplaced"] == ["P5"]
    assert plan["status"] == "unfinished"
    assert plan["sentence"] == "Unfinished: 1 practice is in no network yet."


def test_a_locked_network_stays(tmp_path: Path, begin: Begin) -> None:
    """Neither out of it nor into it; its lock is a pin of the rules, and goes with undo."""
    planning = begin(tmp_path / "j")
    ask(planning, "lock", networks=["A"], locked=True)
    assert planning.state.ruled().demands.pins == (("P0", "P1", "P2"),)
    for code, to in (("P2", "B"), ("P3", "A"), ("P0", "new")):
        with pytest.raises(RulesError, match="Network 1 is locked: unlock it first"):
            ask(planning, "move", codes=[code], to=to)
    ask(planning, "undo")
    assert planning.state.ruled().demands.pins == ()
    assert ask(planning, "move", codes=["P2"], to="B")["changed"] == ["A", "B"]


def test_a_new_network_has_the_next_number(tmp_path: Path, begin: Begin) -> None:
    """Networks keep their numbers as others come and go."""
    planning = begin(tmp_path / "j")
    ask(planning, "move", codes=["P2", "P3"], to="new")
    assert [(each["number"], each["members"]) for each in planning.plan("")["networks"]] == [
        (1, ["P0", "P1"]), (2, ["P4", "P5"]), (3, ["P2", "P3"]),
    ]  # fmt: skip
    ask(planning, "move", codes=["P4", "P5"], to="new")
    assert [each["number"] for each in planning.plan("")["networks"]] == [1, 3, 4]


def test_rules_change_what_is_broken(tmp_path: Path, begin: Begin) -> None:
    """A least of 40,000 puts both networks outside; a group together and apart at once clashes, and nothing changes."""
    planning = begin(tmp_path / "j")
    plan = ask(planning, "rules", least=40_000)["plan"]
    assert [each["band"] for each in plan["networks"]] == ["below", "below"]
    ask(planning, "together", codes=["P0", "P1"])
    n = planning.journal.n
    with pytest.raises(RulesError, match="apart"):
        ask(planning, "apart", codes=["P0", "P1"])
    assert planning.journal.n == n
    assert ask(planning, "free", demand="together", codes=["P1", "P0"])["plan"]["rules"]["together"] == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"kind": "fly"}, "no change that this page knows"),
        ({"kind": "move", "codes": ["P9"], "to": "A"}, "no practice of the list"),
        ({"kind": "move", "codes": [], "to": "A"}, "Say which codes"),
        ({"kind": "move", "codes": "P0", "to": "A"}, "Say which codes"),
        ({"kind": "move", "codes": ["P0"], "to": "A"}, "there already"),
        ({"kind": "move", "codes": ["P0"], "to": "Z"}, "no network 'Z'"),
        ({"kind": "lock", "networks": ["Z"], "locked": True}, "no network 'Z'"),
        ({"kind": "rules", "least": "many"}, "no number"),
        ({"kind": "rules", "least": True}, "no number"),
        ({"kind": "rules", "longest_to_hub": float("nan")}, "no number"),
        ({"kind": "rules", "least": 60_000}, "no network fits"),
        ({"kind": "rules", "weights": {"magic": 1}}, "magic"),
        ({"kind": "rules"}, "as they were"),
        ({"kind": "start", "from": "nowhere"}, "no plan 'nowhere'"),
        ({"kind": "take", "network_of": {"P0": 3}}, "network of each practice"),
        ({"kind": "redo"}, "nothing to redo"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, begin: Begin, asked: dict[str, Any], said: str) -> None:
    """With a sentence, and the journal is as it was."""
    planning = begin(tmp_path / "j")
    with pytest.raises(RulesError, match=said):
        ask(planning, **asked)
    assert planning.journal.n == 0


def test_the_second_of_two_tabs_is_told(tmp_path: Path, begin: Begin) -> None:
    """It asked of a plan that is no more: nothing is done."""
    planning = begin(tmp_path / "j")
    told: list[tuple[int, str, str]] = []
    planning.on_change.append(lambda *change: told.append(change))
    planning.change({"n": 0, "area": "", "tab": "one", "kind": "move", "codes": ["P2"], "to": "B"})
    with pytest.raises(StaleError, match="another tab"):
        planning.change({"n": 0, "area": "", "tab": "two", "kind": "move", "codes": ["P0"], "to": "B"})
    assert told == [(1, "", "one")]
    assert members(planning) == {"A": ["P0", "P1"], "B": ["P2", "P3", "P4", "P5"]}


moves = st.tuples(st.sampled_from(CODES), st.sampled_from(["A", "B", "new", None]))


@given(st.lists(st.one_of(moves, st.sampled_from(["undo", "redo"])), max_size=25))
@examples(100)
def test_a_journal_is_the_plan(tmp_path_factory: pytest.TempPathFactory, steps: list[Any]) -> None:
    """After any steps: one that begins anew from the file has the same plan; undo and redo are a stack's."""
    path = tmp_path_factory.mktemp("page") / "j"
    planning = planning_of(path)
    behind, ahead = [planning.state.network_of], []
    for step in steps:
        try:
            if isinstance(step, str):
                ask(planning, step)
            else:
                ask(planning, "move", codes=[step[0]], to=step[1])
        except RulesError:
            continue
        if step == "undo":
            ahead.append(behind.pop())
        elif step == "redo":
            behind.append(ahead.pop())
        else:
            behind.append(planning.state.network_of)
            ahead = []
        assert planning.state.network_of == behind[-1]
    plan = planning.plan("")
    planning.journal.close()
    again = planning_of(path)
    assert again.plan("") == plan
    again.journal.close()


@given(st.lists(moves, min_size=1, max_size=8))
@examples(60)
def test_a_network_is_judged_as_a_score_judges_it(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    """What is remembered of networks is what `score` says of the whole, whatever came before."""
    planning = planning_of(tmp_path_factory.mktemp("page") / "j")
    for code, to in steps:
        try:
            ask(planning, "move", codes=[code], to=to)
        except RulesError:
            continue
    plan, groups = planning.plan(""), planning.state.groups(CODES)
    score = score_grouping(row(), Grouping("now", groups, ()), planning.state.rules)
    assert plan["totals"]["cost"] == pytest.approx(score.cost)
    assert {each["id"]: [breach["sentence"] for breach in each["breaches"]] for each in plan["networks"]} == {
        each.network.network_id: [breach.sentence for breach in each.breaches] for each in score.networks
    }
    planning.journal.close()


def test_a_torn_last_line_is_dropped(tmp_path: Path, begin: Begin) -> None:
    """Killed while it wrote: what was answered stands, what was not is gone, and somebody is told."""
    path = tmp_path / "j"
    planning = begin(path)
    ask(planning, "move", codes=["P2"], to="B")
    ask(planning, "move", codes=["P1"], to="B")
    planning.journal.close()
    path.write_bytes(path.read_bytes()[:-5])
    again = begin(path)
    assert members(again) == {"A": ["P0", "P1"], "B": ["P2", "P3", "P4", "P5"]}
    assert any("had not been written whole" in note for note in again.journal.notes)
    ask(again, "move", codes=["P1"], to="B")
    again.journal.close()
    assert all(json.loads(line) for line in path.read_bytes().splitlines())
    assert members(begin(path)) == {"A": ["P0"], "B": ["P1", "P2", "P3", "P4", "P5"]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"ods_code,list_size\nA,1\n", "no journal"),
        (b'{"netform_journal":9}\n', "another version"),
        (b"[]\n", "no journal"),
        (b"hello", "no journal"),
    ],
)
def test_a_file_that_is_no_journal_is_left_alone(
    tmp_path: Path, begin: Begin, content: bytes, said: str
) -> None:
    """Refused by name, and not a byte of it changes."""
    path = tmp_path / "j"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        begin(path)
    assert path.read_bytes() == content


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_what_keeps_nothing_is_no_place_for_a_journal(tmp_path: Path, begin: Begin) -> None:
    """A pipe, or a device."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(InputError, match="is no ordinary file"):
            begin(path)


def test_a_journal_is_of_one_list(tmp_path: Path, begin: Begin) -> None:
    """Another start, or a line that nothing can come to, is refused; and two at once are."""
    path = tmp_path / "j"
    planning = begin(path)
    with pytest.raises(InputError, match="open in another netform serve"):
        begin(path)
    planning.journal.close()
    with pytest.raises(InputError, match="began with another plan"):
        begin(path, (12_000,) * 8)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"kind":"undo","area":""}\n')
    with pytest.raises(InputError, match="takes back more than was done"):
        begin(path)
