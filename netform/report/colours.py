"""Colour classes for a map: networks that touch do not share one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["PALETTE_SIZE", "colour_classes"]

# Every planar map has a region with at most five neighbours, so smallest-last order never needs more.
PALETTE_SIZE = 6


def colour_classes(
    neighbours: Sequence[frozenset[int]], meeting: Sequence[frozenset[int]] | None = None
) -> tuple[int, ...]:
    """Give every region a colour class, greedily in smallest-last order.

    Matula and Beck 1983, Journal of the ACM 30, 417-427.

    Parameters
    ----------
    neighbours : sequence of frozenset of int
        For each region the indices of those that share a border with it.
    meeting : sequence of frozenset of int, optional
        The same of those that share a point with it.

    Returns
    -------
    tuple of int
        A class in ``range(PALETTE_SIZE)`` for each region; neighbours differ wherever the map is planar. Where there is
        a choice, so do regions that meet in a point, then neighbours of neighbours; and classes used less are taken
        first, so that a map shows the whole palette.
    """
    meeting = meeting or neighbours
    classes: dict[int, int] = {}
    used: Counter[int] = Counter()

    def taken(around: Iterable[int]) -> Counter[int]:
        return Counter(classes[other] for other in around if other in classes)

    for region in reversed(_smallest_first(neighbours)):
        beside, at_points = taken(neighbours[region]), taken(meeting[region])
        beyond = taken({far for other in neighbours[region] for far in neighbours[other]} - {region})
        # Many regions that border each other are not a planar map: then the class least taken around it.
        chosen = min(range(PALETTE_SIZE), key=lambda c: (beside[c], at_points[c], beyond[c] > 0, used[c], c))
        classes[region] = chosen
        used[chosen] += 1
    return tuple(classes[region] for region in range(len(neighbours)))


def _smallest_first(neighbours: Sequence[frozenset[int]]) -> list[int]:
    """Take away, again and again, the region with the fewest neighbours among those left."""
    left = {region: len(around) for region, around in enumerate(neighbours)}
    order = []
    while left:
        region = min(left, key=lambda r: (left[r], r))
        del left[region]
        order.append(region)
        for other in neighbours[region]:
            if other in left:
                left[other] -= 1
    return order
