"""Whatever the sites and the networks, the polygons are valid, disjoint and tile the ground."""

from __future__ import annotations

import json
from itertools import combinations, product
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from netform.audit import audit_boundaries
from netform.export.geojson import to_lonlat
from netform.inputs.places import Places
from netform.map.boundaries import CUT_GRID_M, network_boundaries, tile_areas
from netform.map.outer_edge import smooth_edge
from netform.map.territory import Territories, build_territories, living_extent, merge_sites, shared_borders
from netform.map.territory.coverage import GRID_M
from netform.plan.model import Network, Plan, Unplaced
from netform.practices.model import Practice, PracticeList
from tests.examples import examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

CENTRE = np.array([430_000.0, 433_000.0])


class Drawn(NamedTuple):
    """Practices by place, the random numbers to divide them with, and homes around them."""

    places: NDArray[np.float64]
    seed: int
    homes: NDArray[np.float64]


@st.composite
def drawn_places(draw: st.DrawFn) -> Drawn:
    """Draw few or many sites: scattered, on a line, a metre apart, several practices at one."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    count = draw(st.integers(1, 40))
    kind = draw(st.sampled_from(["scattered", "row", "diagonal", "lattice", "cluster"]))
    spread = draw(st.sampled_from([3.0, 500.0, 10_000.0, 60_000.0]))
    places = rng.uniform(-spread, spread, (count, 2))
    if kind == "row":
        places[:, 1] = 0
    elif kind == "diagonal":
        places[:, 1] = places[:, 0]
    elif kind == "lattice":
        places = np.rint(places / spread * 3) * spread / 3
    elif kind == "cluster":
        places[count // 2 :] = places[0] + rng.integers(-2, 3, (count - count // 2, 2))
    if draw(st.booleans()):
        places = places[rng.integers(0, count, count)]
    homes = rng.normal(0, spread, (draw(st.sampled_from([0, 5, 300])), 2))
    return Drawn(np.rint(CENTRE + places), seed, CENTRE + homes)


def networks_of(territories: Territories, seed: int) -> list[Network]:
    """Divide the practices into networks that hang together, at random, leaving out one now and then."""
    rng = np.random.default_rng(seed)
    site_of = territories.sites.site_of
    pairs, _ = shared_borders(territories)
    near = np.eye(len(territories.sites), dtype=bool)
    near[pairs[:, 0], pairs[:, 1]] = near[pairs[:, 1], pairs[:, 0]] = True
    free = set(rng.permutation(len(site_of)).tolist())
    networks = []
    while free:
        members = [free.pop()]
        for _ in range(int(rng.integers(0, 5))):
            joined = [each for each in sorted(free) if near[site_of[each], site_of[members]].any()]
            if joined:
                members.append(int(rng.choice(joined)))
                free.discard(members[-1])
        if rng.random() > 0.1:
            codes = tuple(f"P{each:03d}" for each in sorted(members))
            networks.append(Network(f"N{len(networks)}", "", "", codes, 1, codes[0], (0.0,) * len(codes), {}))
    return networks


def assert_tiles(polygons: NDArray[np.object_], extent: shapely.Geometry) -> None:
    """Assert that polygons are valid, disjoint and leave nothing of the extent out."""
    assert_fit_together(polygons)
    ground = shapely.union_all(polygons)
    # Sectors are noded on the grid of the cuts, which may shift a border by a step of it.
    assert ground.symmetric_difference(extent).area <= extent.length * CUT_GRID_M


def assert_fit_together(polygons: NDArray[np.object_]) -> None:
    """Assert that polygons are valid and disjoint, and meet vertex on vertex.

    `shapely.coverage_is_valid` means the same, but has false alarms where ground is left out: see
    `test_polygons_that_touch_themselves_fit_together`.
    """
    assert shapely.is_valid(polygons).all()
    assert not shapely.is_empty(polygons).any()
    ground = shapely.union_all(polygons)
    assert abs(shapely.area(polygons).sum() - ground.area) <= 1e-9 * ground.area
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(polygons))]
    segments = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    lines, corners = shapely.linestrings(segments), np.unique(segments.reshape(-1, 2), axis=0)
    assert not shapely.STRtree(lines).query(lines, predicate="crosses").size
    # A tenth of the grid of the cuts: no corner is so near a segment without being an end of it.
    near = shapely.STRtree(shapely.points(corners))
    segment, corner = near.query(lines, predicate="dwithin", distance=CUT_GRID_M / 10)
    assert (segments[segment] == corners[corner][:, None]).all(axis=2).any(axis=1).all()


def test_polygons_that_touch_themselves_fit_together() -> None:
    """A ring and its hole share a corner, where an edge of the neighbour begins that nobody is beyond.

    GEOS 3.14 calls this no coverage: at that corner it compares the edge with the hole alone.
    """
    # The hole of the first is a triangle that hangs from (2, 2); the second lies above it, from 2 to 4, and what
    # is left of it is nobody's.
    touching = shapely.Polygon([(0, 0), (6, 0), (6, 4), (4, 4), (2, 2), (0, 2)], [[(2, 2), (3, 1), (1, 1)]])
    beside = shapely.Polygon([(2, 2), (4, 4), (2, 4)])
    both = np.array([touching, beside], dtype=object)
    assert_fit_together(both)
    assert not shapely.coverage_is_valid(both)


@pytest.mark.parametrize(
    "other",
    [
        shapely.box(2, 0, 4, 3),  # its edge is longer, and a corner of the first lies in it
        shapely.box(1.9999999, 0, 4, 2),  # it overlaps by a hair
        shapely.Polygon([(2, 0), (4, 0), (4, 2), (2, 2), (2, 1)]),  # a corner more than the first has
        shapely.Polygon([(2 + 1e-8, 0), (4, 0), (4, 2), (2, 2)]),  # a hairline gap
    ],
)  # fmt: skip
def test_polygons_that_do_not_fit_are_found(other: shapely.Geometry) -> None:
    """The first is 2 m square; whatever GEOS finds wrong, and gaps that it does not, are found."""
    with pytest.raises(AssertionError):
        assert_fit_together(np.array([shapely.box(0, 0, 2, 2), other], dtype=object))


@given(drawn_places())
@examples(60)
def test_territories_tile_their_extent(drawn: Drawn) -> None:
    """Each site stands in its own territory, and the territories are a coverage of where people live."""
    sites = merge_sites(*drawn.places.T)
    extent = living_extent(drawn.homes, sites)
    assert extent.is_valid
    assert shapely.distance(extent, shapely.points(sites.points)).max() == 0
    territories = build_territories(sites, extent)
    assert_tiles(territories.polygons, territories.extent)
    assert shapely.coverage_is_valid(territories.polygons)
    assert territories.extent.symmetric_difference(extent).area <= extent.length * GRID_M
    assert shapely.distance(territories.polygons, shapely.points(sites.points)).max() <= 1


@given(drawn_places())
@examples(60)
def test_a_smooth_edge_moves_no_site_and_no_neighbour(drawn: Drawn) -> None:
    """Smoothed, territories are a coverage still, of the same sites with the same neighbours and no more pieces."""
    sites = merge_sites(*drawn.places.T)
    before = build_territories(sites, living_extent(drawn.homes, sites))
    after = smooth_edge(before)
    assert_tiles(after.polygons, after.extent)
    assert shapely.coverage_is_valid(after.polygons)
    assert shapely.distance(after.polygons, shapely.points(sites.points)).max() <= 1
    assert shared_borders(after)[0].tolist() == shared_borders(before)[0].tolist()
    assert (shapely.get_num_geometries(after.polygons) <= shapely.get_num_geometries(before.polygons)).all()


@given(drawn_places())
@examples(60)
def test_networks_tile_and_hold_their_practices(drawn: Drawn) -> None:
    """Every practice stands in its own network's polygon, and so after rounding to degrees."""
    sites = merge_sites(*drawn.places.T)
    territories = build_territories(sites, living_extent(drawn.homes, sites))
    networks = networks_of(territories, drawn.seed)
    codes = [f"P{index:03d}" for index in range(len(drawn.places))]
    grounds = network_boundaries(networks, codes, territories)
    if not networks:
        assert not grounds
        return
    polygons = np.array(list(grounds.values()), dtype=object)
    placed = {code for network in networks for code in network.practice_codes}
    taken = sorted({int(sites.site_of[index]) for index, code in enumerate(codes) if code in placed})
    assert_tiles(polygons, shapely.union_all(territories.polygons[taken]))
    for network in networks:
        points = shapely.points(drawn.places[[codes.index(code) for code in network.practice_codes]])
        assert shapely.distance(grounds[network.network_id], points).max() <= 1
    assert_right_on_a_globe(polygons)


@given(drawn_places())
@examples(40)
def test_what_is_left_out_is_outside(drawn: Drawn) -> None:
    """No network has ground of a site that is left out, all ground of others, and no such practice inside it."""
    sites = merge_sites(*drawn.places.T)
    territories = build_territories(sites, living_extent(drawn.homes, sites))
    networks = networks_of(territories, drawn.seed)
    codes = [f"P{index:03d}" for index in range(len(drawn.places))]
    placed = {code for network in networks for code in network.practice_codes}
    outside = [code for code in codes if code not in placed]
    grounds = network_boundaries(networks, codes, territories, outside=outside)
    plan = Plan((), tuple(networks), tuple(Unplaced(code, "left out") for code in outside), (), {})
    practices = PracticeList(tuple(Practice(code, "", "", 1) for code in codes))
    places = Places(*drawn.places.T, ("list",) * len(codes), np.empty((0, 2)), "drawn")
    assert list(grounds) == [network.network_id for network in networks]
    if grounds:
        assert_fit_together(np.array(list(grounds.values()), dtype=object))
    audit_boundaries(
        grounds,
        plan,
        practices,
        places,
        ground=territories.extent,
        territories=dict(zip(codes, territories.polygons[sites.site_of], strict=True)),
        outside=outside,
    )


@given(drawn_places(), st.integers(2, 4))
@examples(40)
def test_areas_solved_apart_tile_together(drawn: Drawn, areas: int) -> None:
    """Areas whose practices are all mixed up still get ground that tiles what they claim together."""
    area_of = np.random.default_rng(drawn.seed).integers(0, areas, len(drawn.places))
    parts = []
    for area in np.unique(area_of):
        practices = np.flatnonzero(area_of == area)
        sites = merge_sites(*drawn.places[practices].T)
        parts.append((practices, build_territories(sites, living_extent(drawn.homes, sites))))
    whole = tile_areas(parts)
    assert_tiles(whole.polygons, whole.extent)
    assert shapely.coverage_is_valid(whole.polygons)
    claimed = shapely.union_all([territories.extent for _, territories in parts])
    assert whole.extent.symmetric_difference(claimed).area <= claimed.length * GRID_M
    assert shapely.distance(whole.polygons[whole.sites.site_of], shapely.points(drawn.places)).max() <= 1


def assert_right_on_a_globe(polygons: NDArray[np.object_]) -> None:
    """Assert that rounding to degrees kept the coverage, and that rings wind as RFC 7946 says."""
    degrees = to_lonlat(polygons)
    assert shapely.is_valid(degrees).all()
    overlap = shapely.area(degrees).sum() - shapely.union_all(degrees).area
    assert abs(overlap) <= 1e-6 * shapely.area(degrees).sum()
    for text in shapely.to_geojson(degrees):
        shape = json.loads(text)
        for part in [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]:
            assert [signed_area(ring) > 0 for ring in part] == [True] + [False] * (len(part) - 1)
            assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in part)
            assert all(round(number, 7) == number for ring in part for place in ring for number in place)


def signed_area(ring: list[list[float]]) -> float:
    """Return the shoelace area of a ring: above zero when it runs anticlockwise."""
    x, y = (np.array(ring) - ring[0]).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


@given(st.integers(0, 2**32 - 1), st.integers(4, 14))
@examples(120)
def test_networks_are_one_piece_wherever_sites_can_be_divided_so(seed: int, count: int) -> None:
    """Plain enough: at every shared site some choice of neighbours reaches every part, and no two networks cross."""
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, count, count + count // 2)
    places = np.rint(CENTRE + rng.uniform(-5_000, 5_000, (count, 2)))[chosen]
    territories = build_territories(merge_sites(*places.T), shapely.box(*(CENTRE - 6_000), *(CENTRE + 6_000)))
    networks = networks_of(territories, seed)
    codes = [f"P{index:03d}" for index in range(len(places))]
    at = dict(zip(codes, territories.sites.site_of.tolist(), strict=True))
    sites_of = [{at[code] for code in network.practice_codes} for network in networks]
    grounds = network_boundaries(networks, codes, territories)
    if can_be_divided(territories, sites_of):
        for network in networks:
            assert grounds[network.network_id].geom_type == "Polygon"


def can_be_divided(territories: Territories, sites_of: list[set[int]]) -> bool:
    """Say whether no two shared sites border, and each can be divided by itself, by trying every choice."""
    pairs, _ = shared_borders(territories)
    graph = nx.Graph(pairs.tolist())
    points = territories.sites.points
    shared = [site for site in range(len(points)) if sum(site in sites for sites in sites_of) > 1]
    if any(graph.has_edge(one, other) for one, other in combinations(shared, 2)):
        return False
    for site in shared:
        around = sorted(graph.adj[site], key=lambda other: np.arctan2(*(points[other] - points[site])[::-1]))
        wanted = []
        for network, sites in enumerate(sites_of):
            if site in sites:
                parts = nx.connected_components(graph.subgraph(sites - set(shared)))
                gates = [[place for place, other in enumerate(around) if other in part] for part in parts]
                wanted += [(network, gate) for gate in gates if gate]
        choices = product(*(gate for _, gate in wanted))
        if not any(_apart([network for network, _ in wanted], choice) for choice in choices):
            return False
    return True


def _apart(networks: list[int], places: tuple[int, ...]) -> bool:
    """Whether no two networks alternate around a site."""
    order = [networks[index] for index in np.argsort(places)]
    return not any(a == c != b == d for a, b, c, d in combinations(order, 4))
