"""A plan of large networks from prices: fix one network after the other, and settle the prices of the rest anew.

A plan that is bettered piece by piece keeps its build. The relaxation (`netform.solve.generate`) sees the whole: the
network it is surest of is fixed, if what that leaves can still be covered, and so on; the last few are chosen exactly
among all cheap groups that can be met. Drawn by chance, each plunge ends in another plan, or in none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.candidates.coverable import coverable
from netform.candidates.store import CandidateStore
from netform.solve.generate import Generator
from netform.solve.recombine import chosen_among

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.deadline import Deadline
    from netform.solve.search import Group, Problem

__all__ = ["plunge"]

# Networks at the end that are chosen at once, and seconds for that.
LAST, SECONDS = 6, 15.0

# Of what is chosen so much is fixed without looking further; else one is drawn, the surer the likelier by this power.
SURE, POWER = 0.99, 3.0

# Columns that the program of the rest begins with.
COLUMNS = 3_000


def plunge(
    generator: Generator, cost: float, random: np.random.Generator, deadline: Deadline
) -> list[Group] | None:
    """A plan below a cost; None when this plunge ends in none.

    Parameters
    ----------
    generator : Generator
        Settled; it is left as it is.
    cost : float
        Hours per week.
    random : numpy.random.Generator
    deadline : Deadline
    """
    fixed: list[Group] = []
    members = np.arange(len(generator.prices))
    while not deadline.passed:
        if generator.value >= cost or not generator.met_all:
            return None
        if len(generator.chosen) and generator.values[generator.chosen].min() > SURE:
            own = [tuple(generator.store[j].tolist()) for j in generator.chosen.tolist()]
            return sorted(fixed + [tuple(members[list(group)].tolist()) for group in own])
        if generator.values.sum() <= LAST:
            found = chosen_among(generator, cost, deadline.share(1.0, SECONDS))
            return found and sorted(fixed + [tuple(members[list(group)].tolist()) for group in found])
        sure = _drawn(generator, random)
        if not len(sure):
            return None
        fixed += [tuple(members[generator.store[j]].tolist()) for j in sure.tolist()]
        cost -= math.fsum(generator.costs[sure])
        generator, left = _rest(generator, sure, deadline)
        members = members[left]
        generator.settle()
    return None


def _drawn(generator: Generator, random: np.random.Generator) -> NDArray[np.int64]:
    """Networks to fix: those that are sure, or one drawn; none where each leaves what no networks cover."""
    values = generator.values[generator.chosen]
    sure = generator.chosen[values > SURE]
    if len(sure) and _leaves_coverable(generator.problem, generator.store, sure):
        return sure
    waiting, weights = generator.chosen, values**POWER
    while len(waiting):
        k = int(random.choice(len(waiting), p=weights / weights.sum()))
        one = waiting[k : k + 1]
        if _leaves_coverable(generator.problem, generator.store, one):
            return one
        waiting, weights = np.delete(waiting, k), np.delete(weights, k)
    return waiting


def _leaves_coverable(problem: Problem, store: CandidateStore, fixed: NDArray[np.int64]) -> bool:
    """Whether each part of what some networks leave has as many patients as some number of networks."""
    rest = set(problem.graph) - set(store.take(fixed).members.tolist())
    rules, list_size = problem.data.rules, problem.data.list_size
    return all(
        coverable(int(list_size[list(part)].sum()), rules.least, rules.most)
        for part in nx.connected_components(problem.graph.subgraph(rest))
    )


def _rest(
    generator: Generator, fixed: NDArray[np.int64], deadline: Deadline
) -> tuple[Generator, NDArray[np.int64]]:
    """The relaxation of the practices that some networks leave, and which those are."""
    store = generator.store
    gone = np.zeros(len(generator.prices), np.bool_)
    gone[store.take(fixed).members] = True
    left = np.flatnonzero(~gone)
    kept = np.flatnonzero(np.add.reduceat(gone[store.members].astype(np.int64), store.offsets[:-1]) == 0)
    reduced = generator.beyond(store, generator.costs)[kept]
    kept = kept[np.sort(np.argsort(reduced, kind="stable")[:COLUMNS])]
    some = store.take(kept)
    number = np.cumsum(~gone) - 1
    own = CandidateStore(some.offsets, number[some.members].astype(np.uint16), len(left))
    return Generator(generator.problem.among(left.tolist()), own, deadline, generator.prices[left]), left
