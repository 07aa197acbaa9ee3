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

from netform.solve.primal.exchanges import ALL_KINDS, Batch, Ground, better_rows, descend, network_store
from netform.solve.primal.trees import divide
from netform.solve.primal.value import COST, MOVED, PlanValue, plan_value, plan_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from netform.solve.model.budget import Deadline
    from netform.solve.primal.atoms import AtomMap
    from netform.solve.primal.trees import Bounds

# Rounds of exchanges all over a plan after which it is told of: rounds of large networks take a tenth of a second.
ROUNDS_TOLD = 10

__all__ = ["LabelledPlan", "SearchParams", "better_borders", "search"]


@dataclass(frozen=True, slots=True)
class SearchParams:
    """How neighbourhoods are searched.

    Attributes
    ----------
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

    trials: int = 16
    networks_per_trial: int = 4
    atoms: int = 4_000
    hood: tuple[int, ...] = (2, 3, 4, 6, 8, 10, 12)
    hottest: float = 0.2
    coldest: float = 0.0005
    other_number: float = 0.1
    at_exceptions: float = 0.6


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
        batch = _whole_batch(labels)
        return cls(batch.label, ground.values(network_store(ground.atoms, batch)))

    def value(self, ground: Ground) -> PlanValue:
        """What it is worth."""
        # Exactly summed, so that the same plan is worth the same in whatever order its networks are held.
        cost = math.fsum(self.values[:, COST].tolist())
        return plan_value(self.values, ground.demands)._replace(cost=cost)


def _whole_batch(labels: NDArray[np.int64]) -> Batch:
    """A whole plan as the only trial."""
    size = len(labels)
    return Batch(
        np.array([0, size], np.int64),
        np.arange(size, dtype=np.int64),
        np.array(labels, np.int64),
        np.zeros(int(labels.max()) + 1, np.int64),
    )


def better_borders(
    ground: Ground,
    plan: LabelledPlan,
    seed: int,
    deadline: Deadline,
    on_plan: Callable[[LabelledPlan], bool] = lambda _plan: True,
    kinds: int = ALL_KINDS,
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
    kinds : int
        Of `netform.solve.primal.exchanges`.
    """
    random = np.random.default_rng(seed)
    while True:
        batch, values = _whole_batch(plan.labels), plan.values.copy()
        descend(ground, batch, values, ground.demands.limits[None], random, deadline, kinds, ROUNDS_TOLD)
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
    params: SearchParams,
    seed: int,
    effort: int,
    deadline: Deadline,
    on_plan: Callable[[LabelledPlan], bool],
) -> LabelledPlan:
    """Better a plan by large neighbourhood search, from hot to cold.

    Parameters
    ----------
    ground : Ground
    plan : LabelledPlan
    params : SearchParams
    seed : int
    effort : int
        Neighbourhoods: less than a few for each network leave no time to cool down.
    deadline : Deadline
    on_plan : callable
        Told of every better plan; says whether to go on.
    """
    random = np.random.default_rng(seed)
    best, value, searched = plan, plan.value(ground), 0
    while searched < effort and not deadline.passed:
        trials = _number_of_trials(plan, params)
        each = plan.values[:, COST].mean()
        heat = each * params.hottest * (params.coldest / params.hottest) ** (searched / effort)
        searched += trials
        plan = _round(ground, plan, params, trials, heat, random, deadline)
        if (found := plan.value(ground)) < value:
            best, value = plan, found
            if not on_plan(best):
                break
    return best


def _number_of_trials(plan: LabelledPlan, params: SearchParams) -> int:
    """As many as share what a call costs, seldom overlap, and do not take long."""
    number = len(plan.values)
    each = len(plan.labels) / number * min(number, sum(params.hood) / len(params.hood))
    return max(1, min(max(params.trials, number // params.networks_per_trial), int(params.atoms / each)))


def _round(
    ground: Ground,
    plan: LabelledPlan,
    params: SearchParams,
    trials: int,
    heat: float,
    random: np.random.Generator,
    deadline: Deadline,
) -> LabelledPlan:
    """The plan after one round."""
    number = len(plan.values)
    batch, hood_begin, hoods = _ruin(
        ground.atoms,
        ground.bounds,
        plan.labels,
        *_random_neighbourhoods(ground, plan, params, trials, random),
        random,
    )
    values = ground.values(network_store(ground.atoms, batch))
    hood_of = np.repeat(np.arange(trials), np.diff(hood_begin))
    before = np.zeros((trials, values.shape[1]))
    np.add.at(before, hood_of, plan.values[hoods])
    sizes = np.diff(hood_begin)
    beside = plan.values.sum(axis=0) - before
    slack = ground.demands.limits - np.column_stack((number - sizes, beside[:, MOVED]))
    held = descend(ground, batch, values, slack, random, deadline, ALL_KINDS)
    change = held - plan_values(before, sizes, slack)
    linking = _linking(batch, values, before, sizes) & bool(ground.demands)
    # Dearer is taken, too, with a chance that falls with how much and with time (simulated annealing).
    change[:, 3] += heat * np.log(1.0 - random.random(trials))
    better = np.flatnonzero(better_rows(change))
    if not len(better):
        return plan
    change = change[better]
    order = better[np.lexsort((better, change[:, 3], change[:, 2], change[:, 1], change[:, 0]))]
    labels, taken, linked_once = plan.labels.copy(), np.zeros(number, np.bool_), False
    for t in order.tolist():
        hood = hoods[hood_begin[t] : hood_begin[t + 1]]
        # After one that bears on rules over the whole plan, what those leave to the next is another matter.
        if not taken[hood].any() and not (linking[t] and linked_once):
            taken[hood] = True
            linked_once |= bool(linking[t])
            places = slice(batch.begin[t], batch.begin[t + 1])
            labels[batch.atom[places]] = number + batch.label[places]
    return _renumbered(labels, np.concatenate((plan.values, values)))


def _linking(
    batch: Batch, values: NDArray[np.float64], before: NDArray[np.float64], sizes: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which trials change how many networks there are, or how many move."""
    after, number = np.zeros_like(before), np.zeros(len(sizes), np.int64)
    np.add.at(after, batch.trial_of, values)
    np.add.at(number, batch.trial_of[np.unique(batch.label)], 1)
    result: NDArray[np.bool_] = (number != sizes) | (after[:, MOVED] != before[:, MOVED]).any(axis=1)
    return result


def _random_neighbourhoods(
    ground: Ground, plan: LabelledPlan, params: SearchParams, trials: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Where neighbourhoods begin, how many networks they have, and how many more they are divided into."""
    number = len(plan.values)
    begins = random.integers(number, size=trials)
    odd = np.flatnonzero(plan.values[:, :COST][:, :3].any(axis=1))
    if len(odd):
        at_odd = random.random(trials) < params.at_exceptions
        begins[at_odd] = random.choice(odd, int(at_odd.sum()))
    sizes = random.choice(params.hood, trials)
    change = np.where(random.random(trials) < params.other_number, random.choice((-1, 1), trials), 0)
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
) -> tuple[Batch, NDArray[np.int64], NDArray[np.int64]]:
    """Random neighbourhoods, each divided along a random tree.

    The batch, and the networks of each neighbourhood with where they begin.
    """
    number = labels.max() + 1
    order = np.argsort(labels, kind="mergesort")
    first = np.searchsorted(labels[order], np.arange(number + 1))
    place, kept = np.full(len(labels), -1, np.int64), np.full(len(labels), -1, np.int64)
    trial_begin, hood_begin = [0], [0]
    atom, label = _nothing(), _nothing()
    hoods, trial_of = _nothing(), _nothing()
    for t in range(len(begins)):
        hood = _hood(atoms, labels, order, first, begins[t], sizes[t], random)
        patients, odd = 0, False
        part = _nothing()
        for g in hood:
            inside = 0
            stays = random.random() < keep[t]
            for k in range(first[g], first[g + 1]):
                part.append(order[k])
                inside += atoms.patients[order[k]]
                if stays:
                    kept[order[k]] = g
            odd |= inside < bounds.least or inside > bounds.most
            patients += inside
            hoods.append(g)
        members = np.array(part, np.int64)
        networks = min(max(1, len(hood) + change[t]), len(part))
        if not odd and (networks * bounds.least > patients or networks * bounds.most < patients):
            networks = len(hood)
        divided = divide(atoms, bounds, members, networks, place, kept, random)
        kept[members] = -1
        for k in range(len(members)):
            atom.append(members[k])
            label.append(len(trial_of) + divided[k])
        for _ in range(divided.max() + 1):
            trial_of.append(t)
        trial_begin.append(len(atom))
        hood_begin.append(len(hoods))
    batch = Batch(
        np.array(trial_begin, np.int64),
        np.array(atom, np.int64),
        np.array(label, np.int64),
        np.array(trial_of, np.int64),
    )
    return batch, np.array(hood_begin, np.int64), np.array(hoods, np.int64)


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
