"""Random spanning trees, cut again and again into a given number of networks, and local search at the borders.

The plainest way to a plan with a given number of networks (tree splits: DeFord, Duchin and Solomon 2021): draw a
spanning tree at random, cut the edge that leaves room for whole numbers of networks on both sides, do the same with
either side. Then practices at a border go to the network across it, alone or in exchange for one that comes back,
while that lowers (exceptions, patients outside the band, cost), compared in this order. Practices over the band
stand alone, as they do in every plan of netform.

The benchmark also reads the demands of its questions off such a plan (`scripts.benchmarking.unseen`): a plan keeps
them, by construction.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from scripts.benchmarking.land import Band, Groups, Land

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from scripts.benchmarking.task import Task

__all__ = ["divide", "search_borders", "solve_tree_splits"]

# Trees drawn for one cut before the least unbalanced one is taken: beyond this a fresh start is the better use of time.
MOST_TREES = 12
# A cheaper plan by less than this share of its cost is rounding.
ROUNDING = 1e-9

Cost: TypeAlias = "Callable[[Sequence[frozenset[int]]], float]"


def solve_tree_splits(task: Task) -> None:
    """Divide and search, again and again, until the time is over; every start that ends offers its plan.

    ``task.networks`` of 0 leaves the number free: starts draw it from what the arithmetic allows. The search asks for
    costs all the time, so what scoring takes is held against it, other than for peers that only have plans judged.
    """
    land, band = Land.of(task.graph), Band(task.rules.least, task.rules.most)
    rng = np.random.default_rng(task.seed)

    def cost(groups: Sequence[frozenset[int]]) -> float:
        return task.scorer.cost([[land.codes[unit] for unit in group] for group in groups])

    def offer(groups: Groups) -> None:
        task.offer([[land.codes[unit] for unit in group] for group in groups])

    def more() -> bool:
        return task.left > task.scorer.seconds

    while more():
        groups = divide(land, band, rng, task.networks)
        offer(groups)
        groups = search_borders(land, band, groups, rng, more)
        offer(groups)
        offer(search_borders(land, band, groups, rng, more, cost))
        task.steps += 1
    task.note = f"{task.steps:,} starts"


def divide(land: Land, band: Band, rng: np.random.Generator, networks: int = 0) -> Groups:
    """Cut the land into connected networks by random spanning trees.

    Parameters
    ----------
    land : Land
    band : Band
        Aimed at; what cannot keep it is as near to it as the trees allow.
    rng : numpy.random.Generator
    networks : int
        How many, practices over the band among them; 0 draws a number for every piece. Fewer than there are
        pieces give one for each piece.
    """
    alone = [[unit] for unit, patients in enumerate(land.patients) if patients > band.most]
    pieces = list(land.pieces(set(range(len(land.codes))) - {unit for (unit,) in alone}))
    totals = [land.total(piece) for piece in pieces]
    if networks:
        counts = _apportioned(networks - len(alone), totals, [len(piece) for piece in pieces])
    else:
        counts = [
            min(len(piece), _free_count(total, band, rng))
            for piece, total in zip(pieces, totals, strict=True)
        ]
    groups = alone
    for piece, count in zip(pieces, counts, strict=True):
        groups += _split(land, band, piece, count, rng)
    return groups


def _free_count(patients: int, band: Band, rng: np.random.Generator) -> int:
    """A number of networks that the arithmetic allows, else the nearest to it."""
    allowed = band.counts(patients)
    if not allowed:
        return max(1, round(2 * patients / (band.least + band.most)))
    # Two draws averaged: the ends of the range leave no slack, and are seldom met.
    return max(1, allowed[int(rng.integers(len(allowed)) + rng.integers(len(allowed))) // 2])


def _apportioned(networks: int, totals: list[int], most: list[int]) -> list[int]:
    """Share out networks by patients, one by one to the piece with the most a network; each has at least one."""
    counts = [1] * len(totals)
    for _ in range(networks - len(totals)):
        open_pieces = [k for k in range(len(totals)) if counts[k] < most[k]]
        if not open_pieces:
            break
        counts[max(open_pieces, key=lambda k: totals[k] / counts[k])] += 1
    return counts


def _split(land: Land, band: Band, piece: list[int], networks: int, rng: np.random.Generator) -> Groups:
    """Cut a connected piece in two until every part is one network."""
    done, waiting = [], [(piece, networks)]
    while waiting:
        part, count = waiting.pop()
        if count == 1:
            done.append(part)
            continue
        cut = _best_cut(land, band, part, count, rng)
        rest = sorted(set(part) - set(cut.side))
        waiting += [(cut.side, cut.networks), (rest, count - cut.networks)]
    return done


class _Cut(NamedTuple):
    """Patients out of reach of the band on the two sides of a cut, one side, and its number of networks."""

    astray: int
    side: list[int]
    networks: int


def _best_cut(land: Land, band: Band, part: list[int], count: int, rng: np.random.Generator) -> _Cut:
    """Draw trees until a cut has room for whole numbers of networks on both sides; else the nearest to it."""
    best = _cut_of_tree(land, band, part, count, rng)
    for _ in range(MOST_TREES - 1):
        if best.astray == 0:
            break
        # Of equals the first stays.
        best = min(best, _cut_of_tree(land, band, part, count, rng), key=lambda cut: cut.astray)
    return best


def _cut_of_tree(land: Land, band: Band, part: list[int], count: int, rng: np.random.Generator) -> _Cut:
    """Draw a tree, and one of its best cuts at random."""
    order, parent = _random_tree(land, part, rng)
    patients = [land.patients[unit] for unit in order]
    units = [1] * len(order)
    for place in range(len(order) - 1, 0, -1):
        patients[parent[place]] += patients[place]
        units[parent[place]] += units[place]
    # Rows are the edges of the tree, columns the numbers of networks below the edge: from 1 to count - 1.
    below, members = np.array(patients[1:], np.int64)[:, None], np.array(units[1:])[:, None]
    numbers = np.arange(1, count)[None, :]
    astray = _astray(band, below, numbers) + _astray(band, patients[0] - below, count - numbers)
    # Every network needs a practice.
    fits = (members >= numbers) & (len(order) - members >= count - numbers)
    astray = np.where(fits, astray, np.iinfo(np.int64).max)
    least = int(astray.min())
    place, column = (int(each) for each in rng.choice(np.argwhere(astray == least)))
    return _Cut(least, _below(order, parent, place + 1), column + 1)


def _astray(band: Band, patients: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Patients by which lists are outside what so many networks can hold."""
    over_least, over_most = patients - band.least * numbers, patients - band.most * numbers
    astray: NDArray[np.int64] = np.maximum(0, -over_least) + np.maximum(0, over_most)
    return astray


def _random_tree(land: Land, part: list[int], rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """A spanning tree of random edge lengths (Prim): units in the order they join, and the places of their parents."""
    inside = set(part)
    start = part[int(rng.integers(len(part)))]
    draws = iter(rng.random(sum(len(land.near[unit]) for unit in part)).tolist())
    order, parent, joined = [start], [-1], {start}
    edges = [(next(draws), other, 0) for other in land.near[start] if other in inside]
    heapify(edges)
    while edges:
        _, unit, from_place = heappop(edges)
        if unit in joined:
            continue
        joined.add(unit)
        order.append(unit)
        parent.append(from_place)
        place = len(order) - 1
        for other in land.near[unit]:
            if other in inside and other not in joined:
                heappush(edges, (next(draws), other, place))
    return order, parent


def _below(order: list[int], parent: list[int], root: int) -> list[int]:
    """The units of the subtree at a place."""
    inside = {root}
    for place in range(root + 1, len(order)):
        if parent[place] in inside:
            inside.add(place)
    return sorted(order[place] for place in inside)


def search_borders(
    land: Land,
    band: Band,
    groups: Groups,
    rng: np.random.Generator,
    more: Callable[[], bool],
    cost: Cost | None = None,
) -> Groups:
    """Take practices across borders, alone or in exchange, while that lowers (exceptions, outside, cost).

    Parameters
    ----------
    land : Land
    band : Band
    groups : list of list of int
        Connected; stays as it is.
    rng : numpy.random.Generator
        Orders the practices.
    more : callable
        Asked before each practice whether to go on.
    cost : callable, optional
        Of some networks together; without it only exceptions and the patients outside the band count.
    """
    borders = _Borders(land, band, groups, cost)
    changed = True
    while changed:
        changed = False
        for unit in rng.permutation(len(land.codes)).tolist():
            if not more():
                return borders.groups()
            changed |= borders.better(unit)
    return borders.groups()


class _Borders:
    """A plan that practices leave one network of for another, which stays connected."""

    def __init__(self, land: Land, band: Band, groups: Groups, cost: Cost | None) -> None:
        self.land, self.band, self.cost = land, band, cost
        self.members = [set(group) for group in groups]
        self.patients = [land.total(group) for group in groups]
        self.of = {unit: number for number, group in enumerate(groups) for unit in group}

    def groups(self) -> Groups:
        """The plan as it stands."""
        return [sorted(group) for group in self.members]

    def better(self, unit: int) -> bool:
        """Take a practice across a border, alone or in exchange for a neighbour of its network, if that is better."""
        for to in sorted({self.of[other] for other in self.land.near[unit]} - {self.of[unit]}):
            if self.take(unit, to, None):
                return True
            home = self.of[unit]
            at_border = (
                back
                for back in sorted(self.members[to])
                if any(self.of[other] == home for other in self.land.near[back])
            )
            if any(self.take(unit, to, back) for back in at_border):
                return True
        return False

    def take(self, unit: int, to: int, back: int | None) -> bool:
        """Take a practice to another network, and one back from it; False, and nothing done, unless that is better."""
        home = self.of[unit]
        returned = 0 if back is None else self.land.patients[back]
        shift = self.land.patients[unit] - returned
        lists = (self.patients[home] - shift, self.patients[to] + shift)
        before, after = self.value((self.patients[home], self.patients[to])), self.value(lists)
        if after > before or (after == before and self.cost is None):
            return False
        home_then, to_then = self.members[home] - {unit}, self.members[to] | {unit}
        if back is not None:
            home_then.add(back)
            to_then.remove(back)
        if not (self.land.is_connected(home_then) and self.land.is_connected(to_then)):
            return False
        if after == before and not self.cheaper((home, to), (home_then, to_then)):
            return False
        self.members[home], self.members[to] = home_then, to_then
        self.patients[home], self.patients[to] = lists
        self.of[unit] = to
        if back is not None:
            self.of[back] = home
        return True

    def value(self, lists: Iterable[int]) -> tuple[int, int]:
        """Exceptions among some networks, and the patients by which they are outside the band."""
        outside = [self.band.outside(patients) for patients in lists]
        return sum(each > 0 for each in outside), sum(outside)

    def cheaper(self, numbers: Iterable[int], then: Iterable[set[int]]) -> bool:
        """Whether networks cost less as they would be then."""
        if self.cost is None:
            return False
        now = self.cost([frozenset(self.members[number]) for number in numbers])
        return self.cost([frozenset(group) for group in then]) < now * (1 - ROUNDING)
