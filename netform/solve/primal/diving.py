"""Find a good plan by diving: decide the pairs that the relaxation is surest of, solve it again, go on.

Practices that the relaxation puts together in nearly all of its networks nearly always share one in good plans.
All such pairs are decided at once; where that leaves no plan, fewer are, then one, then the opposite of that one,
and in the end the decision before. What comes out is a plan, usually within one or two hundredths of the bound,
or nothing; that it is no better is not proven.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netform.solve.master.ryan_foster import NodeProgram

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.master.subset_row_cuts import CutPool
    from netform.solve.model.problem import SetPartitioning
    from netform.solve.model.stopping import Deadline

__all__ = ["dive"]

# Columns added in a pricing round, rounds after a decision, and decisions that may fail.
MOST_PRICED, ROUNDS, MOST_FAILS = 300, 8, 80


def dive(
    partitioning: SetPartitioning,
    cuts: CutPool,
    column_bounds: NDArray[np.float64],
    artificial_cost: float,
    sure: float,
    deadline: Deadline,
) -> NDArray[np.int64] | None:
    """A plan, or None when too many decisions left none.

    Parameters
    ----------
    partitioning : SetPartitioning
        Some tens of thousands of candidates at most: each decision looks at all of them.
    cuts : ndarray of int64, shape (k, 11)
    column_bounds : ndarray of float64, shape (m,)
        What a plan through each candidate costs at least.
    artificial_cost : float
        Hours per week for leaving a practice uncovered: more than covering it costs.
    sure : float
        Pairs together in so much of the relaxation are decided at once.
    deadline : Deadline
    """
    diver = _Diver(partitioning, cuts, column_bounds, artificial_cost)
    return diver.plan(sure, deadline) if len(partitioning.store) else None


class _Diver(NodeProgram):
    """A relaxation with what was decided so far."""

    # Candidates left before each decision, and the pairs that it put together.
    decided: list[tuple[NDArray[np.bool_], NDArray[np.int64]]]

    def plan(self, sure: float, deadline: Deadline) -> NDArray[np.int64] | None:
        """Decide until the relaxation is a plan."""
        self.decided = []
        allowed = np.ones(len(self.partitioning.store), np.bool_)
        fails = 0
        if not self.covers(allowed):
            return None
        while fails < MOST_FAILS and not deadline.passed:
            pairs, share = self.undecided(self.answer)
            if not len(pairs):
                return np.sort(self.columns[self.answer.chosen > 0.5])
            surest = np.argsort(-share, kind="stable")
            at_once = pairs[surest[: max(1, int((share >= sure).sum()))]]
            left = self.together(allowed, at_once)
            while not self.covers(left) and fails < MOST_FAILS:
                fails += 1
                if len(at_once) > 1:
                    at_once = at_once[: max(1, len(at_once) // 4)]
                    left = self.together(allowed, at_once)
                    continue
                # Alone it leaves no plan: the opposite must hold, or a decision before was wrong.
                left = allowed & self.allowed([(int(at_once[0, 0]), int(at_once[0, 1]), False)])
                at_once = at_once[:0]
                while not self.covers(left) and fails < MOST_FAILS:
                    fails += 1
                    if not self.decided:
                        return None
                    left = self.undone()
            if len(at_once):
                self.decided.append((allowed, at_once))
            allowed = left
        return None

    def together(self, allowed: NDArray[np.bool_], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """The candidates left when these pairs share networks."""
        return allowed & self.allowed([(int(a), int(b), True) for a, b in pairs])

    def undone(self) -> NDArray[np.bool_]:
        """The candidates left when the last decision is halved, or turned round if it was about one pair."""
        before, pairs = self.decided.pop()
        if len(pairs) > 1:
            half = pairs[: len(pairs) // 2]
            self.decided.append((before, half))
            return self.together(before, half)
        return before & self.allowed([(int(pairs[0, 0]), int(pairs[0, 1]), False)])

    def covers(self, allowed: NDArray[np.bool_]) -> bool:
        """Solve the relaxation over what is allowed; whether it covers every practice."""
        self.program.shut(~allowed[self.columns])
        self.answer = self.program.solve(dual_simplex=True)
        partitioning = self.partitioning
        for _ in range(ROUNDS):
            reduced = self.answer.duals.price(
                partitioning.store, partitioning.costs, self.program.cuts, partitioning.sides, 0.0
            )
            fresh = np.flatnonzero((reduced < -1e-7) & allowed & ~self.inside)
            if not len(fresh):
                break
            if len(fresh) > MOST_PRICED:
                fresh = np.sort(fresh[np.argpartition(reduced[fresh], MOST_PRICED)[:MOST_PRICED]])
            self.add_columns(fresh)
            self.answer = self.program.solve()
        return bool(self.answer.missing < 1e-6)
