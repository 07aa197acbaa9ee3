"""Memory is a rule: nothing takes more than there is, and whatever there is the answers are true."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.rules.toml import load_profile
from netform.solve.area import AreaOutcome, Options, Progress, solve_area
from netform.solve.diagram import kernel
from netform.solve.model.budget import MemoryBudget
from netform.solve.model.candidate_cache import LISTING, CandidateCache
from netform.solve.workers import plan_areas
from tests.brute_force import best_plan
from tests.examples import examples
from tests.made_up_problem import county
from tests.strategies import made_up_area, small_areas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Rules

RULES = load_profile()


class Accounts:
    """What was taken of a budget: lists at their peak, and drawings.

    Attributes
    ----------
    lists, drawings : list of tuple of int
        The bytes taken, and the room that there was.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lists: list[tuple[int, int]] = []
        self.drawings: list[tuple[int, int]] = []
        listed, grown = CandidateCache.list, kernel.ColumnLayout.grow

        def keep_list(cache: CandidateCache, *args: object, **named: object) -> CandidateStore | None:
            store: CandidateStore | None = listed(cache, *args, **named)  # type: ignore[arg-type]
            if store is not None:
                self.lists.append((LISTING.peak(len(store), len(store.members)), cache.memory.room))
            return store

        def keep_drawing(laid: kernel.ColumnLayout, *args: object) -> object:
            found = grown(laid, *args)  # type: ignore[arg-type]
            taken = len(found[3]) * kernel.NODE_BYTES + len(found[0]) * kernel.ARC_BYTES
            self.drawings.append((taken, args[-1]))  # type: ignore[arg-type]
            return found

        monkeypatch.setattr(CandidateCache, "list", keep_list)
        monkeypatch.setattr(kernel.ColumnLayout, "grow", keep_drawing)


def planned(graph: nx.Graph, rules: Rules, bytes_: int) -> AreaOutcome:
    """Plan all practices in so many bytes."""
    return solve_area(graph, "", list(graph), rules, Options(memory=MemoryBudget(bytes_)), Progress())


@pytest.mark.parametrize("kilobytes", [0, 300, 3_000, 30_000])
def test_a_budget_is_never_overdrawn(kilobytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A county in room for nothing, for passes, for its list alone, and for all: each list and drawing fits."""
    graph, rules = county(60, 5)
    best = planned(graph, rules, 10**9).result
    accounts = Accounts(monkeypatch)
    result = planned(graph, rules, kilobytes * 1000).result
    assert all(taken <= room <= kilobytes * 1000 for taken, room in accounts.lists)
    assert all(taken <= room <= kilobytes * 1000 for taken, room in accounts.drawings)
    assert result.bound <= best.cost * (1 + 1e-9)
    assert best.cost <= result.cost * (1 + 1e-9)
    if kilobytes == 30_000:
        assert (result.status, result.cost, len(accounts.lists)) == ("optimal", best.cost, 1)


@given(small_areas(most=8), st.integers(0, 20_000))
@examples(60)
def test_a_tiny_budget_is_sound(drawn: tuple[nx.Graph, Rules], room: int) -> None:
    """In any number of bytes: a whole plan, no cheaper than the best, never said to be proven where it is not."""
    graph, rules = drawn
    best = best_plan(graph, rules)
    assert best is not None
    outcome = planned(graph, rules, room)
    networks = [network.practice_codes for network in outcome.networks]
    assert sorted(code for codes in networks for code in codes) == sorted(graph)
    assert all(nx.is_connected(graph.subgraph(codes)) for codes in networks)
    found = sum(network.exception is not None for network in outcome.networks)
    assert found >= best.exceptions
    if outcome.result.status == "optimal":
        assert found == best.exceptions
        assert outcome.result.cost == pytest.approx(best.cost, rel=1e-6, abs=1e-6)
    if found == best.exceptions == 0:
        assert outcome.result.bound <= best.cost + 1e-6 * max(1.0, best.cost)


def test_an_area_too_long_for_its_share_is_planned_with_more() -> None:
    """Of two areas the list of the long one does not fit half of the memory, but all of it: it waits, and is listed."""
    random = np.random.default_rng(7)
    areas = {"A": [f"P{k}" for k in range(8)], "B": [f"P{k}" for k in range(8, 48)]}
    pairs = [
        (int(codes[k][1:]), int(codes[e][1:]))
        for codes in areas.values()
        for k in range(len(codes))
        for e in range(k + 1, min(k + 5, len(codes)))
    ]
    points = [tuple(point) for point in random.integers(0, 20_000, (48, 2)).tolist()]
    graph = made_up_area(random.integers(6_000, 14_000, 48).tolist(), points, pairs, RULES)
    best = plan_areas(graph, areas, RULES, Options())
    # Some six members each: what the list of B takes at its peak, and half as much again.
    peak = best[1].result.candidates * (LISTING.column + 6 * LISTING.member) / LISTING.part
    memory = MemoryBudget(int(1.5 * peak))
    half = plan_areas(graph, {"B": areas["B"]}, RULES, Options(memory=memory.share(2)))
    assert "--memory" in half[0].result.method
    both = plan_areas(graph, areas, RULES, Options(workers=2, memory=memory))
    assert both[0].networks == best[0].networks
    assert both[1].result.candidates == best[1].result.candidates
    assert "were listed" in both[1].result.method
    # What is left beside the list is little here, and says the same whoever plans it.
    alone = plan_areas(graph, {"B": areas["B"]}, RULES, Options(memory=memory))
    assert both[1].networks == alone[0].networks


def pss(process: int) -> float:
    """Proportional memory of a process in gigabytes; 0 when it has ended."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024 / 1e9


def descendants(process: int) -> Iterator[int]:
    """A process and those that it, or they, have started."""
    yield process
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = task.read_text(encoding="utf-8").split()
        except OSError:
            continue
        for child in children:
            yield from descendants(int(child))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux")
@pytest.mark.parametrize("gigabytes", [0.1, 0.4])
def test_the_processes_of_a_run_stay_below_the_rule(gigabytes: float, tmp_path: Path) -> None:
    """A made-up county of 250 dense practices: the rule, and 0.3 GB for each process, at every sample."""
    random = np.random.default_rng(4)
    rows = ["practice_code,list_size,easting,northing"]
    for k in range(250):
        x, y = random.normal(400_000, 9_000, 2)
        rows.append(f"P{k:03d},{int(random.integers(3_500, 9_000))},{x:.0f},{y:.0f}")
    (tmp_path / "list.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    command = [
        sys.executable, "-c", "from netform.cli.main import main; main()",
        "solve", str(tmp_path / "list.csv"), "-o", str(tmp_path / "out"),
        "--memory", str(gigabytes), "--time-limit", "60", "-q",
    ]  # fmt: skip
    with subprocess.Popen(command, env=os.environ) as run:
        while run.poll() is None:
            taken = [pss(process) for process in descendants(run.pid)]
            assert sum(taken) <= gigabytes + 0.3 * len(taken)
            time.sleep(0.1)
    assert run.returncode == 0
