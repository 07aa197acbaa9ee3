"""Plans near the optimum: the next best, the most different, and where they all agree.

Plans within an allowance of the best use only the few columns whose column bound lies within it. All plans of those are
held in one decision diagram (`netform.solve.diagram.build`), of which every question here is a query. Where it would
grow too large each question is a set partitioning over those columns instead, exact too, but slow in large areas.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netform.scores.balance import group_sums
from netform.solve.diagram.queries import Least, cheapest_plans, least_plan
from netform.solve.model.problem import SideRow
from netform.solve.near_optimal.space import SAME, NearOptimalSpace, local_diagrams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.solve.diagram.build import Diagram

__all__ = ["NearOptimalPlans", "Ranked"]


# Arcs looked at for a different plan.
MOST_ARCS = 500_000_000

# Shares of the best cost within which the next best plans are looked for, one after the other.
SHARES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A plan near the optimum.

    Attributes
    ----------
    chosen : ndarray of int64
        Its columns, positions in the plan model.
    cost : float
        Weighted hours per week, without the fixed networks.
    proven : bool
    apart, most : float
        For a different plan: patients moved from the best and from the different ones before it, added up, and what
        no plan within the allowance exceeds.
    """

    chosen: NDArray[np.int64]
    cost: float
    proven: bool
    apart: float = 0.0
    most: float = 0.0


class NearOptimalPlans(NearOptimalSpace):
    """What is asked about the plans of a plan model near its optimum."""

    __slots__ = ()

    def next_best(self, count: int) -> list[Ranked]:
        """The ``count`` cheapest plans after the best, cheapest first; fewer when there are no more.

        They are read off the diagram of all plans within a share of the best cost, the share widened until there are
        enough; where that diagram is too large, each is the best of all plans but those before it.
        """
        if not self.model.codes:
            return []
        for share in SHARES:
            limit = self.best.cost * (1 + share) + SAME
            if (diagram := self.diagram(limit)) is None:
                break
            plans = cheapest_plans(diagram, self.costs, count + 1, limit)
            if len(plans) > count:
                self.known += plans
                # The best plan itself is left out; among equals it is the one that is known as the best.
                rest = [plan for plan in plans if not np.array_equal(plan, self.known[0])]
                after = rest[len(rest) - count :]
                return [Ranked(plan, math.fsum(self.costs[plan]), proven=True) for plan in after]
        return self.one_by_one(count)

    def one_by_one(self, count: int) -> list[Ranked]:
        """The next best plans, each the best of all but those before it."""
        ranked: list[Ranked] = []
        before = [self.known[0]]
        place = 0
        while len(ranked) < count and not self.deadline.passed:
            limit = self.best.cost * (1 + SHARES[place]) + SAME
            last = place == len(SHARES) - 1
            kept = np.arange(len(self.costs)) if last else self.within(limit)
            cutoff = math.inf if last else limit
            found = self.solve_model(kept, self.costs, self.other_than(before), cutoff)
            if found.chosen is not None:
                ranked.append(Ranked(found.chosen, found.cost, proven=found.status == "optimal"))
                before.append(found.chosen)
            elif found.status == "infeasible" and not last:
                place += 1
            else:
                break
        # One that is not proven may cost more than those found after it.
        return sorted(ranked, key=lambda rank: rank.cost)

    def different(self, count: int, share: float) -> list[Ranked]:
        """Plans within a share of the best cost that place the most patients differently.

        Each moves the most patients from the best plan and from the ones before it, added up; of those that move
        as many the cheapest.
        """
        if not self.model.codes:
            return []
        limit = self.best.cost * (1 + share) + SAME
        size = self.model.data.list_size
        # Patients who stay, rather than those who move: no cost is below zero.
        staying = group_sums(self.model.store, size) - self.patients_moved(self.known[0])
        ranked: list[Ranked] = []
        plans = [self.known[0]]
        whole = self.deadline
        for number in range(count):
            if whole.passed:
                break
            diagram = self.diagram(limit)
            if diagram is None:
                self.deadline = whole.share(1 / (count - number))
                found = self.most_different(limit, staying, plans)
                self.deadline = whole
            else:
                found = least_plan(diagram, staying, self.costs, limit, plans, most_steps=MOST_ARCS)
            if found.chosen is None:
                break
            everyone = len(plans) * float(size.sum())
            apart = everyone - math.fsum(staying[found.chosen])
            most = max(apart, everyone - found.bound)
            cost = math.fsum(self.costs[found.chosen])
            ranked.append(Ranked(found.chosen, cost, found.complete, apart, most))
            plans.append(found.chosen)
            staying += group_sums(self.model.store, size) - self.patients_moved(found.chosen)
        return ranked

    def most_different(
        self, limit: float, staying: NDArray[np.float64], plans: Sequence[NDArray[np.int64]]
    ) -> Least:
        """The plan within a limit in which the fewest patients stay, then the cheapest of those, without a diagram."""
        kept = self.within(limit)
        rows = [self.at_most(limit), *self.other_than(plans)]
        known = self.most_different_known(limit, staying, plans)
        # Thousands of patients, the size of hours: solvers like that.
        cutoff = math.inf if known is None else math.fsum(staying[known]) / 1000
        found = self.solve_model(kept, staying / 1000, rows, cutoff)
        chosen = known if found.chosen is None else found.chosen
        settled = found.status in ("optimal", "infeasible")
        if chosen is None:
            return Least(None, 1000 * found.bound, settled)
        stay = math.fsum(staying[chosen])
        bound = stay if settled else min(stay, 1000 * found.bound)
        same = SideRow(staying, -math.inf, stay + 0.5)
        cheaper = self.solve_model(kept, self.costs, (*rows[1:], same), math.fsum(self.costs[chosen]) - SAME)
        if cheaper.chosen is not None:
            chosen = cheaper.chosen
        return Least(chosen, bound, settled and cheaper.status != "unknown")

    def most_different_known(
        self, limit: float, staying: NDArray[np.float64], plans: Sequence[NDArray[np.int64]]
    ) -> NDArray[np.int64] | None:
        """The plan in which the fewest patients stay of the largest diagram that could be built below a limit."""
        lower = max((low for low, built in self.diagrams.items() if built and low <= limit), default=None)
        if lower is None or (diagram := self.diagrams[lower]) is None:
            return None
        return least_plan(diagram, staying, self.costs, lower, plans, most_steps=MOST_ARCS).chosen

    def together(self, pairs: NDArray[np.int64], share: float) -> list[str]:
        """Whether pairs of practices are in one network in all, some or none of the plans within a share.

        Parameters
        ----------
        pairs : ndarray of int64, shape (p, 2)
            Numbers of practices.
        share : float
            Of the best cost.

        Returns
        -------
        list of str
            ``all``, ``some``, ``none``, or ``unsettled`` when time ran out.
        """
        limit = self.best.cost * (1 + share) + SAME
        diagram = self.diagram(limit)
        if diagram is None:
            seen, settled = self.asked_one_by_one(pairs, limit)
        else:
            seen = self.seen_in(self.columns_of(diagram, limit), pairs)
            settled = np.ones_like(seen)
        both, apart = seen
        said = [both & apart, both & settled[1], apart & settled[0]]
        return [str(each) for each in np.select(said, ["some", "all", "none"], "unsettled")]

    def columns_of(self, diagram: Diagram, limit: float) -> NDArray[np.int64]:
        """The columns that the plans of a diagram below a limit use."""
        return np.flatnonzero(diagram.column_bounds(self.costs) < limit)

    def seen_in(self, columns: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which pairs some columns have together (first row) and apart (second row)."""
        holds = self.holds(columns)
        a, b = holds[pairs[:, 0]], holds[pairs[:, 1]]
        return np.array([(a & b).any(axis=1), (a & ~b).any(axis=1)])

    def asked_one_by_one(
        self, pairs: NDArray[np.int64], limit: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which pairs plans below a limit have together and apart, and for which that is settled.

        Each is a question of its own unless plans known answer it.
        """
        # All plans within a smaller share settle most pairs that are together in some plans only.
        for share in SHARES:
            near = min(limit, self.best.cost * (1 + share) + SAME)
            if self.diagram(near) is None or near - self.best.cost > (limit - self.best.cost) / 4:
                break
        seen = np.zeros((2, len(pairs)), np.bool_)
        for lower, known in self.diagrams.items():
            if known is not None and lower <= limit:
                seen |= self.seen_in(self.columns_of(known, lower), pairs)
        for plan in self.known:
            if math.fsum(self.costs[plan]) <= limit:
                seen |= self.seen_in(plan, pairs)
        for diagram, below in local_diagrams(self, limit):
            seen |= self.seen_in(self.columns_of(diagram, below), pairs)
        kept = self.within(limit)
        holds = self.holds(kept)
        settled = seen.copy()
        for position, (a, b) in enumerate(pairs.tolist()):
            for apart, shut in enumerate((holds[a] ^ holds[b], holds[a] & holds[b])):
                if seen[apart, position] or self.deadline.passed:
                    continue
                met, settled[apart, position] = self.any_plan(kept[~shut], limit)
                if met is not None:
                    seen |= self.seen_in(met, pairs)
        return seen, settled
