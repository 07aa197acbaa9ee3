"""Clashes over a whole area: who may be a hub, how far it is to one, and how many networks there are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import networkx as nx

from netform.practices.values import some_of
from netform.rules.conflicts.clash_case import NEIGHBOURS, Case, clash, they_are
from netform.rules.hubs import MINUTES_SLACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netform.rules.demands import Codes

__all__ = ["hub_clashes", "number_clashes"]


def hub_clashes(case: Case) -> Iterator[str]:
    """Find who must or may be a hub and cannot be, and who has no hub."""
    demands = case.demands
    if left_out := sorted(case.excluded.intersection(demands.hub_must)):
        codes = tuple(left_out)
        yield clash(
            case.stated("exclude", codes), case.stated("hub_must", codes), "what is left out is no hub"
        )
    if not demands.hub_may:
        return
    may = case.stated("hub_may", demands.hub_may)
    if outside := tuple(code for code in demands.hub_must if code not in demands.hub_may):
        yield clash(case.stated("hub_must", outside), may, f"{they_are(outside)} not among those that may be")
    for area, codes in case.areas.items():
        free = [code for code in codes if code not in case.pinned]
        hubs = [code for code in free if code in demands.hub_may]
        served = {case.part_of[hub] for hub in hubs}
        without = [code for code in free if case.part_of[code] not in served]
        if without:
            yield clash(
                may,
                f"{NEIGHBOURS} in {_area(area)}",
                f"no neighbours lead from any of them to {some_of(without)}",
                "allow one of these to be a hub, or leave them out",
            )
        most = case.rules.for_area(area).most
        grouped = {code for stated in case.groups for code in stated.codes}
        alone = [
            code
            for code in free
            if case.list_size((code,)) > most and code not in demands.hub_may and code not in grouped
        ]
        if alone:
            yield clash(
                may,
                f"the most of {most:,} patients{f' in {area}' if area else ''}",
                f"{they_are(tuple(alone))} over it, and so alone and the hub of a network",
                "allow it to be a hub, leave it out, or raise the most",
            )
        far = [] if math.isinf(demands.longest_to_hub) else [
            code
            for code in free
            if case.part_of[code] in served
            and all(case.minutes(code, hub) > demands.longest_to_hub + MINUTES_SLACK for hub in hubs)
        ]  # fmt: skip
        if far:
            yield clash(
                may,
                case.typed.number("longest_minutes_to_hub", demands.longest_to_hub),
                f"{they_are(far)} farther than that from each of them in {_area(area)}",
                "allow a nearer hub, or lengthen the journey",
            )


def number_clashes(case: Case) -> Iterator[str]:
    """Find numbers of networks that the practices of an area cannot form."""
    for area, codes in case.areas.items():
        own = case.demands.of_area(area).networks
        number = case.demands.networks if own is None else own
        if number is None:
            continue
        stated = case.typed.networks(number, None if own is None else area)
        where = _area(area)
        most, fewest = _units(case, codes), _fewest(case, codes)
        if number > most:
            joined = " when those that stay together are counted as one" if most < len(codes) else ""
            why = f"{where} has only {most} to form networks of{joined}"
            yield clash(stated, "the practices", why, f"ask for {most} at most")
        if number < fewest:
            why = f"{where} is in {fewest} parts (pins are parts too) that no neighbours join"
            yield clash(stated, NEIGHBOURS, why, f"ask for {fewest} at least, or join parts with --edges")
        may = [code for code in codes if code in case.demands.hub_may]
        if case.demands.hub_may and number > len(may):
            why = f"{len(may)} practices of {where} may be hubs and each network has one"
            yield clash(stated, case.stated("hub_may", case.demands.hub_may), why)
        for apart in (*case.apart, case.stated("hub_must", case.demands.hub_must)):
            divided = set(apart.codes).intersection(codes)
            if len(divided) > number:
                yield clash(stated, apart, f"{len(divided)} practices of {where} need a network each")


def _units(case: Case, codes: Codes) -> int:
    """Count what is left of an area when everything that stays together is one."""
    joined = nx.Graph()
    joined.add_nodes_from(codes)
    for stated in (*case.pins, *case.groups):
        nx.add_path(joined, [code for code in case.live(stated.codes) if code in joined])
    return int(nx.number_connected_components(joined))


def _fewest(case: Case, codes: Codes) -> int:
    """Count the parts of an area that no network can join."""
    pins = sum(bool(set(pin.codes).intersection(codes)) for pin in case.pins)
    return pins + len({case.part_of[code] for code in codes if code not in case.pinned})


def _area(area: str) -> str:
    return f"area {area}" if area else "the list"
