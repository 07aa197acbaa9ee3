"""Plan one part of an area: list, filter by the demands, choose; exceptions last.

Exceptions are minimised before any cost: first how many networks lie outside the band (or have too few or too
many practices), then by how many patients. A part without exceptions is what the first attempt looks for; only
its proven failure, or a plan that must be had within the time, opens the band (`netform.solve.exceptions`). Where
the networks cannot be listed the plan comes from search (`netform.solve.unlisted.planner`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.allowed import counts_allowed
from netform.errors import ImpossibleError
from netform.explain.infeasible import undivided
from netform.explain.move_limits import SECONDS, SHARE
from netform.explain.network_count import other_number
from netform.explain.obstacles import obstacles
from netform.solve.exceptions import plan_with_exceptions
from netform.solve.model.part_plan import PartPlan, method
from netform.solve.part_candidates import ListedPart
from netform.solve.unlisted.planner import by_search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.explain.obstacles import Obstacle
    from netform.solve.model.plan_model import PlanModel

__all__ = ["PartPlan", "PartSolver", "method"]

# Share of the time left in which exceptions near a start are looked for.
IN_TIME = 0.9


class PartSolver(ListedPart):
    """The best plan of one part of an area."""

    __slots__ = ()

    def solve(self) -> PartPlan:
        """Within the band if a plan exists, else with the fewest exceptions, each with what would remove it."""
        plan = self.planned()
        if self.near is None and not plan.reasons:
            return plan
        with self.stage("reasons"):
            plan = self.judged(plan)
            return replace(plan, reasons=self.explained(plan.reasons))

    def planned(self) -> PartPlan:
        """Within the band if a plan exists, else with the fewest exceptions."""
        seen = [] if self.linking else obstacles(self.graph, self.problem.codes, self.rules, whole=self.whole)
        self.refuse(seen)
        if seen:
            return self.with_exceptions(seen)
        # Later questions may pin what a plan of this one could not hold.
        model = self.state(self.rules.least, self.rules.most, enclaves=not self.candidate_cache.keep)
        if model is None:
            return by_search(self)
        listed = len(model.store)
        inside = np.flatnonzero(counts_allowed(model.store, self.limits))
        if len(inside) < listed:
            model = model.take(inside)
        free = model
        if self.near is not None:
            with self.stage("reasons"):
                self.near.settle(free, strict=self.options.strict)
            self.linking = self.near.linking
        model = self.tied(free)
        solution = self.solve_model(model)
        if solution.status == "infeasible":
            with self.stage("reasons"):
                found = self.why(free, listed)
            self.refuse(found)
            return self.with_exceptions(found)
        if solution.chosen is None:
            return by_search(self, bound=solution.bound, listed=listed)
        return PartPlan(model.groups(solution.chosen), solution, listed, method(solution, listed), (), model)

    def why(self, free: PlanModel, listed: int) -> list[Obstacle]:
        """Why no plan is within the band, where choosing among all that are listed has found that there is none.

        Parameters
        ----------
        free : PlanModel
            Those within the band, without what ties all parts of the area.
        listed : int
        """
        if self.near is not None and (obstacle := self.near.without_exceptions(free)) is not None:
            return [obstacle]
        return undivided(
            self.graph,
            self.rules,
            free,
            self.deadline,
            listed=listed,
            forbids=bool(self.limits.forbids),
            # What may move has tied the parts, and it is not to blame; their number would be.
            by_part=self.linking is not None and self.linking.networks is None,
            whole=self.whole,
        )

    def judged(self, plan: PartPlan) -> PartPlan:
        """A plan with what is to be said of the rules over the whole area: exceptions they cost, and moves."""
        near, more = self.near, []
        if self.linking is not None and plan.exceptions and (wide := self.widest()) is not None:
            share = self.deadline.share(SHARE, SECONDS)
            more.append(other_number(*wide, self.linking, plan.exceptions, self.alone, share))
        if near is not None:
            more.append(near.fewer_exceptions(plan.exceptions))
        plan = replace(plan, reasons=(*plan.reasons, *filter(None, more)))
        if near is None or near.count is None or near.note is None:
            return plan
        plan = replace(plan, notes=(near.note,))
        if near.count.proven:
            return plan
        said = f"{plan.method} That no plan moves fewer practices is not proven."
        return replace(plan, method=said, solution=replace(plan.solution, status="feasible"))

    def refuse(self, found: Sequence[Obstacle]) -> None:
        """Raise the reasons found when exceptions are forbidden."""
        if self.options.strict and found:
            where = f"{self.named.removeprefix(' for ')}: " if self.named else ""
            found = self.explained(found)
            raise ImpossibleError("\n".join(f"{where}{obstacle.text}" for obstacle in found))

    def with_exceptions(self, reasons: Sequence[Obstacle]) -> PartPlan:
        """The fewest networks outside the band, then the fewest patients, then the least cost."""
        if self.near is not None:
            with self.stage("reasons"):
                self.near.refuse()
            # What is known has to be said in time, and the engine may be late.
            self.deadline = self.deadline.share(IN_TIME)
        return plan_with_exceptions(self, reasons) or by_search(self, reasons=reasons)
