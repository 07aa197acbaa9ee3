"""What `netform solve` publishes: the plan as tables, layers, a page and plan.json."""

from __future__ import annotations

import tomllib
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from netform.export.alignment import (
    ALIGNMENT_COLUMNS,
    alignment_table,
    neighbourhood_rows,
    neighbourhood_shapes,
)
from netform.export.publication import Beside, Layer, Publication, Table
from netform.export.qgis import branches_style, networks_style, practices_style
from netform.export.rounding import rounded
from netform.export.rows import branch_rows, network_rows, plain_value, practice_rows, source_rows
from netform.scores.tally import add_up, is_penalty

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
        Each figure is that of the optimum with the rule less that of the optimum without it; hours and penalties, by
        their weights, add up to the cost.
    """
    return [
        {
            "kind": cost.kind,
            "rule": cost.rule,
            "hours_per_week": None if cost.cost is None else rounded(cost.cost - cost.penalties),
            "exceptions": cost.exceptions,
            "proven": "yes" if cost.proven else "no",
            "penalties": None if cost.cost is None else rounded(cost.penalties),
            "cost": rounded(cost.cost),
        }
        for cost in result.prices
    ]


def network_sheet_rows(result: Result) -> list[dict[str, Any]]:
    """Return a row for each network, with its hours and its penalties added up and told apart.

    Parameters
    ----------
    result : Result

    Returns
    -------
    list of dict
        In place of ``<term>_hours``, after the sums: ``<term>_hours`` or ``<term>_penalty``, and last, marked as not
        counted, the terms of weight 0.
    """
    weights = _weights(result)
    rows = []
    for network, row in zip(result.plan.networks, network_rows(result), strict=True):
        tally = add_up([network.terms], weights)
        values = {
            "hours_per_week": tally.all_hours,
            "penalties": tally.all_penalties,
            "cost": tally.cost,
            **{f"{name}_hours": value for name, value in tally.hours.items()},
            **{f"{name}_penalty": value for name, value in tally.penalties.items()},
            **{
                f"{name}_{'penalty' if is_penalty(name) else 'hours'} (not counted)": value
                for name, value in tally.beside.items()
            },
        }
        told = {
            name: value for name, value in row.items() if name.removesuffix("_hours") not in network.terms
        }
        rows.append({**told, **{name: rounded(value) for name, value in values.items()}})
    return rows


def term_sheet_rows(result: Result) -> list[dict[str, Any]]:
    """Return a row for each term: its kind, what it comes to, and what it adds to the cost.

    Parameters
    ----------
    result : Result
    """
    weights = _weights(result)
    tally = add_up((network.terms for network in result.plan.networks), weights)
    kinds = (("hours", tally.hours), ("penalty", tally.penalties), ("not in the cost", tally.beside))
    return [
        {
            "kind": kind,
            "term": name,
            "per_week": rounded(value),
            "weight": weights.get(name, 1.0),
            "in_the_cost": rounded(weights.get(name, 1.0) * value),
        }
        for kind, terms in kinds
        for name, value in terms.items()
    ]


def _weights(result: Result) -> dict[str, float]:
    weights: dict[str, float] = tomllib.loads(result.rules_toml).get("weights", {})
    return weights


def members_rows(result: Result) -> list[dict[str, Any]]:
    """Return the rows of practices, network by network; those in none come last.

    Parameters
    ----------
    result : Result
    """
    return sorted(
        practice_rows(result),
        key=lambda row: (row["network_id"] is None, row["network_id"] or "", row["practice_code"]),
    )


def move_rows(result: Result) -> list[dict[str, Any]]:
    """Return a row for each practice whose network of today has no more than half of its patients in its new one.

    Parameters
    ----------
    result : Result
        Some of whose practices have a network today.
    """
    from netform.judge.moves import compare_with_today

    both = compare_with_today(result.plan, result.practices)
    moved = set(both.forth.moved) if both else set()
    network_of = both.b.network_of if both else {}
    names = result.practices.network_names
    plan_names = {each.network_id: each.name for each in result.plan.networks}
    return [
        {
            "practice_code": practice.code,
            "practice_name": practice.name,
            "list_size": practice.list_size,
            "network_today": practice.pcn_code,
            "network_today_name": names.get(practice.pcn_code),
            "network_of_the_plan": network_of.get(practice.code),
            "network_of_the_plan_name": plan_names.get(network_of.get(practice.code, "")),
        }
        for practice in result.practices
        if practice.code in moved
    ]


def exception_rows(result: Result) -> list[dict[str, Any]]:
    """Return a row for each network outside the band, with its reason, and for each practice in none.

    Parameters
    ----------
    result : Result
    """
    networks = [
        {
            "what": each.network_id,
            "name": each.name,
            "list_size": each.list_size,
            "reason": each.exception,
            "why": each.explanation,
        }
        for each in result.plan.networks
        if each.exception
    ]
    practices = {practice.code: practice for practice in result.practices}
    return networks + [
        {
            "what": each.practice_code,
            "name": practices[each.practice_code].name,
            "list_size": practices[each.practice_code].list_size,
            "reason": "in no network",
            "why": each.reason,
        }
        for each in result.plan.unplaced
    ]


def rule_rows(result: Result) -> list[dict[str, Any]]:
    """Return the rules as they were used, a row a number or demand.

    Parameters
    ----------
    result : Result
    """
    rows: list[dict[str, Any]] = []
    for table, value in tomllib.loads(result.rules_toml).items():
        several = value if isinstance(value, list) else [value]
        for each in several:
            pairs = each.items() if isinstance(each, dict) else [("", each)]
            rows += [{"table": table, "rule": key, "value": plain_value(number)} for key, number in pairs]
    return rows


def about_rows(result: Result) -> list[dict[str, Any]]:
    """Return what a reader should know of the plan: its proof, what it rests on, and whose the data are.

    Parameters
    ----------
    result : Result
    """
    plan = result.plan
    tally = add_up((network.terms for network in plan.networks), _weights(result))
    facts: list[tuple[str, Any]] = [
        ("status", plan.status),
        ("hours per week", rounded(tally.all_hours)),
        ("penalties, nobody's time", rounded(tally.all_penalties)),
        ("cost, both by their weights", plan.cost),
        ("no plan as near the band can cost less than", plan.bound),
        ("gap", plan.gap),
    ]
    for area in plan.areas:
        label = f"area {area.area}" if area.area else "the list"
        facts.append(
            (label, f"{area.status}: {area.practices} practices, {area.networks} networks. {area.method}")
        )
        facts.extend((label, said) for said in (area.unproven, *area.notes) if said)
    facts.extend((f"unplaced {each.practice_code}", each.reason) for each in plan.unplaced)
    # How many workers there were changes no plan that is proven, and no file but plan.json.
    return [{"what": what, "value": value} for what, value in (*facts, *source_rows(plan.provenance))]


def _grounds(result: Result) -> NDArray[Any]:
    import numpy as np

    return np.array([result.boundaries[network.network_id] for network in result.plan.networks], dtype=object)


def _beside_networks(result: Result) -> Beside:
    """Give what the plan's page draws besides its networks, so that it can be made anew from the folder."""
    authorities = result.authority_lines
    lines = {} if authorities is None else {"local_authorities": authorities}
    return {"lines": lines, "outside": result.outside}


def _points(result: Result) -> NDArray[Any]:
    import shapely

    points: NDArray[Any] = shapely.points(result.places.easting, result.places.northing)
    return points


def _has_branches(result: Result) -> bool:
    return bool(result.standing.branches)


def _branch_points(result: Result) -> NDArray[Any]:
    import shapely

    branches = result.standing.branches
    points: NDArray[Any] = shapely.points(
        [branch.easting for branch in branches], [branch.northing for branch in branches]
    )
    return points


def _page(result: Result) -> bytes:
    from netform.report.page import render_report

    return render_report(result).encode("utf-8")


def _picture(result: Result, kind: Literal["png", "svg"]) -> bytes:
    from netform.report.plan_picture import plan_picture

    return plan_picture(result, kind)


def _paper(result: Result) -> bytes:
    from netform.report.paper import render_paper

    return render_paper(result)


def _document(result: Result) -> bytes:
    from netform.export.plan_json import plan_json

    return plan_json(result.plan, timings=result.timings)


PLAN: Publication[Result] = Publication(
    name="networks",
    tables=(
        Table("networks", network_sheet_rows, sheet_only=True),
        Table("practices by network", members_rows, sheet_only=True),
        Table("practices", practice_rows, places=True, file_only=True),
        Table("branches", branch_rows, places=True, given=_has_branches),
        Table(
            "moves",
            move_rows,
            (
                "practice_code",
                "practice_name",
                "list_size",
                "network_today",
                "network_today_name",
                "network_of_the_plan",
                "network_of_the_plan_name",
            ),
            sheet_only=True,
            given=lambda result: any(practice.pcn_code for practice in result.practices),
        ),
        Table(
            "hours and penalties",
            term_sheet_rows,
            ("kind", "term", "per_week", "weight", "in_the_cost"),
            sheet_only=True,
        ),
        Table("exceptions", exception_rows, ("what", "name", "list_size", "reason", "why"), sheet_only=True),
        Table(
            "prices",
            price_rows,
            ("kind", "rule", "hours_per_week", "exceptions", "proven", "penalties", "cost"),
            given=lambda result: bool(result.prices),
        ),
        Table(
            "neighbourhoods",
            lambda result: alignment_table(result.plan.networks, result.plan.living),
            ALIGNMENT_COLUMNS,
            given=lambda result: bool(result.plan.living),
        ),
        Table("rules", rule_rows, sheet_only=True),
        Table("sources", about_rows, sheet_only=True),
    ),
    layers=(
        Layer(
            "networks",
            "network_id",
            network_rows,
            _grounds,
            partial(networks_style, key="network_id"),
            beside=_beside_networks,
        ),
        Layer(
            "neighbourhoods",
            "neighbourhood",
            lambda result: neighbourhood_rows(
                result.plan.networks, result.plan.living, result.neighbourhoods
            ),
            lambda result: neighbourhood_shapes(result.neighbourhoods),
            given=lambda result: bool(result.neighbourhoods),
        ),
        Layer("practices", "practice_code", practice_rows, _points, lambda _rows, _shapes: practices_style()),
        Layer(
            "branches",
            "branch_code",
            branch_rows,
            _branch_points,
            lambda _rows, _shapes: branches_style(),
            given=_has_branches,
        ),
    ),
    picture=("map", _picture),
    page=("report", _page),
    document=("plan", _document),
    rules=lambda result: result.rules_toml,
    folder=(".geojson", ".csv", ".html", ".xlsx", ".gpkg"),
    paper=("report", _paper),
    also=(".png", ".svg", ".pdf"),
)
