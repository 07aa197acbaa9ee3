"""The cheapest of all plans below a cutoff."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netform.solve.diagram.build import build_diagram
from netform.solve.diagram.exact_cover import TOLERANCE, cheapest_cover
from netform.solve.diagram.queries import cheapest_plans, cheapest_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.master.subset_row_cuts import PricedCuts
    from netform.solve.model.budget import MemoryBudget
    from netform.solve.model.problem import SetPartitioning

__all__ = ["MOST_NODES", "TRIED", "Below", "best_below"]

# Partial plans that are drawn at most, however much memory there is: a matter of time.
MOST_NODES = 4_000_000

# Where plans are tried one after the other: candidates, and members looked at for each of a drawing's width.
TRIED, LOOKS = 8_000, 40_000


class Below(NamedTuple):
    """What was met below a cutoff.

    Attributes
    ----------
    chosen : ndarray of int64 or None
        The cheapest plan.
    below : float
        None was missed that costs less.
    drawn : int
        Partial plans that were drawn; 0 where plans were tried one after the other.
    width : int
        Of the drawing; 0 where there is none.
    """

    chosen: NDArray[np.int64] | None
    below: float
    drawn: int = 0
    width: int = 0


def best_below(
    partitioning: SetPartitioning,
    reduced: NDArray[np.float64],
    dual_objective: float,
    cutoff: float,
    width: int,
    order: NDArray[np.int64] | None = None,
    cuts: PricedCuts | None = None,
    *,
    spare: float = 0.0,
    most_nodes: int = MOST_NODES,
    memory: MemoryBudget | None = None,
) -> Below:
    """The cheapest plan met below a cutoff, and below what none was missed.

    All plans are drawn at once (`netform.solve.diagram.build`), those too that use more than a rule in hours allows:
    the cheapest of the others is then looked for among them. Where there is no cutoff, or a rule in hours has a
    least, plans are tried one after the other (`netform.solve.diagram.exact_cover`).

    Parameters
    ----------
    partitioning : SetPartitioning
        The candidates that plans below the cutoff may use.
    reduced : ndarray of float64, shape (m,)
        Reduced costs, at least 0.
    dual_objective : float
        What the duals are worth: a plan costs at least this plus its reduced costs.
    cutoff : float
        Plans that cost as much are of no interest.
    width : int
        Of the drawing: the wider it is, the more is seen and the longer that takes.
    order : ndarray of int64, shape (n,), optional
        The practices as `netform.solve.diagram.variable_order` has them.
    cuts : PricedCuts, optional
        Those whose prices are in the reduced costs.
    spare : float
        As `netform.solve.diagram.build` has it.
    most_nodes : int
        Partial plans after which a drawing is given up: then none was met, and nothing is proven.
    memory : MemoryBudget, optional
        For the drawing; that of the choice unless more is held besides.
    """
    store, costs = partitioning.store, partitioning.costs
    whole = [
        side for side in partitioning.sides if np.array_equal(side.coefficients, np.round(side.coefficients))
    ]
    hours = [side for side in partitioning.sides if all(side is not other for other in whole)]
    covered = (np.bincount(store.members, minlength=store.practices) > 0).all()
    if not covered or math.isinf(cutoff) or any(side.least > -math.inf for side in hours):
        if len(reduced) > TRIED:
            return Below(None, -math.inf)
        found, complete = cheapest_cover(
            store, costs, reduced, dual_objective, cutoff, partitioning.sides, most_steps=width * LOOKS
        )
        return Below(found, cutoff if complete else -math.inf)
    diagram = build_diagram(
        store,
        costs,
        reduced,
        dual_objective,
        cutoff,
        whole,
        order,
        cuts=cuts,
        most_nodes=most_nodes,
        width=width,
        spare=spare,
        memory=partitioning.memory if memory is None else memory,
    )
    if diagram is None:
        return Below(None, -math.inf)
    if not hours:
        plans = cheapest_plans(diagram, costs, 1, cutoff)
        return Below(plans[0] if plans else None, diagram.below, diagram.drawn, diagram.width)
    uses = np.array([side.coefficients for side in hours])
    most = np.array([side.most for side in hours]) + TOLERANCE
    found, complete = cheapest_within(
        diagram, costs, reduced, dual_objective, cutoff, uses, most, most_steps=width * LOOKS
    )
    return Below(found, diagram.below if complete else -math.inf, diagram.drawn, diagram.width)
