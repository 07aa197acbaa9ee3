"""Better a plan by exact re-solving of neighbourhoods among some columns.

A neighbourhood is a network and those nearest to it, where nearness is how many columns touch both. Only columns that
a cheaper plan may use are looked at, so neighbourhoods can be large: half a city at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.store import CandidateStore
from netform.solve.model.problem import SetPartitioning, SideRow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.stopping import Deadline

__all__ = ["SolveBelow", "polish"]

# The best plan below a cutoff: positions of its columns, or None when none is cheaper.
SolveBelow = Callable[[SetPartitioning, float], "NDArray[np.int64] | None"]

# A neighbourhood is better by at least so many hours per week.
LEAST_GAIN = 1e-6


def polish(
    partitioning: SetPartitioning,
    plan: NDArray[np.int64],
    solve_below: SolveBelow,
    most: int,
    deadline: Deadline,
) -> NDArray[np.int64]:
    """The plan once no neighbourhood of it can be bettered, or time is up.

    Parameters
    ----------
    partitioning : SetPartitioning
        The columns that neighbourhoods are solved over, those of the plan among them.
    plan : ndarray of int64
        Keeps every side row.
    solve_below : callable
    most : int
        Practices in a neighbourhood.
    deadline : Deadline
    """
    solved = set[tuple[int, ...]]()
    start = 0
    plan = np.sort(plan)
    while not deadline.passed:
        touches = _touches(partitioning.store, plan)
        shared = touches.astype(np.float32)
        near = (shared.T @ shared).astype(np.int64)
        size = np.diff(partitioning.store.offsets)[plan]
        for k in [*range(start, len(plan)), *range(start)]:
            hood = _neighbourhood(near, size, k, most)
            if tuple(plan[hood]) in solved or not 1 < len(hood) < len(plan):
                continue
            solved.add(tuple(plan[hood]))
            better = None if deadline.passed else _re_solved(partitioning, plan, hood, touches, solve_below)
            if better is not None:
                # Go on where it was: what lies around is most likely to gain by it.
                start = min(int(np.searchsorted(better, plan[k])), len(better) - 1)
                plan = better
                break
        else:
            break
    return plan


def _touches(store: CandidateStore, plan: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which networks of the plan each column touches, shape (m, networks)."""
    owner = np.zeros(store.practices, np.int64)
    for k, column in enumerate(plan):
        owner[store[int(column)]] = k
    touches = np.zeros((len(store), len(plan)), np.bool_)
    touches[np.repeat(np.arange(len(store)), np.diff(store.offsets)), owner[store.members]] = True
    return touches


def _neighbourhood(
    near: NDArray[np.int64], size: NDArray[np.int64], start: int, most: int
) -> NDArray[np.int64]:
    """Positions in the plan of a network and those nearest to it, up to ``most`` practices, ascending."""
    hood, practices = [start], int(size[start])
    touch = near[start].copy()
    while True:
        touch[hood] = 0
        touch[practices + size > most] = 0
        best = int(touch.argmax())
        if touch[best] == 0:
            return np.array(sorted(hood), np.int64)
        hood.append(best)
        practices += int(size[best])
        touch = near[hood].sum(axis=0)


def _re_solved(
    partitioning: SetPartitioning,
    plan: NDArray[np.int64],
    hood: NDArray[np.int64],
    touches: NDArray[np.bool_],
    solve_below: SolveBelow,
) -> NDArray[np.int64] | None:
    """The plan with a neighbourhood solved anew; None when that makes it no cheaper."""
    store, costs = partitioning.store, partitioning.costs
    rest = np.ones(len(plan), np.bool_)
    rest[hood] = False
    kept = np.flatnonzero(~touches[:, rest].any(axis=1))
    inside = np.zeros(store.practices, np.bool_)
    for column in plan[hood]:
        inside[store[int(column)]] = True
    some = store.take(kept)
    number = np.cumsum(inside) - 1
    some = CandidateStore(some.offsets, number[some.members].astype(np.uint16), int(inside.sum()))
    sides = []
    for side in partitioning.sides:
        # What the rest of the plan has used of a rule is used.
        used = math.fsum(side.coefficients[plan[rest]])
        sides.append(SideRow(side.coefficients[kept], side.least - used, side.most - used))
    cutoff = math.fsum(costs[plan[hood]]) - LEAST_GAIN
    found = solve_below(
        SetPartitioning(some, costs[kept], tuple(sides), some.practices, partitioning.memory), cutoff
    )
    if found is None or math.fsum(costs[kept[found]]) > cutoff:
        return None
    return np.sort(np.concatenate((plan[rest], kept[found])))
