"""Exact pricing: branch and bound for the columns of least reduced cost, hub by hub.

The search for a hub h is over all connected sets of practices within the band whose patients have the shortest way to h
among their practices. Practices are taken or left out one after the other, the nearest to the hub first; a branch ends
where no column in it has a reduced cost below a floor. A column S of W patients, U of them weighted, costs at least:

- patients' travel to the hub is a sum over practices;
- overhead and stranded posts follow from U, and the sum over practices is least for every U by a knapsack, which is
  filled from the last practice to the first, so that one look says what the rest of a branch costs at least. U is
  counted in units; for what that leaves open the least is taken of all U around. A penalty for every patient holds W
  within the band (Lagrangian relaxation), at about the best rate;
- a move of shared staff takes the mean of all pairs of patients, which is at least the mean way to the hub, and more by
  what the ways to other members are longer: their sum over those that are taken, less the most that others can make up
  for. There are at least as many posts as at the low end of a range of U, searched range by range;
- cuts with a dual (`netform.solve.master.subset_row_cuts`) add to a column's cost by how many of their practices it
  has: at least what a share of the line says that touches the steps from below, spread over the practices like duals
  (`netform.solve.unlisted.hub_bound`); and what the practices taken and left out so far say beyond that;
- a branch that leaves a practice taken cut off from the hub has no connected column.

Where networks hold many practices each that takes too long for some hubs. These are branched on from above: of all
columns of a hub those with a practice and those without, the part first of which least is proven. What
`netform.solve.unlisted.hub_bound` says of a part, by connected ways to the hub and ways between all practices, takes
a fraction of a millisecond. Once few practices are left to be decided, the part is searched.

What else is weighed is at least zero. `price_exactly` is exact below the floor where no search is given up.

What a kernel calls stands beside it, although the file is long: numba, when it looks whether a kernel kept on the disk
is out of date, looks at its own file only.
"""

from __future__ import annotations

import heapq
import math
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from netform.candidates.store import CandidateStore
from netform.scores.stranded_posts import STEP_TOLERANCE
from netform.solve.unlisted.heuristic_pricing import columns_of, most_practices
from netform.solve.unlisted.hub_bound import KnownOfHubs, lined_hub_value
from netform.solve.unlisted.separable_cost import SeparableCosts, separable_cost

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.solve.model.budget import Deadline

__all__ = ["PRICING", "HubSearch", "PricedHubs", "columns_below", "price_exactly"]


@dataclass(frozen=True, slots=True)
class PricingParams:
    """How finely weighted patients are counted, and when a hub is searched or branched on.

    Attributes
    ----------
    most_units : int
        In which weighted patients are counted, at most.
    ranges, share : int, float
        Of units: how many, each this share of the one above.
    first_nodes : int
        A hub is first searched with no more nodes of a range than this, before it is branched on.
    nodes, few : int
        A branch is searched with so many nodes of a range, once no more practices than these are left to be decided.
    turns : int
        In each branch shares of the lines below cuts are sought anew in so many.
    bounding, searching : int
        The effort of bounding a branch, and of searching it, in nodes of a search.
    kept : int
        Columns that are kept of a hub, each cheaper than the one before.
    """

    most_units: int = 4_000
    ranges: int = 14
    share: float = 0.95
    first_nodes: int = 1_000_000
    nodes: int = 5_000
    few: int = 32
    turns: int = 2
    bounding: int = 500
    searching: int = 1_000
    kept: int = 60


PRICING = PricingParams()

# Rates of the penalty that are tried, and how far the second lies from the first at the start, as a share of the mean
# dual by the patient; each is so many times as far off as the one before, until the best lies between two.
RATES, FIRST_STEP, WIDER_STEP = 10, 0.05, 4.0

# Of sums of costs, hours per week: what rounding may add up to.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class HubSearch:
    """What the searches of all hubs share.

    Attributes
    ----------
    costs : SeparableCosts
    units : ndarray of int64, shape (n,)
        Weighted patients of each practice, in units, rounded.
    posts, fixed : ndarray of float64, shape (units,)
        Whole posts, and hours per week for overhead, stranded posts and balance, of so many units at least.
    ranges : ndarray of int64
        Where the ranges of units begin; the last is where they end.
    rates : ndarray of float64, shape (n, ranges)
        Of the penalties, hours per patient: by the last search, to begin with at the next.
    """

    costs: SeparableCosts
    units: NDArray[np.int64]
    posts: NDArray[np.float64]
    fixed: NDArray[np.float64]
    ranges: NDArray[np.int64]
    rates: NDArray[np.float64]

    @classmethod
    def of(cls, costs: SeparableCosts) -> HubSearch:
        """The tables of a problem."""
        weighted, rates = costs.weighted, costs.rates
        heaviest = _most(weighted, costs)
        unit = max(1.0, heaviest / PRICING.most_units)
        units = np.round(weighted / unit).astype(np.int64)
        # A network of g units has g * unit weighted patients, more or less.
        error = _most(np.abs(weighted - units * unit), costs)
        count = int((heaviest + error) / unit) + 2
        low = np.maximum(np.arange(count) * unit - error, 0.0)
        high = np.arange(count) * unit + error
        # Stranded posts only grow up to the next whole one: the least is at an end or where a post is whole.
        steps = [np.arange(0.0, high[-1] + ratio * rates.step, ratio * rates.step) for ratio in costs.ratios]
        points = np.unique(np.concatenate((low, *steps)))
        due = points / costs.ratios[:, None]
        whole = np.floor(due / rates.step + STEP_TOLERANCE) * rates.step
        posts, stranded = whole.sum(axis=0), np.maximum(0.0, due - whole).sum(axis=0)
        begin = np.searchsorted(points, low, side="right") - 1
        end = np.searchsorted(points, high, side="right")
        around = np.minimum.reduceat(np.append(stranded, np.inf), np.ravel((begin, end), order="F"))[::2]
        balanced = min(max(rates.target, costs.least), costs.most)
        beyond = max(0.0, abs(balanced - rates.target) - rates.dead_band)
        fixed = rates.overhead + rates.stranded * around + rates.outside * beyond
        ranges = [0, *(int(count * PRICING.share**k) for k in range(PRICING.ranges - 1, 0, -1)), count]
        starts = np.unique(np.array(ranges, np.int64))
        return cls(costs, units, posts[begin], fixed, starts, np.zeros((len(units), len(starts) - 1)))


def _most(amounts: NDArray[np.float64], costs: SeparableCosts) -> float:
    """What the practices of a network add up to at most, of some amounts: a knapsack with fractions."""
    size = np.maximum(costs.list_size, 1e-9)
    order = np.argsort(-amounts / size, kind="stable")
    before = np.cumsum(size[order]) - size[order]
    share = np.clip((costs.most - before) / size[order], 0.0, 1.0)
    return float(amounts[order] @ share)


@dataclass(frozen=True, slots=True)
class PricedHubs:
    """The least reduced costs, hub by hub.

    Attributes
    ----------
    least : ndarray of float64, shape (n,)
        No column of the hub has a lower reduced cost; minus infinity where time was up before.
    found : CandidateStore
        Columns below the floor that were met, the cheapest of each hub among them where it was not given up.
    given_up : int
        Hubs whose search took too long: what is said of them is what the knapsacks say.
    """

    least: NDArray[np.float64]
    found: CandidateStore
    given_up: int


def price_exactly(
    search: HubSearch, known: KnownOfHubs, floor: float, nodes: int, deadline: Deadline, workers: int
) -> PricedHubs:
    """The least reduced cost of a column of each hub, by the separable costs; exact below a floor.

    Parameters
    ----------
    search : HubSearch
    known : KnownOfHubs
        With the duals, and the cuts: what these add counts as costs.
    floor : float
        Hours per week: of columns of a higher reduced cost no more than that is said.
    nodes : int
        Of the search of a range of a hub, before that is branched on; and the effort before it is given up.
    deadline : Deadline
    workers : int
        Threads.
    """
    pricing, floors = _Pricing(search, known), np.full(len(known.duals), floor)
    least, rows, complete = _search_hubs(
        pricing, floors, deadline, workers, lambda hub, below: pricing.price_hub(hub, below, nodes)
    )
    return PricedHubs(least, _each_once(rows, len(floors)), int((~complete).sum()))


def columns_below(
    search: HubSearch,
    known: KnownOfHubs,
    floors: NDArray[np.float64],
    nodes: int,
    deadline: Deadline,
    workers: int,
    most: int,
) -> CandidateStore | None:
    """Every column whose separable cost gives it a reduced cost below a floor; None where they take too long.

    Parameters
    ----------
    search, known, deadline, workers
        As `price_exactly` has them.
    floors : ndarray of float64, shape (n,)
        Of the columns of each hub, hours per week.
    nodes : int
        Of one range of one hub, after which all is given up.
    most : int
        Columns at most, those counted that two hubs have.
    """
    pricing, room = _Pricing(search, known), most

    def list_hub(hub: int, floor: float) -> tuple[float, NDArray[np.int32], bool]:
        nonlocal room
        # Of a hub in flight beside it the next may be one too many.
        rows, _, rest = pricing.search_ranges(hub, pricing.root(hub), floor, nodes, room, every=True)
        room = max(0, room - len(rows))
        # As soon as one takes too long the others are not worth it.
        pricing.stop[0] |= rest is not None
        return floor, rows, rest is None

    _, rows, complete = _search_hubs(pricing, floors, deadline, workers, list_hub)
    return _each_once(rows, len(floors)) if complete.all() else None


class _Branch(NamedTuple):
    """Columns of a hub, with some practices taken and some left out.

    Attributes
    ----------
    bound : float
        None has a lower reduced cost.
    number : int
        Of its kind: of two with the same bound the first goes on.
    first, last : int
        The ranges of weighted patients that are not searched yet are among these; the last is not one of them.
    duals : ndarray of float64, shape (n,)
        With a bonus for every practice taken: so large that none leaves one out.
    members, taken : ndarray of bool, shape (n,)
        Those not left out, and those that are in all.
    bonus : float
        Of all taken together.
    split : int
        The practice to take and to leave out next; -1 for none.
    lines : ndarray of float64, shape (k,)
        How much of the line below each cut is counted.
    """

    bound: float
    number: int
    first: int
    last: int
    duals: NDArray[np.float64]
    members: NDArray[np.bool_]
    taken: NDArray[np.bool_]
    bonus: float
    split: int
    lines: NDArray[np.float64]

    def parts(self, bonus: float) -> tuple[_Branch, ...]:
        """Those with the practice to split by, which counts for so much, and those without; all where there is none."""
        if self.split < 0:
            return (self,)
        one = np.arange(len(self.duals)) == self.split
        duals, all_bonus = self.duals + bonus * one, self.bonus + bonus
        return (
            self._replace(duals=duals, taken=self.taken | one, bonus=all_bonus),
            self._replace(members=self.members & ~one),
        )


@dataclass(frozen=True, slots=True)
class _Pricing:
    """What the searches of all hubs share; they end once ``stop`` is set."""

    search: HubSearch
    known: KnownOfHubs
    stop: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1, np.bool_))

    def root(self, hub: int) -> _Branch:
        """All columns of a hub."""
        known, ranges = self.known, len(self.search.ranges) - 1
        members, none = known.members[hub], np.zeros(len(known.duals), np.bool_)
        return _Branch(known.least[hub], 0, 0, ranges, known.duals, members, none, 0.0, -1, known.lines[hub])

    def search_ranges(
        self, hub: int, branch: _Branch, floor: float, nodes: int, most: int, *, every: bool
    ) -> tuple[NDArray[np.int32], float, _Branch | None]:
        """Columns of a branch, at most so many; the least of ranges searched to the end, and what is left of it."""
        first, last, search, lines = branch.first, branch.last, self.search, self.known.below_cuts
        rows = np.empty((most, most_practices(search.costs)), np.int32)
        # Hours for a patient, in the mean.
        steep = float(np.abs(self.known.duals).sum()) / max(1, int(search.costs.list_size.sum()))
        cuts, (duals, shift) = lines.cuts, lines.lined(branch.duals, branch.lines)
        count, bounds, done = _search_hub(
            hub, floor - branch.bonus, search.costs, duals, search.units, search.posts, search.fixed,
            search.ranges[first : last + 1], search.rates[hub, first:last], steep, nodes, self.stop, rows, every,
            cuts.begin, cuts.which, cuts.weights, shift, lines.beyond(branch.lines), branch.members,
        )  # fmt: skip
        # The columns alone are kept: there may be thousands of searches.
        rows = rows[:count].copy()
        least = float(bounds[done].min(initial=math.inf)) + branch.bonus
        if done.all():
            return rows, least, None
        left = np.flatnonzero(~done)
        bound = max(branch.bound, float(bounds[left].min()) + branch.bonus)
        rest = branch._replace(bound=bound, first=first + int(left[0]), last=first + int(left[-1]) + 1)
        return rows, least, rest

    def bounded(self, hub: int, branch: _Branch, floor: float) -> _Branch:
        """A branch with what the model of centres says of it, up to a floor: its bound, its members, where to split."""
        found, lines = lined_hub_value(
            self.known.centres, hub, branch.duals, branch.members, branch.taken, floor - branch.bonus,
            self.known.below_cuts, branch.lines, PRICING.turns,
        )  # fmt: skip
        bound = max(branch.bound, found.least + branch.bonus)
        return branch._replace(bound=bound, members=found.members, split=found.split, lines=lines)

    def price_hub(self, hub: int, floor: float, nodes: int) -> tuple[float, NDArray[np.int32], bool]:
        """The least reduced cost of a hub below a floor, columns met, and whether that least is exact.

        What is not searched to the end is branched on: a practice is taken, or left out. The branch of which least is
        proven goes on first. It is bounded by the model of centres, which takes no time, and searched once few
        practices are left.
        """
        met, best = list[NDArray[np.int32]](), floor
        bonus, number, open_ = float(np.abs(self.known.duals).sum()), 0, list[_Branch]()

        def search(branch: _Branch, nodes: int) -> _Branch | None:
            nonlocal best
            rows, least, rest = self.search_ranges(hub, branch, best, nodes, PRICING.kept, every=False)
            met.append(rows)
            best = min(best, least)
            return rest

        rest, effort = search(self.root(hub), min(nodes, PRICING.first_nodes)), 0
        if rest is not None:
            open_.append(self.bounded(hub, rest, best))
        while open_ and open_[0].bound < best - ROUNDING and effort < nodes and not self.stop[0]:
            branch = heapq.heappop(open_)
            for part in branch.parts(bonus):
                rest = self.bounded(hub, part, best)
                effort += PRICING.bounding
                # The hub is never decided.
                if rest.bound < best - ROUNDING and (rest.members & ~rest.taken).sum() - 1 <= PRICING.few:
                    rest = search(rest, PRICING.nodes)
                    effort += PRICING.searching
                if rest is not None and rest.bound < best - ROUNDING:
                    number += 1
                    heapq.heappush(open_, rest._replace(number=number))
        least = min([best, *(each.bound for each in open_)])
        return least, np.concatenate(met), least >= best - ROUNDING


def _search_hubs(
    pricing: _Pricing,
    floors: NDArray[np.float64],
    deadline: Deadline,
    workers: int,
    search_one: Callable[[int, float], tuple[float, NDArray[np.int32], bool]],
) -> tuple[NDArray[np.float64], list[NDArray[np.int32]], NDArray[np.bool_]]:
    """Search all hubs of which less is known than their floors, in threads.

    By hub the least reduced cost, the columns met (rows of practices, n beyond), and whether all was searched.
    """
    n, least_known = len(floors), pricing.known.least
    least, complete = np.full(n, -math.inf), np.zeros(n, np.bool_)
    found = [np.empty((0, most_practices(pricing.search.costs)), np.int32)] * n

    def price(hub: int) -> None:
        if least_known[hub] >= floors[hub]:
            # More is of no interest, unless the hub has no column at all.
            least[hub] = floors[hub] if math.isfinite(least_known[hub]) else math.inf
            complete[hub] = True
        elif not deadline.passed and not pricing.stop[0]:
            value, found[hub], complete[hub] = search_one(hub, floors[hub])
            least[hub] = max(value - ROUNDING, least_known[hub])

    with ThreadPoolExecutor(max(1, workers)) as pool:
        # Those that cost least take longest: none of them is to be left for the end.
        searches = [pool.submit(price, hub) for hub in np.argsort(least_known, kind="stable").tolist()]
        try:
            wait(searches, deadline.seconds_left)
        finally:
            # A search of one hub may take longer than there is.
            pricing.stop[0] = True
        for search in searches:
            search.result()
    return least, found, complete


def _each_once(rows: list[NDArray[np.int32]], practices: int) -> CandidateStore:
    """Rows of practices as columns, each once and in order."""
    return columns_of(np.unique(np.sort(np.concatenate(rows), axis=1), axis=0), practices)


@nb.njit(cache=True, nogil=True)
def _reached(hub, indptr, neighbours, list_size, most, open_):  # type: ignore[no-untyped-def]
    """The least patients of a path from the hub to each practice over open ones, both ends counted."""
    least_way = np.full(len(list_size), np.inf)
    least_way[hub] = list_size[hub]
    shorter = True
    while shorter:
        shorter = False
        for v in range(len(list_size)):
            for e in range(indptr[v], indptr[v + 1]):
                u = neighbours[e]
                way = least_way[v] + list_size[u]
                if open_[u] and way <= most and way < least_way[u]:
                    least_way[u] = way
                    shorter = True
    return least_way


@nb.njit(cache=True, nogil=True)
def _search_hub(  # type: ignore[no-untyped-def]
    hub, floor, costs, duals, units, posts, fixed, ranges, rates, steep, most_nodes, stop, rows, every,
    begin, which, weights, shift, surplus, members,
):  # fmt: skip
    """How many columns of a hub were met below the floor; the bound of each range, and whether it was searched."""
    indptr, neighbours, least, most = costs.indptr, costs.neighbours, costs.least, costs.most
    list_size, minutes, move = costs.list_size, costs.minutes, costs.rates.move
    way = _reached(hub, indptr, neighbours, list_size, most, members)
    by_way = np.argsort(minutes[hub])
    # The mean way to the hub is that of the nearest at least.
    wanted, sum_near = float(least) - list_size[hub], 0.0
    for i in by_way:
        if i == hub or way[i] == np.inf or wanted <= 0:
            continue
        part = min(wanted, float(list_size[i]))
        sum_near += part * minutes[i, hub]
        wanted -= part
    bounds, searched = np.full(len(ranges) - 1, np.inf), np.ones(len(ranges) - 1, np.bool_)
    # A plain 0 would have the search compiled for that constant as well.
    found = np.int64(0)
    if wanted > 0 or list_size[hub] > most:
        return found, bounds, searched
    nearest = sum_near / least
    for s in range(len(ranges) - 1):
        low, high = ranges[s], ranges[s + 1]
        if units[hub] >= high:
            continue
        cheapest = (fixed[low:high] + move * posts[low:high] * nearest).min()
        rates[s], bounds[s] = _best_rate(
            hub, floor, costs, duals, units, posts, fixed, low, high, rates[s], steep, nearest, by_way, way,
            cheapest, shift,
        )  # fmt: skip
        if bounds[s] >= floor:
            continue
        value, more, done = _search_range(
            hub, floor, costs, duals, units, posts, fixed, low, high, rates[s], nearest, by_way, way,
            cheapest, most_nodes, stop, rows, found, every, begin, which, weights, shift, surplus,
        )  # fmt: skip
        found += more
        if done:
            bounds[s] = floor = value
            continue
        searched[s] = False
        if every or stop[0]:
            bounds[s + 1 :], searched[s + 1 :] = -np.inf, False
            break
    return min(found, len(rows)), bounds, searched


@nb.njit(cache=True, nogil=True)
def _best_rate(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912 (one line sought)
    hub, floor, costs, duals, units, posts, fixed, low, high, rate, steep, nearest, by_way, way, cheapest,
    shift,
):  # fmt: skip
    """The rate of the penalty at which the cheapest column of a range by knapsack costs most, and what that is.

    By the rate it costs what a concave line of straight pieces says: its top is sought where the slopes on either side
    meet, from a rate on.
    """
    least, most, list_size = costs.least, costs.most, costs.list_size
    move, lowest = costs.rates.move, posts[low]
    reach, with_patients = np.empty(high), np.empty(high)
    best_rate, best_root = rate, -np.inf
    below, below_root, below_slope = -np.inf, 0.0, 0.0
    above, above_root, above_slope = np.inf, 0.0, 0.0
    step = steep * FIRST_STEP
    for _ in range(RATES):
        offset = rate * (most if rate > 0 else least)
        base = (
            rate * list_size[hub] - move * lowest * list_size[hub] * nearest / most - duals[hub] - offset
        ) + shift
        none, items, beyond = _open_items(
            hub, costs, duals, by_way, way, move * lowest / most, nearest, rate, floor - base - cheapest
        )
        if none:
            return rate, floor
        reach[:] = np.inf
        reach[units[hub]] = base
        with_patients[units[hub]] = list_size[hub]
        top = units[hub]
        for k in range(len(items)):
            size, more, patients = units[items[k]], beyond[k], list_size[items[k]]
            top = min(high - 1, top + size)
            for x in range(top, size - 1, -1):
                value = reach[x - size] + more
                if value < reach[x]:
                    reach[x] = value
                    with_patients[x] = with_patients[x - size] + patients
        root, at = np.inf, -1
        for x in range(low, top + 1):
            value = reach[x] + fixed[x] + move * posts[x] * nearest
            if value < root:
                root, at = value, x
        # A network with whom was left out is not below the floor.
        root = min(root, floor)
        if root > best_root:
            best_root, best_rate = root, rate
        if root >= floor or at < 0:
            break
        further = with_patients[at] - (least if rate < 0 else most)
        back = with_patients[at] - (most if rate > 0 else least)
        if further > 0:
            below, below_root, below_slope = rate, root, further
        elif back < 0:
            above, above_root, above_slope = rate, root, back
        else:
            break
        before = rate
        if below > -np.inf and above < np.inf:
            meet = above_root - below_root + below_slope * below - above_slope * above
            rate = meet / (below_slope - above_slope)
        else:
            rate = below + step if below > -np.inf else above - step
            step *= WIDER_STEP
        # At 0 the slope changes whatever the columns are.
        rate = 0.0 if before * rate < 0 else rate
    return best_rate, best_root


@nb.njit(cache=True, nogil=True)
def _open_items(hub, costs, duals, by_way, way, staff, nearest, rate, room):  # type: ignore[no-untyped-def]
    """Whether no network is below the floor; practices that one may have, nearest first, and what each adds."""
    list_size, to_hub = costs.list_size, costs.minutes[:, hub]
    added = (costs.rates.visit * to_hub + staff * (to_hub - nearest) + rate) * list_size - duals
    added[way == np.inf] = np.inf
    added[hub] = np.inf
    ratio = added / np.maximum(list_size, 1e-9)
    # A knapsack with fractions: what all others together can save.
    saved, left = 0.0, float(costs.most - list_size[hub])
    for i in np.argsort(ratio):
        if added[i] >= 0 or left <= 0:
            break
        if list_size[i] <= left:
            saved += added[i]
            left -= list_size[i]
        else:
            saved += added[i] * left / list_size[i]
            left = 0.0
    items = by_way[(added + saved < room)[by_way]]
    return saved >= room, items, added[items]


@nb.njit(cache=True, nogil=True)
def _together(hub, taken, indptr, neighbours, state, seen, epoch, stack):  # type: ignore[no-untyped-def]
    """Whether all that are taken are connected to the hub by practices that are not left out."""
    seen[hub] = epoch
    stack[0], height, met = hub, 1, 1
    while height > 0 and met < taken:
        height -= 1
        v = stack[height]
        for e in range(indptr[v], indptr[v + 1]):
            u = neighbours[e]
            if seen[u] != epoch and state[u] != 2:
                seen[u] = epoch
                stack[height] = u
                height += 1
                met += state[u] == 1
    return met == taken


@nb.njit(cache=True, nogil=True)
def _in_unit(i, unit, state, which):  # type: ignore[no-untyped-def]
    """Whether any practice that has to share a network with one is in a state."""
    return unit[i] >= 0 and (state[unit == unit[i]] == which).any()


@nb.njit(cache=True, nogil=True)
def _may_join(i, members, taken, conflict, unit, state):  # type: ignore[no-untyped-def]
    """Whether a practice may share a network with those taken, and none it has to share it with is left out."""
    for e in range(taken):
        if conflict[i, members[e]]:
            return False
    return not _in_unit(i, unit, state, 2)


@nb.njit(cache=True, nogil=True)
def _decided(i, takes, leaves, begin, which, weights, surplus, covered, undecided):  # type: ignore[no-untyped-def]
    """Change what is taken and not decided of the cuts of a practice; what they add then at least, beyond before."""
    more = 0.0
    for e in range(begin[i], begin[i + 1]):
        c = which[e]
        before = surplus[c, covered[c], undecided[c]]
        covered[c] += takes * weights[e]
        undecided[c] += leaves * weights[e]
        more += surplus[c, covered[c], undecided[c]] - before
    return more


@nb.njit(cache=True, nogil=True)
def _search_range(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 (one search with its own stack)
    hub, floor, costs, duals, units, posts, fixed, low, high, rate, nearest, by_way, way, cheapest,
    most_nodes, stop, rows, kept, every, begin, which, weights, shift, surplus,
):  # fmt: skip
    """The least of a range below the floor, how many columns were met, and whether the search was completed."""
    indptr, neighbours, least, most = costs.indptr, costs.neighbours, costs.least, costs.most
    list_size, weighted_size, minutes = costs.list_size, costs.weighted, costs.minutes
    tariff, ratios, move = costs.rates, costs.ratios, costs.rates.move
    conflict, unit, fewest, many = costs.conflict, costs.unit, costs.fewest, costs.many
    n = len(list_size)
    offset = rate * (most if rate > 0 else least)
    staff = move * posts[low] / most
    base = rate * list_size[hub] - staff * list_size[hub] * nearest - duals[hub] - offset + shift
    none, items, beyond = _open_items(
        hub, costs, duals, by_way, way, staff, nearest, rate, floor - base - cheapest
    )
    if none:
        return floor, 0, True
    open_ = np.zeros(n, np.bool_)
    open_[items] = True
    reached = _reached(hub, indptr, neighbours, list_size, most, open_)[items] < np.inf
    items, beyond = items[reached], beyond[reached]
    m = len(items)
    # 0: not decided, 1: taken, 2: left out.
    state = np.full(n, 2, np.int64)
    state[items] = 0
    state[hub] = 1
    if conflict[hub, hub] or _in_unit(hub, unit, state, 2):
        return floor, 0, True
    # What the rest of a branch costs at least: from practice k on, with so many units before.
    rest = np.empty((m + 1, high))
    rest[m] = fixed[:high] + move * posts[:high] * nearest
    rest[m, :low] = np.inf
    patients_left = np.zeros(m + 1, np.int64)
    for k in range(m - 1, -1, -1):
        size, more = units[items[k]], beyond[k]
        patients_left[k] = patients_left[k + 1] + list_size[items[k]]
        rest[k] = rest[k + 1]
        for x in range(high - size):
            rest[k, x] = min(rest[k, x], rest[k + 1, x + size] + more)
    # For every practice, the others by how much nearer they are to it than to the hub.
    nearer = np.empty((m, m), np.int64)
    ways_to_hub = minutes[:, hub][items]
    for k in range(m):
        nearer[k] = np.argsort(minutes[:, items[k]][items] - ways_to_hub)
    members, position = np.empty(m + 1, np.int64), np.empty(m + 1, np.int64)
    members[0], taken = hub, 1
    # Patient-minutes to each practice beyond those to the hub, of so many members.
    longer = np.empty((m + 1, m))
    longer[0] = list_size[hub] * minutes[hub][items]
    turn, paid = np.zeros(m + 1, np.int64), np.empty(m + 1)
    used, patients = np.empty(m + 1, np.int64), np.empty(m + 1, np.int64)
    paid[0], used[0], patients[0] = base, units[hub], list_size[hub]
    # Of every cut the weight taken, and that of the practices not decided.
    covered, undecided = np.zeros(len(surplus), np.int64), np.zeros(len(surplus), np.int64)
    _decided(hub, 1, 0, begin, which, weights, surplus, covered, undecided)
    for i in items:
        _decided(i, 0, 1, begin, which, weights, surplus, covered, undecided)
    for c in range(len(surplus)):
        paid[0] += surplus[c, covered[c], undecided[c]]
    seen, stack = np.zeros(n, np.int64), np.empty(n, np.int64)
    epoch, nodes, met, best = 0, 0, 0, floor
    k = 0
    while k >= 0:
        if nodes > most_nodes or stop[0]:
            return best, met, False
        if k == m:
            if patients[k] >= least and fewest <= taken <= many:
                weighted, duals_paid, pairs, to_hub, hub_minutes = 0.0, 0.0, 0.0, np.inf, np.inf
                for e in range(taken):
                    v = members[e]
                    weighted += weighted_size[v]
                    duals_paid += duals[v]
                    minutes_there = 0.0
                    for f in range(taken):
                        minutes_there += list_size[members[f]] * minutes[v, members[f]]
                    pairs += list_size[v] * minutes_there
                    to_hub = min(to_hub, minutes_there)
                    if e == 0:
                        hub_minutes = minutes_there
                value = (
                    separable_cost(tariff, ratios, patients[k], weighted, pairs, to_hub) - duals_paid + shift
                )
                for c in range(len(surplus)):
                    value += surplus[c, covered[c], 0]
                if value < best and (not every or hub_minutes <= to_hub + ROUNDING):
                    if every and kept + met == len(rows):
                        return best, met, False
                    best = best if every else value
                    # The cheapest is always kept.
                    row = min(kept + met, len(rows) - 1)
                    rows[row] = n
                    rows[row, :taken] = members[:taken]
                    met += 1
            k -= 1
            continue
        i = items[k]
        if turn[k] == 0:
            turn[k] = 1
            ahead = used[k] + units[i]
            if patients[k] + list_size[i] > most or ahead >= high:
                continue
            cost = paid[k] + beyond[k]
            if cost + rest[k + 1, ahead] >= best:
                continue
            if not _may_join(i, members, taken, conflict, unit, state):
                continue
            nodes += 1
            cost += _decided(i, 1, -1, begin, which, weights, surplus, covered, undecided)
            for e in range(m):
                more = minutes[i, items[e]] - minutes[i, hub]
                longer[taken, e] = longer[taken - 1, e] + list_size[i] * more
            members[taken], position[taken] = i, k
            state[i] = 1
            # The ways of staff to other members than the hub are longer, whoever joins.
            extra, room, bounded = 0.0, most - patients[k] - list_size[i], True
            for e in range(1, taken + 1):
                v = position[e]
                minutes_more, left = longer[taken, v], room
                # Where they are shorter and stay so, whoever joins, the hub is another.
                sign = 1 if minutes_more >= 0 else -1
                f = 0 if sign > 0 else m - 1
                while 0 <= f < m and left > 0 and sign * minutes_more > 0:
                    u = items[nearer[v, f]]
                    more = minutes[u, items[v]] - minutes[u, hub]
                    if sign * more >= 0:
                        break
                    if state[u] == 0:
                        part = min(left, list_size[u])
                        minutes_more += part * more
                        left -= part
                    f += sign
                if sign < 0 and minutes_more < -ROUNDING:
                    bounded = False
                    break
                if sign > 0 and minutes_more > 0:
                    extra += list_size[members[e]] * minutes_more
            bounded = bounded and cost + rest[k + 1, ahead] + staff * extra / most < best
            if bounded:
                beside = False
                for e in range(indptr[i], indptr[i + 1]):
                    beside = beside or (state[neighbours[e]] == 1)
                if not beside:
                    epoch += 1
                    bounded = _together(hub, taken + 1, indptr, neighbours, state, seen, epoch, stack)
            taken += 1
            if bounded:
                k += 1
                turn[k], paid[k], used[k], patients[k] = 0, cost, ahead, patients[k - 1] + list_size[i]
            continue
        if turn[k] == 1:
            turn[k] = 2
            if state[i] == 1:
                state[i] = 0
                taken -= 1
                _decided(i, -1, 1, begin, which, weights, surplus, covered, undecided)
            if paid[k] + rest[k + 1, used[k]] >= best or patients[k] + patients_left[k + 1] < least:
                continue
            if _in_unit(i, unit, state, 1):
                continue
            nodes += 1
            state[i] = 2
            cost = paid[k] + _decided(i, 0, -1, begin, which, weights, surplus, covered, undecided)
            epoch += 1
            if cost + rest[k + 1, used[k]] < best and _together(
                hub, taken, indptr, neighbours, state, seen, epoch, stack
            ):
                k += 1
                turn[k], paid[k], used[k], patients[k] = 0, cost, used[k - 1], patients[k - 1]
            continue
        if state[i] == 2:
            _decided(i, 0, 1, begin, which, weights, surplus, covered, undecided)
        state[i] = 0
        k -= 1
    return best, met, True
