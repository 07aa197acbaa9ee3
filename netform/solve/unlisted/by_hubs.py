"""Generated columns: a bound by exact pricing hub by hub, and plans by beams through the columns near the relaxation.

Both begin with the relaxation over generated columns (`netform.solve.unlisted.column_generation`). Cuts bring its duals
so near to what whole networks cost that the columns of good plans are among those of low reduced cost: a beam goes on
with a few hundred states at a time, from either end of the map. Apart from that every hub is priced exactly, which
bounds all plans, cuts are added, and the number of networks is branched on where those are few: always on with the
branch of which less is proven. Once few columns are left that a better plan may have, they are all listed, hub by hub,
and solved over (Baldacci, Christofides and Mingozzi, 2008).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.scores import candidate_costs
from netform.solve.diagram.build import best_below
from netform.solve.diagram.variable_order import spectral_order
from netform.solve.exact.solver import solve_set_partitioning
from netform.solve.model.problem import SetPartitioning, store_of
from netform.solve.primal.first_plan import incumbents
from netform.solve.primal.value import PlanDemands
from netform.solve.unlisted.column_generation import ANY_NUMBER, ColumnGenerator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netform.solve.model.budget import Deadline
    from netform.solve.model.outcome import Solution
    from netform.solve.model.problem import Group, Problem
    from netform.solve.part_candidates import Part
    from netform.solve.primal.first_plan import Incumbent

__all__ = ["beam_search", "beam_turns", "bound_turns", "branched_on_count", "rounded"]


@dataclass(frozen=True, slots=True)
class BeamParams:
    """How plans are found among generated columns.

    Attributes
    ----------
    rounds, cuts : int
        Before each beam so many rounds of so many cuts.
    widths : tuple of int
        States of successive beams: the first find plans at once, wider ones see no further than cuts have brought them.
    pool, met : int
        Columns to choose among for every practice: so many of lowest reduced cost, of so many times as many that are
        looked for.
    near : float
        Columns are looked for that cost up to what a plan may cost beyond the relaxation, and up to this share of a
        network at least.
    spare : float
        States are gone on with up to so much above the dearest that the width keeps, as a share of a network.
    far, effort : float, int
        Where the best plan costs so much more than the relaxation, as a share of it, what that chooses is rounded to a
        plan before each beam, which search betters by so many neighbourhoods for each network.
    dearer : float
        A plan with fewer exceptions may cost so much more than the relaxation, as a share of it, at least.
    """

    rounds: int = 2
    cuts: int = 100
    widths: tuple[int, ...] = (30, 30, 100, 100, 300)
    pool: int = 250
    met: int = 4
    near: float = 0.03
    spare: float = 0.015
    far: float = 0.01
    effort: int = 10
    dearer: float = 0.05


BEAMS = BeamParams()


@dataclass(frozen=True, slots=True)
class GapListingParams:
    """When all columns that a better plan may have are listed, and solved over.

    Attributes
    ----------
    gap : float
        What a plan may cost beyond the bound at most, as a share of a network.
    share, seconds : float
        Of the time left, at most so long, they are looked for.
    nearer : float
        Where that was too short, they are looked for once so much is left of the gap.
    most : int
        Columns.
    column : int
        Bytes for each while they are found and solved over.
    """

    gap: float = 0.1
    share: float = 0.1
    seconds: float = 60.0
    nearer: float = 0.6
    most: int = 2_000_000
    column: int = 400


GAP_LISTING = GapListingParams()

# The number of networks is branched on where the relaxation is at least so far from a whole one, up to so many: of more
# networks one more or less changes little, and two proofs take twice as long.
FRACTION, MANY = 0.05, 8

# Seconds to wait for the other thread, where there is nothing else to do.
MOMENT = 0.01

# Steps of a proof, at most.
MOST_STEPS = 1000

# A plan is better by at least so many hours per week.
LEAST_GAIN = 1e-6


def bound_turns(part: Part, deadline: Deadline | None = None) -> Iterator[None]:
    """Price exactly and cut by turns, which raises the bound.

    Parameters
    ----------
    part : Part
        With a plan that keeps every demand.
    deadline : Deadline, optional
        Else that of the part.
    """
    deadline = part.deadline if deadline is None else deadline
    most = part.most_exceptions
    branches = [_relaxation(part, deadline, *most)]
    yield
    for _ in range(MOST_STEPS):
        if part.most_exceptions != most:
            # Better plans have fewer exceptions by now, or are nearer the band: their bound is higher.
            most = part.most_exceptions
            branches = [branches[0].branch((branches[0].fewest, branches[0].many), *most)]
        branch = min(branches, key=lambda each: each.bound)
        cost = _best(part).value.cost
        if deadline.passed or part.done or not branch.advance(part.candidate_cache.workers, cost):
            break
        if len(branches) == 1:
            branches = branched_on_count(branch)
            branch = min(branches, key=lambda each: each.bound)
        branch.fix_by_reduced_cost(_best(part).value.cost)
        _close(part, branch, min((each.bound for each in branches if each is not branch), default=math.inf))
        bound = min(each.bound for each in branches)
        part.raise_bound(bound, "generated columns", None if most[0] else 0)
        yield


def _close(part: Part, branch: ColumnGenerator, others: float) -> None:
    """Solve over every column that a better plan of a branch may have, where those are few.

    Parameters
    ----------
    part : Part
    branch : ColumnGenerator
        Raised to what is proven of it.
    others : float
        The bound of the other branches.
    """
    cost, exceptions = _best(part).value.cost, _best(part).value.exceptions
    gap = cost - branch.bound
    if branch.priced_out is None or gap > min(branch.closing, GAP_LISTING.gap * branch.mean_cost) or gap <= 0:
        return
    memory, deadline = part.problem.memory, branch.deadline
    until = deadline.share(GAP_LISTING.share, GAP_LISTING.seconds)
    most = min(GAP_LISTING.most, memory.most(GAP_LISTING.column))
    with part.stage("enumerate"):
        store = branch.columns_within(cost, until, part.candidate_cache.workers, most)
    if store is None:
        branch.closing = gap * GAP_LISTING.nearer
        return
    part.columns = len(store)
    costs = candidate_costs(store, part.problem.data)
    sides = (*part.linking.rows(store, part.problem.codes), *branch.sides_beyond_arithmetic(store))
    left = memory.left_beside(store.nbytes + costs.nbytes)
    partitioning = SetPartitioning(store, costs, sides, len(part.problem.codes), left)

    def take(found: Solution) -> None:
        if found.chosen is not None:
            part.offer(part.value_of([tuple(store[int(j)].tolist()) for j in found.chosen]), "columns")
        branch.bound = max(branch.bound, min(found.bound, cost))
        part.raise_bound(min(branch.bound, others), "columns", None if exceptions else 0)

    take(solve_set_partitioning(partitioning, deadline, cutoff=cost, on_plan=take))


def beam_turns(part: Part, deadline: Deadline) -> Iterator[None]:
    """Find plans by beams among the columns that cuts bring near: with fewer exceptions first, then cheaper ones.

    Parameters
    ----------
    part : Part
        With a plan that keeps every demand.
    deadline : Deadline
    """
    # Search is the better use of the time while the relaxation is made beside.
    while part.generating.locked():
        sleep(MOMENT)
        yield
    if not part.sound:
        yield from _fewer_exceptions(part, deadline)
    exceptions = part.most_exceptions[0]
    yield from _beams(part, _relaxation(part, deadline, exceptions, _best(part).value.patients_outside))


def _fewer_exceptions(part: Part, deadline: Deadline) -> Iterator[None]:
    """Bisect the number of exceptions between what is proven too few, or beams failed at, and the best plan's."""
    branch = _relaxation(part, deadline, part.most_exceptions[0], None)
    failed_at = part.exceptions_bound - 1
    while failed_at < part.most_exceptions[0] - 1 and not deadline.passed:
        yield
        few = (failed_at + part.most_exceptions[0]) // 2
        fewer = branch.branch((branch.fewest, branch.many), few)
        fewer.cover()
        if fewer.covers_all:
            yield from _beams(part, fewer)
        if part.most_exceptions[0] > few:
            failed_at = few


def _beams(part: Part, branch: ColumnGenerator) -> Iterator[None]:
    """Beams of rising width among the columns of a relaxation, with cuts before each, until there is nothing better."""
    branch.cover()
    for k, width in enumerate(BEAMS.widths):
        cost, fewer = _best(part).value.cost, branch.exceptions < part.most_exceptions[0]
        if fewer:
            # Such a plan is better whatever it costs, and often found without a cut.
            cost = max(cost, branch.value * (1 + BEAMS.dearer))
        elif cost > branch.value * (1 + BEAMS.far):
            _round(part, branch, k)
            cost = _best(part).value.cost
            yield
        for _ in range(0 if fewer and not k else BEAMS.rounds):
            if branch.deadline.passed or branch.value >= cost:
                break
            branch.tighten(BEAMS.cuts)
            yield
        found = beam_search(branch, cost, BEAMS.pool * len(part.problem.codes), width)
        if found is not None:
            part.offer(part.value_of(found), "generated columns")
            if fewer:
                return
        yield


def _round(part: Part, branch: ColumnGenerator, seed: int) -> None:
    """Round a relaxation: plan by search what `rounded` leaves, and better the whole plan.

    The relaxation sees at once how many networks pay and about which, where search and beams would go wrong somewhere.
    """
    problem, demands = part.problem, part.demands
    plan, left = rounded(branch)
    if left:
        rest = PlanDemands(None if demands.networks is None else max(1, demands.networks - len(plan)))
        effort = BEAMS.effort * len(left)
        found = incumbents(problem.among(left), rest, effort=effort, deadline=branch.deadline)
        plan += [tuple(left[v] for v in group) for group in found.groups]

    def offer(plan: Sequence[Group]) -> None:
        part.offer(part.value_of(plan), "relaxation rounded")

    offer(plan)
    incumbents(
        problem,
        demands,
        plan=plan,
        seed=part.options.seed + seed,
        effort=BEAMS.effort * len(plan),
        deadline=branch.deadline,
        on_plan=lambda found: offer(found.groups),
    )


def rounded(branch: ColumnGenerator) -> tuple[list[Group], list[int]]:
    """The columns that a relaxation chooses most, no two with the same practice, and the practices in none of them.

    A column is passed over where arithmetic does not let networks within the band hold every connected piece of what it
    would leave.
    """
    plan: list[Group] = []
    left = set(range(len(branch.problem.codes)))
    for k in branch.chosen[np.argsort(-branch.values[branch.chosen], kind="stable")]:
        column = tuple(branch.store[int(k)].tolist())
        if left.issuperset(column) and _divisible(branch.problem, left.difference(column)):
            left.difference_update(column)
            plan.append(column)
    return plan, sorted(left)


def _divisible(problem: Problem, left: set[int]) -> bool:
    """Whether arithmetic lets networks within the band hold every connected piece of some practices."""
    rules, list_size = problem.data.rules, problem.data.list_size
    pieces = nx.connected_components(problem.graph.subgraph(left))
    patients = [int(list_size[list(piece)].sum()) for piece in pieces]
    return all(-(-each // rules.most) * rules.least <= each for each in patients)


def _relaxation(
    part: Part, deadline: Deadline, exceptions: int, patients_outside: int | None
) -> ColumnGenerator:
    """The relaxation with so many exceptions and patients outside the band, from the columns of the latest one."""
    problem, networks = part.problem, part.demands.networks
    with part.generating:
        store, duals, possible = store_of(_best(part).groups, len(problem.codes)), None, None
        if part.centres is not None:
            duals = part.centres.duals
            # Columns are priced whoever may be the hub.
            if not (exceptions or problem.limits.limits_hubs or problem.limits.must_hub.any()):
                possible = np.isfinite(part.centres.costs.hours)
        if part.generated is not None:
            store, duals = part.generated
        numbers = ANY_NUMBER if networks is None else (networks, networks)
        branch = ColumnGenerator(
            problem, store, deadline, duals, possible, numbers, exceptions, patients_outside
        )
        branch.generate()
        part.generated = branch.store, branch.duals
    return branch


def _best(part: Part) -> Incumbent:
    """The best plan so far, which is there: whoever begins a turn has looked."""
    assert part.incumbent is not None  # noqa: S101 (the caller has looked)
    return part.incumbent


def branched_on_count(branch: ColumnGenerator) -> list[ColumnGenerator]:
    """Those of fewer and of more networks, where a relaxation out of its box has a fraction of few; else itself."""
    number = float(branch.values.sum())
    fewer = math.floor(number)
    if branch.exceptions or fewer > MANY or abs(number - round(number)) < FRACTION or not branch.covers_all:
        return [branch]
    branches = [branch.branch((branch.fewest, fewer)), branch.branch((fewer + 1, branch.many))]
    for each in branches:
        each.bound = branch.bound
    return branches


def beam_search(generator: ColumnGenerator, cost: float, pool: int, width: int) -> list[Group] | None:
    """A plan below a cost that few states lead to, among the columns of lowest reduced cost.

    Parameters
    ----------
    generator : ColumnGenerator
        From which no more columns come.
    cost : float
        Hours per week.
    pool : int
        Columns to choose among.
    width : int
        States of a layer.
    """
    problem = generator.problem
    if generator.value >= cost - LEAST_GAIN:
        return None
    within = max(BEAMS.near * generator.mean_cost, cost - generator.value)
    near = generator.columns_near(generator.duals, within, BEAMS.met * pool)
    store = generator.permitted(near, problem.limits)
    costs = candidate_costs(store, problem.data)
    reduced = np.maximum(generator.reduced_costs(store, costs), 0.0)
    nearest = np.sort(np.argsort(reduced, kind="stable")[:pool])
    store, costs, reduced = store.take(nearest), costs[nearest], reduced[nearest]
    sides = generator.sides_beyond_arithmetic(store)
    some = SetPartitioning(store, costs, sides, len(problem.codes), problem.memory)
    order, cuts = spectral_order(store, reduced), generator.priced_cuts(generator.duals)
    found, spare = None, BEAMS.spare * generator.mean_cost
    for end in (order, np.ascontiguousarray(order[::-1])):
        if generator.deadline.passed:
            break
        chosen = best_below(
            some, reduced, generator.value, cost - LEAST_GAIN, width, end, cuts, spare=spare
        ).chosen
        if chosen is not None:
            found = sorted(tuple(store[int(j)].tolist()) for j in chosen)
            cost = math.fsum(costs[chosen])
    return found
