"""Plan one part of an area by search, where its networks are too many to list or time is short."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from netform.candidates.allowed import counts_allowed
from netform.errors import NoPlanError
from netform.scores.balance import group_sums
from netform.solve.by_passes import by_passes
from netform.solve.choice import Choice
from netform.solve.chunks import chunked_plan
from netform.solve.exchange import exchange
from netform.solve.hub_bound import hub_bound
from netform.solve.listed_part import choose_groups
from netform.solve.part_plan import PartPlan
from netform.solve.search import better_plan, first_plan, group_costs, listed_anew, store_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.solve.deadline import Deadline
    from netform.solve.feasibility import Obstacle
    from netform.solve.listed_part import ListedPart
    from netform.solve.search import Group

__all__ = ["by_search"]

# Above so many practices the map is divided for a first plan.
MANY = 400

# Share of the time left for bettering the plan; the rest is for the bound.
SEARCHING = 0.5


def by_search(
    part: ListedPart, *, bound: float = 0.0, listed: int = 0, reasons: Sequence[Obstacle] = ()
) -> PartPlan:
    """A plan by search, with a bound by passes over all networks, by hubs, or one that was found before.

    Passes (`netform.solve.by_passes`) need the time to meet all networks; hubs (`netform.solve.hub_bound`) none.

    Parameters
    ----------
    part : ListedPart
    bound : float
        What no plan can cost less than, where all networks were listed and time ran out over them.
    listed : int
        How many those were.
    reasons : sequence of Obstacle
        Why there have to be exceptions, where that is known.

    Raises
    ------
    NoPlanError
        What is demanded can be kept only by choosing among all networks, or exceptions are forbidden and found.
    """
    if part.ties or part.limits.forbids:
        known = "".join(f"\n{obstacle.text}" for obstacle in reasons)
        raise NoPlanError(
            "the number of networks can be fixed, moves counted and demands kept only where all feasible networks "
            f"can be listed and chosen from in the time{part.named}: drop what is demanded, narrow the band, or "
            f"allow more with --time-limit.{known}"
        )
    problem = part.problem
    plan = _begun(part)
    passed = None if listed or reasons or not _within(part, plan) else by_passes(part, plan)
    if passed is None:
        plan = _bettered(part, plan)
    else:
        plan, bound, listed = passed.plan, passed.bound, passed.met
    if part.options.strict and not _within(part, plan):
        raise NoPlanError(
            f"no plan without exceptions was found in the time given{part.named}, and --strict forbids them; "
            "that none exists is not proven. Allow more with --time-limit."
        )
    by_hubs = bound <= 0
    if by_hubs:
        with part.stage("bound"):
            bound = _bound_by_hubs(part, plan)
    proven = passed is not None and passed.listed is not None
    cost = math.fsum(group_costs(problem, plan))
    status, bound = ("optimal", cost) if proven else ("feasible", min(cost, max(bound, 0.0)))
    if passed is not None:
        why = (
            f"The {listed:,} feasible networks are more than may be listed (--memory), and were met in passes"
        )
    elif listed:
        why = f"Time ran out while choosing among all {listed:,} feasible networks"
    elif reasons:
        why = "The networks that exceptions allow could not all be listed and chosen from in the time"
    else:
        why = f"The feasible networks are more than the {part.listings.limit:,} that may be listed (--memory)"
    if passed is not None and passed.listed is not None:
        said = f"{why}; {passed.listed:,} could be in a cheaper plan, and no choice of them costs less."
    else:
        floor = (
            "networks whose patients travel to a hub, connected or not"
            if by_hubs
            else "the relaxation over all"
        )
        said = f"{why}: the plan comes from search, the best found, not proven best. Its bound is that of {floor}."
    groups = tuple(tuple(problem.codes[v] for v in group) for group in plan)
    choice = Choice(status, None, cost, bound)
    return PartPlan(groups, choice, listed, said, tuple(reasons), settled=proven)


def _begun(part: ListedPart) -> list[Group]:
    """A first plan; of a small part the best of its neighbourhoods that can be listed."""
    problem = part.problem
    with part.stage("search"):
        if len(problem.codes) > MANY:
            return chunked_plan(problem, choose_groups, part.options.seed, part.deadline, part.tell)
        plan = first_plan(problem, part.options.seed, part.deadline)
        part.tell(plan)
        return _listed_anew(part, plan, part.deadline.share(SEARCHING / 2))


def _bettered(part: ListedPart, plan: Sequence[Group]) -> list[Group]:
    """A plan bettered by listing neighbourhoods, and by exchanges where it is within the band."""
    soon = part.deadline.share(SEARCHING)
    with part.stage("search"):
        plan = _listed_anew(part, plan, soon)
        if _within(part, plan) and soon.seconds_left is not None:
            plan = exchange(part.problem, plan, part.options.seed, soon, on_plan=part.tell)
        return plan


def _listed_anew(part: ListedPart, plan: Sequence[Group], deadline: Deadline) -> list[Group]:
    resolve = listed_anew(part.problem, choose_groups)
    return better_plan(part.problem, plan, resolve, deadline, on_plan=part.tell)


def _within(part: ListedPart, plan: Sequence[Group]) -> bool:
    """Whether a plan has no exceptions."""
    store = store_of(plan, len(part.problem.codes))
    patients = group_sums(store, part.problem.data.list_size)
    rules = part.rules
    inside = (patients >= rules.least) & (patients <= rules.most) & counts_allowed(store, part.limits)
    return bool(inside.all())


def _bound_by_hubs(part: ListedPart, plan: Sequence[Group]) -> float:
    """What no plan costs less than by its hubs; one with exceptions may cost less than any without."""
    problem, rules = part.problem, part.rules
    least, most = rules.least, rules.most
    if not _within(part, plan):
        patients = group_sums(store_of(plan, len(problem.codes)), problem.data.list_size)
        least, most = 1, max(rules.exception_most, int(patients.max()))
    return hub_bound(
        problem, plan, least, most, part.deadline, part.listings.workers, lambda low: part.tell(plan, low)
    )
