"""A stopped run goes on, what was possible once stays known, and runs of netform are measured as processes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from scripts.benchmarking.asked import README, Asking, ask_all, write_section
from scripts.benchmarking.asking import PEER_TITLES, _figures, ask_netform, ask_peer
from scripts.benchmarking.cases import made_up_list
from scripts.benchmarking.ledger import Ledger
from scripts.benchmarking.memory import PROC, Peak, session_memory
from scripts.benchmarking.questions import Question

if TYPE_CHECKING:
    from pathlib import Path


def made_up_question(folder: Path, name: str, practices: int = 12, seconds: float = 5.0) -> Question:
    """A made-up county under the default band, written into a folder of its own."""
    own = folder / name
    own.mkdir(parents=True, exist_ok=True)
    made_up_list(practices, 5.0).to_csv(own / "practices.csv", index=False)
    return Question(
        name, own, "practices.csv", None, None, None, 30_000, 50_000, None, practices, 8_000 * practices, seconds
    )  # fmt: skip


def asking(folder: Path, **changes: Any) -> Asking:
    """Ask into a folder without peers, said to nobody."""
    given: dict[str, Any] = {
        "seconds": None, "memory_gb": None, "peers": False, "seed": 1, "again": False, "write": False,
        "say": lambda _text: None,
    }  # fmt: skip
    return Asking(folder, **(given | changes))


def answer(exceptions: int = 0, cost: float = 100.0) -> dict[str, Any]:
    """What is kept of a run, with so many exceptions and a cost."""
    return {
        "exit_code": 0, "ended": "done", "seconds": 1.0, "peak_gb": 0.2, "processes": 1, "over_rule_gb": -0.1,
        "memory_gb": 2.5, "said": [], "status": "feasible", "cost": cost, "bound": 90.0, "networks": 3,
        "exceptions": exceptions, "candidates": 10, "log": None,
    }  # fmt: skip


def test_stopped_run_goes_on(tmp_path: Path) -> None:
    """A run that is stopped at its third question asks that one first when it is begun again, and no more."""
    questions = [made_up_question(tmp_path, name) for name in "abcd"]
    asked: list[str] = []

    def ask(question: Question, _memory_gb: float | None) -> dict[str, Any]:
        asked.append(question.name)
        if asked.count("c") == 1 and question.name == "c":
            raise KeyboardInterrupt
        return answer()

    with pytest.raises(KeyboardInterrupt):
        ask_all(asking(tmp_path), questions, ask)
    assert asked == ["warm-up", "a", "b", "c"]
    records = ask_all(asking(tmp_path), questions, ask)
    assert asked[4:] == ["warm-up", "c", "d"]
    assert [record["question"]["name"] for record in records] == list("abcd")
    assert ask_all(asking(tmp_path), questions, ask) == records
    assert len(asked) == 7


def test_other_circumstances_are_asked_again(tmp_path: Path) -> None:
    """Another memory rule, or a wish to ask again, does not take the old answer."""
    questions = [made_up_question(tmp_path, "a")]
    asked: list[float | None] = []

    def ask(_question: Question, memory_gb: float | None) -> dict[str, Any]:
        asked.append(memory_gb)
        return answer()

    for changes in ({}, {"memory_gb": 0.5}, {"memory_gb": 0.5}, {"memory_gb": 0.5, "again": True}):
        ask_all(asking(tmp_path, **changes), questions, ask)
    # Each run that asks anything has warmed up first.
    assert asked == [None, None, None, 0.5, None, 0.5]


def test_fewest_exceptions_stay_known(tmp_path: Path) -> None:
    """An earlier answer and a peer's with fewer exceptions are held against a later one with more."""
    question = made_up_question(tmp_path, "a")

    def ask_with(run: dict[str, Any], peer: int | None = None) -> dict[str, Any]:
        def other(_question: Question, name: str, _seed: int) -> dict[str, Any]:
            return {"method": name, "note": "", "exceptions": peer, "cost": 80.0, "first": 0.1}

        given = asking(tmp_path, again=True, peers=peer is not None)
        (record,) = ask_all(given, [question], lambda *_: run, other)
        return dict(record["known"])

    assert ask_with(answer(2, 70.0)) == {"exceptions": 2, "cost": 70.0}
    assert ask_with(answer(1, 90.0)) == {"exceptions": 1, "cost": 90.0}
    assert ask_with(answer(3, 10.0)) == {"exceptions": 1, "cost": 90.0}
    assert ask_with(answer(3, 10.0), peer=0) == {"exceptions": 0, "cost": 80.0}


def test_another_question_of_the_same_name_begins_anew(tmp_path: Path) -> None:
    """What was known of a question says nothing of one with another list."""
    ledger = Ledger(tmp_path / "ledger.json", {})
    ledger.open({"name": "a", "planted": 4}, "one")
    ledger.keep_netform("a", answer(2))
    read = Ledger.read(tmp_path / "ledger.json")
    assert read.open({"name": "a", "planted": 4}, "one")["known"] == {"exceptions": 2, "cost": 100.0}
    assert read.open({"name": "a", "planted": 4}, "two")["known"] == {"exceptions": 4, "cost": None}
    (tmp_path / "ledger.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="is no netform/questions"):
        Ledger.read(tmp_path / "ledger.json")


@pytest.mark.skipif(
    not (PROC / "self" / "smaps_rollup").is_file(), reason="the system tells no shares of memory"
)
def test_memory_of_a_session_counts_its_children() -> None:
    """A process with a child, each with 50 MB of its own, holds at least 100 MB together."""
    hold = "b = bytearray(b'x') * 50_000_000; print('held', flush=True); input()"
    script = (
        f"import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', {hold!r}]); {hold}; c.wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["held\n"] * 2
        gb, processes = session_memory(process.pid)
        process.communicate("\n\n")
    assert processes == 2
    assert 0.1 < gb < 0.3


def test_peak_is_the_most_that_was_seen() -> None:
    """The peak and what is beyond 0.3 GB a process may come from different looks; an empty look counts for nothing."""
    peak = Peak()
    peak.see(0.0, 0)
    assert peak == Peak(None, None, None)
    peak.see(1.0, 1)
    peak.see(1.5, 4)
    assert (peak.gb, peak.processes) == (1.5, 4)
    assert peak.over_rule_gb == pytest.approx(0.7)


def test_figures_come_from_the_plan(tmp_path: Path) -> None:
    """Exceptions are counted, candidates summed, and the solve log is kept where there is one; no plan has none."""
    path = tmp_path / "plan.json"
    assert _figures(path)["exceptions"] is None
    log = [{"area": "", "seconds": 0.4, "step": "start", "bound": 1.0, "incumbent": 9.0, "exceptions": 1}]
    plan = {
        "status": "feasible", "cost": 9.0, "bound": 1.0, "areas": [{"candidates": 7}],
        "networks": [{"exception": None}, {"exception": "search"}, {}], "solve_log": log,
    }  # fmt: skip
    path.write_text(json.dumps(plan), encoding="utf-8")
    figures = _figures(path)
    assert (figures["exceptions"], figures["networks"], figures["candidates"]) == (1, 3, 7)
    assert figures["log"] == log
    path.write_text(json.dumps(plan | {"solve_log": None}), encoding="utf-8")
    assert _figures(path)["log"] is None


@pytest.mark.slow
def test_netform_is_asked_by_its_command_line(tmp_path: Path) -> None:
    """A small county is planned in a process of its own: figures, memory and exit code are kept."""
    run = ask_netform(made_up_question(tmp_path, "a", 25, 20.0))
    assert (run["exit_code"], run["ended"], run["status"]) == (0, "done", "optimal")
    assert run["bound"] == pytest.approx(run["cost"])
    assert run["exceptions"] == 0
    assert (tmp_path / "a" / "plan" / "plan.json").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PEER_TITLES))
def test_peer_is_asked_the_same_question(tmp_path: Path, name: str) -> None:
    """Each peer finds a plan in the band for 25 practices, with the number of networks left to it."""
    peer = ask_peer(made_up_question(tmp_path, "a", 25, 5.0), name, 0)
    assert peer["exceptions"] == 0
    assert peer["cost"] > 0


def test_tables_go_between_markers() -> None:
    """What stood between the markers makes way, the rest stays; without markers nothing is written."""
    text = "Before\n<!-- unseen: begin -->\nold\n<!-- unseen: end -->\nAfter\n"
    assert write_section(text, "unseen", ["new"]) == (
        "Before\n<!-- unseen: begin -->\n\nnew\n\n<!-- unseen: end -->\nAfter\n"
    )
    with pytest.raises(ValueError, match="cases: begin"):
        write_section(text, "cases", ["new"])


@pytest.mark.parametrize("section", ["unseen", "cases"])
def test_readme_has_the_markers(section: str) -> None:
    """The page that tables are written into has a place for each."""
    text = README.read_text(encoding="utf-8")
    assert write_section(text, section, []) != ""
