"""alternatives.csv, changes.csv, borders.csv, borders.geojson and alternatives.json: the plans near the best.

The layout of ``alternatives.json`` is a contract (``schema``): keys are added, never changed or dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from netform.export.plan_json import dump_json
from netform.export.rows import rounded
from netform.export.tables import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.tradeoff.model import Alternative
    from netform.tradeoff.results import AlternativesResult

__all__ = [
    "ALTERNATIVES_FILES",
    "ALTERNATIVES_SCHEMA",
    "alternatives_files",
    "alternatives_json",
    "alternatives_object",
    "borders_geojson",
]

ALTERNATIVES_SCHEMA = "netform/alternatives/1"

# What a folder holds, in the order of writing, beside the folders of plans; the last seals it.
ALTERNATIVES_FILES = (
    "alternatives.csv",
    "changes.csv",
    "borders.csv",
    "borders.geojson",
    "alternatives.png",
    "alternatives.svg",
    "alternatives.html",
    "rules.toml",
    "alternatives.json",
)


def alternatives_files(result: AlternativesResult) -> dict[str, Callable[[], bytes]]:
    """Return what an output folder holds: the file names, and how to make each one's bytes.

    Parameters
    ----------
    result : AlternativesResult

    Returns
    -------
    dict of str to callable
        In the order of `ALTERNATIVES_FILES`.
    """

    def drawn(kind: Literal["png", "svg"]) -> bytes:
        from netform.report.alternatives_picture import (  # noqa: PLC0415 (brings matplotlib with it)
            alternatives_picture,
        )

        return alternatives_picture(result, kind)

    def page() -> bytes:
        from netform.report.alternatives_page import render_alternatives  # noqa: PLC0415 (the same)

        return render_alternatives(result).encode("utf-8")

    return {
        "alternatives.csv": lambda: csv_bytes(alternative_rows(result)),
        "changes.csv": lambda: csv_bytes(change_rows(result), CHANGE_COLUMNS),
        "borders.csv": lambda: csv_bytes(border_rows(result), BORDER_COLUMNS),
        "borders.geojson": lambda: borders_geojson(result),
        "alternatives.png": lambda: drawn("png"),
        "alternatives.svg": lambda: drawn("svg"),
        "alternatives.html": page,
        "rules.toml": lambda: result.rules_toml.encode("utf-8"),
        "alternatives.json": lambda: alternatives_json(result),
    }


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


def borders_geojson(result: AlternativesResult) -> bytes:
    """Write the borders between the territories of neighbours as GeoJSON, a line or several each.

    Coordinates are WGS 84 longitude and latitude. Practices of one site, and those joined by a bridge, have no
    border; ``borders.csv`` has them.

    Parameters
    ----------
    result : AlternativesResult
    """
    from netform.export.geojson import feature_collection, to_lonlat  # noqa: PLC0415 (loads geometry)

    drawn = [
        (row | {"id": f"{row['code_a']} {row['code_b']}"}, each.line)
        for row, each in zip(border_rows(result), result.neighbours, strict=True)
        if each.line is not None
    ]
    lines = np.array([line for _, line in drawn], dtype=object)
    return feature_collection(to_lonlat(lines), [row for row, _ in drawn], "id")


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
