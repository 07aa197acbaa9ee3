"""A planner's demands laid on the graph: what is stated, which practices it joins, and what ground is left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import networkx as nx

from netform.errors import RulesError
from netform.practices.values import some_of
from netform.rules.demand_names import NOTHING_TYPED
from netform.rules.demanded_graph import demanded_graph

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from netform.rules.demand_names import Typed
    from netform.rules.demands import Codes, Demands
    from netform.rules.model import Rules

__all__ = ["NEIGHBOURS", "Case", "Stated", "all_of", "clash", "they_are"]

NEIGHBOURS = "the neighbours"


def clash(one: object, other: object, why: str, remedy: str = "drop one of the two") -> str:
    """Say that two rules cannot both be kept, why, and what to do."""
    return f"{one} and {other}: {why}; {remedy}."


def all_of(codes: Sequence[str]) -> str:
    """Name practices: ``A, B and C``."""
    return " and ".join(filter(None, (", ".join(codes[:-1]), codes[-1])))


def they_are(codes: Sequence[str]) -> str:
    """Begin a sentence about practices: ``A, B are``."""
    return f"{some_of(codes)} {'are' if len(codes) > 1 else 'is'}"


@dataclass(frozen=True, slots=True)
class Stated:
    """A rule as the planner stated it.

    Attributes
    ----------
    name : str
        What the planner called it: a key of the rules file, such as ``hub_must``, or an option, such as ``--hub``.
    codes : tuple of str
    """

    name: str
    codes: Codes

    def __str__(self) -> str:
        return f"{self.name} {some_of(self.codes)}"


class Case:
    """The demands of some rules on a graph; codes that the graph does not have are passed over.

    Parameters
    ----------
    rules : Rules
        Of the whole list.
    graph : networkx.Graph
        Of practices (`netform.map.graph`).
    typed : Typed
        What of the demands came by options.
    """

    def __init__(self, rules: Rules, graph: nx.Graph, typed: Typed = NOTHING_TYPED) -> None:
        self.rules = rules
        self.typed = typed
        self.demands: Demands = rules.demands
        self.graph = demanded_graph(graph, rules.demands)
        self.excluded = frozenset(rules.demands.exclude).intersection(graph)
        self.pins = [self.stated("pin", codes) for codes in rules.demands.pins]
        self.groups = [
            *(self.stated("together", codes) for codes in rules.demands.together),
            *(self.stated("merge", codes) for codes in rules.demands.merge),
        ]
        self.apart = [self.stated("apart", codes) for codes in rules.demands.apart]
        self.pinned = frozenset(code for pin in self.pins for code in self.known(pin))

    def stated(self, key: str, codes: Codes) -> Stated:
        """A demand on practices by its key in the rules file, or by the option that it came by."""
        return Stated(self.typed.called(key, codes), codes)

    def known(self, stated: Stated) -> Codes:
        """The practices of a rule that are in the list."""
        return tuple(code for code in stated.codes if code in self.graph)

    def live(self, codes: Collection[str]) -> Codes:
        """Those practices that are in the list and not left out, sorted."""
        return tuple(sorted(code for code in codes if code in self.graph and code not in self.excluded))

    def area(self, code: str) -> str:
        """The area of a practice."""
        return str(self.graph.nodes[code]["area"])

    def list_size(self, codes: Collection[str]) -> int:
        """Registered patients of some practices."""
        return sum(self.graph.nodes[code]["list_size"] for code in codes)

    def minutes(self, a: str, b: str) -> float:
        """Minutes one way by car."""
        nodes = self.graph.nodes
        return float(self.graph.graph["travel"].minutes(nodes[a]["position"], nodes[b]["position"]))

    @cached_property
    def areas(self) -> dict[str, Codes]:
        """The practices of each area that are not left out."""
        areas: dict[str, list[str]] = {self.area(code): [] for code in sorted(self.graph)}
        for code in self.live(self.graph):
            areas[self.area(code)].append(code)
        return {area: tuple(areas[area]) for area in sorted(areas)}

    def rules_of(self, area: str) -> Rules | None:
        """The rules of an area; None where its band is empty."""
        try:
            return self.rules.for_area(area)
        except RulesError:
            return None

    @cached_property
    def links(self) -> nx.Graph:
        """Which practices each together-group and merger joins: a graph of codes and of what is stated."""
        links = nx.Graph()
        for group in self.groups:
            links.add_edges_from((group, code) for code in self.live(group.codes))
        return links

    @cached_property
    def closures(self) -> list[Codes]:
        """The largest sets of practices that must be in one network, group joined to group, in order."""
        parts = nx.connected_components(self.links)
        return sorted(tuple(sorted(each for each in part if isinstance(each, str))) for part in parts)

    def chain(self, codes: Sequence[str]) -> list[Stated]:
        """The fewest groups, one after the other, that keep all of some practices of one closure together."""
        found: dict[Stated, None] = {}
        for code in codes[1:]:
            path = nx.shortest_path(self.links, codes[0], code)
            found.update(dict.fromkeys(each for each in path if isinstance(each, Stated)))
        return list(found)

    @cached_property
    def part_of(self) -> dict[str, int]:
        """The connected part each practice is in, when those left out and those pinned are taken away."""
        ground = self.graph.subgraph(set(self.graph) - self.excluded - self.pinned)
        parts = sorted(sorted(part) for part in nx.connected_components(ground))
        return {code: number for number, part in enumerate(parts) for code in part}

    def cutters(self, a: str, b: str) -> list[Stated]:
        """The fewest rules that part two practices: none when nothing joins them in the whole graph.

        A deletion filter: what is left parts them, and no longer does without any one of it.
        """
        around = self.graph.subgraph(code for code in self.graph if self.area(code) == self.area(a))
        cutting = [
            *(self.stated("exclude", (code,)) for code in sorted(self.excluded.intersection(around))),
            *(pin for pin in self.pins if not set(pin.codes).isdisjoint(around)),
        ]
        for each in tuple(cutting):
            without = [other for other in cutting if other is not each]
            if _parted(around, a, b, without):
                cutting = without
        return cutting


def _parted(graph: nx.Graph, a: str, b: str, by: Sequence[Stated]) -> bool:
    gone = {code for each in by for code in each.codes}
    return not nx.has_path(graph.subgraph(set(graph) - gone), a, b)
