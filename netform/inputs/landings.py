"""Landings: places that are no practices, such as the ports of a ferry, by way of which a file of edges leads.

A row to a landing and a row from it join the practices on both sides::

    from,to,kind,minutes
    J84001,LYMINGTON,ferry,20
    LYMINGTON,YARMOUTH,ferry,40
    YARMOUTH,J84012,ferry,10
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["MOST_LANDINGS", "Leg", "Way", "code_shape", "no_thoroughfares", "ways_by_landings"]

# Every harbour of England is one of a few hundred: more of them are codes of another list.
MOST_LANDINGS = 1_000


@dataclass(frozen=True, slots=True)
class Leg:
    """One row of a file of edges that has a landing at one end or both.

    Attributes
    ----------
    start, end : str
        A practice's code or a landing's name.
    kind : str
        ``ferry`` or ``bridge``.
    minutes : float or None
        One way, when the row gives it.
    row : int
    """

    start: str
    end: str
    kind: str
    minutes: float | None
    row: int


@dataclass(frozen=True, slots=True)
class Way:
    """A way from one practice to another by landings.

    Attributes
    ----------
    code_a, code_b : str
        The practices, in order of code.
    landings : tuple of str
        In the order of the way from its start.
    kind : str
        ``ferry`` where a leg of it is one, else ``bridge``.
    minutes : float or None
        Of all its legs together; None where a leg says none.
    """

    code_a: str
    code_b: str
    landings: tuple[str, ...]
    kind: str
    minutes: float | None


def code_shape(name: str) -> str:
    """Give the shape of a code: an A for each letter, a 9 for each digit.

    Parameters
    ----------
    name : str
    """
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", name))


def ways_by_landings(legs: Sequence[Leg], practices: Collection[str]) -> list[Way]:
    """Find the shortest way by landings between every two practices that have one.

    Legs are followed from their start to their end, so that practices that use one port from the same shore are not
    joined by it. A way whose every leg says its minutes comes before one that does not, then the quicker, then the
    one of fewer legs.

    Parameters
    ----------
    legs : sequence of Leg
    practices : collection of str
        Codes of the list; no way leads on through one.

    Returns
    -------
    list of Way
        One for each pair, in order of codes.
    """
    leaving = _leaving(legs)
    best: dict[tuple[str, str], tuple[_Rank, tuple[Leg, ...]]] = {}
    for start in sorted({leg.start for leg in legs if leg.start in practices}):
        for end, found in _shortest(start, leaving, practices).items():
            pair = (min(start, end), max(start, end))
            if end in practices and (pair not in best or found < best[pair]):
                best[pair] = found
    return [_way(pair, route) for pair, (_, route) in sorted(best.items())]


# Legs without minutes, minutes, legs, and the places in order so that a tie has one outcome.
_Rank = tuple[int, float, int, tuple[str, ...]]


def _shortest(
    start: str, leaving: Mapping[str, Sequence[Leg]], practices: Collection[str]
) -> dict[str, tuple[_Rank, tuple[Leg, ...]]]:
    """Search from a practice (Dijkstra): the best way to every place that landings lead to."""
    found: dict[str, tuple[_Rank, tuple[Leg, ...]]] = {}
    ahead: list[tuple[_Rank, int, tuple[Leg, ...]]] = [((0, 0.0, 0, ()), 0, ())]
    pushed = 0
    while ahead:
        rank, _, route = heapq.heappop(ahead)
        place = route[-1].end if route else start
        if route:
            if place in found or place == start:
                continue
            found[place] = (rank, route)
            if place in practices:
                continue
        unknown, minutes, count, places = rank
        for leg in leaving.get(place, ()):
            pushed += 1
            longer = (unknown + (leg.minutes is None), minutes + (leg.minutes or 0.0), count + 1)
            heapq.heappush(ahead, ((*longer, (*places, leg.end)), pushed, (*route, leg)))
    return found


def _way(pair: tuple[str, str], route: Sequence[Leg]) -> Way:
    known = [leg.minutes for leg in route if leg.minutes is not None]
    kind = "ferry" if any(leg.kind == "ferry" for leg in route) else "bridge"
    minutes = sum(known) if len(known) == len(route) else None
    return Way(*pair, tuple(leg.end for leg in route[:-1]), kind, minutes)


def no_thoroughfares(legs: Sequence[Leg], practices: Collection[str]) -> dict[str, Leg]:
    """Find landings by way of which nobody gets from one practice to another, each with its first leg.

    Parameters
    ----------
    legs : sequence of Leg
    practices : collection of str
    """
    back = [Leg(leg.end, leg.start, leg.kind, leg.minutes, leg.row) for leg in legs]
    comers, goers = _reaching(legs, practices), _reaching(back, practices)
    first: dict[str, Leg] = {}
    for leg in legs:
        for place in (leg.start, leg.end):
            if place not in practices:
                first.setdefault(place, leg)
    return {
        place: leg
        for place, leg in first.items()
        if not (comers[place] and goers[place] and len(comers[place] | goers[place]) > 1)
    }


def _reaching(legs: Sequence[Leg], practices: Collection[str]) -> dict[str, set[str]]:
    """Say from which practices each landing is reached."""
    leaving = _leaving(legs)
    reached: dict[str, set[str]] = defaultdict(set)
    for start in sorted({leg.start for leg in legs if leg.start in practices}):
        for place in _shortest(start, leaving, practices):
            reached[place].add(start)
    return reached


def _leaving(legs: Sequence[Leg]) -> dict[str, list[Leg]]:
    leaving: dict[str, list[Leg]] = defaultdict(list)
    for leg in legs:
        leaving[leg.start].append(leg)
    return leaving
