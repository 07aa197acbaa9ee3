"""From fronts and alternatives to what is published of them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from netform.pipeline import prepare
from netform.plan.grouping import Grouping, Groups
from netform.prepared import Inputs, Prepared
from netform.rules.toml import load_profile
from netform.tradeoff.gather import (
    changes_between,
    front_result,
    neighbours_of,
    todays_mark,
    with_smooth_edges,
)
from netform.tradeoff.model import Border, Front, FrontPoint, parse_axis
from netform.tradeoff.results import NetworkLabel

# A row of sites 5 km apart, west to east; B shares the site of A.
ROWS = """\
code,postcode,list_size,area,pcn_code,easting,northing
A,LS11 8LH,20000,W,U1,420000,430000
B,LS11 8LH,15000,W,U1,420000,430000
C,LS12 3HD,33000,E,U2,425000,430000
D,LS12 3HD,12000,E,U1,430000,430000
E,LS12 3HD,45000,E,,435000,430000
"""
RULES = load_profile()
X, Y = parse_axis("patient_travel"), parse_axis("overhead+staff_travel")


def prepared_of(rows: str = ROWS) -> Prepared:
    """Read and place a list."""
    return prepare(Inputs("-", "area"), RULES, stdin=io.BytesIO(rows.encode()))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Five practices in two areas."""
    return prepared_of()


def front_of(area: str, *networks: tuple[str, ...]) -> Front:
    """Make a front of one plan."""
    only = FrontPoint(1.0, 2.0, 3.0, networks, supported=True)
    return Front(area, X, Y, (only,), 0, 0, proven=True, unexplored=(), best=only)


EAST, WEST = front_of("E", ("C", "D"), ("E",)), front_of("W", ("A", "B"))


def test_a_result_has_each_area_and_their_sum(prepared: Prepared) -> None:
    """Patients and practices of each, and the terms of every network of any point."""
    result = front_result(prepared, RULES, [EAST, WEST])
    assert [(part.front.area, part.practices, part.patients) for part in result.parts] == [
        ("", 5, 125_000), ("E", 3, 90_000), ("W", 2, 35_000),
    ]  # fmt: skip
    assert result.several
    assert set(result.network_terms) == {("C", "D"), ("E",), ("A", "B")}
    assert result.terms_of(result.total.front.best)["overhead"] == 3 * RULES.overhead_hours_week


def test_todays_networks_are_scored_area_by_area(prepared: Prepared) -> None:
    """U1 lies in both areas: each counts its part, and the whole list says that it crosses the line."""
    result = front_result(prepared, RULES, [EAST, WEST])
    whole, east, west = (part.today for part in result.parts)
    assert whole is not None
    assert east is not None
    assert west is not None
    assert (whole.networks, east.networks, west.networks) == (2, 2, 1)
    assert (whole.without, east.without, west.without) == (1, 1, 0)
    assert "1 of 2 across the line between areas" in whole.broken
    # A and B together have 35,000 patients at one site: nobody travels, and it is in the band.
    assert (west.x, west.broken) == (0.0, ())
    assert "1 of 2 outside the band" in east.broken
    assert west.y == west.terms["overhead"] + west.terms["staff_travel"]


def test_a_list_without_todays_networks_has_no_mark() -> None:
    """It just lacks the mark; so do practices none of which is in a network."""
    rows = "\n".join(
        ",".join((*row.split(",")[:4], "", *row.split(",")[5:])) for row in ROWS.splitlines()[1:]
    )
    prepared = prepared_of(f"{ROWS.splitlines()[0]}\n{rows}\n")
    assert front_result(prepared, RULES, [EAST, WEST]).total.today is None
    assert todays_mark(prepared.graph, Grouping("today", {"U1": ("A",)}), RULES, X, Y, ["E"]) is None


def test_neighbours_have_the_line_where_they_meet(prepared: Prepared) -> None:
    """C and D meet half-way, on 427,500 east; A and B share a site and have no line."""
    borders = {"E": [Border("C", "D", "some"), Border("D", "E", "none")], "W": [Border("A", "B", "all")]}
    found = list(neighbours_of(prepared, borders))
    assert [(each.area, each.border.code_a, each.line is None) for each in found] == [
        ("E", "C", False), ("E", "D", False), ("W", "A", True),
    ]  # fmt: skip
    assert {round(x) for x, _ in shapely.get_coordinates(found[0].line)} == {427_500}


def labels_of(groups: Groups) -> list[NetworkLabel]:
    """Number networks as a plan does."""
    return [NetworkLabel(f"N{number}", "", "", codes) for number, codes in enumerate(groups)]


def test_the_outer_edge_of_a_map_is_smooth_unless_it_was_given(prepared: Prepared) -> None:
    """The steps of the outline are gone, and its edge is shorter; neighbours meet as before."""
    smooth = with_smooth_edges(prepared)
    for (_, before), (_, after) in zip(prepared.parts, smooth.parts, strict=True):
        assert shapely.length(after.extent) < shapely.length(before.extent)
        assert shapely.get_num_coordinates(after.extent) > 0
    borders = {"E": [Border("C", "D", "all"), Border("D", "E", "none")]}
    assert all(each.line is not None for each in neighbours_of(smooth, borders))
    given = replace(prepared, outlined=False)
    assert with_smooth_edges(given) is given


def test_a_network_that_is_split_is_succeeded_by_its_larger_half() -> None:
    """Of A 3, B 1 and C 1 patients A keeps more than half: B and C move, C to join D."""
    sizes = {"A": 3, "B": 1, "C": 1, "D": 4}
    changes = changes_between(labels_of((("A", "B", "C"), ("D",))), (("A",), ("B",), ("C", "D")), sizes)
    assert [
        (each.practice_code, each.from_network, each.to_network, each.new_network) for each in changes
    ] == [
        ("B", "N0", "", ("B",)),
        ("C", "N0", "N1", ("C", "D")),
    ]


def test_merged_networks_move_nobody() -> None:
    """Both have all of their patients in the new one."""
    assert changes_between(labels_of((("A",), ("B",))), (("A", "B"),), {"A": 1, "B": 9}) == ()


CODES = "ABCDEFG"


def grouped(numbers: list[int]) -> Groups:
    """Put each code into the network of its number."""
    return tuple(
        tuple(code for code, number in zip(CODES, numbers, strict=True) if number == each)
        for each in sorted(set(numbers))
    )


numbers = st.lists(st.integers(0, 3), min_size=len(CODES), max_size=len(CODES))


@given(numbers, numbers, st.lists(st.integers(1, 9), min_size=len(CODES), max_size=len(CODES)))
def test_moved_are_those_whose_network_has_no_more_than_half_of_its_patients_with_them(
    before: list[int], after: list[int], patients: list[int]
) -> None:
    """By the definition, practice by practice."""
    sizes = dict(zip(CODES, patients, strict=True))
    old, new = grouped(before), grouped(after)
    moved = set()
    for code in CODES:
        mine = next(codes for codes in old if code in codes)
        now = next(codes for codes in new if code in codes)
        if 2 * sum(sizes[each] for each in mine if each in now) <= sum(sizes[each] for each in mine):
            moved.add(code)
    changes = changes_between(labels_of(old), new, sizes)
    assert [change.practice_code for change in changes] == sorted(moved)
    assert all(code in change.new_network for change in changes for code in [change.practice_code])
