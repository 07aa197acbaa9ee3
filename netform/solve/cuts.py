"""Subset-row cuts: of any three practices, at most one chosen network covers two.

For an odd set T of practices, ``sum_S floor(|S & T| / 2) x_S <= floor(|T| / 2)`` holds for every plan (Jepsen,
Petersen, Spoorendonk and Pisinger, 2008), and cuts off most fractional mixtures of networks. The candidates are
listed, so a cut's coefficient in any column is looked up, never derived.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from netform.candidates.store import CandidateStore

__all__ = ["CutPool", "cut_coefficients", "reduced_costs", "violated_triples"]

CutPool = NDArray[np.int64]  # shape (k, 3): the practices of each cut, ascending


def cut_coefficients(store: CandidateStore, cuts: CutPool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which candidate stands in which cut: positions (cut, candidate) of the coefficients that are 1."""
    if not len(cuts) or not len(store):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    holds = np.zeros((len(store), store.practices), np.int8)
    holds[np.repeat(np.arange(len(store)), np.diff(store.offsets)), store.members] = 1
    shared = holds[:, cuts[:, 0]] + holds[:, cuts[:, 1]] + holds[:, cuts[:, 2]]
    candidate, cut = np.nonzero(shared >= 2)
    return cut, candidate


def reduced_costs(
    store: CandidateStore,
    costs: NDArray[np.float64],
    practice_duals: NDArray[np.float64],
    cuts: CutPool,
    cut_duals: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Every candidate's cost less what the duals pay for it, shape (m,)."""
    live = np.flatnonzero(cut_duals)
    owner = cuts[live].ravel()
    order = np.argsort(owner, kind="stable")
    indptr = np.zeros(store.practices + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=store.practices), out=indptr[1:])
    which = np.repeat(np.arange(len(live)), cuts.shape[1])[order]
    return _reduced_costs(  # type: ignore[no-any-return]
        store.offsets, store.members, costs, practice_duals, indptr, which, cut_duals[live]
    )


@nb.njit(cache=True, nogil=True)
def _reduced_costs(offsets, members, costs, practice_duals, indptr, which, cut_duals):
    result = np.empty(len(costs))
    count = np.zeros(len(cut_duals), np.int8)
    for j in range(len(costs)):
        total = costs[j]
        for k in range(offsets[j], offsets[j + 1]):
            v = members[k]
            total -= practice_duals[v]
            for e in range(indptr[v], indptr[v + 1]):
                count[which[e]] += 1
                if count[which[e]] == 2:
                    total -= cut_duals[which[e]]
        if len(cut_duals):
            for k in range(offsets[j], offsets[j + 1]):
                v = members[k]
                for e in range(indptr[v], indptr[v + 1]):
                    count[which[e]] = 0
        result[j] = total
    return result


def violated_triples(
    store: CandidateStore, values: NDArray[np.float64], *, most: int, tolerance: float = 0.02
) -> CutPool:
    """The triples that a fractional plan violates, the worst first, at most ``most``.

    Parameters
    ----------
    store : CandidateStore
        The candidates of positive value only.
    values : ndarray of float64, shape (m,)
        How much of each is chosen.
    most : int
        How many to return.
    tolerance : float
        Least violation worth a row.
    """
    triples, violation = _violated_triples(store.offsets, store.members, values, store.practices, tolerance)
    order = np.lexsort((triples[:, 2], triples[:, 1], triples[:, 0], -np.round(violation, 6)))
    # One practice in many rows at once teaches little: spread the rows over the map.
    used = np.zeros(store.practices, np.int64)
    chosen = []
    for k in order:
        if len(chosen) == most:
            break
        if used[triples[k]].max() < 12:
            used[triples[k]] += 1
            chosen.append(k)
    return triples[np.array(chosen, np.int64)]


@nb.njit(cache=True, nogil=True)
def _violated_triples(offsets, members, values, n, tolerance):
    together = np.zeros((n, n))
    for j in range(len(values)):
        for k in range(offsets[j], offsets[j + 1]):
            for e in range(k + 1, offsets[j + 1]):
                a, b = members[k], members[e]
                together[a, b] += values[j]
                together[b, a] += values[j]
    found = []
    violation = []
    for a in range(n):
        for b in range(a + 1, n):
            for c in range(b + 1, n):
                # Those that hold two of the three count once, those that hold all three are in all three pairs.
                total = together[a, b] + together[b, c] + together[a, c]
                if total <= 1 + tolerance:
                    continue
                for j in range(len(values)):
                    hits = 0
                    for k in range(offsets[j], offsets[j + 1]):
                        v = members[k]
                        hits += v == a or v == b or v == c
                    if hits == 3:
                        total -= 2 * values[j]
                if total > 1 + tolerance:
                    found.append((a, b, c))
                    violation.append(total - 1)
    triples = np.empty((len(found), 3), np.int64)
    for k in range(len(found)):
        triples[k, 0], triples[k, 1], triples[k, 2] = found[k]
    return triples, np.array(violation)
