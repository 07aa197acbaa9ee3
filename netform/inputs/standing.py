"""Standing: where practices are on the ground, each at its own place and at those of its branches, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.inputs.nowhere import EVERYWHERE_ELSE, Nowhere
from netform.inputs.places import Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.practices.model import PracticeList

__all__ = ["Standing", "stand"]

NO_PLACES = Places(np.empty(0), np.empty(0), (), np.empty((0, 2)), "")


@dataclass(frozen=True, slots=True)
class Standing:
    """The places at which practices stand: what the ground is divided among.

    Attributes
    ----------
    codes : tuple of str, length k
        The practice at each place; one that is nowhere is at none.
    areas : tuple of str, length k
    places : Places
        Of length k.
    nowhere : Nowhere
        The practices at no place.
    """

    codes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    places: Places = NO_PLACES
    nowhere: Nowhere = EVERYWHERE_ELSE

    @property
    def positions(self) -> dict[str, NDArray[np.int64]]:
        """Which places are of each area, areas in order."""
        areas: dict[str, list[int]] = {}
        for position, area in enumerate(self.areas):
            areas.setdefault(area, []).append(position)
        return {area: np.array(areas[area], np.int64) for area in sorted(areas)}

    def also(self, codes: Sequence[str], at: Sequence[int]) -> Standing:
        """Let further practices stand at places of others.

        Parameters
        ----------
        codes : sequence of str
        at : sequence of int
            The positions of those places.
        """
        places, rows = self.places, [*range(len(self.codes)), *at]
        return replace(
            self,
            codes=(*self.codes, *codes),
            areas=tuple(self.areas[k] for k in rows),
            places=_of_rows(places, rows),
        )


def stand(practices: PracticeList, places: Places, nowhere: Nowhere = EVERYWHERE_ELSE) -> Standing:
    """Say where the practices of a list stand.

    Parameters
    ----------
    practices : PracticeList
    places : Places
        In list order.
    nowhere : Nowhere
    """
    here = [k for k, practice in enumerate(practices) if practice.code not in nowhere]
    listed = [practices.practices[k] for k in here]
    return Standing(
        tuple(practice.code for practice in listed),
        tuple(practice.area for practice in listed),
        _of_rows(places, here) if nowhere else places,
        nowhere,
    )


def _of_rows(places: Places, rows: Sequence[int]) -> Places:
    return replace(
        places,
        easting=places.easting[rows],
        northing=places.northing[rows],
        quality=tuple(places.quality[k] for k in rows),
        authorities=tuple(places.authorities[k] for k in rows) if places.authorities else (),
    )
