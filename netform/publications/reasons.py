"""Practices left out of a joined list: each once, with the first of the reasons that holds of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netform.practices.postcode import normal_postcode
from netform.practices.values import CellError, some_of
from netform.publications.model import says

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from netform.publications.joining import Joined
    from netform.publications.model import OdsStatus
    from netform.publications.where import Condition

__all__ = ["REASONS", "LeftOut", "is_open", "nothing_said", "reason_of", "summed_up"]

# In the order in which they are asked; what is said of each.
REASONS: Mapping[str, str] = {
    "elsewhere": "not in {where}",
    "no list size": "in no file with a list size",
    "closed": "closed",
    "no GP practice": "no GP practice by their setting",
    "no patients": "with a list of 1 patient or none, as closing practices are published",
    "no place": "whose postcode is no place in Great Britain",
}

# What is said of an organisation without a list size that is an open GP practice.
OPEN = "an open GP practice"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A practice that is in a file and not in the list.

    Attributes
    ----------
    code : str
    reason : str
        A key of `REASONS`.
    detail : str
        What stands there; blank where the reason says it all.
    """

    code: str
    reason: str
    detail: str = ""


def reason_of(
    code: str,
    joined: Joined,
    status: OdsStatus | None,
    day: str,
    has_place: Callable[[str], bool],
) -> LeftOut | None:
    """Say why a practice with a list size is left out; None where it is not.

    A planner's own list is believed as to list sizes and postcodes: what is wrong there is a fault.

    Parameters
    ----------
    code : str
    joined : Joined
    status : OdsStatus, optional
        Whether it is an open practice.
    day : str
        That the list is of, ISO 8601; blank where it does not say.
    has_place : callable
        Whether a postcode, in upper case with one space, is known to lie somewhere.
    """
    if status is not None:
        # One that closes after the day of the list was open on it.
        if (status.closed_on and (not day or status.closed_on <= day)) or (
            not status.is_open and not status.closed_on
        ):
            return LeftOut(code, "closed", status.closed_on or status.status)
        if not status.is_practice:
            return LeftOut(code, "no GP practice")
    if joined.source(code, _key(joined, "list_size")).own_table is None:
        size = joined.value(code, "list_size")
        if size in ("0", "1"):
            return LeftOut(code, "no patients", size)
        if not says("list_size", size):
            return LeftOut(code, "no list size")
    return _without_place(code, joined, has_place)


def _without_place(code: str, joined: Joined, has_place: Callable[[str], bool]) -> LeftOut | None:
    if any(joined.value(code, name) for name in ("easting", "latitude")) or "postcode" not in joined.keys:
        return None
    if joined.source(code, "postcode").own_table is not None:
        return None
    postcode = joined.value(code, "postcode")
    try:
        known = has_place(normal_postcode(postcode))
    except CellError:
        known = False
    return None if known else LeftOut(code, "no place", postcode or "no postcode")


def _key(joined: Joined, name: str) -> str:
    return name if name in joined.keys else joined.keys[0]


def is_open(status: OdsStatus | None) -> str:
    """Say of an organisation without a list size whether it is an open GP practice all the same: `OPEN`, or nothing.

    Parameters
    ----------
    status : OdsStatus, optional
    """
    return OPEN if status is not None and status.is_open and status.is_practice else ""


def nothing_said(condition: Condition) -> str:
    """Say of a practice with a list size that no file has what a condition asks: it may hold of it.

    Parameters
    ----------
    condition : Condition
    """
    return f"no {condition.column}"


def summed_up(left_out: Sequence[LeftOut], practices: int, conditions: Sequence[Condition]) -> list[str]:
    """Say how many were left out by each reason, and that nothing is lost.

    Parameters
    ----------
    left_out : sequence of LeftOut
    practices : int
        Those that were kept.
    conditions : sequence of Condition
    """
    notes = []
    asked = " and ".join(condition.said() for condition in conditions)
    for reason, words in REASONS.items():
        some = [each for each in left_out if each.reason == reason]
        if not some:
            continue
        count = f"{len(some):,}"
        if reason == "no list size":
            still_open = [each for each in some if each.detail == OPEN]
            count += f", {len(still_open):,} of them open GP practices" if still_open else ""
            some = [replace(each, detail="") for each in still_open or some]
        if reason == "elsewhere":
            count += "".join(
                f", {len(silent):,} of them with no {condition.column} in any file ({some_of(silent)})"
                for condition in conditions
                if (silent := [each.code for each in some if each.detail == nothing_said(condition)])
            )
            notes.append(f"Left out, {words.format(where=asked)}: {count}.")
            continue
        named = some_of([f"{each.code} ({each.detail})" if each.detail else each.code for each in some])
        notes.append(f"Left out, {words}: {count} ({named}).")
    if left_out:
        total = practices + len(left_out)
        notes.insert(0, f"Of {total:,} codes in the files, {practices:,} are practices of the list.")
    return notes
