"""Parts of split lists: one practice in several rows, each with patients of its own, as a practice in two networks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from netform.practices.values import some_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netform.practices.model import Practice

__all__ = ["SplitLists", "split_lists"]


class SplitLists(NamedTuple):
    """Practices with the parts of split lists among them.

    ``twins`` are pairs of rows that say the same network and the same place: the same patients twice.
    """

    practices: list[Practice]
    twins: list[tuple[Practice, Practice]]
    taken: list[Practice]
    notes: list[str]


def split_lists(practices: Iterable[Practice]) -> SplitLists:
    """Make the rows of one practice its parts: ``L12345-1``, ``L12345-2``, the largest first.

    Parameters
    ----------
    practices : iterable of Practice
        Those of one code are parts; a code of one row stays what it is.
    """
    rows: dict[str, list[Practice]] = {}
    for practice in practices:
        rows.setdefault(practice.code, []).append(practice)
    found = SplitLists([], [], [], [])
    said = []
    for code, several in rows.items():
        if len(several) == 1:
            found.practices.extend(several)
            continue
        seen: dict[tuple[object, ...], Practice] = {}
        for practice in several:
            first = seen.setdefault(_said_of(practice), practice)
            if first is not practice:
                found.twins.append((first, practice))
        ranked = sorted(several, key=lambda each: (-each.list_size, *map(str, _said_of(each))))
        parts = [replace(part, code=f"{code}-{number}") for number, part in enumerate(ranked, 1)]
        found.taken.extend(part for part in parts if part.code in rows)
        found.practices.extend(parts)
        sizes = " and ".join(f"{part.code} of {part.list_size:,} patients" for part in parts)
        said.append(f"{sizes}, together {sum(part.list_size for part in parts):,}")
    if said:
        found.notes.append(
            f"Split lists are planned in parts, as asked (--split): {some_of(said)}. Other files, and demands, name "
            "them by these codes."
        )
    return found


def _said_of(practice: Practice) -> tuple[object, ...]:
    return (
        practice.pcn_code,
        practice.postcode,
        practice.easting,
        practice.northing,
        practice.latitude,
        practice.longitude,
    )
