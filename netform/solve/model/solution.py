"""The solution of a set partitioning: the plan with its bound, and a warm start for the next question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.master.linear_program import Duals
    from netform.solve.master.subset_row_cuts import CutPool

__all__ = ["Solution", "WarmStart"]


@dataclass(frozen=True, slots=True)
class WarmStart:
    """What solving has learnt, of use to the next question over the same columns.

    Attributes
    ----------
    column_bounds : ndarray of float64, shape (m,)
        No plan that uses column j costs less, or less than the best plan or the cutoff.
    columns : ndarray of int64
        Those of the last restricted master.
    cuts : ndarray of int64, shape (k, 11)
        Cuts that shaped the bound.
    duals : Duals
        Of the rows and of those cuts.
    """

    column_bounds: NDArray[np.float64]
    columns: NDArray[np.int64]
    cuts: CutPool
    duals: Duals

    def with_cuts(self, more: CutPool) -> WarmStart:
        """The same with more cuts, of dual zero."""
        known = {tuple(cut) for cut in self.cuts.tolist()}
        fresh = np.array([cut for cut in more.tolist() if tuple(cut) not in known], np.int64).reshape(
            -1, more.shape[1]
        )
        priced = np.concatenate((self.duals.cuts, np.zeros(len(fresh))))
        return replace(self, cuts=np.concatenate((self.cuts, fresh)), duals=replace(self.duals, cuts=priced))

    def among(self, kept: NDArray[np.int64]) -> WarmStart:
        """The same over some of the columns, ascending."""
        place = np.minimum(np.searchsorted(kept, self.columns), max(0, len(kept) - 1))
        inside = kept[place] == self.columns if len(kept) else np.zeros(len(place), np.bool_)
        return replace(self, column_bounds=self.column_bounds[kept], columns=place[inside])


@dataclass(frozen=True, slots=True)
class Solution:
    """The best plan found and what is proven.

    Attributes
    ----------
    status : str
        ``optimal``, ``feasible``, ``infeasible`` (proven) or ``unknown``.
    chosen : ndarray of int64 or None
        The columns of the plan, ascending.
    cost : float
        Infinite without a plan.
    bound : float
        No plan costs less; infinite when there is none.
    trace : WarmStart or None
        What was learnt on the way, when it was asked for.
    columns : int or None
        How many a cheaper plan may still use, where they were counted.
    """

    status: str
    chosen: NDArray[np.int64] | None
    cost: float
    bound: float
    trace: WarmStart | None = None
    columns: int | None = None
