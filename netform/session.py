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
from netform.rules.model import TERM_NAMES
from netform.scores import network_cost, network_terms
from netform.solve.area import solve_area
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.candidate_cache import CandidateCache
from netform.solve.model.outcome import AreaCase, AreaOutcome, Options, Progress
from netform.solve.model.problem import extent
from netform.solve.near_optimal.pareto_front import TracedPoint, boxes_above, trace_front
from netform.solve.near_optimal.plans import NearOptimalPlans, Ranked
from netform.solve.near_optimal.pool import pooled_case
from netform.solve.reoptimise.changed_rules import ChangedRules
from netform.tradeoff.fronts import best_points
from netform.tradeoff.model import Alternative, Axis, Border, Front, FrontPoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import networkx as nx

    from netform.rules.model import Rules

__all__ = ["Moves", "Session"]

# Of the time left, for the best plan before more is asked about those near it, where that plan is not proven sooner.
SOLVE_SHARE = 0.5

# How much the two axes count in the plans that a front over some of the networks is made of: the ends, then between.
FRONT_WEIGHTS = ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (3.0, 1.0), (1.0, 3.0))


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
    # Areas stated by the networks near their best plans, where not all can be listed.
    _pools: dict[str, AreaCase] = field(default_factory=dict)
    # What such a pool is made around.
    _solved: dict[str, AreaOutcome] = field(default_factory=dict)
    _plans: dict[str, list[Groups]] = field(default_factory=dict)

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
            Time ran out before the ends of an area's front were found.
        """
        fronts = []
        deadline = _deadline(seconds)
        for area in sorted(self.prepared.areas):
            case = self._case(area, deadline)
            front = None
            if case.listed:
                front = self._front(area, case, (x, y), deadline, resolution=resolution, complete=complete)
            # Over the longest lists not even the ends are found: then by search, as where nothing is listed.
            if front is None or not (front.proven or len(front.points) > 1):
                pool, planes = self._front_case(area, (x, y), deadline)
                found = self._front(
                    area, pool, (x, y), deadline, front, planes, resolution=resolution, complete=complete
                )
                front = found or front
            if front is None:
                raise NoPlanError(
                    f"the two ends of the front{_named(area)} were not found in the time: allow more with "
                    "--time-limit."
                )
            fronts.append(front)
        return fronts

    def _front(
        self,
        area: str,
        case: AreaCase,
        axes: tuple[Axis, Axis],
        deadline: Deadline,
        before: Front | None = None,
        planes: Sequence[tuple[float, float, float]] = (),
        *,
        resolution: float,
        complete: bool,
    ) -> Front | None:
        """The front of an area over the networks of a case; None where time ran out before there was a point.

        Over networks that are not all, with the points that were found before, and what planes have proven.
        """
        self.on_stage(f"front {area}".strip())
        hours = [case.model.hours(axis.terms) for axis in axes]
        traced = trace_front(
            case.model,
            hours[0],
            hours[1],
            deadline,
            resolution=resolution,
            complete=complete,
            on_point=self._counting(area),
        )
        fixed = [self._fixed_hours(case, axis) for axis in axes]
        points = tuple(self._point(case, point, fixed) for point in traced.points)
        best = self._point(case, _traced(case, *axes), fixed)
        if case.listed:
            boxes = tuple(
                (x0 + fixed[0], x1 + fixed[0], y0 + fixed[1], y1 + fixed[1])
                for x0, x1, y0, y1 in traced.unexplored
            )
            steps = traced.resolution_x, traced.resolution_y
        else:
            known = list(before.points) if before else []
            if not points:
                # The plans that the pool is made around are there whatever the time.
                known += self._known_points(area, case, axes, fixed)
            points = best_points([*points, *known])
            best = min(best, before.best if before else best, key=lambda point: point.cost)
            corner = [extent(case.model.store, each)[1] + add for each, add in zip(hours, fixed, strict=True)]
            above = [(a, b, bound + a * fixed[0] + b * fixed[1]) for a, b, bound in planes]
            boxes = boxes_above([(each.x, each.y) for each in points], above, (corner[0], corner[1]))
            steps = math.inf, math.inf
        if not points:
            return None
        proven = traced.proven and case.settled
        return Front(area, *axes, points, *steps, proven, boxes, best, case.listed)

    def _known_points(
        self, area: str, case: AreaCase, axes: tuple[Axis, Axis], fixed: Sequence[float]
    ) -> list[FrontPoint]:
        """Where the plans lie that the pool of an area is made around."""
        free, found = set(case.model.codes), []
        for groups in self._plans[area]:
            chosen = case.model.positions([codes for codes in groups if codes[0] in free])
            if chosen is not None:
                x, y = (math.fsum(case.model.hours(axis.terms)[chosen]) for axis in axes)
                found.append(self._point(case, TracedPoint(x, y, chosen, supported=False), fixed))
        return found

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
            said = near.together(pairs, share)
            if not case.listed:
                # Networks that were not met may do otherwise.
                said = [each if each == "some" else "unsettled" for each in said]
            told = dict(zip(free, said, strict=True))
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
        """An area as it was stated by the rules of the session, over the networks near its best plan if need be."""
        if area not in self._pools:
            share = deadline.share(SOLVE_SHARE)
            outcome = self._solved[area] = self._outcome(area, self.rules, self.options, share, whole=True)
            if outcome.case is not None:
                return outcome.case
            self._pool(area, [outcome], deadline)
        return self._pools[area]

    def _pool(self, area: str, outcomes: Sequence[AreaOutcome], deadline: Deadline) -> AreaCase:
        """State an area by the networks near the plans of some outcomes, the first by the session's rules."""
        self.on_stage(f"exchanging practices {area}".strip())
        plans = [tuple(placed.practice_codes for placed in each.networks) for each in outcomes]
        self._plans[area] = plans
        graph, own = self.prepared.graph.subgraph(self.prepared.areas[area]), self.rules.for_area(area)
        share = deadline.share(SOLVE_SHARE)
        self._pools[area] = pooled_case(graph, own, plans, outcomes[0].reasons, share)
        return self._pools[area]

    def _front_case(
        self, area: str, axes: tuple[Axis, Axis], deadline: Deadline
    ) -> tuple[AreaCase, list[tuple[float, float, float]]]:
        """An area by the networks near plans of several weights, and what those have proven.

        That is planes (a, b, v): every plan has ``a x + b y >= v``, without the fixed networks.
        """
        case = self._case(area, deadline)
        codes = self.prepared.areas[area]
        graph = demanded_graph(self.prepared.graph.subgraph(codes), self.rules.demands)
        fixed = [self._fixed_hours(case, axis) for axis in axes]
        outcomes, planes = [self._solved[area]], []
        for done, (a, b) in enumerate(FRONT_WEIGHTS):
            weights = (a, b)
            if done > 1:
                # In between, the two axes count by what lies between the ends.
                ends = [[self._hours(found, axis) for found in outcomes[1:3]] for axis in axes]
                width, height = (max(abs(first - last), 1e-6) for first, last in ends)
                weights = a * height / (a * height + b * width), b * width / (a * height + b * width)
            self.on_stage(f"front {area}: plan {done + 1} of {len(FRONT_WEIGHTS)}")
            counted = dict.fromkeys(TERM_NAMES, 0.0)
            for axis, weight in zip(axes, weights, strict=True):
                counted |= dict.fromkeys(axis.terms, weight)
            share = deadline.share(SOLVE_SHARE / (len(FRONT_WEIGHTS) - done))
            rules = self.rules.with_weights(counted)
            found = solve_area(graph, area, codes, rules, self.options, Progress(deadline=share))
            bound = (found.result.bound or 0.0) - weights[0] * fixed[0] - weights[1] * fixed[1]
            planes.append((*weights, bound))
            outcomes.append(found)
        return self._pool(area, outcomes, deadline), planes

    def _hours(self, outcome: AreaOutcome, axis: Axis) -> float:
        """What the networks of an outcome add up to on an axis."""
        terms = [
            network_terms(self.prepared.graph, placed.practice_codes, self.rules)
            for placed in outcome.networks
        ]
        return math.fsum(each[name] for each in terms for name in axis.terms)

    def _near(self, area: str, deadline: Deadline) -> tuple[AreaCase, NearOptimalPlans]:
        """The best plan of an area with what is known of the plans near it."""
        case = self._case(area, deadline)
        if case.solution.status != "optimal" and case.listed:
            case = self._pool(area, [self._solved[area]], deadline)
        if case.solution.chosen is None:
            raise NoPlanError(f"no plan{_named(area)} was found in the time: allow more with --time-limit.")
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
            proven=ranked.proven and case.listed,
            patients_apart=round(ranked.apart),
            # Over some of the networks no more is known than that nobody moves twice from one plan.
            most_patients_apart=math.floor((ranked.most if case.listed else rank * size.sum()) + 0.5),
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
