"""A question for netform: a list, the options of `netform solve`, and what is known of the answer."""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from netform.pipeline import prepare
from netform.prepared import Inputs, Prepared
from netform.rules.toml import load_profile, read_rules

if TYPE_CHECKING:
    from pathlib import Path

    from netform.rules.model import Rules

__all__ = ["Question", "command_line", "describe", "fingerprint", "prepare_question", "rules_of"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, with the files it is asked with.

    Attributes
    ----------
    name : str
        ``SEED-NUMBER`` of one that was drawn, else the name of the case.
    folder : Path
        Where netform is run, and its answer kept.
    practices_file : str
        Seen from the folder; so are the next three.
    rules_file, graph_file, travel_file : str or None
    least, most : int
        The band, registered patients.
    networks : int or None
        Exactly how many networks, where that is demanded.
    practices : int
    patients : int
        Of all practices together.
    seconds : float
        Wall time that netform is given.
    weights : tuple of (str, float)
        Of the terms that are halved or doubled.
    demands : tuple of str
        Pins, together and apart, in words; they stand in the rules file.
    planted : int or None
        Exceptions of a plan that is known to exist.
    published : float or None
        Least cost as published, weighted hours a week.
    needs_exceptions : bool
        Whether it is published that every plan has some.
    """

    name: str
    folder: Path
    practices_file: str
    rules_file: str | None
    graph_file: str | None
    travel_file: str | None
    least: int
    most: int
    networks: int | None
    practices: int
    patients: int
    seconds: float
    weights: tuple[tuple[str, float], ...] = ()
    demands: tuple[str, ...] = ()
    planted: int | None = None
    published: float | None = None
    needs_exceptions: bool = False

    @property
    def per_network(self) -> float:
        """Most practices of average size that a network in the band holds."""
        return self.most * self.practices / self.patients


def command_line(question: Question, memory_gb: float | None = None) -> list[str]:
    """Give the words of `netform solve` that ask a question from its folder; the answer goes to ``plan`` there."""
    words = ["netform", "solve", question.practices_file]
    for option, value in (
        ("--graph", question.graph_file),
        ("--travel", question.travel_file),
        ("--rules", question.rules_file),
        ("--min", question.least),
        ("--max", question.most),
        ("--networks", question.networks),
        ("--memory", None if memory_gb is None else f"{memory_gb:g}"),
        ("--time-limit", f"{question.seconds:g}"),
    ):
        words += [] if value is None else [option, str(value)]
    return [*words, "--timings", "-o", "plan", "--overwrite"]


def fingerprint(question: Question) -> str:
    """Tell a question from another of the same name: its files and the demands of its command line."""
    digest = hashlib.sha256(f"{question.least} {question.most} {question.networks}".encode())
    for name in (
        question.practices_file,
        question.rules_file,
        question.graph_file,
        question.travel_file,
    ):
        digest.update(b"-" if name is None else (question.folder / name).read_bytes())
    return digest.hexdigest()[:16]


def describe(question: Question, memory_gb: float | None = None) -> dict[str, Any]:
    """Write beside a question what it is, and the line that asks it by hand; gives what was written."""
    said = asdict(question) | {"folder": None, "per_network": round(question.per_network, 2)}
    del said["folder"]
    (question.folder / "question.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    line = shlex.join(command_line(question, memory_gb))
    (question.folder / "command.txt").write_text(f"{line}\n", encoding="utf-8")
    return said


def rules_of(question: Question) -> Rules:
    """Give the rules of a question: those its latest answer was planned by, else its own."""
    resolved = question.folder / "plan" / "rules.toml"
    if resolved.is_file():
        return read_rules(resolved)
    own = load_profile() if question.rules_file is None else read_rules(question.folder / question.rules_file)
    return own.with_band(question.least, question.most)


def prepare_question(question: Question) -> Prepared:
    """Read the files of a question and join neighbours, as netform does."""
    folder = question.folder
    inputs = Inputs(
        str(folder / question.practices_file),
        graph=None if question.graph_file is None else folder / question.graph_file,
        travel=None if question.travel_file is None else folder / question.travel_file,
    )
    return prepare(inputs, rules_of(question))
