"""One question asked: `netform solve` as a user runs it, and the peers that can hold the question."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import netform
from scripts.benchmarking.centres import solve_centres
from scripts.benchmarking.isolated import run_isolated
from scripts.benchmarking.memory import Peak, session_memory
from scripts.benchmarking.questions import Question, command_line, prepare_question, rules_of
from scripts.benchmarking.task import Task
from scripts.benchmarking.tree_splits import solve_tree_splits
from scripts.benchmarking.validity import find_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["DEFAULT_MEMORY_GB", "PEER_TITLES", "ask_netform", "ask_peer", "code_version"]

# What `--memory` of netform is by default.
DEFAULT_MEMORY_GB = 2.5
# Seconds between two looks at the memory, and what a run may take beyond its time before it is ended: preparing a
# thousand practices, the page and the map take some.
LOOK_SECONDS, GRACE_SECONDS = 0.2, 120.0
# A run that holds so many times its memory rule is ended: it would take the machine with it.
MOST_TIMES_MEMORY = 4.0
# Lines of what netform said that are kept.
SAID_LINES = 6

PEERS: dict[str, Callable[[Task], None]] = {"centres": solve_centres, "tree_splits": solve_tree_splits}
PEER_TITLES = {"centres": "Hess with separators", "tree_splits": "random tree splits"}


def code_version() -> str:
    """Tell one state of netform's sources from another: answers of another state do not count as this one's."""
    folder = Path(netform.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".toml"}:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def ask_netform(
    question: Question, memory_gb: float | None = None, *, without: str | None = None
) -> dict[str, Any]:
    """Ask netform a question by its command line, in a session of its own whose memory is looked at.

    Parameters
    ----------
    question : Question
        Its folder holds the answer afterwards: ``plan/`` and what was said.
    memory_gb : float, optional
        Passed on as ``--memory``.
    without : str, optional
        A strategy to leave out (`scripts.benchmarking.strategies`); empty for none, only told of.

    Returns
    -------
    dict
        What is kept of the run: ``exit_code`` (None when it had to be ended), ``ended``, ``seconds``, the peak
        memory, ``said``, and the figures of ``plan.json``; ``exceptions`` is None without a plan.
    """
    shutil.rmtree(question.folder / "plan", ignore_errors=True)
    _, *words = command_line(question, memory_gb)
    command = [sys.executable, "-P", "-c", "from netform.cli.main import main; main()", *words]
    if without is not None:
        left_out = ["--without", without] if without else []
        command = [sys.executable, "-P", "-m", "scripts.benchmarking.strategies", *left_out, *words]
    # Threads of the libraries come out of the same cores that the workers have.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    late = GRACE_SECONDS + 1.5 * question.seconds
    most_gb = MOST_TIMES_MEMORY * max(1.0, memory_gb or DEFAULT_MEMORY_GB)
    said, told = question.folder / "stderr.txt", question.folder / "stdout.txt"
    with said.open("wb") as errors, told.open("wb") as output:
        begin = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=question.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        peak, ended = _watch(process, begin + late, most_gb)
        seconds = time.monotonic() - begin
    return {
        "exit_code": process.returncode if ended == "done" else None,
        "ended": ended,
        "seconds": round(seconds, 2),
        "peak_gb": None if peak.gb is None else round(peak.gb, 3),
        "processes": peak.processes,
        "over_rule_gb": None if peak.over_rule_gb is None else round(peak.over_rule_gb, 3),
        "memory_gb": memory_gb or DEFAULT_MEMORY_GB,
        "said": said.read_text(encoding="utf-8", errors="replace").splitlines()[-SAID_LINES:],
        **_figures(question.folder / "plan" / "plan.json"),
    }


def _watch(process: subprocess.Popen[bytes], late: float, most_gb: float) -> tuple[Peak, str]:
    """Look at the memory of a run until it ends, and how it ended: ``done``, ``late`` or ``too large``."""
    peak, ended = Peak(), "done"
    try:
        while process.poll() is None:
            gb, processes = session_memory(process.pid)
            peak.see(gb, processes)
            if gb > most_gb or time.monotonic() > late:
                ended = "too large" if gb > most_gb else "late"
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)
    finally:
        # Nothing of the run is left behind, workers included, also when the benchmark itself is stopped.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return peak, ended


def _figures(path: Path) -> dict[str, Any]:
    """What is kept of a plan; ``exceptions`` is None where there is none."""
    empty = {"status": None, "cost": None, "bound": None, "networks": None, "exceptions": None}
    if not path.is_file():
        return empty | {"candidates": None, "log": None}
    plan = json.loads(path.read_text(encoding="utf-8"))
    return {
        "status": plan["status"],
        "cost": plan["cost"],
        "bound": plan["bound"],
        "networks": len(plan["networks"]),
        "exceptions": sum(network.get("exception") is not None for network in plan["networks"]),
        "candidates": sum(area.get("candidates") or 0 for area in plan["areas"]) or None,
        "log": plan.get("solve_log"),
    }


def ask_peer(question: Question, name: str, seed: int) -> dict[str, Any]:
    """Ask a peer the same question with the same time, of CPU; one that cannot hold it says so.

    Parameters
    ----------
    question : Question
    name : str
        One of `PEER_TITLES`.
    seed : int
    """
    if question.demands:
        return _peer_record(name, "holds no pins, together or apart", [])
    seconds = question.seconds
    told = run_isolated(_run_peer, name, question, seed, wall_seconds=4 * seconds + GRACE_SECONDS)
    plans = [message for message in told.messages if "groups" in message]
    note = next((message["note"] for message in told.messages if "note" in message), told.ended)
    return _peer_record(name, note, plans)


def _peer_record(name: str, note: str, plans: Sequence[dict[str, Any]]) -> dict[str, Any]:
    record: dict[str, Any] = {"method": name, "note": note, "exceptions": None, "cost": None, "first": None}
    if plans:
        best = plans[-1]
        record |= {
            "exceptions": best["exceptions"],
            "cost": best["cost"],
            "networks": len(best["groups"]),
            "first": round(plans[0]["found_seconds"], 3),
            "found": round(best["found_seconds"], 3),
        }
    return record


def _run_peer(report: Callable[[dict[str, Any]], None], name: str, question: Question, seed: int) -> None:
    """Prepare a question and run a peer on it; only plans that netform's rules allow are told of."""
    graph, rules = prepare_question(question).graph, rules_of(question)

    def tell(message: dict[str, Any]) -> None:
        groups = message["groups"]
        lists = [sum(graph.nodes[code]["list_size"] for code in group) for group in groups]
        outside = sum(not rules.least <= patients <= rules.most for patients in lists)
        # Every fault beyond a list outside the band makes it no plan at all; so do exceptions of several practices
        # larger than any may be, and another number of networks than is demanded.
        largest = max(
            (patients for patients, group in zip(lists, groups, strict=True) if len(group) > 1), default=0
        )
        is_plan = (
            len(find_faults(graph, groups, rules.least, rules.most)) == outside
            and largest <= max(rules.most, rules.exception_most)
            and question.networks in {None, len(groups)}
        )
        if is_plan:
            report(message | {"exceptions": outside})

    task = Task(graph, rules, question.networks or 0, question.seconds, seed, tell)
    PEERS[name](task)
    report({"note": task.note})
