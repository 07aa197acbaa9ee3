"""The relaxation over networks that are too many to keep, and those of them that good plans are made of.

The linear program has few of the networks at a time. Its prices go into a pass over all of them
(`netform.candidates.passes`), which gives the most negative reduced costs of every root; they join the program, and it
is solved anew. Each pass lowers its prices as far as they promise too much: what is left of them is a bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netform.scores import candidate_costs
from netform.solve.master.linear_program import Duals
from netform.solve.master.relaxation import NARROW, PricedProgram, first_columns
from netform.solve.master.subset_row_cuts import NO_CUTS
from netform.solve.model.problem import SetPartitioning, group_costs, store_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from netform.candidates.passes import Passes
    from netform.candidates.store import CandidateStore
    from netform.solve.model.problem import Group, Problem
    from netform.solve.model.stopping import Deadline

__all__ = ["Priced", "nearest", "relaxations"]

# Passes at most; they end when the bound is within this share of the linear program.
PASSES, NEAR_ENOUGH = 40, 1e-4

# Groups that a root gives in a pass, by the square root of how many it has (`Passes.meet`).
JOINING, NEAREST = 0.5, 4.0

# Reduced costs below zero by less than rounding costs to four bytes accounts for are none, hours per week.
NEGATIVE = -1e-4

# Networks that plans are made of: the nearest, and those nearest to each practice whatever they cost.
MOST_NEAR = 400_000


@dataclass(frozen=True, slots=True)
class Priced:
    """How far the relaxation has come.

    Attributes
    ----------
    bound : float
        Hours per week that no plan costs less than.
    prices : ndarray of float64, shape (n,)
        Hours per week for each practice: no network costs less than those of its practices, and the bound is their sum.
    """

    bound: float
    prices: NDArray[np.float64]


def relaxations(
    problem: Problem, passes: Passes, plan: Sequence[Group], deadline: Deadline
) -> Iterator[Priced]:
    """The best bound after each pass, up to that of the relaxation over all networks.

    Parameters
    ----------
    problem : Problem
    passes : Passes
        All networks of the problem.
    plan : sequence of groups
        A good plan, all of whose networks are among them: its costs, shared by list size, are the first prices.
    deadline : Deadline
    """
    prices = shared_costs(problem, plan)
    best = Priced(-math.inf, prices)
    store = store_of(plan, len(problem.codes))
    program: PricedProgram | None = None
    value = math.fsum(prices)
    for _ in range(PASSES):
        met = passes.meet(prices, JOINING, lambda: deadline.passed)
        if met is None:
            break
        if met.bound > best.bound:
            best = Priced(met.bound, met.prices)
        yield best
        fresh = np.flatnonzero(met.reduced < NEGATIVE)
        if not len(fresh) or best.bound >= value * (1 - NEAR_ENOUGH):
            break
        store = store.joined(met.store.take(fresh))
        partitioning = _choosing(problem, store)
        if program is None:
            around = Duals(prices, np.empty(0), np.empty(0))
            program = PricedProgram(
                partitioning, first_columns(store, partitioning.costs), NO_CUTS, around, NARROW
            )
        else:
            program.move(partitioning, program.columns)
        program.price_out(None, deadline)
        prices, value = program.answer.duals.practices.copy(), program.answer.value


def nearest(passes: Passes, prices: NDArray[np.float64], deadline: Deadline) -> CandidateStore | None:
    """The networks of least reduced cost, and some of every practice; None when time ran out.

    Parameters
    ----------
    passes : Passes
    prices : ndarray of float64, shape (n,)
    deadline : Deadline
    """
    met = passes.meet(prices, NEAREST, lambda: deadline.passed)
    if met is None:
        return None
    some = first_columns(met.store, met.reduced)
    return met.store.take(np.union1d(np.arange(min(MOST_NEAR, len(met.store))), some))


def shared_costs(problem: Problem, plan: Sequence[Group]) -> NDArray[np.float64]:
    """What each network of a plan costs, shared out by list size."""
    prices = np.zeros(len(problem.codes))
    for group, cost in zip(plan, group_costs(problem, plan), strict=True):
        members = np.array(group, np.int64)
        patients = problem.data.list_size[members]
        prices[members] = cost * patients / patients.sum() if patients.any() else cost / len(members)
    return prices


def _choosing(problem: Problem, store: CandidateStore) -> SetPartitioning:
    most_networks = problem.patients // problem.data.rules.least
    return SetPartitioning(store, candidate_costs(store, problem.data), (), most_networks, problem.memory)
