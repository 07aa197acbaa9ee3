"""Links: blocks that a site gave up come back where more patients then live at home, and nobody is cut off."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netform.map.territory.grown import most_patients
from netform.map.territory.links import joined, with_links
from tests.examples import examples


def _linked(
    owner: list[int], home: list[int], pairs: list[tuple[int, int]], wishes: list[dict[int, float]]
) -> list[int]:
    most = np.array([most_patients(wish) for wish in wishes])
    fixed = [face for face in home if face >= 0]
    found = with_links(np.array(owner), np.array(home), np.array(pairs).reshape(-1, 2), wishes, most, fixed)
    assert isinstance(found, np.ndarray)
    return [int(each) for each in found]


# Faces in two rows: 0 1 2 3 above, 4 5 6 7 below, each beside those left, right, above and below. Site 0 stands on 0,
# site 1 on 4.
LADDER = [(0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7), (0, 4), (1, 5), (2, 6), (3, 7)]


def test_a_block_comes_back_over_what_is_between() -> None:
    """Face 3 is site 0's by 90 to 10; over 1 and 2, in which it has 5 fewer each, 80 - 10 more are at home."""
    wishes = [{0: 9.0}, {0: 20.0, 1: 25.0}, {0: 20.0, 1: 25.0}, {0: 90.0, 1: 10.0}, *[{1: 50.0}] * 4]
    assert _linked([0, 1, 1, 1, 1, 1, 1, 1], [0, 4], LADDER, wishes) == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_block_stays_where_the_way_costs_more() -> None:
    """In 1 and 2 site 0 has 45 fewer each: 90 to win 80."""
    wishes = [{0: 9.0}, {0: 5.0, 1: 50.0}, {0: 5.0, 1: 50.0}, {0: 90.0, 1: 10.0}, *[{1: 50.0}] * 4]
    assert _linked([0, 1, 1, 1, 1, 1, 1, 1], [0, 4], LADDER, wishes) == [0, 1, 1, 1, 1, 1, 1, 1]


def test_nobody_is_cut_off_for_it() -> None:
    """In one row the way to the last face would cut site 1 off from its own, and lead over where it stands."""
    row = [(0, 1), (1, 2), (2, 3)]
    wishes = [{0: 9.0}, {0: 1.0, 1: 1.5}, {0: 2.0, 1: 2.5}, {0: 90.0, 1: 10.0}]
    assert _linked([0, 1, 1, 1], [0, 2], row, wishes) == [0, 1, 1, 1]
    # Site 1 stands on 1, below it 4 is its own by much: taking 1 is forbidden, and so is any way round.
    wishes = [{0: 9.0}, {1: 9.0}, {0: 90.0}, {0: 90.0}]
    assert _linked([0, 1, 1, 1], [0, 1], row, wishes) == [0, 1, 1, 1]


def test_groups_of_faces() -> None:
    """Joined directly or through others among them."""
    assert joined([1, 2, 4, 7], np.array([(1, 2), (2, 3), (4, 7), (3, 4)])) == [[1, 2], [4, 7]]
    assert joined([], np.empty((0, 2), np.int64)) == []


@st.composite
def drawn_map(draw: st.DrawFn) -> tuple[list[int], list[int], list[tuple[int, int]], list[dict[int, float]]]:
    """Draw a lattice of faces, divided among sites so that each has one piece around where it stands."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    wide, high = draw(st.integers(2, 6)), draw(st.integers(2, 5))
    pairs = [
        (y * wide + x, y * wide + x + step)
        for y in range(high)
        for x in range(wide)
        for step in ((1,) if x + 1 < wide else ()) + ((wide,) if y + 1 < high else ())
    ]
    sites = draw(st.integers(1, min(4, wide * high)))
    home = [int(each) for each in rng.permutation(wide * high)[:sites]]
    owner = [-1] * (wide * high)
    for site, face in enumerate(home):
        owner[face] = site
    while -1 in owner:
        ready = [(a, b) for one in pairs for a, b in (one, one[::-1]) if owner[a] >= 0 > owner[b]]
        a, b = ready[int(rng.integers(len(ready)))]
        owner[b] = owner[a]
    wishes = [{site: float(rng.integers(0, 20)) for site in range(sites)} for _ in owner]
    return owner, home, pairs, wishes


@given(drawn_map())
@examples(200)
def test_more_patients_are_at_home_and_all_hang_together(
    drawn: tuple[list[int], list[int], list[tuple[int, int]], list[dict[int, float]]],
) -> None:
    """Whatever the division to begin with; sites keep where they stand, and doing it again changes nothing."""
    owner, home, pairs, wishes = drawn
    after = _linked(owner, home, pairs, wishes)

    def at_home(owners: list[int]) -> float:
        return sum(wish[site] for wish, site in zip(wishes, owners, strict=True))

    assert at_home(after) >= at_home(owner)
    assert (after == owner) == (at_home(after) == at_home(owner))
    for site, face in enumerate(home):
        assert after[face] == site
        mine = [each for each, have in enumerate(after) if have == site]
        assert joined(mine, np.array(pairs).reshape(-1, 2)) == [mine]
    assert _linked(after, home, pairs, wishes) == after
