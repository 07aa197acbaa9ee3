"""A plan small enough to check by hand: two networks side by side, and a third, oversize, in another area."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from netform.inputs.places import Places
from netform.plan.model import AreaResult, Network, Plan, Unplaced
from netform.practices.model import Practice, PracticeList
from netform.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = """\
profile = "fyfv-2017"

[band]
min = 30000
max = 50000

[weights]
patient_travel = 1
overhead = 2
"""

PRACTICES = (
    Practice("A1", "Amber", "LS1 1AA", 20_000, "N", "U1"),
    Practice("A2", "Birch", "LS1 1AA", 15_000, "N", "U1"),
    Practice("B1", "Cedar", "LS2 2BB", 40_000, "N", "U2"),
    Practice("C1", "Dune", "LS3 3CC", 60_000, "S", ""),
)

NETWORKS = (
    Network(
        "N-01",
        "Amber",
        "N",
        ("A1", "A2"),
        35_000,
        "A1",
        (0.0, 0.0),
        {"patient_travel": 0.0, "overhead": 31.0},
    ),
    Network("N-02", "Cedar", "N", ("B1",), 40_000, "B1", (0.0,), {"patient_travel": 1.5, "overhead": 31.0}),
    Network(
        "S-01",
        "Dune",
        "S",
        ("C1",),
        60_000,
        "C1",
        (0.0,),
        {"patient_travel": 0.0, "overhead": 31.0},
        "over_max_single_practice",
        "Dune alone has 60,000 patients.",
    ),
)

# Weighted: N-01 0 + 2 * 31 = 62, N-02 1.5 + 62 = 63.5, S-01 62. In all 187.5.
AREAS = (
    AreaResult("N", "optimal", 125.5, 125.5, 3, 2, 7, "All were listed.", {"choose": 0.5}),
    AreaResult("S", "feasible", 62.0, 60.0, 1, 1, 1, "All were listed.", {}, ("1 practice stands alone.",)),
)

PLAN = Plan(
    areas=AREAS,
    networks=NETWORKS,
    unplaced=(),
    edges=(),
    provenance={"netform": "0.1.0", "input_sha256": "ab", "seed": 0, "workers": 2, "versions": {"x": "1"}},
)


@pytest.fixture
def result() -> Result:
    """Three networks: two squares of 10 km side by side in the north, one below the second."""
    return Result(
        practices=PracticeList(PRACTICES, "lists/small.csv", "ab", ("Read as cp1252.",)),
        places=Places(
            easting=np.array([402_000.0, 402_000.0, 415_000.0, 415_000.0]),
            northing=np.array([305_000.0, 305_000.0, 305_000.0, 295_000.0]),
            quality=("postcode", "postcode", "approximate", "postcode"),
            homes=np.empty((0, 2)),
            gazetteer="made up",
        ),
        plan=PLAN,
        boundaries={
            "N-01": shapely.box(400_000, 300_000, 410_000, 310_000),
            "N-02": shapely.box(410_000, 300_000, 420_000, 310_000),
            "S-01": shapely.box(410_000, 290_000, 420_000, 300_000),
        },
        rules_toml=RULES,
    )


@pytest.fixture
def one_area(result: Result) -> Result:
    """The two networks of the north alone, solved as one area without a name."""
    networks = tuple(replace(network, area="", network_id=network.network_id[2:]) for network in NETWORKS[:2])
    return replace(
        result,
        practices=PracticeList(PRACTICES[:3], "-"),
        places=replace(
            result.places,
            easting=result.places.easting[:3],
            northing=result.places.northing[:3],
            quality=("postcode",) * 3,
        ),
        plan=replace(PLAN, areas=(replace(AREAS[0], area=""),), networks=networks),
        boundaries={key[2:]: value for key, value in result.boundaries.items() if key.startswith("N")},
    )


@pytest.fixture
def no_plan(result: Result) -> Result:
    """An area proven impossible: no networks, every practice unplaced."""
    area = AreaResult(
        "", "infeasible", None, None, 4, 0, 0, notes=("25,000 patients cannot fill a network.",)
    )
    unplaced = tuple(Unplaced(practice.code, "no plan") for practice in PRACTICES)
    return replace(result, plan=replace(PLAN, areas=(area,), networks=(), unplaced=unplaced), boundaries={})


@pytest.fixture
def renamed(result: Result) -> Callable[[str], Result]:
    """The same result with one text in every place a user's file can put it."""

    def rename(text: str) -> Result:
        practices = tuple(replace(p, name=text, postcode=text, pcn_code=text) for p in PRACTICES)
        networks = tuple(replace(n, name=text, explanation=text) for n in NETWORKS)
        areas = tuple(replace(a, notes=(text,), method=text) for a in AREAS)
        return replace(
            result,
            practices=PracticeList(practices, text, "ab", (text,)),
            plan=replace(PLAN, networks=networks, areas=areas, unplaced=(Unplaced("A1", text),)),
        )

    return rename
