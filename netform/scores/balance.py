"""balance: a penalty for list sizes far from the target, zero inside a dead band around it.

Unless the rules name them, the target is the middle of the area's band and the dead band half its width on either
side, so that balance speaks only of exceptions; a narrower one draws networks towards the target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.scores.term import ScoringData, Term

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Rules

__all__ = ["BALANCE"]


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Charge hours per week for every 1,000 patients outside the dead band."""
    patients = float(sum(graph.nodes[code]["list_size"] for code in codes))
    outside = max(0.0, abs(patients - rules.balance_target) - rules.balance_dead_band)
    return outside / 1000 * rules.balance_hours_per_1000


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Charge the same for every candidate."""
    rules = data.rules
    patients = group_sums(store, data.list_size)
    outside = np.maximum(0.0, np.abs(patients - rules.balance_target) - rules.balance_dead_band)
    return outside / 1000 * rules.balance_hours_per_1000


def group_sums(store: CandidateStore, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up a value of the practices over every candidate."""
    return _group_sums(store.offsets, store.members, values)


@nb.njit(cache=True, nogil=True)
def _group_sums(
    offsets: NDArray[np.int64], members: NDArray[np.uint16], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    result = np.empty(len(offsets) - 1)
    for j in range(len(result)):
        total = 0.0
        for k in range(offsets[j], offsets[j + 1]):
            total += values[members[k]]
        result[j] = total
    return result


BALANCE = Term(
    name="balance",
    title="Distance from the target list size",
    meaning="for a list far from the target",
    kind="penalty",
    definition=define,
    kernel=kernel,
    numbers=("balance_target", "balance_dead_band", "balance_hours_per_1000"),
)
