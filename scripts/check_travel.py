"""Measure the default travel estimate on modelled car journeys, and fit its constants afresh.

Run by ``scripts/check-travel``. Needs a table of journeys with the columns ``lsoa_e``, ``lsoa_n`` (where
people live), ``unit_e``, ``unit_n`` (hospitals; metres, EPSG:27700), ``unit_postcode`` and ``drive_min``.
The fit uses scipy, which comes with the ``test`` extra.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from netform.inputs.travel import estimate_minutes
from netform.rules.toml import load_profile

DEFAULT_PATH = Path(__file__).resolve().parents[2] / "shared/data/road_time_pairs_lt40km.csv.gz"
# Networks are smaller than this: longer journeys would only bend the fit.
MOST_KM = 20.0
BANDS_KM = (0.0, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0)

Floats = NDArray[np.float64]


class Journeys(NamedTuple):
    """Journeys under 20 km: straight line, minutes by car, and the postcode they go to."""

    km: Floats
    minutes: Floats
    destination: NDArray[np.str_]


class Fit(NamedTuple):
    """Constants of ``base + slope * km ** power`` and their errors in minutes."""

    base: float
    slope: float
    power: float
    median_error: float
    mean_error: float


def read_journeys(path: Path) -> Journeys:
    """Read the journeys under 20 km whose ends are apart."""
    table = pd.read_csv(path)
    east, north = (table[f"lsoa_{axis}"] - table[f"unit_{axis}"] for axis in "en")
    km = np.hypot(east, north).to_numpy() / 1000
    near = (km > 0) & (km < MOST_KM)
    return Journeys(
        km[near], table["drive_min"].to_numpy(float)[near], table["unit_postcode"].to_numpy(str)[near]
    )


def errors(journeys: Journeys, base: float, slope: float, power: float) -> Fit:
    """Measure how far an estimate is from the journeys."""
    off = np.abs(journeys.minutes - (base + slope * journeys.km**power))
    return Fit(base, slope, power, float(np.median(off)), float(off.mean()))


def default_fit(journeys: Journeys) -> Fit:
    """Measure the constants of the default profile."""
    rules = load_profile()
    return errors(journeys, rules.minutes_base, rules.minutes_per_km, rules.minutes_power)


def fresh_fit(journeys: Journeys) -> Fit:
    """Fit by least absolute deviations, so that journeys round an estuary do not bend the whole."""
    found = minimize(
        lambda constants: errors(journeys, *constants).mean_error,
        np.array(default_fit(journeys)[:3]),
        method="Nelder-Mead",
        options={"xatol": 1e-4, "fatol": 1e-7, "maxiter": 2000},
    )
    return errors(journeys, *(float(constant) for constant in found.x))


def report(journeys: Journeys) -> list[str]:
    """Say what was measured, line by line."""
    rules = load_profile()
    lines = [f"{len(journeys.km):,} journeys under {MOST_KM:g} km", ""]
    lines.append("constants           base   slope  power  median error  mean error (minutes)")
    for name, fit in (("default", default_fit(journeys)), ("fitted afresh", fresh_fit(journeys))):
        lines.append(
            f"{name:<18} {fit.base:6.3f}  {fit.slope:6.3f}  {fit.power:5.3f}  {fit.median_error:12.3f}"
            f"  {fit.mean_error:10.3f}"
        )
    estimate = estimate_minutes(journeys.km, rules)
    late = journeys.minutes - estimate
    lines += ["", "default, by km       journeys  median error  median lateness  95% within"]
    for low, high in itertools.pairwise(BANDS_KM):
        band = late[(journeys.km >= low) & (journeys.km < high)]
        if len(band):
            lines.append(
                f"{low:4g} to {high:<4g} {len(band):18,}  {np.median(np.abs(band)):12.2f}"
                f"  {np.median(band):15.2f}  {np.quantile(np.abs(band), 0.95):10.1f}"
            )
    # Water, mostly: what a straight line cannot know, and a matrix or --edges should say.
    barred = journeys.minutes > 2 * estimate
    lines += ["", f"{barred.sum():,} journeys take more than twice the estimate; most of them to"]
    places, counts = np.unique(journeys.destination[barred], return_counts=True)
    for place, count in sorted(zip(places, counts, strict=True), key=lambda each: (-each[1], each[0]))[:8]:
        there = barred & (journeys.destination == place)
        lines.append(
            f"  {place:<8} {count:5,}: {np.median(journeys.minutes[there]):.0f} minutes,"
            f" estimated {np.median(estimate[there]):.0f}"
        )
    return lines


def main() -> int:
    """Print the report."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_PATH
    if not path.is_file():
        print(f"there is no {path}: give a file of journeys", file=sys.stderr)
        return 1
    print("\n".join(report(read_journeys(path))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
