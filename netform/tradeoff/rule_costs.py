"""What every demand and every line between areas costs: the optimum with it less the optimum without it."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING

import networkx as nx

from netform.plan.rule_cost import Optimum, RuleCost
from netform.rules.single_demands import single_demands
from netform.scores.tally import penalty_cost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from netform.plan.model import Edge, Plan
    from netform.rules.model import Rules

__all__ = ["demand_costs", "line_costs", "optimum_of", "without_line"]


def optimum_of(plan: Plan, rules: Rules) -> Optimum | None:
    """Give what a plan is worth under the rules it was made by; None when an area has none."""
    if plan.cost is None:
        return None
    exceptions = sum(network.exception is not None for network in plan.networks)
    penalties = penalty_cost((network.terms for network in plan.networks), dict(rules.weights))
    return Optimum(plan.cost, exceptions, plan.status == "optimal", penalties)


def demand_costs(solve: Callable[[Rules], Optimum | None], rules: Rules) -> list[RuleCost]:
    """Find what each of the planner's demands costs by solving without it.

    Parameters
    ----------
    solve : callable
        The optimum under some rules; None when no plan was found.
    rules : Rules

    Returns
    -------
    list of RuleCost
        In the order of `netform.rules.single_demands.single_demands`; empty when there is no plan under the rules.
    """
    singles = single_demands(rules)
    base = solve(rules) if singles else None
    if base is None:
        return []
    return [_cost(single.kind, single.rule, base, solve(single.without)) for single in singles]


def line_costs(
    graph: nx.Graph,
    areas: Mapping[str, Sequence[str]],
    lines: Mapping[tuple[str, str], Sequence[Edge]],
    rules: Rules,
    solve: Callable[[nx.Graph, str, Sequence[str], Rules], Optimum | None],
) -> list[RuleCost]:
    """Find what each line between two areas that touch costs, by planning them as one.

    Parameters
    ----------
    graph : networkx.Graph
        Of all practices (`netform.map.graph`).
    areas : mapping of str to sequence of str
        The practices of each area.
    lines : mapping of (area, area) to sequence of Edge
        As `netform.tradeoff.area_lines.area_lines` gives them.
    rules : Rules
        Of the whole list.
    solve : callable
        The optimum of some practices of a graph as one area of that name under its rules.

    Returns
    -------
    list of RuleCost
        In the order of the lines. A line between areas of different bands, or of which one alone has its number
        of networks fixed, has no cost: no one rule would hold without it.
    """

    @cache
    def alone(area: str) -> Optimum | None:
        return solve(graph, area, areas[area], rules.for_area(area))

    found = []
    for (a, b), edges in lines.items():
        both = _both(rules, a, b)
        if both is None:
            continue
        first, second = alone(a), alone(b)
        if first is None or second is None:
            continue
        apart = Optimum(
            first.cost + second.cost,
            first.exceptions + second.exceptions,
            first.proven and second.proven,
            first.penalties + second.penalties,
        )
        joined = without_line(graph, a, b, edges)
        together = solve(joined, _name(a, b), sorted(joined), both)
        found.append(_cost("area_line", f"the line between {a} and {b}", apart, together))
    return found


def without_line(graph: nx.Graph, area_a: str, area_b: str, edges: Iterable[Edge]) -> nx.Graph:
    """Take two areas as one.

    Within each area neighbours stay as they are, so whatever was a plan of the two is one of both.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices by code (`netform.map.graph`); it is not changed.
    area_a, area_b : str
    edges : iterable of Edge
        Between practices of the two, as `netform.tradeoff.area_lines.area_lines` gives them.

    Returns
    -------
    networkx.Graph
        Of the practices of the two areas, all of one area.
    """
    codes = [code for code, area in graph.nodes(data="area") if area in (area_a, area_b)]
    joined = nx.Graph(graph.subgraph(codes))
    nx.set_node_attributes(joined, _name(area_a, area_b), "area")
    for edge in edges:
        attributes = asdict(edge)
        joined.add_edge(attributes.pop("code_a"), attributes.pop("code_b"), **attributes)
    return joined


def _name(area_a: str, area_b: str) -> str:
    return f"{area_a} + {area_b}"


def _both(rules: Rules, area_a: str, area_b: str) -> Rules | None:
    """The rules of two areas taken as one; None when theirs differ."""
    one, other = rules.for_area(area_a), rules.for_area(area_b)
    number, more = one.demands.networks, other.demands.networks
    if (one.least, one.most) != (other.least, other.most) or (number is None) != (more is None):
        return None
    networks = None if number is None or more is None else number + more
    return replace(one, demands=replace(one.demands, networks=networks, areas=()))


def _cost(kind: str, rule: str, base: Optimum, without: Optimum | None) -> RuleCost:
    if without is None:
        return RuleCost(kind, rule, None, 0, proven=False)
    return RuleCost(
        kind,
        rule,
        base.cost - without.cost,
        base.exceptions - without.exceptions,
        proven=base.proven and without.proven,
        penalties=base.penalties - without.penalties,
    )
