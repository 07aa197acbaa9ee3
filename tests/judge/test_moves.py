"""How far a plan is from where it starts: counted by hand, and as the solver counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.explain.move_words import (
    Enough,
    Needed,
    least_words,
    needed_words,
    too_near_words,
    within_words,
)
from netform.judge.moves import moves_from, moves_made, with_moves
from netform.plan.grouping import Grouping
from netform.plan.model import AreaResult, Network, Plan, Unplaced
from netform.practices.model import Practice, PracticeList
from netform.scores.continuity import define_moved
from netform.solve.exact.minimum_count import Fewest

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


def test_limits_are_named_with_their_start() -> None:
    """It is these numbers that can be raised."""
    start = Grouping("mine.csv", TODAY.networks, TODAY.unplaced)
    assert within_words(moves_from(start, _list(), None, 5_000)) == (
        "at most 5,000 patients out of the networks of mine.csv"
    )
    assert within_words(moves_from(TODAY, _list(), 1, 5_000)) == (
        "at most 1 practice and at most 5,000 patients out of today's networks"
    )


PRACTICES, PATIENTS = ("practices", Fewest(7, 7)), ("patients", Fewest(9_000, 9_000))


@pytest.mark.parametrize(
    ("enough", "said"),
    [
        ([Enough(7, None, (PRACTICES,))], "at least 7 practices have to move (--moves 7)"),
        (
            [Enough(1, None, (("practices", Fewest(1, 1)),))],
            "at least 1 practice has to move (--moves 1)",
        ),
        (
            [Enough(None, 9_000, (PATIENTS,))],
            "practices with at least 9,000 patients have to move (--moves-patients 9000)",
        ),
        (
            [Enough(7, 5_000, (PRACTICES,)), Enough(2, 9_000, (PATIENTS,))],
            (
                "at least 7 practices, with at most 5,000 patients, have to move (--moves 7 --moves-patients 5000); or "
                "practices with at least 9,000 patients, at most 2 practices, have to move (--moves 2 "
                "--moves-patients 9000)"
            ),
        ),
        (
            [Enough(7, 9_000, (PRACTICES, PATIENTS))],
            (
                "at least 7 practices have to move, and if no more do at least 9,000 patients (--moves 7 "
                "--moves-patients 9000)"
            ),
        ),
        (
            [Enough(9, None, (("practices", Fewest(7, 9)),))],
            (
                "to move 9 practices is enough (--moves 9); that fewer than 7 cannot be is proven, and what lies "
                "between was not settled in the time"
            ),
        ),
        (
            [Enough(7, 9_000, (PRACTICES, ("patients", Fewest(8_000, 9_000))))],
            (
                "to move 7 practices with 9,000 patients is enough (--moves 7 --moves-patients 9000), and whether less "
                "is was not settled in the time"
            ),
        ),
        ([], "how many have to move was not settled in the time"),
    ],
)
def test_what_would_be_enough_is_said_with_its_options(enough: list[Enough], said: str) -> None:
    """And what of it is not proven."""
    assert needed_words(Needed(tuple(enough), impossible=False, none_within=True)) == said


def test_limits_with_no_plan_at_all_are_told_from_those_with_exceptions() -> None:
    """What any plan needs, and what one with no more exceptions than must be."""
    moves = moves_from(TODAY, _list(), 2, None)
    some, best = (
        Needed((Enough(k, None, (("practices", Fewest(k, k)),)),), impossible=False, none_within=True)
        for k in (3, 5)
    )
    said = "no plan for area A moves at most 2 practices out of today's networks, even with networks outside the band."
    assert too_near_words(moves, " for area A", some, best, 0) == (
        f"{said}\nFor any plan at least 3 practices have to move (--moves 3); for one without exceptions at least 5 "
        "practices have to move (--moves 5)."
    )
    assert too_near_words(moves, " for area A", best, best, 1) == (
        f"{said}\nFor any plan, and for one with no exceptions beyond the 1 needed anyway, at least 5 practices have "
        "to move (--moves 5)."
    )
    assert too_near_words(moves, " for area A", some, None, 0) == (
        f"{said}\nFor any plan at least 3 practices have to move (--moves 3)."
    )


def test_the_fewest_asked_for_are_said() -> None:
    """As a fact where it is proven, and as what was found where it is not."""
    moves = moves_from(TODAY, _list(), "least", 20_000)
    assert (moves.least, moves.practices, moves.patients) == ("practices", None, 20_000)
    assert least_words(Fewest(7, 7), 0, replace(moves, patients=None)) == (
        "For a plan without exceptions at least 7 practices have to move out of today's networks."
    )
    assert least_words(Fewest(6, 7), 2, moves) == (
        "7 practices moved out of today's networks are the fewest found for a plan with no exceptions beyond the 2 "
        "needed anyway that moves at most 20,000 patients; only that fewer than 6 cannot be is proven."
    )
    patients = moves_from(TODAY, _list(), 3, "least")
    assert (patients.least, patients.practices, patients.patients) == ("patients", 3, None)
    assert least_words(Fewest(9_000, 9_000), 0, patients) == (
        "For a plan without exceptions that moves at most 3 practices at least 9,000 patients have to move with "
        "their practices out of today's networks."
    )


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
