"""Drives over the roads of Rutland, from the extract beside the project, next to the estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from netform.inputs.travel import estimate_minutes
from netform.roads.extract import read_roads
from netform.roads.journeys import Journeys, road_journeys
from netform.rules.toml import load_profile

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def sites(shared_data: Path) -> dict[str, tuple[float, float]]:
    """Practices and branches in and around the county."""
    import pandas as pd  # noqa: PLC0415 (only here)

    if not (shared_data / "osm" / "rutland.osm.pbf").is_file():
        pytest.skip(f"the extract is not there ({shared_data / 'osm'})")
    pytest.importorskip("osmium", reason="the extra roads is not installed")
    found = {}
    for name, code in (("practices.csv", "practice_code"), ("branch_surgeries_2017.csv", "branch_code")):
        table = pd.read_csv(shared_data / name)
        near = table["easting"].between(479_000, 507_500) & table["northing"].between(292_000, 322_000)
        found |= {
            str(row[code]): (float(row["easting"]), float(row["northing"]))
            for _, row in table[near].iterrows()
        }
    return found


def _journeys(shared_data: Path, sites: dict[str, tuple[float, float]], mode: str) -> Journeys:
    network = read_roads(shared_data / "osm" / "rutland.osm.pbf", mode)
    return road_journeys(network, list(sites), np.array(list(sites.values())), [""] * len(sites), mode)


def test_drives_of_rutland_are_sane_and_shorter_than_the_estimate(
    shared_data: Path, sites: dict[str, tuple[float, float]]
) -> None:
    """On the road alone: the estimate has 5.4 minutes for getting away and parking."""
    found = _journeys(shared_data, sites, "car")
    minutes = {(a, b): each for a, b, each in found.rows}
    assert minutes["C82010", "C82077"] == pytest.approx(10.1, abs=1)  # Oakham to Uppingham, 10 km of A6003
    assert minutes["C82010", "C82077001"] == pytest.approx(18.6, abs=2)  # to Ketton, short of Stamford
    km = np.array([np.hypot(*np.subtract(sites[a], sites[b])) / 1000 for a, b in minutes])
    over = np.array(list(minutes.values())) - estimate_minutes(km, load_profile())
    # Measured: 36 pairs, median 6.7 minutes shorter, at most 11.3 shorter and 1.0 longer.
    assert len(over) == 36
    assert np.median(over) == pytest.approx(-6.7, abs=0.5)
    assert over.min() > -12
    assert over.max() < 2
    # Gretton and two sites of Stamford lie beyond the county.
    assert any("without journeys" in note and "K83017" in note for note in found.notes)


def test_walks_of_rutland_take_12_minutes_a_kilometre_and_more(
    shared_data: Path, sites: dict[str, tuple[float, float]]
) -> None:
    """A way is never shorter than the straight line, and seldom twice as long."""
    rows = _journeys(shared_data, sites, "foot").rows
    km = np.array([np.hypot(*np.subtract(sites[a], sites[b])) / 1000 for a, b, _ in rows])
    pace = np.array([minutes for _, _, minutes in rows]) / km
    assert pace.min() > 12
    assert np.median(pace) < 18
