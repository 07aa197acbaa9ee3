"""Clashes: every contradiction is refused by the names of its rules, and nothing is refused that has a plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from netform.errors import RulesError
from netform.inputs.edges import EdgeChange
from netform.inputs.places import Places
from netform.inputs.travel import build_travel
from netform.map.graph import graph_of_edges
from netform.practices.model import Practice, PracticeList
from netform.rules.breaches import breaches
from netform.rules.conflicts.clashes import find_clashes, refuse_clashes
from netform.rules.demanded_graph import demanded_graph
from netform.rules.demands import NO_DEMANDS, AreaDemand, Demands
from netform.rules.toml import load_profile
from tests.brute_force import partitions
from tests.examples import examples
from tests.strategies import made_up_area

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import networkx as nx

    from netform.rules.model import Rules

DEFAULT = load_profile()
LINE = [(kilometres * 1000, 0) for kilometres in range(6)]


def _graph(
    pairs: Sequence[tuple[int, int]],
    *,
    sizes: Sequence[int] = (10_000,) * 6,
    areas: Sequence[str] = ("",) * 6,
    points: Sequence[tuple[int, int]] = LINE,
) -> nx.Graph:
    listed = PracticeList(
        tuple(
            Practice(f"P{index}", "", "", size, area=area, row=index)
            for index, (size, area) in enumerate(zip(sizes, areas, strict=True))
        )
    )
    east, north = np.array(points, np.float64).T
    places = Places(east, north, ("postcode",) * len(points), np.empty((0, 2)), "made up")
    changes = [EdgeChange(f"P{a}", f"P{b}") for a, b in pairs]
    return graph_of_edges(listed, places, build_travel(places, DEFAULT), changes, [])


# P0 - P1 - P2 - P3 - P4 - P5, a kilometre apart: 8.3 minutes a step, 10.3 two, 12.0 three, 13.5 four, 15.0 five.
IN_LINE = [(index, index + 1) for index in range(5)]
ROW = _graph(IN_LINE)
# The same in a ring, so that no single practice cuts it.
RING = _graph([*IN_LINE, (0, 5)])
# Two areas of three practices each.
TWO_AREAS = _graph(IN_LINE, areas=("N", "N", "N", "S", "S", "S"))


def _demanding(**demands: Any) -> Rules:
    return replace(DEFAULT, demands=Demands(**demands))


def _group(*numbers: int) -> tuple[str, ...]:
    return tuple(f"P{number}" for number in numbers)


CLASHES: list[tuple[str, nx.Graph, dict[str, Any], list[str]]] = [
    (
        "two pins",
        ROW,
        {"pins": (_group(0, 1), _group(1, 2))},
        ["pin P0, P1 and pin P1, P2: P1 is in both, and a practice is in one network; drop one of the two."],
    ),
    (
        "pin and exclude",
        ROW,
        {"pins": (_group(4, 5),), "exclude": _group(0, 5)},
        ["pin P4, P5 and exclude P5: a pinned practice cannot be left out; drop one of the two."],
    ),
    (
        "pin and together",
        ROW,
        {"pins": (_group(0, 1),), "together": (_group(1, 2),)},
        [
            "pin P0, P1 and together P1, P2: P1 is in the pin and P2 is not; pin all of them, or drop one of the two."
        ],
    ),
    (
        "pin and merge",
        ROW,
        {"pins": (_group(0, 1),), "merge": (_group(1, 2),)},
        [
            "pin P0, P1 and merge P1, P2: P1 is in the pin and P2 is not; pin all of them, or drop one of the two."
        ],
    ),
    (
        "pin and apart",
        ROW,
        {"pins": (_group(0, 1, 2),), "apart": (_group(0, 2, 5),)},
        [
            "pin P0, P1, P2 and apart P0, P2, P5: P0 and P2 are in one network by the pin; drop one of the two."
        ],
    ),
    (
        "pin and area line",
        TWO_AREAS,
        {"pins": (_group(1, 2, 3),)},
        [
            (
                "pin P1, P2, P3 and the line between the areas: P1, P2 are in N and P3 is in S; drop the group, or plan"
                " the areas as one."
            )
        ],
    ),
    (
        "pin in pieces",
        ROW,
        {"pins": (_group(0, 1, 3),)},
        [
            (
                "pin P0, P1, P3 and the neighbours: P0, P1 | P3 do not touch; drop the pin, pin what lies between as"
                " well, or join them with --edges."
            )
        ],
    ),
    (
        "pin and longest between",
        ROW,
        {"pins": (_group(0, 1, 2),), "longest_between": 10.0},
        [
            (
                "pin P0, P1, P2 and longest_minutes_between 10: P0 and P2 are 10.3 minutes apart; lengthen the journey,"
                " or drop one of them."
            )
        ],
    ),
    (
        "pin and longest to the hub",
        ROW,
        {"pins": (_group(0, 1, 2),), "longest_to_hub": 10.0, "hub_must": ("P0",)},
        [
            (
                "pin P0, P1, P2 and longest_minutes_to_hub 10: no hub is near enough to all: P0"
                " comes nearest, and P2 is"
                " 10.3 minutes away; lengthen the journey, or drop one of them."
            )
        ],
    ),
    (
        "pin and two hubs",
        ROW,
        {"pins": (_group(0, 1),), "hub_must": _group(0, 1, 4)},
        ["pin P0, P1 and hub_must P0, P1: a network has one hub; drop one of the two."],
    ),
    (
        "pin without a hub",
        ROW,
        {"pins": (_group(0, 1),), "hub_may": ("P4",)},
        [
            (
                "pin P0, P1 and hub_may P4: none of the pinned practices may be the hub; allow one of them to be, or"
                " drop one of the two."
            )
        ],
    ),
    (
        "together and apart",
        ROW,
        {"together": (_group(0, 1),), "apart": (_group(0, 1),)},
        [
            "together P0, P1 and apart P0, P1: P0 and P1 cannot be in one network and in two; drop one of them."
        ],
    ),
    (
        "a chain and apart",
        ROW,
        {"together": (_group(0, 1), _group(0, 4)), "merge": (_group(1, 2),), "apart": (_group(0, 2),)},
        [
            (
                "together P0, P1 with merge P1, P2 and apart P0, P2: P0 and P2 cannot be in one network and in two;"
                " drop one of them."
            )
        ],
    ),
    (
        "together and exclude",
        ROW,
        {"together": (_group(0, 1, 2),), "exclude": ("P2",)},
        [
            (
                "together P0, P1, P2 and exclude P2: P2 is in no network and P0, P1 are in one; leave all of them out,"
                " or drop one of the two."
            )
        ],
    ),
    (
        "merge and exclude",
        ROW,
        {"merge": (_group(0, 1),), "exclude": ("P0",)},
        [
            (
                "merge P0, P1 and exclude P0: P0 is in no network and P1 is in one; leave all of"
                " them out, or drop one of"
                " the two."
            )
        ],
    ),
    (
        "together and area line",
        TWO_AREAS,
        {"together": (_group(0, 5),)},
        [
            (
                "together P0, P5 and the line between the areas: P0 is in N and P5 is in S; drop the group, or plan the"
                " areas as one."
            )
        ],
    ),
    (
        "merge and area line",
        TWO_AREAS,
        {"merge": (_group(2, 3),)},
        [
            (
                "merge P2, P3 and the line between the areas: P2 is in N and P3 is in S; drop the group, or plan the"
                " areas as one."
            )
        ],
    ),
    (
        "a chain over the largest exception",
        _graph(IN_LINE, sizes=(20_000, 20_000, 20_000, 1, 1, 1)),
        {"together": (_group(0, 1), _group(1, 2))},
        [
            (
                "together P0, P1 with together P1, P2 and max 50,000: 20,000 (P0) + 20,000 (P1) + 20,000 (P2) = 60,000"
                " patients, and no exception is larger than 59,999; pin them, raise the max, or drop one of them."
            )
        ],
    ),
    (
        "together with one over the band",
        _graph(IN_LINE, sizes=(51_000, 5000, 1, 1, 1, 1)),
        {"together": (_group(0, 1),)},
        [
            (
                "together P0, P1 and max 50,000: P0 with 51,000 patients can only stand alone; pin them, raise the max,"
                " or drop one of them."
            )
        ],
    ),
    (
        "together with a merger over the band",
        _graph(IN_LINE, sizes=(26_000, 26_000, 1, 1, 1, 1)),
        {"together": (_group(1, 2),), "merge": (_group(0, 1),)},
        [
            (
                "merge P0, P1 with together P1, P2 and max 50,000: P0 and P1 with 52,000 patients can only stand alone;"
                " pin them, raise the max, or drop one of them."
            )
        ],
    ),
    (
        "together and most practices",
        ROW,
        {"together": (_group(0, 1, 2),), "most_practices": 2},
        ["together P0, P1, P2 and most_practices 2: they are 3 practices; drop one of the two."],
    ),
    (
        "together, a merger and most practices",
        ROW,
        {"together": (_group(0, 1, 2),), "merge": (_group(2, 3),), "most_practices": 2},
        [
            (
                "together P0, P1, P2 with merge P2, P3 and most_practices 2: they are 3 practices, merged ones counted"
                " once; drop one of the two."
            )
        ],
    ),
    (
        "together and longest between",
        ROW,
        {"together": (_group(0, 1), _group(1, 2)), "longest_between": 10.0},
        [
            (
                "together P0, P1 with together P1, P2 and longest_minutes_between 10: P0 and P2 are 10.3 minutes apart;"
                " lengthen the journey, or drop one of them."
            )
        ],
    ),
    (
        "together and longest to the hub",
        ROW,
        {"together": (_group(0, 5),), "longest_to_hub": 11.0},
        [
            (
                "together P0, P5 and longest_minutes_to_hub 11: no hub is near enough to all: P2"
                " comes nearest, and P5 is"
                " 12.0 minutes away; lengthen the journey, or drop one of them."
            )
        ],
    ),
    (
        "together and two hubs",
        ROW,
        {"together": (_group(0, 1), _group(1, 2)), "hub_must": _group(0, 2)},
        [
            "together P0, P1 with together P1, P2 and hub_must P0, P2: a network has one hub; drop one of them."
        ],
    ),
    (
        "together cut by an exclusion",
        ROW,
        {"together": (_group(0, 3),), "exclude": _group(2, 5)},
        ["together P0, P3 and exclude P2: nothing else leads from P0 to P3; drop one of them."],
    ),
    (
        "together cut by a pin and an exclusion",
        RING,
        {"together": (_group(0, 3),), "exclude": ("P5",), "pins": (_group(1, 2),)},
        [
            "together P0, P3 and exclude P5 and pin P1, P2: nothing else leads from P0 to P3; drop one of them."
        ],
    ),
    (
        "together where nothing leads",
        _graph([(0, 1), (2, 3), (3, 4), (4, 5)]),
        {"together": (_group(0, 1), _group(1, 5))},
        [
            (
                "together P1, P5 and the neighbours: no neighbours lead from P1 to P5; drop the"
                " group, or join them with"
                " --edges."
            )
        ],
    ),
    (
        "exclude and hub",
        ROW,
        {"exclude": _group(1, 5), "hub_must": _group(1, 3)},
        ["exclude P1 and hub_must P1: what is left out is no hub; drop one of the two."],
    ),
    (
        "must and may",
        ROW,
        {"hub_must": _group(1, 3), "hub_may": _group(3, 4)},
        ["hub_must P1 and hub_may P3, P4: P1 is not among those that may be; drop one of the two."],
    ),
    (
        "a part without a hub",
        ROW,
        {"hub_may": ("P0",), "exclude": ("P3",)},
        [
            (
                "hub_may P0 and the neighbours in the list: no neighbours lead from any of them to P4, P5; allow one of"
                " these to be a hub, or leave them out."
            )
        ],
    ),
    (
        "an area without a hub",
        TWO_AREAS,
        {"hub_may": ("P0",)},
        [
            (
                "hub_may P0 and the neighbours in area S: no neighbours lead from any of them to"
                " P3, P4, P5; allow one of"
                " these to be a hub, or leave them out."
            )
        ],
    ),
    (
        "hubs too far",
        ROW,
        {"hub_may": _group(0, 1), "longest_to_hub": 12.0},
        [
            (
                "hub_may P0, P1 and longest_minutes_to_hub 12: P5 is farther than that from each of them in the list;"
                " allow a nearer hub, or lengthen the journey."
            )
        ],
    ),
    (
        "least and most practices",
        ROW,
        {"least_practices": 3, "most_practices": 2},
        ["least_practices 3 and most_practices 2: no network has so many and so few; change one of the two."],
    ),
    (
        "bands of areas",
        TWO_AREAS,
        {"areas": (AreaDemand("N", 60_000, None), AreaDemand("S", 5, 4))},
        [
            "[areas.N] min 60,000 and max 50,000 of the list: no network fits this band; change one of the two.",
            "[areas.S] min 5 and max 4: no network fits this band; change one of the two.",
        ],
    ),
    (
        "too many networks",
        ROW,
        {"networks": 4, "together": (_group(0, 1), _group(1, 2)), "pins": (_group(4, 5),)},
        [
            (
                "networks 4 and the practices: the list has only 3 to form networks of when those"
                " that stay together are"
                " counted as one; ask for 3 at most."
            )
        ],
    ),
    (
        "too many networks in an area of its own number",
        TWO_AREAS,
        {"networks": 1, "areas": (AreaDemand("S", networks=4),)},
        ["[areas.S] networks 4 and the practices: area S has only 3 to form networks of; ask for 3 at most."],
    ),
    (
        "too few networks",
        _graph([(0, 1), (2, 3), (3, 4), (4, 5)]),
        {
            "networks": 2,
            "pins": (
                _group(
                    2,
                ),
            ),
        },
        [
            (
                "networks 2 and the neighbours: the list is in 3 parts (pins are parts too) that no"
                " neighbours join; ask"
                " for 3 at least, or join parts with --edges."
            )
        ],
    ),
    (
        "networks and apart",
        ROW,
        {"networks": 2, "apart": (_group(0, 2, 4),)},
        [
            "networks 2 and apart P0, P2, P4: 3 practices of the list need a network each; drop one of the two."
        ],
    ),
    (
        "networks and hubs that must be",
        ROW,
        {"networks": 1, "hub_must": _group(0, 4)},
        ["networks 1 and hub_must P0, P4: 2 practices of the list need a network each; drop one of the two."],
    ),
    (
        "networks and hubs that may be",
        ROW,
        {"networks": 3, "hub_may": _group(0, 4)},
        [
            (
                "networks 3 and hub_may P0, P4: 2 practices of the list may be hubs and each"
                " network has one; drop one of"
                " the two."
            )
        ],
    ),
    (
        "codes and areas that are not there",
        TWO_AREAS,
        {
            "pins": (("P0", "P01"),),
            "apart": (("P1", "X"),),
            "exclude": ("P01",),
            "hub_must": ("X",),
            "areas": (AreaDemand("NN"), AreaDemand("15F")),
        },
        [
            "pin P0, P01: practice P01 is not in the list. Did you mean P1?",
            "apart P1, X: practice X is not in the list. Correct the code, or take it out.",
            "exclude P01: practice P01 is not in the list. Did you mean P1?",
            "hub_must X: practice X is not in the list. Correct the code, or take it out.",
            "[areas.NN]: the list has no such area. Did you mean N?",
            "[areas.15F]: the list has no such area. Its areas are N, S.",
        ],
    ),
    (
        "an area of a list that is one",
        ROW,
        {"areas": (AreaDemand("N", networks=2),)},
        ["[areas.N]: the list has no such area. It is one area: name the column of its areas with --area."],
    ),
]


@pytest.mark.parametrize(
    ("graph", "demands", "said"), [case[1:] for case in CLASHES], ids=[case[0] for case in CLASHES]
)
def test_a_clash_is_refused_by_the_names_of_both_rules(
    graph: nx.Graph, demands: dict[str, Any], said: list[str]
) -> None:
    """Word for word, and nothing else is refused with it."""
    with pytest.raises(RulesError) as caught:
        refuse_clashes(_demanding(**demands), graph)
    assert str(caught.value).splitlines() == said


@pytest.mark.parametrize(
    ("graph", "demands"),
    [
        (ROW, {}),
        # One step from each clash above.
        (ROW, {"pins": (_group(0, 1), _group(2, 3))}),
        (ROW, {"pins": (_group(4, 5),), "exclude": ("P0",)}),
        (ROW, {"pins": (_group(0, 1, 2),), "together": (_group(1, 2),), "merge": (_group(0, 1),)}),
        (ROW, {"pins": (_group(0, 1, 2),), "apart": (_group(2, 5),)}),
        (TWO_AREAS, {"pins": (_group(0, 1, 2), _group(3, 4, 5))}),
        (ROW, {"pins": (_group(0, 2),), "merge": (_group(0, 2),)}),
        (ROW, {"pins": (_group(0, 1, 2),), "longest_between": 10.5}),
        (ROW, {"pins": (_group(0, 1, 2),), "longest_to_hub": 8.4, "hub_may": _group(1, 4)}),
        (ROW, {"pins": (_group(0, 1, 2, 3, 4, 5),), "most_practices": 2, "least_practices": 2}),
        (ROW, {"pins": (_group(0),), "least_practices": 2}),
        (ROW, {"together": (_group(0, 1),), "apart": (_group(1, 2), _group(0, 2))}),
        (ROW, {"together": (_group(0, 1),), "exclude": _group(0, 1), "apart": (_group(0, 1),)}),
        (ROW, {"together": (_group(0, 1, 2, 3, 4),)}),  # 50,000 patients
        (_graph(IN_LINE, sizes=(20_000, 20_000, 19_999, 1, 1, 1)), {"together": (_group(0, 1, 2),)}),
        (_graph(IN_LINE, sizes=(40_000, 40_000, 1, 1, 1, 1)), {"merge": (_group(0, 1),)}),
        (
            _graph(IN_LINE, sizes=(40_000, 40_000, 1, 1, 1, 1)),
            {"pins": (_group(0, 1, 2),), "together": (_group(0, 1),)},
        ),
        (
            _graph(IN_LINE, sizes=(51_000, 9000, 1, 1, 1, 1)),
            {"together": (_group(0, 1),), "areas": (AreaDemand("", 30_000, 60_000),)},
        ),
        (ROW, {"together": (_group(0, 1, 2),), "merge": (_group(1, 2),), "most_practices": 2}),
        (ROW, {"together": (_group(0, 5),), "longest_to_hub": 12.0, "longest_between": 15.0}),
        (ROW, {"together": (_group(0, 1),), "hub_must": _group(0, 2)}),
        (RING, {"together": (_group(0, 3),), "exclude": ("P5",)}),
        (_graph([(0, 1), (2, 3), (3, 4), (4, 5)]), {"merge": (_group(1, 5),), "together": (_group(0, 2),)}),
        (ROW, {"exclude": ("P1",), "hub_may": _group(0, 1, 3), "hub_must": ("P3",)}),
        (ROW, {"hub_may": _group(0, 2), "longest_to_hub": 12.0}),
        (ROW, {"least_practices": 3, "most_practices": 3}),
        (TWO_AREAS, {"areas": (AreaDemand("N", 60_000, 60_000),)}),
        (ROW, {"networks": 6}),
        (ROW, {"networks": 1}),
        (TWO_AREAS, {"networks": 9, "areas": (AreaDemand("N", networks=3), AreaDemand("S", networks=1))}),
        (_graph([(0, 1), (2, 3), (3, 4), (4, 5)]), {"networks": 3, "pins": (_group(2),)}),
        (ROW, {"networks": 3, "apart": (_group(0, 2, 4),), "hub_may": _group(0, 2, 4), "hub_must": _group(0, 2, 4)}),
        (TWO_AREAS, {"networks": 2, "apart": (_group(0, 1, 3, 4),)}),
        (ROW, {"exclude": _group(0, 1, 2, 3, 4, 5)}),
    ],
)  # fmt: skip
def test_what_can_be_kept_is_not_refused(graph: nx.Graph, demands: dict[str, Any]) -> None:
    """The nearest neighbours of the clashes."""
    refuse_clashes(_demanding(**demands), graph)


def test_under_strict_the_band_does_not_bend() -> None:
    """53,000 patients are an exception, or none are; a pin stands either way."""
    graph = _graph(IN_LINE, sizes=(16_000, 17_000, 20_000, 1, 1, 1))
    rules = _demanding(together=(_group(0, 1, 2),))

    assert find_clashes(rules, graph) == []
    assert find_clashes(rules, graph, strict=True) == [
        (
            "together P0, P1, P2 and max 50,000: 16,000 (P0) + 17,000 (P1) + 20,000 (P2) = 53,000"
            " patients, and --strict"
            " allows no exception; pin them, raise the max, or drop one of them."
        )
    ]
    pinned = _demanding(together=(_group(0, 1, 2),), pins=(_group(0, 1, 2),))
    assert find_clashes(pinned, graph, strict=True) == []


def test_clashes_of_many_kinds_are_said_at_once() -> None:
    """Each once, in a fixed order, and the graph stays as it was."""
    edges = sorted(ROW.edges)
    clashes = find_clashes(
        _demanding(
            pins=(_group(0, 1),),
            together=(_group(1, 2), _group(3, 4)),
            apart=(_group(3, 4),),
            merge=(_group(2, 5),),
            exclude=("P9",),
        ),
        ROW,
    )
    assert [clash.partition(":")[0] for clash in clashes] == [
        "exclude P9",
        "pin P0, P1 and together P1, P2",
        "together P3, P4 and apart P3, P4",
    ]
    assert sorted(ROW.edges) == edges


@st.composite
def _cases(draw: st.DrawFn) -> tuple[nx.Graph, Rules]:
    """Draw six practices or fewer and a few demands on them."""
    count = draw(st.integers(2, 6))
    metres = st.integers(0, 12_000)
    pairs = list(combinations(range(count), 2))
    graph = _graph(
        draw(st.lists(st.sampled_from(pairs), unique=True)),
        sizes=draw(st.lists(st.sampled_from([5000, 20_000, 30_000, 51_000]), min_size=count, max_size=count)),
        areas=draw(st.sampled_from([("",) * count, ("N",) * (count - count // 2) + ("S",) * (count // 2)])),
        points=draw(st.lists(st.tuples(metres, metres), min_size=count, max_size=count)),
    )
    codes = st.sampled_from(sorted(graph))
    group = st.sets(codes, min_size=2, max_size=4).map(lambda found: tuple(sorted(found)))
    groups = st.sets(group, min_size=1, max_size=2).map(lambda found: tuple(sorted(found)))
    some = st.sets(codes, min_size=1, max_size=3).map(lambda found: tuple(sorted(found)))
    minutes = st.sampled_from([8.0, 12.0, 16.0])
    number = st.integers(1, 6)
    area = max(data for _, data in graph.nodes(data="area"))
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "pins": groups,
        "together": groups,
        "apart": groups,
        "exclude": some,
        "merge": group.map(lambda one: (one,)),
        "hub_must": some,
        "hub_may": some,
        "longest_to_hub": minutes,
        "longest_between": minutes,
        "most_practices": number,
        "networks": number,
        "areas": st.builds(AreaDemand, st.just(area), st.none(), st.none(), number).map(lambda one: (one,)),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(kinds)), min_size=1, max_size=3))
    return graph, _demanding(**{kind: draw(kinds[kind]) for kind in sorted(chosen)})


def _may_be(graph: nx.Graph, group: tuple[str, ...], rules: Rules, *, strict: bool) -> bool:
    """Say whether a plan may have a network, be it an exception."""
    demands = rules.demands
    broken = {breach.kind for breach in breaches(graph, group, rules)} - {"least_practices"}
    sizes = [sum(graph.nodes[code]["list_size"] for code in unit) for unit in _units(group, demands)]
    if group in demands.pins:
        return not broken - {"band", "most_practices"}
    if len(sizes) == 1 and sizes[0] > rules.most:
        return not broken - {"band"}
    if strict and sum(sizes) > rules.most:
        return False
    return not broken - {"band"} and max(sizes) <= rules.most and sum(sizes) <= rules.exception_most


def _units(group: tuple[str, ...], demands: Demands) -> Iterator[tuple[str, ...]]:
    """Give the practices of a group, merged ones as one."""
    merged = [unit for unit in demands.merge if set(unit) <= set(group)]
    yield from merged
    yield from ((code,) for code in group if not any(code in unit for unit in merged))


def _can_be_kept(graph: nx.Graph, rules: Rules, *, strict: bool) -> bool:
    """Try every division of the practices that are not left out."""
    if set(rules.demands.hub_must) & set(rules.demands.exclude):
        return False
    graph = demanded_graph(graph, rules.demands)
    known: dict[tuple[str, ...], bool] = {}
    for division in partitions(sorted(set(graph) - set(rules.demands.exclude))):
        counts: dict[str, int] = {area: 0 for _, area in graph.nodes(data="area")}
        for group in division:
            area = graph.nodes[group[0]]["area"]
            counts[area] += 1
            if group not in known:
                known[group] = _may_be(graph, group, rules.for_area(area), strict=strict)
            if not known[group]:
                break
        else:
            if all(rules.for_area(area).demands.networks in (None, counts[area]) for area in counts):
                return set(rules.demands.pins) <= set(division)
    return False


@given(_cases(), st.booleans())
@examples(60)
def test_what_is_refused_has_no_plan(case: tuple[nx.Graph, Rules], strict: bool) -> None:
    """No division of the practices keeps demands that are refused."""
    graph, rules = case
    clashes = find_clashes(rules, graph, strict=strict)
    event("refused" if clashes else "not refused")
    if clashes:
        assert not _can_be_kept(graph, rules, strict=strict)


def _named(message: str, demands: Demands) -> Demands:
    """Keep of some demands those that a message names; pins and what is left out stay, and shape the ground."""
    whole = "networks " in message
    said = message.partition(":")[0]
    return replace(
        demands,
        **{
            kind: tuple(group for group in getattr(demands, kind) if whole or f"{kind} {', '.join(group)}" in said)
            for kind in ("together", "apart", "merge")
        },
        **{
            name: getattr(demands if key in said else NO_DEMANDS, name)
            for key, name in {
                "hub_must": "hub_must",
                "hub_may": "hub_may",
                "longest_minutes_to_hub": "longest_to_hub",
                "longest_minutes_between": "longest_between",
                "most_practices": "most_practices",
                "networks": "networks",
            }.items()
        },
        areas=demands.areas if whole else (),
    )  # fmt: skip


@given(_cases())
@examples(60)
def test_each_clash_is_one_by_itself(case: tuple[nx.Graph, Rules]) -> None:
    """The rules that a message names, with the pins and exclusions around them, have no plan either."""
    graph, rules = case
    clashes = find_clashes(rules, graph)
    assume(clashes)
    for clash in clashes:
        named = replace(rules, demands=_named(clash, rules.demands))
        assert not _can_be_kept(graph, named, strict=False), clash


def test_a_practice_over_the_band_must_be_allowed_to_be_a_hub() -> None:
    """It stands alone, so nobody else can be the hub of its network; the audit would refuse the plan."""
    rules = load_profile()
    graph = made_up_area([60_000, 35_000], [(0, 0), (1000, 0)], [(0, 1)], rules)
    only = replace(rules, demands=Demands(hub_may=("P1",)))
    assert any("P0 is over it" in clash for clash in find_clashes(only, graph))
    both = replace(rules, demands=Demands(hub_may=("P0", "P1")))
    assert find_clashes(both, graph) == []
