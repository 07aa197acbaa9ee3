"""Boundary files: the polygons a user gives for the areas of a list (GeoJSON or GeoPackage)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.errors import Fault, InputError
from netform.map.territory.coverage import Geometries, polygon_parts
from netform.map.territory.layer_file import on_grid, read_layer, refuse
from netform.practices.text import composed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["Boundary", "close_channels", "read_boundary"]

# Water narrower than this between two parts of an area, in metres, is taken to be crossed.
CHANNEL_M = 1_000.0

# Parts smaller than this, in square metres, are rocks and sandbanks.
LEAST_PART_M2 = 1e6

# How closely banks are followed where water is filled, in metres.
COARSE_M = 20.0

# A polygon beside the ground of a list that holds no more than this share of its practices holds strays.
STRAY = 0.02


@dataclass(frozen=True, slots=True)
class Boundary:
    """The polygons of a boundary file, and how they are found by area.

    Attributes
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (k,)
        Valid, EPSG:27700 metres, in file order.
    column : str or None
        The attribute that names areas; None when the list has none, and the polygons are taken together.
    keys : tuple of str, length k
        The value of that attribute, folded for comparison; blank without a column.
    source : str
        The file as the user named it.
    """

    polygons: Geometries
    column: str | None = None
    keys: tuple[str, ...] = field(default=())
    source: str = ""

    def extent_for(self, area: str) -> BaseGeometry | None:
        """Return the ground of an area.

        Parameters
        ----------
        area : str
            As the practice list spells it; case and outer spaces do not matter.

        Returns
        -------
        geometry or None
            The union of the area's polygons, or of all polygons where no column was matched; None when the
            file has no polygon for the area.
        """
        chosen = self.polygons
        if self.column is not None:
            chosen = chosen[np.array([key == _folded(area) for key in self.keys], dtype=bool)]
        return close_channels(shapely.union_all(chosen)) if len(chosen) else None

    def around(
        self, easting: NDArray[np.float64], northing: NDArray[np.float64], lived: BaseGeometry | None = None
    ) -> Boundary:
        """Keep the polygons where the practices are, where the list names no areas: the others are of other places.

        Those are the polygons in the midst of the ground that people live on, and any other that holds more than a
        stray practice: so an outline of the whole area is taken, and small polygons (wards, neighbourhoods) are all
        those of its ground, with practices or without.

        Parameters
        ----------
        easting, northing : ndarray of float64, shape (n,)
            Metres on the National Grid.
        lived : geometry, optional
            Where the people of the list live, EPSG:27700 metres.

        Raises
        ------
        InputError
            No polygon holds a practice.
        """
        if self.column is not None:
            return self
        places = shapely.points(easting, northing)
        polygon, _ = shapely.STRtree(places).query(self.polygons, predicate="intersects")
        count = np.bincount(polygon, minlength=len(self.polygons))
        if not count.any():
            problem = "none of its polygons holds a practice of the list"
            remedy = "Give the polygons of the list's area; with several areas name their column with --area"
            raise InputError([Fault(self.source, None, None, None, problem, remedy)])
        held = count > (0 if lived is None else STRAY * len(easting))
        if lived is not None:
            shapely.prepare(lived)
            held |= shapely.intersects(lived, shapely.point_on_surface(self.polygons))
        kept = np.flatnonzero(held if held.any() else count > 0)
        return replace(
            self, polygons=self.polygons[kept], keys=tuple(self.keys[k] for k in kept.tolist() if self.keys)
        )


def close_channels(ground: BaseGeometry) -> BaseGeometry:
    """Return the ground with the water filled where it is narrow between two of its parts.

    Outlines clipped to the coast cut an area along its tidal rivers (the Tyne) and from islands that a bridge
    joins (Canvey, Hayling, Sheppey, Walney): without this each would be an island to the program. Water a
    kilometre wide (the Solent, the Humber) is left.

    Parameters
    ----------
    ground : geometry
        Polygons, EPSG:27700 metres.
    """
    parts = polygon_parts(ground)
    parts = shapely.simplify(parts[shapely.area(parts) >= LEAST_PART_M2], COARSE_M)
    fills = []
    for one, other in shapely.STRtree(parts).query(parts, predicate="dwithin", distance=CHANNEL_M).T:
        if one >= other:
            continue
        between = shapely.intersection(*shapely.buffer(parts[[one, other]], CHANNEL_M, quad_segs=4))
        banks = shapely.intersection(
            shapely.union(parts[one], parts[other]), shapely.buffer(between, CHANNEL_M, quad_segs=4)
        )
        grown = shapely.buffer(banks, CHANNEL_M / 2, quad_segs=4)
        fills.append(shapely.intersection(shapely.buffer(grown, -CHANNEL_M / 2, quad_segs=4), between))
    return shapely.union_all([ground, *fills])


def read_boundary(
    path: str | Path, areas: Collection[str] = (), renamed: Callable[[str], str] = str
) -> Boundary:
    """Read area polygons from a GeoJSON or GeoPackage file.

    The file is read as bytes of bounded length and never opened by its name in GDAL, which would also follow
    web addresses and archives. GeoJSON is WGS 84 unless a ``crs`` member says British National Grid or the
    coordinates plainly are; a GeoPackage says its own.

    Parameters
    ----------
    path : str or Path
    areas : collection of str
        The areas of the practice list. The attribute that names most of them is chosen. Without areas all
        polygons are taken together.
    renamed : callable
        From what the file calls an area to what the list does, where they are of different years.

    Returns
    -------
    Boundary

    Raises
    ------
    InputError
        When the file cannot be read, holds no polygon, is not in Great Britain, or names none of the areas.
    """
    source = str(path)
    layer = read_layer(path)
    polygons = on_grid(layer.geometries, layer.crs, source)
    columns = {name: [renamed(value) for value in values] for name, values in layer.columns.items()}
    wanted = {_folded(area) for area in areas if area.strip()}
    if not wanted:
        return Boundary(polygons, None, ("",) * len(polygons), source)
    column = _naming_column(columns, wanted, source)
    return Boundary(polygons, column, tuple(_folded(value) for value in columns[column]), source)


def _folded(text: str) -> str:
    return composed(" ".join(text.split()).casefold())


def _naming_column(columns: Mapping[str, list[str]], wanted: set[str], source: str) -> str:
    """Choose the attribute that names most of the areas wanted, the first of equals."""
    found = {name: len(wanted.intersection(map(_folded, values))) for name, values in columns.items()}
    best = max(found, key=found.__getitem__, default=None)
    if best is None or not found[best]:
        refuse(
            source,
            f"has no attribute that names an area of the list (attributes: {', '.join(columns) or 'none'})",
            "Give outlines with the codes or names of the areas as the list spells them, or what they became: --lookup",
            value=min(wanted),
        )
    return best
