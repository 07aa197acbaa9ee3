"""The plan model: the set partitioning with the practices' codes and the terms, so that more can be asked of it.

It holds every plan that keeps the rules, and no other: so the best plan, the front, the alternatives and the certainty
of a border are all questions to one plan model.

Linking rules tie all parts of an area together: how many networks, and how far from where the plan starts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.candidates.store import CandidateStore
from netform.scores import TERMS, ScoringData, candidate_costs
from netform.scores.continuity import moved
from netform.solve.model.budget import DEFAULT, MemoryBudget
from netform.solve.model.problem import SetPartitioning, SideRow, store_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from netform.plan.grouping import Groups, Moves

__all__ = ["LinkingRules", "PlanModel", "join"]


@dataclass(frozen=True, slots=True)
class PlanModel:
    """All plans of some practices of an area that keep the rules.

    Attributes
    ----------
    codes : tuple of str
        ODS codes, in the numbering of the store.
    store : CandidateStore
    data : ScoringData
    sides : tuple of SideRow
        How many networks, how few exceptions.
    most_networks : int
        No plan has more.
    memory : MemoryBudget
        What solving may take besides the columns, their costs and the side rows.
    keep : bool
        Whether the hours of every term are kept for the next question; one question needs their weighted sum alone.
    known_hours : dict
        Unweighted hours per week of every column, by the terms that were computed already.
    """

    codes: tuple[str, ...]
    store: CandidateStore
    data: ScoringData
    sides: tuple[SideRow, ...]
    most_networks: int
    memory: MemoryBudget = DEFAULT
    keep: bool = True
    known_hours: dict[str, NDArray[np.float64]] = field(default_factory=dict, repr=False)

    def hours(self, terms: Iterable[str]) -> NDArray[np.float64]:
        """Add up terms of every column, unweighted hours per week; computed once each."""
        total = np.zeros(len(self.store))
        for name in terms:
            hours = self.known_hours.get(name)
            if hours is None:
                hours = TERMS[name].kernel(self.store, self.data)
                if self.keep:
                    self.known_hours[name] = hours
            total += hours
        return total

    @property
    def nbytes(self) -> int:
        """Bytes that the list holds, its costs and rules among them, and the hours by term where they are kept."""
        return self.store.nbytes + len(self.store) * 8 * (1 + len(self.sides) + self.keep * len(TERMS))

    @property
    def costs(self) -> NDArray[np.float64]:
        """Weighted hours per week of every column."""
        if not self.keep:
            return candidate_costs(self.store, self.data)
        total = np.zeros(len(self.store))
        for name, weight in self.data.rules.weights:
            if weight:
                total += weight * self.hours((name,))
        return total

    def partitioning(self, costs: NDArray[np.float64], more: Sequence[SideRow] = ()) -> SetPartitioning:
        """The set partitioning by these costs, with further side rows."""
        return SetPartitioning(self.store, costs, (*self.sides, *more), self.most_networks, self.memory)

    def groups(self, chosen: NDArray[np.int64]) -> Groups:
        """The practice codes of chosen columns, in order."""
        return tuple(sorted(tuple(self.codes[int(v)] for v in self.store[int(j)]) for j in chosen))

    def with_sides(self, more: Sequence[SideRow]) -> PlanModel:
        """The plans that keep further side rows over the same columns."""
        return replace(self, sides=(*self.sides, *more))

    def take(self, kept: NDArray[np.int64]) -> PlanModel:
        """The plans that use only some of the columns."""
        return replace(
            self,
            store=self.store.take(kept),
            sides=tuple(side.take(kept) for side in self.sides),
            known_hours={name: hours[kept] for name, hours in self.known_hours.items()},
        )

    def with_groups(self, more: CandidateStore, free: int) -> PlanModel:
        """More columns, outside every side row; the last ``free`` are no networks and cost nothing."""
        sides = tuple(side.padded(0, len(more)) for side in self.sides)
        hours = {}
        for name in TERMS:
            fresh = TERMS[name].kernel(more, self.data)
            fresh[len(more) - free :] = 0.0
            hours[name] = np.concatenate((self.hours((name,)), fresh))
        number = self.most_networks + len(more)
        store = self.store.joined(more)
        return replace(self, store=store, sides=sides, most_networks=number, known_hours=hours)

    def positions(self, groups: Sequence[Sequence[str]]) -> NDArray[np.int64] | None:
        """Where groups of codes, of which no two share one, stand among the columns, ascending; None without one."""
        number = {code: k for k, code in enumerate(self.codes)}
        if any(code not in number for group in groups for code in group):
            return None
        owner, size = np.full(len(self.codes), -1), np.array([len(group) for group in groups], np.int64)
        for k, group in enumerate(groups):
            owner[[number[code] for code in group]] = k
        found = _whole_groups(self.store.offsets, self.store.members, owner, size)
        return found if len(found) == len(groups) else None


@nb.njit(cache=True, nogil=True)
def _whole_groups(offsets, members, owner, size):  # type: ignore[no-untyped-def]
    """The columns that are a whole group each; -1 owns whatever is in no group."""
    found = np.full(len(size), -1)
    count = 0
    for j in range(len(offsets) - 1):
        own = owner[members[offsets[j]]]
        same = own >= 0 and found[own] < 0 and offsets[j + 1] - offsets[j] == size[own]
        for k in range(offsets[j] + 1, offsets[j + 1]):
            if not same:
                break
            same = owner[members[k]] == own
        if same:
            found[own] = j
            count += 1
    return np.sort(found) if count == len(size) else found[:0]


def join(models: Sequence[PlanModel], data: ScoringData) -> PlanModel:
    """Join the plan models of several parts, or of none: every rule over a part stays a rule over that part.

    Parameters
    ----------
    models : sequence of PlanModel
        No practice is in two.
    data : ScoringData
        Over the practices of all of them, in their order.
    """
    if len(models) == 1:
        return models[0]
    codes = tuple(code for each in models for code in each.codes)
    columns = sum(len(each.store) for each in models)
    # Where every practice is fixed there is no plan model, and nothing to choose.
    store = CandidateStore(np.zeros(1, np.int64), np.empty(0, np.uint16), len(codes))
    sides, first = list[SideRow](), 0
    for each in models:
        after = columns - len(store) - len(each.store)
        sides += [side.padded(len(store), after) for side in each.sides]
        numbered = replace(each.store, members=each.store.members + np.uint16(first))
        store, first = store.joined(numbered), first + len(each.codes)
    return PlanModel(
        codes=codes,
        store=store,
        data=data,
        sides=tuple(sides),
        most_networks=sum(each.most_networks for each in models),
        memory=min((each.memory for each in models), key=lambda each: each.room, default=DEFAULT),
    )


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
        moves = replace(self.moves, practices=practices, patients=patients, least="")
        return replace(self, moves=moves)

    def rows(self, store: CandidateStore, codes: Sequence[str]) -> list[SideRow]:
        """The rules as side rows over the columns of a store, in the numbering of these codes."""
        sides = []
        if self.networks is not None:
            exactly = float(self.networks - len(self.fixed))
            sides.append(SideRow(np.ones(len(store)), exactly, exactly))
        for most, by_patients in zip(self.moves_left, (False, True), strict=True):
            if most is not None:
                worth = self.moved(store, codes, by_patients=by_patients)
                sides.append(SideRow(worth, -math.inf, float(most) + 0.5))
        return sides

    @property
    def moves_left(self) -> tuple[int | None, int | None]:
        """The practices and patients that the other networks may move beside the fixed ones; None for any number."""
        if self.moves is None:
            return None, None
        practices, patients = self.moves.practices, self.moves.patients
        return (
            None if practices is None else practices - self.moved_by_fixed(by_patients=False),
            None if patients is None else patients - self.moved_by_fixed(by_patients=True),
        )

    def moved_by_fixed(self, *, by_patients: bool) -> int:
        """Practices or patients that the fixed networks move."""
        fixed = sorted(code for group in self.fixed for code in group)
        number = {code: k for k, code in enumerate(fixed)}
        groups = [tuple(number[code] for code in group) for group in self.fixed]
        return round(math.fsum(self.moved(store_of(groups, len(fixed)), fixed, by_patients=by_patients)))

    def moved(self, store: CandidateStore, codes: Sequence[str], *, by_patients: bool) -> NDArray[np.float64]:
        """Practices or patients that each column of a store moves."""
        list_size = np.array([self.graph.nodes[code]["list_size"] for code in codes], np.float64)
        worth = list_size if by_patients else np.ones(len(codes))
        return moved(store, *self.start(codes), list_size, worth)

    def start(self, codes: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Where the plan starts: the network of each practice, -1 where it is in none; the patients of each network."""
        assert self.moves is not None  # noqa: S101 (asked for only then)
        networks = self.moves.start.networks
        number = {code: k for k, each in enumerate(networks.values()) for code in each}
        patients = [self.moves.start_patients[name] for name in networks]
        return np.array([number.get(code, -1) for code in codes], np.int64), np.array(patients, np.float64)
