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

__all__ = ["AtomMap", "atom_map", "connected_pieces", "labels_of", "networks_of", "numbered"]


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
    practices : ndarray of uint16, shape (n,)
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
    practices: NDArray[np.uint16]
    atom_of: NDArray[np.int64]

    @property
    def size(self) -> int:
        """How many atoms there are."""
        return len(self.patients)

    @property
    def heads(self) -> NDArray[np.uint16]:
        """The first practice of each."""
        return self.practices[self.first[:-1]]


def connected_pieces(graph: nx.Graph, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the connected sets of nodes of the same label; each of label -1 stands alone.

    Parameters
    ----------
    graph : networkx.Graph
        On 0..n-1.
    labels : ndarray of int64, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)
        In order of the first node of each set.
    """
    inside = nx.Graph()
    inside.add_nodes_from(range(len(labels)))
    inside.add_edges_from((a, b) for a, b in graph.edges if labels[a] >= 0 and labels[a] == labels[b])
    return numbered(inside)


def numbered(joined: nx.Graph) -> NDArray[np.int64]:
    """Number the connected parts of a graph on 0..n-1 by their first node, and give every node its number."""
    number = np.empty(len(joined), np.int64)
    for k, part in enumerate(sorted(nx.connected_components(joined), key=min)):
        number[list(part)] = k
    return number


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
    minutes = np.tile(np.asarray(problem.data.minutes, np.float64)[edges[:, 0], edges[:, 1]], 2)
    one, other = atom_of[np.concatenate((edges, edges[:, ::-1]))].T
    order = np.lexsort((minutes, other, one))
    one, other, minutes = one[order], other[order], minutes[order]
    # Of several borders between two atoms the shortest comes first and counts.
    kept = one != other
    kept[1:] &= (one[1:] != one[:-1]) | (other[1:] != other[:-1])
    merged = problem.limits.merged
    # Of a merger one practice counts in each atom.
    counts = np.unique((atom_of, np.where(merged < 0, -1 - np.arange(len(merged)), merged)), axis=1)[0]
    each = np.arange(size + 1)
    practices = np.argsort(atom_of, kind="stable").astype(np.uint16)
    return AtomMap(
        indptr=np.searchsorted(one[kept], each),
        neighbours=other[kept],
        minutes=minutes[kept],
        patients=np.bincount(atom_of, problem.data.list_size, size).astype(np.int64),
        counted=np.bincount(counts, minlength=size),
        first=np.searchsorted(atom_of[practices], each),
        practices=practices,
        atom_of=atom_of,
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
    return owner[atoms.heads]
