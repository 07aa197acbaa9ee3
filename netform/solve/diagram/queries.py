"""A decision diagram and what is asked of it: its cheapest plans, those within side rows, the least by a measure.

Each goes through the diagram, which `netform.solve.diagram.build` makes, guided by what its nodes still cost at
least, which is known exactly.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.solve.diagram.kernel import ANY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Diagram", "Least", "cheapest_plans", "cheapest_within", "least_plan"]

# Bisections of the price of an hour, each two passes over the arcs.
BISECTIONS = 40

# Prices of an hour, as shares of the best: what is left of the limit differs from node to node.
PRICES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.6, 2.5, 5.0)

# Dearer hours bound little better, and rounding would begin to count.
DEAREST = 1e7

# Measures are whole numbers: within this they are the same.
ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Diagram:
    """The plans below a cutoff: the paths from node 0 to the last node that add up to less.

    Every arc is on such a plan. Paths that add up to the cutoff or more may be there too; they are plans as well.

    Attributes
    ----------
    below : float
        Every plan that costs less is in it: the cutoff, or less where the width was limited.
    nodes : int
        Arcs lead to nodes of a higher number.
    tails, heads : ndarray of int64, shape (arcs,)
        Where each arc leads from and to, by ascending tail.
    takes : ndarray of int64, shape (arcs,)
        The column that it takes.
    states : int
        Kept while it was built, those that lead to no plan among them.
    width : int
        That which was asked for, or less where the memory did not do for it.
    """

    below: float
    nodes: int
    tails: NDArray[np.int64]
    heads: NDArray[np.int64]
    takes: NDArray[np.int64]
    states: int
    width: int = ANY

    @property
    def begin(self) -> NDArray[np.int64]:
        """Where the arcs of each node begin, shape (nodes + 1,)."""
        return np.searchsorted(self.tails, np.arange(self.nodes + 1))

    def to_end(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The least that any path from each node to the end adds up to, arcs having weights."""
        return _to_end(self.nodes, self.tails, self.heads, weights)  # type: ignore[no-any-return]

    def from_start(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The least that any path to each node adds up to."""
        # Backwards, the paths from the end are those of a diagram too.
        last = self.nodes - 1
        back = [np.ascontiguousarray(each[::-1]) for each in (last - self.heads, last - self.tails, weights)]
        return np.asarray(_to_end(self.nodes, *back)[::-1])

    def through(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The least that any path over each arc adds up to."""
        return self.from_start(weights)[self.tails] + weights + self.to_end(weights)[self.heads]

    def column_bounds(self, costs: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the cheapest plan through each column costs, exactly; infinite when none is below the cutoff.

        Parameters
        ----------
        costs : ndarray of float64, shape (m,)
            Those that the diagram was built by.
        """
        column_bounds = np.full(len(costs), np.inf)
        np.minimum.at(column_bounds, self.takes, self.through(costs[self.takes]))
        return column_bounds


@nb.njit(cache=True, nogil=True)
def _to_end(nodes, tails, heads, weights):  # type: ignore[no-untyped-def]
    least = np.full(nodes, np.inf)
    least[nodes - 1] = 0.0
    for arc in range(len(tails) - 1, -1, -1):
        least[tails[arc]] = min(least[tails[arc]], weights[arc] + least[heads[arc]])
    return least


@dataclass(frozen=True, slots=True)
class Least:
    """The plan that is least by a measure.

    Attributes
    ----------
    chosen : ndarray of int64 or None
        Its columns, ascending; None when none was found.
    bound : float
        No plan measures less; infinite when there is none.
    complete : bool
        Whether no other plan measures less, or as little and costs less.
    """

    chosen: NDArray[np.int64] | None
    bound: float
    complete: bool


def cheapest_plans(
    diagram: Diagram, costs: NDArray[np.float64], count: int, cutoff: float
) -> list[NDArray[np.int64]]:
    """The cheapest plans of a diagram below a cutoff, cheapest first; fewer than ``count`` when there are no more.

    Parameters
    ----------
    diagram : Diagram
    costs : ndarray of float64, shape (m,)
        Of every column.
    count : int
    cutoff : float
    """
    weights = costs[diagram.takes]
    ahead, begin = diagram.to_end(weights), diagram.begin
    last = diagram.nodes - 1
    plans: list[NDArray[np.int64]] = []
    # The path that can end cheapest goes first, the longest among equals; then in the order they were reached.
    heap: list[tuple[float, int, int, int, float, tuple[int, ...]]] = [(float(ahead[0]), 0, 0, 0, 0.0, ())]
    reached = 0
    while heap and len(plans) < count:
        least, _, _, node, cost, taken = heapq.heappop(heap)
        if least >= cutoff:
            break
        if node == last:
            plans.append(np.array(sorted(taken), np.int64))
            continue
        for arc in range(begin[node], begin[node + 1]):
            reached += 1
            head, further = int(diagram.heads[arc]), cost + float(weights[arc])
            further_taken = (*taken, int(diagram.takes[arc]))
            heapq.heappush(
                heap,
                (further + float(ahead[head]), -len(further_taken), reached, head, further, further_taken),
            )
    plans.sort(key=lambda plan: (math.fsum(costs[plan]), plan.tolist()))
    return plans


def cheapest_within(
    diagram: Diagram,
    costs: NDArray[np.float64],
    reduced: NDArray[np.float64],
    dual_objective: float,
    cutoff: float,
    uses: NDArray[np.float64],
    most: NDArray[np.float64],
    *,
    most_steps: int,
) -> tuple[NDArray[np.int64] | None, bool]:
    """The cheapest plan of a diagram below a cutoff that keeps side rows in hours; and whether none was missed.

    Parameters
    ----------
    diagram : Diagram
    costs, reduced : ndarray of float64, shape (m,)
    dual_objective : float
        A plan that keeps the side rows costs at least this plus its reduced costs.
    cutoff : float
    uses : ndarray of float64, shape (sides, m)
        The coefficients of each side row.
    most : ndarray of float64, shape (sides,)
        Their limits.
    most_steps : int
        Arcs looked at before the search is given up.
    """
    weights, prices = costs[diagram.takes], reduced[diagram.takes]
    # What promises most comes first.
    price_ahead = diagram.to_end(prices)
    order = np.lexsort((prices + price_ahead[diagram.heads], diagram.tails))
    spends = np.ascontiguousarray(uses[:, diagram.takes])
    ahead = np.array([diagram.to_end(row) for row in spends])
    chosen, complete = _cheapest_within(
        diagram.begin, diagram.heads[order], diagram.takes[order], weights[order], prices[order],
        np.ascontiguousarray(spends[:, order]), diagram.to_end(weights), price_ahead, ahead, dual_objective, cutoff,
        most, most_steps,
    )  # fmt: skip
    return (np.sort(chosen) if len(chosen) else None), bool(complete)


@nb.njit(cache=True, nogil=True)
def _cheapest_within(  # type: ignore[no-untyped-def]
    begin, heads, takes, weights, prices, spends, weight_ahead, price_ahead, ahead, dual_objective, cutoff, most,
    most_steps,
):  # fmt: skip
    last = len(begin) - 2
    rules = len(most)
    node = np.zeros(last + 2, np.int64)
    at = np.zeros(last + 2, np.int64)
    taken = np.zeros(last + 2, np.int64)
    cost = np.zeros(last + 2)
    price = np.full(last + 2, dual_objective)
    used = np.zeros((last + 2, rules))
    best = np.empty(0, np.int64)
    depth, steps = 0, 0
    at[0] = begin[0]
    while depth >= 0:
        if at[depth] == begin[node[depth] + 1]:
            depth -= 1
            continue
        steps += 1
        if steps > most_steps:
            return best, False
        arc = at[depth]
        at[depth] += 1
        head = heads[arc]
        paid, priced = cost[depth] + weights[arc], price[depth] + prices[arc]
        fits = paid + weight_ahead[head] < cutoff and priced + price_ahead[head] < cutoff
        for r in range(rules):
            used[depth + 1, r] = used[depth, r] + spends[r, arc]
            fits = fits and used[depth + 1, r] + ahead[r, head] <= most[r]
        if not fits:
            continue
        taken[depth] = takes[arc]
        if head == last:
            best, cutoff = taken[: depth + 1].copy(), paid
            continue
        depth += 1
        node[depth], at[depth] = head, begin[head]
        cost[depth], price[depth] = paid, priced
    return best, True


def least_plan(
    diagram: Diagram,
    measure: NDArray[np.float64],
    costs: NDArray[np.float64],
    limit: float,
    without: Sequence[NDArray[np.int64]],
    *,
    most_steps: int,
) -> Least:
    """The plan of a diagram that is least by a measure, of those that cost no more than a limit; then the cheapest.

    What the rest of a plan adds at least is known from the diagram for the measure alone and for the measure plus
    the cost at several prices an hour; with what is left of the limit each price bounds it from below (a Lagrangian
    relaxation, node by node).

    Parameters
    ----------
    diagram : Diagram
    measure : ndarray of float64, shape (m,)
        What each column adds: patients or the like, a whole number.
    costs : ndarray of float64, shape (m,)
    limit : float
    without : sequence of ndarray of int64
        Plans that are not asked for, their columns ascending.
    most_steps : int
        Arcs looked at before the search is given up.
    """
    adds, weights = measure[diagram.takes], costs[diagram.takes]
    cheapest = diagram.to_end(weights)
    if cheapest[0] > limit:
        return Least(None, math.inf, complete=True)
    best = _best_price(diagram, adds, weights, limit)
    prices = np.array([share * best for share in PRICES])
    ahead = np.array([diagram.to_end(adds + price * weights) for price in prices])
    bound = float((ahead[:, 0] - prices * limit).max())
    guide = adds + best * weights + ahead[PRICES.index(1.0)][diagram.heads]
    order = np.lexsort((guide, diagram.tails))
    # Plans as rows, in the ascending order of columns.
    longest = max((len(plan) for plan in without), default=0)
    rows = np.full((len(without), longest + 1), -1, np.int64)
    for row, plan in zip(rows, without, strict=True):
        row[: len(plan)] = plan
    chosen, complete = _least(
        diagram.begin, diagram.heads[order], diagram.takes[order], adds[order], weights[order], ahead, prices, cheapest,
        limit, rows, most_steps,
    )  # fmt: skip
    found = np.sort(chosen) if len(chosen) else None
    if complete:
        bound = math.inf if found is None else math.fsum(measure[found])
    return Least(found, bound, bool(complete))


def _best_price(
    diagram: Diagram, adds: NDArray[np.float64], weights: NDArray[np.float64], limit: float
) -> float:
    """The price of an hour that bounds the measure best: just enough for its least plan to keep the limit."""
    begin = diagram.begin
    low, high = 0.0, DEAREST
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        priced = adds + middle * weights
        ahead = diagram.to_end(priced)
        node, cost = 0, 0.0
        while node != diagram.nodes - 1:
            arcs = slice(begin[node], begin[node + 1])
            best = begin[node] + np.argmin(priced[arcs] + ahead[diagram.heads[arcs]])
            node, cost = diagram.heads[best], cost + weights[best]
        if cost > limit:
            low = middle
        else:
            high = middle
    return high


@nb.njit(cache=True, nogil=True)
def _least(  # type: ignore[no-untyped-def]  # noqa: C901 (one loop with its own stack)
    begin, heads, takes, adds, weights, ahead, prices, cheapest, limit, without, most_steps
):
    """Depth first, what promises most first; takes of the best plan, and whether the search was completed."""
    last = len(begin) - 2
    length = last + 1
    node = np.zeros(length + 1, np.int64)
    at = np.zeros(length + 1, np.int64)
    taken = np.zeros(length + 1, np.int64)
    measure = np.zeros(length + 1)
    cost = np.zeros(length + 1)
    best = np.empty(0, np.int64)
    best_measure = np.inf
    best_cost = np.inf
    depth, steps = 0, 0
    at[0] = begin[0]
    while depth >= 0:
        if at[depth] == begin[node[depth] + 1]:
            depth -= 1
            continue
        steps += 1
        if steps > most_steps:
            return best, False
        arc = at[depth]
        at[depth] += 1
        head = heads[arc]
        measured, paid = measure[depth] + adds[arc], cost[depth] + weights[arc]
        least_cost = paid + cheapest[head]
        if least_cost > limit:
            continue
        if best_measure < np.inf:
            least = -np.inf
            for k in range(len(prices)):
                least = max(least, measured + ahead[k, head] - prices[k] * (limit - paid))
            if least > best_measure + ALIKE or (least > best_measure - ALIKE and least_cost >= best_cost):
                continue
        taken[depth] = takes[arc]
        if head != last:
            depth += 1
            node[depth], at[depth] = head, begin[head]
            measure[depth], cost[depth] = measured, paid
            continue
        if not (measured < best_measure - ALIKE or (measured < best_measure + ALIKE and paid < best_cost)):
            continue
        plan = np.sort(taken[: depth + 1])
        asked = True
        for row in range(len(without)):
            # Beyond a plan's own columns its row has -1.
            if np.array_equal(without[row, : len(plan)], plan) and without[row, len(plan)] < 0:
                asked = False
        if asked:
            best, best_measure, best_cost = plan, measured, paid
    return best, True
