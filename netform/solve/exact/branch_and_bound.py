"""Branch on whether two practices share a network, price and cut at every node: exact, for the columns left.

Ryan and Foster (1981): if the relaxation is not a plan, some two practices are together in a part of it only. Either
branch merely shuts columns, so the program stays of one kind all the way down, and cuts found at any node hold for
all. The node of the lowest bound comes first.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.diagram.search import best_below
from netform.solve.master.integer_program import solve_integer
from netform.solve.master.linear_program import COLUMN_BYTES, LinearAnswer, LinearProgram
from netform.solve.master.relaxation import dearest
from netform.solve.master.subset_row_cuts import CutPool, PricedCuts, together, violated_cuts
from netform.solve.model.problem import SetPartitioning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.solve.model.stopping import Deadline

__all__ = ["Branched", "branch_on_pairs"]

# Columns of the first program, and columns added in one pricing round.
FIRST_COLUMNS, MOST_PRICED = 2000, 500

# Pairs weighed at a node, and how many of them that were never tried are tried by solving both branches.
PAIRS_KNOWN, PAIRS_TRIED = 16, 4

# Up to so many columns left at a node, an integer program closes it sooner than more branching.
FEW_LEFT = 300

# Up to so many, all plans below the limit are built into a diagram of this width.
TRIED_LEFT, WIDTH = 20_000, 4000

# A node is done when its bound is within this share of the best plan.
TOLERANCE = 1e-7

# Cuts are sought at nodes of at most this depth, and kept while there are at most so many rows.
CUT_DEPTH = 6
MOST_CUTS = 700

# Two practices, and whether they share a network.
Decision = tuple[int, int, bool]


@dataclass(frozen=True, slots=True)
class Branched:
    """What the search came to.

    Attributes
    ----------
    bound : float
        No plan below the cutoff costs less; the cutoff itself when the search was completed.
    cost : float
        Of the best plan found, infinite when none was found below the cutoff.
    chosen : ndarray of int64 or None
        Its columns.
    nodes : int
        Nodes solved.
    """

    bound: float
    cost: float
    chosen: NDArray[np.int64] | None
    nodes: int


@dataclass(frozen=True, slots=True, order=True)
class _Node:
    bound: float
    number: int
    depth: int
    decisions: tuple[Decision, ...]


class _Search:
    """One linear program for all nodes, in which the columns are shut that a node's decisions forbid."""

    def __init__(
        self, partitioning: SetPartitioning, cuts: CutPool, column_bounds: NDArray[np.float64], cutoff: float
    ) -> None:
        store = partitioning.store
        self.partitioning, self.cutoff = partitioning, cutoff
        self.holds = np.zeros((store.practices, len(store)), np.bool_)
        self.holds[store.members, np.repeat(np.arange(len(store)), np.diff(store.offsets))] = True
        self.program = LinearProgram(store.practices, partitioning.sides, dearest(partitioning))
        self.columns = np.empty(0, np.int64)
        self.inside = np.zeros(len(store), np.bool_)
        self.add_columns(np.sort(np.argsort(column_bounds, kind="stable")[:FIRST_COLUMNS]))
        self.program.add_cuts(cuts)
        self.chosen: NDArray[np.int64] | None = None
        self.cost = math.inf
        self.rises: dict[tuple[int, int], tuple[float, float]] = {}
        # Of the node solved last: its columns left, their reduced costs, the duals of cuts, and its safe bound.
        self.left = np.empty(0, np.int64)
        self.reduced = np.zeros(len(store))
        self.cut_duals = np.zeros(len(cuts))
        self.floor = -math.inf

    def add_columns(self, fresh: NDArray[np.int64]) -> None:
        """Price columns in."""
        chosen = self.partitioning.take(fresh)
        self.program.add_columns(chosen.store, chosen.costs, chosen.sides)
        self.columns = np.concatenate((self.columns, fresh))
        self.inside[fresh] = True

    def allowed(self, decisions: Sequence[Decision]) -> NDArray[np.bool_]:
        """The columns that decisions leave."""
        allowed = np.ones(len(self.partitioning.store), np.bool_)
        for a, b, shared in decisions:
            if shared:
                allowed &= self.holds[a] == self.holds[b]
            else:
                allowed &= ~(self.holds[a] & self.holds[b])
        return allowed

    def solve_node(self, node: _Node, deadline: Deadline) -> tuple[float, LinearAnswer]:
        """The bound of a node and the optimum of its relaxation, cuts sought near the root."""
        allowed = self.allowed(node.decisions)
        self.program.shut(~allowed[self.columns])
        answer = self.program.solve(dual_simplex=True)
        bound, answer = self.price_out(answer, allowed)
        while node.depth <= CUT_DEPTH and len(self.program.cuts) < MOST_CUTS and not deadline.passed:
            if bound >= self.limit() or answer.missing > 1e-6:
                break
            chosen = answer.chosen > 1e-7
            store = self.partitioning.store.take(self.columns[chosen])
            found = violated_cuts(store, answer.chosen[chosen], most=40, tolerance=0.05)
            if not len(found):
                break
            self.program.add_cuts(found)
            before = bound
            bound, answer = self.price_out(self.program.solve(dual_simplex=True), allowed)
            if bound - before < 1e-4 * abs(bound):
                break
        return max(bound, node.bound), answer

    def price_out(self, answer: LinearAnswer, allowed: NDArray[np.bool_]) -> tuple[float, LinearAnswer]:
        """Price in allowed columns until none is left; the safe bound and the optimum."""
        partitioning = self.partitioning
        bound = -math.inf
        while True:
            reduced = answer.duals.price(
                partitioning.store, partitioning.costs, self.program.cuts, partitioning.sides
            )
            reduced[~allowed] = 0.0
            least = min(0.0, float(reduced.min(initial=0.0)))
            floor = (
                answer.duals.dual_objective(self.program.cuts, partitioning.sides)
                + partitioning.most_networks * least
            )
            bound = max(bound, floor)
            self.left = np.flatnonzero(allowed & (reduced + (floor - least) < self.limit()))
            # The least reduced cost, just below zero, is what the floor has paid for already.
            self.reduced, self.floor = reduced, floor
            self.cut_duals = answer.duals.cuts
            fresh = np.flatnonzero((reduced < -1e-7) & ~self.inside)
            if (
                bound >= self.limit()
                or not len(fresh)
                or bound >= answer.value - TOLERANCE * abs(answer.value)
            ):
                return bound, answer
            if len(fresh) > MOST_PRICED:
                fresh = np.sort(fresh[np.argpartition(reduced[fresh], MOST_PRICED)[:MOST_PRICED]])
            self.add_columns(fresh)
            answer = self.program.solve()

    def finish(self) -> bool:
        """Close a node by a diagram or an integer program over the columns left, when they are few; whether it was."""
        cuts = self.program.cuts
        some = self.partitioning.take(self.left)
        if len(self.left) <= TRIED_LEFT:
            reduced = np.maximum(self.reduced[self.left], 0.0)
            priced = PricedCuts.of(cuts, self.cut_duals, some.store.practices)
            found, below, *_ = best_below(some, reduced, self.floor, self.limit(), WIDTH, cuts=priced)
            if found is not None:
                self.accept(self.left[found])
            if below >= self.limit():
                return True
        if len(self.left) > FEW_LEFT:
            return False
        answer = solve_integer(some.store, some.costs, cuts, some.sides, nodes=1000, cutoff=self.limit())
        if answer.chosen is not None:
            self.accept(self.left[answer.chosen])
        return answer.status in ("optimal", "infeasible") or answer.bound >= self.limit()

    def accept(self, chosen: NDArray[np.int64]) -> None:
        """Take a plan if it is the best so far."""
        cost = math.fsum(self.partitioning.costs[chosen])
        if cost < min(self.cost, self.cutoff):
            self.cost, self.chosen = cost, np.sort(chosen)

    def limit(self) -> float:
        """Nodes whose bound reaches this are of no interest."""
        best = min(self.cutoff, self.cost)
        return best - TOLERANCE * abs(best) if math.isfinite(best) else best

    def take_plan(self, answer: LinearAnswer) -> bool:
        """Whether the optimum of a node is a plan; it becomes the best when it costs less."""
        if answer.missing > 1e-6 or np.any((answer.chosen > 1e-6) & (answer.chosen < 1 - 1e-6)):
            return False
        self.accept(self.columns[answer.chosen > 0.5])
        return True

    def pick_pair(self, node: _Node, answer: LinearAnswer) -> tuple[int, int] | None:
        """The pair whose two branches raise the bound most: strong branching on the likeliest, once each in the search.

        None when no pair is together in a part of the relaxation only.
        """
        used = answer.chosen > 1e-7
        store = self.partitioning.store.take(self.columns[used])
        shared = together(store.offsets, store.members, answer.chosen[used], store.practices)
        pairs = np.argwhere(np.triu((shared > 1e-6) & (shared < 1 - 1e-6), 1))
        share = shared[pairs[:, 0], pairs[:, 1]]
        order = np.lexsort((pairs[:, 1], pairs[:, 0], np.round(np.abs(share - 0.5), 6)))[:PAIRS_KNOWN]
        if not len(order):
            return None
        allowed = self.allowed(node.decisions)
        best, best_score, tried = (int(pairs[order[0], 0]), int(pairs[order[0], 1])), -1.0, 0
        for k in order:
            pair = int(pairs[k, 0]), int(pairs[k, 1])
            if pair not in self.rises:
                if tried == PAIRS_TRIED:
                    continue
                tried += 1
                self.rises[pair] = self._strong_branch(pair, allowed, answer.value)
            if_shared, if_apart = self.rises[pair]
            # Near 0 or 1 a pair is all but decided: one branch then rises little.
            score = max(if_shared * share[k], 1e-6) * max(if_apart * (1 - share[k]), 1e-6)
            if score > best_score:
                best, best_score = pair, score
        return best

    def _strong_branch(
        self, pair: tuple[int, int], allowed: NDArray[np.bool_], value: float
    ) -> tuple[float, float]:
        """How much each branch of a pair raises the optimum over the present columns."""
        ceiling = self.limit() - value if math.isfinite(self.limit()) else math.inf
        rises = []
        for shared in (True, False):
            left = allowed & self.allowed(((*pair, shared),))
            self.program.shut(~left[self.columns])
            rises.append(min(self.program.solve(dual_simplex=True).value - value, ceiling))
        return rises[0], rises[1]


def branch_on_pairs(
    partitioning: SetPartitioning,
    cuts: CutPool,
    column_bounds: NDArray[np.float64],
    bound: float,
    cutoff: float,
    deadline: Deadline,
) -> Branched:
    """Search for the best plan below a cutoff, best bound first.

    Parameters
    ----------
    partitioning : SetPartitioning
        The columns that a plan below the cutoff may use.
    cuts : ndarray of int64, shape (k, 11)
    column_bounds : ndarray of float64, shape (m,)
        What a plan through each column costs at least; decides which columns come first.
    bound : float
        A bound known beforehand.
    cutoff : float
        Plans that cost as much are of no interest.
    deadline : Deadline
    """
    if not len(partitioning.store):
        return Branched(cutoff, math.inf, None, 0)
    search = _Search(partitioning, cuts, column_bounds, cutoff)
    queue = [_Node(bound, 0, 0, ())]
    count, stuck = 0, math.inf
    any_plan = partitioning.most_networks * float(partitioning.costs.max(initial=0.0))
    most_columns = partitioning.memory.most(COLUMN_BYTES)
    while queue and not deadline.passed and len(search.columns) <= most_columns:
        node = heapq.heappop(queue)
        if node.bound >= search.limit():
            continue
        count += 1
        node_bound, answer = search.solve_node(node, deadline)
        if node_bound >= search.limit() or search.take_plan(answer):
            continue
        # An artificial column costs more than any plan: the node has none.
        if (answer.missing > 1e-6 and node_bound > any_plan) or search.finish():
            continue
        pair = search.pick_pair(node, answer)
        if pair is None:
            stuck = min(stuck, node_bound)
            continue
        for shared in (True, False):
            decisions = (*node.decisions, (*pair, shared))
            heapq.heappush(queue, _Node(node_bound, 2 * count + shared, node.depth + 1, decisions))
    bound = min(stuck, cutoff, search.cost, *(node.bound for node in queue))
    return Branched(bound, search.cost, search.chosen, count)
