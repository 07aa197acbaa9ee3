"""Find a plan by search: an incumbent at once, and better ones as long as effort and time last."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.solve.model.stopping import NEVER, Deadline
from netform.solve.primal.atoms import labels_of, networks_of
from netform.solve.primal.exchanges import MERGES, Ground
from netform.solve.primal.local_search import LabelledPlan, SearchParams, better_borders, search
from netform.solve.primal.starts import StartParams, Terrain, alone, from_start, tree_starts
from netform.solve.primal.value import NO_DEMANDS_OVER_PLAN, PlanDemands, PlanValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from netform.solve.model.problem import Group, Problem

__all__ = ["Incumbent", "PrimalParams", "improve", "incumbents"]


@dataclass(frozen=True, slots=True)
class PrimalParams:
    """The parameters of starts and of search, and how far effort goes.

    Attributes
    ----------
    starts : StartParams
    search : SearchParams
    swaps : int
        Swaps of one pair of networks that are scored in one round: all, where networks hold less than thirty practices
        or so; of more, a random share each time.
    bettered : int
        Starts whose borders are bettered, the best first: beyond a few the search itself is the better use of time.
    """

    starts: StartParams = field(default_factory=StartParams)
    search: SearchParams = field(default_factory=SearchParams)
    swaps: int = 150
    bettered: int = 4


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The best plan so far.

    Attributes
    ----------
    groups : tuple of groups
        Cover every practice once, each connected; in order.
    value : PlanValue
    """

    groups: tuple[Group, ...]
    value: PlanValue

    @property
    def sound(self) -> bool:
        """Whether it keeps every demand and has no exceptions."""
        return self.value[:2] == (0, 0)


def incumbents(
    problem: Problem,
    demands: PlanDemands = NO_DEMANDS_OVER_PLAN,
    *,
    seed: int = 0,
    effort: int = 20_000,
    deadline: Deadline = NEVER,
    on_plan: Callable[[Incumbent], None] = lambda _plan: None,
    until_sound: bool = False,
) -> Incumbent:
    """Find a plan, whatever is asked, and better it.

    Parameters
    ----------
    problem : Problem
        One connected part, or several.
    demands : PlanDemands
        The rules over the whole plan.
    seed : int
    effort : int
        Neighbourhoods that are searched once there is a plan.
    deadline : Deadline
        Ends the search, though not before there is a plan.
    on_plan : callable
        Told of every better plan.
    until_sound : bool
        Whether to stop at the first plan that keeps every demand and has no exceptions.
    """
    run = _Run(problem, demands, seed, deadline, on_plan, until_sound)
    starts: list[LabelledPlan] = []
    for labels in run.starts():
        starts.append(LabelledPlan.of(run.ground, labels))
        if not run.offer(starts[-1]):
            return run.incumbent
    for start in sorted(starts, key=lambda plan: plan.value(run.ground))[: run.params.bettered]:
        better_borders(run.ground, start, seed, deadline, run.offer)
        if run.finished:
            break
    return run.bettered(effort)


def improve(
    problem: Problem,
    plan: Sequence[Group],
    demands: PlanDemands = NO_DEMANDS_OVER_PLAN,
    *,
    seed: int = 0,
    effort: int = 20_000,
    deadline: Deadline = NEVER,
    on_plan: Callable[[Incumbent], None] = lambda _plan: None,
) -> Incumbent:
    """Go on from a plan, as `incumbents` does from its own.

    Parameters
    ----------
    problem : Problem
    plan : sequence of groups
        Covers every practice once, each connected.
    demands, seed, effort, deadline, on_plan
        As there; it is told of plans better than the one given.
    """
    run = _Run(problem, demands, seed, deadline, on_plan)
    run.best = LabelledPlan.of(run.ground, labels_of(run.terrain.atoms, plan))
    better_borders(run.ground, run.best, seed, deadline, run.offer)
    return run.bettered(effort)


@dataclass(slots=True)
class _Run:
    """One search: what it works on, and the best plan so far."""

    problem: Problem
    demands: PlanDemands
    seed: int
    deadline: Deadline
    on_plan: Callable[[Incumbent], None]
    until_sound: bool = False
    params: PrimalParams = field(default_factory=PrimalParams)
    terrain: Terrain = field(init=False)
    ground: Ground = field(init=False)
    best: LabelledPlan | None = None

    def __post_init__(self) -> None:
        """Contract the map to atoms."""
        self.terrain = Terrain.of(self.problem, self.params.starts, self.demands)
        atoms, bounds = self.terrain.atoms, self.terrain.bounds
        self.ground = Ground(self.problem, self.demands, atoms, bounds, self.params.swaps)

    @property
    def incumbent(self) -> Incumbent:
        """The best plan so far."""
        assert self.best is not None  # noqa: S101 (asked for only once there is one)
        groups = tuple(networks_of(self.terrain.atoms, self.best.labels))
        return Incumbent(groups, self.best.value(self.ground))

    @property
    def finished(self) -> bool:
        """Whether time is up, or the plan is what was asked for."""
        return self.deadline.passed or (self.until_sound and self.best is not None and self.incumbent.sound)

    def offer(self, plan: LabelledPlan) -> bool:
        """Take a plan that is better than the best, and say whether to go on."""
        if self.best is None or plan.value(self.ground) < self.best.value(self.ground):
            self.best = plan
            self.on_plan(self.incumbent)
        return not self.finished

    def bettered(self, effort: int) -> Incumbent:
        """Search from the best plan, and give the best then."""
        if self.best is not None and not self.finished:
            search(self.ground, self.best, self.params.search, self.seed, effort, self.deadline, self.offer)
        return self.incumbent

    def starts(self) -> Iterator[NDArray[np.int64]]:
        """Starts, those of trees first: their borders are not bettered yet."""
        yield from tree_starts(self.terrain, self.demands, self.params.starts, self.seed)
        if self.demands.start is not None:
            yield from_start(self.terrain, self.demands)
        broken = self.best is not None and self.incumbent.value.broken
        if self.problem.limits.forbids or self.demands or broken:
            # Around a hub trees may leave a network too large for an exception, and no single move mends that.
            # What stands alone is merged first: moves would be looked for in vain, or part what belongs together.
            plan = LabelledPlan.of(self.ground, alone(self.terrain))
            yield better_borders(self.ground, plan, self.seed, self.deadline, kinds=MERGES).labels
