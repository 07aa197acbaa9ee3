"""Gates of a shared site: which to choose, so that networks reach their ground elsewhere without crossing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Gate", "chosen_gates", "crossing", "passages"]

# A choice among more ways than this is ended with the best so far: a site of seven networks with four gates each.
MOST_TRIED = 20_000


@dataclass(frozen=True, slots=True)
class Gate:
    """A stretch of a site's border beyond which networks of the site go on.

    Attributes
    ----------
    low, high : float
        The bearings between which a sector must reach it, radians.
    metres : float
    beyond : frozenset of (network, part)
        Who goes on there, and to which part of its ground.
    """

    low: float
    high: float
    metres: float
    beyond: frozenset[tuple[int, int]]


def chosen_gates(gates: Sequence[Gate], *, roomy: bool) -> list[tuple[float, float, int]]:
    """Choose gates so that as many parts as can be are reached, and none cross.

    Of such choices one with the fewest passages between others and the site, then the longest gates.

    Parameters
    ----------
    gates : sequence of Gate
        Anticlockwise.
    roomy : bool
        Whether there is room for passages at all.

    Returns
    -------
    list of (low, high, network)
        Anticlockwise.
    """
    options: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, gate in enumerate(gates):
        for each in sorted(gate.beyond):
            options[each].append(index)
    wanted = sorted(options, key=lambda each: (len(options[each]), each))
    for each in wanted:
        options[each].sort(key=lambda index: (-gates[index].metres, index))
    search = _Search(gates, wanted, options, roomy)
    search.go_on(0, {})
    return [(gates[at].low, gates[at].high, search.best[at]) for at in sorted(search.best)]


class _Search:
    """Depth first over the parts to reach; the best choice so far is kept."""

    def __init__(
        self,
        gates: Sequence[Gate],
        wanted: Sequence[tuple[int, int]],
        options: Mapping[tuple[int, int], Sequence[int]],
        roomy: bool,
    ) -> None:
        self.gates, self.wanted, self.options, self.roomy = gates, wanted, options, roomy
        self.best: dict[int, int] = {}
        self.rank: tuple[int, int, float] = (-1, 0, 0.0)
        self.tried = 0

    def go_on(self, at: int, chosen: dict[int, int]) -> None:
        """Try every gate of the next part, and none."""
        self.tried += 1
        if self.tried > MOST_TRIED or len(chosen) + len(self.wanted) - at < self.rank[0]:
            return
        owners = [chosen[index] for index in sorted(chosen)]
        if crossing(owners):
            return
        if at < len(self.wanted):
            network = self.wanted[at][0]
            for index in self.options[self.wanted[at]]:
                if index not in chosen:
                    self.go_on(at + 1, chosen | {index: network})
            self.go_on(at + 1, chosen)
            return
        passing = sum(map(len, passages(owners)))
        if passing and not self.roomy:
            return
        rank = (len(chosen), -passing, sum(self.gates[index].metres for index in chosen))
        if rank > self.rank:
            self.best, self.rank = chosen, rank


def crossing(owners: Sequence[int]) -> bool:
    """Whether two networks alternate around a circle, so that neither can hang together without parting the other.

    Parameters
    ----------
    owners : sequence of int
        The networks of the gates, in their order.
    """
    for one in set(owners):
        first = owners.index(one)
        turned = [*owners[first:], *owners[:first]]
        gap_of: dict[int, int] = {}
        gap = 0
        for owner in turned:
            if owner == one:
                gap += 1
            elif gap_of.setdefault(owner, gap) != gap:
                return True
    return False


def passages(owners: Sequence[int]) -> list[tuple[int, ...]]:
    """Say for each sector which networks pass between it and the site, from the site outwards.

    Parameters
    ----------
    owners : sequence of int
        The networks of the sectors, in their order; none crosses another.
    """
    within: list[tuple[int, ...]] = [()] * len(owners)
    joined = _joined(owners)
    several = [owner for owner in joined if joined.count(owner) > 1]
    if not several:
        return within
    # The one with the most sectors is at the site itself, the others further out.
    root = max(several, key=lambda owner: (joined.count(owner), -owner))
    first = owners.index(root)
    turned = [(first + step) % len(owners) for step in range(len(owners))]
    gap: list[int] = []
    for place in [*turned[1:], turned[0]]:
        if owners[place] != root:
            gap.append(place)
            continue
        _nest(owners, gap, (root,), within)
        gap = []
    return within


def _joined(owners: Sequence[int]) -> list[int]:
    """Count neighbours of one network as one, around the circle."""
    return [owner for at, owner in enumerate(owners) if len(owners) == 1 or owner != owners[at - 1]]


def _nest(
    owners: Sequence[int], gap: Sequence[int], around: tuple[int, ...], within: list[tuple[int, ...]]
) -> None:
    """Note who passes within the sectors of a gap, and within the gaps of those among them."""
    at = 0
    while at < len(gap):
        owner = owners[gap[at]]
        same = [place for place in range(at, len(gap)) if owners[gap[place]] == owner]
        for place in same:
            within[gap[place]] = around
        for one, other in pairwise(same):
            _nest(owners, gap[one + 1 : other], (*around, owner), within)
        at = same[-1] + 1
