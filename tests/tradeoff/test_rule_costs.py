"""Prices: what brute force finds with a rule less what it finds without."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from netform.plan.model import AreaResult, Edge, Network, Plan
from netform.plan.rule_cost import Optimum
from netform.rules.breaches import breaches
from netform.rules.demanded_graph import demanded_graph
from netform.rules.demands import AreaDemand, Demands
from netform.rules.single_demands import single_demands
from netform.rules.toml import load_profile
from netform.scores import network_cost, network_terms
from netform.tradeoff.rule_costs import demand_costs, line_costs, optimum_of, without_line
from tests.brute_force import outside_band, partitions
from tests.examples import examples
from tests.explain.test_divisible import demanding_areas
from tests.strategies import made_up_area

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx as nx

    from netform.rules.model import Rules

RULES = load_profile()  # 30,000 to 50,000


def best(graph: nx.Graph, codes: Iterable[str], rules: Rules) -> Optimum | None:
    """Find the best division by trying all: fewest networks outside the band, then least cost."""
    graph = demanded_graph(graph, rules.demands)
    found = None
    for groups in partitions(sorted(set(codes) - set(rules.demands.exclude))):
        if rules.demands.networks not in (None, len(groups)):
            continue
        if any(breach.kind != "band" for group in groups for breach in breaches(graph, group, rules)):
            continue
        exceptions = sum(outside_band(graph, group, rules) > 0 for group in groups)
        costs = (network_cost(network_terms(graph, group, rules), rules) for group in groups)
        worth = (exceptions, math.fsum(costs))
        found = worth if found is None else min(found, worth)
    return Optimum(found[1], found[0], proven=True) if found else None


@given(demanding_areas(most=5))
@examples(40)
def test_no_demand_has_a_price_below_nothing(drawn: tuple[nx.Graph, Rules]) -> None:
    """What a rule allows is allowed without it; only a practice that comes back in can cost something."""
    graph, rules = drawn
    optimum = best(graph, graph, rules)
    found = demand_costs(lambda each: best(graph, graph, each), rules)
    if optimum is None:
        assert found == []
        return
    singles = single_demands(rules)
    assert [(price.kind, price.rule) for price in found] == [(each.kind, each.rule) for each in singles]
    for price, single in zip(found, singles, strict=True):
        without = best(graph, graph, single.without)
        if without is None:
            # Practices that no longer merge are no longer neighbours; one that comes back may fit nowhere.
            assert price.kind in ("exclude", "merge")
            assert price.cost is None
            continue
        assert price.cost == optimum.cost - without.cost
        assert price.exceptions == optimum.exceptions - without.exceptions
        # One left out comes back in, and merged practices no longer border: other plans, not more of them.
        if price.kind not in ("exclude", "merge"):
            assert (price.exceptions, price.cost) >= (0, -1e-9)


def test_what_has_no_plan_without_it_has_no_price() -> None:
    """Time ran out: nothing is claimed."""
    rules = replace(RULES, demands=Demands(most_practices=3))
    (price,) = demand_costs(lambda each: Optimum(9.0, 0, proven=True) if each == rules else None, rules)
    assert (price.cost, price.exceptions, price.proven) == (None, 0, False)
    (price,) = demand_costs(lambda each: Optimum(9.0, 0, proven=each == rules), rules)
    assert (price.cost, price.proven) == (0.0, False)


def two_areas() -> tuple[nx.Graph, dict[str, list[str]], dict[tuple[str, str], list[Edge]]]:
    """20,000 + 30,000 | 15,000 + 25,000 in a row, 1 km from each to the next, the line in the middle."""
    points = [(1_000 * number, 0) for number in range(4)]
    graph = made_up_area([20_000, 30_000, 15_000, 25_000], points, [(0, 1), (2, 3)], RULES)
    for number, code in enumerate(sorted(graph)):
        graph.nodes[code]["area"] = "E" if number < 2 else "F"
    minutes = graph.graph["travel"].minutes(1, 2)
    lines = {("E", "F"): [Edge("P1", "P2", "border", minutes, 100.0, 1.0)]}
    return graph, {"E": ["P0", "P1"], "F": ["P2", "P3"]}, lines


def test_a_line_between_areas() -> None:
    """As one area P0, P1 | P2, P3 is still to be had, so the line costs something or nothing."""
    graph, areas, lines = two_areas()
    asked: list[tuple[str, list[str]]] = []

    def solve(asked_of: nx.Graph, area: str, codes: Iterable[str], rules: Rules) -> Optimum | None:
        asked.append((area, sorted(codes)))
        return best(asked_of, codes, rules)

    (price,) = line_costs(graph, areas, lines, RULES, solve)
    assert asked == [("E", ["P0", "P1"]), ("F", ["P2", "P3"]), ("E + F", ["P0", "P1", "P2", "P3"])]
    assert (price.kind, price.rule) == ("area_line", "the line between E and F")
    assert price.exceptions == 0
    assert price.cost == pytest.approx(0.0)
    sizes = {"P0": 8_000, "P1": 21_000, "P2": 15_000, "P3": 30_000}
    for code, list_size in sizes.items():
        graph.nodes[code]["list_size"] = list_size
    (price,) = line_costs(graph, areas, lines, RULES, solve)
    # 29,000 | 45,000 is an exception; 8,000 + 21,000 + 15,000 | 30,000 is none.
    assert price.exceptions == 1


def test_a_line_between_areas_of_other_rules_has_no_price() -> None:
    """No one band would hold; numbers of networks are added up where both are fixed."""
    graph, areas, lines = two_areas()
    bands = replace(RULES, demands=Demands(areas=(AreaDemand("E", least=20_000),)))
    one_number = replace(RULES, demands=Demands(areas=(AreaDemand("E", networks=1),)))
    both = replace(RULES, demands=Demands(areas=(AreaDemand("E", networks=1), AreaDemand("F", networks=1))))
    numbers = []

    def solve(_graph: nx.Graph, _area: str, codes: Iterable[str], rules: Rules) -> Optimum:
        numbers.append(rules.demands.networks)
        return Optimum(float(len(list(codes))), 0, proven=True)

    assert line_costs(graph, areas, lines, bands, solve) == []
    assert line_costs(graph, areas, lines, one_number, solve) == []
    assert [price.cost for price in line_costs(graph, areas, lines, both, solve)] == [0.0]
    assert numbers == [1, 1, 2]
    assert line_costs(graph, areas, lines, RULES, lambda *_: None) == []


def test_the_graph_without_a_line() -> None:
    """One area, the edge added, the original as it was."""
    graph, _, lines = two_areas()
    joined = without_line(graph, "E", "F", lines["E", "F"])
    assert set(dict(joined.nodes(data="area")).values()) == {"E + F"}
    assert joined.edges["P1", "P2"]["kind"] == "border"
    assert graph.nodes["P0"]["area"] == "E"
    assert not graph.has_edge("P1", "P2")


def test_the_worth_of_a_plan() -> None:
    """Its cost, its exceptions, and whether it is proven; nothing for an area without a plan."""
    area = AreaResult("E", "optimal", 9.0, 9.0, 1, 1, 1)
    network = Network("E-1", "", "E", ("P0",), 9, "P0", (0.0,), {}, "island")
    plan = Plan((area,), (network,), (), (), {})
    assert optimum_of(plan, RULES) == Optimum(9.0, 1, proven=True)
    assert optimum_of(replace(plan, areas=(area, replace(area, area="F", cost=None))), RULES) is None
