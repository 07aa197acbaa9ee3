"""Local search by exchanges at the borders of networks: moves, mergers and swaps, those of many trials scored at once.

An atom moves to a network next to its own, with what would be cut off without it; two networks merge; or two atoms of
neighbouring networks swap. A batch holds parts of plans side by side, and their exchanges are scored in one call, so
that search costs little beside the scoring itself.

What a kernel calls stands beside it, although the file is long: numba, when it looks whether a kernel kept on the disk
is out of date, looks at its own file only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np

from netform.candidates.store import CandidateStore
from netform.solve.primal.trees import hold
from netform.solve.primal.value import MOVED, network_values, plan_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.budget import Deadline
    from netform.solve.model.problem import Problem
    from netform.solve.primal.atoms import AtomMap
    from netform.solve.primal.trees import Bounds
    from netform.solve.primal.value import PlanDemands

__all__ = ["LEAST_GAIN", "Batch", "Ground", "best_first", "descend", "network_store"]

# An exchange is worth making from so many hours per week: beyond what sums differ by with their order.
LEAST_GAIN = 1e-6

# Swaps of one pair of networks that are scored in one round: all, where networks hold less than thirty practices or so;
# of more, a random share each time.
SWAPS = 150


@dataclass(frozen=True, slots=True)
class Ground:
    """What search works on: a problem, its map contracted for search, and once more for starts.

    Attributes
    ----------
    problem : Problem
    demands : PlanDemands
    atoms : AtomMap
        Pieces of units that hang together, and free practices.
    whole : AtomMap
        Units whose pieces do not touch are whole here, with the practices on a way between them.
    bounds : Bounds
    """

    problem: Problem
    demands: PlanDemands
    atoms: AtomMap
    whole: AtomMap
    bounds: Bounds

    def values(self, store: CandidateStore, *, costs: bool = True) -> NDArray[np.float64]:
        """What networks add to the value of a plan (`netform.solve.primal.value.network_values`)."""
        return network_values(self.problem, self.demands, store, costs=costs)


class Batch(NamedTuple):
    """Parts of plans side by side, each a trial; an atom may be in several of them.

    Attributes
    ----------
    begin : ndarray of int64, shape (t + 1,)
        The places of trial i are ``begin[i]:begin[i + 1]``.
    atom : ndarray of int64, shape (p,)
        The atom at each place.
    label : ndarray of int64, shape (p,)
        Its network; those of one trial are numbered one after the other, trial after trial.
    trial_of : ndarray of int64, shape (g,)
        The trial of each network.
    """

    begin: NDArray[np.int64]
    atom: NDArray[np.int64]
    label: NDArray[np.int64]
    trial_of: NDArray[np.int64]


class _Found(NamedTuple):
    """Exchanges.

    Attributes
    ----------
    one, other : ndarray of int64, shape (c,)
        The two networks; in a merger ``one`` is gone afterwards.
    row_of_one : ndarray of int64, shape (c,)
        The first network as it would be, as a row of the store below; -1 where it is gone.
    row_of_other : ndarray of int64, shape (c,)
    moved : ndarray of int64, shape (c + 1,)
    places : ndarray of int64
        Those that go over to the network that they are not in: ``places[moved[i]:moved[i + 1]]``.
    offsets, members
        Of a store of networks, in practices.
    """

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    row_of_one: NDArray[np.int64]
    row_of_other: NDArray[np.int64]
    moved: NDArray[np.int64]
    places: NDArray[np.int64]
    offsets: NDArray[np.int64]
    members: NDArray[np.uint16]


def network_store(atoms: AtomMap, batch: Batch) -> CandidateStore:
    """The networks of a batch, in order of their labels."""
    offsets, members = _network_store(atoms, batch)
    return CandidateStore(offsets, members, len(atoms.atom_of))


def descend(
    ground: Ground,
    batch: Batch,
    values: NDArray[np.float64],
    slack: NDArray[np.float64],
    random: np.random.Generator,
    deadline: Deadline,
    rounds: int = 2**31,
    *,
    only_mergers: bool = False,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Make the best exchanges of every trial until there are none; labels and values are changed in place.

    Parameters
    ----------
    ground : Ground
    batch : Batch
    values : ndarray of float64, shape (g, 6)
        Of its networks; those that come to be empty become 0.
    slack : ndarray of float64, shape (t, 3)
        What the rules over the whole plan leave to each trial (`netform.solve.primal.value.PlanDemands.limits`).
    random : numpy.random.Generator
        Of the swaps that are looked at where there are too many.
    deadline : Deadline
    rounds : int
        After so many it ends, whether there are any left or not.
    only_mergers : bool
        Whether nothing is exchanged but by mergers.

    Returns
    -------
    sums : ndarray of float64, shape (t, 6)
        Of the values of each trial's networks.
    count : ndarray of float64, shape (t,)
        How many networks each has.
    """
    trials, networks = len(batch.begin) - 1, len(values)
    fresh = np.ones((2, networks), np.bool_)
    sums = np.zeros((trials, values.shape[1]))
    np.add.at(sums, batch.trial_of, values)
    count = np.bincount(batch.trial_of, minlength=trials).astype(np.float64)
    while rounds > 0 and not deadline.passed:
        rounds -= 1
        held = plan_values(sums, count, slack)
        # A trial without broken demands takes no exchange that brings exceptions, whatever it costs.
        active, found = _exchanges(
            ground.atoms, ground.bounds, batch, fresh, held[:, 0] == 0, only_mergers, random
        )
        if not active:
            break
        if not len(found.one):
            continue
        chosen, rows = _valued(ground, batch, found, values, sums, count, held, slack)
        if not len(chosen):
            continue
        linking, quota = _linking(ground.demands, found, chosen, rows, values, count, slack)
        made = _make(batch, found, chosen, linking, quota, fresh)
        for networks_of, row_of in ((found.one, found.row_of_one), (found.other, found.row_of_other)):
            where, row = networks_of[made], row_of[made]
            trial = batch.trial_of[where]
            new = np.where((row >= 0)[:, None], rows[row], 0.0)
            np.add.at(sums, trial, new - values[where])
            np.subtract.at(count, trial, (row < 0).astype(np.float64))
            values[where] = new
    return sums, count


def _linking(
    demands: PlanDemands,
    found: _Found,
    chosen: NDArray[np.int64],
    rows: NDArray[np.float64],
    values: NDArray[np.float64],
    count: NDArray[np.float64],
    slack: NDArray[np.float64],
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which exchanges bear on rules over the whole plan, and how many of them each trial may make at once.

    Mergers as many as there are networks too many; of what changes who has moved, one.
    """
    if not demands:
        return np.zeros(len(chosen), np.bool_), np.zeros(len(count), np.int64)
    one, row = found.one[chosen], found.row_of_one[chosen]
    new = rows[found.row_of_other[chosen], MOVED] + np.where((row >= 0)[:, None], rows[row, MOVED], 0.0)
    old = values[one, MOVED] + values[found.other[chosen], MOVED]
    moving = (new != old).any(axis=1)
    if moving.any() or demands.networks is None:
        return moving | (row < 0), np.ones(len(count), np.int64)
    return row < 0, np.maximum(1, count - slack[:, 0]).astype(np.int64)


def _valued(
    ground: Ground,
    batch: Batch,
    found: _Found,
    values: NDArray[np.float64],
    sums: NDArray[np.float64],
    count: NDArray[np.float64],
    held: NDArray[np.float64],
    slack: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The exchanges that better their trials, best first, and the values of all networks that were costed."""
    store = CandidateStore(found.offsets, found.members, len(ground.atoms.atom_of))
    rows = ground.values(store, costs=False)
    trial = batch.trial_of[found.one]
    gone = found.row_of_one < 0

    def after(chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """The trials' values after each exchange."""
        new = sums[trial[chosen]] - values[found.one[chosen]] - values[found.other[chosen]]
        new += rows[found.row_of_other[chosen]]
        new += np.where(gone[chosen, None], 0.0, rows[found.row_of_one[chosen]])
        here = trial[chosen]
        return plan_values(new, count[here] - gone[chosen], slack[here])

    # Hours are counted only where what comes before them is no worse.
    change = after(np.arange(len(trial))) - held[trial]
    change[:, 3] = -math.inf
    chosen = np.flatnonzero(_better(change))
    wanted = np.unique(np.concatenate((found.row_of_one[chosen], found.row_of_other[chosen])))
    wanted = wanted[wanted >= 0]
    rows[wanted] = ground.values(store.take(wanted))
    return chosen[best_first(after(chosen) - held[trial[chosen]])], rows


def best_first(change: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which changes of a value, shape (c, 4), are for the better; the best first, of equal ones the first."""
    better = np.flatnonzero(_better(change))
    return better[np.lexsort(change[better, ::-1].T)]


def _better(change: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether changes are for the better: the first that is not zero is below."""
    result = change[:, 3] < -LEAST_GAIN
    for column in (2, 1, 0):
        result = (change[:, column] < 0) | ((change[:, column] == 0) & result)
    return result


@nb.njit(cache=True, nogil=True)
def _make(
    batch: Batch,
    found: _Found,
    chosen: NDArray[np.int64],
    linking: NDArray[np.bool_],
    quota: NDArray[np.int64],
    fresh: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Make exchanges in their order as long as no network is in two of them; those that were made.

    Of the ``linking`` ones, which bear on rules over the whole plan, each trial takes no more than its quota, which is
    used up; where some had to wait, all of its networks are looked at again.
    """
    touched = np.zeros(len(batch.trial_of), np.bool_)
    waits = np.zeros(len(quota), np.bool_)
    made = np.empty(len(chosen), np.int64)
    number = 0
    for k in range(len(chosen)):
        c = chosen[k]
        one, other = found.one[c], found.other[c]
        trial = batch.trial_of[one]
        if linking[k] and quota[trial] <= 0:
            waits[trial] = True
            continue
        if touched[one] or touched[other]:
            continue
        touched[one] = touched[other] = True
        quota[trial] -= linking[k]
        for e in range(found.moved[c], found.moved[c + 1]):
            p = found.places[e]
            batch.label[p] = other if batch.label[p] == one else one
        made[number] = c
        number += 1
    for g in range(len(touched)):
        if touched[g] or waits[batch.trial_of[g]]:
            fresh[:, g] = True
    return made[:number]


@nb.njit(cache=True, nogil=True)
def _network_store(atoms: AtomMap, batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    offsets = np.zeros(len(batch.trial_of) + 1, np.int64)
    for p in range(len(batch.atom)):
        a = batch.atom[p]
        offsets[batch.label[p] + 1] += atoms.first[a + 1] - atoms.first[a]
    offsets = np.cumsum(offsets)
    filled, members = offsets[:-1].copy(), np.empty(offsets[-1], np.uint16)
    for p in range(len(batch.atom)):
        a = batch.atom[p]
        for k in range(atoms.first[a], atoms.first[a + 1]):
            members[filled[batch.label[p]]] = atoms.practices[k]
            filled[batch.label[p]] += 1
    for g in range(len(batch.trial_of)):
        members[offsets[g] : offsets[g + 1]].sort()
    return offsets, members


@nb.njit(cache=True, nogil=True)
def _exchanges(
    atoms: AtomMap,
    bounds: Bounds,
    batch: Batch,
    fresh: NDArray[np.bool_],
    sound: NDArray[np.bool_],
    only_mergers: bool,
    random: np.random.Generator,
) -> tuple[int, _Found]:
    """The exchanges of networks that were not looked at: moves and mergers of a trial first, then swaps.

    Returns how many trials had any to look at, and the exchanges; those looked at are no longer fresh.
    """
    begin, inside = _by_network(batch)
    networks = len(batch.trial_of)
    patients, counted = np.zeros(networks, np.int64), np.zeros(networks, np.int64)
    for p in range(len(batch.atom)):
        patients[batch.label[p]] += atoms.patients[batch.atom[p]]
        counted[batch.label[p]] += atoms.counted[batch.atom[p]]
    place = np.full(len(atoms.patients), -1, np.int64)
    room = np.full((3, len(batch.atom)), -1, np.int64)
    ones, others = [0 for _ in range(0)], [0 for _ in range(0)]
    rows_one, rows_other = [0 for _ in range(0)], [0 for _ in range(0)]
    moved, places = [0], [0 for _ in range(0)]
    offsets, members = [0], np.empty(512, np.uint16)
    active, first = 0, 0
    for t in range(len(batch.begin) - 1):
        last = first
        while last < networks and batch.trial_of[last] == t:
            last += 1
        stage = 0 if fresh[0, first:last].any() else 1
        if fresh[stage, first:last].any() and (stage == 0 or not only_mergers):
            active += 1
            for p in range(batch.begin[t], batch.begin[t + 1]):
                place[batch.atom[p]] = p
            for one in range(first, last):
                around = _around(atoms, batch, place, inside[begin[one] : begin[one + 1]], one)
                for other in around:
                    if not (fresh[stage, one] or fresh[stage, other]):
                        continue
                    here, there = inside[begin[one] : begin[one + 1]], inside[begin[other] : begin[other + 1]]
                    if stage == 0:
                        goes, ends = _moves(atoms, batch, place, room, here, one, other, only_mergers)
                    elif one < other:
                        goes, ends = _swaps(atoms, batch, place, room, here, there, one, other, random)
                    else:
                        continue
                    for x in range(len(ends) - 1):
                        going = goes[ends[x] : ends[x + 1]]
                        away, count_away, leave = 0, 0, 0
                        for p in going:
                            sign = 1 if batch.label[p] == one else -1
                            away += sign * atoms.patients[batch.atom[p]]
                            count_away += sign * atoms.counted[batch.atom[p]]
                            leave += sign
                        empty = leave == len(here)
                        if sound[t] and not _may_help(
                            bounds,
                            (patients[one], patients[other], away),
                            (counted[one], counted[other], count_away),
                            empty,
                        ):
                            continue
                        ones.append(one)
                        others.append(other)
                        for p in going:
                            places.append(p)
                        moved.append(len(places))
                        rows_one.append(-1 if empty else len(offsets) - 1)
                        if not empty:
                            members = _append(atoms, batch, members, offsets, here, going, one)
                        rows_other.append(len(offsets) - 1)
                        members = _append(atoms, batch, members, offsets, there, going, other)
            fresh[stage, first:last] = False
            for p in range(batch.begin[t], batch.begin[t + 1]):
                place[batch.atom[p]] = -1
        first = last
    found = _Found(
        np.array(ones, np.int64), np.array(others, np.int64),
        np.array(rows_one, np.int64), np.array(rows_other, np.int64),
        np.array(moved, np.int64), np.array(places, np.int64),
        np.array(offsets, np.int64), members[: offsets[-1]],
    )  # fmt: skip
    return active, found


@nb.njit(cache=True, nogil=True)
def _by_network(batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places of each network, one after the other, and where each begins."""
    begin = np.zeros(len(batch.trial_of) + 1, np.int64)
    for label in batch.label:
        begin[label + 1] += 1
    begin = np.cumsum(begin)
    filled, inside = begin[:-1].copy(), np.empty(len(batch.label), np.int64)
    for p in range(len(batch.label)):
        inside[filled[batch.label[p]]] = p
        filled[batch.label[p]] += 1
    return begin, inside


@nb.njit(cache=True, nogil=True)
def _around(
    atoms: AtomMap, batch: Batch, place: NDArray[np.int64], here: NDArray[np.int64], one: int
) -> NDArray[np.int64]:
    """The networks next to one, ascending."""
    met = [0 for _ in range(0)]
    for p in here:
        for e in range(atoms.indptr[batch.atom[p]], atoms.indptr[batch.atom[p] + 1]):
            q = place[atoms.neighbours[e]]
            if q >= 0 and batch.label[q] != one:
                met.append(batch.label[q])
    return np.unique(np.array(met, np.int64))


@nb.njit(cache=True, nogil=True)
def _touches(
    atoms: AtomMap, batch: Batch, place: NDArray[np.int64], p: int, network: int, without: int
) -> bool:
    """Whether the atom at a place borders a network at another place than the one given."""
    for e in range(atoms.indptr[batch.atom[p]], atoms.indptr[batch.atom[p] + 1]):
        q = place[atoms.neighbours[e]]
        if q >= 0 and q != without and batch.label[q] == network:
            return True
    return False


@nb.njit(cache=True, nogil=True)
def _leaving(
    atoms: AtomMap,
    batch: Batch,
    place: NDArray[np.int64],
    room: NDArray[np.int64],
    here: NDArray[np.int64],
    p: int,
) -> NDArray[np.int64]:
    """The places that go when one goes: it, and all that hangs together only by it but for most patients."""
    mark, stack, piece = room[0], room[1], room[2]
    for q in here:
        mark[q] = -1
    mark[p] = 0
    pieces, largest, most = 0, 0, -1
    one = batch.label[p]
    for q in here:
        if mark[q] >= 0:
            continue
        pieces += 1
        mark[q] = pieces
        stack[0], height, held = q, 1, 0
        while height > 0:
            height -= 1
            v = stack[height]
            held += atoms.patients[batch.atom[v]]
            for e in range(atoms.indptr[batch.atom[v]], atoms.indptr[batch.atom[v] + 1]):
                u = place[atoms.neighbours[e]]
                if u >= 0 and batch.label[u] == one and mark[u] < 0:
                    mark[u] = pieces
                    stack[height] = u
                    height += 1
        if held > most:
            largest, most = pieces, held
    count = 0
    for q in here:
        if mark[q] != largest or q == p:
            piece[count] = q
            count += 1
    found: NDArray[np.int64] = piece[:count].copy()
    return found


@nb.njit(cache=True, nogil=True)
def _moves(
    atoms: AtomMap,
    batch: Batch,
    place: NDArray[np.int64],
    room: NDArray[np.int64],
    here: NDArray[np.int64],
    one: int,
    other: int,
    only_mergers: bool,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What may go over from one network to another, as places, those of each move between two ends."""
    goes, ends = [0 for _ in range(0)], [0]
    if not only_mergers and len(here) > 1:
        for p in here:
            if _touches(atoms, batch, place, p, other, -1):
                for q in _leaving(atoms, batch, place, room, here, p):
                    goes.append(q)
                ends.append(len(goes))
    if one < other:
        for p in here:
            goes.append(p)
        ends.append(len(goes))
    return np.array(goes, np.int64), np.array(ends, np.int64)


@nb.njit(cache=True, nogil=True)
def _swaps(
    atoms: AtomMap,
    batch: Batch,
    place: NDArray[np.int64],
    room: NDArray[np.int64],
    here: NDArray[np.int64],
    there: NDArray[np.int64],
    one: int,
    other: int,
    random: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Who may change places between two networks without parting those who stay; of too many, some at random."""
    from_one = [
        p
        for p in here
        if _touches(atoms, batch, place, p, other, -1)
        and len(_leaving(atoms, batch, place, room, here, p)) == 1
    ]
    from_other = [
        q
        for q in there
        if _touches(atoms, batch, place, q, one, -1)
        and len(_leaving(atoms, batch, place, room, there, q)) == 1
    ]
    share = SWAPS / max(1, len(from_one) * len(from_other))
    goes, ends = [0 for _ in range(0)], [0]
    for p in from_one:
        for q in from_other:
            if share < 1.0 and random.random() > share:
                continue
            if (len(there) == 1 or _touches(atoms, batch, place, p, other, q)) and (
                len(here) == 1 or _touches(atoms, batch, place, q, one, p)
            ):
                goes += [p, q]
                ends.append(len(goes))
    return np.array(goes, np.int64), np.array(ends, np.int64)


@nb.njit(cache=True, nogil=True)
def _may_help(
    bounds: Bounds, patients: tuple[int, int, int], counted: tuple[int, int, int], empty: bool
) -> bool:
    """Whether two networks are no more exceptions, and as exceptions no further outside, once so much goes over."""
    before, outside_before = 0, 0
    after, outside_after = 0, 0
    for k, sign in ((0, -1), (1, 1)):
        out = hold(patients[k], 1, bounds.least, bounds.most)
        odd = hold(counted[k], 1, bounds.least_practices, bounds.most_practices)
        before += out > 0 or odd > 0
        outside_before += out
        if k == 0 and empty:
            continue
        out = hold(patients[k] + sign * patients[2], 1, bounds.least, bounds.most)
        odd = hold(counted[k] + sign * counted[2], 1, bounds.least_practices, bounds.most_practices)
        after += out > 0 or odd > 0
        outside_after += out
    return after < before or (after == before and outside_after <= outside_before)


@nb.njit(cache=True, nogil=True)
def _append(
    atoms: AtomMap,
    batch: Batch,
    members: NDArray[np.uint16],
    offsets: list[int],
    inside: NDArray[np.int64],
    going: NDArray[np.int64],
    network: int,
) -> NDArray[np.uint16]:
    """Add to a store the practices of a network once some places have changed sides; the longer members."""
    begin = filled = offsets[-1]
    need = filled + len(atoms.practices)
    if need > len(members):
        longer = np.empty(2 * need, np.uint16)
        longer[:filled] = members[:filled]
        members = longer
    for p in inside:
        if not (going == p).any():
            for k in range(atoms.first[batch.atom[p]], atoms.first[batch.atom[p] + 1]):
                members[filled] = atoms.practices[k]
                filled += 1
    for p in going:
        if batch.label[p] != network:
            for k in range(atoms.first[batch.atom[p]], atoms.first[batch.atom[p] + 1]):
                members[filled] = atoms.practices[k]
                filled += 1
    members[begin:filled].sort()
    offsets.append(filled)
    return members
