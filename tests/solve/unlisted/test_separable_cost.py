"""Separable costs, heuristic pricing and exact pricing against trying all."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.candidates.allowed import allowed, counts_allowed
from netform.rules.model import TERM_NAMES, Rules
from netform.solve.master.subset_row_cuts import FIVE, FOUR, NO_CUTS, ROWS, CutPool, PricedCuts, reduced_costs
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.problem import Problem, group_costs, store_of
from netform.solve.unlisted import exact_pricing as exact_module
from netform.solve.unlisted.centre_bound import CentreBound, centre_bounds
from netform.solve.unlisted.centre_costs import CentreCosts
from netform.solve.unlisted.exact_pricing import PRICING, HubSearch, columns_below, price_exactly
from netform.solve.unlisted.heuristic_pricing import price_heuristically
from netform.solve.unlisted.hub_bound import CutLines, KnownOfHubs, known_of_hubs
from netform.solve.unlisted.separable_cost import separable_costs
from tests.examples import examples
from tests.made_up_problem import county, first_plan, problem_of
from tests.strategies import small_areas

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.problem import Group
    from netform.solve.unlisted.separable_cost import SeparableCosts

QUICK = examples(120)
SEPARABLE_TERMS = ("patient_travel", "staff_travel", "stranded_posts", "overhead", "balance")


def separable_only(problem: Problem) -> Problem:
    """The same problem, nothing weighed but what the separable costs know."""
    weights = {name: 0.0 for name in TERM_NAMES if name not in SEPARABLE_TERMS}
    return replace(problem, data=replace(problem.data, rules=problem.data.rules.with_weights(weights)))


def centre_bound(costs: CentreCosts, cutoff: float) -> CentreBound:
    """The bound by prices as far as that goes."""
    *_, found = centre_bounds(costs, cutoff, NEVER)
    return found


def known_of(
    problem: Problem,
    prices: NDArray[np.float64],
    floor: float,
    cuts: PricedCuts,
    seed: int,
    *,
    by_centres: bool,
) -> KnownOfHubs:
    """What the model of centres says of each hub, or nothing yet but some share of the lines below cuts."""
    n, rules = len(problem.codes), problem.data.rules
    anyone = replace(
        problem.limits,
        may_hub=np.ones(n, np.bool_),
        must_hub=np.zeros(n, np.bool_),
        longest_to_hub=math.inf,
    )
    costs = CentreCosts.of(replace(problem, limits=anyone), rules.least, rules.most)
    if not by_centres:
        lines = np.random.default_rng(seed).choice([0.0, 0.3, 1.0], (n, len(cuts.paid)))
        members = np.ones((n, n), np.bool_)
        return KnownOfHubs(np.full(n, -math.inf), members, lines, costs, prices, CutLines.of(cuts))
    found = known_of_hubs(costs, prices, np.full(n, floor + 2e-5), cuts, 10_000)
    return found._replace(least=found.least - 1e-5)


def within_band(problem: Problem) -> SeparableCosts:
    """The separable costs of networks within the band."""
    rules = problem.data.rules
    return separable_costs(problem, rules.least, rules.most)


def networks_of(problem: Problem, *, exceptions: bool = False) -> list[Group]:
    """Every connected group within the band, or of any size that a plan may have."""
    rules, list_size = problem.data.rules, problem.data.list_size
    least, most = (1, rules.exception_most) if exceptions else (rules.least, rules.most)
    return [
        group
        for count in range(1, len(problem.codes) + 1)
        for group in combinations(range(len(problem.codes)), count)
        if (least <= list_size[list(group)].sum() <= most or (exceptions and count == 1))
        and nx.is_connected(problem.graph.subgraph(group))
    ]


def demanded(problem: Problem, seed: int) -> Problem:
    """The same problem with practices apart, together or merged, and a number of practices, or without."""
    random, n = np.random.default_rng(seed), len(problem.codes)
    limits = problem.limits
    if n > 1 and random.random() < 0.5:
        a, b = random.choice(n, 2, replace=False)
        conflict = limits.conflict.copy()
        conflict[a, b] = conflict[b, a] = True
        limits = replace(limits, conflict=conflict, conflicted=conflict.any(axis=1))
    if n > 1 and random.random() < 0.5:
        unit, size = np.full(n, -1), np.zeros(n, np.int64)
        unit[random.choice(n, 2, replace=False)] = 0
        size[unit == 0] = 2
        limits = replace(limits, unit=unit, unit_size=size)
        if random.random() < 0.5:
            limits = replace(limits, merged=unit)
    # Where practices merge searches do not count them.
    if random.random() < 0.3 and not (limits.merged >= 0).any():
        limits = replace(limits, least_practices=2, most_practices=3)
    return replace(problem, limits=limits)


def permitted(problem: Problem, networks: list[Group]) -> list[Group]:
    """Those that keep the demands."""
    store = store_of(networks, len(problem.codes))
    kept = allowed(store, problem.limits) & counts_allowed(store, problem.limits)
    return [group for group, keeps in zip(networks, kept, strict=True) if keeps]


def prices_of(problem: Problem, seed: int) -> np.ndarray:
    """Prices by which some networks gain and others lose."""
    random = np.random.default_rng(seed)
    share = problem.data.list_size / problem.data.rules.most
    return share * random.uniform(20, 160) * random.uniform(0.5, 1.5, len(problem.codes))


def cuts_of(problem: Problem, seed: int, count: int) -> tuple[CutPool, np.ndarray]:
    """Cuts over three to five practices, as far as there are so many, and their prices, some of them zero."""
    random = np.random.default_rng(seed)
    n = len(problem.codes)
    kinds = [kind for kind in (((1, 1, 1), 2), *FOUR, *FIVE) if len(kind[0]) <= n]
    cuts = np.full((count if kinds else 0, 2 * ROWS + 1), -1, np.int64)
    cuts[:, ROWS:] = 0
    for cut in cuts:
        weights, divisor = kinds[random.integers(len(kinds))]
        cut[: len(weights)] = random.permutation(n)[: len(weights)]
        cut[ROWS : ROWS + len(weights)] = weights
        cut[-1] = divisor
    return cuts, -random.choice([0.0, 2.0, 9.0], len(cuts))


def beyond_prices(
    problem: Problem, groups: list[Group], prices: np.ndarray, cuts: CutPool, cut_prices: np.ndarray
) -> dict[Group, float]:
    """What groups cost beyond prices, with what cuts add."""
    costs = np.array(group_costs(problem, groups))
    store = store_of(groups, len(problem.codes))
    return dict(zip(groups, reduced_costs(store, costs, prices, cuts, cut_prices).tolist(), strict=True))


@given(
    small_areas(most=9, least=2, oversize=False),
    st.integers(0, 2**32),
    st.floats(-20, 40),
    st.sampled_from([0, 1, 4]),
)
@QUICK
def test_heuristic_pricing_finds_all_that_changes_lead_to(
    drawn: tuple[nx.Graph, Rules], seed: int, within: float, count: int
) -> None:
    """One practice more, one less or one for another, as long as each costs little enough; by their true costs."""
    problem = separable_only(problem_of(*drawn))
    networks = networks_of(problem)
    if not networks:
        return
    prices = prices_of(problem, seed)
    cuts, cut_prices = cuts_of(problem, seed, count)
    beyond = beyond_prices(problem, networks, prices, cuts, cut_prices)
    start = networks[:: max(1, len(networks) // 3)]
    expected, waiting = set(start), list(start)
    while waiting:
        group = set(waiting.pop())
        for other in networks:
            gone, come = group - set(other), set(other) - group
            if other in expected or beyond[other] > within or len(gone) > 1 or len(come) > 1:
                continue
            stay = group - gone
            if not stay or not nx.is_connected(problem.graph.subgraph(stay)):
                continue
            expected.add(other)
            waiting.append(other)
    n = len(problem.codes)
    priced = PricedCuts.of(cuts, cut_prices, n)
    found = price_heuristically(
        within_band(problem), store_of(start, n), prices, within, 10_000, NEVER, priced
    )
    groups = [tuple(int(v) for v in found[j]) for j in range(len(found))]
    assert len(set(groups)) == len(groups)
    assert set(groups) == expected


def test_heuristic_pricing_ends_at_its_limit_and_when_time_is_up() -> None:
    """No more columns than asked for, those it began with first."""
    problem = problem_of(*county(40, 3))
    costs, n = within_band(problem), len(problem.codes)
    start = store_of(_trees(problem), n)
    no_cuts = PricedCuts.of(NO_CUTS, np.empty(0), n)
    some = price_heuristically(costs, start, np.full(n, 100.0), 0.0, 500, NEVER, no_cuts)
    assert len(some) == 500
    assert some.members[: len(start.members)].tolist() == start.members.tolist()
    over = Deadline(0.0, lambda: 1.0)
    assert len(price_heuristically(costs, start, np.full(n, 100.0), 0.0, 500, over, no_cuts)) == len(start)


def _trees(problem: Problem) -> list[Group]:
    rules, list_size = problem.data.rules, problem.data.list_size
    plan = first_plan(problem, 0)
    return [group for group in plan if rules.least <= list_size[list(group)].sum() <= rules.most]


@given(
    small_areas(most=9, least=2, oversize=False),
    st.integers(0, 2**32),
    st.floats(-30, 10),
    st.sampled_from([15_000, 300]),
    st.sampled_from([0, 20, 10**6]),
    st.sampled_from([0, 20, 10**5]),
    st.sampled_from([1, 2]),
    st.sampled_from([0, 1, 4]),
    st.booleans(),
)
@QUICK
def test_no_network_costs_less_than_its_hub_says(
    drawn: tuple[nx.Graph, Rules],
    seed: int,
    floor: float,
    units: int,
    nodes: int,
    branch_nodes: int,
    workers: int,
    count: int,
    by_centres: bool,
) -> None:
    """By any prices, cuts, units: never above the least of all networks; that least where it is below the floor."""
    problem = demanded(problem_of(*drawn), seed)
    networks = permitted(problem, networks_of(problem))
    if problem.patients < problem.data.rules.least:
        return
    prices = prices_of(problem, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact_module, "PRICING", replace(PRICING, most_units=units))
        search = HubSearch.of(within_band(problem))
    cuts, cut_prices = cuts_of(problem, seed, count)
    priced = PricedCuts.of(cuts, cut_prices, len(problem.codes))
    true, quick = group_costs(problem, networks), group_costs(separable_only(problem), networks)
    beyond = beyond_prices(separable_only(problem), networks, prices, cuts, cut_prices)
    list_size, minutes = problem.data.list_size, problem.data.minutes
    least = dict.fromkeys(range(len(problem.codes)), math.inf)
    for group, cost, quickly in zip(networks, true, quick, strict=True):
        assert quickly <= cost + 1e-9
        members = list(group)
        hub = members[int((minutes[np.ix_(members, members)] @ list_size[members]).argmin())]
        least[hub] = min(least[hub], beyond[group])
    known = known_of(problem, prices, floor, priced, seed, by_centres=by_centres)
    for hub, value in enumerate(known.least):
        assert value <= least[hub] + 1e-6
    # The second time it begins with the penalties of the first.
    for _ in range(2):
        with pytest.MonkeyPatch.context() as patch:
            bounding, searching = (0, 0) if branch_nodes else (200, 5_000)
            pricing = replace(PRICING, nodes=branch_nodes, bounding=bounding, searching=searching)
            patch.setattr(exact_module, "PRICING", pricing)
            priced_hubs = price_exactly(search, known, floor, nodes, NEVER, workers)
        found = [tuple(int(v) for v in priced_hubs.found[j]) for j in range(len(priced_hubs.found))]
        assert set(found) <= set(networks)
        for hub, value in enumerate(priced_hubs.least):
            assert value <= least[hub] + 1e-6
        if nodes == 10**6 or (nodes and branch_nodes):
            assert priced_hubs.given_up == 0
            cheapest = min([floor, *beyond.values()])
            assert min(floor, priced_hubs.least.min()) == pytest.approx(cheapest, abs=1e-5)
            if cheapest < floor - 1e-6:
                assert min(beyond[group] for group in found) == pytest.approx(cheapest)


def test_branches_say_more_of_hubs_than_their_searches() -> None:
    """With the effort of a search spent on branches as well, where it is too short to come to an end."""
    graph, rules = county(60, 3)
    problem = problem_of(graph, rules.with_band(100_000, 150_000))
    centres, n = (
        CentreCosts.of(problem, problem.data.rules.least, problem.data.rules.most),
        len(problem.codes),
    )
    prices = 1.1 * centre_bound(centres, math.inf).duals.practices
    members = np.ascontiguousarray(np.isfinite(centres.hours)[centres.item].T)
    lines = CutLines.of(PricedCuts.of(NO_CUTS, np.empty(0), n))
    known = KnownOfHubs(np.full(n, -math.inf), members, np.empty((n, 0)), centres, prices, lines)

    def missing(bounding: int) -> float:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(exact_module, "PRICING", replace(PRICING, bounding=bounding))
            found = price_exactly(HubSearch.of(within_band(problem)), known, 0.0, 1_000, NEVER, 1)
        assert found.given_up
        return float(np.minimum(found.least, 0.0).sum())

    # An effort that is spent at once leaves each hub at two branches.
    assert missing(5) > missing(10**6) + 1.0


@given(
    small_areas(most=9, least=2, oversize=False),
    st.integers(0, 2**32),
    st.floats(-30, 60),
    st.sampled_from([1, 2]),
    st.sampled_from([0, 1, 4]),
    st.booleans(),
)
@QUICK
def test_every_column_below_a_floor_is_found(
    drawn: tuple[nx.Graph, Rules],
    seed: int,
    floor: float,
    workers: int,
    count: int,
    by_centres: bool,
) -> None:
    """Each that keeps the demands, once, whoever its hub is; and none is given where they are too many."""
    problem = separable_only(demanded(problem_of(*drawn), seed))
    networks = permitted(problem, networks_of(problem))
    prices, n = prices_of(problem, seed), len(problem.codes)
    cuts, cut_prices = cuts_of(problem, seed, count)
    priced = PricedCuts.of(cuts, cut_prices, n)
    if problem.patients < problem.data.rules.least or not networks:
        return
    beyond = beyond_prices(problem, networks, prices, cuts, cut_prices)
    search = HubSearch.of(within_band(problem))
    known = known_of(problem, prices, floor, priced, seed, by_centres=by_centres)

    def found(most: int) -> list[Group] | None:
        store = columns_below(search, known, np.full(n, floor), 10**6, NEVER, workers, most)
        return None if store is None else [tuple(store[j].tolist()) for j in range(len(store))]

    groups = found(n * len(networks))
    assert groups is not None
    assert len(set(groups)) == len(groups)
    assert {group for group, value in beyond.items() if value < floor - 1e-5} <= set(groups)
    assert set(groups) <= {group for group, value in beyond.items() if value < floor + 1e-5}
    assert not groups or found(0) is None


def test_time_that_is_up_proves_nothing() -> None:
    """No value is given that was not computed."""
    problem = problem_of(*county(40, 3))
    search = HubSearch.of(within_band(problem))
    over = Deadline(0.0, lambda: 1.0)
    no_cuts = PricedCuts.of(NO_CUTS, np.empty(0), 40)
    centres = CentreCosts.of(problem, problem.data.rules.least, problem.data.rules.most)
    known = known_of_hubs(centres, np.zeros(40), np.zeros(40), no_cuts)._replace(least=np.full(40, -math.inf))
    priced = price_exactly(search, known, 0.0, 10, over, 1)
    assert priced.least.tolist() == [-math.inf] * 40
