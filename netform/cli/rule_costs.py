"""What the rules cost: the answer to ``netform solve --prices``."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.cli.terminal import say
from netform.errors import NetformError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from netform.cli.request import SolveRequest
    from netform.cli.terminal import Interruption, Progress
    from netform.plan.rule_cost import Optimum, RuleCost
    from netform.prepared import Prepared
    from netform.rules.model import Rules
    from netform.session import Session
    from netform.solve.area import Options

__all__ = ["given_prices"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)


def given_prices(
    request: SolveRequest,
    prepared: Prepared,
    rules: Rules,
    options: Options,
    progress: Progress,
    stop: Interruption,
) -> tuple[RuleCost, ...]:
    """Find what each demand and each line between areas costs, where that is asked for, in the time that is left.

    A rule whose plan without it was not found in the time has a price that is not known. What is interrupted has
    none at all, and the plan is written without.
    """
    if not request.prices or stop.asked():
        return ()
    stop.patient = False
    try:
        return _prices(prepared, rules, options, progress, request.time_limit)
    except KeyboardInterrupt:
        say("\nStopping: writing the plan without prices.")
        return ()


def _prices(
    prepared: Prepared, rules: Rules, options: Options, progress: Progress, time_limit: float
) -> tuple[RuleCost, ...]:
    from netform.session import Session
    from netform.tradeoff.area_lines import area_lines
    from netform.tradeoff.rule_costs import demand_costs, line_costs

    pricing = _Pricing(Session(prepared, rules, options), options, progress, time_limit)
    found = demand_costs(pricing.under, rules)
    found += line_costs(prepared.graph, prepared.areas, area_lines(prepared), rules, pricing.of_area)
    if not found:
        say("No prices: there are no demands and no lines between areas, or no time was left for them.")
    return tuple(found)


@dataclass(slots=True)
class _Pricing:
    """The optima that prices are differences of; None for what is not found in the time."""

    session: Session
    options: Options
    progress: Progress
    time_limit: float
    asked: int = 0

    def seconds(self) -> float:
        """Seconds for the next optimum; none when time is up."""
        self.asked += 1
        self.progress.say(f"pricing: plan {self.asked}")
        return self.time_limit - self.progress.seconds

    def under(self, rules: Rules) -> Optimum | None:
        """The optimum of the whole list under some rules."""
        from netform.tradeoff.rule_costs import optimum_of

        if (seconds := self.seconds()) <= 0:
            return None
        try:
            return optimum_of(self.session.solve(rules, moves=self.options.moves, seconds=seconds), rules)
        except NetformError:
            return None

    def of_area(self, graph: nx.Graph, area: str, codes: Sequence[str], rules: Rules) -> Optimum | None:
        """The optimum of some practices as one area."""
        from netform.plan.rule_cost import Optimum
        from netform.scores import network_terms
        from netform.scores.tally import penalty_cost
        from netform.solve.area import Progress, solve_area
        from netform.solve.model.budget import Deadline

        if (seconds := self.seconds()) <= 0:
            return None
        deadline = Deadline(time.monotonic() + seconds, time.monotonic)
        try:
            found = solve_area(graph, area, codes, rules, self.options, Progress(deadline=deadline))
        except NetformError:
            return None
        if found.result.cost is None:
            return None
        exceptions = sum(placed.exception is not None for placed in found.networks)
        terms = (network_terms(graph, placed.practice_codes, rules) for placed in found.networks)
        penalties = penalty_cost(terms, dict(rules.weights))
        return Optimum(found.result.cost, exceptions, found.result.status == "optimal", penalties)
