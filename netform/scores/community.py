"""community: patients registered in a network who live in the territory of another.

Each neighbourhood (LSOA) is in the territory of the practice of the list with which most of its residents are
registered (`netform.inputs.registrations`); where territories are made of LSOAs, it is in that of the practice whose
ground it is (`netform.map.lsoa_ground`), and who lives outside all ground lives elsewhere. Patients of whom it is not
known where they live never count.

No published rate says what such a patient costs. By default it is 0.00133 hours a week, an assumption: each visit
to the pooled services (0.004 a week) is 10 minutes further on the way there and on the way back, which is about
2 km by the travel estimate: 0.004 * 20 / 60.
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

__all__ = ["COMMUNITY"]


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Charge hours per week for every patient who lives in the territory of a practice of another network."""
    members = set(codes)
    patients = sum(
        residents
        for code in sorted(codes)
        for owner, residents in graph.nodes[code]["residents"].items()
        if owner not in members
    )
    return float(patients) * rules.community_hours_per_patient_week


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Charge the same for every candidate."""
    if data.residents is None:
        return np.zeros(len(store))
    patients = _living_outside(store.offsets, store.members, data.residents, data.living)
    return patients * data.rules.community_hours_per_patient_week


@nb.njit(cache=True, nogil=True)
def _living_outside(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    residents: NDArray[np.float64],
    living: NDArray[np.float64],
) -> NDArray[np.float64]:
    result = np.empty(len(offsets) - 1)
    for j in range(len(result)):
        outside = 0.0
        for k in range(offsets[j], offsets[j + 1]):
            outside += living[members[k]]
            for e in range(offsets[j], offsets[j + 1]):
                outside -= residents[members[k], members[e]]
        # All at home may leave a rounding below zero.
        result[j] = max(0.0, outside)
    return result


COMMUNITY = Term(
    name="community",
    title="Patients who live in another network's territory",
    meaning="for patients who live outside the land of their network",
    kind="penalty",
    definition=define,
    kernel=kernel,
    numbers=("community_hours_per_patient_week",),
)
