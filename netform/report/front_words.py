"""The words of a front: what its axes are called, and what its points mean, in sentences."""

from __future__ import annotations

import math
import tomllib
from typing import TYPE_CHECKING

from netform.report.words import hours, one_line, spoken
from netform.scores.tally import is_penalty
from netform.tradeoff.fronts import going_rates, marks_of
from netform.tradeoff.model import SUMS

if TYPE_CHECKING:
    from netform.tradeoff.fronts import ExchangeRate
    from netform.tradeoff.model import Axis, Front, FrontPoint
    from netform.tradeoff.results import AreaFront, FrontResult, Today

__all__ = [
    "axis_meaning",
    "axis_title",
    "axis_unit",
    "mark_words",
    "number_words",
    "point_sentences",
    "price_sentences",
    "proof_words",
    "standing_words",
    "today_sentences",
    "weights_of",
    "where_better",
]

# What a named sum of terms is called.
SUM_TITLES = {"workforce": "Shared workforce"}


def axis_title(axis: Axis) -> str:
    """Name what an axis adds up: ``Shared workforce``, ``Overhead + staff travel``."""
    titles = [SUM_TITLES.get(name.strip(), spoken(name)) for name in axis.name.split("+")]
    return " + ".join([titles[0], *(title[:1].lower() + title[1:] for title in titles[1:])])


def axis_unit(axis: Axis) -> str:
    """Say what an axis is counted in: hours, which are somebody's, or penalties, which are nobody's."""
    kinds = {is_penalty(term) for term in axis.terms}
    if len(kinds) > 1:
        return "hours and penalties"
    return "in penalties" if True in kinds else "hours"


def axis_meaning(axis: Axis) -> str:
    """Say what a named sum is made of; blank for terms that are named one by one."""
    if not any(name.strip() in SUMS for name in axis.name.split("+")):
        return ""
    return " + ".join(spoken(term).lower() for term in axis.terms)


def mark_words(front: Front, *, capital: bool = True) -> dict[int, str]:
    """Say what stands out about the points of a front, by index: ``Knee, best by the weights``."""
    x, y = axis_title(front.x).lower(), axis_title(front.y).lower()
    words = {
        "least_x": f"least {x}",
        "least_x_found": f"least {x} found",
        "knee": "knee",
        "least_y": f"least {y}",
        "least_y_found": f"least {y} found",
        "best": "best by the weights",
    }
    if len(front.points) == 1:
        words |= {"knee": "", "best": ""}
        if front.least_x_proven is front.least_y_proven:
            both = {"least_x": "least of both", "least_x_found": "least of both found"}
            words |= both | {"least_y": "", "least_y_found": ""}
    named: dict[int, list[str]] = {}
    for name, index in marks_of(front).items():
        if words[name]:
            named.setdefault(index, []).append(words[name])
    joined = {index: ", ".join(names) for index, names in named.items()}
    return {i: text[:1].upper() + text[1:] for i, text in joined.items()} if capital else joined


def weights_of(result: FrontResult) -> dict[str, float]:
    """Give the weights of the rules that a front was made under."""
    weights: dict[str, float] = tomllib.loads(result.rules_toml).get("weights", {})
    return weights


def number_words(number: float) -> str:
    """Write a price as it would be said: 12, 2.9, 0.51, 0.1, 0.004."""
    if abs(number) >= 10:
        return f"{number:,.0f}"
    if abs(number) >= 1:
        return f"{number:.1f}"
    return f"{number:.2f}" if abs(number) >= 0.1 else f"{number:.1g}"


def point_sentences(part: AreaFront) -> list[str]:
    """Explain the ends, the knee and the best plan of a front.

    Parameters
    ----------
    part : AreaFront
    """
    front = part.front
    x, y = axis_title(front.x).lower(), axis_title(front.y).lower()
    first, last, knee = front.points[0], front.points[-1], front.knee
    if len(front.points) == 1:
        return [
            f"One plan is the best on both axes: {_at(front, first)}. There is nothing to trade."
            if front.proven
            else f"One plan was found, the best so far on both axes: {_at(front, first)}."
        ]
    sentences = [
        f"No plan needs less {one} than {least} a week, which point {number} takes; {other} is then at least {then}."
        if proven
        else f"The least {one} found is {least} a week, at point {number}, with {then} of {other}; a plan with less "
        f"{one} may exist."
        for one, least, number, other, then, proven in (
            (x, _of(front.x, first.x), 1, y, _of(front.y, first.y), front.least_x_proven),
            (y, _of(front.y, last.y), len(front.points), x, _of(front.x, last.x), front.least_y_proven),
        )
    ]
    marks = marks_of(front)
    if marks["knee"] in (0, len(front.points) - 1):
        sentences.append(
            "No point bends away from the line between the two ends, so none is recommended over another."
        )
    else:
        sentences.append(
            f"The knee, point {marks['knee'] + 1}, is recommended where the weights decide nothing: "
            f"{_at(front, knee)}. It takes {_of(front.x, knee.x - first.x)} more {x} than the least"
            f"{'' if front.least_x_proven else ' found'}, and {_of(front.y, first.y - knee.y)} less {y}; beyond it "
            "each hour less costs more than before."
        )
    best = front.best
    where = (
        f"point {marks['best'] + 1}"
        if "best" in marks
        else "beside the points of this front, since it is not these two alone that count"
    )
    sentences.append(
        f"By the weights of the rules the best plan, at a cost of {hours(best.cost)}, is {where}: {_at(front, best)}."
    )
    return sentences


def today_sentences(part: AreaFront) -> list[str]:
    """Say where today's networks stand against the front; nothing when the list does not have them."""
    today = part.today
    if today is None:
        return []
    front = part.front
    x, y = axis_title(front.x).lower(), axis_title(front.y).lower()
    count = f"{today.networks:,} network{'s' * (today.networks != 1)}"
    takes = f"{_of(front.x, today.x)} of {x} and {_of(front.y, today.y)} of {y}"
    sentences = [f"Today's {count} take {takes} a week, by the same terms."]
    if today.broken:
        sentences.append(
            f"They do not keep the rules that every point of the front keeps: {', '.join(today.broken)}."
        )
    if today.without:
        one = today.without == 1
        who = "1 practice is" if one else f"{today.without:,} practices are"
        sentences.append(f"{who} in none of them, and {'adds' if one else 'add'} nothing to these hours.")
    sentences.append(_against(front, today, x, y))
    return sentences


def _against(front: Front, today: Today, x: str, y: str) -> str:
    """Compare today's networks with the point that keeps to their x, or to their y."""
    both = [point for point in front.points if point.x <= today.x and point.y <= today.y]
    if both:
        point = max(both, key=lambda each: (today.x - each.x) + (today.y - each.y))
        number = front.points.index(point) + 1
        return (
            f"Point {number} betters them on both: {_of(front.x, today.x - point.x)} less {x} and "
            f"{_of(front.y, today.y - point.y)} less {y} a week."
        )
    return "No point of the front is better than they are on both axes."


def price_sentences(front: Front) -> list[str]:
    """Say what an hour of x costs in hours of y at the ends of the front and at its knee.

    Parameters
    ----------
    front : Front

    Returns
    -------
    list of str
        Empty for a front of one point.
    """
    rates = going_rates(front)
    if not rates:
        return []
    x, y = axis_title(front.x).lower(), axis_title(front.y).lower()
    one = f"One hour a week less of {x} costs"
    if len(rates) == 1:
        return [f"{one} {_worth(rates[0])} of {y}, all along the front."]
    knee = front.points.index(front.knee)
    before = [rate for rate in rates if rate.end <= knee]
    after = [rate for rate in rates if rate.start >= knee]
    sentence = (
        f"{one} {_worth(rates[-1])} of {y} where there is most of it (points {rates[-1].start + 1} to "
        f"{rates[-1].end + 1}), and {_worth(rates[0])} where there is least (points 1 to {rates[0].end + 1})."
    )
    sentences = [sentence]
    if before and after and knee:
        sentences.append(
            f"At the knee the price turns from {_worth(after[0])} on the way to it, "
            f"to {_worth(before[-1])} beyond it."
        )
    return sentences


def standing_words(front: Front) -> str:
    """Say what a front is worth, in a few words."""
    if not front.proven:
        return "not proven"
    return "proven to within its resolution" if front.unexplored else "proven and complete"


def proof_words(part: AreaFront) -> str:
    """Say what is proven of a front.

    Parameters
    ----------
    part : AreaFront
    """
    front = part.front
    if not front.listed:
        return (
            "The feasible networks are too many to list: the points are the best plans that search has found, and "
            f"{where_better(front)} better ones may exist, no better than where the picture is shaded. More time "
            "(--time-limit) finds more of them; a narrower band or more memory (--memory) may let all be listed."
        )
    if not front.proven:
        return (
            f"Time ran out before the front was proven: {where_better(front)} better plans may exist. "
            "Give more time (--time-limit), or a coarser resolution."
        )
    if not front.unexplored:
        return "The front is complete: every plan that no other betters on both axes is shown."
    x, y = axis_title(front.x).lower(), axis_title(front.y).lower()
    if part.summed:
        return (
            "The points add up proven points of every area. Areas have other points between those shown: a plan of "
            f"all areas may be better by up to {_known(front.x, front.resolution_x)} of {x} and "
            f"{_known(front.y, front.resolution_y)} of {y} a week, and by no more."
        )
    return (
        "The points are proven: no plan betters one of them on both axes. Between neighbouring points there may be "
        f"plans that are better by up to {_known(front.x, front.resolution_x)} of {x} or "
        f"{_known(front.y, front.resolution_y)} of {y} a week, and by no more."
    )


def where_better(front: Front) -> str:
    """Say where there may be better plans than those of a front that is not proven.

    Parameters
    ----------
    front : Front
    """
    beyond = {
        (True, True): "",
        (False, True): "beyond the first",
        (True, False): "beyond the last",
        (False, False): "beyond both ends",
    }[front.least_x_proven, front.least_y_proven]
    if len(front.points) == 1:
        return "beside this point"
    return "between these points" + (f" and {beyond}" if beyond else "")


def _known(axis: Axis, number: float) -> str:
    return _of(axis, number) if math.isfinite(number) else "an unknown amount"


def _worth(rate: ExchangeRate) -> str:
    number = number_words(rate.hours)
    return f"{number} hour{'s' * (number not in ('1', '1.0'))}"


def _of(axis: Axis, number: float) -> str:
    return f"{hours(number)} {axis_unit(axis)}"


def _at(front: Front, point: FrontPoint) -> str:
    networks = f"{len(point.networks):,} network{'s' * (len(point.networks) != 1)}"
    return one_line(
        f"{_of(front.x, point.x)} of {axis_title(front.x).lower()} and {_of(front.y, point.y)} of "
        f"{axis_title(front.y).lower()} a week, with {networks}"
    )
