"""netform sweep: its options, exit codes, files and what a second run does."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from netform.cli.main import cli
from netform.errors import AuditError, NetformError, NoPlanError
from netform.sweep.finished import Finished, finished
from netform.sweep.results import result_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from click.testing import Result

    from netform.prepared import Prepared
    from netform.sweep.tasks import Task
    from tests.sweep.conftest import Here

# Runs netform with a worker that plans one task, says so, and never comes back.
ONE_TASK = """
import pickle, sys, time
from netform.sweep import local
from netform.sweep.finished import Finished
from netform.sweep.planning import order_of, plan_task
def plan_locally(tasks, grounds, time_limit, workers):
    task = tasks[0]
    yield Finished(task, plan_task(pickle.dumps(grounds[task.ground]), order_of(task, time_limit)))
    print("HERE", file=sys.stderr, flush=True)
    time.sleep(600)
local.plan_locally = plan_locally
from netform.cli.main import main
main()
"""


def run(*arguments: object) -> Result:
    """Run netform in this process."""
    return CliRunner().invoke(cli, ["sweep", *map(str, arguments)])


def bytes_in(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows_in(folder: Path) -> list[dict[str, str]]:
    """Read the table."""
    with (folder / "sweep.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_help_answers_at_once() -> None:
    """A fresh process answers without loading a library that takes long."""
    code = (
        "import sys; from netform.cli.main import cli; cli(['sweep', '--help'], standalone_mode=False); "
        "sys.exit(bool({'numpy', 'numba', 'ortools', 'shapely', 'networkx', 'distributed'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_sweep_ends_with_its_table(file: Path, tmp_path: Path, here: Here) -> None:
    """A line for each scenario on standard output, a row for each area in sweep.csv, a file for each result."""
    done = run(file, "-o", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == [
        "Scenario",
        "Areas",
        "Proven",
        "Networks",
        "Exceptions",
        "Hours",
        "a",
        "week",
        "Gap",
    ]
    # Two areas each; 68,000 and 69,000 patients are two networks of 30,000-50,000, or of 20,000-40,000 at least.
    assert [line.split("  ")[0] for line in lines[1:]] == [
        "30000-50000, weights of the rules",
        "30000-50000, patient_travel=3",
        "20000-40000, weights of the rules",
        "20000-40000, patient_travel=3",
    ]
    assert lines[1].split()[-6:-3] == ["2", "2", "4"]
    rows = rows_in(tmp_path / "out")
    assert [(row["area"], row["status"]) for row in rows] == [("North", "optimal"), ("South", "optimal")] * 4
    assert {f"{row['result']}.json" for row in rows} == {
        path.name for path in (tmp_path / "out" / "results").iterdir()
    }
    assert len(here.planned) == 8


def test_a_second_run_does_nothing(file: Path, tmp_path: Path, here: Here) -> None:
    """The same bytes, and not one area planned."""
    out = tmp_path / "out"
    run(file, "-o", out)
    before, here.planned = bytes_in(out), []
    done = run(file, "-o", out, "--time-limit", 600)
    assert done.exit_code == 0
    assert here.planned == []
    assert bytes_in(out) == before


def test_damaged_and_missing_results_are_made_again(file: Path, tmp_path: Path, here: Here) -> None:
    """Those and no others, to the same bytes."""
    out = tmp_path / "out"
    run(file, "-o", out)
    before, here.planned = bytes_in(out), []
    rows = rows_in(out)
    (out / "results" / f"{rows[2]['result']}.json").unlink()
    damaged = out / "results" / f"{rows[5]['result']}.json"
    damaged.write_bytes(damaged.read_bytes().replace(b"optimal", b"0ptimal"))
    assert run(file, "-o", out).exit_code == 0
    assert sorted(here.planned) == sorted((rows[k]["scenario"], rows[k]["area"]) for k in (2, 5))
    assert bytes_in(out) == before


def test_a_new_scenario_plans_only_itself(file: Path, tmp_path: Path, here: Here) -> None:
    """What other scenarios found stays."""
    run(file, "-o", tmp_path / "out")
    here.planned = []
    file.write_text(f'{file.read_text()}[[scenario]]\nname = "more"\noverhead.hours_week = 62\n')
    assert run(file, "-o", tmp_path / "out").exit_code == 0
    assert here.planned == [("more", "North"), ("more", "South")]


def test_dry_run_plans_nothing(file: Path, tmp_path: Path, here: Here) -> None:
    """It lists the tasks and whether they are done."""
    said = run(file, "-o", tmp_path / "out", "--dry-run")
    assert said.exit_code == 0
    assert said.stdout.count("to do") == 8
    assert here.planned == []
    assert not (tmp_path / "out").exists()
    run(file, "-o", tmp_path / "out")
    assert run(file, "-o", tmp_path / "out", "--dry-run").stdout.count("done") == 8


def test_more_time_does_again_what_is_not_proven(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: Here
) -> None:
    """Exit code 5 while an area has no plan; the same time changes nothing, more does."""

    def no_time(
        tasks: Sequence[Task], _grounds: Mapping[str, Prepared], time_limit: float, _workers: int
    ) -> Iterator[Finished | None]:
        for task in tasks:
            found = {"key": task.key, "status": "unknown", "reason": "Too short."}
            yield Finished(task, result_bytes(found, time_limit=time_limit))

    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr("netform.sweep.local.plan_locally", no_time)
        done = run(file, "-o", out, "--time-limit", 5)
    assert done.exit_code == 5
    assert "8 of 8 had no plan in the time given" in done.stderr
    assert rows_in(out)[0]["reason"] == "Too short."
    assert run(file, "-o", out, "--time-limit", 5).exit_code == 5
    assert here.planned == []
    again = run(file, "-o", out, "--dry-run")
    assert again.stdout.count("to do again, with more time") == 8
    assert run(file, "-o", out).exit_code == 0
    assert len(here.planned) == 8


@pytest.mark.parametrize(("error", "code"), [(AuditError("refused"), 70), (NoPlanError("lost"), 5)])
def test_what_fails_is_told_and_the_rest_is_kept(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: Here, error: NetformError, code: int
) -> None:
    """A failure ends no sweep."""

    def failing(
        tasks: Sequence[Task], grounds: Mapping[str, Prepared], time_limit: float, _workers: int
    ) -> Iterator[Finished | None]:
        yield finished(tasks[0], error)
        yield from here(tasks[1:], grounds, time_limit)

    monkeypatch.setattr("netform.sweep.local.plan_locally", failing)
    done = run(file, "-o", tmp_path / "out")
    assert done.exit_code == code
    assert "area 'North': " in done.stderr
    assert [row["status"] for row in rows_in(tmp_path / "out")].count("optimal") == 7
    assert "not planned" in (tmp_path / "out" / "sweep.csv").read_text()


def test_what_an_area_cannot_have_is_an_answer(file: Path, tmp_path: Path, here: Here) -> None:
    """One network would be larger in either area than any exception: proven, and not done again."""
    file.write_text('practices = "list.csv"\narea_column = "place"\nnetworks = [1]\n')
    done = run(file, "-o", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    rows = rows_in(tmp_path / "out")
    assert [row["status"] for row in rows] == ["infeasible", "infeasible"]
    assert "1 networks cannot hold" in rows[0]["reason"]
    assert "-" in done.stdout.splitlines()[1].split()
    here.planned = []
    run(file, "-o", tmp_path / "out")
    assert here.planned == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--time-limit", "0"], 2, "--time-limit"),
        (["--workers", "0"], 2, "--workers"),
        (["--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], 2, "--workers are of this machine"),
        (["--scheduler", " "], 2, "--scheduler needs an address"),
        (["-o", "-"], 6, "results are files"),
        (["-o", "x.csv"], 6, "Name a folder"),
        (["-o", "x.docx"], 6, "names no format"),
    ],
)
def test_wrong_options(file: Path, arguments: list[str], code: int, said: str) -> None:
    """Refused before the list is read."""
    refused = run(file, *arguments)
    assert refused.exit_code == code
    assert said in refused.stderr


def test_wrong_files(file: Path, tmp_path: Path) -> None:
    """A sweep that is wrong is 2, a list that is wrong is 3."""
    (tmp_path / "list.csv").write_text("code,postcode\nP1,LS11 8LH\n")
    assert run(file, "-o", tmp_path / "out").exit_code == 3
    file.write_text("practises = 1\n")
    refused = run(file, "-o", tmp_path / "out")
    assert refused.exit_code == 2
    assert "Did you mean 'practices'?" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_without_dask_the_remedy_is_said(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    refused = run(file, "-o", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1")
    assert refused.exit_code == 2
    assert 'pip install "netform[cluster]"' in refused.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX has them")
def test_a_stopped_sweep_goes_on(file: Path, tmp_path: Path, here: Here) -> None:
    """Ctrl-C keeps what is done, says so with 130, and the next run does the rest to the same bytes."""
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", ONE_TASK, "sweep", str(file), "-o", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    while (line := process.stderr.readline()) != "HERE\n":
        assert line, "it ended before its first task"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "run the same command again" in said
    assert [row["status"] for row in rows_in(out)].count("optimal") == 1
    assert run(file, "-o", out).exit_code == 0
    assert len(here.planned) == 7
    run(file, "-o", tmp_path / "whole")
    assert bytes_in(out) == bytes_in(tmp_path / "whole")
