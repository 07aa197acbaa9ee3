"""What a plan comes to as it stands: every network with its patients, hours, pieces and broken rules, in words too.

A network is judged by who is in it and by the rules of its area, and by nothing else; so it is judged once
(`netform.judge.scoring.scored_network`, the plain definition of a score), and a move asks for two networks anew.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import networkx as nx

from netform.judge.comparison import passage
from netform.judge.scoring import ScoredNetwork, scored_network
from netform.plan.grouping import Grouping
from netform.plan.neighbourhoods import main_share, patients_by_neighbourhood
from netform.report.words import hours as hours_words
from netform.rules.breaches import plan_breaches
from netform.rules.demanded_graph import demanded_graph
from netform.scores.containment import containments, people_living
from netform.scores.tally import add_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netform.page.state import PlanState
    from netform.practices.model import PracticeList
    from netform.rules.model import Rules

__all__ = ["Best", "Judge", "Judgement"]

# Networks that are remembered as judged: more than any area has, and small each.
KEPT = 20_000

# Rules that a plan may break as an exception, where no plan keeps the band.
EXCEPTIONS = ("band", "least_practices", "most_practices")


@dataclass(frozen=True, slots=True)
class Best:
    """What is proven of an area under some rules.

    Attributes
    ----------
    bound : float
        No plan as near the band as the best costs less.
    exceptions, patients_outside : int
        Of the best plan.
    settled : bool
        Whether it is proven that no plan has fewer exceptions.
    """

    bound: float
    exceptions: int
    patients_outside: int
    settled: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """An area as it stands.

    Attributes
    ----------
    networks : mapping of str to ScoredNetwork
        By id, in order of number.
    unplaced, excluded : tuple of str
    plan_breaches : tuple of Breach
        Of the area as a whole, who is in no network left aside.
    status, sentence : str
    totals : mapping
    pieces : mapping of str to tuple of tuple of str
        The connected pieces of each network, the most patients first.
    """

    networks: Mapping[str, ScoredNetwork]
    unplaced: tuple[str, ...]
    excluded: tuple[str, ...]
    breaches: tuple[Any, ...]
    status: str
    sentence: str
    totals: Mapping[str, Any]
    pieces: Mapping[str, tuple[tuple[str, ...], ...]]


@dataclass(slots=True)
class Judge:
    """Judges the areas of a list; remembers the networks it has seen.

    Attributes
    ----------
    graph : networkx.Graph
    practices : PracticeList
    areas : mapping of str to sequence of str
    today : Grouping or None
        The present networks, where the list has them.
    """

    graph: nx.Graph
    practices: PracticeList
    areas: Mapping[str, Sequence[str]]
    today: Grouping | None
    _seen: OrderedDict[tuple[Any, ...], tuple[ScoredNetwork, tuple[tuple[str, ...], ...]]] = field(
        default_factory=OrderedDict
    )
    _graphs: dict[tuple[str, Any], nx.Graph] = field(default_factory=dict)
    _living_in: dict[str, float] | None = None

    def judge(self, state: PlanState, area: str, best: Best | None = None) -> Judgement:
        """Judge an area as it stands.

        Parameters
        ----------
        state : PlanState
        area : str
        best : Best, optional
            What is proven of it under the rules and locks of the state.
        """
        codes, rules = self.areas[area], state.rules
        excluded = tuple(code for code in codes if code in rules.demands.exclude)
        unplaced = tuple(
            code for code in codes if code not in state.network_of and code not in rules.demands.exclude
        )
        groups = state.groups(codes)
        found = {each: self._network(each, members, area, rules) for each, members in groups.items()}
        networks = {each: scored for each, (scored, _) in found.items()}
        graph = self._graph(area, rules)
        broken = tuple(each for each in plan_breaches(graph, groups, rules) if each.kind != "missing")
        totals = self._totals(networks, state, groups, unplaced)
        status, sentence = _standing(networks, unplaced, broken, totals, best)
        return Judgement(
            networks,
            unplaced,
            excluded,
            broken,
            status,
            sentence,
            totals,
            {each: pieces for each, (_, pieces) in found.items()},
        )

    def _graph(self, area: str, rules: Rules) -> nx.Graph:
        """The graph of an area as the rules make it; that of the latest rules is kept."""
        key = area, rules.demands.merge
        if key not in self._graphs:
            self._graphs = {each: graph for each, graph in self._graphs.items() if each[0] != area}
            self._graphs[key] = demanded_graph(self.graph.subgraph(self.areas[area]), rules.demands)
        return self._graphs[key]

    def _network(
        self, network: str, members: tuple[str, ...], area: str, rules: Rules
    ) -> tuple[ScoredNetwork, tuple[tuple[str, ...], ...]]:
        key = (network, members, area, rules)
        if key in self._seen:
            self._seen.move_to_end(key)
            return self._seen[key]
        graph = self._graph(area, rules)
        if self._living_in is None:
            self._living_in = people_living(self.graph)
        held = containments(self.graph, [members], self._living_in)[0]
        scored = scored_network(graph, network, network, members, rules, held)
        size = graph.nodes(data="list_size")
        pieces = sorted(
            (tuple(sorted(piece)) for piece in nx.connected_components(graph.subgraph(members))),
            key=lambda piece: (-sum(size[code] for code in piece), piece),
        )
        self._seen[key] = scored, tuple(pieces)
        while len(self._seen) > KEPT:
            self._seen.popitem(last=False)
        return self._seen[key]

    def _totals(
        self,
        networks: Mapping[str, ScoredNetwork],
        state: PlanState,
        groups: Mapping[str, tuple[str, ...]],
        unplaced: Sequence[str],
    ) -> dict[str, Any]:
        tally = add_up((each.network.terms for each in networks.values()), dict(state.rules.weights))
        moved = self._moved(groups, unplaced)
        return {
            "patients": sum(each.network.list_size for each in networks.values()),
            "networks": len(networks),
            "in_band": sum(each.in_band for each in networks.values()),
            "cost": math.fsum(each.cost for each in networks.values()),
            "hours": tally.all_hours,
            "penalties": tally.all_penalties,
            "terms": {**tally.hours, **tally.penalties, **tally.beside},
            "moved_practices": None if moved is None else len(moved),
            "moved_patients": None
            if moved is None
            else sum(self.graph.nodes[code]["list_size"] for code in moved),
        }

    def _moved(self, groups: Mapping[str, tuple[str, ...]], unplaced: Sequence[str]) -> list[str] | None:
        """The practices that have moved from today's networks; None where those are not known."""
        if self.today is None:
            return None
        codes = [*(code for members in groups.values() for code in members), *unplaced]
        of_area, network_of = set(codes), self.today.network_of
        there: dict[str, list[str]] = {}
        for code in codes:
            if code in network_of:
                there.setdefault(network_of[code], []).append(code)
        if not there:
            return None
        size = {code: self.graph.nodes[code]["list_size"] for code in of_area}
        today = Grouping(
            "today", {label: tuple(sorted(there[label])) for label in sorted(there)},
            tuple(sorted(of_area - network_of.keys())),
        )  # fmt: skip
        now = Grouping("now", dict(groups), tuple(unplaced))
        left = set(unplaced)
        return [code for code in passage(today, now, size).moved if code not in left]


def judgement_object(
    judgement: Judgement, state: PlanState, graph: nx.Graph, names: Mapping[str, str]
) -> dict[str, Any]:
    """What the page shows of an area as it stands.

    Parameters
    ----------
    judgement : Judgement
    state : PlanState
    graph : networkx.Graph
    names : mapping of str to str
        What practices are called.
    """
    rules = state.rules
    return {
        "networks": [
            _network_object(each, scored, judgement.pieces[each], state, graph, names)
            for each, scored in judgement.networks.items()
        ],
        "unplaced": list(judgement.unplaced),
        "excluded": list(judgement.excluded),
        "breaches": [{"kind": each.kind, "sentence": each.sentence} for each in judgement.breaches],
        "totals": dict(judgement.totals),
        "status": judgement.status,
        "sentence": judgement.sentence,
        "rules": rules_object(rules),
    }


def rules_object(rules: Rules) -> dict[str, Any]:
    """The rules that the page can change."""
    demands = rules.demands
    return {
        "profile": rules.profile,
        "least": rules.least,
        "most": rules.most,
        "networks": demands.networks,
        "weights": dict(rules.weights),
        "together": [list(each) for each in demands.together],
        "apart": [list(each) for each in demands.apart],
        "merge": [list(each) for each in demands.merge],
        "pins": [list(each) for each in demands.pins],
        "exclude": list(demands.exclude),
        "hub_must": list(demands.hub_must),
        "hub_may": list(demands.hub_may),
        "longest_to_hub": None if math.isinf(demands.longest_to_hub) else demands.longest_to_hub,
        "longest_between": None if math.isinf(demands.longest_between) else demands.longest_between,
        "least_practices": demands.least_practices,
        "most_practices": demands.most_practices,
        "no_doughnuts": demands.no_doughnuts,
        "aligned": demands.aligned,
    }


def _network_object(
    network: str,
    scored: ScoredNetwork,
    pieces: tuple[tuple[str, ...], ...],
    state: PlanState,
    graph: nx.Graph,
    names: Mapping[str, str],
) -> dict[str, Any]:
    rules = state.rules.for_area(scored.network.area)
    patients = scored.network.list_size
    weights = dict(rules.weights)
    tally = add_up([scored.network.terms], weights)
    living = patients_by_neighbourhood(graph, scored.network.practice_codes)
    held = scored.network.containment
    return {
        "id": network,
        "number": state.numbers[network],
        "name": state.names.get(network, names[scored.network.hub_code]),
        "members": list(scored.network.practice_codes),
        "patients": patients,
        "band": "below" if patients < rules.least else "above" if patients > rules.most else "in",
        "pieces": [list(piece) for piece in pieces],
        "hub": scored.network.hub_code,
        "minutes_to_hub": max(scored.network.minutes_to_hub),
        "locked": network in state.locked,
        "cost": scored.cost,
        "hours": tally.all_hours,
        "terms": {name: weights.get(name, 1.0) * value for name, value in scored.network.terms.items()},
        "breaches": [{"kind": each.kind, "sentence": each.sentence} for each in scored.breaches],
        "at_home": None if held is None else held.patients_share,
        "neighbourhood": max(living, key=lambda each: (living[each], each)) if living else None,
        "aligned": main_share(living) if living else None,
    }


def _standing(
    networks: Mapping[str, ScoredNetwork],
    unplaced: Sequence[str],
    broken: Sequence[Any],
    totals: Mapping[str, Any],
    best: Best | None,
) -> tuple[str, str]:
    """How the area stands, as one of a few words and as a sentence."""
    if unplaced:
        one = len(unplaced) == 1
        return (
            "unfinished",
            f"Unfinished: {len(unplaced):,} practice{'' if one else 's'} {'is' if one else 'are'} in no network yet.",
        )
    outside = sum(any(each.kind in EXCEPTIONS for each in scored.breaches) for scored in networks.values())
    breaking = sum(
        any(each.kind not in EXCEPTIONS for each in scored.breaches) for scored in networks.values()
    )
    if breaking or broken:
        said = [f"{breaking:,} network{'s break' if breaking > 1 else ' breaks'} a rule"] if breaking else []
        said += [each.sentence.rstrip(".") for each in broken]
        return "breaks rules", f"{'; '.join(said)[:1].upper()}{'; '.join(said)[1:]}."
    far = f"{outside:,} network{'s are' if outside > 1 else ' is'} outside the band" if outside else ""
    if best is not None and best.settled and outside == best.exceptions:
        more = totals["cost"] - best.bound
        if more <= 1e-6 * max(1.0, totals["cost"]):
            return (
                "proven best",
                f"Proven best under these rules and locks{f': {far}, and fewer is not possible' if far else ''}.",
            )
        return (
            "exceptions" if far else "keeps the rules",
            f"Keeps the rules{f', but {far}' if far else ''}; another could cost at most {hours_words(more)} less.",
        )
    if far:
        return "exceptions", f"{far[:1].upper()}{far[1:]}. Whether fewer are possible a re-solve says."
    return "keeps the rules", "Keeps every rule. Whether another plan costs less a re-solve says."
