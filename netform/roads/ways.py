"""Ways: who may use a way of OpenStreetMap, in which direction, and how fast.

Speeds are those of the car profile of the Open Source Routing Machine (OSRM, ``profiles/car.lua``): by the class of a
road where it has no speed limit, else 0.8 of the limit (its ``speed_reduction``), for nobody drives at the limit from
end to end. On foot it is 5 km/h everywhere, as in its ``profiles/foot.lua``. Turns, traffic lights and parking cost
nothing, which makes journeys in towns too short.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MODES", "Use", "blocks", "limit_kmh", "use_of"]

MODES: Final = ("car", "foot")

# Kilometres an hour by class where no limit is mapped (OSRM).
CAR_KMH: Final = {
    "motorway": 90.0, "motorway_link": 45.0, "trunk": 85.0, "trunk_link": 40.0, "primary": 65.0,
    "primary_link": 30.0, "secondary": 55.0, "secondary_link": 25.0, "tertiary": 40.0, "tertiary_link": 20.0,
    "unclassified": 25.0, "residential": 25.0, "living_street": 10.0, "service": 15.0, "road": 25.0,
}  # fmt: skip
SPEED_REDUCTION: Final = 0.8
FOOT_KMH: Final = 5.0
# On a drive of a house or a car park a limit of the road outside says nothing.
_NEVER_FASTER: Final = frozenset({"living_street", "service"})

# Who walks: everywhere but on motorways, and what is no way yet or no longer.
_FOOT_CLASSES: Final = frozenset(CAR_KMH) - {"motorway", "motorway_link"} | {
    "footway", "path", "steps", "pedestrian", "track", "bridleway", "cycleway",
}  # fmt: skip

# Tags of access, the one that says most of the mode first, and what shuts a way.
_ACCESS: Final = {"car": ("motorcar", "motor_vehicle", "vehicle", "access"), "foot": ("foot", "access")}
_SHUT: Final = frozenset(
    {"no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus", "use_sidepath"}
)

# What stands on a way and lets cars through (OSRM); everything else that is a barrier does not.
_OPEN_TO_CARS: Final = frozenset(
    {
        "cattle_grid", "border_control", "toll_booth", "sally_port", "gate", "lift_gate", "no", "entrance",
        "height_restrictor", "arch",
    }
)  # fmt: skip

# Words for limits in Great Britain (the Highway Code, rule 124), miles an hour.
_WORDS_MPH: Final = {
    "gb:nsl_single": 60.0, "gb:nsl_dual": 70.0, "gb:nsl_restricted": 30.0, "gb:motorway": 70.0,
}  # fmt: skip
_KMH_PER_MPH: Final = 1.609344
_LIMIT = re.compile(r"\s*(\d{1,3}(?:\.\d+)?)\s*(mph)?\s*")


@dataclass(frozen=True, slots=True)
class Use:
    """What a mode can do with a way.

    Attributes
    ----------
    kmh : float
    forward, backward : bool
        In and against the direction in which it is drawn.
    """

    kmh: float
    forward: bool = True
    backward: bool = True


def use_of(tag: Callable[[str], str | None], mode: str) -> Use | None:
    """Say what a mode can do with a way; None where it may not or cannot go.

    Parameters
    ----------
    tag : callable
        Gives the value of a key, or None.
    mode : str
        One of `MODES`.
    """
    kind = tag("highway") or ""
    if tag("area") == "yes" or not _may(tag, mode):
        return None
    if mode == "foot":
        return Use(FOOT_KMH) if kind in _FOOT_CLASSES and tag("motorroad") != "yes" else None
    if kind not in CAR_KMH:
        return None
    limit = limit_kmh(tag("maxspeed"))
    kmh = CAR_KMH[kind] if limit is None else SPEED_REDUCTION * limit
    if kind in _NEVER_FASTER:
        kmh = min(kmh, CAR_KMH[kind])
    one_way = (tag("oneway") or "").lower()
    if one_way == "reversible":
        return None
    if one_way in ("-1", "reverse"):
        return Use(kmh, forward=False)
    round_about = tag("junction") in ("roundabout", "circular") or kind == "motorway"
    return Use(kmh, backward=one_way not in ("yes", "1", "true") and not (round_about and one_way != "no"))


def blocks(tag: Callable[[str], str | None], mode: str) -> bool:
    """Say whether what stands on a point of a way stops a mode: a bollard, a gate that is private.

    Parameters
    ----------
    tag : callable
        Gives the value of a key of the point, or None.
    mode : str
    """
    if tag("barrier") is None:
        return False
    said = next(filter(None, map(tag, _ACCESS[mode])), None)
    if said is not None:
        return said in _SHUT
    return mode == "car" and tag("barrier") not in _OPEN_TO_CARS


def limit_kmh(text: str | None) -> float | None:
    """Read a speed limit, in kilometres an hour; None where there is none, or it is not a number above 0.

    Parameters
    ----------
    text : str or None
        Such as ``30 mph``, ``50`` (kilometres an hour) or ``GB:nsl_single``.
    """
    if text is None:
        return None
    if (words := _WORDS_MPH.get(text.strip().lower())) is not None:
        return words * _KMH_PER_MPH
    match = _LIMIT.fullmatch(text)
    if match is None or float(match[1]) == 0:
        return None
    return float(match[1]) * (_KMH_PER_MPH if match[2] else 1.0)


def _may(tag: Callable[[str], str | None], mode: str) -> bool:
    said = next(filter(None, map(tag, _ACCESS[mode])), None)
    return said not in _SHUT
