"""Between the British National Grid and WGS 84 degrees, the same on every machine and without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DEGREES_TO_GRID", "to_degrees", "to_grid"]

# WGS 84 to OSGB36 by the Helmert transformation EPSG:1314 (about 2 m), then the National Grid. Spelt out
# because between two CRS codes PROJ takes the OSTN15 grid where a machine has it, or fetches it where it may,
# and the same plan would be other bytes there.
DEGREES_TO_GRID = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 "
    "+step +proj=cart +ellps=WGS84 +step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 "
    "+rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 +convention=position_vector "
    "+step +inv +proj=cart +ellps=airy +step +proj=pop +v_3 "
    "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)


def to_degrees(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitudes and latitudes of places on the National Grid.

    Parameters
    ----------
    places : ndarray of float64, shape (k, 2)
        Eastings and northings, EPSG:27700 metres.

    Returns
    -------
    ndarray of float64, shape (k, 2)
        WGS 84 degrees, longitude first.
    """
    return _transformed(places, "INVERSE")


def to_grid(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return eastings and northings of longitudes and latitudes.

    Parameters
    ----------
    degrees : ndarray of float64, shape (k, 2)
        WGS 84 degrees, longitude first.

    Returns
    -------
    ndarray of float64, shape (k, 2)
        EPSG:27700 metres; infinite where there is no answer.
    """
    return _transformed(degrees, "FORWARD")


def _transformed(coords: NDArray[np.float64], direction: str) -> NDArray[np.float64]:
    from pyproj import Transformer  # noqa: PLC0415 - heavy, and only degrees need it

    transformer = Transformer.from_pipeline(DEGREES_TO_GRID)
    return np.column_stack(transformer.transform(coords[:, 0], coords[:, 1], direction=direction))
