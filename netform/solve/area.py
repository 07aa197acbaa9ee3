"""Plan one area: set oversize practices apart, split into connected parts, list, choose; exceptions last.

Exceptions are minimised before any cost: first how many networks lie outside the band, then by how many
patients. A part without exceptions is what the first attempt looks for; only its proven failure, or a plan that
must be had within the time, opens the band.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.enumerate import Adjacency, list_candidates, take_census
from netform.errors import ImpossibleError, NoPlanError, RulesError
from netform.plan import AreaResult
from netform.scores import ScoringData, candidate_costs
from netform.scores.balance import group_sums
from netform.solve.choose import Choice, choose
from netform.solve.deadline import NEVER, Deadline
from netform.solve.feasibility import Obstacle, connected_parts, obstacles, oversize
from netform.solve.linear import SideRow
from netform.solve.relaxation import Choosing
from netform.solve.search import Group, Problem, better_plan, first_plan, group_costs, store_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules import Rules

__all__ = ["AreaOutcome", "Options", "Placed", "Progress", "solve_area"]

# Connected groups that may be listed: 25 million take about 2 GB with what choosing needs.
MOST_LISTED = 25_000_000

# How far outside the band exceptions are looked for, registered patients, one step after the other.
WIDENINGS = (1_000, 2_500, 5_000, 10_000, 20_000, 10**9)

# In the first choice among exceptions each weighs this much, and each patient outside the band 1/1000.
EXCEPTION = 1_000.0


@dataclass(frozen=True, slots=True)
class Options:
    """How a run goes about it, besides the rules.

    Attributes
    ----------
    strict : bool
        Refuse exceptions, with the reason.
    networks : int or None
        The number of networks, when it is fixed.
    seed : int
        Of the search for first plans.
    workers : int
        Threads for listing.
    """

    strict: bool = False
    networks: int | None = None
    seed: int = 0
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Placed:
    """A network of the outcome: its members, and why it is outside the band if it is."""

    practice_codes: tuple[str, ...]
    exception: str | None = None
    explanation: str | None = None


@dataclass(frozen=True, slots=True)
class AreaOutcome:
    """The plan of an area and what is proven of it."""

    result: AreaResult
    networks: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Who is told how an area is getting on, and who says when to stop.

    Attributes
    ----------
    deadline : Deadline
        When to stop; looked at between steps.
    on_stage : callable
        Told of each stage as it begins.
    on_plan : callable
        Told of every better complete plan of the area.
    clock : callable
        Seconds, monotonic.
    """

    deadline: Deadline = NEVER
    on_stage: Callable[[str], None] = lambda _stage: None
    on_plan: Callable[[AreaOutcome], None] = lambda _outcome: None
    clock: Callable[[], float] = time.perf_counter


@dataclass(frozen=True, slots=True)
class _Part:
    """What choosing came to for one connected part, in codes."""

    status: str
    networks: tuple[Placed, ...]
    cost: float
    bound: float
    candidates: int
    method: str
    notes: tuple[str, ...] = ()


def solve_area(
    graph: nx.Graph, area: str, codes: Collection[str], rules: Rules, options: Options, progress: Progress
) -> AreaOutcome:
    """The best plan of an area, with what is proven of it.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices by code (`netform.graph`).
    area : str
    codes : collection of str
        The practices of the area.
    rules : Rules
    options : Options
    progress : Progress

    Raises
    ------
    ImpossibleError
        Exceptions are needed and ``options.strict`` forbids them.
    RulesError
        The number of networks asked for cannot hold the patients.
    """
    return _AreaSolver(graph.subgraph(codes), area, rules, options, progress).solve()


@dataclass(slots=True)
class _AreaSolver:
    graph: nx.Graph
    area: str
    rules: Rules
    options: Options
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    done: list[_Part] = field(default_factory=list)

    def solve(self) -> AreaOutcome:
        alone = oversize(self.graph, self.rules)
        self.refuse(alone)
        parts = connected_parts(self.graph, self.rules)
        networks = self.options.networks
        if networks is not None:
            # A number of networks ties all parts together.
            parts = [tuple(code for part in parts for code in part)]
            self._check_number(parts[0], networks - len(alone))
        for obstacle in alone:
            placed = Placed(obstacle.practice_codes, obstacle.reason, obstacle.sentence)
            cost = self._cost([obstacle.practice_codes])
            self.done.append(_Part("optimal", (placed,), cost, cost, 0, "", (obstacle.sentence,)))
        for number, part in enumerate(parts):
            later = [self._whole(codes) for codes in parts[number + 1 :]]
            if part:
                solver = _PartSolver(self, part, whole=len(parts) == 1 and not alone, later=later)
                self.done.append(solver.solve(None if networks is None else networks - len(alone)))
        return self.outcome(self.done)

    def outcome(self, parts: Sequence[_Part]) -> AreaOutcome:
        """Put the parts together."""
        weakest = ("infeasible", "unknown", "feasible", "optimal")
        status = min((part.status for part in parts), key=weakest.index, default="optimal")
        networks = tuple(sorted((n for part in parts for n in part.networks), key=lambda n: n.practice_codes))
        cost = math.fsum(part.cost for part in parts)
        bound = math.fsum(part.bound for part in parts)
        result = AreaResult(
            area=self.area,
            status=status,
            cost=cost,
            bound=bound,
            practices=len(self.graph),
            networks=len(networks),
            candidates=sum(part.candidates for part in parts),
            method=" ".join(dict.fromkeys(part.method for part in parts if part.method)),
            seconds=dict(self.seconds),
            notes=tuple(note for part in parts for note in part.notes),
        )
        return AreaOutcome(result, networks)

    @property
    def named(self) -> str:
        """The area as part of a sentence."""
        return f" for area {self.area}" if self.area else ""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Tell of a stage and take its time."""
        self.progress.on_stage(name)
        begin = self.progress.clock()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.progress.clock() - begin

    def refuse(self, found: Sequence[Obstacle]) -> None:
        """Raise the reasons found when exceptions are forbidden."""
        if self.options.strict and found:
            where = f"area {self.area}: " if self.area else ""
            raise ImpossibleError("\n".join(f"{where}{obstacle.sentence}" for obstacle in found))

    def _check_number(self, codes: Collection[str], networks: int) -> None:
        patients = sum(self.graph.nodes[code]["list_size"] for code in codes)
        fewest, most = -(-patients // self.rules.most), patients // self.rules.least
        if networks < 0 or not networks * self.rules.least <= patients <= networks * self.rules.most:
            possible = f"{fewest} to {most}" if fewest <= most else "no number"
            raise RulesError(
                f"{networks} networks cannot hold {patients:,} patients within {self.rules.least:,}-"
                f"{self.rules.most:,} each (practices over the band set apart): {possible} can. Change --networks."
            )

    def _cost(self, groups: Sequence[Collection[str]]) -> float:
        codes = sorted({code for group in groups for code in group})
        number = {code: k for k, code in enumerate(codes)}
        data = ScoringData.of(self.graph, codes, self.rules)
        store = store_of([tuple(number[code] for code in group) for group in groups], len(codes))
        return math.fsum(candidate_costs(store, data))

    def _whole(self, codes: tuple[str, ...]) -> _Part:
        """A part not yet planned, as one network: it stands in while earlier parts report their plans."""
        cost = self._cost([codes])
        placed = Placed(codes, "not_planned", "The run ended before this part was planned.")
        return _Part("feasible", (placed,), cost, 0.0, 0, "")


@dataclass(slots=True)
class _PartSolver:
    area: _AreaSolver
    codes: tuple[str, ...]
    whole: bool
    later: list[_Part]
    problem: Problem = field(init=False)
    rules: Rules = field(init=False)
    adjacency: Adjacency = field(init=False)

    def __post_init__(self) -> None:
        self.rules = self.area.rules
        graph = self.area.graph
        self.problem = Problem.of(graph, self.codes, lambda chosen: ScoringData.of(graph, chosen, self.rules))
        self.codes = self.problem.codes
        self.adjacency = Adjacency.of(self.problem.graph)

    def solve(self, networks: int | None) -> _Part:
        """Within the band if a plan exists, else with the fewest exceptions."""
        seen = (
            obstacles(self.area.graph, self.codes, self.rules, whole=self.whole) if networks is None else []
        )
        self.area.refuse(seen)
        if seen:
            return self._with_exceptions(seen, networks)
        listed = self._list(self.rules.least, self.rules.most, enclaves=True)
        if listed is None:
            return self._by_search()
        store, costs = listed
        sides = self._sides(store, networks)
        choice = self._choose(Choosing(store, costs, sides, self.problem.patients // self.rules.least))
        if choice.status == "infeasible":
            obstacle = Obstacle(
                "geography",
                self.codes,
                f"No division of these {len(self.codes)} practices into contiguous networks of {self.rules.least:,}-"
                f"{self.rules.most:,} patients exists: all {len(store):,} possible networks were tried together.",
            )
            self.area.refuse([obstacle])
            return self._with_exceptions([obstacle], networks)
        if choice.chosen is None:
            return self._by_search(bound=choice.bound, listed=len(store))
        groups = [store[int(j)] for j in choice.chosen]
        return self._part(choice, groups, len(store), _method(choice, len(store)))

    def _with_exceptions(self, reasons: Sequence[Obstacle], networks: int | None) -> _Part:
        """The fewest networks outside the band, then the fewest patients, then the least cost."""
        least, most = self.rules.least, self.rules.most
        for widening in WIDENINGS:
            low, high = max(1, least - widening), min(most + widening, self.rules.exception_most)
            listed = self._list(low, high, enclaves=False)
            if listed is None:
                break
            store, costs = listed
            patients = group_sums(store, self.problem.data.list_size)
            outside = np.maximum(0.0, np.maximum(least - patients, patients - most))
            weight = np.where(outside > 0, EXCEPTION + outside / 1000, 0.0)
            sides = self._sides(store, networks)
            number = self.problem.patients if low < 2 else self.problem.patients // low
            fewest = self._choose(Choosing(store, weight, sides, min(number, len(self.codes))), quiet=True)
            if fewest.chosen is None:
                continue
            count = int((weight[fewest.chosen] > 0).sum())
            # One exception is the fewest there can be once none is proven impossible, and nothing that lies
            # further outside the band betters its patients; more than one is settled by the widest list alone.
            settled = fewest.status == "optimal" and (count <= 1 or widening == WIDENINGS[-1])
            if not settled and widening != WIDENINGS[-1]:
                continue
            return self._cheapest(store, costs, weight, fewest, reasons, settled=settled, sides=sides)
        if networks is not None:
            raise RulesError(
                f"no division of these practices into exactly {networks} contiguous networks was found, even with "
                "exceptions. Change --networks, or add neighbours with --edges."
            )
        return self._by_search(reasons=reasons)

    def _cheapest(
        self,
        store: CandidateStore,
        costs: NDArray[np.float64],
        weight: NDArray[np.float64],
        fewest: Choice,
        reasons: Sequence[Obstacle],
        *,
        settled: bool,
        sides: tuple[SideRow, ...],
    ) -> _Part:
        """The least cost among the plans with the fewest exceptions."""
        total = math.fsum(weight[fewest.chosen])
        # A patient is worth 1/1000: half of that separates this total from the next.
        kept = np.flatnonzero(weight <= total + 0.0005)
        some = store.take(kept)
        patients = group_sums(some, self.problem.data.list_size)
        out = np.maximum(0.0, np.maximum(self.rules.least - patients, patients - self.rules.most))
        where = np.searchsorted(kept, [] if fewest.chosen is None else fewest.chosen)
        count = SideRow((out > 0).astype(np.float64), -math.inf, float((out[where] > 0).sum()))
        side = SideRow(out, -math.inf, float(out[where].sum()) + 0.5)
        rows = (*(row.take(kept) for row in sides), count, side)
        choosing = Choosing(some, costs[kept], rows, len(self.codes))
        choice = self._choose(choosing)
        if choice.chosen is None:
            groups = [store[int(j)] for j in fewest.chosen] if fewest.chosen is not None else []
            cost = math.fsum(costs[fewest.chosen])
            choice = Choice("feasible", fewest.chosen, cost, max(0.0, min(choice.bound, cost)))
        else:
            groups = [some[int(j)] for j in choice.chosen]
        method = _method(choice, len(store))
        if not settled:
            method += " That the exceptions are the fewest possible is not proven."
            choice = replace(
                choice, status="feasible", bound=0.0 if choice.status == "optimal" else choice.bound
            )
        return self._part(choice, groups, len(store), method, reasons)

    def _by_search(self, *, bound: float = 0.0, listed: int = 0, reasons: Sequence[Obstacle] = ()) -> _Part:
        """A plan by neighbourhood search, where the candidates are too many to list or time is short."""
        if self.area.options.networks is not None:
            raise NoPlanError(
                "the number of networks can be fixed only where all feasible networks can be listed and chosen from "
                "in the time: leave out --networks, narrow the band, or allow more with --time-limit."
            )
        with self.area.stage("search"):
            plan = first_plan(self.problem, self.area.options.seed, self.area.progress.deadline)
            self._report(plan)
            plan = better_plan(
                self.problem, plan, _choose_groups, self.area.progress.deadline, on_plan=self._report
            )
        outside = [self._outside(group) for group in plan]
        if self.area.options.strict and any(outside):
            raise NoPlanError(
                f"no plan without exceptions was found in the time given{self.area.named}, and --strict forbids them; "
                "that none exists is not proven. Allow more with --time-limit."
            )
        cost = math.fsum(group_costs(self.problem, plan))
        overhead = self.rules.weight("overhead") * self.rules.overhead_hours_week
        # Exceptions may be as large as exception_most, so that is what bounds the number of networks.
        largest = max(self.rules.exception_most, self.rules.most)
        floor = overhead * -(-self.problem.patients // largest)
        if bound > floor:
            method = (
                f"Time ran out while choosing among all {listed:,} feasible networks: the plan comes from search, "
                "the bound from the relaxation over all of them."
            )
        else:
            method = (
                "The feasible networks are too many to list, so the plan comes from search: the best found, not "
                "proven best. Its bound counts only the overhead of the fewest networks possible and is weak."
            )
        choice = Choice("feasible", None, cost, min(cost, max(bound, floor)))
        return self._part(choice, plan, listed, method, reasons)

    def _outside(self, group: Group) -> int:
        """Registered patients by which a group is outside the band."""
        patients = int(self.problem.data.list_size[list(group)].sum())
        return max(0, self.rules.least - patients, patients - self.rules.most)

    def _list(
        self, least: int, most: int, *, enclaves: bool
    ) -> tuple[CandidateStore, NDArray[np.float64]] | None:
        """Every candidate of a band with its cost; None when there are too many."""
        workers = self.area.options.workers
        with self.area.stage("enumerate"):
            census = take_census(self.adjacency, least, most, limit=MOST_LISTED, workers=workers)
            if not census.complete:
                return None
            store = list_candidates(
                self.adjacency, least, most, census=census, enclaves=enclaves, workers=workers
            )
        with self.area.stage("score"):
            return store, candidate_costs(store, self.problem.data)

    def _choose(self, choosing: Choosing, *, quiet: bool = False) -> Choice:
        """Choose, telling of better plans unless they are not yet priced in hours."""

        def on_plan(choice: Choice) -> None:
            assert choice.chosen is not None  # noqa: S101 (a plan is what it was told of)
            self._report([tuple(choosing.store[int(j)]) for j in choice.chosen], choice.bound)

        def improve(chosen: NDArray[np.int64] | None) -> list[Group]:
            if chosen is None:
                plan = first_plan(self.problem, self.area.options.seed, self.area.progress.deadline)
            else:
                plan = [tuple(int(v) for v in choosing.store[int(j)]) for j in chosen]
            return better_plan(self.problem, plan, _choose_groups, self.area.progress.deadline)

        return choose(
            choosing,
            self.area.progress.deadline,
            stage=self.area.stage,
            on_plan=(lambda _choice: None) if quiet else on_plan,
            improve=None if quiet or choosing.sides else improve,
        )

    def _sides(self, store: CandidateStore, networks: int | None) -> tuple[SideRow, ...]:
        if networks is None:
            return ()
        return (SideRow(np.ones(len(store)), float(networks), float(networks)),)

    def _report(self, plan: Sequence[Group], bound: float = 0.0) -> None:
        """Tell of a plan of this part together with what stands for the others."""
        cost = math.fsum(group_costs(self.problem, plan))
        part = self._part(Choice("feasible", None, cost, min(bound, cost)), plan, 0, "The run was cut short.")
        self.area.progress.on_plan(self.area.outcome([*self.area.done, part, *self.later]))

    def _part(
        self,
        choice: Choice,
        groups: Sequence[Sequence[int] | NDArray[np.uint16]],
        candidates: int,
        method: str,
        reasons: Sequence[Obstacle] = (),
    ) -> _Part:
        networks = []
        for group in groups:
            codes = tuple(self.codes[int(v)] for v in group)
            patients = sum(self.area.graph.nodes[code]["list_size"] for code in codes)
            if self.rules.least <= patients <= self.rules.most:
                networks.append(Placed(codes))
            else:
                networks.append(self._exception(codes, patients, reasons))
        notes = tuple(obstacle.sentence for obstacle in reasons)
        return _Part(choice.status, tuple(networks), choice.cost, choice.bound, candidates, method, notes)

    def _exception(self, codes: tuple[str, ...], patients: int, reasons: Sequence[Obstacle]) -> Placed:
        """Name the reason that touches the network; search alone gives no proof."""
        if not reasons:
            return Placed(
                codes, "search", "No plan within the band was found here; that none exists is not proven."
            )
        touching = [obstacle for obstacle in reasons if set(obstacle.practice_codes) & set(codes)]
        obstacle = (touching or list(reasons))[0]
        return Placed(codes, obstacle.reason, f"{patients:,} patients. {obstacle.sentence}")


def _choose_groups(choosing: Choosing, deadline: Deadline) -> NDArray[np.int64] | None:
    """The exact choice of a neighbourhood; a failure is no plan."""
    return choose(choosing, deadline).chosen


def _method(choice: Choice, candidates: int) -> str:
    if choice.status == "optimal":
        return f"All {candidates:,} feasible networks were listed and scored, and no other choice of them costs less."
    return (
        f"All {candidates:,} feasible networks were listed and scored; the plan is the best found in the time, and "
        "no choice of them costs less than the bound."
    )
