"""A plan that was found beside the plan as it stands: which networks are the same, who would move, and at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netform.judge.comparison import compare_groupings
from netform.plan.grouping import Grouping
from netform.report.words import one_line
from netform.rules.demanded_graph import demanded_graph
from netform.scores import network_terms
from netform.scores.tally import add_up

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import networkx as nx

    from netform.page.answers import Found
    from netform.page.planning import Planning
    from netform.page.state import PlanState
    from netform.plan.grouping import Groups
    from netform.rules.model import Rules

__all__ = ["Pricer", "choice_object", "kept_ids", "network_words"]


@dataclass(frozen=True, slots=True)
class Pricer:
    """What networks cost by some rules; each is scored once, however many plans have it.

    Attributes
    ----------
    graph : networkx.Graph
        Of the area.
    rules : Rules
        Those of the area.
    known : dict
        Terms by network.
    """

    graph: nx.Graph
    rules: Rules
    known: dict[tuple[str, ...], Mapping[str, float]]

    @classmethod
    def of(cls, graph: nx.Graph, rules: Rules, area: str) -> Pricer:
        """Make one for an area.

        Parameters
        ----------
        graph : networkx.Graph
            Of its practices.
        rules : Rules
            Those of the list.
        area : str
        """
        return cls(demanded_graph(graph, rules.demands), rules.for_area(area), {})

    def costs(self, networks: Groups) -> dict[str, float]:
        """Give the ``cost`` of networks, and the ``hours`` and ``penalties`` it is made of.

        Parameters
        ----------
        networks : tuple of tuple of str
        """
        for codes in networks:
            if codes not in self.known:
                self.known[codes] = network_terms(self.graph, codes, self.rules)
        tally = add_up((self.known[codes] for codes in networks), dict(self.rules.weights))
        return {"cost": tally.cost, "hours": tally.all_hours, "penalties": tally.all_penalties}


def kept_ids(
    now: Mapping[str, Sequence[str]],
    networks: Groups,
    list_sizes: Mapping[str, int],
    taken: Collection[str],
    fresh: str = "new",
) -> dict[str, str]:
    """Name the networks of a plan by those that they have most patients in common with.

    Parameters
    ----------
    now : mapping of str to sequence of str
        The members of each network as it stands, by id.
    networks : tuple of tuple of str
        Of the plan.
    list_sizes : mapping of str to int
        Registered patients of every practice of the area.
    taken : collection of str
        Ids that a network without a counterpart may not have.
    fresh : str
        How the ids of those begin.

    Returns
    -------
    dict of str to str
        The id of the network of each practice that the plan has in one.
    """
    labels = {f"{number:06}": codes for number, codes in enumerate(networks)}

    def side(name: str, groups: Mapping[str, Sequence[str]]) -> Grouping:
        placed = {code for codes in groups.values() for code in codes}
        members = {label: tuple(codes) for label, codes in groups.items()}
        return Grouping(name, members, tuple(sorted(list_sizes.keys() - placed)))

    both = compare_groupings(side("now", now), side("then", labels), list_sizes)
    ids = {pair.b: pair.a for pair in both.matched}
    used = {*taken, *ids.values()}
    number = 0
    for label in labels:
        while label not in ids:
            number += 1
            name = fresh if number == 1 else f"{fresh}-{number}"
            if name not in used:
                ids[label] = name
    return {code: ids[label] for label, codes in labels.items() for code in codes}


def network_words(state: PlanState, network: str | None) -> str:
    """Name a network of a state for people: ``network 3``, or by the name it has of its own.

    Parameters
    ----------
    state : PlanState
    network : str or None
        Its id.
    """
    if network is None:
        return "no network"
    if network not in state.numbers:
        return "a new network"
    name = one_line(state.names.get(network, ""))
    return f"network {state.numbers[network]}" + (f" ({name})" if name else "")


def choice_object(
    planning: Planning, area: str, found: Found, network_of: Mapping[str, str], pricer: Pricer
) -> dict[str, Any]:
    """Say what a plan that was found comes to, and what it would change.

    Parameters
    ----------
    planning : Planning
    area : str
    found : Found
    network_of : mapping of str to str
        Its networks by the ids they would have (`kept_ids`).
    pricer : Pricer
        By the rules that it was found by.
    """
    state, codes = planning.state, planning.codes(area)
    nodes = planning.prepared.graph.nodes
    moved = [code for code in codes if state.network_of.get(code) != network_of.get(code)]
    costs = pricer.costs(found.networks)
    moves = [
        {
            "code": code,
            "name": one_line(planning.listed.names[code]),
            "patients": nodes[code]["list_size"],
            "from": network_words(state, state.network_of.get(code)),
            "to": network_words(state, network_of.get(code)),
        }
        for code in moved
    ]
    return {
        "title": found.title,
        **costs,
        "networks": [list(each) for each in found.networks],
        "proven": found.proven,
        "sentence": found.sentence,
        "difference": {
            "practices": len(moved),
            "patients": sum(nodes[code]["list_size"] for code in moved),
            "moves": moves,
            "cost": costs["cost"] - planning.judgement(area).totals["cost"],
        },
    }
