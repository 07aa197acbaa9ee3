"""Questions asked one after the other: ``scripts/benchmark --unseen N`` and ``--cases``."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netform.rules.toml import load_profile
from scripts.benchmarking.asking import DEFAULT_MEMORY_GB, PEER_TITLES, ask_netform, ask_peer, code_version
from scripts.benchmarking.cases import Area, shared_data, write_area
from scripts.benchmarking.fixed import fixed_questions, shared_cases
from scripts.benchmarking.ledger import Ledger
from scripts.benchmarking.pieces import site_graph
from scripts.benchmarking.questions import Question, describe, fingerprint
from scripts.benchmarking.rows import format_table
from scripts.benchmarking.unseen import draw_question, read_england
from scripts.benchmarking.verdicts import (
    CASE_HEAD,
    SUMMARY_HEAD,
    UNSEEN_HEAD,
    case_rows,
    peer_head,
    summary_rows,
    unseen_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "README",
    "Asking",
    "ask_all",
    "draw_questions",
    "run_cases",
    "run_unseen",
    "tell",
    "write_section",
]

README = Path(__file__).with_name("README.md")
UNSEEN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions are asked.

    Attributes
    ----------
    out : Path
        Folder for the ledger and, in a folder each, the questions.
    seconds : float or None
        Wall time each, in place of its own.
    memory_gb : float or None
        Passed on to netform.
    peers : bool
        Whether the peers are asked as well.
    seed : int
    again : bool
        Whether what was answered is asked again.
    write : bool
        Whether the tables are written into the README beside this module.
    say : callable
        Told of each step.
    """

    out: Path
    seconds: float | None
    memory_gb: float | None
    peers: bool
    seed: int
    again: bool
    write: bool
    say: Callable[[str], None]


def run_unseen(asking: Asking, numbers: Sequence[int]) -> int:
    """Draw questions by number, ask them, and print one table and a summary.

    Returns
    -------
    int
        The exit code: 0, or 1 when the real lists are not there.
    """
    drawn = draw_questions(asking, numbers)
    if drawn is None:
        return 1
    records = ask_all(asking, drawn)
    names = list(PEER_TITLES) if asking.peers else []
    lines = format_table((*UNSEEN_HEAD, *peer_head(names)), unseen_rows(records, names), markdown=True)
    lines += ["", *format_table(SUMMARY_HEAD, summary_rows(records), markdown=True)]
    tell(asking, "unseen", lines)
    return 0


def draw_questions(asking: Asking, numbers: Sequence[int]) -> Iterator[Question] | None:
    """Draw questions by number, each with a folder; None when the real lists are not there, which is said."""
    data = shared_data()
    if data is None:
        asking.say("the real lists are not there; set NETFORM_SHARED_DATA to their folder")
        return None
    table = read_england(data)
    sites = site_graph(table)
    seconds = asking.seconds or UNSEEN_SECONDS

    def drawn() -> Iterator[Question]:
        for number in numbers:
            folder = asking.out / "questions" / f"{asking.seed}-{number}"
            yield draw_question(table, sites, asking.seed, number, folder, seconds)

    return drawn()


def run_cases(asking: Asking, suites: Sequence[str]) -> int:
    """Ask the fixed cases of some suites, and print one table.

    Returns
    -------
    int
        The exit code: 0, or 1 when the cases are not there.
    """
    cases = shared_cases()
    if cases is None:
        asking.say("the cases are not there; set NETFORM_SHARED_CASES to their folder")
        return 1
    records = ask_all(asking, fixed_questions(suites, cases, asking.out / "cases", asking.seconds))
    names = list(PEER_TITLES) if asking.peers else []
    lines = format_table((*CASE_HEAD, *peer_head(names)), case_rows(records, names), markdown=True)
    tell(asking, "cases", lines)
    return 0


def ask_all(
    asking: Asking,
    questions: Sequence[Question] | Iterator[Question],
    ask: Callable[[Question, float | None], dict[str, Any]] = ask_netform,
    ask_other: Callable[[Question, str, int], dict[str, Any]] = ask_peer,
) -> list[dict[str, Any]]:
    """Ask questions in turn; what the ledger has of the same code, time and memory is not asked again.

    Parameters
    ----------
    asking : Asking
    questions : sequence or iterator of Question
    ask, ask_other : callable
        What asks netform and a peer.

    Returns
    -------
    list of dict
        The records of the questions, in order.
    """
    asking.out.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.read(asking.out / "questions.json")
    code, warm, records = code_version(), False, []
    for question in questions:
        described = describe(question, asking.memory_gb)
        record = ledger.open(described, fingerprint(question))
        records.append(record)
        asked = {
            "code": code,
            "time_limit": question.seconds,
            "memory_gb": asking.memory_gb or DEFAULT_MEMORY_GB,
        }
        if asking.again or not _is_answered(record["netform"], asked):
            if not warm:
                _warm_up(ask)
                warm = True
            asking.say(f"{question.name}: netform, {question.practices} practices, {question.seconds:g} s")
            ledger.keep_netform(question.name, ask(question, asking.memory_gb) | asked)
        for name in PEER_TITLES if asking.peers else ():
            wanted = {"time_limit": question.seconds}
            if asking.again or not _is_answered(record["peers"].get(name), wanted):
                asking.say(f"{question.name}: {PEER_TITLES[name]}")
                ledger.keep_peer(question.name, ask_other(question, name, asking.seed) | wanted)
    ledger.write()
    return records


def _is_answered(kept: dict[str, Any] | None, asked: dict[str, Any]) -> bool:
    """Whether an answer was given to the same in the same circumstances."""
    return kept is not None and all(kept.get(key) == value for key, value in asked.items())


def _warm_up(ask: Callable[[Question, float | None], dict[str, Any]]) -> None:
    """Ask something small first, so that kernels are compiled and files are in memory."""
    with tempfile.TemporaryDirectory() as name:
        folder, rules = Path(name), load_profile()
        path, _ = write_area(Area("warm-up", 30), folder, rules.most)
        band = (rules.least, rules.most)
        ask(Question("warm-up", folder, path.name, None, None, None, *band, None, 30, 1_200_000, 20.0), None)


def tell(asking: Asking, section: str, lines: Sequence[str], readme: Path = README) -> None:
    """Print a table, and write it into a README where that is wanted."""
    print("\n".join(lines))
    print(
        f"\nWritten: {asking.out / 'questions.json'}; each question has a folder there with its command.txt"
    )
    if asking.write:
        given = f"{asking.memory_gb or DEFAULT_MEMORY_GB:g} GB, seed {asking.seed}"
        # The date of the one who runs it.
        dated = [f"Measured on {dt.datetime.now().astimezone():%d %B %Y} ({given}).", "", *lines]
        text = write_section(readme.read_text(encoding="utf-8"), section, dated)
        readme.write_text(text, encoding="utf-8")


def write_section(text: str, section: str, lines: Sequence[str]) -> str:
    """Put lines between the markers of a section, in place of what stood there.

    Raises
    ------
    ValueError
        The text has no such markers.
    """
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"there is no {begin} ... {end}")
    return "\n".join([before + begin, "", *lines, "", end + after])
