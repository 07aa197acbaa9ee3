"""Try every plan that the reduced costs leave possible.

A plan costs at least what the duals are worth plus the reduced costs of its networks. So plans cheaper than the
best known have reduced costs that add up to less than the gap, and a depth-first search for exact covers that
spends this *budget* meets them all. What the practices not yet covered still cost is at least the sum, over them,
of the least reduced cost per practice among the candidates left to each; the search covers the practice with the
fewest candidates left, so most branches die within two or three choices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.model.problem import SideRow

__all__ = ["TOLERANCE", "cheapest_cover", "cheapest_covers"]

# Of a side row's sum; the rows count networks or thousandths of patients.
TOLERANCE = 1e-7


def cheapest_cover(
    store: CandidateStore,
    costs: NDArray[np.float64],
    reduced: NDArray[np.float64],
    dual_objective: float,
    cutoff: float,
    sides: Sequence[SideRow] = (),
    *,
    most_steps: int,
) -> tuple[NDArray[np.int64] | None, bool]:
    """The cheapest choice of candidates that covers every practice once, below a cutoff.

    As `cheapest_covers` with a count of one; ``chosen`` is None where nothing was met.
    """
    found, complete = cheapest_covers(
        store, costs, reduced, dual_objective, cutoff, sides, count=1, most_steps=most_steps
    )
    return (found[0] if found else None), complete


def cheapest_covers(
    store: CandidateStore,
    costs: NDArray[np.float64],
    reduced: NDArray[np.float64],
    dual_objective: float,
    cutoff: float,
    sides: Sequence[SideRow] = (),
    *,
    count: int,
    most_steps: int,
) -> tuple[list[NDArray[np.int64]], bool]:
    """The cheapest choices of candidates that cover every practice once, below a cutoff.

    Parameters
    ----------
    store : CandidateStore
    costs : ndarray of float64, shape (m,)
    reduced : ndarray of float64, shape (m,)
        Reduced costs, at least 0 but for rounding.
    dual_objective : float
        What the duals are worth: a choice costs at least this plus its reduced costs.
    cutoff : float
        Choices that cost as much are of no interest.
    sides : sequence of SideRow
        Rules over the choice, over the same candidates.
    count : int
        How many choices.
    most_steps : int
        Members looked at before the search is given up.

    Returns
    -------
    chosen : list of ndarray of int64
        The cheapest below the cutoff that were met, cheapest first.
    complete : bool
        Whether the search was completed, so that nothing cheaper was missed.
    """
    n, m = store.practices, len(store)
    if (np.bincount(store.members, minlength=n) == 0).any():
        return [], True
    masks = np.zeros((m, -(-n // 64)), np.uint64)
    bit = np.left_shift(np.uint64(1), (store.members % 64).astype(np.uint64))
    np.bitwise_or.at(masks, (np.repeat(np.arange(m), np.diff(store.offsets)), store.members // 64), bit)
    rules = np.array([side.coefficients for side in sides]).reshape(len(sides), m)
    least = np.array([side.least for side in sides], np.float64) - TOLERANCE
    most = np.array([side.most for side in sides], np.float64) + TOLERANCE
    # Candidates by reduced cost: every list of the search is in that order.
    order = np.argsort(reduced, kind="stable")
    found, lengths, complete = _search(
        store.offsets, store.members, masks, costs, reduced, order, dual_objective, cutoff, rules, least, most, n,
        count, most_steps,
    )  # fmt: skip
    plans = [np.sort(row[:length]) for row, length in zip(found, lengths, strict=True) if length]
    plans.sort(key=lambda chosen: (float(costs[chosen].sum()), chosen.tolist()))
    return plans, bool(complete)


@nb.njit(cache=True, nogil=True)
def _search(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 (one loop with its own stack)
    offsets,
    members,
    masks,
    costs,
    reduced,
    order,
    dual_objective,
    cutoff,
    rules,
    least,
    most,
    n,
    count,
    most_steps,
):
    m, words = masks.shape
    # What is left at each depth: candidates that fit what was taken and the budget, by reduced cost.
    left = np.empty((n + 1, m), np.int32)
    lefts = np.zeros(n + 1, np.int64)
    pivot = np.zeros(n + 1, np.int64)
    position = np.zeros(n + 1, np.int64)
    taken = np.zeros(n + 1, np.int64)
    spent = np.zeros(n + 1)
    cost = np.zeros(n + 1)
    covered = np.zeros(n, np.bool_)
    holders = np.zeros(n, np.int64)
    share = np.zeros(n)
    # The same for every rule with a most and no coefficient below zero: it is a budget of its own.
    budgets = 0
    budget_rule = np.zeros(len(most), np.int64)
    for r in range(len(most)):
        if most[r] < np.inf and (m == 0 or rules[r].min() >= 0):
            budget_rule[budgets] = r
            budgets += 1
    rule_share = np.zeros((budgets, n))
    rule_spent = np.zeros((n + 1, budgets))
    rule_floor = np.zeros(budgets)
    found = np.zeros((count, n), np.int64)
    lengths = np.zeros(count, np.int64)
    found_cost = np.full(count, np.inf)
    steps = 0
    depth = 0
    fresh = True
    left[0] = order
    lefts[0] = m
    while depth >= 0:
        if fresh:
            # Weigh what is left: how many candidates each practice has, and what it costs at least.
            for p in range(n):
                holders[p] = 0
                share[p] = np.inf
                for b in range(budgets):
                    rule_share[b, p] = np.inf
            for e in range(lefts[depth]):
                j = left[depth, e]
                size = offsets[j + 1] - offsets[j]
                each = reduced[j] / size
                steps += size
                for k in range(offsets[j], offsets[j + 1]):
                    p = members[k]
                    holders[p] += 1
                    share[p] = min(share[p], each)
                for b in range(budgets):
                    each = rules[budget_rule[b], j] / size
                    for k in range(offsets[j], offsets[j + 1]):
                        rule_share[b, members[k]] = min(rule_share[b, members[k]], each)
            floor = dual_objective + spent[depth]
            fewest = -1
            for p in range(n):
                if not covered[p]:
                    floor += share[p]
                    if fewest < 0 or holders[p] < holders[fewest]:
                        fewest = p
            dead = holders[fewest] == 0 or floor >= cutoff
            for b in range(budgets):
                rule_floor[b] = rule_spent[depth, b]
                for p in range(n):
                    if not covered[p]:
                        rule_floor[b] += rule_share[b, p]
                dead = dead or rule_floor[b] > most[budget_rule[b]]
            if not dead:
                # A candidate whose own price takes the floor to the cutoff is in no plan of interest.
                kept = 0
                for e in range(lefts[depth]):
                    j = left[depth, e]
                    with_it = floor + reduced[j]
                    for k in range(offsets[j], offsets[j + 1]):
                        with_it -= share[members[k]]
                    fits = with_it < cutoff
                    for b in range(budgets):
                        with_it = rule_floor[b] + rules[budget_rule[b], j]
                        for k in range(offsets[j], offsets[j + 1]):
                            with_it -= rule_share[b, members[k]]
                        fits = fits and with_it <= most[budget_rule[b]]
                    if fits:
                        left[depth, kept] = j
                        kept += 1
                lefts[depth] = kept
            pivot[depth] = fewest
            position[depth] = lefts[depth] if dead else 0
            fresh = False
            if steps > most_steps:
                return found, lengths, False
        p = pivot[depth]
        at = position[depth]
        word, bit = p // 64, np.uint64(p % 64)
        while at < lefts[depth] and not (masks[left[depth, at], word] >> bit) & np.uint64(1):
            at += 1
        if at >= lefts[depth] or dual_objective + spent[depth] + reduced[left[depth, at]] >= cutoff:
            depth -= 1
            if depth >= 0:
                j = taken[depth]
                for k in range(offsets[j], offsets[j + 1]):
                    covered[members[k]] = False
            continue
        j = left[depth, at]
        position[depth] = at + 1
        taken[depth] = j
        total = cost[depth] + costs[j]
        for k in range(offsets[j], offsets[j + 1]):
            covered[members[k]] = True
        whole = True
        for q in range(n):
            if not covered[q]:
                whole = False
                break
        if whole:
            fits = total < cutoff
            for r in range(len(least)):
                value = 0.0
                for k in range(depth + 1):
                    value += rules[r, taken[k]]
                if value < least[r] or value > most[r]:
                    fits = False
            if fits:
                worst = 0
                for c in range(count):
                    if found_cost[c] > found_cost[worst]:
                        worst = c
                found_cost[worst] = total
                lengths[worst] = depth + 1
                for k in range(depth + 1):
                    found[worst, k] = taken[k]
                dearest = 0.0
                for c in range(count):
                    dearest = max(dearest, found_cost[c])
                cutoff = min(cutoff, dearest)
        if whole:
            for k in range(offsets[j], offsets[j + 1]):
                covered[members[k]] = False
            continue
        budget = cutoff - dual_objective - spent[depth] - reduced[j]
        kept = 0
        for e in range(lefts[depth]):
            i = left[depth, e]
            if reduced[i] >= budget:
                break
            clash = False
            for w in range(words):
                if masks[i, w] & masks[j, w]:
                    clash = True
                    break
            if not clash:
                left[depth + 1, kept] = i
                kept += 1
        steps += lefts[depth]
        spent[depth + 1] = spent[depth] + reduced[j]
        for b in range(budgets):
            rule_spent[depth + 1, b] = rule_spent[depth, b] + rules[budget_rule[b], j]
        cost[depth + 1] = total
        lefts[depth + 1] = kept
        depth += 1
        fresh = True
    return found, lengths, True
