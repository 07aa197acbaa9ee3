"""Compile netform's kernels ahead of the first run, by solving small made-up problems. Run by ``scripts/setup``.

numba compiles a kernel when it is first called, and keeps it on the disk for the types it was called with. So what
these problems call is compiled, new kernels among it, with the very types that a run has: there is no list of kernels
to be kept up to date. What no problem comes to is compiled when it is first needed, as it is without this step.

Processes take one problem after the other, since within a process numba compiles one kernel at a time.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from numba.core import event

from netform.errors import NetformError
from netform.inputs.example import example_csv
from netform.pipeline import prepare
from netform.prepared import Inputs, Prepared
from netform.rules.demanded_graph import demanded_graph
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.session import Session
from netform.solve.area import Options, Progress, solve_area
from netform.solve.model.budget import DEFAULT, Deadline, MemoryBudget
from netform.tradeoff.model import parse_axis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from netform.rules.model import Rules

__all__ = ["PROBLEMS", "compile_kernels", "solve_problem", "write_lists"]

# Practices of a small problem: its networks are searched and met in passes to the end within a second.
FEW = 16
ALL, SOME = "all.csv", "some.csv"

# A search is stopped once it has worked for so many seconds without anything to compile.
QUIET = 1.5

# More would compile the same kernels side by side: most problems begin with the same ones.
PROCESSES = 2


class Problem(NamedTuple):
    """What is asked of the example.

    Attributes
    ----------
    file : str
        The whole example or a few of its practices.
    rules : Rules
    ask : callable
        Asks a session over them.
    memory : MemoryBudget
    """

    file: str
    rules: Rules
    ask: Callable[[Session], object]
    memory: MemoryBudget = DEFAULT


class _Quiet(event.Listener):
    """A clock that begins anew whenever something has been compiled."""

    def __init__(self) -> None:
        self.compiling, self.last = 0, time.process_time()

    def on_start(self, _event: object) -> None:
        self.compiling += 1

    def on_end(self, _event: object) -> None:
        self.compiling, self.last = self.compiling - 1, time.process_time()

    def seconds(self) -> float:
        """CPU seconds of this process since then."""
        return 0.0 if self.compiling else time.process_time() - self.last


def _search(session: Session) -> None:
    prepared, rules = session.prepared, session.rules
    graph = demanded_graph(prepared.graph, rules.demands)
    quiet = _Quiet()
    with event.install_listener("numba:compile", quiet):
        for area, codes in prepared.areas.items():
            progress = Progress(deadline=Deadline(QUIET, quiet.seconds))
            solve_area(graph, area, codes, rules, session.options, progress)


def _solve(session: Session) -> None:
    session.solve()


def _change(session: Session) -> None:
    dearer = session.rules.with_weights({"patient_travel": 2})
    for rules in (session.rules, dearer, dearer.with_band(29_000, 50_000)):
        session.solve(rules)


def _trade_off(session: Session) -> None:
    session.front(parse_axis("patient_travel"), parse_axis("workforce"), resolution=0.1)
    session.alternatives(5, within=0.005, different=2)


def _problems() -> dict[str, Problem]:
    rules = load_profile()
    demands = Demands(apart=(("X99001", "X99002"),), together=(("X99003", "X99004"),), longest_to_hub=60.0)
    return {
        # The longest first, so that no process is left with it at the end.
        "a narrow band": Problem(ALL, rules.with_band(45_000, 47_000), _solve),
        "a wide band, too many to list": Problem(
            SOME, rules.with_band(60_000, 90_000), _search, MemoryBudget(1)
        ),
        "met in passes": Problem(SOME, rules, _search, MemoryBudget(50_000)),
        "searched hub by hub": Problem(SOME, rules, _search, MemoryBudget(1)),
        "front and alternatives": Problem(ALL, rules, _trade_off),
        "changed rules": Problem(ALL, rules, _change),
        "demands": Problem(SOME, replace(rules, demands=demands), _solve),
    }


PROBLEMS: tuple[str, ...] = tuple(_problems())


def solve_problem(name: str, folder: Path) -> None:
    """Solve one of the problems; one that is not to be solved has called its kernels all the same.

    Parameters
    ----------
    name : str
        One of `PROBLEMS`.
    folder : Path
        Where `write_lists` has written.
    """
    problem = _problems()[name]
    options = Options(memory=problem.memory)
    session = Session(_prepared(folder / problem.file), problem.rules, options)
    with contextlib.suppress(NetformError):
        problem.ask(session)


@cache
def _prepared(path: Path) -> Prepared:
    return prepare(Inputs(str(path), area_column="area"), load_profile())


def write_lists(folder: Path) -> None:
    """Write the practices of the problems.

    Parameters
    ----------
    folder : Path
    """
    lines = example_csv().splitlines(keepends=True)
    (folder / ALL).write_text("".join(lines), encoding="utf-8")
    (folder / SOME).write_text("".join(lines[: 1 + FEW]), encoding="utf-8")


def compile_kernels(processes: int = PROCESSES) -> Iterator[str]:
    """Solve all problems, in processes side by side; yields the name of each once it is done.

    Parameters
    ----------
    processes : int
        At most so many, and no more than there are processors.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_lists(folder)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(processes, os.cpu_count() or 1), context) as pool:
            doing = {pool.submit(solve_problem, problem, folder): problem for problem in PROBLEMS}
            for done in as_completed(doing):
                done.result()
                yield doing[done]


def main() -> int:
    """Compile, and say on standard error how far it is: a terminal sees the line change, a file a line for each."""
    live = sys.stderr.isatty()
    head, tail = ("\r", "") if live else ("", "\n")
    said = f"netform: compiling kernels, once after an install or an update: {{}} of {len(PROBLEMS)}"
    print(head + said.format(0), end=tail, file=sys.stderr, flush=True)
    for count, _ in enumerate(compile_kernels(), 1):
        print(head + said.format(count), end=tail, file=sys.stderr, flush=True)
    if live:
        print(file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
