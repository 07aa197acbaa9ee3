"""continuity: patients who lose the network they have now.

A practice has moved when its present network has no more than half of its patients in the new one: of a present
network that is split, the larger part stays and the others move. A practice without a present network cannot
lose it.

No published rate says what a move costs. By default each moved patient costs 0.001 hours a week, an assumption:
for a year, every visit to the pooled services (0.004 a week) takes a second appointment of 15 minutes, because
other staff have to come to know the patient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.scores.term import ScoringData, Term

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Rules

__all__ = ["CONTINUITY", "define_moved", "moved"]


def define_moved(
    graph: nx.Graph,
    codes: Collection[str],
    present: Mapping[str, str],
    present_patients: Mapping[str, float],
) -> list[str]:
    """List the practices of a network that have moved, in order of code.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices, see `netform.map.graph`.
    codes : collection of str
        Members of the network.
    present : mapping of str to str
        From practice code to present network; a practice that is not there, or whose network is blank, has none.
    present_patients : mapping of str to float
        Registered patients of each present network, wherever its practices are now.

    Returns
    -------
    list of str
    """
    here: dict[str, float] = {}
    for code in sorted(codes):
        network = present.get(code)
        if network:
            here[network] = here.get(network, 0.0) + graph.nodes[code]["list_size"]
    lost = {network for network, patients in here.items() if 2 * patients <= present_patients[network]}
    return [code for code in sorted(codes) if present.get(code) in lost]


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Charge hours per week for every patient of the practices that have moved."""
    nodes = graph.nodes
    present = {code: nodes[code]["pcn_code"] for code in codes}
    present_patients = {nodes[code]["pcn_code"]: nodes[code]["pcn_list_size"] for code in codes}
    patients = sum(nodes[code]["list_size"] for code in define_moved(graph, codes, present, present_patients))
    return float(patients) * rules.continuity_hours_per_patient_week


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Charge the same for every candidate."""
    patients = moved(store, data.present, data.present_patients, data.list_size, data.list_size)
    return patients * data.rules.continuity_hours_per_patient_week


def moved(
    store: CandidateStore,
    present: NDArray[np.int64],
    present_patients: NDArray[np.float64],
    list_size: NDArray[np.float64],
    worth: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Add up, for every candidate, the worth of its members that have moved.

    Parameters
    ----------
    store : CandidateStore
        m candidates over n practices.
    present : ndarray of int64, shape (n,)
        Number of the present network of each practice, -1 where it has none.
    present_patients : ndarray of float64, shape (networks,)
        Registered patients of each present network.
    list_size : ndarray of float64, shape (n,)
        Registered patients of each practice.
    worth : ndarray of float64, shape (n,)
        What each moved practice counts: its patients, or 1 to count practices.

    Returns
    -------
    ndarray of float64, shape (m,)
    """
    return _moved(store.offsets, store.members, present, present_patients, list_size, worth)


@nb.njit(cache=True, nogil=True)
def _moved(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    present: NDArray[np.int64],
    present_patients: NDArray[np.float64],
    list_size: NDArray[np.float64],
    worth: NDArray[np.float64],
) -> NDArray[np.float64]:
    result = np.empty(len(offsets) - 1)
    for j in range(len(result)):
        total = 0.0
        for k in range(offsets[j], offsets[j + 1]):
            network = present[members[k]]
            if network < 0:
                continue
            here = 0.0
            for e in range(offsets[j], offsets[j + 1]):
                if present[members[e]] == network:
                    here += list_size[members[e]]
            if 2.0 * here <= present_patients[network]:
                total += worth[members[k]]
        result[j] = total
    return result


CONTINUITY = Term(
    name="continuity",
    title="Patients moved from their present network",
    meaning="for patients taken away from their present network",
    kind="penalty",
    definition=define,
    kernel=kernel,
    numbers=("continuity_hours_per_patient_week",),
)
