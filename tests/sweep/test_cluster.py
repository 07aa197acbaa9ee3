"""A real Dask scheduler and two worker processes, started by Dask's own commands on this machine alone."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from netform import __version__
from netform.cli.main import cli
from netform.errors import RulesError
from netform.sweep import cluster, local
from netform.sweep.cluster import _check_workers, _client
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
# Dask loads it more than once.
real = getattr(planning, "real_make_plan", planning.make_plan)
planning.real_make_plan = real
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

    def __init__(
        self,
        folder: Path,
        address: str,
        scheduler: subprocess.Popen[bytes],
        workers: list[subprocess.Popen[bytes]],
    ) -> None:
        self.folder, self.address, self.scheduler, self.workers = folder, address, scheduler, workers

    @property
    def started(self) -> list[int]:
        """The processes that have begun to plan."""
        return sorted(int(path.name.removeprefix("started-")) for path in self.folder.glob("started-*"))

    def hold(self) -> None:
        """Let workers begin, and not go on; forget who has begun before."""
        for path in self.folder.glob("started-*"):
            path.unlink()
        (self.folder / "hold").touch()

    def let_go(self) -> None:
        """Let workers go on."""
        (self.folder / "hold").unlink()

    def wait_for_tasks(self, count: int, process: subprocess.Popen[str]) -> None:
        """Wait until so many workers have begun to plan, or netform has ended."""
        wait_for("the tasks", there=lambda: len(self.started) >= count or process.poll() is not None)

    def kill_a_worker(self) -> None:
        """Kill one of the workers."""
        os.kill(self.workers[0].pid, signal.SIGKILL)
        self.workers[0].wait()

    @contextmanager
    def sweep(self, file: Path, out: Path) -> Iterator[subprocess.Popen[str]]:
        """Run netform sweep on the cluster, and end it."""
        arguments = ["sweep", str(file), "-o", str(out), "--scheduler", self.address]
        command = [sys.executable, "-c", "from netform.cli.main import main; main()", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.kill()


@contextmanager
def cluster_in(folder: Path, **environment: str) -> Iterator[Cluster]:
    """Start a scheduler and two workers, on loopback and ports that are free."""
    (folder / "held.py").write_text(HELD.format(folder=str(folder)))
    known = folder / "scheduler.json"
    here = ("--host", "127.0.0.1", "--no-dashboard")
    with ExitStack() as stack:
        scheduler = stack.enter_context(
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
        yield Cluster(folder, address, scheduler, workers)


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
        cluster.hold()
        with cluster.sweep(file, tmp_path / "out") as process:
            cluster.wait_for_tasks(2, process)
            assert cluster.started == sorted(worker.pid for worker in cluster.workers)
            cluster.kill_a_worker()
            cluster.let_go()
            table, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert table.splitlines()[1].split()[-6:-4] == ["2", "2"]
    assert results_in(tmp_path / "out") == here
    assert len(here) == 8


def test_a_lost_task_is_told_of_and_a_stopped_sweep_goes_on(file: Path, tmp_path: Path) -> None:
    """Where Dask forgives no loss the others are kept; the next run does the lost one, also after a Ctrl-C."""
    out = tmp_path / "out"
    with cluster_in(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as cluster:
        cluster.hold()
        with cluster.sweep(file, out) as process:
            cluster.wait_for_tasks(2, process)
            cluster.kill_a_worker()
            cluster.let_go()
            _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 5, said
        # Only what it was at is lost with a worker, nothing that waits.
        assert said.count("its worker was lost 1 time,") == 1
        assert len(results_in(out)) == 7

        cluster.hold()
        with cluster.sweep(file, out) as process:
            cluster.wait_for_tasks(1, process)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130, said
        assert "run the same command again" in said
        assert len(results_in(out)) == 7

        cluster.let_go()
        with cluster.sweep(file, out) as process:
            _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        assert len(results_in(out)) == 8


def test_a_lost_scheduler_ends_the_sweep_with_what_is_done(file: Path, tmp_path: Path) -> None:
    """The table is written, and the next run can go on."""
    out = tmp_path / "out"
    with cluster_in(tmp_path) as cluster:
        cluster.hold()
        with cluster.sweep(file, out) as process:
            cluster.wait_for_tasks(1, process)
            cluster.scheduler.kill()
            _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 5, said
    assert "was lost. What was found is kept" in said
    assert (out / "sweep.csv").read_text().count("not planned") == 8


class Fake:
    """Workers that have some versions of libraries, or there are none."""

    def __init__(self, **versions: object) -> None:
        self.versions = versions

    def wait_for_workers(self, _count: int, timeout: float) -> None:
        """Wait in vain, where there are none."""
        del timeout
        if not self.versions:
            raise TimeoutError

    def run(self, _function: object, library: str, on_error: str) -> dict[str, object]:
        """Ask a worker for a version."""
        assert on_error == "return"
        here = importlib.metadata.version(library)
        return {"tcp://10.0.0.2:1": self.versions.get(library, here)}


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (Fake(), "the scheduler at tcp://10.0.0.1:8786 has no workers. Start some with: dask worker tcp"),
        (Fake(netform="0.0.1"), "tcp://10.0.0.2:1 has 0.0.1. Install it there"),
        (Fake(netform=ModuleNotFoundError()), "tcp://10.0.0.2:1 has none. Install it there"),
    ],
)
def test_workers_that_cannot_do_it_are_refused(client: Fake, said: str) -> None:
    """Before anything is sent to them."""
    with pytest.raises(RulesError, match=re.escape(said)):
        _check_workers(client, "tcp://10.0.0.1:8786", pytest.fail)


def test_other_libraries_are_noted() -> None:
    """They may choose another of two equal plans, and are not refused for it."""
    notes: list[str] = []
    _check_workers(Fake(netform=__version__, numpy="1.0"), "tcp://10.0.0.1:8786", notes.append)
    (note,) = notes
    assert note.startswith("Workers have numpy 1.0 and this machine ")


def test_no_scheduler_at_all(file: Path, tmp_path: Path) -> None:
    """The address and the remedy are said."""
    refused = CliRunner().invoke(
        cli, ["sweep", str(file), "-o", str(tmp_path / "out"), "--scheduler", "nowhere://127.0.0.1"]
    )
    assert refused.exit_code == 2
    assert "no Dask scheduler answers at nowhere://127.0.0.1" in refused.stderr
    assert "Start one with: dask scheduler" in refused.stderr


@pytest.mark.parametrize(
    ("greeting", "said"), [(b"", "says nothing in 0.2 seconds"), (b"SSH-2.0-x\r\n", "is no Dask scheduler")]
)
def test_what_is_no_scheduler_is_not_waited_for(
    greeting: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port that is silent, as those of the web are until they are asked, and one that speaks otherwise."""
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        taken: list[socket.socket] = []

        def greet() -> None:
            line, _ = server.accept()
            taken.append(line)
            line.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(RulesError, match=said):
            _client(address)
        thread.join()
        taken[0].close()
