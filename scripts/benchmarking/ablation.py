"""What each strategy of the solver is worth: questions asked with the whole loop, and without one strategy at a time.

A strategy that a question never begins changes nothing there, and is not asked about.
"""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import netform
from scripts.benchmarking.asked import ask_all, draw_questions, tell
from scripts.benchmarking.asking import ask_netform
from scripts.benchmarking.rows import format_table
from scripts.benchmarking.strategies import STRATEGIES, TRACE
from scripts.benchmarking.verdicts import final_gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.benchmarking.asked import Asking
    from scripts.benchmarking.questions import Question

__all__ = ["ABLATION_HEAD", "SOLVER_README", "make_row", "run_ablation"]

ABLATION_HEAD = (
    "without", "questions that begin it", "proven, with", "without", "gap, mean, with", "without",
    "exceptions, with", "without", "s, mean, with", "without", "worse", "better",
)  # fmt: skip

SOLVER_README = Path(netform.__file__).parent / "solve" / "README.md"

# A gap differs by more than this share of the cost, or time by more than this share.
GAP, TIME = 5e-4, 0.1

Record = dict[str, Any]


def run_ablation(asking: Asking, numbers: Sequence[int], names: Sequence[str] = ()) -> int:
    """Ask with the whole loop, then without each strategy what begins it; print one table.

    Parameters
    ----------
    asking : Asking
        Answers with the whole loop are kept in its folder, the others in one for each strategy.
    numbers : sequence of int
        Of the questions that are drawn.
    names : sequence of str
        Of the strategies; all of them if empty.

    Returns
    -------
    int
        The exit code: 0, or 1 when the real lists are not there.
    """
    drawn = draw_questions(asking, numbers)
    if drawn is None:
        return 1
    questions = list(drawn)
    whole = ask_all(asking, questions, partial(ask_netform, without=""))
    traces = [_begun(question) for question in questions]
    rows = []
    for k, strategy in enumerate(STRATEGIES):
        if names and strategy.name not in names:
            continue
        begin = [q for q, begun in enumerate(traces) if strategy.name in begun]
        asking.say(f"without {strategy.name}: {len(begin)} of {len(questions)} questions")
        apart = replace(asking, out=asking.out / f"without-{k:02d}")
        without = ask_all(apart, [questions[q] for q in begin], partial(ask_netform, without=strategy.name))
        rows.append(make_row(strategy.name, [whole[q] for q in begin], without))
    tell(asking, "ablation", format_table(ABLATION_HEAD, rows, markdown=True), SOLVER_README)
    return 0


def _begun(question: Question) -> dict[str, int]:
    """How often the whole loop began each strategy."""
    path: Path = question.folder / TRACE
    return dict(json.loads(path.read_text(encoding="utf-8")))


def make_row(name: str, whole: Sequence[Record], without: Sequence[Record]) -> list[str]:
    """One strategy: what the questions that begin it came to with it and without it."""
    if not whole:
        return [name, "0", *["-"] * (len(ABLATION_HEAD) - 2)]
    pairs = [(one["netform"], other["netform"]) for one, other in zip(whole, without, strict=True)]
    worse = sum(_is_worse(other, one) for one, other in pairs)
    better = sum(_is_worse(one, other) for one, other in pairs)
    cells = [name, str(len(pairs))]
    for figure in (_proven, _gaps, _exceptions, _seconds):
        cells += [figure([pair[side] for pair in pairs]) for side in (0, 1)]
    return [*cells, str(worse), str(better)]


def _is_worse(run: Record, other: Record) -> bool:
    """Whether a run came to less than another: exceptions first, then the gap, then time."""
    mine, its = (
        (math.inf if each["exceptions"] is None else each["exceptions"], _gap(each)) for each in (run, other)
    )
    if mine[0] != its[0]:
        return mine[0] > its[0]
    if abs(mine[1] - its[1]) > GAP:
        return mine[1] > its[1]
    proven = run["status"] == "optimal", other["status"] == "optimal"
    if proven[0] != proven[1]:
        return proven[1]
    return bool(run["seconds"] > other["seconds"] * (1 + TIME))


def _gap(run: Record) -> float:
    gap = final_gap(run)
    return 1.0 if gap is None else gap


def _proven(runs: Sequence[Record]) -> str:
    return str(sum(run["status"] == "optimal" for run in runs))


def _gaps(runs: Sequence[Record]) -> str:
    return f"{statistics.fmean(map(_gap, runs)):.2%}"


def _exceptions(runs: Sequence[Record]) -> str:
    return str(sum(run["exceptions"] or 0 for run in runs))


def _seconds(runs: Sequence[Record]) -> str:
    return f"{statistics.fmean(run['seconds'] for run in runs):.1f}"
