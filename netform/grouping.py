"""Any division of practices into networks, wherever it comes from: today's, a file's, a plan's.

Unlike a plan it may break every rule; it is what plans are compared with and what moves are counted from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Grouping"]


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
    """

    name: str
    networks: Mapping[str, tuple[str, ...]]
    unplaced: tuple[str, ...] = ()

    @property
    def network_of(self) -> dict[str, str]:
        """The label of every placed practice's network."""
        return {code: label for label, codes in self.networks.items() for code in codes}
