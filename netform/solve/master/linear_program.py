"""The restricted master: a linear program over some columns, kept warm between changes.

Each change (columns priced in, cuts added) goes to the solver as an update, and it goes on from the last basis:
five to fifteen times quicker than from nothing. The models are handed to MathOpt
as messages, because its modelling layer costs more here than the solve. GLOP solves them; should it end in any
state but optimal, the program is built anew for GLOP, then for HiGHS. No bound rests on a solver's word: `Duals`
gives a bound that holds whatever the numbers are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from ortools.glop import parameters_pb2
from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2, model_update_pb2, result_pb2
from ortools.math_opt.core.python import solver as mathopt_solver
from ortools.math_opt.python import mathopt
from pybind11_abseil.status import StatusNotOk

from netform.candidates.store import CandidateStore
from netform.errors import RulesError
from netform.solve.master.subset_row_cuts import NO_CUTS, CutPool, cut_coefficients, cut_limits, reduced_costs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.solve.model.problem import SideRow

__all__ = ["COLUMN_BYTES", "Duals", "LinearAnswer", "LinearProgram", "NoOptimumError"]

NO_OPTIMUM = (
    "these rules make costs that are too far apart to reckon with: no solver reached an optimum. Bring weights and "
    "rates nearer to one another, and nearer to those that come with netform."
)

# Rows, columns and coefficients of a matrix, as many of each.
Entries = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]

# What a column of some nine practices takes in the messages, in GLOP and in its factors: 1,400 bytes were measured.
COLUMN_BYTES = 2_000

# A warm solve that takes more is given up for a fresh one, and that for another solver; most take some hundred, but now
# and then the last basis leads round in circles.
MOST_PIVOTS, MOST_FRESH_PIVOTS = 20_000, 200_000

# Coefficients are small whole numbers, but for hours in a side row: scaled, the same programs took 2.5 times as long.
GLOP = parameters_pb2.GlopParameters(use_scaling=False)


@dataclass(frozen=True, slots=True)
class Duals:
    """The duals, prices of the rows: of covering a practice, of each cut (never positive), of each side row.

    Attributes
    ----------
    practices : ndarray of float64, shape (n,)
    cuts : ndarray of float64, shape (k,)
    sides : ndarray of float64
    """

    practices: NDArray[np.float64]
    cuts: NDArray[np.float64]
    sides: NDArray[np.float64]

    def dual_objective(self, cuts: CutPool, sides: Sequence[SideRow]) -> float:
        """The limits of the rows at their duals, added up: the bound when no reduced cost is negative."""
        total = math.fsum(self.practices) + math.fsum(self.cuts * cut_limits(cuts))
        for dual, side in zip(self.sides, sides, strict=True):
            total += dual * (side.least if dual > 0 else side.most) if dual else 0.0
        return total

    def price(
        self,
        store: CandidateStore,
        costs: NDArray[np.float64],
        cuts: CutPool,
        sides: Sequence[SideRow],
        enough: float = math.inf,
    ) -> NDArray[np.float64]:
        """The reduced cost of every column.

        Parameters
        ----------
        store : CandidateStore
        costs : ndarray of float64, shape (m,)
        cuts : ndarray of int64, shape (k, 11)
        sides : sequence of SideRow
        enough : float
            Where a reduced cost is above this before all the cuts, which only raise it, it is left there.
        """
        for dual, side in zip(self.sides, sides, strict=True):
            if dual:
                costs = costs - dual * side.coefficients
        return reduced_costs(store, costs, self.practices, cuts, self.cuts, enough)


@dataclass(frozen=True, slots=True)
class LinearAnswer:
    """The optimum of a linear program over its columns.

    Attributes
    ----------
    value : float
        Objective.
    chosen : ndarray of float64, shape (columns,)
        How much of each column.
    short : ndarray of float64, shape (n + sides,)
        How much of each practice and side row is left to artificial columns.
    duals : Duals
    """

    value: float
    chosen: NDArray[np.float64]
    short: NDArray[np.float64]
    duals: Duals

    @property
    def missing(self) -> float:
        """How much is left to artificial columns; 0 when the rows can be met."""
        return float(self.short.sum())


class NoOptimumError(RulesError, ArithmeticError):
    """No linear solver reached an optimum: costs are too far apart to be reckoned with."""


class LinearProgram:
    """Cover every practice once at least cost, fractions allowed, over columns and cuts that are added.

    Rows are numbered: practices, side rows, then cuts. Columns: the artificial ones first (one that adds to each
    practice and side row, then one that takes from each), then the others in the order they were added.

    The artificial columns keep every dual within their cost, either way: the dual box. Among the many optimal duals
    that an optimum has, those within a box are so much nearer to what all columns agree on that pricing ends in a few
    rounds rather than in dozens; and no bound rests on the box (`Duals`).

    Parameters
    ----------
    practices : int
    sides : sequence of SideRow
        Their coefficients are not read here: `add_columns` is given those of the columns it adds.
    artificial_cost : float, or ndarray of float64, shape (n + sides,)
        Hours per week for leaving a practice uncovered, or covering it once too often; and so for each side row.
    around : Duals, optional
        The centre of the dual box, instead of zero.
    """

    def __init__(
        self,
        practices: int,
        sides: Sequence[SideRow],
        artificial_cost: float | NDArray[np.float64],
        around: Duals | None = None,
    ) -> None:
        self._practices = practices
        self._sides = tuple(sides)
        self._artificial = 2 * (practices + len(sides))
        self._store = CandidateStore(np.zeros(1, np.int64), np.empty(0, np.uint16), practices)
        self._costs = np.empty(0)
        self._side_coefficients = np.empty((len(sides), 0))
        self.cuts: CutPool = NO_CUTS
        self.box = np.zeros(practices + len(sides)) + artificial_cost
        self.around = np.zeros(practices + len(sides))
        if around is not None:
            self.around[:practices] = around.practices
            self.around[practices : practices + len(around.sides)] = around.sides
        self._solver: Any = None

    def add_columns(
        self, store: CandidateStore, costs: NDArray[np.float64], sides: Sequence[SideRow] = ()
    ) -> None:
        """Append columns; ``sides`` are the side rows over just these."""
        first = self._artificial + len(self._store)
        coefficients = np.array([side.coefficients for side in sides]).reshape(len(self._sides), len(store))
        if self._solver is not None:
            update = model_update_pb2.ModelUpdateProto()
            ids = list(range(first, first + len(store)))
            _fill_variables(update.new_variables, ids)
            update.objective_updates.linear_coefficients.ids.extend(ids)
            update.objective_updates.linear_coefficients.values.extend(costs.tolist())
            added = _entries(store, coefficients, self.cuts, first)
            _fill_matrix(update.linear_constraint_matrix_updates, *added)
            self._apply(update)
        self._store = self._store.joined(store)
        self._costs = np.concatenate((self._costs, costs))
        self._side_coefficients = np.concatenate((self._side_coefficients, coefficients), axis=1)

    def add_cuts(self, cuts: CutPool) -> None:
        """Append subset-row cuts."""
        first = self._practices + len(self._sides) + len(self.cuts)
        if self._solver is not None:
            update = model_update_pb2.ModelUpdateProto()
            rows = update.new_linear_constraints
            rows.ids.extend(range(first, first + len(cuts)))
            rows.lower_bounds.extend([-math.inf] * len(cuts))
            rows.upper_bounds.extend(cut_limits(cuts).tolist())
            cut, column, value = cut_coefficients(self._store, cuts)
            added = (first + cut, self._artificial + column, value)
            _fill_matrix(update.linear_constraint_matrix_updates, *added)
            self._apply(update)
        self.cuts = np.concatenate((self.cuts, cuts))

    def set_artificial_cost(
        self, artificial_cost: float | NDArray[np.float64], *, around_zero: bool = False
    ) -> None:
        """Change the cost of the artificial columns, row by row; 0 of them in an optimum say it was high enough."""
        self.box[:] = artificial_cost
        if around_zero:
            self.around[:] = 0.0
        if self._solver is not None:
            update = model_update_pb2.ModelUpdateProto()
            update.objective_updates.linear_coefficients.ids.extend(range(self._artificial))
            update.objective_updates.linear_coefficients.values.extend(self._artificial_costs().tolist())
            self._apply(update)

    def _artificial_costs(self) -> NDArray[np.float64]:
        """What adding to each row costs, then what taking from it does."""
        return np.concatenate((self.box + self.around, self.box - self.around))

    def solve(self, *, dual_simplex: bool = False) -> LinearAnswer:
        """The optimum over the columns.

        Parameters
        ----------
        dual_simplex : bool
            Go on by the dual method: quicker after cuts, where the last basis stays dual feasible.
        """
        primal, dual = mathopt.LPAlgorithm.PRIMAL_SIMPLEX, mathopt.LPAlgorithm.DUAL_SIMPLEX
        if self._solver is not None:
            result = _run(self._solver, _by_glop(dual if dual_simplex else primal, MOST_PIVOTS))
            if result is not None:
                return self._answer(result)
        for solver, parameters in (
            # From nothing the dual method is the quicker by a third.
            (mathopt.SolverType.GLOP, _by_glop(dual, MOST_FRESH_PIVOTS)),
            (mathopt.SolverType.HIGHS, mathopt.SolveParameters()),
        ):
            fresh = mathopt_solver.new(
                solver.value, self._model(), mathopt.StreamableSolverInitArguments().to_proto()
            )
            result = _run(fresh, parameters)
            if result is not None:
                self._solver = fresh if solver == mathopt.SolverType.GLOP else None
                return self._answer(result)
        raise NoOptimumError(NO_OPTIMUM)

    def _apply(self, update: Any) -> None:
        if not self._solver.update(update):
            self._solver = None

    def _model(self) -> model_pb2.ModelProto:
        n, s, k = self._practices, len(self._sides), len(self.cuts)
        costs = np.concatenate((self._artificial_costs(), self._costs))
        lower = [1.0] * n + [side.least for side in self._sides] + [-math.inf] * k
        upper = [1.0] * n + [side.most for side in self._sides] + cut_limits(self.cuts).tolist()
        row, column, value = _entries(self._store, self._side_coefficients, self.cuts, self._artificial)
        row = np.concatenate((np.arange(n + s), np.arange(n + s), row))
        column = np.concatenate((np.arange(self._artificial), column))
        value = np.concatenate((np.ones(n + s), -np.ones(n + s), value))
        return _message(costs, lower, upper, (row, column, value))

    def _answer(self, result: Any) -> LinearAnswer:
        solution = result.solutions[0]
        n, s = self._practices, len(self._sides)
        values = np.zeros(self._artificial + len(self._store))
        primal = solution.primal_solution.variable_values
        values[np.array(primal.ids, np.int64)] = primal.values
        dual = np.zeros(n + s + len(self.cuts))
        dual_values = solution.dual_solution.dual_values
        dual[np.array(dual_values.ids, np.int64)] = dual_values.values
        # A sign that the tolerance let slip would make the bound infinite: clipped, the bound stays valid.
        low = [0.0 if math.isinf(side.most) else -math.inf for side in self._sides]
        high = [0.0 if math.isinf(side.least) else math.inf for side in self._sides]
        side_duals = np.clip(dual[n : n + s], low, high)
        duals = Duals(dual[:n].copy(), np.minimum(dual[n + s :], 0.0), side_duals)
        short = values[: self._artificial].reshape(2, n + s).sum(axis=0)
        value = solution.primal_solution.objective_value
        return LinearAnswer(value, values[self._artificial :], short, duals)


def _by_glop(algorithm: mathopt.LPAlgorithm, pivots: int) -> mathopt.SolveParameters:
    # Presolve would throw the last basis away.
    return mathopt.SolveParameters(
        lp_algorithm=algorithm, presolve=mathopt.Emphasis.OFF, iteration_limit=pivots, glop=GLOP
    )


def _run(solver: Any, parameters: mathopt.SolveParameters) -> Any:
    """The result of a solve, or None unless it is optimal."""
    filtered = model_parameters_pb2.ModelSolveParametersProto()
    filtered.variable_values_filter.skip_zero_values = True
    filtered.dual_values_filter.skip_zero_values = True
    filtered.reduced_costs_filter.filter_by_ids = True
    try:
        result = solver.solve(
            parameters.to_proto(), filtered, None, callback_pb2.CallbackRegistrationProto(), None, None
        )
    except StatusNotOk:
        # GLOP says ABNORMAL by an error when the last basis has grown too ill-conditioned to go on from.
        return None
    optimal = result.termination.reason == result_pb2.TERMINATION_REASON_OPTIMAL
    return result if optimal and len(result.solutions) else None


def _entries(
    store: CandidateStore, side_coefficients: NDArray[np.float64], cuts: CutPool, first: int = 0
) -> Entries:
    """Rows, columns and coefficients of some columns, the first of them column ``first``.

    Rows are numbered: practices, side rows, then cuts.
    """
    covers = np.repeat(np.arange(len(store)), np.diff(store.offsets))
    side, side_column = np.nonzero(side_coefficients)
    cut, cut_column, cut_value = cut_coefficients(store, cuts)
    n, s = store.practices, len(side_coefficients)
    row = np.concatenate((store.members.astype(np.int64), n + side, n + s + cut))
    column = first + np.concatenate((covers, side_column, cut_column))
    value = np.concatenate((np.ones(len(covers)), side_coefficients[side, side_column], cut_value))
    return row, column, value


def _message(
    costs: NDArray[np.float64], lower: list[float], upper: list[float], matrix: Entries
) -> model_pb2.ModelProto:
    """A linear program as one message: a call for every coefficient would cost more than many a solve."""
    message, ids = model_pb2.ModelProto(), list(range(len(costs)))
    _fill_variables(message.variables, ids)
    message.objective.linear_coefficients.ids.extend(ids)
    message.objective.linear_coefficients.values.extend(costs.tolist())
    message.linear_constraints.ids.extend(range(len(lower)))
    message.linear_constraints.lower_bounds.extend(lower)
    message.linear_constraints.upper_bounds.extend(upper)
    _fill_matrix(message.linear_constraint_matrix, *matrix)
    return message


def _fill_variables(message: Any, ids: list[int]) -> None:
    message.ids.extend(ids)
    message.lower_bounds.extend([0.0] * len(ids))
    message.upper_bounds.extend([math.inf] * len(ids))
    message.integers.extend([False] * len(ids))


def _fill_matrix(message: Any, row: NDArray[Any], column: NDArray[Any], value: NDArray[Any]) -> None:
    order = np.lexsort((column, row))
    message.row_ids.extend(row[order].tolist())
    message.column_ids.extend(column[order].tolist())
    message.coefficients.extend(value[order].tolist())
