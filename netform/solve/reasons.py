"""The smallest change that would remove an exception: tried out, not guessed.

Where practices cannot be divided within the rules, each kind of change is looked for on its own: the nearest bound,
by trying one after the other until the step is one patient; one bridge, nearest practices first; one demand of
the planner dropped. Whatever is said has been tried, and the practices were divisible then. Demands that clash with
the map are narrowed down by a deletion filter to a set of which each is needed for the clash.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import networkx as nx

from netform.demands import NO_DEMANDS
from netform.graph_demands import demanded_graph
from netform.price import single_demands
from netform.rules import MOST_PATIENTS
from netform.solve.deadline import NEVER, Deadline
from netform.solve.divisible import divisible
from netform.solve.feasibility import Obstacle

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from netform.price import Single
    from netform.rules import Rules

__all__ = ["Reason", "Remedy", "explain", "reason_for"]

# Bridges tried, nearest first.
BRIDGES = 12

# The step from which bounds are tried, patients; it doubles.
FIRST_STEP = 250

# What dropping a demand can change the number of practices by: these let practices back in.
_LETS_IN = frozenset({"pin", "exclude"})
# Not looked at where practices of one part of an area are divided: what bounds do is tried on the bounds.
_NOT_DROPPED = frozenset({"area_band", "networks", "area_networks"})


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

    @property
    def sentence(self) -> str:
        """The obstacles and the remedies as one text for people."""
        obstacles = [obstacle.sentence for obstacle in self.obstacles]
        return " ".join([*obstacles, *(remedy.sentence for remedy in self.remedies)])


def explain(
    graph: nx.Graph,
    codes: Collection[str],
    rules: Rules,
    reasons: Sequence[Obstacle],
    deadline: Deadline = NEVER,
) -> list[Remedy]:
    """List the smallest changes after which some practices can be divided: `reason_for`, without the reason."""
    return list(reason_for(graph, codes, rules, reasons, deadline).remedies)


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
        Of the practices of the whole area (`netform.graph`), without what demands add to it.
    codes : collection of str
        Connected practices that cannot be divided within the rules, or one practice over the band; all that are
        not pinned, left out or over the band where the number of networks is fixed.
    rules : Rules
        Those of the area (`netform.rules.Rules.for_area`).
    reasons : sequence of Obstacle
        What has been seen to stop them.
    deadline : Deadline
        Once it has passed nothing more is tried.
    """
    return _Search(graph, tuple(sorted(codes)), rules, tuple(reasons), deadline).reason()


@dataclass
class _Search:
    graph: nx.Graph
    codes: tuple[str, ...]
    rules: Rules
    reasons: tuple[Obstacle, ...]
    whole_deadline: Deadline
    deadline: Deadline = NEVER

    def reason(self) -> Reason:
        self.share(5)
        dropped = list(self.dropped())
        self.share(4)
        clash = self.clash()
        self.share(3)
        least = self.nearest_least()
        self.share(2)
        most = self.nearest_most()
        self.share(1)
        remedies = tuple(remedy for remedy in (*dropped, least, most, self.bridge()) if remedy)
        return Reason(self.codes, (*self.planners(dropped, clash), *self.reasons), clash, remedies)

    def share(self, kinds: int) -> None:
        """Give the next of some kinds of change its share of the time left."""
        left = self.whole_deadline.seconds_left
        if left is not None:
            clock = self.whole_deadline.clock
            self.deadline = Deadline(clock() + left / kinds, clock)

    def divisible(self, codes: Collection[str], rules: Rules, graph: nx.Graph | None = None) -> bool | None:
        """Ask, with as many networks as there have to be."""
        if self.deadline.passed:
            return None
        networks = rules.demands.networks
        if networks is not None:
            over = [code for code in _free(self.graph, rules) if self.list_size(code) > rules.most]
            networks -= len(rules.demands.pins) + len(over)
        whole = self.graph if graph is None else graph
        return divisible(whole, codes, rules, self.deadline, networks=networks)

    def list_size(self, code: str) -> int:
        return int(self.graph.nodes[code]["list_size"])

    @cached_property
    def free(self) -> frozenset[str]:
        """Practices of the area that are neither pinned nor left out."""
        return _free(self.graph, self.rules)

    @cached_property
    def rules_of_planner(self) -> list[Single]:
        """The demands that can be dropped for these practices."""
        return [
            single
            for single in single_demands(self.rules)
            if single.kind not in _NOT_DROPPED
            and (not single.practice_codes or set(single.practice_codes) & set(self.scope))
        ]

    @cached_property
    def scope(self) -> tuple[str, ...]:
        """The practices, and the pinned and left out ones that lie next to them or to one another."""
        demands = self.rules.demands
        groups = [
            set(group) & set(self.graph) for group in (*demands.pins, *((code,) for code in demands.exclude))
        ]
        scope = set(self.codes)
        grown = True
        while grown:
            grown = False
            around = {other for code in scope for other in self.graph[code]}
            for group in groups:
                if group & around and not group <= scope:
                    scope |= group
                    grown = True
        return tuple(sorted(scope))

    def dropped(self) -> Iterator[Remedy]:
        """Every demand that is enough to drop."""
        for single in self.rules_of_planner:
            for codes in self.with_let_in(single):
                if self.divisible(codes, single.without):
                    sentence = f"Without the rule “{single.rule}” no exception would be needed here."
                    yield Remedy(single.kind, sentence, single.without, None, codes)
                    break
        if self.rules.demands.networks is not None:
            rules = replace(self.rules, demands=replace(self.rules.demands, networks=None))
            if self.divisible(self.codes, rules):
                sentence = (
                    f"With another number of networks than {self.rules.demands.networks} no exception "
                    "would be needed here."
                )
                yield Remedy("networks", sentence, rules, None, self.codes)

    def with_let_in(self, single: Single) -> Iterator[tuple[str, ...]]:
        """The practices to ask about without a demand: those it lets in are to be placed as well.

        They may be placed with these, or with others that they border.
        """
        if single.kind not in _LETS_IN:
            yield self.codes
            return
        within = tuple(sorted({*self.codes, *(set(single.practice_codes) & set(self.graph))}))
        yield within
        free = [
            code
            for code in _free(self.graph, single.without)
            if self.list_size(code) <= self.rules.most or code in self.codes
        ]
        joined = demanded_graph(self.graph, single.without.demands).subgraph(free)
        reached: set[str] = set()
        for code in self.codes:
            reached |= nx.node_connected_component(joined, code)
        wide = tuple(sorted(reached | set(within)))
        if wide != within:
            yield wide

    def clash(self) -> tuple[str, ...]:
        """Demands that together stop a division and of which each is needed.

        First among those without which nothing is to be placed that was not, then among all.
        """
        staying = [single for single in self.rules_of_planner if single.kind not in _LETS_IN]
        return self.filtered(staying, self.codes) or self.filtered(self.rules_of_planner, self.scope)

    def filtered(self, singles: Sequence[Single], codes: Sequence[str]) -> tuple[str, ...]:
        """Drop demand after demand as long as no division exists: a deletion filter; none if all make no difference."""
        # Practices about to merge stay neighbours here, so that each demand dropped only ever allows more.
        graph = demanded_graph(self.graph, self.rules.demands)

        def stopped(rules: Rules) -> bool:
            return self.divisible(codes, rules, graph) is False

        rules = self.rules
        for single in singles:
            rules = _dropped(rules, single)
        if not singles or stopped(rules) or not stopped(self.rules):
            return ()
        kept, rules = list(singles), self.rules
        for single in singles:
            without = _dropped(rules, single)
            if stopped(without):
                kept.remove(single)
                rules = without
        return tuple(single.rule for single in kept)

    def planners(self, dropped: Sequence[Remedy], clash: Sequence[str]) -> Iterator[Obstacle]:
        """The obstacle that the planner's own demands are, where they are one."""
        pins = [remedy for remedy in dropped if remedy.kind == "pin"]
        if pins:
            behind = sorted({code for remedy in pins for code in remedy.practice_codes} - set(self.codes))
            sentence = (
                f"{_some(self.codes)} cannot be divided within the rules because {_some(behind)} next to them "
                f"{'are' if len(behind) > 1 else 'is'} pinned."
            )
            yield Obstacle("stranded_behind_pin", self.codes, sentence)
        elif clash:
            words = "; ".join(f"“{rule}”" for rule in clash)
            these = "this rule stops" if len(clash) == 1 else "these rules together stop"
            yield Obstacle("demands", self.codes, f"{_some(self.codes)}: {these} any division: {words}.")

    def nearest_least(self) -> Remedy | None:
        """The nearest least that makes them divisible."""
        patients = sum(map(self.list_size, self.codes))
        networks = max(1, -(-patients // self.rules.most))
        start = min(self.rules.least - 1, patients // networks)
        found = (
            self.nearest(start, 1, lambda value: self.rules.with_band(value, None)) if start >= 1 else None
        )
        return found and self.bound("least", *found, self.rules.with_band(found[0], None))

    def nearest_most(self) -> Remedy | None:
        """The nearest most that makes them divisible."""
        patients, most = sum(map(self.list_size, self.codes)), self.rules.most
        # A practice that was over the most can join or be joined once it no longer is.
        over = [self.list_size(code) for code in self.reach(self.rules.with_band(None, MOST_PATIENTS))]
        end = max(patients, sum(over))
        networks = max(1, patients // self.rules.least)
        nearest = -(-patients // networks) if end == patients else most + 1
        start = max(most + 1, nearest, *map(self.list_size, self.codes))
        found = (
            self.nearest(start, end, lambda value: self.rules.with_band(None, value))
            if start <= end
            else None
        )
        if found is None:
            return None
        value, exact = found
        # That it is the nearest rests on such a practice being a network by itself, which demands may forbid.
        exact = exact and (end == patients or self.rules.demands == NO_DEMANDS)
        return self.bound("most", value, exact, self.rules.with_band(None, value))

    def bound(self, kind: str, value: int, exact: bool, rules: Rules) -> Remedy:
        """Put a bound that was found in words."""
        now = self.rules.least if kind == "least" else self.rules.most
        less = "" if exact else "; whether a smaller change would do is not known"
        sentence = (
            f"With a {kind} of {value:,} patients in a network instead of {now:,} no exception would be needed "
            f"here{less}."
        )
        return Remedy(kind, sentence, rules, None, self.reach(rules))

    def reach(self, rules: Rules) -> tuple[str, ...]:
        """The practices, and those next to them that were over the most and no longer are."""
        around = {other for code in self.codes for other in self.graph[code]}
        near = self.free if rules.demands.networks is not None else self.free & around
        over = {other for other in near if self.rules.most < self.list_size(other) <= rules.most}
        return tuple(sorted({*self.codes, *over}))

    def nearest(self, start: int, end: int, changed: Callable[[int], Rules]) -> tuple[int, bool] | None:
        """The value nearest to ``start`` in the direction of ``end`` that makes them divisible, and whether proven.

        What is divisible stays so as a band widens, so steps that double and then halve find the value.
        """
        towards = 1 if end >= start else -1
        fails, value, step, exact = start - towards, start, FIRST_STEP, True
        while True:
            answer = self.divisible(self.reach(changed(value)), changed(value))
            if answer:
                break
            exact = exact and answer is False
            if value == end or self.deadline.passed:
                return None
            fails, step = value, step * 2
            value = min(end, value + step) if towards > 0 else max(end, value - step)
        while abs(value - fails) > 1:
            middle = (value + fails) // 2
            answer = self.divisible(self.reach(changed(middle)), changed(middle))
            exact = exact and answer is not None
            value, fails = (middle, fails) if answer else (value, middle)
        return value, exact

    def bridge(self) -> Remedy | None:
        """The nearest two practices that are no neighbours and would, as neighbours, make them divisible."""
        if self.rules.demands.networks is not None:
            return None
        travel, position = self.graph.graph["travel"], self.graph.nodes(data="position")
        usable = [code for code in sorted(self.free) if self.list_size(code) <= self.rules.most]
        pairs = sorted(
            (travel.minutes(position[a], position[b]), a, b)
            for a in self.codes
            if a in usable
            for b in usable
            if a != b and not self.graph.has_edge(a, b) and not (b in self.codes and b < a)
        )
        for minutes, a, b in pairs[:BRIDGES]:
            bridged = nx.Graph(self.graph)
            bridged.add_edge(a, b, kind="bridge", border_m=0.0, distance_km=0.0, minutes=minutes)
            joined = demanded_graph(bridged, self.rules.demands).subgraph(usable)
            part = tuple(sorted(nx.node_connected_component(joined, a)))
            if self.divisible(part, self.rules, bridged):
                sentence = (
                    f"With a bridge between {a} and {b} ({minutes:.0f} minutes by car) no exception would be "
                    "needed here."
                )
                return Remedy("bridge", sentence, self.rules, (min(a, b), max(a, b)), part)
        return None


def _free(graph: nx.Graph, rules: Rules) -> frozenset[str]:
    pinned = {code for pin in rules.demands.pins for code in pin}
    return frozenset(graph) - pinned - set(rules.demands.exclude)


def _dropped(rules: Rules, single: Single) -> Rules:
    """The rules without a demand, whatever was dropped before."""
    same = (each for each in single_demands(rules) if (each.kind, each.rule) == (single.kind, single.rule))
    return next(same).without


def _some(codes: Sequence[str]) -> str:
    if len(codes) <= 4:
        return " and ".join(filter(None, (", ".join(codes[:-1]), codes[-1])))
    return f"{', '.join(codes[:3])} and {len(codes) - 3} more practices"
