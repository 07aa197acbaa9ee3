"""Demands of the planner that stand in the way: the one that is enough to drop, and those that clash with the map.

Clashing demands are narrowed down by a deletion filter to a set of which each is needed for the clash.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import networkx as nx

from netform.explain.divisible import Question, Remedy, free_practices
from netform.graph_demands import demanded_graph
from netform.price import single_demands

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netform.price import Single
    from netform.rules import Rules

__all__ = ["clash", "dropped"]

# What dropping a demand can change the number of practices by: these let practices back in.
_LETS_IN = frozenset({"pin", "exclude"})
# Not looked at where practices of one part of an area are divided: what bounds do is tried on the bounds.
_NOT_DROPPED = frozenset({"area_band", "networks", "area_networks"})


def dropped(asked: Question) -> Iterator[Remedy]:
    """Every demand that is enough to drop."""
    for single in _droppable(asked):
        for codes in _with_let_in(asked, single):
            if asked.divisible(codes, single.without):
                sentence = f"Without the rule “{single.rule}” no exception would be needed here."
                yield Remedy(single.kind, sentence, single.without, None, codes)
                break
    if asked.rules.demands.networks is not None:
        rules = replace(asked.rules, demands=replace(asked.rules.demands, networks=None))
        if asked.divisible(asked.codes, rules):
            sentence = (
                f"With another number of networks than {asked.rules.demands.networks} no exception "
                "would be needed here."
            )
            yield Remedy("networks", sentence, rules, None, asked.codes)


def clash(asked: Question) -> tuple[str, ...]:
    """Demands that together stop a division and of which each is needed.

    First among those without which nothing is to be placed that was not, then among all.
    """
    staying = [single for single in _droppable(asked) if single.kind not in _LETS_IN]
    return _filtered(asked, staying, asked.codes) or _filtered(asked, _droppable(asked), _scope(asked))


def _droppable(asked: Question) -> list[Single]:
    """The demands that can be dropped for these practices."""
    scope = set(_scope(asked))
    return [
        single
        for single in single_demands(asked.rules)
        if single.kind not in _NOT_DROPPED
        and (not single.practice_codes or set(single.practice_codes) & scope)
    ]


def _scope(asked: Question) -> tuple[str, ...]:
    """The practices, and the pinned and left out ones that lie next to them or to one another."""
    demands = asked.rules.demands
    groups = [
        set(group) & set(asked.graph) for group in (*demands.pins, *((code,) for code in demands.exclude))
    ]
    scope = set(asked.codes)
    grown = True
    while grown:
        grown = False
        around = {other for code in scope for other in asked.graph[code]}
        for group in groups:
            if group & around and not group <= scope:
                scope |= group
                grown = True
    return tuple(sorted(scope))


def _with_let_in(asked: Question, single: Single) -> Iterator[tuple[str, ...]]:
    """The practices to ask about without a demand: those it lets in are to be placed as well.

    They may be placed with these, or with others that they border.
    """
    if single.kind not in _LETS_IN:
        yield asked.codes
        return
    within = tuple(sorted({*asked.codes, *(set(single.practice_codes) & set(asked.graph))}))
    yield within
    free = [
        code
        for code in free_practices(asked.graph, single.without)
        if asked.list_size(code) <= asked.rules.most or code in asked.codes
    ]
    joined = demanded_graph(asked.graph, single.without.demands).subgraph(free)
    reached: set[str] = set()
    for code in asked.codes:
        reached |= nx.node_connected_component(joined, code)
    wide = tuple(sorted(reached | set(within)))
    if wide != within:
        yield wide


def _filtered(asked: Question, singles: Sequence[Single], codes: Sequence[str]) -> tuple[str, ...]:
    """Drop demand after demand as long as no division exists: a deletion filter; none if all make no difference."""
    # Practices about to merge stay neighbours here, so that each demand dropped only ever allows more.
    graph = demanded_graph(asked.graph, asked.rules.demands)

    def stopped(rules: Rules) -> bool:
        return asked.divisible(codes, rules, graph) is False

    rules = asked.rules
    for single in singles:
        rules = _without(rules, single)
    if not singles or stopped(rules) or not stopped(asked.rules):
        return ()
    kept, rules = list(singles), asked.rules
    for single in singles:
        without = _without(rules, single)
        if stopped(without):
            kept.remove(single)
            rules = without
    return tuple(single.rule for single in kept)


def _without(rules: Rules, single: Single) -> Rules:
    """The rules without a demand, whatever was dropped before."""
    same = (each for each in single_demands(rules) if (each.kind, each.rule) == (single.kind, single.rule))
    return next(same).without
