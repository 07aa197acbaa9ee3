"""A diagram holds all plans below a cutoff: those of trying everything."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.solve.diagram import variable_order
from netform.solve.diagram.build import build_diagram
from netform.solve.diagram.kernel import ARC_BYTES, NODE_BYTES, ColumnLayout, _cut_slack, _in_cuts
from netform.solve.diagram.queries import Diagram
from netform.solve.diagram.variable_order import (
    TURNED,
    _parts,
    narrowest_order,
    spectral_order,
    spectral_orders,
)
from netform.solve.master.subset_row_cuts import (
    NO_CUTS,
    ROWS,
    CutPool,
    PricedCuts,
    cut_limits,
    reduced_costs,
)
from netform.solve.model.budget import MemoryBudget
from netform.solve.model.problem import SideRow
from tests.brute_force import all_groups, plan_costs, store_of
from tests.examples import examples
from tests.strategies import pools, priced_choices

if TYPE_CHECKING:
    from collections.abc import Collection

    from netform.solve.model.problem import SetPartitioning

QUICK = examples(200)
MANY = 10**6

Priced = tuple["SetPartitioning", np.ndarray, float]


def paths(diagram: Diagram) -> list[tuple[int, ...]]:
    """Follow every path from the first node to the last; the columns it takes, ascending."""
    found = []

    def follow(node: int, taken: tuple[int, ...]) -> None:
        if node == diagram.nodes - 1:
            found.append(tuple(sorted(taken)))
        for arc in np.flatnonzero(diagram.tails == node):
            follow(int(diagram.heads[arc]), (*taken, int(diagram.takes[arc])))

    follow(0, ())
    return found


@st.composite
def cut_and_priced(draw: st.DrawFn) -> tuple[Priced, CutPool, np.ndarray]:
    """Draw a priced choice whose prices are of cuts as well, the cuts, and their prices."""
    partitioning, reduced, dual_objective = draw(priced_choices())
    cuts = draw(pools(partitioning.store.practices))
    duals = np.array(draw(st.lists(st.integers(-3, 0), min_size=len(cuts), max_size=len(cuts))), np.float64)
    duals *= draw(st.sampled_from([0.1, 1.0, 20.0]))
    paid = reduced_costs(partitioning.store, reduced, np.zeros(partitioning.store.practices), cuts, duals)
    return (partitioning, paid, dual_objective + float(duals @ cut_limits(cuts))), cuts, duals


def cut_slack_cost(
    cuts: CutPool, duals: np.ndarray, uncovered: Collection[int], taken: Collection[int]
) -> float:
    """Add up the cut slack that a network leaves, of the practices that are not covered, by its definition."""
    total = 0.0
    for cut, dual in zip(cuts.tolist(), duals.tolist(), strict=True):
        weight = dict(zip(cut[:ROWS], cut[ROWS:-1], strict=True))
        before, used = (sum(weight.get(v, 0) for v in some) for some in (uncovered, taken))
        total -= dual * (before // cut[-1] - used // cut[-1] - (before - used) // cut[-1])
    return total


def diagram_of(drawn: Priced, cutoff: float, *, nodes: int = MANY, steps: int = MANY) -> Diagram | None:
    """Build the diagram of a priced choice below a cutoff."""
    partitioning, reduced, dual_objective = drawn
    # Prices add up to a plan's cost to the last bit only by luck.
    return build_diagram(
        partitioning.store,
        partitioning.costs,
        np.maximum(reduced, 0.0),
        dual_objective - 1e-9,
        cutoff,
        partitioning.sides,
        most_nodes=nodes,
        most_steps=steps,
    )


@given(priced_choices(), st.sampled_from([0.9, 1.0, 1.1, 1.5, math.inf]))
@QUICK
def test_its_paths_are_the_plans_below_the_cutoff(drawn: Priced, share: float) -> None:
    """With any prices and side rows: each plan once, none missed, and no arc that leads to none of them."""
    partitioning = drawn[0]
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    cutoff = min(plans.values(), default=1.0) * share if math.isfinite(share) else math.inf
    diagram = diagram_of(drawn, cutoff)
    assert diagram is not None
    found = paths(diagram)
    assert len(set(found)) == len(found)
    # Plans at the cutoff but for rounding may be among them or not.
    below = {plan for plan, cost in plans.items() if cost < cutoff - 1e-7}
    assert below <= set(found) <= set(plans)
    near = [plan for plan in found if plans[plan] < cutoff + 1e-7]
    assert set(diagram.takes.tolist()) == {j for plan in near for j in plan}
    assert (diagram.tails < diagram.heads).all()
    assert (np.diff(diagram.tails) >= 0).all()


@given(priced_choices(), st.sampled_from([1.1, 1.5, math.inf]), st.integers(1, 9))
@QUICK
def test_within_a_width_it_holds_all_plans_below_what_it_says(
    drawn: Priced, share: float, width: int
) -> None:
    """Fewer than there are below the cutoff, but none of those that cost less than it says."""
    partitioning, reduced, dual_objective = drawn
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    cutoff = min(plans.values(), default=1.0) * share if math.isfinite(share) else math.inf
    diagram = build_diagram(
        partitioning.store, partitioning.costs, np.maximum(reduced, 0.0), dual_objective - 1e-9, cutoff,
        partitioning.sides, most_nodes=MANY, width=width,
    )  # fmt: skip
    assert diagram is not None
    assert diagram.below <= cutoff
    found = set(paths(diagram))
    assert {plan for plan, cost in plans.items() if cost < diagram.below - 1e-7} <= found <= set(plans)
    whole = diagram_of(drawn, cutoff)
    assert whole is not None
    assert whole.below == cutoff


@given(priced_choices(), st.sampled_from([1.1, 1.5, math.inf]))
@QUICK
def test_what_a_plan_through_a_column_costs_is_exact(drawn: Priced, share: float) -> None:
    """The least cost of the plans below the cutoff that use it."""
    partitioning = drawn[0]
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    cutoff = min(plans.values(), default=1.0) * share + 1e-3 if math.isfinite(share) else math.inf
    diagram = diagram_of(drawn, cutoff)
    assert diagram is not None
    column_bounds = diagram.column_bounds(partitioning.costs)
    for j in range(len(partitioning.store)):
        least = min((cost for plan, cost in plans.items() if j in plan and cost < cutoff), default=math.inf)
        if abs(least - cutoff) > 1e-7:
            assert column_bounds[j] == pytest.approx(least, rel=1e-9)


@given(priced_choices(), st.integers(0, 2**32))
@QUICK
def test_the_least_of_all_paths_to_and_from_a_node(drawn: Priced, seed: int) -> None:
    """By any weights, those below zero too: that of following every path."""
    diagram = diagram_of(drawn, math.inf)
    assert diagram is not None
    weights = np.random.default_rng(seed).normal(size=len(diagram.takes))
    ahead, behind = diagram.to_end(weights), diagram.from_start(weights)
    for node in range(diagram.nodes):
        into, out = np.flatnonzero(diagram.heads == node), np.flatnonzero(diagram.tails == node)
        if node != diagram.nodes - 1:
            least = min(weights[out] + ahead[diagram.heads[out]], default=math.inf)
            assert ahead[node] == pytest.approx(least)
        if node:
            least = min(weights[into] + behind[diagram.tails[into]], default=math.inf)
            assert behind[node] == pytest.approx(least)
    assert ahead[-1] == behind[0] == 0


@given(cut_and_priced())
@QUICK
def test_a_plan_pays_its_cost_in_reduced_costs_and_what_cuts_are_short_of(
    drawn: tuple[Priced, CutPool, np.ndarray],
) -> None:
    """Network by network, in the order of their numbers; no network gives anything back."""
    (partitioning, reduced, dual_objective), cuts, duals = drawn
    for plan, cost in plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides).items():
        uncovered, short = set(range(partitioning.store.practices)), 0.0
        for j in plan:
            taken = partitioning.store[j].tolist()
            lost = cut_slack_cost(cuts, duals, uncovered, taken)
            assert lost >= 0
            short += lost
            uncovered -= set(taken)
        assert dual_objective + reduced[list(plan)].sum() + short == pytest.approx(cost)


@given(cut_and_priced(), st.integers(0, 2**32))
@QUICK
def test_what_cuts_are_short_of_is_that_of_the_definition(
    drawn: tuple[Priced, CutPool, np.ndarray], seed: int
) -> None:
    """Whatever is covered already, with the practices numbered in any order."""
    (partitioning, *_), cuts, duals = drawn
    n, random = partitioning.store.practices, np.random.default_rng(seed)
    order = random.permutation(n)
    covered = np.flatnonzero(random.random(n) < random.random())
    uncovered = np.setdiff1d(np.arange(n), covered)
    layout = PricedCuts.of(cuts, duals, n).numbered(order)
    rank = np.argsort(order)
    rest, none = np.zeros((2, len(layout.paid)), np.int64)
    for q in rank[uncovered].tolist():
        own = slice(layout.begin[q], layout.begin[q + 1])
        np.add.at(rest, layout.which[own], layout.weights[own])
    taken = uncovered[random.random(len(uncovered)) < random.random()]
    # Where the cuts of other networks are listed before.
    begin = 5
    own_cut, own_weight = np.full((2, begin + len(layout.which)), -1, np.int32)
    end, paid = _in_cuts(
        rank[taken], layout.begin, layout.which, layout.weights, layout.paid, none, own_cut, own_weight, begin
    )
    found = _cut_slack(begin, end, own_cut, own_weight, paid, layout.paid, rest)
    assert found == pytest.approx(cut_slack_cost(cuts, duals, uncovered.tolist(), taken.tolist()))
    assert not none.any()


@given(
    cut_and_priced(),
    st.sampled_from([1.0, 1.1, 1.5, math.inf]),
    st.sampled_from([1, 2, 4, 9, MANY]),
    st.sampled_from([0.0, 0.1, 5.0]),
)
@QUICK
def test_with_cuts_none_is_missed_below_what_it_says(
    drawn: tuple[Priced, CutPool, np.ndarray], share: float, width: int, spare: float
) -> None:
    """At any width, however much is gone on with beyond it; and without one, to the cutoff."""
    (partitioning, reduced, dual_objective), cuts, duals = drawn
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    cutoff = min(plans.values(), default=1.0) * share if math.isfinite(share) else math.inf
    priced = PricedCuts.of(cuts, duals, partitioning.store.practices)
    diagram = build_diagram(
        partitioning.store, partitioning.costs, np.maximum(reduced, 0.0), dual_objective - 1e-9, cutoff,
        partitioning.sides, cuts=priced, most_nodes=MANY, width=width, spare=spare,
    )  # fmt: skip
    assert diagram is not None
    assert diagram.below == cutoff or width < MANY
    found = set(paths(diagram))
    assert {plan for plan, cost in plans.items() if cost < diagram.below - 1e-7} <= found <= set(plans)


@given(
    priced_choices(),
    st.sampled_from([1.1, 1.5, math.inf]),
    st.sampled_from([3, MANY]),
    st.integers(0, 9000),
)
@QUICK
def test_in_little_memory_it_is_narrower_and_as_true(
    drawn: Priced, share: float, width: int, room: int
) -> None:
    """Never more nodes and arcs than there are bytes for; and none is missed below what it says, if it says so."""
    partitioning, reduced, dual_objective = drawn
    plans = plan_costs(partitioning.store, partitioning.costs.tolist(), partitioning.sides)
    cutoff = min(plans.values(), default=1.0) * share if math.isfinite(share) else math.inf
    store = partitioning.store
    layout = ColumnLayout.nbytes(len(store), len(store.members), store.practices)
    diagram = build_diagram(
        store, partitioning.costs, np.maximum(reduced, 0.0), dual_objective - 1e-9, cutoff, partitioning.sides,
        most_nodes=MANY, width=width, memory=MemoryBudget(layout + room),
    )  # fmt: skip
    if diagram is None:
        return
    assert diagram.states * NODE_BYTES + len(diagram.takes) * ARC_BYTES <= room
    assert diagram.width <= width
    assert diagram.below == cutoff or diagram.width < MANY
    found = set(paths(diagram))
    assert {plan for plan, cost in plans.items() if cost < diagram.below - 1e-7} <= found <= set(plans)


def test_half_the_memory_of_a_wide_diagram_makes_a_narrower_one() -> None:
    """Twelve practices in any groups of up to three: with half its bytes it is not given up but narrower."""
    groups = all_groups(12, 3)
    store, costs = store_of(groups, 12), np.array([10.0 - len(group) for group in groups])
    reduced = costs - costs.min()
    layout = ColumnLayout.nbytes(len(store), len(store.members), 12)
    rooms = (10_000_000, 100_000, 50_000)
    diagrams = [
        build_diagram(
            store, costs, reduced, 28.0, 60.0, most_nodes=MANY, width=2000, memory=MemoryBudget(layout + room)
        )
        for room in rooms
    ]
    widths = [0 if each is None else each.width for each in diagrams]
    assert widths[0] == 2000 > widths[1] >= widths[2] > 0
    for each, room in zip(diagrams, rooms, strict=True):
        assert each is not None
        assert each.states * NODE_BYTES + len(each.takes) * ARC_BYTES <= room


def test_it_is_given_up_when_it_grows_too_large() -> None:
    """Nine practices in any groups of up to three: 200 states, or 200 looks, are not enough."""
    groups = all_groups(9, 3)
    store, costs = store_of(groups, 9), np.array([10.0 - len(group) for group in groups])
    for nodes, steps in ((200, MANY), (MANY, 200)):
        assert build_diagram(store, costs, costs, 0.0, math.inf, most_nodes=nodes, most_steps=steps) is None
    diagram = build_diagram(store, costs, costs, 0.0, math.inf, most_nodes=MANY, most_steps=10**8)
    assert diagram is not None
    # Some 12,644 ways to divide nine into groups of up to three, in few nodes: sets without a first part.
    assert diagram.nodes <= 2**9
    assert diagram.to_end(costs[diagram.takes])[0] == 21.0


def test_no_diagram_counts_what_is_not_whole() -> None:
    """Only whole numbers add up to the same whatever their order."""
    store = store_of([(0,)], 1)
    half = SideRow(np.array([0.5]), 0.0, 1.0)
    costs = np.ones(1)
    assert build_diagram(store, costs, costs, 0.0, 9.0, [half], most_nodes=9, most_steps=99) is None


def test_no_plan_is_a_diagram_without_arcs() -> None:
    """A practice that no column holds, and a rule that no plan keeps."""
    for store, sides in (
        (store_of([(0,)], 2), []),
        (store_of([], 2), []),
        (store_of([(0,), (1,)], 2), [SideRow(np.ones(2), 3.0, 3.0)]),
    ):
        costs = np.ones(len(store))
        diagram = build_diagram(store, costs, costs, 0.0, math.inf, sides, most_nodes=9, most_steps=99)
        assert diagram is not None
        assert (diagram.nodes, len(diagram.takes)) == (2, 0)
        assert np.isinf(diagram.to_end(np.empty(0))[0])
        assert np.isinf(diagram.column_bounds(costs)).all()


def test_more_practices_than_bits_in_a_word() -> None:
    """Seventy practices in a row, alone or in pairs: as many plans as the 71st Fibonacci number."""
    groups = [(k,) for k in range(70)] + [(k, k + 1) for k in range(69)]
    costs = np.ones(len(groups))
    diagram = build_diagram(
        store_of(groups, 70), costs, costs, 0.0, math.inf, most_nodes=MANY, most_steps=10**8
    )
    assert diagram is not None
    ways = [0] * diagram.nodes
    ways[0] = 1
    for tail, head in zip(diagram.tails.tolist(), diagram.heads.tolist(), strict=True):
        ways[head] += ways[tail]
    assert ways[-1] == 308061521170129


def test_a_row_is_ordered_from_end_to_end() -> None:
    """Practices in a row, numbered at random: each next to the one before; and one that nothing is tied to."""
    names = np.random.default_rng(5).permutation(12).tolist()
    groups = list(pairwise(names))
    order = spectral_order(store_of(groups, 13), np.zeros(len(groups))).tolist()
    row = [name for name in order if name != 12]
    assert row in (names, names[::-1])
    assert sorted(order) == list(range(13))


@given(st.integers(0, 12), st.floats(0, 1), st.integers(0, 2**32))
@QUICK
def test_parts_are_those_that_ties_hold_together(n: int, share: float, seed: int) -> None:
    """As the components of a graph, by the first practice of each."""
    tied = np.random.default_rng(seed).random((n, n)) < share / 2
    tied |= tied.T
    parts = [part.tolist() for part in _parts(tied)]
    graph = nx.from_numpy_array(tied) if n else nx.Graph()
    assert parts == sorted(sorted(part) for part in nx.connected_components(graph))


@given(priced_choices(), st.integers(1, 4))
@QUICK
def test_the_narrowest_order_is_that_by_which_a_narrow_diagram_sees_furthest(
    drawn: Priced, width: int
) -> None:
    """One of the two ends of the ways across the map, and by it no less is seen than by another."""
    partitioning, reduced, _ = drawn
    store, reduced = partitioning.store, np.maximum(reduced, 0.0)
    ways = spectral_orders(store, reduced, TURNED)
    assert ways[0].tolist() == spectral_order(store, reduced).tolist()
    assert all(sorted(way.tolist()) == list(range(store.practices)) for way in ways)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variable_order, "TRIED", width)
        patch.setattr(variable_order, "TRIED_PART", 1.0)
        none = PricedCuts.of(NO_CUTS, np.empty(0), store.practices)
        better = narrowest_order(store, reduced, 2.0, TURNED, none).tolist()
    seen = {}
    for end in (end for way in ways for end in (way, way[::-1])):
        diagram = build_diagram(
            store, reduced, reduced, 0.0, 2.0, (), np.ascontiguousarray(end), most_nodes=MANY, width=width
        )
        assert diagram is not None
        seen[tuple(end.tolist())] = diagram.below
    assert seen[tuple(better)] == max(seen.values())
