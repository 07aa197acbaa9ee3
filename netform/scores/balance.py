"""balance: a penalty for list sizes far from the target, zero inside a dead band around it.

By default the dead band is the whole of 30,000-50,000, so that balance speaks only of exceptions; a narrower
one draws networks towards the target.
"""

from __future__ import annotations

from collections.abc import Collection

import networkx as nx
import numba as nb
import numpy as np
from numpy.typing import NDArray

from netform.candidates.store import CandidateStore
from netform.rules import Rules
from netform.scores.term import ScoringData, Term

__all__ = ["BALANCE"]


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Hours per week for every 1,000 patients outside the dead band."""
    patients = sum(graph.nodes[code]["list_size"] for code in codes)
    outside = max(0.0, abs(patients - rules.balance_target) - rules.balance_dead_band)
    return outside / 1000 * rules.balance_hours_per_1000


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """The same for every candidate."""
    rules = data.rules
    patients = group_sums(store, data.list_size)
    outside = np.maximum(0.0, np.abs(patients - rules.balance_target) - rules.balance_dead_band)
    return outside / 1000 * rules.balance_hours_per_1000  # type: ignore[no-any-return]


def group_sums(store: CandidateStore, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of a value of the practices over every candidate."""
    return _group_sums(store.offsets, store.members, values)  # type: ignore[no-any-return]


@nb.njit(cache=True, nogil=True)
def _group_sums(offsets, members, values):
    result = np.empty(len(offsets) - 1)
    for j in range(len(result)):
        total = 0.0
        for k in range(offsets[j], offsets[j + 1]):
            total += values[members[k]]
        result[j] = total
    return result


BALANCE = Term("balance", "Distance from the target list size", define, kernel)
