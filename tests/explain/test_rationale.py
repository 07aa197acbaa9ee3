"""Why a network has these practices: moves by hand and by the definitions, and that no move betters an optimum."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import ImpossibleError
from netform.explain.rationale import moves_into, rationales
from netform.plan.grouping import Grouping, Moves
from netform.plan.model import Network, SharedPost
from netform.rules.breaches import breaches
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.scores import network_cost, network_terms
from netform.solve.area import Options
from tests.brute_force import outside_band, partitions
from tests.examples import examples
from tests.made_up_session import solved
from tests.strategies import made_up_area, small_areas, starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from netform.rules.model import Rules

RULES = load_profile()  # 30,000 to 50,000

Groups = list[tuple[str, ...]]


def cost(graph: nx.Graph, codes: Sequence[str], rules: Rules) -> float:
    """Weighted hours of a network by the definitions; nothing for none."""
    return network_cost(network_terms(graph, codes, rules), rules) if codes else 0.0


def networks_of(graph: nx.Graph, groups: Groups, rules: Rules, **more: object) -> list[Network]:
    """Dress groups as networks N-1, N-2, ... whose hub is the first member."""
    nodes, minutes = graph.nodes, graph.graph["travel"].minutes
    return [
        Network(
            f"N-{number}",
            "",
            "",
            group,
            sum(nodes[code]["list_size"] for code in group),
            group[0],
            tuple(minutes(nodes[code]["position"], nodes[group[0]]["position"]) for code in group),
            network_terms(graph, group, rules),
            **more,  # type: ignore[arg-type]
        )
        for number, group in enumerate(groups, 1)
    ]


def row_of(*list_sizes: int) -> nx.Graph:
    """Make practices P0, P1, ... in a row, one kilometre from the next."""
    points = [(1000 * number, 0) for number in range(len(list_sizes))]
    pairs = [(number, number + 1) for number in range(len(list_sizes) - 1)]
    return made_up_area(list(list_sizes), points, pairs, RULES)


@st.composite
def divided_areas(draw: st.DrawFn) -> tuple[nx.Graph, Rules, Groups]:
    """Draw a small area, its rules, some of the planner's among them, and any contiguous division of it."""
    graph, rules = draw(small_areas(most=7))
    groups: Groups = []
    left = sorted(graph)
    while left:
        start = left[0]
        group = {start}
        for code in draw(st.permutations(left)):
            if any(other in group for other in graph[code]) and draw(st.booleans()):
                group.add(code)
        groups.append(tuple(sorted(group)))
        left = [code for code in left if code not in group]
    return graph, draw(demanding(graph, rules)), groups


@st.composite
def demanding(draw: st.DrawFn, graph: nx.Graph, rules: Rules) -> Rules:
    """Draw some demands on a few practices, or none."""
    some = st.lists(st.sampled_from(sorted(graph)), min_size=2, max_size=3, unique=True).map(
        lambda codes: (tuple(sorted(codes)),)
    )
    if len(graph) < 2:
        return rules
    kinds: list[st.SearchStrategy[Demands]] = [
        st.just(Demands()),
        some.map(lambda groups: Demands(apart=groups)),
        some.map(lambda groups: Demands(together=groups)),
        some.map(lambda groups: Demands(hub_must=groups[0])),
        st.integers(1, 3).map(lambda most: Demands(most_practices=most)),
        st.integers(1, 4).map(lambda number: Demands(networks=number)),
        st.just(Demands(longest_between=12.0)),
    ]
    return replace(rules, demands=draw(st.one_of(kinds)))


@given(divided_areas())
@examples(150)
def test_moves_are_what_the_definitions_say(drawn: tuple[nx.Graph, Rules, Groups]) -> None:
    """Every neighbour once; allowed just when both networks keep every rule; at the exact change of cost."""
    graph, rules, groups = drawn
    owner = {code: k for k, group in enumerate(groups) for code in group}
    for into, moves in enumerate(moves_into(graph, groups, rules)):
        around = {code for member in groups[into] for code in graph[member] if owner[code] != into}
        assert [move.code for move in moves] == sorted(around)
        for move in moves:
            assert move.home == owner[move.code]
            joined = tuple(sorted((*groups[into], move.code)))
            left = tuple(code for code in groups[move.home] if code != move.code)
            kept = not breaches(graph, joined, rules)
            kept &= not breaches(graph, left, rules) if left else rules.demands.networks is None
            assert (move.breach == "") == kept
            assert (move.cost is not None) == kept
            if move.cost is not None:
                change = cost(graph, joined, rules) + cost(graph, left, rules)
                change -= cost(graph, groups[into], rules) + cost(graph, groups[move.home], rules)
                assert move.cost == pytest.approx(change, rel=1e-9, abs=1e-9)


def best_division(graph: nx.Graph, rules: Rules) -> Groups | None:
    """Find the best division: fewest networks outside the band, fewest patients outside, least cost."""
    best: tuple[tuple[float, ...], Groups] | None = None
    for groups in partitions(sorted(graph)):
        if rules.demands.networks not in (None, len(groups)):
            continue
        if any(breach.kind != "band" for group in groups for breach in breaches(graph, group, rules)):
            continue
        outside = [outside_band(graph, group, rules) for group in groups]
        costs = [cost(graph, group, rules) for group in groups]
        key = (float(sum(patients > 0 for patients in outside)), float(sum(outside)), math.fsum(costs))
        if best is None or key < best[0]:
            best = key, groups
    return best[1] if best else None


@given(st.data())
@examples(60)
def test_no_move_betters_an_optimum(data: st.DataObject) -> None:
    """In the best of all divisions the price of every allowed move is at least nothing."""
    graph, rules = data.draw(small_areas(most=6))
    rules = data.draw(demanding(graph, rules))
    groups = best_division(graph, rules)
    if groups is not None:
        hours = [move.cost for into in moves_into(graph, groups, rules) for move in into]
        assert min((each for each in hours if each is not None), default=0.0) >= -1e-9


def test_the_rule_that_stops_a_move_is_named() -> None:
    """40,000 | 5,000 + 30,000 | 12,000: what each neighbour meets first, worked out by hand."""
    graph = row_of(40_000, 5_000, 30_000, 12_000)
    groups: Groups = [("P0",), ("P1", "P2"), ("P3",)]
    first, second, third = moves_into(graph, groups, RULES)
    # P1's 5,000 fit 40,000 and leave 30,000.
    assert [(move.code, move.breach) for move in first] == [("P1", "")]
    # 40,000 are 25,000 too many for 35,000; 12,000 make 47,000, and close the third network.
    assert [(move.code, move.breach, move.miss) for move in second] == [("P0", "most", 25_000), ("P3", "", 0)]
    # 30,000 fit 12,000, but leave P1 with 5,000, 25,000 short.
    assert [(move.code, move.breach, move.miss) for move in third] == [("P2", "least", 25_000)]


def test_the_nearest_miss_of_several_is_named() -> None:
    """45,000 among 6,000, 7,000 and 31,000: all are too many, the first by 1,000."""
    sizes = [45_000, 6_000, 7_000, 31_000]
    graph = made_up_area(sizes, [(0, 0), (1000, 0), (0, 1000), (9000, 0)], [(0, 1), (0, 2), (0, 3)], RULES)
    groups: Groups = [("P0",), ("P1",), ("P2",), ("P3",)]
    assert rationales(graph, networks_of(graph, groups, RULES), RULES)[0].endswith(
        "No practice could be added: all of its 3 neighbours would take it over 50,000 "
        "patients, P1 by the least (1,000)."
    )


def test_a_network_that_would_fall_apart() -> None:
    """P1 joins P0 and P2, and borders P3."""
    sizes, points = [20_000, 5_000, 20_000, 35_000], [(0, 0), (1000, 0), (2000, 0), (1000, 1000)]
    graph = made_up_area(sizes, points, [(0, 1), (1, 2), (1, 3)], RULES)
    _, (move,) = moves_into(graph, [("P0", "P1", "P2"), ("P3",)], RULES)
    assert (move.code, move.breach, move.cost) == ("P1", "cut", None)


def test_pins_and_a_number_of_networks_stop_moves() -> None:
    """Nobody joins or leaves a pin; nobody closes a network when their number is fixed."""
    graph = row_of(40_000, 5_000, 30_000, 12_000)
    groups: Groups = [("P0",), ("P1", "P2"), ("P3",)]
    pinned = replace(RULES, demands=Demands(pins=(("P1", "P2"),)))
    assert {move.breach for moves in moves_into(graph, groups, pinned) for move in moves} == {"pin"}
    numbered = replace(RULES, demands=Demands(networks=3))
    second = moves_into(graph, groups, numbered)[1]
    assert [move.breach for move in second] == ["networks", "networks"]


def test_a_limit_on_moves_stops_moves() -> None:
    """40,000 | 5,000 + 30,000 as today: to give P1 away moves one practice of 5,000, to where nothing else stops it."""
    graph = row_of(40_000, 5_000, 30_000)
    groups: Groups = [("P0",), ("P1", "P2")]
    start = Grouping("today", {"A": ("P0",), "B": ("P1", "P2")})
    sizes = {"A": 40_000, "B": 35_000}

    def stopped(
        practices: int | None,
        patients: int | None,
        *,
        least: Literal["", "practices", "patients"] = "",
    ) -> str:
        moves = moves_into(graph, groups, RULES, Moves(start, sizes, practices, patients, least))
        return moves[0][0].breach

    assert [stopped(0, None), stopped(1, None), stopped(None, 4_999), stopped(None, 5_000)] == [
        "moves", "", "moves", "",
    ]  # fmt: skip
    assert stopped(None, None, least="practices") == stopped(None, None, least="patients") == "moves"
    written = rationales(graph, networks_of(graph, groups, RULES), RULES, Moves(start, sizes, 0))
    assert written[0].endswith(
        "No practice could be added: its neighbour P1 would take the plan farther from where it starts than it "
        "may go."
    )


@given(st.data())
@examples(60)
def test_no_move_within_the_limit_betters_an_optimum_near_its_start(data: st.DataObject) -> None:
    """In the best plan that moves so few no allowed move saves anything."""
    graph, rules = data.draw(small_areas(most=6))
    moves = data.draw(starts(graph))
    if data.draw(st.booleans()):
        moves = replace(moves, practices=None, least="practices")
    try:
        outcome = solved(graph, rules, Options(moves=moves))
    except ImpossibleError:
        return
    groups = [placed.practice_codes for placed in outcome.networks]
    hours = [move.cost for into in moves_into(graph, groups, rules, moves) for move in into]
    assert min((each for each in hours if each is not None), default=0.0) >= -1e-6


def test_a_rationale_in_full() -> None:
    """Who, what posts, and who could join at what price: every figure from the network."""
    graph = row_of(40_000, 5_000, 30_000)
    groups: Groups = [("P0",), ("P1", "P2")]
    posts = (SharedPost("pharmacist", 1.33, 1.2, 0.13),)
    first, second = rationales(graph, networks_of(graph, groups, RULES, posts=posts), RULES)
    (move,) = moves_into(graph, groups, RULES)[0]
    assert move.cost is not None
    assert first == (
        "One practice with 40,000 patients, 10,000 above the least and 10,000 below the most of a network; nobody "
        "travels to another practice. They give 1.3 shared posts, of which 1.2 can be hired whole. The best next "
        f"partner is P1 (5,000 patients, of N-2): to take it in would take {move.cost:.1f} hours a week more."
    )
    # Of 35,000 patients 30,000 drive 5.4 + 2.92 minutes to P1 at 1 km: 7.13 on average.
    assert second.startswith(
        "Two practices with 35,000 patients, 5,000 above the least and 15,000 below the most of a network; on "
        "average they are 7.1 minutes one way from the hub, P1."
    )
    assert second.endswith(
        "No practice could be added: its neighbour P0 would take it over 50,000 patients by 25,000."
    )


def test_an_exception_says_how_far_it_is_outside() -> None:
    """An island has no neighbours, and is short."""
    graph = made_up_area([2_000, 51_000], [(0, 0), (90_000, 0)], [], RULES)
    posts = (SharedPost("pharmacist", 0.13, 0.0, 0.13),)
    small, large = rationales(graph, networks_of(graph, [("P0",), ("P1",)], RULES, posts=posts), RULES)
    assert small == (
        "One practice with 2,000 patients, 28,000 short of the least of 30,000; nobody travels to another practice. "
        "They give 0.1 shared posts, none of which can be hired whole. No practice of another network borders it, "
        "so there is no next partner."
    )
    assert large.startswith("One practice with 51,000 patients, 1,000 over the most of 50,000;")


@pytest.mark.parametrize(
    ("demands", "words"),
    [
        (Demands(pins=(("P0",),)), "pinned as it stands; nobody travels"),
        (Demands(pins=(("P0",),)), "its neighbour P1 is kept out by a pin."),
        (
            Demands(networks=2),
            "its neighbour P1 is a network of its own, and the number of networks is fixed.",
        ),
        (
            Demands(apart=(("P0", "P1"),)),
            "its neighbour P1 is kept out by a rule of the planner (P0 and P1 are",
        ),
    ],
)
def test_the_rule_that_stops_most_is_in_the_rationale(demands: Demands, words: str) -> None:
    """Whichever it is."""
    graph = row_of(31_000, 3_000)
    rules = replace(RULES, demands=demands)
    first, _ = rationales(graph, networks_of(graph, [("P0",), ("P1",)], rules), rules)
    assert words in first


@given(divided_areas())
@examples(50)
def test_every_network_has_a_rationale_of_two_or_three_sentences(
    drawn: tuple[nx.Graph, Rules, Groups],
) -> None:
    """Whatever the division, and the same each time."""
    graph, rules, groups = drawn
    networks = networks_of(graph, groups, rules)
    written = rationales(graph, networks, rules)
    assert len(written) == len(groups)
    assert written == rationales(graph, networks, rules)
    assert all(text.endswith(".") and text.count(". ") in (1, 2) for text in written)
