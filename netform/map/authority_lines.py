"""Lines on a map between the grounds of practices of different local authorities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.map.territory.cells import shared_borders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from netform.map.territory import Territories

__all__ = ["authority_lines"]


def authority_lines(territories: Territories, authorities: Sequence[str]) -> BaseGeometry:
    """Draw the borders between sites whose practices are in different local authorities.

    They are borders of territories, not the boundary of an authority: they tell which practices are in which. A site
    of unknown authority, or of practices in several, has no line around it.

    Parameters
    ----------
    territories : Territories
        Of the whole list.
    authorities : sequence of str
        Of each practice, in the order of ``territories.sites.site_of``; blank where it is not known.

    Returns
    -------
    MultiLineString or LineString
        Empty where there is nothing to part.
    """
    of_site: list[set[str]] = [set() for _ in range(len(territories.sites))]
    for site, authority in zip(territories.sites.site_of.tolist(), authorities, strict=True):
        of_site[site].add(authority)
    known = np.array([min(each) if len(each) == 1 else "" for each in of_site])
    pairs, _ = shared_borders(territories)
    one, other = pairs[(known[pairs] != "").all(axis=1) & (known[pairs[:, 0]] != known[pairs[:, 1]])].T
    borders = shapely.get_parts(shapely.intersection(territories.polygons[one], territories.polygons[other]))
    lines = shapely.get_parts(borders)
    return shapely.line_merge(shapely.union_all(lines[shapely.get_dimensions(lines) == 1]))
