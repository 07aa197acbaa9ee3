"""The smallest changes that would remove an exception, each tried out.

Where practices cannot be divided within the rules, each kind of change is looked for on its own: one demand of the
planner dropped, the nearest bound and one bridge. Whatever is said has been tried, and the practices were divisible
then. Demands that clash with one another or with the map are narrowed down by a deletion filter to a set of which each
is needed for the clash. The nearest bound is found by trying one after the other until the step is one patient; a
bridge by trying one at a time, nearest practices first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import chain
from typing import TYPE_CHECKING

import networkx as nx

from netform.explain.divisible import divisible, free_practices
from netform.rules.demanded_graph import demanded_graph
from netform.rules.demands import NO_DEMANDS
from netform.rules.model import MOST_PATIENTS
from netform.rules.single_demands import single_demands
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.outcome import Obstacle

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from netform.rules.model import Rules
    from netform.rules.single_demands import Single

__all__ = ["Reason", "bridge", "clash", "dropped", "nearest_least", "nearest_most", "reason_for"]

# Bridges tried, nearest first.
BRIDGES = 12

# The step from which bounds are tried, patients; it doubles.
FIRST_STEP = 250

# What is said of every change that was tried and is enough.
NONE_NEEDED = "no exception would be needed here"


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change after which the practices can be divided within the rules.

    Attributes
    ----------
    kind : str
        ``least``, ``most``, ``bridge``, ``networks``, or the kind of the demand to drop.
    sentence : str
        For people.
    rules : Rules
        The rules after the change.
    edge : (str, str) or None
        The bridge to add.
    practice_codes : tuple of str
        The practices that are divisible then: those asked about and any that the change brings in.
    """

    kind: str
    sentence: str
    rules: Rules
    edge: tuple[str, str] | None = None
    practice_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Some practices that cannot be divided within the rules, and the time there is to find out why.

    Attributes
    ----------
    graph : networkx.Graph
        Of the practices of the whole area, without what demands add to it.
    codes : tuple of str
        The practices, sorted.
    rules : Rules
        Those of the area.
    deadline : Deadline
    """

    graph: nx.Graph
    codes: tuple[str, ...]
    rules: Rules
    deadline: Deadline

    def divisible(self, codes: Collection[str], rules: Rules, graph: nx.Graph | None = None) -> bool | None:
        """Ask, with as many networks as there have to be."""
        if self.deadline.passed:
            return None
        networks = rules.demands.networks
        if networks is not None:
            over = [code for code in free_practices(self.graph, rules) if self.list_size(code) > rules.most]
            networks -= len(rules.demands.pins) + len(over)
        whole = self.graph if graph is None else graph
        return divisible(whole, codes, rules, self.deadline, networks=networks)

    def list_size(self, code: str) -> int:
        """The list size of a practice."""
        return int(self.graph.nodes[code]["list_size"])


def nearest_least(asked: Question) -> Remedy | None:
    """The nearest least that makes them divisible."""
    patients = sum(map(asked.list_size, asked.codes))
    networks = max(1, -(-patients // asked.rules.most))
    return _nearest(asked, "least", min(asked.rules.least - 1, patients // networks), 1)


def nearest_most(asked: Question) -> Remedy | None:
    """The nearest most that makes them divisible."""
    patients, most = sum(map(asked.list_size, asked.codes)), asked.rules.most
    # A practice that was over the most can join or be joined once it no longer is.
    over = [asked.list_size(code) for code in _reach(asked, asked.rules.with_band(None, MOST_PATIENTS))]
    end = max(patients, sum(over))
    networks = max(1, patients // asked.rules.least)
    nearest = -(-patients // networks) if end == patients else most + 1
    start = max(most + 1, nearest, *map(asked.list_size, asked.codes))
    # That it is the nearest rests on such a practice being a network by itself, which demands may forbid.
    exact = end == patients or asked.rules.demands == NO_DEMANDS
    return _nearest(asked, "most", start, end, exact=exact)


def bridge(asked: Question) -> Remedy | None:
    """The nearest two practices that are no neighbours and would, as neighbours, make them divisible."""
    if asked.rules.demands.networks is not None:
        return None
    travel, position = asked.graph.graph["travel"], asked.graph.nodes(data="position")
    free = free_practices(asked.graph, asked.rules)
    usable = [code for code in sorted(free) if asked.list_size(code) <= asked.rules.most]
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
            sentence = f"With a bridge between {a} and {b} ({minutes:.0f} minutes by car) {NONE_NEEDED}."
            return Remedy("bridge", sentence, asked.rules, (min(a, b), max(a, b)), part)
    return None


def _reach(asked: Question, rules: Rules) -> tuple[str, ...]:
    """The practices, and those next to them that were over the most and no longer are."""
    near = free_practices(asked.graph, asked.rules)
    if rules.demands.networks is None:
        near &= {other for code in asked.codes for other in asked.graph[code]}
    over = {other for other in near if asked.rules.most < asked.list_size(other) <= rules.most}
    return tuple(sorted({*asked.codes, *over}))


def _nearest(asked: Question, kind: str, start: int, end: int, *, exact: bool = True) -> Remedy | None:
    """The bound nearest to ``start`` in the direction of ``end`` that makes them divisible; None where none does.

    What is divisible stays so as a band widens, so steps that double and then halve find it. Where it may
    not be the nearest, not every answer being known or ``exact`` being False, the sentence says so.
    """
    towards = 1 if kind == "most" else -1
    if towards * (end - start) < 0:
        return None

    def changed(value: int) -> Rules:
        return asked.rules.with_band(None, value) if kind == "most" else asked.rules.with_band(value, None)

    def divisible(value: int) -> bool | None:
        return asked.divisible(_reach(asked, changed(value)), changed(value))

    fails, value, step = start - towards, start, FIRST_STEP
    while not (answer := divisible(value)):
        exact = exact and answer is False
        if value == end or asked.deadline.passed:
            return None
        fails, step = value, step * 2
        value = min(end, value + step) if towards > 0 else max(end, value - step)
    while abs(value - fails) > 1:
        middle = (value + fails) // 2
        answer = divisible(middle)
        exact = exact and answer is not None
        value, fails = (middle, fails) if answer else (value, middle)
    now = asked.rules.most if kind == "most" else asked.rules.least
    less = "" if exact else "; whether a smaller change would do is not known"
    sentence = f"With a {kind} of {value:,} patients in a network instead of {now:,} {NONE_NEEDED}{less}."
    return Remedy(kind, sentence, changed(value), None, _reach(asked, changed(value)))


# What dropping a demand can change the number of practices by: these let practices back in.
_LETS_IN = frozenset({"pin", "exclude"})
# Not looked at where practices of one part of an area are divided: what bounds do is tried on the bounds.
_NOT_DROPPED = frozenset({"area_band", "networks", "area_networks"})


def dropped(asked: Question) -> Iterator[Remedy]:
    """Every demand that is enough to drop, the number of networks last."""
    number = [single for single in single_demands(asked.rules) if single.kind == "networks"]
    for single in (*_droppable(asked), *number):
        change = f"Without the rule “{single.rule}”"
        if single.kind == "networks":
            change = f"With another number of networks than {asked.rules.demands.networks}"
        for codes in _with_let_in(asked, single):
            if asked.divisible(codes, single.without):
                yield Remedy(single.kind, f"{change} {NONE_NEEDED}.", single.without, None, codes)
                break


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
    pins = [[code for code in pin if code in asked.graph] for pin in asked.rules.demands.pins]
    near = nx.Graph(asked.graph.subgraph({*asked.codes, *chain(*pins), *asked.rules.demands.exclude}))
    for pin in pins:
        nx.add_path(near, pin)
    return tuple(sorted(_reached(near, asked.codes)))


def _reached(graph: nx.Graph, codes: Sequence[str]) -> set[str]:
    """The practices of a graph that any of some can be joined to."""
    return set[str]().union(*(nx.node_connected_component(graph, code) for code in codes))


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
    wide = tuple(sorted({*within, *_reached(joined, asked.codes)}))
    if wide != within:
        yield wide


def _filtered(asked: Question, singles: Sequence[Single], codes: Sequence[str]) -> tuple[str, ...]:
    """Drop demand after demand as long as no division exists: a deletion filter; none if all make no difference."""
    # Practices about to merge stay neighbours here, so that each demand dropped only ever allows more.
    graph = demanded_graph(asked.graph, asked.rules.demands)

    def stopped(rules: Rules) -> bool:
        return asked.divisible(codes, rules, graph) is False

    if not singles or stopped(reduce(_without, singles, asked.rules)) or not stopped(asked.rules):
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


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some practices cannot all be in networks that keep the rules, and what would change that.

    Attributes
    ----------
    practice_codes : tuple of str
        The practices, sorted.
    obstacles : tuple of Obstacle
        As given, after ``stranded_behind_pin`` or ``demands`` where the planner's own demands stop a division.
    clash : tuple of str
        Demands, in words, that together stop it; each of them is needed for that. Empty when none is to blame.
    remedies : tuple of Remedy
        Demands to drop first, then bounds, then bridges.
    """

    practice_codes: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]
    clash: tuple[str, ...]
    remedies: tuple[Remedy, ...]


def reason_for(
    graph: nx.Graph,
    codes: Collection[str],
    rules: Rules,
    reasons: Sequence[Obstacle],
    deadline: Deadline = NEVER,
) -> Reason:
    """Find out what stands in the way of some practices, and the smallest changes that would remove it.

    Parameters
    ----------
    graph : networkx.Graph
        Of the practices of the whole area (`netform.map.graph`), without what demands add to it.
    codes : collection of str
        Connected practices that cannot be divided within the rules, or one practice over the band; all that are
        not pinned, left out or over the band where the number of networks is fixed.
    rules : Rules
        Those of the area (`netform.rules.model.Rules.for_area`).
    reasons : sequence of Obstacle
        What has been seen to stop them.
    deadline : Deadline
        Once it has passed nothing more is tried.
    """
    practices = tuple(sorted(codes))

    def asked(kinds: int) -> Question:
        # Five kinds of change share the time, each with those after it.
        return Question(graph, practices, rules, deadline.share(1 / kinds))

    to_drop = list(dropped(asked(5)))
    together = clash(asked(4))
    least, most = nearest_least(asked(3)), nearest_most(asked(2))
    remedies = (*to_drop, least, most, bridge(asked(1)))
    return Reason(
        practices,
        (*_planners(practices, to_drop, together), *reasons),
        together,
        tuple(remedy for remedy in remedies if remedy),
    )


def _planners(
    codes: tuple[str, ...], to_drop: Sequence[Remedy], together: Sequence[str]
) -> Iterator[Obstacle]:
    """The obstacle that the planner's own demands are, where they are one."""
    pins = [remedy for remedy in to_drop if remedy.kind == "pin"]
    if pins:
        behind = sorted({code for remedy in pins for code in remedy.practice_codes} - set(codes))
        sentence = (
            f"{_some(codes)} cannot be divided within the rules because {_some(behind)} next to them "
            f"{'are' if len(behind) > 1 else 'is'} pinned."
        )
        yield Obstacle("stranded_behind_pin", codes, sentence)
    elif together:
        words = "; ".join(f"“{rule}”" for rule in together)
        these = "this rule stops" if len(together) == 1 else "these rules together stop"
        yield Obstacle("demands", codes, f"{_some(codes)}: {these} any division: {words}.")


def _some(codes: Sequence[str]) -> str:
    names = [*codes[:3], f"{len(codes) - 3} more practices"] if len(codes) > 4 else codes
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
