"""Bound a set partitioning: its linear relaxation over all listed columns, tightened by subset-row cuts.

Columns are priced in from the list, so the restricted masters stay small; the bound is computed from the duals over
the whole list and is safe whatever the solver did (Desaulniers, Desrosiers and Solomon, 2005).

The file is long because there is one pricing loop over a list, `PricedProgram`: what begins and tightens a relaxation
stands around it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.solve.master.linear_program import COLUMN_BYTES, Duals, LinearProgram, NoOptimumError
from netform.solve.master.subset_row_cuts import NO_CUTS, CutPool, violated_cuts
from netform.solve.model.outcome import WarmStart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.model.budget import Deadline
    from netform.solve.model.problem import SetPartitioning

__all__ = [
    "MASTER",
    "PricedProgram",
    "Relaxation",
    "first_columns",
    "least_of",
    "priced",
    "relax",
    "tighten",
]


@dataclass(frozen=True, slots=True)
class MasterParams:
    """How columns are priced in, how far duals may move, and how cuts are added.

    Attributes
    ----------
    most_priced : int
        Columns added in one pricing round.
    first_columns : int
        That a practice brings to the first program.
    pool, pool_columns, most_columns : int
        Columns priced between cut rounds, those that the first program over them has, and that a later one may have.
    sampled : int
        Of a list so many times as long as the pool, as many are priced before the first cuts, too: their duals are
        nearly right.
    sample : int
        Values that are looked at first for each of the least that are wanted.
    dear : float
        Columns whose reduced cost is above this share of the bound before the cuts are left there: a plan so much above
        the bound is of no interest.
    box, narrow, wider : float
        Duals are kept within so many times what a practice costs on the way, near duals that should be nearly right,
        and the dual box is widened by so much as long as it binds
        (`netform.solve.master.linear_program.LinearProgram`).
    most_rows : int
        Above so many rows of cuts a program is built anew without those that no longer bind: they slow it down more
        than the loss of the last basis.
    least_rise : float
        Cut rounds end when a round raises the bound by less than this share of it.
    most_rounds, cuts_per_round : int
        Or after so many, and so many cuts are added in each, at most.
    """

    most_priced: int = 1500
    first_columns: int = 8
    pool: int = 40_000
    pool_columns: int = 2_000
    most_columns: int = 4_000
    sampled: int = 100
    sample: int = 20
    dear: float = 0.005
    box: float = 5.0
    narrow: float = 0.5
    wider: float = 8.0
    most_rows: int = 400
    least_rise: float = 1e-5
    most_rounds: int = 8
    cuts_per_round: int = 150


MASTER = MasterParams()

# Of what is left to artificial columns, and of a column that is chosen whole: what rounding leaves.
TINY = WHOLE = 1e-6

# Pricing ends when what the least reduced cost could still take off the bound is below this share of it.
PRICED = 1e-7


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The relaxation at its optimum, or as far as time allowed.

    Attributes
    ----------
    bound : float
        No plan costs less; infinite when no plan exists at all.
    column_bounds : ndarray of float64, shape (m,)
        No plan that uses column j costs less than ``column_bounds[j]``: the bound plus its reduced cost, the best
        over all duals so far.
    duals : Duals
        Those behind the bound.
    cuts : ndarray of int64, shape (k, 11)
        The cuts that the duals price.
    columns : ndarray of int64
        Those in the restricted master.
    values : ndarray of float64
        How much of each of them is chosen.
    missing : float
        How much is left to artificial columns.
    program : PricedProgram
        The program whose optimum it is, to go on with.
    """

    bound: float
    column_bounds: NDArray[np.float64]
    duals: Duals
    cuts: CutPool
    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    missing: float
    program: PricedProgram = field(repr=False, compare=False)

    @property
    def integral(self) -> bool:
        """Whether the optimum of the relaxation is itself a plan."""
        return self.missing < TINY and bool(np.all((self.values < WHOLE) | (self.values > 1 - WHOLE)))

    @property
    def chosen(self) -> NDArray[np.int64]:
        """The columns of an integral relaxation, ascending."""
        return np.sort(self.columns[self.values > 0.5])

    @property
    def learnt(self) -> WarmStart:
        """What the next question over the same columns may start from."""
        return WarmStart(self.column_bounds, self.columns, self.cuts, self.duals)


def relax(
    partitioning: SetPartitioning,
    deadline: Deadline,
    warm: NDArray[np.int64] | None = None,
    cuts: CutPool = NO_CUTS,
    around: Duals | None = None,
    enough: float = math.inf,
    near: NDArray[np.float64] | None = None,
) -> Relaxation:
    """The linear relaxation, plain unless cuts are known; ``bound`` is infinite when it proves that no plan exists.

    Parameters
    ----------
    partitioning : SetPartitioning
    deadline : Deadline
    warm : ndarray of int64, optional
        Columns that the first program has besides the cheapest.
    cuts : ndarray of int64, shape (k, 11)
        Cuts of an earlier solution.
    around : Duals, optional
        Those of an earlier solution, if they should be nearly right.
    enough : float
        It ends as soon as the bound is as high.
    near : ndarray of float64, shape (m,), optional
        Of many columns those with the least of these are priced first.
    """
    columns = first_columns(partitioning.store, partitioning.costs)
    if warm is not None:
        columns = np.union1d(columns, warm)
    wide = MASTER.box if around is None or near is not None else MASTER.narrow
    program = PricedProgram(partitioning, columns, cuts, around, wide)
    listed = len(partitioning.store)
    if near is not None and listed > MASTER.pool:
        program.price_out(least_of(near, MASTER.pool), deadline)
    elif listed > MASTER.sampled * MASTER.pool:
        program.price_out(np.arange(0, listed, listed // MASTER.pool), deadline)
    program.price_out(None, deadline, enough)
    relaxation = program.relaxation()
    short = program.bound < enough and program.answer.missing > TINY and program.complete
    if short and _proven_empty(partitioning, columns, deadline):
        return replace(relaxation, bound=math.inf)
    return relaxation


def tighten(
    partitioning: SetPartitioning,
    relaxation: Relaxation,
    deadline: Deadline,
    warm: CutPool = NO_CUTS,
    rounds: int = MASTER.most_rounds,
    most_cuts: int = MASTER.cuts_per_round,
) -> Relaxation:
    """Add cuts in rounds until they no longer pay.

    The rounds price a pool of the columns nearest to the optimum; the whole list is priced once they end.

    Parameters
    ----------
    partitioning : SetPartitioning
    relaxation : Relaxation
    deadline : Deadline
    warm : ndarray of int64, shape (k, 11)
        Cuts to begin with.
    rounds : int
        Of new cuts, at most.
    most_cuts : int
        In a round.
    """
    if relaxation.integral or math.isinf(relaxation.bound):
        return relaxation
    pool = least_of(relaxation.column_bounds, MASTER.pool) if len(partitioning.store) > MASTER.pool else None
    # The whole list agrees on these, so the next should not be far: duals of a pool alone may wander off.
    agreed = relaxation.duals
    program = relaxation.program
    if program.worn(partitioning) or len(warm):
        cuts = np.unique(np.concatenate((relaxation.cuts, warm)), axis=0)
        program = _restarted(partitioning, relaxation, cuts, agreed)
        program.price_out(pool, deadline)
    value = program.answer.value
    for _ in range(rounds):
        found = program.violated(most_cuts)
        if not len(found) or deadline.passed:
            break
        if program.worn(partitioning, len(found)):
            relaxation = program.relaxation()
            program = _restarted(partitioning, relaxation, relaxation.cuts, agreed)
        program.add_cuts(found)
        program.price_out(pool, deadline)
        rise, value = program.answer.value - value, program.answer.value
        if rise < MASTER.least_rise * abs(value):
            break
    program.price_out(None, deadline)
    return program.relaxation()


def _restarted(
    partitioning: SetPartitioning, relaxation: Relaxation, cuts: CutPool, around: Duals
) -> PricedProgram:
    """The program of a relaxation with few columns: those it chose and those nearest to its optimum."""
    columns = relaxation.columns
    if len(columns) > MASTER.pool_columns:
        near = least_of(relaxation.column_bounds, MASTER.pool_columns)
        columns = np.union1d(near, columns[relaxation.values > 0])
    program = PricedProgram(partitioning, columns, cuts, around)
    # What it raises holds for the relaxation as well: a copy of a long list would be one too many.
    program.bound, program.column_bounds = relaxation.bound, relaxation.column_bounds
    return program


def least_of(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Where so many of the least values stand, ascending; of many values nothing else as long is made.

    Parameters
    ----------
    values : ndarray of float64, shape (m,)
    count : int
    """
    if count >= len(values):
        return np.arange(len(values))
    # A sample says below which value somewhat more of them are.
    sample = values[:: max(1, len(values) // (MASTER.sample * count + 1))]
    rank = min(len(sample) - 1, 2 * count * len(sample) // len(values) + MASTER.sample)
    some = np.flatnonzero(values <= np.partition(sample, rank)[rank])
    if len(some) < count:
        some = np.arange(len(values))
    return np.sort(some[np.argpartition(values[some], count - 1)[:count]])


def priced(some: SetPartitioning, warm: WarmStart) -> tuple[NDArray[np.float64], float]:
    """Reduced costs of some columns, and what a plan of them costs at least besides those above zero."""
    reduced = warm.duals.price(some.store, some.costs, warm.cuts, some.sides)
    # Rounding may leave a reduced cost just below zero: the others of a plan may each have one.
    slack = some.most_networks * min(0.0, float(reduced.min(initial=0.0)))
    return reduced, warm.duals.dual_objective(warm.cuts, some.sides) + slack


class PricedProgram:
    """A linear program whose columns are priced in from the list, and the best that its duals have proven.

    Parameters
    ----------
    partitioning : SetPartitioning
        The list.
    columns : ndarray of int64
        Those to begin with.
    cuts : ndarray of int64, shape (k, 11)
    around : Duals, optional
        The centre of the dual box, instead of zero.
    wide : float
        Half the width of the box at first, in times of what a practice costs.
    """

    partitioning: SetPartitioning
    columns: NDArray[np.int64]
    inside: NDArray[np.bool_]
    bound: float
    column_bounds: NDArray[np.float64]

    def __init__(
        self,
        partitioning: SetPartitioning,
        columns: NDArray[np.int64],
        cuts: CutPool = NO_CUTS,
        around: Duals | None = None,
        wide: float = MASTER.box,
    ) -> None:
        self.move(partitioning, np.empty(0, np.int64))
        box, self.widest = _artificial_cost(partitioning, columns, wide), _dearest(partitioning)
        self.program = LinearProgram(partitioning.store.practices, partitioning.sides, box, around)
        self.complete = False
        self.program.add_cuts(cuts)
        self.add_columns(columns)
        self.solve()

    def solve(self, *, dual_simplex: bool = False) -> None:
        """The optimum over the columns; where duals kept around others leave none, they are kept around zero."""
        try:
            self.answer = self.program.solve(dual_simplex=dual_simplex)
        except NoOptimumError:
            if not self.program.around.any():
                raise
            box = _artificial_cost(self.partitioning, self.columns, MASTER.box)
            self.program.set_artificial_cost(box, around_zero=True)
            self.answer = self.program.solve()

    def add_columns(self, fresh: NDArray[np.int64]) -> None:
        """Add columns of the list."""
        chosen = self.partitioning.take(fresh)
        self.program.add_columns(chosen.store, chosen.costs, chosen.sides)
        self.columns = np.concatenate((self.columns, fresh))
        self.inside[fresh] = True

    def add_cuts(self, cuts: CutPool) -> None:
        """Add a round of cuts."""
        self.program.add_cuts(cuts)
        self.solve(dual_simplex=True)

    def worn(self, partitioning: SetPartitioning, more: int = 0) -> bool:
        """Whether a new program would be quicker than this with more cuts, or this is one over another list."""
        idle = bool((self.answer.duals.cuts == 0).any())
        dragging = idle and len(self.program.cuts) + more > MASTER.most_rows
        return self.partitioning is not partitioning or len(self.columns) > MASTER.most_columns or dragging

    def violated(self, most: int) -> CutPool:
        """Cuts that the present optimum breaks."""
        chosen = self.answer.chosen > 1e-7
        store = self.partitioning.store.take(self.columns[chosen])
        return violated_cuts(store, self.answer.chosen[chosen], most=most)

    def price_out(self, pool: NDArray[np.int64] | None, deadline: Deadline, enough: float = math.inf) -> None:
        """Add columns of negative reduced cost until none is left in the pool (None: the whole list).

        Parameters
        ----------
        pool : ndarray of int64 or None
        deadline : Deadline
        enough : float
            A bound for the whole list that ends it.
        """
        partitioning = self.partitioning if pool is None else self.partitioning.take(pool)
        while True:
            duals = self.answer.duals
            # Of a pool only those below zero are wanted.
            dear = MASTER.dear * abs(self.answer.value) if pool is None else 0.0
            reduced = duals.price(
                partitioning.store, partitioning.costs, self.program.cuts, partitioning.sides, dear
            )
            least = min(0.0, float(reduced.min(initial=0.0)))
            slack = partitioning.most_networks * least
            if pool is None:
                floor = duals.dual_objective(self.program.cuts, partitioning.sides) + slack
                self.bound = max(self.bound, floor)
                # The other networks of a plan may each have the least reduced cost, the column has its own.
                _raise_bounds(self.column_bounds, reduced, floor - least)
            left = self.partitioning.memory.most(COLUMN_BYTES) - len(self.columns)
            inside = self.inside if pool is None else self.inside[pool]
            self.complete = slack >= -PRICED * abs(self.answer.value)
            fresh = np.flatnonzero((reduced < 0) & ~inside)
            if deadline.passed or self.bound >= enough or left <= 0:
                return
            if self.complete or not len(fresh):
                box = self.program.box
                if self.answer.missing <= TINY or (box >= self.widest).all():
                    return
                # Every row gets a wider one: of a single row, what is missing goes to its neighbours, one by one.
                self.program.set_artificial_cost(np.minimum(MASTER.wider * box, self.widest))
                self.solve()
                continue
            joining = min(MASTER.most_priced, left)
            fresh = fresh[least_of(reduced[fresh], joining)]
            self.add_columns(fresh if pool is None else pool[fresh])
            self.solve()

    def move(self, partitioning: SetPartitioning, columns: NDArray[np.int64]) -> None:
        """Go on with another list that its columns are in, too; nothing is proven of that yet.

        Parameters
        ----------
        partitioning : SetPartitioning
        columns : ndarray of int64
            Where each column stands in it.
        """
        self.partitioning, self.columns = partitioning, columns
        self.inside = np.zeros(len(partitioning.store), np.bool_)
        self.inside[columns] = True
        self.bound, self.column_bounds = -math.inf, np.full(len(partitioning.store), -math.inf)

    def relaxation(self) -> Relaxation:
        """Its optimum, and what it has proven."""
        duals = self.answer.duals
        live = duals.cuts < 0
        duals, cuts = replace(duals, cuts=duals.cuts[live]), self.program.cuts[live]
        values, missing = self.answer.chosen, self.answer.missing
        return Relaxation(self.bound, self.column_bounds, duals, cuts, self.columns, values, missing, self)


def _dearest(partitioning: SetPartitioning) -> float:
    """Hours per week for leaving a practice uncovered that are more than any plan costs."""
    return 4.0 * partitioning.most_networks * float(partitioning.costs.max(initial=0.0)) + 1.0


def _artificial_cost(partitioning: SetPartitioning, columns: NDArray[np.int64], times: float) -> float:
    """Hours per week for leaving a practice uncovered: a few times what some columns take to cover one."""
    some = partitioning.take(columns)
    each = float(np.mean(some.costs / np.diff(some.store.offsets))) if len(columns) else 0.0
    return min(times * each, _dearest(partitioning)) if each > 0 else _dearest(partitioning)


def _proven_empty(partitioning: SetPartitioning, columns: NDArray[np.int64], deadline: Deadline) -> bool:
    """Whether the least that must stay uncovered, fractions allowed, is above zero by a safe bound."""
    free = replace(partitioning, costs=np.zeros(len(partitioning.store)))
    program = PricedProgram(free, columns)
    program.price_out(None, deadline)
    return bool(program.bound > TINY)


def first_columns(store: CandidateStore, costs: NDArray[np.float64]) -> NDArray[np.int64]:
    """For every practice its cheapest columns: enough for a first program."""
    chosen = _cheapest(store.offsets, store.members, costs, store.practices, MASTER.first_columns)
    return np.unique(chosen[chosen >= 0])


@nb.njit(cache=True, nogil=True)
def _raise_bounds(column_bounds, reduced, floor):  # type: ignore[no-untyped-def]
    """Raise bounds in place to a floor plus reduced costs: of a long list nothing else as long is made."""
    for j in range(len(reduced)):
        column_bounds[j] = max(column_bounds[j], floor + reduced[j])


@nb.njit(cache=True, nogil=True)
def _cheapest(offsets, members, costs, n, count):  # type: ignore[no-untyped-def]
    chosen = np.full((n, count), -1, np.int64)
    cost = np.full((n, count), np.inf)
    for j in range(len(costs)):
        c = costs[j]
        for k in range(offsets[j], offsets[j + 1]):
            v = members[k]
            if c >= cost[v, count - 1]:
                continue
            place = count - 1
            while place > 0 and cost[v, place - 1] > c:
                cost[v, place] = cost[v, place - 1]
                chosen[v, place] = chosen[v, place - 1]
                place -= 1
            cost[v, place] = c
            chosen[v, place] = j
    return chosen
