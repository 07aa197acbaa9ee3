"""A front as plain text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.report.costs import PENALTY_MEANING, any_penalty, cost_cells, cost_columns
from netform.report.front_words import (
    axis_title,
    mark_words,
    number_words,
    price_sentences,
    proof_words,
    standing_words,
    today_sentences,
    weights_of,
)
from netform.report.text import table_lines
from netform.report.words import area_name, hours, one_line
from netform.scores.tally import add_up
from netform.tradeoff.fronts import marks_of, price_along

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.tradeoff.model import Front, FrontPoint
    from netform.tradeoff.results import AreaFront, FrontResult

__all__ = ["front_text"]


def front_text(result: FrontResult) -> str:
    """Show a front as a table, and say what is proven of it and what an hour costs along it.

    Parameters
    ----------
    result : FrontResult

    Returns
    -------
    str
        Lines ended by line feeds. No text of the input can command the terminal.
    """
    front = result.total.front
    blocks = [
        [f"{axis_title(front.x)} against {axis_title(front.y).lower()}, a week"],
        _point_lines(result, result.total),
        _area_lines(result) if result.several else [],
        [proof_words(result.total)],
        today_sentences(result.total),
        price_sentences(front),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _point_lines(result: FrontResult, part: AreaFront) -> list[str]:
    front = part.front
    words = mark_words(front)
    prices = [*(number_words(price) for price in price_along(front)), ""]
    weights = weights_of(result)
    whole = add_up([*map(result.terms_of, (*front.points, front.best)), *_today_terms(part)], weights)

    def figures(x: float, y: float, terms: Mapping[str, float], networks: int) -> tuple[str, ...]:
        return hours(x), hours(y), *cost_cells(add_up([terms], weights), whole), f"{networks:,}"

    def of(point: FrontPoint) -> tuple[str, ...]:
        return figures(point.x, point.y, result.terms_of(point), len(point.networks))

    rows = [
        (str(index + 1), *of(point), prices[index], words.get(index, ""), result.folder_of(point) or "")
        for index, point in enumerate(front.points)
    ]
    if "best" not in marks_of(front):
        folder = result.folder_of(front.best) or ""
        rows.append(("-", *of(front.best), "", "Best by the weights, beside the front", folder))
    if part.today:
        today = part.today
        rows.append(("-", *figures(today.x, today.y, today.terms, today.networks), "", "Today", ""))
    header = (
        "Point", axis_title(front.x), axis_title(front.y), *cost_columns(whole), "Networks", "Price to next", "",
        "Plan" if result.folders else "",
    )  # fmt: skip
    lines = table_lines(header, rows, right=range(len(header) - 2))
    return [*lines, f"({PENALTY_MEANING})"] if any_penalty(whole) else lines


def _today_terms(part: AreaFront) -> list[Mapping[str, float]]:
    return [part.today.terms] if part.today else []


def _area_lines(result: FrontResult) -> list[str]:
    rows = [
        (
            one_line(area_name(part.front.area)),
            f"{len(part.front.points):,}",
            _range(part.front, "x"),
            _range(part.front, "y"),
            f"{hours(part.front.knee.x)}; {hours(part.front.knee.y)}",
            standing_words(part.front),
        )
        for part in result.areas
    ]
    front = result.total.front
    header = ("Area", "Points", axis_title(front.x), axis_title(front.y), "Knee", "The front is")
    return table_lines(header, rows, right=(1, 2, 3, 4))


def _range(front: Front, side: str) -> str:
    first, last = front.points[0], front.points[-1]
    low, high = (first.x, last.x) if side == "x" else (last.y, first.y)
    return f"{hours(low)} to {hours(high)}"
