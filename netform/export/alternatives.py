"""What `netform alternatives` publishes: the plans near the best, what each changes, and the borders.

The layout of ``alternatives.json`` is a contract (``schema``): keys are added, never changed or dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from netform.export.plan_json import dump_json
from netform.export.publication import Layer, Publication, Table
from netform.export.rounding import rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.tradeoff.model import Alternative
    from netform.tradeoff.results import AlternativesResult

__all__ = [
    "ALTERNATIVES",
    "ALTERNATIVES_SCHEMA",
    "alternatives_json",
    "alternatives_object",
]

ALTERNATIVES_SCHEMA = "netform/alternatives/1"


def alternative_rows(result: AlternativesResult) -> list[dict[str, Any]]:
    """Return a row for each plan, area by area, the best first.

    Parameters
    ----------
    result : AlternativesResult

    Returns
    -------
    list of dict
        ``above_best_percent`` is of the best's cost. For the most different ones only, ``patients_apart`` are the
        patients moved from the best and from the different ones before it, added up, which in no plan within the
        allowance exceed ``most_patients_apart``. ``proven`` is ``yes`` or ``no``.
    """
    return [
        {
            "area": area,
            "rank": each.rank,
            "kind": each.kind,
            "cost": rounded(each.cost),
            "above_best_hours": rounded(result.above_best(area, each)),
            "above_best_percent": rounded(100 * result.above_best_share(area, each)),
            "networks": len(each.networks),
            "practices_moved": each.practices_moved,
            "patients_moved": each.patients_moved,
            "patients_apart": each.patients_apart if each.kind == "different" else None,
            "most_patients_apart": each.most_patients_apart if each.kind == "different" else None,
            "proven": "yes" if each.proven else "no",
            "folder": result.folders.get((area, each.kind, each.rank)),
        }
        for area, several in result.alternatives.items()
        for each in several
    ]


CHANGE_COLUMNS = (
    "area",
    "kind",
    "rank",
    "practice_code",
    "practice_name",
    "list_size",
    "from_network",
    "to_network",
    "with_practices",
)


def change_rows(result: AlternativesResult) -> list[dict[str, Any]]:
    """Return a row for each practice that an alternative places differently.

    Parameters
    ----------
    result : AlternativesResult

    Returns
    -------
    list of dict
        ``from_network`` and ``to_network`` are ids of the best plan's networks; ``to_network`` is None where
        the new network succeeds none of them, and ``with_practices`` are the members of the new network.
    """
    practices = {practice.code: practice for practice in result.practices}
    return [
        {
            "area": area,
            "kind": each.kind,
            "rank": each.rank,
            "practice_code": change.practice_code,
            "practice_name": practices[change.practice_code].name,
            "list_size": practices[change.practice_code].list_size,
            "from_network": change.from_network,
            "to_network": change.to_network or None,
            "with_practices": " ".join(change.new_network),
        }
        for area, several in result.alternatives.items()
        for each in several
        for change in result.changes[area, each.kind, each.rank]
    ]


BORDER_COLUMNS = ("area", "code_a", "code_b", "together")


def border_rows(result: AlternativesResult) -> list[dict[str, Any]]:
    """Return a row for each pair of neighbours: in how many plans near the best they are together.

    Parameters
    ----------
    result : AlternativesResult
    """
    return [
        {
            "area": each.area,
            "code_a": each.border.code_a,
            "code_b": each.border.code_b,
            "together": each.border.together,
        }
        for each in result.neighbours
    ]


def line_rows(result: AlternativesResult) -> list[dict[str, Any]]:
    """Return the rows of `border_rows` that can be drawn, each with an id.

    Practices of one site, and those joined by a bridge, have no border to draw.

    Parameters
    ----------
    result : AlternativesResult
    """
    return [
        row | {"id": f"{row['code_a']} {row['code_b']}"}
        for row, each in zip(border_rows(result), result.neighbours, strict=True)
        if each.line is not None
    ]


def _lines(result: AlternativesResult) -> NDArray[Any]:
    return np.array([each.line for each in result.neighbours if each.line is not None], dtype=object)


def alternatives_object(result: AlternativesResult) -> dict[str, Any]:
    """Return the alternatives as the object that ``alternatives.json`` holds.

    Parameters
    ----------
    result : AlternativesResult
    """
    return {
        "schema": ALTERNATIVES_SCHEMA,
        "within": rounded(result.within),
        "areas": [
            {
                "area": area,
                "alternatives": [_alternative_object(result, area, each) for each in several],
                "borders": [
                    [each.border.code_a, each.border.code_b, each.border.together]
                    for each in result.neighbours
                    if each.area == area
                ],
            }
            for area, several in result.alternatives.items()
        ],
        "provenance": {key: result.provenance[key] for key in sorted(result.provenance)},
    }


def alternatives_json(result: AlternativesResult) -> bytes:
    """Write the alternatives as ``alternatives.json``, a plan and a border a line.

    Parameters
    ----------
    result : AlternativesResult
    """
    document = alternatives_object(result)
    areas = []
    for each in document.pop("areas"):
        plans = ",\n".join(f"   {dump_json(plan)}" for plan in each["alternatives"])
        borders = ",\n".join(f"   {dump_json(border)}" for border in each["borders"])
        areas.append(
            f'  {{"area": {dump_json(each["area"])},\n   "alternatives": [\n{plans}\n   ],\n'
            f'   "borders": [\n{borders}\n   ]}}'
        )
    provenance = document.pop("provenance")
    head = "".join(f' "{key}": {dump_json(value)},\n' for key, value in document.items())
    body = ",\n".join(areas)
    return f'{{\n{head} "areas": [\n{body}\n ],\n "provenance": {dump_json(provenance)}\n}}\n'.encode()


def _alternative_object(result: AlternativesResult, area: str, each: Alternative) -> dict[str, Any]:
    key = (area, each.kind, each.rank)
    return {
        "rank": each.rank,
        "kind": each.kind,
        "cost": rounded(each.cost),
        "above_best": rounded(result.above_best(area, each)),
        "practices_moved": each.practices_moved,
        "patients_moved": each.patients_moved,
        "patients_apart": each.patients_apart if each.kind == "different" else None,
        "most_patients_apart": each.most_patients_apart if each.kind == "different" else None,
        "proven": each.proven,
        "folder": result.folders.get(key),
        "changes": [
            {
                "practice_code": change.practice_code,
                "from": change.from_network,
                "to": change.to_network or None,
                "with": list(change.new_network),
            }
            for change in result.changes[key]
        ],
        "networks": [list(codes) for codes in each.networks],
    }


def _picture(result: AlternativesResult, kind: Literal["png", "svg"]) -> bytes:
    from netform.report.alternatives_picture import (  # noqa: PLC0415 (brings matplotlib with it)
        alternatives_picture,
    )

    return alternatives_picture(result, kind)


def _page(result: AlternativesResult) -> bytes:
    from netform.report.alternatives_page import render_alternatives  # noqa: PLC0415 (the same)

    return render_alternatives(result).encode("utf-8")


ALTERNATIVES: Publication[AlternativesResult] = Publication(
    name="alternatives",
    tables=(
        Table("alternatives", alternative_rows),
        Table("changes", change_rows, CHANGE_COLUMNS),
        Table("borders", border_rows, BORDER_COLUMNS),
    ),
    layers=(Layer("borders", "id", line_rows, _lines),),
    picture=("alternatives", _picture),
    page=("alternatives", _page),
    document=("alternatives", alternatives_json),
    rules=lambda result: result.rules_toml,
    folder=(".csv", ".geojson", ".png", ".svg", ".html"),
)
