"""What `netform solve` publishes: the plan as tables, layers, a page and plan.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from netform.export.publication import Layer, Publication, Table
from netform.export.rows import network_rows, practice_rows, rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.result import Result

__all__ = ["PLAN", "price_rows"]

# ruff: noqa: PLC0415 (heavy libraries are imported when what needs them is made)


def price_rows(result: Result) -> list[dict[str, Any]]:
    """Return a row for each demand and line between areas whose cost is known, in order.

    Parameters
    ----------
    result : Result

    Returns
    -------
    list of dict
        ``hours_per_week`` and ``exceptions`` are the optimum with the rule less the optimum without it.
    """
    return [
        {
            "kind": cost.kind,
            "rule": cost.rule,
            "hours_per_week": rounded(cost.hours),
            "exceptions": cost.exceptions,
            "proven": "yes" if cost.proven else "no",
        }
        for cost in result.prices
    ]


def about_rows(result: Result) -> list[dict[str, Any]]:
    """Return what a reader should know of the plan: its proof, what it rests on, and whose the data are.

    Parameters
    ----------
    result : Result
    """
    plan = result.plan
    facts: list[tuple[str, Any]] = [
        ("status", plan.status),
        ("cost, hours per week", plan.cost),
        ("no plan can beat, hours per week", plan.bound),
        ("gap", plan.gap),
    ]
    for area in plan.areas:
        label = f"area {area.area}" if area.area else "the list"
        facts.append(
            (label, f"{area.status}: {area.practices} practices, {area.networks} networks. {area.method}")
        )
        facts.extend((label, said) for said in (area.unproven, *area.notes) if said)
    facts.extend((f"unplaced {each.practice_code}", each.reason) for each in plan.unplaced)
    facts.extend((str(key), _plain(value)) for key, value in sorted(plan.provenance.items()))
    return [{"what": what, "value": value} for what, value in facts]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in sorted(value.items()))
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _grounds(result: Result) -> NDArray[Any]:
    import numpy as np

    return np.array([result.boundaries[network.network_id] for network in result.plan.networks], dtype=object)


def _points(result: Result) -> NDArray[Any]:
    import shapely

    points: NDArray[Any] = shapely.points(result.places.easting, result.places.northing)
    return points


def _page(result: Result) -> bytes:
    from netform.report.page import render_report

    return render_report(result).encode("utf-8")


def _picture(result: Result, kind: Literal["png", "svg"]) -> bytes:
    from netform.report.plan_picture import plan_picture

    return plan_picture(result, kind)


def _document(result: Result) -> bytes:
    from netform.export.plan_json import plan_json

    return plan_json(result.plan, timings=result.timings)


PLAN: Publication[Result] = Publication(
    name="networks",
    tables=(
        Table("networks", network_rows, sheet_only=True),
        Table("practices", practice_rows, places=True),
        Table(
            "prices",
            price_rows,
            ("kind", "rule", "hours_per_week", "exceptions", "proven"),
            given=lambda result: bool(result.prices),
        ),
        Table("about", about_rows, sheet_only=True),
    ),
    layers=(
        Layer("networks", "network_id", network_rows, _grounds),
        Layer("practices", "practice_code", practice_rows, _points),
    ),
    picture=("map", _picture),
    page=("report", _page),
    document=("plan", _document),
    rules=lambda result: result.rules_toml,
    folder=(".geojson", ".csv", ".html"),
)
