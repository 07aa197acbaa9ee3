"""What a term is: hours per week as a pure function of the set of practices in a network."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from netform.candidates.living import Living
from netform.candidates.store import CandidateStore
from netform.rules.model import Rules

__all__ = ["Definition", "Kernel", "Kind", "ScoringData", "Term"]


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
    shortfall_fte : ndarray of float64, shape (n,)
        Clinical staff that the practice's patients would have at the average of its area, less those it has, full-time
        equivalents (below zero where it has more); zero where its staff is not known.
    present : ndarray of int64, shape (n,)
        Number of its present network, -1 where it has none.
    present_patients : ndarray of float64, shape (networks,)
        Patients of each present network, those of its practices outside this problem among them.
    sides : ndarray of int64, shape (n, k)
        On which side of each of k soft boundaries it lies, -1 where that is not known.
    residents : ndarray of float64, shape (n, n), or None
        Patients registered with practice i who live in the territory of practice j.
    living : ndarray of float64, shape (n,)
        Patients of practice i of whom it is known where they live, those in the territories of practices outside this
        problem among them.
    neighbourhoods : Living
        Patients by the neighbourhood they live in.
    may_hub, must_hub : ndarray of bool, shape (n,)
        Whether the rules let it be a hub, and whether it has to be the hub of its network.
    """

    list_size: NDArray[np.float64]
    weighted_list_size: NDArray[np.float64]
    minutes: NDArray[np.float64]
    rules: Rules
    shortfall_fte: NDArray[np.float64]
    present: NDArray[np.int64]
    present_patients: NDArray[np.float64]
    sides: NDArray[np.int64]
    residents: NDArray[np.float64] | None
    living: NDArray[np.float64]
    neighbourhoods: Living
    may_hub: NDArray[np.bool_]
    must_hub: NDArray[np.bool_]

    @classmethod
    def of(cls, graph: nx.Graph, codes: Collection[str], rules: Rules) -> ScoringData:
        """Gather the arrays for some practices of a graph, in the order given."""
        nodes = [graph.nodes[code] for code in codes]
        networks = sorted(
            {node["pcn_code"]: node["pcn_list_size"] for node in nodes if node.get("pcn_code")}.items()
        )
        number = {name: k for k, (name, _) in enumerate(networks)}
        labels = [
            dict.fromkeys(column) for column in zip(*(node.get("sides", ()) for node in nodes), strict=True)
        ]
        side_number = [{label: k for k, label in enumerate(filter(None, column))} for column in labels]
        return cls(
            list_size=np.array([node["list_size"] for node in nodes], np.float64),
            weighted_list_size=np.array([node["weighted_list_size"] for node in nodes], np.float64),
            minutes=graph.graph["travel"].matrix([node["position"] for node in nodes]),
            rules=rules,
            shortfall_fte=np.array([node.get("shortfall_fte") or 0.0 for node in nodes], np.float64),
            present=np.array([number.get(node.get("pcn_code", ""), -1) for node in nodes], np.int64),
            present_patients=np.array([patients for _, patients in networks], np.float64),
            sides=np.array(
                [
                    [side_number[k].get(label, -1) for k, label in enumerate(node.get("sides", ()))]
                    for node in nodes
                ],
                np.int64,
            ).reshape(len(nodes), len(labels)),
            residents=_residents(nodes, list(codes)),
            living=np.array([sum(node.get("residents", {}).values()) for node in nodes], np.float64),
            neighbourhoods=Living.of([node.get("neighbourhoods", {}) for node in nodes]),
            may_hub=np.array(
                [not rules.demands.hub_may or code in rules.demands.hub_may for code in codes], np.bool_
            ),
            must_hub=np.array([code in rules.demands.hub_must for code in codes], np.bool_),
        )

    def among(self, where: NDArray[np.int64]) -> ScoringData:
        """The arrays of some of the practices, in the order given."""
        return replace(
            self,
            list_size=self.list_size[where],
            weighted_list_size=self.weighted_list_size[where],
            minutes=self.minutes[np.ix_(where, where)],
            shortfall_fte=self.shortfall_fte[where],
            present=self.present[where],
            sides=self.sides[where],
            residents=None if self.residents is None else self.residents[np.ix_(where, where)],
            living=self.living[where],
            neighbourhoods=self.neighbourhoods.among(where),
            may_hub=self.may_hub[where],
            must_hub=self.must_hub[where],
        )


def _residents(nodes: list[dict[str, Any]], codes: list[str]) -> NDArray[np.float64] | None:
    if not any(node.get("residents") for node in nodes):
        return None
    number = {code: k for k, code in enumerate(codes)}
    matrix = np.zeros((len(codes), len(codes)))
    for i, node in enumerate(nodes):
        for owner, patients in node.get("residents", {}).items():
            if owner in number:
                matrix[i, number[owner]] = patients
    return matrix


Definition = Callable[[nx.Graph, Collection[str], Rules], float]
Kernel = Callable[[CandidateStore, ScoringData], NDArray[np.float64]]

# ``hours`` are somebody's: a patient's on the road, a member of staff's, a hub's that is kept open. A ``penalty`` is
# nobody's: a rate of the rules that makes plans go round what is not wanted, counted as if it were hours.
Kind: TypeAlias = Literal["hours", "penalty"]


@dataclass(frozen=True, slots=True)
class Term:
    """One score of a network, in hours per week.

    Never below zero, and by no less where fewer practices may be hubs: bounds rest on both.

    Attributes
    ----------
    name : str
        As in the rules file and on the command line.
    title : str
        For people, as a heading.
    meaning : str
        For people, to be read after the title: whose time it is, or what the penalty is for.
    kind : Kind
        Whether it counts hours of somebody, or a penalty in place of them.
    definition : callable
        ``(graph, codes, rules) -> hours``: the plain definition, on a graph of practices (`netform.map.graph`).
    kernel : callable
        ``(store, data) -> hours of every candidate``: the same, compiled.
    numbers : tuple of str
        The fields of the rules that the hours depend on.
    by_hub : bool
        Whether they depend on who may be the hub.
    """

    name: str
    title: str
    meaning: str
    kind: Kind
    definition: Definition
    kernel: Kernel
    numbers: tuple[str, ...]
    by_hub: bool = False
