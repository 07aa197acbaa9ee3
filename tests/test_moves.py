"""How far a plan is from where it starts: counted by hand, and as the solver counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.grouping import Grouping
from netform.moves import moves_from, moves_made, moves_remedy, with_moves
from netform.plan import AreaResult, Network, Plan, Unplaced
from netform.practices.model import Practice, PracticeList
from netform.scores.continuity import define_moved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIZES = {"A": 30_000, "B": 10_000, "C": 20_000, "D": 20_000, "E": 5_000}
TODAY = Grouping("today", {"N1": ("A", "B"), "N2": ("C", "D")}, ("E",))


def _list(sizes: Mapping[str, int] = SIZES) -> PracticeList:
    return PracticeList(tuple(Practice(code, "", "", size) for code, size in sizes.items()))


def _plan(*groups: Sequence[str], unplaced: str = "", areas: int = 1) -> Plan:
    return Plan(
        areas=tuple(AreaResult(str(k), "optimal", 0.0, 0.0, 0, 0, 0) for k in range(areas)),
        networks=tuple(
            Network(f"P{k}", "", "", tuple(codes), 0, codes[0], (0.0,) * len(codes), {})
            for k, codes in enumerate(groups)
        ),
        unplaced=tuple(Unplaced(code, "Left out.") for code in unplaced),
        edges=(),
        provenance={"notes": ["Before."]},
    )


@pytest.mark.parametrize(
    ("plan", "moved"),
    [
        (_plan("AB", "CDE"), (0, 0)),
        # B leaves A, who has most of N1.
        (_plan("A", "BCD", "E"), (1, 10_000)),
        # C and D are half of N2 each: neither has more than half, so both have moved.
        (_plan("ABC", "DE"), (2, 40_000)),
        # B is left out, which is not a move.
        (_plan("A", "CDE", unplaced="B"), (0, 0)),
    ],
)
def test_moves_by_hand(plan: Plan, moved: tuple[int, int]) -> None:
    """A practice has moved when no more than half of its network's patients are in its new one."""
    assert moves_made(plan, _list(), TODAY) == moved


def test_moves_are_counted_over_the_whole_list() -> None:
    """Patients of each network of the start, wherever its practices are."""
    moves = moves_from(TODAY, _list(), 3, None)
    assert moves.start_patients == {"N1": 40_000, "N2": 40_000}
    assert (moves.practices, moves.patients) == (3, None)


def test_what_has_moved_is_written_down() -> None:
    """In the provenance for programs, and as a sentence after the notes there were."""
    moves = moves_from(TODAY, _list(), 1, 20_000)
    plan = with_moves(_plan("A", "BCD", "E", areas=2), _list(), moves)
    assert plan.provenance["moves"] == {
        "start": "today", "most_practices": 1, "most_patients": 20_000, "practices": 1, "patients": 10_000,
    }  # fmt: skip
    assert plan.provenance["notes"] == [
        "Before.",
        (
            "From today's networks 1 practice with 10,000 patients has moved; at most 1 practice and at most 20,000 "
            "patients could in each area."
        ),
    ]


def test_the_remedy_names_the_limit_and_the_start() -> None:
    """Where no plan is so near, it is these numbers that can be raised."""
    start = Grouping("mine.csv", TODAY.networks, TODAY.unplaced)
    said = moves_remedy(moves_from(start, _list(), None, 5_000))
    assert "at most 5,000 patients of an area out of the networks of mine.csv" in said
    assert "--moves-patients" in said


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 9)), min_size=1, max_size=9))
def test_moves_are_those_of_the_continuity_term(rows: list[tuple[int, int, int]]) -> None:
    """What is reported is what the solver was held to: number 0 of the start is no network."""
    sizes = {f"X{k}": size for k, (_, _, size) in enumerate(rows)}
    graph = nx.Graph()
    start: dict[str, list[str]] = {}
    groups: dict[int, list[str]] = {}
    present = {}
    for code, (before, after, size) in zip(sizes, rows, strict=True):
        graph.add_node(code, list_size=size)
        groups.setdefault(after, []).append(code)
        if before:
            start.setdefault(f"N{before}", []).append(code)
            present[code] = f"N{before}"
    grouping = Grouping(
        "today",
        {label: tuple(codes) for label, codes in sorted(start.items())},
        tuple(code for code in sizes if code not in present),
    )
    moves = moves_from(grouping, _list(sizes), 1, None)
    moved = [
        code
        for codes in groups.values()
        for code in define_moved(graph, codes, present, moves.start_patients)
    ]
    made = moves_made(_plan(*groups.values()), _list(sizes), grouping)
    assert made == (len(moved), sum(sizes[code] for code in moved))
