"""What is known of the columns of every hub before they are searched: their least reduced cost, and who is in them.

By `netform.solve.unlisted.hub_bound`, which knows no cuts. What a cut adds to a column's cost is a step function of how
many of its practices the column has; it is no less than any share of the line that touches the steps from below. Such a
line is spread over the practices like duals. How much of each line is best for a hub follows from its cheapest network:
more where that has more of the cut's practices than the line is worth, a subgradient once more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray  # noqa: TC002 (of a named tuple)

from netform.solve.unlisted.centre_costs import CentreCosts
from netform.solve.unlisted.hub_bound import HubValue, hub_value, price_hubs

if TYPE_CHECKING:
    from netform.solve.master.subset_row_cuts import PricedCuts

__all__ = ["CutLines", "KnownOfHubs", "known_of_hubs", "lined_hub_value"]


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
    prices = np.bincount(costs.item, duals, len(costs.patients))
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
        As `netform.solve.unlisted.hub_bound.hub_value` has them.
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
