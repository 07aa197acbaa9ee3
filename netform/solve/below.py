"""The cheapest of all plans below a cutoff."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.cover import TOLERANCE, cheapest_cover
from netform.solve.diagram import draw_diagram
from netform.solve.walks import cheapest_plans, cheapest_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.relaxation import Choosing

__all__ = ["cheapest_below"]

# Partial plans that are drawn at most: a hundred bytes each.
MOST_NODES = 4_000_000

# Where plans are tried one after the other: candidates, and members looked at.
TRIED, MOST_TRIED = 8_000, 2_000_000_000


def cheapest_below(
    choosing: Choosing,
    reduced: NDArray[np.float64],
    worth: float,
    cutoff: float,
    steps: int,
    order: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64] | None, bool]:
    """The cheapest plan below a cutoff, None where none was met, and whether no cheaper one was missed.

    All plans are drawn at once (`netform.solve.diagram`), those too that use more than a rule in hours allows: the
    cheapest of the others is then looked for among them. Where there is no cutoff, or a rule in hours has a least,
    plans are tried one after the other (`netform.solve.cover`).

    Parameters
    ----------
    choosing : Choosing
        The candidates that plans below the cutoff may use.
    reduced : ndarray of float64, shape (m,)
        Reduced costs, at least 0.
    worth : float
        What the duals are worth: a plan costs at least this plus its reduced costs.
    cutoff : float
        Plans that cost as much are of no interest.
    steps : int
        Candidates looked at before it is given up.
    order : ndarray of int64, shape (n,), optional
        The practices as `netform.solve.diagram.sweep` has them.
    """
    store, costs = choosing.store, choosing.costs
    whole = [
        side for side in choosing.sides if np.array_equal(side.coefficients, np.round(side.coefficients))
    ]
    hours = [side for side in choosing.sides if all(side is not other for other in whole)]
    covered = (np.bincount(store.members, minlength=store.practices) > 0).all()
    if not covered or math.isinf(cutoff) or any(side.least > -math.inf for side in hours):
        if len(reduced) > TRIED:
            return None, False
        return cheapest_cover(
            store, costs, reduced, worth, cutoff, choosing.sides, most_steps=min(steps, MOST_TRIED)
        )
    diagram = draw_diagram(
        store, costs, reduced, worth, cutoff, whole, order, most_nodes=MOST_NODES, most_steps=steps
    )
    if diagram is None:
        return None, False
    if not hours:
        plans = cheapest_plans(diagram, costs, 1, cutoff)
        return (plans[0] if plans else None), True
    uses = np.array([side.coefficients for side in hours])
    most = np.array([side.most for side in hours]) + TOLERANCE
    return cheapest_within(diagram, costs, reduced, worth, cutoff, uses, most, most_steps=steps)
