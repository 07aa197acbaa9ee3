"""Column generation (Desaulniers, Desrosiers and Solomon, 2005) where columns are too many to list.

The restricted master begins with the networks of a plan, its duals in a narrow box around the prices that have bounded
by centres (a stabilised column generation after du Merle, Villeneuve, Desrosiers and Hansen, 1999). Columns of negative
reduced cost are sought near those it has (heuristic pricing, `netform.solve.unlisted.heuristic_pricing`) and added,
until there are none; then hub by hub (exact pricing, `netform.solve.unlisted.exact_pricing`), which also gives a safe
bound: no two networks have the same hub, and all patients together say how many networks there are at least and at
most, so that no plan costs less than the sum of all duals and of so many hubs' least reduced costs. Once that comes up
to the relaxation the box is widened: the further duals are from what practices cost by their way and their patients,
the more columns seem cheap, and the longer exact pricing takes. Subset-row cuts
(`netform.solve.master.subset_row_cuts`) raise it: what they are worth is added, and what a column has to pay for them
counts as its cost, in both pricings.

The file is long because its one class is: every method works on the same linear program, columns and duals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netform.candidates.allowed import allowed, counts_allowed
from netform.candidates.around import NOBODY
from netform.candidates.living import NOWHERE
from netform.candidates.store import CandidateStore
from netform.scores import candidate_costs
from netform.scores.balance import group_sums
from netform.solve.master.linear_program import Duals, LinearProgram, NoOptimumError
from netform.solve.master.subset_row_cuts import NO_CUTS, PricedCuts, cut_limits, violated_cuts
from netform.solve.model.problem import SideRow, exceptional
from netform.solve.unlisted.centre_bound import cheapest_of_two_kinds, fix_by_reduced_cost
from netform.solve.unlisted.centre_costs import CentreCosts
from netform.solve.unlisted.exact_pricing import HubSearch, PricedHubs, columns_below, price_exactly
from netform.solve.unlisted.heuristic_pricing import price_heuristically
from netform.solve.unlisted.hub_bound import KnownOfHubs, known_of_hubs
from netform.solve.unlisted.separable_cost import bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.candidates.allowed import Limits
    from netform.solve.model.budget import Deadline
    from netform.solve.model.problem import Problem
    from netform.solve.unlisted.separable_cost import SeparableCosts

__all__ = ["ANY_NUMBER", "ColumnGenerator"]


@dataclass(frozen=True, slots=True)
class GenerationParams:
    """How columns are generated.

    Attributes
    ----------
    box, narrow, wider, widest : float
        Duals of practices are kept within so many times their mean, or so much of it of those that are nearly right;
        that box is widened so many times where it binds, up to so many times what a network costs.
    first_found, found : int
        Columns that heuristic pricing gives in one turn: at first so many for each practice, and how many at most.
    near_zero : float
        Their highest reduced cost, as a share of a network's cost.
    starts, added, sharing : int
        Columns searched near besides those of the optimum, and those added in a turn for each practice: so many may
        share one. The more practices there are, the longer takes the program beside pricing.
    smoothing : float
        Of the last duals this share is kept in two turns of three, as new ones swing to and fro.
    still : float
        Columns of three turns that lower the optimum by less than this share of it lead nowhere.
    turns : int
        In which columns are added: a program that is begun anew might go round in circles.
    columns, fewer_columns : int
        Of the linear program; beyond, it is begun anew with those of least reduced cost.
    discount : float
        What the first exact pricing takes off the duals of a network of the most patients, as a share of its cost.
    nodes, most_nodes, listing_nodes, fewer_nodes : int
        Of a search after which its hub is branched on, at first and at last, and after which it is given up where all
        columns of a hub are listed; so many times fewer for networks outside the band.
    effort : int
        For what the practices of a hub pay each other, before it is searched.
    fixed : float
        The model of centres is made anew once so few of its assignments are left.
    tight, tight_share, enough, cuts : float, float, float, int
        What is left between bound and relaxation, as a share: below the first, or below the second of what is left
        between relaxation and plan, the box is widened, or so many cuts are added; below the third, it is of no
        interest.
    found_share : float
        Columns that lower the relaxation by less than this share of what exact pricing lost are of no help to it.
    """

    box: float = 1.5
    narrow: float = 0.05
    wider: float = 2.0
    widest: float = 100.0
    first_found: int = 15
    found: int = 4_000
    near_zero: float = 0.015
    starts: int = 200
    added: int = 3
    sharing: int = 50
    smoothing: float = 0.6
    still: float = 2e-5
    turns: int = 300
    columns: int = 12_000
    fewer_columns: int = 4_000
    discount: float = 0.02
    nodes: int = 50_000
    most_nodes: int = 50_000_000
    listing_nodes: int = 5_000_000
    fewer_nodes: int = 16
    effort: int = 100_000
    fixed: float = 0.9
    tight: float = 1e-3
    tight_share: float = 0.1
    enough: float = 2e-4
    cuts: int = 30
    found_share: float = 0.1


GENERATION = GenerationParams()

# Networks of a plan, where only the arithmetic limits them.
ANY_NUMBER = (0, 1_000_000)

# Patients outside the band, where nothing limits them: more than there are.
ANY_PATIENTS = 10**9

# Patients outside the band are counted in so many: a linear program wants its coefficients of one size.
UNIT = 1000.0

# Of reduced costs: what rounding leaves in a program, and in a search.
TINY, NOTHING = 1e-7, 1e-5


class ColumnKind(NamedTuple):
    """Networks within, below or above the band, as exact pricing sees them.

    Attributes
    ----------
    hubs : HubSearch
    known : KnownOfHubs
        What the model of centres says of them, or a search at the same duals: those with what a patient outside the
        band costs in them.
    constant : float
        What reduced costs are raised by for that reason.
    floor : float
        No column of the optimum has a reduced cost below it.
    """

    hubs: HubSearch
    known: KnownOfHubs
    constant: float
    floor: float


class PricedOut(NamedTuple):
    """What the exact pricing that gave the bound has found: its duals, and the least reduced costs by kind and hub."""

    bound: float
    kinds: list[ColumnKind]
    least: list[NDArray[np.float64]]


class ColumnGenerator:
    """The restricted master problem, and its columns so far.

    Parameters
    ----------
    problem : Problem
    store : CandidateStore
        Columns to begin with, each once: a plan, or such that others can be found near them. Those that may be in no
        plan are left out.
    deadline : Deadline
    duals : Duals, optional
        Without cuts, and that should be nearly right; else practices share the costs of their columns by patients.
    possible : ndarray of bool, shape (items, n), optional
        Which items of the model of centres may be in a network of a hub within the band, in a plan that is of interest:
        where none has an exception.
    numbers : tuple of int
        The fewest and the most networks of the plans looked at; what the arithmetic allows is narrower at times.
    exceptions : int
        Networks of a plan that may be outside the band. Columns within, below and above it are priced apart.
    patients_outside : int, optional
        Patients by which they may be outside it together.

    Attributes
    ----------
    counts : tuple of int
        Networks of a plan at least and at most, by arithmetic.
    fewest, many : int
        The same of the plans looked at.
    largest : int
        Registered patients of a network at most.
    bands : list of Band
        Columns that are priced apart: within the band first, where no patient is outside.
    store : CandidateStore
        The columns.
    costs : ndarray of float64, shape (m,)
        Hours per week of each.
    value : float
        The optimum over them.
    covers_all : bool
        Whether every practice is covered at that.
    duals : Duals
        At that: of the practices, of the cuts, and of the side rows, the number of networks first.
    cuts : ndarray of int64, shape (k, 11)
    bound : float
        No plan of so many networks costs less.
    priced_out : PricedOut or None
        The exact pricing that gave the bound.
    discount : float
        What the next exact pricing takes off the duals, hours per week for a patient.
    nodes : int
        After so many it branches on a hub.
    latest : tuple or None
        The duals and the discount of the latest exact pricing, and what it knew.
    """

    def __init__(
        self,
        problem: Problem,
        store: CandidateStore,
        deadline: Deadline,
        duals: Duals | None = None,
        possible: NDArray[np.bool_] | None = None,
        numbers: tuple[int, int] = ANY_NUMBER,
        exceptions: int = 0,
        patients_outside: int | None = None,
    ) -> None:
        self.problem, self.deadline, self.possible = problem, deadline, possible
        self.exceptions, self.patients_outside = exceptions, patients_outside
        # Who may be the hub, whom a network lies around and where patients live is not asked, by exact pricing either.
        none = np.zeros(len(problem.codes), np.bool_)
        self.limits = replace(
            problem.limits,
            may_hub=~none,
            must_hub=none,
            longest_to_hub=math.inf,
            around=NOBODY,
            living=NOWHERE,
        )
        rules, total = problem.data.rules, problem.patients
        self.largest = problem.largest if exceptions else rules.most
        # All but exceptions are within the band, and where it is limited those are so far outside it together.
        outside = 0 if not exceptions else ANY_PATIENTS if patients_outside is None else patients_outside
        fewest = max(-(-total // self.largest), -(-(total - outside) // rules.most))
        self.counts = fewest, min(len(problem.codes), total // rules.least + exceptions)
        self.fewest = max(fewest, numbers[0])
        # Where there is no such plan, whatever is said of them holds.
        self.many = max(self.fewest, min(self.counts[1], numbers[1]))
        least, most = problem.network_sizes(self.fewest, self.many, outside)
        most = min(most, self.largest)
        patients = group_sums(store, problem.data.list_size)
        fits = (patients >= least) & (patients <= most)
        if not exceptions:
            fits &= counts_allowed(store, problem.limits)
        self.store = store.take(np.flatnonzero(fits))
        self.bands = bands(problem, self.fewest, self.many, exceptions, (least, most))
        self.costs = candidate_costs(self.store, problem.data)
        self.mean_cost = math.fsum(self.costs) / max(1, len(self.store))
        self.added_at_once = GENERATION.added * len(problem.codes)
        self.bound = -math.inf
        self.priced_out: PricedOut | None = None
        self.closing = math.inf
        self.cuts = NO_CUTS
        # Without those of cuts, and with as many of side rows: 0 of those that they have not.
        practices = self.shared_costs() if duals is None else duals.practices
        sides = np.append(np.empty(0) if duals is None else duals.sides, np.zeros(3))
        sides = sides[: len(self.sides(self.store))]
        self.duals = Duals(practices, np.empty(0), sides)
        self.discount = GENERATION.discount * self.mean_cost / self.bands[0].costs.most
        self.nodes = GENERATION.nodes
        self.hubs = list[tuple[HubSearch, CentreCosts]]()
        self.latest: tuple[Duals, float, list[ColumnKind]] | None = None
        # A box around those duals, as wide as a share of what a practice costs.
        share = GENERATION.box if duals is None else GENERATION.narrow
        self.box = share * self.mean_cost * len(self.store) / max(1, len(self.store.members)) + TINY
        self.begin()
        self.solve()

    def branch(
        self, numbers: tuple[int, int], exceptions: int = 0, patients_outside: int | None = None
    ) -> ColumnGenerator:
        """Generate from the same columns and duals, without cuts, for plans of so many networks and exceptions."""
        possible = None if exceptions or self.exceptions else self.possible
        few = exceptions, patients_outside
        branch = ColumnGenerator(self.problem, self.store, self.deadline, self.duals, possible, numbers, *few)
        branch.generate()
        return branch

    def shared_costs(self) -> NDArray[np.float64]:
        """Every practice's share by patients in the dearest of its columns."""
        practices, list_size = np.zeros(len(self.problem.codes)), self.problem.data.list_size
        each = np.stack((self.costs, np.maximum(1, group_sums(self.store, list_size))))
        costs, patients = np.repeat(each, np.diff(self.store.offsets), axis=1)
        np.maximum.at(practices, self.store.members, costs * list_size[self.store.members] / patients)
        return practices

    def sides(self, store: CandidateStore) -> tuple[SideRow, ...]:
        """How many networks there may be, how many of them exceptions, and how far those outside, over some columns."""
        rows = [SideRow(np.ones(len(store)), float(self.fewest), float(self.many))]
        if self.exceptions:
            exceptions, outside = exceptional(self.problem, store)
            rows.append(SideRow(exceptions.astype(np.float64), -math.inf, float(self.exceptions)))
            if self.patients_outside is not None:
                rows.append(SideRow(outside / UNIT, -math.inf, self.patients_outside / UNIT))
        return tuple(rows)

    def sides_beyond_arithmetic(self, store: CandidateStore) -> tuple[SideRow, ...]:
        """The same, without how many networks there may be where that follows from their sizes."""
        rows = self.sides(store)
        return rows[1:] if (self.fewest, self.many) == self.counts else rows

    def rows(self, store: CandidateStore) -> tuple[SideRow, ...]:
        """The same, and that all networks together have all patients, of which the dual is shared by practices.

        All plans do, but the duals of practices are kept in a box, and this one is not: with as many networks as there
        may be, what a patient costs more they cost less, and next to nothing says where that ends.
        """
        patients = group_sums(store, self.problem.data.list_size) / self.largest
        total = self.problem.patients / self.largest
        return (*self.sides(store), SideRow(patients, total, total))

    def side_duals(self, duals: Duals) -> tuple[float, float, float]:
        """The duals of a network, of an exception besides, and of a patient outside the band; 0 without such a row."""
        network, exception, patient = (*duals.sides.tolist(), 0.0, 0.0)[:3]
        return network, exception, patient / UNIT

    def begin(self) -> None:
        """Make the linear program of the columns and the cuts that count, around the present duals."""
        self.known = {tuple(self.store[j].tolist()) for j in range(len(self.store))}
        self.cuts = self.cuts[self.duals.cuts < 0]
        rows, practices = self.rows(self.store), len(self.problem.codes)
        # Side rows are few, and what they are worth is not known beforehand.
        box = np.full(practices + len(rows), GENERATION.widest * self.mean_cost)
        box[:practices] = self.box
        self.program = LinearProgram(practices, rows, box, self.duals)
        self.program.add_columns(self.store, self.costs, rows)
        self.program.add_cuts(self.cuts)

    def widen(self) -> None:
        """Generate in a wider box around the present duals."""
        self.box *= GENERATION.wider
        self.begin()
        self.solve()
        self.generate()

    def cover(self) -> None:
        """Generate in wider and wider boxes, until every practice is covered at the optimum."""
        while self.is_boxed and not self.deadline.passed:
            self.widen()

    def solve(self, *, dual_simplex: bool = False) -> None:
        """The optimum over the columns."""
        try:
            answer = self.program.solve(dual_simplex=dual_simplex)
        except NoOptimumError:
            # A column of so low a reduced cost by the duals around which the box is laid leaves no optimum.
            self.program.set_artificial_cost(GENERATION.widest * self.mean_cost, around_zero=True)
            answer = self.program.solve()
        self.value, self.covers_all = answer.value, answer.missing <= TINY * len(answer.short)
        *sides, patient = answer.duals.sides
        practices = answer.duals.practices + patient * self.problem.data.list_size / self.largest
        self.duals = Duals(practices, answer.duals.cuts, np.array(sides))
        self.values, self.chosen = answer.chosen, np.flatnonzero(answer.chosen > TINY)

    def reduced_costs(self, store: CandidateStore, costs: NDArray[np.float64]) -> NDArray[np.float64]:
        """The reduced costs of some columns."""
        return self.duals.price(store, costs, self.cuts, self.sides(store))

    def priced_cuts(self, duals: Duals) -> PricedCuts:
        """The cuts that count."""
        return PricedCuts.of(self.cuts, duals.cuts, len(duals.practices))

    def permitted(self, store: CandidateStore, limits: Limits | None = None) -> CandidateStore:
        """The columns that keep the demands on a network, whoever is its hub; or those of some limits."""
        kept = allowed(store, self.limits if limits is None else limits)
        if not self.exceptions:
            kept &= counts_allowed(store, self.limits)
        return store.take(np.flatnonzero(kept))

    def add(self, store: CandidateStore) -> int:
        """Add columns of negative reduced cost that are not known, the least first; how many those are."""
        costs = candidate_costs(store, self.problem.data)
        reduced = self.reduced_costs(store, costs)
        sharing = np.zeros(len(self.duals.practices), np.int64)
        fresh: list[int] = []
        for j in np.argsort(reduced, kind="stable").tolist():
            if reduced[j] >= -TINY or len(fresh) == self.added_at_once:
                break
            members = store[j]
            column = tuple(members.tolist())
            if sharing[members].max() < GENERATION.sharing and column not in self.known:
                sharing[members] += 1
                self.known.add(column)
                fresh.append(j)
        if not fresh:
            return 0
        some = store.take(np.array(fresh))
        self.store, self.costs = self.store.joined(some), np.concatenate((self.costs, costs[fresh]))
        if len(self.store) > GENERATION.columns:
            reduced = self.reduced_costs(self.store, self.costs)
            kept = np.union1d(np.argsort(reduced, kind="stable")[: GENERATION.fewer_columns], self.chosen)
            self.store, self.costs = self.store.take(kept), self.costs[kept]
            self.begin()
        else:
            self.program.add_columns(some, costs[fresh], self.rows(some))
        return len(fresh)

    def generate(self) -> None:
        """Add columns by heuristic pricing until it finds next to none, or time is up."""
        steady, limit = self.duals, GENERATION.first_found * len(self.duals.practices)
        before = math.inf
        for turn in range(GENERATION.turns):
            if self.deadline.passed:
                return
            if turn % 3 == 0:
                if before - self.value < GENERATION.still * abs(self.value):
                    if limit >= GENERATION.found:
                        return
                    limit *= 2
                before = self.value
            steady = _smoothed(steady, self.duals) if turn % 3 else self.duals
            added = self.add(self.columns_near(steady, GENERATION.near_zero * self.mean_cost, limit))
            if added:
                self.solve()
            if added < self.added_at_once // 20 and limit < GENERATION.found:
                limit *= 2
            elif not added and turn % 3 == 0:
                return

    def columns_near(self, duals: Duals, within: float, limit: int) -> CandidateStore:
        """Columns of low reduced cost by some duals, by heuristic pricing near those at hand."""
        reduced = duals.price(self.store, self.costs, self.cuts, self.sides(self.store))
        start = np.union1d(np.argsort(reduced, kind="stable")[: GENERATION.starts], self.chosen)
        some, cuts = self.store.take(start), self.priced_cuts(duals)
        network, exception, patient = self.side_duals(duals)
        found = some
        for band in self.bands:
            practices, constant = band.duals(duals.practices, patient)
            reach = within + network + (exception if band.sign else 0.0) + constant
            more = price_heuristically(band.costs, some, practices, reach, limit, self.deadline, cuts)
            # Each has what it was found from, too.
            found = found.joined(more.take(np.arange(len(some), len(more))))
        return self.permitted(found)

    def tighten(self, most: int) -> bool:
        """Add the cuts that are broken most, and generate; whether there are any."""
        found = violated_cuts(self.store.take(self.chosen), self.values[self.chosen], most=most)
        if not len(found):
            return False
        self.program.add_cuts(found)
        self.cuts = self.program.cuts
        self.solve(dual_simplex=True)
        self.generate()
        return True

    def centres(self, costs: SeparableCosts) -> CentreCosts:
        """The model of centres of so many networks of such a size, whoever may be the hub."""
        problem = replace(self.problem, limits=self.limits)
        model = CentreCosts.of(problem, costs.least, costs.most, None, self.possible)
        return replace(model, fewest=self.fewest, many=self.many)

    def fix_by_reduced_cost(self, cost: float) -> None:
        """Leave out the practices of hubs that no plan below a cost has, once there are exact prices."""
        if self.priced_out is None or self.exceptions or cost <= self.priced_out.bound:
            return
        duals, least = self.priced_out.kinds[0].known.duals, self.priced_out.least[0]
        before = self.hubs[0][1]
        fixed = fix_by_reduced_cost(before, duals, least, cost - self.priced_out.bound)
        if fixed.assigned < before.assigned * GENERATION.fixed:
            # Staff's travel costs more where fewer practices are in reach.
            self.possible = np.isfinite(fixed.hours)
            self.hubs[0] = self.hubs[0][0], self.centres(self.bands[0].costs)

    def kinds(self) -> list[ColumnKind]:
        """Networks within, below and above the band, at duals less the discount."""
        if not self.hubs:
            self.hubs += [(HubSearch.of(band.costs), self.centres(band.costs)) for band in self.bands]
        if self.latest is not None and self.latest[0] is self.duals and self.latest[1] == self.discount:
            return self.latest[2]
        # What is taken off by the patient costs as much for few networks as for many; the least reduced cost of a hub
        # would count as often as there may be networks.
        practices = self.duals.practices - self.discount * self.problem.data.list_size
        network, exception, patient = self.side_duals(self.duals)
        cuts, kinds = self.priced_cuts(self.duals), list[ColumnKind]()
        for band, (hubs, centres) in zip(self.bands, self.hubs, strict=True):
            duals, constant = band.duals(practices, patient)
            floor = network + (exception if band.sign else 0.0)
            # What the model of centres says is more at times than searches do.
            floors = np.full(len(duals), floor + constant + 2 * NOTHING)
            known = known_of_hubs(centres, duals, floors, cuts, GENERATION.effort)
            known = known._replace(least=known.least - NOTHING)
            kinds.append(ColumnKind(hubs, known, constant, floor))
        self.latest = self.duals, self.discount, kinds
        return kinds

    def price_exactly(self, workers: int) -> None:
        """Price exactly once: columns to add, and a bound."""
        kinds = self.kinds()
        base = math.fsum(kinds[0].known.duals) + math.fsum(self.duals.cuts * cut_limits(self.cuts))
        *_, patient = self.side_duals(self.duals)
        base += patient * (self.patients_outside or 0)
        # Until a kind is priced none of it is taken to cost less than the floor.
        floor_outside = min((kind.floor for kind in kinds[1:]), default=math.inf)
        least_outside = np.full(len(self.problem.codes), floor_outside)
        priced = list[PricedHubs]()
        for k, kind in enumerate(kinds):
            floor = kind.floor + kind.constant
            # There are few networks outside the band: what is left open of them costs a bound little.
            nodes = self.nodes // GENERATION.fewer_nodes if k else self.nodes
            found = price_exactly(kind.hubs, kind.known, floor, nodes, self.deadline, workers)
            priced.append(found)
            if np.isneginf(found.least).any():
                # A hub that time ran out before may cost anything.
                hubs_add = -math.inf
                break
            if k:
                least_outside = np.minimum(least_outside, found.least - kind.constant)
            # Should it be priced at the same duals again, only what was given up is searched.
            least = np.maximum(kind.known.least, found.least)
            kinds[k] = kind._replace(known=kind.known._replace(least=least))
            hubs_add, *_ = cheapest_of_two_kinds(
                priced[0].least, least_outside, self.fewest, self.many, self.exceptions
            )
            # Those outside the band only lower it.
            if base + hubs_add <= self.bound:
                break
        else:
            self.bound = base + hubs_add
            self.priced_out = PricedOut(self.bound, kinds, [each.least for each in priced])
        # Beyond the discount; and what the relaxation comes down to by the columns found is none of it.
        lost = self.value - self.discount * self.problem.patients - base - hubs_add
        given_up = sum(each.given_up for each in priced)
        columns = reduce(CandidateStore.joined, (each.found for each in priced))
        before, added = self.value, self.add(self.permitted(columns))
        if added:
            self.solve()
            self.generate()
        if lost < self.discount * self.problem.patients or not (added or given_up):
            # What is left of the duals is proven, or nearly, or as far as separable costs go.
            self.discount /= 2
        elif given_up and before - self.value < GENERATION.found_share * lost:
            # More is lost by hubs given up than by columns that were missing.
            self.nodes *= 4
        else:
            self.nodes = max(GENERATION.nodes, self.nodes // 4)

    def columns_within(
        self, cost: float, deadline: Deadline, workers: int, most: int
    ) -> CandidateStore | None:
        """Every column that a plan below a cost may have; None where they take too long, or are more than ``most``.

        All other networks of its plan cost what the bound says at least, so that a column's reduced cost is above the
        least of its hub by no more than the gap.

        Parameters
        ----------
        cost : float
            Hours per week.
        deadline : Deadline
        workers : int
            Threads.
        most : int
        """
        assert self.priced_out is not None  # noqa: S101 (the caller has looked)
        gap = cost - self.priced_out.bound + NOTHING * self.many
        found = list[CandidateStore]()
        for kind, least in zip(self.priced_out.kinds, self.priced_out.least, strict=True):
            # A hub without any column has no least.
            floors = np.where(np.isfinite(least), least + gap, -math.inf)
            before = kind.known
            known = known_of_hubs(
                before.centres, before.duals, floors, before.below_cuts.cuts, GENERATION.effort
            )
            each = columns_below(kind.hubs, known, floors, GENERATION.listing_nodes, deadline, workers, most)
            if each is None:
                return None
            most -= len(each)
            found.append(each)
        return self.permitted(reduce(CandidateStore.joined, found), self.problem.limits)

    @property
    def is_boxed(self) -> bool:
        """Whether duals want out of their box."""
        return not self.covers_all and self.box < GENERATION.widest * self.mean_cost

    def advance(self, workers: int, cost: float) -> bool:
        """Price exactly once; or where the bound is near the relaxation widen the box, or cut; whether there was need.

        Parameters
        ----------
        workers : int
            Threads.
        cost : float
            Of a plan, hours per week.
        """
        # Hours per week for a patient that are of no interest.
        little = GENERATION.enough * self.mean_cost / self.bands[0].costs.most
        # Near the relaxation, or at least much nearer than the cost of a plan is.
        room = max(GENERATION.tight * self.value, GENERATION.tight_share * (cost - self.value))
        tight = math.isfinite(self.bound) and self.value - self.bound <= room
        ended = self.nodes > GENERATION.most_nodes or self.discount < little / 8
        if tight or ended:
            # All that duals in this box can say is proven, or as much as can be.
            boxed = self.is_boxed
            if boxed:
                self.widen()
            if boxed or self.tighten(GENERATION.cuts):
                self.nodes, self.discount = GENERATION.nodes, max(self.discount, little)
                return True
        if ended or self.bound >= self.value * (1 - GENERATION.enough):
            return False
        self.price_exactly(workers)
        return True


def _smoothed(steady: Duals, fresh: Duals) -> Duals:
    """What is kept of some duals, and the rest of others; just these where cuts have come or gone."""
    if len(steady.cuts) != len(fresh.cuts):
        return fresh
    kept, rest = GENERATION.smoothing, 1 - GENERATION.smoothing
    pairs = (steady.practices, fresh.practices), (steady.cuts, fresh.cuts), (steady.sides, fresh.sides)
    return Duals(*(kept * old + rest * new for old, new in pairs))
