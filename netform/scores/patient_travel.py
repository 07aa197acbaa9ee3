"""patient_travel: hours patients spend on the road to their network's hub and back.

The hub is the member that makes it least. ``minutes`` are one way; every registered patient makes
``visits_per_patient_week`` visits to pooled services (enhanced access: 60 minutes of appointments per 1,000
patients a week, in appointments of 15 minutes, gives 0.004).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.candidates.store import CandidateStore
from netform.rules import Rules
from netform.scores.term import ScoringData, Term

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx
    from numpy.typing import NDArray

__all__ = ["PATIENT_TRAVEL", "best_hub"]


def best_hub(graph: nx.Graph, codes: Collection[str]) -> tuple[str, float]:
    """Find the hub of a network and its patient-minutes one way; of equal hubs the first by code."""
    minutes = graph.graph["travel"].minutes
    nodes = graph.nodes

    def patient_minutes(hub: str) -> float:
        return float(
            sum(
                nodes[code]["list_size"] * minutes(nodes[code]["position"], nodes[hub]["position"])
                for code in sorted(codes)
            )
        )

    # Rounded so that two practices of one site, alike but for the order of a sum, tie and go by code.
    hub = min(sorted(codes), key=lambda code: round(patient_minutes(code), 6))
    return hub, patient_minutes(hub)


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Add up the hours per week from every practice's patients to the best hub and back."""
    _, patient_minutes = best_hub(graph, codes)
    return patient_minutes * rules.visits_per_patient_week * 2 / 60


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Add up the same for every candidate."""
    factor = data.rules.visits_per_patient_week * 2 / 60
    return _least_patient_minutes(store.offsets, store.members, data.list_size, data.minutes) * factor


@nb.njit(cache=True, nogil=True)
def _least_patient_minutes(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    list_size: NDArray[np.float64],
    minutes: NDArray[np.float64],
) -> NDArray[np.float64]:
    least = np.empty(len(offsets) - 1)
    for j in range(len(least)):
        best = np.inf
        for h in range(offsets[j], offsets[j + 1]):
            hub = members[h]
            total = 0.0
            for k in range(offsets[j], offsets[j + 1]):
                i = members[k]
                total += list_size[i] * minutes[i, hub]
            best = min(best, total)
        least[j] = best
    return least


PATIENT_TRAVEL = Term("patient_travel", "Patients' travel to the hub", define, kernel)
