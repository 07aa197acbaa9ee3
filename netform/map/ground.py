"""The ground of each area: divided among its sites, within the outline that a user gives or where people live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.errors import Fault, InputError
from netform.map.territory import Territories, build_territories, living_extent, merge_sites, read_boundary
from netform.practices.values import some_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from netform.inputs.places import Places
    from netform.map.territory.boundary_file import Boundary

__all__ = ["Ground", "boundary_around", "ground_of_areas"]

# For each area in order: which practices it has, and the territories of their sites.
Ground = tuple[tuple["NDArray[np.int64]", Territories], ...]

# A polygon with fewer than this share of an area's practices in it is of another place, unless those outside are few.
HELD, FEW_OUTSIDE = 0.5, 5


def ground_of_areas(
    positions: Mapping[str, NDArray[np.int64]],
    codes: Sequence[str],
    places: Places,
    boundary_file: Path | None,
    renamed: Callable[[str], str] = str,
) -> tuple[Ground, tuple[str, ...]]:
    """Divide each area among its sites, within its polygon where the user gives one.

    Parameters
    ----------
    positions : mapping of str to ndarray of int
        The practices of each area, in order of area.
    codes : sequence of str
        Of all practices.
    places : Places
    boundary_file : Path or None
    renamed : callable
        From what the file calls an area to what the list does, where they are of different years.

    Returns
    -------
    ground : tuple of (positions, Territories)
    notes : tuple of str

    Raises
    ------
    InputError
        The file cannot be used, or its polygons are not those of the areas.
    """
    if boundary_file is None:
        return tuple(
            (chosen, build_territories(sites, living_extent(places.homes, sites)))
            for chosen in positions.values()
            for sites in [merge_sites(places.easting[chosen], places.northing[chosen])]
        ), ()
    whole = read_boundary(boundary_file, [area for area in positions if area], renamed)
    boundary = boundary_around(whole, places)
    notes, without, outside, parts = [], [], list[str](), []
    faults: list[Fault] = []
    if len(boundary.polygons) < len(whole.polygons):
        notes.append(
            f"Of the {len(whole.polygons):,} polygons of {boundary_file.name}, {len(boundary.polygons):,} lie where "
            "the practices of the list are; the others are of other places, and were left out. With areas, name "
            "their column (--area)."
        )
    for area, chosen in positions.items():
        sites = merge_sites(places.easting[chosen], places.northing[chosen])
        extent = boundary.extent_for(area)
        if extent is None:
            without.append(area)
            extent = living_extent(places.homes, sites)
        else:
            inside = shapely.contains_xy(extent, places.easting[chosen], places.northing[chosen])
            outside += [codes[at] for at in chosen[~inside].tolist()]
            if np.mean(inside) < HELD and np.sum(~inside) >= FEW_OUTSIDE:
                faults.append(_of_another_place(str(boundary_file), area, inside))
        parts.append((chosen, build_territories(sites, extent)))
    if faults:
        raise InputError(faults)
    if without:
        notes.append(
            f"The boundary file has no polygon for {some_of(without)}: where people live was used instead."
        )
    if outside:
        notes.append(f"Practices that lie outside the polygon of their area: {some_of(sorted(outside))}.")
    return tuple(parts), tuple(notes)


def boundary_around(whole: Boundary, places: Places) -> Boundary:
    """Keep the polygons of the list's ground, where the list names no areas.

    Parameters
    ----------
    whole : Boundary
    places : Places
    """
    if whole.column is not None:
        return whole
    everywhere = merge_sites(places.easting, places.northing)
    lived = living_extent(places.homes, everywhere) if len(whole.polygons) > 1 else None
    return whole.around(places.easting, places.northing, lived)


def _of_another_place(file: str, area: str, inside: NDArray[np.bool_]) -> Fault:
    whose = f" of area {area!r}" if area else ""
    problem = (
        f"its polygon{whose} holds {int(inside.sum()):,} of {len(inside):,} practices: it is of another place"
    )
    remedy = "Give the outlines of the list's areas, or leave --boundary out: then where people live is taken"
    return Fault(file, None, None, None, problem, remedy)
