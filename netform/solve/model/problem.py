"""The nouns of the solver: a problem of numbered practices, side rows, and the set partitioning over columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.candidates.allowed import Limits, counts_allowed
from netform.candidates.store import CandidateStore
from netform.scores import ScoringData, candidate_costs
from netform.solve.model.budget import DEFAULT, MemoryBudget
from netform.solve.model.stopping import Deadline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.rules import Rules

__all__ = [
    "ChooseGroups",
    "Group",
    "Problem",
    "SetPartitioning",
    "SideRow",
    "group_costs",
    "plan_key",
    "store_of",
]

Group = tuple[int, ...]
ChooseGroups = Callable[["SetPartitioning", Deadline], "NDArray[np.int64] | None"]

# Of a price, hours per week: what rounding leaves.
TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Problem:
    """The practices of one connected part of an area, numbered 0..n-1, and what is needed to score them.

    Attributes
    ----------
    codes : tuple of str
        ODS codes by number.
    graph : networkx.Graph
        On the numbers, with a ``list_size`` each.
    data : ScoringData
    limits : Limits
        What the planner demands of every network.
    memory : MemoryBudget
        What planning it may take.
    """

    codes: tuple[str, ...]
    graph: nx.Graph
    data: ScoringData
    limits: Limits
    memory: MemoryBudget = DEFAULT

    @classmethod
    def of(cls, graph: nx.Graph, codes: Iterable[str], rules: Rules) -> Problem:
        """The problem of some practices of a graph of codes, by the rules of their area."""
        chosen = tuple(sorted(codes))
        number = {code: k for k, code in enumerate(chosen)}
        part = nx.Graph()
        for code in chosen:
            part.add_node(number[code], list_size=graph.nodes[code]["list_size"])
        part.add_edges_from((number[a], number[b]) for a, b in graph.subgraph(chosen).edges)
        return cls(chosen, part, ScoringData.of(graph, chosen, rules), Limits.of(graph, chosen, rules))

    def among(self, members: Sequence[int]) -> Problem:
        """The problem of some of the practices, numbered anew in their order."""
        number = {v: k for k, v in enumerate(members)}
        part = nx.Graph()
        for v in members:
            part.add_node(number[v], list_size=self.graph.nodes[v]["list_size"])
        part.add_edges_from((number[a], number[b]) for a, b in self.graph.subgraph(members).edges)
        where = np.array(members, np.int64)
        codes = tuple(self.codes[v] for v in members)
        return Problem(codes, part, self.data.among(where), self.limits.among(where), self.memory)

    @property
    def patients(self) -> int:
        """Registered patients of all practices."""
        return int(self.data.list_size.sum())


def store_of(groups: Sequence[Group], practices: int) -> CandidateStore:
    """Groups as a store of candidates."""
    offsets = np.zeros(len(groups) + 1, np.int64)
    np.cumsum([len(group) for group in groups], out=offsets[1:])
    members = np.fromiter((v for group in groups for v in sorted(group)), np.uint16, offsets[-1])
    return CandidateStore(offsets, members, practices)


def group_costs(problem: Problem, groups: Sequence[Group]) -> list[float]:
    """Weighted hours per week of some groups."""
    return [float(cost) for cost in candidate_costs(store_of(groups, len(problem.codes)), problem.data)]


def plan_key(problem: Problem, groups: Sequence[Group], costs: Sequence[float]) -> tuple[int, float, float]:
    """Fewer exceptions first, then fewer patients outside the band, then less cost (beyond rounding).

    A network of too few or too many practices is an exception as one outside the band is.
    """
    outside = [_outside(problem, group) for group in groups]
    counted = counts_allowed(store_of(groups, len(problem.codes)), problem.limits)
    exceptions = sum(amount > 0 or not fits for amount, fits in zip(outside, counted, strict=True))
    return exceptions, sum(outside), round(math.fsum(costs), 6)


def _outside(problem: Problem, group: Group) -> int:
    rules = problem.data.rules
    patients = int(problem.data.list_size[list(group)].sum())
    return max(0, rules.least - patients, patients - rules.most)


@dataclass(frozen=True, slots=True)
class SideRow:
    """A linear rule over the whole plan: ``least <= sum_S coefficient_S x_S <= most``.

    Attributes
    ----------
    coefficients : ndarray of float64, shape (m,)
        One for every candidate of the store it goes with.
    least, most : float
        Infinite where there is no such side.
    """

    coefficients: NDArray[np.float64]
    least: float
    most: float

    def priced(self, store: CandidateStore, prices: NDArray[np.float64]) -> SideRow:
        """The same rule, with a price for every practice taken off the candidates and off the limits.

        Every plan covers every practice once, so it is the same rule; with the prices that are best for its
        coefficients (`netform.solve.master.relaxation.relax`) little is left of them but what a plan can be spared.
        """
        paid = np.add.reduceat(prices[store.members], store.offsets[:-1]) if len(store) else np.empty(0)
        total = math.fsum(prices)
        left = self.coefficients - paid
        # What rounding took below zero would keep the rest from being a budget, and what it left above leads GLOP
        # round in circles.
        left[np.abs(left) < TINY] = 0.0
        return SideRow(left, self.least - total, self.most - total)

    def take(self, chosen: NDArray[np.int64]) -> SideRow:
        """The same rule over some of the candidates."""
        return SideRow(self.coefficients[chosen], self.least, self.most)


@dataclass(frozen=True, slots=True)
class SetPartitioning:
    """The choice to be made: candidates, what each costs, and rules over the whole plan.

    Attributes
    ----------
    store : CandidateStore
    costs : ndarray of float64, shape (m,)
        Weighted hours per week of every candidate.
    sides : tuple of SideRow
        Rules over the plan, over the same candidates.
    most_networks : int
        No plan has more networks than this: it makes the bound safe against a reduced cost just below zero.
    memory : MemoryBudget
        What choosing may take besides the candidates, their costs and the rules.
    """

    store: CandidateStore
    costs: NDArray[np.float64]
    sides: tuple[SideRow, ...]
    most_networks: int
    memory: MemoryBudget = DEFAULT

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays hold."""
        return self.store.nbytes + self.costs.nbytes + sum(side.coefficients.nbytes for side in self.sides)

    def take(self, chosen: NDArray[np.int64]) -> SetPartitioning:
        """The same choice among some of the candidates."""
        sides = tuple(side.take(chosen) for side in self.sides)
        return replace(self, store=self.store.take(chosen), costs=self.costs[chosen], sides=sides)
