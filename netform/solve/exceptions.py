"""Plan one part of an area with exceptions: the fewest networks outside the band, then the fewest patients, then cost.

Lexicographic, in stages, so that no number of patients outweighs an exception. There is a plan already, by search, so
that each stage proves rather than finds: how few networks have to be outside the band takes a list of networks of any
size, unless arithmetic has said as much; how few patients takes only a list as far outside the band as the plan is.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.adjacency import Adjacency
from netform.candidates.allowed import counts_allowed
from netform.errors import ImpossibleError
from netform.explain.method import method
from netform.solve.exact.minimum_count import FewestPlans, among_fewest, at_least
from netform.solve.exact.one_exception import FOUND, NONE, one_exception
from netform.solve.master.relaxation import TINY, relax
from netform.solve.model.outcome import PartPlan, Solution
from netform.solve.model.problem import SideRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.solve.model.outcome import Obstacle
    from netform.solve.part_candidates import Part

__all__ = ["bound_exceptions", "need_exceptions", "plan_with_exceptions"]

# One exception is ruled out by going through all that so many networks may leave, at most.
FEW_NETWORKS = 12

# Of the time left, for a bound of any better plan, where all networks are listed.
BOUND_SHARE = 0.5

# Of the time left, for the proof of how few exceptions there can be, and then of how few patients: what is left after
# those is for the cost.
COUNT_SHARE, PATIENTS_SHARE = 0.5, 0.7


def plan_with_exceptions(part: Part, reasons: Sequence[Obstacle]) -> PartPlan | None:
    """The fewest networks outside the band, then the fewest patients, then the least cost.

    Parameters
    ----------
    part : Part
        Of which it is proven that no plan is within the band.
    reasons : sequence of Obstacle
        Why.

    Returns
    -------
    PartPlan or None
        None where too many networks are as near the band as the best plan to be listed, or there was no time to plan
        among them: then what the part holds is the best.

    Raises
    ------
    ImpossibleError
        No plan keeps every demand, even with exceptions.
    """
    before = math.inf
    while True:
        with part.stage("exceptions"):
            few = _fewest(part, reasons)
            if few is None or few.chosen is None:
                return None
            part.offer_columns(few.model, few.chosen, "exceptions")
            if not few.count.proven:
                # Fewer were found, at times: better plans have no more than those.
                bound_exceptions(part)
            near = among_fewest(
                few.model,
                part.exceptional(few.model)[1],
                part.deadline.share(PATIENTS_SHARE),
                plan=few.chosen,
                elsewhere=partial(part.columns_of, few.model, what="patients_outside"),
            )
            assert near.chosen is not None  # noqa: S101 (the plan before stands in)
            part.offer_columns(near.model, near.chosen, "exceptions")
        found = few.count.found or 0
        # Search beside may have found fewer meanwhile: then from there.
        if part.deadline.passed or not part.most_exceptions[0] < found < before:
            return cheapest(part, few, near, reasons)
        before = found


def _fewest(part: Part, reasons: Sequence[Obstacle]) -> FewestPlans | None:
    """The plans with the fewest exceptions, as far as proven; None where their networks cannot be listed."""
    if (best := part.best) is not None and best.value.exceptions <= part.exceptions_bound:
        return _fewest_near_the_band(part)
    if (wide := part.tied_widest()) is None:
        _rule_out_one(part)
        return _fewest_near_the_band(part)
    # Over networks of any size what is proven is proven of all plans.
    model, exceptional = wide
    bound_exceptions(part)
    part.candidates = part.columns = len(model.store)
    few = among_fewest(
        model,
        exceptional,
        part.deadline.share(COUNT_SHARE),
        least=part.exceptions_bound,
        plan=part.columns_of(model),
        elsewhere=partial(part.columns_of, model, what="exceptions"),
        warm=part.counting,
        on_bound=lambda bound: part.raise_exceptions_bound(bound, "exceptions"),
    )
    if few.count.impossible:
        said = f"no plan keeps every demand{part.named}, even with networks outside the band."
        raise ImpossibleError("\n".join((said, *(each.text for each in part.explained(reasons)))))
    part.raise_exceptions_bound(few.count.bound or 0, "exceptions")
    return few


def _fewest_near_the_band(part: Part) -> FewestPlans | None:
    """The same over networks no further outside the band than the best plan; None where they cannot be listed."""
    if (best := part.best) is None:
        return None
    outside, warm = best.value.patients_outside, None
    if part.wide is not None and (wide := part.tied_widest()) is not None:
        bound_exceptions(part)
        near = np.flatnonzero(part.exceptional(wide[0])[1] <= outside)
        model = wide[0].take(near)
        warm = None if part.counting is None else part.counting.among(near)
    elif (widened := part.widened(outside)) is not None:
        model = part.tied(widened)
    else:
        return None
    part.candidates = part.columns = len(model.store)
    exceptional, deadline = part.exceptional(model)[0], part.deadline.share(COUNT_SHARE)
    plan = part.columns_of(model)
    return among_fewest(model, exceptional, deadline, least=part.exceptions_bound, plan=plan, warm=warm)


def _rule_out_one(part: Part) -> None:
    """Find a plan with one exception or prove that there is none, where few networks within the band leave it."""
    rules, problem = part.rules, part.problem
    few = problem.patients // rules.least <= FEW_NETWORKS
    if not few or part.exceptions_bound != 1 or part.most_exceptions[0] < 2:
        return
    if (model := part.listed(rules.least, rules.most, enclaves=False)) is None:
        return
    store = model.store.take(np.flatnonzero(counts_allowed(model.store, part.problem.limits)))
    largest = problem.largest
    adjacency, band = Adjacency.of(problem.graph), (rules.least, rules.most)
    status, owner = one_exception(store, adjacency, band, largest, networks=part.demands.networks or 0)
    if status == FOUND:
        plan = [tuple(np.flatnonzero(owner == each).tolist()) for each in np.unique(owner)]
        part.offer(part.value_of(plan), "exceptions")
    elif status == NONE:
        part.raise_exceptions_bound(2, "exceptions")
    part.hold(-model.nbytes)


def need_exceptions(part: Part) -> bool:
    """Whether the relaxation over networks of any size, where they can be listed, proves that no plan is without."""
    best = part.incumbent
    if best is None or not best.value.exceptions or (wide := part.tied_widest()) is None:
        return False
    model, exceptional = wide
    relaxed = relax(model.partitioning(exceptional), part.deadline.share(BOUND_SHARE))
    if not math.isfinite(relaxed.bound):
        # Not even with exceptions is there a plan: counting them comes to the same, and says so.
        return True
    part.counting = relaxed.learnt
    part.hold(relaxed.column_bounds.nbytes)
    part.raise_exceptions_bound(at_least(relaxed.bound), "exceptions")
    return part.exceptions_bound > 0


def bound_exceptions(part: Part) -> bool:
    """Bound the plans with no more exceptions than the best so far, by the relaxation over networks of any size.

    Returns
    -------
    bool
        False where those cannot be listed: the bound is what was known before.
    """
    if (best := part.best) is None or not best.value.exceptions:
        return True
    if (wide := part.tied_widest()) is None:
        return False
    model, exceptional = wide
    exceptions, known = best.value.exceptions, part.relaxed
    if known is not None and known[0] == exceptions and known[3]:
        return True
    some = model.partitioning(model.costs, [SideRow(exceptional, -math.inf, float(exceptions))])
    # Where time was up, or a better plan has come since, it goes on.
    warm, around = (None, None) if known is None else known[1:3]
    relaxed = relax(some, part.deadline.share(BOUND_SHARE), warm, around=around)
    if math.isfinite(relaxed.bound):
        part.raise_bound(relaxed.bound, "bound")
        done = relaxed.program.complete and relaxed.missing < TINY
        part.relaxed = exceptions, relaxed.columns, relaxed.duals, done
    return True


def cheapest(part: Part, few: FewestPlans, near: FewestPlans, reasons: Sequence[Obstacle]) -> PartPlan:
    """The least cost among the plans nearest to the band; all with as few exceptions bound what is not proven."""
    assert near.chosen is not None  # noqa: S101 (the caller has looked)
    model, every, listed = near.model, few.model, part.candidates
    exceptions, settled = few.count.found or 0, few.count.found == part.exceptions_bound
    solution = part.solve_model(model, exceptions)
    if solution.chosen is None:
        cost = math.fsum(model.costs[near.chosen])
        solution = Solution("feasible", near.chosen, cost, max(0.0, min(solution.bound, cost)))
    said, proven = method(solution, listed), settled and near.count.proven
    if not proven:
        missing = "as near the band as possible" if settled else "the fewest possible"
        said += f" That the exceptions are {missing} is not proven."
        bound = part.bounds.get(None, 0.0)
        if not part.deadline.passed:
            bound = max(bound, relax(every.partitioning(every.costs), part.deadline).bound)
        solution = replace(solution, status="feasible", bound=min(bound, solution.cost))
    assert solution.chosen is not None  # noqa: S101 (the first choice stands in)
    groups = model.groups(solution.chosen)
    return PartPlan(groups, solution, listed, said, tuple(reasons), model, proven, exceptions)
