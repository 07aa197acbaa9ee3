"""Starts: whole plans by random trees, by merging what stands alone, or by what stands today.

Trees give plans near the band for every number of networks that arithmetic allows. Where they break what is demanded of
networks, merging practices that stand alone keeps it nearly always; where few may move, the start's own networks do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.solve.primal.atoms import AtomMap, atom_map, connected_pieces, numbered, unit_pieces
from netform.solve.primal.trees import Bounds, divided_part
from netform.solve.primal.value import NO_DEMANDS_OVER_PLAN, PlanDemands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from netform.solve.model.problem import Problem


__all__ = ["StartParams", "Terrain", "alone", "from_start", "tree_starts"]


@dataclass(frozen=True, slots=True)
class StartParams:
    """How hard starts try.

    Attributes
    ----------
    numbers : int
        Numbers of networks that are tried, spread evenly over those that arithmetic allows: cost changes smoothly with
        the number, so that search finds the best from a neighbour.
    starts_per_number : int
        Plans by trees for each: one tree in two or so is unlucky at some cut.
    trees_per_cut : int
        Trees tried as long as none has a cut that both sides can hold: in narrow bands (1%) one in ten has.
    """

    numbers: int = 8
    starts_per_number: int = 2
    trees_per_cut: int = 12


@dataclass(frozen=True, slots=True)
class Terrain:
    """The contracted map twice: for search, and for starts.

    Attributes
    ----------
    atoms : AtomMap
        Pieces of units that hang together, and free practices.
    whole : AtomMap
        Units whose pieces do not touch are whole here, with the practices on a way between them.
    parts : tuple of ndarray of int64
        The connected parts of ``whole``, as its atoms.
    bounds : Bounds
    """

    atoms: AtomMap
    whole: AtomMap
    parts: tuple[NDArray[np.int64], ...]
    bounds: Bounds

    @classmethod
    def of(
        cls, problem: Problem, params: StartParams, demands: PlanDemands = NO_DEMANDS_OVER_PLAN
    ) -> Terrain:
        """The terrain of a problem, and the band for trees: as wide as the number of networks demanded needs it."""
        pieces = unit_pieces(problem)
        atoms, whole = atom_map(problem, pieces), atom_map(problem, _with_ways(problem, pieces))
        part_of = connected_pieces(whole, np.zeros(whole.size, np.int64))
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
            params.trees_per_cut,
            max(typical, 1e-3),
        )
        parts = tuple(np.flatnonzero(part_of == k) for k in range(int(part_of.max()) + 1))
        return cls(atoms, whole, parts, bounds)

    def on_atoms(self, labels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Labels of the atoms of ``whole`` as those of ``atoms``."""
        return labels[self.whole.atom_of[self.atoms.practices[self.atoms.first[:-1]]]]


def _with_ways(problem: Problem, pieces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Join the pieces of each unit by the shortest ways between them that meet no other unit, where there are any."""
    limits, graph = problem.limits, problem.graph
    joined = nx.Graph()
    joined.add_nodes_from(range(len(pieces)))
    for piece in range(int(pieces.max()) + 1):
        nx.add_path(joined, np.flatnonzero(pieces == piece).tolist())
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


def _numbers_of_networks(
    terrain: Terrain, demands: PlanDemands, params: StartParams
) -> list[NDArray[np.int64]]:
    """How many networks to divide each connected part into; the middle of what arithmetic allows first."""
    bounds = terrain.bounds
    patients = np.array([terrain.whole.patients[part].sum() for part in terrain.parts])
    counted = np.array([terrain.whole.counted[part].sum() for part in terrain.parts])
    size = np.array([len(part) for part in terrain.parts])
    fewest = np.maximum(-(-patients // bounds.most), -(-counted // bounds.most_practices))
    most = np.minimum(patients // bounds.least, counted // max(1, bounds.least_practices))
    # Where no number will do, both sides of the gap are tried.
    low, high = np.clip(np.minimum(fewest, most), 1, size), np.clip(np.maximum(fewest, most), 1, size)
    if demands.networks is not None:
        return [_shared_out(demands.networks, patients, size)]
    steps = min(params.numbers, int((high - low).max()) + 1)
    shares = (
        [0.5] if steps == 1 else sorted((k / (steps - 1) for k in range(steps)), key=lambda s: abs(s - 0.5))
    )
    return [low + np.round((high - low) * share).astype(np.int64) for share in shares]


def _shared_out(networks: int, patients: NDArray[np.int64], size: NDArray[np.int64]) -> NDArray[np.int64]:
    """Share a number of networks out among parts by their patients, each at least one and no more than its atoms."""
    number = np.ones(len(size), np.int64)
    while number.sum() < networks and (number < size).any():
        number[np.argmax(np.where(number < size, patients / number, -1.0))] += 1
    return number


def tree_starts(
    terrain: Terrain, demands: PlanDemands, params: StartParams, seed: int
) -> Iterator[NDArray[np.int64]]:
    """Plans by random trees, as labels of the atoms, one number of networks after the other.

    Parameters
    ----------
    terrain : Terrain
    demands : PlanDemands
    params : StartParams
    seed : int
    """
    random = np.random.default_rng(seed)
    for _ in range(params.starts_per_number):
        for number in _numbers_of_networks(terrain, demands, params):
            labels, used = np.zeros(terrain.whole.size, np.int64), 0
            for part, networks in zip(terrain.parts, number.tolist(), strict=True):
                order = part.copy()
                found = divided_part(terrain.whole, terrain.bounds, order, networks, random)
                labels[order] = found + used
                used += int(found.max()) + 1
            yield terrain.on_atoms(labels)


def alone(terrain: Terrain) -> NDArray[np.int64]:
    """Each unit with its ways a network, and each other practice."""
    return terrain.on_atoms(np.arange(terrain.whole.size))


def from_start(terrain: Terrain, demands: PlanDemands) -> NDArray[np.int64]:
    """The networks where the plan starts, in connected pieces; who is in none stands alone.

    Parameters
    ----------
    terrain : Terrain
    demands : PlanDemands
        With a start.
    """
    assert demands.start is not None  # noqa: S101 (asked for only then)
    atoms = terrain.atoms
    return connected_pieces(atoms, demands.start[atoms.practices[atoms.first[:-1]]])
