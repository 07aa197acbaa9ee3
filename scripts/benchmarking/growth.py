"""How time and memory grow with the practices of an area, and with the practices that make up a network."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from scripts.benchmarking.cases import PER_NETWORK, Area, write_area
from scripts.benchmarking.isolated import run_isolated
from scripts.benchmarking.planning import plan_list

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["factor_per_step", "measure_growth", "slope"]

# Sizes at 5 practices a network, and practices a network at one size.
PRACTICES = (40, 60, 80, 120, 160)
PER_NETWORKS = (3.0, 4.0, 5.0, 6.0, 7.0)
FIXED_PRACTICES = 80
# Counties drawn at each size: one alone may be easy or hard by chance.
SEEDS = (20, 21)

# Planning that takes less finds room in what preparing held: its memory says nothing of growth.
MEASURABLE_MB = 10.0


def slope(sizes: Sequence[float], measured: Sequence[float]) -> float | None:
    """The exponent of growth: the slope of a line through the logarithms; None below two sizes.

    Parameters
    ----------
    sizes, measured : sequence of float
        Positive, of one length.
    """
    if len(set(sizes)) < 2:
        return None
    return float(np.polyfit(np.log(sizes), np.log(measured), 1)[0])


def factor_per_step(sizes: Sequence[float], measured: Sequence[float]) -> float | None:
    """How many times as much one more takes, for what grows exponentially; None below two sizes."""
    if len(set(sizes)) < 2:
        return None
    return math.exp(float(np.polyfit(sizes, np.log(measured), 1)[0]))


def measure_growth(
    folder: Path,
    most: int,
    seconds: float,
    say: Callable[[str], None],
    *,
    practices: Sequence[int] = PRACTICES,
    per_networks: Sequence[float] = PER_NETWORKS,
    fixed_practices: int = FIXED_PRACTICES,
) -> dict[str, Any]:
    """Plan made-up counties of growing size, each in a process of its own.

    Parameters
    ----------
    folder : Path
        Where the lists are written.
    most : int
        The most patients of the band.
    seconds : float
        Wall time for each until its best plan so far is taken.
    say : callable
        Told of each run.
    practices : sequence of int
        Sizes, at 5 practices a network.
    per_networks : sequence of float
        Practices a network, at one size.
    fixed_practices : int
        That size.

    Returns
    -------
    dict
        The runs of both series, and their exponents.
    """
    series = {
        "practices": [Area(f"growth {n}", n, PER_NETWORK, seed) for n in practices for seed in SEEDS],
        "per_network": [
            Area(f"growth {fixed_practices} by {m:g}", fixed_practices, m, seed)
            for m in per_networks
            for seed in SEEDS
        ],
    }
    found: dict[str, Any] = {}
    for name, areas in series.items():
        runs = []
        for area in areas:
            say(f"growth: {area.practices} practices, {area.per_network:g} a network")
            path, _ = write_area(area, folder, most)
            told = run_isolated(plan_list, str(path), seconds, False, wall_seconds=2 * seconds + 120)
            if told.ended == "done":
                runs.append(_run(area, told.messages[0]))
            else:
                say(f"growth: left out: {told.ended}")
        found[name] = {"runs": runs, **_exponents(name, runs)}
    return found


def _run(area: Area, told: dict[str, Any]) -> dict[str, Any]:
    """What is kept of one run."""
    return {
        "practices": area.practices,
        "per_network": area.per_network,
        "proven": told["status"] == "optimal",
        "candidates": told["candidates"],
        "seconds": told["seconds"],
        "prepare_seconds": told["prepare_seconds"],
        "listing_seconds": told["stages"]["enumerate"] + told["stages"]["score"],
        "peak_mb": told["peak_mb"],
        "own_mb": told["own_mb"],
    }


def _exponents(size: str, runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The exponents of the runs that ended with a proof; the others took the time they were given."""
    proven = [run for run in runs if run["proven"]]
    slopes, factors = {}, {}
    for name in ("seconds", "own_mb", "candidates"):
        told = [run for run in proven if name != "own_mb" or run[name] >= MEASURABLE_MB]
        sizes, measured = [run[size] for run in told], [run[name] for run in told]
        slopes[name], factors[name] = slope(sizes, measured), factor_per_step(sizes, measured)
    return {"slopes": slopes, "factors": factors}
