"""How far a plan may be from where it starts, and how far it has to be, in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netform.plan.grouping import Moves
    from netform.solve.exact.minimum_count import Fewest

__all__ = [
    "Enough",
    "Needed",
    "as_good_words",
    "least_words",
    "limit_words",
    "needed_words",
    "start_words",
    "too_near_words",
    "within_words",
]


@dataclass(frozen=True, slots=True)
class Enough:
    """Limits on moves within which there is a plan.

    Attributes
    ----------
    practices, patients : int or None
        The limits; None for any number.
    counted : tuple of (str, Fewest)
        Which of the two were looked for, ``practices`` before ``patients``, and what is proven of them. Of both the
        second is counted among the plans that are within the first.
    """

    practices: int | None
    patients: int | None
    counted: tuple[tuple[str, Fewest], ...]


@dataclass(frozen=True, slots=True)
class Needed:
    """What limits on moves would have to be.

    Attributes
    ----------
    enough : tuple of Enough
        Each is enough by itself; none where none was found.
    impossible : bool
        Whether it is proven that there is no plan however many move.
    none_within : bool
        Whether it is proven that there is none within the limits as they are.
    """

    enough: tuple[Enough, ...]
    impossible: bool
    none_within: bool


def within_words(moves: Moves) -> str:
    """Say within which limits a plan moves practices, and out of what, as part of a sentence."""
    return f"{limit_words(moves)} out of {start_words(moves)}"


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
    """Say how few practices, or patients, a plan can move, where the fewest were asked for.

    Parameters
    ----------
    count : Fewest
    exceptions : int
        How many are needed however many move.
    moves : Moves
    """
    by_patients = moves.least == "patients"
    kept = replace(moves, least="")
    most = "" if kept.practices is kept.patients is None else f" that moves {limit_words(kept)}"
    found = f"{count.found:,} patients" if by_patients else _practices(count.found)
    if count.proven:
        fewest = (
            f"at least {count.found:,} patients have to move with their practices"
            if by_patients
            else f"at least {_have_to_move(count.found)}"
        )
        return f"For a plan {as_good_words(exceptions)}{most} {fewest} out of {start_words(moves)}."
    return (
        f"{found} moved out of {start_words(moves)} are the fewest found for a plan "
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


def start_words(moves: Moves) -> str:
    """Name the networks that a plan starts from."""
    return "today's networks" if moves.start.name == "today" else f"the networks of {moves.start.name}"


def limit_words(moves: Moves) -> str:
    """Say how many practices and patients may move."""
    limits = ((moves.practices, "practice"), (moves.patients, "patient"))
    said = [f"at most {limit:,} {what}{'s' * (limit != 1)}" for limit, what in limits if limit is not None]
    return " and ".join([f"as few {moves.least} as possible"] * bool(moves.least) + said)
