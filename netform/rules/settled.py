"""What the rules settle of an area before anything is chosen: its pins, what stands alone, and what is left.

Pins are networks as they stand. A practice whose own list is over the band, or practices about to merge whose
lists are, stand alone. What is neither, nor left out, falls into connected parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx

from netform.errors import RulesError
from netform.rules.demanded_graph import kept_graph
from netform.rules.demands_toml import area_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netform.rules.demands import Codes
    from netform.rules.model import Rules

__all__ = ["Settled", "number_fault", "number_sentence", "refuse_numbers", "settle", "settled_numbers"]


@dataclass(frozen=True, slots=True)
class Settled:
    """An area before anything is chosen.

    Attributes
    ----------
    graph : networkx.Graph
        Of its practices without those left out, mergers joined.
    pins : tuple of codes
        Those of its practices, in order.
    alone : tuple of codes
        What is over the band by itself, in order: one practice each, or those of a merger.
    parts : tuple of codes
        The connected parts of the rest, in order of their first code.
    left_out : codes
    """

    graph: nx.Graph
    pins: tuple[Codes, ...]
    alone: tuple[Codes, ...]
    parts: tuple[Codes, ...]
    left_out: Codes

    def patients(self, codes: Codes) -> int:
        """Registered patients of some of its practices."""
        return sum(self.graph.nodes[code]["list_size"] for code in codes)


def settle(graph: nx.Graph, rules: Rules) -> Settled:
    """Settle an area.

    Parameters
    ----------
    graph : networkx.Graph
        Of the practices of the area (`netform.map.graph`).
    rules : Rules
        Those of the area (`netform.rules.model.Rules.for_area`).
    """
    demands = rules.demands
    left_out = tuple(sorted(set(demands.exclude).intersection(graph)))
    kept = kept_graph(graph, demands)
    pins = tuple(filter(None, (tuple(code for code in pin if code in kept) for pin in demands.pins)))
    pinned = {code for pin in pins for code in pin}
    merged = [tuple(code for code in group if code in kept) for group in demands.merge]
    single = set(kept) - pinned - {code for group in merged for code in group}
    units = [*((code,) for code in single), *(each for each in merged if each and not pinned & set(each))]
    size = nx.get_node_attributes(kept, "list_size")
    alone = tuple(sorted(unit for unit in units if sum(size[code] for code in unit) > rules.most))
    rest = kept.subgraph(set(kept) - pinned - {code for unit in alone for code in unit})
    parts = tuple(sorted(tuple(sorted(part)) for part in nx.connected_components(rest)))
    return Settled(kept, pins, alone, parts, left_out)


def settled_numbers(area: Settled, rules: Rules) -> range:
    """Give the numbers of networks that an area can have within the band, by arithmetic.

    k networks hold P patients when k * least <= P <= k * most, in each connected part; where some part cannot be
    held at all, so that there will be exceptions, for all parts taken as one.

    Parameters
    ----------
    area : Settled
    rules : Rules
        Those of the area.

    Returns
    -------
    range
        Pins and what stands alone counted; empty when no number will do.
    """
    patients = [area.patients(part) for part in area.parts]
    bounds = [(-(-each // rules.most), each // rules.least) for each in patients]
    if any(fewest > most for fewest, most in bounds):
        bounds = [(-(-sum(patients) // rules.most), sum(patients) // rules.least)]
    settled = len(area.pins) + len(area.alone)
    return range(settled + sum(fewest for fewest, _ in bounds), settled + sum(most for _, most in bounds) + 1)


def number_fault(
    demanded: int, apart: int, practices: int, patients: int, rules: Rules, area: str
) -> str | None:
    """Say that no plan has so many networks, whatever its exceptions; None where one may.

    Parameters
    ----------
    demanded : int
        Networks, those that stand apart counted.
    apart : int
        Pins, and practices over the band.
    practices, patients : int
        Of the others.
    rules : Rules
        Those of the area.
    area : str
    """
    networks = demanded - apart
    fewest = -(-patients // rules.exception_most)
    if min(1, practices) <= networks <= practices and networks >= fewest:
        return None
    where = f"area {area}: " if area else ""
    own = rules.demands.of_area(area).networks is not None
    stated = f"{area_table(area)} networks" if own else "networks (--networks)"
    return (
        f"{where}{demanded} networks cannot hold {practices:,} practices with {patients:,} patients, even with "
        f"exceptions of up to {rules.exception_most:,}{f' beside {apart} that stand apart' * bool(apart)}: "
        f"{max(fewest, min(1, practices)) + apart} to {practices + apart} can. Change {stated}."
    )


def number_sentence(demanded: int, apart: int, patients: int, rules: Rules) -> str | None:
    """Say that a number of networks cannot hold the patients of an area within the band; None where it can.

    Parameters
    ----------
    demanded : int
        Networks, those that stand apart counted.
    apart : int
        Pins, and practices over the band.
    patients : int
        Of the other practices.
    rules : Rules
        Those of the area.
    """
    networks = demanded - apart
    if networks >= 0 and networks * rules.least <= patients <= networks * rules.most:
        return None
    fewest, most = -(-patients // rules.most), patients // rules.least
    possible = f"{fewest + apart} to {most + apart}" if fewest <= most else "no number"
    return (
        f"{demanded} networks cannot hold {patients:,} patients within {rules.least:,}-{rules.most:,} each"
        f"{f' beside {apart} that stand apart' * bool(apart)}: {possible} can."
    )


def refuse_numbers(graph: nx.Graph, areas: Mapping[str, Sequence[str]], rules: Rules) -> None:
    """Refuse numbers of networks that no plan of their areas can have, whatever its exceptions.

    Parameters
    ----------
    graph : networkx.Graph
    areas : mapping of str to sequence of str
        The practices of each.
    rules : Rules
        Of the whole list.

    Raises
    ------
    RulesError
        With every area whose number cannot be.
    """
    faults = []
    for area, codes in areas.items():
        own = rules.for_area(area)
        if own.demands.networks is not None:
            settled = settle(graph.subgraph(codes), own)
            patients = sum(settled.patients(part) for part in settled.parts)
            apart = len(settled.pins) + len(settled.alone)
            practices = sum(len(part) for part in settled.parts)
            faults.append(number_fault(own.demands.networks, apart, practices, patients, own, area))
    if said := list(filter(None, faults)):
        raise RulesError("\n".join(said))
