"""What is written on a map hides nothing that came before it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from netform.inputs.towns import Town
from netform.plan.model import Network
from netform.report.labels import Badge, Taken, place_badges, place_names, place_towns
from netform.report.shapes import Frame
from tests.examples import examples

SQUARE = shapely.box(100, 100, 500, 500)


def network(number: int, exception: str | None = None) -> Network:
    """Make a network of one practice."""
    return Network(f"N-{number:02d}", "", "N", ("A",), 1, "A", (0.0,), {}, exception)


def taken(*discs: tuple[float, float, float]) -> Taken:
    """Put discs on a drawing of 1,000 by 800."""
    return Taken(1_000, 800, np.array(discs, dtype=float).reshape(-1, 3))


def rectangle(badge: Badge) -> shapely.Geometry:
    """Give the ground that a badge covers."""
    width, height = badge.width / 2, badge.height / 2
    return shapely.box(badge.x - width, badge.y - height, badge.x + width, badge.y + height)


def test_gaps_are_of_the_label_and_not_of_its_middle() -> None:
    """A label of 40 by 20 at (100, 100), with a disc of 5 at (150, 100) and a box of 10 by 10 at (100, 140)."""
    here = np.array([(100.0, 100.0)])
    # To the right edge at 120 and the disc's rim at 145: 25. Down from 110 to the box's upper side at 135: 25 too.
    assert taken((150, 100, 5)).gaps(here, 40, 20) == pytest.approx([25])
    boxed = taken()
    boxed.add_box(100, 140, 10, 10)
    assert boxed.gaps(here, 40, 20) == pytest.approx([25])
    # At (30, 100) the label begins 10 from the left edge of the drawing.
    assert taken().gaps(np.array([(30.0, 100.0)]), 40, 20) == pytest.approx([10])


def test_a_badge_covers_no_hub() -> None:
    """A region of 80 units with a hub in its middle: the badge stands beside the hub, in the region."""
    region = shapely.box(0, 0, 80, 80).buffer(0)
    region = shapely.transform(region, lambda coords: coords + 300)
    (badge,) = place_badges([network(7)], [[region]], taken((340, 340, 8)))
    assert badge.text == "7"
    assert badge.leader is None
    assert region.contains(shapely.Point(badge.x, badge.y))
    assert rectangle(badge).distance(shapely.Point(340, 340)) >= 8


def test_a_badge_that_does_not_fit_has_a_line_to_its_region() -> None:
    """A region of 10 units that its practice fills: the badge stands outside, and the line ends within."""
    region = shapely.box(300, 300, 310, 310)
    (badge,) = place_badges([network(12, "pinned")], [[region]], taken((305, 305, 5)))
    assert badge.text == "12!"
    assert badge.leader is not None
    assert region.contains(shapely.Point(badge.leader))
    assert rectangle(badge).distance(shapely.Point(305, 305)) >= 5


def test_every_piece_of_a_network_has_its_number() -> None:
    """Two pieces, two badges."""
    pieces = [shapely.box(100, 100, 200, 200), shapely.box(400, 100, 500, 200)]
    badges = place_badges([network(3)], [pieces], taken())
    assert [badge.text for badge in badges] == ["3", "3"]
    assert [piece.contains(rectangle(badge)) for piece, badge in zip(pieces, badges, strict=True)] == [
        True,
        True,
    ]


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
@examples(60)
def test_badges_cover_no_practice_and_no_other_badge(seed: int, count: int) -> None:
    """Thirty regions of a map of 1,000 by 800, with up to ninety practices: there is room for all."""
    rng = np.random.default_rng(seed)
    discs = np.column_stack(
        (rng.uniform(100, 900, 3 * count), rng.uniform(100, 700, 3 * count), np.full(3 * count, 4.0))
    )
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(discs[::3, :2]), extend_to=shapely.box(50, 50, 950, 750))
    )
    regions = shapely.intersection(cells, shapely.box(50, 50, 950, 750)) if count > 1 else [SQUARE]
    on = taken(*discs)
    badges = place_badges([network(n) for n in range(len(regions))], [[each] for each in regions], on)
    assert len(badges) == len(regions)
    rectangles = [rectangle(badge).buffer(-0.2) for badge in badges]
    assert not any(one.intersects(other) for one, other in combinations(rectangles, 2))
    assert shapely.distance(np.array(rectangles)[:, None], shapely.points(discs[:, :2])).min() >= 4


def test_a_name_is_written_where_it_fits_into_its_region() -> None:
    """A name of 7 letters stands below its badge in a square of 400 units, and nowhere in one of 30."""
    small = shapely.box(600, 100, 630, 130)
    networks, shapes, on = [network(1), network(2)], [SQUARE, small], taken()
    badges = place_badges(networks, [[SQUARE], [small]], on)
    (word,) = place_names(["Pennine", "Elsewhere"], badges, shapes, on)
    assert word.text == "Pennine"
    assert word.x == badges[0].x
    assert word.y > badges[0].y + badges[0].height / 2


def test_a_name_too_long_for_a_line_stands_in_two() -> None:
    """In 120 units 28 letters of 6.7 do not fit; 13 and 14, the halves, do: 94 units, 13 from line to line."""
    narrow = shapely.box(100, 100, 220, 300)
    on = taken()
    badges = place_badges([network(1)], [[narrow]], on)
    words = place_names(["Windsor House Group Practice"], badges, [narrow], on)
    assert [word.text for word in words] == ["Windsor House", "Group Practice"]
    assert words[0].x == words[1].x
    assert words[1].y - words[0].y == pytest.approx(13)
    assert all(abs(word.y - badges[0].y) >= (13 + 19) / 2 for word in words)


def test_towns_are_few_and_the_largest_come_first() -> None:
    """Of two towns at one place the larger is at its place, the other beside it; a third is one too many."""
    # One metre to a tenth of a unit: the drawing shows 10 km by 8 km, its corner at the margin.
    frame = Frame(0.0, 8_000.0, 0.1, 1_032.0, 832.0)
    towns = [Town(name, 3_000.0, 5_000.0, 9_000) for name in ("Largetown", "Lesser", "Least")]
    away = Town("Away", 9_000.0, 1_000.0, 10)
    words = place_towns([*towns, away], [SQUARE], frame, taken(), np.empty((0, 2)), 2)
    assert [word.text for word in words] == ["Largetown", "Lesser"]
    # 16 + 3,000 * 0.1 and 16 + (8,000 - 5,000) * 0.1.
    assert (words[0].x, words[0].y) == (316, 316)
    assert abs(words[1].y - 316) >= 13 or abs(words[1].x - 316) >= 50


def test_a_town_off_the_ground_is_left_out() -> None:
    """Its name would say of somewhere else."""
    frame = Frame(0.0, 8_000.0, 0.1, 1_032.0, 832.0)
    assert (
        place_towns([Town("Away", 9_000.0, 1_000.0, 10)], [SQUARE], frame, taken(), np.empty((0, 2)), 9) == ()
    )


def test_a_town_moves_off_a_practice_and_is_left_out_amid_hubs() -> None:
    """A practice at the middle of a town: the name goes up or down by a line. Amid hubs it is left out."""
    frame = Frame(0.0, 8_000.0, 0.1, 1_032.0, 832.0)
    town, dots = Town("Town", 3_000.0, 5_000.0, 10), np.array([(316.0, 316.0)])
    (word,) = place_towns([town], [SQUARE], frame, taken(), dots, 9)
    assert abs(word.y - 316) >= 6.5
    hubs = taken(
        *(
            (316 + x, 316 + y, 8)
            for x in range(-60, 61, 15)
            for y in range(-60, 61, 15)
            if abs(x) + abs(y) > 0
        )
    )
    assert place_towns([town], [SQUARE], frame, hubs, dots, 9) == ()
