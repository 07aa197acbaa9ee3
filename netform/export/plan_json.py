"""plan.json: the plan for programs (read back by `netform.inputs.plan_json`).

The layout is a contract (``schema``): keys are added, never changed or dropped, within ``netform/plan/1``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from netform.export.rounding import rounded
from netform.export.rows import residents_word
from netform.plan.model import SCHEMA, AreaResult, Edge, Network, Plan, SolveStep
from netform.plan.neighbourhoods import main_share, patients_in

__all__ = ["containment_object", "dump_json", "plan_json", "plan_object", "posts_object"]


def dump_json(value: Any) -> str:
    """Write a value as JSON on one line, safe to stand in a script of a page.

    Parameters
    ----------
    value : object
        Of what JSON knows; no NaN and no infinity.

    Raises
    ------
    ValueError
        When a number is not finite.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # Both end a line in JavaScript, in the middle of a string.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def plan_object(plan: Plan, *, timings: bool = False) -> dict[str, Any]:
    """Return a plan as the object that ``plan.json`` holds.

    Parameters
    ----------
    plan : Plan
    timings : bool
        Whether to give the seconds by stage and the solve log, which differ from run to run.
    """
    log = [_step_object(area.area, step) for area in plan.areas for step in area.log]
    return {
        "schema": SCHEMA,
        "status": plan.status,
        "cost": rounded(plan.cost),
        "bound": rounded(plan.bound),
        "gap": rounded(plan.gap),
        "areas": [_area_object(area, timings=timings) for area in plan.areas],
        "networks": [
            {**_network_object(network), **_alignment_object(plan, network)} for network in plan.networks
        ],
        "unplaced": [{"practice_code": each.practice_code, "reason": each.reason} for each in plan.unplaced],
        "graph": {
            "edges": _edge_rows(plan.edges),
            "border_m": [rounded(edge.border_m) for edge in plan.edges],
            "distance_km": [rounded(edge.distance_km) for edge in plan.edges],
            **({"barriers": _barrier_rows(plan.barriers)} if plan.barriers else {}),
        },
        **({"living": _living_rows(plan)} if plan.living else {}),
        **({"solve_log": log} if timings else {}),
        "provenance": _sorted(plan.provenance),
    }


def plan_json(plan: Plan, *, timings: bool = False) -> bytes:
    """Write a plan as ``plan.json``.

    One line an area, a network, an edge, so that two plans can be compared line by line.

    Parameters
    ----------
    plan : Plan
    timings : bool
        Whether to give the seconds by stage and the solve log, which differ from run to run.
    """
    lines = []
    for key, value in plan_object(plan, timings=timings).items():
        if key == "graph":
            edges = _list_lines(value.pop("edges"), "  ")
            rest = "".join(f',\n  "{name}": {dump_json(numbers)}' for name, numbers in value.items())
            lines.append(f' "graph": {{\n  "edges": {edges}{rest}\n }}')
        else:
            lines.append(
                f' "{key}": {_list_lines(value, " ") if isinstance(value, list) else dump_json(value)}'
            )
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8")


def posts_object(network: Network) -> list[dict[str, Any]]:
    """Return the shared posts of a network as they stand in JSON.

    Parameters
    ----------
    network : Network
    """
    return [
        {
            "role": post.role,
            "due": rounded(post.due),
            "whole": rounded(post.whole),
            "stranded": rounded(post.stranded),
            "pounds_year": rounded(post.pounds_year),
        }
        for post in network.posts
    ]


def _edge_rows(edges: Sequence[Edge]) -> list[list[Any]]:
    return [[edge.code_a, edge.code_b, edge.kind, rounded(edge.minutes)] for edge in edges]


def _barrier_rows(barriers: Sequence[Edge]) -> list[list[Any]]:
    """Give barriers as edges are given, with metres of border and kilometres of straight line behind."""
    return [
        [*row, rounded(edge.border_m), rounded(edge.distance_km)]
        for row, edge in zip(_edge_rows(barriers), barriers, strict=True)
    ]


def containment_object(network: Network) -> dict[str, Any]:
    """Return how far a network holds where its patients live; nothing where that is not known.

    Parameters
    ----------
    network : Network
    """
    held = network.containment
    if held is None:
        return {}
    return {
        "containment": {
            "patients": rounded(held.patients),
            "inside": rounded(held.inside),
            "patients_share": rounded(held.patients_share),
            "residents": rounded(held.residents),
            "residents_are": residents_word(held),
            "residents_registered": rounded(held.registered),
            "residents_share": rounded(held.residents_share),
        }
    }


def _area_object(area: AreaResult, *, timings: bool) -> dict[str, Any]:
    return {
        "area": area.area,
        "status": area.status,
        "cost": rounded(area.cost),
        "bound": rounded(area.bound),
        "gap": rounded(area.gap),
        "practices": area.practices,
        "networks": area.networks,
        "candidates": area.candidates,
        "exceptions_bound": area.exceptions_bound,
        "method": area.method,
        "unproven": area.unproven,
        "seconds": {stage: round(seconds, 3) for stage, seconds in area.seconds.items()} if timings else {},
        "notes": list(area.notes),
    }


def _step_object(area: str, step: SolveStep) -> dict[str, Any]:
    return {
        "area": area,
        "seconds": round(step.seconds, 3),
        "step": step.step,
        "columns": step.columns,
        "bound": rounded(step.bound),
        "incumbent": rounded(step.incumbent),
        "exceptions": step.exceptions,
    }


def _network_object(network: Network) -> dict[str, Any]:
    return {
        "network_id": network.network_id,
        "name": network.name,
        "today": _today_object(network),
        "area": network.area,
        "practice_codes": list(network.practice_codes),
        "list_size": network.list_size,
        "hub_code": network.hub_code,
        "minutes_to_hub": [rounded(minutes) for minutes in network.minutes_to_hub],
        "exception": network.exception,
        "explanation": network.explanation,
        "terms": {term: rounded(hours) for term, hours in network.terms.items()},
        "posts": posts_object(network),
        "minutes_per_move": rounded(network.minutes_per_move),
        "rationale": network.rationale,
        **containment_object(network),
    }


def _alignment_object(plan: Plan, network: Network) -> dict[str, Any]:
    """Say in which neighbourhoods a network's patients live, where that is known."""
    patients = patients_in(plan.living, network.practice_codes)
    if not patients:
        return {}
    return {
        "neighbourhood": next(iter(patients)) or None,
        "neighbourhood_share": rounded(main_share(patients)),
        "neighbourhoods": {name: rounded(number) for name, number in patients.items()},
    }


def _living_rows(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "practice_code": code,
            "neighbourhoods": {name: rounded(number) for name, number in sorted(plan.living[code].items())},
        }
        for code in sorted(plan.living)
    ]


def _today_object(network: Network) -> dict[str, str] | None:
    return None if network.today is None else {"code": network.today.code, "name": network.today.name}


def _sorted(value: Any) -> Any:
    """Order the keys of mappings, at every depth: provenance is gathered from many places."""
    if isinstance(value, Mapping):
        return {str(key): _sorted(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [_sorted(each) for each in value]
    return value


def _list_lines(values: list[Any], indent: str) -> str:
    if not values:
        return "[]"
    return "[\n" + ",\n".join(f"{indent} {dump_json(value)}" for value in values) + f"\n{indent}]"
