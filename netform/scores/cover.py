"""cover: hours of clinical time that a network is short of the average of its area.

Clinical staff are general practitioners, nurses and direct patient care staff, full-time equivalents. With
``r_area`` their number per registered patient over the practices of the area whose staff is known, a practice
is short of ``r_area * list - staff``, below zero where it has more, and a network of
``max(0, sum of its practices) * 37.5`` hours a week: those who have more make up for those who have less.

A practice of which any of the three figures is missing has no part in it, on either side: a missing figure is
never taken for none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netform.scores.balance import group_sums
from netform.scores.term import ScoringData, Term

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Rules

__all__ = ["COVER"]


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Give the hours per week that the network's practices of known staff are short of, together."""
    known = [graph.nodes[code]["shortfall_fte"] for code in sorted(codes)]
    short_fte: float = sum(shortfall for shortfall in known if shortfall is not None)
    return max(0.0, short_fte) * rules.hours_per_post_week


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Give the same for every candidate."""
    return np.maximum(0.0, group_sums(store, data.shortfall_fte)) * data.rules.hours_per_post_week


COVER = Term(
    name="cover",
    title="Clinical time short of the area's average",
    meaning="clinical time a network is short of the average of its area",
    kind="hours",
    definition=define,
    kernel=kernel,
    numbers=("hours_per_post_week",),
)
