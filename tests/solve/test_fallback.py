"""What cannot be listed, or cannot be at all: a whole plan that bends nothing asked for, or a clear error."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given

from netform.errors import ImpossibleError, NoPlanError, RulesError
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.solve.area import AreaOutcome, Options, Progress, solve_area
from netform.solve.model.budget import MemoryBudget
from tests.brute_force import best_plan
from tests.examples import examples
from tests.strategies import made_up_area, small_areas

if TYPE_CHECKING:
    from netform.rules.model import Rules

RULES = load_profile()  # 30,000 to 50,000, exceptions of several up to 59,999


def line(list_sizes: list[int], pairs: list[tuple[int, int]] | None = None) -> nx.Graph:
    """Make practices P0, P1, ... a kilometre apart, each bordering the next unless pairs are given."""
    points = [(1000 * k, 0) for k in range(len(list_sizes))]
    following = [(k, k + 1) for k in range(len(list_sizes) - 1)]
    return made_up_area(list_sizes, points, following if pairs is None else pairs, RULES)


def solve(
    graph: nx.Graph, rules: Rules = RULES, options: Options | None = None, progress: Progress | None = None
) -> AreaOutcome:
    """Plan all practices of a graph as area 15F."""
    return solve_area(graph, "15F", list(graph), rules, options or Options(), progress or Progress())


def groups(outcome: AreaOutcome) -> list[str]:
    """Write the networks as ``"P0 P1"``."""
    return [" ".join(sorted(network.practice_codes)) for network in outcome.networks]


@pytest.mark.parametrize(
    ("list_sizes", "pairs", "networks"),
    [
        # Two parts of 20,000 are 40,000 together, but no one network joins them.
        ([20_000, 20_000], [], 1),
        # 100,000 could be three networks, but there are two practices.
        ([50_000, 50_000], [(0, 1)], 3),
        # Four lists of 45,000 could be five, but there are four practices.
        ([45_000, 45_000, 45_000, 45_000], [(0, 1), (1, 2), (2, 3)], 5),
    ],
)
def test_a_number_that_the_map_cannot_give_is_refused(
    list_sizes: list[int], pairs: list[tuple[int, int]], networks: int
) -> None:
    """No division has so many connected networks, even with exceptions: an error, never another number."""
    with pytest.raises((RulesError, ImpossibleError)):
        solve(line(list_sizes, pairs), replace(RULES, demands=Demands(networks=networks)))


# Room for no list at all.
NOTHING_LISTED = Options(memory=MemoryBudget(0))


@given(small_areas(most=8))
@examples(60)
def test_too_many_to_list_still_gives_a_plan(drawn: tuple[nx.Graph, Rules]) -> None:
    """With room for no list at all: a whole, connected plan by search; what is said to be proven of it holds."""
    graph, rules = drawn
    best = best_plan(graph, rules)
    assert best is not None
    outcome = solve(graph, rules, NOTHING_LISTED)
    assert sorted(" ".join(groups(outcome)).split()) == sorted(graph)
    for network in outcome.networks:
        sizes = [graph.nodes[code]["list_size"] for code in network.practice_codes]
        assert nx.is_connected(graph.subgraph(network.practice_codes))
        assert (network.exception is None) == (rules.least <= sum(sizes) <= rules.most)
        assert len(sizes) == 1 or sum(sizes) <= rules.exception_most
    found, slack = (
        sum(network.exception is not None for network in outcome.networks),
        1e-6 * max(1.0, best.cost),
    )
    assert found >= best.exceptions >= outcome.result.exceptions_bound
    if found == best.exceptions == 0:
        assert outcome.result.bound <= best.cost + slack
        assert outcome.result.cost >= best.cost - slack
    if outcome.result.status == "optimal":
        assert found == best.exceptions
        assert outcome.result.cost == pytest.approx(best.cost, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("networks", [4, 5])
def test_search_alone_keeps_the_number_of_networks(networks: int) -> None:
    """Too many to list and a number asked for: that number, at no less than it costs where all can be listed."""
    graph = line([25_000, 20_000, 20_000, 25_000, 25_000, 20_000, 20_000, 20_000])
    rules = replace(RULES, demands=Demands(networks=networks))
    listed, searched = solve(graph, rules), solve(graph, rules, NOTHING_LISTED)
    assert len(listed.networks) == len(searched.networks) == networks
    assert searched.result.bound <= listed.result.cost + 1e-6
    assert searched.result.cost >= listed.result.cost - 1e-6


def test_search_alone_makes_no_exceptions_under_strict() -> None:
    """Five of 22,000, all neighbours: pairs leave one over, and that is an error whoever finds it."""
    pairs = [(a, b) for a in range(5) for b in range(a)]
    graph = line([22_000] * 5, pairs)
    for options in (Options(), NOTHING_LISTED):
        with pytest.raises((ImpossibleError, NoPlanError), match=r"exception|networks"):
            solve(graph, options=replace(options, strict=True))


def test_search_alone_makes_no_exception_too_large() -> None:
    """Practices of 1,000 around one of them, a few too many: no network of several is over an exception's most."""
    outcome = solve(line([1_000] * 66, [(0, k) for k in range(1, 66)]), options=NOTHING_LISTED)
    assert max(len(network.practice_codes) for network in outcome.networks) * 1_000 <= RULES.exception_most
