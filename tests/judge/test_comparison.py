"""Comparing two divisions: one measure of moves, one matching, the same from both sides."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.judge.comparison import compare_groupings
from netform.plan.grouping import Grouping
from netform.scores.continuity import define_moved

if TYPE_CHECKING:
    from collections.abc import Mapping

Sizes = dict[str, int]


def _grouping(name: str, **networks: str) -> Grouping:
    """Make a division of practices of one letter each."""
    return Grouping(name, {label: tuple(networks[label]) for label in sorted(networks)})


@st.composite
def two_divisions(draw: st.DrawFn) -> tuple[Grouping, Grouping, Sizes]:
    """Draw two divisions of the same practices, some in no network, and sizes that often tie."""
    codes = [f"P{number}" for number in range(draw(st.integers(1, 9)))]
    sizes = st.integers(1, 5) if draw(st.booleans()) else st.integers(1, 60_000)
    list_sizes = {code: draw(sizes) for code in codes}

    def division(name: str) -> Grouping:
        label = st.sampled_from(["", "k", "l", "m", "n"])
        network_of = {code: draw(label) for code in codes}
        labels = sorted(set(network_of.values()) - {""})
        return Grouping(
            name,
            {each: tuple(code for code in codes if network_of[code] == each) for each in labels},
            tuple(code for code in codes if not network_of[code]),
        )

    return division("a"), division("b"), list_sizes


def test_a_network_in_two_is_a_split_and_a_merger_the_other_way() -> None:
    """Worked by hand: k is divided into its larger part and its smaller, l and m become one."""
    a = _grouping("a", k="PQR", l="S", m="T")
    b = _grouping("b", x="PQ", y="R", z="ST")
    both = compare_groupings(a, b, {"P": 5, "Q": 4, "R": 3, "S": 2, "T": 2})

    # P and Q are 9 of k's 12 patients: they stay, and R moves. Both halves of z stay: it has all of each.
    assert (both.forth.moved, both.forth.patients_moved) == (("R",), 3)
    # Back, x and y are whole in k; S and T are each half of z, so both move.
    assert (both.back.moved, both.back.patients_moved) == (("S", "T"), 4)
    assert (both.split, both.merged) == ({"k": ("x", "y")}, {"z": ("l", "m")})
    assert (both.forth.dispersed, both.back.dispersed) == ((), ("z",))
    # k with x keeps 9; z with l or m keeps 2, and the tie goes to the first practice, S.
    assert [(pair.a, pair.b, pair.patients) for pair in both.matched] == [("k", "x", 9), ("l", "z", 2)]
    assert (both.patients_matched, both.patients_outside) == (11, 5)
    assert (both.only_a, both.only_b, both.identical) == (("m",), ("y",), ())


def test_a_practice_without_a_network_has_not_moved_into_one() -> None:
    """But one that loses its network has moved."""
    a = Grouping("a", {"k": ("P",)}, ("Q",))
    b = Grouping("b", {"k": ("Q",)}, ("P",))
    both = compare_groupings(a, b, {"P": 1, "Q": 1})
    assert (both.forth.moved, both.back.moved) == (("P",), ("Q",))
    assert (both.pairs, both.only_a, both.only_b, both.patients_outside) == ((), ("k",), ("k",), 2)


def test_divisions_of_other_practices_are_refused() -> None:
    """Patients could not be counted alike."""
    with pytest.raises(ValueError, match="b lacks practices"):
        compare_groupings(_grouping("a", k="PQ"), _grouping("b", k="P"), {"P": 1, "Q": 1})


@given(two_divisions())
def test_the_comparison_is_the_same_from_both_sides(drawn: tuple[Grouping, Grouping, Sizes]) -> None:
    """Mirrored, compare(A, B) is compare(B, A), ties and all."""
    a, b, list_sizes = drawn
    both = compare_groupings(a, b, list_sizes)
    assert both.mirrored() == compare_groupings(b, a, list_sizes)
    assert both.mirrored().mirrored() == both


@given(two_divisions())
def test_nothing_differs_from_itself(drawn: tuple[Grouping, Grouping, Sizes]) -> None:
    """All that is outside counterparts is what has no network."""
    a, _, list_sizes = drawn
    both = compare_groupings(a, a, list_sizes)
    assert (both.forth.moved, both.back.moved, both.split, both.merged) == ((), (), {}, {})
    assert both.matched == both.identical == both.pairs
    assert both.patients_outside == sum(list_sizes[code] for code in a.unplaced)


@given(two_divisions())
def test_renaming_networks_changes_no_figure(drawn: tuple[Grouping, Grouping, Sizes]) -> None:
    """Neither who moves, nor who is matched with whom."""
    a, b, list_sizes = drawn
    name = {"k": "n", "l": "k", "m": "l", "n": "m"}
    renamed = Grouping(
        "c", {name[k]: b.networks[k] for k in sorted(b.networks, key=name.__getitem__)}, b.unplaced
    )
    one, other = compare_groupings(a, b, list_sizes), compare_groupings(a, renamed, list_sizes)
    assert (one.forth.moved, one.back.moved) == (other.forth.moved, other.back.moved)
    assert [(pair.a, name[pair.b]) for pair in one.matched] == [(pair.a, pair.b) for pair in other.matched]


@given(two_divisions())
def test_moves_are_those_of_the_continuity_term(drawn: tuple[Grouping, Grouping, Sizes]) -> None:
    """One measure: what the term charges for is what is said to move, and those left out of every network."""
    a, b, list_sizes = drawn
    graph = nx.Graph()
    for code, size in list_sizes.items():
        graph.add_node(code, list_size=size)
    present = a.network_of
    patients = {label: float(sum(list_sizes[code] for code in codes)) for label, codes in a.networks.items()}
    moved = {
        code for codes in b.networks.values() for code in define_moved(graph, codes, present, patients)
    } | (present.keys() & set(b.unplaced))
    both = compare_groupings(a, b, list_sizes)
    assert set(both.forth.moved) == moved
    assert both.forth.patients_moved == sum(list_sizes[code] for code in moved)


def _best_by_trying(overlap: Mapping[tuple[str, str], int], a: Any, b: Any) -> int:
    """Try every one-to-one matching."""
    few, many = sorted((list(a), list(b)), key=len)
    side = len(a) <= len(b)
    return max(
        sum(
            overlap.get((one, other) if side else (other, one), 0)
            for one, other in zip(few, chosen, strict=True)
        )
        for chosen in permutations(many, len(few))
    )


@given(two_divisions())
def test_no_matching_keeps_more_patients(drawn: tuple[Grouping, Grouping, Sizes]) -> None:
    """Against every one-to-one matching there is, and each network has one counterpart at most."""
    a, b, list_sizes = drawn
    both = compare_groupings(a, b, list_sizes)
    overlap = {(pair.a, pair.b): pair.patients for pair in both.pairs}
    assert both.patients_matched == _best_by_trying(overlap, a.networks, b.networks)
    for side in ("a", "b"):
        labels = [getattr(pair, side) for pair in both.matched]
        assert len(set(labels)) == len(labels)
    assert {pair.a for pair in both.matched} | set(both.only_a) == set(a.networks)
    assert {pair.b for pair in both.matched} | set(both.only_b) == set(b.networks)


@given(two_divisions())
def test_pairs_hold_every_practice_that_both_place(drawn: tuple[Grouping, Grouping, Sizes]) -> None:
    """Once each, with the patients of the practices."""
    a, b, list_sizes = drawn
    both = compare_groupings(a, b, list_sizes)
    held = sorted(code for pair in both.pairs for code in pair.practice_codes)
    assert held == sorted(a.network_of.keys() & b.network_of.keys())
    for pair in both.pairs:
        sizes = SimpleNamespace(
            here=sum(list_sizes[code] for code in pair.practice_codes),
            a=sum(list_sizes[code] for code in a.networks[pair.a]),
            b=sum(list_sizes[code] for code in b.networks[pair.b]),
        )
        assert (pair.patients, pair.patients_a, pair.patients_b) == (sizes.here, sizes.a, sizes.b)
        assert pair.identical == (a.networks[pair.a] == b.networks[pair.b])
