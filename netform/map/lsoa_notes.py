"""What a planner is told of territories made of LSOAs: what was given away, by what rule, and what hangs loose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.map.territory.coverage import polygon_parts
from netform.map.territory.grown import most_patients
from netform.practices.values import some_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from netform.inputs.registrations_file import RegistrationCounts
    from netform.map.territory.grown import Grown

__all__ = ["AreaGround", "ground_notes", "lacking_note"]

# Sites are to the metre, so one may be this far from its ground.
BESIDE_M = 1.5


@dataclass(frozen=True, slots=True)
class AreaGround:
    """The ground of one area, and who lives there.

    Attributes
    ----------
    area : str
    positions : ndarray of int64
        The places of its practices, among all.
    names : tuple of str, length q
        Its LSOAs.
    grown : Grown
    by_site, of_practice : tuple of mapping of int to float, length q
        Patients in each LSOA by site of the area, and by position of the practice.
    """

    area: str
    positions: NDArray[np.int64]
    names: tuple[str, ...]
    grown: Grown
    by_site: tuple[Mapping[int, float], ...]
    of_practice: tuple[Mapping[int, float], ...]

    @property
    def most(self) -> NDArray[np.int64]:
        """The site with the most patients in each LSOA; -1 where nobody has any."""
        return np.array([most_patients(patients) for patients in self.by_site], dtype=np.int64)


def lacking_note(counts: RegistrationCounts, lacking: Collection[str], file: str) -> list[str]:
    """Say of which LSOAs of the ground a file has no shape.

    Parameters
    ----------
    counts : RegistrationCounts
    lacking : collection of str
    file : str
    """
    if not lacking:
        return []
    gone = np.array([name in lacking for name in counts.names], dtype=bool)
    patients = round(float(counts.patients[gone[counts.lsoa]].sum()))
    return [
        (
            f"LSOAs of the registrations that {file} lacks, or puts where nobody lives: {len(lacking):,}, with"
            f" {patients:,} patients ({some_of(sorted(lacking))}): they count for the practice with most of them,"
            " and have no ground on the map. Where codes of 2011 and 2021 are mixed, give --lsoa-lookup."
        )
    ]


def ground_notes(
    grounds: Sequence[AreaGround],
    residents: Mapping[str, Mapping[str, float]],
    codes: Sequence[str],
    file: str,
    *,
    by_outline: bool = False,
) -> list[str]:
    """Say how territories were made, what LSOAs are not where most of their patients would have them, and why.

    Parameters
    ----------
    grounds : sequence of AreaGround
    residents : mapping of str to mapping of str to float
    codes : sequence of str
        Of the practice at each place.
    file : str
    by_outline : bool
        Whether outlines of the areas say which LSOAs are theirs.
    """
    lsoas = sum(len(ground.names) for ground in grounds)
    known = sum(sum(homes.values()) for homes in residents.values())
    away = sum(homes.get("", 0.0) for homes in residents.values())
    which = "in the outlines of the areas" if by_outline else "where most patients are of the list"
    made = (
        f"Territories are made of the {lsoas:,} LSOAs of {file} {which}, each in that of the site with the most"
        f" patients there. Outside them live {round(away):,} of {round(known):,} patients."
    )
    notes = [made]
    stood = [_given(ground, stood_in=True) for ground in grounds]
    cut = [_given(ground, stood_in=False) for ground in grounds]
    if names := [name for each, *_ in stood for name in each]:
        notes.append(
            f"LSOAs in the territory of the sites that stand in them, though another has more patients there:"
            f" {len(names):,} ({some_of(names)})."
        )
    if names := [name for each, *_ in cut for name in each]:
        patients = round(sum(number for _, number, _ in cut))
        enclaves = sum(number for _, _, number in cut)
        notes.append(
            "LSOAs that hang together with the site with the most patients there only through the territories of"
            f" others, and went to the one beside them with the most: {len(names):,}, with {patients:,} patients of"
            f" the former ({some_of(names)})."
            + (f" All around {enclaves:,} of them was one other territory." if enclaves else "")
        )
    outside = [code for ground in grounds for code in _codes_at(ground, codes, ground.grown.standing < 0)]
    if outside:
        notes.append(f"Practices that stand in no LSOA of their area: {some_of(sorted(outside))}.")
    landless = [code for ground in grounds for code in _landless(ground, codes)]
    if landless:
        notes.append(
            "Practices at sites with the most patients in no LSOA, which have what is nearest to them of the one they"
            f" stand in: {len(landless):,} ({some_of(sorted(landless))})."
        )
    if loose := [code for ground in grounds for code in _loose(ground, codes)]:
        notes.append(
            "Practices whose ground no border on land joins to the largest piece of their area's, for water or LSOAs of"
            f" other places lie between: {len(loose):,} ({some_of(sorted(loose))}). Where people do travel across, say"
            " so (--edges)."
        )
    return notes


def _given(ground: AreaGround, *, stood_in: bool) -> tuple[list[str], float, int]:
    """List the LSOAs that are not with the site with most patients there, those patients, and how many are enclosed."""
    most = ground.most
    given = (most >= 0) & (most != ground.grown.owner) & (ground.grown.stood_in == stood_in)
    at = np.flatnonzero(given).tolist()
    patients = sum(ground.by_site[k][int(most[k])] for k in at)
    return [ground.names[k] for k in at], patients, int(ground.grown.enclosed[at].sum())


def _landless(ground: AreaGround, codes: Sequence[str]) -> list[str]:
    without = np.ones(len(ground.grown.standing), dtype=bool)
    most = ground.most
    without[most[most >= 0]] = False
    return _codes_at(ground, codes, without)


def _codes_at(ground: AreaGround, codes: Sequence[str], chosen: NDArray[np.bool_]) -> list[str]:
    """List the practices at some of the sites."""
    site_of = ground.grown.territories.sites.site_of
    return sorted({codes[position] for position in ground.positions[chosen[site_of]].tolist()})


def _loose(ground: AreaGround, codes: Sequence[str]) -> list[str]:
    """List the practices on pieces of ground that no border on land joins to the one with most sites."""
    territories = ground.grown.territories
    parts = polygon_parts(territories.extent)
    points = shapely.points(territories.sites.points)
    part, site = shapely.STRtree(points).query(parts, predicate="dwithin", distance=BESIDE_M)
    off = np.ones(len(points), dtype=bool)
    off[site[part == np.bincount(part).argmax()]] = False
    return _codes_at(ground, codes, off)
