"""Territories: from sites to the polygons each of them owns, and who borders whom.

Reading order: :mod:`~netform.territory.sites` (practices to places), :mod:`~netform.territory.extent`
(where people live) or :mod:`~netform.territory.boundary_file` (the polygons a user gives),
:mod:`~netform.territory.cells` (the territories and their borders), over
:mod:`~netform.territory.coverage` (geometry that fits exactly).
"""

from __future__ import annotations

from netform.territory.boundary_file import Boundary, read_boundary
from netform.territory.cells import Territories, build_territories, shared_borders
from netform.territory.extent import living_extent
from netform.territory.sites import Sites, merge_sites

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
