"""How far a plan is from where it starts, and how far it may be, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netform.comparing import compare_groupings
from netform.grouping import Grouping, Moves

if TYPE_CHECKING:
    from netform.plan import Plan
    from netform.practices.model import PracticeList

__all__ = ["moves_from", "moves_made", "moves_remedy", "with_moves"]


def moves_from(
    start: Grouping, practices: PracticeList, most_practices: int | None, most_patients: int | None
) -> Moves:
    """Say how far a plan may be from where it starts.

    Parameters
    ----------
    start : Grouping
    practices : PracticeList
        The whole list, over which the networks of the start are counted.
    most_practices, most_patients : int or None
        At most so many, over each area; None for any number.
    """
    size = {practice.code: practice.list_size for practice in practices}
    patients = {label: sum(size[code] for code in codes) for label, codes in start.networks.items()}
    return Moves(start, patients, most_practices, most_patients)


def moves_made(plan: Plan, practices: PracticeList, start: Grouping) -> tuple[int, int]:
    """Count the practices that a plan has moved from its start, and their registered patients.

    Parameters
    ----------
    plan : Plan
    practices : PracticeList
    start : Grouping
    """
    placed = {network.network_id: network.practice_codes for network in plan.networks}
    ended = Grouping("plan", placed, tuple(each.practice_code for each in plan.unplaced))
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
        "most_practices": moves.practices,
        "most_patients": moves.patients,
        "practices": number,
        "patients": patients,
    }
    each = " in each area" if len(plan.areas) > 1 else ""
    said = (
        f"From {_start_words(moves)} {number:,} practice{'s' * (number != 1)} with {patients:,} patients "
        f"{'has' if number == 1 else 'have'} moved; {_limit_words(moves)} could{each}."
    )
    notes = (*plan.provenance.get("notes", ()), said)
    return replace(plan, provenance={**plan.provenance, "moves": made, "notes": list(notes)})


def moves_remedy(moves: Moves) -> str:
    """Say, where there is no plan, what the moves may have to do with it.

    Parameters
    ----------
    moves : Moves
    """
    return (
        f"The plan may move {_limit_words(moves)} of an area out of {_start_words(moves)}: allow more with --moves or "
        "--moves-patients, or leave out --start to see the best plan of all."
    )


def _start_words(moves: Moves) -> str:
    return "today's networks" if moves.start.name == "today" else f"the networks of {moves.start.name}"


def _limit_words(moves: Moves) -> str:
    limits = ((moves.practices, "practice"), (moves.patients, "patient"))
    return " and ".join(
        f"at most {limit:,} {what}{'s' * (limit != 1)}" for limit, what in limits if limit is not None
    )
