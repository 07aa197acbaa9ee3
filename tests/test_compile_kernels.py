"""After the kernels are compiled ahead, a run compiles nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.compile_kernels import PROBLEMS, solve_problem, write_lists

EXAMPLE = Path(__file__).parents[1] / "data" / "example_practices.csv"

# In a process of its own, which has no kernel in its memory.
COUNTED = """
import sys
from numba.core.event import install_recorder
from netform.cli import cli
with install_recorder("numba:compile") as recorder:
    cli(sys.argv[1:], standalone_mode=False)
compiled = [event.data["dispatcher"].py_func.__qualname__ for _, event in recorder.buffer if event.is_start]
sys.exit(f"compiled: {compiled}" if compiled else 0)
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """All problems solved; in the clone, where they were when it was set up, that takes a few seconds."""
    folder = tmp_path_factory.mktemp("lists")
    write_lists(folder)
    for problem in PROBLEMS:
        solve_problem(problem, folder)


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(
    "command",
    [
        ["solve", "--area", "area"],
        ["front", "-x", "patient_travel", "-y", "workforce", "--area", "area", "--resolution", "0.2"],
    ],
    ids=lambda command: command[0],
)
def test_after_it_a_run_compiles_nothing(tmp_path: Path, command: list[str]) -> None:
    """Everything that the example needs is on the disk once the problems are solved."""
    name, *options = command
    run = subprocess.run(
        [sys.executable, "-c", COUNTED, name, EXAMPLE, "-o", tmp_path / "out", "-q", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
