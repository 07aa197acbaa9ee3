"""Plan one part of an area: the loop, from the arithmetic to the proof.

Exceptions are minimised before any cost: first how many networks lie outside the band (or have too few or too many
practices), then by how many patients. There is a plan from the first second on; the steps after it better the plan and
raise the bound. Where the feasible networks can be listed they are the columns of a set partitioning that is solved
exactly (`netform.solve.exact`); where not, they are priced as they are met (`netform.solve.unlisted`). A band that no
plan keeps is opened for as few exceptions as there can be (`netform.solve.exceptions`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.candidates.allowed import counts_allowed
from netform.errors import ImpossibleError, NoPlanError
from netform.explain.divisible import undivided, undivided_by_model
from netform.explain.method import ONLY_PLAN, method, search_method
from netform.explain.move_limits import other_number
from netform.explain.obstacles import NETWORKS, obstacles
from netform.rules.settled import number_sentence
from netform.solve.exceptions import bound_exceptions, need_exceptions, plan_with_exceptions
from netform.solve.model.outcome import Obstacle, PartPlan
from netform.solve.primal.first_plan import incumbents
from netform.solve.unlisted.planner import bound_at_once, bound_generated, plan_unlisted, searching_beside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.solve.model.plan_model import PlanModel
    from netform.solve.part_candidates import Part

__all__ = ["first_plan", "solve_part"]


@dataclass(frozen=True, slots=True)
class FirstPlanParams:
    """How long a plan without exceptions is searched for, where starts alone have some.

    Attributes
    ----------
    neighbourhoods : float
        Looked at for each network of a middling plan: a second or so for a few hundred practices.
    most_neighbourhoods : int
        Looked at in all, at most: of many networks more are searched beside the proof.
    """

    neighbourhoods: float = 40.0
    most_neighbourhoods: int = 10_000


FIRST_PLAN = FirstPlanParams()

# Share of the time left in which exceptions near a start are looked for: what is known has to be said in time.
IN_TIME = 0.9


def solve_part(part: Part) -> PartPlan:
    """Find the best plan of a part, and what is proven of it.

    Raises
    ------
    ImpossibleError
        No plan keeps the demands, or exceptions are needed and forbidden.
    NoPlanError
        No plan that keeps every demand was found, or exceptions are forbidden and only plans with some were.
    """
    seen = arithmetic(part)
    part.exceptions_bound = exceptions_by_arithmetic(part) if seen else 0
    _refuse(part, seen)
    # Later questions start from a list; and how few may move is said only where moves are counted.
    quick = not part.candidate_cache.keep and part.near is None
    if not seen and quick and (plan := only_plan(part)) is not None:
        return plan
    if part.incumbent is None:
        first_plan(part)
    if not part.bounds:
        bound_at_once(part)
    with searching_beside(part):
        if seen:
            settle_moves(part, None)
        plan = with_exceptions(part, seen) if seen else within_band(part)
    # Search beside may have found a better one while it was ended.
    if _outdone(part, plan):
        listed = 0 if plan.model is None else plan.candidates
        plan = best_so_far(part, listed=listed, reasons=plan.reasons)
    if part.near is None and not plan.reasons:
        return plan
    with part.stage("reasons"):
        plan = _judged(part, plan)
        return replace(plan, reasons=part.explained(plan.reasons))


def arithmetic(part: Part) -> list[Obstacle]:
    """Say what no plan within the band can do, before anything is searched; nothing seen proves nothing."""
    if not part.linking:
        return obstacles(part.graph, part.problem.codes, part.rules, whole=part.whole)
    if part.linking.networks is None:
        return []
    said = number_sentence(part.linking.networks, len(part.linking.fixed), part.problem.patients, part.rules)
    return [] if said is None else [Obstacle(NETWORKS, part.problem.codes, said)]


def exceptions_by_arithmetic(part: Part) -> int:
    """Count how many networks have to be outside the band, where arithmetic has said that some are."""
    networks = part.demands.networks
    rules, patients = part.rules, part.problem.patients
    if networks is None:
        return 1
    # Each exception holds what those in the band cannot, or spares what they would need.
    over, short = patients - networks * rules.most, networks * rules.least - patients
    if over > 0:
        return max(1, -(-over // max(1, rules.exception_most - rules.most)))
    # Each holds a practice at least.
    spared = np.cumsum(np.maximum(0, rules.least - np.sort(part.problem.data.list_size)))
    return 1 + int(np.searchsorted(spared[:-1], short))


def only_plan(part: Part) -> PartPlan | None:
    """Give the plan of one network, where arithmetic allows no other within the band; else None."""
    patients, rules = part.problem.patients, part.rules
    whole = part.value_of([tuple(range(len(part.problem.codes)))])
    if not whole.sound or patients // rules.least != 1 or not nx.is_connected(part.problem.graph):
        return None
    part.raise_bound(whole.value.cost, "arithmetic", 0)
    part.offer(whole, "arithmetic")
    return replace(best_so_far(part), method=ONLY_PLAN)


def first_plan(part: Part) -> None:
    """Search for a plan without exceptions, for so long; the best plan met is told at once."""
    networks = 2 * part.problem.patients / (part.rules.least + part.rules.most)
    with part.stage("first plan"):
        incumbents(
            part.problem,
            part.demands,
            seed=part.options.seed,
            effort=min(FIRST_PLAN.most_neighbourhoods, math.ceil(FIRST_PLAN.neighbourhoods * networks)),
            deadline=part.deadline,
            # Valued as all others are: search adds up the hours of a plan in another order.
            on_plan=lambda found: part.offer(part.value_of(found.groups), "first plan"),
            until_sound=True,
        )


def within_band(part: Part) -> PartPlan:
    """Find the best plan within the band; where it is proven that there is none, one with exceptions."""
    if (free := part.widened(0, enclaves=not part.candidate_cache.keep)) is None:
        plan_unlisted(part)
        return best_so_far(part)
    listed, counted = len(free.store), counts_allowed(free.store, part.problem.limits)
    if not counted.all():
        free = free.take(np.flatnonzero(counted))
    settle_moves(part, free)
    model = part.tied(free)
    part.candidates = part.columns = len(model.store)
    if not part.sound and not bound_exceptions(part):
        bound_generated(part)
    # Where the relaxation says that there are exceptions, nothing is solved over those within the band alone.
    solution = None if need_exceptions(part) else part.solve_model(model)
    if solution is None or solution.status == "infeasible":
        part.raise_exceptions_bound(1, "bound")
        with part.stage("reasons"):
            found = why_none(part, free, listed)
        _refuse(part, found)
        # Its list makes room for those with exceptions.
        part.hold(-free.nbytes)
        del free, model
        return with_exceptions(part, found)
    if solution.chosen is None:
        return best_so_far(part, listed=listed)
    return PartPlan(model.groups(solution.chosen), solution, listed, method(solution, listed), (), model)


def settle_moves(part: Part, within: PlanModel | None) -> None:
    """Find the fewest moves where they are asked for, and limit the plan to them.

    Parameters
    ----------
    part : Part
    within : PlanModel or None
        The plans within the band, whatever ties the parts of the area; None where arithmetic says there are none.
    """
    if part.near is not None:
        with part.stage("reasons"):
            part.near.settle(within, strict=part.options.strict)
        part.relink(part.near.linking)


def with_exceptions(part: Part, reasons: Sequence[Obstacle]) -> PartPlan:
    """Find the fewest networks outside the band, then the fewest patients, then the least cost.

    Parameters
    ----------
    part : Part
        Of which it is known that no plan is within the band.
    reasons : sequence of Obstacle
        Why.
    """
    if part.near is not None:
        with part.stage("reasons"):
            part.near.refuse()
        part.deadline = part.deadline.share(IN_TIME)
    plan = plan_with_exceptions(part, reasons)
    if plan is None:
        plan_unlisted(part)
        plan = best_so_far(part, reasons=reasons)
    return plan


def _outdone(part: Part, plan: PartPlan) -> bool:
    """Whether there is a plan with fewer exceptions, or fewer patients outside, or less cost beyond rounding."""
    number = {code: k for k, code in enumerate(part.problem.codes)}
    its = part.value_of([tuple(number[code] for code in group) for group in plan.groups]).value
    if (best := part.best) is None:
        return False
    return (*best.value[:3], best.value.cost + 1e-6 * max(1.0, its.cost)) < its


def best_so_far(part: Part, *, listed: int = 0, reasons: Sequence[Obstacle] = ()) -> PartPlan:
    """Give the best plan and bound, where it was not solved over all columns.

    Parameters
    ----------
    part : Part
    listed : int
        Feasible networks, where they were listed but the proof over them was not finished.
    reasons : sequence of Obstacle
        Why there have to be exceptions, where that is known.

    Raises
    ------
    NoPlanError
        There is none that keeps every demand, or none without exceptions where they are forbidden.
    """
    known = "".join(f"\n{obstacle.text}" for obstacle in reasons)
    if part.best is None:
        raise NoPlanError(
            f"no plan that keeps every demand was found in the time given{part.named}; that none exists is not "
            f"proven. Allow more with --time-limit, or drop a demand.{known}"
        )
    if (plan := part.plan_so_far) is None:
        raise NoPlanError(
            f"no plan without exceptions was found in the time given{part.named}, and --strict forbids them; "
            f"that none exists is not proven. Allow more with --time-limit.{known}"
        )
    if plan.exceptions and part.exceptions_bound and not reasons:
        reasons = [undivided_by_model(part)]
    # With exceptions their patients come before cost, and nothing is proven of those here.
    if proven := part.done:
        plan = replace(plan, solution=replace(plan.solution, status="optimal", bound=plan.solution.cost))
    said = search_method(proven, listed, exceptions=not plan.settled)
    return replace(plan, candidates=listed or plan.candidates, method=said, reasons=tuple(reasons))


def why_none(part: Part, free: PlanModel, listed: int) -> list[Obstacle]:
    """Say why no plan is within the band, where solving over all that are listed has found that there is none.

    Parameters
    ----------
    part : Part
    free : PlanModel
        Those within the band, without what ties all parts of the area.
    listed : int
    """
    if part.near is not None and (obstacle := part.near.without_exceptions(free)) is not None:
        return [obstacle]
    return undivided(part, free, listed)


def _judged(part: Part, plan: PartPlan) -> PartPlan:
    """Add what is to be said of the rules over the whole area: exceptions they cost, and moves."""
    near, more = part.near, [other_number(part, plan.exceptions)]
    if near is not None:
        more.append(near.fewer_exceptions(plan.exceptions))
    plan = replace(plan, reasons=(*plan.reasons, *filter(None, more)))
    if near is None or near.count is None or near.note is None:
        return plan
    plan = replace(plan, notes=(near.note,))
    if near.count.proven:
        return plan
    said = f"{plan.method} That no plan moves fewer practices is not proven."
    return replace(plan, method=said, solution=replace(plan.solution, status="feasible"))


def _refuse(part: Part, found: Sequence[Obstacle]) -> None:
    """Raise the reasons found when exceptions are forbidden."""
    if part.options.strict and found:
        where = f"{part.named.removeprefix(' for ')}: " if part.named else ""
        found = part.explained(found)
        raise ImpossibleError("\n".join(f"{where}{obstacle.text}" for obstacle in found))
