"""Try every plan that the reduced costs leave possible: the proof where networks are few.

A plan costs at least what the duals are worth plus the reduced costs of its networks. So plans cheaper than the
best known have reduced costs that add up to less than the gap, and a depth-first search for exact covers that
spends this *budget* meets them all. With four to eight networks in a part the budget dies within two or three
choices and millions of partial plans are tried in a second, where the relaxation of so few, so large networks
is weak and branching slow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.linear import SideRow

__all__ = ["cheapest_cover"]

# Of a side row's sum; the rows count networks or thousandths of patients.
TOLERANCE = 1e-7


def cheapest_cover(
    store: CandidateStore,
    costs: NDArray[np.float64],
    reduced: NDArray[np.float64],
    worth: float,
    cutoff: float,
    sides: Sequence[SideRow] = (),
    *,
    most_steps: int,
) -> tuple[NDArray[np.int64] | None, bool]:
    """The cheapest choice of candidates that covers every practice once, below a cutoff.

    Parameters
    ----------
    store : CandidateStore
    costs : ndarray of float64, shape (m,)
    reduced : ndarray of float64, shape (m,)
        Reduced costs, at least 0 but for rounding.
    worth : float
        What the duals are worth: a choice costs at least this plus its reduced costs.
    cutoff : float
        Choices that cost as much are of no interest.
    sides : sequence of SideRow
        Rules over the choice, over the same candidates.
    most_steps : int
        Candidates looked at before the search is given up.

    Returns
    -------
    chosen : ndarray of int64 or None
        The cheapest below the cutoff that was met.
    complete : bool
        Whether the search was completed, so that nothing below the cutoff was missed.
    """
    n, m = store.practices, len(store)
    holder = np.repeat(np.arange(m), np.diff(store.offsets))
    masks = np.zeros((m, -(-n // 64)), np.uint64)
    bit = np.left_shift(np.uint64(1), (store.members % 64).astype(np.uint64))
    np.bitwise_or.at(masks, (holder, store.members // 64), bit)
    # Practices in the order in which they are covered: those with the fewest candidates first.
    count = np.bincount(store.members, minlength=n)
    if (count == 0).any():
        return None, True
    order = np.lexsort((np.arange(n), count))
    # Each candidate is listed at every practice it holds, by reduced cost.
    by_practice = np.lexsort((holder, reduced[holder], store.members))
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(count, out=indptr[1:])
    rules = np.array([side.coefficients for side in sides]).reshape(len(sides), m)
    least = np.array([side.least for side in sides], np.float64) - TOLERANCE
    most = np.array([side.most for side in sides], np.float64) + TOLERANCE
    chosen, length, complete = _search(
        masks,
        costs,
        reduced,
        indptr,
        holder[by_practice],
        order,
        worth,
        cutoff,
        rules,
        least,
        most,
        n,
        most_steps,
    )
    return (np.sort(chosen[:length]) if length else None), bool(complete)


@nb.njit(cache=True, nogil=True)
def _search(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 (one loop with its own stack)
    masks, costs, reduced, indptr, listed, order, worth, cutoff, rules, least, most, n, most_steps
):
    words = masks.shape[1]
    covered = np.zeros((n + 1, words), np.uint64)
    position = np.zeros(n + 1, np.int64)
    end = np.zeros(n + 1, np.int64)
    taken = np.zeros(n + 1, np.int64)
    next_practice = np.zeros(n + 1, np.int64)
    spent = np.zeros(n + 1)
    cost = np.zeros(n + 1)
    best = np.zeros(n + 1, np.int64)
    best_length = 0
    steps = 0
    depth = 0
    position[0] = indptr[order[0]]
    end[0] = indptr[order[0] + 1]
    one = np.uint64(1)
    while depth >= 0:
        if position[depth] == end[depth]:
            depth -= 1
            continue
        j = listed[position[depth]]
        position[depth] += 1
        steps += 1
        if steps > most_steps:
            return best, best_length, False
        if worth + spent[depth] + reduced[j] >= cutoff:
            # Listed by reduced cost: none of the rest is cheaper.
            position[depth] = end[depth]
            continue
        clash = False
        for w in range(words):
            if masks[j, w] & covered[depth, w]:
                clash = True
        if clash:
            continue
        taken[depth] = j
        for w in range(words):
            covered[depth + 1, w] = covered[depth, w] | masks[j, w]
        at = next_practice[depth]
        while at < n and (covered[depth + 1, order[at] // 64] >> np.uint64(order[at] % 64)) & one:
            at += 1
        total = cost[depth] + costs[j]
        if at == n:
            taken_ok = True
            for r in range(len(least)):
                value = 0.0
                for k in range(depth + 1):
                    value += rules[r, taken[k]]
                if value < least[r] or value > most[r]:
                    taken_ok = False
            if taken_ok and total < cutoff:
                cutoff = total
                best_length = depth + 1
                best[:best_length] = taken[:best_length]
            continue
        depth += 1
        spent[depth] = spent[depth - 1] + reduced[j]
        cost[depth] = total
        next_practice[depth] = at
        position[depth] = indptr[order[at]]
        end[depth] = indptr[order[at] + 1]
    return best, best_length, True
