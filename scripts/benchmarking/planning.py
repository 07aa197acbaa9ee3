"""netform on one list, with the CPU time of every stage, and its graph for the peers."""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netform.map.graph import build_graph
from netform.pipeline import make_plan, prepare
from netform.prepared import Inputs, Prepared
from netform.rules.toml import load_profile
from netform.solve.area import AreaOutcome, Options, Progress, solve_area
from netform.solve.model.budget import Deadline
from scripts.benchmarking.cases import Area, write_area
from scripts.benchmarking.isolated import forget_peak, peak_mb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import networkx as nx

    from netform.plan.model import Plan
    from netform.rules.model import Rules

__all__ = ["STAGES", "plan_list"]

# In the order of a run.
STAGES = (
    "read", "place", "territories", "graph", "enumerate", "score", "bound", "choose", "search", "reasons",
    "other", "audit",
)  # fmt: skip
# Planned before anything is measured, so that imports, postcodes and most kernels are loaded.
WARM_UP = Area("warm-up", 30)

_TOLD = {"reading": "read", "placing": "place", "drawing territories": "territories"}


def plan_list(
    report: Callable[[dict[str, Any]], None], path: str, seconds: float, graph: bool = True
) -> None:
    """Plan a list twice and report the memory of the first run and the time of the second.

    The first run loads what was not loaded yet, and the second may use again what the first held.

    Parameters
    ----------
    report : callable
    path : str
        The list, planned as one area by the default rules.
    seconds : float
        Wall time until the best plan so far is taken.
    graph : bool
        Whether the graph goes into the report.
    """
    rules = load_profile()
    with tempfile.TemporaryDirectory() as folder:
        _Run(rules).plan(write_area(WARM_UP, Path(folder), rules.most)[0], seconds)
    first, run = _Run(rules), _Run(rules)
    first.plan(Path(path), seconds)
    planning_mb = peak_mb()
    prepared, plan = run.plan(Path(path), seconds)
    (area,) = plan.areas
    split = {stage: run.seconds.get(stage, 0.0) for stage in STAGES}
    report(
        {
            "status": area.status,
            "cost": area.cost,
            "bound": area.bound,
            "practices": area.practices,
            "patients": sum(practice.list_size for practice in prepared.practices),
            "candidates": area.candidates,
            "exceptions": sum(network.exception is not None for network in plan.networks),
            "groups": sorted(list(network.practice_codes) for network in plan.networks),
            "seconds": sum(split[stage] for stage in STAGES[4:]),
            "prepare_seconds": sum(split[stage] for stage in STAGES[:4]),
            "stages": split,
            "peak_mb": max(first.before_mb, planning_mb),
            "own_mb": planning_mb - first.start_mb,
            **({"graph": prepared.graph} if graph else {}),
        }
    )


@dataclass(slots=True)
class _Run:
    """One run of the pipeline, with the CPU seconds of each stage, and the memory held before anything is listed."""

    rules: Rules
    seconds: dict[str, float] = field(default_factory=dict)
    stage: str = ""
    begin: float = 0.0
    before_mb: float = 0.0
    start_mb: float = 0.0

    def plan(self, path: Path, seconds: float) -> tuple[Prepared, Plan]:
        """Prepare, choose and audit."""
        self.begin = time.process_time()
        prepared = prepare(Inputs(str(path)), self.rules, on_stage=lambda told: self.turn(_TOLD[told]))
        self.turn("")
        # The graph is joined while territories are told of: joined once more by itself it tells its share.
        with self.timed("graph"):
            build_graph(prepared.practices, prepared.places, prepared.travel, prepared.parts)
        share = min(self.seconds["graph"], self.seconds["territories"])
        self.seconds["graph"], self.seconds["territories"] = share, self.seconds["territories"] - share
        deadline = Deadline(time.monotonic() + seconds, time.monotonic)

        def plan_areas(
            graph: nx.Graph, areas: Mapping[str, Sequence[str]], rules: Rules, options: Options
        ) -> list[AreaOutcome]:
            begin = time.process_time()
            progress = Progress(deadline=deadline, clock=time.process_time)
            outcomes = [
                solve_area(graph, area, codes, rules, options, progress) for area, codes in areas.items()
            ]
            whole = time.process_time() - begin
            for outcome in outcomes:
                self.seconds |= outcome.result.seconds
                self.seconds["other"] = whole - sum(outcome.result.seconds.values())
            return outcomes

        self.before_mb = peak_mb()
        forget_peak()
        self.start_mb = peak_mb()
        begin = time.process_time()
        plan = make_plan(prepared, self.rules, Options(), plan_areas)
        chosen = sum(self.seconds.get(stage, 0.0) for stage in STAGES[4:-1])
        self.seconds["audit"] = time.process_time() - begin - chosen
        return prepared, plan

    def turn(self, stage: str) -> None:
        """End a stage and begin another."""
        now = time.process_time()
        if self.stage:
            self.seconds[self.stage] = self.seconds.get(self.stage, 0.0) + now - self.begin
        self.stage, self.begin = stage, now

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Take the time of a stage."""
        begin = time.process_time()
        yield
        self.seconds[stage] = time.process_time() - begin
