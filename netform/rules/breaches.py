"""Every rule that a network or a division into networks breaks, in sentences for planners.

These are the plain definitions of the rules: short, on the graph and the rules themselves, and shared with
nothing that plans. What plans is held to them by tests, every plan by the audit, and today's networks are
judged by them.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from netform.plan.neighbourhoods import SHARE_SLACK, main_share, patients_by_neighbourhood
from netform.rules.demanded_graph import cut_off, kept_graph
from netform.rules.hubs import MINUTES_SLACK, eligible_hubs, named_hubs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    import networkx as nx

    from netform.rules.demands import Demands
    from netform.rules.model import Rules

__all__ = ["Breach", "breaches", "counted_practices", "plan_breaches"]

# So many practices are named in a sentence.
NAMED = 4


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that is broken.

    Attributes
    ----------
    kind : str
        Of a network: ``band``, ``contiguity``, ``area``, ``apart``, ``together``, ``merge``, ``exclude``, ``pin``,
        ``longest_to_hub``, ``longest_between``, ``least_practices``, ``most_practices``, ``doughnut``, ``aligned`` or
        ``hub``.
        Of a division: ``missing``, ``twice`` or ``networks``.
    sentence : str
        For planners.
    """

    kind: str
    sentence: str


def breaches(graph: nx.Graph, codes: Collection[str], rules: Rules) -> list[Breach]:
    """List every rule that one network breaks.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices, as the demands make it (`netform.rules.demanded_graph.demanded_graph`).
    codes : collection of str
        The members, at least one, all of the graph.
    rules : Rules
        Those of its area (`Rules.for_area`).

    Returns
    -------
    list of Breach
        In a fixed order; empty when the network keeps every rule. Whether one outside the band is a good
        exception is not judged here.
    """
    members = tuple(sorted(codes))
    return [breach for check in _CHECKS for breach in check(graph, members, rules)]


def plan_breaches(graph: nx.Graph, groups: Mapping[str, Collection[str]], rules: Rules) -> list[Breach]:
    """List the rules on the whole that a division into networks breaks.

    A practice that is to be left out is not missed; that it is in a network is a breach of that network.

    Parameters
    ----------
    graph : networkx.Graph
    groups : mapping of str to collection of str
        Practice codes, all of the graph, by the network's label.
    rules : Rules
        Of the whole list: each area's own number of networks is looked up here.
    """
    placed = Counter(code for codes in groups.values() for code in codes)
    found = [
        Breach("missing", f"{code} is in no network.")
        for code in sorted(set(graph) - set(placed) - set(rules.demands.exclude))
    ]
    for code, times in sorted(placed.items()):
        if times > 1:
            where = " and ".join(str(label) for label, codes in groups.items() if code in codes)
            found.append(Breach("twice", f"{code} is in several networks: {where}."))
    networks = Counter(
        area for codes in groups.values() for area in {graph.nodes[code]["area"] for code in codes}
    )
    for area in sorted({graph.nodes[code]["area"] for code in graph}):
        demanded = rules.for_area(area).demands.networks
        if demanded is not None and networks[area] != demanded:
            where = f"area {area}" if area else "the list"
            found.append(
                Breach("networks", f"{where} has {networks[area]} networks and {demanded} are demanded.")
            )
    return found


def counted_practices(codes: Collection[str], demands: Demands) -> int:
    """Count practices, those about to merge as one."""
    return len({next((group for group in demands.merge if code in group), (code,)) for code in codes})


def _band(graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
    patients = sum(graph.nodes[code]["list_size"] for code in codes)
    if patients < rules.least:
        by = f"{rules.least - patients:,} below the least of {rules.least:,}"
    elif patients > rules.most:
        by = f"{patients - rules.most:,} above the most of {rules.most:,}"
    else:
        return
    yield Breach("band", f"It has {patients:,} registered patients, {by}.")


def _contiguity(graph: nx.Graph, codes: Sequence[str], _rules: Rules) -> Iterator[Breach]:
    left, pieces = set(codes), []
    while left:
        ahead, piece = [min(left)], set()
        while ahead:
            code = ahead.pop()
            if code in left:
                left.remove(code)
                piece.add(code)
                ahead += graph[code]
        pieces.append(piece)
    if len(pieces) > 1:
        largest = max(pieces, key=len)
        apart = sorted(set(codes) - largest)
        has = "have" if len(apart) > 1 else "has"
        yield Breach(
            "contiguity",
            f"It is in {len(pieces)} pieces: {_some(apart)} {has} no way to the others through neighbours in it.",
        )


def _area(graph: nx.Graph, codes: Sequence[str], _rules: Rules) -> Iterator[Breach]:
    areas = Counter(graph.nodes[code]["area"] for code in codes)
    if len(areas) > 1:
        listed = ", ".join(
            f"{area or 'without a name'} ({number} practice{'s' * (number != 1)})"
            for area, number in sorted(areas.items())
        )
        yield Breach("area", f"It crosses the line between areas: {listed}.")


def _apart(_graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
    for group in rules.demands.apart:
        both = [code for code in codes if code in group]
        if len(both) > 1:
            yield Breach("apart", f"{_all(both)} are to be apart and are in it together.")


def _whole(kind: str, words: str) -> Callable[[nx.Graph, Sequence[str], Rules], Iterator[Breach]]:
    """Make the check that a network has all of a group or nothing of it."""

    def check(_graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
        for group in getattr(rules.demands, kind):
            inside = [code for code in group if code in codes]
            outside = [code for code in group if code not in codes]
            if inside and outside:
                yield Breach(
                    kind,
                    f"{_all(group)} {words}, and {_all(outside)} {_are(outside)} not in it with {_all(inside)}.",
                )

    return check


def _exclude(_graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
    left_out = [code for code in codes if code in rules.demands.exclude]
    if left_out:
        yield Breach(
            "exclude", f"{_all(left_out)} {_are(left_out)} to be in no network and {_are(left_out)} in it."
        )


def _pin(_graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
    for pin in rules.demands.pins:
        if set(pin) & set(codes) and set(pin) != set(codes):
            lacking = sorted(set(pin) - set(codes))
            added = sorted(set(codes) - set(pin))
            differs = [f"lacks {_all(lacking)}"] if lacking else []
            differs += [f"has {_some(added)} besides"] if added else []
            yield Breach("pin", f"{_all(pin)} {_are(pin)} pinned as a network; it {' and '.join(differs)}.")


def _hub(_graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
    if named_hubs(codes, rules.demands):
        return
    must = [code for code in codes if code in rules.demands.hub_must]
    if len(must) > 1:
        reason = f"{_all(must)} are each to be the hub"
    elif must:
        reason = f"{must[0]} is to be the hub and is not among those that may be"
    else:
        reason = "none of its practices may be the hub"
    yield Breach(
        "hub", f"It can have no hub: {reason}; its travel is counted to the best of all its practices."
    )


def _longest_to_hub(graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
    named = named_hubs(codes, rules.demands)
    if not named or eligible_hubs(graph, codes, rules):
        return
    farthest = {hub: max((_minutes(graph, code, hub), code) for code in codes) for hub in named}
    hub = min(named, key=lambda code: farthest[code][0])
    minutes, code = farthest[hub]
    yield Breach(
        "longest_to_hub",
        f"No hub is within {rules.demands.longest_to_hub:g} minutes of all its practices: {hub} comes nearest, and "
        f"{code} is {minutes:.1f} minutes away; its travel is counted to the best of all its practices.",
    )


def _longest_between(graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
    longest = rules.demands.longest_between
    if math.isinf(longest) or len(codes) < 2:
        return
    minutes, a, b = max((_minutes(graph, a, b), a, b) for a, b in combinations(codes, 2))
    if minutes > longest + MINUTES_SLACK:
        yield Breach(
            "longest_between",
            f"{a} and {b} are {minutes:.1f} minutes apart, more than the {longest:g} demanded at most.",
        )


def _doughnut(graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
    demands = rules.demands
    if not demands.no_doughnuts or _stands(codes, demands):
        return
    if inside := sorted(cut_off(kept_graph(graph, demands), codes)):
        yield Breach(
            "doughnut",
            f"It lies all around {_some(inside)}: every way from there to the edge of the area leads through it.",
        )


def _aligned(graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
    wanted = rules.demands.aligned
    if not wanted or _stands(codes, rules.demands):
        return
    patients = patients_by_neighbourhood(graph, codes)
    share = main_share(patients)
    if share is not None and share < wanted - SHARE_SLACK:
        main = next(iter(patients)) or "none"
        yield Breach(
            "aligned",
            f"Of its patients {100 * share:.1f}% live in its main neighbourhood, {main}, fewer than the "
            f"{100 * wanted:.4g}% demanded at least.",
        )


def _stands(codes: Sequence[str], demands: Demands) -> bool:
    """Whether a network is as it is whatever is demanded of those that practices form: a pin, or one practice."""
    return counted_practices(codes, demands) == 1 or tuple(codes) in demands.pins


def _number(_graph: nx.Graph, codes: Sequence[str], rules: Rules) -> Iterator[Breach]:
    number, demands = counted_practices(codes, rules.demands), rules.demands
    practices = f"{number} practice{'s' * (number != 1)}"
    if number < demands.least_practices:
        yield Breach(
            "least_practices", f"It has {practices}, fewer than the least of {demands.least_practices}."
        )
    if number > demands.most_practices:
        yield Breach("most_practices", f"It has {practices}, more than the most of {demands.most_practices}.")


_CHECKS: tuple[Callable[[nx.Graph, Sequence[str], Rules], Iterator[Breach]], ...] = (
    _band,
    _number,
    _area,
    _contiguity,
    _pin,
    _exclude,
    _whole("together", "are to be together"),
    _whole("merge", "are about to become one practice"),
    _apart,
    _hub,
    _longest_to_hub,
    _longest_between,
    _doughnut,
    _aligned,
)


def _minutes(graph: nx.Graph, a: str, b: str) -> float:
    nodes = graph.nodes
    return float(graph.graph["travel"].minutes(nodes[a]["position"], nodes[b]["position"]))


def _are(codes: Collection[str]) -> str:
    return "are" if len(codes) > 1 else "is"


def _all(codes: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(codes[:-1]), codes[-1])))


def _some(codes: Sequence[str]) -> str:
    if len(codes) <= NAMED:
        return _all(codes)
    return f"{', '.join(codes[: NAMED - 1])} and {len(codes) - NAMED + 1} more"
