"""One area of a prepared list, as a list of its own: its plan, its costs and its map are those it has in the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from netform.map.boundaries import tile_areas
from netform.map.outer_edge import NOTCH_M, smooth_edge
from netform.map.territory import Territories
from netform.map.territory.sites import Sites
from netform.prepared import Prepared, of_practices

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.map.territory.coverage import Geometries

__all__ = ["SettledGround", "prepared_area", "settled_ground"]

# An edge is smoothed by what is this far from it at most, in metres: its notches are `NOTCH_M` deep, and what is done
# to one may hang on the next. In 32 areas of England, more changes no edge by more than a ten-thousandth of the ground.
BELT_M = 4 * NOTCH_M

Part = tuple["NDArray[np.int64]", Territories]


def prepared_area(prepared: Prepared, area: str) -> Prepared:
    """Cut one area out of a prepared list: for a session, scores and drawing.

    No network crosses from one area to another, so that whatever is asked of the area has the answer it has in the
    whole list. Its ground is what is left to it where neighbouring areas claim some of the same, smooth where the
    list's outline is netform's own; that takes a second or so at most, and is done when it is first looked at. It
    differs from the map of the whole list in two things: in a national list, areas beyond the neighbours may turn a
    corner of the smoothed edge, and where practices of several areas are at one place, each area has that place whole.

    Parameters
    ----------
    prepared : Prepared
    area : str

    Returns
    -------
    Prepared
        The list itself where it has one area.

    Raises
    ------
    KeyError
        The list has no such area.
    """
    areas = prepared.areas
    codes = areas[area]
    if len(areas) == 1:
        return prepared
    own = of_practices(prepared, codes)
    if not prepared.parts:
        return own
    return replace(own, parts=_SettledPart(prepared, list(areas).index(area)), outlined=False)


@dataclass(slots=True)
class _SettledPart(Sequence[Part]):
    """The only part of an area's list: its ground, brought together with its neighbours' when it is asked for."""

    prepared: Prepared
    number: int
    _known: list[Part] = field(default_factory=list)

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: Any) -> Any:
        if not self._known:
            self._known.append(settled_ground(self.prepared, self.number).part)
        return self._known[index]


@dataclass(frozen=True, slots=True)
class SettledGround:
    """The ground of an area as it is on the map of the whole list.

    Attributes
    ----------
    part : (positions, Territories)
        As `Prepared.parts` of the area alone.
    beside : mapping of str to geometry
        The ground of the areas that claim some of the same, by area.
    """

    part: Part
    beside: dict[str, BaseGeometry]


def settled_ground(prepared: Prepared, number: int) -> SettledGround:
    """Bring an area's ground together with that of the areas that claim some of the same.

    Parameters
    ----------
    prepared : Prepared
        With ground.
    number : int
        Which of its areas, in their order.
    """
    parts = prepared.parts
    extents = np.array([territories.extent for _, territories in parts], dtype=object)
    near = np.flatnonzero(shapely.intersects(extents, extents[number])).tolist()
    rows = np.sort(np.concatenate([parts[each][0] for each in near]))
    whole = tile_areas([(np.searchsorted(rows, parts[each][0]), parts[each][1]) for each in near])
    site_of = {each: whole.sites.site_of[np.searchsorted(rows, parts[each][0])] for each in near}
    mine, at = np.unique(site_of[number], return_inverse=True)
    sites = Sites(whole.sites.easting[mine], whole.sites.northing[mine], at.reshape(-1).astype(np.int64))
    polygons = _smoothed(whole, mine) if prepared.outlined else whole.polygons[mine]
    areas = list(prepared.areas)
    return SettledGround(
        (np.arange(len(at)), Territories(polygons, sites, shapely.coverage_union_all(polygons))),
        {
            areas[each]: shapely.coverage_union_all(whole.polygons[sorted({*site_of[each]} - {*mine})])
            for each in near
            if each != number
        },
    )


def _smoothed(whole: Territories, mine: NDArray[np.int64]) -> Geometries:
    """Give the territories of some sites with the outer edge of the whole smoothed."""
    ground = shapely.coverage_union_all(whole.polygons[mine])
    kept = np.flatnonzero(shapely.dwithin(whole.polygons, ground, BELT_M))
    sites = whole.sites
    # Nobody stands anywhere for this: smoothing looks at sites alone.
    belt = Sites(sites.easting[kept], sites.northing[kept], np.arange(len(kept)))
    polygons = whole.polygons[kept]
    smooth = smooth_edge(Territories(polygons, belt, shapely.coverage_union_all(polygons)))
    return smooth.polygons[np.searchsorted(kept, mine)]
