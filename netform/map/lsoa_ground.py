"""The ground of each area by where patients live: LSOAs, each in the territory of the site with most patients there.

Which LSOAs are the ground of an area, what becomes of those that cannot be in one piece with their site, and what a
planner is told of it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.inputs.registrations import residents_by_owner
from netform.map.ground import boundary_around
from netform.map.lsoa_notes import AreaGround, ground_notes, lacking_note
from netform.map.lsoa_shapes import read_lsoas, refuse_elsewhere
from netform.map.territory import living_extent, merge_sites, read_boundary
from netform.map.territory.coverage import polygon_parts
from netform.map.territory.grown import grow_territories, most_patients

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from netform.inputs.registrations_file import RegistrationCounts
    from netform.inputs.standing import Standing
    from netform.map.ground import Ground
    from netform.map.lsoa_shapes import LsoaShapes
    from netform.map.territory import Sites

__all__ = ["LsoaGround", "areas_of_lsoas", "ground_of_lsoas", "with_new_codes"]

# ONS makes LSOAs of 1,000 to 3,000 residents (and of 400 to 1,200 households): fewer than half of the least are not
# the most of any.
LEAST_PATIENTS = 500.0


@dataclass(frozen=True, slots=True)
class LsoaGround:
    """The territories of the sites of each area, made of LSOAs.

    Attributes
    ----------
    parts : tuple of (positions, Territories)
        For each area, in order.
    residents : mapping of str to mapping of str to float
        Patients of each practice by the practice in whose territory they live, blank for nobody's.
    population : mapping of str to float
        Residents of the territory of each practice, where the file says of all its LSOAs; empty where it does not.
    notes : tuple of str
    counts : RegistrationCounts or None
        Patients by practice and LSOA, by the codes of ``shapes``.
    shapes : LsoaShapes or None
        The LSOAs of the ground and around it.
    outlined : bool
        Whether the outer edge is an outline of where people live, not one of polygons that were given.
    """

    parts: Ground
    residents: Mapping[str, Mapping[str, float]]
    population: Mapping[str, float]
    notes: tuple[str, ...]
    outlined: bool
    counts: RegistrationCounts | None = None
    shapes: LsoaShapes | None = None


def ground_of_lsoas(
    standing: Standing,
    codes: Sequence[str],
    counts: RegistrationCounts,
    lsoa_file: Path,
    *,
    boundary_file: Path | None = None,
    renamed: Callable[[str], str] = str,
) -> LsoaGround:
    """Divide each area among its sites by LSOAs.

    An LSOA is the ground of a list if most of its patients, by the file of registrations, and at least 500, are of
    the list's practices; of the list's areas it goes to the one with most of them. With outlines of the areas an LSOA
    goes to the area in whose outline its middle lies. LSOAs that lie inside the ground of an area, or in which one of
    its sites stands, belong to it too.

    Parameters
    ----------
    standing : Standing
        Where the practices are; patients of one with several places are of the place nearest to their LSOA, and
        those of one with none live in the territories of others.
    codes : sequence of str
        Of all practices of the list.
    counts : RegistrationCounts
        Scaled to the list, by the codes of the file of LSOAs (`with_new_codes`).
    lsoa_file : Path
        See `netform.map.lsoa_shapes.read_lsoas`.
    boundary_file : Path, optional
        Outlines of the areas.
    renamed : callable
        Gives today's code of an area for that of the outlines.

    Raises
    ------
    InputError
        A file cannot be used.
    """
    notes: list[str] = []
    places, positions = standing.places, standing.positions
    place_area = np.full(len(standing.codes), -1, dtype=np.int64)
    for at, chosen in enumerate(positions.values()):
        place_area[chosen] = at
    area_at = dict(zip(standing.codes, place_area.tolist(), strict=True))
    area_of = np.array([area_at.get(code, -1) for code in codes], dtype=np.int64)
    whole = merge_sites(places.easting, places.northing)
    lived = living_extent(places.homes, whole)
    area = areas_of_lsoas(counts, area_of)
    core = {counts.names[at] for at in np.flatnonzero(area >= 0).tolist()}
    shapes = read_lsoas(lsoa_file, core, counts.names, lived)
    refuse_elsewhere(str(lsoa_file), shapes, places.easting, places.northing)
    of_name = dict(zip(counts.names, area.tolist(), strict=True))
    shape_area = np.array([of_name.get(name, -1) for name in shapes.names], dtype=np.int64)
    if boundary_file is not None:
        boundary = boundary_around(
            read_boundary(boundary_file, [each for each in positions if each], renamed), places
        )
        shape_area = _by_outline(shapes, [boundary.extent_for(each) for each in positions], shape_area)
    notes += lacking_note(counts, core - set(shapes.names), lsoa_file.name)
    shape_area = _with_sites_in(shapes, whole, place_area, shape_area)
    for at in range(len(positions)):
        shape_area = _with_enclosed(shapes, shape_area, at)
    grounds = [
        _area_ground(name, chosen, standing, codes, counts, shapes, np.flatnonzero(shape_area == at))
        for at, (name, chosen) in enumerate(positions.items())
    ]
    owner = _owner_by_name(grounds, standing, codes)
    owner_of = _owning_practices(owner, counts, core - set(shapes.names))
    residents = residents_by_owner(counts, owner_of, codes)
    notes += ground_notes(
        grounds, residents, standing.codes, lsoa_file.name, by_outline=boundary_file is not None
    )
    return LsoaGround(
        tuple((each.positions, each.grown.territories) for each in grounds),
        residents,
        _population(shapes, owner, codes),
        tuple(notes),
        outlined=not shapes.outlined and boundary_file is None,
        counts=counts,
        shapes=shapes,
    )


def areas_of_lsoas(counts: RegistrationCounts, area_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give each LSOA to the area with most of its patients; -1 for LSOAs that are not the ground of the list.

    Parameters
    ----------
    counts : RegistrationCounts
    area_of : ndarray of int64, shape (practices,)
        Numbers of areas; -1 for a practice that is nowhere.
    """
    areas, lsoas = int(area_of.max()) + 1, len(counts.names)
    patients = np.zeros((lsoas, areas))
    on = area_of[counts.practice] >= 0
    np.add.at(patients, (counts.lsoa[on], area_of[counts.practice[on]]), counts.patients[on])
    total = patients.sum(axis=1)
    others = counts.others if len(counts.others) else np.zeros(lsoas)
    return np.where((total >= LEAST_PATIENTS) & (total >= others), patients.argmax(axis=1), -1)


def with_new_codes(
    counts: RegistrationCounts, new_codes: Mapping[str, Sequence[str]]
) -> tuple[RegistrationCounts, str]:
    """Count by LSOAs of 2021 what was counted by those of 2011.

    Parameters
    ----------
    counts : RegistrationCounts
    new_codes : mapping of str to sequence of str
        Patients of an LSOA that was divided are divided evenly; codes that it lacks stay as they are.

    Returns
    -------
    counts : RegistrationCounts
    note : str
    """
    becomes = [tuple(new_codes.get(name, ())) or (name,) for name in counts.names]
    names = tuple(dict.fromkeys(new for news in becomes for new in news))
    number = {name: at for at, name in enumerate(names)}
    pieces = np.array([len(news) for news in becomes])
    first = np.concatenate([[0], np.cumsum(pieces)])
    flat = np.array([number[new] for news in becomes for new in news], dtype=np.int64)
    times = pieces[counts.lsoa]
    entry = np.repeat(np.arange(len(times)), times)
    within = np.arange(len(entry)) - np.repeat(np.cumsum(times) - times, times)
    lsoa = flat[first[counts.lsoa[entry]] + within]
    key = lsoa * (int(counts.practice.max()) + 1) + counts.practice[entry]
    keys, inverse = np.unique(key, return_inverse=True)
    patients = np.bincount(inverse, counts.patients[entry] / times[entry]).astype(np.float64)
    lsoas, practices = np.divmod(keys, int(counts.practice.max()) + 1)
    others = np.zeros(len(names))
    if len(counts.others):
        np.add.at(others, flat, np.repeat(counts.others / pieces, pieces))
    changed = sum(news != (name,) for name, news in zip(counts.names, becomes, strict=True))
    divided = int(np.sum(pieces > 1))
    note = (
        f"LSOAs of the registrations that have other codes in 2021: {changed:,}; patients of the {divided:,} that were"
        " divided were divided evenly."
    )
    return (
        replace(
            counts,
            practice=practices.astype(np.int32),
            lsoa=lsoas.astype(np.int32),
            patients=patients,
            names=names,
            others=others,
        ),
        note,
    )


def _by_outline(
    shapes: LsoaShapes, extents: Sequence[object], by_patients: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give LSOAs to the area in whose outline their middle lies; areas without an outline keep theirs by patients."""
    without = {at for at, extent in enumerate(extents) if extent is None}
    area = np.where(np.isin(by_patients, list(without)), by_patients, -1)
    tree = shapely.STRtree(shapely.point_on_surface(shapes.polygons))
    for at, extent in reversed(list(enumerate(extents))):
        if extent is not None:
            area[tree.query(extent, predicate="intersects")] = at
    return area


def _with_sites_in(
    shapes: LsoaShapes, sites: Sites, area_of: NDArray[np.int64], area: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Add the LSOAs of nobody in which a site stands; where sites of several areas do, to that of the first."""
    area = area.copy()
    site_area = np.full(len(sites), len(area_of), dtype=np.int64)
    np.minimum.at(site_area, sites.site_of, area_of)
    site, shape = shapely.STRtree(shapes.polygons).query(shapely.points(sites.points), predicate="within")
    for k in np.argsort(site_area[site], kind="stable").tolist():
        if area[shape[k]] < 0:
            area[shape[k]] = site_area[site[k]]
    return area


def _with_enclosed(shapes: LsoaShapes, area: NDArray[np.int64], at: int) -> NDArray[np.int64]:
    """Add the LSOAs of nobody that lie in a hole of the ground of an area."""
    if not (area == at).any():
        return area
    ground = shapely.union_all(shapes.polygons[area == at])
    holes = shapely.difference(
        shapely.union_all(shapely.polygons(shapely.get_exterior_ring(polygon_parts(ground)))), ground
    )
    inside = shapely.STRtree(shapely.point_on_surface(shapes.polygons)).query(holes, predicate="contains")
    area = area.copy()
    area[inside[area[inside] < 0]] = at
    return area


def _area_ground(
    name: str,
    chosen: NDArray[np.int64],
    standing: Standing,
    codes: Sequence[str],
    counts: RegistrationCounts,
    shapes: LsoaShapes,
    mine: NDArray[np.int64],
) -> AreaGround:
    """Grow the territories of one area over some of the shapes."""
    places = standing.places
    sites = merge_sites(places.easting[chosen], places.northing[chosen])
    sites_of: dict[str, list[int]] = defaultdict(list)
    for place, site in zip(chosen.tolist(), sites.site_of.tolist(), strict=True):
        sites_of[standing.codes[place]].append(site)
    number = {shapes.names[k]: row for row, k in enumerate(mine.tolist())}
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes.polygons[mine]))
    by_site: list[dict[int, float]] = [defaultdict(float) for _ in number]
    of_practice: list[dict[int, float]] = [{} for _ in number]
    row_of = np.array([number.get(name, -1) for name in counts.names], dtype=np.int64)
    here = np.array([code in sites_of for code in codes], dtype=bool)
    entry = np.flatnonzero((row_of[counts.lsoa] >= 0) & here[counts.practice])
    rows, practices = row_of[counts.lsoa[entry]].tolist(), counts.practice[entry].tolist()
    for row, practice, patients in zip(rows, practices, counts.patients[entry].tolist(), strict=True):
        several = sites_of[codes[practice]]
        away = np.hypot(*(sites.points[several] - middles[row]).T) if len(several) > 1 else [0.0]
        by_site[row][several[int(np.argmin(away))]] += patients
        of_practice[row][practice] = patients
    grown = grow_territories(sites, shapes.polygons[mine], by_site)
    return AreaGround(name, chosen, tuple(number), grown, tuple(by_site), tuple(of_practice))


def _owner_by_name(grounds: Sequence[AreaGround], standing: Standing, codes: Sequence[str]) -> dict[str, int]:
    """Give the practice each LSOA of the ground counts for: at the site that has it, the one with most patients there.

    One of which the registrations know nothing counts for the first practice of the site.
    """
    position = {code: at for at, code in enumerate(codes)}
    owner: dict[str, int] = {}
    for ground in grounds:
        at_site = defaultdict(list)
        sites = ground.grown.territories.sites.site_of.tolist()
        for place, site in zip(ground.positions.tolist(), sites, strict=True):
            at_site[site].append(position[standing.codes[place]])
        for name, site, patients in zip(
            ground.names, ground.grown.owner.tolist(), ground.of_practice, strict=True
        ):
            owner[name] = most_patients({each: patients.get(each, 0.0) for each in at_site[site]})
    return owner


def _owning_practices(
    owner: Mapping[str, int], counts: RegistrationCounts, lacking: Collection[str]
) -> NDArray[np.int64]:
    """Give the practice that each LSOA of the registrations counts for.

    An LSOA of the ground that the file lacks has nothing on the map, and counts for the practice with most patients.
    """
    found = np.array([owner.get(name, -1) for name in counts.names], dtype=np.int64)
    for at in np.flatnonzero([name in lacking for name in counts.names]).tolist():
        entries = np.flatnonzero(counts.lsoa == at)
        found[at] = counts.practice[entries[np.argmax(counts.patients[entries])]]
    return found


def _population(shapes: LsoaShapes, owner: Mapping[str, int], codes: Sequence[str]) -> dict[str, float]:
    """Add up the residents of the territory of each practice, whether registrations name their LSOAs or not.

    Empty where they are not known of all.
    """
    total: dict[str, float] = dict.fromkeys(codes, 0.0)
    for name, residents in zip(shapes.names, shapes.population.tolist(), strict=True):
        at = owner.get(name, -1)
        if at >= 0:
            if np.isnan(residents):
                return {}
            total[codes[at]] += residents
    return total
