"""Roads as a graph: shortest ways, the main network, the nearest point."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netform.roads.network import RoadNetwork, main_network, nearest_points, network_of
from netform.roads.shortest import define_minutes, minutes_from
from tests.examples import examples

_POINTS = st.integers(0, 7)


def _network(count: int, legs: list[tuple[int, int, float]]) -> RoadNetwork:
    """Points 100 m apart from west to east."""
    places = np.column_stack([np.arange(count) * 100.0, np.zeros(count)])
    begins, ends = (np.array([leg[k] for leg in legs], np.int64) for k in (0, 1))
    return network_of(places, begins, ends, np.array([leg[2] for leg in legs], float))


@given(
    st.integers(1, 8),
    st.lists(st.tuples(_POINTS, _POINTS, st.sampled_from([0.0, 0.5, 1.0, 3.0])), max_size=20),
    st.sets(_POINTS),
)
@examples(100)
def test_the_kernel_is_the_definition(
    count: int, legs: list[tuple[int, int, float]], chosen: set[int]
) -> None:
    """To every point that is wanted, and that a way leads to; all of them where all are wanted."""
    network = _network(count, [leg for leg in legs if max(leg[:2]) < count])
    for start in range(count):
        plain = define_minutes(network.offsets, network.ends, network.minutes, start)
        for wanted in (np.ones(count, np.bool_), np.isin(np.arange(count), sorted(chosen))):
            found = minutes_from(network.offsets, network.ends, network.minutes, start, wanted)
            assert (found[wanted] == plain[wanted]).all()


def test_shortest_ways_by_hand() -> None:
    """Over 1 it is 2 + 2, straight 5; nothing leads back, nor to 3."""
    network = _network(4, [(0, 2, 5.0), (0, 1, 2.0), (1, 2, 2.0)])
    assert define_minutes(network.offsets, network.ends, network.minutes, 0).tolist() == [0, 2, 4, np.inf]
    back = network.reversed()
    assert define_minutes(back.offsets, back.ends, back.minutes, 2).tolist() == [4, 2, 0, np.inf]


def test_the_main_network_can_be_left_and_reached() -> None:
    """A dead end of a one-way street and a road by itself are no part of it."""
    legs = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (2, 3, 1.0), (4, 5, 1.0), (5, 4, 1.0)]
    assert main_network(_network(6, legs)).tolist() == [True, True, True, False, False, False]
    assert main_network(_network(1, [])).tolist() == [True]


def test_the_nearest_point_of_those_to_choose_from() -> None:
    """100 m apart: 240 is nearest to 200, to 300 where that is out, and nothing is within 10 m."""
    network = _network(5, [])
    site = np.array([[240.0, 0.0]])
    every = np.ones(5, np.bool_)
    points, metres = nearest_points(network, every, site, 500)
    assert (points.tolist(), metres.tolist()) == ([2], [40.0])
    assert nearest_points(network, np.arange(5) != 2, site, 500)[0].tolist() == [3]
    points, metres = nearest_points(network, every, site, 10)
    assert (points.tolist(), metres.tolist()) == ([-1], [np.inf])
