"""The graph of neighbours, on lists small enough to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from netform.inputs.edges import EdgeChange
from netform.inputs.places import Places
from netform.inputs.travel import Travel, build_travel
from netform.map.graph import area_positions, build_graph, graph_of_edges, published_edges
from netform.map.territory import build_territories, merge_sites
from netform.plan.model import Edge
from netform.practices.model import Practice, PracticeList
from netform.rules.toml import load_profile

if TYPE_CHECKING:
    import networkx as nx

RULES = load_profile()


def _listed(*practices: tuple[str, float, float, str]) -> tuple[PracticeList, Places, Travel]:
    """Practices by code, easting, northing and area, in order of code."""
    listed = PracticeList(
        tuple(
            Practice(code, f"Surgery {code}", "", 1000 * (index + 1), area=area, row=index + 2)
            for index, (code, _, _, area) in enumerate(practices)
        )
    )
    points = np.array([(east, north) for _, east, north, _ in practices], np.float64)
    places = Places(points[:, 0], points[:, 1], ("list",) * len(practices), np.empty((0, 2)), "made up")
    return listed, places, build_travel(places, RULES)


def _built(
    *practices: tuple[str, float, float, str], changes: tuple[EdgeChange, ...] = (), half_width_m: float = 500
) -> nx.Graph:
    """The graph of practices whose areas are strips of ground, 1 km high, along their sites."""
    listed, places, travel = _listed(*practices)
    parts = []
    for positions in area_positions(listed).values():
        sites = merge_sites(places.easting[positions], places.northing[positions])
        ground = shapely.box(
            sites.easting.min() - 1000,
            sites.northing.min() - half_width_m,
            sites.easting.max() + 1000,
            sites.northing.max() + half_width_m,
        )
        parts.append((positions, build_territories(sites, ground)))
    return build_graph(listed, places, travel, parts, changes)


def _kinds(graph: nx.Graph) -> dict[tuple[str, str], str]:
    return {(edge.code_a, edge.code_b): edge.kind for edge in published_edges(graph)}


def test_sites_in_a_row_are_neighbours_of_the_next() -> None:
    """Three sites 2 km apart in a strip 1 km high share two upright borders of 1 km."""
    graph = _built(("A", 0, 0, ""), ("B", 2000, 0, ""), ("C", 4000, 0, ""))

    assert _kinds(graph) == {("A", "B"): "border", ("B", "C"): "border"}
    edge = graph.edges["A", "B"]
    assert edge["border_m"] == pytest.approx(1000)
    assert edge["distance_km"] == 2.0
    # 2 ** 0.737 = 1.66671, so 5.4 + 2.92 * 1.66671 = 10.2668.
    assert edge["minutes"] == pytest.approx(10.2668, abs=1e-3)


def test_nodes_say_what_the_terms_need() -> None:
    """Position, list sizes, area and place; the weighted list is the plain one where there is none."""
    listed, places, travel = _listed(("A", 5, 6, "N"), ("B", 7, 8, "S"))
    weighted = PracticeList(
        (
            listed.practices[0],
            Practice("B", "", "", 2000, area="S", weighted_list_size=2345.6),
        )
    )
    graph = graph_of_edges(weighted, places, travel, [], [])

    assert graph.nodes["A"] == {
        "position": 0,
        "list_size": 1000,
        "weighted_list_size": 1000.0,
        "area": "N",
        "easting": 5.0,
        "northing": 6.0,
        "pcn_code": "",
        "pcn_list_size": 0,
        "clinical_fte": None,
        "shortfall_fte": None,
        "sides": (),
        "residents": {},
        "neighbourhoods": {},
    }
    assert graph.nodes["B"]["weighted_list_size"] == 2345.6
    assert graph.graph["travel"] is travel


def test_practices_of_one_site_are_neighbours_and_share_their_neighbours() -> None:
    """Two practices at B are neighbours, no minutes apart, and each of both A and C."""
    graph = _built(("A", 0, 0, ""), ("B1", 2000, 0, ""), ("B2", 2000, 0, ""), ("C", 4000, 0, ""))

    assert _kinds(graph) == {
        ("A", "B1"): "border",
        ("A", "B2"): "border",
        ("B1", "B2"): "site",
        ("B1", "C"): "border",
        ("B2", "C"): "border",
    }
    assert graph.edges["B1", "B2"]["minutes"] == graph.edges["B1", "B2"]["border_m"] == 0.0


def test_a_site_alone_and_all_at_one_site() -> None:
    """One practice has no neighbour; several at one place are all neighbours of one another."""
    assert _kinds(_built(("A", 0, 0, ""))) == {}
    together = _built(("A", 0, 0, ""), ("B", 0, 0, ""), ("C", 0.2, 0.3, ""))
    assert _kinds(together) == {("A", "B"): "site", ("A", "C"): "site", ("B", "C"): "site"}


def test_no_edge_joins_two_areas() -> None:
    """Practices a kilometre apart, or at one place, are no neighbours across the line; nor by decree."""
    graph = _built(
        ("A", 0, 0, "North"),
        ("B", 2000, 0, "North"),
        ("C", 2000, 0, "South"),
        ("D", 3000, 0, "South"),
        changes=(EdgeChange("B", "C"),),
    )

    assert _kinds(graph) == {("A", "B"): "border", ("C", "D"): "border"}


def test_areas_are_listed_in_order_with_their_practices() -> None:
    """Positions ascend within an area, and areas go by name."""
    listed, _, _ = _listed(("A", 0, 0, "S"), ("B", 0, 0, "N"), ("C", 0, 0, "S"))
    found = {area: positions.tolist() for area, positions in area_positions(listed).items()}
    assert found == {"N": [1], "S": [0, 2]}
    assert list(found) == ["N", "S"]


def test_edges_are_added_and_dropped() -> None:
    """A dropped edge is gone, a bridge joins what does not touch, and dropping nothing does nothing."""
    graph = _built(
        ("A", 0, 0, ""),
        ("B", 2000, 0, ""),
        ("C", 4000, 0, ""),
        changes=(
            EdgeChange("B", "A", drop=True),
            EdgeChange("C", "A", drop=True),
            EdgeChange("A", "C"),
        ),
    )

    assert _kinds(graph) == {("A", "C"): "bridge", ("B", "C"): "border"}
    assert graph.edges["A", "C"]["border_m"] == 0.0
    assert graph.edges["A", "C"]["distance_km"] == 4.0


def test_adding_an_edge_that_is_there_changes_nothing() -> None:
    """A border stays a border, with its length."""
    rows = (("A", 0.0, 0.0, ""), ("B", 2000.0, 0.0, ""))
    assert published_edges(_built(*rows, changes=(EdgeChange("B", "A"),))) == published_edges(_built(*rows))


def test_a_graph_of_edges_has_those_alone() -> None:
    """The user's graph stands in place of the built one, but for edges between areas; changes come after."""
    listed, places, travel = _listed(
        ("A", 0, 0, "N"), ("B", 1000, 0, "N"), ("C", 2000, 0, "N"), ("D", 3000, 0, "S")
    )
    edges = (EdgeChange("C", "A", kind="border"), EdgeChange("A", "B"), EdgeChange("C", "D"))
    graph = graph_of_edges(
        listed, places, travel, edges, (EdgeChange("A", "B", drop=True), EdgeChange("B", "C", kind="site"))
    )

    assert list(graph) == ["A", "B", "C", "D"]
    assert _kinds(graph) == {("A", "C"): "border", ("B", "C"): "site"}


def test_published_edges_are_sorted_and_complete() -> None:
    """Each edge once, the smaller code first, in order of codes, with everything it carries."""
    listed, places, travel = _listed(("A", 0, 0, ""), ("B", 1000, 0, ""), ("C", 2000, 0, ""))
    graph = graph_of_edges(listed, places, travel, (EdgeChange("C", "B"), EdgeChange("C", "A")), ())

    # 1 km takes 5.4 + 2.92 = 8.32 minutes, 2 km 10.2668.
    assert published_edges(graph) == (
        Edge("A", "C", "bridge", pytest.approx(10.2668, abs=1e-3), 0.0, 2.0),
        Edge("B", "C", "bridge", pytest.approx(8.32), 0.0, 1.0),
    )
