"""The smallest changes of the map and the band that would remove an exception, each tried out.

The nearest bound is found by trying one after the other until the step is one patient; a bridge by trying one at a
time, nearest practices first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from netform.demands import NO_DEMANDS
from netform.explain.divisible import Question, Remedy
from netform.graph_demands import demanded_graph
from netform.rules import MOST_PATIENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.rules import Rules

__all__ = ["bridge", "nearest_least", "nearest_most"]

# Bridges tried, nearest first.
BRIDGES = 12

# The step from which bounds are tried, patients; it doubles.
FIRST_STEP = 250


def nearest_least(asked: Question) -> Remedy | None:
    """The nearest least that makes them divisible."""
    patients = sum(map(asked.list_size, asked.codes))
    networks = max(1, -(-patients // asked.rules.most))
    start = min(asked.rules.least - 1, patients // networks)
    found = (
        _nearest(asked, start, 1, lambda value: asked.rules.with_band(value, None)) if start >= 1 else None
    )
    return found and _bound(asked, "least", *found, asked.rules.with_band(found[0], None))


def nearest_most(asked: Question) -> Remedy | None:
    """The nearest most that makes them divisible."""
    patients, most = sum(map(asked.list_size, asked.codes)), asked.rules.most
    # A practice that was over the most can join or be joined once it no longer is.
    over = [asked.list_size(code) for code in _reach(asked, asked.rules.with_band(None, MOST_PATIENTS))]
    end = max(patients, sum(over))
    networks = max(1, patients // asked.rules.least)
    nearest = -(-patients // networks) if end == patients else most + 1
    start = max(most + 1, nearest, *map(asked.list_size, asked.codes))
    found = (
        _nearest(asked, start, end, lambda value: asked.rules.with_band(None, value))
        if start <= end
        else None
    )
    if found is None:
        return None
    value, exact = found
    # That it is the nearest rests on such a practice being a network by itself, which demands may forbid.
    exact = exact and (end == patients or asked.rules.demands == NO_DEMANDS)
    return _bound(asked, "most", value, exact, asked.rules.with_band(None, value))


def bridge(asked: Question) -> Remedy | None:
    """The nearest two practices that are no neighbours and would, as neighbours, make them divisible."""
    if asked.rules.demands.networks is not None:
        return None
    travel, position = asked.graph.graph["travel"], asked.graph.nodes(data="position")
    usable = [code for code in sorted(asked.free) if asked.list_size(code) <= asked.rules.most]
    pairs = sorted(
        (travel.minutes(position[a], position[b]), a, b)
        for a in asked.codes
        if a in usable
        for b in usable
        if a != b and not asked.graph.has_edge(a, b) and not (b in asked.codes and b < a)
    )
    for minutes, a, b in pairs[:BRIDGES]:
        bridged = nx.Graph(asked.graph)
        bridged.add_edge(a, b, kind="bridge", border_m=0.0, distance_km=0.0, minutes=minutes)
        joined = demanded_graph(bridged, asked.rules.demands).subgraph(usable)
        part = tuple(sorted(nx.node_connected_component(joined, a)))
        if asked.divisible(part, asked.rules, bridged):
            sentence = (
                f"With a bridge between {a} and {b} ({minutes:.0f} minutes by car) no exception would be "
                "needed here."
            )
            return Remedy("bridge", sentence, asked.rules, (min(a, b), max(a, b)), part)
    return None


def _bound(asked: Question, kind: str, value: int, exact: bool, rules: Rules) -> Remedy:
    """Put a bound that was found in words."""
    now = asked.rules.least if kind == "least" else asked.rules.most
    less = "" if exact else "; whether a smaller change would do is not known"
    sentence = (
        f"With a {kind} of {value:,} patients in a network instead of {now:,} no exception would be needed "
        f"here{less}."
    )
    return Remedy(kind, sentence, rules, None, _reach(asked, rules))


def _reach(asked: Question, rules: Rules) -> tuple[str, ...]:
    """The practices, and those next to them that were over the most and no longer are."""
    around = {other for code in asked.codes for other in asked.graph[code]}
    near = asked.free if rules.demands.networks is not None else asked.free & around
    over = {other for other in near if asked.rules.most < asked.list_size(other) <= rules.most}
    return tuple(sorted({*asked.codes, *over}))


def _nearest(
    asked: Question, start: int, end: int, changed: Callable[[int], Rules]
) -> tuple[int, bool] | None:
    """The value nearest to ``start`` in the direction of ``end`` that makes them divisible, and whether proven.

    What is divisible stays so as a band widens, so steps that double and then halve find the value.
    """
    towards = 1 if end >= start else -1
    fails, value, step, exact = start - towards, start, FIRST_STEP, True
    while True:
        answer = asked.divisible(_reach(asked, changed(value)), changed(value))
        if answer:
            break
        exact = exact and answer is False
        if value == end or asked.deadline.passed:
            return None
        fails, step = value, step * 2
        value = min(end, value + step) if towards > 0 else max(end, value - step)
    while abs(value - fails) > 1:
        middle = (value + fails) // 2
        answer = asked.divisible(_reach(asked, changed(middle)), changed(middle))
        exact = exact and answer is not None
        value, fails = (middle, fails) if answer else (value, middle)
    return value, exact
