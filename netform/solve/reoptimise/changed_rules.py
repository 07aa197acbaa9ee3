"""Reoptimise an area after a planner's change, from the columns, duals and cuts of its first solution.

Rules that only forbid, such as a pin, take plans away and leave the list, its costs and the cuts; changed weights and
other numbers of the costs leave the list and the cuts; a narrower band leaves a part of the list, a wider one adds to
it. So the best plan is looked for near the old one (`netform.solve.reoptimise.large_list`). Whatever does not fit,
and every change that leaves no plan without more exceptions, is solved anew by `netform.solve.area`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from netform.candidates.allowed import Limits, allowed, counts_allowed
from netform.explain.method import method
from netform.explain.obstacles import PINNED, pin_networks, place
from netform.plan.model import AreaResult
from netform.rules.demanded_graph import demanded_graph
from netform.rules.demands import Demands
from netform.scores import TERMS, ScoringData, network_cost, network_terms
from netform.scores.balance import group_sums
from netform.solve.area import standing_alone
from netform.solve.model.outcome import AreaCase, AreaOutcome, Doubt, Options, Progress
from netform.solve.model.plan_model import PlanModel
from netform.solve.model.problem import Problem, SideRow, store_of
from netform.solve.reoptimise.large_list import LARGE_LIST, Reoptimiser

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.plan.grouping import Groups
    from netform.rules.model import Rules
    from netform.solve.model.budget import Deadline
    from netform.solve.model.candidate_cache import CandidateCache
    from netform.solve.model.outcome import Solution
    from netform.solve.model.problem import SetPartitioning

__all__ = ["ChangedRules", "unforbidding"]

# Columns with a reduced cost above this share of the bound are not looked at first, whatever cuts add to it.
NEAR = 0.003

# One column in so many tells how near to the bound the nearest are.
SAMPLED = 50

# All that may change, besides demands that forbid: the costs, and the band.
COSTS = ("weights", *dict.fromkeys(number for term in TERMS.values() for number in term.numbers))
BAND = ("least", "most", "exception_most")


@dataclass(frozen=True, slots=True)
class ChangedRules:
    """An area solved without demands that forbid, kept for the next question.

    Attributes
    ----------
    graph : networkx.Graph
        Of the area's practices.
    area : str
    rules : Rules
        By which it was solved, those of the list.
    outcome : AreaOutcome
        Optimal.
    case : AreaCase
        That of the outcome, with what was learnt of its columns.
    """

    graph: nx.Graph
    area: str
    rules: Rules
    outcome: AreaOutcome
    case: AreaCase

    @classmethod
    def of(cls, graph: nx.Graph, area: str, rules: Rules, outcome: AreaOutcome) -> ChangedRules | None:
        """Keep an outcome if later questions can start from it: proven, listed, and nothing forbidden."""
        case = outcome.case
        if (
            case is None
            or case.solution.status != "optimal"
            or case.solution.trace is None
            or not case.settled
            or rules.demands != unforbidding(rules.demands)
        ):
            return None
        return cls(graph, area, rules, outcome, case)

    def solve(
        self,
        rules: Rules,
        options: Options,
        deadline: Deadline,
        candidate_cache: CandidateCache | None = None,
    ) -> AreaOutcome | None:
        """The best plan by changed rules; None when it has to be solved anew.

        Parameters
        ----------
        rules : Rules
            Those of the list.
        options : Options
        deadline : Deadline
        candidate_cache : CandidateCache, optional
            By which a wider band is listed.
        """
        case = self.case
        before: dict[str, Any] = {name: getattr(self.rules, name) for name in ("profile", *COSTS, *BAND)}
        merged = self.mergers(rules.demands)
        same = replace(rules, demands=replace(unforbidding(rules.demands), merge=merged), **before)
        taken = {code for placed in case.fixed for code in placed.practice_codes}
        touched = {code for pin in rules.demands.pins for code in pin} | set(rules.demands.exclude)
        if options.strict or options.moves is not None or same != self.rules or taken & touched:
            return None
        own, old = rules.for_area(self.area), self.rules.for_area(self.area)
        own_band, old_band = (own.least, own.most), (old.least, old.most)
        if own_band != old_band or merged != rules.demands.merge:
            fixed = standing_alone(self.graph, self.area, own, options, Progress(deadline=deadline))
            if taken != {code for placed in fixed for code in placed.practice_codes}:
                return None
            banded = self.banded(case, own, old, candidate_cache) if own_band != old_band else case
            if banded is None:
                return None
            case = replace(banded, fixed=fixed)
        changed = _Changed(self.graph, case, own)
        if case.reasons and (changed.beyond or changed.networks is not None):
            # Fewer exceptions than before may do, and the rules over the plan only say how many did.
            return None
        return self.near_before(changed, deadline)

    def mergers(self, demands: Demands) -> tuple[tuple[str, ...], ...]:
        """The mergers without those that only forbid: of practices that are neighbours already."""
        kept = self.rules.demands.merge
        return tuple(
            group
            for group in demands.merge
            if group in kept or demanded_graph(self.graph, Demands(merge=(group,))) is not self.graph
        )

    def near_before(self, changed: _Changed, deadline: Deadline) -> AreaOutcome | None:
        """The best plan; None when it is not near the plan before."""
        before = changed.case.solution
        trace, long = before.trace, changed.long(self.rules)
        assert trace is not None  # noqa: S101 (`of` has looked)
        if changed.costs(self.rules):
            duals = replace(trace.duals, sides=np.zeros(len(long.sides)))
            # Only the nearest are picked by it: of a long list a sample tells how near they are.
            enough = math.inf
            if len(long.store) > 2 * LARGE_LIST.pool:
                sample = long.take(np.arange(0, len(long.store), SAMPLED))
                reduced = duals.price(sample.store, sample.costs, trace.cuts, sample.sides)
                enough = float(np.quantile(reduced, 2 * LARGE_LIST.pool / len(long.store)))
            reduced = duals.price(long.store, long.costs, trace.cuts, long.sides, enough)
            trace = replace(trace, column_bounds=reduced, duals=duals)

        def among(positions: NDArray[np.int64]) -> SetPartitioning:
            model = changed.among(positions)
            return model.partitioning(model.costs)

        reoptimiser = Reoptimiser(long, changed.needed, changed.allowed, among, deadline)
        solution = reoptimiser.solve_model(trace, before.chosen)
        if solution is None or solution.chosen is None:
            return None
        networks = np.arange(len(solution.chosen) - changed.free)
        return self.published(changed, solution, changed.among(solution.chosen).groups(networks))

    def banded(
        self, case: AreaCase, own: Rules, old: Rules, candidate_cache: CandidateCache | None
    ) -> AreaCase | None:
        """The case by another band, its list cut down or listed anew; None where exceptions are at stake."""
        model, trace, chosen = case.model, case.solution.trace, case.solution.chosen
        assert trace is not None and chosen is not None  # noqa: S101, PT018 (`of` has looked)
        list_size = model.data.list_size
        if case.reasons or model.sides:
            return None
        inside = _inside(model.store, list_size, own)
        before: NDArray[np.int64] | None = chosen
        if not inside.all():
            kept = np.flatnonzero(inside)
            model, trace = model.take(kept), trace.among(kept)
            before = np.searchsorted(kept, chosen) if inside[chosen].all() else None
        if own.least < old.least or own.most > old.most:
            problem = Problem.of(self.graph, model.codes, own)
            if candidate_cache is None or problem.codes != model.codes or not nx.is_connected(problem.graph):
                return None
            beyond = ((own.least, min(own.most, old.least - 1)), (max(own.least, old.most + 1), own.most))
            bound = case.solution.bound
            for least, most in beyond:
                if least > most:
                    continue
                store = candidate_cache.list(problem, least, most, enclaves=False)
                if store is None:
                    return None
                added = replace(model, store=store, known_hours={})
                # The terms that are weighed are computed along with the costs; what else was known is asked for again.
                reduced = trace.duals.price(store, added.costs, trace.cuts, (), NEAR * abs(bound))
                known, more = model.known_hours, added.known_hours
                hours = {name: np.concatenate((known[name], more[name])) for name in known if name in more}
                model = replace(model, store=model.store.joined(store), known_hours=hours)
                trace = replace(trace, column_bounds=np.concatenate((trace.column_bounds, bound + reduced)))
        number = min(int(list_size.sum()) // own.least, len(model.codes))
        model = replace(model, most_networks=number)
        return replace(case, model=model, solution=replace(case.solution, trace=trace, chosen=before))

    def published(self, changed: _Changed, solution: Solution, groups: Groups) -> AreaOutcome:
        """The outcome as `netform.solve.area` would give it, but for its case."""
        case, rules = changed.case, changed.rules
        pins = pin_networks(self.graph, rules)
        networks = [*case.fixed, *place(self.graph, groups, rules, case.reasons, pins)]
        notes = [each.explanation or "" for each in networks if each.exception == PINNED]
        before, first = self.outcome.result, self.case
        alone = [
            [each.explanation or "" for each in fixed if each.exception]
            for fixed in (first.fixed, case.fixed)
        ]
        candidates = before.candidates if first.model is case.model else len(case.model.store)
        # Weights, and who may be a hub, change what the fixed networks cost as well.
        fixed_cost = math.fsum(
            network_cost(network_terms(self.graph, each.practice_codes, rules), rules) for each in case.fixed
        )
        result = AreaResult(
            area=self.area,
            status=solution.status,
            cost=solution.cost + fixed_cost,
            bound=min(solution.bound, solution.cost) + fixed_cost,
            practices=before.practices,
            networks=len(networks),
            candidates=candidates,
            method=method(solution, candidates),
            notes=(*alone[1], *before.notes[len(alone[0]) :], *notes),
            # Forbidding more never takes fewer: those of a plan that is proven are needed.
            exceptions_bound=sum(each.exception is not None for each in networks)
            if solution.status == "optimal"
            else 0,
        )
        networks.sort(key=lambda each: each.practice_codes)
        doubt = None if solution.status == "optimal" else Doubt("time", columns=solution.columns)
        return AreaOutcome(result, tuple(networks), quick=True, reasons=case.reasons, doubt=doubt)


class _Changed:
    """What changed rules leave of the columns of a case, and what they add to them.

    Parameters
    ----------
    graph : networkx.Graph
    case : AreaCase
    rules : Rules
        Those of the area.
    """

    def __init__(self, graph: nx.Graph, case: AreaCase, rules: Rules) -> None:
        model, demands = case.model, rules.demands
        self.case, self.rules = case, rules
        self.data = ScoringData.of(graph, model.codes, rules)
        self.limits = Limits.of(graph, model.codes, rules, graph)
        self.networks = None if demands.networks is None else float(demands.networks - len(case.fixed))
        number = {code: k for k, code in enumerate(model.codes)}
        left_out = [(number[code],) for code in demands.exclude if code in number]
        self.free = len(left_out)
        listed, beyond = list[int](), list[tuple[int, ...]]()
        for pin in (pin for pin in demands.pins if pin[0] in number):
            place = model.positions([pin])
            # It need not keep the limits that other networks keep.
            if place is not None and self.allowed(place)[0]:
                listed += place.tolist()
            else:
                beyond.append(tuple(sorted(number[code] for code in pin)))
        # Pins that are not in the list, or there beyond a limit, and practices left out are columns that follow it; no
        # old plan has them.
        self.beyond = (*beyond, *left_out)
        following = range(len(model.store), len(model.store) + len(self.beyond))
        # Columns that every plan has, ascending: pins that are in the list, and those that follow it.
        self.needed = np.array([*sorted(listed), *following], np.int64)

    def allowed(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which columns keep the demands; exceptions need not have as many practices as demanded."""
        some = self.case.model.store.take(positions)
        inside = _inside(some, self.data.list_size, self.rules)
        return allowed(some, self.limits) & (counts_allowed(some, self.limits) | ~inside)

    def costs(self, before: Rules) -> bool:
        """Whether what networks cost has changed, but for who may be a hub."""
        return any(getattr(self.rules, name) != getattr(before, name) for name in COSTS)

    def now(self, model: PlanModel) -> PlanModel:
        """Columns of the list under the changed rules; the hours that are as they were are kept."""
        hubs = self.limits.limits_hubs or bool(self.limits.must_hub.any())
        before = model.data.rules
        same = {
            name: hours
            for name, hours in model.known_hours.items()
            if not (hubs and TERMS[name].by_hub)
            and all(getattr(self.rules, number) == getattr(before, number) for number in TERMS[name].numbers)
        }
        return replace(model, data=self.data, known_hours=same)

    def long(self, before: Rules) -> SetPartitioning:
        """The whole list, each column at what it costs at least: fewer hubs only make journeys longer."""
        changed = self.costs(before)
        model = self.now(self.case.model) if changed else self.case.model
        costs = model.costs
        if self.limits.must_hub.any() and not changed:
            # Few columns hold a practice that must be a hub: what they cost is exact.
            hubs = group_sums(model.store, self.limits.must_hub.astype(np.float64))
            holding, costs = np.flatnonzero(hubs > 0), costs.copy()
            costs[holding] = self.among(holding).costs[: len(holding)]
        return model.partitioning(costs, self.number_rule(len(costs), 0))

    def among(self, positions: NDArray[np.int64]) -> PlanModel:
        """Some of the columns under the changed rules, and all that follow the list."""
        listed = positions[positions < len(self.case.model.store)]
        model = self.now(self.case.model.take(listed))
        if self.beyond:
            model = model.with_groups(store_of(self.beyond, len(model.codes)), free=self.free)
        return replace(model, sides=(*model.sides, *self.number_rule(len(model.store), self.free)))

    def number_rule(self, columns: int, free: int) -> tuple[SideRow, ...]:
        """The rule that there are so many networks, if it is demanded; the last so many columns are no networks."""
        if self.networks is None:
            return ()
        count = np.ones(columns)
        count[columns - free :] = 0.0
        return (SideRow(count, self.networks, self.networks),)


def _inside(store: CandidateStore, list_size: NDArray[np.float64], rules: Rules) -> NDArray[np.bool_]:
    """Which columns are within the band of some rules."""
    patients = group_sums(store, list_size)
    inside: NDArray[np.bool_] = (patients >= rules.least) & (patients <= rules.most)
    return inside


def unforbidding(demands: Demands) -> Demands:
    """Give what is left of the demands without those that only forbid plans.

    Parameters
    ----------
    demands : Demands
    """
    return Demands(merge=demands.merge, areas=demands.areas)
