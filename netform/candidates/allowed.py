"""Which candidates keep the planner's demands: the rules of `netform.rules.breaches`, compiled over a whole store.

Everything about two practices that may not share a network (apart, too far from each other, one of them pinned
with others, both having to be the hub) comes down to one matrix; everything about practices that must share one
(together, merged, pinned) to a numbering of the units they form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.candidates.around import NOBODY, Surroundings, numbers_cut_off, surroundings_of
from netform.candidates.living import NOWHERE, Living, main_and_known
from netform.plan.neighbourhoods import SHARE_SLACK
from netform.rules.hubs import MINUTES_SLACK

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore
    from netform.rules.demands import Demands
    from netform.rules.model import Rules

__all__ = ["Limits", "allowed", "counts_allowed", "is_hub", "numbers_counted", "unaligned"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The demands on a network as arrays, for the n practices a candidate store numbers.

    Attributes
    ----------
    conflict : ndarray of bool, shape (n, n)
        Whether two practices may not share a network; on the diagonal whether one may be in none at all.
    conflicted : ndarray of bool, shape (n,)
        Whether a practice has any conflict.
    unit : ndarray of int64, shape (n,)
        Number of the practices it is in one network with, -1 where it is free.
    unit_size : ndarray of int64, shape (n,)
        How many practices its unit has, those outside this problem among them: a unit that is not all here is in
        no candidate.
    merged : ndarray of int64, shape (n,)
        Number of the merger it is part of, -1 where it is of none.
    minutes : ndarray of float64, shape (n, n)
        One way by car; empty where no journey to a hub is limited.
    may_hub, must_hub : ndarray of bool, shape (n,)
    longest_to_hub : float
        Minutes.
    least_practices, most_practices : int
    around : Surroundings
        Whom a network may not lie around; empty where it may.
    aligned : float
        The least share of a network's patients who live in its main neighbourhood.
    living : Living
        Patients by neighbourhood; nobody where no share is demanded.
    pinned : ndarray of bool, shape (n,)
    """

    conflict: NDArray[np.bool_]
    conflicted: NDArray[np.bool_]
    unit: NDArray[np.int64]
    unit_size: NDArray[np.int64]
    merged: NDArray[np.int64]
    minutes: NDArray[np.float64]
    may_hub: NDArray[np.bool_]
    must_hub: NDArray[np.bool_]
    longest_to_hub: float
    least_practices: int
    most_practices: int
    around: Surroundings
    aligned: float
    living: Living
    pinned: NDArray[np.bool_]

    @classmethod
    def of(
        cls, graph: nx.Graph, codes: Collection[str], rules: Rules, area: nx.Graph | None = None
    ) -> Limits:
        """Gather the demands on some practices of a graph, in the order given.

        Parameters
        ----------
        graph : networkx.Graph
            Of practices (`netform.map.graph`).
        codes : collection of str
            In the numbering of the store.
        rules : Rules
            Those of their area.
        area : networkx.Graph, optional
            Of the practices of the whole area, for whom a network may lie around; not asked without it.
        """
        demands, listed = rules.demands, list(codes)
        far = math.isfinite(demands.longest_to_hub) or math.isfinite(demands.longest_between)
        minutes = (
            graph.graph["travel"].matrix([graph.nodes[code]["position"] for code in listed])
            if far
            else np.empty((0, 0))
        )
        conflict = _conflict(listed, demands)
        if math.isfinite(demands.longest_between):
            conflict |= minutes > demands.longest_between + MINUTES_SLACK
        unit, unit_size = _units(listed, demands)
        pinned = {code for pin in demands.pins for code in pin}
        number = {code: k for k, group in reversed(list(enumerate(demands.merge))) for code in group}
        return cls(
            conflict=conflict,
            conflicted=np.any(conflict, axis=1),
            unit=unit,
            unit_size=unit_size,
            merged=np.array([number.get(code, -1) for code in listed], np.int64),
            minutes=minutes,
            may_hub=np.array([not demands.hub_may or code in demands.hub_may for code in listed], np.bool_),
            must_hub=np.array([code in demands.hub_must for code in listed], np.bool_),
            longest_to_hub=demands.longest_to_hub,
            least_practices=demands.least_practices,
            most_practices=demands.most_practices,
            around=NOBODY
            if area is None or not demands.no_doughnuts
            else surroundings_of(area, listed, demands),
            aligned=demands.aligned,
            living=Living.of([graph.nodes[code].get("neighbourhoods", {}) for code in listed])
            if demands.aligned
            else NOWHERE,
            pinned=np.array([code in pinned for code in listed], np.bool_),
        )

    def among(self, where: NDArray[np.int64]) -> Limits:
        """The limits on some of the practices, in the order given."""
        conflict = self.conflict[np.ix_(where, where)]
        return replace(
            self,
            conflict=conflict,
            conflicted=np.any(conflict, axis=1),
            unit=self.unit[where],
            unit_size=self.unit_size[where],
            merged=self.merged[where],
            minutes=self.minutes[np.ix_(where, where)] if self.minutes.size else self.minutes,
            may_hub=self.may_hub[where],
            must_hub=self.must_hub[where],
            around=self.around._replace(number=self.around.number[where]) if self.forbids_rings else NOBODY,
            living=self.living.among(where),
            pinned=self.pinned[where],
        )

    @property
    def limits_hubs(self) -> bool:
        """Whether some group of the practices may be left without a hub."""
        return bool(math.isfinite(self.longest_to_hub) or not self.may_hub.all())

    @property
    def forbids_rings(self) -> bool:
        """Whether some group of the practices may lie around others."""
        return len(self.around.open) > 0

    @property
    def aligns(self) -> bool:
        """Whether some group of the practices may live in too many neighbourhoods."""
        return self.living.neighbourhoods > 0

    @property
    def forbids(self) -> bool:
        """Whether any group of the practices is forbidden, whatever the number of its practices."""
        pairs = self.conflicted.any() or (self.unit >= 0).any()
        return bool(pairs or self.limits_hubs or self.forbids_rings or self.aligns)


def allowed(store: CandidateStore, limits: Limits) -> NDArray[np.bool_]:
    """Say of every candidate whether it keeps every demand but those on the number of practices.

    Parameters
    ----------
    store : CandidateStore
    limits : Limits
        Over the practices of the store.

    Returns
    -------
    ndarray of bool, shape (m,)
        False where `netform.rules.breaches` has a breach of the kinds ``apart``, ``together``, ``merge``, ``exclude``,
        ``pin``, ``longest_to_hub``, ``longest_between``, ``doughnut``, ``aligned`` or ``hub``.
    """
    if not limits.forbids:
        return np.ones(len(store), np.bool_)
    kept: NDArray[np.bool_] = _allowed(
        store.offsets,
        store.members,
        limits.conflict,
        limits.conflicted,
        limits.unit,
        limits.unit_size,
        limits.limits_hubs,
        limits.minutes,
        limits.may_hub,
        limits.must_hub,
        limits.longest_to_hub + MINUTES_SLACK,
    )
    kept &= numbers_cut_off(store, limits.merged, limits.around) == 0
    kept &= ~unaligned(store, limits)
    return kept


def unaligned(store: CandidateStore, limits: Limits) -> NDArray[np.bool_]:
    """Say of every candidate whether fewer of its patients live in its main neighbourhood than demanded.

    Parameters
    ----------
    store : CandidateStore
    limits : Limits
        Over the practices of the store.

    Returns
    -------
    ndarray of bool, shape (m,)
        True where `netform.rules.breaches` has a breach of the kind ``aligned``.
    """
    if not limits.aligns:
        return np.zeros(len(store), np.bool_)
    main, known = main_and_known(store, limits.living)
    several = numbers_counted(store, limits) > 1
    # A pin is a network of its own, whole.
    first = store.members[store.offsets[:-1]]
    short: NDArray[np.bool_] = (
        (main < (limits.aligned - SHARE_SLACK) * known) & several & ~limits.pinned[first]
    )
    return short


def counts_allowed(store: CandidateStore, limits: Limits) -> NDArray[np.bool_]:
    """Say of every candidate whether it has as many practices as demanded, merged ones counted once.

    Parameters
    ----------
    store : CandidateStore
    limits : Limits
        Over the practices of the store.

    Returns
    -------
    ndarray of bool, shape (m,)
        False where `netform.rules.breaches` has a breach of the kind ``least_practices`` or ``most_practices``.
    """
    number = numbers_counted(store, limits)
    return (number >= limits.least_practices) & (number <= limits.most_practices)


def numbers_counted(store: CandidateStore, limits: Limits) -> NDArray[np.int64]:
    """Count the practices of every candidate, merged ones once."""
    if (limits.merged >= 0).any():
        counted: NDArray[np.int64] = _counted(store.offsets, store.members, limits.merged)
        return counted
    return np.diff(store.offsets)


def _conflict(codes: Sequence[str], demands: Demands) -> NDArray[np.bool_]:
    """Mark the pairs that may not share a network whatever their places."""
    position = {code: k for k, code in enumerate(codes)}
    conflict = np.zeros((len(codes), len(codes)), np.bool_)
    for group in (*demands.apart, demands.hub_must):
        where = [position[code] for code in group if code in position]
        conflict[np.ix_(where, where)] |= ~np.eye(len(where), dtype=np.bool_)
    for pin in demands.pins:
        inside = np.zeros(len(codes), np.bool_)
        inside[[position[code] for code in pin if code in position]] = True
        conflict |= inside[:, None] != inside
    left_out = [position[code] for code in demands.exclude if code in position]
    conflict[left_out, left_out] = True
    return conflict


def _units(codes: Sequence[str], demands: Demands) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the units of practices that are in one network, and give the size of each practice's unit.

    A network cuts none of several groups that overlap just when it does not cut their union.
    """
    units: list[set[str]] = []
    for group in (*demands.together, *demands.merge, *demands.pins):
        joined = set(group)
        apart = []
        for unit in units:
            if unit & joined:
                joined |= unit
            else:
                apart.append(unit)
        units = [*apart, joined]
    number = {code: k for k, unit in enumerate(units) for code in unit if len(unit) > 1}
    unit_of = np.array([number.get(code, -1) for code in codes], np.int64)
    return unit_of, np.array([len(units[k]) if k >= 0 else 1 for k in unit_of.tolist()], np.int64)


@nb.njit(cache=True, nogil=True)
def _allowed(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    conflict: NDArray[np.bool_],
    conflicted: NDArray[np.bool_],
    unit: NDArray[np.int64],
    unit_size: NDArray[np.int64],
    limits_hubs: bool,
    minutes: NDArray[np.float64],
    may_hub: NDArray[np.bool_],
    must_hub: NDArray[np.bool_],
    longest: float,
) -> NDArray[np.bool_]:
    result = np.empty(len(offsets) - 1, np.bool_)
    for j in range(len(result)):
        group = members[offsets[j] : offsets[j + 1]]
        result[j] = (
            _agree(group, conflict, conflicted)
            and _is_whole(group, unit, unit_size)
            and (not limits_hubs or _has_hub(group, minutes, may_hub, must_hub, longest))
        )
    return result


@nb.njit(cache=True, nogil=True)
def _agree(group: NDArray[np.uint16], conflict: NDArray[np.bool_], conflicted: NDArray[np.bool_]) -> bool:
    for k in range(len(group)):
        if conflicted[group[k]]:
            for e in range(len(group)):
                if conflict[group[k], group[e]]:
                    return False
    return True


@nb.njit(cache=True, nogil=True)
def _is_whole(group: NDArray[np.uint16], unit: NDArray[np.int64], unit_size: NDArray[np.int64]) -> bool:
    for i in group:
        if unit[i] >= 0:
            inside = 0
            for e in group:
                inside += unit[e] == unit[i]
            if inside != unit_size[i]:
                return False
    return True


@nb.njit(cache=True, nogil=True)
def _has_hub(
    group: NDArray[np.uint16],
    minutes: NDArray[np.float64],
    may_hub: NDArray[np.bool_],
    must_hub: NDArray[np.bool_],
    longest: float,
) -> bool:
    for hub in group:  # noqa: SIM110 - numba compiles no generator
        if is_hub(group, hub, minutes, may_hub, must_hub, longest):
            return True
    return False


@nb.njit(cache=True, nogil=True)
def is_hub(
    group: NDArray[np.uint16],
    hub: int,
    minutes: NDArray[np.float64],
    may_hub: NDArray[np.bool_],
    must_hub: NDArray[np.bool_],
    longest: float,
) -> bool:
    """Say whether a member may be the hub of a group: `netform.rules.hubs.eligible_hubs`, compiled.

    Parameters
    ----------
    group : ndarray of uint16
        The members.
    hub : int
        One of them.
    minutes : ndarray of float64, shape (n, n)
        Not looked at when ``longest`` is infinite.
    may_hub, must_hub : ndarray of bool, shape (n,)
    longest : float
        Minutes, the slack included.
    """
    if not may_hub[hub]:
        return False
    for i in group:
        if must_hub[i] and i != hub:
            return False
        if longest < np.inf and minutes[i, hub] > longest:
            return False
    return True


@nb.njit(cache=True, nogil=True)
def _counted(
    offsets: NDArray[np.int64], members: NDArray[np.uint16], merged: NDArray[np.int64]
) -> NDArray[np.int64]:
    number = np.empty(len(offsets) - 1, np.int64)
    for j in range(len(number)):
        group = members[offsets[j] : offsets[j + 1]]
        number[j] = len(group)
        for k in range(len(group)):
            for e in range(k):
                if merged[group[k]] >= 0 and merged[group[k]] == merged[group[e]]:
                    number[j] -= 1
                    break
    return number
