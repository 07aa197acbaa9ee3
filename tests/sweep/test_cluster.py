"""A real Dask scheduler and two worker processes, started by Dask's own commands on this machine alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netform.sweep import local
from netform.sweep.file import read_sweep
from netform.sweep.tasks import largest_first, make_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("distributed", reason="netform[cluster] is not installed")

# Loaded into each worker: it leaves its process id beside a file `hold`, and plans nothing while that is there.
HELD = """
import os, pathlib, time
from netform.sweep import planning
folder = pathlib.Path({folder!r})
real = planning.make_plan
def make_plan(*arguments):
    (folder / f"started-{{os.getpid()}}").touch()
    while (folder / "hold").exists():
        time.sleep(0.02)
    return real(*arguments)
planning.make_plan = make_plan
"""

# Long enough for any machine; nothing is measured.
PATIENCE = 120


def wait_for(what: str, *, there: object) -> None:
    """Wait until something is there."""
    assert callable(there)
    for _ in range(PATIENCE * 20):
        if there():
            return
        time.sleep(0.05)
    pytest.fail(f"{what} did not come")


@contextmanager
def dask(folder: Path, *arguments: object, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of Dask, and end it."""
    command = [str(Path(sys.executable).parent / "dask"), *map(str, arguments)]
    with (folder / "dask.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Cluster:
    """A scheduler with two workers that wait for a file to go."""

    def __init__(self, folder: Path, address: str, workers: list[subprocess.Popen[bytes]]) -> None:
        self.folder, self.address, self.workers = folder, address, workers

    @property
    def started(self) -> list[int]:
        """The processes that have begun to plan."""
        return sorted(int(path.name.removeprefix("started-")) for path in self.folder.glob("started-*"))

    def sweep(self, file: Path, out: Path) -> subprocess.Popen[str]:
        """Start netform sweep on the cluster."""
        arguments = ["sweep", str(file), "-o", str(out), "--scheduler", self.address]
        return subprocess.Popen(
            [sys.executable, "-c", "from netform.cli import main; main()", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@contextmanager
def cluster_in(folder: Path, **environment: str) -> Iterator[Cluster]:
    """Start a scheduler and two workers, on loopback and ports that are free."""
    (folder / "held.py").write_text(HELD.format(folder=str(folder)))
    known = folder / "scheduler.json"
    here = ("--host", "127.0.0.1", "--no-dashboard")
    with ExitStack() as stack:
        stack.enter_context(
            dask(folder, "scheduler", *here, "--port", 0, "--scheduler-file", known, **environment)
        )
        wait_for("the scheduler", there=lambda: known.exists() and known.read_text().rstrip().endswith("}"))
        address = json.loads(known.read_text())["address"]
        options = (*here, "--no-nanny", "--nthreads", 1, "--preload", folder / "held.py")
        workers = [
            stack.enter_context(
                dask(folder, "worker", address, *options, "--local-directory", folder / f"worker-{number}")
            )
            for number in range(2)
        ]
        yield Cluster(folder, address, workers)


def results_in(out: Path) -> dict[str, bytes]:
    """Read the results by key."""
    return {path.stem: path.read_bytes() for path in (out / "results").iterdir()}


def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(file: Path, tmp_path: Path) -> None:
    """Both workers have a task when one is killed; the other does both, and all the rest, as it would be done here."""
    tasks = make_tasks(read_sweep(file))
    here = {
        each.task.key: each.content
        for each in local.plan_locally(largest_first(tasks.tasks), tasks.grounds, 60, 1)
        if each is not None
    }
    with cluster_in(tmp_path) as cluster:
        (tmp_path / "hold").touch()
        process = cluster.sweep(file, tmp_path / "out")
        wait_for("the first tasks", there=lambda: len(cluster.started) == 2 or process.poll() is not None)
        assert cluster.started == sorted(worker.pid for worker in cluster.workers)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        cluster.workers[0].wait()
        (tmp_path / "hold").unlink()
        table, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert table.splitlines()[1].split()[-6:-4] == ["2", "2"]
    assert results_in(tmp_path / "out") == here
    assert len(here) == 8


def test_a_task_that_loses_its_workers_fails_alone_and_a_stopped_sweep_goes_on(
    file: Path, tmp_path: Path
) -> None:
    """Where Dask allows no loss, one is told of, and the next run does it; Ctrl-C in between keeps what is done."""
    with cluster_in(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as cluster:
        (tmp_path / "hold").touch()
        process = cluster.sweep(file, tmp_path / "out")
        wait_for("the first tasks", there=lambda: len(cluster.started) == 2 or process.poll() is not None)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        cluster.workers[0].wait()
        (tmp_path / "hold").unlink()
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 5, said
        assert "its worker was lost" in said
        assert len(results_in(tmp_path / "out")) == 7

        (tmp_path / "hold").touch()
        for path in tmp_path.glob("started-*"):
            path.unlink()
        process = cluster.sweep(file, tmp_path / "out")
        wait_for("the lost task", there=lambda: cluster.started or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130, said
        assert len(results_in(tmp_path / "out")) == 7
        (tmp_path / "hold").unlink()
        process = cluster.sweep(file, tmp_path / "out")
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        assert len(results_in(tmp_path / "out")) == 8
