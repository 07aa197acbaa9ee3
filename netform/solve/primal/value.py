"""The value of a plan: a tuple that is compared in order, and is never folded into one number.

First the hard demands that are broken, then exceptions, then patients outside the band, then hours per week. Each part
is a sum over the networks, but for the rules over the whole plan: how many networks, and how many may move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np

from netform.candidates.allowed import unaligned
from netform.candidates.around import numbers_cut_off
from netform.rules.hubs import MINUTES_SLACK
from netform.scores import candidate_costs
from netform.scores.balance import group_sums
from netform.scores.continuity import moved
from netform.solve.model.problem import exceptional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.candidates.allowed import Limits
    from netform.candidates.store import CandidateStore
    from netform.solve.model.plan_model import LinkingRules
    from netform.solve.model.problem import Problem

__all__ = [
    "COST",
    "MOVED",
    "NO_DEMANDS_OVER_PLAN",
    "PlanDemands",
    "PlanValue",
    "broken_demands",
    "network_values",
    "plan_value",
    "plan_values",
]

# What a network adds to the value of its plan, place by place.
BROKEN, EXCEPTIONS, OUTSIDE, MOVED_PRACTICES, MOVED_PATIENTS, COST = range(6)
MOVED = slice(MOVED_PRACTICES, COST)


class PlanValue(NamedTuple):
    """What a plan is worth; the smaller tuple is the better plan.

    Attributes
    ----------
    broken : int
        Hard demands that it breaks; 0 in every plan that may be shown.
    exceptions : int
    patients_outside : int
        Distance of list sizes to the nearer limit of the band, over all exceptions.
    cost : float
        Weighted hours per week.
    """

    broken: int
    exceptions: int
    patients_outside: int
    cost: float


@dataclass(frozen=True, slots=True)
class PlanDemands:
    """The rules over a whole plan.

    Attributes
    ----------
    networks : int or None
        Exactly so many.
    practices, patients : int or None
        At most so many may move from the start.
    start : ndarray of int64, shape (n,), or None
        Network of each practice where the plan starts, -1 where it is in none; None where moves are not limited.
    start_patients : ndarray of float64, shape (networks,), or None
        Patients of each of those networks, those of its practices outside this problem among them.
    """

    networks: int | None = None
    practices: int | None = None
    patients: int | None = None
    start: NDArray[np.int64] | None = None
    start_patients: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, codes: Sequence[str], linking: LinkingRules) -> PlanDemands:
        """The rules over an area for the practices that are not fixed.

        Parameters
        ----------
        codes : sequence of str
            Of the problem, in its order.
        linking : LinkingRules
        """
        networks = None if linking.networks is None else linking.networks - len(linking.fixed)
        practices, patients = linking.moves_left
        if practices is None and patients is None:
            return cls(networks)
        return cls(networks, practices, patients, *linking.start(codes))

    @property
    def limits(self) -> NDArray[np.float64]:
        """How many networks, and how many practices and patients may move; not a number where any will do."""
        limits = (self.networks, self.practices, self.patients)
        return np.array([math.nan if limit is None else limit for limit in limits], np.float64)

    def __bool__(self) -> bool:
        """Whether there is such a rule."""
        return self.networks is not None or self.start is not None


NO_DEMANDS_OVER_PLAN = PlanDemands()


def plan_value(values: NDArray[np.float64], demands: PlanDemands) -> PlanValue:
    """What a whole plan is worth.

    Parameters
    ----------
    values : ndarray of float64, shape (k, 6)
        Of `network_values` for its networks.
    demands : PlanDemands
    """
    ((broken, exceptions, outside, cost),) = plan_values(
        values.sum(axis=0)[None], np.array([len(values)]), demands.limits
    )
    return PlanValue(int(broken), int(exceptions), int(outside), float(cost))


def plan_values(
    sums: NDArray[np.float64],
    networks: NDArray[np.int64] | NDArray[np.float64],
    slack: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The values of some plans, or parts of plans, as rows to be compared in order.

    Parameters
    ----------
    sums : ndarray of float64, shape (t, 6)
        Of `network_values` over their networks.
    networks : ndarray, shape (t,)
        How many each has.
    slack : ndarray of float64, shape (t, 3) or (3,)
        What the rules over the whole plan leave to each, as in `PlanDemands.limits`.

    Returns
    -------
    ndarray of float64, shape (t, 4)
    """
    values = sums[:, (BROKEN, EXCEPTIONS, OUTSIDE, COST)]
    if not np.isnan(slack).all():
        over = np.nan_to_num(np.column_stack((networks, sums[:, MOVED])) - slack)
        # Too few networks are as bad as too many.
        over[:, 0] = np.abs(over[:, 0])
        values[:, 0] += np.maximum(0.0, over).sum(axis=1)
    return values


def network_values(
    problem: Problem, demands: PlanDemands, store: CandidateStore, *, costs: bool = True
) -> NDArray[np.float64]:
    """What each of some networks adds to the value of a plan.

    Parameters
    ----------
    problem : Problem
    demands : PlanDemands
    store : CandidateStore
        The networks, members ascending.
    costs : bool
        Whether they are costed, too; else that place is 0.

    Returns
    -------
    ndarray of float64, shape (m, 6)
    """
    values = np.zeros((len(store), COST + 1))
    limits, data = problem.limits, problem.data
    values[:, EXCEPTIONS], values[:, OUTSIDE] = exceptional(problem, store)
    # No exception of several practices is larger than the rules say.
    too_large = group_sums(store, data.list_size) > data.rules.exception_most
    values[:, BROKEN] = too_large & (np.diff(store.offsets) > 1)
    if limits.forbids:
        values[:, BROKEN] += broken_demands(store, limits)
    if demands.start is not None and demands.start_patients is not None:
        ones = np.ones(store.practices)
        for place, worth in ((MOVED_PRACTICES, ones), (MOVED_PATIENTS, data.list_size)):
            values[:, place] = moved(store, demands.start, demands.start_patients, data.list_size, worth)
    if costs:
        values[:, COST] = candidate_costs(store, data)
    return values


def broken_demands(store: CandidateStore, limits: Limits) -> NDArray[np.int64]:
    """Count the demands that each network breaks: zero just where `netform.candidates.allowed.allowed` says so.

    Pairs that may not share it, units of which something is missing, the members that the best hub leaves too far away,
    whom it lies around, and whether its patients live in too many neighbourhoods; so that search sees a network get
    better before it is good.

    Parameters
    ----------
    store : CandidateStore
    limits : Limits
    """
    broken: NDArray[np.int64] = _broken(
        store.offsets,
        store.members,
        limits.conflict,
        limits.conflicted,
        limits.unit,
        limits.unit_size,
        limits.limits_hubs,
        limits.minutes,
        limits.may_hub,
        limits.must_hub,
        limits.longest_to_hub + MINUTES_SLACK,
    )
    return broken + numbers_cut_off(store, limits.merged, limits.around) + unaligned(store, limits)


@nb.njit(cache=True, nogil=True)
def _broken(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    conflict: NDArray[np.bool_],
    conflicted: NDArray[np.bool_],
    unit: NDArray[np.int64],
    unit_size: NDArray[np.int64],
    limits_hubs: bool,
    minutes: NDArray[np.float64],
    may_hub: NDArray[np.bool_],
    must_hub: NDArray[np.bool_],
    longest: float,
) -> NDArray[np.int64]:
    result = np.zeros(len(offsets) - 1, np.int64)
    for j in range(len(result)):
        group = members[offsets[j] : offsets[j + 1]]
        for k in range(len(group)):
            i = group[k]
            if conflicted[i]:
                for e in range(k + 1):
                    result[j] += conflict[i, group[e]]
            if unit[i] >= 0:
                earlier, inside = False, 0
                for e in range(len(group)):
                    if unit[group[e]] == unit[i]:
                        earlier |= e < k
                        inside += 1
                result[j] += not earlier and inside != unit_size[i]
        if limits_hubs:
            # Members that stand in the way of the best hub.
            fewest = len(group) + 1
            for hub in group:
                if may_hub[hub] and fewest > 0:
                    far = 0
                    for i in group:
                        far += (must_hub[i] and i != hub) or (longest < np.inf and minutes[i, hub] > longest)
                    fewest = min(fewest, far)
            result[j] += fewest
    return result
