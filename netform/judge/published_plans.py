"""Two plan folders side by side, without the list they were made from: as they were published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netform.errors import Fault, InputError
from netform.inputs.grouping_file import grouping_name, plan_grouping
from netform.inputs.places import Places
from netform.inputs.plan_folder import PlanFolder, read_plan_folder
from netform.judge.comparison import Compared, compare_results
from netform.judge.scoring import ScoredResult, score_of_plan

if TYPE_CHECKING:
    from netform.practices.model import PracticeList

__all__ = ["check_same_list", "compare_plan_folders", "named_apart"]


def compare_plan_folders(given_a: str, given_b: str) -> Compared:
    """Compare two plans by the files they were published with.

    Parameters
    ----------
    given_a, given_b : str
        Plan folders, or a ``plan.json`` in one.

    Raises
    ------
    InputError
        When a file is missing or damaged, or the plans are not of the same practices and list sizes.
    RulesError
        When a ``rules.toml`` is missing or damaged.
    """
    folder_a, folder_b = read_plan_folder(given_a), read_plan_folder(given_b)
    check_same_list(folder_a.practices, folder_b.practices, given_a, given_b)
    name_a, name_b = named_apart(given_a, given_b)
    notes = []
    if folder_a.rules != folder_b.rules:
        notes.append(
            "The two plans were made by different rules and each is scored by its own: hours and bands may not be"
            " alike. Give --practices to score both by one."
        )
    if folder_a.plan.provenance.get("travel") != folder_b.plan.provenance.get("travel"):
        notes.append(
            "The two plans were made with different journey times. Give --practices to score both alike."
        )
    return compare_results(_result(folder_a, name_a), _result(folder_b, name_b), tuple(notes))


def named_apart(*given: str) -> tuple[str, ...]:
    """Name divisions for people, in full where their short names are alike."""
    names = tuple(map(grouping_name, given))
    return names if len(set(names)) == len(names) else given


def _result(folder: PlanFolder, name: str) -> ScoredResult:
    grouping = plan_grouping(folder.plan, folder.practices, folder.practices.source, name)
    score = score_of_plan(folder.plan, grouping, folder.rules)
    nowhere = np.nan
    places = Places(
        easting=np.array([nowhere if each.easting is None else each.easting for each in folder.practices]),
        northing=np.array([nowhere if each.northing is None else each.northing for each in folder.practices]),
        quality=("given",) * len(folder.practices),
        homes=np.empty((0, 2)),
        gazetteer="",
    )
    provenance = {**folder.plan.provenance, "notes": []}
    return ScoredResult(
        folder.practices,
        places,
        score,
        folder.boundaries,
        provenance,
        folder.plan.living,
        folder.beside.get("neighbourhoods", {}),
    )


def check_same_list(one: PracticeList, other: PracticeList, file_a: str, file_b: str) -> None:
    """Refuse plans of different lists: patients could not be counted alike.

    Parameters
    ----------
    one, other : PracticeList
    file_a, file_b : str
        What the user named.

    Raises
    ------
    InputError
        With how many practices differ.
    """
    sizes = [{practice.code: practice.list_size for practice in each} for each in (one, other)]
    alone = sorted(sizes[0].keys() ^ sizes[1].keys())
    changed = [code for code in sorted(sizes[0].keys() & sizes[1].keys()) if sizes[0][code] != sizes[1][code]]
    if not alone and not changed:
        return
    what = f"{alone[0]} is in one list only" if alone else f"{changed[0]} has another list size"
    problem = (
        f"it is a plan of another list than {file_a}: practices in one list only {len(alone):,},"
        f" with another list size {len(changed):,} ({what})"
    )
    remedy = "Give --practices LIST, so that both are scored by one list"
    raise InputError([Fault(file_b, None, None, None, problem, remedy)])
