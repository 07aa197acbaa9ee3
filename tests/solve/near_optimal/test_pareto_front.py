"""The front is that of trying everything: no better plan is missed, no worse one is shown."""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import netform.solve.near_optimal.pareto_front as under_test
from netform.rules.toml import load_profile
from netform.scores import ScoringData
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.outcome import Solution
from netform.solve.model.plan_model import PlanModel
from netform.solve.model.problem import SetPartitioning
from netform.solve.near_optimal.pareto_front import FRONT, SAME, Traced, TracedPoint, trace_front
from netform.tradeoff.model import parse_axis
from tests.brute_force import legal_plans, plan_costs, plan_hours, store_of
from tests.examples import examples
from tests.made_up_session import demanded, session_of
from tests.strategies import choices, made_up_area, small_areas

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from netform.rules.model import Rules
    from netform.tradeoff.model import Front, FrontPoint

QUICK = examples(150)

# What a proof may leave of an axis, hours: plans so near count as one (`netform.solve.near_optimal.pareto_front.SAME`).
NEAR = 1.5 * SAME
Points = list[tuple[float, float]]


def statement_of(partitioning: SetPartitioning) -> PlanModel:
    """State a drawn choice; its hours are given beside it, so that its practices need none."""
    rules = load_profile()
    practices = partitioning.store.practices
    graph = made_up_area([1000] * practices, [(0, 0)] * practices, [], rules)
    codes = tuple(sorted(graph, key=lambda code: int(code[1:])))
    data = ScoringData.of(graph, codes, rules)
    return PlanModel(codes, partitioning.store, data, partitioning.sides, partitioning.most_networks)


def bettered(x: float, y: float, plans: Points) -> bool:
    """Say whether some plan is as good on both axes and better on one by more than counts."""
    a, b = np.array(plans).T
    return bool((((a < x - NEAR) & (b <= y + 1e-9)) | ((a <= x + 1e-9) & (b < y - NEAR))).any())


def front_of(plans: Points) -> Points:
    """Keep the plans that no other betters."""
    return [(x, y) for x, y in sorted(set(plans)) if not bettered(x, y, plans)]


def assert_shown_are_best(points: Sequence[TracedPoint] | Sequence[FrontPoint], plans: Points) -> None:
    """Every point shown is a plan of the front, in order, and both ends are the least there is."""
    shown = [(point.x, point.y) for point in points]
    for x, y in shown:
        assert any(math.isclose(x, a, abs_tol=1e-6) and math.isclose(y, b, abs_tol=1e-6) for a, b in plans)
        assert not bettered(x, y, plans)
    assert [x for x, _ in shown] == sorted(x for x, _ in shown)
    assert [y for _, y in shown] == sorted((y for _, y in shown), reverse=True)
    assert shown[0][0] <= min(x for x, _ in plans) + NEAR
    assert shown[-1][1] <= min(y for _, y in plans) + NEAR


def assert_nothing_better_is_missed(
    points: Sequence[TracedPoint] | Sequence[FrontPoint], plans: Points, step_x: float, step_y: float
) -> None:
    """For every plan a shown one is no worse on one axis, and worse by no more than the resolution on the other."""
    for x, y in front_of(plans):
        assert any(
            (point.x <= x + NEAR and point.y <= y + step_y + NEAR)
            or (point.y <= y + NEAR and point.x <= x + step_x + NEAR)
            for point in points
        ), (x, y)


def assert_complete(points: Sequence[TracedPoint] | Sequence[FrontPoint], plans: Points) -> None:
    """Every plan of the front is shown, or one so near that it counts as the same."""
    for x, y in front_of(plans):
        assert any(point.x <= x + NEAR and point.y <= y + NEAR for point in points), (x, y)


def below_the_hull(point: tuple[float, float], plans: Points) -> float:
    """By how many hours (weights that add up to 1) the best weighting misses making the point the best plan.

    The weights at which another plan overtakes are those at which the two are worth the same.
    """
    run, rise = np.array(point)[:, None] - np.array(plans).T
    # w x + (1 - w) y = w a + (1 - w) b
    crossing = run * rise < 0
    weights = np.concatenate(([0.0, 1.0], np.unique(rise[crossing] / (rise - run)[crossing])))
    return float((weights[:, None] * run + (1 - weights[:, None]) * rise).max(axis=1).min())


def assert_support_is_right(points: Sequence[TracedPoint] | Sequence[FrontPoint], plans: Points) -> None:
    """A point said to be supported is the best plan by some weights; one said not to be is so by none."""
    for point in points:
        short = below_the_hull((point.x, point.y), plans)
        assert short <= NEAR if point.supported else short >= 0.2 * SAME, (point, short)


@st.composite
def axes(draw: st.DrawFn, candidates: int) -> NDArray[np.float64]:
    """Draw hours on an axis: any, whole ones with many ties, mostly none, or all alike."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from(["hours", "hours", "whole", "zeros", "equal"]))
    if kind == "hours":
        return random.random(candidates) * 100
    if kind == "whole":
        return random.integers(0, 6, candidates).astype(np.float64)
    if kind == "zeros":
        return np.where(random.random(candidates) < 0.6, 0.0, 50 * random.random(candidates))
    return np.full(candidates, 31.0)


@st.composite
def questions(draw: st.DrawFn) -> tuple[SetPartitioning, NDArray[np.float64], NDArray[np.float64], Points]:
    """Draw candidates with hours on two axes, and all their plans."""
    partitioning = draw(choices(candidates=60))
    x, y = (draw(axes(len(partitioning.store))) for _ in range(2))
    plans = [
        (math.fsum(x[list(plan)]), math.fsum(y[list(plan)]))
        for plan in plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    ]
    return partitioning, x, y, plans


@given(questions())
@examples(200)
def test_the_complete_front_of_any_candidates(
    drawn: tuple[SetPartitioning, NDArray[np.float64], NDArray[np.float64], Points],
) -> None:
    """With any groups, hours and side rows: exactly the plans of the front, and which of them some weights choose."""
    partitioning, x, y, plans = drawn
    if not plans:
        return
    traced = trace_front(statement_of(partitioning), x, y, NEVER, complete=True)
    assert traced.proven
    assert (traced.resolution_x, traced.resolution_y, traced.unexplored) == (0.0, 0.0, ())
    assert_shown_are_best(traced.points, plans)
    assert_complete(traced.points, plans)
    assert_support_is_right(traced.points, plans)


@given(questions(), st.sampled_from([0.0, 0.02, 0.1, 0.3, 1.0]))
@examples(200)
def test_a_resolution_is_kept(
    drawn: tuple[SetPartitioning, NDArray[np.float64], NDArray[np.float64], Points], resolution: float
) -> None:
    """Every shown point is of the front, and every plan is within the resolution of a shown one."""
    partitioning, x, y, plans = drawn
    if not plans:
        return
    traced = trace_front(statement_of(partitioning), x, y, NEVER, resolution=resolution)
    assert traced.proven
    assert_shown_are_best(traced.points, plans)
    assert_nothing_better_is_missed(traced.points, plans, traced.resolution_x, traced.resolution_y)
    assert_support_is_right(traced.points, plans)
    width = traced.points[-1].x - traced.points[0].x
    assert traced.resolution_x == pytest.approx(max(SAME, resolution * width))
    assert_boxes_hold_the_rest(traced, plans)


def assert_boxes_hold_the_rest(traced: Traced, plans: Points) -> None:
    """Every plan of the front that is not shown lies in one of the boxes said to be unexplored."""
    for x, y in front_of(plans):
        shown = any(point.x <= x + NEAR and point.y <= y + NEAR for point in traced.points)
        boxed = any(
            x0 - NEAR <= x <= x1 + NEAR and y0 - NEAR <= y <= y1 + NEAR
            for x0, x1, y0, y1 in traced.unexplored
        )
        assert shown or boxed, (x, y)


@given(questions(), st.integers(0, 400))
@QUICK
def test_whenever_time_runs_out_what_is_said_holds(
    drawn: tuple[SetPartitioning, NDArray[np.float64], NDArray[np.float64], Points], looks: int
) -> None:
    """The points are of the front, the boxes hold what is not shown, and proven means proven."""
    partitioning, x, y, plans = drawn
    if not plans:
        return
    ticks = count()
    deadline = Deadline(float(looks), lambda: float(next(ticks)))
    traced = trace_front(statement_of(partitioning), x, y, deadline, resolution=0.05)
    if not traced.points:
        assert not traced.proven
        return
    assert_shown_are_best(traced.points, plans)
    assert_boxes_hold_the_rest(traced, plans)
    if traced.proven:
        assert_nothing_better_is_missed(traced.points, plans, traced.resolution_x, traced.resolution_y)


PAIRS = [
    ("patient_travel", "workforce"),
    ("overhead", "patient_travel"),
    ("balance", "staff_travel"),
    ("patient_travel+staff_travel", "overhead+stranded_posts"),
]


def legal_points(graph: nx.Graph, rules: Rules, front: Front) -> Points | None:
    """Place every legal plan on the axes of a front; None when there is none."""
    legal = legal_plans(graph, rules)
    if legal is None:
        return None
    hours = [plan_hours(graph, legal.plans, rules, axis.terms) for axis in (front.x, front.y)]
    return list(zip(*hours, strict=True))


@given(small_areas(least=2), st.sampled_from(PAIRS), st.data())
@examples(70)
def test_the_complete_front_of_an_area(
    drawn: tuple[nx.Graph, Rules], pair: tuple[str, str], data: st.DataObject
) -> None:
    """With islands, practices over the band, exceptions, pins and what is left out: the front of all legal plans."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=("pins", "exclude", "apart", "together")))
    if legal_plans(graph, rules) is None:
        return
    session = session_of(graph, rules)
    if data.draw(st.booleans()):
        # What is kept of an earlier question must not show.
        session.solve(drawn[1])
    [front] = session.front(parse_axis(pair[0]), parse_axis(pair[1]), complete=True)
    legal = legal_plans(graph, rules)
    assert legal is not None
    plans = legal_points(graph, rules, front)
    assert plans is not None
    assert front.proven
    assert_shown_are_best(front.points, plans)
    assert_complete(front.points, plans)
    assert_support_is_right(front.points, plans)
    for point in (*front.points, front.best):
        assert point.networks in legal.plans
        [cost] = plan_hours(graph, [point.networks], rules)
        [x] = plan_hours(graph, [point.networks], rules, front.x.terms)
        [y] = plan_hours(graph, [point.networks], rules, front.y.terms)
        assert (point.cost, point.x, point.y) == pytest.approx((cost, x, y), rel=1e-9, abs=1e-6)
    best = min(plan_hours(graph, legal.plans, rules))
    assert front.best.cost == pytest.approx(best, rel=3e-7, abs=1e-6)


def test_three_points_by_hand() -> None:
    """Of (0, 10), (4, 8) and (10, 0) the middle is above the straight line (at 4 it is 6): no weights choose it.

    Two practices: together, or each apart in two ways.
    """
    partitioning = SetPartitioning(store_of([(0, 1), (0,), (1,), (1,)], 2), np.zeros(4), (), 2)
    x = np.array([0.0, 1.0, 3.0, 9.0])
    y = np.array([10.0, 0.0, 8.0, 0.0])
    # (0, 1) is (0, 10); (0,) with either (1,) is (4, 8) or (10, 0). Candidates of one set may be there twice.
    traced = trace_front(statement_of(partitioning), x, y, NEVER, complete=True)
    assert [(p.x, p.y, p.supported) for p in traced.points] == [
        (0.0, 10.0, True),
        (4.0, 8.0, False),
        (10.0, 0.0, True),
    ]
    # Half of each range is (5, 5): from (4, 8) it is 4 to the left point on x, so the two ends do.
    coarse = trace_front(statement_of(partitioning), x, y, NEVER, resolution=0.5)
    assert [(p.x, p.y) for p in coarse.points] == [(0.0, 10.0), (10.0, 0.0)]
    assert (coarse.resolution_x, coarse.resolution_y) == (5.0, 5.0)
    assert coarse.unexplored == ((0.0, 10.0, 0.0, 10.0),)


def test_ends_break_ties_on_the_other_axis() -> None:
    """Where y is all the same the front is one point, the least x; on equal x the least y is the left end."""
    partitioning = SetPartitioning(store_of([(0, 1), (0,), (1,), (1,)], 2), np.zeros(4), (), 2)
    same = trace_front(
        statement_of(partitioning), np.array([7.0, 1.0, 3.0, 9.0]), np.array([4.0, 2.0, 2.0, 2.0]), NEVER
    )
    assert [(p.x, p.y) for p in same.points] == [(4.0, 4.0)]
    # (5, 9), (5, 7) and (6, 1).
    ties = trace_front(
        statement_of(partitioning), np.array([5.0, 2.0, 3.0, 4.0]), np.array([9.0, 1.0, 6.0, 0.0]), NEVER
    )
    assert [(p.x, p.y) for p in ties.points] == [(5.0, 7.0), (6.0, 1.0)]


# (0, 100), (4, 8) and (100, 0): a tenth of the other axis is enough to make the middle the best.
FAR = SetPartitioning(store_of([(0, 1), (0,), (1,), (1,)], 2), np.zeros(4), (), 2)
FAR_X, FAR_Y = np.array([0.0, 1.0, 3.0, 99.0]), np.array([100.0, 0.0, 8.0, 0.0])


def without_ends(patch: pytest.MonkeyPatch, lost: Sequence[tuple[float, ...]]) -> None:
    """Let time run out over every question with these costs, before anything is known."""

    def lossy(partitioning: SetPartitioning, *given: Any, **options: Any) -> Solution:
        if tuple(partitioning.costs.round(6)) in lost:
            return Solution("unknown", None, math.inf, -math.inf)
        return solve_set_partitioning(partitioning, *given, **options)

    patch.setattr(under_test, "solve_set_partitioning", lossy)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("side", ["x", "y"])
def test_what_lies_beyond_an_end_that_is_not_proven_is_unexplored(
    side: str, both: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a point stands in for the end or there is none: the boxes hold every plan not shown."""
    first, then = (FAR_X, FAR_Y) if side == "x" else (FAR_Y, FAR_X)
    # The end alone, or the points that could stand in for it as well.
    weights = (0.0, *FRONT.stand_ins) if both else (0.0,)
    without_ends(monkeypatch, [tuple((first + weight * then).round(6)) for weight in weights])
    traced = trace_front(statement_of(FAR), FAR_X, FAR_Y, NEVER, complete=True)
    assert not traced.proven
    assert len(traced.points) == (1 if both else 2)
    assert_boxes_hold_the_rest(traced, [(0.0, 100.0), (4.0, 8.0), (100.0, 0.0)])
    beyond_x = min(box[0] for box in traced.unexplored) < traced.points[0].x - SAME
    beyond_y = min(box[2] for box in traced.unexplored) < traced.points[-1].y - SAME
    assert (beyond_x, beyond_y) == (side == "x", side == "y")


def test_a_stand_in_that_nothing_is_less_than_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of (0, 10), (4, 8) and (10, 0) the first has no hours of x at all, whatever question ran out of time."""
    x, y = np.array([0.0, 1.0, 3.0, 9.0]), np.array([10.0, 0.0, 8.0, 0.0])
    without_ends(monkeypatch, [tuple(x)])
    traced = trace_front(statement_of(FAR), x, y, NEVER, complete=True)
    assert traced.proven
    assert [(p.x, p.y) for p in traced.points] == [(0.0, 10.0), (4.0, 8.0), (10.0, 0.0)]


def test_points_are_told_of_and_no_time_gives_none() -> None:
    """One more each time; without time there are no ends, and nothing is said to be proven."""
    partitioning = SetPartitioning(store_of([(0, 1), (0,), (1,), (1,)], 2), np.zeros(4), (), 2)
    x, y = np.array([0.0, 1.0, 3.0, 9.0]), np.array([10.0, 0.0, 8.0, 0.0])
    told: list[int] = []
    trace_front(statement_of(partitioning), x, y, NEVER, complete=True, on_point=told.append)
    assert told == [3]
    late = trace_front(statement_of(partitioning), x, y, Deadline(0.0))
    assert not late.proven
    assert late.unexplored == (((0.0, 10.0, 0.0, 10.0),) if late.points else ())
