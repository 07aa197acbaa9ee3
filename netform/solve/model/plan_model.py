"""What is left to choose once rules and lists are known: candidates, what they cost, and rules over the plan.

A statement holds every plan that may be chosen, and no other: so the best plan, the front, the alternatives and
the certainty of a border are all questions to one statement.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.candidates.store import CandidateStore
from netform.scores import TERMS, ScoringData
from netform.solve.model.budget import DEFAULT, MemoryBudget
from netform.solve.model.problem import SetPartitioning, SideRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from netform.tradeoff import Groups

__all__ = ["PlanModel", "find", "join"]


@dataclass(frozen=True, slots=True)
class PlanModel:
    """The plans of some practices of an area that may be chosen.

    Attributes
    ----------
    codes : tuple of str
        ODS codes, in the numbering of the store.
    store : CandidateStore
    data : ScoringData
    sides : tuple of SideRow
        Rules over the plan: how many networks, how few exceptions.
    most_networks : int
        No plan has more.
    memory : MemoryBudget
        What asking may take besides the candidates, their costs and the rules.
    keep : bool
        Whether the hours of every term are kept for the next question; one question needs their weighted sum alone.
    """

    codes: tuple[str, ...]
    store: CandidateStore
    data: ScoringData
    sides: tuple[SideRow, ...]
    most_networks: int
    memory: MemoryBudget = DEFAULT
    keep: bool = True
    _hours: dict[str, NDArray[np.float64]] = field(default_factory=dict, repr=False)

    def hours(self, terms: Iterable[str]) -> NDArray[np.float64]:
        """Add up terms of every candidate, unweighted hours per week; computed once each."""
        total = np.zeros(len(self.store))
        for name in terms:
            total += self._term(name)
        return total

    def _term(self, name: str) -> NDArray[np.float64]:
        if name in self._hours:
            return self._hours[name]
        hours = TERMS[name].kernel(self.store, self.data)
        if self.keep:
            self._hours[name] = hours
        return hours

    @property
    def nbytes(self) -> int:
        """Bytes that the list holds, its costs and rules among them, and the hours by term where they are kept."""
        each = self.store.nbytes + len(self.store) * 8 * (1 + len(self.sides) + self.keep * len(TERMS))
        return int(each)

    @property
    def costs(self) -> NDArray[np.float64]:
        """Weighted hours per week of every candidate."""
        total = np.zeros(len(self.store))
        weights = [(name, weight) for name, weight in self.data.rules.weights if weight]
        if not self.keep:
            # Block by block: no vector but the sum is as long as the list.
            for part, block in self.store.blocks():
                for name, weight in weights:
                    total[part] += weight * TERMS[name].kernel(block, self.data)
            return total
        for name, weight in weights:
            total += weight * self.hours((name,))
        return total

    def partitioning(self, costs: NDArray[np.float64], more: Sequence[SideRow] = ()) -> SetPartitioning:
        """Choose by these costs, with further rules over the plan."""
        return SetPartitioning(self.store, costs, (*self.sides, *more), self.most_networks, self.memory)

    def groups(self, chosen: NDArray[np.int64]) -> Groups:
        """The practice codes of chosen candidates, in order."""
        return tuple(sorted(tuple(self.codes[int(v)] for v in self.store[int(j)]) for j in chosen))

    def take(self, kept: NDArray[np.int64]) -> PlanModel:
        """The plans that use only some of the candidates."""
        return replace(
            self,
            store=self.store.take(kept),
            sides=tuple(side.take(kept) for side in self.sides),
            _hours={name: hours[kept] for name, hours in self._hours.items()},
        )

    @property
    def known_hours(self) -> dict[str, NDArray[np.float64]]:
        """The terms that were computed already."""
        return dict(self._hours)

    def with_data(self, data: ScoringData, known_hours: dict[str, NDArray[np.float64]]) -> PlanModel:
        """The same plans under other rules; the hours that stay as they are need not be computed again."""
        return replace(self, data=data, _hours=dict(known_hours))

    def with_groups(self, more: CandidateStore, free: int) -> PlanModel:
        """More candidates, outside every rule over the plan; the last ``free`` are no networks and cost nothing."""
        sides = tuple(
            SideRow(np.concatenate((side.coefficients, np.zeros(len(more)))), side.least, side.most)
            for side in self.sides
        )
        hours = {}
        for name in TERMS:
            fresh = TERMS[name].kernel(more, self.data)
            fresh[len(more) - free :] = 0.0
            hours[name] = np.concatenate((self.hours((name,)), fresh))
        number = self.most_networks + len(more)
        store = self.store.joined(more)
        return replace(self, store=store, sides=sides, most_networks=number, _hours=hours)

    def positions(self, groups: Sequence[Sequence[str]]) -> NDArray[np.int64] | None:
        """Where groups of codes stand among the candidates, ascending; None when one is not among them."""
        number = {code: k for k, code in enumerate(self.codes)}
        if any(code not in number for group in groups for code in group):
            return None
        found = [find(self.store, sorted(number[code] for code in group)) for group in groups]
        present = [position for position in found if position is not None]
        return np.array(sorted(present), np.int64) if len(present) == len(found) else None


def find(store: CandidateStore, group: Sequence[int]) -> int | None:
    """Where a group of practices, ascending, stands in a store of any order; None when it is not in it."""
    same = np.flatnonzero(np.diff(store.offsets) == len(group))
    for place, member in enumerate(group):
        same = same[store.members[store.offsets[same] + place] == member]
    return int(same[0]) if len(same) else None


def join(models: Sequence[PlanModel], data: ScoringData) -> PlanModel:
    """State the plans of several parts, or of none, as one: every rule over a part stays a rule over that part.

    Parameters
    ----------
    models : sequence of PlanModel
        No practice is in two.
    data : ScoringData
        Over the practices of all of them, in their order.
    """
    if len(models) == 1:
        return models[0]
    sizes = [len(each.store) for each in models]
    begin = np.concatenate(([0], np.cumsum(sizes)))
    first = np.concatenate(([0], np.cumsum([len(each.codes) for each in models])))
    members = [each.store.members + np.uint16(first[k]) for k, each in enumerate(models)]
    lengths = [np.diff(each.store.offsets) for each in models]
    # Where every practice is fixed there is no statement, and nothing to choose.
    offsets = np.cumsum(np.concatenate([np.zeros(1, np.int64), *lengths]))
    every = np.concatenate([np.empty(0, np.uint16), *members])
    store = CandidateStore(offsets, every, int(first[-1]))
    sides = []
    for k, each in enumerate(models):
        for side in each.sides:
            coefficients = np.zeros(int(begin[-1]))
            coefficients[begin[k] : begin[k + 1]] = side.coefficients
            sides.append(SideRow(coefficients, side.least, side.most))
    return PlanModel(
        codes=tuple(code for each in models for code in each.codes),
        store=store,
        data=data,
        sides=tuple(sides),
        most_networks=sum(each.most_networks for each in models),
        memory=min((each.memory for each in models), key=lambda each: each.room, default=DEFAULT),
    )
