"""Networks that lie inside another."""

from __future__ import annotations

import networkx as nx
import numpy as np
import shapely

from netform.map.enclosed import at_the_edge, enclosed_networks
from netform.map.territory import build_territories, merge_sites


def grid(side: int) -> nx.Graph:
    """Make a board of practices, each a neighbour of the four beside it: ``r,c`` by row and column."""
    board = nx.grid_2d_graph(side, side)
    board = nx.relabel_nodes(board, {(row, column): f"{row},{column}" for row, column in board})
    nx.set_node_attributes(board, {code: code in rim(side) for code in board}, "at_edge")
    return board


def rim(side: int) -> set[str]:
    """List the practices at the edge of a board."""
    return {
        f"{r},{c}" for r in range(side) for c in range(side) if not (0 < r < side - 1 and 0 < c < side - 1)
    }


def test_the_middle_of_nine_squares_reaches_no_edge() -> None:
    """Eight squares lie along the rim of the ground; two practices share the one in the middle."""
    places = [(x, y) for x in (500, 1500, 2500) for y in (500, 1500, 2500)]
    sites = merge_sites(*np.array([*places, (1500, 1500)], dtype=float).T)
    territories = build_territories(sites, shapely.box(0, 0, 3000, 3000))
    assert sorted(set("ABCDEFGHIJ") - at_the_edge([(np.arange(10), territories)], "ABCDEFGHIJ")) == ["E", "J"]


def test_the_middle_lies_inside_the_ring_around_it() -> None:
    """A ring of eight around one."""
    board = grid(3)
    networks = {"ring": set(board) - {"1,1"}, "middle": {"1,1"}}
    assert enclosed_networks(board, networks) == [("middle", "ring")]


def test_two_networks_that_surround_a_third_together_enclose_nothing() -> None:
    """The middle has a way to the edge through either."""
    board = grid(3)
    west = {code for code in board if code.endswith(",0")} | {"0,1"}
    networks = {"west": west, "east": set(board) - west - {"1,1"}, "middle": {"1,1"}}
    assert enclosed_networks(board, networks) == []


def test_of_rings_around_rings_the_innermost_is_told() -> None:
    """A board of five by five: the rim, the ring within, and the middle."""
    board = grid(5)
    inner = {f"{r},{c}" for r in (1, 2, 3) for c in (1, 2, 3)} - {"2,2"}
    networks = {"rim": rim(5), "ring": inner, "middle": {"2,2"}}
    assert enclosed_networks(board, networks) == [("middle", "ring"), ("ring", "rim")]


def test_a_dead_end_at_the_edge_is_not_inside() -> None:
    """The tip of a peninsula is cut off without the network before it, and lies at the sea."""
    line = nx.path_graph(["A", "B", "C"])
    nx.set_node_attributes(line, True, "at_edge")
    assert enclosed_networks(line, {"1": {"A"}, "2": {"B"}, "3": {"C"}}) == []


def test_two_networks_inside_a_ring_are_both_told() -> None:
    """The middle of a board of four by four is two networks."""
    board = grid(4)
    networks = {"ring": rim(4), "left": {"1,1", "2,1"}, "right": {"1,2", "2,2"}}
    assert enclosed_networks(board, networks) == [("left", "ring"), ("right", "ring")]


def test_ground_without_a_way_to_the_edge_is_inside_nothing() -> None:
    """A practice whose borders were all dropped is no network's doing."""
    board = grid(3)
    board.remove_edges_from(list(board.edges("1,1")))
    networks = {"ring": set(board) - {"1,1"}, "middle": {"1,1"}}
    assert enclosed_networks(board, networks) == []
