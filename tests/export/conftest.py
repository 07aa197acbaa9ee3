"""A small result that every exporter is tried on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely

from netform.inputs.places import Places
from netform.map.boundaries import network_boundaries
from netform.map.territory import build_territories, merge_sites
from netform.plan.model import AreaResult, Edge, Network, Plan, Unplaced
from netform.practices.model import Practice, PracticeList
from netform.result import Result
from netform.rules.toml import load_profile, rules_toml

EASTING = np.array([430_000.0, 432_000.0, 438_000.0, 439_000.0])
NORTHING = np.array([433_000.0, 433_000.0, 433_000.0, 436_000.0])

# Names that try to run in a spreadsheet, a page or a script.
NAMES = ("=cmd|'/c calc'!A1", "<script>alert(1)</script>", "Café \u2028 “Ø”, Leeds", "-2+3")


@pytest.fixture
def result() -> Result:
    """Three practices in two networks, and one in none, around Leeds."""
    practices = PracticeList(
        tuple(
            Practice(code, name, "LS1 4AP", size, area="15F", pcn_code="U1")
            for code, name, size in zip(
                ("A1", "B2", "C3", "D4"), NAMES, (20_000, 15_000, 60_000, 1), strict=True
            )
        ),
        source="list.csv",
        sha256="00",
    )
    west = Network(
        "15F-01", NAMES[1], "15F", ("A1", "B2"), 35_000, "B2", (9.25, 0.0), {"patient_travel": 12.5}
    )
    east = Network(
        "15F-02",
        "C",
        "15F",
        ("C3",),
        60_000,
        "C3",
        (0.0,),
        {"patient_travel": 1 / 3},
        "over_max_single_practice",
        "Why",
    )
    plan = Plan(
        areas=(
            AreaResult(
                "15F", "optimal", 12.8, 12.8, 4, 2, 7, "All listed", {"choose": 0.123456}, ("A note",)
            ),
        ),
        networks=(west, east),
        unplaced=(Unplaced("D4", "opted out"),),
        edges=(Edge("A1", "B2", "border", 9.25, 812.34, 2.0), Edge("B2", "C3", "bridge", 16.5, 0.0, 6.0)),
        provenance={"seed": 0, "netform": "0.1.0", "versions": {"shapely": "2", "numpy": "2"}},
    )
    sites = merge_sites(EASTING, NORTHING)
    territories = build_territories(sites, shapely.box(428_000, 430_000, 442_000, 438_000))
    boundaries = network_boundaries(plan.networks, practices.codes, territories)
    places = Places(EASTING, NORTHING, ("postcode",) * 4, np.zeros((0, 2)), "test")
    return Result(practices, places, plan, boundaries, rules_toml(load_profile()))


@pytest.fixture
def bare(result: Result) -> Result:
    """The same with no network at all."""
    plan = dataclasses.replace(
        result.plan,
        networks=(),
        areas=(),
        unplaced=tuple(Unplaced(code, "no plan") for code in result.practices.codes),
    )
    return dataclasses.replace(result, plan=plan, boundaries={})
