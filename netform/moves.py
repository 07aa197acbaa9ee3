"""How far a plan is from where it starts, and how far it may be, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netform.comparing import compare_groupings
from netform.grouping import Grouping, Moves

if TYPE_CHECKING:
    from netform.explain.move_limits import Enough, Needed
    from netform.plan import Plan
    from netform.practices.model import PracticeList
    from netform.solve.exact.minimum_count import Fewest

__all__ = [
    "as_good_words",
    "least_words",
    "moves_from",
    "moves_made",
    "needed_words",
    "too_near_words",
    "with_moves",
    "within_words",
]


def moves_from(
    start: Grouping, practices: PracticeList, most_practices: int | str | None, most_patients: int | None
) -> Moves:
    """Say how far a plan may be from where it starts.

    Parameters
    ----------
    start : Grouping
    practices : PracticeList
        The whole list, over which the networks of the start are counted.
    most_practices, most_patients : int or None
        At most so many, over each area; None for any number. ``"least"`` for as few practices as a plan can move.
    """
    size = {practice.code: practice.list_size for practice in practices}
    patients = {label: sum(size[code] for code in codes) for label, codes in start.networks.items()}
    if isinstance(most_practices, str):
        return Moves(start, patients, None, most_patients, least=True)
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
        "most_practices": "least" if moves.least else moves.practices,
        "most_patients": moves.patients,
        "practices": number,
        "patients": patients,
    }
    each = " in each area" if len(plan.areas) > 1 else ""
    asked = f"{_limit_words(moves)} {'should' if moves.least else 'could'}{each}"
    said = (
        f"From {_start_words(moves)} {number:,} practice{'s' * (number != 1)} with {patients:,} patients "
        f"{'has' if number == 1 else 'have'} moved; {asked}."
    )
    notes = (*plan.provenance.get("notes", ()), said)
    return replace(plan, provenance={**plan.provenance, "moves": made, "notes": list(notes)})


def within_words(moves: Moves) -> str:
    """Say within which limits a plan moves practices, and out of what, as part of a sentence."""
    return f"{_limit_words(moves)} out of {_start_words(moves)}"


def needed_words(need: Needed) -> str:
    """Say what has to move and the options that allow it, as the end of a sentence without its full stop.

    Parameters
    ----------
    need : Needed
    """
    if not need.enough:
        return "how many have to move was not settled in the time"
    return "; or ".join(map(_enough_words, need.enough))


def too_near_words(moves: Moves, named: str, least: Needed, best: Needed | None, exceptions: int) -> str:
    """Say that no plan at all is within the limits, what limits have one, and what limits have one as good as any.

    Parameters
    ----------
    moves : Moves
    named : str
        The area as part of a sentence.
    least : Needed
        For any plan, networks outside the band or not.
    best : Needed or None
        For a plan with no more exceptions than are needed however many move.
    exceptions : int
        How many those are.
    """
    said = f"no plan{named} moves {within_words(moves)}, even with networks outside the band."
    if best is None:
        return f"{said}\nFor any plan {needed_words(least)}."
    as_good = as_good_words(exceptions)
    if best.enough == least.enough:
        return f"{said}\nFor any plan, and for one {as_good}, {needed_words(least)}."
    return f"{said}\nFor any plan {needed_words(least)}; for one {as_good} {needed_words(best)}."


def least_words(count: Fewest, exceptions: int, moves: Moves) -> str:
    """Say how few practices a plan can move, where the fewest were asked for.

    Parameters
    ----------
    count : Fewest
    exceptions : int
        How many are needed however many move.
    moves : Moves
    """
    most = "" if moves.patients is None else f" that moves at most {moves.patients:,} patients"
    if count.proven:
        return (
            f"For a plan {as_good_words(exceptions)}{most} at least {_have_to_move(count.found)} out of "
            f"{_start_words(moves)}."
        )
    return (
        f"{_practices(count.found)} moved out of {_start_words(moves)} are the fewest found for a plan "
        f"{as_good_words(exceptions)}{most}; only that fewer than {count.bound:,} cannot be is proven."
    )


def as_good_words(exceptions: int) -> str:
    """Say of a plan that it has only so many exceptions, which are needed however many move."""
    return (
        "without exceptions"
        if not exceptions
        else f"with no exceptions beyond the {exceptions:,} needed anyway"
    )


def _enough_words(enough: Enough) -> str:
    """What has to move within one pair of limits, and the options that set them."""
    practices, patients = enough.practices, enough.patients
    flags = (("--moves", practices), ("--moves-patients", patients))
    options = " ".join(f"{name} {limit}" for name, limit in flags if limit is not None)
    if len(enough.counted) > 1:
        if all(count.proven for _, count in enough.counted):
            least = f"at least {_have_to_move(practices)}"
            return f"{least}, and if no more do at least {patients:,} patients ({options})"
        return (
            f"to move {_practices(practices)} with {patients:,} patients is enough ({options}), and whether less is "
            "was not settled in the time"
        )
    (kind, count), kept = enough.counted[0], ""
    by_patients = kind == "patients"
    if practices is not None and patients is not None:
        kept = (
            f", at most {_practices(practices)}," if by_patients else f", with at most {patients:,} patients,"
        )
    if not count.proven:
        what = f"practices with {count.found:,} patients" if by_patients else _practices(count.found)
        return (
            f"to move {what}{kept} is enough ({options}); that fewer than {count.bound:,} cannot be is proven, and "
            "what lies between was not settled in the time"
        )
    if by_patients:
        return f"practices with at least {count.found:,} patients{kept} have to move ({options})"
    return f"at least {_have_to_move(count.found, kept)} ({options})"


def _practices(number: int | None) -> str:
    return f"{number:,} practice{'s' * (number != 1)}"


def _have_to_move(number: int | None, kept: str = "") -> str:
    return f"{_practices(number)}{kept} {'has' if number == 1 else 'have'} to move"


def _start_words(moves: Moves) -> str:
    return "today's networks" if moves.start.name == "today" else f"the networks of {moves.start.name}"


def _limit_words(moves: Moves) -> str:
    limits = ((moves.practices, "practice"), (moves.patients, "patient"))
    said = [f"at most {limit:,} {what}{'s' * (limit != 1)}" for limit, what in limits if limit is not None]
    return " and ".join(["as few practices as possible"] * moves.least + said)
