"""A trade-off small enough to check by hand: four practices in a row, two of them at one site."""

from __future__ import annotations

import numpy as np
import shapely

from netform.inputs.places import Places
from netform.practices.model import Practice, PracticeList
from netform.rules.toml import load_profile, rules_toml
from netform.tradeoff.model import Alternative, Axis, Border, Front, FrontPoint
from netform.tradeoff.results import (
    AlternativesResult,
    AreaFront,
    Change,
    FrontResult,
    Neighbours,
    NetworkLabel,
    Today,
)

X = Axis("patient_travel", ("patient_travel",))
Y = Axis("workforce", ("staff_travel", "stranded_posts", "cover"))

# Names that try to run in a spreadsheet, a page, a formula or a terminal.
HARMFUL = ("=cmd|'/c calc'!A1", "<script>alert(1)</script>", "$x_{1}$ & \x1b[31m", "Café \u2028 ]]>")

TERMS = {
    ("A",): {"patient_travel": 0.0, "staff_travel": 1.0, "stranded_posts": 9.0, "overhead": 31.0},
    ("B", "C", "D"): {"patient_travel": 30.0, "staff_travel": 4.0, "stranded_posts": 26.0, "overhead": 31.0},
    ("A", "B"): {"patient_travel": 20.0, "staff_travel": 2.0, "stranded_posts": 10.0, "overhead": 31.0},
    ("C", "D"): {"patient_travel": 15.0, "staff_travel": 1.0, "stranded_posts": 11.0, "overhead": 31.0},
    ("A", "B", "C", "D"): {
        "patient_travel": 60.0,
        "staff_travel": 8.0,
        "stranded_posts": 2.0,
        "overhead": 31.0,
    },
}


def point(*networks: tuple[str, ...], supported: bool = True) -> FrontPoint:
    """Add up the terms of some networks; every weight is 1."""
    terms = [TERMS[codes] for codes in networks]
    x = sum(each["patient_travel"] for each in terms)
    cost = sum(sum(each.values()) for each in terms)
    return FrontPoint(x, cost - x - 31.0 * len(terms), cost, networks, supported)


# (30, 40) costs 132, (35, 24) 121 and (60, 10) 101: the last is the best by the weights.
LEAST_X = point(("A",), ("B", "C", "D"))
MIDDLE = point(("A", "B"), ("C", "D"))
LEAST_Y = point(("A", "B", "C", "D"))


def front(*points: FrontPoint, area: str = "", proven: bool = True, best: FrontPoint = LEAST_Y) -> Front:
    """Make a front with a box between the last two points."""
    shown = points or (LEAST_X, MIDDLE, LEAST_Y)
    boxes = ((35.0, 60.0, 10.0, 24.0),) if len(shown) == 3 else ()
    return Front(area, X, Y, shown, 3.0, 2.0, proven, boxes, best)


TODAY = Today(
    x=70.0,
    y=30.0,
    cost=162.0,
    terms={"patient_travel": 70.0, "staff_travel": 10.0, "stranded_posts": 20.0, "overhead": 62.0},
    networks=2,
    without=1,
    broken=("1 of 2 outside the band",),
)


def front_result(
    shown: Front | None = None, today: Today | None = TODAY, source: str = "l.csv"
) -> FrontResult:
    """Make the result of one area."""
    part = AreaFront(shown or front(), today, 4, 100_000)
    return FrontResult(
        source=source,
        areas=(part,),
        total=part,
        network_terms=TERMS,
        folders={MIDDLE.networks: "point-2"},
        provenance={"netform": "0.1.0", "seed": 0},
        rules_toml=rules_toml(load_profile()),
    )


BEST = Alternative(0, "best", 100.0, (("A", "B"), ("C", "D")), 0, 0, True)
NEXT = Alternative(1, "next", 100.5, (("A",), ("B", "C", "D")), 1, 15_000, True)
DIFFERENT = Alternative(1, "different", 101.0, (("A", "B", "C", "D"),), 2, 40_000, False, 40_000, 45_000)
SIZES = (20_000, 15_000, 30_000, 35_000)


def alternatives_result(names: tuple[str, ...] = ("Ash", "Birch", "Cedar", "Dune")) -> AlternativesResult:
    """Make alternatives on four squares of 10 km in a row; C and D share the third."""
    practices = PracticeList(
        tuple(
            Practice(code, name, "LS1 4AP", size)
            for code, name, size in zip("ABCD", names, SIZES, strict=True)
        ),
        f"{names[0]}.csv",
    )
    squares = [shapely.box(400_000 + 10_000 * i, 300_000, 410_000 + 10_000 * i, 310_000) for i in range(3)]
    line = [shapely.LineString([(x, 300_000), (x, 310_000)]) for x in (410_000, 420_000)]
    labels = (
        NetworkLabel("PCN-01", names[0], "", ("A", "B")),
        NetworkLabel("PCN-02", names[2], "", ("C", "D")),
    )
    return AlternativesResult(
        practices=practices,
        places=Places(
            np.array([405_000.0, 415_000.0, 425_000.0, 425_000.0]),
            np.full(4, 305_000.0),
            ("postcode",) * 4,
            np.empty((0, 2)),
            "made up",
        ),
        within=0.01,
        networks=labels,
        alternatives={"": (BEST, NEXT, DIFFERENT)},
        changes={
            ("", "best", 0): (),
            ("", "next", 1): (Change("B", "PCN-01", "PCN-02", ("B", "C", "D")),),
            ("", "different", 1): (
                Change("A", "PCN-01", "", ("A", "B", "C", "D")),
                Change("B", "PCN-01", "", ("A", "B", "C", "D")),
            ),
        },
        neighbours=(
            Neighbours("", Border("A", "B", "some"), line[0]),
            Neighbours("", Border("B", "C", "some"), line[1]),
            Neighbours("", Border("B", "D", "unsettled"), line[1]),
            Neighbours("", Border("C", "D", "all"), None),
        ),
        grounds={"PCN-01": shapely.union_all(squares[:2]), "PCN-02": squares[2]},
        territories={"A": squares[0], "B": squares[1], "C": squares[2], "D": squares[2]},
        folders={("", "best", 0): "best"},
        provenance={"netform": "0.1.0"},
        rules_toml=rules_toml(load_profile()),
        network_terms=TERMS,
    )
