"""Rules of a planner that cannot both be kept: found before anything is solved, and named two by two.

Whatever is refused here has no plan: each message names two rules (or groups joined one to the other, and a
rule) that no division of the practices keeps, given the pins and what is left out. The band bends as it does in
a plan: a network may lie outside it as an exception, up to the largest exception there is, unless ``--strict``
forbids it, and a pin stands whatever its list size and number of practices. Between a group that is together and
the most practices of a network nothing bends: the planner has asked for both.
"""

from __future__ import annotations

import difflib
import math
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import networkx as nx

from netform.errors import RulesError
from netform.practices.values import some_of
from netform.rules.breaches import counted_practices
from netform.rules.conflicts.clash_areas import hub_clashes, number_clashes
from netform.rules.conflicts.clash_case import NEIGHBOURS, Case, Stated, all_of, clash, they_are
from netform.rules.demand_names import NOTHING_TYPED
from netform.rules.hubs import MINUTES_SLACK, named_hubs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netform.rules.demand_names import Typed
    from netform.rules.demands import Codes
    from netform.rules.model import Rules

__all__ = ["find_clashes", "refuse_clashes", "refuse_unjudged", "refuse_unknown"]

# Suggestions are looked for among all codes of England, which takes 20 ms a code.
MOST_SUGGESTED = 20


def refuse_clashes(
    rules: Rules, graph: nx.Graph, *, strict: bool = False, typed: Typed = NOTHING_TYPED
) -> None:
    """Refuse demands that no plan can keep.

    Parameters
    ----------
    rules : Rules
        Of the whole list.
    graph : networkx.Graph
        Of practices (`netform.map.graph`): nodes with ``position``, ``list_size`` and ``area``, and
        ``graph.graph["travel"]``.
    strict : bool
        Whether no network may be outside the band.
    typed : Typed
        What of the demands came by options, which messages then name.

    Raises
    ------
    RulesError
        Every clash at once, one a line.
    """
    clashes = find_clashes(rules, graph, strict=strict, typed=typed)
    if clashes:
        raise RulesError("\n".join(clashes))


def refuse_unknown(rules: Rules, graph: nx.Graph, typed: Typed = NOTHING_TYPED) -> None:
    """Refuse demands on practices, areas and neighbourhoods that nothing is known of, and no others.

    What is judged and not planned may break every rule, and rules that clash with one another are all judged.

    Parameters
    ----------
    rules : Rules
        Of the whole list.
    graph : networkx.Graph
    typed : Typed
        What of the demands came by options, which messages then name.

    Raises
    ------
    RulesError
        With every one of them, one a line.
    """
    if unknown := list(dict.fromkeys(_unknown(Case(rules, graph, typed)))):
        raise RulesError("\n".join(unknown))


def refuse_unjudged(rules: Rules, graph: nx.Graph) -> None:
    """Refuse demands that nothing given can judge, so that every plan would keep them unseen.

    Parameters
    ----------
    rules : Rules
        Of the whole list.
    graph : networkx.Graph

    Raises
    ------
    RulesError
        A share of neighbourhoods is demanded, and no neighbourhoods are known.
    """
    if unjudged := list(_unjudged(rules, graph, NOTHING_TYPED)):
        raise RulesError("\n".join(unjudged))


def find_clashes(
    rules: Rules, graph: nx.Graph, *, strict: bool = False, typed: Typed = NOTHING_TYPED
) -> list[str]:
    """List what `refuse_clashes` refuses: sentences for planners, in a fixed order, each once."""
    case = Case(rules, graph, typed)
    found = [
        *_unknown(case),
        *_numbers(case),
        *_pins(case),
        *_groups(case),
        *_closures(case, strict=strict),
        *hub_clashes(case),
        *number_clashes(case),
    ]
    return list(dict.fromkeys(found))


# What is not in the list, and numbers that contradict each other.


def _unknown(case: Case) -> Iterator[str]:
    demands = case.demands
    lists = [("exclude", demands.exclude), ("hub_must", demands.hub_must), ("hub_may", demands.hub_may)]
    alone = [case.stated(key, (code,)) for key, codes in lists for code in codes]
    suggested: dict[str, str] = {}
    for stated in (*case.pins, *case.groups, *case.apart, *alone):
        for code in stated.codes:
            if code not in case.graph:
                if code not in suggested:
                    enough = len(suggested) >= MOST_SUGGESTED
                    suggested[code] = "" if enough else _nearest(code, sorted(case.graph))
                remedy = suggested[code] or "Correct the code, or take it out."
                yield f"{stated}: practice {code} is not in the list. {remedy}"
    for area in demands.areas:
        if area.area not in case.areas:
            remedy = _nearest(area.area, list(case.areas)) or f"Its areas are {some_of(list(case.areas))}."
            if list(case.areas) == [""]:
                remedy = "It is one area: name the column of its areas with --area."
            yield f"{case.typed.area(area.area)}: the list has no such area. {remedy}"
    yield from _unjudged(case.rules, case.graph, case.typed)


def _unjudged(rules: Rules, graph: nx.Graph, typed: Typed) -> Iterator[str]:
    aligned = rules.demands.aligned
    if aligned and not any(living for _, living in graph.nodes(data="neighbourhoods")):
        yield (
            f"{typed.number('aligned', aligned)}: no neighbourhoods were given, so that no plan can be judged by it. "
            "Add --neighbourhoods FILE, or take it out."
        )


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"Did you mean {close[0]}?" if close else ""


def _numbers(case: Case) -> Iterator[str]:
    demands = case.demands
    if demands.least_practices > demands.most_practices:
        yield clash(
            case.typed.number("least_practices", demands.least_practices),
            case.typed.number("most_practices", demands.most_practices),
            "no network has so many and so few",
            "change one of the two",
        )
    for own in demands.areas:
        if case.rules_of(own.area) is None:
            least = f"min {case.rules.least:,} of the list" if own.least is None else f"min {own.least:,}"
            most = f"max {case.rules.most:,} of the list" if own.most is None else f"max {own.most:,}"
            yield clash(
                f"{case.typed.area(own.area)} {least}",
                most,
                "no network fits this band",
                "change one of the two",
            )


# Pins.


def _pins(case: Case) -> Iterator[str]:
    for one, other in combinations(case.pins, 2):
        if both := set(one.codes) & set(other.codes):
            yield clash(one, other, f"{they_are(sorted(both))} in both, and a practice is in one network")
    for pin in case.pins:
        yield from _pin_and_groups(case, pin)
        yield from _pin_on_the_ground(case, pin)
        if case.known(pin) == pin.codes:
            yield from _pin_and_hubs(case, pin)


def _pin_and_groups(case: Case, pin: Stated) -> Iterator[str]:
    inside = set(pin.codes)
    if left_out := sorted(inside & case.excluded):
        yield clash(pin, case.stated("exclude", tuple(left_out)), "a pinned practice cannot be left out")
    for group in case.groups:
        members = set(case.live(group.codes))
        if members & inside and members - inside:
            yield clash(
                pin,
                group,
                f"{they_are(sorted(members & inside))} in the pin and {they_are(sorted(members - inside))} not",
                "pin all of them, or drop one of the two",
            )
    for apart in case.apart:
        if len(both := sorted(set(apart.codes) & inside)) > 1:
            yield clash(pin, apart, f"{all_of(both)} are in one network by the pin")


def _pin_on_the_ground(case: Case, pin: Stated) -> Iterator[str]:
    codes = case.known(pin)
    areas = sorted({case.area(code) for code in codes})
    if len(areas) > 1:
        yield _across(case, pin, codes)
    elif codes == pin.codes and len(parts := _parts(case, codes)) > 1:
        yield clash(
            pin,
            NEIGHBOURS,
            f"{' | '.join(', '.join(part) for part in parts)} do not touch",
            "drop the pin, pin what lies between as well, or join them with --edges",
        )
    yield from _too_far(case, codes, str(pin))


def _pin_and_hubs(case: Case, pin: Stated) -> Iterator[str]:
    demands = case.demands
    must = [code for code in pin.codes if code in demands.hub_must]
    if len(must) > 1:
        yield clash(pin, case.stated("hub_must", tuple(must)), "a network has one hub")
    named = named_hubs(pin.codes, demands)
    if not named and not must:
        yield clash(
            pin,
            case.stated("hub_may", demands.hub_may),
            "none of the pinned practices may be the hub",
            "allow one of them to be, or drop one of the two",
        )
    yield from _too_far_from_hubs(case, pin.codes, named, str(pin))


# Practices that must be in one network: together, or about to merge.


def _groups(case: Case) -> Iterator[str]:
    for group in case.groups:
        left_out = sorted(case.excluded.intersection(group.codes))
        codes = case.live(group.codes)
        if left_out and codes:
            yield clash(
                group,
                case.stated("exclude", tuple(left_out)),
                f"{they_are(left_out)} in no network and {they_are(codes)} in one",
                "leave all of them out, or drop one of the two",
            )
        if len({case.area(code) for code in codes}) > 1:
            yield _across(case, group, codes)
        elif not case.pinned.intersection(codes):
            yield from _cut(case, group, codes)


def _cut(case: Case, group: Stated, codes: Codes) -> Iterator[str]:
    """Say what lies between the first practice of a group and one that it cannot reach."""
    for code in codes[1:]:
        if case.part_of[code] == case.part_of[codes[0]]:
            continue
        cutting = case.cutters(codes[0], code)
        if not cutting:
            why = f"no neighbours lead from {codes[0]} to {code}"
            yield clash(group, NEIGHBOURS, why, "drop the group, or join them with --edges")
        else:
            rules = " and ".join(map(str, cutting))
            yield clash(group, rules, f"nothing else leads from {codes[0]} to {code}", "drop one of them")
        return


def _closures(case: Case, *, strict: bool) -> Iterator[str]:
    for codes in case.closures:
        for apart in case.apart:
            for pair in combinations(sorted(set(apart.codes).intersection(codes)), 2):
                yield clash(
                    _chain(case, pair),
                    apart,
                    f"{all_of(pair)} cannot be in one network and in two",
                    "drop one of them",
                )
        # Of a pinned closure the pin is checked.
        if not case.pinned.intersection(codes):
            yield from _too_many(case, codes, strict=strict)
            yield from _too_far(case, codes, None)
            yield from _closure_and_hubs(case, codes)


def _too_many(case: Case, codes: Codes, *, strict: bool) -> Iterator[str]:
    chain, number = _chain(case, codes), counted_practices(codes, case.demands)
    if number > case.demands.most_practices:
        merged = ", merged ones counted once" if number < len(codes) else ""
        most = case.typed.number("most_practices", case.demands.most_practices)
        yield clash(chain, most, f"they are {number} practices{merged}")
    areas = {case.area(code) for code in codes}
    rules = case.rules_of(min(areas)) if len(areas) == 1 else None
    # A practice over the band stands alone, and so does a merged one.
    if rules is None or number == 1:
        return
    units = {next((group for group in case.demands.merge if code in group), (code,)) for code in codes}
    alone = [unit for unit in sorted(units) if case.list_size(case.live(unit)) > rules.most]
    lists = " + ".join(f"{case.list_size([code]):,} ({code})" for code in codes)
    total = case.list_size(codes)
    if alone:
        why = f"{all_of(alone[0])} with {case.list_size(case.live(alone[0])):,} patients can only stand alone"
    elif strict and total > rules.most:
        why = f"{lists} = {total:,} patients, and --strict allows no exception"
    elif total > rules.exception_most:
        why = f"{lists} = {total:,} patients, and no exception is larger than {rules.exception_most:,}"
    else:
        return
    area = min(areas)
    most = case.typed.most_patients(rules.most, area, own=case.demands.of_area(area).most is not None)
    yield clash(chain, most, why, "pin them, raise the max, or drop one of them")


def _closure_and_hubs(case: Case, codes: Codes) -> Iterator[str]:
    demands = case.demands
    must = [code for code in codes if code in demands.hub_must]
    for pair in pairwise(must):
        yield clash(
            _chain(case, pair), case.stated("hub_must", pair), "a network has one hub", "drop one of them"
        )
    areas = {case.area(code) for code in codes}
    if len(areas) == 1 and len(must) < 2:
        around = [code for code in case.areas[min(areas)] if code not in case.pinned]
        named = (
            named_hubs(codes, demands)
            if must
            else [c for c in around if not demands.hub_may or c in demands.hub_may]
        )
        yield from _too_far_from_hubs(case, codes, named, None)


# Journeys, of a pin or of a closure (whose groups are named only when there is something to say).


def _too_far(case: Case, codes: Codes, name: str | None) -> Iterator[str]:
    longest = case.demands.longest_between
    if math.isinf(longest) or len(codes) < 2:
        return
    minutes, a, b = max((case.minutes(a, b), a, b) for a, b in combinations(codes, 2))
    if minutes > longest + MINUTES_SLACK:
        yield clash(
            name or _chain(case, (a, b)),
            case.typed.number("longest_minutes_between", longest),
            f"{a} and {b} are {minutes:.1f} minutes apart",
            "lengthen the journey, or drop one of them",
        )


def _too_far_from_hubs(case: Case, codes: Codes, named: Sequence[str], name: str | None) -> Iterator[str]:
    longest = case.demands.longest_to_hub
    if math.isinf(longest) or not named:
        return
    # A member is near enough more often than not, and then no other need be looked at.
    for hub in sorted(named, key=lambda code: code not in codes):
        if all(case.minutes(code, hub) <= longest + MINUTES_SLACK for code in codes):
            return
    farthest = {hub: max((case.minutes(code, hub), code) for code in codes) for hub in named}
    hub = min(named, key=lambda code: farthest[code][0])
    minutes, code = farthest[hub]
    yield clash(
        name or _chain(case, codes),
        case.typed.number("longest_minutes_to_hub", longest),
        f"no hub is near enough to all: {hub} comes nearest, and {code} is {minutes:.1f} minutes away",
        "lengthen the journey, or drop one of them",
    )


# Words.


def _across(case: Case, stated: Stated, codes: Codes) -> str:
    areas: dict[str, list[str]] = {}
    for code in codes:
        areas.setdefault(case.area(code), []).append(code)
    where = " and ".join(f"{they_are(areas[area])} in {area or 'none'}" for area in sorted(areas))
    return clash(stated, "the line between the areas", where, "drop the group, or plan the areas as one")


def _chain(case: Case, codes: Sequence[str]) -> str:
    return " with ".join(map(str, case.chain(codes)))


def _parts(case: Case, codes: Codes) -> list[list[str]]:
    return sorted(sorted(part) for part in nx.connected_components(case.graph.subgraph(codes)))
