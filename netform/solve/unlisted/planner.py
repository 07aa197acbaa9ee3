"""Plan one part of an area by search, where its networks are too many to list or time is short."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from netform.candidates.allowed import counts_allowed
from netform.errors import NoPlanError
from netform.scores.balance import group_sums
from netform.solve.model.part_plan import PartPlan
from netform.solve.model.problem import group_costs, store_of
from netform.solve.model.solution import Solution
from netform.solve.part_candidates import choose_groups
from netform.solve.primal.divide_and_conquer import chunked_plan
from netform.solve.primal.exchange import exchange
from netform.solve.primal.neighbourhood_search import better_plan, first_plan, listed_anew
from netform.solve.unlisted.by_hubs import plan_by_hubs, prove_by_hubs
from netform.solve.unlisted.by_passes import by_passes
from netform.solve.unlisted.lagrangian_bound import hub_bound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from netform.explain.obstacles import Obstacle
    from netform.solve.model.problem import Group
    from netform.solve.model.stopping import Deadline
    from netform.solve.part_candidates import ListedPart
    from netform.solve.unlisted.column_generation import ColumnGenerator

__all__ = ["by_search"]

# Above so many practices the map is divided for a first plan, and networks are not searched hub by hub.
MANY = 400

# Share of the time left for bettering the plan; the rest is for the bound. Share of the first for exchanges, and of the
# second for the quick bound.
SEARCHING, EXCHANGING, BY_HUBS = 0.5, 0.15, 0.05


def by_search(
    part: ListedPart, *, bound: float = 0.0, listed: int = 0, reasons: Sequence[Obstacle] = ()
) -> PartPlan:
    """A plan by search, with a bound by passes over all networks, by hubs, or one that was found before.

    Passes (`netform.solve.unlisted.by_passes`) need the time to meet all networks; hubs none:
    `netform.solve.unlisted.lagrangian_bound`, and where there are few practices `netform.solve.unlisted.by_hubs`.

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
    if part.linking or part.limits.forbids:
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
    floor = "the relaxation over all"
    if bound <= 0:
        plan, bound, floor = _bounded(part, plan)
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
        why = "The feasible networks are more than may be listed (--memory)"
    if passed is not None and passed.listed is not None:
        said = f"{why}; {passed.listed:,} could be in a cheaper plan, and no choice of them costs less."
    else:
        said = f"{why}: the plan comes from search, the best found, not proven best. Its bound is that of {floor}."
    groups = tuple(tuple(problem.codes[v] for v in group) for group in plan)
    solution = Solution(status, None, cost, bound)
    return PartPlan(groups, solution, listed, said, tuple(reasons), settled=proven)


def _begun(part: ListedPart) -> list[Group]:
    """A first plan; of a small part the best of its neighbourhoods that can be listed."""
    problem = part.problem
    with part.stage("search"):
        if len(problem.codes) > MANY:
            plan = chunked_plan(problem, choose_groups, part.options.seed, part.deadline, part.tell)
            # Chunks that cannot be planned without exceptions can be, mostly, with what lies around them.
            soon = part.deadline.share(SEARCHING / 2)
            return _listed_anew(part, plan, soon, lambda group: not _within(part, [group]))
        plan = first_plan(problem, part.options.seed, part.deadline)
        part.tell(plan)
        return _listed_anew(part, plan, part.deadline.share(SEARCHING / 2))


def _bettered(part: ListedPart, plan: Sequence[Group]) -> list[Group]:
    """A plan bettered by listing neighbourhoods; within the band also by exchanges."""
    problem, soon = part.problem, part.deadline.share(SEARCHING)
    few = len(problem.codes) <= MANY
    with part.stage("search"):
        plan = _listed_anew(part, plan, soon)
        if _within(part, plan) and soon.seconds_left is not None:
            share = EXCHANGING if few else 1.0
            plan = exchange(problem, plan, part.options.seed, soon.share(share), on_plan=part.tell)
        return plan


def _listed_anew(
    part: ListedPart,
    plan: Sequence[Group],
    deadline: Deadline,
    starts: Callable[[Group], bool] = lambda _group: True,
) -> list[Group]:
    resolve = listed_anew(part.problem, choose_groups)
    return better_plan(part.problem, plan, resolve, deadline, starts=starts, on_plan=part.tell)


def _within(part: ListedPart, plan: Sequence[Group]) -> bool:
    """Whether a plan has no exceptions."""
    store = store_of(plan, len(part.problem.codes))
    patients = group_sums(store, part.problem.data.list_size)
    rules = part.rules
    inside = (patients >= rules.least) & (patients <= rules.most) & counts_allowed(store, part.limits)
    return bool(inside.all())


def _bounded(part: ListedPart, plan: list[Group]) -> tuple[list[Group], float, str]:
    """A better plan, if one is met, what no plan costs less than by its hubs, and what that is the bound of."""
    problem, rules, deadline, workers = part.problem, part.rules, part.deadline, part.candidate_cache.workers
    least, most, prices = rules.least, rules.most, None
    count_branches: list[ColumnGenerator] = []
    if not _within(part, plan):
        # A plan with exceptions may cost less than any without: then they are allowed for.
        patients = group_sums(store_of(plan, len(problem.codes)), problem.data.list_size)
        least, most = 1, max(rules.exception_most, int(patients.max()))
    elif len(problem.codes) <= MANY:
        with part.stage("search"):
            plan, count_branches = plan_by_hubs(problem, plan, deadline, part.tell)
        prices, deadline = count_branches[0].prices, deadline.share(BY_HUBS)
    with part.stage("bound"):
        bound = hub_bound(
            problem, plan, least, most, deadline, workers, lambda low: part.tell(plan, low), prices
        )
        if count_branches:
            cost = math.fsum(group_costs(problem, plan))
            searched = prove_by_hubs(
                count_branches, cost, workers, lambda low: part.tell(plan, max(bound, low))
            )
            if searched > bound:
                said = "the relaxation over all connected networks, as far as they were searched hub by hub"
                return plan, searched, said
    return plan, bound, "networks whose patients travel to a hub, connected or not"
