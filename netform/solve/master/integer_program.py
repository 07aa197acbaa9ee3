"""Integer programs for HiGHS: how they are solved, and the set partitioning over few columns as one of them."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt.python import mathopt

from netform.solve.master.linear_program import entries, program_message
from netform.solve.master.subset_row_cuts import NO_CUTS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from ortools.math_opt import model_pb2

    from netform.solve.model.budget import Deadline
    from netform.solve.model.problem import SetPartitioning

__all__ = ["IntegerSolution", "solve_integer_program", "solve_partitioning_program"]

# Coefficients of a row at most: HiGHS keeps rows to a millionth, and patients count by the hundred thousand.
LARGEST = 1000.0

# Of a side row's limits: what counts whole networks or patients is kept by less than half of one, hours nearly.
SLACK, ROUNDING = 0.25, 1e-4

# Nodes of the tree after which a set partitioning is given up, should there be no end of time.
MOST_NODES = 100_000


class IntegerSolution(NamedTuple):
    """What solving came to.

    Attributes
    ----------
    values : ndarray of float64 or None
        Of every variable, in the best solution; None where none was met.
    bound : float
        No solution costs less; the cutoff where none costs less than that.
    optimal : bool
        Whether no solution costs less than that.
    """

    values: NDArray[np.float64] | None
    bound: float
    optimal: bool


def solve_integer_program(
    message: model_pb2.ModelProto, cutoff: float, seconds: float | None, most_nodes: int | None = None
) -> IntegerSolution:
    """Minimise, in one thread: the same answer on every machine.

    Parameters
    ----------
    message : ModelProto
        Built as one message: a call for every coefficient would cost more than many a solve.
    cutoff : float
        Solutions that cost more are of no interest.
    seconds : float, optional
        Wall-clock limit.
    most_nodes : int, optional
        Of the tree.
    """
    parameters = mathopt.SolveParameters(relative_gap_tolerance=0.0, absolute_gap_tolerance=1e-6)
    parameters.node_limit = most_nodes
    parameters.highs.string_options["parallel"] = "off"
    parameters.highs.int_options["threads"] = 1
    if math.isfinite(cutoff):
        parameters.highs.double_options["objective_bound"] = cutoff
    if seconds is not None:
        parameters.time_limit = dt.timedelta(seconds=max(0.01, seconds))
    model = mathopt.Model.from_model_proto(message)
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    reason, why = result.termination.reason, mathopt.TerminationReason
    if reason in (why.INFEASIBLE, why.INFEASIBLE_OR_UNBOUNDED):
        return IntegerSolution(None, cutoff, True)
    bound, values = min(cutoff, result.termination.objective_bounds.dual_bound), None
    if result.has_primal_feasible_solution():
        values = np.zeros(len(message.variables.ids))
        for variable, value in result.variable_values().items():
            values[variable.id] = value
    # The solver may stop at what it met on the way though that costs more than it was asked for.
    return IntegerSolution(values, bound, reason == why.OPTIMAL or bound >= cutoff)


def solve_partitioning_program(
    partitioning: SetPartitioning, cutoff: float, deadline: Deadline
) -> tuple[NDArray[np.int64] | None, float]:
    """The columns of a plan below a cutoff that was met, and what none costs less than.

    Parameters
    ----------
    partitioning : SetPartitioning
        Of some thousands of columns.
    cutoff : float
        Plans that cost as much are of no interest.
    deadline : Deadline
    """
    store, sides = partitioning.store, partitioning.sides
    lower, upper = [1.0] * store.practices, [1.0] * store.practices
    coefficients = np.zeros((len(sides), len(store)))
    for k, side in enumerate(sides):
        scale = max(1.0, float(np.abs(side.coefficients).max(initial=0.0)) / LARGEST)
        coefficients[k] = side.coefficients / scale
        slack = SLACK if np.array_equal(side.coefficients, np.round(side.coefficients)) else ROUNDING
        lower.append((side.least - slack) / scale)
        upper.append((side.most + slack) / scale)
    matrix = entries(store, coefficients, NO_CUTS)
    message = program_message(partitioning.costs, 1.0, True, lower, upper, matrix)
    found = solve_integer_program(message, cutoff, deadline.seconds_left, MOST_NODES)
    chosen = None if found.values is None else np.flatnonzero(found.values > 0.5)
    return chosen, found.bound
