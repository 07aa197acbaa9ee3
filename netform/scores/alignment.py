"""alignment: patients who live outside the main neighbourhood of their network.

The main neighbourhood is the one that most of a network's patients live in (`netform.plan.neighbourhoods`), by
registrations where they are given, and by the practice's place otherwise. Patients of whom it is not known where they
live never count.

No published rate says what such a patient costs. By default it is 0.001 hours a week, an assumption: an hour a week,
per 1,000 patients, of coordination with the team of a second neighbourhood, as for a second authority.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.living import main_and_known
from netform.plan.neighbourhoods import patients_by_neighbourhood, patients_outside
from netform.scores.term import ScoringData, Term

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Rules

__all__ = ["ALIGNMENT"]


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Charge hours per week for every patient who lives outside the main neighbourhood."""
    # Sums in another order may leave a rounding below zero.
    outside = max(0.0, patients_outside(patients_by_neighbourhood(graph, codes)))
    return outside * rules.alignment_hours_per_patient_week


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Charge the same for every candidate."""
    main, known = main_and_known(store, data.neighbourhoods)
    hours: NDArray[np.float64] = np.maximum(0.0, known - main) * data.rules.alignment_hours_per_patient_week
    return hours


ALIGNMENT = Term(
    name="alignment",
    title="Patients who live outside the main neighbourhood",
    meaning="for patients who live outside the main neighbourhood of their network",
    kind="penalty",
    definition=define,
    kernel=kernel,
    numbers=("alignment_hours_per_patient_week",),
)
