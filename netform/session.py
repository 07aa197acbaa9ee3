"""A plan to argue with: keep what is expensive, change the rules, ask again.

A session holds a prepared list and every candidate it has listed, so that a changed rule is answered at once::

    session = Session(prepared, load_profile())
    plan = session.solve()
    pinned = session.solve(replace(rules, demands=replace(rules.demands, pins=(("A81001", "A81002"),))))
    fronts = session.front(parse_axis("patient_travel"), parse_axis("workforce"))

Every plan it gives is audited. It is what the planner's page sits on.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.errors import NoPlanError
from netform.explain.obstacles import oversize_networks, pin_networks, place
from netform.pipeline import make_plan
from netform.plan.grouping import Groups, Moves
from netform.plan.model import AreaResult, Plan
from netform.prepared import Prepared
from netform.rules.demanded_graph import demanded_graph
from netform.scores import network_cost, network_terms
from netform.solve.area import solve_area
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.candidate_cache import CandidateCache
from netform.solve.model.outcome import AreaCase, AreaOutcome, Options, Progress
from netform.solve.near_optimal.pareto_front import TracedPoint, trace_front
from netform.solve.near_optimal.plans import NearOptimalPlans, Ranked
from netform.solve.reoptimise.changed_rules import ChangedRules
from netform.tradeoff.model import Alternative, Axis, Border, Front, FrontPoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import networkx as nx

    from netform.rules.model import Rules

__all__ = ["Moves", "Session"]


@dataclass(slots=True)
class Session:
    """Answers about one prepared list, with what it has listed kept between them.

    Attributes
    ----------
    prepared : Prepared
    rules : Rules
        Those of questions that give none.
    options : Options
    on_stage : callable
        Told what the session is at.
    """

    prepared: Prepared
    rules: Rules
    options: Options = field(default_factory=Options)
    on_stage: Callable[[str], None] = field(default=lambda _stage: None)
    _listings: CandidateCache = field(init=False)
    _outcomes: dict[tuple[str, Rules], AreaOutcome] = field(default_factory=dict)
    _again: dict[str, ChangedRules] = field(default_factory=dict)
    _nears: dict[str, NearOptimalPlans] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing listed."""
        self._listings = CandidateCache(
            self.options.workers, keep=True, memory=self.options.memory, let_go=self._let_go
        )

    def solve(
        self, rules: Rules | None = None, *, moves: Moves | None = None, seconds: float | None = None
    ) -> Plan:
        """The best plan by the rules, audited; with ``moves`` the best that is near its start.

        Parameters
        ----------
        rules : Rules, optional
        moves : Moves, optional
        seconds : float, optional
            Until the best plan so far is taken, for all areas together.

        Raises
        ------
        ImpossibleError
            No plan keeps the rules.
        NoPlanError
            None was found in the time.
        """
        chosen = self.rules if rules is None else rules
        options = replace(self.options, moves=moves)
        deadline = _deadline(seconds)

        def plan_areas(
            _graph: nx.Graph, areas: Mapping[str, Sequence[str]], _rules: Rules, _options: Options
        ) -> list[AreaOutcome]:
            return [self._outcome(area, chosen, options, deadline) for area in sorted(areas)]

        return make_plan(self.prepared, chosen, options, plan_areas)

    def front(
        self,
        x: Axis,
        y: Axis,
        *,
        resolution: float = 0.02,
        complete: bool = False,
        seconds: float | None = None,
    ) -> list[Front]:
        """The exact front of every area, in order of area.

        Parameters
        ----------
        x, y : Axis
        resolution : float
            Share of each axis's range.
        complete : bool
            Find every point of the front.
        seconds : float, optional
            For all areas together.

        Raises
        ------
        NoPlanError
            The candidates of an area cannot be listed, or time ran out before its ends were found.
        """
        fronts = []
        deadline = _deadline(seconds)
        for area in sorted(self.prepared.areas):
            case = self._case(area, deadline)
            self.on_stage(f"front {area}".strip())
            model = case.model
            traced = trace_front(
                model,
                model.hours(x.terms),
                model.hours(y.terms),
                deadline,
                resolution=resolution,
                complete=complete,
                on_point=self._counting(area),
            )
            if not traced.points:
                raise NoPlanError(
                    f"the two ends of the front{_named(area)} were not proven in the time: allow more with "
                    "--time-limit."
                )
            fixed = [self._fixed_hours(case, axis) for axis in (x, y)]
            points = tuple(self._point(case, point, fixed) for point in traced.points)
            best = self._point(case, _traced(case, x, y), fixed)
            unexplored = tuple(
                (x0 + fixed[0], x1 + fixed[0], y0 + fixed[1], y1 + fixed[1])
                for x0, x1, y0, y1 in traced.unexplored
            )
            fronts.append(
                Front(
                    area,
                    x,
                    y,
                    points,
                    traced.resolution_x,
                    traced.resolution_y,
                    traced.proven and case.settled,
                    unexplored,
                    best,
                )
            )
        return fronts

    def alternatives(
        self, count: int, *, within: float = 0.01, different: int = 3, seconds: float | None = None
    ) -> dict[str, list[Alternative]]:
        """For each area the best plan, the ``count`` next best, and the most different ones within a share.

        Parameters
        ----------
        count : int
        within : float
            Share of the best cost that the different ones may cost more.
        different : int
        seconds : float, optional
            For all areas together.
        """
        deadline = _deadline(seconds)
        answers: dict[str, list[Alternative]] = {}
        for area in sorted(self.prepared.areas):
            case, near = self._near(area, deadline)
            self.on_stage(f"alternatives {area}".strip())
            best = Ranked(near.known[0], case.solution.cost, proven=True)
            rows = [("best", best), *(("next", each) for each in near.next_best(count))]
            # What fixed networks cost counts in the allowance.
            share = within * (case.solution.cost + case.fixed_cost) / max(case.solution.cost, 1e-9)
            rows += [("different", each) for each in near.different(different, share)]
            number = {"best": 0, "next": 0, "different": 0}
            answers[area] = []
            for kind, ranked in rows:
                number[kind] += kind != "best"
                answers[area].append(self._alternative(case, near, kind, number[kind], ranked))
        return answers

    def borders(self, *, within: float = 0.01, seconds: float | None = None) -> dict[str, list[Border]]:
        """For each area, whether every two neighbours are together in all, some or none of the plans near the best.

        Parameters
        ----------
        within : float
            Share of the best cost.
        seconds : float, optional
            For all areas together.
        """
        deadline = _deadline(seconds)
        answers = {}
        for area in sorted(self.prepared.areas):
            case, near = self._near(area, deadline)
            self.on_stage(f"borders {area}".strip())
            number = {code: k for k, code in enumerate(case.model.codes)}
            fixed = {code: k for k, each in enumerate(case.fixed) for code in each.practice_codes}
            left_out = set(self.rules.demands.exclude)
            graph = demanded_graph(self.prepared.graph, self.rules.demands).subgraph(
                set(self.prepared.areas[area]) - left_out
            )
            edges = sorted(tuple(sorted(edge)) for edge in graph.edges)
            free = [(a, b) for a, b in edges if a in number and b in number]
            pairs = np.array([(number[a], number[b]) for a, b in free], np.int64).reshape(-1, 2)
            share = within * (case.solution.cost + case.fixed_cost) / max(case.solution.cost, 1e-9)
            told = dict(zip(free, near.together(pairs, share), strict=True))
            answers[area] = [
                Border(
                    a, b, told.get((a, b)) or ("all" if a in fixed and fixed[a] == fixed.get(b) else "none")
                )
                for a, b in edges
            ]
        return answers

    def plan_of(self, groups: Sequence[Groups], method: str, rules: Rules | None = None) -> Plan:
        """A plan of given networks, one sequence for each area in order, with terms, reasons and an audit.

        Parameters
        ----------
        groups : sequence of tuple of tuple of str
            The practice codes of every network, for each area in order of area.
        method : str
            How the plan came to be, for people.
        rules : Rules, optional

        Raises
        ------
        AuditError
            The networks do not keep the rules.
        """
        chosen = self.rules if rules is None else rules
        given = dict(zip(sorted(self.prepared.areas), groups, strict=True))

        def plan_areas(
            graph: nx.Graph, areas: Mapping[str, Sequence[str]], _rules: Rules, _options: Options
        ) -> list[AreaOutcome]:
            return [
                self._given(graph, area, given[area], method, chosen, len(areas[area]))
                for area in sorted(areas)
            ]

        return make_plan(self.prepared, chosen, self.options, plan_areas)

    def _given(
        self, graph: nx.Graph, area: str, groups: Groups, method: str, rules: Rules, practices: int
    ) -> AreaOutcome:
        """The outcome of an area whose networks are given; its bound is the best known."""
        known = self._outcomes.get((area, rules))
        own = rules.for_area(area)
        inside = graph.subgraph(code for codes in groups for code in codes)
        fixed = (*pin_networks(inside, own), *oversize_networks(inside, own))
        before = () if known is None else known.networks
        reasons = () if known is None else known.reasons
        placed = place(graph, groups, own, reasons, (*fixed, *before))
        cost = math.fsum(network_cost(network_terms(graph, codes, own), own) for codes in groups)
        bound = 0.0 if known is None or known.result.bound is None else min(known.result.bound, cost)
        result = AreaResult(
            area, "feasible", cost, bound, practices, len(groups), 0 if known is None else known.result.candidates,
            method,
        )  # fmt: skip
        return AreaOutcome(result, tuple(placed))

    def _outcome(
        self, area: str, rules: Rules, options: Options, deadline: Deadline, *, whole: bool = False
    ) -> AreaOutcome:
        """The best plan of an area, from what is kept where that is enough; ``whole`` if its case is asked for."""
        key = (area, rules)
        known = self._outcomes.get(key)
        if options.moves is None and known is not None and not (whole and known.quick):
            return known
        again = self._again.get(area)
        codes = self.prepared.areas[area]
        graph = demanded_graph(self.prepared.graph.subgraph(codes), rules.demands)
        found = None
        if again is not None and options.moves is None and not whole:
            found = again.solve(rules, options, deadline, self._listings)
        if found is None:
            self.on_stage(f"solving {area}".strip())
            progress = Progress(deadline=deadline, candidate_cache=self._listings, on_stage=self.on_stage)
            found = solve_area(graph, area, codes, rules, options, progress)
        if options.moves is None and found.result.status == "optimal":
            self._outcomes[key] = found
            if again is None:
                base = ChangedRules.of(graph, area, rules, found)
                if base is not None:
                    self._again[area] = base
        return found

    def _let_go(self, codes: tuple[str, ...]) -> None:
        """Keep of an area no more than its plans: what was listed of it has made room for another list."""
        area = next(area for area, inside in self.prepared.areas.items() if codes[0] in inside)
        for key, known in self._outcomes.items():
            if key[0] == area and known.case is not None:
                self._outcomes[key] = replace(known, case=None, quick=True)
        self._again.pop(area, None)
        self._nears.pop(area, None)

    def _case(self, area: str, deadline: Deadline) -> AreaCase:
        """An area as it was stated by the rules of the session."""
        outcome = self._outcome(area, self.rules, self.options, deadline, whole=True)
        if outcome.case is None:
            raise NoPlanError(
                f"the feasible networks{_named(area)} are too many to list, so that nothing can be proven of all "
                "plans: narrow the band, or plan area by area."
            )
        return outcome.case

    def _near(self, area: str, deadline: Deadline) -> tuple[AreaCase, NearOptimalPlans]:
        """The best plan of an area with what is known of the plans near it."""
        case = self._case(area, deadline)
        if case.solution.status != "optimal":
            raise NoPlanError(
                f"the best plan{_named(area)} is not proven, so that nothing can be said of the plans near it: allow "
                "more with --time-limit."
            )
        near = self._nears.get(area)
        if near is None or near.best is not case.solution:
            near = self._nears[area] = NearOptimalPlans(case.model, case.solution, deadline)
        near.deadline = deadline
        return case, near

    def _counting(self, area: str) -> Callable[[int], None]:
        return lambda count: self.on_stage(f"front {area}: {count} points")

    def _fixed_hours(self, case: AreaCase, axis: Axis) -> float:
        """What the networks that every plan has add to an axis."""
        total = 0.0
        for placed in case.fixed:
            terms = network_terms(self.prepared.graph, placed.practice_codes, self.rules)
            total += math.fsum(terms[name] for name in axis.terms)
        return total

    def _point(self, case: AreaCase, point: TracedPoint, fixed: Sequence[float]) -> FrontPoint:
        groups = self._groups(case, point.chosen)
        cost = math.fsum(case.model.costs[point.chosen]) + case.fixed_cost
        return FrontPoint(point.x + fixed[0], point.y + fixed[1], cost, groups, point.supported)

    def _groups(self, case: AreaCase, chosen: np.ndarray) -> Groups:
        fixed = [placed.practice_codes for placed in case.fixed]
        # A practice left out may stand among the candidates; it is no network.
        left_out = {(code,) for code in self.rules.demands.exclude}
        return tuple(sorted({*fixed, *case.model.groups(chosen)} - left_out))

    def _alternative(
        self, case: AreaCase, near: NearOptimalPlans, kind: str, rank: int, ranked: Ranked
    ) -> Alternative:
        size = case.model.data.list_size
        practices, patients = (
            near.moved(near.known[0], each)[ranked.chosen] for each in (np.ones(len(size)), size)
        )
        return Alternative(
            rank=rank,
            kind=kind,
            cost=ranked.cost + case.fixed_cost,
            networks=self._groups(case, ranked.chosen),
            practices_moved=round(math.fsum(practices)),
            patients_moved=round(math.fsum(patients)),
            proven=ranked.proven,
            patients_apart=round(ranked.apart),
            most_patients_apart=math.floor(ranked.most + 0.5),
        )


def _traced(case: AreaCase, x: Axis, y: Axis) -> TracedPoint:
    """Where the best plan by the rules lies."""
    chosen = case.solution.chosen
    assert chosen is not None  # noqa: S101 (a case has a plan)
    hours = [math.fsum(case.model.hours(axis.terms)[chosen]) for axis in (x, y)]
    return TracedPoint(hours[0], hours[1], chosen, supported=False)


def _deadline(seconds: float | None) -> Deadline:
    return NEVER if seconds is None else Deadline(time.monotonic() + seconds, time.monotonic)


def _named(area: str) -> str:
    return f" of area {area}" if area else ""
