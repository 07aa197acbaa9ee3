"""An area as fronts, alternatives and borders ask about it: over all its networks, or over those near its best plans.

Where not all networks can be listed the area is stated by a pool: the networks that exchanges of practices lead to
from its best plans (`netform.solve.near_optimal.pool`). A pool can show plans, and can prove none the best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.errors import NoPlanError
from netform.rules.demanded_graph import demanded_graph
from netform.scores import network_terms
from netform.solve.near_optimal.plans import NearOptimalPlans
from netform.solve.near_optimal.pool import pooled_case

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import networkx as nx
    import numpy as np

    from netform.plan.grouping import Groups
    from netform.rules.model import Rules
    from netform.solve.model.budget import Deadline
    from netform.solve.model.outcome import AreaCase, AreaOutcome, Options
    from netform.tradeoff.model import Axis

__all__ = ["SOLVE_SHARE", "KeptCase", "named"]

# Of the time left, for the best plan before more is asked about those near it, where that plan is not proven sooner.
SOLVE_SHARE = 0.5


@dataclass(slots=True)
class KeptCase:
    """The case of one area, kept between questions.

    Attributes
    ----------
    area : str
    codes : sequence of str
        Its practices.
    graph : networkx.Graph
        Of all practices (`netform.map.graph`).
    rules : Rules
    options : Options
    best_plan : callable
        The best plan of the area by the rules, solved until a deadline or known from before.
    on_stage : callable
        Told what is done.
    """

    area: str
    codes: Sequence[str]
    graph: nx.Graph
    rules: Rules
    options: Options
    best_plan: Callable[[Deadline], AreaOutcome]
    on_stage: Callable[[str], None]
    best: AreaOutcome | None = field(default=None, init=False)
    # What the pool is made around, and the pool; None where all networks are listed.
    plans: list[Groups] = field(default_factory=list, init=False)
    pool: AreaCase | None = field(default=None, init=False)
    _near: NearOptimalPlans | None = field(default=None, init=False)

    @property
    def demanded(self) -> nx.Graph:
        """The neighbours of the area as its demands leave them."""
        return demanded_graph(self.graph.subgraph(self.codes), self.rules.demands)

    def case(self, deadline: Deadline) -> AreaCase:
        """State the area, over the networks near its best plan if need be.

        Parameters
        ----------
        deadline : Deadline
        """
        if self.pool is None:
            self.best = self.best_plan(deadline.share(SOLVE_SHARE))
            return self.best.case or self.pooled([self.best], deadline)
        return self.pool

    def pooled(self, outcomes: Sequence[AreaOutcome], deadline: Deadline) -> AreaCase:
        """State the area by the networks near the plans of some outcomes, from now on.

        Parameters
        ----------
        outcomes : sequence of AreaOutcome
            The first is by the rules.
        deadline : Deadline
        """
        self.on_stage(f"exchanging practices {self.area}".strip())
        self.plans = [tuple(placed.practice_codes for placed in each.networks) for each in outcomes]
        own = self.rules.for_area(self.area)
        share = deadline.share(SOLVE_SHARE)
        self.pool = pooled_case(self.graph.subgraph(self.codes), own, self.plans, outcomes[0].reasons, share)
        return self.pool

    def near(self, deadline: Deadline) -> tuple[AreaCase, NearOptimalPlans]:
        """State the area, with what is known of the plans near its best.

        Parameters
        ----------
        deadline : Deadline

        Raises
        ------
        NoPlanError
            No plan was found in the time.
        """
        case = self.case(deadline)
        if case.solution.status != "optimal" and case.listed and self.best is not None:
            case = self.pooled([self.best], deadline)
        if case.solution.chosen is None:
            raise NoPlanError(
                f"no plan{named(self.area)} was found in the time: allow more with --time-limit."
            )
        if self._near is None or self._near.best is not case.solution:
            self._near = NearOptimalPlans(case.model, case.solution, deadline)
        self._near.deadline = deadline
        return case, self._near

    def let_go(self) -> None:
        """Forget what was found near the best plan: its list has made room for another."""
        self._near = None

    def fixed_hours(self, case: AreaCase, axis: Axis) -> float:
        """What the networks that every plan has add to an axis, hours per week."""
        return self.hours([placed.practice_codes for placed in case.fixed], axis)

    def hours(self, groups: Sequence[Sequence[str]], axis: Axis) -> float:
        """What networks add up to on an axis, hours per week."""
        terms = [network_terms(self.graph, codes, self.rules) for codes in groups]
        return math.fsum(each[name] for each in terms for name in axis.terms)

    def groups(self, case: AreaCase, chosen: np.ndarray) -> Groups:
        """The networks of a plan: the chosen candidates and those that every plan has."""
        fixed = [placed.practice_codes for placed in case.fixed]
        # A practice left out may stand among the candidates; it is no network.
        left_out = {(code,) for code in self.rules.demands.exclude}
        return tuple(sorted({*fixed, *case.model.groups(chosen)} - left_out))


def named(area: str) -> str:
    """Name an area after the noun it belongs to; nothing where the list is one area."""
    return f" of area {area}" if area else ""
