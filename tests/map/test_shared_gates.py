"""Gates of shared sites: whom they reach, and that they do not cross."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.map.shared_gates import Gate, chosen_gates, crossing, passages
from tests.examples import examples

OWNERS = st.lists(st.integers(0, 4), max_size=9)


def alternate(owners: list[int]) -> bool:
    """Two networks alternate when four places hold the one, the other, the one and the other."""
    return any(
        owners[a] == owners[c] != owners[b] == owners[d] for a, b, c, d in combinations(range(len(owners)), 4)
    )


@given(OWNERS)
@examples(300)
def test_crossing_is_that_two_networks_alternate(owners: list[int]) -> None:
    """The fast way says what four places say."""
    assert crossing(owners) == alternate(owners)


@pytest.mark.parametrize(
    ("owners", "within"),
    [
        ([], []),
        ([1], [()]),
        ([1, 2], [(), ()]),
        ([1, 1, 2], [(), (), ()]),
        ([1, 2, 1], [(), (), ()]),  # around the circle the ones are neighbours
        ([1, 2, 1, 3], [(), (1,), (), (1,)]),
        # Two has one more on either side than one sector, but is within a gap of one: three lies within both.
        ([1, 2, 3, 2, 1, 4], [(), (1,), (1, 2), (1,), (), (1,)]),
    ],
)  # fmt: skip
def test_who_passes_between_a_sector_and_the_site(owners: list[int], within: list[tuple[int, ...]]) -> None:
    """Networks with others on both sides pass by the site, the outermost nearest to it."""
    assert passages(owners) == within


@given(OWNERS)
@examples(300)
def test_passages_join_every_network(owners: list[int]) -> None:
    """Drawn as a raster of directions and steps from the site, every network hangs together."""
    if alternate(owners) or not owners:
        return
    within = passages(owners)
    depth = max(map(len, within)) + 1
    # Beyond its passages a sector is its network's to the rim.
    raster = np.array(
        [(*chain, *[owner] * (depth - len(chain))) for owner, chain in zip(owners, within, strict=True)]
    )
    for owner in set(owners):
        left = {(int(turn), int(step)) for turn, step in np.argwhere(raster == owner)}
        reached = [left.pop()]
        while reached:
            turn, step = reached.pop()
            beside = {
                ((turn + 1) % len(owners), step),
                ((turn - 1) % len(owners), step),
                (turn, step + 1),
                (turn, step - 1),
            }
            # At the site itself all directions meet.
            beside |= {(other, 0) for other in range(len(owners))} if step == 0 else set()
            reached += beside & left
            left -= beside
        assert not left


def gate(bearing: float, *beyond: tuple[int, int], metres: float = 100.0) -> Gate:
    """Make a gate in one direction."""
    return Gate(bearing, bearing, metres, frozenset(beyond))


def test_every_part_is_reached_by_its_longest_gate() -> None:
    """Network 1 has two gates to one part, network 2 has one."""
    gates = [gate(0, (1, 7), metres=50), gate(1, (1, 7), metres=80), gate(2, (2, 9))]
    assert chosen_gates(gates, roomy=True) == [(1, 1, 1), (2, 2, 2)]


def test_a_shorter_gate_is_taken_where_the_longest_would_cross() -> None:
    """Network 2 reaches its parts at 1 and 3; network 1 must be at 0 and, not to cross, at 4 in place of 2."""
    gates = [
        gate(0, (1, 5)), gate(1, (2, 6)), gate(2, (1, 7), metres=900), gate(3, (2, 8)), gate(4, (1, 7), metres=1),
    ]  # fmt: skip
    assert chosen_gates(gates, roomy=True) == [(0, 0, 1), (1, 1, 2), (3, 3, 2), (4, 4, 1)]


def test_where_all_cannot_be_reached_as_many_as_can_are() -> None:
    """Networks 1 and 2 alternate: one of the four parts is not reached."""
    gates = [gate(0, (1, 5)), gate(1, (2, 6)), gate(2, (1, 7)), gate(3, (2, 8))]
    assert len(chosen_gates(gates, roomy=True)) == 3


def test_without_room_at_the_site_nobody_passes_between() -> None:
    """Network 1 lies on both sides of 2 and of 3: with room it passes between them and the site."""
    gates = [gate(0, (1, 5)), gate(1, (2, 6)), gate(2, (1, 7)), gate(3, (3, 8))]
    assert len(chosen_gates(gates, roomy=True)) == 4
    assert len(chosen_gates(gates, roomy=False)) == 3


def test_a_gate_that_two_could_use_is_used_by_one() -> None:
    """Network 1 can go elsewhere, network 2 cannot."""
    gates = [gate(0, (1, 5), (2, 6), metres=500), gate(1, (1, 5), metres=10)]
    assert chosen_gates(gates, roomy=True) == [(0, 0, 2), (1, 1, 1)]
