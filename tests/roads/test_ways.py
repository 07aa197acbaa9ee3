"""What a way may be used for, by its tags."""

from __future__ import annotations

import pytest

from netform.roads.ways import Use, blocks, limit_kmh, use_of

MPH = 1.609344


@pytest.mark.parametrize(
    ("tags", "use"),
    [
        ({"highway": "primary"}, Use(65)),
        ({"highway": "primary", "maxspeed": "30 mph"}, Use(0.8 * (30 * MPH))),
        ({"highway": "unclassified", "maxspeed": "GB:nsl_single"}, Use(0.8 * (60 * MPH))),
        ({"highway": "service", "maxspeed": "60 mph"}, Use(15)),  # the limit of the road outside
        ({"highway": "service", "maxspeed": "5 mph"}, Use(0.8 * (5 * MPH))),
        ({"highway": "primary", "maxspeed": "signals"}, Use(65)),
        ({"highway": "residential", "oneway": "yes"}, Use(25, backward=False)),
        ({"highway": "residential", "oneway": "-1"}, Use(25, forward=False)),
        ({"highway": "residential", "oneway": "reversible"}, None),
        ({"highway": "tertiary", "junction": "roundabout"}, Use(40, backward=False)),
        ({"highway": "tertiary", "junction": "roundabout", "oneway": "no"}, Use(40)),
        ({"highway": "motorway"}, Use(90, backward=False)),
        ({"highway": "residential", "access": "private"}, None),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, Use(25)),
        ({"highway": "residential", "vehicle": "destination"}, Use(25)),
        ({"highway": "footway"}, None),
        ({"highway": "track"}, None),
        ({"highway": "service", "area": "yes"}, None),
        ({"highway": "proposed"}, None),
    ],
)
def test_by_car(tags: dict[str, str], use: Use | None) -> None:
    """By class or 0.8 of the limit, in the directions that are allowed, where access is."""
    assert use_of(tags.get, "car") == use


@pytest.mark.parametrize(
    ("tags", "goes"),
    [
        ({"highway": "footway"}, True),
        ({"highway": "residential", "oneway": "yes"}, True),  # both ways on foot
        ({"highway": "track", "access": "private"}, False),
        ({"highway": "track", "access": "private", "foot": "yes"}, True),
        ({"highway": "cycleway", "foot": "no"}, False),
        ({"highway": "trunk", "motorroad": "yes"}, False),
        ({"highway": "motorway"}, False),
        ({"highway": "construction"}, False),
    ],
)
def test_on_foot(tags: dict[str, str], goes: bool) -> None:
    """5 km/h, in both directions, but for motorways and where it is not allowed."""
    assert use_of(tags.get, "foot") == (Use(5.0) if goes else None)


@pytest.mark.parametrize(
    ("tags", "car", "foot"),
    [
        ({"barrier": "bollard"}, True, False),
        ({"barrier": "gate"}, False, False),
        ({"barrier": "gate", "access": "private"}, True, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False, False),
        ({"highway": "crossing"}, False, False),
    ],
)
def test_what_stands_on_a_way(tags: dict[str, str], car: bool, foot: bool) -> None:
    """Bollards stop cars, private gates everybody."""
    assert (blocks(tags.get, "car"), blocks(tags.get, "foot")) == (car, foot)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50),
        ("20mph", 20 * MPH),
        (" 7.5 mph ", 7.5 * MPH),
        ("gb:motorway", 70 * MPH),
        ("0", None),
        ("none", None),
        ("30;40", None),
        (None, None),
    ],
)
def test_limits(text: str | None, kmh: float | None) -> None:
    """Miles an hour where it says so; what is no number is no limit."""
    assert limit_kmh(text) == kmh
