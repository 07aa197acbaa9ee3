"""Prices for every practice where networks are too many to list: the relaxation over groups met as they are needed.

The linear program begins with the networks of a plan. Under its prices, cheap groups are sought near those it has
(`netform.solve.unlisted.heuristic_pricing`) and added, until there are none; then hub by hub
(`netform.solve.unlisted.exact_pricing`), which also says what no plan costs less than: no two networks have the same
hub, and all patients together say how many networks there are at least and at most, so that it is the sum of all
prices and of so many hubs' least. Cuts (`netform.solve.master.subset_row_cuts`) raise it: what they are worth is
added, and what a network has to pay for them counts as its cost, in roaming and in the searches.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from netform.scores import candidate_costs
from netform.solve.master.linear_program import Duals, LinearProgram
from netform.solve.master.subset_row_cuts import NO_CUTS, ROWS, PricedCuts, cut_limits, violated_cuts
from netform.solve.model.problem import SideRow
from netform.solve.unlisted.exact_pricing import HubSearch, least_beyond
from netform.solve.unlisted.heuristic_pricing import price_heuristically
from netform.solve.unlisted.separable_cost import quick_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.model.problem import Problem
    from netform.solve.model.stopping import Deadline

__all__ = ["ColumnGenerator"]

# Prices are kept within so many times the mean of those at first; the box is widened so many times where it binds, and
# up to so many times what a network costs.
BOX, WIDER, WIDEST = 1.5, 4.0, 100.0

# Groups met in one turn, and what they may cost beyond their prices, as a share of a network.
FIRST_MET, MET, NEAR_ZERO = 2_500, 20_000, 0.015

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

# Branches that are worth looking at.
MOST_NODES = 50_000_000

# What is left between bound and relaxation, as a share: below the first, so many cuts are added; below the second, it
# is of no interest.
SETTLED, ENOUGH, CUTS = 1e-3, 2e-4, 30

# Of reduced costs: what rounding leaves in a program, and in a search.
TINY, NOTHING = 1e-7, 1e-5


class ColumnGenerator:
    """The linear relaxation of a problem over the groups met so far.

    Parameters
    ----------
    problem : Problem
    store : CandidateStore
        Connected groups within the band, each once, to begin with: a plan, or such that others can be met from.
    deadline : Deadline
    prices : ndarray of float64, shape (n,), optional
        That should be nearly right; else practices share the costs of their groups by patients.
    numbers : tuple of float, optional
        The fewest and the most networks of the plans looked at, if not all are.

    Attributes
    ----------
    store : CandidateStore
        The groups of the linear program.
    costs : ndarray of float64, shape (m,)
        Hours per week of each.
    value : float
        The optimum over them.
    duals : Duals
        At that: prices of the practices, of the cuts, and of the number of networks where it is limited.
    cuts : ndarray of int64, shape (k, 11)
    bound : float
        No plan of so many networks costs less.
    safe : ndarray of float64, shape (n,), or None
        Prices, without cuts, that no network costs less than: the last that were searched hub by hub to the end.
    discount : float
        What the next search by hubs takes off the prices, hours per week for a patient.
    nodes : int
        The branches after which it gives a hub up.
    """

    def __init__(
        self,
        problem: Problem,
        store: CandidateStore,
        deadline: Deadline,
        prices: NDArray[np.float64] | None = None,
        numbers: tuple[float, float] | None = None,
    ) -> None:
        self.problem, self.deadline, self.store = problem, deadline, store
        self.quick = quick_costs(problem)
        self.costs = candidate_costs(store, problem.data)
        self.known = {tuple(store[j].tolist()) for j in range(len(store))}
        self.network = math.fsum(self.costs) / max(1, len(store))
        self.bound = -math.inf
        self.safe: NDArray[np.float64] | None = None
        self.numbers = numbers
        sides = np.zeros(0 if numbers is None else 1)
        self.cuts = NO_CUTS
        self.duals = Duals(self.shares() if prices is None else prices, np.empty(0), sides)
        self.box = BOX * float(np.abs(self.prices).mean()) + 1.0
        self.discount, self.nodes = DISCOUNT * self.network / self.quick.most, NODES
        self.hubs: HubSearch | None = None
        self.begin()
        self.solve()

    def between(self, numbers: tuple[float, float] | None, deadline: Deadline) -> ColumnGenerator:
        """Begin with the same groups and prices, without cuts, for plans of so many networks."""
        return ColumnGenerator(self.problem, self.store, deadline, self.prices, numbers)

    @property
    def prices(self) -> NDArray[np.float64]:
        """Of the practices."""
        return self.duals.practices

    @property
    def number(self) -> float:
        """What a network is worth, hours per week, because of how many there may be."""
        return float(self.duals.sides.sum())

    def sides(self, store: CandidateStore) -> tuple[SideRow, ...]:
        """How many networks there may be, over some groups."""
        return () if self.numbers is None else (SideRow(np.ones(len(store)), *self.numbers),)

    def shares(self) -> NDArray[np.float64]:
        """What the patients of each practice cost in its dearest group."""
        prices = np.zeros(len(self.problem.codes))
        for j, cost in enumerate(self.costs.tolist()):
            members = self.store[j]
            patients = self.problem.data.list_size[members]
            prices[members] = np.maximum(prices[members], cost * patients / max(1.0, float(patients.sum())))
        return prices

    def begin(self) -> None:
        """Make the linear program of the groups at hand and the cuts that count, around the present prices."""
        n = len(self.prices)
        around = Duals(self.prices, np.empty(0), self.duals.sides)
        self.cuts = self.cuts[self.duals.cuts < 0]
        self.program = LinearProgram(n, self.sides(self.store), self.box, around)
        self.program.add_columns(self.store, self.costs, self.sides(self.store))
        self.program.add_cuts(self.cuts)

    def centre(self) -> None:
        """Settle once more around what the chosen groups cost by patient, in a box as narrow as that allows.

        On the way from a poor plan prices swing far, and as dear as some are then groups of high cost seem cheap: the
        optimum is the same, but searches by hub take ten times as long and end nowhere.
        """
        prices = np.zeros(len(self.prices))
        for j in self.chosen.tolist():
            members = self.store[j]
            patients = self.problem.data.list_size[members]
            prices[members] += self.values[j] * self.costs[j] * patients / max(1.0, float(patients.sum()))
        self.duals = Duals(prices, np.empty(0), self.duals.sides)
        self.box = BOX * float(np.abs(prices).mean()) + 1.0
        self.begin()
        self.solve()
        self.settle()

    def solve(self, *, dual_simplex: bool = False) -> None:
        """The optimum over the groups."""
        try:
            answer = self.program.solve(dual_simplex=dual_simplex)
        except ArithmeticError:
            # A group that is so cheap beyond the prices around which the box is laid leaves no optimum.
            self.box = WIDEST * self.network
            self.program.set_artificial_cost(self.box, around_zero=True)
            answer = self.program.solve()
        self.value, self.duals, self.short = answer.value, answer.duals, answer.short
        self.values, self.chosen = answer.chosen, np.flatnonzero(answer.chosen > TINY)

    def beyond(self, store: CandidateStore, costs: NDArray[np.float64]) -> NDArray[np.float64]:
        """What groups cost beyond their prices."""
        if not len(store):
            return np.empty(0)
        return self.duals.price(store, costs, self.cuts, self.sides(store))

    def priced(self, duals: Duals) -> PricedCuts:
        """The cuts that count."""
        return PricedCuts.of(self.cuts, duals.cuts, len(self.prices))

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
            self.program.add_columns(some, costs[fresh], self.sides(some))
        return len(fresh)

    def settle(self) -> None:
        """Add what is met near the groups at hand until that is nothing more, or time is up."""
        steady, limit = self.duals, FIRST_MET
        for turn in range(MOST_TURNS):
            if self.deadline.passed:
                return
            steady = _mean(steady, self.duals) if turn % 3 else self.duals
            added = self.add(self.met(steady, NEAR_ZERO * self.network, limit))
            if added:
                self.solve()
            if added < ADDED // 20 and limit < MET:
                limit *= 2
            elif not added and turn % 3 == 0:
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

    def met(self, duals: Duals, within: float, limit: int) -> CandidateStore:
        """Groups that cost little beyond some prices, near those at hand that do."""
        reduced = duals.price(self.store, self.costs, self.cuts, self.sides(self.store))
        start = np.union1d(np.argsort(reduced, kind="stable")[:STARTS], self.chosen)
        within += float(duals.sides.sum())
        some, cuts = self.store.take(start), self.priced(duals)
        return price_heuristically(
            self.quick, some, duals.practices, within, limit, self.deadline, cuts
        ).store

    def tighten(self, most: int) -> bool:
        """Add the cuts that are broken most, and settle; whether there are any."""
        found = violated_cuts(self.store.take(self.chosen), self.values[self.chosen], most=most)
        if not len(found):
            return False
        self.program.add_cuts(found)
        self.cuts = self.program.cuts
        self.solve(dual_simplex=True)
        self.settle()
        return True

    def lines(self) -> NDArray[np.bool_]:
        """By hub, which cuts that count are better seen by their lines: shape (n, k)."""
        n, list_size, minutes = len(self.prices), self.quick.list_size, self.quick.minutes
        share, total = np.zeros((n, n + 1)), np.zeros(n)
        reduced = self.beyond(self.store, self.costs)
        for j in np.flatnonzero(reduced < NEAR_ZERO * self.network).tolist():
            members = self.store[j]
            hub = members[np.argmin(minutes[np.ix_(members, members)] @ list_size[members])]
            weight = math.exp(-reduced[j] / (0.2 * NEAR_ZERO * self.network))
            share[hub, members] += weight
            total[hub] += weight
        share[total > 0] /= total[total > 0, None]
        for hub in np.flatnonzero(total == 0):
            near = np.argsort(minutes[hub])
            share[hub, near[np.cumsum(list_size[near]) <= (self.quick.least + self.quick.most) / 2]] = 1.0
        live = self.cuts[self.duals.cuts < 0]
        held = sum(share[:, live[:, r]] * live[:, ROWS + r] for r in range(ROWS))
        return np.asarray(held > live[:, -1] - 1)

    def search(self, workers: int) -> None:
        """Search hub by hub once: groups to add, and a bound."""
        if self.hubs is None:
            self.hubs = HubSearch.of(self.quick)
        patients, total = self.problem.data.list_size, self.problem.patients
        fewest, many = -(-total // self.quick.most), min(len(patients), total // self.quick.least)
        if self.numbers is not None:
            fewest, many = int(max(fewest, self.numbers[0])), int(min(many, self.numbers[1]))
        # What is taken off by the patient costs as much for few networks as for many; what no network of a hub
        # may cost less than would count as often as there may be networks.
        prices, cuts = self.prices - self.discount * patients, self.priced(self.duals)
        refuted = least_beyond(
            self.hubs, prices, self.number, self.nodes, self.deadline, workers, cuts, self.lines()
        )
        sums = np.concatenate((np.zeros(1), np.cumsum(np.sort(refuted.values))))
        bound = math.fsum(prices) + math.fsum(self.duals.cuts * cut_limits(self.cuts))
        self.bound = max(self.bound, bound + float(sums[fewest : many + 1].min()))
        added = self.add(refuted.found)
        if added:
            self.solve()
            self.settle()
        if refuted.given_up > added:
            self.nodes *= 4
        elif added:
            self.nodes = max(NODES, self.nodes // 4)
        proven = refuted.values.min() >= -NOTHING
        if proven or not (added or refuted.given_up):
            # All that is left of the prices is proven, or is as far as quick costs go: only what was taken off is left.
            self.discount /= 2
        if proven and self.numbers is None and not len(self.cuts):
            self.safe = prices - NOTHING

    @property
    def settled(self) -> bool:
        """Whether the bound is near the relaxation."""
        return self.bound >= self.value * (1 - SETTLED)

    def advance(self, workers: int) -> bool:
        """Search hub by hub once, or cut where the bound is near the relaxation; whether there was anything to do.

        Parameters
        ----------
        workers : int
            Threads.
        """
        little = ENOUGH * self.network / self.quick.most
        searched = self.nodes > MOST_NODES or self.discount < little / 8
        if (self.settled or searched) and self.tighten(CUTS):
            self.nodes = NODES
        elif searched or self.bound >= self.value * (1 - ENOUGH):
            return False
        else:
            self.search(workers)
        return True


def _mean(steady: Duals, fresh: Duals) -> Duals:
    """What is kept of some prices, and the rest of others; just these where cuts have come or gone."""
    if len(steady.cuts) != len(fresh.cuts):
        return fresh
    return Duals(
        KEPT * steady.practices + (1 - KEPT) * fresh.practices,
        KEPT * steady.cuts + (1 - KEPT) * fresh.cuts,
        KEPT * steady.sides + (1 - KEPT) * fresh.sides,
    )
