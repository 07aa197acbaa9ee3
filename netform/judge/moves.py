"""How far a plan is from where it starts, counted and written down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from netform.explain.move_words import limit_words, start_words
from netform.inputs.grouping_file import todays_grouping
from netform.judge.comparison import compare_groupings
from netform.plan.grouping import Grouping, Moves

if TYPE_CHECKING:
    from netform.judge.comparison import Comparison
    from netform.plan.model import Plan
    from netform.practices.model import PracticeList

__all__ = ["compare_with_today", "moves_from", "moves_made", "with_moves"]


def compare_with_today(plan: Plan, practices: PracticeList) -> Comparison | None:
    """Compare the present networks of a list with a plan; None where the list has none.

    Parameters
    ----------
    plan : Plan
    practices : PracticeList
    """
    if not any(practice.pcn_code for practice in practices):
        return None
    list_sizes = {practice.code: practice.list_size for practice in practices}
    return compare_groupings(todays_grouping(practices), _grouping_of(plan, practices), list_sizes)


def _grouping_of(plan: Plan, practices: PracticeList) -> Grouping:
    placed = {network.network_id: network.practice_codes for network in plan.networks}
    inside = {code for codes in placed.values() for code in codes}
    return Grouping("plan", placed, tuple(code for code in practices.codes if code not in inside))


def moves_from(
    start: Grouping,
    practices: PracticeList,
    most_practices: int | str | None,
    most_patients: int | str | None,
) -> Moves:
    """Say how far a plan may be from where it starts.

    Parameters
    ----------
    start : Grouping
    practices : PracticeList
        The whole list, over which the networks of the start are counted.
    most_practices, most_patients : int or None
        At most so many, over each area; None for any number. ``"least"``, in place of one of them, for as few as a
        plan can move.
    """
    size = {practice.code: practice.list_size for practice in practices}
    patients = {label: sum(size[code] for code in codes) for label, codes in start.networks.items()}
    least: Literal["", "practices", "patients"] = "practices" if isinstance(most_practices, str) else ""
    if isinstance(most_patients, str):
        least = "patients"
    return Moves(
        start,
        patients,
        most_practices if isinstance(most_practices, int) else None,
        most_patients if isinstance(most_patients, int) else None,
        least,
    )


def moves_made(plan: Plan, practices: PracticeList, start: Grouping) -> tuple[int, int]:
    """Count the practices that a plan has moved from its start, and their registered patients.

    Parameters
    ----------
    plan : Plan
    practices : PracticeList
    start : Grouping
    """
    ended = _grouping_of(plan, practices)
    passage = compare_groupings(start, ended, {each.code: each.list_size for each in practices}).forth
    left_out = set(ended.unplaced)
    moved = [code for code in passage.moved if code not in left_out]
    size = {practice.code: practice.list_size for practice in practices}
    return len(moved), sum(size[code] for code in moved)


def with_moves(plan: Plan, practices: PracticeList, moves: Moves) -> Plan:
    """Write down in a plan's provenance where it started, how far it could go and how far it went.

    Parameters
    ----------
    plan : Plan
    practices : PracticeList
    moves : Moves
        What the plan was made under.

    Returns
    -------
    Plan
        With ``moves`` in its provenance, and a sentence among the notes.
    """
    number, patients = moves_made(plan, practices, moves.start)
    made: dict[str, Any] = {
        "start": moves.start.name,
        "most_practices": "least" if moves.least == "practices" else moves.practices,
        "most_patients": "least" if moves.least == "patients" else moves.patients,
        "practices": number,
        "patients": patients,
    }
    each = " in each area" if len(plan.areas) > 1 else ""
    asked = f"{limit_words(moves)} {'should' if moves.least else 'could'}{each}"
    said = (
        f"From {start_words(moves)} {number:,} practice{'s' * (number != 1)} with {patients:,} patients "
        f"{'has' if number == 1 else 'have'} moved; {asked}."
    )
    notes = (*plan.provenance.get("notes", ()), said)
    return replace(plan, provenance={**plan.provenance, "moves": made, "notes": list(notes)})
