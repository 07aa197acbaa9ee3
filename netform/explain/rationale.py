"""Why a network has these practices: who could join next, what that would cost, and what stops the rest.

Everything said is computed: a *move* takes one practice from a neighbouring network into this one. It is allowed
when both networks keep every rule afterwards, and its price is the exact change of the cost, hours and penalties
apart. In a plan that is proven best no allowed move can lower the cost: that is what the proof says of single
practices.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.candidates.store import CandidateStore
from netform.plan.rule_cost import NOTHING, change_words
from netform.rules.breaches import breaches
from netform.rules.demanded_graph import demanded_graph
from netform.rules.demands import NO_DEMANDS
from netform.scores import ScoringData, candidate_costs
from netform.scores.continuity import define_moved

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from netform.plan.grouping import Moves
    from netform.plan.model import Network
    from netform.rules.model import Rules

__all__ = ["Move", "moves_into", "rationales"]

_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


# For each breach what one neighbour, or several, would do.
_STOPPED = {
    "pin": ("is kept out by a pin", "are kept out by a pin"),
    "networks": (
        "is a network of its own, and the number of networks is fixed",
        "are networks of their own, and the number of networks is fixed",
    ),
    "most": ("would take it over {most} patients",) * 2,
    "short": ("would leave it below {least} patients",) * 2,
    "least": (
        "would leave its own network below {least} patients",
        "would leave their own networks below {least} patients",
    ),
    "home_most": (
        "would leave its own network over {most} patients",
        "would leave their own networks over {most} patients",
    ),
    "cut": ("would cut its own network in two", "would cut their own networks in two"),
    "moves": ("would take the plan farther from where it starts than it may go",) * 2,
}
_DEMAND = ("is kept out by a rule of the planner", "are kept out by a rule of the planner")


@dataclass(frozen=True, slots=True)
class Move:
    """One practice taken from its network into a neighbouring one.

    Attributes
    ----------
    code : str
        The practice.
    home : int
        Which network of the area it is in.
    breach : str
        The rule that stops it, blank when none does: ``pin``, ``networks`` (their number), ``most`` and ``short``
        (this network would be over or still below the band), ``least`` and ``home_most`` (the practice's own would
        be below or still over it), ``cut`` (its own would fall apart), ``moves`` (more would have moved from the start
        than may), or the kind of a demand.
    miss : int
        Patients by which the band is missed; 0 where that is not the matter.
    sentence : str
        The rule in words, where it is a demand.
    cost : float or None
        Change of the plan's cost, hours per week and penalties by their weights; None when it is not allowed.
    penalties : float
        How much of that is penalties.
    """

    code: str
    home: int
    breach: str = ""
    miss: int = 0
    sentence: str = ""
    cost: float | None = None
    penalties: float = 0.0


def rationales(
    graph: nx.Graph, networks: Sequence[Network], rules: Rules, limit: Moves | None = None
) -> list[str]:
    """Say for each network of an area, in two or three sentences, why it is as it is.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices by code (`netform.map.graph`).
    networks : sequence of Network
        All networks of one area, with their hubs, journeys and posts.
    rules : Rules
        Those of the area (`netform.rules.model.Rules.for_area`).
    limit : Moves, optional
        How far the plan may be from where it starts.

    Returns
    -------
    list of str
        In the order of the networks.
    """
    moves = moves_into(graph, [network.practice_codes for network in networks], rules, limit)
    return [
        " ".join(
            sentence
            for sentence in (
                _who(graph, network, rules),
                _posts(network),
                _partners(graph, networks, into, rules),
            )
            if sentence
        )
        for network, into in zip(networks, moves, strict=True)
    ]


def moves_into(
    graph: nx.Graph, groups: Sequence[Collection[str]], rules: Rules, limit: Moves | None = None
) -> list[list[Move]]:
    """List for each network of an area every move of a neighbouring practice into it.

    Parameters
    ----------
    graph : networkx.Graph
    groups : sequence of collection of str
        The practices of each network of one area.
    rules : Rules
        Those of the area.
    limit : Moves, optional

    Returns
    -------
    list of list of Move
        In the order of the groups; moves in order of code.
    """
    graph = demanded_graph(graph, rules.demands)
    area = _Area(graph, [tuple(sorted(group)) for group in groups], rules, limit)
    moves = [area.moves(k) for k in range(len(area.groups))]
    return area.priced(moves)


class _Area:
    """The networks of an area, and what every move between them is measured by."""

    def __init__(
        self, graph: nx.Graph, groups: Sequence[tuple[str, ...]], rules: Rules, limit: Moves | None
    ) -> None:
        self.graph, self.groups, self.rules = graph, groups, rules
        self.owner = {code: k for k, group in enumerate(groups) for code in group}
        self.patients = [sum(graph.nodes[code]["list_size"] for code in group) for group in groups]
        self.cuts = [set(nx.articulation_points(graph.subgraph(group))) for group in groups]
        self.pinned = [group in rules.demands.pins for group in groups]
        # The band, contiguity, pins and the number are looked at here; only other demands need asking for.
        rest = replace(rules.demands, pins=(), networks=None, areas=())
        self.demanding = rest != NO_DEMANDS
        self.limit = limit
        self.moved = [self.gone(group) for group in self.groups]

    def moves(self, into: int) -> list[Move]:
        """Every move into one network, without prices."""
        around = {
            code
            for member in self.groups[into]
            for code in self.graph[member]
            if self.owner.get(code, into) != into
        }
        return [self.judged(code, into) for code in sorted(around)]

    def after(self, code: str, into: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The two networks after a move; the one it leaves is empty when it was alone."""
        home = self.groups[self.owner[code]]
        return tuple(sorted((*self.groups[into], code))), tuple(each for each in home if each != code)

    def judged(self, code: str, into: int) -> Move:
        """Say which rule stops a move, the band before contiguity before demands."""
        home = self.owner[code]
        breach, miss = self.obstacle(code, into)
        if breach:
            return Move(code, home, breach, miss)
        for group in filter(None, self.after(code, into)) if self.demanding else ():
            for found in breaches(self.graph, group, self.rules):
                return Move(code, home, found.kind, 0, found.sentence)
        return Move(code, home, "moves" if self.too_far(code, into) else "")

    def gone(self, group: Sequence[str]) -> tuple[int, int]:
        """Practices and patients of a network that have moved from where the plan starts."""
        if self.limit is None:
            return 0, 0
        gone = define_moved(self.graph, group, self.limit.start.network_of, self.limit.start_patients)
        return len(gone), sum(self.graph.nodes[code]["list_size"] for code in gone)

    def too_far(self, code: str, into: int) -> bool:
        """Whether more would have moved than may; where as few as can be were asked for, than have."""
        if self.limit is None:
            return False
        home = self.owner[code]
        others = [gone for k, gone in enumerate(self.moved) if k not in (into, home)]
        after = [self.gone(group) for group in self.after(code, into)]
        now, then = (tuple(map(sum, zip(*each, strict=True))) for each in (self.moved, [*others, *after]))
        practices = now[0] if self.limit.least == "practices" else self.limit.practices
        patients = now[1] if self.limit.least == "patients" else self.limit.patients
        return (practices is not None and then[0] > practices) or (
            patients is not None and then[1] > patients
        )

    def obstacle(self, code: str, into: int) -> tuple[str, int]:
        """The first of pins, number, band and contiguity that a move breaks, and the patients it misses by."""
        home = self.owner[code]
        least, most = self.rules.least, self.rules.most
        own = self.graph.nodes[code]["list_size"]
        joined, left = self.patients[into] + own, self.patients[home] - own
        alone = len(self.groups[home]) == 1
        checks = (
            ("pin", self.pinned[into] or self.pinned[home], 0),
            ("networks", alone and self.rules.demands.networks is not None, 0),
            ("most", joined > most, joined - most),
            ("short", joined < least, least - joined),
            ("least", not alone and left < least, least - left),
            ("home_most", left > most, left - most),
            ("cut", code in self.cuts[home], 0),
        )
        return next(((kind, miss) for kind, broken, miss in checks if broken), ("", 0))

    def priced(self, moves: Sequence[Sequence[Move]]) -> list[list[Move]]:
        """Price the allowed moves: every network before and after is scored in one pass of the kernels."""
        groups: dict[tuple[str, ...], int] = {group: k for k, group in enumerate(self.groups)}
        for into, each in enumerate(moves):
            for move in each:
                if not move.breach:
                    for group in filter(None, self.after(move.code, into)):
                        groups.setdefault(group, len(groups))
        costs, penalties = _costs(self.graph, list(groups), self.rules)
        return [
            [
                move
                if move.breach
                else replace(
                    move,
                    cost=self.change(move, into, groups, costs),
                    penalties=self.change(move, into, groups, penalties),
                )
                for move in each
            ]
            for into, each in enumerate(moves)
        ]

    def change(
        self, move: Move, into: int, groups: dict[tuple[str, ...], int], costs: Sequence[float]
    ) -> float:
        """The cost of the two networks after a move less that before."""
        after = sum(costs[groups[group]] for group in self.after(move.code, into) if group)
        return after - costs[into] - costs[move.home]


def _costs(
    graph: nx.Graph, groups: Sequence[tuple[str, ...]], rules: Rules
) -> tuple[list[float], list[float]]:
    """The cost of some networks, and how much of it is penalties."""
    codes = sorted({code for group in groups for code in group})
    number = {code: k for k, code in enumerate(codes)}
    offsets = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    members = np.array([number[code] for group in groups for code in sorted(group)], np.uint16)
    store = CandidateStore(offsets, members, len(codes))
    data = ScoringData.of(graph, codes, rules)
    costs, penalties = candidate_costs(store, data), candidate_costs(store, data, "penalty")
    return costs.tolist(), penalties.tolist()


def _who(graph: nx.Graph, network: Network, rules: Rules) -> str:
    """How many practices and patients, where in the band, and how far from the hub."""
    count, patients = len(network.practice_codes), network.list_size
    practices = _counted(count, "practice")
    if patients > rules.most:
        place = f"{patients - rules.most:,} over the most of {rules.most:,}"
    elif patients < rules.least:
        place = f"{rules.least - patients:,} short of the least of {rules.least:,}"
    else:
        place = f"{patients - rules.least:,} above the least and {rules.most - patients:,} below the most"
    pinned = ", pinned as it stands" if network.practice_codes in rules.demands.pins else ""
    opening = f"{practices} with {patients:,} patients, {place} of a network{pinned}"
    if patients > rules.most or patients < rules.least:
        opening = f"{practices} with {patients:,} patients, {place}{pinned}"
    if count == 1:
        return f"{opening}; nobody travels to another practice."
    travel = sum(
        graph.nodes[code]["list_size"] * minutes
        for code, minutes in zip(network.practice_codes, network.minutes_to_hub, strict=True)
    )
    return f"{opening}; on average they are {travel / patients:.1f} minutes one way from the hub, {network.hub_code}."


def _posts(network: Network) -> str:
    """What staff the patients give, how much of it is whole, and how far apart its sessions are."""
    if not network.posts:
        return ""
    due, whole = sum(post.due for post in network.posts), sum(post.whole for post in network.posts)
    if not whole:
        return f"They give {due:.1f} shared posts, none of which can be hired whole."
    moving = (
        f", who would drive {network.minutes_per_move:.1f} minutes between two sessions"
        if len(network.practice_codes) > 1
        else ""
    )
    return f"They give {due:.1f} shared posts, of which {whole:.1f} can be hired whole{moving}."


def _partners(graph: nx.Graph, networks: Sequence[Network], moves: Sequence[Move], rules: Rules) -> str:
    """The best next partner and its price, and what keeps most of the others out."""
    if not moves:
        return "No practice of another network borders it, so there is no next partner."
    stopped = [move for move in moves if move.breach]
    allowed = [(round(move.cost, 6), move.code, move) for move in moves if move.cost is not None]
    if not allowed:
        return f"No practice could be added: {_most_stopped(stopped, len(moves), rules)}."
    cost, code, best = min(allowed)
    home = networks[best.home]
    closes = f" and close {home.network_id}" if len(home.practice_codes) == 1 else ""
    sentence = (
        f"The best next partner is {code} ({graph.nodes[code]['list_size']:,} patients, of {home.network_id}): "
        f"to take it in{closes} would {_price(cost, best.penalties)}"
    )
    return f"{sentence}; {_most_stopped(stopped, len(moves), rules)}." if stopped else f"{sentence}."


def _price(cost: float, penalties: float) -> str:
    if abs(cost) < NOTHING and abs(penalties) < NOTHING:
        return "change the cost by less than 0.1 hours a week"
    return f"take {change_words(cost - penalties, penalties)}"


def _most_stopped(stopped: Sequence[Move], neighbours: int, rules: Rules) -> str:
    """Say what stops most neighbours, and who comes nearest to joining nevertheless."""
    kind, count = min(Counter(move.breach for move in stopped).items(), key=lambda item: (-item[1], item[0]))
    nearest = min((move for move in stopped if move.breach == kind), key=lambda move: (move.miss, move.code))
    if count == 1:
        who, does = f"its neighbour {nearest.code}", 0
    else:
        who, does = f"{'all' if count == neighbours else count} of its {neighbours} neighbours", 1
    by = f" by {nearest.miss:,}" if count == 1 else f", {nearest.code} by the least ({nearest.miss:,})"
    reason = f" ({nearest.sentence.rstrip('.')})" if kind not in _STOPPED else ""
    does_what = _STOPPED.get(kind, _DEMAND)[does].format(least=f"{rules.least:,}", most=f"{rules.most:,}")
    return f"{who} {does_what}{by if nearest.miss else reason}"


def _counted(number: int, what: str) -> str:
    words = _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"
    return f"{words} {what}{'s' * (number != 1)}"
