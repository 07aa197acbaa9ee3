"""Shared posts of a network, role by role: how many, what is left over, what they cost and how far they move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.plan.model import SharedPost
from netform.scores.stranded_posts import define_posts

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx

    from netform.rules.model import Rules

__all__ = ["minutes_per_move", "shared_posts"]


def shared_posts(graph: nx.Graph, codes: Collection[str], rules: Rules) -> tuple[SharedPost, ...]:
    """Count the shared posts that a network's patients give, in order of the rules' roles.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices, see `netform.map.graph`.
    codes : collection of str
        Members of the network.
    rules : Rules
        Their roles say how many weighted patients give a post, and what a post costs a year.
    """
    posts = []
    for role in rules.roles:
        whole, stranded = define_posts(graph, codes, rules, role)
        price = role.pounds_per_post_year
        posts.append(
            SharedPost(role.name, whole + stranded, whole, stranded, None if price is None else whole * price)
        )
    return tuple(posts)


def minutes_per_move(graph: nx.Graph, codes: Collection[str]) -> float:
    """Give what a member of the shared staff drives between two sessions on average, one way by car.

    A session is at a practice with the probability of its share of the patients, so a move takes
    ``T(S) = sum_ij p_i p_j minutes(i, j)`` with ``p_i = list_i / list(S)``; two sessions in a row at one site are no
    drive, and count.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices, see `netform.map.graph`.
    codes : collection of str
        Members of the network.
    """
    minutes = graph.graph["travel"].minutes
    nodes = [graph.nodes[code] for code in sorted(codes)]
    patients = sum(node["list_size"] for node in nodes)
    patient_pair_minutes: float = sum(
        a["list_size"] * b["list_size"] * minutes(a["position"], b["position"]) for a in nodes for b in nodes
    )
    return patient_pair_minutes / float(patients * patients)
