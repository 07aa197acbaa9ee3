"""What a planner demands of a plan: practices pinned, together, apart or left out, hubs, journeys, numbers.

Every demand is exact: a plan keeps all of them or there is none. They are part of the `Rules`
(``rules.demands``), stand in a rules file under ``[planner]`` and ``[areas.NAME]``, and are kept in
``rules.toml`` as resolved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["NO_DEMANDS", "AreaDemand", "Demands"]

Codes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaDemand:
    """Bounds of one area in place of those of the list.

    Attributes
    ----------
    area : str
    least, most : int or None
        The band of a network's list size, registered patients.
    networks : int or None
        Exactly how many networks the area has.
    """

    area: str
    least: int | None = None
    most: int | None = None
    networks: int | None = None


@dataclass(frozen=True, slots=True)
class Demands:
    """What a planner demands; every group of codes is sorted, and groups are in order.

    Attributes
    ----------
    pins : tuple of codes
        Each is a network as it stands, whatever its list size (outside the band it is the exception ``pinned``).
    together : tuple of codes
        The practices of each are in one network.
    apart : tuple of codes
        No two practices of each are in one network.
    exclude : codes
        Listed, but in no network: unplaced, their territory drawn as outside.
    merge : tuple of codes
        The practices of each are about to become one: in one network, neighbours, counted as one practice.
    hub_must : codes
        Each is the hub of its network.
    hub_may : codes
        Only these may be hubs; empty for any.
    longest_to_hub : float
        Minutes one way by car from any member to the hub.
    longest_between : float
        Minutes one way by car between any two members.
    least_practices, most_practices : int
        Practices in a network, merged ones counted once. A network outside either is an exception, as one
        outside the band is.
    no_doughnuts : bool
        No network of several practices lies around others, so that each way from them to the edge of the area leads
        through it. Pins are as they stand.
    aligned : float
        The least share of a network's patients, of those of whom it is known, who live in its main neighbourhood. Pins
        and networks of one practice are as they stand.
    networks : int or None
        Exactly how many networks each area has, pins, exceptions and oversize practices among them.
    areas : tuple of AreaDemand
        In order of area.
    """

    pins: tuple[Codes, ...] = ()
    together: tuple[Codes, ...] = ()
    apart: tuple[Codes, ...] = ()
    exclude: Codes = ()
    merge: tuple[Codes, ...] = ()
    hub_must: Codes = ()
    hub_may: Codes = ()
    longest_to_hub: float = math.inf
    longest_between: float = math.inf
    least_practices: int = 1
    most_practices: int = 2**16
    no_doughnuts: bool = False
    aligned: float = 0.0
    networks: int | None = None
    areas: tuple[AreaDemand, ...] = ()

    def of_area(self, area: str) -> AreaDemand:
        """Give what is demanded of one area; nothing where it is not named."""
        return next((each for each in self.areas if each.area == area), AreaDemand(area))


NO_DEMANDS = Demands()
