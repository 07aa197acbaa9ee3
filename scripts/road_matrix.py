"""Make a matrix of drives between practices from modelled journeys between where people live and hospitals.

Run by ``scripts/road-matrix PRACTICES.csv OUT.csv [JOURNEYS]``. Needs practices with ``practice_code``, ``easting`` and
``northing``, and a table of journeys with the columns ``lsoa11_code``, ``lsoa_e``, ``lsoa_n`` (the centre of where
people live), ``unit_postcode``, ``unit_e``, ``unit_n`` (hospitals; metres, EPSG:27700), ``crow_km`` and ``drive_min``.

No journey of the table is between two practices. Each practice stands at the nearest centre, at most 1 km off, and has
a hospital: that of the shortest drive from there, at most 30 minutes, so that no water without a bridge lies between.
The drive from practice A to practice B is the estimate for their straight line, and besides as much as A's drive to B's
hospital is longer than estimated, less as much as B's own drive there is: what a detour adds, and slow streets around a
hospital do not. Of the two ways to reckon it the one by the hospital that is nearer to its practice is taken.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from netform.inputs.travel import estimate_minutes
from netform.rules.toml import load_profile

DEFAULT_PATH = Path(__file__).resolve().parents[2] / "shared/data/road_time_pairs_lt40km.csv.gz"
CENTRE_WITHIN_M = 1_000.0
HOSPITAL_WITHIN_MINUTES = 30.0
# Longer lines between practices are no borders.
MOST_KM = 40.0


def road_matrix(practices: pd.DataFrame, journeys: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Give the drives between practices that the journeys say something of.

    Parameters
    ----------
    practices : DataFrame
        With ``practice_code``, ``easting`` and ``northing``.
    journeys : DataFrame

    Returns
    -------
    list of (code, code, minutes)
        In order of codes, each pair once.
    """
    rules = load_profile()
    placed = practices.dropna(subset=["easting", "northing"]).sort_values("practice_code")
    xy = placed[["easting", "northing"]].to_numpy(float)
    centres, metres = _nearest(journeys, ["lsoa11_code", "lsoa_e", "lsoa_n"], xy)
    codes = placed["practice_code"].to_numpy()[metres <= CENTRE_WITHIN_M].tolist()
    xy, centres = xy[metres <= CENTRE_WITHIN_M], centres[metres <= CENTRE_WITHIN_M]
    drives, km = (
        journeys.pivot_table(index="lsoa11_code", columns="unit_postcode", values=column)
        .reindex(index=centres)
        .to_numpy(copy=True)
        for column in ("drive_min", "crow_km")
    )
    # Each column is a hospital: to its own hospital, and from every practice to that of each.
    near = np.where(np.isnan(drives), np.inf, drives)
    own = near.argmin(axis=1)
    to_own = near.min(axis=1)
    longer = drives - estimate_minutes(km, rules)
    detour = longer[:, own] - longer[np.arange(len(codes)), own][None, :]
    detour[:, to_own > HOSPITAL_WITHIN_MINUTES] = np.nan
    between = np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)) / 1000
    estimate = estimate_minutes(between, rules)
    rows = []
    for i, code in enumerate(codes):
        for j in range(i + 1, len(codes)):
            known = [
                (m, d) for m, d in ((to_own[j], detour[i, j]), (to_own[i], detour[j, i])) if not np.isnan(d)
            ]
            if known and 0 < between[i, j] < MOST_KM:
                minutes = estimate[i, j] + max(0.0, min(known)[1])
                rows.append((code, codes[j], round(float(minutes), 1)))
    return rows


def _nearest(journeys: pd.DataFrame, columns: list[str], xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the nearest end of a journey to each practice, and its distance in metres."""
    ends = journeys[columns].drop_duplicates().sort_values(columns[0])
    metres, where = cKDTree(ends[columns[1:]].to_numpy(float)).query(xy)
    return ends[columns[0]].to_numpy()[where], metres


def main() -> int:
    """Write the matrix."""
    if len(sys.argv) not in (3, 4):
        print("give PRACTICES.csv and OUT.csv, and a file of journeys if it is elsewhere", file=sys.stderr)
        return 2
    journeys = Path(sys.argv[3]) if len(sys.argv) > 3 else DEFAULT_PATH
    if not journeys.is_file():
        print(f"there is no {journeys}: give a file of journeys", file=sys.stderr)
        return 1
    rows = road_matrix(pd.read_csv(sys.argv[1]), pd.read_csv(journeys))
    with Path(sys.argv[2]).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["from", "to", "minutes"])
        writer.writerows(rows)
    print(f"{sys.argv[2]}: {len(rows):,} pairs", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
