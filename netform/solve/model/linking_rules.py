"""Rules that tie all parts of an area together: how many networks, and how far from where the plan starts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from netform.grouping import Moves
from netform.scores.continuity import moved
from netform.solve.model.problem import SideRow, store_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.solve.model.plan_model import PlanModel

__all__ = ["LinkingRules"]


@dataclass(frozen=True, slots=True)
class LinkingRules:
    """The rules over a whole area that no part of it can keep by itself.

    Attributes
    ----------
    graph : networkx.Graph
        Of the area's practices by code.
    fixed : tuple of tuple of str
        Practice codes of the networks that every plan has.
    networks : int or None
        Exactly so many, the fixed ones counted.
    moves : Moves or None
        Where the plan starts and how far it may go.
    """

    graph: nx.Graph
    fixed: tuple[tuple[str, ...], ...]
    networks: int | None
    moves: Moves | None

    def __bool__(self) -> bool:
        """Whether there is such a rule."""
        return self.networks is not None or self.moves is not None

    def within(self, practices: int | None, patients: int | None) -> LinkingRules:
        """The same with other limits on what may move; None for any number."""
        assert self.moves is not None  # noqa: S101 (asked for only then)
        moves = replace(self.moves, practices=practices, patients=patients, least=False)
        return replace(self, moves=moves)

    def rows(self, model: PlanModel) -> tuple[SideRow, ...]:
        """The rules as side rows over the columns of a plan model."""
        sides = []
        if self.networks is not None:
            exactly = float(self.networks - len(self.fixed))
            sides.append(SideRow(np.ones(len(model.store)), exactly, exactly))
        if self.moves is not None:
            for most, by_patients in ((self.moves.practices, False), (self.moves.patients, True)):
                if most is not None:
                    worth = self.moved(model.store, model.codes, by_patients=by_patients)
                    before = self.moved_by_fixed(by_patients=by_patients)
                    sides.append(SideRow(worth, -math.inf, float(most - before) + 0.5))
        return tuple(sides)

    def moved_by_fixed(self, *, by_patients: bool) -> int:
        """Practices or patients that the fixed networks move."""
        fixed = sorted(code for group in self.fixed for code in group)
        number = {code: k for k, code in enumerate(fixed)}
        groups = [tuple(number[code] for code in group) for group in self.fixed]
        return round(math.fsum(self.moved(store_of(groups, len(fixed)), fixed, by_patients=by_patients)))

    def moved(self, store: CandidateStore, codes: Sequence[str], *, by_patients: bool) -> NDArray[np.float64]:
        """Practices or patients that each column of a store moves."""
        assert self.moves is not None  # noqa: S101 (asked for only then)
        start = self.moves.start
        label = {name: k for k, name in enumerate(start.networks)}
        size = nx.get_node_attributes(self.graph, "list_size")
        patients = [self.moves.start_patients[name] for name in start.networks]
        network_of = start.network_of
        present = np.array([label[network_of[c]] if c in network_of else -1 for c in codes], np.int64)
        list_size = np.array([size[code] for code in codes], np.float64)
        worth = list_size if by_patients else np.ones(len(codes))
        return moved(store, present, np.array(patients, np.float64), list_size, worth)
