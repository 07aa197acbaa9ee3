"""Plan one area: set apart what is settled, split into connected parts, plan each, put them together.

Pins and practices over the band are networks as they stand; practices left out are in none. What is left falls
into connected parts, which are planned one by one unless a rule over the whole area (how many networks, how far
from today) ties them.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numba.core import event

from netform.errors import ImpossibleError
from netform.explain.move_limits import fewest_moved, needed
from netform.explain.move_words import least_words, needed_words
from netform.explain.obstacles import oversize_networks, pin_networks, place
from netform.explain.remedies import reason_for
from netform.plan.model import AreaResult, SolveStep
from netform.rules.demanded_graph import demanded_graph
from netform.rules.settled import refuse_numbers, settle
from netform.scores import ScoringData, candidate_costs
from netform.solve.master.linear_program import Duals
from netform.solve.master.subset_row_cuts import ROWS
from netform.solve.model.budget import Deadline
from netform.solve.model.candidate_cache import CandidateCache
from netform.solve.model.outcome import (
    NOT_PLANNED,
    AreaCase,
    AreaOutcome,
    Doubt,
    Obstacle,
    Options,
    PartPlan,
    Placed,
    Progress,
    Solution,
    WarmStart,
)
from netform.solve.model.plan_model import LinkingRules, join
from netform.solve.model.problem import store_of
from netform.solve.part import first_plan, solve_part
from netform.solve.part_candidates import Part
from netform.solve.unlisted.planner import bound_at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    import networkx as nx

    from netform.rules.model import Rules

__all__ = ["AreaOutcome", "Options", "Placed", "Progress", "solve_area", "standing_alone"]

# Seconds spent on what would remove an exception, and their share of the time left.
REASON_SECONDS, REASON_SHARE = 20.0, 0.05

# The stage in which kernels are compiled that are not kept on the disk yet.
COMPILING = "compiling, once after an install"


def solve_area(
    graph: nx.Graph, area: str, codes: Collection[str], rules: Rules, options: Options, progress: Progress
) -> AreaOutcome:
    """The best plan of an area, with what is proven of it.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices by code (`netform.map.graph`).
    area : str
    codes : collection of str
        The practices of the area.
    rules : Rules
        Those of the list; the area's own band and number of networks are taken from them.
    options : Options
    progress : Progress

    Raises
    ------
    ImpossibleError
        Exceptions are needed and ``options.strict`` forbids them; or no plan keeps the demands even with them.
    RulesError
        The number of networks asked for cannot hold the patients.
    NoPlanError
        A rule over the whole plan, or a demand, could not be kept because columns cannot be listed.
    """
    rules = rules.for_area(area)
    left = sorted(set(codes) - set(rules.demands.exclude))
    joined = demanded_graph(graph.subgraph(left), rules.demands)
    with event.install_listener("numba:compile", _Compiling(progress.on_stage)):
        return _AreaSolver(joined, graph.subgraph(codes), area, rules, options, progress).solve()


def standing_alone(
    graph: nx.Graph, area: str, rules: Rules, options: Options, progress: Progress
) -> tuple[Placed, ...]:
    """The practices over the band, each with what would remove the exception.

    Parameters
    ----------
    graph : networkx.Graph
        Of the area's practices, as `solve_area` joins them, with those that are left out.
    area : str
    rules : Rules
        Those of the area.
    options : Options
    progress : Progress
    """
    kept = graph.subgraph(set(graph) - set(rules.demands.exclude))
    solver = _AreaSolver(kept, graph, area, rules, options, progress)
    return tuple(map(solver.with_remedies, oversize_networks(kept, rules)))


class _Compiling(event.Listener):
    """Says that kernels are being compiled, whichever thread does; later runs read them from the disk."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def on_start(self, _event: object) -> None:
        """Compiling begins."""
        self.say(COMPILING)

    def on_end(self, _event: object) -> None:
        """It ends; the next stage says so."""


@dataclass(slots=True)
class _AreaSolver:
    graph: nx.Graph
    # With the practices that are left out, and without what mergers add.
    whole: nx.Graph
    area: str
    rules: Rules
    options: Options
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    fixed: tuple[Placed, ...] = ()
    fixed_cost: float = 0.0
    parts: list[Part] = field(default_factory=list)
    done: list[PartPlan] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    doubts: list[Doubt] = field(default_factory=list)
    log: list[SolveStep] = field(default_factory=list)
    begin: float = 0.0

    def solve(self) -> AreaOutcome:
        """Plan every part in turn."""
        self.begin = self.progress.clock()
        pins, alone = pin_networks(self.graph, self.rules), oversize_networks(self.graph, self.rules)
        bent = [each for each in pins if each.exception]
        self.refuse([f"The pin {', '.join(each.practice_codes)}: {each.explanation}" for each in bent])
        self.refuse([each.explanation or "" for each in alone])
        self.fixed = (*pins, *alone)
        fixed = tuple(placed.practice_codes for placed in self.fixed)
        self.fixed_cost = self.cost(fixed)
        linking = LinkingRules(self.graph, fixed, self.rules.demands.networks, self.options.moves)
        parts = settle(self.graph, self.rules).parts
        if linking:
            refuse_numbers(self.graph, {self.area: list(self.graph)}, self.rules)
            parts = (tuple(code for part in parts for code in part),)
            if not parts[0]:
                self.check_settled(linking)
        whole = len(parts) == 1 and not self.fixed
        # The small ones first: what time is left is for the largest.
        self.parts = [self.part(part, linking, whole=whole) for part in sorted(parts, key=len) if part]
        if not self.options.strict:
            # Whenever the run is stopped, every part has a plan.
            for part in self.parts:
                first_plan(part)
            if len(self.parts) > 1:
                for part in self.parts:
                    bound_at_once(part)
        self.fixed = (*pins, *map(self.with_remedies, alone))
        left = sum(len(part.problem.codes) for part in self.parts)
        for part in self.parts:
            # What the small ones do not need goes to the large ones.
            part.deadline = part.deadline.share(len(part.problem.codes) / left)
            left -= len(part.problem.codes)
            plan = solve_part(part)
            self.done.append(plan)
            # Why it is not proven, if it is not.
            if plan.solution.status != "optimal":
                self.doubts.append(replace(part.doubt, ended="time" if part.deadline.passed else ""))
        found = self.published("end")
        return replace(found, case=self.case(found.result.status)) if self.progress.candidate_cache else found

    def part(self, codes: tuple[str, ...], linking: LinkingRules, *, whole: bool) -> Part:
        """One part, which tells of its plans together with the plans of the others."""
        # Where nothing is kept between questions, the parts have no list in common either.
        own = CandidateCache(self.options.workers, memory=self.options.memory, alone=self.options.alone)
        return Part(
            graph=self.graph.subgraph(codes),
            area=self.graph,
            rules=self.rules,
            options=self.options,
            deadline=self.progress.deadline,
            candidate_cache=self.progress.candidate_cache or own,
            stage=self.stage,
            report=self.told,
            reasoned=self.reasoned,
            linking=linking,
            alone=self.alone,
            whole=whole,
            named=self.named,
        )

    def with_remedies(self, placed: Placed) -> Placed:
        """A practice over the band, with what would remove the exception."""
        why = Obstacle(placed.exception or "", placed.practice_codes, placed.explanation or "")
        return replace(placed, explanation=self.reasoned(placed.practice_codes, [why])[0].text)

    def reasoned(self, codes: Sequence[str], found: Sequence[Obstacle]) -> tuple[Obstacle, ...]:
        """The obstacles of some practices with the smallest changes that would remove them."""
        if not found:
            return ()
        left = self.progress.deadline.seconds_left
        clock = self.progress.clock
        seconds = REASON_SECONDS if left is None else min(REASON_SECONDS, left * REASON_SHARE)
        reason = reason_for(self.whole, codes, self.rules, found, Deadline(clock() + seconds, clock))
        remedies = tuple(remedy.sentence for remedy in reason.remedies)
        clash = (f"Needed for that are: {'; '.join(reason.clash)}.",) if len(reason.clash) > 1 else ()
        if self.options.moves is not None and remedies:
            remedies = (*remedies, "Whether as few could move then was not tried.")
        first, *others = reason.obstacles
        return (replace(first, remedies=(*clash, *remedies)), *others)

    def refuse(self, found: Sequence[str]) -> None:
        """Raise the reasons found when exceptions are forbidden."""
        if self.options.strict and found:
            where = f"area {self.area}: " if self.area else ""
            raise ImpossibleError("\n".join(f"{where}{sentence}" for sentence in found))

    @property
    def alone(self) -> int:
        """Exceptions that every plan has."""
        return sum(placed.exception is not None for placed in self.fixed)

    @property
    def named(self) -> str:
        """The area as part of a sentence."""
        return f" for area {self.area}" if self.area else ""

    def check_settled(self, linking: LinkingRules) -> None:
        """Refuse networks that are all settled beforehand, and move more than they may."""
        nothing = join([], ScoringData.of(self.graph, [], self.rules))
        if linking.moves is not None and any(side.most < 0 for side in linking.rows(nothing.store, ())):
            raise ImpossibleError(
                f"no plan keeps every demand{self.named}: every network is pinned or stands alone, and "
                f"{needed_words(needed(nothing, linking))}."
            )
        if linking.moves is not None and linking.moves.least:
            count = fewest_moved(nothing, linking, by_patients=linking.moves.least == "patients")
            self.notes = (least_words(count, self.alone, linking.moves),)

    def told(self, step: str) -> None:
        """Tell of the best plan so far; where exceptions are forbidden, once every part has one."""
        going = self.parts[len(self.done) :]
        if not self.options.strict or all(part.plan_so_far is not None for part in going):
            self.progress.on_plan(self.published(step))

    def published(self, step: str) -> AreaOutcome:
        """The outcome as it is told and kept: parts that are done, and what the others have come to.

        Parameters
        ----------
        step : str
            What has led to it, for a new row of the solve log.
        """
        going = self.parts[len(self.done) :]
        plans = [*self.done, *(part.plan_so_far or _not_planned(part) for part in going)]
        networks = [*self.fixed, *(placed for plan in plans for placed in self.placed(plan))]
        cost = self.fixed_cost + math.fsum(plan.solution.cost for plan in plans)
        bound = self.fixed_cost + math.fsum(plan.solution.bound for plan in plans)
        doubt = Doubt.of_parts([*self.doubts, *(part.doubt for part in going)])
        exceptions = sum(placed.exception is not None for placed in networks)
        columns, seconds = 0 if doubt is None else doubt.columns, self.progress.clock() - self.begin
        self.log.append(SolveStep(seconds, step, columns, bound, cost, exceptions))
        reasons = tuple(obstacle for plan in plans for obstacle in plan.reasons)
        result = AreaResult(
            area=self.area,
            status="optimal" if doubt is None else "feasible",
            cost=cost,
            bound=bound,
            practices=len(self.whole),
            networks=len(networks),
            candidates=sum(plan.candidates for plan in plans),
            method=" ".join(dict.fromkeys(plan.method for plan in plans if plan.method)),
            seconds=dict(self.seconds),
            notes=(
                *(placed.explanation or "" for placed in self.fixed if placed.exception),
                *(obstacle.text for obstacle in reasons),
                *(note for plan in plans for note in plan.notes),
                *self.notes,
            ),
            exceptions_bound=self.alone + sum(part.exceptions_bound for part in self.parts),
            log=tuple(self.log),
        )
        networks.sort(key=lambda placed: placed.practice_codes)
        return AreaOutcome(result, tuple(networks), reasons=reasons, doubt=doubt)

    def case(self, status: str) -> AreaCase | None:
        """What further questions start from; None when some part could not be listed."""
        models = [plan.model for plan in self.done if plan.model is not None]
        if len(models) < len(self.done):
            return None
        codes = [code for model in models for code in model.codes]
        model = models[0] if len(models) == 1 else join(models, ScoringData.of(self.graph, codes, self.rules))
        groups = [group for plan in self.done for group in plan.groups]
        cost = math.fsum(plan.solution.cost for plan in self.done)
        bound = math.fsum(plan.solution.bound for plan in self.done)
        return AreaCase(
            fixed=self.fixed,
            fixed_cost=self.fixed_cost,
            model=model,
            solution=Solution(status, model.positions(groups), cost, bound, self.trace()),
            reasons=tuple(obstacle for plan in self.done for obstacle in plan.reasons),
            settled=all(plan.settled for plan in self.done),
        )

    def trace(self) -> WarmStart | None:
        """The warm starts of all parts, joined; None where one has none."""
        learnt = []
        bound, begin, first = math.fsum(plan.solution.bound for plan in self.done), 0, 0
        for plan in self.done:
            trace, model = plan.solution.trace, plan.model
            if trace is None or model is None:
                return None
            rows, duals = trace.cuts[:, :ROWS], trace.duals
            learnt.append(
                (
                    # The other parts cost at least their bounds, whatever this one does.
                    trace.column_bounds + (bound - plan.solution.bound),
                    trace.columns + begin,
                    np.hstack((np.where(rows >= 0, rows + first, rows), trace.cuts[:, ROWS:])),
                    duals.practices,
                    duals.cuts,
                    duals.sides,
                )
            )
            begin, first = begin + len(model.store), first + len(model.codes)
        if not learnt:
            return None
        column_bounds, columns, cuts, *joined = (np.concatenate(each) for each in zip(*learnt, strict=True))
        return WarmStart(column_bounds, columns, cuts, Duals(*joined))

    def placed(self, plan: PartPlan) -> list[Placed]:
        """The networks of the plan of a part, or all its practices where no method has come to one."""
        if not plan.method:
            why = "The run ended before this part was planned."
            return [Placed(codes, NOT_PLANNED, why) for codes in plan.groups]
        return place(self.graph, plan.groups, self.rules, plan.reasons)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Tell of a stage and take its time."""
        self.progress.on_stage(name)
        begin = self.progress.clock()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.progress.clock() - begin

    def cost(self, groups: Sequence[Collection[str]]) -> float:
        """Weighted hours per week of some groups."""
        codes = sorted({code for group in groups for code in group})
        number = {code: k for k, code in enumerate(codes)}
        data = ScoringData.of(self.graph, codes, self.rules)
        store = store_of([tuple(number[code] for code in group) for group in groups], len(codes))
        return math.fsum(candidate_costs(store, data))


def _not_planned(part: Part) -> PartPlan:
    """All practices of a part as they stand together, in place of a plan: no method has come to one."""
    whole = part.value_of([tuple(range(len(part.problem.codes)))])
    return PartPlan((part.problem.codes,), Solution("feasible", None, whole.value.cost, 0.0), 0, method="")
