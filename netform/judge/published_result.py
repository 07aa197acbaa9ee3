"""A plan folder as a result again, so that its report can be made anew or set beside others."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.errors import Fault, InputError
from netform.inputs.branches import Branch
from netform.inputs.nowhere import Nowhere
from netform.inputs.places import Places
from netform.inputs.plan_folder import PlanFolder, plan_file, read_plan_folder
from netform.inputs.standing import Standing
from netform.plan.rule_cost import RuleCost
from netform.practices.cells import plain_cell
from netform.practices.text import read_bytes
from netform.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from netform.plan.model import Plan
    from netform.practices.model import Practice, PracticeList

__all__ = ["published_result"]

_REMEDY = "Give the folder that netform solve wrote, unchanged"


def published_result(given: str | Path) -> Result:
    """Read a plan folder as the result that it was published from.

    Parameters
    ----------
    given : str or Path
        The folder, or the ``plan.json`` in it.

    Returns
    -------
    Result

    Raises
    ------
    InputError, RulesError
        As `netform.inputs.plan_folder.read_plan_folder`.
    """
    folder = read_plan_folder(given)
    path = plan_file(given)
    _check_hubs(folder.plan, str(path))
    beside = {row["practice_code"]: row for row in _rows(path.with_name("practices.csv"))}
    practices = _practices(folder, beside)
    prices = path.with_name("prices.csv")
    return Result(
        practices=practices,
        places=_places(practices, beside),
        plan=folder.plan,
        boundaries=folder.boundaries,
        rules_toml=read_bytes(path.with_name("rules.toml")).decode("utf-8"),
        prices=_prices(prices) if prices.exists() else (),
        outside=folder.beside.get("outside", {}),
        authority_lines=folder.beside.get("lines", {}).get("local_authorities"),
        neighbourhoods=folder.beside.get("neighbourhoods", {}),
        timings=any(area.log for area in folder.plan.areas),
        standing=_standing(path.with_name("branches.csv"), beside),
    )


def _check_hubs(plan: Plan, file: str) -> None:
    """Refuse a plan that was changed by hand so that a network has no hub of its own, or no journeys to it."""
    faults = [
        Fault(file, None, None, None, f"network {each.network_id} has no hub, or no minutes to it", _REMEDY)
        for each in plan.networks
        if each.hub_code not in each.practice_codes
        or len(each.minutes_to_hub) != len(each.practice_codes)
        or not all(isinstance(minutes, int | float) for minutes in each.minutes_to_hub)
    ]
    if faults:
        raise InputError(faults[:20])


def _prices(path: Path) -> tuple[RuleCost, ...]:
    try:
        return tuple(map(_price, _rows(path)))
    except (KeyError, ValueError) as error:
        raise InputError(
            [Fault(str(path), None, None, None, "it is not the prices of a plan", _REMEDY)]
        ) from error


def _rows(path: Path) -> list[dict[str, str]]:
    """Read a table of a plan folder; what kept a spreadsheet from running a cell is taken off again."""
    text = read_bytes(path).decode("utf-8-sig")
    return [
        {str(name): plain_cell(value or "") for name, value in row.items()}
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]


def _practices(folder: PlanFolder, beside: dict[str, dict[str, str]]) -> PracticeList:
    """Give each practice its area again, and the list its name."""

    def whole(practice: Practice) -> Practice:
        row = beside.get(practice.code, {})
        return replace(practice, area=row.get("area", ""), pcn_name=row.get("pcn_name", practice.pcn_name))

    source, digest = (_text(folder.plan, key) for key in ("input", "input_sha256"))
    members = tuple(map(whole, folder.practices))
    return replace(folder.practices, practices=members, source=source, sha256=digest, notes=())


def _places(practices: PracticeList, beside: dict[str, dict[str, str]]) -> Places:
    nowhere = np.nan
    return Places(
        easting=np.array([nowhere if each.easting is None else each.easting for each in practices]),
        northing=np.array([nowhere if each.northing is None else each.northing for each in practices]),
        quality=tuple(beside.get(each.code, {}).get("place_quality") or "given" for each in practices),
        homes=np.empty((0, 2)),
        gazetteer="",
    )


def _standing(path: Path, beside: Mapping[str, Mapping[str, str]]) -> Standing:
    """Read back what stands beside the list: branches, and who is attached to whom."""
    hosts = {code: row["attached_to"] for code, row in beside.items() if row.get("attached_to")}
    try:
        branches = tuple(map(_branch, _rows(path))) if path.exists() else ()
    except (KeyError, ValueError) as error:
        raise InputError(
            [Fault(str(path), None, None, None, "it is not the branches of a plan", _REMEDY)]
        ) from error
    return Standing(nowhere=Nowhere(hosts=hosts), branches=branches)


def _branch(row: Mapping[str, str]) -> Branch:
    return Branch(
        code=row["branch_code"],
        name=row["branch_name"],
        postcode=row["postcode"],
        practice_code=row["practice_code"],
        easting=float(row["easting"]),
        northing=float(row["northing"]),
        quality=row["place_quality"],
    )


def _price(row: dict[str, str]) -> RuleCost:
    """Read a price back; one that is not known has no figures."""
    cost, penalties = row.get("cost", ""), row.get("penalties", "")
    return RuleCost(
        row["kind"],
        row["rule"],
        float(cost) if cost else None,
        int(row["exceptions"]),
        proven=row["proven"] == "yes",
        penalties=float(penalties) if penalties else 0.0,
    )


def _text(plan: Plan, key: str) -> str:
    value = plan.provenance.get(key)
    return value if isinstance(value, str) else ""
