"""The results of a trade-off: fronts and alternatives with all that is needed to publish them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from netform.inputs.places import Places
    from netform.practices.model import PracticeList
    from netform.tradeoff.model import Alternative, Border, Front, FrontPoint

__all__ = ["AlternativesResult", "AreaFront", "Change", "FrontResult", "Neighbours", "NetworkLabel", "Today"]

Codes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """Where today's networks stand on the axes of a front.

    Attributes
    ----------
    x, y, cost : float
        Hours per week by the same terms; cost is weighted.
    terms : mapping of str to float
        Unweighted hours per week.
    networks : int
        Today's networks; one with practices in several areas is counted in each.
    without : int
        Practices in no network today: they add nothing to the hours.
    broken : tuple of str
        Which rules today's plan does not keep, in a few words each.
    """

    x: float
    y: float
    cost: float
    terms: Mapping[str, float]
    networks: int
    without: int
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaFront:
    """The front of an area with what it is compared with.

    Attributes
    ----------
    front : Front
    today : Today or None
        None when the list does not say which networks there are today.
    practices, patients : int
    summed : bool
        Whether the front adds up those of several areas.
    """

    front: Front
    today: Today | None
    practices: int
    patients: int
    summed: bool = False


@dataclass(frozen=True, slots=True)
class FrontResult:
    """A trade-off between two axes over a whole list.

    Attributes
    ----------
    source : str
        The list as the user named it.
    areas : tuple of AreaFront
        In order of area.
    total : AreaFront
        Of the whole list; that of the only area when there is one.
    network_terms : mapping of codes to (mapping of str to float)
        Unweighted hours per week of every network of any point, by term.
    folders : mapping of codes groups to str
        The folder, beside the other files, that holds the plan of some networks of the whole list.
    provenance : mapping
    rules_toml : str
    """

    source: str
    areas: tuple[AreaFront, ...]
    total: AreaFront
    network_terms: Mapping[Codes, Mapping[str, float]]
    folders: Mapping[tuple[Codes, ...], str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    rules_toml: str = ""

    @property
    def several(self) -> bool:
        """Whether there is more than one area."""
        return len(self.areas) > 1

    @property
    def parts(self) -> tuple[AreaFront, ...]:
        """The whole list, then each area where there are several."""
        return (self.total, *self.areas) if self.several else (self.total,)

    def terms_of(self, point: FrontPoint) -> dict[str, float]:
        """Add up the terms of a point's networks, unweighted hours per week."""
        sums: dict[str, float] = {}
        for codes in point.networks:
            for term, hours in self.network_terms[codes].items():
                sums[term] = sums.get(term, 0.0) + hours
        return sums

    def folder_of(self, point: FrontPoint) -> str | None:
        """Name the folder of a point's plan; None when it has none."""
        return self.folders.get(point.networks)


@dataclass(frozen=True, slots=True)
class NetworkLabel:
    """What a network of the best plan is called.

    Attributes
    ----------
    network_id, name : str
        As in ``plan.json`` of the best plan.
    area : str
    practice_codes : tuple of str
    """

    network_id: str
    name: str
    area: str
    practice_codes: Codes


@dataclass(frozen=True, slots=True)
class Change:
    """A practice that an alternative places differently.

    Attributes
    ----------
    practice_code : str
    from_network, to_network : str
        Ids of the best plan's networks: the one it leaves, and the one or more that it joins, being those most
        of whose patients are in its new network; blank when its new network succeeds none.
    new_network : tuple of str
        The practice codes of its new network.
    """

    practice_code: str
    from_network: str
    to_network: str
    new_network: Codes


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two neighbouring practices, whether plans near the best agree on them, and where they meet.

    Attributes
    ----------
    area : str
    border : Border
    line : geometry or None
        The border of their territories, EPSG:27700 metres; None for practices of one site and over a bridge.
    """

    area: str
    border: Border
    line: BaseGeometry | None


@dataclass(frozen=True, slots=True)
class AlternativesResult:
    """The plans near the best one, and where they agree.

    Attributes
    ----------
    practices : PracticeList
    places : Places
        In the order of ``practices``.
    within : float
        The allowance above the best cost, a share.
    networks : tuple of NetworkLabel
        Of the best plan.
    alternatives : mapping of str to tuple of Alternative
        By area, in order; the best plan of each first.
    changes : mapping of (area, kind, rank) to tuple of Change
    neighbours : tuple of Neighbours
    grounds : mapping of str to geometry
        The ground of each network of the best plan, by id, EPSG:27700 metres.
    territories : mapping of str to geometry
        The ground of each practice; those of one site have the same.
    folders : mapping of (area, kind, rank) to str
    provenance : mapping
    rules_toml : str
    network_terms : mapping of codes to (mapping of str to float)
        The terms of every network of any plan, unweighted.
    """

    practices: PracticeList
    places: Places
    within: float
    networks: tuple[NetworkLabel, ...]
    alternatives: Mapping[str, tuple[Alternative, ...]]
    changes: Mapping[tuple[str, str, int], tuple[Change, ...]]
    neighbours: tuple[Neighbours, ...]
    grounds: Mapping[str, BaseGeometry]
    territories: Mapping[str, BaseGeometry]
    folders: Mapping[tuple[str, str, int], str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    rules_toml: str = ""
    network_terms: Mapping[Codes, Mapping[str, float]] = field(default_factory=dict)

    @property
    def several(self) -> bool:
        """Whether there is more than one area."""
        return len(self.alternatives) > 1

    def terms_of(self, alternative: Alternative) -> list[Mapping[str, float]]:
        """Give the terms of each network of an alternative, unweighted."""
        return [self.network_terms.get(codes, {}) for codes in alternative.networks]

    def above_best(self, area: str, alternative: Alternative) -> float:
        """How much more than the best of its area an alternative costs, hours per week."""
        return max(0.0, alternative.cost - self.alternatives[area][0].cost)

    def above_best_share(self, area: str, alternative: Alternative) -> float:
        """The same as a share of the best's cost; zero where that costs nothing."""
        best = self.alternatives[area][0].cost
        return self.above_best(area, alternative) / best if best > 0 else 0.0
