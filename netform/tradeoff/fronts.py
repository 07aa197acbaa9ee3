"""Fronts read and added up: what an hour on one axis is worth on the other, and the front of several areas.

Pure functions of `netform.tradeoff.model.Front`; they know neither the solver nor the map.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netform.plan.grouping import Groups
from netform.tradeoff.model import FINEST, Front, FrontPoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "ExchangeRate",
    "best_points",
    "going_rates",
    "groups_by_area",
    "marks_of",
    "price_along",
    "sum_fronts",
]

# Sums of fronts are thinned to about so many points: more than a picture or a reader can tell apart.
MOST_POINTS = 1_000

# Differences of an hour below this come from the order of summation.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one hour of x is worth in hours of y between two points of a front.

    Attributes
    ----------
    start, end : int
        Indices of the points, ``start < end``.
    hours : float
        Hours of y given up for each hour of x saved on the way from ``end`` to ``start``.
    """

    start: int
    end: int
    hours: float


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums of points: their coordinates, and for each the index of the point of every front it adds up."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    parts: NDArray[np.int64]
    thinned_by: float


def price_along(front: Front) -> tuple[float, ...]:
    """Give what one hour of x is worth in hours of y between neighbouring points.

    Parameters
    ----------
    front : Front

    Returns
    -------
    tuple of float
        One fewer than there are points. Between two points that are close together it can be far from the
        going rate (`going_rates`), since plans come in whole steps.
    """
    points = front.points
    return tuple(_price(points[index], points[index + 1]) for index in range(len(points) - 1))


def best_points(points: Sequence[FrontPoint]) -> tuple[FrontPoint, ...]:
    """Leave out the points that another betters on one axis without losing on the other.

    Parameters
    ----------
    points : sequence of FrontPoint

    Returns
    -------
    tuple of FrontPoint
        By ascending x.
    """
    kept: list[FrontPoint] = []
    for point in sorted(points, key=lambda each: (each.x, each.y)):
        if not kept or point.y < kept[-1].y - FINEST:
            kept.append(point)
    return tuple(kept)


def going_rates(front: Front) -> tuple[ExchangeRate, ...]:
    """Give the prices between the supported points: each less than the one before it.

    Parameters
    ----------
    front : Front

    Returns
    -------
    tuple of ExchangeRate
        Along the lower left hull of the points, from the least x; empty for a front of one point.
    """
    corners = _hull(front.points, strict=True)
    return tuple(
        ExchangeRate(start, end, _price(front.points[start], front.points[end]))
        for start, end in itertools.pairwise(corners)
    )


def marks_of(front: Front) -> dict[str, int]:
    """Name the points that stand out: ``least_x``, ``knee``, ``least_y``, and ``best`` when it is on the front.

    An end that is not proven to be the least is ``least_x_found`` or ``least_y_found``.

    Parameters
    ----------
    front : Front

    Returns
    -------
    dict of str to int
        Indices into ``front.points``; several names may have the same.
    """
    marks = {
        "least_x" if front.least_x_proven else "least_x_found": 0,
        "knee": front.points.index(front.knee),
        "least_y" if front.least_y_proven else "least_y_found": len(front.points) - 1,
    }
    at = next(
        (i for i, point in enumerate(front.points) if _same_place(point, front.best)),
        None,
    )
    return marks if at is None else {**marks, "best": at}


def groups_by_area(groups: Groups, areas: Mapping[str, Sequence[str]]) -> list[Groups]:
    """Sort networks into the areas they lie in.

    Parameters
    ----------
    groups : tuple of tuple of str
    areas : mapping of str to sequence of str
        The practice codes of each area.

    Returns
    -------
    list of groups
        One for each area, in the order of ``areas``.
    """
    home = {code: area for area, codes in areas.items() for code in codes}
    sorted_in: dict[str, list[tuple[str, ...]]] = {area: [] for area in areas}
    for codes in groups:
        sorted_in[home[codes[0]]].append(codes)
    return [tuple(sorted_in[area]) for area in areas]


def sum_fronts(fronts: Sequence[Front]) -> Front:
    """Give the front of several areas together: each may be planned as if it were alone, so points add up.

    The sums of one point of each area, less those that another betters. Complete when every front is. Otherwise
    for every plan of all areas there is a shown point that is worse by no more than ``resolution_x`` on the one
    axis and ``resolution_y`` on the other: the resolutions of the areas added up. Wherever sums are more than a
    thousand they are thinned to those a thousandth of their range of y apart, which is added to
    ``resolution_y``.

    Parameters
    ----------
    fronts : sequence of Front
        At least one, of the same axes. A single one is returned as it is.

    Returns
    -------
    Front
        Its area is blank; ``supported`` are the points on the hull of what is shown whose parts all are.

    Raises
    ------
    ValueError
        There is no front, or their axes differ.
    """
    if not fronts:
        raise ValueError("there is no front to add up")
    if len({(front.x, front.y) for front in fronts}) > 1:
        raise ValueError("fronts of different axes do not add up")
    if len(fronts) == 1:
        return fronts[0]
    sums = _added([_as_sums(front) for front in fronts])
    points = _supported([_joined(fronts, parts) for parts in sums.parts.tolist()])
    reaches = [_reach(front) for front in fronts]
    reach_x = math.fsum(x for x, _ in reaches)
    reach_y = math.fsum(y for _, y in reaches) + sums.thinned_by
    return Front(
        area="",
        x=fronts[0].x,
        y=fronts[0].y,
        points=points,
        resolution_x=reach_x,
        resolution_y=reach_y,
        proven=all(front.proven for front in fronts),
        unexplored=_between(points, reach_x, reach_y, fronts),
        best=_sum_of([front.best for front in fronts], supported=False),
    )


def _price(one: FrontPoint, next_one: FrontPoint) -> float:
    return (one.y - next_one.y) / (next_one.x - one.x)


def _same_place(one: FrontPoint, other: FrontPoint) -> bool:
    """Whether two points are the same plan, or two that nothing here tells apart."""
    return one.networks == other.networks or (
        math.isclose(one.x, other.x, abs_tol=ROUNDING)
        and math.isclose(one.y, other.y, abs_tol=ROUNDING)
        and math.isclose(one.cost, other.cost, abs_tol=ROUNDING)
    )


def _hull(points: Sequence[FrontPoint], *, strict: bool) -> list[int]:
    """Return the indices of the points on the lower left hull; those in the middle of an edge unless strict."""
    scale = max(points[-1].x - points[0].x, ROUNDING) * max(points[0].y - points[-1].y, ROUNDING)
    hull: list[int] = []
    for index, point in enumerate(points):
        while len(hull) > 1:
            a, b = points[hull[-2]], points[hull[-1]]
            turn = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
            if turn > ROUNDING * scale or (not strict and turn > -ROUNDING * scale):
                break
            hull.pop()
        hull.append(index)
    return hull


def _supported(points: Sequence[FrontPoint]) -> tuple[FrontPoint, ...]:
    """Leave only points of the hull supported: parts that are may be so by different weightings."""
    on_hull = set(_hull(points, strict=False))
    return tuple(
        point
        if index in on_hull or not point.supported
        else FrontPoint(point.x, point.y, point.cost, point.networks, supported=False)
        for index, point in enumerate(points)
    )


def _as_sums(front: Front) -> _Sums:
    x = np.array([point.x for point in front.points])
    y = np.array([point.y for point in front.points])
    return _thinned(_Sums(x, y, np.arange(len(x))[:, None], 0.0))


def _added(sums: list[_Sums]) -> _Sums:
    """Add up pair by pair, as a tree: thinned over and over, a chain would lose far more."""
    while len(sums) > 1:
        pairs = zip(sums[::2], sums[1::2], strict=False)
        sums = [_pair(a, b) for a, b in pairs] + (sums[-1:] if len(sums) % 2 else [])
    return sums[0]


def _pair(a: _Sums, b: _Sums) -> _Sums:
    x = (a.x[:, None] + b.x[None, :]).ravel()
    y = (a.y[:, None] + b.y[None, :]).ravel()
    order = np.lexsort((y, np.round(x / ROUNDING)))
    least_before = np.minimum.accumulate(np.concatenate(([np.inf], y[order][:-1])))
    kept = order[y[order] < least_before - ROUNDING]
    first, second = np.divmod(kept, len(b.x))
    parts = np.hstack((a.parts[first], b.parts[second]))
    return _thinned(_Sums(x[kept], y[kept], parts, a.thinned_by + b.thinned_by))


def _thinned(sums: _Sums) -> _Sums:
    """Keep points a thousandth of the range of y apart, when there are more than a thousand."""
    if len(sums.x) <= MOST_POINTS:
        return sums
    step = float(sums.y[0] - sums.y[-1]) / MOST_POINTS
    kept = _steps_down(sums.y, step)
    return _Sums(sums.x[kept], sums.y[kept], sums.parts[kept], sums.thinned_by + step)


def _steps_down(y: NDArray[np.float64], step: float) -> NDArray[np.int64]:
    """Return the indices of falling numbers at least a step apart, the first and the last among them."""
    chosen = [0]
    while (after := int(np.searchsorted(-y, step - y[chosen[-1]], side="right"))) < len(y):
        chosen.append(after)
    if chosen[-1] != len(y) - 1:
        chosen.append(len(y) - 1)
    return np.array(chosen)


def _joined(fronts: Sequence[Front], parts: Sequence[int]) -> FrontPoint:
    chosen = [front.points[part] for front, part in zip(fronts, parts, strict=True)]
    return _sum_of(chosen, supported=all(point.supported for point in chosen))


def _sum_of(points: Sequence[FrontPoint], *, supported: bool) -> FrontPoint:
    return FrontPoint(
        x=math.fsum(point.x for point in points),
        y=math.fsum(point.y for point in points),
        cost=math.fsum(point.cost for point in points),
        networks=tuple(network for point in points for network in point.networks),
        supported=supported,
    )


def _reach(front: Front) -> tuple[float, float]:
    """Return how much worse than a plan that is not shown the nearest shown one is: on x, or on y.

    That is the resolution of a front that is proven. What the boxes say is counted where it is less, or where
    there is no proof: a plan of a box is bettered on x by the points to the left of it, so they are worse on y
    alone, and on y by the points below it, which are worse on x alone; for each box the nearer side is taken, both
    axes scaled to their range.
    """
    width = max(front.points[-1].x - front.points[0].x, ROUNDING)
    height = max(front.points[0].y - front.points[-1].y, ROUNDING)
    reach_x = reach_y = 0.0
    for x_from, _, y_from, _ in front.unexplored:
        left = min((p.y - y_from for p in front.points if p.x <= x_from + ROUNDING), default=math.inf)
        below = min((p.x - x_from for p in front.points if p.y <= y_from + ROUNDING), default=math.inf)
        if left / height <= below / width:
            reach_y = max(reach_y, left)
        else:
            reach_x = max(reach_x, below)
    stated = front.resolution_x, front.resolution_y
    if front.proven and stated[0] / width + stated[1] / height < reach_x / width + reach_y / height:
        return stated
    return reach_x, reach_y


def _between(
    points: Sequence[FrontPoint], reach_x: float, reach_y: float, fronts: Sequence[Front]
) -> tuple[tuple[float, float, float, float], ...]:
    """Return the boxes that hold every plan of the sum that no shown point betters or equals."""
    if max(reach_x, reach_y) <= ROUNDING:
        return ()
    # Where time ran out an area may have plans beyond its ends.
    edges = [(*zip(*front.unexplored, strict=True),) or ((), (), (), ()) for front in fronts]
    least_x = math.fsum(min([f.points[0].x, *box[0]]) for f, box in zip(fronts, edges, strict=True))
    most_x = math.fsum(max([f.points[-1].x, *box[1]]) for f, box in zip(fronts, edges, strict=True))
    least_y = math.fsum(min([f.points[-1].y, *box[2]]) for f, box in zip(fronts, edges, strict=True))
    most_y = math.fsum(max([f.points[0].y, *box[3]]) for f, box in zip(fronts, edges, strict=True))
    stops = [least_x, *(point.x for point in points), most_x]
    roofs = [most_y, *(point.y for point in points)]
    boxes = []
    for x_from, x_to, roof in zip(stops, stops[1:], roofs, strict=False):
        near = [point.y - reach_y for point in points if point.x < x_to + reach_x]
        floor = max(least_y, min(near, default=least_y))
        if x_to - x_from > ROUNDING and roof - floor > ROUNDING:
            boxes.append((x_from, x_to, floor, roof))
    return tuple(boxes)
