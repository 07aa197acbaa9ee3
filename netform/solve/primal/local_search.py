"""Large neighbourhood search: neighbouring networks are divided anew along random trees, and their borders bettered.

Each round takes several neighbourhoods (ruin and recreate, Schrimpf et al. 2000; Shaw 1998). Dearer plans are taken,
too, less and less (simulated annealing).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from netform.solve.primal.exchanges import Batch, Ground, best_first, descend, network_store, whole_batch
from netform.solve.primal.trees import divide
from netform.solve.primal.value import COST, MOVED, MOVED_PRACTICES, PlanValue, plan_value, plan_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from netform.solve.model.budget import Deadline
    from netform.solve.primal.atoms import AtomMap
    from netform.solve.primal.trees import Bounds

__all__ = ["LabelledPlan", "better_borders", "search"]


@dataclass(frozen=True, slots=True)
class SearchParams:
    """How large neighbourhoods and rounds are, and how search cools down.

    Attributes
    ----------
    rounds_told : int
        Of exchanges all over a plan, after which it is told of: rounds of large networks take a tenth of a second.
    trials : int
        Neighbourhoods of a round at least: what a call costs is shared by so many.
    networks_per_trial : int
        One neighbourhood a round for every so many networks: as many as seldom overlap.
    atoms : int
        In all neighbourhoods of a round about so many at most, so that a round of large networks does not take long.
    hood : tuple of int
        Networks of a neighbourhood, equally likely: two are quick, a dozen escape where few cannot.
    hottest, coldest : float
        What a neighbourhood may get dearer by, typically, as a share of what a network costs: at first as much as one
        practice badly placed; in the end next to nothing.
    other_number : float
        Share of neighbourhoods that are divided into one network more or one less.
    at_exceptions : float
        Share of neighbourhoods begun at a network that is an exception or breaks a demand, while there are any.
    """

    rounds_told: int = 10
    trials: int = 16
    networks_per_trial: int = 4
    atoms: int = 4_000
    hood: tuple[int, ...] = (2, 3, 4, 6, 8, 10, 12)
    hottest: float = 0.2
    coldest: float = 0.0005
    other_number: float = 0.1
    at_exceptions: float = 0.6


SEARCH = SearchParams()


@dataclass(frozen=True, slots=True)
class LabelledPlan:
    """A plan as search holds it.

    Attributes
    ----------
    labels : ndarray of int64, shape (a,)
        Network of each atom, 0..k-1.
    values : ndarray of float64, shape (k, 6)
        Of `netform.solve.primal.value.network_values`.
    """

    labels: NDArray[np.int64]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, ground: Ground, labels: NDArray[np.int64]) -> LabelledPlan:
        """Value a plan."""
        _, labels = np.unique(labels, return_inverse=True)
        batch = whole_batch(ground.atoms, labels)
        return cls(batch.label, ground.values(network_store(batch, len(ground.problem.codes))))

    def value(self, ground: Ground) -> PlanValue:
        """What it is worth."""
        # Exactly summed, so that the same plan is worth the same in whatever order its networks are held.
        cost = math.fsum(self.values[:, COST].tolist())
        return plan_value(self.values, ground.demands)._replace(cost=cost)


def better_borders(
    ground: Ground,
    plan: LabelledPlan,
    seed: int,
    deadline: Deadline,
    on_plan: Callable[[LabelledPlan], bool] = lambda _plan: True,
    *,
    only_mergers: bool = False,
) -> LabelledPlan:
    """Better all borders of a plan: make the best exchanges until there are none.

    Parameters
    ----------
    ground : Ground
    plan : LabelledPlan
    seed : int
    deadline : Deadline
    on_plan : callable
        Told of the plan every few rounds; says whether to go on.
    only_mergers : bool
        Whether networks are merged and nothing else.
    """
    random = np.random.default_rng(seed)
    while True:
        batch, values = whole_batch(ground.atoms, plan.labels), plan.values.copy()
        slack = ground.demands.limits[None]
        descend(ground, batch, values, slack, random, deadline, SEARCH.rounds_told, only_mergers=only_mergers)
        unchanged = bool((batch.label == plan.labels).all())
        plan = _renumbered(batch.label, values)
        if not on_plan(plan) or unchanged or deadline.passed:
            return plan


def _renumbered(labels: NDArray[np.int64], values: NDArray[np.float64]) -> LabelledPlan:
    kept, labels = np.unique(labels, return_inverse=True)
    return LabelledPlan(labels.astype(np.int64), values[kept])


def search(
    ground: Ground,
    plan: LabelledPlan,
    seed: int,
    effort: int,
    deadline: Deadline,
    on_plan: Callable[[LabelledPlan], bool],
) -> None:
    """Better a plan by large neighbourhood search, from hot to cold.

    Parameters
    ----------
    ground : Ground
    plan : LabelledPlan
    seed : int
    effort : int
        Neighbourhoods: less than a few for each network leave no time to cool down.
    deadline : Deadline
    on_plan : callable
        Told of every better plan; says whether to go on.
    """
    random = np.random.default_rng(seed)
    value, searched = plan.value(ground), 0
    while searched < effort and not deadline.passed:
        trials = _number_of_trials(plan)
        each = plan.values[:, COST].mean()
        heat = each * SEARCH.hottest * (SEARCH.coldest / SEARCH.hottest) ** (searched / effort)
        searched += trials
        plan = _round(ground, plan, trials, heat, random, deadline)
        if (found := plan.value(ground)) < value:
            value = found
            if not on_plan(plan):
                break


def _number_of_trials(plan: LabelledPlan) -> int:
    """As many as share what a call costs, seldom overlap, and do not take long."""
    number = len(plan.values)
    each = len(plan.labels) / number * min(number, sum(SEARCH.hood) / len(SEARCH.hood))
    return max(1, min(max(SEARCH.trials, number // SEARCH.networks_per_trial), int(SEARCH.atoms / each)))


def _round(
    ground: Ground,
    plan: LabelledPlan,
    trials: int,
    heat: float,
    random: np.random.Generator,
    deadline: Deadline,
) -> LabelledPlan:
    """The plan after one round."""
    number = len(plan.values)
    batch, begin, atom, hood_begin, hoods = _ruin(
        ground.atoms,
        ground.bounds,
        plan.labels,
        *_random_neighbourhoods(ground, plan, trials, random),
        random,
    )
    values = ground.values(network_store(batch, len(ground.problem.codes)))
    sizes = np.diff(hood_begin)
    before = np.zeros((trials, values.shape[1]))
    np.add.at(before, np.repeat(np.arange(trials), sizes), plan.values[hoods])
    beside = plan.values.sum(axis=0) - before
    slack = ground.demands.limits - np.column_stack((number - sizes, beside[:, MOVED]))
    after, count = descend(ground, batch, values, slack, random, deadline)
    change = plan_values(after, count, slack) - plan_values(before, sizes, slack)
    # Trials that change how many networks there are, or how many move.
    linking = bool(ground.demands) & ((count != sizes) | (after[:, MOVED] != before[:, MOVED]).any(axis=1))
    # Dearer is taken, too, with a chance that falls with how much and with time (simulated annealing).
    change[:, 3] += heat * np.log(1.0 - random.random(trials))
    labels, taken, linked_once = plan.labels.copy(), np.zeros(number, np.bool_), False
    for t in best_first(change).tolist():
        hood = hoods[hood_begin[t] : hood_begin[t + 1]]
        # After one that bears on rules over the whole plan, what those leave to the next is another matter.
        if not taken[hood].any() and not (linking[t] and linked_once):
            taken[hood] = True
            linked_once |= bool(linking[t])
            places = slice(begin[t], begin[t + 1])
            labels[atom[places]] = number + batch.label[places]
    return _renumbered(labels, np.concatenate((plan.values, values)))


def _random_neighbourhoods(
    ground: Ground, plan: LabelledPlan, trials: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Where neighbourhoods begin, how many networks they have, and how many more they are divided into."""
    number = len(plan.values)
    begins = random.integers(number, size=trials)
    odd = np.flatnonzero(plan.values[:, :MOVED_PRACTICES].any(axis=1))
    if len(odd):
        at_odd = random.random(trials) < SEARCH.at_exceptions
        begins[at_odd] = random.choice(odd, int(at_odd.sum()))
    sizes = random.choice(SEARCH.hood, trials)
    change = np.where(random.random(trials) < SEARCH.other_number, random.choice((-1, 1), trials), 0)
    if ground.demands.networks is not None:
        change = np.where(change != 0, np.sign(ground.demands.networks - number), 0)
    return begins, sizes.astype(np.int64), change.astype(np.int64), random.random(trials)


@nb.njit(cache=True, nogil=True)
def _ruin(
    atoms: AtomMap,
    bounds: Bounds,
    labels: NDArray[np.int64],
    begins: NDArray[np.int64],
    sizes: NDArray[np.int64],
    change: NDArray[np.int64],
    keep: NDArray[np.float64],
    random: np.random.Generator,
) -> tuple[Batch, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Random neighbourhoods, each divided along a random tree.

    The batch; the atoms of each neighbourhood with where they begin, and its networks with where they do.
    """
    order = np.argsort(labels, kind="mergesort")
    first = np.searchsorted(labels[order], np.arange(labels.max() + 2))
    place, kept = np.full(len(labels), -1, np.int64), np.full(len(labels), -1, np.int64)
    trial_begin, hood_begin = [0], [0]
    indptr, practice_begin = [0], [0]
    atom, hoods, neighbours = _nothing(), _nothing(), _nothing()
    label, trial_of, practices = _nothing(), _nothing(), [np.uint16(0) for _ in range(0)]
    for t in range(len(begins)):
        hood = _hood(atoms, labels, order, first, begins[t], sizes[t], random)
        hoods.extend(hood)
        hood_begin.append(len(hoods))
        patients, odd = 0, False
        part = _nothing()
        for g in hood:
            inside = order[first[g] : first[g + 1]]
            part.extend(inside)
            if random.random() < keep[t]:
                kept[inside] = g
            held = atoms.patients[inside].sum()
            odd |= held < bounds.least or held > bounds.most
            patients += held
        members = np.array(part, np.int64)
        networks = min(max(1, len(hood) + change[t]), len(part))
        if not odd and (networks * bounds.least > patients or networks * bounds.most < patients):
            networks = len(hood)
        divided = divide(atoms, bounds, members, networks, kept, random)
        kept[members] = -1
        label.extend(len(trial_of) + divided)
        trial_of.extend(np.full(divided.max() + 1, t))
        place[members] = np.arange(len(atom), len(atom) + len(members))
        for a in members:
            practices.extend(atoms.practices[atoms.first[a] : atoms.first[a + 1]])
            practice_begin.append(len(practices))
            for b in atoms.neighbours[atoms.indptr[a] : atoms.indptr[a + 1]]:
                # Places of trials before this one are lower.
                if place[b] >= trial_begin[t]:
                    neighbours.append(place[b])
            indptr.append(len(neighbours))
        atom.extend(members)
        trial_begin.append(len(atom))
    every = np.array(atom, np.int64)
    batch = Batch(
        np.array(indptr, np.int64),
        np.array(neighbours, np.int64),
        atoms.patients[every],
        atoms.counted[every],
        np.array(practice_begin, np.int64),
        np.array(practices, np.uint16),
        np.array(label, np.int64),
        np.array(trial_of, np.int64),
    )
    return batch, np.array(trial_begin), every, np.array(hood_begin), np.array(hoods)


@nb.njit(cache=True, nogil=True)
def _hood(
    atoms: AtomMap,
    labels: NDArray[np.int64],
    order: NDArray[np.int64],
    first: NDArray[np.int64],
    begin: int,
    size: int,
    random: np.random.Generator,
) -> list[int]:
    """A network and some around it; those that share more borders with it are likelier."""
    hood = [begin]
    around = _nothing()
    while True:
        for k in range(first[hood[-1]], first[hood[-1] + 1]):
            for e in range(atoms.indptr[order[k]], atoms.indptr[order[k] + 1]):
                around.append(labels[atoms.neighbours[e]])
        around = [g for g in around if g not in hood]
        if len(hood) >= size or len(around) == 0:
            return hood
        hood.append(around[random.integers(0, len(around))])


@nb.njit(cache=True, nogil=True)
def _nothing() -> list[int]:
    """An empty list of numbers, of which the compiler knows that they are numbers."""
    return [0 for _ in range(0)]
