"""front.csv and front.json: a front for spreadsheets and programs.

The layout of ``front.json`` is a contract (``schema``): keys are added, never changed or dropped.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from netform.export.plan_json import dump_json
from netform.export.publication import Publication, Table
from netform.export.rounding import rounded
from netform.scores.tally import is_penalty
from netform.tradeoff.fronts import marks_of, price_along

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.tradeoff.model import Axis, FrontPoint
    from netform.tradeoff.results import AreaFront, FrontResult

__all__ = [
    "FRONT",
    "FRONT_SCHEMA",
    "front_json",
    "front_object",
    "front_rows",
]

FRONT_SCHEMA = "netform/front/1"


def front_rows(result: FrontResult) -> list[dict[str, Any]]:
    """Return a row for each point, of the whole list first and then of each area, by ascending x.

    Parameters
    ----------
    result : FrontResult

    Returns
    -------
    list of dict
        ``point`` counts from 1; it is None for the best plan by the weights where that is not on the front,
        and for today's networks (``mark`` says which). ``price_to_next`` is the hours of y that one hour of x
        is worth on the way to the next point. Where ``area`` is blank the row is of the whole list.
    """
    terms = list(dict.fromkeys(term for each in result.network_terms.values() for term in each))
    return [row for part in result.parts for row in _part_rows(result, part, terms)]


def front_object(result: FrontResult) -> dict[str, Any]:
    """Return a front as the object that ``front.json`` holds.

    Parameters
    ----------
    result : FrontResult
    """
    front = result.total.front
    return {
        "schema": FRONT_SCHEMA,
        "x": _axis_object(front.x),
        "y": _axis_object(front.y),
        "proven": front.proven,
        "areas": [_part_object(result, part, networks=True) for part in result.areas],
        "total": _part_object(result, result.total, networks=False) if result.several else None,
        "provenance": {key: result.provenance[key] for key in sorted(result.provenance)},
    }


def front_json(result: FrontResult) -> bytes:
    """Write a front as ``front.json``, a point a line.

    Parameters
    ----------
    result : FrontResult
    """
    return (_lines(front_object(result), "") + "\n").encode("utf-8")


def _part_rows(result: FrontResult, part: AreaFront, terms: list[str]) -> list[dict[str, Any]]:
    front = part.front
    marks = _marks(part)
    prices = (*price_along(front), None)
    rows = [
        _row(part, number, point, result.terms_of(point), terms)
        | {
            "mark": " ".join(marks.get(number - 1, ())) or None,
            "price_to_next": rounded(price),
            "folder": result.folder_of(point),
        }
        for number, (point, price) in enumerate(zip(front.points, prices, strict=True), 1)
    ]
    if "best" not in marks_of(front):
        row = _row(part, None, front.best, result.terms_of(front.best), terms)
        rows.append(row | {"mark": "best", "price_to_next": None, "folder": result.folder_of(front.best)})
    if part.today:
        rows.append(
            {
                "area": front.area,
                "point": None,
                "x_hours": rounded(part.today.x),
                "y_hours": rounded(part.today.y),
                "cost": rounded(part.today.cost),
                "networks": part.today.networks,
                "supported": None,
                **{f"{term}_hours": rounded(part.today.terms.get(term)) for term in terms},
                "mark": "today",
                "price_to_next": None,
                "folder": None,
            }
        )
    return rows


def _row(
    part: AreaFront, number: int | None, point: FrontPoint, hours: Mapping[str, float], terms: list[str]
) -> dict[str, Any]:
    return {
        "area": part.front.area,
        "point": number,
        "x_hours": rounded(point.x),
        "y_hours": rounded(point.y),
        "cost": rounded(point.cost),
        "networks": len(point.networks),
        "supported": None if number is None else ("yes" if point.supported else "no"),
        **{f"{term}_hours": rounded(hours.get(term)) for term in terms},
    }


def _marks(part: AreaFront) -> dict[int, list[str]]:
    """Return the names of each point that has any."""
    marks: dict[int, list[str]] = {}
    for name, index in marks_of(part.front).items():
        marks.setdefault(index, []).append(name)
    return marks


def _axis_object(axis: Axis) -> dict[str, Any]:
    kinds = ["penalty" if is_penalty(term) else "hours" for term in axis.terms]
    return {"name": axis.name, "terms": list(axis.terms), "unit": "hours per week", "kinds": kinds}


def _part_object(result: FrontResult, part: AreaFront, *, networks: bool) -> dict[str, Any]:
    front = part.front
    marks = _marks(part)
    prices = (*price_along(front), None)
    return {
        "area": front.area,
        "practices": part.practices,
        "patients": part.patients,
        "proven": front.proven,
        "resolution_x": _finite(front.resolution_x),
        "resolution_y": _finite(front.resolution_y),
        "points": [
            {
                "point": number,
                **_point_object(result, point, networks=networks),
                "supported": point.supported,
                "marks": marks.get(number - 1, []),
                "price_to_next": rounded(price),
            }
            for number, (point, price) in enumerate(zip(front.points, prices, strict=True), 1)
        ],
        "best": _point_object(result, front.best, networks=networks),
        "unexplored": [[rounded(edge) for edge in box] for box in front.unexplored],
        "today": None
        if part.today is None
        else {
            "x": rounded(part.today.x),
            "y": rounded(part.today.y),
            "cost": rounded(part.today.cost),
            "terms": _terms_object(part.today.terms),
            "networks": part.today.networks,
            "practices_without": part.today.without,
            "broken": list(part.today.broken),
        },
    }


def _point_object(result: FrontResult, point: FrontPoint, *, networks: bool) -> dict[str, Any]:
    """Return a point; the networks of a sum are those of its areas' points and fill too many lines."""
    return {
        "x": rounded(point.x),
        "y": rounded(point.y),
        "cost": rounded(point.cost),
        "terms": _terms_object(result.terms_of(point)),
        "folder": result.folder_of(point),
        **({"networks": [list(codes) for codes in point.networks]} if networks else {}),
    }


def _terms_object(terms: Mapping[str, float]) -> dict[str, float | None]:
    return {term: rounded(hours) for term, hours in terms.items()}


def _finite(hours: float) -> float | None:
    """Round hours; None when nothing is known, because time ran out."""
    return rounded(hours) if math.isfinite(hours) else None


def _lines(value: Any, indent: str) -> str:
    """Write an object a key a line, and its lists of objects an item a line, so that files compare well."""
    if isinstance(value, dict) and any(isinstance(each, list | dict) for each in value.values()):
        inner = f"{indent} "
        body = ",\n".join(
            f"{inner}{dump_json(key)}: {_lines(each, inner) if key in _SPREAD else dump_json(each)}"
            for key, each in value.items()
        )
        return f"{{\n{body}\n{indent}}}"
    if isinstance(value, list) and value:
        inner = f"{indent} "
        items = ",\n".join(
            inner + (_lines(each, inner) if isinstance(each, dict) and "points" in each else dump_json(each))
            for each in value
        )
        return f"[\n{items}\n{indent}]"
    return dump_json(value)


# The keys whose lists are written an item a line.
_SPREAD = frozenset({"areas", "points", "total", "unexplored"})


def _picture(result: FrontResult, kind: Literal["png", "svg"]) -> bytes:
    from netform.report.front_picture import front_picture  # noqa: PLC0415 (brings matplotlib with it)

    return front_picture(result.total, kind, result.source)


def _page(result: FrontResult) -> bytes:
    from netform.report.front_page import render_front  # noqa: PLC0415 (the same)

    return render_front(result).encode("utf-8")


FRONT: Publication[FrontResult] = Publication(
    name="front",
    tables=(Table("front", front_rows),),
    picture=("front", _picture),
    page=("front", _page),
    document=("front", front_json),
    rules=lambda result: result.rules_toml,
    folder=(".csv", ".png", ".svg", ".html"),
)
