"""Find a plan by search: an incumbent at once, and better ones as long as effort and time last.

It starts from whole plans by random trees, by merging what stands alone, or by what stands today. Trees give plans near
the band for every number of networks that arithmetic allows. Where they break what is demanded of networks, merging
practices that stand alone keeps it nearly always; where few may move, the start's own networks do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.solve.model.budget import NEVER, Deadline
from netform.solve.primal.atoms import atom_map, connected_pieces, labels_of, networks_of, numbered
from netform.solve.primal.exchanges import Ground
from netform.solve.primal.local_search import LabelledPlan, better_borders, search
from netform.solve.primal.trees import Bounds, divide
from netform.solve.primal.value import NO_DEMANDS_OVER_PLAN, PlanDemands, PlanValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from netform.solve.model.problem import Group, Problem

__all__ = ["Incumbent", "ground_of", "incumbents", "tree_starts"]


@dataclass(frozen=True, slots=True)
class StartParams:
    """How many plans search starts from.

    Attributes
    ----------
    numbers : int
        Of networks that are tried, spread evenly over those that arithmetic allows: cost changes smoothly with the
        number, so that search finds the best from a neighbour.
    per_number : int
        Plans by trees for each number: one tree in two or so is unlucky at some cut.
    bettered : int
        Starts whose borders are bettered, the best first: beyond a few the search itself is the better use of time.
    """

    numbers: int = 8
    per_number: int = 2
    bettered: int = 4


STARTS = StartParams()


def ground_of(problem: Problem, demands: PlanDemands) -> Ground:
    """Contract the map of a problem, and widen the band of trees as far as the number of networks demanded needs it.

    Parameters
    ----------
    problem : Problem
    demands : PlanDemands
    """
    pieces = connected_pieces(problem.graph, problem.limits.unit)
    atoms, whole = atom_map(problem, pieces), atom_map(problem, _with_ways(problem, pieces))
    rules, limits = problem.data.rules, problem.limits
    typical = float(np.median(atoms.minutes)) if len(atoms.minutes) else 1.0
    networks, patients = demands.networks, problem.patients
    # Where so many cannot be within the band, some are as far outside as exceptions go.
    fewer = networks is not None and networks * rules.most < patients
    more = networks is not None and networks * rules.least > patients
    bounds = Bounds(
        1 if more else rules.least,
        rules.exception_most if fewer else rules.most,
        limits.least_practices,
        limits.most_practices,
        max(typical, 1e-3),
    )
    return Ground(problem, demands, atoms, whole, bounds)


def _with_ways(problem: Problem, pieces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Join the pieces of each unit by the shortest ways between them that meet no other unit, where there are any."""
    limits, graph = problem.limits, problem.graph
    _, heads = np.unique(pieces, return_index=True)
    joined = nx.Graph(enumerate(heads[pieces].tolist()))
    taken = limits.unit >= 0
    for unit in np.unique(limits.unit[taken]).tolist():
        members = np.flatnonzero(limits.unit == unit).tolist()
        # Practices that may not share a network with the unit are no way.
        free = ~taken & ~limits.conflict[members].any(axis=0)
        free[members] = True
        around = graph.subgraph(np.flatnonzero(free).tolist())
        together = {members[0]}
        for v in members[1:]:
            if v not in together and nx.has_path(around, members[0], v):
                way = nx.shortest_path(around, members[0], v)
                nx.add_path(joined, way)
                together.update(way)
                taken[way] = True
    return numbered(joined)


def _numbers_of_networks(ground: Ground, parts: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """How many networks to divide each connected part into; the middle of what arithmetic allows first."""
    bounds, networks = ground.bounds, ground.demands.networks
    patients = np.array([ground.whole.patients[part].sum() for part in parts])
    counted = np.array([ground.whole.counted[part].sum() for part in parts])
    size = np.array([len(part) for part in parts])
    fewest = np.maximum(-(-patients // bounds.most), -(-counted // bounds.most_practices))
    most = np.minimum(patients // bounds.least, counted // max(1, bounds.least_practices))
    # Where no number will do, both sides of the gap are tried.
    low, high = np.clip(np.minimum(fewest, most), 1, size), np.clip(np.maximum(fewest, most), 1, size)
    if networks is not None:
        # Shared out by patients: to each part at least one, and no more than its atoms.
        number = np.ones(len(size), np.int64)
        while number.sum() < networks and (number < size).any():
            number[np.argmax(np.where(number < size, patients / number, -1.0))] += 1
        return [number]
    steps = min(STARTS.numbers, int((high - low).max()) + 1)
    shares = sorted((k / max(1, steps - 1) for k in range(steps)), key=lambda share: abs(share - 0.5))
    return [low + np.round((high - low) * share).astype(np.int64) for share in shares]


def tree_starts(ground: Ground, seed: int) -> Iterator[NDArray[np.int64]]:
    """Plans by random trees, as labels of the atoms, one number of networks after the other.

    Parameters
    ----------
    ground : Ground
    seed : int
    """
    random, whole = np.random.default_rng(seed), ground.whole
    connected = sorted(nx.connected_components(ground.problem.graph), key=min)
    parts = [np.unique(whole.atom_of[list(part)]) for part in connected]
    for _ in range(STARTS.per_number):
        for number in _numbers_of_networks(ground, parts):
            labels, used = np.zeros(whole.size, np.int64), 0
            for part, networks in zip(parts, number.tolist(), strict=True):
                order, kept = part.copy(), np.full(whole.size, -1, np.int64)
                found = divide(whole, ground.bounds, order, networks, kept, random)
                labels[order] = found + used
                used += int(found.max()) + 1
            yield _on_atoms(ground, labels)


def _on_atoms(ground: Ground, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Labels of the atoms of ``whole`` as those of ``atoms``."""
    return labels[ground.whole.atom_of[ground.atoms.heads]]


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
    plan: Sequence[Group] | None = None,
    seed: int = 0,
    effort: int = 20_000,
    deadline: Deadline = NEVER,
    on_plan: Callable[[Incumbent], object] = lambda _plan: None,
    until_sound: bool = False,
) -> Incumbent:
    """Find a plan, whatever is asked, and better it; or better the one given.

    Parameters
    ----------
    problem : Problem
        One connected part, or several.
    demands : PlanDemands
        The rules over the whole plan.
    plan : sequence of groups, optional
        To go on from: covers every practice once, each connected.
    seed : int
    effort : int
        Neighbourhoods that are searched once there is a plan.
    deadline : Deadline
        Ends the search, though not before there is a plan.
    on_plan : callable
        Told of every better plan, and of the first where none is given.
    until_sound : bool
        Whether to stop at the first plan that keeps every demand and has no exceptions.
    """
    run = _Run(ground_of(problem, demands), seed, deadline, on_plan, until_sound)
    starts: list[LabelledPlan] = []
    if plan is not None:
        run.best = LabelledPlan.of(run.ground, labels_of(run.ground.atoms, plan))
        starts.append(run.best)
    else:
        for labels in run.starts():
            starts.append(LabelledPlan.of(run.ground, labels))
            if not run.offer(starts[-1]):
                return run.incumbent
    for start in sorted(starts, key=lambda each: each.value(run.ground))[: STARTS.bettered]:
        better_borders(run.ground, start, seed, deadline, run.offer)
        if run.finished:
            break
    if run.best is not None and not run.finished:
        search(run.ground, run.best, seed, effort, deadline, run.offer)
    return run.incumbent


@dataclass(slots=True)
class _Run:
    """One search: what it works on, and the best plan so far."""

    ground: Ground
    seed: int
    deadline: Deadline
    on_plan: Callable[[Incumbent], object]
    until_sound: bool = False
    best: LabelledPlan | None = None

    @property
    def incumbent(self) -> Incumbent:
        """The best plan so far."""
        assert self.best is not None  # noqa: S101 (asked for only once there is one)
        groups = tuple(networks_of(self.ground.atoms, self.best.labels))
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

    def starts(self) -> Iterator[NDArray[np.int64]]:
        """Starts, those of trees first: their borders are not bettered yet."""
        ground = self.ground
        yield from tree_starts(ground, self.seed)
        if ground.demands.start is not None:
            # The networks there in connected pieces; who is in none stands alone.
            atom_of = dict(enumerate(ground.atoms.atom_of.tolist()))
            map_of_atoms = nx.relabel_nodes(ground.problem.graph, atom_of)
            yield connected_pieces(map_of_atoms, ground.demands.start[ground.atoms.heads])
        broken = self.best is not None and self.incumbent.value.broken
        if ground.problem.limits.forbids or ground.demands or broken:
            # Around a hub trees may leave a network too large for an exception, and no single move mends that.
            # What stands alone is merged first: moves would be looked for in vain, or part what belongs together.
            alone = LabelledPlan.of(ground, _on_atoms(ground, np.arange(ground.whole.size)))
            yield better_borders(ground, alone, self.seed, self.deadline, only_mergers=True).labels
