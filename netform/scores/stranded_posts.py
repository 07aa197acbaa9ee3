"""stranded_posts: hours of shared staff that a network's patients are due but cannot be hired whole.

A role gives one post per ``patients_per_post`` weighted patients. Posts are hired in steps (0.2, one day a
week, by default); what is left of the last step is stranded: ``(list* / ratio - whole posts) * 37.5`` hours,
over all roles.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.scores.term import ScoringData, Term

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.model import Role, Rules

__all__ = ["STRANDED_POSTS", "define_posts", "whole_posts"]

# A list that gives a whole number of steps must not lose one to the last bit of a division.
STEP_TOLERANCE = 1e-9


def define_posts(graph: nx.Graph, codes: Collection[str], rules: Rules, role: Role) -> tuple[float, float]:
    """Count the whole posts of a role in a network, and the fraction of a post that is stranded."""
    due = sum(graph.nodes[code]["weighted_list_size"] for code in sorted(codes)) / role.patients_per_post
    whole = math.floor(due / rules.post_step + STEP_TOLERANCE) * rules.post_step
    return whole, max(0.0, due - whole)


def define(graph: nx.Graph, codes: Collection[str], rules: Rules) -> float:
    """Add up the hours per week of posts that cannot be hired, over all roles."""
    return sum(define_posts(graph, codes, rules, role)[1] for role in rules.roles) * rules.hours_per_post_week


def whole_posts(store: CandidateStore, data: ScoringData) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count the whole and stranded posts of every candidate, summed over roles."""
    ratios = np.array([role.patients_per_post for role in data.rules.roles], np.float64)
    posts = _posts(store.offsets, store.members, data.weighted_list_size, ratios, data.rules.post_step)
    return posts[0], posts[1]


def kernel(store: CandidateStore, data: ScoringData) -> NDArray[np.float64]:
    """Add up the same for every candidate."""
    _, stranded = whole_posts(store, data)
    return stranded * data.rules.hours_per_post_week


@nb.njit(cache=True, nogil=True)
def _posts(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    weighted_list_size: NDArray[np.float64],
    ratios: NDArray[np.float64],
    step: float,
) -> NDArray[np.float64]:
    result = np.empty((2, len(offsets) - 1))
    for j in range(len(offsets) - 1):
        patients = 0.0
        for k in range(offsets[j], offsets[j + 1]):
            patients += weighted_list_size[members[k]]
        whole = 0.0
        stranded = 0.0
        for r in range(len(ratios)):
            due = patients / ratios[r]
            posts = np.floor(due / step + STEP_TOLERANCE) * step
            whole += posts
            stranded += max(0.0, due - posts)
        result[0, j] = whole
        result[1, j] = stranded
    return result


STRANDED_POSTS = Term(
    name="stranded_posts",
    title="Shared posts that cannot be hired whole",
    meaning="time of shared staff that is paid for but cannot be hired, because only whole posts (or whole days) "
    "can",
    kind="hours",
    definition=define,
    kernel=kernel,
    numbers=("hours_per_post_week", "post_step", "roles"),
)
