"""Names of towns and villages of Great Britain, for maps: so that a planner sees where a network is.

The file beside this module is made by ``scripts/towns`` from GeoNames (geonames.org), Creative Commons Attribution 4.0.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from importlib import resources

__all__ = ["TOWNS_ATTRIBUTION", "Town", "towns_within"]

# What the licence asks of everything that shows the names.
TOWNS_ATTRIBUTION = "Place names: GeoNames (geonames.org), CC BY 4.0."


@dataclass(frozen=True, slots=True)
class Town:
    """A town, a village or a part of a city.

    Attributes
    ----------
    name : str
    easting, northing : float
        EPSG:27700 metres.
    population : int
        0 where it is not known.
    """

    name: str
    easting: float
    northing: float
    population: int


def towns_within(bounds: tuple[float, float, float, float]) -> list[Town]:
    """List the towns of a rectangle, the largest first.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east and north, EPSG:27700 metres.
    """
    west, south, east, north = bounds
    packed = (resources.files("netform.inputs") / "towns.tsv.gz").read_bytes()
    rows = (line.split("\t") for line in gzip.decompress(packed).decode("utf-8").splitlines())
    return [
        Town(name, float(easting), float(northing), int(population))
        for name, easting, northing, population in rows
        if west <= float(easting) <= east and south <= float(northing) <= north
    ]
