"""Places: from postcodes and coordinates to eastings and northings, offline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Places"]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the practices of a list are, in list order.

    Attributes
    ----------
    easting, northing : ndarray of float64, shape (n,)
        Metres on the British National Grid (EPSG:27700).
    quality : tuple of str, length n
        ``list`` (own coordinates), ``postcodes_file`` (the user's file), ``postcode`` (the bundled one) or
        ``approximate`` (centre of the postcode's sector or outcode).
    homes : ndarray of float64, shape (m, 2)
        Eastings and northings of postcodes around the practices: where people live.
    gazetteer : str
        Which gazetteers were used and their vintage, for the provenance.
    notes : tuple of str
        What a planner should read: places that are approximate, postcodes that were terminated.
    """

    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    quality: tuple[str, ...]
    homes: NDArray[np.float64]
    gazetteer: str
    notes: tuple[str, ...] = ()
