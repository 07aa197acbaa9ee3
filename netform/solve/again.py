"""Solve an area again after a planner's change, from what the first solution left behind.

Rules that only forbid, such as a pin, take plans away: what a plan through a candidate cost at least before, it
costs at least now. So a guess at the new optimum leaves few candidates, and a plan found within the guess is the
best of all (`netform.solve.chooser` says why). Changed weights leave the list and the cuts. Whatever does not fit,
and every change that leaves no plan without more exceptions, is solved anew by `netform.solve.area`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.allowed import Limits, allowed, counts_allowed
from netform.demands import Demands
from netform.plan import AreaResult
from netform.scores import ScoringData, network_cost, network_terms
from netform.scores.balance import group_sums
from netform.solve.area import PINNED, pin_networks, place
from netform.solve.choice import Choice, Trace
from netform.solve.choose import choose
from netform.solve.linear import SideRow
from netform.solve.outcome import AreaCase, AreaOutcome, Options, Placed
from netform.solve.part import method
from netform.solve.search import store_of
from netform.solve.statement import Statement

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from netform.rules import Rules
    from netform.solve.deadline import Deadline

__all__ = ["Again"]

# Candidates among which a plan about as cheap as before is looked for first.
FIRST_GUESS = 60_000

# Terms whose hours depend on who may be the hub.
HUB_TERMS = ("patient_travel",)


@dataclass(frozen=True, slots=True)
class Again:
    """An area solved without demands that forbid, kept for the next question.

    Attributes
    ----------
    graph : networkx.Graph
        Of the area's practices.
    area : str
    rules : Rules
        By which it was solved, those of the list.
    outcome : AreaOutcome
        Optimal, with its case.
    """

    graph: nx.Graph
    area: str
    rules: Rules
    outcome: AreaOutcome

    @classmethod
    def of(cls, graph: nx.Graph, area: str, rules: Rules, outcome: AreaOutcome) -> Again | None:
        """Keep an outcome if later questions can start from it: proven, listed, and nothing forbidden."""
        case = outcome.case
        if case is None or case.choice.status != "optimal" or case.choice.trace is None or not case.settled:
            return None
        if rules.demands != _unforbidding(rules.demands):
            return None
        return cls(graph, area, rules, outcome)

    def solve(self, rules: Rules, options: Options, deadline: Deadline) -> AreaOutcome | None:
        """The best plan by changed rules; None when it has to be solved anew.

        Parameters
        ----------
        rules : Rules
            Those of the list.
        options : Options
        deadline : Deadline
        """
        case = self.outcome.case
        assert case is not None  # noqa: S101 (`of` has looked)
        same = replace(rules, demands=_unforbidding(rules.demands), weights=self.rules.weights)
        taken = {code for placed in case.fixed for code in placed.practice_codes}
        touched = {code for pin in rules.demands.pins for code in pin} | set(rules.demands.exclude)
        if options.strict or options.moves is not None or same != self.rules or taken & touched:
            return None
        own = rules.for_area(self.area)
        statement, trace = self.restated(case, own, rules.weights == self.rules.weights)
        if statement is None:
            return None
        choice = self.chosen(statement, trace, deadline)
        if choice.status != "optimal" or choice.chosen is None:
            return None
        return self.published(case, own, statement, choice)

    def restated(
        self, case: AreaCase, rules: Rules, same_weights: bool
    ) -> tuple[Statement | None, Trace | None]:
        """The plans that the changed rules leave, and what is still known of their candidates."""
        codes, data = case.statement.codes, ScoringData.of(self.graph, case.statement.codes, rules)
        limits = Limits.of(self.graph, codes, rules)
        store = case.statement.store
        patients = group_sums(store, data.list_size)
        inside = (patients >= rules.least) & (patients <= rules.most)
        usable = np.flatnonzero(allowed(store, limits) & (counts_allowed(store, limits) | ~inside))
        hubs = limits.limits_hubs or bool(limits.must_hub.any())
        statement = case.statement.take(usable)
        kept_hours = {
            name: hours for name, hours in statement.known_hours.items() if not (hubs and name in HUB_TERMS)
        }
        statement = statement.with_data(data, kept_hours)
        trace = case.choice.trace
        assert trace is not None  # noqa: S101 (`of` has looked)
        trace = trace.among(usable)
        through = trace.through
        # Pins that are no candidates, and practices left out, are columns of their own; no old plan has them.
        number = {code: k for k, code in enumerate(codes)}
        pins = [sorted(number[code] for code in pin) for pin in rules.demands.pins if pin[0] in number]
        extra = [tuple(pin) for pin in pins if statement.positions([[codes[v] for v in pin]]) is None]
        left_out = [(number[code],) for code in rules.demands.exclude if code in number]
        if case.reasons and (extra or left_out or rules.demands.networks is not None):
            # Fewer exceptions than before may do, and the rules over the plan only say how many did.
            return None, None
        if not same_weights or extra or left_out:
            through = np.full(len(usable), -math.inf)
        if extra or left_out:
            statement = statement.with_groups(store_of([*extra, *left_out], len(codes)), free=len(left_out))
            through = np.concatenate((through, np.full(len(extra) + len(left_out), -math.inf)))
        number_of = rules.demands.networks
        if number_of is not None:
            count = np.ones(len(statement.store))
            if left_out:
                count[-len(left_out) :] = 0.0
            exactly = float(number_of - len(case.fixed))
            statement = replace(statement, sides=(*statement.sides, SideRow(count, exactly, exactly)))
        return statement, replace(trace, through=through)

    def chosen(self, statement: Statement, trace: Trace | None, deadline: Deadline) -> Choice:
        """The best plan: of those about as cheap as before, which use few candidates, or of all."""
        assert trace is not None  # noqa: S101 (restated beside the statement)
        costs = statement.costs
        if len(costs) > FIRST_GUESS and math.isfinite(trace.through.min(initial=math.inf)):
            guess = float(np.partition(trace.through, FIRST_GUESS)[FIRST_GUESS])
            found = self.among(statement, costs, np.flatnonzero(trace.through <= guess), trace, deadline)
            if found.status == "optimal" and found.cost <= guess:
                return found
        return self.among(statement, costs, np.arange(len(costs)), trace, deadline)

    def among(
        self,
        statement: Statement,
        costs: NDArray[np.float64],
        kept: NDArray[np.int64],
        trace: Trace,
        deadline: Deadline,
    ) -> Choice:
        """The best plan among some of the candidates."""
        if not len(kept):
            return Choice("infeasible", None, math.inf, math.inf)
        found = choose(statement.choosing(costs).take(kept), deadline, warm=trace.among(kept))
        return replace(found, chosen=None if found.chosen is None else kept[found.chosen])

    def published(self, case: AreaCase, rules: Rules, statement: Statement, choice: Choice) -> AreaOutcome:
        """The outcome as `netform.solve.area` would give it."""
        assert choice.chosen is not None  # noqa: S101 (the caller has looked)
        left_out = {(code,) for code in rules.demands.exclude}
        groups = tuple(group for group in statement.groups(choice.chosen) if group not in left_out)
        pins = {placed.practice_codes: placed for placed in pin_networks(self.graph, rules)}
        placed = [
            pins.get(each.practice_codes, each) for each in place(self.graph, groups, rules, case.reasons)
        ]
        networks: list[Placed] = [*case.fixed, *placed]
        notes = [each.explanation or "" for each in networks if each.exception == PINNED]
        before = self.outcome.result
        # Weights, and who may be a hub, change what the fixed networks cost as well.
        fixed_cost = math.fsum(
            network_cost(network_terms(self.graph, each.practice_codes, rules), rules) for each in case.fixed
        )
        cost = choice.cost + fixed_cost
        result = AreaResult(
            area=self.area,
            status="optimal",
            cost=cost,
            bound=min(choice.bound, choice.cost) + fixed_cost,
            practices=before.practices,
            networks=len(networks),
            candidates=len(statement.store),
            method=method(choice, len(statement.store)),
            notes=(*before.notes, *notes),
        )
        networks.sort(key=lambda each: each.practice_codes)
        return AreaOutcome(
            result, tuple(networks), replace(case, fixed_cost=fixed_cost, statement=statement, choice=choice)
        )


def _unforbidding(demands: Demands) -> Demands:
    """What is left of the demands without those that only forbid plans."""
    return Demands(merge=demands.merge, areas=demands.areas)
