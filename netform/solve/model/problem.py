"""The nouns of the solver: a problem of numbered practices, side rows, and the set partitioning over columns."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.candidates.allowed import Limits, counts_allowed
from netform.candidates.store import CandidateStore
from netform.scores import ScoringData, candidate_costs
from netform.scores.balance import group_sums
from netform.solve.model.budget import DEFAULT, MemoryBudget

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from numpy.typing import NDArray

    from netform.rules.model import Rules

__all__ = [
    "Group",
    "Problem",
    "SetPartitioning",
    "SideRow",
    "exceptional",
    "extent",
    "group_costs",
    "plan_key",
    "renumbered",
    "store_of",
]

Group = tuple[int, ...]

# Hours per week: what rounding leaves.
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
    def of(cls, graph: nx.Graph, codes: Iterable[str], rules: Rules, area: nx.Graph | None = None) -> Problem:
        """The problem of some practices of a graph of codes, by the rules of their area, of which there may be more."""
        chosen = tuple(sorted(codes))
        part = renumbered(graph, chosen)
        return cls(chosen, part, ScoringData.of(graph, chosen, rules), Limits.of(graph, chosen, rules, area))

    def among(self, members: Sequence[int]) -> Problem:
        """The problem of some of the practices, numbered anew in their order."""
        where = np.array(members, np.int64)
        codes, part = tuple(self.codes[v] for v in members), renumbered(self.graph, members)
        return Problem(codes, part, self.data.among(where), self.limits.among(where), self.memory)

    @property
    def patients(self) -> int:
        """Registered patients of all practices."""
        return int(self.data.list_size.sum())

    @property
    def largest(self) -> int:
        """Registered patients of an exception at most; a single practice may have more than rules say."""
        return max(self.data.rules.exception_most, int(self.data.list_size.max()))

    def network_sizes(self, fewest: float = 0, many: float = math.inf, outside: int = 0) -> tuple[int, int]:
        """The least and the most registered patients of a network, in a plan of so many networks.

        All others hold the rest: where networks are hardly enough, or nearly too many, each is near an end of the band.

        Parameters
        ----------
        fewest, many : float
            Networks, as far as they are known.
        outside : int
            Patients by which the networks may be outside the band together.

        Returns
        -------
        (int, int)
            As many patients around the band, where so many networks cannot hold all.
        """
        least, most, patients = self.data.rules.least, self.data.rules.most, self.patients
        sizes = max(1, least - outside), most + outside
        fewest = max(fewest, -(-(patients - outside) // most))
        many = min(many, (patients + outside) // least, len(self.codes))
        if fewest > many:
            return sizes
        rest = int(many - 1) * most + outside, int(fewest - 1) * least - outside
        return max(sizes[0], patients - rest[0]), min(sizes[1], patients - rest[1])


def renumbered(graph: nx.Graph, practices: Sequence[Hashable]) -> nx.Graph:
    """Some practices of a graph with their list sizes, numbered in their order."""
    number = {v: k for k, v in enumerate(practices)}
    part = nx.Graph()
    part.add_nodes_from((k, {"list_size": graph.nodes[v]["list_size"]}) for v, k in number.items())
    part.add_edges_from((number[a], number[b]) for a, b in graph.subgraph(practices).edges)
    return part


def store_of(groups: Sequence[Group], practices: int) -> CandidateStore:
    """Groups as a store of columns."""
    offsets = np.zeros(len(groups) + 1, np.int64)
    np.cumsum([len(group) for group in groups], out=offsets[1:])
    members = np.fromiter((v for group in groups for v in sorted(group)), np.uint16, offsets[-1])
    return CandidateStore(offsets, members, practices)


def group_costs(problem: Problem, groups: Sequence[Group]) -> list[float]:
    """Weighted hours per week of some groups."""
    return [float(cost) for cost in candidate_costs(store_of(groups, len(problem.codes)), problem.data)]


def plan_key(problem: Problem, groups: Sequence[Group], costs: Sequence[float]) -> tuple[int, float, float]:
    """Fewer exceptions first, then fewer patients outside the band, then less cost (beyond rounding)."""
    exceptions, outside = exceptional(problem, store_of(groups, len(problem.codes)))
    return int(exceptions.sum()), float(outside.sum()), round(math.fsum(costs), 6)


def exceptional(problem: Problem, store: CandidateStore) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which networks are exceptions, and by how many patients each is outside the band.

    One of too few or too many practices is an exception, too.
    """
    patients, rules = group_sums(store, problem.data.list_size), problem.data.rules
    outside = np.maximum(0.0, np.maximum(rules.least - patients, patients - rules.most))
    return (outside > 0) | ~counts_allowed(store, problem.limits), outside


def extent(store: CandidateStore, hours: NDArray[np.float64]) -> tuple[float, float]:
    """The least and the most that a plan may come to, the hours of a column shared out among its practices.

    Parameters
    ----------
    store : CandidateStore
        With a column for every practice.
    hours : ndarray of float64, shape (m,)
        Or anything else that the columns of a plan add up.
    """
    lengths = np.diff(store.offsets)
    shares = np.repeat(hours / lengths, lengths)
    least, most = np.full(store.practices, math.inf), np.full(store.practices, -math.inf)
    np.minimum.at(least, store.members, shares)
    np.maximum.at(most, store.members, shares)
    return math.fsum(least), math.fsum(most)


@dataclass(frozen=True, slots=True)
class SideRow:
    """A linear rule over the whole plan: ``least <= sum_S coefficient_S x_S <= most``.

    Attributes
    ----------
    coefficients : ndarray of float64, shape (m,)
        One for every column of the store it goes with.
    least, most : float
        Infinite where there is no such side.
    """

    coefficients: NDArray[np.float64]
    least: float
    most: float

    def priced(self, store: CandidateStore, duals: NDArray[np.float64]) -> SideRow:
        """The same rule, with a dual for every practice taken off the coefficients and off the limits.

        Every plan covers every practice once, so it is the same rule; with the duals that are best for its
        coefficients (`netform.solve.master.relaxation.relax`) little is left of them but what a plan can be spared.
        """
        paid = np.add.reduceat(duals[store.members], store.offsets[:-1]) if len(store) else np.empty(0)
        total = math.fsum(duals)
        left = self.coefficients - paid
        # What rounding took below zero would keep the rest from being a budget, and what it left above leads GLOP
        # round in circles.
        left[np.abs(left) < TINY] = 0.0
        return SideRow(left, self.least - total, self.most - total)

    def padded(self, before: int, after: int) -> SideRow:
        """The same rule with so many columns before and after that it does not count."""
        return SideRow(np.pad(self.coefficients, (before, after)), self.least, self.most)

    def take(self, chosen: NDArray[np.int64]) -> SideRow:
        """The same rule over some of the columns."""
        return SideRow(self.coefficients[chosen], self.least, self.most)


@dataclass(frozen=True, slots=True)
class SetPartitioning:
    """Columns that cover every practice once at least cost, with side rows over the whole plan.

    Attributes
    ----------
    store : CandidateStore
    costs : ndarray of float64, shape (m,)
        Weighted hours per week of every column.
    sides : tuple of SideRow
        Over the same columns.
    most_networks : int
        No plan has more networks than this: it makes the bound safe against a reduced cost just below zero.
    memory : MemoryBudget
        What solving may take besides the columns, their costs and the side rows.
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
        """The same over some of the columns."""
        sides = tuple(side.take(chosen) for side in self.sides)
        return replace(self, store=self.store.take(chosen), costs=self.costs[chosen], sides=sides)

    def rest(
        self, taken: NDArray[np.int64], among: NDArray[np.int64]
    ) -> tuple[SetPartitioning, NDArray[np.int64]]:
        """What is left to choose beside some columns: the practices that are in none of them, numbered anew.

        Parameters
        ----------
        taken : ndarray of int64
            The columns that stay: no two hold the same practice.
        among : ndarray of int64
            The columns that may be chosen, of which those are left that hold no practice of ``taken``.

        Returns
        -------
        SetPartitioning
            With what is left of the limits of the side rows.
        ndarray of int64
            Where its columns stand in this one.
        """
        left = np.ones(self.store.practices, np.bool_)
        left[self.store.take(taken).members] = False
        kept = among[np.logical_and.reduceat(left[self.store.members], self.store.offsets[:-1])[among]]
        some, sides = self.take(kept), list[SideRow]()
        members = (np.cumsum(left) - 1)[some.store.members].astype(np.uint16)
        for side, own in zip(self.sides, some.sides, strict=True):
            used = math.fsum(side.coefficients[taken])
            sides.append(replace(own, least=own.least - used, most=own.most - used))
        store = replace(some.store, members=members, practices=int(left.sum()))
        return replace(some, store=store, sides=tuple(sides)), kept
