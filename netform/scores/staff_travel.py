"""staff_travel: hours shared staff lose on the road between the sites of their network.

A post moves ``moves_per_post_week`` times a week between two sites drawn by list size, so a move takes
``T(S) = sum_ij p_i p_j minutes(i, j)`` with ``p_i = list_i / list(S)`` (`netform.scores.posts`). Only whole posts
move: see `netform.scores.stranded_posts` for how many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.scores.posts import minutes_per_move
from netform.scores.stranded_posts import define_posts, whole_posts
from netform.scores.term import ScoringData, Term

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Rules

__all__ = ["STAFF_TRAVEL"]


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Add up the hours per week that the network's whole posts spend between its sites."""
    posts = sum(define_posts(graph, codes, rules, role)[0] for role in rules.roles)
    return posts * rules.moves_per_post_week * minutes_per_move(graph, codes) / 60


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Add up the same for every candidate."""
    factor = data.rules.moves_per_post_week / 60
    posts, _ = whole_posts(store, data)
    return posts * _minutes_per_move(store.offsets, store.members, data.list_size, data.minutes) * factor


@nb.njit(cache=True, nogil=True)
def _minutes_per_move(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    list_size: NDArray[np.float64],
    minutes: NDArray[np.float64],
) -> NDArray[np.float64]:
    result = np.empty(len(offsets) - 1)
    for j in range(len(result)):
        patients = 0.0
        total = 0.0
        for k in range(offsets[j], offsets[j + 1]):
            i = members[k]
            patients += list_size[i]
            for e in range(offsets[j], k):
                total += list_size[i] * list_size[members[e]] * minutes[i, members[e]]
        # Every pair counts in both directions.
        result[j] = 2.0 * total / (patients * patients)
    return result


STAFF_TRAVEL = Term(
    name="staff_travel",
    title="Shared staff's travel between sites",
    meaning="time of shared staff on the road between the sites of a network",
    kind="hours",
    definition=define,
    kernel=kernel,
    numbers=("moves_per_post_week", "post_step", "roles"),
)
