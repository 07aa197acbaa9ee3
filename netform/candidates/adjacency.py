"""The graph of practices as arrays, for the kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

__all__ = ["Adjacency"]


@dataclass(frozen=True, slots=True)
class Adjacency:
    """A graph of practices in compressed rows, with the list size of each.

    Attributes
    ----------
    indptr : ndarray of int32, shape (n + 1,)
    neighbours : ndarray of int32
        The neighbours of practice i are ``neighbours[indptr[i]:indptr[i + 1]]``, ascending.
    list_size : ndarray of int64, shape (n,)
        Registered patients.
    """

    indptr: NDArray[np.int32]
    neighbours: NDArray[np.int32]
    list_size: NDArray[np.int64]

    @classmethod
    def of(cls, graph: nx.Graph) -> Adjacency:
        """Compress a graph whose nodes are 0..n-1 with a ``list_size`` each."""
        order = range(len(graph))
        rows = [sorted(graph[i]) for i in order]
        indptr = np.zeros(len(rows) + 1, np.int32)
        np.cumsum([len(row) for row in rows], out=indptr[1:])
        neighbours = np.fromiter((j for row in rows for j in row), np.int32, indptr[-1])
        return cls(indptr, neighbours, np.array([graph.nodes[i]["list_size"] for i in order], np.int64))

    def __len__(self) -> int:
        return len(self.list_size)
