"""A worker that is lost between two areas has nothing to lose."""

from __future__ import annotations

import os
import signal
from itertools import pairwise

import pytest

from netform.rules.toml import load_profile
from netform.solve import workers as run_module
from netform.solve.area import Options
from netform.solve.workers import plan_areas
from tests.strategies import made_up_area


@pytest.mark.parametrize("last", [False, True])
def test_an_idle_worker_that_is_lost_costs_nothing(last: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before it is given an area, or after its last: the run goes on, and every area is planned."""
    areas = {name: [f"P{4 * k + e}" for e in range(4)] for k, name in enumerate("ABC")}
    pairs = [pair for k in range(3) for pair in pairwise(range(4 * k, 4 * k + 4))]
    graph = made_up_area([10_000] * 12, [(k, 0) for k in range(12)], pairs, load_profile())
    killed: list[int] = []

    def kill(worker: run_module._Worker) -> None:
        killed.append(worker.process.pid or 0)
        os.kill(killed[0], signal.SIGKILL)
        worker.process.join()

    if last:
        receive = run_module._Worker.receive

        def received(worker: run_module._Worker) -> object:
            task = receive(worker)
            if worker.task is None and worker.connection.closed is False and not killed:
                kill(worker)
            return task

        monkeypatch.setattr(run_module._Worker, "receive", received)
    else:
        begin = run_module._Worker.begin

        def begun(worker: run_module._Worker, task: run_module._Task, seconds: float) -> bool:
            if not killed:
                kill(worker)
            return begin(worker, task, seconds)

        monkeypatch.setattr(run_module._Worker, "begin", begun)
    outcomes = plan_areas(graph, areas, load_profile(), Options(workers=2))
    assert [outcome.result.area for outcome in outcomes] == ["A", "B", "C"]
    assert len(killed) == 1
