"""What the network of a hub costs at least, and who is in it: what is known of every hub before it is searched.

**Knapsacks.** Beyond the prices of its items, and with what depends on its patients alone, a network costs at least
what a knapsack does with fractions allowed, solved by one sort (`price_hubs`, for all hubs). The rest raises that, hub
by hub.

**Ways to the hub.** A practice is in a network only with at least one of any practices that cut it off from the hub. So
no connected network costs more when the practice pays an amount, and each of those gets it back: ``added[v] + amount``
and ``added[u] - amount`` for every u of the cut. A knapsack, which knows no ways, leaves out what does not pay off and
takes what does, each by itself: it is raised by the amount, as long as the practice paid off and those of the cut do
not begin to. This is the dual ascent of Wong (1984) for Steiner trees.

**Ways between practices.** A network S of W patients with hub h costs at least ``sum over i in S of (alone[i, h] +
rate[h] list_i way_i(S)) + fixed(W)``, where ``way_i(S)`` is the mean way from i to the patients of S
(`netform.solve.unlisted.centre_costs`). As the practices have W patients together, this is the mean over the patients
of every practice i of ``sum over j in S of (alone[j, h] + rate[h] list_j minutes[i, j]) + fixed(W)``. For each i that
is least over all networks with i and h by a knapsack; and the mean of these is least for the patients that have the
cheapest. What the practices cost by the hub stays in every knapsack, so that all are over nearly the same network. That
is where it gains on the bound of Gilmore and Lawler, a sum over the practices with ways to whoever is near: it is the
first level of the reformulation of Adams and Johnson (1994). Its multipliers are what practice i pays for every j in
its knapsack, and j gets back for i in its own: a network that has both costs the same, while knapsacks that have one
without the other come to agree. They are raised in rounds along a subgradient.

**Lines below cuts.** All that knows no cuts. What a cut adds to a column's cost is a step function of how many of its
practices the column has; it is no less than any share of the line that touches the steps from below. Such a line is
spread over the practices like duals. How much of each line is best for a hub follows from its cheapest network: more
where that has more of the cut's practices than the line is worth, a subgradient once more.

What a kernel calls stands beside it, although the file is long: numba, when it looks whether a kernel kept on the disk
is out of date, looks at its own file only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray  # noqa: TC002 (of a named tuple)

if TYPE_CHECKING:
    from netform.solve.master.subset_row_cuts import PricedCuts
    from netform.solve.unlisted.centre_costs import CentreCosts

__all__ = ["KnownOfHubs", "Multipliers", "hub_value", "known_of_hubs", "lined_hub_value", "price_hubs"]

# Hours per week that are nothing.
NOTHING = 1e-6

# Turns of paying for ways. The last is one that raises the bound by less than this share of what is missing.
ASCENTS, LEAST_ASCENT = 20, 0.02

# Of multipliers: rounds at most; the first step, as a share of Polyak's; and after so many rounds without a better
# bound the step is made shorter, to this share, down to the least.
MOST_ROUNDS, STEP, PATIENCE, SHORTER, LEAST_STEP = 30, 0.03, 5, 0.7, 1e-4

# A knapsack is filled with few of many items: so many are sorted at first, and twice as many where they are too small.
SORTED = 50


@dataclass(frozen=True, slots=True)
class LineParams:
    """How shares of the lines below cuts are sought.

    Attributes
    ----------
    turns, effort : int, float
        In which those of a hub are sought; of the effort for its multipliers each gets this share.
    step, shorter : float
        The first step as a share of Polyak's, and what is left of it where that was in vain.
    """

    turns: int = 8
    effort: float = 0.2
    step: float = 0.5
    shorter: float = 0.8


LINES = LineParams()


class KnownOfHubs(NamedTuple):
    """What is known before the search.

    Attributes
    ----------
    least : ndarray of float64, shape (n,)
        No column of a hub has a lower reduced cost.
    members : ndarray of bool, shape (n, n)
        Whether a column of a hub (row) below its floor may have a practice.
    lines : ndarray of float64, shape (n, k)
        By hub, how much of the line below each cut is counted, from 0 to 1.
    centres : CentreCosts
        The model that says so, and bounds what is branched on.
    duals : ndarray of float64, shape (n,)
        Of practices: what the columns have to cost less than.
    below_cuts : CutLines
    """

    least: NDArray[np.float64]
    members: NDArray[np.bool_]
    lines: NDArray[np.float64]
    centres: CentreCosts
    duals: NDArray[np.float64]
    below_cuts: CutLines


class CutLines(NamedTuple):
    """The lines below the steps of cuts.

    Attributes
    ----------
    cuts : PricedCuts
    practice : ndarray of int64
        Whose each of the weights in the cuts is.
    step : ndarray of int64, shape (k,)
        The least weight that is paid for: the line begins to be positive one below.
    paid : ndarray of float64, shape (k,)
        Hours per week for that weight, where the line meets what the cut adds.
    """

    cuts: PricedCuts
    practice: NDArray[np.int64]
    step: NDArray[np.int64]
    paid: NDArray[np.float64]

    @classmethod
    def of(cls, cuts: PricedCuts) -> CutLines:
        """The line of each cut meets every step at its far end."""
        practice = np.repeat(np.arange(len(cuts.begin) - 1), np.diff(cuts.begin))
        step = (cuts.paid > 0).argmax(axis=1)
        return cls(cuts, practice, step, cuts.paid[np.arange(len(step)), step])

    def lined(
        self, duals: NDArray[np.float64], share: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], float]:
        """Duals less what shares of the lines add by the practice, and what those add to every column."""
        slope, left, more = share * self.paid / self.step, duals.copy(), 0.0
        np.subtract.at(left, self.practice, slope[self.cuts.which] * self.cuts.weights)
        for begin in (slope * (self.step - 1)).tolist():
            more -= begin
        return left, more

    def beyond(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each cut adds beyond shares of the lines at least, by the weight taken and by that which may yet be."""
        count, ends = self.cuts.paid.shape
        slope, least = share * self.paid / self.step, np.empty((count, ends, ends))
        more = self.cuts.paid - slope[:, None] * (np.arange(ends) - self.step[:, None] + 1)
        for taken in range(ends):
            least[:, taken, : ends - taken] = np.minimum.accumulate(more[:, taken:], axis=1)
        return least


def known_of_hubs(
    costs: CentreCosts,
    duals: NDArray[np.float64],
    floors: NDArray[np.float64],
    cuts: PricedCuts,
    effort: int = 0,
) -> KnownOfHubs:
    """What a column of each hub costs at least beyond the duals and the cuts, and who is in those below a floor.

    Parameters
    ----------
    costs : CentreCosts
    duals : ndarray of float64, shape (n,)
        Of practices.
    floors : ndarray of float64, shape (n,)
        Hours per week, by hub: where more is of no interest.
    cuts : PricedCuts
    effort : int
        For the multipliers of a hub, pairs of its practices in each round counted.
    """
    n, lines = len(costs.item), CutLines.of(cuts)
    prices = np.bincount(costs.item, duals, len(costs.patients)).astype(np.float64)
    values, *_ = price_hubs(costs, prices)
    members, shares = np.zeros((n, n), np.bool_), np.zeros((n, len(cuts.paid)))
    may, none = np.isfinite(costs.hours)[costs.item], np.zeros(n, np.bool_)
    for hub in np.flatnonzero(values < floors).tolist():
        floor, least = float(floors[hub]), -math.inf
        # What is missing to no floor at all is no length of a step.
        if len(lines.step) and math.isfinite(floor):
            part = int(LINES.effort * effort)
            lined, shares[hub] = lined_hub_value(
                costs, hub, duals, may[:, hub], none, floor, lines, shares[hub], LINES.turns, part
            )
            least = lined.least
        found, _ = lined_hub_value(costs, hub, duals, may[:, hub], none, floor, lines, shares[hub], 0, effort)
        values[hub], members[hub] = max(values[hub], least, found.least), found.members
    values = np.where(np.isfinite(values), np.minimum(values, floors), values)
    return KnownOfHubs(values, members, shares, costs, duals, lines)


def lined_hub_value(
    costs: CentreCosts,
    hub: int,
    duals: NDArray[np.float64],
    members: NDArray[np.bool_],
    taken: NDArray[np.bool_],
    floor: float,
    lines: CutLines,
    share: NDArray[np.float64],
    turns: int,
    effort: int = 0,
) -> tuple[HubValue, NDArray[np.float64]]:
    """What a connected network of a hub costs at least beyond duals and cuts; and how much of each line says so.

    Parameters
    ----------
    costs, hub, duals, members, taken, floor, effort
        As `hub_value` has them.
    lines : CutLines
    share : ndarray of float64, shape (k,)
        How much of each is counted at first.
    turns : int
        In which better shares are sought.
    """
    best, step, kept = None, LINES.step, share
    for turn in range(turns + 1):
        left, more = lines.lined(duals, share)
        found, _ = hub_value(costs, hub, left, members, taken, floor - more, effort)
        found = found._replace(least=found.least + more)
        if best is None or found.least > best.least:
            best, kept = found, share
        else:
            step *= LINES.shorter
        if turn == turns or best.least >= floor:
            break
        covered = np.bincount(lines.cuts.which, lines.cuts.weights * found.cover[lines.practice], len(share))
        ahead = (covered - lines.step + 1) * lines.paid / lines.step
        ahead[((share <= 0) & (ahead < 0)) | ((share >= 1) & (ahead > 0))] = 0.0
        length = float(ahead @ ahead)
        if not length:
            break
        share = np.clip(share + step * (floor - found.least) / length * ahead, 0.0, 1.0)
    assert best is not None  # noqa: S101 (there is one turn at least)
    return best, kept


class HubValue(NamedTuple):
    """What is known of the networks of a hub.

    Attributes
    ----------
    least : float
        None costs less beyond the duals of its practices, hours per week; a floor where it is no less.
    members : ndarray of bool, shape (n,)
        None that costs less than the floor has another practice.
    split : int
        The practice of those that are not taken of which most patients are neither in nor out; -1 for none.
    cover : ndarray of float64, shape (n,)
        How much of each practice is in the network that costs so little.
    """

    least: float
    members: NDArray[np.bool_]
    split: int
    cover: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Multipliers:
    """What the practices of a hub pay each other.

    Attributes
    ----------
    members : ndarray of int64, shape (m,)
        Ascending.
    paid : ndarray of float64, shape (m, m)
        Hours per week for all patients of a practice (row), for another in its knapsack; what that gets is the same.
    """

    members: NDArray[np.int64]
    paid: NDArray[np.float64]

    def among(self, members: NDArray[np.int64]) -> NDArray[np.float64]:
        """The same for other members, shape (m, m); 0 of those that were none."""
        _, here, there = np.intersect1d(self.members, members, assume_unique=True, return_indices=True)
        paid = np.zeros((len(members), len(members)))
        paid[np.ix_(there, there)] = self.paid[np.ix_(here, here)]
        return paid


def hub_value(
    costs: CentreCosts,
    hub: int,
    duals: NDArray[np.float64],
    members: NDArray[np.bool_],
    taken: NDArray[np.bool_],
    floor: float,
    effort: int = 0,
    multipliers: Multipliers | None = None,
) -> tuple[HubValue, Multipliers | None]:
    """What a connected network of a hub costs at least beyond the duals of its practices.

    Parameters
    ----------
    costs : CentreCosts
    hub : int
    duals : ndarray of float64, shape (n,)
    members, taken : ndarray of bool, shape (n,)
        Practices that it may have, and those of them that it has: their duals are so high that it is no use to go
        without.
    floor : float
        Hours per week: more is of no interest.
    effort : int
        For rounds in which the multipliers are raised, pairs of practices in each counted.
    multipliers : Multipliers, optional
        Those of an earlier call, to begin with.

    Returns
    -------
    value : HubValue
    multipliers : Multipliers or None
        The best; None where there was no need of any.
    """
    item, list_size = costs.item, costs.list_size
    by_hub = costs.hours[item, hub] * (list_size / np.maximum(costs.patients[item], 1)) - duals
    by_hub[~members | ~np.isfinite(costs.hours[item, hub])] = math.inf
    left, cover = np.zeros(len(duals), np.bool_), np.zeros(len(duals))
    if not math.isfinite(by_hub[hub]):
        return HubValue(math.inf, left, -1, cover), None
    ways = costs.adjacency.indptr, costs.adjacency.neighbours
    value, shift = _by_ways(hub, floor, by_hub, list_size, *ways, costs.sizes, costs.fixed, left, cover)
    some = np.flatnonzero(left)
    if not len(some):
        return HubValue(floor, left, -1, cover), None
    paid = np.zeros((len(some), len(some))) if multipliers is None else multipliers.among(some)
    # Steps are as long as what is missing.
    rounds = min(MOST_ROUNDS, effort // len(some) ** 2) if math.isfinite(floor) else 0
    alone, covered = costs.alone[some, hub] - duals[some] + shift[some], np.zeros(len(some))
    between = _between_practices(
        int(np.searchsorted(some, hub)), alone, float(costs.staff_rate[hub]), list_size[some],
        costs.minutes[np.ix_(some, some)], costs.sizes, costs.fixed, floor, rounds, paid, covered,
    )  # fmt: skip
    if between > value:
        cover[:] = 0.0
        cover[some] = covered
    unclear = np.where(left & ~taken, list_size * (np.minimum(cover, 1.0 - cover) + NOTHING), -1.0)
    unclear[hub] = -1.0
    split = int(unclear.argmax())
    value = min(max(float(value), between), floor)
    return HubValue(value, left, split if unclear[split] >= 0 else -1, cover), Multipliers(some, paid)


def price_hubs(
    costs: CentreCosts, prices: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """What each hub costs by a knapsack beyond the prices of items, its dual, and what it takes of every item."""
    values, duals, taken = _price_hubs(
        costs.hours, prices, costs.item, costs.patients, costs.sizes, costs.fixed
    )
    return values, duals, taken


@nb.njit(cache=True, nogil=True)
def _price_hubs(hours, prices, item, patients, sizes, fixed):  # type: ignore[no-untyped-def]
    """The same of the arrays of the model."""
    m, n = hours.shape
    values, duals, taken = np.full(n, np.inf), np.zeros(n), np.zeros((n, m))
    for h in range(n):
        if not np.isfinite(hours[item[h], h]):
            continue
        some = np.flatnonzero(np.isfinite(hours[:, h]))
        own, share = np.searchsorted(some, item[h]), np.empty(len(some))
        cost, size = hours[:, h][some] - prices[some], patients[some].astype(np.float64)
        value, dual = _knapsack(own, own, cost, size, sizes, fixed, share)
        if np.isfinite(value):
            # Whatever the dual is, this is a bound.
            values[h] = _at_dual(own, cost, size, dual, sizes, fixed)
            duals[h] = dual
            taken[h][some] = share
    return values, duals, taken


@nb.njit(cache=True, nogil=True)
def _pay_for_ways(hub, indptr, neighbours, added, shift):  # type: ignore[no-untyped-def]
    """Raise what practices that pay off cost by what the cheapest ways to them cost, and lower that of the ways.

    Parameters
    ----------
    hub : int
    indptr, neighbours
        Of an `Adjacency`.
    added : ndarray of float64, shape (n,)
        What each adds to a network, hours per week; infinite for those that may not be in it. Changed in place.
    shift : ndarray of float64, shape (n,)
        By how much it was changed so far; added to, in place.
    """
    n = len(added)
    seen, stack, border = np.zeros(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    epoch = 0
    # Those that pay off most first: what is left of the cuts for the others matters less.
    for v in np.argsort(added):
        while v != hub and added[v] < -NOTHING:
            # From here to all that costs nothing, and what stands around that.
            epoch += 1
            stack[0], height, seen[v] = v, 1, epoch
            around, amount, linked = 0, -added[v], False
            while height > 0 and not linked:
                height -= 1
                i = stack[height]
                for e in range(indptr[i], indptr[i + 1]):
                    u = neighbours[e]
                    linked = linked or u == hub
                    if seen[u] == epoch or u == hub or added[u] == np.inf:
                        continue
                    seen[u] = epoch
                    if added[u] > NOTHING:
                        border[around] = u
                        around += 1
                        amount = min(amount, added[u])
                    else:
                        stack[height] = u
                        height += 1
            if linked or around == 0:
                break
            added[v] += amount
            shift[v] += amount
            for e in range(around):
                added[border[e]] -= amount
                shift[border[e]] -= amount


@nb.njit(cache=True, nogil=True)
def _by_ways(  # type: ignore[no-untyped-def]
    hub, floor, by_hub, size, indptr, neighbours, sizes, fixed, left, cover
):
    """The bound by connected ways to the hub, and by how much practices were raised for their ways.

    ``left`` are then the practices of networks below the floor, none where the bound is no less; and ``cover`` is the
    cheapest one.
    """
    n = len(by_hub)
    shift, value, dual = np.zeros(n), -np.inf, 0.0
    for turn in range(ASCENTS + 1):
        more = shift.copy()
        if turn > 0:
            _pay_for_ways(hub, indptr, neighbours, by_hub + shift - dual * size, more)
        _, new_dual = _knapsack(hub, hub, by_hub + more, size, sizes, fixed, cover)
        new = _at_dual(hub, by_hub + more, size, new_dual, sizes, fixed)
        if new <= value:
            break
        gain, value, dual, shift = new - value, new, new_dual, more
        if value >= floor or gain < LEAST_ASCENT * (floor - value):
            break
    # A network below the floor has no practice that takes the bound of its hub there.
    for v in range(n):
        reduced = 0.0 if v == hub else by_hub[v] + shift[v] - dual * size[v]
        left[v] = value + max(0.0, reduced) < floor
    return value, shift


@nb.njit(cache=True, nogil=True)
def _between_practices(  # type: ignore[no-untyped-def]
    hub, alone, rate, size, minutes, sizes, fixed, floor, rounds, paid, cover
):
    """The bound by the ways between all practices, with the multipliers ``paid``, which are raised in place.

    ``cover`` is how much of each practice is in the mean of the cheapest networks.
    """
    m = len(size)
    each, share, taken = np.empty(m), np.empty(m), np.empty((m, m))
    now, ahead, value = paid.copy(), np.zeros((m, m)), -np.inf
    # Pairs of practices, each once; in a mean over patients nothing is paid by a practice that has none.
    some, pairs = (size >= 1).astype(np.float64), np.zeros((m, m))
    for i in range(m):
        pairs[i, :i] = some[i] * some[:i]
    step, worse, restarted = STEP, 0, True
    for k in range(rounds + 1):
        for i in range(m):
            cost = alone + rate * size * minutes[i] + now[i] / max(size[i], 1.0)
            each[i] = _knapsack(i, hub, cost, size, sizes, fixed, taken[i])[0]
        mean = _least_mean(each, size, hub, sizes[0], share)
        if mean > value or k == 0:
            value, worse = mean, 0
            paid[:] = now
            cover[:] = 0.0
            for i in range(m):
                cover += share[i] * size[i] * taken[i]
        else:
            worse += 1
        if k == rounds or not value < floor or step < LEAST_STEP:
            break
        if worse > PATIENCE:
            now[:] = paid
            step, worse, restarted = step * SHORTER, 0, True
            continue
        # How knapsacks disagree, pair by pair, half of it that of the round before.
        held = share.reshape(-1, 1) * taken
        apart = pairs * (held - held.T)
        ahead = apart if restarted else (apart + ahead) / 2
        restarted = False
        length = (ahead * ahead).sum()
        if length == 0.0:
            break
        now += step * (floor - mean) / length * (ahead - ahead.T)
    return value


@nb.njit(cache=True, nogil=True)
def _at_dual(hub, cost, size, dual, sizes, fixed):  # type: ignore[no-untyped-def]
    """What a network costs at least by a dual of its patients, whatever that is."""
    value = cost[hub] - dual * size[hub] + (fixed + dual * sizes).min()
    for i in range(len(cost)):
        if i != hub:
            value += min(0.0, cost[i] - dual * size[i])
    return value


@nb.njit(cache=True, nogil=True)
def _cheapest(ratio, size, enough):  # type: ignore[no-untyped-def]
    """The items of lowest ratio, ascending, that are so large together; all of them where those are few."""
    count = SORTED
    while count < len(ratio):
        low = np.flatnonzero(ratio <= np.partition(ratio, count)[count])
        if size[low].sum() >= enough:
            return low[np.argsort(ratio[low])]
        count *= 2
    return np.argsort(ratio)


@nb.njit(cache=True, nogil=True)
def _knapsack(first, second, cost, size, sizes, fixed, taken):  # type: ignore[no-untyped-def]
    """The least that items with two among them cost, with what depends on their size; and the dual of that size.

    Items may be taken in part, and those of infinite cost not at all: ``taken`` says how much of each is.
    """
    ratio = cost / np.maximum(size, 1e-9)
    order = _cheapest(ratio, size, sizes[len(sizes) - 1] + size[first] + size[second])
    taken[:] = 0.0
    taken[first] = taken[second] = 1.0
    total, value = size[first], cost[first]
    if second != first:
        total, value = total + size[second], value + cost[second]
    last, dual = len(sizes) - 1, -np.inf
    if total > sizes[last]:
        return np.inf, 0.0
    # The piece of the envelope that the size is in: -1 as long as it is too small.
    piece = np.searchsorted(sizes, total, side="right") - 1
    k, left = 0, 1.0
    while k < len(order):
        i = order[k]
        if i in (first, second):
            k += 1
            continue
        if cost[i] == np.inf or piece == last:
            break
        if piece >= 0:
            slope = (fixed[piece + 1] - fixed[piece]) / (sizes[piece + 1] - sizes[piece])
            if ratio[i] + slope >= 0:
                dual = ratio[i] if left < 1 else max(dual, -slope)
                break
        dual, end = ratio[i], sizes[piece + 1]
        if left * size[i] < end - total:
            total, value = total + left * size[i], value + left * cost[i]
            taken[i] += left
            k, left = k + 1, 1.0
        else:
            part = (end - total) / size[i]
            total, value, left = end, value + part * cost[i], left - part
            taken[i] += part
            piece = np.searchsorted(sizes, total, side="right") - 1
    if piece < 0:
        return np.inf, 0.0
    if dual == -np.inf:
        dual = 0.0
    if piece == last:
        return value + fixed[last], dual
    share = (total - sizes[piece]) / (sizes[piece + 1] - sizes[piece])
    return value + fixed[piece] + share * (fixed[piece + 1] - fixed[piece]), dual


@nb.njit(cache=True, nogil=True)
def _least_mean(each, size, first, least, share):  # type: ignore[no-untyped-def]
    """The least mean of a value over sets of items that have the first and ``least`` together, fractions allowed.

    ``share`` is how much of each item such a set has, divided by what it has together.
    """
    share[:] = 0.0
    if not np.isfinite(each[first]):
        return np.inf
    total, value = size[first], size[first] * each[first]
    share[first] = 1.0
    for i in np.argsort(each):
        if i == first or not np.isfinite(each[i]):
            continue
        part = size[i]
        if each[i] * total >= value:
            if total >= least:
                break
            part = min(part, least - total)
        total, value = total + part, value + part * each[i]
        share[i] = part / max(size[i], 1e-9)
    share /= max(total, 1e-9)
    return value / max(total, 1e-9) if total >= least else np.inf
