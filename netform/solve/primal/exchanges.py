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

    # Numbers of places in a batch.
    Places = NDArray[np.int64]

__all__ = ["LEAST_GAIN", "Batch", "Ground", "best_first", "descend", "network_store", "whole_batch"]

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
    """Parts of plans side by side, each a trial, on a map of places: an atom has one in every trial that it is in.

    Attributes
    ----------
    indptr, neighbours : ndarray of int64
        The places of the same trial next to place p are ``neighbours[indptr[p]:indptr[p + 1]]``.
    patients, counted : ndarray of int64, shape (p,)
        Of the atom at each place.
    first : ndarray of int64, shape (p + 1,)
    practices : ndarray of uint16
        Those at place p are ``practices[first[p]:first[p + 1]]``.
    label : ndarray of int64, shape (p,)
        Its network; those of one trial are numbered one after the other, trial after trial.
    trial_of : ndarray of int64, shape (g,)
        The trial of each network.
    """

    indptr: NDArray[np.int64]
    neighbours: NDArray[np.int64]
    patients: NDArray[np.int64]
    counted: NDArray[np.int64]
    first: NDArray[np.int64]
    practices: NDArray[np.uint16]
    label: NDArray[np.int64]
    trial_of: NDArray[np.int64]


class _Found(NamedTuple):
    """Exchanges.

    Attributes
    ----------
    networks : ndarray of int64, shape (c, 2)
        The two; in a merger the first is gone afterwards.
    rows : ndarray of int64, shape (c, 2)
        The same as they would be, as rows of the store below; -1 where one is gone.
    moved : ndarray of int64, shape (c + 1,)
    places : ndarray of int64
        Those that go over to the network that they are not in: ``places[moved[i]:moved[i + 1]]``.
    offsets, members
        Of a store of networks, in practices.
    """

    networks: NDArray[np.int64]
    rows: NDArray[np.int64]
    moved: NDArray[np.int64]
    places: NDArray[np.int64]
    offsets: NDArray[np.int64]
    members: NDArray[np.uint16]


def whole_batch(atoms: AtomMap, labels: NDArray[np.int64]) -> Batch:
    """A whole plan as the only trial."""
    of_map = atoms.indptr, atoms.neighbours, atoms.patients, atoms.counted, atoms.first, atoms.practices
    return Batch(*of_map, label=labels.copy(), trial_of=np.zeros(int(labels.max()) + 1, np.int64))


def network_store(batch: Batch, practices: int) -> CandidateStore:
    """The networks of a batch, in order of their labels, in a store over so many practices."""
    order = np.argsort(batch.label, kind="stable")
    placed = CandidateStore(batch.first, batch.practices, practices).take(order)
    networks = np.arange(len(batch.trial_of) + 1)
    offsets = placed.offsets[np.searchsorted(batch.label[order], networks)]
    label = np.repeat(networks[:-1], np.diff(offsets))
    return CandidateStore(offsets, placed.members[np.lexsort((placed.members, label))], practices)


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
    trials = len(slack)
    fresh = np.ones((2, len(values)), np.bool_)
    sums = np.zeros((trials, values.shape[1]))
    np.add.at(sums, batch.trial_of, values)
    count = np.bincount(batch.trial_of, minlength=trials).astype(np.float64)
    while rounds > 0 and not deadline.passed:
        rounds -= 1
        held = plan_values(sums, count, slack)
        # A trial without broken demands takes no exchange that brings exceptions, whatever it costs.
        active, found = _exchanges(batch, ground.bounds, fresh, held[:, 0] == 0, only_mergers, random)
        if not active:
            break
        chosen, rows = _valued(ground, batch, found, values, sums, count, held, slack)
        # Of those that bear on rules over the whole plan each trial makes one at once; but of mergers as many as there
        # are networks too many, where nothing changes who has moved.
        linking, quota = np.zeros(len(chosen), np.bool_), np.ones(trials, np.int64)
        if ground.demands:
            new, old = rows[found.rows[chosen], MOVED], values[found.networks[chosen], MOVED]
            moving = (new.sum(axis=1) != old.sum(axis=1)).any(axis=1)
            linking = moving | (found.rows[chosen, 0] < 0)
            if ground.demands.networks is not None and not moving.any():
                quota = np.maximum(1, count - slack[:, 0]).astype(np.int64)
        made = _make(batch, found, chosen, linking, quota, fresh)
        where, row = found.networks[made].T.ravel(), found.rows[made].T.ravel()
        np.add.at(sums, batch.trial_of[where], rows[row] - values[where])
        np.subtract.at(count, batch.trial_of[where], (row < 0).astype(np.float64))
        values[where] = rows[row]
    return sums, count


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
    """The exchanges that better their trials, best first, and the values of all networks that were costed.

    The last row of values is of networks that are gone: all zeros.
    """
    store = CandidateStore(found.offsets, found.members, len(ground.atoms.atom_of))
    rows = np.zeros((len(store) + 1, values.shape[1]))
    rows[:-1] = ground.values(store, costs=False)

    def change(chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """What each exchange changes of the value of its trial."""
        (one, other), (new_one, new_other) = found.networks[chosen].T, found.rows[chosen].T
        trial = batch.trial_of[one]
        new = sums[trial] - values[one] - values[other] + rows[new_other] + rows[new_one]
        value = plan_values(new, count[trial] - (new_one < 0), slack[trial])
        value -= held[trial]
        return value

    # Hours are counted only where what comes before them is no worse.
    quick = change(np.arange(len(found.networks)))
    quick[:, 3] = -math.inf
    chosen = np.flatnonzero(_better(quick))
    wanted = np.unique(found.rows[chosen])
    wanted = wanted[wanted >= 0]
    rows[wanted] = ground.values(store.take(wanted))
    return chosen[best_first(change(chosen))], rows


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
    made = [0 for _ in range(0)]
    for k in range(len(chosen)):
        c = chosen[k]
        one, other = found.networks[c, 0], found.networks[c, 1]
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
        made.append(c)
    for g in range(len(touched)):
        if touched[g] or waits[batch.trial_of[g]]:
            fresh[:, g] = True
    return np.array(made, np.int64)


@nb.njit(cache=True, nogil=True)
def _exchanges(
    batch: Batch,
    bounds: Bounds,
    fresh: NDArray[np.bool_],
    sound: NDArray[np.bool_],
    only_mergers: bool,
    random: np.random.Generator,
) -> tuple[int, _Found]:
    """The exchanges of networks that were not looked at: moves and mergers of a trial first, then swaps.

    Returns how many trials had any to look at, and the exchanges; those looked at are no longer fresh.
    """
    order = np.argsort(batch.label, kind="mergesort")
    begin = np.searchsorted(batch.label[order], np.arange(len(batch.trial_of) + 1))
    trial_begin = np.searchsorted(batch.trial_of, np.arange(len(sound) + 1))
    patients, counted = np.zeros(len(batch.trial_of), np.int64), np.zeros(len(batch.trial_of), np.int64)
    for p in range(len(batch.label)):
        patients[batch.label[p]] += batch.patients[p]
        counted[batch.label[p]] += batch.counted[p]
    room = np.full((3, len(batch.label)), -1, np.int64)
    networks, moved, places = [0 for _ in range(0)], [0], [0 for _ in range(0)]
    active = 0
    for t in range(len(sound)):
        first, last = trial_begin[t], trial_begin[t + 1]
        stage = 0 if fresh[0, first:last].any() else 1
        if not fresh[stage, first:last].any() or (stage == 1 and only_mergers):
            continue
        active += 1
        for one in range(first, last):
            here = order[begin[one] : begin[one + 1]]
            for other in _around(batch, here, one):
                if not (fresh[stage, one] or fresh[stage, other]) or (stage == 1 and one > other):
                    continue
                there = order[begin[other] : begin[other + 1]]
                for going in _all_going(batch, room, here, there, one, other, stage, only_mergers, random):
                    away, count_away = 0, 0
                    for p in going:
                        sign = 1 if batch.label[p] == one else -1
                        away += sign * batch.patients[p]
                        count_away += sign * batch.counted[p]
                    if not sound[t] or _may_help(
                        bounds,
                        (patients[one], patients[other], away),
                        (counted[one], counted[other], count_away),
                    ):
                        networks += [one, other]
                        places.extend(going)
                        moved.append(len(places))
        fresh[stage, first:last] = False
    pairs = np.array(networks, np.int64).reshape((len(moved) - 1, 2))
    all_moved, all_places = np.array(moved, np.int64), np.array(places, np.int64)
    # The networks as exchanges leave them, in a store.
    rows = np.full(pairs.shape, -1, np.int64)
    offsets, members = [0], [np.uint16(0) for _ in range(0)]
    for x in range(len(pairs)):
        gone = all_places[all_moved[x] : all_moved[x + 1]]
        for side in range(2):
            network = pairs[x, side]
            # Every place stays where it is, but for those that go.
            for p in np.concatenate((order[begin[network] : begin[network + 1]], gone)):
                if (batch.label[p] == network) != (gone == p).any():
                    members.extend(batch.practices[batch.first[p] : batch.first[p + 1]])
            if len(members) > offsets[-1]:
                rows[x, side] = len(offsets) - 1
                offsets.append(len(members))
    ordered = np.array(members, np.uint16)
    for row in range(len(offsets) - 1):
        ordered[offsets[row] : offsets[row + 1]].sort()
    return active, _Found(pairs, rows, all_moved, all_places, np.array(offsets, np.int64), ordered)


@nb.njit(cache=True, nogil=True)
def _around(batch: Batch, here: Places, one: int) -> NDArray[np.int64]:
    """The networks next to one, ascending."""
    met = [0 for _ in range(0)]
    for p in here:
        for q in batch.neighbours[batch.indptr[p] : batch.indptr[p + 1]]:
            if batch.label[q] != one:
                met.append(batch.label[q])
    return np.unique(np.array(met, np.int64))


@nb.njit(cache=True, nogil=True)
def _touches(batch: Batch, p: int, network: int, without: int) -> bool:
    """Whether a place borders a network at another place than the one given."""
    for q in batch.neighbours[batch.indptr[p] : batch.indptr[p + 1]]:
        if q != without and batch.label[q] == network:
            return True
    return False


@nb.njit(cache=True, nogil=True)
def _leaving(batch: Batch, room: NDArray[np.int64], here: Places, p: int) -> Places:
    """The places that go when one goes: it, and all that hangs together only by it but for most patients."""
    mark, stack, piece = room[0], room[1], room[2]
    for q in here:
        mark[q] = -1
    mark[p] = 0
    pieces, largest, most = 0, -1, -1
    for q in here:
        if mark[q] >= 0:
            continue
        pieces += 1
        mark[q] = pieces
        stack[0], height, held = q, 1, 0
        while height > 0:
            height -= 1
            v = stack[height]
            held += batch.patients[v]
            for u in batch.neighbours[batch.indptr[v] : batch.indptr[v + 1]]:
                if batch.label[u] == batch.label[p] and mark[u] < 0:
                    mark[u] = pieces
                    stack[height] = u
                    height += 1
        if held > most:
            largest, most = pieces, held
    count = 0
    for q in here:
        if mark[q] != largest:
            piece[count] = q
            count += 1
    found: Places = piece[:count].copy()
    return found


@nb.njit(cache=True, nogil=True)
def _all_going(
    batch: Batch,
    room: NDArray[np.int64],
    here: Places,
    there: Places,
    one: int,
    other: int,
    stage: int,
    only_mergers: bool,
    random: np.random.Generator,
) -> list[Places]:
    """The places that go over in each exchange of two networks.

    First moves from one to the other, and all of it in a merger; then swaps that do not part those who stay, of too
    many some at random.
    """
    all_going = [here for _ in range(0)]
    if stage == 0:
        if not only_mergers and len(here) > 1:
            all_going += [_leaving(batch, room, here, v) for v in here if _touches(batch, v, other, -1)]
        if one < other:
            all_going.append(here)
        return all_going
    from_one, from_other = _loose(batch, room, here, other), _loose(batch, room, there, one)
    share = SWAPS / max(1, len(from_one) * len(from_other))
    for p in from_one:
        for q in from_other:
            if share < 1.0 and random.random() > share:
                continue
            if (len(there) == 1 or _touches(batch, p, other, q)) and (
                len(here) == 1 or _touches(batch, q, one, p)
            ):
                all_going.append(np.array([p, q], np.int64))
    return all_going


@nb.njit(cache=True, nogil=True)
def _loose(batch: Batch, room: NDArray[np.int64], here: Places, other: int) -> list[int]:
    """The places at the border of another network that may go without parting those who stay."""
    return [p for p in here if _touches(batch, p, other, -1) and len(_leaving(batch, room, here, p)) == 1]


@nb.njit(cache=True, nogil=True)
def _may_help(bounds: Bounds, patients: tuple[int, int, int], counted: tuple[int, int, int]) -> bool:
    """Whether two networks are no more exceptions, and as exceptions no further outside, once so much goes over."""
    exceptions, outside = 0, 0
    for side, sign, going in ((0, -1, 0), (1, -1, 0), (0, 1, -1), (1, 1, 1)):
        number = counted[side] + going * counted[2]
        # A network of no practices is none.
        if number > 0:
            out = hold(patients[side] + going * patients[2], 1, bounds.least, bounds.most)
            odd = hold(number, 1, bounds.least_practices, bounds.most_practices)
            exceptions += sign * (out > 0 or odd > 0)
            outside += sign * out
    return exceptions < 0 or (exceptions == 0 and outside <= 0)
