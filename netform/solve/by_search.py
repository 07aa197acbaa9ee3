"""Plan one part of an area by search, where its networks are too many to list or time is short."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from netform.errors import NoPlanError
from netform.solve.choice import Choice
from netform.solve.chunks import chunked_plan
from netform.solve.exchange import exchange
from netform.solve.generate import Generator
from netform.solve.hub_bound import hub_bound
from netform.solve.listed_part import choose_groups
from netform.solve.part_plan import PartPlan
from netform.solve.recombine import recombine
from netform.solve.search import better_plan, first_plan, group_costs, store_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.solve.feasibility import Obstacle
    from netform.solve.listed_part import ListedPart
    from netform.solve.search import Group

__all__ = ["by_search"]

# Above so many practices the map is divided for a first plan, and networks are not searched hub by hub.
MANY = 400

# Share of the time left for bettering the plan; the rest is for the bound. Share of the first for exchanges, and of the
# second for the quick bound.
SEARCHING, EXCHANGING, BY_HUBS = 0.5, 0.3, 0.2


def by_search(
    part: ListedPart, *, bound: float = 0.0, listed: int = 0, reasons: Sequence[Obstacle] = ()
) -> PartPlan:
    """A plan by neighbourhood search, with a bound by hubs or one that was found before.

    The bound is that of `netform.solve.hub_bound`, and where there are few practices that of `netform.solve.generate`.

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
    with part.stage("search"):
        plan, within = _searched(part)
    if part.options.strict and not within:
        raise NoPlanError(
            f"no plan without exceptions was found in the time given{part.named}, and --strict forbids them; "
            "that none exists is not proven. Allow more with --time-limit."
        )
    cost = math.fsum(group_costs(part.problem, plan))
    if listed:
        why = f"Time ran out while choosing among all {listed:,} feasible networks"
    elif reasons:
        why = "The networks that exceptions allow could not all be listed and chosen from in the time"
    else:
        why = f"The feasible networks are more than the {part.listings.limit:,} that may be listed (--memory)"
    said = f"{why}: the plan comes from search, the best found, not proven best. Its bound is that of "
    if bound > 0:
        said += "the relaxation over all of them."
    else:
        with part.stage("bound"):
            bound, connected = _bounded(part, plan, within=within)
        if connected:
            said += "the relaxation over all connected networks, as far as they were searched hub by hub."
        else:
            said += "networks whose patients travel to a hub, connected or not."
    choice = Choice("feasible", None, cost, min(cost, max(bound, 0.0)))
    groups = tuple(tuple(part.problem.codes[v] for v in group) for group in plan)
    return PartPlan(groups, choice, listed, said, tuple(reasons), settled=False)


def _searched(part: ListedPart) -> tuple[list[Group], bool]:
    """The best plan found in a share of the time, and whether it is within the band."""
    problem, rules = part.problem, part.rules
    few = len(problem.codes) <= MANY
    if few:
        plan = first_plan(problem, part.options.seed, part.deadline)
        part.tell(plan)
    else:
        plan = chunked_plan(problem, choose_groups, part.options.seed, part.deadline, part.tell)
    soon = part.deadline.share(SEARCHING)
    plan = better_plan(problem, plan, choose_groups, soon, on_plan=part.tell)
    patients = [int(problem.data.list_size[list(group)].sum()) for group in plan]
    within = all(rules.least <= number <= rules.most for number in patients)
    if within and part.deadline.seconds_left is not None:
        share = EXCHANGING if few else 1.0
        plan = exchange(problem, plan, part.options.seed, soon.share(share), on_plan=part.tell)
        if few:
            plan = recombine(problem, plan, soon, on_plan=part.tell)
    return plan, within


def _bounded(part: ListedPart, plan: Sequence[Group], *, within: bool) -> tuple[float, bool]:
    """What no plan costs less than, and whether that is by connected networks.

    Parameters
    ----------
    part : ListedPart
    plan : sequence of groups
    within : bool
        Whether they are within the band.
    """
    problem, rules, workers = part.problem, part.rules, part.listings.workers
    few = within and len(problem.codes) <= MANY
    # A plan with exceptions may cost less than any without: then they are allowed for.
    largest = max(int(problem.data.list_size[list(group)].sum()) for group in plan)
    least, most = (rules.least, rules.most) if within else (1, max(rules.exception_most, largest))
    generator = Generator(problem, store_of(plan, len(problem.codes)), part.deadline) if few else None
    if generator is not None:
        generator.settle()
    bound = hub_bound(
        problem,
        plan,
        least,
        most,
        part.deadline if generator is None else part.deadline.share(BY_HUBS),
        workers,
        lambda low: part.tell(plan, low),
        None if generator is None else generator.prices,
    )
    if generator is None:
        return bound, False
    generator.prove(workers, lambda low: part.tell(plan, max(bound, low)))
    return max(bound, generator.bound), generator.bound > bound
