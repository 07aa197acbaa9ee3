"""Prices for every practice where networks are too many to list: the relaxation over groups met as they are needed.

The linear program begins with the networks of a plan. Under its prices, cheap groups are sought near those it has
(`netform.solve.roam`) and added, until there are none; then hub by hub (`netform.solve.refute`), which also says what
no plan costs less than: no two networks have the same hub, and all patients together say how many networks there are
at least and at most, so that it is the sum of all prices and of so many hubs' least.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from netform.scores import candidate_costs
from netform.solve.linear import Duals, LinearProgram
from netform.solve.quick_costs import quick_costs
from netform.solve.refute import HubSearch, least_beyond
from netform.solve.roam import roam

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.deadline import Deadline
    from netform.solve.search import Problem

__all__ = ["Generator"]

# Prices are kept within so many times the mean of those at first; the box is widened so many times where it binds, and
# up to so many times what a network costs.
BOX, WIDER, WIDEST = 1.5, 4.0, 100.0

# Groups met in one turn, and what they may cost beyond their prices, as a share of a network.
MET, NEAR_ZERO = 20_000, 0.015

# Groups it roams from besides those that are chosen, and those added in a turn, of which so many may share a practice.
STARTS, ADDED, SHARING = 200, 600, 25

# Of the last prices this share is kept in two turns of three: new ones swing to and fro.
KEPT = 0.6

# Turns in which groups are added: a program that is begun anew might go round in circles.
MOST_TURNS = 300

# Columns of the linear program; beyond, it is begun anew with those that cost least beyond their prices.
MOST_COLUMNS, FEWER_COLUMNS = 12_000, 4_000

# What the first search by hubs takes off the prices of a network of the most patients, as a share of its cost; and
# the branches after which a hub is given up at first.
DISCOUNT, NODES = 0.02, 50_000

# Searches of all hubs, and branches that are worth looking at.
MOST_SEARCHES, MOST_NODES = 200, 50_000_000

# What is left between bound and relaxation, as a share, is of no interest.
ENOUGH = 2e-4

# Of reduced costs: what rounding leaves.
TINY = 1e-7


class Generator:
    """The linear relaxation of a problem over the groups met so far.

    Parameters
    ----------
    problem : Problem
    store : CandidateStore
        Connected groups within the band, each once, to begin with: a plan, or such that others can be met from.
    deadline : Deadline
    prices : ndarray of float64, shape (n,), optional
        That should be nearly right; else practices share the costs of their groups by patients.

    Attributes
    ----------
    store : CandidateStore
        The groups of the linear program.
    costs : ndarray of float64, shape (m,)
        Hours per week of each.
    value : float
        The optimum over them.
    prices : ndarray of float64, shape (n,)
        At that.
    bound : float
        No plan costs less.
    """

    def __init__(
        self,
        problem: Problem,
        store: CandidateStore,
        deadline: Deadline,
        prices: NDArray[np.float64] | None = None,
    ) -> None:
        self.problem, self.deadline, self.store = problem, deadline, store
        self.quick = quick_costs(problem)
        self.costs = candidate_costs(store, problem.data)
        self.known = {tuple(store[j].tolist()) for j in range(len(store))}
        self.network = math.fsum(self.costs) / max(1, len(store))
        self.bound = -math.inf
        self.prices = self.shares() if prices is None else prices
        self.box = BOX * float(np.abs(self.prices).mean()) + 1.0
        self.begin()
        self.solve()

    def shares(self) -> NDArray[np.float64]:
        """What the patients of each practice cost in its dearest group."""
        prices = np.zeros(len(self.problem.codes))
        for j, cost in enumerate(self.costs.tolist()):
            members = self.store[j]
            patients = self.problem.data.list_size[members]
            prices[members] = np.maximum(prices[members], cost * patients / max(1.0, float(patients.sum())))
        return prices

    def begin(self) -> None:
        """Make the linear program of the groups at hand, around the present prices."""
        around = Duals(self.prices, np.empty(0), np.empty(0))
        self.program = LinearProgram(len(self.prices), (), self.box, around)
        self.program.add_columns(self.store, self.costs)

    def solve(self) -> None:
        """The optimum over the groups."""
        try:
            answer = self.program.solve()
        except ArithmeticError:
            # A group that is so cheap beyond the prices around which the box is laid leaves no optimum.
            self.box = WIDEST * self.network
            self.program.set_artificial_cost(self.box, around_zero=True)
            answer = self.program.solve()
        self.value, self.prices, self.short = answer.value, answer.duals.practices, answer.short
        self.values, self.chosen = answer.chosen, np.flatnonzero(answer.chosen > TINY)

    def beyond(self, store: CandidateStore, costs: NDArray[np.float64]) -> NDArray[np.float64]:
        """What groups cost beyond their prices."""
        if not len(store):
            return np.empty(0)
        reduced: NDArray[np.float64] = costs - np.add.reduceat(self.prices[store.members], store.offsets[:-1])
        return reduced

    def add(self, store: CandidateStore) -> int:
        """Add groups that are not known and cost less than their prices, the cheapest first; how many those are."""
        costs = candidate_costs(store, self.problem.data)
        reduced = self.beyond(store, costs)
        sharing = np.zeros(len(self.prices), np.int64)
        fresh: list[int] = []
        for j in np.argsort(reduced, kind="stable").tolist():
            if reduced[j] >= -TINY or len(fresh) == ADDED:
                break
            members = store[j]
            group = tuple(members.tolist())
            if sharing[members].max() < SHARING and group not in self.known:
                sharing[members] += 1
                self.known.add(group)
                fresh.append(j)
        if not fresh:
            return 0
        some = store.take(np.array(fresh))
        self.store, self.costs = self.store.joined(some), np.concatenate((self.costs, costs[fresh]))
        if len(self.store) > MOST_COLUMNS:
            reduced = self.beyond(self.store, self.costs)
            kept = np.union1d(np.argsort(reduced, kind="stable")[:FEWER_COLUMNS], self.chosen)
            self.store, self.costs = self.store.take(kept), self.costs[kept]
            self.known = {tuple(self.store[j].tolist()) for j in range(len(self.store))}
            self.begin()
        else:
            self.program.add_columns(some, costs[fresh])
        return len(fresh)

    def settle(self) -> None:
        """Add what is met near the groups at hand until that is nothing more, or time is up."""
        steady = self.prices
        for turn in range(MOST_TURNS):
            if self.deadline.passed:
                return
            steady = KEPT * steady + (1 - KEPT) * self.prices if turn % 3 else self.prices
            added = self.add(self.met(steady, NEAR_ZERO * self.network, MET))
            if added:
                self.solve()
            elif turn % 3 == 0:
                if self.met_all or self.box > WIDEST * self.network:
                    return
                # The prices want out of their box.
                self.box *= WIDER
                self.program.set_artificial_cost(self.box)
                self.solve()

    @property
    def met_all(self) -> bool:
        """Whether every practice is covered at the optimum."""
        return bool(self.short.sum() <= TINY * len(self.short))

    def met(self, prices: NDArray[np.float64], within: float, limit: int) -> CandidateStore:
        """Groups that cost little beyond some prices, near those at hand that do."""
        reduced = self.costs - np.add.reduceat(prices[self.store.members], self.store.offsets[:-1])
        start = np.union1d(np.argsort(reduced, kind="stable")[:STARTS], self.chosen)
        return roam(self.quick, self.store.take(start), prices, within, limit, self.deadline).store

    def prove(self, workers: int, on_bound: Callable[[float], None] = lambda _bound: None) -> None:
        """Search hub by hub and settle in turns, until the bound is as high as the relaxation, or time is up.

        Parameters
        ----------
        workers : int
            Threads.
        on_bound : callable
            Told of every better bound.
        """
        search = HubSearch.of(self.quick)
        patients, total = self.problem.data.list_size, self.problem.patients
        fewest, many = -(-total // self.quick.most), min(len(patients), total // self.quick.least)
        discount, nodes = DISCOUNT * self.network / self.quick.most, NODES
        for _ in range(MOST_SEARCHES):
            if self.deadline.passed or nodes > MOST_NODES:
                return
            # What is taken off by the patient costs as much for few networks as for many; what no network of a hub
            # may cost less than would count as often as there may be networks.
            prices = self.prices - discount * patients
            refuted = least_beyond(search, prices, 0.0, nodes, self.deadline, workers)
            sums = np.concatenate((np.zeros(1), np.cumsum(np.sort(refuted.values))))
            bound = math.fsum(prices) + float(sums[fewest : many + 1].min())
            if bound > self.bound:
                self.bound = bound
                on_bound(bound)
            if self.bound >= self.value * (1 - ENOUGH):
                return
            if self.add(refuted.found):
                self.solve()
                self.settle()
                nodes = NODES
            elif refuted.given_up:
                nodes *= 4
            else:
                discount /= 2
