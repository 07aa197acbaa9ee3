"""crossing: patients on the smaller side of a soft boundary, such as a local authority's.

For each boundary (a column of the list named with ``--soft``) the side with most of a network's patients is its
own, and the patients of practices on any other side count. Practices whose side is blank count nowhere.

No published rate says what crossing costs. By default each such patient costs 0.001 hours a week for each boundary,
an assumption: an hour a week, per 1,000 patients, of coordination with a second authority.
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

__all__ = ["CROSSING"]


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Charge hours per week for every patient off the main side of a boundary, added up over boundaries."""
    patients = 0
    nodes = [graph.nodes[code] for code in codes]
    for column in zip(*(node["sides"] for node in nodes), strict=True):
        on_side: dict[str, int] = {}
        for node, side in zip(nodes, column, strict=True):
            if side:
                on_side[side] = on_side.get(side, 0) + node["list_size"]
        patients += sum(on_side.values()) - max(on_side.values(), default=0)
    return float(patients) * rules.crossing_hours_per_patient_week


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Charge the same for every candidate."""
    patients = _off_the_main_side(store.offsets, store.members, data.sides, data.list_size)
    return patients * data.rules.crossing_hours_per_patient_week


@nb.njit(cache=True, nogil=True)
def _off_the_main_side(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    sides: NDArray[np.int64],
    list_size: NDArray[np.float64],
) -> NDArray[np.float64]:
    result = np.zeros(len(offsets) - 1)
    for j in range(len(result)):
        for boundary in range(sides.shape[1]):
            known = 0.0
            most = 0.0
            for k in range(offsets[j], offsets[j + 1]):
                side = sides[members[k], boundary]
                if side < 0:
                    continue
                known += list_size[members[k]]
                here = 0.0
                for e in range(offsets[j], offsets[j + 1]):
                    if sides[members[e], boundary] == side:
                        here += list_size[members[e]]
                most = max(most, here)
            result[j] += known - most
    return result


CROSSING = Term(
    name="crossing",
    title="Patients across a soft boundary",
    meaning="for networks that straddle a soft boundary",
    kind="penalty",
    definition=define,
    kernel=kernel,
    numbers=("crossing_hours_per_patient_week",),
)
