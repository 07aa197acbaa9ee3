"""Close the gap between incumbent and bound: trial cutoffs, cuts, branching on the number of networks, in turns.

The relaxation says, for every column, what a plan that uses it costs at least. So a trial cutoff leaves only the
columns that a plan below it may use: few, when it is near the bound. All plans of them are built into a decision
diagram of limited width (`netform.solve.diagram.build`), which says below what cost it has missed none: that is a
bound, and a plan as cheap is the best over *all* columns. The size of a diagram of few columns tells how large one as
far as the incumbent would be: where that is small it is built at once, and all is proven. Otherwise a round of cuts
raises the relaxation, which leaves fewer columns; after some rounds one cutoff after the other is tried, as far as the
width reaches, which is doubled from turn to turn. Where the relaxation has a fraction of a network, it is branched on
the number of networks: each branch has a much better bound. What the widest diagram does not reach is left open.

Plans are found on the way, and by beams besides (`netform.solve.exact.beam_search`). The file is
long because all steps are of one class: each goes on from what the others have left of the same state.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netform.solve.diagram.build import MOST_NODES, MOST_UNBOUNDED, best_below
from netform.solve.diagram.kernel import ColumnLayout
from netform.solve.diagram.variable_order import STRAIGHT, TURNED, narrowest_order, spectral_order
from netform.solve.exact.beam_search import BEAM, beam_search
from netform.solve.exact.state import ANY_NUMBER, LEAST_DIFFERENCE, SearchState
from netform.solve.master.relaxation import MASTER, relax
from netform.solve.model.problem import SideRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from netform.solve.model.outcome import Solution

__all__ = ["CLOSING", "ClosingParams", "GapClosing"]


@dataclass(frozen=True, slots=True)
class ClosingParams:
    """How cutoffs are tried, diagrams built, cuts added and the number of networks branched on.

    Trial cutoffs
        cutoff_columns : columns that successive cutoffs leave, each four to eight times the last, so that all together
            cost little more than the last.
        nearer : without a plan the next cutoff leaves so many times the columns, until all are left.
        stepped, step, least_step : of more columns than ``stepped`` a cutoff goes so much further than the bound
            at a time, as a share of it: as far as a diagram of twice the width sees, and at least so large a part.

    Diagrams
        first_width, width, last_width : maximum width in the first turn, in that of a first solution, and in the last;
            doubled from turn to turn.
        telling, slower, most_rise : twice the columns have four times the states, more or less, once there are
            ``telling`` columns; or states grow by the hour as between the last two diagrams, and by ``slower`` further
            on. The larger of both is expected: it is rarely below half of what there is. ``most_rise`` keeps the power
            finite.
        at_once, most_at_once, wide_enough : a diagram of up to so many expected states, of up to so many columns, is
            built as far as the incumbent at once, to such a width: that takes less time than coming near step by step.
        quicker, quicker_left : and less than cuts take, of fewer states and of not too many columns.
        states_a_second : a diagram that would take longer than the time left is given up by then.
        surprising, less : it is given up with so many times the states, and then so many times fewer are allowed.

    Cuts
        cuts_a_turn, least_rise : cuts of a round; rounds are over once one raises the bound by less than this share.
        least_share : or, once diagrams of the last width are no help, by less than this share of what is left to the
            incumbent.
        cut_first, probed : while cuts raise the bound, for so many turns cutoffs leave at most so many columns, unless
            a diagram is built at once.

    Branching
        many, fraction, branched_after : above so many columns the number of networks is branched on, after so many
            turns, where the relaxation is at least so far from a whole number: it moves whole terms at once.
        branched_at_once : further from it, that is done at once.
        other_prices : where a branch raises the bound by so large a part of the gap, its duals are others, and a plan
            is looked for by them.
    """

    cutoff_columns: tuple[int, ...] = (300, 2500, 10_000, 40_000, 160_000, 640_000, 2_560_000)
    nearer: float = 1.5
    stepped: int = 10_000
    step: float = 2.5e-4
    least_step: float = 0.1
    first_width: int = 8_000
    width: int = 16_000
    last_width: int = 250_000
    telling: int = 8_000
    slower: float = 0.5
    most_rise: float = 500.0
    at_once: int = 1_000_000
    most_at_once: int = 200_000
    wide_enough: int = 64_000
    quicker: int = 250_000
    quicker_left: int = 100_000
    states_a_second: int = 250_000
    surprising: int = 2
    less: int = 4
    cuts_a_turn: int = 250
    least_rise: float = 5e-5
    least_share: float = 0.001
    cut_first: int = 3
    probed: int = 10_000
    many: int = 500
    fraction: float = 0.15
    branched_after: int = 2
    branched_at_once: float = 0.25
    other_prices: float = 0.2


CLOSING = ClosingParams()


# Above so many columns, and from such a width on, it is worth finding out from which end a diagram is narrower, and
# above so many more, by which way across the map.
ORDERS = ((1000, 0, STRAIGHT), (20_000, 8000, TURNED))

# Bytes for each column of two branches: a copy of the list, the number of networks as a side row, and of each branch
# what `netform.solve.exact.state` knows of it, what is left of its list, and what is made anew in pricing, with some
# room.
BRANCHED = 280


class _Built(NamedTuple):
    """A diagram that was built: of how many columns, as far as which cutoff, and its states."""

    columns: int
    cutoff: float
    states: int


class GapClosing:
    """The steps that bring incumbent and bound together.

    Parameters
    ----------
    state : SearchState
        What is known to begin with.
    threads : int
        The branches on the number of networks are searched side by side when there are two.
    """

    def __init__(self, state: SearchState, *, threads: int = 1) -> None:
        self.state, self.params, self.threads = state, CLOSING, threads
        # Of the practices in diagrams; found once, as it costs more than many a diagram.
        self.order: NDArray[np.int64] | None = None
        # Which of `ORDERS` this turn has tried, and the diagrams that it has built.
        self.orders_tried, self.diagrams = 0, list[_Built]()
        self.turns, self.width, self.rising = 0, self.params.first_width, True
        # Diagrams as far as the incumbent that did not get there.
        self.surprises = 0
        # A diagram of twice this width was given up for want of room: nothing is learnt from it.
        self.widest = self.params.last_width

    def prove(self) -> Solution:
        """Bring incumbent and bound together, as far as the last width allows, and give what was learnt."""
        self.take_turns(self.params.last_width)
        columns = self.state.origin[self.state.relaxation.columns]
        learnt = replace(self.state.learnt(), column_bounds=self.state.column_bounds, columns=columns)
        return replace(self.state.solution(), trace=learnt)

    def take_turns(self, most_width: int) -> None:
        """Try cutoffs and cut in turns while either gets on; branch on the number of networks once it is time."""
        while not self.state.over:
            # Whoever searches beside may have come further meanwhile.
            if math.isfinite(self.state.cost):
                self.state.take_incumbent()
            if self.time_to_branch:
                self.branch_on_count(most_width)
                return
            if not self.take_turn(most_width):
                break
        if most_width == self.params.last_width and not self.state.over and self.fractional:
            self.branch_on_count(most_width)

    def take_turn(self, most_width: int) -> bool:
        """Try cutoffs while that is quick, then add a round of cuts; whether another turn promises something."""
        if self.cutting:
            going = self.try_cutoffs(self.params.probed)
        else:
            going = self.try_cutoffs() and self.width < min(most_width, self.widest)
            self.width = min(2 * self.width, self.params.last_width)
        # What diagrams do not reach, cuts may: more slowly, but as long as there is time.
        last = not going and most_width == self.params.last_width and not self.state.over
        self.rising |= last
        # A branch is not branched again.
        waiting = self.time_to_branch and self.state.between == ANY_NUMBER
        if self.rising and not self.state.over and not waiting:
            before = self.state.relaxation.bound
            self.state.tighten(MASTER.most_rounds if last else 1, self.params.cuts_a_turn)
            least = self.params.least_rise * abs(before)
            if last:
                least = min(least, self.params.least_share * (self.state.cost - before))
            self.rising = self.state.relaxation.bound > before + least
        return not self.state.over and (going or (last and self.rising))

    def try_cutoffs(self, most: float = math.inf) -> bool:
        """Try cutoffs of up to so many columns while that is quick; whether there is more to prove."""
        self.turns += 1
        self.orders_tried, self.diagrams = 0, []
        self.state.fix_by_reduced_cost()
        for count in self.cutoff_counts(most):
            cutoff = self.state.cutoff_leaving(count)
            stepped = min(count, len(self.state.origin)) > self.params.stepped
            quick = self.try_cutoff(cutoff, stepped=stepped)
            if self.state.over:
                return False
            if not quick or cutoff >= self.state.cost:
                return True
        if self.expected_states <= self.states_at_once:
            self.try_cutoff(self.state.cost)
        return not self.state.over

    def cutoff_counts(self, most: float) -> Iterator[int]:
        """How many columns successive cutoffs leave; without a plan they come nearer to all of them."""
        last = 0
        for count in (each for each in self.params.cutoff_columns if each <= most):
            between = self.params.nearer * last
            while (
                last
                and math.isinf(self.state.cost)
                and count >= len(self.state.origin) > max(between, MOST_UNBOUNDED)
            ):
                yield int(between)
                between *= self.params.nearer
            yield count
            last = count

    def try_cutoff(self, cutoff: float, *, stepped: bool = False) -> bool:
        """Search all plans below a cutoff; whether none was missed.

        Parameters
        ----------
        cutoff : float
        stepped : bool
            Those near the bound first: where the cutoff is further off than the width sees, most of the time would go
            into what nothing is learnt from.
        """
        further = math.inf
        if stepped and math.isfinite(cutoff):
            # However near zero the bound is, it comes to an end.
            least_step = self.params.least_step * (cutoff - self.state.bound)
            further = max(self.params.step * abs(self.state.bound), least_step, LEAST_DIFFERENCE)
        while self.state.bound < min(cutoff, self.state.cost):
            nearer = float(min(cutoff, self.state.cost, self.state.bound + further))
            width, most = self.width, MOST_NODES
            at_once = self.expected_states <= self.states_at_once
            if at_once:
                nearer, width = self.state.cost, max(width, self.params.wide_enough)
                most = self.params.surprising * self.states_at_once
            if self.state.deadline.passed or not self.search_below(nearer, width, most):
                self.surprises += at_once
                # Narrower ones see less.
                self.width = max(self.width, width)
                return False
        return True

    @property
    def cutting(self) -> bool:
        """Whether cuts come first, and only diagrams that are soon built are built."""
        return math.isfinite(self.state.cost) and self.rising and self.turns <= self.params.cut_first

    @property
    def states_at_once(self) -> int:
        """States up to which a diagram is built as far as the incumbent at once."""
        allowed = self.params.quicker if self.cutting else self.params.at_once
        return int(allowed // self.params.less**self.surprises)

    @property
    def expected_states(self) -> float:
        """States of a diagram as far as the incumbent; infinite where no diagram tells."""
        if (
            not self.diagrams
            or self.diagrams[-1].columns < self.params.telling
            or math.isinf(self.state.cost)
        ):
            return math.inf
        last, left = self.diagrams[-1], len(self.state.cheap_enough(self.state.cost))
        if left > (self.params.quicker_left if self.cutting else self.params.most_at_once):
            return math.inf
        expected = last.states * (left / last.columns) ** 2
        if len(self.diagrams) > 1:
            before = self.diagrams[-2]
            hours, times = last.cutoff - before.cutoff, last.states / before.states
            rise = math.log(times) * (self.state.cost - last.cutoff) / max(hours, LEAST_DIFFERENCE)
            by_hour = self.params.slower * last.states * math.exp(min(rise, self.params.most_rise))
            expected = max(expected, by_hour)
        return expected

    def search_below(self, cutoff: float, width: int, most: int) -> bool:
        """Search all plans below a cutoff; whether none was missed. It is given up after so many states."""
        kept = self.state.cheap_enough(cutoff)
        if not self.fits(kept) or (math.isinf(cutoff) and len(kept) > MOST_UNBOUNDED):
            return False
        if (left := self.state.deadline.seconds_left) is not None:
            most = min(most, int(left * self.params.states_a_second))
        some, reduced, dual_objective, cuts = self.state.priced(kept)
        memory = self.state.memory.left_beside(some.nbytes + 2 * reduced.nbytes)
        if self.order is None:
            self.order = spectral_order(some.store, reduced)
        for least, least_width, angles in ORDERS:
            # Without a cutoff each of them would be tried among all that there is.
            if len(kept) > least > self.orders_tried and width >= least_width and math.isfinite(cutoff):
                budget = cutoff - dual_objective
                self.order = narrowest_order(some.store, reduced, budget, angles, cuts, memory)
                self.orders_tried = least
        found = best_below(
            some, reduced, dual_objective, cutoff, width, self.order, cuts, most_nodes=most, memory=memory
        )
        if found.states:
            self.diagrams.append(_Built(len(kept), cutoff, found.states))
        given_up = found.chosen is None and math.isinf(found.below)
        if given_up and width > self.params.first_width and most == MOST_NODES:
            self.widest = width // 2
        if 0 < found.width < width:
            # There is no room for more: a wider one would be tried, and be this diagram again.
            self.widest = min(self.widest, found.width)
            self.width = min(self.width, found.width)
        self.state.take(kept, found.chosen, found.below)
        self.state.tell()
        return found.below >= cutoff

    def fits(self, kept: NDArray[np.int64]) -> bool:
        """Whether there is room for a copy of some columns and what a diagram of them keeps besides its states."""
        listed = self.state.partitioning
        share = len(kept) / max(1, len(listed.store))
        members = int(share * len(listed.store.members))
        laid_out = ColumnLayout.nbytes(len(kept), members, listed.store.practices)
        return self.state.memory.fits(share * listed.nbytes + laid_out)

    @property
    def fraction_of_network(self) -> float:
        """How far the relaxation is from a whole number of networks; 0 where that does not matter."""
        number = float(self.state.relaxation.values.sum())
        least, most = self.state.between
        return abs(number - round(number)) if least <= math.floor(number) < most else 0.0

    @property
    def time_to_branch(self) -> bool:
        """Whether it is time to branch on the number of networks."""
        far = self.fraction_of_network > self.params.branched_at_once
        late = self.turns >= self.params.branched_after
        return (late or far) and self.fractional

    @property
    def fractional(self) -> bool:
        """Whether the relaxation has a fraction of a network, and many columns are left."""
        if self.fraction_of_network <= self.params.fraction or math.isinf(self.state.cost):
            return False
        kept = len(self.state.cheap_enough(self.state.cost))
        return kept > self.params.many and self.state.memory.fits(kept * BRANCHED)

    def count_branches(self) -> tuple[list[GapClosing], NDArray[np.int64]]:
        """The branches of fewer and of more networks, and where their columns stand.

        How many networks there are moves whole terms at once, so each branch has a better bound; and prices for its own
        numbers of networks show the way to a plan better.
        """
        kept = self.state.cheap_enough(self.state.cost)
        some, learnt = self.state.partitioning.take(kept), self.state.learnt().among(kept)
        memory = self.state.memory.left_beside(len(kept) * BRANCHED)
        # Side by side where half of the room does for the largest diagram, else in turn: that follows from the
        # question alone, so that the plan does not depend on the threads.
        if memory.share(2).fits(ColumnLayout.diagram_bytes(MOST_NODES, some.store.practices)):
            memory = memory.share(2)
        else:
            self.threads = 1
        fewer, count = float(math.floor(self.state.relaxation.values.sum())), np.ones(len(kept))
        branches = []
        for between in ((self.state.between[0], fewer), (fewer + 1.0, self.state.between[1])):
            sides = (*some.sides[: len(self.state.rules)], SideRow(count, *between))
            branched = replace(some, sides=sides, memory=memory)
            deadline, cost = self.state.deadline, self.state.cost
            start = relax(
                branched, deadline, learnt.columns, learnt.cuts, learnt.duals, cost, learnt.column_bounds
            )
            branch = GapClosing(SearchState(branched, deadline, cost, start=start, between=between))
            gap = self.state.cost - self.state.bound
            if branch.state.bound - self.state.bound > self.params.other_prices * gap:
                near = branch.state.nearest(BEAM.columns)
                beam_search(branch.state, near, BEAM.width)
                self.take_branch(branch, kept)
            branches.append(branch)
        return branches, kept

    def branch_on_count(self, most_width: int) -> None:
        """Search the branches in turn, that of the lower bound first, or side by side.

        As soon as one has a plan, the other is done once its bound is there.
        """
        branches, kept = self.count_branches()
        going = list(branches)
        with ThreadPoolExecutor(len(branches)) as pool:
            each_of = pool.map if self.threads > 1 else map
            while going:
                self.state.take_incumbent()
                turned = going if self.threads > 1 else [min(going, key=lambda each: each.state.bound)]
                for branch in turned:
                    branch.state.cost = min(branch.state.cost, self.state.cost)
                # Each turn is the same whatever the other comes to meanwhile: so is the plan.
                went = list(
                    each_of(lambda branch: not branch.state.over and branch.take_turn(most_width), turned)
                )
                for branch in turned:
                    self.take_branch(branch, kept)
                going = [branch for branch in going if branch not in turned or went[turned.index(branch)]]
                self.state.raise_bound(min(branch.state.bound for branch in branches))
                self.state.tell()

    def take_branch(self, branch: GapClosing, kept: NDArray[np.int64]) -> None:
        """Take the plan and the cuts of a branch, whose columns stand at ``kept``."""
        self.state.take(kept, branch.state.chosen)
        self.state.keep_cuts(branch.state.learnt().cuts)
