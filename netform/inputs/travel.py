"""Travel: minutes by car between practices, from the user's matrix or estimated from the straight line."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from netform.inputs.places import Places
    from netform.rules.model import Rules

__all__ = ["Travel", "build_travel", "estimate_minutes"]


def estimate_minutes(distance_km: NDArray[np.float64], rules: Rules) -> NDArray[np.float64]:
    """Estimate minutes one way by car from the straight line: ``base + slope * km ** power``, 0 at 0 km.

    The default constants (5.4, 2.92, 0.737) are least absolute deviations on 86,000 modelled car journeys
    under 20 km in England (Department for Transport, journey time statistics 2022); ``scripts/check-travel``
    measures them again.
    """
    return np.where(distance_km > 0, _driven_minutes(distance_km, rules), 0.0)


def _driven_minutes(distance_km: Any, rules: Rules) -> Any:
    """What `estimate_minutes` says above 0 km."""
    return rules.minutes_base + rules.minutes_per_km * np.power(distance_km, rules.minutes_power)


@dataclass(frozen=True, slots=True)
class Travel:
    """Minutes between the practices of a list, by their position in it.

    Attributes
    ----------
    easting, northing : ndarray of float64, shape (n,)
        Metres, EPSG:27700; practices of one site are equal.
    rules : Rules
        Holds the constants of the estimate.
    given : mapping of (int, int) to float
        Minutes from the user's matrix, by positions in ascending order; where there are matrices of several modes,
        their mean by the shares of the rules.
    source : str
        Where the minutes come from, for the provenance.
    notes : tuple of str
        What a planner should read: pairs that were estimated.
    by_car : mapping of (int, int) to float, or None
        Minutes by car that were given, where ``given`` is a mean of modes; None where it is by car itself.
    branches : mapping of int to tuple of (float, float)
        Eastings and northings of further sites of practices, by their position.
    """

    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    rules: Rules
    given: Mapping[tuple[int, int], float] = field(default_factory=dict)
    source: str = "estimate"
    notes: tuple[str, ...] = ()
    by_car: Mapping[tuple[int, int], float] | None = None
    branches: Mapping[int, tuple[tuple[float, float], ...]] = field(default_factory=dict)

    @property
    def drives(self) -> Mapping[tuple[int, int], float]:
        """Minutes by car that were given."""
        return self.given if self.by_car is None else self.by_car

    def distance_km(self, a: int, b: int) -> float:
        """Straight line between two practices, from the nearest of one's sites to that of the other's."""
        if a in self.branches or b in self.branches:
            pairs = product(self._sites(a), self._sites(b))
            return min(math.hypot(x - u, y - v) for (x, y), (u, v) in pairs) / 1000
        return math.hypot(self.easting[a] - self.easting[b], self.northing[a] - self.northing[b]) / 1000

    def minutes(self, a: int, b: int) -> float:
        """One way by car between two practices."""
        given = self.given.get((min(a, b), max(a, b))) if self.given else None
        if given is not None:
            return given
        km = self.distance_km(a, b)
        return float(_driven_minutes(km, self.rules)) if km > 0 else 0.0

    def _sites(self, position: int) -> tuple[tuple[float, float], ...]:
        main = float(self.easting[position]), float(self.northing[position])
        return (main, *self.branches.get(position, ()))

    def _nearest_km(self, where: NDArray[np.int64]) -> NDArray[np.float64]:
        """Straight lines between the nearest sites of every two of some practices."""
        sites = [self._sites(position) for position in where.tolist()]
        firsts = np.cumsum([0, *map(len, sites[:-1])])
        x, y = np.array([site for several in sites for site in several]).T
        km = np.hypot(x[:, None] - x, y[:, None] - y) / 1000
        return np.minimum.reduceat(np.minimum.reduceat(km, firsts, axis=0), firsts, axis=1)

    def among(self, positions: Sequence[int]) -> Travel:
        """Keep only the given minutes between some practices: little to send to a worker."""
        if not self.given:
            return self
        kept = set(positions)
        given = {pair: minutes for pair, minutes in self.given.items() if kept.issuperset(pair)}
        by_car = self.by_car
        if by_car is not None:
            by_car = {pair: minutes for pair, minutes in by_car.items() if kept.issuperset(pair)}
        return replace(self, given=given, by_car=by_car)

    def matrix(self, positions: Sequence[int]) -> NDArray[np.float64]:
        """Give the minutes between every two of some practices, shape (k, k), symmetric."""
        where = np.asarray(positions, np.int64)
        x, y = self.easting[where], self.northing[where]
        km = np.hypot(x[:, None] - x, y[:, None] - y) / 1000
        if self.branches and len(where):
            km = self._nearest_km(where)
        matrix = estimate_minutes(km, self.rules)
        if len(self.given) < len(where) * len(where):
            index = {position: k for k, position in enumerate(where.tolist())}
            for (a, b), minutes in self.given.items():
                if a in index and b in index:
                    matrix[index[a], index[b]] = matrix[index[b], index[a]] = minutes
        else:
            # A national matrix has millions of pairs, and an area a few thousand.
            for k, a in enumerate(where.tolist()):
                for e, b in enumerate(where[:k].tolist()):
                    minutes = self.given.get((min(a, b), max(a, b)), matrix[k, e])
                    matrix[k, e] = matrix[e, k] = minutes
        return matrix


def build_travel(
    places: Places,
    rules: Rules,
    given: Mapping[tuple[int, int], float] | None = None,
    source: str = "",
    by_car: Mapping[tuple[int, int], float] | None = None,
    branches: Mapping[int, tuple[tuple[float, float], ...]] = MappingProxyType({}),
    files: Sequence[str] = (),
) -> Travel:
    """Travel between placed practices: the given minutes first, the estimate for the rest.

    Parameters
    ----------
    places : Places
        Practices that round to the same metre share a site, zero minutes apart.
    rules : Rules
    given : mapping, optional
        As read by `netform.inputs.edges.read_matrix`.
    source : str
        Name of the user's matrix file.
    by_car : mapping, optional
        Minutes by car that were given, where ``given`` is a mean of modes.
    branches : mapping of int to tuple of (float, float)
        Eastings and northings of further sites of practices, by position: travel is between the nearest sites.
    files : sequence of str
        Names of the files of minutes for the note, where they are not ``source``.
    """
    easting, northing = np.round(places.easting), np.round(places.northing)
    estimate = (
        f"estimate {rules.minutes_base:g} + {rules.minutes_per_km:g} * km ** {rules.minutes_power:g} minutes"
        f" (straight line{', between the nearest of their sites' if branches else ''})"
    )
    further = dict(branches)
    if not given:
        return Travel(easting, northing, rules, {}, estimate, branches=further)
    n = len(easting)
    missing = n * (n - 1) // 2 - len(given)
    named = files or (source,)
    where = f"not in {named[0]}" if len(named) == 1 else f"in none of {', '.join(named)}"
    notes = (f"{missing:,} of {n * (n - 1) // 2:,} pairs are {where} and were estimated.",) if missing else ()
    source = f"matrix {source}, else {estimate}"
    return Travel(easting, northing, rules, dict(given), source, notes, by_car, further)
