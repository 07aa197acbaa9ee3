"""Standing: where practices are on the ground, each at its own place and at those of its branches, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.inputs.nowhere import EVERYWHERE_ELSE, Nowhere
from netform.inputs.places import Places, joined_homes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from netform.inputs.branches import Branch, BranchSites
    from netform.practices.model import PracticeList

__all__ = ["Standing", "stand"]

NO_PLACES = Places(np.empty(0), np.empty(0), (), np.empty((0, 2)), "")


@dataclass(frozen=True, slots=True)
class Standing:
    """The places at which practices stand: what the ground is divided among.

    Attributes
    ----------
    codes : tuple of str, length k
        The practice at each place; one that is nowhere is at none, one with branches at several.
    areas : tuple of str, length k
    places : Places
        Of length k.
    nowhere : Nowhere
        The practices at no place.
    branches : tuple of Branch
        In order of practice and code: what the places after those of the list are. One at a place of its practice has
        none of its own.
    """

    codes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    places: Places = NO_PLACES
    nowhere: Nowhere = EVERYWHERE_ELSE
    branches: tuple[Branch, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """What to call each place in a note: by its practice, or by its practice and branch."""
        places = zip(self.codes, self.places.easting.tolist(), self.places.northing.tolist(), strict=True)
        branch = {(each.practice_code, each.easting, each.northing): each.code for each in self.branches}
        first: set[str] = set()
        labels = []
        for place in places:
            again = place[0] in first
            first.add(place[0])
            labels.append(f"{place[0]} (branch {branch[place]})" if again and place in branch else place[0])
        return tuple(labels)

    @property
    def positions(self) -> dict[str, NDArray[np.int64]]:
        """Which places are of each area, areas in order."""
        areas: dict[str, list[int]] = {}
        for position, area in enumerate(self.areas):
            areas.setdefault(area, []).append(position)
        return {area: np.array(areas[area], np.int64) for area in sorted(areas)}

    def sites_beside(self, practices: PracticeList) -> dict[int, tuple[tuple[float, float], ...]]:
        """Give the places of branches by the position of their practice, and to whom is attached those of its host.

        Parameters
        ----------
        practices : PracticeList
        """
        position = {code: k for k, code in enumerate(practices.codes)}
        found: dict[int, tuple[tuple[float, float], ...]] = {}
        for branch in self.branches:
            at = position[branch.practice_code]
            found[at] = (*found.get(at, ()), (branch.easting, branch.northing))
        hosts = {position[code]: position[host] for code, host in self.nowhere.hosts.items()}
        return found | {k: found[host] for k, host in hosts.items() if host in found}

    def of_practices(self, codes: Collection[str]) -> Standing:
        """Keep what is known of some practices alone.

        Parameters
        ----------
        codes : collection of str
        """
        rows = [k for k, code in enumerate(self.codes) if code in codes]
        nowhere = self.nowhere
        return Standing(
            tuple(self.codes[k] for k in rows),
            tuple(self.areas[k] for k in rows),
            self.places.at(rows),
            replace(
                nowhere,
                left_out=nowhere.left_out.intersection(codes),
                hosts={code: host for code, host in nowhere.hosts.items() if code in codes},
                kept=nowhere.kept.intersection(codes),
            ),
            tuple(branch for branch in self.branches if branch.practice_code in codes),
        )

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
            places=places.at(rows),
        )


def stand(
    practices: PracticeList,
    places: Places,
    nowhere: Nowhere = EVERYWHERE_ELSE,
    sites: BranchSites | None = None,
) -> Standing:
    """Say where the practices of a list stand.

    Parameters
    ----------
    practices : PracticeList
    places : Places
        In list order.
    nowhere : Nowhere
    sites : BranchSites, optional
        The branches of practices that are somewhere.
    """
    here = [k for k, practice in enumerate(practices) if practice.code not in nowhere]
    listed = [practices.practices[k] for k in here]
    mains = Standing(
        tuple(practice.code for practice in listed),
        tuple(practice.area for practice in listed),
        places.at(here) if nowhere else places,
        nowhere,
    )
    return mains if sites is None else _with_branches(mains, sites)


def _with_branches(mains: Standing, sites: BranchSites) -> Standing:
    """Add the places of branches, each once for its practice."""
    places, area = mains.places, dict(zip(mains.codes, mains.areas, strict=True))
    taken = set(zip(mains.codes, places.easting.tolist(), places.northing.tolist(), strict=True))
    added = []
    for branch in sites.branches:
        place = branch.practice_code, branch.easting, branch.northing
        if place not in taken:
            taken.add(place)
            added.append(branch)
    return Standing(
        (*mains.codes, *(branch.practice_code for branch in added)),
        (*mains.areas, *(area[branch.practice_code] for branch in added)),
        replace(
            places,
            easting=np.append(places.easting, [branch.easting for branch in added]),
            northing=np.append(places.northing, [branch.northing for branch in added]),
            quality=(*places.quality, *(branch.quality for branch in added)),
            homes=joined_homes(places.homes, sites.homes),
            authorities=(*places.authorities, *(branch.authority for branch in added))
            if places.authorities
            else (),
        ),
        mains.nowhere,
        sites.branches,
    )
