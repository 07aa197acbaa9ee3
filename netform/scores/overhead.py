"""overhead: what a network costs by existing, however few patients it has.

By default 31 hours: a hub open for the 15.5 network standard hours of a week (weekdays 18:30-20:00 and
Saturday 9:00-17:00; Network Contract DES, enhanced access) with two staff. Without it the best plan is always
the smallest networks that the band allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netform.scores.term import ScoringData, Term

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Rules

__all__ = ["OVERHEAD"]


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:  # noqa: ARG001 - every definition has one signature
    """Charge the same hours per week for every network."""
    return rules.overhead_hours_week


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Charge the same for every candidate."""
    return np.full(len(store), data.rules.overhead_hours_week)


OVERHEAD = Term(
    name="overhead",
    title="Keeping a hub open",
    meaning="time that keeping a hub open takes, however few come",
    kind="hours",
    definition=define,
    kernel=kernel,
    numbers=("overhead_hours_week",),
)
