"""The terms a network is scored by, in hours per week.

To add a term is to write one file with its definition and its kernel, and one line here; its rates belong to the
rules (`netform.rules.model`). The conformance test comes free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netform.scores.alignment import ALIGNMENT
from netform.scores.balance import BALANCE
from netform.scores.community import COMMUNITY
from netform.scores.continuity import CONTINUITY
from netform.scores.cover import COVER
from netform.scores.crossing import CROSSING
from netform.scores.overhead import OVERHEAD
from netform.scores.patient_travel import PATIENT_TRAVEL
from netform.scores.staff_travel import STAFF_TRAVEL
from netform.scores.stranded_posts import STRANDED_POSTS
from netform.scores.term import ScoringData, Term

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Rules
    from netform.scores.term import Kind

__all__ = ["TERMS", "ScoringData", "Term", "candidate_costs", "network_cost", "network_terms"]

TERMS: dict[str, Term] = {
    term.name: term
    for term in (
        PATIENT_TRAVEL,
        STAFF_TRAVEL,
        STRANDED_POSTS,
        OVERHEAD,
        COVER,
        BALANCE,
        CONTINUITY,
        COMMUNITY,
        CROSSING,
        ALIGNMENT,
    )
}


def network_terms(graph: nx.Graph, codes: Collection[str], rules: Rules) -> dict[str, float]:
    """Give every term of a network, unweighted hours per week, by its definition."""
    return {name: term.definition(graph, codes, rules) for name, term in TERMS.items()}


def network_cost(terms: Mapping[str, float], rules: Rules) -> float:
    """Add up a network's terms by their weights, hours per week."""
    return sum(rules.weight(name) * hours for name, hours in terms.items())


def candidate_costs(
    store: CandidateStore, data: ScoringData, kind: Kind | None = None
) -> NDArray[np.float64]:
    """Add up the terms of every candidate by their weights, hours per week, by the kernels.

    Terms of weight zero are not computed; no vector but the sum is as long as the store.

    Parameters
    ----------
    store : CandidateStore
    data : ScoringData
    kind : Kind, optional
        Only terms of this kind; all when left out.
    """
    costs = np.zeros(len(store))
    weighed = [
        (term, weight)
        for name, term in TERMS.items()
        if (weight := data.rules.weight(name)) and kind in (None, term.kind)
    ]
    for part, block in store.blocks():
        for term, weight in weighed:
            costs[part] += weight * term.kernel(block, data)
    return costs
