"""Streamed pricing: what a cheaper plan could use is kept, and solved over as if all had been listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.area import Options, Progress, solve_area
from netform.solve.model.budget import MemoryBudget
from netform.solve.model.candidate_cache import LISTING
from netform.solve.model.stopping import NEVER
from netform.solve.primal.first_plan import incumbents
from netform.solve.unlisted import streamed_pricing as module
from netform.solve.unlisted.by_hubs import branched_on_count
from netform.solve.unlisted.streamed_pricing import solve_streamed
from tests.brute_force import best_plan
from tests.examples import examples
from tests.made_up_problem import county, first_plan, part_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

    from netform.plan import AreaResult
    from netform.rules import Rules
    from netform.solve.part_candidates import Part


def duals_of(part: Part) -> NDArray[np.float64] | None:
    """Duals that no network costs less than, by exact pricing; None where that gives none."""
    assert part.incumbent is not None
    branch = branched_on_count(part.problem, part.incumbent.groups, NEVER)[0]
    while branch.safe is None and branch.advance(1):
        pass
    return branch.safe


def streamed(graph: nx.Graph, rules: Rules) -> Part:
    """Plan a part by streams, from a plan by search."""
    part = part_of(graph, rules)
    incumbents(part.problem, effort=300, on_plan=part.offered("search"))
    duals = duals_of(part)
    assert duals is not None
    solve_streamed(part, duals)
    return part


def best_of(graph: nx.Graph, rules: Rules) -> AreaResult:
    """Solve over all networks, listed."""
    return solve_area(graph, "", list(graph), rules, Options(), Progress()).result


@given(small_areas(most=9, least=2, oversize=False), st.integers(0, 3))
@examples(40)
def test_the_plan_is_that_of_all_networks(drawn: tuple[nx.Graph, Rules], seed: int) -> None:
    """The best there is by trying all, proven, from any first plan within the band."""
    graph, rules = drawn
    part = part_of(graph, rules)
    best = best_plan(graph.subgraph(part.problem.codes), rules)
    part.offer(part.value_of(first_plan(part.problem, seed)), "first plan")
    if best is None or best.exceptions or not part.sound or (duals := duals_of(part)) is None:
        return
    solve_streamed(part, duals)
    assert part.incumbent is not None
    assert part.incumbent.value.cost == pytest.approx(best.cost, abs=1e-6)
    assert part.bound == pytest.approx(best.cost, abs=1e-3)


@pytest.mark.parametrize("seed", [2, 5])
def test_streams_prove_the_best_plan(seed: int) -> None:
    """All networks are met, and those that a cheaper plan could use are solved over: the plan of the whole list."""
    graph, rules = county(60, seed)
    best = best_of(graph, rules)
    part = streamed(graph, rules)
    assert part.incumbent is not None
    assert part.done
    assert part.incumbent.value[:2] == (0, 0)
    assert part.incumbent.value.cost == pytest.approx(best.cost)
    assert part.bound == pytest.approx(best.cost)
    # What is left to choose from is less than was met.
    assert part.columns is not None
    assert part.columns < part.candidates


def test_without_room_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what a cheaper plan could use is too much to solve over, plan and bound stay as they were."""
    monkeypatch.setattr(module, "MOST_SOLVED", 0)
    part = streamed(*county(60, 2))
    assert part.incumbent == incumbents(part.problem, effort=300)
    assert part.bound == 0.0


def test_an_area_is_proven_where_its_list_is_too_long() -> None:
    """With less memory than a list takes, search, generated and streamed columns come to the best, whole."""
    graph, rules = county(60, 2)
    best = best_of(graph, rules)
    few = Options(memory=MemoryBudget(LISTING.column * best.candidates))
    outcome = solve_area(graph, "", list(graph), rules, few, Progress())
    result = outcome.result
    assert "priced as they were met" in result.method
    assert "the bound proves that no plan costs less" in result.method
    assert result.status == "optimal"
    assert result.cost == pytest.approx(best.cost)
    assert sorted(code for network in outcome.networks for code in network.practice_codes) == sorted(graph)
