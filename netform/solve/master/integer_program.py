"""The integer program over a few thousand candidates, by HiGHS through MathOpt."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from netform.solve.master.subset_row_cuts import CutPool, cut_coefficients, cut_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.model.problem import SideRow

__all__ = ["IntegerAnswer", "solve_integer"]


@dataclass(frozen=True, slots=True)
class IntegerAnswer:
    """What an integer program over some columns came to.

    Attributes
    ----------
    status : str
        ``optimal``, ``infeasible``, ``feasible`` or ``unknown``.
    chosen : ndarray of int64 or None
        Positions of the chosen columns, ascending.
    bound : float
        What no choice of these columns can beat, as far as the search got.
    """

    status: str
    chosen: NDArray[np.int64] | None
    bound: float


def solve_integer(
    store: CandidateStore,
    costs: NDArray[np.float64],
    cuts: CutPool,
    sides: Sequence[SideRow] = (),
    *,
    cutoff: float = math.inf,
    seconds: float | None = None,
    nodes: int | None = None,
) -> IntegerAnswer:
    """The best choice of whole columns that covers every practice once.

    Parameters
    ----------
    store : CandidateStore
        The columns.
    costs : ndarray of float64, shape (columns,)
    cuts : ndarray of int64, shape (k, 11)
        They only sharpen the relaxation.
    sides : sequence of SideRow
        Over the same columns.
    cutoff : float
        Choices that cost more are of no interest: ``infeasible`` then means that none costs less.
    seconds : float, optional
        Wall-clock limit.
    nodes : int, optional
        Limit on branch-and-bound nodes: the same on every machine, unlike seconds.
    """
    covered = np.zeros(store.practices, np.bool_)
    covered[store.members] = True
    if not covered.all():
        return IntegerAnswer("infeasible", None, math.inf)
    parameters = mathopt.SolveParameters(relative_gap_tolerance=0.0, absolute_gap_tolerance=1e-6)
    # One thread: the same answer on every machine, and areas already run side by side.
    parameters.highs.string_options["parallel"] = "off"
    parameters.highs.int_options["threads"] = 1
    if math.isfinite(cutoff):
        parameters.highs.double_options["objective_bound"] = cutoff
    if seconds is not None:
        parameters.time_limit = dt.timedelta(seconds=max(0.01, seconds))
    if nodes is not None:
        parameters.node_limit = nodes
    # Wider cuts have more coefficients than they are worth to a solver that cuts for itself.
    cuts = cuts[cuts[:, 3] < 0]
    result = mathopt.solve(_model(store, costs, cuts, sides), mathopt.SolverType.HIGHS, params=parameters)
    reason = result.termination.reason
    if reason in (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED):
        return IntegerAnswer("infeasible", None, math.inf)
    bound = result.termination.objective_bounds.dual_bound
    if not result.has_primal_feasible_solution():
        return IntegerAnswer("unknown", None, bound)
    chosen = np.sort([v.id for v, value in result.variable_values().items() if value > 0.5]).astype(np.int64)
    optimal = reason == mathopt.TerminationReason.OPTIMAL
    return IntegerAnswer("optimal" if optimal else "feasible", chosen, bound)


def _model(
    store: CandidateStore, costs: NDArray[np.float64], cuts: CutPool, sides: Sequence[SideRow]
) -> mathopt.Model:
    """Built as one message: a call for every coefficient would cost more than many a solve."""
    n, k, m = store.practices, len(cuts), len(store)
    cut, cut_column, cut_value = cut_coefficients(store, cuts)
    rows = [store.members.astype(np.int64), n + cut]
    columns = [np.repeat(np.arange(m), np.diff(store.offsets)), cut_column]
    values = [np.ones(len(store.members)), cut_value]
    for position, side in enumerate(sides):
        used = np.flatnonzero(side.coefficients)
        rows.append(np.full(len(used), n + k + position))
        columns.append(used)
        values.append(side.coefficients[used])
    row, column = np.concatenate(rows), np.concatenate(columns)
    order = np.lexsort((column, row))
    message = model_pb2.ModelProto()
    message.variables.ids.extend(range(m))
    message.variables.lower_bounds.extend([0.0] * m)
    message.variables.upper_bounds.extend([1.0] * m)
    message.variables.integers.extend([True] * m)
    message.objective.linear_coefficients.ids.extend(range(m))
    message.objective.linear_coefficients.values.extend(costs.tolist())
    message.linear_constraints.ids.extend(range(n + k + len(sides)))
    lower = [1.0] * n + [-math.inf] * k + [side.least for side in sides]
    upper = [1.0] * n + cut_limits(cuts).tolist() + [side.most for side in sides]
    message.linear_constraints.lower_bounds.extend(lower)
    message.linear_constraints.upper_bounds.extend(upper)
    message.linear_constraint_matrix.row_ids.extend(row[order].tolist())
    message.linear_constraint_matrix.column_ids.extend(column[order].tolist())
    message.linear_constraint_matrix.coefficients.extend(np.concatenate(values)[order].tolist())
    return mathopt.Model.from_model_proto(message)
