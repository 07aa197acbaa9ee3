"""Territories: from sites to the polygons each of them owns, and who borders whom.

Reading order: :mod:`~netform.map.territory.sites` (practices to places), :mod:`~netform.map.territory.extent`
(where people live) or :mod:`~netform.map.territory.boundary_file` (the polygons a user gives),
:mod:`~netform.map.territory.cells` (the territories and their borders), over
:mod:`~netform.map.territory.coverage` (geometry that fits exactly).
"""

from __future__ import annotations

from netform.map.territory.boundary_file import Boundary, read_boundary
from netform.map.territory.cells import Territories, build_territories, shared_borders
from netform.map.territory.extent import living_extent
from netform.map.territory.sites import Sites, merge_sites

__all__ = [
    "Boundary",
    "Sites",
    "Territories",
    "build_territories",
    "living_extent",
    "merge_sites",
    "read_boundary",
    "shared_borders",
]
