"""The map that search works on: atoms, which no network divides, and who borders whom.

An atom is a practice, or those of a unit that have to share a network (together, merged) and hang together on the map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.solve.model.problem import Group, Problem

__all__ = ["AtomMap", "atom_map", "connected_pieces", "labels_of", "networks_of", "numbered", "unit_pieces"]


class AtomMap(NamedTuple):
    """The atoms of a problem, numbered 0..a-1, as arrays for the kernels.

    Attributes
    ----------
    indptr : ndarray of int64, shape (a + 1,)
    neighbours : ndarray of int64
        The atoms next to atom i are ``neighbours[indptr[i]:indptr[i + 1]]``, ascending.
    minutes : ndarray of float64
        Beside each neighbour the shortest journey over the border, one way.
    patients : ndarray of int64, shape (a,)
        Registered patients.
    counted : ndarray of int64, shape (a,)
        Practices, merged ones counted once.
    first : ndarray of int64, shape (a + 1,)
    practices : ndarray of int64, shape (n,)
        Those of atom i are ``practices[first[i]:first[i + 1]]``, ascending.
    atom_of : ndarray of int64, shape (n,)
        The atom of each practice.
    """

    indptr: NDArray[np.int64]
    neighbours: NDArray[np.int64]
    minutes: NDArray[np.float64]
    patients: NDArray[np.int64]
    counted: NDArray[np.int64]
    first: NDArray[np.int64]
    practices: NDArray[np.int64]
    atom_of: NDArray[np.int64]

    @property
    def size(self) -> int:
        """How many atoms there are."""
        return len(self.patients)


def unit_pieces(problem: Problem) -> NDArray[np.int64]:
    """Number the pieces of units that hang together, and every free practice by itself.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    ndarray of int64, shape (n,)
        Atom of each practice, in order of the first practice of each.
    """
    unit = problem.limits.unit
    inside = nx.Graph()
    inside.add_nodes_from(range(len(unit)))
    inside.add_edges_from((a, b) for a, b in problem.graph.edges if unit[a] >= 0 and unit[a] == unit[b])
    return numbered(inside)


def numbered(joined: nx.Graph) -> NDArray[np.int64]:
    """Number the connected parts of a graph on 0..n-1 by their first node, and give every node its number."""
    number = np.empty(len(joined), np.int64)
    for k, part in enumerate(sorted(nx.connected_components(joined), key=min)):
        number[list(part)] = k
    return number


def connected_pieces(atoms: AtomMap, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the connected sets of atoms of the same label; each of label -1 stands alone.

    Parameters
    ----------
    atoms : AtomMap
    labels : ndarray of int64, shape (a,)
    """
    one = np.repeat(np.arange(atoms.size), np.diff(atoms.indptr))
    kept = (labels[one] >= 0) & (labels[one] == labels[atoms.neighbours])
    joined = nx.Graph()
    joined.add_nodes_from(range(atoms.size))
    joined.add_edges_from(zip(one[kept].tolist(), atoms.neighbours[kept].tolist(), strict=True))
    return numbered(joined)


def atom_map(problem: Problem, atom_of: NDArray[np.int64]) -> AtomMap:
    """Contract the map of a problem.

    Parameters
    ----------
    problem : Problem
    atom_of : ndarray of int64, shape (n,)
        Atoms 0..a-1, each of them connected.
    """
    size = int(atom_of.max()) + 1
    edges = np.array(problem.graph.edges, np.int64).reshape(-1, 2)
    minutes = np.asarray(problem.data.minutes, np.float64)[edges[:, 0], edges[:, 1]]
    ends = np.sort(atom_of[edges], axis=1)
    crossing = ends[:, 0] != ends[:, 1]
    ends, minutes = ends[crossing], minutes[crossing]
    order = np.lexsort((minutes, ends[:, 1], ends[:, 0]))
    ends, minutes = ends[order], minutes[order]
    # Of several borders between two atoms the shortest comes first and counts.
    kept = np.ones(len(ends), np.bool_)
    kept[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    ends, minutes = ends[kept], minutes[kept]
    one, other = np.concatenate((ends[:, 0], ends[:, 1])), np.concatenate((ends[:, 1], ends[:, 0]))
    both = np.concatenate((minutes, minutes))
    order = np.lexsort((other, one))
    practices = np.argsort(atom_of, kind="stable").astype(np.int64)
    merged = problem.limits.merged
    # Each practice counts but for those of a merger that has a lower one in the same atom.
    spared = {
        (int(a), int(m)): v for v, (a, m) in reversed(list(enumerate(zip(atom_of, merged, strict=True))))
    }
    counts = np.array(
        [merged[v] < 0 or spared[int(atom_of[v]), int(merged[v])] == v for v in range(len(atom_of))],
        np.int64,
    )
    return AtomMap(
        indptr=np.concatenate(([0], np.cumsum(np.bincount(one, minlength=size)))).astype(np.int64),
        neighbours=other[order],
        minutes=both[order],
        patients=np.bincount(atom_of, problem.data.list_size, size).astype(np.int64),
        counted=np.bincount(atom_of, counts, size).astype(np.int64),
        first=np.concatenate(([0], np.cumsum(np.bincount(atom_of, minlength=size)))).astype(np.int64),
        practices=practices,
        atom_of=np.asarray(atom_of, np.int64),
    )


def networks_of(atoms: AtomMap, labels: NDArray[np.int64]) -> list[Group]:
    """The networks of a plan in order.

    Parameters
    ----------
    atoms : AtomMap
    labels : ndarray of int64, shape (a,)
        The network of each atom.
    """
    of_practice = labels[atoms.atom_of]
    order = np.argsort(of_practice, kind="stable")
    cuts = np.flatnonzero(np.diff(of_practice[order])) + 1
    return sorted(tuple(part.tolist()) for part in np.split(order, cuts))


def labels_of(atoms: AtomMap, plan: Sequence[Group]) -> NDArray[np.int64]:
    """The network of each atom, by the first practice of the atom where a plan divides it.

    Parameters
    ----------
    atoms : AtomMap
    plan : sequence of groups
        Cover every practice once.
    """
    owner = np.empty(len(atoms.atom_of), np.int64)
    for k, network in enumerate(plan):
        owner[list(network)] = k
    return owner[atoms.practices[atoms.first[:-1]]]
