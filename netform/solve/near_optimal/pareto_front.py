"""The exact Pareto front of two axes: every point proven, and nothing better between them beyond a resolution.

Between two neighbouring points left (less x) and right (less y) all plans not yet known lie in a box. First the
plan that is best by the weights of the box's diagonal is sought: it is a point of the front, or the diagonal is
proven to be an edge of its lower hull, below which nothing lies. What is left are triangles above such edges. In
one that is larger than the resolution a plan is sought that betters both neighbours by more than the resolution:
it is a point of the front whatever the weights (were it dominated, what dominates it would be better by the same
weights), or there is none. Every search is an exact set partitioning over all listed columns
(`netform.solve.exact.solver`); the one side row that bounds an axis is what keeps a plan inside its box.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.master.relaxation import relax
from netform.solve.model.outcome import Solution, WarmStart
from netform.solve.model.problem import SideRow, extent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from netform.solve.model.budget import Deadline
    from netform.solve.model.plan_model import PlanModel

__all__ = ["Traced", "TracedPoint", "boxes_above", "trace_front"]

# Plans nearer to each other than this on an axis count as one, hours per week: a quarter of a minute a day.
SAME = 1e-3


@dataclass(frozen=True, slots=True)
class FrontParams:
    """How the ends of a front are sought, and how long each question may take.

    Attributes
    ----------
    stand_ins : tuple of float
        Weights of the other axis in points that stand in for an end.
    share : float
        Of the time left, for each question.
    tie : float
        Weight of the other axis where ties are broken by it.
    """

    stand_ins: tuple[float, ...] = (0.1, 0.5, 2.0)
    share: float = 0.15
    tie: float = 0.02


FRONT = FrontParams()


@dataclass(frozen=True, slots=True)
class TracedPoint:
    """A plan of the front.

    Attributes
    ----------
    x, y : float
        Hours per week.
    chosen : ndarray of int64
        Its columns.
    supported : bool
        Whether some weights make it the best plan.
    """

    x: float
    y: float
    chosen: NDArray[np.int64]
    supported: bool


@dataclass(frozen=True, slots=True)
class Traced:
    """The front of a plan model.

    Attributes
    ----------
    points : tuple of TracedPoint
        By ascending x.
    resolution_x, resolution_y : float
        Hours.
    proven : bool
        Whether every box was settled in the time.
    unexplored : tuple of (float, float, float, float)
        Boxes (x from, x to, y from, y to) where plans may lie that are not shown.
    """

    points: tuple[TracedPoint, ...]
    resolution_x: float
    resolution_y: float
    proven: bool
    unexplored: tuple[tuple[float, float, float, float], ...]


@dataclass(slots=True)
class _Box:
    """What lies between two neighbouring points; every plan in it is above every plane.

    A plane (a, b, v) says that a x + b y >= v.
    """

    left: TracedPoint
    right: TracedPoint
    planes: list[tuple[float, float, float]]
    hull: bool = False
    settled: bool = False
    given_up: bool = False


def trace_front(
    model: PlanModel,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    deadline: Deadline,
    *,
    resolution: float = 0.02,
    complete: bool = False,
    on_point: Callable[[int], None] = lambda _points: None,
) -> Traced:
    """The plans that no other plan betters on one axis without losing on the other.

    Parameters
    ----------
    model : PlanModel
    x, y : ndarray of float64, shape (m,)
        Hours per week of every column on each axis.
    deadline : Deadline
    resolution : float
        Share of each axis's range over the front.
    complete : bool
        Find every point, whatever the resolution.
    on_point : callable
        Told how many points there are.

    Returns
    -------
    Traced
        Without points when time ran out before one was proven, and with one when there was no other. Where an end
        was not proven, a point that counts the other axis a little more stands in for it, and ``unexplored`` has
        what lies beyond.
    """
    tracer = _Tracer(model, (x, y), deadline, on_point)
    ends = tracer.ends()
    if ends is None:
        return Traced((), 0.0, 0.0, proven=False, unexplored=())
    left, right = ends
    share = 0.0 if complete else resolution
    tracer.step_x = max(SAME, share * (right.x - left.x))
    tracer.step_y = max(SAME, share * (left.y - right.y))
    tracer.trace(left, right)
    left_open = [
        (box.left.x, box.right.x, box.right.y, box.left.y)
        for box in tracer.boxes
        if tracer.spacious(box) and not (complete and box.settled)
    ]
    return Traced(
        points=tuple(sorted(tracer.points, key=lambda point: point.x)),
        resolution_x=0.0 if complete else tracer.step_x,
        resolution_y=0.0 if complete else tracer.step_y,
        proven=all(box.settled for box in tracer.boxes) and not tracer.beyond,
        unexplored=tuple(sorted([*tracer.beyond, *left_open])),
    )


def boxes_above(
    points: Sequence[tuple[float, float]],
    planes: Sequence[tuple[float, float, float]],
    corner: tuple[float, float],
) -> tuple[tuple[float, float, float, float], ...]:
    """Where plans may lie that no point of a front betters, given what no plan goes below.

    Parameters
    ----------
    points : sequence of (x, y)
        By ascending x, so descending y.
    planes : sequence of (a, b, v)
        Every plan has ``a x + b y >= v``.
    corner : (x, y)
        How far boxes reach beyond the ends.

    Returns
    -------
    tuple of (x from, x to, y from, y to)
    """
    stops = [0.0, *(x for x, _ in points), max(corner[0], points[-1][0])]
    roofs = [max(corner[1], points[0][1]), *(y for _, y in points)]
    boxes = []
    for begin, end, roof in zip(stops, stops[1:], roofs, strict=False):
        floor = max((max(0.0, v - a * end) / b for a, b, v in planes if b > 0), default=0.0)
        start = max((max(begin, (v - b * roof) / a) for a, b, v in planes if a > 0), default=begin)
        if end - start > SAME and roof - floor > SAME:
            boxes.append((start, end, floor, roof))
    return tuple(boxes)


@dataclass(slots=True)
class _Tracer:
    model: PlanModel
    # Hours of every column on each axis; an axis is 0 or 1.
    axes: tuple[NDArray[np.float64], NDArray[np.float64]]
    deadline: Deadline
    on_point: Callable[[int], None]
    step_x: float = SAME
    step_y: float = SAME
    points: list[TracedPoint] = field(default_factory=list)
    boxes: list[_Box] = field(default_factory=list)
    # Column bounds of the relaxation by each axis.
    column_bounds: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    warm: WarmStart | None = None
    # Where plans may lie beyond an end that was not proven.
    beyond: list[tuple[float, float, float, float]] = field(default_factory=list)
    # Duals of the practices by each axis.
    duals: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    def ends(self) -> tuple[TracedPoint, TracedPoint] | None:
        """The least x with the least y beside it, and the other way round."""
        if not self.model.codes:
            only = self.point(np.empty(0, np.int64), supported=True)
            self.points = [only]
            return only, only
        found = self.end(0), self.end(1)
        known = found[0] or found[1]
        if known is None:
            return None
        for axis, end in enumerate(found):
            # One proven point is worth showing; that it is not the whole front is said.
            if end is None:
                self.leave_open(axis, known, extent(self.model.store, self.axes[axis])[0])
        left, right = found[0] or known, found[1] or known
        self.points = [left] if right.x - left.x <= SAME or left.y - right.y <= SAME else [left, right]
        return left, right

    def end(self, axis: int) -> TracedPoint | None:
        """The plan of the least on an axis, and of the least on the other among those."""
        first, then = self.axes[axis], self.axes[1 - axis]
        best = self.solve_model(np.arange(len(first)), first, ())
        if best.status != "optimal" or best.chosen is None or best.trace is None:
            return self.nearest_end(axis, best.bound)
        self.column_bounds[axis] = best.trace.column_bounds
        # Whether a plan as good is better on the other axis is asked by the first axis all but alone: that is the
        # one whose bound is sharp here.
        limits = best.cost + SAME, math.fsum(then[best.chosen]) - SAME
        rows = (self.at_most(axis, limits[0]), self.at_most(1 - axis, limits[1]))
        kept = np.flatnonzero(best.trace.column_bounds <= limits[0])
        cutoff = limits[0] + FRONT.tie * limits[1] + SAME
        better = self.solve_model(kept, first + FRONT.tie * then, rows, cutoff)
        if better.status in ("optimal", "infeasible"):
            return self.point(best.chosen if better.chosen is None else better.chosen, supported=True)
        return self.nearest_end(axis, best.bound)

    def nearest_end(self, axis: int, bound: float) -> TracedPoint | None:
        """In place of an end that was not proven in its time: the point that counts the other axis a little more.

        No plan has less than the bound on the axis itself.
        """
        first, then = self.axes[axis], self.axes[1 - axis]
        for weight in FRONT.stand_ins:
            found = self.solve_model(np.arange(len(first)), first + weight * then, ())
            if found.status == "optimal" and found.chosen is not None:
                point = self.point(found.chosen, supported=True)
                least = max(bound, extent(self.model.store, self.axes[axis])[0])
                # Where none has less, none that has as much is better on the other axis either.
                if (point.x, point.y)[axis] - least > SAME:
                    self.leave_open(axis, point, least)
                return point
        return None

    def leave_open(self, axis: int, point: TracedPoint, least: float) -> None:
        """Note that plans may lie beyond a point, with at least so much on an axis."""
        most = extent(self.model.store, self.axes[1 - axis])[1]
        box = (least, point.x, point.y, most) if axis == 0 else (point.x, most, least, point.y)
        self.beyond.append(box)

    def at_most(self, axis: int, most: float) -> SideRow:
        """The rule that a plan has at most so many hours on an axis."""
        hours = self.axes[axis]
        if axis not in self.duals:
            self.duals[axis] = relax(self.model.partitioning(hours), self.deadline).duals.practices
        return SideRow(hours, -math.inf, most).priced(self.model.store, self.duals[axis])

    def point(self, chosen: NDArray[np.int64], *, supported: bool) -> TracedPoint:
        """The point of a plan."""
        x, y = (math.fsum(hours[chosen]) for hours in self.axes)
        return TracedPoint(x, y, chosen, supported)

    def solve_model(
        self,
        kept: NDArray[np.int64],
        costs: NDArray[np.float64],
        rows: tuple[SideRow, ...],
        cutoff: float = math.inf,
    ) -> Solution:
        """The best plan that uses only some columns; positions are those of the plan model."""
        everything = len(kept) == len(costs)
        partitioning = self.model.partitioning(costs, rows)
        found = solve_set_partitioning(
            partitioning if everything else partitioning.take(kept),
            # No single question may eat the time of the others.
            self.deadline.share(FRONT.share),
            cutoff=cutoff,
            warm=None if self.warm is None else self.warm.among(kept),
            trace=True,
        )
        if everything or found.trace is None:
            self.warm = found.trace
            return found
        # The next question is by other costs, by which none of these bounds holds.
        unknown = np.full(len(costs), -math.inf)
        self.warm = replace(found.trace, column_bounds=unknown, columns=kept[found.trace.columns])
        chosen = None if found.chosen is None else kept[found.chosen]
        return Solution(found.status, chosen, found.cost, found.bound)

    def trace(self, left: TracedPoint, right: TracedPoint) -> None:
        """Settle the largest box again and again."""
        if len(self.points) < 2:
            return
        self.boxes = [_Box(left, right, [])]
        while not self.deadline.passed:
            open_boxes = [box for box in self.boxes if not box.settled and not box.given_up]
            if not open_boxes:
                return
            box = max(open_boxes, key=lambda each: (self.size(each), -each.left.x))
            if not self.spacious(box) or self.size(box) <= 1:
                box.settled = True
            elif not box.hull:
                self.seek_hull(box)
            else:
                self.seek_inside(box)

    def spacious(self, box: _Box) -> bool:
        """Whether a plan could lie in a box that is not one of its corners."""
        return box.right.x - box.left.x > 2 * SAME and box.left.y - box.right.y > 2 * SAME

    def size(self, box: _Box) -> float:
        """By how many resolutions a plan in the box could better both neighbours at once, at most."""
        planes = [(1.0, 0.0, box.left.x), (0.0, 1.0, box.right.y), *box.planes]
        return min(
            (a * box.right.x + b * box.left.y - v) / (a * self.step_x + b * self.step_y) for a, b, v in planes
        )

    def weights(self, box: _Box) -> tuple[float, float]:
        """Weights by which both corners of a box are worth the same; they add up to 1."""
        width, height = box.right.x - box.left.x, box.left.y - box.right.y
        return height / (width + height), width / (width + height)

    def seek_hull(self, box: _Box) -> None:
        """The best plan by the weights of the diagonal, or the proof that none lies below it."""
        a, b = self.weights(box)
        diagonal = a * box.left.x + b * box.left.y
        kept = self.useful(box.right.x, box.left.y)
        found = self.solve_model(kept, a * self.axes[0] + b * self.axes[1], (), cutoff=diagonal - SAME)
        if found.status == "optimal" and found.chosen is not None:
            box.planes.append((a, b, found.cost))
            self.split(box, self.point(found.chosen, supported=True))
        elif found.status == "infeasible":
            box.hull = True
            box.planes.append((a, b, diagonal - SAME))
        else:
            box.given_up = True
            box.planes.append((a, b, min(found.bound, diagonal)))

    def seek_inside(self, box: _Box) -> None:
        """A plan that betters both neighbours by more than the resolution, or the proof that there is none."""
        a, b = self.weights(box)
        x_most, y_most = box.right.x - self.step_x, box.left.y - self.step_y
        rows = (self.at_most(0, x_most), self.at_most(1, y_most))
        kept, costs = self.useful(x_most, y_most), a * self.axes[0] + b * self.axes[1]
        found = self.solve_model(kept, costs, rows, cutoff=a * x_most + b * y_most + SAME)
        if found.status == "optimal" and found.chosen is not None:
            point = self.point(found.chosen, supported=False)
            # On an edge of the hull, weights make it as good as the two ends.
            edge = any(a * point.x + b * point.y <= v + 1.5 * SAME for a, b, v in box.planes)
            self.split(box, replace(point, supported=edge))
        elif found.status == "infeasible":
            box.settled = True
        else:
            box.given_up = True

    def useful(self, *most: float) -> NDArray[np.int64]:
        """The columns that a plan with at most so much on each axis may use."""
        useful = np.ones(len(self.model.store), np.bool_)
        for axis, column_bounds in self.column_bounds.items():
            useful &= column_bounds <= most[axis] + SAME
        return np.flatnonzero(useful)

    def split(self, box: _Box, point: TracedPoint) -> None:
        """Put a new point between two."""
        self.points.append(point)
        self.on_point(len(self.points))
        self.boxes.remove(box)
        self.boxes += [
            _Box(left, right, list(box.planes), hull=box.hull)
            for left, right in ((box.left, point), (point, box.right))
        ]
