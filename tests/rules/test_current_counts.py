"""As many networks as today, and what the rules settle before anything is chosen; counted by hand."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import InputError
from netform.inputs.grouping_file import todays_grouping
from netform.pipeline import prepare
from netform.prepared import Inputs, Prepared
from netform.rules.current_counts import networks_of_areas, with_todays_numbers
from netform.rules.demands import AreaDemand, Demands
from netform.rules.settled import settle, settled_numbers
from netform.rules.toml import load_profile

if TYPE_CHECKING:
    from netform.rules.model import Rules

RULES = load_profile()

# A row of sites 5 km apart, west to east. The west has 80,000 patients: two networks. The east has 41,000 besides
# G, who is over the band: two with G.
ROWS = """\
code,postcode,list_size,area,pcn_code,easting,northing
A,LS11 8LH,20000,west,N1,420000,430000
B,LS11 8LH,15000,west,N1,425000,430000
C,LS12 3HD,33000,west,N2,430000,430000
D,LS12 3HD,12000,west,N3,435000,430000
E,LS12 3HD,14000,east,N3,440000,430000
F,LS12 3HD,27000,east,N4,445000,430000
G,LS12 3HD,51000,east,,450000,430000
"""


def _prepared(rows: str = ROWS, area: str | None = "area") -> Prepared:
    return prepare(Inputs("-", area), RULES, stdin=io.BytesIO(rows.encode()))


def _with_todays_numbers(rules: Rules, prepared: Prepared) -> tuple[Rules, tuple[str, ...]]:
    return with_todays_numbers(rules, prepared.graph, prepared.areas, todays_grouping(prepared.practices))


def _demanding(**demands: object) -> Rules:
    return replace(RULES, demands=replace(RULES.demands, **demands))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Seven practices in two areas."""
    return _prepared()


def test_a_network_across_two_areas_counts_where_most_of_its_patients_are(prepared: Prepared) -> None:
    """N3 has 14,000 patients in the east and 12,000 in the west; G is in none."""
    assert networks_of_areas(prepared.graph, todays_grouping(prepared.practices)) == {"west": 2, "east": 2}


def test_each_area_gets_its_number_of_today(prepared: Prepared) -> None:
    """Two each, which the band allows, so there is nothing to say; a band of an area's own stays."""
    rules, notes = _with_todays_numbers(_demanding(areas=(AreaDemand("east", most=52_000),)), prepared)
    assert notes == ()
    assert rules.demands.areas == (
        AreaDemand("east", most=52_000, networks=2),
        AreaDemand("west", networks=2),
    )


@pytest.mark.parametrize(
    ("rows", "now"),
    [
        (
            ROWS.replace("B,LS11 8LH,15000,west,N1", "B,LS11 8LH,15000,west,N9"),
            "3 networks",
        ),
        (
            ROWS.replace("west,N2", "west,N1"),
            "1 network",
        ),
    ],
)
def test_the_nearest_number_is_taken_and_said(rows: str, now: str) -> None:
    """More than can be, and fewer."""
    rules, notes = _with_todays_numbers(RULES, _prepared(rows))
    assert notes == (
        f"Area west has {now} today; within the band of 30,000-50,000 patients only 2 is possible: 2 were asked for.",
    )
    assert rules.for_area("west").demands.networks == 2


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        # 92,000 patients are two or three networks; 58,000 are none.
        (
            ROWS.replace("C,LS12 3HD,33000", "C,LS12 3HD,11000"),
            "no number of networks of 30,000-50,000 holds",
        ),
        (ROWS.replace(",N1,", ",,").replace(",N2,", ",,"), "Area west has no networks today"),
    ],
)
def test_where_no_number_will_do_the_plan_decides(rows: str, said: str) -> None:
    """No number is demanded, and the note says so; one demanded before is dropped."""
    rules, notes = _with_todays_numbers(_demanding(networks=5), _prepared(rows))
    assert [said in note for note in notes] == [True]
    assert rules.for_area("west").demands.networks is None
    assert rules.for_area("east").demands.networks == 2


def test_a_list_that_is_one_area_has_one_number() -> None:
    """Four networks today; 121,000 patients besides G: 3 or 4, and G."""
    rules, notes = _with_todays_numbers(RULES, _prepared(area=None))
    assert (rules.demands.networks, rules.demands.areas, notes) == (4, (), ())


def test_a_list_without_present_networks_is_refused() -> None:
    """There is nothing to count."""
    rows = re.sub(",N[1-4],", ",,", ROWS)
    with pytest.raises(InputError, match="no practice has a present network"):
        _with_todays_numbers(RULES, _prepared(rows))


def test_what_is_settled_by_hand(prepared: Prepared) -> None:
    """A pin stands, G stands alone, F is left out, and E is what is left of the east."""
    east = prepared.graph.subgraph(prepared.areas["east"])
    found = settle(east, _demanding(exclude=("F",)))
    assert (found.pins, found.alone, found.parts, found.left_out) == ((), (("G",),), (("E",),), ("F",))
    pinned = settle(east, _demanding(pins=(("F", "G"),)))
    assert (pinned.pins, pinned.alone, pinned.parts) == ((("F", "G"),), (), (("E",),))
    # Merged, E and F have 41,000 patients; with a most of 40,000 they stand alone, and G as well.
    merged = settle(east, replace(_demanding(merge=(("E", "F"),)), most=40_000))
    assert merged.alone == (("E", "F"), ("G",))


def test_parts_that_do_not_touch_are_counted_apart(prepared: Prepared) -> None:
    """Without C, A and B are 35,000 and D is 12,000, which no network holds: 47,000 as one are one network."""
    west = prepared.graph.subgraph(prepared.areas["west"])
    without_c = _demanding(exclude=("C",))
    assert settled_numbers(settle(west, without_c), without_c) == range(1, 2)
    # Without B, A is one network of 20,000 or more; C and D, 45,000, are one or two: from 20,000 on.
    without_b = replace(_demanding(exclude=("B",)), least=20_000)
    assert settled_numbers(settle(west, without_b), without_b) == range(2, 4)


@given(
    st.integers(1, 60),
    st.integers(0, 60),
    st.sampled_from([(), (("A", "B"),)]),
    st.sampled_from([(), ("C",)]),
)
def test_every_number_given_can_hold_the_patients(
    prepared: Prepared, least: int, width: int, pins: tuple[tuple[str, str], ...], exclude: tuple[str, ...]
) -> None:
    """K networks hold what is not settled when k * least <= patients <= k * most."""
    rules = replace(
        _demanding(pins=pins, exclude=exclude), least=least * 1000, most=(least + width) * 1000,
        exception_most=10**6,
    )  # fmt: skip
    for codes in prepared.areas.values():
        found = settle(prepared.graph.subgraph(codes), rules)
        settled = len(found.pins) + len(found.alone)
        patients = sum(found.patients(part) for part in found.parts)
        for number in settled_numbers(found, rules):
            assert (number - settled) * rules.least <= patients <= (number - settled) * rules.most


def test_demands_left_alone(prepared: Prepared) -> None:
    """Only numbers of networks change."""
    before = Demands(pins=(("A", "B"),), exclude=("G",))
    rules, _ = _with_todays_numbers(replace(RULES, demands=before), prepared)
    assert replace(rules.demands, networks=None, areas=()) == before
