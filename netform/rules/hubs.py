"""Who may be the hub of a network, by what the planner demands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx

    from netform.rules.demands import Demands
    from netform.rules.model import Rules

__all__ = ["MINUTES_SLACK", "eligible_hubs", "named_hubs"]

# A journey is too long only when it is longer by more than this: the minutes of one pair, computed for it alone
# and among thousands of others, differ in their last digits.
MINUTES_SLACK = 1e-6


def named_hubs(codes: Collection[str], demands: Demands) -> list[str]:
    """Give the members that may be the hub by their names alone, sorted.

    A member that has to be the hub leaves no other; two of them leave none.
    """
    must = sorted(set(codes) & set(demands.hub_must))
    if len(must) > 1:
        return []
    return [code for code in must or sorted(codes) if not demands.hub_may or code in demands.hub_may]


def eligible_hubs(graph: nx.Graph, codes: Collection[str], rules: Rules) -> list[str]:
    """Give the members that may be the hub: named so, and within the longest journey of every member; sorted.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices (`netform.map.graph`).
    codes : collection of str
        The members of one network.
    rules : Rules
    """
    named = named_hubs(codes, rules.demands)
    if math.isinf(rules.demands.longest_to_hub):
        return named
    longest = rules.demands.longest_to_hub + MINUTES_SLACK
    minutes, position = graph.graph["travel"].minutes, graph.nodes(data="position")
    return [hub for hub in named if all(minutes(position[code], position[hub]) <= longest for code in codes)]
