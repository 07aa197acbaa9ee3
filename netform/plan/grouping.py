"""Any division of practices into networks, wherever it comes from: today's, a file's, a plan's.

Unlike a plan it may break every rule; it is what plans are compared with and what moves are counted from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Grouping", "Groups", "Moves"]

# The practice codes of every network of a plan or of a part of one.
Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """A division of practices into named networks.

    Attributes
    ----------
    name : str
        For people: ``today``, or the file it came from.
    networks : mapping of str to tuple of str
        Practice codes, sorted, by the network's label; labels in order.
    unplaced : tuple of str
        Practices of the list that are in none, sorted.
    notes : tuple of str
        What a user should know of how it was read.
    names : mapping of str to str
        For people, the names of networks whose label is a code.
    """

    name: str
    networks: Mapping[str, tuple[str, ...]]
    unplaced: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)
    names: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def network_of(self) -> dict[str, str]:
        """The label of every placed practice's network."""
        return {code: label for label, codes in self.networks.items() for code in codes}


@dataclass(frozen=True, slots=True)
class Moves:
    """How far a plan may be from where it starts.

    A practice has moved when the network of ``start`` that it is in has no more than half of its patients in the
    practice's new one (the measure of the continuity term). A practice that starts in no network has not moved.

    Attributes
    ----------
    start : Grouping
    start_patients : mapping of str to int
        Registered patients of each of its networks.
    practices, patients : int or None
        At most so many, over each area; None for any number.
    least : str
        ``practices`` or ``patients``: as few of them in each area as a plan can move that has no more exceptions than
        are needed, in place of a number; blank where numbers are the limits.
    """

    start: Grouping
    start_patients: Mapping[str, int]
    practices: int | None = None
    patients: int | None = None
    least: Literal["", "practices", "patients"] = ""
