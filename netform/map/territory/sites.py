"""Sites: the distinct places at which practices stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Sites", "merge_sites"]


@dataclass(frozen=True, slots=True)
class Sites:
    """The distinct places of a list of practices.

    Attributes
    ----------
    easting, northing : ndarray of float64, shape (m,)
        Whole metres on the British National Grid (EPSG:27700); no two sites are the same.
    site_of : ndarray of int64, shape (n,)
        The site of each practice, in the order of the practices.
    """

    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    site_of: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.easting)

    @property
    def points(self) -> NDArray[np.float64]:
        """Eastings and northings together, shape (m, 2)."""
        return np.column_stack([self.easting, self.northing])


def merge_sites(easting: ArrayLike, northing: ArrayLike) -> Sites:
    """Merge practices that stand at the same place, to the metre, into sites.

    A postcode places a practice to the metre at best, so a difference below one is rounding, not distance.

    Parameters
    ----------
    easting, northing : array_like of float, shape (n,)
        Metres on the British National Grid, one per practice; finite.

    Returns
    -------
    Sites
        In order of easting, then northing: the order of the practices does not matter.

    Raises
    ------
    ValueError
        When a coordinate is not finite.
    """
    places = np.rint(np.column_stack([np.asarray(easting, float), np.asarray(northing, float)]))
    if not np.isfinite(places).all():
        raise ValueError("every practice needs a finite easting and northing")
    distinct, site_of = np.unique(places, axis=0, return_inverse=True)
    # Adding zero turns -0.0 into 0.0, so that equal sites print equal.
    distinct = distinct.reshape(-1, 2) + 0.0
    return Sites(distinct[:, 0].copy(), distinct[:, 1].copy(), site_of.reshape(-1).astype(np.int64))
