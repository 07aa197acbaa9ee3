"""As many networks as today: like is compared with like when a plan has as many networks as there are now."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from netform.rules.demands import AreaDemand
from netform.rules.settled import settle, settled_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import networkx as nx

    from netform.plan.grouping import Grouping
    from netform.rules.model import Rules

__all__ = ["networks_of_areas", "with_todays_numbers"]


def with_todays_numbers(
    rules: Rules, graph: nx.Graph, areas: Mapping[str, Sequence[str]], today: Grouping
) -> tuple[Rules, tuple[str, ...]]:
    """Demand in each area as many networks as it has today, or the nearest number that the band allows.

    Parameters
    ----------
    rules : Rules
    graph : networkx.Graph
        Of the whole list (`netform.map.graph`).
    areas : mapping of str to sequence of str
        The practices of each area.
    today : Grouping
        The present networks of the list.

    Returns
    -------
    rules : Rules
        With the number of every area, whatever numbers were demanded before.
    notes : tuple of str
        Where an area could not be given its number of today, and why.
    """
    networks_today = networks_of_areas(graph, today)
    known = {each.area: each for each in rules.demands.areas}
    rules = replace(rules, demands=replace(rules.demands, networks=None))
    notes = []
    for area, codes in areas.items():
        own = rules.for_area(area)
        settled = settle(graph.subgraph(codes), own)
        possible = settled_numbers(settled, own)
        now, where = networks_today[area], f"Area {area}" if area else "The list"
        number: int | None = now
        if not now:
            number = None
            notes.append(f"{where} has no networks today: how many it gets was left to the plan.")
        elif not possible:
            number = None
            notes.append(
                f"{where} has {_networks(now)} today; no number of networks of {own.least:,}-{own.most:,} holds its "
                "patients: how many it gets was left to the plan."
            )
        elif now not in possible:
            number = min(max(now, possible[0]), possible[-1])
            only = f"{possible[0]}" if len(possible) == 1 else f"{possible[0]} to {possible[-1]}"
            were = "was" if number == 1 else "were"
            notes.append(
                f"{where} has {_networks(now)} today; within the band of {own.least:,}-{own.most:,} patients only "
                f"{only} {'is' if len(possible) == 1 else 'are'} possible: {number} {were} asked for."
            )
        known[area] = replace(known.get(area, AreaDemand(area)), networks=number)
    if list(areas) == [""]:
        number = known.pop("").networks
        rules = replace(rules, demands=replace(rules.demands, networks=number))
    banded = tuple(
        known[area]
        for area in sorted(known)
        if (known[area].least, known[area].most, known[area].networks) != (None, None, None)
    )
    return replace(rules, demands=replace(rules.demands, areas=banded)), tuple(notes)


def networks_of_areas(graph: nx.Graph, today: Grouping) -> Counter[str]:
    """Count the present networks of each area; one across two areas belongs to that with most of its patients.

    Parameters
    ----------
    graph : networkx.Graph
    today : Grouping

    Returns
    -------
    Counter of str
        By area. Practices in no network today count in none.
    """
    nodes = graph.nodes
    count: Counter[str] = Counter()
    for codes in today.networks.values():
        patients: dict[str, int] = defaultdict(int)
        for code in codes:
            patients[nodes[code]["area"]] += nodes[code]["list_size"]
        count[min(patients, key=lambda area: (-patients[area], area))] += 1
    return count


def _networks(number: int) -> str:
    return f"{number:,} network{'s' * (number != 1)}"
