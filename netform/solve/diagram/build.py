"""Build a decision diagram: all plans below a cutoff, within a maximum width.

The practices are taken in one fixed order, and a plan is built by giving the first practice not yet covered a
network. Whatever covers the same practices can be finished in the same ways, so it is one *state*, a node of the
diagram; an *arc* takes a column. A city has millions of plans within a few thousandths of the best, but only some
hundreds of nodes and arcs, and what is asked of all plans is answered by one pass over the arcs.

A state costs at least the dual objective plus the reduced costs of the columns taken, plus the cut slack that they
leave (`netform.solve.diagram.kernel`): that depends on the state and the column taken alone, and with it a plan is down
to its whole cost. Without it the diagram of a city had to be some twenty times as wide to prove as much. A state is
dropped once that, plus what the practices not yet covered still need, reaches the cutoff: each needs a column that is
disjoint from those taken, and practices that no one column can hold together need one each. The nodes left lead to
plans, and those that lead only to plans at the cutoff or above are dropped by a pass from the end.

A diagram may be limited in width: of the states that wait for the same practice the dearest beyond it are dropped, and
the cutoff is lowered to the least that one of them costs. So however many plans there are it ends, and says how far
it saw: every plan below the lowered cutoff is in it, and good ones above. Where the memory would not do for the width
it is narrower, and the same is true of it.

Decision diagrams for such problems are treated in Bergman, Cire, van Hoeve and Hooker (2016), *Decision Diagrams for
Optimization*.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netform.solve.diagram.kernel import ANY, COMPLETE, NO_ROOM, ColumnLayout
from netform.solve.diagram.queries import Diagram, cheapest_plans, cheapest_within
from netform.solve.diagram.variable_order import STRAIGHT, narrowest_order
from netform.solve.master.subset_row_cuts import NO_CUTS, PricedCuts
from netform.solve.model.budget import DEFAULT, MemoryBudget
from netform.solve.model.problem import extent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.model.problem import SetPartitioning, SideRow

__all__ = ["MOST_NODES", "MOST_UNBOUNDED", "TOLERANCE", "Below", "best_below", "build_diagram"]

# Of sums of costs, as a share.
ROUNDING = 1e-9


def build_diagram(
    store: CandidateStore,
    costs: NDArray[np.float64],
    reduced: NDArray[np.float64],
    dual_objective: float,
    cutoff: float,
    sides: Sequence[SideRow] = (),
    order: NDArray[np.int64] | None = None,
    *,
    cuts: PricedCuts | None = None,
    most_nodes: int,
    most_steps: int = ANY,
    width: int = ANY,
    spare: float = 0.0,
    memory: MemoryBudget = DEFAULT,
) -> Diagram | None:
    """The diagram of all plans below a cutoff.

    Parameters
    ----------
    store : CandidateStore
    costs : ndarray of float64, shape (m,)
    reduced : ndarray of float64, shape (m,)
        Reduced costs, at least 0.
    dual_objective : float
        A plan costs at least this plus its reduced costs.
    cutoff : float
        Plans that cost as much are of no interest.
    sides : sequence of SideRow
        Over the same columns, that count networks or patients.
    order : ndarray of int64, shape (n,), optional
        The practices as `netform.solve.diagram.variable_order` has them, of these columns or of others like them.
    cuts : PricedCuts, optional
        Those whose prices are in the reduced costs, and whose limits are in the dual objective.
    most_nodes, most_steps : int
        States kept, and columns looked at, before building is given up.
    width : int
        States gone on with, of those whose first practice not covered is the same.
    spare : float
        Hours per week. No state that needs as much as one that was dropped is gone on with, since nothing more is seen
        by it. Where this is above zero, those that need so much more at a time are: few of them make a good plan.
    memory : MemoryBudget
        Where it does not do for a width, the diagram is half as wide, and so on; without a width it is given up.

    Returns
    -------
    Diagram or None
        None when it was given up, when not even the columns fit, or when a side row counts anything but whole numbers.
    """
    if not all(_counts_whole(side) for side in sides):
        return None
    room = memory.left_beside(ColumnLayout.nbytes(len(store), len(store.members), store.practices)).room
    if not room:
        return None
    cuts = PricedCuts.of(NO_CUTS, np.empty(0), store.practices) if cuts is None else cuts
    budget = cutoff - dual_objective
    if order is None:
        order = narrowest_order(store, reduced, budget, STRAIGHT, cuts)
    layout = ColumnLayout.of(store, reduced, order, cuts, sides)
    while True:
        tails, heads, takes, ends, seen, ended = layout.grow(
            budget, most_nodes, most_steps, width, spare, room
        )
        if ended != NO_ROOM or width in (1, ANY):
            break
        # Half the width takes about half the room and the time: all in all no more than twice as long.
        width //= 2
    if ended != COMPLETE:
        return None
    # Where none was dropped it is the cutoff itself, not one that rounding has taken something off.
    below = cutoff if seen >= budget else min(cutoff, dual_objective + seen)
    # One end is like another.
    states = len(ends)
    heads[ends[heads]] = states
    # A plan at the cutoff but for rounding stays whole: its arcs add up in one order before, in another after.
    near = cutoff + ROUNDING * (1 + abs(cutoff))
    grown = Diagram(below, states + 1, tails, heads, takes, states, width)
    kept = np.flatnonzero(grown.through(costs[layout.listed[takes]]) < near)
    tails, heads, takes = tails[kept], heads[kept], layout.listed[takes[kept]]
    del grown, kept
    starts = tails[np.diff(tails, prepend=-1) != 0]
    # What has no arc of its own is the end.
    nodes = max(2, len(starts) + 1)
    number = np.full(states + 1, nodes - 1)
    number[starts] = np.arange(len(starts))
    return Diagram(below, nodes, number[tails], number[heads], takes, states, width)


def _counts_whole(side: SideRow) -> bool:
    """Whether a side row adds up to the same whatever the order: hours do not."""
    return np.array_equal(side.coefficients, np.round(side.coefficients))


def _in_states(side: SideRow) -> bool:
    """Whether states are told apart by what they add up to in a side row: networks or practices.

    Patients add up to another number nearly every time: a limit on them is looked at path by path.
    """
    few = side.least > -math.inf or side.coefficients.max(initial=0.0) <= MOST_COUNTED
    return few and _counts_whole(side)


# States of a diagram at most, however much memory there is: a matter of time.
MOST_NODES = 4_000_000

# Without a cutoff all plans are below: of so many columns at most.
MOST_UNBOUNDED = 8_000

# What one column adds to a side row at most, where states are told apart by it.
MOST_COUNTED = 100

# Members looked at for each state of the width, where rules are checked path by path.
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

    All plans are in one diagram (`netform.solve.diagram.build`), those too that use more than a side row in hours, or
    in patients, allows: the cheapest of the others is then looked for among them. A side row in hours that has a least
    is not kept by any diagram: nothing is searched then.

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
    counted = [side for side in partitioning.sides if _in_states(side)]
    by_path = [side for side in partitioning.sides if not _in_states(side)]
    if not (np.bincount(store.members, minlength=store.practices) > 0).all():
        return Below(None, cutoff)
    unbounded = math.isinf(cutoff)
    if any(side.least > -math.inf for side in by_path) or (unbounded and len(reduced) > MOST_UNBOUNDED):
        return Below(None, -math.inf)
    if unbounded:
        # More than any plan costs.
        cutoff = extent(store, costs)[1] + 1.0
    memory = partitioning.memory if memory is None else memory
    diagram = build_diagram(
        store, costs, reduced, dual_objective, cutoff, counted, order,
        cuts=cuts, most_nodes=most_nodes, width=width, spare=spare, memory=memory,
    )  # fmt: skip
    if diagram is None:
        return Below(None, -math.inf)
    below = math.inf if unbounded and diagram.below >= cutoff else diagram.below
    if not by_path:
        plans = cheapest_plans(diagram, costs, 1, cutoff)
        return Below(plans[0] if plans else None, below, diagram.states, diagram.width)
    uses = np.array([side.coefficients for side in by_path])
    most = np.array([side.most for side in by_path]) + TOLERANCE
    found, complete = cheapest_within(
        diagram, costs, reduced, dual_objective, cutoff, uses, most, most_steps=width * LOOKS
    )
    if not complete:
        # All that is known of the plans in the diagram is what the cheapest path costs.
        below = min(below, float(diagram.to_end(costs[diagram.takes])[0]))
    return Below(found, below, diagram.states, diagram.width)
