"""What a term is: hours per week as a pure function of the set of practices in a network."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from netform.candidates.store import CandidateStore
from netform.rules import Rules

__all__ = ["Definition", "Kernel", "ScoringData", "Term"]


@dataclass(frozen=True, slots=True)
class ScoringData:
    """The arrays that the kernels work on, for the n practices a candidate store numbers.

    Attributes
    ----------
    list_size : ndarray of float64, shape (n,)
        Registered patients.
    weighted_list_size : ndarray of float64, shape (n,)
        Weighted patients; the registered ones where the list gives none.
    minutes : ndarray of float64, shape (n, n)
        One way by car, symmetric, zero within a site.
    rules : Rules
    """

    list_size: NDArray[np.float64]
    weighted_list_size: NDArray[np.float64]
    minutes: NDArray[np.float64]
    rules: Rules

    @classmethod
    def of(cls, graph: nx.Graph, codes: Collection[str], rules: Rules) -> ScoringData:
        """Gather the arrays for some practices of a graph, in the order given."""
        nodes = [graph.nodes[code] for code in codes]
        return cls(
            np.array([node["list_size"] for node in nodes], np.float64),
            np.array([node["weighted_list_size"] for node in nodes], np.float64),
            graph.graph["travel"].matrix([node["position"] for node in nodes]),
            rules,
        )


Definition = Callable[[nx.Graph, Collection[str], Rules], float]
Kernel = Callable[[CandidateStore, ScoringData], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Term:
    """One score of a network, in hours per week.

    Attributes
    ----------
    name : str
        As in the rules file and on the command line.
    title : str
        For people.
    definition : callable
        ``(graph, codes, rules) -> hours``: the plain definition, on a graph of practices (`netform.graph`).
    kernel : callable
        ``(store, data) -> hours of every candidate``: the same, compiled.
    """

    name: str
    title: str
    definition: Definition
    kernel: Kernel
