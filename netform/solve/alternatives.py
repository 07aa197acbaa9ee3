"""Plans near the best: the next best, the most different, and where they all agree.

What a plan through a candidate costs at least is known for every candidate, so plans within an allowance of the
best use only the few candidates that cost no more: all questions here are small choices among those, exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.scores.balance import group_sums
from netform.scores.continuity import moved
from netform.solve.choice import Choice, Trace
from netform.solve.choose import choose, learn
from netform.solve.chooser import LAST_STEPS, WIDEST
from netform.solve.cover import cheapest_covers
from netform.solve.linear import SideRow
from netform.solve.relaxation import relax
from netform.solve.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.solve.deadline import Deadline

__all__ = ["Near", "Ranked"]

# Hours per week within which two costs count as equal.
SAME = 1e-4

# Plans listed to see which neighbours they have together.
WITNESSES = 300

# Shares of the best cost within which the next best plans are looked for, one after the other.
REACHES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A plan near the best.

    Attributes
    ----------
    chosen : ndarray of int64
        Its candidates, positions in the statement.
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


@dataclass(slots=True)
class Near:
    """The plans of a statement near its best.

    Attributes
    ----------
    statement : Statement
    best : Choice
        Optimal.
    deadline : Deadline
    """

    statement: Statement
    best: Choice
    deadline: Deadline
    costs: NDArray[np.float64] = field(init=False)
    trace: Trace = field(init=False)
    known: list[NDArray[np.int64]] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert self.best.chosen is not None  # noqa: S101 (it is optimal)
        self.costs = self.statement.costs
        # Not what the best was found by: plans dearer than it are what is asked for here.
        self.trace = learn(self.statement.choosing(self.costs), self.deadline, self.best.trace)
        self.known = [self.best.chosen]

    def within(self, cost: float) -> NDArray[np.int64]:
        """The candidates that a plan of at most this cost may use."""
        return np.flatnonzero(self.trace.through <= cost + SAME)

    def choose(
        self,
        kept: NDArray[np.int64],
        costs: NDArray[np.float64],
        rows: Sequence[SideRow],
        cutoff: float = math.inf,
    ) -> Choice:
        """The best plan among some candidates; costs and rows are over the whole statement."""
        choosing = self.statement.choosing(costs, rows).take(kept)
        if not len(kept):
            return Choice("infeasible", None, math.inf, math.inf)
        found = choose(choosing, self.deadline, cutoff=cutoff, warm=self.trace.among(kept))
        chosen = None if found.chosen is None else kept[found.chosen]
        if chosen is not None:
            self.known.append(chosen)
        return Choice(found.status, chosen, found.cost, found.bound)

    def at_most(self, limit: float) -> SideRow:
        """The rule that a plan costs at most so much."""
        prices = relax(self.statement.choosing(self.costs), self.deadline).duals.practices
        return SideRow(self.costs, -math.inf, limit).priced(self.statement.store, prices)

    def other_than(self, plans: Sequence[NDArray[np.int64]]) -> list[SideRow]:
        """Rows that every plan but these keeps: no two plans differ in one network alone."""
        rows = []
        for plan in plans:
            inside = np.zeros(len(self.costs))
            inside[plan] = 1.0
            rows.append(SideRow(inside, -math.inf, len(plan) - 1.5))
        return rows

    def next_best(self, count: int) -> list[Ranked]:
        """The ``count`` cheapest plans after the best, cheapest first; fewer when there are no more.

        All plans within a share of the best cost are tried at once, the share widened until there are enough;
        where they are too many to try, each is the best of all plans but those before it.
        """
        if not self.statement.codes:
            return []
        for reach in REACHES:
            limit = self.best.cost * (1 + reach) + SAME
            plans, complete = self.cheapest(limit, count + 1)
            if not complete:
                break
            if len(plans) > count:
                self.known += plans
                ranks = [Ranked(plan, math.fsum(self.costs[plan]), proven=True) for plan in plans]
                return self.after_best(ranks)[:count]
        return self.one_by_one(count)

    def after_best(self, ranks: list[Ranked]) -> list[Ranked]:
        """Leave out the best plan itself; among equals it is the one that is known as the best."""
        best = set(self.known[0].tolist())
        rest = [rank for rank in ranks if set(rank.chosen.tolist()) != best]
        return rest if len(rest) < len(ranks) else ranks[1:]

    def cheapest(self, limit: float, count: int) -> tuple[list[NDArray[np.int64]], bool]:
        """The cheapest plans below a limit, and whether none was missed."""
        kept = self.within(limit)
        if len(kept) > WIDEST:
            return [], False
        some, duals, cuts = self.statement.take(kept), self.trace.duals, self.trace.cuts
        reduced = duals.price(some.store, self.costs[kept], cuts, some.sides)
        slack = self.statement.most_networks * min(0.0, float(reduced.min(initial=0.0)))
        worth = duals.worth(cuts, some.sides) + slack
        plans, complete = cheapest_covers(
            some.store,
            self.costs[kept],
            reduced,
            worth,
            limit,
            some.sides,
            count=count,
            most_steps=LAST_STEPS,
        )
        return [kept[plan] for plan in plans], complete

    def one_by_one(self, count: int) -> list[Ranked]:
        """The next best plans, each the best of all but those before it."""
        ranked: list[Ranked] = []
        before = [self.known[0]]
        reach = 0
        while len(ranked) < count and not self.deadline.passed:
            limit = self.best.cost * (1 + REACHES[reach]) + SAME
            last = reach == len(REACHES) - 1
            kept = np.arange(len(self.costs)) if last else self.within(limit)
            cutoff = math.inf if last else limit
            found = self.choose(kept, self.costs, self.other_than(before), cutoff)
            if found.chosen is not None:
                ranked.append(Ranked(found.chosen, found.cost, proven=found.status == "optimal"))
                before.append(found.chosen)
            elif found.status == "infeasible" and not last:
                reach += 1
            else:
                break
        return ranked

    def different(self, count: int, share: float) -> list[Ranked]:
        """Plans within a share of the best cost that place the most patients differently.

        Each moves the most patients from the best plan and from the ones before it, added up; of those that move
        as many the cheapest.
        """
        if not self.statement.codes:
            return []
        limit = self.best.cost * (1 + share) + SAME
        kept = self.within(limit)
        size = self.statement.data.list_size
        # Patients who stay, rather than those who move: no cost is below zero.
        staying = group_sums(self.statement.store, size) - self.patients_moved(self.known[0])
        ranked: list[Ranked] = []
        plans = [self.known[0]]
        for _ in range(count):
            if self.deadline.passed:
                break
            rows = [self.at_most(limit), *self.other_than(plans)]
            # Thousands of patients, the size of hours: solvers like that.
            found = self.choose(kept, staying / 1000, rows)
            if found.chosen is None:
                break
            found = self.cheapest_of(kept, staying, rows, found)
            assert found.chosen is not None  # noqa: S101 (the one before stands in)
            cost = math.fsum(self.costs[found.chosen])
            apart = len(plans) * float(size.sum()) - math.fsum(staying[found.chosen])
            most = len(plans) * float(size.sum()) - 1000 * found.bound
            ranked.append(Ranked(found.chosen, cost, found.status == "optimal", apart, max(apart, most)))
            plans.append(found.chosen)
            staying += group_sums(self.statement.store, size) - self.patients_moved(found.chosen)
        return ranked

    def cheapest_of(
        self, kept: NDArray[np.int64], staying: NDArray[np.float64], rows: Sequence[SideRow], most: Choice
    ) -> Choice:
        """The cheapest of the plans that place as many patients differently; bounds are those of ``most``."""
        assert most.chosen is not None  # noqa: S101 (the caller has looked)
        stay = math.fsum(staying[most.chosen]) + 0.5
        cost = math.fsum(self.costs[most.chosen])
        same = SideRow(staying, -math.inf, stay)
        cheaper = self.choose(kept, self.costs, (*rows[1:], same), cost - SAME)
        if cheaper.chosen is None:
            proven = cheaper.status == "infeasible"
            return most if proven else replace(most, status="feasible")
        return replace(most, chosen=cheaper.chosen)

    def patients_moved(self, plan: NDArray[np.int64]) -> NDArray[np.float64]:
        """Patients of each candidate whose network of a plan has no more than half of its patients in it."""
        store, size = self.statement.store, self.statement.data.list_size
        network = np.full(store.practices, -1, np.int64)
        for number, candidate in enumerate(plan):
            network[store[int(candidate)]] = number
        patients = np.bincount(network, weights=size, minlength=len(plan)).astype(np.float64)
        return moved(store, network, patients, size, size)

    def practices_moved(self, plan: NDArray[np.int64], other: NDArray[np.int64]) -> int:
        """How many practices a plan moves from another's networks, ``plan`` being where they start."""
        store, size = self.statement.store, self.statement.data.list_size
        network = np.full(store.practices, -1, np.int64)
        for number, candidate in enumerate(plan):
            network[store[int(candidate)]] = number
        patients = np.bincount(network, weights=size, minlength=len(plan)).astype(np.float64)
        chosen = store.take(other)
        return round(math.fsum(moved(chosen, network, patients, size, np.ones(len(size)))))

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
        kept = self.within(limit)
        # Many plans at once settle most pairs that are together in some plans only.
        for reach in REACHES:
            plans, complete = self.cheapest(min(limit, self.best.cost * (1 + reach) + SAME), WITNESSES)
            self.known += plans
            if not complete or len(plans) == WITNESSES or self.best.cost * reach >= limit - self.best.cost:
                break
        store = self.statement.store.take(kept)
        holds = np.zeros((store.practices, len(store)), np.bool_)
        holds[store.members, np.repeat(np.arange(len(store)), np.diff(store.offsets))] = True
        seen = np.zeros((2, len(pairs)), np.bool_)
        for plan in self.known:
            self.look(plan, pairs, limit, seen)
        settled = seen.copy()
        for position, (a, b) in enumerate(pairs.tolist()):
            for apart, shut in enumerate((holds[a] ^ holds[b], holds[a] & holds[b])):
                if seen[apart, position] or self.deadline.passed:
                    continue
                found = self.choose(kept[~shut], self.costs, (), limit)
                settled[apart, position] = found.status != "unknown"
                if found.chosen is not None:
                    self.look(found.chosen, pairs, limit, seen)
        return [
            ("some" if apart else "all")
            if both and (apart or apart_settled)
            else ("none" if apart and both_settled else "unsettled")
            for both, apart, both_settled, apart_settled in zip(
                seen[0], seen[1], settled[0], settled[1], strict=True
            )
        ]

    def look(
        self, plan: NDArray[np.int64], pairs: NDArray[np.int64], limit: float, seen: NDArray[np.bool_]
    ) -> None:
        """Mark which pairs a plan within the limit has together (first row) and apart (second row)."""
        if math.fsum(self.costs[plan]) > limit:
            return
        store = self.statement.store
        network = np.zeros(store.practices, np.int64)
        for number, candidate in enumerate(plan):
            network[store[int(candidate)]] = number
        same = network[pairs[:, 0]] == network[pairs[:, 1]]
        seen[0] |= same
        seen[1] |= ~same
