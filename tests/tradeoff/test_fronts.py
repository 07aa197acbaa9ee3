"""Fronts added up hold what trying every sum gives, and prices are slopes."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netform.tradeoff.fronts as under_test
from netform.tradeoff.fronts import going_rates, groups_by_area, marks_of, price_along, sum_fronts
from netform.tradeoff.model import Axis, Front, FrontPoint

X, Y = Axis("patient_travel", ("patient_travel",)), Axis("staff_travel", ("staff_travel",))
Places = list[tuple[int, int]]


def non_dominated(places: Places) -> Places:
    """Keep what nothing betters, by the definition, by ascending x."""
    return sorted({p for p in places if not any(q != p and q[0] <= p[0] and q[1] <= p[1] for q in places)})


def on_hull(place: tuple[int, int], places: Places) -> bool:
    """Whether some weighting of the axes makes a place the least: a slope to try is that between any two."""
    weights = {(1, 0), (0, 1)} | {
        (a[1] - b[1], b[0] - a[0])
        for a, b in itertools.permutations(places, 2)
        if a[0] < b[0] and a[1] > b[1]
    }
    # The ends win by the second axis among equals.
    return place in (places[0], places[-1]) or any(
        w * place[0] + v * place[1] == min(w * x + v * y for x, y in places) for w, v in weights if w and v
    )


def front(area: str, places: Places, shown: Places | None = None) -> Front:
    """Make a front of some of its places; the gaps where others are hidden are boxes."""
    shown = shown or places
    hidden = [place for place in places if place not in shown]
    points = tuple(
        FrontPoint(x, y, x + y, ((f"{area}{x}", f"{area}{y}"),), supported=on_hull((x, y), places))
        for x, y in shown
    )
    boxes = tuple(
        (float(a[0]), float(b[0]), float(b[1]), float(a[1]))
        for a, b in itertools.pairwise(shown)
        if any(a[0] < x < b[0] for x, _ in hidden)
    )
    best = min(points, key=lambda point: point.cost)
    reach = max([box[1] - box[0] for box in boxes], default=0.0)
    return Front(area, X, Y, points, reach, reach, proven=True, unexplored=boxes, best=best)


places = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=8).map(
    non_dominated
)


@st.composite
def partly_shown(draw: st.DrawFn) -> tuple[Places, Places]:
    """Draw a front, and what is shown of it: the ends and some others."""
    everything = draw(places)
    kept = [place for place in everything[1:-1] if draw(st.booleans())]
    return everything, sorted({everything[0], everything[-1], *kept})


def sums_of(lists: list[Places]) -> Places:
    """Add up one place of each list, every way."""
    return [(sum(x for x, _ in way), sum(y for _, y in way)) for way in itertools.product(*lists)]


@given(st.lists(places, min_size=2, max_size=4))
def test_complete_fronts_add_up_to_what_trying_every_sum_gives(drawn: list[Places]) -> None:
    """Every non-dominated sum is there, once, and no other."""
    total = sum_fronts([front(name, each) for name, each in zip("ABCD", drawn, strict=False)])
    expected = non_dominated(sums_of(drawn))
    assert [(point.x, point.y) for point in total.points] == expected
    assert [point.supported for point in total.points] == [on_hull(place, expected) for place in expected]
    assert (total.resolution_x, total.resolution_y, total.unexplored) == (0, 0, ())
    for point in total.points:
        assert math.fsum(int(codes[0][1:]) for codes in point.networks) == point.x
        assert point.cost == point.x + point.y


@given(st.lists(partly_shown(), min_size=2, max_size=3))
def test_what_is_not_shown_is_near_and_in_a_box(drawn: list[tuple[Places, Places]]) -> None:
    """Wherever areas hide plans, the sum says how far one can be from what it shows, and where."""
    total = sum_fronts([front(name, *each) for name, each in zip("ABC", drawn, strict=False)])
    for x, y in sums_of([everything for everything, _ in drawn]):
        assert any(
            point.x <= x + total.resolution_x and point.y <= y + total.resolution_y for point in total.points
        )
        bettered = any(point.x <= x and point.y <= y for point in total.points)
        boxed = any(a <= x <= b and c <= y <= d for a, b, c, d in total.unexplored)
        assert bettered or boxed


@given(places, places)
def test_thinning_keeps_to_what_it_states(one: Places, other: Places) -> None:
    """With room for two points only, every sum is still within the stated resolution of one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(under_test, "MOST_POINTS", 2)
        total = sum_fronts([front("A", one), front("B", other)])
    expected = non_dominated(sums_of([one, other]))
    assert (total.points[0].x, total.points[-1].y) == (expected[0][0], expected[-1][1])
    assert len(total.points) <= 4
    for x, y in expected:
        assert any(point.x <= x and point.y <= y + total.resolution_y + 1e-6 for point in total.points)


def test_a_sum_of_one_is_itself_and_of_none_is_refused() -> None:
    """There is nothing to add; axes have to agree."""
    one = front("A", [(0, 3), (2, 1)])
    assert sum_fronts([one]) is one
    with pytest.raises(ValueError, match="no front"):
        sum_fronts([])
    crossed = Front("B", Y, X, one.points, 0, 0, proven=True, unexplored=(), best=one.best)
    with pytest.raises(ValueError, match="axes"):
        sum_fronts([one, crossed])


def test_time_that_ran_out_is_told_of_the_sum() -> None:
    """One area without proof is enough, and its plans beyond the ends are in a box."""
    sure = front("A", [(0, 3), (2, 1)])
    unsure = Front(
        "B", X, Y, sure.points, 1, 1, proven=False, unexplored=((-1.0, 2.0, 1.0, 3.0),), best=sure.best
    )
    total = sum_fronts([sure, unsure])
    assert not total.proven
    assert min(box[0] for box in total.unexplored) == -1


@pytest.mark.parametrize(("shown", "width"), [([(0, 3), (2, 1)], 2.0), ([(0, 3)], 0.0)])
def test_a_sum_has_no_proven_end_where_an_area_has_none(shown: Places, width: float) -> None:
    """Beyond its first point, beyond its last, or neither; what is between its points does not count."""
    sure = front("A", shown)
    low = float(shown[-1][1])
    for box, x, y in (
        ((-1.0, 0.0, 3.0, 9.0), False, True),
        ((width, 9.0, low - 1, low), True, False),
        ((0.0, width, low, 3.0), True, True),
    ):
        unsure = replace(sure, area="B", proven=False, unexplored=(box,))
        assert (unsure.least_x_proven, unsure.least_y_proven) == (x, y)
        total = sum_fronts([sure, unsure])
        assert (total.least_x_proven, total.least_y_proven) == (x, y)
        assert set(marks_of(total)) >= {f"least_x{'' if x else '_found'}", f"least_y{'' if y else '_found'}"}


def test_the_resolution_of_an_area_counts_where_its_boxes_are_larger() -> None:
    """A box of 10 by 10 whose plans better both corners by no more than 1 on an axis reaches no farther."""
    area = front("A", [(0, 10), (10, 0)])
    boxed = Front(
        "A", X, Y, area.points, 1, 1, proven=True, unexplored=((0.0, 10.0, 0.0, 10.0),), best=area.best
    )
    total = sum_fronts([boxed, boxed])
    assert (total.resolution_x, total.resolution_y) == (2, 2)
    # Beside (0, 20) and (10, 10) lies what is at most 2 lower than the points up to 2 farther right.
    assert total.unexplored[0] == (0, 10, 8, 20)


def test_prices_are_slopes() -> None:
    """From (0, 10) to (1, 4) an hour of x is worth 6 of y; (2, 3.9) is off the hull to (4, 1), where it is 1."""
    points = tuple(
        FrontPoint(x, y, 0, ((str(x),),), supported=True) for x, y in ((0, 10), (1, 4), (2, 3.9), (4, 1))
    )
    drawn = Front("", X, Y, points, 0, 0, proven=True, unexplored=(), best=points[1])
    assert price_along(drawn) == pytest.approx((6, 0.1, 1.45))
    assert [(rate.start, rate.end, rate.hours) for rate in going_rates(drawn)] == [(0, 1, 6), (1, 3, 1)]
    assert marks_of(drawn) == {"least_x": 0, "knee": 1, "least_y": 3, "best": 1}


def test_one_point_has_no_price_and_every_mark() -> None:
    """Ends that coincide are a front all the same."""
    alone = front("A", [(3, 4)])
    assert price_along(alone) == going_rates(alone) == ()
    assert marks_of(alone) == {"least_x": 0, "knee": 0, "least_y": 0, "best": 0}


@given(places)
def test_going_rates_fall(drawn: Places) -> None:
    """Each hour of x saved costs more than the one before."""
    rates = [rate.hours for rate in going_rates(front("A", drawn))]
    assert all(a > b > 0 for a, b in itertools.pairwise(rates)) or len(rates) < 2


def test_networks_find_their_areas() -> None:
    """In the order of the areas, one sequence for each, empty ones too."""
    areas = {"N": ["A", "B"], "S": ["C"], "W": ["D"]}
    assert groups_by_area((("C",), ("A", "B")), areas) == [(("A", "B"),), (("C",),), ()]
