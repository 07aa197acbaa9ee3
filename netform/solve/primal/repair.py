"""Repair a plan by chains: atoms handed on from network to network until one outside the band comes into it.

Where neither neighbour can give or take, a network further off may: along the shortest way over networks one atom moves
over each border, and all between stay within the band.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np

from netform.solve.primal.local_search import LabelledPlan
from netform.solve.primal.value import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from netform.solve.model.stopping import Deadline
    from netform.solve.primal.exchanges import Ground

__all__ = ["RepairParams", "mend"]


@dataclass(frozen=True, slots=True)
class RepairParams:
    """How far chains are looked for.

    Attributes
    ----------
    chains : int
        Chains that are sought for one plan: few networks are left outside the band where it matters which; where many
        are, neighbourhood search mends them faster.
    steps : int
        Steps looked at for one: a shortest chain is found long before, or there is none worth having.
    """

    chains: int = 20
    steps: int = 20_000


class _Step(NamedTuple):
    """An atom that goes over a border, and the step before it."""

    atom: int
    one: int
    other: int
    before: _Step | None

    @property
    def networks(self) -> set[int]:
        """All networks of the chain up to here."""
        return {self.one, self.other} | (self.before.networks if self.before else set())


def mend(ground: Ground, plan: LabelledPlan, params: RepairParams, deadline: Deadline) -> LabelledPlan:
    """Mend networks outside the band by chains, as long as that makes the plan better.

    Parameters
    ----------
    ground : Ground
    plan : LabelledPlan
    params : RepairParams
    deadline : Deadline
    """
    given_up: set[frozenset[int]] = set()
    chains = _Chains(ground, plan)
    for _ in range(params.chains):
        outside = plan.values[:, OUTSIDE]
        waiting = [g for g in np.argsort(-outside, kind="stable").tolist() if outside[g] > 0]
        network = next((g for g in waiting if chains.members(g) not in given_up), None)
        if network is None or deadline.passed:
            break
        labels = chains.labels(network, params.steps)
        better = plan if labels is None else LabelledPlan.of(ground, labels)
        if better.value(ground) < plan.value(ground):
            plan, chains = better, _Chains(ground, better)
        else:
            given_up.add(chains.members(network))
    return plan


@dataclass(slots=True)
class _Chains:
    """The steps that a plan allows."""

    ground: Ground
    plan: LabelledPlan
    next_to: list[list[int]] = field(init=False)
    label: list[int] = field(init=False)
    size: list[int] = field(init=False)
    patients: list[int] = field(init=False)
    free: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Find who may leave a network without parting it."""
        atoms = self.ground.atoms
        self.next_to = [part.tolist() for part in np.split(atoms.neighbours, atoms.indptr[1:-1])]
        self.label, self.size = self.plan.labels.tolist(), atoms.patients.tolist()
        number = len(self.plan.values)
        self.patients = np.bincount(self.plan.labels, atoms.patients, number).astype(np.int64).tolist()
        inner = nx.Graph()
        inner.add_nodes_from(range(atoms.size))
        inner.add_edges_from(
            (v, u) for v in range(atoms.size) for u in self.next_to[v] if self.label[u] == self.label[v]
        )
        bound = set(nx.articulation_points(inner))
        alone = np.bincount(self.plan.labels, minlength=number) == 1
        self.free = [[] for _ in range(number)]
        for v, network in enumerate(self.label):
            if v not in bound and not alone[network]:
                self.free[network].append(v)

    def members(self, network: int) -> frozenset[int]:
        """The atoms of a network."""
        return frozenset(np.flatnonzero(self.plan.labels == network).tolist())

    def labels(self, network: int, most_steps: int) -> NDArray[np.int64] | None:
        """The plan after a shortest chain that brings a network nearer to the band; None where there is none."""
        bounds = self.ground.bounds
        over = self.patients[network] > bounds.most
        begins = [network] if over else [g for g in range(len(self.free)) if g != network]
        waiting = deque(
            step
            for g in begins
            for step in self.steps(g, None)
            if over or self.patients[g] - self.size[step.atom] >= bounds.least
        )
        met = {(step.atom, step.other) for step in waiting}
        for _ in range(most_steps):
            if not waiting:
                return None
            step = waiting.popleft()
            then = self.patients[step.other] + self.size[step.atom]
            if then <= bounds.most and (over or step.other == network):
                return self.after(step)
            if not over and step.other == network:
                continue
            for following in self.steps(step.other, step):
                if (following.atom, following.other) not in met:
                    met.add((following.atom, following.other))
                    waiting.append(following)
        return None

    def steps(self, one: int, before: _Step | None) -> Iterator[_Step]:
        """What may leave a network for others, after what the step before has brought."""
        bounds, brought = self.ground.bounds, 0 if before is None else self.size[before.atom]
        passed = set() if before is None else before.networks
        for v in self.free[one]:
            if before is not None:
                left = self.patients[one] + brought - self.size[v]
                joined = any(self.label[u] == one and u != v for u in self.next_to[before.atom])
                if not (bounds.least <= left <= bounds.most and joined):
                    continue
            for other in sorted({self.label[u] for u in self.next_to[v]} - {one} - passed):
                yield _Step(v, one, other, before)

    def after(self, step: _Step) -> NDArray[np.int64] | None:
        """The labels after a chain; None where an atom would have no neighbour left in its new network."""
        labels = self.plan.labels.copy()
        gone = {step.other: -1}
        while True:
            labels[step.atom] = step.other
            if not any(
                self.label[u] == step.other and u != gone[step.other] for u in self.next_to[step.atom]
            ):
                return None
            gone[step.one] = step.atom
            if step.before is None:
                return labels
            step = step.before
