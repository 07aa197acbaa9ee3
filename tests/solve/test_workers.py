"""Areas side by side: in threads and in processes alike, whatever becomes of a worker."""

from __future__ import annotations

import math
import os
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest

from netform.errors import ImpossibleError, NetformError, NoPlanError
from netform.plan.model import AreaResult, SolveStep
from netform.rules.toml import load_profile
from netform.solve import workers as run_module
from netform.solve.area import AreaOutcome, Options, Placed
from netform.solve.model.outcome import Doubt
from netform.solve.workers import Event, best_of, plan_areas
from tests.strategies import made_up_area

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.rules.model import Rules
    from netform.solve.area import Progress

RULES = load_profile()
AREAS = {
    "C": [f"P{k}" for k in range(12)],
    "A": [f"P{k}" for k in range(12, 20)],
    "B": [f"P{k}" for k in range(20, 36)],
}


@pytest.fixture
def graph() -> nx.Graph:
    """Thirty-six practices of 6,000 to 14,000 in three areas, each bordering the next two."""
    random = np.random.default_rng(7)
    points = [tuple(point) for point in random.integers(0, 20_000, (36, 2)).tolist()]
    pairs = [
        (int(codes[k][1:]), int(codes[e][1:]))
        for codes in AREAS.values()
        for k in range(len(codes))
        for e in (k + 1, k + 2)
        if e < len(codes)
    ]
    return made_up_area(random.integers(6_000, 14_000, 36).tolist(), points, pairs, RULES)


def proven(outcomes: list[AreaOutcome]) -> list[tuple[object, ...]]:
    """Leave out what may differ between runs: how long each stage took."""
    return [
        (each.result.area, each.result.status, each.result.cost, each.result.bound, each.networks)
        for each in outcomes
    ]


def test_processes_and_threads_give_the_same(graph: nx.Graph) -> None:
    """Areas come back in order with the same networks, cost and bound, to the last bit."""
    one = plan_areas(graph, AREAS, RULES, Options())
    two = plan_areas(graph, AREAS, RULES, Options(workers=2))
    assert [outcome.result.area for outcome in one] == ["A", "B", "C"]
    assert {outcome.result.status for outcome in one} == {"optimal"}
    assert proven(one) == proven(two)


def test_events_tell_of_every_area(graph: nx.Graph) -> None:
    """Each area begins with a stage and ends done; the small go first."""
    events: list[Event] = []
    plan_areas(graph, AREAS, RULES, Options(), on_event=events.append)
    assert [event.area for event in events if event.kind == "done"] == ["A", "C", "B"]
    for area in AREAS:
        mine = [event.kind for event in events if event.area == area]
        assert (mine[0], mine[-1]) == ("stage", "done")


class Spoiler:
    """Kill the first workers that come to an area, as a machine out of memory would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, area: str, times: int) -> None:
        self.killed = 0
        begin = run_module._Worker.begin

        def spoiled(worker: run_module._Worker, task: run_module._Task, seconds: float) -> bool:
            sent = begin(worker, task, seconds)
            if task.area == area and self.killed < times:
                self.killed += 1
                os.kill(worker.process.pid or 0, signal.SIGKILL)
            return sent

        monkeypatch.setattr(run_module._Worker, "begin", spoiled)


def test_a_lost_worker_is_replaced(graph: nx.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its area is planned again by another, to the same plan as without the loss."""
    expected = proven(plan_areas(graph, AREAS, RULES, Options()))
    spoiler = Spoiler(monkeypatch, "B", 1)
    assert proven(plan_areas(graph, AREAS, RULES, Options(workers=2))) == expected
    assert spoiler.killed == 1


def test_an_area_that_loses_every_worker_is_named(graph: nx.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few tries it is given up with its name, not tried for ever."""
    spoiler = Spoiler(monkeypatch, "B", 99)
    with pytest.raises(NetformError, match="area B ended its process twice"):
        plan_areas(graph, AREAS, RULES, Options(workers=2))
    assert spoiler.killed <= 3


def test_the_errors_of_a_worker_are_raised_here(graph: nx.Graph) -> None:
    """Strict rules are refused with the reason, from a thread and from a process."""
    graph.nodes["P3"]["list_size"] = 50_001
    for workers in (1, 2):
        with pytest.raises(ImpossibleError, match="area C: P3 alone has 50,001 patients"):
            plan_areas(graph, AREAS, RULES, Options(strict=True, workers=workers))


def test_every_area_that_is_impossible_is_named(graph: nx.Graph) -> None:
    """In order of area, once the others are planned, from threads and from processes."""
    for code in ("P3", "P13"):
        graph.nodes[code]["list_size"] = 50_001
    for workers in (1, 2):
        with pytest.raises(ImpossibleError) as error:
            plan_areas(graph, AREAS, RULES, Options(strict=True, workers=workers))
        said = [line.partition(" patients")[0] for line in str(error.value).splitlines()]
        assert said == ["area A: P13 alone has 50,001", "area C: P3 alone has 50,001"]


def _dawdle(plans: bool) -> Callable[..., AreaOutcome]:
    """Stand in for an area that reports a plan, if it does, and then does not stop by itself."""
    solve_area = run_module.solve_area

    def dawdling(
        graph: nx.Graph, area: str, codes: list[str], rules: Rules, options: Options, progress: Progress
    ) -> AreaOutcome:
        outcome = solve_area(graph, area, codes, rules, options, progress)
        if area != "C":
            return outcome
        if plans:
            progress.on_plan(outcome)
        time.sleep(20)
        return outcome

    return dawdling


def test_the_time_limit_gives_the_best_plan_so_far(graph: nx.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """An area that does not stop is left behind with the plan it last told of."""
    expected = proven(plan_areas(graph, {"C": AREAS["C"]}, RULES, Options()))
    monkeypatch.setattr(run_module, "solve_area", _dawdle(plans=True))
    monkeypatch.setattr(run_module, "GRACE", 0.2)
    begin = time.monotonic()
    outcomes = plan_areas(graph, {"C": AREAS["C"]}, RULES, Options(), time_limit=1.0)
    assert time.monotonic() - begin < 5
    assert proven(outcomes) == expected


def test_no_plan_in_the_time_is_an_error(graph: nx.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """The area that never told of a plan is named."""

    def silent(*arguments: object) -> AreaOutcome:
        time.sleep(20)
        raise AssertionError

    monkeypatch.setattr(run_module, "solve_area", silent)
    monkeypatch.setattr(run_module, "GRACE", 0.2)
    monkeypatch.setattr(run_module, "PATIENCE", 0.2)
    with pytest.raises(NoPlanError, match="no plan of C was found"):
        plan_areas(graph, {"C": AREAS["C"]}, RULES, Options(), time_limit=0.2)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_returns_what_it_has(graph: nx.Graph, workers: int) -> None:
    """Once every area has told of a plan, an interruption keeps them all, within seconds."""
    told: set[str] = set()

    def on_event(event: Event) -> None:
        if event.outcome is not None:
            told.add(event.area)

    outcomes = plan_areas(
        graph, AREAS, RULES, Options(workers=workers), interrupted=lambda: len(told) == 3, on_event=on_event
    )
    assert [outcome.result.area for outcome in outcomes] == ["A", "B", "C"]
    for outcome in outcomes:
        placed = sorted(code for network in outcome.networks for code in network.practice_codes)
        assert placed == sorted(AREAS[outcome.result.area])


def test_interrupted_at_once_there_is_no_plan(graph: nx.Graph) -> None:
    """Nothing was planned: every area is named."""
    for workers in (1, 2):
        with pytest.raises(NoPlanError):
            plan_areas(graph, AREAS, RULES, Options(workers=workers), interrupted=lambda: True)


def test_an_area_that_was_begun_is_waited_for_until_it_has_a_plan() -> None:
    """Past its time it is left behind with a whole plan; without one, or with a part not planned, much later."""
    crew = run_module._Crew(nx.Graph(), RULES, Options(), 60.0, lambda: False, lambda _: None)
    now = time.monotonic()
    assert not crew.late("A", now - 1)
    assert crew.late("A", now - run_module.PATIENCE - 1)
    result = AreaResult("A", "feasible", 1.0, 0.0, 2, 2, 0)
    crew.take(
        Event("A", "plan", outcome=AreaOutcome(result, (Placed(("P1",), "not_planned"), Placed(("P2",)))))
    )
    assert not crew.late("A", now - 1)
    crew.take(Event("A", "plan", outcome=AreaOutcome(result, (Placed(("P1",)), Placed(("P2",))))))
    assert crew.late("A", now - 1)
    assert not crew.late("A", now + 60)


def test_once_time_is_up_no_other_area_is_begun(graph: nx.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three areas the first has its plan however little time there is, and the others are named."""
    told: list[Event] = []
    with pytest.raises(NoPlanError, match="no plan of C, B was found"):
        plan_areas(graph, AREAS, RULES, Options(), time_limit=1e-6, on_event=told.append)
    assert {event.area for event in told} == {"A"}
    assert told[-1].kind == "done"


def test_two_workers_begin_an_area_each_however_little_time_there_is(graph: nx.Graph) -> None:
    """They load for longer than the limit; A and C are planned all the same, B is named."""
    told: list[Event] = []
    with pytest.raises(NoPlanError, match="no plan of B was found"):
        plan_areas(graph, AREAS, RULES, Options(workers=2), time_limit=1e-6, on_event=told.append)
    assert {event.area for event in told if event.outcome is not None} == {"A", "C"}


def test_what_ended_a_run_is_known_of_plans_told_on_the_way() -> None:
    """An interruption is not the time limit; the solve log goes on to the end of the run. A plan that is done stays."""
    step = SolveStep(1.0, "bound", 5, 90.0, 100.0, 0)
    result = AreaResult("A", "feasible", 100.0, 90.0, 2, 1, 5, log=(step,))
    outcome = AreaOutcome(result, (Placed(("P1",)),), doubt=Doubt("time", columns=5))
    event = Event("A", "plan", outcome=outcome, at=time.monotonic() - 7)
    stopped, late = best_of(event, interrupted=True), best_of(event, interrupted=False)
    assert stopped.doubt == Doubt("interrupted", columns=5)
    assert late.doubt == Doubt("time", columns=5)
    assert late.result.log[:-1] == (step,)
    assert (late.result.log[-1].step, late.result.log[-1].incumbent) == ("end", 100.0)
    assert late.result.log[-1].seconds == pytest.approx(8, abs=0.5)
    assert best_of(replace(event, kind="done"), interrupted=True) is outcome


def test_a_share_of_the_time() -> None:
    """Of 60 seconds three waiting areas get 20 each in a row, 40 each two abreast, and never less than 3."""
    crew = run_module._Crew(nx.Graph(), RULES, Options(), 60.0, lambda: False, lambda _: None)
    assert crew.share(3, 1) == pytest.approx(20, abs=0.1)
    assert crew.share(3, 2) == pytest.approx(40, abs=0.1)
    assert crew.share(1, 2) == pytest.approx(60, abs=0.1)
    # Of many areas most need little.
    assert crew.share(12, 1) == pytest.approx(15, abs=0.1)
    assert crew.share(12, 2) == pytest.approx(10, abs=0.1)
    assert crew.share(600, 1) == 3.0
    assert replace(crew, time_limit=math.inf).share(3, 1) == math.inf
