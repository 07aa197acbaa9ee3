"""Questions of the page: answered in the background beside the plan as it stands, with locks kept, and stopped."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from netform.errors import NoPlanError, RulesError
from netform.page import answers
from netform.page.choices import kept_ids
from netform.page.journal import StaleError
from netform.page.questions import Questions
from netform.page.sessions import rules_inside
from netform.rules.demands import AreaDemand, Demands
from tests.page.made_up import RULES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from netform.page.planning import Planning
    from netform.rules.model import Rules
    from netform.session import Session

# Ten in a row: networks are two or three neighbours.
SIZES = (15_000,) * 10


def ended(questions: Questions, number: str) -> dict[str, Any]:
    """Wait for the end of a question."""
    until = time.monotonic() + 60
    while (said := questions.get(number))["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.01)
    return said


def ask(questions: Questions, planning: Planning, kind: str = "solve", **more: Any) -> dict[str, Any]:
    """Ask, and wait for the answer."""
    asked = {"n": planning.journal.n, "area": "", "kind": kind, "seconds": 30, **more}
    return ended(questions, questions.ask(asked)["question"])


def test_the_rest_is_solved_around_a_lock_and_taken(begin: Callable[..., Planning], tmp_path: Path) -> None:
    """P0 to P2 locked as A: A keeps its id, the answer says who would move, and once taken it is proven best."""
    planning = begin(tmp_path / "j.jsonl", SIZES)
    # A had P0 to P4; the last two of them go to B, which has the other five.
    planning.change({"n": 0, "area": "", "kind": "move", "codes": ["P3", "P4"], "to": "B"})
    planning.change({"n": 1, "area": "", "kind": "lock", "networks": ["A"], "locked": True})
    told: list[tuple[str, dict[str, Any]]] = []
    questions = Questions(planning, lambda kind, what: told.append((kind, what)))
    said = ask(questions, planning)
    assert said["state"] == "done"
    [choice] = said["choices"]
    assert choice["proven"]
    assert ["P0", "P1", "P2"] in choice["networks"]
    assert choice["cost"] == pytest.approx(choice["hours"] + choice["penalties"])
    moves = choice["difference"]["moves"]
    assert choice["difference"]["practices"] == len(moves) > 0
    assert {move["from"] for move in moves} == {"network 2"}
    assert {move["to"] for move in moves} == {"a new network"}
    assert choice["difference"]["patients"] == 15_000 * len(moves)
    network_of = questions.choice(said["id"], 0)
    assert {network_of[code] for code in ("P0", "P1", "P2")} == {"A"}
    assert sorted(network_of) == sorted(planning.codes(""))
    before = planning.plan("")["totals"]["cost"]
    taken = planning.change(
        {
            "n": 2,
            "area": "",
            "kind": "take",
            "network_of": dict(network_of),
            "said": questions.said(said["id"], 0),
        }
    )
    assert taken["said"].startswith("The best plan was taken.")
    assert taken["plan"]["status"] == "proven best"
    assert taken["plan"]["totals"]["cost"] == pytest.approx(before + choice["difference"]["cost"])
    assert {kind for kind, _ in told} == {"question"}
    assert told[-1][1] == {"id": said["id"], "state": "done", "stage": "done"}
    # Beside the plan that it now is, it changes nothing.
    assert questions.get(said["id"])["choices"][0]["difference"]["moves"] == []


def test_an_answer_of_earlier_rules_says_so(begin: Callable[..., Planning], tmp_path: Path) -> None:
    """A lock after the question: the answer is marked, and so is what is taken."""
    planning = begin(tmp_path / "j.jsonl", SIZES)
    questions = Questions(planning)
    said = ask(questions, planning)
    assert not said["outdated"]
    planning.change({"n": 0, "area": "", "kind": "rules", "weights": {"overhead": 2.0}})
    assert questions.get(said["id"])["outdated"]
    assert questions.said(said["id"], 0).endswith("which was found before rules or locks were changed.")
    with pytest.raises(StaleError):
        questions.ask({"n": 0, "area": "", "kind": "solve"})


def test_what_cannot_be_asked_is_refused(begin: Callable[..., Planning], tmp_path: Path) -> None:
    """Everything locked, axes that are none, shares that are none, and answers that are not there."""
    planning = begin(tmp_path / "j.jsonl", SIZES)
    questions = Questions(planning)
    for wrong in ({"x": "love"}, {"x": "overhead", "y": "overhead"}, {"count": 1_000}, {"within": -1}):
        with pytest.raises(RulesError):
            questions.ask({"n": 0, "area": "", "kind": "front", **wrong})
    with pytest.raises(RulesError, match="seconds"):
        questions.ask({"n": 0, "area": "", "kind": "solve", "seconds": 0})
    with pytest.raises(RulesError, match="cannot be asked"):
        questions.ask({"n": 0, "area": "", "kind": "oracle"})
    planning.change({"n": 0, "area": "", "kind": "lock", "networks": ["A", "B"], "locked": True})
    with pytest.raises(RulesError, match="Every network is locked"):
        questions.ask({"n": 1, "area": "", "kind": "solve"})
    for ask_of in (questions.get, questions.cancel, lambda number: questions.choice(number, 0)):
        with pytest.raises(LookupError):
            ask_of("question-7")


def test_demands_that_no_plan_keeps_fail_with_the_reason(
    begin: Callable[..., Planning], tmp_path: Path
) -> None:
    """One network for ten practices of 15,000: more than any network may have."""
    planning = begin(tmp_path / "j.jsonl", SIZES)
    planning.change({"n": 0, "area": "", "kind": "rules", "networks": 1})
    said = ask(Questions(planning), planning)
    assert said["state"] == "failed"
    assert said["choices"] == []
    assert "networks" in said["error"] or "plan" in said["error"]


def test_curve_others_and_borders(begin: Callable[..., Planning], tmp_path: Path) -> None:
    """Each point of the curve is a plan to choose; the others differ from the best; borders are pairs of neighbours."""
    planning = begin(tmp_path / "j.jsonl", SIZES)
    questions = Questions(planning)
    front = ask(questions, planning, "front")
    assert front["state"] == "done"
    points = front["front"]["points"]
    assert [point["choice"] for point in points] == list(range(len(points)))
    assert [point["x"] for point in points] == sorted(point["x"] for point in points)
    assert len(front["choices"]) >= len(points) > 0
    assert "Patient travel" in front["front"]["x_label"]
    others = ask(questions, planning, "alternatives", count=2, different=1, within=0.1)
    titles = [choice["title"] for choice in others["choices"]]
    assert titles[:3] == ["Best plan", "Next best 1", "Next best 2"]
    assert len({str(choice["networks"]) for choice in others["choices"][:3]}) == 3
    borders = ask(questions, planning, "borders", within=0.1)["borders"]
    assert borders
    assert {each["kind"] for each in borders} <= {"firm", "soft", "open"}
    assert all(abs(int(each["a"][1:]) - int(each["b"][1:])) == 1 for each in borders)


def test_who_cancels_keeps_the_best_so_far(
    begin: Callable[..., Planning], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A solver that never looks up is left behind, with the plan it told of; the next question is answered."""
    planning = begin(tmp_path / "j.jsonl", SIZES)
    questions = Questions(planning)
    honest, release = answers.ANSWERS["solve"], threading.Event()

    def deaf(session: Session, rules: Rules, asked: Any, seconds: float) -> answers.Answer:
        honest(session, rules, asked, seconds)
        release.wait(30)
        raise NoPlanError("nobody hears it")

    monkeypatch.setitem(answers.ANSWERS, "solve", deaf)
    number = questions.ask({"n": 0, "area": "", "kind": "solve", "seconds": 30})["question"]
    until = time.monotonic() + 30
    while questions.get(number)["best"] is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    waiting = questions.ask({"n": 0, "area": "", "kind": "solve", "seconds": 30})["question"]
    questions.cancel(waiting)
    begun = time.monotonic()
    questions.cancel(number)
    said = ended(questions, number)
    assert time.monotonic() - begun < 10
    assert said["state"] == "cancelled"
    [choice] = said["choices"]
    assert not choice["proven"]
    assert "Stopped before" in choice["sentence"]
    assert sorted(questions.choice(number, 0)) == sorted(planning.codes(""))
    assert ended(questions, waiting)["choices"] == []
    monkeypatch.setitem(answers.ANSWERS, "solve", honest)
    assert ask(questions, planning)["state"] == "done"
    release.set()


def test_networks_keep_the_ids_they_have_most_in_common_with() -> None:
    """A of three keeps its id where two of them are; what is left over gets an id that was never used."""
    sizes = dict.fromkeys("abcdef", 10)
    now = {"A": ("a", "b", "c"), "B": ("d", "e", "f")}
    named = kept_ids(now, (("a", "b"), ("c",), ("d", "e", "f")), sizes, {"A", "B", "new"})
    assert named == {"a": "A", "b": "A", "c": "new-2", "d": "B", "e": "B", "f": "B"}
    # Of a practice that is left out nothing is said.
    assert kept_ids(now, (("a", "b", "c"),), sizes, {"A", "B"}) == dict.fromkeys("abc", "A")


def test_a_lock_of_what_stands_alone_anyway_is_no_new_question(
    begin: Callable[..., Planning], tmp_path: Path
) -> None:
    """A practice over the band is a network of its own: locked or not, the answer holds for the plan as it is."""
    planning = begin(tmp_path / "j.jsonl", (60_000, *SIZES[:6]))
    planning.change({"n": 0, "area": "", "kind": "move", "codes": ["P1", "P2"], "to": "B"})
    questions = Questions(planning)
    said = ask(questions, planning)
    planning.change({"n": 1, "area": "", "kind": "lock", "networks": ["A"], "locked": True})
    assert not questions.get(said["id"])["outdated"]
    assert ["P0"] in said["choices"][0]["networks"]


def test_demands_of_other_areas_change_nothing_here() -> None:
    """What is pinned or demanded elsewhere is left out; of practices to be apart those that are here stay."""
    demands = Demands(
        pins=(("a", "b"), ("x", "y")),
        apart=(("a", "c", "x"), ("b", "x")),
        exclude=("c", "y"),
        hub_must=("x",),
        areas=(AreaDemand("here", networks=2), AreaDemand("there", networks=3)),
    )
    inside = rules_inside(replace(RULES, demands=demands), "here", ["a", "b", "c"]).demands
    assert inside == Demands(
        pins=(("a", "b"),), apart=(("a", "c"),), exclude=("c",), areas=(AreaDemand("here", networks=2),)
    )
