"""The price of every demand and of every line between areas: the optimum with it less the optimum without it."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING

import networkx as nx

from netform.price import Optimum, Price, single_demands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from netform.plan import Edge, Plan
    from netform.rules import Rules

__all__ = ["line_prices", "optimum_of", "prices", "without_line"]


def optimum_of(plan: Plan) -> Optimum | None:
    """Give what a plan is worth; None when an area has none."""
    if plan.cost is None:
        return None
    exceptions = sum(network.exception is not None for network in plan.networks)
    return Optimum(plan.cost, exceptions, plan.status == "optimal")


def prices(solve: Callable[[Rules], Optimum | None], rules: Rules) -> list[Price]:
    """Price each of the planner's demands by solving without it.

    Parameters
    ----------
    solve : callable
        The optimum under some rules; None when no plan was found.
    rules : Rules

    Returns
    -------
    list of Price
        In the order of `netform.price.single_demands`; empty when there is no plan under the rules.
    """
    singles = single_demands(rules)
    base = solve(rules) if singles else None
    if base is None:
        return []
    return [_price(single.kind, single.rule, base, solve(single.without)) for single in singles]


def line_prices(
    graph: nx.Graph,
    areas: Mapping[str, Sequence[str]],
    lines: Mapping[tuple[str, str], Sequence[Edge]],
    rules: Rules,
    solve: Callable[[nx.Graph, str, Sequence[str], Rules], Optimum | None],
) -> list[Price]:
    """Price each line between two areas that touch by planning them as one.

    Parameters
    ----------
    graph : networkx.Graph
        Of all practices (`netform.graph`).
    areas : mapping of str to sequence of str
        The practices of each area.
    lines : mapping of (area, area) to sequence of Edge
        As `netform.area_lines.area_lines` gives them.
    rules : Rules
        Of the whole list.
    solve : callable
        The optimum of some practices of a graph as one area of that name under its rules.

    Returns
    -------
    list of Price
        In the order of the lines. A line between areas of different bands, or of which one alone has its number
        of networks fixed, has no price: no one rule would hold without it.
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
            first.hours + second.hours, first.exceptions + second.exceptions, first.proven and second.proven
        )
        joined = without_line(graph, a, b, edges)
        together = solve(joined, _name(a, b), sorted(joined), both)
        found.append(_price("area_line", f"the line between {a} and {b}", apart, together))
    return found


def without_line(graph: nx.Graph, area_a: str, area_b: str, edges: Iterable[Edge]) -> nx.Graph:
    """Take two areas as one.

    Within each area neighbours stay as they are, so whatever was a plan of the two is one of both.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices by code (`netform.graph`); it is not changed.
    area_a, area_b : str
    edges : iterable of Edge
        Between practices of the two, as `netform.area_lines.area_lines` gives them.

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


def _price(kind: str, rule: str, base: Optimum, without: Optimum | None) -> Price:
    if without is None:
        return Price(kind, rule, None, 0, proven=False)
    return Price(
        kind,
        rule,
        base.hours - without.hours,
        base.exceptions - without.exceptions,
        proven=base.proven and without.proven,
    )
