"""The separable cost of a column, by patients and minutes alone: both kinds of travel, posts, overhead and balance.

These terms follow from a few sums over the practices, which one more or less changes in no time. They are all there is
by default; whatever else is weighed is at least zero, so that no column costs less than this says
(`netform.solve.model.problem.group_costs` has the whole).

Networks below the band and above it are priced apart, each kind with duals of its own: what a patient outside the band
costs by the dual of that side row is linear in a network's patients, beyond an end of the band; so it goes into the
duals of the practices, and a constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np

from netform.candidates.adjacency import Adjacency
from netform.scores.stranded_posts import STEP_TOLERANCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.problem import Problem

__all__ = ["Band", "SeparableCosts", "bands", "separable_cost", "separable_costs"]


class Rates(NamedTuple):
    """Hours per week, and what they are counted by.

    Attributes
    ----------
    visit : float
        Hours per week for a patient-minute to the hub.
    move : float
        Hours per week for a post and a minute of a move.
    overhead : float
        Hours per week for a network.
    stranded : float
        Hours per week for a post that is not whole.
    step : float
        Of posts.
    target, dead_band, outside : float
        Of the balance: patients, and hours per week for each outside.
    """

    visit: float
    move: float
    overhead: float
    stranded: float
    step: float
    target: float
    dead_band: float
    outside: float


class SeparableCosts(NamedTuple):
    """The practices as arrays, and the rates.

    Attributes
    ----------
    indptr, neighbours
        Of an `Adjacency`.
    list_size : ndarray of int64, shape (n,)
        Registered patients.
    weighted : ndarray of float64, shape (n,)
        Weighted patients.
    minutes : ndarray of float64, shape (n, n)
        One way, symmetric.
    least, most : int
        The band in registered patients.
    ratios : ndarray of float64
        Weighted patients that give a post, by role.
    rates : Rates
    conflict : ndarray of bool, shape (n, n)
        Practices that may not share a network.
    unit : ndarray of int64, shape (n,)
        Practices of one number have to share it; -1 for none.
    fewest, many : int
        Practices of a network.
    """

    indptr: NDArray[np.int32]
    neighbours: NDArray[np.int32]
    list_size: NDArray[np.int64]
    weighted: NDArray[np.float64]
    minutes: NDArray[np.float64]
    least: int
    most: int
    ratios: NDArray[np.float64]
    rates: Rates
    conflict: NDArray[np.bool_]
    unit: NDArray[np.int64]
    fewest: int
    many: int


def separable_costs(problem: Problem, least: int, most: int, *, any_number: bool = False) -> SeparableCosts:
    """The separable costs of a problem, for networks of ``least`` to ``most`` registered patients.

    Parameters
    ----------
    problem : Problem
    least, most : int
    any_number : bool
        Whether networks may have any number of practices.
    """
    data, rules, limits = problem.data, problem.data.rules, problem.limits
    # Practices that merge count once: so many at most is no limit of practices then.
    any_most = any_number or bool((limits.merged >= 0).any())
    adjacency = Adjacency.of(problem.graph)
    return SeparableCosts(
        adjacency.indptr,
        adjacency.neighbours,
        data.list_size.astype(np.int64),
        np.ascontiguousarray(data.weighted_list_size, np.float64),
        np.ascontiguousarray(data.minutes, np.float64),
        int(least),
        int(min(most, problem.patients)),
        np.array([role.patients_per_post for role in rules.roles], np.float64),
        Rates(
            float(rules.weight("patient_travel") * rules.visits_per_patient_week * 2 / 60),
            float(rules.weight("staff_travel") * rules.moves_per_post_week / 60),
            float(rules.weight("overhead") * rules.overhead_hours_week),
            float(rules.weight("stranded_posts") * rules.hours_per_post_week),
            float(rules.post_step),
            float(rules.balance_target),
            float(rules.balance_dead_band),
            float(rules.weight("balance") * rules.balance_hours_per_1000 / 1000),
        ),
        np.ascontiguousarray(limits.conflict),
        limits.unit.astype(np.int64),
        1 if any_number else limits.least_practices,
        len(problem.codes) if any_most else limits.most_practices,
    )


@nb.njit(cache=True, nogil=True)
def separable_cost(
    rates: Rates,
    ratios: NDArray[np.float64],
    patients: int,
    weighted: float,
    pair_minutes: float,
    hub_minutes: float,
) -> float:
    """Hours per week of a column by its sums.

    Parameters
    ----------
    rates : Rates
    ratios : ndarray of float64
        Weighted patients that give a post, by role.
    patients : int
    weighted : float
    pair_minutes : float
        Of every two patients, in both directions.
    hub_minutes : float
        Of every patient to the best hub.
    """
    whole, stranded = 0.0, 0.0
    for r in range(len(ratios)):
        due = weighted / ratios[r]
        posts = np.floor(due / rates.step + STEP_TOLERANCE) * rates.step
        whole += posts
        stranded += max(0.0, due - posts)
    beyond = max(0.0, abs(patients - rates.target) - rates.dead_band)
    hours: float = (
        rates.visit * hub_minutes
        + rates.move * whole * pair_minutes / (float(patients) * float(patients))
        + rates.overhead
        + rates.stranded * stranded
        + rates.outside * beyond
    )
    return hours


@dataclass(frozen=True, slots=True)
class Band:
    """Networks within the band, below it or above it.

    Attributes
    ----------
    costs : SeparableCosts
    limit : int
        The end of the band that they are beyond, registered patients; 0 for none.
    sign : int
        They are ``sign * (patients - limit)`` outside it; 0 where they are within.
    """

    costs: SeparableCosts
    limit: int
    sign: int

    def duals(self, practices: NDArray[np.float64], patient: float) -> tuple[NDArray[np.float64], float]:
        """The duals of practices with that of patients outside the band in them, and what the floor is raised by."""
        return practices + patient * self.sign * self.costs.list_size, -patient * self.sign * self.limit


def bands(problem: Problem, fewest: int, many: int, exceptions: int, sizes: tuple[int, int]) -> list[Band]:
    """The networks within the band first, then those outside, that a plan of so many networks and exceptions may have.

    Parameters
    ----------
    problem : Problem
    fewest, many : int
        Networks of a plan.
    exceptions : int
        At most.
    sizes : tuple of int
        The least and the most registered patients of a network; without exceptions they are within the band.
    """
    rules, total = problem.data.rules, problem.patients
    inside = max(sizes[0], rules.least), min(sizes[1], rules.most)
    below = sizes[0], min(rules.least - 1, sizes[1])
    above = max(rules.most + 1, sizes[0]), sizes[1]
    found = [Band(separable_costs(problem, *inside, any_number=exceptions > 0), 0, 0)]
    # What all others hold at least, or at most, has to leave room for one that is smaller, or larger.
    room = (many - exceptions) * rules.most + (exceptions - 1) * problem.largest + rules.least - 1
    if below[0] <= below[1] and total <= room:
        found.append(Band(separable_costs(problem, *below, any_number=True), rules.least, -1))
    needed = (fewest - exceptions) * rules.least + exceptions - 1 + rules.most + 1
    if above[0] <= above[1] and total >= needed:
        found.append(Band(separable_costs(problem, *above, any_number=True), rules.most, 1))
    return found
