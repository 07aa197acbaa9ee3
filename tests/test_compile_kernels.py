"""After the kernels are compiled ahead, a run compiles nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.compile_kernels import PROBLEMS, _Quiet, solve_problem, write_lists

EXAMPLE = Path(__file__).parents[1] / "data" / "example_practices.csv"

# In a process of its own, which has no kernel in its memory.
COUNTED = """
import sys
from numba.core.event import install_recorder
from netform.cli.main import cli
with install_recorder("numba:compile") as recorder:
    cli(sys.argv[1:], standalone_mode=False)
compiled = [event.data["dispatcher"].py_func.__qualname__ for _, event in recorder.buffer if event.is_start]
sys.exit(f"compiled: {compiled}" if compiled else 0)
"""


@pytest.mark.parametrize(
    ("problem", "command"),
    [
        ("changed rules", ["solve", "--area", "area"]),
        (
            "front and alternatives",
            ["front", "-x", "patient_travel", "-y", "workforce", "--area", "area", "--resolution", "0.2"],
        ),
    ],
    ids=["solve", "front"],
)
def test_after_it_a_run_compiles_nothing(tmp_path: Path, problem: str, command: list[str]) -> None:
    """Everything that the example needs is on the disk once the problem like it is solved."""
    write_lists(tmp_path)
    solve_problem(problem, tmp_path)
    name, *options = command
    run = subprocess.run(
        [sys.executable, "-c", COUNTED, name, EXAMPLE, "-o", tmp_path / "out", "-q", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_a_search_stops_once_it_compiles_nothing() -> None:
    """The clock begins anew with every kernel; while one is compiled it stands still."""
    quiet = _Quiet()
    assert quiet.seconds() >= 0.0
    quiet.on_start(None)
    assert quiet.seconds() == 0.0
    quiet.on_end(None)
    assert 0.0 <= quiet.seconds() < 60.0


def test_every_problem_has_a_list(tmp_path: Path) -> None:
    """All of the example, or its first practices; each file reads back as a list."""
    write_lists(tmp_path)
    lines = [path.read_text(encoding="utf-8").splitlines() for path in sorted(tmp_path.iterdir())]
    assert [len(each) for each in lines] == [64, 17]
    assert lines[0][:17] == lines[1]
    assert len(PROBLEMS) > 1
