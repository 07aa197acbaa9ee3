"""The relaxation of a choice after some decisions: two practices share a network, or they do not.

Ryan and Foster's rule: if the relaxation is not a plan, some two practices are together in a part of it only. Either
decision about them merely shuts candidates, so the program stays of one kind all the way down, and cuts hold whatever
was decided. `netform.solve.exact.branch_and_bound` proves by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.solve.master.linear_program import LinearAnswer, LinearProgram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.solve.master.subset_row_cuts import CutPool
    from netform.solve.model.problem import SetPartitioning

__all__ = ["Decision", "NodeProgram"]

# Two practices, and whether they share a network.
Decision = tuple[int, int, bool]

# Columns in the first program.
FIRST_COLUMNS = 2000


class NodeProgram:
    """A linear program over some candidates of a choice, of which decisions shut some.

    Parameters
    ----------
    partitioning : SetPartitioning
    cuts : ndarray of int64, shape (k, 11)
    column_bounds : ndarray of float64, shape (m,)
        What a plan through each candidate costs at least; decides which columns come first.
    artificial_cost : float
        Hours per week for leaving a practice uncovered (`netform.solve.master.linear_program.LinearProgram`).
    """

    def __init__(
        self,
        partitioning: SetPartitioning,
        cuts: CutPool,
        column_bounds: NDArray[np.float64],
        artificial_cost: float,
    ) -> None:
        store = partitioning.store
        self.partitioning = partitioning
        self.holds = np.zeros((store.practices, len(store)), np.bool_)
        self.holds[store.members, np.repeat(np.arange(len(store)), np.diff(store.offsets))] = True
        self.program = LinearProgram(store.practices, partitioning.sides, artificial_cost)
        self.columns = np.empty(0, np.int64)
        self.inside = np.zeros(len(store), np.bool_)
        self.add_columns(np.sort(np.argsort(column_bounds, kind="stable")[:FIRST_COLUMNS]))
        self.program.add_cuts(cuts)

    def add_columns(self, fresh: NDArray[np.int64]) -> None:
        """Price candidates in."""
        chosen = self.partitioning.take(fresh)
        self.program.add_columns(chosen.store, chosen.costs, chosen.sides)
        self.columns = np.concatenate((self.columns, fresh))
        self.inside[fresh] = True

    def allowed(self, decisions: Sequence[Decision]) -> NDArray[np.bool_]:
        """The candidates that decisions leave."""
        allowed = np.ones(len(self.partitioning.store), np.bool_)
        for a, b, together in decisions:
            if together:
                allowed &= self.holds[a] == self.holds[b]
            else:
                allowed &= ~(self.holds[a] & self.holds[b])
        return allowed

    def undecided(self, answer: LinearAnswer) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Pairs that are together in a part of an optimum, shape (k, 2), and in how much of it."""
        chosen = answer.chosen > 1e-7
        store = self.partitioning.store.take(self.columns[chosen])
        return _shared(  # type: ignore[no-any-return]
            store.offsets, store.members, answer.chosen[chosen], store.practices
        )


@nb.njit(cache=True, nogil=True)
def _shared(offsets, members, values, n):  # type: ignore[no-untyped-def]
    together = np.zeros((n, n))
    for j in range(len(values)):
        for k in range(offsets[j], offsets[j + 1]):
            for e in range(k + 1, offsets[j + 1]):
                together[members[k], members[e]] += values[j]
    count = 0
    for a in range(n):
        for b in range(a + 1, n):
            count += 1e-6 < together[a, b] < 1 - 1e-6
    pairs = np.empty((count, 2), np.int64)
    share = np.empty(count)
    at = 0
    for a in range(n):
        for b in range(a + 1, n):
            if 1e-6 < together[a, b] < 1 - 1e-6:
                pairs[at, 0], pairs[at, 1] = a, b
                share[at] = together[a, b]
                at += 1
    return pairs, share
