"""The page of a front: one self-contained HTML file that runs nothing and fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from netform.report.costs import hours_meaning
from netform.report.front_picture import front_picture
from netform.report.front_words import (
    axis_title,
    axis_unit,
    mark_words,
    number_words,
    point_sentences,
    price_sentences,
    proof_words,
    standing_words,
    today_sentences,
    weights_of,
)
from netform.report.page import asset, environment, style_hash
from netform.report.pictures import inline_svg
from netform.report.tables import provenance_rows
from netform.report.words import area_name, source_name
from netform.scores.tally import is_penalty
from netform.tradeoff.fronts import marks_of, price_along

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.tradeoff.results import AreaFront, FrontResult

__all__ = ["PointRow", "Section", "render_front"]

# A longer table of points folds away.
ROWS_OPEN = 60

# Beyond so many areas only the whole list has a picture: each takes a part of a second and some kilobytes.
AREAS_DRAWN = 12


@dataclass(frozen=True, slots=True)
class PointRow:
    """A row of a table of points: ``mark`` is whether it is one to look at, ``point`` None off the front."""

    point: int | None
    words: str
    mark: bool
    x: float
    y: float
    cost: float
    price: str
    terms: Mapping[str, float]
    networks: int
    supported: str
    folder: str | None


@dataclass(frozen=True, slots=True)
class Section:
    """What the page shows of an area, or of the whole list."""

    part: AreaFront
    caption: str
    svg: Markup
    standing: str
    proof: str
    points: list[str]
    today: list[str]
    prices: list[str]
    rows: list[PointRow]


def render_front(result: FrontResult) -> str:
    """Write a front as a page for people.

    Parameters
    ----------
    result : FrontResult

    Returns
    -------
    str
        The page; the same result gives the same page.
    """
    front = result.total.front
    style = asset("report.css.j2") + asset("tradeoff.css.j2")
    drawn = len(result.areas) <= AREAS_DRAWN
    sections = [
        _section(result, part, number, drawn=drawn or number == 0) for number, part in enumerate(result.parts)
    ]
    weights = weights_of(result)
    shown = _terms_shown(result)
    counted = [name for name in shown if weights.get(name, 1.0)]
    return (
        environment()
        .get_template("front.html.j2")
        .render(
            result=result,
            source=source_name(result.source),
            x=axis_title(front.x),
            y=axis_title(front.y),
            first=front.points[0],
            last=front.points[-1],
            complete=front.proven and not front.unexplored,
            standing=standing_words(front),
            hours_meaning=hours_meaning((*front.x.terms, *front.y.terms)),
            sections=sections,
            rows_open=ROWS_OPEN,
            hour_terms=[name for name in counted if not is_penalty(name)],
            penalty_terms=[name for name in counted if is_penalty(name)],
            named=dict.fromkeys((*front.x.terms, *front.y.terms, *shown)),
            x_unit=axis_unit(front.x),
            y_unit=axis_unit(front.y),
            weights=weights,
            provenance=provenance_rows(result.provenance),
            style=Markup(style),  # noqa: S704 - our own files; nothing of the user's is in them
            style_hash=style_hash(style),
        )
    )


def _terms_shown(result: FrontResult) -> list[str]:
    """Name the terms that get a column: those that are not an axis by themselves, nor zero everywhere."""
    axes = (result.total.front.x.terms, result.total.front.y.terms)
    every = result.network_terms.values()
    return [
        term
        for term in dict.fromkeys(term for each in every for term in each)
        if (term,) not in axes and any(each.get(term) for each in every)
    ]


def _section(result: FrontResult, part: AreaFront, number: int, *, drawn: bool) -> Section:
    front = part.front
    svg = inline_svg(front_picture(part, "svg", result.source), f"f{number}-") if drawn else ""
    whole = number == 0 and result.several
    where = " of all areas" if whole else f" of {area_name(front.area)}" if front.area else ""
    return Section(
        part=part,
        caption=f"{axis_title(front.y)} against {axis_title(front.x).lower()}{where}",
        svg=Markup(svg),  # noqa: S704 - names in it are cleaned and escaped (pictures.py)
        standing=standing_words(front),
        proof=proof_words(part),
        points=point_sentences(part),
        today=today_sentences(part),
        prices=price_sentences(front),
        rows=_rows(result, part),
    )


def _rows(result: FrontResult, part: AreaFront) -> list[PointRow]:
    front = part.front
    words = mark_words(front)
    prices = [*(number_words(price) for price in price_along(front)), ""]
    rows = [
        PointRow(
            point=index + 1,
            words=words.get(index, ""),
            mark=index in words,
            x=point.x,
            y=point.y,
            cost=point.cost,
            price=prices[index],
            terms=result.terms_of(point),
            networks=len(point.networks),
            supported="yes" if point.supported else "no",
            folder=result.folder_of(point),
        )
        for index, point in enumerate(front.points)
    ]
    best, today = front.best, part.today
    if "best" not in marks_of(front):
        rows.append(
            PointRow(
                None, "Best by the weights, beside the front", True, best.x, best.y, best.cost, "",
                result.terms_of(best), len(best.networks), "", result.folder_of(best),
            )
        )  # fmt: skip
    if today:
        words_today = "Today's networks" + (", which do not keep the rules" if today.broken else "")
        rows.append(
            PointRow(
                None,
                words_today,
                True,
                today.x,
                today.y,
                today.cost,
                "",
                today.terms,
                today.networks,
                "",
                None,
            )
        )
    return rows
