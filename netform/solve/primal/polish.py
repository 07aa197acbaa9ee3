"""Better a plan: choose parts of it anew, exactly, among the candidates that lie within them.

A part is a network and those nearest to it, where nearness is how many useful candidates touch both. Only
candidates that a cheaper plan may use are looked at, so parts can be large: half a city at a time.
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

__all__ = ["ChoosePart", "polish"]

# The exact choice of a part below a cost: positions of the chosen candidates, or None when none is cheaper.
ChoosePart = Callable[[SetPartitioning, float], "NDArray[np.int64] | None"]

# A part is better by at least so many hours per week.
LEAST_GAIN = 1e-6


def polish(
    partitioning: SetPartitioning,
    plan: NDArray[np.int64],
    choose_part: ChoosePart,
    most: int,
    deadline: Deadline,
) -> NDArray[np.int64]:
    """The plan once no part of it can be bettered, or time is up.

    Parameters
    ----------
    partitioning : SetPartitioning
        The candidates that parts are chosen from, those of the plan among them.
    plan : ndarray of int64
        Keeps every side row.
    choose_part : callable
    most : int
        Practices in a part.
    deadline : Deadline
    """
    settled = set[tuple[int, ...]]()
    start = 0
    plan = np.sort(plan)
    while not deadline.passed:
        touches = _touches(partitioning.store, plan)
        shared = touches.astype(np.float32)
        near = (shared.T @ shared).astype(np.int64)
        size = np.diff(partitioning.store.offsets)[plan]
        for k in [*range(start, len(plan)), *range(start)]:
            part = _part(near, size, k, most)
            if tuple(plan[part]) in settled or not 1 < len(part) < len(plan):
                continue
            settled.add(tuple(plan[part]))
            better = None if deadline.passed else _rechosen(partitioning, plan, part, touches, choose_part)
            if better is not None:
                # Go on where it was: what lies around is most likely to gain by it.
                start = min(int(np.searchsorted(better, plan[k])), len(better) - 1)
                plan = better
                break
        else:
            break
    return plan


def _touches(store: CandidateStore, plan: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which networks of the plan each candidate touches, shape (m, networks)."""
    owner = np.zeros(store.practices, np.int64)
    for k, candidate in enumerate(plan):
        owner[store[int(candidate)]] = k
    touches = np.zeros((len(store), len(plan)), np.bool_)
    touches[np.repeat(np.arange(len(store)), np.diff(store.offsets)), owner[store.members]] = True
    return touches


def _part(near: NDArray[np.int64], size: NDArray[np.int64], start: int, most: int) -> NDArray[np.int64]:
    """Positions in the plan of a network and those nearest to it, up to ``most`` practices, ascending."""
    part, practices = [start], int(size[start])
    touch = near[start].copy()
    while True:
        touch[part] = 0
        touch[practices + size > most] = 0
        best = int(touch.argmax())
        if touch[best] == 0:
            return np.array(sorted(part), np.int64)
        part.append(best)
        practices += int(size[best])
        touch = near[part].sum(axis=0)


def _rechosen(
    partitioning: SetPartitioning,
    plan: NDArray[np.int64],
    part: NDArray[np.int64],
    touches: NDArray[np.bool_],
    choose_part: ChoosePart,
) -> NDArray[np.int64] | None:
    """The plan with a part chosen anew; None when that makes it no cheaper."""
    store, costs = partitioning.store, partitioning.costs
    rest = np.ones(len(plan), np.bool_)
    rest[part] = False
    kept = np.flatnonzero(~touches[:, rest].any(axis=1))
    inside = np.zeros(store.practices, np.bool_)
    for candidate in plan[part]:
        inside[store[int(candidate)]] = True
    some = store.take(kept)
    number = np.cumsum(inside) - 1
    some = CandidateStore(some.offsets, number[some.members].astype(np.uint16), int(inside.sum()))
    sides = []
    for side in partitioning.sides:
        # What the rest of the plan has used of a rule is used.
        used = math.fsum(side.coefficients[plan[rest]])
        sides.append(SideRow(side.coefficients[kept], side.least - used, side.most - used))
    cost = math.fsum(costs[plan[part]])
    found = choose_part(
        SetPartitioning(some, costs[kept], tuple(sides), some.practices, partitioning.memory),
        cost - LEAST_GAIN,
    )
    if found is None or math.fsum(costs[kept[found]]) > cost - LEAST_GAIN:
        return None
    return np.sort(np.concatenate((plan[rest], kept[found])))
