"""Find the cheapest of all plans below a cutoff, by a decision diagram."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netform.solve.diagram.build import build_diagram
from netform.solve.diagram.queries import cheapest_plans, cheapest_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.master.subset_row_cuts import PricedCuts
    from netform.solve.model.budget import MemoryBudget
    from netform.solve.model.problem import SetPartitioning

__all__ = ["MOST_NODES", "MOST_UNBOUNDED", "TOLERANCE", "Below", "best_below"]

# States of a diagram at most, however much memory there is: a matter of time.
MOST_NODES = 4_000_000

# Without a cutoff all plans are below: of so many columns at most.
MOST_UNBOUNDED = 8_000

# Members looked at for each state of the width, where rules in hours are checked path by path.
LOOKS = 40_000

# Of a side row's sum; the rows count networks or thousandths of patients.
TOLERANCE = 1e-7


class Below(NamedTuple):
    """What a search below a cutoff came to.

    Attributes
    ----------
    chosen : ndarray of int64 or None
        The cheapest plan.
    below : float
        None was missed that costs less.
    states : int
        Of the diagram; 0 where there is none.
    width : int
        Of the diagram; 0 where there is none.
    """

    chosen: NDArray[np.int64] | None
    below: float
    states: int = 0
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
    """The cheapest plan found below a cutoff, and below what none was missed.

    All plans are in one diagram (`netform.solve.diagram.build`), those too that use more than a side row in hours
    allows: the cheapest of the others is then looked for among them. A side row in hours that has a least is not kept
    by any diagram: nothing is searched then.

    Parameters
    ----------
    partitioning : SetPartitioning
        The columns that plans below the cutoff may use.
    reduced : ndarray of float64, shape (m,)
        Reduced costs, at least 0.
    dual_objective : float
        A plan costs at least this plus its reduced costs.
    cutoff : float
        Plans that cost as much are of no interest.
    width : int
        Of the diagram: the wider it is, the more is seen and the longer that takes.
    order : ndarray of int64, shape (n,), optional
        The practices as `netform.solve.diagram.variable_order` has them.
    cuts : PricedCuts, optional
        Those whose prices are in the reduced costs.
    spare : float
        As `netform.solve.diagram.build` has it.
    most_nodes : int
        States after which a diagram is given up: then no plan is found, and nothing is proven.
    memory : MemoryBudget, optional
        For the diagram; that of the set partitioning unless more is held besides.
    """
    store, costs = partitioning.store, partitioning.costs
    whole = [
        side for side in partitioning.sides if np.array_equal(side.coefficients, np.round(side.coefficients))
    ]
    hours = [side for side in partitioning.sides if all(side is not other for other in whole)]
    if not (np.bincount(store.members, minlength=store.practices) > 0).all():
        return Below(None, cutoff)
    unbounded = math.isinf(cutoff)
    if any(side.least > -math.inf for side in hours) or (unbounded and len(reduced) > MOST_UNBOUNDED):
        return Below(None, -math.inf)
    if unbounded:
        cutoff = _above_any_plan(partitioning)
    memory = partitioning.memory if memory is None else memory
    diagram = build_diagram(
        store, costs, reduced, dual_objective, cutoff, whole, order,
        cuts=cuts, most_nodes=most_nodes, width=width, spare=spare, memory=memory,
    )  # fmt: skip
    if diagram is None:
        return Below(None, -math.inf)
    below = math.inf if unbounded and diagram.below >= cutoff else diagram.below
    if not hours:
        plans = cheapest_plans(diagram, costs, 1, cutoff)
        return Below(plans[0] if plans else None, below, diagram.states, diagram.width)
    uses = np.array([side.coefficients for side in hours])
    most = np.array([side.most for side in hours]) + TOLERANCE
    found, complete = cheapest_within(
        diagram, costs, reduced, dual_objective, cutoff, uses, most, most_steps=width * LOOKS
    )
    return Below(found, below if complete else -math.inf, diagram.states, diagram.width)


def _above_any_plan(partitioning: SetPartitioning) -> float:
    """More hours per week than any plan costs: every practice as dear as its share of its dearest column."""
    store = partitioning.store
    size = np.diff(store.offsets)
    dearest = np.zeros(store.practices)
    np.maximum.at(dearest, store.members, np.repeat(partitioning.costs / size, size))
    return math.fsum(dearest) + 1.0
