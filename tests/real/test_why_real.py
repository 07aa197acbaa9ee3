"""Reasons, rationales and prices on real lists: Cornwall and Scilly, Leeds, Staffordshire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pytest

from netform.explain.divisible import divisible
from netform.explain.obstacles import connected_parts, obstacles
from netform.explain.rationale import moves_into
from netform.explain.remedies import reason_for
from netform.pipeline import prepare
from netform.prepared import Inputs, Prepared
from netform.rules.toml import load_profile
from netform.solve.area import solve_area
from netform.solve.model.outcome import Options, Progress
from netform.tradeoff.area_lines import area_lines

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

RULES = load_profile()


def _prepared(listed: Path, area_column: str | None = None) -> Prepared:
    if not listed.is_file():
        pytest.skip(f"{listed.name} is not there")
    return prepare(Inputs(str(listed), area_column), RULES)


def test_scilly_needs_a_lower_least_or_a_bridge(shared_data: Path) -> None:
    """Its one practice is an island; either change that is named makes a plan possible."""
    graph = _prepared(shared_data / "areas" / "cornwall_11N.csv").graph
    parts = connected_parts(graph, RULES)
    (island,) = [part for part in parts if len(part) == 1]
    seen = obstacles(graph, island, RULES, whole=False)
    least, bridge = reason_for(graph, island, RULES, seen).remedies
    assert divisible(graph, least.practice_codes, least.rules)
    bridged = nx.Graph(graph)
    bridged.add_edge(*bridge.edge, minutes=0.0)
    assert divisible(bridged, bridge.practice_codes, bridge.rules)
    assert (least.kind, bridge.kind) == ("least", "bridge")
    assert least.rules.least == graph.nodes[island[0]]["list_size"]


def test_no_practice_of_leeds_had_better_move(shared_data: Path) -> None:
    """The plan is proven best, so every allowed move costs something; and there are some."""
    graph = _prepared(shared_data / "areas" / "leeds_15F.csv").graph
    outcome = solve_area(graph, "", list(graph), RULES, Options(), Progress())
    assert outcome.result.status == "optimal"
    groups = [placed.practice_codes for placed in outcome.networks]
    hours = [move.cost for into in moves_into(graph, groups, RULES) for move in into if move.cost is not None]
    assert hours
    assert min(hours) >= -1e-6 * (outcome.result.cost or 0.0)


def test_the_areas_of_staffordshire_meet_along_lines(shared_data: Path) -> None:
    """Six areas; whoever meets over a line is in two areas and no neighbour today."""
    prepared = _prepared(shared_data / "areas" / "staffordshire_QNC.csv", "sub_icb_code")
    lines = area_lines(prepared)
    assert len(lines) >= 6
    for areas, edges in lines.items():
        for edge in edges:
            found = {prepared.graph.nodes[code]["area"] for code in (edge.code_a, edge.code_b)}
            assert found == set(areas)
            assert not prepared.graph.has_edge(edge.code_a, edge.code_b)
