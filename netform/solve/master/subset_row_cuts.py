"""Subset-row cuts: of any three practices, at most one chosen network covers two.

Every practice is covered once, so for weights w over a few practices and a divisor d every plan satisfies
``sum_S floor(w(S) / d) x_S <= floor(w / d)``, where w(S) is the weight a network covers (Jepsen, Petersen,
Spoorendonk and Pisinger, 2008; the weights for four and five practices are those of Pecin, Pessoa, Poggi, Uchoa
and Santos, 2017). The relaxation often breaks such a row.

A pool of cuts is an array of shape (k, 11): up to five practices (-1 where there is none), their weights (0), and
the divisor.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numba as nb
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from netform.candidates.store import CandidateStore

__all__ = [
    "NO_CUTS",
    "ROWS",
    "CutPool",
    "PricedCuts",
    "cut_coefficients",
    "cut_limits",
    "reduced_costs",
    "together",
    "triple_cuts",
    "violated_cuts",
]

CutPool = NDArray[np.int64]
ROWS = 5
NO_CUTS: CutPool = np.empty((0, 2 * ROWS + 1), np.int64)

# Weights and divisor for four and five practices; the first practice of each is the one searched around.
FOUR = (((2, 1, 1, 1), 3),)
FIVE = (
    ((1, 1, 1, 1, 1), 2),
    ((1, 1, 1, 1, 1), 3),
    ((2, 2, 1, 1, 1), 4),
    ((3, 1, 1, 1, 1), 4),
    ((3, 2, 2, 1, 1), 5),
    ((2, 2, 1, 1, 1), 3),
    ((3, 3, 2, 2, 1), 4),
)

# Practices looked at around each practice: those most together with it in the relaxation.
AROUND = 11


def triple_cuts(triples: NDArray[np.int64]) -> CutPool:
    """Cuts over three practices each, from an array of shape (k, 3)."""
    cuts = np.full((len(triples), 2 * ROWS + 1), -1, np.int64)
    cuts[:, :3] = triples
    cuts[:, ROWS:] = 0
    cuts[:, ROWS : ROWS + 3] = 1
    cuts[:, -1] = 2
    return cuts


def cut_limits(cuts: CutPool) -> NDArray[np.float64]:
    """The right-hand side of each cut."""
    return np.asarray(cuts[:, ROWS:-1].sum(axis=1) // cuts[:, -1], np.float64)


def cut_coefficients(
    store: CandidateStore, cuts: CutPool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The coefficients of columns in cuts that are not zero: cut, column, coefficient."""
    if not len(cuts) or not len(store):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    # One practice more than there are: that of the missing ones, which no column holds.
    holds = np.zeros((len(store), store.practices + 1), np.int8)
    holds[np.repeat(np.arange(len(store)), np.diff(store.offsets)), store.members] = 1
    covered = np.zeros((len(store), len(cuts)), np.int8)
    for row in range(ROWS):
        covered += holds[:, cuts[:, row]] * cuts[:, ROWS + row].astype(np.int8)
    covered //= cuts[:, -1].astype(np.int8)
    column, cut = np.nonzero(covered)
    return cut, column, covered[column, cut].astype(np.float64)


@dataclass(frozen=True, slots=True)
class PricedCuts:
    """The cuts whose dual is not zero, practice by practice.

    Attributes
    ----------
    begin : ndarray of int64, shape (n + 1,)
        Practice v is in the cuts ``which[begin[v] : begin[v + 1]]``, with the weights that stand there.
    which, weights : ndarray of int64
    paid : ndarray of float64, shape (k, most weight + 1)
        What each cut adds to a network's cost, by the weight that the network covers: dividing anew for every member
        would take most of the time.
    """

    begin: NDArray[np.int64]
    which: NDArray[np.int64]
    weights: NDArray[np.int64]
    paid: NDArray[np.float64]

    @classmethod
    def of(cls, cuts: CutPool, cut_duals: NDArray[np.float64], practices: int) -> PricedCuts:
        """Lay out the cuts whose dual is not zero."""
        live = np.flatnonzero(cut_duals)
        rows = cuts[live, :ROWS].ravel()
        used = np.flatnonzero(rows >= 0)
        used = used[np.argsort(rows[used], kind="stable")]
        begin = np.zeros(practices + 1, np.int64)
        np.cumsum(np.bincount(rows[used], minlength=practices), out=begin[1:])
        weights = cuts[live, ROWS:-1]
        covered = np.arange(int(weights.sum(axis=1).max(initial=0)) + 1)
        paid = -cut_duals[live, None] * (covered // cuts[live, -1:])
        return cls(begin, used // ROWS, weights.ravel()[used], paid)

    def numbered(self, order: NDArray[np.int64]) -> PricedCuts:
        """The same, the practices numbered as they stand in an order."""
        count = np.diff(self.begin)[order]
        begin = np.concatenate((np.zeros(1, np.int64), np.cumsum(count)))
        taken = np.arange(begin[-1]) + np.repeat(self.begin[order] - begin[:-1], count)
        return PricedCuts(begin, self.which[taken], self.weights[taken], self.paid)


def reduced_costs(
    store: CandidateStore,
    costs: NDArray[np.float64],
    practice_duals: NDArray[np.float64],
    cuts: CutPool,
    cut_duals: NDArray[np.float64],
    enough: float = np.inf,
) -> NDArray[np.float64]:
    """The reduced cost of every column, shape (m,).

    Duals of cuts are never positive, so cuts only raise it: where it is above ``enough`` without them, or with some of
    them, it is left there, which saves nearly all of the time where columns are many.
    """
    priced = PricedCuts.of(cuts, cut_duals, store.practices)
    return _reduced_costs(  # type: ignore[no-any-return]
        store.offsets, store.members, costs, practice_duals, priced.begin, priced.which, priced.weights, priced.paid,
        enough,
    )  # fmt: skip


@nb.njit(cache=True, nogil=True)
def _reduced_costs(  # type: ignore[no-untyped-def]
    offsets, members, costs, practice_duals, indptr, which, weights, added, enough
):
    result = np.empty(len(costs))
    covered = np.zeros(len(added), np.int64)
    for j in range(len(costs)):
        total = costs[j]
        for k in range(offsets[j], offsets[j + 1]):
            total -= practice_duals[members[k]]
        if len(added) and total <= enough:
            for k in range(offsets[j], offsets[j + 1]):
                v = members[k]
                for e in range(indptr[v], indptr[v + 1]):
                    cut = which[e]
                    before = added[cut, covered[cut]]
                    covered[cut] += weights[e]
                    total += added[cut, covered[cut]] - before
                if total > enough:
                    break
            for k in range(offsets[j], offsets[j + 1]):
                v = members[k]
                for e in range(indptr[v], indptr[v + 1]):
                    covered[which[e]] = 0
        result[j] = total
    return result


def violated_cuts(
    store: CandidateStore, values: NDArray[np.float64], *, most: int, tolerance: float = 0.02
) -> CutPool:
    """Separate cuts that a relaxation breaks: triples, then wider ones once few triples are broken.

    Parameters
    ----------
    store : CandidateStore
        The columns of positive value only.
    values : ndarray of float64, shape (m,)
        How much of each is chosen: of the columns of a practice no more than one together.
    most : int
        How many to return, the most broken first.
    tolerance : float
        By how much a cut must be broken to be worth adding.
    """
    triples, violation = _violated_triples(
        store.offsets, store.members, values, *_columns_of(store), tolerance
    )
    cuts = triple_cuts(triples)
    if len(cuts) < most // 3:
        found, by = _violated_wider(store.offsets, store.members, values, store.practices, tolerance)
        wider = np.column_stack((found[:, :ROWS], ARRANGED[found[:, ROWS]]))
        cuts, violation = np.concatenate((cuts, wider)), np.concatenate((violation, by))
    return _spread(cuts, violation, store.practices, most)


def _spread(cuts: CutPool, violation: NDArray[np.float64], practices: int, most: int) -> CutPool:
    """The most broken, but no practice in many rows at once: spread over the map they teach more."""
    used = np.zeros(practices + 1, np.int64)
    chosen: list[int] = []
    order = np.lexsort((*cuts.T[::-1], -np.round(violation, 6)))
    for k in order:
        if len(chosen) == most:
            break
        rows = cuts[k, :ROWS]
        if used[rows[rows >= 0]].max() < 12:
            used[rows[rows >= 0]] += 1
            chosen.append(int(k))
    return cuts[np.array(chosen, np.int64)]


@nb.njit(cache=True, nogil=True)
def together(offsets, members, values, n):  # type: ignore[no-untyped-def]
    """Add up, for every two practices, the values of the columns that hold both, shape (n, n)."""
    shared = np.zeros((n, n))
    for j in range(len(values)):
        for k in range(offsets[j], offsets[j + 1]):
            for e in range(k + 1, offsets[j + 1]):
                a, b = members[k], members[e]
                shared[a, b] += values[j]
                shared[b, a] += values[j]
    return shared


def _columns_of(store: CandidateStore) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The columns that hold each practice, as one array and where each practice's begin."""
    columns = np.repeat(np.arange(len(store)), np.diff(store.offsets))
    begin = np.concatenate(([0], np.cumsum(np.bincount(store.members, minlength=store.practices))))
    return begin, columns[np.argsort(store.members, kind="stable")]


@nb.njit(cache=True, nogil=True)
def _violated_triples(offsets, members, values, begin, columns, tolerance):  # type: ignore[no-untyped-def]
    n = len(begin) - 1
    shared = together(offsets, members, values, n)
    found = []
    violation = []
    for a in range(n):
        # A broken triple has at least two pairs that share a column, and a is in both; where all three do, it is first.
        near = np.flatnonzero(shared[a] > 0)
        for i in range(len(near)):
            b = near[i]
            for k in range(i + 1, len(near)):
                c = near[k]
                if shared[b, c] > 0 and b < a:
                    continue
                # Those that hold two of the three count once, those that hold all three are in all three pairs.
                total = shared[a, b] + shared[b, c] + shared[a, c]
                if total <= 1 + tolerance:
                    continue
                total -= 2 * _with_both(offsets, members, values, columns[begin[a] : begin[a + 1]], b, c)
                if total > 1 + tolerance:
                    found.append((min(a, b), min(max(a, b), c), max(a, c)))
                    violation.append(total - 1)
    triples = np.empty((len(found), 3), np.int64)
    for k in range(len(found)):
        triples[k, 0], triples[k, 1], triples[k, 2] = found[k]
    return triples, np.array(violation)


@nb.njit(cache=True, nogil=True)
def _with_both(offsets, members, values, columns, b, c):  # type: ignore[no-untyped-def]
    """Add up the values of those columns that hold two practices."""
    total = 0.0
    for j in columns:
        hits = 0
        for k in range(offsets[j], offsets[j + 1]):
            hits += members[k] == b or members[k] == c
        if hits == 2:
            total += values[j]
    return total


# Every distinct way to lay the weights of FOUR and FIVE over practices, and the divisors.
ARRANGED = np.array(
    [
        (*order, *[0] * (ROWS - len(order)), divisor)
        for weights, divisor in (*FOUR, *FIVE)
        for order in sorted(set(permutations(weights)))
    ]
)

# What each arrangement counts of a network by which of the practices it holds (bit p: the p-th), and its limit.
_HELD = np.arange(1 << ROWS)[:, None] >> np.arange(ROWS) & 1
WIDER_COUNTS = (_HELD @ ARRANGED[:, :ROWS].T // ARRANGED[:, ROWS]).T.astype(np.float64).copy()
WIDER_LIMITS = (ARRANGED[:, :ROWS].sum(axis=1) // ARRANGED[:, ROWS]).astype(np.float64)
FOURS = int((ARRANGED[:, 4] == 0).sum())

# Every four and five of a practice, which is the first, and those around it, by place: those of the nearest come first.
PLACES = np.array(
    [
        (0, *others, last, *[-1] * (4 - count))
        for last in range(3, AROUND + 1)
        for count in (3, 4)
        for others in combinations(range(1, last), count - 1)
    ]
)


@nb.njit(cache=True, nogil=True)
def _violated_wider(offsets, members, values, n, tolerance):  # type: ignore[no-untyped-def]
    """Search around every practice: all fours and fives of it and those most together with it."""
    shared = together(offsets, members, values, n)
    found = []
    violation = []
    amount = np.zeros(1 << (AROUND + 1))
    patterns = np.empty(len(values), np.int64)
    for centre in range(n):
        nearest = np.argsort(-shared[centre])[:AROUND]
        local = np.concatenate((np.array([centre]), nearest[shared[centre][nearest] > 1e-6]))
        count = _patterns(offsets, members, values, local, n, patterns, amount)
        for places in PLACES:
            picked = places[places >= 0]
            if picked[-1] >= len(local):
                break
            best, by = _most_broken(patterns[:count], amount, picked)
            if by > tolerance:
                cut = np.full(ROWS + 1, -1)
                cut[: len(picked)] = local[picked]
                cut[ROWS] = best
                found.append(cut)
                violation.append(by)
        amount[patterns[:count]] = 0.0
    cuts = np.empty((len(found), ROWS + 1), np.int64)
    for k in range(len(found)):
        cuts[k] = found[k]
    return cuts, np.array(violation)


@nb.njit(cache=True, nogil=True)
def _patterns(offsets, members, values, local, n, patterns, amount):  # type: ignore[no-untyped-def]
    """How much of the relaxation covers each pattern of some practices; how many patterns of two and more there are."""
    place = np.full(n, -1, np.int64)
    place[local] = np.arange(len(local))
    count = 0
    for j in range(len(values)):
        pattern = 0
        for k in range(offsets[j], offsets[j + 1]):
            if place[members[k]] >= 0:
                pattern |= 1 << place[members[k]]
        # No weight reaches its divisor alone.
        if pattern & (pattern - 1):
            if amount[pattern] == 0.0:
                patterns[count] = pattern
                count += 1
            amount[pattern] += values[j]
    return count


@nb.njit(cache=True, nogil=True)
def _most_broken(patterns, amount, picked):  # type: ignore[no-untyped-def]
    """The arrangement of weights over some practices that is broken most, and by how much."""
    held = np.zeros(1 << len(picked))
    for q in patterns:
        pattern = 0
        for p in range(len(picked)):
            pattern |= (q >> picked[p] & 1) << p
        held[pattern] += amount[q]
    best, best_by = -1, -np.inf
    first, last = (0, FOURS) if len(picked) == 4 else (FOURS, len(WIDER_LIMITS))
    for w in range(first, last):
        by = -WIDER_LIMITS[w]
        for q in range(len(held)):
            by += WIDER_COUNTS[w, q] * held[q]
        if by > best_by:
            best, best_by = w, by
    return best, best_by
