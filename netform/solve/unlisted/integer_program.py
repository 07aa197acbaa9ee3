"""Integer programs for HiGHS, and how they are solved."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from ortools.math_opt import model_pb2

__all__ = ["IntegerSolution", "solve_integer_program"]


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
