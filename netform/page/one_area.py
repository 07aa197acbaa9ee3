"""One area of a prepared list, as a list of its own: its plan, its costs and its map are those it has in the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from netform.map.boundaries import tile_areas
from netform.map.outer_edge import smooth_edge
from netform.map.territory import Territories
from netform.map.territory.sites import Sites
from netform.prepared import Prepared, of_practices

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["prepared_area"]

Part = tuple["NDArray[np.int64]", Territories]


def prepared_area(prepared: Prepared, area: str) -> Prepared:
    """Cut one area out of a prepared list: for a session, scores and drawing.

    No network crosses from one area to another, so that whatever is asked of the area has the answer it has in the
    whole list. Its ground is what is left to it where neighbouring areas claim some of the same, smooth where the
    list's outline is netform's own; that takes a second at most, and is done when it is first looked at. Practices of
    several areas at one place each have the whole of that place's territory.

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
            self._known.append(_settled(self.prepared, self.number))
        return self._known[:1][index]


def _settled(prepared: Prepared, number: int) -> Part:
    """Bring an area's ground together with that of the areas that claim some of the same, and keep its own."""
    extents = np.array([territories.extent for _, territories in prepared.parts], dtype=object)
    near = np.flatnonzero(shapely.intersects(extents, extents[number])).tolist()
    places = np.sort(np.concatenate([prepared.parts[each][0] for each in near]))
    whole = tile_areas(
        [(np.searchsorted(places, prepared.parts[each][0]), prepared.parts[each][1]) for each in near]
    )
    if prepared.outlined:
        whole = smooth_edge(whole)
    chosen = prepared.parts[number][0]
    mine, site_of = np.unique(whole.sites.site_of[np.searchsorted(places, chosen)], return_inverse=True)
    polygons = whole.polygons[mine]
    sites = Sites(whole.sites.easting[mine], whole.sites.northing[mine], site_of.reshape(-1).astype(np.int64))
    return np.arange(len(chosen)), Territories(polygons, sites, shapely.coverage_union_all(polygons))
