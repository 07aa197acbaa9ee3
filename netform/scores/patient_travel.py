"""patient_travel: hours patients spend on the road to their network's hub and back.

The hub is the member that makes it least, among those that the planner lets be a hub (`netform.rules.hubs`); where
none may be, the best of all members, so that any network can be scored. ``minutes`` are one way; every
registered patient makes ``visits_per_patient_week`` visits to pooled services (enhanced access: 60 minutes of
appointments per 1,000 patients a week, in appointments of 15 minutes, gives 0.004).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.candidates.allowed import is_hub
from netform.rules.hubs import MINUTES_SLACK, eligible_hubs
from netform.scores.term import ScoringData, Term

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Rules

__all__ = ["PATIENT_TRAVEL", "best_hub"]


def best_hub(graph: nx.Graph, codes: Collection[str], rules: Rules) -> tuple[str, float]:
    """Find the hub of a network and its patient-minutes one way; of equal hubs the first by code.

    Parameters
    ----------
    graph : networkx.Graph
    codes : collection of str
        The members, at least one.
    rules : Rules
        Say who may be the hub, and how far from it a member may be. Where nobody can be, the hub is the best
        of all members: `netform.rules.breaches` then says what the network breaks.
    """
    minutes = graph.graph["travel"].minutes
    nodes = graph.nodes

    def patient_minutes(hub: str) -> float:
        return float(
            sum(
                nodes[code]["list_size"] * minutes(nodes[code]["position"], nodes[hub]["position"])
                for code in sorted(codes)
            )
        )

    # Rounded so that two practices of one site, alike but for the order of a sum, tie and go by code; but one that is
    # attached to another, and travels as that does, is no place to go to.
    hubs = eligible_hubs(graph, codes, rules) or sorted(codes)
    hub = min(hubs, key=lambda code: (round(patient_minutes(code), 6), "attached_to" in nodes[code]))
    return hub, patient_minutes(hub)


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Add up the hours per week from every practice's patients to the best hub and back."""
    _, patient_minutes = best_hub(graph, codes, rules)
    return patient_minutes * rules.visits_per_patient_week * 2 / 60


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Add up the same for every candidate."""
    rules = data.rules
    longest = rules.demands.longest_to_hub + MINUTES_SLACK
    restricted = bool(math.isfinite(longest) or data.must_hub.any() or not data.may_hub.all())
    least = _least_patient_minutes(
        store.offsets,
        store.members,
        data.list_size,
        data.minutes,
        data.may_hub,
        data.must_hub,
        longest,
        restricted,
    )
    return least * (rules.visits_per_patient_week * 2 / 60)


@nb.njit(cache=True, nogil=True)
def _least_patient_minutes(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    list_size: NDArray[np.float64],
    minutes: NDArray[np.float64],
    may_hub: NDArray[np.bool_],
    must_hub: NDArray[np.bool_],
    longest: float,
    restricted: bool,
) -> NDArray[np.float64]:
    least = np.empty(len(offsets) - 1)
    for j in range(len(least)):
        group = members[offsets[j] : offsets[j + 1]]
        best, best_of_all = np.inf, np.inf
        for hub in group:
            total = 0.0
            for i in group:
                total += list_size[i] * minutes[i, hub]
            best_of_all = min(best_of_all, total)
            if restricted and total < best and is_hub(group, hub, minutes, may_hub, must_hub, longest):
                best = total
        least[j] = best if best < np.inf else best_of_all
    return least


PATIENT_TRAVEL = Term(
    name="patient_travel",
    title="Patients' travel to the hub",
    meaning="time of patients on the road to the hub of their network and back",
    kind="hours",
    definition=define,
    kernel=kernel,
    numbers=("visits_per_patient_week",),
    by_hub=True,
)
