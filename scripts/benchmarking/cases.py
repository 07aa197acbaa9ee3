"""The areas that are planned: real lists where they lie beside the project, and made-up ones of any size."""

from __future__ import annotations

import math
import os
import random
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

import pandas as pd

__all__ = ["MADE_UP", "REAL", "Area", "made_up_list", "shared_data", "write_area"]

# Areas of 64 to 175 practices, connected, that need no exception beyond their practices over the band.
REAL = ("10Q", "18C", "15F", "52R", "QNC", "15E")
# Practices of the made-up lists, of 5 to a network.
MADE_UP = (60, 120)
PER_NETWORK = 5.0
SEED = 20

# The middle of the band: what a made-up network of so many practices comes to.
NETWORK_PATIENTS = 40_000
# Ground of a made-up practice, and how far a town's practices lie from its middle.
KM2_PER_PRACTICE, TOWN_KM, PRACTICES_PER_TOWN, IN_TOWN = 20.0, 2.0, 6, 0.7
# English lists spread so (standard deviation of the logarithm); the ends keep every practice far below the band.
LIST_SPREAD, SMALLEST, LARGEST = 0.45, 0.3, 2.5
# South-western corner of the made-up county, metres (EPSG:27700): the Midlands, inland all round.
CORNER_M = (400_000, 255_000)


class Area(NamedTuple):
    """An area by name: the code of a real one, or the number of practices of a made-up one."""

    name: str
    practices: int = 0
    per_network: float = PER_NETWORK
    seed: int = SEED


def shared_data() -> Path | None:
    """Folder of the real lists: NETFORM_SHARED_DATA, else shared/data beside the repository; None where absent."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("NETFORM_SHARED_DATA", beside))
    return folder if (folder / "practices.csv").is_file() else None


def write_area(area: Area, folder: Path, most: int) -> tuple[Path, int]:
    """Write the list of an area, without the practices over the band: they stand alone in every plan.

    Parameters
    ----------
    area : Area
    folder : Path
        Where the list is written.
    most : int
        The most patients of the band.

    Returns
    -------
    path, left_out
        The list, and how many practices are over the band.

    Raises
    ------
    LookupError
        There is no such area, or no real lists.
    """
    table = made_up_list(*area[1:]) if area.practices else _real_list(area.name)
    inside = table[table["list_size"] <= most]
    path = folder / f"{area.name.replace(' ', '-')}.csv"
    inside.to_csv(path, index=False)
    return path, len(table) - len(inside)


def _real_list(name: str) -> pd.DataFrame:
    """Read an area's own file, else the practices of its sub-ICB code."""
    folder = shared_data()
    if folder is None:
        raise LookupError("the real lists are not there; set NETFORM_SHARED_DATA to their folder")
    own = sorted((folder / "areas").glob(f"*_{name}.csv"))
    if own:
        return pd.read_csv(own[0], usecols=["practice_code", "practice_name", "postcode", "list_size"])
    table = pd.read_csv(folder / "practices.csv", dtype={"sub_icb_code": str})
    chosen = table[table["sub_icb_code"] == name]
    if chosen.empty:
        raise LookupError(f"there is no area {name} in {folder}")
    return chosen[["practice_code", "practice_name", "postcode", "list_size", "easting", "northing"]]


def made_up_list(practices: int, per_network: float, seed: int = SEED) -> pd.DataFrame:
    """Make up a county: towns with practices around them, and lists that spread as English ones do.

    Parameters
    ----------
    practices : int
    per_network : float
        Practices that make up 40,000 patients on average.
    seed : int

    Returns
    -------
    DataFrame
        ``practice_code``, ``practice_name``, ``list_size``, ``easting`` and ``northing``.
    """
    # Only ``random()`` promises the same numbers on every version of Python.
    rng = random.Random(f"{seed} {practices} {per_network}")  # noqa: S311 (nothing secret)
    side_m = math.sqrt(practices * KM2_PER_PRACTICE) * 1000
    towns = [(rng.random(), rng.random()) for _ in range(max(1, practices // PRACTICES_PER_TOWN))]
    rows = []
    for number in range(practices):
        share = (rng.random(), rng.random())
        if rng.random() < IN_TOWN:
            town = towns[int(rng.random() * len(towns))]
            share = tuple(
                min(1.0, max(0.0, middle + _normal(rng) * TOWN_KM * 1000 / side_m)) for middle in town
            )
        size = math.exp(LIST_SPREAD * _normal(rng) - LIST_SPREAD**2 / 2)
        list_size = NETWORK_PATIENTS / per_network * min(LARGEST, max(SMALLEST, size))
        rows.append(
            {
                "practice_code": f"X{number + 1:05d}",
                "practice_name": f"Practice {number + 1}",
                "list_size": round(list_size),
                "easting": round(CORNER_M[0] + share[0] * side_m),
                "northing": round(CORNER_M[1] + share[1] * side_m),
            }
        )
    return pd.DataFrame(rows)


def _normal(rng: random.Random) -> float:
    """Draw from the normal distribution; the shift keeps the draw off 0, where its quantile does not exist."""
    return NormalDist().inv_cdf(min(rng.random() + 1e-9, 1 - 1e-9))
